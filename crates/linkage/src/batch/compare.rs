//! The level of each comparison for a pair, and the numbering of the patterns they make.
//!
//! Values are compared by their codes; what two differing values gave is remembered in a small table
//! per comparison, since the same values meet again and again within a block.

use super::plan::{
    BoundComparison, Check, Codes, Measure, PENDING, Plan, both_known, code_of, pack,
};
use super::records::{Column, ColumnKind};
use super::similarity::{
    Matcher, common, cosine, hamming, jaccard, kilometres, rare_jaccard, shared_rarity,
};

/// Most slots of a comparison's memory, a power of two: 36 KiB, so that all stay in the second cache.
const SLOTS: usize = 1 << 12;
const MICROS_A_DAY: f64 = 86_400e6;

/// Compares pairs; holds what is remembered between them.
#[derive(Debug)]
pub(super) struct Comparer<'p> {
    plan: &'p Plan<'p>,
    memories: Vec<Memory>,
    scratch: Scratch,
}

#[derive(Debug, Default)]
struct Scratch {
    matcher: Matcher,
    left: String,
    right: String,
}

impl<'p> Comparer<'p> {
    pub(super) fn new(plan: &'p Plan<'p>) -> Self {
        Comparer {
            plan,
            memories: plan
                .comparisons
                .iter()
                .map(|_| Memory::new(plan.records.len()))
                .collect(),
            scratch: Scratch::default(),
        }
    }

    /// The pattern of a pair.
    #[inline]
    pub(super) fn pattern(&mut self, left: &[Codes], right: &[Codes], agreement: u64) -> u64 {
        let plan = self.plan;
        let known = both_known(left, right);
        let comparisons = plan.comparisons.iter().zip(&mut self.memories);
        let scratch = &mut self.scratch;
        let levels = comparisons.map(|(comparison, memory)| {
            level(
                plan, comparison, memory, scratch, left, right, agreement, known,
            )
        });
        pack(levels, agreement, plan.keys)
    }

    /// The pattern as far as the codes alone tell it, the other levels [`PENDING`].
    #[inline]
    pub(super) fn glance(&self, left: &[Codes], right: &[Codes], agreement: u64) -> u64 {
        let known = both_known(left, right);
        let levels = self.plan.comparisons.iter().map(|comparison| {
            if known & comparison.columns == 0 {
                0
            } else if comparison.equal_first && agreement & comparison.columns != 0 {
                1
            } else {
                PENDING
            }
        });
        pack(levels, agreement, self.plan.keys)
    }

    /// The level of one comparison; 0 is the null level, 1 the first of the model.
    pub(super) fn level(
        &mut self,
        comparison: usize,
        left: &[Codes],
        right: &[Codes],
        agreement: u64,
    ) -> u8 {
        level(
            self.plan,
            &self.plan.comparisons[comparison],
            &mut self.memories[comparison],
            &mut self.scratch,
            left,
            right,
            agreement,
            both_known(left, right),
        )
    }
}

#[inline]
#[expect(
    clippy::too_many_arguments,
    reason = "the parts of a Comparer, borrowed apart"
)]
fn level(
    plan: &Plan<'_>,
    comparison: &BoundComparison,
    memory: &mut Memory,
    scratch: &mut Scratch,
    left: &[Codes],
    right: &[Codes],
    agreement: u64,
    known: u64,
) -> u8 {
    if known & comparison.columns == 0 {
        return 0;
    }
    let tested = |scratch: &mut Scratch| {
        let pair = Sides {
            plan,
            left,
            right,
            agreement,
            known,
        };
        pair.level(comparison, scratch)
    };
    let Some(expression) = comparison.single else {
        return tested(scratch);
    };
    if comparison.equal_first && agreement & comparison.columns != 0 {
        return 1;
    }
    let (a, b) = (code_of(left, expression), code_of(right, expression));
    memory.get_or(a, b, || tested(scratch))
}

/// A pair as its tests see it.
struct Sides<'a> {
    plan: &'a Plan<'a>,
    left: &'a [Codes],
    right: &'a [Codes],
    agreement: u64,
    known: u64,
}

