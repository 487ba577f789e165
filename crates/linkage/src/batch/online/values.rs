//! Values of a record in bytes, and back: what is kept of a record between the acts that compare it.

use crate::batch::records::{ColumnKind, Records, RecordsBuilder, RecordsError, Value};

/// The columns of an index.
#[derive(Debug)]
pub(super) struct Form {
    columns: Vec<(String, ColumnKind)>,
    /// Where every record begins.
    empty: RecordsBuilder,
}

impl Form {
    pub(super) fn new(columns: &[(&str, ColumnKind)]) -> Result<Form, RecordsError> {
        let owned = columns.iter();
        Ok(Form {
            columns: owned
                .map(|(name, kind)| ((*name).to_owned(), *kind))
                .collect(),
            empty: RecordsBuilder::new(columns)?,
        })
    }

    fn builder(&self) -> RecordsBuilder {
        self.empty.clone()
    }

    /// No record at all, to see whether a model fits.
    pub(super) fn none(&self) -> Records {
        self.builder().finish()
    }

    /// A record by itself.
    pub(super) fn one(&self, source: u16, values: &[Value<'_>]) -> Result<Records, RecordsError> {
        let mut builder = self.builder();
        builder.push(source, values)?;
        Ok(builder.finish())
    }

    /// The bytes of such a record: for each column a length and a value that does not depend on others.
    pub(super) fn pack(&self, record: &Records) -> Box<[u8]> {
        let mut bytes = Vec::new();
        for at in 0..self.columns.len() {
            let column = record.at(at);
            let value = column.canonical(column.codes[0]);
            push_length(&mut bytes, value.len());
            bytes.extend_from_slice(&value);
        }
        bytes.into()
    }

    /// Records of their sources and bytes, in this order; without the values of the columns that are not `read`,
    /// by number. Those beyond what one run may hold ([`RecordsError::TooLarge`]) are without values.
    pub(super) fn unpack<'b>(
        &self,
        packed: impl Iterator<Item = (u16, &'b [u8])>,
        read: impl Fn(usize) -> bool,
    ) -> Records {
        let mut builder = self.builder();
        let nothing = vec![Value::Null; self.columns.len()];
        for (source, bytes) in packed {
            let mut rest = bytes;
            let slices = (0..self.columns.len()).map(|column| {
                let value = take(&mut rest);
                if read(column) { value } else { &[] }
            });
            let slices: Vec<&[u8]> = slices.collect();
            let sets: Vec<Vec<&str>> = self
                .columns
                .iter()
                .zip(&slices)
                .map(|((_, kind), bytes)| match kind {
                    ColumnKind::TextSet => elements(bytes),
                    _ => Vec::new(),
                })
                .collect();
            let columns = self.columns.iter().zip(slices).zip(&sets);
            let values: Vec<Value<'_>> = columns
                .map(|(((_, kind), bytes), set)| value(*kind, bytes, set))
                .collect();
            if builder.push(source, &values).is_err() {
                // only for its size, and nothing always fits
                let _ = builder.push(source, &nothing);
            }
        }
        builder.finish()
    }
}

fn value<'v>(kind: ColumnKind, bytes: &'v [u8], set: &'v [&'v str]) -> Value<'v> {
    let read = match kind {
        _ if bytes.is_empty() => None,
        ColumnKind::Text => std::str::from_utf8(bytes).ok().map(Value::Text),
        ColumnKind::TextSet => Some(Value::TextSet(set)),
        ColumnKind::Number => fixed(bytes).map(|bytes| Value::Number(f64::from_le_bytes(bytes))),
        ColumnKind::Date => fixed(bytes).map(|bytes| Value::Date(i32::from_le_bytes(bytes))),
        ColumnKind::Moment => fixed(bytes).map(|bytes| Value::Moment(i64::from_le_bytes(bytes))),
        ColumnKind::Hash => bytes.try_into().ok().map(Value::Hash),
        ColumnKind::Coordinates => {
            let degrees = |half: &[u8]| fixed(half).map(f64::from_le_bytes);
            let halves = bytes.split_at_checked(8);
            let both = halves.and_then(|(lat, lon)| Some((degrees(lat)?, degrees(lon)?)));
            both.map(|(lat, lon)| Value::Coordinates(lat, lon))
        }
    };
    read.unwrap_or(Value::Null)
}

fn fixed<const N: usize>(bytes: &[u8]) -> Option<[u8; N]> {
    bytes.try_into().ok()
}

/// The texts of a set, each after its length in four bytes.
fn elements(mut bytes: &[u8]) -> Vec<&str> {
    let mut texts = Vec::new();
    while let Some((length, rest)) = bytes.split_first_chunk() {
        let length = u32::from_le_bytes(*length) as usize;
        let (text, rest) = rest.split_at(length.min(rest.len()));
        texts.extend(std::str::from_utf8(text));
        bytes = rest;
    }
    texts
}

/// A length in one byte, or in five where it needs more.
fn push_length(bytes: &mut Vec<u8>, length: usize) {
    match u8::try_from(length) {
        Ok(short) if short < u8::MAX => bytes.push(short),
        _ => {
            bytes.push(u8::MAX);
            bytes.extend_from_slice(&(length as u32).to_le_bytes());
        }
    }
}

fn take<'b>(bytes: &mut &'b [u8]) -> &'b [u8] {
    let (length, rest) = match **bytes {
        [] => return &[],
        [u8::MAX, a, b, c, d, ..] => (u32::from_le_bytes([a, b, c, d]) as usize, &bytes[5..]),
        [short, ..] => (usize::from(short), &bytes[1..]),
    };
    let (value, rest) = rest.split_at(length.min(rest.len()));
    *bytes = rest;
    value
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_come_back_as_they_were_given() {
        let columns = [
            ("text", ColumnKind::Text),
            ("number", ColumnKind::Number),
            ("date", ColumnKind::Date),
            ("moment", ColumnKind::Moment),
            ("set", ColumnKind::TextSet),
            ("hash", ColumnKind::Hash),
            ("place", ColumnKind::Coordinates),
        ];
        let form = Form::new(&columns).unwrap();
        let long = "é".repeat(400);
        let (set, hash) = (["b", "a", ""], [7; 32]);
        let full = [
            Value::Text(&long),
            Value::Number(-0.5),
            Value::Date(-3),
            Value::Moment(1 << 40),
            Value::TextSet(&set),
            Value::Hash(&hash),
            Value::Coordinates(48.5, -2.25),
        ];
        for values in [full, [Value::Null; 7]] {
            let record = form.one(3, &values).unwrap();
            let packed = form.pack(&record);
            let again = form.unpack([(3, &*packed)].into_iter(), |_| true);
            assert_eq!(again.sources(), [3]);
            assert_eq!(form.pack(&again), packed);
            let known = values[0] != Value::Null;
            assert!((0..7).all(|at| (again.at(at).codes[0] != 0) == known));
        }
    }
}
