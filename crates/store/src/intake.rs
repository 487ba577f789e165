//! RECEIVE: one writer, group commit, the reply after the fsync.
//!
//! Callers hand a [`NewSubmission`] (or a supplement, an upload's row, a draft) to a queue; one task
//! drains it, writes everything that waits in one transaction together with the ledger's leaves,
//! tiles and signed checkpoint, commits (SQLite `synchronous = FULL`, so the commit is an fsync), and
//! only then answers each caller. A retry with the same idempotency key gets the first answer.
//!
//! Order of the durable steps: exhibits' bytes (before, see [`crate::objects`]) → rows, leaf, tiles
//! and checkpoint in one commit → reply. A checkpoint is signed inside the transaction and published
//! only by its commit, so no two published checkpoints can disagree.

mod anchor;
mod backfill;
mod draft;
mod erasing;
mod forgetting;
mod log;
mod reading;
mod sealing;
#[cfg(test)]
pub(crate) mod tests;
mod writing;

use std::{path::Path, sync::Arc};

use ledger::{Signer, Verifier};
use sqlx::{AnyConnection, AnyPool};
use tokio::sync::{mpsc, oneshot, watch};

use self::writing::{Command, Writer};
pub use self::{
    anchor::{Anchor, Anchors, broken_link},
    draft::Draft,
    forgetting::{SweepError, Swept},
    reading::{Submission, Supplement, Upload},
    sealing::PassError,
};
pub(crate) use self::{erasing::Erased, sealing::check_identities};
use crate::{StoreError, migrate, readers, secrets::Secrets, sql, vault::Vault, writer};

pub(crate) const MIGRATIONS: &[&str] = &[
    include_str!("../migrations/intake/0001.sql"),
    include_str!("../migrations/intake/0002.sql"),
    include_str!("../migrations/intake/0003.sql"),
    include_str!("../migrations/intake/0004.sql"),
];

/// How many callers may wait for the writer; more wait at the door, in order.
const QUEUE: usize = 4096;

/// What people sent.
#[derive(Clone)]
pub struct Intake {
    commands: mpsc::Sender<Command>,
    pool: AnyPool,
    vault: Vault,
    signer: Arc<Signer>,
}

/// A submission that passed every check and waits to be made durable.
#[derive(Clone, Debug)]
pub struct NewSubmission {
    /// UUID text of the submission.
    pub id: String,
    /// Desk it was filed at.
    pub desk: String,
    /// Unit that has what the desk receives: its identity is sealed under that unit's key.
    pub unit: String,
    /// Version of the desk's definition.
    pub desk_version: u32,
    /// Track of the desk: `report`, `complaint`…
    pub track: String,
    /// Language of the person: `fr` or `en`.
    pub lang: String,
    /// `web`, `api`, `import`.
    pub channel: String,
    /// Microseconds since 1970 UTC.
    pub received_at: i64,
    /// [`casework::submission::TrackingCode::lookup_hash`] of its code.
    pub code: i64,
    /// Hash of the scope and the client's idempotency key.
    pub idempotency: i64,
    /// SHA-256 of the request as sent: another body under the same key is a conflict.
    pub body: [u8; 32],
    /// SHA-256 of the submission as kept: what the ledger's commitment opens to.
    pub digest: [u8; 32],
    /// 256 random bits of the commitment.
    pub nonce: [u8; 32],
    /// Facts, as JSON.
    pub facts: String,
    /// The persons as those see them who do not open the identity, JSON; empty where nobody is described.
    pub described: String,
    /// Identity, as JSON: sealed before it is written.
    pub identity: Option<String>,
    /// Ids of the uploads it refers to.
    pub uploads: Vec<String>,
}

/// Something that came later from the person.
#[derive(Clone, Debug)]
pub struct NewSupplement {
    /// The submission it belongs to, by its place in the ledger…
    pub submission: i64,
    /// … and by its id.
    pub submission_id: String,
    /// `message`, `facts`, `withdrawal`.
    pub kind: String,
    /// Microseconds since 1970 UTC.
    pub at: i64,
    /// Hash of the scope and the client's idempotency key.
    pub idempotency: i64,
    /// SHA-256 of what is kept.
    pub digest: [u8; 32],
    /// 256 random bits of the commitment.
    pub nonce: [u8; 32],
    /// JSON.
    pub body: String,
    /// Ids of the uploads it refers to.
    pub uploads: Vec<String>,
}

/// A durable answer.
#[derive(Clone, Debug)]
pub struct Received {
    /// Leaf index in the ledger.
    pub seq: i64,
    /// The id it was filed under (the first one's, for a repeated request).
    pub id: String,
    /// When it was received, microseconds.
    pub received_at: i64,
    /// The receipt, a C2SP tlog-proof.
    pub receipt: String,
    /// True when the same request had been received before.
    pub repeated: bool,
}

