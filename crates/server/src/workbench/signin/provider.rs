//! Signing in by the identity provider of the service: going there, coming back, and what that is for.
//!
//! Nobody gets an account by it: a subject is bound, once, to an agent who was invited. What was asked for is kept sealed, and
//! the browser holds the token that opens it in a cookie that comes back from another site (`SameSite=Lax`); the session's
//! own does not, so the answer is a page of ours that leads on.

use std::collections::HashMap;

use askama::Template;
use axum::{
    Form,
    extract::{Query, State},
    http::{HeaderMap, HeaderValue, StatusCode, header},
    response::{IntoResponse, Redirect, Response},
};
use casework::Lang;
use serde::{Deserialize, Serialize};
use store::{StoreError, access::MadeBy};

use super::{
    super::{
        door::Admitted,
        link,
        session::{self, Refused},
    },
    STEP, enter, keep_step, me,
    prove::{self, Ticket},
    take_step,
};
use crate::{
    app::App,
    identity::Provider,
    oidc::{Asked, Oidc, Person, ProviderError},
    page::{Page, render},
    web::cookies,
    words::Words,
};

const COOKIE: &str = "orfevre-provider";
const KIND: &str = "provider";
/// Where providers send people back to; the same in every language.
pub(super) const BACK: &str = "/workbench/identity/back";

/// What the agent went there for.
#[derive(Serialize, Deserialize)]
enum Purpose {
    Enter {
        device: String,
    },
    Bind {
        agent: String,
        since: i64,
        session: String,
    },
    Prove {
        agent: String,
        session: String,
        ticket: Ticket,
    },
}

#[derive(Serialize, Deserialize)]
struct Gone {
    asked: Asked,
    purpose: Purpose,
    english: bool,
}

#[derive(Template)]
#[template(path = "workbench/leaving.html")]
struct Leaving {
    page: Page,
    provider: String,
    to: String,
}

#[derive(Template)]
#[template(path = "workbench/arrived.html")]
struct Arrived {
    page: Page,
    text: String,
    to: String,
}

/// The provider that vouches for agents here, if there is one.
pub(super) fn staff(app: &App) -> Option<&Provider> {
    app.settings.identity.staff.as_ref()
}

fn oidc<'p>(app: &'p App, provider: &'p Provider) -> Result<Oidc<'p>, ProviderError> {
    let back = format!("{}{BACK}", app.settings.public_url);
    Oidc::new(provider, back, &app.providers)
}

#[derive(Deserialize)]
pub(super) struct Device {
    #[serde(default)]
    device: String,
}

/// Goes there to sign in.
pub(super) async fn enter(
    State(app): State<App>,
    page: Page,
    Form(form): Form<Device>,
) -> Result<Response, Refused> {
    let device = form.device.trim();
    let device = device.chars().take(enter::MOST_DEVICE).collect();
    go(&app, page, Purpose::Enter { device }).await
}

/// Goes there to be known by it from now on.
pub(super) async fn bind(app: App, at: Admitted) -> Result<Response, Refused> {
    let purpose = Purpose::Bind {
        agent: at.signed.agent.id.clone(),
        since: at.signed.since,
        session: at.signed.token_text(),
    };
    go(&app, at.signed.page.clone(), purpose).await
}

/// Goes there for a fresh proof.
pub(super) async fn prove(app: App, at: Admitted) -> Result<Response, Refused> {
    let purpose = Purpose::Prove {
        agent: at.signed.agent.id.clone(),
        session: at.signed.token_text(),
        ticket: prove::ticket(&app, &at).await?,
    };
    go(&app, at.signed.page.clone(), purpose).await
}

async fn go(app: &App, page: Page, purpose: Purpose) -> Result<Response, Refused> {
    let Some(provider) = staff(app) else {
        return Ok(Redirect::to(&link::workbench(&page)).into_response());
    };
    let anew = matches!(purpose, Purpose::Prove { .. });
    let asked = match oidc(app, provider) {
        Ok(oidc) => oidc.ask(app.now_micros(), anew).await,
        Err(error) => Err(error),
    };
    let (url, asked) = match asked {
        Ok(asked) => asked,
        Err(error) => return Ok(failed(page, provider, &error)),
    };
    let gone = Gone {
        asked,
        purpose,
        english: page.lang == Lang::En,
    };
    let token = keep_step(app, KIND, &gone).await;
    let token = token.map_err(|error| page.clone().store_failed(&error))?;
    let cookie = cookies::set_lax(app, COOKIE, &token, Some(STEP / 1_000_000));
    // A page and not a redirect: the policy of forms names no other site.
    let leaving = Leaving {
        page,
        provider: provider.name.clone(),
        to: url.to_string(),
    };
    Ok((
        [(header::SET_COOKIE, cookie)],
        render(StatusCode::OK, &leaving),
    )
        .into_response())
}

