//! Series as kept: what the clustering of a component gave, with ids that stay.
//!
//! A component marked dirty is clustered again, whole ([`Work::recluster`]); the new clusters take
//! the ids of the old ones they share most members with, so that a series keeps its name while it grows.
//! A person's confirm, split or merge is kept as must-links and cannot-links beside the act that
//! made them; undoing the act takes them away and clusters again.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use linkage::{Clustering, Component, Decision, KeyId, Model, RecordId};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use sqlx::{AnyConnection, Connection, any::AnyRow};
use tokio::runtime::Handle;

use super::{
    Act, NewAct, Page, Sight, Standing, Work,
    apply::{self, unpack_keys},
    docket::{acts, keep_act},
    matching::{model_kind, unlisted_members},
    number, set_number, sight, ties, wide,
};
use crate::{
    StoreError,
    sql::{self, Param, params},
};

/// A series.
#[derive(Clone, Debug)]
pub struct SeriesRow {
    /// `S-` and a number; never given twice.
    pub id: String,
    /// `proposed`, `confirmed`, `retired`.
    pub state: String,
    /// The series that took its members, for a retired one.
    pub merged_into: Option<String>,
    /// How many submissions.
    pub members: i64,
    /// Mean evidence over all pairs, in thousandths of a bit.
    pub cohesion: i64,
    /// Total loss in euro cents; other currencies are not converted and not counted.
    pub amount_minor: i64,
    /// First moment of its facts, or of receipt where no member tells one; microseconds.
    pub first_at: i64,
    /// Last moment, likewise.
    pub last_at: i64,
    /// Grows when its members or its state change.
    pub revision: i64,
}

/// Why two members belong together: an edge of the spanning tree.
#[derive(Clone, Debug)]
pub struct Reason {
    /// One submission.
    pub a: i64,
    /// The other.
    pub b: i64,
    /// Evidence, in bits.
    pub bits: f64,
    /// The keys both hold, with what each gives; strongest first.
    pub keys: Vec<(i64, f64)>,
}

/// Which series to list.
#[derive(Clone, Debug, Default)]
pub struct SeriesFilter {
    /// `proposed`, `confirmed`, or empty for both.
    pub state: String,
}

/// A person's word on two submissions.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LinkKind {
    /// In one series, whatever the keys say.
    MustLink,
    /// Never in one series.
    CannotLink,
}

/// A component of more keys than this is clustered in a turn of its own.
const LARGE: i64 = if cfg!(test) { 30 } else { 4_000 };
/// From so many components on, two halves are clustered at the same time.
const HALVED: usize = if cfg!(test) { 2 } else { 32 };
/// Submissions that are described at once: a component of more is clustered by its parts.
pub(super) const AT_ONCE: usize = if cfg!(test) { 24 } else { 16_384 };
/// Keys of all the components clustered in one turn.
const MOST_KEYS: i64 = 16_000;

pub(super) const COLUMNS: &str = "SELECT id, state, merged_into, members, cohesion, amount_minor, first_at, last_at, revision FROM series";

impl Work {
    /// Clusters dirty components again, the smallest first: up to `most`, and so many that the writer is
    /// not held long. Large ones are left to [`Work::recluster_large`]. Gives how many it did, 0 when
    /// none is left.
    ///
    /// # Errors
    /// When the database does not answer; the components stay dirty then.
    pub async fn recluster(&self, model: &Model, most: i64) -> Result<usize, StoreError> {
        let dirty = {
            let mut connection = self.reading().await?;
            sql::rows(
                &mut connection,
                "SELECT id, keys FROM component WHERE dirty <> 0 AND keys <= $1 ORDER BY keys, id LIMIT $2",
                params![LARGE, most],
            )
            .await?
        };
        let mut chosen = Vec::with_capacity(dirty.len());
        let mut keys = 0;
        for row in &dirty {
            keys += sql::int(row, 1)?;
            if keys > MOST_KEYS && !chosen.is_empty() {
                break;
            }
            chosen.push(sql::int(row, 0)?);
        }
        self.recluster_these(model, &chosen).await
    }

    /// Clusters the smallest of the large dirty components again. One costs more than all that come in
    /// meanwhile can wait for often: the caller sees to it that they get their turn.
    ///
    /// # Errors
    /// When the database does not answer; the component stays dirty then.
    pub async fn recluster_large(&self, model: &Model) -> Result<usize, StoreError> {
        let dirty = {
            let mut connection = self.reading().await?;
            sql::row(
                &mut connection,
                "SELECT id FROM component WHERE dirty <> 0 AND keys > $1 ORDER BY keys, id LIMIT 1",
                params![LARGE],
            )
            .await?
        };
        let Some(chosen) = dirty.map(|row| sql::int(&row, 0)).transpose()? else {
            return Ok(0);
        };
        let mut connection = self.writing().await?;
        let mut transaction = connection.begin().await?;
        recluster_all(&mut transaction, &[chosen], model).await?;
        transaction.commit().await?;
        Ok(1)
    }

    async fn recluster_these(&self, model: &Model, dirty: &[i64]) -> Result<usize, StoreError> {
        if dirty.is_empty() {
            return Ok(0);
        }
        // Nobody else writes while this is held: what either half reads stays true until it is written.
        let mut connection = self.writing().await?;
        let clustered = if dirty.len() < HALVED {
            cluster(&mut connection, dirty, model).await?
        } else {
            // They came by their size: every other one is about half of the work.
            let half = |first| dirty.iter().skip(first).step_by(2).copied().collect();
            let (here, there): (Vec<i64>, Vec<i64>) = (half(0), half(1));
            let beside = {
                let (work, model, runtime) = (self.clone(), model.clone(), Handle::current());
                tokio::task::spawn_blocking(move || {
                    runtime.block_on(async {
                        let mut connection = work.reading().await?;
                        cluster(&mut connection, &there, &model).await
                    })
                })
            };
            let mut clustered = cluster(&mut connection, &here, model).await?;
            clustered.extend(beside.await.map_err(|_| StoreError::Stopped)??);
            clustered
        };
        let mut transaction = connection.begin().await?;
        clustered.write_all(&mut transaction, model).await?;
        transaction.commit().await?;
        Ok(dirty.len())
    }

    /// How many components wait to be clustered again, counted up to [`super::MOST_COUNTED`].
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn dirty(&self) -> Result<i64, StoreError> {
        let mut connection = self.reading().await?;
        let row = sql::row(
            &mut connection,
            "SELECT COUNT(*) FROM (SELECT 1 FROM component WHERE dirty <> 0 LIMIT $1) AS some",
            params![super::MOST_COUNTED],
        )
        .await?;
        Ok(row.map_or(Ok(0), |row| sql::int(&row, 0))?)
    }

