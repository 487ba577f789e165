//! `orfevre import`: reports of others, from CSV or JSON lines, through the desk's own rules.
//!
//! Each row is checked as a person's answers are, made durable, matched. Rows have idempotency keys
//! made of their content: an import that was stopped goes on where it was when it is run again.

use std::{
    fs::File,
    io::{BufReader, Read},
    path::{Path, PathBuf},
    process::ExitCode,
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
    time::Duration,
};

use anyhow::{Context, Result, bail};
use casework::{
    Lang,
    answers::{self, Origin},
    submission::Track,
};
use clap::Args;
use exchange::{Mapping, Record, RecordError, csv_records, json_lines};
use indicatif::{ProgressBar, ProgressStyle};
use server::{
    app::{App, Settings},
    receive::{Filing, ReceiveError, receive},
    worker,
};
use sha2::{Digest, Sha256};
use tokio::sync::{Semaphore, watch};

use crate::serve;

/// Rows on their way at once: what one group commit takes.
const AT_ONCE: usize = 1024;
/// Refused rows that are told one by one.
const TOLD: u64 = 20;

#[derive(Args)]
pub(crate) struct Import {
    /// The desk the rows are for.
    desk: String,
    /// CSV (`.csv`, `.tsv`) or JSON lines files.
    #[arg(required = true)]
    files: Vec<PathBuf>,
    /// How columns become answers; JSON lines may be raw answers already.
    #[arg(long, value_name = "FILE")]
    mapping: Option<PathBuf>,
    /// The data folder; its server must be stopped.
    #[arg(
        long,
        env = "ORFEVRE_DATA",
        default_value = "data",
        value_name = "FOLDER"
    )]
    data: PathBuf,
    /// Language of the answers, `fr` or `en`.
    #[arg(long, default_value = "fr")]
    lang: String,
    /// One JSON object with the counts at the end.
    #[arg(long)]
    json: bool,
}

/// What an import did.
#[derive(Default)]
struct Counts {
    imported: AtomicU64,
    repeated: AtomicU64,
    refused: AtomicU64,
    failed: AtomicU64,
}

impl Import {
    pub(crate) fn run(self, config: Option<&Path>) -> Result<ExitCode> {
        let mapping = match &self.mapping {
            Some(path) => {
                let text = std::fs::read_to_string(path)
                    .with_context(|| format!("reading {}", path.display()))?;
                let mapping =
                    Mapping::from_toml(&text).with_context(|| format!("in {}", path.display()))?;
                if mapping.desk.as_str() != self.desk {
                    bail!(
                        "{} is a mapping for desk {}, not {}",
                        path.display(),
                        mapping.desk.as_str(),
                        self.desk
                    );
                }
                Some(mapping)
            }
            None => None,
        };
        let lang =
            Lang::from_tag(&self.lang).with_context(|| format!("{} is not fr or en", self.lang))?;
        serve::runtime()?.block_on(async {
            let app = serve::open(config, &self.data, serve::ORIGIN, Settings::default()).await?;
            let desk = app
                .desk(&self.desk)
                .with_context(|| format!("there is no desk {}", self.desk))?;
            let track = mapping
                .as_ref()
                .map_or(desk.tracks[0], |mapping| mapping.track);
            let (stop, stopping) = watch::channel(false);
            let working = worker::start(app.clone(), stopping)?;
            let halt = Arc::new(AtomicBool::new(false));
            let halted = Arc::clone(&halt);
            tokio::spawn(async move {
                serve::interrupted().await;
                halted.store(true, Ordering::Relaxed);
            });
            let counts = Arc::new(Counts::default());
            for path in &self.files {
                let file =
                    File::open(path).with_context(|| format!("reading {}", path.display()))?;
                let size = file.metadata().map_or(0, |data| data.len());
                let bar = progress(size, &path.display().to_string());
                let reader = bar.wrap_read(BufReader::new(file));
                let table = path
                    .extension()
                    .is_some_and(|ending| ending == "csv" || ending == "tsv");
                let rows: Box<dyn Iterator<Item = Result<Record, RecordError>>> =
                    match (&mapping, table) {
                        (Some(mapping), true) => Box::new(csv_records(reader, mapping)),
                        (None, true) => bail!(
                            "{} needs --mapping, to know which column is which answer",
                            path.display()
                        ),
                        (mapping, false) => lines(reader, mapping.as_ref()),
                    };
                import(&app, &self.desk, track, lang, rows, &counts, &halt, &bar).await?;
                bar.finish_and_clear();
            }
            settle(&app).await?;
            stop.send_replace(true);
            working.await?;
            self.report(&counts, halt.load(Ordering::Relaxed))
        })
    }

