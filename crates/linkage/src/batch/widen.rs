//! More blocking rules, found from the records by a trained model, without labels.
//!
//! What blocking misses no later step finds. A rule is worth the pairs of one entity that it makes and the
//! model's rules do not; how many those are is estimated from pairs drawn of it, by the probabilities
//! that the trained model gives them. Rules are taken one by one, the one worth most first, counting only what those
//! before it leave, while their pairs stay within a bound.

use super::blocks::{Agreeing, Blocks, pairs_among};
use super::error::LinkError;
use super::factors::{Random, mix};
use super::model::{BlockingRule, Key, Model, Part};
use super::plan::{LEVEL_BITS, Plan};
use super::predict::{Scorer, Scoring};
use super::records::ColumnKind;
use super::threads::in_order;
use super::{Linkage, blocks::Pair};

/// Pairs drawn of each candidate.
const DRAWS: usize = 4000;
/// Keys that candidates are made of, at most.
const MOST_KEYS: usize = 32;
/// Rules that are added, at most.
const MOST_RULES: usize = 8;
/// A rule is worth its pairs if it finds at least this share of the pairs of one entity.
const LEAST_GAIN: f64 = 0.002;

/// A blocking rule that a model could have.
#[derive(Debug, Clone, PartialEq)]
pub struct WiderRule {
    /// The rule.
    pub rule: BlockingRule,
    /// Pairs it makes that no rule of the model, nor one suggested before it, makes; estimated.
    pub pairs: f64,
    /// How many of those are of one entity, as the model expects.
    pub matches: f64,
}

impl Linkage<'_> {
    /// Rules that would bring together more records of one entity, the most first, with at most about
    /// `most` new pairs in all. They are conjunctions of one or two parts of the columns that the
    /// model reads.
    ///
    /// The model must be trained. With the rules added ([`Model::widen`]), bind and train it again.
    ///
    /// # Errors
    /// [`LinkError::Untrained`] where the model lacks a parameter, [`LinkError::Frequencies`], [`LinkError::Shelf`].
    pub fn wider(&self, most: u64, seed: u64) -> Result<Vec<WiderRule>, LinkError> {
        let scorer = Scorer::new(&self.model, &self.plan)?;
        let keys = self.candidate_keys();
        if keys.is_empty() {
            return Ok(Vec::new());
        }
        let rule = |key: &Key| BlockingRule {
            keys: vec![key.clone()],
        };
        let model = Model {
            blocking: keys.iter().map(rule).collect(),
            ..Model::default()
        };
        let plan = Plan::with_measures(&model, self.plan.records, &[], self.budget)?;
        let room = self.room(self.budget).saturating_sub(plan.bytes());
        let blocks = Blocks::new(&plan, self.blocks.link_type, self.threads, room);
        let masks = candidates(&plan, &blocks, most);
        let mut drawn = Vec::new();
        let draw = |scoring: &mut Scoring<'_>, at: usize| {
            let mut random = Random(mix(seed ^ at as u64));
            self.draw(&plan, &blocks, masks[at], scoring, &mut random)
        };
        let scoring = || scorer.scoring(&self.plan, f64::INFINITY);
        in_order(self.threads, masks.len(), scoring, draw, |candidate| {
            drawn.extend(candidate);
        });
        self.plan.records.intact()?;
        let known = self.model.prior.unwrap_or(0.0) * self.everything() as f64;
        let chosen = choose(drawn, most as f64, LEAST_GAIN * known, self.keys_left());
        let keys_of = |mask: u64| (0..keys.len()).filter(move |at| mask >> at & 1 == 1);
        let wider = chosen.into_iter().map(|(mask, pairs, matches)| WiderRule {
            rule: BlockingRule {
                keys: keys_of(mask).map(|at| keys[at].clone()).collect(),
            },
            pairs,
            matches,
        });
        Ok(wider.collect())
    }

    fn everything(&self) -> u64 {
        let count = self.plan.records.len();
        pairs_among(&self.plan, self.blocks.link_type, count, 0..count as u32)
    }

    /// Keys that a pattern has room for beside those there are.
    fn keys_left(&self) -> usize {
        let levels = self.plan.comparisons.len() * LEVEL_BITS as usize;
        64_usize.saturating_sub(levels + self.plan.keys)
    }

    /// Parts of each column that the model reads: the value, and shorter parts that errors at its end leave.
    fn candidate_keys(&self) -> Vec<Key> {
        let mut columns: Vec<usize> = self.plan.expressions.iter().map(|e| e.column).collect();
        columns.sort_unstable();
        columns.dedup();
        let mut keys = Vec::new();
        for column in columns {
            let column = self.plan.records.at(column);
            let parts: &[Part] = match column.kind {
                ColumnKind::Text => &[Part::Whole, Part::FirstLetters(3), Part::FirstLetters(1)],
                ColumnKind::Date => &[
                    Part::Whole,
                    Part::Year,
                    Part::Substring { from: 5, length: 5 },
                ],
                ColumnKind::TextSet => &[Part::Elements],
                ColumnKind::Hash => &[],
                ColumnKind::Number | ColumnKind::Moment | ColumnKind::Coordinates => &[Part::Whole],
            };
            keys.extend(parts.iter().map(|part| Key {
                column: column.name.to_string(),
                part: *part,
            }));
        }
        keys.truncate(MOST_KEYS);
        keys
    }

    /// Draws pairs of a candidate, and keeps those that are new to the model; `None` where there are none.
    fn draw(
        &self,
        plan: &Plan<'_>,
        blocks: &Blocks,
        mask: u64,
        scoring: &mut Scoring<'_>,
        random: &mut Random,
    ) -> Option<Candidate> {
        let agreeing = Agreeing::new(plan, blocks, mask);
        let (mut attempts, mut drawn, mut new) = (0, 0, Vec::new());
        for (left, right) in (0..DRAWS).map_while(|_| agreeing.draw(plan, random, &mut attempts)) {
            drawn += 1;
            let rows = [left, right].map(|record| self.plan.row(record));
            let [left_row, right_row] = [&*rows[0], &*rows[1]];
            let agreement = self.plan.agreement(left_row, right_row);
            if self.plan.rules.iter().any(|rule| agreement & rule == *rule) {
                continue;
            }
            let pair = Pair {
                left,
                right,
                left_row,
                right_row,
                agreement,
            };
            let against = scoring.odds_against(&pair).unwrap_or(f64::INFINITY);
            new.push(New {
                agreement: plan.agreement(&plan.row(left), &plan.row(right)),
                probability: 1.0 / (1.0 + against),
            });
        }
        let scale = agreeing.distinct(drawn, attempts) / drawn.max(1) as f64;
        (!new.is_empty()).then_some(Candidate { mask, scale, new })
    }
}

