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
        atomic::{AtomicBool, AtomicI64, AtomicU64, Ordering},
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
use serde_json::Value;
use server::{
    app::{App, Settings},
    receive::{Filing, ReceiveError, body_digest, receive},
    worker,
};
use tokio::sync::{Semaphore, watch};

use crate::serve;

/// Rows on their way at once: what one group commit takes.
pub(crate) const AT_ONCE: usize = 1024;
/// An import waits when matching is so far behind: what was just received is then still in memory when
/// it is matched, and both end together.
const MOST_BEHIND: i64 = 12_288;

#[derive(Args)]
#[command(
    after_help = "Exit codes: 0 when every row is in, 1 when some were refused or not kept (each is told), 2 when nothing could be done."
)]
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
    /// One JSON object a line: each row that was refused or not kept, then the counts.
    #[arg(long)]
    json: bool,
}

/// Where rows come from and where their fate is told: every row that is not imported is told with its
/// file, its line and why, and where the program reads, as JSON.
#[derive(Clone)]
struct Telling {
    file: Arc<str>,
    bar: ProgressBar,
    json: bool,
}

impl Telling {
    fn row(&self, line: u64, fate: &str, why: &str) {
        let file = &*self.file;
        self.bar.suspend(|| {
            if self.json {
                let row = serde_json::json!({"file": file, "line": line, "fate": fate, "why": why});
                println!("{row}");
            } else {
                eprintln!("{file}, line {line}, {fate}: {why}");
            }
        });
    }
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
        // Before anything is made or half of it imported.
        for path in &self.files {
            File::open(path).with_context(|| format!("reading {}", path.display()))?;
        }
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
                let name = path.display().to_string();
                let telling = Telling {
                    bar: progress(size, &name),
                    file: name.into(),
                    json: self.json,
                };
                let reader = telling.bar.wrap_read(BufReader::new(file));
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
                import(
                    &app, &self.desk, track, lang, rows, &counts, &halt, &telling,
                )
                .await?;
                telling.bar.finish_and_clear();
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
            if refused > 0 {
                println!(
                    "each refused row is told above with its line: mend it in the file and run the same command again"
                );
            }
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
    telling: &Telling,
) -> Result<()> {
    let places = Arc::new(Semaphore::new(AT_ONCE));
    let pace = Arc::new(Pace::default());
    for row in rows {
        if halt.load(Ordering::Relaxed) {
            break;
        }
        let record = match row {
            Ok(record) => record,
            Err(error) => {
                refuse(counts, telling, error.line, &error.what.to_string());
                continue;
            }
        };
        let place = Arc::clone(&places).acquire_owned().await?;
        pace.keep(app, halt).await?;
        let (app, desk, counts, telling, pace) = (
            app.clone(),
            desk.to_owned(),
            Arc::clone(counts),
            telling.clone(),
            Arc::clone(&pace),
        );
        tokio::spawn(async move {
            if let Some(seq) = one(&app, &desk, track, lang, &record, &counts, &telling).await {
                pace.received(seq);
            }
            drop(place);
        });
    }
    // All places free means that every row was answered.
    let _all = places.acquire_many(AT_ONCE as u32).await?;
    Ok(())
}

/// Imports a row; its place in the ledger when it is there.
async fn one(
    app: &App,
    desk: &str,
    track: Track,
    lang: Lang,
    record: &Record,
    counts: &Counts,
    telling: &Telling,
) -> Option<i64> {
    let desk = app.desk(desk)?;
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
                .map(|error| format!("{}: {}", error.path, error.message(lang)))
                .collect();
            refuse(counts, telling, record.line, &said.join(" "));
            return None;
        }
    };
    let raw = Value::Object(record.raw.clone());
    let body = body_digest(raw.to_string().as_bytes(), &raw);
    let filing = Filing {
        desk,
        track,
        lang,
        channel: "import",
        answers: &checked,
        scope: "import",
        idempotency: &record.idempotency,
        body,
        vouched: None,
    };
    match receive(app, filing).await {
        Ok(filed) => {
            let count = if filed.repeated {
                &counts.repeated
            } else {
                &counts.imported
            };
            count.fetch_add(1, Ordering::Relaxed);
            return Some(filed.seq);
        }
        Err(ReceiveError::Submit(store::intake::SubmitError::Conflict)) => {
            let why = "the same row was imported before with other answers";
            refuse(counts, telling, record.line, why);
        }
        Err(error) => {
            telling.row(record.line, "NOT kept", &error.to_string());
            counts.failed.fetch_add(1, Ordering::Relaxed);
        }
    }
    None
}

/// Keeps an import from running ahead of the matching.
#[derive(Default)]
pub(crate) struct Pace {
    /// The last place received.
    newest: AtomicI64,
    /// The last place known to be matched.
    matched: AtomicI64,
}

impl Pace {
    pub(crate) fn received(&self, seq: i64) {
        self.newest.fetch_max(seq, Ordering::Relaxed);
    }

    /// Waits while matching is [`MOST_BEHIND`] behind, or until `halt`.
    pub(crate) async fn keep(&self, app: &App, halt: &AtomicBool) -> Result<()> {
        let behind = || self.newest.load(Ordering::Relaxed) - self.matched.load(Ordering::Relaxed);
        while behind() > MOST_BEHIND && !halt.load(Ordering::Relaxed) {
            let reached = app.store.work.reached().await?;
            self.matched.store(reached.submission, Ordering::Relaxed);
            if behind() > MOST_BEHIND {
                tokio::time::sleep(Duration::from_millis(5)).await;
            }
        }
        Ok(())
    }
}

fn refuse(counts: &Counts, telling: &Telling, line: u64, why: &str) {
    counts.refused.fetch_add(1, Ordering::Relaxed);
    // What is told may be kept in a log.
    telling.row(line, "refused", &observables::mask_cards(why));
}

/// Waits until everything received is matched and every series is up to date.
pub(crate) async fn settle(app: &App) -> Result<()> {
    loop {
        let reached = app.store.work.reached().await?;
        let waiting = app.store.intake.after(reached.submission, 1).await?;
        let again = app.store.work.waiting_again(1).await?;
        if waiting.is_empty() && again.is_empty() && app.store.work.dirty().await? == 0 {
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
