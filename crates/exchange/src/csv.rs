//! CSV, read row by row within bounded memory, where a broken row costs itself only.
//!
//! Not the `csv` crate: a quote opened and never closed makes it swallow the file as one row, held
//! in memory. Here such a row is one error and reading goes on at the next line. That stays linear
//! because a field either begins with a quote or holds none: a line seen once inside quotes and
//! once as a row's beginning cannot leave them open both times.

use std::io::Read;

use crate::{
    apply::apply,
    mapping::{Encoding, Mapping},
    record::{Problem, Record, RecordError, idempotency},
    rows::{MAX_ROW, Rows},
};

const MAX_COLUMNS: usize = 4_096;
const MAX_LINES: usize = 65_536;

/// The rows of a CSV file as raw answers, in order.
///
/// A row that cannot be read or mapped is an error, and the next one is tried. The iterator ends
/// with the file, or after one error when the headings are not what the mapping expects.
pub fn csv_records<R: Read>(reader: R, mapping: &Mapping) -> CsvRecords<'_, R> {
    CsvRecords {
        rows: Rows::new(reader),
        mapping,
        layout: None,
        cells: Cells::default(),
        ended: false,
    }
}

/// See [`csv_records`].
pub struct CsvRecords<'m, R> {
    rows: Rows<R>,
    mapping: &'m Mapping,
    layout: Option<Layout>,
    cells: Cells,
    ended: bool,
}

/// What the headings say.
#[derive(Debug)]
struct Layout {
    separator: u8,
    columns: usize,
    /// For each source of the mapping, its column.
    sources: Vec<usize>,
}

/// A row's cells, unquoted, one after the other.
#[derive(Debug, Default)]
struct Cells {
    bytes: Vec<u8>,
    ends: Vec<usize>,
}

impl<R: Read> Iterator for CsvRecords<'_, R> {
    type Item = Result<Record, RecordError>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.ended {
            return None;
        }
        if self.layout.is_none() {
            match self.headings() {
                Ok(layout) => self.layout = Some(layout),
                Err(what) => {
                    self.ended = true;
                    return Some(Err(RecordError {
                        line: self.rows.line,
                        what,
                    }));
                }
            }
        }
        let separator = self.layout.as_ref().map_or(b',', |layout| layout.separator);
        loop {
            let line = self.rows.line;
            let row = match self.scan(separator) {
                Ok(Some(row)) => row,
                Ok(None) => {
                    self.ended = true;
                    return None;
                }
                Err(what) => {
                    self.ended = matches!(what, Problem::Read(_));
                    if !self.ended
                        && let Err(error) = self.rows.skip_line()
                    {
                        self.ended = true;
                        return Some(Err(RecordError {
                            line,
                            what: Problem::Read(error),
                        }));
                    }
                    return Some(Err(RecordError { line, what }));
                }
            };
            if self.cells.is_blank() {
                self.rows.take(row.taken);
                continue;
            }
            let record = self.record(line, row.length);
            self.rows.take(row.taken);
            return Some(record.map_err(|what| RecordError { line, what }));
        }
    }
}

/// How much of what lies ahead is the row.
struct Row {
    /// Without its line end.
    length: usize,
    /// With it.
    taken: usize,
}

enum State {
    Start,
    Plain,
    Quoted,
    /// After the closing quote, or the first of two.
    Closed,
    /// After the closing quote and a CR.
    Return,
}

