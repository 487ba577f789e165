//! A component, and its series: what the store calls after each change.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use crate::{
    agglomerate::{Dilution, Held, Node, Worth, agglomerate, find},
    key::{Decision, Key, KeyId, KindIx, RecordId},
    model::{Model, UNITS_PER_BIT, WeightState},
    series::{self, Series},
};

/// Records that may belong together, with the keys they hold and what a person decided of them.
///
/// Give it everything that hangs together: two records that share a key which [joins](Model::joins), or one
/// which [pairs](Model::pairs) and a second fact, or that a person said belong together, must come in the same component. More does no harm: the
/// series of two components given as one are the series of each.
///
/// # How series are built
///
/// 0. Parts that no such keys and no must-link connect are clustered apart. Where one is of more records than
///    [`Model::largest_part`], its records lie together only by two shared facts, or a person's word: by single
///    facts chance ties many together, or someone who reports a chain of invented ones. A part that is too large
///    even so is left to the persons' word and [named](Clustering::held).
/// 1. Capped keys are set aside and reported. A record whose remaining keys, were they all
///    matched, would not reach the threshold is in no series.
/// 2. Keys that depend on each other count together at most their group's ceiling. Keys of one
///    group that the very same records hold are *one* key. A record speaks at most four times
///    the ceiling for a group, spread over what it holds there: a key of weight `w` counts
///    `w·σ_a·σ_b` for a pair, with `σ² = min(1, 4·ceiling / sum of its weights)`, so that a
///    record that lists four hundred addresses is no bridge between their owners.
/// 3. Records that must be together, then records with the same keys, start as one node.
/// 4. Clusters are joined from the best pair down by what both hold (see the module `agglomerate`),
///    never across a cannot-link. What a gang uses up counts whoever of the cluster holds it, what
///    strangers share by chance counts by how many do; and the more records the smaller of the two
///    has that witness nothing, the more is needed. Hence the eras of a gang that changes its accounts and numbers
///    one after the other are one series, and two gangs that one mule or one record touches are two.
///
/// Linear in the number of members, times a logarithm, but for the search of neighbours, which
/// is bounded (see the module `agglomerate`).
#[derive(Debug, Clone, Default)]
pub struct Component {
    keys: BTreeMap<KeyId, (Key, u64)>,
    members: Vec<(KeyId, RecordId)>,
    decisions: BTreeSet<Decision>,
}

/// The series of a component.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Clustering {
    /// Series of two records or more, by their first record.
    pub series: Vec<Series>,
    /// Keys that said nothing because too many records hold them, ascending.
    pub capped: Vec<KeyId>,
    /// Keys that have members but were never described, so that they were left out; ascending.
    pub undescribed: Vec<KeyId>,
    /// Cannot-links that could not be kept, because must-links join the two records.
    pub contradictions: Vec<Decision>,
    /// Records of parts that were too large for single facts to join them; ascending.
    pub held: Vec<RecordId>,
}

impl Clustering {
    /// Each record of a series with the number of its series here, for [`crate::quality`].
    pub fn labels(&self) -> Vec<(RecordId, u64)> {
        let numbered = self.series.iter().zip(0..);
        numbered
            .flat_map(|(series, n)| series.members.iter().map(move |&id| (id, n)))
            .collect()
    }
}

impl Component {
    /// A component without anything.
    pub fn new() -> Self {
        Self::default()
    }

    /// Describes a key and how many records hold it, in all and not only here.
    ///
    /// Of two descriptions of one key the one of more records stays.
    pub fn push_key(&mut self, key: Key, df: u64) {
        let weakest = |&(key, df): &(Key, u64)| (df, key.damped, key.kind);
        let known = self.keys.entry(key.id).or_insert((key, df));
        if weakest(&(key, df)) > weakest(known) {
            *known = (key, df);
        }
    }

    /// A record holds a key. Said twice it counts once.
    pub fn push_member(&mut self, key: KeyId, record: RecordId) {
        self.members.push((key, record));
    }

    /// A person decided. A must-link brings its records in, so both must still exist; a
    /// cannot-link with a record that is not here has no effect.
    pub fn push_decision(&mut self, decision: Decision) {
        self.decisions.insert(decision.ordered());
    }

