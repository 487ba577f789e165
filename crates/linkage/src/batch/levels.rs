//! Ways to the levels of a pair that are shorter than asking every check.

use super::plan::{BoundComparison, Check, LEVEL_BITS, Measure, PENDING, with_agreement};
use super::records::Bag;

/// Levels that one measure of two values tells apart.
#[derive(Debug)]
pub(super) struct Ladder {
    pub(super) measure: Measure,
    /// The bound of each level, from the first that is measured.
    bounds: Vec<f64>,
    /// The bound beyond which all values are at one level.
    pub(super) last: f64,
    /// The first level that is measured, as in a pattern.
    first: u8,
}

impl Ladder {
    /// Of the checks of a comparison that reads one column; `None` where they ask for more than one measure of
    /// its letters.
    pub(super) fn of(checks: &[Check], column: usize) -> Option<Ladder> {
        let measured = match checks.split_last()? {
            (Check::Otherwise, [Check::Agrees(of), rest @ ..]) if *of == column => rest,
            (Check::Otherwise, rest) => rest,
            _ => return None,
        };
        let mut bounds = Vec::new();
        let mut of = None;
        for check in measured {
            let Check::Measured { measure, bound, .. } = check else {
                return None;
            };
            if *of.get_or_insert(*measure) != *measure {
                return None;
            }
            bounds.push(*bound);
        }
        let measure = of.filter(|measure| measure.reads_letters())?;
        Some(Ladder {
            measure,
            last: last_of(&bounds, measure),
            bounds,
            first: (checks.len() - measured.len()) as u8,
        })
    }

    /// The level of two values of this measure, as in a pattern.
    #[inline]
    pub(super) fn level(&self, value: f64) -> u8 {
        let mut bounds = self.bounds.iter();
        let held = bounds.position(|bound| self.measure.within(value, *bound));
        self.first + held.unwrap_or(self.bounds.len()) as u8
    }

    /// The level of two texts that no level measured holds.
    #[inline]
    pub(super) fn otherwise(&self) -> u8 {
        self.first + self.bounds.len() as u8
    }

    /// Whether no level can hold, whatever the order of the characters.
    #[inline]
    pub(super) fn is_beyond(&self, a: Bag, b: Bag) -> bool {
        /// Far more than what rounding does.
        const ROUNDING: f64 = 1e-9;
        let Some([a, b, common]) = a.common(b) else {
            return false;
        };
        if !self.measure.is_likeness() {
            return f64::from(a.max(b) - common) > self.last;
        }
        if common == 0 {
            return a + b > 0 && self.last > 0.0;
        }
        let shares = f64::from(common * (a + b)) / f64::from(a * b);
        let jaro = (shares + 1.0) / 3.0 + ROUNDING;
        let best = match self.measure {
            Measure::JaroWinkler if jaro > 0.7 => jaro + 0.4 * (1.0 - jaro) + ROUNDING,
            _ => jaro,
        };
        best < self.last
    }
}

/// The bound beyond which all values are at one level.
fn last_of(bounds: &[f64], measure: Measure) -> f64 {
    let bounds = bounds.iter().copied();
    if measure.is_likeness() {
        bounds.fold(f64::INFINITY, f64::min)
    } else {
        bounds.fold(0.0, f64::max)
    }
}

/// What codes alone tell of the levels, tabled by four expressions.
#[derive(Debug)]
pub(super) struct Glance {
    tables: Vec<Four>,
    comparisons: usize,
    keys: usize,
}

/// By the set of those that both records know [`PENDING`] for each comparison that reads one; by the set of those
/// that agree what makes it the first level.
#[derive(Debug, Default)]
struct Four {
    known: [u64; 16],
    equal: [u64; 16],
}

