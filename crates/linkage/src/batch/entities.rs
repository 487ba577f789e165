//! Clusters that read the whole neighbourhood: every pair between two clusters has its say.
//!
//! Links alone lead astray twice. One wrong link joins two families ([`super::Components`]); and a pair
//! without a link may be one that says "no" or one that blocking never made. So here clusters are
//! merged, the likeliest first, by the evidence of *all* pairs between them, compared anew
//! where blocking had not: with the classes of the model, two clusters are one entity with the odds
//!
//! ```text
//! λ_same · ∏ P_same(pair)^t  /  Σ_other λ_other · ∏ P_other(pair)^t
//! ```
//!
//! over the n pairs between them. The prior counts once, not once a pair. Pairs between two
//! clusters are not independent (a record's error shows in all its pairs), so each speaks with
//! t = n^-½: two clusters of four records weigh as four pairs, not sixteen.

use std::collections::{BTreeMap, BinaryHeap};

use super::cluster::{Components, Merge, WeightedPair};
use super::predict::Scoring;

/// Records of a side that are compared at most; of more, so many evenly spread.
const MOST_COMPARED: usize = 32;

/// Clusters of `count` records by the evidence between them. `links` join components within which
/// clusters are sought; a merge needs odds of more than `threshold` bits.
pub(super) fn entities(
    count: usize,
    links: &[WeightedPair],
    floor: f32,
    threshold: f64,
    scoring: &mut Scoring<'_>,
) -> Vec<u32> {
    let mut components = Components::new(count);
    let valid = |link: &&WeightedPair| {
        let inside = (link.left.max(link.right) as usize) < count;
        inside && link.left != link.right && link.weight > floor
    };
    for link in links.iter().filter(valid) {
        components.join(link.left, link.right);
    }
    let mut clusters = components.finish();
    let mut inside: Vec<(u32, u32, u32, f32)> = links
        .iter()
        .filter(valid)
        .map(|link| {
            let (low, high) = (link.left.min(link.right), link.left.max(link.right));
            (clusters[low as usize], low, high, link.weight)
        })
        .collect();
    inside.sort_unstable_by_key(|link| (link.0, link.1, link.2));
    for component in inside.chunk_by(|a, b| a.0 == b.0) {
        if !is_plain(component, threshold) {
            let mut merging = Merging::new(component, scoring, threshold);
            merging.run(&mut clusters);
        }
    }
    clusters
}

/// Whether all pairs of a component are linked and sure: it is then one cluster without more ado.
fn is_plain(component: &[(u32, u32, u32, f32)], threshold: f64) -> bool {
    const SURE: f64 = 10.0;
    if component.len() == 1 {
        return f64::from(component[0].3) > threshold;
    }
    let mut records: Vec<u32> = component.iter().flat_map(|link| [link.1, link.2]).collect();
    records.sort_unstable();
    records.dedup();
    let all = records.len() * (records.len() - 1) / 2;
    component.len() == all
        && component
            .iter()
            .all(|link| f64::from(link.3) > threshold + SURE)
}

/// One component while its clusters merge.
struct Merging<'c, 'p> {
    scoring: &'c mut Scoring<'p>,
    threshold: f64,
    records: Vec<u32>,
    /// Records of each cluster; empty where it has gone into another.
    members: Vec<Vec<u32>>,
    /// For each cluster those it is linked with, and the evidence between them by class.
    near: Vec<BTreeMap<u32, Vec<f64>>>,
}

