//! Banks and payment: BIC, RIB, payment services, gift cards. Cards are in `card.rs`, sums in `amount.rs`.

use std::ops::Range;

use url::Url;

use crate::{
    Kind, Observable, ParseError, Proof,
    context::{Topics, ends_sentence, letter_after, letter_before},
    country::is_country,
    extract::Scanner,
    money,
};

/// Institutions that complaints in France name most often: with one of them a word in capitals is a bank's
/// code even where no word says BIC.
const INSTITUTIONS: [&[u8; 4]; 56] = [
    b"AGRI", b"AXAB", b"BCMA", b"BDFE", b"BITA", b"BKAU", b"BNPA", b"BOUS", b"BPCE", b"BRED",
    b"BSUI", b"BUNQ", b"CCBP", b"CCFR", b"CCOP", b"CEPA", b"CMBR", b"CMCI", b"CMCR", b"COBA",
    b"CRLY", b"CRED", b"DEUT", b"FORT", b"FTNO", b"GEBA", b"GENO", b"HELL", b"HSBC", b"INGB",
    b"INGD", b"KRED", b"LYDI", b"MODR", b"NORD", b"NTSB", b"OLKY", b"PSST", b"QNTO", b"RABO",
    b"REVO", b"SOGE", b"SWNB", b"SYGM", b"TREZ", b"TRWI", b"TRZO", b"UBSW", b"WISE", b"BCIT",
    b"UNCR", b"CAIX", b"BBVA", b"BSCH", b"BARC", b"LOYD",
];

/// Words in capitals that have the form of a BIC: their fifth and sixth letters are a country.
const CAPITAL_WORDS: [&str; 26] = [
    "BANCAIRE",
    "BANCAIRES",
    "PAIEMENT",
    "VIREMENT",
    "MERCREDI",
    "URGENCES",
    "REGLEMENT",
    "DOCUMENT",
    "PLACEMENT",
    "DEPENSES",
    "SEULEMENT",
    "PREMIERE",
    "DERNIERE",
    "PERSONNE",
    "COMPTES",
    "AGENCES",
    "IDENTITE",
    "TITULAIRE",
    "CODEBANQUE",
    "EUROPEEN",
    "PRELEVEMENT",
    "BENEFICIAIRE",
    "TELEPHONE",
    "ETRANGER",
    "TRANSFERT",
    "ADRESSES",
];

/// Whether bytes have the form of ISO 9362: four letters (the standard lets digits in, and no bank has any),
/// a country, a location of two, and a branch of three or nothing.
fn is_bic(code: &[u8]) -> bool {
    matches!(code.len(), 8 | 11)
        && code[..6].iter().all(u8::is_ascii_alphabetic)
        && code[6..].iter().all(u8::is_ascii_alphanumeric)
        && is_country(code[4], code[5])
        // A second location character 0 marks a test code, and the letter O is not used.
        && !matches!(code[7], b'0' | b'O' | b'o')
        && !CAPITAL_WORDS.iter().any(|word| word.as_bytes().eq_ignore_ascii_case(code))
}

fn bic_canonical(code: &str) -> String {
    let upper = code.to_ascii_uppercase();
    match upper.strip_suffix("XXX") {
        Some(head) if head.len() == 8 => head.to_owned(),
        _ => upper,
    }
}

pub(crate) fn bic(text: &str) -> Result<(String, Proof), ParseError> {
    // People write it in groups.
    let compact: String = text.chars().filter(|character| *character != ' ').collect();
    let spaces = text.len() - compact.len();
    if spaces <= 3 && is_bic(compact.as_bytes()) {
        Ok((bic_canonical(&compact), Proof::Shape))
    } else {
        Err(ParseError::Shape { kind: Kind::Bic })
    }
}

/// Whether a run, with the groups that follow it, is as long as the shortest code, or ends one whose first groups are
/// capitals ("ABCD EFGH 1234").
fn could_be_code(bytes: &[u8], start: usize, end: usize) -> bool {
    const SHORTEST_CODE: usize = 10;
    let mut length = end - start;
    let mut at = end;
    while length < SHORTEST_CODE && matches!(bytes.get(at), Some(b' ' | b'-')) {
        let rest = &bytes[at + 1..];
        let group = rest
            .iter()
            .take(SHORTEST_CODE)
            .take_while(|byte| byte.is_ascii_alphanumeric())
            .count();
        // A word is no group.
        if group == 0
            || rest[..group].iter().any(u8::is_ascii_lowercase)
                && !rest[..group].iter().any(u8::is_ascii_digit)
        {
            break;
        }
        length += group;
        at += 1 + group;
    }
    length >= SHORTEST_CODE
        || start > 1 && bytes[start - 1] == b' ' && bytes[start - 2].is_ascii_uppercase()
}

