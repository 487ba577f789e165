//! Numbers and amounts as people write them.

use serde_json::{Map, Number, Value};

use super::{
    error::{ErrorCode, Expected},
    scalar::no_card,
};
use crate::{
    money::{Money, decimals},
    text::{Lang, fold},
};

const MAX_TYPED: usize = 100;

/// A decimal number as written: digits before and after the separator.
#[derive(Debug, PartialEq, Eq)]
struct Decimal {
    negative: bool,
    whole: String,
    part: String,
}

/// How a separator followed by exactly three digits is read.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Three {
    /// As groups of thousands: amounts and whole numbers have no three decimals.
    Group,
    /// As decimals where the language does so.
    Decimals(Lang),
}

pub(super) fn number(
    value: &Value,
    min: Option<f64>,
    max: Option<f64>,
    integer: bool,
    lang: Lang,
) -> Result<Value, ErrorCode> {
    let (number, approximate) = if integer {
        let whole = whole(value)?;
        (Number::from(whole), whole as f64)
    } else {
        let decimal = match value {
            Value::Number(number) => number.as_f64(),
            Value::String(text) => {
                read(text, Three::Decimals(lang)).and_then(|decimal| decimal.to_f64())
            }
            _ => None,
        };
        let decimal = decimal.ok_or(ErrorCode::NotANumber)?;
        // -0 would not read back as it was written.
        let decimal = if decimal == 0.0 { 0.0 } else { decimal };
        (
            Number::from_f64(decimal).ok_or(ErrorCode::NotANumber)?,
            decimal,
        )
    };
    if let Some(min) = min.filter(|min| approximate < *min) {
        return Err(ErrorCode::TooSmall {
            min: plain(min, lang),
        });
    }
    if let Some(max) = max.filter(|max| approximate > *max) {
        return Err(ErrorCode::TooLarge {
            max: plain(max, lang),
        });
    }
    let number = Value::Number(number);
    no_card(&number)?;
    Ok(number)
}

fn whole(value: &Value) -> Result<i64, ErrorCode> {
    match value {
        Value::Number(number) => {
            if let Some(whole) = number.as_i64() {
                return Ok(whole);
            }
            match number.as_f64() {
                Some(float) if float.fract() == 0.0 && float.abs() < 9e15 => Ok(float as i64),
                Some(float) if float.fract() != 0.0 => Err(ErrorCode::NotWhole),
                _ => Err(ErrorCode::NotANumber),
            }
        }
        Value::String(text) => {
            let decimal = read(text, Three::Group).ok_or(ErrorCode::NotANumber)?;
            if decimal.part.bytes().any(|digit| digit != b'0') {
                return Err(ErrorCode::NotWhole);
            }
            decimal.to_minor(0).ok_or(ErrorCode::NotANumber)
        }
        _ => Err(ErrorCode::NotANumber),
    }
}

fn plain(number: f64, lang: Lang) -> String {
    match lang {
        Lang::Fr => number.to_string().replace('.', ","),
        Lang::En => number.to_string(),
    }
}

pub(super) fn money(
    value: &Value,
    min_minor: i64,
    max_minor: i64,
    currencies: &[Box<str>],
    lang: Lang,
) -> Result<Value, ErrorCode> {
    let default = currencies.first().map_or("EUR", |code| code);
    let money = match value {
        Value::String(text) => typed_amount(text, default)?,
        Value::Number(number) => amount(&number.to_string(), default)?,
        Value::Object(object) => amount_object(object, default)?,
        _ => return Err(ErrorCode::NotAnAmount),
    };
    if !currencies.iter().any(|code| **code == *money.currency) {
        return Err(ErrorCode::UnknownCurrency {
            known: currencies.iter().map(|code| code.to_string()).collect(),
        });
    }
    if money.minor < min_minor {
        return Err(ErrorCode::TooSmall {
            min: shown(min_minor, &money.currency, lang),
        });
    }
    if money.minor > max_minor {
        return Err(ErrorCode::TooLarge {
            max: shown(max_minor, &money.currency, lang),
        });
    }
    let minor = Value::from(money.minor);
    no_card(&minor)?;
    let mut object = Map::new();
    object.insert("minor".to_owned(), minor);
    object.insert("currency".to_owned(), money.currency.into());
    Ok(Value::Object(object))
}

fn shown(minor: i64, currency: &str, lang: Lang) -> String {
    let money = Money {
        minor,
        currency: currency.to_owned(),
    };
    match lang {
        Lang::Fr => money.to_string().replace('.', ","),
        Lang::En => money.to_string(),
    }
}

