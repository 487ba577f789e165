//! What is kept how long: holds, what falls due, what was erased and the proof of it.

use linkage::Model;
use sha2::{Digest, Sha256};
use sqlx::{AnyConnection, Connection, any::AnyRow};

use super::{NewAct, Work, again, docket::keep_act, number, series, set_number};
use crate::{
    StoreError, scrub,
    sql::{self, params},
};

/// Acts that only look, or keep and let go: the time from the last act does not begin anew.
const LOOKS: &str = "'open_identity', 'download', 'hold', 'let_go', 'archive', 'erase_identity', 'erase_all', 'seal', 'unseal', 'mark', 'unmark', 'conflict'";
/// Acts whose body says where it stood and stands, and nothing that anybody wrote.
const MOVES: &str = "'take', 'release', 'route', 'close', 'reopen', 'read', 'archive', 'erase_identity', 'erase_all', 'handover', 'mark', 'unmark'";
/// Acts of joint work: they are folded again, so that their words are taken out of them and nothing else.
const JOINT: &str = "kind LIKE 'referral!_%' ESCAPE '!'";

/// Where a submission stands for the rules of retention.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Kept {
    /// Place in the ledger.
    pub seq: i64,
    /// UUID text.
    pub id: String,
    /// Desk.
    pub desk: String,
    /// Track of the desk.
    pub track: String,
    /// Option id of the desk's headline question.
    pub headline: String,
    /// The word of a `casework::submission::State`.
    pub state: String,
    /// Unit that has it.
    pub unit: String,
    /// Microseconds since 1970 UTC.
    pub received_at: i64,
    /// When it was closed last, or withdrawn.
    pub closed_at: Option<i64>,
    /// The last thing that the person or an agent did.
    pub last_act_at: i64,
    /// Until when it is held or was.
    pub held_until: Option<i64>,
    /// Whether it is held without an end.
    pub held: bool,
    /// What was done to it: words of `casework::retention::Does`.
    pub done: Vec<String>,
    /// The optimistic lock.
    pub revision: i64,
}

/// What keeps a submission beyond its time.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Held {
    /// UUID text.
    pub id: String,
    /// Place of the submission in the ledger.
    pub docket: i64,
    /// Microseconds since 1970 UTC.
    pub at: i64,
    /// Who.
    pub agent: String,
    /// Why.
    pub reason: String,
    /// Until when; none until it is let go.
    pub until: Option<i64>,
}

/// What falls due of a submission.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DueRow {
    /// Place of the submission in the ledger.
    pub docket: i64,
    /// When, microseconds since 1970 UTC.
    pub at: i64,
    /// The word of a `casework::retention::Does`.
    pub does: String,
    /// The desk's rule.
    pub rule: String,
}

/// An erasure to be done.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Erasure {
    /// Place of the submission in the ledger.
    pub docket: i64,
    /// When it was decided, microseconds since 1970 UTC.
    pub at: i64,
    /// The word of a `casework::retention::Does`.
    pub does: String,
    /// The desk's rule, empty for an act.
    pub rule: String,
    /// The rule's article, or the reason of the act.
    pub because: String,
    /// Id of the act, empty for a rule.
    pub act: String,
    /// Who decided it, empty for a rule.
    pub agent: String,
    /// Who agreed, empty for a rule.
    pub second: String,
}

/// That something was erased.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Proof {
    /// Its place among proofs, from 0.
    pub place: i64,
    /// What was done, when and why.
    pub erasure: Erasure,
    /// Id of the submission.
    pub id: String,
    /// Desk.
    pub desk: String,
    /// Option id of the desk's headline question.
    pub headline: String,
    /// Unit that had it.
    pub unit: String,
    /// When it was received.
    pub received_at: i64,
    /// How many files were removed.
    pub files: i64,
    /// Over this proof and all before it.
    pub hash: [u8; 32],
}