/// The digit that a character counts for in a RIB's key: letters go round from 1 to 9, and again from 2.
fn rib_value(byte: u8) -> Option<u64> {
    Some(match byte.to_ascii_uppercase() {
        digit @ b'0'..=b'9' => u64::from(digit - b'0'),
        letter @ b'A'..=b'I' => u64::from(letter - b'A' + 1),
        letter @ b'J'..=b'R' => u64::from(letter - b'J' + 1),
        letter @ b'S'..=b'Z' => u64::from(letter - b'S' + 2),
        _ => return None,
    })
}

/// Whether 23 characters are a RIB: 89 × bank + 15 × branch + 3 × account + key is a multiple of 97 (CFONB,
/// "Relevé d'identité bancaire").
fn is_rib(compact: &[u8; 23]) -> bool {
    let digits = |range: Range<usize>| compact[range].iter().all(u8::is_ascii_digit);
    if !digits(0..10) || !digits(21..23) {
        return false;
    }
    // The remainder of the number is that of the weighed parts.
    let mut rest = 0;
    for &byte in compact {
        let Some(value) = rib_value(byte) else {
            return false;
        };
        rest = (rest * 10 + value) % 97;
    }
    // A key is 01 to 97, and a bank of zeros is none.
    let key = (compact[21] - b'0') * 10 + (compact[22] - b'0');
    rest == 0 && (1..=97).contains(&key) && compact[..5] != *b"00000"
}

/// A RIB's 23 characters from `start`, in groups of 5, 5, 11 and 2 or together, and where it ends. Looks at
/// 46 bytes at most.
fn rib_at(bytes: &[u8], start: usize) -> Option<(usize, [u8; 23])> {
    let mut compact = [0u8; 23];
    let mut read = 0;
    let mut at = start;
    while read < 23 {
        let byte = *bytes.get(at)?;
        if byte.is_ascii_alphanumeric() {
            compact[read] = byte.to_ascii_uppercase();
            read += 1;
        } else if !matches!(byte, b' ' | b'-' | b'.' | b'/' | b'|' | b'\t')
            || !bytes[at - 1].is_ascii_alphanumeric()
            // Banks group the account in many ways, and nothing else.
            || matches!(read, 1..=4 | 6..=9 | 22)
        {
            return None;
        }
        at += 1;
    }
    (!letter_after(bytes, at)).then_some((at, compact))
}

/// The parts of a RIB under their names: "code banque 30002, guichet 00550, compte 0000157841Z, clé 25".
/// Looks at 200 bytes at most, and only where a word of theirs follows the first.
fn rib_in_words(bytes: &[u8], start: usize) -> Option<(usize, [u8; 23])> {
    let limit = bytes.len().min(start + 200);
    let mut compact = [0u8; 23];
    let mut read = 0;
    let mut at = start;
    for size in [5, 5, 11, 2] {
        loop {
            // To the next word.
            while at < limit && !bytes[at].is_ascii_alphanumeric() {
                at += 1;
            }
            let length = bytes[at..limit]
                .iter()
                .take_while(|byte| byte.is_ascii_alphanumeric())
                .count();
            if length == 0 {
                return None;
            }
            let word = &bytes[at..at + length];
            at += length;
            if !word.iter().any(u8::is_ascii_digit) {
                continue;
            }
            if length != size {
                return None;
            }
            for (to, from) in compact[read..].iter_mut().zip(word) {
                *to = from.to_ascii_uppercase();
            }
            read += size;
            break;
        }
    }
    Some((at, compact))
}

pub(crate) fn rib(text: &str) -> Result<(String, Proof), ParseError> {
    let kind = Kind::Rib;
    let bytes = text.as_bytes();
    let found = match bytes.first() {
        Some(first) if first.is_ascii_digit() => rib_at(bytes, 0)
            .filter(|(end, _)| *end == bytes.len())
            .or_else(|| rib_in_words(bytes, 0).filter(|(end, _)| *end == bytes.len())),
        _ => None,
    };
    match found {
        Some((_, compact)) if is_rib(&compact) => Ok((
            compact.iter().map(|byte| char::from(*byte)).collect(),
            Proof::Checksum,
        )),
        Some((_, compact)) if compact.iter().filter(|byte| byte.is_ascii_digit()).count() > 18 => {
            Err(ParseError::Checksum { kind })
        }
        _ => Err(ParseError::Shape { kind }),
    }
}

/// A payment service and how its accounts are written.
struct Service {
    /// The part before the colon of the canonical form.
    name: &'static str,
    /// Words that name it before a handle.
    topic: Option<Topics>,
    words: &'static [&'static str],
    /// Hosts and what stands between host and handle in a link.
    links: &'static [(&'static str, &'static str)],
    longest: usize,
}

