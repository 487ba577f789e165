//! What stands where in a text, 64 bytes at a time, as bitmaps.
//!
//! Most words of a text hold nothing of interest. A loop that looks at each byte pays a mispredicted
//! branch at the end of each of them; here the signs of sixteen bytes at a time become bits, and what
//! searches goes from one bit that is set to the next (the manner of Langdale and Lemire, *Parsing
//! gigabytes of JSON per second*, VLDB Journal 28, 2019).

use std::ops::Range;

use memchr::memmem;
use wide::i8x16;

use crate::extract::{CLASSES, DOT, END, LONG_WORD, LOWER, TELLING};

/// The length of the shortest code in capitals that means something without a digit, a bank's.
const SHORTEST_SHOUT: usize = 8;

/// What a byte says, a bit each.
const ENDS: u8 = 1;
const TELLS: u8 = 2;
const IS_DOT: u8 = 4;
/// Neither an end nor [`LOWER`].
const SHOUTS: u8 = 8;
const ALPHANUMERIC: u8 = 16;
const CONTINUES: u8 = 32;
/// An end at which a path or a rule may stand.
const MARKS: u8 = 64;

static SIGNS: [u8; 256] = {
    let mut table = [0; 256];
    let mut byte = 0;
    while byte < 256 {
        let class = CLASSES[byte];
        let mut signs = 0;
        if class == END {
            signs |= ENDS;
        } else if class & LOWER == 0 {
            signs |= SHOUTS;
        }
        if class & TELLING != 0 {
            signs |= TELLS;
        }
        if class & DOT != 0 {
            signs |= IS_DOT;
        }
        if (byte as u8).is_ascii_alphanumeric() {
            signs |= ALPHANUMERIC;
        }
        if byte & 0xC0 == 0x80 {
            signs |= CONTINUES;
        }
        if byte == b'\\' as usize || byte == b'{' as usize {
            signs |= MARKS;
        }
        table[byte] = signs;
        byte += 1;
    }
    table
};

/// The bitmaps of 64 bytes; bit 0 is the first of them.
#[derive(Clone, Copy, Default)]
struct Block {
    /// Bytes at which a token ends: all of a character.
    ends: u64,
    /// What makes a token worth a look, and marks between tokens.
    events: u64,
    alphanumeric: u64,
}

/// The bitmaps of a text.
pub(crate) struct Survey {
    /// One more than the text has, of nothing but ends.
    blocks: Vec<Block>,
}

impl Survey {
    pub(crate) fn of(bytes: &[u8]) -> Survey {
        let (whole, rest) = bytes.as_chunks::<64>();
        let mut last = [b' '; 64];
        last[..rest.len()].copy_from_slice(rest);
        let mut blocks = Vec::with_capacity(whole.len() + 3);
        let mut before = Signs::default();
        for chunk in whole.iter().chain([&last, &[b' '; 64]]) {
            let signs = Signs::of(chunk, &before);
            blocks.push(before.followed_by(&signs));
            before = signs;
        }
        // The first is of what stands before the text.
        blocks.remove(0);
        blocks.push(before.followed_by(&before));
        // The one identifier that may be short and without a digit.
        for at in memmem::find_iter(bytes, b"GTM-") {
            blocks[at / 64].events |= 1 << (at % 64);
        }
        Survey { blocks }
    }

    /// The first place from `at` on where a token is worth a look, or a mark stands between tokens.
    pub(crate) fn event(&self, at: usize) -> Option<usize> {
        self.next(at, |block| block.events)
    }

    /// The runs of ASCII letters and digits that begin in `span`, in order: `read` is given the beginning and
    /// the length of each (of a very long one, some part of it), and may answer where to go on.
    pub(crate) fn words(
        &self,
        span: Range<usize>,
        mut read: impl FnMut(usize, u32) -> Option<usize>,
    ) {
        let mut at = span.start;
        while at < span.end {
            let index = at / 64;
            let here = self.blocks[index].alphanumeric;
            let before = index
                .checked_sub(1)
                .map_or(0, |index| self.blocks[index].alphanumeric >> 63);
            let mut starts = here & !(here << 1 | before) & u64::MAX << (at % 64);
            at = 64 * index + 64;
            while starts != 0 {
                let place = starts.trailing_zeros();
                let word = 64 * index + place as usize;
                if word >= span.end {
                    return;
                }
                let mut run = (here >> place).trailing_ones();
                if place + run == 64 {
                    run += self.blocks[index + 1].alphanumeric.trailing_ones();
                }
                starts &= starts - 1;
                if let Some(next) = read(word, run) {
                    at = next;
                    break;
                }
            }
        }
    }

    /// Where the token ends that the byte at `at` is in; past the text's end for one that ends it.
    pub(crate) fn token_end(&self, at: usize) -> usize {
        self.next(at, |block| block.ends).unwrap_or(usize::MAX)
    }

