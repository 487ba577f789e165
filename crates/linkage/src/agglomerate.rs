//! Agglomeration over key histograms: nearest-neighbour chains, without a list of pairs.
//!
//! A cluster is its size and how much of each key it holds; the share of key k that A holds is
//! `α_k = a_k/|A|`. Two histograms are all that a score needs. There are two phases:
//!
//! 1. *Mean*: `Σ w·α·β`, the mean weight of the pairs between two clusters, at least the
//!    threshold. A mean is reducible (joining two clusters never brings a third nearer than the
//!    nearer of them was), so following nearest neighbours until two point at each other builds
//!    the clusters that joining the best pair of all each time would build, without a heap.
//! 2. *Overlap*: `Σ w·min(α, β)`, the intersection of the histograms: what the clusters share if
//!    their records are matched one to one. For one record against a cluster that is the mean
//!    again, but two eras of a gang that overlap in half of their records are not diluted twice.
//!    The threshold falls as the smaller cluster grows, because the same score then comes through
//!    more records, and one wrong record cannot bring it (see [`Thresholds`]). Chains are
//!    followed until nothing joins.
//!
//! A neighbour must share a key, and each key keeps the nodes that hold it, the largest share
//! first. Shares only fall when clusters join, so an entry written long ago is still an upper
//! bound, and a search stops as soon as no cluster still unseen could be nearer than the best
//! one found. Lists are written anew when half of their entries lie in the same clusters.
//!
//! Cost: a pass makes at most about three searches a node. A search reads the short lists first
//! and looks at [`CANDIDATES`] clusters at most; a key that n records hold and that decides the
//! matter is left after its first entries, so n records that share it cost about n. A bounded
//! search may miss a slightly nearer neighbour among more than [`CANDIDATES`] clusters that all
//! score alike; it stays deterministic, because everything here is numbered by content.

/// Clusters that one search looks at.
const CANDIDATES: usize = 512;

/// Passes over the overlaps. The first joins nearly everything, since a new cluster is searched
/// like any other; the rest catches what joined with a cluster that was already done.
const PASSES: usize = 32;

/// Room for the rounding of sums in a bound, so that it never lies under what it bounds.
const ROUNDING: f64 = 1.0 + 1e-9;

/// Something to cluster: records that are together from the start.
pub(crate) struct Node {
    /// Records in it.
    pub(crate) size: f64,
    /// How much of each key it holds, by key, ascending.
    pub(crate) histogram: Vec<(u32, f64)>,
    /// Nodes that must not come into its cluster.
    pub(crate) enemies: Vec<u32>,
}

/// From which score two clusters join.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Thresholds {
    /// For single records, and for any mean.
    pub(crate) small: f64,
    /// For the overlap of clusters without end.
    pub(crate) large: f64,
    /// What one record may carry by mistake from one cluster to another, in bits. Spread over the
    /// smaller cluster and added to `large` it is what an overlap needs, never over `small`.
    pub(crate) bridge: f64,
}

/// Clusters nodes; returns for each node the smallest node of its cluster.
///
/// The order of `nodes` and the numbers of keys break ties, so both must come from content.
pub(crate) fn agglomerate(nodes: Vec<Node>, weights: &[f64], thresholds: Thresholds) -> Vec<u32> {
    let count = nodes.len() as u32;
    let mut clusters = Clusters::new(nodes, weights, thresholds);
    follow_chains(&mut clusters);
    clusters.linkage = Linkage::Overlap;
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
                    // The predecessor; or someone before it, by rounding or because an overlap is
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

/// How two clusters are scored.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Linkage {
    /// `Σ w·α·β`, the mean weight of their pairs.
    Mean,
    /// `Σ w·min(α, β)`, the intersection of their histograms.
    Overlap,
}

impl Linkage {
    fn of(self, alpha: f64, beta: f64) -> f64 {
        match self {
            Self::Mean => alpha * beta,
            Self::Overlap => alpha.min(beta),
        }
    }
}

