//! Pairs that a person has judged, for training.

use std::path::Path;

use anyhow::{Result, bail};

use super::{column::shown, load::Loaded, table::Table};

/// The pairs of one entity among the labels of a file. Those that are not one are read, and say nothing of m.
pub(super) fn read(path: &Path, loaded: &Loaded) -> Result<Vec<(u32, u32)>> {
    let table = Table::open(path)?;
    let judged = table.columns().iter().any(|column| column == "match");
    let columns: &[&str] = if judged {
        &["id_l", "id_r", "match"]
    } else {
        &["id_l", "id_r"]
    };
    let finder = loaded.finder();
    let (mut matches, mut others) = (Vec::new(), 0_u64);
    table.rows(columns, &mut |line, cells| {
        let place = || table.place(line);
        let text = |at: usize| cells.get(at).and_then(shown).unwrap_or_default();
        let record = |at: usize| {
            let found = finder.find(&text(at));
            anyhow::Context::with_context(found, place)
        };
        let pair = (record(0)?, record(1)?);
        match text(2).to_ascii_lowercase().as_str() {
            "" if !judged => matches.push(pair),
            "1" | "true" => matches.push(pair),
            "0" | "false" => others += 1,
            other => bail!(
                "{}: {other:?} in column \"match\" is neither 1 nor 0",
                place()
            ),
        }
        Ok(())
    })?;
    if matches.is_empty() {
        bail!(
            "{} has no pair of one entity: there is nothing to take m from",
            path.display()
        );
    }
    eprintln!(
        "{}: {} pairs of one entity set m{}",
        path.display(),
        matches.len(),
        match others {
            0 => String::new(),
            others => format!("; {others} that are not one are left out"),
        }
    );
    Ok(matches)
}
