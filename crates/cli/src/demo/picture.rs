//! Pictures of nothing: fields of colour, shapes and bars, from a seed. Nobody and nothing real is in them.

use image::{
    DynamicImage, Rgb, RgbImage, codecs::jpeg::JpegEncoder, imageops, imageops::FilterType,
};

use super::random::Random;

const WIDTH: u32 = 192;
const HEIGHT: u32 = 144;
/// Shapes of a picture: enough to know it again.
const SHAPES: usize = 22;

/// A picture as it was made first.
pub(crate) fn drawn(random: &mut Random) -> RgbImage {
    let (from, to) = (colour(random), colour(random));
    let slant = random.below(2) as u32;
    let mut picture = RgbImage::from_fn(WIDTH, HEIGHT, |x, y| {
        let at = (x * slant + y) * 255 / (WIDTH * slant + HEIGHT);
        Rgb(std::array::from_fn(|one| {
            ((u32::from(from[one]) * (255 - at) + u32::from(to[one]) * at) / 255) as u8
        }))
    });
    for _ in 0..SHAPES {
        let (width, height) = (random.between(10, 70) as i64, random.between(10, 54) as i64);
        let x = random.below(u64::from(WIDTH)) as i64 - width / 2;
        let y = random.below(u64::from(HEIGHT)) as i64 - height / 2;
        let round = random.chance(40);
        fill(&mut picture, [x, y, width, height], round, colour(random));
    }
    picture
}

/// A screen of an application: a frame that all its screens have, and lines that this one has.
pub(crate) fn screen(application: u64, random: &mut Random) -> RgbImage {
    let mut frame = Random::of(application, 1);
    let (ground, bar, left, right) = (
        colour(&mut frame),
        colour(&mut frame),
        colour(&mut frame),
        colour(&mut frame),
    );
    let mut picture = RgbImage::from_pixel(HEIGHT, WIDTH, Rgb(ground));
    let (width, height) = (i64::from(HEIGHT), i64::from(WIDTH));
    let top = frame.between(14, 30) as i64;
    fill(&mut picture, [0, 0, width, top], false, bar);
    fill(&mut picture, [6, 3, top - 6, top - 6], true, left);
    fill(&mut picture, [0, height - 14, width, 14], false, bar);
    let mut y = top + 5;
    while y < height - 26 {
        let tall = random.between(9, 30) as i64;
        let wide = random.between(40, 100) as i64;
        let mine = random.chance(50);
        let x = if mine { width - wide - 5 } else { 5 };
        let side = if mine { right } else { left };
        fill(&mut picture, [x, y, wide, tall], false, side);
        for line in 0..(tall - 3) / 6 {
            let long = random.between(12, wide as u64 - 6) as i64;
            let ink = side.map(|value| value / 3);
            fill(&mut picture, [x + 3, y + 3 + line * 6, long, 2], false, ink);
        }
        y += tall + 5;
    }
    picture
}

/// The file in which one victim sends a picture: as it came, or cut, scaled, lightened and compressed anew.
pub(crate) fn sent(picture: &RgbImage, random: &mut Random) -> Vec<u8> {
    if random.chance(30) {
        return jpeg(picture, 85);
    }
    let (width, height) = picture.dimensions();
    let mut altered = DynamicImage::ImageRgb8(picture.clone());
    if random.chance(40) {
        let mut edge = |side: u32| (random.below(6) as u32) * side / 100;
        let (left, top) = (edge(width), edge(height));
        let (right, bottom) = (edge(width), edge(height));
        altered = altered.crop_imm(left, top, width - left - right, height - top - bottom);
    }
    if random.chance(60) {
        let percent = random.between(60, 140) as u32;
        let (width, height) = (altered.width(), altered.height());
        altered = altered.resize_exact(
            width * percent / 100,
            height * percent / 100,
            FilterType::Triangle,
        );
    }
    let mut altered = altered.into_rgb8();
    if random.chance(25) {
        altered = imageops::brighten(&altered, random.between(0, 40) as i32 - 20);
    }
    jpeg(&altered, random.between(35, 90) as u8)
}

fn colour(random: &mut Random) -> [u8; 3] {
    random.bytes()
}

/// A rectangle, or what is round in it; what lies outside the picture is left out.
fn fill(picture: &mut RgbImage, [x, y, width, height]: [i64; 4], round: bool, colour: [u8; 3]) {
    for down in 0..height {
        for along in 0..width {
            // Twice the distance from the middle, as a share of the side.
            let (across, below) = (2 * along + 1 - width, 2 * down + 1 - height);
            let outside = across * across * height * height + below * below * width * width
                > width * width * height * height;
            let place = u32::try_from(x + along)
                .ok()
                .zip(u32::try_from(y + down).ok());
            if let Some((x, y)) = place
                && let Some(pixel) = picture.get_pixel_mut_checked(x, y)
                && !(round && outside)
            {
                *pixel = Rgb(colour);
            }
        }
    }
}

fn jpeg(picture: &RgbImage, quality: u8) -> Vec<u8> {
    let mut bytes = Vec::new();
    JpegEncoder::new_with_quality(&mut bytes, quality)
        .encode_image(picture)
        .expect("a picture of few pixels is written to memory");
    bytes
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hash(bytes: &[u8]) -> String {
        let reading = reading::read(bytes, &reading::Limits::default());
        let mut facts = reading.facts.into_iter();
        let found = facts.find(|fact| fact.name == reading::PDQ);
        found.map(|fact| fact.value).unwrap_or_default()
    }

    /// Bands of 16 bits that two hashes share.
    fn shared(one: &str, other: &str) -> usize {
        let bands = |hash: &str| -> Vec<String> {
            let digits: Vec<char> = hash.chars().collect();
            digits.chunks(4).map(|band| band.iter().collect()).collect()
        };
        let (one, other) = (bands(one), bands(other));
        one.iter().zip(&other).filter(|(a, b)| a == b).count()
    }

    #[test]
    fn a_picture_sent_by_many_is_mostly_known_again_and_another_is_not() {
        let mut random = Random::of(1, 1);
        let (mut known, mut strange) = (0, 0);
        let mut before = String::new();
        for _ in 0..20 {
            let picture = drawn(&mut random);
            let first = hash(&sent(&picture, &mut random));
            let second = hash(&sent(&picture, &mut random));
            assert_eq!((first.len(), second.len()), (64, 64));
            known += usize::from(shared(&first, &second) >= 2);
            strange += usize::from(shared(&first, &before) >= 2);
            before = first;
        }
        assert!((8..20).contains(&known), "{known}");
        assert_eq!(strange, 0);
    }

    #[test]
    fn files_are_small() {
        let mut random = Random::of(2, 2);
        for application in 0..5 {
            let screen = screen(application, &mut random);
            assert!(jpeg(&screen, 90).len() < 32 << 10);
            assert_eq!(hash(&jpeg(&screen, 90)).len(), 64);
        }
        assert!(jpeg(&drawn(&mut random), 90).len() < 32 << 10);
    }
}
