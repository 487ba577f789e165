//! Bands: parts of a hash or of a MinHash signature, of which two near values are likely to share one.
//!
//! A 256-bit hash cut into `b` bands: two hashes that differ in fewer than `b` bits share a band for
//! certain, since so few bits cannot touch them all. A MinHash signature of `b` bands of `r` rows: two
//! sets of Jaccard similarity `s` share a band with probability 1 − (1 − sʳ)ᵇ (Broder 1997; Leskovec,
//! Rajaraman and Ullman, "Mining of Massive Datasets", §3.4).

use super::factors::mix;
use super::parts::Elements;
use super::records::{Column, Dictionary, Index};

const HASH_BITS: usize = 256;

/// The bands of each hash of a column.
pub(super) fn of_hashes(column: &Column, bands: u16) -> Elements {
    numbered(column, bands, |code| hash_bands(column.hash(code), bands))
}

/// The bands of a hash, from the first.
pub(super) fn hash_bands(hash: [u8; 32], bands: u16) -> impl Iterator<Item = Vec<u8>> {
    let width = HASH_BITS / usize::from(bands).clamp(1, HASH_BITS);
    (0..bands).map(move |band| hash_band(&hash, band, width))
}

/// The bands of each set's MinHash signature.
pub(super) fn of_sets(column: &Column, bands: u16, rows: u16) -> Elements {
    let elements = 0..column.elements.len() as u32;
    let hashes: Vec<u64> = elements
        .map(|code| text_hash(column.element(code)))
        .collect();
    let of_value = |code: u32| {
        let set = column.set(code).into_iter();
        set_bands(set.map(|code| hashes[code as usize]).collect(), bands, rows)
    };
    numbered(column, bands, of_value)
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

fn numbered<B: AsRef<[u8]>, I: Iterator<Item = B>>(
    column: &Column,
    bands: u16,
    of_value: impl Fn(u32) -> I,
) -> Elements {
    let bands = usize::from(bands).max(1);
    let mut known: Vec<(Index, Dictionary)> = (0..bands).map(|_| Default::default()).collect();
    let values = column.values.len();
    let mut codes = Vec::with_capacity((values - 1) * bands);
    // code 0 is no value, which has no band
    for code in 1..values as u32 {
        for ((index, known), band) in known.iter_mut().zip(of_value(code)) {
            codes.push(index.code(known, band.as_ref()));
        }
    }
    // the numbers of a band come after those of the band before, so that a value's are ascending
    let mut offsets = vec![0; bands];
    for band in 1..bands {
        offsets[band] = offsets[band - 1] + known[band - 1].1.len() as u32;
    }
    for of_value in codes.chunks_exact_mut(bands) {
        for (code, offset) in of_value.iter_mut().zip(&offsets) {
            *code += offset;
        }
    }
    Elements {
        codes,
        ends: (0..values).map(|value| value * bands).collect(),
        aligned: true,
    }
}
