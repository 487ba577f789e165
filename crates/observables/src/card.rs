//! Payment cards. A whole number never leaves this module: canonical forms are masked.

use std::borrow::Cow;

use crate::{
    Kind, ParseError, Proof,
    context::{Context, Topics, letter_after, letter_before},
    extract::{Scanner, extract},
    refang::Plain,
    survey::Survey,
};

/// Digits of a card's number at least and at most (ISO/IEC 7812-1).
const SHORTEST: usize = 12;
const LONGEST: usize = 19;
/// What may be shown of one: PCI DSS 3.4.1 allows the first six (eight of some) and the last four.
const FIRST: usize = 6;
const LAST: usize = 4;

/// The lengths that numbers of the issuer of these first six digits have, and the usual one. Ranges of ISO/IEC 7812 as
/// the networks publish them; the national network of France (CB) has none of its own.
fn issuer(six: u32) -> Option<(std::ops::RangeInclusive<usize>, usize)> {
    let four = six / 100;
    let two = six / 10_000;
    Some(match six {
        // UnionPay, and Discover in common with it.
        620_000..=629_999 | 810_000..=817_199 => (16..=19, 16),
        // Maestro.
        _ if matches!(
            four,
            5018 | 5020 | 5038 | 5612 | 5893 | 6304 | 6759 | 6761..=6763 | 6767
        ) =>
        {
            (12..=19, 16)
        }
        // Visa.
        400_000..=499_999 => (13..=19, 16),
        // Mastercard.
        510_000..=559_999 | 222_100..=272_099 => (16..=16, 16),
        // American Express.
        _ if matches!(two, 34 | 37) => (15..=15, 15),
        // Discover.
        _ if four == 6011 || (6440..=6599).contains(&four) => (16..=19, 16),
        // JCB.
        352_800..=358_999 => (16..=19, 16),
        // Diners Club.
        300_000..=305_999 | 309_500..=309_599 | 360_000..=369_999 | 380_000..=399_999 => {
            (14..=19, 14)
        }
        _ => return None,
    })
}

/// Visa has 13, 16 and 19 digits and nothing between.
fn is_length(six: u32, length: usize) -> bool {
    let visa = six / 100_000 == 4;
    issuer(six).is_some_and(|(lengths, _)| lengths.contains(&length))
        && (!visa || matches!(length, 13 | 16 | 19))
}

/// The check of ISO/IEC 7812-1, annex B.
pub(crate) fn luhn(digits: &[u8]) -> bool {
    let sum: u32 = digits
        .iter()
        .rev()
        .enumerate()
        .map(|(at, digit)| {
            let digit = u32::from(digit - b'0');
            match at % 2 {
                0 => digit,
                _ if digit > 4 => 2 * digit - 9,
                _ => 2 * digit,
            }
        })
        .sum();
    sum.is_multiple_of(10)
}

/// Groups of digits and of signs that hide them.
struct Groups {
    /// Digits, and `*` for what hides one.
    signs: [u8; LONGEST],
    /// After each group: how many signs were read, and where it ends.
    ends: [(usize, usize); LONGEST],
    count: usize,
    masked: bool,
}

/// What hides a digit: its length in bytes.
fn mask_at(bytes: &[u8], at: usize) -> Option<usize> {
    match bytes.get(at..)? {
        [b'*' | b'x' | b'X' | b'#', ..] => Some(1),
        // • ●
        [0xE2, 0x80, 0xA2, ..] | [0xE2, 0x97, 0x8F, ..] => Some(3),
        _ => None,
    }
}

/// Reads groups from `start`, with at most `apart` separators between them, while they make a card's
/// length. Looks at a bounded number of bytes.
fn groups_at(bytes: &[u8], start: usize, apart: usize) -> Groups {
    groups_of(bytes, start, apart, mask_at)
}

/// The same of digits alone: the signs beside them hide nothing, as in Markdown's `**4111 1111 1111 1111**`.
fn digits_at(bytes: &[u8], start: usize, apart: usize) -> Groups {
    groups_of(bytes, start, apart, |_, _| None)
}

