//! The texts of a file that came with a submission or later: from its bytes to what is read for hits.
//!
//! Texts, tables, JSON and pages of HTML are read here as far as their characters go; mails, documents and pictures,
//! told by their content, are read by a process of its own (`crate::reader`), and what has their name or type
//! and not their content is not read. The bytes are anybody's: whatever reads them is bounded, and what it cannot
//! read is no text.

use reading::{Cause, Format, Limits, Problem, Reading, read_as};

/// Bytes of a file that are read. The rest of a longer one is not looked at.
pub(crate) const MOST_READ: u64 = 2 << 20;

/// Whether anything is read in a file of this name and type, so that the others need not be fetched.
pub(crate) fn is_read(name: &str, media_type: &str) -> bool {
    format(name, media_type).is_some()
}

fn format(name: &str, media_type: &str) -> Option<Format> {
    let extension = name
        .rsplit_once('.')
        .map(|(_, extension)| extension.to_ascii_lowercase());
    let essence = media_type.split(';').next().unwrap_or_default().trim();
    // Bytes that show another family than the name claims are what they show.
    let told = matches!(essence, "" | "application/octet-stream") || essence.starts_with("text/");
    match (extension.as_deref(), essence) {
        (_, "application/json") => Some(Format::Json),
        (_, "text/html" | "application/xhtml+xml") => Some(Format::Html),
        (Some("json"), _) if told => Some(Format::Json),
        (Some("html" | "htm" | "xhtml"), _) if told => Some(Format::Html),
        (Some("csv" | "tsv"), _) if told => Some(Format::Csv),
        (Some("txt" | "text" | "log" | "md"), _) if told => Some(Format::Text),
        // A mail has headers, parts and encodings: what has its name and is none is not read as it stands.
        (Some("eml"), _) | (_, "message/rfc822") => None,
        (_, "text/csv" | "text/tab-separated-values") => Some(Format::Csv),
        (_, "text/plain") => Some(Format::Text),
        _ => None,
    }
}

/// The texts of a file with their places, given its first [`MOST_READ`] bytes, and what could not be read.
pub(super) fn reading(name: &str, media_type: &str, bytes: &[u8]) -> Reading {
    let Some(format) = format(name, media_type) else {
        return unread(
            Cause::Unsupported,
            "neither a text nor a file that is read here",
        );
    };
    let most = usize::try_from(MOST_READ).unwrap_or(usize::MAX);
    let bytes = &bytes[..bytes.len().min(most)];
    let format = match bytes {
        [0xff, 0xfe, ..] | [0xfe, 0xff, ..] if format == Format::Text => Format::Utf16,
        // Bytes that are no text, whatever they are called.
        _ if bytes.contains(&0) => {
            return unread(
                Cause::Damaged,
                "these bytes are no text, whatever their name",
            );
        }
        _ => format,
    };
    let limits = Limits {
        text: 2 * most,
        ..Limits::default()
    };
    read_as(format, bytes, &limits)
}

/// Nothing was read of a file.
fn unread(cause: Cause, what: &str) -> Reading {
    Reading {
        problems: vec![Problem {
            path: String::new(),
            cause,
            what: what.to_owned(),
        }],
        ..Reading::default()
    }
}

#[cfg(test)]
mod tests {
    use observables::extract;
    use proptest::prelude::*;

    use super::*;

    fn found(name: &str, media_type: &str, bytes: &[u8]) -> Vec<String> {
        reading(name, media_type, bytes)
            .parts
            .iter()
            .flat_map(|part| extract(&part.text).hits)
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
            let read = reading(name, media_type, bytes);
            assert!(read.parts.is_empty(), "{name} {media_type}");
            assert_eq!(read.problems.len(), 1, "{name} {media_type}");
        }
    }

    proptest! {
        #[test]
        fn any_bytes_are_read(bytes: Vec<u8>, page in "(<[a-z/]{0,4}( href=['\"]?)?|[>&;#x0-9é'\"]){0,40}") {
            for name in ["a.txt", "a.json", "a.html"] {
                reading(name, "text/plain", &bytes);
                reading(name, "text/plain", page.as_bytes());
            }
        }
    }
}
