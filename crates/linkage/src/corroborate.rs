//! The last step: clusters that several independent facts tie together are one series.
//!
//! Means and overlaps dilute: two eras of a gang, of thirty records each, that share one account and
//! one phone number in a few records have a small mean, and are still one gang. A single shared fact
//! may be a mule's account or one submission that names both; two facts that do not hang on one record
//! are not. So two clusters become one when they share at least two *facts*, and still share
//! one after the record that carries most of it is taken away, on either side.
//!
//! A fact is a key that [joins](crate::Model::joins), or several that the very same records of the two
//! hold. All keys of a group that the model calls one fact (a site's URL, host and domain) are one.

use std::collections::{BTreeMap, BTreeSet};

use crate::{agglomerate::find, component::Graph, model::Model};

/// A key held in more clusters than this is a platform, not a fact.
const CLUSTERS: usize = 24;
/// Passes; each joins whole chains, so two or three are enough, and the bound only bounds.
const PASSES: usize = 8;

/// A fact that two clusters share, and how many records of each side carry it.
struct Fact<'a> {
    left: &'a [u32],
    right: &'a [u32],
}

/// Joins clusters that share independent facts, as long as no cannot-link forbids it.
pub(crate) fn corroborate(
    model: &Model,
    graph: &Graph,
    mut clusters: Vec<Vec<u32>>,
) -> Vec<Vec<u32>> {
    let strong: Vec<usize> = (0..graph.keys.len())
        .filter(|&key| graph.keys[key].joins)
        .collect();
    for _ in 0..PASSES {
        let joined = pass(model, graph, &strong, &clusters);
        if joined.len() == clusters.len() {
            break;
        }
        clusters = joined;
    }
    clusters
}

fn pass(model: &Model, graph: &Graph, strong: &[usize], clusters: &[Vec<u32>]) -> Vec<Vec<u32>> {
    let mut cluster_of: Vec<Option<u32>> = vec![None; graph.records.len()];
    for (place, members) in clusters.iter().enumerate() {
        for &record in members {
            cluster_of[record as usize] = Some(place as u32);
        }
    }
    // Pair of clusters → keys both hold.
    let mut shared: BTreeMap<(u32, u32), Vec<usize>> = BTreeMap::new();
    for &key in strong {
        let held: BTreeSet<u32> = graph.holders[key]
            .iter()
            .filter_map(|&record| cluster_of[record as usize])
            .collect();
        if held.len() > CLUSTERS {
            continue;
        }
        let held: Vec<u32> = held.into_iter().collect();
        for (place, &a) in held.iter().enumerate() {
            for &b in &held[place + 1..] {
                shared.entry((a, b)).or_default().push(key);
            }
        }
    }
    let side = |key: usize, cluster: u32| -> Vec<u32> {
        graph.holders[key]
            .iter()
            .copied()
            .filter(|&record| cluster_of[record as usize] == Some(cluster))
            .collect()
    };
    let mut joins: Vec<(usize, Vec<usize>, u32, u32)> = Vec::new();
    for ((a, b), keys) in shared {
        let mut facts: BTreeSet<(Vec<u32>, Vec<u32>)> = BTreeSet::new();
        let mut in_group: BTreeMap<usize, (BTreeSet<u32>, BTreeSet<u32>)> = BTreeMap::new();
        for &key in &keys {
            let (left, right) = (side(key, a), side(key, b));
            let group = graph.keys[key].group;
            if model.is_one_fact(group) {
                let one = in_group.entry(group).or_default();
                one.0.extend(left);
                one.1.extend(right);
            } else {
                facts.insert((left, right));
            }
        }
        facts.extend(
            in_group
                .into_values()
                .map(|(left, right)| (left.into_iter().collect(), right.into_iter().collect())),
        );
        let facts: Vec<Fact<'_>> = facts
            .iter()
            .map(|(left, right)| Fact { left, right })
            .collect();
        if stands_without_one_record(&facts) {
            joins.push((facts.len(), keys, a, b));
        }
    }
    // The best corroborated first; ties by what they share, never by the records' numbers.
    joins.sort_by(|x, y| {
        let ids = |keys: &[usize]| {
            keys.iter()
                .map(|&key| graph.keys[key].key.id)
                .collect::<Vec<_>>()
        };
        y.0.cmp(&x.0).then_with(|| ids(&x.1).cmp(&ids(&y.1)))
    });
    let mut above: Vec<u32> = (0..clusters.len() as u32).collect();
    let mut enemies = graph.enemies(&cluster_of, clusters.len());
    for (_, _, a, b) in joins {
        let (a, b) = (find(&mut above, a), find(&mut above, b));
        if a == b || enemies[a as usize].contains(&b) {
            continue;
        }
        let (root, leaf) = (a.min(b), a.max(b));
        above[leaf as usize] = root;
        for enemy in std::mem::take(&mut enemies[leaf as usize]) {
            enemies[enemy as usize].remove(&leaf);
            enemies[enemy as usize].insert(root);
            enemies[root as usize].insert(enemy);
        }
    }
    let mut joined: BTreeMap<u32, Vec<u32>> = BTreeMap::new();
    for (place, members) in clusters.iter().enumerate() {
        joined
            .entry(find(&mut above, place as u32))
            .or_default()
            .extend(members);
    }
    joined.into_values().collect()
}

/// Whether a fact is left when any one record, of either side, is taken away.
fn stands_without_one_record(facts: &[Fact<'_>]) -> bool {
    let hangs_on_one = |side: fn(&Fact<'_>) -> Vec<u32>| {
        let mut alone: BTreeSet<u32> = BTreeSet::new();
        for fact in facts {
            match side(fact).as_slice() {
                [one] => alone.insert(*one),
                _ => return false,
            };
        }
        alone.len() == 1
    };
    !hangs_on_one(|fact| fact.left.to_vec()) && !hangs_on_one(|fact| fact.right.to_vec())
}
