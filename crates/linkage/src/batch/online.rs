//! Linking record by record as they come, change and go, with the clusters kept.
//!
//! The series are those that the batch makes of the same records and decisions, whatever the order of
//! the acts. It rests on three things:
//!
//! - *A weight never changes.* Term frequencies and rarities are [given](Frequencies), counted once, for
//!   counts that moved with each record would move the weight of every pair there is. Count anew, and
//!   build anew, when the data have changed their nature.
//! - *An act concerns its part.* Its pairs are those of the blocks of its record; then the parts that its links
//!   and decisions connect are clustered again, whole, by the very code of the batch, on these records alone.
//! - *Ids do not matter to the result* but for their order, which breaks ties, in batch too.
//!
//! What is kept of a record are the codes of its values, the blocks it is in and its links; each value is kept once. A block of more records than
//! allowed makes no pair until it is smaller again, and says so ([`Index::set_aside`]); its records may still
//! meet in others. An act that makes a block pass this limit looks at all its pairs.
//!
//! ```
//! use linkage::batch::{ColumnKind, Frequencies, Index, IndexOptions, Model, Value};
//! use linkage::{Decision, RecordId};
//!
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
//! let columns = [("name", ColumnKind::Text), ("town", ColumnKind::Text)];
//! let mut index = Index::new(model, &columns, Frequencies::default(), IndexOptions::default())?;
//! let (a, b) = (RecordId(7), RecordId(8));
//! index.insert(a, 0, &[Value::Text("Dupont"), Value::Text("Lyon")])?;
//! let change = index.insert(b, 0, &[Value::Text("Dupond"), Value::Text("Lyon")])?;
//! assert_eq!(change.compared, 1);
//! assert_eq!(index.series_of(a), index.series_of(b));
//!
//! index.decide(Decision::CannotLink(a, b));
//! assert_ne!(index.series_of(a), index.series_of(b));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod blocks;
mod held;
mod series;
#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

use super::blocks::{LinkType, Pair};
use super::cluster::WeightedPair;
use super::entities::{Decided, entities};
use super::error::LinkError;
use super::frequencies::Frequencies;
use super::model::Model;
use super::plan::{Plan, Shape};
use super::predict::{Scoring, Weights};
use super::records::{ColumnKind, RecordsBuilder, RecordsError, Value};
use crate::key::{Decision, RecordId};
use blocks::{BlockKey, Blocks, Rules};
use held::Held;
use series::Registry;

pub use series::{Passage, SeriesId};

/// What an index may do.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct IndexOptions {
    /// Which pairs exist.
    pub link_type: LinkType,
    /// Bits that a link has more of, and that a merge of clusters needs: 0 is more likely than not.
    pub threshold: f64,
    /// Most records of a block that makes pairs.
    pub largest_block: u32,
}

impl Default for IndexOptions {
    fn default() -> Self {
        IndexOptions {
            link_type: LinkType::Dedupe,
            threshold: 0.0,
            largest_block: 1000,
        }
    }
}

/// Why an index could not be made, or a record not be taken.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum IndexError {
    /// The model is wrong or untrained, or does not fit the columns.
    #[error(transparent)]
    Link(#[from] LinkError),
    /// The columns or a record's values are wrong.
    #[error(transparent)]
    Records(#[from] RecordsError),
    /// The model weighs a column by frequency, and nobody counted it: weights would move with each record.
    #[error(
        "column {0} is weighed by how often its values come, and they were not counted: give the frequencies of a data set"
    )]
    Uncounted(String),
}

/// What an act did.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Change {
    /// The act's number, from 1.
    pub act: u64,
    /// Pairs that were compared.
    pub compared: usize,
    /// Records of the parts that were clustered again.
    pub clustered: usize,
    /// Records that went from one series to another.
    pub passages: Vec<Passage>,
}

/// Records that are linked as they come. See the [module](self) for what holds.
#[derive(Debug)]
pub struct Index {
    /// Where every record that is by itself begins.
    alone: RecordsBuilder,
    rules: Rules,
    options: IndexOptions,
    held: Held,
    places: HashMap<RecordId, u32>,
    entries: Vec<Entry>,
    /// Places in `entries` that no record has.
    free: Vec<u32>,
    blocks: Blocks,
    /// Of each record with decisions the others they are about, and whether the two are together.
    decisions: BTreeMap<RecordId, BTreeMap<RecordId, bool>>,
    series: Registry,
    acts: u64,
}

