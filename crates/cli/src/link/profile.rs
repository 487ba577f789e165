//! `orfevre link profile`: what the columns hold, and what blocking rules would cost.

use std::{
    collections::HashMap,
    hash::{BuildHasher, BuildHasherDefault, DefaultHasher},
    path::{Path, PathBuf},
    process::ExitCode,
};

use anyhow::{Context, Result};
use clap::Args;
use linkage::batch::Linkage;
use serde_json::json;

use super::{
    Files,
    column::{Kind, could_be, readable},
    read_model, say,
    table::{Cell, Table},
    words::rule_in_words,
};

#[derive(Args)]
#[command(after_help = "Exit codes: 0 done; 2 not done, with the reason on standard error.")]
pub(super) struct Profile {
    #[command(flatten)]
    files: Files,
    /// Also count the pairs of this model's blocking rules.
    #[arg(long, value_name = "FILE")]
    model: Option<PathBuf>,
    /// One JSON object a line: each column, then each rule.
    #[arg(long)]
    json: bool,
}

impl Profile {
    pub(super) fn run(self) -> Result<ExitCode> {
        for path in &self.files.input {
            let table = Table::open(path)?;
            let (records, columns) = columns(&table)?;
            if self.json {
                for column in &columns {
                    say(&format!(
                        "{}\n",
                        column.json(path.display().to_string(), records)
                    ))?;
                }
            } else {
                say(&format!("{}: {records} records\n", path.display()))?;
                print_columns(&columns, records)?;
            }
        }
        if let Some(model) = &self.model {
            self.rules(model)?;
        }
        Ok(ExitCode::SUCCESS)
    }

    fn rules(&self, path: &Path) -> Result<()> {
        let model = read_model(path)?;
        let loaded = self.files.load(&model)?;
        let linkage = Linkage::new(model, &loaded.records, self.files.counting())
            .with_context(|| path.display().to_string())?;
        let rules = linkage.model().blocking.iter();
        for (number, (rule, pairs)) in (1..).zip(rules.zip(linkage.pairs_per_rule())) {
            let rule = rule_in_words(rule);
            if self.json {
                say(&format!(
                    "{}\n",
                    json!({"rule": number, "keys": rule, "pairs": pairs})
                ))?;
            } else {
                say(&format!("rule {number:2}  {pairs:>14} pairs  {rule}\n"))?;
            }
        }
        Ok(())
    }
}

/// What a column holds.
#[derive(Debug)]
pub(super) struct Profiled {
    pub(super) name: String,
    /// Records that have a value.
    pub(super) known: u64,
    /// Different values.
    pub(super) distinct: u64,
    /// The most frequent value and how often it comes.
    pub(super) most: Option<(String, u64)>,
    /// The first of the kinds that every value could be.
    pub(super) kind: Kind,
    /// Whether all values are of one length, as codes are.
    pub(super) one_length: bool,
}

impl Profiled {
    fn json(&self, file: String, records: u64) -> serde_json::Value {
        json!({
            "file": file,
            "column": self.name,
            "records": records,
            "known": self.known,
            "distinct": self.distinct,
            "most_frequent": self.most.as_ref().map(|(value, _)| value),
            "most_frequent_count": self.most.as_ref().map(|(_, count)| count),
            "could_be": self.kind.to_string(),
        })
    }
}

fn print_columns(columns: &[Profiled], records: u64) -> Result<()> {
    let names = columns.iter().map(|column| column.name.chars().count());
    let name = names.max().unwrap_or(0).max(6);
    say(&format!(
        "{:name$}  {:>7}  {:>10}  {:8}  most frequent\n",
        "column", "known", "distinct", "could be"
    ))?;
    for column in columns {
        let share = |count: u64| 100.0 * count as f64 / records.max(1) as f64;
        let most = match &column.most {
            Some((value, count)) => format!("{value} ({count} times, {:.2} %)", share(*count)),
            None => "–".to_owned(),
        };
        say(&format!(
            "{:name$}  {:>5.1} %  {:>10}  {:8}  {most}\n",
            column.name,
            share(column.known),
            column.distinct,
            column.kind.to_string()
        ))?;
    }
    Ok(())
}

/// How many records a table has, and what its columns hold. Reads it twice, since it keeps hashes of the values
/// and not the values.
pub(super) fn columns(table: &Table) -> Result<(u64, Vec<Profiled>)> {
    let names: Vec<&str> = table.columns().iter().map(String::as_str).collect();
    // the same value in every run is named of those that are equally frequent
    let hasher = BuildHasherDefault::<DefaultHasher>::default();
    let mut counts: Vec<HashMap<u64, u64>> = names.iter().map(|_| HashMap::new()).collect();
    let mut kinds: Vec<Vec<Kind>> = names.iter().map(|_| Kind::telling()).collect();
    // the shortest and the longest
    let mut lengths = vec![(usize::MAX, 0); names.len()];
    let mut records = 0;
    table.rows(&names, &mut |_, cells| {
        records += 1;
        for (at, cell) in cells.iter().enumerate() {
            if *cell != Cell::Null {
                let text = readable(cell);
                let (shortest, longest) = lengths[at];
                lengths[at] = (shortest.min(text.len()), longest.max(text.len()));
                *counts[at].entry(hasher.hash_one(text)).or_default() += 1;
                kinds[at].retain(|kind| could_be(kind, cell));
            }
        }
        Ok(())
    })?;
    let most: Vec<Option<(u64, u64)>> = counts
        .iter()
        .map(|counts| {
            let most = counts.iter().max_by_key(|(hash, count)| (**count, **hash));
            most.map(|(hash, count)| (*hash, *count))
        })
        .collect();
    let mut values: Vec<Option<String>> = vec![None; names.len()];
    table.rows(&names, &mut |_, cells| {
        for ((cell, most), value) in cells.iter().zip(&most).zip(&mut values) {
            let Some((hash, _)) = most else { continue };
            if value.is_none() && hasher.hash_one(readable(cell)) == *hash {
                *value = Some(readable(cell));
            }
        }
        Ok(())
    })?;
    let columns = names.iter().enumerate().map(|(at, name)| {
        let count = most[at].map(|(_, count)| count);
        let known = counts[at].values().sum();
        Profiled {
            name: (*name).to_owned(),
            known,
            distinct: counts[at].len() as u64,
            most: values[at].take().zip(count),
            kind: kinds[at]
                .first()
                .filter(|_| known > 0)
                .cloned()
                .unwrap_or(Kind::text()),
            one_length: lengths[at].0 == lengths[at].1,
        }
    });
    Ok((records, columns.collect()))
}