    /// Where the token begins that the byte at `at` is in, not before `floor`.
    pub(crate) fn token_start(&self, floor: usize, at: usize) -> usize {
        let mut index = at / 64;
        let mut bits = self.blocks[index].ends & ((1 << (at % 64)) - 1);
        loop {
            if bits != 0 {
                return floor.max(index * 64 + 64 - bits.leading_zeros() as usize);
            }
            if index * 64 <= floor {
                return floor;
            }
            index -= 1;
            bits = self.blocks[index].ends;
        }
    }

    fn next(&self, at: usize, plane: impl Fn(&Block) -> u64) -> Option<usize> {
        first_from(at, &self.blocks, plane)
    }
}

/// Where bytes of a set stand in a text.
pub(crate) struct Places {
    blocks: Vec<u64>,
}

impl Places {
    /// Where the bytes of `set` stand: 128 for a byte of it, 0 for another.
    pub(crate) fn of(bytes: &[u8], set: &[u8; 256]) -> Places {
        let block = |signs: [u8; 64]| {
            let (quarters, _) = signs.as_chunks::<16>();
            quarters.iter().rev().fold(0, |bits, quarter| {
                bits << 16 | u64::from(i8x16::from(quarter.map(u8::cast_signed)).to_bitmask())
            })
        };
        let (whole, rest) = bytes.as_chunks::<64>();
        // Nothing stands after the text, whatever the set is.
        let mut last = [0; 64];
        for (sign, byte) in last.iter_mut().zip(rest) {
            *sign = set[usize::from(*byte)];
        }
        let whole = whole
            .iter()
            .map(|chunk| chunk.map(|byte| set[usize::from(byte)]));
        let blocks = whole.chain([last]).map(block).collect();
        Places { blocks }
    }

    /// The first place from `at` on.
    pub(crate) fn next(&self, at: usize) -> Option<usize> {
        first_from(at, &self.blocks, |bits| *bits)
    }
}

/// The first place from `at` on whose bit is set in a bitmap of 64 bytes a block.
fn first_from<B>(at: usize, blocks: &[B], plane: impl Fn(&B) -> u64) -> Option<usize> {
    let mut index = at / 64;
    let mut bits = plane(blocks.get(index)?) & u64::MAX << (at % 64);
    while bits == 0 {
        index += 1;
        bits = plane(blocks.get(index)?);
    }
    Some(index * 64 + bits.trailing_zeros() as usize)
}

/// What 64 bytes say, a bitmap for each sign.
#[derive(Clone, Copy, Default)]
struct Signs {
    ends: u64,
    tells: u64,
    dots: u64,
    shouts: u64,
    alphanumeric: u64,
    marks: u64,
}

impl Signs {
    fn of(chunk: &[u8; 64], before: &Signs) -> Signs {
        let planes = planes(&chunk.map(|byte| SIGNS[byte as usize]));
        let plane = |sign: u8| planes[sign.trailing_zeros() as usize];
        // The rest of a character belongs to the end that begins it; none has more than two bytes more.
        let continues = plane(CONTINUES);
        let ends = plane(ENDS);
        let ends = ends | continues & (ends << 1 | before.ends >> 63);
        let ends = ends | continues & (ends << 1);
        Signs {
            ends,
            tells: plane(TELLS),
            dots: plane(IS_DOT),
            shouts: plane(SHOUTS),
            alphanumeric: plane(ALPHANUMERIC),
            marks: plane(MARKS),
        }
    }

    fn followed_by(&self, next: &Signs) -> Block {
        let ahead = |this: u64, next: u64| u128::from(this) | u128::from(next) << 64;
        // The dot that ends a sentence tells nothing about its last word.
        let at_end = (ahead(self.ends, next.ends) >> 1) as u64;
        let tells = self.tells & !(self.dots & at_end);
        let inside = !ahead(self.ends, next.ends);
        let long = runs(inside, LONG_WORD);
        let shouted = runs(ahead(self.shouts, next.shouts), SHORTEST_SHOUT);
        Block {
            ends: self.ends,
            events: tells | long | shouted | self.marks,
            alphanumeric: self.alphanumeric,
        }
    }
}

/// The first bits of runs of `length` bits, among the lower half.
fn runs(bits: u128, length: usize) -> u64 {
    let mut runs = bits;
    let mut reached = 1;
    while 2 * reached <= length {
        runs &= runs >> reached;
        reached *= 2;
    }
    (runs & runs >> (length - reached)) as u64
}

