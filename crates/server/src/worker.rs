//! The background worker: takes what was received through harmonising, matching and routing.
//!
//! It knows its place in the intake only from the database, where the place moves in the same
//! transaction as what was made of the batch: a kill at any point resumes without a gap or a double.
//! Receiving goes first: while many requests are being received it waits, a bounded time.

use std::{
    io,
    time::{Duration, Instant},
};

use casework::submission::{Event, State};
use store::{
    StoreError, background,
    intake::Supplement,
    work::{Analyser, Key, Reached},
};
use tokio::sync::{oneshot, watch};

use crate::{
    app::App,
    harmonise::{gather_text, harmonise},
};

/// Submissions of one batch: small enough for a second's delay, large enough to spare commits.
const BATCH: i64 = 256;
/// Once a batch comes back full there is a backlog, and throughput counts.
const BACKLOG: i64 = 4096;
/// Components clustered again between two batches.
const COMPONENTS: i64 = 512;
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

/// Runs until `stop` says true, then finishes its batch.
async fn run(app: App, mut stop: watch::Receiver<bool>) {
    let mut analyser = Analyser::default();
    let mut failures = 0_u32;
    while !*stop.borrow() {
        let worked = turn(&app, &mut analyser).await;
        let wait = match worked {
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
            () = app.arrived.notified() => tokio::time::sleep(GATHER).await,
            () = tokio::time::sleep(wait) => {}
            _ = stop.changed() => {}
        }
    }
}

/// One turn: a batch of submissions, the supplements, some components. True when there may be more.
async fn turn(app: &App, analyser: &mut Analyser) -> Result<bool, StoreError> {
    let reached = app.store.work.reached().await?;
    let mut size = BATCH;
    let mut batch = app.store.intake.after(reached.submission, size).await?;
    if batch.len() as i64 == size {
        size = BACKLOG;
        batch = app.store.intake.after(reached.submission, size).await?;
    }
    step_aside(app).await;
    let backlog = batch.len() as i64 == size;
    let count = batch.len();
    let started = Instant::now();
    let mut harmonised_at = started;
    if let Some(last) = batch.last() {
        let last = last.seq;
        let shared = app.clone();
        let harmonised = tokio::task::spawn_blocking(move || {
            batch
                .iter()
                .map(|submission| harmonise(&shared.config, &shared.lists, submission))
                .collect::<Vec<_>>()
        })
        .await
        .map_err(|error| StoreError::Corrupt {
            what: "submission",
            why: error.to_string(),
        })?;
        harmonised_at = Instant::now();
        let reached = Reached {
            submission: last,
            ..reached
        };
        app.store
            .work
            .apply(&harmonised, reached, &app.model, analyser)
            .await?;
    }
    let applied_at = Instant::now();
    let supplements = supplements(app, reached).await?;
    // With a backlog, clustering waits: a component is then clustered once for many batches.
    let clustered = if backlog {
        0
    } else {
        app.store.work.recluster(&app.model, COMPONENTS).await?
    };
    if count > 0 || clustered > 0 {
        tracing::debug!(
            count,
            clustered,
            harmonise = ?harmonised_at - started,
            apply = ?applied_at - harmonised_at,
            cluster = ?applied_at.elapsed(),
            "a turn"
        );
    }
    Ok(backlog || supplements || clustered as i64 == COMPONENTS)
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

/// Takes in what came later for submissions that are on the docket already.
async fn supplements(app: &App, reached: Reached) -> Result<bool, StoreError> {
    let now_reached = app.store.work.reached().await?;
    let waiting: Vec<(Supplement, Vec<Key>)> = app
        .store
        .intake
        .supplements_after(reached.supplement, BATCH)
        .await?
        .into_iter()
        .take_while(|supplement| supplement.submission <= now_reached.submission)
        .map(|supplement| {
            let keys = keys(app, &supplement);
            (supplement, keys)
        })
        .collect();
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
        .apply_supplements(&waiting, &app.model, withdrawn)
        .await?;
    Ok(waiting.len() as i64 == BATCH)
}

/// The keys of what a person added: the text of a message or of more facts.
fn keys(app: &App, supplement: &Supplement) -> Vec<Key> {
    let body: serde_json::Value = serde_json::from_str(&supplement.body).unwrap_or_default();
    let Some(text) = body.get("text").and_then(serde_json::Value::as_str) else {
        return Vec::new();
    };
    let mut keys = gather_text("text", text, &app.lists).keys;
    keys.sort_unstable_by_key(|key| key.id);
    keys.dedup_by_key(|key| key.id);
    keys
}
