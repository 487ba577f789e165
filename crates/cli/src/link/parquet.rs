//! Parquet, column by column: flat columns, and lists of scalars.

use std::{
    fs::File,
    panic::{self, AssertUnwindSafe},
    path::Path,
    sync::Arc,
};

use anyhow::{Context, Result, bail};
use parquet::{
    basic::{Compression, ConvertedType, LogicalType, Repetition, TimeUnit, Type as Physical},
    column::{
        reader::{ColumnReader, ColumnReaderImpl},
        writer::ColumnWriter,
    },
    data_type::{ByteArray, DataType},
    file::{
        properties::WriterProperties,
        reader::{FileReader, SerializedFileReader},
        writer::SerializedFileWriter,
    },
    schema::types::{ColumnDescriptor, Type},
};

use super::{
    progress,
    table::{Cell, Each},
};

/// Rows read at once.
const BATCH: usize = 4096;

/// Names of the top-level columns.
pub(super) fn columns(path: &Path) -> Result<Vec<String>> {
    let reader = open(path)?;
    let schema = reader.metadata().file_metadata().schema();
    let fields = schema.get_fields().iter();
    Ok(fields.map(|field| field.name().to_owned()).collect())
}

fn open(path: &Path) -> Result<SerializedFileReader<File>> {
    let file = File::open(path)?;
    guarded(|| Ok(SerializedFileReader::new(file)?))
        .context("no whole Parquet file: it was cut short, or is something else; fetch it again")
}

/// Does what reads bytes of the file. The library asserts where a damaged file should be an error.
fn guarded<T>(read: impl FnOnce() -> Result<T>) -> Result<T> {
    let told = panic::take_hook();
    panic::set_hook(Box::new(|_| {}));
    let done = panic::catch_unwind(AssertUnwindSafe(read));
    panic::set_hook(told);
    done.unwrap_or_else(|_| bail!("the file is damaged; fetch it again"))
}

/// Rows of the top-level columns of these numbers.
pub(super) fn rows(path: &Path, wanted: &[usize], each: &mut Each<'_>) -> Result<()> {
    let reader = open(path)?;
    let metadata = reader.metadata();
    let schema = metadata.file_metadata().schema_descr();
    let leaves: Vec<Option<(usize, Leaf)>> = wanted
        .iter()
        .map(|root| {
            let all = 0..schema.num_columns();
            let mut leaves = all.filter(|leaf| schema.get_column_root_idx(*leaf) == *root);
            match (leaves.next(), leaves.next()) {
                (Some(leaf), None) => Some((leaf, Leaf::new(&schema.column(leaf))?)),
                _ => None,
            }
        })
        .collect();
    let total = u64::try_from(metadata.file_metadata().num_rows())?;
    let bar = progress::counted(total, &path.display().to_string());
    let mut row = 0;
    for group in 0..reader.num_row_groups() {
        let group = guarded(|| Ok(reader.get_row_group(group)?))?;
        let column = |leaf: &Option<(usize, Leaf)>| {
            let reader = |(at, leaf): (usize, Leaf)| {
                let reader = group.get_column_reader(at)?;
                Ok(Column { leaf, reader })
            };
            leaf.map(reader).transpose()
        };
        let mut columns: Vec<Option<Column>> = guarded(|| leaves.iter().map(column).collect())?;
        let mut left = usize::try_from(group.metadata().num_rows())?;
        while left > 0 {
            let count = left.min(BATCH);
            let batches: Vec<Option<Batch>> = guarded(|| {
                let columns = columns.iter_mut();
                let batches =
                    columns.map(|column| column.as_mut().map(|column| column.read(count)));
                batches.map(Option::transpose).collect()
            })?;
            for at in 0..count {
                row += 1;
                let cells = batches.iter().map(|batch| match batch {
                    Some(batch) => batch.cell(at),
                    None => Cell::Other("a nested value"),
                });
                each(row, &cells.collect::<Vec<_>>())?;
            }
            left -= count;
            bar.inc(count as u64);
        }
    }
    bar.finish_and_clear();
    Ok(())
}

