//! Phone numbers: finding candidates is ours, the numbering plans are libphonenumber's.
//!
//! The default region is France. A number that the plans call invalid but that has the length of one
//! is kept as possible: the numbers reserved for fiction are such, and so is a mistyped one.

use std::sync::OnceLock;

use regex::{Regex, RegexBuilder};

use crate::{Kind, Observable, ParseError, Proof};

/// Most groups that a written number is read as; international numbers are at most 15 digits.
const MAX_GROUPS: usize = 11;
const MAX_DIGITS: usize = 17;
/// Most lengths that an international number is tried at: a plan's check takes microseconds.
const MAX_READINGS: usize = 3;

/// A number as written: its digits, and where each group of them ends.
struct Written {
    digits: [u8; MAX_DIGITS],
    /// (digits so far, byte after the group), one per group.
    groups: [(usize, usize); MAX_GROUPS],
    group_count: usize,
    international: bool,
    /// What stands between the groups, each kind of separator once.
    separators: Separators,
}

/// Whether a phone number may begin with these bytes.
pub(crate) fn may_begin(text: &[u8]) -> bool {
    match text {
        [b'+', b'1'..=b'9', ..] | [b'0', b'0'..=b'9', ..] => true,
        [b'0', b' ' | b'.' | b'-', b'1'..=b'9', ..] => true,
        // +33 whose plus was lost.
        [b'3', b'3', b'6' | b'7', b'0'..=b'9', ..] => true,
        [
            b'3',
            b'3',
            b' ' | b'.',
            b'6' | b'7',
            b' ' | b'.',
            b'0'..=b'9',
            ..,
        ] => true,
        _ => false,
    }
}

/// Reads a phone number that begins at `start`. Answers its end, its E.164 form and its grade.
///
/// Looks at a bounded number of bytes.
pub(crate) fn phone_at(text: &[u8], start: usize) -> Option<(usize, String, Proof)> {
    let written = read(text, start)?;
    let digits = &written.digits[..written.groups[written.group_count - 1].0];
    if written.international {
        // The longest reading that a numbering plan knows, else the longest that could be one.
        let mut possible = None;
        let plausible = written.groups[..written.group_count].iter().rev();
        for &(count, end) in plausible
            .skip_while(|group| group.0 > 15)
            .take(MAX_READINGS)
        {
            if count < 7 {
                break;
            }
            match international(&digits[..count]) {
                Some((e164, Proof::Valid)) => return Some((end, e164, Proof::Valid)),
                Some((e164, proof)) if possible.is_none() => possible = Some((end, e164, proof)),
                _ => {}
            }
        }
        return possible;
    }
    if digits[0] == b'3' {
        // In one piece, or as "33 6 39 98 12 34".
        let counts = written.groups[..written.group_count].iter();
        let at = if written.groups[0].0 == 11 {
            0
        } else if counts.map(|group| group.0).eq([2, 3, 5, 7, 9, 11]) {
            5
        } else {
            return None;
        };
        let (e164, proof) = french(&digits[2..11])?;
        return Some((written.groups[at].1, e164, proof));
    }
    let at = written.groups[..written.group_count]
        .iter()
        .position(|group| group.0 == 10)?;
    // "0.199001234" is a fraction.
    let fraction = at == 1 && written.groups[0].0 == 1 && text[start + 1] == b'.';
    if fraction
        || !is_grouped_as_phone(&written, at)
        || is_date(&written, at)
        || is_longer_series(&written, at, text)
    {
        return None;
    }
    let (e164, proof) = national(&digits[1..10])?;
    Some((written.groups[at].1, e164, proof))
}

