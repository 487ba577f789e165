//! Records as typed columns, each value kept once.
//!
//! A column is a code for each record and a dictionary that says what a code means; code 0 is "no
//! value". Equal values have equal codes, so the engine compares numbers and reads a value only
//! where two codes differ.

use std::borrow::Cow;
use std::collections::hash_map::RandomState;
use std::hash::BuildHasher;
use std::sync::Arc;

use super::error::LinkError;
use super::shelf::{Ahead, Away, Shelf};

/// What a column holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ColumnKind {
    /// Unicode text.
    Text,
    /// A finite number.
    Number,
    /// A calendar day.
    Date,
    /// A moment, in microseconds.
    Moment,
    /// A set of texts.
    TextSet,
    /// A 256-bit hash, compared by its bits.
    Hash,
    /// A place on earth, in degrees.
    Coordinates,
}

/// One value at the door.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Value<'a> {
    /// Nothing is known.
    Null,
    /// A text; the empty text is no value.
    Text(&'a str),
    /// A number; NaN and infinities are no value.
    Number(f64),
    /// Days since 1970-01-01 (see [`days_from_civil`]).
    Date(i32),
    /// Microseconds since 1970-01-01T00:00Z.
    Moment(i64),
    /// Texts in any order; doubles and empty texts count as absent, the empty set is no value.
    TextSet(&'a [&'a str]),
    /// A hash.
    Hash(&'a [u8; 32]),
    /// Latitude and longitude in degrees; what lies outside ±90 and ±180 is no value.
    Coordinates(f64, f64),
}

impl Value<'_> {
    fn kind(&self) -> Option<ColumnKind> {
        Some(match self {
            Value::Null => return None,
            Value::Text(_) => ColumnKind::Text,
            Value::Number(_) => ColumnKind::Number,
            Value::Date(_) => ColumnKind::Date,
            Value::Moment(_) => ColumnKind::Moment,
            Value::TextSet(_) => ColumnKind::TextSet,
            Value::Hash(_) => ColumnKind::Hash,
            Value::Coordinates(..) => ColumnKind::Coordinates,
        })
    }
}

/// Why records could not be built.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum RecordsError {
    /// Two columns have one name.
    #[error("two columns are called {0:?}: give each its own name")]
    DoubleColumn(String),
    /// A row has another number of values than there are columns.
    #[error("row {row} has {found} values for {expected} columns")]
    Width {
        /// The row, from 0.
        row: usize,
        /// Values given.
        found: usize,
        /// Columns there are.
        expected: usize,
    },
    /// A value is of another kind than its column.
    #[error("row {row}, column {column:?}: a {found:?} in a column of {expected:?}")]
    Kind {
        /// The row, from 0.
        row: usize,
        /// The column's name.
        column: String,
        /// Kind of the value.
        found: ColumnKind,
        /// Kind of the column.
        expected: ColumnKind,
    },
    /// More records, or more bytes of distinct values in a column, than 32 bits count.
    #[error("too much for one run: at most 2^31 records, and 4 GiB of distinct values a column")]
    TooLarge,
    /// What had no room in memory could not be kept; the builder is of no more use.
    #[error("what has no room in memory could not be kept outside it: {why}")]
    Shelf {
        /// What the place outside the memory answered.
        why: String,
    },
}

/// Builds [`Records`] row by row.
#[derive(Debug, Clone)]
pub struct RecordsBuilder {
    records: Records,
    /// Of the values of each column.
    indexes: Vec<Index>,
    /// Bytes from which on records go to their shelf.
    most: usize,
}

impl RecordsBuilder {
    /// A builder for columns of the given names and kinds.
    ///
    /// # Errors
    /// [`RecordsError::DoubleColumn`].
    pub fn new(columns: &[(&str, ColumnKind)]) -> Result<Self, RecordsError> {
        for (at, (name, _)) in columns.iter().enumerate() {
            if columns[..at].iter().any(|(other, _)| other == name) {
                return Err(RecordsError::DoubleColumn((*name).to_owned()));
            }
        }
        Ok(RecordsBuilder {
            records: Records {
                columns: columns
                    .iter()
                    .map(|(name, kind)| Column::new(name, *kind))
                    .collect(),
                sources: Vec::new(),
                shelf: None,
            },
            indexes: columns.iter().map(|_| Index::default()).collect(),
            most: usize::MAX,
        })
    }

    /// Has codes and texts go to a shelf once the records take more than a third of `budget` bytes: the rest is for
    /// what is read of them. Changes no result. Clones share the shelf's files: only one of them may be added to.
    #[must_use]
    pub fn with_shelf(mut self, shelf: Shelf, budget: usize) -> Self {
        self.records.shelf = Some(shelf);
        self.most = budget / SHARE;
        self
    }