/// What the numbers of a column mean.
#[derive(Debug, Clone, Copy)]
enum Meaning {
    Plain,
    Unsigned,
    Days,
    /// So many of a unit make a microsecond, or the other way round.
    Moment {
        times: i64,
        over: i64,
    },
    Unknown(&'static str),
}

#[derive(Debug, Clone, Copy)]
struct Leaf {
    meaning: Meaning,
    most_definition: i16,
    list: bool,
}

impl Leaf {
    /// `None` for what is nested in more than a list.
    fn new(column: &ColumnDescriptor) -> Option<Leaf> {
        let moment = |times, over| Meaning::Moment { times, over };
        let meaning = match (column.logical_type_ref(), column.converted_type()) {
            (Some(LogicalType::Date), _) | (_, ConvertedType::DATE) => Meaning::Days,
            (Some(LogicalType::Timestamp(time)), _) => match time.unit {
                TimeUnit::MILLIS => moment(1000, 1),
                TimeUnit::MICROS => moment(1, 1),
                TimeUnit::NANOS => moment(1, 1000),
            },
            (_, ConvertedType::TIMESTAMP_MILLIS) => moment(1000, 1),
            (_, ConvertedType::TIMESTAMP_MICROS) => moment(1, 1),
            (Some(LogicalType::Decimal(_)), _) | (_, ConvertedType::DECIMAL) => {
                Meaning::Unknown("a decimal")
            }
            (Some(LogicalType::Time(_)), _)
            | (_, ConvertedType::TIME_MILLIS | ConvertedType::TIME_MICROS) => {
                Meaning::Unknown("a time of day")
            }
            (_, ConvertedType::UINT_32 | ConvertedType::UINT_64) => Meaning::Unsigned,
            _ if column.physical_type() == Physical::INT96 => {
                Meaning::Unknown("a moment in the old form INT96")
            }
            _ => Meaning::Plain,
        };
        let list = column.max_rep_level() == 1;
        let plain = column.path().parts().len() == 1;
        if !(list || plain) {
            return None;
        }
        Some(Leaf {
            meaning,
            most_definition: column.max_def_level(),
            list,
        })
    }

    fn integer(self, number: i64, unsigned: u64) -> Owned {
        match self.meaning {
            Meaning::Plain => Owned::Integer(number.into()),
            Meaning::Unsigned => Owned::Integer(unsigned.into()),
            Meaning::Days => i32::try_from(number).map_or(Owned::Null, Owned::Date),
            Meaning::Moment { times, over } => number
                .checked_mul(times)
                .map_or(Owned::Null, |micros| Owned::Moment(micros.div_euclid(over))),
            Meaning::Unknown(what) => Owned::Other(what),
        }
    }
}

/// A value that outlives its page.
#[derive(Debug, Clone)]
enum Owned {
    Null,
    Flag(bool),
    Integer(i128),
    Number(f64),
    Date(i32),
    Moment(i64),
    Text(ByteArray),
    Raw(ByteArray),
    Other(&'static str),
}

impl Owned {
    fn cell(&self) -> Cell<'_> {
        match self {
            Owned::Null => Cell::Null,
            Owned::Flag(flag) => Cell::Flag(*flag),
            Owned::Integer(number) => Cell::Integer(*number),
            Owned::Number(number) => Cell::Number(*number),
            Owned::Date(days) => Cell::Date(*days),
            Owned::Moment(micros) => Cell::Moment(*micros),
            Owned::Raw(bytes) => Cell::Bytes(bytes.data()),
            Owned::Text(bytes) => match std::str::from_utf8(bytes.data()) {
                Ok(text) => Cell::typed(text),
                Err(_) => Cell::Bytes(bytes.data()),
            },
            Owned::Other(what) => Cell::Other(what),
        }
    }
}

struct Column {
    leaf: Leaf,
    reader: ColumnReader,
}

/// Some rows of a column: for each where its values end.
struct Batch {
    list: bool,
    values: Vec<Owned>,
    ends: Vec<usize>,
}

impl Batch {
    fn cell(&self, row: usize) -> Cell<'_> {
        let start = if row == 0 { 0 } else { self.ends[row - 1] };
        let values = &self.values[start..self.ends[row]];
        if !self.list {
            return values.first().map_or(Cell::Null, Owned::cell);
        }
        Cell::list(values.iter().map(Owned::cell))
    }
}

impl Column {
    fn read(&mut self, rows: usize) -> Result<Batch> {
        let leaf = self.leaf;
        match &mut self.reader {
            ColumnReader::BoolColumnReader(reader) => batch(reader, leaf, rows, Owned::Flag),
            ColumnReader::Int32ColumnReader(reader) => batch(reader, leaf, rows, |number: i32| {
                leaf.integer(
                    number.into(),
                    u32::from_ne_bytes(number.to_ne_bytes()).into(),
                )
            }),
            ColumnReader::Int64ColumnReader(reader) => batch(reader, leaf, rows, |number: i64| {
                leaf.integer(number, u64::from_ne_bytes(number.to_ne_bytes()))
            }),
            ColumnReader::Int96ColumnReader(reader) => batch(reader, leaf, rows, |_| {
                Owned::Other("a moment in the old form INT96")
            }),
            ColumnReader::FloatColumnReader(reader) => batch(reader, leaf, rows, |number: f32| {
                Owned::Number(number.into())
            }),
            ColumnReader::DoubleColumnReader(reader) => batch(reader, leaf, rows, Owned::Number),
            ColumnReader::ByteArrayColumnReader(reader) => {
                batch(reader, leaf, rows, |bytes| match leaf.meaning {
                    Meaning::Unknown(what) => Owned::Other(what),
                    _ => Owned::Text(bytes),
                })
            }
            ColumnReader::FixedLenByteArrayColumnReader(reader) => {
                batch(reader, leaf, rows, |bytes| match leaf.meaning {
                    Meaning::Unknown(what) => Owned::Other(what),
                    _ => Owned::Raw(ByteArray::from(bytes)),
                })
            }
        }
    }
}

