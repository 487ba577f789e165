//! Hosts, domains, addresses, e-mail: what the web names things by.

use std::{
    borrow::Cow,
    net::{Ipv4Addr, Ipv6Addr},
};

use sha3::{Digest, Sha3_256};
use url::{Host, Url};

use crate::{
    Flags, Kind, ParseError, Proof,
    context::Topics,
    extract::{AT, COLON, DIGIT, SLASH, Scanner, ends_token},
};

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
    if !has_labels(&ascii) || onion_label(&ascii).is_some() {
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
    let last = host.rsplit('.').next().unwrap_or_default();
    has_legal_labels(host)
        && host.contains('.')
        && last.len() > 1
        && (last.starts_with("xn--") || last.bytes().all(|byte| byte.is_ascii_lowercase()))
}

/// A name that a resolver takes, such as a machine's of a private network.
fn has_legal_labels(host: &str) -> bool {
    let legal = |label: &str| {
        !label.is_empty()
            && label.len() <= 63
            && !label.starts_with('-')
            && !label.ends_with('-')
            && label
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'))
    };
    host.len() <= MAX_HOST && host.split('.').all(legal)
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
    let host = &text[..host_end];
    // No certificate authority is asked for an onion service, and few of them answer to `https`.
    let scheme = if onion(host).is_ok() { "http" } else { "https" };
    if scheme == "https" && domain(host).is_err() && ipv4(host).is_err() {
        return Err(shape);
    }
    url_with_scheme(&format!("{scheme}://{text}")).unwrap_or(Err(shape))
}

/// Schemes that name a host and are none of the web's, as analysts write where a program calls.
pub(crate) const OTHER_SCHEMES: [&str; 6] = ["sftp", "ftps", "tcp", "udp", "wss", "ws"];

/// A URL of any scheme that is taken: its canonical form, and how the web would read it. A host without
/// scheme before it is read as [`url`] does.
pub(crate) fn any_url(text: &str) -> Result<(Url, String, Proof), ParseError> {
    if text.len() > MAX_URL {
        return Err(ParseError::TooLong { kind: Kind::Url });
    }
    if let Some((scheme, rest)) = text.split_once("://") {
        let host_end = rest.find(['/', '?', '#']).unwrap_or(rest.len());
        let (host, path) = rest.split_at(host_end);
        // Without the brackets it needs: all of it is taken as the address.
        if host.bytes().filter(|byte| *byte == b':').count() > 1
            && host.len() < 48
            && ipv6(host).is_ok()
            && !host.starts_with('[')
        {
            return any_url(&format!("{scheme}://[{host}]{path}"));
        }
        let other = OTHER_SCHEMES
            .iter()
            .find(|other| scheme.eq_ignore_ascii_case(other));
        if let Some(other) = other {
            let stand_in = stand_in(host);
            let (url, proof) = url(&format!("{stand_in}://{rest}"))?;
            let canonical = format!("{other}{}", &url.as_str()[stand_in.len()..]);
            return Ok((url, canonical, proof));
        }
    }
    let (url, proof) = url(text)?;
    let canonical = url.as_str().to_owned();
    Ok((url, canonical, proof))
}

/// A scheme of the web whose default port is not the one that is written.
fn stand_in(host: &str) -> &'static str {
    if host.ends_with(":80") {
        "https"
    } else {
        "http"
    }
}

/// How the web would read the canonical form of a URL.
pub(crate) fn url_of_canonical(canonical: &str) -> Option<Url> {
    let (scheme, rest) = canonical.split_once("://")?;
    if OTHER_SCHEMES.contains(&scheme) {
        return Url::parse(&format!("http://{rest}")).ok();
    }
    Url::parse(canonical).ok()
}

