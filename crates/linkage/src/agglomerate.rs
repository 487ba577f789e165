//! Agglomeration over key histograms: nearest-neighbour chains, without a list of pairs.
//!
//! A cluster is its size and, for each key, how many of its records hold it. Two clusters score
//!
//! ```text
//! Σ over groups  min(ceiling, Σ w·pull(A)·pull(B))      pull = strength·share^dilution
//! ```
//!
//! `share` is the part of the cluster that holds the key, `strength` how far those records may speak
//! for its group (see `Bundles`). The dilution is the model's, by kind. At 1 the score is the mean
//! weight of the pairs; at 0 it asks only whether both hold the key, as it must for what a gang uses up:
//! the eras of a gang that changes its accounts share the one account that it took again. What
//! strangers share by chance is diluted, since a large cluster meets chance more often.
//!
//! Two rules keep chance and mistakes from joining what is large. The score that is needed grows with
//! the records of the smaller cluster that are no *witnesses*, which hold a key that as many of the
//! other hold: of two gangs of twenty that are one more is known than an account that one of each
//! names, and ten that all name the account of ten others are of them. And what only one record
//! of a cluster of more than [`FEW`] holds, undiluted, counts [`LONE`]: it may be a mule's, a slip, or the
//! record of a person whom both gangs robbed. Chains of nearest neighbours are followed until nothing
//! joins.
//!
//! A neighbour must share a key, and each key keeps the nodes that hold it, the strongest pull
//! first. A pull that grows when clusters join is written anew, so an entry is always an upper
//! bound, and a search stops as soon as no cluster still unseen could be nearer than the best
//! one found. Lists are written anew when half of their entries lie in the same clusters.
//!
//! Cost: a pass makes at most about three searches a node. A search reads the short lists first
//! and looks at [`CANDIDATES`] clusters at most, so n records that share a key cost about n. A bounded
//! search may miss a slightly nearer neighbour among more than [`CANDIDATES`] clusters that all
//! score alike; it stays deterministic, because everything here is numbered by content.

/// Clusters that one search looks at.
const CANDIDATES: usize = 512;

/// Passes over all clusters. The first joins nearly everything, since a new cluster is searched
/// like any other; the rest catches what joined with a cluster that was already done.
const PASSES: usize = 32;

/// Records of which one may be wrong without the others saying so.
const FEW: f64 = 3.0;
/// What counts of an undiluted key that one record of a larger cluster holds alone.
const LONE: f64 = 0.75;

/// Room for the rounding of sums in a bound, so that it never lies under what it bounds.
const ROUNDING: f64 = 1.0 + 1e-9;

/// Something to cluster: records that are together from the start.
pub(crate) struct Node {
    /// Records in it.
    pub(crate) size: f64,
    /// What it holds, by key, ascending.
    pub(crate) histogram: Vec<Held>,
    /// Nodes that must not come into its cluster.
    pub(crate) enemies: Vec<u32>,
}

/// What a cluster holds of one key.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Held {
    pub(crate) key: u32,
    /// Records that hold it.
    pub(crate) count: f64,
    /// Sum of how far each of them may speak, 0 to 1 each.
    pub(crate) strength: f64,
}

/// What a key is worth between two clusters.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Worth {
    /// In bits.
    pub(crate) weight: f64,
    /// Place of its group in the ceilings.
    pub(crate) group: usize,
    pub(crate) dilution: Dilution,
}

/// By what power of its share in a cluster a key counts there.
///
/// Zero, one, or one divided by a power of two, so that it is made of square roots, which every
/// machine rounds alike.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Dilution {
    /// The power zero: holding it is enough.
    None,
    /// The power 1/2ⁿ: so many square roots.
    Roots(u8),
}

impl Dilution {
    /// The dilution of this power: 0, 1, 0.5, 0.25, 0.125 or 0.0625.
    pub(crate) fn of_power(power: f64) -> Option<Self> {
        if power == 0.0 {
            return Some(Self::None);
        }
        (0..=4)
            .find(|&roots| power * f64::from(1_u32 << roots) == 1.0)
            .map(|roots| Self::Roots(roots as u8))
    }

    fn apply(self, share: f64) -> f64 {
        match self {
            Self::None => 1.0,
            Self::Roots(roots) => (0..roots).fold(share, |share, _| share.sqrt()),
        }
    }
}

