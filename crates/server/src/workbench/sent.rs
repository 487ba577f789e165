//! A form as an agent sent it, with or without files. Files are few and small enough to be held whole; nobody who is
//! not signed in makes us read one.

use axum::{
    Form,
    extract::{FromRequest, Multipart, Request, multipart::Field},
};

use super::door::{Door, Files};
use crate::{app::App, public::shown_name, web::form};

/// Bytes of one file.
pub(super) const MOST_BYTES: usize = 12 << 20;
/// Files of one form.
pub(super) const MOST_FILES: usize = 6;
/// Bytes of a form with files.
pub(super) const MOST_BODY: usize = MOST_FILES * MOST_BYTES + (1 << 20);
/// Bytes of all that is no file.
const MOST_TEXT: usize = 1 << 20;

/// A file of a form.
#[derive(Debug)]
pub(crate) struct SentFile {
    /// The name it had: text to show.
    pub(crate) name: String,
    /// What it holds; none where that is more than [`MOST_BYTES`].
    pub(crate) bytes: Option<Vec<u8>>,
}

/// What was sent.
#[derive(Debug, Default)]
pub(super) struct Sent {
    pub(super) fields: Vec<(String, String)>,
    /// Those that have a name and hold something.
    pub(super) files: Vec<SentFile>,
}

/// Reads a form; none where it is none, is cut, or holds more than it may.
pub(super) async fn read(
    app: &App,
    door: &Door,
    signed_in: bool,
    request: Request,
) -> Option<Sent> {
    if door.files == Files::None || !form::is_multipart(request.headers()) {
        let form = Form::<Vec<(String, String)>>::from_request(request, app).await;
        let Form(fields) = form.ok()?;
        return Some(Sent {
            fields,
            files: Vec::new(),
        });
    }
    if !signed_in {
        return Some(Sent::default());
    }
    let mut multipart = Multipart::from_request(request, app).await.ok()?;
    let mut sent = Sent::default();
    let mut room = MOST_TEXT;
    while let Some(mut field) = multipart.next_field().await.ok()? {
        if let Some(name) = field.file_name().map(shown_name) {
            let bytes = bytes(&mut field, MOST_BYTES).await?;
            let empty = bytes.as_ref().is_some_and(Vec::is_empty);
            // A browser sends an empty file where none was chosen.
            if !empty {
                sent.files.push(SentFile { name, bytes });
            }
            continue;
        }
        let name = field.name().unwrap_or_default().to_owned();
        let text = bytes(&mut field, room).await??;
        room -= text.len();
        sent.fields.push((name, String::from_utf8(text).ok()?));
    }
    Some(sent)
}

/// What a field holds; none inside where that is more than `most`, none outside where it was cut.
async fn bytes(field: &mut Field<'_>, most: usize) -> Option<Option<Vec<u8>>> {
    let mut held = Some(Vec::new());
    while let Some(chunk) = field.chunk().await.ok()? {
        held = held.filter(|held| held.len() + chunk.len() <= most);
        if let Some(held) = &mut held {
            held.extend_from_slice(&chunk);
        }
    }
    Some(held)
}