    /// Adds a record of data set `source`. Records are numbered from 0 in the order they are added.
    ///
    /// # Errors
    /// [`RecordsError::Width`], [`RecordsError::Kind`], [`RecordsError::TooLarge`] and [`RecordsError::Shelf`]; the
    /// record is then not added.
    pub fn push(&mut self, source: u16, values: &[Value<'_>]) -> Result<(), RecordsError> {
        self.set(self.records.len(), source, values)
    }

    /// Puts a record in the place of another, or after the last. The values of the other stay known until their
    /// column is [tidied](RecordsBuilder::tidy).
    ///
    /// # Errors
    /// Those of [`RecordsBuilder::push`]; the record is then as it was.
    pub(super) fn set(
        &mut self,
        row: usize,
        source: u16,
        values: &[Value<'_>],
    ) -> Result<(), RecordsError> {
        self.check(row, values)?;
        let Records {
            columns, sources, ..
        } = &mut self.records;
        for ((column, index), value) in columns.iter_mut().zip(&mut self.indexes).zip(values) {
            let code = column.intern(index, value);
            match (&mut column.codes_away, column.codes.get_mut(row)) {
                (Some(away), _) => away.extend(&code.to_le_bytes()),
                (None, Some(place)) => *place = code,
                (None, None) => column.codes.push(code),
            }
        }
        match sources.get_mut(row) {
            Some(place) => *place = source,
            None => sources.push(source),
        }
        if row.is_multiple_of(LOOKED_AT) {
            self.shelve();
        }
        Ok(())
    }

    /// Takes to the shelf what there is no room for.
    fn shelve(&mut self) {
        let records = &mut self.records;
        let Some(shelf) = &records.shelf else { return };
        let away = records
            .columns
            .iter()
            .any(|column| column.codes_away.is_some());
        if !away && records.bytes() <= self.most {
            return;
        }
        for column in &mut records.columns {
            column.shelve(shelf);
        }
    }

    /// Numbers the values of a column anew, those that no record has any more left out.
    pub(super) fn tidy(&mut self, column: usize) {
        let old = &mut self.records.columns[column];
        let (mut new, mut index) = (Column::new(&old.name, old.kind), Index::default());
        // by the old code, the new one of each value that was met
        let mut renumbered = vec![0; old.values.len()];
        let mut codes = std::mem::take(&mut old.codes);
        for code in codes.iter_mut().filter(|code| **code != 0) {
            let known = &mut renumbered[*code as usize];
            if *known == 0 {
                *known = new.adopt(&mut index, old, *code);
            }
            *code = *known;
        }
        new.codes = codes;
        *old = new;
        self.indexes[column] = index;
    }

    /// The records as they are now.
    pub(super) fn records(&self) -> &Records {
        &self.records
    }

    pub(super) fn check(&self, row: usize, values: &[Value<'_>]) -> Result<(), RecordsError> {
        // before a value is looked for among zeros
        if let Some(why) = self.records.failure() {
            let why = why.to_owned();
            return Err(RecordsError::Shelf { why });
        }
        let columns = &self.records.columns;
        if values.len() != columns.len() {
            return Err(RecordsError::Width {
                row,
                found: values.len(),
                expected: columns.len(),
            });
        }
        for (column, value) in columns.iter().zip(values) {
            if let Some(found) = value.kind()
                && found != column.kind
            {
                return Err(RecordsError::Kind {
                    row,
                    column: column.name.to_string(),
                    found,
                    expected: column.kind,
                });
            }
            let added = match value {
                Value::Text(text) => text.len(),
                Value::TextSet(texts) => texts.iter().map(|text| text.len() + 4).sum(),
                _ => 32,
            };
            let known = column.values.size().max(column.elements.size());
            if row >= 1 << 31 || known + added > u32::MAX as usize {
                return Err(RecordsError::TooLarge);
            }
        }
        Ok(())
    }

    /// The records, for good.
    pub fn finish(mut self) -> Records {
        self.shelve();
        let mut records = self.records;
        records.columns.iter_mut().for_each(Column::finish);
        records
    }
}

/// Records in columns. Built by [`RecordsBuilder`].
#[derive(Debug, Clone)]
pub struct Records {
    columns: Vec<Column>,
    sources: Vec<u16>,
    /// Where there is one, for what has no room.
    shelf: Option<Shelf>,
}

/// Records that come between two looks at how much room they take.
const LOOKED_AT: usize = 1 << 10;
/// Bytes a record that a process takes beside what is counted, as measured on a million persons.
const WORKING: usize = 128;
/// Bytes of texts of a column that stay in memory, since names that most records share are looked up for each.
const FEW_TEXTS: usize = 1 << 16;
/// The part of the memory that records may have before they go to their shelf: their codes are read one after the
/// other, and what is read of them lies there at random.
const SHARE: usize = 3;

impl Records {
    /// How many records there are.
    pub fn len(&self) -> usize {
        self.sources.len()
    }

    /// Whether there is no record.
    pub fn is_empty(&self) -> bool {
        self.sources.is_empty()
    }

    /// Bytes in memory.
    pub(super) fn bytes(&self) -> usize {
        let of = |column: &Column| {
            let values = [&column.values, &column.elements];
            let held = values.map(|held| held.held_bytes() + size_of_val(&held.ends[..]));
            size_of_val(&column.codes[..]) + held.iter().sum::<usize>()
        };
        let columns: usize = self.columns.iter().map(of).sum();
        columns + size_of_val(&self.sources[..])
    }

    /// About what a run takes while it works, beside what stays: groups while they are made, pairs drawn of them, clusters.
    pub(super) fn working_bytes(&self) -> usize {
        self.len() * WORKING
    }

    /// Least budget in which these records and `rest` bytes of what is read of them have room, whether or not they
    /// are on their shelf with it.
    pub(super) fn least(&self, rest: usize) -> usize {
        let least = self.bytes() + rest;
        match self.shelf {
            Some(_) => least.max((rest * SHARE).div_ceil(SHARE - 1)),
            None => least,
        }
    }

    /// Where what has no room goes.
    pub(super) fn shelf(&self) -> Option<&Shelf> {
        self.shelf.as_ref()
    }

    /// Refuses what was found out of records that could not be kept.
    pub(super) fn intact(&self) -> Result<(), LinkError> {
        match self.failure() {
            Some(why) => Err(LinkError::Shelf {
                why: why.to_owned(),
            }),
            None => Ok(()),
        }
    }

    fn failure(&self) -> Option<&str> {
        self.shelf.as_ref().and_then(Shelf::failure)
    }

    pub(super) fn column(&self, name: &str) -> Option<(usize, &Column)> {
        let at = self
            .columns
            .iter()
            .position(|column| &*column.name == name)?;
        Some((at, &self.columns[at]))
    }

    /// Columns there are.
    pub(super) fn width(&self) -> usize {
        self.columns.len()
    }

    pub(super) fn at(&self, column: usize) -> &Column {
        &self.columns[column]
    }

    pub(super) fn sources(&self) -> &[u16] {
        &self.sources
    }
}

/// One column: a code for each record, and what the codes mean.
#[derive(Debug, Clone)]
pub(super) struct Column {
    /// Shared, since an index makes the columns of a few records again and again.
    pub(super) name: Arc<str>,
    pub(super) kind: ColumnKind,
    /// Of each record; none where they are away.
    pub(super) codes: Vec<u32>,
    codes_away: Option<Away>,
    pub(super) values: Dictionary,
    /// Texts of the sets' elements; a set's value is the ascending list of their codes.
    pub(super) elements: Dictionary,
    element_index: Index,
}

impl Column {
    fn new(name: &str, kind: ColumnKind) -> Self {
        Column {
            name: name.into(),
            kind,
            codes: Vec::new(),
            codes_away: None,
            values: match kind {
                ColumnKind::Text => Dictionary::of_texts(),
                _ => Dictionary::default(),
            },
            elements: Dictionary::of_texts(),
            element_index: Index::default(),
        }
    }

    fn finish(&mut self) {
        /// Records whose columns are worth a copy without what was reserved for more.
        const MANY: usize = 1 << 10;
        if self.codes.len() >= MANY {
            self.codes.shrink_to_fit();
            self.values.shrink_to_fit();
            self.elements.shrink_to_fit();
        }
        if let Some(away) = &mut self.codes_away {
            away.finish();
        }
        if let Values::Away(away) = &mut self.values.values {
            away.finish();
        }
        self.element_index = Index::default();
    }

    /// Takes the codes to a shelf, and texts that are more than a few. What other kinds of columns hold stays: it is
    /// short, and read in place.
    fn shelve(&mut self, shelf: &Shelf) {
        if self.codes_away.is_none() {
            let mut away = shelf.file();
            for code in std::mem::take(&mut self.codes) {
                away.extend(&code.to_le_bytes());
            }
            self.codes_away = Some(away);
        }
        if let Values::Texts(texts) = &mut self.values.values
            && texts.len() > FEW_TEXTS
        {
            let mut away = shelf.file();
            away.extend(std::mem::take(texts).as_bytes());
            self.values.values = Values::Away(away);
        }
    }

    /// The code of each record.
    pub(super) fn numbers(&self) -> Numbers<'_> {
        match &self.codes_away {
            None => Numbers::Held(self.codes.iter()),
            Some(away) => Numbers::Away(away.ahead(), (away.len() / 4) as usize),
        }
    }

    fn intern(&mut self, index: &mut Index, value: &Value<'_>) -> u32 {
        match *value {
            Value::Null | Value::Text("") => 0,
            Value::Text(text) => index.code(&mut self.values, text.as_bytes()),
            Value::Number(number) if !number.is_finite() => 0,
            // -0.0 and 0.0 are one number
            Value::Number(number) => index.code(&mut self.values, &(number + 0.0).to_le_bytes()),
            Value::Date(days) => index.code(&mut self.values, &days.to_le_bytes()),
            Value::Moment(micros) => index.code(&mut self.values, &micros.to_le_bytes()),
            Value::Hash(hash) => index.code(&mut self.values, hash),
            Value::Coordinates(lat, lon) => {
                if !(-90.0..=90.0).contains(&lat) || !(-180.0..=180.0).contains(&lon) {
                    return 0;
                }
                let mut bytes = [0; 16];
                bytes[..8].copy_from_slice(&lat.to_le_bytes());
                bytes[8..].copy_from_slice(&lon.to_le_bytes());
                index.code(&mut self.values, &bytes)
            }
            Value::TextSet(texts) => self.intern_set(index, texts.iter().copied()),
        }
    }

    fn intern_set<'t>(&mut self, index: &mut Index, texts: impl Iterator<Item = &'t str>) -> u32 {
        let mut codes: Vec<u32> = texts
            .filter(|text| !text.is_empty())
            .map(|text| self.element_index.code(&mut self.elements, text.as_bytes()))
            .collect();
        codes.sort_unstable();
        codes.dedup();
        if codes.is_empty() {
            return 0;
        }
        let bytes: Vec<u8> = codes.iter().flat_map(|code| code.to_le_bytes()).collect();
        index.code(&mut self.values, &bytes)
    }

    /// The code here of a value of another column.
    fn adopt(&mut self, index: &mut Index, from: &Column, code: u32) -> u32 {
        match self.kind {
            ColumnKind::TextSet => {
                let texts = from.set(code).into_iter();
                self.intern_set(index, texts.map(|element| from.element(element)))
            }
            // an index has no shelf
            _ => index.code(&mut self.values, from.values.get(code)),
        }
    }

    /// The text of a code; of a date its ISO form, written into `buffer`.
    pub(super) fn text<'a>(&'a self, code: u32, buffer: &'a mut String) -> &'a str {
        match self.kind {
            ColumnKind::Text => self.values.text(code, buffer),
            ColumnKind::Date => {
                use std::fmt::Write as _;
                let (year, month, day) = civil_from_days(self.date(code));
                buffer.clear();
                // writing to a String cannot fail
                let _ = write!(buffer, "{year:04}-{month:02}-{day:02}");
                buffer
            }
            _ => "",
        }
    }

    /// The text of an element of a set.
    pub(super) fn element(&self, code: u32) -> &str {
        self.elements.held_text(code)
    }

    /// How many records hold each element of a set column, by the element's code; and how many records
    /// have a set.
    pub(super) fn element_counts(&self) -> (Vec<u32>, u32) {
        let mut records_of = vec![0_u32; self.values.len()];
        self.numbers()
            .for_each(|code| records_of[code as usize] += 1);
        let mut counts = vec![0; self.elements.len()];
        for (code, records) in (0_u32..).zip(&records_of).skip(1) {
            for element in self.set(code) {
                counts[element as usize] += records;
            }
        }
        (counts, records_of.iter().skip(1).sum())
    }

    /// A value's bytes, which do not depend on the column's other values: of a set the lengths and texts
    /// of its elements, sorted.
    pub(super) fn canonical(&self, code: u32) -> Cow<'_, [u8]> {
        match self.kind {
            ColumnKind::TextSet => {
                let set = self.set(code);
                let mut texts: Vec<&str> = set.iter().map(|code| self.element(*code)).collect();
                texts.sort_unstable();
                let mut bytes = Vec::new();
                for text in texts {
                    bytes.extend_from_slice(&(text.len() as u32).to_le_bytes());
                    bytes.extend_from_slice(text.as_bytes());
                }
                Cow::Owned(bytes)
            }
            ColumnKind::Text if self.values.is_away() => {
                let mut text = String::new();
                self.values.text(code, &mut text);
                Cow::Owned(text.into_bytes())
            }
            _ => Cow::Borrowed(self.values.get(code)),
        }
    }