fn groups_of(
    bytes: &[u8],
    start: usize,
    apart: usize,
    mask_at: fn(&[u8], usize) -> Option<usize>,
) -> Groups {
    let mut groups = Groups {
        signs: [0; LONGEST],
        ends: [(0, 0); LONGEST],
        count: 0,
        masked: false,
    };
    let mut read = 0;
    let mut at = start;
    loop {
        let from = at;
        loop {
            let sign = match bytes.get(at) {
                Some(digit) if digit.is_ascii_digit() => Some((*digit, 1)),
                _ => mask_at(bytes, at).map(|length| (b'*', length)),
            };
            let Some((sign, length)) = sign else { break };
            if read == LONGEST {
                return groups;
            }
            groups.masked |= sign == b'*';
            groups.signs[read] = sign;
            read += 1;
            at += length;
        }
        if at == from {
            return groups;
        }
        groups.ends[groups.count] = (read, at);
        groups.count += 1;
        let separators = bytes[at..]
            .iter()
            .take(apart)
            .take_while(|byte| matches!(byte, b' ' | b'-' | b'.' | b'\t' | b'_' | b'/'))
            .count();
        if separators == 0 {
            return groups;
        }
        at += separators;
    }
}

impl Groups {
    fn size(&self, group: usize) -> usize {
        self.ends[group].0 - group.checked_sub(1).map_or(0, |before| self.ends[before].0)
    }

    /// Whether the first `count` groups are as cards and forms print them.
    fn printed(&self, count: usize) -> bool {
        let size = |group| self.size(group);
        count == 1
            || (0..count - 1).all(|group| size(group) == 4) && size(count - 1) <= 4
            || count == 3 && size(0) == 4 && size(1) == 6 && matches!(size(2), 4 | 5)
    }
}

/// The first six signs as a number; what is hidden counts as 0.
fn first_six(signs: &[u8]) -> u32 {
    signs[..FIRST].iter().fold(0, |value, sign| {
        value * 10 + u32::from(sign.saturating_sub(b'0'))
    })
}

/// Whether all digits are there and they are a card's.
fn is_number(signs: &[u8]) -> bool {
    (SHORTEST..=LONGEST).contains(&signs.len())
        && signs.iter().all(u8::is_ascii_digit)
        && is_length(first_six(signs), signs.len())
        && luhn(signs)
}

/// First digits, asterisks, last four. Of a masked number, what was not shown is not made up; people draw any
/// number of asterisks, so a length that the issuer has not is made the usual one.
fn masked(signs: &[u8]) -> Option<String> {
    let shown = signs
        .iter()
        .take_while(|sign| sign.is_ascii_digit())
        .count();
    let hidden = signs[shown..]
        .iter()
        .take_while(|sign| **sign == b'*')
        .count();
    let is_whole = shown == signs.len();
    let last = &signs[signs.len().checked_sub(LAST)?..];
    if !is_whole
        && (shown < LAST
            || hidden < 2
            || signs.len() - shown - hidden != LAST
            || !last.iter().all(u8::is_ascii_digit))
    {
        return None;
    }
    let shown = shown.min(FIRST);
    let six = first_six(signs);
    let (_, usual) = issuer(six)?;
    let length = if is_length(six, signs.len()) {
        signs.len()
    } else {
        usual
    };
    let mut text = String::with_capacity(length);
    text.extend(signs[..shown].iter().map(|sign| char::from(*sign)));
    text.extend(std::iter::repeat_n('*', length - shown - LAST));
    text.extend(last.iter().map(|sign| char::from(*sign)));
    Some(text)
}

pub(crate) fn card(text: &str) -> Result<(String, Proof), ParseError> {
    let kind = Kind::Card;
    let bytes = text.as_bytes();
    let shape = ParseError::Shape { kind };
    if bytes.len() > 80 {
        return Err(shape);
    }
    let groups = groups_at(bytes, 0, 2);
    let Some(&(read, end)) = groups.count.checked_sub(1).map(|last| &groups.ends[last]) else {
        return Err(shape);
    };
    let signs = &groups.signs[..read];
    if end != bytes.len() || read < 10 {
        return Err(shape);
    }
    if groups.masked {
        return masked(signs)
            .map(|canonical| (canonical, Proof::Shape))
            .ok_or(shape);
    }
    if read < SHORTEST || !is_length(first_six(signs), read) {
        return Err(shape);
    }
    if !luhn(signs) {
        return Err(ParseError::Checksum { kind });
    }
    masked(signs)
        .map(|canonical| (canonical, Proof::Checksum))
        .ok_or(shape)
}

