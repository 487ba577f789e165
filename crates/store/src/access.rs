//! `access.db`: how agents prove who they are, and their sessions. A file of its own, so that nobody who signs in waits for
//! the worker's batches.
//!
//! Only hashes of tokens and codes are kept; what has to be read again (secrets of one-time codes, the steps of a sign-in
//! under way) is sealed with the folder's key. No address and no agent string of a browser is kept. What an agent has
//! here counts from the moment their access was last taken away on: [`crate::work::Member::since`].
//!
//! - here: sessions, steps of a sign-in, what happened. [`ways`]: passwords, codes, passkeys, subjects.
//! - [`guess`]: how fast one may guess.

mod guess;
#[cfg(test)]
mod tests;
mod ways;

use std::{path::Path, sync::Arc};

use hmac::{Hmac, KeyInit, Mac};
use sha2::{Digest, Sha256};
use sqlx::{AnyConnection, AnyPool, Connection, any::AnyRow};
use tokio::sync::Mutex;

pub use self::{
    guess::Guess,
    ways::{Passkey, Password, Ways},
};
use crate::{
    StoreError, migrate, readers,
    secrets::Secrets,
    sql::{self, params},
    vault::sealed,
    writer,
};

const MIGRATIONS: &[&str] = &[include_str!("../migrations/access/0001.sql")];

const DAY: i64 = 86_400_000_000;
/// Sessions and what happened are kept so long, microseconds.
const KEPT: i64 = 365 * DAY;

/// See the module.
#[derive(Clone)]
pub struct Access {
    connection: Arc<Mutex<AnyConnection>>,
    pool: AnyPool,
    /// Seals secrets and names accounts.
    key: [u8; 32],
}

/// How a session was made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MadeBy {
    /// By a one-time link of an administrator.
    Link,
    /// By a password and a code.
    Password,
    /// By a password and one of the codes for when the device is lost.
    Recovery,
    /// By a passkey.
    Passkey,
    /// By an identity provider.
    Provider,
}

impl MadeBy {
    const ALL: [MadeBy; 5] = [
        MadeBy::Link,
        MadeBy::Password,
        MadeBy::Recovery,
        MadeBy::Passkey,
        MadeBy::Provider,
    ];

    /// The word in the database.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            MadeBy::Link => "link",
            MadeBy::Password => "password",
            MadeBy::Recovery => "recovery",
            MadeBy::Passkey => "passkey",
            MadeBy::Provider => "provider",
        }
    }

    fn from_word(word: &str) -> Result<Self, StoreError> {
        let found = MadeBy::ALL.into_iter().find(|made| made.as_str() == word);
        found.ok_or_else(|| StoreError::Corrupt {
            what: "session",
            why: format!("it was made by {word:?}"),
        })
    }
}

/// A session to be begun.
#[derive(Clone, Copy, Debug)]
pub struct NewSession<'s> {
    /// What the browser will hold; only its hash is kept.
    pub token: &'s [u8],
    /// Whose it is.
    pub agent: &'s str,
    /// How it was made.
    pub made_by: MadeBy,
    /// What the agent calls the device; empty when they did not say.
    pub device: &'s str,
    /// The session that it takes the place of: it ends, and its task and device go on.
    pub instead_of: Option<&'s [u8]>,
}

/// A session that is still good.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Session {
    /// Names it on pages, and opens nothing.
    pub id: String,
    /// Whose it is.
    pub agent: String,
    /// How it was made.
    pub made_by: MadeBy,
    /// What the agent calls the device.
    pub device: String,
    /// Why they look beyond their own, for as long as they are at it; empty between two tasks.
    pub task: String,
    /// When they last proved who they are, microseconds since 1970 UTC.
    pub started_at: i64,
    /// When it was last used, to the minute.
    pub seen_at: i64,
}

/// How old a session may be.
#[derive(Clone, Copy, Debug)]
pub struct Good {
    /// Seen since, microseconds since 1970 UTC.
    pub seen_since: i64,
    /// Begun since.
    pub started_since: i64,
}