/// Why it was NOT received. Nothing of it was kept.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SubmitError {
    /// The idempotency key was used with another body.
    #[error("the idempotency key was used before with another body")]
    Conflict,
    /// The disk or the database failed.
    #[error("not received: the store could not make it durable")]
    NotDurable(#[source] Arc<StoreError>),
    /// The writer has stopped.
    #[error("not received: the writer has stopped")]
    Stopped,
}

/// A connection of the kind that receipts hang on.
pub(crate) async fn writing_connection(path: &Path) -> Result<AnyConnection, StoreError> {
    let mut connection = writer(path).await?;
    let text = format!("PRAGMA wal_autocheckpoint = {}", backfill::LONGEST_LOG);
    sql::run(&mut connection, &text, vec![]).await?;
    Ok(connection)
}

impl Intake {
    pub(crate) async fn open(
        path: &Path,
        origin: &str,
        secrets: &Secrets,
        vault: &Vault,
    ) -> Result<Self, StoreError> {
        let mut connection = writing_connection(path).await?;
        migrate(&mut connection, MIGRATIONS).await?;
        let signer = Arc::new(
            Signer::new(origin, &secrets.ledger_seed)
                .map_err(|error| StoreError::Ledger(error.to_string()))?,
        );
        let log = log::load(&mut connection, &signer).await?;
        let received = log::received(&mut connection).await?;
        let (commands, queue) = mpsc::channel(QUEUE);
        let (written, watched) = watch::channel(());
        let backfilled = path.to_owned();
        tokio::spawn(async move {
            if let Err(error) = backfill::run(&backfilled, watched).await {
                tracing::error!(%error, "no second connection to the intake database: its writer moves the write-ahead log alone, and receipts wait for it at times");
            }
        });
        let writer = Writer {
            connection,
            written,
            path: path.to_owned(),
            log,
            received,
            signer: Arc::clone(&signer),
            vault: vault.clone(),
        };
        tokio::spawn(writer.run(queue));
        Ok(Self {
            commands,
            pool: readers(path, 4).await?,
            vault: vault.clone(),
            signer,
        })
    }

    /// Makes a submission durable and gives its receipt.
    ///
    /// # Errors
    /// When it was not received; see [`SubmitError`].
    pub async fn submit(&self, submission: NewSubmission) -> Result<Received, SubmitError> {
        let (answer, answered) = oneshot::channel();
        self.send(Command::Submit(Box::new(submission), answer))
            .await?;
        answered.await.map_err(|_| SubmitError::Stopped)?
    }

    /// Makes something that came later durable.
    ///
    /// # Errors
    /// When it was not received; see [`SubmitError`].
    pub async fn supplement(&self, supplement: NewSupplement) -> Result<Received, SubmitError> {
        let (answer, answered) = oneshot::channel();
        self.send(Command::Supplement(Box::new(supplement), answer))
            .await?;
        answered.await.map_err(|_| SubmitError::Stopped)?
    }

    /// Records an upload whose bytes are durable already.
    ///
    /// # Errors
    /// When it was not recorded.
    pub async fn record_upload(&self, upload: Upload) -> Result<(), SubmitError> {
        let (answer, answered) = oneshot::channel();
        self.send(Command::Upload(upload, answer)).await?;
        answered.await.map_err(|_| SubmitError::Stopped)?
    }

    async fn send(&self, command: Command) -> Result<(), SubmitError> {
        self.commands
            .send(command)
            .await
            .map_err(|_| SubmitError::Stopped)
    }

    pub(crate) async fn reading(
        &self,
    ) -> Result<sqlx::pool::PoolConnection<sqlx::Any>, StoreError> {
        Ok(self.pool.acquire().await?)
    }

    /// The public key of the ledger, as a C2SP verifier key.
    #[must_use]
    pub fn verifier_key(&self) -> String {
        self.signer.vkey()
    }

    /// The verifier of the ledger's checkpoints.
    #[must_use]
    pub fn verifier(&self) -> Verifier {
        self.signer.verifier()
    }

    /// How many submissions were received after this place of the ledger.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn count_after(&self, seq: i64) -> Result<i64, StoreError> {
        let mut connection = self.pool.acquire().await?;
        let row = sql::row(
            &mut connection,
            "SELECT COUNT(*) FROM submission WHERE seq > $1",
            sql::params![seq],
        )
        .await?;
        Ok(row.map(|row| sql::int(&row, 0)).transpose()?.unwrap_or(0))
    }

    /// How many submissions were received.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn count(&self) -> Result<i64, StoreError> {
        let mut connection = self.reading().await?;
        log::received(&mut connection).await
    }
}