impl Work {
    /// Where the next submissions after `seq` stand for the rules of retention, but for what lies in the intake.
    pub(crate) async fn kept_after(&self, seq: i64, most: i64) -> Result<Vec<Kept>, StoreError> {
        let mut connection = self.reading().await?;
        let text = format!(
            "SELECT d.seq, d.id, d.desk, d.track, d.headline, d.state, d.unit, d.received_at, d.revision, \
             (SELECT MAX(at) FROM act WHERE seq = d.seq AND kind = 'close'), \
             (SELECT MAX(at) FROM act WHERE seq = d.seq AND kind NOT IN ({LOOKS})), \
             (SELECT MAX(MIN(COALESCE(ended_at, until_at), COALESCE(until_at, ended_at))) FROM hold WHERE docket = d.seq), \
             EXISTS (SELECT 1 FROM hold WHERE docket = d.seq AND ended_at IS NULL AND until_at IS NULL), \
             COALESCE((SELECT string_agg(does, ' ') FROM proof WHERE docket = d.seq), '') \
             FROM docket d WHERE d.seq > $1 ORDER BY d.seq LIMIT $2"
        );
        sql::rows(&mut connection, &text, params![seq, most])
            .await?
            .iter()
            .map(kept)
            .collect()
    }

    /// How many submissions there are.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn how_many(&self) -> Result<i64, StoreError> {
        let mut connection = self.reading().await?;
        let text = "SELECT COALESCE(SUM(members), 0) FROM tally";
        let row = sql::row(&mut connection, text, vec![]).await?;
        Ok(row.map_or(Ok(0), |row| sql::int(&row, 0))?)
    }

    /// Keeps a submission beyond its time.
    ///
    /// # Errors
    /// When it was not kept.
    pub async fn hold(&self, held: &Held, act: NewAct) -> Result<(), StoreError> {
        let mut connection = self.writing().await?;
        let mut transaction = connection.begin().await?;
        sql::run(
            &mut transaction,
            "INSERT INTO hold (id, docket, at, agent, reason, until_at, ended_by) VALUES ($1, $2, $3, $4, $5, $6, '')",
            params![held.id.as_str(), held.docket, held.at, held.agent.as_str(), held.reason.as_str(), held.until],
        )
        .await?;
        keep_act(&mut transaction, &act, Some(held.docket), None).await?;
        transaction.commit().await?;
        Ok(())
    }

    /// Lets every hold of a submission go; false when there is none.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn let_go(&self, docket: i64, act: NewAct) -> Result<bool, StoreError> {
        let mut connection = self.writing().await?;
        let mut transaction = connection.begin().await?;
        let ended = sql::run(
            &mut transaction,
            "UPDATE hold SET ended_at = $1, ended_by = $2 WHERE docket = $3 AND ended_at IS NULL AND (until_at IS NULL OR until_at > $1)",
            params![act.at, act.agent.as_str(), docket],
        )
        .await?;
        if ended > 0 {
            keep_act(&mut transaction, &act, Some(docket), None).await?;
        }
        transaction.commit().await?;
        Ok(ended > 0)
    }

    /// Holds in force at `now`, the oldest first: of a submission, or of a unit's submissions, or all.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn holds(
        &self,
        docket: Option<i64>,
        unit: Option<&str>,
        now: i64,
        most: i64,
    ) -> Result<Vec<Held>, StoreError> {
        let mut connection = self.reading().await?;
        sql::rows(
            &mut connection,
            "SELECT h.id, h.docket, h.at, h.agent, h.reason, h.until_at FROM hold h JOIN docket d ON d.seq = h.docket WHERE h.ended_at IS NULL AND (h.until_at IS NULL OR h.until_at > $1) AND ($2 IS NULL OR h.docket = $2) AND ($3 IS NULL OR d.unit = $3) ORDER BY h.at LIMIT $4",
            params![now, docket, unit.map(str::to_owned), most],
        )
        .await?
        .iter()
        .map(|row| {
            Ok(Held {
                id: sql::text(row, 0)?,
                docket: sql::int(row, 1)?,
                at: sql::int(row, 2)?,
                agent: sql::text(row, 3)?,
                reason: sql::text(row, 4)?,
                until: sql::int_or_none(row, 5)?,
            })
        })
        .collect()
    }

    /// Keeps what the rules said of submissions: of some nothing falls due as they stand.
    ///
    /// # Errors
    /// When it was not kept.
    pub async fn set_due(&self, asked: &[(i64, Option<DueRow>)]) -> Result<(), StoreError> {
        let mut connection = self.writing().await?;
        let mut transaction = connection.begin().await?;
        for (docket, due) in asked {
            match due {
                Some(due) => {
                    sql::run(
                        &mut transaction,
                        "INSERT INTO due (docket, at, does, rule) VALUES ($1, $2, $3, $4) ON CONFLICT (docket) DO UPDATE SET at = excluded.at, does = excluded.does, rule = excluded.rule WHERE at <> excluded.at OR does <> excluded.does OR rule <> excluded.rule",
                        params![*docket, due.at, due.does.as_str(), due.rule.as_str()],
                    )
                    .await?
                }
                None => {
                    let text = "DELETE FROM due WHERE docket = $1";
                    sql::run(&mut transaction, text, params![*docket]).await?
                }
            };
        }
        transaction.commit().await?;
        Ok(())
    }

    /// What falls due before `until`, the next first: of a unit's submissions, or of all.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn due(
        &self,
        until: i64,
        unit: Option<&str>,
        most: i64,
    ) -> Result<Vec<DueRow>, StoreError> {
        let mut connection = self.reading().await?;
        sql::rows(
            &mut connection,
            "SELECT due.docket, due.at, due.does, due.rule FROM due JOIN docket d ON d.seq = due.docket WHERE due.at <= $1 AND ($2 IS NULL OR d.unit = $2) ORDER BY due.at, due.docket LIMIT $3",
            params![until, unit.map(str::to_owned), most],
        )
        .await?
        .iter()
        .map(|row| {
            Ok(DueRow {
                docket: sql::int(row, 0)?,
                at: sql::int(row, 1)?,
                does: sql::text(row, 2)?,
                rule: sql::text(row, 3)?,
            })
        })
        .collect()
    }

    /// A place that housekeeping has reached; -1 before the first.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn retention_reached(&self) -> Result<i64, StoreError> {
        let mut connection = self.reading().await?;
        Ok(number(&mut connection, "reached_retention")
            .await?
            .unwrap_or(-1))
    }

    /// Moves that place.
    ///
    /// # Errors
    /// When it was not kept.
    pub async fn set_retention_reached(&self, seq: i64) -> Result<(), StoreError> {
        let mut connection = self.writing().await?;
        set_number(&mut connection, "reached_retention", seq).await
    }

    /// Keeps that an erasure begins: from here on it will be done. False when the submission is held, changed since it
    /// was read, or is being erased already.
    pub(crate) async fn begin_erasure(
        &self,
        erasure: &Erasure,
        revision: i64,
    ) -> Result<bool, StoreError> {
        let mut connection = self.writing().await?;
        let mut transaction = connection.begin().await?;
        let begun = sql::run(
            &mut transaction,
            "INSERT INTO erasing (docket, at, does, rule, because, act, agent, second) SELECT $1, $2, $3, $4, $5, $6, $7, $8 WHERE EXISTS (SELECT 1 FROM docket WHERE seq = $1 AND revision = $9) AND NOT EXISTS (SELECT 1 FROM hold WHERE docket = $1 AND ended_at IS NULL AND (until_at IS NULL OR until_at > $2)) ON CONFLICT DO NOTHING",
            params![
                erasure.docket, erasure.at, erasure.does.as_str(), erasure.rule.as_str(), erasure.because.as_str(),
                erasure.act.as_str(), erasure.agent.as_str(), erasure.second.as_str(), revision,
            ],
        )
        .await?;
        if begun > 0 {
            set_number(&mut transaction, "to_scrub", 1).await?;
        }
        transaction.commit().await?;
        Ok(begun > 0)
    }

    /// Erasures that were begun and not finished.
    pub(crate) async fn unfinished_erasures(&self, most: i64) -> Result<Vec<Erasure>, StoreError> {
        let mut connection = self.reading().await?;
        sql::rows(
            &mut connection,
            "SELECT docket, at, does, rule, because, act, agent, second FROM erasing ORDER BY docket LIMIT $1",
            params![most],
        )
        .await?
        .iter()
        .map(|row| erasure(row, 0))
        .collect()
    }

    /// Takes out of this database what an erasure takes, and keeps the proof of it, all or nothing.
    pub(crate) async fn finish_erasure(
        &self,
        erasure: &Erasure,
        files: i64,
        model: &Model,
    ) -> Result<(), StoreError> {
        let mut connection = self.writing().await?;
        scrub::overwriting(&mut connection, true).await?;
        let mut transaction = connection.begin().await?;
        let seq = erasure.docket;
        let left = "DELETE FROM erasing WHERE docket = $1";
        let finished = if sql::run(&mut transaction, left, params![seq]).await? == 0 {
            Ok(())
        } else {
            let text = "DELETE FROM due WHERE docket = $1";
            sql::run(&mut transaction, text, params![seq]).await?;
            strip(&mut transaction, erasure, model).await?;
            prove(&mut transaction, erasure, files).await
        };
        if finished.is_ok() {
            transaction.commit().await?;
        } else {
            transaction.rollback().await?;
        }
        scrub::overwriting(&mut connection, false).await?;
        finished
    }

    /// Whether something was erased since the last scrub.
    pub(crate) async fn is_to_scrub(&self) -> Result<bool, StoreError> {
        let mut connection = self.reading().await?;
        Ok(number(&mut connection, "to_scrub").await?.unwrap_or(0) != 0)
    }

    /// Overwrites what was deleted and empties the log. False when somebody reads the log: try again.
    pub(crate) async fn scrub(&self) -> Result<bool, StoreError> {
        /// Pages of the index of words that are merged at once.
        const MERGED: i64 = 256;
        // What was deleted from the index is marked as such until its segments are merged: all of them, little by little.
        let mut pages = -MERGED;
        loop {
            let mut connection = self.writing().await?;
            scrub::overwriting(&mut connection, true).await?;
            let before = changes(&mut connection).await?;
            let text = "INSERT INTO words (words, rank) VALUES ('merge', $1)";
            sql::run(&mut connection, text, params![pages]).await?;
            let merged = changes(&mut connection).await? - before;
            scrub::overwriting(&mut connection, false).await?;
            if merged < 2 {
                break;
            }
            pages = MERGED;
        }
        loop {
            let mut connection = self.writing().await?;
            if !scrub::fill(&mut connection).await? {
                break;
            }
        }
        let mut connection = self.writing().await?;
        scrub::empty_log(&mut connection).await
    }

    /// Keeps that what was erased is gone from the files.
    pub(crate) async fn scrubbed(&self) -> Result<(), StoreError> {
        let mut connection = self.writing().await?;
        set_number(&mut connection, "to_scrub", 0).await
    }

    /// Proofs, the newest first: of a submission, or of what a unit had, or all.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn proofs(
        &self,
        docket: Option<i64>,
        unit: Option<&str>,
        before: Option<i64>,
        most: i64,
    ) -> Result<Vec<Proof>, StoreError> {
        let mut connection = self.reading().await?;
        let text = format!(
            "{PROOF} WHERE ($1 IS NULL OR docket = $1) AND ($2 IS NULL OR unit = $2) AND place < $3 ORDER BY place DESC LIMIT $4"
        );
        let values = params![
            docket,
            unit.map(str::to_owned),
            before.unwrap_or(i64::MAX),
            most
        ];
        let rows = sql::rows(&mut connection, &text, values).await?;
        rows.iter().map(proof).collect()
    }

    /// Computes the hash of every proof anew: how many hold, or the place of the first that does not.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn verify_proofs(&self) -> Result<Result<i64, i64>, StoreError> {
        const SOME: i64 = 4096;
        let mut connection = self.reading().await?;
        let (mut place, mut before) = (0, [0; 32]);
        loop {
            let text = format!("{PROOF} WHERE place >= $1 ORDER BY place LIMIT $2");
            let rows = sql::rows(&mut connection, &text, params![place, SOME]).await?;
            for row in &rows {
                let proof = proof(row)?;
                before = hashed(&before, &proof);
                if proof.place != place || proof.hash != before {
                    return Ok(Err(place));
                }
                place += 1;
            }
            if (rows.len() as i64) < SOME {
                return Ok(Ok(place));
            }
        }
    }

    /// Submissions that passed to another unit, with their ids and units.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn passed(&self, most: i64) -> Result<Vec<(i64, String, String)>, StoreError> {
        let mut connection = self.reading().await?;
        sql::rows(
            &mut connection,
            "SELECT d.seq, d.id, d.unit FROM passed JOIN docket d ON d.seq = passed.docket LIMIT $1",
            params![most],
        )
        .await?
        .iter()
        .map(|row| Ok((sql::int(row, 0)?, sql::text(row, 1)?, sql::text(row, 2)?)))
        .collect()
    }

    /// Keeps that the identity of a submission is sealed for a unit, unless it passed on meanwhile.
    ///
    /// # Errors
    /// When it was not kept.
    pub async fn followed(&self, seq: i64, unit: &str) -> Result<(), StoreError> {
        let mut connection = self.writing().await?;
        sql::run(
            &mut connection,
            "DELETE FROM passed WHERE docket = $1 AND EXISTS (SELECT 1 FROM docket WHERE seq = $1 AND unit = $2)",
            params![seq, unit],
        )
        .await?;
        Ok(())
    }
}