/// From which score two clusters join.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Thresholds {
    /// When the smaller is one record.
    pub(crate) single: f64,
    /// More for each further record of the smaller that is no witness.
    pub(crate) growth: f64,
    /// Never more than this.
    pub(crate) most: f64,
}

impl Thresholds {
    /// For a smaller cluster of so many records, so many of which hold one key that as many of the
    /// other hold.
    fn needed(self, smaller: f64, witnesses: f64) -> f64 {
        (self.single + self.growth * (smaller - witnesses.max(1.0))).min(self.most)
    }
}

/// Clusters nodes; returns for each node the smallest node of its cluster.
///
/// The order of `nodes` and the numbers of keys break ties, so both must come from content.
pub(crate) fn agglomerate(
    nodes: Vec<Node>,
    worths: &[Worth],
    ceilings: &[f64],
    thresholds: Thresholds,
) -> Vec<u32> {
    let count = nodes.len() as u32;
    let mut clusters = Clusters::new(nodes, worths, ceilings, thresholds);
    for _ in 0..PASSES {
        if !follow_chains(&mut clusters) {
            break;
        }
    }
    (0..count).map(|node| clusters.find(node)).collect()
}

/// Joins nearest neighbours until no cluster has one; says whether any were joined.
fn follow_chains(clusters: &mut Clusters) -> bool {
    let count = clusters.nodes.len();
    let mut any_joined = false;
    let mut finished = vec![false; count];
    let mut chain: Vec<u32> = Vec::new();
    let mut place_in_chain: Vec<u32> = vec![u32::MAX; count];
    for start in 0..count as u32 {
        loop {
            if chain.is_empty() {
                let start = clusters.find(start);
                if finished[start as usize] {
                    break;
                }
                place_in_chain[start as usize] = 0;
                chain.push(start);
            }
            let tip = *chain.last().expect("pushed above when empty");
            let before = chain.len().checked_sub(2).map(|place| chain[place]);
            match clusters.nearest(tip, before) {
                None => {
                    finished[tip as usize] = true;
                    place_in_chain[tip as usize] = u32::MAX;
                    chain.pop();
                }
                Some(nearest) if place_in_chain[nearest as usize] == u32::MAX => {
                    place_in_chain[nearest as usize] = chain.len() as u32;
                    chain.push(nearest);
                }
                Some(nearest) => {
                    // The predecessor; or someone before it, by rounding or because the score is
                    // not reducible: what lies between is let go.
                    for member in chain.drain(place_in_chain[nearest as usize] as usize..) {
                        place_in_chain[member as usize] = u32::MAX;
                    }
                    clusters.join(tip, nearest);
                    finished[tip.min(nearest) as usize] = false;
                    any_joined = true;
                }
            }
        }
    }
    any_joined
}

struct Clusters<'a> {
    worths: &'a [Worth],
    ceilings: &'a [f64],
    thresholds: Thresholds,
    parent: Vec<u32>,
    nodes: Vec<Node>,
    /// By key: (pull of the cluster that holds it, node), strongest first, perhaps outdated.
    holders: Vec<Vec<(f64, u32)>>,
    /// By key: clusters that hold it.
    live: Vec<u32>,
    /// By key: the pull of the cluster under search; zero outside a search.
    pulls: Vec<f64>,
    /// By cluster: the last search that saw it.
    seen: Vec<u32>,
    search: u32,
}

impl<'a> Clusters<'a> {
    fn new(
        mut nodes: Vec<Node>,
        worths: &'a [Worth],
        ceilings: &'a [f64],
        thresholds: Thresholds,
    ) -> Self {
        let mut live = vec![0_u32; worths.len()];
        for node in &nodes {
            for held in &node.histogram {
                live[held.key as usize] += 1;
            }
        }
        let mut holders: Vec<Vec<(f64, u32)>> = vec![Vec::new(); worths.len()];
        for (node, place) in nodes.iter_mut().zip(0..) {
            // What one cluster holds alone can join nothing.
            node.histogram.retain(|held| live[held.key as usize] > 1);
            for held in &node.histogram {
                holders[held.key as usize].push((pull(worths, held, node.size), place));
            }
        }
        for list in &mut holders {
            strongest_first(list);
        }
        let count = nodes.len();
        Self {
            worths,
            ceilings,
            thresholds,
            parent: (0..count as u32).collect(),
            nodes,
            holders,
            live,
            pulls: vec![0.0; worths.len()],
            seen: vec![0; count],
            search: 0,
        }
    }

