//! Tables of others: CSV, JSON lines, Parquet and Arrow as rows of cells.
//!
//! Only the columns that are asked for are handed out. A file that cannot be read as a whole is an
//! error with its line; what a single cell holds is for [`super::column`] to judge.

use std::{
    borrow::Cow,
    collections::BTreeSet,
    fs::File,
    io::{BufRead, BufReader, Read},
    path::{Path, PathBuf},
};

use anyhow::{Context, Result, bail};
use indicatif::ProgressBar;

use super::{arrow, column::shown, form::Form, parquet, progress};

/// What stands in one cell.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Cell<'a> {
    Null,
    /// Without the spaces around it, and not empty.
    Text(&'a str),
    Integer(i128),
    Number(f64),
    Flag(bool),
    /// Days since 1970-01-01.
    Date(i32),
    /// Microseconds since 1970-01-01T00:00Z.
    Moment(i64),
    List(Vec<Cow<'a, str>>),
    Bytes(&'a [u8]),
    /// What no column can hold, by its name.
    Other(&'static str),
}

impl<'a> Cell<'a> {
    /// A text as it was typed; nothing but spaces is no value.
    pub(crate) fn typed(text: &'a str) -> Self {
        match text.trim() {
            "" => Cell::Null,
            text => Cell::Text(text),
        }
    }

    /// A list of what is single and known among these, each as text; without any it is no value.
    pub(crate) fn list(cells: impl IntoIterator<Item = Cell<'a>>) -> Self {
        let texts = cells.into_iter().filter_map(|cell| match cell {
            Cell::Null => None,
            Cell::Text(text) => Some(Cow::Borrowed(text)),
            cell => shown(&cell).map(Cow::Owned),
        });
        let texts: Vec<Cow<'a, str>> = texts.collect();
        if texts.is_empty() {
            return Cell::Null;
        }
        Cell::List(texts)
    }
}

/// Takes the rows: the number of the line or row for messages, and a cell for each column asked for.
pub(crate) type Each<'e> = dyn FnMut(u64, &[Cell<'_>]) -> Result<()> + 'e;

/// A file, its form and its columns.
#[derive(Debug)]
pub(crate) struct Table {
    path: PathBuf,
    form: Form,
    columns: Vec<String>,
}

impl Table {
    pub(crate) fn open(path: &Path) -> Result<Table> {
        let form = Form::of(path)?;
        let columns = match form {
            Form::Csv => headings(path),
            Form::JsonLines => members(path),
            Form::Parquet => parquet::columns(path),
            Form::Arrow => arrow::columns(path),
        };
        Ok(Table {
            path: path.to_owned(),
            form,
            columns: columns.with_context(|| format!("reading {}", path.display()))?,
        })
    }

    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    pub(crate) fn columns(&self) -> &[String] {
        &self.columns
    }

    /// What a place in the file is called in a message.
    pub(crate) fn place(&self, at: u64) -> String {
        let unit = match self.form {
            Form::Csv | Form::JsonLines => "line",
            Form::Parquet | Form::Arrow => "row",
        };
        format!("{}, {unit} {at}", self.path.display())
    }

    /// The number of a column.
    pub(crate) fn column(&self, name: &str) -> Result<usize> {
        let mut found = (0..self.columns.len()).filter(|at| self.columns[*at] == name);
        let Some(first) = found.next() else {
            bail!(
                "{} has no column {name:?}, only {}: rename one, or change the model",
                self.path.display(),
                self.columns.join(", ")
            );
        };
        if found.next().is_some() {
            bail!(
                "{} has two columns {name:?}: rename one of them",
                self.path.display()
            );
        }
        Ok(first)
    }

    /// Hands out the named columns, row by row.
    pub(crate) fn rows(&self, columns: &[&str], each: &mut Each<'_>) -> Result<()> {
        let wanted = columns
            .iter()
            .map(|name| self.column(name))
            .collect::<Result<Vec<_>>>()?;
        match self.form {
            Form::Csv => csv_rows(&self.path, &wanted, each),
            Form::JsonLines => json_rows(&self.path, columns, each),
            Form::Parquet => parquet::rows(&self.path, &wanted, each),
            Form::Arrow => arrow::rows(&self.path, &wanted, each),
        }
        .with_context(|| format!("reading {}", self.path.display()))
    }
}

/// A file from its start, behind a byte order mark, with a bar that shows how far it is read.
fn opened(path: &Path) -> Result<(BufReader<Box<dyn Read>>, ProgressBar)> {
    let file = File::open(path)?;
    let bar = progress::bytes(file.metadata()?.len(), path);
    let read: Box<dyn Read> = Box::new(bar.wrap_read(file));
    let mut reader = BufReader::with_capacity(1 << 18, read);
    let start = reader.fill_buf()?;
    if is_utf_16(start) {
        bail!("it is UTF-16, with two bytes a letter: save the file as UTF-8");
    }
    if start.starts_with(b"\xef\xbb\xbf") {
        reader.consume(3);
    }
    Ok((reader, bar))
}

/// By its mark, or by every other byte of the first two letters.
fn is_utf_16(start: &[u8]) -> bool {
    match start {
        [0xFF, 0xFE, ..] | [0xFE, 0xFF, ..] => true,
        [0, a, 0, b, ..] | [a, 0, b, 0, ..] => *a != 0 && *b != 0,
        _ => false,
    }
}

fn csv_reader(path: &Path) -> Result<(csv::Reader<impl Read>, ProgressBar)> {
    let (mut reader, bar) = opened(path)?;
    let mut heading = Vec::new();
    reader.read_until(b'\n', &mut heading)?;
    let count = |byte| heading.iter().filter(|other| **other == byte).count();
    let separator = b",;\t|"
        .iter()
        .copied()
        .rev()
        .max_by_key(|byte| count(*byte));
    let reader = csv::ReaderBuilder::new()
        .delimiter(separator.unwrap_or(b','))
        .from_reader(std::io::Cursor::new(heading).chain(reader));
    Ok((reader, bar))
}

fn headings(path: &Path) -> Result<Vec<String>> {
    let (mut reader, bar) = csv_reader(path)?;
    bar.finish_and_clear();
    let headings = reader.headers().map_err(csv_error)?;
    Ok(headings.iter().map(|name| name.trim().to_owned()).collect())
}

fn csv_rows(path: &Path, wanted: &[usize], each: &mut Each<'_>) -> Result<()> {
    let (mut reader, bar) = csv_reader(path)?;
    reader.headers().map_err(csv_error)?;
    let mut row = csv::StringRecord::new();
    while reader.read_record(&mut row).map_err(csv_error)? {
        let line = row.position().map_or(0, csv::Position::line);
        let cells: Vec<Cell<'_>> = wanted
            .iter()
            .map(|at| row.get(*at).map_or(Cell::Null, Cell::typed))
            .collect();
        each(line, &cells)?;
    }
    bar.finish_and_clear();
    Ok(())
}

/// What is wrong with a CSV file, with what to do about it.
fn csv_error(error: csv::Error) -> anyhow::Error {
    let line = error.position().map_or(0, csv::Position::line);
    match error.kind() {
        csv::ErrorKind::UnequalLengths {
            expected_len, len, ..
        } => anyhow::anyhow!(
            "line {line} has {len} values for {expected_len} columns: a separator within a value needs quotes around it"
        ),
        csv::ErrorKind::Utf8 { .. } => {
            anyhow::anyhow!("line {line} is no UTF-8: save the file as UTF-8")
        }
        _ => error.into(),
    }
}

/// One value of a JSON line.
#[derive(Debug, serde::Deserialize)]
#[serde(untagged)]
enum Json {
    Null,
    Flag(bool),
    Integer(i64),
    // ids are of 64 bits now and then
    Unsigned(u64),
    Number(f64),
    Text(String),
    List(Vec<Json>),
    Object(serde::de::IgnoredAny),
}

impl Json {
    fn cell(&self) -> Cell<'_> {
        match self {
            Json::Null => Cell::Null,
            Json::Flag(flag) => Cell::Flag(*flag),
            Json::Integer(number) => Cell::Integer((*number).into()),
            Json::Unsigned(number) => Cell::Integer((*number).into()),
            Json::Number(number) => Cell::Number(*number),
            Json::Text(text) => Cell::typed(text),
            Json::Object(_) => Cell::Other("an object"),
            Json::List(list) => Cell::list(list.iter().map(Json::cell)),
        }
    }
}