fn read(text: &[u8], start: usize) -> Option<Written> {
    let mut written = Written {
        digits: [0; MAX_DIGITS],
        groups: [(0, 0); MAX_GROUPS],
        group_count: 0,
        international: false,
        separators: Separators::default(),
    };
    let mut at = start;
    if text[at] == b'+' {
        written.international = true;
        at += 1;
    } else if text[at..].starts_with(b"00") {
        written.international = true;
        at += 2;
        if matches!(text.get(at), Some(b' ' | b'.' | b'-')) {
            at += 1;
        }
    }
    let mut count = 0;
    loop {
        let group = at;
        while let Some(byte @ b'0'..=b'9') = text.get(at) {
            if count == MAX_DIGITS {
                // A longer run of digits is no phone number, and what was read before it may be.
                return (written.group_count > 0).then_some(written);
            }
            written.digits[count] = *byte;
            count += 1;
            at += 1;
        }
        if at == group {
            break;
        }
        if text
            .get(at)
            .is_some_and(|byte| byte.is_ascii_alphabetic() || *byte == b'_')
        {
            break;
        }
        written.groups[written.group_count] = (count, at);
        written.group_count += 1;
        let mut separators = written.separators;
        let next = skip_separators(text, at, written.group_count, &mut separators);
        let ends = next == at || !text.get(next).is_some_and(u8::is_ascii_digit);
        if ends || written.group_count == MAX_GROUPS {
            break;
        }
        // What follows ten digits of a national number separates it from the next.
        if written.international || count < 10 {
            written.separators = separators;
        }
        at = next;
    }
    (written.group_count > 0).then_some(written)
}

/// Separators that only some notations have.
#[derive(Clone, Copy, Default)]
struct Separators {
    slash: bool,
    /// An opening one anywhere, or a closing one after the first group.
    parenthesis: bool,
}

/// Passes at most three separators, and the `(0)` that is written after a country's code.
fn skip_separators(text: &[u8], at: usize, group: usize, seen: &mut Separators) -> usize {
    let mut next = at;
    while next < at + 3 {
        match text.get(next) {
            Some(b'(') if text[next..].starts_with(b"(0)") => {
                next += 3;
                return if matches!(text.get(next), Some(b' ' | b'.' | b'-')) {
                    next + 1
                } else {
                    next
                };
            }
            Some(b' ' | b'.' | b'-') => {}
            Some(b'/') => seen.slash = true,
            Some(b'(') => seen.parenthesis = true,
            Some(b')') => seen.parenthesis |= group > 1,
            _ => break,
        }
        next += 1;
    }
    next
}

/// Whether ten digits are grouped as people group a French number. `0.15.1 (2026-10` is none.
fn is_grouped_as_phone(written: &Written, at: usize) -> bool {
    let mut lengths = [0; MAX_GROUPS];
    let mut before = 0;
    for (length, (count, _)) in lengths.iter_mut().zip(&written.groups[..=at]) {
        *length = count - before;
        before = *count;
    }
    let lengths = &lengths[..=at];
    if written.separators.parenthesis
        || (written.separators.slash && lengths.len() > 1 && lengths != [2; 5])
    {
        return false;
    }
    match lengths {
        [10] | [1, 9] | [1, 3, 3, 3] | [1, 3, 2, 2, 2] | [1, 1, 2, 2, 2, 2] => true,
        // Spelled out; who counts from 0 to 9 gives no number.
        [1, 1, 1, 1, 1, 1, 1, 1, 1, 1] => !written.digits.starts_with(b"0123456789"),
        [2, rest @ ..] => rest.iter().all(|length| *length >= 2),
        [4, rest @ ..] => rest.iter().all(|length| matches!(length, 2 | 3 | 6)),
        _ => false,
    }
}

/// `01.02.2024 12`: day, month and year before something else.
fn is_date(written: &Written, at: usize) -> bool {
    at >= 2 && written.groups[0].0 == 2 && written.groups[1].0 == 4 && written.groups[2].0 == 8
}

/// Whether the digits go on in the same pairs after the tenth, as in a bank's or a parcel's number,
/// and the next pairs are not another phone number.
fn is_longer_series(written: &Written, at: usize, text: &[u8]) -> bool {
    let Some(&(next, _)) = written.groups[..written.group_count].get(at + 1) else {
        return false;
    };
    let last = written.groups[at].0 - if at == 0 { 0 } else { written.groups[at - 1].0 };
    if at == 0 || next - written.groups[at].0 != last {
        return false;
    }
    if written.digits[written.groups[at].0] != b'0' {
        return true;
    }
    // "01 02 03 04 05 06 07 08": eight bytes, and not two numbers.
    let pairs = text[written.groups[at].1..]
        .chunks(3)
        .take(5)
        .take_while(|pair| matches!(pair, [b' ' | b'.' | b'-' | b'/', b'0'..=b'9', b'0'..=b'9']));
    last == 2 && !matches!(pairs.count(), 0 | 5)
}

