//! The record of looks: which agent looked at what, when and why. An entry is durable before what it is about is shown;
//! when it cannot be written nothing is shown. It has a database of its own, so that no page waits for the worker.
//!
//! Each entry's hash is SHA-256 over `orfevre-record-1\n`, the hash before it (32 zero bytes before the first) and the
//! fields in the order of the table, numbers as 8 bytes big-endian, a submission that is not there as -1, texts with
//! their length in 8 bytes before them. [`Record::verify`] computes them anew. Nothing is taken out.

use std::{collections::BTreeSet, path::Path, sync::Arc};

use sha2::{Digest, Sha256};
use sqlx::{AnyConnection, AnyPool, Connection, any::AnyRow};
use tokio::sync::Mutex;

use crate::{
    StoreError, migrate, readers,
    sql::{self, Param, params},
    writer,
};

const MIGRATIONS: &[&str] = &[include_str!("../migrations/record/0001.sql")];

/// See the module.
#[derive(Clone)]
pub struct Record {
    writing: Arc<Mutex<AnyConnection>>,
    pool: AnyPool,
}

/// A look to be kept.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Look {
    /// Microseconds since 1970 UTC.
    pub at: i64,
    /// Who.
    pub agent: String,
    /// Their unit at that time.
    pub unit: String,
    /// What they did: the word of a `casework::policy::Action`, or of something that is none.
    pub kind: String,
    /// Place of the submission in the ledger.
    pub docket: Option<i64>,
    /// What else it is about.
    pub object: String,
    /// How near it was to them, or why it was denied.
    pub because: String,
    /// Their reason.
    pub reason: String,
}

/// A look as it is kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// Its place in the record, from 0.
    pub place: i64,
    /// What was kept.
    pub look: Look,
    /// Over this entry and all before it.
    pub hash: [u8; 32],
}

/// Whether a record holds together.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verified {
    /// So many entries do.
    Whole(i64),
    /// The entry of this place is not the one that was written there, or one before it is gone.
    Broken(i64),
}

/// Which entries to read; empty fields do not filter.
#[derive(Clone, Debug, Default)]
pub struct Asked {
    /// Of this agent.
    pub agent: String,
    /// About this submission.
    pub docket: Option<i64>,
    /// Before this place.
    pub before: Option<i64>,
}

/// Which entries to look for signs in.
#[derive(Clone, Debug, Default)]
pub struct Watched {
    /// Of this time and later, microseconds since 1970 UTC.
    pub since: i64,
    /// Of agents who were of this unit then; of all where it is empty.
    pub unit: String,
    /// But for those of this agent.
    pub but: String,
}

impl Record {
    pub(crate) async fn open(path: &Path) -> Result<Self, StoreError> {
        let mut connection = writer(path).await?;
        migrate(&mut connection, MIGRATIONS).await?;
        Ok(Self {
            writing: Arc::new(Mutex::new(connection)),
            pool: readers(path, 2).await?,
        })
    }

    /// Keeps looks, in this order: they are durable when this answers.
    ///
    /// # Errors
    /// When they were not kept; then what they are about must not be shown.
    pub async fn keep(&self, looks: &[Look]) -> Result<(), StoreError> {
        let mut connection = self.writing.lock().await;
        let mut transaction = connection.begin().await?;
        // Read each time: a program that administers the folder may have written in between.
        let row = sql::row(
            &mut transaction,
            "SELECT place, hash FROM entry ORDER BY place DESC LIMIT 1",
            vec![],
        )
        .await?;
        let (mut place, mut before) = match row {
            Some(row) => (sql::int(&row, 0)? + 1, hash_of(&row, 1)?),
            None => (0, [0; 32]),
        };
        for look in looks {
            before = hashed(&before, place, look);
            sql::run(
                &mut transaction,
                "INSERT INTO entry (place, at, agent, unit, kind, docket, object, because, reason, hash) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
                params![
                    place, look.at, look.agent.as_str(), look.unit.as_str(), look.kind.as_str(), look.docket,
                    look.object.as_str(), look.because.as_str(), look.reason.as_str(), before,
                ],
            )
            .await?;
            place += 1;
        }
        transaction.commit().await?;
        Ok(())
    }

    /// From now on nothing is kept, as when the disk is full: for tests of what then is shown.
    #[doc(hidden)]
    pub async fn fail_from_now_on(&self) {
        let mut connection = self.writing.lock().await;
        let _failed = sql::run(&mut connection, "PRAGMA query_only = ON", vec![]).await;
    }

