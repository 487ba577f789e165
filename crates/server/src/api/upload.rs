//! Multipart bodies, streamed: a file goes to the object store as it comes, and is never held whole.

use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering},
};

use axum::{
    body::Body,
    extract::{FromRequest, Multipart, Request, multipart::Field},
};
use futures_util::StreamExt;
use store::{
    intake::Upload,
    objects::{Kept, UploadError, hex},
};

use super::{
    failure::{Failure, Wrong},
    request::DRAINED,
};
use crate::app::App;

/// More parts than this are refused.
const MOST_PARTS: usize = 100;
/// Bytes that may wait unread in front of the reader of parts before the sender is slowed down …
const SLOWED: usize = 256 << 10;
/// … and refused: a part's head that never ends.
const MOST_AHEAD: usize = 4 << 20;
/// Characters kept of a file's name.
const MOST_NAME: usize = 200;

/// The parts of a body, one after the other.
pub(super) struct PartReader {
    multipart: Multipart,
    /// Bytes received since the reader of parts last gave something on.
    ahead: Arc<AtomicUsize>,
    parts: usize,
}

/// One part.
pub(super) struct Part<'r> {
    field: Field<'r>,
    ahead: &'r AtomicUsize,
}

/// A file that is durable, with its row.
#[derive(Debug)]
pub(super) struct Stored {
    pub(super) id: String,
    pub(super) kept: Kept,
}

impl PartReader {
    pub(super) async fn new(request: Request) -> Result<Self, Failure> {
        let (parts, body) = request.into_parts();
        let ahead = Arc::new(AtomicUsize::new(0));
        let counted = Arc::clone(&ahead);
        // The reader of parts takes all it is given before it looks at it: this slows it to its own pace.
        let slowed = body.into_data_stream().then(move |chunk| {
            let ahead = chunk.as_ref().map_or(0, |chunk| chunk.len());
            let ahead = counted.fetch_add(ahead, Ordering::Relaxed) + ahead;
            async move {
                if ahead > SLOWED {
                    tokio::task::yield_now().await;
                }
                match chunk {
                    Ok(_) if ahead > MOST_AHEAD => {
                        Err(axum::Error::new(std::io::Error::other("a part has no end")))
                    }
                    chunk => chunk,
                }
            }
        });
        let multipart =
            Multipart::from_request(Request::from_parts(parts, Body::from_stream(slowed)), &())
                .await
                .map_err(|_| Failure::NotMultipart)?;
        Ok(Self {
            multipart,
            ahead,
            parts: 0,
        })
    }

    pub(super) async fn next(&mut self) -> Result<Option<Part<'_>>, Failure> {
        self.parts += 1;
        if self.parts > MOST_PARTS {
            return Err(Failure::NotMultipart);
        }
        let field = self
            .multipart
            .next_field()
            .await
            .map_err(|_| Failure::NotMultipart)?;
        self.ahead.store(0, Ordering::Relaxed);
        Ok(field.map(|field| Part {
            field,
            ahead: &self.ahead,
        }))
    }

    /// After a refusal: reads a bounded rest and throws it away, so that the client reads the refusal
    /// instead of a broken connection.
    pub(super) async fn drain(&mut self) {
        let mut left = DRAINED;
        while let Ok(Some(mut part)) = self.next().await {
            while let Ok(Some(chunk)) = part.chunk().await {
                left = left.saturating_sub(chunk.len());
                if left == 0 {
                    return;
                }
            }
        }
    }
}

