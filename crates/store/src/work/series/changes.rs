//! What a clustering changes, gathered to be written together. The new clusters take the ids of the old ones they share
//! most members with, so that a series keeps its name while it grows.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use linkage::{Clustering, RecordId};
use sqlx::AnyConnection;

use super::{clustering::Fact, corrupt};
use crate::{
    StoreError,
    sql::{self, Param, params},
    work::sight,
};

/// What the clusterings change, gathered to be written together.
#[derive(Default)]
pub(super) struct Changes {
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
    pub(super) fn place(
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
                let keys = serde_json::to_string(&keys).map_err(corrupt)?;
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

    pub(super) async fn write(self, connection: &mut AnyConnection) -> Result<(), StoreError> {
        sql::insert(
            connection,
            "INSERT INTO series (id, component, state, members, cohesion, amount_minor, first_at, last_at, revision) VALUES",
            "ON CONFLICT (id) DO UPDATE SET component = excluded.component, members = excluded.members, cohesion = excluded.cohesion, amount_minor = excluded.amount_minor, first_at = excluded.first_at, last_at = excluded.last_at, revision = series.revision + CASE WHEN series.members <> excluded.members THEN 1 ELSE 0 END, state = CASE WHEN series.state <> 'retired' THEN series.state WHEN EXISTS (SELECT 1 FROM act WHERE act.series = series.id AND act.kind = 'confirm' AND act.undone_by IS NULL) THEN 'confirmed' ELSE 'proposed' END, merged_into = NULL",
            self.series,
        )
        .await?;
        sql::run_values(
            connection,
            "UPDATE OR FAIL docket SET series = v.column2 FROM",
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
        let names = serde_json::to_string(some).map_err(corrupt)?;
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
