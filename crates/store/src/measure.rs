//! What the machine itself can do, to hold our own figures against in the same run.

mod bookings;

use std::{
    path::Path,
    time::{Duration, Instant},
};

use sqlx::Connection;
use tokio::{
    sync::{mpsc, oneshot},
    task::{JoinHandle, JoinSet},
};

use crate::{
    Store, StoreError,
    intake::{self, NewSubmission},
    migrate, sql,
    sql::params,
};

pub use bookings::{BookingReport, bookings};

/// A measured rate with the time each caller waited.
#[derive(Clone, Debug)]
pub struct Measured {
    /// How many a second.
    pub rate: f64,
    /// How many.
    pub count: usize,
    /// In what time.
    pub took: Duration,
    /// Each caller's wait, ascending.
    pub waits: Vec<Duration>,
}

impl Measured {
    /// From the waits and the time all of it took.
    #[must_use]
    pub fn new(mut waits: Vec<Duration>, took: Duration) -> Self {
        waits.sort_unstable();
        Self {
            rate: waits.len() as f64 / took.as_secs_f64(),
            count: waits.len(),
            took,
            waits,
        }
    }

    /// This and another, as if measured in one stretch.
    #[must_use]
    pub fn and(mut self, other: Self) -> Self {
        self.waits.extend(other.waits);
        Self::new(self.waits, self.took + other.took)
    }

    /// The wait that a share (0 to 1) of the callers did not pass.
    #[must_use]
    pub fn quantile(&self, share: f64) -> Duration {
        let last = self.waits.len().saturating_sub(1);
        let place = (last as f64 * share).round() as usize;
        self.waits.get(place).copied().unwrap_or_default()
    }
}

/// Bare group commit of the same rows as ours: one writer, same table and indexes, same pragmas, no ledger, no
/// rules, no HTTP.
pub struct Bare {
    send: mpsc::Sender<(i64, oneshot::Sender<()>)>,
    writing: JoinHandle<Result<(), StoreError>>,
    /// Stretches that were run.
    stretches: i64,
}

impl Bare {
    /// A database of its own in a folder.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn open(folder: &Path, sample: &NewSubmission) -> Result<Self, StoreError> {
        std::fs::create_dir_all(folder)?;
        sqlx::any::install_default_drivers();
        let mut connection = intake::writing_connection(&folder.join("bare.db")).await?;
        migrate(&mut connection, intake::MIGRATIONS).await?;
        let (send, mut receive) = mpsc::channel::<(i64, oneshot::Sender<()>)>(4096);
        let row = sample.clone();
        let writing = tokio::spawn(async move {
            let mut group = Vec::new();
            while receive.recv_many(&mut group, 1000).await > 0 {
                let mut transaction = connection.begin().await?;
                let rows = group
                    .iter()
                    .map(|(seq, _)| {
                        // Spread like hashes, as the real ones are.
                        let code = seq.wrapping_mul(0x9e37_79b9_7f4a_7c15_u64 as i64);
                        params![
                            *seq,
                            format!("{}-{seq}", row.id),
                            row.desk.as_str(),
                            1,
                            row.track.as_str(),
                            row.lang.as_str(),
                            row.channel.as_str(),
                            row.received_at,
                            code,
                            !code,
                            row.digest,
                            row.nonce,
                            row.body,
                            row.facts.as_str(),
                        ]
                    })
                    .collect();
                sql::insert(
                    &mut transaction,
                    "INSERT INTO submission (seq, id, desk, desk_version, track, lang, channel, received_at, code, idempotency, digest, nonce, body, facts) VALUES",
                    "",
                    rows,
                )
                .await?;
                transaction.commit().await?;
                for (_, answer) in group.drain(..) {
                    let _gone = answer.send(());
                }
            }
            connection.close().await?;
            Ok::<(), StoreError>(())
        });
        Ok(Self {
            send,
            writing,
            stretches: 0,
        })
    }

    /// One stretch: `callers` tasks, each waiting for its own commit before its next row.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn run(&mut self, callers: usize, time: Duration) -> Result<Measured, StoreError> {
        let started = Instant::now();
        let mut tasks = JoinSet::new();
        for caller in 0..callers {
            let send = self.send.clone();
            let mut seq = ((caller as i64) << 32) + (self.stretches << 20);
            tasks.spawn(async move {
                let mut waits = Vec::new();
                while started.elapsed() < time {
                    let at = Instant::now();
                    let (answer, answered) = oneshot::channel();
                    seq += 1;
                    if send.send((seq, answer)).await.is_err() || answered.await.is_err() {
                        return Err(StoreError::Stopped);
                    }
                    waits.push(at.elapsed());
                }
                Ok(waits)
            });
        }
        self.stretches += 1;
        let mut waits = Vec::new();
        while let Some(done) = tasks.join_next().await {
            waits.extend(done.map_err(|_| StoreError::Stopped)??);
        }
        Ok(Measured::new(waits, started.elapsed()))
    }

    /// Ends the writer.
    ///
    /// # Errors
    /// What went wrong in it.
    pub async fn close(self) -> Result<(), StoreError> {
        drop(self.send);
        self.writing.await.map_err(|_| StoreError::Stopped)?
    }
}

/// Bytes on disk of parts of a store.
#[derive(Clone, Copy, Debug)]
pub struct Sizes {
    /// Submissions as sent: facts and sealed identities.
    pub submissions: i64,
    /// Keys, members and their indexes.
    pub keys_and_members: i64,
    /// Both databases.
    pub all: i64,
}

impl Store {
    /// Measures how many bytes parts of the store take.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn sizes(&self) -> Result<Sizes, StoreError> {
        let mut intake = self.intake.reading().await?;
        let submissions = one(
            &mut intake,
            "SELECT COALESCE(SUM(LENGTH(CAST(facts AS BLOB))), 0) FROM submission",
        )
        .await?
            + one(
                &mut intake,
                "SELECT COALESCE(SUM(LENGTH(sealed)), 0) FROM identity",
            )
            .await?;
        let intake_all = one(
            &mut intake,
            "SELECT page_count * page_size FROM pragma_page_count(), pragma_page_size()",
        )
        .await?;
        let mut work = self.work.reading().await?;
        let keys_and_members = one(
            &mut work,
            "SELECT COALESCE(SUM(pgsize), 0) FROM dbstat WHERE name IN ('key', 'key_component', 'member', 'component', 'component_dirty', 'tied', 'tied_component', 'sqlite_autoindex_key_1', 'sqlite_autoindex_component_1')",
        )
        .await?
            + one(&mut work, "SELECT COALESCE(SUM(LENGTH(keys)), 0) FROM docket").await?;
        let work_all = one(
            &mut work,
            "SELECT page_count * page_size FROM pragma_page_count(), pragma_page_size()",
        )
        .await?;
        Ok(Sizes {
            submissions,
            keys_and_members,
            all: intake_all + work_all,
        })
    }
}

async fn one(connection: &mut sqlx::AnyConnection, text: &str) -> Result<i64, StoreError> {
    let row = sql::row(connection, text, vec![]).await?;
    Ok(row.map_or(Ok(0), |row| sql::int(&row, 0))?)
}
