//! The same records give the same series, whichever way and in whichever order they arrive.

use std::collections::BTreeMap;

use linkage::{Decision, Index, Key, KeyId, Model, RecordId, Series};
use proptest::prelude::*;

use super::{batch, submissions};

#[derive(Debug, Clone)]
enum Change {
    Insert(u64, Vec<(u64, bool)>),
    Remove(u64),
    Decide(Decision),
    Undecide(Decision),
}

/// A small cap, so that keys become capped and come back, and small parts, so that some are too large.
fn small_model() -> Model {
    let text = "
        threshold = 4.0
        growth = 1.0
        most = 12.0
        largest_part = 9
        prior_bits = -9.0
        reference_population = 1000
        damping = 0.5
        [[group]]
        name = 'g'
        max_bits = 12.0
        [[kind]]
        name = 'strong'
        trust = 1.0
        max_bits = 9.0
        cap = 6
        group = 'g'
        leads = 'alone'
        [[kind]]
        name = 'weak'
        trust = 0.5
        max_bits = 5.0
        cap = 5
        group = 'g'
        leads = 'second'
        dilution = 0.25
        [[kind]]
        name = 'alone'
        trust = 0.7
        max_bits = 9.0
        cap = 40
        leads = 'alone'
        [[kind]]
        name = 'chance'
        trust = 0.6
        max_bits = 6.0
        cap = 6
        leads = 'paired'
        dilution = 0.25
        group = 'g'";
    Model::from_toml(text).unwrap()
}

fn key(model: &Model, id: u64, damped: bool) -> Key {
    let kind = model
        .kind(["strong", "weak", "alone", "chance"][id as usize % 4])
        .unwrap();
    Key {
        id: KeyId(id),
        kind,
        damped,
    }
}

fn change() -> impl Strategy<Value = Change> {
    let records = 0..24_u64;
    let keys = prop::collection::vec((0..20_u64, prop::bool::weighted(0.1)), 0..5);
    let pair = (records.clone(), records.clone(), any::<bool>()).prop_map(|(a, b, must)| {
        let (a, b) = (RecordId(a), RecordId(b));
        if must {
            Decision::MustLink(a, b)
        } else {
            Decision::CannotLink(a, b)
        }
    });
    prop_oneof![
        6 => (records.clone(), keys).prop_map(|(record, keys)| Change::Insert(record, keys)),
        2 => records.prop_map(Change::Remove),
        1 => pair.clone().prop_map(Change::Decide),
        1 => pair.prop_map(Change::Undecide),
    ]
}

/// Applies changes to an index and to plain collections.
struct Both {
    index: Index,
    records: BTreeMap<u64, Vec<Key>>,
    decisions: Vec<Decision>,
}

impl Both {
    fn new() -> Self {
        Self {
            index: Index::new(small_model()),
            records: BTreeMap::new(),
            decisions: Vec::new(),
        }
    }

    fn apply(&mut self, change: &Change) {
        let model = small_model();
        match change {
            Change::Insert(record, keys) => {
                let keys: Vec<Key> = keys
                    .iter()
                    .map(|&(id, damped)| key(&model, id, damped))
                    .collect();
                self.index.insert(RecordId(*record), keys.clone());
                self.records.insert(*record, keys);
            }
            Change::Remove(record) => {
                self.index.remove(RecordId(*record));
                self.records.remove(record);
            }
            Change::Decide(decision) => {
                self.index.decide(*decision);
                self.decisions.push(*decision);
            }
            Change::Undecide(decision) => {
                self.index.undecide(*decision);
                let same = |other: &Decision| match (*other, *decision) {
                    (Decision::MustLink(a, b), Decision::MustLink(x, y))
                    | (Decision::CannotLink(a, b), Decision::CannotLink(x, y)) => {
                        (a, b) == (x, y) || (a, b) == (y, x)
                    }
                    _ => false,
                };
                self.decisions.retain(|other| !same(other));
            }
        }
    }

    fn batch(&self) -> linkage::Clustering {
        let here = |record: RecordId| self.records.contains_key(&record.0);
        let decisions: Vec<Decision> = self
            .decisions
            .iter()
            .copied()
            .filter(|decision| match *decision {
                Decision::MustLink(a, b) | Decision::CannotLink(a, b) => here(a) && here(b),
            })
            .collect();
        let records: Vec<(RecordId, Vec<Key>)> = self
            .records
            .iter()
            .map(|(&id, keys)| (RecordId(id), keys.clone()))
            .collect();
        batch(&small_model(), &records, &decisions)
    }
}