/// The page that says why nobody came in; logged here, once.
fn failed(page: Page, provider: &Provider, error: &ProviderError) -> Response {
    tracing::warn!(
        error = error as &dyn std::error::Error,
        "the identity provider did not vouch for anybody"
    );
    let (status, text) = match error {
        ProviderError::Down(_) => (StatusCode::BAD_GATEWAY, "wb-provider-down"),
        ProviderError::Untrue(_) => (StatusCode::FORBIDDEN, "wb-provider-untrue"),
        ProviderError::Stale => (StatusCode::FORBIDDEN, "wb-provider-stale"),
        ProviderError::Weak(_) => (StatusCode::FORBIDDEN, "wb-provider-weak"),
    };
    let name = provider.name.as_str();
    let title = page.w.t1("wb-provider-title", "provider", name);
    let text = page.w.t1(text, "provider", name);
    page.failed(status, title, text)
}

/// Comes back from there.
pub(super) async fn back(
    State(app): State<App>,
    mut page: Page,
    headers: HeaderMap,
    Query(query): Query<HashMap<String, String>>,
) -> Result<Response, Refused> {
    let given = |name: &str| query.get(name).map_or("", String::as_str);
    page.here = "/fr/workbench".to_owned();
    page.other_lang = "/en/workbench".to_owned();
    let Some(provider) = staff(&app) else {
        return Err(page.not_found().into());
    };
    let token = cookies::read(&headers, COOKIE).unwrap_or_default();
    let taken = take_step::<Gone>(&app, KIND, &token).await;
    let taken = taken.map_err(|error| page.clone().store_failed(&error))?;
    // Where it says who answers (RFC 9207), it has to be who was asked.
    let by_whom = ["", provider.issuer.as_str()].contains(&given("iss"));
    let ours = taken.filter(|gone| by_whom && gone.asked.state == given("state"));
    let Some(gone) = ours else {
        let untrue = ProviderError::Untrue("this browser asked for nothing of the kind".to_owned());
        return Ok(failed(page, provider, &untrue));
    };
    page.lang = if gone.english { Lang::En } else { Lang::Fr };
    page.w = Words(page.lang);
    let code = given("code");
    let found = if code.is_empty() {
        Err(ProviderError::Untrue(format!(
            "it answers {:?}",
            given("error")
        )))
    } else {
        match oidc(&app, provider) {
            Ok(oidc) => oidc.person(&gone.asked, code, app.now_micros()).await,
            Err(error) => Err(error),
        }
    };
    let person = match found {
        Ok(person) => person,
        Err(error) => return Ok(failed(page, provider, &error)),
    };
    let answer = match gone.purpose {
        Purpose::Enter { device } => come_in(&app, &page, provider, &person, &device).await,
        Purpose::Bind {
            agent,
            since,
            session,
        } => bound(&app, &page, provider, &person, (&agent, since), &session).await,
        Purpose::Prove {
            agent,
            session,
            ticket,
        } => proved(&app, &page, provider, &person, (&agent, &session), ticket).await,
    };
    answer.map_err(|error| page.store_failed(&error).into())
}

/// The agent a person is here, if they are one.
async fn agent_of(
    app: &App,
    provider: &Provider,
    person: &Person,
) -> Result<Option<String>, StoreError> {
    let access = &app.store.access;
    let found = access.subject(&provider.issuer, &person.subject).await?;
    let Some((agent, set_at)) = found else {
        return Ok(None);
    };
    let member = app.store.work.member(&agent).await?;
    Ok(member.filter(|member| set_at > member.since).map(|_| agent))
}