/// Keeps that a submission passed to another unit.
pub(super) async fn pass(connection: &mut AnyConnection, seq: i64) -> Result<(), sqlx::Error> {
    let text = "INSERT INTO passed (docket) VALUES ($1) ON CONFLICT DO NOTHING";
    sql::run(connection, text, params![seq]).await?;
    Ok(())
}

/// Whether the keys of a submission are gone for good.
pub(super) async fn is_unmatched(
    connection: &mut AnyConnection,
    seq: i64,
) -> Result<bool, sqlx::Error> {
    let text = "SELECT 1 FROM unmatched WHERE docket = $1";
    Ok(sql::row(connection, text, params![seq]).await?.is_some())
}

async fn changes(connection: &mut AnyConnection) -> Result<i64, StoreError> {
    let row = sql::row(connection, "SELECT total_changes()", vec![]).await?;
    Ok(row.map_or(Ok(0), |row| sql::int(&row, 0))?)
}

/// Takes what is personal out of this database, as far as the erasure goes.
async fn strip(
    connection: &mut AnyConnection,
    erasure: &Erasure,
    model: &Model,
) -> Result<(), StoreError> {
    let seq = erasure.docket;
    if erasure.does == "erase_identity" {
        return Ok(());
    }
    // What was said of a series because of it may name anybody of it.
    let said = "UPDATE act SET reason = '' WHERE series IS NOT NULL AND (id IN (SELECT act FROM link_decision WHERE a = $1 OR b = $1) OR id IN (SELECT made.undone_by FROM act made JOIN link_decision l ON l.act = made.id WHERE l.a = $1 OR l.b = $1))";
    if erasure.does == "erase_all" {
        sql::run(connection, said, params![seq]).await?;
    }
    // What a person decided about it would keep it in its series.
    for text in [
        "DELETE FROM set_aside WHERE decision IN (SELECT id FROM link_decision WHERE a = $1 OR b = $1)",
        "DELETE FROM link_decision WHERE a = $1 OR b = $1",
        "DELETE FROM again WHERE docket = $1",
        "DELETE FROM words WHERE rowid = $1",
        "INSERT INTO unmatched (docket) VALUES ($1) ON CONFLICT DO NOTHING",
    ] {
        sql::run(connection, text, params![seq]).await?;
    }
    again::without_keys(connection, seq, model).await?;
    sql::run(
        connection,
        "DELETE FROM tied WHERE docket = $1",
        params![seq],
    )
    .await?;
    series::settle(connection, &[seq], model).await?;
    if erasure.does == "archive" {
        return Ok(());
    }
    let blank = format!(
        "UPDATE act SET body = '{{}}' WHERE seq = $1 AND kind NOT IN ({MOVES}) AND NOT {JOINT}"
    );
    let joint = format!(
        "UPDATE act SET reason = CASE reason WHEN '' THEN '' ELSE '–' END, body = CASE WHEN json_extract(body, '$.authority') IS NULL THEN body ELSE json_set(body, '$.authority', '–') END WHERE seq = $1 AND {JOINT}"
    );
    let unsaid = format!("UPDATE act SET reason = '' WHERE seq = $1 AND NOT {JOINT}");
    for text in [
        "DELETE FROM correction WHERE docket = $1",
        "DELETE FROM presence WHERE seq = $1",
        "DELETE FROM handover_file WHERE docket = $1",
        "UPDATE finding SET assessment = '{}', sightings = '{}' WHERE docket = $1",
        "UPDATE docket SET place = '', amount_minor = NULL, currency = '', occurred_at = NULL, unread = 0, revision = revision + 1 WHERE seq = $1",
        unsaid.as_str(),
        blank.as_str(),
        joint.as_str(),
        "UPDATE referral SET reason = '–', outcome = CASE outcome WHEN '' THEN '' ELSE '–' END WHERE docket = $1",
        "UPDATE leave SET reason = '' WHERE docket = $1",
        "UPDATE hold SET reason = '' WHERE docket = $1",
    ] {
        sql::run(connection, text, params![seq]).await?;
    }
    Ok(())
}

