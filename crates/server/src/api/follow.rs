//! `/api/v1/submissions/…`: what the holder of a tracking code reads and adds. The code comes in a
//! header, never in the address, which servers and browsers keep.

use axum::{
    extract::{Request, State},
    http::{StatusCode, request::Parts},
    response::{IntoResponse, Response},
};
use casework::{
    Lang,
    answers::{ErrorCode, Expected},
    assess, clock,
    submission::{Event, State as Standing},
};
use jiff::Timestamp;
use serde::Serialize;
use serde_json::{Map, Value, json};
use store::{StoreError, intake::Submission, objects::hex};

use super::{
    failure::{Failure, Wrong},
    json,
    request::{Media, caller, idempotency_key, json_body, media, tracking_code},
    submissions::as_filed,
};
use crate::{
    app::App,
    page::preferred,
    receive::{
        ReceiveError,
        later::{self, Addition},
    },
};

/// Characters of a message.
const MOST_CHARS: usize = 100_000;
/// Files of a message.
const MOST_FILES: usize = 20;

#[derive(Serialize)]
struct Status<'a> {
    id: &'a str,
    desk: &'a str,
    track: &'a str,
    state: &'static str,
    state_text: &'static str,
    received_at: String,
    /// None once nobody has anything left to do.
    deadline_at: Option<String>,
    unit: Option<&'a str>,
    messages: Vec<Message>,
    exhibits: Vec<Exhibit>,
    ledger_index: i64,
    /// None once what opens it was erased.
    receipt: Option<String>,
    /// What was erased.
    erased: Option<&'a str>,
}

#[derive(Serialize)]
struct Message {
    from: &'static str,
    kind: String,
    at: String,
    text: String,
}

#[derive(Serialize)]
struct Exhibit {
    name: String,
    sha256: String,
    size: u64,
    media_type: String,
}

/// `GET status`.
pub(super) async fn status(State(app): State<App>, request: Request) -> Response {
    let (parts, _) = request.into_parts();
    let lang = preferred(&parts);
    match stands(&app, &parts, lang).await {
        Ok(response) => response,
        Err(failure) => failure.respond(lang),
    }
}

/// `POST messages`.
pub(super) async fn message(State(app): State<App>, request: Request) -> Response {
    add(app, request, "message").await
}

/// `POST withdrawal`.
pub(super) async fn withdraw(State(app): State<App>, request: Request) -> Response {
    add(app, request, "withdrawal").await
}

async fn opened(app: &App, parts: &Parts) -> Result<Submission, Failure> {
    let code = tracking_code(&parts.headers)?;
    later::opened_by(app, &code)
        .await?
        .ok_or(Failure::UnknownCode)
}

async fn stands(app: &App, parts: &Parts, lang: Lang) -> Result<Response, Failure> {
    let submission = opened(app, parts).await?;
    let (docket, standing) = standing(app, &submission).await?;
    let deadline = match &docket {
        _ if standing.is_final() => None,
        Some(docket) => Some(time(docket.deadline_at)),
        None => as_filed(app, &submission).map(|(desk, answers)| {
            let at = Timestamp::from_microsecond(submission.received_at)
                .unwrap_or(Timestamp::UNIX_EPOCH);
            let urgent = assess::urgent(desk, &answers, at);
            clock::first_deadline(desk, urgent, at).to_string()
        }),
    };
    let units = app.unit_names(lang);
    let unit = docket
        .as_ref()
        .filter(|_| matches!(standing, Standing::Assigned))
        .and_then(|docket| units.get(docket.unit.as_str()).copied());
    let receipt = match app.store.intake.receipt(submission.seq).await {
        Ok(received) => Some(received.receipt),
        Err(StoreError::Erased) => None,
        Err(error) => return Err(error.into()),
    };
    let exhibits = app.store.intake.exhibits(submission.seq).await?;
    let body = Status {
        id: &submission.id,
        desk: &submission.desk,
        track: &submission.track,
        state: word(standing),
        state_text: standing.label(lang),
        received_at: time(submission.received_at),
        deadline_at: deadline,
        unit,
        messages: messages(app, submission.seq).await?,
        exhibits: exhibits
            .into_iter()
            .map(|upload| Exhibit {
                name: upload.name,
                sha256: hex(&upload.sha256),
                size: upload.size,
                media_type: upload.media_type,
            })
            .collect(),
        ledger_index: submission.seq,
        receipt,
        erased: Some(submission.erased.as_str()).filter(|erased| !erased.is_empty()),
    };
    Ok(super::json_answer(StatusCode::OK, &body))
}

