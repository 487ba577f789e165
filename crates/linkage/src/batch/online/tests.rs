//! Online is batch, and ids stay.

use std::collections::{BTreeMap, BTreeSet};

use proptest::prelude::*;

use crate::batch::{
    ColumnKind, Frequencies, Index, IndexError, IndexOptions, LinkError, LinkType, Linkage,
    LinkageOptions, Model, Records, RecordsBuilder, Value, WeightedPair,
};
use crate::key::{Decision, RecordId};

const COLUMNS: [(&str, ColumnKind); 4] = [
    ("name", ColumnKind::Text),
    ("born", ColumnKind::Date),
    ("owns", ColumnKind::TextSet),
    ("hash", ColumnKind::Hash),
];

/// Every sort of key, frequencies of values and of elements, rarity, and a relation.
const MODEL: &str = r#"
    prior = 0.02
    blocking = [
      { keys = [{ column = "name", part = { first_letters = 1 } }, { column = "born", part = "year" }] },
      { keys = [{ column = "owns", part = "elements" }, { column = "born" }] },
      { keys = [{ column = "name" }] },
      { keys = [{ column = "hash", part = { bands = 64 } }] },
      { keys = [{ column = "owns", part = { minhash_bands = { bands = 2, rows = 1 } } }] },
    ]
    [[comparisons]]
    name = "name"
    levels = [
      { when = { is = "exact", column = "name" }, m = 0.8, u = 0.1, term_frequency = true },
      { when = { is = "levenshtein", column = "name", at_most = 1 }, m = 0.15, u = 0.1 },
      { when = { is = "otherwise" }, m = 0.05, u = 0.8 },
    ]
    [[comparisons]]
    name = "born"
    levels = [
      { when = { is = "exact", column = "born" }, m = 0.9, u = 0.1 },
      { when = { is = "days", column = "born", at_most = 400 }, m = 0.08, u = 0.3 },
      { when = { is = "otherwise" }, m = 0.02, u = 0.6 },
    ]
    [[comparisons]]
    name = "owns"
    levels = [
      { when = { is = "shared_rarity", column = "owns", at_least = 4.0 }, m = 0.5, u = 0.01 },
      { when = { is = "exact", column = "owns", part = "elements" }, m = 0.3, u = 0.2, term_frequency = true },
      { when = { is = "otherwise" }, m = 0.2, u = 0.79 },
    ]
    [[comparisons]]
    name = "hash"
    levels = [
      { when = { is = "hamming", column = "hash", at_most = 8 }, m = 0.7, u = 0.01 },
      { when = { is = "otherwise" }, m = 0.3, u = 0.99 },
    ]
    [[relations]]
    through = ["born", "owns"]
    prior = 0.05
    levels = [[0.1, 0.1, 0.8], [0.6, 0.3, 0.1], [0.4, 0.4, 0.2], [0.01, 0.99]]
"#;

#[derive(Debug, Clone, PartialEq)]
struct Row {
    source: u16,
    name: &'static str,
    born: Option<i32>,
    owns: Vec<&'static str>,
    hash: Option<u8>,
}

