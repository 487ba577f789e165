//! How well series hold together: of the links within each, how many there could be, and those on which it
//! hangs.

use std::collections::BTreeMap;

use serde::Serialize;

use super::super::WeightedPair;

/// Series that hang by one link which are listed at most.
const MOST_HANGING: usize = 100;

/// What the series of a run are like.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct SeriesQuality {
    /// Series of one record and of more.
    pub series: u64,
    /// By size, ascending.
    pub sizes: Vec<SizeClass>,
    /// How many series of three and more records hang by one link.
    pub hanging_series: u64,
    /// The worst of their links: first where it holds the most records, then the weakest. At most a hundred,
    /// one a series.
    pub hanging: Vec<Hanging>,
}

/// Series of one size.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct SizeClass {
    /// Records of each.
    pub size: u64,
    /// How many there are.
    pub series: u64,
    /// Links within them over pairs within them, on average: their density, 0 to 1; 1 for one record.
    pub density: f64,
    /// Those that hang by one link.
    pub hanging: u64,
}

/// A series that one link holds together: without it, it would fall apart.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Hanging {
    /// The series' first record.
    pub series: u32,
    /// Its records.
    pub size: u64,
    /// A record of the link.
    pub left: u32,
    /// The other.
    pub right: u32,
    /// The link's weight in bits.
    pub weight: f64,
    /// Records on the smaller side of it.
    pub apart: u64,
}

/// The quality of `clusters` (for each record the first of its series), by the `links` of more than `threshold`
/// bits, each given once.
pub fn series_quality(clusters: &[u32], links: &[WeightedPair], threshold: f64) -> SeriesQuality {
    let mut sizes: BTreeMap<u32, u64> = BTreeMap::new();
    for first in clusters {
        *sizes.entry(*first).or_default() += 1;
    }
    let inside = |link: &&WeightedPair| {
        let of = |record: u32| clusters.get(record as usize);
        f64::from(link.weight) > threshold && link.left != link.right && {
            let (left, right) = (of(link.left), of(link.right));
            left.is_some() && left == right
        }
    };
    let mut within: Vec<WeightedPair> = links.iter().filter(inside).copied().collect();
    let series_of = |link: &WeightedPair| clusters[link.left as usize];
    within.sort_unstable_by_key(|link| (series_of(link), link.left, link.right));

    let mut classes: BTreeMap<u64, SizeClass> = BTreeMap::new();
    for size in sizes.values() {
        let class = classes.entry(*size).or_insert(SizeClass {
            size: *size,
            series: 0,
            density: f64::from(u8::from(*size == 1)),
            hanging: 0,
        });
        class.series += 1;
    }
    let mut hanging = Vec::new();
    for links in within.chunk_by(|a, b| series_of(a) == series_of(b)) {
        let first = series_of(&links[0]);
        let size = sizes[&first];
        let pairs = size * (size - 1) / 2;
        let Some(class) = classes.get_mut(&size) else {
            continue;
        };
        class.density += links.len() as f64 / pairs as f64 / class.series as f64;
        // two records have but one link, and where every pair is linked none holds alone
        if size > 2 && (links.len() as u64) < pairs {
            let worst = bridges(links).into_iter().min_by(by_harm);
            class.hanging += u64::from(worst.is_some());
            hanging.extend(worst.map(|bridge| Hanging {
                series: first,
                size,
                ..bridge
            }));
        }
    }
    let hanging_series = hanging.len() as u64;
    hanging.sort_unstable_by(by_harm);
    hanging.truncate(MOST_HANGING);
    SeriesQuality {
        series: sizes.len() as u64,
        sizes: classes.into_values().collect(),
        hanging_series,
        hanging,
    }
}

fn by_harm(a: &Hanging, b: &Hanging) -> std::cmp::Ordering {
    let ids = |hanging: &Hanging| (hanging.left, hanging.right);
    let by_records = b.apart.cmp(&a.apart);
    by_records
        .then_with(|| a.weight.total_cmp(&b.weight))
        .then_with(|| ids(a).cmp(&ids(b)))
}

/// The links without which fewer records are reached: the bridges of a graph, by the depth-first search of
/// Tarjan (1974), without recursion.
fn bridges(links: &[WeightedPair]) -> Vec<Hanging> {
    let mut records: Vec<u32> = links.iter().flat_map(|l| [l.left, l.right]).collect();
    records.sort_unstable();
    records.dedup();
    let place = |record: u32| records.partition_point(|other| *other < record);
    let mut near: Vec<Vec<(usize, usize)>> = vec![Vec::new(); records.len()];
    for (at, link) in links.iter().enumerate() {
        let (left, right) = (place(link.left), place(link.right));
        near[left].push((right, at));
        near[right].push((left, at));
    }
    let mut search = Search {
        order: vec![0; records.len()],
        low: vec![0; records.len()],
        below: vec![1; records.len()],
        met: 0,
    };
    let mut found = Vec::new();
    for root in 0..records.len() {
        if search.order[root] == 0 {
            search.from(root, &near, &mut found);
        }
    }
    found
        .into_iter()
        .map(|(link, below, reached)| Hanging {
            series: 0,
            size: 0,
            left: links[link].left,
            right: links[link].right,
            weight: links[link].weight.into(),
            apart: below.min(reached - below),
        })
        .collect()
}

