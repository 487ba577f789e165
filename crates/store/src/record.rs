//! The record of looks: which agent looked at what, when and why. An entry is durable before what it is about is shown;
//! when it cannot be written nothing is shown. It has a database of its own, so that no page waits for the worker.
//!
//! Each entry holds the hash of the one before (`docs/formats/record-1.md`). [`Record::verify`] computes them anew, and holds
//! them against anchors that lie elsewhere: in the ledger, or with whoever kept one. Nothing is taken out.

use std::{collections::BTreeSet, path::Path, sync::Arc};

use sha2::{Digest, Sha256};
use sqlx::{AnyConnection, AnyPool, Connection, any::AnyRow};
use tokio::sync::Mutex;

use crate::{
    StoreError, migrate, readers,
    sql::{self, Param, params},
    writer,
};

const MIGRATIONS: &[&str] = &[
    include_str!("../migrations/record/0001.sql"),
    include_str!("../migrations/record/0002.sql"),
];

/// The kind of an entry that is a sign of misuse. Its agent is whom it is about.
pub const SIGN: &str = "sign";

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
    /// It holds together, but is not what was anchored: an entry from the first of these places on, and before the
    /// second, was written anew or is gone.
    Rewritten(i64, i64),
}

/// What the record was once: the hash after so many entries.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Held {
    /// How many entries.
    pub entries: i64,
    /// The hash of the last.
    pub hash: [u8; 32],
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
    /// Of this kind.
    pub kind: String,
    /// With these characters in the reason, whatever the case of letters without accents.
    pub reason: String,
    /// At this time or later, microseconds since 1970 UTC.
    pub since: Option<i64>,
    /// Before this time.
    pub until: Option<i64>,
}

/// Which signs to read.
#[derive(Clone, Debug, Default)]
pub struct Signs {
    /// Of this unit; of the whole body where it is empty.
    pub unit: String,
    /// But for those about this agent.
    pub but: String,
    /// After this place.
    pub after: i64,
    /// At this time or later, microseconds since 1970 UTC.
    pub since: i64,
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
        append(&mut transaction, looks).await?;
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
        let mut more = |condition: &str, value: Option<Param>| {
            if let Some(value) = value {
                values.push(value);
                which.push_str(&format!(" AND {condition} ${}", values.len()));
            }
        };
        let text = |text: &str| -> Option<Param> { (!text.is_empty()).then(|| text.into()) };
        more("kind =", text(&asked.kind));
        more("at >=", asked.since.map(Into::into));
        more("at <", asked.until.map(Into::into));
        if !asked.reason.is_empty() {
            values.push(like(&asked.reason).into());
            which.push_str(&format!(" AND reason LIKE ${} ESCAPE '\\'", values.len()));
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

    /// How many entries there are, and the hash of the last; none when there is none.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn newest(&self) -> Result<Option<(i64, [u8; 32])>, StoreError> {
        let mut connection = self.pool.acquire().await?;
        let row = sql::row(&mut connection, NEWEST, vec![]).await?;
        row.map(|row| Ok((sql::int(&row, 0)? + 1, hash_of(&row, 1)?)))
            .transpose()
    }

