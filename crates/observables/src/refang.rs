//! Undoing the notations that hide an identifier: `hxxp`, `[.]`, `(point)`, ` arobase `, zero-width
//! and bidi characters, full-width digits.
//!
//! The whole text is rewritten once, and only when it holds such a notation, into a plain view in
//! which everything else is searched. Each rewriting is kept, so that a span of the view leads back
//! to the bytes that the person typed.

use std::{borrow::Cow, ops::Range};

use memchr::memmem;

/// Undoes defanging in a whole text.
///
/// Borrows when there was nothing to undo. Prose around identifiers is left as it is, except that
/// invisible characters go and no-break spaces become spaces.
///
/// ```
/// assert_eq!(observables::refang("hxxps://evil[.]example"), "https://evil.example");
/// assert_eq!(observables::refang("rien à voir"), "rien à voir");
/// ```
pub fn refang(text: &str) -> Cow<'_, str> {
    Plain::new(text).text
}

/// A text with its hidden notations undone, and the way back to the original.
pub(crate) struct Plain<'a> {
    pub(crate) text: Cow<'a, str>,
    /// In order; empty when nothing was rewritten.
    edits: Vec<Edit>,
}

/// `raw` became `plain`; between two edits the texts are equal.
struct Edit {
    raw: Range<usize>,
    plain: Range<usize>,
}

