//! The session of who signed in, and the guard of every form. How they sign in is in `signin`.
//!
//! A session ends after 30 idle minutes or 12 hours.

use askama::Template;
use axum::{
    http::{HeaderMap, HeaderValue, StatusCode, header},
    response::{IntoResponse, Redirect, Response},
};
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;
use store::{
    StoreError,
    access::{Good, MadeBy, NewSession},
    work::Agent,
};

use super::{door::Admitted, link};
use crate::{
    app::App,
    page::{Page, render},
    web::cookies,
};

const COOKIE: &str = "orfevre-agent";
const MINUTE: i64 = 60_000_000;
const IDLE: i64 = 30 * MINUTE;
const ABSOLUTE: i64 = 12 * 60 * MINUTE;

/// An answer other than the page asked for.
pub(crate) struct Refused(Box<Response>);

impl From<Response> for Refused {
    fn from(response: Response) -> Self {
        Self(Box::new(response))
    }
}

impl IntoResponse for Refused {
    fn into_response(self) -> Response {
        *self.0
    }
}

/// An agent with a session that is still good, and the frame of their page.
pub(crate) struct SignedIn {
    /// Who.
    pub(crate) agent: Agent,
    /// The frame.
    pub(crate) page: Page,
    /// When they last proved who they are, microseconds since 1970 UTC.
    pub(crate) started_at: i64,
    /// How they did.
    pub(crate) made_by: MadeBy,
    /// Names the session on pages.
    pub(crate) id: String,
    /// What they sign in with counts from here on.
    pub(crate) since: i64,
    /// Why they look beyond their own; empty between two tasks.
    pub(crate) task: String,
    token: String,
}

impl SignedIn {
    /// What names the session to the store.
    pub(super) fn token(&self) -> &[u8] {
        self.token.as_bytes()
    }

    /// The same as text, to be kept sealed while the agent is elsewhere.
    pub(super) fn token_text(&self) -> String {
        self.token.clone()
    }

    /// The page for a store that failed.
    pub(crate) fn failed(&self, error: &StoreError) -> Refused {
        self.page.clone().store_failed(error).into()
    }

    /// The page for what is not there.
    pub(crate) fn not_found(&self) -> Refused {
        self.page.clone().not_found().into()
    }
}

/// How old a session may be.
pub(super) fn good(now: i64) -> Good {
    Good {
        seen_since: now - IDLE,
        started_since: now - ABSOLUTE,
    }
}

/// Begins a session under a new token, whatever the browser held before, and gives the cookie that holds it.
pub(super) async fn begin(
    app: &App,
    (agent, made_by): (&str, MadeBy),
    device: &str,
    instead_of: Option<&[u8]>,
) -> Result<(String, HeaderValue), StoreError> {
    let token = random_token()?;
    let new = NewSession {
        token: token.as_bytes(),
        agent,
        made_by,
        device,
        instead_of,
    };
    app.store.access.begin(new, app.now_micros()).await?;
    let cookie = cookies::set(app, COOKIE, &token, Some(ABSOLUTE / 1_000_000));
    Ok((token, cookie))
}

/// 32 random bytes of the operating system as hexadecimal.
pub(super) fn random_token() -> Result<String, StoreError> {
    let mut random = [0_u8; 32];
    getrandom::fill(&mut random).map_err(|error| StoreError::Io(std::io::Error::other(error)))?;
    Ok(hex(&random))
}

/// What the forms of a session prove it with.
pub(super) fn csrf(token: &str) -> String {
    hex(&mac(token).finalize().into_bytes())
}