fn amount_object(object: &Map<String, Value>, default: &str) -> Result<Money, ErrorCode> {
    let known = |key: &String| matches!(key.as_str(), "minor" | "amount" | "currency");
    if !object.keys().all(known) {
        return Err(ErrorCode::UnknownField);
    }
    let currency = match object.get("currency") {
        None | Some(Value::Null) => default.to_owned(),
        Some(Value::String(code)) if code.trim().is_empty() => default.to_owned(),
        Some(Value::String(code)) => {
            currency_of(code).unwrap_or_else(|| code.chars().take(10).collect())
        }
        Some(_) => {
            return Err(ErrorCode::WrongKind {
                expected: Expected::Text,
            });
        }
    };
    match (object.get("minor"), object.get("amount")) {
        (Some(Value::Number(minor)), None) => Ok(Money {
            minor: minor.as_i64().ok_or(ErrorCode::NotAnAmount)?,
            currency,
        }),
        (None, Some(Value::Number(number))) => amount(&number.to_string(), &currency),
        (None, Some(Value::String(text))) => typed_amount(text, &currency),
        _ => Err(ErrorCode::NotAnAmount),
    }
}

/// `1 250,50 €`, `EUR 1250`, `1250`: the currency may stand on either side.
fn typed_amount(text: &str, default: &str) -> Result<Money, ErrorCode> {
    if text.len() > MAX_TYPED {
        return Err(ErrorCode::NotAnAmount);
    }
    let text = text.trim();
    let is_number = |c: char| c.is_ascii_digit() || matches!(c, '-' | '+');
    let start = text.find(is_number).ok_or(ErrorCode::NotAnAmount)?;
    let end = text
        .rfind(|c: char| c.is_ascii_digit())
        .map_or(start, |last| last + 1)
        .max(start);
    let (before, after) = (text[..start].trim(), text[end..].trim());
    let currency = match (before, after) {
        ("", "") => default.to_owned(),
        (word, "") | ("", word) => currency_of(word).ok_or(ErrorCode::NotAnAmount)?,
        _ => return Err(ErrorCode::NotAnAmount),
    };
    amount(&text[start..end], &currency)
}

fn amount(digits: &str, currency: &str) -> Result<Money, ErrorCode> {
    let decimals = decimals(currency);
    // A currency with three decimals cannot tell 1,250 from 1250: groups are the safer reading
    // only for the others.
    let three = if decimals >= 3 {
        Three::Decimals(Lang::Fr)
    } else {
        Three::Group
    };
    let minor = read(digits, three)
        .and_then(|decimal| decimal.to_minor(decimals))
        .ok_or(ErrorCode::NotAnAmount)?;
    Ok(Money {
        minor,
        currency: currency.to_owned(),
    })
}

fn currency_of(word: &str) -> Option<String> {
    let word = word.trim().trim_end_matches('.');
    Some(match fold(word).as_str() {
        "€" | "eur" | "euro" | "euros" => "EUR".to_owned(),
        "$" | "us$" | "usd" | "dollar" | "dollars" => "USD".to_owned(),
        "£" | "gbp" => "GBP".to_owned(),
        "₿" | "btc" | "bitcoin" | "bitcoins" => "BTC".to_owned(),
        code if code.len() == 3 && code.bytes().all(|byte| byte.is_ascii_lowercase()) => {
            code.to_ascii_uppercase()
        }
        _ => return None,
    })
}

