//! Blocks of the rules while records come and go.

use std::collections::{BTreeMap, HashMap};
use std::hash::{BuildHasherDefault, DefaultHasher, Hash as _, Hasher};

use crate::batch::bands::{hash_bands, set_bands, text_hash};
use crate::batch::model::{Model, Part};
use crate::batch::records::{Column, Records};

/// A block, by a hash of its rule and of what its records have in the rule's keys.
///
/// Two blocks of one hash (2⁻⁶⁴ for any two) would be one block: records that no rule pairs were then
/// compared, which is the rule's sense of candidates still.
pub(super) type BlockKey = u64;

/// The rules' keys, by the number of their column.
#[derive(Debug)]
pub(super) struct Rules(Vec<Vec<(usize, Part)>>);

impl Rules {
    /// The rules of a model whose columns there are.
    pub(super) fn new(model: &Model, records: &Records) -> Rules {
        let rules = model.blocking.iter().map(|rule| {
            let keys = rule.keys.iter();
            let keys = keys.filter_map(|key| Some((records.column(&key.column)?.0, key.part)));
            let mut keys: Vec<(usize, Part)> = keys.collect();
            // a key of which a value has many is read last
            keys.sort_by_key(|(_, part)| part.has_many());
            keys
        });
        Rules(rules.collect())
    }

    /// The blocks of a record, each with its rule; ascending by key.
    pub(super) fn blocks(&self, records: &Records, record: usize) -> Vec<(BlockKey, u16)> {
        let mut blocks = Vec::new();
        let mut buffer = String::new();
        for (rule, keys) in (0_u16..).zip(&self.0) {
            let mut hasher = DefaultHasher::new();
            rule.hash(&mut hasher);
            let (single, many) = match keys.split_last() {
                Some(((column, part), single)) if part.has_many() => {
                    (single, Some((records.at(*column), *part)))
                }
                _ => (&keys[..], None),
            };
            let known = single.iter().all(|(column, part)| {
                let column = records.at(*column);
                hash_part(
                    column,
                    column.codes[record],
                    *part,
                    &mut buffer,
                    &mut hasher,
                )
            });
            if !known {
                continue;
            }
            match many {
                None => blocks.push((hasher.finish(), rule)),
                Some((column, part)) => {
                    for_each_part(column, column.codes[record], part, |bytes| {
                        let mut hasher = hasher.clone();
                        bytes.hash(&mut hasher);
                        blocks.push((hasher.finish(), rule));
                    })
                }
            }
        }
        blocks.sort_unstable();
        blocks.dedup();
        blocks
    }
}

/// Hashes the part of a value; gives whether there is one.
fn hash_part(
    column: &Column,
    code: u32,
    part: Part,
    buffer: &mut String,
    hasher: &mut DefaultHasher,
) -> bool {
    if code == 0 {
        return false;
    }
    if part == Part::Whole {
        column.canonical(code).hash(hasher);
        return true;
    }
    let text = part.of(column, code, buffer);
    text.hash(hasher);
    !text.is_empty()
}

fn for_each_part(column: &Column, code: u32, part: Part, mut each: impl FnMut(&[u8])) {
    if code == 0 {
        return;
    }
    // bands are of their place, and so hashed with its number
    let mut band_of = |band: usize, bytes: &[u8]| {
        let mut placed = (band as u16).to_le_bytes().to_vec();
        placed.extend_from_slice(bytes);
        each(&placed);
    };
    let set = || column.set(code).into_iter().map(|at| column.element(at));
    match part {
        Part::Elements => set().for_each(|text| each(text.as_bytes())),
        Part::Bands(bands) => hash_bands(column.hash(code), bands)
            .enumerate()
            .for_each(|(band, bytes)| band_of(band, &bytes)),
        Part::MinhashBands { bands, rows } => {
            set_bands(set().map(text_hash).collect(), bands, rows)
                .enumerate()
                .for_each(|(band, bytes)| band_of(band, &bytes));
        }
        _ => {}
    }
}

/// Who is in which block. Most blocks have one record.
#[derive(Debug, Default)]
pub(super) struct Blocks {
    holders: HashMap<BlockKey, Holders, BuildHasherDefault<AlreadyHashed>>,
    /// Blocks of more records than the limit, with their rule.
    aside: BTreeMap<BlockKey, u16>,
    most: usize,
}

#[derive(Debug)]
enum Holders {
    One(u32),
    #[expect(
        clippy::box_collection,
        reason = "most blocks have one record, and the map's slots are small for them"
    )]
    Many(Box<Vec<u32>>),
}

impl Blocks {
    pub(super) fn new(most: usize) -> Blocks {
        Blocks {
            most,
            ..Blocks::default()
        }
    }

    /// All records of a block, whether or not it is set aside.
    pub(super) fn all(&self, key: BlockKey) -> &[u32] {
        match self.holders.get(&key) {
            None => &[],
            Some(Holders::One(record)) => std::slice::from_ref(record),
            Some(Holders::Many(records)) => records,
        }
    }

    /// Whether a block makes pairs.
    pub(super) fn is_open(&self, key: BlockKey) -> bool {
        self.all(key).len() <= self.most
    }

    /// Records of each block that is set aside, with the number of its rule.
    pub(super) fn aside(&self) -> impl Iterator<Item = (usize, u32)> + '_ {
        let aside = self.aside.iter();
        aside.map(|(key, rule)| (usize::from(*rule), self.all(*key).len() as u32))
    }

    /// Adds a record; gives whether the block is set aside from now on.
    pub(super) fn add(&mut self, key: BlockKey, rule: u16, record: u32) -> bool {
        let holders = self.holders.entry(key);
        let holders = holders
            .and_modify(|holders| holders.push(record))
            .or_insert(Holders::One(record));
        let closes = holders.len() == self.most + 1;
        if closes {
            self.aside.insert(key, rule);
        }
        closes
    }

    /// Takes a record out; gives whether the block, set aside until now, makes pairs again.
    pub(super) fn remove(&mut self, key: BlockKey, record: u32) -> bool {
        let Some(holders) = self.holders.get_mut(&key) else {
            return false;
        };
        let before = holders.len();
        if let Holders::Many(records) = holders {
            records.retain(|of| *of != record);
            if let [last] = ***records {
                *holders = Holders::One(last);
            }
        } else {
            self.holders.remove(&key);
        }
        let opens = before == self.most + 1;
        if opens {
            self.aside.remove(&key);
        }
        opens
    }
}

impl Holders {
    fn len(&self) -> usize {
        match self {
            Holders::One(_) => 1,
            Holders::Many(records) => records.len(),
        }
    }

    fn push(&mut self, record: u32) {
        match self {
            Holders::One(first) => *self = Holders::Many(Box::new(vec![*first, record])),
            Holders::Many(records) => records.push(record),
        }
    }
}

/// Gives back the number that it is given: block keys are hashes already.
#[derive(Debug, Default)]
struct AlreadyHashed(u64);

impl Hasher for AlreadyHashed {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.0 = self.0.rotate_left(8) ^ u64::from(*byte);
        }
    }

    fn write_u64(&mut self, key: u64) {
        self.0 = key;
    }
}
