//! Moments, amounts and counts as people read them.

use jiff::{Timestamp, civil, tz::TimeZone};
use serde_json::Number;

use crate::{Lang, money::decimals};

/// Narrow no-break space, between thousands in French.
const NARROW: &str = "\u{202f}";

fn zone() -> TimeZone {
    TimeZone::get("Europe/Paris").unwrap_or(TimeZone::UTC)
}

fn zoned(micros: i64) -> Option<jiff::Zoned> {
    Some(Timestamp::from_microsecond(micros).ok()?.to_zoned(zone()))
}

/// The instant of a moment of Paris; of one that there is twice, the first.
#[must_use]
pub fn of_paris(moment: civil::DateTime) -> Option<Timestamp> {
    Some(moment.to_zoned(zone()).ok()?.timestamp())
}

/// The moment of Paris of an instant.
#[must_use]
pub fn paris(at: Timestamp) -> civil::DateTime {
    at.to_zoned(zone()).datetime()
}

/// `14/03/2026 à 15:42` or `14 Mar 2026, 15:42`, Paris time.
#[must_use]
pub fn moment(lang: Lang, micros: i64) -> String {
    let Some(zoned) = zoned(micros) else {
        return "?".to_owned();
    };
    match lang {
        Lang::Fr => zoned.strftime("%d/%m/%Y à %H:%M").to_string(),
        Lang::En => zoned.strftime("%-d %b %Y, %H:%M").to_string(),
    }
}

/// `14/03/2026` or `14 Mar 2026`, Paris time.
#[must_use]
pub fn day(lang: Lang, micros: i64) -> String {
    zoned(micros).map_or_else(|| "?".to_owned(), |zoned| date(lang, zoned.date()))
}

/// `14/03/2026` or `14 Mar 2026`.
#[must_use]
pub fn date(lang: Lang, date: civil::Date) -> String {
    let form = match lang {
        Lang::Fr => "%d/%m/%Y",
        Lang::En => "%-d %b %Y",
    };
    date.strftime(form).to_string()
}

/// A whole number with its thousands apart.
#[must_use]
pub fn count(lang: Lang, value: i64) -> String {
    let digits = value.unsigned_abs().to_string();
    let mut text = String::new();
    if value < 0 {
        text.push('-');
    }
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            text.push_str(if lang == Lang::Fr { NARROW } else { "," });
        }
        text.push(digit);
    }
    text
}

/// A number: `1 250,5` in French, `1,250.5` in English.
#[must_use]
pub fn number(lang: Lang, value: &Number) -> String {
    if let Some(whole) = value.as_i64() {
        return count(lang, whole);
    }
    let text = value.to_string();
    let Some((whole, part)) = text.split_once('.') else {
        return text;
    };
    let Ok(digits) = whole.trim_start_matches('-').parse() else {
        return text;
    };
    let minus = if whole.starts_with('-') { "-" } else { "" };
    let point = point(lang);
    format!("{minus}{}{point}{part}", count(lang, digits))
}

fn point(lang: Lang) -> char {
    match lang {
        Lang::Fr => ',',
        Lang::En => '.',
    }
}

/// An amount in minor units, with as many decimals as its currency has.
#[must_use]
pub fn money(lang: Lang, minor: i64, currency: &str) -> String {
    let decimals = decimals(currency);
    let unit = 10_u64.pow(decimals);
    let minus = if minor < 0 { "-" } else { "" };
    let whole = minor.unsigned_abs() / unit;
    let mut amount = count(lang, i64::try_from(whole).unwrap_or(i64::MAX));
    if decimals > 0 {
        let (width, part) = (decimals as usize, minor.unsigned_abs() % unit);
        amount.push(point(lang));
        amount.push_str(&format!("{part:0width$}"));
    }
    let sign = match currency {
        "EUR" => "€",
        "USD" => "$",
        "GBP" => "£",
        other => other,
    };
    match lang {
        Lang::Fr => format!("{minus}{amount}\u{a0}{sign}"),
        Lang::En if sign.chars().count() == 1 => format!("{minus}{sign}{amount}"),
        Lang::En => format!("{sign}\u{a0}{minus}{amount}"),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn amounts_and_moments_read_as_people_write_them() {
        assert_eq!(money(Lang::Fr, 125_050, "EUR"), "1\u{202f}250,50\u{a0}€");
        assert_eq!(money(Lang::En, 125_050, "EUR"), "€1,250.50");
        assert_eq!(money(Lang::En, 5, "CHF"), "CHF\u{a0}0.05");
        assert_eq!(money(Lang::Fr, -5, "EUR"), "-0,05\u{a0}€");
        assert_eq!(money(Lang::Fr, 1_200, "JPY"), "1\u{202f}200\u{a0}JPY");
        assert_eq!(money(Lang::En, 150_000_000, "BTC"), "BTC\u{a0}1.50000000");
        for (value, fr, en) in [
            (json!(1_234), "1\u{202f}234", "1,234"),
            (json!(-1_234.5), "-1\u{202f}234,5", "-1,234.5"),
            (json!(-0.5), "-0,5", "-0.5"),
            (json!(1e300), "1e+300", "1e+300"),
        ] {
            let value = value.as_number().unwrap();
            assert_eq!(
                (&*number(Lang::Fr, value), &*number(Lang::En, value)),
                (fr, en)
            );
        }
        assert_eq!(count(Lang::En, -1_234_567), "-1,234,567");
        let micros = 1_772_548_920_000_000;
        assert_eq!(moment(Lang::Fr, micros), "03/03/2026 à 15:42");
    }
}
