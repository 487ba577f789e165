//! What one pair of records shares, and the ceiling on what each group of kinds may say of it.

use crate::{
    key::{KeyId, KindIx},
    model::{Model, UNITS_PER_BIT},
};

/// One shared key, with its weight before the ceiling of its group.
pub(crate) struct Shared {
    pub(crate) id: KeyId,
    pub(crate) kind: KindIx,
    pub(crate) units: u32,
}

/// Bits of each shared key after the ceilings, in the order given; they add up to the pair's bits.
///
/// Keys of one group are read from the same thing (a URL, its host, its domain; ten bands of one
/// text), so their agreements are not independent and their sum would be counted twice: above the
/// group's ceiling each is scaled down in proportion.
pub(crate) fn under_ceilings(model: &Model, shared: &[Shared]) -> Vec<f64> {
    let ceilings = model.ceilings();
    let mut sums = vec![0_u64; ceilings.len()];
    for key in shared {
        sums[model.group(key.kind)] += u64::from(key.units);
    }
    shared
        .iter()
        .map(|key| {
            let group = model.group(key.kind);
            let bits = f64::from(key.units) / UNITS_PER_BIT;
            if sums[group] > ceilings[group] {
                bits * (ceilings[group] as f64 / sums[group] as f64)
            } else {
                bits
            }
        })
        .collect()
}
