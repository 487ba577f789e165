//! `orfevre link suggest`: a model to begin with, from what the columns hold.
//!
//! Blocking rules are the widest whose pairs stay within a budget: of two rules, the one that also makes all
//! pairs of the other is kept. Nothing is known of which pairs are right, so the rest is for a person to look at.

use std::{path::PathBuf, process::ExitCode};

use anyhow::{Context, Result, bail};
use clap::Args;
use linkage::batch::{
    BlockingRule, ColumnKind, Comparison, Key, Level, Linkage, Model, Part, Test,
};

use super::{
    Files,
    column::{Kind, Told, told_of},
    profile::{Profiled, columns},
    say,
    words::rule_in_words,
    write_model,
};

/// Columns that are taken at most: every two parts of them are tried as a rule.
const MOST_COLUMNS: usize = 8;
/// Rules that are suggested at most.
const MOST_RULES: usize = 10;

#[derive(Args)]
#[command(
    after_help = "Exit codes: 0 done; 2 not done, with the reason on standard error.\nWhat is suggested is a beginning: read it, change it, then train it with orfevre link --train."
)]
pub(super) struct Suggest {
    #[command(flatten)]
    files: Files,
    /// Columns that say nothing of the entity, such as a known truth, parted by commas.
    #[arg(long, value_delimiter = ',', value_name = "COLUMN")]
    without: Vec<String>,
    /// Most pairs that a rule may make, for each record.
    #[arg(long, value_name = "COUNT", default_value_t = 20)]
    pairs_per_record: u64,
    /// Write the model here (TOML, or JSON by its ending) instead of to standard output.
    #[arg(long, value_name = "FILE")]
    output: Option<PathBuf>,
}

impl Suggest {
    pub(super) fn run(self) -> Result<ExitCode> {
        let sources = self.files.open()?;
        let (records, held) = columns(&sources[0].table)?;
        let usable: Vec<Profiled> = held
            .into_iter()
            .filter(|column| column.name != sources[0].id && !self.without.contains(&column.name))
            .filter(|column| self.files.source_column.as_ref() != Some(&column.name))
            .filter(tells)
            .map(|mut column| {
                column.kind = self.kind(&column);
                column
            })
            .take(MOST_COLUMNS)
            .collect();
        if usable.is_empty() {
            bail!("no column has values that differ and come twice: there is nothing to link by");
        }
        let comparisons = usable.iter().map(comparison).collect();
        let mut model = Model {
            blocking: candidates(&usable),
            comparisons,
            ..Model::default()
        };
        let types: Vec<Told> = usable
            .iter()
            .map(|column| Told::new(&column.name, column.kind.clone()))
            .collect();
        let loaded = self.files.load_opened(sources, &model, &types)?;
        let pairs = Linkage::new(model.clone(), &loaded.records, self.files.counting())
            .context("counting the pairs of the rules")?
            .pairs_per_rule();
        let budget = records.saturating_mul(self.pairs_per_record);
        let counted = model.blocking.drain(..).zip(pairs);
        let within: Vec<(BlockingRule, u64)> = counted
            .filter(|(_, pairs)| (1..=budget).contains(pairs))
            .collect();
        let chosen = widest(within);
        if chosen.is_empty() {
            bail!("no rule makes a pair and at most {budget}: allow more with --pairs-per-record");
        }
        for (rule, pairs) in &chosen {
            eprintln!("{pairs:>14} pairs  {}", rule_in_words(rule));
        }
        model.blocking = chosen.into_iter().map(|(rule, _)| rule).collect();
        model.validate()?;
        match &self.output {
            Some(path) => write_model(path, &model)?.finish()?,
            None => say(&model.to_toml()?)?,
        }
        Ok(ExitCode::SUCCESS)
    }

    /// What was told of a column, or else what it could be; digits of one length are a code, and no quantity.
    fn kind(&self, column: &Profiled) -> Kind {
        if let Some(kind) = told_of(&self.files.types, &column.name) {
            return kind.clone();
        }
        match column.kind.kind {
            ColumnKind::Number if column.one_length => Kind::text(),
            _ => column.kind.clone(),
        }
    }
}

/// Whether a column can tell entities apart and bring their records together.
fn tells(column: &Profiled) -> bool {
    column.distinct > 1 && column.distinct < column.known
}

