//! Proving it anew before a sensitive act, without losing what was typed: the form is kept, sealed, and shown to be sent
//! again once the agent proved who they are. The way back is a path of ours and no other.

use askama::Template;
use axum::{
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse, Redirect, Response},
};
use serde::{Deserialize, Serialize};
use store::{StoreError, access::MadeBy, work::Member};

use super::{
    super::{door::Admitted, link, session::Refused},
    enrol, keep_step, passkey, proof,
    proof::Proof,
    provider, take_step,
};
use crate::{
    app::App,
    identity::StepUp,
    page::{Page, render},
};

const STEP: &str = "prove";
/// What is typed anew: secrets are not kept, and the proof of the session is another one by then.
const NOT_KEPT: [&str; 4] = ["csrf", "password", "current", "code"];
/// Fields whose text a person wrote.
const WRITTEN: [&str; 2] = ["reason", "text"];

/// Where it goes on once the agent proved who they are.
#[derive(Serialize, Deserialize)]
pub(super) struct Ticket {
    agent: String,
    path: String,
    /// What a form sent; none for a page.
    fields: Option<Vec<(String, String)>>,
}

#[derive(Template)]
#[template(path = "workbench/prove.html")]
struct Prove {
    page: Page,
    ticket: String,
    password: bool,
    passkey: bool,
    /// The provider that shows a fresh sign-in.
    provider: Option<String>,
    nothing: bool,
    error: String,
    written: Vec<String>,
}

/// Asks the agent to prove who they are, and keeps what they were about to do.
pub(in super::super) async fn ask(app: &App, at: &Admitted) -> Result<Response, Refused> {
    let fields = at.fields().iter();
    let kept = fields.filter(|(name, _)| !NOT_KEPT.contains(&name.as_str()));
    let ticket = Ticket {
        agent: at.signed.agent.id.clone(),
        path: at.signed.page.here.clone(),
        fields: (!at.fields().is_empty()).then(|| kept.cloned().collect()),
    };
    page(app, at, &ticket, String::new()).await
}

async fn page(
    app: &App,
    at: &Admitted,
    ticket: &Ticket,
    error: String,
) -> Result<Response, Refused> {
    let failed = |error: StoreError| at.signed.failed(&error);
    let access = &app.store.access;
    let ways = access.ways(&at.signed.agent.id, at.signed.since).await;
    let ways = ways.map_err(failed)?;
    let template = Prove {
        page: at.signed.page.clone(),
        ticket: keep(app, at, ticket).await?,
        password: ways.password.is_some(),
        passkey: !ways.passkeys.is_empty() && passkey::can_be(app),
        provider: ways
            .provider
            .and(provider::staff(app))
            .filter(|provider| provider.profile.step_up != StepUp::None)
            .map(|provider| provider.name.clone()),
        nothing: ways.is_empty(),
        error,
        written: written(ticket),
    };
    Ok(render(StatusCode::FORBIDDEN, &template))
}

/// Keeps a ticket for the next form.
pub(super) async fn keep(app: &App, at: &Admitted, ticket: &Ticket) -> Result<String, Refused> {
    let kept = keep_step(app, STEP, ticket).await;
    kept.map_err(|error| at.signed.failed(&error))
}

fn written(ticket: &Ticket) -> Vec<String> {
    let fields = ticket.fields.iter().flatten();
    fields
        .filter(|(name, text)| WRITTEN.contains(&name.as_str()) && !text.is_empty())
        .map(|(_, text)| text.clone())
        .collect()
}

/// The ticket of a form, if it is this agent's.
pub(super) async fn ticket(app: &App, at: &Admitted) -> Result<Ticket, Refused> {
    let taken = take_step::<Ticket>(app, STEP, at.field("ticket")).await;
    let taken = taken.map_err(|error| at.signed.failed(&error))?;
    let own = taken.filter(|ticket| ticket.agent == at.signed.agent.id);
    own.ok_or_else(|| {
        let w = at.signed.page.w;
        let (title, text) = (w.t("wb-prove-late-title"), w.t("wb-prove-late-text"));
        let page = at.signed.page.clone();
        page.failed(StatusCode::GONE, title, text).into()
    })
}

/// Takes a password and a code, and goes on.
pub(super) async fn prove(app: App, at: Admitted) -> Result<Response, Refused> {
    let failed = |error: StoreError| at.signed.failed(&error);
    let ticket = ticket(&app, &at).await?;
    let agent = at.signed.agent.id.as_str();
    let mut proved = proof::by_password(&app, agent, at.exact("password"))
        .await
        .map_err(failed)?;
    if let Proof::Right(member) = &proved {
        proved = match proof::by_code(&app, member, at.field("code"))
            .await
            .map_err(failed)?
        {
            Proof::Right(made_by) => return go_on(&app, &at, ticket, made_by).await,
            Proof::Wait(wait) => Proof::<Member>::Wait(wait),
            Proof::Wrong => Proof::Wrong,
            Proof::Busy => Proof::Busy,
        };
    }
    let error = match proved {
        Proof::Wait(wait) => super::enter::wait_text(&at.signed.page, wait),
        Proof::Busy => at.signed.page.w.t("wb-sign-in-busy"),
        _ => at.signed.page.w.t("wb-prove-wrong"),
    };
    page(&app, &at, &ticket, error).await
}

/// Goes on where the agent was, in a session that begins now.
pub(super) async fn go_on(
    app: &App,
    at: &Admitted,
    ticket: Ticket,
    made_by: MadeBy,
) -> Result<Response, Refused> {
    let (page, cookie) = enrol::anew(app, at, made_by).await?;
    Ok(onward(page, cookie, ticket))
}

#[derive(Template)]
#[template(path = "workbench/resume.html")]
struct Resume {
    page: Page,
    to: String,
    fields: Vec<(String, String)>,
    written: Vec<String>,
}

/// Where a page is gone back to; none for a form, which is shown to be sent again.
pub(super) fn way_back(page: &Page, ticket: &Ticket) -> Option<String> {
    ticket.fields.is_none().then(|| path(page, ticket))
}

fn path(page: &Page, ticket: &Ticket) -> String {
    link::ours(&ticket.path).map_or_else(|| link::workbench(page), ToOwned::to_owned)
}

/// Back to the page, or to the form with what was typed in it.
pub(super) fn onward(page: Page, cookie: HeaderValue, ticket: Ticket) -> Response {
    let cookie = [(header::SET_COOKIE, cookie)];
    let to = path(&page, &ticket);
    let written = written(&ticket);
    match ticket.fields {
        None => (cookie, Redirect::to(&to)).into_response(),
        Some(fields) => {
            let resume = Resume {
                page,
                to,
                fields,
                written,
            };
            (cookie, render(StatusCode::OK, &resume)).into_response()
        }
    }
}
