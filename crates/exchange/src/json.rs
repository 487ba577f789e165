//! JSON lines: one object a line.

use std::io::Read;

use serde_json::{Map, Value};

use crate::{
    apply::apply,
    mapping::Mapping,
    record::{Problem, Record, RecordError, idempotency},
    rows::{MAX_ROW, Rows},
};

/// The lines of a file as raw answers, in order: as they are, or through a mapping.
///
/// A line that cannot be read or mapped is an error, and the next one is tried; blank lines are
/// passed over.
pub fn json_lines<R: Read>(reader: R, mapping: Option<&Mapping>) -> JsonLines<'_, R> {
    JsonLines {
        rows: Rows::new(reader),
        mapping,
        begun: false,
        ended: false,
    }
}

/// See [`json_lines`].
pub struct JsonLines<'m, R> {
    rows: Rows<R>,
    mapping: Option<&'m Mapping>,
    begun: bool,
    ended: bool,
}

impl<R: Read> Iterator for JsonLines<'_, R> {
    type Item = Result<Record, RecordError>;

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            if self.ended {
                return None;
            }
            let line = self.rows.line;
            let record = self.line();
            self.ended |= matches!(record, Err(Problem::Read(_) | Problem::Utf16));
            match record {
                Ok(None) => {}
                Ok(Some(record)) => return Some(Ok(record)),
                Err(what) => return Some(Err(RecordError { line, what })),
            }
        }
    }
}

impl<R: Read> JsonLines<'_, R> {
    /// Takes a line; `None` when it is blank.
    fn line(&mut self) -> Result<Option<Record>, Problem> {
        if !self.begun {
            self.begun = true;
            if self.rows.byte_order_mark().map_err(Problem::Read)? {
                return Err(Problem::Utf16);
            }
        }
        let line = self.rows.line;
        let Some(end) = self.rows.line_end().map_err(Problem::Read)? else {
            self.rows.skip_line().map_err(Problem::Read)?;
            return Err(Problem::TooLong { limit: MAX_ROW });
        };
        let row = self.rows.ahead()[..end].trim_ascii();
        let record = match row {
            [] => Ok(None),
            _ => self.record(line, row).map(Some),
        };
        let last = end == self.rows.ahead().len();
        self.ended |= last;
        self.rows.take(end + usize::from(!last));
        record
    }

    fn record(&self, line: u64, row: &[u8]) -> Result<Record, Problem> {
        let object = match serde_json::from_slice(row).map_err(Problem::NotJson)? {
            Value::Object(object) => object,
            other => {
                return Err(Problem::NotAnObject {
                    found: kind(&other),
                });
            }
        };
        let (id, raw) = match self.mapping {
            None => ("", object),
            Some(mapping) => {
                let values = mapping.sources.iter().map(|from| values(&object, from));
                (
                    mapping.id.as_str(),
                    apply(mapping, &values.collect::<Result<Vec<_>, _>>()?)?,
                )
            }
        };
        Ok(Record {
            line,
            raw,
            idempotency: idempotency(id, row),
        })
    }
}

/// What a line holds at a path, as texts; an empty one keeps its place in a list.
fn values(object: &Map<String, Value>, from: &str) -> Result<Vec<String>, Problem> {
    let text = |value: &Value| match value {
        Value::Null => Ok(String::new()),
        Value::Bool(yes) => Ok(yes.to_string()),
        Value::Number(number) => Ok(number.to_string()),
        Value::String(text) => Ok(text.trim().to_owned()),
        Value::Array(_) | Value::Object(_) => Err(Problem::NotAValue {
            from: from.to_owned(),
            found: kind(value),
        }),
    };
    // A key with a dot in it comes before a path.
    let found = object.get(from).or_else(|| {
        let mut keys = from.split('.');
        let first = object.get(keys.next()?)?;
        keys.try_fold(first, |value, key| value.get(key))
    });
    match found {
        None | Some(Value::Null) => Ok(Vec::new()),
        Some(Value::Array(values)) => values.iter().map(text).collect(),
        Some(value) => text(value).map(|text| vec![text]),
    }
}

