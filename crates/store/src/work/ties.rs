//! Submissions that a key brings together with a second fact only: see `linkage::Leads::Paired`.
//!
//! Such a key lies in no component, as its holders need not lie in one. Each submission that it ties to another
//! has a row of its own that says where it lies. Like components these may be wider than they must be: a tie is
//! not undone when what made it goes. The clustering finds the true parts.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use linkage::{KeyId, Model, sharing_a_second};
use sqlx::AnyConnection;

use super::{
    apply::{Key, holdings, keys_of},
    matching::{pairs, seconds, unlisted_members},
    series::members_of_keys,
};
use crate::{StoreError, sql};

/// The pairs that tie fresh submissions to each other and to those that were there before. `keys` are those of
/// their keys that pair; `counted` gives how many hold a key by now, where that is not written yet.
pub(super) async fn of(
    connection: &mut AnyConnection,
    keys: &[i64],
    fresh: &BTreeSet<i64>,
    counted: impl Fn(i64) -> Option<i64>,
    model: &Model,
) -> Result<Vec<(i64, i64)>, StoreError> {
    let mut holders: BTreeMap<i64, BTreeSet<i64>> = BTreeMap::new();
    for [key, seq] in holdings(connection, keys).await? {
        holders.entry(key).or_default().insert(seq);
    }
    holders.retain(|_, records| records.len() > 1);
    let records: BTreeSet<i64> = holders.values().flatten().copied().collect();
    let records: Vec<i64> = records.into_iter().collect();
    let mut facts: HashMap<i64, Vec<Key>> = HashMap::with_capacity(records.len());
    for some in records.chunks(sql::PACKED) {
        for (seq, mut keys) in keys_of(connection, some).await? {
            keys.retain(|key| !key.damped && seconds(model, key.kind, 2));
            facts.insert(seq, keys);
        }
    }
    let said = said_among(connection, &holders, &facts, counted, model).await?;
    let facts_of = |seq| {
        let keys = facts.get(&seq).into_iter().flatten();
        keys.map(|key| key.id)
            .filter(|id| said.contains(id))
            .map(|id| KeyId(id as u64))
    };
    let mut ties = Vec::new();
    for (key, records) in holders {
        let sharing = sharing_a_second(KeyId(key as u64), records, facts_of);
        // What those share who were there before ties them already.
        ties.extend(
            sharing
                .into_iter()
                .filter(|(a, b)| fresh.contains(a) || fresh.contains(b)),
        );
    }
    ties.sort_unstable();
    ties.dedup();
    Ok(ties)
}

/// The facts that two holders of one of these keys share and that say something, which few enough hold.
async fn said_among(
    connection: &mut AnyConnection,
    holders: &BTreeMap<i64, BTreeSet<i64>>,
    facts: &HashMap<i64, Vec<Key>>,
    counted: impl Fn(i64) -> Option<i64>,
    model: &Model,
) -> Result<HashSet<i64>, StoreError> {
    let mut shared: HashMap<i64, u8> = HashMap::new();
    for (own, records) in holders {
        let mut seen: HashSet<i64> = HashSet::new();
        for key in records.iter().filter_map(|seq| facts.get(seq)).flatten() {
            if key.id != *own && !seen.insert(key.id) {
                shared.insert(key.id, key.kind);
            }
        }
    }
    let mut ids: Vec<i64> = shared.keys().copied().collect();
    ids.sort_unstable();
    let members = members_of_keys(connection, &ids).await?;
    shared.retain(|id, kind| {
        let count = unlisted_members(*kind)
            .or_else(|| counted(*id))
            .or_else(|| members.get(id).copied());
        count.is_some_and(|count| seconds(model, *kind, count))
    });
    Ok(shared.into_keys().collect())
}

/// The keys of submissions that pair, as they are kept and however many hold them by now.
pub(super) async fn pairing_keys(
    connection: &mut AnyConnection,
    records: &[i64],
    model: &Model,
) -> Result<Vec<i64>, StoreError> {
    let held: BTreeSet<i64> = keys_of(connection, records)
        .await?
        .into_iter()
        .flat_map(|(_, keys)| keys)
        .filter(|key| pairs(model, key.kind, 2, key.damped))
        .map(|key| key.id)
        .collect();
    let held: Vec<i64> = held.into_iter().collect();
    let counted = sql::packed(
        connection,
        ["key.id", "key.kind", "key.members", "key.damped"],
        "JOIN key ON key.id = wanted.value",
        &held,
    )
    .await?;
    Ok(counted
        .numbers()?
        .into_iter()
        .filter(|[_, kind, members, damped]| {
            u8::try_from(*kind).is_ok_and(|kind| pairs(model, kind, *members, *damped != 0))
        })
        .map(|[id, ..]| id)
        .collect())
}

/// Where submissions lie by their ties.
pub(super) async fn components_of(
    connection: &mut AnyConnection,
    records: &[i64],
) -> Result<Vec<[i64; 2]>, StoreError> {
    sql::packed(
        connection,
        ["tied.docket", "tied.component"],
        "JOIN tied ON tied.docket = wanted.value",
        records,
    )
    .await?
    .numbers()
}

/// Says where tied submissions lie; gives the component of each that had no tie before.
pub(super) async fn write(
    connection: &mut AnyConnection,
    mut component_of: BTreeMap<i64, i64>,
) -> Result<Vec<i64>, StoreError> {
    let tied: Vec<i64> = component_of.keys().copied().collect();
    for [seq, _] in components_of(connection, &tied).await? {
        // Where its component was joined to another, its row went with it.
        component_of.remove(&seq);
    }
    let rows = component_of
        .iter()
        .map(|(seq, component)| sql::params![*seq, *component])
        .collect();
    sql::insert(
        connection,
        "INSERT INTO tied (docket, component) VALUES",
        "",
        rows,
    )
    .await?;
    Ok(component_of.into_values().collect())
}
