//! Passkeys (WebAuthn level 3): discoverable, and only when the device checked who holds it. The page carries the challenge,
//! a script of ours hands it to the browser and sends the answer with the form; without scripts the other ways stay.

use askama::Template;
use axum::{
    Form,
    extract::State,
    http::{HeaderMap, StatusCode, header},
    response::{IntoResponse, Redirect, Response},
};
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use store::{
    StoreError,
    access::{MadeBy, Passkey as Kept},
};
use url::Url;
use uuid::Uuid;
use webauthn_rs::prelude::{
    DiscoverableAuthentication, DiscoverableKey, Passkey, PasskeyRegistration, PublicKeyCredential,
    RegisterPublicKeyCredential, Webauthn, WebauthnBuilder, WebauthnError,
};

use super::{
    super::{door::Admitted, link, session::Refused},
    enrol, enter, keep_step, me,
    prove::{self, Ticket},
    step_cookie, step_of, take_step,
};
use crate::{
    app::App,
    page::{Page, render},
};

const ENTER: &str = "passkey";
const ADD: &str = "passkey_add";
const MOST_NAME: usize = 60;

/// Why a passkey is none.
enum Fault {
    Store(StoreError),
    /// The browser's answer does not hold, or this passkey is nobody's.
    Refused,
}

impl From<StoreError> for Fault {
    fn from(error: StoreError) -> Self {
        Self::Store(error)
    }
}

impl From<WebauthnError> for Fault {
    fn from(error: WebauthnError) -> Self {
        tracing::debug!(%error, "a passkey was refused");
        Self::Refused
    }
}

impl From<serde_json::Error> for Fault {
    fn from(_: serde_json::Error) -> Self {
        Self::Refused
    }
}

/// Bound to the name that people reach the site by. A bare address has no passkeys; this machine is `localhost`.
fn webauthn(app: &App) -> Option<Webauthn> {
    let mut origin = Url::parse(&app.settings.public_url).ok()?;
    if matches!(origin.host_str(), Some("127.0.0.1" | "[::1]")) {
        origin.set_host(Some("localhost")).ok()?;
    }
    let name = origin.domain()?.to_owned();
    let builder = WebauthnBuilder::new(&name, &origin).ok()?;
    builder.rp_name("Orfèvre").build().ok()
}

/// Whether passkeys can be used here.
pub(super) fn can_be(app: &App) -> bool {
    webauthn(app).is_some()
}

/// What a passkey names its agent by: it tells nothing to who finds the device.
fn handle(app: &App, agent: &str) -> Uuid {
    let keyed = app.store.access.keyed("passkey", agent.as_bytes());
    let mut bytes = [0; 16];
    bytes.copy_from_slice(&keyed[..16]);
    Uuid::from_bytes(bytes)
}

#[derive(Template)]
#[template(path = "workbench/passkey.html")]
struct Ask {
    page: Page,
    options: String,
    action: &'static str,
    step: String,
    device: String,
    ticket: String,
    error: String,
}

#[derive(Template)]
#[template(path = "workbench/passkey-add.html")]
struct Add {
    page: Page,
    options: String,
    step: String,
    error: String,
}

/// A challenge for whoever has a passkey, and what it is compared with.
async fn challenge(app: &App, page: &Page) -> Result<(String, String), Refused> {
    let Some(webauthn) = webauthn(app) else {
        return Err(page.clone().not_found().into());
    };
    let failed = |error: StoreError| Refused::from(page.clone().store_failed(&error));
    let other = |error: WebauthnError| failed(StoreError::Io(std::io::Error::other(error)));
    let (options, state) = webauthn
        .start_discoverable_authentication()
        .map_err(other)?;
    let options = serde_json::to_string(&options.public_key).unwrap_or_default();
    let token = keep_step(app, ENTER, &state).await.map_err(failed)?;
    Ok((options, token))
}

#[derive(Deserialize)]
pub(super) struct Device {
    #[serde(default)]
    device: String,
}

/// The page to use a passkey on, for whoever is not signed in.
pub(super) async fn offer(
    State(app): State<App>,
    page: Page,
    Form(form): Form<Device>,
) -> Result<Response, Refused> {
    ask(&app, page, StatusCode::OK, form.device, String::new()).await
}