impl Row {
    fn with_values<T>(&self, each: impl FnOnce(&[Value<'_>]) -> T) -> T {
        // hashes of few differing bits
        let hash = self.hash.map(|bits| [bits; 32].map(|byte| byte & 0x11));
        each(&[
            Value::Text(self.name),
            self.born.map_or(Value::Null, Value::Date),
            Value::TextSet(&self.owns),
            hash.as_ref().map_or(Value::Null, Value::Hash),
        ])
    }
}

fn records<'r>(rows: impl IntoIterator<Item = &'r Row>) -> Records {
    let mut builder = RecordsBuilder::new(&COLUMNS).unwrap();
    for row in rows {
        row.with_values(|values| builder.push(row.source, values).unwrap());
    }
    builder.finish()
}

fn model() -> Model {
    Model::from_toml(MODEL).unwrap()
}

/// Counts of a data set that lacks some of the values.
fn frequencies() -> Frequencies {
    let row = |name, owns: &[&'static str]| Row {
        source: 0,
        name,
        born: None,
        owns: owns.to_vec(),
        hash: None,
    };
    let base = records(&[
        row("ann", &["x", "y"]),
        row("ann", &["x"]),
        row("bob", &["x", "z"]),
        row("cid", &["w"]),
        row("", &["x"]),
    ]);
    let linkage = Linkage::new(model(), &base, LinkageOptions::default()).unwrap();
    linkage.frequencies()
}

#[derive(Debug, Clone)]
enum Act {
    Insert(u64, Row),
    Remove(u64),
    Decide(u64, u64, bool),
    Undo(u64, u64),
}

fn row() -> impl Strategy<Value = Row> {
    let names = prop::sample::select(vec!["ann", "anne", "bob", "bo", "cid", "abba", ""]);
    let days = prop::option::weighted(0.8, prop::sample::select(vec![0, 1, 200, 366, 5000]));
    let owns = prop::collection::vec(
        prop::sample::select(vec!["w", "x", "y", "z", "v", "u", ""]),
        0..4,
    );
    let hash = prop::option::weighted(0.3, prop::sample::select(vec![0_u8, 1, 0x10, 0x11]));
    (0..2_u16, names, days, owns, hash).prop_map(|(source, name, born, owns, hash)| Row {
        source,
        name,
        born,
        owns,
        hash,
    })
}

fn act() -> impl Strategy<Value = Act> {
    let id = || 0..16_u64;
    prop_oneof![
        8 => (id(), row()).prop_map(|(id, row)| Act::Insert(id, row)),
        2 => id().prop_map(Act::Remove),
        2 => (id(), id(), any::<bool>()).prop_map(|(a, b, together)| Act::Decide(a, b, together)),
        1 => (id(), id()).prop_map(|(a, b)| Act::Undo(a, b)),
    ]
}

fn decision((a, b): (u64, u64), together: bool) -> Decision {
    match together {
        true => Decision::MustLink(RecordId(a), RecordId(b)),
        false => Decision::CannotLink(RecordId(a), RecordId(b)),
    }
}

type Partition = BTreeSet<Vec<u64>>;

/// What the batch makes of records and decisions.
struct Batch {
    series: Partition,
    weights: BTreeMap<(u64, u64), f64>,
    aside: Vec<(usize, u32)>,
}

fn in_batch(
    rows: &BTreeMap<u64, Row>,
    decisions: &BTreeMap<(u64, u64), bool>,
    frequencies: &Frequencies,
    options: IndexOptions,
) -> Batch {
    let ids: Vec<u64> = rows.keys().copied().collect();
    let records = records(rows.values());
    let batch = LinkageOptions {
        link_type: options.link_type,
        ..LinkageOptions::default()
    };
    let linkage = Linkage::new(model(), &records, batch)
        .unwrap()
        .with_frequencies(frequencies)
        .with_largest_block(options.largest_block);
    let (mut links, mut weights) = (Vec::<WeightedPair>::new(), BTreeMap::new());
    linkage
        .predict(0.0, |link| {
            let pair = (ids[link.left as usize], ids[link.right as usize]);
            assert!(
                weights
                    .insert((pair.0.min(pair.1), pair.0.max(pair.1)), link.weight)
                    .is_none()
            );
            links.push(link.weighted());
        })
        .unwrap();
    let number = |id: u64| ids.binary_search(&id).map_or(u64::MAX, |at| at as u64);
    let decisions: Vec<Decision> = decisions
        .iter()
        .map(|((a, b), together)| decision((number(*a), number(*b)), *together))
        .collect();
    let clusters = linkage
        .clusters_as_decided(&links, options.threshold, &decisions)
        .unwrap();
    let mut members = BTreeMap::<u32, Vec<u64>>::new();
    for (id, cluster) in ids.iter().zip(clusters) {
        members.entry(cluster).or_default().push(*id);
    }
    let mut aside = linkage.set_aside();
    aside.sort_unstable();
    Batch {
        series: members.into_values().collect(),
        weights,
        aside,
    }
}

fn online(index: &Index, rows: &BTreeMap<u64, Row>) -> Partition {
    let series = rows
        .keys()
        .map(|id| index.series_of(RecordId(*id)).unwrap());
    let series: BTreeSet<_> = series.collect();
    assert_eq!(series.len(), index.series_count());
    series
        .into_iter()
        .map(|series| {
            let members = index.members(series).into_iter();
            members.map(|id| id.0).collect()
        })
        .collect()
}

fn check(acts: &[Act], options: IndexOptions) {
    let frequencies = frequencies();
    let mut index = Index::new(model(), &COLUMNS, frequencies.clone(), options).unwrap();
    let (mut rows, mut decisions) = (BTreeMap::new(), BTreeMap::new());
    for (at, act) in acts.iter().enumerate() {
        match act {
            Act::Insert(id, row) => {
                row.with_values(|values| index.insert(RecordId(*id), row.source, values).unwrap());
                rows.insert(*id, row.clone());
            }
            Act::Remove(id) => {
                let removed = index.remove(RecordId(*id));
                assert_eq!(removed.is_some(), rows.remove(id).is_some());
            }
            Act::Decide(a, b, together) => {
                index.decide(decision((*a, *b), *together));
                if a != b {
                    decisions.insert((*a.min(b), *a.max(b)), *together);
                }
            }
            Act::Undo(a, b) => {
                index.undo(RecordId(*a), RecordId(*b));
                decisions.remove(&(*a.min(b), *a.max(b)));
            }
        }
        if at % 8 != 0 && at + 1 != acts.len() {
            continue;
        }
        let batch = in_batch(&rows, &decisions, &frequencies, options);
        assert_eq!(online(&index, &rows), batch.series);
        let mut aside = index.set_aside();
        aside.sort_unstable();
        assert_eq!(aside, batch.aside);
        for ((a, b), weight) in batch.weights {
            let score = index.score(RecordId(a), RecordId(b));
            assert_eq!(score, Some(weight));
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]

    #[test]
    fn series_after_any_acts_are_those_of_the_batch(
        acts in prop::collection::vec(act(), 1..40),
        link in any::<bool>(),
        largest_block in 2..6_u32,
        threshold in prop::sample::select(vec![-2.0, 0.0, 3.0]),
    ) {
        let link_type = if link { LinkType::Link } else { LinkType::Dedupe };
        check(&acts, IndexOptions { link_type, threshold, largest_block });
    }
}

/// An index where one name is one series, or two names one letter apart.
struct Names(Index);

impl Names {
    fn new() -> Names {
        let model = Model::from_toml(
            r#"
            prior = 0.1
            blocking = [{ keys = [{ column = "town" }] }]
            [[comparisons]]
            name = "name"
            levels = [
              { when = { is = "levenshtein", column = "name", at_most = 1 }, m = 0.9, u = 0.01 },
              { when = { is = "otherwise" }, m = 0.1, u = 0.99 },
            ]
            "#,
        );
        let columns = [("name", ColumnKind::Text), ("town", ColumnKind::Text)];
        let options = IndexOptions {
            largest_block: 4,
            ..IndexOptions::default()
        };
        Names(Index::new(model.unwrap(), &columns, Frequencies::default(), options).unwrap())
    }

    fn insert(&mut self, id: u64, name: &str) {
        let values = [Value::Text(name), Value::Text("Lyon")];
        self.0.insert(RecordId(id), 0, &values).unwrap();
    }

    fn series(&self, id: u64) -> u64 {
        self.0.series_of(RecordId(id)).unwrap().0
    }
}

#[test]
fn the_larger_of_two_parts_keeps_the_id_and_the_history_says_what_passed() {
    let mut names = Names::new();
    names.insert(1, "Dupont");
    names.insert(2, "Dupont");
    names.insert(3, "Martin");
    let (dupont, martin) = (names.series(1), names.series(3));
    assert_eq!(names.series(2), dupont);

    let merged = names.0.decide(Decision::MustLink(RecordId(2), RecordId(3)));
    assert_eq!(names.series(3), dupont);
    let [passage] = merged.passages[..] else {
        panic!("{merged:?}");
    };
    assert_eq!(
        (passage.from.0, passage.to.0, passage.records),
        (martin, dupont, 1)
    );
    assert_eq!(names.0.became(passage.from), [passage.to]);

    let parted = names.0.undo(RecordId(2), RecordId(3));
    assert_eq!(names.series(1), dupont);
    // an id is never given twice
    assert!(![dupont, martin].contains(&names.series(3)));
    assert_eq!(parted.passages.len(), 1);
    assert_eq!(names.0.history(passage.to).len(), 2);
}

#[test]
fn a_block_beyond_the_limit_makes_no_pair_until_it_is_smaller() {
    let mut names = Names::new();
    for id in 0..4 {
        names.insert(id, "Dupont");
    }
    assert_eq!(names.series(0), names.series(3));
    names.insert(4, "Dupont");
    assert_eq!(names.0.set_aside(), [(0, 5)]);
    assert_eq!(names.0.series_count(), 5);
    let values = [Value::Text("Dupont"), Value::Text("Lyon")];
    assert_eq!(names.0.candidates(0, &values), Ok(Vec::new()));

    names.0.remove(RecordId(2));
    assert!(names.0.set_aside().is_empty());
    assert_eq!(names.0.series_count(), 1);
    assert_eq!(names.0.candidates(0, &values).unwrap().len(), 4);
}

#[test]
fn must_links_prevail_and_the_cannot_link_is_named() {
    let mut names = Names::new();
    for id in 1..=3 {
        names.insert(id, ["", "Dupont", "Martin", "Bernard"][id as usize]);
    }
    let [a, b, c] = [1, 2, 3].map(RecordId);
    names.0.decide(Decision::CannotLink(c, a));
    assert!(names.0.contradictions().is_empty());
    names.0.decide(Decision::MustLink(a, b));
    names.0.decide(Decision::MustLink(b, c));
    assert_eq!(names.0.series_count(), 1);
    assert_eq!(names.0.contradictions(), [Decision::CannotLink(a, c)]);
}

#[test]
fn a_model_without_parameters_and_values_that_do_not_fit_are_refused() {
    let untrained = MODEL.replace("prior = 0.02", "");
    let untrained = Model::from_toml(&untrained).unwrap();
    let with = |model, columns: &[(&str, ColumnKind)], frequencies| {
        Index::new(model, columns, frequencies, IndexOptions::default())
    };
    let make = |model, columns: &[(&str, ColumnKind)]| with(model, columns, frequencies());
    assert!(matches!(
        make(untrained, &COLUMNS),
        Err(IndexError::Link(LinkError::Untrained { .. }))
    ));
    assert!(matches!(
        make(model(), &COLUMNS[..2]),
        Err(IndexError::Link(LinkError::NoColumn { .. }))
    ));
    // Weights that count values would move with each record.
    let uncounted = with(model(), &COLUMNS, Frequencies::default());
    assert!(matches!(uncounted, Err(IndexError::Uncounted(column)) if column == "name"));
    let mut index = make(model(), &COLUMNS).unwrap();
    assert!(index.insert(RecordId(1), 0, &[Value::Null]).is_err());
    assert!(index.is_empty());
    assert_eq!(index.score(RecordId(1), RecordId(2)), None);
    assert!(index.remove(RecordId(1)).is_none());
}
