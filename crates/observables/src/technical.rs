//! What analysts of malicious software exchange: CVE, ATT&CK, YARA, fingerprints. Files and registry
//! keys are in `path.rs`.

use crate::{
    Kind, ParseError, Proof,
    context::{Topics, letter_after, letter_before},
    extract::{AT, COLON, DIGIT, SLASH, Scanner, UNDERSCORE, ends_token},
    hash,
};

/// `CVE-year-number`, the number of four digits or more (CVE's syntax of 2014).
pub(crate) fn cve(text: &str) -> Result<(String, Proof), ParseError> {
    match cve_at(text.as_bytes(), 0) {
        Some((end, canonical)) if end == text.len() => Ok((canonical, Proof::Shape)),
        _ => Err(ParseError::Shape { kind: Kind::Cve }),
    }
}

/// An identifier of ATT&CK: `T1059`, `T1059.001`, `TA0001`, `M1036`, `S0002`, `G0016`.
pub(crate) fn attack(text: &str) -> Result<(String, Proof), ParseError> {
    match attack_length(text.as_bytes()) {
        Some(length) if length == text.len() => Ok((text.to_ascii_uppercase(), Proof::Shape)),
        _ => Err(ParseError::Shape { kind: Kind::Attack }),
    }
}

/// A rule's head (`private rule name : tag {`), or its name alone.
pub(crate) fn yara(text: &str) -> Result<(String, Proof), ParseError> {
    let error = ParseError::Shape { kind: Kind::Yara };
    if is_rule_name(text.as_bytes()) {
        return Ok((text.to_owned(), Proof::Shape));
    }
    let brace = text.find('{').ok_or(error.clone())?;
    let head = rule_head(text.as_bytes(), brace).ok_or(error.clone())?;
    if head.start != 0 || !text[brace + 1..].trim().is_empty() {
        return Err(error);
    }
    Ok((text[head.name].to_owned(), Proof::Shape))
}

/// An identifier of Google's or Meta's measures.
pub(crate) fn analytics(text: &str) -> Result<(String, Proof), ParseError> {
    if let Some(number) = text.strip_prefix("pixel:")
        && is_pixel(number.as_bytes())
    {
        return Ok((text.to_owned(), Proof::Shape));
    }
    match measure_at(text.as_bytes(), 0) {
        Some((end, canonical)) if end == text.len() => Ok((canonical, Proof::Shape)),
        _ => Err(ParseError::Shape {
            kind: Kind::Analytics,
        }),
    }
}

/// MurmurHash3 of 32 bits, signed, as Shodan writes it.
pub(crate) fn favicon(text: &str) -> Result<(String, Proof), ParseError> {
    let digits = text.strip_prefix('-').unwrap_or(text);
    // One in 200,000 is shorter; a size or a count is always.
    if (5..=10).contains(&digits.len())
        && !digits.starts_with('0')
        && digits.bytes().all(|byte| byte.is_ascii_digit())
        && text.parse::<i32>().is_ok()
    {
        return Ok((text.to_owned(), Proof::Shape));
    }
    Err(ParseError::Shape {
        kind: Kind::Favicon,
    })
}

/// At most 20 octets (RFC 5280 §4.1.2.2), in hexadecimal with or without colons. A decimal number is
/// kept as it is, since nothing tells it from a hexadecimal one.
pub(crate) fn cert_serial(text: &str) -> Result<(String, Proof), ParseError> {
    let error = ParseError::Shape {
        kind: Kind::CertSerial,
    };
    let bytes = text.as_bytes();
    let pairs = bytes.contains(&b':');
    if pairs && pairs_length(bytes) != Some(bytes.len()) {
        return Err(error);
    }
    let digits = match bytes {
        [b'0', b'x' | b'X', digits @ ..] if !pairs => digits,
        _ => bytes,
    };
    let canonical: String = digits
        .iter()
        .filter(|byte| **byte != b':')
        .skip_while(|byte| **byte == b'0')
        .map(|byte| char::from(byte.to_ascii_lowercase()))
        .collect();
    let length = canonical.len();
    let decimal = canonical.bytes().all(|byte| byte.is_ascii_digit());
    // 2^160 has 49 decimal digits.
    let longest = if decimal { 49 } else { 40 };
    if !(8..=longest).contains(&length) || !canonical.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        return Err(error);
    }
    Ok((canonical, Proof::Shape))
}

/// The MD5 of what a TLS client or server says first (Salesforce 2017).
pub(crate) fn ja3(text: &str) -> Result<(String, Proof), ParseError> {
    hash::hexadecimal(text, 32, Kind::Ja3)
}

/// JA4, JA4S, JA4H or JA4X (FoxIO 2023).
pub(crate) fn ja4(text: &str) -> Result<(String, Proof), ParseError> {
    let lower = text.to_ascii_lowercase();
    match ja4_length(lower.as_bytes()) {
        Some(length) if length == lower.len() => Ok((lower, Proof::Shape)),
        _ => Err(ParseError::Shape { kind: Kind::Ja4 }),
    }
}

