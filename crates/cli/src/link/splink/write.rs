//! `orfevre link to-splink`: a model of ours as Splink's settings, in the JSON that it saves and loads.
//!
//! Written is what [`super`] reads back as the same; a model that holds anything else is refused whole, each
//! part named.

use std::{collections::BTreeSet, io::Write as _, path::PathBuf, process::ExitCode};

use anyhow::{Context, Result, bail};
use clap::{Args, ValueEnum};
use linkage::batch::{BlockingRule, Comparison, Key, Level, Model, Part, Test};
use serde_json::{Map, Value, json};

use super::super::{
    beside::Beside,
    read_model, say,
    words::{columns_of, level_in_words, rule_in_words},
};

/// Probabilities that Splink could not take the logarithm of: what scoring here makes of them too.
const LEAST: f64 = 1e-12;

#[derive(Args)]
#[command(
    after_help = "Exit codes: 0 done; 2 the model holds what has no equivalent, each named on standard error, and nothing is written.\nLoad it in Python with splink.Linker(table, \"model.json\")."
)]
pub(crate) struct ToSplink {
    /// The model (TOML, or JSON by its ending).
    model: PathBuf,
    /// Write it here instead of to standard output.
    #[arg(long, value_name = "FILE")]
    output: Option<PathBuf>,
    /// Column of the records' ids.
    #[arg(long, value_name = "COLUMN", default_value = "unique_id")]
    id: String,
    /// Which pairs there are.
    #[arg(long, value_enum, default_value_t = LinkType::Dedupe)]
    link_type: LinkType,
    /// Leave out the relations that training found, which Splink has not: it then counts twice what people agree on because they
    /// live together.
    #[arg(long)]
    without_relations: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum LinkType {
    /// One data set.
    Dedupe,
    /// Records of one with those of another.
    Link,
    /// Both.
    LinkAndDedupe,
}

impl LinkType {
    fn of_splink(self) -> &'static str {
        match self {
            LinkType::Dedupe => "dedupe_only",
            LinkType::Link => "link_only",
            LinkType::LinkAndDedupe => "link_and_dedupe",
        }
    }
}

impl ToSplink {
    pub(crate) fn run(self) -> Result<ExitCode> {
        let mut model = read_model(&self.model)?;
        if self.without_relations {
            model.relations.clear();
        }
        let mut settings = settings(&model)?;
        settings.insert("link_type".into(), self.link_type.of_splink().into());
        settings.insert("unique_id_column_name".into(), self.id.as_str().into());
        if model.deterministic.is_some() || model.prior_locked {
            eprintln!(
                "how the prior is trained is no part of Splink's settings: give it anew if you train there"
            );
        }
        let text = serde_json::to_string_pretty(&settings)? + "\n";
        let Some(path) = &self.output else {
            say(&text)?;
            return Ok(ExitCode::SUCCESS);
        };
        let write = || -> Result<()> {
            let mut file = Beside::create(path)?;
            file.write_all(text.as_bytes())?;
            file.finish()
        };
        write().with_context(|| format!("writing {}", path.display()))?;
        Ok(ExitCode::SUCCESS)
    }
}

/// Splink's settings of a model, without which pairs there are and where ids stand.
fn settings(model: &Model) -> Result<Map<String, Value>> {
    let mut refused = Vec::new();
    let mut rules = Vec::new();
    for rule in &model.blocking {
        match of_rule(rule) {
            Ok(rule) => rules.push(rule),
            Err(why) => refused.push(format!("blocking rule {}: {why:#}", rule_in_words(rule))),
        }
    }
    let dates = dates(model);
    let mut comparisons = Vec::new();
    for comparison in &model.comparisons {
        let mut levels = vec![null_level(comparison, &dates)];
        for (at, level) in comparison.levels.iter().enumerate() {
            let label = level_in_words(comparison, at);
            match of_level(comparison, level, &label) {
                Ok(level) => levels.push(level),
                Err(why) => refused.push(format!(
                    "comparison {:?}, level \"{label}\": {why:#}",
                    comparison.name
                )),
            }
        }
        comparisons.push(
            json!({"output_column_name": comparison.name, "comparison_levels": levels, "comparison_description": comparison.name}),
        );
    }
    if !model.relations.is_empty() {
        refused.push(
            "relations, which training found: leave them out with --without-relations, and weights will be surer than they should"
                .to_owned(),
        );
    }
    if !refused.is_empty() {
        bail!(
            "{} parts of this model have no equivalent in Splink:\n  {}",
            refused.len(),
            refused.join("\n  ")
        );
    }
    let mut settings = Map::new();
    settings.insert("sql_dialect".into(), "duckdb".into());
    if let Some(prior) = model.prior {
        settings.insert("probability_two_random_records_match".into(), prior.into());
    }
    settings.insert(
        "blocking_rules_to_generate_predictions".into(),
        rules.into(),
    );
    settings.insert("comparisons".into(), comparisons.into());
    Ok(settings)
}