impl Model {
    /// Adds blocking rules, and takes out those whose pairs one of them makes all.
    pub fn widen(&mut self, rules: impl IntoIterator<Item = BlockingRule>) {
        for rule in rules {
            self.blocking.retain(|narrow| !covers(&rule, narrow));
            self.blocking.push(rule);
        }
    }
}

/// Whether a rule makes every pair that another makes: each of its keys is one of the other's, or a part of
/// one.
fn covers(wide: &BlockingRule, narrow: &BlockingRule) -> bool {
    let part_of = |key: &Key, other: &Key| {
        key.column == other.column
            && match (key.part, other.part) {
                (part, other) if part == other => true,
                (Part::FirstLetters(few), Part::FirstLetters(more)) => few <= more,
                (Part::Elements | Part::Bands(_) | Part::MinhashBands { .. }, _) => false,
                (_, whole) => whole == Part::Whole,
            }
    };
    let held = |key: &Key| narrow.keys.iter().any(|other| part_of(key, other));
    wide.keys.iter().all(held)
}

/// A rule that is looked at, and its drawn pairs that no chosen rule makes.
struct Candidate {
    mask: u64,
    /// Pairs that each drawn one stands for.
    scale: f64,
    new: Vec<New>,
}

struct New {
    /// The candidates' keys on which the pair agrees.
    agreement: u64,
    probability: f64,
}

impl Candidate {
    fn pairs(&self) -> f64 {
        self.new.len() as f64 * self.scale
    }

    fn matches(&self) -> f64 {
        self.new.iter().map(|new| new.probability).sum::<f64>() * self.scale
    }
}

/// Every key and every two of different columns that make at most `most` pairs.
fn candidates(plan: &Plan<'_>, blocks: &Blocks, most: u64) -> Vec<u64> {
    let pairs: Vec<u64> = blocks.pairs().collect();
    let count = plan.records.len();
    let all = pairs_among(plan, blocks.link_type, count, 0..count as u32) as f64;
    let mut masks = Vec::new();
    for first in 0..plan.keys {
        if (1..=most).contains(&pairs[first]) {
            masks.push(1 << first);
        }
        for second in first + 1..plan.keys {
            let column = |key: usize| plan.expressions[key].column;
            // if they were independent: in fact values that go together make more
            let expected = pairs[first] as f64 * pairs[second] as f64 / all.max(1.0);
            if column(first) != column(second) && expected <= most as f64 {
                masks.push(1 << first | 1 << second);
            }
        }
    }
    masks
}

/// Takes the candidate of most matches, time and again: mask, new pairs and matches of each.
fn choose(
    mut candidates: Vec<Candidate>,
    mut most: f64,
    least: f64,
    mut keys: usize,
) -> Vec<(u64, f64, f64)> {
    let mut chosen: Vec<(u64, f64, f64)> = Vec::new();
    while chosen.len() < MOST_RULES {
        let used = chosen.iter().fold(0, |used, (mask, ..)| used | mask);
        let new_keys = |candidate: &Candidate| (candidate.mask & !used).count_ones() as usize;
        let fits = |candidate: &&Candidate| {
            candidate.pairs() <= most && new_keys(candidate) <= keys && candidate.matches() >= least
        };
        let best = candidates.iter().filter(fits).max_by(|a, b| {
            a.matches()
                .total_cmp(&b.matches())
                .then(b.mask.cmp(&a.mask))
        });
        let Some(best) = best else { break };
        let (mask, pairs) = (best.mask, best.pairs());
        keys -= new_keys(best);
        chosen.push((mask, pairs, best.matches()));
        most -= pairs;
        for candidate in &mut candidates {
            candidate.new.retain(|new| new.agreement & mask != mask);
        }
    }
    chosen
}
