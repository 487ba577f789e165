//! `orfevre link` itself: read, train, predict, cluster, write.

use std::{collections::HashMap, path::PathBuf, process::ExitCode, time::Instant};

use anyhow::{Context, Result, bail};
use clap::Args;
use linkage::batch::{LinkType, Linkage, LinkageOptions, Model, TrainOptions, Training};

use super::{
    Inputs, beside,
    kept::Kept,
    labels,
    load::Loaded,
    must_be_trained,
    output::{Field, Output, Type, Written},
    progress,
    report::{self, Language, Observed, Ran, Report},
    say,
    truth::{Judge, Truth},
    words::{level_in_words, rule_in_words},
    write_model,
};

/// Links of a lower probability make no series, unless the threshold is lower, and are not looked at for one.
const LEAST_FOR_SERIES: f64 = 0.01;
/// Rules that are expected to make a smaller share of the pairs of one entity are not left alone: what they miss, no comparison can mend.
const POOR_BLOCKING: f64 = 0.9;
/// New pairs for each record, where nobody says how many.
const WIDER: u64 = 20;

#[derive(Args)]
pub(super) struct Run {
    #[command(flatten)]
    inputs: Inputs,
    /// Set the model's parameters from the records, without labels.
    #[arg(long)]
    train: bool,
    /// Take m from pairs that are known: a file of id_l, id_r and, unless all are of one entity, match (1 or 0).
    #[arg(long, value_name = "FILE", requires = "train")]
    labels: Option<PathBuf>,
    /// Train without relations (classes of pairs that agree more than by chance and are two entities).
    #[arg(long, requires = "train")]
    without_relations: bool,
    /// Where the random draws of training begin: the same seed and records give the same model.
    #[arg(long, default_value_t = TrainOptions::default().seed, requires = "train")]
    seed: u64,
    /// Also find more blocking rules from the records, and train again with them: of at most so many
    /// new pairs for each record, in all; 0 for none [default: 20 where training expects the model's rules to make
    /// less than 90 % of the pairs of one entity].
    #[arg(long, value_name = "PAIRS", requires = "train")]
    widen: Option<u64>,
    /// Memory for the records, the groups of the rules and the links kept for series, such as 8GB: groups that have no
    /// room are made again when they are wanted, records and links go to temporary files (in TMPDIR). Changes no
    /// result. Too little is refused with what is enough.
    #[arg(long, value_name = "SIZE", value_parser = super::kept::bytes, conflicts_with = "report")]
    memory: Option<u64>,
    /// Write the model, trained.
    #[arg(long, value_name = "FILE")]
    save_model: Option<PathBuf>,
    /// Write the links: left_id, right_id, match_weight, match_probability.
    #[arg(long, value_name = "FILE")]
    links: Option<PathBuf>,
    /// Write the series: id, series_id.
    #[arg(long, value_name = "FILE")]
    series: Option<PathBuf>,
    /// Links of so many bits, and series that hold together by more [default: 0].
    #[arg(
        long,
        value_name = "BITS",
        group = "threshold",
        allow_negative_numbers = true
    )]
    threshold_weight: Option<f64>,
    /// The same as a probability [default: 0.5].
    #[arg(long, value_name = "P", group = "threshold")]
    threshold_probability: Option<f64>,
    /// Write links from this probability on, whatever makes a series.
    #[arg(long, value_name = "P")]
    links_probability: Option<f64>,
    /// Add to each link the level of every comparison: gamma_NAME, 0 the least alike, -1 a value is missing.
    #[arg(long, requires = "links")]
    details: bool,
    /// Write what there is to know of this run: .html, a page that opens offline, or .json. Holds values of records.
    #[arg(long, value_name = "FILE")]
    report: Option<PathBuf>,
    /// Language of the report's sentences: en or fr.
    #[arg(long, value_enum, default_value_t, requires = "report")]
    language: Language,
    /// Measure against the truth: a file of ids and the entity of each.
    #[arg(long, value_name = "FILE")]
    truth: Option<PathBuf>,
    /// Column of the truth's entities [default: cluster, or the second].
    #[arg(long, value_name = "COLUMN", requires = "truth")]
    truth_column: Option<String>,
}

/// What looks at every pair as it is predicted.
struct Seen<'s> {
    judge: Option<Judge<'s>>,
    observed: Option<Observed<'s>>,
}