    /// Builds the series.
    pub fn cluster(&self, model: &Model) -> Clustering {
        let mut all = Clustering {
            capped: self.in_state(model, WeightState::Capped),
            undescribed: self.undescribed(),
            ..Clustering::default()
        };
        let (neighbourhoods, held) = self.neighbourhoods(model);
        all.held = held;
        for neighbourhood in neighbourhoods {
            let found = neighbourhood.cluster_part(model);
            all.series.extend(found.series);
            all.contradictions.extend(found.contradictions);
        }
        all.series.sort_by(|a, b| a.members.cmp(&b.members));
        all.contradictions.sort_unstable();
        all
    }

    fn in_state(&self, model: &Model, state: WeightState) -> Vec<KeyId> {
        self.keys
            .values()
            .filter(|(key, df)| model.weight(key.kind, *df, key.damped).state == state)
            .map(|(key, _)| key.id)
            .collect()
    }

    fn undescribed(&self) -> Vec<KeyId> {
        let held: BTreeSet<KeyId> = self.members.iter().map(|(key, _)| *key).collect();
        held.into_iter()
            .filter(|key| !self.keys.contains_key(key))
            .collect()
    }

    /// The records of each part that is clustered by itself, two or more, and those [held](Clustering::held):
    /// what [`Component::cluster`] does first, for a caller who has too many records to describe them at once and gives
    /// each part to [`Component::cluster_part`]. Keys that [never](crate::Leads::Never) lead may be left out.
    #[must_use]
    pub fn parts(&self, model: &Model) -> (Vec<Vec<RecordId>>, Vec<RecordId>) {
        let (neighbourhoods, held) = self.neighbourhoods(model);
        let mut parts: Vec<Vec<RecordId>> = neighbourhoods.iter().map(Self::records).collect();
        parts.sort_unstable();
        (parts, held)
    }

    /// All records, ascending.
    fn records(&self) -> Vec<RecordId> {
        let holders = self.members.iter().map(|&(_, record)| record);
        let decided = self.decisions.iter().flat_map(|decision| match *decision {
            Decision::MustLink(a, b) => vec![a, b],
            Decision::CannotLink(..) => Vec::new(),
        });
        let mut records: Vec<RecordId> = holders.chain(decided).collect();
        records.sort_unstable();
        records.dedup();
        records
    }

    /// The parts that keys which lead, and must-links, hold together, none too large; and the records of those
    /// that were. Other keys weigh inside a part and lead to no other: a platform's common words and names
    /// would make one part of everything, and its clustering would cost the whole store at each arrival.
    fn neighbourhoods(&self, model: &Model) -> (Vec<Component>, Vec<RecordId>) {
        let (mut found, mut held) = (Vec::new(), Vec::new());
        let mut parts = self.split(model, Joining::Facts);
        for by in [Joining::TwoFacts, Joining::Decisions] {
            let (small, large): (Vec<_>, Vec<_>) = parts
                .into_iter()
                .partition(|part| part.is_of_at_most(model.largest_part()));
            found.extend(small);
            held.extend(large.iter().flat_map(Self::records));
            parts = large
                .iter()
                .flat_map(|part| part.split(model, by))
                .collect();
        }
        found.extend(parts);
        held.sort_unstable();
        held.dedup();
        (found, held)
    }

    fn is_of_at_most(&self, most: usize) -> bool {
        // Records are counted only where there may be so many.
        self.members.len() + 2 * self.decisions.len() <= most || self.records().len() <= most
    }

    /// The parts of two records or more that are joined in this way.
    fn split(&self, model: &Model, by: Joining) -> Vec<Component> {
        let mut parts = Parts::default();
        for &(key, record) in &self.members {
            parts.place(record);
            let joins = |kind, df, damped| model.joins(kind, df, damped);
            if by == Joining::Facts && self.described(key, joins) {
                parts.join_by_key(key, record);
            }
        }
        if by != Joining::Decisions {
            self.join_pairs(model, by, &mut parts);
        }
        for decision in &self.decisions {
            if let Decision::MustLink(a, b) = *decision {
                parts.join(a, b);
            }
        }
        let mut split: BTreeMap<u32, Component> = BTreeMap::new();
        for &(key, record) in &self.members {
            if let Some(part) = parts.shared(record) {
                let part = split.entry(part).or_default();
                part.members.push((key, record));
                if let Some(described) = self.keys.get(&key) {
                    part.keys.insert(key, *described);
                }
            }
        }
        for decision in &self.decisions {
            let (a, b) = decision.records();
            if let (Some(a), Some(b)) = (parts.shared(a), parts.shared(b))
                && a == b
            {
                split.entry(a).or_default().decisions.insert(*decision);
            }
        }
        split.into_values().collect()
    }

