//! Numbers of companies: SIREN, SIRET, VAT.
//!
//! The Luhn key of a SIREN is right for one number in ten, so a SIREN is only taken where words say
//! that it is one. A SIRET holds two such keys, and groups that few other numbers have.

use std::ops::Range;

use crate::{
    Kind, Observable, ParseError, Proof,
    card::luhn,
    context::{Topics, letter_after, letter_before},
    extract::Scanner,
};

/// SIREN of La Poste, whose establishments have another key.
const LA_POSTE: &[u8] = b"356000000";
/// How far words of companies may stand before and after a number, in bytes: "RCS de
/// Boulogne-Billancourt sous le numéro B …", "… RCS Paris".
const BEFORE: usize = 64;
const AFTER: usize = 24;

fn is_siren(digits: &[u8]) -> bool {
    digits.len() == 9 && digits.iter().any(|byte| *byte != b'0') && luhn(digits)
}

/// INSEE: both the SIREN and the whole have Luhn's key, but for La Poste, where the sum of the digits
/// is a multiple of five.
fn is_siret(digits: &[u8]) -> bool {
    if digits.len() != 14 || !is_siren(&digits[..9]) {
        return false;
    }
    let sum: u32 = digits.iter().map(|byte| u32::from(byte - b'0')).sum();
    luhn(digits) || digits.starts_with(LA_POSTE) && sum.is_multiple_of(5)
}

/// The digits of a text of digits and single separators.
fn only_digits(text: &str, most: usize) -> Option<String> {
    let mut digits = String::new();
    let mut separated = true;
    for character in text.chars() {
        match character {
            '0'..='9' => {
                digits.push(character);
                separated = false;
            }
            ' ' | '.' | '-' if !separated => separated = true,
            _ => return None,
        }
        if digits.len() > most {
            return None;
        }
    }
    (!separated).then_some(digits)
}

fn read_digits(
    text: &str,
    kind: Kind,
    length: usize,
    proved: fn(&[u8]) -> bool,
) -> Result<(String, Proof), ParseError> {
    match only_digits(text, length).filter(|digits| digits.len() == length) {
        None => Err(ParseError::Shape { kind }),
        Some(digits) if proved(digits.as_bytes()) => Ok((digits, Proof::Checksum)),
        Some(_) => Err(ParseError::Checksum { kind }),
    }
}

pub(crate) fn siren(text: &str) -> Result<(String, Proof), ParseError> {
    read_digits(text, Kind::Siren, 9, is_siren)
}

pub(crate) fn siret(text: &str) -> Result<(String, Proof), ParseError> {
    read_digits(text, Kind::Siret, 14, is_siret)
}

pub(crate) fn vat(text: &str) -> Result<(String, Proof), ParseError> {
    let shape = ParseError::Shape { kind: Kind::Vat };
    match vat_at(text.as_bytes(), 0) {
        Some(found) if found.end == text.len() => match found.key {
            Key::Wrong => Err(ParseError::Checksum { kind: Kind::Vat }),
            Key::None => Ok((found.canonical, Proof::Shape)),
            Key::Weak | Key::Strong => Ok((found.canonical, Proof::Checksum)),
        },
        _ => Err(shape),
    }
}

/// In groups, as they are printed: 3-3-3, and 5 for the establishment.
pub(crate) fn groups(canonical: &str) -> String {
    let mut shown = String::with_capacity(canonical.len() + 3);
    for (at, character) in canonical.chars().enumerate() {
        if matches!(at, 3 | 6 | 9) {
            shown.push(' ');
        }
        shown.push(character);
    }
    shown
}

/// The company that a SIRET or a French VAT number names.
pub(crate) fn siren_of(kind: Kind, canonical: &str) -> Option<Observable> {
    let digits = match kind {
        Kind::Siret => canonical.get(..9)?,
        Kind::Vat => canonical.strip_prefix("FR")?.get(2..)?,
        _ => return None,
    };
    // Monaco's numbers have a French prefix and no SIREN.
    let is_french = digits.bytes().all(|byte| byte.is_ascii_digit()) && is_siren(digits.as_bytes());
    is_french.then(|| Observable::from_canonical(Kind::Siren, digits.to_owned()))
}

/// What the check characters of a VAT number say.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Key {
    /// The country has none that we know.
    None,
    Wrong,
    /// Right, as one in about ten would be by chance.
    Weak,
    /// Right, as one in about a hundred would be.
    Strong,
}