    /// Entries from a place on, the oldest first.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn from(&self, place: i64, most: i64) -> Result<Vec<Entry>, StoreError> {
        let mut connection = self.pool.acquire().await?;
        let text = format!("{COLUMNS} WHERE place >= $1 ORDER BY place LIMIT $2");
        let rows = sql::rows(&mut connection, &text, params![place, most]).await?;
        rows.iter().map(entry).collect()
    }

    /// The place of the first entry of a time and later; how many there are, where there is none.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn first_since(&self, at: i64) -> Result<i64, StoreError> {
        let mut connection = self.pool.acquire().await?;
        let text = "SELECT COALESCE((SELECT MIN(place) FROM entry WHERE at >= $1), (SELECT MAX(place) + 1 FROM entry), 0)";
        let row = sql::row(&mut connection, text, params![at]).await?;
        Ok(row.map_or(Ok(0), |row| sql::int(&row, 0))?)
    }

    /// The place up to which signs were looked for; none before the first time.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn watched(&self) -> Result<Option<i64>, StoreError> {
        self.reached(SIGNS).await
    }

    /// The place among what happened to accesses up to which it is kept here; none before the first time.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn followed(&self) -> Result<Option<i64>, StoreError> {
        self.reached(ACCESS).await
    }

    async fn reached(&self, name: &str) -> Result<Option<i64>, StoreError> {
        let mut connection = self.pool.acquire().await?;
        let text = "SELECT place FROM watched WHERE name = $1";
        let row = sql::row(&mut connection, text, params![name]).await?;
        Ok(row.map(|row| sql::int(&row, 0)).transpose()?)
    }

    /// Keeps signs as entries, and that they were looked for up to a place: both or neither.
    ///
    /// # Errors
    /// When they were not kept.
    pub async fn raise(&self, signs: &[Look], watched: i64) -> Result<(), StoreError> {
        self.keep_up_to(signs, SIGNS, watched).await
    }

    /// Keeps what happened to accesses as entries, up to a place among that: both or neither.
    ///
    /// # Errors
    /// When it was not kept.
    pub async fn follow(&self, happened: &[Look], place: i64) -> Result<(), StoreError> {
        self.keep_up_to(happened, ACCESS, place).await
    }

    async fn keep_up_to(&self, looks: &[Look], name: &str, place: i64) -> Result<(), StoreError> {
        let mut connection = self.writing.lock().await;
        let mut transaction = connection.begin().await?;
        append(&mut transaction, looks).await?;
        sql::run(
            &mut transaction,
            "INSERT INTO watched (name, place) VALUES ($1, $2) ON CONFLICT (name) DO UPDATE SET place = excluded.place",
            params![name, place],
        )
        .await?;
        transaction.commit().await?;
        Ok(())
    }

    /// Signs, the newest first.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn signs(&self, which: &Signs, most: i64) -> Result<Vec<Entry>, StoreError> {
        let mut connection = self.pool.acquire().await?;
        let text = format!(
            "{COLUMNS} WHERE kind = '{SIGN}' AND unit = $1 AND agent <> $2 AND place > $3 AND at >= $4 ORDER BY place DESC LIMIT $5"
        );
        let (unit, but) = (which.unit.as_str(), which.but.as_str());
        let values = params![unit, but, which.after, which.since, most];
        let rows = sql::rows(&mut connection, &text, values).await?;
        rows.iter().map(entry).collect()
    }

    /// The place of the newest sign that somebody has seen; -1 before the first.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn seen(&self, agent: &str) -> Result<i64, StoreError> {
        let mut connection = self.pool.acquire().await?;
        let text = "SELECT place FROM seen WHERE agent = $1";
        let row = sql::row(&mut connection, text, params![agent]).await?;
        Ok(row.map_or(Ok(-1), |row| sql::int(&row, 0))?)
    }

    /// Notes that somebody has seen the signs up to a place.
    ///
    /// # Errors
    /// When it was not noted.
    pub async fn set_seen(&self, agent: &str, place: i64) -> Result<(), StoreError> {
        let mut connection = self.writing.lock().await;
        sql::run(
            &mut connection,
            "INSERT INTO seen (agent, place) VALUES ($1, $2) ON CONFLICT (agent) DO UPDATE SET place = excluded.place WHERE excluded.place > seen.place",
            params![agent, place],
        )
        .await?;
        Ok(())
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

    /// Computes every hash anew, and holds them against what the record was once.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn verify(&self, held: &[Held]) -> Result<Verified, StoreError> {
        const SOME: i64 = 4096;
        let mut held = held.to_vec();
        held.sort_by_key(|held| held.entries);
        let mut held = held.into_iter().peekable();
        let (mut place, mut before, mut sure) = (0, [0; 32], 0);
        loop {
            let entries = self.from(place, SOME).await?;
            for entry in &entries {
                before = hashed(&before, place, &entry.look);
                if entry.place != place || entry.hash != before {
                    return Ok(Verified::Broken(place));
                }
                place += 1;
                while let Some(then) = held.next_if(|held| held.entries <= place) {
                    if then.entries == place && then.hash != before {
                        return Ok(Verified::Rewritten(sure, place));
                    }
                    sure = place;
                }
            }
            if (entries.len() as i64) < SOME {
                return Ok(match held.next() {
                    Some(then) => Verified::Rewritten(sure, then.entries),
                    None => Verified::Whole(place),
                });
            }
        }
    }
}

