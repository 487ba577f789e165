//! How agents prove who they are: by a password and a code, a passkey, or an identity provider; and their own page, where
//! they set these up and see and end their sessions.
//!
//! - [`enter`]: the pages of whoever is not signed in. [`prove`]: proving it anew before a sensitive act.
//! - [`me`]: an agent's own page. [`enrol`]: setting up a password, its codes, passkeys.
//! - [`passkey`], [`provider`][]: the other ways. The exchange with a provider is [`crate::oidc`].
//! - [`password`], [`code`]: the rules and the arithmetic. [`proof`]: whether what was typed is right.
//!
//! What goes from one request to the next is kept sealed in the store under a random token, used once.

mod code;
mod enrol;
mod enter;
mod me;
mod passkey;
mod password;
mod proof;
mod prove;
mod provider;

use axum::{
    Router,
    http::{HeaderMap, HeaderValue},
    routing::{get, post},
};
use casework::policy::Action;
use serde::{Serialize, de::DeserializeOwned};
use store::StoreError;

use super::{
    door::{About, Doors},
    session::{self, SignedIn},
};
use crate::{
    app::{App, LinkOpens},
    web::cookies,
};

#[cfg(test)]
pub(super) use self::code::now as code_now;
pub(super) use self::{
    enter::{by_link, offer},
    prove::ask,
};

/// Holds the step of a sign-in between two requests of whoever is not signed in yet.
const COOKIE: &str = "orfevre-step";
const MINUTE: i64 = 60_000_000;
/// How long a step may take, microseconds.
const STEP: i64 = 10 * MINUTE;

/// The pages of whoever is not signed in.
pub(super) fn routes() -> Router<App> {
    let at = |rest: &str| format!("/{{lang}}/workbench/sign-in{rest}");
    Router::new()
        .route(&at("/password"), post(enter::password))
        .route(&at("/code"), get(enter::ask_code).post(enter::code))
        .route(&at("/passkey/begin"), post(passkey::offer))
        .route(&at("/passkey"), post(passkey::enter))
        .route(&at("/provider"), post(provider::enter))
        .route(provider::BACK, get(provider::back))
}

/// An agent's own pages and acts.
pub(super) fn doors(doors: Doors) -> Doors {
    use About::Service;
    use Action::{ChangeAccess, SeeFigures};
    let at = |rest: &str| format!("/{{lang}}/workbench/me{rest}");
    doors
        .page(&at(""), SeeFigures, Service, me::show)
        .act(&at("/sessions/end"), SeeFigures, Service, me::end)
        .act(
            &at("/sessions/end-others"),
            SeeFigures,
            Service,
            me::end_others,
        )
        .act(&at("/prove"), SeeFigures, Service, prove::prove)
        .page(
            &at("/password"),
            ChangeAccess,
            Service,
            enrol::offer_password,
        )
        .act(&at("/password"), ChangeAccess, Service, enrol::set_password)
        .page(
            &at("/password/change"),
            ChangeAccess,
            Service,
            enrol::offer_change,
        )
        .act(
            &at("/password/change"),
            ChangeAccess,
            Service,
            enrol::change_password,
        )
        .act(
            &at("/password/remove"),
            ChangeAccess,
            Service,
            me::remove_password,
        )
        .act(&at("/codes"), ChangeAccess, Service, enrol::new_codes)
        .act(
            &at("/prove/passkey"),
            SeeFigures,
            Service,
            passkey::offer_proof,
        )
        .act(
            &at("/prove/passkey/answer"),
            SeeFigures,
            Service,
            passkey::prove,
        )
        .act(&at("/prove/provider"), SeeFigures, Service, provider::prove)
        .page(&at("/passkey"), ChangeAccess, Service, passkey::offer_add)
        .act(&at("/passkey"), ChangeAccess, Service, passkey::add)
        .act(
            &at("/passkey/remove"),
            ChangeAccess,
            Service,
            passkey::remove,
        )
        .act(&at("/provider"), ChangeAccess, Service, provider::bind)
        .act(
            &at("/provider/remove"),
            ChangeAccess,
            Service,
            provider::unbind,
        )
}

/// Whether a path is one where an agent sets up how they sign in, or leaves: all that a link opens where links do no more.
pub(super) fn is_own(path: &str) -> bool {
    let rest = path.split_once("/workbench/").map_or("", |(_, rest)| rest);
    rest == "me" || rest.starts_with("me/") || rest == "sign-out"
}

/// Whether an agent came by a link and has to set up a way to sign in before anything else.
pub(super) fn has_to_set_up(app: &App, signed: &SignedIn) -> bool {
    app.settings.link_opens == LinkOpens::SetUp && signed.made_by == store::access::MadeBy::Link
}

/// Keeps what the next request needs, and gives the token that opens it.
async fn keep_step<T: Serialize>(app: &App, kind: &str, body: &T) -> Result<String, StoreError> {
    let token = session::random_token()?;
    let (now, body) = (app.now_micros(), serde_json::to_vec(body));
    let body = body.map_err(std::io::Error::other)?;
    let times = (now, now + STEP);
    let access = &app.store.access;
    access
        .put_step(token.as_bytes(), kind, &body, times)
        .await?;
    Ok(token)
}

/// Takes it; none when it was taken, or is too old.
async fn take_step<T: DeserializeOwned>(
    app: &App,
    kind: &str,
    token: &str,
) -> Result<Option<T>, StoreError> {
    let access = &app.store.access;
    let body = access.take_step(token.as_bytes(), kind, app.now_micros());
    Ok(body
        .await?
        .and_then(|body| serde_json::from_slice(&body).ok()))
}

fn step_cookie(app: &App, token: &str) -> HeaderValue {
    let seconds = if token.is_empty() {
        0
    } else {
        STEP / 1_000_000
    };
    cookies::set(app, COOKIE, token, Some(seconds))
}

fn step_of(headers: &HeaderMap) -> String {
    cookies::read(headers, COOKIE).unwrap_or_default()
}
