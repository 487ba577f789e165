//! Setting up a password with its codes: the secret is shown, a code of it proves that it arrived, and the codes for when the
//! device is lost are shown once.

use askama::Template;
use axum::{
    http::{StatusCode, header},
    response::{IntoResponse, Redirect, Response},
};
use casework::submission::TrackingCode;
use serde::{Deserialize, Serialize};
use store::{
    StoreError,
    access::{MadeBy, Password},
};

use super::{
    super::{
        door::Admitted,
        link,
        session::{self, Refused},
    },
    code, keep_step, me, password, proof,
    proof::Proof,
    take_step,
};
use crate::{
    app::App,
    page::{Page, render},
};

const STEP: &str = "enrol";
/// Codes for when the device is lost.
const CODES: usize = 10;

/// A secret that waits for its first code.
#[derive(Serialize, Deserialize)]
struct Secret {
    agent: String,
    secret: Vec<u8>,
}

#[derive(Template)]
#[template(path = "workbench/me-password.html")]
struct OfferPassword {
    page: Page,
    account: String,
    step: String,
    least: i64,
    spelled: String,
    address: String,
    picture: Option<code::Picture>,
    errors: Vec<(&'static str, String)>,
}

impl OfferPassword {
    fn error(&self, field: &str) -> &str {
        let found = self.errors.iter().find(|(name, _)| *name == field);
        found.map_or("", |(_, text)| text)
    }
}

/// The page with a new secret.
pub(super) async fn offer_password(app: App, at: Admitted) -> Result<Response, Refused> {
    let mut secret = vec![0_u8; code::SECRET];
    getrandom::fill(&mut secret).map_err(|error| {
        let error = StoreError::Io(std::io::Error::other(error));
        at.signed.failed(&error)
    })?;
    let agent = at.signed.agent.id.clone();
    page(&app, &at, Secret { agent, secret }, Vec::new()).await
}

async fn page(
    app: &App,
    at: &Admitted,
    secret: Secret,
    errors: Vec<(&'static str, String)>,
) -> Result<Response, Refused> {
    let step = keep_step(app, STEP, &secret).await;
    let address = code::address(&secret.secret, &secret.agent);
    let status = if errors.is_empty() {
        StatusCode::OK
    } else {
        StatusCode::UNPROCESSABLE_ENTITY
    };
    let template = OfferPassword {
        page: at.signed.page.clone(),
        step: step.map_err(|error| at.signed.failed(&error))?,
        account: secret.agent,
        least: password::LEAST as i64,
        spelled: code::spelled(&secret.secret),
        picture: code::picture(&address),
        address,
        errors,
    };
    Ok(render(status, &template))
}

/// What is wrong with a password that an agent would like.
fn weakness(app: &App, at: &Admitted, wanted: &str) -> Option<String> {
    let agent = &at.signed.agent;
    let unit = app.unit_names(at.signed.page.lang);
    let unit = unit.get(agent.unit.as_str()).copied().unwrap_or_default();
    let telling = [
        agent.name.as_str(),
        agent.id.as_str(),
        agent.unit.as_str(),
        unit,
    ];
    let weak = password::weak(wanted, &app.settings.common_passwords, &telling)?;
    Some(weak.text(at.signed.page.w))
}

/// Sets the password, once a code proves that the secret arrived.
pub(super) async fn set_password(app: App, at: Admitted) -> Result<Response, Refused> {
    let failed = |error: StoreError| at.signed.failed(&error);
    let taken = take_step::<Secret>(&app, STEP, at.field("step")).await;
    let agent = &at.signed.agent.id;
    let Some(secret) = taken.map_err(failed)?.filter(|step| step.agent == *agent) else {
        return offer_password(app, at).await;
    };
    let (wanted, now) = (at.exact("password"), app.now_micros());
    let step = code::matched(&secret.secret, at.field("code"), now);
    let mut errors = Vec::new();
    if let Some(weak) = weakness(&app, &at, wanted) {
        errors.push(("password", weak));
    }
    if step.is_none() {
        errors.push(("code", at.signed.page.w.t("wb-code-wrong")));
    }
    let turn = password::turn(&app).await;
    if turn.is_none() {
        errors.push(("password", at.signed.page.w.t("wb-sign-in-busy")));
    }
    let (Some(step), Some(turn), true) = (step, turn, errors.is_empty()) else {
        return page(&app, &at, secret, errors).await;
    };
    let kept = Password {
        hash: password::hash(turn, wanted.to_owned())
            .await
            .map_err(failed)?,
        secret: secret.secret,
    };
    let codes = codes().map_err(failed)?;
    let access = &app.store.access;
    let set = access.set_password(agent, &kept, step, &codes, now).await;
    set.map_err(failed)?;
    me::end_all_but_this(&app, &at).await?;
    show_codes(&app, &at, codes, Some(MadeBy::Password)).await
}

/// New codes for when the device is lost.
pub(super) async fn new_codes(app: App, at: Admitted) -> Result<Response, Refused> {
    let failed = |error: StoreError| at.signed.failed(&error);
    let (access, agent) = (&app.store.access, &at.signed.agent.id);
    let kept = access.password(agent, at.signed.since).await;
    if kept.map_err(failed)?.is_none() {
        return Ok(Redirect::to(&link::me(&at.signed.page)).into_response());
    }
    let codes = codes().map_err(failed)?;
    let set = access.set_codes(agent, &codes, app.now_micros()).await;
    set.map_err(failed)?;
    show_codes(&app, &at, codes, None).await
}

fn codes() -> Result<Vec<String>, StoreError> {
    (0..CODES)
        .map(|_| {
            let mut random = [0_u8; 32];
            getrandom::fill(&mut random)
                .map_err(|error| StoreError::Io(std::io::Error::other(error)))?;
            Ok(TrackingCode::from_bytes(&random).to_string())
        })
        .collect()
}

#[derive(Template)]
#[template(path = "workbench/me-codes.html")]
struct Codes {
    page: Page,
    codes: Vec<String>,
}

/// Shows codes, this once. What the agent just proved makes a new session.
async fn show_codes(
    app: &App,
    at: &Admitted,
    codes: Vec<String>,
    proved: Option<MadeBy>,
) -> Result<Response, Refused> {
    let page = at.signed.page.clone();
    let Some(made_by) = proved else {
        return Ok(render(StatusCode::OK, &Codes { page, codes }));
    };
    let (page, cookie) = anew(app, at, made_by).await?;
    let shown = render(StatusCode::OK, &Codes { page, codes });
    Ok(([(header::SET_COOKIE, cookie)], shown).into_response())
}

/// A session in the place of this one, by what the agent just proved; the frame of a page in it.
pub(super) async fn anew(
    app: &App,
    at: &Admitted,
    made_by: MadeBy,
) -> Result<(Page, axum::http::HeaderValue), Refused> {
    let (agent, old) = (at.signed.agent.id.as_str(), at.signed.token());
    let begun = session::begin(app, (agent, made_by), "", Some(old)).await;
    let (token, cookie) = begun.map_err(|error| at.signed.failed(&error))?;
    let mut page = at.signed.page.clone();
    page.csrf = session::csrf(&token);
    Ok((page, cookie))
}

#[derive(Template)]
#[template(path = "workbench/me-change.html")]
struct OfferChange {
    page: Page,
    account: String,
    least: i64,
    error: String,
}

/// The page to change the password on.
pub(super) async fn offer_change(_: App, at: Admitted) -> Result<Response, Refused> {
    Ok(change(&at, StatusCode::OK, String::new()))
}

fn change(at: &Admitted, status: StatusCode, error: String) -> Response {
    let template = OfferChange {
        page: at.signed.page.clone(),
        account: at.signed.agent.id.clone(),
        least: password::LEAST as i64,
        error,
    };
    render(status, &template)
}

/// Changes the password; every other session ends.
pub(super) async fn change_password(app: App, at: Admitted) -> Result<Response, Refused> {
    let failed = |error: StoreError| at.signed.failed(&error);
    let (access, agent) = (&app.store.access, &at.signed.agent.id);
    let proved = proof::by_password(&app, agent, at.exact("current")).await;
    let error = match proved.map_err(failed)? {
        Proof::Right(_) => weakness(&app, &at, at.exact("password")),
        Proof::Wrong => Some(at.signed.page.w.t("wb-password-not-it")),
        Proof::Wait(wait) => Some(super::enter::wait_text(&at.signed.page, wait)),
        Proof::Busy => Some(at.signed.page.w.t("wb-sign-in-busy")),
    };
    let refused = |error| Ok(change(&at, StatusCode::UNPROCESSABLE_ENTITY, error));
    if let Some(error) = error {
        return refused(error);
    }
    let Some(turn) = password::turn(&app).await else {
        return refused(at.signed.page.w.t("wb-sign-in-busy"));
    };
    let hash = password::hash(turn, at.exact("password").to_owned()).await;
    let (hash, now) = (hash.map_err(failed)?, app.now_micros());
    access
        .change_password(agent, &hash, now)
        .await
        .map_err(failed)?;
    me::end_all_but_this(&app, &at).await?;
    Ok(Redirect::to(&link::me(&at.signed.page)).into_response())
}
