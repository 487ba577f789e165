//! Sign-in by a one-time link, the session behind it, and the guard of every form.
//!
//! The link shows a page with one button: previews of links in messages fetch it and use nothing up.
//! A session ends after 30 idle minutes or 12 hours.

use std::collections::HashMap;

use askama::Template;
use axum::{
    Form,
    extract::{Query, State},
    http::{HeaderMap, StatusCode, header},
    response::{IntoResponse, Redirect, Response},
};
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;
use store::{StoreError, work::Agent};

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
    /// When they signed in, microseconds since 1970 UTC.
    pub(crate) started_at: i64,
    /// Why they look beyond their own; empty between two tasks.
    pub(crate) task: String,
    token: String,
}

impl SignedIn {
    /// What names the session to the store.
    pub(super) fn token(&self) -> &[u8] {
        self.token.as_bytes()
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
    let found = app
        .store
        .work
        .session(token.as_bytes(), now - IDLE, now - ABSOLUTE)
        .await
        .map_err(|error| page.clone().store_failed(&error))?;
    let Some((session, seen_at)) = found else {
        return Ok(None);
    };
    if now - seen_at > MINUTE {
        // Not waited for: a page must not stand behind the worker's batch for the sake of a clock.
        let (work, token) = (app.store.work.clone(), token.clone());
        tokio::spawn(async move {
            if let Err(error) = work.seen(token.as_bytes(), now).await {
                tracing::warn!(
                    error = &error as &dyn std::error::Error,
                    "a session's last use was not noted"
                );
            }
        });
    }
    let mut page = page.clone().for_agent(
        &session.agent.name,
        &hex(&mac(&token).finalize().into_bytes()),
    );
    page.task = session.task.clone();
    Ok(Some(SignedIn {
        agent: session.agent,
        page,
        started_at: session.started_at,
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

#[derive(Template)]
#[template(path = "workbench/sign-in.html")]
struct SignIn {
    page: Page,
    token: String,
    refused: bool,
}

/// The page behind a sign-in link; without a link it says how to get one.
pub(super) async fn offer(page: Page, Query(query): Query<HashMap<String, String>>) -> Response {
    let token = query.get("token").cloned().unwrap_or_default();
    let page = off_the_link(page);
    render(
        StatusCode::OK,
        &SignIn {
            page,
            token,
            refused: false,
        },
    )
}

/// Switching language or theme keeps the link's token out of those forms.
fn off_the_link(mut page: Page) -> Page {
    for address in [&mut page.here, &mut page.other_lang] {
        if let Some(end) = address.find('?') {
            address.truncate(end);
        }
    }
    page
}

#[derive(serde::Deserialize)]
pub(super) struct Link {
    token: String,
}

/// Uses the link up.
pub(super) async fn sign_in(
    State(app): State<App>,
    page: Page,
    Form(link): Form<Link>,
) -> Result<Response, Refused> {
    let mut random = [0_u8; 32];
    getrandom::fill(&mut random).map_err(|error| {
        page.clone()
            .store_failed(&StoreError::Io(std::io::Error::other(error)))
    })?;
    let session = hex(&random);
    let agent = app
        .store
        .work
        .sign_in(link.token.as_bytes(), session.as_bytes(), app.now_micros())
        .await
        .map_err(|error| page.clone().store_failed(&error))?;
    if agent.is_none() {
        let page = off_the_link(page);
        return Ok(render(
            StatusCode::FORBIDDEN,
            &SignIn {
                page,
                token: String::new(),
                refused: true,
            },
        ));
    }
    let cookie = cookies::set(&app, COOKIE, &session, Some(ABSOLUTE / 1_000_000));
    Ok((
        [(header::SET_COOKIE, cookie)],
        Redirect::to(&link::workbench(&page)),
    )
        .into_response())
}

/// Ends the session.
pub(super) async fn sign_out(app: App, at: Admitted) -> Result<Response, Refused> {
    let signed = at.signed;
    app.store
        .work
        .sign_out(signed.token(), app.now_micros())
        .await
        .map_err(|error| signed.failed(&error))?;
    let cookie = cookies::set(&app, COOKIE, "", Some(0));
    let to = format!("{}/sign-in", link::workbench(&signed.page));
    Ok(([(header::SET_COOKIE, cookie)], Redirect::to(&to)).into_response())
}
