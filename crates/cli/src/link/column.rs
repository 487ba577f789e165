//! What a column holds, and cells as values of it.

use std::{fmt, str::FromStr};

use anyhow::{Context, Result, bail};
use linkage::batch::{
    ColumnKind, LinkError, Linkage, LinkageOptions, Model, RecordsBuilder, Value, days_from_civil,
};

use super::table::Cell;

const MICROS_A_DAY: i64 = 86_400_000_000;

/// Kinds and their names, in the order in which they are tried for a column.
const KINDS: [(&str, ColumnKind, &str); 7] = [
    ("text", ColumnKind::Text, "a text"),
    (
        "date",
        ColumnKind::Date,
        "a date such as 2026-03-14 or 20260314",
    ),
    ("number", ColumnKind::Number, "a number such as 12.5"),
    ("set", ColumnKind::TextSet, "a set such as a|b"),
    (
        "moment",
        ColumnKind::Moment,
        "a moment such as 2026-03-14T15:00:00Z",
    ),
    (
        "place",
        ColumnKind::Coordinates,
        "a place such as 48.85,2.35",
    ),
    ("hash", ColumnKind::Hash, "a hash of 64 hexadecimal digits"),
];

/// What a column holds and how it is written.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Kind {
    pub(crate) kind: ColumnKind,
    /// Form of dates (strptime), where it is not the usual one.
    form: Option<String>,
}

impl Kind {
    pub(crate) fn plain(kind: ColumnKind) -> Kind {
        Kind { kind, form: None }
    }

    pub(crate) fn text() -> Kind {
        Kind::plain(ColumnKind::Text)
    }

    /// Kinds that say more than text, the most telling first.
    pub(crate) fn telling() -> Vec<Kind> {
        [
            ColumnKind::Hash,
            ColumnKind::Date,
            ColumnKind::Moment,
            ColumnKind::Number,
            ColumnKind::Coordinates,
        ]
        .map(Kind::plain)
        .to_vec()
    }

    /// What a value of it looks like.
    pub(crate) fn wanted(&self) -> String {
        match &self.form {
            Some(form) => format!("a date in the form {form}"),
            None => entry(self.kind).2.to_owned(),
        }
    }
}

fn entry(kind: ColumnKind) -> (&'static str, ColumnKind, &'static str) {
    let known = KINDS.iter().find(|(_, other, _)| *other == kind);
    known.copied().unwrap_or(KINDS[0])
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(entry(self.kind).0)?;
        match &self.form {
            Some(form) => write!(f, ":{form}"),
            None => Ok(()),
        }
    }
}

/// `--type COLUMN=KIND`.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Told {
    column: String,
    kind: Kind,
}

impl Told {
    pub(crate) fn new(column: &str, kind: Kind) -> Told {
        Told {
            column: column.to_owned(),
            kind,
        }
    }
}

impl FromStr for Told {
    type Err = anyhow::Error;

    fn from_str(text: &str) -> Result<Told> {
        let (column, kind) = text
            .rsplit_once('=')
            .context("it is COLUMN=KIND, as in born=date")?;
        let (name, form) = match kind.split_once(':') {
            Some((name, form)) => (name, Some(form.to_owned())),
            None => (kind, None),
        };
        let known = KINDS.iter().find(|(other, ..)| *other == name);
        let Some((_, kind, _)) = known else {
            let names = KINDS.map(|(name, ..)| name).join(", ");
            bail!("there is no kind {name:?}, only {names}, and date:FORM, as in date:%d/%m/%Y");
        };
        if form.is_some() && *kind != ColumnKind::Date {
            bail!("only dates have a form, as in date:%d/%m/%Y");
        }
        Ok(Told {
            column: column.to_owned(),
            kind: Kind { kind: *kind, form },
        })
    }
}