/// Gives every line that is not empty to `each`, as an object whose members are `V`.
fn json_lines<V: serde::de::DeserializeOwned>(
    path: &Path,
    mut each: impl FnMut(u64, std::collections::HashMap<String, V>) -> Result<()>,
) -> Result<()> {
    let (mut reader, bar) = opened(path)?;
    let (mut line, mut number) = (Vec::new(), 0);
    while reader.read_until(b'\n', &mut line)? > 0 {
        number += 1;
        if !line.trim_ascii().is_empty() {
            let object = serde_json::from_slice(&line)
                .with_context(|| format!("line {number} is no JSON object"))?;
            each(number, object)?;
        }
        line.clear();
    }
    bar.finish_and_clear();
    Ok(())
}

fn members(path: &Path) -> Result<Vec<String>> {
    let mut names = BTreeSet::new();
    json_lines::<serde::de::IgnoredAny>(path, |_, object| {
        names.extend(object.into_keys());
        Ok(())
    })?;
    Ok(names.into_iter().collect())
}

fn json_rows(path: &Path, columns: &[&str], each: &mut Each<'_>) -> Result<()> {
    json_lines::<Json>(path, |line, object| {
        let members = columns.iter().map(|name| object.get(*name));
        let cells = members.map(|member| member.map_or(Cell::Null, Json::cell));
        let cells: Vec<Cell<'_>> = cells.collect();
        each(line, &cells)
    })
}