/// Reads a number with whatever separators: spaces, apostrophes, points, commas.
fn read(text: &str, three: Three) -> Option<Decimal> {
    if text.len() > MAX_TYPED {
        return None;
    }
    let compact: String = text
        .chars()
        .filter(|c| !c.is_whitespace() && !matches!(c, '\'' | '’' | '_'))
        .collect();
    let (negative, digits) = match compact.strip_prefix(['-', '−']) {
        Some(digits) => (true, digits),
        None => (false, compact.strip_prefix('+').unwrap_or(&compact)),
    };
    if !digits.starts_with(|c: char| c.is_ascii_digit())
        || !digits
            .chars()
            .all(|c| c.is_ascii_digit() || matches!(c, '.' | ','))
    {
        return None;
    }
    let (points, commas) = (digits.matches('.').count(), digits.matches(',').count());
    let decimal_at = match (points, commas) {
        (0, 0) => None,
        (0, _) | (_, 0) if points + commas > 1 => None,
        (0, _) | (_, 0) => {
            let at = digits.find(['.', ',']).unwrap_or_default();
            let (before, after) = (&digits[..at], &digits[at + 1..]);
            let looks_grouped = after.len() == 3 && before.len() <= 3 && !before.starts_with('0');
            let grouped = match three {
                Three::Group => looks_grouped,
                Three::Decimals(lang) => looks_grouped && lang == Lang::En && commas == 1,
            };
            (!grouped).then_some(at)
        }
        // Both: the last one separates the decimals, and stands once.
        _ => {
            let at = digits.rfind(['.', ','])?;
            let decimal = &digits[at..=at];
            if digits.matches(decimal).count() > 1 {
                return None;
            }
            Some(at)
        }
    };
    let (grouped, part) = match decimal_at {
        Some(at) => (&digits[..at], &digits[at + 1..]),
        None => (digits, ""),
    };
    let mut groups = grouped.split(['.', ',']);
    let first = groups.next()?;
    let mut whole = first.to_owned();
    for group in groups {
        if group.len() != 3 || first.len() > 3 {
            return None;
        }
        whole.push_str(group);
    }
    if whole.is_empty() || !part.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    Some(Decimal {
        negative,
        whole,
        part: part.to_owned(),
    })
}

impl Decimal {
    fn to_f64(&self) -> Option<f64> {
        let sign = if self.negative { "-" } else { "" };
        format!("{sign}{}.{}0", self.whole, self.part)
            .parse()
            .ok()
            .filter(|value: &f64| value.is_finite())
    }

    /// In units of the last decimal allowed; `None` when there are more decimals than that.
    fn to_minor(&self, decimals: u32) -> Option<i64> {
        let decimals = decimals as usize;
        let (kept, beyond) = self.part.split_at(self.part.len().min(decimals));
        if beyond.bytes().any(|digit| digit != b'0') {
            return None;
        }
        let sign = if self.negative { "-" } else { "" };
        format!("{sign}{}{kept:0<decimals$}", self.whole)
            .parse()
            .ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_number_of_a_card_is_no_number() {
        let card = Err(ErrorCode::CardNumber);
        for raw in [
            serde_json::json!(4_970_101_234_567_893_i64),
            serde_json::json!(4.970_101_234_567_893e15),
            serde_json::json!("4970 1012 3456 7893"),
            serde_json::json!("4970101234567893,00"),
            serde_json::json!(378_282_246_310_005_i64),
        ] {
            assert_eq!(number(&raw, None, None, true, Lang::Fr), card, "{raw}");
            assert_eq!(number(&raw, None, None, false, Lang::Fr), card, "{raw}");
        }
        let minor = serde_json::json!({ "minor": 4_970_101_234_567_893_i64 });
        assert_eq!(money(&minor, 0, i64::MAX, &["EUR".into()], Lang::Fr), card);
        for raw in [
            serde_json::json!(4_970_101_234_567_891_i64),
            serde_json::json!(0.497_010_123_456_789_3),
            serde_json::json!(1_700_000_000_000_000_i64),
        ] {
            assert!(number(&raw, None, None, false, Lang::Fr).is_ok(), "{raw}");
        }
    }

    #[test]
    fn numbers_are_read_as_people_write_them() {
        let check = |text: &str, three: Three, expected: Option<&str>| {
            let read = read(text, three).map(|d| {
                let sign = if d.negative { "-" } else { "" };
                format!("{sign}{}|{}", d.whole, d.part)
            });
            assert_eq!(read.as_deref(), expected, "{text}");
        };
        for (text, expected) in [
            ("1250", Some("1250|")),
            ("1 250,50", Some("1250|50")),
            ("1\u{202f}250,50", Some("1250|50")),
            ("1.250,50", Some("1250|50")),
            ("1,250.50", Some("1250|50")),
            ("1'250.50", Some("1250|50")),
            ("1.250", Some("1250|")),
            ("1,250", Some("1250|")),
            ("0,250", Some("0|250")),
            ("1250,5", Some("1250|5")),
            ("1.250.000", Some("1250000|")),
            ("1.250.00", None),
            ("12.34.56", None),
            ("-12,5", Some("-12|5")),
            ("12,", Some("12|")),
            (",5", None),
            ("", None),
            ("douze", None),
            ("1e9", None),
            ("1,2.3,4", None),
        ] {
            check(text, Three::Group, expected);
        }
        check("1,250", Three::Decimals(Lang::Fr), Some("1|250"));
        check("1,250", Three::Decimals(Lang::En), Some("1250|"));
        check("1.250", Three::Decimals(Lang::En), Some("1|250"));
    }
}
