//! Hosts, domains, addresses, e-mail: what the web names things by.

use std::{
    borrow::Cow,
    net::{Ipv4Addr, Ipv6Addr},
};

use url::{Host, Url};

use crate::{Flags, Kind, ParseError, Proof, extract::Scanner};

/// Longest URL that is taken; browsers and servers stop earlier.
pub(crate) const MAX_URL: usize = 16 * 1024;
/// Longest host name, by RFC 1035.
pub(crate) const MAX_HOST: usize = 253;

/// Names that no registry sells (RFC 2606): kept, because examples and tests are written with them.
const EXAMPLE_SUFFIXES: [&str; 3] = ["example", "test", "invalid"];

/// A host in lower-case Punycode, when it lies under a known suffix.
pub(crate) fn domain(text: &str) -> Result<(String, Proof), ParseError> {
    let shape = ParseError::Shape { kind: Kind::Domain };
    let text = text.strip_suffix('.').unwrap_or(text);
    // Punycode may be shorter than what it spells, but never by this much.
    if text.is_empty() || text.len() > 4 * MAX_HOST {
        return Err(shape);
    }
    let ascii = host_to_ascii(text).ok_or(shape.clone())?;
    if !has_labels(&ascii) {
        return Err(shape);
    }
    let proof = suffix_proof(&ascii).ok_or(ParseError::UnknownSuffix)?;
    Ok((ascii.into_owned(), proof))
}

fn host_to_ascii(text: &str) -> Option<Cow<'_, str>> {
    let plain = text.bytes().all(|byte| {
        byte.is_ascii_lowercase() || byte.is_ascii_digit() || matches!(byte, b'-' | b'.' | b'_')
    });
    if plain && !text.contains("xn--") {
        return Some(Cow::Borrowed(text));
    }
    if text.is_ascii() && !text.to_ascii_lowercase().contains("xn--") {
        return Some(Cow::Owned(text.to_ascii_lowercase()));
    }
    idna::domain_to_ascii(text).ok().map(Cow::Owned)
}

/// At least two labels, each of a legal form, the last one no number.
fn has_labels(host: &str) -> bool {
    let legal = |label: &str| {
        !label.is_empty()
            && label.len() <= 63
            && !label.starts_with('-')
            && !label.ends_with('-')
            && label
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'))
    };
    let last = host.rsplit('.').next().unwrap_or_default();
    host.len() <= MAX_HOST
        && host.contains('.')
        && host.split('.').all(legal)
        && last.len() > 1
        && (last.starts_with("xn--") || last.bytes().all(|byte| byte.is_ascii_lowercase()))
}

fn suffix_proof(host: &str) -> Option<Proof> {
    if is_example_host(host) {
        return Some(Proof::Shape);
    }
    let suffix = psl::suffix(host.as_bytes())?;
    // A whole suffix is nobody's, except those that a company runs, such as a blog platform.
    let owned = suffix.as_bytes().len() < host.len() || suffix.typ() == Some(psl::Type::Private);
    (suffix.is_known() && owned).then_some(Proof::KnownSuffix)
}

fn is_example_host(host: &str) -> bool {
    let mut labels = host.rsplit('.');
    let top = labels.next().unwrap_or_default();
    EXAMPLE_SUFFIXES.contains(&top)
        || (labels.next() == Some("example") && matches!(top, "com" | "net" | "org"))
}

/// The part of a host that somebody registered.
pub(crate) fn registrable(host: &str) -> Option<&str> {
    let top = host.rsplit('.').next()?;
    if EXAMPLE_SUFFIXES.contains(&top) {
        let before = &host[..host.len() - top.len() - 1];
        return Some(&host[before.rfind('.').map_or(0, |dot| dot + 1)..]);
    }
    psl::domain_str(host)
}

/// A URL with or without its scheme; `https` is assumed, since address bars hide it.
pub(crate) fn url(text: &str) -> Result<(Url, Proof), ParseError> {
    let shape = ParseError::Shape { kind: Kind::Url };
    if text.len() > MAX_URL {
        return Err(ParseError::TooLong { kind: Kind::Url });
    }
    if text.contains("://")
        && let Some(parsed) = url_with_scheme(text)
    {
        return parsed;
    }
    let host_end = text.find(['/', ':', '?', '#']).ok_or(shape.clone())?;
    if domain(&text[..host_end]).is_err() && ipv4(&text[..host_end]).is_err() {
        return Err(shape);
    }
    url_with_scheme(&format!("https://{text}")).unwrap_or(Err(shape))
}

