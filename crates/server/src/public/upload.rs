//! Evidence on its way in: streamed to the object store, never held whole, judged by its bytes.

use std::collections::HashMap;

use axum::{
    extract::{FromRequest, Multipart, Request, multipart::Field},
    response::Response,
};
use store::{intake::Upload, objects::UploadError};

use super::{draft::random_key, questions::FileShown};
use crate::{
    app::App,
    page::Page,
    web::form::{self, Fields, FormError},
};

/// More files than this in one form are not read.
const MOST_FILES: usize = 50;
const MOST_NAME: usize = 200;

/// A form as it came: its fields, and what became of each file.
pub(super) struct Posted {
    pub(super) fields: Fields,
    /// The field it came in, and the upload, or why it was refused, for the person.
    pub(super) files: Vec<(String, Result<Upload, String>)>,
}

/// Reads a form with or without files.
pub(super) async fn read(app: &App, page: &Page, request: Request) -> Result<Posted, Response> {
    let failed = |error| page.clone().form_failed(error);
    if !form::is_multipart(request.headers()) {
        let body = form::bytes(request.into_body(), app.settings.most_body)
            .await
            .map_err(failed)?;
        let fields = Fields::parse(&body).map_err(failed)?;
        return Ok(Posted {
            fields,
            files: Vec::new(),
        });
    }
    let mut multipart = Multipart::from_request(request, app)
        .await
        .map_err(|_| failed(FormError::Cut))?;
    let mut posted = Posted {
        fields: Fields::default(),
        files: Vec::new(),
    };
    let mut room = app.settings.most_body;
    while let Some(field) = multipart
        .next_field()
        .await
        .map_err(|_| failed(FormError::Cut))?
    {
        let name = field.name().unwrap_or_default().to_owned();
        if field.file_name().is_some() {
            if let Some(kept) = file(app, page, field, posted.files.len())
                .await
                .map_err(failed)?
            {
                posted.files.push((name, kept));
            }
            continue;
        }
        let value = text(field, &mut room).await.map_err(failed)?;
        posted.fields.push(name, value).map_err(failed)?;
    }
    Ok(posted)
}

async fn text(mut field: Field<'_>, room: &mut usize) -> Result<String, FormError> {
    let mut bytes = Vec::new();
    let mut over = false;
    while let Some(chunk) = field.chunk().await.map_err(|_| FormError::Cut)? {
        over |= chunk.len() > *room;
        if !over {
            *room -= chunk.len();
            bytes.extend_from_slice(&chunk);
        }
    }
    if over {
        return Err(FormError::TooLarge);
    }
    String::from_utf8(bytes).map_err(|_| FormError::NotText)
}

/// Takes one file in. The outer error ends the request; the inner one is told and the rest goes on.
async fn file(
    app: &App,
    page: &Page,
    mut field: Field<'_>,
    before: usize,
) -> Result<Option<Result<Upload, String>>, FormError> {
    let name = shown_name(field.file_name().unwrap_or_default());
    let w = page.w;
    let refused = |why: String| Ok(Some(Err(why)));
    if before >= MOST_FILES {
        while field.chunk().await.map_err(|_| FormError::Cut)?.is_some() {}
        return refused(w.t1("file-too-many", "name", name));
    }
    let failed = |error: &(dyn std::error::Error + 'static)| {
        tracing::error!(error, "a file was not kept; its sender is told");
        Ok(Some(Err(w.t1("file-not-kept", "name", name.clone()))))
    };
    let Some(id) = random_key() else {
        return failed(&std::io::Error::other("no randomness"));
    };
    let mut incoming = match app
        .store
        .objects
        .receive(&id, app.settings.most_upload)
        .await
    {
        Ok(incoming) => incoming,
        Err(error) => return failed(&error),
    };
    let mut size = 0_u64;
    loop {
        let chunk = match field.chunk().await {
            Ok(Some(chunk)) => chunk,
            Ok(None) => break,
            Err(_) => return Err(FormError::Cut),
        };
        size += chunk.len() as u64;
        if let Err(error) = incoming.write(&chunk).await {
            // What it took of the disk is given back first.
            drop(incoming);
            // Read to the end, so that the files after it and the answers are not lost.
            while field.chunk().await.map_err(|_| FormError::Cut)?.is_some() {}
            return match error {
                UploadError::TooLarge { most } => {
                    let megabytes = page.count((most >> 20) as i64);
                    refused(w.t2("file-too-large", ("name", name), ("megabytes", megabytes)))
                }
                other => failed(&other),
            };
        }
    }
    if size == 0 {
        // A browser sends an empty nameless file when none was chosen.
        return if name.is_empty() {
            Ok(None)
        } else {
            refused(w.t1("file-empty", "name", name))
        };
    }
    // Named on the way out of this function at the latest.
    let (kept, _unrecorded) = match incoming.keep().await {
        Ok(kept) => kept,
        Err(error) => return failed(&error),
    };
    if !fits(&name, kept.media_type) {
        return refused(w.t1("file-wrong-type", "name", name));
    }
    let upload = Upload {
        id,
        sha256: kept.sha256,
        size: kept.size,
        name: observables::mask_cards(&name).into_owned(),
        media_type: kept.media_type.to_owned(),
        at: app.now_micros(),
    };
    match app.store.intake.record_upload(upload.clone()).await {
        Ok(()) => Ok(Some(Ok(upload))),
        Err(error) => failed(&error),
    }
}

