//! Forms: their fields as they were sent, and names such as `payments.2.iban` to the nested raw
//! answers of `docs/formats/answers-1.md`.

use std::collections::HashMap;

use axum::{
    body::Body,
    extract::{FromRequest, FromRequestParts, Request},
    http::{StatusCode, header},
    response::Response,
};
use casework::{
    answers::{AnswerError, ErrorCode},
    desk::{Kind, Question},
};
use futures_util::StreamExt;
use serde_json::{Map, Value};

use crate::{app::App, page::Page};

/// More fields than this are no form a person filled in.
const MOST_FIELDS: usize = 200_000;
/// More problems than this are not told.
const MOST_PROBLEMS: usize = 20;
/// Bytes beyond the limit that are read and forgotten, so that a browser reads the answer instead of
/// "connection reset".
const DRAINED: u64 = 256 << 20;

/// The fields of a form, in the order they were sent.
#[derive(Clone, Debug, Default)]
pub struct Fields {
    pairs: Vec<(String, String)>,
    /// The last place of each name.
    places: HashMap<String, usize>,
}

/// Why a form could not be read. Nothing of it was kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum FormError {
    /// More bytes than this installation takes.
    #[error("the form is too large")]
    TooLarge,
    /// More fields than any form has.
    #[error("the form has too many fields")]
    TooManyFields,
    /// Bytes that are not UTF-8.
    #[error("the form is not UTF-8 text")]
    NotText,
    /// It ended in the middle, or is not a form.
    #[error("the form was cut")]
    Cut,
}

impl Fields {
    /// Reads `application/x-www-form-urlencoded`.
    ///
    /// # Errors
    /// When it is not UTF-8 once decoded, or has too many fields.
    pub fn parse(body: &[u8]) -> Result<Self, FormError> {
        let mut fields = Self::default();
        for pair in body
            .split(|byte| *byte == b'&')
            .filter(|pair| !pair.is_empty())
        {
            let split = pair
                .iter()
                .position(|byte| *byte == b'=')
                .unwrap_or(pair.len());
            let value = pair.get(split + 1..).unwrap_or_default();
            fields.push(decoded(&pair[..split])?, decoded(value)?)?;
        }
        Ok(fields)
    }

    /// Adds a field.
    ///
    /// # Errors
    /// When there are too many.
    pub fn push(&mut self, name: String, value: String) -> Result<(), FormError> {
        if self.pairs.len() >= MOST_FIELDS {
            return Err(FormError::TooManyFields);
        }
        self.places.insert(name.clone(), self.pairs.len());
        self.pairs.push((name, value));
        Ok(())
    }

    /// The value of a name; of several, the last.
    #[must_use]
    pub fn one(&self, name: &str) -> Option<&str> {
        self.places
            .get(name)
            .map(|place| self.pairs[*place].1.as_str())
    }

    /// Every value of a name, in order.
    pub fn all<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        self.pairs
            .iter()
            .filter(move |(found, _)| found == name)
            .map(|(_, value)| value.as_str())
    }

    /// Every field, in order.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.pairs
            .iter()
            .map(|(name, value)| (name.as_str(), value.as_str()))
    }
}

/// Percent-decoding as browsers do it (WHATWG URL §5.1): a `%` that begins no byte stays.
fn decoded(bytes: &[u8]) -> Result<String, FormError> {
    let mut out = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while let Some(byte) = bytes.get(at) {
        let escape = || {
            let digit = |place: usize| {
                bytes
                    .get(place)
                    .and_then(|byte| char::from(*byte).to_digit(16))
            };
            Some((digit(at + 1)? * 16 + digit(at + 2)?) as u8)
        };
        match (*byte, escape) {
            (b'+', _) => out.push(b' '),
            (b'%', escape) => match escape() {
                Some(byte) => {
                    out.push(byte);
                    at += 2;
                }
                None => out.push(b'%'),
            },
            (other, _) => out.push(other),
        }
        at += 1;
    }
    String::from_utf8(out).map_err(|_| FormError::NotText)
}

/// Reads a body of at most `most` bytes.
///
/// # Errors
/// When it is larger or was cut.
pub async fn bytes(body: Body, most: usize) -> Result<Vec<u8>, FormError> {
    let mut stream = body.into_data_stream();
    let mut read = Vec::new();
    let mut forgotten = 0_u64;
    while let Some(chunk) = stream.next().await {
        let chunk = chunk.map_err(|_| FormError::Cut)?;
        if forgotten > 0 || read.len() + chunk.len() > most {
            read = Vec::new();
            forgotten += chunk.len() as u64;
            if forgotten > DRAINED {
                break;
            }
            continue;
        }
        read.extend_from_slice(&chunk);
    }
    if forgotten > 0 {
        Err(FormError::TooLarge)
    } else {
        Ok(read)
    }
}

