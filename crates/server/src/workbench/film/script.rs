//! A script: confidential, for those who need to know it, opened with a reason that is kept. And the other papers.

use std::collections::BTreeSet;

use axum::response::Response;
use serde_json::Value;

use crate::{
    app::App,
    workbench::{door::Admitted, session::Refused, submission::exhibit},
};

/// The files of a request that are its script.
pub(super) fn scripts(facts: &str) -> BTreeSet<String> {
    let facts: Value = serde_json::from_str(facts).unwrap_or_default();
    let mut found = BTreeSet::new();
    collect(facts.get("script"), &mut found);
    found
}

/// Every text below a value: whatever form a list of files has, its identifiers are texts in it.
fn collect(value: Option<&Value>, found: &mut BTreeSet<String>) {
    match value {
        Some(Value::String(text)) => {
            found.insert(text.clone());
        }
        Some(Value::Array(values)) => values.iter().for_each(|value| collect(Some(value), found)),
        Some(Value::Object(members)) => members
            .values()
            .for_each(|value| collect(Some(value), found)),
        _ => {}
    }
}

/// Sends the script; the door kept who opened it and why.
pub(super) async fn open(app: App, at: Admitted) -> Result<Response, Refused> {
    send(&app, &at, true).await
}

/// Sends another paper.
pub(super) async fn open_paper(app: App, at: Admitted) -> Result<Response, Refused> {
    send(&app, &at, false).await
}

async fn send(app: &App, at: &Admitted, script: bool) -> Result<Response, Refused> {
    let failed = |error| at.signed.failed(&error);
    let submission = app
        .store
        .intake
        .by_id(at.path("id"))
        .await
        .map_err(failed)?;
    let submission = submission.ok_or_else(|| at.signed.not_found())?;
    let wanted = at.path("exhibit");
    if scripts(&submission.facts).contains(wanted) != script {
        return Err(at.signed.not_found());
    }
    let exhibits = app
        .store
        .intake
        .exhibits(submission.seq)
        .await
        .map_err(failed)?;
    let found = exhibits.into_iter().find(|found| found.id == wanted);
    let found = found.ok_or_else(|| at.signed.not_found())?;
    exhibit::attached(app, &at.signed, &found).await
}
