//! The model as a product: what one comparison, with the keys of the same column, can show.
//!
//! A *factor* is a comparison together with the blocking keys that read its column (or the keys of a
//! column that is not compared). What a pair shows in it is a *symbol*: the level and the keys on which
//! it agrees. Given the class of the pair (the same entity, related, unrelated) factors are taken as
//! independent; within a factor nothing is assumed. So whether a pair is looked at at all is a function
//! of its symbols, and training can count what blocking misses.

use std::collections::HashMap;

use super::blocks::{Agreeing, Blocks, Pair, pairs_among};
use super::compare::Comparer;
use super::plan::{LEVEL_BITS, PENDING, Plan, agreement_of, level_of};
use super::threads::{gathered, in_order};

/// Level of a comparison (0: null) and the keys that agree, as bits of expressions.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(super) struct Symbol {
    pub(super) level: u8,
    pub(super) keys: u64,
}

#[derive(Debug)]
pub(super) struct Factor {
    pub(super) comparison: Option<usize>,
    /// Keys of the rules it holds.
    keys: u64,
    /// Keys and columns it holds: agreeing on any is rare, and sampled apart.
    expressions: u64,
    symbols: Vec<Symbol>,
    numbers: HashMap<Symbol, u16>,
    /// How often each symbol comes among random pairs, where the factor is known.
    pub(super) random: Vec<f64>,
    /// How often it is unknown, among random pairs.
    pub(super) unknown: f64,
}

impl Factor {
    pub(super) fn all(plan: &Plan<'_>) -> Vec<Factor> {
        let mut factors: Vec<Factor> = plan
            .comparisons
            .iter()
            .enumerate()
            .map(|(at, comparison)| Factor::new(Some(at), comparison.columns))
            .collect();
        for key in 0..plan.keys {
            let column = plan.expressions[key].column;
            let of_column = |factor: &&mut Factor| {
                (0..plan.expressions.len()).any(|at| {
                    factor.expressions >> at & 1 == 1 && plan.expressions[at].column == column
                })
            };
            match factors.iter_mut().find(of_column) {
                Some(factor) => factor.hold(key),
                None => {
                    let mut factor = Factor::new(None, 0);
                    factor.hold(key);
                    factors.push(factor);
                }
            }
        }
        factors
    }

    fn new(comparison: Option<usize>, expressions: u64) -> Factor {
        Factor {
            comparison,
            keys: 0,
            expressions,
            symbols: Vec::new(),
            numbers: HashMap::new(),
            random: Vec::new(),
            unknown: 0.0,
        }
    }

    fn hold(&mut self, key: usize) {
        self.keys |= 1 << key;
        self.expressions |= 1 << key;
    }

    pub(super) fn symbols(&self) -> &[Symbol] {
        &self.symbols
    }

    /// What a pattern shows in this factor; `None` where it shows nothing.
    pub(super) fn of_pattern(&mut self, pattern: u64, comparisons: usize) -> Option<u16> {
        let level = self.comparison.map(|at| level_of(pattern, at));
        self.number(level, agreement_of(pattern, comparisons))
    }

    fn number(&mut self, level: Option<u8>, agreement: u64) -> Option<u16> {
        let symbol = Symbol {
            level: level.unwrap_or(0),
            keys: agreement & self.keys,
        };
        if level == Some(0) && symbol.keys == 0 {
            return None;
        }
        let (symbols, random) = (&mut self.symbols, &mut self.random);
        Some(*self.numbers.entry(symbol).or_insert_with(|| {
            symbols.push(symbol);
            random.push(0.0);
            (symbols.len() - 1) as u16
        }))
    }