fn kind(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "boolean",
        Value::Number(_) => "number",
        Value::String(_) => "string",
        Value::Array(_) => "list",
        Value::Object(_) => "object",
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const MAPPING: &str = "format = 1\nid = \"m\"\ndesk = \"d\"\n\
        [[field]]\nto = \"urls.*.url\"\nfrom = \"u\"\n[[field]]\nto = \"a\"\nfrom = \"b.c\"\n";

    #[track_caller]
    fn check(mapping: Option<&str>, file: impl AsRef<[u8]>, expected: &[&str]) {
        let mapping = mapping.map(|text| text.parse::<Mapping>().unwrap());
        let read: Vec<_> = json_lines(file.as_ref(), mapping.as_ref())
            .map(|record| match record {
                Ok(record) => format!("{} {}", record.line, Value::Object(record.raw)),
                Err(error) => error.to_string(),
            })
            .collect();
        assert_eq!(read, expected);
    }

    #[test]
    fn lines_are_answers_or_errors_of_their_own() {
        check(
            None,
            b"\xEF\xBB\xBF{\"a\":1}\r\n\n[1]\n{\"a\"\n{\"a\":\"\xFF\"}\n{\"b\":null}",
            &[
                "1 {\"a\":1}",
                "line 3: a JSON list where an object was expected",
                "line 4: not JSON",
                "line 5: not JSON",
                "6 {\"b\":null}",
            ],
        );
        check(None, "", &[]);
        check(
            None,
            b"\xFE\xFF\0{",
            &["line 1: the file is UTF-16; save it as UTF-8"],
        );
        let deep = "[".repeat(100_000);
        check(None, format!("{deep}\n{{}}"), &["line 1: not JSON", "2 {}"]);
        let long = "x".repeat(MAX_ROW + 200_000);
        check(
            None,
            format!("{long}\n{{}}\n"),
            &[
                &format!("line 1: the row is larger than {MAX_ROW} bytes"),
                "2 {}",
            ],
        );
    }

    #[test]
    fn a_mapping_reads_lists_and_paths() {
        check(
            Some(MAPPING),
            "{\"u\":[\" x \",null,3,true],\"b\":{\"c\":\"y\"}}\n{\"u\":\"x\",\"b.c\":\"z\"}\n{\"u\":{}}\n{\"u\":[[]]}\n{}",
            &[
                "1 {\"a\":\"y\",\"urls\":[{\"url\":\"x\"},{\"url\":\"3\"},{\"url\":\"true\"}]}",
                "2 {\"a\":\"z\",\"urls\":[{\"url\":\"x\"}]}",
                "line 3: `u` holds a JSON object, not a value or a list of values",
                "line 4: `u` holds a JSON list, not a value or a list of values",
                "5 {}",
            ],
        );
    }

    #[test]
    fn the_key_is_of_the_row_and_the_mapping_alone() {
        let keys = |file: &str, mapping: Option<&Mapping>| -> Vec<String> {
            json_lines(file.as_bytes(), mapping)
                .map(|record| record.unwrap().idempotency)
                .collect()
        };
        let mapping: Mapping = MAPPING.parse().unwrap();
        let whole = keys("{\"u\":1}\n{\"u\":2}\n", None);
        assert_eq!(keys("{\"u\":2}", None), whole[1..]);
        assert_ne!(whole[0], whole[1]);
        assert_ne!(keys("{\"u\":2}", Some(&mapping)), whole[1..]);
    }

    proptest! {
        #[test]
        fn any_bytes_are_lines_or_errors(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
            let lines = bytes.split(|&byte| byte == b'\n').count();
            prop_assert!(json_lines(bytes.as_slice(), None).count() <= lines);
        }
    }
}
