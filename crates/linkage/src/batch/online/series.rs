//! Ids of series that stay, and what became of those that did not.

use std::collections::{BTreeMap, BTreeSet, HashMap};

/// A series, by a number that is never given twice.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SeriesId(pub u64);

/// Records that went from one series to another in an act.
///
/// A merge is a passage of all records of a series, which ends; a split one to a series that begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Passage {
    /// The act, counted from 1.
    pub act: u64,
    /// Where they were.
    pub from: SeriesId,
    /// Where they are.
    pub to: SeriesId,
    /// How many.
    pub records: u32,
}

const NONE: SeriesId = SeriesId(0);

/// Who is in which series, and how it came to be.
#[derive(Debug, Default)]
pub(super) struct Registry {
    /// The series of each record; `NONE` for one that is not there.
    series_of: Vec<SeriesId>,
    members: HashMap<SeriesId, Vec<u32>>,
    last: u64,
    passages: Vec<Passage>,
    /// The passages from and to each series, by their place.
    of: BTreeMap<SeriesId, Vec<usize>>,
}

impl Registry {
    pub(super) fn series_of(&self, record: u32) -> SeriesId {
        let series = self.series_of.get(record as usize);
        series.copied().unwrap_or(NONE)
    }

    pub(super) fn members(&self, series: SeriesId) -> &[u32] {
        self.members.get(&series).map_or(&[], Vec::as_slice)
    }

    pub(super) fn count(&self) -> usize {
        self.members.len()
    }

    pub(super) fn history(&self, series: SeriesId) -> Vec<Passage> {
        let of = self.of.get(&series).into_iter().flatten();
        of.map(|at| self.passages[*at]).collect()
    }

    /// The living series that hold what a series held when it ended; itself while it lives.
    pub(super) fn became(&self, series: SeriesId) -> Vec<SeriesId> {
        let (mut found, mut seen) = (BTreeSet::new(), BTreeSet::from([series]));
        let mut waiting = vec![series];
        while let Some(series) = waiting.pop() {
            if self.members.contains_key(&series) {
                found.insert(series);
                continue;
            }
            let passages = self.history(series);
            let to = passages.iter().filter(|passage| passage.from == series);
            waiting.extend(to.map(|passage| passage.to).filter(|to| seen.insert(*to)));
        }
        found.into_iter().collect()
    }

    /// A record is no more.
    pub(super) fn leave(&mut self, record: u32) {
        let series = self.series_of(record);
        self.put(record, NONE);
        if let Some(members) = self.members.get_mut(&series) {
            members.retain(|member| *member != record);
            if members.is_empty() {
                self.members.remove(&series);
            }
        }
    }

    /// Gives each cluster an id: that of the series with which it shares most records, the older where
    /// two are as good; the id of a series goes to one cluster. Gives what passed.
    ///
    /// A series of which a record is in the clusters has all its records there.
    pub(super) fn settle(&mut self, act: u64, clusters: Vec<Vec<u32>>) -> Vec<Passage> {
        let mut shared = BTreeMap::<(SeriesId, usize), u32>::new();
        for (at, cluster) in clusters.iter().enumerate() {
            let before = cluster.iter().map(|record| self.series_of(*record));
            let before = before.filter(|series| *series != NONE);
            before.for_each(|series| *shared.entry((series, at)).or_default() += 1);
        }
        let mut best: Vec<(u32, (SeriesId, usize))> =
            shared.iter().map(|(of, records)| (*records, *of)).collect();
        best.sort_by_key(|(records, of)| (std::cmp::Reverse(*records), *of));
        let mut ids: Vec<Option<SeriesId>> = vec![None; clusters.len()];
        for (_, (series, at)) in best {
            if ids[at].is_none() && self.members.remove(&series).is_some() {
                ids[at] = Some(series);
            }
        }
        for (series, _) in shared.keys() {
            self.members.remove(series);
        }
        let mut given = Vec::with_capacity(clusters.len());
        for (cluster, id) in clusters.into_iter().zip(ids) {
            let id = id.unwrap_or_else(|| self.begin());
            given.push(id);
            for record in &cluster {
                self.put(*record, id);
            }
            self.members.insert(id, cluster);
        }
        let passed = shared.iter().filter_map(|(&(from, at), &records)| {
            let to = given[at];
            (from != to).then_some(Passage {
                act,
                from,
                to,
                records,
            })
        });
        let passed: Vec<Passage> = passed.collect();
        for passage in &passed {
            for series in [passage.from, passage.to] {
                self.of.entry(series).or_default().push(self.passages.len());
            }
            self.passages.push(*passage);
        }
        passed
    }

    fn put(&mut self, record: u32, series: SeriesId) {
        if self.series_of.len() <= record as usize {
            self.series_of.resize(record as usize + 1, NONE);
        }
        self.series_of[record as usize] = series;
    }

    fn begin(&mut self) -> SeriesId {
        self.last += 1;
        SeriesId(self.last)
    }
}