/// The state as the person may know it: quarantine looks like waiting, a closing keeps its reason.
fn word(standing: Standing) -> &'static str {
    match standing {
        Standing::Quarantined => Standing::Queued.as_str(),
        standing => standing.as_str(),
    }
}

async fn standing(
    app: &App,
    submission: &Submission,
) -> Result<(Option<store::work::Docket>, Standing), Failure> {
    let docket = app.store.work.docket(submission.seq).await?;
    let standing = docket
        .as_ref()
        .map_or(Ok(Standing::Received), |docket| docket.state.parse());
    let standing = standing.map_err(|_| {
        tracing::error!(
            seq = submission.seq,
            "a docket has a state that this program does not know"
        );
        Failure::Unavailable
    })?;
    Ok((docket, standing))
}

/// What both sides wrote, oldest first.
async fn messages(app: &App, seq: i64) -> Result<Vec<Message>, Failure> {
    let text_of = |body: &str| {
        let body: Value = serde_json::from_str(body).unwrap_or_default();
        body.get("text")
            .and_then(Value::as_str)
            .unwrap_or_default()
            .to_owned()
    };
    let theirs = app.store.intake.supplements(seq).await?;
    let ours = app.store.work.acts(seq).await?;
    let mut all: Vec<(i64, Message)> = theirs
        .into_iter()
        .map(|supplement| {
            let message = Message {
                from: "you",
                at: time(supplement.at),
                text: text_of(&supplement.body),
                kind: supplement.kind,
            };
            (supplement.at, message)
        })
        .chain(
            ours.into_iter()
                .filter(|act| act.kind == "reply" && act.undone_by.is_none())
                .map(|act| {
                    let message = Message {
                        from: "service",
                        at: time(act.at),
                        text: text_of(&act.body),
                        kind: "message".to_owned(),
                    };
                    (act.at, message)
                }),
        )
        .collect();
    all.sort_by_key(|(at, _)| *at);
    Ok(all.into_iter().map(|(_, message)| message).collect())
}

async fn add(app: App, request: Request, kind: &'static str) -> Response {
    let (parts, body) = request.into_parts();
    let lang = preferred(&parts);
    match added(&app, parts, body, kind).await {
        Ok(response) => response,
        Err(failure) => failure.respond(lang),
    }
}

async fn added(
    app: &App,
    parts: Parts,
    body: axum::body::Body,
    kind: &'static str,
) -> Result<Response, Failure> {
    // A token is not needed here, but a wrong one is still told.
    caller(app, &parts.headers).await?;
    let submission = opened(app, &parts).await?;
    let key = idempotency_key(&parts.headers)?;
    let bytes = match media(&parts.headers) {
        Ok(Media::Json) => json_body(app, &parts, body).await?,
        _ => return Err(Failure::MediaType),
    };
    let (text, uploads) = read(json::read(&bytes)?, kind)?;
    let text = text.map_or_else(|| json!({}), |text| json!({ "text": text }));
    if kind == "withdrawal" && later::added(app, &submission, key).await?.is_none() {
        let (_, standing) = standing(app, &submission).await?;
        let before = app.store.intake.supplements(submission.seq).await?;
        if standing.after(Event::Withdraw).is_err()
            || before.iter().any(|before| before.kind == kind)
        {
            return Err(Failure::NotWithdrawable);
        }
    }
    let addition = Addition {
        submission: &submission,
        kind,
        body: text.to_string(),
        uploads: uploads.clone(),
        idempotency: key,
    };
    let received = later::add(app, addition)
        .await
        .map_err(|error| match error {
            ReceiveError::UnknownEvidence(id) => {
                let place = uploads
                    .iter()
                    .position(|upload| *upload == id)
                    .unwrap_or_default();
                Failure::Invalid(vec![Wrong::field(
                    format!("evidence[{place}]"),
                    ErrorCode::NotAFile,
                )])
            }
            error => error.into(),
        })?;
    let body = json!({
        "received_at": time(received.received_at),
        "receipt": received.receipt,
        "ledger_index": received.seq,
    });
    let mut response = super::json_answer(StatusCode::CREATED, &body).into_response();
    if received.repeated {
        let replayed = axum::http::HeaderValue::from_static("true");
        response
            .headers_mut()
            .insert("idempotency-replayed", replayed);
    }
    Ok(response)
}

