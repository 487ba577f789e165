//! Training without labels: expectation maximisation over the patterns of the pairs blocking makes.
//!
//! Each pair of records, of all there are, belongs to a class: the same entity, related in some way, or
//! unrelated. A class has a probability (its prior) and, for each factor, probabilities of its symbols.
//! What is observed is how often each pattern comes among the pairs that blocking makes. Two facts are
//! used that usual training drops:
//!
//! - *How many pairs there are in all* is known, and whether blocking makes a pair is a function of its
//!   symbols. So the pairs of a class that blocking misses are expected, not ignored, as in EM for
//!   truncated data (Dempster, Laird and Rubin 1977, §4.2), and blocking on a column does not bend
//!   its m.
//! - *How often each symbol comes among all pairs* is known from sampling. It is the sum over the
//!   classes; so u is what is left once the share of matches and relations is taken off, and neither
//!   matches among random pairs nor households bend it.
//!
//! The relations are found among all couples of comparisons: pairs that agree through these two, and by
//! chance in the rest. One that explains next to nothing is dropped. Without them, fields that depend
//! on each other (surname and postcode within a household) are counted twice, and probabilities
//! come out far too sure.

use std::collections::HashMap;

use super::blocks::{Blocks, Marks, Pair, STRETCH, Selection, pairs_among};
use super::compare::{Comparer, Patterns};
use super::em::Em;
use super::factors::{Factor, Random, mix, sample};
use super::model::Model;
use super::plan::Plan;
use super::predict::Scorer;
use super::threads::gathered;

/// How training is done.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct TrainOptions {
    /// Where its random draws begin: the same seed and records give the same model.
    pub seed: u64,
    /// Random pairs drawn to learn u.
    pub random_pairs: usize,
    /// Pairs of the blocking rules that are compared, about; more are thinned to this.
    pub blocked_pairs: u64,
    /// Rounds of EM at most.
    pub rounds: usize,
    /// Whether relations are looked for.
    pub relations: bool,
}

impl Default for TrainOptions {
    fn default() -> Self {
        TrainOptions {
            seed: 1,
            random_pairs: 300_000,
            blocked_pairs: 1_000_000,
            rounds: 200,
            relations: true,
        }
    }
}

/// What training did, to be shown: a model is only as good as this says.
#[derive(Debug, Clone, PartialEq)]
pub struct Training {
    /// Pairs of the blocking rules that were compared.
    pub pairs: u64,
    /// Rounds of EM.
    pub rounds: usize,
    /// Whether the parameters had come to rest.
    pub converged: bool,
    /// Share of the pairs of one entity that the blocking rules make, as the model expects it.
    pub blocking_recall: f64,
    /// Levels whose m rests on less than one pair: (comparison, level from 0).
    pub untrained: Vec<(String, usize)>,
}

/// Pairs of each pattern that are kept as examples.
const EXAMPLES: usize = 8;

/// Trains `model` on the pairs of `blocks`.
pub(super) fn train(
    model: &mut Model,
    plan: &Plan<'_>,
    blocks: &Blocks,
    options: &TrainOptions,
    threads: usize,
) -> Training {
    let mut factors = Factor::all(plan);
    let mut random = Random(options.seed);
    let draws = options.random_pairs;
    sample(plan, blocks, &mut factors, draws, &mut random, threads);
    let counted = count(plan, blocks, options, random.word(), threads);
    let records = plan.records.len() as u32;
    let everything = pairs_among(plan, blocks.link_type, plan.records.len(), 0..records);
    let mut em = Em::new(model, plan, factors, &counted, everything);
    let (mut rounds, mut converged) = em.run(options);
    em.write(model);
    while em.has_relations()
        && let Ok(scorer) = Scorer::new(model, plan)
        && em.drop_same_entity(&triangles(
            plan,
            blocks,
            &scorer,
            &counted.examples,
            threads,
        ))
    {
        let (more, at_rest) = em.settle(options.rounds);
        rounds += more;
        converged = at_rest;
        em.write(model);
    }
    Training {
        pairs: counted.pairs,
        rounds,
        converged,
        blocking_recall: em.blocking_recall(),
        untrained: em.untrained(model),
    }
}

/// How often each pattern came.
pub(super) struct Counted {
    pub(super) patterns: Vec<u64>,
    /// Pairs, scaled up to all that the rules make.
    pub(super) counts: Vec<f64>,
    pairs: u64,
    /// All pairs for each one compared.
    pub(super) scale: f64,
    /// Some pairs of each pattern.
    examples: Vec<Vec<(u32, u32)>>,
}