/// Wero has no handle: its accounts are phone numbers and e-mail addresses.
static SERVICES: [Service; 6] = [
    Service {
        name: "paypal",
        topic: Some(Topics::PAYPAL),
        words: &["paypal.me", "pay pal"],
        links: &[
            ("paypal.me", ""),
            ("paypal.com", "paypalme"),
            ("paypal.com", "paypal.me"),
        ],
        longest: 20,
    },
    Service {
        name: "revolut",
        topic: Some(Topics::REVOLUT),
        words: &["revtag"],
        links: &[("revolut.me", "")],
        longest: 30,
    },
    Service {
        name: "cashapp",
        topic: Some(Topics::CASH_APP),
        words: &["cash app", "cash.app"],
        links: &[("cash.app", "")],
        longest: 21,
    },
    // A pot's page; the form of the older and of the newer host, neither stated by the service.
    Service {
        name: "lydia",
        topic: Some(Topics::LYDIA),
        words: &[],
        links: &[("lydia-app.com", "collect"), ("pots.lydia.me", "collect")],
        longest: 64,
    },
    Service {
        name: "wise",
        topic: None,
        words: &[],
        links: &[("wise.com", "pay/me")],
        longest: 40,
    },
    Service {
        name: "venmo",
        topic: None,
        words: &["venmo"],
        links: &[("venmo.com", "u"), ("account.venmo.com", "u")],
        longest: 30,
    },
];

impl Service {
    fn account(&self, handle: &str) -> Option<String> {
        let handle = handle.trim_start_matches(['@', '$']);
        let legal = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'_' | b'-');
        let sane = (2..=self.longest).contains(&handle.len())
            && handle.bytes().all(legal)
            && handle.as_bytes()[0].is_ascii_alphanumeric()
            && !handle.ends_with(['.', '-']);
        sane.then(|| format!("{}:{}", self.name, handle.to_ascii_lowercase()))
    }

    fn is_called(&self, word: &str) -> bool {
        self.name.eq_ignore_ascii_case(word)
            || self
                .words
                .iter()
                .any(|known| known.eq_ignore_ascii_case(word))
    }
}

/// `service:handle`, `service @handle`, or a link.
pub(crate) fn payment(text: &str) -> Result<(String, Proof), ParseError> {
    let shape = ParseError::Shape {
        kind: Kind::Payment,
    };
    if text.len() > 256 {
        return Err(shape);
    }
    let named = text
        .split_once(':')
        .or_else(|| text.split_once(" @").or_else(|| text.split_once(" $")));
    if let Some((word, handle)) = named
        && let Some(service) = SERVICES
            .iter()
            .find(|service| service.is_called(word.trim()))
        && let Some(account) = service.account(handle.trim())
    {
        return Ok((account, Proof::Shape));
    }
    let (url, _) = crate::web::url(text).map_err(|_| shape.clone())?;
    match of_url(&url) {
        Some(found) => Ok((found.canonical().to_owned(), Proof::Shape)),
        None => Err(shape),
    }
}

/// The account at a payment service that a URL leads to.
pub(crate) fn of_url(url: &Url) -> Option<Observable> {
    let host = url.host_str()?;
    let host = host.strip_prefix("www.").unwrap_or(host);
    // Pages of the service itself.
    const RESERVED: [&str; 12] = [
        "r", "p", "fr", "en", "my", "login", "signin", "signup", "help", "pools", "legal", "app",
    ];
    for service in &SERVICES {
        for (known, between) in service.links {
            if *known != host {
                continue;
            }
            let mut path = url.path().trim_start_matches('/');
            // "paypal.com/fr/paypalme/x"
            if let Some((country, rest)) = path.split_once('/')
                && country.len() == 2
                && !between.is_empty()
            {
                path = rest;
            }
            let Some(rest) = path.strip_prefix(between) else {
                continue;
            };
            let handle = rest.trim_start_matches('/').split('/').next()?;
            if !between.is_empty() && !rest.starts_with('/') || RESERVED.contains(&handle) {
                continue;
            }
            if service.name == "cashapp" && !handle.starts_with('$') {
                continue;
            }
            // A pot is in the path, or the query says which.
            let of_query = || {
                let (_, id) = url.query_pairs().find(|(name, _)| name == "id")?;
                service.account(&id)
            };
            let account = if service.name == "lydia" {
                of_query().or_else(|| service.account(handle))
            } else {
                service.account(handle)
            };
            return account.map(|account| Observable::from_canonical(Kind::Payment, account));
        }
    }
    None
}

/// What a code looks like: how many characters, and which.
enum Code {
    Digits(std::ops::RangeInclusive<usize>),
    /// Letters and digits, of the lengths given.
    Mixed(&'static [usize]),
}

struct Issuer {
    name: &'static str,
    topic: Topics,
    words: &'static [&'static str],
    code: Code,
}