impl Page {
    /// The page that says why a form was not read, and that what was kept before still is.
    pub fn form_failed(self, error: FormError) -> Response {
        let (status, title, text) = match error {
            FormError::TooLarge | FormError::TooManyFields => (
                StatusCode::PAYLOAD_TOO_LARGE,
                self.w.t("form-too-large-title"),
                self.w.t("form-too-large-text"),
            ),
            FormError::NotText => (
                StatusCode::BAD_REQUEST,
                self.w.t("form-not-text-title"),
                self.w.t("form-not-text-text"),
            ),
            FormError::Cut => (
                StatusCode::BAD_REQUEST,
                self.w.t("form-cut-title"),
                self.w.t("form-cut-text"),
            ),
        };
        self.failed(status, title, text)
    }
}

impl FromRequest<App> for Fields {
    type Rejection = Response;

    async fn from_request(request: Request, app: &App) -> Result<Self, Response> {
        let (mut parts, body) = request.into_parts();
        let page = match Page::from_request_parts(&mut parts, app).await {
            Ok(page) => page,
            Err(never) => match never {},
        };
        match bytes(body, app.settings.most_body)
            .await
            .and_then(|body| Self::parse(&body))
        {
            Ok(fields) => Ok(fields),
            Err(error) => Err(page.form_failed(error)),
        }
    }
}

/// Whether a request's form may hold files.
#[must_use]
pub fn is_multipart(headers: &axum::http::HeaderMap) -> bool {
    headers
        .get(header::CONTENT_TYPE)
        .and_then(|value| value.to_str().ok())
        .is_some_and(|value| {
            value
                .to_ascii_lowercase()
                .starts_with("multipart/form-data")
        })
}

/// The raw answer at a form name.
#[must_use]
pub fn at<'a>(raw: &'a Map<String, Value>, name: &str) -> Option<&'a Value> {
    let mut parts = name.split('.');
    let mut value = raw.get(parts.next()?)?;
    for part in parts {
        value = value.get(part)?;
    }
    Some(value)
}

/// The raw answer at a form name as the text that was typed.
#[must_use]
pub fn typed(raw: &Map<String, Value>, name: &str) -> String {
    match at(raw, name) {
        Some(Value::String(text)) => text.clone(),
        Some(Value::Bool(value)) => value.to_string(),
        Some(Value::Number(number)) => number.to_string(),
        _ => String::new(),
    }
}

/// Puts what a page sent over the raw answers of its questions: what it showed and left empty is
/// emptied, what it did not show is kept, what no question asks is refused.
pub fn apply(
    questions: &[Question],
    raw: &mut Map<String, Value>,
    fields: &Fields,
) -> Vec<AnswerError> {
    let mut problems: Vec<AnswerError> = Vec::new();
    let mut tell = |name: &str, code: ErrorCode| {
        let path: String = name.chars().take(80).collect();
        let told = problems.iter().any(|problem| problem.path == path);
        if problems.len() < MOST_PROBLEMS && !told {
            problems.push(AnswerError { path, code });
        }
    };
    for name in fields.all(ASKED) {
        match put(questions, raw, name, Value::Null) {
            // A list is emptied entry by entry, a file by its own button.
            Ok(()) | Err(Refused::NotOneAnswer) => {}
            Err(refused) => tell(refused.path(name), refused.code()),
        }
    }
    for (name, value) in fields.iter().filter(|(name, _)| !ACTIONS.contains(name)) {
        if let Err(refused) = put(questions, raw, name, value.into()) {
            tell(refused.path(name), refused.code());
        }
    }
    problems
}

/// The name under which a page says what it asked.
pub const ASKED: &str = "_asked";
/// Names that are not answers.
const ACTIONS: [&str; 7] = [ASKED, "add", "remove", "remove-file", "upload", "go", "key"];

enum Refused<'a> {
    Unknown,
    NotOneAnswer,
    Full { list: &'a str, max: usize },
}

impl Refused<'_> {
    fn path<'n>(&'n self, name: &'n str) -> &'n str {
        match self {
            Self::Full { list, .. } => list,
            _ => name,
        }
    }

    fn code(&self) -> ErrorCode {
        match self {
            Self::Full { max, .. } => ErrorCode::TooMany { max: *max },
            _ => ErrorCode::UnknownField,
        }
    }
}

