//! Web pages: what a reader sees, where it leads, and what its scripts say.
//!
//! No tree is built: one pass, in which each byte is read at most a few times whatever the page is.

use crate::{Cause, Reader, under};

/// Attributes that hold addresses.
const LINKS: [&str; 12] = [
    "href",
    "src",
    "action",
    "formaction",
    "srcset",
    "poster",
    "background",
    "cite",
    "data",
    "data-href",
    "data-url",
    "data-src",
];

/// Elements that do not stand in a line of text.
const BLOCKS: [&str; 34] = [
    "p",
    "div",
    "br",
    "tr",
    "td",
    "th",
    "table",
    "li",
    "ul",
    "ol",
    "dl",
    "dt",
    "dd",
    "h1",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "hr",
    "section",
    "article",
    "header",
    "footer",
    "form",
    "option",
    "select",
    "button",
    "title",
    "body",
    "blockquote",
    "pre",
    "center",
    "address",
];

impl Reader<'_> {
    pub(crate) fn html(&mut self, path: &str, page: &str) {
        let bytes = page.as_bytes();
        let mut seen = String::new();
        let mut scripts = String::new();
        let mut links: Vec<(String, String)> = Vec::new();
        let mut at = 0;
        while at < bytes.len() {
            let Some(offset) = page[at..].find('<') else {
                push_text(&mut seen, &page[at..]);
                break;
            };
            push_text(&mut seen, &page[at..at + offset]);
            at += offset;
            let rest = &page[at..];
            if let Some(comment) = rest.strip_prefix("<!--") {
                // Kits leave their author's name in comments.
                let length = comment.find("-->").unwrap_or(comment.len());
                links.push(("comment".to_owned(), comment[..length].to_owned()));
                at += (4 + length + 3).min(rest.len());
                continue;
            }
            let Some(tag) = tag(rest) else {
                if rest.len() > 1 && is_tag_start(rest.as_bytes()[1]) {
                    // Never closed: a browser drops the rest, a reader of evidence does not.
                    self.problem(path, Cause::Odd, "a tag is not closed");
                    push_text(&mut seen, &rest[1..]);
                    break;
                }
                seen.push('<');
                at += 1;
                continue;
            };
            at += tag.length;
            if BLOCKS.contains(&tag.name.as_str()) && !seen.ends_with('\n') {
                seen.push('\n');
            }
            let refresh = tag.name == "meta"
                && tag.attributes.iter().any(|(name, value)| {
                    name == "http-equiv" && value.eq_ignore_ascii_case("refresh")
                });
            for (name, value) in &tag.attributes {
                let kept = LINKS.contains(&name.as_str())
                    || refresh && name == "content"
                    || matches!(
                        name.as_str(),
                        "value" | "content" | "alt" | "title" | "placeholder"
                    )
                    || name.starts_with("on");
                if kept && !value.trim().is_empty() {
                    let value = match value.split_once(['=']) {
                        // "0; url=https://…"
                        Some((before, address))
                            if refresh
                                && name == "content"
                                && before.trim_end().to_ascii_lowercase().ends_with("url") =>
                        {
                            address.trim_matches(['\'', '"', ' ']).to_owned()
                        }
                        _ => value.clone(),
                    };
                    links.push((format!("{} {name}", tag.name), value));
                }
            }
            if !tag.closing && matches!(tag.name.as_str(), "script" | "style") {
                let length = end_of(&bytes[at..], &tag.name);
                if tag.name == "script" {
                    scripts.push_str(&page[at..at + length]);
                    scripts.push('\n');
                }
                at += length;
            }
        }
        self.text(path, "", seen);
        for (name, value) in links {
            self.text(&under(path, &name), "", value);
        }
        self.text(&under(path, "script"), "", scripts);
    }
}

struct Tag {
    name: String,
    closing: bool,
    attributes: Vec<(String, String)>,
    length: usize,
}

fn is_tag_start(byte: u8) -> bool {
    byte.is_ascii_alphabetic() || matches!(byte, b'/' | b'!' | b'?')
}