/// Issuers of prepaid codes. Of these forms, paysafecard's is stated by the issuer's help pages and PCS's ten
/// characters by guides to its recharge by SMS; the others are as codes in circulation look, and are not
/// confirmed by any source.
static ISSUERS: [Issuer; 9] = [
    Issuer {
        name: "pcs",
        topic: Topics::PCS,
        words: &["pcs"],
        code: Code::Mixed(&[10]),
    },
    Issuer {
        name: "transcash",
        topic: Topics::TRANSCASH,
        words: &["transcash"],
        code: Code::Digits(12..=12),
    },
    Issuer {
        name: "neosurf",
        topic: Topics::NEOSURF,
        words: &["neosurf"],
        code: Code::Mixed(&[10]),
    },
    Issuer {
        name: "paysafecard",
        topic: Topics::PAYSAFECARD,
        words: &["paysafecard", "paysafe"],
        code: Code::Digits(16..=16),
    },
    Issuer {
        name: "steam",
        topic: Topics::STEAM_CARD,
        words: &["steam", "carte steam"],
        code: Code::Mixed(&[15]),
    },
    Issuer {
        name: "google_play",
        topic: Topics::GOOGLE_PLAY,
        words: &["google play", "googleplay", "google_play"],
        code: Code::Mixed(&[16, 20]),
    },
    Issuer {
        name: "apple",
        topic: Topics::APPLE_CARD,
        words: &["apple", "itunes", "carte apple"],
        code: Code::Mixed(&[16]),
    },
    Issuer {
        name: "amazon",
        topic: Topics::AMAZON_CARD,
        words: &["amazon", "carte amazon"],
        code: Code::Mixed(&[14, 15]),
    },
    Issuer {
        name: "toneo",
        topic: Topics::TONEO,
        words: &["toneo", "toneo first"],
        code: Code::Digits(10..=16),
    },
];

impl Issuer {
    /// A code of this issuer's that begins at `at`, in groups or together: the end and the code. Looks at 40
    /// bytes at most.
    fn code_at(&self, bytes: &[u8], at: usize) -> Option<(usize, String)> {
        let lengths: &[usize] = match &self.code {
            Code::Digits(_) => &[],
            Code::Mixed(lengths) => lengths,
        };
        let longest = match &self.code {
            Code::Digits(range) => *range.end(),
            Code::Mixed(lengths) => lengths.iter().copied().max().unwrap_or(0),
        };
        let mut code = [0u8; 20];
        let mut read = 0;
        let mut cursor = at;
        // The longest reading that ends a group.
        let mut best = None;
        loop {
            let from = cursor;
            let mut digits = false;
            while read < longest
                && let Some(byte) = bytes.get(cursor)
                && (byte.is_ascii_digit()
                    || matches!(self.code, Code::Mixed(_)) && byte.is_ascii_alphabetic())
            {
                digits |= byte.is_ascii_digit();
                code[read] = byte.to_ascii_uppercase();
                read += 1;
                cursor += 1;
            }
            let group = &bytes[from..cursor];
            // A word after the code is no group of it.
            let lower = group.iter().any(u8::is_ascii_lowercase);
            if group.is_empty() || letter_after(bytes, cursor) || (lower && !digits) {
                break;
            }
            let right = match &self.code {
                Code::Digits(range) => range.contains(&read),
                Code::Mixed(_) => lengths.contains(&read),
            };
            if right {
                best = Some((cursor, read));
            }
            let separated = matches!(bytes.get(cursor), Some(b' ' | b'-'))
                && bytes.get(cursor + 1).is_some_and(u8::is_ascii_alphanumeric);
            // Groups of a code are not single characters.
            if !separated || group.len() < 2 || read == longest {
                break;
            }
            cursor += 1;
        }
        let (end, read) = best?;
        let code = &code[..read];
        // What more digits follow is another number.
        let goes_on = matches!(bytes.get(end), Some(b'-' | b'.' | b'/'))
            && bytes.get(end + 1).is_some_and(u8::is_ascii_alphanumeric);
        (!goes_on).then(|| (end, code.iter().map(|byte| char::from(*byte)).collect()))
    }

    /// Whether a code, as it is written, is none of the words of a sentence. Words have no digits, and a code in letters
    /// has several, unless hyphens cut it as the issuer does.
    fn is_no_word(&self, written: &[u8], code: &str) -> bool {
        let digits = code.bytes().filter(u8::is_ascii_digit).count();
        match self.name {
            "apple" => code.starts_with('X') && digits > 0,
            _ => {
                let lower = written.iter().any(u8::is_ascii_lowercase);
                digits >= 2
                    || !lower && (written.contains(&b'-') || digits == 1 && code.len() >= 14)
            }
        }
    }
}

/// `issuer:CODE`, or the issuer's name and the code.
pub(crate) fn gift_card(text: &str) -> Result<(String, Proof), ParseError> {
    let shape = ParseError::Shape {
        kind: Kind::GiftCard,
    };
    if text.len() > 80 {
        return Err(shape);
    }
    for issuer in &ISSUERS {
        for word in issuer.words {
            let Some(before) = text.get(..word.len()) else {
                continue;
            };
            if !before.eq_ignore_ascii_case(word) {
                continue;
            }
            let rest = &text[word.len()..];
            let code = rest.trim_start_matches([' ', ':']);
            if code.len() == rest.len() {
                continue;
            }
            // After a colon stands what was found before, without its hyphens.
            let capitals = !code.bytes().any(|byte| byte.is_ascii_lowercase());
            let found = issuer.name != "apple" && capitals && rest.starts_with(':');
            if let Some((end, canonical)) = issuer.code_at(code.as_bytes(), 0)
                && end == code.len()
                && (found || issuer.is_no_word(code.as_bytes(), &canonical))
                && crate::card::card(&canonical).is_err()
            {
                return Ok((format!("{}:{canonical}", issuer.name), Proof::Shape));
            }
        }
    }
    Err(shape)
}

