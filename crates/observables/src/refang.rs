//! Undoing the notations that hide an identifier: `hxxp`, `[.]`, `(point)`, ` arobase `, zero-width
//! and bidi characters, digits of other alphabets.
//!
//! The whole text is rewritten once, and only when it holds such a notation, into a plain view in
//! which everything else is searched. Each rewriting is kept, so that a span of the view leads back
//! to the bytes that the person typed.

use std::{borrow::Cow, ops::Range, sync::LazyLock};

use aho_corasick::{Match, packed::Searcher};

use crate::survey::Places;

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
        let bytes = raw.as_bytes();
        let mut plain = Plain {
            text: Cow::Borrowed(raw),
            edits: Vec::new(),
        };
        let triggers = Places::of(bytes, &TRIGGERS);
        let mut reader = Reader {
            bytes,
            spoken: is_spoken(raw),
            host_until: 0,
        };
        let mut out = String::new();
        let mut copied = 0;
        let mut at = 0;
        while let Some(next) = reader.next(&triggers, at) {
            at = next;
            // The common ones that seldom mean anything.
            let after = bytes.get(at + 1).copied().unwrap_or(0);
            let idle = match bytes[at] {
                b'-' => after | 0x20 != b'd',
                b'A' => after != b'T',
                b'D' => after != b'O',
                b'/' => after != b'A' && after != b'D',
                _ => false,
            };
            if idle {
                at += 1;
                continue;
            }
            let Some(rewriting) = reader.rewriting(at) else {
                at += 1;
                continue;
            };
            // A rewriting may reach back over what an earlier one already took.
            let start = rewriting.start.max(copied);
            let end = rewriting.end;
            out.push_str(&raw[copied..start]);
            let plain_start = out.len();
            out.push_str(rewriting.with.as_str());
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

/// Words without which no address is spelled out; a text without them is not searched for its spaces. The first
/// is common alone, and spells an address out only together with [`AT`]: "jean at asso point example".
const SPOKEN: [&str; 5] = [" point ", "robas", "ROBAS", "dot", "DOT"];
const AT: &str = " at ";

/// All of them in one pass, where the processor has the instructions for it.
static SPOKEN_SEARCHER: LazyLock<Option<Searcher>> = LazyLock::new(|| Searcher::new(SPOKEN));

fn is_spoken(text: &str) -> bool {
    let (point, sure) = match &*SPOKEN_SEARCHER {
        Some(searcher) => {
            let is_point = |found: &Match| found.pattern().as_usize() == 0;
            let mut found = searcher.find_iter(text).peekable();
            let point = found.peek().is_some_and(is_point);
            (point, found.any(|found| !is_point(&found)))
        }
        None => (
            text.contains(SPOKEN[0]),
            SPOKEN[1..].iter().any(|word| text.contains(word)),
        ),
    };
    sure || point && text.contains(AT)
}

/// Bytes at which a rewriting can start or be noticed.
static TRIGGERS: [u8; 256] = {
    let mut table = [0; 256];
    let bytes = b"[({})]:@\\^</_-DA\xC2\xD0\xD9\xDB\xE2\xE3\xEF\xF0";
    let mut at = 0;
    while at < bytes.len() {
        table[bytes[at] as usize] = 128;
        at += 1;
    }
    table
};

/// What a rewriting puts in place.
#[derive(Clone, Debug, PartialEq)]
enum With {
    Text(&'static str),
    Ascii(u8),
    Owned(String),
}

impl With {
    fn as_str(&self) -> &str {
        match self {
            With::Text(text) => text,
            With::Ascii(byte) => std::str::from_utf8(std::slice::from_ref(byte))
                .expect("an ASCII byte is a character"),
            With::Owned(text) => text,
        }
    }
}

/// The bytes from `start` to `end` become `with`.
struct Rewriting {
    start: usize,
    end: usize,
    with: With,
}

fn rewriting(start: usize, end: usize, with: &'static str) -> Option<Rewriting> {
    Some(Rewriting {
        start,
        end,
        with: With::Text(with),
    })
}

/// How many brackets and spaces may stand around a mark.
const AROUND: usize = 16;
/// How far a host is read ahead, in bytes.
const AHEAD: usize = 64;

struct Reader<'a> {
    bytes: &'a [u8],
    /// Whether the text may spell an address out.
    spoken: bool,
    /// After an at sign, how far its host reaches: there a spoken " point " is a dot.
    host_until: usize,
}

/// How the first dot of a host ahead is written.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Dot {
    Plain,
    Bracketed,
    Word,
}