/// `<left@right>` (RFC 5322 §3.6.4), the angle brackets left out. Case counts.
pub(crate) fn message_id(text: &str) -> Result<(String, Proof), ParseError> {
    let id = text
        .strip_prefix('<')
        .and_then(|text| text.strip_suffix('>'))
        .unwrap_or(text);
    if is_message_id(id.as_bytes()) {
        return Ok((id.to_owned(), Proof::Shape));
    }
    Err(ParseError::Shape {
        kind: Kind::MessageId,
    })
}

/// Any version (RFC 9562); in braces as Windows writes it, or as a URN. Not the nil or the max one.
pub(crate) fn uuid(text: &str) -> Result<(String, Proof), ParseError> {
    let inner = text
        .strip_prefix('{')
        .and_then(|text| text.strip_suffix('}'))
        .unwrap_or(text);
    let inner = inner.strip_prefix("urn:uuid:").unwrap_or(inner);
    if inner.len() == UUID && is_uuid(inner.as_bytes()) {
        return Ok((inner.to_ascii_lowercase(), Proof::Shape));
    }
    Err(ParseError::Shape { kind: Kind::Uuid })
}

const UUID: usize = 36;

fn is_uuid(bytes: &[u8]) -> bool {
    let first = bytes[0].to_ascii_lowercase();
    let mut others = 0;
    for (at, byte) in bytes.iter().enumerate() {
        let hyphen = matches!(at, 8 | 13 | 18 | 23);
        if hyphen != (*byte == b'-') || !hyphen && !byte.is_ascii_hexdigit() {
            return false;
        }
        others += usize::from(!hyphen && !byte.eq_ignore_ascii_case(&first));
    }
    others > 0
}

/// A hyphen, or what a word processor or a file name makes of it.
fn hyphen_length(bytes: &[u8], at: usize) -> Option<usize> {
    match bytes.get(at..)? {
        [b'-' | b'_', ..] => Some(1),
        // En dash, non-breaking hyphen, minus.
        [0xE2, 0x80, 0x90..=0x94, ..] | [0xE2, 0x88, 0x92, ..] => Some(3),
        _ => None,
    }
}

fn digits_at(bytes: &[u8], at: usize, most: usize) -> usize {
    bytes
        .get(at..)
        .unwrap_or_default()
        .iter()
        .take(most)
        .take_while(|byte| byte.is_ascii_digit())
        .count()
}

/// The end of the CVE that begins at `at`, and its canonical form.
fn cve_at(bytes: &[u8], at: usize) -> Option<(usize, String)> {
    if !bytes.get(at..at + 3)?.eq_ignore_ascii_case(b"cve") {
        return None;
    }
    let spaced = bytes.get(at + 3) == Some(&b' ');
    let year = match bytes.get(at + 3) {
        Some(b' ' | b':') => at + 4,
        _ => at + 3 + hyphen_length(bytes, at + 3)?,
    };
    if digits_at(bytes, year, 5) != 4 || !matches!(bytes[year], b'1' | b'2') {
        return None;
    }
    let number = match bytes.get(year + 4) {
        Some(b' ') if spaced => year + 5,
        _ => year + 4 + hyphen_length(bytes, year + 4)?,
    };
    let digits = digits_at(bytes, number, 20);
    let end = number + digits;
    if !(4..20).contains(&digits) || letter_after(bytes, end) {
        return None;
    }
    let text = |from: usize, to: usize| String::from_utf8_lossy(&bytes[from..to]).into_owned();
    Some((
        end,
        format!("CVE-{}-{}", text(year, year + 4), text(number, end)),
    ))
}

/// How long the identifier of ATT&CK is that `bytes` begin with. Its numbers: techniques T1001 and
/// on (ICS T0800 and on), tactics TA0001 to TA0111, mitigations M1001 and on (ICS M0800 and on).
fn attack_length(bytes: &[u8]) -> Option<usize> {
    let letters = match bytes {
        [b'T' | b't', b'A' | b'a', ..] => 2,
        [b'T' | b't' | b'M' | b'm' | b'S' | b's' | b'G' | b'g', ..] => 1,
        _ => return None,
    };
    if digits_at(bytes, letters, 5) != 4 {
        return None;
    }
    let number = bytes[letters..letters + 4]
        .iter()
        .fold(0u32, |sum, byte| sum * 10 + u32::from(byte - b'0'));
    let technique = letters == 1 && bytes[0].eq_ignore_ascii_case(&b't');
    let known = match (bytes[0].to_ascii_uppercase(), letters) {
        (b'T', 2) => (1..=111).contains(&number),
        (b'T', _) => (1001..1800).contains(&number) || (800..900).contains(&number),
        (b'M', _) => (1001..1100).contains(&number) || (800..1000).contains(&number),
        (b'S', _) => (1..3000).contains(&number),
        _ => (1..2000).contains(&number),
    };
    if !known {
        return None;
    }
    let end = letters + 4;
    // Not a fourth digit: "T1059.0011".
    if technique && bytes.get(end) == Some(&b'.') && digits_at(bytes, end + 1, 4) == 3 {
        return Some(end + 4);
    }
    Some(end)
}