    pub(super) fn number(&self, code: u32) -> f64 {
        f64::from_le_bytes(fixed(self.values.get(code), 0))
    }

    pub(super) fn date(&self, code: u32) -> i32 {
        i32::from_le_bytes(fixed(self.values.get(code), 0))
    }

    pub(super) fn moment(&self, code: u32) -> i64 {
        i64::from_le_bytes(fixed(self.values.get(code), 0))
    }

    pub(super) fn hash(&self, code: u32) -> [u8; 32] {
        fixed(self.values.get(code), 0)
    }

    pub(super) fn coordinates(&self, code: u32) -> (f64, f64) {
        let bytes = self.values.get(code);
        (
            f64::from_le_bytes(fixed(bytes, 0)),
            f64::from_le_bytes(fixed(bytes, 8)),
        )
    }

    /// Codes of a set's elements, ascending.
    pub(super) fn set(&self, code: u32) -> Vec<u32> {
        let bytes = self.values.get(code);
        (0..bytes.len() / 4)
            .map(|at| u32::from_le_bytes(fixed(bytes, at * 4)))
            .collect()
    }
}

/// The code of each record, one after the other.
#[derive(Debug, Clone)]
pub(super) enum Numbers<'c> {
    Held(std::slice::Iter<'c, u32>),
    /// With how many there are to come.
    Away(Ahead<'c>, usize),
}

impl Iterator for Numbers<'_> {
    type Item = u32;

    #[inline]
    fn next(&mut self) -> Option<u32> {
        match self {
            Numbers::Held(codes) => codes.next().copied(),
            Numbers::Away(ahead, left) => {
                *left = left.checked_sub(1)?;
                Some(u32::from_le_bytes(fixed(ahead.take(4), 0)))
            }
        }
    }
}