/// Reads `rows` rows of a column.
fn batch<T: DataType>(
    reader: &mut ColumnReaderImpl<T>,
    leaf: Leaf,
    rows: usize,
    owned: impl Fn(T::T) -> Owned,
) -> Result<Batch> {
    let (mut values, mut definitions, mut repetitions) = (Vec::new(), Vec::new(), Vec::new());
    let mut done = 0;
    while done < rows {
        let (records, _, _) = reader.read_records(
            rows - done,
            Some(&mut definitions),
            Some(&mut repetitions),
            &mut values,
        )?;
        if records == 0 {
            bail!("a column ends before the others: the file is damaged; fetch it again");
        }
        done += records;
    }
    let mut values = values.into_iter().map(owned);
    if leaf.most_definition == 0 {
        definitions = vec![0; rows];
    }
    let (mut held, mut ends) = (Vec::with_capacity(definitions.len()), Vec::new());
    for (at, definition) in definitions.iter().enumerate() {
        if at > 0 && repetitions.get(at).is_none_or(|level| *level == 0) {
            ends.push(held.len());
        }
        if *definition == leaf.most_definition {
            held.extend(values.next());
        } else if !leaf.list {
            held.push(Owned::Null);
        }
    }
    ends.push(held.len());
    if ends.len() != rows {
        bail!("a column does not have the rows of the others: the file is damaged; fetch it again");
    }
    Ok(Batch {
        list: leaf.list,
        values: held,
        ends,
    })
}

/// A column to be written, and what of it waits for the next row group.
#[derive(Debug)]
pub(super) enum Waiting {
    Text(Vec<ByteArray>),
    Number(Vec<f64>),
    Integer(Vec<i32>),
}

/// Writes columns that every row has, in row groups.
pub(super) struct Writer<W: std::io::Write + Send> {
    writer: SerializedFileWriter<W>,
    waiting: Vec<Waiting>,
}

/// Rows of a row group.
const GROUP: usize = 1 << 17;

impl<W: std::io::Write + Send> Writer<W> {
    pub(super) fn new(file: W, columns: Vec<(String, Waiting)>) -> Result<Self> {
        let mut fields = Vec::new();
        for (name, column) in &columns {
            let (physical, logical) = match column {
                Waiting::Text(_) => (Physical::BYTE_ARRAY, Some(LogicalType::String)),
                Waiting::Number(_) => (Physical::DOUBLE, None),
                Waiting::Integer(_) => (Physical::INT32, None),
            };
            let field = Type::primitive_type_builder(name, physical)
                .with_repetition(Repetition::REQUIRED)
                .with_logical_type(logical)
                .build()?;
            fields.push(Arc::new(field));
        }
        let schema = Type::group_type_builder("schema")
            .with_fields(fields)
            .build()?;
        let properties = WriterProperties::builder()
            .set_compression(Compression::SNAPPY)
            .build();
        Ok(Writer {
            writer: SerializedFileWriter::new(file, Arc::new(schema), Arc::new(properties))?,
            waiting: columns.into_iter().map(|(_, column)| column).collect(),
        })
    }

    /// The columns, to put a row's values into, one each.
    pub(super) fn row(&mut self) -> Result<&mut [Waiting]> {
        let rows = self.waiting.first().map_or(0, Waiting::len);
        if rows >= GROUP {
            self.flush()?;
        }
        Ok(&mut self.waiting)
    }

    fn flush(&mut self) -> Result<()> {
        let mut group = self.writer.next_row_group()?;
        let mut columns = self.waiting.iter_mut();
        while let Some(mut writer) = group.next_column()? {
            let Some(column) = columns.next() else { break };
            match (writer.untyped(), column) {
                (ColumnWriter::ByteArrayColumnWriter(writer), Waiting::Text(texts)) => {
                    writer.write_batch(texts, None, None)?;
                    texts.clear();
                }
                (ColumnWriter::DoubleColumnWriter(writer), Waiting::Number(numbers)) => {
                    writer.write_batch(numbers, None, None)?;
                    numbers.clear();
                }
                (ColumnWriter::Int32ColumnWriter(writer), Waiting::Integer(numbers)) => {
                    writer.write_batch(numbers, None, None)?;
                    numbers.clear();
                }
                _ => bail!("a column changed its type"),
            }
            writer.close()?;
        }
        group.close()?;
        Ok(())
    }

    pub(super) fn finish(mut self) -> Result<W> {
        if self.waiting.first().is_some_and(|column| column.len() > 0) {
            self.flush()?;
        }
        Ok(self.writer.into_inner()?)
    }
}

impl Waiting {
    fn len(&self) -> usize {
        match self {
            Waiting::Text(texts) => texts.len(),
            Waiting::Number(numbers) => numbers.len(),
            Waiting::Integer(numbers) => numbers.len(),
        }
    }
}