/// The last part of the name, without what could reorder or hide text. Shown, never used as a path.
pub(crate) fn shown_name(name: &str) -> String {
    let last = name.rsplit(['/', '\\']).next().unwrap_or_default();
    let hidden = |c: char| {
        c.is_control()
            || matches!(c, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{feff}')
    };
    last.chars()
        .filter(|c| !hidden(*c))
        .take(MOST_NAME)
        .collect::<String>()
        .trim()
        .to_owned()
}

/// Whether the bytes are of the family that the name claims. Programs are refused whatever their name;
/// a name that claims nothing we can tell is let in: the workbench shows no file as it came.
fn fits(name: &str, found: &str) -> bool {
    if found == "application/vnd.microsoft.portable-executable" {
        return false;
    }
    let extension = name
        .rsplit_once('.')
        .map(|(_, extension)| extension.to_ascii_lowercase())
        .unwrap_or_default();
    match extension.as_str() {
        "png" | "jpg" | "jpeg" | "gif" | "webp" => found.starts_with("image/"),
        // These are boxes of the MP4 family.
        "heic" | "heif" | "avif" => found.starts_with("image/") || found == "video/mp4",
        "pdf" => found == "application/pdf",
        "zip" => found == "application/zip",
        // An encrypted document is an OLE container.
        "docx" | "xlsx" | "pptx" => {
            matches!(found, "application/zip" | "application/x-ole-storage")
        }
        "odt" | "ods" | "odp" => found == "application/zip",
        "doc" | "xls" | "ppt" | "msg" => matches!(
            found,
            "application/x-ole-storage" | "application/zip" | "text/plain"
        ),
        "mp4" | "m4a" | "m4v" | "mov" => {
            found == "video/mp4" || found == "application/octet-stream"
        }
        "webm" | "mkv" => found == "video/webm",
        "ogg" | "opus" => found == "application/ogg",
        _ => true,
    }
}

/// Name and size of files, by id; an id that no upload has is left out.
pub(super) async fn shown(
    app: &App,
    page: &Page,
    ids: impl Iterator<Item = &str>,
) -> Result<HashMap<String, FileShown>, store::StoreError> {
    let mut files = HashMap::new();
    for id in ids.take(500) {
        if let Some(upload) = app.upload(id).await? {
            let size = size(page, upload.size);
            files.insert(
                id.to_owned(),
                FileShown {
                    id: upload.id,
                    name: upload.name,
                    size,
                },
            );
        }
    }
    Ok(files)
}

/// A size as people read it.
fn size(page: &Page, bytes: u64) -> String {
    match bytes {
        0..1_000 => page.w.t1("size-bytes", "count", bytes as i64),
        1_000..1_000_000 => page
            .w
            .t1("size-kilobytes", "count", bytes.div_ceil(1_000) as i64),
        _ => page.w.t1(
            "size-megabytes",
            "count",
            page.count(bytes.div_ceil(1_000_000) as i64),
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_text_and_never_a_path() {
        for (sent, shown) in [
            ("../../etc/passwd", "passwd"),
            ("C:\\Users\\x\\photo.png", "photo.png"),
            ("a\u{202e}gnp.exe", "agnp.exe"),
            ("line\nbreak.txt", "linebreak.txt"),
            ("", ""),
        ] {
            assert_eq!(shown_name(sent), shown, "{sent:?}");
        }
        assert_eq!(shown_name(&"é".repeat(1_000)).chars().count(), MOST_NAME);
    }

    #[test]
    fn a_type_that_lies_is_refused() {
        for (name, found, good) in [
            ("photo.png", "image/png", true),
            ("photo.jpg", "image/webp", true),
            (
                "photo.png",
                "application/vnd.microsoft.portable-executable",
                false,
            ),
            ("photo.png", "text/plain", false),
            ("facture.pdf", "application/zip", false),
            ("facture.PDF", "application/pdf", true),
            ("sans-extension", "application/octet-stream", true),
            (
                "outil",
                "application/vnd.microsoft.portable-executable",
                false,
            ),
            ("IMG_1.HEIC", "video/mp4", true),
        ] {
            assert_eq!(fits(name, found), good, "{name} {found}");
        }
    }
}
