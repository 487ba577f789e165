//! What a series says of itself: its members, its best reasons, how tight it is, where it hangs.

use std::collections::{BTreeMap, HashMap};

use crate::{
    agglomerate::find,
    component::{Bundles, Graph},
    evidence::{Shared, under_ceilings},
    key::{KeyId, RecordId},
    model::Model,
};

/// A cluster of two records or more.
#[derive(Debug, Clone, PartialEq)]
pub struct Series {
    /// Its records, ascending.
    pub members: Vec<RecordId>,
    /// A spanning tree of its best reasons: one edge fewer than members.
    pub tree: Vec<Edge>,
    /// Mean bits over all pairs of members, before the ceilings of the groups.
    pub cohesion: f64,
    /// Places in `tree` of the edges by which alone two parts hang together: without what those
    /// two records share, no member of one part would share anything with the other.
    pub bridges: Vec<usize>,
}

/// Why two records of a series belong together.
#[derive(Debug, Clone, PartialEq)]
pub struct Edge {
    /// The smaller record.
    pub a: RecordId,
    /// The other.
    pub b: RecordId,
    /// What the pair shares, in bits, under the ceilings of the groups.
    pub bits: f64,
    /// The shared keys, the strongest first; their bits add up to `bits`.
    pub keys: Vec<(KeyId, f64)>,
    /// A person said so; then `keys` may be empty.
    pub decided: bool,
}

/// Describes clusters, each given as its records in an order of content.
pub(crate) fn describe(
    model: &Model,
    graph: &Graph,
    bundles: &Bundles,
    clusters: Vec<Vec<u32>>,
) -> Vec<Series> {
    let places = Places::new(graph, &clusters);
    let mut trees = spanning_trees(model, graph, &places, clusters.len());
    let links = Links::new(graph, &places);
    let is_bridge = links.bridges(graph.records.len());
    let mut series: Vec<Series> = clusters
        .into_iter()
        .zip(&mut trees)
        .map(|(mut members, tree)| {
            let cohesion = cohesion(bundles, &members);
            members.sort_unstable();
            let bridges = tree
                .iter()
                .enumerate()
                .filter(|&(_, &(a, b, _))| {
                    links
                        .direct
                        .binary_search(&(a, b))
                        .is_ok_and(|place| is_bridge[place])
                })
                .map(|(place, _)| place)
                .collect();
            let tree = tree
                .iter()
                .map(|&(a, b, decided)| edge(model, graph, a, b, decided));
            Series {
                tree: tree.collect(),
                members: members
                    .iter()
                    .map(|&place| graph.records[place as usize])
                    .collect(),
                cohesion,
                bridges,
            }
        })
        .collect();
    series.sort_unstable_by_key(|series| series.members[0]);
    series
}

/// Where each record lies among the clusters.
struct Places {
    /// By record: its cluster.
    cluster: Vec<Option<u32>>,
    /// By record: its place in the order of content, clusters one after the other.
    rank: Vec<u32>,
}

impl Places {
    fn new(graph: &Graph, clusters: &[Vec<u32>]) -> Self {
        let mut cluster = vec![None; graph.records.len()];
        let mut rank = vec![u32::MAX; graph.records.len()];
        let mut next = 0;
        for (members, number) in clusters.iter().zip(0..) {
            for &record in members {
                cluster[record as usize] = Some(number);
                rank[record as usize] = next;
                next += 1;
            }
        }
        Self { cluster, rank }
    }

    /// The holders of a key by cluster, those with like content side by side.
    fn by_cluster(&self, holders: &[u32]) -> Vec<Vec<u32>> {
        let placed = holders
            .iter()
            .copied()
            .filter(|&r| self.cluster[r as usize].is_some());
        let mut holders: Vec<u32> = placed.collect();
        holders.sort_unstable_by_key(|&record| self.rank[record as usize]);
        holders
            .chunk_by(|&a, &b| self.cluster[a as usize] == self.cluster[b as usize])
            .filter(|members| members.len() > 1)
            .map(<[u32]>::to_vec)
            .collect()
    }
}

