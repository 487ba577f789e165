//! The background worker: takes what was received through harmonising, matching and routing.
//!
//! It knows its place in the intake only from the database, where the place moves in the same
//! transaction as what was made of the batch: a kill at any point resumes without a gap or a double.
//! Receiving goes first: while many requests are being received it waits, a bounded time.
//!
//! With a backlog the next batch is read and harmonised while the one before it is written: the first needs
//! the processor, the second mostly the database.

mod files;

use std::{
    collections::BTreeSet,
    io,
    sync::{Arc, Mutex, PoisonError},
    time::{Duration, Instant},
};

use casework::submission::{Event, State};
use store::{
    StoreError, background,
    work::{Analyser, Batch, FoundAgain, Reached},
};
use tokio::{
    runtime::Handle,
    sync::{oneshot, watch},
    task::JoinHandle,
};

use crate::{
    app::App,
    harmonise::{self, EXTRACTOR, Whole, harmonise},
};

pub(crate) use files::Readings;

/// Submissions of one batch: small enough for a second's delay, large enough to spare commits.
const BATCH: i64 = 256;
/// Once a batch comes back full there is a backlog, and throughput counts: then they are of this size.
const BACKLOG: i64 = 4096;
/// Components clustered again between two batches.
const COMPONENTS: i64 = 512;
/// Submissions harmonised again between two batches.
const AGAIN: i64 = 64;
/// A large component is clustered alone, and then none for so many times what it took: what comes in
/// meanwhile waits for it, so it may not take all the time there is.
const REST: u32 = 9;
/// More requests than this being received at once make the worker wait.
const BUSY: usize = 24;
/// The longest it waits for them before a batch.
const PATIENCE: Duration = Duration::from_secs(4);
/// After a ring it waits this long for more: each batch costs a commit, and a commit of its own for each
/// receipt would make the next receipt wait.
const GATHER: Duration = Duration::from_millis(40);
/// It looks by itself this often, should a ring be missed.
const IDLE: Duration = Duration::from_secs(1);

/// Starts the worker on a thread of its own, one that gives way to receiving. The answer comes when it has ended.
///
/// # Errors
/// When the system gives no thread.
pub fn start(app: App, stop: watch::Receiver<bool>) -> io::Result<oneshot::Receiver<()>> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    let (ended, end) = oneshot::channel();
    background::thread("worker", move || {
        runtime.block_on(run(app, stop));
        let _gone = ended.send(());
    })?;
    Ok(end)
}

/// Runs until `stop` says true or is gone, then finishes its batch.
async fn run(app: App, mut stop: watch::Receiver<bool>) {
    let mut worker = Worker {
        app,
        analyser: Arc::default(),
        ahead: None,
        rested: None,
        queued: false,
        readings: Readings::default(),
    };
    let mut failures = 0_u32;
    while !*stop.borrow() && stop.has_changed().is_ok() {
        let turned = worker.turn().await;
        if turned.is_ok() {
            worker.app.beats.worker_at(worker.app.now_micros());
        }
        let wait = match turned {
            Ok(true) => {
                failures = 0;
                continue;
            }
            Ok(false) => {
                failures = 0;
                IDLE
            }
            Err(error) => {
                failures = failures.saturating_add(1);
                let wait = Duration::from_millis(200 << failures.min(7));
                tracing::error!(
                    error = &error as &dyn std::error::Error,
                    "a batch could not be matched and is tried again in {wait:?}; nothing that was received is lost"
                );
                wait
            }
        };
        tokio::select! {
            () = worker.app.arrived.notified() => tokio::time::sleep(GATHER).await,
            () = tokio::time::sleep(wait) => {}
            _ = stop.changed() => {}
        }
    }
}

struct Worker {
    app: App,
    /// Locked by the one batch that is being made ready.
    analyser: Arc<Mutex<Analyser>>,
    /// The batch after the one that was written last, being made ready.
    ahead: Option<Ahead>,
    /// When the next large component may be clustered.
    rested: Option<Instant>,
    /// Whether what an older extractor found was queued.
    queued: bool,
    /// Files that children read.
    readings: Readings,
}

struct Ahead {
    /// It begins after this place.
    after: i64,
    ready: JoinHandle<Result<Ready, StoreError>>,
}

/// A batch that only has to be written.
struct Ready {
    batch: Batch,
    count: usize,
    /// Its last place; where it began when there is nothing in it.
    last: i64,
    /// So full that more is waiting behind it, or soon will be.
    full: bool,
    took: Duration,
}

