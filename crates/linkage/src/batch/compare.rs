//! The level of each comparison for a pair, and the numbering of the patterns they make.
//!
//! Values are compared by their codes; what two differing values gave is remembered in a small table
//! per comparison, since the same values meet again and again within a block.

use super::blocks::Pair;
use super::plan::{
    BoundComparison, Check, Codes, LEVEL_BITS, Measure, PENDING, Plan, both_known, code_of,
    found_out, level_of,
};
use super::records::{Column, ColumnKind, LONG};
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
    unmet: Unmet,
}

/// Pairs of values that are not remembered, while they are found out.
#[derive(Debug, Default)]
struct Unmet {
    /// The number of a pair of records, and its codes.
    pairs: Vec<(u32, u32, u32)>,
    slots: Vec<u8>,
    /// Numbers of pairs of records that have the values of one of `pairs`.
    again: Vec<(u32, u16)>,
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
                .map(|_| Memory::new(plan.len()))
                .collect(),
            scratch: Scratch::default(),
            unmet: Unmet::default(),
        }
    }

    /// The pattern of a pair.
    pub(super) fn pattern(&mut self, left: &[Codes], right: &[Codes], agreement: u64) -> u64 {
        let mut pattern = self.glance(left, right, agreement);
        for comparison in 0..self.plan.comparisons.len() {
            if level_of(pattern, comparison) == PENDING {
                let level = self.level(comparison, left, right, agreement);
                pattern = found_out(pattern, comparison, level);
            }
        }
        pattern
    }

    /// The patterns of pairs.
    pub(super) fn patterns(&mut self, pairs: &[Pair<'_>], patterns: &mut Vec<u64>) {
        self.glances(pairs, patterns);
        let mut asked = Vec::new();
        for comparison in 0..self.plan.comparisons.len() {
            asked.clear();
            let pending = (0..).zip(patterns.iter());
            let pending = pending.filter(|(_, pattern)| level_of(**pattern, comparison) == PENDING);
            asked.extend(pending.map(|(at, _)| at));
            self.find_out(comparison, pairs, &asked, patterns);
        }
    }

    /// The pattern as far as the codes alone tell it, the other levels [`PENDING`].
    #[inline]
    pub(super) fn glance(&self, left: &[Codes], right: &[Codes], agreement: u64) -> u64 {
        let known = both_known(left, right);
        self.plan.glance.pattern(known, agreement)
    }

    /// [`Comparer::glance`] of pairs.
    pub(super) fn glances(&self, pairs: &[Pair<'_>], patterns: &mut Vec<u64>) {
        let of = |pair: &Pair<'_>| self.glance(pair.left_row, pair.right_row, pair.agreement);
        patterns.clear();
        patterns.extend(pairs.iter().map(of));
    }

    /// The level of one comparison; 0 is the null level, 1 the first of the model.
    pub(super) fn level(
        &mut self,
        comparison: usize,
        left: &[Codes],
        right: &[Codes],
        agreement: u64,
    ) -> u8 {
        let of = &self.plan.comparisons[comparison];
        let known = both_known(left, right);
        if known & of.columns == 0 {
            return 0;
        }
        let Some(expression) = of.single else {
            return self.tested(of, left, right, agreement);
        };
        if of.equal_first && agreement & of.columns != 0 {
            return 1;
        }
        let (a, b) = (code_of(left, expression), code_of(right, expression));
        if let Some(Met::Level(level)) = self.memories[comparison].get(a, b) {
            return level;
        }
        let level = self.tested(of, left, right, agreement);
        self.memories[comparison].keep(a, b, level);
        level
    }

    /// Finds out the pending levels of a comparison in the patterns of the pairs that are `asked` for, by number.
    ///
    /// Where texts have slots, those of all pairs are fetched before one is compared; none where the characters
    /// that they have in common are too few for any level.
    pub(super) fn find_out(
        &mut self,
        comparison: usize,
        pairs: &[Pair<'_>],
        asked: &[u32],
        patterns: &mut [u64],
    ) {
        let of = &self.plan.comparisons[comparison];
        let at_hand = of.single.zip(of.ladder.as_ref());
        let at_hand = at_hand.and_then(|(expression, ladder)| {
            let slots = self.plan.expressions[expression].slots.as_ref()?;
            Some((expression, ladder, slots))
        });
        let Some((expression, ladder, slots)) = at_hand else {
            for &at in asked {
                let pair = &pairs[at as usize];
                let level = self.level(comparison, pair.left_row, pair.right_row, pair.agreement);
                let pattern = &mut patterns[at as usize];
                *pattern = found_out(*pattern, comparison, level);
            }
            return;
        };
        let mut unmet = std::mem::take(&mut self.unmet);
        for &at in asked {
            let pair = &pairs[at as usize];
            let a = code_of(pair.left_row, expression);
            let b = code_of(pair.right_row, expression);
            let level = match self.memories[comparison].get(a, b) {
                Some(Met::Level(level)) => level,
                Some(Met::Unmet(number)) => {
                    unmet.again.push((at, number));
                    continue;
                }
                None if ladder.is_beyond(slots.bag(a), slots.bag(b)) => ladder.otherwise(),
                None => {
                    self.memories[comparison].await_level(a, b, unmet.pairs.len());
                    unmet.pairs.push((at, a, b));
                    slots.fetch(a, &mut unmet.slots);
                    slots.fetch(b, &mut unmet.slots);
                    continue;
                }
            };
            let pattern = &mut patterns[at as usize];
            *pattern = found_out(*pattern, comparison, level);
        }
        for (&(at, a, b), texts) in unmet.pairs.iter().zip(slots.fetched(&unmet.slots)) {
            let level = match texts {
                Some((a, b)) => {
                    let matcher = &mut self.scratch.matcher;
                    ladder.level(matcher.measured(ladder.measure, a, b, ladder.last))
                }
                None => {
                    let pair = &pairs[at as usize];
                    self.tested(of, pair.left_row, pair.right_row, pair.agreement)
                }
            };
            self.memories[comparison].keep(a, b, level);
            let pattern = &mut patterns[at as usize];
            *pattern = found_out(*pattern, comparison, level);
        }
        for (at, number) in unmet.again.drain(..) {
            let (met, ..) = unmet.pairs[usize::from(number)];
            let level = level_of(patterns[met as usize], comparison);
            let pattern = &mut patterns[at as usize];
            *pattern = found_out(*pattern, comparison, level);
        }
        unmet.pairs.clear();
        unmet.slots.clear();
        self.unmet = unmet;
    }

    /// The level by its checks.
    fn tested(
        &mut self,
        comparison: &BoundComparison,
        left: &[Codes],
        right: &[Codes],
        agreement: u64,
    ) -> u8 {
        let pair = Sides {
            plan: self.plan,
            left,
            right,
            agreement,
            known: both_known(left, right),
        };
        pair.level(comparison, &mut self.scratch)
    }
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
                if holds || !measure.may_be_rough() {
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
        let mut rooms = [[0; LONG]; 2];
        let [of_a, of_b] = &mut rooms;
        let short = slots
            .filter(|_| measure.reads_letters())
            .and_then(|slots| slots.get(a, of_a).zip(slots.get(b, of_b)));
        match short {
            Some((a, b)) => scratch.matcher.measured(measure, a, b, bound),
            None => measured(self.plan, measure, bound, expression, [a, b], scratch),
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
    /// Whether it is some number only, above a bound that it is asked for.
    fn may_be_rough(self) -> bool {
        matches!(self, Measure::Levenshtein | Measure::DamerauLevenshtein)
    }

    #[inline]
    pub(super) fn within(self, value: f64, bound: f64) -> bool {
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
    bound: f64,
    expression: usize,
    [a, b]: [u32; 2],
    scratch: &mut Scratch,
) -> f64 {
    let column = plan.column(expression);
    let rarities = plan.expressions[expression].rarities.as_deref();
    let rarities = rarities.unwrap_or_default();
    match measure {
        Measure::Jaro
        | Measure::JaroWinkler
        | Measure::Levenshtein
        | Measure::DamerauLevenshtein
        | Measure::Prefix
            if column.kind == ColumnKind::TextSet =>
        {
            best_pair(measure, bound, column, [a, b], &mut scratch.matcher)
        }
        Measure::Jaro
        | Measure::JaroWinkler
        | Measure::Levenshtein
        | Measure::DamerauLevenshtein
        | Measure::Prefix => {
            let x = column.text(a, &mut scratch.left);
            let y = column.text(b, &mut scratch.right);
            measured_texts(measure, bound, x, y, &mut scratch.matcher)
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
fn best_pair(
    measure: Measure,
    bound: f64,
    column: &Column,
    [a, b]: [u32; 2],
    matcher: &mut Matcher,
) -> f64 {
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
    let texts = couples.map(|(x, y)| (column.element(x), column.element(y)));
    let values = texts.map(|(x, y)| measured_texts(measure, bound, x, y, matcher));
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

/// The measure of two texts; a distance beyond `bound` may be rough.
fn measured_texts(measure: Measure, bound: f64, x: &str, y: &str, matcher: &mut Matcher) -> f64 {
    match measure {
        Measure::Jaro => matcher.jaro(x, y),
        Measure::JaroWinkler => matcher.jaro_winkler(x, y),
        Measure::Levenshtein => matcher.levenshtein(x, y, bound).into(),
        Measure::DamerauLevenshtein => matcher.damerau_levenshtein(x, y, bound).into(),
        _ if x.starts_with(y) || y.starts_with(x) => 0.0,
        _ => 1.0,
    }
}

/// Levels of pairs of values met lately: each pair has one slot, the last to come stays.
#[derive(Debug)]
struct Memory {
    pairs: Vec<u64>,
    /// [`Met`] of each, a level as it is and what is beyond all levels a number.
    levels: Vec<u16>,
}

/// What is remembered of two values.
enum Met {
    Level(u8),
    /// Their level is being found out: their number in [`Unmet::pairs`].
    Unmet(u16),
}

/// Levels there are, with the null level.
const LEVELS: u16 = 1 << LEVEL_BITS;

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
    fn get(&self, a: u32, b: u32) -> Option<Met> {
        let (pair, slot) = self.place(a, b);
        (self.pairs[slot] == pair).then(|| match self.levels[slot].checked_sub(LEVELS) {
            None => Met::Level(self.levels[slot] as u8),
            Some(number) => Met::Unmet(number),
        })
    }

    #[inline]
    fn keep(&mut self, a: u32, b: u32, level: u8) {
        let (pair, slot) = self.place(a, b);
        self.pairs[slot] = pair;
        self.levels[slot] = level.into();
    }

    /// Keeps that the level of two values is being found out; [`Memory::keep`] follows.
    #[inline]
    fn await_level(&mut self, a: u32, b: u32, number: usize) {
        // one that has no room is not awaited, and found out again
        if let Ok(number) = u16::try_from(number + usize::from(LEVELS)) {
            let (pair, slot) = self.place(a, b);
            self.pairs[slot] = pair;
            self.levels[slot] = number;
        }
    }

    #[inline]
    fn place(&self, a: u32, b: u32) -> (u64, usize) {
        let pair = u64::from(a.min(b)) << 32 | u64::from(a.max(b));
        (pair, spread(pair) as usize & (self.pairs.len() - 1))
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
            slots: vec![0; 1 << 4],
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