/// Something that happened to an agent's access.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Happened {
    /// Microseconds since 1970 UTC.
    pub at: i64,
    /// A word.
    pub kind: String,
    /// How, or which.
    pub details: String,
}

const SESSION: &str = "SELECT id, agent, made_by, device, task, started_at, seen_at FROM session WHERE ended_at IS NULL";

impl Session {
    fn read(row: &AnyRow) -> Result<Self, StoreError> {
        Ok(Self {
            id: sql::text(row, 0)?,
            agent: sql::text(row, 1)?,
            made_by: MadeBy::from_word(&sql::text(row, 2)?)?,
            device: sql::text(row, 3)?,
            task: sql::text(row, 4)?,
            started_at: sql::int(row, 5)?,
            seen_at: sql::int(row, 6)?,
        })
    }
}

/// The hash a token is kept as.
pub(crate) fn hashed(token: &[u8]) -> Vec<u8> {
    Sha256::new()
        .chain_update(b"orfevre-token-1\n")
        .chain_update(token)
        .finalize()
        .to_vec()
}

impl Access {
    pub(crate) async fn open(path: &Path, secrets: &Secrets) -> Result<Self, StoreError> {
        let mut connection = writer(path).await?;
        migrate(&mut connection, MIGRATIONS).await?;
        Ok(Self {
            connection: Arc::new(Mutex::new(connection)),
            pool: readers(path, 4).await?,
            key: secrets.derive("orfevre-access-1", b""),
        })
    }

    async fn reading(&self) -> Result<sqlx::pool::PoolConnection<sqlx::Any>, StoreError> {
        Ok(self.pool.acquire().await?)
    }

    /// 32 bytes bound to a text that nobody can compute without the folder's key.
    #[must_use]
    pub fn keyed(&self, label: &str, text: &[u8]) -> [u8; 32] {
        let mut mac =
            Hmac::<Sha256>::new_from_slice(&self.key).expect("HMAC takes a key of any length");
        mac.update(label.as_bytes());
        mac.update(b"\n");
        mac.update(text);
        mac.finalize().into_bytes().into()
    }

    /// Begins a session; the one it takes the place of ends in the same moment.
    ///
    /// # Errors
    /// [`StoreError::Changed`] when the one it would take the place of has ended or is another agent's; else when it was not
    /// kept.
    pub async fn begin(&self, new: NewSession<'_>, now: i64) -> Result<(), StoreError> {
        let mut connection = self.connection.lock().await;
        let mut transaction = connection.begin().await?;
        let (mut device, mut task) = (new.device.to_owned(), String::new());
        if let Some(old) = new.instead_of {
            let found = sql::row(
                &mut transaction,
                &format!("{SESSION} AND token = $1 AND agent = $2"),
                params![hashed(old), new.agent],
            )
            .await?;
            let old_session = Session::read(&found.ok_or(StoreError::Changed)?)?;
            task = old_session.task;
            if device.is_empty() {
                device = old_session.device;
            }
            sql::run(
                &mut transaction,
                "UPDATE session SET ended_at = $1 WHERE token = $2 AND ended_at IS NULL",
                params![now, hashed(old)],
            )
            .await?;
        }
        let id = crate::objects::hex(&self.keyed("session", new.token)[..8]);
        sql::run(
            &mut transaction,
            "INSERT INTO session (token, id, agent, made_by, device, task, started_at, seen_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $7)",
            params![hashed(new.token), id, new.agent, new.made_by.as_str(), device, task, now],
        )
        .await?;
        happened(
            &mut transaction,
            new.agent,
            now,
            "sign_in",
            new.made_by.as_str(),
        )
        .await?;
        // The newest event stays: places are counted on from it.
        let newest = "event WHERE at < $1 AND rowid < (SELECT MAX(rowid) FROM event)";
        for old in ["session WHERE started_at < $1", newest] {
            sql::run(
                &mut transaction,
                &format!("DELETE FROM {old}"),
                params![now - KEPT],
            )
            .await?;
        }
        transaction.commit().await?;
        Ok(())
    }