async fn prove(
    connection: &mut AnyConnection,
    erasure: &Erasure,
    files: i64,
) -> Result<(), StoreError> {
    let last = "SELECT place, hash FROM proof ORDER BY place DESC LIMIT 1";
    let (place, before) = match sql::row(connection, last, vec![]).await? {
        Some(row) => (sql::int(&row, 0)? + 1, hash_of(&row, 1)?),
        None => (0, [0; 32]),
    };
    let text = "SELECT id, desk, headline, unit, received_at FROM docket WHERE seq = $1";
    let Some(row) = sql::row(connection, text, params![erasure.docket]).await? else {
        return Ok(());
    };
    let mut proof = Proof {
        place,
        erasure: erasure.clone(),
        id: sql::text(&row, 0)?,
        desk: sql::text(&row, 1)?,
        headline: sql::text(&row, 2)?,
        unit: sql::text(&row, 3)?,
        received_at: sql::int(&row, 4)?,
        files,
        hash: [0; 32],
    };
    proof.hash = hashed(&before, &proof);
    sql::run(
        connection,
        "INSERT INTO proof (place, docket, id, desk, headline, unit, received_at, at, does, rule, because, act, agent, second, files, hash) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16)",
        params![
            place, erasure.docket, proof.id.as_str(), proof.desk.as_str(), proof.headline.as_str(), proof.unit.as_str(),
            proof.received_at, erasure.at, erasure.does.as_str(), erasure.rule.as_str(), erasure.because.as_str(),
            erasure.act.as_str(), erasure.agent.as_str(), erasure.second.as_str(), files, proof.hash,
        ],
    )
    .await?;
    let act = NewAct {
        id: format!("erasure-{place}"),
        at: erasure.at,
        agent: erasure.agent.clone(),
        kind: erasure.does.clone(),
        reason: String::new(),
        body: "{}".to_owned(),
    };
    keep_act(connection, &act, Some(erasure.docket), None).await?;
    Ok(())
}

