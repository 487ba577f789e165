//! Match weights counted in bins, and what follows for every threshold.

use std::collections::BTreeMap;

use serde::Serialize;

/// Bins of a bit.
const BINS_PER_BIT: f64 = 4.0;

/// Match weights counted as pairs come, in bins of a quarter of a bit.
#[derive(Debug, Clone, Default)]
pub struct WeightCounts {
    bins: BTreeMap<i32, Bin>,
}

#[derive(Debug, Clone, Copy, Default)]
struct Bin {
    pairs: u64,
    right: u64,
    wrong: u64,
}

/// Pairs of like weight.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct WeightBin {
    /// Least weight, in bits.
    pub from: f64,
    /// Weight it stays below.
    pub below: f64,
    /// Pairs.
    pub pairs: u64,
    /// Those known to be of one entity.
    pub right: u64,
    /// Those known not to be.
    pub wrong: u64,
}

/// What a truth knows in all, whether or not blocking made it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Totals {
    /// Pairs of one entity.
    pub matches: u64,
    /// Pairs of records whose entities are known.
    pub pairs: u64,
}

/// What is linked at a threshold.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct ThresholdPoint {
    /// The threshold in bits.
    pub weight: f64,
    /// The same as a probability.
    pub probability: f64,
    /// Pairs of that weight and above.
    pub links: u64,
    /// With a truth, and where a link is known to it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub quality: Option<Quality>,
}

/// How right links are; each a share, 0 to 1.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Quality {
    /// Of the links, those that are of one entity.
    pub precision: f64,
    /// Of the pairs of one entity, those that are linked; 0 where there is none.
    pub recall: f64,
    /// Harmonic mean of the two.
    pub f1: f64,
    /// Of the pairs of different entities, those that are linked.
    pub false_positive_rate: f64,
}

/// Areas under curves over all thresholds, 0 to 1.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Areas {
    /// Under recall against the false positive rate (ROC), by trapezoids. Pairs that blocking never
    /// made are last, in no order.
    pub roc: f64,
    /// Σ precision · Δ recall: the average precision.
    pub average_precision: f64,
}

impl WeightCounts {
    /// Counts a pair, with what the truth says of it where it knows both records.
    pub fn add(&mut self, weight: f64, right: Option<bool>) {
        // a cast saturates, and weights are finite
        let bin = self
            .bins
            .entry((weight * BINS_PER_BIT).floor() as i32)
            .or_default();
        bin.pairs += 1;
        match right {
            Some(true) => bin.right += 1,
            Some(false) => bin.wrong += 1,
            None => {}
        }
    }

    /// The pairs by weight, in bins of a whole bit, ascending; empty ones between others are there.
    pub fn histogram(&self) -> Vec<WeightBin> {
        let mut bits: BTreeMap<i32, Bin> = BTreeMap::new();
        for (at, bin) in &self.bins {
            let sum = bits.entry(at.div_euclid(BINS_PER_BIT as i32)).or_default();
            sum.pairs += bin.pairs;
            sum.right += bin.right;
            sum.wrong += bin.wrong;
        }
        let ends = bits.keys().next().copied().zip(bits.keys().last().copied());
        let Some((first, last)) = ends else {
            return Vec::new();
        };
        (first..=last)
            .map(|bit| {
                let bin = bits.get(&bit).copied().unwrap_or_default();
                WeightBin {
                    from: f64::from(bit),
                    below: f64::from(bit) + 1.0,
                    pairs: bin.pairs,
                    right: bin.right,
                    wrong: bin.wrong,
                }
            })
            .collect()
    }

    /// Pairs of one entity that blocking made.
    pub fn right(&self) -> u64 {
        self.bins.values().map(|bin| bin.right).sum()
    }

    /// What every threshold gives, ascending: one at the lower end of each bin that holds a pair.
    pub fn thresholds(&self, truth: Option<Totals>) -> Vec<ThresholdPoint> {
        let mut above = Bin::default();
        let mut points: Vec<ThresholdPoint> = self
            .bins
            .iter()
            .rev()
            .map(|(at, bin)| {
                above.pairs += bin.pairs;
                above.right += bin.right;
                above.wrong += bin.wrong;
                let weight = f64::from(*at) / BINS_PER_BIT;
                ThresholdPoint {
                    weight,
                    probability: 1.0 / (1.0 + (-weight).exp2()),
                    links: above.pairs,
                    quality: truth.and_then(|truth| above.quality(truth)),
                }
            })
            .collect();
        points.reverse();
        points
    }
}