/// `1234`, `**** 1234`, `xxxx1234`, `carte finissant par 1234`.
pub(crate) fn card_last4(text: &str) -> Result<(String, Proof), ParseError> {
    let shape = ParseError::Shape {
        kind: Kind::CardLast4,
    };
    let bytes = text.as_bytes();
    let Some(cut) = bytes.len().checked_sub(LAST) else {
        return Err(shape);
    };
    let (before, last) = bytes.split_at(cut);
    // "les 4 derniers chiffres" has the only other digit.
    let others = before.iter().filter(|byte| byte.is_ascii_digit());
    let sane = text.len() <= 80
        && last.iter().all(u8::is_ascii_digit)
        && !before.last().is_some_and(u8::is_ascii_digit)
        && others.clone().count() <= 1
        && others.into_iter().all(|digit| *digit == b'4');
    let masks_or_words = before.iter().all(|byte| {
        byte.is_ascii_alphabetic()
            || byte.is_ascii_digit()
            || *byte >= 0x80
            || matches!(byte, b' ' | b'-' | b'*' | b'#' | b':' | b'\'' | b'(' | b'.')
    });
    if !sane || !masks_or_words {
        return Err(shape);
    }
    let words = before
        .iter()
        .any(|byte| byte.is_ascii_alphabetic() && !matches!(byte, b'x' | b'X'));
    if words {
        let survey = Survey::of(bytes);
        let near = Context::new(&survey).around(bytes, cut..bytes.len(), 96, 0);
        if !near.any(Topics::ENDING) {
            return Err(shape);
        }
    }
    Ok((text[cut..].to_owned(), Proof::Shape))
}