/// Where a rule begins and what it is called.
struct RuleHead {
    start: usize,
    name: std::ops::Range<usize>,
    /// Bytes looked at.
    read: usize,
}

/// How far before its brace a rule may begin, in bytes.
const RULE_HEAD: usize = 200;

/// Reads back from an opening brace: `private rule name : tag tag {`.
fn rule_head(bytes: &[u8], brace: usize) -> Option<RuleHead> {
    let floor = brace.saturating_sub(RULE_HEAD);
    let back = |from: usize, wanted: fn(u8) -> bool| {
        let length = bytes[floor..from]
            .iter()
            .rev()
            .take_while(|byte| wanted(**byte))
            .count();
        from - length
    };
    let is_space = |byte: u8| byte.is_ascii_whitespace();
    let end = back(brace, is_space);
    let mut name = back(end, is_name)..end;
    if name.is_empty() {
        return None;
    }
    let mut before = back(name.start, is_space);
    // Tags, of which the first stands after a colon.
    let mut tags = 0;
    let mut tagged = false;
    while before > floor && !ends_in_word(&bytes[floor..before], b"rule") {
        if bytes[before - 1] == b':' {
            tagged = true;
            let end = back(before - 1, is_space);
            name = back(end, is_name)..end;
            before = back(name.start, is_space);
            break;
        }
        tags += 1;
        let end = before;
        before = back(end, is_name);
        if before == end || tags > 8 {
            return None;
        }
        before = back(before, is_space);
    }
    // Words without a colon are prose: "keywords like rule or special characters like {".
    if before == name.start
        || tags > 0 && !tagged
        || !ends_in_word(&bytes[floor..before], b"rule")
        || !is_rule_name(&bytes[name.clone()])
    {
        return None;
    }
    let mut start = before - 4;
    for _ in 0..2 {
        let end = back(start, is_space);
        for modifier in [b"private".as_slice(), b"global"] {
            if end < start && ends_in_word(&bytes[floor..end], modifier) {
                start = end - modifier.len();
            }
        }
    }
    Some(RuleHead {
        start,
        name,
        read: brace - start,
    })
}

/// Whether the last word is `word`, and no selector (`.rule`) or part of a longer name.
fn ends_in_word(bytes: &[u8], word: &[u8]) -> bool {
    let Some(before) = bytes.strip_suffix(word) else {
        return false;
    };
    match before.last() {
        None => true,
        Some(byte) => byte.is_ascii_whitespace() || b"\"'`(>}/:;*".contains(byte),
    }
}

fn is_name(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_'
}

/// A letter or an underscore, then at most 127 more characters (YARA's manual, "Writing YARA rules").
fn is_rule_name(name: &[u8]) -> bool {
    matches!(name, [first, ..] if !first.is_ascii_digit())
        && name.len() <= 128
        && name.iter().all(|byte| is_name(*byte))
        && ![
            b"rule".as_slice(),
            b"private",
            b"global",
            b"import",
            b"include",
        ]
        .contains(&name)
}

/// The end of the identifier of a measure that begins at `at`, and its canonical form.
fn measure_at(bytes: &[u8], at: usize) -> Option<(usize, String)> {
    let rest = &bytes[at..];
    let starts = |prefix: &str| {
        rest.len() > prefix.len() && rest[..prefix.len()].eq_ignore_ascii_case(prefix.as_bytes())
    };
    let from = |prefix: &str| at + prefix.len();
    let code = |from: usize| {
        bytes[from..]
            .iter()
            .take(16)
            .take_while(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit())
            .count()
    };
    let end = if starts("UA-") {
        let account = digits_at(bytes, from("UA-"), 11);
        let property = from("UA-") + account;
        let digits = digits_at(bytes, property + 1, 5);
        if !(4..=10).contains(&account)
            || bytes.get(property) != Some(&b'-')
            || !(1..=4).contains(&digits)
        {
            return None;
        }
        property + 1 + digits
    } else if rest.starts_with(b"G-") {
        let length = code(at + 2);
        let code = &bytes[at + 2..at + 2 + length];
        if length != 10
            || !code.iter().any(u8::is_ascii_digit)
            || !code.iter().any(u8::is_ascii_uppercase)
        {
            return None;
        }
        at + 2 + length
    } else if rest.starts_with(b"GTM-") {
        let length = code(at + 4);
        if !(5..=9).contains(&length) {
            return None;
        }
        at + 4 + length
    } else if rest.starts_with(b"AW-") {
        let digits = digits_at(bytes, at + 3, 12);
        if !(9..=11).contains(&digits) {
            return None;
        }
        at + 3 + digits
    } else {
        let prefix = ["ca-pub-", "pub-"]
            .into_iter()
            .find(|prefix| starts(prefix))?;
        if digits_at(bytes, from(prefix), 17) != 16 {
            return None;
        }
        from(prefix) + 16
    };
    if letter_after(bytes, end) || matches!(bytes.get(end), Some(b'-' | b'_')) {
        return None;
    }
    let mut canonical = String::from_utf8_lossy(&bytes[at..end]).into_owned();
    if canonical.as_bytes()[0].eq_ignore_ascii_case(&b'c') || starts("pub-") {
        // The same publisher, in the page and in ads.txt.
        canonical = canonical.to_ascii_lowercase().replace("ca-pub-", "pub-");
    } else {
        canonical.make_ascii_uppercase();
    }
    Some((end, canonical))
}