/// The columns that a model reads, each with its kind: what the model does with it and what was told decide.
///
/// `available` says whether there is a column of a name, as an error where not.
pub(crate) fn read_by(
    model: &Model,
    told: &[Told],
    available: impl Fn(&str) -> Result<()>,
) -> Result<Vec<(String, Kind)>> {
    let mut columns: Vec<(String, Kind)> = Vec::new();
    loop {
        let kinds: Vec<(&str, ColumnKind)> = columns
            .iter()
            .map(|(name, kind)| (name.as_str(), kind.kind))
            .collect();
        // binding the model to no records at all says which column it lacks, or wants of another kind
        let none = RecordsBuilder::new(&kinds)?.finish();
        let Err(error) = Linkage::new(model.clone(), &none, LinkageOptions::default()) else {
            return Ok(columns);
        };
        match &error {
            LinkError::NoColumn { column, place } => {
                available(column).with_context(|| format!("for {place} of the model"))?;
                let kind = told_of(told, column).cloned();
                columns.push((column.clone(), kind.unwrap_or(Kind::text())));
            }
            LinkError::Kind { column, .. } if told_of(told, column).is_none() => {
                let Some((_, kind)) = columns.iter_mut().find(|(name, _)| name == column) else {
                    return Err(error.into());
                };
                match next(kind.kind) {
                    Some(next) => *kind = Kind::plain(next),
                    None => bail!(
                        "column {column:?} cannot be all that the model makes of it: its parts and measures are of different kinds"
                    ),
                }
            }
            _ => return Err(error.into()),
        }
    }
}

/// What was told of a column; the last word counts.
pub(crate) fn told_of<'t>(told: &'t [Told], column: &str) -> Option<&'t Kind> {
    let told = told.iter().rev().find(|told| told.column == column);
    told.map(|told| &told.kind)
}

fn next(kind: ColumnKind) -> Option<ColumnKind> {
    let at = KINDS.iter().position(|(_, other, _)| *other == kind)?;
    KINDS.get(at + 1).map(|(_, kind, _)| *kind)
}

/// What a cell becomes, held where [`Value`] can borrow it.
#[derive(Debug)]
pub(crate) enum Held<'c> {
    Value(Value<'c>),
    Text(String),
    Set(Vec<&'c str>),
    Hash([u8; 32]),
}

impl Held<'_> {
    pub(crate) fn value(&self) -> Value<'_> {
        match self {
            Held::Value(value) => *value,
            Held::Text(text) => Value::Text(text),
            Held::Set(texts) => Value::TextSet(texts),
            Held::Hash(hash) => Value::Hash(hash),
        }
    }
}

/// A cell as a value of its column; `None` where it is not one.
pub(crate) fn held<'c>(kind: &Kind, cell: &'c Cell<'c>) -> Option<Held<'c>> {
    if *cell == Cell::Null {
        return Some(Held::Value(Value::Null));
    }
    Some(Held::Value(match kind.kind {
        ColumnKind::Text => match cell {
            Cell::Text(text) => Value::Text(text),
            other => return shown(other).map(Held::Text),
        },
        ColumnKind::Number => Value::Number(match cell {
            Cell::Integer(number) => *number as f64,
            Cell::Number(number) => *number,
            Cell::Text(text) => text
                .parse()
                .ok()
                .filter(|number: &f64| number.is_finite())?,
            _ => return None,
        }),
        ColumnKind::Date => Value::Date(match cell {
            Cell::Date(days) => *days,
            Cell::Moment(micros) => i32::try_from(micros.div_euclid(MICROS_A_DAY)).ok()?,
            Cell::Integer(number) => date(&number.to_string())?,
            Cell::Text(text) => match &kind.form {
                Some(form) => formed(form, text)?,
                None => date(text)?,
            },
            _ => return None,
        }),
        ColumnKind::Moment => Value::Moment(match cell {
            Cell::Date(days) => i64::from(*days) * MICROS_A_DAY,
            Cell::Moment(micros) => *micros,
            Cell::Text(text) => moment(text)?,
            _ => return None,
        }),
        ColumnKind::TextSet => match cell {
            Cell::Text(text) => return Some(Held::Set(text.split('|').map(str::trim).collect())),
            Cell::List(texts) => {
                return Some(Held::Set(texts.iter().map(|text| &**text).collect()));
            }
            _ => return None,
        },
        ColumnKind::Hash => return hash(cell).map(Held::Hash),
        ColumnKind::Coordinates => {
            let (latitude, longitude) = match cell {
                Cell::Text(text) => text.split_once(',')?,
                Cell::List(texts) => match texts.as_slice() {
                    [latitude, longitude] => (&**latitude, &**longitude),
                    _ => return None,
                },
                _ => return None,
            };
            let (latitude, longitude) = (
                latitude.trim().parse().ok()?,
                longitude.trim().parse().ok()?,
            );
            let inside =
                (-90.0..=90.0).contains(&latitude) && (-180.0..=180.0).contains(&longitude);
            return inside.then_some(Held::Value(Value::Coordinates(latitude, longitude)));
        }
    }))
}