impl Scanner<'_> {
    /// A card's number, or the end of one, at a run of letters and digits. Answers where the walk goes on.
    pub(crate) fn card(&mut self, start: usize, end: usize) -> Option<usize> {
        let run = &self.bytes[start..end];
        match run {
            [b'2'..=b'6' | b'8', second, ..] if second.is_ascii_digit() => self
                .card_number(start, end)
                .or_else(|| self.card_end(start, end)),
            [b'0'..=b'9' | b'x' | b'X', ..] => self.card_end(start, end),
            _ => None,
        }
    }

    fn card_number(&mut self, start: usize, end: usize) -> Option<usize> {
        let bytes = self.bytes;
        if bytes[start..end].len() > LONGEST {
            return None;
        }
        let four = bytes.get(start..start + 2)?;
        // No network's range, most often: the day of a date, a year, a count.
        let two = u32::from(four[0] - b'0') * 10 + u32::from(four[1] - b'0');
        if !matches!(two, 22..=27 | 30 | 34..=69 | 81) {
            return None;
        }
        let mut groups = groups_at(bytes, start, 2);
        self.work += 24;
        if groups.masked {
            let digits = digits_at(bytes, start, 2);
            if (1..=digits.count).any(|count| is_number(&digits.signs[..digits.ends[count - 1].0]))
            {
                groups = digits;
            }
        }
        for count in (1..=groups.count).rev() {
            let (read, after) = groups.ends[count - 1];
            if read < 8 {
                return None;
            }
            let signs = &groups.signs[..read];
            let hidden = signs.contains(&b'*');
            if letter_after(bytes, after) || bytes.get(after) == Some(&b'_') {
                continue;
            }
            if hidden {
                // Stars behind the last digits are the text's: "**4970 10** **** 1234**".
                let stars = bytes[start..after].iter().rev();
                let stars = stars.take_while(|byte| **byte == b'*').count();
                let stars = if stars <= 3 && read - stars >= SHORTEST {
                    stars
                } else {
                    0
                };
                let (signs, after) = (&signs[..read - stars], after - stars);
                if !signs.contains(&b'*') {
                    continue;
                }
                // A mask drawn in letters has all of its digits' place, as a model's name has not.
                let drawn = bytes[start..after]
                    .iter()
                    .any(|byte| matches!(byte, b'x' | b'X'));
                if drawn && signs.len() < SHORTEST {
                    continue;
                }
                if let Some(canonical) = masked(signs) {
                    self.push(Kind::Card, canonical, Proof::Shape, start..after);
                    return Some(after);
                }
                continue;
            }
            if !is_number(signs) {
                continue;
            }
            let inside = start > 1
                && matches!(bytes[start - 1], b' ' | b'-' | b'.' | b'_' | b'/')
                && bytes[start - 2].is_ascii_digit();
            let goes_on = more_digits(bytes, after)
                && bytes[after + 1..]
                    .iter()
                    .take(5)
                    .take_while(|byte| byte.is_ascii_digit())
                    .count()
                    == 4;
            // Lengths that other numbers have too, groups that no card has, or a series of numbers:
            // words have to say what it is.
            let sure = matches!(read, 15 | 16)
                && groups.printed(count)
                && !inside
                && !(goes_on && count > 1)
                && !is_decimal(bytes, start, &groups, count);
            if !sure {
                let near = self.context.around(bytes, start..after, 64, 32);
                if !near.any(Topics::CARD) || near.any(Topics::SIRET) {
                    continue;
                }
            }
            let canonical = masked(signs)?;
            self.push(Kind::Card, canonical, Proof::Checksum, start..after);
            return Some(after);
        }
        None
    }

    /// Four digits that the words beside them, or a mask before them, make the end of a card's number.
    fn card_end(&mut self, start: usize, end: usize) -> Option<usize> {
        let bytes = self.bytes;
        let run = &bytes[start..end];
        let drawn = run
            .iter()
            .take_while(|byte| matches!(byte, b'x' | b'X'))
            .count();
        let digits = start + drawn;
        if end - digits != LAST || !bytes[digits..end].iter().all(u8::is_ascii_digit) {
            return None;
        }
        if more_digits(bytes, end) || letter_after(bytes, end) {
            return None;
        }
        self.work += 24;
        let (from, masks) = mask_before(bytes, digits);
        if masks == 0 {
            return self.named_end(digits, end);
        }
        if letter_before(bytes, from) {
            return None;
        }
        // A digit before the mask: the number was masked in another way, and is no bare end.
        let before = bytes[..from]
            .iter()
            .rev()
            .find(|byte| !matches!(byte, b' ' | b'-'));
        if before.is_some_and(u8::is_ascii_digit) && masks < 12 {
            return None;
        }
        if masks < 12 {
            let near = self.context.around(bytes, from..end, 64, 32);
            // One sign alone is how a bank's statement writes it, right after its word; "#1234" is a ticket.
            let enough = masks >= 2
                || bytes[from] == b'*'
                    && self
                        .context
                        .before(bytes, from, 8)
                        .any(|(_, topics)| topics.any(Topics::CARD));
            if !near.any(Topics::CARD) || !enough {
                return None;
            }
        }
        let last = self.text[digits..end].to_owned();
        self.push(Kind::CardLast4, last, Proof::Shape, from..end);
        Some(end)
    }

    fn named_end(&mut self, start: usize, end: usize) -> Option<usize> {
        let bytes = self.bytes;
        if start > 0
            && !matches!(
                bytes[start - 1],
                b' ' | b':' | b'"' | b'(' | b'\'' | b'=' | b'\n'
            )
        {
            let guillemet = bytes[..start].ends_with("«".as_bytes());
            if !guillemet {
                return None;
            }
        }
        let ending = self
            .context
            .before(bytes, start, 48)
            .find(|(_, topics)| topics.any(Topics::ENDING))
            .map(|(word, _)| word.end);
        let spoken = match ending {
            Some(word_end) => {
                let between = &bytes[word_end..start];
                // Another number, or a sentence's end, and these digits are something else.
                !between
                    .iter()
                    .any(|byte| byte.is_ascii_digit() && *byte != b'4' || matches!(byte, b'.' | b';' | b'!' | b'?'))
                    // "se termine en 2027"
                    && !between.trim_ascii_end().ends_with(b" en")
                    && !between.trim_ascii_end().ends_with(b" le")
            }
            None => {
                let near = self.context.after(bytes, end, 32);
                near.into_iter()
                    .any(|(_, topics)| topics.any(Topics::ENDING))
            }
        };
        if !spoken {
            return None;
        }
        let near = self.context.around(bytes, start..end, 96, 64);
        if !near.any(Topics::CARD) {
            return None;
        }
        let last = self.text[start..end].to_owned();
        self.push(Kind::CardLast4, last, Proof::Shape, start..end);
        Some(end)
    }
}

/// Whether digits follow after one separator.
fn more_digits(bytes: &[u8], at: usize) -> bool {
    matches!(bytes.get(at), Some(b' ' | b'-' | b'.' | b'/'))
        && bytes.get(at + 1).is_some_and(u8::is_ascii_digit)
}

/// Where a mask that ends before `at` begins, and how many digits it hides. At most 24 bytes are read.
fn mask_before(bytes: &[u8], at: usize) -> (usize, usize) {
    let mut from = at;
    let mut masks = 0;
    let mut cursor = at;
    while cursor > 0 && at - cursor < 48 && masks < LONGEST {
        match &bytes[..cursor] {
            [.., b'*' | b'x' | b'X' | b'#'] => {
                cursor -= 1;
                masks += 1;
                from = cursor;
            }
            [.., 0xE2, 0x80, 0xA2] | [.., 0xE2, 0x97, 0x8F] => {
                cursor -= 3;
                masks += 1;
                from = cursor;
            }
            // One separator between two masks, or between the mask and the digits.
            [
                ..,
                b'*' | b'x' | b'X' | b'#' | 0xA2 | 0x8F,
                b' ' | b'-' | b'.',
            ] => {
                cursor -= 1;
            }
            _ => break,
        }
    }
    (from, masks)
}