impl Run {
    pub(super) fn run(self) -> Result<ExitCode> {
        let threshold = self.threshold()?;
        let links_from = match self.links_probability {
            Some(p) => probability("--links-probability", p)?,
            None => probability_of(threshold),
        };
        let model = self.inputs.model()?;
        if !self.train {
            must_be_trained(&model)?;
        }
        // before anything is read or written that a mistyped name would waste
        for path in [&self.links, &self.series].into_iter().flatten() {
            super::form::Form::written(path)?;
        }
        if let Some(path) = &self.report {
            report::Form::of(path)?;
        }
        let mut clock = Clock::start();
        beside::clean_when_interrupted()?;
        let loaded = self.inputs.files.load_within(&model, self.memory)?;
        tell_columns(&loaded);
        clock.lap("reading");
        let options = self.options();
        let between = options.link_type == LinkType::Link;
        let truth = match &self.truth {
            Some(path) => Some(Truth::read(
                path,
                self.truth_column.as_deref(),
                &loaded,
                between,
            )?),
            None => None,
        };
        let labels = match &self.labels {
            Some(path) => Some(labels::read(path, &loaded)?),
            None => None,
        };
        let mut linkage = Linkage::new(model, &loaded.records, options)
            .with_context(|| self.inputs.model_file().display().to_string())?;
        tell_records(&loaded, &linkage)?;
        clock.lap("blocking");
        let mut trained = None;
        if self.train {
            trained = Some(self.train(&mut linkage, labels.as_deref())?);
        }
        let wider = self.widens(trained.as_ref());
        if let Some(pairs) = wider
            && let Some(wider) = self.widened(&linkage, &loaded, pairs)?
        {
            linkage = wider;
            tell_records(&loaded, &linkage)?;
            trained = Some(self.train(&mut linkage, labels.as_deref())?);
        }
        if trained.is_some() {
            clock.lap("training");
        }
        let model_file = match &self.save_model {
            Some(path) => Some(write_model(path, linkage.model())?),
            None => None,
        };
        let rules = linkage.model().blocking.len();
        let observe = |_: &PathBuf| Observed::new(truth.as_ref(), rules, threshold);
        let mut seen = Seen {
            judge: truth.as_ref().map(Judge::new),
            observed: self.report.as_ref().map(observe),
        };
        let (links, count, written) =
            self.predict(&linkage, &loaded, links_from, threshold, &mut seen)?;
        clock.lap("prediction");
        let mut files: Vec<Written> = written.into_iter().collect();
        let mut report_file = None;
        if self.makes_series() {
            let working = progress::working("making series");
            let (clusters, links) = links.clusters(&linkage, threshold)?;
            working.finish_and_clear();
            clock.lap("series");
            if let (Some(path), Some(observed)) = (&self.report, seen.observed) {
                let ran = Ran {
                    language: self.language,
                    linkage: &linkage,
                    loaded: &loaded,
                    model_file: self.inputs.model_file(),
                    training: trained.as_ref(),
                    links: &links,
                    clusters: &clusters,
                    most_pairs: options.pairs_per_rule,
                    seconds: clock.laps,
                };
                report_file = Some(Report::new(&ran, observed)?.write(path)?);
            }
            drop(links);
            files.extend(self.write_series(&clusters, &loaded)?);
            tell_series(&clusters)?;
            if let Some(judge) = seen.judge {
                say(&judge.report(&clusters))?;
            }
        }
        for file in files {
            file.finish()?;
        }
        for file in [model_file, report_file].into_iter().flatten() {
            file.finish()?;
        }
        say(&format!(
            "{count} links of probability {links_from:.4} and above\n"
        ))?;
        Ok(ExitCode::SUCCESS)
    }

    fn train(&self, linkage: &mut Linkage<'_>, labels: Option<&[(u32, u32)]>) -> Result<Training> {
        let working = progress::working("training");
        let options = TrainOptions {
            seed: self.seed,
            relations: !self.without_relations,
            ..TrainOptions::default()
        };
        let training = match labels {
            Some(labels) => linkage.train_from_labels(labels, &options)?,
            None => linkage.train(&options),
        };
        working.finish_and_clear();
        tell_training(&training, linkage.model())?;
        Ok(training)
    }

    /// New pairs for each record that more blocking rules may make; `None` where none are wanted.
    fn widens(&self, training: Option<&Training>) -> Option<u64> {
        let poor = training?.blocking_recall < POOR_BLOCKING;
        if self.widen.is_none() && poor {
            eprintln!(
                "the rules make too few of these pairs: more are looked for (not with --widen 0)"
            );
        }
        let wanted = self.widen.or(poor.then_some(WIDER));
        wanted.filter(|pairs| *pairs > 0)
    }