impl Part<'_> {
    pub(super) fn name(&self) -> &str {
        self.field.name().unwrap_or_default()
    }

    pub(super) fn is_file(&self) -> bool {
        self.field.file_name().is_some()
    }

    async fn chunk(&mut self) -> Result<Option<axum::body::Bytes>, Failure> {
        let chunk = self
            .field
            .chunk()
            .await
            .map_err(|_| Failure::NotMultipart)?;
        self.ahead.store(0, Ordering::Relaxed);
        Ok(chunk)
    }

    /// The part's bytes, when it is no file.
    pub(super) async fn bytes(mut self, most: usize) -> Result<Vec<u8>, Failure> {
        let mut bytes = Vec::new();
        while let Some(chunk) = self.chunk().await? {
            if bytes.len() + chunk.len() > most {
                return Err(Failure::TooLarge { most: most as u64 });
            }
            bytes.extend_from_slice(&chunk);
        }
        Ok(bytes)
    }

    /// Streams the part to the object store and records it. The bytes are durable once this returns.
    pub(super) async fn store(mut self, app: &App) -> Result<Stored, Failure> {
        let mut random = [0_u8; 16];
        getrandom::fill(&mut random).map_err(|_| Failure::NotReceived)?;
        let id = hex(&random);
        let claimed = self.field.content_type().unwrap_or_default().to_owned();
        let name: String = self
            .field
            .file_name()
            .unwrap_or_default()
            .chars()
            .filter(|c| !c.is_control())
            .take(MOST_NAME)
            .collect();
        let field = self.name().to_owned();
        let mut incoming = app
            .store
            .objects
            .receive(&id, app.settings.most_upload)
            .await
            .map_err(refused)?;
        while let Some(chunk) = self.chunk().await? {
            incoming.write(&chunk).await.map_err(refused)?;
        }
        let shown = incoming.media_type();
        if lies(&claimed, shown) {
            let claimed = claimed.chars().take(MOST_NAME).collect();
            return Err(Failure::Invalid(vec![Wrong::Type {
                field,
                claimed,
                shown,
            }]));
        }
        let (kept, _unrecorded) = incoming.keep().await.map_err(refused)?;
        app.store
            .intake
            .record_upload(Upload {
                id: id.clone(),
                sha256: kept.sha256,
                size: kept.size,
                name: observables::mask_cards(&name).into_owned(),
                media_type: kept.media_type.to_owned(),
                at: app.now_micros(),
            })
            .await
            .map_err(|error| Failure::from(crate::receive::ReceiveError::from(error)))?;
        Ok(Stored { id, kept })
    }
}

fn refused(error: UploadError) -> Failure {
    match error {
        UploadError::TooLarge { most } => Failure::TooLarge { most },
        error => {
            tracing::error!(
                error = &error as &dyn std::error::Error,
                "a file was not received"
            );
            Failure::NotReceived
        }
    }
}

/// Whether the bytes contradict the type they were sent as. Types whose first bytes say nothing certain
/// are believed, but for a program sent as a picture, a sound, a film or a text.
fn lies(claimed: &str, shown: &str) -> bool {
    let essence = claimed
        .split(';')
        .next()
        .unwrap_or_default()
        .trim()
        .to_ascii_lowercase();
    let (family, _) = essence.split_once('/').unwrap_or_default();
    match essence.as_str() {
        "image/png" | "image/gif" | "image/webp" | "application/gzip" => essence != shown,
        "image/jpeg" | "image/jpg" => shown != "image/jpeg",
        // Readers take a PDF whose header does not stand at the very start.
        "application/pdf" => !matches!(
            shown,
            "application/pdf" | "application/octet-stream" | "text/plain"
        ),
        _ if matches!(family, "image" | "audio" | "video" | "text") => {
            matches!(
                shown,
                "application/vnd.microsoft.portable-executable" | "application/x-ole-storage"
            )
        }
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_type_is_believed_until_the_bytes_contradict_it() {
        let program = "application/vnd.microsoft.portable-executable";
        for (claimed, shown, expected) in [
            ("image/png", "image/png", false),
            ("image/png", "image/jpeg", true),
            ("image/jpg", "image/jpeg", false),
            ("IMAGE/JPEG; q=1", "text/plain", true),
            ("application/pdf", "application/octet-stream", false),
            ("application/pdf", "image/png", true),
            ("text/csv", "text/plain", false),
            ("text/csv", program, true),
            ("video/quicktime", "application/octet-stream", false),
            ("application/octet-stream", program, false),
            ("", program, false),
            ("image/heic", "video/mp4", false),
        ] {
            assert_eq!(
                lies(claimed, shown),
                expected,
                "{claimed} that shows {shown}"
            );
        }
    }
}
