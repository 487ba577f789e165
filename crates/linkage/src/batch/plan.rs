//! A model bound to records: what is to be read of each record, laid out for comparing pairs.
//!
//! Every distinct key and every compared column is an *expression*; a record's *row* is the codes of
//! its expressions side by side. Two rows compared give a bit for each expression on which the pair
//! agrees, which decides the blocking rules and the exact levels at once.

use std::borrow::Cow;
use std::sync::Arc;

use super::custom::CustomMeasure;
use super::error::LinkError;
use super::frequencies::Frequencies;
use super::levels::{Glance, Ladder};
use super::model::{Comparison, Key, Level, Model, Part, Test};
use super::parts::Elements;
use super::records::{Column, ColumnKind, Dictionary, Index, Records, Slots};
use super::shelf::{Away, Shelf};
use super::similarity::rarities;

/// Codes of a row that lie together.
const LANES: usize = 8;
/// Bits of a level in a pattern.
pub(super) const LEVEL_BITS: u32 = 4;

/// A column or a part of it, with a code for each distinct value of the column.
#[derive(Debug, Clone)]
pub(super) struct Expression {
    pub(super) key: Arc<Key>,
    pub(super) column: usize,
    /// The parts of values; `None` where a part is the whole, or a value has many.
    parts: Option<Parts>,
    /// Codes there are, with 0.
    pub(super) size: usize,
    /// Elements of each value, for a part of which a value has many.
    pub(super) elements: Option<Elements>,
    /// The texts at hand, for a whole column that is measured by its letters.
    pub(super) slots: Option<Slots>,
    /// Rarity of each element of a set, for a whole column that is measured by it.
    pub(super) rarities: Option<Vec<f64>>,
}

/// The parts of a column's values.
#[derive(Debug, Clone, Default)]
struct Parts {
    /// The code of the part, by the code of the value.
    codes: Vec<u32>,
    index: Index,
    known: Dictionary,
}

impl Parts {
    /// Takes in the values that the column has got since; the empty part is no value.
    fn grow(&mut self, part: Part, column: &Column) {
        let mut buffer = String::new();
        for code in self.codes.len() as u32..column.values.len() as u32 {
            let known = match code {
                0 => 0,
                _ => {
                    let text = part.of(column, code, &mut buffer);
                    self.index.code(&mut self.known, text.as_bytes())
                }
            };
            self.codes.push(known);
        }
    }
}

/// An expression without its values.
#[derive(Debug)]
struct Reading {
    key: Arc<Key>,
    column: usize,
    /// Whether texts are to be at hand.
    letters: bool,
    /// Whether the rarity of elements is.
    rarity: bool,
}

impl Reading {
    fn new(records: &Records, key: &Key, place: &str) -> Result<Reading, LinkError> {
        let (at, column) = records
            .column(&key.column)
            .ok_or_else(|| LinkError::NoColumn {
                place: place.to_owned(),
                column: key.column.clone(),
            })?;
        if !key.part.applies_to(column.kind) {
            return Err(LinkError::Kind {
                place: place.to_owned(),
                column: key.column.clone(),
                kind: column.kind,
            });
        }
        Ok(Reading {
            key: Arc::new(key.clone()),
            column: at,
            letters: false,
            rarity: false,
        })
    }
}

impl Expression {
    /// Of the values that a column has; texts at hand that take more than `room` bytes are on the records' shelf.
    fn of(reading: &Reading, records: &Records, room: usize) -> Expression {
        let column = records.at(reading.column);
        let mut expression = Expression::empty(reading);
        if reading.letters {
            expression.slots = Some(Slots::new(column, room, records.shelf()));
        }
        expression.grow(column);
        if let Some(of) = &mut expression.rarities {
            let (counts, records) = column.element_counts();
            *of = rarities(&counts, records);
        }
        if let Some(parts) = &mut expression.parts {
            (parts.index, parts.known) = Default::default();
        }
        if let Some(elements) = &mut expression.elements {
            elements.finish();
        }
        expression
    }

    /// Of a column that has no values yet.
    fn empty(reading: &Reading) -> Expression {
        let part = reading.key.part;
        let single = part != Part::Whole && !part.has_many();
        Expression {
            key: Arc::clone(&reading.key),
            column: reading.column,
            parts: single.then(Parts::default),
            size: 0,
            elements: Elements::new(part),
            slots: reading.letters.then(Slots::for_any),
            rarities: reading.rarity.then(Vec::new),
        }
    }

