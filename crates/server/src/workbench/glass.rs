//! Breaking the glass, and opening what is sealed: an agent asks with a reason, a second person agrees, and for a short while
//! the door opens. Whoever asks is not told whether what they ask for is there.

use askama::Template;
use axum::{
    http::StatusCode,
    response::{IntoResponse, Redirect, Response},
};
use casework::policy::Action;
use store::{StoreError, record::Look, work::Leave};

use super::{
    door::{Admitted, REASON},
    link, row,
    session::Refused,
    submission::act::new_id,
};
use crate::{
    app::App,
    page::{Page, render},
};

/// How long what a second person agreed to lasts, microseconds…
pub(super) const LASTS: i64 = 30 * 60_000_000;
/// … and how long one may agree.
pub(super) const WAITS: i64 = 24 * 60 * 60_000_000;
/// What a leave to erase is for; one to look has no word.
pub(super) const ERASE: &str = "erase";
const ROWS: i64 = 100;
/// So many of an agent's may wait: a list that is too long to be read is agreed to unread.
const MOST_WAITING: i64 = 10;
const MOST: usize = 300;

/// What a leave that allows an action is for.
pub(super) fn purpose(action: Action) -> &'static str {
    if action == Action::Erase { ERASE } else { "" }
}

/// What was asked for, in words.
struct LeaveView {
    id: String,
    asked: String,
    who: String,
    when: String,
    reason: String,
    second: String,
    /// It can be opened.
    lasts: bool,
    /// It is asked for to erase.
    erases: bool,
}

