//! `orfevre link`: whole data sets, linked by a model.
//!
//! Files go in and out here; how records are linked is `linkage::batch`'s.

mod arrow;
mod beside;
mod column;
mod explain;
mod form;
mod kept;
mod labels;
mod load;
mod output;
mod parquet;
mod profile;
pub(crate) mod progress;
mod report;
mod run;
mod splink;
mod suggest;
mod table;
mod truth;
mod words;

use std::{
    io::{ErrorKind, Write as _},
    num::NonZeroUsize,
    path::{Path, PathBuf},
    process::ExitCode,
};

use anyhow::{Context, Result, bail};
use clap::{Args, Subcommand};
use linkage::batch::{LinkType, LinkageOptions, Model};

use column::Told;
use load::{Loaded, Source};

#[derive(Args)]
#[command(
    args_conflicts_with_subcommands = true,
    subcommand_negates_reqs = true,
    arg_required_else_help = true,
    after_help = "Example: orfevre link --input people.csv --model model.toml --train --links links.csv --series series.csv\nFiles: .csv, .tsv, .jsonl, .ndjson, .parquet, .arrow (read), told by their ending. docs/formats/link.md says what each holds, and what a model is.\nExit codes: 0 done; 2 not done, with the reason on standard error, and no file written."
)]
pub(crate) struct Link {
    #[command(subcommand)]
    other: Option<Other>,
    #[command(flatten)]
    run: run::Run,
}

#[derive(Subcommand)]
enum Other {
    /// Show what columns hold, and how many pairs each blocking rule makes.
    Profile(profile::Profile),
    /// Show where the match weight of two records comes from.
    Explain(explain::Explain),
    /// Write a model to begin with, from what the columns hold.
    Suggest(suggest::Suggest),
    /// Read a model of Splink, refused with names where it has no equivalent.
    FromSplink(splink::FromSplink),
    /// Write a model for Splink, refused with names where it has no equivalent.
    ToSplink(splink::ToSplink),
}

impl Link {
    pub(crate) fn run(self) -> Result<ExitCode> {
        match self.other {
            None => self.run.run(),
            Some(Other::Profile(profile)) => profile.run(),
            Some(Other::Explain(explain)) => explain.run(),
            Some(Other::Suggest(suggest)) => suggest.run(),
            Some(Other::FromSplink(from)) => from.run(),
            Some(Other::ToSplink(to)) => to.run(),
        }
    }
}

/// The records, and which pairs of them there are.
#[derive(Args)]
struct Files {
    /// A file of records; more than one links the records of one with those of the others.
    #[arg(long, required = true, value_name = "FILE")]
    input: Vec<PathBuf>,
    /// Column of the records' ids [default: id, unique_id or the first].
    #[arg(long, value_name = "COLUMN")]
    id: Option<String>,
    /// What a column holds, where the model does not tell: text, date, date:FORM, number, set, moment, place, hash.
    #[arg(long = "type", value_name = "COLUMN=KIND")]
    types: Vec<Told>,
    /// A column that tells each record's source: one file then links as several do.
    #[arg(long, value_name = "COLUMN")]
    source_column: Option<String>,
    /// With several files or sources, also link records of one with each other.
    #[arg(long)]
    within: bool,
}

impl Files {
    fn open(&self) -> Result<Vec<Source>> {
        if self.source_column.is_some() && self.input.len() > 1 {
            bail!(
                "--source-column tells the sources of one file: give one --input, or leave it out"
            );
        }
        load::open(&self.input, self.id.as_deref())
    }

    fn load(&self, model: &Model) -> Result<Loaded> {
        self.load_opened(self.open()?, model, &self.types)
    }

    /// [`Files::load`] in about so many bytes, where there is a limit.
    fn load_within(&self, model: &Model, memory: Option<u64>) -> Result<Loaded> {
        let source = self.source_column.as_deref();
        let shelf = memory.map(kept::shelf);
        load::load(self.open()?, model, &self.types, source, shelf)
    }

    fn load_opened(&self, sources: Vec<Source>, model: &Model, types: &[Told]) -> Result<Loaded> {
        let source = self.source_column.as_deref();
        load::load(sources, model, types, source, None)
    }