    /// Takes in the values that the column has got since, all but their rarities.
    fn grow(&mut self, column: &Column) {
        self.size = column.values.len();
        if let Some(parts) = &mut self.parts {
            parts.grow(self.key.part, column);
            self.size = parts.known.len();
        }
        if let Some(elements) = &mut self.elements {
            elements.grow(column);
        }
        if let Some(slots) = &mut self.slots {
            slots.grow(column);
        }
    }

    /// [`Expression::grow`], with rarities by counts made elsewhere.
    pub(super) fn grow_as_counted(&mut self, column: &Column, frequencies: &Frequencies) {
        self.grow(column);
        if let Some(of) = &mut self.rarities
            && let Some((counts, known)) = frequencies.counts(column, true, of.len())
        {
            of.extend(rarities(&counts, known));
        }
    }

    fn bytes(&self) -> usize {
        let parts = self
            .parts
            .as_ref()
            .map_or(0, |parts| size_of_val(&parts.codes[..]));
        let elements = self.elements.as_ref().map_or(0, Elements::bytes);
        let slots = self.slots.as_ref().map_or(0, Slots::bytes);
        let rarities = self
            .rarities
            .as_ref()
            .map_or(0, |rarities| size_of_val(&rarities[..]));
        parts + elements + slots + rarities
    }

    fn code(&self, value: u32) -> u32 {
        self.parts
            .as_ref()
            .map_or(value, |parts| parts.codes[value as usize])
    }
}

/// Codes of a record's expressions, 0 where there is no value. Within one line of the cache, and compared
/// at once.
#[derive(Debug, Clone, Copy, Default)]
#[repr(align(32))]
pub(super) struct Codes([u32; LANES]);

/// How two values are measured.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Measure {
    Jaro,
    JaroWinkler,
    Levenshtein,
    DamerauLevenshtein,
    Jaccard,
    Cosine,
    RareJaccard,
    SharedRarity,
    Difference,
    Percent,
    Days,
    Kilometres,
    Hamming,
    Prefix,
    /// One of the caller's, by its number.
    Custom(usize),
}

impl Measure {
    /// Whether it is measured on texts at hand.
    pub(super) fn reads_letters(self) -> bool {
        matches!(
            self,
            Measure::Jaro
                | Measure::JaroWinkler
                | Measure::Levenshtein
                | Measure::DamerauLevenshtein
        )
    }

    /// Whether it weighs the elements of sets by their rarity.
    fn reads_rarity(self) -> bool {
        matches!(self, Measure::RareJaccard | Measure::SharedRarity)
    }

    /// Whether more is more alike.
    pub(super) fn is_likeness(self) -> bool {
        matches!(
            self,
            Measure::Jaro
                | Measure::JaroWinkler
                | Measure::Jaccard
                | Measure::Cosine
                | Measure::RareJaccard
                | Measure::SharedRarity
                | Measure::Custom(_)
        )
    }

    fn applies_to(self, kind: ColumnKind) -> bool {
        match self {
            Measure::Jaro | Measure::JaroWinkler | Measure::Prefix => {
                matches!(kind, ColumnKind::Text | ColumnKind::TextSet)
            }
            Measure::Levenshtein | Measure::DamerauLevenshtein => {
                matches!(
                    kind,
                    ColumnKind::Text | ColumnKind::TextSet | ColumnKind::Date
                )
            }
            Measure::Jaccard | Measure::Cosine | Measure::RareJaccard | Measure::SharedRarity => {
                kind == ColumnKind::TextSet
            }
            Measure::Difference | Measure::Percent => kind == ColumnKind::Number,
            Measure::Days => matches!(kind, ColumnKind::Date | ColumnKind::Moment),
            Measure::Kilometres => kind == ColumnKind::Coordinates,
            Measure::Hamming => kind == ColumnKind::Hash,
            Measure::Custom(_) => kind == ColumnKind::Text,
        }
    }
}

/// A test, bound.
#[derive(Debug)]
pub(super) enum Check {
    /// The pair agrees on this expression.
    Agrees(usize),
    /// The measure of two values is within a bound: at least it for likeness, at most for distance.
    Measured {
        expression: usize,
        measure: Measure,
        bound: f64,
    },
    /// The values of two expressions have changed places.
    Swapped(usize, usize),
    All(Vec<Check>),
    Otherwise,
}

