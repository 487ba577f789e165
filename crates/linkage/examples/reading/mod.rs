//! Rows of a CSV file for the examples: an id, then values as text, or as dates where so told.

use std::error::Error;
use std::fs::File;

use linkage::batch::{ColumnKind, Value, days_from_civil};

pub(crate) struct Table {
    reader: csv::Reader<File>,
    columns: Vec<(String, ColumnKind)>,
    row: csv::StringRecord,
}

impl Table {
    pub(crate) fn open(path: &str, dates: &[String]) -> Result<Table, Box<dyn Error>> {
        let mut reader = csv::ReaderBuilder::new()
            .trim(csv::Trim::All)
            .from_path(path)?;
        let names = reader.headers()?.iter().skip(1);
        let columns = names.map(|name| {
            let date = dates.iter().any(|date| date == name);
            let kind = if date {
                ColumnKind::Date
            } else {
                ColumnKind::Text
            };
            (name.to_owned(), kind)
        });
        Ok(Table {
            columns: columns.collect(),
            reader,
            row: csv::StringRecord::new(),
        })
    }

    pub(crate) fn columns(&self) -> Vec<(&str, ColumnKind)> {
        let columns = self.columns.iter();
        columns.map(|(name, kind)| (name.as_str(), *kind)).collect()
    }

    pub(crate) fn next(&mut self) -> Result<Option<Row<'_>>, csv::Error> {
        let found = self.reader.read_record(&mut self.row)?;
        Ok(found.then_some(Row {
            columns: &self.columns,
            row: &self.row,
        }))
    }
}

pub(crate) struct Row<'t> {
    columns: &'t [(String, ColumnKind)],
    row: &'t csv::StringRecord,
}

impl Row<'_> {
    pub(crate) fn id(&self) -> &str {
        &self.row[0]
    }

    pub(crate) fn values(&self) -> Vec<Value<'_>> {
        let values = self.row.iter().skip(1).zip(self.columns);
        values
            .map(|(text, (_, kind))| match kind {
                ColumnKind::Date => date(text).map_or(Value::Null, Value::Date),
                _ => Value::Text(text),
            })
            .collect()
    }
}

/// `YYYY-MM-DD` or `YYYYMMDD`.
fn date(text: &str) -> Option<i32> {
    let digits: String = text.chars().filter(char::is_ascii_digit).collect();
    if digits.len() != 8 {
        return None;
    }
    let number = |from, to| digits.get(from..to)?.parse::<u32>().ok();
    days_from_civil(number(0, 4)? as i32, number(4, 6)?, number(6, 8)?)
}
