//! `orfevre link from-splink` and `to-splink`: a model of Splink, as it saves one in JSON, as a model of ours.
//!
//! Splink's conditions are SQL. Those that say exactly what a test or a part of ours says are read; a model
//! with any other is refused whole, each named, since a model that lacks a level is another model.

mod sql;
mod write;

use std::{path::PathBuf, process::ExitCode};

use anyhow::{Context, Result, bail};
use clap::Args;
use linkage::batch::{BlockingRule, Comparison, Key, Level, Model, Part, Test};
use serde::Deserialize;

use super::{lacks, say, write_model};
use sql::{Side, Sql};

pub(super) use write::ToSplink;

#[derive(Args)]
#[command(
    after_help = "Exit codes: 0 done; 2 the model holds what has no equivalent, each named on standard error, and nothing is written."
)]
pub(super) struct FromSplink {
    /// The model, as Splink's `save_model_to_json` writes it.
    model: PathBuf,
    /// Write it here (TOML, or JSON by its ending) instead of to standard output.
    #[arg(long, value_name = "FILE")]
    output: Option<PathBuf>,
}

impl FromSplink {
    pub(super) fn run(self) -> Result<ExitCode> {
        let read = || -> Result<(Model, Vec<String>)> {
            let text = std::fs::read_to_string(&self.model)?;
            let settings: Settings = serde_json::from_str(&text)?;
            let (model, notes) = settings.model()?;
            model.validate()?;
            Ok((model, notes))
        };
        let (model, notes) = read().with_context(|| format!("reading {}", self.model.display()))?;
        for note in notes.iter().chain(&lacks(&model)) {
            eprintln!("{note}");
        }
        match &self.output {
            Some(path) => write_model(path, &model)?.finish()?,
            None => say(&model.to_toml()?)?,
        }
        Ok(ExitCode::SUCCESS)
    }
}

/// What is read of Splink's settings; the rest says how it runs.
#[derive(Deserialize)]
struct Settings {
    link_type: Option<String>,
    probability_two_random_records_match: Option<f64>,
    unique_id_column_name: Option<String>,
    #[serde(default)]
    blocking_rules_to_generate_predictions: Vec<Rule>,
    comparisons: Vec<Compared>,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Rule {
    Plain(String),
    Told {
        blocking_rule: String,
        #[serde(default)]
        arrays_to_explode: Vec<String>,
    },
}

#[derive(Deserialize)]
struct Compared {
    #[serde(default)]
    output_column_name: Option<String>,
    comparison_levels: Vec<Condition>,
}

#[derive(Deserialize)]
struct Condition {
    sql_condition: String,
    #[serde(default)]
    label_for_charts: Option<String>,
    #[serde(default)]
    is_null_level: bool,
    #[serde(default)]
    m_probability: Option<Probability>,
    #[serde(default)]
    u_probability: Option<Probability>,
    #[serde(default)]
    fix_m_probability: bool,
    #[serde(default)]
    fix_u_probability: bool,
    #[serde(default)]
    tf_adjustment_column: Option<String>,
    #[serde(default)]
    tf_adjustment_weight: Option<f64>,
    #[serde(default)]
    tf_minimum_u_value: Option<f64>,
    #[serde(default)]
    disable_tf_exact_match_detection: bool,
}

/// A number, or words where a level was never seen.
#[derive(Deserialize)]
#[serde(untagged)]
enum Probability {
    Number(f64),
    Words(#[expect(dead_code, reason = "their being there is what counts")] String),
}

impl Probability {
    fn number(&self) -> Option<f64> {
        match self {
            Probability::Number(number) => Some(*number),
            Probability::Words(_) => None,
        }
    }
}

impl Settings {
    /// The model, and what its user should know.
    fn model(&self) -> Result<(Model, Vec<String>)> {
        let mut refused = Vec::new();
        let mut notes = Vec::new();
        let mut blocking = Vec::new();
        for rule in &self.blocking_rules_to_generate_predictions {
            match rule.keys() {
                Ok(keys) => blocking.push(BlockingRule { keys }),
                Err(why) => refused.push(format!("blocking rule {:?}: {why:#}", rule.text())),
            }
        }
        let mut comparisons = Vec::new();
        for (number, compared) in (1..).zip(&self.comparisons) {
            let told = compared.output_column_name.clone();
            let name = told.unwrap_or_else(|| format!("comparison {number}"));
            let levels = compared.levels(&name, &mut refused, &mut notes);
            comparisons.push(Comparison { name, levels });
        }
        if !refused.is_empty() {
            bail!(
                "{} parts of this model have no equivalent:\n  {}",
                refused.len(),
                refused.join("\n  ")
            );
        }
        match self.link_type.as_deref() {
            Some("link_only") => {
                notes.push("the model links two files: give --input twice".to_owned())
            }
            Some("link_and_dedupe") => {
                notes.push(
                    "the model links and dedupes: give --input twice, and --within".to_owned(),
                );
            }
            _ => {}
        }
        if let Some(id) = &self.unique_id_column_name
            && id != "unique_id"
        {
            notes.push(format!("ids are in column {id:?}: --id {id}"));
        }
        let model = Model {
            prior: self.probability_two_random_records_match,
            blocking,
            comparisons,
            ..Model::default()
        };
        Ok((model, notes))
    }
}

impl Rule {
    fn text(&self) -> &str {
        match self {
            Rule::Plain(text) => text,
            Rule::Told { blocking_rule, .. } => blocking_rule,
        }
    }

