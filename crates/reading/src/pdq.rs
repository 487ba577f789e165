//! PDQ, a hash of what a picture looks like: 256 bits that change little when it is scaled, compressed or
//! recoloured. Two pictures are the same one, altered, where no more than 31 bits differ.
//!
//! The algorithm and its constants are those of Meta's "The TMK+PDQF Video-Hashing Algorithm and the PDQ
//! Image-Hashing Algorithm" (ThreatExchange, 2019): luminance, two passes of a box filter each way, 64 × 64 samples, the
//! 16 × 16 lowest frequencies but the constant ones of a cosine transform, and their median.

use std::f32::consts::PI;

use image::{DynamicImage, imageops::FilterType};

/// Samples along a side.
const SIDE: usize = 64;
/// Frequencies along a side.
const LOW: usize = 16;
/// A longer side is scaled to this first, so that a picture of many pixels costs no more memory.
const LONGEST: u32 = 1024;
/// Below this quality, of 100, a picture has too little in it: its hash is that of every other empty one.
const LEAST_QUALITY: u32 = 50;

/// The hash of a picture in 64 hexadecimal digits; none of one that has too little in it to be known again.
pub(crate) fn pdq(picture: &DynamicImage) -> Option<String> {
    let (hash, quality) = hash(picture)?;
    (quality >= LEAST_QUALITY).then(|| {
        let words = hash.iter().rev();
        words.map(|word| format!("{word:04x}")).collect()
    })
}

/// Sixteen words, the lowest first, and the quality; none of a picture without pixels.
fn hash(picture: &DynamicImage) -> Option<([u16; LOW], u32)> {
    let scaled = (picture.width().max(picture.height()) > LONGEST)
        .then(|| picture.resize(LONGEST, LONGEST, FilterType::Triangle));
    let pixels = scaled.as_ref().unwrap_or(picture).to_rgb8();
    let (width, height) = (pixels.width() as usize, pixels.height() as usize);
    if width == 0 || height == 0 {
        return None;
    }
    let mut luma: Vec<f32> = pixels
        .pixels()
        .map(|pixel| {
            let [red, green, blue] = pixel.0.map(f32::from);
            (0.299 * red + 0.587 * green + 0.114 * blue).round()
        })
        .collect();
    blur(&mut luma, width, height);
    let samples: [[f32; SIDE]; SIDE] = std::array::from_fn(|row| {
        let row = (2 * row + 1) * height / (2 * SIDE);
        std::array::from_fn(|column| luma[row * width + (2 * column + 1) * width / (2 * SIDE)])
    });
    let low = lowest(&samples);
    let mut sorted: Vec<f32> = low.iter().flatten().copied().collect();
    sorted.sort_by(f32::total_cmp);
    let median = sorted[LOW * LOW / 2 - 1];
    let words = low.map(|row| {
        row.iter().enumerate().fold(0, |word, (place, value)| {
            word | u16::from(*value > median) << place
        })
    });
    Some((words, quality(&samples)))
}

/// Two passes of a box filter each way: near a tent.
fn blur(luma: &mut [f32], width: usize, height: usize) {
    let mut other = vec![0.0; luma.len()];
    for _ in 0..2 {
        for row in 0..height {
            smooth(luma, &mut other, (row * width, 1), width);
        }
        for column in 0..width {
            smooth(&other, luma, (column, width), height);
        }
    }
}

/// The mean around each of `length` values that begin at `first`, `step` apart; at the ends, of what there is.
fn smooth(from: &[f32], to: &mut [f32], (first, step): (usize, usize), length: usize) {
    let window = length.div_ceil(2 * SIDE);
    // As many before as after, or one more after.
    let after = window / 2;
    let before = window - 1 - after;
    let at = |place: usize| from[first + place * step];
    let (mut sum, mut low, mut high) = (0.0_f32, 0, 0);
    for place in 0..length {
        while high < length && high <= place + after {
            sum += at(high);
            high += 1;
        }
        while low + before < place {
            sum -= at(low);
            low += 1;
        }
        to[first + place * step] = sum / (high - low) as f32;
    }
}