const PROOF: &str = "SELECT docket, at, does, rule, because, act, agent, second, place, id, desk, headline, unit, received_at, files, hash FROM proof";

fn erasure(row: &AnyRow, first: usize) -> Result<Erasure, StoreError> {
    Ok(Erasure {
        docket: sql::int(row, first)?,
        at: sql::int(row, first + 1)?,
        does: sql::text(row, first + 2)?,
        rule: sql::text(row, first + 3)?,
        because: sql::text(row, first + 4)?,
        act: sql::text(row, first + 5)?,
        agent: sql::text(row, first + 6)?,
        second: sql::text(row, first + 7)?,
    })
}

fn proof(row: &AnyRow) -> Result<Proof, StoreError> {
    Ok(Proof {
        erasure: erasure(row, 0)?,
        place: sql::int(row, 8)?,
        id: sql::text(row, 9)?,
        desk: sql::text(row, 10)?,
        headline: sql::text(row, 11)?,
        unit: sql::text(row, 12)?,
        received_at: sql::int(row, 13)?,
        files: sql::int(row, 14)?,
        hash: hash_of(row, 15)?,
    })
}

fn kept(row: &AnyRow) -> Result<Kept, StoreError> {
    let received_at = sql::int(row, 7)?;
    let closed_at = sql::int_or_none(row, 9)?;
    let done = sql::text(row, 13)?;
    Ok(Kept {
        seq: sql::int(row, 0)?,
        id: sql::text(row, 1)?,
        desk: sql::text(row, 2)?,
        track: sql::text(row, 3)?,
        headline: sql::text(row, 4)?,
        state: sql::text(row, 5)?,
        unit: sql::text(row, 6)?,
        received_at,
        revision: sql::int(row, 8)?,
        closed_at,
        last_act_at: sql::int_or_none(row, 10)?.unwrap_or(received_at),
        held_until: sql::int_or_none(row, 11)?,
        held: sql::int(row, 12)? != 0,
        done: done.split_whitespace().map(str::to_owned).collect(),
    })
}

