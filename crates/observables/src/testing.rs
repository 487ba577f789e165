//! What the tests of all families say.

use crate::extract;

/// What a text holds, as `kind canonical`.
pub(crate) fn check(text: &str, expected: &[&str]) {
    let found: Vec<String> = extract(text)
        .hits
        .iter()
        .map(|hit| format!("{} {}", hit.kind, hit.canonical))
        .collect();
    assert_eq!(found, expected, "in {text:?}");
}
