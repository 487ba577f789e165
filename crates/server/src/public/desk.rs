//! The start page of a desk, its published criteria, the stop page, and the change of track.

use askama::Template;
use axum::{
    extract::{Path, State},
    http::{HeaderMap, StatusCode},
    response::{IntoResponse, Redirect, Response},
};
use casework::{
    desk::{Desk, Kind},
    retention::{Does, From},
    submission::Track,
};

use super::{
    draft::{self, Draft},
    situation::{
        Advice, DraftNote, Situation, UrgentShown, WayTo, desk_path, step_path, track_key,
    },
    step::with_cookie,
};
use crate::{
    app::App,
    page::{Page, render},
    web::form::Fields,
};

#[derive(Template)]
#[template(path = "public/desk.html")]
struct DeskPage {
    page: Page,
    desk: String,
    title: String,
    summary: String,
    tracks: Vec<TrackShown>,
    kinds: Vec<String>,
    elsewhere: Vec<String>,
    steps: Vec<String>,
    deadline: String,
    retention: String,
    criteria: bool,
    /// Something happened to somebody: there are traces to have at hand.
    happened: bool,
    draft: Option<DraftFound>,
    unchosen: bool,
}

struct TrackShown {
    id: &'static str,
    label: String,
    text: String,
}

struct DraftFound {
    note: DraftNote,
    text: String,
    resume: String,
}

/// What the desk is for and how to begin.
pub(super) async fn start_page(
    State(app): State<App>,
    page: Page,
    Path(desk): Path<String>,
    headers: HeaderMap,
) -> Response {
    let Some(desk) = app.desk(&desk) else {
        return page.not_found();
    };
    start(&app, page, desk, &headers, false).await
}

async fn start(
    app: &App,
    page: Page,
    desk: &Desk,
    headers: &HeaderMap,
    unchosen: bool,
) -> Response {
    let lang = page.lang;
    let draft = match Draft::of(app, headers).await {
        Ok(draft) => draft.filter(|draft| draft.filling.sent.is_none()),
        Err(error) => return page.store_failed(&error),
    };
    let found = draft.as_ref().and_then(|draft| {
        let situation = Situation::of(app, &page, draft)?;
        let first = situation.steps().first()?.step.id.clone();
        let (title, until) = (situation.desk.title.get(lang), page.day(draft.expires_at));
        Some(DraftFound {
            note: DraftNote::of(&page, draft),
            text: page.w.t2("start-draft", ("desk", title), ("day", until)),
            resume: step_path(&page, situation.desk.id.as_str(), &first),
        })
    });
    let kinds = desk
        .headline
        .as_ref()
        .and_then(|headline| desk.question(headline.as_str()));
    let kinds = match kinds.map(|question| &question.kind) {
        Some(Kind::Choice { options }) => options
            .iter()
            .map(|option| option.label.get(lang).to_owned())
            .collect(),
        _ => Vec::new(),
    };
    let template = DeskPage {
        desk: desk.id.as_str().to_owned(),
        title: desk.title.get(lang).to_owned(),
        summary: desk.summary.get(lang).to_owned(),
        happened: !desk.only_requests(),
        tracks: desk
            .tracks
            .iter()
            .map(|track| TrackShown {
                id: track.as_str(),
                label: page.w.t(track_key(*track)),
                text: page.w.t(track_text_key(*track)),
            })
            .collect(),
        kinds,
        elsewhere: desk
            .eligibility
            .iter()
            .map(|rule| rule.reason.get(lang).to_owned())
            .collect(),
        steps: desk
            .steps
            .iter()
            .map(|step| step.title.get(lang).to_owned())
            .collect(),
        deadline: duration(&page, desk.first_deadline_hours),
        retention: retention(&page, desk),
        criteria: !desk.priority.is_empty(),
        draft: found,
        unchosen,
        page,
    };
    let status = if unchosen {
        StatusCode::UNPROCESSABLE_ENTITY
    } else {
        StatusCode::OK
    };
    render(status, &template)
}

fn track_text_key(track: Track) -> &'static str {
    match track {
        Track::Report => "track-report-text",
        Track::Complaint => "track-complaint-text",
        Track::Declaration => "track-declaration-text",
        Track::Request => "track-request-text",
    }
}

/// Hours as people say them.
pub(super) fn duration(page: &Page, hours: u32) -> String {
    if hours >= 48 && hours.is_multiple_of(24) {
        page.w.t1("duration-days", "count", i64::from(hours / 24))
    } else {
        page.w.t1("duration-hours", "count", i64::from(hours))
    }
}

/// How long a desk keeps what it receives, and from when that counts: what its rules carry out is what people read.
pub(super) fn retention(page: &Page, desk: &Desk) -> String {
    let days = desk.retention_days;
    let time = if days >= 365 && days.is_multiple_of(365) {
        page.w.t1("duration-years", "count", i64::from(days / 365))
    } else {
        page.w.t1("duration-days", "count", i64::from(days))
    };
    let from_last = desk
        .retention
        .iter()
        .any(|rule| rule.from == From::LastAct && rule.does == Does::EraseAll);
    let from = match from_last {
        true => "retention-last-act",
        false => "retention-received",
    };
    page.w.t1(from, "time", time)
}

