//! Compares what is found with what was written.

use observables::{Kind, extract};

use super::complaints::Complaint;

/// What was right and wrong, by kind in the order of [`Kind::ALL`].
pub(crate) struct Score {
    /// One for each kind.
    pub(crate) kinds: Vec<OfKind>,
}

/// What was right and wrong of one kind.
#[derive(Default)]
pub(crate) struct OfKind {
    /// Values written.
    pub(crate) values: usize,
    right: usize,
    found: usize,
    /// Values not found, with what stands around them; some of them.
    pub(crate) missed: Vec<String>,
    /// Hits that are no value, with what stands around them; some of them.
    pub(crate) wrong: Vec<String>,
}

impl OfKind {
    /// The share of the values that were found.
    pub(crate) fn recall(&self) -> f64 {
        self.right as f64 / self.values.max(1) as f64
    }

    /// The share of the hits that were right; 1 when there are none.
    pub(crate) fn precision(&self) -> f64 {
        if self.found == 0 {
            return 1.0;
        }
        self.right as f64 / self.found as f64
    }
}

impl Score {
    /// Extracts from every complaint and compares.
    pub(crate) fn of(made: &[Complaint]) -> Score {
        let mut kinds: Vec<OfKind> = Kind::ALL.iter().map(|_| OfKind::default()).collect();
        for complaint in made {
            let hits = extract(&complaint.text).hits;
            let mut right = vec![false; hits.len()];
            for truth in &complaint.truth {
                let of = &mut kinds[truth.kind as usize];
                of.values += 1;
                let found = hits.iter().enumerate().position(|(at, hit)| {
                    !right[at]
                        && hit.kind == truth.kind
                        && hit.canonical == truth.canonical
                        && hit.span.start < truth.span.end
                        && truth.span.start < hit.span.end
                });
                match found {
                    Some(at) => {
                        right[at] = true;
                        of.right += 1;
                    }
                    None if of.missed.len() < 40 => of.missed.push(format!(
                        "{} in {:?}",
                        truth.canonical,
                        around(&complaint.text, truth.span.start, truth.span.end)
                    )),
                    None => {}
                }
            }
            for (hit, right) in hits.iter().zip(right) {
                let of = &mut kinds[hit.kind as usize];
                of.found += 1;
                if !right && of.wrong.len() < 40 {
                    of.wrong.push(format!(
                        "{} in {:?}",
                        hit.canonical,
                        around(&complaint.text, hit.span.start, hit.span.end)
                    ));
                }
            }
        }
        Score { kinds }
    }
}

fn around(text: &str, start: usize, end: usize) -> &str {
    &text[text.floor_char_boundary(start.saturating_sub(40))
        ..text.ceil_char_boundary((end + 24).min(text.len()))]
}