async fn ask(
    app: &App,
    page: Page,
    status: StatusCode,
    device: String,
    error: String,
) -> Result<Response, Refused> {
    let (options, token) = challenge(app, &page).await?;
    let template = Ask {
        page,
        options,
        action: "sign-in/passkey",
        step: String::new(),
        device,
        ticket: String::new(),
        error,
    };
    let cookie = [(header::SET_COOKIE, step_cookie(app, &token))];
    Ok((cookie, render(status, &template)).into_response())
}

#[derive(Deserialize)]
pub(super) struct Answer {
    response: String,
    #[serde(default)]
    device: String,
}

/// Signs in by the browser's answer.
pub(super) async fn enter(
    State(app): State<App>,
    page: Page,
    headers: HeaderMap,
    Form(answer): Form<Answer>,
) -> Result<Response, Refused> {
    let device: String = answer
        .device
        .trim()
        .chars()
        .take(enter::MOST_DEVICE)
        .collect();
    match agent_of(&app, &step_of(&headers), &answer.response).await {
        Ok(agent) => enter::come_in(&app, &page, (&agent, MadeBy::Passkey), &device).await,
        Err(Fault::Store(error)) => Err(page.store_failed(&error).into()),
        Err(Fault::Refused) => {
            let error = page.w.t("wb-passkey-refused");
            ask(&app, page, StatusCode::FORBIDDEN, device, error).await
        }
    }
}

/// The agent whose passkey answered the challenge of a step.
async fn agent_of(app: &App, step: &str, response: &str) -> Result<String, Fault> {
    let webauthn = webauthn(app).ok_or(Fault::Refused)?;
    let state: DiscoverableAuthentication = taken(app, ENTER, step).await?;
    let answer: PublicKeyCredential = serde_json::from_str(response)?;
    let (said, id) = webauthn.identify_discoverable_authentication(&answer)?;
    let access = &app.store.access;
    let kept = access.passkey(id).await?.ok_or(Fault::Refused)?;
    let member = app.store.work.member(&kept.agent).await?;
    let good = member.is_some_and(|member| kept.set_at > member.since);
    if !good || said != handle(app, &kept.agent) {
        return Err(Fault::Refused);
    }
    let mut key: Passkey = serde_json::from_str(&kept.body)?;
    let found = webauthn.finish_discoverable_authentication_v2(
        &answer,
        state,
        DiscoverableKey::from(&key),
    )?;
    if !found.user_verified() {
        return Err(Fault::Refused);
    }
    key.update_credential(&found);
    let body = serde_json::to_string(&key)?;
    access
        .passkey_used(&kept.id, &body, app.now_micros())
        .await?;
    Ok(kept.agent)
}

async fn taken<T: DeserializeOwned>(app: &App, kind: &str, step: &str) -> Result<T, Fault> {
    take_step(app, kind, step).await?.ok_or(Fault::Refused)
}

/// The page to prove it on with a passkey.
pub(super) async fn offer_proof(app: App, at: Admitted) -> Result<Response, Refused> {
    let ticket = prove::ticket(&app, &at).await?;
    proof(&app, &at, &ticket, StatusCode::OK, String::new()).await
}

async fn proof(
    app: &App,
    at: &Admitted,
    ticket: &Ticket,
    status: StatusCode,
    error: String,
) -> Result<Response, Refused> {
    let page = at.signed.page.clone();
    let (options, step) = challenge(app, &page).await?;
    let ticket = prove::keep(app, at, ticket).await?;
    let template = Ask {
        page,
        options,
        action: "me/prove/passkey/answer",
        step,
        device: String::new(),
        ticket,
        error,
    };
    Ok(render(status, &template))
}

/// Goes on when the passkey is this agent's.
pub(super) async fn prove(app: App, at: Admitted) -> Result<Response, Refused> {
    let ticket = prove::ticket(&app, &at).await?;
    let found = agent_of(&app, at.field("step"), at.field("response")).await;
    match found {
        Ok(agent) if agent == at.signed.agent.id => {
            prove::go_on(&app, &at, ticket, MadeBy::Passkey).await
        }
        Err(Fault::Store(error)) => Err(at.signed.failed(&error)),
        _ => {
            let error = at.signed.page.w.t("wb-passkey-refused");
            proof(&app, &at, &ticket, StatusCode::FORBIDDEN, error).await
        }
    }
}

