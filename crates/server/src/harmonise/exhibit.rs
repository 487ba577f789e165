//! The texts of a file that came with a submission or later: from its bytes to what is read for hits.
//!
//! Texts, tables, JSON and pages of HTML are read here as far as their characters go; mails, documents and pictures,
//! told by their content, are read by a process of its own (`crate::reader`), and what has their name or type
//! and not their content is not read. The bytes are anybody's: whatever reads them is bounded, and what it cannot
//! read is no text.

use std::borrow::Cow;

/// Bytes of a file that are read. The rest of a longer one is not looked at.
pub(crate) const MOST_READ: u64 = 2 << 20;

/// What a file is read as.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Form {
    Plain,
    Json,
    Html,
}

/// Whether anything is read in a file of this name and type, so that the others need not be fetched.
pub(crate) fn is_read(name: &str, media_type: &str) -> bool {
    form(name, media_type).is_some()
}

fn form(name: &str, media_type: &str) -> Option<Form> {
    let extension = name
        .rsplit_once('.')
        .map(|(_, extension)| extension.to_ascii_lowercase());
    let essence = media_type.split(';').next().unwrap_or_default().trim();
    // Bytes that show another family than the name claims are what they show.
    let told = matches!(essence, "" | "application/octet-stream") || essence.starts_with("text/");
    match (extension.as_deref(), essence) {
        (_, "application/json") => Some(Form::Json),
        (_, "text/html" | "application/xhtml+xml") => Some(Form::Html),
        (Some("json"), _) if told => Some(Form::Json),
        (Some("html" | "htm" | "xhtml"), _) if told => Some(Form::Html),
        (Some("txt" | "text" | "csv" | "tsv" | "log" | "md"), _) if told => Some(Form::Plain),
        // A mail has headers, parts and encodings: what has its name and is none is not read as it stands.
        (Some("eml"), _) | (_, "message/rfc822") => None,
        (_, "text/plain" | "text/csv" | "text/tab-separated-values") => Some(Form::Plain),
        _ => None,
    }
}

/// The texts of a file, given its first [`MOST_READ`] bytes; none where nothing in it is read.
pub(super) fn texts(name: &str, media_type: &str, bytes: &[u8]) -> Vec<String> {
    let Some(form) = form(name, media_type) else {
        return Vec::new();
    };
    let most = usize::try_from(MOST_READ).unwrap_or(usize::MAX);
    let Some(text) = decoded(&bytes[..bytes.len().min(most)]) else {
        return Vec::new();
    };
    let text = match form {
        Form::Plain => text.into_owned(),
        Form::Html => html(&text),
        Form::Json => match serde_json::from_str(&text) {
            Ok(value) => {
                let mut strings = String::new();
                json(&value, &mut strings);
                strings
            }
            // Cut short, lines of JSON, or none: read as it stands.
            Err(_) => text.into_owned(),
        },
    };
    vec![text]
}

/// UTF-8, UTF-16 with its mark, else one byte a character; none where bytes are no text.
fn decoded(bytes: &[u8]) -> Option<Cow<'_, str>> {
    let wide = |rest: &[u8], unit: fn([u8; 2]) -> u16| {
        let units: Vec<u16> = rest
            .chunks_exact(2)
            .map(|pair| unit([pair[0], pair[1]]))
            .collect();
        Cow::Owned(String::from_utf16_lossy(&units))
    };
    match bytes {
        [0xff, 0xfe, rest @ ..] => return Some(wide(rest, u16::from_le_bytes)),
        [0xfe, 0xff, rest @ ..] => return Some(wide(rest, u16::from_be_bytes)),
        _ => {}
    }
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    if bytes.contains(&0) {
        return None;
    }
    Some(match std::str::from_utf8(bytes) {
        Ok(text) => Cow::Borrowed(text),
        // The reading may have cut the last character in two.
        Err(error) if error.error_len().is_none() => {
            String::from_utf8_lossy(&bytes[..error.valid_up_to()])
        }
        Err(_) => Cow::Owned(bytes.iter().copied().map(char::from).collect()),
    })
}

/// Names and texts of a value, each on a line of its own. serde_json bounds the depth.
fn json(value: &serde_json::Value, strings: &mut String) {
    use serde_json::Value;
    match value {
        Value::String(text) => {
            strings.push_str(text);
            strings.push('\n');
        }
        Value::Number(number) => {
            strings.push_str(&number.to_string());
            strings.push('\n');
        }
        Value::Array(values) => values.iter().for_each(|value| json(value, strings)),
        Value::Object(members) => {
            for (name, value) in members {
                // A name says what stands beside it: "iban", "telegram".
                strings.push_str(name);
                strings.push_str(if value.is_array() || value.is_object() {
                    "\n"
                } else {
                    ": "
                });
                json(value, strings);
            }
        }
        Value::Null | Value::Bool(_) => strings.push('\n'),
    }
}

