//! What an agent signs in with: a password with its codes, passkeys, the subject of an identity provider.

use sqlx::{AnyConnection, Connection, any::AnyRow};

use super::{Access, happened, hashed};
use crate::{
    StoreError,
    sql::{self, params},
    vault::sealed,
};

/// A password as it is kept, and the secret of its codes. `Debug` shows neither.
#[derive(Clone, PartialEq, Eq)]
pub struct Password {
    /// PHC string.
    pub hash: String,
    /// Secret of the one-time codes.
    pub secret: Vec<u8>,
}

impl std::fmt::Debug for Password {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Password(…)")
    }
}

/// A passkey as it is kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Passkey {
    /// The credential's id.
    pub id: Vec<u8>,
    /// Whose it is.
    pub agent: String,
    /// What they call it.
    pub name: String,
    /// Public key and counter, JSON.
    pub body: String,
    /// Microseconds since 1970 UTC.
    pub set_at: i64,
    /// When it was last used, if it was.
    pub used_at: Option<i64>,
}

impl Passkey {
    fn read(row: &AnyRow) -> Result<Self, StoreError> {
        Ok(Self {
            id: sql::bytes(row, 0)?,
            agent: sql::text(row, 1)?,
            name: sql::text(row, 2)?,
            body: sql::text(row, 3)?,
            set_at: sql::int(row, 4)?,
            used_at: sql::int_or_none(row, 5)?,
        })
    }
}

/// What an agent can sign in with.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Ways {
    /// When the password was last changed, if there is one.
    pub password: Option<i64>,
    /// Codes for when the device is lost that are left.
    pub codes: i64,
    /// Passkeys, the oldest first.
    pub passkeys: Vec<Passkey>,
    /// Since when an identity provider vouches for them.
    pub provider: Option<i64>,
}

impl Ways {
    /// Whether there is none at all.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.count() == 0
    }

    /// How many there are.
    #[must_use]
    pub fn count(&self) -> usize {
        usize::from(self.password.is_some())
            + usize::from(self.provider.is_some())
            + self.passkeys.len()
    }
}

const PASSKEY: &str = "SELECT id, agent, name, body, set_at, used_at FROM passkey";