/// Bit `k` of each byte, as the bitmap `k`.
fn planes(signs: &[u8; 64]) -> [u64; 8] {
    let mut planes = [0; 8];
    let (quarters, _) = signs.as_chunks::<16>();
    for (at, quarter) in quarters.iter().enumerate() {
        let mut bits = i8x16::from(quarter.map(u8::cast_signed));
        // The highest bit of each byte, then the next one.
        for plane in planes.iter_mut().rev() {
            *plane |= u64::from(bits.to_bitmask()) << (16 * at);
            bits += bits;
        }
    }
    planes
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::extract::ends_token;

    #[test]
    fn a_sentence_without_values_has_no_event() {
        let text = "Bonjour, je n'ai « rien » reçu. Merci… voilà.";
        assert_eq!(Survey::of(text.as_bytes()).event(0), None);
    }

    /// Everything that is asked of the bitmaps, against a walk over the bytes.
    fn check(text: &str) {
        let bytes = text.as_bytes();
        let survey = Survey::of(bytes);
        let ends = |at: usize| {
            let start = (0..=at)
                .rev()
                .find(|at| text.is_char_boundary(*at))
                .unwrap();
            ends_token(bytes[start])
        };
        for at in (0..bytes.len()).filter(|at| !ends(*at)) {
            let end = (at..bytes.len())
                .find(|at| ends(*at))
                .unwrap_or(bytes.len());
            let start = (0..at).rev().find(|at| ends(*at)).map_or(0, |end| end + 1);
            assert_eq!(survey.token_end(at).min(bytes.len()), end);
            assert_eq!(survey.token_start(0, at), start);
            assert_eq!(survey.token_start(at, at), at);
            let token = &bytes[start..end];
            let tells = token.iter().enumerate().any(|(at, byte)| match byte {
                b'.' => at + 1 < token.len(),
                byte => CLASSES[*byte as usize] & TELLING != 0,
            });
            let bare = token
                .iter()
                .all(|byte| CLASSES[*byte as usize] & LOWER == 0);
            let looked_at =
                tells || token.len() >= LONG_WORD || bare && token.len() >= SHORTEST_SHOUT;
            let event = survey.event(start).filter(|event| *event < end);
            assert!(event.is_some() || !looked_at, "{:?}", &text[start..end]);
        }
        let word = |at: &usize| {
            bytes[*at].is_ascii_alphanumeric()
                && (*at == 0 || !bytes[*at - 1].is_ascii_alphanumeric())
        };
        let length = |at: usize| {
            bytes[at..]
                .iter()
                .take(64)
                .take_while(|byte| byte.is_ascii_alphanumeric())
                .count()
        };
        let words: Vec<_> = (0..bytes.len())
            .filter(word)
            .map(|at| (at, length(at) as u32))
            .collect();
        let marked: Vec<usize> = (0..bytes.len()).filter(|at| bytes[*at] == b'/').collect();
        let mut set = [0; 256];
        set[usize::from(b'/')] = 128;
        let places = Places::of(bytes, &set);
        let mut at = 0;
        for place in marked {
            assert_eq!(places.next(at), Some(place));
            at = place + 1;
        }
        assert_eq!(places.next(at), None);
        let mut found = Vec::new();
        survey.words(0..bytes.len(), |word, length| {
            found.push((word, length.min(64)));
            None
        });
        assert_eq!(found, words);
    }

    #[test]
    fn characters_may_lie_across_blocks_and_texts_end_anywhere() {
        let firsts = ["", "é", "«", "…", "’", "😀", "𝐛", " ", ".", "/", "A", "7"];
        let seconds = ["", "é", "…b.é", "😀b", "."];
        for length in (0..=2).chain(60..=66).chain(124..=130) {
            for fill in ["b", " "] {
                for (first, second) in firsts
                    .iter()
                    .flat_map(|first| seconds.map(|second| (first, second)))
                {
                    check(&(fill.repeat(length) + first + second));
                }
            }
        }
    }

    #[test]
    fn places_stand_in_the_text_and_not_after_it() {
        for length in [0, 1, 63, 64, 65, 127, 128] {
            let places = Places::of("é".repeat(length).as_bytes(), &[128; 256]);
            for at in 0..2 * length {
                assert_eq!(places.next(at), Some(at));
            }
            assert_eq!(places.next(2 * length), None);
            assert_eq!(places.next(usize::MAX), None);
        }
    }

    proptest! {
        #[test]
        fn planes_are_the_bits_of_the_bytes(signs: [u8; 64], byte in 0usize..64, bit in 0usize..8) {
            prop_assert_eq!(planes(&signs)[bit] >> byte & 1, u64::from(signs[byte] >> bit & 1));
        }

        #[test]
        fn bitmaps_say_what_a_walk_says(text in "[a-z .:«é…’A-Z0-9\\\\_/@-]{0,200}", long in "[A-Za-z]{0,90}") {
            let text = text + &long;
            check(&text);
        }
    }
}
