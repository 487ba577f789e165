//! Records in memory, with their series kept while records come and go.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use crate::{
    component::{Clustering, Component},
    key::{Decision, Key, KeyId, KindIx, RecordId},
    model::Model,
    series::Series,
};

/// Records with their keys and the series they make, equal at any moment to what
/// [`Component::cluster`] makes of all of them at once.
///
/// A change re-clusters the component it touches and no other: the records that can be reached
/// from it by keys that are not capped and by must-links. A key that its holders describe
/// differently counts as damped if one says so.
///
/// ```
/// # let text = "threshold = 3.0\ngrowth = 1.0\nmost = 20.0\nprior_bits = -9.0\nreference_population = 1000000\ndamping = 0.1\n
/// # [[kind]]\nname = 'iban'\ntrust = 1.0\nmax_bits = 18.0\ncap = 100\nleads = 'alone'";
/// use linkage::{Index, Key, KeyId, Model, RecordId};
///
/// let model = Model::from_toml(text)?;
/// let iban = model.kind("iban").unwrap();
/// let account = Key { id: KeyId(7), kind: iban, damped: false };
/// let mut index = Index::new(model);
/// index.insert(RecordId(1), [account]);
/// index.insert(RecordId(2), [account]);
/// assert_eq!(index.series()[0].members, [RecordId(1), RecordId(2)]);
/// index.remove(RecordId(1));
/// assert!(index.series().is_empty());
/// # Ok::<(), linkage::ModelError>(())
/// ```
#[derive(Debug, Clone)]
pub struct Index {
    model: Model,
    records: BTreeMap<RecordId, BTreeMap<KeyId, Key>>,
    holders: HashMap<KeyId, Holders>,
    decisions: BTreeSet<Decision>,
    decisions_of: HashMap<RecordId, BTreeSet<Decision>>,
    /// By the smallest record of each component.
    components: BTreeMap<RecordId, (Vec<RecordId>, Clustering)>,
    /// By record: the smallest record of its component.
    component_of: HashMap<RecordId, RecordId>,
}

/// Who holds a key, and how many describe it in which way.
#[derive(Debug, Clone, Default)]
struct Holders {
    records: BTreeSet<RecordId>,
    described: BTreeMap<(bool, KindIx), usize>,
}

impl Holders {
    /// The weakest description, as [`Component::push_key`] takes it.
    fn describe(&self, id: KeyId) -> Option<Key> {
        let (&(damped, kind), _) = self.described.last_key_value()?;
        Some(Key { id, kind, damped })
    }
}

impl Index {
    /// An index without records.
    pub fn new(model: Model) -> Self {
        Self {
            model,
            records: BTreeMap::new(),
            holders: HashMap::new(),
            decisions: BTreeSet::new(),
            decisions_of: HashMap::new(),
            components: BTreeMap::new(),
            component_of: HashMap::new(),
        }
    }

    /// Adds a record, or gives it other keys.
    pub fn insert(&mut self, record: RecordId, keys: impl IntoIterator<Item = Key>) {
        let mut touched = self.take_out(record);
        let mut by_id: BTreeMap<KeyId, Key> = BTreeMap::new();
        for key in keys {
            let known = by_id.entry(key.id).or_insert(key);
            if (key.damped, key.kind) > (known.damped, known.kind) {
                *known = key;
            }
        }
        for key in by_id.values() {
            self.touch(key.id, &mut touched);
            let holders = self.holders.entry(key.id).or_default();
            holders.records.insert(record);
            *holders.described.entry((key.damped, key.kind)).or_default() += 1;
            self.touch(key.id, &mut touched);
        }
        self.records.insert(record, by_id);
        touched.insert(record);
        // Someone may have decided about this record before it came.
        for decision in self.decisions_of.get(&record).into_iter().flatten() {
            let (a, b) = decision.records();
            touched.extend([a, b]);
        }
        self.recluster(touched);
    }

    /// Takes a record away. What was decided about it stays and holds again if it comes back.
    pub fn remove(&mut self, record: RecordId) {
        let touched = self.take_out(record);
        self.recluster(touched);
    }

    /// A person decided. It holds as soon as both records are here.
    pub fn decide(&mut self, decision: Decision) {
        let decision = decision.ordered();
        self.decisions.insert(decision);
        let (a, b) = decision.records();
        for record in [a, b] {
            self.decisions_of
                .entry(record)
                .or_default()
                .insert(decision);
        }
        self.recluster(BTreeSet::from([a, b]));
    }

    /// A person took a decision back.
    pub fn undecide(&mut self, decision: Decision) {
        let decision = decision.ordered();
        self.decisions.remove(&decision);
        let (a, b) = decision.records();
        for record in [a, b] {
            if let Some(decisions) = self.decisions_of.get_mut(&record) {
                decisions.remove(&decision);
            }
        }
        self.recluster(BTreeSet::from([a, b]));
    }

