//! Weights of kinds of keys, counted from records whose truth is known.
//!
//! For a kind and a rarity, m is the share of the pairs of one cluster that share such a key, u that of all
//! other pairs, each among the pairs of which both records hold a key of the kind; what it is worth is
//! log2(m/u) (Fellegi and Sunter 1969). [`Model::weight`](crate::Model::weight) has two numbers for a kind, a
//! slope over the rarity and a most, and these are fitted to what was counted.
//!
//! Of a kind that is [beside](crate::Model::beside) another, as a name by its sound is beside the name, m and u are those
//! of the pairs that share no key of the other:
//!
//! ```text
//! m = pairs of one cluster that share such a key and none of the other / pairs of one cluster that share none of the other
//! u = the same of pairs of two clusters
//! ```
//!
//! So it learns what closeness says where there is nothing but closeness. Whoever shares the name shares its sound
//! as well: counted with these, the sound would be worth what the name is.

use std::collections::{BTreeMap, HashMap, HashSet};

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
/// Keys that are capped or damped say nothing, and count for nothing here. Pairs that share a key of the kind that a
/// kind is beside are left out of its counts. Kinds of which too little is shared to tell are not in the result. Its order is that of the kinds.
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
            let of_kind = of_kind.entry(kind).or_default();
            *of_kind.holders.entry(*cluster).or_default() += 1;
            of_kind.records.insert(*record);
        }
        let counts =
            |key: &Key, df| model.weight(key.kind, df, key.damped).state == WeightState::Counted;
        for (key, df) in keys.iter().filter(|(key, df)| counts(key, *df)) {
            let kind = of_kind.entry(key.kind).or_default();
            let (_, holders) = kind.keys.entry(key.id).or_insert((*df, Vec::new()));
            holders.push((*record, *cluster));
        }
    }
    let kinds = of_kind.iter();
    kinds
        .filter_map(|(kind, counted)| {
            let same = model.beside(*kind).and_then(|other| of_kind.get(&other));
            counted.learned(*kind, model, &same.map_or_else(HashMap::new, Kind::pairs))
        })
        .collect()
}

/// What there is of one kind.
#[derive(Default)]
struct Kind {
    /// Of each cluster the records that hold a key of it.
    holders: HashMap<u64, u64>,
    /// Those records.
    records: HashSet<RecordId>,
    /// Each key with its frequency and its holders.
    keys: BTreeMap<KeyId, (u64, Vec<(RecordId, u64)>)>,
}

/// Pairs of one cluster, and of two.
#[derive(Default, Clone, Copy)]
struct Pairs {
    right: u64,
    wrong: u64,
}

/// Two records, the lower first.
type Pair = (RecordId, RecordId);