impl Reader<'_> {
    /// The next place at which a rewriting may begin or be noticed. In a text that may spell an address
    /// out, a space may be a part of it.
    fn next(&self, triggers: &Places, at: usize) -> Option<usize> {
        let trigger = triggers.next(at);
        if !self.spoken {
            return trigger;
        }
        let until = trigger.unwrap_or(self.bytes.len());
        memchr::memchr(b' ', &self.bytes[at..until]).map_or(trigger, |space| Some(at + space))
    }

    /// What is to be rewritten at a trigger.
    fn rewriting(&mut self, at: usize) -> Option<Rewriting> {
        let bytes = self.bytes;
        let found = match bytes[at] {
            b' ' => self.spoken_word(at),
            b'[' | b'(' | b'{' => self.opened(at),
            b']' | b')' | b'}' => self.closed(at),
            b':' | b'_' => scheme(bytes, at),
            b'@' => {
                self.host_until = host_reach(bytes, at + 1);
                self.spaced_at(at)
            }
            b'\\' => backslash(bytes, at),
            b'^' | b'<' => escaped_dot(bytes, at),
            b'/' => self.slashed_word(at),
            b'-' | b'D' => self.bare_dot_word(at),
            b'A' => self.bare_at_word(at),
            0xC2 => match bytes[at + 1] {
                0xA0 => rewriting(at, at + 2, " "),
                0xAD => rewriting(at, at + 2, ""),
                _ => None,
            },
            0xD0 => cyrillic_zero(bytes, at),
            0xD9 | 0xDB => arabic_digit(bytes, at),
            0xE2 | 0xE3 | 0xEF => wide(bytes, at),
            0xF0 => mathematical(bytes, at),
            _ => None,
        };
        if let Some(Rewriting { end, with, .. }) = &found
            && (*with == With::Text("@") || *with == With::Text(".") && self.in_host(at))
        {
            self.host_until = host_reach(bytes, *end);
        }
        found
    }

    fn in_host(&self, at: usize) -> bool {
        at < self.host_until
    }

    /// `[.]`, `(dot)`, `{ point }`, `[at]`, `(arobase)`, `[:]`, `[://]`, `[/]`, `[[ . )]`, or one of them
    /// that lost its closing bracket; with spaces inside, and around when what is replaced is a dot
    /// or an at sign between words.
    fn opened(&self, open: usize) -> Option<Rewriting> {
        let bytes = self.bytes;
        if let Some(found) = scheme(bytes, open) {
            return Some(found);
        }
        // "[www].evil.example"
        if bytes[open + 1..].starts_with(b"www")
            && bytes.get(open + 4).copied() == Some(closing(bytes[open]))
            && bytes.get(open + 5) == Some(&b'.')
        {
            return rewriting(open, open + 5, "www");
        }
        let is_open = |byte: &u8| matches!(byte, b'[' | b'(' | b'{' | b' ');
        let core = open + run_length(&bytes[open..], AROUND, is_open);
        let Some((mark, length)) = mark_at(&bytes[core..]) else {
            return self.opened_after_dot(open, core);
        };
        let core_end = core + length;
        let is_close = |byte: &u8| matches!(byte, b']' | b')' | b'}' | b' ');
        let beyond = run_length(&bytes[core_end..], AROUND, is_close);
        let close = bytes[core_end..core_end + beyond]
            .iter()
            .rposition(|byte| *byte != b' ');
        let Some(close) = close else {
            return self.half_opened(open, core_end, mark);
        };
        let end = core_end + close + 1;
        let tight = open > 0 && is_label(bytes[open - 1]) && bytes.get(end) != Some(&b' ');
        let with = match mark {
            Mark::Colon => return rewriting(open, end, ":"),
            Mark::Scheme => return rewriting(open, end, "://"),
            Mark::Slash => return rewriting(open, end, "/"),
            Mark::Hyphen => "-",
            Mark::Dot | Mark::Comma | Mark::DotWord => ".",
            Mark::At | Mark::AtWord => "@",
            Mark::A if tight => "@",
            // Spanish and Catalan speakers write so; in French it joins two names ("l'une (et) l'autre").
            Mark::Et
                if (tight || bytes[open] == b'[')
                    && self.host_ahead(after_spaces(bytes, end)).is_some() =>
            {
                "@"
            }
            Mark::A | Mark::Et => return None,
        };
        let (start, end) = (self.before_spaces(open), after_spaces(bytes, end));
        // The name of a mailbox may be quoted, its host an address in brackets.
        let mailbox = with == "@"
            && start > 0
            && (is_label(bytes[start - 1])
                || matches!(bytes[start - 1], b'"' | b'+' | b'%' | b'\''))
            && bytes
                .get(end)
                .is_some_and(|byte| is_label(*byte) || *byte == b'[');
        (mailbox || self.joins(start, end)).then_some(())?;
        rewriting(start, end, with)
    }

    /// `192.0.2[.1`, `evil[.example`; in an address also `com [.tld` and `com [dot tld`.
    fn half_opened(&self, open: usize, core_end: usize, mark: Mark) -> Option<Rewriting> {
        let bytes = self.bytes;
        let in_host = self.in_host(open);
        let (start, end) = if in_host && bytes[open] == b'[' {
            (self.before_spaces(open), after_spaces(bytes, core_end))
        } else {
            (open, core_end)
        };
        let taken = match mark {
            Mark::Dot => true,
            Mark::DotWord => in_host,
            _ => false,
        };
        if !taken || !self.joins(start, end) {
            return None;
        }
        // "un fichier(.pdf)" is another thing.
        let close = closing(bytes[open]);
        if close != b']' && bytes[end..].iter().take(24).any(|byte| *byte == close) {
            return None;
        }
        rewriting(start, end, ".")
    }

    /// `192.0.2.[1`: the dot stands before its bracket.
    fn opened_after_dot(&self, open: usize, core: usize) -> Option<Rewriting> {
        let bytes = self.bytes;
        let dotted = open > 1
            && bytes[open - 1] == b'.'
            && is_label(bytes[open - 2])
            && bytes[open] != b'{'
            && core == open + 1
            && is_label(*bytes.get(core)?);
        dotted.then_some(())?;
        rewriting(open, core, "")
    }

    /// `evil.]example`, `evil].example`, `192.0.2.)1`, `http://]`.
    fn closed(&self, at: usize) -> Option<Rewriting> {
        let bytes = self.bytes;
        if let Some(found) = scheme(bytes, at) {
            return Some(found);
        }
        let before = at.checked_sub(1).map(|i| bytes[i])?;
        let end = at
            + run_length(&bytes[at..], AROUND, |byte| {
                matches!(byte, b']' | b')' | b'}')
            });
        let after = *bytes.get(end)?;
        if before == b'.' {
            let beyond = at.checked_sub(2).map(|i| bytes[i])?;
            let numbers = beyond.is_ascii_digit() && after.is_ascii_digit();
            let names = bytes[at] == b']' && is_label(beyond) && is_label(after);
            return (numbers || names).then_some(rewriting(at, end, ""))?;
        }
        let undotted = bytes[at] == b']'
            && end == at + 1
            && after == b'.'
            && is_label(before)
            && bytes.get(at + 2).is_some_and(|byte| is_label(*byte));
        (undotted || bytes[..at].ends_with(b"://")).then_some(rewriting(at, at + 1, ""))?
    }

    /// `jean @ asso.example`, `jean @asso[.]example`, `jean@ asso.example`. A handle before which a word
    /// stands (`contacter @asso.example`) is none.
    fn spaced_at(&self, at: usize) -> Option<Rewriting> {
        let bytes = self.bytes;
        let start = self.before_spaces(at);
        let end = after_spaces(bytes, at + 1);
        if (start, end) == (at, at + 1) || !self.joins(start, end) {
            return None;
        }
        let dot = self.host_ahead(end)?;
        let handle = end == at + 1;
        (!handle || dot != Dot::Plain).then_some(())?;
        rewriting(start, end, "@")
    }

    /// " arobase ", " at " and " AT " between words, and the " point " around them.
    fn spoken_word(&self, space: usize) -> Option<Rewriting> {
        let bytes = self.bytes;
        let from = space + run_length(&bytes[space..], 3, |byte| *byte == b' ');
        // "arobase" and "at", "dot", "point" and its like.
        if !matches!(bytes.get(from)? | 0x20, b'a' | b'd' | b'p') {
            return None;
        }
        let length = run_length(&bytes[from..], 10, u8::is_ascii_alphabetic);
        let to = from + length;
        let end = after_spaces(bytes, to);
        if length == 0 || end == to || !self.joins(space, end) {
            return None;
        }
        let word = &bytes[from..to];
        if is_word(word, &AROBASE) {
            return rewriting(space, end, "@");
        }
        if word.eq_ignore_ascii_case(b"at") {
            let spelled = self.host_ahead(end) == Some(Dot::Word) && !self.after_verb(space);
            return spelled.then_some(rewriting(space, end, "@"))?;
        }
        let with = if is_word(word, &DOTS) {
            "."
        } else if is_word(word, &["tiret", "dash"]) {
            "-"
        } else if word.eq_ignore_ascii_case(b"underscore") {
            "_"
        } else {
            return None;
        };
        (self.in_host(space) || self.before_spoken_at(end)).then_some(())?;
        rewriting(space, end, with)
    }

    /// Whether the word that ends at `end` says where something is, and is nobody's mailbox: "hosted at".
    fn after_verb(&self, end: usize) -> bool {
        let length = self.bytes[..end]
            .iter()
            .rev()
            .take(AHEAD)
            .take_while(|byte| is_label(**byte))
            .count();
        is_word(&self.bytes[end - length..end], &BEFORE_A_PLACE)
    }

    /// Whether a spoken at sign follows the word at `from` and its spoken dots: "dupont arobase …".
    fn before_spoken_at(&self, from: usize) -> bool {
        let bytes = &self.bytes[from..self.bytes.len().min(from + AHEAD)];
        let mut words = bytes
            .split(|byte| *byte == b' ')
            .filter(|word| !word.is_empty());
        while let Some(name) = words.next() {
            if !name.iter().all(|byte| is_label(*byte) || *byte == b'.') {
                return false;
            }
            match words.next() {
                Some(word) if is_word(word, &AROBASE) => return true,
                Some(b"@" | b"(at)" | b"[at]" | b"(arobase)" | b"[arobase]") => return true,
                Some(word) if word.eq_ignore_ascii_case(b"at") => {
                    let next = word.as_ptr() as usize - self.bytes.as_ptr() as usize + word.len();
                    return self.host_ahead(after_spaces(self.bytes, next)) == Some(Dot::Word);
                }
                Some(word) if is_word(word, &DOTS) || is_word(word, &["tiret", "dash"]) => {}
                _ => return false,
            }
        }
        false
    }

    /// `evil-dot-example`, `evilDOTexample` and `evil DOT example`.
    fn bare_dot_word(&self, at: usize) -> Option<Rewriting> {
        let bytes = self.bytes;
        let rest = &bytes[at..];
        let before = at.checked_sub(1).map(|i| bytes[i])?;
        if rest.starts_with(b"-dot-") || rest.starts_with(b"-DOT-") {
            let between = before.is_ascii_alphanumeric() && rest.get(5)?.is_ascii_alphanumeric();
            return between.then_some(rewriting(at, at + 5, "."))?;
        }
        if !rest.starts_with(b"DOT") {
            return None;
        }
        let (start, end) = self.between_small(at, at + 3)?;
        rewriting(start, end, ".")
    }

    /// `jeanATasso.example` and `jean AT asso.example`.
    fn bare_at_word(&self, at: usize) -> Option<Rewriting> {
        if self.bytes.get(at + 1) != Some(&b'T') {
            return None;
        }
        let (start, end) = self.between_small(at, at + 2)?;
        self.host_ahead(end)?;
        if start < at && self.after_verb(start) {
            return None;
        }
        rewriting(start, end, "@")
    }

    /// A word in capitals between small letters, with the spaces on both sides or on none.
    fn between_small(&self, from: usize, to: usize) -> Option<(usize, usize)> {
        let bytes = self.bytes;
        let (start, end) = (self.before_spaces(from), after_spaces(bytes, to));
        let small = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit();
        let alike = (start < from) == (end > to);
        let between = start > 0 && small(bytes[start - 1]) && small(*bytes.get(end)?);
        (alike && between).then_some((start, end))
    }

    /// `jean/AT/asso/DOT/example`.
    fn slashed_word(&self, at: usize) -> Option<Rewriting> {
        let rest = &self.bytes[at..];
        if rest.starts_with(b"/DOT/") {
            let end = at + 5;
            (self.in_host(at) && self.joins(at, end)).then_some(())?;
            return rewriting(at, end, ".");
        }
        if !rest.starts_with(b"/AT/") {
            return None;
        }
        let end = at + 4;
        let label = run_length(&self.bytes[end..], AHEAD, |byte| is_label(*byte));
        (self.joins(at, end) && self.bytes[end + label..].starts_with(b"/DOT/")).then_some(())?;
        rewriting(at, end, "@")
    }

    /// How a host's first dot is written, when a host with a dot begins at `from`.
    fn host_ahead(&self, from: usize) -> Option<Dot> {
        let bytes = &self.bytes[from.min(self.bytes.len())..self.bytes.len().min(from + AHEAD)];
        let label = run_length(bytes, AHEAD, |byte| is_label(*byte));
        if label == 0 {
            return None;
        }
        let rest = &bytes[label..];
        let letter = |byte: Option<&u8>| byte.is_some_and(|byte| is_label(*byte));
        match rest.first()? {
            b'.' if letter(rest.get(1)) => return Some(Dot::Plain),
            b'\\' | b'^' if rest.get(1) == Some(&b'.') => return Some(Dot::Bracketed),
            _ => {}
        }
        if rest.starts_with(b"DOT") || rest.starts_with(b"-dot-") || rest.starts_with(b"/DOT/") {
            return Some(Dot::Word);
        }
        let opening = run_length(rest, AROUND, |byte| {
            matches!(byte, b'[' | b'(' | b'{' | b' ')
        });
        let brackets = rest[..opening].iter().any(|byte| *byte != b' ');
        let (mark, length) = mark_at(&rest[opening..])?;
        let rest = &rest[opening + length..];
        let closing = run_length(rest, AROUND, |byte| {
            matches!(byte, b']' | b')' | b'}' | b' ')
        });
        if !letter(rest.get(closing)) {
            return None;
        }
        match mark {
            Mark::Dot | Mark::Comma if brackets => Some(Dot::Bracketed),
            Mark::DotWord if opening > 0 => Some(Dot::Word),
            _ => None,
        }
    }

    /// Where the up to four spaces before `at` begin.
    fn before_spaces(&self, at: usize) -> usize {
        let spaces = self.bytes[..at].iter().rev().take(4);
        at - spaces.take_while(|byte| **byte == b' ').count()
    }

    /// Whether what stands before `start` and at `end` would be one name.
    fn joins(&self, start: usize, end: usize) -> bool {
        start > 0
            && is_label(self.bytes[start - 1])
            && self.bytes.get(end).is_some_and(|byte| is_label(*byte))
    }
}