    /// A series.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn series(&self, id: &str) -> Result<Option<SeriesRow>, StoreError> {
        let mut connection = self.reading().await?;
        one(&mut connection, id).await
    }

    /// The largest series first.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn series_list(
        &self,
        filter: &SeriesFilter,
        skip: i64,
        most: i64,
    ) -> Result<Vec<SeriesRow>, StoreError> {
        let mut connection = self.reading().await?;
        let (text, values) = if filter.state.is_empty() {
            (
                format!(
                    "{COLUMNS} WHERE state IN ('proposed', 'confirmed') ORDER BY members DESC, id LIMIT $1 OFFSET $2"
                ),
                params![most, skip],
            )
        } else {
            (
                format!("{COLUMNS} WHERE state = $3 ORDER BY members DESC, id LIMIT $1 OFFSET $2"),
                params![most, skip, filter.state.as_str()],
            )
        };
        sql::rows(&mut connection, &text, values)
            .await?
            .iter()
            .map(series_row)
            .collect()
    }

    /// A series as an agent sees it: what it says of itself is said of the submissions they see. One of which they
    /// see a single submission is none to them; one that is retired is there when its heir is, and says nothing of what
    /// was in it.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn seen_series(
        &self,
        id: &str,
        sight: &Sight,
    ) -> Result<Option<SeriesRow>, StoreError> {
        let mut connection = self.reading().await?;
        let mut seen = seen_rows(&mut connection, &[id], sight).await?;
        Ok(seen.remove(id))
    }

    /// A page of the series that an agent sees, those in a state (`proposed`, `confirmed`) or all: the one of which
    /// their unit has most that they see first.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn series_page(
        &self,
        state: &str,
        after: Option<&str>,
        most: i64,
        sight: &Sight,
    ) -> Result<Page<SeriesRow>, StoreError> {
        let mut after = after
            .and_then(|after| after.split_once('.'))
            .and_then(|(members, id)| Some((members.parse::<i64>().ok()?, id.to_owned())))
            .unwrap_or((i64::MAX, String::new()));
        let mut rows: Vec<(i64, SeriesRow)> = Vec::new();
        loop {
            let found = self.shares(state, &after, most + 1, sight).await?;
            let Some(last) = found.last().cloned() else {
                break;
            };
            let ids: Vec<&str> = found.iter().map(|(_, id)| id.as_str()).collect();
            let mut connection = self.reading().await?;
            let mut seen = seen_rows(&mut connection, &ids, sight).await?;
            drop(connection);
            for (members, id) in found {
                let fits = |row: &SeriesRow| {
                    row.state != "retired" && (state.is_empty() || row.state == state)
                };
                rows.extend(seen.remove(&id).filter(fits).map(|row| (members, row)));
            }
            if rows.len() as i64 > most {
                break;
            }
            after = last;
        }
        let more = rows.len() as i64 > most;
        rows.truncate(most.max(0) as usize);
        let next = rows
            .last()
            .filter(|_| more)
            .map(|(members, row)| format!("{members}.{}", row.id));
        Ok(Page {
            rows: rows.into_iter().map(|(_, row)| row).collect(),
            next,
        })
    }

    /// Series that may be seen, with how many submissions that are seen the unit has itself: those of which it has most
    /// first, at last those of which it has none and is shown some.
    async fn shares(
        &self,
        state: &str,
        after: &(i64, String),
        most: i64,
        sight: &Sight,
    ) -> Result<Vec<(i64, String)>, StoreError> {
        let mut connection = self.reading().await?;
        let mut apart = shares_apart(&mut connection, sight).await?;
        // What the shares count of these is not what is seen.
        let hidden = serde_json::to_string(&series_of(sight.hidden())).unwrap_or_default();
        let shown = serde_json::to_string(&series_of(sight.shown())).unwrap_or_default();
        let unit = sight.unit().filter(|unit| !unit.is_empty());
        // One that is seen as confirmed is; one that is may be seen as proposed, of what is seen of it.
        let states = match state {
            "confirmed" => "= 'confirmed'",
            _ => "<> 'retired'",
        };
        let text = format!(
            "SELECT h.members, h.series FROM share h JOIN series s ON s.id = h.series WHERE h.unit = $1 AND (h.members, h.series) < ($2, $3) AND (h.members > 1 OR h.series IN (SELECT value FROM json_each($4))) AND h.series NOT IN (SELECT value FROM json_each($5)) AND s.state {states} ORDER BY h.members DESC, h.series DESC LIMIT $6"
        );
        let (members, id) = after;
        let values = params![unit, *members, id.as_str(), shown, hidden, most];
        for row in sql::rows(&mut connection, &text, values).await? {
            apart.insert((sql::int(&row, 0)?, sql::text(&row, 1)?));
        }
        let next = apart.into_iter().rev().filter(|share| share < after);
        Ok(next.take(usize::try_from(most).unwrap_or(0)).collect())
    }

    /// The acts about a series that touch nothing but what is seen, oldest first.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn series_acts(&self, series: &str, sight: &Sight) -> Result<Vec<Act>, StoreError> {
        let mut connection = self.reading().await?;
        seen_acts(&mut connection, series, sight).await
    }

    /// The optimistic lock of a series: another number whenever what an agent sees of it is another. It says nothing
    /// of what they do not see.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn series_lock(&self, series: &str, sight: &Sight) -> Result<i64, StoreError> {
        let mut connection = self.reading().await?;
        seen_lock(&mut connection, series, sight).await
    }

    /// The spanning tree of a series' best reasons between submissions that are seen, the strongest first; at most
    /// `most` reasons are looked at.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn reasons(
        &self,
        id: &str,
        most: i64,
        sight: &Sight,
    ) -> Result<Vec<Reason>, StoreError> {
        let mut reasons = self.all_reasons(id, most).await?;
        let ends: BTreeSet<i64> = reasons.iter().flat_map(|one| [one.a, one.b]).collect();
        let seen = self.seen_of(&Vec::from_iter(ends), sight).await?;
        reasons.retain(|reason| seen.contains(&reason.a) && seen.contains(&reason.b));
        self.shown_reasons(reasons, sight).await
    }

    async fn all_reasons(&self, id: &str, most: i64) -> Result<Vec<Reason>, StoreError> {
        let mut connection = self.reading().await?;
        let best = "(SELECT a, b, millibits, keys FROM reason WHERE series = $1 ORDER BY millibits DESC, a, b LIMIT $2) AS best";
        let columns = ["a", "b", "millibits", "hex(keys)"];
        let found = sql::gathered(&mut connection, columns, best, params![id, most]).await?;
        let mut reasons: Vec<(i64, Reason)> = Vec::new();
        for [a, b, millibits, keys] in found.rows() {
            let millibits = sql::whole(millibits)?;
            let keys = serde_json::from_slice(&sql::unhex(keys)?);
            reasons.push((
                millibits,
                Reason {
                    a: sql::whole(a)?,
                    b: sql::whole(b)?,
                    bits: millibits as f64 / 1000.0,
                    keys: keys.map_err(unwritten)?,
                },
            ));
        }
        reasons.sort_by_key(|(millibits, reason)| (-millibits, reason.a, reason.b));
        Ok(reasons.into_iter().map(|(_, reason)| reason).collect())
    }

    /// Every member of every series: what quality is measured on.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn memberships(&self) -> Result<Vec<(i64, String, Option<String>)>, StoreError> {
        let mut connection = self.reading().await?;
        sql::rows(
            &mut connection,
            "SELECT seq, id, series FROM docket ORDER BY seq",
            vec![],
        )
        .await?
        .iter()
        .map(|row| {
            Ok((
                sql::int(row, 0)?,
                sql::text(row, 1)?,
                sql::text_or_none(row, 2)?,
            ))
        })
        .collect()
    }

    /// Confirms a series: its members that the agent sees stay together whatever comes.
    ///
    /// # Errors
    /// [`StoreError::Changed`] when it changed since the agent saw it.
    pub async fn confirm_series(
        &self,
        id: &str,
        lock: i64,
        act: NewAct,
        (model, sight): (&Model, &Sight),
    ) -> Result<(), StoreError> {
        let mut connection = self.writing().await?;
        let mut transaction = connection.begin().await?;
        let series = current(&mut transaction, id, lock, sight).await?;
        let members = seen_members(&mut transaction, id, sight).await?;
        keep_act(&mut transaction, &act, None, Some(id)).await?;
        keep_together(&mut transaction, &act.id, &members).await?;
        sql::run(
            &mut transaction,
            "UPDATE series SET state = 'confirmed', revision = revision + 1 WHERE id = $1",
            params![id],
        )
        .await?;
        recluster_of(
            &mut transaction,
            &members[..members.len().min(1)],
            series,
            model,
        )
        .await?;
        transaction.commit().await?;
        Ok(())
    }

    /// Takes members out of a series into one of their own, of those that the agent sees.
    ///
    /// # Errors
    /// [`StoreError::Changed`] when it changed since the agent saw it, or `out` is none or all of it.
    pub async fn split_series(
        &self,
        id: &str,
        lock: i64,
        out: &[i64],
        act: NewAct,
        (model, sight): (&Model, &Sight),
    ) -> Result<(), StoreError> {
        let mut connection = self.writing().await?;
        let mut transaction = connection.begin().await?;
        let series = current(&mut transaction, id, lock, sight).await?;
        let members = seen_members(&mut transaction, id, sight).await?;
        let (out, stay): (Vec<i64>, Vec<i64>) =
            members.iter().copied().partition(|seq| out.contains(seq));
        let (Some(first_out), Some(first_stay)) = (out.first(), stay.first()) else {
            return Err(StoreError::Changed);
        };
        keep_act(&mut transaction, &act, None, Some(id)).await?;
        // Earlier must-links across the cut are set aside by this act, and come back when it is undone.
        set_aside_across(&mut transaction, &act.id, &out, &stay).await?;
        keep_together(&mut transaction, &act.id, &out).await?;
        keep_together(&mut transaction, &act.id, &stay).await?;
        decide(
            &mut transaction,
            &act.id,
            LinkKind::CannotLink,
            *first_out,
            *first_stay,
        )
        .await?;
        sql::run(
            &mut transaction,
            "UPDATE series SET revision = revision + 1 WHERE id = $1",
            params![id],
        )
        .await?;
        recluster_of(&mut transaction, &members, series, model).await?;
        transaction.commit().await?;
        Ok(())
    }

    /// Makes one series of what the agent sees of two, and answers which of the two names it keeps: there the act is kept too,
    /// so that it can be undone where its members are. The act's body is written here: both names and
    /// the members that lost theirs, who get it back when it is undone.
    ///
    /// # Errors
    /// [`StoreError::Changed`] when one changed since the agent saw it.
    pub async fn merge_series(
        &self,
        id: &str,
        lock: i64,
        other: &str,
        act: NewAct,
        (model, sight): (&Model, &Sight),
    ) -> Result<String, StoreError> {
        let mut connection = self.writing().await?;
        let mut transaction = connection.begin().await?;
        let series = current(&mut transaction, id, lock, sight).await?;
        if id == other
            || one(&mut transaction, other)
                .await?
                .is_none_or(|other| other.state == "retired")
        {
            return Err(StoreError::Changed);
        }
        let members = members_of(&mut transaction, id).await?;
        let others = members_of(&mut transaction, other).await?;
        let seen = seen_members(&mut transaction, id, sight).await?;
        let seen_others = seen_members(&mut transaction, other, sight).await?;
        if seen.is_empty() || seen_others.is_empty() {
            return Err(StoreError::Changed);
        }
        keep_act(&mut transaction, &act, None, Some(id)).await?;
        set_aside_cannot(&mut transaction, &act.id, &seen, &seen_others).await?;
        let all: Vec<i64> = seen.into_iter().chain(seen_others).collect();
        keep_together(&mut transaction, &act.id, &all).await?;
        sql::run(
            &mut transaction,
            "UPDATE series SET revision = revision + 1 WHERE id = $1",
            params![id],
        )
        .await?;
        recluster_of(&mut transaction, &all, series, model).await?;
        let kept = match one(&mut transaction, id).await? {
            Some(SeriesRow {
                merged_into: Some(heir),
                ..
            }) => heir,
            _ => id.to_owned(),
        };
        let merged = Merged {
            of: id.to_owned(),
            other: other.to_owned(),
            moved: if kept == id { others } else { members },
        };
        let body = serde_json::to_string(&merged).map_err(|error| StoreError::Corrupt {
            what: "act",
            why: error.to_string(),
        })?;
        sql::run(
            &mut transaction,
            "UPDATE act SET series = $1, body = $2 WHERE id = $3",
            params![kept.as_str(), body, act.id.as_str()],
        )
        .await?;
        transaction.commit().await?;
        Ok(kept)
    }

    /// Undoes an act on a series: its decisions are taken away and what follows from the rest is
    /// found again. Nothing else is lost.
    ///
    /// # Errors
    /// [`StoreError::Changed`] when there is no such act or it was undone before.
    pub async fn undo_series_act(
        &self,
        act_id: &str,
        act: NewAct,
        model: &Model,
    ) -> Result<(), StoreError> {
        let mut connection = self.writing().await?;
        let mut transaction = connection.begin().await?;
        let undone = acts(
            &mut transaction,
            "WHERE id = $1 AND undone_by IS NULL AND series IS NOT NULL AND kind IN ('confirm', 'split', 'merge')",
            params![act_id],
        )
        .await?;
        let Some(undone) = undone.into_iter().next() else {
            return Err(StoreError::Changed);
        };
        let id = undone.series.clone().ok_or(StoreError::Changed)?;
        sql::run(
            &mut transaction,
            "UPDATE act SET undone_by = $1 WHERE id = $2",
            params![act.id.as_str(), act_id],
        )
        .await?;
        let touched: Vec<i64> = sql::rows(
            &mut transaction,
            "SELECT a, b FROM link_decision WHERE act = $1",
            params![act_id],
        )
        .await?
        .iter()
        .flat_map(|row| [sql::int(row, 0), sql::int(row, 1)])
        .collect::<Result<_, _>>()?;
        sql::run(
            &mut transaction,
            "UPDATE link_decision SET undone = 1 WHERE act = $1",
            params![act_id],
        )
        .await?;
        sql::run(
            &mut transaction,
            "UPDATE link_decision SET undone = 0 WHERE id IN (SELECT decision FROM set_aside WHERE act = $1)",
            params![act_id],
        )
        .await?;
        keep_act(&mut transaction, &act, None, Some(&id)).await?;
        if undone.kind == "merge" {
            give_back(&mut transaction, &id, &undone.body).await?;
        }
        if undone.kind == "confirm" {
            sql::run(&mut transaction, "UPDATE series SET state = 'proposed', revision = revision + 1 WHERE id = $1 AND state = 'confirmed'", params![id.as_str()]).await?;
        }
        let component = match one_component(&mut transaction, &id).await? {
            Some(component) => component,
            None => return Err(StoreError::Changed),
        };
        recluster_of(&mut transaction, &touched, component, model).await?;
        transaction.commit().await?;
        Ok(())
    }
}

