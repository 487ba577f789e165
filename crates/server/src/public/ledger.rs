//! The public ledger: a page that explains it, and the C2SP tlog-tiles endpoints that anybody may read.

use askama::Template;
use axum::{
    extract::State,
    http::{StatusCode, Uri, header},
    response::{IntoResponse, Response},
};
use ledger::{TilePath, entry_bundle};

use crate::{
    app::App,
    page::{Page, render},
};

#[derive(Template)]
#[template(path = "public/ledger.html")]
struct LedgerPage {
    page: Page,
    checkpoint: Option<String>,
    key: String,
    size: Option<String>,
}

/// What the ledger is, its present checkpoint and how to check a receipt.
pub(super) async fn show(State(app): State<App>, page: Page) -> Response {
    let checkpoint = match app.store.intake.checkpoint().await {
        Ok(checkpoint) => checkpoint,
        Err(error) => return page.store_failed(&error),
    };
    let size = checkpoint
        .as_ref()
        .and_then(|note| note.lines().nth(1)?.parse::<i64>().ok());
    let template = LedgerPage {
        key: app.store.intake.verifier_key(),
        size: size.map(|size| page.count(size)),
        checkpoint,
        page,
    };
    render(StatusCode::OK, &template)
}

/// `/checkpoint`: the present signed checkpoint.
pub(super) async fn checkpoint(State(app): State<App>) -> Response {
    match app.store.intake.checkpoint().await {
        Ok(Some(note)) => (
            [
                (header::CONTENT_TYPE, "text/plain; charset=utf-8"),
                (header::CACHE_CONTROL, "no-cache"),
            ],
            note,
        )
            .into_response(),
        Ok(None) => StatusCode::NOT_FOUND.into_response(),
        Err(error) => failed(&error),
    }
}

/// `/tile/…`: hashes of the tree, or the entries under them. A whole tile never changes again.
pub(super) async fn tile(State(app): State<App>, uri: Uri) -> Response {
    let Ok(path) = uri.path().parse::<TilePath>() else {
        return StatusCode::NOT_FOUND.into_response();
    };
    let (bytes, width) = match path {
        TilePath::Hashes(id) => (
            app.store.intake.tile(id.level, id.index, id.width).await,
            id.width,
        ),
        TilePath::Entries { index, width } => {
            let entries = app.store.intake.entries(index, width).await;
            (
                entries.map(|entries| entries.as_deref().map(entry_bundle)),
                width,
            )
        }
    };
    // A part grows into another path, so it may be kept as well; a day is enough.
    let cache = if width == 256 {
        "public, max-age=31536000, immutable"
    } else {
        "public, max-age=86400"
    };
    match bytes {
        Ok(Some(bytes)) => (
            [
                (header::CONTENT_TYPE, "application/octet-stream"),
                (header::CACHE_CONTROL, cache),
            ],
            bytes,
        )
            .into_response(),
        Ok(None) => StatusCode::NOT_FOUND.into_response(),
        Err(error) => failed(&error),
    }
}

fn failed(error: &store::StoreError) -> Response {
    tracing::error!(
        error = error as &dyn std::error::Error,
        "the ledger could not be read"
    );
    StatusCode::SERVICE_UNAVAILABLE.into_response()
}