/// A comparison, bound.
#[derive(Debug)]
pub(super) struct BoundComparison {
    pub(super) checks: Vec<Check>,
    /// The whole columns it reads, as bits of expressions.
    pub(super) columns: u64,
    /// Its column's expression, where it reads one column only: its level is then a function of two
    /// values, and can be remembered.
    pub(super) single: Option<usize>,
    /// Whether equal values are at the first level.
    pub(super) equal_first: bool,
    /// Its levels below equality, where one measure of a column's letters tells them apart.
    pub(super) ladder: Option<Ladder>,
    /// For each level whether and how term frequency counts.
    pub(super) frequencies: Vec<Option<Frequency>>,
}

/// How term frequencies adjust a level.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Frequency {
    /// Whose values count: a whole column, or the elements of a set.
    pub(super) expression: usize,
    /// The level whose u frequencies are held against.
    pub(super) exact: usize,
    pub(super) weight: f64,
    pub(super) minimum: f64,
}

/// A model bound to columns: what is to be read of records, whichever they are. Cheap to clone.
#[derive(Debug, Clone)]
pub(super) struct Shape {
    readings: Arc<[Reading]>,
    keys: usize,
    rules: Arc<[u64]>,
    comparisons: Arc<[BoundComparison]>,
    glance: Arc<Glance>,
    multiple: Arc<[usize]>,
}

impl Shape {
    /// The expressions of columns that have no values yet.
    pub(super) fn expressions(&self) -> Vec<Expression> {
        self.readings.iter().map(Expression::empty).collect()
    }

    /// How many [`Codes`] a row has.
    pub(super) fn stride(&self) -> usize {
        self.readings.len().div_ceil(LANES).max(1)
    }

    /// Of a model and the columns of `records`.
    pub(super) fn new(
        model: &Model,
        records: &Records,
        measures: &[&dyn CustomMeasure],
    ) -> Result<Shape, LinkError> {
        let mut binder = Binder {
            records,
            measures,
            readings: Vec::new(),
        };
        let mut rules = Vec::new();
        for (at, rule) in model.blocking.iter().enumerate() {
            let place = format!("blocking rule {}", at + 1);
            let mut mask = 0_u64;
            for key in &rule.keys {
                mask |= 1 << binder.expression(key, &place)?;
            }
            rules.push(mask);
        }
        let keys = binder.readings.len();
        let comparisons = model
            .comparisons
            .iter()
            .map(|comparison| binder.comparison(comparison))
            .collect::<Result<Vec<_>, _>>()?;
        let bits = comparisons.len() as u32 * LEVEL_BITS + keys as u32;
        if bits > 64 {
            return Err(LinkError::TooWide { bits });
        }
        let multiple = (0..binder.readings.len())
            .filter(|&at| binder.readings[at].key.part.has_many())
            .collect::<Vec<_>>();
        for (rule, mask) in rules.iter().enumerate() {
            if multiple.iter().filter(|&&at| mask >> at & 1 == 1).count() > 1 {
                return Err(LinkError::ElementKeys { rule: rule + 1 });
            }
        }
        Ok(Shape {
            glance: Arc::new(Glance::new(&comparisons, binder.readings.len(), keys)),
            readings: binder.readings.into(),
            keys,
            rules: rules.into(),
            comparisons: comparisons.into(),
            multiple: multiple.into(),
        })
    }
}

/// A model bound to records.
#[derive(Debug)]
pub(super) struct Plan<'r> {
    pub(super) records: &'r Records,
    pub(super) measures: &'r [&'r dyn CustomMeasure],
    /// Expressions, those of the blocking rules first.
    pub(super) expressions: Cow<'r, [Expression]>,
    /// How many expressions are the rules'.
    pub(super) keys: usize,
    /// The expressions of each rule, as bits.
    pub(super) rules: Arc<[u64]>,
    pub(super) comparisons: Arc<[BoundComparison]>,
    pub(super) glance: Arc<Glance>,
    multiple: Arc<[usize]>,
    stride: usize,
    rows: Rows,
    /// Counts that stand in for those of the records.
    given: Option<&'r Frequencies>,
}

