//! No card's number is kept: whatever a person, a partner or an agent writes passes here before it is stored,
//! hashed or logged. Files are evidence and kept as given: docs/decisions/0010-which-kinds-join.md.

use std::borrow::Cow;

use casework::answers::Answers;
use observables::mask_cards;
use serde_json::{Map, Number, Value};
use sha2::{Digest, Sha256};

/// Answers without card numbers, borrowed when there are none.
pub(super) fn answers(answers: &Answers) -> Cow<'_, Answers> {
    if !answers.values().values().any(has_card) {
        return Cow::Borrowed(answers);
    }
    let mut values = answers.values().clone();
    members(&mut values);
    Cow::Owned(Answers::stored(answers.track(), values))
}

/// Takes card numbers out of an object: of its texts, its numbers and its names, however deep.
pub(crate) fn members(members: &mut Map<String, Value>) {
    members.values_mut().for_each(value);
    if members.keys().any(|name| is_masked(name)) {
        *members = std::mem::take(members)
            .into_iter()
            .map(|(name, value)| (mask_cards(&name).into_owned(), value))
            .collect();
    }
}

fn value(value: &mut Value) {
    match value {
        Value::String(text) => {
            if let Cow::Owned(masked) = mask_cards(text) {
                *text = masked;
            }
        }
        Value::Number(number) => {
            // Half of a number is none: what is left of it is a text.
            if let Cow::Owned(masked) = mask_cards(&digits(number)) {
                *value = Value::String(masked);
            }
        }
        Value::Array(values) => values.iter_mut().for_each(self::value),
        Value::Object(object) => members(object),
        Value::Null | Value::Bool(_) => {}
    }
}

fn has_card(value: &Value) -> bool {
    match value {
        Value::String(text) => is_masked(text),
        Value::Number(number) => is_masked(&digits(number)),
        Value::Array(values) => values.iter().any(has_card),
        Value::Object(members) => {
            members.keys().any(|name| is_masked(name)) || members.values().any(has_card)
        }
        Value::Null | Value::Bool(_) => false,
    }
}

fn is_masked(text: &str) -> bool {
    matches!(mask_cards(text), Cow::Owned(_))
}

/// A number's digits, without the exponent that a program may have written it with.
fn digits(number: &Number) -> String {
    match number.as_f64() {
        Some(float) if number.is_f64() && float.abs() < 1e20 => float.to_string(),
        _ => number.to_string(),
    }
}

/// The same for JSON as written, whose strings this program made.
pub(crate) fn json(body: String) -> String {
    match serde_json::from_str(&body) {
        Ok(mut parsed) if has_card(&parsed) => {
            value(&mut parsed);
            parsed.to_string()
        }
        Ok(_) => body,
        Err(_) => mask_cards(&body).into_owned(),
    }
}

/// SHA-256 of a request as sent, but for card numbers: a hash of one can be turned back by trying. Two requests
/// that differ in a masked digit alone are the same request, as what is kept of them is. `read` is what the
/// body says: in its bytes a number may hide behind an escape or an exponent.
#[must_use]
pub fn digest(body: &[u8], read: &Value) -> [u8; 32] {
    if !has_card(read) {
        return Sha256::digest(body).into();
    }
    let mut masked = read.clone();
    value(&mut masked);
    Sha256::digest(masked.to_string()).into()
}

#[cfg(test)]
mod tests {
    use casework::submission::Track;
    use serde_json::json;

    use super::*;

    #[test]
    fn every_text_is_masked_however_deep() {
        let given = json!({"story": "ma carte 4111 1111 1111 1111 !", "payments": [{"note": ["5555555555554444"]}], "n": 1});
        let Value::Object(values) = given else {
            unreachable!("it is an object")
        };
        let given = Answers::stored(Track::Report, values);
        let masked = Value::Object(answers(&given).values().clone()).to_string();
        assert!(
            !masked.contains("1111 1111 1111") && !masked.contains("55555555"),
            "{masked}"
        );
        assert!(
            masked.contains("1111 !") && masked.contains("4444"),
            "{masked}"
        );
        let again = Answers::stored(Track::Report, serde_json::from_str(&masked).unwrap());
        assert!(matches!(answers(&again), Cow::Borrowed(_)));
        assert_eq!(json(masked.clone()), masked);
    }

    #[test]
    fn numbers_and_names_are_masked_and_measures_are_not() {
        let given = r#"{
            "whole": 4970101234567893, "long": 6200000000000000000, "power": 4.970101234567893e15,
            "point": 4970101234567893.0, "list": [[378282246310005], {"deep": {"n": 5555555555554444}}],
            "4970101234567893": {"5105 1051 0510 5100": true},
            "latitude": 48.4970101234567, "share": 0.4111111111111111, "amount": 1250.5, "count": 4970101234567890
        }"#;
        let masked = json(given.to_owned());
        for card in [
            "4970101234567893",
            "6200000000000000000",
            "378282246310005",
            "5555555555554444",
            "5105 1051",
        ] {
            assert!(!masked.contains(card), "{card} in {masked}");
        }
        let masked: Value = serde_json::from_str(&masked).unwrap();
        for name in ["whole", "power", "point"] {
            assert_eq!(masked[name], "497010******7893", "{name}");
        }
        assert_eq!(masked["list"][0][0], "378282*****0005");
        assert_eq!(masked["list"][1]["deep"]["n"], "555555******4444");
        assert_eq!(
            masked["497010******7893"],
            json!({"5105 10** **** 5100": true})
        );
        let given: Value = serde_json::from_str(given).unwrap();
        for name in ["latitude", "share", "amount", "count"] {
            assert_eq!(masked[name], given[name], "{name}");
        }
    }

    #[test]
    fn what_is_kept_alike_has_one_digest() {
        let digest = |body: &str| digest(body.as_bytes(), &serde_json::from_str(body).unwrap());
        let kept = digest(r#"{"a":"n 411111******1111"}"#);
        assert_eq!(digest(r#"{"a": "n 4111111111111111"}"#), kept);
        assert_eq!(digest(r#"{"a": "n \u003411111111111\u0031111"}"#), kept);
        assert_ne!(digest(r#"{"a": "m 4111111111111111"}"#), kept);
        let number = digest(r#"{"a":4111111111111111}"#);
        assert_eq!(digest(r#"{"a":4.111111111111111e15}"#), number);
        assert_eq!(
            digest(r#""abc""#),
            <[u8; 32]>::from(Sha256::digest(br#""abc""#))
        );
    }
}
