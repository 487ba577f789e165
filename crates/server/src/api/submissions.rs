//! `POST /api/v1/desks/{desk}/submissions`: from a request to a receipt. The one path of the interface
//! that is made for thousands a second: read once, checked once, nothing logged, one answer written.

use axum::{
    body::Body,
    extract::{Path, Request, State, rejection::PathRejection},
    http::{HeaderValue, StatusCode, header, request::Parts},
    response::{IntoResponse, Response},
};
use casework::{
    Lang,
    answers::{self, Answers, Context, ErrorCode, Expected, Origin},
    assess, clock,
    desk::{Desk, Kind},
    submission::Track,
};
use jiff::Timestamp;
use serde::Serialize;
use serde_json::{Map, Value};
use sha2::{Digest, Sha256};
use store::intake::Submission;

use super::{
    failure::{Failure, Unmet, Wrong},
    json,
    request::{Caller, Media, caller, idempotency_key, json_body, media},
    upload::PartReader,
};
use crate::{
    app::App,
    page::preferred,
    receive::{self, Filed, Filing, ReceiveError},
};

/// Files a submission.
pub(super) async fn file(
    State(app): State<App>,
    desk: Result<Path<String>, PathRejection>,
    request: Request,
) -> Response {
    let (parts, body) = request.into_parts();
    let mut lang = preferred(&parts);
    match filed(&app, desk, parts, body, &mut lang).await {
        Ok(response) => response,
        Err(failure) => failure.respond(lang),
    }
}

async fn filed(
    app: &App,
    desk: Result<Path<String>, PathRejection>,
    parts: Parts,
    body: Body,
    lang: &mut Lang,
) -> Result<Response, Failure> {
    let desk = desk
        .ok()
        .and_then(|Path(id)| app.desk(&id))
        .ok_or(Failure::UnknownDesk)?;
    let caller = caller(app, &parts.headers).await?;
    let key = idempotency_key(&parts.headers)?.to_owned();
    let sent = match media(&parts.headers)? {
        Media::Json => {
            let body = json_body(app, &parts, body).await?;
            let value = json::read(&body)?;
            Sent {
                digest: receive::body_digest(&body, &value),
                value,
                files: Vec::new(),
            }
        }
        Media::Multipart => multipart(app, desk, Request::from_parts(parts, body)).await?,
    };
    let digest = sent.digest;
    let now = app.now();
    let (answers, lang) = match checked(desk, sent, now, lang) {
        Ok(answers) => (answers, *lang),
        Err(failure) => return before(app, &caller, desk, &key, digest, failure).await,
    };
    let filing = Filing {
        desk,
        track: answers.track(),
        lang,
        channel: caller.channel,
        answers: &answers,
        scope: &caller.scope,
        idempotency: &key,
        body: digest,
        vouched: None,
    };
    let filed = receive::receive(app, filing)
        .await
        .map_err(|error| match error {
            ReceiveError::UnknownEvidence(id) => {
                let field = place_of(answers.values(), &id).unwrap_or(id);
                Failure::Invalid(vec![Wrong::field(field, ErrorCode::NotAFile)])
            }
            error => error.into(),
        })?;
    Ok(receipt(app, desk, &answers, &filed, lang))
}

/// A request as sent.
struct Sent {
    /// What another body under the same key is known by.
    digest: [u8; 32],
    value: Value,
    /// Question and upload's id.
    files: Vec<(String, String)>,
}

/// Reads the parts: `submission`, and files named after the question they answer.
async fn multipart(app: &App, desk: &Desk, request: Request) -> Result<Sent, Failure> {
    let mut reader = PartReader::new(request).await?;
    let sent = parts_of(app, desk, &mut reader).await;
    if sent.is_err() {
        reader.drain().await;
    }
    sent
}