    /// The model with more blocking rules, found with the help of its training; `None` where there are none to find.
    fn widened<'r>(
        &self,
        linkage: &Linkage<'_>,
        loaded: &'r Loaded,
        pairs: u64,
    ) -> Result<Option<Linkage<'r>>> {
        let most = pairs.saturating_mul(loaded.len() as u64);
        let working = progress::working("finding blocking rules");
        let wider = linkage.wider(most, self.seed)?;
        working.finish_and_clear();
        if wider.is_empty() {
            return Ok(None);
        }
        let mut model = linkage.model().clone();
        for found in wider {
            say(&format!(
                "new rule: {}, {:.0} more pairs of which {:.0} are expected to be one\n",
                rule_in_words(&found.rule),
                found.pairs,
                found.matches
            ))?;
            model.widen([found.rule]);
        }
        let wider = Linkage::new(model, &loaded.records, self.options())?;
        Ok(Some(wider))
    }

    fn options(&self) -> LinkageOptions {
        let memory = self.memory.map(usize::try_from);
        LinkageOptions {
            memory: memory.map(|bytes| bytes.unwrap_or(usize::MAX)),
            ..self.inputs.options()
        }
    }

    fn makes_series(&self) -> bool {
        self.series.is_some() || self.truth.is_some() || self.report.is_some()
    }

    /// The threshold in bits.
    fn threshold(&self) -> Result<f64> {
        match (self.threshold_weight, self.threshold_probability) {
            (Some(weight), _) if weight.is_finite() => Ok(weight),
            (Some(weight), _) => bail!("--threshold-weight {weight}: it is a number of bits"),
            (_, Some(p)) => {
                let p = probability("--threshold-probability", p)?;
                Ok((p / (1.0 - p)).log2())
            }
            _ => Ok(0.0),
        }
    }

    /// Streams the links out; keeps of each what series need.
    fn predict(
        &self,
        linkage: &Linkage<'_>,
        loaded: &Loaded,
        links_from: f64,
        threshold: f64,
        seen: &mut Seen<'_>,
    ) -> Result<(Kept, u64, Option<Written>)> {
        let mut output = match &self.links {
            Some(path) => Some(Output::create(
                path,
                self.link_columns(linkage.model(), loaded),
            )?),
            None => None,
        };
        let keep = self.makes_series();
        let from = if keep {
            // a link of the threshold itself counts for nothing, so what rounding does here does not matter
            let threshold = 1.0 / (1.0 + (-threshold).exp2());
            links_from.min(LEAST_FOR_SERIES).min(threshold)
        } else {
            links_from
        };
        // a report counts every pair
        let seen_from = if seen.observed.is_some() { 0.0 } else { from };
        let pairs = linkage.pairs_per_rule();
        let bar = progress::counted(pairs.iter().sum(), "pairs");
        let mut rule = 0;
        let mut levels = linkage.levels();
        let counts: Vec<usize> = linkage
            .model()
            .comparisons
            .iter()
            .map(|comparison| comparison.levels.len())
            .collect();
        let mut kept = Kept::new(linkage, loaded.len() as usize, threshold, self.memory);
        let (mut at, mut count) = (Vec::new(), 0_u64);
        let mut failed = None;
        linkage.predict(seen_from, |link| {
            while rule < link.rule {
                bar.inc(pairs[rule]);
                rule += 1;
            }
            if let Some(observed) = &mut seen.observed {
                observed.pair(&link);
            }
            if link.probability < from {
                return;
            }
            if keep {
                kept.push(link.weighted());
            }
            if let Some(judge) = &mut seen.judge {
                judge.link(link.left, link.right, link.probability);
            }
            if link.probability < links_from || failed.is_some() {
                return;
            }
            count += 1;
            let Some(output) = &mut output else { return };
            let mut fields = vec![
                Field::Text(loaded.ids.get(link.left)),
                Field::Text(loaded.ids.get(link.right)),
                Field::Number(link.weight),
                Field::Number(link.probability),
            ];
            if loaded.has_several_sources() {
                fields.push(Field::Text(loaded.source_name(link.left)));
                fields.push(Field::Text(loaded.source_name(link.right)));
            }
            if self.details {
                levels.of(link.left, link.right, &mut at);
                let gammas = at.iter().zip(&counts).map(|(level, count)| {
                    Field::Integer(level.map_or(-1, |level| (count - 1 - level) as i32))
                });
                fields.extend(gammas);
            }
            failed = output.row(&fields).err();
        })?;
        bar.finish_and_clear();
        match failed {
            Some(error) => Err(error),
            None => Ok((kept, count, output.map(Output::written).transpose()?)),
        }
    }

    fn link_columns(&self, model: &Model, loaded: &Loaded) -> Vec<(String, Type)> {
        let mut columns = vec![
            ("left_id".to_owned(), Type::Text),
            ("right_id".to_owned(), Type::Text),
            ("match_weight".to_owned(), Type::Number),
            ("match_probability".to_owned(), Type::Number),
        ];
        if loaded.has_several_sources() {
            columns.push(("left_source".to_owned(), Type::Text));
            columns.push(("right_source".to_owned(), Type::Text));
        }
        if self.details {
            let names = model.comparisons.iter();
            columns.extend(
                names.map(|comparison| (format!("gamma_{}", comparison.name), Type::Integer)),
            );
        }
        columns
    }

    fn write_series(&self, clusters: &[u32], loaded: &Loaded) -> Result<Option<Written>> {
        let Some(path) = &self.series else {
            return Ok(None);
        };
        let several = loaded.has_several_sources();
        let mut columns = vec![
            ("id".to_owned(), Type::Text),
            ("series_id".to_owned(), Type::Text),
        ];
        if several {
            columns.push(("source".to_owned(), Type::Text));
        }
        let mut output = Output::create(path, columns)?;
        for (record, first) in (0..).zip(clusters) {
            let id = loaded.ids.get(record);
            let first_id = loaded.ids.get(*first);
            if several {
                let name = loaded.source_name(record);
                let series = loaded.name(*first);
                output.row(&[Field::Text(id), Field::Text(&series), Field::Text(name)])?;
            } else {
                output.row(&[Field::Text(id), Field::Text(first_id)])?;
            }
        }
        output.written().map(Some)
    }
}

