//! Tables that are written: CSV, JSON lines and Parquet.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use serde::ser::{SerializeMap, Serializer};

use super::{
    beside::Beside,
    form::Form,
    parquet::{self, Waiting},
};

/// A value of a row.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Field<'f> {
    Text(&'f str),
    Number(f64),
    Integer(i32),
}

/// What a column holds.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Type {
    Text,
    Number,
    Integer,
}

/// A table on its way.
pub(crate) struct Output {
    path: PathBuf,
    columns: Vec<(String, Type)>,
    writer: Writer,
}

enum Writer {
    Csv(Box<csv::Writer<Beside>>),
    JsonLines(Beside),
    Parquet(Box<parquet::Writer<Beside>>),
}

/// A table that is whole, beside its place.
pub(crate) struct Written {
    path: PathBuf,
    file: Beside,
}

impl Output {
    pub(crate) fn create(path: &Path, columns: Vec<(String, Type)>) -> Result<Output> {
        let form = Form::written(path)?;
        let writer = || -> Result<Writer> {
            let file = Beside::create(path)?;
            Ok(match form {
                Form::Csv => {
                    let tabs = path.extension().is_some_and(|ending| ending == "tsv");
                    let mut writer = csv::WriterBuilder::new()
                        .delimiter(if tabs { b'\t' } else { b',' })
                        .from_writer(file);
                    writer.write_record(columns.iter().map(|(name, _)| name))?;
                    Writer::Csv(Box::new(writer))
                }
                Form::JsonLines => Writer::JsonLines(file),
                Form::Parquet | Form::Arrow => {
                    let columns = columns.iter().map(|(name, kind)| {
                        let waiting = match kind {
                            Type::Text => Waiting::Text(Vec::new()),
                            Type::Number => Waiting::Number(Vec::new()),
                            Type::Integer => Waiting::Integer(Vec::new()),
                        };
                        (name.clone(), waiting)
                    });
                    Writer::Parquet(Box::new(parquet::Writer::new(file, columns.collect())?))
                }
            })
        };
        let writer = writer().with_context(|| format!("writing {}", path.display()))?;
        Ok(Output {
            path: path.to_owned(),
            columns,
            writer,
        })
    }

    /// Writes a row: a value for each column.
    pub(crate) fn row(&mut self, fields: &[Field<'_>]) -> Result<()> {
        self.put(fields)
            .with_context(|| format!("writing {}", self.path.display()))
    }

    fn put(&mut self, fields: &[Field<'_>]) -> Result<()> {
        match &mut self.writer {
            Writer::Csv(writer) => {
                for field in fields {
                    match field {
                        Field::Text(text) => writer.write_field(text)?,
                        Field::Number(number) => writer.write_field(number.to_string())?,
                        Field::Integer(number) => writer.write_field(number.to_string())?,
                    }
                }
                writer.write_record(None::<&[u8]>)?;
            }
            Writer::JsonLines(file) => {
                let mut line = serde_json::Serializer::new(&mut *file);
                let mut map = line.serialize_map(Some(fields.len()))?;
                for ((name, _), field) in self.columns.iter().zip(fields) {
                    match field {
                        Field::Text(text) => map.serialize_entry(name, text)?,
                        Field::Number(number) => map.serialize_entry(name, number)?,
                        Field::Integer(number) => map.serialize_entry(name, number)?,
                    }
                }
                map.end()?;
                std::io::Write::write_all(file, b"\n")?;
            }
            Writer::Parquet(writer) => {
                for (column, field) in writer.row()?.iter_mut().zip(fields) {
                    match (column, field) {
                        (Waiting::Text(column), Field::Text(text)) => column.push((*text).into()),
                        (Waiting::Number(column), Field::Number(number)) => column.push(*number),
                        (Waiting::Integer(column), Field::Integer(number)) => column.push(*number),
                        _ => anyhow::bail!("a value of another type than its column"),
                    }
                }
            }
        }
        Ok(())
    }

    /// All rows are written; the file is not yet in its place.
    pub(crate) fn written(self) -> Result<Written> {
        let file = || -> Result<Beside> {
            Ok(match self.writer {
                Writer::Csv(writer) => writer.into_inner().map_err(|error| error.into_error())?,
                Writer::JsonLines(file) => file,
                Writer::Parquet(writer) => writer.finish()?,
            })
        };
        Ok(Written {
            file: file().with_context(|| format!("writing {}", self.path.display()))?,
            path: self.path,
        })
    }
}

impl Written {
    /// Puts the file in its place.
    pub(crate) fn finish(self) -> Result<()> {
        self.file
            .finish()
            .with_context(|| format!("writing {}", self.path.display()))
    }
}