impl<'r> Plan<'r> {
    #[cfg(test)]
    pub(super) fn new(model: &Model, records: &'r Records) -> Result<Plan<'r>, LinkError> {
        Plan::with_measures(model, records, &[], usize::MAX)
    }

    /// In about `budget` bytes with the records, where these have a shelf for the rest.
    pub(super) fn with_measures(
        model: &Model,
        records: &'r Records,
        measures: &'r [&'r dyn CustomMeasure],
        budget: usize,
    ) -> Result<Plan<'r>, LinkError> {
        let shape = Shape::new(model, records, measures)?;
        let mut plan = Plan::of(&shape, records, budget);
        plan.measures = measures;
        Ok(plan)
    }

    /// Of a shape without measures of the caller's, whose columns the records have.
    pub(super) fn of(shape: &Shape, records: &'r Records, budget: usize) -> Plan<'r> {
        let mut room = budget.saturating_sub(records.bytes() + records.working_bytes());
        // what has to be in memory first, then rows, which are read most
        let mut expressions: Vec<Option<Expression>> = Vec::new();
        for reading in shape.readings.iter() {
            let known = (!reading.letters).then(|| Expression::of(reading, records, 0));
            room = room.saturating_sub(match &known {
                Some(expression) => expression.bytes(),
                None => Slots::least_bytes(records.at(reading.column)),
            });
            expressions.push(known);
        }
        let bytes = records.len() * shape.stride() * size_of::<Codes>();
        let shelf = records.shelf().filter(|_| bytes > room);
        if shelf.is_none() {
            room = room.saturating_sub(bytes);
        }
        let expressions = expressions.into_iter().zip(shape.readings.iter());
        let expressions = expressions.map(|(known, reading)| {
            known.unwrap_or_else(|| {
                let expression = Expression::of(reading, records, room);
                let least = Slots::least_bytes(records.at(reading.column));
                room = room.saturating_sub(expression.bytes().saturating_sub(least));
                expression
            })
        });
        let expressions: Vec<Expression> = expressions.collect();
        let rows = match shelf {
            None => Rows::Held(rows(records, &expressions, shape.stride())),
            Some(shelf) => Rows::Away(rows_away(records, &expressions, shape.stride(), shelf)),
        };
        Plan::with_rows(shape, records, expressions.into(), rows)
    }

    /// Of expressions that are at hand, and the rows of some of the records: their numbers are those of the rows.
    pub(super) fn laid_out(
        shape: &Shape,
        records: &'r Records,
        expressions: Cow<'r, [Expression]>,
        rows: Vec<Codes>,
    ) -> Plan<'r> {
        Plan::with_rows(shape, records, expressions, Rows::Held(rows))
    }

    fn with_rows(
        shape: &Shape,
        records: &'r Records,
        expressions: Cow<'r, [Expression]>,
        rows: Rows,
    ) -> Plan<'r> {
        let stride = shape.stride();
        let shape = shape.clone();
        Plan {
            records,
            measures: &[],
            rows,
            expressions,
            keys: shape.keys,
            rules: shape.rules,
            comparisons: shape.comparisons,
            glance: shape.glance,
            multiple: shape.multiple,
            stride,
            given: None,
        }
    }

    /// Rows there are.
    pub(super) fn len(&self) -> usize {
        match &self.rows {
            Rows::Held(rows) => rows.len() / self.stride,
            Rows::Away(_) => self.records.len(),
        }
    }

    /// Takes frequencies and rarities from counts made elsewhere; a column they lack keeps its own.
    pub(super) fn adopt(&mut self, frequencies: &'r Frequencies) {
        for expression in self.expressions.to_mut() {
            let column = self.records.at(expression.column);
            if let Some(of) = &mut expression.rarities
                && let Some((counts, known)) = frequencies.counts(column, true, 0)
            {
                *of = rarities(&counts, known);
            }
        }
        self.given = Some(frequencies);
    }

    /// The expressions whose values weigh by how often they come, and the part of them that is counted.
    pub(super) fn weighed_by_frequency(&self) -> impl Iterator<Item = (usize, Part)> + '_ {
        let levels = self.comparisons.iter().flat_map(|of| &of.frequencies);
        let terms = levels.flatten().map(|frequency| {
            let key = &self.expressions[frequency.expression].key;
            (frequency.expression, key.part)
        });
        let expressions = self.expressions.iter().enumerate();
        let rare = expressions.filter(|(_, expression)| expression.rarities.is_some());
        terms.chain(rare.map(|(at, _)| (at, Part::Elements)))
    }

    /// The row of a record.
    #[inline]
    pub(super) fn row(&self, record: u32) -> Cow<'_, [Codes]> {
        let start = record as usize * self.stride;
        match &self.rows {
            Rows::Held(rows) => Cow::Borrowed(&rows[start..start + self.stride]),
            Rows::Away(away) => {
                let mut row = Vec::with_capacity(self.stride);
                away_row(away, start, self.stride, &mut row);
                Cow::Owned(row)
            }
        }
    }

    /// Adds the row of a record to others.
    #[inline]
    pub(super) fn fetch(&self, record: u32, fetched: &mut Vec<Codes>) {
        let start = record as usize * self.stride;
        match &self.rows {
            // each by itself: a row is mostly one, and to copy it is less than a call
            Rows::Held(rows) => {
                for codes in &rows[start..start + self.stride] {
                    fetched.push(*codes);
                }
            }
            Rows::Away(away) => away_row(away, start, self.stride, fetched),
        }
    }

    /// Bytes in memory.
    pub(super) fn bytes(&self) -> usize {
        let expressions = self.expressions.iter().map(Expression::bytes);
        let rows = match &self.rows {
            Rows::Held(rows) => size_of_val(&rows[..]),
            Rows::Away(_) => 0,
        };
        rows + expressions.sum::<usize>()
    }

    pub(super) fn stride(&self) -> usize {
        self.stride
    }

    /// The code of any record's expression, 0 where it has no value; for many records.
    pub(super) fn at_random(&self, expression: usize) -> impl Fn(u32) -> u32 + '_ {
        // four bytes a record are less than a reading for each
        let known: Option<Vec<u32>> = match &self.rows {
            Rows::Held(_) => None,
            Rows::Away(_) => Some(self.codes(expression).collect()),
        };
        move |record| match &known {
            Some(codes) => codes[record as usize],
            None => code_of(&self.row(record), expression),
        }
    }

    pub(super) fn column(&self, expression: usize) -> &Column {
        self.records.at(self.expressions[expression].column)
    }

    /// The expressions on which two rows agree, as bits.
    #[inline]
    pub(super) fn agreement(&self, left: &[Codes], right: &[Codes]) -> u64 {
        let mut agree = bits_of(left, right, |l, r| (l == r) & (l != 0));
        for &at in self.multiple.iter() {
            agree |= u64::from(self.shared_element(at, left, right).is_some()) << at;
        }
        agree
    }

    /// The first element that two rows share in an expression of elements.
    pub(super) fn shared_element(
        &self,
        expression: usize,
        left: &[Codes],
        right: &[Codes],
    ) -> Option<u32> {
        let elements = self.expressions[expression].elements.as_ref()?;
        elements.shared(code_of(left, expression), code_of(right, expression))
    }

    /// The first blocking rule that makes the pairs of a pattern.
    pub(super) fn rule_of(&self, pattern: u64) -> Option<usize> {
        let agreement = agreement_of(pattern, self.comparisons.len());
        let mut rules = self.rules.iter();
        rules.position(|mask| agreement & mask == *mask)
    }

    /// All elements that two rows share in an expression of elements, ascending.
    pub(super) fn shared_elements(
        &self,
        expression: usize,
        left: &[Codes],
        right: &[Codes],
    ) -> impl Iterator<Item = u32> + '_ {
        let (left, right) = (code_of(left, expression), code_of(right, expression));
        let elements = self.expressions[expression].elements.iter();
        elements.flat_map(move |elements| elements.all_shared(left, right))
    }

    /// How many records have each value of an expression, or each element where it is about elements; and
    /// how many have any.
    pub(super) fn term_counts(&self, expression: usize) -> (Vec<u32>, u32) {
        let column = self.column(expression);
        let elements = self.expressions[expression].elements.is_some();
        let given = self.given;
        let given = given.and_then(|given| given.counts(column, elements, 0));
        match given {
            Some(counts) => counts,
            None if elements => column.element_counts(),
            None => self.counted(expression),
        }
    }

    /// How many records have each value of an expression; and how many have any.
    pub(super) fn counted(&self, expression: usize) -> (Vec<u32>, u32) {
        let mut counts = self.frequencies(expression);
        counts[0] = 0;
        let known = counts.iter().sum();
        (counts, known)
    }

    /// How many records have each code of an expression.
    fn frequencies(&self, expression: usize) -> Vec<u32> {
        let mut counts = vec![0; self.expressions[expression].size];
        self.codes(expression)
            .for_each(|code| counts[code as usize] += 1);
        counts
    }

    /// The code of each record's expression.
    pub(super) fn codes(&self, expression: usize) -> impl Iterator<Item = u32> + Clone {
        let (held, away) = match &self.rows {
            Rows::Held(rows) => (&rows[..], None),
            Rows::Away(_) => (&[][..], Some(self.column(expression).numbers())),
        };
        let held = held.chunks_exact(self.stride);
        let held = held.map(move |row| code_of(row, expression));
        let of = &self.expressions[expression];
        let away = away.into_iter().flatten().map(|value| of.code(value));
        held.chain(away)
    }
}

