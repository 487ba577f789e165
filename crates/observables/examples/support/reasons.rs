//! Why the recorded cases of other extractors and ours differ: one rule a reason. `tests/differences.rs` holds each
//! with a text of our own. A difference that no rule names is one to look at.

use observables::{Extraction, Kind, Observable, ParseError, extract};

/// Suffixes that are names of files far more often than of sites.
const FILES: [&str; 5] = [".py", ".sh", ".zip", ".pl", ".md"];
/// Hosts of mailboxes that strangers share.
const PROVIDERS: [&str; 4] = ["gmail.com", "yahoo.com", "hotmail.com", "outlook.com"];

/// Why a value that the peer takes out of a text is none of ours.
pub(crate) fn of_missed(kind: Kind, value: &str, text: &str) -> Option<&'static str> {
    let found = extract(text);
    let parsed = Observable::parse(kind, value);
    if matches!(parsed, Err(ParseError::UnknownSuffix)) {
        return Some("a suffix that no registry runs");
    }
    match kind {
        Kind::Url => of_missed_url(value, text, &found),
        Kind::Domain => of_missed_domain(value, text, &found),
        Kind::Ipv4 => of_missed_address(value, text, &found),
        Kind::Email => {
            let local = value.rsplit_once('@').map_or("", |(local, _)| local);
            if local.contains(['/', '=', '\\']) || text.contains('\\') {
                return Some("signs that no mailbox has outside quotes");
            }
            let host = value.rsplit_once('@').map_or("", |(_, host)| host);
            host.parse::<std::net::IpAddr>()
                .is_ok()
                .then_some("a mailbox at a bare number")
        }
        Kind::Phone => Some("a number without its region: seven digits ring nowhere"),
        Kind::Md5 | Kind::Sha1 | Kind::Sha256 | Kind::Sha512 => of_missed_hash(value, text, &found),
        Kind::Attack if text.contains("://") => Some("inside a URL"),
        Kind::Attack => Some("small letters without ATT&CK beside them"),
        Kind::Btc => Some("no address: its check fails, or it is cut out of a longer one"),
        Kind::UserAgent => Some("the words behind a browser's name taken with it"),
        _ => None,
    }
}

fn of_missed_url(value: &str, text: &str, found: &Extraction) -> Option<&'static str> {
    if value.trim().contains(char::is_whitespace) {
        return Some("white space in a URL");
    }
    let spaced = ["://", ":\\\\", "__"]
        .iter()
        .any(|sign| text.contains(&format!("{sign} ")));
    if spaced {
        return Some("a word behind a scheme and a space");
    }
    if value.contains("__") || !value.contains(['.', ']']) {
        return Some("prose, or a name in a program");
    }
    if Observable::parse(Kind::Domain, value).is_ok()
        || Observable::parse(Kind::Ipv4, value).is_ok()
    {
        return Some("a name or an address alone is no URL");
    }
    if !value.contains("://") && text.contains(&format!(":{value}")) {
        return Some("user and password are of the authority");
    }
    let bare = value.trim_end_matches('/');
    if Observable::parse(Kind::Domain, bare).is_ok() {
        return Some("a name and a slash without a scheme are the name");
    }
    if value.contains("://[") || value.ends_with('[') {
        return Some("brackets that are no part of a URL");
    }
    if value.contains("[.]") {
        return Some("brackets around a dot of the path are undone too");
    }
    let longer = found
        .hits
        .iter()
        .any(|hit| hit.kind == Kind::Url && hit.canonical.contains(','));
    longer.then_some("a comma is legal in a path")
}

fn of_missed_domain(value: &str, text: &str, found: &Extraction) -> Option<&'static str> {
    let value = value.to_ascii_lowercase();
    let inside = found.hits.iter().any(|hit| {
        let raw = text[hit.span.clone()].to_ascii_lowercase();
        matches!(hit.kind, Kind::Url | Kind::Path | Kind::Listing) && raw.contains(&value)
    });
    if inside {
        return Some("a name in the path or the query of a URL, or in a file's path");
    }
    if PROVIDERS.contains(&&*value) {
        return Some("the domain of a mailbox provider");
    }
    if FILES.iter().any(|suffix| value.ends_with(suffix)) {
        return Some("a file's name");
    }
    let label = value
        .split('.')
        .any(|label| label.starts_with('-') || label.ends_with('-'));
    if label || text.contains('%') {
        return Some("no host is named so (RFC 1123), or its first digits are an escape's");
    }
    text.contains('\\')
        .then_some("signs that no mailbox has outside quotes")
}