impl<'a> Plain<'a> {
    pub(crate) fn new(raw: &'a str) -> Plain<'a> {
        let mut plain = Plain {
            text: Cow::Borrowed(raw),
            edits: Vec::new(),
        };
        let bytes = raw.as_bytes();
        let spoken =
            memmem::find(bytes, b"arobase").is_some() || memmem::find(bytes, b"AROBASE").is_some();
        let mut out = String::new();
        let mut copied = 0;
        // A spoken " point " is a dot only shortly after a spoken " arobase ".
        let mut spoken_until = 0;
        let mut at = 0;
        while at < bytes.len() {
            let trigger = TRIGGERS[bytes[at] as usize];
            if trigger == 0 && !(spoken && bytes[at] == b' ') {
                at += 1;
                continue;
            }
            let found = if bytes[at] == b' ' && spoken {
                spoken_word(bytes, at, &mut spoken_until)
            } else {
                None
            };
            let Some((start, end, with)) = found.or_else(|| rewriting(bytes, at)) else {
                at += 1;
                continue;
            };
            // A rewriting may reach back over a space that an earlier one already took.
            let start = start.max(copied);
            out.push_str(&raw[copied..start]);
            let plain_start = out.len();
            out.push_str(with.as_str());
            plain.edits.push(Edit {
                raw: start..end,
                plain: plain_start..out.len(),
            });
            copied = end;
            at = end;
        }
        if !plain.edits.is_empty() {
            out.push_str(&raw[copied..]);
            plain.text = Cow::Owned(out);
        }
        plain
    }

    /// The bytes of the original that became `span` of the plain text.
    pub(crate) fn raw_span(&self, span: Range<usize>) -> Range<usize> {
        self.raw_start(span.start)..self.raw_end(span.end)
    }

    fn raw_start(&self, plain: usize) -> usize {
        let next = self.edits.partition_point(|edit| edit.plain.start <= plain);
        match next.checked_sub(1).map(|last| &self.edits[last]) {
            None => plain,
            Some(edit) if plain < edit.plain.end => edit.raw.start,
            Some(edit) => edit.raw.end + (plain - edit.plain.end),
        }
    }

    fn raw_end(&self, plain: usize) -> usize {
        let next = self.edits.partition_point(|edit| edit.plain.start < plain);
        match next.checked_sub(1).map(|last| &self.edits[last]) {
            None => plain,
            Some(edit) if plain <= edit.plain.end => edit.raw.end,
            Some(edit) => edit.raw.end + (plain - edit.plain.end),
        }
    }
}

/// Bytes at which a rewriting can start or be noticed.
static TRIGGERS: [u8; 256] = {
    let mut table = [0; 256];
    let bytes = b"[({].xX*_\\-D\xC2\xE2\xE3\xEF";
    let mut i = 0;
    while i < bytes.len() {
        table[bytes[i] as usize] = 1;
        i += 1;
    }
    // '.' alone is common and rewritten only before a closing bracket, seen from that bracket.
    table[b'.' as usize] = 0;
    table
};

/// What a rewriting puts in place.
#[derive(Clone, Copy)]
enum With {
    Text(&'static str),
    Ascii(u8),
}

impl With {
    fn as_str(&self) -> &str {
        match self {
            With::Text(text) => text,
            With::Ascii(byte) => std::str::from_utf8(std::slice::from_ref(byte))
                .expect("an ASCII byte is a character"),
        }
    }
}

type Rewriting = Option<(usize, usize, With)>;

fn rewriting(bytes: &[u8], at: usize) -> Rewriting {
    match bytes[at] {
        b'[' | b'(' | b'{' => bracketed(bytes, at).or_else(|| half_bracket(bytes, at)),
        b']' => half_bracket(bytes, at),
        b'x' | b'X' | b'*' | b'_' => hidden_scheme(bytes, at),
        b'\\' => match (bytes.get(at + 1), bytes.get(at + 2)) {
            (Some(b'.'), Some(next))
                if at > 0 && is_label(bytes[at - 1]) && is_label(*next) && !in_path(bytes, at) =>
            {
                Some((at, at + 2, With::Text(".")))
            }
            // As JSON writes it.
            (Some(b'/'), _) => Some((at, at + 2, With::Text("/"))),
            (Some(b'\\'), _)
                if bytes[..at].ends_with(b"http:") || bytes[..at].ends_with(b"https:") =>
            {
                Some((at, at + 2, With::Text("//")))
            }
            _ => None,
        },
        b'-' | b'D' => bare_dot_word(bytes, at),
        0xC2 => match bytes[at + 1] {
            0xA0 => Some((at, at + 2, With::Text(" "))),
            0xAD => Some((at, at + 2, With::Text(""))),
            _ => None,
        },
        0xE2 | 0xE3 | 0xEF => wide(bytes, at),
        _ => None,
    }
}

/// Whether a lone backslash stands shortly before in the same word: `C:\\Users\\test\\.ssh`.
fn in_path(bytes: &[u8], at: usize) -> bool {
    let word = bytes[at.saturating_sub(64)..at]
        .iter()
        .rev()
        .take_while(|byte| is_label(**byte) || matches!(byte, b'.' | b'\\'));
    let mut after = b'.';
    for &byte in word {
        if byte == b'\\' && after != b'.' {
            return true;
        }
        after = byte;
    }
    false
}

/// `[.]`, `(dot)`, `{ point }`, `[at]`, `(arobase)`, `[:]`, `[://]`, `[/]`, with single spaces
/// inside, and around when what is replaced is a dot or an at sign between words.
fn bracketed(bytes: &[u8], open: usize) -> Rewriting {
    let close = match bytes[open] {
        b'[' => b']',
        b'(' => b')',
        _ => b'}',
    };
    let window = &bytes[open + 1..bytes.len().min(open + 14)];
    let length = window.iter().position(|&byte| byte == close)?;
    let mut end = open + 1 + length + 1;
    let mut start = open;
    let with = match window[..length].trim_ascii() {
        b":" => return Some((open, end, With::Text(":"))),
        b"-" => "-",
        b"://" => return Some((open, end, With::Text("://"))),
        b"/" => return Some((open, end, With::Text("/"))),
        b"." | b"," => ".",
        b"@" => "@",
        b"a" if start > 0 && is_label(bytes[start - 1]) => "@",
        word if is_word(word, &["dot", "point", "punto", "punkt"]) => ".",
        word if is_word(word, &["at", "arobase", "arobas", "arroba"]) => "@",
        _ => return None,
    };
    // A listing such as "(.)" with nothing before it is no identifier.
    if start > 1 && bytes[start - 1] == b' ' && is_label(bytes[start - 2]) {
        start -= 1;
    }
    if bytes.get(end) == Some(&b' ') && bytes.get(end + 1).is_some_and(|&byte| is_label(byte)) {
        end += 1;
    }
    let joins = start > 0
        && is_label(bytes[start - 1])
        && bytes.get(end).is_some_and(|&byte| is_label(byte));
    joins.then_some((start, end, With::Text(with)))
}

/// A bracket that lost its pair: `192.0.2[.1`, `evil.]example`, `http]://`, `http:[//`.
fn half_bracket(bytes: &[u8], at: usize) -> Rewriting {
    let before = at.checked_sub(1).map(|i| bytes[i])?;
    let after = *bytes.get(at + 1)?;
    if bytes[at] == b']' {
        let dotted = before == b'.' && at > 1 && is_label(bytes[at - 2]) && is_label(after);
        let undotted = after == b'.'
            && is_label(before)
            && bytes.get(at + 2).is_some_and(|&byte| is_label(byte));
        let scheme =
            bytes[at..].starts_with(b"]://") || (before == b'/' && bytes[..at].ends_with(b"://"));
        return (dotted || undotted || scheme).then_some((at, at + 1, With::Text("")));
    }
    let dot =
        after == b'.' && is_label(before) && bytes.get(at + 2).is_some_and(|&byte| is_label(byte));
    let dotted =
        before == b'.' && at > 1 && is_label(bytes[at - 2]) && is_label(after) && bytes[at] != b'{';
    let scheme =
        bytes[at..].starts_with(b"[://") || (before == b':' && bytes[at..].starts_with(b"[//"));
    (dot || dotted || scheme).then_some((at, at + 1, With::Text("")))
}

/// `hxxp`, `h**p`, `h__p`, `hxtp`, `htxp`, when `://` (or its bracketed forms) follows.
fn hidden_scheme(bytes: &[u8], at: usize) -> Rewriting {
    let hidden = |byte: u8| matches!(byte, b'x' | b'X' | b'*' | b'_');
    // Called at the first hidden letter, which is the second or the third of the scheme.
    let start = match bytes[..at] {
        [.., b'h' | b'H'] => at - 1,
        [.., b'h' | b'H', b't' | b'T'] => at - 2,
        _ => return None,
    };
    if start > 0 && bytes[start - 1].is_ascii_alphanumeric() {
        return None;
    }
    let scheme = bytes.get(start..start + 4)?;
    if !scheme[1..3]
        .iter()
        .all(|&byte| hidden(byte) || byte.eq_ignore_ascii_case(&b't'))
        || !scheme[3].eq_ignore_ascii_case(&b'p')
    {
        return None;
    }
    let mut rest = &bytes[start + 4..];
    if let [b's' | b'S' | b'x' | b'X', tail @ ..] = rest {
        rest = tail;
    }
    let follows = matches!(rest, [b':', ..] | [b'[' | b'(' | b'{' | b']', b':', ..]);
    follows.then_some((start + 1, start + 3, With::Text("tt")))
}

/// `evil-dot-example`, `evilDOTexample` and `evil DOT example`.
fn bare_dot_word(bytes: &[u8], at: usize) -> Rewriting {
    let rest = &bytes[at..];
    let before = at.checked_sub(1).map(|i| bytes[i])?;
    if rest.starts_with(b"-dot-") || rest.starts_with(b"-DOT-") {
        let between = before.is_ascii_alphanumeric() && rest.get(5)?.is_ascii_alphanumeric();
        return between.then_some((at, at + 5, With::Text(".")));
    }
    if !rest.starts_with(b"DOT") {
        return None;
    }
    // Not inside a word in capitals.
    let small = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit();
    let after = *rest.get(3)?;
    if before == b' ' && after == b' ' {
        let between = at > 1 && small(bytes[at - 2]) && small(*rest.get(4)?);
        return between.then_some((at - 1, at + 4, With::Text(".")));
    }
    (small(before) && small(after)).then_some((at, at + 3, With::Text(".")))
}

/// Characters of three bytes: invisible ones go, wide ones become ASCII.
fn wide(bytes: &[u8], at: usize) -> Rewriting {
    let character = std::str::from_utf8(&bytes[at..at + 3])
        .ok()?
        .chars()
        .next()?;
    let with = match character {
        '\u{200B}'..='\u{200F}'
        | '\u{202A}'..='\u{202E}'
        | '\u{2060}'..='\u{2064}'
        | '\u{2066}'..='\u{2069}'
        | '\u{FEFF}' => With::Text(""),
        '\u{2000}'..='\u{200A}' | '\u{202F}' | '\u{205F}' | '\u{3000}' => With::Text(" "),
        '\u{2010}' | '\u{2011}' => With::Text("-"),
        '\u{2024}' | '\u{3002}' => With::Text("."),
        '\u{FF01}'..='\u{FF5E}' => With::Ascii((character as u32 - 0xFF01 + 0x21) as u8),
        _ => return None,
    };
    Some((at, at + 3, with))
}

/// " arobase " between words, and the " point " that follows within a short reach.
fn spoken_word(bytes: &[u8], space: usize, spoken_until: &mut usize) -> Rewriting {
    let rest = &bytes[space + 1..bytes.len().min(space + 10)];
    let length = rest.iter().position(|&byte| byte == b' ')?;
    let word = &rest[..length];
    let end = space + 1 + length + 1;
    let between = space > 0
        && is_label(bytes[space - 1])
        && bytes.get(end).is_some_and(|&byte| is_label(byte));
    if !between {
        return None;
    }
    if is_word(word, &["arobase", "arobas"]) {
        *spoken_until = end + 80;
        return Some((space, end, With::Text("@")));
    }
    (space < *spoken_until && is_word(word, &["point", "dot"])).then_some((
        space,
        end,
        With::Text("."),
    ))
}

fn is_word(word: &[u8], among: &[&str]) -> bool {
    among
        .iter()
        .any(|candidate| word.eq_ignore_ascii_case(candidate.as_bytes()))
}

fn is_label(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_') || byte >= 0x80
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(raw: &str, expected: &str) {
        assert_eq!(refang(raw), expected, "from {raw:?}");
    }

    #[test]
    fn notations_are_undone() {
        check("hxxp://a.example", "http://a.example");
        check("hXXps://a.example", "https://a.example");
        check("h**p://a.example", "http://a.example");
        check("h__p://a.example", "http://a.example");
        check("http[:]//a[.]example", "http://a.example");
        check("http[://]a(.)example", "http://a.example");
        check("http]://a{.}example", "http://a.example");
        check("http:\\\\a.example", "http://a.example");
        check("a [.] example", "a.example");
        check("a[ point ]example", "a.example");
        check("a(DOT)example", "a.example");
        check("aDOTexample", "a.example");
        check("a DOT example", "a.example");
        check("a[-]b.example", "a-b.example");
        check(r"https:\/\/a.example", "https://a.example");
        check("a-dot-example", "a.example");
        check("a\\.example", "a.example");
        check(r"a\.b\.example", "a.b.example");
        check(r"C:\Users\test\.ssh", r"C:\Users\test\.ssh");
        check(
            "a[.example a.]example a[.]example",
            "a.example a.example a.example",
        );
        check("jean(a)banque.example", "jean@banque.example");
        check("jean (at) banque (point) example", "jean@banque.example");
        check("jean arobase banque point example", "jean@banque.example");
        check("ban\u{200B}que.exam\u{AD}ple", "banque.example");
        check("0６ 39", "06 39");
        check("06\u{A0}39", "06 39");
    }

    #[test]
    fn prose_is_left_alone() {
        for text in [
            "le point est à 3 (trois) km, [sic] etc. (.)",
            "au point mort, un point commun",
            "DOTATION, ANECDOTE, x_y, h*p, 3 x 4",
            "[lien](adresse) {a} f(x).y, le (a) et le (b)",
            "a@b [voir plus]",
        ] {
            assert!(
                matches!(refang(text), Cow::Borrowed(_)),
                "{text:?} became {:?}",
                refang(text)
            );
        }
    }

    #[test]
    fn spans_lead_back_to_what_was_typed() {
        let raw = "é hxxp://a[.]exa\u{200B}mple fin";
        let plain = Plain::new(raw);
        let start = plain.text.find("http").unwrap();
        let end = start + "http://a.example".len();
        assert_eq!(
            &raw[plain.raw_span(start..end)],
            "hxxp://a[.]exa\u{200B}mple"
        );
        let start = plain.text.find("fin").unwrap();
        assert_eq!(&raw[plain.raw_span(start..start + 3)], "fin");
        let dot = plain.text.find('.').unwrap();
        assert_eq!(&raw[plain.raw_span(dot..dot + 1)], "[.]");
    }

    proptest::proptest! {
        #[test]
        fn any_text_maps_back_on_character_boundaries(text in "([a-zé0-9 .@:/\\[\\](){}\u{200B}\u{FF11}\u{A0}xhtpDOT\\\\-]|hxxp|arobase|\\[\\.\\]){0,40}") {
            let plain = Plain::new(&text);
            let positions: Vec<usize> = plain.text.char_indices().map(|(at, _)| at).chain([plain.text.len()]).collect();
            for pair in positions.windows(2) {
                let span = plain.raw_span(pair[0]..pair[1]);
                proptest::prop_assert!(text.get(span.clone()).is_some(), "{span:?} in {text:?}");
            }
        }
    }
}
