//! Tables: every cell, with the name of its column.

use std::io::{self, BufRead};

use csv::StringRecord;

use crate::{Cause, Format, Limits, Reader, Reading, beginning, format::delimiter, under};

impl Reader<'_> {
    pub(crate) fn table(&mut self, path: &str, bytes: &[u8]) {
        let bytes = bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(bytes);
        let Some(delimiter) = delimiter(
            &bytes[..bytes.len().min(crate::SNIFFED)],
            bytes.len() <= crate::SNIFFED,
        ) else {
            return self.text(path, "", String::from_utf8_lossy(bytes));
        };
        let mut rows = reader(delimiter, bytes);
        let mut names = None;
        let mut record = csv::ByteRecord::new();
        while let Ok(true) = rows.read_byte_record(&mut record) {
            self.row(path, &mut names, &record);
        }
    }

    /// A row: the first names the columns.
    fn row(&mut self, path: &str, names: &mut Option<StringRecord>, record: &csv::ByteRecord) {
        let record = StringRecord::from_byte_record_lossy(record.clone());
        let Some(names) = names else {
            *names = Some(record);
            return;
        };
        let line = record
            .position()
            .map_or(0, |position| position.record() + 1);
        for (at, cell) in record.iter().enumerate() {
            let name = names.get(at).unwrap_or_default();
            let name = name.trim_start_matches('\u{FEFF}').trim();
            let shown = if name.is_empty() {
                (at + 1).to_string()
            } else {
                beginning(name, 64).to_owned()
            };
            self.text(&under(path, &format!("row {line}/{shown}")), name, cell);
        }
        if record.len() > names.len() {
            self.problem(
                &under(path, &format!("row {line}")),
                Cause::Odd,
                "more cells than columns",
            );
        }
    }
}

/// A reader that takes each row for what it is, however many cells it has.
fn reader<R: io::Read>(delimiter: u8, input: R) -> csv::Reader<R> {
    csv::ReaderBuilder::new()
        .delimiter(delimiter)
        .has_headers(false)
        .flexible(true)
        .from_reader(input)
}

/// Reads a table of any length, some rows at a time.
pub(crate) fn rows(
    input: &mut impl BufRead,
    limits: &Limits,
    at_once: usize,
    give: &mut impl FnMut(Reading) -> io::Result<()>,
) -> io::Result<()> {
    let head = input.fill_buf()?;
    let head = head.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(head);
    // The buffer may hold the whole, or end in the middle of a row.
    let delimiter = delimiter(head, true)
        .or_else(|| delimiter(head, false))
        .unwrap_or(b',');
    let mut rows = reader(delimiter, input);
    let mut names = None;
    let mut record = csv::ByteRecord::new();
    let mut start = 0;
    loop {
        let mut reader = Reader {
            limits,
            text_left: limits.text,
            reading: Reading {
                format: Format::Csv,
                start,
                ..Reading::default()
            },
        };
        let mut more = true;
        for _ in 0..at_once {
            more = rows
                .read_byte_record(&mut record)
                .map_err(io::Error::other)?;
            if !more {
                break;
            }
            reader.row("", &mut names, &record);
        }
        start = rows.position().byte();
        reader.reading.end = start;
        give(reader.reading)?;
        if !more {
            return Ok(());
        }
    }
}