impl<R: Read> CsvRecords<'_, R> {
    fn headings(&mut self) -> Result<Layout, Problem> {
        if self.rows.byte_order_mark().map_err(Problem::Read)? {
            return Err(Problem::Utf16);
        }
        let separator = loop {
            let end = self.rows.line_end().map_err(Problem::Read)?;
            let end = end.ok_or(Problem::TooLong { limit: MAX_ROW })?;
            let line = &self.rows.ahead()[..end];
            if !line.trim_ascii().is_empty() {
                break self.mapping.csv.separator.unwrap_or_else(|| sniff(line));
            }
            if end == self.rows.ahead().len() {
                break b','; // an empty file: it has no headings, said below
            }
            self.rows.take(end + 1);
        };
        let row = self.scan(separator)?;
        let headings = (0..self.cells.ends.len())
            .map(|index| Ok(self.text(index)?.trim().to_owned()))
            .collect::<Result<Vec<String>, Problem>>()?;
        let mut sources = Vec::new();
        for name in &self.mapping.sources {
            let mut found = headings
                .iter()
                .enumerate()
                .filter(|(_, heading)| *heading == name);
            match (found.next(), found.next()) {
                (Some((index, _)), None) => sources.push(index),
                (Some(_), Some(_)) => return Err(Problem::SameColumn { name: name.clone() }),
                (None, _) => {
                    let has = crate::record::shown(&headings.join(", "));
                    return Err(Problem::NoColumn {
                        name: name.clone(),
                        has,
                    });
                }
            }
        }
        if let Some(row) = row {
            self.rows.take(row.taken);
        }
        Ok(Layout {
            separator,
            columns: headings.len(),
            sources,
        })
    }

    fn record(&self, line: u64, length: usize) -> Result<Record, Problem> {
        let layout = self.layout.as_ref().expect("read before the first row");
        if self.cells.ends.len() != layout.columns {
            return Err(Problem::Columns {
                expected: layout.columns,
                found: self.cells.ends.len(),
            });
        }
        let row = &self.rows.ahead()[..length];
        let values = layout
            .sources
            .iter()
            .map(|&index| {
                let text = self.text(index).map_err(|problem| match problem {
                    // Said as the byte of the row, which a person can find.
                    Problem::NotUtf8 { byte } => Problem::NotUtf8 {
                        byte: std::str::from_utf8(row)
                            .map_or_else(|error| error.valid_up_to() + 1, |_| byte),
                    },
                    other => other,
                })?;
                let text = text.trim();
                Ok(if text.is_empty() {
                    Vec::new()
                } else {
                    vec![text.to_owned()]
                })
            })
            .collect::<Result<Vec<_>, Problem>>()?;
        Ok(Record {
            line,
            raw: apply(self.mapping, &values)?,
            idempotency: idempotency(&self.mapping.id, row),
        })
    }

    fn text(&self, index: usize) -> Result<String, Problem> {
        let start = index
            .checked_sub(1)
            .map_or(0, |before| self.cells.ends[before]);
        let bytes = &self.cells.bytes[start..self.cells.ends[index]];
        match self.mapping.csv.encoding {
            Encoding::Windows1252 => Ok(bytes.iter().map(|&byte| windows_1252(byte)).collect()),
            Encoding::Utf8 => std::str::from_utf8(bytes)
                .map(str::to_owned)
                .map_err(|error| Problem::NotUtf8 {
                    byte: error.valid_up_to() + 1,
                }),
        }
    }

    /// Finds the row ahead and its cells; takes nothing. `None` at the end of the file.
    fn scan(&mut self, separator: u8) -> Result<Option<Row>, Problem> {
        let cells = &mut self.cells;
        cells.bytes.clear();
        cells.ends.clear();
        // One huge row must not hold its memory for the rest of the file.
        cells.bytes.shrink_to(1 << 20);
        let quotes = self.mapping.csv.quotes;
        let (mut at, mut lines, mut state) = (0, 0, State::Start);
        loop {
            let ahead = self.rows.ahead();
            while at < ahead.len() {
                let byte = ahead[at];
                at += 1;
                match state {
                    State::Start if byte == b'"' && quotes => {
                        state = State::Quoted;
                        continue;
                    }
                    State::Quoted if byte == b'"' => {
                        state = State::Closed;
                        continue;
                    }
                    State::Quoted => {
                        lines += usize::from(byte == b'\n');
                        if lines > MAX_LINES {
                            return Err(Problem::TooManyLines { limit: MAX_LINES });
                        }
                        cells.bytes.push(byte);
                        continue;
                    }
                    State::Closed if byte == b'"' => {
                        cells.bytes.push(byte);
                        state = State::Quoted;
                        continue;
                    }
                    State::Closed if byte == b'\r' => {
                        state = State::Return;
                        continue;
                    }
                    _ => {}
                }
                if byte == b'\n' {
                    let mut length = at - 1;
                    if !matches!(state, State::Return) && ahead[..length].ends_with(b"\r") {
                        // Not a quoted cell's own CR: that one stands before its closing quote.
                        if matches!(state, State::Plain) {
                            cells.bytes.pop();
                        }
                    }
                    if ahead[..length].ends_with(b"\r") {
                        length -= 1;
                    }
                    cells.end()?;
                    return Ok(Some(Row { length, taken: at }));
                }
                if byte == separator && !matches!(state, State::Return) {
                    cells.end()?;
                    state = State::Start;
                } else if matches!(state, State::Closed | State::Return) || (byte == b'"' && quotes)
                {
                    return Err(Problem::StrayQuote {
                        column: cells.ends.len() + 1,
                    });
                } else {
                    cells.bytes.push(byte);
                    state = State::Plain;
                }
            }
            if at > MAX_ROW {
                return Err(Problem::TooLong { limit: MAX_ROW });
            }
            if !self.rows.more().map_err(Problem::Read)? {
                if matches!(state, State::Quoted) {
                    return Err(Problem::OpenQuote);
                }
                if at == 0 {
                    return Ok(None);
                }
                cells.end()?;
                return Ok(Some(Row {
                    length: at,
                    taken: at,
                }));
            }
        }
    }
}