/// How far the words that say what a code is may stand, in bytes.
const NEAR: usize = 60;

impl Scanner<'_> {
    /// A token without small letters, of any length: a bank's code. Answers where the walk goes on.
    pub(crate) fn bank_token(&mut self, start: usize, end: usize) -> Option<usize> {
        let bytes = self.bytes;
        // "BIC:BNPAFRPP", "(BNPAFRPPXXX).", "/BNPAFRPP"; a longer token is no code.
        if end - start > 40 {
            return None;
        }
        let mark = |byte: &u8| matches!(byte, b':' | b'/' | b'.');
        let mut from = start;
        let mut to = end;
        while to > from && mark(&bytes[to - 1]) {
            to -= 1;
        }
        if let Some(last) = bytes[from..to]
            .iter()
            .rposition(|byte| matches!(byte, b':' | b'/'))
        {
            from += last + 1;
            // What stands before is looked at by others unless it is the label.
            let label = &bytes[start..from - 1];
            if !label
                .iter()
                .all(|byte| byte.is_ascii_uppercase() || mark(byte))
            {
                return None;
            }
        }
        let code = &bytes[from..to];
        if !is_bic(code) || !self.is_bank_named(from, to) {
            return None;
        }
        let canonical = bic_canonical(&self.text[from..to]);
        self.push(Kind::Bic, canonical, Proof::Shape, from..to);
        Some(end)
    }

    /// Whether the words near a bank's code in capitals say what it is.
    fn is_bank_named(&mut self, start: usize, end: usize) -> bool {
        let bytes = self.bytes;
        let code = &bytes[start..end];
        let label = self
            .context
            .before(bytes, start, 32)
            .find(|(_, topics)| topics.any(Topics::BIC))
            .map(|(word, _)| word);
        // "BIC : X", "code swift de la banque : X"; right after the label, or after small letters.
        let labelled = label.is_some_and(|word| {
            let between = &bytes[word.end..start];
            between.len() <= 4 || !between.iter().any(|byte| byte.is_ascii_uppercase())
        });
        if labelled || self.beside_iban(start, end) {
            return true;
        }
        let institution = INSTITUTIONS.iter().any(|known| known[..] == code[..4]);
        let telling = institution
            || code[6..].iter().any(u8::is_ascii_digit)
            || code.len() == 11 && code.ends_with(b"XXX");
        telling
            && self
                .context
                .around(bytes, start..end, 64, 48)
                .any(Topics::BIC | Topics::BANK | Topics::RIB)
    }

    /// Whether an account stands just before or after.
    fn beside_iban(&mut self, start: usize, end: usize) -> bool {
        if let Some(last) = self.last_hit()
            && matches!(last.kind, Kind::Iban | Kind::Rib)
            && start.saturating_sub(last.span.end) <= 24
        {
            return true;
        }
        let after = self.bytes[end..]
            .iter()
            .take(3)
            .take_while(|byte| matches!(byte, b' ' | b'/' | b',' | b';' | b'\n' | b'-'))
            .count();
        self.work += 68;
        after > 0
            && matches!(
                money::iban_at(self.bytes, end + after),
                Some(money::IbanScan::Found { .. })
            )
    }

    /// A bank's code in small letters after its label's colon, which ends at `at`. Answers where the walk goes
    /// on.
    pub(crate) fn labelled_bank(&mut self, at: usize) -> Option<usize> {
        let bytes = self.bytes;
        let start = at
            + bytes[at..]
                .iter()
                .take(2)
                .take_while(|byte| **byte == b' ')
                .count();
        let length = bytes[start..]
            .iter()
            .take(12)
            .take_while(|byte| byte.is_ascii_alphanumeric())
            .count();
        let code = &bytes[start..start + length];
        if !is_bic(code) || letter_after(bytes, start + length) {
            return None;
        }
        self.work += 24;
        let labelled = self
            .context
            .before(bytes, at, 16)
            .any(|(_, topics)| topics.any(Topics::BIC));
        if !labelled {
            return None;
        }
        let canonical = bic_canonical(&self.text[start..start + length]);
        self.push(Kind::Bic, canonical, Proof::Shape, start..start + length);
        Some(start + length)
    }

    /// A RIB or a prepaid card's code at a run of letters and digits. Answers where the walk goes on.
    pub(crate) fn bank_run(&mut self, start: usize, end: usize) -> Option<usize> {
        self.rib_run(start, end)
            .or_else(|| self.gift_card_run(start, end))
    }

    fn rib_run(&mut self, start: usize, end: usize) -> Option<usize> {
        let bytes = self.bytes;
        let length = end - start;
        if !(length == 5 || length == 10 || length >= 21)
            || !bytes[start..start + 5].iter().all(u8::is_ascii_digit)
            || start > 1
                && matches!(bytes[start - 1], b' ' | b'-' | b'.')
                && bytes[start - 2].is_ascii_digit()
        {
            return None;
        }
        self.work += 46;
        if let Some((end, compact)) = rib_at(bytes, start)
            && is_rib(&compact)
        {
            self.push_rib(&compact, start..end);
            return Some(end);
        }
        if length != 5 {
            return None;
        }
        let near = self.context.around(bytes, start..end, 40, 24);
        if !near.any(Topics::RIB) {
            return None;
        }
        self.work += 200;
        let (end, compact) = rib_in_words(bytes, start)?;
        if !is_rib(&compact) {
            return None;
        }
        self.push_rib(&compact, start..end);
        Some(end)
    }

    fn push_rib(&mut self, compact: &[u8; 23], span: Range<usize>) {
        let canonical = compact.iter().map(|byte| char::from(*byte)).collect();
        self.push(Kind::Rib, canonical, Proof::Checksum, span);
    }

    fn gift_card_run(&mut self, start: usize, end: usize) -> Option<usize> {
        let bytes = self.bytes;
        let run = &bytes[start..end];
        // The shortest group of any issuer has two characters, a whole code twenty at most.
        if !(2..=20).contains(&run.len())
            || start > 1
                && matches!(bytes[start - 1], b'-' | b'.' | b'/')
                && bytes[start - 2].is_ascii_alphanumeric()
        {
            return None;
        }
        let capitals = run
            .iter()
            .all(|byte| byte.is_ascii_digit() || byte.is_ascii_uppercase());
        if !capitals && !run.iter().any(u8::is_ascii_digit) {
            return None;
        }
        self.work += 8;
        // Before the words are read: years, days and ages are no codes.
        if !could_be_code(bytes, start, end) {
            return None;
        }
        const ALL: Topics = Topics::PCS
            .with(Topics::TRANSCASH)
            .with(Topics::NEOSURF)
            .with(Topics::PAYSAFECARD)
            .with(Topics::STEAM_CARD)
            .with(Topics::GOOGLE_PLAY)
            .with(Topics::APPLE_CARD)
            .with(Topics::AMAZON_CARD)
            .with(Topics::TONEO);
        // The nearest issuer before; after, only where none stands before ("code 1234567890 (PCS)").
        let named = self
            .context
            .before(bytes, start, NEAR)
            .take_while(|(word, _)| !ends_sentence(&bytes[word.end..start]))
            .find(|(_, topics)| topics.any(ALL));
        let (topics, word) = match named {
            Some((word, topics)) => (topics, Some(word)),
            None => {
                let after = self.context.after(bytes, end, NEAR / 2);
                (
                    after.into_iter().find(|(_, topics)| topics.any(ALL))?.1,
                    None,
                )
            }
        };
        let issuer = ISSUERS.iter().find(|issuer| topics.any(issuer.topic))?;
        self.work += 40;
        // Groups of letters before this one, which the walk had no reason to stop at.
        let floor = word.as_ref().map_or(start, |word| word.end + 1);
        let mut start = start;
        while matches!(issuer.code, Code::Mixed(_))
            && run.len() == 4
            && start >= floor + 5
            && bytes[start - 1] == b' '
            && bytes[start - 5..start - 1]
                .iter()
                .all(u8::is_ascii_uppercase)
            && !letter_before(bytes, start - 5)
        {
            start -= 5;
        }
        let (after, code) = issuer.code_at(bytes, start)?;
        if !issuer.is_no_word(&bytes[start..after], &code) {
            return None;
        }
        let beside = word.as_ref().is_some_and(|word| {
            let between = &bytes[word.end..start];
            between.len() <= 3
                && between
                    .iter()
                    .all(|byte| matches!(byte, b' ' | b':' | b'\n'))
        });
        // Ten digits are a phone's too, unless the words right before them say that they are a code.
        if code.len() == 10
            && code.starts_with('0')
            && code.bytes().all(|byte| byte.is_ascii_digit())
        {
            let coded = self
                .context
                .before(bytes, start, 24)
                .any(|(_, topics)| topics.any(Topics::GIFT_CARD));
            if !beside && !coded {
                return None;
            }
        }
        // A card's number stays a card's: only that is kept masked.
        if crate::card::card(&code).is_ok() {
            return None;
        }
        let from = match word {
            Some(word)
                if beside
                    && self
                        .last_hit()
                        .is_none_or(|last| last.span.end <= word.start) =>
            {
                word.start
            }
            _ => start,
        };
        self.push(
            Kind::GiftCard,
            format!("{}:{code}", issuer.name),
            Proof::Shape,
            from..after,
        );
        Some(after)
    }

    /// The account at a payment service whose `@` stands at `at`, where the nearest service or platform named
    /// beside it is a payment service. Answers where the walk goes on.
    pub(crate) fn payment_handle(&mut self, at: usize) -> Option<usize> {
        let bytes = self.bytes;
        let length = bytes[at + 1..]
            .iter()
            .take(33)
            .take_while(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'_' | b'-'))
            .count();
        let handle = self.text[at + 1..at + 1 + length].trim_end_matches(['.', '-']);
        let end = at + 1 + handle.len();
        if handle.len() < 2
            || letter_after(bytes, end)
            || handle.bytes().all(|byte| byte.is_ascii_digit())
            || letter_before(bytes, at)
        {
            return None;
        }
        let service = |topics: Topics| {
            SERVICES
                .iter()
                .find(|service| service.topic.is_some_and(|topic| topics.any(topic)))
        };
        let named = self
            .context
            .before(bytes, at, 48)
            .take_while(|(word, _)| !ends_sentence(&bytes[word.end..at]))
            .find(|(_, topics)| topics.any(PLATFORMS))
            .filter(|(word, _)| !bytes[word.end..at].contains(&b'\n'));
        let found = match named {
            Some((_, topics)) => service(topics)?,
            None => {
                let after = self.context.after(bytes, end, 20);
                let (word, topics) = after
                    .into_iter()
                    .find(|(_, topics)| topics.any(PLATFORMS))?;
                if bytes[end..word.start]
                    .iter()
                    .any(|byte| matches!(byte, b'\n' | b'@'))
                {
                    return None;
                }
                service(topics)?
            }
        };
        let account = found.account(handle)?;
        self.push(Kind::Payment, account, Proof::Shape, at..end);
        Some(end)
    }
}

