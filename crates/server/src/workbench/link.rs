//! Addresses of the workbench's pages.

use std::fmt::Write;

use crate::page::Page;

/// A text as the value of a query field.
pub(super) fn encoded(text: &str) -> String {
    text.bytes()
        .fold(String::with_capacity(text.len()), |mut out, byte| {
            if byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'~') {
                out.push(char::from(byte));
            } else {
                write!(out, "%{byte:02X}").expect("writing to a string cannot fail");
            }
            out
        })
}

/// A query of the fields that hold something.
pub(super) fn query(fields: &[(&str, &str)]) -> String {
    let filled: Vec<String> = fields
        .iter()
        .filter(|(_, value)| !value.is_empty())
        .map(|(name, value)| format!("{name}={}", encoded(value)))
        .collect();
    filled.join("&")
}

pub(super) fn workbench(page: &Page) -> String {
    format!("/{}/workbench", page.tag())
}

/// The agent's own page.
pub(super) fn me(page: &Page) -> String {
    format!("{}/me", workbench(page))
}

pub(super) fn queue(page: &Page, query: &str) -> String {
    let separator = if query.is_empty() { "" } else { "?" };
    format!("{}/queue{separator}{query}", workbench(page))
}

/// `from` is the query of the queue it was opened from, to go back to.
pub(super) fn submission(page: &Page, id: &str, from: &str) -> String {
    let base = format!("{}/submissions/{id}", workbench(page));
    if from.is_empty() {
        base
    } else {
        format!("{base}?from={}", encoded(from))
    }
}

pub(super) fn series(page: &Page, id: &str) -> String {
    format!("{}/series/{id}", workbench(page))
}

pub(super) fn search(page: &Page, kind: &str, value: &str) -> String {
    format!(
        "{}/search?{}",
        workbench(page),
        query(&[("kind", kind), ("q", value)])
    )
}

/// A path to go back to, if it is one of the workbench and cannot be read as another site's.
pub(super) fn ours(path: &str) -> Option<&str> {
    let rest = ["/fr/workbench", "/en/workbench"]
        .iter()
        .find_map(|first| path.strip_prefix(first))?;
    let plain = path
        .bytes()
        .all(|byte| byte.is_ascii_graphic() && byte != b'\\');
    let ours = rest.is_empty() || rest.starts_with(['/', '?']);
    (ours && plain && !path.contains("//")).then_some(path)
}

/// The query of a queue as a form brought it back: only what a queue's own links are made of.
pub(super) fn checked_from(from: &str) -> &str {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~=&%".contains(&byte);
    if from.len() <= 500 && from.bytes().all(plain) {
        from
    } else {
        ""
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_way_back_is_one_of_ours() {
        for path in [
            "/fr/workbench",
            "/en/workbench/queue?mine=1",
            "/fr/workbench?x",
        ] {
            assert_eq!(ours(path), Some(path));
        }
        for path in [
            "",
            "/",
            "//example.com/fr/workbench",
            "https://example.com/fr/workbench",
            "/fr/workbench//example.com",
            "/fr/workbench.example.com",
            "/fr/workbench@example.com",
            "/fr/workbench/\\example.com",
            "/\\example.com/fr/workbench",
            "/fr/workbench/\r\nSet-Cookie: a=b",
            "/de/workbench/",
            "javascript:alert(1)",
            "/fr/",
        ] {
            assert_eq!(ours(path), None, "{path:?}");
        }
    }

    #[test]
    fn a_value_cannot_leave_its_field() {
        assert_eq!(encoded("a&b=é #"), "a%26b%3D%C3%A9%20%23");
        assert_eq!(query(&[("a", "1"), ("b", ""), ("c", "x y")]), "a=1&c=x%20y");
        assert_eq!(
            checked_from("kind=pharos.scam&sort=newest"),
            "kind=pharos.scam&sort=newest"
        );
        assert_eq!(checked_from("\r\nLocation: https://example.com"), "");
    }
}