/// A tree for each cluster, as pairs of records with whether a person decided them.
///
/// The candidates are neighbours along each key: they connect whatever the key connects, and
/// records of like content lie side by side, so the best reasons are nearly always among them.
/// All pairs would be quadratic.
fn spanning_trees(
    model: &Model,
    graph: &Graph,
    places: &Places,
    count: usize,
) -> Vec<Vec<(u32, u32, bool)>> {
    let mut pairs: Vec<(u32, u32)> = Vec::new();
    for holders in &graph.holders {
        for members in places.by_cluster(holders) {
            pairs.extend(members.windows(2).map(|two| ordered(two[0], two[1])));
        }
    }
    pairs.extend(&graph.must);
    pairs.sort_unstable();
    pairs.dedup();
    let mut must: Vec<(u32, u32)> = graph.must.clone();
    must.sort_unstable();
    let mut weighed: Vec<(bool, u64, u32, u32)> = pairs
        .into_iter()
        .map(|(a, b)| {
            (
                must.binary_search(&(a, b)).is_ok(),
                pair_units(model, graph, a, b),
                a,
                b,
            )
        })
        .collect();
    weighed.sort_unstable_by_key(|&(decided, units, a, b)| {
        let (a, b) = (places.rank[a as usize], places.rank[b as usize]);
        (!decided, std::cmp::Reverse(units), ordered(a, b))
    });
    let mut parent: Vec<u32> = (0..graph.records.len() as u32).collect();
    let mut trees = vec![Vec::new(); count];
    for (decided, _, a, b) in weighed {
        let (x, y) = (find(&mut parent, a), find(&mut parent, b));
        if x != y
            && let Some(cluster) = places.cluster[a as usize]
        {
            parent[x.max(y) as usize] = x.min(y);
            trees[cluster as usize].push((a, b, decided));
        }
    }
    trees
}

fn ordered(a: u32, b: u32) -> (u32, u32) {
    (a.min(b), a.max(b))
}

fn shared_keys(graph: &Graph, a: u32, b: u32) -> Vec<u32> {
    let (fewer, more) = (&graph.held[a as usize], &graph.held[b as usize]);
    let (fewer, more) = if fewer.len() <= more.len() {
        (fewer, more)
    } else {
        (more, fewer)
    };
    fewer
        .iter()
        .copied()
        .filter(|key| more.binary_search(key).is_ok())
        .collect()
}

fn pair_units(model: &Model, graph: &Graph, a: u32, b: u32) -> u64 {
    let ceilings = model.ceilings();
    let mut sums = vec![0_u64; ceilings.len()];
    for key in shared_keys(graph, a, b) {
        let key = &graph.keys[key as usize];
        sums[key.group] += u64::from(key.units);
    }
    sums.iter()
        .zip(ceilings)
        .map(|(sum, ceiling)| sum.min(ceiling))
        .sum()
}

fn edge(model: &Model, graph: &Graph, a: u32, b: u32, decided: bool) -> Edge {
    let shared: Vec<Shared> = shared_keys(graph, a, b)
        .into_iter()
        .map(|key| {
            let key = &graph.keys[key as usize];
            Shared {
                id: key.key.id,
                kind: key.key.kind,
                units: key.units,
            }
        })
        .collect();
    let bits = under_ceilings(model, &shared);
    let mut keys: Vec<(KeyId, f64)> = shared.iter().map(|key| key.id).zip(bits).collect();
    keys.sort_by(|x, y| y.1.total_cmp(&x.1).then(x.0.cmp(&y.0)));
    Edge {
        a: graph.records[a as usize],
        b: graph.records[b as usize],
        bits: keys.iter().fold(0.0, |sum, (_, bits)| sum + bits),
        keys,
        decided,
    }
}