struct VatNumber {
    end: usize,
    canonical: String,
    key: Key,
    /// Whether nothing stands between the country and the rest.
    glued: bool,
}

/// The longest rest of a VAT number after its country.
const LONGEST_VAT: usize = 12;

/// What follows the country's two letters: a digit is `9`, a letter `A`, either `*`; anything else is
/// itself (European Commission, VIES, structure of VAT numbers).
fn vat_shapes(country: [u8; 2]) -> &'static [&'static str] {
    match &country {
        b"AT" => &["U99999999"],
        b"BE" => &["9999999999"],
        b"BG" => &["9999999999", "999999999"],
        b"CH" => &["E999999999"],
        b"CY" => &["99999999A"],
        b"CZ" => &["9999999999", "999999999", "99999999"],
        b"DE" | b"EE" | b"EL" | b"GR" | b"PT" => &["999999999"],
        b"DK" | b"FI" | b"HU" | b"LU" | b"MT" | b"SI" => &["99999999"],
        b"ES" => &["A9999999*", "99999999A"],
        b"FR" => &["**999999999"],
        b"GB" | b"XI" => &["999999999999", "999999999"],
        b"HR" | b"IT" | b"LV" => &["99999999999"],
        b"IE" => &["9999999AA", "9999999A", "9A99999A"],
        b"LT" => &["999999999999", "999999999"],
        b"NL" => &["999999999B99"],
        b"PL" | b"SK" => &["9999999999"],
        b"RO" => &["9999999999", "999999999", "99999999", "9999999"],
        b"SE" => &["999999999999"],
        _ => &[],
    }
}

fn has_shape(rest: &[u8], shape: &str) -> bool {
    rest.len() == shape.len()
        && rest
            .iter()
            .zip(shape.bytes())
            .all(|(byte, wanted)| match wanted {
                b'9' => byte.is_ascii_digit(),
                b'A' => byte.is_ascii_uppercase(),
                b'*' => byte.is_ascii_alphanumeric(),
                _ => *byte == wanted,
            })
}

/// A VAT number that begins at `start`, with single separators between its parts. Looks at a bounded
/// number of bytes.
fn vat_at(text: &[u8], start: usize) -> Option<VatNumber> {
    let &[a, b] = text.get(start..start + 2)?.first_chunk()?;
    let country = [a.to_ascii_uppercase(), b.to_ascii_uppercase()];
    let shapes = vat_shapes(country);
    if shapes.is_empty() || a.is_ascii_uppercase() != b.is_ascii_uppercase() {
        return None;
    }
    let mut rest = [0; LONGEST_VAT];
    // Where the text stands after so many characters; 0 where a word goes on.
    let mut ends = [0; LONGEST_VAT + 1];
    let mut count = 0;
    let mut at = start + 2;
    let mut glued = true;
    loop {
        match text.get(at) {
            Some(byte) if byte.is_ascii_alphanumeric() && count < LONGEST_VAT => {
                rest[count] = byte.to_ascii_uppercase();
                count += 1;
                at += 1;
                if !letter_after(text, at) && text.get(at) != Some(&b'_') {
                    ends[count] = at;
                }
            }
            Some(b' ' | b'.' | b'-')
                if text.get(at + 1).is_some_and(u8::is_ascii_alphanumeric)
                    && count < LONGEST_VAT =>
            {
                glued &= count > 0;
                at += 1;
            }
            _ => break,
        }
    }
    let shape = shapes.iter().find(|shape| {
        let length = shape.len();
        length <= count && ends[length] > 0 && has_shape(&rest[..length], shape)
    })?;
    let rest = &rest[..shape.len()];
    let key = vat_key(country, rest);
    let country = if country == *b"GR" { *b"EL" } else { country };
    let canonical = country
        .iter()
        .chain(rest)
        .map(|&byte| char::from(byte))
        .collect();
    Some(VatNumber {
        end: ends[rest.len()],
        canonical,
        key,
        glued,
    })
}

fn number(digits: &[u8]) -> u64 {
    digits
        .iter()
        .fold(0, |sum, byte| sum * 10 + u64::from(byte - b'0'))
}

fn weighted(digits: &[u8], weights: &[u32]) -> u32 {
    digits
        .iter()
        .zip(weights)
        .map(|(byte, weight)| u32::from(byte - b'0') * weight)
        .sum()
}