    fn described(&self, key: KeyId, is: impl Fn(KindIx, u64, bool) -> bool) -> bool {
        self.keys
            .get(&key)
            .is_some_and(|(key, df)| is(key.kind, *df, key.damped))
    }

    /// Joins the records that share a key which pairs and a second fact. Where two facts are asked for, any key
    /// that leads pairs, and the second is of another group: a site's address and its name are one.
    fn join_pairs(&self, model: &Model, by: Joining, parts: &mut Parts) {
        let two = by == Joining::TwoFacts;
        let pairs = |kind, df, damped| {
            model.pairs(kind, df, damped) || two && model.joins(kind, df, damped)
        };
        let mut holders: BTreeMap<KeyId, BTreeSet<RecordId>> = BTreeMap::new();
        for &(key, record) in &self.members {
            if self.described(key, pairs) {
                holders.entry(key).or_default().insert(record);
            }
        }
        holders.retain(|_, records| records.len() > 1);
        let mut facts: HashMap<RecordId, Vec<KeyId>> = holders
            .values()
            .flatten()
            .map(|&record| (record, Vec::new()))
            .collect();
        for &(key, record) in &self.members {
            let seconds = |kind, df, damped| model.seconds(kind, df, damped);
            if let Some(facts) = facts.get_mut(&record)
                && self.described(key, seconds)
            {
                facts.push(key);
            }
        }
        let group = |key: KeyId| self.keys.get(&key).map(|(key, _)| model.group(key.kind));
        for (key, records) in holders {
            let own = group(key);
            let seconds = |record| {
                let facts = facts[&record].iter().copied();
                facts.filter(move |&fact| !two || group(fact) != own)
            };
            for (a, b) in sharing_a_second(key, records, seconds) {
                parts.join(a, b);
            }
        }
    }

    /// Builds the series of one of the [parts](Component::parts), whatever it looks like by itself.
    #[must_use]
    pub fn cluster_part(&self, model: &Model) -> Clustering {
        let mut graph = Graph::new(self, model);
        let kept = graph.could_join(model);
        let bundles = Bundles::new(&graph, &kept, model);
        let nodes = graph.nodes(&bundles);
        let histograms = graph.histograms(&bundles, &nodes);
        let of_node = agglomerate(
            histograms,
            &bundles.worths,
            &model.ceilings_in_bits(),
            model.thresholds(),
        );
        let mut clusters: BTreeMap<u32, Vec<u32>> = BTreeMap::new();
        for (members, cluster) in nodes.iter().zip(&of_node) {
            clusters.entry(*cluster).or_default().extend(members);
        }
        let clusters: Vec<Vec<u32>> = clusters
            .into_values()
            .filter(|members| members.len() > 1)
            .collect();
        Clustering {
            series: series::describe(model, &graph, &bundles, clusters),
            contradictions: graph.contradictions,
            ..Clustering::default()
        }
    }
}

/// Pairs that connect those of a key's holders that share a second fact with each other: each with the first
/// that holds the same. `facts` are what a holder has of second facts; the key itself may be among them.
///
/// Linear in what the holders have, and no pair is listed that another two do not already imply.
pub fn sharing_a_second<R: Copy + Eq, F: IntoIterator<Item = KeyId>>(
    key: KeyId,
    holders: impl IntoIterator<Item = R>,
    facts: impl Fn(R) -> F,
) -> Vec<(R, R)> {
    let mut first_with: HashMap<KeyId, R> = HashMap::new();
    let mut pairs = Vec::new();
    for holder in holders {
        let before = pairs.len();
        for fact in facts(holder).into_iter().filter(|&fact| fact != key) {
            let first = *first_with.entry(fact).or_insert(holder);
            if first != holder && !pairs[before..].contains(&(first, holder)) {
                pairs.push((first, holder));
            }
        }
    }
    pairs
}

/// What joins records into a part.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Joining {
    /// A key that joins, or one that pairs and a second fact.
    Facts,
    /// A key that joins or pairs, and a second fact.
    TwoFacts,
    /// A person's word only.
    Decisions,
}

