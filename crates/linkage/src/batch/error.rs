//! Why records could not be linked.

use super::model::ModelError;
use super::records::ColumnKind;

/// Why a model cannot be used on these records, and what would mend it.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum LinkError {
    /// The model itself is wrong.
    #[error(transparent)]
    Model(#[from] ModelError),
    /// The records lack a column of the model.
    #[error("{place} reads column {column:?}, which the records do not have")]
    NoColumn {
        /// The rule or comparison.
        place: String,
        /// The column it wants.
        column: String,
    },
    /// A column's values have no such part or measure.
    #[error("{place}: column {column:?} holds {kind:?}, which has no such part or measure")]
    Kind {
        /// The rule or comparison.
        place: String,
        /// The column.
        column: String,
        /// What it holds.
        kind: ColumnKind,
    },
    /// The caller brings no measure of this name.
    #[error("{place}: there is no measure {measure:?}: bring it, or use another test")]
    NoMeasure {
        /// The comparison.
        place: String,
        /// The measure's name.
        measure: String,
    },
    /// Comparisons and keys do not fit a pattern.
    #[error(
        "comparisons (4 bits each) and keys of blocking rules (1 bit each) need {bits} bits of the \
         64 there are: take some out"
    )]
    TooWide {
        /// Bits needed.
        bits: u32,
    },
    /// A rule has two keys of which a value has many.
    #[error(
        "blocking rule {rule} has two keys that are elements or bands: split it into two rules"
    )]
    ElementKeys {
        /// The rule, from 1.
        rule: usize,
    },
    /// A rule makes more pairs than allowed.
    #[error(
        "blocking rule {rule} makes {pairs} pairs, more than the {limit} allowed: add a key to it, \
         or allow more"
    )]
    TooManyPairs {
        /// The rule, from 1.
        rule: usize,
        /// Pairs it makes.
        pairs: u64,
        /// Pairs allowed.
        limit: u64,
    },
    /// The records and what is read of them have no room.
    #[error(
        "{budget} bytes of memory are too few: the least for these records and this model is {least}"
    )]
    Memory {
        /// Bytes allowed.
        budget: usize,
        /// Bytes needed.
        least: usize,
    },
    /// What had no room in memory could not be kept elsewhere.
    #[error("what has no room in memory could not be kept or read again outside it: {why}")]
    Shelf {
        /// What the place outside the memory answered.
        why: String,
    },
    /// More comparisons with term frequencies than are tabled.
    #[error(
        "{found} comparisons have term frequencies, of which {most} are possible: take some out"
    )]
    Frequencies {
        /// Comparisons with term frequencies.
        found: usize,
        /// Most of them.
        most: usize,
    },
    /// A deterministic rule, which is like a blocking rule, cannot be used.
    #[error("in the deterministic rules: {0}")]
    Deterministic(#[source] Box<LinkError>),
    /// A label names a record that there is not.
    #[error("a label names record {record}, but the {records} records are numbered from 0")]
    NoRecord {
        /// The record's number.
        record: u32,
        /// Records there are.
        records: usize,
    },
    /// Prediction needs a parameter that the model lacks.
    #[error("{place} has no {parameter}: train the model, or set it")]
    Untrained {
        /// Where it is missing.
        place: String,
        /// `prior`, `m` or `u`.
        parameter: &'static str,
    },
}