fn after_spaces(bytes: &[u8], at: usize) -> usize {
    at + run_length(&bytes[at.min(bytes.len())..], 4, |byte| *byte == b' ')
}

/// How many of the first `limit` bytes are such.
fn run_length(bytes: &[u8], limit: usize, is: impl Fn(&u8) -> bool) -> usize {
    bytes.iter().take(limit).take_while(|byte| is(byte)).count()
}

fn closing(open: u8) -> u8 {
    match open {
        b'[' => b']',
        b'(' => b')',
        _ => b'}',
    }
}

/// How far the host reaches that begins at `from`, with some room for what hides its next dot.
fn host_reach(bytes: &[u8], from: usize) -> usize {
    let from = after_spaces(bytes, from);
    from + run_length(&bytes[from.min(bytes.len())..], AHEAD, |byte| {
        is_label(*byte) || *byte == b'.'
    }) + 6
}

const DOTS: [&str; 4] = ["dot", "point", "punto", "punkt"];
const AROBASE: [&str; 5] = ["arobase", "arobas", "arrobase", "arobaze", "arroba"];

/// Words after which " at " is a place.
const BEFORE_A_PLACE: [&str; 60] = [
    "a",
    "address",
    "again",
    "and",
    "are",
    "at",
    "available",
    "back",
    "based",
    "be",
    "been",
    "bought",
    "buy",
    "c2",
    "clicked",
    "connect",
    "deals",
    "domain",
    "found",
    "her",
    "here",
    "him",
    "host",
    "hosted",
    "hosting",
    "is",
    "it",
    "items",
    "listed",
    "live",
    "lives",
    "located",
    "login",
    "look",
    "looking",
    "looks",
    "me",
    "now",
    "online",
    "order",
    "ordered",
    "page",
    "pages",
    "paid",
    "reachable",
    "registered",
    "running",
    "seen",
    "server",
    "shop",
    "shopped",
    "site",
    "sold",
    "spent",
    "store",
    "them",
    "us",
    "was",
    "website",
    "you",
];