/// Records as they come together.
#[derive(Default)]
struct Parts {
    places: HashMap<RecordId, u32>,
    above: Vec<u32>,
    first_of: HashMap<KeyId, u32>,
    /// By the place at the head of a part: how many records.
    sizes: Vec<u32>,
}

impl Parts {
    fn place(&mut self, record: RecordId) -> u32 {
        *self.places.entry(record).or_insert_with(|| {
            self.above.push(self.above.len() as u32);
            self.sizes.push(1);
            self.above.len() as u32 - 1
        })
    }

    fn join(&mut self, a: RecordId, b: RecordId) {
        let (a, b) = (self.place(a), self.place(b));
        self.join_places(a, b);
    }

    fn join_by_key(&mut self, key: KeyId, record: RecordId) {
        let here = self.place(record);
        let first = *self.first_of.entry(key).or_insert(here);
        self.join_places(first, here);
    }

    fn join_places(&mut self, a: u32, b: u32) {
        let (a, b) = (find(&mut self.above, a), find(&mut self.above, b));
        if a != b {
            let (kept, gone) = (a.min(b), a.max(b));
            self.above[gone as usize] = kept;
            self.sizes[kept as usize] += self.sizes[gone as usize];
        }
    }

    /// The part of a record, when another is in it too.
    fn shared(&mut self, record: RecordId) -> Option<u32> {
        let part = find(&mut self.above, *self.places.get(&record)?);
        (self.sizes[part as usize] > 1).then_some(part)
    }
}

/// Records and keys, numbered in order of their ids, with who holds what.
pub(crate) struct Graph {
    pub(crate) records: Vec<RecordId>,
    pub(crate) keys: Vec<GraphKey>,
    /// By key: its records, ascending.
    pub(crate) holders: Vec<Vec<u32>>,
    /// By record: its keys, ascending.
    pub(crate) held: Vec<Vec<u32>>,
    /// Pairs that must be together.
    pub(crate) must: Vec<(u32, u32)>,
    /// Pairs that must not, in different sets of `together`.
    cannot: Vec<(u32, u32)>,
    /// Union-find over must-links.
    together: Vec<u32>,
    contradictions: Vec<Decision>,
}

pub(crate) struct GraphKey {
    pub(crate) key: Key,
    pub(crate) group: usize,
    pub(crate) dilution: Dilution,
    pub(crate) units: u32,
}

impl Graph {
    fn new(component: &Component, model: &Model) -> Self {
        let mut keys = Vec::new();
        for &(key, df) in component.keys.values() {
            let units = model.weight_units(key.kind, df, key.damped);
            if units > 0 {
                keys.push(GraphKey {
                    key,
                    group: model.group(key.kind),
                    dilution: model.dilution(key.kind),
                    units,
                });
            }
        }

        let mut members = component.members.clone();
        members.sort_unstable();
        members.dedup();

        let mut records: Vec<RecordId> = members.iter().map(|&(_, record)| record).collect();
        for decision in &component.decisions {
            if let Decision::MustLink(a, b) = *decision {
                records.extend([a, b]);
            }
        }
        records.sort_unstable();
        records.dedup();

        let mut holders = vec![Vec::new(); keys.len()];
        let mut held = vec![Vec::new(); records.len()];
        let place = |record: RecordId| Some(records.binary_search(&record).ok()? as u32);
        // Members and keys both ascend by key.
        let mut next = 0;
        for (key, record) in members {
            while next < keys.len() && keys[next].key.id < key {
                next += 1;
            }
            if next < keys.len() && keys[next].key.id == key {
                let record = place(record).expect("every member's record was taken above");
                holders[next].push(record);
                held[record as usize].push(next as u32);
            }
        }

        let mut together: Vec<u32> = (0..records.len() as u32).collect();
        let mut must = Vec::new();
        for decision in &component.decisions {
            let (a, b) = decision.records();
            if let (Decision::MustLink(..), Some(a), Some(b)) = (decision, place(a), place(b))
                && a != b
            {
                must.push((a, b));
                let (a, b) = (find(&mut together, a), find(&mut together, b));
                together[a.max(b) as usize] = a.min(b);
            }
        }
        // Between records that nothing connects there is nothing to forbid, and a record that a
        // decision concerns stands apart from its like: the decision must not change anything.
        let mut connected = together.clone();
        for holders in &holders {
            for two in holders.windows(2) {
                let (a, b) = (find(&mut connected, two[0]), find(&mut connected, two[1]));
                connected[a.max(b) as usize] = a.min(b);
            }
        }
        let mut cannot = Vec::new();
        let mut contradictions = Vec::new();
        for decision in &component.decisions {
            let (a, b) = decision.records();
            let Decision::CannotLink(..) = decision else {
                continue;
            };
            if let (Some(x), Some(y)) = (place(a), place(b)) {
                if find(&mut together, x) == find(&mut together, y) {
                    contradictions.push(*decision);
                } else if find(&mut connected, x) == find(&mut connected, y) {
                    cannot.push((x, y));
                }
            }
        }
        Self {
            records,
            keys,
            holders,
            held,
            must,
            cannot,
            together,
            contradictions,
        }
    }