/// The `N` bytes at `from`; zeros where a value is shorter, which its kind excludes.
fn fixed<const N: usize>(bytes: &[u8], from: usize) -> [u8; N] {
    bytes
        .get(from..from + N)
        .and_then(|slice| slice.try_into().ok())
        .unwrap_or([0; N])
}

/// Short ASCII texts of a column in slots of one size: a value is in one line of the cache, where a
/// dictionary takes two or three.
#[derive(Debug, Clone)]
pub(super) struct Slots {
    bytes: Vec<u8>,
    /// The slots, where they have no room in memory.
    away: Option<Away>,
    size: usize,
    bags: Vec<Bag>,
}

impl Slots {
    /// Marks a slot whose text is longer, or not ASCII.
    const ELSEWHERE: u8 = u8::MAX;

    /// Of the values that a column has, in slots that fit most of them; in memory where they take at most `room`
    /// bytes, or there is no shelf.
    pub(super) fn new(column: &Column, room: usize, shelf: Option<&Shelf>) -> Slots {
        let count = column.values.len() as u32;
        let mut buffer = String::new();
        let long = (0..count).filter(|code| column.text(*code, &mut buffer).len() >= SHORT);
        let size = if long.count() * 10 > count as usize {
            LONG
        } else {
            SHORT
        };
        let away = shelf.filter(|_| count as usize * size > room);
        let held = if away.is_some() {
            0
        } else {
            count as usize * size
        };
        let mut slots = Slots {
            bytes: Vec::with_capacity(held),
            away: away.map(Shelf::file),
            size,
            bags: Vec::with_capacity(count as usize),
        };
        slots.grow(column);
        if let Some(away) = &mut slots.away {
            away.finish();
        }
        slots
    }

