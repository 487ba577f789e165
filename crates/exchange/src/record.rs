//! What a row becomes: raw answers, or what is wrong with it.

use serde_json::{Map, Value};
use sha2::{Digest, Sha256};

/// A row of a file, as raw answers.
#[derive(Clone, Debug, PartialEq)]
pub struct Record {
    /// The line of the file where the row begins, from 1.
    pub line: u64,
    /// The raw answers, for `casework::answers::validate`.
    pub raw: Map<String, Value>,
    /// The same for the same row and mapping, for ever: 64 hex digits.
    pub idempotency: String,
}

/// A row that could not be read. The next one can.
#[derive(Debug, thiserror::Error)]
#[error("line {line}: {what}")]
pub struct RecordError {
    /// The line of the file where the row begins, from 1.
    pub line: u64,
    /// What is wrong with it.
    pub what: Problem,
}

/// What is wrong with a row.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Problem {
    /// The file could not be read further.
    #[error("the file could not be read further")]
    Read(#[source] std::io::Error),
    /// The row is larger than a row may be.
    #[error("the row is larger than {limit} bytes")]
    TooLong {
        /// The largest row.
        limit: usize,
    },
    /// A quoted field runs over too many lines.
    #[error("a quoted field runs over more than {limit} lines")]
    TooManyLines {
        /// The largest number of lines.
        limit: usize,
    },
    /// The row has more columns than any row may have.
    #[error("more than {limit} columns")]
    TooManyColumns {
        /// The largest number of columns.
        limit: usize,
    },
    /// The file is UTF-16.
    #[error("the file is UTF-16; save it as UTF-8")]
    Utf16,
    /// The bytes are no UTF-8.
    #[error(
        "byte {byte} of the row is not UTF-8; if the file is from an old spreadsheet, set encoding = \"windows-1252\""
    )]
    NotUtf8 {
        /// The first byte that is not, from 1.
        byte: usize,
    },
    /// A quote opens and the file ends.
    #[error("a quote is opened and never closed")]
    OpenQuote,
    /// A quote inside a field that did not begin with one, or text after the closing quote.
    #[error(
        "a quote stands inside column {column}; quote the whole field and double the quotes in it, or set quotes = false"
    )]
    StrayQuote {
        /// The column, from 1.
        column: usize,
    },
    /// The row has not as many columns as the headings.
    #[error("{found} columns where the headings have {expected}")]
    Columns {
        /// As many as the headings.
        expected: usize,
        /// As many as the row.
        found: usize,
    },
    /// The mapping names a column that the headings do not have.
    #[error("there is no column `{name}`; the file has: {has}")]
    NoColumn {
        /// The column named by the mapping.
        name: String,
        /// The headings.
        has: String,
    },
    /// The mapping names a column that the headings have twice.
    #[error("there are several columns `{name}`")]
    SameColumn {
        /// The column named by the mapping.
        name: String,
    },
    /// The line is not JSON.
    #[error("not JSON")]
    NotJson(#[source] serde_json::Error),
    /// The line is JSON and no object.
    #[error("a JSON {found} where an object was expected")]
    NotAnObject {
        /// What it is.
        found: &'static str,
    },
    /// What is mapped from is an object, or a list of lists.
    #[error("`{from}` holds a JSON {found}, not a value or a list of values")]
    NotAValue {
        /// The path in the line.
        from: String,
        /// What it is.
        found: &'static str,
    },
    /// The mapping's `values` do not have this one.
    #[error("`{from}` is {value:?}, which the mapping's values do not name")]
    UnknownValue {
        /// The column.
        from: String,
        /// What it holds, cut when long.
        value: String,
    },
    /// Not a day in the mapping's form.
    #[error("`{from}` is {value:?}, not a date as {format}")]
    NotADate {
        /// The column.
        from: String,
        /// What it holds, cut when long.
        value: String,
        /// The form expected.
        format: String,
    },
    /// Several values for one answer.
    #[error("`{from}` has {count} values for the one answer {to}")]
    SeveralValues {
        /// The column.
        from: String,
        /// How many.
        count: usize,
        /// The path of the answer.
        to: String,
    },
}

/// The key of a row under a mapping.
pub(crate) fn idempotency(mapping: &str, row: &[u8]) -> String {
    let mut hash = Sha256::new();
    hash.update(b"orfevre-import-1\n");
    hash.update(mapping.as_bytes());
    hash.update(b"\n");
    hash.update(row);
    let mut hex = String::with_capacity(64);
    for byte in hash.finalize() {
        for digit in [byte >> 4, byte & 15] {
            hex.push(char::from_digit(u32::from(digit), 16).expect("below 16"));
        }
    }
    hex
}

/// A value as shown in a problem: never more than a line.
pub(crate) fn shown(value: &str) -> String {
    match value.char_indices().nth(80) {
        Some((end, _)) => format!("{}…", &value[..end]),
        None => value.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Keys are kept by stores for ever: this one may never change.
    #[test]
    fn the_key_of_a_row_is_frozen() {
        assert_eq!(
            idempotency("shops", b"a;b"),
            "c2cca5ed9905da209ed2f0776e6ade8d1685b8724e41db74ed0ce9a51523c9b7"
        );
    }
}
