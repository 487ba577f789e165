//! HARMONISE, CROSS-MATCH, ROUTE, as kept: the docket of every submission, keys and their members,
//! series with their reasons, words, and the acts of agents.
//!
//! The worker hands over whole batches with the place it has reached in the intake ([`Work::apply`]);
//! both are one transaction, so a kill at any point resumes without a gap or a double. Agents' acts are
//! short transactions on the same connection.

mod access;
mod again;
mod apply;
mod clock;
mod correction;
mod docket;
mod handover;
mod joint;
mod leave;
mod matching;
mod overview;
mod request;
mod retention;
mod series;
mod sight;
#[cfg(test)]
mod tests;
mod ties;
mod wide;
mod words;

use std::{
    path::{Path, PathBuf},
    sync::Arc,
};

use sqlx::{AnyConnection, AnyPool, Connection};
use tokio::{
    runtime::Handle,
    sync::{Mutex, MutexGuard, oneshot},
};

pub use self::{
    access::{Agent, ApiToken, Member},
    again::{FoundAgain, Waiting},
    apply::{Batch, Harmonised, Key},
    correction::{Correction, Named},
    docket::{Act, Change, Docket, Filter, NewAct, Page, Sort, Tally},
    handover::{AnswerFile, Handover},
    joint::{Joint, Listed, Referral},
    leave::Leave,
    matching::{KEY_KINDS, KeyCount, MOST_LOOKED_AT, Matched, key_kind},
    overview::{KnownKey, MOST_COUNTED, Pressing, Waits},
    request::{Answer, Request, Requested},
    retention::{DueRow, Erasure, Held, Kept, Proof},
    series::{LinkKind, Reason, SeriesFilter, SeriesRow},
    sight::{Sight, Standing},
    words::Analyser,
};
use crate::{StoreError, background, migrate, readers, scrub, sql, writer};

const MIGRATIONS: &[&str] = &[
    include_str!("../migrations/work/0001.sql"),
    include_str!("../migrations/work/0002.sql"),
    include_str!("../migrations/work/0003.sql"),
    include_str!("../migrations/work/0004.sql"),
    include_str!("../migrations/work/0005.sql"),
    include_str!("../migrations/work/0006.sql"),
    include_str!("../migrations/work/0007.sql"),
    include_str!("../migrations/work/0008.sql"),
    include_str!("../migrations/work/0009.sql"),
    include_str!("../migrations/work/0010.sql"),
    include_str!("../migrations/work/0011.sql"),
    include_str!("../migrations/work/0012.sql"),
    include_str!("../migrations/work/0013.sql"),
    include_str!("../migrations/work/0014.sql"),
    include_str!("../migrations/work/0015.sql"),
    include_str!("../migrations/work/0016.sql"),
    include_str!("../migrations/work/0017.sql"),
];

/// What the public body makes of the intake.
#[derive(Clone)]
pub struct Work {
    /// The one writing connection of `work.db`.
    connection: Arc<Mutex<AnyConnection>>,
    path: PathBuf,
    pool: AnyPool,
}

/// How far the worker has come in the intake.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Reached {
    /// The last submission that was harmonised, -1 before the first.
    pub submission: i64,
    /// The last supplement that was taken in, -1 before the first.
    pub supplement: i64,
}

impl Work {
    pub(crate) async fn open(path: &Path) -> Result<Self, StoreError> {
        let mut connection = giving_way(path.to_owned()).await?;
        migrate(&mut connection, MIGRATIONS).await?;
        // Batches touch the same pages of the indexes again and again: copied back seldom, each is
        // copied once for many.
        sql::run(&mut connection, "PRAGMA wal_autocheckpoint = 32000", vec![]).await?;
        scrub::overwriting(&mut connection, false).await?;
        Ok(Self {
            connection: Arc::new(Mutex::new(connection)),
            path: path.to_owned(),
            pool: readers(path, 4).await?,
        })
    }

    /// The writing connection, in no transaction.
    ///
    /// SQLite ends a transaction by itself when the disk is full or fails. The driver then counts it as open for
    /// ever, and makes of the next a savepoint: it would be answered as done, and be in no commit.
    async fn writing(&self) -> Result<MutexGuard<'_, AnyConnection>, StoreError> {
        let mut connection = self.connection.lock().await;
        if connection.is_in_transaction() {
            // A rollback may still stand before the connection's thread: that of a caller that broke off.
            connection.ping().await?;
        }
        if connection.is_in_transaction() {
            tracing::warn!(
                "a transaction of the work database did not end; it gets a new connection"
            );
            *connection = giving_way(self.path.clone()).await?;
        }
        Ok(connection)
    }

    pub(crate) async fn reading(
        &self,
    ) -> Result<sqlx::pool::PoolConnection<sqlx::Any>, StoreError> {
        Ok(self.pool.acquire().await?)
    }

    /// How far the worker has come.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn reached(&self) -> Result<Reached, StoreError> {
        let mut connection = self.reading().await?;
        Ok(Reached {
            submission: number(&mut connection, "reached_submission")
                .await?
                .unwrap_or(-1),
            supplement: number(&mut connection, "reached_supplement")
                .await?
                .unwrap_or(-1),
        })
    }
}

/// A writing connection whose thread gives way: the driver starts one for each connection, and it inherits the
/// priority of the thread that connects.
async fn giving_way(path: PathBuf) -> Result<AnyConnection, StoreError> {
    let (answer, answered) = oneshot::channel();
    let runtime = Handle::current();
    background::thread("connecting", move || {
        let _gone = answer.send(runtime.block_on(writer(&path)));
    })?;
    answered.await.map_err(|_| StoreError::Stopped)?
}

async fn number(connection: &mut AnyConnection, name: &str) -> Result<Option<i64>, StoreError> {
    let row = sql::row(
        connection,
        "SELECT value FROM meta WHERE name = $1",
        sql::params![name],
    )
    .await?;
    let Some(row) = row else { return Ok(None) };
    sql::text(&row, 0)?
        .parse()
        .map(Some)
        .map_err(|_| StoreError::Corrupt {
            what: "counter",
            why: format!("{name} is not a number"),
        })
}

async fn set_number(
    connection: &mut AnyConnection,
    name: &str,
    value: i64,
) -> Result<(), StoreError> {
    sql::run(
        connection,
        "INSERT INTO meta (name, value) VALUES ($1, $2) ON CONFLICT (name) DO UPDATE SET value = excluded.value",
        sql::params![name, value.to_string()],
    )
    .await?;
    Ok(())
}