fn is_pixel(number: &[u8]) -> bool {
    matches!(number.len(), 15 | 16) && number[0] != b'0' && number.iter().all(u8::is_ascii_digit)
}

/// How long the pairs of hexadecimal digits with colons are that `bytes` begin with: 8 to 21 pairs,
/// of which the first may be the sign's zero.
fn pairs_length(bytes: &[u8]) -> Option<usize> {
    let mut at = 0;
    let mut pairs = 0;
    loop {
        let pair = bytes.get(at..at + 2)?;
        if !pair.iter().all(u8::is_ascii_hexdigit) {
            return None;
        }
        pairs += 1;
        at += 2;
        let next = bytes.get(at..).unwrap_or_default();
        if pairs > 21 || matches!(next, [byte, ..] if byte.is_ascii_hexdigit()) {
            return None;
        }
        if !matches!(next, [b':', byte, ..] if byte.is_ascii_hexdigit()) {
            return (pairs >= 8).then_some(at);
        }
        at += 1;
    }
}

/// How long the JA4, JA4S, JA4H or JA4X is that `bytes` begin with. It is followed by no letter, digit
/// or underscore.
fn ja4_length(bytes: &[u8]) -> Option<usize> {
    let parts = bytes.get(..bytes.len().min(64))?;
    let length = parts
        .iter()
        .take_while(|byte| byte.is_ascii_alphanumeric() || **byte == b'_')
        .count();
    if length == 64 {
        return None;
    }
    let mut parts = parts[..length].split(|byte| *byte == b'_');
    let head = parts.next()?;
    let hashes: Vec<&[u8]> = parts.take(4).collect();
    let lengths = hashes.iter().map(|hash| hash.len());
    if hashes
        .iter()
        .any(|hash| !hash.iter().all(u8::is_ascii_hexdigit))
    {
        return None;
    }
    let lower = |at: usize| head[at].to_ascii_lowercase();
    let digits = |range: std::ops::Range<usize>| head[range].iter().all(u8::is_ascii_digit);
    let transport = |at: usize| matches!(lower(at), b't' | b'q' | b'd');
    let version = |at: usize| {
        digits(at..at + 2) || matches!(lower(at), b's' | b'd') && head[at + 1].is_ascii_digit()
    };
    let is_12 = |length: usize| length == 12;
    let known = match head.len() {
        // t13d1516h2: transport, version, SNI, ciphers, extensions, ALPN.
        10 => {
            hashes.len() == 2
                && lengths.clone().all(is_12)
                && transport(0)
                && version(1)
                && matches!(lower(3), b'd' | b'i')
                && digits(4..8)
        }
        // t130200_1301_…: the server's answer.
        7 => {
            hashes.len() == 2
                && hashes[0].len() == 4
                && hashes[1].len() == 12
                && transport(0)
                && version(1)
                && digits(3..5)
        }
        // ge11cn20enus: method, version, cookie, referer, headers, language.
        12 if hashes.len() == 3 => {
            lengths.clone().all(is_12)
                && head[..2].iter().all(u8::is_ascii_alphabetic)
                && digits(2..4)
                && matches!(lower(4), b'c' | b'n')
                && matches!(lower(5), b'r' | b'n')
                && digits(6..8)
        }
        // A certificate's.
        12 => {
            hashes.len() == 2
                && lengths.clone().all(is_12)
                && head.iter().all(u8::is_ascii_hexdigit)
                && head.iter().any(u8::is_ascii_digit)
                && head.iter().any(u8::is_ascii_alphabetic)
        }
        _ => false,
    };
    known.then_some(length)
}

/// The longest line (RFC 5322 §2.1.1) holds no longer one in practice.
const MAX_MESSAGE_ID: usize = 250;

fn is_message_id(id: &[u8]) -> bool {
    let Some(at) = memchr::memchr(b'@', id) else {
        return false;
    };
    let (left, right) = (&id[..at], &id[at + 1..]);
    id.len() <= MAX_MESSAGE_ID
        && !left.is_empty()
        && left
            .iter()
            .all(|byte| byte.is_ascii_graphic() && !matches!(byte, b'<' | b'>' | b','))
        && right.iter().any(u8::is_ascii_alphanumeric)
        && right
            .iter()
            .all(|byte| byte.is_ascii_alphanumeric() || b".-_:[]".contains(byte))
        && !matches!(right[right.len() - 1], b'.' | b'-' | b':')
}

