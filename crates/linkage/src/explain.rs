//! The waterfall of a pair: from the prior, key by key, to a probability.

use crate::{
    evidence::{Shared, under_ceilings},
    key::{Key, KeyId, KindIx},
    model::{Model, WeightState},
};

/// Where the bits of a pair come from.
///
/// This reads one pair alone. A series asks what two whole clusters share, and more of it the larger
/// they are; there a record that holds very many keys also says less with each (see [`Component`](crate::Component)).
#[derive(Debug, Clone, PartialEq)]
pub struct Waterfall {
    /// Bits before anything is known.
    pub prior_bits: f64,
    /// One step for each shared key, the strongest first.
    pub steps: Vec<Step>,
    /// The prior and all steps.
    pub total_bits: f64,
    /// The match probability that the total stands for.
    pub probability: f64,
}

/// What one shared key adds.
#[derive(Debug, Clone, PartialEq)]
pub struct Step {
    /// Which key.
    pub key: KeyId,
    /// Its kind.
    pub kind: KindIx,
    /// How many records hold it.
    pub df: u64,
    /// Whether it counted in full.
    pub state: WeightState,
    /// Bits it adds, after the ceiling of its group.
    pub bits: f64,
    /// Bits that the ceiling took away, because the keys of its group depend on each other.
    pub over_ceiling: f64,
}

/// Explains what two records share, each given as its keys with how many records hold them.
///
/// A key that is described differently on the two sides counts by the weaker description.
pub fn explain(model: &Model, keys_of_a: &[(Key, u64)], keys_of_b: &[(Key, u64)]) -> Waterfall {
    let a = sorted(keys_of_a);
    let b = sorted(keys_of_b);
    let mut shared = Vec::new();
    let mut about = Vec::new();
    for &(key, df) in &a {
        let Ok(place) = b.binary_search_by_key(&key.id, |(other, _)| other.id) else {
            continue;
        };
        let (other, other_df) = b[place];
        if other.kind != key.kind {
            continue;
        }
        let (df, damped) = (df.max(other_df), key.damped || other.damped);
        let weight = model.weight(key.kind, df, damped);
        let units = model.weight_units(key.kind, df, damped);
        shared.push(Shared {
            id: key.id,
            kind: key.kind,
            units,
        });
        about.push((df, weight));
    }
    let mut steps: Vec<Step> = under_ceilings(model, &shared)
        .into_iter()
        .zip(&shared)
        .zip(about)
        .map(|((bits, key), (df, weight))| Step {
            key: key.id,
            kind: key.kind,
            df,
            state: weight.state,
            bits,
            over_ceiling: weight.bits - bits,
        })
        .collect();
    steps.sort_by(|x, y| y.bits.total_cmp(&x.bits).then(x.key.cmp(&y.key)));
    let prior_bits = model.prior_bits();
    let total_bits = prior_bits + steps.iter().map(|step| step.bits).sum::<f64>();
    Waterfall {
        prior_bits,
        steps,
        total_bits,
        probability: 1.0 / (1.0 + (-total_bits).exp2()),
    }
}

/// Each key once, by id; of two descriptions the one of more records.
fn sorted(keys: &[(Key, u64)]) -> Vec<(Key, u64)> {
    let mut keys = keys.to_vec();
    keys.sort_unstable_by_key(|&(key, df)| (key.id, key.kind, std::cmp::Reverse((df, key.damped))));
    keys.dedup_by_key(|(key, _)| key.id);
    keys
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::tests::submissions;

    fn key(model: &Model, kind: &str, id: u64) -> (Key, u64) {
        (
            Key {
                id: KeyId(id),
                kind: model.kind(kind).unwrap(),
                damped: false,
            },
            4,
        )
    }

    #[test]
    fn steps_add_up_to_the_total() {
        let model = submissions();
        let a = [
            key(&model, "iban", 1),
            key(&model, "phone", 2),
            key(&model, "url", 3),
        ];
        let b = [
            key(&model, "phone", 2),
            key(&model, "iban", 1),
            key(&model, "url", 4),
        ];
        let seen = explain(&model, &a, &b);
        assert_eq!(
            seen.steps.iter().map(|step| step.key.0).collect::<Vec<_>>(),
            [2, 1]
        );
        let sum = seen.steps.iter().map(|step| step.bits).sum::<f64>();
        assert!((seen.total_bits - seen.prior_bits - sum).abs() < 1e-9);
        assert!(seen.probability > 0.99, "{seen:?}");
        assert_eq!(explain(&model, &b, &a), seen);
        let strangers = explain(&model, &a[..1], &b[..1]);
        assert!(strangers.steps.is_empty() && strangers.probability < 0.01);
    }

    #[test]
    fn dependent_keys_stay_under_their_ceiling() {
        let model = submissions();
        let urls: Vec<_> = (0..20).map(|id| key(&model, "url", id)).collect();
        let seen = explain(&model, &urls, &urls);
        let group = model.group(model.kind("url").unwrap());
        let ceiling = model.ceilings()[group] as f64 / 1024.0;
        assert!((seen.total_bits - seen.prior_bits - ceiling).abs() < 1e-9);
        assert!(seen.steps.iter().all(|step| step.over_ceiling > 0.0));
    }
}
