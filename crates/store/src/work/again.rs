//! The queue of what is to be harmonised again, and the taking in of what was found then.
//!
//! A submission is queued in the transaction that gives the reason: a message that is taken in, an agent who
//! speaks of a hit, files that are read after the submission itself. What is found goes in with the
//! submission's leaving of the queue, and only if no other reason came meanwhile: a kill at any point
//! harmonises it once more, which finds the same.

use casework::policy::Part;
use linkage::Model;
use sqlx::{AnyConnection, Connection};

use super::{
    Work,
    apply::{Key, holders_of, mark_components_of, pack_keys, unpack_keys, write_keys},
    matching::{bits, joins, listed, pairs, seconds},
    number, retention, series, set_number, sight,
};
use crate::{
    StoreError,
    sql::{self, params},
};

/// A submission that waits to be harmonised again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Waiting {
    /// Place in the ledger.
    pub seq: i64,
    /// Which reason was the last when it was read: hand it back.
    pub stamp: i64,
}

/// What was found in a submission and all that belongs to it, this time.
#[derive(Clone, Debug)]
pub struct FoundAgain {
    /// What was read from the queue.
    pub waiting: Waiting,
    /// Observables with where they stand, JSON.
    pub sightings: String,
    /// Its keys, each once.
    pub keys: Vec<Key>,
    /// The parts in which each key stands.
    pub parts: Vec<(i64, Part)>,
}

/// Puts submissions into the queue.
pub(super) async fn queue(connection: &mut AnyConnection, seqs: &[i64]) -> Result<(), sqlx::Error> {
    sql::insert(
        connection,
        "INSERT INTO again (docket, stamp) VALUES",
        "ON CONFLICT (docket) DO UPDATE SET stamp = again.stamp + 1",
        seqs.iter().map(|seq| params![*seq, 1]).collect(),
    )
    .await
}

impl Work {
    /// Submissions to be harmonised again, the newest first: someone may be waiting for those.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn waiting_again(&self, most: i64) -> Result<Vec<Waiting>, StoreError> {
        let mut connection = self.reading().await?;
        sql::rows(
            &mut connection,
            "SELECT docket, stamp FROM again ORDER BY docket DESC LIMIT $1",
            params![most],
        )
        .await?
        .iter()
        .map(|row| {
            Ok(Waiting {
                seq: sql::int(row, 0)?,
                stamp: sql::int(row, 1)?,
            })
        })
        .collect()
    }

    /// Queues every submission when what was found in them was found by an older extractor. True when it was.
    ///
    /// # Errors
    /// When the database does not answer; nothing was queued then.
    pub async fn queue_older_than(&self, extractor: i64) -> Result<bool, StoreError> {
        let mut connection = self.writing().await?;
        let mut transaction = connection.begin().await?;
        if number(&mut transaction, "extractor").await? == Some(extractor) {
            return Ok(false);
        }
        let queued = sql::run(
            &mut transaction,
            "INSERT INTO again (docket, stamp) SELECT seq, 1 FROM docket WHERE true ON CONFLICT (docket) DO UPDATE SET stamp = again.stamp + 1",
            vec![],
        )
        .await?;
        set_number(&mut transaction, "extractor", extractor).await?;
        transaction.commit().await?;
        Ok(queued > 0)
    }

    /// Takes submissions off the queue in which nothing can be found again: what was found before stays.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn pass_over(&self, waiting: &[Waiting]) -> Result<(), StoreError> {
        let mut connection = self.writing().await?;
        for one in waiting {
            sql::run(
                &mut connection,
                "DELETE FROM again WHERE docket = $1 AND stamp = $2",
                params![one.seq, one.stamp],
            )
            .await?;
        }
        Ok(())
    }

    /// Takes in what was found again, all or nothing: the hits, the keys that came and those that went, the
    /// components that must be clustered for it. A submission with a newer reason in the queue is left there.
    ///
    /// # Errors
    /// When the database does not answer; nothing was written then.
    pub async fn take_again(&self, found: &[FoundAgain], model: &Model) -> Result<(), StoreError> {
        let mut connection = self.writing().await?;
        let mut transaction = connection.begin().await?;
        for one in found {
            let seq = one.waiting.seq;
            let left = sql::run(
                &mut transaction,
                "DELETE FROM again WHERE docket = $1 AND stamp = $2",
                params![seq, one.waiting.stamp],
            )
            .await?;
            let row = sql::row(
                &mut transaction,
                "SELECT keys FROM docket WHERE seq = $1",
                params![seq],
            )
            .await?;
            let (1, Some(row)) = (left, row) else {
                continue;
            };
            sql::run(
                &mut transaction,
                "UPDATE finding SET sightings = $1 WHERE docket = $2 AND sightings <> $1",
                params![one.sightings.as_str(), seq],
            )
            .await?;
            let packed = sql::bytes(&row, 0)?;
            let unmatched = retention::is_unmatched(&mut transaction, seq).await?;
            let (keys, parts) = match unmatched {
                true => (&[][..], &[][..]),
                false => (&one.keys[..], &one.parts[..]),
            };
            sight::keep_parts(&mut transaction, seq, parts).await?;
            replace_keys(&mut transaction, seq, &unpack_keys(&packed), keys, model).await?;
        }
        transaction.commit().await?;
        Ok(())
    }
}

