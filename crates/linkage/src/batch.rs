//! Record linkage over whole data sets, in the manner of Fellegi and Sunter (1969).
//!
//! The way of the data: [`Records`] (typed columns, each value kept once) and a [`Model`] (blocking
//! rules, comparisons, parameters; a TOML or JSON file) make a [`Linkage`]. It knows how many pairs each
//! rule makes before one is compared, trains the model without labels (or with), and streams links with
//! their match weight. [`Linkage::clusters`], or plain connected [`Components`], make clusters of them.
//!
//! ```text
//! columns ─RecordsBuilder→ Records ┐
//!                                  ├→ Linkage ─train→ Training (and the model's m, u, relations)
//! TOML ────────────────── Model ───┘     └───predict→ links ─clusters→ clusters
//! ```
//!
//! ```
//! use linkage::batch::{
//!     ColumnKind, Linkage, LinkageOptions, Model, RecordsBuilder, Value,
//! };
//!
//! let columns = [("name", ColumnKind::Text), ("town", ColumnKind::Text)];
//! let mut records = RecordsBuilder::new(&columns)?;
//! for (name, town) in [("Dupont", "Lyon"), ("Dupond", "Lyon"), ("Martin", "Lyon")] {
//!     records.push(0, &[Value::Text(name), Value::Text(town)])?;
//! }
//! let records = records.finish();
//! let model = Model::from_toml(r#"
//!     prior = 0.1
//!     [[blocking]]
//!     keys = [{ column = "town" }]
//!     [[comparisons]]
//!     name = "name"
//!     levels = [
//!       { when = { is = "exact", column = "name" }, m = 0.8, u = 0.01 },
//!       { when = { is = "levenshtein", column = "name", at_most = 1 }, m = 0.15, u = 0.005 },
//!       { when = { is = "otherwise" }, m = 0.05, u = 0.985 },
//!     ]
//! "#)?;
//! let linkage = Linkage::new(model, &records, LinkageOptions::default())?;
//! let mut links = Vec::new();
//! linkage.predict(0.5, |link| links.push(link.weighted()))?;
//! assert_eq!(linkage.clusters(&links, 0.0)?, [0, 0, 2]);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! [`Index`] links record by record as they come, with the same result.
//!
//! Not here: reading files, and linking by shared keys alone ([`crate::Index`]).

mod bands;
mod blocks;
mod cells;
mod cluster;
mod compare;
mod custom;
mod deterministic;
mod em;
mod entities;
mod error;
mod explain;
mod factors;
mod frequencies;
mod kept;
mod labels;
mod levels;
mod model;
mod online;
mod parts;
mod plan;
mod predict;
mod records;
pub mod report;
mod shelf;
mod similarity;
#[cfg(test)]
mod tests;
mod threads;
mod train;
mod widen;

use blocks::{Blocks, STRETCH, Selection, Stretch};
use entities::Decided;
use plan::Plan;
use predict::{Scorer, Scoring};
use threads::in_order;

use crate::key::Decision;

pub use blocks::LinkType;
pub use cluster::{Components, WeightedPair};
pub use custom::CustomMeasure;
pub use error::LinkError;
pub use explain::{Levels, PairStep, PairWaterfall};
pub use frequencies::Frequencies;
pub use kept::{KeptError, KeptLinks};
pub use model::{
    BlockingRule, Comparison, Deterministic, Key, Level, MAX_LEVELS, MAX_MINHASHES, Model,
    ModelError, Part, Relation, Test,
};
pub use online::{Change, Index, IndexError, IndexOptions, Passage, SeriesId};
pub use parts::sounds_french;
pub use records::{ColumnKind, Records, RecordsBuilder, RecordsError, Value, days_from_civil};
pub use shelf::{Shelf, Spill};
pub use train::{TrainOptions, Training};
pub use widen::WiderRule;

/// What a run may do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LinkageOptions {
    /// Which pairs exist.
    pub link_type: LinkType,
    /// Most pairs that one blocking rule may make.
    pub pairs_per_rule: u64,
    /// Threads that compare. Their number changes no result.
    pub threads: usize,
    /// Most bytes for the records, what is read of them and the groups of the rules; where the groups have no room,
    /// those of a rule are made each time they are wanted, and where the rest has none, it goes to the records' shelf
    /// ([`RecordsBuilder::with_shelf`]). Changes no result. Links are not counted: [`KeptLinks`].
    pub memory: Option<usize>,
}

impl Default for LinkageOptions {
    fn default() -> Self {
        LinkageOptions {
            link_type: LinkType::Dedupe,
            pairs_per_rule: 10_000_000_000,
            threads: 1,
            memory: None,
        }
    }
}

