//! The pages of whoever is not signed in: a link of an administrator, a password, then a code.
//!
//! A link shows a page with one button: previews of links in messages fetch it and use nothing up.

use std::collections::HashMap;

use askama::Template;
use axum::{
    Form,
    extract::{Query, State},
    http::{HeaderMap, HeaderValue, StatusCode, header},
    response::{AppendHeaders, IntoResponse, Redirect, Response},
};
use serde::{Deserialize, Serialize};
use store::{StoreError, access::MadeBy, work::Member};

use super::{
    super::{
        link,
        session::{self, Refused},
    },
    keep_step, passkey, proof,
    proof::Proof,
    provider, step_cookie, step_of, take_step,
};
use crate::{
    app::{App, LinkOpens},
    page::{Page, render},
};

/// Characters that an agent may call a device by.
pub(super) const MOST_DEVICE: usize = 60;
const CODE: &str = "code";
/// When to try again where too many sign in at this moment, microseconds.
const BUSY: i64 = 4_000_000;

#[derive(Template)]
#[template(path = "workbench/sign-in.html")]
struct SignIn {
    page: Page,
    /// Of a link.
    token: String,
    /// Whether the link opens more than the set-up.
    opens: bool,
    link_refused: bool,
    /// The provider that vouches for agents here.
    provider: Option<String>,
    passkeys: bool,
    account: String,
    device: String,
    error: String,
}

