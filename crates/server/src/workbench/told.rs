//! What is missing for something that the agent may do otherwise: a reason for the task at hand, a fresh sign-in, a
//! second person.

use askama::Template;
use axum::{http::StatusCode, response::Response};
use casework::policy::Because;

use super::door::Admitted;
use crate::page::{Page, render};

#[derive(Template)]
#[template(path = "workbench/told.html")]
struct Told {
    page: Page,
    text: String,
    /// Saying why is enough.
    reason: bool,
    /// A second person has to agree first.
    second: bool,
    /// Where it goes on.
    back: String,
    error: String,
    entered: String,
}

/// The page that says so; where a reason is all that is missing, it asks for one.
pub(super) fn page(at: &Admitted, because: Because) -> Response {
    let page = at.signed.page.clone();
    let reason = because == Because::Reason;
    let template = Told {
        text: because.text(page.lang).to_owned(),
        reason,
        second: because == Because::SecondPerson,
        back: page.here.clone(),
        error: String::new(),
        entered: String::new(),
        page,
    };
    // A question is no failure.
    let status = if reason {
        StatusCode::OK
    } else {
        StatusCode::FORBIDDEN
    };
    render(status, &template)
}

/// The same page, when the reason that was given is none.
pub(super) fn again(at: &Admitted, back: &str, error: String) -> Response {
    let page = at.signed.page.clone();
    let template = Told {
        text: Because::Reason.text(page.lang).to_owned(),
        reason: true,
        second: false,
        back: back.to_owned(),
        error,
        entered: at.field("reason").to_owned(),
        page,
    };
    render(StatusCode::UNPROCESSABLE_ENTITY, &template)
}