    /// Of a column that has no values yet.
    pub(super) fn for_any() -> Slots {
        Slots {
            bytes: Vec::new(),
            away: None,
            size: LONG,
            bags: Vec::new(),
        }
    }

    /// Takes in the values that the column has got since.
    pub(super) fn grow(&mut self, column: &Column) {
        let mut buffer = String::new();
        for code in self.bags.len()..column.values.len() {
            let text = column.text(code as u32, &mut buffer);
            let mut room = [0; LONG];
            let slot = &mut room[..self.size];
            if text.len() < self.size && text.is_ascii() {
                slot[..text.len()].copy_from_slice(text.as_bytes());
                slot[self.size - 1] = text.len() as u8;
            } else {
                slot[self.size - 1] = Slots::ELSEWHERE;
            }
            match &mut self.away {
                Some(away) => away.extend(slot),
                None => self.bytes.extend_from_slice(slot),
            }
            self.bags.push(Bag::new(text));
        }
    }

    /// Bytes in memory.
    pub(super) fn bytes(&self) -> usize {
        self.bytes.len() + size_of_val(&self.bags[..])
    }

    /// Bytes in memory of the slots of a column, wherever they are.
    pub(super) fn least_bytes(column: &Column) -> usize {
        column.values.len() * size_of::<Bag>()
    }

    #[inline]
    pub(super) fn bag(&self, code: u32) -> Bag {
        self.bags[code as usize]
    }

    /// A text that is short and ASCII; one that is away is read into `room`.
    #[inline]
    pub(super) fn get<'s>(&'s self, code: u32, room: &'s mut [u8; LONG]) -> Option<&'s [u8]> {
        let Some(away) = &self.away else {
            return Slots::text(self.slot(code));
        };
        let room = &mut room[..self.size];
        away.read(code as u64 * self.size as u64, room);
        Slots::text(room)
    }