/// A registration that waits for the browser's answer.
#[derive(Serialize, Deserialize)]
struct Adding {
    agent: String,
    state: PasskeyRegistration,
}

/// The page to add a passkey on.
pub(super) async fn offer_add(app: App, at: Admitted) -> Result<Response, Refused> {
    add_page(&app, &at, StatusCode::OK, String::new()).await
}

async fn add_page(
    app: &App,
    at: &Admitted,
    status: StatusCode,
    error: String,
) -> Result<Response, Refused> {
    let Some(webauthn) = webauthn(app) else {
        return Err(at.signed.not_found());
    };
    let failed = |error: StoreError| at.signed.failed(&error);
    let agent = &at.signed.agent;
    let passkeys = app.store.access.passkeys(&agent.id, at.signed.since).await;
    let known = passkeys.map_err(failed)?;
    let known = known.into_iter().map(|passkey| passkey.id).collect();
    let started = webauthn.start_passkey_registration(
        handle(app, &agent.id),
        &agent.id,
        &agent.name,
        Some(known),
    );
    let other = |error: WebauthnError| failed(StoreError::Io(std::io::Error::other(error)));
    let (options, state) = started.map_err(other)?;
    let mut options = serde_json::to_value(&options.public_key).unwrap_or_default();
    // So that one can sign in by it without saying who one is.
    options["authenticatorSelection"]["residentKey"] = "required".into();
    options["authenticatorSelection"]["requireResidentKey"] = true.into();
    let adding = Adding {
        agent: agent.id.clone(),
        state,
    };
    let template = Add {
        page: at.signed.page.clone(),
        options: options.to_string(),
        step: keep_step(app, ADD, &adding).await.map_err(failed)?,
        error,
    };
    Ok(render(status, &template))
}

/// Keeps the passkey that the browser made.
pub(super) async fn add(app: App, at: Admitted) -> Result<Response, Refused> {
    match added(&app, &at).await {
        Ok(()) => {
            let (page, cookie) = enrol::anew(&app, &at, MadeBy::Passkey).await?;
            let to = Redirect::to(&link::me(&page));
            Ok(([(header::SET_COOKIE, cookie)], to).into_response())
        }
        Err(Fault::Store(error)) => Err(at.signed.failed(&error)),
        Err(Fault::Refused) => {
            let error = at.signed.page.w.t("wb-passkey-refused");
            add_page(&app, &at, StatusCode::UNPROCESSABLE_ENTITY, error).await
        }
    }
}

async fn added(app: &App, at: &Admitted) -> Result<(), Fault> {
    let webauthn = webauthn(app).ok_or(Fault::Refused)?;
    let adding: Adding = taken(app, ADD, at.field("step")).await?;
    let agent = &at.signed.agent.id;
    let answer: RegisterPublicKeyCredential = serde_json::from_str(at.field("response"))?;
    let key = webauthn.finish_passkey_registration(&answer, &adding.state)?;
    let kept = Kept {
        id: key.cred_id().to_vec(),
        agent: agent.clone(),
        name: at.field("name").chars().take(MOST_NAME).collect(),
        body: serde_json::to_string(&key)?,
        set_at: app.now_micros(),
        used_at: None,
    };
    if adding.agent == *agent && app.store.access.add_passkey(&kept).await? {
        Ok(())
    } else {
        Err(Fault::Refused)
    }
}

/// Takes a passkey away.
pub(super) async fn remove(app: App, at: Admitted) -> Result<Response, Refused> {
    let ways = match me::spare(&app, &at).await? {
        Ok(ways) => ways,
        Err(told) => return Ok(told),
    };
    let (agent, now) = (at.signed.agent.id.as_str(), app.now_micros());
    let wanted = ways
        .passkeys
        .iter()
        .find(|passkey| me::named(passkey) == at.field("id"));
    if let Some(passkey) = wanted {
        let removed = app
            .store
            .access
            .remove_passkey(agent, &passkey.id, now)
            .await;
        removed.map_err(|error| at.signed.failed(&error))?;
        me::end_all_but_this(&app, &at).await?;
    }
    Ok(Redirect::to(&link::me(&at.signed.page)).into_response())
}