fn of_rule(rule: &BlockingRule) -> Result<Value> {
    let (mut equal, mut exploded) = (Vec::new(), Vec::new());
    for key in &rule.keys {
        let column = quoted(&key.column)?;
        let side = |side: &str| format!("{side}.{column}");
        if key.part == Part::Elements {
            exploded.push(key.column.clone());
            equal.push(format!("{} = {}", side("l"), side("r")));
        } else {
            equal.push(equality(key.part, side("l"), side("r"))?);
        }
    }
    let mut rule = json!({"blocking_rule": equal.join(" AND "), "sql_dialect": "duckdb"});
    if !exploded.is_empty() {
        rule["arrays_to_explode"] = exploded.into();
    }
    Ok(rule)
}

/// A column's name in double quotes. What Splink would have to escape is refused.
fn quoted(column: &str) -> Result<String> {
    if column.contains(['"', '`']) {
        bail!("the name of column {column:?} holds a quote");
    }
    Ok(format!("\"{column}\""))
}

fn equality(part: Part, left: String, right: String) -> Result<String> {
    let of = |column: &str| -> Result<String> {
        Ok(match part {
            Part::Whole => column.to_owned(),
            Part::FirstLetters(count) => format!("SUBSTR({column}, 1, {count})"),
            Part::Substring { from, length } => {
                format!("SUBSTR({column}, {}, {length})", u32::from(from) + 1)
            }
            Part::Year => format!("YEAR({})", date(column)),
            _ => bail!("this part of a value has no function in DuckDB"),
        })
    };
    Ok(format!("{} = {}", of(&left)?, of(&right)?))
}

/// Both sides of a column in a condition.
fn sides(column: &str) -> Result<(String, String)> {
    quoted(column)?;
    Ok((format!("\"{column}_l\""), format!("\"{column}_r\"")))
}

fn date(column: &str) -> String {
    format!("try_strptime(CAST({column} AS VARCHAR), '%Y-%m-%d')")
}

fn condition(test: &Test) -> Result<String> {
    let measured = |function: &str, column: &str, bound: String| -> Result<String> {
        let (left, right) = sides(column)?;
        Ok(format!("{function}({left}, {right}) {bound}"))
    };
    let apart = |column: &str, of: &dyn Fn(&str) -> String, most: f64| -> Result<String> {
        let (left, right) = sides(column)?;
        Ok(format!("ABS({} - {}) <= {most:?}", of(&left), of(&right)))
    };
    Ok(match test {
        Test::Exact { column, part } => {
            let (left, right) = sides(column)?;
            equality(*part, left, right)?
        }
        Test::Jaro { column, at_least } => {
            measured("jaro_similarity", column, format!(">= {at_least:?}"))?
        }
        Test::JaroWinkler { column, at_least } => measured(
            "jaro_winkler_similarity",
            column,
            format!(">= {at_least:?}"),
        )?,
        Test::Levenshtein { column, at_most } => {
            measured("levenshtein", column, format!("<= {at_most:?}"))?
        }
        Test::DamerauLevenshtein { column, at_most } => {
            measured("damerau_levenshtein", column, format!("<= {at_most:?}"))?
        }
        Test::Difference { column, at_most } => apart(
            column,
            &|side| format!("TRY_CAST({side} AS DOUBLE)"),
            *at_most,
        )?,
        Test::Days { column, at_most } => {
            let seconds = |side: &str| format!("EPOCH({})", date(side));
            apart(column, &seconds, at_most * 86_400.0)?
        }
        Test::Swapped { columns: [a, b] } => {
            let ((a_left, a_right), (b_left, b_right)) = (sides(a)?, sides(b)?);
            format!("{a_left} = {b_right} AND {b_left} = {a_right}")
        }
        Test::All { of } => {
            let parts = of.iter().map(|test| {
                let sql = condition(test)?;
                let compound = matches!(test, Test::All { .. } | Test::Swapped { .. });
                Ok(if compound { format!("({sql})") } else { sql })
            });
            parts.collect::<Result<Vec<_>>>()?.join(" AND ")
        }
        Test::Otherwise => "ELSE".to_owned(),
        _ => bail!("Splink has no such test"),
    })
}