struct Clusters<'a> {
    weights: &'a [f64],
    thresholds: Thresholds,
    linkage: Linkage,
    parent: Vec<u32>,
    nodes: Vec<Node>,
    /// By key: (share of the cluster that holds it, node), largest share first, perhaps outdated.
    holders: Vec<Vec<(f64, u32)>>,
    /// By key: clusters that hold it.
    live: Vec<u32>,
    /// What the cluster under search holds, by key; zero outside a search.
    held: Vec<f64>,
    /// By cluster: the last search that saw it.
    seen: Vec<u32>,
    search: u32,
}

impl<'a> Clusters<'a> {
    fn new(mut nodes: Vec<Node>, weights: &'a [f64], thresholds: Thresholds) -> Self {
        let mut live = vec![0_u32; weights.len()];
        for node in &nodes {
            for &(key, _) in &node.histogram {
                live[key as usize] += 1;
            }
        }
        let mut holders: Vec<Vec<(f64, u32)>> = vec![Vec::new(); weights.len()];
        for (node, place) in nodes.iter_mut().zip(0..) {
            // What one cluster holds alone can join nothing.
            node.histogram.retain(|&(key, _)| live[key as usize] > 1);
            for &(key, much) in &node.histogram {
                holders[key as usize].push((much / node.size, place));
            }
        }
        for list in &mut holders {
            sort_by_share(list);
        }
        let count = nodes.len();
        Self {
            weights,
            thresholds,
            linkage: Linkage::Mean,
            parent: (0..count as u32).collect(),
            nodes,
            holders,
            live,
            held: vec![0.0; weights.len()],
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
        let mut lists: Vec<(usize, u32, f64, f64)> = Vec::new();
        for &(key, much) in &self.nodes[tip as usize].histogram {
            self.held[key as usize] = much;
            let list = &self.holders[key as usize];
            if let Some(&(largest, _)) = list.first() {
                let weight = self.weights[key as usize];
                let bound = weight * self.linkage.of(much / size, largest);
                lists.push((list.len(), key, much / size, bound));
            }
        }
        // Short lists first: they name the most particular candidates.
        lists.sort_unstable_by_key(|&(length, key, ..)| (length, key));
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
        // No cluster needs less than one at least as large as this one.
        let needed = self.needed(size);
        let mut looked_at = 0;
        'lists: for (length, key, alpha, bound) in lists {
            rest = (rest - bound).max(0.0);
            for place in 0..length {
                let (share, node) = self.holders[key as usize][place];
                let most = self.weights[key as usize] * self.linkage.of(alpha, share) + rest;
                let most = most * ROUNDING - needed;
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
        for &(key, _) in &self.nodes[tip as usize].histogram {
            self.held[key as usize] = 0.0;
        }
        Some(best?.0)
    }

    /// By how much the score of the cluster under search and another exceeds what is needed.
    ///
    /// Keys ascend and the two shares meet first, so it is the same from both sides to the last
    /// bit, whichever histogram is walked.
    fn score(&self, tip: u32, other: u32) -> f64 {
        let (a, b) = (&self.nodes[tip as usize], &self.nodes[other as usize]);
        let mut sum = 0.0;
        if b.histogram.len() <= 16 * a.histogram.len() {
            for &(key, much) in &b.histogram {
                let both = self
                    .linkage
                    .of(self.held[key as usize] / a.size, much / b.size);
                sum += both * self.weights[key as usize];
            }
        } else {
            for &(key, much) in &a.histogram {
                if let Ok(place) = b.histogram.binary_search_by_key(&key, |&(key, _)| key) {
                    let both = self
                        .linkage
                        .of(much / a.size, b.histogram[place].1 / b.size);
                    sum += both * self.weights[key as usize];
                }
            }
        }
        sum - self.needed(a.size.min(b.size))
    }

    /// The score from which a cluster of this size joins one that is no smaller.
    fn needed(&self, smaller: f64) -> f64 {
        match self.linkage {
            Linkage::Mean => self.thresholds.small,
            Linkage::Overlap => {
                let Thresholds {
                    small,
                    large,
                    bridge,
                } = self.thresholds;
                small.min(large + bridge / smaller)
            }
        }
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
            let (key, much) = match (left.peek(), right.peek()) {
                (Some(&(x, more)), Some(&(y, much))) if x == y => {
                    left.next();
                    right.next();
                    let live = &mut self.live[x as usize];
                    *live -= 1;
                    if *live == 1 {
                        self.holders[x as usize] = Vec::new();
                        continue;
                    }
                    if (*live as usize) * 2 < self.holders[x as usize].len() {
                        outdated.push(x);
                    }
                    (x, more + much)
                }
                (Some(&(x, _)), Some(&(y, _))) if x > y => right.next().expect("peeked"),
                (Some(_), _) => left.next().expect("peeked"),
                (None, Some(_)) => right.next().expect("peeked"),
                (None, None) => break,
            };
            merged.push((key, much));
        }
        cluster.histogram = merged;
        for key in outdated {
            self.rewrite(key);
        }
    }

    /// Writes the holders of a key anew: each cluster once, with its share of today.
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
                    .binary_search_by_key(&key, |&(key, _)| key)
                    .ok()?;
                Some((node.histogram[place].1 / node.size, cluster))
            })
            .collect();
        sort_by_share(&mut list);
        self.holders[key as usize] = list;
    }
}