/// A URL in its canonical form.
pub(crate) fn read_url(text: &str) -> Result<(String, Proof), ParseError> {
    url(text).map(|(url, proof)| (url.into(), proof))
}

/// `None` when the scheme is not one of the web's.
fn url_with_scheme(text: &str) -> Option<Result<(Url, Proof), ParseError>> {
    let scheme = &text[..text.find("://")?];
    if !["https", "http", "ftp"]
        .iter()
        .any(|known| scheme.eq_ignore_ascii_case(known))
    {
        return None;
    }
    let Ok(mut url) = Url::parse(text) else {
        return Some(Err(ParseError::Shape { kind: Kind::Url }));
    };
    if let Some(host) = url.host_str()
        && host.ends_with('.')
    {
        let bare = host.trim_end_matches('.').to_owned();
        if url.set_host(Some(&bare)).is_err() {
            return Some(Err(ParseError::Shape { kind: Kind::Url }));
        }
    }
    let proof = match url.host() {
        Some(Host::Domain(host)) => match domain(host) {
            Ok((_, proof)) => proof,
            // A private or unknown name: a scheme before it is reason enough to keep it.
            Err(_) if has_labels(host) || host == "localhost" => Proof::Shape,
            Err(error) => return Some(Err(error)),
        },
        Some(Host::Ipv4(_) | Host::Ipv6(_)) => Proof::Valid,
        None => return Some(Err(ParseError::Shape { kind: Kind::Url })),
    };
    if url.as_str().len() > MAX_URL {
        return Some(Err(ParseError::TooLong { kind: Kind::Url }));
    }
    Some(Ok((url, proof)))
}

/// Four decimal numbers. Leading zeros are refused: French phones are written so.
pub(crate) fn ipv4(text: &str) -> Result<(String, Proof), ParseError> {
    let address: Ipv4Addr = text
        .parse()
        .map_err(|_| ParseError::Shape { kind: Kind::Ipv4 })?;
    Ok((address.to_string(), Proof::Valid))
}

pub(crate) fn ipv6(text: &str) -> Result<(String, Proof), ParseError> {
    let shape = ParseError::Shape { kind: Kind::Ipv6 };
    let text = text
        .strip_prefix('[')
        .and_then(|rest| rest.strip_suffix(']'))
        .unwrap_or(text);
    let address: Ipv6Addr = text.parse().map_err(|_| shape.clone())?;
    let canonical = address.to_string();
    // "::" and "a::b" are more often code than addresses.
    if !canonical.bytes().any(|byte| byte.is_ascii_digit()) {
        return Err(shape);
    }
    Ok((canonical, Proof::Valid))
}

pub(crate) fn email(text: &str) -> Result<(String, Proof), ParseError> {
    let shape = ParseError::Shape { kind: Kind::Email };
    let text = text.strip_prefix("mailto:").unwrap_or(text);
    let (local, host) = text.rsplit_once('@').ok_or(shape.clone())?;
    let local = local.to_lowercase();
    let sane = !local.is_empty()
        && local.len() <= 64
        && !local.starts_with('.')
        && !local.ends_with('.')
        && !local.contains("..")
        && local.chars().all(is_local);
    if !sane {
        return Err(shape);
    }
    let (host, proof) = domain(host)?;
    Ok((fold_mailbox(&local, &host), proof))
}

pub(crate) fn onion(text: &str) -> Result<(String, Proof), ParseError> {
    let _ = text;
    Err(ParseError::Shape { kind: Kind::Onion })
}

pub(crate) fn cidr(text: &str) -> Result<(String, Proof), ParseError> {
    let _ = text;
    Err(ParseError::Shape { kind: Kind::Cidr })
}

pub(crate) fn asn(text: &str) -> Result<(String, Proof), ParseError> {
    let _ = text;
    Err(ParseError::Shape { kind: Kind::Asn })
}

