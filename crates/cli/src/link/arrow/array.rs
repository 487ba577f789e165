//! Values of a column in a batch.

use std::{collections::HashMap, io::Read as _, rc::Rc};

use anyhow::{Context, Result, bail};

use super::{
    flat::{Table, fixed},
    schema::{DEEPEST, Field, Kind},
};
use crate::link::table::Cell;

const OUTSIDE: &str = "a value lies outside its column: the file is damaged";

/// Most values of a list: a few bytes of a damaged file can tell of billions.
const MOST_ELEMENTS: usize = 1 << 20;

/// Where a buffer lies in the body of its message.
#[derive(Debug, Clone, Copy)]
pub(super) struct Span {
    pub(super) start: u64,
    pub(super) length: u64,
}

/// How buffers are compressed.
#[derive(Debug, Clone, Copy)]
pub(super) enum Codec {
    Lz4,
    Zstandard,
}

impl Codec {
    pub(super) fn of(batch: Table<'_>) -> Result<Option<Codec>> {
        Ok(match batch.table(3)? {
            None => None,
            Some(compression) => match compression.byte(0)? {
                0 => Some(Codec::Lz4),
                1 => Some(Codec::Zstandard),
                _ => bail!(
                    "it is compressed in a way that is not known: write it with LZ4, Zstandard or none"
                ),
            },
        })
    }

    /// The bytes of a buffer, which tells their number first; -1 for bytes that are as they are.
    pub(super) fn unpacked(self, packed: Vec<u8>, most: u64) -> Result<Vec<u8>> {
        if packed.is_empty() {
            return Ok(packed);
        }
        let length = i64::from_le_bytes(fixed(&packed, 0)?);
        let packed = &packed[8..];
        let Ok(length) = u64::try_from(length) else {
            return Ok(packed.to_vec());
        };
        if length > most {
            bail!(
                "a batch needs {} MiB at once, {} are read at most: write it in smaller batches",
                length >> 20,
                most >> 20
            );
        }
        // grows with what comes, not with what is told
        let mut bytes = Vec::new();
        match self {
            Codec::Lz4 => lz4_flex::frame::FrameDecoder::new(packed)
                .take(length + 1)
                .read_to_end(&mut bytes),
            Codec::Zstandard => zstd::Decoder::new(packed)?
                .take(length + 1)
                .read_to_end(&mut bytes),
        }
        .context("a compressed column cannot be read: the file is damaged")?;
        if bytes.len() as u64 != length {
            bail!("a compressed column is not as long as it says: the file is damaged");
        }
        Ok(bytes)
    }
}

/// The lengths and buffers of a batch that no column has taken yet.
#[derive(Debug)]
pub(super) struct Parts {
    lengths: std::vec::IntoIter<u64>,
    spans: std::vec::IntoIter<Span>,
    /// For each column of views, its buffers of long values.
    long: std::vec::IntoIter<u64>,
}

impl Parts {
    pub(super) fn of(batch: Table<'_>) -> Result<Parts> {
        let number = |bytes: &[u8], at| fixed(bytes, at).map(u64::from_le_bytes);
        let lengths = batch.vector(1, 16)?.map(|node| number(node, 0));
        let spans = batch.vector(2, 16)?.map(|buffer| {
            Ok(Span {
                start: number(buffer, 0)?,
                length: number(buffer, 8)?,
            })
        });
        let long = batch.vector(4, 8)?.map(|count| number(count, 0));
        Ok(Parts {
            lengths: lengths.collect::<Result<Vec<_>>>()?.into_iter(),
            spans: spans.collect::<Result<Vec<_>>>()?.into_iter(),
            long: long.collect::<Result<Vec<_>>>()?.into_iter(),
        })
    }
}

/// Reads a buffer.
type Read<'r> = dyn FnMut(Span) -> Result<Vec<u8>> + 'r;

#[derive(Debug, Clone)]
pub(super) struct Array {
    kind: Kind,
    length: usize,
    /// A bit for each value, where some are absent.
    known: Vec<u8>,
    buffers: Vec<Vec<u8>>,
    /// The elements of lists.
    elements: Option<Box<Array>>,
    /// The values that the numbers here stand for.
    dictionary: Option<Rc<Vec<Array>>>,
    /// Arrays that lie in each other, this one too: a dictionary may hold lists of numbers of an earlier one.
    depth: usize,
}

