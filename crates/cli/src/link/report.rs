//! `orfevre link --report`: what a run can say of itself, as one page that opens offline or as JSON.
//!
//! The figures are `linkage::batch::report`'s; here they get the names, ids and values of the input. Both
//! forms hold the same, and both hold values of records: they are to be kept as the records are.

mod charts;
mod french;
mod language;
mod numbers;
mod page;
mod plot;

use std::{collections::HashMap, io::Write as _, path::Path};

use anyhow::{Context, Result, bail};
use linkage::batch::{
    Link, Linkage, Model, Training, WeightedPair,
    report::{
        Areas, Extremes, Kept, SizeClass, ThresholdPoint, WeightBin, WeightCounts, level_weights,
        series_quality,
    },
};
use serde::Serialize;

use super::{
    beside::Beside,
    explain::{Line, lines},
    load::Loaded,
    profile::{Profiled, columns},
    truth::{Figures, Truth},
    words::{level_in_words, rule_in_words},
};

pub(super) use language::Language;

/// Pairs shown whole, nearest to the threshold.
const NEAREST: usize = 6;
/// Pairs shown whole, the strongest of all.
const STRONGEST: usize = 2;
/// Pairs of each way to be wrong.
const FALSE: usize = 10;
/// Ids listed of records that cannot be linked.
const UNLINKABLE: usize = 20;
/// Blocking that is expected to make a smaller share of the pairs of one entity is warned of.
const RECALL_TO_WARN: f64 = 0.9;

/// The form of a report, by its file's ending.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Form {
    Page,
    Data,
}

impl Form {
    pub(super) fn of(path: &Path) -> Result<Form> {
        match path.extension().and_then(|ending| ending.to_str()) {
            Some("html") => Ok(Form::Page),
            Some("json") => Ok(Form::Data),
            _ => bail!(
                "{} ends in none of .html and .json, so the report's form is not known: rename it",
                path.display()
            ),
        }
    }
}

/// What a report holds. A figure that there is none of is null in the data.
#[derive(Debug, Serialize)]
pub(super) struct Report {
    /// The version of this form.
    format: u32,
    /// Of its sentences.
    language: Language,
    run: Run,
    /// What a person should know before using the links.
    warnings: Vec<String>,
    columns: Vec<Column>,
    rules: Vec<Rule>,
    comparisons: Vec<Comparison>,
    relations: Vec<Relation>,
    training: Option<Trained>,
    histogram: Vec<WeightBin>,
    thresholds: Vec<ThresholdPoint>,
    truth: Option<Judged>,
    unlinkable: Unlinkable,
    series: Series,
    /// Pairs shown whole: around the threshold, and the strongest.
    examples: Vec<Example>,
}

#[derive(Debug, Serialize)]
struct Run {
    inputs: Vec<Input>,
    model: String,
    threshold_weight: f64,
    threshold_probability: f64,
    prior: Option<f64>,
    /// Seconds of each step, in its order.
    seconds: Vec<(&'static str, f64)>,
    records: u64,
    /// Different pairs that were compared.
    pairs: u64,
    links: u64,
}

#[derive(Debug, Serialize)]
struct Input {
    file: String,
    records: u64,
    id_column: String,
}

#[derive(Debug, Serialize)]
struct Column {
    input: String,
    column: String,
    records: u64,
    known: u64,
    distinct: u64,
    most_frequent: Option<String>,
    most_frequent_count: u64,
    could_be: String,
    read_by_model: bool,
}

#[derive(Debug, Serialize)]
struct Rule {
    keys: String,
    /// Pairs the rule makes.
    pairs: u64,
    /// Those that no rule before it makes.
    new: u64,
    /// Most that it may make.
    most: u64,
}

#[derive(Debug, Serialize)]
struct Comparison {
    name: String,
    levels: Vec<Level>,
}

#[derive(Debug, Serialize)]
struct Level {
    level: String,
    m: Option<f64>,
    u: Option<f64>,
    bits: Option<f64>,
    term_frequency: bool,
}

#[derive(Debug, Serialize)]
struct Relation {
    through: Vec<String>,
    prior: f64,
}

#[derive(Debug, Serialize)]
struct Trained {
    pairs: u64,
    rounds: usize,
    converged: bool,
    blocking_recall: f64,
    /// Comparison and level of each m that is a guess.
    untrained: Vec<(String, String)>,
}

#[derive(Debug, Serialize)]
struct Judged {
    /// Pairs of one entity.
    matches: u64,
    /// Those that blocking made.
    made: u64,
    areas: Areas,
    series: Figures,
    /// Links of different entities, the strongest first.
    wrong: Vec<Example>,
    /// Pairs of one entity that were compared and not linked, the weakest first.
    not_linked: Vec<Example>,
    /// Pairs of one entity that no rule makes, as their records come.
    not_made: Vec<Example>,
}

#[derive(Debug, Serialize)]
struct Unlinkable {
    /// Records that would not be linked even with themselves.
    records: u64,
    examples: Vec<String>,
    /// How many records weigh less against themselves, at each threshold of a whole bit.
    at: Vec<(f64, u64)>,
}

#[derive(Debug, Serialize)]
struct Series {
    series: u64,
    sizes: Vec<SizeClass>,
    hanging_series: u64,
    hanging: Vec<Hanging>,
}

#[derive(Debug, Serialize)]
struct Hanging {
    series_id: String,
    size: u64,
    left_id: String,
    right_id: String,
    match_weight: f64,
    /// Records on the smaller side of the link.
    apart: u64,
}

/// A pair with where its weight comes from.
#[derive(Debug, Serialize)]
struct Example {
    left_id: String,
    right_id: String,
    match_weight: f64,
    match_probability: f64,
    prior_bits: f64,
    steps: Vec<Line>,
}

/// What is gathered while pairs come by.
pub(super) struct Observed<'t> {
    truth: Option<&'t Truth>,
    threshold: f64,
    counts: WeightCounts,
    new: Vec<u64>,
    links: u64,
    nearest: Extremes,
    strongest: Extremes,
    wrong: Extremes,
    not_linked: Extremes,
}