/// What of the record is watched: for signs…
const SIGNS: &str = "signs";
/// … and what is kept in it of what happened to accesses.
const ACCESS: &str = "access";
const NEWEST: &str = "SELECT place, hash FROM entry ORDER BY place DESC LIMIT 1";

/// Adds entries after the newest.
async fn append(connection: &mut AnyConnection, looks: &[Look]) -> Result<(), StoreError> {
    // Read each time: a program that administers the folder may have written in between.
    let (mut place, mut before) = match sql::row(connection, NEWEST, vec![]).await? {
        Some(row) => (sql::int(&row, 0)? + 1, hash_of(&row, 1)?),
        None => (0, [0; 32]),
    };
    for look in looks {
        before = hashed(&before, place, look);
        sql::run(
            connection,
            "INSERT INTO entry (place, at, agent, unit, kind, docket, object, because, reason, hash) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
            params![
                place, look.at, look.agent.as_str(), look.unit.as_str(), look.kind.as_str(), look.docket,
                look.object.as_str(), look.because.as_str(), look.reason.as_str(), before,
            ],
        )
        .await?;
        place += 1;
    }
    Ok(())
}

/// A pattern that finds these characters anywhere.
fn like(text: &str) -> String {
    let mut pattern = String::from("%");
    for c in text.chars() {
        if matches!(c, '%' | '_' | '\\') {
            pattern.push('\\');
        }
        pattern.push(c);
    }
    pattern.push('%');
    pattern
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
            assert_eq!(record.verify(&[]).await.unwrap(), Verified::Whole(0));
            record.keep(&[look(0, "x"), look(1, "y")]).await.unwrap();
            for docket in 2..5 {
                record.keep(&[look(docket, "z")]).await.unwrap();
            }
            assert_eq!(record.verify(&[]).await.unwrap(), Verified::Whole(5));
            run(record, spoil).await;
            assert_eq!(
                record.verify(&[]).await.unwrap(),
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
            ..Asked::default()
        };
        assert_eq!(of(by("", None, None)).await, [3, 2, 1, 0]);
        assert_eq!(of(by("a", None, None)).await, [3, 2, 0]);
        assert_eq!(of(by("", Some(7), None)).await, [1, 0]);
        assert_eq!(of(by("a", Some(7), Some(1))).await, [0]);
        assert_eq!(
            record.entries(&by("b", None, None), 1).await.unwrap()[0].look,
            other
        );
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn entries_are_found_by_their_time_kind_and_a_word_of_the_reason() {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::open(folder.path(), "orfevre.example/test")
            .await
            .unwrap();
        let record = &store.record;
        let reasons = ["100% sure", "100 persons", "a_b", "Rappel"];
        let looks = (0..4).map(|at| look(at, reasons[at as usize]));
        record.keep(&Vec::from_iter(looks)).await.unwrap();
        let of = async |asked: Asked| -> Vec<i64> {
            let found = record.entries(&asked, 10).await.unwrap();
            found.iter().map(|entry| entry.place).collect()
        };
        let with = |reason: &str| Asked {
            reason: reason.to_owned(),
            ..Asked::default()
        };
        // A sign of a pattern is itself and finds nothing else.
        assert_eq!(of(with("100%")).await, [0]);
        assert_eq!(of(with("a_")).await, [2]);
        assert_eq!(of(with("a\\")).await, Vec::<i64>::new());
        assert_eq!(of(with("rappel")).await, [3]);
        let between = Asked {
            since: Some(1),
            until: Some(3),
            kind: "read".to_owned(),
            ..Asked::default()
        };
        assert_eq!(of(between.clone()).await, [2, 1]);
        let other = Asked {
            kind: "search".to_owned(),
            ..between
        };
        assert_eq!(of(other).await, Vec::<i64>::new());
        assert_eq!(record.first_since(2).await.unwrap(), 2);
        assert_eq!(record.first_since(9).await.unwrap(), 4);
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn a_record_that_is_written_anew_is_found_by_its_anchors() {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::open(folder.path(), "orfevre.example/test")
            .await
            .unwrap();
        let record = &store.record;
        let mut held = Vec::new();
        for round in 0..3 {
            record
                .keep(&[look(round, "x"), look(round, "y")])
                .await
                .unwrap();
            let (entries, hash) = record.newest().await.unwrap().unwrap();
            held.push(Held { entries, hash });
        }
        assert_eq!(record.verify(&held).await.unwrap(), Verified::Whole(6));
        // From the fourth on it is made anew, with hashes that fit each other.
        run(record, "DELETE FROM entry WHERE place >= 3").await;
        let anew = [look(1, "another"), look(2, "x"), look(2, "y")];
        record.keep(&anew).await.unwrap();
        assert_eq!(record.verify(&[]).await.unwrap(), Verified::Whole(6));
        assert_eq!(record.verify(&held[..1]).await.unwrap(), Verified::Whole(6));
        assert_eq!(
            record.verify(&held).await.unwrap(),
            Verified::Rewritten(2, 4)
        );
        // Cut short, with nothing after.
        run(record, "DELETE FROM entry WHERE place >= 2").await;
        assert_eq!(record.verify(&[]).await.unwrap(), Verified::Whole(2));
        assert_eq!(
            record.verify(&held[1..]).await.unwrap(),
            Verified::Rewritten(0, 4)
        );
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn signs_are_entries_and_are_seen_once() {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::open(folder.path(), "orfevre.example/test")
            .await
            .unwrap();
        let record = &store.record;
        record.keep(&[look(0, "x"), look(1, "y")]).await.unwrap();
        assert_eq!(record.watched().await.unwrap(), None);
        let sign = |agent: &str, unit: &str| Look {
            agent: agent.to_owned(),
            unit: unit.to_owned(),
            kind: SIGN.to_owned(),
            ..look(1, "5")
        };
        let signs = [sign("a", ""), sign("a", "u"), sign("b", "")];
        record.raise(&signs, 2).await.unwrap();
        assert_eq!(record.watched().await.unwrap(), Some(2));
        assert_eq!(record.verify(&[]).await.unwrap(), Verified::Whole(5));
        let of = async |unit: &str, but: &str, after| {
            let which = Signs {
                unit: unit.to_owned(),
                but: but.to_owned(),
                after,
                since: 0,
            };
            let found = record.signs(&which, 9).await.unwrap();
            Vec::from_iter(found.iter().map(|entry| entry.place))
        };
        assert_eq!(of("", "", -1).await, [4, 2]);
        assert_eq!(of("", "b", -1).await, [2]);
        assert_eq!(of("u", "", -1).await, [3]);
        assert_eq!(of("", "", 2).await, [4]);
        assert_eq!(record.seen("head").await.unwrap(), -1);
        for (place, kept) in [(4, 4), (2, 4)] {
            record.set_seen("head", place).await.unwrap();
            assert_eq!(record.seen("head").await.unwrap(), kept);
        }
    }
}
