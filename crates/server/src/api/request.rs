//! What every request of this interface brings: who calls, under which key, in which form.

use axum::{
    body::Body,
    http::{HeaderMap, header, request::Parts},
};
use casework::submission::TrackingCode;
use futures_util::StreamExt;

use super::failure::Failure;
use crate::app::App;

/// After a refusal for size, at most this much of the rest is read and thrown away, so that the client
/// reads the refusal instead of a broken connection.
pub(super) const DRAINED: usize = 64 << 20;

/// Who calls.
pub(super) struct Caller {
    /// Name of the partner, empty for anybody.
    pub(super) scope: String,
    /// `api` or `import`.
    pub(super) channel: &'static str,
}

/// Reads who calls. A token that is not good is refused, never taken for nobody's.
pub(super) async fn caller(app: &App, headers: &HeaderMap) -> Result<Caller, Failure> {
    let scope = match headers.get(header::AUTHORIZATION) {
        None => String::new(),
        Some(value) => {
            let token = value
                .to_str()
                .ok()
                .and_then(|value| value.split_once(' '))
                .filter(|(scheme, _)| scheme.eq_ignore_ascii_case("bearer"))
                .map(|(_, token)| token.trim())
                .ok_or(Failure::Token)?;
            app.store
                .work
                .partner(token.as_bytes())
                .await?
                .ok_or(Failure::Token)?
        }
    };
    let channel = match headers.get("orfevre-channel").map(|value| value.as_bytes()) {
        None | Some(b"api") => "api",
        Some(b"import") if scope.is_empty() => return Err(Failure::PartnersOnly),
        Some(b"import") => "import",
        Some(_) => return Err(Failure::Channel),
    };
    Ok(Caller { scope, channel })
}

/// The idempotency key: 16 to 128 visible ASCII characters, given once.
pub(super) fn idempotency_key(headers: &HeaderMap) -> Result<&str, Failure> {
    let mut given = headers.get_all("idempotency-key").iter();
    let (Some(key), None) = (given.next(), given.next()) else {
        return Err(Failure::IdempotencyKey);
    };
    key.to_str()
        .ok()
        .filter(|key| {
            (16..=128).contains(&key.len()) && key.bytes().all(|byte| byte.is_ascii_graphic())
        })
        .ok_or(Failure::IdempotencyKey)
}

/// The tracking code in its header.
pub(super) fn tracking_code(headers: &HeaderMap) -> Result<TrackingCode, Failure> {
    headers
        .get("tracking-code")
        .and_then(|value| value.to_str().ok())
        .and_then(|value| value.parse().ok())
        .ok_or(Failure::TrackingCode)
}

/// A kind of body.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Media {
    Json,
    Multipart,
}

/// The kind of the body.
pub(super) fn media(headers: &HeaderMap) -> Result<Media, Failure> {
    let coded = headers
        .get(header::CONTENT_ENCODING)
        .is_some_and(|coding| !coding.as_bytes().eq_ignore_ascii_case(b"identity"));
    let named = headers
        .get(header::CONTENT_TYPE)
        .and_then(|value| value.to_str().ok());
    let essence = named
        .and_then(|named| named.split(';').next())
        .unwrap_or_default()
        .trim();
    match essence {
        _ if coded => Err(Failure::MediaType),
        json if json.eq_ignore_ascii_case("application/json") => Ok(Media::Json),
        multipart if multipart.eq_ignore_ascii_case("multipart/form-data") => Ok(Media::Multipart),
        _ => Err(Failure::MediaType),
    }
}

/// The whole body of a JSON request, or why there is none.
pub(super) async fn json_body(
    app: &App,
    parts: &Parts,
    body: Body,
) -> Result<axum::body::Bytes, Failure> {
    let most = app.settings.most_body;
    let too_large = Failure::TooLarge { most: most as u64 };
    let announced = parts
        .headers
        .get(header::CONTENT_LENGTH)
        .and_then(|length| length.to_str().ok()?.parse::<u64>().ok());
    if announced.is_some_and(|length| length > most as u64) {
        // A client that asked first (`Expect: 100-continue`) is answered before it sends.
        if !parts.headers.contains_key(header::EXPECT) {
            drain(body).await;
        }
        return Err(too_large);
    }
    let mut chunks = body.into_data_stream();
    // Nearly every body comes as one chunk, which is then not copied.
    let Some(first) = chunks.next().await.transpose().map_err(|_| Failure::Cut)? else {
        return Ok(axum::body::Bytes::new());
    };
    let Some(second) = chunks.next().await.transpose().map_err(|_| Failure::Cut)? else {
        return if first.len() > most {
            Err(too_large)
        } else {
            Ok(first)
        };
    };
    let mut whole = Vec::with_capacity(
        announced
            .map_or(0, |length| length as usize)
            .max(first.len() + second.len()),
    );
    whole.extend_from_slice(&first);
    whole.extend_from_slice(&second);
    loop {
        if whole.len() > most {
            drop(whole);
            drain(Body::from_stream(chunks)).await;
            return Err(too_large);
        }
        match chunks.next().await {
            None => return Ok(whole.into()),
            Some(Ok(chunk)) => whole.extend_from_slice(&chunk),
            Some(Err(_)) => return Err(Failure::Cut),
        }
    }
}

async fn drain(body: Body) {
    let mut chunks = body.into_data_stream();
    let mut drained = 0;
    while let Some(Ok(chunk)) = chunks.next().await {
        drained += chunk.len();
        if drained > DRAINED {
            return;
        }
    }
}