    /// How often agents looked at a submission, but for looks of which it is kept as `because` that they were none.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn looks_at(
        &self,
        docket: i64,
        kinds: &[&str],
        because: &str,
    ) -> Result<i64, StoreError> {
        let mut connection = self.pool.acquire().await?;
        let mut count = 0;
        for kind in kinds {
            let row = sql::row(
                &mut connection,
                "SELECT COUNT(*) FROM entry WHERE docket = $1 AND kind = $2 AND because <> $3",
                params![docket, *kind, because],
            )
            .await?;
            count += row.map_or(Ok(0), |row| sql::int(&row, 0))?;
        }
        Ok(count)
    }

    /// Entries, the newest first.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn entries(&self, asked: &Asked, most: i64) -> Result<Vec<Entry>, StoreError> {
        let mut values: Vec<Param> = params![asked.before.unwrap_or(i64::MAX)];
        let mut which = "place < $1".to_owned();
        if !asked.agent.is_empty() {
            values.push(asked.agent.as_str().into());
            which.push_str(&format!(" AND agent = ${}", values.len()));
        }
        if let Some(docket) = asked.docket {
            values.push(docket.into());
            which.push_str(&format!(" AND docket = ${}", values.len()));
        }
        values.push(most.into());
        let text = format!(
            "{COLUMNS} WHERE {which} ORDER BY place DESC LIMIT ${}",
            values.len()
        );
        let mut connection = self.pool.acquire().await?;
        let rows = sql::rows(&mut connection, &text, values).await?;
        rows.iter().map(entry).collect()
    }

    /// The newest `most` entries of a time and later, the oldest first; with whether older ones of that time are left
    /// out.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn since(
        &self,
        watched: &Watched,
        most: i64,
    ) -> Result<(Vec<Entry>, bool), StoreError> {
        let mut connection = self.pool.acquire().await?;
        let text = format!(
            "{COLUMNS} WHERE at >= $1 AND agent <> $2 AND ($3 = '' OR unit = $3) ORDER BY at DESC, place DESC LIMIT $4"
        );
        let (but, unit) = (watched.but.as_str(), watched.unit.as_str());
        let values = params![watched.since, but, unit, most.saturating_add(1)];
        let rows = sql::rows(&mut connection, &text, values).await?;
        let most = usize::try_from(most).unwrap_or(0);
        let newest = rows.iter().take(most).rev().map(entry);
        Ok((newest.collect::<Result<_, _>>()?, rows.len() > most))
    }

    /// The submissions that nobody has a reason to open, by their places.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn honey(&self) -> Result<BTreeSet<i64>, StoreError> {
        let mut connection = self.pool.acquire().await?;
        sql::rows(&mut connection, "SELECT docket FROM honey", vec![])
            .await?
            .iter()
            .map(|row| Ok(sql::int(row, 0)?))
            .collect()
    }

    /// Says that nobody has a reason to open a submission, or that it is one like others.
    ///
    /// # Errors
    /// When it was not kept.
    pub async fn set_honey(&self, docket: i64, honey: bool) -> Result<(), StoreError> {
        let mut connection = self.writing.lock().await;
        let text = if honey {
            "INSERT INTO honey (docket) VALUES ($1) ON CONFLICT DO NOTHING"
        } else {
            "DELETE FROM honey WHERE docket = $1"
        };
        sql::run(&mut connection, text, params![docket]).await?;
        Ok(())
    }

    /// Computes every hash anew.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn verify(&self) -> Result<Verified, StoreError> {
        const SOME: i64 = 4096;
        let mut connection = self.pool.acquire().await?;
        let (mut place, mut before) = (0, [0; 32]);
        loop {
            let text = format!("{COLUMNS} WHERE place >= $1 ORDER BY place LIMIT $2");
            let rows = sql::rows(&mut connection, &text, params![place, SOME]).await?;
            for row in &rows {
                let entry = entry(row)?;
                before = hashed(&before, place, &entry.look);
                if entry.place != place || entry.hash != before {
                    return Ok(Verified::Broken(place));
                }
                place += 1;
            }
            if (rows.len() as i64) < SOME {
                return Ok(Verified::Whole(place));
            }
        }
    }
}

const COLUMNS: &str =
    "SELECT place, at, agent, unit, kind, docket, object, because, reason, hash FROM entry";

fn entry(row: &AnyRow) -> Result<Entry, StoreError> {
    Ok(Entry {
        place: sql::int(row, 0)?,
        look: Look {
            at: sql::int(row, 1)?,
            agent: sql::text(row, 2)?,
            unit: sql::text(row, 3)?,
            kind: sql::text(row, 4)?,
            docket: sql::int_or_none(row, 5)?,
            object: sql::text(row, 6)?,
            because: sql::text(row, 7)?,
            reason: sql::text(row, 8)?,
        },
        hash: hash_of(row, 9)?,
    })
}

fn hash_of(row: &AnyRow, column: usize) -> Result<[u8; 32], StoreError> {
    let bytes = sql::bytes(row, column)?;
    bytes.try_into().map_err(|_| StoreError::Corrupt {
        what: "record",
        why: "a hash has not 32 bytes".to_owned(),
    })
}