impl Glance {
    /// Of so many expressions, those of the rules' `keys` first.
    pub(super) fn new(comparisons: &[BoundComparison], expressions: usize, keys: usize) -> Glance {
        let table = |from: usize| {
            let mut four = Four::default();
            for (at, comparison) in comparisons.iter().enumerate() {
                let columns = comparison.columns >> from;
                let level = |level: u8| u64::from(level) << (at as u32 * LEVEL_BITS);
                for set in (0..16_usize).filter(|set| *set as u64 & columns != 0) {
                    four.known[set] |= level(PENDING);
                    if comparison.equal_first {
                        four.equal[set] |= level(PENDING ^ 1);
                    }
                }
            }
            four
        };
        Glance {
            tables: (0..expressions).step_by(4).map(table).collect(),
            comparisons: comparisons.len(),
            keys,
        }
    }

    /// The pattern of a pair as far as the codes alone tell it, the other levels [`PENDING`].
    #[inline]
    pub(super) fn pattern(&self, known: u64, agreement: u64) -> u64 {
        let (mut pattern, mut equal) = (0, 0);
        for (at, four) in self.tables.iter().enumerate() {
            let set = |bits: u64| (bits >> (at * 4)) as usize & 15;
            pattern |= four.known[set(known)];
            equal |= four.equal[set(agreement)];
        }
        with_agreement(pattern ^ equal, self.comparisons, agreement, self.keys)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::records::{ColumnKind, RecordsBuilder, Slots, Value};
    use super::super::similarity::Matcher;
    use super::*;

    const MEASURES: [(Measure, f64); 4] = [
        (Measure::Jaro, 0.75),
        (Measure::JaroWinkler, 0.8),
        (Measure::Levenshtein, 2.0),
        (Measure::DamerauLevenshtein, 1.0),
    ];

    proptest! {
        #[test]
        fn no_level_holds_where_too_few_characters_are_in_common(
            texts in prop::collection::vec("[a-d1é.]{0,12}", 2..12),
            bound in 0.0..1.0_f64,
        ) {
            let mut builder = RecordsBuilder::new(&[("text", ColumnKind::Text)]).unwrap();
            for text in &texts {
                builder.push(0, &[Value::Text(text)]).unwrap();
            }
            let records = builder.finish();
            let slots = Slots::new(records.at(0), usize::MAX, None);
            let codes = &records.at(0).codes;
            let mut matcher = Matcher::default();
            for (measure, last) in MEASURES {
                let last = if measure.is_likeness() { bound } else { last };
                let checks = [
                    Check::Measured { expression: 0, measure, bound: last },
                    Check::Otherwise,
                ];
                let ladder = Ladder::of(&checks, 0).unwrap();
                for (a, x) in codes.iter().zip(&texts) {
                    for (b, y) in codes.iter().zip(&texts) {
                        let value = match measure {
                            Measure::Jaro => matcher.jaro(x, y),
                            Measure::JaroWinkler => matcher.jaro_winkler(x, y),
                            Measure::Levenshtein => matcher.levenshtein(x, y, f64::INFINITY).into(),
                            _ => matcher.damerau_levenshtein(x, y, f64::INFINITY).into(),
                        };
                        let beyond = ladder.is_beyond(slots.bag(*a), slots.bag(*b));
                        prop_assert!(!beyond || ladder.level(value) == ladder.otherwise(), "{x} {y}");
                    }
                }
            }
        }
    }

    #[test]
    fn unlike_names_are_told_by_their_characters() {
        let mut builder = RecordsBuilder::new(&[("text", ColumnKind::Text)]).unwrap();
        for text in ["martha", "olivier", "marhta"] {
            builder.push(0, &[Value::Text(text)]).unwrap();
        }
        let records = builder.finish();
        let slots = Slots::new(records.at(0), usize::MAX, None);
        for (measure, bound) in MEASURES {
            let checks = [
                Check::Measured {
                    expression: 0,
                    measure,
                    bound,
                },
                Check::Otherwise,
            ];
            let ladder = Ladder::of(&checks, 0).unwrap();
            assert!(ladder.is_beyond(slots.bag(1), slots.bag(2)), "{measure:?}");
            assert!(!ladder.is_beyond(slots.bag(1), slots.bag(3)), "{measure:?}");
        }
    }
}