impl<'t> Observed<'t> {
    pub(super) fn new(truth: Option<&'t Truth>, rules: usize, threshold: f64) -> Self {
        Observed {
            truth,
            threshold,
            counts: WeightCounts::default(),
            new: vec![0; rules],
            links: 0,
            nearest: Extremes::new(NEAREST),
            strongest: Extremes::new(STRONGEST),
            wrong: Extremes::new(FALSE),
            not_linked: Extremes::new(FALSE),
        }
    }

    pub(super) fn pair(&mut self, link: &Link) {
        let right = self
            .truth
            .and_then(|truth| truth.is_one(link.left, link.right));
        let (weight, linked) = (link.weight, link.weight >= self.threshold);
        let pair = Kept {
            left: link.left,
            right: link.right,
            weight,
        };
        self.counts.add(weight, right);
        self.new[link.rule] += 1;
        self.links += u64::from(linked);
        self.nearest.add((weight - self.threshold).abs(), pair);
        self.strongest.add(-weight, pair);
        match right {
            Some(false) if linked => self.wrong.add(-weight, pair),
            Some(true) if !linked => self.not_linked.add(weight, pair),
            _ => {}
        }
    }
}

/// What a run hands over for its report.
pub(super) struct Ran<'r> {
    pub(super) language: Language,
    pub(super) linkage: &'r Linkage<'r>,
    pub(super) loaded: &'r Loaded,
    pub(super) model_file: &'r Path,
    pub(super) training: Option<&'r Training>,
    pub(super) links: &'r [WeightedPair],
    pub(super) clusters: &'r [u32],
    pub(super) most_pairs: u64,
    pub(super) seconds: Vec<(&'static str, f64)>,
}

impl Report {
    pub(super) fn new(ran: &Ran<'_>, observed: Observed<'_>) -> Result<Report> {
        let model = ran.linkage.model();
        let columns = profile(ran)?;
        let rules = rules(ran, &observed.new);
        let training = ran.training.map(|training| Trained::new(training, model));
        let unlinkable = Unlinkable::new(ran, observed.threshold)?;
        let series = Series::new(ran, observed.threshold);
        let mut report = Report {
            format: 1,
            language: ran.language,
            run: Run::new(ran, &observed),
            warnings: Vec::new(),
            columns,
            rules,
            comparisons: comparisons(model),
            relations: relations(model),
            training,
            histogram: observed.counts.histogram(),
            thresholds: observed
                .counts
                .thresholds(observed.truth.map(Truth::totals)),
            truth: None,
            unlinkable,
            series,
            examples: Vec::new(),
        };
        report.show_pairs(ran, observed)?;
        report.warnings = report.what_to_know();
        Ok(report)
    }