    fn keys(&self) -> Result<Vec<Key>> {
        let sql = Sql::parse(self.text())?;
        let equalities = match &sql {
            Sql::And(parts) => parts.as_slice(),
            one => std::slice::from_ref(one),
        };
        let exploded: &[String] = match self {
            Rule::Plain(_) => &[],
            Rule::Told {
                arrays_to_explode, ..
            } => arrays_to_explode,
        };
        equalities
            .iter()
            .map(|equality| {
                let (mut key, _) = equal_keys(equality)
                    .context("only equalities of one column or part of it make a rule")?;
                if key.part == Part::Whole && exploded.contains(&key.column) {
                    key.part = Part::Elements;
                }
                Ok(key)
            })
            .collect()
    }
}

impl Compared {
    fn levels(&self, name: &str, refused: &mut Vec<String>, notes: &mut Vec<String>) -> Vec<Level> {
        let mut levels = Vec::new();
        let place = |condition: &Condition| {
            let label = condition.label_for_charts.as_deref();
            format!(
                "comparison {name:?}, level {:?}",
                label.unwrap_or(&condition.sql_condition)
            )
        };
        let (nulls, tests): (Vec<_>, Vec<_>) = self
            .comparison_levels
            .iter()
            .partition(|condition| condition.is_null_level);
        match nulls.as_slice() {
            [] => refused.push(format!(
                "comparison {name:?} has no null level: a missing value weighs nothing here"
            )),
            nulls => refused.extend(
                nulls
                    .iter()
                    .filter(|null| !is_plain_null(&null.sql_condition))
                    .map(|null| format!("{}: {}: a value is missing only where it is null, and of several columns all must be", place(null), null.sql_condition)),
            ),
        }
        for condition in tests {
            match condition.level() {
                Ok((level, note)) => {
                    levels.push(level);
                    notes.extend(note.map(|note| format!("{}: {note}", place(condition))));
                }
                Err(why) => refused.push(format!(
                    "{}: {}: {why:#}",
                    place(condition),
                    condition.sql_condition
                )),
            }
        }
        levels
    }
}

impl Condition {
    fn level(&self) -> Result<(Level, Option<&'static str>)> {
        let (when, note) = if self.sql_condition.trim().eq_ignore_ascii_case("else") {
            (Test::Otherwise, None)
        } else {
            test(&Sql::parse(&self.sql_condition)?)
                .context("there is no test that says the same")?
        };
        let number = |of: &Option<Probability>| of.as_ref().and_then(Probability::number);
        let mut level = Level {
            when,
            m: number(&self.m_probability),
            u: number(&self.u_probability),
            m_locked: self.fix_m_probability,
            u_locked: self.fix_u_probability,
            ..Level::default()
        };
        if let Some(column) = &self.tf_adjustment_column {
            if self.disable_tf_exact_match_detection {
                bail!("term frequencies are measured against the level of equality");
            }
            level.term_frequency = true;
            level.term_frequency_column = Some(column.clone());
            level.term_frequency_weight = self.tf_adjustment_weight.filter(|weight| *weight != 1.0);
            level.term_frequency_minimum = self.tf_minimum_u_value.filter(|least| *least != 0.0);
        }
        Ok((level, note))
    }
}

/// A test, and what is different about it.
type Read = (Test, Option<&'static str>);

fn test(sql: &Sql) -> Option<Read> {
    match sql {
        Sql::And(parts) => {
            if let Some(columns) = swapped(parts) {
                return Some((Test::Swapped { columns }, None));
            }
            let parts = parts.iter().map(test).collect::<Option<Vec<_>>>()?;
            let note = parts.iter().find_map(|(_, note)| *note);
            let of = parts.into_iter().map(|(test, _)| test).collect();
            Some((Test::All { of }, note))
        }
        Sql::Binary("=", ..) => {
            let (Key { column, part }, note) = equal_keys(sql)?;
            Some((Test::Exact { column, part }, note))
        }
        Sql::Binary(sign, measured, bound) => {
            let Sql::Number(bound) = **bound else {
                return None;
            };
            bounded(sign, measured, bound).map(|test| (test, None))
        }
        _ => None,
    }
}

/// A measure of two values that is held against a bound.
fn bounded(sign: &str, measured: &Sql, bound: f64) -> Option<Test> {
    let Sql::Call(function, values) = measured else {
        return None;
    };
    if function == "abs" {
        let [difference] = values.as_slice() else {
            return None;
        };
        return (sign == "<=").then(|| apart(difference, bound)).flatten();
    }
    let [left, right] = values.as_slice() else {
        return None;
    };
    let column = same_column(left, right)?;
    let (at_least, at_most) = (bound, bound);
    Some(match (function.as_str(), sign) {
        ("jaro_winkler_similarity" | "jaro_winkler" | "jaro_winkler_sim", ">=") => {
            Test::JaroWinkler { column, at_least }
        }
        ("jaro_similarity" | "jaro_sim", ">=") => Test::Jaro { column, at_least },
        ("levenshtein" | "levenshtein_distance", "<=") => Test::Levenshtein { column, at_most },
        ("damerau_levenshtein", "<=") => Test::DamerauLevenshtein { column, at_most },
        _ => return None,
    })
}

/// What two numbers, or two moments in seconds, are apart.
fn apart(difference: &Sql, bound: f64) -> Option<Test> {
    const SECONDS_A_DAY: f64 = 86_400.0;
    match difference {
        Sql::Binary("-", left, right) => match (seconds(left), seconds(right)) {
            (Some(left), Some(right)) => Some(Test::Days {
                column: same_column(left, right)?,
                at_most: bound / SECONDS_A_DAY,
            }),
            _ => Some(Test::Difference {
                column: same_column(left, right)?,
                at_most: bound,
            }),
        },
        Sql::Call(function, values) if matches!(function.as_str(), "date_diff" | "datediff") => {
            match values.as_slice() {
                [Sql::Text(unit), left, right] if unit == "day" => Some(Test::Days {
                    column: same_column(dated(left), dated(right))?,
                    at_most: bound,
                }),
                _ => None,
            }
        }
        _ => None,
    }
}

fn seconds(sql: &Sql) -> Option<&Sql> {
    match sql {
        Sql::Call(function, values) if function == "epoch" => values.first().map(dated),
        _ => None,
    }
}

/// What is read as a date: a value that cannot be is missing, here as there.
fn dated(sql: &Sql) -> &Sql {
    match sql {
        Sql::Call(function, values) if matches!(function.as_str(), "try_strptime" | "strptime") => {
            values.first().unwrap_or(sql)
        }
        _ => sql,
    }
}

fn same_column(left: &Sql, right: &Sql) -> Option<String> {
    match (left, right) {
        (Sql::Column(left, a), Sql::Column(right, b)) if left == right && a != b => {
            Some(left.clone())
        }
        _ => None,
    }
}

/// The key of an equality of the same part of both records.
fn equal_keys(sql: &Sql) -> Option<(Key, Option<&'static str>)> {
    let Sql::Binary("=", left, right) = sql else {
        return None;
    };
    let (left, a, note) = key(left)?;
    let (right, b, _) = key(right)?;
    (left == right && a != b).then_some((left, note))
}

const POSTCODES: &str = "equal on whole British postcodes; parts of anything else may differ";

fn key(sql: &Sql) -> Option<(Key, Side, Option<&'static str>)> {
    let of = |column: &Sql, part: Part, note: Option<&'static str>| match column {
        Sql::Column(column, side) => {
            let column = column.clone();
            Some((Key { column, part }, *side, note))
        }
        _ => None,
    };
    let Sql::Call(function, values) = sql else {
        return of(sql, Part::Whole, None);
    };
    match (function.as_str(), values.as_slice()) {
        ("substr" | "substring", [column, Sql::Number(from), Sql::Number(length)]) => {
            let from = whole(*from)?.checked_sub(1)?;
            let length = whole(*length)?;
            let part = match from {
                0 => Part::FirstLetters(length),
                from => Part::Substring { from, length },
            };
            of(column, part, None)
        }
        ("left", [column, Sql::Number(count)]) => {
            of(column, Part::FirstLetters(whole(*count)?), None)
        }
        ("year", [column]) => of(dated(column), Part::Year, None),
        ("soundex", [column]) => of(column, Part::SoundsEnglish, None),
        // an empty part is no part here anyway
        ("nullif", [inner, Sql::Text(empty)]) if empty.is_empty() => key(inner),
        ("regexp_extract", [column, Sql::Text(pattern), ..]) => {
            let part = match pattern.as_str() {
                "^[A-Za-z]{1,2}[0-9][A-Za-z0-9]? [0-9]" => Part::WithoutLast(2),
                "^[A-Za-z]{1,2}[0-9][A-Za-z0-9]?" => Part::WithoutLast(3),
                "^[A-Za-z]{1,2}" => Part::LeadingLetters,
                _ => return None,
            };
            of(column, part, Some(POSTCODES))
        }
        _ => None,
    }
}

fn whole(number: f64) -> Option<u16> {
    let inside = number.fract() == 0.0 && (0.0..=f64::from(u16::MAX)).contains(&number);
    inside.then_some(number as u16)
}

/// Two columns that have changed places: `a_l = b_r AND b_l = a_r`.
fn swapped(parts: &[Sql]) -> Option<[String; 2]> {
    let crossed = |sql: &Sql| match sql {
        Sql::Binary("=", left, right) => match (&**left, &**right) {
            (Sql::Column(a, Side::Left), Sql::Column(b, Side::Right))
            | (Sql::Column(b, Side::Right), Sql::Column(a, Side::Left)) => {
                Some([a.clone(), b.clone()])
            }
            _ => None,
        },
        _ => None,
    };
    let [first, second] = parts else { return None };
    let ([a, b], [c, d]) = (crossed(first)?, crossed(second)?);
    (a == d && b == c && a != b).then_some([a, b])
}

/// Whether a null level says what ours is: a value is missing, of every column that is compared.
fn is_plain_null(condition: &str) -> bool {
    fn columns<'s>(sql: &'s Sql, found: &mut Vec<&'s str>) -> bool {
        match sql {
            Sql::Or(parts) => parts.iter().all(|part| columns(part, found)),
            Sql::IsNull(value) => match dated(value) {
                Sql::Column(name, _) => {
                    found.push(name);
                    true
                }
                _ => false,
            },
            // the documented way to have a distance computed once: no distance is negative
            Sql::Binary("=", value, bound) => {
                matches!(**value, Sql::Call(..)) && matches!(**bound, Sql::Number(n) if n < 0.0)
            }
            _ => false,
        }
    }
    let one = |sql: &Sql| {
        let mut found = Vec::new();
        columns(sql, &mut found) && found.windows(2).all(|two| two[0] == two[1])
    };
    match Sql::parse(condition) {
        Ok(Sql::And(parts)) => parts.iter().all(one),
        Ok(sql) => one(&sql),
        Err(_) => false,
    }
}

#[cfg(test)]
#[path = "../../../../fuzz/mutate.rs"]
mod mutate;

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;