/// What stands between brackets.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Mark {
    Dot,
    Comma,
    DotWord,
    At,
    AtWord,
    A,
    Et,
    Colon,
    Scheme,
    Slash,
    Hyphen,
}

/// The mark that `bytes` begin with, and its length.
fn mark_at(bytes: &[u8]) -> Option<(Mark, usize)> {
    Some(match bytes.first()? {
        b'.' => (Mark::Dot, 1),
        b',' => (Mark::Comma, 1),
        b'@' => (Mark::At, 1),
        b'/' => (Mark::Slash, 1),
        b'-' => (Mark::Hyphen, 1),
        b':' if bytes.starts_with(b"://") => (Mark::Scheme, 3),
        b':' => (Mark::Colon, 1),
        _ => {
            let length = run_length(bytes, 9, u8::is_ascii_alphabetic);
            let word = &bytes[..length];
            if is_word(word, &DOTS) {
                (Mark::DotWord, length)
            } else if is_word(word, &AROBASE) || word.eq_ignore_ascii_case(b"at") {
                (Mark::AtWord, length)
            } else if word.eq_ignore_ascii_case(b"et") {
                (Mark::Et, 2)
            } else if word == b"a" {
                (Mark::A, 1)
            } else {
                return None;
            }
        }
    })
}