    /// The pairs to look at, and what the truth says.
    fn show_pairs(&mut self, ran: &Ran<'_>, observed: Observed<'_>) -> Result<()> {
        let pairs = |kept: Vec<Kept>| -> Vec<(u32, u32)> {
            kept.iter().map(|pair| (pair.left, pair.right)).collect()
        };
        let mut shown = pairs(observed.nearest.finish());
        for pair in pairs(observed.strongest.finish()) {
            if !shown.contains(&pair) {
                shown.push(pair);
            }
        }
        let (wrong, not_linked) = (
            pairs(observed.wrong.finish()),
            pairs(observed.not_linked.finish()),
        );
        let not_made = match observed.truth {
            Some(truth) => truth.not_made(ran.linkage, FALSE),
            None => Vec::new(),
        };
        let lists = [&shown, &wrong, &not_linked, &not_made];
        let records = lists
            .iter()
            .flat_map(|pairs| pairs.iter())
            .flat_map(|(left, right)| [*left, *right]);
        let values = ran.loaded.values(&records.collect())?;
        let examples = |pairs: &[(u32, u32)]| -> Result<Vec<Example>> {
            let one = |pair: &(u32, u32)| Example::new(ran, *pair, &values);
            pairs.iter().map(one).collect()
        };
        self.examples = examples(&shown)?;
        self.truth = match observed.truth {
            Some(truth) => Some(Judged {
                matches: truth.totals().matches,
                made: observed.counts.right(),
                areas: Areas::under(&self.thresholds),
                series: truth.of_series(ran.clusters),
                wrong: examples(&wrong)?,
                not_linked: examples(&not_linked)?,
                not_made: examples(&not_made)?,
            }),
            None => None,
        };
        Ok(())
    }

    fn what_to_know(&self) -> Vec<String> {
        let l = self.language;
        let mut told = Vec::new();
        if let Some(training) = &self.training {
            if !training.converged {
                told.push(l.told(
                    "Training did not converge in {0} rounds: take its weights with care; more records, or fewer levels, help.",
                    &[&training.rounds.to_string()],
                ));
            }
            for (comparison, level) in &training.untrained {
                told.push(l.told(
                    "Comparison {0}, level “{1}”: hardly a pair was at it, so its m is a guess.",
                    &[comparison, &l.word(level)],
                ));
            }
            if training.blocking_recall < RECALL_TO_WARN {
                told.push(l.told(
                    "The blocking rules are expected to make only {0} % of the pairs of one entity: what they miss is never compared.",
                    &[&format!("{:.0}", training.blocking_recall * 100.0)],
                ));
            }
        }
        for column in self.columns.iter().filter(|column| column.read_by_model) {
            let of = [&*column.column, &*column.input];
            if column.known == 0 {
                told.push(l.told(
                    "Column {0} of {1} has no value: what compares it weighs nothing.",
                    &of,
                ));
            } else if column.distinct == 1 {
                told.push(l.told(
                    "Column {0} of {1} holds one value only: agreeing on it says nothing.",
                    &of,
                ));
            }
        }
        for (number, rule) in (1..).zip(&self.rules) {
            if rule.new == 0 {
                told.push(l.told(
                    "Blocking rule {0} ({1}) adds no pair to the rules before it.",
                    &[&format!("{number}"), &rule.keys],
                ));
            }
        }
        if self.unlinkable.records > 0 {
            told.push(l.told(
                "{0} of {1} records are unlinkable: they lack so much that even a twin would stay below the threshold.",
                &[&self.unlinkable.records.to_string(), &self.run.records.to_string()],
            ));
        }
        if self.series.hanging_series > 0 {
            told.push(l.told(
                "{0} series of three and more records hang by one link.",
                &[&self.series.hanging_series.to_string()],
            ));
        }
        told
    }

    /// The report in its form, beside its place.
    pub(super) fn write(&self, path: &Path) -> Result<Beside> {
        let write = || -> Result<Beside> {
            let text = match Form::of(path)? {
                Form::Page => page::of(self)?,
                Form::Data => serde_json::to_string_pretty(self)? + "\n",
            };
            let mut file = Beside::create(path)?;
            file.write_all(text.as_bytes())?;
            Ok(file)
        };
        write().with_context(|| format!("writing the report {}", path.display()))
    }
}

impl Run {
    fn new(ran: &Ran<'_>, observed: &Observed<'_>) -> Run {
        let sources = ran.loaded.sources.iter().enumerate();
        Run {
            inputs: sources
                .map(|(number, source)| Input {
                    file: source.table.path().display().to_string(),
                    records: ran.loaded.records_of(number),
                    id_column: source.id.clone(),
                })
                .collect(),
            model: ran.model_file.display().to_string(),
            threshold_weight: observed.threshold,
            threshold_probability: 1.0 / (1.0 + (-observed.threshold).exp2()),
            prior: ran.linkage.model().prior,
            seconds: ran.seconds.clone(),
            records: ran.loaded.len().into(),
            pairs: observed.new.iter().sum(),
            links: observed.links,
        }
    }
}

fn profile(ran: &Ran<'_>) -> Result<Vec<Column>> {
    let mut all = Vec::new();
    for source in &ran.loaded.sources {
        let (records, held) = columns(&source.table)?;
        let read = |name: &str| ran.loaded.columns.iter().any(|column| column.name == name);
        all.extend(held.into_iter().map(|column: Profiled| Column {
            input: source.name.clone(),
            records,
            read_by_model: read(&column.name),
            known: column.known,
            distinct: column.distinct,
            most_frequent_count: column.most.as_ref().map_or(0, |(_, count)| *count),
            most_frequent: column.most.map(|(value, _)| value),
            could_be: column.kind.to_string(),
            column: column.name,
        }));
    }
    Ok(all)
}