pub(crate) fn mac(text: &str) -> Result<(String, Proof), ParseError> {
    let _ = text;
    Err(ParseError::Shape { kind: Kind::Mac })
}

pub(crate) fn user_agent(text: &str) -> Result<(String, Proof), ParseError> {
    let _ = text;
    Err(ParseError::Shape {
        kind: Kind::UserAgent,
    })
}

/// Characters of a mailbox's name that are taken; the standard allows more, which nobody uses.
pub(crate) fn is_local(character: char) -> bool {
    character.is_ascii_alphanumeric()
        || ".-_+%'".contains(character)
        || (!character.is_ascii() && character.is_alphanumeric())
}

/// Several spellings that reach one mailbox, by the provider's own rule, become one.
fn fold_mailbox(local: &str, host: &str) -> String {
    let untagged = || match local.split_once('+') {
        Some((name, _)) if !name.is_empty() => name,
        _ => local,
    };
    if matches!(host, "gmail.com" | "googlemail.com") {
        let name = untagged().replace('.', "");
        return format!("{name}@gmail.com");
    }
    if PLUS_TAG_PROVIDERS.contains(&host) || PLUS_TAG_BRANDS.contains(&brand(host)) {
        return format!("{}@{host}", untagged());
    }
    format!("{local}@{host}")
}

const PLUS_TAG_PROVIDERS: [&str; 8] = [
    "msn.com",
    "icloud.com",
    "me.com",
    "mac.com",
    "proton.me",
    "protonmail.com",
    "pm.me",
    "fastmail.com",
];
const PLUS_TAG_BRANDS: [&str; 3] = ["outlook", "hotmail", "live"];

/// Hosts whose mailboxes belong to strangers to one another.
const MAILBOX_PROVIDERS: [&str; 40] = [
    "163.com",
    "126.com",
    "9online.fr",
    "aliceadsl.fr",
    "aol.com",
    "aol.fr",
    "bbox.fr",
    "cegetel.net",
    "club-internet.fr",
    "fastmail.com",
    "free.fr",
    "gmail.com",
    "googlemail.com",
    "icloud.com",
    "laposte.net",
    "libero.it",
    "mac.com",
    "mail.com",
    "mail.ru",
    "mailo.com",
    "me.com",
    "msn.com",
    "neuf.fr",
    "noos.fr",
    "numericable.fr",
    "orange.fr",
    "pm.me",
    "proton.me",
    "protonmail.com",
    "qq.com",
    "rocketmail.com",
    "sfr.fr",
    "t-online.de",
    "tuta.io",
    "tutanota.com",
    "wanadoo.fr",
    "web.de",
    "yopmail.com",
    "ymail.com",
    "zoho.com",
];
const MAILBOX_BRANDS: [&str; 6] = ["outlook", "hotmail", "live", "yahoo", "gmx", "yandex"];

pub(crate) fn is_mailbox_provider(host: &str) -> bool {
    MAILBOX_PROVIDERS.contains(&host) || MAILBOX_BRANDS.contains(&brand(host))
}

/// `yahoo` of `yahoo.co.uk`; nothing for a deeper name.
fn brand(host: &str) -> &str {
    match registrable(host) {
        Some(whole) if whole == host => host.split('.').next().unwrap_or_default(),
        _ => "",
    }
}

/// What a host says about itself.
pub(crate) fn host_flags(host: &str) -> Flags {
    let mut flags = Flags::default();
    if is_example_host(host) {
        flags = flags | Flags::EXAMPLE;
    }
    let top = host.rsplit('.').next().unwrap_or_default();
    if host == "localhost"
        || matches!(
            top,
            "local" | "lan" | "internal" | "home" | "localhost" | "intranet"
        )
    {
        flags = flags | Flags::PRIVATE;
    }
    if host.contains("xn--") && imitates_latin(&idna::domain_to_unicode(host).0) {
        flags = flags | Flags::HOMOGLYPH;
    }
    flags
}

pub(crate) fn ipv4_flags(address: Ipv4Addr) -> Flags {
    let [a, b, ..] = address.octets();
    let mut flags = Flags::default();
    if address.is_documentation() {
        flags = flags | Flags::EXAMPLE;
    }
    let shared = a == 100 && (64..128).contains(&b);
    if address.is_private()
        || address.is_loopback()
        || address.is_link_local()
        || address.is_unspecified()
        || shared
    {
        flags = flags | Flags::PRIVATE;
    }
    flags
}