/// The sixteen lowest frequencies each way, without the constant ones, of a cosine transform.
fn lowest(samples: &[[f32; SIDE]; SIDE]) -> [[f32; LOW]; LOW] {
    let waves: [[f32; SIDE]; LOW] = std::array::from_fn(|wave| {
        std::array::from_fn(|place| {
            let angle = PI / (2 * SIDE) as f32 * ((wave + 1) * (2 * place + 1)) as f32;
            (2.0 / SIDE as f32).sqrt() * angle.cos()
        })
    });
    let along = |wave: &[f32; SIDE], values: &dyn Fn(usize) -> f32| -> f32 {
        wave.iter()
            .enumerate()
            .map(|(place, height)| height * values(place))
            .sum()
    };
    let rows: [[f32; SIDE]; LOW] = std::array::from_fn(|wave| {
        std::array::from_fn(|column| along(&waves[wave], &|row| samples[row][column]))
    });
    std::array::from_fn(|row| {
        std::array::from_fn(|wave| along(&waves[wave], &|column| rows[row][column]))
    })
}

/// How much there is in the picture, of 100: the steps between neighbouring samples.
fn quality(samples: &[[f32; SIDE]; SIDE]) -> u32 {
    let step = |a: f32, b: f32| (((a - b) * 100.0) / 255.0).trunc().abs() as u32;
    let mut sum = 0;
    for row in 0..SIDE {
        for column in 0..SIDE {
            if row + 1 < SIDE {
                sum += step(samples[row][column], samples[row + 1][column]);
            }
            if column + 1 < SIDE {
                sum += step(samples[row][column], samples[row][column + 1]);
            }
        }
    }
    (sum / 90).min(100)
}

#[cfg(test)]
mod tests {
    use image::{Rgb, RgbImage};

    use super::*;

    fn noise(x: u32, y: u32) -> [u32; 3] {
        [x * 7 + y * 3, x * x / 17 + y, x * y / 11]
    }

    fn tiles(x: u32, y: u32) -> [u32; 3] {
        [x / 16 * 37 + y / 24 * 91, x / 20 * 53, y / 12 * 29]
    }

    fn made(of: fn(u32, u32) -> [u32; 3], width: u32, height: u32) -> DynamicImage {
        let pixel = |x, y| Rgb(of(x, y).map(|value| (value % 256) as u8));
        RgbImage::from_fn(width, height, pixel).into()
    }

    fn differing(a: &str, b: &str) -> u32 {
        let nibbles = |text: &str| -> Vec<u32> {
            text.chars()
                .filter_map(|digit| digit.to_digit(16))
                .collect()
        };
        nibbles(a)
            .into_iter()
            .zip(nibbles(b))
            .map(|(a, b)| (a ^ b).count_ones())
            .sum()
    }

    /// What `pdqhash` 0.2.8, which holds Meta's own C++, gives for these pictures.
    #[test]
    fn hashes_are_those_of_the_reference() {
        for (picture, theirs) in [
            (
                made(noise, 320, 200),
                "3ad339e3694ba3c657ad0eaa5fae541cf9ef701c5ffd0010aae2c9240fe0fc00",
            ),
            (
                made(tiles, 320, 200),
                "86bff29c0c37d79a06bffd1e516a5c35a2eaba1502b5f9602845f3c88d4a5560",
            ),
            (
                made(tiles, 161, 97),
                "8cf36b4cb49353a98cf3e84ccd6853a88cf36b4cb49713a98cf3ec56496813a9",
            ),
            (
                made(noise, 64, 64),
                "d555754552eaac066ae8b52e4a5d74a5435d36a4e2ea56867c6d51d4aaad4aaa",
            ),
            (
                made(tiles, 1000, 700),
                "aaaaaabe28227ffeaabab09eaaaa8082eefb15d706ba62fe085b410a09e06bbc",
            ),
        ] {
            let ours = pdq(&picture).unwrap();
            // Of a regular pattern some frequencies lie at the median itself, where rounding decides.
            assert!(differing(&ours, theirs) <= 6, "{ours} {theirs}");
        }
    }

    #[test]
    fn an_altered_picture_is_known_again_and_another_is_not() {
        let picture = made(tiles, 640, 420);
        let hash = pdq(&picture).unwrap();
        for altered in [
            picture.resize_exact(320, 210, FilterType::Triangle),
            picture.brighten(12),
            picture.blur(1.5),
            picture.resize_exact(1100, 720, FilterType::Nearest),
        ] {
            let altered = pdq(&altered).unwrap();
            assert!(differing(&hash, &altered) <= 31, "{hash} {altered}");
        }
        assert!(differing(&hash, &pdq(&made(noise, 640, 420)).unwrap()) > 80);
    }

    #[test]
    fn a_picture_with_nothing_in_it_has_no_hash() {
        let plain = |_, _| [200, 200, 200];
        for (width, height) in [(1, 1), (1, 900), (64, 64), (1500, 2)] {
            assert_eq!(pdq(&made(plain, width, height)), None);
        }
    }
}