    fn find(&mut self, node: u32) -> u32 {
        find(&mut self.parent, node)
    }

    /// The cluster with the highest score among those that score enough; `before` wins ties.
    fn nearest(&mut self, tip: u32, before: Option<u32>) -> Option<u32> {
        let size = self.nodes[tip as usize].size;
        let mut lists: Vec<(usize, u32, f64)> = Vec::new();
        for held in &self.nodes[tip as usize].histogram {
            let key = held.key as usize;
            let own = pull(self.worths, held, size);
            self.pulls[key] = own;
            if let Some(&(strongest, _)) = self.holders[key].first() {
                let bound = self.worths[key].weight * own * strongest;
                lists.push((self.holders[key].len(), held.key, bound));
            }
        }
        // Short lists first: they name the most particular candidates.
        lists.sort_unstable_by_key(|&(length, key, _)| (length, key));
        let mut rest: f64 = lists.iter().map(|&(.., bound)| bound).sum();

        self.search += 1;
        self.seen[tip as usize] = self.search;
        let mut best: Option<(u32, f64)> = None;
        if let Some(before) = before {
            self.seen[before as usize] = self.search;
            let score = self.score(tip, before);
            if score >= 0.0 {
                best = Some((before, score));
            }
        }
        let needed = self.thresholds.needed(1.0, 1.0);
        let mut looked_at = 0;
        'lists: for (length, key, bound) in lists {
            rest = (rest - bound).max(0.0);
            let own = self.worths[key as usize].weight * self.pulls[key as usize];
            for place in 0..length {
                let (strongest, node) = self.holders[key as usize][place];
                let most = (own * strongest + rest) * ROUNDING - needed;
                if most < 0.0 || best.is_some_and(|(_, score)| most <= score) {
                    break 'lists;
                }
                let cluster = find(&mut self.parent, node);
                if self.seen[cluster as usize] == self.search {
                    continue;
                }
                self.seen[cluster as usize] = self.search;
                if self.are_enemies(tip, cluster) {
                    continue;
                }
                looked_at += 1;
                if looked_at > CANDIDATES {
                    break 'lists;
                }
                let score = self.score(tip, cluster);
                if score >= 0.0 && best.is_none_or(|(_, other)| score > other) {
                    best = Some((cluster, score));
                }
            }
        }
        for held in &self.nodes[tip as usize].histogram {
            self.pulls[held.key as usize] = 0.0;
        }
        Some(best?.0)
    }

    /// By how much the score of the cluster under search and another exceeds what is needed.
    ///
    /// Keys ascend and the two pulls meet first, so it is the same from both sides to the last
    /// bit, whichever histogram is walked.
    fn score(&self, tip: u32, other: u32) -> f64 {
        let (a, b) = (&self.nodes[tip as usize], &self.nodes[other as usize]);
        let mut sums = Sums::new(self.ceilings);
        // Records of the one cluster that hold what as many of the other hold, at best.
        let mut witnesses = 0.0_f64;
        let mut both_hold = |held: &Held, others: &Held| {
            let worth = &self.worths[held.key as usize];
            let mut both = self.pulls[held.key as usize] * pull(self.worths, others, b.size);
            if worth.dilution == Dilution::None {
                for (held, size) in [(held, a.size), (others, b.size)] {
                    if held.count == 1.0 && size > FEW {
                        both *= LONE;
                    }
                }
                witnesses = witnesses.max(held.count.min(others.count));
            }
            sums.add(worth, both);
        };
        if b.histogram.len() <= 16 * a.histogram.len() {
            let mut own = a.histogram.iter().peekable();
            for others in &b.histogram {
                if self.pulls[others.key as usize] > 0.0 {
                    while own.next_if(|held| held.key < others.key).is_some() {}
                    if let Some(held) = own.peek() {
                        both_hold(held, others);
                    }
                }
            }
        } else {
            for held in &a.histogram {
                if let Ok(place) = b.histogram.binary_search_by_key(&held.key, |held| held.key) {
                    both_hold(held, &b.histogram[place]);
                }
            }
        }
        let needed = self.thresholds.needed(a.size.min(b.size), witnesses);
        sums.under_ceilings() - needed
    }

    fn are_enemies(&mut self, a: u32, b: u32) -> bool {
        let (fewer, other) =
            if self.nodes[a as usize].enemies.len() <= self.nodes[b as usize].enemies.len() {
                (a, b)
            } else {
                (b, a)
            };
        let enemies = &self.nodes[fewer as usize].enemies;
        enemies
            .iter()
            .any(|&enemy| find(&mut self.parent, enemy) == other)
    }

    fn join(&mut self, a: u32, b: u32) {
        let (kept, gone) = (a.min(b), a.max(b));
        self.parent[gone as usize] = kept;
        let absorbed = std::mem::take(&mut self.nodes[gone as usize].histogram);
        let enemies = std::mem::take(&mut self.nodes[gone as usize].enemies);
        let size = self.nodes[gone as usize].size;
        let cluster = &mut self.nodes[kept as usize];
        let (left_size, right_size) = (cluster.size, size);
        cluster.size += size;
        // The list of the one with fewer is read in `are_enemies`, so both must be complete.
        cluster.enemies.extend(enemies);

        let mut outdated = Vec::new();
        let mut merged = Vec::with_capacity(cluster.histogram.len() + absorbed.len());
        let mut left = std::mem::take(&mut cluster.histogram)
            .into_iter()
            .peekable();
        let mut right = absorbed.into_iter().peekable();
        loop {
            let held = match (left.peek(), right.peek()) {
                (Some(&x), Some(&y)) if x.key == y.key => {
                    left.next();
                    right.next();
                    let live = &mut self.live[x.key as usize];
                    *live -= 1;
                    if *live == 1 {
                        self.holders[x.key as usize] = Vec::new();
                        continue;
                    }
                    let both = Held {
                        key: x.key,
                        count: x.count + y.count,
                        strength: x.strength + y.strength,
                    };
                    let before =
                        pull(self.worths, &x, left_size).max(pull(self.worths, &y, right_size));
                    if (*live as usize) * 2 < self.holders[x.key as usize].len()
                        || pull(self.worths, &both, cluster.size) > before
                    {
                        outdated.push(x.key);
                    }
                    both
                }
                (Some(x), Some(y)) if x.key > y.key => right.next().expect("peeked"),
                (Some(_), _) => left.next().expect("peeked"),
                (None, Some(_)) => right.next().expect("peeked"),
                (None, None) => break,
            };
            merged.push(held);
        }
        cluster.histogram = merged;
        for key in outdated {
            self.rewrite(key);
        }
    }

    /// Writes the holders of a key anew: each cluster once, with its pull of today.
    fn rewrite(&mut self, key: u32) {
        let list = std::mem::take(&mut self.holders[key as usize]);
        let mut clusters: Vec<u32> = list
            .into_iter()
            .map(|(_, node)| find(&mut self.parent, node))
            .collect();
        clusters.sort_unstable();
        clusters.dedup();
        let mut list: Vec<(f64, u32)> = clusters
            .into_iter()
            .filter_map(|cluster| {
                let node = &self.nodes[cluster as usize];
                let place = node
                    .histogram
                    .binary_search_by_key(&key, |held| held.key)
                    .ok()?;
                Some((
                    pull(self.worths, &node.histogram[place], node.size),
                    cluster,
                ))
            })
            .collect();
        strongest_first(&mut list);
        self.holders[key as usize] = list;
    }
}