/// ISO 7064, MOD 11,10.
fn mod_11_10(digits: &[u8]) -> bool {
    let Some((last, first)) = digits.split_last() else {
        return false;
    };
    let product = first.iter().fold(10, |product, byte| {
        let sum = (product + u32::from(byte - b'0')) % 10;
        (if sum == 0 { 10 } else { sum }) * 2 % 11
    });
    (11 - product) % 10 == u32::from(last - b'0')
}

/// Spain: a person's letter is the number modulo 23, a company's key is Luhn's.
fn spanish_key(rest: &[u8]) -> bool {
    const LETTERS: &[u8; 23] = b"TRWAGMYFPDXBNJZSQVHLCKE";
    let last = rest[8];
    let person = |first: u64, digits: &[u8]| {
        let number = first * 10_000_000 + number(digits);
        LETTERS[(number % 23) as usize] == last
    };
    match rest[0] {
        b'0'..=b'9' => person(u64::from(rest[0] - b'0'), &rest[1..8]),
        b'X' | b'Y' | b'Z' => person(u64::from(rest[0] - b'X'), &rest[1..8]),
        b'K' | b'L' | b'M' => person(0, &rest[1..8]),
        _ => {
            let key = (b'0'..=b'9').find(|key| {
                let mut whole = [0; 8];
                whole[..7].copy_from_slice(&rest[1..8]);
                whole[7] = *key;
                luhn(&whole)
            });
            key.is_some_and(|key| key == last || b"JABCDEFGHI"[usize::from(key - b'0')] == last)
        }
    }
}

fn vat_key(country: [u8; 2], rest: &[u8]) -> Key {
    let digit = |at: usize| u32::from(rest[at] - b'0');
    let strong = |right: bool| if right { Key::Strong } else { Key::Wrong };
    let weak = |right: bool| if right { Key::Weak } else { Key::Wrong };
    match &country {
        b"FR" if rest[..2].iter().all(u8::is_ascii_digit) => {
            strong((12 + 3 * (number(&rest[2..]) % 97)) % 97 == number(&rest[..2]))
        }
        b"BE" => strong(
            matches!(rest[0], b'0' | b'1') && 97 - number(&rest[..8]) % 97 == number(&rest[8..]),
        ),
        b"LU" => strong(number(&rest[..6]) % 89 == number(&rest[6..])),
        b"NL" => {
            let eleven = weighted(&rest[..8], &[9, 8, 7, 6, 5, 4, 3, 2]) % 11 == digit(8);
            // Since 2020 those of a single person have the key of the whole (ISO 7064, MOD 97-10).
            let letters = b"NL".iter().chain(rest);
            let whole = letters.fold(0u32, |sum, byte| match byte {
                b'0'..=b'9' => (sum * 10 + u32::from(byte - b'0')) % 97,
                _ => (sum * 100 + u32::from(byte - b'A') + 10) % 97,
            });
            strong(eleven || whole == 1)
        }
        b"GB" | b"XI" => {
            let sum = weighted(&rest[..7], &[8, 7, 6, 5, 4, 3, 2]) + number(&rest[7..9]) as u32;
            strong(matches!(sum % 97, 0 | 42))
        }
        b"DE" | b"HR" => weak(rest[0] != b'0' && mod_11_10(rest)),
        b"IT" => weak(luhn(rest)),
        b"ES" => weak(spanish_key(rest)),
        b"PT" => {
            let key = 11 - weighted(&rest[..8], &[9, 8, 7, 6, 5, 4, 3, 2]) % 11;
            weak(digit(8) == if key >= 10 { 0 } else { key })
        }
        b"PL" => weak(weighted(&rest[..9], &[6, 5, 7, 2, 3, 4, 5, 6, 7]) % 11 == digit(9)),
        b"AT" => {
            let sum: u32 = (1..8)
                .map(|at| {
                    let doubled = digit(at) << ((at + 1) % 2);
                    doubled / 10 + doubled % 10
                })
                .sum();
            weak((10 - (sum + 4) % 10) % 10 == digit(8))
        }
        b"DK" => weak(weighted(rest, &[2, 7, 6, 5, 4, 3, 2, 1]).is_multiple_of(11)),
        b"FI" => weak(weighted(rest, &[7, 9, 10, 5, 8, 4, 2, 1]).is_multiple_of(11)),
        b"SE" => weak(luhn(&rest[..10])),
        b"EL" | b"GR" => {
            weak(weighted(&rest[..8], &[256, 128, 64, 32, 16, 8, 4, 2]) % 11 % 10 == digit(8))
        }
        b"CH" => {
            let sum = weighted(&rest[1..9], &[5, 4, 3, 2, 7, 6, 5, 4]);
            weak((11 - sum % 11) % 11 == digit(9))
        }
        _ => Key::None,
    }
}