/// A scheme that is hidden (`hxxp`, `h**p`, `h__p`, `xxxxs`), or whose separator is (`[:]//`, `[://]`,
/// `:\\`, `:__`, `__`, `:// `), up to the host. `at` is where the separator begins.
///
/// A host after it that is written with commas or with a space before its dot becomes plain too.
fn scheme(bytes: &[u8], at: usize) -> Option<Rewriting> {
    let before = at.checked_sub(1).map(|i| bytes[i])?;
    if !matches!(before | 0x20, b'p' | b's' | b'x') && before != b'*' {
        return None;
    }
    let length = bytes[..at]
        .iter()
        .rev()
        .take(6)
        .take_while(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'*' | b'_'))
        .count();
    let is_bracket = |byte: &u8| matches!(byte, b'[' | b'(' | b'{' | b']' | b')' | b'}');
    let mut end = at + run_length(&bytes[at..], 4, is_bracket);
    let colon = bytes.get(end) == Some(&b':');
    if colon {
        end += 1;
        end += run_length(&bytes[end..], 4, is_bracket);
    }
    let rest = &bytes[end..];
    if rest.starts_with(b"__") && end <= at + 1 {
        end += 2;
        // Names in programs are written so too.
        let host = &bytes[end..bytes.len().min(end + AHEAD)];
        let label = run_length(host, AHEAD, u8::is_ascii_alphanumeric);
        if label == 0
            || !matches!(
                host.get(label),
                Some(b'.' | b'-' | b'/' | b'[' | b'(' | b' ')
            )
        {
            return None;
        }
    } else if colon {
        for _ in 0..2 {
            end += match bytes.get(end..)? {
                [b'\\', b'/', ..] => 2,
                [b'/' | b'\\', ..] => 1,
                _ => return None,
            };
            end += run_length(&bytes[end..], 2, |byte| matches!(byte, b']' | b')' | b'}'));
        }
    } else {
        return None;
    }
    // A glued word keeps its plain scheme; a hidden one stands alone.
    let (scheme, hidden) = (2..=length.min(5))
        .rev()
        .find_map(|length| {
            let (scheme, hidden) = scheme_of(&bytes[at - length..at])?;
            let alone = at == length || !bytes[at - length - 1].is_ascii_alphanumeric();
            (alone || !hidden && colon).then_some((length, scheme, hidden))
        })
        .map(|(length, scheme, hidden)| ((length, scheme), hidden))?;
    let (length, scheme) = scheme;
    let start = at - length;
    if bytes.get(end) == Some(&b'[') && !is_literal(&bytes[end..]) {
        end += 1;
    }
    if bytes.get(end) == Some(&b' ') {
        let host = &bytes[end + 1..bytes.len().min(end + 1 + AHEAD)];
        let label = run_length(host, AHEAD, |byte| is_label(*byte) && *byte != b'_');
        let dotted = match &host[label..] {
            [b'.', next, ..] => is_label(*next),
            [b'/', ..] => true,
            [b'[' | b'(' | b'{', b'.', ..] => true,
            [b' ', b'.', next, ..] => next.is_ascii_lowercase(),
            _ => false,
        };
        if label > 0 && dotted {
            end += 1;
        }
    }
    let next = *bytes.get(end)?;
    if !is_label(next) && next != b'[' {
        return None;
    }
    let odd = odd_host(bytes, end);
    if odd.is_none() && !hidden && &bytes[start + length..end] == b"://" {
        return None;
    }
    match odd {
        Some((host_end, host)) => Some(Rewriting {
            start,
            end: host_end,
            with: With::Owned(format!("{scheme}{host}")),
        }),
        None => rewriting(start, end, scheme),
    }
}