async fn parts_of(app: &App, desk: &Desk, reader: &mut PartReader) -> Result<Sent, Failure> {
    let mut submission = None;
    let mut files: Vec<(String, String)> = Vec::new();
    let mut hashes = Sha256::new();
    while let Some(part) = reader.next().await? {
        let name = part.name().to_owned();
        if name == "submission" {
            let bytes = part.bytes(app.settings.most_body).await?;
            if submission.replace(bytes).is_some() {
                return Err(Failure::NotMultipart);
            }
            continue;
        }
        let Some(Kind::Evidence { max_files }) =
            desk.question(&name).map(|question| &question.kind)
        else {
            let name = name.chars().take(80).collect::<String>();
            return Err(Failure::Invalid(vec![Wrong::field(
                name,
                ErrorCode::UnknownField,
            )]));
        };
        if files
            .iter()
            .filter(|(question, _)| *question == name)
            .count()
            == *max_files
        {
            return Err(Failure::Invalid(vec![Wrong::field(
                name,
                ErrorCode::TooMany { max: *max_files },
            )]));
        }
        let stored = part.store(app).await?;
        hashes.update((name.len() as u64).to_be_bytes());
        hashes.update(&name);
        hashes.update(stored.kept.sha256);
        files.push((name, stored.id));
    }
    let submission = submission.ok_or(Failure::NotMultipart)?;
    let value = json::read(&submission)?;
    let digest = Sha256::new()
        .chain_update(receive::body_digest(&submission, &value))
        .chain_update(hashes.finalize())
        .finalize();
    Ok(Sent {
        digest: digest.into(),
        value,
        files,
    })
}

/// The answers of a request, in the language it asks for, checked against the desk.
fn checked(desk: &Desk, sent: Sent, now: Timestamp, lang: &mut Lang) -> Result<Answers, Failure> {
    let (track, mut raw) = envelope(desk, sent.value, lang)?;
    for (question, id) in sent.files {
        match raw
            .entry(&*question)
            .or_insert_with(|| Value::Array(Vec::new()))
        {
            Value::Array(files) => files.push(Value::String(id)),
            _ => {
                let code = ErrorCode::WrongKind {
                    expected: Expected::List,
                };
                return Err(Failure::Invalid(vec![Wrong::field(question, code)]));
            }
        }
    }
    let context = Context {
        now,
        lang: *lang,
        origin: Origin::Api,
    };
    let answers = answers::validate(desk, track, &raw, &context)
        .map_err(|errors| Failure::Invalid(errors.into_iter().map(Wrong::Answer).collect()))?;
    let unmet = assess::eligibility(desk, &answers, now);
    if unmet.is_empty() {
        return Ok(answers);
    }
    Err(Failure::NotEligible(
        unmet
            .into_iter()
            .map(|unmet| Unmet {
                rule: unmet.rule.to_owned(),
                reason: unmet.reason.clone(),
                redirect: unmet.redirect.cloned(),
            })
            .collect(),
    ))
}

/// What stands around the answers: `{"track", "lang", "answers"}`.
fn envelope(
    desk: &Desk,
    value: Value,
    lang: &mut Lang,
) -> Result<(Track, Map<String, Value>), Failure> {
    let Value::Object(members) = value else {
        let code = ErrorCode::WrongKind {
            expected: Expected::Object,
        };
        return Err(Failure::Invalid(vec![Wrong::field("", code)]));
    };
    let mut track = desk.tracks.first().copied();
    let mut raw = None;
    let mut wrong = Vec::new();
    for (name, value) in members {
        match (name.as_str(), value) {
            ("track" | "lang", Value::Null) => {}
            ("track", Value::String(word)) => match word.parse() {
                Ok(named) => track = Some(named),
                Err(_) => wrong.push(Wrong::field(name, ErrorCode::TrackNotOffered)),
            },
            ("lang", Value::String(tag)) => match Lang::from_tag(&tag) {
                Some(named) => *lang = named,
                None => wrong.push(Wrong::field(name, ErrorCode::NotAnOption)),
            },
            ("answers", Value::Object(answers)) => raw = Some(answers),
            ("track" | "lang", _) => {
                wrong.push(Wrong::field(
                    name,
                    ErrorCode::WrongKind {
                        expected: Expected::Text,
                    },
                ));
            }
            ("answers", _) => {
                wrong.push(Wrong::field(
                    name,
                    ErrorCode::WrongKind {
                        expected: Expected::Object,
                    },
                ));
                raw = Some(Map::new());
            }
            _ if wrong.len() < 100 => {
                let name = name.chars().take(80).collect::<String>();
                wrong.push(Wrong::field(name, ErrorCode::UnknownField));
            }
            _ => {}
        }
    }
    match (track, raw) {
        (Some(track), Some(raw)) if wrong.is_empty() => Ok((track, raw)),
        (track, raw) => {
            if raw.is_none() {
                wrong.push(Wrong::field("answers", ErrorCode::Required));
            }
            if track.is_none() {
                wrong.push(Wrong::field("track", ErrorCode::Required));
            }
            Err(Failure::Invalid(wrong))
        }
    }
}