fn put<'n>(
    questions: &[Question],
    raw: &mut Map<String, Value>,
    name: &'n str,
    value: Value,
) -> Result<(), Refused<'n>> {
    let (mut questions, mut map, mut rest) = (questions, raw, name);
    loop {
        let (id, below) = rest
            .split_once('.')
            .map_or((rest, None), |(id, below)| (id, Some(below)));
        let question = questions
            .iter()
            .find(|question| question.id.as_str() == id)
            .ok_or(Refused::Unknown)?;
        let Some(below) = below else {
            return match question.kind {
                Kind::Repetition { .. } | Kind::Evidence { .. } | Kind::Explanation => {
                    Err(Refused::NotOneAnswer)
                }
                _ => {
                    map.insert(id.to_owned(), value);
                    Ok(())
                }
            };
        };
        if let Kind::Repetition {
            questions: inner,
            max_items,
            ..
        } = &question.kind
        {
            let (index, below) = below.split_once('.').ok_or(Refused::Unknown)?;
            if !is_index(index) {
                return Err(Refused::Unknown);
            }
            let list = object(map, id);
            if !list.contains_key(index) && list.len() >= *max_items {
                let end = name.len() - below.len() - index.len() - 2;
                return Err(Refused::Full {
                    list: &name[..end],
                    max: *max_items,
                });
            }
            map = object(list, index);
            questions = inner;
            rest = below;
            continue;
        }
        if !is_part(&question.kind, below) {
            return Err(Refused::Unknown);
        }
        object(map, id).insert(below.to_owned(), value);
        return Ok(());
    }
}

fn is_part(kind: &Kind, part: &str) -> bool {
    match kind {
        Kind::Moment { .. } => matches!(part, "date" | "time" | "about"),
        Kind::Money { .. } => matches!(part, "amount" | "currency"),
        Kind::Handle { .. } => matches!(part, "platform" | "handle"),
        Kind::Person { fields, .. } => fields.iter().any(|field| field.as_str() == part),
        Kind::Choices { options, .. } => {
            is_index(part)
                && part
                    .parse::<usize>()
                    .is_ok_and(|index| index < options.len())
        }
        _ => false,
    }
}

/// An index in the one way to write it, so that `1` and `01` are not two entries.
fn is_index(text: &str) -> bool {
    text.len() <= 5
        && text
            .parse::<u32>()
            .is_ok_and(|index| index.to_string() == text)
}

fn object<'a>(map: &'a mut Map<String, Value>, key: &str) -> &'a mut Map<String, Value> {
    let slot = map.entry(key).or_insert(Value::Null);
    if !slot.is_object() {
        *slot = Value::Object(Map::new());
    }
    slot.as_object_mut().expect("it was made an object above")
}

/// The list of answers that a form name stands for, if a repetition has that name.
fn list<'a>(
    questions: &[Question],
    raw: &'a mut Map<String, Value>,
    name: &str,
) -> Option<(&'a mut Map<String, Value>, usize)> {
    let (mut questions, mut map, mut rest) = (questions, raw, name);
    loop {
        let (id, below) = rest
            .split_once('.')
            .map_or((rest, None), |(id, below)| (id, Some(below)));
        let question = questions
            .iter()
            .find(|question| question.id.as_str() == id)?;
        let Kind::Repetition {
            questions: inner,
            max_items,
            ..
        } = &question.kind
        else {
            return None;
        };
        let entries = object(map, id);
        let Some(below) = below else {
            return Some((entries, *max_items));
        };
        let (index, below) = below.split_once('.')?;
        map = entries.get_mut(index)?.as_object_mut()?;
        questions = inner;
        rest = below;
    }
}

/// Adds an empty entry to the repetition of that name and gives its index, unless the list is full.
pub fn add_entry(
    questions: &[Question],
    raw: &mut Map<String, Value>,
    name: &str,
) -> Option<usize> {
    let (entries, max) = list(questions, raw, name)?;
    if entries.len() >= max {
        return None;
    }
    let last = entries
        .keys()
        .filter_map(|key| key.parse::<usize>().ok())
        .max();
    let index = last.map_or(0, |last| last + 1);
    entries.insert(index.to_string(), Value::Object(Map::new()));
    Some(index)
}