fn sort_by_share(list: &mut [(f64, u32)]) {
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
                histogram: keys.iter().map(|&key| (key, 1.0)).collect(),
                enemies: Vec::new(),
            })
            .collect()
    }

    /// How much of a key a node holds: never the same twice, so no two scores are equal and there
    /// is one right answer.
    fn much(node: usize, key: u32) -> f64 {
        0.5 + (f64::from(2 + key) + 24.0 * node as f64).sqrt().fract() / 2.0
    }

    /// The first phase alone.
    fn means(nodes: Vec<Node>, weights: &[f64], threshold: f64) -> Vec<u32> {
        let count = nodes.len() as u32;
        let mut clusters = Clusters::new(nodes, weights, only(threshold));
        follow_chains(&mut clusters);
        (0..count).map(|node| clusters.find(node)).collect()
    }

    fn only(threshold: f64) -> Thresholds {
        Thresholds {
            small: threshold,
            large: threshold,
            bridge: 0.0,
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
        #[test]
        fn the_chain_of_means_builds_what_the_definition_says(
            sets in prop::collection::vec(prop::collection::btree_set(0_u32..24, 0..6), 0..24),
        ) {
            let sets: Vec<Vec<u32>> = sets.into_iter().map(|s| s.into_iter().collect()).collect();
            let weights: Vec<f64> = (0..24).map(|key| f64::from(4 + key).sqrt()).collect();
            let mut unequal = nodes(&sets);
            for (place, node) in unequal.iter_mut().enumerate() {
                for (key, share) in &mut node.histogram {
                    *share = much(place, *key);
                }
            }
            let found = means(unequal, &weights, 2.1);
            prop_assert_eq!(found, greedy(&sets, &weights, 2.1));
        }

        /// Nothing is left that scores enough, by the formula and without lists or bounds.
        #[test]
        fn nothing_is_left_to_join(
            sets in prop::collection::btree_set(prop::collection::btree_set(0_u32..12, 0..5), 0..40),
        ) {
            let sets: Vec<Vec<u32>> = sets.into_iter().map(|s| s.into_iter().collect()).collect();
            let weights: Vec<f64> = (0..12).map(|key| 2.0 + f64::from(key) / 2.0).collect();
            let thresholds = Thresholds { small: 4.0, large: 1.5, bridge: 8.0 };
            let found = agglomerate(nodes(&sets), &weights, thresholds);
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
                    let overlap: f64 = (0..12)
                        .map(|key| weights[key as usize] * share(&a, key).min(share(&b, key)))
                        .sum();
                    let smaller = a.len().min(b.len()) as f64;
                    prop_assert!(overlap < 4.0_f64.min(1.5 + 8.0 / smaller) + 1e-9);
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
        let found = agglomerate(with_enemies, &[9.0, 9.0, 9.0], only(1.0));
        assert_ne!(found[0], found[1]);
        assert_eq!(
            agglomerate(nodes(&sets), &[9.0, 9.0, 9.0], only(1.0)),
            [0, 0, 0]
        );
    }
}