impl Access {
    /// What an agent can sign in with, of what was set after `since`.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn ways(&self, agent: &str, since: i64) -> Result<Ways, StoreError> {
        let mut connection = self.reading().await?;
        let password = sql::row(
            &mut connection,
            "SELECT p.changed_at, (SELECT COUNT(*) FROM recovery r WHERE r.agent = p.agent AND r.used_at IS NULL) FROM password p WHERE p.agent = $1 AND p.set_at > $2",
            params![agent, since],
        )
        .await?;
        let provider = sql::row(
            &mut connection,
            "SELECT MAX(set_at) FROM subject WHERE agent = $1 AND set_at > $2",
            params![agent, since],
        )
        .await?;
        drop(connection);
        let mut ways = Ways {
            passkeys: self.passkeys(agent, since).await?,
            ..Ways::default()
        };
        if let Some(row) = password {
            ways.password = Some(sql::int(&row, 0)?);
            ways.codes = sql::int(&row, 1)?;
        }
        if let Some(row) = provider {
            ways.provider = sql::int_or_none(&row, 0)?;
        }
        Ok(ways)
    }

    /// The password of an agent, if it was set after `since`.
    ///
    /// # Errors
    /// When the database does not answer, or the secret does not open.
    pub async fn password(&self, agent: &str, since: i64) -> Result<Option<Password>, StoreError> {
        let mut connection = self.reading().await?;
        let row = sql::row(
            &mut connection,
            "SELECT hash, secret FROM password WHERE agent = $1 AND set_at > $2",
            params![agent, since],
        )
        .await?;
        row.map(|row| {
            Ok(Password {
                hash: sql::text(&row, 0)?,
                secret: sealed::open_1(&self.key, &of(agent), &sql::bytes(&row, 1)?)?,
            })
        })
        .transpose()
    }

    /// Sets an agent's password with the secret of its codes, whose code of `step` was just used, and the codes for
    /// when the device is lost. All that was before is gone.
    ///
    /// # Errors
    /// When it was not set.
    pub async fn set_password(
        &self,
        agent: &str,
        password: &Password,
        step: i64,
        codes: &[String],
        now: i64,
    ) -> Result<(), StoreError> {
        let sealed = sealed::seal_1(&self.key, &of(agent), &password.secret)?;
        let mut connection = self.connection.lock().await;
        let mut transaction = connection.begin().await?;
        sql::run(
            &mut transaction,
            "INSERT INTO password (agent, hash, secret, last_step, set_at, changed_at) VALUES ($1, $2, $3, $4, $5, $5) ON CONFLICT (agent) DO UPDATE SET hash = excluded.hash, secret = excluded.secret, last_step = excluded.last_step, set_at = excluded.set_at, changed_at = excluded.changed_at",
            params![agent, password.hash.as_str(), sealed, step, now],
        )
        .await?;
        replace_codes(&mut transaction, agent, codes).await?;
        happened(&mut transaction, agent, now, "password_set", "").await?;
        transaction.commit().await?;
        Ok(())
    }

    /// Gives an agent who has a password another one.
    ///
    /// # Errors
    /// When it was not changed.
    pub async fn change_password(
        &self,
        agent: &str,
        hash: &str,
        now: i64,
    ) -> Result<bool, StoreError> {
        let mut connection = self.connection.lock().await;
        let mut transaction = connection.begin().await?;
        let changed = sql::run(
            &mut transaction,
            "UPDATE password SET hash = $1, changed_at = $2 WHERE agent = $3",
            params![hash, now, agent],
        )
        .await?;
        happened(&mut transaction, agent, now, "password_changed", "").await?;
        transaction.commit().await?;
        Ok(changed > 0)
    }

    /// Takes a password away, with its codes.
    ///
    /// # Errors
    /// When it was not taken away.
    pub async fn remove_password(&self, agent: &str, now: i64) -> Result<(), StoreError> {
        let mut connection = self.connection.lock().await;
        let mut transaction = connection.begin().await?;
        let row = "DELETE FROM password WHERE agent = $1";
        sql::run(&mut transaction, row, params![agent]).await?;
        replace_codes(&mut transaction, agent, &[]).await?;
        happened(&mut transaction, agent, now, "password_removed", "").await?;
        transaction.commit().await?;
        Ok(())
    }

    /// Uses the code of a step up; false when that or a later one was used already.
    ///
    /// # Errors
    /// When it was not noted; then the code must not count.
    pub async fn use_step(&self, agent: &str, step: i64) -> Result<bool, StoreError> {
        let mut connection = self.connection.lock().await;
        let used = sql::run(
            &mut connection,
            "UPDATE password SET last_step = $1 WHERE agent = $2 AND last_step < $1",
            params![step, agent],
        )
        .await?;
        Ok(used > 0)
    }

    /// Gives an agent new codes for when the device is lost; those before are gone.
    ///
    /// # Errors
    /// When they were not kept.
    pub async fn set_codes(
        &self,
        agent: &str,
        codes: &[String],
        now: i64,
    ) -> Result<(), StoreError> {
        let mut connection = self.connection.lock().await;
        let mut transaction = connection.begin().await?;
        replace_codes(&mut transaction, agent, codes).await?;
        happened(&mut transaction, agent, now, "codes_made", "").await?;
        transaction.commit().await?;
        Ok(())
    }

    /// Uses one of them up; of two who come with it together one is let in.
    ///
    /// # Errors
    /// When it was not used up; then it must not count.
    pub async fn use_code(&self, agent: &str, code: &str, now: i64) -> Result<bool, StoreError> {
        let mut connection = self.connection.lock().await;
        let used = sql::run(
            &mut connection,
            "UPDATE recovery SET used_at = $1 WHERE code = $2 AND agent = $3 AND used_at IS NULL",
            params![now, hashed(code.as_bytes()), agent],
        )
        .await?;
        Ok(used > 0)
    }

    /// Keeps a new passkey of an agent; false when it is kept already.
    ///
    /// # Errors
    /// When it was not kept.
    pub async fn add_passkey(&self, passkey: &Passkey) -> Result<bool, StoreError> {
        let mut connection = self.connection.lock().await;
        let mut transaction = connection.begin().await?;
        let added = sql::run(
            &mut transaction,
            "INSERT INTO passkey (id, agent, name, body, set_at) VALUES ($1, $2, $3, $4, $5) ON CONFLICT DO NOTHING",
            params![
                passkey.id.clone(), passkey.agent.as_str(), passkey.name.as_str(), passkey.body.as_str(), passkey.set_at
            ],
        )
        .await?;
        if added > 0 {
            happened(
                &mut transaction,
                &passkey.agent,
                passkey.set_at,
                "passkey_added",
                &passkey.name,
            )
            .await?;
        }
        transaction.commit().await?;
        Ok(added > 0)
    }

    /// The passkeys of an agent that were set after `since`, the oldest first.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn passkeys(&self, agent: &str, since: i64) -> Result<Vec<Passkey>, StoreError> {
        let mut connection = self.reading().await?;
        sql::rows(
            &mut connection,
            &format!("{PASSKEY} WHERE agent = $1 AND set_at > $2 ORDER BY set_at, id"),
            params![agent, since],
        )
        .await?
        .iter()
        .map(Passkey::read)
        .collect()
    }

    /// The passkey of an id.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn passkey(&self, id: &[u8]) -> Result<Option<Passkey>, StoreError> {
        let mut connection = self.reading().await?;
        let row = sql::row(
            &mut connection,
            &format!("{PASSKEY} WHERE id = $1"),
            params![id.to_vec()],
        )
        .await?;
        row.map(|row| Passkey::read(&row)).transpose()
    }

    /// Notes that a passkey was used, with its counter as it is now.
    ///
    /// # Errors
    /// When it was not noted.
    pub async fn passkey_used(&self, id: &[u8], body: &str, now: i64) -> Result<(), StoreError> {
        let mut connection = self.connection.lock().await;
        sql::run(
            &mut connection,
            "UPDATE passkey SET body = $1, used_at = $2 WHERE id = $3",
            params![body, now, id.to_vec()],
        )
        .await?;
        Ok(())
    }

    /// Takes a passkey of an agent away; false when they have none of this id.
    ///
    /// # Errors
    /// When it was not taken away.
    pub async fn remove_passkey(
        &self,
        agent: &str,
        id: &[u8],
        now: i64,
    ) -> Result<bool, StoreError> {
        let mut connection = self.connection.lock().await;
        let mut transaction = connection.begin().await?;
        let row = "DELETE FROM passkey WHERE id = $1 AND agent = $2";
        let removed = sql::run(&mut transaction, row, params![id.to_vec(), agent]).await?;
        if removed > 0 {
            happened(&mut transaction, agent, now, "passkey_removed", "").await?;
        }
        transaction.commit().await?;
        Ok(removed > 0)
    }

    /// Binds the subject of an identity provider to an agent who has none there yet, of what was set after `since`; false
    /// when they have, or when it is somebody else's.
    ///
    /// # Errors
    /// When it was not bound.
    pub async fn bind(
        &self,
        (issuer, subject): (&str, &str),
        (agent, since): (&str, i64),
        now: i64,
    ) -> Result<bool, StoreError> {
        let mut connection = self.connection.lock().await;
        let mut transaction = connection.begin().await?;
        sql::run(
            &mut transaction,
            "DELETE FROM subject WHERE agent = $1 AND issuer = $2 AND set_at <= $3",
            params![agent, issuer, since],
        )
        .await?;
        let bound = sql::run(
            &mut transaction,
            "INSERT INTO subject (issuer, subject, agent, set_at) VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING",
            params![issuer, subject, agent, now],
        )
        .await?;
        if bound > 0 {
            happened(&mut transaction, agent, now, "provider_bound", issuer).await?;
        }
        transaction.commit().await?;
        Ok(bound > 0)
    }

    /// Which agent a subject of an identity provider is, and since when.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn subject(
        &self,
        issuer: &str,
        subject: &str,
    ) -> Result<Option<(String, i64)>, StoreError> {
        let mut connection = self.reading().await?;
        let row = sql::row(
            &mut connection,
            "SELECT agent, set_at FROM subject WHERE issuer = $1 AND subject = $2",
            params![issuer, subject],
        )
        .await?;
        row.map(|row| Ok((sql::text(&row, 0)?, sql::int(&row, 1)?)))
            .transpose()
    }

    /// Takes away that identity providers vouch for an agent.
    ///
    /// # Errors
    /// When it was not taken away.
    pub async fn unbind(&self, agent: &str, now: i64) -> Result<(), StoreError> {
        let mut connection = self.connection.lock().await;
        let mut transaction = connection.begin().await?;
        let rows = "DELETE FROM subject WHERE agent = $1";
        sql::run(&mut transaction, rows, params![agent]).await?;
        happened(&mut transaction, agent, now, "provider_unbound", "").await?;
        transaction.commit().await?;
        Ok(())
    }
}

/// What a secret is sealed for.
fn of(agent: &str) -> Vec<u8> {
    [b"totp\n", agent.as_bytes()].concat()
}

async fn replace_codes(
    connection: &mut AnyConnection,
    agent: &str,
    codes: &[String],
) -> Result<(), sqlx::Error> {
    let old = "DELETE FROM recovery WHERE agent = $1";
    sql::run(&mut *connection, old, params![agent]).await?;
    for code in codes {
        sql::run(
            &mut *connection,
            "INSERT INTO recovery (code, agent) VALUES ($1, $2)",
            params![hashed(code.as_bytes()), agent],
        )
        .await?;
    }
    Ok(())
}