impl Kind {
    /// Learns from the pairs but `same`, which are of one cluster or of two.
    fn learned(&self, kind: KindIx, model: &Model, same: &HashMap<Pair, Met>) -> Option<Learned> {
        let all = pairs_of(self.holders.values().sum());
        let right = self.holders.values().map(|count| pairs_of(*count)).sum();
        let mut possible = Pairs {
            right,
            wrong: all - right,
        };
        for ((a, b), met) in same {
            if self.records.contains(a) && self.records.contains(b) {
                possible.right -= u64::from(met.right);
                possible.wrong -= u64::from(!met.right);
            }
        }
        let (mut slope, mut weight, mut max_bits) = (0.0, 0.0, 0.0_f64);
        let mut shared = Pairs::default();
        for (doublings, pairs) in self.shared(same) {
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

    /// How many pairs but `same` share a key, by the doublings in the frequency of the rarest that they share.
    fn shared(&self, same: &HashMap<Pair, Met>) -> BTreeMap<u32, Pairs> {
        let mut shared = BTreeMap::<u32, Pairs>::new();
        for (pair, met) in self.pairs() {
            if !same.contains_key(&pair) {
                let pairs = shared.entry(met.doublings).or_default();
                pairs.right += u64::from(met.right);
                pairs.wrong += u64::from(!met.right);
            }
        }
        shared
    }

    /// The pairs that share a key.
    fn pairs(&self) -> HashMap<Pair, Met> {
        let mut pairs: HashMap<Pair, Met> = HashMap::new();
        for (df, holders) in self.keys.values() {
            let doublings = (*df).max(1).ilog2();
            for (at, (a, cluster)) in holders.iter().enumerate() {
                for (b, other) in &holders[at + 1..] {
                    let met = pairs.entry((*a.min(b), *a.max(b))).or_insert(Met {
                        doublings,
                        right: cluster == other,
                    });
                    met.doublings = met.doublings.min(doublings);
                }
            }
        }
        pairs
    }
}

/// What a pair shares.
#[derive(Clone, Copy)]
struct Met {
    /// In the frequency of the rarest key.
    doublings: u32,
    /// Whether it is of one cluster.
    right: bool,
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

    /// Gangs of four: all four go by one sound, two by two by one spelling; every second gang shares its sound with one
    /// other, spelled otherwise.
    fn names_by_ear(beside: &str) -> Vec<Learned> {
        let kind = |name: &str, more: &str| {
            format!(
                "[[kind]]\nname='{name}'\ntrust=0.5\nmax_bits=9.0\ncap=50\nleads='second'\n{more}\n"
            )
        };
        let model = Model::from_toml(&format!(
            "threshold=4.0\ngrowth=1.0\nmost=9.0\nprior_bits=-9.0\nreference_population=1000\ndamping=0.5\n{}{}",
            kind("sound", beside),
            kind("name", ""),
        ))
        .unwrap();
        let key = |kind: &str, id: u64| Key {
            id: KeyId(id),
            kind: model.kind(kind).unwrap(),
            damped: false,
        };
        let gang = |record: u64| record / 4;
        let records: Vec<(RecordId, Vec<(Key, u64)>)> = (0..160)
            .map(|record| {
                let sound = match gang(record) {
                    gang if gang % 4 == 1 => gang - 1,
                    gang => gang,
                };
                let holders = if gang(record) % 4 < 2 { 8 } else { 4 };
                let keys = vec![
                    (key("sound", 1_000 + sound), holders),
                    (key("name", record / 2), 2),
                ];
                (RecordId(record), keys)
            })
            .collect();
        let truth = (0..160).map(|record| (RecordId(record), gang(record)));
        learn(&model, &records, &truth.collect())
    }

    #[test]
    fn what_is_close_is_learned_from_pairs_that_share_nothing_exactly() {
        let all = names_by_ear("");
        let beside = names_by_ear("beside='name'");
        // The name itself is learned as ever.
        assert_eq!(all[1], beside[1]);
        assert_eq!((all[1].right, all[1].wrong), (80, 0));
        // Of each gang's six pairs two share the name; of ten pairs of gangs all sixteen pairs of records the sound alone.
        assert_eq!((all[0].right, all[0].wrong), (240, 160));
        assert_eq!((beside[0].right, beside[0].wrong), (160, 160));
        // Of the gangs that share a sound with no other: all that is left in one gang shares the sound, of two gangs none.
        let m = (80.0 + 0.5) / (160.0 + 1.0);
        let u = 0.5 / (12_480.0 + 1.0);
        let learned = beside[0].max_bits;
        assert!((learned - f64::log2(m / u)).abs() < 1e-9, "{learned}");
    }

    #[test]
    fn names_that_always_come_with_their_sound_teach_nothing_of_the_sound() {
        let model = submissions();
        let kind = |name: &str| model.kind(name).unwrap();
        let (name, sound) = (kind("payee"), kind("payee_sound"));
        assert_eq!(model.beside(sound), Some(name));
        let key = |kind: KindIx, id: u64| Key {
            id: KeyId(id),
            kind,
            damped: false,
        };
        let records: Vec<(RecordId, Vec<(Key, u64)>)> = (0..200)
            .map(|record| {
                let of = record / 4;
                let keys = vec![(key(name, of), 4), (key(sound, 1_000 + of), 4)];
                (RecordId(record), keys)
            })
            .collect();
        let truth = (0..200).map(|record| (RecordId(record), record / 4));
        let learned = learn(&model, &records, &truth.collect());
        let kinds: Vec<KindIx> = learned.iter().map(|of| of.kind).collect();
        assert_eq!(kinds, [name]);
    }

    #[test]
    fn nothing_known_is_nothing_learned() {
        assert!(learn(&submissions(), &[], &HashMap::new()).is_empty());
    }
}