/// Digits of a series in groups: the end of each group, and how many digits it ends after.
struct Series {
    digits: [u8; 14],
    count: usize,
    end: usize,
    /// Lengths of the groups, as the digits of a number: 33 35 is `3335`.
    groups: u64,
}

/// At most fourteen digits that begin at `start`, with single separators.
fn series_at(text: &[u8], start: usize) -> Option<Series> {
    let mut series = Series {
        digits: [0; 14],
        count: 0,
        end: start,
        groups: 0,
    };
    let mut at = start;
    loop {
        let group = at;
        while let Some(byte @ b'0'..=b'9') = text.get(at) {
            *series.digits.get_mut(series.count)? = *byte;
            series.count += 1;
            at += 1;
        }
        if letter_after(text, at) || text.get(at) == Some(&b'_') {
            return None;
        }
        series.end = at;
        series.groups = series.groups * 10 + ((at - group) as u64).min(9);
        if series.count == 14 {
            return Some(series);
        }
        let gap = match &text[at..] {
            [b' ' | b'.' | b'-', b'0'..=b'9', ..] => 1,
            [b' ', b'-', b' ', b'0'..=b'9', ..] => 3,
            _ => return Some(series),
        };
        // What follows nine digits is the establishment, or nothing of ours.
        if series.count == 9
            && matches!(series.groups, 9 | 333)
            && !is_establishment(&text[at + gap..])
        {
            return Some(series);
        }
        at += gap;
    }
}

/// Five digits, together or as 2 + 3 or 3 + 2, that end a number.
fn is_establishment(text: &[u8]) -> bool {
    let digits = |from: usize| {
        text.get(from..).map_or(0, |rest| {
            rest.iter()
                .take(6)
                .take_while(|byte| byte.is_ascii_digit())
                .count()
        })
    };
    match digits(0) {
        5 => true,
        first @ (2 | 3) => text.get(first) == Some(&b' ') && digits(first + 1) == 5 - first,
        _ => false,
    }
}