fn count(
    plan: &Plan<'_>,
    blocks: &Blocks,
    options: &TrainOptions,
    salt: u64,
    threads: usize,
) -> Counted {
    let made: u64 = blocks.pairs().sum();
    let scale = (made as f64 / options.blocked_pairs.max(1) as f64).max(1.0);
    let limit = (u64::MAX as f64 / scale) as u64;
    let mut drawn = Marks::new(plan.records.len());
    (0..plan.records.len() as u32)
        .filter(|record| mix(u64::from(*record) ^ salt) <= limit)
        .for_each(|record| drawn.mark(record));
    let mut all = Tallies::default();
    for made in blocks.made(plan) {
        let stretches = made.stretches(STRETCH);
        let new = || (Comparer::new(plan), Vec::new(), Tallies::default());
        let states = gathered(threads, stretches.len(), new, |state, at| {
            let (comparer, patterns, tallies) = state;
            made.for_each(plan, &stretches[at], Selection::Lower(&drawn), |pairs| {
                comparer.patterns(pairs, patterns);
                for (pair, pattern) in pairs.iter().zip(&*patterns) {
                    tallies.of(*pattern).add(1, [Example::new(pair, salt)]);
                }
            });
        });
        for (_, _, tallies) in states {
            for (pattern, tally) in tallies.patterns.known().iter().zip(tallies.tallies) {
                all.of(*pattern).add(tally.count, tally.examples);
            }
        }
    }
    // whichever thread met a pattern first
    let patterns = all.patterns.known().iter().copied();
    let mut counted: Vec<(u64, Tally)> = patterns.zip(all.tallies).collect();
    counted.sort_unstable_by_key(|(pattern, _)| *pattern);
    // by rule, since how many pairs the drawn records have is a matter of luck, and known
    let lower = blocks.lower_pairs(plan, &drawn);
    let scales = blocks.pairs().zip(lower);
    let scales: Vec<f64> = scales
        .map(|(all, drawn)| all as f64 / drawn.max(1) as f64)
        .collect();
    let scale_of = |pattern: u64| plan.rule_of(pattern).map_or(scale, |rule| scales[rule]);
    let weighed = |(pattern, tally): &(u64, Tally)| tally.count as f64 * scale_of(*pattern);
    let examples = counted.iter().map(|(_, tally)| &tally.examples);
    Counted {
        patterns: counted.iter().map(|(pattern, _)| *pattern).collect(),
        pairs: counted.iter().map(|(_, tally)| tally.count).sum(),
        counts: counted.iter().map(weighed).collect(),
        scale,
        examples: examples
            .map(|examples| examples.iter().map(|example| example.pair).collect())
            .collect(),
    }
}

/// What is kept of the pairs of each pattern, while they are counted.
#[derive(Default)]
struct Tallies {
    patterns: Patterns,
    tallies: Vec<Tally>,
}

#[derive(Default)]
struct Tally {
    count: u64,
    examples: Vec<Example>,
}

/// A pair, and its place in a random order of all pairs: the first few are kept, whoever met them.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Example {
    place: u64,
    pair: (u32, u32),
}

impl Tallies {
    #[inline]
    fn of(&mut self, pattern: u64) -> &mut Tally {
        let number = self.patterns.number(pattern);
        if number == self.tallies.len() {
            self.tallies.push(Tally::default());
        }
        &mut self.tallies[number]
    }
}

impl Tally {
    #[inline]
    fn add(&mut self, count: u64, examples: impl IntoIterator<Item = Example>) {
        self.count += count;
        for example in examples {
            if self.examples.len() < EXAMPLES || self.examples.last() > Some(&example) {
                let at = self.examples.partition_point(|kept| *kept < example);
                self.examples.insert(at, example);
                self.examples.truncate(EXAMPLES);
            }
        }
    }
}

impl Example {
    #[inline]
    fn new(pair: &Pair<'_>, salt: u64) -> Example {
        let word = u64::from(pair.left) << 32 | u64::from(pair.right);
        Example {
            place: mix(word ^ salt),
            pair: (pair.left, pair.right),
        }
    }
}

/// Of each pattern's examples, the share that have other records linked, and one to both.
fn triangles(
    plan: &Plan<'_>,
    blocks: &Blocks,
    scorer: &Scorer,
    examples: &[Vec<(u32, u32)>],
    threads: usize,
) -> Vec<Triangles> {
    let mut marked = Marks::new(plan.records.len());
    for (left, right) in examples.iter().flatten() {
        marked.mark(*left);
        marked.mark(*right);
    }
    let mut linked: HashMap<u32, Vec<u32>> = HashMap::new();
    for made in blocks.made(plan) {
        let stretches = made.stretches(STRETCH);
        let new = || (scorer.scoring(plan, 1.0), Vec::new());
        let states = gathered(threads, stretches.len(), new, |(scoring, links), at| {
            made.for_each(
                plan,
                &stretches[at],
                Selection::Touching(&marked),
                |pairs| {
                    scoring.score(pairs, |pair, _| links.push((pair.left, pair.right)));
                },
            );
        });
        for (left, right) in states.into_iter().flat_map(|(_, links)| links) {
            linked.entry(left).or_default().push(right);
            linked.entry(right).or_default().push(left);
        }
    }
    let third = |of: u32, but: u32| {
        let near = linked.get(&of).into_iter().flatten();
        near.filter(move |near| **near != but)
    };
    let tested = |examples: &Vec<(u32, u32)>| {
        let mut triangles = Triangles::default();
        for &(left, right) in examples {
            let rivalled = third(left, right).chain(third(right, left)).next();
            triangles.rivalled += f64::from(u8::from(rivalled.is_some()));
            if third(left, right).next().is_some() && third(right, left).next().is_some() {
                triangles.possible += 1.0;
                let closed = third(left, right).any(|a| third(right, left).any(|b| a == b));
                triangles.closed += f64::from(u8::from(closed));
            }
        }
        let count = examples.len().max(1) as f64;
        triangles.rivalled /= count;
        triangles.possible /= count;
        triangles.closed /= count;
        triangles
    };
    examples.iter().map(tested).collect()
}

/// Of pairs, how many have a third record linked to either, how many one to each of the two, and how many the same.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Triangles {
    pub(super) rivalled: f64,
    pub(super) possible: f64,
    pub(super) closed: f64,
}
