//! No card's number is kept: whatever a person, a partner or an agent writes passes here before it is stored,
//! hashed or logged. Files are evidence and kept as given: docs/decisions/0010-which-kinds-join.md.

use std::borrow::Cow;

use casework::answers::Answers;
use observables::mask_cards;
use serde_json::{Map, Value};
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

/// Takes card numbers out of every text of an object.
pub(crate) fn members(members: &mut Map<String, Value>) {
    members.values_mut().for_each(value);
}

fn value(value: &mut Value) {
    match value {
        Value::String(text) => {
            if let Cow::Owned(masked) = mask_cards(text) {
                *text = masked;
            }
        }
        Value::Array(values) => values.iter_mut().for_each(self::value),
        Value::Object(object) => members(object),
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

fn has_card(value: &Value) -> bool {
    match value {
        Value::String(text) => matches!(mask_cards(text), Cow::Owned(_)),
        Value::Array(values) => values.iter().any(has_card),
        Value::Object(members) => members.values().any(has_card),
        Value::Null | Value::Bool(_) | Value::Number(_) => false,
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
/// that differ in a masked digit alone are the same request, as what is kept of them is.
#[must_use]
pub fn digest(body: &[u8]) -> [u8; 32] {
    match std::str::from_utf8(body) {
        Ok(text) => Sha256::digest(mask_cards(text).as_bytes()).into(),
        Err(_) => Sha256::digest(body).into(),
    }
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
    fn what_is_kept_alike_has_one_digest() {
        assert_eq!(digest(b"a 4111111111111111"), digest(b"a 411111******1111"));
        assert_ne!(digest(b"a 4111111111111111"), digest(b"b 4111111111111111"));
        assert_eq!(digest(b"abc"), <[u8; 32]>::from(Sha256::digest(b"abc")));
    }
}