/// The rows of all records.
#[derive(Debug)]
enum Rows {
    Held(Vec<Codes>),
    Away(Away),
}

/// Codes of a row, at most: there are at most 64 expressions.
const WIDEST: usize = 64 / LANES;

impl Codes {
    const BYTES: usize = LANES * 4;

    fn to_bytes(self) -> [u8; Codes::BYTES] {
        let mut bytes = [0; Codes::BYTES];
        for (to, code) in bytes.as_chunks_mut::<4>().0.iter_mut().zip(self.0) {
            *to = code.to_le_bytes();
        }
        bytes
    }

    fn from_bytes(bytes: &[u8; Codes::BYTES]) -> Codes {
        let mut codes = Codes::default();
        for (code, of) in codes.0.iter_mut().zip(bytes.as_chunks::<4>().0) {
            *code = u32::from_le_bytes(*of);
        }
        codes
    }
}

/// Adds a row that is away to others.
fn away_row(away: &Away, start: usize, stride: usize, fetched: &mut Vec<Codes>) {
    let mut bytes = [0; WIDEST * Codes::BYTES];
    let bytes = &mut bytes[..stride * Codes::BYTES];
    away.read((start * Codes::BYTES) as u64, bytes);
    fetched.extend(bytes.as_chunks().0.iter().map(Codes::from_bytes));
}