/// Everything that gives handles: the nearest one counts.
const PLATFORMS: Topics = Topics::PAYPAL
    .with(Topics::LYDIA)
    .with(Topics::REVOLUT)
    .with(Topics::CASH_APP)
    .with(Topics::TELEGRAM)
    .with(Topics::FACEBOOK)
    .with(Topics::INSTAGRAM)
    .with(Topics::TIKTOK)
    .with(Topics::SNAPCHAT)
    .with(Topics::TWITTER)
    .with(Topics::DISCORD)
    .with(Topics::YOUTUBE)
    .with(Topics::LINKEDIN)
    .with(Topics::LEBONCOIN)
    .with(Topics::VINTED)
    .with(Topics::TWITCH)
    .with(Topics::THREADS)
    .with(Topics::SIGNAL)
    .with(Topics::WHATSAPP)
    .with(Topics::STEAM)
    .with(Topics::MASTODON);

#[cfg(test)]
mod tests {
    use crate::testing::check;
    use proptest::prelude::*;

    use super::*;
    use crate::extract;

    const IBAN: &str = "iban FR1420041010050500013M02606";

    #[test]
    fn a_bank_code_needs_its_word_or_an_account() {
        for text in [
            "BIC BNPAFRPP",
            "BIC: BNPAFRPPXXX.",
            "BIC:BNPAFRPP",
            "bic : bnpafrpp",
            "Code SWIFT : BNPAFRPPXXX",
            "BIC/SWIFT : BNPAFRPP",
            "banque BNP, BNPAFRPP, Paris",
        ] {
            check(text, &["bic BNPAFRPP"]);
        }
        check("BIC AGRIFRPP882", &["bic AGRIFRPP882"]);
        for text in [
            "FR14 2004 1010 0505 0001 3M02 606 BNPAFRPP",
            "FR14 2004 1010 0505 0001 3M02 606 / BNPAFRPP",
            "FR14 2004 1010 0505 0001 3M02 606/BNPAFRPP.",
        ] {
            check(text, &[IBAN, "bic BNPAFRPP"]);
        }
        check(
            "BNPAFRPP / FR14 2004 1010 0505 0001 3M02 606",
            &["bic BNPAFRPP", IBAN],
        );
        for text in [
            "BONJOUR!",
            "RENDEZ-VOUS MERCREDI",
            "MON COMPTE INTERNET",
            "LE CODE BIC BANCAIRE",
            "LA BANQUE A FAIT UN VIREMENT MERCREDI SUR INTERNET",
            "URGENCES, PERSONNE NE RÉPOND À LA BANQUE",
            "BNPAFRPP",
            "BIC BNPAQQPP",
        ] {
            check(text, &[]);
        }
    }