impl Array {
    /// The next column of a batch; `None` where it is passed over.
    pub(super) fn new(
        field: &Field,
        parts: &mut Parts,
        dictionaries: &HashMap<i64, Rc<Vec<Array>>>,
        mut read: Option<&mut Read<'_>>,
    ) -> Result<Option<Array>> {
        const SHORT: &str = "a batch has fewer columns than the schema: the file is damaged";
        let kind = field.coded.map_or(field.kind, |coded| coded.codes);
        let length = parts.lengths.next().context(SHORT)?;
        let buffers = match kind {
            Kind::Null => 0,
            Kind::FixedList(_) => 1,
            Kind::Other(_, buffers) => buffers,
            Kind::Bytes { .. } => 3,
            Kind::Views { .. } => {
                let long = parts.long.next().context(SHORT)?;
                usize::try_from(long)?.saturating_add(2)
            }
            _ => 2,
        };
        let mut held = Vec::new();
        for _ in 0..buffers {
            let span = parts.spans.next().context(SHORT)?;
            if let (Some(read), false) = (read.as_deref_mut(), matches!(kind, Kind::Other(..))) {
                held.push(read(span)?);
            }
        }
        // a column of numbers of a dictionary has none, whatever the values have
        let children = if field.coded.is_some() {
            &[][..]
        } else {
            &field.children
        };
        let mut elements = None;
        for child in children {
            let wanted = !matches!(kind, Kind::Other(..));
            let read = read.as_deref_mut().filter(|_| wanted);
            elements = Array::new(child, parts, dictionaries, read)?.map(Box::new);
        }
        if read.is_none() {
            return Ok(None);
        }
        let known = if held.is_empty() {
            Vec::new()
        } else {
            held.remove(0)
        };
        let dictionary = field.coded.map(|coded| {
            let values = dictionaries.get(&coded.id).cloned();
            values.context("a column refers to a dictionary that is not there: the file is damaged")
        });
        let dictionary = dictionary.transpose()?;
        let within = dictionary.iter().flat_map(|values| values.iter());
        let within = within.chain(elements.as_deref());
        let depth = 1 + within.map(|array| array.depth).max().unwrap_or(0);
        if depth > DEEPEST {
            bail!("its columns lie too deep in columns, or it is damaged");
        }
        Ok(Some(Array {
            kind,
            length: usize::try_from(length)?,
            known,
            buffers: held,
            elements,
            dictionary,
            depth,
        }))
    }

