//! The model as a product: what one comparison, with the keys of the same column, can show.
//!
//! A *factor* is a comparison together with the blocking keys that read its column (or the keys of a
//! column that is not compared). What a pair shows in it is a *symbol*: the level and the keys on which
//! it agrees. Given the class of the pair (the same entity, related, unrelated) factors are taken as
//! independent; within a factor nothing is assumed. So whether a pair is looked at at all is a function
//! of its symbols, and training can count what blocking misses.

use std::collections::HashMap;

use super::blocks::{Agreeing, LinkType, exists, pairs_among};
use super::compare::Comparer;
use super::plan::{Plan, agreement_of, level_of};

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

/// Fills in how often each symbol comes among random pairs.
///
/// Agreeing on a whole value may come once in millions of pairs, so drawing pairs alone would never
/// see it. Pairs that agree on an expression are counted exactly, and drawn among themselves to learn
/// what else they show; `draws` are made of the pairs that agree on nothing, and a tenth of it for
/// each expression.
pub(super) fn sample(
    plan: &Plan<'_>,
    link_type: LinkType,
    factors: &mut [Factor],
    draws: usize,
    random: &mut Random,
) {
    let count = plan.records.len();
    let pairs = pairs_among(plan, link_type, count, 0..count as u32);
    let mut comparer = Comparer::new(plan);
    if pairs > 0 {
        sample_all(plan, link_type, factors, draws, random, &mut comparer);
    }
    for factor in factors.iter_mut() {
        let mut finer = 0_u64;
        for (expression, agreeing) in rarest_first(plan, link_type, factor.expressions) {
            let mut attempts = 0;
            let drawn = (0..draws / 10).map_while(|_| agreeing.draw(plan, random, &mut attempts));
            let drawn: Vec<(u32, u32)> = drawn.collect();
            let share = agreeing.distinct(drawn.len(), attempts) / pairs as f64;
            for (left, right) in &drawn {
                let (left, right) = (plan.row(*left), plan.row(*right));
                let agreement = plan.agreement(left, right);
                if agreement & finer == 0 {
                    let level = factor
                        .comparison
                        .map_or(0, |at| comparer.level(at, left, right, agreement));
                    factor.add(level, agreement, share / drawn.len() as f64);
                }
            }
            finer |= 1 << expression;
        }
        factor.normalise(draws);
    }
}

fn sample_all(
    plan: &Plan<'_>,
    link_type: LinkType,
    factors: &mut [Factor],
    draws: usize,
    random: &mut Random,
    comparer: &mut Comparer<'_>,
) {
    let count = plan.records.len() as u64;
    let mut drawn = 0_usize;
    // with sources of very unlike sizes most draws fall within one: give up in the end
    for _ in 0..draws * 4 {
        let (left, right) = (random.below(count) as u32, random.below(count) as u32);
        if left == right || !exists(plan, link_type, left, right) {
            continue;
        }
        drawn += 1;
        let (left, right) = (plan.row(left), plan.row(right));
        let agreement = plan.agreement(left, right);
        for factor in factors.iter_mut() {
            if agreement & factor.expressions == 0 {
                let level = factor
                    .comparison
                    .map_or(0, |at| comparer.level(at, left, right, agreement));
                factor.add(level, agreement, 1.0);
            }
        }
        if drawn == draws {
            break;
        }
    }
    for factor in factors {
        let shares = factor.random.iter_mut().chain([&mut factor.unknown]);
        shares.for_each(|share| *share /= drawn.max(1) as f64);
    }
}

/// The pairs that agree on each expression, the rarest agreement first.
fn rarest_first(plan: &Plan<'_>, link_type: LinkType, expressions: u64) -> Vec<(usize, Agreeing)> {
    let mut agreeing: Vec<(usize, Agreeing)> = (0..plan.expressions.len())
        .filter(|at| expressions >> at & 1 == 1)
        .map(|at| (at, Agreeing::new(plan, link_type, at)))
        .collect();
    agreeing.sort_by_key(|(at, pairs)| (pairs.pairs(), *at));
    agreeing
}