/// Hides the middle digits of every card number in a text, each by one `*` (`＊` for a full-width digit), and
/// leaves all else as it is: the result has the length of the text, byte for byte, so that spans stay.
///
/// More is hidden than [`extract()`] reports: also numbers in groups that no card has, and without any word
/// of cards near. What is another identifier by its own check (an IBAN, a hash, a wallet) stays. A number
/// that is longer than a card's or has letters or other signs in its middle is not found.
///
/// ```
/// let masked = observables::mask_cards("ma carte 4111 1111 1111 1111, merci");
/// assert_eq!(masked, "ma carte 4111 11** **** 1111, merci");
/// assert_eq!(observables::mask_cards("rien"), "rien");
/// ```
pub fn mask_cards(text: &str) -> Cow<'_, str> {
    // Counts the last bytes of full-width digits too, at worst a few others.
    let digits = |byte: &&u8| byte.is_ascii_digit() || (0x90..=0x99).contains(*byte);
    if text.as_bytes().iter().filter(digits).take(SHORTEST).count() < SHORTEST {
        return Cow::Borrowed(text);
    }
    let plain = Plain::new(text);
    let bytes = plain.text.as_bytes();
    // Read once a first candidate is there.
    let mut hits = None;
    let mut hidden: Vec<usize> = Vec::new();
    let mut at = 0;
    while at < bytes.len() {
        if !bytes[at].is_ascii_digit() {
            at += 1;
            continue;
        }
        let start = at;
        while at < bytes.len() && bytes[at].is_ascii_digit() {
            at += 1;
        }
        if !matches!(bytes[start], b'2'..=b'6' | b'8') || at - start > LONGEST {
            continue;
        }
        let groups = digits_at(bytes, start, 3);
        let found = (1..=groups.count).rev().find(|count| {
            let (read, _) = groups.ends[count - 1];
            is_number(&groups.signs[..read])
        });
        let Some(count) = found else { continue };
        let (read, end) = groups.ends[count - 1];
        let raw = plain.raw_span(start..end);
        let hits = hits.get_or_insert_with(|| extract(text).hits);
        let near = hits.partition_point(|hit| hit.span.end <= raw.start);
        let taken = hits[near..]
            .iter()
            .take_while(|hit| hit.span.start < raw.end)
            // A part of it may by chance be a phone number.
            .find(|hit| {
                let whole = hit.span.start <= raw.start && hit.span.end >= raw.end;
                hit.kind == Kind::Card || whole && is_something_else(hit.kind, hit.proof)
            });
        match taken {
            Some(hit) if hit.kind != Kind::Card => continue,
            // Lengths that dates, parcels and companies have too, and what is written like a measure, are
            // hidden only where words say it.
            None if !matches!(read, 15 | 16 | 19) || is_decimal(bytes, start, &groups, count) => {
                continue;
            }
            _ => {}
        }
        let places = (start..end).filter(|place| bytes[*place].is_ascii_digit());
        hidden.extend(places.take(read - LAST).skip(FIRST));
        at = end;
    }
    if hidden.is_empty() {
        return Cow::Borrowed(text);
    }
    let mut masked = String::with_capacity(text.len());
    let mut copied = 0;
    for place in hidden {
        let raw = plain.raw_span(place..place + 1);
        masked.push_str(&text[copied..raw.start]);
        masked.push_str(if raw.len() == 1 { "*" } else { "＊" });
        copied = raw.end;
    }
    masked.push_str(&text[copied..]);
    Cow::Owned(masked)
}