/// A scheme's name with its separator, and whether it was hidden.
fn scheme_of(word: &[u8]) -> Option<(&'static str, bool)> {
    const PLAIN: [(&str, &str); 8] = [
        ("http", "http://"),
        ("https", "https://"),
        ("ftp", "ftp://"),
        ("ftps", "ftps://"),
        ("sftp", "sftp://"),
        ("tcp", "tcp://"),
        ("udp", "udp://"),
        ("wss", "wss://"),
    ];
    for (name, scheme) in PLAIN {
        if word.eq_ignore_ascii_case(name.as_bytes()) {
            return Some((scheme, false));
        }
    }
    let lower = |byte: &u8| byte | 0x20;
    let blind = |byte: &u8| matches!(byte, b't' | b'T' | b'x' | b'X' | b'*' | b'_' | b'0' | b'?');
    let all_x = word.iter().all(|byte| lower(byte) == b'x');
    Some(match word {
        [b'x' | b'X', _, _, _] if all_x => ("http://", true),
        [b'x' | b'X', x @ .., b's' | b'S']
            if x.len() == 3 && x.iter().all(|b| lower(b) == b'x') =>
        {
            ("https://", true)
        }
        [h, a, b, p]
            if lower(h) == b'h' && blind(a) && blind(b) && matches!(lower(p), b'p' | b'x') =>
        {
            ("http://", true)
        }
        [h, a, b, c, p]
            if lower(h) == b'h'
                && [a, b, c].iter().all(|byte| **byte == b'_')
                && lower(p) == b'p' =>
        {
            ("http://", true)
        }
        [h, a, b, p, s]
            if lower(h) == b'h'
                && blind(a)
                && blind(b)
                && matches!(lower(p), b'p' | b'x')
                && matches!(lower(s), b's' | b'x') =>
        {
            ("https://", true)
        }
        [h, p, q] if lower(h) == b'h' && lower(q) == b'p' && matches!(lower(p), b'p' | b'x') => {
            ("http://", true)
        }
        [f, t, p] if lower(f) == b'f' && blind(t) && matches!(lower(p), b'p' | b'x') => {
            ("ftp://", true)
        }
        _ => return None,
    })
}

