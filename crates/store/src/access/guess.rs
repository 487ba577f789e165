//! How fast one may guess at an account: after some failures each asks for a longer wait, up to a quarter of an hour.
//!
//! A guess is counted before it is looked at, so that many at once are as slow as one after the other. Nobody is
//! locked out for ever: the wait ends, and passkeys, an identity provider and an administrator's link know no wait.
//! Accounts that are not there wait alike.

use sqlx::Connection;

use super::{Access, DAY};
use crate::{
    StoreError,
    sql::{self, params},
};

/// So many failures cost nothing: people mistype.
const FREE: i64 = 5;
const SECOND: i64 = 1_000_000;
/// The longest wait, microseconds.
const LONGEST: i64 = 15 * 60 * SECOND;

/// Whether one may guess now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Guess {
    /// One may; it is counted as a failure until [`Access::forgive`].
    Open,
    /// Not before so many microseconds.
    Wait(i64),
}

/// How long the next guess waits after so many failures.
fn wait(failures: i64) -> i64 {
    match failures - FREE {
        over @ 1..=20 => LONGEST.min(SECOND << over),
        over if over > 20 => LONGEST,
        _ => 0,
    }
}

impl Access {
    /// Counts a guess at an account, unless one has to wait first.
    ///
    /// # Errors
    /// When it was not counted; then nothing may be tried.
    pub async fn guess(&self, account: &str, now: i64) -> Result<Guess, StoreError> {
        let account = self.keyed("guess", account.as_bytes());
        let mut connection = self.connection.lock().await;
        let mut transaction = connection.begin().await?;
        let old = "DELETE FROM guess WHERE last_at < $1";
        sql::run(&mut transaction, old, params![now - DAY]).await?;
        let row = sql::row(
            &mut transaction,
            "SELECT failures, open_at FROM guess WHERE account = $1",
            params![account],
        )
        .await?;
        let (failures, open_at) = match row {
            Some(row) => (sql::int(&row, 0)?, sql::int(&row, 1)?),
            None => (0, 0),
        };
        if now < open_at {
            transaction.commit().await?;
            return Ok(Guess::Wait(open_at - now));
        }
        let failures = failures + 1;
        sql::run(
            &mut transaction,
            "INSERT INTO guess (account, failures, last_at, open_at) VALUES ($1, $2, $3, $4) ON CONFLICT (account) DO UPDATE SET failures = excluded.failures, last_at = excluded.last_at, open_at = excluded.open_at",
            params![account, failures, now, now + wait(failures)],
        )
        .await?;
        transaction.commit().await?;
        Ok(Guess::Open)
    }

    /// Forgets the failures of an account: its owner came in.
    ///
    /// # Errors
    /// When they were not forgotten.
    pub async fn forgive(&self, account: &str) -> Result<(), StoreError> {
        let account = self.keyed("guess", account.as_bytes());
        let mut connection = self.connection.lock().await;
        let row = "DELETE FROM guess WHERE account = $1";
        sql::run(&mut connection, row, params![account]).await?;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_wait_grows_and_has_an_end() {
        assert_eq!(wait(1), 0);
        assert_eq!(wait(FREE), 0);
        assert_eq!(wait(FREE + 1), 2 * SECOND);
        assert_eq!(wait(FREE + 2), 4 * SECOND);
        for failures in [FREE + 10, FREE + 21, i64::MAX] {
            assert_eq!(wait(failures), LONGEST);
        }
    }
}