/// How far a cluster speaks with a key, 0 to 1.
fn pull(worths: &[Worth], held: &Held, size: f64) -> f64 {
    let dilution = worths[held.key as usize].dilution;
    held.strength / held.count * dilution.apply(held.count / size)
}

/// Groups whose sums need no allocation: nearly all models have fewer.
const FEW_GROUPS: usize = 24;

/// Sums of bits by group.
struct Sums<'a> {
    ceilings: &'a [f64],
    few: [f64; FEW_GROUPS],
    many: Vec<f64>,
}

impl<'a> Sums<'a> {
    fn new(ceilings: &'a [f64]) -> Self {
        let many = if ceilings.len() > FEW_GROUPS {
            vec![0.0; ceilings.len()]
        } else {
            Vec::new()
        };
        Self {
            ceilings,
            few: [0.0; FEW_GROUPS],
            many,
        }
    }

    fn add(&mut self, worth: &Worth, both: f64) {
        let sums = if self.many.is_empty() {
            &mut self.few[..]
        } else {
            &mut self.many[..]
        };
        sums[worth.group] += worth.weight * both;
    }

    fn under_ceilings(&self) -> f64 {
        let sums = if self.many.is_empty() {
            &self.few[..]
        } else {
            &self.many[..]
        };
        let capped = sums.iter().zip(self.ceilings);
        capped.map(|(sum, ceiling)| sum.min(*ceiling)).sum()
    }
}

