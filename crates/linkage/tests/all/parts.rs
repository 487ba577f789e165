//! Which records are looked at together: against the definition, and against who would have all of them be.

use std::collections::BTreeSet;

use linkage::{Component, Key, KeyId, Leads, Model, RecordId};
use proptest::prelude::*;

use super::{batch, submissions};

/// Keys 0 to 3, 4 to 7 and so on are of one kind each; the first two kinds are of one group.
const KINDS: [(&str, Leads); 5] = [
    ("alone", Leads::Alone),
    ("second", Leads::Second),
    ("paired", Leads::Paired),
    ("other", Leads::Alone),
    ("never", Leads::Never),
];
const LARGEST: usize = 5;

fn model() -> Model {
    let kinds: String = KINDS
        .iter()
        .zip(["group = 'g'", "group = 'g'", "", "", ""])
        .map(|((name, leads), group)| {
            let leads = format!("{leads:?}").to_lowercase();
            format!("[[kind]]\nname = '{name}'\ntrust = 1.0\nmax_bits = 9.0\ncap = 7\nleads = '{leads}'\n{group}\n")
        })
        .collect();
    let head = "threshold = 4.0\ngrowth = 1.0\nmost = 12.0\nprior_bits = -9.0\nreference_population = 1000\ndamping = 0.0";
    let group = "[[group]]\nname = 'g'\nmax_bits = 12.0";
    Model::from_toml(&format!(
        "{head}\nlargest_part = {LARGEST}\n{group}\n{kinds}"
    ))
    .unwrap()
}

fn component(model: &Model, records: &[BTreeSet<u64>]) -> Component {
    let mut component = Component::new();
    for (record, keys) in (0..).zip(records) {
        for &id in keys {
            let df = records.iter().filter(|keys| keys.contains(&id)).count();
            let kind = model.kind(KINDS[id as usize / 4].0).unwrap();
            let key = Key {
                id: KeyId(id),
                kind,
                damped: false,
            };
            component.push_key(key, df as u64);
            component.push_member(key.id, RecordId(record));
        }
    }
    component
}

/// Connected records, by asking every pair.
fn connected(among: &[usize], linked: impl Fn(usize, usize) -> bool) -> Vec<Vec<usize>> {
    let mut parts: Vec<Vec<usize>> = Vec::new();
    for &record in among {
        let (touched, mut rest): (Vec<_>, Vec<_>) = parts
            .into_iter()
            .partition(|part: &Vec<usize>| part.iter().any(|&other| linked(record, other)));
        let mut joined: Vec<usize> = touched.into_iter().flatten().chain([record]).collect();
        joined.sort_unstable();
        rest.push(joined);
        parts = rest;
    }
    parts
}

proptest! {
    #[test]
    fn parts_are_as_defined(
        records in prop::collection::vec(prop::collection::btree_set(0..20_u64, 0..5), 1..24),
    ) {
        let model = model();
        let said = |id: &u64| records.iter().filter(|keys| keys.contains(id)).count() <= 7;
        let leads = |id: u64| KINDS[id as usize / 4].1;
        let group = |id: u64| (id / 4).max(1);
        let shared = |a: usize, b: usize| -> Vec<u64> {
            records[a].intersection(&records[b]).copied().filter(said).collect()
        };
        let beside = |shared: &[u64], key: u64, far: bool| {
            shared.iter().any(|&other| {
                other != key && leads(other) != Leads::Never && (!far || group(other) != group(key))
            })
        };
        let one = |a: usize, b: usize| {
            let shared = shared(a, b);
            shared.iter().any(|&key| match leads(key) {
                Leads::Alone => true,
                Leads::Paired => beside(&shared, key, false),
                Leads::Second | Leads::Never => false,
            })
        };
        let two = |a: usize, b: usize| {
            let shared = shared(a, b);
            let leading = |key: &&u64| matches!(leads(**key), Leads::Alone | Leads::Paired);
            shared.iter().filter(leading).any(|&key| beside(&shared, key, true))
        };
        let all: Vec<usize> = (0..records.len()).collect();
        let (mut expected, mut held) = (Vec::new(), Vec::new());
        for part in connected(&all, one) {
            if part.len() <= LARGEST {
                expected.push(part);
                continue;
            }
            held.extend(part.clone());
            let parts = connected(&part, two);
            expected.extend(parts.into_iter().filter(|part| part.len() <= LARGEST));
        }
        expected.retain(|part| part.len() > 1);
        expected.sort();
        held.sort_unstable();
        let ids = |records: Vec<usize>| -> Vec<RecordId> {
            records.into_iter().map(|record| RecordId(record as u64)).collect()
        };
        let component = component(&model, &records);
        let (parts, found_held) = component.parts(&model);
        prop_assert_eq!(parts, expected.into_iter().map(ids).collect::<Vec<_>>());
        prop_assert_eq!(&found_held, &ids(held));
        prop_assert_eq!(component.cluster(&model).held, found_held);
    }
}

fn key(model: &Model, kind: &str, id: u64) -> Key {
    Key {
        id: KeyId(id),
        kind: model.kind(kind).unwrap(),
        damped: false,
    }
}

/// Someone who reports sixty thousand invented numbers, each with the one before, and with one that a gang
/// uses: what costs most, and what would hide the gang. Its members share more than one fact.
#[test]
fn a_chain_of_invented_reports_makes_no_part_and_hides_no_gang() {
    let model = submissions();
    let mut records: Vec<(RecordId, Vec<Key>)> = (0..60_000)
        .map(|place| {
            let numbers = [place, place + 1].map(|id| key(&model, "phone", id));
            (RecordId(place), numbers.to_vec())
        })
        .collect();
    let gang = |number: u64| {
        let keys = [("phone", 30_000), ("iban", 1 << 40), ("email", 1 << 41)];
        let keys = keys.map(|(kind, id)| key(&model, kind, id));
        (RecordId(1_000_000 + number), keys.to_vec())
    };
    records.extend((0..6).map(gang));
    assert!(records.len() > model.largest_part());
    let clustering = batch(&model, &records, &[]);
    assert_eq!(clustering.held.len(), records.len());
    let members: Vec<Vec<RecordId>> = clustering
        .series
        .into_iter()
        .map(|series| series.members)
        .collect();
    assert_eq!(
        members,
        [(0..6)
            .map(|number| RecordId(1_000_000 + number))
            .collect::<Vec<_>>()]
    );
}

/// Strangers who each share a passage with the next make no part, however many they are.
#[test]
fn passages_that_strangers_share_by_chance_tie_nobody() {
    let model = submissions();
    let passage = |id: u64| key(&model, "passage", id);
    // Each shares one passage with the next: a chain through everybody.
    let records: Vec<(RecordId, Vec<Key>)> = (0..5_000)
        .map(|place| {
            let own = key(&model, "payee", 1 << 32 | place);
            (
                RecordId(place),
                vec![passage(place), passage(place + 1), own],
            )
        })
        .collect();
    let mut component = Component::new();
    for (record, keys) in &records {
        for &key in keys {
            component.push_key(key, 2);
            component.push_member(key.id, *record);
        }
    }
    assert_eq!(component.parts(&model), (Vec::new(), Vec::new()));
}
