//! Clusters from links: connected components, and average linkage that does not chain.

use std::collections::{BinaryHeap, HashMap};

/// Two records and their match weight, the log2 of the odds that they are one entity.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct WeightedPair {
    /// One record.
    pub left: u32,
    /// The other.
    pub right: u32,
    /// Match weight in bits.
    pub weight: f32,
}

/// Disjoint sets of records, joined link by link.
#[derive(Debug, Clone)]
pub struct Components {
    parents: Vec<u32>,
}

impl Components {
    /// Each of `count` records by itself.
    pub fn new(count: usize) -> Self {
        Components {
            parents: (0..count as u32).collect(),
        }
    }

    /// Joins the components of two records; numbers beyond the count join nothing.
    pub fn join(&mut self, left: u32, right: u32) {
        let count = self.parents.len() as u32;
        if left >= count || right >= count {
            return;
        }
        let (left, right) = (self.find(left), self.find(right));
        // the smaller number leads, so that the order of the links decides nothing
        self.parents[left.max(right) as usize] = left.min(right);
    }

    fn find(&mut self, mut record: u32) -> u32 {
        while self.parents[record as usize] != record {
            let parent = self.parents[record as usize];
            self.parents[record as usize] = self.parents[parent as usize];
            record = self.parents[record as usize];
        }
        record
    }

    /// For each record the lowest-numbered record of its component.
    pub fn finish(mut self) -> Vec<u32> {
        (0..self.parents.len() as u32)
            .map(|record| self.find(record))
            .collect()
    }
}

/// What a pair without a link weighs in [`average_linkage`], in bits.
///
/// Such a pair was not looked at, or fell below what was kept: evidence against, but weak, for blocking
/// misses pairs of one entity too.
pub const NO_LINK: f32 = -6.0;

/// Clusters by average linkage: two clusters are one while the mean weight of all pairs between them
/// is above `threshold` bits; the heaviest merge first.
///
/// Where [`Components`] needs one wrong link to join two families, here it is outvoted by the pairs
/// around it. `links` should hold the doubtful pairs too (down to about [`NO_LINK`]), since they speak
/// against a merge. Weights count from [`NO_LINK`] to as much above 0. Gives for each record the
/// lowest-numbered record of its cluster; the order of the links decides nothing.
pub fn average_linkage(count: usize, links: &[WeightedPair], threshold: f32) -> Vec<u32> {
    let valid = |link: &&WeightedPair| {
        let (left, right) = (link.left as usize, link.right as usize);
        left < count && right < count && left != right && !link.weight.is_nan()
    };
    let mut components = Components::new(count);
    for link in links.iter().filter(valid) {
        if link.weight > threshold {
            components.join(link.left, link.right);
        }
    }
    let mut clusters = components.finish();
    let mut inside: Vec<(u32, WeightedPair)> = links
        .iter()
        .filter(valid)
        .filter(|link| clusters[link.left as usize] == clusters[link.right as usize])
        .map(|link| (clusters[link.left as usize], *link))
        .collect();
    inside.sort_unstable_by_key(|(component, link)| {
        let (low, high) = (link.left.min(link.right), link.left.max(link.right));
        (*component, low, high)
    });
    for component in inside.chunk_by(|a, b| a.0 == b.0) {
        Agglomeration::new(component.iter().map(|(_, link)| link)).run(threshold, &mut clusters);
    }
    clusters
}

/// One component while it is clustered.
struct Agglomeration {
    records: Vec<u32>,
    /// For each cluster its neighbours: the sum of link weights and how many links.
    near: Vec<HashMap<u32, (f64, u32)>>,
    sizes: Vec<u32>,
    parents: Vec<u32>,
}

impl Agglomeration {
    fn new<'l>(links: impl Iterator<Item = &'l WeightedPair> + Clone) -> Self {
        let mut records: Vec<u32> = links
            .clone()
            .flat_map(|link| [link.left, link.right])
            .collect();
        records.sort_unstable();
        records.dedup();
        let mut near = vec![HashMap::new(); records.len()];
        let place = |record: u32| records.binary_search(&record).unwrap_or(0) as u32;
        for link in links {
            let (left, right) = (place(link.left), place(link.right));
            let weight = f64::from(link.weight.clamp(NO_LINK, -NO_LINK));
            near[left as usize].insert(right, (weight, 1));
            near[right as usize].insert(left, (weight, 1));
        }
        Agglomeration {
            sizes: vec![1; records.len()],
            parents: (0..records.len() as u32).collect(),
            records,
            near,
        }
    }

    fn run(&mut self, threshold: f32, clusters: &mut [u32]) {
        let mut merges = BinaryHeap::new();
        for left in 0..self.near.len() as u32 {
            for right in self.near[left as usize]
                .keys()
                .filter(|right| **right > left)
            {
                merges.extend(self.merge(left, *right, threshold));
            }
        }
        while let Some(merge) = merges.pop() {
            // stale where either side has grown, or is no more, since
            if self.merge(merge.left, merge.right, threshold) != Some(merge) {
                continue;
            }
            let kept = self.join(merge.left, merge.right);
            for near in self.near[kept as usize].keys() {
                merges.extend(self.merge(kept, *near, threshold));
            }
        }
        for at in 0..self.records.len() as u32 {
            let mut lead = at;
            while self.parents[lead as usize] != lead {
                lead = self.parents[lead as usize];
            }
            clusters[self.records[at as usize] as usize] = self.records[lead as usize];
        }
    }

    fn merge(&self, left: u32, right: u32, threshold: f32) -> Option<Merge> {
        let (left, right) = (left.min(right), left.max(right));
        let (sum, count) = *self.near[left as usize].get(&right)?;
        let pairs = f64::from(self.sizes[left as usize]) * f64::from(self.sizes[right as usize]);
        let mean = (sum + f64::from(NO_LINK) * (pairs - f64::from(count))) / pairs;
        (mean > f64::from(threshold)).then_some(Merge { mean, left, right })
    }

    /// Joins two clusters under the lower number, which is given back.
    fn join(&mut self, left: u32, right: u32) -> u32 {
        let gone = std::mem::take(&mut self.near[right as usize]);
        for (near, (sum, count)) in gone {
            let of_near = &mut self.near[near as usize];
            of_near.remove(&right);
            if near == left {
                continue;
            }
            let joined = of_near.entry(left).or_default();
            *joined = (joined.0 + sum, joined.1 + count);
            let joined = *joined;
            self.near[left as usize].insert(near, joined);
        }
        self.sizes[left as usize] += self.sizes[right as usize];
        self.parents[right as usize] = left;
        left
    }
}

/// A merge that may be made, the heaviest greatest; the lower numbers break ties.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Merge {
    pub(super) mean: f64,
    pub(super) left: u32,
    pub(super) right: u32,
}

impl Eq for Merge {}

impl PartialOrd for Merge {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Merge {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        let by_mean = self.mean.total_cmp(&other.mean);
        by_mean.then_with(|| (other.left, other.right).cmp(&(self.left, self.right)))
    }
}
