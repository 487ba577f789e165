//! The one writer of `film.db`, with group commit: whoever writes while others wait shares one transaction with them, and so
//! one fsync. Nobody is answered before that.
//!
//! The first of a group begins its transaction and has a task of its own end it: the lock is fair, so those who wait
//! for it by then write before the task gets it. Who gives up half way leaves nothing: each writes behind a savepoint,
//! and whoever has the lock next goes back to it.

use std::{
    ops::{Deref, DerefMut},
    sync::Arc,
};

use sqlx::AnyConnection;
use tokio::sync::{Mutex, OwnedMutexGuard, watch};

use crate::{
    StoreError,
    sql::{self, Batch},
};

/// What became of a group: nothing yet, or whether it was committed.
type Ended = Option<bool>;

/// See the module.
#[derive(Clone)]
pub(super) struct Writer(Arc<Mutex<Writing>>);

struct Writing {
    connection: AnyConnection,
    /// The group that is open, and what will tell its end.
    group: Option<watch::Receiver<Ended>>,
    /// Whether somebody's savepoint is open: they gave up, unless they hold the lock.
    torn: bool,
}

impl Writer {
    pub(super) fn new(connection: AnyConnection) -> Self {
        Self(Arc::new(Mutex::new(Writing {
            connection,
            group: None,
            torn: false,
        })))
    }

    /// Waits for one's turn to write.
    ///
    /// # Errors
    /// When the database does not answer.
    pub(super) async fn turn(&self) -> Result<Turn, StoreError> {
        let mut writing = Arc::clone(&self.0).lock_owned().await;
        writing.mend().await?;
        if writing.group.is_none() {
            sql::run(&mut writing.connection, "BEGIN IMMEDIATE", vec![]).await?;
            let (tell, told) = watch::channel(None);
            writing.group = Some(told);
            let writer = Arc::clone(&self.0);
            tokio::spawn(async move {
                let committed = writer.lock().await.end().await;
                if let Err(error) = &committed {
                    tracing::error!(
                        error = error as &dyn std::error::Error,
                        "what the film desk wrote was not kept; its writers are told"
                    );
                }
                // Nobody may be left who waits.
                let _ = tell.send(Some(committed.is_ok()));
            });
        }
        Ok(Turn(writing))
    }
}

impl Writing {
    /// Takes back what somebody who gave up had written.
    async fn mend(&mut self) -> Result<(), StoreError> {
        if self.torn {
            sql::run(&mut self.connection, "ROLLBACK TO one", vec![]).await?;
            sql::run(&mut self.connection, "RELEASE one", vec![]).await?;
            self.torn = false;
        }
        Ok(())
    }

    /// Commits the group; if that fails nothing of it is kept.
    async fn end(&mut self) -> Result<(), StoreError> {
        self.group = None;
        let committed = match self.mend().await {
            Ok(()) => sql::run(&mut self.connection, "COMMIT", vec![])
                .await
                .map_err(StoreError::from),
            Err(error) => Err(error),
        };
        if committed.is_err() {
            self.torn = false;
            // A failed commit may have rolled back by itself: then there is nothing to roll back.
            let _ = sql::run(&mut self.connection, "ROLLBACK", vec![]).await;
        }
        committed.map(|_| ())
    }
}

/// One's turn: until it is over nobody else writes. Dropped before [`Turn::keep`] is through, it has written nothing.
pub(super) struct Turn(OwnedMutexGuard<Writing>);

impl Turn {
    /// Statements that are kept as a whole by [`Turn::keep`].
    pub(super) fn batch() -> Batch {
        let mut batch = Batch::default();
        batch.run("SAVEPOINT one", vec![]);
        batch
    }

    /// Writes something and stops half way.
    #[cfg(test)]
    pub(super) async fn tear(&mut self) {
        self.0.torn = true;
        for text in [
            "SAVEPOINT one",
            "INSERT INTO person (kind, subject, id, sealed) VALUES ('k', 's', 'torn', x'00')",
        ] {
            sql::run(&mut self.0.connection, text, vec![])
                .await
                .unwrap();
        }
    }

    /// Writes what [`Turn::batch`] began, and gives the turn up: all of it is durable once this returns.
    ///
    /// # Errors
    /// Nothing was kept.
    pub(super) async fn keep(mut self, mut batch: Batch) -> Result<(), StoreError> {
        batch.run("RELEASE one", vec![]);
        self.0.torn = true;
        batch.execute(&mut self.0.connection).await?;
        self.0.torn = false;
        let mut ended = self.0.group.clone().ok_or(StoreError::Stopped)?;
        drop(self);
        let ended = ended.wait_for(Option::is_some).await;
        match ended.map(|ended| *ended) {
            Ok(Some(true)) => Ok(()),
            _ => Err(StoreError::Stopped),
        }
    }
}

impl Deref for Turn {
    type Target = AnyConnection;

    fn deref(&self) -> &AnyConnection {
        &self.0.connection
    }
}

impl DerefMut for Turn {
    fn deref_mut(&mut self) -> &mut AnyConnection {
        &mut self.0.connection
    }
}