/// Whether digits are a part of a decimal number, as `48.4970101234567893` and `4970101234567893.5` are. What a
/// table writes beside a card is none: `1,4970101234567893,12/27`, `4970101234567893,123`, and the `.0` that
/// programs put behind a number which they took for a measure.
fn is_decimal(bytes: &[u8], start: usize, groups: &Groups, count: usize) -> bool {
    let digits = |at: usize| bytes[at..].iter().take_while(|byte| byte.is_ascii_digit());
    let (_, end) = groups.ends[count - 1];
    // 4.970101234567893e15 is a whole number again.
    let is_scaled = matches!(bytes.get(end), Some(b'e' | b'E'));
    match count {
        // Few digits, one point, and more than any card has in a group.
        2 => {
            let (whole, point) = groups.ends[0];
            whole <= 3 && bytes[point] == b'.' && bytes[point + 1].is_ascii_digit() && !is_scaled
        }
        1 => {
            is_fraction(bytes, start, end) || {
                let sign = bytes.get(end);
                let after = (end + 1).min(bytes.len());
                let part = digits(after).count();
                let next = bytes.get(after + part);
                let zero = digits(after).all(|digit| *digit == b'0');
                match sign {
                    // Three and four digits are a card's code or its month and year.
                    Some(b'.') => matches!(part, 1 | 2 | 5..) && !zero && next != Some(&b'/'),
                    Some(b',') => matches!(part, 1 | 2) && is_money(&bytes[after + part..]),
                    _ => false,
                }
            }
        }
        _ => false,
    }
}

/// Whether digits stand behind the point of a decimal number, or behind the comma of one that begins with 0.
fn is_fraction(bytes: &[u8], start: usize, end: usize) -> bool {
    let Some(sign) = start.checked_sub(1) else {
        return false;
    };
    let whole = bytes[..sign]
        .iter()
        .rev()
        .take(LONGEST)
        .take_while(|byte| byte.is_ascii_digit())
        .count();
    let before = (sign - whole)
        .checked_sub(1)
        .map_or(b' ', |before| bytes[before]);
    let alone = whole > 0 && !matches!(before, b'.' | b',' | b';');
    match bytes[sign] {
        b'.' => alone && bytes.get(end) != Some(&b'.'),
        b',' => {
            alone
                && bytes[sign - whole..sign] == *b"0"
                && !matches!(bytes.get(end), Some(b',' | b';'))
        }
        _ => false,
    }
}

/// Whether a currency follows.
fn is_money(after: &[u8]) -> bool {
    let after = after.strip_prefix(b" ").unwrap_or(after);
    ["€", "$", "£", "EUR", "eur", "USD", "CHF", "F"]
        .iter()
        .any(|unit| after.starts_with(unit.as_bytes()))
}

