//! The task at hand: why an agent looks beyond what is theirs. It is asked once, stands on every page, and the agent
//! ends it.

use axum::response::{IntoResponse, Redirect, Response};

use store::record::Look;

use super::{door::Admitted, link, session::Refused, told};
use crate::app::App;

/// Characters of a reason, at least…
const LEAST: usize = 10;
/// … and at most.
const MOST: usize = 300;

/// Begins a task.
pub(super) async fn begin(app: App, at: Admitted) -> Result<Response, Refused> {
    let reason = at.field("reason");
    let back = back(&at);
    let length = reason.chars().count();
    if !(LEAST..=MOST).contains(&length) {
        let words = at.signed.page.w;
        let error = if length < LEAST {
            words.t1("wb-error-reason", "least", LEAST as i64)
        } else {
            words.t1("wb-error-long", "most", MOST as i64)
        };
        return Ok(told::again(&at, &back, error));
    }
    set(&app, &at, "task_begin", &observables::mask_cards(reason)).await?;
    Ok(Redirect::to(&back).into_response())
}

/// Ends it.
pub(super) async fn end(app: App, at: Admitted) -> Result<Response, Refused> {
    set(&app, &at, "task_end", "").await?;
    Ok(Redirect::to(&link::workbench(&at.signed.page)).into_response())
}

async fn set(app: &App, at: &Admitted, kind: &str, task: &str) -> Result<(), Refused> {
    let agent = &at.signed.agent;
    let look = Look {
        at: app.now_micros(),
        agent: agent.id.clone(),
        unit: agent.unit.clone(),
        kind: kind.to_owned(),
        reason: if task.is_empty() {
            at.signed.task.clone()
        } else {
            task.to_owned()
        },
        ..Look::default()
    };
    let kept = app.store.record.keep(&[look]).await;
    kept.map_err(|error| at.signed.failed(&error))?;
    let set = app.store.access.set_task(at.signed.token(), task).await;
    set.map_err(|error| at.signed.failed(&error))
}

/// A page of the workbench to go on with; the first where the form names none.
fn back(at: &Admitted) -> String {
    let back = link::ours(at.field("back"));
    back.map_or_else(|| link::workbench(&at.signed.page), ToOwned::to_owned)
}
