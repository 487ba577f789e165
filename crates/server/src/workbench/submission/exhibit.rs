//! An exhibit's bytes: only as an attachment of no type, never shown in the page.

use axum::{
    body::Body,
    http::{HeaderName, HeaderValue, header},
    response::{IntoResponse, Response},
};

use store::intake::Upload;

use super::{act::new_act, load};
use crate::{
    app::App,
    workbench::{
        door::Admitted,
        link,
        session::{Refused, SignedIn},
    },
};

/// Sends an exhibit; that it was taken is kept first.
pub(in crate::workbench) async fn download(app: App, at: Admitted) -> Result<Response, Refused> {
    let signed = &at.signed;
    let loaded = load(&app, &at).await?;
    let seq = loaded.docket.seq;
    let exhibits = app
        .store
        .intake
        .exhibits(seq)
        .await
        .map_err(|error| signed.failed(&error))?;
    let Some(found) = exhibits
        .into_iter()
        .find(|found| found.id == at.path("exhibit"))
    else {
        return Err(signed.not_found());
    };
    let body =
        serde_json::json!({"exhibit": found.id, "sha256": store::objects::hex(&found.sha256)});
    let act = new_act(&app, signed, "download", "", &body.to_string())?;
    app.store
        .work
        .record(seq, act)
        .await
        .map_err(|error| signed.failed(&error))?;
    attached(&app, signed, &found).await
}

/// The bytes of an exhibit, as an attachment of no type.
pub(in crate::workbench) async fn attached(
    app: &App,
    signed: &SignedIn,
    found: &Upload,
) -> Result<Response, Refused> {
    let bytes = app
        .store
        .objects
        .read(&found.sha256)
        .await
        .map_err(|error| signed.failed(&store::StoreError::Io(error)))?;
    Ok(as_attachment(&found.name, bytes))
}

/// Bytes as an attachment of no type, by this name.
pub(in crate::workbench) fn as_attachment(name: &str, bytes: Vec<u8>) -> Response {
    let headers = [
        (
            header::CONTENT_TYPE,
            HeaderValue::from_static("application/octet-stream"),
        ),
        (header::CONTENT_DISPOSITION, disposition(name)),
        (
            header::CONTENT_SECURITY_POLICY,
            HeaderValue::from_static("sandbox; default-src 'none'"),
        ),
        (header::CACHE_CONTROL, HeaderValue::from_static("no-store")),
        (
            HeaderName::from_static("x-download-options"),
            HeaderValue::from_static("noopen"),
        ),
    ];
    (headers, Body::from(bytes)).into_response()
}

/// The person's name for the file, as RFC 6266 carries any text; the plain form holds no name at all.
fn disposition(name: &str) -> HeaderValue {
    let name: String = name.chars().filter(|c| !c.is_control()).take(150).collect();
    let text = format!(
        "attachment; filename=\"exhibit.bin\"; filename*=UTF-8''{}",
        link::encoded(&name)
    );
    HeaderValue::from_str(&text).unwrap_or_else(|_| HeaderValue::from_static("attachment"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_cannot_leave_its_header() {
        let check = |name: &str, expected: &str| {
            assert_eq!(
                disposition(name).to_str().unwrap(),
                format!("attachment; filename=\"exhibit.bin\"; filename*=UTF-8''{expected}")
            );
        };
        check("reçu.pdf", "re%C3%A7u.pdf");
        check("a\r\nSet-Cookie: b\".exe", "aSet-Cookie%3A%20b%22.exe");
        check("../../etc", "..%2F..%2Fetc");
    }
}