/// What a merge keeps in its act.
#[derive(Serialize, Deserialize)]
struct Merged {
    of: String,
    other: String,
    /// The members of the one that lost its name.
    moved: Vec<i64>,
}

/// Gives the members that a merge brought to `kept` the name of their own series back, as far as they
/// are still there: a cluster goes on with the name that most of its members have.
async fn give_back(
    connection: &mut AnyConnection,
    kept: &str,
    body: &str,
) -> Result<(), StoreError> {
    let merged: Merged = serde_json::from_str(body).map_err(|error| StoreError::Corrupt {
        what: "act",
        why: error.to_string(),
    })?;
    let lost = if merged.of == kept {
        merged.other
    } else {
        merged.of
    };
    let moved = merged
        .moved
        .into_iter()
        .map(|seq| params![seq, lost.as_str(), kept])
        .collect();
    sql::run_values(
        connection,
        "UPDATE docket SET series = v.column2 FROM",
        "AS v WHERE docket.seq = v.column1 AND docket.series = v.column3",
        moved,
    )
    .await?;
    sight::count_shares(connection, vec![kept.into(), lost.into()]).await?;
    Ok(())
}

/// The component of a series that still is, as far as the agent sees it, as they saw it.
async fn current(
    connection: &mut AnyConnection,
    id: &str,
    lock: i64,
    sight: &Sight,
) -> Result<i64, StoreError> {
    match one(connection, id).await? {
        Some(series)
            if series.state != "retired" && seen_lock(connection, id, sight).await? == lock =>
        {
            one_component(connection, id)
                .await?
                .ok_or(StoreError::Changed)
        }
        _ => Err(StoreError::Changed),
    }
}

