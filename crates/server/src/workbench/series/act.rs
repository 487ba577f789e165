//! A person's word on a series: confirm, split, merge, each with its reason, each undone without loss.

use axum::{
    http::StatusCode,
    response::{IntoResponse, Redirect, Response},
};
use casework::policy::Because;
use store::StoreError;

use super::page::{Entered, again};
use crate::{
    app::App,
    workbench::{door::Admitted, link, session::Refused, submission::act::new_act, told},
};

/// Says on the series' page that a reason is missing.
pub(in crate::workbench) async fn told(
    app: &App,
    posted: &Admitted,
    because: Because,
) -> Result<Response, Refused> {
    if because != Because::Reason {
        return Ok(told::page(posted, because));
    }
    let field = match posted.act() {
        "split" => "split-reason",
        "merge" => "merge-reason",
        "undo" => "history",
        _ => "confirm-reason",
    };
    let errors = vec![(field, posted.signed.page.w.t("wb-error-why"))];
    let status = StatusCode::UNPROCESSABLE_ENTITY;
    again(app, posted, status, errors, entered(posted), false).await
}

/// What was typed.
fn entered(posted: &Admitted) -> Entered {
    Entered {
        act: posted.act().to_owned(),
        reason: posted.field("reason").to_owned(),
        other: posted.field("other").to_uppercase(),
        out: out(posted),
    }
}

/// The members that were ticked.
fn out(posted: &Admitted) -> Vec<i64> {
    let ticked = posted.all("member");
    ticked.filter_map(|seq| seq.parse().ok()).collect()
}

/// An act on a series.
pub(in crate::workbench) async fn post(app: App, posted: Admitted) -> Result<Response, Refused> {
    let (signed, sight) = (&posted.signed, &posted.sight);
    let (id, kind) = (posted.path("id"), posted.act());
    let words = signed.page.w;
    let work = &app.store.work;
    let (reason, revision) = (posted.field("reason"), posted.revision());
    let other = posted.field("other").to_uppercase();
    let out = out(&posted);
    let failed = |error: StoreError| signed.failed(&error);
    let mut errors = Vec::new();
    match kind {
        "confirm" => {}
        "undo" => {
            let acts = work.series_acts(id, sight).await.map_err(failed)?;
            if !acts.iter().any(|act| act.id == posted.field("act")) {
                return Err(signed.not_found());
            }
        }
        "split" if out.is_empty() => errors.push(("members", words.t("wb-error-split"))),
        "split" => {}
        "merge" => {
            let known = work.seen_series(&other, sight).await.map_err(failed)?;
            if other == id || known.is_none_or(|series| series.state == "retired") {
                errors.push(("merge-other", words.t("wb-error-merge")));
            }
        }
        _ => return Err(signed.not_found()),
    }
    if !errors.is_empty() {
        let status = StatusCode::UNPROCESSABLE_ENTITY;
        return again(&app, &posted, status, errors, entered(&posted), false).await;
    }
    let body = match kind {
        "split" => serde_json::json!({ "out": out }),
        "undo" => serde_json::json!({ "act": posted.field("act") }),
        _ => serde_json::json!({}),
    };
    let act = new_act(&app, signed, kind, reason, &body.to_string())?;
    let by = (&app.model, sight);
    // The series that the page to come is of.
    let stay = |done: Result<(), StoreError>| done.map(|()| id.to_owned());
    let done = match kind {
        "confirm" => stay(work.confirm_series(id, revision, act, by).await),
        "split" => stay(work.split_series(id, revision, &out, act, by).await),
        "merge" => work.merge_series(id, revision, &other, act, by).await,
        _ => stay(
            work.undo_series_act(posted.field("act"), act, &app.model)
                .await,
        ),
    };
    match done {
        Ok(series) => Ok(Redirect::to(&format!(
            "{}?done={kind}",
            link::series(&signed.page, &series)
        ))
        .into_response()),
        Err(StoreError::Changed) => {
            let status = StatusCode::CONFLICT;
            again(&app, &posted, status, Vec::new(), entered(&posted), true).await
        }
        Err(error) => Err(signed.failed(&error)),
    }
}