/// A number dialled in France from its nine digits after the 0. Those of the overseas departments
/// have country codes of their own, which a national notation does not show.
fn national(digits: &[u8]) -> Option<(String, Proof)> {
    let code = match &digits[..3] {
        // Kept for fiction, in the middle of Mayotte's.
        b"639" if digits[3..].starts_with(b"98") => None,
        b"590" | b"690" | b"691" => Some("+590"),
        b"594" | b"694" => Some("+594"),
        b"596" | b"696" | b"697" => Some("+596"),
        b"262" | b"263" | b"269" | b"639" | b"692" | b"693" => Some("+262"),
        _ => None,
    };
    if let Some(code) = code {
        let mut e164 = String::with_capacity(13);
        e164.push_str(code);
        e164.extend(digits.iter().map(|&byte| char::from(byte)));
        if phonenumber::parse(None, &e164).is_ok_and(|number| number.is_valid()) {
            return Some((e164, Proof::Valid));
        }
    }
    french(digits)
}

/// A number of one of France's neighbours in its own notation, whose groups no French number has or few have:
/// the country that must be named near, and the end.
///
/// Looks at a bounded number of bytes.
pub(crate) fn neighbour_at(text: &[u8], start: usize) -> Option<(Neighbour, usize)> {
    let written = read(text, start).filter(|written| !written.international)?;
    let mut lengths = [0; MAX_GROUPS];
    let mut before = 0;
    for (length, (count, _)) in lengths
        .iter_mut()
        .zip(&written.groups[..written.group_count])
    {
        *length = count - before;
        before = *count;
    }
    let digits = &written.digits[..];
    let (neighbour, groups) = match (&lengths[..written.group_count], digits) {
        // "0470 12 34 56", "0470/12.34.56"
        ([4, 2, 2, 2, ..], [b'0', b'4', ..]) => (Neighbour::Belgium, 4),
        // "02 123 45 67"
        ([2, 3, 2, 2, ..], [b'0', b'1'..=b'9', ..]) => (Neighbour::Belgium, 4),
        // "079 123 45 67"
        ([3, 3, 2, 2, ..], [b'0', b'2'..=b'9', ..]) => (Neighbour::Switzerland, 4),
        // "621 123 456": there is no trunk 0.
        ([3, 3, 3, ..], [b'6', b'2' | b'6' | b'9', b'1', ..]) => (Neighbour::Luxembourg, 3),
        _ => return None,
    };
    Some((neighbour, written.groups[groups - 1].1))
}

/// The E.164 form of a number in a neighbour's notation, if its plan knows it.
pub(crate) fn neighbours_number(neighbour: Neighbour, text: &[u8]) -> Option<String> {
    let (code, trunk) = match neighbour {
        Neighbour::Belgium => ("32", 1),
        Neighbour::Switzerland => ("41", 1),
        Neighbour::Luxembourg => ("352", 0),
    };
    let national = text.iter().filter(|byte| byte.is_ascii_digit()).skip(trunk);
    let whole: Vec<u8> = code.bytes().chain(national.copied()).collect();
    match international(&whole) {
        Some((e164, Proof::Valid)) => Some(e164),
        _ => None,
    }
}

/// A country whose national notation is read where its name stands near.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Neighbour {
    Belgium,
    Switzerland,
    Luxembourg,
}

/// Whether the bytes may begin a number in the national notation of a neighbour. Costs a few comparisons.
pub(crate) fn may_be_neighbours(text: &[u8]) -> bool {
    let separator = |at: usize| matches!(text.get(at), Some(b' ' | b'.' | b'/' | b'-'));
    match text {
        [b'0', b'4', ..] if separator(4) => true,
        [b'0', b'1'..=b'9', ..] => separator(2) && separator(6) || separator(3) && separator(7),
        [b'6', b'2' | b'6' | b'9', b'1', ..] => separator(3),
        _ => false,
    }
}

/// What a number in E.164 says about itself, by the numbering plan of its country.
///
/// ```
/// use observables::{Kind, Observable, PhoneKind, phone_parts};
///
/// let fixed = Observable::parse(Kind::Phone, "01 99 00 12 34")?;
/// let parts = phone_parts(&fixed).unwrap();
/// assert_eq!((parts.country.as_deref(), parts.kind), (Some("FR"), PhoneKind::Fixed));
/// assert_eq!(parts.national, "199001234");
/// # Ok::<(), observables::ParseError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct PhoneParts {
    /// Country or territory, ISO 3166-1 alpha-2 (`FR`, `RE`); `None` for numbers of no country, such as
    /// +800.
    pub country: Option<String>,
    /// What the number is for.
    pub kind: PhoneKind,
    /// The number without the country's code and without a trunk prefix.
    pub national: String,
}