#[derive(Template)]
#[template(path = "workbench/glass.html")]
struct Glass {
    page: Page,
    errors: Vec<(&'static str, String)>,
    number: String,
    reason: String,
    own: Vec<LeaveView>,
    others: Vec<LeaveView>,
}

impl Glass {
    fn error(&self, id: &str) -> Option<&str> {
        let mut errors = self.errors.iter();
        errors
            .find(|(field, _)| *field == id)
            .map(|(_, text)| text.as_str())
    }
}

/// The page.
pub(super) async fn show(app: App, at: Admitted) -> Result<Response, Refused> {
    let number = at.query("number").to_owned();
    page(&app, &at, number, Vec::new()).await
}

async fn page(
    app: &App,
    at: &Admitted,
    number: String,
    errors: Vec<(&'static str, String)>,
) -> Result<Response, Refused> {
    let failed = |error: StoreError| at.signed.failed(&error);
    let page = at.signed.page.clone();
    let now = app.now_micros();
    let names = row::agent_names(app).await.map_err(failed)?;
    let leaves = app
        .store
        .work
        .leaves(&at.signed.agent.id, now - WAITS, ROWS)
        .await
        .map_err(failed)?;
    let name = |id: &String| names.get(id).unwrap_or(id).clone();
    let view = |leave: &Leave| LeaveView {
        id: leave.id.clone(),
        asked: leave.asked.clone(),
        who: name(&leave.agent),
        when: page.moment(leave.asked_at),
        reason: leave.reason.clone(),
        second: if leave.second.is_empty() {
            String::new()
        } else {
            name(&leave.second)
        },
        erases: leave.purpose == ERASE,
        lasts: leave.purpose.is_empty()
            && leave.agreed_at.is_some_and(|agreed| agreed >= now - LASTS),
    };
    let me = &at.signed.agent.id;
    let status = if errors.is_empty() {
        StatusCode::OK
    } else {
        StatusCode::UNPROCESSABLE_ENTITY
    };
    let template = Glass {
        own: leaves
            .iter()
            .filter(|leave| leave.agent == *me)
            .map(view)
            .collect(),
        others: leaves
            .iter()
            .filter(|leave| leave.agent != *me)
            .map(view)
            .collect(),
        errors,
        number,
        reason: at.field("reason").to_owned(),
        page,
    };
    Ok(render(status, &template))
}

/// Asks.
pub(super) async fn ask(app: App, at: Admitted) -> Result<Response, Refused> {
    let words = at.signed.page.w;
    let (number, reason) = (at.field("number"), at.field("reason"));
    let seq = number.parse::<i64>().ok().filter(|number| *number > 0);
    let mut errors = Vec::new();
    if seq.is_none() {
        errors.push(("glass-number", words.t("wb-error-number")));
    }
    let length = reason.chars().count();
    if length < REASON {
        let error = words.t1("wb-error-reason", "least", REASON as i64);
        errors.push(("glass-reason", error));
    } else if length > MOST {
        errors.push((
            "glass-reason",
            words.t1("wb-error-long", "most", MOST as i64),
        ));
    }
    if !errors.is_empty() {
        return page(&app, &at, number.to_owned(), errors).await;
    }
    let failed = |error: StoreError| at.signed.failed(&error);
    let seqs: Vec<i64> = seq.into_iter().map(|number| number - 1).collect();
    let there = app.store.work.standings(&seqs).await.map_err(failed)?;
    let docket = there.first().map(|standing| standing.seq);
    if keep_asked(&app, &at, (number, docket, "")).await? {
        return Ok(back(&at));
    }
    let error = vec![("glass-number", too_many(&at))];
    page(&app, &at, number.to_owned(), error).await
}

/// Keeps that the agent asks a second person, for the reason of the form: what they typed, where that stands, and what
/// for. False when too much waits.
pub(super) async fn keep_asked(
    app: &App,
    at: &Admitted,
    (asked, docket, purpose): (&str, Option<i64>, &str),
) -> Result<bool, Refused> {
    let leave = Leave {
        id: new_id(app, &at.signed)?,
        docket,
        asked: asked.to_owned(),
        agent: at.signed.agent.id.clone(),
        reason: observables::mask_cards(at.field("reason")).into_owned(),
        asked_at: app.now_micros(),
        purpose: purpose.to_owned(),
        ..Leave::default()
    };
    keep(app, at, "glass_ask", &leave).await?;
    let since = leave.asked_at - WAITS;
    let kept = app.store.work.ask_leave(&leave, since, MOST_WAITING).await;
    kept.map_err(|error| at.signed.failed(&error))
}

/// Why nothing more can be asked for.
pub(super) fn too_many(at: &Admitted) -> String {
    let words = at.signed.page.w;
    words.t1("wb-error-glass-many", "most", MOST_WAITING)
}

/// Leads to what a second person agreed to.
pub(super) async fn open(app: App, at: Admitted) -> Result<Response, Refused> {
    let failed = |error: StoreError| at.signed.failed(&error);
    let (me, now) = (&at.signed.agent.id, app.now_micros());
    let leaves = app.store.work.leaves(me, now - WAITS, ROWS).await;
    let leaves = leaves.map_err(failed)?;
    let leave = leaves.iter().find(|leave| {
        let lasts = leave.agreed_at.is_some_and(|agreed| agreed >= now - LASTS);
        leave.id == at.path("leave") && leave.agent == *me && lasts && leave.purpose.is_empty()
    });
    let seqs = Vec::from_iter(leave.and_then(|leave| leave.docket));
    let there = app.store.work.standings(&seqs).await.map_err(failed)?;
    match leave.zip(there.first()) {
        Some((leave, one)) if at.may_read_by(leave, one) => {
            Ok(Redirect::to(&link::submission(&at.signed.page, &one.id, "")).into_response())
        }
        _ => Err(at.signed.not_found()),
    }
}

/// Agrees to what somebody else asked for.
pub(super) async fn agree(app: App, at: Admitted) -> Result<Response, Refused> {
    let failed = |error: StoreError| at.signed.failed(&error);
    let (work, now) = (&app.store.work, app.now_micros());
    let me = &at.signed.agent.id;
    let leaves = work.leaves(me, now - WAITS, ROWS).await.map_err(failed)?;
    let asked = |leave: &&Leave| leave.id == at.path("leave") && leave.agent != *me;
    let Some(leave) = leaves.iter().find(asked) else {
        return Err(at.signed.not_found());
    };
    keep(&app, &at, "glass_agree", leave).await?;
    let agreed = work.agree_to_leave(&leave.id, me, now, now - WAITS).await;
    if !agreed.map_err(failed)? {
        return Err(at.signed.not_found());
    }
    Ok(back(&at))
}

fn back(at: &Admitted) -> Response {
    let to = format!("{}/glass", link::workbench(&at.signed.page));
    Redirect::to(&to).into_response()
}

async fn keep(app: &App, at: &Admitted, kind: &str, leave: &Leave) -> Result<(), Refused> {
    let agent = &at.signed.agent;
    let look = Look {
        at: app.now_micros(),
        agent: agent.id.clone(),
        unit: agent.unit.clone(),
        kind: kind.to_owned(),
        docket: leave.docket,
        object: leave.agent.clone(),
        because: String::new(),
        reason: leave.reason.clone(),
    };
    let kept = app.store.record.keep(&[look]).await;
    kept.map_err(|error| at.signed.failed(&error))
}