    #[test]
    fn a_rib_proves_itself_in_any_grouping() {
        // The example of the CFONB's notice, as in the IBAN registry's FR example.
        let rib = "rib 20041010050500013M02606";
        for text in [
            "20041010050500013M02606",
            "20041 01005 0500013M026 06",
            "RIB : 20041 01005 0500013m026 06",
            "20041-01005-0500013M026-06",
            "banque 20041 guichet 01005 compte 0500013M026 clé 06",
            "Code banque : 20041, code guichet : 01005, n° de compte : 0500013M026, clé RIB : 06",
        ] {
            check(text, &[rib]);
        }
        check("20041 01005 0500013M026 07", &[]);
        check("00000 00000 00000000000 97", &[]);
        let iban = Observable::parse(Kind::Iban, "FR1420041010050500013M02606").unwrap();
        let derived = iban.derived();
        assert_eq!(
            (derived[0].kind(), derived[0].canonical()),
            (Kind::Rib, "20041010050500013M02606")
        );
    }

    #[test]
    fn payment_links_and_handles_fold() {
        for text in [
            "https://paypal.me/Test.Arnaque"
                .replace(".Arnaque", "Arnaque")
                .as_str(),
            "paypal.me/testarnaque/50EUR",
            "https://www.paypal.com/paypalme/TestArnaque",
            "https://www.paypal.com/fr/paypalme/testarnaque?country.x=FR",
            "PayPal : @testarnaque",
            "@testarnaque sur PayPal",
        ] {
            check(text, &["payment paypal:testarnaque"]);
        }
        check("https://revolut.me/test7x", &["payment revolut:test7x"]);
        check("mon Revtag est @test7x.", &["payment revolut:test7x"]);
        check("cash.app/$TestArnaque", &["payment cashapp:testarnaque"]);
        check(
            "https://lydia-app.com/collect/12345-pot-test/fr",
            &["payment lydia:12345-pot-test"],
        );
        check(
            "sur Revolut puis Telegram @test_arnaque",
            &["telegram test_arnaque"],
        );
        check("paypal.com/signin", &["url https://paypal.com/signin"]);
        check("merci @testarnaque", &[]);
    }