/// Where a URL leads on to, with its canonical form: redirectors, protected links of mails and counters of clicks carry
/// the whole address in a value of the query or behind their path.
pub(crate) fn target(url: &Url) -> Option<(Url, String)> {
    let whole = |text: &str| {
        let scheme = text.get(..8)?.to_ascii_lowercase();
        let is_web = scheme.starts_with("http://") || scheme == "https://";
        let (url, canonical, _) = is_web.then(|| any_url(text).ok())??;
        Some((url, canonical))
    };
    if let Some(found) = url.query_pairs().find_map(|(_, value)| whole(&value)) {
        return Some(found);
    }
    let path = unescaped(url.path().as_bytes());
    let path = String::from_utf8_lossy(&path);
    let start = path.find("/http")? + 1;
    let query = url
        .query()
        .map_or(String::new(), |query| format!("?{query}"));
    whole(&format!("{}{query}", &path[start..]))
}

/// A URL in its canonical form.
pub(crate) fn read_url(text: &str) -> Result<(String, Proof), ParseError> {
    any_url(text).map(|(_, canonical, proof)| (canonical, proof))
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
            Err(_) if is_machine(host) => onion(host).map_or(Proof::Shape, |(_, proof)| proof),
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

/// A name with letters in it that a scheme stands before: `intranet`, `nas.lan`, `a.b`.
fn is_machine(host: &str) -> bool {
    has_legal_labels(host)
        && host.len() > 1
        && host != "www"
        && host.bytes().any(|byte| byte.is_ascii_lowercase())
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
    let text = match text.get(..7) {
        Some(scheme) if scheme.eq_ignore_ascii_case("mailto:") => &text[7..],
        _ => text,
    };
    let (local, host) = text.rsplit_once('@').ok_or(shape.clone())?;
    if local.len() > 4 * 64 {
        return Err(shape);
    }
    let local = local.to_lowercase();
    let quoted = local
        .strip_prefix('"')
        .and_then(|rest| rest.strip_suffix('"'));
    let local = match quoted {
        // Quotes around a plain name say nothing (RFC 5321, 4.1.2).
        Some(inside) if is_dot_atom(inside) => inside,
        Some(inside) if is_quotable(inside) => &local,
        None if is_dot_atom(&local) => &local,
        _ => return Err(shape),
    };
    if let Some(literal) = host.strip_prefix('[') {
        let literal = literal.strip_suffix(']').ok_or(shape.clone())?;
        let host = address_literal(literal).ok_or(shape)?;
        return Ok((format!("{local}@[{host}]"), Proof::Shape));
    }
    if let Ok((host, proof)) = onion(host) {
        return Ok((format!("{local}@{host}"), proof));
    }
    let (host, proof) = domain(host)?;
    Ok((fold_mailbox(local, &host), proof))
}

fn is_dot_atom(local: &str) -> bool {
    !local.is_empty()
        && local.chars().count() <= 64
        && !local.starts_with('.')
        && !local.ends_with('.')
        && !local.contains("..")
        && local.chars().all(is_local)
}

/// What may stand between the quotes of a mailbox's name; spaces, which the standard allows, are
/// more often those between two quoted words.
fn is_quotable(inside: &str) -> bool {
    let plain = |byte: u8| byte > b' ' && !matches!(byte, b'"' | b'\\' | 0x7F);
    (1..=62).contains(&inside.len()) && inside.bytes().all(plain)
}

/// The address between the brackets of `jean@[192.0.2.1]`, as RFC 5321 writes it.
pub(crate) fn address_literal(literal: &str) -> Option<String> {
    if let Some(address) = literal
        .get(..5)
        .filter(|tag| tag.eq_ignore_ascii_case("ipv6:"))
    {
        let address: Ipv6Addr = literal[address.len()..].parse().ok()?;
        return Some(format!("ipv6:{address}"));
    }
    ipv4(literal).ok().map(|(address, _)| address)
}

/// An onion service's address, without its sub-domains. Version 3 carries a checksum (Tor's
/// rend-spec-v3, section 6); version 2, which no client reaches since 2021, has none.
pub(crate) fn onion(text: &str) -> Result<(String, Proof), ParseError> {
    let shape = ParseError::Shape { kind: Kind::Onion };
    let text = text.strip_suffix('.').unwrap_or(text);
    if text.len() > MAX_HOST || !ends_in_onion(text) {
        return Err(shape);
    }
    let host = text.to_ascii_lowercase();
    if !has_legal_labels(&host) {
        return Err(shape);
    }
    let label = onion_label(&host).ok_or(shape)?;
    let proof = match label.len() {
        16 => Proof::Shape,
        _ if onion_checksum(label) => Proof::Checksum,
        _ => return Err(ParseError::Checksum { kind: Kind::Onion }),
    };
    Ok((format!("{label}.onion"), proof))
}

pub(crate) fn ends_in_onion(host: &str) -> bool {
    let end = host.len().saturating_sub(6);
    host.as_bytes()[end..].eq_ignore_ascii_case(b".onion")
}

/// The label of a lower-case host that names an onion service of version 2 or 3 by its form.
fn onion_label(host: &str) -> Option<&str> {
    let label = host.strip_suffix(".onion")?.rsplit('.').next()?;
    let base32 = |byte: u8| byte.is_ascii_lowercase() || matches!(byte, b'2'..=b'7');
    (matches!(label.len(), 16 | 56) && label.bytes().all(base32)).then_some(label)
}

/// Whether the two bytes after the key of 32 are those of SHA3-256 over a prefix, the key and the
/// version, and the version is 3.
fn onion_checksum(label: &str) -> bool {
    let mut decoded = [0u8; 35];
    let (mut bits, mut held, mut at) = (0u32, 0, 0);
    for byte in label.bytes() {
        let value = match byte {
            b'a'..=b'z' => byte - b'a',
            _ => byte - b'2' + 26,
        };
        bits = bits << 5 | u32::from(value);
        held += 5;
        if held >= 8 {
            held -= 8;
            decoded[at] = (bits >> held) as u8;
            at += 1;
        }
    }
    let (key, rest) = decoded.split_at(32);
    let digest = Sha3_256::new()
        .chain_update(b".onion checksum")
        .chain_update(key)
        .chain_update([3])
        .finalize();
    rest[..2] == digest[..2] && rest[2] == 3
}

/// A network as its first address and the length of its prefix.
pub(crate) fn cidr(text: &str) -> Result<(String, Proof), ParseError> {
    let shape = ParseError::Shape { kind: Kind::Cidr };
    let (address, length) = text.split_once('/').ok_or(shape.clone())?;
    let plain = length.len() <= 3
        && length.bytes().all(|byte| byte.is_ascii_digit())
        && (length == "0" || !length.starts_with('0'));
    let length: u32 = match length.parse() {
        Ok(length) if plain => length,
        _ => return Err(shape),
    };
    if let Ok(address) = address.parse::<Ipv4Addr>() {
        let mask = match length {
            0 => 0,
            1..=32 => u32::MAX << (32 - length),
            _ => return Err(shape),
        };
        let network = Ipv4Addr::from(u32::from(address) & mask);
        return Ok((format!("{network}/{length}"), Proof::Valid));
    }
    let address: Ipv6Addr = address.parse().map_err(|_| shape.clone())?;
    let mask = match length {
        0 => 0,
        1..=128 => u128::MAX << (128 - length),
        _ => return Err(shape),
    };
    let network = Ipv6Addr::from(u128::from(address) & mask);
    Ok((format!("{network}/{length}"), Proof::Valid))
}

/// The number of an autonomous system: 32 bits (RFC 6793), zero reserved (RFC 7607).
pub(crate) fn asn(text: &str) -> Result<(String, Proof), ParseError> {
    let shape = ParseError::Shape { kind: Kind::Asn };
    let digits = text
        .get(..2)
        .filter(|sign| sign.eq_ignore_ascii_case("as"))
        .map(|sign| &text[sign.len()..])
        .map(|rest| rest.strip_prefix(['n', 'N']).unwrap_or(rest))
        .map(|rest| rest.strip_prefix(' ').unwrap_or(rest))
        .ok_or(shape.clone())?;
    let plain = (1..=10).contains(&digits.len())
        && !digits.starts_with('0')
        && digits.bytes().all(|byte| byte.is_ascii_digit());
    match digits.parse::<u32>() {
        Ok(number) if plain => Ok((format!("AS{number}"), Proof::Shape)),
        _ => Err(shape),
    }
}

/// Numbers that documentation (RFC 5398) and private networks (RFC 6996) use.
pub(crate) fn asn_flags(canonical: &str) -> Flags {
    match canonical[2..].parse::<u32>() {
        Ok(64_496..=64_511 | 65_536..=65_551) => Flags::EXAMPLE,
        Ok(64_512..=65_534 | 4_200_000_000..=4_294_967_294) => Flags::PRIVATE,
        _ => Flags::default(),
    }
}

/// Six pairs with colons or hyphens, or three groups of four with dots.
pub(crate) fn mac(text: &str) -> Result<(String, Proof), ParseError> {
    let shape = ParseError::Shape { kind: Kind::Mac };
    if !is_mac(text.as_bytes()) {
        return Err(shape);
    }
    let digits: Vec<u8> = text
        .bytes()
        .filter(u8::is_ascii_hexdigit)
        .map(|byte| byte.to_ascii_lowercase())
        .collect();
    let pairs: Vec<_> = digits
        .chunks(2)
        .map(|pair| String::from_utf8_lossy(pair))
        .collect();
    Ok((pairs.join(":"), Proof::Shape))
}

fn is_mac(text: &[u8]) -> bool {
    let step = match text.len() {
        17 if matches!(text[2], b':' | b'-') => 3,
        14 if text[4] == b'.' => 5,
        _ => return false,
    };
    text.iter().enumerate().all(|(at, byte)| {
        if at % step == step - 1 {
            *byte == text[step - 1]
        } else {
            byte.is_ascii_hexdigit()
        }
    })
}

/// Those that documentation uses (RFC 7042).
pub(crate) fn mac_flags(canonical: &str) -> Flags {
    if canonical.starts_with("00:00:5e:00:53:") {
        Flags::EXAMPLE
    } else {
        Flags::default()
    }
}

/// Names of programs by which a user agent begins, in lower case. A browser's needs its comment.
const BROWSERS: [&str; 3] = ["mozilla", "opera", "dalvik"];
const AGENTS: [&str; 33] = [
    "aiohttp",
    "apache-httpclient",
    "applebot",
    "axios",
    "bingbot",
    "cfnetwork",
    "curl",
    "facebookexternalhit",
    "ffuf",
    "go-http-client",
    "googlebot",
    "gobuster",
    "guzzlehttp",
    "httpie",
    "java",
    "libwww-perl",
    "lwp-trivial",
    "masscan",
    "microsoft-cryptoapi",
    "nikto",
    "node-fetch",
    "okhttp",
    "postmanruntime",
    "python-httpx",
    "python-requests",
    "python-urllib",
    "scrapy",
    "sqlmap",
    "winhttp",
    "wget",
    "wpscan",
    "yandexbot",
    "zgrab",
];
/// Words without version in the names of browsers.
const AGENT_WORDS: [&str; 6] = ["gecko", "khtml", "like", "mobile", "safari", "tablet"];
/// Longest user agent that is taken.
const MAX_AGENT: usize = 512;

pub(crate) fn user_agent(text: &str) -> Result<(String, Proof), ParseError> {
    let shape = ParseError::Shape {
        kind: Kind::UserAgent,
    };
    if text.len() > 2 * MAX_AGENT {
        return Err(shape);
    }
    let canonical = text.split_ascii_whitespace().collect::<Vec<_>>().join(" ");
    if agent_end(canonical.as_bytes()) != Some(canonical.len()) {
        return Err(shape);
    }
    Ok((canonical, Proof::Shape))
}

/// Where the user agent ends that `bytes` begin with: products (`name/1.0`), comments, a few words.
fn agent_end(bytes: &[u8]) -> Option<usize> {
    let bytes = &bytes[..bytes.len().min(MAX_AGENT)];
    let first = product(bytes)?;
    let name = &bytes[..memchr::memchr(b'/', bytes)?];
    let among = |names: &[&str]| {
        names
            .iter()
            .any(|known| name.eq_ignore_ascii_case(known.as_bytes()))
    };
    let browser = among(&BROWSERS);
    if !browser && !among(&AGENTS) {
        return None;
    }
    let mut end = first;
    let mut commented = false;
    loop {
        let spaces = bytes[end..]
            .iter()
            .take_while(|byte| **byte == b' ')
            .count();
        let next = end + spaces;
        let rest = &bytes[next..];
        if spaces == 0 || spaces > 2 || rest.is_empty() {
            break;
        }
        let length = if rest[0] == b'(' {
            commented = true;
            comment(rest)
        } else if rest.len() > 8 && rest[..8].eq_ignore_ascii_case(b"mozilla/") {
            None
        } else {
            product(rest).or_else(|| agent_word(rest))
        };
        let Some(length) = length else { break };
        end = next + length;
    }
    // A sentence may go on with one of the words.
    if browser && !commented {
        return None;
    }
    if bytes[..end].ends_with(b" like") {
        end -= 5;
    }
    Some(end)
}

/// `name/1.0`, up to white space or a sentence's end.
fn product(bytes: &[u8]) -> Option<usize> {
    let part = |byte: &&u8| byte.is_ascii_alphanumeric() || b"-_.+!:".contains(byte);
    let name = bytes.iter().take(40).take_while(part).count();
    if name == 0 || bytes.get(name) != Some(&b'/') || !bytes.get(name + 1)?.is_ascii_digit() {
        return None;
    }
    let version = bytes[name + 1..].iter().take(64).take_while(part).count();
    let mut end = name + 1 + version;
    if bytes.get(end).is_some_and(|byte| !ends_token(*byte)) {
        return None;
    }
    while matches!(bytes[end - 1], b'.' | b':' | b'!' | b'-') {
        end -= 1;
    }
    Some(end)
}

fn agent_word(bytes: &[u8]) -> Option<usize> {
    let length = bytes
        .iter()
        .take(8)
        .take_while(|byte| byte.is_ascii_alphabetic())
        .count();
    let word = &bytes[..length];
    let known = AGENT_WORDS
        .iter()
        .any(|known| word.eq_ignore_ascii_case(known.as_bytes()));
    // The full stop of the sentence may follow.
    let stop = usize::from(bytes.get(length) == Some(&b'.'));
    let ends = bytes
        .get(length + stop)
        .is_none_or(|byte| ends_token(*byte));
    (known && ends).then_some(length)
}

/// A comment in round brackets on one line; brackets may stand in it.
fn comment(bytes: &[u8]) -> Option<usize> {
    let mut depth = 0;
    for (at, byte) in bytes.iter().enumerate() {
        match byte {
            b'(' => depth += 1,
            b')' => depth -= 1,
            b'\n' | b'\r' | b'"' => return None,
            _ => {}
        }
        if depth == 0 {
            return Some(at + 1);
        }
    }
    None
}

/// Characters of a mailbox's name that are taken; the standard allows more, which nobody uses.
pub(crate) fn is_local(character: char) -> bool {
    character.is_ascii_alphanumeric()
        || ".-_+%'".contains(character)
        || (!character.is_ascii() && character.is_alphanumeric())
        // The signs of Indian scripts that stand between letters; not their full stops.
        || (matches!(character, '\u{900}'..='\u{DFF}') && !matches!(character, '\u{964}' | '\u{965}'))
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
    if onion_label(host).is_some_and(|label| label.len() == 16) {
        flags = flags | Flags::DEAD;
    }
    if host == "localhost"
        || !host.contains('.')
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

/// Base64 of either alphabet, without its padding; an incomplete end is left out.
fn base64(text: &[u8]) -> Option<Vec<u8>> {
    let mut decoded = Vec::with_capacity(text.len() * 3 / 4);
    let (mut bits, mut held) = (0u32, 0);
    for byte in text {
        let value = match byte {
            b'A'..=b'Z' => byte - b'A',
            b'a'..=b'z' => byte - b'a' + 26,
            b'0'..=b'9' => byte - b'0' + 52,
            b'+' | b'-' => 62,
            b'/' | b'_' => 63,
            _ => return None,
        };
        bits = bits << 6 | u32::from(value);
        held += 6;
        if held >= 8 {
            held -= 8;
            decoded.push((bits >> held) as u8);
        }
    }
    Some(decoded)
}

fn hexadecimal(text: &[u8]) -> Option<Vec<u8>> {
    let pairs = text.chunks_exact(2);
    if !pairs.remainder().is_empty() {
        return None;
    }
    pairs.map(hex_pair).collect()
}

fn hex_pair(pair: &[u8]) -> Option<u8> {
    let digit = |byte: u8| char::from(byte).to_digit(16);
    Some((digit(*pair.first()?)? << 4 | digit(*pair.get(1)?)?) as u8)
}

/// Percent escapes (RFC 3986) undone.
fn unescaped(text: &[u8]) -> Vec<u8> {
    let mut plain = Vec::with_capacity(text.len());
    let mut at = 0;
    while at < text.len() {
        let escaped = (text[at] == b'%')
            .then(|| text.get(at + 1..at + 3).and_then(hex_pair))
            .flatten();
        plain.push(escaped.unwrap_or(text[at]));
        at += if escaped.is_some() { 3 } else { 1 };
    }
    plain
}

impl Scanner<'_> {
    /// A whole token: a network card's address, a system's number, a user agent. Answers where the walk goes on.
    pub(crate) fn network_token(&mut self, start: usize, end: usize, seen: u8) -> Option<usize> {
        if seen & AT != 0 {
            return None;
        }
        if let Some(after) = self.encoded_url(start, end) {
            return Some(after);
        }
        if seen & SLASH != 0 {
            return self.agent(start, end);
        }
        let token = &self.bytes[start..end];
        let length = token.len() - usize::from(matches!(token[token.len() - 1], b'.' | b':'));
        if length >= 14
            && let Some(after) = self.card_address(start, start + length)
        {
            return Some(after);
        }
        let in_one_piece = seen & COLON == 0 || !token[..length].contains(&b':');
        if seen & DIGIT != 0 && length <= 13 && in_one_piece {
            return self.system_number(start, start + length);
        }
        None
    }

    /// A URL that a whole token encodes: in base64 or hexadecimal as programs hide it, or escaped as in
    /// another URL's query.
    fn encoded_url(&mut self, start: usize, end: usize) -> Option<usize> {
        let token = &self.bytes[start..end];
        if token.len() < 16 || token.len() > 2 * MAX_URL {
            return None;
        }
        let decoded = match &token[..6] {
            // "htt" and "ftp" in both cases.
            [b'a' | b'S', b'H', b'R', b'0', ..] | [b'S', b'F', b'R', b'U', ..] => base64(token),
            [b'Z' | b'R', b'n', b'R', b'w' | b'Q', ..] | [b'R', b'l', b'R', b'Q', ..] => {
                base64(token)
            }
            b"687474" | b"485454" | b"667470" | b"465450" => hexadecimal(token),
            [b'h' | b'H', _, _, b'p' | b'P', b'%', _]
            | [b'h' | b'H', _, _, _, b's' | b'S', b'%'] => Some(unescaped(token)),
            _ => None,
        }?;
        self.work += token.len();
        // Up to what a URL cannot hold; the text may go on after it.
        let length = decoded
            .iter()
            .take_while(|byte| byte.is_ascii_graphic() && !matches!(byte, b'"' | b'<' | b'>'))
            .count();
        let text = std::str::from_utf8(&decoded[..length]).ok()?;
        if !text.contains("://") {
            return None;
        }
        let (url, canonical, proof) = any_url(text).ok()?;
        self.push_url(&url, canonical, proof, start..end);
        Some(end)
    }

    fn agent(&mut self, start: usize, end: usize) -> Option<usize> {
        let token = &self.bytes[start..end];
        let slash = memchr::memchr(b'/', token)?;
        let begins = slash >= 3 && token.get(slash + 1)?.is_ascii_digit();
        if !begins || !token[0].is_ascii_alphabetic() {
            return None;
        }
        self.work += slash;
        let length = agent_end(&self.bytes[start..])?;
        self.work += length;
        let span = start..start + length;
        let (canonical, proof) = user_agent(&self.text[span.clone()]).ok()?;
        let after = span.end;
        self.push(Kind::UserAgent, canonical, proof, span);
        Some(after)
    }

    /// An address of a network card, perhaps with its name before: `MAC:00:00:5e:00:53:01`.
    fn card_address(&mut self, start: usize, end: usize) -> Option<usize> {
        let token = &self.bytes[start..end];
        let mut from = start;
        if token.len() > 18 && token.len() < 32 && token[token.len() - 18] == b':' {
            from = end - 17;
            if !self.bytes[start..from - 1]
                .iter()
                .all(u8::is_ascii_alphabetic)
            {
                return None;
            }
        }
        let address = &self.bytes[from..end];
        if !is_mac(address) {
            return None;
        }
        // Six numbers with hyphens are a draw or a date before they are an address.
        if !address.iter().any(u8::is_ascii_alphabetic)
            && from == start
            && !self
                .context
                .around(self.bytes, from..end, 40, 20)
                .any(Topics::NETWORK)
        {
            return None;
        }
        let (canonical, proof) = mac(&self.text[from..end]).ok()?;
        self.push(Kind::Mac, canonical, proof, from..end);
        Some(end)
    }

    /// `AS64496`, and `ASN 64496` with its sign in the token before.
    fn system_number(&mut self, start: usize, end: usize) -> Option<usize> {
        let token = &self.bytes[start..end];
        let sign = |letters: &[u8]| {
            letters.eq_ignore_ascii_case(b"as") || letters.eq_ignore_ascii_case(b"asn")
        };
        let letters = token
            .iter()
            .take_while(|byte| byte.is_ascii_alphabetic())
            .count();
        let digits = &token[letters..];
        if digits.is_empty() || !digits.iter().all(u8::is_ascii_digit) {
            return None;
        }
        let mut from = start;
        if letters == 0 {
            // The sign in the token before.
            let before = &self.bytes[start.saturating_sub(5)..start];
            let before = before.strip_suffix(b" ")?;
            let letters = before
                .iter()
                .rev()
                .take_while(|byte| byte.is_ascii_alphabetic())
                .count();
            from = start - 1 - letters;
            if from > 0 && !ends_token(self.bytes[from - 1]) {
                return None;
            }
        }
        let named = &self.bytes[from..start + letters];
        let named = named.strip_suffix(b" ").unwrap_or(named);
        if !sign(named) {
            return None;
        }
        let long = named.len() == 3;
        let apart = letters == 0;
        // "as 1200" is a comparison; helicopters, computers, standards and years are no networks.
        let doubtful = match digits.len() {
            // "ASN1" is a notation.
            0..=2 => true,
            3 => !long,
            4 => {
                !long
                    && (apart && (digits.starts_with(b"19") || digits.starts_with(b"20"))
                        || matches!(digits, b"9100" | b"9110" | b"9120"))
            }
            _ => false,
        };
        let shouted = apart && !long && (named != b"AS" || self.in_capitals(from));
        let number = std::str::from_utf8(digits).ok()?.parse::<u32>().ok()?;
        // What the registries gave out by 2026, with room, and what is for documentation and private use.
        let given = matches!(number, 1..=65_551 | 131_072..=499_999 | 4_200_000_000..);
        // A file or an order has such a reference too.
        let reference = self
            .context
            .around(self.bytes, from..end, 24, 0)
            .any(Topics::LISTING | Topics::PARCEL);
        if doubtful || shouted || reference || !given {
            let near = self.context.around(self.bytes, from..end, 48, 32);
            if shouted && named != b"AS" || !near.any(Topics::NETWORK) {
                return None;
            }
        }
        let (canonical, proof) = asn(&self.text[from..end]).ok()?;
        self.push(Kind::Asn, canonical, proof, from..end);
        Some(end)
    }

    /// Whether the word before `at` is in capitals, so that capitals say nothing.
    fn in_capitals(&mut self, at: usize) -> bool {
        let word = self.bytes[..at].iter().rev().skip(1).take(2);
        self.work += 3;
        word.filter(|byte| byte.is_ascii_uppercase()).count() == 2
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