/// Every part of a column and every two parts of two, the wider before the narrower.
fn candidates(columns: &[Profiled]) -> Vec<BlockingRule> {
    let keys: Vec<Key> = columns.iter().flat_map(keys).collect();
    let single = keys.iter().map(|key| vec![key.clone()]);
    let double = keys.iter().enumerate().flat_map(|(at, first)| {
        let others = keys[at + 1..].iter();
        let others = others.filter(|second| second.column != first.column);
        others.map(|second| vec![first.clone(), second.clone()])
    });
    single
        .chain(double)
        .map(|keys| BlockingRule { keys })
        .collect()
}

fn keys(column: &Profiled) -> Vec<Key> {
    let parts = match column.kind.kind {
        ColumnKind::Text => vec![Part::FirstLetters(3), Part::Whole],
        ColumnKind::Date => vec![Part::Year, Part::Whole],
        _ => vec![Part::Whole],
    };
    let key = |part| Key {
        column: column.name.clone(),
        part,
    };
    parts.into_iter().map(key).collect()
}

/// The rules whose pairs no other of them makes all, the most telling first.
fn widest(rules: Vec<(BlockingRule, u64)>) -> Vec<(BlockingRule, u64)> {
    let covered = |rule: &BlockingRule| {
        rules
            .iter()
            .any(|(other, _)| other != rule && covers(other, rule))
    };
    let mut kept: Vec<_> = rules
        .iter()
        .filter(|(rule, _)| !covered(rule))
        .cloned()
        .collect();
    // few pairs a rule: what it brings together is likelier to be one
    kept.sort_by_key(|(rule, pairs)| (rule.keys.len(), *pairs));
    kept.truncate(MOST_RULES);
    kept
}

/// Whether a rule makes every pair that another makes: each of its keys is one of the other's, or a part of one.
fn covers(wide: &BlockingRule, narrow: &BlockingRule) -> bool {
    let holds = |key: &Key| {
        let mut others = narrow.keys.iter();
        others.any(|other| {
            other.column == key.column && (other.part == key.part || other.part == Part::Whole)
        })
    };
    wide.keys.iter().all(holds)
}

/// Levels that suit what a column holds.
fn comparison(column: &Profiled) -> Comparison {
    let name = || column.name.clone();
    let nearly = match column.kind.kind {
        ColumnKind::Text => [0.92, 0.8]
            .map(|at_least| Test::JaroWinkler {
                column: name(),
                at_least,
            })
            .to_vec(),
        ColumnKind::Date => vec![
            Test::DamerauLevenshtein {
                column: name(),
                at_most: 1.0,
            },
            Test::Days {
                column: name(),
                at_most: 31.0,
            },
        ],
        ColumnKind::Moment => vec![Test::Days {
            column: name(),
            at_most: 1.0,
        }],
        ColumnKind::Number => vec![Test::Percent {
            column: name(),
            at_most: 5.0,
        }],
        ColumnKind::Coordinates => vec![Test::Kilometres {
            column: name(),
            at_most: 5.0,
        }],
        ColumnKind::Hash => vec![Test::Hamming {
            column: name(),
            at_most: 31.0,
        }],
        ColumnKind::TextSet => vec![Test::Jaccard {
            column: name(),
            at_least: 0.5,
        }],
    };
    let exact = Test::Exact {
        column: name(),
        part: Part::Whole,
    };
    let level = |when, term_frequency| Level {
        when,
        term_frequency,
        ..Level::default()
    };
    let text = column.kind.kind == ColumnKind::Text;
    let mut levels = vec![level(exact, text)];
    levels.extend(nearly.into_iter().map(|test| level(test, false)));
    levels.push(level(Test::Otherwise, false));
    Comparison {
        name: name(),
        levels,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rule(keys: &[(&str, Part)]) -> BlockingRule {
        let key = |(column, part): &(&str, Part)| Key {
            column: (*column).to_owned(),
            part: *part,
        };
        BlockingRule {
            keys: keys.iter().map(key).collect(),
        }
    }

    #[test]
    fn a_rule_is_dropped_for_one_that_makes_all_its_pairs() {
        let letters = rule(&[("a", Part::FirstLetters(3))]);
        let whole = rule(&[("a", Part::Whole)]);
        let both = rule(&[("a", Part::Whole), ("b", Part::Whole)]);
        let other = rule(&[("b", Part::Whole), ("c", Part::Year)]);
        let rules = vec![
            (both, 1),
            (whole, 2),
            (letters.clone(), 9),
            (other.clone(), 3),
        ];
        assert_eq!(widest(rules), [(letters, 9), (other, 3)]);
    }
}
