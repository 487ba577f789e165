//! A component of more submissions than are read at once: its parts are found from what leads alone, then
//! clustered some at a time, so that what is held in memory has a bound whatever people send.

use std::collections::BTreeSet;

use linkage::{Component, Leads, Model};
use sqlx::AnyConnection;

use super::{
    apply::{Key, keys_of},
    matching::model_kind,
    series::{
        AT_ONCE, clustered_parts, decisions_around, graph_of, ids_of, members_of_keys, only_shared,
    },
};
use crate::{
    StoreError,
    sql::{self, params},
};

/// Clusters a component again, all of whose submissions are given.
pub(super) async fn recluster(
    connection: &mut AnyConnection,
    component: i64,
    mut records: BTreeSet<i64>,
    model: &Model,
) -> Result<(), StoreError> {
    let decisions = decisions_around(connection, &mut records).await?;
    let mut graph = leading(connection, &records, model).await?;
    for &decision in &decisions {
        graph.push_decision(decision);
    }
    let (parts, held) = graph.parts(model);
    drop(graph);
    if !held.is_empty() {
        tracing::warn!(
            component,
            held = held.len(),
            "so many submissions hang together that one fact joins none of them: see what is reported in bulk"
        );
    }
    let parts: Vec<BTreeSet<i64>> = parts
        .into_iter()
        .map(|part| part.into_iter().map(|record| record.0 as i64).collect())
        .collect();
    for seq in parts.iter().flatten() {
        records.remove(seq);
    }
    let alone: Vec<i64> = records.into_iter().collect();
    // A cluster goes on with its old name, and of two parts that a series fell into only one has it.
    let mut taken = BTreeSet::new();
    let groups = grouped(&parts).map(|parts| (parts, &[][..]));
    let groups = groups.chain(alone.chunks(AT_ONCE).map(|alone| (&[][..], alone)));
    for group in groups {
        let found = clustered_parts(connection, component, group, &decisions, model).await?;
        found.write(connection, &mut taken).await?;
    }
    sql::run(
        connection,
        "UPDATE component SET held = $1 WHERE id = $2",
        params![held.len() as i64, component],
    )
    .await?;
    Ok(())
}

/// What decides who lies with whom.
async fn leading(
    connection: &mut AnyConnection,
    records: &BTreeSet<i64>,
    model: &Model,
) -> Result<Component, StoreError> {
    let leads = |key: &Key| {
        let kind = model_kind(model, key.kind);
        !key.damped && kind.is_some_and(|kind| model.leads(kind) != Leads::Never)
    };
    let all: Vec<i64> = records.iter().copied().collect();
    let mut held = Vec::new();
    for some in all.chunks(sql::PACKED) {
        for (seq, keys) in keys_of(connection, some).await? {
            held.extend(keys.into_iter().filter(leads).map(|key| (key, seq)));
        }
    }
    let held = only_shared(held);
    let members = members_of_keys(connection, &ids_of(held.iter())).await?;
    Ok(graph_of(&held, &members, model))
}

/// Parts, as many together as are described at once; a larger one by itself.
fn grouped(parts: &[BTreeSet<i64>]) -> impl Iterator<Item = &[BTreeSet<i64>]> {
    let mut rest = parts;
    std::iter::from_fn(move || {
        let mut described = 0;
        let fits = rest.iter().take_while(|part| {
            described += part.len();
            described <= AT_ONCE
        });
        let count = fits.count().max(1).min(rest.len());
        let (group, others) = rest.split_at(count);
        rest = others;
        (count > 0).then_some(group)
    })
}
