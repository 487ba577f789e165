//! What templates are told, as values.

use casework::{Lang, written};
use jiff::{Timestamp, civil};
use typst::foundations::{Array, Dict, IntoValue, Str, Value};

/// Names and values.
pub(crate) fn dict<const N: usize>(entries: [(&'static str, impl IntoValue); N]) -> Dict {
    entries
        .into_iter()
        .map(|(name, value)| (Str::from(name), value.into_value()))
        .collect()
}

/// A list, in its order.
pub(crate) fn list<T>(items: &[T], value: impl FnMut(&T) -> Value) -> Value {
    items.iter().map(value).collect::<Array>().into_value()
}

/// A moment, Paris time.
pub(crate) fn moment(lang: Lang, at: Timestamp) -> Value {
    written::moment(lang, at.as_microsecond()).into_value()
}

/// A day.
pub(crate) fn date(lang: Lang, day: civil::Date) -> Value {
    written::date(lang, day).into_value()
}

/// A count, with its thousands apart.
pub(crate) fn count(lang: Lang, count: u64) -> Value {
    written::count(lang, i64::try_from(count).unwrap_or(i64::MAX)).into_value()
}

/// An amount of money.
pub(crate) fn money(lang: Lang, minor: i64, currency: &str) -> Value {
    written::money(lang, minor, currency).into_value()
}