/// A request that is refused today may be the retry of one that was received: time passes, desks
/// change. Its receipt is given again.
async fn before(
    app: &App,
    caller: &Caller,
    desk: &Desk,
    key: &str,
    digest: [u8; 32],
    failure: Failure,
) -> Result<Response, Failure> {
    let key = receive::idempotency(&caller.scope, desk.id.as_str(), key);
    let Some((seq, body)) = app.store.intake.by_idempotency(key).await? else {
        return Err(failure);
    };
    if body != digest {
        return Err(Failure::Conflict);
    }
    let received = app.store.intake.receipt(seq).await?;
    let kept = app
        .store
        .intake
        .by_seq(seq)
        .await?
        .ok_or(Failure::Unavailable)?;
    let lang = Lang::from_tag(&kept.lang).unwrap_or_default();
    let (desk, answers) = as_filed(app, &kept).ok_or(Failure::Unavailable)?;
    let filed = Filed {
        code: receive::tracking_code(app, &received.id),
        id: received.id,
        receipt: received.receipt,
        seq,
        received_at: received.received_at,
        repeated: true,
    };
    Ok(receipt(app, desk, &answers, &filed, lang))
}

/// The facts of a submission with the version of the desk it was filed with, if it is still known.
pub(super) fn as_filed<'a>(app: &'a App, kept: &Submission) -> Option<(&'a Desk, Answers)> {
    let desk = app.desk_version(&kept.desk, kept.desk_version)?;
    let facts = serde_json::from_str(&kept.facts).ok()?;
    Some((desk, Answers::stored(kept.track.parse().ok()?, facts)))
}

#[derive(Serialize)]
struct Receipt<'a> {
    id: &'a str,
    received_at: String,
    tracking_code: String,
    receipt: &'a str,
    ledger_index: i64,
    urgent: Option<Urgent<'a>>,
    deadline_at: String,
    follow: String,
}

#[derive(Serialize)]
struct Urgent<'a> {
    title: &'a str,
    text: &'a str,
}

fn receipt(app: &App, desk: &Desk, answers: &Answers, filed: &Filed, lang: Lang) -> Response {
    let at = Timestamp::from_microsecond(filed.received_at).unwrap_or(Timestamp::UNIX_EPOCH);
    let urgent = assess::urgent(desk, answers, at);
    let body = Receipt {
        id: &filed.id,
        received_at: at.to_string(),
        tracking_code: filed.code.to_string(),
        receipt: &filed.receipt,
        ledger_index: filed.seq,
        urgent: urgent.map(|rule| Urgent {
            title: rule.title.get(lang),
            text: rule.text.get(lang),
        }),
        deadline_at: clock::first_deadline(desk, urgent, at).to_string(),
        follow: format!("{}/{}/follow", app.settings.public_url, lang.tag()),
    };
    let mut response = super::json_answer(StatusCode::CREATED, &body).into_response();
    let headers = response.headers_mut();
    headers.insert(
        header::LOCATION,
        HeaderValue::from_static("/api/v1/submissions/status"),
    );
    if filed.repeated {
        headers.insert("idempotency-replayed", HeaderValue::from_static("true"));
    }
    response
}

/// Where a file's id stands in the answers: `payments[2].proof[0]`.
fn place_of(values: &Map<String, Value>, id: &str) -> Option<String> {
    fn within(value: &Value, id: &str) -> Option<String> {
        match value {
            Value::Object(members) if members.get("id").is_some_and(|found| found == id) => {
                Some(String::new())
            }
            Value::Object(members) => members
                .iter()
                .find_map(|(name, value)| Some(format!(".{name}{}", within(value, id)?))),
            Value::Array(items) => items
                .iter()
                .enumerate()
                .find_map(|(place, value)| Some(format!("[{place}]{}", within(value, id)?))),
            _ => None,
        }
    }
    values
        .iter()
        .find_map(|(name, value)| Some(format!("{name}{}", within(value, id)?)))
}