impl Worker {
    /// One turn: a batch of submissions, the supplements, some components. True when there may be more.
    async fn turn(&mut self) -> Result<bool, StoreError> {
        let app = self.app.clone();
        if !self.queued {
            bring_home(&app).await?;
            if app.store.work.queue_older_than(EXTRACTOR).await? {
                tracing::info!(
                    "what was found before is found again by this program, beside what comes"
                );
            }
            self.queued = true;
        }
        let reached = app.store.work.reached().await?;
        let ready = match self.ahead.take() {
            Some(ahead) if ahead.after == reached.submission => joined(ahead.ready).await?,
            // After a failure the place is not where this batch begins.
            _ => {
                let analyser = Arc::clone(&self.analyser);
                joined(make_ready(self.app.clone(), analyser, reached.submission)).await?
            }
        };
        let (count, backlog, harmonise) = (ready.count, ready.full, ready.took);
        if backlog {
            let analyser = Arc::clone(&self.analyser);
            self.ahead = Some(Ahead {
                after: ready.last,
                ready: make_ready(self.app.clone(), analyser, ready.last),
            });
        }
        let app = &app;
        step_aside(app).await;
        let started = Instant::now();
        if count > 0 {
            let reached = Reached {
                submission: ready.last,
                ..reached
            };
            app.store
                .work
                .apply(ready.batch, reached, &app.model)
                .await?;
        }
        let applied_at = Instant::now();
        let supplements = supplements(app, reached).await?;
        follow_units(app).await?;
        let again = !backlog && harmonise_again(app, &mut self.readings).await?;
        // With a backlog, clustering waits: a component is then clustered once for many batches.
        let mut clustered = 0;
        if !backlog {
            clustered = app.store.work.recluster(&app.model, COMPONENTS).await?;
            if clustered == 0 && self.rested.is_none_or(|rested| applied_at >= rested) {
                clustered = app.store.work.recluster_large(&app.model).await?;
                let ended = Instant::now();
                self.rested = (clustered > 0).then(|| ended + (ended - applied_at) * REST);
            }
        }
        if count > 0 || clustered > 0 {
            tracing::debug!(
                count,
                clustered,
                ?harmonise,
                apply = ?applied_at - started,
                cluster = ?applied_at.elapsed(),
                "a turn"
            );
        }
        Ok(backlog || supplements || again || clustered > 0)
    }
}

/// Gives what nobody routed to the unit of its desk, where an older program gave it to the unit it proposed.
pub(crate) async fn bring_home(app: &App) -> Result<(), StoreError> {
    let desks: BTreeSet<String> = app
        .store
        .work
        .tallies()
        .await?
        .into_iter()
        .map(|tally| tally.desk)
        .collect();
    let homes: Vec<(&str, String)> = desks
        .iter()
        .map(|desk| (desk.as_str(), harmonise::home(&app.config, desk)))
        .collect();
    let homes: Vec<(&str, &str)> = homes
        .iter()
        .map(|(desk, unit)| (*desk, unit.as_str()))
        .collect();
    app.store.work.bring_home(&homes).await
}

/// Seals the identities of submissions that passed to another unit under that unit's key.
pub(crate) async fn follow_units(app: &App) -> Result<(), StoreError> {
    for (seq, id, unit) in app.store.work.passed(AGAIN).await? {
        match app.store.intake.pass_identity(seq, &id, &unit).await {
            Ok(_) => app.store.work.followed(seq, &unit).await?,
            Err(error) => tracing::error!(
                error = &error as &dyn std::error::Error,
                "an identity is still sealed under the key of the unit that had it; it opens, and this is tried again"
            ),
        }
    }
    Ok(())
}

/// Reads the submissions after a place, harmonises them and makes their rows, on another thread.
fn make_ready(
    app: App,
    analyser: Arc<Mutex<Analyser>>,
    after: i64,
) -> JoinHandle<Result<Ready, StoreError>> {
    let handle = Handle::current();
    tokio::task::spawn_blocking(move || {
        let (submissions, full) = handle.block_on(async {
            let mut submissions = app.store.intake.after(after, BATCH).await?;
            let mut full = submissions.len() as i64 == BATCH;
            if full {
                submissions = app.store.intake.after(after, BACKLOG).await?;
                // What came while the batch before was written may not fill one, and more is coming.
                full = submissions.len() as i64 >= BACKLOG / 2;
            }
            step_aside(&app).await;
            Ok::<_, StoreError>((submissions, full))
        })?;
        let started = Instant::now();
        let (count, last) = (
            submissions.len(),
            submissions.last().map_or(after, |last| last.seq),
        );
        let harmonised = submissions
            .iter()
            .map(|submission| harmonise(&app.config, &app.lists, submission))
            .collect();
        // What a batch that went wrong left in the memory of words is still true.
        let mut analyser = analyser.lock().unwrap_or_else(PoisonError::into_inner);
        Ok(Ready {
            batch: Batch::new(harmonised, &mut analyser),
            count,
            last,
            full,
            took: started.elapsed(),
        })
    })
}

