//! `POST /api/v1/evidence`: files sent before the submission, or the message, that names them.

use axum::{
    extract::{Request, State},
    http::StatusCode,
    response::Response,
};
use casework::answers::ErrorCode;
use serde::Serialize;
use store::objects::hex;

use super::{
    failure::{Failure, Wrong},
    request::{Media, caller, media},
    upload::PartReader,
};
use crate::{app::App, page::preferred};

/// Files of one request.
const MOST_FILES: usize = 20;

#[derive(Serialize)]
struct Uploaded {
    id: String,
    sha256: String,
    size: u64,
    media_type: &'static str,
}

/// Receives files.
pub(super) async fn send(State(app): State<App>, request: Request) -> Response {
    let (parts, body) = request.into_parts();
    let lang = preferred(&parts);
    match sent(&app, Request::from_parts(parts, body)).await {
        Ok(response) => response,
        Err(failure) => failure.respond(lang),
    }
}

async fn sent(app: &App, request: Request) -> Result<Response, Failure> {
    caller(app, request.headers()).await?;
    if media(request.headers())? != Media::Multipart {
        return Err(Failure::MediaType);
    }
    let mut reader = PartReader::new(request).await?;
    let stored = files_of(app, &mut reader).await;
    if stored.is_err() {
        reader.drain().await;
    }
    Ok(super::json_answer(StatusCode::CREATED, &stored?))
}

async fn files_of(app: &App, reader: &mut PartReader) -> Result<Vec<Uploaded>, Failure> {
    let mut uploaded = Vec::new();
    while let Some(part) = reader.next().await? {
        if !part.is_file() {
            let name = part.name().chars().take(80).collect::<String>();
            return Err(Failure::Invalid(vec![Wrong::field(
                name,
                ErrorCode::NotAFile,
            )]));
        }
        if uploaded.len() == MOST_FILES {
            let code = ErrorCode::TooMany { max: MOST_FILES };
            return Err(Failure::Invalid(vec![Wrong::field(part.name(), code)]));
        }
        let stored = part.store(app).await?;
        uploaded.push(Uploaded {
            id: stored.id,
            sha256: hex(&stored.kept.sha256),
            size: stored.kept.size,
            media_type: stored.kept.media_type,
        });
    }
    if uploaded.is_empty() {
        return Err(Failure::Invalid(vec![Wrong::field(
            "",
            ErrorCode::Required,
        )]));
    }
    Ok(uploaded)
}