fn of_level(comparison: &Comparison, level: &Level, label: &str) -> Result<Value> {
    let mut written = Map::new();
    let mut put = |name: &str, value: Value| written.insert(name.to_owned(), value);
    put("sql_condition", condition(&level.when)?.into());
    put("label_for_charts", label.into());
    for (name, value) in [("m_probability", level.m), ("u_probability", level.u)] {
        if let Some(value) = value {
            put(name, value.max(LEAST).into());
        }
    }
    put("fix_m_probability", level.m_locked.into());
    put("fix_u_probability", level.u_locked.into());
    if level.term_frequency {
        let column = frequency_column(level)?;
        let mut levels = comparison.levels.iter();
        if !levels.any(|other| is_equality(&other.when, &column)) {
            bail!(
                "Splink needs a level of equality on {column:?} to adjust by its term frequencies"
            );
        }
        put("tf_adjustment_column", column.into());
        let weight = level.term_frequency_weight.unwrap_or(1.0);
        put("tf_adjustment_weight", weight.into());
        if let Some(least) = level.term_frequency_minimum {
            put("tf_minimum_u_value", least.into());
        }
    }
    Ok(written.into())
}

fn is_equality(test: &Test, of: &str) -> bool {
    matches!(test, Test::Exact { column, part: Part::Whole } if column == of)
}

fn frequency_column(level: &Level) -> Result<String> {
    let mut columns = Vec::new();
    columns_of(&json!(level.when), &mut columns);
    let first = columns.into_iter().next();
    let column = level.term_frequency_column.clone().or(first);
    column.context("it reads no column whose term frequencies could count")
}

/// Columns whose values are read as dates somewhere, so that one that is none is missing everywhere.
fn dates(model: &Model) -> BTreeSet<String> {
    fn of_test(test: &Test, dates: &mut BTreeSet<String>) {
        match test {
            Test::Days { column, .. }
            | Test::Exact {
                column,
                part: Part::Year,
            } => {
                dates.insert(column.clone());
            }
            Test::All { of } => of.iter().for_each(|test| of_test(test, dates)),
            _ => {}
        }
    }
    let mut dates = BTreeSet::new();
    let levels = model.comparisons.iter().flat_map(|of| &of.levels);
    levels.for_each(|level| of_test(&level.when, &mut dates));
    let keys = model.blocking.iter().flat_map(|rule| &rule.keys);
    let of_year = keys.filter(|key: &&Key| key.part == Part::Year);
    dates.extend(of_year.map(|key| key.column.clone()));
    dates
}