/// See [`Work::series_acts`].
async fn seen_acts(
    connection: &mut AnyConnection,
    series: &str,
    sight: &Sight,
) -> Result<Vec<Act>, StoreError> {
    let which = "WHERE series = $1 ORDER BY at, id";
    let mut found = acts(connection, which, params![series]).await?;
    let mut values = params![series];
    let seen = sight.condition_in_series("docket", &mut values);
    let text = format!(
        "SELECT DISTINCT link_decision.act FROM act JOIN link_decision ON link_decision.act = act.id JOIN docket ON docket.seq IN (link_decision.a, link_decision.b) WHERE act.series = $1 AND NOT COALESCE({seen}, 0)"
    );
    let mut beyond = BTreeSet::new();
    for row in sql::rows(connection, &text, values).await? {
        beyond.insert(sql::text(&row, 0)?);
    }
    // Taking back an act that is not seen is not seen either.
    let undoing: Vec<String> = found
        .iter()
        .filter(|act| beyond.contains(&act.id))
        .filter_map(|act| act.undone_by.clone())
        .collect();
    beyond.extend(undoing);
    found.retain(|act| !beyond.contains(&act.id));
    Ok(found)
}

/// See [`Work::series_lock`].
async fn seen_lock(
    connection: &mut AnyConnection,
    id: &str,
    sight: &Sight,
) -> Result<i64, StoreError> {
    let mut hash = Sha256::new();
    for seq in seen_members(connection, id, sight).await? {
        hash.update(seq.to_be_bytes());
    }
    for act in seen_acts(connection, id, sight).await? {
        hash.update(act.id.as_bytes());
        hash.update([u8::from(act.undone_by.is_some())]);
    }
    let first = hash.finalize()[..8].try_into().unwrap_or_default();
    Ok(i64::from_be_bytes(first) & i64::MAX)
}

/// The series of which the unit alone does not say how much is seen, with how many submissions that are seen it has
/// itself.
async fn shares_apart(
    connection: &mut AnyConnection,
    sight: &Sight,
) -> Result<BTreeSet<(i64, String)>, StoreError> {
    let (hidden, shown) = (series_of(sight.hidden()), series_of(sight.shown()));
    let mut shares: BTreeMap<&str, i64> = hidden.union(&shown).map(|id| (*id, 0)).collect();
    let unit = sight.unit().filter(|unit| !unit.is_empty());
    let ids = shares.keys().map(|id| Param::from(*id)).collect();
    let counted = "SELECT series, unit, members FROM share WHERE series";
    for row in sql::select_values(connection, counted, "", ids).await? {
        let own = Some(sql::text(&row, 1)?.as_str()) == unit;
        if let Some(share) = shares.get_mut(sql::text(&row, 0)?.as_str()).filter(|_| own) {
            *share = sql::int(&row, 2)?;
        }
    }
    for id in sight.hidden().filter_map(|one| one.series.as_deref()) {
        if let Some(share) = shares.get_mut(id) {
            *share -= 1;
        }
    }
    let shares = shares.into_iter();
    Ok(shares.map(|(id, share)| (share, id.to_owned())).collect())
}

fn series_of<'s>(some: impl Iterator<Item = &'s Standing>) -> BTreeSet<&'s str> {
    some.filter_map(|standing| standing.series.as_deref())
        .collect()
}

/// Some series as an agent sees them, by id; see [`Work::seen_series`]. A part that is all a unit has is read from its
/// share, whatever the part's size.
async fn seen_rows(
    connection: &mut AnyConnection,
    ids: &[&str],
    sight: &Sight,
) -> Result<HashMap<String, SeriesRow>, StoreError> {
    let mut seen = HashMap::with_capacity(ids.len());
    let apart: BTreeSet<&str> = series_of(sight.hidden().chain(sight.shown()));
    let unit = sight.unit().filter(|unit| !unit.is_empty());
    let text = "SELECT s.id, s.state, s.merged_into, s.members, s.cohesion, s.amount_minor, s.first_at, s.last_at, s.revision, h.members, h.cohesion, h.amount_minor, h.first_at, h.last_at FROM json_each($2) wanted CROSS JOIN series s LEFT JOIN share h ON h.series = s.id AND h.unit = $1 WHERE s.id = wanted.value";
    let wanted = serde_json::to_string(ids).unwrap_or_default();
    let mut partly_confirmed = Vec::new();
    for row in sql::rows(connection, text, params![unit, wanted]).await? {
        let series = series_row(&row)?;
        let own = sql::int_or_none(&row, 9)?.unwrap_or(0);
        let row = if series.state == "retired" {
            let heir = series.merged_into.as_deref().unwrap_or(&series.id);
            let size = sight::seen_size(connection, heir, sight).await?;
            (size > 1).then(|| emptied(series))
        } else if apart.contains(series.id.as_str()) {
            seen_apart(connection, series, sight).await?
        } else if own < 2 {
            None
        } else if own == series.members {
            Some(series)
        } else {
            // Confirmed is what nothing but what is seen was confirmed of.
            if series.state == "confirmed" {
                partly_confirmed.push(series.id.clone());
            }
            Some(SeriesRow {
                state: "proposed".to_owned(),
                members: own,
                cohesion: sql::int(&row, 10)?,
                amount_minor: sql::int(&row, 11)?,
                first_at: sql::int(&row, 12)?,
                last_at: sql::int(&row, 13)?,
                ..series
            })
        };
        seen.extend(row.map(|row| (row.id.clone(), row)));
    }
    for id in confirmed_of(connection, &partly_confirmed, sight).await? {
        if let Some(row) = seen.get_mut(&id) {
            row.state = "confirmed".to_owned();
        }
    }
    Ok(seen)
}

/// A series that is no more says nothing of what was in it.
fn emptied(series: SeriesRow) -> SeriesRow {
    SeriesRow {
        cohesion: 0,
        amount_minor: 0,
        first_at: 0,
        last_at: 0,
        ..series
    }
}

/// A series some of whose submissions are kept from the agent, or shown by another unit: counted from its submissions.
async fn seen_apart(
    connection: &mut AnyConnection,
    series: SeriesRow,
    sight: &Sight,
) -> Result<Option<SeriesRow>, StoreError> {
    let id = series.id.as_str();
    let size = sight::seen_size(connection, id, sight).await?;
    if size < 2 {
        return Ok(None);
    }
    if size == series.members {
        return Ok(Some(series));
    }
    let confirmed = match series.state.as_str() {
        "confirmed" => confirmed_of(connection, &[id.to_owned()], sight).await?,
        _ => Vec::new(),
    };
    let cohesion = seen_cohesion(connection, id, sight).await?;
    let mut values = params![id];
    let seen = sight.condition_in_series("docket", &mut values);
    let text = format!(
        "SELECT {} FROM docket WHERE series = $1 AND {seen}",
        sight::SUMS
    );
    let row = sql::row(connection, &text, values).await?;
    let column = |place: usize| row.as_ref().map_or(Ok(0), |row| sql::int(row, place));
    Ok(Some(SeriesRow {
        state: if confirmed.is_empty() {
            "proposed".to_owned()
        } else {
            "confirmed".to_owned()
        },
        members: column(0)?,
        cohesion,
        amount_minor: column(1)?,
        first_at: column(2)?,
        last_at: column(3)?,
        ..series
    }))
}

/// Which of some series have a confirmation that stands and touches nothing but what is seen.
async fn confirmed_of(
    connection: &mut AnyConnection,
    ids: &[String],
    sight: &Sight,
) -> Result<Vec<String>, StoreError> {
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let mut values = params![serde_json::to_string(ids).unwrap_or_default()];
    let seen = sight.condition_in_series("docket", &mut values);
    let text = format!(
        "SELECT DISTINCT act.series FROM act WHERE act.series IN (SELECT value FROM json_each($1)) AND act.kind = 'confirm' AND act.undone_by IS NULL AND NOT EXISTS (SELECT 1 FROM link_decision JOIN docket ON docket.seq IN (link_decision.a, link_decision.b) WHERE link_decision.act = act.id AND NOT COALESCE({seen}, 0))"
    );
    sql::rows(connection, &text, values)
        .await?
        .iter()
        .map(|row| Ok(sql::text(row, 0)?))
        .collect()
}