/// The hash of an entry; see the module for its form.
fn hashed(before: &[u8; 32], place: i64, look: &Look) -> [u8; 32] {
    let mut hash = Sha256::new();
    hash.update(b"orfevre-record-1\n");
    hash.update(before);
    hash.update(place.to_be_bytes());
    hash.update(look.at.to_be_bytes());
    text(&mut hash, &[&look.agent, &look.unit, &look.kind]);
    hash.update(look.docket.unwrap_or(-1).to_be_bytes());
    text(&mut hash, &[&look.object, &look.because, &look.reason]);
    hash.finalize().into()
}

fn text(hash: &mut Sha256, texts: &[&str]) {
    for text in texts {
        hash.update((text.len() as u64).to_be_bytes());
        hash.update(text);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Store;

    fn look(docket: i64, reason: &str) -> Look {
        Look {
            at: docket,
            agent: "a".to_owned(),
            unit: "u".to_owned(),
            kind: "read".to_owned(),
            docket: Some(docket),
            reason: reason.to_owned(),
            ..Look::default()
        }
    }

    async fn run(record: &Record, text: &str) {
        let mut connection = record.writing.lock().await;
        sql::run(&mut connection, text, vec![]).await.unwrap();
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn an_entry_that_is_changed_taken_out_or_put_in_is_found() {
        for (spoil, place) in [
            ("UPDATE entry SET reason = 'other' WHERE place = 2", 2),
            (
                "UPDATE entry SET agent = 'ax', unit = '' WHERE place = 1",
                1,
            ),
            ("UPDATE entry SET docket = NULL WHERE place = 3", 3),
            ("DELETE FROM entry WHERE place = 1", 1),
            ("DELETE FROM entry WHERE place = 0", 0),
            ("UPDATE entry SET hash = zeroblob(32) WHERE place = 4", 4),
        ] {
            let folder = tempfile::tempdir().unwrap();
            let store = Store::open(folder.path(), "orfevre.example/test")
                .await
                .unwrap();
            let record = &store.record;
            assert_eq!(record.verify().await.unwrap(), Verified::Whole(0));
            record.keep(&[look(0, "x"), look(1, "y")]).await.unwrap();
            for docket in 2..5 {
                record.keep(&[look(docket, "z")]).await.unwrap();
            }
            assert_eq!(record.verify().await.unwrap(), Verified::Whole(5));
            run(record, spoil).await;
            assert_eq!(
                record.verify().await.unwrap(),
                Verified::Broken(place),
                "{spoil}"
            );
        }
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn entries_are_found_by_agent_and_by_submission() {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::open(folder.path(), "orfevre.example/test")
            .await
            .unwrap();
        let record = &store.record;
        let other = Look {
            agent: "b".to_owned(),
            kind: "open_identity".to_owned(),
            ..look(7, "why")
        };
        let search = Look {
            docket: None,
            object: "words".to_owned(),
            kind: "search".to_owned(),
            ..look(9, "why")
        };
        record
            .keep(&[look(7, ""), other.clone(), look(8, ""), search.clone()])
            .await
            .unwrap();
        assert_eq!(
            record
                .looks_at(7, &["read", "open_identity"], "denied")
                .await
                .unwrap(),
            2
        );
        let read = async |docket, but| record.looks_at(docket, &["read"], but).await.unwrap();
        assert_eq!(read(7, "denied").await, 1);
        assert_eq!(read(7, "").await, 0);
        assert_eq!(read(6, "denied").await, 0);
        let of = async |asked: Asked| -> Vec<i64> {
            let found = record.entries(&asked, 10).await.unwrap();
            found.iter().map(|entry| entry.place).collect()
        };
        let by = |agent: &str, docket, before| Asked {
            agent: agent.to_owned(),
            docket,
            before,
        };
        assert_eq!(of(by("", None, None)).await, [3, 2, 1, 0]);
        assert_eq!(of(by("a", None, None)).await, [3, 2, 0]);
        assert_eq!(of(by("", Some(7), None)).await, [1, 0]);
        assert_eq!(of(by("a", Some(7), Some(1))).await, [0]);
        let since = async |since, unit: &str, but: &str, most| {
            let (unit, but) = (unit.to_owned(), but.to_owned());
            let watched = Watched { since, unit, but };
            let (found, cut) = record.since(&watched, most).await.unwrap();
            let places: Vec<i64> = found.iter().map(|entry| entry.place).collect();
            (places, cut)
        };
        assert_eq!(since(8, "", "", 10).await.0.len(), 2);
        // Where there are too many it is the oldest that are left out.
        assert_eq!(since(0, "", "", 4).await, (vec![0, 1, 2, 3], false));
        assert_eq!(since(0, "", "", 2).await, (vec![2, 3], true));
        assert_eq!(since(0, "", "a", 9).await, (vec![1], false));
        assert_eq!(since(0, "nowhere", "", 9).await, (vec![], false));
        assert_eq!(
            record.entries(&by("b", None, None), 1).await.unwrap()[0].look,
            other
        );
    }
}
