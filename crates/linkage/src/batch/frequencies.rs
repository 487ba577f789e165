//! How often values come, counted once and given from then on.
//!
//! Term frequencies and rarities count all records, so each new record would move the weight of every pair
//! there is, a little. Where records come one by one the counts are therefore taken from a data set and
//! kept: a pair then weighs the same for ever, and the same in batch ([`super::Linkage::with_frequencies`])
//! as online ([`super::Index`]).

use std::borrow::Cow;
use std::collections::HashMap;

use super::model::Part;
use super::plan::Plan;
use super::records::Column;

/// Counts of the values, or the elements of sets, that a model weighs by their frequency.
///
/// A value that was never counted is taken for as rare as one counted once.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Frequencies {
    terms: Vec<Terms>,
}

#[derive(Debug, Clone, PartialEq)]
struct Terms {
    column: String,
    /// Of the elements of sets, not of whole values.
    elements: bool,
    counts: HashMap<Box<[u8]>, u32>,
    /// Records with a value.
    known: u32,
}

impl Frequencies {
    /// The counts among the records of a plan.
    pub(super) fn of(plan: &Plan<'_>) -> Frequencies {
        let mut frequencies = Frequencies::default();
        for (expression, weighed) in plan.weighed_by_frequency() {
            let column = plan.column(expression);
            let elements = weighed == Part::Elements;
            if frequencies.find(column, elements).is_none() {
                let (counts, known) = if elements {
                    column.element_counts()
                } else {
                    plan.counted(expression)
                };
                let coded = (0_u32..).zip(counts).skip(1);
                let counts =
                    coded.map(|(code, count)| (bytes(column, elements, code).into(), count));
                frequencies.terms.push(Terms {
                    column: column.name.to_string(),
                    elements,
                    counts: counts.collect(),
                    known,
                });
            }
        }
        frequencies
    }

    /// The first column that a plan weighs by frequency and that was not counted.
    pub(super) fn first_uncounted<'p>(&self, plan: &'p Plan<'_>) -> Option<&'p str> {
        plan.weighed_by_frequency()
            .find_map(|(expression, weighed)| {
                let column = plan.column(expression);
                let counted = self.find(column, weighed == Part::Elements).is_some();
                (!counted).then_some(&*column.name)
            })
    }

    /// For each code of a column from `first` on the count of its value, and the records that have any; `None`
    /// where the column was not counted.
    pub(super) fn counts(
        &self,
        column: &Column,
        elements: bool,
        first: usize,
    ) -> Option<(Vec<u32>, u32)> {
        let terms = self.find(column, elements)?;
        let codes = if elements {
            column.elements.len()
        } else {
            column.values.len()
        };
        let count = |code| {
            let counted = terms.counts.get(&*bytes(column, elements, code));
            counted.copied().unwrap_or(1).max(1)
        };
        let codes = first as u32..codes as u32;
        let counts = codes.map(|code| if code == 0 { 0 } else { count(code) });
        Some((counts.collect(), terms.known))
    }

    fn find(&self, column: &Column, elements: bool) -> Option<&Terms> {
        let mut terms = self.terms.iter();
        terms.find(|terms| terms.elements == elements && *terms.column == *column.name)
    }
}

fn bytes(column: &Column, elements: bool, code: u32) -> Cow<'_, [u8]> {
    if elements {
        Cow::Borrowed(column.element(code).as_bytes())
    } else {
        column.canonical(code)
    }
}
