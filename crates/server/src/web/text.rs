//! Moments, amounts and counts as people read them.

use casework::Lang;
use jiff::{Timestamp, tz::TimeZone};

/// Narrow no-break space, between thousands in French.
const NARROW: &str = "\u{202f}";

fn zoned(micros: i64) -> Option<jiff::Zoned> {
    let zone = TimeZone::get("Europe/Paris").unwrap_or(TimeZone::UTC);
    Some(Timestamp::from_microsecond(micros).ok()?.to_zoned(zone))
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
    let Some(zoned) = zoned(micros) else {
        return "?".to_owned();
    };
    match lang {
        Lang::Fr => zoned.strftime("%d/%m/%Y").to_string(),
        Lang::En => zoned.strftime("%-d %b %Y").to_string(),
    }
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

/// An amount in minor units of a currency with two decimals (the only ones the desks offer).
#[must_use]
pub fn money(lang: Lang, minor: i64, currency: &str) -> String {
    let whole = count(lang, minor / 100);
    let cents = minor.unsigned_abs() % 100;
    let sign = match currency {
        "EUR" => "€",
        "USD" => "$",
        "GBP" => "£",
        other => other,
    };
    match lang {
        Lang::Fr => format!("{whole},{cents:02}\u{a0}{sign}"),
        Lang::En if sign.chars().count() == 1 => format!("{sign}{whole}.{cents:02}"),
        Lang::En => format!("{sign} {whole}.{cents:02}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_and_moments_read_as_people_write_them() {
        assert_eq!(money(Lang::Fr, 125_050, "EUR"), "1\u{202f}250,50\u{a0}€");
        assert_eq!(money(Lang::En, 125_050, "EUR"), "€1,250.50");
        assert_eq!(money(Lang::En, 5, "CHF"), "CHF 0.05");
        assert_eq!(count(Lang::En, -1_234_567), "-1,234,567");
        let micros = 1_772_548_920_000_000;
        assert_eq!(moment(Lang::Fr, micros), "03/03/2026 à 15:42");
    }
}