    /// Adds a code's slot to others, so that the processor waits for many at once; see [`Slots::fetched`].
    #[inline]
    pub(super) fn fetch(&self, code: u32, slots: &mut Vec<u8>) {
        if let Some(away) = &self.away {
            let end = slots.len();
            slots.resize(end + self.size, 0);
            away.read(code as u64 * self.size as u64, &mut slots[end..]);
            return;
        }
        let slot = self.slot(code);
        // of a size that is known, so that copying it is no call
        for half in slot.as_chunks::<SHORT>().0 {
            slots.extend_from_slice(half);
        }
    }

    /// The texts of slots fetched two by two, where both are short and ASCII.
    pub(super) fn fetched<'s>(
        &self,
        slots: &'s [u8],
    ) -> impl Iterator<Item = Option<(&'s [u8], &'s [u8])>> {
        let couples = slots.chunks_exact(2 * self.size);
        couples.map(|couple| {
            let (a, b) = couple.split_at(couple.len() / 2);
            Slots::text(a).zip(Slots::text(b))
        })
    }

    #[inline]
    fn slot(&self, code: u32) -> &[u8] {
        let start = code as usize * self.size;
        &self.bytes[start..start + self.size]
    }

    #[inline]
    fn text(slot: &[u8]) -> Option<&[u8]> {
        let (length, text) = slot.split_last()?;
        text.get(..usize::from(*length))
    }
}

/// Which characters a short text has, each once or more than once, and its length.
///
/// What two bags have in common bounds what a measure of the texts can be (bag distance, Bartolini, Ciaccia and
/// Patella 2002) and costs a tenth of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Bag(u64);

impl Bag {
    /// Characters are told apart by their remainder: that two have the same makes the bound weaker, not wrong.
    const CLASSES: u8 = 29;
    const LENGTH: u32 = 58;
    /// Of a text that is too long, or not ASCII.
    const UNKNOWN: Bag = Bag(u64::MAX);

    fn new(text: &str) -> Bag {
        if text.len() as u64 >= u64::MAX >> Bag::LENGTH || !text.is_ascii() {
            return Bag::UNKNOWN;
        }
        let mut bits = 0_u64;
        for byte in text.bytes() {
            let once = 1 << (byte % Bag::CLASSES * 2);
            bits |= if bits & once == 0 { once } else { once << 1 };
        }
        Bag(bits | (text.len() as u64) << Bag::LENGTH)
    }

    /// The lengths of two texts and the most characters that they can have in common; `None` where one is not known.
    #[inline]
    pub(super) fn common(self, other: Bag) -> Option<[u32; 3]> {
        if self == Bag::UNKNOWN || other == Bag::UNKNOWN {
            return None;
        }
        let [a, b] = [self, other].map(|bag| (bag.0 >> Bag::LENGTH) as u32);
        let without = |a: Bag, b: Bag| ((a.0 & !b.0) << (64 - Bag::LENGTH)).count_ones();
        let common = (a - without(self, other)).min(b - without(other, self));
        Some([a, b, common])
    }
}

/// Sizes of slots: the length of the text is in the last byte.
const SHORT: usize = 16;
pub(super) const LONG: usize = 2 * SHORT;

/// Distinct values, end to end. Code 0 is the empty value.
#[derive(Debug, Clone, Default)]
pub(super) struct Dictionary {
    values: Values,
    /// Where each value ends, from that of code 1.
    ends: Vec<u32>,
}

#[derive(Debug, Clone)]
enum Values {
    Bytes(Vec<u8>),
    /// Known to be text, so that none is looked at again.
    Texts(String),
    /// Texts outside the memory.
    Away(Away),
}

impl Default for Values {
    fn default() -> Self {
        Values::Bytes(Vec::new())
    }
}

impl Dictionary {
    fn of_texts() -> Dictionary {
        Dictionary {
            values: Values::Texts(String::new()),
            ends: Vec::new(),
        }
    }

    /// Codes there are, with 0.
    pub(super) fn len(&self) -> usize {
        self.ends.len() + 1
    }

    /// The value of a code, where values are in memory.
    #[inline]
    pub(super) fn get(&self, code: u32) -> &[u8] {
        self.held().get(self.range(code)).unwrap_or_default()
    }

    /// The text of a code, of a dictionary of texts; one that is away is read into the buffer.
    #[inline]
    fn text<'a>(&'a self, code: u32, buffer: &'a mut String) -> &'a str {
        match &self.values {
            Values::Away(away) => {
                let range = self.range(code);
                let mut bytes = std::mem::take(buffer).into_bytes();
                bytes.resize(range.len(), 0);
                away.read(range.start as u64, &mut bytes);
                // zeros, which are read where the shelf failed, are text too
                *buffer = String::from_utf8(bytes).unwrap_or_default();
                buffer
            }
            _ => self.held_text(code),
        }
    }