/// Whether a hit's own check or plan says that it is no card.
fn is_something_else(kind: Kind, proof: Proof) -> bool {
    match kind {
        Kind::Iban | Kind::Rib | Kind::Siret => proof == Proof::Checksum,
        Kind::Phone => proof == Proof::Valid,
        Kind::Btc
        | Kind::Eth
        | Kind::Tron
        | Kind::Sol
        | Kind::Xmr
        | Kind::Ltc
        | Kind::Bch
        | Kind::Doge
        | Kind::Xrp
        | Kind::Ton
        | Kind::Tx
        | Kind::Md5
        | Kind::Sha1
        | Kind::Sha256
        | Kind::Sha512
        | Kind::Uuid => true,
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::Observable;

    fn check(text: &str, expected: &[&str]) {
        let found: Vec<String> = extract(text)
            .hits
            .iter()
            .filter(|hit| matches!(hit.kind, Kind::Card | Kind::CardLast4))
            .map(|hit| format!("{} {}", hit.kind, hit.canonical))
            .collect();
        assert_eq!(found, expected, "in {text:?}");
    }

    /// Numbers that the networks and payment services publish for tests.
    const TESTS: [&str; 14] = [
        "4111111111111111",
        "4012888888881881",
        "4970101234567890",
        "5555555555554444",
        "5105105105105100",
        "2223003122003222",
        "378282246310005",
        "371449635398431",
        "6011111111111117",
        "3530111333300000",
        "6759649826438453",
        "6200000000000005",
        "6304000000000000",
        "5018000000000009",
    ];

    fn valid() -> impl Iterator<Item = &'static str> {
        TESTS.into_iter().filter(|number| luhn(number.as_bytes()))
    }

    #[test]
    fn published_test_numbers_are_masked() {
        assert!(valid().count() >= 12);
        for number in valid() {
            let expected = format!(
                "card {}{}{}",
                &number[..6],
                "*".repeat(number.len() - 10),
                &number[number.len() - 4..]
            );
            check(&format!("payé avec {number}."), &[&expected]);
            check(&format!("carte n° {number}"), &[&expected]);
        }
        check("carte Diners 3056 930902 5904", &["card 305693****5904"]);
        check("4111-1111-1111-1111", &["card 411111******1111"]);
        check("4111.1111.1111.1111", &["card 411111******1111"]);
        check("4111 1111 1111 1111 12/27 123", &["card 411111******1111"]);
        check(
            "4111\u{A0}1111\u{A0}1111\u{A0}1111",
            &["card 411111******1111"],
        );
        check("3782 822463 10005", &["card 378282*****0005"]);
        check(
            "ma carte 41 11 11 11 11 11 11 11",
            &["card 411111******1111"],
        );
    }

    #[test]
    fn masked_numbers_are_cards() {
        for text in [
            "4970 10** **** 1234",
            "497010******1234",
            "4970-10XX-XXXX-1234",
            "497010xxxxxx1234",
            "4970 10•• •••• 1234",
        ] {
            check(text, &["card 497010******1234"]);
        }
        check("**4970 10** **** 1234**", &["card 497010******1234"]);
        check("**4111 1111 1111 1111**", &["card 411111******1111"]);
        check("*4111111111111111*", &["card 411111******1111"]);
        check("4970XXXXXXXX1234", &["card 4970********1234"]);
        check("4970 **** **** 1234", &["card 4970********1234"]);
        check("carte 4970****1234", &["card 4970********1234"]);
        let card = Observable::parse(Kind::Card, "4970 10** **** 1234").unwrap();
        let last = card.derived();
        assert_eq!(
            (last[0].kind(), last[0].canonical()),
            (Kind::CardLast4, "1234")
        );
    }

    #[test]
    fn other_numbers_are_no_cards() {
        for text in [
            "4111 1111 1111 1112",
            "1234 5678 1234 5670",
            "commande 9111111111111111",
            "4111111111111111222222",
            "EAN 4006381333931",
            "SIRET 380 129 866 00014",
            "38012986600014",
            "06 39 98 12 34 06 39 98 12 35",
            "4x4 2023, 2 x 4, 50x70 cm",
            "FR76 3000 6000 0112 3456 7890 189",
        ] {
            check(text, &[]);
        }
    }

    #[test]
    fn words_and_masks_tell_the_last_four() {
        for text in [
            "ma carte finissant par 1234",
            "carte se terminant par 1234.",
            "Visa se termine par 1234",
            "card ending in 1234",
            "my Mastercard ending with 1234",
            "carte bancaire, 4 derniers chiffres : 1234",
            "les quatre derniers chiffres de ma carte : 1234",
            "last four digits of the card: 1234",
            "1234 (derniers chiffres de ma carte)",
            "carte **** 1234",
            "CB *1234",
            "carte xxxx1234",
            "carte XXXX-XXXX-XXXX-1234",
            "**** **** **** 1234",
            "XXXX XXXX XXXX 1234",
            "carte •••• 1234",
        ] {
            check(text, &["card_last4 1234"]);
        }
    }

    #[test]
    fn four_digits_alone_are_nothing() {
        for text in [
            "1234",
            "ma carte en 2024",
            "ma carte se termine en 2027",
            "le numéro finissant par 1234",
            "carte finissant par 123",
            "carte finissant par 12345",
            "mot de passe ****1234",
            "**1234**",
            "cb) as documented [#7856]",
            "la carte, 2 000 personnes",
            "carte finissant par le bas. Le 1234 rue",
        ] {
            check(text, &[]);
        }
        check(
            "carte finissant par 1234, achetée en 2023",
            &["card_last4 1234"],
        );
    }

    #[test]
    fn no_number_survives_masking_in_any_notation() {
        for number in valid() {
            let spread = |between: &str, size: usize| {
                number
                    .as_bytes()
                    .chunks(size)
                    .map(|chunk| std::str::from_utf8(chunk).unwrap())
                    .collect::<Vec<_>>()
                    .join(between)
            };
            let wide: String = number
                .chars()
                .map(|digit| char::from_u32(digit as u32 - 0x30 + 0xFF10).unwrap())
                .collect();
            let mut notations = vec![number.to_owned(), wide];
            for between in [
                " ", "-", ".", "\u{A0}", "\u{202F}", "\u{2009}", "\u{200B}", "\u{AD}", "\u{2011}",
                "\t", "  ", " - ", "_",
            ] {
                for size in [1, 2, 4, 8] {
                    notations.push(spread(between, size));
                }
            }
            for written in notations {
                for (before, after) in [
                    ("", ""),
                    ("ma carte ", " merci"),
                    ("CB", "!"),
                    ("n°", ", exp 12/27"),
                    ("https://a.example/?cc=", "&x=1"),
                    ("été ", " 123"),
                    ("(", ")"),
                ] {
                    let text = format!("{before}{written}{after}");
                    let masked = mask_cards(&text);
                    assert_eq!(masked.len(), text.len());
                    let digits: String = crate::refang(&masked)
                        .chars()
                        .filter(|character| character.is_ascii_digit() || *character == '*')
                        .collect();
                    assert!(!digits.contains(number), "{text:?} became {masked:?}");
                    assert!(
                        masked.starts_with(before) && masked.ends_with(after),
                        "{masked}"
                    );
                    for hit in extract(&text).hits {
                        assert!(
                            hit.kind == Kind::Url || !hit.canonical.contains(number),
                            "{text:?}: {hit:?}"
                        );
                    }
                    assert!(
                        extract(&masked)
                            .hits
                            .iter()
                            .all(|hit| !hit.canonical.contains(number)),
                        "{masked:?}"
                    );
                    assert_eq!(mask_cards(&masked), masked);
                }
            }
        }
    }

    #[test]
    fn what_is_no_card_is_left() {
        for text in [
            "IBAN FR76 3000 6000 0112 3456 7890 189 de la banque",
            "hash 0x4111111111111111411111111111111141111111111111114111111111111111",
            "06 39 98 12 34, SIRET 38012986600014, EAN 4006381333931",
            "0.4970101234567893",
            "0,4970101234567893",
            "-0.4970101234567893 et 1.25",
            "lat 48.4970101234567893, lon 2.3522",
            "[2.4111111111111111,48.8566]",
            "{\"score\":0.5555555555554444}",
            "4.970101234567893",
            "48.97010123456789",
            "4970101234567893.5",
            "total 4970101234567893.25 wei",
            "4970101234567893,50 €",
            "4970101234567893.123456",
            "le 12/03/2024 j'ai payé 4 500 € puis 5 600 €",
        ] {
            assert!(
                matches!(mask_cards(text), Cow::Borrowed(_)),
                "{}",
                mask_cards(text)
            );
        }
    }

    #[test]
    fn a_card_beside_a_point_or_a_comma_is_hidden() {
        for (text, expected) in [
            (
                "1,4970101234567893,12/27,123",
                "1,497010******7893,12/27,123",
            ),
            ("0,4970101234567893,12/27", "0,497010******7893,12/27"),
            ("4970101234567893,123", "497010******7893,123"),
            ("4970101234567893,12/27", "497010******7893,12/27"),
            ("4970101234567893,12,2027", "497010******7893,12,2027"),
            ("4970101234567893.0", "497010******7893.0"),
            ("4970101234567893.00", "497010******7893.00"),
            ("4970101234567893.", "497010******7893."),
            ("4970101234567893.123", "497010******7893.123"),
            ("4970101234567893.12/27", "497010******7893.12/27"),
            ("4970101234567893, 12", "497010******7893, 12"),
            (
                "J’ai payé 12,50 avec 4970101234567893.",
                "J’ai payé 12,50 avec 497010******7893.",
            ),
            ("4.970101234567893e15", "4.97010******7893e15"),
            (
                "ma carte : 0.4970101234567893",
                "ma carte : 0.497010******7893",
            ),
            ("n.4970101234567893", "n.497010******7893"),
            ("**4970101234567893**", "**497010******7893**"),
            ("#4970101234567893#", "#497010******7893#"),
            ("x4970101234567893x", "x497010******7893x"),
            ("41111111.11111111", "411111**.****1111"),
            ("a.b,4970101234567893", "a.b,497010******7893"),
        ] {
            assert_eq!(mask_cards(text), expected);
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 1_000, ..ProptestConfig::default() })]

        #[test]
        fn masked_forms_are_stable(text in "[3-6][0-9]{3}[ -]?[0-9*x]{4,6}[ -]?[0-9*x]{4}[ -]?[0-9]{3,5}") {
            if let Ok(found) = Observable::parse(Kind::Card, &text) {
                prop_assert_eq!(&Observable::parse(Kind::Card, found.canonical()), &Ok(found.clone()));
                prop_assert!(found.canonical().contains('*'));
            }
            prop_assert_eq!(mask_cards(&text).len(), text.len());
        }

        #[test]
        fn masking_never_fails(text in "([0-9 .\u{FF11}\u{FF14}\u{200B}é*-]|4111|1111){0,40}") {
            let masked = mask_cards(&text);
            prop_assert_eq!(masked.len(), text.len());
        }
    }
}
