//! The dry run of a rules file: what its rules leave open, say twice or say in vain, and to whom the submissions of the last
//! month would have been proposed instead. One at a time, behind everything else; it can be watched and stopped.
//!
//! Whoever tries rules reads no case. What comes out are counts, in fives: rules can be written that hold for one
//! submission alone, and a count of one would then tell what is in it.

use std::{
    collections::BTreeMap,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicBool, AtomicI64, Ordering},
    },
    time::Duration,
};

use casework::{
    competence::check::{Findings, check_while},
    desk::{Config, ConfigProblem},
};
use sha2::{Digest, Sha256};
use store::StoreError;

use crate::{app::App, harmonise};

/// Submissions of so many days.
pub(crate) const DAYS: i64 = 30;
/// The longest file, bytes.
pub(crate) const MOST_BYTES: usize = 4 << 20;
/// Samples of answers that the rules of one desk are tried on.
const SAMPLES: usize = if cfg!(test) { 200 } else { 50_000 };
/// Submissions of one step.
const SOME: i64 = 256;
/// Counts under this are not told; others are told down to a multiple of it.
const LEAST: i64 = 5;

/// The one that runs, or ran last.
#[derive(Default)]
pub(crate) struct Trials(Mutex<Option<Arc<Trial>>>);

/// See the module.
pub(crate) struct Trial {
    /// The file that is tried.
    pub(crate) text: String,
    /// Its SHA-256, hexadecimal.
    pub(crate) sha256: String,
    /// Who tries it.
    pub(crate) agent: String,
    /// When it began, microseconds since 1970 UTC.
    pub(crate) at: i64,
    /// How many submissions there are to look at.
    pub(crate) whole: AtomicI64,
    /// How many were looked at.
    pub(crate) done: AtomicI64,
    stopped: AtomicBool,
    end: Mutex<Option<End>>,
}

/// How it ended.
#[derive(Clone)]
pub(crate) enum End {
    /// The file has problems, with their lines.
    Problems(Arc<Vec<ConfigProblem>>),
    /// It was looked at whole.
    Done(Arc<Outcome>),
    /// Somebody stopped it.
    Stopped,
    /// The store did not answer.
    Failed,
}

/// What would be otherwise.
#[derive(Default)]
pub(crate) struct Outcome {
    /// What the rules leave open, say twice or say in vain.
    pub(crate) findings: Findings,
    /// How many rules there are.
    pub(crate) rules: usize,
    /// Submissions that were looked at.
    pub(crate) looked_at: i64,
    /// From whom to whom the lead would go, by units; empty where nobody is proposed.
    pub(crate) moved: BTreeMap<(String, String), i64>,
}

/// A count as it is told: none below five, others down to a multiple of five.
pub(crate) fn told(count: i64) -> Option<i64> {
    (count >= LEAST).then_some(count / LEAST * LEAST)
}

/// The SHA-256 of a file, hexadecimal.
pub(crate) fn sha256(text: &str) -> String {
    store::objects::hex(&Sha256::digest(text.as_bytes()))
}

impl Trial {
    /// Whether it goes on.
    pub(crate) fn runs(&self) -> bool {
        self.end().is_none()
    }

    /// How it ended; none while it runs.
    pub(crate) fn end(&self) -> Option<End> {
        let end = self.end.lock().unwrap_or_else(PoisonError::into_inner);
        end.clone()
    }

    fn is_stopped(&self) -> bool {
        self.stopped.load(Ordering::Relaxed)
    }
}

impl Trials {
    /// The one that runs, or ran last.
    pub(crate) fn newest(&self) -> Option<Arc<Trial>> {
        let newest = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        newest.clone()
    }

    /// Stops the one that runs.
    pub(crate) fn stop(&self) {
        if let Some(trial) = self.newest() {
            trial.stopped.store(true, Ordering::Relaxed);
        }
    }

    /// Puts one in the place of the last; false while that runs.
    fn begin(&self, trial: &Arc<Trial>) -> bool {
        let mut newest = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if newest.as_ref().is_some_and(|newest| newest.runs()) {
            return false;
        }
        *newest = Some(Arc::clone(trial));
        true
    }
}

