//! What a pair looks like to a model: its levels, and where the bits of its weight come from.

use super::Linkage;
use super::compare::Comparer;
use super::error::LinkError;
use super::plan::{Plan, level_of};
use super::predict::Scorer;

/// Finds the levels of pairs; remembers likenesses between them.
#[derive(Debug)]
pub struct Levels<'l> {
    plan: &'l Plan<'l>,
    comparer: Comparer<'l>,
}

impl Levels<'_> {
    /// Puts the level of each comparison, in the model's order and from 0, into `levels`; `None` is the
    /// null level. Records beyond the last have none.
    pub fn of(&mut self, left: u32, right: u32, levels: &mut Vec<Option<usize>>) {
        let count = self.plan.comparisons.len();
        let pattern = self.pattern(left, right).map_or(0, |(pattern, _)| pattern);
        levels.clear();
        levels.extend((0..count).map(|at| usize::from(level_of(pattern, at)).checked_sub(1)));
    }

    fn pattern(&mut self, left: u32, right: u32) -> Option<(u64, u64)> {
        if left.max(right) as usize >= self.plan.records.len() {
            return None;
        }
        let (left, right) = (&*self.plan.row(left), &*self.plan.row(right));
        let agreement = self.plan.agreement(left, right);
        Some((self.comparer.pattern(left, right, agreement), agreement))
    }
}

/// The weight of a pair, step by step.
#[derive(Debug, Clone, PartialEq)]
pub struct PairWaterfall {
    /// Bits before the records are read.
    pub prior_bits: f64,
    /// One step for each comparison, in the model's order.
    pub steps: Vec<PairStep>,
    /// The prior and all steps: the match weight.
    pub weight: f64,
    /// The match probability, 0 to 1.
    pub probability: f64,
    /// The blocking rules that make the pair, from 0; without one it is never looked at.
    pub rules: Vec<usize>,
}

/// What a comparison adds to those before it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct PairStep {
    /// The level the pair is at, from 0; `None` where a value is missing.
    pub level: Option<usize>,
    /// Bits it adds. Where the model has relations, they depend on the steps before: what two people
    /// agree on because they live together counts once.
    pub bits: f64,
}

impl Linkage<'_> {
    /// For looking at the levels of pairs.
    pub fn levels(&self) -> Levels<'_> {
        Levels {
            plan: &self.plan,
            comparer: Comparer::new(&self.plan),
        }
    }

    /// Where the weight of two records comes from, whether or not a rule makes the pair; `None` where there
    /// is no such record.
    ///
    /// # Errors
    /// [`LinkError::Untrained`] where the model lacks a parameter, [`LinkError::Frequencies`], [`LinkError::Shelf`].
    pub fn explain(&self, left: u32, right: u32) -> Result<Option<PairWaterfall>, LinkError> {
        let (left, right) = (left.min(right), left.max(right));
        let scorer = Scorer::new(&self.model, &self.plan)?;
        let Some((pattern, agreement)) = self.levels().pattern(left, right) else {
            return Ok(None);
        };
        let course = scorer.course(
            &self.plan,
            pattern,
            &self.plan.row(left),
            &self.plan.row(right),
        );
        let level = |comparison| usize::from(level_of(pattern, comparison)).checked_sub(1);
        let steps = course.windows(2).enumerate().map(|(at, bits)| PairStep {
            level: level(at),
            bits: bits[1] - bits[0],
        });
        self.plan.records.intact()?;
        let weight = course[course.len() - 1];
        let rules = self.plan.rules.iter().enumerate();
        Ok(Some(PairWaterfall {
            prior_bits: course[0],
            steps: steps.collect(),
            weight,
            probability: 1.0 / (1.0 + (-weight).exp2()),
            rules: rules
                .filter(|(_, keys)| **keys & agreement == **keys)
                .map(|(rule, _)| rule)
                .collect(),
        }))
    }
}

#[cfg(test)]
mod tests {
    use crate::batch::{
        ColumnKind, Linkage, LinkageOptions, Model, Records, RecordsBuilder, Relation, Value,
    };

    fn records() -> Records {
        let columns = [("name", ColumnKind::Text), ("town", ColumnKind::Text)];
        let mut records = RecordsBuilder::new(&columns).unwrap();
        for (name, town) in [
            ("Dupont", "Lyon"),
            ("Dupond", "Lyon"),
            ("Dupont", "Lyon"),
            ("Martin", "Nice"),
            ("", "Nice"),
        ] {
            records
                .push(0, &[Value::Text(name), Value::Text(town)])
                .unwrap();
        }
        records.finish()
    }

    fn model() -> Model {
        let mut model = Model::from_toml(
            r#"
            prior = 0.1
            [[blocking]]
            keys = [{ column = "town" }]
            [[comparisons]]
            name = "name"
            levels = [
              { when = { is = "exact", column = "name" }, m = 0.8, u = 0.01, term_frequency = true },
              { when = { is = "levenshtein", column = "name", at_most = 1 }, m = 0.15, u = 0.005 },
              { when = { is = "otherwise" }, m = 0.05, u = 0.985 },
            ]
            [[comparisons]]
            name = "town"
            levels = [
              { when = { is = "exact", column = "town" }, m = 0.9, u = 0.5, term_frequency = true },
              { when = { is = "otherwise" }, m = 0.1, u = 0.5 },
            ]
            "#,
        )
        .unwrap();
        model.relations.push(Relation {
            through: vec!["town".to_owned()],
            prior: 0.2,
            levels: vec![vec![0.02, 0.01, 0.97], vec![0.95, 0.05]],
        });
        model
    }

    #[test]
    fn the_steps_of_an_explanation_end_at_the_weight_of_the_link() {
        let records = records();
        let linkage = Linkage::new(model(), &records, LinkageOptions::default()).unwrap();
        let mut links = Vec::new();
        linkage.predict(0.0, |link| links.push(link)).unwrap();
        assert_eq!(links.len(), 4);
        for link in links {
            let explained = linkage.explain(link.right, link.left).unwrap().unwrap();
            assert!((explained.weight - link.weight).abs() < 1e-4, "{link:?}");
            let bits: f64 = explained.steps.iter().map(|step| step.bits).sum();
            assert!((explained.prior_bits + bits - explained.weight).abs() < 1e-9);
            assert_eq!(explained.rules, [0]);
        }
        assert_eq!(linkage.explain(0, 3).unwrap().unwrap().rules, [0_usize; 0]);
        assert_eq!(linkage.explain(0, 5), Ok(None));
    }

    #[test]
    fn levels_are_those_of_the_model_from_the_top() {
        let records = records();
        let linkage = Linkage::new(model(), &records, LinkageOptions::default()).unwrap();
        let mut levels = linkage.levels();
        let mut check = |left, right, expected: [Option<usize>; 2]| {
            let mut found = Vec::new();
            levels.of(left, right, &mut found);
            assert_eq!(found, expected);
        };
        check(0, 2, [Some(0), Some(0)]);
        check(0, 1, [Some(1), Some(0)]);
        check(0, 3, [Some(2), Some(1)]);
        check(3, 4, [None, Some(0)]);
        check(0, 9, [None, None]);
    }
}