impl Scanner<'_> {
    /// A backslash or an opening brace between tokens: a path, a registry key, a rule. Answers where
    /// the walk goes on.
    pub(crate) fn technical_mark(&mut self, at: usize) -> Option<usize> {
        if self.bytes[at] == b'\\' {
            return self.backslash(at);
        }
        let head = rule_head(self.bytes, at)?;
        self.work += head.read;
        if !self.begins_rule(at + 1) {
            return None;
        }
        let canonical = self.text[head.name].to_owned();
        self.push(Kind::Yara, canonical, Proof::Shape, head.start..at + 1);
        Some(at + 1)
    }

    /// Whether what follows a brace can be a rule's body: its sections, a comment, or a text cut short.
    fn begins_rule(&mut self, at: usize) -> bool {
        let window = &self.bytes[at..self.bytes.len().min(at + RULE_HEAD)];
        let body = window.trim_ascii_start();
        let letters = body
            .iter()
            .take_while(|byte| byte.is_ascii_alphabetic())
            .count();
        self.work += window.len() - body.len() + letters;
        let sections: [&[u8]; 4] = [b"meta", b"strings", b"condition", b"variables"];
        // The head alone, as reports quote it: the brace ends its line.
        let ends_line = matches!(window, [b'\n', ..] | [b'\r', b'\n', ..]);
        letters == 0
            || ends_line
            || sections.contains(&&body[..letters])
                && body[letters..].trim_ascii_start().starts_with(b":")
    }

    /// A whole token: a path, a message id, an identifier with hyphens. Answers where the walk goes on.
    pub(crate) fn technical_token(&mut self, start: usize, end: usize, seen: u8) -> Option<usize> {
        if seen & SLASH != 0
            && let Some(after) = self.slashes(start, end, seen & COLON != 0)
        {
            return Some(after);
        }
        if (seen & AT != 0 || start > 0 && self.bytes[start - 1] == b'<')
            && let Some(after) = self.message_id(start, end, seen & AT != 0)
        {
            return Some(after);
        }
        if seen & (COLON | DIGIT) == COLON | DIGIT
            && let Some(after) = self
                .ssdeep_token(start, end)
                .or_else(|| self.serial_pairs(start, end))
        {
            return Some(after);
        }
        if seen & (UNDERSCORE | DIGIT | AT | SLASH) == UNDERSCORE | DIGIT {
            return self.ja4_at(start);
        }
        // The one identifier that may have no digit.
        if seen & DIGIT == 0 && self.bytes[start..end].starts_with(b"GTM-") {
            return self.hyphened(start, 3);
        }
        None
    }

    /// A run of letters and digits in a token. Answers where the walk goes on.
    pub(crate) fn technical_run(&mut self, start: usize, end: usize) -> Option<usize> {
        let run = &self.bytes[start..end];
        let next = self.bytes.get(end).copied();
        match (run.len(), run[0]) {
            (1..=3, _) if next == Some(b'-') => self.hyphened(start, run.len()),
            (3, b'C' | b'c') => self.cve_from(start),
            (4, b'1' | b'2') => self.cve_around(start),
            (5 | 6, b'T' | b't' | b'M' | b'm' | b'S' | b's' | b'G' | b'g') => {
                self.attack_from(start)
            }
            (8, _) if next == Some(b'-') => self.uuid_from(start),
            (7 | 10 | 12, _) if next == Some(b'_') => self.ja4_at(start),
            (5..=10, _) if run.iter().all(u8::is_ascii_digit) => self.favicon_run(start, end),
            (15 | 16, b'1'..=b'9') if is_pixel(run) => self
                .pixel_run(start, end)
                .or_else(|| self.serial_run(start, end)),
            (15..=51, _) => self.serial_run(start, end),
            _ => None,
        }
    }

    fn hyphened(&mut self, start: usize, length: usize) -> Option<usize> {
        if length == 3 && self.bytes[start].eq_ignore_ascii_case(&b'c') {
            return self.cve_from(start);
        }
        if letter_before(self.bytes, start)
            || start > 0 && matches!(self.bytes[start - 1], b'-' | b'_' | b'.')
        {
            return None;
        }
        let (end, canonical) = measure_at(self.bytes, start)?;
        self.work += end - start;
        self.push(Kind::Analytics, canonical, Proof::Shape, start..end);
        Some(end)
    }

    fn cve_from(&mut self, start: usize) -> Option<usize> {
        self.work += 3;
        let (end, canonical) = cve_at(self.bytes, start)?;
        if letter_before(self.bytes, start) {
            return None;
        }
        self.push(Kind::Cve, canonical, Proof::Shape, start..end);
        Some(end)
    }

    /// "CVE 2021-44228", "CVE–2021–44228": the year stands in a token of its own.
    fn cve_around(&mut self, year: usize) -> Option<usize> {
        let before = &self.bytes[year.saturating_sub(6)..year];
        let word = before
            .iter()
            .rposition(|byte| byte.eq_ignore_ascii_case(&b'e'))?;
        let end = year - before.len() + word + 1;
        self.cve_from(end.checked_sub(3)?)
    }

    fn attack_from(&mut self, start: usize) -> Option<usize> {
        let bytes = self.bytes;
        let length = attack_length(&bytes[start..])?;
        let end = start + length;
        let joined = |byte: Option<&u8>| matches!(byte, Some(b'-' | b'_' | b'+' | b'@'));
        if letter_before(bytes, start)
            || letter_after(bytes, end)
            || joined(bytes.get(end))
            || joined(start.checked_sub(1).and_then(|at| bytes.get(at)))
            || start > 0 && bytes[start - 1] == b'.'
            || bytes.get(end) == Some(&b'.') && letter_after(bytes, end + 1)
        {
            return None;
        }
        // Without ATT&CK beside it only what little else is called: the numbers of the main matrix.
        let alone = match &bytes[start..end] {
            [b'T' | b't', b'A' | b'a', ..] => true,
            [b'T' | b'M', b'1', ..] => true,
            // A test's number, a model's: "t1509".
            [b't', b'1', ..] => length > 5,
            _ => false,
        };
        if !alone {
            let near = self.has_word_before(start, 80, b"mitre")
                || self.has_word_before(start, 80, b"att&ck")
                || self.has_word_before(bytes.len().min(end + 40), 40 + length, b"att&ck");
            if !near {
                return None;
            }
        }
        let canonical = self.text[start..end].to_ascii_uppercase();
        self.push(Kind::Attack, canonical, Proof::Shape, start..end);
        Some(end)
    }

    fn uuid_from(&mut self, start: usize) -> Option<usize> {
        let end = start + UUID;
        let candidate = self.bytes.get(start..end)?;
        if candidate[13] != b'-' || candidate[23] != b'-' {
            return None;
        }
        self.work += UUID;
        let before = start.checked_sub(1).map(|at| self.bytes[at]);
        if !is_uuid(candidate)
            || before == Some(b'-')
            || letter_before(self.bytes, start)
            || letter_after(self.bytes, end)
            || self.bytes.get(end) == Some(&b'-')
        {
            return None;
        }
        let canonical = self.text[start..end].to_ascii_lowercase();
        self.push(Kind::Uuid, canonical, Proof::Shape, start..end);
        Some(end)
    }

    fn ja4_at(&mut self, start: usize) -> Option<usize> {
        // The first underscore stands where a head ends, which most names fail.
        let head = self.bytes[start..]
            .iter()
            .take(13)
            .position(|byte| *byte == b'_')?;
        if !matches!(head, 7 | 10 | 12) {
            return None;
        }
        self.work += 64;
        let length = ja4_length(&self.bytes[start..])?;
        let end = start + length;
        if letter_before(self.bytes, start) || letter_after(self.bytes, end) {
            return None;
        }
        let canonical = self.text[start..end].to_ascii_lowercase();
        self.push(Kind::Ja4, canonical, Proof::Shape, start..end);
        Some(end)
    }

    fn favicon_run(&mut self, start: usize, end: usize) -> Option<usize> {
        let minus = start > 0
            && self.bytes[start - 1] == b'-'
            && (start < 2 || !letter_before(self.bytes, start - 1));
        let from = if minus { start - 1 } else { start };
        if !self.said_before(from).any(Topics::FAVICON) {
            return None;
        }
        let (canonical, proof) = favicon(&self.text[from..end]).ok()?;
        self.push(Kind::Favicon, canonical, proof, from..end);
        Some(end)
    }

    fn pixel_run(&mut self, start: usize, end: usize) -> Option<usize> {
        if !self.said_before(start).any(Topics::PIXEL) {
            return None;
        }
        // The word is also a telephone's name: "Google Pixel, IMEI 35…".
        if self.has_word_before(start, 24, b"imei")
            || self.has_word_before(start, 40, b"google pixel")
        {
            return None;
        }
        let canonical = format!("pixel:{}", &self.text[start..end]);
        self.push(Kind::Analytics, canonical, Proof::Shape, start..end);
        Some(end)
    }

    /// A serial number in one run. Things have some too: only what is long, or beside a certificate.
    pub(crate) fn serial_run(&mut self, start: usize, end: usize) -> Option<usize> {
        let run = &self.bytes[start..end];
        let digits = run.strip_prefix(b"0x").unwrap_or(run);
        if digits.len() < 15 || !digits.iter().all(u8::is_ascii_hexdigit) {
            return None;
        }
        self.work += run.len();
        let decimal = digits.iter().all(u8::is_ascii_digit);
        if !self.said_before(start).any(Topics::SERIAL) {
            return None;
        }
        if (decimal || digits.len() < 30)
            && !["certif", "x509", "x.509", "tls", "ssl"]
                .iter()
                .any(|word| self.has_word_before(start, 80, word.as_bytes()))
        {
            return None;
        }
        let (canonical, proof) = cert_serial(&self.text[start..end]).ok()?;
        self.push(Kind::CertSerial, canonical, proof, start..end);
        Some(end)
    }

    /// A serial number in pairs: `0a:1b:…`, perhaps after its label (`serial:0a:1b:…`).
    fn serial_pairs(&mut self, start: usize, end: usize) -> Option<usize> {
        let token = &self.bytes[start..end];
        let label = token
            .iter()
            .take(16)
            .position(|byte| *byte == b':')
            .filter(|colon| *colon > 2);
        let from = label.map_or(start, |colon| start + colon + 1);
        let length = pairs_length(&self.bytes[from..end])?;
        self.work += length;
        if letter_after(self.bytes, from + length) || !self.said_before(from).any(Topics::SERIAL) {
            return None;
        }
        let span = from..from + length;
        let (canonical, proof) = cert_serial(&self.text[span.clone()]).ok()?;
        let after = span.end;
        self.push(Kind::CertSerial, canonical, proof, span);
        Some(after)
    }

    /// `<left@right>` after its header, or after another one. The walk's token may be any part of it,
    /// since what a message id may hold ends tokens.
    fn message_id(&mut self, start: usize, end: usize, has_at: bool) -> Option<usize> {
        let bytes = self.bytes;
        let mut open = start;
        while open > 0
            && start - open < 200
            && !matches!(bytes[open - 1], 0..=0x20 | b'<' | b'>' | 0x7F..)
        {
            open -= 1;
        }
        self.work += start - open;
        if open > 0 && bytes[open - 1] == b'<' {
            let length = bytes[open..]
                .iter()
                .take(MAX_MESSAGE_ID + 1)
                .position(|byte| matches!(byte, 0..=0x20 | b'<' | b'>' | 0x7F..))?;
            self.work += length;
            let close = open + length;
            if bytes.get(close) != Some(&b'>')
                || !is_message_id(&bytes[open..close])
                || !self.names_message(open - 1, Topics::MESSAGE_ID)
            {
                return None;
            }
            let canonical = self.text[open..close].to_owned();
            self.push(
                Kind::MessageId,
                canonical,
                Proof::Shape,
                open - 1..close + 1,
            );
            return Some(close + 1);
        }
        // Without brackets, after its own header only: what "References:" precedes may be an address.
        if !has_at || !self.has_word_before(start, 16, b"message") {
            return None;
        }
        let mut end = end;
        while end > start && matches!(bytes[end - 1], b'.' | b':') {
            end -= 1;
        }
        if !is_message_id(&bytes[start..end]) || !self.names_message(start, Topics::MESSAGE_ID) {
            return None;
        }
        let canonical = self.text[start..end].to_owned();
        self.push(Kind::MessageId, canonical, Proof::Shape, start..end);
        Some(end)
    }

    /// Whether a header that holds message ids, or a message id, ends just before `at`.
    fn names_message(&mut self, at: usize, header: Topics) -> bool {
        let separates = |byte: &u8| byte.is_ascii_whitespace() || matches!(byte, b',' | b';');
        if let Some(last) = self.last_hit()
            && last.kind == Kind::MessageId
            && last.span.end <= at
            && at - last.span.end < 16
            && self.bytes[last.span.end..at].iter().all(separates)
        {
            return true;
        }
        self.work += 40;
        let Some((word, topics)) = self.context.before(self.bytes, at, 40).next() else {
            return false;
        };
        let between = &self.bytes[word.end..at];
        topics.any(header)
            && between.len() < 16
            && between
                .iter()
                .all(|byte| separates(byte) || ends_token(*byte) || matches!(byte, b':' | b'-'))
    }
}