/// Whether a cell, as it is written, is of a kind: a moment is then no date, whose time would be lost.
pub(crate) fn could_be(kind: &Kind, cell: &Cell<'_>) -> bool {
    let loses = match cell {
        Cell::Moment(_) => kind.kind == ColumnKind::Date,
        Cell::Text(text) => kind.kind == ColumnKind::Date && text.len() > 10,
        _ => false,
    };
    !loses && held(kind, cell).is_some()
}

/// A cell as text, where it is a single value.
pub(crate) fn shown(cell: &Cell<'_>) -> Option<String> {
    Some(match cell {
        Cell::Null => String::new(),
        Cell::Text(text) => (*text).to_owned(),
        Cell::Integer(number) => number.to_string(),
        Cell::Number(number) => number.to_string(),
        Cell::Flag(flag) => flag.to_string(),
        Cell::Date(days) => civil(i64::from(*days) * MICROS_A_DAY)?.date().to_string(),
        Cell::Moment(micros) => civil(*micros)?.to_string(),
        Cell::List(_) | Cell::Bytes(_) | Cell::Other(_) => return None,
    })
}

/// A cell as text, whatever it holds: for people to read.
pub(crate) fn readable(cell: &Cell<'_>) -> String {
    match cell {
        Cell::List(texts) => texts.join("|"),
        Cell::Other(what) => (*what).to_owned(),
        cell => shown(cell).unwrap_or_else(|| format!("{cell:?}")),
    }
}

fn civil(micros: i64) -> Option<jiff::civil::DateTime> {
    let moment = jiff::Timestamp::from_microsecond(micros).ok()?;
    Some(jiff::tz::TimeZone::UTC.to_datetime(moment))
}

/// `2026-03-14`, `2026/03/14`, `20260314`; of a moment its day.
fn date(text: &str) -> Option<i32> {
    let day = text.split(['T', ' ']).next()?;
    let mut parts = day.split(['-', '/']);
    let (year, month, day) = match (parts.next()?, parts.next(), parts.next(), parts.next()) {
        (year, Some(month), Some(day), None) if year.len() == 4 => (year, month, day),
        (whole, None, None, None) if whole.len() == 8 && whole.is_ascii() => {
            (&whole[..4], &whole[4..6], &whole[6..])
        }
        _ => return None,
    };
    days_from_civil(year.parse().ok()?, month.parse().ok()?, day.parse().ok()?)
}

fn formed(form: &str, text: &str) -> Option<i32> {
    let date = jiff::civil::Date::strptime(form, text).ok()?;
    let (month, day) = (
        u32::try_from(date.month()).ok()?,
        u32::try_from(date.day()).ok()?,
    );
    days_from_civil(date.year().into(), month, day)
}

/// RFC 3339; without a zone it is taken as UTC; a date is its midnight.
fn moment(text: &str) -> Option<i64> {
    if let Ok(moment) = text.parse::<jiff::Timestamp>() {
        return Some(moment.as_microsecond());
    }
    if let Ok(clock) = text.parse::<jiff::civil::DateTime>() {
        let moment = jiff::tz::TimeZone::UTC.to_timestamp(clock).ok()?;
        return Some(moment.as_microsecond());
    }
    date(text).map(|days| i64::from(days) * MICROS_A_DAY)
}

fn hash(cell: &Cell<'_>) -> Option<[u8; 32]> {
    let digits = match cell {
        Cell::Bytes(bytes) => return (*bytes).try_into().ok(),
        Cell::Text(text) if text.len() == 64 && text.is_ascii() => text,
        _ => return None,
    };
    let mut hash = [0; 32];
    for (at, byte) in hash.iter_mut().enumerate() {
        *byte = u8::from_str_radix(&digits[at * 2..at * 2 + 2], 16).ok()?;
    }
    Some(hash)
}