impl Scanner<'_> {
    /// A company's number at a run of letters and digits. Answers where the walk goes on.
    pub(crate) fn register_run(&mut self, start: usize, end: usize) -> Option<usize> {
        let bytes = self.bytes;
        let run = &bytes[start..end];
        if !run[0].is_ascii_digit() {
            return self.vat(start, run);
        }
        // The country may stand apart, in the token before.
        let apart = start >= 3
            && bytes[start - 1] == b' '
            && bytes[start - 3].is_ascii_uppercase()
            && bytes[start - 2].is_ascii_uppercase()
            && !letter_before(bytes, start - 3);
        if apart && let Some(after) = self.vat(start - 3, run) {
            return Some(after);
        }
        if !matches!(run.len(), 3 | 9 | 14) || !run.iter().all(u8::is_ascii_digit) {
            return None;
        }
        // The middle of something longer.
        let before = start.checked_sub(1).map(|at| bytes[at]);
        let beyond = start.checked_sub(2).map(|at| bytes[at]);
        let is_digit = |byte: Option<u8>| byte.is_some_and(|byte| byte.is_ascii_digit());
        if matches!(before, Some(b'+' | b'_' | b'/'))
            || matches!(before, Some(b'-' | b'.' | b',')) && is_digit(beyond)
        {
            return None;
        }
        self.work += 24;
        let series = series_at(bytes, start)?;
        let digits = &series.digits[..series.count];
        let span = start..series.end;
        match (series.count, series.groups) {
            (9, 9 | 333) => {
                if !self.speaks_of_companies(&span, BEFORE, AFTER) {
                    return None;
                }
                self.company(Kind::Siren, digits, is_siren(digits), span)
            }
            (14, groups @ (9 | 3_335 | 33_323 | 33_332 | 95 | 923 | 932)) => {
                let proved = is_siret(digits);
                let grouped = proved
                    && groups == 3_335
                    && !(before == Some(b' ') && is_digit(beyond))
                    && !matches!(
                        &bytes[series.end..],
                        [b' ' | b'.' | b'-' | b'/', b'0'..=b'9', ..]
                    );
                if !grouped && !self.speaks_of_companies(&span, BEFORE, AFTER) {
                    return None;
                }
                self.company(Kind::Siret, digits, proved, span)
            }
            _ => None,
        }
    }

    fn speaks_of_companies(&mut self, span: &Range<usize>, before: usize, after: usize) -> bool {
        self.context
            .around(self.bytes, span.clone(), before, after)
            .any(Topics::SIREN | Topics::SIRET)
    }

    fn company(
        &mut self,
        kind: Kind,
        digits: &[u8],
        proved: bool,
        span: Range<usize>,
    ) -> Option<usize> {
        let end = span.end;
        if proved {
            let canonical = digits.iter().map(|&byte| char::from(byte)).collect();
            self.push(kind, canonical, Proof::Checksum, span);
            return Some(end);
        }
        // Said to be one just before, and mistyped.
        if self.speaks_of_companies(&span, 16, 0) {
            self.problem(ParseError::Checksum { kind }, kind, span);
            return Some(end);
        }
        None
    }

    fn vat(&mut self, start: usize, run: &[u8]) -> Option<usize> {
        let bytes = self.bytes;
        // A day after "DE" is no number, and a word is none; "CHE-100.155.212" begins with one.
        let last = run[run.len() - 1];
        if run.len() < 2
            || !last.is_ascii_digit() && !run.iter().any(u8::is_ascii_digit) && run != b"CHE"
            || !bytes[start].is_ascii_alphabetic()
            || !bytes[start + 1].is_ascii_alphabetic()
        {
            return None;
        }
        let inside = start
            .checked_sub(1)
            .is_some_and(|before| matches!(bytes[before], b'-' | b'_' | b'+' | b'/'));
        if inside {
            return None;
        }
        self.work += 28;
        let found = vat_at(bytes, start)?;
        let span = start..found.end;
        let strong = found.key == Key::Strong && found.glued && bytes[start].is_ascii_uppercase();
        if !strong {
            let topics = self.context.around(bytes, span.clone(), BEFORE, AFTER);
            if !topics.any(Topics::VAT | Topics::SIREN | Topics::SIRET) {
                return None;
            }
        }
        let end = span.end;
        match found.key {
            Key::Wrong => {
                let near = self.context.around(bytes, span.clone(), 24, 0);
                if !near.any(Topics::VAT) {
                    return None;
                }
                let kind = Kind::Vat;
                self.problem(ParseError::Checksum { kind }, kind, span);
            }
            Key::None => self.push(Kind::Vat, found.canonical, Proof::Shape, span),
            Key::Weak | Key::Strong => self.push(Kind::Vat, found.canonical, Proof::Checksum, span),
        }
        Some(end)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::extract;

    fn check(text: &str, expected: &[&str]) {
        let found: Vec<String> = extract(text)
            .hits
            .iter()
            .filter(|hit| matches!(hit.kind, Kind::Siren | Kind::Siret | Kind::Vat))
            .map(|hit| format!("{} {}", hit.kind, hit.canonical))
            .collect();
        assert_eq!(found, expected, "in {text:?}");
    }

    #[test]
    fn a_siren_needs_its_word() {
        for text in [
            "SIREN 732 829 320",
            "siren : 732829320",
            "SIREN n° 732.829.320",
            "au RCS de Boulogne-Billancourt sous le numéro B 732 829 320",
            "732 829 320 RCS Paris",
            "R.C.S. Nanterre 732 829 320",
            "SIRET 732829320",
        ] {
            check(text, &["siren 732829320"]);
        }
        check("le numéro 732 829 320, commande 732829320", &[]);
        check("SIREN 732 829 321", &[]);
        check("RCS Paris +732 829 320", &[]);
    }

    #[test]
    fn a_siret_needs_its_word_or_its_groups() {
        for text in [
            "732 829 320 00074",
            "732.829.320.00074",
            "SIRET 73282932000074",
            "siret : 732829320 00074",
            "SIRET : 732 829 320 000 74 à Paris",
            "N° SIRET 732 829 320 00074 75001 Paris",
            "732 829 320 - 00074",
        ] {
            check(text, &["siret 73282932000074"]);
        }
        // La Poste's Luhn key is another.
        check("SIRET 356 000 000 49837", &["siret 35600000049837"]);
        check("commande 73282932000074", &[]);
        check("12 732 829 320 00074, 732 829 320 00074 12", &[]);
        check("732 829 320 00075", &[]);
    }

    #[test]
    fn a_mistyped_number_is_told() {
        for (text, kind) in [
            ("SIREN 732 829 321", Kind::Siren),
            ("SIRET : 73282932000075", Kind::Siret),
            ("TVA FR41303265045", Kind::Vat),
        ] {
            let found = extract(text);
            assert!(found.hits.is_empty(), "{:?}", found.hits);
            let error = ParseError::Checksum { kind };
            assert_eq!(found.problems.len(), 1, "in {text:?}");
            assert_eq!(found.problems[0].error, error, "in {text:?}");
        }
    }

    #[test]
    fn vat_numbers_have_their_countrys_key() {
        for (raw, key) in [
            ("FR40303265045", Key::Strong),
            ("BE0403170701", Key::Strong),
            ("NL004495445B01", Key::Strong),
            ("LU15027442", Key::Strong),
            ("GB980780684", Key::Strong),
            ("DE136695976", Key::Weak),
            ("IT00743110157", Key::Weak),
            ("ESB58378431", Key::Weak),
            ("ES54362315K", Key::Weak),
            ("PT501964843", Key::Weak),
            ("PL8567346215", Key::Weak),
            ("ATU13585627", Key::Weak),
            ("DK13585628", Key::Weak),
            ("FI20774740", Key::Weak),
            ("SE123456789701", Key::Weak),
            ("EL094259216", Key::Weak),
            ("CHE100155212", Key::Weak),
            ("HR33392005961", Key::Weak),
            ("IE6433435F", Key::None),
            ("FRAB303265045", Key::None),
        ] {
            let found = vat_at(raw.as_bytes(), 0).unwrap_or_else(|| panic!("{raw}"));
            assert_eq!((found.end, found.key), (raw.len(), key), "{raw}");
            assert_eq!(found.canonical, raw);
        }
        for raw in [
            "FR41303265045",
            "BE0403170702",
            "DE136695977",
            "NL004495446B01",
        ] {
            assert_eq!(
                vat(raw),
                Err(ParseError::Checksum { kind: Kind::Vat }),
                "{raw}"
            );
        }
    }

    #[test]
    fn vat_numbers_are_found_in_sentences() {
        for text in [
            "FR40303265045",
            "TVA intracommunautaire : FR 40 303 265 045",
            "n° TVA FR40 303265045",
            "TVA fr40303265045",
            "VAT number FR 40303265045, Paris",
        ] {
            check(text, &["vat FR40303265045"]);
        }
        check("TVA BE 0403.170.701", &["vat BE0403170701"]);
        check("TVA CHE-100.155.212", &["vat CHE100155212"]);
        check("la TVA de 20 % DE 2024 à 2025, le 12/12/2024", &[]);
        check("commande DE136695976, FR41303265045, AB-123-CD", &[]);
    }

    #[test]
    fn the_company_is_derived() {
        let derived = |kind, raw| {
            let found = Observable::parse(kind, raw).unwrap().derived();
            found
                .iter()
                .map(|found| format!("{} {}", found.kind(), found.canonical()))
                .collect::<Vec<_>>()
        };
        assert_eq!(derived(Kind::Siret, "73282932000074"), ["siren 732829320"]);
        assert_eq!(derived(Kind::Vat, "FR40303265045"), ["siren 303265045"]);
        assert!(derived(Kind::Vat, "DE136695976").is_empty());
    }

    proptest::proptest! {
        #[test]
        fn any_bytes_are_read(text in "(SIREN|SIRET|TVA|RCS)?[ :]{0,2}(FR|BE|CHE|ES|NL)?[ .-]?[0-9A-Z ._-]{0,24}") {
            vat_at(text.as_bytes(), 0);
            for hit in extract(&text).hits {
                proptest::prop_assert_eq!(Observable::parse(hit.kind, &hit.canonical), Ok(hit.observable()));
            }
        }

        #[test]
        fn a_slip_of_one_digit_is_seen(siren in 1u32..100_000_000, place in 0usize..9, by in 1u8..10) {
            let mut digits = format!("{siren:08}0").into_bytes();
            while !luhn(&digits) {
                digits[8] += 1;
            }
            proptest::prop_assert!(is_siren(&digits));
            digits[place] = b'0' + (digits[place] - b'0' + by) % 10;
            proptest::prop_assert!(!is_siren(&digits));
        }
    }
}