    fn report(&self, counts: &Counts, halted: bool) -> Result<ExitCode> {
        let read = |count: &AtomicU64| count.load(Ordering::Relaxed);
        let (imported, repeated) = (read(&counts.imported), read(&counts.repeated));
        let (refused, failed) = (read(&counts.refused), read(&counts.failed));
        if self.json {
            println!(
                "{}",
                serde_json::json!({"imported": imported, "repeated": repeated, "refused": refused, "failed": failed, "stopped": halted})
            );
        } else {
            println!(
                "{imported} imported, {repeated} were there already, {refused} refused, {failed} not kept"
            );
            if halted || failed > 0 {
                println!("run the same command again: it goes on where it stopped");
            }
        }
        Ok(if failed > 0 || refused > 0 || halted {
            ExitCode::FAILURE
        } else {
            ExitCode::SUCCESS
        })
    }
}

fn lines<'m>(
    reader: impl Read + 'm,
    mapping: Option<&'m Mapping>,
) -> Box<dyn Iterator<Item = Result<Record, RecordError>> + 'm> {
    Box::new(json_lines(reader, mapping))
}

#[expect(
    clippy::too_many_arguments,
    reason = "one call site, each argument another thing of the run"
)]
async fn import(
    app: &App,
    desk: &str,
    track: Track,
    lang: Lang,
    rows: impl Iterator<Item = Result<Record, RecordError>>,
    counts: &Arc<Counts>,
    halt: &AtomicBool,
    bar: &ProgressBar,
) -> Result<()> {
    let places = Arc::new(Semaphore::new(AT_ONCE));
    for row in rows {
        if halt.load(Ordering::Relaxed) {
            break;
        }
        let record = match row {
            Ok(record) => record,
            Err(error) => {
                refuse(counts, bar, &error.to_string());
                continue;
            }
        };
        let place = Arc::clone(&places).acquire_owned().await?;
        let (app, desk, counts, bar) = (
            app.clone(),
            desk.to_owned(),
            Arc::clone(counts),
            bar.clone(),
        );
        tokio::spawn(async move {
            one(&app, &desk, track, lang, &record, &counts, &bar).await;
            drop(place);
        });
    }
    // All places free means that every row was answered.
    let _all = places.acquire_many(AT_ONCE as u32).await?;
    Ok(())
}

async fn one(
    app: &App,
    desk: &str,
    track: Track,
    lang: Lang,
    record: &Record,
    counts: &Counts,
    bar: &ProgressBar,
) {
    let Some(desk) = app.desk(desk) else { return };
    let context = answers::Context {
        now: app.now(),
        lang,
        origin: Origin::Api,
    };
    let checked = match answers::validate(desk, track, &record.raw, &context) {
        Ok(checked) => checked,
        Err(errors) => {
            let said: Vec<String> = errors
                .iter()
                .take(3)
                .map(|error| format!("{}: {}", error.path, error.message(lang)))
                .collect();
            refuse(
                counts,
                bar,
                &format!("line {}: {}", record.line, said.join("; ")),
            );
            return;
        }
    };
    let body = Sha256::digest(serde_json::to_vec(&record.raw).unwrap_or_default()).into();
    let filing = Filing {
        desk,
        track,
        lang,
        channel: "import",
        answers: &checked,
        scope: "import",
        idempotency: &record.idempotency,
        body,
    };
    match receive(app, filing).await {
        Ok(filed) => {
            let count = if filed.repeated {
                &counts.repeated
            } else {
                &counts.imported
            };
            count.fetch_add(1, Ordering::Relaxed);
        }
        Err(ReceiveError::Submit(store::intake::SubmitError::Conflict)) => {
            let why = "the same row was imported before with other answers";
            refuse(counts, bar, &format!("line {}: {why}", record.line));
        }
        Err(error) => {
            bar.suspend(|| eprintln!("line {}: NOT imported: {error}", record.line));
            counts.failed.fetch_add(1, Ordering::Relaxed);
        }
    }
}

fn refuse(counts: &Counts, bar: &ProgressBar, why: &str) {
    let before = counts.refused.fetch_add(1, Ordering::Relaxed);
    if before < TOLD {
        bar.suspend(|| eprintln!("{why}"));
    } else if before == TOLD {
        bar.suspend(|| eprintln!("… more rows are refused; the count is told at the end"));
    }
}

/// Waits until everything received is matched and every series is up to date.
pub(crate) async fn settle(app: &App) -> Result<()> {
    loop {
        let reached = app.store.work.reached().await?;
        let waiting = app.store.intake.after(reached.submission, 1).await?;
        if waiting.is_empty() && app.store.work.dirty().await? == 0 {
            return Ok(());
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

fn progress(size: u64, name: &str) -> ProgressBar {
    let bar = ProgressBar::new(size);
    let style = ProgressStyle::with_template("{msg} {bar:30} {bytes}/{total_bytes} {eta} left")
        .unwrap_or_else(|_| ProgressStyle::default_bar());
    bar.set_style(style);
    bar.set_message(name.to_owned());
    bar
}
