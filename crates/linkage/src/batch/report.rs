//! What a run can say of itself: how weights are spread, what a threshold costs, which records can
//! never be linked, which series hang by one link.
//!
//! Pure figures, for whoever shows them. Links are counted as they come and never held; what is kept
//! are counts, and a bounded number of pairs to look at.
//!
//! ```
//! use linkage::batch::WeightedPair;
//! use linkage::batch::report::{Totals, WeightCounts, series_quality};
//!
//! let mut counts = WeightCounts::default();
//! counts.add(7.3, Some(true));
//! counts.add(2.1, Some(false));
//! counts.add(-9.0, Some(false));
//! // three records are one entity, a fourth is another: three pairs of one entity, six in all
//! let curve = counts.thresholds(Some(Totals { matches: 3, pairs: 6 }));
//! let quality = curve.last().and_then(|point| point.quality);
//! assert_eq!(quality.map(|quality| (quality.precision, quality.recall)), Some((1.0, 1.0 / 3.0)));
//!
//! let pair = |left, right, weight| WeightedPair { left, right, weight };
//! let chain = [pair(0, 1, 9.0), pair(1, 2, 3.0)];
//! let series = series_quality(&[0, 0, 0, 3], &chain, 0.0);
//! assert_eq!(series.hanging[0].weight, 3.0);
//! ```

mod extremes;
mod series;
mod weights;

use serde::Serialize;

use super::blocks::{LinkType, Pair};
use super::error::LinkError;
use super::predict::Scorer;
use super::{Linkage, Model};

pub use extremes::{Extremes, Kept};
pub use series::{Hanging, SeriesQuality, SizeClass, series_quality};
pub use weights::{Areas, Quality, ThresholdPoint, Totals, WeightBin, WeightCounts};

/// A level of a comparison, and what the model thinks of it.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct LevelWeight {
    /// The comparison, from 0.
    pub comparison: usize,
    /// The level, from 0.
    pub level: usize,
    /// Probability of the level for two records of one entity; `None` where nothing set it.
    pub m: Option<f64>,
    /// The same for two records of unrelated entities.
    pub u: Option<f64>,
    /// log2(m / u), finite: probabilities are kept off 0 as scoring does.
    pub bits: Option<f64>,
}

/// The levels of all comparisons, in the model's order.
pub fn level_weights(model: &Model) -> Vec<LevelWeight> {
    let comparisons = model.comparisons.iter().enumerate();
    let of_comparison = comparisons.flat_map(|(comparison, compared)| {
        let levels = compared.levels.iter().enumerate();
        levels.map(move |(at, level)| LevelWeight {
            comparison,
            level: at,
            m: level.m,
            u: level.u,
            bits: level
                .m
                .zip(level.u)
                .map(|(m, u)| (super::predict::possible(m) / super::predict::possible(u)).log2()),
        })
    });
    of_comparison.collect()
}

impl Linkage<'_> {
    /// The weight of each record held against itself: no pair with it weighs more, unless by a value that
    /// both sides lack. One below the threshold is *unlinkable*.
    ///
    /// # Errors
    /// [`LinkError::Untrained`] where the model lacks a parameter, [`LinkError::Frequencies`], [`LinkError::Shelf`].
    pub fn self_weights(&self) -> Result<Vec<f32>, LinkError> {
        let scorer = Scorer::new(&self.model, &self.plan)?;
        let mut scoring = scorer.scoring(&self.plan, f64::INFINITY);
        let weight = |record: u32| {
            let row = &*self.plan.row(record);
            let pair = Pair {
                left: record,
                right: record,
                left_row: row,
                right_row: row,
                agreement: self.plan.agreement(row, row),
            };
            // no odds are beyond infinity
            let against = scoring.odds_against(&pair).unwrap_or(f64::MAX);
            -against.log2() as f32
        };
        let weights = (0..self.plan.records.len() as u32).map(weight).collect();
        self.plan.records.intact()?;
        Ok(weights)
    }

    /// Whether a blocking rule makes the pair. Records beyond the last are in none.
    pub fn makes(&self, left: u32, right: u32) -> bool {
        let records = self.plan.records;
        if left == right || left.max(right) as usize >= records.len() {
            return false;
        }
        let source = |record: u32| records.sources()[record as usize];
        if self.blocks.link_type == LinkType::Link && source(left) == source(right) {
            return false;
        }
        let (left, right) = (&*self.plan.row(left), &*self.plan.row(right));
        let agreement = self.plan.agreement(left, right);
        let mut rules = self.plan.rules.iter();
        rules.any(|keys| keys & agreement == *keys)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::batch::{ColumnKind, LinkageOptions, Records, RecordsBuilder, Value};

    fn records() -> Records {
        let columns = [("name", ColumnKind::Text), ("town", ColumnKind::Text)];
        let mut records = RecordsBuilder::new(&columns).unwrap();
        for (source, name, town) in [
            (0, "Dupont", "Lyon"),
            (1, "Dupond", "Lyon"),
            (0, "", "Lyon"),
            (1, "Dupont", "Nice"),
        ] {
            records
                .push(source, &[Value::Text(name), Value::Text(town)])
                .unwrap();
        }
        records.finish()
    }

    fn model() -> Model {
        Model::from_toml(
            r#"
            prior = 0.01
            blocking = [{ keys = [{ column = "town" }] }, { keys = [{ column = "name" }] }]
            [[comparisons]]
            name = "name"
            levels = [
              { when = { is = "exact", column = "name" }, m = 1.0, u = 0.0 },
              { when = { is = "otherwise" }, m = 0.0 },
            ]
            [[comparisons]]
            name = "town"
            levels = [
              { when = { is = "exact", column = "town" }, m = 0.5, u = 0.25 },
              { when = { is = "otherwise" }, m = 0.5, u = 0.75 },
            ]
            "#,
        )
        .unwrap()
    }

    #[test]
    fn levels_weigh_finitely_and_an_untrained_one_not_at_all() {
        let levels = level_weights(&model());
        let bits: Vec<Option<f64>> = levels.iter().map(|level| level.bits).collect();
        assert!(bits[0].is_some_and(|bits| bits > 30.0 && bits.is_finite()));
        assert_eq!((bits[1], bits[2]), (None, Some(1.0)));
        assert_eq!((levels[3].comparison, levels[3].level), (1, 1));
    }

    #[test]
    fn a_record_that_lacks_what_tells_cannot_be_linked_even_with_itself() {
        let records = records();
        let mut model = model();
        model.comparisons[0].levels[0].u = Some(1e-6);
        model.comparisons[0].levels[1].u = Some(1.0);
        let linkage = Linkage::new(model, &records, LinkageOptions::default()).unwrap();
        let weights = linkage.self_weights().unwrap();
        assert!(weights[0] > 10.0, "{weights:?}");
        let town_alone = (0.01_f64 / 0.99).log2() + 1.0;
        assert!((f64::from(weights[2]) - town_alone).abs() < 1e-4);
    }

    #[test]
    fn a_pair_is_made_by_any_rule_and_between_sources_where_only_those_count() {
        let records = records();
        let linkage = Linkage::new(model(), &records, LinkageOptions::default()).unwrap();
        let made = |left, right| linkage.makes(left, right);
        assert!(made(0, 1) && made(3, 0));
        assert!(!made(1, 3) && !made(0, 0) && !made(0, 4));
        let between = LinkageOptions {
            link_type: LinkType::Link,
            ..LinkageOptions::default()
        };
        let linkage = Linkage::new(model(), &records, between).unwrap();
        assert!(linkage.makes(0, 1) && !linkage.makes(0, 2));
    }
}
