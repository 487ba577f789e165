//! Everything that can go wrong with a request, each as problem details (RFC 9457) in the reader's
//! language.

use axum::{
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use casework::{
    Lang, Text,
    answers::{AnswerError, ErrorCode},
    desk::{Redirect, RedirectTo},
};
use serde_json::{Map, Value, json};

use super::json::{NotJson, Why};
use crate::{
    receive::ReceiveError,
    web::error::{FieldProblem, Problem},
    words::Words,
};

/// Why a request was refused. Unless a variant says otherwise nothing of the request was kept.
#[derive(Debug)]
pub(super) enum Failure {
    /// The body is not JSON.
    NotJson(NotJson),
    /// The body is not UTF-8.
    NotUtf8 {
        /// The first byte that is wrong.
        offset: usize,
    },
    /// The multipart body does not hold together, or was cut.
    NotMultipart,
    /// The connection was cut inside the body.
    Cut,
    /// No idempotency key, or one of another form.
    IdempotencyKey,
    /// The channel asked for does not exist.
    Channel,
    /// No tracking code, or one that was mistyped.
    TrackingCode,
    /// Any other request that HTTP itself finds wrong.
    Request(StatusCode),
    /// A token that is unknown or was revoked.
    Token,
    /// Only partners may.
    PartnersOnly,
    /// No such address.
    NotFound,
    /// No such desk, or no such version of it.
    UnknownDesk,
    /// A tracking code that opens nothing.
    UnknownCode,
    /// The address does not take this method.
    Method,
    /// The key was used with another body.
    Conflict,
    /// What is closed or withdrawn cannot be withdrawn.
    NotWithdrawable,
    /// The body, or a file, is too large.
    TooLarge {
        /// The limit in bytes.
        most: u64,
    },
    /// The body's media type is not taken here.
    MediaType,
    /// Fields that are wrong.
    Invalid(Vec<Wrong>),
    /// The desk cannot take this.
    NotEligible(Vec<Unmet>),
    /// It could not be made durable.
    NotReceived,
    /// The store could not be read.
    Unavailable,
    /// A fault of the program.
    Internal,
}

/// A field that is wrong.
#[derive(Debug)]
pub(super) enum Wrong {
    /// As the desk's rules say.
    Answer(AnswerError),
    /// A file whose bytes are not of the type it was sent as.
    Type {
        field: String,
        claimed: String,
        shown: &'static str,
    },
}

impl Wrong {
    pub(super) fn field(field: impl Into<String>, code: ErrorCode) -> Self {
        Self::Answer(AnswerError {
            path: field.into(),
            code,
        })
    }

    fn problem(&self, words: Words) -> FieldProblem {
        match self {
            Self::Answer(error) => FieldProblem {
                // A name that the sender made up may be anything.
                field: observables::mask_cards(&error.path).into_owned(),
                code: error.code.as_str().to_owned(),
                message: error.message(words.0),
            },
            Self::Type {
                field,
                claimed,
                shown,
            } => FieldProblem {
                field: field.clone(),
                code: "type_mismatch".to_owned(),
                message: words.t2(
                    "api-type-mismatch",
                    ("claimed", claimed.as_str()),
                    ("shown", *shown),
                ),
            },
        }
    }
}

/// A condition of the desk that is not met.
#[derive(Debug)]
pub(super) struct Unmet {
    pub(super) rule: String,
    pub(super) reason: Text,
    pub(super) redirect: Option<Redirect>,
}

impl From<store::StoreError> for Failure {
    fn from(error: store::StoreError) -> Self {
        tracing::error!(
            error = &error as &dyn std::error::Error,
            "a request could not be read from the store"
        );
        Self::Unavailable
    }
}

impl From<ReceiveError> for Failure {
    fn from(error: ReceiveError) -> Self {
        match error {
            ReceiveError::Submit(store::intake::SubmitError::Conflict) => Self::Conflict,
            ReceiveError::Erased => Self::UnknownCode,
            ReceiveError::UnknownEvidence(id) => {
                Self::Invalid(vec![Wrong::field(id, ErrorCode::NotAFile)])
            }
            error => {
                tracing::error!(
                    error = &error as &dyn std::error::Error,
                    "a request was not received"
                );
                Self::NotReceived
            }
        }
    }
}

impl Failure {
    /// The word under `/problems/`, and the status.
    pub(super) fn kind(&self) -> (&'static str, StatusCode) {
        match self {
            Self::NotJson(_) => ("invalid-json", StatusCode::BAD_REQUEST),
            Self::NotUtf8 { .. } => ("invalid-utf8", StatusCode::BAD_REQUEST),
            Self::NotMultipart => ("invalid-multipart", StatusCode::BAD_REQUEST),
            Self::Cut => ("cut-body", StatusCode::BAD_REQUEST),
            Self::IdempotencyKey => ("idempotency-key", StatusCode::BAD_REQUEST),
            Self::Channel => ("channel", StatusCode::BAD_REQUEST),
            Self::TrackingCode => ("tracking-code", StatusCode::BAD_REQUEST),
            Self::Request(status) => ("bad-request", *status),
            Self::Token => ("invalid-token", StatusCode::UNAUTHORIZED),
            Self::PartnersOnly => ("partners-only", StatusCode::FORBIDDEN),
            Self::NotFound => ("not-found", StatusCode::NOT_FOUND),
            Self::UnknownDesk => ("unknown-desk", StatusCode::NOT_FOUND),
            Self::UnknownCode => ("unknown-code", StatusCode::NOT_FOUND),
            Self::Method => ("method-not-allowed", StatusCode::METHOD_NOT_ALLOWED),
            Self::Conflict => ("idempotency-conflict", StatusCode::CONFLICT),
            Self::NotWithdrawable => ("not-withdrawable", StatusCode::CONFLICT),
            Self::TooLarge { .. } => ("too-large", StatusCode::PAYLOAD_TOO_LARGE),
            Self::MediaType => ("media-type", StatusCode::UNSUPPORTED_MEDIA_TYPE),
            Self::Invalid(_) => ("invalid-answers", StatusCode::UNPROCESSABLE_ENTITY),
            Self::NotEligible(_) => ("not-eligible", StatusCode::UNPROCESSABLE_ENTITY),
            Self::NotReceived => ("not-received", StatusCode::SERVICE_UNAVAILABLE),
            Self::Unavailable => ("unavailable", StatusCode::SERVICE_UNAVAILABLE),
            Self::Internal => ("internal", StatusCode::INTERNAL_SERVER_ERROR),
        }
    }

    /// One of each kind: the examples of the description, and what the tests go through.
    pub(super) fn samples() -> Vec<Self> {
        let text = |fr: &str, en: &str| Text {
            fr: fr.to_owned(),
            en: en.to_owned(),
        };
        vec![
            Self::NotJson(NotJson {
                why: Why::Cut,
                line: 1,
                column: 42,
            }),
            Self::NotUtf8 { offset: 117 },
            Self::NotMultipart,
            Self::Cut,
            Self::IdempotencyKey,
            Self::Channel,
            Self::TrackingCode,
            Self::Request(StatusCode::BAD_REQUEST),
            Self::Token,
            Self::PartnersOnly,
            Self::NotFound,
            Self::UnknownDesk,
            Self::UnknownCode,
            Self::Method,
            Self::Conflict,
            Self::NotWithdrawable,
            Self::TooLarge { most: 16 << 20 },
            Self::MediaType,
            Self::Invalid(vec![
                Wrong::field("colour", ErrorCode::UnknownField),
                Wrong::field("payments[2].iban", ErrorCode::NotAnIban),
                Wrong::Type {
                    field: "evidence".to_owned(),
                    claimed: "image/png".to_owned(),
                    shown: "application/pdf",
                },
            ]),
            Self::NotEligible(vec![Unmet {
                rule: "adult".to_owned(),
                reason: text(
                    "Une plainte en ligne se fait à partir de 18 ans.",
                    "An online complaint can be filed from the age of 18.",
                ),
                redirect: Some(Redirect {
                    label: text("Faire un signalement", "File a report"),
                    to: RedirectTo::Track(casework::submission::Track::Report),
                }),
            }]),
            Self::NotReceived,
            Self::Unavailable,
            Self::Internal,
        ]
    }

    pub(super) fn problem(&self, lang: Lang) -> Problem {
        let words = Words(lang);
        let (kind, status) = self.kind();
        let title = words.t(&format!("api-{kind}-title"));
        let key = format!("api-{kind}-text");
        let mut problem = Problem::new(status, kind, &title, "");
        problem.detail = match self {
            Self::NotJson(NotJson { why, line, column }) => {
                problem.more =
                    object(json!({ "why": why.as_str(), "line": line, "column": column }));
                let place = words.t2(&key, ("line", *line), ("column", *column));
                format!("{place} {}", words.t(&format!("api-json-{}", why.as_str())))
            }
            Self::NotUtf8 { offset } => {
                problem.more = object(json!({ "offset": offset }));
                words.t1(&key, "offset", *offset)
            }
            Self::TooLarge { most } => {
                problem.more = object(json!({ "most": most }));
                words.t1(
                    &key,
                    "most",
                    crate::web::text::count(lang, i64::try_from(*most).unwrap_or(i64::MAX)),
                )
            }
            Self::Invalid(wrong) => {
                problem.errors = wrong.iter().map(|wrong| wrong.problem(words)).collect();
                words.t1(&key, "count", wrong.len())
            }
            Self::NotEligible(unmet) => {
                problem.more = not_eligible(unmet, lang);
                unmet
                    .first()
                    .map_or_else(|| words.t(&key), |first| first.reason.get(lang).to_owned())
            }
            _ => words.t(&key),
        };
        problem
    }

    pub(super) fn respond(&self, lang: Lang) -> Response {
        let mut response = self.problem(lang).into_response();
        let headers = response.headers_mut();
        headers.insert(
            header::CONTENT_LANGUAGE,
            HeaderValue::from_static(lang.tag()),
        );
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
        let more = match self {
            Self::Token => Some((header::WWW_AUTHENTICATE, "Bearer error=\"invalid_token\"")),
            Self::NotReceived | Self::Unavailable => Some((header::RETRY_AFTER, "5")),
            _ => None,
        };
        if let Some((name, value)) = more {
            headers.insert(name, HeaderValue::from_static(value));
        }
        response
    }
}

fn object(value: Value) -> Map<String, Value> {
    match value {
        Value::Object(map) => map,
        _ => Map::new(),
    }
}

/// The first condition's members at the top, every condition in `unmet`.
fn not_eligible(unmet: &[Unmet], lang: Lang) -> Map<String, Value> {
    let one = |unmet: &Unmet| {
        json!({
            "rule": unmet.rule,
            "reason": unmet.reason.get(lang),
            "redirect": unmet.redirect.as_ref().map(|redirect| {
                let (to, value) = target(&redirect.to);
                json!({ "label": redirect.label.get(lang), "to": to, "value": value })
            }),
        })
    };
    let mut more = unmet.first().map(one).map(object).unwrap_or_default();
    more.insert("unmet".to_owned(), unmet.iter().map(one).collect());
    more
}

/// What a redirect names, and its value.
pub(super) fn target(to: &RedirectTo) -> (&'static str, &str) {
    match to {
        RedirectTo::Track(track) => ("track", track.as_str()),
        RedirectTo::Desk(desk) => ("desk", desk.as_str()),
        RedirectTo::Url(url) => ("url", url),
        RedirectTo::Phone(number) => ("phone", number),
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn every_problem_has_its_words_in_both_languages() {
        let mut kinds = BTreeSet::new();
        for failure in Failure::samples() {
            let (kind, _) = failure.kind();
            assert!(kinds.insert(kind), "{kind} twice");
            let [fr, en] = [Lang::Fr, Lang::En].map(|lang| failure.problem(lang));
            for problem in [&fr, &en] {
                assert!(
                    !problem.title.starts_with("api-") && !problem.detail.contains("api-"),
                    "{problem:?}"
                );
                assert!(!problem.detail.contains("{$"), "{problem:?}");
            }
            assert_ne!(fr.title, en.title);
            assert_ne!(fr.detail, en.detail);
        }
        for why in Why::ALL {
            let key = format!("api-json-{}", why.as_str());
            assert_ne!(Words(Lang::Fr).t(&key), key);
        }
    }

    #[test]
    fn what_was_not_received_says_so() {
        for (lang, words) in [(Lang::Fr, "PAS"), (Lang::En, "NOT")] {
            assert!(Failure::NotReceived.problem(lang).detail.contains(words));
        }
        let response = Failure::NotReceived.respond(Lang::En);
        assert_eq!(response.headers()[header::RETRY_AFTER], "5");
        assert_eq!(
            response.headers()[header::CONTENT_TYPE],
            "application/problem+json"
        );
    }
}
