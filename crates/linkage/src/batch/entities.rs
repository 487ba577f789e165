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
use crate::key::{Decision, RecordId};

/// Records of a side that are compared at most; of more, so many evenly spread.
const MOST_COMPARED: usize = 32;
/// Components that one thread takes at a time.
const PART: usize = 64;

/// What was decided of records, by number: pairs that are together, and pairs that are apart.
#[derive(Debug, Default)]
pub(super) struct Decided {
    together: Vec<(u32, u32)>,
    apart: Vec<(u32, u32)>,
}

impl Decided {
    /// Decisions on records that have a number.
    pub(super) fn new(decisions: &[Decision], number: impl Fn(RecordId) -> Option<u32>) -> Decided {
        let mut decided = Decided::default();
        for decision in decisions {
            let (a, b) = decision.records();
            if let (Some(a), Some(b)) = (number(a), number(b))
                && a != b
            {
                match decision {
                    Decision::MustLink(..) => decided.together.push((a, b)),
                    Decision::CannotLink(..) => decided.apart.push((a, b)),
                }
            }
        }
        decided
    }

    pub(super) fn is_empty(&self) -> bool {
        self.together.is_empty() && self.apart.is_empty()
    }
}

/// Clusters of `count` records: for each record the lowest-numbered record of its cluster.
///
/// Links of more than `threshold` bits join the components within which clusters are sought; a merge needs
/// odds of more than that. What was decided to be together is joined at the end: it may have several faces
/// (names, addresses), and one need not be like the other's neighbours.
pub(super) fn entities<'p>(
    count: usize,
    links: &[WeightedPair],
    decided: &Decided,
    threshold: f64,
    scoring: impl Fn() -> Scoring<'p> + Sync,
    threads: usize,
) -> Vec<u32> {
    let mut components = Components::new(count);
    for link in links.iter().filter(|link| counts(link, count, threshold)) {
        components.join(link.left, link.right);
    }
    let together = components.clone().with(&decided.together).finish();
    let mut clusters = components.finish();
    let decisions = Decisions {
        forbidding: forbidding(decided, &together),
        together,
    };
    refine_as_decided(
        &mut clusters,
        links,
        &decisions,
        threshold,
        scoring,
        threads,
    );
    if decided.together.is_empty() {
        return clusters;
    }
    let of_cluster: Vec<(u32, u32)> = (0_u32..).zip(clusters).collect();
    Components::new(count)
        .with(&of_cluster)
        .with(&decided.together)
        .finish()
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
    let none = Decisions::default();
    refine_as_decided(clusters, links, &none, threshold, scoring, threads);
}

/// What was decided that keeps records apart.
#[derive(Default)]
struct Decisions {
    /// The components of links and must-links together, where anything was decided.
    together: Vec<u32>,
    /// Of those in which some are apart, the decisions.
    forbidding: BTreeMap<u32, Decided>,
}

impl Decisions {
    /// The component that is clustered with a record: the whole in which some are apart, else that of its links.
    fn component(&self, record: u32, clusters: &[u32]) -> u32 {
        let whole = self.together.get(record as usize);
        match whole {
            Some(whole) if self.forbidding.contains_key(whole) => *whole,
            _ => clusters[record as usize],
        }
    }
}