/// Takes an entry, `payments.2`, away; those after it move up, so that numbers and places agree.
pub fn remove_entry(questions: &[Question], raw: &mut Map<String, Value>, name: &str) -> bool {
    let Some((list_name, index)) = name.rsplit_once('.') else {
        return false;
    };
    let Some((entries, _)) = list(questions, raw, list_name) else {
        return false;
    };
    if entries.remove(index).is_none() {
        return false;
    }
    let mut left: Vec<(u32, Value)> = std::mem::take(entries)
        .into_iter()
        .map(|(index, entry)| (index.parse().unwrap_or(u32::MAX), entry))
        .collect();
    left.sort_by_key(|(index, _)| *index);
    entries.extend(
        left.into_iter()
            .enumerate()
            .map(|(place, (_, entry))| (place.to_string(), entry)),
    );
    true
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::public::tests::config;

    fn thesee() -> casework::desk::Desk {
        config().desk(&"thesee".parse().unwrap()).unwrap().clone()
    }

    fn check(before: Value, sent: &str, after: Value, wrong: &[(&str, &str)]) {
        let desk = thesee();
        let step = desk.step("money").unwrap();
        let mut raw = before.as_object().unwrap().clone();
        let problems = apply(
            &step.questions,
            &mut raw,
            &Fields::parse(sent.as_bytes()).unwrap(),
        );
        assert_eq!(Value::Object(raw), after, "{sent}");
        let told: Vec<(&str, &str)> = problems
            .iter()
            .map(|problem| (problem.path.as_str(), problem.code.as_str()))
            .collect();
        assert_eq!(told, wrong, "{sent}");
    }

    #[test]
    fn names_become_nested_answers() {
        check(
            json!({}),
            "paid=oui&payments.0.amount.amount=12%2C50&payments.0.amount.currency=EUR&payments.1.payee=A+B",
            json!({"paid": "oui", "payments": {
                "0": {"amount": {"amount": "12,50", "currency": "EUR"}}, "1": {"payee": "A B"}}}),
            &[],
        );
    }

    #[test]
    fn what_was_shown_and_left_empty_is_emptied_and_the_rest_kept() {
        check(
            json!({"paid": "oui", "story": "kept", "payments": {"0": {"means": "card", "iban": "typed before"}}}),
            "_asked=paid&_asked=payments&_asked=payments.0.means&payments.0.means=cash",
            json!({"paid": null, "story": "kept", "payments": {"0": {"means": "cash", "iban": "typed before"}}}),
            &[],
        );
    }

    #[test]
    fn what_no_question_asks_is_refused_and_not_kept() {
        check(
            json!({}),
            "paid=oui&story=other+step&bogus=1&payments.x.payee=1&payments.01.payee=1&payments.0.payee.deep=1&payments=1&paid.x=1",
            json!({"paid": "oui", "payments": {"0": {}}}),
            &[
                ("story", "unknown_field"),
                ("bogus", "unknown_field"),
                ("payments.x.payee", "unknown_field"),
                ("payments.01.payee", "unknown_field"),
                ("payments.0.payee.deep", "unknown_field"),
                ("payments", "unknown_field"),
                ("paid.x", "unknown_field"),
            ],
        );
    }

    #[test]
    fn ten_thousand_entries_are_one_error_and_the_first_hundred_stay() {
        let sent: Vec<String> = (0..10_000)
            .map(|index| format!("payments.{index}.payee=x"))
            .collect();
        let desk = thesee();
        let mut raw = Map::new();
        let fields = Fields::parse(sent.join("&").as_bytes()).unwrap();
        let problems = apply(&desk.step("money").unwrap().questions, &mut raw, &fields);
        assert_eq!(
            problems,
            [AnswerError {
                path: "payments".to_owned(),
                code: ErrorCode::TooMany { max: 100 }
            }]
        );
        assert_eq!(raw["payments"].as_object().unwrap().len(), 100);
    }

    #[test]
    fn entries_are_added_and_removed_by_name() {
        let desk = thesee();
        let questions = &desk.step("money").unwrap().questions;
        let mut raw = json!({"payments": {"0": {"payee": "a"}, "4": {"payee": "b"}}})
            .as_object()
            .unwrap()
            .clone();
        assert_eq!(add_entry(questions, &mut raw, "payments"), Some(5));
        assert!(remove_entry(questions, &mut raw, "payments.0"));
        assert!(!remove_entry(questions, &mut raw, "payments.4"));
        assert_eq!(
            Value::Object(raw.clone()),
            json!({"payments": {"0": {"payee": "b"}, "1": {}}})
        );
        for nothing in ["paid", "story", "payments.7", "", "payments.0.payee"] {
            assert_eq!(add_entry(questions, &mut raw, nothing), None, "{nothing}");
            assert!(!remove_entry(questions, &mut raw, nothing), "{nothing}");
        }
    }

    #[test]
    fn bytes_that_are_no_text_are_refused() {
        assert_eq!(Fields::parse(b"a=%ff").unwrap_err(), FormError::NotText);
        assert_eq!(Fields::parse(b"a=\xff").unwrap_err(), FormError::NotText);
        let fields = Fields::parse(b"a=%C3%A9&b=100%&c&=d&a=2").unwrap();
        assert_eq!(
            fields.iter().collect::<Vec<_>>(),
            [("a", "é"), ("b", "100%"), ("c", ""), ("", "d"), ("a", "2")]
        );
        assert_eq!((fields.one("a"), fields.all("a").count()), (Some("2"), 2));
    }
}