/// A model bound to records, ready to train and predict.
#[derive(Debug)]
pub struct Linkage<'r> {
    model: Model,
    plan: Plan<'r>,
    blocks: Blocks,
    threads: usize,
    /// Bytes: [`LinkageOptions::memory`].
    budget: usize,
    /// From the model's deterministic rules.
    prior: Option<f64>,
}

/// Two records and what speaks for their being one entity.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Link {
    /// The record with the lower number.
    pub left: u32,
    /// The other.
    pub right: u32,
    /// Match weight: log2 of the odds.
    pub weight: f64,
    /// Probability that they are one entity, 0 to 1.
    pub probability: f64,
    /// The blocking rule that made the pair, from 0.
    pub rule: usize,
}

impl Link {
    /// What clustering needs of it.
    pub fn weighted(&self) -> WeightedPair {
        WeightedPair {
            left: self.left,
            right: self.right,
            weight: self.weight as f32,
        }
    }
}

impl<'r> Linkage<'r> {
    /// Binds a model to records, and groups the records by each blocking rule; counts the pairs of its
    /// deterministic rules.
    ///
    /// # Errors
    /// A model that is wrong, or does not fit the records; [`LinkError::TooManyPairs`] for a rule beyond
    /// the limit, before any pair is compared; [`LinkError::Memory`], [`LinkError::Shelf`].
    pub fn new(
        model: Model,
        records: &'r Records,
        options: LinkageOptions,
    ) -> Result<Linkage<'r>, LinkError> {
        Linkage::with_measures(model, records, options, &[])
    }

    /// As [`Linkage::new`], with measures of the caller's own for [`Test::Custom`].
    ///
    /// # Errors
    /// As [`Linkage::new`], and [`LinkError::NoMeasure`].
    pub fn with_measures(
        model: Model,
        records: &'r Records,
        options: LinkageOptions,
        measures: &'r [&'r dyn CustomMeasure],
    ) -> Result<Linkage<'r>, LinkError> {
        model.validate()?;
        let budget = options.memory.unwrap_or(usize::MAX);
        let plan = Plan::with_measures(&model, records, measures, budget)?;
        records.intact()?;
        let fixed = records.bytes() + plan.bytes();
        let room = budget.saturating_sub(fixed + records.working_bytes());
        let blocks = Blocks::new(&plan, options.link_type, options.threads, room);
        let rest = plan.bytes() + blocks.least_bytes();
        if records.bytes() + rest > budget {
            let least = records.least(rest);
            return Err(LinkError::Memory { budget, least });
        }
        blocks.within(options.pairs_per_rule)?;
        let prior = match &model.deterministic {
            Some(rules) if !model.prior_locked => deterministic::prior(rules, records, options)?,
            _ => None,
        };
        records.intact()?;
        Ok(Linkage {
            model,
            plan,
            blocks,
            threads: options.threads,
            budget,
            prior,
        })
    }

    /// Takes term frequencies and rarities from counts made elsewhere, in place of the records' own;
    /// columns that were not counted keep theirs.
    #[must_use]
    pub fn with_frequencies(mut self, frequencies: &'r Frequencies) -> Self {
        self.plan.adopt(frequencies);
        self
    }

    /// Sets aside blocks of more than `most` records: such a block makes no pair, since what so many
    /// share says little and would cost the square of it. Its records may still meet by smaller blocks.
    #[must_use]
    pub fn with_largest_block(mut self, most: u32) -> Self {
        self.blocks.set_aside(&self.plan, most);
        self
    }

    /// Records of each block that was set aside, with the number of its rule.
    pub fn set_aside(&self) -> Vec<(usize, u32)> {
        self.blocks.aside().collect()
    }

    /// What the model's weights count of these records, to be given elsewhere.
    pub fn frequencies(&self) -> Frequencies {
        Frequencies::of(&self.plan)
    }

    /// The model, with what training has set.
    pub fn model(&self) -> &Model {
        &self.model
    }

    /// Pairs each blocking rule makes; one that several rules make counts for each.
    pub fn pairs_per_rule(&self) -> Vec<u64> {
        self.blocks.pairs().collect()
    }

    /// Sets the model's parameters from the records, without labels. Where the records' shelf fails, they are worth
    /// nothing: [`Linkage::predict`] and all else that gives a result says so.
    pub fn train(&mut self, options: &TrainOptions) -> Training {
        let locked = self.model.prior_locked;
        if self.prior.is_some() {
            self.model.prior = self.prior;
            self.model.prior_locked = true;
        }
        let training = train::train(
            &mut self.model,
            &self.plan,
            &self.blocks,
            options,
            self.threads,
        );
        self.model.prior_locked = locked;
        training
    }

    /// Sets the model's parameters with the help of pairs known to be of one entity: m by counting
    /// their levels, everything else as [`Linkage::train`] does. Locked parameters stay.
    ///
    /// The pairs should be drawn from all pairs of one entity: those that a rule found are too alike on
    /// what the rule reads.
    ///
    /// # Errors
    /// [`LinkError::NoRecord`]; the model is then as it was.
    pub fn train_from_labels(
        &mut self,
        matches: &[(u32, u32)],
        options: &TrainOptions,
    ) -> Result<Training, LinkError> {
        let locks: Vec<bool> = levels_mut(&mut self.model)
            .map(|level| level.m_locked)
            .collect();
        let unseen = labels::count_m(&mut self.model, &self.plan, matches)?;
        let mut training = self.train(options);
        training.untrained.extend(unseen);
        training.untrained.sort_unstable();
        for (level, locked) in levels_mut(&mut self.model).zip(locks) {
            level.m_locked = locked;
        }
        Ok(training)
    }

    /// Gives every pair whose probability is at least `threshold` to `each`, each pair once and in one order
    /// for any number of threads.
    ///
    /// # Errors
    /// [`LinkError::Untrained`] where the model lacks a parameter, [`LinkError::Frequencies`]; [`LinkError::Shelf`],
    /// and what `each` was given is then worth nothing.
    pub fn predict(&self, threshold: f64, each: impl FnMut(Link)) -> Result<(), LinkError> {
        let scorer = Scorer::new(&self.model, &self.plan)?;
        let most = if threshold > 0.0 {
            1.0 / threshold - 1.0
        } else {
            f64::INFINITY
        };
        let scoring = || scorer.scoring(&self.plan, most);
        let mut each = each;
        for made in self.blocks.made(&self.plan) {
            let stretches = made.stretches(STRETCH);
            let links = |scoring: &mut Scoring<'_>, at: usize| {
                let mut links = Vec::new();
                let stretch: &Stretch = &stretches[at];
                made.for_each(&self.plan, stretch, Selection::All, |pairs| {
                    scoring.score(pairs, |pair, against| {
                        links.push(Link {
                            left: pair.left,
                            right: pair.right,
                            weight: -against.log2(),
                            probability: 1.0 / (1.0 + against),
                            rule: made.rule,
                        });
                    });
                });
                links
            };
            in_order(self.threads, stretches.len(), scoring, links, |links| {
                links.into_iter().for_each(&mut each);
            });
        }
        self.plan.records.intact()
    }

    /// Clusters of records by the evidence of all pairs between them, which one wrong link does not join.
    ///
    /// `links` are those of [`Linkage::predict`]; clusters merge while the odds that two are one entity are
    /// above `threshold` bits (0: more likely than not). Gives for each record the lowest-numbered
    /// record of its cluster; the order of the links decides nothing.
    ///
    /// # Errors
    /// [`LinkError::Untrained`] where the model lacks a parameter, [`LinkError::Frequencies`], [`LinkError::Shelf`].
    pub fn clusters(&self, links: &[WeightedPair], threshold: f64) -> Result<Vec<u32>, LinkError> {
        self.clusters_as_decided(links, threshold, &[])
    }

    /// [`Linkage::clusters`] that keep what a person decided of records, by their numbers.
    ///
    /// Records that must be together end in one cluster; two that must not are never in
    /// one, unless other decisions put them together. Decisions on records beyond the last have no effect.
    ///
    /// # Errors
    /// As [`Linkage::clusters`].
    pub fn clusters_as_decided(
        &self,
        links: &[WeightedPair],
        threshold: f64,
        decisions: &[Decision],
    ) -> Result<Vec<u32>, LinkError> {
        let scorer = Scorer::new(&self.model, &self.plan)?;
        let scoring = || scorer.scoring(&self.plan, f64::INFINITY);
        let count = self.plan.records.len();
        let threads = self.threads;
        let decided = Decided::new(decisions, |record| {
            u32::try_from(record.0)
                .ok()
                .filter(|at| (*at as usize) < count)
        });
        let clusters = entities::entities(count, links, &decided, threshold, scoring, threads);
        self.plan.records.intact()?;
        Ok(clusters)
    }
}

fn levels_mut(model: &mut Model) -> impl Iterator<Item = &mut Level> {
    let comparisons = model.comparisons.iter_mut();
    comparisons.flat_map(|comparison| &mut comparison.levels)
}