    /// The session of a token, if it is good.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn session(&self, token: &[u8], good: Good) -> Result<Option<Session>, StoreError> {
        let mut connection = self.reading().await?;
        let row = sql::row(
            &mut connection,
            &format!("{SESSION} AND token = $1 AND seen_at >= $2 AND started_at >= $3"),
            params![hashed(token), good.seen_since, good.started_since],
        )
        .await?;
        row.map(|row| Session::read(&row)).transpose()
    }

    /// The sessions of an agent that are good, the newest first.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn sessions(&self, agent: &str, good: Good) -> Result<Vec<Session>, StoreError> {
        let mut connection = self.reading().await?;
        sql::rows(
            &mut connection,
            &format!("{SESSION} AND agent = $1 AND seen_at >= $2 AND started_at >= $3 ORDER BY started_at DESC"),
            params![agent, good.seen_since, good.started_since],
        )
        .await?
        .iter()
        .map(Session::read)
        .collect()
    }

    /// Notes that a session was used.
    ///
    /// # Errors
    /// When it was not noted.
    pub async fn seen(&self, token: &[u8], now: i64) -> Result<(), StoreError> {
        self.change_session("seen_at = $1", token, params![now])
            .await
    }

    /// Notes why the agent of a session looks beyond their own from now on; empty ends the task.
    ///
    /// # Errors
    /// When it was not noted.
    pub async fn set_task(&self, token: &[u8], task: &str) -> Result<(), StoreError> {
        self.change_session("task = $1", token, params![task]).await
    }

    /// Ends a session.
    ///
    /// # Errors
    /// When it was not ended.
    pub async fn end(&self, token: &[u8], now: i64) -> Result<(), StoreError> {
        let mut connection = self.connection.lock().await;
        let mut transaction = connection.begin().await?;
        let ended = sql::row(
            &mut transaction,
            "UPDATE session SET ended_at = $1 WHERE token = $2 AND ended_at IS NULL RETURNING agent",
            params![now, hashed(token)],
        )
        .await?;
        if let Some(row) = ended {
            let agent = sql::text(&row, 0)?;
            happened(&mut transaction, &agent, now, "signed_out", "").await?;
        }
        transaction.commit().await?;
        Ok(())
    }

    async fn change_session(
        &self,
        change: &str,
        token: &[u8],
        mut values: Vec<sql::Param>,
    ) -> Result<(), StoreError> {
        values.push(hashed(token).into());
        let mut connection = self.connection.lock().await;
        sql::run(
            &mut connection,
            &format!("UPDATE session SET {change} WHERE token = $2"),
            values,
        )
        .await?;
        Ok(())
    }

    /// Ends a session of an agent by its id; false when they have none of this name. The next request with it is refused.
    ///
    /// # Errors
    /// When it was not ended.
    pub async fn end_by_id(&self, agent: &str, id: &str, now: i64) -> Result<bool, StoreError> {
        let mut connection = self.connection.lock().await;
        let mut transaction = connection.begin().await?;
        let ended = sql::run(
            &mut transaction,
            "UPDATE session SET ended_at = $1 WHERE agent = $2 AND id = $3 AND ended_at IS NULL",
            params![now, agent, id],
        )
        .await?;
        if ended > 0 {
            happened(&mut transaction, agent, now, "session_ended", id).await?;
        }
        transaction.commit().await?;
        Ok(ended > 0)
    }

    /// Ends every session of an agent but this one, and says how many that were.
    ///
    /// # Errors
    /// When they were not ended.
    pub async fn end_others(
        &self,
        agent: &str,
        but: Option<&[u8]>,
        now: i64,
    ) -> Result<u64, StoreError> {
        let mut connection = self.connection.lock().await;
        let mut transaction = connection.begin().await?;
        let ended = sql::run(
            &mut transaction,
            "UPDATE session SET ended_at = $1 WHERE agent = $2 AND token <> $3 AND ended_at IS NULL",
            params![now, agent, but.map(hashed).unwrap_or_default()],
        )
        .await?;
        if ended > 0 {
            happened(
                &mut transaction,
                agent,
                now,
                "sessions_ended",
                &ended.to_string(),
            )
            .await?;
        }
        transaction.commit().await?;
        Ok(ended)
    }

    /// Keeps what the next request of a sign-in needs, sealed, for whoever holds the token.
    ///
    /// # Errors
    /// When it was not kept.
    pub async fn put_step(
        &self,
        token: &[u8],
        kind: &str,
        body: &[u8],
        (now, expires_at): (i64, i64),
    ) -> Result<(), StoreError> {
        let token = hashed(token);
        let sealed = sealed::seal_1(&self.key, &token, body)?;
        let mut connection = self.connection.lock().await;
        let mut transaction = connection.begin().await?;
        let old = "DELETE FROM step WHERE expires_at < $1";
        sql::run(&mut transaction, old, params![now]).await?;
        sql::run(
            &mut transaction,
            "INSERT INTO step (token, kind, body, expires_at) VALUES ($1, $2, $3, $4)",
            params![token, kind, sealed, expires_at],
        )
        .await?;
        transaction.commit().await?;
        Ok(())
    }

    /// Takes what was kept under a token: once, of two who ask together one gets it.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn take_step(
        &self,
        token: &[u8],
        kind: &str,
        now: i64,
    ) -> Result<Option<Vec<u8>>, StoreError> {
        let token = hashed(token);
        let mut connection = self.connection.lock().await;
        let row = sql::row(
            &mut connection,
            "DELETE FROM step WHERE token = $1 AND kind = $2 AND expires_at >= $3 RETURNING body",
            params![token.clone(), kind, now],
        )
        .await?;
        row.map(|row| Ok(sealed::open_1(&self.key, &token, &sql::bytes(&row, 0)?)?))
            .transpose()
    }

    /// Notes that somebody tried to sign in as an agent and was refused.
    ///
    /// # Errors
    /// When it was not noted.
    pub async fn refused(&self, agent: &str, how: MadeBy, now: i64) -> Result<(), StoreError> {
        let mut connection = self.connection.lock().await;
        happened(&mut connection, agent, now, "refused", how.as_str()).await?;
        Ok(())
    }

    /// What happened to anybody's access after a place, the oldest first: its place, to whom, and what. Tries at accounts that
    /// are not there are nobody's.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn happened_after(
        &self,
        place: i64,
        most: i64,
    ) -> Result<Vec<(i64, String, Happened)>, StoreError> {
        let mut connection = self.reading().await?;
        sql::rows(
            &mut connection,
            "SELECT at, kind, details, agent, rowid FROM event WHERE rowid > $1 ORDER BY rowid LIMIT $2",
            params![place, most],
        )
        .await?
        .iter()
        .map(|row| Ok((sql::int(row, 4)?, sql::text(row, 3)?, Happened::read(row)?)))
        .collect()
    }

    /// What happened to an agent's access, the newest first.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn happened(&self, agent: &str, most: i64) -> Result<Vec<Happened>, StoreError> {
        let mut connection = self.reading().await?;
        sql::rows(
            &mut connection,
            "SELECT at, kind, details FROM event WHERE agent = $1 ORDER BY at DESC LIMIT $2",
            params![agent, most],
        )
        .await?
        .iter()
        .map(Happened::read)
        .collect()
    }
}

impl Happened {
    fn read(row: &AnyRow) -> Result<Self, StoreError> {
        Ok(Self {
            at: sql::int(row, 0)?,
            kind: sql::text(row, 1)?,
            details: sql::text(row, 2)?,
        })
    }
}

async fn happened(
    connection: &mut AnyConnection,
    agent: &str,
    at: i64,
    kind: &str,
    details: &str,
) -> Result<(), sqlx::Error> {
    sql::run(
        connection,
        "INSERT INTO event (agent, at, kind, details) VALUES ($1, $2, $3, $4)",
        params![agent, at, kind, details],
    )
    .await?;
    Ok(())
}