    fn read(condition: &str) -> Option<String> {
        let (test, _) = test(&Sql::parse(condition).ok()?)?;
        Some(serde_json::to_string(&test).unwrap())
    }

    #[test]
    fn mutated_settings_are_refused_or_make_a_valid_model() {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fuzz/corpus/splink");
        let corpus = mutate::corpus(&folder);
        let mut valid = 0;
        let mut chance = mutate::Chance::new(1);
        for _ in 0..3_000 {
            let input = mutate::mutated(&corpus, &mut chance);
            if let Ok(settings) = serde_json::from_slice::<Settings>(&input)
                && let Ok((model, _)) = settings.model()
                && model.validate().is_ok()
            {
                lacks(&model);
                model.to_toml().unwrap();
                valid += 1;
            }
        }
        assert!(valid > 20, "{valid} of the settings were still valid");
    }

    #[test]
    fn conditions_are_read_where_a_test_says_the_same() {
        let check = |condition: &str, expected: &str| {
            assert_eq!(read(condition).as_deref(), Some(expected), "{condition}");
        };
        check(r#""a_l" = "a_r""#, r#"{"is":"exact","column":"a"}"#);
        check(
            r#"jaro_winkler_similarity("a_l", "a_r") >= 0.92"#,
            r#"{"is":"jaro_winkler","column":"a","at_least":0.92}"#,
        );
        check(
            "levenshtein(a_l, a_r) <= 2",
            r#"{"is":"levenshtein","column":"a","at_most":2.0}"#,
        );
        check(
            r#"ABS(EPOCH(try_strptime("d_l", '%Y-%m-%d')) - EPOCH(try_strptime("d_r", '%Y-%m-%d'))) <= 86400.0"#,
            r#"{"is":"days","column":"d","at_most":1.0}"#,
        );
        check(
            "abs(CAST(a_l AS double) - a_r::double) <= 5",
            r#"{"is":"difference","column":"a","at_most":5.0}"#,
        );
        check(
            r#""a_l" = "b_r" AND "b_l" = "a_r""#,
            r#"{"is":"swapped","columns":["a","b"]}"#,
        );
        check(
            "a_l = a_r AND levenshtein(b_l, b_r) <= 1",
            r#"{"is":"all","of":[{"is":"exact","column":"a"},{"is":"levenshtein","column":"b","at_most":1.0}]}"#,
        );
        check(
            "SUBSTR(l.a, 2, 3) = SUBSTR(r.a, 2, 3)",
            r#"{"is":"exact","column":"a","part":{"substring":{"from":1,"length":3}}}"#,
        );
    }

    #[test]
    fn conditions_that_say_anything_else_are_not_read() {
        for condition in [
            "a_l = a_r OR b_l = b_r",
            "a_l = b_r",
            "a_l = a_l",
            "lower(a_l) = lower(a_r)",
            "levenshtein(a_l, a_r) < 2",
            "levenshtein(a_l, b_r) <= 2",
            "jaro_winkler_similarity(a_l, a_r) <= 0.9",
            "jaccard(a_l, a_r) >= 0.9",
            "a_l <> a_r",
            "CASE WHEN a_l = a_r THEN 1 END = 1",
        ] {
            assert_eq!(read(condition), None, "{condition}");
        }
    }

    #[test]
    fn a_null_level_is_that_a_value_lacks() {
        for (condition, plain) in [
            (r#""a_l" IS NULL OR "a_r" IS NULL"#, true),
            ("f(a_l, a_r) = -100 OR a_l IS NULL OR a_r IS NULL", true),
            (
                "(a_l IS NULL OR a_r IS NULL) AND (b_l IS NULL OR b_r IS NULL)",
                true,
            ),
            ("a_l IS NULL OR b_r IS NULL", false),
            ("a_l IS NULL OR a_l = 'unknown'", false),
        ] {
            assert_eq!(is_plain_null(condition), plain, "{condition}");
        }
    }
}