/// A pair of which no column is known on both sides.
fn null_level(comparison: &Comparison, dates: &BTreeSet<String>) -> Value {
    let mut columns = Vec::new();
    for level in &comparison.levels {
        columns_of(&json!(level.when), &mut columns);
    }
    columns.sort();
    columns.dedup();
    let missing = columns.iter().map(|column| {
        let side = |side: &str| {
            let column = format!("\"{column}_{side}\"");
            let is_date = dates.contains(&column[1..column.len() - 3]);
            let value = if is_date { date(&column) } else { column };
            format!("{value} IS NULL")
        };
        format!("{} OR {}", side("l"), side("r"))
    });
    let missing: Vec<String> = missing.collect();
    let condition = match missing.as_slice() {
        [one] => one.clone(),
        several => {
            let several = several.iter().map(|one| format!("({one})"));
            several.collect::<Vec<_>>().join(" AND ")
        }
    };
    json!({"sql_condition": condition, "label_for_charts": "a value is missing", "is_null_level": true})
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What is read back of what is written.
    fn round(model: &Model) -> Result<Model> {
        let settings: super::super::Settings =
            serde_json::from_value(Value::Object(settings(model)?))?;
        Ok(settings.model()?.0)
    }

    const MODEL: &str = r#"
        prior = 0.0001
        blocking = [
          { keys = [{ column = "surname" }, { column = "born", part = "year" }] },
          { keys = [{ column = "first name", part = { first_letters = 3 } }, { column = "postcode", part = { substring = { from = 2, length = 4 } } }] },
          { keys = [{ column = "phones", part = "elements" }] },
        ]
        [[comparisons]]
        name = "name"
        levels = [
          { when = { is = "all", of = [{ is = "exact", column = "first name" }, { is = "exact", column = "surname" }] }, m = 0.5, u = 0.001 },
          { when = { is = "swapped", columns = ["first name", "surname"] }, m = 0.1, u = 0.0001, m_locked = true },
          { when = { is = "all", of = [{ is = "swapped", columns = ["first name", "surname"] }, { is = "jaro", column = "town", at_least = 0.9 }] }, m = 0.05, u = 0.002 },
          { when = { is = "exact", column = "surname" }, m = 0.15, u = 0.02, term_frequency = true },
          { when = { is = "jaro_winkler", column = "surname", at_least = 0.88 }, m = 0.1, u = 0.03, term_frequency = true, term_frequency_column = "surname", term_frequency_weight = 0.5, term_frequency_minimum = 0.001 },
          { when = { is = "otherwise" }, m = 0.1, u = 0.9469, u_locked = true },
        ]
        [[comparisons]]
        name = "born"
        levels = [
          { when = { is = "exact", column = "born" }, m = 0.8, u = 0.0001 },
          { when = { is = "damerau_levenshtein", column = "born", at_most = 1.0 }, m = 0.1, u = 0.001 },
          { when = { is = "days", column = "born", at_most = 31.0 } },
          { when = { is = "otherwise" }, m = 0.05, u = 0.99 },
        ]
        [[comparisons]]
        name = "size"
        levels = [
          { when = { is = "difference", column = "size", at_most = 2.5 }, m = 0.8, u = 0.0001 },
          { when = { is = "levenshtein", column = "size", at_most = 1.0 }, m = 0.1, u = 0.001 },
          { when = { is = "otherwise" }, m = 0.05, u = 0.99 },
        ]
    "#;

    #[test]
    fn what_is_written_reads_back_as_the_same_model() {
        let mut model = Model::from_toml(MODEL).unwrap();
        let read = round(&model).unwrap();
        // Splink names the column in every case
        let levels = model.comparisons.iter_mut().flat_map(|c| &mut c.levels);
        for level in levels.filter(|level| level.term_frequency) {
            level.term_frequency_column = Some("surname".to_owned());
        }
        assert_eq!(read, model);
    }

    #[test]
    fn what_has_no_equivalent_is_refused_by_name() {
        let mut model = Model::from_toml(MODEL).unwrap();
        model.blocking[0].keys[0].part = Part::SoundsFrench;
        model.comparisons[1].levels[2].when = Test::Prefix {
            column: "born".to_owned(),
        };
        model.comparisons[2].levels[0].term_frequency = true;
        model.comparisons[2].levels[1].when = Test::Levenshtein {
            column: "si\"ze".to_owned(),
            at_most: 1.0,
        };
        model.relations.push(linkage::batch::Relation {
            through: Vec::new(),
            prior: 0.1,
            levels: Vec::new(),
        });
        let told = format!("{:#}", settings(&model).unwrap_err());
        for part in [
            "5 parts of this model have no equivalent",
            "blocking rule surname sounds french, born year: this part",
            "comparison \"born\", level \"prefix\": Splink has no such test",
            "Splink needs a level of equality on \"size\"",
            "holds a quote",
            "--without-relations",
        ] {
            assert!(told.contains(part), "{part}\n{told}");
        }
    }

    #[test]
    fn a_probability_of_nought_is_written_as_what_scoring_makes_of_it() {
        let mut model = Model::from_toml(MODEL).unwrap();
        model.comparisons[1].levels[0].u = Some(0.0);
        let read = round(&model).unwrap();
        assert_eq!(read.comparisons[1].levels[0].u, Some(LEAST));
    }
}
