//! Text as it is kept, yes and no, and what counts as left empty.

use std::borrow::Cow;

use serde_json::{Number, Value};

use super::error::{ErrorCode, Expected};
use crate::{
    desk::{Kind, Question},
    text::fold_words,
};

/// A scalar as text: a program may send the number 12 where a form sends "12".
pub(super) fn text_of(value: &Value) -> Result<String, ErrorCode> {
    match value {
        Value::String(text) => Ok(text.clone()),
        Value::Number(number) => Ok(digits_of(number)),
        _ => Err(ErrorCode::WrongKind {
            expected: Expected::Text,
        }),
    }
}

/// A number as a person writes it: 12 and not 12.0, without an exponent where its digits are few.
fn digits_of(number: &Number) -> String {
    match number.as_f64() {
        Some(float) if number.is_f64() && float.fract() == 0.0 && float.abs() < 1e20 => {
            format!("{float:.0}")
        }
        _ => number.to_string(),
    }
}

/// Refuses a number that is a payment card's: it could be kept neither as it is nor masked.
pub(super) fn no_card(number: &Value) -> Result<(), ErrorCode> {
    let Value::Number(number) = number else {
        return Ok(());
    };
    match observables::mask_cards(&digits_of(number)) {
        Cow::Borrowed(_) => Ok(()),
        Cow::Owned(_) => Err(ErrorCode::CardNumber),
    }
}

/// A single line: control characters out, line ends to spaces, trimmed.
pub(super) fn line(value: &Value, max_chars: usize) -> Result<String, ErrorCode> {
    let text = text_of(value)?;
    too_long(&text, max_chars)?;
    let kept: String = text
        .chars()
        .filter_map(|c| match c {
            '\n' | '\r' | '\t' => Some(' '),
            c if c.is_control() => None,
            c => Some(c),
        })
        .collect();
    bounded(kept.trim(), max_chars)
}

/// A narrative: kept as typed but for line ends and control characters, which no database takes.
pub(super) fn block(
    value: &Value,
    min_chars: usize,
    max_chars: usize,
) -> Result<String, ErrorCode> {
    let text = text_of(value)?;
    too_long(&text, max_chars)?;
    let kept: String = text
        .replace("\r\n", "\n")
        .chars()
        .filter_map(|c| match c {
            '\r' => Some('\n'),
            '\n' | '\t' => Some(c),
            c if c.is_control() => None,
            c => Some(c),
        })
        .collect();
    let kept = kept.trim();
    if min_chars > 0 && kept.chars().count() < min_chars {
        return Err(ErrorCode::TooShort { min: min_chars });
    }
    bounded(kept, max_chars)
}

/// Refuses before copying what cannot fit, whatever is cleaned away.
fn too_long(text: &str, max_chars: usize) -> Result<(), ErrorCode> {
    if text.len() > max_chars.saturating_mul(8).max(1_000) {
        return Err(ErrorCode::TooLong { max: max_chars });
    }
    Ok(())
}

fn bounded(text: &str, max_chars: usize) -> Result<String, ErrorCode> {
    if text.chars().count() > max_chars {
        return Err(ErrorCode::TooLong { max: max_chars });
    }
    Ok(text.to_owned())
}

pub(super) fn yes_no(value: &Value) -> Result<bool, ErrorCode> {
    if let Value::Bool(value) = value {
        return Ok(*value);
    }
    let text = match value {
        Value::String(text) if text.len() < 40 => fold_words(text),
        Value::Number(number) => number.to_string(),
        _ => return Err(ErrorCode::NotYesNo),
    };
    match text.as_str() {
        "oui" | "yes" | "true" | "vrai" | "on" | "o" | "y" | "1" => Ok(true),
        "non" | "no" | "false" | "faux" | "off" | "n" | "0" => Ok(false),
        _ => Err(ErrorCode::NotYesNo),
    }
}

/// Whether a question was left empty. A form always sends the default currency of an amount and the
/// boxes of a moment: what counts is the part a person fills in.
pub(super) fn is_blank(question: &Question, value: &Value) -> bool {
    match (&question.kind, value) {
        (Kind::Money { .. }, Value::Object(money)) if money.contains_key("amount") => {
            money.get("amount").is_none_or(is_empty) && money.get("minor").is_none_or(is_empty)
        }
        (Kind::Moment { .. }, Value::Object(moment)) => moment
            .iter()
            .all(|(key, value)| key == "about" || is_empty(value)),
        (Kind::Repetition { questions, .. }, Value::Array(entries)) => {
            entries.iter().all(|entry| is_blank_entry(questions, entry))
        }
        (Kind::Repetition { questions, .. }, Value::Object(entries)) if !entries.is_empty() => {
            entries.iter().all(|(key, entry)| {
                key.bytes().all(|byte| byte.is_ascii_digit()) && is_blank_entry(questions, entry)
            })
        }
        (_, value) => is_empty(value),
    }
}

pub(super) fn is_blank_entry(questions: &[Question], entry: &Value) -> bool {
    let Value::Object(fields) = entry else {
        return is_empty(entry);
    };
    fields.iter().all(|(id, value)| {
        match questions.iter().find(|question| question.id.as_str() == id) {
            Some(question) => is_blank(question, value),
            None => is_empty(value),
        }
    })
}

/// `null`, white space, and what holds nothing else.
pub(super) fn is_empty(value: &Value) -> bool {
    empty_within(value, 6)
}

fn empty_within(value: &Value, depth: usize) -> bool {
    match value {
        Value::Null => true,
        Value::String(text) => text.chars().all(|c| c.is_whitespace() || c.is_control()),
        Value::Bool(_) | Value::Number(_) => false,
        Value::Array(list) => depth > 0 && list.iter().all(|value| empty_within(value, depth - 1)),
        Value::Object(map) => depth > 0 && map.values().all(|value| empty_within(value, depth - 1)),
    }
}

/// A list, or an object with numeric keys as a form makes it, each entry with its index as sent.
pub(super) fn entries(value: &Value) -> Result<Vec<(usize, &Value)>, ErrorCode> {
    match value {
        Value::Array(list) => Ok(list.iter().enumerate().collect()),
        Value::Object(map) => {
            let mut entries = Vec::with_capacity(map.len());
            for (key, value) in map {
                let index = key
                    .parse::<u32>()
                    .ok()
                    .and_then(|index| usize::try_from(index).ok());
                match index {
                    Some(index) => entries.push((index, value)),
                    None => {
                        return Err(ErrorCode::WrongKind {
                            expected: Expected::List,
                        });
                    }
                }
            }
            entries.sort_by_key(|(index, _)| *index);
            Ok(entries)
        }
        _ => Err(ErrorCode::WrongKind {
            expected: Expected::List,
        }),
    }
}