pub(crate) fn ipv6_flags(address: Ipv6Addr) -> Flags {
    let segments = address.segments();
    let mut flags = Flags::default();
    if segments[0] == 0x2001 && segments[1] == 0xdb8 {
        flags = flags | Flags::EXAMPLE;
    }
    if address.is_loopback()
        || address.is_unspecified()
        || segments[0] & 0xfe00 == 0xfc00
        || segments[0] & 0xffc0 == 0xfe80
    {
        flags = flags | Flags::PRIVATE;
    }
    flags
}

/// Whether a label mixes Latin with look-alike scripts, or is written wholly in letters of another
/// script that pass for Latin.
fn imitates_latin(host: &str) -> bool {
    host.split('.').any(|label| {
        let mut latin = false;
        let mut other = false;
        let mut only_alike = true;
        for character in label.chars().filter(|character| character.is_alphabetic()) {
            match character {
                // Letters of Latin itself that are drawn as others.
                '\u{131}' | '\u{237}' | '\u{251}' | '\u{261}' | '\u{26A}' => return true,
                'a'..='z' | '\u{DF}'..='\u{24F}' => latin = true,
                '\u{370}'..='\u{58F}' | '\u{13A0}'..='\u{13FF}' => {
                    other = true;
                    only_alike &=
                        "аеорсухіјѕһԁԛԝѵӏ".contains(character) || "ονυ".contains(character);
                }
                _ => only_alike = false,
            }
        }
        other && (latin || only_alike)
    })
}

impl Scanner<'_> {
    /// A whole token: a network card's address, a system's number, a user agent. Answers where the walk goes on.
    pub(crate) fn network_token(&mut self, start: usize, end: usize, seen: u8) -> Option<usize> {
        let _ = (start, end, seen);
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn suffixes_must_be_known() {
        assert_eq!(
            domain("Service-Public.FR"),
            Ok(("service-public.fr".to_owned(), Proof::KnownSuffix))
        );
        assert_eq!(domain("a.香港").unwrap().0, "a.xn--j6w193g");
        assert_eq!(domain("blogspot.com").unwrap().1, Proof::KnownSuffix);
        assert_eq!(domain("photo.jpg"), Err(ParseError::UnknownSuffix));
        assert_eq!(domain("co.uk"), Err(ParseError::UnknownSuffix));
        assert_eq!(registrable("a.b.co.uk"), Some("b.co.uk"));
        assert_eq!(registrable("a.b.example"), Some("b.example"));
    }

    #[test]
    fn mailboxes_fold_by_provider() {
        for (raw, expected) in [
            ("Jean.Te.st+colis@GoogleMail.com", "jeantest@gmail.com"),
            ("jean.test+colis@outlook.fr", "jean.test@outlook.fr"),
            (
                "jean.test+colis@asso.example",
                "jean.test+colis@asso.example",
            ),
            ("+colis@gmail.com", "+colis@gmail.com"),
        ] {
            assert_eq!(
                email(raw).map(|(folded, _)| folded),
                Ok(expected.to_owned()),
                "{raw:?}"
            );
        }
        assert!(is_mailbox_provider("yahoo.co.uk") && is_mailbox_provider("laposte.net"));
        assert!(
            !is_mailbox_provider("yahoo.asso.example") && !is_mailbox_provider("live.asso.example")
        );
    }

    #[test]
    fn imitations_are_flagged() {
        let flags = |host: &str| host_flags(&domain(host).unwrap().0);
        // The first letter of the second is Cyrillic.
        assert_eq!(flags("paypal.com"), Flags::default());
        assert_eq!(flags("\u{440}aypal.com"), Flags::HOMOGLYPH);
        assert_eq!(
            flags("\u{430}\u{440}\u{440}\u{4cf}\u{435}.com"),
            Flags::HOMOGLYPH
        );
        assert_eq!(flags("société.fr"), Flags::default());
        assert_eq!(flags("пример.com"), Flags::default());
        assert_eq!(flags("a.example"), Flags::EXAMPLE);
    }
}