#[cfg(test)]
mod tests {
    use crate::testing::check;
    use proptest::prelude::*;

    use crate::{Observable, extract};

    #[test]
    fn identifiers_stand_whole() {
        check(
            "CVE-2021-44228/CVE-2021-45046",
            &["cve CVE-2021-44228", "cve CVE-2021-45046"],
        );
        check("cve : 2021, CVE-2021, XCVE-2021-1234, CVE-2021-44228b", &[]);
        check(
            "T1059/T1060, (T1566.001)",
            &["attack T1059", "attack T1060", "attack T1566.001"],
        );
        check(
            "HP-T1059, T1059-B, T10590, AT1059, T1059.5, T2024, t1509, m1015, S0002, G0016",
            &[],
        );
        check(
            "MITRE ATT&CK : S0002, G0016, m1015",
            &["attack S0002", "attack G0016", "attack M1015"],
        );
        check(
            "{F81D4FAE-7DEC-41D0-8765-00A0C91E6BF6}",
            &["uuid f81d4fae-7dec-41d0-8765-00a0c91e6bf6"],
        );
        check(
            "urn:uuid:f81d4fae-7dec-41d0-8765-00a0c91e6bf6",
            &["uuid f81d4fae-7dec-41d0-8765-00a0c91e6bf6"],
        );
        check(
            "JA4:t13d1516h2_8daaf6152771_02713d6af862,",
            &["ja4 t13d1516h2_8daaf6152771_02713d6af862"],
        );
    }

