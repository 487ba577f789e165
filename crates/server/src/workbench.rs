//! The workbench: sign-in, dashboard, queue, submission, series, search.
//!
//! Dense, quick, keyboard first, and whole without JavaScript. Every page reads by an index and a page
//! of rows at a time; counts come from the tally, never from the docket. Every decision "may this agent
//! do this" is [`access::allowed`]; every POST is a [`session::Posted`].

mod access;
mod dashboard;
mod labels;
mod link;
mod queue;
mod row;
mod search;
mod series;
mod session;
mod submission;
#[cfg(test)]
mod tests;

use axum::{
    Router,
    routing::{get, post},
};

use crate::app::App;

/// Routes of this room.
pub(crate) fn routes() -> Router<App> {
    let submission = "/{lang}/workbench/submissions/{id}";
    let series = "/{lang}/workbench/series/{id}";
    Router::new()
        .route("/{lang}/workbench", get(dashboard::show))
        .route(
            "/{lang}/workbench/sign-in",
            get(session::offer).post(session::sign_in),
        )
        .route("/{lang}/workbench/sign-out", post(session::sign_out))
        .route("/{lang}/workbench/queue", get(queue::show))
        .route("/{lang}/workbench/queue/bulk", post(queue::bulk))
        .route("/{lang}/workbench/search", get(search::show))
        .route(submission, get(submission::show))
        .route(
            &format!("{submission}/presence"),
            get(submission::presence::poll),
        )
        .route(
            &format!("{submission}/exhibits/{{exhibit}}"),
            get(submission::exhibit::download),
        )
        .route(
            &format!("{submission}/identity"),
            post(submission::identity::open),
        )
        .route(
            &format!("{submission}/acts/{{act}}"),
            post(submission::act::post),
        )
        .route("/{lang}/workbench/series", get(series::list))
        .route(series, get(series::page::show))
        .route(&format!("{series}/acts/{{act}}"), post(series::act::post))
}
