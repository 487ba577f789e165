//! Series as kept: what the clustering of a component gave, with ids that stay.
//!
//! A component marked dirty is clustered again, whole ([`Work::recluster`]); the new clusters take
//! the ids of the old ones they share most members with, so that a series keeps its name while it grows.
//! A person's confirm, split or merge is kept as must-links and cannot-links beside the act that
//! made them; undoing the act takes them away and clusters again.

mod acts;
mod changes;
mod clustering;

use std::collections::{BTreeMap, BTreeSet, HashMap};

use sha2::{Digest, Sha256};
use sqlx::{AnyConnection, any::AnyRow};

use super::{Act, Page, Sight, Standing, Work, docket, sight};
use crate::{
    StoreError,
    sql::{self, Param, params},
};

pub(super) use self::clustering::{
    AT_ONCE, clustered_parts, decisions_around, graph_of, ids_of, members_of_keys, only_shared,
    settle,
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

pub(super) const COLUMNS: &str = "SELECT id, state, merged_into, members, cohesion, amount_minor, first_at, last_at, revision FROM series";

impl Work {
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
                    keys: keys.map_err(corrupt)?,
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
}

/// See [`Work::series_acts`].
async fn seen_acts(
    connection: &mut AnyConnection,
    series: &str,
    sight: &Sight,
) -> Result<Vec<Act>, StoreError> {
    let which = "WHERE series = $1 ORDER BY at, id";
    let mut found = docket::acts(connection, which, params![series]).await?;
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

/// Keys of a reason that are not what is kept of one.
fn corrupt(error: serde_json::Error) -> StoreError {
    StoreError::Corrupt {
        what: "reason",
        why: error.to_string(),
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