/// Whether an IPv6 address stands in the bracket that `bytes` begin with.
fn is_literal(bytes: &[u8]) -> bool {
    let inside = run_length(&bytes[1..], 48, |byte| {
        byte.is_ascii_hexdigit() || matches!(byte, b':' | b'.')
    });
    bytes.get(1 + inside) == Some(&b']') && bytes[1..1 + inside].contains(&b':')
}

/// A host with commas for dots (`192,0,2,1`, `evil,example`) or with a space before its last dot
/// (`evil .example/`), as it is meant, and where it ends.
fn odd_host(bytes: &[u8], from: usize) -> Option<(usize, String)> {
    let window = &bytes[from..bytes.len().min(from + AHEAD)];
    let plain = run_length(window, AHEAD, |byte| {
        byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.')
    });
    match &window[plain..] {
        [b',', next, ..] if next.is_ascii_alphanumeric() && !window[..plain].contains(&b'.') => {
            let length = run_length(window, AHEAD, |byte| {
                byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b',')
            });
            let host = std::str::from_utf8(&window[..length]).ok()?;
            let host = host.trim_end_matches([',', '.']);
            let meant = host.replace(',', ".");
            let named = crate::web::domain(&meant).is_ok() || crate::web::ipv4(&meant).is_ok();
            named.then_some((from + host.len(), meant))
        }
        [b' ', b'.', next, ..] if next.is_ascii_lowercase() && plain > 0 => {
            let last = run_length(&window[plain + 2..], AHEAD, u8::is_ascii_lowercase);
            let end = plain + 2 + last;
            let host = std::str::from_utf8(&window[..plain]).ok()?;
            let suffix = std::str::from_utf8(&window[plain + 2..end]).ok()?;
            let meant = format!("{host}.{suffix}");
            crate::web::domain(&meant).ok()?;
            Some((from + end, meant))
        }
        _ => None,
    }
}

/// `evil\.example`, `https:\/\/`. A path has other backslashes before.
fn backslash(bytes: &[u8], at: usize) -> Option<Rewriting> {
    let run = run_length(&bytes[at..], 8, |byte| *byte == b'\\');
    match bytes.get(at + run)? {
        b'.' => {
            let end = at + run + 1;
            let between = at > 0
                && is_label(bytes[at - 1])
                && bytes.get(end).is_some_and(|byte| is_label(*byte));
            let before = &bytes[at.saturating_sub(AHEAD)..at];
            let token = before
                .iter()
                .rposition(|byte| byte.is_ascii_whitespace())
                .map_or(before, |space| &before[space + 1..]);
            let path = token
                .iter()
                .zip(token.iter().skip(1).chain(Some(&b'x')))
                .any(|(byte, next)| *byte == b'\\' && !matches!(next, b'.' | b'\\' | b'/'));
            (between && !path).then_some(rewriting(at, end, "."))?
        }
        // As JSON writes it.
        b'/' if run == 1 => rewriting(at, at + 2, "/"),
        _ => None,
    }
}