/// The mean of the reasons between submissions that are seen, in thousandths of a bit; 0 where there is none.
async fn seen_cohesion(
    connection: &mut AnyConnection,
    series: &str,
    sight: &Sight,
) -> Result<i64, StoreError> {
    let mut values = params![series];
    let (a, b) = (
        sight.condition_in_series("a", &mut values),
        sight.condition_in_series("b", &mut values),
    );
    // The mean over all pairs is not kept for parts: that of the best reasons stands in for it.
    let text = format!(
        "SELECT CAST(COALESCE(AVG(r.millibits), 0) AS BIGINT) FROM reason r JOIN docket a ON a.seq = r.a JOIN docket b ON b.seq = r.b WHERE r.series = $1 AND {a} AND {b}"
    );
    let row = sql::row(connection, &text, values).await?;
    Ok(row.map_or(Ok(0), |row| sql::int(&row, 0))?)
}

async fn one(connection: &mut AnyConnection, id: &str) -> Result<Option<SeriesRow>, StoreError> {
    sql::row(connection, &format!("{COLUMNS} WHERE id = $1"), params![id])
        .await?
        .as_ref()
        .map(series_row)
        .transpose()
}

async fn one_component(
    connection: &mut AnyConnection,
    id: &str,
) -> Result<Option<i64>, StoreError> {
    let row = sql::row(
        connection,
        "SELECT component FROM series WHERE id = $1",
        params![id],
    )
    .await?;
    Ok(row.map(|row| sql::int(&row, 0)).transpose()?)
}

async fn members_of(connection: &mut AnyConnection, id: &str) -> Result<Vec<i64>, StoreError> {
    sql::rows(
        connection,
        "SELECT seq FROM docket WHERE series = $1 ORDER BY seq",
        params![id],
    )
    .await?
    .iter()
    .map(|row| Ok(sql::int(row, 0)?))
    .collect()
}

async fn seen_members(
    connection: &mut AnyConnection,
    id: &str,
    sight: &Sight,
) -> Result<Vec<i64>, StoreError> {
    let mut values = params![id];
    let seen = sight.condition_in_series("docket", &mut values);
    let from = format!("docket WHERE series = $1 AND {seen}");
    let found = sql::gathered(connection, ["seq"], &from, values).await?;
    let mut members: Vec<i64> = found.numbers()?.into_iter().map(|[seq]| seq).collect();
    members.sort_unstable();
    Ok(members)
}

async fn decide(
    connection: &mut AnyConnection,
    act: &str,
    kind: LinkKind,
    a: i64,
    b: i64,
) -> Result<(), sqlx::Error> {
    let name = match kind {
        LinkKind::MustLink => "must",
        LinkKind::CannotLink => "cannot",
    };
    sql::insert(
        connection,
        "INSERT INTO link_decision (id, kind, a, b, act, undone) VALUES",
        "ON CONFLICT DO NOTHING",
        vec![params![
            format!("{act}/{name}/{a}/{b}"),
            name,
            a.min(b),
            a.max(b),
            act,
            0
        ]],
    )
    .await
}

/// Must-links along a chain: n - 1 of them hold n submissions together.
async fn keep_together(
    connection: &mut AnyConnection,
    act: &str,
    members: &[i64],
) -> Result<(), sqlx::Error> {
    for pair in members.windows(2) {
        decide(connection, act, LinkKind::MustLink, pair[0], pair[1]).await?;
    }
    Ok(())
}

async fn set_aside_across(
    connection: &mut AnyConnection,
    act: &str,
    out: &[i64],
    stay: &[i64],
) -> Result<(), StoreError> {
    let sides = |a: i64, b: i64| {
        (out.contains(&a) && stay.contains(&b)) || (out.contains(&b) && stay.contains(&a))
    };
    set_aside(connection, act, "must", out, sides).await
}

async fn set_aside_cannot(
    connection: &mut AnyConnection,
    act: &str,
    members: &[i64],
    others: &[i64],
) -> Result<(), StoreError> {
    let sides = |a: i64, b: i64| {
        (members.contains(&a) && others.contains(&b))
            || (members.contains(&b) && others.contains(&a))
    };
    set_aside(connection, act, "cannot", members, sides).await
}

async fn set_aside(
    connection: &mut AnyConnection,
    act: &str,
    kind: &str,
    around: &[i64],
    contradicts: impl Fn(i64, i64) -> bool,
) -> Result<(), StoreError> {
    let mut found = BTreeSet::new();
    for column in ["a", "b"] {
        let head =
            format!("SELECT id, a, b, kind FROM link_decision WHERE undone = 0 AND {column}");
        for row in sql::select_in(connection, &head, "", around).await? {
            if sql::text(&row, 3)? == kind && contradicts(sql::int(&row, 1)?, sql::int(&row, 2)?) {
                found.insert(sql::text(&row, 0)?);
            }
        }
    }
    for decision in found {
        sql::run(
            connection,
            "UPDATE link_decision SET undone = 1 WHERE id = $1",
            params![decision.as_str()],
        )
        .await?;
        sql::run(
            connection,
            "INSERT INTO set_aside (act, decision) VALUES ($1, $2)",
            params![act, decision.as_str()],
        )
        .await?;
    }
    Ok(())
}

/// Has submissions whose keys went lie where their keys are: one that a person's word holds in its series
/// brings that series' component with it, another leaves the series. Else it would be clustered in two places.
pub(super) async fn settle(
    connection: &mut AnyConnection,
    records: &[i64],
    model: &Model,
) -> Result<(), StoreError> {
    let components = apply::components_of(connection, records, model).await?;
    let series = sql::select_in(
        connection,
        "SELECT d.seq, s.component, s.id FROM docket d JOIN series s ON s.id = d.series WHERE d.seq",
        "",
        records,
    )
    .await?;
    for row in series {
        let (seq, component) = (sql::int(&row, 0)?, sql::int(&row, 1)?);
        let lies = components.get(&seq).map_or(&[][..], Vec::as_slice);
        if lies.contains(&component) {
            continue;
        }
        let held = sql::row(
            connection,
            "SELECT id FROM link_decision WHERE kind = 'must' AND undone = 0 AND (a = $1 OR b = $1) LIMIT 1",
            params![seq],
        )
        .await?;
        if held.is_some() {
            join_components(connection, &[seq], component).await?;
        } else {
            sql::run(
                connection,
                "UPDATE docket SET series = NULL WHERE seq = $1",
                params![seq],
            )
            .await?;
            sight::count_shares(connection, vec![sql::text(&row, 2)?.into()]).await?;
        }
        sql::run(
            connection,
            "UPDATE component SET dirty = 1 WHERE id = $1",
            params![component],
        )
        .await?;
    }
    Ok(())
}

/// Clusters the component of a series again after a decision, with the components of the other
/// submissions the decision names joined to it.
async fn recluster_of(
    connection: &mut AnyConnection,
    touched: &[i64],
    component: i64,
    model: &Model,
) -> Result<(), StoreError> {
    join_components(connection, touched, component).await?;
    recluster_all(connection, &[component], model).await
}