/// Mean weight of all pairs: for each bundle half of (sum² - sum of squares).
fn cohesion(bundles: &Bundles, members: &[u32]) -> f64 {
    let mut sums: BTreeMap<u32, (f64, f64)> = BTreeMap::new();
    for &record in members {
        for &bundle in &bundles.held[record as usize] {
            let strength = bundles.strength(record, bundle);
            let (sum, squares) = sums.entry(bundle).or_default();
            *sum += strength;
            *squares += strength * strength;
        }
    }
    let total: f64 = sums
        .into_iter()
        .map(|(bundle, (sum, squares))| {
            bundles.worths[bundle as usize].weight * (sum * sum - squares)
        })
        .sum();
    let count = members.len() as f64;
    total / (count * (count - 1.0))
}

/// What holds the clusters together: pairs that share something which nobody else of their
/// cluster has, and hubs that three or more share.
struct Links {
    /// Ascending, each once.
    direct: Vec<(u32, u32)>,
    hubs: Vec<Vec<u32>>,
}

impl Links {
    fn new(graph: &Graph, places: &Places) -> Self {
        let mut direct = graph.must.clone();
        let mut hubs = Vec::new();
        for holders in &graph.holders {
            for members in places.by_cluster(holders) {
                match members[..] {
                    [a, b] => direct.push(ordered(a, b)),
                    _ => hubs.push(members),
                }
            }
        }
        direct.sort_unstable();
        direct.dedup();
        Self { direct, hubs }
    }

    /// Which direct links are bridges of the graph of records and hubs (Tarjan, without recursion:
    /// a series may be one long path). What a hub holds together never hangs by one pair.
    fn bridges(&self, records: usize) -> Vec<bool> {
        let mut neighbours: HashMap<u32, Vec<(u32, u32)>> = HashMap::new();
        let mut link = |a: u32, b: u32, number: u32| {
            neighbours.entry(a).or_default().push((b, number));
            neighbours.entry(b).or_default().push((a, number));
        };
        let mut number = 0;
        for &(a, b) in &self.direct {
            link(a, b, number);
            number += 1;
        }
        for (members, hub) in self.hubs.iter().zip(records as u32..) {
            for &record in members {
                link(record, hub, number);
                number += 1;
            }
        }
        let vertices = records + self.hubs.len();
        // 0 is not yet visited.
        let (mut visited, mut lowest) = (vec![0_u32; vertices], vec![0_u32; vertices]);
        let mut clock = 0;
        let mut is_bridge = vec![false; number as usize];
        let none = Vec::new();
        for start in 0..vertices as u32 {
            if visited[start as usize] != 0 {
                continue;
            }
            clock += 1;
            visited[start as usize] = clock;
            lowest[start as usize] = clock;
            // (vertex, link by which it was entered, next neighbour to look at)
            let mut path: Vec<(u32, Option<u32>, usize)> = vec![(start, None, 0)];
            while let Some((vertex, entered_by, next)) = path.last_mut() {
                let (vertex, entered_by) = (*vertex, *entered_by);
                match neighbours.get(&vertex).unwrap_or(&none).get(*next) {
                    Some(&(other, number)) => {
                        *next += 1;
                        if Some(number) == entered_by {
                            continue;
                        }
                        if visited[other as usize] == 0 {
                            clock += 1;
                            visited[other as usize] = clock;
                            lowest[other as usize] = clock;
                            path.push((other, Some(number), 0));
                        } else {
                            lowest[vertex as usize] =
                                lowest[vertex as usize].min(visited[other as usize]);
                        }
                    }
                    None => {
                        path.pop();
                        if let (Some(&(before, ..)), Some(number)) = (path.last(), entered_by) {
                            let low = lowest[vertex as usize];
                            lowest[before as usize] = lowest[before as usize].min(low);
                            is_bridge[number as usize] = low > visited[before as usize];
                        }
                    }
                }
            }
        }
        is_bridge.truncate(self.direct.len());
        is_bridge
    }
}