/// `{"text", "evidence": [ids]}` of a message, `{"text"}` of a withdrawal, where it may be left out.
fn read(value: Value, kind: &str) -> Result<(Option<String>, Vec<String>), Failure> {
    let Value::Object(members) = value else {
        let code = ErrorCode::WrongKind {
            expected: Expected::Object,
        };
        return Err(Failure::Invalid(vec![Wrong::field("", code)]));
    };
    let mut wrong = Vec::new();
    let text = text(&members, &mut wrong);
    let uploads = if kind == "message" {
        uploads(&members, &mut wrong)
    } else {
        Vec::new()
    };
    for name in members
        .keys()
        .filter(|name| *name != "text" && !(kind == "message" && *name == "evidence"))
        .take(100)
    {
        wrong.push(Wrong::field(
            name.chars().take(80).collect::<String>(),
            ErrorCode::UnknownField,
        ));
    }
    if kind == "message" && text.is_none() && uploads.is_empty() && wrong.is_empty() {
        wrong.push(Wrong::field("text", ErrorCode::Required));
    }
    if wrong.is_empty() {
        Ok((text, uploads))
    } else {
        Err(Failure::Invalid(wrong))
    }
}

fn text(members: &Map<String, Value>, wrong: &mut Vec<Wrong>) -> Option<String> {
    match members.get("text") {
        None | Some(Value::Null) => None,
        Some(Value::String(text)) if text.chars().count() > MOST_CHARS => {
            wrong.push(Wrong::field("text", ErrorCode::TooLong { max: MOST_CHARS }));
            None
        }
        Some(Value::String(text)) => {
            // As the desk's narratives are kept.
            let text: String = text
                .chars()
                .filter(|c| !c.is_control() || matches!(c, '\n' | '\t'))
                .collect();
            let text = text.trim();
            (!text.is_empty()).then(|| text.to_owned())
        }
        Some(_) => {
            wrong.push(Wrong::field(
                "text",
                ErrorCode::WrongKind {
                    expected: Expected::Text,
                },
            ));
            None
        }
    }
}

fn uploads(members: &Map<String, Value>, wrong: &mut Vec<Wrong>) -> Vec<String> {
    let given = match members.get("evidence") {
        None | Some(Value::Null) => return Vec::new(),
        Some(Value::Array(given)) if given.len() <= MOST_FILES => given,
        Some(Value::Array(_)) => {
            wrong.push(Wrong::field(
                "evidence",
                ErrorCode::TooMany { max: MOST_FILES },
            ));
            return Vec::new();
        }
        Some(_) => {
            wrong.push(Wrong::field(
                "evidence",
                ErrorCode::WrongKind {
                    expected: Expected::List,
                },
            ));
            return Vec::new();
        }
    };
    let mut uploads: Vec<String> = Vec::with_capacity(given.len());
    for (place, value) in given.iter().enumerate() {
        match value.as_str().or_else(|| value.get("id")?.as_str()) {
            Some(id) if uploads.iter().any(|upload| upload == id) => {}
            Some(id) => uploads.push(id.to_owned()),
            None => wrong.push(Wrong::field(
                format!("evidence[{place}]"),
                ErrorCode::NotAFile,
            )),
        }
    }
    uploads
}

fn time(micros: i64) -> String {
    Timestamp::from_microsecond(micros)
        .unwrap_or(Timestamp::UNIX_EPOCH)
        .to_string()
}