fn of_missed_address(value: &str, text: &str, found: &Extraction) -> Option<&'static str> {
    let zero = text
        .split(|sign: char| !sign.is_ascii_digit())
        .any(|number| number.len() > 1 && number.starts_with('0'));
    if zero {
        return Some("leading zeros are read in two ways (RFC 6943)");
    }
    let network = found
        .hits
        .iter()
        .any(|hit| hit.kind == Kind::Cidr && text[hit.span.clone()].starts_with(value));
    if network {
        return Some("the address of a network is no host's");
    }
    text.split_whitespace()
        .any(|word| word.matches('.').count() > 3)
        .then_some("eight numbers with dots")
}

fn of_missed_hash(value: &str, text: &str, found: &Extraction) -> Option<&'static str> {
    let first = value.bytes().next()?;
    if value.bytes().all(|byte| byte == first) {
        return Some("one character all along is a placeholder");
    }
    if text.contains(&format!("0x{value}")) || text.contains(&format!("0X{value}")) {
        return Some("0x and forty digits are an address of Ethereum");
    }
    let inside = found
        .hits
        .iter()
        .any(|hit| hit.kind != Kind::Md5 && text[hit.span.clone()].contains(value));
    if inside {
        return Some("inside another observable");
    }
    let at = text.find(value)?;
    let glued = |byte: Option<&u8>| byte.is_some_and(u8::is_ascii_alphanumeric);
    let before = at.checked_sub(1).and_then(|at| text.as_bytes().get(at));
    (glued(before) || glued(text.as_bytes().get(at + value.len())))
        .then_some("glued to letters: a part of something longer")
}

/// Why a hit of ours is none of the peer's.
pub(crate) fn of_more(kind: Kind, canonical: &str, text: &str) -> Option<&'static str> {
    match kind {
        Kind::Url => of_more_url(canonical, text),
        Kind::Domain if text.contains('%') => {
            Some("no host is named so (RFC 1123), or its first digits are an escape's")
        }
        Kind::Email if canonical.starts_with('"') => {
            Some("a mailbox name in quotes is one (RFC 5321)")
        }
        Kind::Email if canonical.contains("jabber") || canonical.contains("xmpp") => {
            Some("an address of XMPP has the form of a mailbox")
        }
        Kind::Email if canonical.find('@') == Some(1) => Some("a mailbox name of one letter"),
        Kind::Email if text.contains('/') || text.contains('=') => {
            Some("signs that no mailbox has outside quotes")
        }
        Kind::Ipv6 => Some("short addresses are valid (RFC 4291)"),
        Kind::Attack => Some("one kind holds the identifiers of all matrices"),
        Kind::Path => Some("a path needs no extension"),
        Kind::Analytics => Some("case is folded"),
        Kind::UserAgent => Some("the words behind a browser's name taken with it"),
        Kind::Yara => Some("a rule whose end is cut off is named"),
        _ => None,
    }
}

fn of_more_url(canonical: &str, text: &str) -> Option<&'static str> {
    if text.contains(" /") || text.contains(" .") || text.contains(" [") || text.contains("\t/") {
        return Some("white space in a URL");
    }
    if canonical.contains('@') {
        return Some("user and password are of the authority");
    }
    if canonical.contains(',') {
        return Some("a comma is legal in a path");
    }
    let spaced = ["://", ":\\\\", "__"]
        .iter()
        .any(|sign| text.contains(&format!("{sign} ")));
    if spaced {
        return Some("a word behind a scheme and a space");
    }
    if !text.contains('.') {
        return Some("a URL in Base64 or hexadecimal digits is read");
    }
    if text.contains("[.]") {
        return Some("brackets around a dot of the path are undone too");
    }
    text.contains(&canonical.trim_end_matches('/')[canonical.find("://").map_or(0, |at| at + 3)..])
        .then_some("another list of the same text: with or without a scheme, cut or whole")
}