fn hash_of(row: &AnyRow, column: usize) -> Result<[u8; 32], StoreError> {
    let bytes = sql::bytes(row, column)?;
    bytes.try_into().map_err(|_| StoreError::Corrupt {
        what: "proof of an erasure",
        why: "a hash has not 32 bytes".to_owned(),
    })
}

/// The hash of a proof: SHA-256 over `orfevre-erasure-1\n`, the hash before it (32 zero bytes before the first) and the
/// fields in the order of the table, numbers as 8 bytes big-endian, texts with their length in 8 bytes before them.
fn hashed(before: &[u8; 32], proof: &Proof) -> [u8; 32] {
    let mut hash = Sha256::new();
    hash.update(b"orfevre-erasure-1\n");
    hash.update(before);
    let erasure = &proof.erasure;
    let number = |hash: &mut Sha256, number: i64| hash.update(number.to_be_bytes());
    let texts = |hash: &mut Sha256, texts: &[&str]| {
        for text in texts {
            hash.update((text.len() as u64).to_be_bytes());
            hash.update(text);
        }
    };
    number(&mut hash, proof.place);
    number(&mut hash, erasure.docket);
    texts(
        &mut hash,
        &[&proof.id, &proof.desk, &proof.headline, &proof.unit],
    );
    number(&mut hash, proof.received_at);
    number(&mut hash, erasure.at);
    texts(&mut hash, &[&erasure.does, &erasure.rule, &erasure.because]);
    texts(&mut hash, &[&erasure.act, &erasure.agent, &erasure.second]);
    number(&mut hash, proof.files);
    hash.finalize().into()
}