/// What a task gave. One that ended in a panic met a submission that this program cannot read.
async fn joined<T>(task: JoinHandle<Result<T, StoreError>>) -> Result<T, StoreError> {
    task.await.map_err(|error| StoreError::Corrupt {
        what: "submission",
        why: error.to_string(),
    })?
}

/// Lets requests that are being received go first, for a bounded time.
async fn step_aside(app: &App) {
    let mut waited = Duration::ZERO;
    while app.now_receiving() > BUSY && waited < PATIENCE {
        let step = Duration::from_millis(10);
        tokio::time::sleep(step).await;
        waited += step;
    }
}

/// Takes in what came later for submissions that are on the docket already, and queues them.
pub(crate) async fn supplements(app: &App, reached: Reached) -> Result<bool, StoreError> {
    let now_reached = app.store.work.reached().await?;
    let mut waiting = app
        .store
        .intake
        .supplements_after(reached.supplement, BATCH)
        .await?;
    let known = waiting
        .iter()
        .take_while(|supplement| supplement.submission <= now_reached.submission)
        .count();
    waiting.truncate(known);
    if waiting.is_empty() {
        return Ok(false);
    }
    let withdrawn = |state: &str| {
        state
            .parse::<State>()
            .ok()
            .and_then(|state| state.after(Event::Withdraw).ok())
            .map(|state| state.as_str().to_owned())
    };
    app.store
        .work
        .apply_supplements(&waiting, withdrawn)
        .await?;
    Ok(waiting.len() as i64 == BATCH)
}

/// Harmonises submissions again that are queued for it, some of them. True when more may be waiting that need not
/// wait for their files.
pub(crate) async fn harmonise_again(
    app: &App,
    readings: &mut Readings,
) -> Result<bool, StoreError> {
    // Those that wait for a child stay in the queue, and are not in the way of others.
    let before = readings.waiting();
    let most = AGAIN + before as i64;
    let waiting = app.store.work.waiting_again(most).await?;
    readings.collect(waiting.iter().map(|one| one.seq)).await;
    let mut wholes = Vec::with_capacity(waiting.len());
    let mut nothing = Vec::new();
    for one in &waiting {
        if readings.must_wait(one.seq) {
            continue;
        }
        match whole(app, one.seq, readings).await? {
            Loaded::Whole(whole) => wholes.push((*one, whole)),
            Loaded::Nothing => nothing.push(*one),
            Loaded::Later => {}
        }
    }
    if wholes.is_empty() && nothing.is_empty() {
        // All that was looked at waits for children; what stands behind it is looked at next.
        return Ok(readings.waiting() > before);
    }
    step_aside(app).await;
    let shared = app.clone();
    let (found, unread) = joined(tokio::task::spawn_blocking(move || {
        let (mut found, mut unread) = (Vec::new(), Vec::new());
        for (waiting, whole) in wholes {
            match harmonise::again(&shared.config, &shared.lists, &whole) {
                Some(one) => found.push(FoundAgain {
                    waiting,
                    sightings: one.findings.json(),
                    keys: one.keys,
                    parts: one.parts,
                }),
                None => unread.push(waiting),
            }
        }
        Ok((found, unread))
    }))
    .await?;
    nothing.extend(unread);
    app.store.work.pass_over(&nothing).await?;
    app.store.work.take_again(&found, &app.model).await?;
    Ok(waiting.len() as i64 == most)
}

enum Loaded {
    Whole(Box<Whole>),
    /// It is not there.
    Nothing,
    /// Its files are being read.
    Later,
}

/// A submission with all that belongs to it now.
async fn whole(app: &App, seq: i64, readings: &mut Readings) -> Result<Loaded, StoreError> {
    let (intake, work) = (&app.store.intake, &app.store.work);
    let Some(submission) = intake.by_seq(seq).await? else {
        return Ok(Loaded::Nothing);
    };
    let exhibits = if harmonise::is_matched(&app.config, &submission) {
        intake.exhibits(seq).await?
    } else {
        Vec::new()
    };
    let Some(files) = readings.files(app, seq, exhibits).await else {
        return Ok(Loaded::Later);
    };
    Ok(Loaded::Whole(Box::new(Whole {
        supplements: intake.supplements(seq).await?,
        acts: work.acts(seq).await?,
        files,
        corrections: work.corrections(seq).await?,
        submission,
    })))
}
