//! Documents as PDF: made on a worker, few at once, each within a time.
//!
//! A document cannot be stopped while it is made. Whoever waits for one stops waiting; it keeps its place until it is
//! done, so that there are never more of them than the machine can bear.

use std::sync::Arc;

use axum::{
    http::{StatusCode, header},
    response::{IntoResponse, Response},
};
use documents::{Document, DocumentError, Head, Limits};
use jiff::civil::Date;
use tokio::{sync::Semaphore, task, time};

use crate::{app::App, page::Page};

/// How many are made at once. Whoever comes later waits.
const AT_ONCE: usize = 2;
/// After so many seconds it is worth trying again.
const AGAIN: &str = "60";

/// Where documents are made.
pub(crate) struct Press(Arc<Semaphore>);

impl Default for Press {
    fn default() -> Self {
        Self(Arc::new(Semaphore::new(AT_ONCE)))
    }
}

#[derive(Debug, thiserror::Error)]
enum Failure {
    #[error("it was not ready in time")]
    Late,
    #[error("its worker broke down")]
    Worker,
    #[error(transparent)]
    Document(#[from] DocumentError),
}

/// The last characters of an identifier: the first ones are the time, alike for everybody.
pub(crate) fn short(id: &str) -> &str {
    id.get(id.len().saturating_sub(8)..).unwrap_or(id)
}

/// What stands at the head of a document of this page's language.
pub(crate) fn head(app: &App, page: &Page, issuer: &str, reference: String, date: Date) -> Head {
    Head {
        lang: page.lang,
        issuer: issuer.to_owned(),
        reference,
        date,
        demonstration: app.settings.demonstration,
    }
}

/// The document as a file to keep; the page that says what to do where it cannot be made.
pub(crate) async fn download(
    app: &App,
    page: Page,
    name: &str,
    (head, document): (Head, Document),
) -> Response {
    match made(app, head, document).await {
        Ok(pdf) => {
            let name = format!("attachment; filename=\"{name}-{}.pdf\"", page.tag());
            let headers = [
                (header::CONTENT_TYPE, "application/pdf".to_owned()),
                (header::CONTENT_DISPOSITION, name),
                (header::CACHE_CONTROL, "no-store".to_owned()),
            ];
            (headers, pdf).into_response()
        }
        Err(failure) => {
            tracing::error!(
                error = &failure as &dyn std::error::Error,
                document = name,
                "a document could not be made"
            );
            let (title, text) = (
                page.w.t("document-failed-title"),
                page.w.t("document-failed-text"),
            );
            let failed = page.failed(StatusCode::SERVICE_UNAVAILABLE, title, text);
            ([(header::RETRY_AFTER, AGAIN)], failed).into_response()
        }
    }
}

async fn made(app: &App, head: Head, document: Document) -> Result<Vec<u8>, Failure> {
    let press = Arc::clone(&app.press.0);
    let work = async move {
        let place = press.acquire_owned().await.map_err(|_| Failure::Worker)?;
        let work = task::spawn_blocking(move || {
            // Held until it is done, whether somebody still waits or not.
            let _place = place;
            documents::render(&head, &document, &Limits::default())
        });
        Ok(work.await.map_err(|_| Failure::Worker)??)
    };
    time::timeout(app.settings.document_time, work)
        .await
        .map_err(|_| Failure::Late)?
}

#[cfg(test)]
pub(crate) mod tests {
    use axum::http::HeaderMap;

    use super::*;

    /// What a person reads of an answer: of a document, the text of its pages without breaks of lines, each no-break
    /// space a space.
    pub(crate) fn readable(headers: &HeaderMap, bytes: &[u8]) -> String {
        if headers
            .get(header::CONTENT_TYPE)
            .is_none_or(|kind| kind != "application/pdf")
        {
            return String::from_utf8_lossy(bytes).into_owned();
        }
        let read = reading::read(bytes, &reading::Limits::default());
        assert_eq!(read.problems, []);
        let pages = read
            .parts
            .iter()
            .filter(|part| part.path.starts_with("page"));
        pages
            .map(|part| part.text.replace(['\n', '\u{200b}'], ""))
            .map(|text| text.replace(['\u{a0}', '\u{202f}'], " "))
            .collect()
    }

    #[test]
    fn the_end_of_an_identifier_names_it() {
        assert_eq!(short("01890a5d-ac96-774b-bcce-b302099a8057"), "099a8057");
        assert_eq!(short("abc"), "abc");
    }
}