/// Takes all its keys from a submission.
pub(super) async fn without_keys(
    connection: &mut AnyConnection,
    seq: i64,
    model: &Model,
) -> Result<(), StoreError> {
    let text = "SELECT keys FROM docket WHERE seq = $1";
    let Some(row) = sql::row(connection, text, params![seq]).await? else {
        return Ok(());
    };
    let held = unpack_keys(&sql::bytes(&row, 0)?);
    replace_keys(connection, seq, &held, &[], model).await
}

/// Gives a submission these keys instead of those.
async fn replace_keys(
    connection: &mut AnyConnection,
    seq: i64,
    held: &[Key],
    keys: &[Key],
    model: &Model,
) -> Result<(), StoreError> {
    let missing_in = |others: &[Key], key: &Key| others.iter().all(|other| other.id != key.id);
    let gone: Vec<Key> = held
        .iter()
        .copied()
        .filter(|key| missing_in(keys, key))
        .collect();
    let fresh: Vec<Key> = keys
        .iter()
        .copied()
        .filter(|key| missing_in(held, key))
        .collect();
    let packed = pack_keys(keys);
    if pack_keys(held) == packed {
        return Ok(());
    }
    // Where it lies now: those that stay there are clustered without what goes, and with what comes even if that
    // leads to nobody by itself. What does lead somewhere marks the place it leads to.
    mark_components_of(connection, &[seq], model).await?;
    sql::run(
        connection,
        "UPDATE docket SET keys = $1 WHERE seq = $2",
        params![packed, seq],
    )
    .await?;
    for key in gone.iter().filter(|key| listed(key.kind)) {
        leave(connection, seq, key, model).await?;
    }
    if !fresh.is_empty() {
        write_keys(connection, &[(seq, &fresh)], &[seq], model).await?;
    }
    // Also who held a key with it, and alone does not.
    let mut left = vec![seq];
    for key in gone.iter().filter(|key| listed(key.kind)) {
        if let [other] = holders_of(connection, &[key.id]).await?[..] {
            left.push(other);
        }
    }
    series::settle(connection, &left, model).await
}

/// Takes a submission off the members of a key.
async fn leave(
    connection: &mut AnyConnection,
    seq: i64,
    key: &Key,
    model: &Model,
) -> Result<(), StoreError> {
    sql::run(
        connection,
        "DELETE FROM member WHERE key = $1 AND seq = $2",
        params![key.id, seq],
    )
    .await?;
    let row = sql::row(
        connection,
        "SELECT kind, members, damped FROM key WHERE id = $1",
        params![key.id],
    )
    .await?;
    // The only member of a key had no row for it.
    let Some(row) = row else { return Ok(()) };
    let kind = u8::try_from(sql::int(&row, 0)?).unwrap_or(u8::MAX);
    let (members, damped) = (sql::int(&row, 1)?, sql::int(&row, 2)? != 0);
    let left = members - 1;
    if left < 2 {
        sql::run(connection, "DELETE FROM key WHERE id = $1", params![key.id]).await?;
        return Ok(());
    }
    let joined = joins(model, kind, members, damped);
    let leads =
        |members| joins(model, kind, members, damped) || pairs(model, kind, members, damped);
    if !leads(members) && leads(left) {
        // Back under its cap, it brings its holders together: as if all came with it now.
        let holders = holders_of(connection, &[key.id]).await?;
        sql::run(
            connection,
            "DELETE FROM member WHERE key = $1",
            params![key.id],
        )
        .await?;
        sql::run(connection, "DELETE FROM key WHERE id = $1", params![key.id]).await?;
        let key = [Key {
            id: key.id,
            kind,
            damped,
        }];
        let records: Vec<(i64, &[Key])> = holders.iter().map(|seq| (*seq, &key[..])).collect();
        return write_keys(connection, &records, &holders, model).await;
    }
    sql::run(
        connection,
        "UPDATE key SET members = $1 WHERE id = $2",
        params![left, key.id],
    )
    .await?;
    if !damped && !seconds(model, kind, members) && seconds(model, kind, left) {
        // A second fact again: who holds it beside what pairs is tied by it.
        let holders = holders_of(connection, &[key.id]).await?;
        write_keys(connection, &[], &holders, model).await?;
    }
    // Holders of a key that joins lie where it lies, and that is marked already.
    if !joined && bits(model, kind, members, damped) != bits(model, kind, left, damped) {
        let holders = holders_of(connection, &[key.id]).await?;
        mark_components_of(connection, &holders, model).await?;
    }
    Ok(())
}
