//! The few pairs that are furthest out, of all that come by.

use std::cmp::Ordering;

use serde::Serialize;

/// A pair that was kept.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Kept {
    /// The record with the lower number.
    pub left: u32,
    /// The other.
    pub right: u32,
    /// Match weight in bits.
    pub weight: f64,
}

/// Keeps the `most` pairs with the lowest keys; of equal keys the lower record numbers, so that the order in
/// which they come decides nothing.
#[derive(Debug, Clone)]
pub struct Extremes {
    most: usize,
    /// At most twice as many as are wanted: sorted and cut when full.
    kept: Vec<(f64, Kept)>,
    /// No key above it can be among the lowest any more.
    bar: f64,
}

impl Extremes {
    /// Keeps so many.
    pub fn new(most: usize) -> Self {
        Extremes {
            most,
            kept: Vec::new(),
            bar: f64::INFINITY,
        }
    }

    /// Looks at a pair with its key.
    pub fn add(&mut self, key: f64, pair: Kept) {
        if self.most == 0 || key > self.bar {
            return;
        }
        self.kept.push((key, pair));
        if self.kept.len() >= 2 * self.most {
            self.cut();
        }
    }

    fn cut(&mut self) {
        self.kept.sort_unstable_by(by_key);
        self.kept.truncate(self.most);
        if self.kept.len() == self.most {
            self.bar = self.kept.last().map_or(f64::INFINITY, |(key, _)| *key);
        }
    }

    /// The pairs, the lowest key first.
    pub fn finish(mut self) -> Vec<Kept> {
        self.cut();
        self.kept.into_iter().map(|(_, pair)| pair).collect()
    }
}

fn by_key(a: &(f64, Kept), b: &(f64, Kept)) -> Ordering {
    let numbers = |kept: &(f64, Kept)| (kept.1.left, kept.1.right);
    a.0.total_cmp(&b.0)
        .then_with(|| numbers(a).cmp(&numbers(b)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn the_lowest_are_kept_whatever_the_order(
            keys in prop::collection::vec(0..20_i32, 0..60),
            most in 0..8_usize,
        ) {
            let pairs: Vec<(f64, Kept)> = keys
                .iter()
                .zip(0..)
                .map(|(key, left)| (f64::from(*key), Kept { left, right: left + 1, weight: 0.0 }))
                .collect();
            let kept = |pairs: &mut dyn Iterator<Item = &(f64, Kept)>| {
                let mut extremes = Extremes::new(most);
                pairs.for_each(|(key, pair)| extremes.add(*key, *pair));
                extremes.finish()
            };
            let mut sorted = pairs.clone();
            sorted.sort_by(by_key);
            let lowest: Vec<Kept> = sorted.iter().take(most).map(|(_, pair)| *pair).collect();
            prop_assert_eq!(&kept(&mut pairs.iter()), &lowest);
            prop_assert_eq!(&kept(&mut pairs.iter().rev()), &lowest);
        }
    }
}
