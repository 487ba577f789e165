//! What is wrong with a file of settings that has no places to point at.

/// What is wrong with a file, and how to mend it.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("line {line}: {what}; {mend}")]
pub struct FileProblem {
    /// The line, from 1; 1 where the problem names none.
    pub line: usize,
    /// What is wrong.
    pub what: String,
    /// How to mend it.
    pub mend: &'static str,
}

impl FileProblem {
    pub(crate) fn new(what: impl Into<String>, mend: &'static str) -> FileProblem {
        FileProblem {
            line: 1,
            what: what.into(),
            mend,
        }
    }

    /// What TOML says of a text that is none, or not the one asked for.
    pub(crate) fn of_toml(text: &str, error: &toml::de::Error, mend: &'static str) -> FileProblem {
        let at = error.span().map_or(0, |span| span.start).min(text.len());
        FileProblem {
            line: text.as_bytes()[..at]
                .iter()
                .filter(|byte| **byte == b'\n')
                .count()
                + 1,
            ..FileProblem::new(error.message(), mend)
        }
    }
}