/// Begins a draft.
pub(super) async fn begin(
    State(app): State<App>,
    page: Page,
    Path(desk): Path<String>,
    headers: HeaderMap,
    fields: Fields,
) -> Response {
    let Some(desk) = app.desk(&desk) else {
        return page.not_found();
    };
    let chosen = fields
        .one("track")
        .and_then(|track| track.parse::<Track>().ok());
    let track = match (
        chosen.filter(|track| desk.tracks.contains(track)),
        desk.tracks.as_slice(),
    ) {
        (Some(track), _) => track,
        (None, [only]) => *only,
        _ => return start(&app, page, desk, &headers, true).await,
    };
    let not_kept = |page: Page| {
        let (title, text) = (page.w.t("not-begun-title"), page.w.t("not-begun-text"));
        page.failed(StatusCode::SERVICE_UNAVAILABLE, title, text)
    };
    let Some(mut draft) = Draft::new(&app, desk, track) else {
        return not_kept(page);
    };
    if let Err(error) = draft.save(&app).await {
        tracing::error!(
            error = &error as &dyn std::error::Error,
            "a draft could not be begun"
        );
        return not_kept(page);
    }
    let first = Situation::of(&app, &page, &draft)
        .and_then(|situation| situation.steps().first().map(|step| step.step.id.clone()));
    let path = match first {
        Some(first) => step_path(&page, desk.id.as_str(), &first),
        None => format!("{}/review", desk_path(&page, desk.id.as_str())),
    };
    with_cookie(Redirect::to(&path).into_response(), draft.cookie(&app))
}

/// Carries a draft over to another track of its desk, answers and all.
pub(super) async fn change_track(
    State(app): State<App>,
    page: Page,
    Path(desk): Path<String>,
    headers: HeaderMap,
    fields: Fields,
) -> Response {
    let Some(code) = draft::code_in(&headers) else {
        return Redirect::to(&desk_path(&page, &desk)).into_response();
    };
    let _alone = draft::alone(&code).await;
    let mut draft = match Draft::open(&app, code).await {
        Ok(Some(draft)) if draft.desk == desk && draft.filling.sent.is_none() => draft,
        Ok(_) => return Redirect::to(&desk_path(&page, &desk)).into_response(),
        Err(error) => return page.store_failed(&error),
    };
    let Some(definition) = draft.desk(&app) else {
        return page.not_found();
    };
    let chosen = fields
        .one("track")
        .and_then(|track| track.parse::<Track>().ok());
    let Some(track) = chosen.filter(|track| definition.tracks.contains(track)) else {
        return page.not_found();
    };
    draft.filling.track = track.as_str().to_owned();
    if let Err(error) = draft.save(&app).await {
        tracing::error!(
            error = &error as &dyn std::error::Error,
            "a draft was not saved; its owner is told"
        );
        let (title, text) = (page.w.t("not-saved-title"), page.w.t("not-saved-text"));
        return page.failed(StatusCode::SERVICE_UNAVAILABLE, title, text);
    }
    let first = Situation::of(&app, &page, &draft)
        .and_then(|situation| situation.steps().first().map(|step| step.step.id.clone()));
    let path = first.map_or_else(
        || desk_path(&page, &desk),
        |first| step_path(&page, &desk, &first),
    );
    with_cookie(Redirect::to(&path).into_response(), draft.cookie(&app))
}

#[derive(Template)]
#[template(path = "public/stop.html")]
struct StopPage {
    page: Page,
    desk: String,
    desk_title: String,
    urgent: Option<UrgentShown>,
    reasons: Vec<Advice>,
    first: String,
    draft: DraftNote,
}

/// Why this desk is not the right one, and which is.
pub(super) async fn stop(
    State(app): State<App>,
    page: Page,
    Path(desk): Path<String>,
    headers: HeaderMap,
) -> Response {
    let draft = match Draft::of(&app, &headers).await {
        Ok(Some(draft)) if draft.desk == desk && draft.filling.sent.is_none() => draft,
        Ok(_) => return Redirect::to(&desk_path(&page, &desk)).into_response(),
        Err(error) => return page.store_failed(&error),
    };
    let Some(situation) = Situation::of(&app, &page, &draft) else {
        return page.not_found();
    };
    let stops = situation.stops();
    let first = situation.steps().first().map_or_else(
        || desk_path(&page, &desk),
        |first| step_path(&page, &desk, &first.step.id),
    );
    if stops.is_empty() {
        return Redirect::to(&first).into_response();
    }
    let reasons = stops
        .iter()
        .map(|stop| Advice {
            text: stop.reason.get(page.lang).to_owned(),
            link: stop.redirect.and_then(|redirect| {
                situation.way(&page, &redirect.to, Some(redirect.label.get(page.lang)))
            }),
        })
        .collect();
    let template = StopPage {
        desk,
        desk_title: situation.desk.title.get(page.lang).to_owned(),
        urgent: situation.urgent(&page, &draft),
        reasons,
        first,
        draft: DraftNote::of(&page, &draft),
        page,
    };
    render(StatusCode::OK, &template)
}

#[derive(Template)]
#[template(path = "public/criteria.html")]
struct CriteriaPage {
    page: Page,
    desk: String,
    title: String,
    criteria: Vec<(String, i64)>,
    urgent: Vec<(String, String)>,
}

/// What makes a submission come first, readable by whoever is judged by it.
pub(super) async fn criteria(
    State(app): State<App>,
    page: Page,
    Path(desk): Path<String>,
) -> Response {
    let Some(desk) = app.desk(&desk) else {
        return page.not_found();
    };
    let template = CriteriaPage {
        desk: desk.id.as_str().to_owned(),
        title: desk.title.get(page.lang).to_owned(),
        criteria: desk
            .priority
            .iter()
            .map(|rule| (rule.label.get(page.lang).to_owned(), rule.points))
            .collect(),
        urgent: desk
            .urgent
            .iter()
            .map(|rule| {
                let within = page.w.t1(
                    "duration-minutes",
                    "count",
                    i64::from(rule.deadline_minutes),
                );
                (rule.title.get(page.lang).to_owned(), within)
            })
            .collect(),
        page,
    };
    render(StatusCode::OK, &template)
}