/// What a phone number is for, by the numbering plan of its country.
///
/// ```
/// use observables::{Kind, Observable, PhoneKind, phone_parts};
///
/// let of = |number| Some(phone_parts(&Observable::parse(Kind::Phone, number).ok()?)?.kind);
/// assert_eq!(of("06 39 98 12 34"), Some(PhoneKind::Mobile));
/// assert_eq!(of("+1 202 555 0123"), Some(PhoneKind::FixedOrMobile));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[non_exhaustive]
pub enum PhoneKind {
    /// A mobile phone.
    Mobile,
    /// A line at an address.
    Fixed,
    /// Where the plan does not tell mobiles from lines, as in North America.
    FixedOrMobile,
    /// Over the internet, tied to no place.
    Voip,
    /// Free for who calls.
    TollFree,
    /// Who is called pays a part.
    SharedCost,
    /// Dearer than a common call.
    Premium,
    /// A number of a company or a service, at the price of a common call.
    Service,
    /// Follows a person from line to line.
    Personal,
    /// A pager.
    Pager,
    /// A mailbox for voice.
    Voicemail,
    /// The plan does not say: it is not valid there, or of a rarer kind.
    Unknown,
}

impl PhoneKind {
    /// Short stable name: `mobile`, `fixed`, `fixed_or_mobile`…
    ///
    /// ```
    /// assert_eq!(observables::PhoneKind::TollFree.name(), "toll_free");
    /// ```
    pub fn name(self) -> &'static str {
        match self {
            PhoneKind::Mobile => "mobile",
            PhoneKind::Fixed => "fixed",
            PhoneKind::FixedOrMobile => "fixed_or_mobile",
            PhoneKind::Voip => "voip",
            PhoneKind::TollFree => "toll_free",
            PhoneKind::SharedCost => "shared_cost",
            PhoneKind::Premium => "premium",
            PhoneKind::Service => "service",
            PhoneKind::Personal => "personal",
            PhoneKind::Pager => "pager",
            PhoneKind::Voicemail => "voicemail",
            PhoneKind::Unknown => "unknown",
        }
    }
}

/// The country and the kind of a phone number; `None` for an observable of another kind.
///
/// French mobiles, lines and numbers of the internet are read from ARCEP's plan; others from
/// libphonenumber's data.
///
/// ```
/// use observables::{Kind, Observable, PhoneKind, phone_parts};
///
/// let phone = Observable::parse(Kind::Phone, "06 39 98 12 34")?;
/// let parts = phone_parts(&phone).unwrap();
/// assert_eq!(parts.country.as_deref(), Some("FR"));
/// assert_eq!((parts.kind, parts.national.as_str()), (PhoneKind::Mobile, "639981234"));
/// # Ok::<(), observables::ParseError>(())
/// ```
pub fn phone_parts(observable: &Observable) -> Option<PhoneParts> {
    if observable.kind() != Kind::Phone {
        return None;
    }
    let e164 = observable.canonical();
    if let Some(national) = e164.strip_prefix("+33")
        && let Some(kind) = french_kind(national.as_bytes())
    {
        return Some(PhoneParts {
            country: Some("FR".to_owned()),
            kind,
            national: national.to_owned(),
        });
    }
    planned_parts(e164)
}

/// What the first digits say in France (ARCEP, national numbering plan, decision 2018-0881): 06 and 07
/// mobiles, 01 to 05 lines, 09 over the internet. 08 is left to libphonenumber.
fn french_kind(national: &[u8]) -> Option<PhoneKind> {
    match national {
        [first, rest @ ..] if rest.len() == 8 => match first {
            b'1'..=b'5' => Some(PhoneKind::Fixed),
            b'6' | b'7' => Some(PhoneKind::Mobile),
            b'9' => Some(PhoneKind::Voip),
            _ => None,
        },
        _ => None,
    }
}

