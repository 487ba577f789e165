//! Dates and times as people write them.

use jiff::{SignedDuration, Timestamp, civil::Date, tz::TimeZone};
use serde_json::{Map, Value};

use super::{
    error::{ErrorCode, Expected},
    scalar::{is_empty, text_of, yes_no},
};
use crate::text::fold;

const MAX_TYPED: usize = 60;
const MONTHS: [[&str; 2]; 12] = [
    ["janvier", "january"],
    ["fevrier", "february"],
    ["mars", "march"],
    ["avril", "april"],
    ["mai", "may"],
    ["juin", "june"],
    ["juillet", "july"],
    ["aout", "august"],
    ["septembre", "september"],
    ["octobre", "october"],
    ["novembre", "november"],
    ["decembre", "december"],
];

pub(super) fn date(value: &Value, past: bool, now: Timestamp) -> Result<String, ErrorCode> {
    let Value::String(text) = value else {
        return Err(ErrorCode::NotADate);
    };
    let date = read_date(text, now).ok_or(ErrorCode::NotADate)?;
    not_in_future(date, past, now)?;
    Ok(date.to_string())
}

/// The normalised moment, or what is wrong and in which part of it.
pub(super) fn moment(
    value: &Value,
    past: bool,
    zone: &TimeZone,
    now: Timestamp,
) -> Result<Value, (&'static str, ErrorCode)> {
    let (date, time, about) = match value {
        Value::String(text) => {
            let (date, time) =
                read_date_and_time(text, zone, now).ok_or(("", ErrorCode::NotADate))?;
            (date, time, false)
        }
        Value::Object(parts) => {
            for key in parts.keys() {
                if !matches!(key.as_str(), "date" | "time" | "about") {
                    return Err(("", ErrorCode::UnknownField));
                }
            }
            let date = match parts.get("date") {
                Some(Value::String(text)) => read_date(text, now),
                _ => None,
            }
            .ok_or((".date", ErrorCode::NotADate))?;
            let time = match parts.get("time").filter(|time| !is_empty(time)) {
                None => None,
                Some(time) => {
                    let text = text_of(time).map_err(|_| (".time", ErrorCode::NotATime))?;
                    Some(read_time(&text).ok_or((".time", ErrorCode::NotATime))?)
                }
            };
            let about = match parts.get("about").filter(|about| !is_empty(about)) {
                None => false,
                Some(about) => yes_no(about).map_err(|code| (".about", code))?,
            };
            (date, time, about)
        }
        _ => {
            return Err((
                "",
                ErrorCode::WrongKind {
                    expected: Expected::Object,
                },
            ));
        }
    };
    not_in_future(date, past, now).map_err(|code| (".date", code))?;
    let mut moment = Map::new();
    moment.insert("date".to_owned(), date.to_string().into());
    if let Some((hour, minute)) = time {
        moment.insert("time".to_owned(), format!("{hour:02}:{minute:02}").into());
    }
    if about {
        moment.insert("about".to_owned(), true.into());
    }
    Ok(Value::Object(moment))
}

/// The future begins tomorrow, in the zone whose day begins first: a person overseas is not told
/// that today has not come.
fn not_in_future(date: Date, past: bool, now: Timestamp) -> Result<(), ErrorCode> {
    let latest = now
        .checked_add(SignedDuration::from_hours(14))
        .unwrap_or(Timestamp::MAX);
    if past && date > latest.to_zoned(TimeZone::UTC).date() {
        return Err(ErrorCode::InFuture);
    }
    Ok(())
}

fn read_date_and_time(
    text: &str,
    zone: &TimeZone,
    now: Timestamp,
) -> Option<(Date, Option<(u8, u8)>)> {
    if text.len() > MAX_TYPED {
        return None;
    }
    // A program names the instant (RFC 3339): it is kept as the clocks of the desk showed it.
    if let Ok(at) = text.trim().parse::<Timestamp>() {
        let at = zone.to_datetime(at);
        let part = |part: i8| u8::try_from(part).expect("hours and minutes are not negative");
        return within_years(at.date())
            .map(|date| (date, Some((part(at.hour()), part(at.minute())))));
    }
    if let Some(date) = read_date(text, now) {
        return Some((date, None));
    }
    let folded = fold(text.trim());
    ["t", " a ", " at ", ", ", " "].iter().find_map(|between| {
        folded.match_indices(between).find_map(|(at, _)| {
            let date = read_date(&folded[..at], now)?;
            let time = read_time(&folded[at + between.len()..])?;
            Some((date, Some(time)))
        })
    })
}

/// `14/03/2026`, `2026-03-14`, `14 mars 2026`, `1er mars 26`, `March 14, 2026`.
fn read_date(text: &str, now: Timestamp) -> Option<Date> {
    if text.len() > MAX_TYPED {
        return None;
    }
    let folded = fold(text.trim());
    let tokens: Vec<&str> = folded
        .split(|c: char| !c.is_alphanumeric())
        .filter(|token| !token.is_empty())
        .collect();
    let [a, b, c] = tokens.as_slice() else {
        return None;
    };
    let (day, month, year) = if a.len() == 4 && a.bytes().all(|byte| byte.is_ascii_digit()) {
        (*c, month(b)?, *a)
    } else if let Some(month) = named_month(a) {
        (*b, month, *c)
    } else {
        (*a, month(b)?, *c)
    };
    let day = ["er", "st", "nd", "rd", "th"]
        .iter()
        .find_map(|suffix| day.strip_suffix(suffix))
        .unwrap_or(day);
    within_years(Date::new(year_of(year, now)?, month, small(day)?).ok()?)
}