/// What is kept of a record.
#[derive(Debug)]
struct Entry {
    id: RecordId,
    /// Linked records and the bits, in no order.
    links: Vec<(u32, f32)>,
}

/// What an act has touched until its parts are clustered.
#[derive(Debug, Default)]
struct Touched {
    records: BTreeSet<u32>,
    compared: usize,
}

impl Index {
    /// An index without records.
    ///
    /// `frequencies` are those of a data set like the one to come ([`super::Linkage::frequencies`]), the
    /// one the model was trained on; values they lack count as met once.
    ///
    /// # Errors
    /// A model that is wrong, not trained, or does not fit the columns; two columns of one name; a column that is
    /// weighed by frequency and was not counted.
    pub fn new(
        mut model: Model,
        columns: &[(&str, ColumnKind)],
        frequencies: Frequencies,
        options: IndexOptions,
    ) -> Result<Index, IndexError> {
        model.validate().map_err(LinkError::from)?;
        let alone = RecordsBuilder::new(columns)?;
        let none = alone.records();
        // with the rules, which may not fit the columns
        Shape::new(&model, none, &[])?;
        let rules = Rules::new(&model, none);
        // and then without them: no comparison reads them
        model.blocking = Vec::new();
        let shape = Shape::new(&model, none, &[])?;
        let plan = Plan::of(&shape, none, usize::MAX);
        let weights = Arc::new(Weights::new(&model, &plan.comparisons)?);
        if let Some(column) = frequencies.first_uncounted(&plan) {
            return Err(IndexError::Uncounted(column.to_owned()));
        }
        Ok(Index {
            rules,
            options,
            held: Held::new(alone.clone(), shape, weights, frequencies),
            alone,
            places: HashMap::new(),
            entries: Vec::new(),
            free: Vec::new(),
            blocks: Blocks::new(options.largest_block as usize),
            decisions: BTreeMap::new(),
            series: Registry::default(),
            acts: 0,
        })
    }

    /// Records there are.
    pub fn len(&self) -> usize {
        self.places.len()
    }

    /// Whether there is no record.
    pub fn is_empty(&self) -> bool {
        self.places.is_empty()
    }