/// The same by libphonenumber's data.
fn planned_parts(e164: &str) -> Option<PhoneParts> {
    use phonenumber::Type;

    let number = phonenumber::parse(None, e164).ok()?;
    let kind = match number.number_type(&phonenumber::metadata::DATABASE) {
        Type::Mobile => PhoneKind::Mobile,
        Type::FixedLine => PhoneKind::Fixed,
        Type::FixedLineOrMobile => PhoneKind::FixedOrMobile,
        Type::Voip => PhoneKind::Voip,
        Type::TollFree => PhoneKind::TollFree,
        Type::SharedCost => PhoneKind::SharedCost,
        Type::PremiumRate => PhoneKind::Premium,
        Type::Uan => PhoneKind::Service,
        Type::PersonalNumber => PhoneKind::Personal,
        Type::Pager => PhoneKind::Pager,
        Type::Voicemail => PhoneKind::Voicemail,
        _ => PhoneKind::Unknown,
    };
    let country = number.country().id().map(|id| format!("{id:?}"));
    Some(PhoneParts {
        country,
        kind,
        national: number.national().to_string(),
    })
}

/// The first five digits that libphonenumber's plan of +33 knows. Nearly every number here is
/// French, and its regular expressions take microseconds; a test holds the two equal.
static FRENCH_PLAN: [std::ops::RangeInclusive<u32>; 14] = [
    10_000..=26_199,
    26_300..=39_999,
    41_000..=58_999,
    59_100..=59_399,
    59_500..=63_899,
    64_000..=68_999,
    69_500..=69_599,
    69_800..=69_999,
    73_000..=83_603,
    83_606..=84_099,
    84_200..=84_299,
    84_400..=84_499,
    85_000..=86_999,
    88_000..=99_999,
];

/// A French number from its nine digits after the 0.
fn french(national: &[u8]) -> Option<(String, Proof)> {
    if national.len() != 9 || national[0] == b'0' {
        return None;
    }
    let mut e164 = String::with_capacity(12);
    e164.push_str("+33");
    e164.extend(national.iter().map(|&byte| char::from(byte)));
    let first = national[..5]
        .iter()
        .fold(0, |sum, byte| sum * 10 + u32::from(byte - b'0'));
    let valid = FRENCH_PLAN.iter().any(|range| range.contains(&first));
    Some((e164, if valid { Proof::Valid } else { Proof::Possible }))
}

/// The national numbers that a country's plan knows.
struct Plan {
    /// Of each region that shares the code, what any number of it must match and what one of its types must.
    regions: Vec<(Regex, Regex)>,
    /// What some write between the code and the number, such as 0.
    trunk: Vec<String>,
    /// Whether numbers may be rewritten before they are compared, as some of Mexico and Argentina are.
    rewrites: bool,
}

/// What a plan says of a number.
#[derive(Clone, Copy, PartialEq)]
enum Planned {
    Known,
    Unknown,
    /// The library has to read it.
    Perhaps,
}

impl Plan {
    /// What libphonenumber's data say of a code; `None` where they know no such code.
    fn of(code: u16) -> Option<Plan> {
        let regions = phonenumber::metadata::DATABASE.by_code(&code)?;
        let trunk = regions
            .iter()
            .filter_map(|region| region.national_prefix())
            .map(str::to_owned)
            .collect();
        let rewrites = regions
            .iter()
            // Of the other regions of a code it is for numbers without their area.
            .filter(|region| regions.len() == 1 || region.is_main_country_for_code())
            .any(|region| region.national_prefix_transform_rule().is_some());
        let regions = regions.iter().filter_map(|region| {
            let plans = region.descriptors();
            let types = [
                plans.fixed_line(),
                plans.mobile(),
                plans.toll_free(),
                plans.premium_rate(),
                plans.shared_cost(),
                plans.personal_number(),
                plans.voip(),
                plans.pager(),
                plans.uan(),
                plans.voicemail(),
            ];
            let types: Vec<&str> = types
                .into_iter()
                .flatten()
                .map(|plan| plan.national_number().as_str())
                .collect();
            // The data wrap their patterns over lines.
            let whole = |pattern: &str| {
                RegexBuilder::new(&format!("^(?:{pattern})$"))
                    .ignore_whitespace(true)
                    .unicode(false)
                    .build()
                    .ok()
            };
            let general = whole(plans.general().national_number().as_str())?;
            Some((general, whole(&types.join("|"))?))
        });
        Some(Plan {
            regions: regions.collect(),
            trunk,
            rewrites,
        })
    }