impl Cells {
    fn end(&mut self) -> Result<(), Problem> {
        self.ends.push(self.bytes.len());
        if self.ends.len() > MAX_COLUMNS {
            return Err(Problem::TooManyColumns { limit: MAX_COLUMNS });
        }
        Ok(())
    }

    fn is_blank(&self) -> bool {
        self.ends.len() == 1 && self.bytes.trim_ascii().is_empty()
    }
}

/// The separator a heading line holds most of, outside quotes.
fn sniff(line: &[u8]) -> u8 {
    let mut quoted = false;
    let mut counts = [0usize; 4];
    for &byte in line {
        quoted ^= byte == b'"';
        if !quoted && let Some(which) = SEPARATORS.iter().position(|&one| one == byte) {
            counts[which] += 1;
        }
    }
    // The first of equals: `max_by_key` would take the last.
    let best = (0..4)
        .rev()
        .max_by_key(|&which| counts[which])
        .expect("four separators");
    SEPARATORS[best]
}

pub(crate) const SEPARATORS: [u8; 4] = *b",;\t|";

fn windows_1252(byte: u8) -> char {
    const HIGH: [char; 32] = [
        '€', '\u{81}', '‚', 'ƒ', '„', '…', '†', '‡', 'ˆ', '‰', 'Š', '‹', 'Œ', '\u{8D}', 'Ž',
        '\u{8F}', //
        '\u{90}', '‘', '’', '“', '”', '•', '–', '—', '˜', '™', 'š', '›', 'œ', '\u{9D}', 'ž', 'Ÿ',
    ];
    match byte {
        0x80..=0x9F => HIGH[usize::from(byte - 0x80)],
        _ => char::from(byte),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const TWO: &str = "format = 1\nid = \"m\"\ndesk = \"d\"\n\
        [[field]]\nto = \"a\"\nfrom = \"a\"\n[[field]]\nto = \"b\"\nfrom = \"b\"\n";

    fn read(settings: &str, file: &[u8]) -> Vec<String> {
        let mapping: Mapping = format!("{TWO}{settings}").parse().unwrap();
        csv_records(file, &mapping)
            .map(|record| match record {
                Ok(record) => {
                    let text = |name| {
                        record
                            .raw
                            .get(name)
                            .map_or("", |value| value.as_str().unwrap())
                    };
                    format!("{} {}|{}", record.line, text("a"), text("b"))
                }
                Err(error) => error.to_string(),
            })
            .collect()
    }

    #[track_caller]
    fn check(file: impl AsRef<[u8]>, expected: &[&str]) {
        assert_eq!(read("", file.as_ref()), expected);
    }

    #[test]
    fn rows_are_read_whatever_their_separator_and_line_ends() {
        check("a,b\n1,2\n3,4", &["2 1|2", "3 3|4"]);
        check("\u{FEFF}b;x;a\r\n2;,;1\r\n", &["2 1|2"]);
        check("a\tb\n1,5\t2;3\n", &["2 1,5|2;3"]);
        check("a|b\n1|\n", &["2 1|"]);
        check("\n \n a , b \n\n1,2\n\n", &["5 1|2"]);
        check("\"a;,\";b;a\n0;2;1\n", &["2 1|2"]);
        check("", &["line 1: there is no column `a`; the file has: "]);
        check("a,b", &[]);
    }

    #[test]
    fn a_quoted_cell_holds_anything() {
        check(
            "a,b\n\"1,\"\"x\"\"\r\ny\",2\r\n3,\"4\"\r\n\"5\",6",
            &["2 1,\"x\"\r\ny|2", "4 3|4", "5 5|6"],
        );
        check("a,b\n\"\",\"2\r\"\r\n", &["2 |2"]);
    }

    #[test]
    fn a_bad_row_costs_itself_only() {
        check(
            b"a,b\n1,2\n3\n4,5,6\n\xFF,7\n8\"9,1\n\"x\"y,1\n10,11\n",
            &[
                "2 1|2",
                "line 3: 1 columns where the headings have 2",
                "line 4: 3 columns where the headings have 2",
                "line 5: byte 1 of the row is not UTF-8; if the file is from an old spreadsheet, set encoding = \"windows-1252\"",
                "line 6: a quote stands inside column 1; quote the whole field and double the quotes in it, or set quotes = false",
                "line 7: a quote stands inside column 1; quote the whole field and double the quotes in it, or set quotes = false",
                "8 10|11",
            ],
        );
        check(
            "a,b\n\"1,2\n3,4\n5,6\n",
            &[
                "line 2: a quote is opened and never closed",
                "3 3|4",
                "4 5|6",
            ],
        );
        check("a,a,b\n", &["line 1: there are several columns `a`"]);
        check(
            "x,b\n",
            &["line 1: there is no column `a`; the file has: x, b"],
        );
        check(
            b"\xFF\xFEa\0,\0b\0\n\0",
            &["line 1: the file is UTF-16; save it as UTF-8"],
        );
    }

    #[test]
    fn settings_override_what_is_found() {
        assert_eq!(
            read("[csv]\nquotes = false\n", b"a\tb\n5\" x\t\"\n"),
            ["2 5\" x|\""]
        );
        assert_eq!(
            read("[csv]\nseparator = \";\"\n", b"a,x;b\n"),
            ["line 1: there is no column `a`; the file has: a,x, b"]
        );
        assert_eq!(
            read(
                "[csv]\nencoding = \"windows-1252\"\n",
                b"a,b\n\x80\xE9,\x9C\n"
            ),
            ["2 €é|œ"]
        );
    }

    #[test]
    fn a_row_too_large_is_one_error_and_little_memory() {
        let long = "x".repeat(MAX_ROW + CHUNKS);
        check(
            format!("a,b\n1,{long}\n\"{long}\n3,4\n"),
            &[
                &format!("line 2: the row is larger than {MAX_ROW} bytes"),
                &format!("line 3: the row is larger than {MAX_ROW} bytes"),
                "4 3|4",
            ],
        );
        let wide = ",".repeat(MAX_COLUMNS);
        check(
            format!("a,b\n{wide}\n3,4\n"),
            &["line 2: more than 4096 columns", "3 3|4"],
        );
        let tall = "\n".repeat(MAX_LINES + 1);
        let read = read("", format!("a,b\n\"{tall}3,4\n").as_bytes());
        assert_eq!(
            read,
            [
                "line 2: a quoted field runs over more than 65536 lines",
                "65539 3|4"
            ]
        );
    }
    const CHUNKS: usize = 200_000;

    /// Every row begins inside a quote that nothing closes: each line is looked at twice, not once
    /// for every line before it.
    #[test]
    fn quotes_left_open_do_not_make_reading_quadratic() {
        let file = format!("a,b\n{}", "\"x\",\"y\n".repeat(200_000));
        let mapping: Mapping = TWO.parse().unwrap();
        let records = csv_records(file.as_bytes(), &mapping).count();
        assert!(records >= 100_000, "{records}");
    }

    /// A reader that gives what it has byte by byte, or fails.
    struct Broken<'a>(&'a [u8]);
    impl Read for Broken<'_> {
        fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
            match self.0.split_first() {
                None => Err(std::io::Error::other("cable pulled")),
                Some((first, rest)) => {
                    buffer[0] = *first;
                    self.0 = rest;
                    Ok(1)
                }
            }
        }
    }

    #[test]
    fn a_reader_that_fails_ends_with_one_error() {
        let mapping: Mapping = TWO.parse().unwrap();
        let read: Vec<_> = csv_records(Broken(b"a,b\r\n\"1\",2\r\n3,"), &mapping)
            .map(|record| record.map(|record| record.line).map_err(|error| error.line))
            .collect();
        assert_eq!(read, [Ok(2), Err(3)]);
    }

    proptest! {
        #[test]
        fn any_bytes_are_rows_or_errors(bytes in prop::collection::vec(prop::sample::select(b"ab,;\"\r\n\t \xFF\xC3\xA9".to_vec()), 0..80)) {
            let mut file = b"a,b\n".to_vec();
            file.extend(&bytes);
            let rows = read("", &file);
            prop_assert!(rows.len() <= bytes.iter().filter(|&&byte| byte == b'\n').count() + 1);
        }

        #[test]
        fn what_is_written_quoted_is_read_back(rows in prop::collection::vec(("[a-z,;\"\n\r é]{0,12}[a-z]", "[a-z,\"\n]{0,8}[a-z]"), 0..8)) {
            let quoted = |text: &str| format!("\"{}\"", text.replace('"', "\"\""));
            let file: String = rows.iter().map(|(a, b)| format!("{},{}\r\n", quoted(a), quoted(b))).collect();
            let read: Vec<_> = read("", format!("a,b\n{file}").as_bytes())
                .into_iter()
                .map(|row| row.split_once(' ').unwrap().1.to_owned())
                .collect();
            let expected: Vec<_> = rows.iter().map(|(a, b)| format!("{}|{}", a.trim(), b.trim())).collect();
            prop_assert_eq!(read, expected);
        }
    }
}