/// Joins the components that submissions lie in to this one.
async fn join_components(
    connection: &mut AnyConnection,
    touched: &[i64],
    component: i64,
) -> Result<(), StoreError> {
    let mut others: BTreeSet<i64> = BTreeSet::new();
    for row in sql::select_in(
        connection,
        "SELECT series FROM docket WHERE series IS NOT NULL AND seq",
        "",
        touched,
    )
    .await?
    {
        if let Some(other) = one_component(connection, &sql::text(&row, 0)?).await? {
            others.insert(other);
        }
    }
    for row in sql::select_in(connection, "SELECT keys FROM docket WHERE seq", "", touched).await? {
        let keys: Vec<i64> = unpack_keys(&sql::bytes(&row, 0)?)
            .iter()
            .map(|key| key.id)
            .collect();
        for row in sql::select_in(
            connection,
            "SELECT component FROM key WHERE component <> 0 AND id",
            "",
            &keys,
        )
        .await?
        {
            others.insert(sql::int(&row, 0)?);
        }
    }
    let tied = ties::components_of(connection, touched).await?;
    others.extend(tied.into_iter().map(|[_, component]| component));
    for other in others.into_iter().filter(|other| *other != component) {
        apply::relabel(connection, other, component).await?;
    }
    Ok(())
}

/// What the clustering and its writing need of a submission.
struct Fact {
    keys: Vec<apply::Key>,
    series: Option<String>,
    /// The unit that has it, in hexadecimal.
    unit: String,
    amount: i64,
    occurred: Option<i64>,
    received: i64,
}

/// Clusters components again, from what the connection's transaction sees.
async fn recluster_all(
    connection: &mut AnyConnection,
    components: &[i64],
    model: &Model,
) -> Result<(), StoreError> {
    cluster(connection, components, model)
        .await?
        .write_all(connection, model)
        .await
}

/// What clustering gave, to be written.
pub(super) struct Clustered {
    /// Records and clusters of each component.
    components: BTreeMap<i64, (BTreeSet<i64>, Clustering)>,
    facts: HashMap<i64, Fact>,
    /// Those of more submissions than are described at once, still to be clustered, part by part.
    wide: BTreeMap<i64, BTreeSet<i64>>,
}

/// Clusters components: everything they need is read together, because a component is small and a statement
/// is not free.
async fn cluster(
    connection: &mut AnyConnection,
    components: &[i64],
    model: &Model,
) -> Result<Clustered, StoreError> {
    let mut records = records_of(connection, components).await?;
    let wide = records
        .extract_if(.., |_, records| records.len() > AT_ONCE)
        .collect();
    let found = clustered(connection, records, model).await?;
    Ok(Clustered { wide, ..found })
}

/// The submissions that lie in components.
async fn records_of(
    connection: &mut AnyConnection,
    components: &[i64],
) -> Result<BTreeMap<i64, BTreeSet<i64>>, StoreError> {
    let mut records: BTreeMap<i64, BTreeSet<i64>> =
        components.iter().map(|id| (*id, BTreeSet::new())).collect();
    let component_of: HashMap<i64, i64> = sql::packed(
        connection,
        ["key.id", "key.component"],
        "JOIN key ON key.component <> 0 AND key.component = wanted.value",
        components,
    )
    .await?
    .numbers()?
    .into_iter()
    .map(|[key, component]| (key, component))
    .collect();
    let mut keys: Vec<i64> = component_of.keys().copied().collect();
    // In the order of the table.
    keys.sort_unstable();
    for some in keys.chunks(sql::PACKED) {
        let members = sql::packed(
            connection,
            ["member.key", "member.seq"],
            "JOIN member ON member.key = wanted.value",
            some,
        )
        .await?;
        for [key, seq] in members.numbers()? {
            if let Some(component) = component_of.get(&key) {
                records.entry(*component).or_default().insert(seq);
            }
        }
    }
    let tied = sql::packed(
        connection,
        ["tied.component", "tied.docket"],
        "JOIN tied ON tied.component = wanted.value",
        components,
    )
    .await?;
    for [component, seq] in tied.numbers()? {
        records.entry(component).or_default().insert(seq);
    }
    // Series of a component may hold submissions that share no key with it any more.
    let of_series = sql::packed(
        connection,
        ["wanted.value", "docket.seq"],
        "JOIN series ON series.component = wanted.value JOIN docket ON docket.series = series.id",
        components,
    )
    .await?;
    for [component, seq] in of_series.numbers()? {
        records.entry(component).or_default().insert(seq);
    }
    Ok(records)
}

/// Clusters components, each given with its submissions.
async fn clustered(
    connection: &mut AnyConnection,
    mut records: BTreeMap<i64, BTreeSet<i64>>,
    model: &Model,
) -> Result<Clustered, StoreError> {
    let mut decisions: BTreeMap<i64, Vec<Decision>> = BTreeMap::new();
    if sql::row(connection, "SELECT id FROM link_decision LIMIT 1", vec![])
        .await?
        .is_some()
    {
        for (component, records) in &mut records {
            decisions.insert(*component, decisions_around(connection, records).await?);
        }
    }
    let all: BTreeSet<i64> = records.values().flatten().copied().collect();
    let facts = facts_of(connection, &Vec::from_iter(all)).await?;
    let held: BTreeMap<i64, Held> = records
        .iter()
        .map(|(component, records)| (*component, shared(records, &facts)))
        .collect();
    let members = members_of_keys(connection, &ids_of(held.values().flatten())).await?;
    let components = records
        .into_iter()
        .map(|(component, records)| {
            let mut graph = graph_of(&held[&component], &members, model);
            for decision in decisions.get(&component).into_iter().flatten() {
                graph.push_decision(*decision);
            }
            (component, (records, graph.cluster(model)))
        })
        .collect();
    Ok(Clustered {
        components,
        facts,
        wide: BTreeMap::new(),
    })
}

/// Clusters parts of one component, and takes the submissions that are in none out of their series.
pub(super) async fn clustered_parts(
    connection: &mut AnyConnection,
    component: i64,
    (parts, alone): (&[BTreeSet<i64>], &[i64]),
    decisions: &[Decision],
    model: &Model,
) -> Result<Clustered, StoreError> {
    let records: BTreeSet<i64> = parts.iter().flatten().chain(alone).copied().collect();
    let facts = facts_of(connection, &Vec::from_iter(records.iter().copied())).await?;
    let held: Vec<Held> = parts.iter().map(|part| shared(part, &facts)).collect();
    let members = members_of_keys(connection, &ids_of(held.iter().flatten())).await?;
    let mut clustering = Clustering::default();
    for (held, part) in held.iter().zip(parts) {
        let mut graph = graph_of(held, &members, model);
        for &decision in decisions {
            let (Decision::MustLink(a, b) | Decision::CannotLink(a, b)) = decision;
            if [a, b].iter().all(|end| part.contains(&(end.0 as i64))) {
                graph.push_decision(decision);
            }
        }
        clustering.series.extend(graph.cluster_part(model).series);
    }
    Ok(Clustered {
        components: BTreeMap::from([(component, (records, clustering))]),
        facts,
        wide: BTreeMap::new(),
    })
}

/// Keys beside those who hold them, by key.
pub(super) type Held = Vec<(apply::Key, i64)>;

/// The keys that two of these records or more hold. One that a single record holds says nothing among them,
/// whoever else holds it.
fn shared(records: &BTreeSet<i64>, facts: &HashMap<i64, Fact>) -> Held {
    let of_record = |seq: &i64| {
        let seq = *seq;
        let keys = facts.get(&seq).map_or(&[][..], |fact| &fact.keys);
        keys.iter().map(move |key| (*key, seq))
    };
    only_shared(records.iter().flat_map(of_record).collect())
}

pub(super) fn only_shared(mut held: Held) -> Held {
    held.sort_by_key(|(key, _)| key.id);
    held.chunk_by(|(a, _), (b, _)| a.id == b.id)
        .filter(|same| same.len() > 1)
        .flatten()
        .copied()
        .collect()
}

/// Keys, each once, in the order of the table.
pub(super) fn ids_of<'h>(held: impl Iterator<Item = &'h (apply::Key, i64)>) -> Vec<i64> {
    let mut ids: Vec<i64> = held.map(|(key, _)| key.id).collect();
    ids.sort_unstable();
    ids.dedup();
    ids
}