/// The session that a browser's cookie names, if it is still good.
pub(super) async fn signed_in(
    headers: &HeaderMap,
    app: &App,
    page: &Page,
) -> Result<Option<SignedIn>, Refused> {
    let Some(token) = cookies::read(headers, COOKIE) else {
        return Ok(None);
    };
    let now = app.now_micros();
    let failed = |error: StoreError| Refused::from(page.clone().store_failed(&error));
    let (access, work) = (&app.store.access, &app.store.work);
    let found = access.session(token.as_bytes(), good(now)).await;
    let Some(session) = found.map_err(failed)? else {
        return Ok(None);
    };
    let member = work.member(&session.agent).await.map_err(failed)?;
    let Some(member) = member.filter(|member| session.started_at > member.since) else {
        return Ok(None);
    };
    if now - session.seen_at > MINUTE {
        // Not waited for: no page stands behind a commit for the sake of a clock.
        let (access, token) = (access.clone(), token.clone());
        tokio::spawn(async move {
            if let Err(error) = access.seen(token.as_bytes(), now).await {
                tracing::warn!(
                    error = &error as &dyn std::error::Error,
                    "a session's last use was not noted"
                );
            }
        });
    }
    let mut page = page.clone().for_agent(&member.agent.name, &csrf(&token));
    page.task = session.task.clone();
    Ok(Some(SignedIn {
        agent: member.agent,
        page,
        started_at: session.started_at,
        made_by: session.made_by,
        id: session.id,
        since: member.since,
        task: session.task,
        token,
    }))
}

/// Bound to the session: whoever has not its cookie cannot compute it.
fn mac(token: &str) -> Hmac<Sha256> {
    let mut mac =
        Hmac::<Sha256>::new_from_slice(token.as_bytes()).expect("HMAC takes a key of any length");
    mac.update(b"orfevre-csrf-1");
    mac
}

fn hex(bytes: &[u8]) -> String {
    store::objects::hex(bytes)
}

fn unhex(text: &str) -> Option<Vec<u8>> {
    let digit = |byte: u8| char::from(byte).to_digit(16);
    text.as_bytes()
        .chunks(2)
        .map(|pair| match pair {
            [high, low] => Some((digit(*high)? * 16 + digit(*low)?) as u8),
            _ => None,
        })
        .collect()
}

/// The value of a field of a form, empty when it is not there.
pub(super) fn field<'f>(fields: &'f [(String, String)], name: &str) -> &'f str {
    fields
        .iter()
        .find(|(found, _)| found == name)
        .map_or("", |(_, value)| value)
}

/// The fields of a form that a signed-in agent sent from our own page; none were read where it is no form.
pub(super) fn proven(
    signed: Option<SignedIn>,
    page: Page,
    fields: Option<Vec<(String, String)>>,
) -> Result<(SignedIn, Vec<(String, String)>), Refused> {
    let Some(fields) = fields else {
        let (title, text) = (
            page.w.t("wb-form-unread-title"),
            page.w.t("wb-form-unread-text"),
        );
        return Err(page.failed(StatusCode::BAD_REQUEST, title, text).into());
    };
    let sent = unhex(field(&fields, "csrf")).unwrap_or_default();
    match signed {
        Some(signed) if mac(&signed.token).verify_slice(&sent).is_ok() => Ok((signed, fields)),
        // The session ended while they wrote: what they wrote is theirs, and shown back.
        _ => Err(render(
            StatusCode::FORBIDDEN,
            &Ended {
                page,
                texts: ["reason", "text"]
                    .iter()
                    .map(|name| field(&fields, name).to_owned())
                    .filter(|text| !text.is_empty())
                    .collect(),
            },
        )
        .into()),
    }
}

#[derive(Template)]
#[template(path = "workbench/ended.html")]
struct Ended {
    page: Page,
    texts: Vec<String>,
}

/// Ends the session.
pub(super) async fn sign_out(app: App, at: Admitted) -> Result<Response, Refused> {
    let signed = at.signed;
    app.store
        .access
        .end(signed.token(), app.now_micros())
        .await
        .map_err(|error| signed.failed(&error))?;
    let cookie = cookies::set(&app, COOKIE, "", Some(0));
    let to = format!("{}/sign-in", link::workbench(&signed.page));
    Ok(([(header::SET_COOKIE, cookie)], Redirect::to(&to)).into_response())
}