/// Lays the rows of all records out on a shelf.
fn rows_away(records: &Records, expressions: &[Expression], stride: usize, shelf: &Shelf) -> Away {
    let mut away = shelf.file();
    let columns = expressions
        .iter()
        .map(|of| (of, records.at(of.column).numbers()));
    let mut columns: Vec<_> = columns.collect();
    let mut row = vec![Codes::default(); stride];
    for _ in 0..records.len() {
        for (at, (expression, values)) in columns.iter_mut().enumerate() {
            let value = values.next().unwrap_or(0);
            row[at / LANES].0[at % LANES] = expression.code(value);
        }
        row.iter().for_each(|codes| away.extend(&codes.to_bytes()));
    }
    away.finish();
    away
}

/// The expressions that two rows both know, as bits.
#[inline]
pub(super) fn both_known(left: &[Codes], right: &[Codes]) -> u64 {
    bits_of(left, right, |l, r| (l != 0) & (r != 0))
}

/// A bit for each expression whose codes pass a test.
#[inline]
fn bits_of(left: &[Codes], right: &[Codes], test: impl Fn(u32, u32) -> bool) -> u64 {
    let mut all = 0_u64;
    for (at, (l, r)) in left.iter().zip(right).enumerate() {
        let mut bits = 0_u32;
        for lane in 0..LANES {
            bits |= u32::from(test(l.0[lane], r.0[lane])) << lane;
        }
        all |= u64::from(bits) << (at * LANES);
    }
    all
}

#[inline]
pub(super) fn code_of(row: &[Codes], expression: usize) -> u32 {
    row[expression / LANES].0[expression % LANES]
}

/// A pair's levels and agreements in one number: [`LEVEL_BITS`] for each comparison, from the lowest,
/// then a bit for each key of the rules. Level 0 is the null level, 1 the first of the model.
#[inline]
pub(super) fn with_agreement(levels: u64, comparisons: usize, agreement: u64, keys: usize) -> u64 {
    let shift = comparisons as u32 * LEVEL_BITS;
    if keys == 0 || shift >= u64::BITS {
        return levels;
    }
    levels | (agreement & (u64::MAX >> (64 - keys))) << shift
}