/// How long each step takes.
struct Clock {
    last: Instant,
    laps: Vec<(&'static str, f64)>,
}

impl Clock {
    fn start() -> Clock {
        Clock {
            last: Instant::now(),
            laps: Vec::new(),
        }
    }

    fn lap(&mut self, step: &'static str) {
        self.laps.push((step, self.last.elapsed().as_secs_f64()));
        self.last = Instant::now();
    }
}

fn probability_of(weight: f64) -> f64 {
    1.0 / (1.0 + (-weight).exp2())
}

fn probability(option: &str, p: f64) -> Result<f64> {
    if p > 0.0 && p < 1.0 {
        return Ok(p);
    }
    bail!("{option} {p}: a probability lies between 0 and 1, both excluded");
}

pub(super) fn tell_columns(loaded: &Loaded) {
    for source in &loaded.sources {
        eprintln!(
            "{}: ids from column {}",
            source.table.path().display(),
            source.id
        );
    }
    let kinds: Vec<String> = loaded
        .columns
        .iter()
        .map(|column| format!("{} {}", column.name, column.kind))
        .collect();
    eprintln!("columns: {} (--type changes one)", kinds.join(", "));
    for column in &loaded.columns {
        if let Some(first) = &column.first {
            eprintln!(
                "column {}: {} of {} values are not {} and count as missing, the first at {first}",
                column.name,
                column.unreadable,
                column.unreadable + column.known,
                column.kind.wanted()
            );
        } else if column.known == 0 && loaded.len() > 0 {
            eprintln!("column {}: every value is missing", column.name);
        }
    }
}

fn tell_records(loaded: &Loaded, linkage: &Linkage<'_>) -> Result<()> {
    let pairs: u64 = linkage.pairs_per_rule().iter().sum();
    say(&format!(
        "{} records, {pairs} pairs from {} blocking rules\n",
        loaded.len(),
        linkage.model().blocking.len()
    ))
}

fn tell_training(training: &Training, model: &Model) -> Result<()> {
    say(&format!(
        "trained on {} pairs in {} rounds: two records in {:.0} are one entity, and blocking makes {:.1} % of those pairs\n",
        training.pairs,
        training.rounds,
        model.prior.map_or(f64::INFINITY, f64::recip),
        training.blocking_recall * 100.0
    ))?;
    if !training.converged {
        eprintln!(
            "training did NOT converge: take its weights with care; more records, or fewer levels, help"
        );
    }
    for (name, level) in &training.untrained {
        let mut comparisons = model.comparisons.iter();
        let comparison = comparisons.find(|comparison| comparison.name == *name);
        let level = comparison.map_or_else(String::new, |of| level_in_words(of, *level));
        eprintln!(
            "comparison {name:?}, level \"{level}\": hardly a pair was at it, so its m is a guess; set it, or take the level out"
        );
    }
    Ok(())
}

fn tell_series(clusters: &[u32]) -> Result<()> {
    let mut sizes: HashMap<u32, u64> = HashMap::new();
    for first in clusters {
        *sizes.entry(*first).or_default() += 1;
    }
    let several = sizes.values().filter(|size| **size > 1).count();
    let largest = sizes.values().max().copied().unwrap_or(0);
    say(&format!(
        "{} series, {several} of several records, the largest of {largest}\n",
        sizes.len()
    ))
}