    fn says(&self, national: &str) -> Planned {
        let known = self
            .regions
            .iter()
            .any(|(general, types)| general.is_match(national) && types.is_match(national));
        let trunk = || {
            self.trunk
                .iter()
                .any(|trunk| national.starts_with(trunk.as_str()))
        };
        match known {
            true => Planned::Known,
            false if self.rewrites || trunk() => Planned::Perhaps,
            false => Planned::Unknown,
        }
    }
}

/// What the plan of the number's country says of it. The library's own check compiles and looks up its patterns
/// at every call; here a country's are compiled once.
fn planned(digits: &str) -> Planned {
    static PLANS: [OnceLock<Option<Plan>>; 1000] = [const { OnceLock::new() }; 1000];
    // No code is the start of another (ITU-T E.164).
    (1..=3)
        .find_map(|length| {
            let (code, national) = digits.split_at_checked(length)?;
            let code = code.parse::<u16>().ok()?;
            let plan = PLANS.get(usize::from(code))?;
            let plan = plan.get_or_init(|| Plan::of(code)).as_ref()?;
            Some(plan.says(national))
        })
        .unwrap_or(Planned::Perhaps)
}

/// A number from its digits, country code first.
fn international(digits: &[u8]) -> Option<(String, Proof)> {
    if let [b'3', b'3', national @ ..] = digits {
        // The trunk 0 is often written after the code, with or without parentheses.
        return french(national.strip_prefix(b"0").unwrap_or(national));
    }
    if digits.len() > 15 || digits[0] == b'0' {
        return None;
    }
    let mut e164 = String::with_capacity(16);
    e164.push('+');
    e164.extend(digits.iter().map(|&byte| char::from(byte)));
    match planned(&e164[1..]) {
        Planned::Known => return Some((e164, Proof::Valid)),
        Planned::Unknown => {}
        Planned::Perhaps => {
            let number = phonenumber::parse(None, &e164).ok()?;
            if number.is_valid() {
                let folded = number.format().mode(phonenumber::Mode::E164).to_string();
                return Some((folded, Proof::Valid));
            }
        }
    }
    let long_enough = if digits[0] == b'1' {
        digits.len() == 11
    } else {
        (10..=13).contains(&digits.len())
    };
    long_enough.then_some((e164, Proof::Possible))
}

/// A typed answer. Here a lost leading 0 or + is forgiven, as spreadsheets lose them.
pub(crate) fn phone(text: &str) -> Result<(String, Proof), ParseError> {
    let shape = ParseError::Shape { kind: Kind::Phone };
    let text = text.strip_prefix("tel:").unwrap_or(text);
    let text = text.strip_prefix('(').unwrap_or(text);
    let bytes = text.as_bytes();
    if bytes.is_empty() || bytes.len() > 64 {
        return Err(shape);
    }
    if may_begin(bytes)
        && let Some((end, e164, proof)) = phone_at(bytes, 0)
        && end == bytes.len()
    {
        return Ok((e164, proof));
    }
    if !bytes
        .iter()
        .all(|byte| byte.is_ascii_digit() || matches!(byte, b' ' | b'.' | b'-'))
    {
        return Err(shape);
    }
    let digits: Vec<u8> = bytes.iter().copied().filter(u8::is_ascii_digit).collect();
    let found = match digits.as_slice() {
        [b'1'..=b'9', ..] if digits.len() == 9 => national(&digits),
        [b'1'..=b'9', ..] if (10..=15).contains(&digits.len()) => international(&digits)
            .filter(|(_, proof)| *proof == Proof::Valid || digits.starts_with(b"336")),
        _ => None,
    };
    found.ok_or(shape)
}

/// French numbers as they are read aloud, others as their country groups them.
pub(crate) fn phone_display(e164: &str) -> String {
    if let Some(national) = e164.strip_prefix("+33")
        && national.len() == 9
    {
        let (first, pairs) = national.split_at(1);
        let mut shown = format!("0{first}");
        for (at, digit) in pairs.chars().enumerate() {
            if at % 2 == 0 {
                shown.push(' ');
            }
            shown.push(digit);
        }
        return shown;
    }
    match phonenumber::parse(None, e164) {
        Ok(number) => {
            let shown = number
                .format()
                .mode(phonenumber::Mode::International)
                .to_string();
            // A grouping that would not be read back is worse than none.
            if phone(&shown).is_ok_and(|(again, _)| again == e164) {
                shown
            } else {
                e164.to_owned()
            }
        }
        Err(_) => e164.to_owned(),
    }
}