/// Stands in a pattern for a level that has not been found out yet.
pub(super) const PENDING: u8 = (1 << LEVEL_BITS) - 1;

/// A pattern with a pending level found out.
pub(super) fn found_out(pattern: u64, comparison: usize, level: u8) -> u64 {
    pattern ^ u64::from(PENDING ^ level) << (comparison as u32 * LEVEL_BITS)
}

/// The level of a comparison in a pattern.
pub(super) fn level_of(pattern: u64, comparison: usize) -> u8 {
    (pattern >> (comparison as u32 * LEVEL_BITS) & ((1 << LEVEL_BITS) - 1)) as u8
}

/// The agreements in a pattern of `comparisons` comparisons, as bits of expressions.
pub(super) fn agreement_of(pattern: u64, comparisons: usize) -> u64 {
    pattern
        .checked_shr(comparisons as u32 * LEVEL_BITS)
        .unwrap_or(0)
}

fn rows(records: &Records, expressions: &[Expression], stride: usize) -> Vec<Codes> {
    let mut rows = vec![Codes::default(); records.len() * stride];
    for (at, expression) in expressions.iter().enumerate() {
        lay_out(&mut rows, stride, at, expression, records);
    }
    rows
}

/// Puts the codes of an expression into the rows of all records.
pub(super) fn lay_out(
    rows: &mut [Codes],
    stride: usize,
    at: usize,
    expression: &Expression,
    records: &Records,
) {
    let values = records.at(expression.column).numbers();
    for (row, value) in rows.chunks_exact_mut(stride).zip(values) {
        row[at / LANES].0[at % LANES] = expression.code(value);
    }
}

/// The row of a record.
pub(super) fn row_of<'e>(
    expressions: &'e [Expression],
    records: &'e Records,
    record: usize,
) -> impl Iterator<Item = Codes> + 'e {
    expressions.chunks(LANES).map(move |lanes| {
        let mut codes = Codes::default();
        for (code, expression) in codes.0.iter_mut().zip(lanes) {
            *code = expression.code(records.at(expression.column).codes[record]);
        }
        codes
    })
}

/// Finds or makes the expressions of keys and tests.
struct Binder<'r> {
    records: &'r Records,
    measures: &'r [&'r dyn CustomMeasure],
    readings: Vec<Reading>,
}