fn unknown(page: &Page, provider: &Provider) -> Response {
    let name = provider.name.as_str();
    let title = page.w.t1("wb-provider-title", "provider", name);
    let text = page.w.t1("wb-provider-unknown", "provider", name);
    page.clone().failed(StatusCode::FORBIDDEN, title, text)
}

fn arrived(page: &Page, cookie: HeaderValue, text: String, to: String) -> Response {
    let page = page.clone();
    let shown = render(StatusCode::OK, &Arrived { page, text, to });
    ([(header::SET_COOKIE, cookie)], shown).into_response()
}

async fn come_in(
    app: &App,
    page: &Page,
    provider: &Provider,
    person: &Person,
    device: &str,
) -> Result<Response, StoreError> {
    let Some(agent) = agent_of(app, provider, person).await? else {
        return Ok(unknown(page, provider));
    };
    let (_, cookie) = session::begin(app, (&agent, MadeBy::Provider), device, None).await?;
    let (text, to) = (page.w.t("wb-provider-in"), link::workbench(page));
    Ok(arrived(page, cookie, text, to))
}

/// Whether the session that went to the provider is still the agent's: it may have been ended meanwhile, by whoever it was
/// stolen from.
async fn is_still_good(app: &App, (agent, session): (&str, &str)) -> Result<bool, StoreError> {
    let good = session::good(app.now_micros());
    let found = app.store.access.session(session.as_bytes(), good).await?;
    let member = app.store.work.member(agent).await?;
    let both = found.zip(member);
    Ok(both.is_some_and(|(found, member)| found.agent == agent && found.started_at > member.since))
}

fn over(page: &Page, provider: &Provider) -> Response {
    let name = provider.name.as_str();
    let title = page.w.t1("wb-provider-title", "provider", name);
    let text = page.w.t("wb-provider-over");
    page.clone().failed(StatusCode::FORBIDDEN, title, text)
}

async fn bound(
    app: &App,
    page: &Page,
    provider: &Provider,
    person: &Person,
    (agent, since): (&str, i64),
    session: &str,
) -> Result<Response, StoreError> {
    if !is_still_good(app, (agent, session)).await? {
        return Ok(over(page, provider));
    }
    let access = &app.store.access;
    let who = (provider.issuer.as_str(), person.subject.as_str());
    if !access.bind(who, (agent, since), app.now_micros()).await? {
        let title = page
            .w
            .t1("wb-provider-title", "provider", provider.name.as_str());
        let text = page.w.t("wb-provider-taken");
        return Ok(page.clone().failed(StatusCode::CONFLICT, title, text));
    }
    let old = Some(session.as_bytes());
    let (_, cookie) = session::begin(app, (agent, MadeBy::Provider), "", old).await?;
    let name = [person.name.as_str(), person.email.as_str()].join(" ");
    let text = page.w.t1("wb-provider-bound", "person", name.trim());
    Ok(arrived(page, cookie, text, link::me(page)))
}

async fn proved(
    app: &App,
    page: &Page,
    provider: &Provider,
    person: &Person,
    (agent, session): (&str, &str),
    ticket: Ticket,
) -> Result<Response, StoreError> {
    if agent_of(app, provider, person).await?.as_deref() != Some(agent) {
        return Ok(unknown(page, provider));
    }
    if !is_still_good(app, (agent, session)).await? {
        return Ok(over(page, provider));
    }
    let old = Some(session.as_bytes());
    let (token, cookie) = session::begin(app, (agent, MadeBy::Provider), "", old).await?;
    let mut page = page.clone();
    page.csrf = session::csrf(&token);
    let text = page.w.t("wb-provider-in");
    match prove::way_back(&page, &ticket) {
        Some(to) => Ok(arrived(&page, cookie, text, to)),
        None => Ok(prove::onward(page, cookie, ticket)),
    }
}

/// No provider vouches for the agent any more.
pub(super) async fn unbind(app: App, at: Admitted) -> Result<Response, Refused> {
    if let Err(told) = me::spare(&app, &at).await? {
        return Ok(told);
    }
    let (agent, now) = (at.signed.agent.id.as_str(), app.now_micros());
    let unbound = app.store.access.unbind(agent, now).await;
    unbound.map_err(|error| at.signed.failed(&error))?;
    me::end_all_but_this(&app, &at).await?;
    Ok(Redirect::to(&link::me(&at.signed.page)).into_response())
}