/// A tag at the beginning of a text that begins with `<`; none when it is never closed.
fn tag(text: &str) -> Option<Tag> {
    let bytes = text.as_bytes();
    let mut at = 1;
    if !is_tag_start(*bytes.get(at)?) {
        return None;
    }
    let closing = bytes[at] == b'/';
    if closing {
        at += 1;
    }
    let name_end = at
        + run(&bytes[at..], |byte| {
            !is_space(byte) && !matches!(byte, b'>' | b'/')
        });
    let name = text.get(at..name_end)?.to_ascii_lowercase();
    at = name_end;
    let mut attributes = Vec::new();
    loop {
        at += run(&bytes[at..], |byte| is_space(byte) || byte == b'/');
        if *bytes.get(at)? == b'>' {
            let length = at + 1;
            return Some(Tag {
                name,
                closing,
                attributes,
                length,
            });
        }
        let start = at;
        // An equals sign that begins a name is part of it (HTML standard, 13.2.5.32).
        at += 1;
        at += run(&bytes[at..], |byte| {
            !is_space(byte) && !matches!(byte, b'>' | b'/' | b'=')
        });
        let name = text.get(start..at)?.to_ascii_lowercase();
        let after = at + run(&bytes[at..], is_space);
        if bytes.get(after) != Some(&b'=') {
            continue;
        }
        at = after + 1;
        at += run(&bytes[at..], is_space);
        let value = match *bytes.get(at)? {
            quote @ (b'"' | b'\'') => {
                let start = at + 1;
                let end = start + bytes[start..].iter().position(|byte| *byte == quote)?;
                at = end + 1;
                text.get(start..end)?
            }
            _ => {
                let start = at;
                at += run(&bytes[at..], |byte| !is_space(byte) && byte != b'>');
                text.get(start..at)?
            }
        };
        let mut decoded = String::new();
        push_text(&mut decoded, value);
        attributes.push((name, decoded));
    }
}

fn is_space(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t' | b'\n' | b'\r' | 0x0C)
}

fn run(bytes: &[u8], of: impl Fn(u8) -> bool) -> usize {
    bytes
        .iter()
        .position(|byte| !of(*byte))
        .unwrap_or(bytes.len())
}

/// Where the element whose text is no markup ends.
fn end_of(bytes: &[u8], name: &str) -> usize {
    let mut at = 0;
    while let Some(offset) = bytes[at..].iter().position(|byte| *byte == b'<') {
        at += offset;
        let rest = &bytes[at + 1..];
        if rest.first() == Some(&b'/')
            && rest.len() > name.len()
            && rest[1..=name.len()].eq_ignore_ascii_case(name.as_bytes())
        {
            return at;
        }
        at += 1;
    }
    bytes.len()
}

/// Appends a text with its character references undone: numbers, and the names that hide addresses.
fn push_text(out: &mut String, text: &str) {
    let mut rest = text;
    while let Some(at) = rest.find('&') {
        out.push_str(&rest[..at]);
        rest = &rest[at..];
        match reference(rest) {
            Some((character, length)) => {
                out.push(character);
                rest = &rest[length..];
            }
            None => {
                out.push('&');
                rest = &rest[1..];
            }
        }
    }
    out.push_str(rest);
}

fn reference(text: &str) -> Option<(char, usize)> {
    let bytes = text.as_bytes();
    if let Some(number) = text.strip_prefix("&#") {
        let (radix, digits, before) = match number.as_bytes().first()? {
            b'x' | b'X' => (16, &number[1..], 3),
            _ => (10, number, 2),
        };
        // Zeroes may come before, and no number has more digits than this after them.
        let length = digits
            .bytes()
            .take(16)
            .take_while(|byte| (*byte as char).is_digit(radix))
            .count();
        let code = u32::from_str_radix(digits.get(..length)?, radix).ok()?;
        let end = before + length;
        let semicolon = usize::from(bytes.get(end) == Some(&b';'));
        return Some((char::from_u32(code)?, end + semicolon));
    }
    let length = bytes[1..].iter().take(8).position(|byte| *byte == b';')?;
    let character = match text.get(1..=length)? {
        "amp" | "AMP" => '&',
        "lt" => '<',
        "gt" => '>',
        "quot" => '"',
        "apos" => '\'',
        "nbsp" => ' ',
        "shy" | "ZeroWidthSpace" | "zwnj" | "zwj" => '\u{200B}',
        "period" => '.',
        "colon" => ':',
        "sol" => '/',
        "commat" => '@',
        "num" => '#',
        "lpar" => '(',
        "rpar" => ')',
        "plus" => '+',
        "dash" | "hyphen" => '-',
        "lowbar" => '_',
        "quest" => '?',
        "equals" => '=',
        "euro" => '€',
        "eacute" => 'é',
        "Eacute" => 'É',
        "egrave" => 'è',
        "ecirc" => 'ê',
        "agrave" => 'à',
        "acirc" => 'â',
        "ccedil" => 'ç',
        "ocirc" => 'ô',
        "ucirc" => 'û',
        "ugrave" => 'ù',
        "icirc" => 'î',
        "iuml" => 'ï',
        "euml" => 'ë',
        "laquo" => '«',
        "raquo" => '»',
        "rsquo" => '’',
        "lsquo" => '‘',
        "ldquo" => '“',
        "rdquo" => '”',
        "hellip" => '…',
        "ndash" => '–',
        "mdash" => '—',
        "deg" => '°',
        "copy" => '©',
        _ => return None,
    };
    Some((character, length + 2))
}