fn rules(ran: &Ran<'_>, new: &[u64]) -> Vec<Rule> {
    let rules = ran.linkage.model().blocking.iter();
    rules
        .zip(ran.linkage.pairs_per_rule())
        .zip(new)
        .map(|((rule, pairs), new)| Rule {
            keys: rule_in_words(rule),
            pairs,
            new: *new,
            most: ran.most_pairs,
        })
        .collect()
}

fn comparisons(model: &Model) -> Vec<Comparison> {
    let weights = level_weights(model);
    let of = |(number, comparison): (usize, &linkage::batch::Comparison)| {
        let weights = weights.iter().filter(|weight| weight.comparison == number);
        let levels = comparison.levels.iter().zip(weights);
        Comparison {
            name: comparison.name.clone(),
            levels: levels
                .map(|(level, weight)| Level {
                    level: level_in_words(comparison, weight.level),
                    m: weight.m,
                    u: weight.u,
                    bits: weight.bits,
                    term_frequency: level.term_frequency,
                })
                .collect(),
        }
    };
    model.comparisons.iter().enumerate().map(of).collect()
}

fn relations(model: &Model) -> Vec<Relation> {
    let relations = model.relations.iter();
    relations
        .map(|relation| Relation {
            through: relation.through.clone(),
            prior: relation.prior,
        })
        .collect()
}

impl Trained {
    fn new(training: &Training, model: &Model) -> Trained {
        let level = |name: &str, at: usize| {
            let mut comparisons = model.comparisons.iter();
            let comparison = comparisons.find(|comparison| comparison.name == name)?;
            Some(level_in_words(comparison, at))
        };
        let untrained = training.untrained.iter();
        Trained {
            pairs: training.pairs,
            rounds: training.rounds,
            converged: training.converged,
            blocking_recall: training.blocking_recall,
            untrained: untrained
                .map(|(name, at)| (name.clone(), level(name, *at).unwrap_or_default()))
                .collect(),
        }
    }
}

impl Unlinkable {
    fn new(ran: &Ran<'_>, threshold: f64) -> Result<Unlinkable> {
        let weights = ran.linkage.self_weights()?;
        let below = |weight: &f32, threshold: f64| f64::from(*weight) < threshold;
        let examples = (0..)
            .zip(&weights)
            .filter(|(_, weight)| below(weight, threshold))
            .map(|(record, _)| ran.loaded.name(record));
        let mut sorted = weights.clone();
        sorted.sort_unstable_by(f32::total_cmp);
        let ends = sorted.first().zip(sorted.last());
        let bits = ends.map_or(0..0, |(least, most)| {
            least.floor() as i32..most.ceil() as i32 + 1
        });
        Ok(Unlinkable {
            records: sorted.partition_point(|weight| below(weight, threshold)) as u64,
            examples: examples.take(UNLINKABLE).collect(),
            at: bits
                .map(|bit| {
                    let bit = f64::from(bit);
                    (
                        bit,
                        sorted.partition_point(|weight| below(weight, bit)) as u64,
                    )
                })
                .collect(),
        })
    }
}

impl Series {
    fn new(ran: &Ran<'_>, threshold: f64) -> Series {
        let quality = series_quality(ran.clusters, ran.links, threshold);
        let name = |record: u32| ran.loaded.name(record);
        let hanging = quality.hanging.iter();
        Series {
            series: quality.series,
            hanging_series: quality.hanging_series,
            hanging: hanging
                .map(|hanging| Hanging {
                    series_id: name(hanging.series),
                    size: hanging.size,
                    left_id: name(hanging.left),
                    right_id: name(hanging.right),
                    match_weight: hanging.weight,
                    apart: hanging.apart,
                })
                .collect(),
            sizes: quality.sizes,
        }
    }
}

impl Example {
    fn new(
        ran: &Ran<'_>,
        (left, right): (u32, u32),
        values: &HashMap<u32, Vec<String>>,
    ) -> Result<Example> {
        let explained = ran.linkage.explain(left, right)?;
        let explained = explained.context("there are no such records")?;
        let of = |record: u32| values.get(&record).map_or(&[][..], Vec::as_slice);
        let sides = (of(left), of(right));
        Ok(Example {
            left_id: ran.loaded.name(left),
            right_id: ran.loaded.name(right),
            match_weight: explained.weight,
            match_probability: explained.probability,
            prior_bits: explained.prior_bits,
            steps: lines(ran.linkage.model(), &explained, ran.loaded, sides),
        })
    }
}