struct Search {
    /// When each record was met, from 1; 0 is not yet.
    order: Vec<usize>,
    /// The earliest that is reached from each without the link it was met by.
    low: Vec<usize>,
    /// Records met through each, itself included.
    below: Vec<u64>,
    /// How many were met.
    met: usize,
}

impl Search {
    fn meet(&mut self, record: usize) {
        self.met += 1;
        (self.order[record], self.low[record]) = (self.met, self.met);
    }

    /// Adds the bridges of what `root` reaches: link, records behind it, records in all.
    fn from(
        &mut self,
        root: usize,
        near: &[Vec<(usize, usize)>],
        found: &mut Vec<(usize, u64, u64)>,
    ) {
        let start = found.len();
        self.meet(root);
        // a record, the link it was met by, and how many of its neighbours were looked at
        let mut path = vec![(root, usize::MAX, 0)];
        while let Some(&mut (record, by, ref mut looked)) = path.last_mut() {
            if let Some(&(next, link)) = near[record].get(*looked) {
                *looked += 1;
                if link == by {
                    continue;
                }
                if self.order[next] == 0 {
                    self.meet(next);
                    path.push((next, link, 0));
                } else {
                    self.low[record] = self.low[record].min(self.order[next]);
                }
                continue;
            }
            path.pop();
            if let Some(&(before, ..)) = path.last() {
                self.low[before] = self.low[before].min(self.low[record]);
                self.below[before] += self.below[record];
                if self.low[record] > self.order[before] {
                    found.push((by, self.below[record], 0));
                }
            }
        }
        let reached = self.below[root];
        found[start..].iter_mut().for_each(|link| link.2 = reached);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::batch::Components;
    use proptest::prelude::*;

    fn links(pairs: &[(u32, u32, f32)]) -> Vec<WeightedPair> {
        pairs
            .iter()
            .map(|(left, right, weight)| WeightedPair {
                left: *left,
                right: *right,
                weight: *weight,
            })
            .collect()
    }

    #[test]
    fn two_families_on_one_link_are_told_with_the_link() {
        let links = links(&[
            (0, 1, 9.0),
            (1, 2, 9.0),
            (0, 2, 9.0),
            (2, 3, 1.5),
            (3, 4, 8.0),
            (4, 5, 8.0),
            (3, 5, 8.0),
            (3, 9, -4.0),
        ]);
        let quality = series_quality(&[0, 0, 0, 0, 0, 0, 6, 7, 7], &links, 0.0);
        assert_eq!((quality.series, quality.hanging_series), (3, 1));
        let worst = quality.hanging[0];
        assert_eq!((worst.left, worst.right, worst.apart), (2, 3, 3));
        assert_eq!((worst.series, worst.size, worst.weight), (0, 6, 1.5));
        let sizes: Vec<_> = quality.sizes.iter().map(|c| (c.size, c.density)).collect();
        // the two of series 7 are one by what their neighbours say, and not by a link
        assert_eq!(sizes, [(1, 1.0), (2, 0.0), (6, 7.0 / 15.0)]);
    }

    #[test]
    fn a_ring_hangs_by_none_of_its_links() {
        let ring = links(&[(0, 1, 1.0), (1, 2, 1.0), (2, 3, 1.0), (0, 3, 1.0)]);
        assert_eq!(series_quality(&[0; 4], &ring, 0.0).hanging, []);
        // above a threshold it is a chain of three
        let weaker = links(&[(0, 1, 1.0), (1, 2, 1.0), (2, 3, 0.2), (0, 3, 0.1)]);
        let quality = series_quality(&[0, 0, 0, 3], &weaker, 0.5);
        assert_eq!((quality.hanging_series, quality.hanging[0].apart), (1, 1));
    }

    #[test]
    fn a_long_chain_needs_no_deep_stack() {
        let chain: Vec<(u32, u32, f32)> = (0..200_000).map(|at| (at, at + 1, 1.0)).collect();
        let quality = series_quality(&vec![0; 200_001], &links(&chain), 0.0);
        assert_eq!(quality.hanging[0].apart, 100_000);
    }

    proptest! {
        #[test]
        fn a_bridge_is_what_parts_records_when_taken_away(
            pairs in prop::collection::btree_set((0..9_u32, 0..9_u32), 0..20),
        ) {
            let pairs: Vec<(u32, u32, f32)> = pairs
                .into_iter()
                .filter(|(left, right)| left < right)
                .map(|(left, right)| (left, right, 1.0))
                .collect();
            let all = links(&pairs);
            let pieces = |without: Option<usize>| {
                let mut components = Components::new(9);
                let kept = all.iter().enumerate().filter(|(at, _)| Some(*at) != without);
                kept.for_each(|(_, link)| components.join(link.left, link.right));
                let mut firsts = components.finish();
                firsts.sort_unstable();
                firsts.dedup();
                firsts.len()
            };
            let mut expected: Vec<(u32, u32)> = (0..all.len())
                .filter(|at| pieces(Some(*at)) > pieces(None))
                .map(|at| (all[at].left, all[at].right))
                .collect();
            let mut found: Vec<(u32, u32)> =
                bridges(&all).iter().map(|bridge| (bridge.left, bridge.right)).collect();
            expected.sort_unstable();
            found.sort_unstable();
            prop_assert_eq!(found, expected);
        }
    }
}
