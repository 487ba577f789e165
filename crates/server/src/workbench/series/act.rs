//! A person's word on a series: confirm, split, merge, each with its reason, each undone without loss.

use axum::{
    extract::{Path, State},
    http::StatusCode,
    response::{IntoResponse, Redirect, Response},
};
use store::StoreError;

use super::page::{Entered, again};
use crate::{
    app::App,
    workbench::{
        access::Action,
        link,
        session::{Posted, Refused},
        submission::act::new_act,
    },
};

/// An act on a series.
pub(in crate::workbench) async fn post(
    State(app): State<App>,
    Path((_, id, kind)): Path<(String, String, String)>,
    posted: Posted,
) -> Result<Response, Refused> {
    let signed = &posted.signed;
    signed.may(Action::DecideSeries)?;
    let words = signed.page.w;
    let work = &app.store.work;
    let (reason, revision) = (posted.field("reason"), posted.revision());
    let other = posted.field("other").to_uppercase();
    let out: Vec<i64> = posted
        .all("member")
        .filter_map(|seq| seq.parse().ok())
        .collect();
    let mut errors = Vec::new();
    if reason.is_empty() {
        let field = match kind.as_str() {
            "split" => "split-reason",
            "merge" => "merge-reason",
            "undo" => "history",
            _ => "confirm-reason",
        };
        errors.push((field, words.t("wb-error-why")));
    }
    match kind.as_str() {
        "confirm" | "undo" => {}
        "split" if out.is_empty() => errors.push(("members", words.t("wb-error-split"))),
        "split" => {}
        "merge" => {
            let known = work
                .series(&other)
                .await
                .map_err(|error| signed.failed(&error))?;
            if other == id || known.is_none_or(|series| series.state == "retired") {
                errors.push(("merge-other", words.t("wb-error-merge")));
            }
        }
        _ => return Err(signed.not_found()),
    }
    let entered = || Entered {
        act: kind.clone(),
        reason: reason.to_owned(),
        other: other.clone(),
        out: out.clone(),
    };
    if !errors.is_empty() {
        return again(
            &app,
            signed,
            &id,
            StatusCode::UNPROCESSABLE_ENTITY,
            errors,
            entered(),
            false,
        )
        .await;
    }
    let body = match kind.as_str() {
        "split" => serde_json::json!({ "out": out }),
        "undo" => serde_json::json!({ "act": posted.field("act") }),
        _ => serde_json::json!({}),
    };
    let act = new_act(&app, signed, &kind, reason, &body.to_string())?;
    let model = &app.model;
    // The series that the page to come is of.
    let stay = |done: Result<(), StoreError>| done.map(|()| id.clone());
    let done = match kind.as_str() {
        "confirm" => stay(work.confirm_series(&id, revision, act, model).await),
        "split" => stay(work.split_series(&id, revision, &out, act, model).await),
        "merge" => work.merge_series(&id, revision, &other, act, model).await,
        _ => stay(work.undo_series_act(posted.field("act"), act, model).await),
    };
    match done {
        Ok(series) => Ok(Redirect::to(&format!(
            "{}?done={kind}",
            link::series(&signed.page, &series)
        ))
        .into_response()),
        Err(StoreError::Changed) => {
            again(
                &app,
                signed,
                &id,
                StatusCode::CONFLICT,
                Vec::new(),
                entered(),
                true,
            )
            .await
        }
        Err(error) => Err(signed.failed(&error)),
    }
}
