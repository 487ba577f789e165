//! The home page, and the way to it.

use askama::Template;
use axum::{
    extract::{FromRequestParts, State},
    http::{HeaderMap, StatusCode, header},
    response::{IntoResponse, Redirect, Response},
};
use casework::desk::{Desk, Kind};

use super::{
    draft::Draft,
    situation::{DraftNote, desk_path},
};
use crate::{
    app::App,
    page::{Page, render},
};

#[derive(Template)]
#[template(path = "public/home.html")]
struct HomePage {
    page: Page,
    /// For what happened to people.
    desks: Vec<DeskShown>,
    /// For what somebody wants of the service.
    requests: Vec<DeskShown>,
    draft: Option<DraftNote>,
}

struct DeskShown {
    path: String,
    title: String,
    summary: String,
    kinds: Vec<String>,
}

/// `/`: the home page in the language the browser prefers.
pub(super) async fn choose_language(
    State(app): State<App>,
    request: axum::extract::Request,
) -> Response {
    let (mut parts, _) = request.into_parts();
    let page = match Page::from_request_parts(&mut parts, &app).await {
        Ok(page) => page,
        Err(never) => match never {},
    };
    (
        [(header::VARY, "Accept-Language")],
        Redirect::to(&format!("/{}/", page.tag())),
    )
        .into_response()
}

/// The home page.
pub(super) async fn show(State(app): State<App>, page: Page, headers: HeaderMap) -> Response {
    // The home page holds whatever happens to the store: it has the emergency numbers.
    let draft = Draft::of(&app, &headers)
        .await
        .ok()
        .flatten()
        .filter(|draft| draft.filling.sent.is_none());
    let (requests, desks): (Vec<&Desk>, Vec<&Desk>) =
        app.config.desks().partition(|desk| desk.only_requests());
    let shown = |desks: Vec<&Desk>| {
        desks
            .into_iter()
            .map(|desk| DeskShown::of(&page, desk))
            .collect()
    };
    let home = HomePage {
        desks: shown(desks),
        requests: shown(requests),
        draft: draft.map(|draft| DraftNote::of(&page, &draft)),
        page,
    };
    render(StatusCode::OK, &home)
}

impl DeskShown {
    fn of(page: &Page, desk: &Desk) -> Self {
        let headline = desk
            .headline
            .as_ref()
            .and_then(|id| desk.question(id.as_str()));
        let kinds = match headline.map(|question| &question.kind) {
            Some(Kind::Choice { options }) => options
                .iter()
                .map(|option| option.label.get(page.lang).to_owned())
                .collect(),
            _ => Vec::new(),
        };
        Self {
            path: desk_path(page, desk.id.as_str()),
            title: desk.title.get(page.lang).to_owned(),
            summary: desk.summary.get(page.lang).to_owned(),
            kinds,
        }
    }
}