    #[inline]
    fn held_text(&self, code: u32) -> &str {
        match &self.values {
            Values::Texts(texts) => texts.get(self.range(code)).unwrap_or(""),
            Values::Bytes(_) | Values::Away(_) => "",
        }
    }

    #[inline]
    fn held(&self) -> &[u8] {
        match &self.values {
            Values::Bytes(bytes) => bytes,
            Values::Texts(texts) => texts.as_bytes(),
            Values::Away(_) => &[],
        }
    }

    fn is_away(&self) -> bool {
        matches!(self.values, Values::Away(_))
    }

    /// Bytes of all values.
    fn size(&self) -> usize {
        self.ends.last().map_or(0, |end| *end as usize)
    }

    /// Bytes of the values that are in memory.
    fn held_bytes(&self) -> usize {
        self.held().len()
    }

    /// Whether a code's value is this one.
    #[inline]
    fn is(&self, code: u32, value: &[u8], buffer: &mut Vec<u8>) -> bool {
        let Values::Away(away) = &self.values else {
            return self.get(code) == value;
        };
        let range = self.range(code);
        if range.len() != value.len() {
            return false;
        }
        buffer.resize(range.len(), 0);
        away.read(range.start as u64, buffer);
        buffer == value
    }

    /// Every value, in the order of the codes from 1; only the first ones where their shelf fails.
    fn for_each(&self, mut each: impl FnMut(&[u8])) {
        let codes = 1..self.len() as u32;
        match &self.values {
            Values::Away(away) => {
                let mut ahead = away.ahead();
                for code in codes {
                    let value = ahead.take(self.range(code).len());
                    if away.failed() {
                        return;
                    }
                    each(value);
                }
            }
            _ => codes.for_each(|code| each(self.get(code))),
        }
    }

    fn range(&self, code: u32) -> std::ops::Range<usize> {
        let end = |code: u32| match code.checked_sub(1) {
            Some(before) => self.ends[before as usize] as usize,
            None => 0,
        };
        end(code.saturating_sub(1))..end(code)
    }

    fn add(&mut self, value: &[u8]) -> u32 {
        match &mut self.values {
            Values::Bytes(bytes) => bytes.extend_from_slice(value),
            // only texts are given to a dictionary of texts
            Values::Texts(texts) => texts.push_str(std::str::from_utf8(value).unwrap_or_default()),
            Values::Away(away) => away.extend(value),
        }
        self.ends.push((self.size() + value.len()) as u32);
        self.ends.len() as u32
    }

    fn shrink_to_fit(&mut self) {
        match &mut self.values {
            Values::Bytes(bytes) => bytes.shrink_to_fit(),
            Values::Texts(texts) => texts.shrink_to_fit(),
            Values::Away(_) => {}
        }
        self.ends.shrink_to_fit();
    }
}

/// Finds a value's code: open addressing over codes, so that no value is held twice.
///
/// Hashed with a key of the process, since values come from outside; what the codes are depends on
/// the order of the records alone.
#[derive(Debug, Clone, Default)]
pub(super) struct Index {
    slots: Vec<u32>,
    hasher: RandomState,
    /// For a value that is away.
    buffer: Vec<u8>,
}

/// Values that are looked through one by one: a table of so few costs more.
const FEW: usize = 8;

impl Index {
    pub(super) fn code(&mut self, dictionary: &mut Dictionary, value: &[u8]) -> u32 {
        if value.is_empty() {
            return 0;
        }
        if self.slots.is_empty() && dictionary.len() <= FEW {
            let mut codes = 1..dictionary.len() as u32;
            let known = codes.find(|code| dictionary.is(*code, value, &mut self.buffer));
            return known.unwrap_or_else(|| dictionary.add(value));
        }
        if dictionary.len() * 2 > self.slots.len() {
            self.grow(dictionary);
        }
        let mask = self.slots.len() - 1;
        let mut slot = self.hasher.hash_one(value) as usize & mask;
        loop {
            match self.slots[slot] {
                0 => {
                    let code = dictionary.add(value);
                    self.slots[slot] = code;
                    return code;
                }
                code if dictionary.is(code, value, &mut self.buffer) => return code,
                _ => slot = (slot + 1) & mask,
            }
        }
    }

    fn grow(&mut self, dictionary: &Dictionary) {
        let size = (self.slots.len() * 2).max(64);
        let mut slots = vec![0; size];
        let mut codes = 1..;
        dictionary.for_each(|value| {
            let mut slot = self.hasher.hash_one(value) as usize & (size - 1);
            while slots[slot] != 0 {
                slot = (slot + 1) & (size - 1);
            }
            slots[slot] = codes.next().unwrap_or(0);
        });
        self.slots = slots;
    }
}

