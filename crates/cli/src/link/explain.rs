//! `orfevre link explain`: where the weight of two records comes from.

use std::{fmt::Write as _, process::ExitCode};

use anyhow::{Context, Result};
use clap::Args;
use linkage::batch::{Linkage, PairWaterfall};
use serde_json::{Value, json};

use super::{
    Inputs,
    column::shown,
    load::Loaded,
    must_be_trained,
    run::tell_columns,
    say,
    words::{columns_of, test_in_words},
};

#[derive(Args)]
#[command(
    after_help = "Exit codes: 0 done; 2 not done, with the reason on standard error.\nAn id that two inputs have is written with the name of its input: people/17."
)]
pub(super) struct Explain {
    /// A record's id.
    left: String,
    /// The other's.
    right: String,
    #[command(flatten)]
    inputs: Inputs,
    /// One JSON object instead of a table.
    #[arg(long)]
    json: bool,
}

impl Explain {
    pub(super) fn run(self) -> Result<ExitCode> {
        let model = self.inputs.model()?;
        must_be_trained(&model)?;
        let loaded = self.inputs.files.load(&model)?;
        if !self.json {
            tell_columns(&loaded);
        }
        let (left, right) = (loaded.find(&self.left)?, loaded.find(&self.right)?);
        let linkage = Linkage::new(model, &loaded.records, self.inputs.options())
            .with_context(|| self.inputs.model_file().display().to_string())?;
        let waterfall = linkage
            .explain(left, right)?
            .context("there are no such records")?;
        let (left, right) = (left.min(right), left.max(right));
        let shown = Shown {
            linkage: &linkage,
            waterfall: &waterfall,
            loaded: &loaded,
            pair: (left, right),
            values: (values(&loaded, left)?, values(&loaded, right)?),
        };
        if self.json {
            say(&format!("{}\n", shown.json()))?;
        } else {
            say(&shown.table())?;
        }
        Ok(ExitCode::SUCCESS)
    }
}

/// What a record holds in each column that the model reads, as the file has it.
fn values(loaded: &Loaded, record: u32) -> Result<Vec<String>> {
    let source = &loaded.sources[loaded.source(record)];
    let mut names = vec![source.id.as_str()];
    names.extend(loaded.columns.iter().map(|column| column.name.as_str()));
    let wanted = loaded.ids.get(record);
    let mut values = Vec::new();
    source.table.rows(&names, &mut |_, cells| {
        if shown(&cells[0]).as_deref() == Some(wanted) {
            let texts = cells[1..].iter();
            values = texts
                .map(|cell| shown(cell).unwrap_or_else(|| format!("{cell:?}")))
                .collect();
        }
        Ok(())
    })?;
    Ok(values)
}

struct Shown<'s> {
    linkage: &'s Linkage<'s>,
    waterfall: &'s PairWaterfall,
    loaded: &'s Loaded,
    pair: (u32, u32),
    values: (Vec<String>, Vec<String>),
}

/// A comparison of the pair.
struct Line {
    comparison: String,
    level: String,
    left: String,
    right: String,
    bits: f64,
}

impl Shown<'_> {
    fn lines(&self) -> Vec<Line> {
        let comparisons = self.linkage.model().comparisons.iter();
        comparisons
            .zip(&self.waterfall.steps)
            .map(|(comparison, step)| {
                let mut columns = Vec::new();
                comparison
                    .levels
                    .iter()
                    .for_each(|level| columns_of(&json!(level.when), &mut columns));
                let side = |values: &[String]| {
                    let held = self.loaded.columns.iter().zip(values);
                    let held = held.filter(|(column, _)| columns.contains(&column.name));
                    held.map(|(_, value)| value.as_str())
                        .collect::<Vec<_>>()
                        .join(" ")
                };
                let level = step.level.and_then(|level| comparison.levels.get(level));
                Line {
                    comparison: comparison.name.clone(),
                    level: level.map_or("a value is missing".to_owned(), |level| {
                        test_in_words(&level.when)
                    }),
                    left: side(&self.values.0),
                    right: side(&self.values.1),
                    bits: step.bits,
                }
            })
            .collect()
    }

    fn table(&self) -> String {
        let lines = self.lines();
        let width = |of: fn(&Line) -> &str| {
            let widths = lines.iter().map(|line| of(line).chars().count());
            widths.max().unwrap_or(0).clamp(5, 40)
        };
        let (name, level) = (width(|line| &line.comparison), width(|line| &line.level));
        let (left, right) = (width(|line| &line.left), width(|line| &line.right));
        let (ids, mut total) = (&self.loaded.ids, self.waterfall.prior_bits);
        let mut table = format!(
            "{:name$}  {:level$}  {:left$}  {:right$}  {:>7}  {:>7}\n",
            "",
            "level",
            ids.get(self.pair.0),
            ids.get(self.pair.1),
            "bits",
            "sum"
        );
        let mut row = |what: &str, at: &str, l: &str, r: &str, bits: f64, sum: f64| {
            // writing to a String cannot fail
            let _ = writeln!(
                table,
                "{what:name$}  {at:level$}  {l:left$}  {r:right$}  {bits:>+7.2}  {sum:>+7.2}"
            );
        };
        row("prior", "", "", "", total, total);
        for line in &lines {
            total += line.bits;
            row(
                &line.comparison,
                &line.level,
                &line.left,
                &line.right,
                line.bits,
                total,
            );
        }
        let _ = writeln!(
            table,
            "\nmatch weight {:.2} bits, match probability {:.6}",
            self.waterfall.weight, self.waterfall.probability
        );
        let rules: Vec<String> = self
            .waterfall
            .rules
            .iter()
            .map(|rule| (rule + 1).to_string())
            .collect();
        table.push_str(&match rules.as_slice() {
            [] => "no blocking rule makes this pair: it is never looked at\n".to_owned(),
            rules => format!("blocking rules that make this pair: {}\n", rules.join(", ")),
        });
        table
    }

    fn json(&self) -> Value {
        let steps: Vec<Value> = self
            .lines()
            .into_iter()
            .map(|line| {
                json!({"comparison": line.comparison, "level": line.level, "left": line.left, "right": line.right, "bits": line.bits})
            })
            .collect();
        let rules: Vec<usize> = self.waterfall.rules.iter().map(|rule| rule + 1).collect();
        json!({
            "left_id": self.loaded.ids.get(self.pair.0),
            "right_id": self.loaded.ids.get(self.pair.1),
            "prior_bits": self.waterfall.prior_bits,
            "steps": steps,
            "match_weight": self.waterfall.weight,
            "match_probability": self.waterfall.probability,
            "rules": rules,
        })
    }
}
