//! Where in a file a problem lies.

use std::{fmt, ops::Range};

use crate::expression::Refusal;

/// A problem in a configuration file, with what mends it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct ConfigProblem {
    /// The file, as named by the caller.
    pub file: String,
    /// From 1.
    pub line: usize,
    /// In characters, from 1.
    pub column: usize,
    /// What is wrong.
    pub what: String,
    /// What to do about it.
    pub mend: String,
}

impl fmt::Display for ConfigProblem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let ConfigProblem {
            file,
            line,
            column,
            what,
            mend,
        } = self;
        write!(f, "{file}:{line}:{column}: {what}; {mend}")
    }
}

impl std::error::Error for ConfigProblem {}

/// A file and the problems found in it so far.
#[derive(Debug)]
pub(super) struct Source<'a> {
    pub(super) path: &'a str,
    pub(super) content: &'a str,
    pub(super) problems: Vec<ConfigProblem>,
}

impl<'a> Source<'a> {
    pub(super) fn new(path: &'a str, content: &'a str) -> Source<'a> {
        Source {
            path,
            content,
            problems: Vec::new(),
        }
    }

    /// Reports a problem at a byte offset.
    pub(super) fn report(
        &mut self,
        offset: usize,
        what: impl Into<String>,
        mend: impl Into<String>,
    ) {
        let (line, column) = line_and_column(self.content, offset);
        self.problems.push(ConfigProblem {
            file: self.path.to_owned(),
            line,
            column,
            what: what.into(),
            mend: mend.into(),
        });
    }

    /// Reports what an expression was refused for, at its place in the file.
    pub(super) fn refuse(&mut self, span: &Range<usize>, expression: &str, refusal: Refusal) {
        let offset = self.within(span, expression, refusal.offset);
        self.report(offset, refusal.what, refusal.mend);
    }

    /// The place in the file of a byte of a string value. Where escapes shift it, the string's start.
    pub(super) fn within(&self, span: &Range<usize>, value: &str, offset: usize) -> usize {
        let written = self.content.get(span.clone()).unwrap_or_default();
        let mut opening = 0;
        for quotes in ["'''", "\"\"\"", "'", "\""] {
            if written.starts_with(quotes) {
                opening = quotes.len();
                break;
            }
        }
        if opening == 3 {
            let inside = &written[opening..];
            opening += inside.len() - inside.trim_start_matches('\r').len();
            opening += usize::from(written[opening..].starts_with('\n'));
        }
        if written[opening..].starts_with(value) {
            span.start + opening + offset
        } else {
            span.start
        }
    }
}

fn line_and_column(content: &str, offset: usize) -> (usize, usize) {
    let mut offset = offset.min(content.len());
    while !content.is_char_boundary(offset) {
        offset -= 1;
    }
    let before = &content[..offset];
    let line_start = before.rfind('\n').map_or(0, |newline| newline + 1);
    (
        before.matches('\n').count() + 1,
        before[line_start..].chars().count() + 1,
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_byte_of_an_expression_is_found_in_its_file() {
        let check = |written: &str, value: &str, expected: (usize, usize)| {
            let content = format!("é = 1\nwhen = {written}\n");
            let start = content.find("when").unwrap() + 7;
            let source = Source::new("x.toml", &content);
            let offset = source.within(&(start..start + written.len()), value, 2);
            assert_eq!(line_and_column(&content, offset), expected, "{written}");
        };
        check("'a == 1'", "a == 1", (2, 11));
        check("\"a == 1\"", "a == 1", (2, 11));
        check("'''\na == 1'''", "a == 1", (3, 3));
        check("\"\\u0061 == 1\"", "a == 1", (2, 8));
    }
}
