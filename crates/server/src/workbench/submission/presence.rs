//! Who else looks at a submission, and whether it changed: asked every 20 s by the page's script.

use std::time::Duration;

use axum::{
    Json,
    http::header,
    response::{IntoResponse, Response},
};
use serde::Serialize;

use super::load;
use crate::{
    app::App,
    workbench::{
        door::Admitted,
        session::{Refused, SignedIn},
    },
};

/// Somebody who was there so long ago is still there, microseconds.
const STILL_THERE: i64 = 60_000_000;
/// A page waits so long for the answer, no more: the worker may be writing a large batch. Its script
/// asks again soon after…
pub(super) const OF_A_PAGE: Duration = Duration::from_millis(20);
/// … and has time.
const OF_THE_SCRIPT: Duration = Duration::from_secs(5);

#[derive(Serialize)]
struct Presence {
    others: Vec<String>,
    revision: i64,
}

/// The script's question.
pub(in crate::workbench) async fn poll(app: App, at: Admitted) -> Result<Response, Refused> {
    let loaded = load(&app, &at).await?;
    let presence = Presence {
        others: others(&app, &at.signed, loaded.docket.seq, OF_THE_SCRIPT).await,
        revision: loaded.docket.revision,
    };
    Ok(([(header::CACHE_CONTROL, "no-store")], Json(presence)).into_response())
}

/// Says that this agent looks at it, and names the others; none when the store has no time for it.
pub(super) async fn others(
    app: &App,
    signed: &SignedIn,
    seq: i64,
    patience: Duration,
) -> Vec<String> {
    let (work, agent, now) = (
        app.store.work.clone(),
        signed.agent.id.clone(),
        app.now_micros(),
    );
    let asked =
        tokio::spawn(async move { work.present(seq, &agent, now, now - STILL_THERE).await });
    match tokio::time::timeout(patience, asked).await {
        Ok(Ok(Ok(names))) => names,
        Ok(Ok(Err(error))) => {
            tracing::warn!(
                error = &error as &dyn std::error::Error,
                "who else looks is not known"
            );
            Vec::new()
        }
        // It is still noted, later.
        Ok(Err(_)) | Err(_) => Vec::new(),
    }
}