    /// Which records could join anything: with every key that another such record also holds
    /// matched, they reach the threshold. Bounds the work, never the result: no pair, and so no
    /// mean of pairs, gives a record more than that.
    fn could_join(&self, model: &Model) -> Vec<bool> {
        let ceilings = model.ceilings();
        let enough = (model.threshold() * UNITS_PER_BIT).floor() as u64;
        let mut left: Vec<u32> = self.holders.iter().map(|list| list.len() as u32).collect();
        let mut sums = vec![0_u64; self.records.len() * ceilings.len()];
        for (key, list) in self.keys.iter().zip(&self.holders) {
            if list.len() > 1 {
                for &record in list {
                    sums[record as usize * ceilings.len() + key.group] += u64::from(key.units);
                }
            }
        }
        let mut kept = vec![true; self.records.len()];
        let mut decided = vec![false; self.records.len()];
        for &(a, b) in &self.must {
            decided[a as usize] = true;
            decided[b as usize] = true;
        }
        let most = |sums: &[u64], record: u32| -> u64 {
            let start = record as usize * ceilings.len();
            let by_group = &sums[start..start + ceilings.len()];
            by_group
                .iter()
                .zip(ceilings)
                .map(|(sum, ceiling)| sum.min(ceiling))
                .sum()
        };
        let mut to_look_at: Vec<u32> = (0..self.records.len() as u32).collect();
        while let Some(record) = to_look_at.pop() {
            let place = record as usize;
            if !kept[place] || decided[place] || most(&sums, record) >= enough {
                continue;
            }
            kept[place] = false;
            for &key in &self.held[place] {
                left[key as usize] -= 1;
                if left[key as usize] == 1 {
                    // The one who still holds it shares it with nobody. Found by a scan, which a
                    // key sees once.
                    let last = self.holders[key as usize]
                        .iter()
                        .find(|&&r| kept[r as usize]);
                    if let Some(&last) = last {
                        let key = &self.keys[key as usize];
                        sums[last as usize * ceilings.len() + key.group] -= u64::from(key.units);
                        to_look_at.push(last);
                    }
                }
            }
        }
        kept
    }

    /// Records that are together from the start, numbered by what they hold.
    fn nodes(&mut self, bundles: &Bundles) -> Vec<Vec<u32>> {
        let mut decided: BTreeMap<u32, Vec<u32>> = BTreeMap::new();
        let mut own_node = vec![false; self.records.len()];
        let ends = self.must.iter().chain(&self.cannot);
        for record in ends.flat_map(|&(a, b)| [a, b]) {
            own_node[record as usize] = true;
        }
        let mut free: Vec<u32> = Vec::new();
        for record in 0..self.records.len() as u32 {
            if own_node[record as usize] {
                decided
                    .entry(find(&mut self.together, record))
                    .or_default()
                    .push(record);
            } else if !bundles.held[record as usize].is_empty() {
                free.push(record);
            }
        }
        free.sort_by(|&a, &b| bundles.held[a as usize].cmp(&bundles.held[b as usize]));
        let mut nodes: Vec<Vec<u32>> = free
            .chunk_by(|&a, &b| bundles.held[a as usize] == bundles.held[b as usize])
            .map(<[u32]>::to_vec)
            .collect();
        nodes.extend(decided.into_values());
        let content = |node: &Vec<u32>| {
            let mut keys: Vec<u32> = node
                .iter()
                .flat_map(|&record| bundles.held[record as usize].clone())
                .collect();
            keys.sort_unstable();
            keys.dedup();
            (keys, node.len(), own_node[node[0] as usize], node[0])
        };
        nodes.sort_by_cached_key(content);
        nodes
    }