    #[test]
    fn codes_need_their_issuer() {
        check(
            "un coupon PCS de 100 € : 1234567890",
            &["amount 100.00 EUR", "gift_card pcs:1234567890"],
        );
        check("recharge PCS A1B2C6D6E3", &["gift_card pcs:A1B2C6D6E3"]);
        check("codes PCS 0639981234", &["gift_card pcs:0639981234"]);
        check(
            "ticket Transcash 1234 5678 9012",
            &["gift_card transcash:123456789012"],
        );
        check("Neosurf AB12CD34EF", &["gift_card neosurf:AB12CD34EF"]);
        check(
            "paysafecard 0123 4567 8901 2345",
            &["gift_card paysafecard:0123456789012345"],
        );
        check(
            "carte Steam : AB1CD-EF2GH-IJ3KL",
            &["gift_card steam:AB1CDEF2GHIJ3KL"],
        );
        check(
            "carte Google Play ABCD1234EFGH5678",
            &["gift_card google_play:ABCD1234EFGH5678"],
        );
        check(
            "carte iTunes X123 4567 89AB CDEF",
            &["gift_card apple:X123456789ABCDEF"],
        );
        check(
            "carte cadeau Amazon AB12-CDEF34-GH56",
            &["gift_card amazon:AB12CDEF34GH56"],
        );
        check("Toneo First 1234567890", &["gift_card toneo:1234567890"]);
        for text in [
            "code 1234567890",
            "la carte PCS du 12/03/2024, 3 fois",
            "paysafecard 4111 1111 1111 1111",
            "Steam depuis 2010",
        ] {
            assert!(
                extract(text)
                    .hits
                    .iter()
                    .all(|hit| hit.kind != Kind::GiftCard),
                "{text}"
            );
        }
        check(
            "carte PCS, appelez le 06 39 98 12 34",
            &["phone +33639981234"],
        );
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 1_000, ..ProptestConfig::default() })]

        #[test]
        fn codes_and_accounts_read_back(text in "[A-Za-z]{4}(FR|DE|be|XX)[A-Z0-9]{2}(XXX|[0-9]{3})?|[0-9]{5} ?[0-9]{5} ?[0-9A-Z]{11} ?[0-9]{2}|(paypal|revolut|lydia|cashapp)[: ]@?[a-zA-Z0-9._-]{1,22}|(PCS|transcash|steam|apple|amazon|toneo|google play|neosurf)[ :]{1,2}[0-9A-Z]{4,6}[ -]?[0-9A-Z]{4,6}[ -]?[0-9A-Z]{2,6}") {
            for kind in [Kind::Bic, Kind::Rib, Kind::Payment, Kind::GiftCard] {
                if let Ok(found) = Observable::parse(kind, &text) {
                    prop_assert_eq!(&Observable::parse(kind, found.canonical()), &Ok(found.clone()));
                }
            }
        }

        #[test]
        fn made_ribs_are_found(bank in 1u32..100_000, branch in 0u32..100_000, account in "[0-9A-Z]{11}") {
            let mut compact = [b'0'; 23];
            compact.copy_from_slice(format!("{bank:05}{branch:05}{account}00").as_bytes());
            let rest = compact.iter().fold(0, |rest, byte| (rest * 10 + rib_value(*byte).unwrap()) % 97);
            let rib = format!("{bank:05}{branch:05}{account}{:02}", 97 - rest);
            let hits = extract(&format!("RIB {rib}")).hits;
            prop_assert!(hits.len() == 1 && hits[0].kind == Kind::Rib && hits[0].canonical == rib, "{} {:?}", rib, hits);
        }
    }
}