/// The text of a page and the addresses it leads to, without tags. Not a reader of HTML: it shows nothing, so
/// it needs no tree, and what it gets wrong is a hit more or less.
fn html(page: &str) -> String {
    let mut text = String::with_capacity(page.len());
    let mut rest = page;
    while let Some(start) = rest.find('<') {
        push_decoded(&rest[..start], &mut text);
        let Some(length) = rest[start..].find('>') else {
            return text;
        };
        let tag = &rest[start + 1..start + length];
        rest = &rest[start + length + 1..];
        let name_end = tag
            .find(|c: char| c.is_ascii_whitespace() || c == '/')
            .unwrap_or(tag.len());
        // Letters of one word may stand in several of these.
        let inline = ["b", "i", "em", "strong", "span", "u", "wbr", "font", "mark"];
        let name = tag.trim_start_matches('/');
        let name = &name[..name
            .find(|c: char| !c.is_ascii_alphanumeric())
            .unwrap_or(name.len())];
        if !inline
            .iter()
            .any(|inline| name.eq_ignore_ascii_case(inline))
        {
            text.push('\n');
        }
        for attribute in ["href", "src", "action", "content"] {
            if let Some(value) = attribute_of(&tag[name_end..], attribute) {
                push_decoded(value, &mut text);
                text.push('\n');
            }
        }
    }
    push_decoded(rest, &mut text);
    text
}

/// The value of an attribute, in quotes or not.
fn attribute_of<'t>(tag: &'t str, name: &str) -> Option<&'t str> {
    let bytes = tag.as_bytes();
    let start = bytes.windows(name.len() + 1).position(|window| {
        window[..name.len()].eq_ignore_ascii_case(name.as_bytes()) && window[name.len()] == b'='
    })?;
    let before = start.checked_sub(1).map_or(b' ', |place| bytes[place]);
    if !before.is_ascii_whitespace() && !matches!(before, b'"' | b'\'' | b'/') {
        return None;
    }
    let value = tag[start + name.len() + 1..].trim_start();
    let quote = value.chars().next().filter(|c| matches!(c, '"' | '\''));
    match quote {
        Some(quote) => value[1..].split(quote).next(),
        None => value.split_ascii_whitespace().next(),
    }
}

/// Text with its character references undone, the few that stand in identifiers.
fn push_decoded(mut piece: &str, text: &mut String) {
    while let Some(start) = piece.find('&') {
        text.push_str(&piece[..start]);
        piece = &piece[start + 1..];
        let end = piece.as_bytes().iter().take(8).position(|b| *b == b';');
        let character = end.and_then(|end| match &piece[..end] {
            "amp" => Some('&'),
            "lt" => Some('<'),
            "gt" => Some('>'),
            "quot" => Some('"'),
            "apos" => Some('\''),
            "nbsp" => Some('\u{a0}'),
            number => {
                let number = number.strip_prefix('#')?;
                let code = match number.strip_prefix(['x', 'X']) {
                    Some(hex) => u32::from_str_radix(hex, 16),
                    None => number.parse(),
                };
                char::from_u32(code.ok()?)
            }
        });
        match (character, end) {
            (Some(character), Some(end)) => {
                text.push(character);
                piece = &piece[end + 1..];
            }
            _ => text.push('&'),
        }
    }
    text.push_str(piece);
}

#[cfg(test)]
mod tests {
    use observables::extract;
    use proptest::prelude::*;

    use super::*;

    fn found(name: &str, media_type: &str, bytes: &[u8]) -> Vec<String> {
        texts(name, media_type, bytes)
            .iter()
            .flat_map(|text| extract(text).hits)
            .map(|hit| hit.canonical)
            .collect()
    }

    #[test]
    fn texts_tables_json_and_pages_are_read() {
        let site = ["colis.example"];
        assert_eq!(found("a.txt", "text/plain", b"voir colis.example"), site);
        assert_eq!(
            found("a.csv", "text/plain", b"date;site\n1;colis.example\n"),
            site
        );
        assert_eq!(
            found("a.json", "text/plain", br#"{"site": "colis\u002eexample"}"#),
            site
        );
        assert_eq!(
            found(
                "a.html",
                "text/plain",
                b"<p>voir <b>colis</b>&#46;example</p>"
            ),
            site
        );
        assert_eq!(
            found(
                "a.html",
                "text/html",
                b"<a class=x href='https://colis.example/?a=1&amp;b=2'>ici</a>"
            ),
            ["https://colis.example/?a=1&b=2"]
        );
        let wide: Vec<u8> = "\u{feff}voir colis.example"
            .encode_utf16()
            .flat_map(u16::to_le_bytes)
            .collect();
        assert_eq!(found("a.txt", "text/plain", &wide), site);
        assert_eq!(
            found("a.txt", "text/plain", b"re\xe7u de colis.example"),
            site
        );
    }

    #[test]
    fn what_is_no_text_is_not_read() {
        for (name, media_type, bytes) in [
            ("a.png", "image/png", &b"colis.example"[..]),
            ("a.txt", "image/png", b"colis.example"),
            ("a.eml", "text/plain", b"colis.example"),
            ("a.txt", "text/plain", b"colis.example \0"),
            ("a", "application/octet-stream", b"colis.example"),
        ] {
            assert!(
                texts(name, media_type, bytes).is_empty(),
                "{name} {media_type}"
            );
        }
    }

    proptest! {
        #[test]
        fn any_bytes_are_read(bytes: Vec<u8>, page in "(<[a-z/]{0,4}( href=['\"]?)?|[>&;#x0-9é'\"]){0,40}") {
            for name in ["a.txt", "a.json", "a.html"] {
                texts(name, "text/plain", &bytes);
                texts(name, "text/plain", page.as_bytes());
            }
        }
    }
}
