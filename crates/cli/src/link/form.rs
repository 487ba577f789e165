//! The forms of tables, told by a file's ending.

use std::path::Path;

use anyhow::{Result, bail};

/// A form that tables are read and written in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Form {
    Csv,
    JsonLines,
    Parquet,
}

impl Form {
    pub(crate) fn of(path: &Path) -> Result<Form> {
        let ending = path.extension().map(|ending| ending.to_ascii_lowercase());
        Ok(match ending.as_deref().and_then(|ending| ending.to_str()) {
            Some("csv" | "tsv") => Form::Csv,
            Some("jsonl" | "ndjson") => Form::JsonLines,
            Some("parquet") => Form::Parquet,
            _ => bail!(
                "{} ends in none of .csv, .tsv, .jsonl, .ndjson and .parquet, so its form is not known: rename it",
                path.display()
            ),
        })
    }
}
