//! A sealed identity, opened with a reason: the act is kept before anything is shown, and it is shown
//! on this one answer only.

use std::collections::HashMap;

use askama::Template;
use axum::{http::StatusCode, response::Response};
use serde_json::{Map, Value};

use super::{
    act::new_act,
    answers::{Marks, StepView, steps},
    load,
};
use crate::{
    app::App,
    page::{Page, render},
    receive::VOUCHED,
    workbench::{door::Admitted, link, row, session::Refused},
};

#[derive(Template)]
#[template(path = "workbench/identity.html")]
struct Identity {
    page: Page,
    number: String,
    back: String,
    reason: String,
    /// Who vouched for it, and when; empty where nobody did.
    vouched: String,
    steps: Vec<StepView>,
}

/// Opens the identity of a submission.
pub(in crate::workbench) async fn open(app: App, posted: Admitted) -> Result<Response, Refused> {
    let signed = &posted.signed;
    let loaded = load(&app, &posted).await?;
    let reason = posted.field("reason");
    let act = new_act(&app, signed, "open_identity", reason, "{}")?;
    app.store
        .work
        .record(loaded.docket.seq, act)
        .await
        .map_err(|error| signed.failed(&error))?;
    let identity = app
        .store
        .intake
        .identity(&loaded.submission)
        .await
        .map_err(|error| signed.failed(&error))?;
    let values: Map<String, Value> = identity
        .and_then(|identity| serde_json::from_str(&identity).ok())
        .unwrap_or_default();
    let page = signed.page.clone();
    let counts = HashMap::new();
    let steps = match loaded.desk {
        Some(desk) => steps(desk, &values, &Marks::new(&page, &[], &counts), true),
        None => Vec::new(),
    };
    Ok(render(
        StatusCode::OK,
        &Identity {
            number: row::number(&page, loaded.docket.seq),
            back: link::submission(&page, &loaded.docket.id, ""),
            reason: reason.to_owned(),
            vouched: vouched(&page, values.get(VOUCHED)),
            steps,
            page,
        },
    ))
}

/// Who vouched for an identity, and when.
fn vouched(page: &Page, kept: Option<&Value>) -> String {
    let by = kept.and_then(|kept| kept.get("by")?.as_str());
    let at = kept.and_then(|kept| kept.get("at")?.as_i64());
    by.zip(at).map_or_else(String::new, |(by, at)| {
        let when = ("when", page.moment(at));
        page.w.t2("wb-vouched", ("provider", by), when)
    })
}