    /// The value of a row.
    pub(super) fn cell(&self, at: usize) -> Result<Cell<'_>> {
        if at >= self.length {
            bail!(OUTSIDE);
        }
        if !self.known.is_empty() && !bit(&self.known, at)? {
            return Ok(Cell::Null);
        }
        if let Some(dictionary) = &self.dictionary {
            return self.looked_up(dictionary, at);
        }
        Ok(match self.kind {
            Kind::Null => Cell::Null,
            Kind::Flag => Cell::Flag(bit(self.buffer(0)?, at)?),
            Kind::Integer { .. } => Cell::Integer(self.integer(at)?),
            Kind::Single => Cell::Number(f32::from_le_bytes(self.fixed(at)?).into()),
            Kind::Double => Cell::Number(f64::from_le_bytes(self.fixed(at)?)),
            Kind::Days => Cell::Date(i32::from_le_bytes(self.fixed(at)?)),
            Kind::Moment { times, over } => {
                let micros = i64::from_le_bytes(self.fixed(at)?).checked_mul(times);
                micros.map_or(Cell::Null, |micros| Cell::Moment(micros.div_euclid(over)))
            }
            Kind::Bytes { text, large } => {
                let [start, end] = self.ends(at, large)?;
                told(self.buffer(1)?.get(start..end).context(OUTSIDE)?, text)
            }
            Kind::Views { text } => told(self.viewed(at)?, text),
            Kind::Fixed(size) => {
                let start = at.checked_mul(size).context(OUTSIDE)?;
                let bytes = self.buffer(0)?.get(start..start.saturating_add(size));
                Cell::Bytes(bytes.context(OUTSIDE)?)
            }
            Kind::List { large } => {
                let [start, end] = self.ends(at, large)?;
                self.list(start, end)?
            }
            Kind::FixedList(size) => {
                let start = at.checked_mul(size).context(OUTSIDE)?;
                self.list(start, start.checked_add(size).context(OUTSIDE)?)?
            }
            Kind::Other(what, _) => Cell::Other(what),
        })
    }

    fn looked_up<'a>(&'a self, dictionary: &'a [Array], at: usize) -> Result<Cell<'a>> {
        let mut code = usize::try_from(self.integer(at)?).context(OUTSIDE)?;
        for values in dictionary {
            match code.checked_sub(values.length) {
                None => return values.cell(code),
                Some(after) => code = after,
            }
        }
        bail!(OUTSIDE)
    }

    fn list(&self, start: usize, end: usize) -> Result<Cell<'_>> {
        let elements = self.elements.as_ref().context(OUTSIDE)?;
        if start > end || end > elements.length {
            bail!(OUTSIDE);
        }
        if end - start > MOST_ELEMENTS {
            bail!("a list has more than {MOST_ELEMENTS} values: it is no value of a record");
        }
        let cells = (start..end).map(|at| elements.cell(at));
        Ok(Cell::list(cells.collect::<Result<Vec<_>>>()?))
    }

    fn buffer(&self, number: usize) -> Result<&[u8]> {
        self.buffers.get(number).map(Vec::as_slice).context(OUTSIDE)
    }

    fn fixed<const N: usize>(&self, at: usize) -> Result<[u8; N]> {
        fixed(self.buffer(0)?, at.saturating_mul(N)).context(OUTSIDE)
    }

    fn integer(&self, at: usize) -> Result<i128> {
        let Kind::Integer { size, signed } = self.kind else {
            bail!(OUTSIDE);
        };
        let start = at.saturating_mul(size);
        let bytes = self.buffer(0)?.get(start..start.saturating_add(size));
        let bytes = bytes.context(OUTSIDE)?;
        let below_zero = signed && bytes.last().is_some_and(|byte| byte & 0x80 != 0);
        let mut all = [if below_zero { u8::MAX } else { 0 }; 16];
        all[..size].copy_from_slice(bytes);
        Ok(i128::from_le_bytes(all))
    }

    /// Where a value of a length of its own begins and ends.
    fn ends(&self, at: usize, large: bool) -> Result<[usize; 2]> {
        let offsets = self.buffer(0)?;
        let mut ends = [0; 2];
        for (end, at) in ends.iter_mut().zip([at, at + 1]) {
            let number = if large {
                i64::from_le_bytes(fixed(offsets, at.saturating_mul(8)).context(OUTSIDE)?)
            } else {
                i32::from_le_bytes(fixed(offsets, at.saturating_mul(4)).context(OUTSIDE)?).into()
            };
            *end = usize::try_from(number).context(OUTSIDE)?;
        }
        Ok(ends)
    }

    /// The bytes of a view: up to 12 in place, else where it says.
    fn viewed(&self, at: usize) -> Result<&[u8]> {
        let start = at.saturating_mul(16);
        let view = self
            .buffer(0)?
            .get(start..start.saturating_add(16))
            .context(OUTSIDE)?;
        let part = |from| fixed(view, from).map(|bytes| u32::from_le_bytes(bytes) as usize);
        let length = part(0)?;
        if let Some(bytes) = view[4..].get(..length) {
            return Ok(bytes);
        }
        let (buffer, start) = (part(8)?, part(12)?);
        let long = self.buffer(buffer.saturating_add(1))?;
        long.get(start..start.saturating_add(length))
            .context(OUTSIDE)
    }
}

fn bit(bits: &[u8], at: usize) -> Result<bool> {
    let byte = bits.get(at / 8).context(OUTSIDE)?;
    Ok(byte >> (at % 8) & 1 == 1)
}

/// Bytes as what they are said to be.
fn told(bytes: &[u8], text: bool) -> Cell<'_> {
    match std::str::from_utf8(bytes) {
        Ok(written) if text => Cell::typed(written),
        _ => Cell::Bytes(bytes),
    }
}
