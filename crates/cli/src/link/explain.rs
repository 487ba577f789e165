//! `orfevre link explain`: where the weight of two records comes from.

use std::{collections::HashMap, fmt::Write as _, process::ExitCode};

use anyhow::{Context, Result};
use clap::Args;
use linkage::batch::{Linkage, Model, PairWaterfall};
use serde::Serialize;
use serde_json::{Value, json};

use super::{
    Inputs,
    load::Loaded,
    must_be_trained,
    run::tell_columns,
    say,
    words::{columns_of, level_in_words},
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
        let finder = loaded.finder();
        let (left, right) = (finder.find(&self.left)?, finder.find(&self.right)?);
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
            values: loaded.values(&[left, right].into())?,
        };
        if self.json {
            say(&format!("{}\n", shown.json()))?;
        } else {
            say(&shown.table())?;
        }
        Ok(ExitCode::SUCCESS)
    }
}

struct Shown<'s> {
    linkage: &'s Linkage<'s>,
    waterfall: &'s PairWaterfall,
    loaded: &'s Loaded,
    pair: (u32, u32),
    values: HashMap<u32, Vec<String>>,
}

/// A comparison of a pair: the level it is at, what the two hold, and what that adds.
#[derive(Debug, Serialize)]
pub(super) struct Line {
    pub(super) comparison: String,
    pub(super) level: String,
    pub(super) left: String,
    pub(super) right: String,
    pub(super) bits: f64,
}

/// The comparisons of a pair, whose records hold these values in the columns that the model reads.
pub(super) fn lines(
    model: &Model,
    waterfall: &PairWaterfall,
    loaded: &Loaded,
    (left, right): (&[String], &[String]),
) -> Vec<Line> {
    let comparisons = model.comparisons.iter();
    comparisons
        .zip(&waterfall.steps)
        .map(|(comparison, step)| {
            let mut columns = Vec::new();
            comparison
                .levels
                .iter()
                .for_each(|level| columns_of(&json!(level.when), &mut columns));
            let side = |values: &[String]| {
                let held = loaded.columns.iter().zip(values);
                let held = held.filter(|(column, _)| columns.contains(&column.name));
                held.map(|(_, value)| value.as_str())
                    .collect::<Vec<_>>()
                    .join(" ")
            };
            let missing = || "a value is missing".to_owned();
            let level = step.level.map(|level| level_in_words(comparison, level));
            Line {
                comparison: comparison.name.clone(),
                level: level.unwrap_or_else(missing),
                left: side(left),
                right: side(right),
                bits: step.bits,
            }
        })
        .collect()
}

impl Shown<'_> {
    fn lines(&self) -> Vec<Line> {
        let (left, right) = self.pair;
        let of = |record: u32| self.values.get(&record).map_or(&[][..], Vec::as_slice);
        let model = self.linkage.model();
        lines(model, self.waterfall, self.loaded, (of(left), of(right)))
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
        let rules: Vec<usize> = self.waterfall.rules.iter().map(|rule| rule + 1).collect();
        json!({
            "left_id": self.loaded.ids.get(self.pair.0),
            "right_id": self.loaded.ids.get(self.pair.1),
            "prior_bits": self.waterfall.prior_bits,
            "steps": self.lines(),
            "match_weight": self.waterfall.weight,
            "match_probability": self.waterfall.probability,
            "rules": rules,
        })
    }
}