    #[test]
    fn rules_are_told_from_style_sheets_and_prose() {
        check(
            "rule a { condition: true } rule b : t {\r\n meta: }",
            &["yara a", "yara b"],
        );
        check(
            "/* x */ private global rule c\n\n{ strings: $a",
            &["yara c"],
        );
        for text in [
            "rule a { conditio: true }",
            "rule a { condition true }",
            "rule a  condition: true }",
            "// the rule keyword\ntestRule { condition: true }",
            "words like rule or import or special ones like { .",
            ".rule a { color: red }",
            "@rule a { color: red }",
            "a:hover { color: red } .b > c { } fn rule(a) { }",
            "la rule n'est pas {",
        ] {
            check(text, &[]);
        }
    }

    #[test]
    fn measures_are_told_from_models() {
        check(
            "<script>gtag('config', 'G-1A2B3C4D5E');",
            &["analytics G-1A2B3C4D5E"],
        );
        check(
            "google.com, pub-1234567891234567, DIRECT",
            &["domain google.com", "analytics pub-1234567891234567"],
        );
        check(
            "fbq('init', '123456789012345');",
            &["analytics pixel:123456789012345"],
        );
        check(
            "Pixel Meta : 1234567890123456.",
            &["analytics pixel:1234567890123456"],
        );
        check("Google Pixel, IMEI : 353879234252633", &[]);
        check(
            "G-20, G-1234567890, AW-139, GTM-1, UA-1-1, XUA-12345-1, UA-12345-1-a",
            &[],
        );
    }