impl<'c, 'p> Merging<'c, 'p> {
    fn new(
        component: &[(u32, u32, u32, f32)],
        scoring: &'c mut Scoring<'p>,
        threshold: f64,
    ) -> Self {
        let mut records: Vec<u32> = component.iter().flat_map(|link| [link.1, link.2]).collect();
        records.sort_unstable();
        records.dedup();
        let mut merging = Merging {
            members: records.iter().map(|record| vec![*record]).collect(),
            near: vec![BTreeMap::new(); records.len()],
            records,
            scoring,
            threshold,
        };
        for (_, low, high, _) in component {
            let place = |record| merging.records.binary_search(record).unwrap_or(0) as u32;
            let (low, high) = (place(low), place(high));
            let evidence = merging.between(low, high);
            merging.near[high as usize].insert(low, evidence.clone());
            merging.near[low as usize].insert(high, evidence);
        }
        merging
    }

    fn run(&mut self, clusters: &mut [u32]) {
        let mut merges = BinaryHeap::new();
        for left in 0..self.near.len() as u32 {
            let near = self.near[left as usize].keys();
            let later = near.filter(|right| **right > left);
            merges.extend(later.filter_map(|right| self.merge(left, *right)));
        }
        while let Some(merge) = merges.pop() {
            // stale where either side has grown, or is no more, since
            if self.merge(merge.left, merge.right) != Some(merge) {
                continue;
            }
            self.join(merge.left, merge.right);
            let near = self.near[merge.left as usize].keys();
            merges.extend(near.filter_map(|near| self.merge(merge.left, *near)));
        }
        for members in &self.members {
            for record in members {
                clusters[*record as usize] = members[0];
            }
        }
    }

    fn merge(&self, left: u32, right: u32) -> Option<Merge> {
        let (left, right) = (left.min(right), left.max(right));
        let evidence = self.near[left as usize].get(&right)?;
        let (a, b) = (self.members[left as usize].len() as f64, self.members[right as usize].len() as f64);
        let t = match std::env::var("TM").as_deref() { Ok("max") => 1.0 / a.max(b), Ok("har") => 2.0 / (a + b), _ => (a * b).powf(-0.5) };
        let bits = self.scoring.bits(evidence, t);
        (bits > self.threshold).then_some(Merge {
            mean: bits,
            left,
            right,
        })
    }

    /// Joins two clusters under the lower number.
    fn join(&mut self, left: u32, right: u32) {
        let mut of_left = std::mem::take(&mut self.near[left as usize]);
        let mut of_right = std::mem::take(&mut self.near[right as usize]);
        of_left.remove(&right);
        of_right.remove(&left);
        let mut joined = BTreeMap::new();
        let all: std::collections::BTreeSet<u32> =
            of_left.keys().chain(of_right.keys()).copied().collect();
        for near in all {
            let mut a = of_left
                .remove(&near)
                .unwrap_or_else(|| self.between(left, near));
            let b = of_right
                .remove(&near)
                .unwrap_or_else(|| self.between(right, near));
            a.iter_mut().zip(b).for_each(|(a, b)| *a += b);
            joined.insert(near, a);
        }
        for (near, evidence) in &joined {
            let of_near = &mut self.near[*near as usize];
            of_near.remove(&right);
            of_near.insert(left, evidence.clone());
        }
        self.near[left as usize] = joined;
        let mut gone = std::mem::take(&mut self.members[right as usize]);
        let members = &mut self.members[left as usize];
        members.append(&mut gone);
        members.sort_unstable();
    }

    /// The evidence of all pairs between two clusters, by class.
    fn between(&mut self, left: u32, right: u32) -> Vec<f64> {
        let mut evidence = self.scoring.no_evidence();
        let (left, right) = (&self.members[left as usize], &self.members[right as usize]);
        let (a, b) = (spread(left), spread(right));
        let scale = (left.len() * right.len()) as f64 / (a.len() * b.len()) as f64;
        for left in &a {
            for right in &b {
                self.scoring.add_evidence(*left, *right, &mut evidence);
            }
        }
        evidence.iter_mut().for_each(|value| *value *= scale);
        evidence
    }
}

fn spread(members: &[u32]) -> Vec<u32> {
    let count = members.len().min(MOST_COMPARED);
    (0..count)
        .map(|at| members[at * members.len() / count])
        .collect()
}