fn within_years(date: Date) -> Option<Date> {
    (1900..=2200).contains(&date.year()).then_some(date)
}

fn year_of(text: &str, now: Timestamp) -> Option<i16> {
    if !text.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let year: i16 = text.parse().ok()?;
    match text.len() {
        4 => Some(year),
        // Two digits: this century up to next year, the last one beyond.
        2 => {
            let this = now.to_zoned(TimeZone::UTC).year();
            let century = this - this.rem_euclid(100);
            let year = century + year;
            Some(if year > this + 1 { year - 100 } else { year })
        }
        _ => None,
    }
}

fn month(text: &str) -> Option<i8> {
    small(text).or_else(|| named_month(text))
}

/// A month's name in either language, whole or cut to three letters or more (`juin` and `juil`
/// need four).
fn named_month(text: &str) -> Option<i8> {
    if text.len() < 3 || text == "jui" {
        return None;
    }
    let index = MONTHS
        .iter()
        .position(|names| names.iter().any(|name| name.starts_with(text)))?;
    i8::try_from(index + 1).ok()
}

fn small(text: &str) -> Option<i8> {
    if text.len() > 2 || !text.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    text.parse().ok()
}

/// `14:30`, `14h30`, `14 h`, `14:30:00`, `2:30 pm`.
fn read_time(text: &str) -> Option<(u8, u8)> {
    if text.len() > MAX_TYPED {
        return None;
    }
    let mut text: String = fold(text.trim()).split_whitespace().collect();
    let afternoon = if let Some(rest) = text.strip_suffix("pm") {
        text = rest.to_owned();
        Some(true)
    } else if let Some(rest) = text.strip_suffix("am") {
        text = rest.to_owned();
        Some(false)
    } else {
        None
    };
    let mut parts = text.split(['h', ':']);
    let hour = parts
        .next()
        .and_then(small)
        .and_then(|hour| u8::try_from(hour).ok())?;
    let minute = match parts.next() {
        None if afternoon.is_none() => return None,
        None | Some("") => 0,
        Some(minute) => small(minute.strip_suffix("min").unwrap_or(minute))?
            .try_into()
            .ok()?,
    };
    if let Some(seconds) = parts.next() {
        small(seconds.split('.').next()?)?;
    }
    let hour = match afternoon {
        Some(_) if hour == 0 || hour > 12 => return None,
        Some(true) => hour % 12 + 12,
        Some(false) => hour % 12,
        None => hour,
    };
    (hour < 24 && minute < 60).then_some((hour, minute))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn now() -> Timestamp {
        "2026-11-22T10:00:00Z".parse().unwrap()
    }

    #[test]
    fn dates_are_read_as_people_write_them() {
        for (text, expected) in [
            ("2026-03-14", Some("2026-03-14")),
            ("14/03/2026", Some("2026-03-14")),
            (" 14.3.26 ", Some("2026-03-14")),
            ("14-03-98", Some("1998-03-14")),
            ("14 mars 2026", Some("2026-03-14")),
            ("1er février 2026", Some("2026-02-01")),
            ("Feb 1st, 2026", Some("2026-02-01")),
            ("March 14, 2026", Some("2026-03-14")),
            ("14 août 2026", Some("2026-08-14")),
            ("3 juil. 2026", Some("2026-07-03")),
            ("30/02/2026", None),
            ("14/03", None),
            ("hier", None),
            ("", None),
            ("14/03/20266", None),
            ("0000-01-01", None),
        ] {
            let read = read_date(text, now()).map(|date| date.to_string());
            assert_eq!(read.as_deref(), expected, "{text}");
        }
    }

    #[test]
    fn times_are_read_as_people_write_them() {
        for (text, expected) in [
            ("14:30", Some((14, 30))),
            ("14h30", Some((14, 30))),
            ("14 h", Some((14, 0))),
            ("9h05", Some((9, 5))),
            ("14:30:59.123", Some((14, 30))),
            // An hour of another zone is no hour of this one.
            ("14:30Z", None),
            ("14:30:59+09:00", None),
            ("2:30 PM", Some((14, 30))),
            ("12 am", Some((0, 0))),
            ("14", None),
            ("25:00", None),
            ("14:60", None),
            ("midi", None),
        ] {
            assert_eq!(read_time(text), expected, "{text}");
        }
        let paris = TimeZone::get("Europe/Paris").unwrap();
        for text in [
            "14/03/2026 14h30",
            "14 mars 2026 à 14:30",
            "2026-03-14T14:30",
            "2026-03-14T13:30:00Z",
            "2026-03-14 22:30:59.123+09:00",
        ] {
            let (date, time) = read_date_and_time(text, &paris, now()).unwrap();
            assert_eq!(
                (date.to_string().as_str(), time),
                ("2026-03-14", Some((14, 30))),
                "{text}"
            );
        }
        for text in ["-009999-01-02T00:00:00Z", "9999-12-30T00:00:00Z"] {
            assert_eq!(read_date_and_time(text, &paris, now()), None, "{text}");
        }
    }
}
