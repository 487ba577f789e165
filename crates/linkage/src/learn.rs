//! Weights of kinds of keys, counted from records whose truth is known.
//!
//! For a kind and a rarity, m is the share of the pairs of one cluster that share such a key, u that of all
//! other pairs, each among the pairs of which both records hold a key of the kind; what it is worth is
//! log2(m/u) (Fellegi and Sunter 1969). [`Model::weight`](crate::Model::weight) has two numbers for a kind, a
//! slope over the rarity and a most, and these are fitted to what was counted.

use std::collections::{BTreeMap, HashMap};

use crate::{
    key::{Key, KeyId, KindIx, RecordId},
    model::{Model, WeightState},
};

/// Fewer pairs than this that share a key of some rarity tell nothing.
const LEAST_PAIRS: u64 = 20;

/// What was counted of a kind, and the weights that follow.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Learned {
    /// The kind.
    pub kind: KindIx,
    /// Pairs of one cluster that share a key of it.
    pub right: u64,
    /// Pairs of two clusters that do.
    pub wrong: u64,
    /// Bits for each doubling of the rarity, 0 to 1: the slope.
    pub trust: f64,
    /// Most bits that one key says.
    pub max_bits: f64,
}

/// Counts what sharing a key of each kind is worth among `records`, each given with its keys and how many
/// records hold them; `truth` says of which cluster a record is, and records that it does not name are left out.
///
/// Keys that are capped or damped say nothing, and count for nothing here. Kinds of which too little is shared to tell are not in the result. Its order is that of the kinds.
pub fn learn(
    model: &Model,
    records: &[(RecordId, Vec<(Key, u64)>)],
    truth: &HashMap<RecordId, u64>,
) -> Vec<Learned> {
    let mut of_kind: BTreeMap<KindIx, Kind> = BTreeMap::new();
    for (record, keys) in records {
        let Some(cluster) = truth.get(record) else {
            continue;
        };
        let mut kinds: Vec<KindIx> = keys.iter().map(|(key, _)| key.kind).collect();
        kinds.sort_unstable();
        kinds.dedup();
        for kind in kinds {
            *of_kind
                .entry(kind)
                .or_default()
                .holders
                .entry(*cluster)
                .or_default() += 1;
        }
        let counts =
            |key: &Key, df| model.weight(key.kind, df, key.damped).state == WeightState::Counted;
        for (key, df) in keys.iter().filter(|(key, df)| counts(key, *df)) {
            let kind = of_kind.entry(key.kind).or_default();
            let (_, holders) = kind.keys.entry(key.id).or_insert((*df, Vec::new()));
            holders.push((*record, *cluster));
        }
    }
    let kinds = of_kind.into_iter();
    kinds
        .filter_map(|(kind, counted)| counted.learned(kind, model))
        .collect()
}

/// What there is of one kind.
#[derive(Default)]
struct Kind {
    /// Of each cluster the records that hold a key of it.
    holders: HashMap<u64, u64>,
    /// Each key with its frequency and its holders.
    keys: BTreeMap<KeyId, (u64, Vec<(RecordId, u64)>)>,
}

/// Pairs of one cluster, and of two.
#[derive(Default, Clone, Copy)]
struct Pairs {
    right: u64,
    wrong: u64,
}

impl Kind {
    fn learned(&self, kind: KindIx, model: &Model) -> Option<Learned> {
        let all = pairs_of(self.holders.values().sum());
        let right = self.holders.values().map(|count| pairs_of(*count)).sum();
        let possible = Pairs {
            right,
            wrong: all - right,
        };
        let (mut slope, mut weight, mut max_bits) = (0.0, 0.0, 0.0_f64);
        let mut shared = Pairs::default();
        for (doublings, pairs) in self.shared() {
            shared.right += pairs.right;
            shared.wrong += pairs.wrong;
            let count = pairs.right + pairs.wrong;
            if count >= LEAST_PAIRS {
                let bits = worth(pairs, possible);
                let rarity = model.rarity(1 << doublings);
                slope += count as f64 * bits * rarity;
                weight += count as f64 * rarity * rarity;
                max_bits = max_bits.max(bits);
            }
        }
        (weight > 0.0).then(|| Learned {
            kind,
            right: shared.right,
            wrong: shared.wrong,
            trust: (slope / weight).clamp(0.0, 1.0),
            // the least that a model may say
            max_bits: max_bits.max(0.01),
        })
    }

    /// The pairs that share a key, by the doublings in the frequency of the rarest that they share.
    fn shared(&self) -> BTreeMap<u32, Pairs> {
        let mut rarest: HashMap<(RecordId, RecordId), (u32, bool)> = HashMap::new();
        for (df, holders) in self.keys.values() {
            let doublings = (*df).max(1).ilog2();
            for (at, (a, cluster)) in holders.iter().enumerate() {
                for (b, other) in &holders[at + 1..] {
                    let pair = (*a.min(b), *a.max(b));
                    let known = rarest.entry(pair).or_insert((doublings, cluster == other));
                    known.0 = known.0.min(doublings);
                }
            }
        }
        let mut shared = BTreeMap::<u32, Pairs>::new();
        for (doublings, right) in rarest.into_values() {
            let pairs = shared.entry(doublings).or_default();
            pairs.right += u64::from(right);
            pairs.wrong += u64::from(!right);
        }
        shared
    }
}

fn pairs_of(count: u64) -> u64 {
    count * count.saturating_sub(1) / 2
}

/// log2(m/u), half a pair added to each count so that none is 0.
fn worth(shared: Pairs, possible: Pairs) -> f64 {
    let share = |of: u64, all: u64| (of as f64 + 0.5) / (all as f64 + 1.0);
    (share(shared.right, possible.right) / share(shared.wrong, possible.wrong)).log2()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::tests::submissions;

    #[test]
    fn what_one_cluster_shares_is_worth_more_than_what_all_do() {
        let model = submissions();
        let kind = |name: &str| model.kind(name).unwrap();
        let key = |kind: KindIx, id: u64| Key {
            id: KeyId(id),
            kind,
            damped: false,
        };
        let (iban, payee, url) = (kind("iban"), kind("payee"), kind("url"));
        let records: Vec<(RecordId, Vec<(Key, u64)>)> = (0..200)
            .map(|record| {
                let cluster = record / 4;
                let keys = vec![
                    (key(iban, cluster), 4),
                    (key(payee, 1000 + record % 50), 4),
                    // held by one each: nobody shares it
                    (key(url, 2000 + record), 1),
                ];
                (RecordId(record), keys)
            })
            .collect();
        let truth: HashMap<RecordId, u64> = (0..200)
            .map(|record| (RecordId(record), record / 4))
            .collect();
        let learned = learn(&model, &records, &truth);
        let [account, name] = &learned[..] else {
            panic!("{learned:?}");
        };
        assert_eq!((account.kind, account.right, account.wrong), (iban, 300, 0));
        assert_eq!((name.kind, name.right, name.wrong), (payee, 0, 300));
        assert_eq!(name.trust, 0.0);
        // m is nearly 1 and u half a pair of 19,600
        assert!((account.max_bits - (19_601.0_f64 / 0.5).log2()).abs() < 0.01);
    }

    #[test]
    fn nothing_known_is_nothing_learned() {
        assert!(learn(&submissions(), &[], &HashMap::new()).is_empty());
    }
}