    /// Adds a record of data set `source`, or changes the values of the one that has the id.
    ///
    /// # Errors
    /// Values that do not fit the columns; nothing has then happened.
    pub fn insert(
        &mut self,
        id: RecordId,
        source: u16,
        values: &[Value<'_>],
    ) -> Result<Change, IndexError> {
        self.held.check(values)?;
        let mut touched = Touched::default();
        let place = match self.places.get(&id) {
            Some(&place) => {
                self.take_out(place, &mut touched);
                place
            }
            None => self.new_place(id),
        };
        self.held.set(place, source, values)?;
        touched.records.insert(place);
        self.put_in(place, &self.blocks_of(place), &mut touched);
        Ok(self.settle(touched))
    }

    /// Removes a record; `None` where there is none. Decisions on it wait for its return.
    pub fn remove(&mut self, id: RecordId) -> Option<Change> {
        let place = *self.places.get(&id)?;
        let mut touched = Touched::default();
        self.take_out(place, &mut touched);
        touched.records.extend(self.kept_together(id));
        self.places.remove(&id);
        self.series.leave(place);
        self.held.clear(place);
        self.free.push(place);
        touched.records.remove(&place);
        Some(self.settle(touched))
    }

    /// Keeps a decision on two records, in place of an earlier one on the same two. It may name
    /// records that are still to come.
    pub fn decide(&mut self, decision: Decision) -> Change {
        let (a, b) = decision.records();
        let together = matches!(decision, Decision::MustLink(..));
        if a != b {
            self.decisions.entry(a).or_default().insert(b, together);
            self.decisions.entry(b).or_default().insert(a, together);
        }
        self.settle_both(a, b)
    }

    /// Takes back the decision on two records, if there is one.
    pub fn undo(&mut self, a: RecordId, b: RecordId) -> Change {
        for (of, other) in [(a, b), (b, a)] {
            if let Some(decisions) = self.decisions.get_mut(&of) {
                decisions.remove(&other);
                if decisions.is_empty() {
                    self.decisions.remove(&of);
                }
            }
        }
        self.settle_both(a, b)
    }

    /// Records that a record of data set `source` with these values would be compared with, ascending.
    ///
    /// # Errors
    /// Values that do not fit the columns.
    pub fn candidates(
        &self,
        source: u16,
        values: &[Value<'_>],
    ) -> Result<Vec<RecordId>, IndexError> {
        let mut alone = self.alone.clone();
        alone.push(source, values)?;
        let blocks = self.rules.blocks(alone.records(), 0);
        let places = self.open_to(&blocks, source, None).into_iter();
        let mut ids: Vec<RecordId> = places.map(|place| self.entry(place).id).collect();
        ids.sort_unstable();
        Ok(ids)
    }

    /// The match weight of two records, log2 of the odds, whether or not a rule makes the pair;
    /// `None` where there is no such record.
    pub fn score(&self, a: RecordId, b: RecordId) -> Option<f64> {
        let places = [*self.places.get(&a)?, *self.places.get(&b)?];
        let plan = self.held.plan(places.into_iter());
        let mut scoring = self.held.scorer().scoring(&plan, f64::INFINITY);
        weight(&mut scoring, &plan, 0, 1)
    }

    /// The series of a record; of one that is like no other, its own.
    pub fn series_of(&self, id: RecordId) -> Option<SeriesId> {
        let place = self.places.get(&id)?;
        Some(self.series.series_of(*place))
    }

    /// The records of a series, ascending; none where it has ended.
    pub fn members(&self, series: SeriesId) -> Vec<RecordId> {
        let places = self.series.members(series).iter();
        places.map(|place| self.entry(*place).id).collect()
    }

    /// Series there are, those of one record too.
    pub fn series_count(&self) -> usize {
        self.series.count()
    }

    /// What passed from a series and to it, in the order of the acts.
    pub fn history(&self, series: SeriesId) -> Vec<Passage> {
        self.series.history(series)
    }

    /// The series that now hold what a series held when it ended; itself while there is one.
    pub fn became(&self, series: SeriesId) -> Vec<SeriesId> {
        self.series.became(series)
    }

    /// Blocks that make no pair for their size: the number of the rule, from 0, and their records.
    pub fn set_aside(&self) -> Vec<(usize, u32)> {
        self.blocks.aside().collect()
    }

    /// Cannot-links without effect, because must-links put the two records together.
    pub fn contradictions(&self) -> Vec<Decision> {
        let apart = self.decisions.iter().flat_map(|(a, others)| {
            let others = others.iter();
            let apart = others.filter(move |(b, together)| !**together && a < b);
            apart.map(move |(b, _)| (*a, *b))
        });
        let broken = apart.filter(|(a, b)| {
            self.series_of(*a).is_some() && self.series_of(*a) == self.series_of(*b)
        });
        broken.map(|(a, b)| Decision::CannotLink(a, b)).collect()
    }

    fn entry(&self, place: u32) -> &Entry {
        &self.entries[place as usize]
    }

    fn new_place(&mut self, id: RecordId) -> u32 {
        let place = self.free.pop().unwrap_or(self.entries.len() as u32);
        let links = Vec::new();
        match self.entries.get_mut(place as usize) {
            Some(free) => *free = Entry { id, links },
            None => self.entries.push(Entry { id, links }),
        }
        self.places.insert(id, place);
        place
    }

    /// Puts a record into its blocks, and links it.
    fn put_in(&mut self, place: u32, blocks: &[(BlockKey, u16)], touched: &mut Touched) {
        for &(block, rule) in blocks {
            if self.blocks.add(block, rule, place) {
                self.forget_block(block, touched);
            }
        }
        let others = self.open_to(blocks, self.source(place), Some(place));
        self.link(place, &others, touched);
    }

    /// Takes a record out of its blocks, and its links away.
    fn take_out(&mut self, place: u32, touched: &mut Touched) {
        touched.records.insert(place);
        for (near, _) in std::mem::take(&mut self.entries[place as usize].links) {
            let links = &mut self.entries[near as usize].links;
            links.retain(|(other, _)| *other != place);
            touched.records.insert(near);
        }
        for (block, _) in self.blocks_of(place) {
            if self.blocks.remove(block, place) {
                self.link_block(block, touched);
            }
        }
    }

    /// Records in an open block of a record of `source`, ascending by place; but `place`, its own.
    fn open_to(&self, blocks: &[(BlockKey, u16)], source: u16, place: Option<u32>) -> Vec<u32> {
        let open = blocks
            .iter()
            .filter(|(block, _)| self.blocks.is_open(*block));
        let others = open.flat_map(|(block, _)| self.blocks.all(*block));
        let mut others: Vec<u32> = others
            .copied()
            .filter(|other| Some(*other) != place && self.is_pair(source, *other))
            .collect();
        others.sort_unstable();
        others.dedup();
        others
    }

    fn is_pair(&self, source: u16, other: u32) -> bool {
        self.options.link_type == LinkType::Dedupe || self.source(other) != source
    }

    /// Takes away the links of a block that is set aside from now on, but those that others make too.
    fn forget_block(&mut self, block: BlockKey, touched: &mut Touched) {
        let holders: BTreeSet<u32> = self.blocks.all(block).iter().copied().collect();
        let mut open_blocks = HashMap::new();
        for place in &holders {
            let open = self.blocks_of(*place).into_iter();
            let open = open.filter(|(block, _)| self.blocks.is_open(*block));
            open_blocks.insert(*place, open.collect::<BTreeSet<_>>());
        }
        for place in &holders {
            let links = std::mem::take(&mut self.entries[*place as usize].links);
            let kept = links.into_iter().filter(|(near, _)| {
                let both = open_blocks.get(place).zip(open_blocks.get(near));
                let stays = both.is_none_or(|(a, b)| !a.is_disjoint(b));
                if !stays {
                    touched.records.extend([*place, *near]);
                }
                stays
            });
            self.entries[*place as usize].links = kept.collect();
        }
    }

    /// Links the records of a block that makes pairs again.
    fn link_block(&mut self, block: BlockKey, touched: &mut Touched) {
        let mut holders = self.blocks.all(block).to_vec();
        while let Some(place) = holders.pop() {
            let linked = &self.entry(place).links;
            let linked: BTreeSet<u32> = linked.iter().map(|(near, _)| *near).collect();
            let source = self.source(place);
            let new = holders.iter().copied();
            let new = new.filter(|other| !linked.contains(other) && self.is_pair(source, *other));
            let new: Vec<u32> = new.collect();
            self.link(place, &new, touched);
        }
    }

    /// Compares a record with others, and keeps the links.
    fn link(&mut self, place: u32, others: &[u32], touched: &mut Touched) {
        if others.is_empty() {
            return;
        }
        touched.compared += others.len();
        let plan = std::iter::once(place).chain(others.iter().copied());
        let plan = self.held.plan(plan);
        // a little beyond the threshold, which is tested on the rounded weight as in batch
        let most = (-self.options.threshold).exp2() * 1.001;
        let mut scoring = self.held.scorer().scoring(&plan, most);
        let links = (1..).zip(others).filter_map(|(at, other)| {
            let bits = weight(&mut scoring, &plan, 0, at)? as f32;
            (f64::from(bits) > self.options.threshold).then_some((*other, bits))
        });
        for (other, bits) in links.collect::<Vec<_>>() {
            self.entries[place as usize].links.push((other, bits));
            self.entries[other as usize].links.push((place, bits));
            touched.records.extend([place, other]);
        }
    }

    /// The blocks of the record at a place, as [`Rules::blocks`] gives them.
    fn blocks_of(&self, place: u32) -> Vec<(BlockKey, u16)> {
        self.rules.blocks(self.held.records(), place as usize)
    }

    /// The data set of the record at a place.
    fn source(&self, place: u32) -> u16 {
        self.held.records().sources()[place as usize]
    }

    fn settle_both(&mut self, a: RecordId, b: RecordId) -> Change {
        let places = [a, b].into_iter();
        let places = places.filter_map(|id| self.places.get(&id).copied());
        let touched = Touched {
            records: places.collect(),
            compared: 0,
        };
        self.settle(touched)
    }

    /// Clusters the parts of the records touched, and ends the act.
    fn settle(&mut self, touched: Touched) -> Change {
        self.acts += 1;
        let (mut seen, mut clusters) = (BTreeSet::new(), Vec::new());
        for place in touched.records {
            if seen.insert(place) {
                let part = self.part(place, &mut seen);
                clusters.extend(self.clusters(&part));
            }
        }
        Change {
            act: self.acts,
            compared: touched.compared,
            clustered: seen.len(),
            passages: self.series.settle(self.acts, clusters),
        }
    }

    /// All records that links and must-links connect with one, ascending by id.
    fn part(&self, place: u32, seen: &mut BTreeSet<u32>) -> Vec<u32> {
        let (mut part, mut next) = (vec![place], 0);
        while let Some(&place) = part.get(next) {
            next += 1;
            let entry = self.entry(place);
            let links = entry.links.iter().map(|(near, _)| *near);
            let near = links.chain(self.kept_together(entry.id));
            part.extend(near.filter(|near| seen.insert(*near)));
        }
        part.sort_unstable_by_key(|place| self.entry(*place).id);
        part
    }

    /// Records here that decisions keep together with one.
    fn kept_together(&self, id: RecordId) -> impl Iterator<Item = u32> + '_ {
        let decisions = self.decisions.get(&id).into_iter().flatten();
        let together = decisions.filter(|(_, together)| **together);
        together.filter_map(|(other, _)| self.places.get(other).copied())
    }

    /// The clusters of a part.
    fn clusters(&self, part: &[u32]) -> Vec<Vec<u32>> {
        let number = |id: RecordId| {
            let found = part.binary_search_by_key(&id, |place| self.entry(*place).id);
            found.ok().map(|at| at as u32)
        };
        let decided = Decided::new(&self.decisions_on(part), number);
        if part.len() <= 2 && decided.is_empty() {
            return vec![part.to_vec()];
        }
        let links = (0_u32..).zip(part).flat_map(|(at, place)| {
            let links = self.entry(*place).links.iter();
            links.filter_map(move |(near, bits)| {
                let near = number(self.entry(*near).id)?;
                (at < near).then_some(WeightedPair {
                    left: at,
                    right: near,
                    weight: *bits,
                })
            })
        });
        let links: Vec<WeightedPair> = links.collect();
        let plan = self.held.plan(part.iter().copied());
        let scoring = || self.held.scorer().scoring(&plan, f64::INFINITY);
        let threshold = self.options.threshold;
        let found = entities(part.len(), &links, &decided, threshold, scoring, 1);
        let mut clusters = BTreeMap::<u32, Vec<u32>>::new();
        for (place, first) in part.iter().zip(found) {
            clusters.entry(first).or_default().push(*place);
        }
        clusters.into_values().collect()
    }

    /// The decisions on records of a part, each once where both are there.
    fn decisions_on(&self, part: &[u32]) -> Vec<Decision> {
        if self.decisions.is_empty() {
            return Vec::new();
        }
        let ids = part.iter().map(|place| self.entry(*place).id);
        let decisions = ids.flat_map(|a| {
            let others = self.decisions.get(&a).into_iter().flatten();
            let others = others.filter(move |(b, _)| a < **b);
            others.map(move |(b, together)| match together {
                true => Decision::MustLink(a, *b),
                false => Decision::CannotLink(a, *b),
            })
        });
        decisions.collect()
    }
}

/// The match weight of two records of a plan; `None` where the odds against it are beyond what is
/// asked for.
fn weight(scoring: &mut Scoring<'_>, plan: &Plan<'_>, left: u32, right: u32) -> Option<f64> {
    let (left_row, right_row) = (&*plan.row(left), &*plan.row(right));
    let pair = Pair {
        left,
        right,
        left_row,
        right_row,
        agreement: plan.agreement(left_row, right_row),
    };
    Some(-scoring.odds_against(&pair)?.log2())
}