impl Binder<'_> {
    fn expression(&mut self, key: &Key, place: &str) -> Result<usize, LinkError> {
        let mut known = self.readings.iter();
        if let Some(at) = known.position(|known| *known.key == *key) {
            return Ok(at);
        }
        let reading = Reading::new(self.records, key, place)?;
        if self.readings.len() == 64 {
            return Err(LinkError::TooWide { bits: 65 });
        }
        self.readings.push(reading);
        Ok(self.readings.len() - 1)
    }

    fn whole(&mut self, column: &str, place: &str) -> Result<usize, LinkError> {
        let key = Key {
            column: column.to_owned(),
            part: Part::Whole,
        };
        self.expression(&key, place)
    }

    fn comparison(&mut self, comparison: &Comparison) -> Result<BoundComparison, LinkError> {
        let place = format!("comparison {:?}", comparison.name);
        let (mut columns, mut checks, mut frequencies) = (0, Vec::new(), Vec::new());
        for (at, level) in comparison.levels.iter().enumerate() {
            checks.push(self.check(&level.when, &place, &mut columns)?);
            frequencies.push(self.frequency(comparison, at, level, &place)?);
        }
        let single = (columns.count_ones() == 1).then(|| columns.trailing_zeros() as usize);
        let equal_first = single.is_some()
            && comparison
                .levels
                .first()
                .is_some_and(|level| level.when.whole_column().is_some());
        Ok(BoundComparison {
            ladder: single.and_then(|column| Ladder::of(&checks, column)),
            checks,
            columns,
            single,
            equal_first,
            frequencies,
        })
    }

    fn frequency(
        &mut self,
        comparison: &Comparison,
        at: usize,
        level: &Level,
        place: &str,
    ) -> Result<Option<Frequency>, LinkError> {
        let Some(column) = level.frequency_column().filter(|_| level.term_frequency) else {
            return Ok(None);
        };
        let elements = Key {
            column: column.to_owned(),
            part: Part::Elements,
        };
        let mut levels = comparison.levels.iter();
        let (expression, exact) = if level.when.is_equality_of(&elements) {
            (self.expression(&elements, place)?, at)
        } else {
            let exact = levels.position(|level| level.when.whole_column() == Some(column));
            let expression = self.whole(column, place)?;
            if exact != Some(at) {
                // how common a whole set is says nothing of what two sets share
                self.require(expression, |kind| kind != ColumnKind::TextSet, place)?;
            }
            (expression, exact.unwrap_or(at))
        };
        Ok(Some(Frequency {
            expression,
            exact,
            weight: level.term_frequency_weight.unwrap_or(1.0),
            minimum: level.term_frequency_minimum.unwrap_or(0.0),
        }))
    }

    fn check(&mut self, test: &Test, place: &str, columns: &mut u64) -> Result<Check, LinkError> {
        let (measure, column, bound) = match test {
            Test::Exact { column, part } => {
                *columns |= 1 << self.whole(column, place)?;
                let key = Key {
                    column: column.clone(),
                    part: *part,
                };
                return Ok(Check::Agrees(self.expression(&key, place)?));
            }
            Test::Swapped { columns: [a, b] } => {
                let (a, b) = (self.whole(a, place)?, self.whole(b, place)?);
                for at in [a, b] {
                    self.require(at, |kind| kind == ColumnKind::Text, place)?;
                    *columns |= 1 << at;
                }
                return Ok(Check::Swapped(a, b));
            }
            Test::All { of } => {
                let checks = of.iter().map(|test| self.check(test, place, columns));
                return Ok(Check::All(checks.collect::<Result<_, _>>()?));
            }
            Test::Otherwise => return Ok(Check::Otherwise),
            Test::Jaro { column, at_least } => (Measure::Jaro, column, *at_least),
            Test::JaroWinkler { column, at_least } => (Measure::JaroWinkler, column, *at_least),
            Test::Levenshtein { column, at_most } => (Measure::Levenshtein, column, *at_most),
            Test::DamerauLevenshtein { column, at_most } => {
                (Measure::DamerauLevenshtein, column, *at_most)
            }
            Test::Jaccard { column, at_least } => (Measure::Jaccard, column, *at_least),
            Test::Cosine { column, at_least } => (Measure::Cosine, column, *at_least),
            Test::RareJaccard { column, at_least } => (Measure::RareJaccard, column, *at_least),
            Test::SharedRarity { column, at_least } => (Measure::SharedRarity, column, *at_least),
            Test::Difference { column, at_most } => (Measure::Difference, column, *at_most),
            Test::Percent { column, at_most } => (Measure::Percent, column, *at_most),
            Test::Days { column, at_most } => (Measure::Days, column, *at_most),
            Test::Kilometres { column, at_most } => (Measure::Kilometres, column, *at_most),
            Test::Hamming { column, at_most } => (Measure::Hamming, column, *at_most),
            Test::Prefix { column } => (Measure::Prefix, column, 0.0),
            Test::Custom {
                measure,
                column,
                at_least,
            } => {
                let mut measures = self.measures.iter();
                let known = measures.position(|known| known.name() == measure);
                let number = known.ok_or_else(|| LinkError::NoMeasure {
                    place: place.to_owned(),
                    measure: measure.clone(),
                })?;
                (Measure::Custom(number), column, *at_least)
            }
        };
        let expression = self.whole(column, place)?;
        self.require(expression, |kind| measure.applies_to(kind), place)?;
        *columns |= 1 << expression;
        let reading = &mut self.readings[expression];
        let kind = self.records.at(reading.column).kind;
        reading.letters |= measure.reads_letters() && kind != ColumnKind::TextSet;
        reading.rarity |= measure.reads_rarity();
        Ok(Check::Measured {
            expression,
            measure,
            bound,
        })
    }

    fn require(
        &self,
        expression: usize,
        allowed: impl Fn(ColumnKind) -> bool,
        place: &str,
    ) -> Result<(), LinkError> {
        let column = self.records.at(self.readings[expression].column);
        if allowed(column.kind) {
            return Ok(());
        }
        Err(LinkError::Kind {
            place: place.to_owned(),
            column: column.name.to_string(),
            kind: column.kind,
        })
    }
}
