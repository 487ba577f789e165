//! JSON, and lines of it: every string and number, with its JSON pointer (RFC 6901).

use serde_json::Value;

use crate::{Cause, Reader, beginning, under};

impl Reader<'_> {
    pub(crate) fn json(&mut self, path: &str, bytes: &[u8]) {
        let bytes = bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(bytes);
        self.values(path, bytes, 0);
    }

    /// One value, or many. Answers how many there were, with those before.
    pub(crate) fn values(&mut self, path: &str, bytes: &[u8], before: usize) -> usize {
        let mut number = before;
        let mut at = 0;
        while !bytes[at..].trim_ascii().is_empty() {
            let mut values =
                serde_json::Deserializer::from_slice(&bytes[at..]).into_iter::<Value>();
            let alone = before == 0 && at == 0;
            let mut last = 0;
            let mut failed = None;
            while let Some(value) = values.next() {
                match value {
                    Ok(value) => {
                        number += 1;
                        last = values.byte_offset();
                        // A lone value needs no number.
                        let here = if alone && number == 1 && bytes[last..].trim_ascii().is_empty()
                        {
                            path.to_owned()
                        } else {
                            under(path, &format!("value {number}"))
                        };
                        self.value(&here, "", &value);
                    }
                    Err(error) => failed = Some(error),
                }
            }
            let Some(error) = failed else { break };
            // All that the parser read before it gave up is given as text, to the end of that line, so that
            // nothing is read twice.
            let start = at + last;
            let rest = &bytes[start..];
            let end = line_end(&bytes[at..], error.line()).map_or(bytes.len(), |end| at + end);
            let end = end.max(start + 1) - start;
            number += 1;
            let here = under(path, &format!("value {number}"));
            self.problem(
                &here,
                Cause::Damaged,
                "this is no JSON: it is given as text",
            );
            self.text(&here, "", String::from_utf8_lossy(&rest[..end]));
            at = start + end;
        }
        number
    }

    /// Deep values are refused by the parser, so that this may call itself.
    fn value(&mut self, path: &str, label: &str, value: &Value) {
        match value {
            Value::Null | Value::Bool(_) => {}
            Value::Number(number) => self.text(path, label, number.to_string()),
            Value::String(text) => self.text(path, label, text.as_str()),
            Value::Array(values) => {
                for (at, value) in values.iter().enumerate() {
                    self.value(&format!("{path}/{at}"), label, value);
                }
            }
            Value::Object(members) => {
                for (name, value) in members {
                    let escaped = name.replace('~', "~0").replace('/', "~1");
                    let path = format!("{path}/{}", beginning(&escaped, 200));
                    // A name may be what is searched: a map from addresses to what was seen there.
                    if name.contains(['.', '@', ':']) || name.len() > 24 {
                        self.text(&path, "", name.as_str());
                    }
                    self.value(&path, name, value);
                }
            }
        }
    }
}

/// Where a line ends, the first being 1.
fn line_end(bytes: &[u8], line: usize) -> Option<usize> {
    bytes
        .iter()
        .enumerate()
        .filter(|(_, byte)| **byte == b'\n')
        .nth(line.saturating_sub(1))
        .map(|(at, _)| at + 1)
}
