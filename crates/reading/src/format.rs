//! Telling what bytes are by looking at them.

use serde::{Deserialize, Serialize};

/// What the bytes of a document are.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Format {
    /// UTF-8, or nearly.
    #[default]
    Text,
    /// UTF-16 with its mark.
    Utf16,
    /// A mail (RFC 5322).
    Mail,
    /// Mails one after the other (RFC 4155).
    Mbox,
    /// A mail as Outlook saves it (MS-OXMSG).
    Msg,
    /// A web page.
    Html,
    /// PDF.
    Pdf,
    /// A table whose first line names the columns.
    Csv,
    /// JSON, or one value of it a line.
    Json,
    /// PNG.
    Png,
    /// JPEG.
    Jpeg,
    /// GIF.
    Gif,
    /// WebP.
    Webp,
    /// None of them.
    Binary,
}

/// How much of a document [`sniff`] looks at.
pub const SNIFFED: usize = 64 << 10;

/// What a document is, from its first [`SNIFFED`] bytes.
///
/// A text that only looks like JSON or a table is read as such and loses nothing: what cannot be parsed
/// is given as text.
pub fn sniff(bytes: &[u8]) -> Format {
    let whole = bytes.len() <= SNIFFED;
    let head = &bytes[..bytes.len().min(SNIFFED)];
    match head {
        [0x89, b'P', b'N', b'G', ..] => return Format::Png,
        [0xFF, 0xD8, 0xFF, ..] => return Format::Jpeg,
        [b'G', b'I', b'F', b'8', ..] => return Format::Gif,
        [
            b'R',
            b'I',
            b'F',
            b'F',
            _,
            _,
            _,
            _,
            b'W',
            b'E',
            b'B',
            b'P',
            ..,
        ] => return Format::Webp,
        [0xD0, 0xCF, 0x11, 0xE0, 0xA1, 0xB1, 0x1A, 0xE1, ..] => return Format::Msg,
        [0xFF, 0xFE, ..] | [0xFE, 0xFF, ..] => return Format::Utf16,
        _ => {}
    }
    // Readers of PDF forgive a kilobyte before it.
    if head[..head.len().min(1024)]
        .windows(5)
        .any(|window| window == b"%PDF-")
    {
        return Format::Pdf;
    }
    let head = head.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(head);
    let trimmed = head.trim_ascii_start();
    if trimmed.starts_with(b"From ") && headers(after_line(trimmed)) > 0 {
        return Format::Mbox;
    }
    if headers(trimmed) > 1 {
        return Format::Mail;
    }
    if is_html(trimmed) {
        return Format::Html;
    }
    if is_json(trimmed) {
        return Format::Json;
    }
    let odd = head
        .iter()
        .filter(|byte| **byte < 0x20 && !matches!(byte, b'\t' | b'\n' | b'\r' | 0x0C | 0x1B))
        .count();
    if odd > head.len() / 50 {
        return Format::Binary;
    }
    if delimiter(head, whole).is_some() {
        return Format::Csv;
    }
    Format::Text
}

fn after_line(bytes: &[u8]) -> &[u8] {
    let end = bytes.iter().position(|byte| *byte == b'\n');
    end.map_or(&[], |end| &bytes[end + 1..])
}

/// What stands in the head of nearly every mail.
const HEADERS: [&str; 18] = [
    "from",
    "to",
    "cc",
    "subject",
    "date",
    "received",
    "return-path",
    "delivered-to",
    "message-id",
    "mime-version",
    "content-type",
    "content-transfer-encoding",
    "reply-to",
    "sender",
    "dkim-signature",
    "authentication-results",
    "x-mailer",
    "in-reply-to",
];

/// How many of the known headers the lines begin with, before the first line that is none.
fn headers(bytes: &[u8]) -> usize {
    let mut known = 0;
    for line in bytes.split(|byte| *byte == b'\n').take(200) {
        if line
            .first()
            .is_some_and(|byte| matches!(byte, b' ' | b'\t'))
        {
            continue;
        }
        let name = line
            .iter()
            .take(80)
            .position(|byte| *byte == b':')
            .map(|colon| &line[..colon])
            .filter(|name| !name.is_empty() && name.iter().all(u8::is_ascii_graphic));
        let Some(name) = name else { break };
        if HEADERS
            .iter()
            .any(|header| name.eq_ignore_ascii_case(header.as_bytes()))
        {
            known += 1;
        }
    }
    known
}

fn is_html(bytes: &[u8]) -> bool {
    const STARTS: [&str; 14] = [
        "<!doctype html",
        "<html",
        "<head",
        "<body",
        "<title",
        "<meta",
        "<script",
        "<style",
        "<div",
        "<table",
        "<p>",
        "<a ",
        "<center",
        "<form",
    ];
    let mut rest = bytes;
    // Comments and the declaration of XML may come before.
    for _ in 0..8 {
        let end: &[u8] = if rest.starts_with(b"<!--") {
            b"-->"
        } else if rest.starts_with(b"<?xml") {
            b"?>"
        } else {
            break;
        };
        let Some(at) = rest.windows(end.len()).position(|window| window == end) else {
            return false;
        };
        rest = rest[at + end.len()..].trim_ascii_start();
    }
    STARTS.iter().any(|start| {
        rest.len() >= start.len() && rest[..start.len()].eq_ignore_ascii_case(start.as_bytes())
    })
}

fn is_json(bytes: &[u8]) -> bool {
    let next = |bytes: &[u8]| bytes.trim_ascii_start().first().copied();
    match bytes {
        [b'{', rest @ ..] => matches!(next(rest), Some(b'"' | b'}')),
        [b'[', rest @ ..] => matches!(next(rest), Some(b'{' | b'[' | b'"')),
        _ => false,
    }
}

/// What parts the columns of a table: the first line names them, and the lines after it have as many.
pub(crate) fn delimiter(head: &[u8], whole: bool) -> Option<u8> {
    let text = match std::str::from_utf8(head) {
        Ok(text) => text,
        Err(error) => std::str::from_utf8(&head[..error.valid_up_to()]).ok()?,
    };
    b",;\t|".iter().copied().find(|delimiter| {
        let mut records = csv::ReaderBuilder::new()
            .delimiter(*delimiter)
            .has_headers(false)
            .flexible(true)
            .from_reader(text.as_bytes())
            .into_records()
            .take(50)
            .map_while(Result::ok)
            .collect::<Vec<_>>();
        // The last one may be cut.
        if !whole && records.len() < 50 {
            records.pop();
        }
        let [names, rows @ ..] = records.as_slice() else {
            return false;
        };
        names.len() > 1
            && rows.len() + names.len() > 3
            && !rows.is_empty()
            && names.iter().all(is_name)
            // Prose puts a space after a comma; a table that does is read as text, which loses the names alone.
            && !names.iter().any(|name| name.starts_with(' '))
            && names
                .iter()
                .enumerate()
                .all(|(at, name)| names.iter().take(at).all(|other| other != name))
            && rows.iter().all(|row| row.len() == names.len())
    })
}

/// Whether a column may be called so.
fn is_name(name: &str) -> bool {
    let name = name.trim().trim_start_matches('\u{FEFF}');
    !name.is_empty()
        && name.len() <= 64
        && name.split_whitespace().count() <= 5
        && name.chars().any(char::is_alphabetic)
        && !name.contains(['.', '!', '?', '@', '\n'])
        && !name.contains("//")
}
