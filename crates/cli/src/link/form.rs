//! The forms of tables, told by a file's ending.

use std::path::Path;

use anyhow::{Result, bail};

/// A form that tables are read and written in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Form {
    Csv,
    JsonLines,
    Parquet,
    /// Read only.
    Arrow,
}

impl Form {
    /// What a file is read as.
    pub(crate) fn of(path: &Path) -> Result<Form> {
        let ending = path.extension().map(|ending| ending.to_ascii_lowercase());
        Ok(match ending.as_deref().and_then(|ending| ending.to_str()) {
            Some("csv" | "tsv") => Form::Csv,
            Some("jsonl" | "ndjson") => Form::JsonLines,
            Some("parquet") => Form::Parquet,
            Some("arrow" | "arrows" | "feather" | "ipc") => Form::Arrow,
            _ => bail!(
                "{} ends in none of .csv, .tsv, .jsonl, .ndjson, .parquet, .arrow, .arrows, .feather and .ipc, so its form is not known: rename it",
                path.display()
            ),
        })
    }

    /// What a file is written as.
    pub(crate) fn written(path: &Path) -> Result<Form> {
        let form = Form::of(path)?;
        if form == Form::Arrow {
            bail!(
                "{} would be Arrow, which is read and not written: let it end in .parquet",
                path.display()
            );
        }
        Ok(form)
    }
}