    /// The nodes as histograms, with who must not meet whom.
    fn histograms(&self, bundles: &Bundles, nodes: &[Vec<u32>]) -> Vec<Node> {
        let mut node_of = vec![u32::MAX; self.records.len()];
        let mut histograms = Vec::with_capacity(nodes.len());
        for (members, place) in nodes.iter().zip(0..) {
            let mut histogram: BTreeMap<u32, Held> = BTreeMap::new();
            for &record in members {
                node_of[record as usize] = place;
                for &key in &bundles.held[record as usize] {
                    let held = histogram.entry(key).or_insert(Held {
                        key,
                        count: 0.0,
                        strength: 0.0,
                    });
                    held.count += 1.0;
                    held.strength += bundles.strength(record, key);
                }
            }
            histograms.push(Node {
                size: members.len() as f64,
                histogram: histogram.into_values().collect(),
                enemies: Vec::new(),
            });
        }
        for &(a, b) in &self.cannot {
            let (a, b) = (node_of[a as usize], node_of[b as usize]);
            histograms[a as usize].enemies.push(b);
            histograms[b as usize].enemies.push(a);
        }
        histograms
    }
}

/// How many times its group's ceiling a record may hold before it speaks less with each key.
const SPEAKS: u64 = 4;

/// Keys that the very same records hold, as one, with how far each record may speak in each group.
pub(crate) struct Bundles {
    /// By bundle.
    pub(crate) worths: Vec<Worth>,
    /// By record: its bundles, ascending.
    pub(crate) held: Vec<Vec<u32>>,
    /// By record and group: what a record's keys there count for, 0 to 1.
    strengths: Vec<f64>,
    group_count: usize,
}

impl Bundles {
    fn new(graph: &Graph, kept: &[bool], model: &Model) -> Self {
        let ceilings = model.ceilings();
        let mut by_holders: Vec<((usize, Dilution), Vec<u32>, u32)> = Vec::new();
        for ((key, holders), place) in graph.keys.iter().zip(&graph.holders).zip(0..) {
            let holders: Vec<u32> = holders
                .iter()
                .copied()
                .filter(|&record| kept[record as usize])
                .collect();
            if holders.len() > 1 {
                by_holders.push(((key.group, key.dilution), holders, place));
            }
        }
        by_holders.sort_unstable();
        let mut runs: Vec<_> = by_holders
            .chunk_by(|x, y| x.0 == y.0 && x.1 == y.1)
            .collect();
        // Bundles are numbered by their first key: the order above hangs on numbers of records.
        runs.sort_unstable_by_key(|run| run[0].2);

        let group_count = ceilings.len();
        let mut held = vec![Vec::new(); graph.records.len()];
        let mut sums = vec![0_u64; graph.records.len() * group_count];
        let mut worths = Vec::new();
        for (run, bundle) in runs.into_iter().zip(0..) {
            let ((group, dilution), holders, _) = &run[0];
            let sum = run
                .iter()
                .map(|&(.., key)| u64::from(graph.keys[key as usize].units))
                .sum();
            let units = ceilings[*group].min(sum);
            worths.push(Worth {
                weight: units as f64 / UNITS_PER_BIT,
                group: *group,
                dilution: *dilution,
            });
            for &record in holders {
                held[record as usize].push(bundle);
                sums[record as usize * group_count + group] += units;
            }
        }
        let strengths = sums
            .iter()
            .zip(ceilings.iter().cycle())
            .map(|(&sum, &ceiling)| {
                let most = SPEAKS * ceiling;
                if sum > most {
                    (most as f64 / sum as f64).sqrt()
                } else {
                    1.0
                }
            })
            .collect();
        Self {
            worths,
            held,
            strengths,
            group_count,
        }
    }

    /// How far a record may speak with a bundle that it holds.
    pub(crate) fn strength(&self, record: u32, bundle: u32) -> f64 {
        let group = self.worths[bundle as usize].group;
        self.strengths[record as usize * self.group_count + group]
    }
}