    /// The level of each pair for which `wanted` holds, and its number; 0 where there is no comparison.
    fn levels(
        &self,
        comparer: &mut Comparer<'_>,
        pairs: &[Pair<'_>],
        patterns: &mut [u64],
        wanted: impl Fn(&Pair<'_>) -> bool,
        mut each: impl FnMut(&Pair<'_>, u8),
    ) {
        let wanted = || (0..).zip(pairs).filter(|(_, pair)| wanted(pair));
        if let Some(comparison) = self.comparison {
            let asked = wanted().map(|(at, _)| at);
            let pending = |at: &u32| level_of(patterns[*at as usize], comparison) == PENDING;
            let asked: Vec<u32> = asked.filter(pending).collect();
            comparer.find_out(comparison, pairs, &asked, patterns);
        }
        for (at, pair) in wanted() {
            let level = self
                .comparison
                .map(|of| level_of(patterns[at as usize], of));
            each(pair, level.unwrap_or(0));
        }
    }

    fn add(&mut self, level: u8, agreement: u64, share: f64) {
        match self.number(self.comparison.map(|_| level), agreement) {
            Some(symbol) => self.random[usize::from(symbol)] += share,
            None => self.unknown += share,
        }
    }

    /// Shares of random pairs → probabilities where the factor is known; a symbol that was never
    /// drawn is taken as drawn half a time.
    fn normalise(&mut self, draws: usize) {
        let least = 0.5 / draws as f64;
        self.random.iter_mut().for_each(|share| {
            if *share <= 0.0 {
                *share = least;
            }
        });
        let total: f64 = self.random.iter().sum();
        let drawn = self.unknown + total;
        // where nothing could be drawn, nothing is known
        self.unknown = if drawn > 0.0 {
            (self.unknown / drawn).clamp(0.0, 1.0)
        } else {
            1.0
        };
        if total > 0.0 {
            self.random.iter_mut().for_each(|share| *share /= total);
        }
    }
}

/// Pseudo-random numbers for sampling (SplitMix64, Steele, Lea and Flood 2014).
#[derive(Debug, Clone)]
pub(super) struct Random(pub(super) u64);

impl Random {
    pub(super) fn word(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        mix(self.0)
    }

    /// A number below `bound` (Lemire's multiplication; its bias is below 2^-32 for our bounds).
    pub(super) fn below(&mut self, bound: u64) -> u64 {
        ((u128::from(self.word()) * u128::from(bound)) >> 64) as u64
    }
}

/// SplitMix64's finaliser: every bit of the input moves every bit of the output.
pub(super) fn mix(mut word: u64) -> u64 {
    word = (word ^ (word >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    word = (word ^ (word >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    word ^ (word >> 31)
}

/// Most random pairs for each record: what more of them say is less than what other records would.
const DRAWS_A_RECORD: usize = 20;
/// Pairs drawn by one thread before it is asked whether they are enough.
const CHUNK: usize = 1 << 12;
/// Chunks between two looks at what has been found.
const CHUNKS: usize = 8;
/// A share that rests on so many draws is known to 3 %.
const ENOUGH: usize = 1000;

/// Fills in how often each symbol comes among random pairs.
///
/// Agreeing on a whole value may come once in millions of pairs, so drawing pairs alone would never
/// see it. Pairs that agree on an expression are counted exactly, and drawn among themselves to learn
/// what else they show; at most `draws` are made of the pairs that agree on nothing, and a tenth of it
/// for each expression. Drawing stops once every level that comes at all has come [`ENOUGH`] times.
pub(super) fn sample(
    plan: &Plan<'_>,
    blocks: &Blocks,
    factors: &mut [Factor],
    draws: usize,
    random: &mut Random,
    threads: usize,
) {
    let draws = draws.min(plan.records.len().saturating_mul(DRAWS_A_RECORD));
    let (drawn, tallies) = sample_all(plan, blocks, factors, draws, random, threads);
    let salt = random.word();
    let mut agreeing = Vec::new();
    let of_factor = |comparer: &mut Comparer<'_>, at: usize| {
        let mut random = Random(mix(salt ^ at as u64));
        let factor = &factors[at];
        sample_agreeing(plan, blocks, factor, draws / 10, &mut random, comparer)
    };
    let comparer = || Comparer::new(plan);
    in_order(threads, factors.len(), comparer, of_factor, |found| {
        agreeing.push(found);
    });
    for ((factor, found), tally) in factors.iter_mut().zip(agreeing).zip(tallies) {
        // how many pairs agree is counted, not drawn: so is then how many agree on nothing
        let agree: f64 = found.iter().map(|(_, _, share)| share).sum();
        let times: usize = tally.0.iter().sum();
        let each = (1.0 - agree).max(0.0) / times.max(1) as f64;
        let apart = (0..).zip(tally.0).filter(|(_, times)| *times > 0);
        let apart = apart.map(|(level, times)| (level, 0, times as f64 * each));
        for (level, agreement, share) in apart.chain(found) {
            factor.add(level, agreement, share);
        }
        factor.normalise(drawn.max(1));
    }
}

/// Draws of which a factor was at each level (0: null), without agreeing on any expression of its.
#[derive(Clone, Default)]
struct Tally([usize; 1 << LEVEL_BITS]);

/// Among all pairs; gives how many were drawn, and what they showed in each factor.
fn sample_all(
    plan: &Plan<'_>,
    blocks: &Blocks,
    factors: &[Factor],
    draws: usize,
    random: &mut Random,
    threads: usize,
) -> (usize, Vec<Tally>) {
    let count = plan.records.len() as u64;
    let salt = random.word();
    let (mut drawn, mut tallies) = (0, vec![Tally::default(); factors.len()]);
    let new = || {
        (
            Comparer::new(plan),
            0_usize,
            vec![Tally::default(); factors.len()],
        )
    };
    let mut chunk = 0;
    // with sources of very unlike sizes most draws fall within one: give up in the end
    while drawn < draws && chunk * CHUNK < draws * 4 {
        let chunks = CHUNKS.min((draws - drawn).div_ceil(CHUNK));
        let states = gathered(threads, chunks, new, |(comparer, drawn, tallies), at| {
            let mut random = Random(mix(salt ^ (chunk + at) as u64));
            let mut draw = || (random.below(count) as u32, random.below(count) as u32);
            let pairs = (0..CHUNK).map(|_| draw());
            let pairs: Vec<(u32, u32)> = pairs
                .filter(|(left, right)| left != right && blocks.exists(plan, *left, *right))
                .collect();
            *drawn += pairs.len();
            in_batches(plan, comparer, &pairs, |comparer, pairs, patterns| {
                for (factor, tally) in factors.iter().zip(&mut *tallies) {
                    let apart = |pair: &Pair<'_>| pair.agreement & factor.expressions == 0;
                    factor.levels(comparer, pairs, patterns, apart, |_, level| {
                        tally.0[usize::from(level)] += 1;
                    });
                }
            });
        });
        for (_, more, of) in states {
            drawn += more;
            for (all, tally) in tallies.iter_mut().zip(of) {
                all.0
                    .iter_mut()
                    .zip(tally.0)
                    .for_each(|(all, more)| *all += more);
            }
        }
        chunk += chunks;
        let seen = tallies.iter().flat_map(|tally| tally.0);
        if seen.into_iter().all(|times| times == 0 || times >= ENOUGH) {
            break;
        }
    }
    (drawn, tallies)
}

/// Gives pairs of records some hundreds at a time, with what codes alone tell of them: their rows are fetched before
/// one is looked at.
fn in_batches(
    plan: &Plan<'_>,
    comparer: &mut Comparer<'_>,
    drawn: &[(u32, u32)],
    mut each: impl FnMut(&mut Comparer<'_>, &[Pair<'_>], &mut [u64]),
) {
    const AT_ONCE: usize = 256;
    let (mut rows, mut patterns) = (Vec::new(), Vec::new());
    for drawn in drawn.chunks(AT_ONCE) {
        rows.clear();
        for (left, right) in drawn {
            plan.fetch(*left, &mut rows);
            plan.fetch(*right, &mut rows);
        }
        let couples = rows.chunks_exact(2 * plan.stride());
        let pairs = drawn.iter().zip(couples).map(|((left, right), rows)| {
            let (left_row, right_row) = rows.split_at(plan.stride());
            Pair {
                left: *left,
                right: *right,
                left_row,
                right_row,
                agreement: plan.agreement(left_row, right_row),
            }
        });
        let pairs: Vec<Pair<'_>> = pairs.collect();
        comparer.glances(&pairs, &mut patterns);
        each(comparer, &pairs, &mut patterns);
    }
}

/// Among the pairs that agree on an expression of a factor: level, agreements and share of all pairs.
fn sample_agreeing(
    plan: &Plan<'_>,
    blocks: &Blocks,
    factor: &Factor,
    draws: usize,
    random: &mut Random,
    comparer: &mut Comparer<'_>,
) -> Vec<(u8, u64, f64)> {
    let count = plan.records.len();
    let pairs = pairs_among(plan, blocks.link_type, count, 0..count as u32);
    let mut finer = 0_u64;
    let mut found = Vec::new();
    for (expression, agreeing) in rarest_first(plan, blocks, factor.expressions) {
        let (mut attempts, mut drawn) = (0, 0);
        let mut seen: Vec<((u8, u64), usize)> = Vec::new();
        while drawn < draws {
            let chunk = CHUNK.min(draws - drawn);
            let pairs = (0..chunk).map_while(|_| agreeing.draw(plan, random, &mut attempts));
            let pairs: Vec<(u32, u32)> = pairs.collect();
            drawn += pairs.len();
            in_batches(plan, comparer, &pairs, |comparer, pairs, patterns| {
                factor.levels(
                    comparer,
                    pairs,
                    patterns,
                    |_| true,
                    |pair, level| {
                        let symbol = (level, pair.agreement & factor.expressions);
                        match seen.iter_mut().find(|(known, _)| *known == symbol) {
                            Some((_, times)) => *times += 1,
                            None => seen.push((symbol, 1)),
                        }
                    },
                );
            });
            if pairs.is_empty() || seen.iter().all(|(_, times)| *times >= ENOUGH) {
                break;
            }
        }
        let share = agreeing.distinct(drawn, attempts) / pairs as f64;
        let new = seen
            .into_iter()
            .filter(|((_, agreement), _)| agreement & finer == 0);
        found.extend(new.map(|((level, agreement), times)| {
            (level, agreement, share * times as f64 / drawn as f64)
        }));
        finer |= 1 << expression;
    }
    found
}

/// The pairs that agree on each expression, the rarest agreement first.
fn rarest_first<'b>(
    plan: &Plan<'_>,
    blocks: &'b Blocks,
    expressions: u64,
) -> Vec<(usize, Agreeing<'b>)> {
    let mut agreeing: Vec<(usize, Agreeing<'b>)> = (0..plan.expressions.len())
        .filter(|at| expressions >> at & 1 == 1)
        .map(|at| (at, Agreeing::new(plan, blocks, 1 << at)))
        .collect();
    agreeing.sort_by_key(|(at, pairs)| (pairs.pairs(), *at));
    agreeing
}
