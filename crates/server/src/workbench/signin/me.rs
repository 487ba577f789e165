//! An agent's own page: what they sign in with, their sessions, and what happened to their access.

use askama::Template;
use axum::{
    http::StatusCode,
    response::{IntoResponse, Redirect, Response},
};
use store::{
    StoreError,
    access::{Passkey, Session, Ways},
};

use super::{
    super::{
        door::Admitted,
        link,
        session::{self, Refused},
    },
    has_to_set_up, passkey, provider,
};
use crate::{
    app::App,
    page::{Page, render},
    words::Words,
};

/// So much of what happened is shown.
const ROWS: i64 = 20;

struct SessionView {
    id: String,
    device: String,
    how: String,
    since: String,
    seen: String,
    this: bool,
}

struct PasskeyView {
    id: String,
    name: String,
    set: String,
    used: Option<String>,
}

struct ProviderView {
    name: String,
    /// Whether it vouches for the agent, in words.
    standing: String,
    is_bound: bool,
}

struct HappenedView {
    when: String,
    what: String,
}

#[derive(Template)]
#[template(path = "workbench/me.html")]
struct Me {
    page: Page,
    account: String,
    set_up: bool,
    password: Option<String>,
    codes: i64,
    /// Whether passkeys can be used here.
    can_be: bool,
    passkeys: Vec<PasskeyView>,
    provider: Option<ProviderView>,
    /// Whether one of what they have can be taken away.
    spare: bool,
    sessions: Vec<SessionView>,
    happened: Vec<HappenedView>,
    error: String,
}

/// How a session was made, in words.
fn how(words: Words, made_by: &str) -> String {
    words.t(&format!("wb-made-{made_by}"))
}

/// What a passkey is called on pages.
pub(super) fn named(passkey: &Passkey) -> String {
    store::objects::hex(&passkey.id)
}

fn passkey_view(page: &Page, passkey: &Passkey) -> PasskeyView {
    PasskeyView {
        id: named(passkey),
        name: passkey.name.clone(),
        set: page.moment(passkey.set_at),
        used: passkey.used_at.map(|used| page.moment(used)),
    }
}

fn provider_view(page: &Page, name: &str, since: Option<i64>) -> ProviderView {
    let standing = match since.map(|since| page.moment(since)) {
        Some(when) => {
            let when = ("when", when.as_str());
            page.w.t2("wb-me-provider-set", ("provider", name), when)
        }
        None => page.w.t1("wb-me-provider-none", "provider", name),
    };
    ProviderView {
        name: name.to_owned(),
        standing,
        is_bound: since.is_some(),
    }
}

fn session_view(page: &Page, session: Session, this: &str) -> SessionView {
    SessionView {
        this: session.id == this,
        how: how(page.w, session.made_by.as_str()),
        since: page.moment(session.started_at),
        seen: page.moment(session.seen_at),
        device: session.device,
        id: session.id,
    }
}

/// The page.
pub(super) async fn show(app: App, at: Admitted) -> Result<Response, Refused> {
    page(&app, &at, StatusCode::OK, String::new()).await
}

async fn page(
    app: &App,
    at: &Admitted,
    status: StatusCode,
    error: String,
) -> Result<Response, Refused> {
    let failed = |error: StoreError| at.signed.failed(&error);
    let (access, agent) = (&app.store.access, at.signed.agent.id.as_str());
    let page = at.signed.page.clone();
    let ways = access.ways(agent, at.signed.since).await.map_err(failed)?;
    let good = session::good(app.now_micros());
    let sessions = access.sessions(agent, good).await.map_err(failed)?;
    let happened = access.happened(agent, ROWS).await.map_err(failed)?;
    let template = Me {
        account: agent.to_owned(),
        set_up: has_to_set_up(app, &at.signed),
        password: ways.password.map(|set| page.moment(set)),
        codes: ways.codes,
        spare: ways.count() > 1,
        can_be: passkey::can_be(app),
        passkeys: ways
            .passkeys
            .iter()
            .map(|passkey| passkey_view(&page, passkey))
            .collect(),
        provider: provider::staff(app).map(|one| provider_view(&page, &one.name, ways.provider)),
        sessions: sessions
            .into_iter()
            .map(|session| session_view(&page, session, &at.signed.id))
            .collect(),
        happened: happened
            .into_iter()
            .map(|one| HappenedView {
                when: page.moment(one.at),
                what: told(page.w, &one.kind, &one.details),
            })
            .collect(),
        error,
        page,
    };
    Ok(render(status, &template))
}

/// What happened, in words.
fn told(words: Words, kind: &str, details: &str) -> String {
    let what = words.t(&format!("wb-happened-{}", kind.replace('_', "-")));
    match kind {
        "sign_in" | "refused" => format!("{what} ({})", how(words, details)),
        _ => what,
    }
}

fn back(at: &Admitted) -> Response {
    Redirect::to(&link::me(&at.signed.page)).into_response()
}

/// Ends one of the agent's sessions.
pub(super) async fn end(app: App, at: Admitted) -> Result<Response, Refused> {
    let (agent, now) = (at.signed.agent.id.as_str(), app.now_micros());
    let ended = app.store.access.end_by_id(agent, at.field("id"), now).await;
    // One that is ended already is what they wanted.
    ended.map_err(|error| at.signed.failed(&error))?;
    Ok(back(&at))
}

/// Ends every other session of the agent.
pub(super) async fn end_others(app: App, at: Admitted) -> Result<Response, Refused> {
    end_all_but_this(&app, &at).await?;
    Ok(back(&at))
}

/// The same whenever a way to sign in was set anew or taken away: whoever came by the one before goes with it.
pub(super) async fn end_all_but_this(app: &App, at: &Admitted) -> Result<(), Refused> {
    let (agent, now) = (at.signed.agent.id.as_str(), app.now_micros());
    let but = Some(at.signed.token());
    let ended = app.store.access.end_others(agent, but, now).await;
    ended.map_err(|error| at.signed.failed(&error))?;
    Ok(())
}

/// What the agent has, when something may be taken away from it: whoever has one way left keeps it.
pub(super) async fn spare(app: &App, at: &Admitted) -> Result<Result<Ways, Response>, Refused> {
    let (access, agent) = (&app.store.access, at.signed.agent.id.as_str());
    let ways = access.ways(agent, at.signed.since).await;
    let ways = ways.map_err(|error| at.signed.failed(&error))?;
    if ways.count() > 1 {
        return Ok(Ok(ways));
    }
    let error = at.signed.page.w.t("wb-me-last");
    Ok(Err(page(app, at, StatusCode::CONFLICT, error).await?))
}

/// Takes the password and its codes away.
pub(super) async fn remove_password(app: App, at: Admitted) -> Result<Response, Refused> {
    if let Err(told) = spare(&app, &at).await? {
        return Ok(told);
    }
    let (agent, now) = (at.signed.agent.id.as_str(), app.now_micros());
    let removed = app.store.access.remove_password(agent, now).await;
    removed.map_err(|error| at.signed.failed(&error))?;
    end_all_but_this(&app, &at).await?;
    Ok(back(&at))
}