    fn link_type(&self) -> LinkType {
        let several = self.input.len() > 1 || self.source_column.is_some();
        if several && !self.within {
            LinkType::Link
        } else {
            LinkType::Dedupe
        }
    }

    /// For counting the pairs of rules, not for making them.
    fn counting(&self) -> LinkageOptions {
        LinkageOptions {
            link_type: self.link_type(),
            pairs_per_rule: u64::MAX,
            ..LinkageOptions::default()
        }
    }
}

/// What is linked, and by what model.
#[derive(Args)]
struct Inputs {
    #[command(flatten)]
    files: Files,
    /// The model: blocking rules, comparisons, parameters (TOML, or JSON by its ending).
    // an option only since a subcommand does without
    #[arg(long, required = true, value_name = "FILE")]
    model: Option<PathBuf>,
    /// Most pairs that one blocking rule may make.
    #[arg(long, value_name = "COUNT", default_value_t = LinkageOptions::default().pairs_per_rule)]
    pairs_per_rule: u64,
    /// Threads that compare; their number changes no result [default: one for each processor].
    #[arg(long, value_name = "N")]
    threads: Option<NonZeroUsize>,
}

impl Inputs {
    fn model(&self) -> Result<Model> {
        read_model(self.model_file())
    }

    fn model_file(&self) -> &Path {
        self.model.as_deref().unwrap_or(Path::new(""))
    }

    fn options(&self) -> LinkageOptions {
        LinkageOptions {
            link_type: self.files.link_type(),
            pairs_per_rule: self.pairs_per_rule,
            threads: self.threads.map_or_else(processors, NonZeroUsize::get),
            ..LinkageOptions::default()
        }
    }
}

fn processors() -> usize {
    std::thread::available_parallelism().map_or(1, NonZeroUsize::get)
}

/// Writes to standard output; whoever reads it may stop.
fn say(text: &str) -> Result<()> {
    match std::io::stdout().lock().write_all(text.as_bytes()) {
        Err(error) if error.kind() == ErrorKind::BrokenPipe => Ok(()),
        done => done.context("writing to standard output"),
    }
}

/// Holds a model against what scoring needs, before files are read for nothing.
fn must_be_trained(model: &Model) -> Result<()> {
    let Some(lacks) = lacks(model).into_iter().next() else {
        return Ok(());
    };
    bail!(
        "the model is not trained, {lacks}: set it, or train the model with orfevre link --train, and keep it with --save-model"
    );
}

/// What a model lacks to score pairs.
fn lacks(model: &Model) -> Vec<String> {
    let prior = model.prior.is_none().then(|| "it has no prior".to_owned());
    let mut lacks: Vec<String> = prior.into_iter().collect();
    for comparison in &model.comparisons {
        for (at, level) in comparison.levels.iter().enumerate() {
            for (parameter, value) in [("m", level.m), ("u", level.u)] {
                if value.is_none() {
                    let level = words::level_in_words(comparison, at);
                    lacks.push(format!(
                        "comparison {:?}, level \"{level}\" has no {parameter}",
                        comparison.name
                    ));
                }
            }
        }
    }
    lacks
}

fn is_json(path: &Path) -> bool {
    path.extension().is_some_and(|ending| ending == "json")
}

fn read_model(path: &Path) -> Result<Model> {
    let read = || -> Result<Model> {
        let text = std::fs::read_to_string(path)?;
        if !is_json(path) {
            return Ok(Model::from_toml(&text)?);
        }
        let model: Model = serde_json::from_str(&text)?;
        model.validate()?;
        Ok(model)
    };
    read().with_context(|| format!("reading the model {}", path.display()))
}

fn write_model(path: &Path, model: &Model) -> Result<beside::Beside> {
    let write = || -> Result<beside::Beside> {
        let text = if is_json(path) {
            serde_json::to_string_pretty(model)?
        } else {
            model.to_toml()?
        };
        let mut file = beside::Beside::create(path)?;
        file.write_all(text.as_bytes())?;
        Ok(file)
    };
    write().with_context(|| format!("writing the model {}", path.display()))
}