/// `evil^.example` and `192<.>0<.>2<.>1`.
fn escaped_dot(bytes: &[u8], at: usize) -> Option<Rewriting> {
    let end = match &bytes[at..] {
        [b'^', b'.', ..] => at + 2,
        [b'<', b'.', b'>', ..] => at + 3,
        _ => return None,
    };
    let between =
        at > 0 && is_label(bytes[at - 1]) && bytes.get(end).is_some_and(|byte| is_label(*byte));
    between.then_some(rewriting(at, end, "."))?
}

/// A Cyrillic О for a zero in a number.
fn cyrillic_zero(bytes: &[u8], at: usize) -> Option<Rewriting> {
    if !matches!(bytes[at + 1], 0xBE | 0x9E) {
        return None;
    }
    let end = at + 2;
    let before = at.checked_sub(1).map(|i| bytes[i]);
    let after = bytes.get(end).copied();
    let digit = |byte: Option<u8>| byte.is_some_and(|byte| byte.is_ascii_digit());
    let letter =
        |byte: Option<u8>| byte.is_some_and(|byte| byte >= 0x80 || byte.is_ascii_alphabetic());
    let in_number = digit(before) || digit(after);
    (in_number && !letter(before) && !letter(after)).then_some(rewriting(at, end, "0"))?
}

/// Digits of Arabic and Persian, but for those of a word.
fn arabic_digit(bytes: &[u8], at: usize) -> Option<Rewriting> {
    let base = if bytes[at] == 0xD9 { 0xA0 } else { 0xB0 };
    let is_digit = |pair: Option<&[u8]>| match pair {
        Some([0xD9, low]) => (0xA0..=0xA9).contains(low),
        Some([0xDB, low]) => (0xB0..=0xB9).contains(low),
        Some([_, last]) => last.is_ascii(),
        _ => true,
    };
    let value = bytes[at + 1]
        .checked_sub(base)
        .filter(|value| *value < 10)?;
    let after = bytes.get(at + 2..at + 4);
    let alone = is_digit(at.checked_sub(2).and_then(|from| bytes.get(from..at)))
        && (after.is_none() || after.is_some_and(|pair| pair[0].is_ascii()) || is_digit(after));
    alone.then_some(Rewriting {
        start: at,
        end: at + 2,
        with: With::Ascii(b'0' + value),
    })
}

/// Letters and digits of mathematics, which pass for bold or italic ones.
fn mathematical(bytes: &[u8], at: usize) -> Option<Rewriting> {
    let character = std::str::from_utf8(&bytes[at..at + 4])
        .ok()?
        .chars()
        .next()? as u32;
    let ascii = match character {
        0x1D400..=0x1D6A3 => {
            let letter = ((character - 0x1D400) % 52) as u8;
            if letter < 26 {
                b'A' + letter
            } else {
                b'a' + letter - 26
            }
        }
        0x1D7CE..=0x1D7FF => b'0' + ((character - 0x1D7CE) % 10) as u8,
        _ => return None,
    };
    Some(Rewriting {
        start: at,
        end: at + 4,
        with: With::Ascii(ascii),
    })
}

/// Characters of three bytes: invisible ones go, wide ones become ASCII.
fn wide(bytes: &[u8], at: usize) -> Option<Rewriting> {
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
        // A digit drawn on a key.
        '\u{FE0F}' if at > 0 && bytes[at - 1].is_ascii_digit() => With::Text(""),
        '\u{20E3}' => With::Text(""),
        '\u{2000}'..='\u{200A}' | '\u{202F}' | '\u{205F}' | '\u{3000}' => With::Text(" "),
        '\u{2010}' | '\u{2011}' => With::Text("-"),
        '\u{2024}' | '\u{3002}' | '\u{FE52}' | '\u{FF61}' => With::Text("."),
        '\u{FE6B}' => With::Text("@"),
        '\u{FF01}'..='\u{FF5E}' => With::Ascii((character as u32 - 0xFF01 + 0x21) as u8),
        _ => return None,
    };
    Some(Rewriting {
        start: at,
        end: at + 3,
        with,
    })
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
        check(
            "a[.example a.]example a[.]example",
            "a.example a.example a.example",
        );
        check("jean(a)banque.example", "jean@banque.example");
        check("jean (at) banque (point) example", "jean@banque.example");
        check("jean arobase banque point example", "jean@banque.example");
        check("jean at banque point example", "jean@banque.example");
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