/// Days from 1970-01-01 to a day of the Gregorian calendar; `None` where there is no such day
/// (years 1 to 9999).
///
/// ```
/// use linkage::batch::days_from_civil;
/// assert_eq!(days_from_civil(1970, 1, 2), Some(1));
/// assert_eq!(days_from_civil(1999, 2, 29), None);
/// ```
pub fn days_from_civil(year: i32, month: u32, day: u32) -> Option<i32> {
    if !(1..=9999).contains(&year) || !(1..=12).contains(&month) {
        return None;
    }
    let leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    let length = match month {
        2 => 28 + u32::from(leap),
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    };
    if !(1..=length).contains(&day) {
        return None;
    }
    // Hinnant, "chrono-compatible low-level date algorithms": years begin in March
    let (month, day) = (month as i32, day as i32);
    let year = if month <= 2 { year - 1 } else { year };
    let era = year.div_euclid(400);
    let of_era = year.rem_euclid(400);
    let of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    Some(era * 146_097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719_468)
}

/// Year, month and day of a number of days from 1970-01-01 (Hinnant, as above).
pub(super) fn civil_from_days(days: i32) -> (i64, i64, i64) {
    let days = i64::from(days) + 719_468;
    let era = days.div_euclid(146_097);
    let of_era = days.rem_euclid(146_097);
    let years = (of_era - of_era / 1460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * years + years / 4 - years / 100);
    let shifted = (5 * of_year + 2) / 153;
    let day = of_year - (153 * shifted + 2) / 5 + 1;
    let month = if shifted < 10 {
        shifted + 3
    } else {
        shifted - 9
    };
    let year = years + era * 400 + i64::from(month <= 2);
    (year, month, day)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn equal_values_have_equal_codes_and_no_value_has_none() {
        let mut builder =
            RecordsBuilder::new(&[("a", ColumnKind::Text), ("b", ColumnKind::Number)]).unwrap();
        for (text, number) in [("x", 0.0), ("", f64::NAN), ("y", 1.0), ("x", -0.0)] {
            builder
                .push(0, &[Value::Text(text), Value::Number(number)])
                .unwrap();
        }
        let records = builder.finish();
        assert_eq!(records.at(0).codes, [1, 0, 2, 1]);
        assert_eq!(records.at(1).codes, [1, 0, 2, 1]);
        assert_eq!(records.at(1).number(2), 1.0);
    }

    #[test]
    fn sets_are_the_same_in_any_order() {
        let mut builder = RecordsBuilder::new(&[("s", ColumnKind::TextSet)]).unwrap();
        for set in [&["a", "b"][..], &["b", "a", "b"], &["b"], &[""]] {
            builder.push(0, &[Value::TextSet(set)]).unwrap();
        }
        let records = builder.finish();
        assert_eq!(records.at(0).codes, [1, 1, 2, 0]);
        assert_eq!(records.at(0).set(1), [1, 2]);
    }

    #[test]
    fn a_value_of_another_kind_is_refused_and_adds_nothing() {
        let mut builder = RecordsBuilder::new(&[("a", ColumnKind::Text)]).unwrap();
        let refused = builder.push(0, &[Value::Number(1.0)]);
        assert!(matches!(refused, Err(RecordsError::Kind { row: 0, .. })));
        assert!(matches!(
            builder.push(0, &[]),
            Err(RecordsError::Width { .. })
        ));
        assert!(builder.finish().is_empty());
        let double = RecordsBuilder::new(&[("a", ColumnKind::Text), ("a", ColumnKind::Text)]);
        assert_eq!(
            double.err(),
            Some(RecordsError::DoubleColumn("a".to_owned()))
        );
    }

    proptest! {
        #[test]
        fn days_go_there_and_back(year in 1..=9999_i32, month in 1..=12_u32, day in 1..=31_u32) {
            if let Some(days) = days_from_civil(year, month, day) {
                prop_assert_eq!(
                    civil_from_days(days),
                    (i64::from(year), i64::from(month), i64::from(day))
                );
            }
        }

        #[test]
        fn the_index_finds_what_it_gave(texts in prop::collection::vec("[ab]{0,6}", 0..300)) {
            let (mut index, mut dictionary) = (Index::default(), Dictionary::default());
            let codes: Vec<u32> = texts
                .iter()
                .map(|text| index.code(&mut dictionary, text.as_bytes()))
                .collect();
            for (text, code) in texts.iter().zip(codes) {
                prop_assert_eq!(dictionary.get(code), text.as_bytes());
                prop_assert_eq!(index.code(&mut dictionary, text.as_bytes()), code);
            }
        }
    }
}