impl Bin {
    fn quality(&self, truth: Totals) -> Option<Quality> {
        let share = |part: u64, of: u64| {
            if of == 0 {
                0.0
            } else {
                part as f64 / of as f64
            }
        };
        let known = self.right + self.wrong;
        (known > 0).then(|| Quality {
            precision: share(self.right, known),
            recall: share(self.right, truth.matches),
            f1: share(2 * self.right, known + truth.matches),
            false_positive_rate: share(self.wrong, truth.pairs.saturating_sub(truth.matches)),
        })
    }
}

impl Areas {
    /// Of what [`WeightCounts::thresholds`] gives with a truth.
    pub fn under(points: &[ThresholdPoint]) -> Areas {
        let (mut recall, mut rate) = (0.0, 0.0);
        let mut areas = Areas {
            roc: 0.0,
            average_precision: 0.0,
        };
        for quality in points.iter().rev().filter_map(|point| point.quality) {
            let step = quality.false_positive_rate - rate;
            areas.roc += step * (quality.recall + recall) / 2.0;
            areas.average_precision += quality.precision * (quality.recall - recall);
            (recall, rate) = (quality.recall, quality.false_positive_rate);
        }
        // what was never made comes in no order: a straight line to the corner
        areas.roc += (1.0 - rate) * (1.0 + recall) / 2.0;
        areas
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn counts(pairs: &[(f64, Option<bool>)]) -> WeightCounts {
        let mut counts = WeightCounts::default();
        pairs
            .iter()
            .for_each(|(weight, right)| counts.add(*weight, *right));
        counts
    }

    #[test]
    fn bins_are_whole_bits_with_the_empty_ones_between() {
        let histogram = counts(&[(-0.1, None), (-0.9, Some(false)), (2.0, Some(true))]).histogram();
        let pairs: Vec<(f64, u64)> = histogram.iter().map(|bin| (bin.from, bin.pairs)).collect();
        assert_eq!(pairs, [(-1.0, 2), (0.0, 0), (1.0, 0), (2.0, 1)]);
        assert_eq!((histogram[0].wrong, histogram[3].right), (1, 1));
        assert_eq!(counts(&[]).histogram(), []);
        assert_eq!(counts(&[]).thresholds(None), []);
    }

    #[test]
    fn a_threshold_counts_what_is_above_it_and_what_blocking_missed() {
        let counts = counts(&[
            (9.0, Some(true)),
            (5.0, Some(true)),
            (5.1, Some(false)),
            (1.0, None),
        ]);
        let totals = Totals {
            matches: 4,
            pairs: 14,
        };
        let points = counts.thresholds(Some(totals));
        let links: Vec<(f64, u64)> = points.iter().map(|p| (p.weight, p.links)).collect();
        assert_eq!(links, [(1.0, 4), (5.0, 3), (9.0, 1)]);
        let at_five = points[1].quality.unwrap();
        assert_eq!(
            (at_five.precision, at_five.recall, at_five.f1),
            (2.0 / 3.0, 0.5, 4.0 / 7.0)
        );
        assert_eq!(at_five.false_positive_rate, 0.1);
        let areas = Areas::under(&points);
        assert!((areas.average_precision - (0.25 + 0.25 * 2.0 / 3.0)).abs() < 1e-12);
        assert!((areas.roc - (0.1 * 0.375 + 0.9 * 0.75)).abs() < 1e-12);
    }

    #[test]
    fn weights_that_part_right_from_wrong_have_full_areas() {
        let counts = counts(&[(9.0, Some(true)), (8.0, Some(true)), (-8.0, Some(false))]);
        let points = counts.thresholds(Some(Totals {
            matches: 2,
            pairs: 3,
        }));
        let areas = Areas::under(&points);
        assert_eq!((areas.roc, areas.average_precision), (1.0, 1.0));
    }

    #[test]
    fn no_figure_is_ever_not_a_number() {
        let empty = Totals {
            matches: 0,
            pairs: 0,
        };
        for truth in [Some(empty), None] {
            let points =
                counts(&[(f64::MAX, Some(true)), (f64::MIN, None), (3.0, None)]).thresholds(truth);
            let areas = Areas::under(&points);
            assert!(areas.roc.is_finite() && areas.average_precision.is_finite());
            for point in points {
                assert!(point.probability.is_finite());
                if let Some(quality) = point.quality {
                    assert!(quality.f1.is_finite() && quality.false_positive_rate.is_finite());
                }
            }
        }
    }
}