/// How many submissions hold each of these keys, by key; none for those that one holds.
pub(super) async fn members_of_keys(
    connection: &mut AnyConnection,
    ids: &[i64],
) -> Result<HashMap<i64, i64>, StoreError> {
    let counted = sql::packed(
        connection,
        ["key.id", "key.members"],
        "JOIN key ON key.id = wanted.value",
        ids,
    )
    .await?;
    Ok(counted
        .numbers()?
        .into_iter()
        .map(|[id, count]| (id, count))
        .collect())
}

/// Keys beside their holders, by key, as they are clustered.
pub(super) fn graph_of(
    held: &[(apply::Key, i64)],
    members: &HashMap<i64, i64>,
    model: &Model,
) -> Component {
    let mut graph = Component::new();
    for held in held.chunk_by(|(a, _), (b, _)| a.id == b.id) {
        let (key, _) = held[0];
        let count = unlisted_members(key.kind).or_else(|| members.get(&key.id).copied());
        let (Some(kind), Some(count)) = (model_kind(model, key.kind), count) else {
            continue;
        };
        let key = linkage::Key {
            id: KeyId(key.id as u64),
            kind,
            damped: key.damped,
        };
        graph.push_key(key, count.max(0) as u64);
        for (_, seq) in held {
            graph.push_member(key.id, RecordId(*seq as u64));
        }
    }
    graph
}

impl Clustered {
    fn extend(&mut self, other: Self) {
        self.components.extend(other.components);
        self.facts.extend(other.facts);
        self.wide.extend(other.wide);
    }

    /// Writes it, and clusters and writes what is left.
    async fn write_all(
        mut self,
        connection: &mut AnyConnection,
        model: &Model,
    ) -> Result<(), StoreError> {
        let wide = std::mem::take(&mut self.wide);
        self.write(connection, &mut BTreeSet::new()).await?;
        for (component, records) in wide {
            wide::recluster(connection, component, records, model).await?;
        }
        Ok(())
    }

    /// Writes it. `taken` are the names that clusters went on with, which no other may take.
    pub(super) async fn write(
        self,
        connection: &mut AnyConnection,
        taken: &mut BTreeSet<String>,
    ) -> Result<(), StoreError> {
        let mut changes = Changes::default();
        let mut last = number(connection, "last_series").await?.unwrap_or(0);
        for (component, (records, clustering)) in &self.components {
            let names = (&mut last, &mut *taken);
            changes.place(*component, records, clustering, &self.facts, names)?;
        }
        changes.write(connection).await?;
        set_number(connection, "last_series", last).await?;
        let components = self.components.into_keys().map(Param::from).collect();
        sql::run_in(
            connection,
            "UPDATE component SET dirty = 0, held = 0 WHERE id",
            components,
        )
        .await?;
        Ok(())
    }
}

/// The decisions about records; those that a must-link leads to are added to the records.
pub(super) async fn decisions_around(
    connection: &mut AnyConnection,
    records: &mut BTreeSet<i64>,
) -> Result<Vec<Decision>, StoreError> {
    let mut decisions = Vec::new();
    let mut around: Vec<i64> = records.iter().copied().collect();
    while !around.is_empty() {
        let mut next = Vec::new();
        for column in ["a", "b"] {
            let head =
                format!("SELECT kind, a, b FROM link_decision WHERE undone = 0 AND {column}");
            for row in sql::select_in(connection, &head, "", &around).await? {
                let (a, b) = (sql::int(&row, 1)?, sql::int(&row, 2)?);
                let (first, second) = (RecordId(a as u64), RecordId(b as u64));
                if sql::text(&row, 0)? == "must" {
                    decisions.push(Decision::MustLink(first, second));
                    next.extend([a, b].into_iter().filter(|seq| records.insert(*seq)));
                } else {
                    decisions.push(Decision::CannotLink(first, second));
                }
            }
        }
        around = next;
    }
    Ok(decisions)
}

async fn facts_of(
    connection: &mut AnyConnection,
    records: &[i64],
) -> Result<HashMap<i64, Fact>, StoreError> {
    let mut facts = HashMap::with_capacity(records.len());
    // Some at a time: of a large component they are much text.
    for some in records.chunks(sql::PACKED) {
        let rows = sql::packed(
            connection,
            [
                "docket.seq",
                "hex(docket.keys)",
                "COALESCE(docket.series, '-')",
                "hex(docket.unit)",
                // Other currencies are not counted.
                "CASE docket.currency WHEN 'EUR' THEN COALESCE(docket.amount_minor, 0) ELSE 0 END",
                "COALESCE(CAST(docket.occurred_at AS TEXT), '-')",
                "docket.received_at",
            ],
            "JOIN docket ON docket.seq = wanted.value",
            some,
        )
        .await?;
        for [seq, keys, series, unit, amount, occurred, received] in rows.rows() {
            let fact = Fact {
                keys: unpack_keys(&sql::unhex(keys)?),
                series: (series != "-").then(|| series.to_owned()),
                unit: unit.to_owned(),
                amount: sql::whole(amount)?,
                occurred: (occurred != "-")
                    .then(|| sql::whole(occurred))
                    .transpose()?,
                received: sql::whole(received)?,
            };
            facts.insert(sql::whole(seq)?, fact);
        }
    }
    Ok(facts)
}

/// From when to when the facts of a series go. When somebody received a letter says nothing of when it
/// was written, so a member that tells no moment counts only where none tells one.
fn period(members: &[&Fact]) -> (i64, i64) {
    let span = |moments: &mut dyn Iterator<Item = i64>| {
        moments.fold(None, |span: Option<(i64, i64)>, at| {
            Some(span.map_or((at, at), |(first, last)| (first.min(at), last.max(at))))
        })
    };
    span(&mut members.iter().filter_map(|fact| fact.occurred))
        .or_else(|| span(&mut members.iter().map(|fact| fact.received)))
        .unwrap_or((0, 0))
}

/// The part that each unit has of a series, as rows of `share`: what [`sight::count_shares`] counts in the database.
fn shares(
    name: &str,
    series: &linkage::Series,
    facts: &HashMap<i64, Fact>,
) -> Result<Vec<Vec<Param>>, StoreError> {
    let of = |member: &RecordId| facts.get(&(member.0 as i64));
    let mut parts: BTreeMap<&str, Vec<&Fact>> = BTreeMap::new();
    for fact in series.members.iter().filter_map(of) {
        parts.entry(&fact.unit).or_default().push(fact);
    }
    let mut evidence: BTreeMap<&str, (i64, i64)> = BTreeMap::new();
    for edge in &series.tree {
        if let (Some(a), Some(b)) = (of(&edge.a), of(&edge.b))
            && a.unit == b.unit
        {
            let (sum, edges) = evidence.entry(&a.unit).or_default();
            *sum += millibits(edge.bits);
            *edges += 1;
        }
    }
    parts
        .into_iter()
        .map(|(unit, facts)| {
            let (sum, edges) = evidence.get(unit).copied().unwrap_or_default();
            let (first, last) = period(&facts);
            let amount: i64 = facts.iter().map(|fact| fact.amount).sum();
            let unit = String::from_utf8_lossy(&sql::unhex(unit)?).into_owned();
            let members = facts.len() as i64;
            let cohesion = sum / edges.max(1);
            Ok(params![name, unit, members, amount, first, last, cohesion])
        })
        .collect()
}

/// Evidence as it is kept.
fn millibits(bits: f64) -> i64 {
    (bits * 1000.0) as i64
}

fn unwritten(error: serde_json::Error) -> StoreError {
    StoreError::Corrupt {
        what: "reason",
        why: error.to_string(),
    }
}

/// A reason's series, and the two that it is about.
type ReasonId = (String, i64, i64);