    /// All series, by their first record.
    pub fn series(&self) -> Vec<&Series> {
        let clusterings = self.components.values().map(|(_, clustering)| clustering);
        let mut series: Vec<&Series> = clusterings.flat_map(|found| &found.series).collect();
        series.sort_unstable_by_key(|series| series.members[0]);
        series
    }

    /// The series of a record, if it is in one.
    pub fn series_of(&self, record: RecordId) -> Option<&Series> {
        let (_, clustering) = self.components.get(self.component_of.get(&record)?)?;
        let mut series = clustering.series.iter();
        series.find(|series| series.members.binary_search(&record).is_ok())
    }

    /// Cannot-links that must-links make impossible to keep.
    pub fn contradictions(&self) -> Vec<Decision> {
        let clusterings = self.components.values().map(|(_, clustering)| clustering);
        let mut all: Vec<Decision> = clusterings
            .flat_map(|found| found.contradictions.clone())
            .collect();
        all.sort_unstable();
        all
    }

    /// The holders of a key that says something, and its description.
    fn said_by(&self, id: KeyId) -> Option<(&BTreeSet<RecordId>, Key)> {
        let holders = self.holders.get(&id)?;
        let key = holders.describe(id)?;
        let df = holders.records.len() as u64;
        (self.model.weight_units(key.kind, df, key.damped) > 0).then_some((&holders.records, key))
    }

    /// The holders of a key whose weight is about to change or has just changed. A key that is
    /// capped before and after touches nobody.
    fn touch(&self, id: KeyId, touched: &mut BTreeSet<RecordId>) {
        if let Some((holders, _)) = self.said_by(id) {
            touched.extend(holders);
        }
    }

    /// Takes a record out without building series; returns whom that touches.
    fn take_out(&mut self, record: RecordId) -> BTreeSet<RecordId> {
        let mut touched = BTreeSet::new();
        let Some(keys) = self.records.remove(&record) else {
            return touched;
        };
        for key in keys.values() {
            self.touch(key.id, &mut touched);
            if let Some(holders) = self.holders.get_mut(&key.id) {
                holders.records.remove(&record);
                let description = (key.damped, key.kind);
                if let Some(count) = holders.described.get_mut(&description) {
                    *count -= 1;
                    if *count == 0 {
                        holders.described.remove(&description);
                    }
                }
                if holders.records.is_empty() {
                    self.holders.remove(&key.id);
                }
            }
            self.touch(key.id, &mut touched);
        }
        touched.insert(record);
        touched
    }

    /// Builds anew the components that touched records were in and are in.
    fn recluster(&mut self, touched: BTreeSet<RecordId>) {
        let mut affected = touched;
        let old: BTreeSet<RecordId> = affected
            .iter()
            .filter_map(|record| self.component_of.get(record).copied())
            .collect();
        for component in old {
            if let Some((members, _)) = self.components.remove(&component) {
                for member in &members {
                    self.component_of.remove(member);
                }
                affected.extend(members);
            }
        }
        for record in affected {
            if self.records.contains_key(&record) && !self.component_of.contains_key(&record) {
                self.build(record);
            }
        }
    }

    /// Finds the component of a record and builds its series.
    fn build(&mut self, start: RecordId) {
        let mut component = Component::new();
        let mut members = BTreeSet::from([start]);
        let mut keys_seen: HashSet<KeyId> = HashSet::new();
        let mut to_visit = vec![start];
        while let Some(record) = to_visit.pop() {
            for &id in self.records[&record].keys() {
                if !keys_seen.insert(id) {
                    continue;
                }
                let Some((holders, key)) = self.said_by(id) else {
                    continue;
                };
                component.push_key(key, holders.len() as u64);
                for &other in holders {
                    component.push_member(id, other);
                    if members.insert(other) {
                        to_visit.push(other);
                    }
                }
            }
            for decision in self.decisions_of.get(&record).into_iter().flatten() {
                if let Decision::MustLink(a, b) = *decision {
                    let other = if a == record { b } else { a };
                    if self.records.contains_key(&other) && members.insert(other) {
                        to_visit.push(other);
                    }
                }
            }
        }
        for record in &members {
            for &decision in self.decisions_of.get(record).into_iter().flatten() {
                let (a, b) = decision.records();
                if members.contains(&a) && members.contains(&b) {
                    component.push_decision(decision);
                }
            }
        }
        let clustering = component.cluster(&self.model);
        let first = *members.first().expect("the start is a member");
        for &member in &members {
            self.component_of.insert(member, first);
        }
        self.components
            .insert(first, (members.into_iter().collect(), clustering));
    }
}