impl SignIn {
    fn new(app: &App, page: Page) -> Self {
        Self {
            page: off_the_link(page),
            token: String::new(),
            opens: app.settings.link_opens == LinkOpens::Everything,
            link_refused: false,
            provider: provider::staff(app).map(|provider| provider.name.clone()),
            passkeys: passkey::can_be(app),
            account: String::new(),
            device: String::new(),
            error: String::new(),
        }
    }
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

/// The page to sign in on: behind a link, with its button.
pub(in super::super) async fn offer(
    State(app): State<App>,
    page: Page,
    Query(query): Query<HashMap<String, String>>,
) -> Response {
    let token = query.get("token").cloned().unwrap_or_default();
    render(
        StatusCode::OK,
        &SignIn {
            token,
            ..SignIn::new(&app, page)
        },
    )
}

#[derive(Deserialize)]
pub(in super::super) struct Link {
    token: String,
}

/// Uses a link up.
pub(in super::super) async fn by_link(
    State(app): State<App>,
    page: Page,
    Form(link): Form<Link>,
) -> Result<Response, Refused> {
    let failed = |error: StoreError| Refused::from(page.clone().store_failed(&error));
    let (work, now) = (&app.store.work, app.now_micros());
    let used = work.use_invitation(link.token.as_bytes(), now).await;
    let Some(agent) = used.map_err(failed)? else {
        let refused = SignIn {
            link_refused: true,
            ..SignIn::new(&app, page)
        };
        return Ok(render(StatusCode::FORBIDDEN, &refused));
    };
    come_in(&app, &page, (&agent, MadeBy::Link), "").await
}

/// Begins the session and leads to the workbench.
pub(super) async fn come_in(
    app: &App,
    page: &Page,
    who: (&str, MadeBy),
    device: &str,
) -> Result<Response, Refused> {
    let begun = session::begin(app, who, device, None).await;
    let (_, cookie) = begun.map_err(|error| page.clone().store_failed(&error))?;
    let cookies = [
        (header::SET_COOKIE, cookie),
        (header::SET_COOKIE, step_cookie(app, "")),
    ];
    let to = Redirect::to(&link::workbench(page));
    Ok((AppendHeaders(cookies), to).into_response())
}

#[derive(Deserialize)]
pub(super) struct PasswordForm {
    account: String,
    password: String,
    #[serde(default)]
    device: String,
}

/// Who gave the right password, and has to give a code.
#[derive(Serialize, Deserialize)]
struct CodeStep {
    agent: String,
    device: String,
}

/// Takes the password; the code is asked for next.
pub(super) async fn password(
    State(app): State<App>,
    page: Page,
    Form(form): Form<PasswordForm>,
) -> Result<Response, Refused> {
    let failed = |error: StoreError| Refused::from(page.clone().store_failed(&error));
    let account = proof::account(&form.account);
    let proved = proof::by_password(&app, &account, &form.password).await;
    let again = |status: StatusCode, error: String| {
        let again = SignIn {
            account: form.account.clone(),
            device: form.device.clone(),
            error,
            ..SignIn::new(&app, page.clone())
        };
        render(status, &again)
    };
    match proved.map_err(failed)? {
        Proof::Right(member) => {
            let step = CodeStep {
                agent: member.agent.id,
                device: form.device.trim().chars().take(MOST_DEVICE).collect(),
            };
            let token = keep_step(&app, CODE, &step).await.map_err(failed)?;
            let to = format!("{}/sign-in/code", link::workbench(&page));
            let cookie = [(header::SET_COOKIE, step_cookie(&app, &token))];
            Ok((cookie, Redirect::to(&to)).into_response())
        }
        Proof::Wrong => {
            let error = page.w.t("wb-sign-in-wrong");
            Ok(again(StatusCode::FORBIDDEN, error))
        }
        Proof::Wait(wait) => Ok(waiting(
            wait,
            again(StatusCode::TOO_MANY_REQUESTS, wait_text(&page, wait)),
        )),
        Proof::Busy => {
            let error = page.w.t("wb-sign-in-busy");
            Ok(waiting(BUSY, again(StatusCode::SERVICE_UNAVAILABLE, error)))
        }
    }
}

/// How long one has to wait, in words.
pub(super) fn wait_text(page: &Page, micros: i64) -> String {
    page.w.t1("wb-sign-in-wait", "seconds", seconds(micros))
}

fn seconds(micros: i64) -> i64 {
    micros / 1_000_000 + 1
}

/// The same answer with how long to wait, for programs.
fn waiting(micros: i64, mut response: Response) -> Response {
    let after = HeaderValue::from(seconds(micros));
    response.headers_mut().insert(header::RETRY_AFTER, after);
    response
}

#[derive(Template)]
#[template(path = "workbench/sign-in-code.html")]
struct AskCode {
    page: Page,
    error: String,
}

/// The page that asks for the code.
pub(super) async fn ask_code(page: Page) -> Response {
    let asked = AskCode {
        page,
        error: String::new(),
    };
    render(StatusCode::OK, &asked)
}

#[derive(Deserialize)]
pub(super) struct CodeForm {
    code: String,
}

/// Takes the code and begins the session.
pub(super) async fn code(
    State(app): State<App>,
    page: Page,
    headers: HeaderMap,
    Form(form): Form<CodeForm>,
) -> Result<Response, Refused> {
    let failed = |error: StoreError| Refused::from(page.clone().store_failed(&error));
    let taken = take_step::<CodeStep>(&app, CODE, &step_of(&headers)).await;
    let Some(step) = taken.map_err(failed)? else {
        let again = SignIn {
            error: page.w.t("wb-sign-in-late"),
            ..SignIn::new(&app, page)
        };
        return Ok(render(StatusCode::FORBIDDEN, &again));
    };
    let member = app.store.work.member(&step.agent).await.map_err(failed)?;
    let proved = match &member {
        Some(member) => proof::by_code(&app, member, &form.code)
            .await
            .map_err(failed)?,
        None => Proof::Wrong,
    };
    let (status, error, wait) = match (proved, member) {
        (Proof::Right(made_by), Some(Member { agent, .. })) => {
            return come_in(&app, &page, (&agent.id, made_by), &step.device).await;
        }
        (Proof::Wait(wait), _) => (StatusCode::TOO_MANY_REQUESTS, wait_text(&page, wait), wait),
        _ => (StatusCode::FORBIDDEN, page.w.t("wb-code-wrong"), 0),
    };
    let token = keep_step(&app, CODE, &step).await.map_err(failed)?;
    let asked = render(status, &AskCode { page, error });
    let asked = if wait > 0 {
        waiting(wait, asked)
    } else {
        asked
    };
    Ok(([(header::SET_COOKIE, step_cookie(&app, &token))], asked).into_response())
}
