//! The public face of the crate, driven as its users do.

#![expect(
    clippy::unwrap_used,
    reason = "a test stops where its own making is wrong"
)]

mod online_equals_batch;
mod parts;
mod planted_gangs;
mod shapes;

use std::collections::BTreeMap;

use linkage::{Clustering, Component, Decision, Key, KeyId, Model, RecordId};

/// The model the platform ships.
fn submissions() -> Model {
    Model::from_toml(include_str!(
        "../../../../config/france/models/submissions.toml"
    ))
    .unwrap()
}

/// All records at once, the frequency of each key counted from them.
fn batch(model: &Model, records: &[(RecordId, Vec<Key>)], decisions: &[Decision]) -> Clustering {
    let mut df: BTreeMap<KeyId, u64> = BTreeMap::new();
    for (_, keys) in records {
        let mut ids: Vec<KeyId> = keys.iter().map(|key| key.id).collect();
        ids.sort_unstable();
        ids.dedup();
        for id in ids {
            *df.entry(id).or_default() += 1;
        }
    }
    let mut component = Component::new();
    for (record, keys) in records {
        for key in keys {
            component.push_key(*key, df[&key.id]);
            component.push_member(key.id, *record);
        }
    }
    for &decision in decisions {
        component.push_decision(decision);
    }
    component.cluster(model)
}