/// Writes the reasons of series: most are there as they are, and stay untouched.
async fn write_reasons(
    connection: &mut AnyConnection,
    series: &[String],
    mut reasons: BTreeMap<ReasonId, (i64, String)>,
) -> Result<(), StoreError> {
    let mut gone = Vec::new();
    for some in series.chunks(sql::PACKED) {
        let there = "json_each($1) AS wanted JOIN reason ON reason.series = wanted.value";
        let columns = ["series", "a", "b", "millibits", "keys"];
        let names = serde_json::to_string(some).map_err(unwritten)?;
        let found = sql::gathered(connection, columns, there, params![names]).await?;
        for [series, a, b, millibits, keys] in found.rows() {
            let id = (series.to_owned(), sql::whole(a)?, sql::whole(b)?);
            let millibits = sql::whole(millibits)?;
            match reasons.get(&id) {
                Some((now, of)) if *now == millibits && of == keys => {
                    reasons.remove(&id);
                }
                Some(_) => {}
                None => gone.push(params![id.0, id.1, id.2]),
            }
        }
    }
    sql::run_values(
        connection,
        "DELETE FROM reason WHERE (series, a, b) IN",
        "",
        gone,
    )
    .await?;
    let rows = reasons
        .into_iter()
        .map(|((series, a, b), (millibits, keys))| params![series, a, b, millibits, keys]);
    sql::insert(
        connection,
        "INSERT INTO reason (series, a, b, millibits, keys) VALUES",
        "ON CONFLICT (series, a, b) DO UPDATE SET millibits = excluded.millibits, keys = excluded.keys",
        rows.collect(),
    )
    .await?;
    Ok(())
}

/// What the clusterings change, gathered to be written together.
#[derive(Default)]
struct Changes {
    series: Vec<Vec<Param>>,
    names: Vec<String>,
    shares: Vec<Vec<Param>>,
    reasons: BTreeMap<ReasonId, (i64, String)>,
    moved: Vec<Vec<Param>>,
    retired: Vec<Vec<Param>>,
}

impl Changes {
    /// Gives the clusters of a component their names: a cluster goes on with the old series it shares
    /// most members with, a new one gets the next number.
    fn place(
        &mut self,
        component: i64,
        records: &BTreeSet<i64>,
        clustering: &Clustering,
        facts: &HashMap<i64, Fact>,
        (last, taken): (&mut i64, &mut BTreeSet<String>),
    ) -> Result<(), StoreError> {
        let was = |seq: i64| facts.get(&seq).and_then(|fact| fact.series.as_deref());
        let mut overlaps: Vec<(usize, usize, &str)> = Vec::new();
        for (place, series) in clustering.series.iter().enumerate() {
            let mut shared: BTreeMap<&str, usize> = BTreeMap::new();
            for name in series
                .members
                .iter()
                .filter_map(|member| was(member.0 as i64))
            {
                *shared.entry(name).or_insert(0) += 1;
            }
            overlaps.extend(shared.into_iter().map(|(name, count)| (count, place, name)));
        }
        overlaps.sort_by(|a, b| b.0.cmp(&a.0).then(a.1.cmp(&b.1)).then(a.2.cmp(b.2)));
        let mut names: BTreeMap<usize, String> = BTreeMap::new();
        for (_, place, name) in &overlaps {
            if !names.contains_key(place) && taken.insert((*name).to_owned()) {
                names.insert(*place, (*name).to_owned());
            }
        }
        let mut placed: BTreeMap<i64, String> = BTreeMap::new();
        for (place, series) in clustering.series.iter().enumerate() {
            let name = names.remove(&place).unwrap_or_else(|| {
                *last += 1;
                format!("S-{last:06}")
            });
            let known: Vec<&Fact> = series
                .members
                .iter()
                .filter_map(|member| facts.get(&(member.0 as i64)))
                .collect();
            let (first, last) = period(&known);
            self.series.push(params![
                name.as_str(),
                component,
                "proposed",
                series.members.len() as i64,
                millibits(series.cohesion),
                known.iter().map(|fact| fact.amount).sum::<i64>(),
                first,
                last,
                0,
            ]);
            self.names.push(name.clone());
            self.shares.extend(shares(&name, series, facts)?);
            for edge in &series.tree {
                let keys: Vec<(i64, f64)> = edge
                    .keys
                    .iter()
                    .map(|(key, bits)| (key.0 as i64, *bits))
                    .collect();
                let keys = serde_json::to_string(&keys).map_err(unwritten)?;
                let id = (name.clone(), edge.a.0 as i64, edge.b.0 as i64);
                let reason = (millibits(edge.bits), keys);
                self.reasons.entry(id).or_insert(reason);
            }
            for member in &series.members {
                placed.insert(member.0 as i64, name.clone());
            }
        }
        for seq in records {
            let is = placed.get(seq).map(String::as_str);
            if was(*seq) != is {
                self.moved.push(params![*seq, is]);
            }
        }
        let old: BTreeSet<&str> = records.iter().filter_map(|seq| was(*seq)).collect();
        for name in old.iter().filter(|name| !taken.contains(**name)) {
            // Its heir is where most of its members went.
            let mut heirs: BTreeMap<&str, usize> = BTreeMap::new();
            for seq in records.iter().filter(|seq| was(**seq) == Some(name)) {
                if let Some(heir) = placed.get(seq) {
                    *heirs.entry(heir).or_insert(0) += 1;
                }
            }
            let heir = heirs
                .into_iter()
                .max_by_key(|(heir, count)| (*count, std::cmp::Reverse(*heir)))
                .map(|(heir, _)| heir);
            self.retired.push(params![*name, heir]);
            self.names.push((*name).to_owned());
        }
        Ok(())
    }

    async fn write(self, connection: &mut AnyConnection) -> Result<(), StoreError> {
        sql::insert(
            connection,
            "INSERT INTO series (id, component, state, members, cohesion, amount_minor, first_at, last_at, revision) VALUES",
            "ON CONFLICT (id) DO UPDATE SET component = excluded.component, members = excluded.members, cohesion = excluded.cohesion, amount_minor = excluded.amount_minor, first_at = excluded.first_at, last_at = excluded.last_at, revision = series.revision + CASE WHEN series.members <> excluded.members THEN 1 ELSE 0 END, state = CASE WHEN series.state <> 'retired' THEN series.state WHEN EXISTS (SELECT 1 FROM act WHERE act.series = series.id AND act.kind = 'confirm' AND act.undone_by IS NULL) THEN 'confirmed' ELSE 'proposed' END, merged_into = NULL",
            self.series,
        )
        .await?;
        sql::run_values(
            connection,
            "UPDATE docket SET series = v.column2 FROM",
            "AS v WHERE docket.seq = v.column1",
            self.moved,
        )
        .await?;
        let names = self.names.iter().map(|name| Param::from(name.as_str()));
        sql::run_in(
            connection,
            "DELETE FROM share WHERE series",
            names.collect(),
        )
        .await?;
        sql::insert(connection, sight::INTO_SHARE, "", self.shares).await?;
        write_reasons(connection, &self.names, self.reasons).await?;
        sql::run_values(
            connection,
            "UPDATE series SET state = 'retired', members = 0, merged_into = v.column2, revision = revision + 1 FROM",
            "AS v WHERE series.id = v.column1",
            self.retired,
        )
        .await?;
        Ok(())
    }
}

pub(super) fn series_row(row: &AnyRow) -> Result<SeriesRow, StoreError> {
    Ok(SeriesRow {
        id: sql::text(row, 0)?,
        state: sql::text(row, 1)?,
        merged_into: sql::text_or_none(row, 2)?,
        members: sql::int(row, 3)?,
        cohesion: sql::int(row, 4)?,
        amount_minor: sql::int(row, 5)?,
        first_at: sql::int(row, 6)?,
        last_at: sql::int(row, 7)?,
        revision: sql::int(row, 8)?,
    })
}
