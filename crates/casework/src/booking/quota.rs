use std::collections::BTreeSet;

use super::{Hold, Span};

/// At most so many of a category for one applicant at one time.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Quota {
    /// The category of the resources counted.
    pub category: Box<str>,
    /// How many.
    pub most: usize,
}

/// How many different things are held at once, at most, within a span. The most begins where a hold does.
pub(super) fn most_at_once(holds: &[&Hold], span: Span) -> usize {
    let within = holds.iter().filter_map(|hold| hold.span.common(span));
    within
        .map(|begins| {
            let held = holds
                .iter()
                .filter(|hold| hold.span.contains(begins.from()));
            held.map(|hold| &hold.resource)
                .collect::<BTreeSet<_>>()
                .len()
        })
        .max()
        .unwrap_or(0)
}