fn strongest_first(list: &mut [(f64, u32)]) {
    list.sort_unstable_by(|x, y| y.0.total_cmp(&x.0).then(x.1.cmp(&y.1)));
}

/// The smallest node of the set, with path halving.
pub(crate) fn find(parent: &mut [u32], mut node: u32) -> u32 {
    while parent[node as usize] != node {
        parent[node as usize] = parent[parent[node as usize] as usize];
        node = parent[node as usize];
    }
    node
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn nodes(keys_of_nodes: &[Vec<u32>]) -> Vec<Node> {
        keys_of_nodes
            .iter()
            .map(|keys| Node {
                size: 1.0,
                histogram: keys.iter().map(|&key| held(key, 1.0)).collect(),
                enemies: Vec::new(),
            })
            .collect()
    }

    fn held(key: u32, strength: f64) -> Held {
        Held {
            key,
            count: 1.0,
            strength,
        }
    }

    /// All in one group without a ceiling.
    fn worths(weights: &[f64], power: f64) -> Vec<Worth> {
        weights
            .iter()
            .map(|&weight| Worth {
                weight,
                group: 0,
                dilution: Dilution::of_power(power).unwrap(),
            })
            .collect()
    }

    const NO_CEILING: &[f64] = &[f64::INFINITY];

    /// How much of a key a node holds: never the same twice, so no two scores are equal and there
    /// is one right answer.
    fn much(node: usize, key: u32) -> f64 {
        0.5 + (f64::from(2 + key) + 24.0 * node as f64).sqrt().fract() / 2.0
    }

    fn only(threshold: f64) -> Thresholds {
        Thresholds {
            single: threshold,
            growth: 0.0,
            most: threshold,
        }
    }

    /// The definition: join the best pair of all until none reaches the threshold.
    fn greedy(keys_of_nodes: &[Vec<u32>], weights: &[f64], threshold: f64) -> Vec<u32> {
        let pair = |a: usize, b: usize| -> f64 {
            let shared = keys_of_nodes[a]
                .iter()
                .filter(|key| keys_of_nodes[b].contains(key));
            shared
                .map(|&key| weights[key as usize] * much(a, key) * much(b, key))
                .sum()
        };
        let mut clusters: Vec<Vec<usize>> = (0..keys_of_nodes.len()).map(|n| vec![n]).collect();
        loop {
            let mut best: Option<(f64, usize, usize)> = None;
            for (i, a) in clusters.iter().enumerate() {
                for (j, b) in clusters.iter().enumerate().skip(i + 1) {
                    let sum: f64 = a
                        .iter()
                        .flat_map(|&x| b.iter().map(move |&y| pair(x, y)))
                        .sum();
                    let score = sum / (a.len() * b.len()) as f64;
                    if score >= threshold && best.is_none_or(|(other, ..)| score > other) {
                        best = Some((score, i, j));
                    }
                }
            }
            let Some((_, i, j)) = best else { break };
            let absorbed = clusters.remove(j);
            clusters[i].extend(absorbed);
        }
        let mut smallest = vec![0; keys_of_nodes.len()];
        for cluster in clusters {
            let least = *cluster.iter().min().unwrap();
            cluster
                .iter()
                .for_each(|&node| smallest[node] = least as u32);
        }
        smallest
    }

    proptest! {
        /// Fully diluted, the score is the mean of all pairs, which is reducible: there the chains build
        /// what joining the best pair of all each time builds.
        #[test]
        fn chains_of_means_build_what_the_definition_says(
            sets in prop::collection::vec(prop::collection::btree_set(0_u32..24, 0..6), 0..24),
        ) {
            let sets: Vec<Vec<u32>> = sets.into_iter().map(|s| s.into_iter().collect()).collect();
            let weights: Vec<f64> = (0..24).map(|key| f64::from(4 + key).sqrt()).collect();
            let mut unequal = nodes(&sets);
            for (place, node) in unequal.iter_mut().enumerate() {
                for held in &mut node.histogram {
                    held.strength = much(place, held.key);
                }
            }
            let found = agglomerate(unequal, &worths(&weights, 1.0), NO_CEILING, only(2.1));
            prop_assert_eq!(found, greedy(&sets, &weights, 2.1));
        }

        /// Nothing is left that scores enough, by the formula and without lists or bounds.
        #[test]
        fn nothing_is_left_to_join(
            sets in prop::collection::btree_set(prop::collection::btree_set(0_u32..12, 0..5), 0..40),
        ) {
            let sets: Vec<Vec<u32>> = sets.into_iter().map(|s| s.into_iter().collect()).collect();
            let weights: Vec<f64> = (0..12).map(|key| 2.0 + f64::from(key) / 2.0).collect();
            let powers = [0.0, 0.25, 1.0];
            let worths: Vec<Worth> = weights
                .iter()
                .zip(0..)
                .map(|(&weight, key)| Worth {
                    weight,
                    group: key % 2,
                    dilution: Dilution::of_power(powers[key % 3]).unwrap(),
                })
                .collect();
            let ceilings = [9.0, 11.0];
            let thresholds = Thresholds { single: 4.0, growth: 1.5, most: 14.0 };
            let found = agglomerate(nodes(&sets), &worths, &ceilings, thresholds);
            let cluster = |number: usize| -> Vec<&Vec<u32>> {
                (0..sets.len()).filter(|&n| found[n] == number as u32).map(|n| &sets[n]).collect()
            };
            for x in 0..sets.len() {
                for y in 0..x {
                    let (a, b) = (cluster(x), cluster(y));
                    if a.is_empty() || b.is_empty() {
                        continue;
                    }
                    let share = |of: &[&Vec<u32>], key: u32| {
                        of.iter().filter(|keys| keys.contains(&key)).count() as f64 / of.len() as f64
                    };
                    let (mut sums, mut witnesses) = ([0.0; 2], 1.0_f64);
                    for key in 0..12_usize {
                        let (alpha, beta) = (share(&a, key as u32), share(&b, key as u32));
                        if alpha * beta == 0.0 {
                            continue;
                        }
                        let mut both = weights[key] * (alpha * beta).powf(powers[key % 3]);
                        if powers[key % 3] == 0.0 {
                            let counts = [(alpha, a.len()), (beta, b.len())]
                                .map(|(share, size)| (share * size as f64, size));
                            let lone = |&(count, size): &(f64, usize)| count < 1.5 && size > 3;
                            both *= 0.75_f64.powi(counts.iter().filter(|held| lone(held)).count() as i32);
                            witnesses = witnesses.max(counts[0].0.min(counts[1].0));
                        }
                        sums[key % 2] += both;
                    }
                    let score = sums[0].min(ceilings[0]) + sums[1].min(ceilings[1]);
                    let smaller = a.len().min(b.len()) as f64;
                    let needed = (4.0 + 1.5 * (smaller - witnesses)).min(14.0);
                    prop_assert!(score < needed + 1e-9, "{score} {needed}");
                }
            }
        }
    }

    #[test]
    fn enemies_never_meet() {
        let sets = vec![vec![0, 1], vec![0, 2], vec![0, 1, 2]];
        let mut with_enemies = nodes(&sets);
        with_enemies[0].enemies.push(1);
        with_enemies[1].enemies.push(0);
        let worths = worths(&[9.0, 9.0, 9.0], 0.0);
        let found = agglomerate(with_enemies, &worths, NO_CEILING, only(1.0));
        assert_ne!(found[0], found[1]);
        assert_eq!(
            agglomerate(nodes(&sets), &worths, NO_CEILING, only(1.0)),
            [0, 0, 0]
        );
    }
}