impl Sides<'_> {
    fn level(&self, comparison: &BoundComparison, scratch: &mut Scratch) -> u8 {
        // levels of one measure follow each other: it is taken once
        let mut last = None;
        let held = comparison
            .checks
            .iter()
            .position(|check| self.holds(check, scratch, &mut last));
        held.unwrap_or(comparison.checks.len() - 1) as u8 + 1
    }

    fn holds(
        &self,
        check: &Check,
        scratch: &mut Scratch,
        last: &mut Option<(usize, Measure, f64)>,
    ) -> bool {
        match check {
            Check::Agrees(expression) => self.agreement >> expression & 1 == 1,
            Check::Otherwise => true,
            Check::All(checks) => checks.iter().all(|check| self.holds(check, scratch, last)),
            Check::Swapped(a, b) => self.swapped(*a, *b, scratch),
            Check::Measured {
                expression,
                measure,
                bound,
            } => {
                if self.known >> expression & 1 == 0 {
                    return false;
                }
                let value = match last {
                    Some((of, by, value)) if of == expression && by == measure => *value,
                    _ => self.value(*expression, *measure, *bound, scratch),
                };
                let holds = measure.within(value, *bound);
                // beyond its bound it may be rough: see Matcher::measured
                if holds || *measure != Measure::DamerauLevenshtein {
                    *last = Some((*expression, *measure, value));
                }
                holds
            }
        }
    }

    /// The measure of the pair; a distance beyond `bound` may be rough.
    fn value(&self, expression: usize, measure: Measure, bound: f64, scratch: &mut Scratch) -> f64 {
        let a = code_of(self.left, expression);
        let b = code_of(self.right, expression);
        let slots = self.plan.expressions[expression].slots.as_ref();
        let short = slots
            .filter(|_| measure.reads_letters())
            .and_then(|slots| slots.get(a).zip(slots.get(b)));
        match short {
            Some((a, b)) => scratch.matcher.measured(measure, a, b, bound),
            None => measured(self.plan, measure, expression, a, b, scratch),
        }
    }

    fn swapped(&self, a: usize, b: usize, scratch: &mut Scratch) -> bool {
        let both = 1 << a | 1 << b;
        if self.known & both != both {
            return false;
        }
        let mut same = |x: usize, y: usize| {
            let left = self.plan.column(x);
            let left = left.text(code_of(self.left, x), &mut scratch.left);
            let right = self.plan.column(y);
            left == right.text(code_of(self.right, y), &mut scratch.right)
        };
        same(a, b) && same(b, a)
    }
}

impl Measure {
    fn within(self, value: f64, bound: f64) -> bool {
        if self.is_likeness() {
            value >= bound
        } else {
            value <= bound
        }
    }
}

fn measured(
    plan: &Plan<'_>,
    measure: Measure,
    expression: usize,
    a: u32,
    b: u32,
    scratch: &mut Scratch,
) -> f64 {
    let column = plan.column(expression);
    let rarities = &plan.expressions[expression].rarities;
    match measure {
        Measure::Jaro
        | Measure::JaroWinkler
        | Measure::Levenshtein
        | Measure::DamerauLevenshtein
        | Measure::Prefix
            if column.kind == ColumnKind::TextSet =>
        {
            best_pair(measure, column, a, b, &mut scratch.matcher)
        }
        Measure::Jaro
        | Measure::JaroWinkler
        | Measure::Levenshtein
        | Measure::DamerauLevenshtein
        | Measure::Prefix => {
            let x = column.text(a, &mut scratch.left);
            let y = column.text(b, &mut scratch.right);
            measured_texts(measure, x, y, &mut scratch.matcher)
        }
        Measure::Jaccard => jaccard(&column.set(a), &column.set(b)),
        Measure::Cosine => cosine(&column.set(a), &column.set(b)),
        Measure::RareJaccard => rare_jaccard(&column.set(a), &column.set(b), rarities),
        Measure::SharedRarity => shared_rarity(&column.set(a), &column.set(b), rarities),
        Measure::Difference => (column.number(a) - column.number(b)).abs().min(f64::MAX),
        Measure::Percent => {
            let (x, y) = (column.number(a), column.number(b));
            let larger = x.abs().max(y.abs());
            // divided first, since the difference of two large numbers may not be finite
            if larger == 0.0 {
                0.0
            } else {
                (x / larger - y / larger).abs() * 100.0
            }
        }
        Measure::Days => match column.kind {
            ColumnKind::Date => f64::from(column.date(a).abs_diff(column.date(b))),
            _ => column.moment(a).abs_diff(column.moment(b)) as f64 / MICROS_A_DAY,
        },
        Measure::Kilometres => kilometres(column.coordinates(a), column.coordinates(b)),
        Measure::Hamming => hamming(&column.hash(a), &column.hash(b)).into(),
        Measure::Custom(number) => {
            let x = column.text(a, &mut scratch.left);
            let y = column.text(b, &mut scratch.right);
            plan.measures[number].likeness(x, y)
        }
    }
}

