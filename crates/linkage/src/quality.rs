//! How good series are against a known truth, by pairs of records.

use std::collections::HashMap;

use crate::key::RecordId;

/// Pairwise figures: of the pairs found together how many belong together, and the reverse.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Quality {
    /// Right pairs among the pairs found; 1 when none was found.
    pub precision: f64,
    /// Right pairs among the true pairs; 1 when there is none.
    pub recall: f64,
    /// Harmonic mean of the two.
    pub f1: f64,
    /// Pairs in one true cluster.
    pub true_pairs: u128,
    /// Pairs in one found cluster.
    pub found_pairs: u128,
    /// Pairs in both.
    pub right_pairs: u128,
}

/// Compares two labellings of records. A record absent from one of them is alone there; of two
/// labels for one record the first counts.
///
/// Pairs are counted from the sizes of clusters and of their intersections, so this is linear.
pub fn pairwise(truth: &[(RecordId, u64)], found: &[(RecordId, u64)]) -> Quality {
    let truth = by_record(truth);
    let found = by_record(found);
    let right_pairs = pairs(
        truth
            .iter()
            .filter_map(|(record, label)| Some((*label, *found.get(record)?))),
    );
    let true_pairs = pairs(truth.values());
    let found_pairs = pairs(found.values());
    let share = |of: u128| {
        if of == 0 {
            1.0
        } else {
            right_pairs as f64 / of as f64
        }
    };
    let (precision, recall) = (share(found_pairs), share(true_pairs));
    let sum = precision + recall;
    let f1 = if sum == 0.0 {
        0.0
    } else {
        2.0 * precision * recall / sum
    };
    Quality {
        precision,
        recall,
        f1,
        true_pairs,
        found_pairs,
        right_pairs,
    }
}

fn by_record(labels: &[(RecordId, u64)]) -> HashMap<RecordId, u64> {
    let mut first = HashMap::new();
    for &(record, label) in labels {
        first.entry(record).or_insert(label);
    }
    first
}

fn pairs<L: std::hash::Hash + Eq>(labels: impl Iterator<Item = L>) -> u128 {
    let mut sizes: HashMap<L, u128> = HashMap::new();
    for label in labels {
        *sizes.entry(label).or_default() += 1;
    }
    sizes.values().map(|size| size * (size - 1) / 2).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn labels(clusters: &[&[u64]]) -> Vec<(RecordId, u64)> {
        clusters
            .iter()
            .zip(0..)
            .flat_map(|(cluster, label)| cluster.iter().map(move |&id| (RecordId(id), label)))
            .collect()
    }

    fn check(truth: &[&[u64]], found: &[&[u64]], expected: (f64, f64)) {
        let quality = pairwise(&labels(truth), &labels(found));
        assert_eq!((quality.precision, quality.recall), expected, "{quality:?}");
    }

    #[test]
    fn pairs_are_counted() {
        check(&[&[1, 2, 3]], &[&[1, 2, 3]], (1.0, 1.0));
        check(&[&[1, 2, 3]], &[&[1, 2], &[3]], (1.0, 1.0 / 3.0));
        check(&[&[1, 2], &[3, 4]], &[&[1, 2, 3, 4]], (1.0 / 3.0, 1.0));
        check(&[&[1, 2]], &[], (1.0, 0.0));
        check(&[], &[&[1, 2]], (0.0, 1.0));
        check(&[], &[], (1.0, 1.0));
        check(&[&[1, 2], &[3, 4]], &[&[1, 3], &[2, 4]], (0.0, 0.0));
    }
}
