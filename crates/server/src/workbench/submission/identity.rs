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
    workbench::{door::Admitted, link, row, session::Refused},
};

#[derive(Template)]
#[template(path = "workbench/identity.html")]
struct Identity {
    page: Page,
    number: String,
    back: String,
    reason: String,
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
            steps,
            page,
        },
    ))
}