/// Begins a trial; false when another runs.
pub(crate) fn begin(app: &App, agent: &str, text: &str) -> bool {
    let trial = Arc::new(Trial {
        text: text.to_owned(),
        sha256: sha256(text),
        agent: agent.to_owned(),
        at: app.now_micros(),
        whole: AtomicI64::new(0),
        done: AtomicI64::new(0),
        stopped: AtomicBool::new(false),
        end: Mutex::new(None),
    });
    if !app.trials.begin(&trial) {
        return false;
    }
    let app = app.clone();
    tokio::spawn(async move {
        let end = run(&app, &trial).await.unwrap_or_else(|error| {
            tracing::error!(
                error = &error as &dyn std::error::Error,
                "a dry run of rules broke off"
            );
            End::Failed
        });
        *trial.end.lock().unwrap_or_else(PoisonError::into_inner) = Some(end);
    });
    true
}

async fn run(app: &App, trial: &Arc<Trial>) -> Result<End, StoreError> {
    let first = app.store.intake.first_since(app.days_ago(DAYS)).await?;
    let whole = app.store.intake.count_after(first - 1).await?;
    trial.whole.store(whole, Ordering::Relaxed);
    let checked = {
        let (app, trial) = (app.clone(), Arc::clone(trial));
        blocking(move || {
            let changed = app.config.with_routing(&trial.text)?;
            let go_on = |_: usize| !trial.is_stopped();
            let findings = check_while(&changed, app.now(), SAMPLES, go_on);
            Ok::<_, Vec<ConfigProblem>>((Arc::new(changed), findings))
        })
        .await?
    };
    let (changed, findings) = match checked {
        Ok(checked) => checked,
        Err(problems) => return Ok(End::Problems(Arc::new(problems))),
    };
    let mut outcome = Outcome {
        findings,
        rules: changed.routing.len(),
        ..Outcome::default()
    };
    let mut after = first - 1;
    while !trial.is_stopped() {
        let some = app.store.intake.after(after, SOME).await?;
        let Some(last) = some.last() else {
            return Ok(End::Done(Arc::new(outcome)));
        };
        after = last.seq;
        let count = some.len() as i64;
        let (shared, changed) = (app.clone(), Arc::clone(&changed));
        let leads = blocking(move || {
            let configs: [&Config; 2] = [&shared.config, &changed];
            let leads = some.iter().map(|one| harmonise::leads(configs, one));
            leads.collect::<Vec<_>>()
        })
        .await?;
        for [was, is] in leads.into_iter().flatten() {
            outcome.looked_at += 1;
            if was != is {
                *outcome.moved.entry((was, is)).or_default() += 1;
            }
        }
        trial.done.fetch_add(count, Ordering::Relaxed);
        // Whoever reports goes first.
        while app.now_receiving() > 0 && !trial.is_stopped() {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    }
    Ok(End::Stopped)
}

async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> T + Send + 'static,
) -> Result<T, StoreError> {
    tokio::task::spawn_blocking(work)
        .await
        .map_err(|error| StoreError::Corrupt {
            what: "submission",
            why: error.to_string(),
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn trial() -> Arc<Trial> {
        Arc::new(Trial {
            text: String::new(),
            sha256: String::new(),
            agent: String::new(),
            at: 0,
            whole: AtomicI64::new(0),
            done: AtomicI64::new(0),
            stopped: AtomicBool::new(false),
            end: Mutex::new(None),
        })
    }

    #[test]
    fn one_runs_at_a_time_and_the_next_after_its_end() {
        let trials = Trials::default();
        trials.stop();
        let first = trial();
        assert!(trials.begin(&first));
        assert!(!trials.begin(&trial()));
        assert!(!first.is_stopped());
        trials.stop();
        assert!(first.is_stopped() && first.runs());
        assert!(!trials.begin(&trial()));
        *first.end.lock().unwrap() = Some(End::Stopped);
        assert!(trials.begin(&trial()));
    }

    #[test]
    fn counts_are_told_in_fives_and_never_below() {
        for (count, expected) in [
            (0, None),
            (1, None),
            (4, None),
            (5, Some(5)),
            (9, Some(5)),
            (10, Some(10)),
            (1_234, Some(1_230)),
        ] {
            assert_eq!(told(count), expected);
        }
    }
}
