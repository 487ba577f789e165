//! Components clustered again, whole: what they need is read together, clustered, and handed to be written.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use linkage::{Clustering, Component, Decision, KeyId, Model, RecordId};
use sqlx::{AnyConnection, Connection};
use tokio::runtime::Handle;

use super::{changes::Changes, one_component};
use crate::{
    StoreError,
    sql::{self, Param, params},
    work::{
        Work,
        apply::{self, unpack_keys},
        matching::{model_kind, unlisted_members},
        number, set_number, sight, ties, wide,
    },
};

/// A component of more keys than this is clustered in a turn of its own.
const LARGE: i64 = if cfg!(test) { 30 } else { 4_000 };
/// From so many components on, two halves are clustered at the same time.
const HALVED: usize = if cfg!(test) { 2 } else { 32 };
/// Submissions that are described at once: a component of more is clustered by its parts.
pub(in crate::work) const AT_ONCE: usize = if cfg!(test) { 24 } else { 16_384 };
/// Keys of all the components clustered in one turn.
const MOST_KEYS: i64 = 16_000;

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

    /// How many components wait to be clustered again, counted up to [`crate::work::MOST_COUNTED`].
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn dirty(&self) -> Result<i64, StoreError> {
        let mut connection = self.reading().await?;
        let row = sql::row(
            &mut connection,
            "SELECT COUNT(*) FROM (SELECT 1 FROM component WHERE dirty <> 0 LIMIT $1) AS some",
            params![crate::work::MOST_COUNTED],
        )
        .await?;
        Ok(row.map_or(Ok(0), |row| sql::int(&row, 0))?)
    }
}

/// Has submissions whose keys went lie where their keys are: one that a person's word holds in its series
/// brings that series' component with it, another leaves the series. Else it would be clustered in two places.
pub(in crate::work) async fn settle(
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

/// Joins the components that submissions lie in to this one.
pub(super) async fn join_components(
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
pub(super) struct Fact {
    pub(super) keys: Vec<apply::Key>,
    pub(super) series: Option<String>,
    /// The unit that has it, in hexadecimal.
    pub(super) unit: String,
    pub(super) amount: i64,
    pub(super) occurred: Option<i64>,
    pub(super) received: i64,
}

/// Clusters components again, from what the connection's transaction sees.
pub(super) async fn recluster_all(
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
pub(in crate::work) struct Clustered {
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
        for [key, seq] in apply::holdings(connection, some).await? {
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
pub(in crate::work) async fn clustered_parts(
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
pub(in crate::work) type Held = Vec<(apply::Key, i64)>;

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

pub(in crate::work) fn only_shared(mut held: Held) -> Held {
    held.sort_by_key(|(key, _)| key.id);
    held.chunk_by(|(a, _), (b, _)| a.id == b.id)
        .filter(|same| same.len() > 1)
        .flatten()
        .copied()
        .collect()
}

/// Keys, each once, in the order of the table.
pub(in crate::work) fn ids_of<'h>(held: impl Iterator<Item = &'h (apply::Key, i64)>) -> Vec<i64> {
    let mut ids: Vec<i64> = held.map(|(key, _)| key.id).collect();
    ids.sort_unstable();
    ids.dedup();
    ids
}

/// How many submissions hold each of these keys, by key; none for those that one holds.
pub(in crate::work) async fn members_of_keys(
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
pub(in crate::work) fn graph_of(
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
    pub(in crate::work) async fn write(
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
pub(in crate::work) async fn decisions_around(
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
