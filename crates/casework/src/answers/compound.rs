//! Answers of several parts: place, account on a platform, file.

use serde_json::{Map, Value};

use super::{
    error::{ErrorCode, Expected},
    scalar::{line, text_of},
};
use crate::{
    country,
    desk::{Choice, Desk},
    place::{Found, Level, Place},
    text::fold_words,
};

const MAX_NAME: usize = 200;
const MAX_HANDLE: usize = 300;
const MAX_CANDIDATES: usize = 10;

pub(super) fn country(value: &Value) -> Result<String, ErrorCode> {
    let typed = line(value, MAX_NAME)?;
    match country::find(&typed) {
        Some(country) => Ok(country.code.to_owned()),
        None => Err(ErrorCode::UnknownCountry),
    }
}

pub(super) fn place(desk: &Desk, level: Level, value: &Value) -> Result<Value, ErrorCode> {
    let places = desk.places();
    let found = match value {
        Value::Object(parts) => {
            if !parts
                .keys()
                .all(|key| matches!(key.as_str(), "code" | "name" | "department"))
            {
                return Err(ErrorCode::UnknownField);
            }
            match parts.get("code") {
                Some(Value::String(code)) => match places.by_code(level, code.trim()) {
                    Some(place) => Found::One(place),
                    None => Found::Nothing,
                },
                Some(_) => {
                    return Err(ErrorCode::WrongKind {
                        expected: Expected::Text,
                    });
                }
                None => {
                    let text = |key| {
                        parts
                            .get(key)
                            .map(|value| line(value, MAX_NAME))
                            .transpose()
                    };
                    match (text("name")?, text("department")?) {
                        (Some(name), None) => places.find(level, &name),
                        (Some(name), Some(of)) => places.find(level, &format!("{name} ({of})")),
                        _ => Found::Nothing,
                    }
                }
            }
        }
        value => places.find(level, &line(value, MAX_NAME)?),
    };
    match found {
        Found::One(place) => Ok(normalised(place)),
        Found::Nothing => Err(ErrorCode::UnknownPlace),
        Found::Several(several) => Err(ErrorCode::AmbiguousPlace {
            candidates: several
                .iter()
                .take(MAX_CANDIDATES)
                .map(|place| {
                    let department = places.department_name(&place.department);
                    format!("{} ({}, {})", place.name, place.department, department)
                })
                .collect(),
        }),
    }
}

fn normalised(place: &Place) -> Value {
    let mut object = Map::new();
    object.insert("code".to_owned(), place.code.as_str().into());
    object.insert("name".to_owned(), place.name.as_str().into());
    object.insert("department".to_owned(), place.department.as_str().into());
    Value::Object(object)
}

/// The option a person means by its id or its label, among those offered.
pub(super) fn choice<'c>(
    offered: impl Iterator<Item = &'c Choice> + Clone,
    value: &Value,
) -> Result<&'c Choice, ErrorCode> {
    let typed = text_of(value).map_err(|_| ErrorCode::NotAnOption)?;
    if typed.len() > 1_000 {
        return Err(ErrorCode::NotAnOption);
    }
    let typed = typed.trim();
    let mut by_id = offered.clone();
    if let Some(choice) = by_id.find(|choice| &*choice.id == typed) {
        return Ok(choice);
    }
    let folded = fold_words(typed);
    let mut by_label = offered.filter(|choice| {
        !folded.is_empty()
            && (fold_words(&choice.label.fr) == folded || fold_words(&choice.label.en) == folded)
    });
    match (by_label.next(), by_label.next()) {
        (Some(choice), None) => Ok(choice),
        _ => Err(ErrorCode::NotAnOption),
    }
}

/// `{"platform": "telegram", "handle": "x"}`, or `telegram:x`.
pub(super) fn handle<'c>(
    platforms: impl Iterator<Item = &'c Choice> + Clone,
    value: &Value,
) -> Result<Value, (&'static str, ErrorCode)> {
    let (platform, handle) = match value {
        Value::Object(parts) => {
            if !parts
                .keys()
                .all(|key| matches!(key.as_str(), "platform" | "handle"))
            {
                return Err(("", ErrorCode::UnknownField));
            }
            let part = |key: &'static str, suffix: &'static str| {
                let value = parts.get(key).unwrap_or(&Value::Null);
                match value {
                    Value::Null => Err((suffix, ErrorCode::Required)),
                    value => line(value, MAX_HANDLE).map_err(|code| (suffix, code)),
                }
            };
            (part("platform", ".platform")?, part("handle", ".handle")?)
        }
        Value::String(_) => {
            let typed = line(value, MAX_HANDLE).map_err(|code| ("", code))?;
            let Some((platform, handle)) = typed.split_once(':') else {
                return Err((".platform", ErrorCode::Required));
            };
            (platform.to_owned(), handle.trim().to_owned())
        }
        _ => {
            return Err((
                "",
                ErrorCode::WrongKind {
                    expected: Expected::Object,
                },
            ));
        }
    };
    if platform.is_empty() {
        return Err((".platform", ErrorCode::Required));
    }
    let platform =
        choice(platforms, &Value::String(platform)).map_err(|code| (".platform", code))?;
    if handle.is_empty() {
        return Err((".handle", ErrorCode::Required));
    }
    let mut object = Map::new();
    object.insert("platform".to_owned(), (&*platform.id).into());
    object.insert("handle".to_owned(), handle.into());
    Ok(Value::Object(object))
}

/// `{"id": "…"}`, or the id alone.
pub(super) fn file(value: &Value) -> Result<Value, ErrorCode> {
    let id = match value {
        Value::String(id) => id.as_str(),
        Value::Object(parts) if parts.len() == 1 => match parts.get("id") {
            Some(Value::String(id)) => id.as_str(),
            _ => return Err(ErrorCode::NotAFile),
        },
        _ => return Err(ErrorCode::NotAFile),
    };
    let id = id.trim();
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_');
    if id.is_empty() || id.len() > 100 || !id.bytes().all(plain) {
        return Err(ErrorCode::NotAFile);
    }
    let mut object = Map::new();
    object.insert("id".to_owned(), id.into());
    Ok(Value::Object(object))
}
