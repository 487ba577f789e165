//! What is wrong with a file of settings that has no places to point at.

/// What is wrong with a file, and how to mend it.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{what}; {mend}")]
pub struct FileProblem {
    /// What is wrong.
    pub what: String,
    /// How to mend it.
    pub mend: &'static str,
}

impl FileProblem {
    pub(crate) fn new(what: impl Into<String>, mend: &'static str) -> FileProblem {
        FileProblem {
            what: what.into(),
            mend,
        }
    }
}
