//! Whether the record holds together: its chain, and the anchors of it in the ledger.

use askama::Template;
use axum::{
    http::{StatusCode, header},
    response::{IntoResponse, Response},
};
use store::{
    StoreError,
    intake::{Anchor, broken_link},
    record::{Held, Verified},
};

use crate::{
    app::App,
    page::{Page, render},
    workbench::{door::Admitted, session::Refused},
};

/// How far the record is held fast.
pub(crate) struct Chain {
    pub(crate) entries: String,
    /// How far, and since when.
    pub(crate) anchored: String,
    /// Whether there is an anchor.
    pub(crate) any: bool,
}

impl Chain {
    /// As it is now.
    ///
    /// # Errors
    /// When the store does not answer.
    pub(crate) async fn read(app: &App, page: &Page) -> Result<Chain, StoreError> {
        let newest = app.store.record.newest().await?;
        let anchor = app.store.intake.newest_anchor().await?;
        let anchored = anchor.as_ref().map(|anchor| {
            let entries = page.count(anchor.entries);
            page.w.t2(
                "ad-chain-anchored",
                ("when", page.moment(anchor.at)),
                ("entries", entries),
            )
        });
        Ok(Chain {
            entries: page.count(newest.map_or(0, |(entries, _)| entries)),
            any: anchored.is_some(),
            anchored: anchored.unwrap_or_else(|| page.w.t("ad-chain-none")),
        })
    }
}

#[derive(Template)]
#[template(path = "workbench/record-verify.html")]
struct Verify {
    page: Page,
    sound: bool,
    said: String,
}

/// Computes everything anew and says what was found.
pub(crate) async fn verify(app: App, at: Admitted) -> Result<Response, Refused> {
    let failed = |error: StoreError| at.signed.failed(&error);
    let page = at.signed.page.clone();
    let anchors = app.store.intake.anchors().await.map_err(failed)?;
    let found = app.store.record.verify(&held(&anchors)).await;
    let (sound, said) = match (found.map_err(failed)?, broken_link(&anchors)) {
        (Verified::Whole(_), Some(anchor)) => {
            (false, page.w.t1("ad-verify-link", "leaf", anchor.seq + 1))
        }
        (Verified::Whole(entries), None) => (
            true,
            page.w.t2(
                "ad-verify-whole",
                ("entries", page.count(entries)),
                ("anchors", page.count(anchors.len() as i64)),
            ),
        ),
        (Verified::Broken(place), _) => (
            false,
            page.w
                .t1("ad-verify-broken", "place", page.count(place + 1)),
        ),
        (Verified::Rewritten(from, until), _) => (
            false,
            page.w.t2(
                "ad-verify-rewritten",
                ("from", page.count(from + 1)),
                ("until", page.count(until)),
            ),
        ),
    };
    Ok(render(StatusCode::OK, &Verify { page, sound, said }))
}

fn held(anchors: &[Anchor]) -> Vec<Held> {
    let held = anchors.iter().map(|anchor| Held {
        entries: anchor.entries,
        hash: anchor.digest,
    });
    held.collect()
}

/// The receipt of the newest anchor, to be kept elsewhere.
pub(crate) async fn anchor(app: App, at: Admitted) -> Result<Response, Refused> {
    let failed = |error: StoreError| at.signed.failed(&error);
    let newest = app.store.intake.newest_anchor().await.map_err(failed)?;
    let Some(anchor) = newest else {
        return Err(at.signed.not_found());
    };
    let receipt = app.store.intake.anchor_receipt(anchor.seq).await;
    let name = format!(
        "attachment; filename=\"record-{}.tlog-proof\"",
        anchor.entries
    );
    Ok((
        [
            (header::CONTENT_TYPE, "text/plain; charset=utf-8".to_owned()),
            (header::CONTENT_DISPOSITION, name),
            (header::CACHE_CONTROL, "no-store".to_owned()),
        ],
        receipt.map_err(failed)?,
    )
        .into_response())
}