/// Whether a regulator keeps the number for fiction and documentation (ARCEP, Ofcom, NANPA).
pub(crate) fn is_reserved_for_fiction(e164: &str) -> bool {
    const RESERVED: [&str; 15] = [
        "+3319900",
        "+3326191",
        "+3335301",
        "+3346571",
        "+3353649",
        "+3363998",
        "+441632960",
        "+442079460",
        "+447700900",
        "+443069990",
        "+448081570",
        "+441134960",
        "+441214960",
        "+441314960",
        "+441614960",
    ];
    let nanpa = e164.len() == 12 && e164.starts_with("+1") && e164[5..].starts_with("55501");
    nanpa || RESERVED.iter().any(|prefix| e164.starts_with(prefix))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, expected: Option<(&str, &str, Proof)>) {
        let found = phone_at(text.as_bytes(), 0);
        let found = found
            .as_ref()
            .map(|(end, e164, proof)| (&text[..*end], e164.as_str(), *proof));
        assert_eq!(found, expected, "in {text:?}");
    }

    #[test]
    fn national_numbers_have_ten_digits() {
        check(
            "0 800 00 12 34",
            Some(("0 800 00 12 34", "+33800001234", Proof::Valid)),
        );
        check(
            "0639 01 23 45",
            Some(("0639 01 23 45", "+262639012345", Proof::Valid)),
        );
        check(
            "06 39 98 12 34 et",
            Some(("06 39 98 12 34", "+33639981234", Proof::Possible)),
        );
        check(
            "01.99.00.12.34.",
            Some(("01.99.00.12.34", "+33199001234", Proof::Valid)),
        );
        check(
            "0 199 001 234",
            Some(("0 199 001 234", "+33199001234", Proof::Valid)),
        );
        check(
            "0199 00 12 34",
            Some(("0199 00 12 34", "+33199001234", Proof::Valid)),
        );
        check(
            "0199001234 25 ans",
            Some(("0199001234", "+33199001234", Proof::Valid)),
        );
        check(
            "0199001234/0639981234",
            Some(("0199001234", "+33199001234", Proof::Valid)),
        );
        check(
            "01 99 00 12 34 06 39 98 12 34",
            Some(("01 99 00 12 34", "+33199001234", Proof::Valid)),
        );
        check("01 99 00 12 34 56 78 90", None);
        check("019900123", None);
        check("01990012345", None);
        check("0199001234a", None);
        check("01/02/2024 12", None);
        check("0.15.1 (2026-10)", None);
        check("02/2013). 1997", None);
        check(
            "01/99/00/12/34",
            Some(("01/99/00/12/34", "+33199001234", Proof::Valid)),
        );
        check(
            "01)99 00 12 34",
            Some(("01)99 00 12 34", "+33199001234", Proof::Valid)),
        );
        check("00 00 00 00 00", None);
        check(
            "0690 00 12 34",
            Some(("0690 00 12 34", "+590690001234", Proof::Valid)),
        );
    }

    #[test]
    fn the_french_plan_is_libphonenumbers() {
        let ends = FRENCH_PLAN.iter().flat_map(|range| {
            [
                range.start() - 1,
                *range.start(),
                *range.end(),
                range.end() + 1,
            ]
        });
        for first in ends
            .chain((10_000..100_000).step_by(37))
            .filter(|first| (10_000..100_000).contains(first))
        {
            for last in ["0000", "5151", "9999"] {
                let (e164, proof) = french(format!("{first}{last}").as_bytes()).unwrap();
                let valid = phonenumber::parse(None, &e164).unwrap().is_valid();
                assert_eq!(proof == Proof::Valid, valid, "{e164}");
            }
        }
    }

    #[test]
    fn the_trunk_zero_goes() {
        for text in [
            "+33 (0)1 99 00 12 34",
            "+33(0)199001234",
            "+33 0 199001234",
            "0033 1 99 00 12 34",
            "+33.1.99.00.12.34",
        ] {
            check(text, Some((text, "+33199001234", Proof::Valid)));
        }
    }

    #[test]
    fn a_foreign_number_ends_where_its_plan_says() {
        check(
            "+44 20 7946 0018 25",
            Some(("+44 20 7946 0018", "+442079460018", Proof::Valid)),
        );
        check(
            "+44 7700 900123",
            Some(("+44 7700 900123", "+447700900123", Proof::Possible)),
        );
        check(
            "+1 (202) 555-0143",
            Some(("+1 (202) 555-0143", "+12025550143", Proof::Valid)),
        );
        check("+15 000 000", None);
        check("+999 123 456 789", None);
    }

    #[test]
    fn numbers_are_written_in_many_ways() {
        for text in [
            "0 6 3 9 9 8 1 2 3 4",
            "06 3998 1234",
            "06-39-98-12-34",
            "06/39/98/12/34",
            "0033 6 39 98 12 34",
            "00 33 6 39 98 12 34",
            "+33 (0)6 39 98 12 34",
            "+33 (0) 6 39 98 12 34",
            "33 6 39 98 12 34",
            "+336 39 98 12 34",
        ] {
            check(text, Some((text, "+33639981234", Proof::Possible)));
        }
        for text in [
            "+44 (0)20 7946 0018",
            "00 44 20 7946 0018",
            "0044 20 7946 0018",
        ] {
            check(text, Some((text, "+442079460018", Proof::Valid)));
        }
        check("0 1 2 3 4 5 6 7 8 9", None);
        check("0 6 3 9 9 8 1 2 3 4 5", None);
        check("33 6 39 98", None);
        check("33 7 12 2024", None);
        check("0.199001234", None);
        check("01 02 03 04 05 06 07 08", None);
        check("01 02 03 04 05 06", None);
    }

    #[test]
    fn the_plan_says_country_and_kind() {
        let parts = |raw: &str| {
            let phone = Observable::parse(Kind::Phone, raw).unwrap();
            let parts = phone_parts(&phone).unwrap();
            (
                parts.country.unwrap_or_default(),
                parts.kind,
                parts.national,
            )
        };
        for (raw, country, kind, national) in [
            ("06 39 98 12 34", "FR", PhoneKind::Mobile, "639981234"),
            ("01 99 00 12 34", "FR", PhoneKind::Fixed, "199001234"),
            ("09 70 00 12 34", "FR", PhoneKind::Voip, "970001234"),
            ("0 800 00 12 34", "FR", PhoneKind::TollFree, "800001234"),
            ("0892 70 12 34", "FR", PhoneKind::Premium, "892701234"),
            ("0692 00 12 34", "RE", PhoneKind::Mobile, "692001234"),
            ("+44 20 7946 0018", "GB", PhoneKind::Fixed, "2079460018"),
            (
                "+1 202 555 0143",
                "US",
                PhoneKind::FixedOrMobile,
                "2025550143",
            ),
            ("+32 470 12 34 56", "BE", PhoneKind::Mobile, "470123456"),
        ] {
            let expected = (country.to_owned(), kind, national.to_owned());
            assert_eq!(parts(raw), expected, "{raw}");
        }
        let mail = Observable::parse(Kind::Email, "a@asso.example").unwrap();
        assert_eq!(phone_parts(&mail), None);
    }

    proptest::proptest! {
        /// Where libphonenumber has a kind of its own for a French number, the short table says the same.
        #[test]
        fn the_short_table_is_libphonenumbers(national in "[1-79][0-9]{8}") {
            let e164 = format!("+33{national}");
            let planned = planned_parts(&e164).unwrap();
            let known = phonenumber::parse(None, &e164).unwrap().is_valid();
            if known && planned.kind != PhoneKind::Unknown {
                proptest::prop_assert_eq!(Some(planned.kind), french_kind(national.as_bytes()));
                proptest::prop_assert_eq!(planned.country.as_deref(), Some("FR"));
                proptest::prop_assert_eq!(planned.national, national);
            }
        }
    }

    #[test]
    fn a_typed_answer_forgives_more() {
        for text in [
            "199001234",
            "33199001234",
            "(+33) 1 99 00 12 34",
            "tel:+33199001234",
        ] {
            assert_eq!(
                phone(text),
                Ok(("+33199001234".to_owned(), Proof::Valid)),
                "{text:?}"
            );
        }
        assert!(phone("0199001234 le soir").is_err());
        assert_eq!(phone_display("+442079460018"), "+44 20 7946 0018");
        assert_eq!(phone_display("+33199001234"), "01 99 00 12 34");
    }
}