/// The measure of the most alike of all couples of an element of one set and one of the other.
fn best_pair(measure: Measure, column: &Column, a: u32, b: u32, matcher: &mut Matcher) -> f64 {
    let (a, b) = (column.set(a), column.set(b));
    let (worst, equal) = if measure.is_likeness() {
        (0.0, 1.0)
    } else {
        (f64::MAX, 0.0)
    };
    if common(&a, &b) > 0 {
        return equal;
    }
    let couples = a.iter().flat_map(|x| b.iter().map(move |y| (*x, *y)));
    let values = couples
        .map(|(x, y)| measured_texts(measure, column.element(x), column.element(y), matcher));
    values.fold(worst, |best, value| {
        if measure.within(value, best) {
            value
        } else {
            best
        }
    })
}

impl Matcher {
    /// The measure of two short texts, for those that have slots; a distance beyond `bound` may be rough.
    fn measured(&mut self, measure: Measure, a: &[u8], b: &[u8], bound: f64) -> f64 {
        match measure {
            Measure::Jaro => self.jaro_short(a, b),
            Measure::JaroWinkler => self.jaro_winkler_short(a, b),
            Measure::DamerauLevenshtein => self.damerau_levenshtein_short(a, b, bound).into(),
            _ => self.levenshtein_short(a, b).into(),
        }
    }
}

fn measured_texts(measure: Measure, x: &str, y: &str, matcher: &mut Matcher) -> f64 {
    match measure {
        Measure::Jaro => matcher.jaro(x, y),
        Measure::JaroWinkler => matcher.jaro_winkler(x, y),
        Measure::Levenshtein => matcher.levenshtein(x, y).into(),
        Measure::DamerauLevenshtein => matcher.damerau_levenshtein(x, y).into(),
        _ if x.starts_with(y) || y.starts_with(x) => 0.0,
        _ => 1.0,
    }
}

/// Levels of pairs of values met lately: each pair has one slot, the last to come stays.
#[derive(Debug)]
struct Memory {
    pairs: Vec<u64>,
    levels: Vec<u8>,
}

impl Memory {
    /// For pairs of so many records: of few there are fewer pairs than slots.
    fn new(records: usize) -> Self {
        let slots = records
            .saturating_pow(2)
            .clamp(1, SLOTS)
            .next_power_of_two();
        Memory {
            // codes of known values are never both 0
            pairs: vec![0; slots],
            levels: vec![0; slots],
        }
    }

    #[inline]
    fn get_or(&mut self, a: u32, b: u32, level: impl FnOnce() -> u8) -> u8 {
        let pair = u64::from(a.min(b)) << 32 | u64::from(a.max(b));
        let slot = spread(pair) as usize & (self.pairs.len() - 1);
        if self.pairs[slot] != pair {
            self.levels[slot] = level();
            self.pairs[slot] = pair;
        }
        self.levels[slot]
    }
}

/// Fibonacci hashing, the upper half.
#[inline]
fn spread(key: u64) -> u64 {
    key.wrapping_mul(0x9E37_79B9_7F4A_7C15) >> 32
}

/// Numbers patterns from 0 in the order they are met.
#[derive(Debug)]
pub(super) struct Patterns {
    /// For each slot a pattern's number + 1.
    slots: Vec<u32>,
    known: Vec<u64>,
}

impl Default for Patterns {
    fn default() -> Self {
        Patterns {
            slots: vec![0; 1 << 10],
            known: Vec::new(),
        }
    }
}

impl Patterns {
    /// The patterns met.
    pub(super) fn known(&self) -> &[u64] {
        &self.known
    }

    #[inline]
    pub(super) fn number(&mut self, pattern: u64) -> usize {
        let mask = self.slots.len() - 1;
        let mut slot = spread(pattern) as usize & mask;
        loop {
            match self.slots[slot] {
                0 => return self.add(pattern),
                number if self.known[number as usize - 1] == pattern => {
                    return number as usize - 1;
                }
                _ => slot = (slot + 1) & mask,
            }
        }
    }

    #[cold]
    fn add(&mut self, pattern: u64) -> usize {
        self.known.push(pattern);
        if self.known.len() * 2 > self.slots.len() {
            self.slots = vec![0; self.slots.len() * 2];
            (0..self.known.len()).for_each(|number| self.place(number));
        } else {
            self.place(self.known.len() - 1);
        }
        self.known.len() - 1
    }

    fn place(&mut self, number: usize) {
        let mask = self.slots.len() - 1;
        let mut slot = spread(self.known[number]) as usize & mask;
        while self.slots[slot] != 0 {
            slot = (slot + 1) & mask;
        }
        self.slots[slot] = number as u32 + 1;
    }
}
