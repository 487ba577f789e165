//! What an expression may name and of which type it is.

use std::{collections::BTreeMap, fmt, sync::Arc};

/// The type of a value in an expression.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Ty {
    /// `null`, and the elements of an empty list.
    Null,
    Bool,
    Int,
    Double,
    /// With the ids it may hold, when it is the answer to a choice.
    Str(Option<Arc<Options>>),
    Time,
    List(Arc<Ty>),
    Map(Arc<Fields>),
}

/// The ids an answer may hold.
#[derive(Debug, PartialEq)]
pub(crate) struct Options {
    /// The question, for messages.
    pub(crate) of: Box<str>,
    pub(crate) ids: Vec<Box<str>>,
}

/// The fields of a compound answer.
#[derive(Debug, PartialEq)]
pub(crate) struct Fields {
    /// What it is, for messages: `money`, `an entry of payments`.
    pub(crate) what: Box<str>,
    pub(crate) fields: BTreeMap<Box<str>, Ty>,
}

impl Ty {
    pub(crate) const STRING: Ty = Ty::Str(None);

    pub(crate) fn list(of: Ty) -> Ty {
        Ty::List(Arc::new(of))
    }

    pub(crate) fn map(
        what: &str,
        fields: impl IntoIterator<Item = (impl Into<Box<str>>, Ty)>,
    ) -> Ty {
        Ty::Map(Arc::new(Fields {
            what: what.into(),
            fields: fields
                .into_iter()
                .map(|(name, ty)| (name.into(), ty))
                .collect(),
        }))
    }

    /// Equal but for the ids a string may hold; `null` fits everywhere.
    pub(crate) fn fits(&self, other: &Ty) -> bool {
        match (self, other) {
            (Ty::Null, _) | (_, Ty::Null) | (Ty::Str(_), Ty::Str(_)) => true,
            (Ty::List(a), Ty::List(b)) => a.fits(b),
            (Ty::Map(a), Ty::Map(b)) => a == b,
            (a, b) => a == b,
        }
    }

    pub(crate) fn is_number(&self) -> bool {
        matches!(self, Ty::Int | Ty::Double)
    }
}

impl fmt::Display for Ty {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Ty::Null => f.write_str("null"),
            Ty::Bool => f.write_str("bool"),
            Ty::Int => f.write_str("int"),
            Ty::Double => f.write_str("double"),
            Ty::Str(_) => f.write_str("string"),
            Ty::Time => f.write_str("timestamp"),
            Ty::List(of) => write!(f, "list({of})"),
            Ty::Map(fields) => f.write_str(&fields.what),
        }
    }
}

/// Everything an expression may name.
#[derive(Clone, Debug, Default)]
pub(crate) struct Scope {
    pub(crate) answers: BTreeMap<Box<str>, Ty>,
    /// The current entry, inside a repetition.
    pub(crate) item: Option<Ty>,
    pub(crate) tracks: Option<Arc<Options>>,
    /// Whether `priority` and `urgent` exist: in routing only.
    pub(crate) derived: bool,
    /// The type of `matter`: in routing only.
    pub(crate) matter: Option<Ty>,
}

impl Scope {
    /// The type of a variable.
    pub(crate) fn variable(&self, name: &str) -> Option<Ty> {
        match name {
            "track" => Some(Ty::Str(self.tracks.clone())),
            "now" => Some(Ty::Time),
            "item" => self.item.clone(),
            "matter" => self.matter.clone(),
            "priority" if self.derived => Some(Ty::Int),
            "urgent" if self.derived => Some(Ty::Bool),
            _ => self.answers.get(name).cloned(),
        }
    }

    /// The known name closest to an unknown one.
    pub(crate) fn closest(&self, name: &str) -> Option<&str> {
        closest(
            name,
            self.answers
                .keys()
                .map(|id| &**id)
                .chain(["track", "now"])
                .chain(self.item.as_ref().map(|_| "item"))
                .chain(self.matter.as_ref().map(|_| "matter")),
        )
    }
}

/// The candidate at the smallest edit distance, when near enough to be a slip.
pub(crate) fn closest<'a>(
    name: &str,
    candidates: impl IntoIterator<Item = &'a str>,
) -> Option<&'a str> {
    let limit = name.chars().count() / 3 + 1;
    candidates
        .into_iter()
        .map(|candidate| (distance(name, candidate), candidate))
        .filter(|(distance, _)| *distance <= limit)
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, candidate)| candidate)
}

/// Levenshtein distance, over the first 64 characters.
fn distance(a: &str, b: &str) -> usize {
    let b: Vec<char> = b.chars().take(64).collect();
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, ca) in a.chars().take(64).enumerate() {
        let mut diagonal = row[0];
        row[0] = i + 1;
        for (j, cb) in b.iter().enumerate() {
            let substituted = diagonal + usize::from(ca != *cb);
            diagonal = row[j + 1];
            row[j + 1] = substituted.min(diagonal + 1).min(row[j] + 1);
        }
    }
    row[b.len()]
}
