//! Records as typed columns, each value kept once.
//!
//! A column is a code for each record and a dictionary that says what a code means; code 0 is "no
//! value". Equal values have equal codes, so the engine compares numbers and reads a value only
//! where two codes differ.

use std::borrow::Cow;
use std::collections::hash_map::RandomState;
use std::hash::BuildHasher;
use std::sync::Arc;

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
}

/// Builds [`Records`] row by row.
#[derive(Debug, Clone)]
pub struct RecordsBuilder {
    records: Records,
    /// Of the values of each column.
    indexes: Vec<Index>,
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
            },
            indexes: columns.iter().map(|_| Index::default()).collect(),
        })
    }

    /// Adds a record of data set `source`. Records are numbered from 0 in the order they are added.
    ///
    /// # Errors
    /// [`RecordsError::Width`], [`RecordsError::Kind`] and [`RecordsError::TooLarge`]; the record is
    /// then not added.
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
        let Records { columns, sources } = &mut self.records;
        for ((column, index), value) in columns.iter_mut().zip(&mut self.indexes).zip(values) {
            let code = column.intern(index, value);
            match column.codes.get_mut(row) {
                Some(place) => *place = code,
                None => column.codes.push(code),
            }
        }
        match sources.get_mut(row) {
            Some(place) => *place = source,
            None => sources.push(source),
        }
        Ok(())
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
            let held = column.values.bytes().len();
            let held = held.max(column.elements.bytes().len());
            if row >= 1 << 31 || held + added > u32::MAX as usize {
                return Err(RecordsError::TooLarge);
            }
        }
        Ok(())
    }

    /// The records, for good.
    pub fn finish(self) -> Records {
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
}

impl Records {
    /// How many records there are.
    pub fn len(&self) -> usize {
        self.sources.len()
    }

    /// Whether there is no record.
    pub fn is_empty(&self) -> bool {
        self.sources.is_empty()
    }

    pub(super) fn bytes(&self) -> usize {
        let of = |column: &Column| {
            let values = [&column.values, &column.elements];
            let held = values.map(|held| held.bytes().len() + size_of_val(&held.ends[..]));
            size_of_val(&column.codes[..]) + held.iter().sum::<usize>()
        };
        self.columns.iter().map(of).sum()
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
    pub(super) codes: Vec<u32>,
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
        self.element_index = Index::default();
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
            _ => index.code(&mut self.values, from.values.get(code)),
        }
    }

    /// The text of a code; of a date its ISO form, written into `buffer`.
    pub(super) fn text<'a>(&'a self, code: u32, buffer: &'a mut String) -> &'a str {
        match self.kind {
            ColumnKind::Text => self.values.text(code),
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
        self.elements.text(code)
    }

    /// How many records hold each element of a set column, by the element's code; and how many records
    /// have a set.
    pub(super) fn element_counts(&self) -> (Vec<u32>, u32) {
        let mut records_of = vec![0_u32; self.values.len()];
        self.codes
            .iter()
            .for_each(|code| records_of[*code as usize] += 1);
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
    size: usize,
    bags: Vec<Bag>,
}

impl Slots {
    /// Marks a slot whose text is longer, or not ASCII.
    const ELSEWHERE: u8 = u8::MAX;

    /// Of the values that a column has, in slots that fit most of them.
    pub(super) fn new(column: &Column) -> Slots {
        let count = column.values.len() as u32;
        let mut buffer = String::new();
        let long = (0..count).filter(|code| column.text(*code, &mut buffer).len() >= SHORT);
        let size = if long.count() * 10 > count as usize {
            LONG
        } else {
            SHORT
        };
        let mut slots = Slots {
            bytes: Vec::with_capacity(count as usize * size),
            size,
            bags: Vec::with_capacity(count as usize),
        };
        slots.grow(column);
        slots
    }

    /// Of a column that has no values yet.
    pub(super) fn for_any() -> Slots {
        Slots {
            bytes: Vec::new(),
            size: LONG,
            bags: Vec::new(),
        }
    }

    /// Takes in the values that the column has got since.
    pub(super) fn grow(&mut self, column: &Column) {
        let mut buffer = String::new();
        for code in self.bags.len()..column.values.len() {
            let text = column.text(code as u32, &mut buffer);
            let start = self.bytes.len();
            self.bytes.resize(start + self.size, 0);
            let slot = &mut self.bytes[start..];
            if text.len() < self.size && text.is_ascii() {
                slot[..text.len()].copy_from_slice(text.as_bytes());
                slot[self.size - 1] = text.len() as u8;
            } else {
                slot[self.size - 1] = Slots::ELSEWHERE;
            }
            self.bags.push(Bag::new(text));
        }
    }

    pub(super) fn bytes(&self) -> usize {
        self.bytes.len() + size_of_val(&self.bags[..])
    }

    #[inline]
    pub(super) fn bag(&self, code: u32) -> Bag {
        self.bags[code as usize]
    }

    /// A text that is short and ASCII.
    #[inline]
    pub(super) fn get(&self, code: u32) -> Option<&[u8]> {
        Slots::text(self.slot(code))
    }

    /// Adds a code's slot to others, so that the processor waits for many at once; see [`Slots::fetched`].
    #[inline]
    pub(super) fn fetch(&self, code: u32, slots: &mut Vec<u8>) {
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
const LONG: usize = 2 * SHORT;

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

    #[inline]
    pub(super) fn get(&self, code: u32) -> &[u8] {
        &self.bytes()[self.range(code)]
    }

    /// The text of a code, of a dictionary of texts.
    #[inline]
    fn text(&self, code: u32) -> &str {
        match &self.values {
            Values::Texts(texts) => texts.get(self.range(code)).unwrap_or(""),
            Values::Bytes(_) => "",
        }
    }

    #[inline]
    fn bytes(&self) -> &[u8] {
        match &self.values {
            Values::Bytes(bytes) => bytes,
            Values::Texts(texts) => texts.as_bytes(),
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
        }
        self.ends.push(self.bytes().len() as u32);
        self.ends.len() as u32
    }

    fn shrink_to_fit(&mut self) {
        match &mut self.values {
            Values::Bytes(bytes) => bytes.shrink_to_fit(),
            Values::Texts(texts) => texts.shrink_to_fit(),
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
}

/// Values that are looked through one by one: a table of so few costs more.
const FEW: usize = 8;

impl Index {
    pub(super) fn code(&mut self, dictionary: &mut Dictionary, value: &[u8]) -> u32 {
        if value.is_empty() {
            return 0;
        }
        if self.slots.is_empty() && dictionary.len() <= FEW {
            let known = (1..dictionary.len() as u32).find(|code| dictionary.get(*code) == value);
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
                code if dictionary.get(code) == value => return code,
                _ => slot = (slot + 1) & mask,
            }
        }
    }

    fn grow(&mut self, dictionary: &Dictionary) {
        let size = (self.slots.len() * 2).max(64);
        let mut slots = vec![0; size];
        for code in 1..dictionary.len() as u32 {
            let mut slot = self.hasher.hash_one(dictionary.get(code)) as usize & (size - 1);
            while slots[slot] != 0 {
                slot = (slot + 1) & (size - 1);
            }
            slots[slot] = code;
        }
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