    #[test]
    fn numbers_are_named_by_the_word_before() {
        check("http.favicon.hash:-1293291467", &["favicon -1293291467"]);
        check("favicon mmh3 = 708578229", &["favicon 708578229"]);
        check("favicon de 512 px, favicon 16x16, le 708578229", &[]);
        check(
            "Serial Number:\n            04:e1:c5:a2:b3:d4:e5:f6",
            &["cert_serial 4e1c5a2b3d4e5f6"],
        );
        check(
            "X509 serial: 0x04e1c5a2b3d4e5f6",
            &["cert_serial 4e1c5a2b3d4e5f6"],
        );
        check(
            "numéro de série de mon téléphone : F2LX1234ABCD, 04e1c5a2b3d4e5f6",
            &[],
        );
    }

    #[test]
    fn message_ids_follow_their_headers() {
        check(
            "References: <a1@mx.example>\r\n <b$2=3@mx.example> <c@PC>\r\nFrom: <jean@asso.example>",
            &[
                "message_id a1@mx.example",
                "message_id b$2=3@mx.example",
                "message_id c@PC",
                "email jean@asso.example",
            ],
        );
        check(
            "In-Reply-To: <20240115.1@mx.example>",
            &["message_id 20240115.1@mx.example"],
        );
        check(
            "\"message_id\": \"a.1@mx.example\"",
            &["message_id a.1@mx.example"],
        );
        check(
            "References: jean@asso.example",
            &["email jean@asso.example"],
        );
        check(
            "Message-ID: <a@b.example> de <jean@asso.example>",
            &["message_id a@b.example", "email jean@asso.example"],
        );
    }

    #[test]
    fn prose_full_of_numbers_holds_nothing_technical() {
        for text in [
            "Commande n° 2024-00123 du 12/03/2024 à 14:30:12, 1 234,56 €, réf. AB-1234-CD, v1.2.3.",
            "Order T-1000 #4567, flight AF1234, M1 Abrams, route D1083, G20, S0, TA-12, ISO 27001:2022.",
            "Le loyer de 850 €/mois (charges comprises) ; rue {nom}, C: ou D:, 50 % / 50 %.",
            "body { margin: 0 } .a:hover{color:#1a2b3c} @media (max-width: 600px) { a { b: c } }",
            "let x = \"a\\n\"; if (a / b) { c(); } // d:e:f",
            "Call me at 10:30 or 11:45, price $12.50/month, and/or 24/7, 9:5:2 ratio.",
        ] {
            let hits = extract(text).hits;
            let technical: Vec<_> = hits
                .iter()
                .filter(|hit| hit.kind.entry().family == crate::Family::Technical)
                .collect();
            assert!(technical.is_empty(), "{text:?}: {technical:?}");
        }
    }

    fn near() -> impl Strategy<Value = String> {
        let piece = prop_oneof![
            "[ \\\\/:.{}<>%~\"a-zA-Z0-9é_-]{0,8}",
            Just("HKLM\\".to_owned()),
            Just("C:\\".to_owned()),
            Just("\\\\srv\\".to_owned()),
            Just("%TEMP%\\".to_owned()),
            Just("/etc/".to_owned()),
            Just("~/".to_owned()),
            Just("rule a {".to_owned()),
            Just(" : b".to_owned()),
            Just("Message-ID: <a@b>".to_owned()),
            Just("serial 0a:1b:2c:3d:4e:5f:60:71".to_owned()),
            Just("9e107d9d372bb6826bd81d3542a419d6".to_owned()),
            Just("imphash ".to_owned()),
            Just("CVE-2021-44228".to_owned()),
            Just("3:AXGBicFlgVNhB:AXGHsNh".to_owned()),
            Just("\u{200B}».exe".to_owned()),
        ];
        proptest::collection::vec(piece, 0..16).prop_map(|pieces| pieces.concat())
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 4_000, ..ProptestConfig::default() })]

        #[test]
        fn hits_are_apart_and_canonical(text in near()) {
            let mut last = 0;
            for hit in extract(&text).hits {
                prop_assert!(hit.span.start >= last && hit.span.end > hit.span.start);
                prop_assert!(text.get(hit.span.clone()).is_some(), "{:?}", hit);
                last = hit.span.end;
                prop_assert_eq!(Observable::parse(hit.kind, &hit.canonical), Ok(hit.observable()));
            }
        }
    }
}
