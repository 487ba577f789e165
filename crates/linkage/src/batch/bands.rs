//! Bands: parts of a hash or of a MinHash signature, of which two near values are likely to share one.
//!
//! A 256-bit hash cut into `b` bands: two hashes that differ in fewer than `b` bits share a band for
//! certain, since so few bits cannot touch them all. A MinHash signature of `b` bands of `r` rows: two
//! sets of Jaccard similarity `s` share a band with probability 1 − (1 − sʳ)ᵇ (Broder 1997; Leskovec,
//! Rajaraman and Ullman, "Mining of Massive Datasets", §3.4).

use super::factors::mix;
use super::records::{Dictionary, Index};

const HASH_BITS: usize = 256;

/// The bands of a hash, from the first.
pub(super) fn hash_bands(hash: [u8; 32], bands: u16) -> impl Iterator<Item = Vec<u8>> {
    let width = HASH_BITS / usize::from(bands).clamp(1, HASH_BITS);
    (0..bands).map(move |band| hash_band(&hash, band, width))
}

/// The bands of a set's MinHash signature, from the first; of each element the [`text_hash`].
pub(super) fn set_bands(
    elements: Vec<u64>,
    bands: u16,
    rows: u16,
) -> impl Iterator<Item = [u8; 8]> {
    (0..bands).map(move |band| {
        let rows = (0..rows).map(|row| {
            let function = mix(u64::from(band) << 16 | u64::from(row));
            let images = elements.iter().map(|element| mix(element ^ function));
            images.min().unwrap_or(0)
        });
        let all = rows.fold(u64::from(band), |all, row| mix(all.rotate_left(7) ^ row));
        all.to_le_bytes()
    })
}

/// A band's bits, from the lowest of the hash's first byte.
fn hash_band(hash: &[u8; 32], band: u16, width: usize) -> Vec<u8> {
    let mut bytes = vec![0; width.div_ceil(8)];
    let first = usize::from(band) * width;
    for at in 0..width {
        let bit = hash[(first + at) / 8] >> ((first + at) % 8) & 1;
        bytes[at / 8] |= bit << (at % 8);
    }
    bytes
}

/// FNV-1a, then mixed: the same on every run, as the model's blocks have to be.
pub(super) fn text_hash(text: &str) -> u64 {
    let fnv = text.bytes().fold(0xCBF2_9CE4_8422_2325, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01B3)
    });
    mix(fnv)
}

/// Bands numbered in the order they are met, each among those of its place.
#[derive(Debug, Clone)]
pub(super) struct Numbers(Vec<(Index, Dictionary)>);

impl Numbers {
    /// Of values that have so many bands each.
    pub(super) fn new(bands: u16) -> Numbers {
        Numbers(vec![Default::default(); usize::from(bands.max(1))])
    }

    /// The numbers of a value's bands, from the first: two values have one at most in the same place.
    pub(super) fn of<'b, B: AsRef<[u8]> + 'b>(
        &'b mut self,
        bands: impl Iterator<Item = B> + 'b,
    ) -> impl Iterator<Item = u32> + 'b {
        let places = self.0.len() as u32;
        let known = (0..places).zip(&mut self.0).zip(bands);
        known.map(move |((place, (index, known)), band)| {
            index.code(known, band.as_ref()) * places + place
        })
    }
}