fn refine_as_decided<'p>(
    clusters: &mut [u32],
    links: &[WeightedPair],
    decisions: &Decisions,
    threshold: f64,
    scoring: impl Fn() -> Scoring<'p> + Sync,
    threads: usize,
) {
    let count = clusters.len();
    let mut inside: Vec<Inside> = links
        .iter()
        .filter(|link| counts(link, count, threshold))
        .map(|link| Inside {
            component: decisions.component(link.left, clusters),
            low: link.left.min(link.right),
            high: link.left.max(link.right),
            bits: link.weight,
        })
        .collect();
    inside.sort_unstable_by_key(|link| (link.component, link.low, link.high));
    let none = Decided::default();
    let open: Vec<(&[Inside], &Decided)> = inside
        .chunk_by(|a, b| a.component == b.component)
        .filter_map(|component| {
            let decided = decisions.forbidding.get(&component[0].component);
            let open = decided.is_some() || !is_plain(component, threshold);
            open.then(|| (component, decided.unwrap_or(&none)))
        })
        .collect();
    let parts: Vec<&[(&[Inside], &Decided)]> = open.chunks(PART).collect();
    let merged = |scoring: &mut Scoring<'p>, part: usize| {
        let merged = parts[part]
            .iter()
            .map(|(component, decided)| Merging::new(component, decided, scoring, threshold).run());
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

/// The decisions that concern each component in which some are apart; two records of different
/// components are apart anyway.
fn forbidding(decided: &Decided, components: &[u32]) -> BTreeMap<u32, Decided> {
    let mut forbidding = BTreeMap::<u32, Decided>::new();
    for pair in &decided.apart {
        let [a, b] = [pair.0, pair.1].map(|record| components[record as usize]);
        if a == b {
            forbidding.entry(a).or_default().apart.push(*pair);
        }
    }
    for pair in &decided.together {
        if let Some(of) = forbidding.get_mut(&components[pair.0 as usize]) {
            of.together.push(*pair);
        }
    }
    forbidding
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
fn records_of(component: &[Inside], decided: &Decided) -> Vec<u32> {
    let records = component.iter().flat_map(|link| [link.low, link.high]);
    let together = decided.together.iter().flat_map(|(a, b)| [*a, *b]);
    let records: BTreeSet<u32> = records.chain(together).collect();
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
    let records = records_of(component, &Decided::default()).len();
    component.len() == records * (records - 1) / 2
}

/// One component while its clusters merge.
struct Merging<'c, 'p> {
    scoring: &'c mut Scoring<'p>,
    threshold: f64,
    /// Records of each cluster; empty where it has gone into another.
    members: Vec<Vec<u32>>,
    /// For each cluster those it is linked with, and the evidence between them by class.
    near: Vec<BTreeMap<u32, Vec<f64>>>,
    /// Clusters that will be one, by evidence or decision.
    whole: Components,
    /// For each such whole, by its lowest place, those it is never merged with.
    apart: Vec<BTreeSet<u32>>,
}

impl<'c, 'p> Merging<'c, 'p> {
    fn new(
        component: &[Inside],
        decided: &Decided,
        scoring: &'c mut Scoring<'p>,
        threshold: f64,
    ) -> Self {
        let records = records_of(component, decided);
        let place = |record| records.binary_search(&record).unwrap_or(0) as u32;
        let mut merging = Merging {
            members: records.iter().map(|record| vec![*record]).collect(),
            near: vec![BTreeMap::new(); records.len()],
            whole: Components::new(records.len()),
            apart: vec![BTreeSet::new(); records.len()],
            scoring,
            threshold,
        };
        for (a, b) in &decided.together {
            merging.whole.join(place(*a), place(*b));
        }
        for (a, b) in &decided.apart {
            let [a, b] = [*a, *b].map(|record| merging.whole.lowest(place(record)));
            if a != b {
                merging.apart[a as usize].insert(b);
                merging.apart[b as usize].insert(a);
            }
        }
        for link in component {
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
        for left in 0..self.members.len() as u32 {
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
        let [a, b] = [left, right].map(|cluster| self.whole.lowest(cluster));
        if self.apart[a as usize].contains(&b) {
            return None;
        }
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
        let all: BTreeSet<u32> = of_left.keys().chain(of_right.keys()).copied().collect();
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
        self.join_wholes(left, right);
        let mut gone = std::mem::take(&mut self.members[right as usize]);
        let members = &mut self.members[left as usize];
        members.append(&mut gone);
        members.sort_unstable();
    }

    fn join_wholes(&mut self, left: u32, right: u32) {
        let [a, b] = [left, right].map(|cluster| self.whole.lowest(cluster));
        let (a, b) = (a.min(b), a.max(b));
        if a == b {
            return;
        }
        self.whole.join(a, b);
        for other in std::mem::take(&mut self.apart[b as usize]) {
            self.apart[other as usize].remove(&b);
            self.apart[other as usize].insert(a);
            self.apart[a as usize].insert(other);
        }
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