fn owned(index: &Index) -> Vec<Series> {
    index.series().into_iter().cloned().collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn after_every_change(changes in prop::collection::vec(change(), 1..50)) {
        let mut both = Both::new();
        for change in &changes {
            both.apply(change);
            let clustering = both.batch();
            prop_assert_eq!(owned(&both.index), clustering.series);
            prop_assert_eq!(both.index.contradictions(), clustering.contradictions);
        }
    }

    #[test]
    fn in_any_order(
        (inserts, shuffled) in prop::collection::btree_map(
            0..40_u64,
            prop::collection::vec((0..20_u64, Just(false)), 0..5),
            1..40,
        )
        .prop_map(|map| map.into_iter().collect::<Vec<_>>())
        .prop_flat_map(|all| (Just(all.clone()), Just(all).prop_shuffle())),
    ) {
        let (mut one, mut other) = (Both::new(), Both::new());
        for (record, keys) in inserts {
            one.apply(&Change::Insert(record, keys));
        }
        for (record, keys) in shuffled {
            other.apply(&Change::Insert(record, keys));
        }
        prop_assert_eq!(owned(&one.index), owned(&other.index));
    }

    /// Which records stand together hangs on what they hold, not on how they are numbered.
    #[test]
    fn under_any_numbering(
        (records, numbers) in prop::collection::vec(
            prop::collection::vec((0..20_u64, Just(false)), 0..5),
            1..40,
        )
        .prop_flat_map(|all| {
            let numbers: Vec<u64> = (0..all.len() as u64).collect();
            (Just(all), Just(numbers).prop_shuffle())
        }),
    ) {
        let model = small_model();
        let with = |number: &dyn Fn(usize) -> u64| {
            let numbered: Vec<(RecordId, Vec<Key>)> = records
                .iter()
                .enumerate()
                .map(|(place, keys)| {
                    let keys = keys.iter().map(|&(id, damped)| key(&model, id, damped)).collect();
                    (RecordId(number(place)), keys)
                })
                .collect();
            batch(&model, &numbered, &[])
        };
        let plain = with(&|place| place as u64);
        let renumbered = with(&|place| numbers[place]);
        let mut expected: Vec<Vec<RecordId>> = plain
            .series
            .iter()
            .map(|series| {
                let mut members: Vec<RecordId> =
                    series.members.iter().map(|id| RecordId(numbers[id.0 as usize])).collect();
                members.sort();
                members
            })
            .collect();
        expected.sort();
        let found: Vec<Vec<RecordId>> =
            renumbered.series.into_iter().map(|series| series.members).collect();
        prop_assert_eq!(found, expected);
    }

    #[test]
    fn decisions_hold_and_trees_span(changes in prop::collection::vec(change(), 1..60)) {
        let mut both = Both::new();
        for change in &changes {
            both.apply(change);
        }
        let clustering = both.batch();
        let of = |record: RecordId| {
            clustering.series.iter().position(|series| series.members.contains(&record))
        };
        for decision in &both.decisions {
            match *decision {
                Decision::MustLink(a, b) => {
                    if a != b && both.records.contains_key(&a.0) && both.records.contains_key(&b.0) {
                        prop_assert!(of(a).is_some() && of(a) == of(b));
                    }
                }
                Decision::CannotLink(a, b) => {
                    let refused = clustering.contradictions.iter().any(|other| {
                        *other == Decision::CannotLink(a, b) || *other == Decision::CannotLink(b, a)
                    });
                    prop_assert!(a == b || refused || of(a).is_none() || of(a) != of(b));
                }
            }
        }
        for series in &clustering.series {
            prop_assert_eq!(series.tree.len() + 1, series.members.len());
            let mut reached = vec![series.members[0]];
            for _ in &series.members {
                for edge in &series.tree {
                    for (from, to) in [(edge.a, edge.b), (edge.b, edge.a)] {
                        if reached.contains(&from) && !reached.contains(&to) {
                            reached.push(to);
                        }
                    }
                }
            }
            prop_assert_eq!(reached.len(), series.members.len());
            for (place, edge) in series.tree.iter().enumerate() {
                prop_assert!(edge.decided || edge.bits > 0.0);
                let sum: f64 = edge.keys.iter().map(|(_, bits)| bits).sum();
                prop_assert!((sum - edge.bits).abs() < 1e-9);
                prop_assert_eq!(series.bridges.contains(&place), is_bridge(&both, series, place));
            }
        }
    }
}

/// The definition: no member on one side shares anything with one on the other, but for the pair.
fn is_bridge(both: &Both, series: &Series, place: usize) -> bool {
    let cut = &series.tree[place];
    let mut side = vec![cut.a];
    for _ in &series.members {
        for (number, edge) in series.tree.iter().enumerate() {
            for (from, to) in [(edge.a, edge.b), (edge.b, edge.a)] {
                if number != place && side.contains(&from) && !side.contains(&to) {
                    side.push(to);
                }
            }
        }
    }
    let model = small_model();
    let df = |id: KeyId| {
        both.records
            .values()
            .filter(|keys| keys.iter().any(|key| key.id == id))
            .count() as u64
    };
    let counts = |id: KeyId| {
        let all = both.records.values().flatten();
        let damped = all.filter(|key| key.id == id).any(|key| key.damped);
        model
            .weight(key(&model, id.0, false).kind, df(id), damped)
            .bits
            > 0.0
    };
    for a in &side {
        for b in series
            .members
            .iter()
            .filter(|member| !side.contains(member))
        {
            if (*a, *b) == (cut.a, cut.b) || (*b, *a) == (cut.a, cut.b) {
                continue;
            }
            let decided = both.decisions.iter().any(|decision| {
                *decision == Decision::MustLink(*a, *b) || *decision == Decision::MustLink(*b, *a)
            });
            let ids_b: Vec<KeyId> = both.records[&b.0].iter().map(|key| key.id).collect();
            let shares = both.records[&a.0]
                .iter()
                .any(|key| ids_b.contains(&key.id) && counts(key.id));
            if decided || shares {
                return false;
            }
        }
    }
    true
}

#[test]
fn the_platform_model_too() {
    let model = submissions();
    let iban = model.kind("iban").unwrap();
    let shared = Key {
        id: KeyId(1),
        kind: iban,
        damped: false,
    };
    let mut index = Index::new(model.clone());
    let records: Vec<(RecordId, Vec<Key>)> =
        (0..50).map(|id| (RecordId(id), vec![shared])).collect();
    for (record, keys) in records.iter().rev() {
        index.insert(*record, keys.clone());
    }
    assert_eq!(owned(&index), batch(&model, &records, &[]).series);
    assert_eq!(index.series_of(RecordId(3)).unwrap().members.len(), 50);
}
