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
//! over all pairs between them. The prior counts once, not once a pair. Pairs between two clusters of
//! a and b records are not independent, since a record's error shows in all its pairs: they speak as as
//! many as the harmonic mean of a and b, so each with t = 2 / (a + b).

use std::collections::{BTreeMap, BTreeSet, BinaryHeap};

use super::cluster::{Components, WeightedPair};
use super::predict::Scoring;
use super::threads::in_order;

/// Records of a side that are compared at most; of more, so many evenly spread.
const MOST_COMPARED: usize = 32;
/// Components that one thread takes at a time.
const PART: usize = 64;

/// Clusters of `count` records: for each record the lowest-numbered record of its cluster.
///
/// Links of more than `threshold` bits join the components within which clusters are sought; a merge needs
/// odds of more than that.
pub(super) fn entities<'p>(
    count: usize,
    links: &[WeightedPair],
    threshold: f64,
    scoring: impl Fn() -> Scoring<'p> + Sync,
    threads: usize,
) -> Vec<u32> {
    let mut components = Components::new(count);
    for link in links.iter().filter(|link| counts(link, count, threshold)) {
        components.join(link.left, link.right);
    }
    let mut clusters = components.finish();
    refine(&mut clusters, links, threshold, scoring, threads);
    clusters
}

/// Whether a link joins two records.
pub(super) fn counts(link: &WeightedPair, count: usize, threshold: f64) -> bool {
    let inside = (link.left.max(link.right) as usize) < count;
    inside && link.left != link.right && f64::from(link.weight) > threshold
}

/// Puts clusters in the place of connected components, for those whose links are given; each with all it has.
pub(super) fn refine<'p>(
    clusters: &mut [u32],
    links: &[WeightedPair],
    threshold: f64,
    scoring: impl Fn() -> Scoring<'p> + Sync,
    threads: usize,
) {
    let count = clusters.len();
    let mut inside: Vec<Inside> = links
        .iter()
        .filter(|link| counts(link, count, threshold))
        .map(|link| Inside {
            component: clusters[link.left as usize],
            low: link.left.min(link.right),
            high: link.left.max(link.right),
            bits: link.weight,
        })
        .collect();
    inside.sort_unstable_by_key(|link| (link.component, link.low, link.high));
    let components = inside.chunk_by(|a, b| a.component == b.component);
    let open = components.filter(|component| !is_plain(component, threshold));
    let open: Vec<&[Inside]> = open.collect();
    let parts: Vec<&[&[Inside]]> = open.chunks(PART).collect();
    let merged = |scoring: &mut Scoring<'p>, part: usize| {
        let components = parts[part].iter();
        let merged = components.map(|component| Merging::new(component, scoring, threshold).run());
        merged.collect::<Vec<_>>()
    };
    in_order(threads, parts.len(), scoring, merged, |merged| {
        for members in merged.iter().flatten() {
            for record in members {
                clusters[*record as usize] = members[0];
            }
        }
    });
}

/// A link within a component.
#[derive(Debug, Clone, Copy)]
struct Inside {
    component: u32,
    low: u32,
    high: u32,
    bits: f32,
}

/// The records of a component, ascending.
fn records_of(component: &[Inside]) -> Vec<u32> {
    let records = component.iter().flat_map(|link| [link.low, link.high]);
    let records: BTreeSet<u32> = records.collect();
    records.into_iter().collect()
}

/// Whether all pairs of a component are linked and sure: it is then one cluster without more ado.
fn is_plain(component: &[Inside], threshold: f64) -> bool {
    const SURE: f64 = 10.0;
    if component.len() == 1 {
        return true;
    }
    let sure = |link: &Inside| f64::from(link.bits) > threshold + SURE;
    if !component.iter().all(sure) {
        return false;
    }
    let records = records_of(component).len();
    component.len() == records * (records - 1) / 2
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
    fn new(component: &[Inside], scoring: &'c mut Scoring<'p>, threshold: f64) -> Self {
        let records = records_of(component);
        let mut merging = Merging {
            members: records.iter().map(|record| vec![*record]).collect(),
            near: vec![BTreeMap::new(); records.len()],
            records,
            scoring,
            threshold,
        };
        for link in component {
            let place = |record| merging.records.binary_search(&record).unwrap_or(0) as u32;
            let (low, high) = (place(link.low), place(link.high));
            let evidence = merging.between(low, high);
            merging.near[high as usize].insert(low, evidence.clone());
            merging.near[low as usize].insert(high, evidence);
        }
        merging
    }

    /// The records of each cluster, ascending.
    fn run(mut self) -> Vec<Vec<u32>> {
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
        self.members
    }

    fn merge(&self, left: u32, right: u32) -> Option<Merge> {
        let (left, right) = (left.min(right), left.max(right));
        let evidence = self.near[left as usize].get(&right)?;
        let size = |cluster: u32| self.members[cluster as usize].len() as f64;
        let bits = self
            .scoring
            .bits(evidence, 2.0 / (size(left) + size(right)));
        (bits > self.threshold).then_some(Merge { bits, left, right })
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

/// A merge that may be made, the likeliest greatest; the lower numbers break ties.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Merge {
    bits: f64,
    left: u32,
    right: u32,
}

impl Eq for Merge {}

impl PartialOrd for Merge {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Merge {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        let by_bits = self.bits.total_cmp(&other.bits);
        by_bits.then_with(|| (other.left, other.right).cmp(&(self.left, self.right)))
    }
}
