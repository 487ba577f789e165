//! How alike two texts, sets, places or hashes are. All measures are symmetric and never NaN.
//!
//! Texts are compared by Unicode scalar value. ASCII texts of at most 64 characters, which names,
//! dates and addresses nearly always are, take bit-parallel ways that give the very same results as
//! the plain ones (a property test holds it). Texts of megabytes take time in proportion to their length: a
//! field that somebody filled with a book must not stop a run.

use std::collections::{HashMap, VecDeque};

/// Working memory of the bit-parallel measures: where each character stands in one text.
///
/// Kept by the caller, since 1 KiB of zeros for every pair would cost more than the comparison.
#[derive(Debug, Clone)]
pub(super) struct Matcher {
    positions: [u64; 128],
    table: Vec<u32>,
}

impl Default for Matcher {
    fn default() -> Self {
        Matcher {
            positions: [0; 128],
            table: Vec::new(),
        }
    }
}

/// The longest text, in bytes, whose positions fit one word.
const WORD: usize = 64;
/// The longest text, in characters, that is walked once for each character of the other.
const LONG: usize = 256;
/// Most cells of a table of two texts.
const MOST_CELLS: usize = 1 << 20;

impl Matcher {
    /// Jaro similarity, 0 to 1 (Jaro 1989): common characters within half the longer text's length,
    /// less half of those out of order.
    pub(super) fn jaro(&mut self, a: &str, b: &str) -> f64 {
        if short(a) && short(b) {
            self.jaro_short(a.as_bytes(), b.as_bytes())
        } else {
            let (a, b) = ordered(a, b);
            let (a, b): (Vec<char>, Vec<char>) = (a.chars().collect(), b.chars().collect());
            if b.len() > LONG {
                jaro_long(&a, &b)
            } else {
                jaro_plain(&a, &b)
            }
        }
    }

    /// Jaro-Winkler similarity, 0 to 1 (Winkler 1990): Jaro, raised by a tenth of what misses to 1
    /// for each of up to four first characters in common, where Jaro is above 0.7.
    pub(super) fn jaro_winkler(&mut self, a: &str, b: &str) -> f64 {
        winkler(self.jaro(a, b), a.chars(), b.chars())
    }

    /// Levenshtein distance: the least number of characters inserted, deleted or replaced, where it is at most
    /// `most`; of others some number above that.
    pub(super) fn levenshtein(&mut self, a: &str, b: &str, most: f64) -> u32 {
        if short(a) && short(b) {
            self.levenshtein_short(a.as_bytes(), b.as_bytes())
        } else {
            let (a, b): (Vec<char>, Vec<char>) = (a.chars().collect(), b.chars().collect());
            levenshtein_within(&a, &b, most)
        }
    }

    /// Damerau-Levenshtein distance: as Levenshtein, where two neighbours changing places count once
    /// (unrestricted form: the neighbours may be edited too, Lowrance and Wagner 1975), where it is at most `most`; of
    /// others some number above that. Of texts whose table would have more than [`MOST_CELLS`] it is Levenshtein's.
    pub(super) fn damerau_levenshtein(&mut self, a: &str, b: &str, most: f64) -> u32 {
        let (a, b): (Vec<char>, Vec<char>) = (a.chars().collect(), b.chars().collect());
        let (a, b) = without_common_ends(&a, &b);
        if a.len().saturating_mul(b.len()) <= MOST_CELLS {
            return damerau_levenshtein(a, b, &mut self.table);
        }
        levenshtein_within(a, b, most)
    }

    /// [`Matcher::damerau_levenshtein`] of ASCII texts of at most [`WORD`] bytes, where it is at most
    /// `most`; of others some number above that.
    ///
    /// A change of places is two edits to Levenshtein, so his distance is at most twice this one. It is
    /// found in a twentieth of the time, and tells nearly all pairs of unlike texts.
    pub(super) fn damerau_levenshtein_short(&mut self, a: &[u8], b: &[u8], most: f64) -> u32 {
        let edits = self.levenshtein_short(a, b);
        if edits <= 1 {
            return edits;
        }
        let least = edits.div_ceil(2);
        if f64::from(least) > most {
            return least;
        }
        damerau_levenshtein(a, b, &mut self.table)
    }

    /// [`Matcher::jaro_winkler`] of ASCII texts of at most [`WORD`] bytes.
    pub(super) fn jaro_winkler_short(&mut self, a: &[u8], b: &[u8]) -> f64 {
        winkler(self.jaro_short(a, b), a.iter(), b.iter())
    }

    /// [`Matcher::jaro`] of ASCII texts of at most [`WORD`] bytes.
    pub(super) fn jaro_short(&mut self, a: &[u8], b: &[u8]) -> f64 {
        let (a, b) = ordered(a, b);
        if a.is_empty() || b.is_empty() {
            return if a.len() == b.len() { 1.0 } else { 0.0 };
        }
        let reach = (a.len().max(b.len()) / 2).saturating_sub(1);
        for (at, &byte) in b.iter().enumerate() {
            self.positions[usize::from(byte & 127)] |= 1 << at;
        }
        let mut window = low_bits(reach + 1);
        let (mut taken_a, mut taken_b) = (0_u64, 0_u64);
        for (at, &byte) in a.iter().enumerate() {
            let free = self.positions[usize::from(byte & 127)] & window & !taken_b;
            taken_b |= free & free.wrapping_neg();
            taken_a |= u64::from(free != 0) << at;
            window = if at < reach {
                (window << 1) | 1
            } else {
                window << 1
            };
        }
        let common = taken_a.count_ones();
        let mut out_of_order = 0_u32;
        while taken_a != 0 {
            let (x, y) = (taken_a.trailing_zeros(), taken_b.trailing_zeros());
            out_of_order += u32::from(a[x as usize] != b[y as usize]);
            taken_a &= taken_a - 1;
            taken_b &= taken_b - 1;
        }
        self.forget(b);
        jaro_of(common, out_of_order, a.len(), b.len())
    }

    /// [`Matcher::levenshtein`] of ASCII texts of at most [`WORD`] bytes: Myers 1999 in the form of
    /// Hyyrö 2003, where a column of the table is two words of ±1 steps.
    pub(super) fn levenshtein_short(&mut self, a: &[u8], b: &[u8]) -> u32 {
        let (a, b) = without_common_ends(a, b);
        if a.is_empty() || b.is_empty() {
            return (a.len() + b.len()) as u32;
        }
        for (at, &byte) in a.iter().enumerate() {
            self.positions[usize::from(byte & 127)] |= 1 << at;
        }
        let last = 1_u64 << (a.len() - 1);
        let (mut up, mut down) = (u64::MAX, 0_u64);
        let mut distance = a.len() as u32;
        for &byte in b {
            let equal = self.positions[usize::from(byte & 127)];
            let diagonal = ((equal & up).wrapping_add(up) ^ up) | equal | down;
            let right = down | !(diagonal | up);
            let left = diagonal & up;
            distance += u32::from(right & last != 0);
            distance -= u32::from(left & last != 0);
            let right = (right << 1) | 1;
            up = (left << 1) | !(diagonal | right);
            down = diagonal & right;
        }
        self.forget(a);
        distance
    }

    fn forget(&mut self, text: &[u8]) {
        for &byte in text {
            self.positions[usize::from(byte & 127)] = 0;
        }
    }
}

/// Members of two ascending lists without doubles: how many are in both.
pub(super) fn common(a: &[u32], b: &[u32]) -> usize {
    let (mut i, mut j, mut count) = (0, 0, 0);
    while i < a.len() && j < b.len() {
        match a[i].cmp(&b[j]) {
            std::cmp::Ordering::Less => i += 1,
            std::cmp::Ordering::Greater => j += 1,
            std::cmp::Ordering::Equal => {
                count += 1;
                i += 1;
                j += 1;
            }
        }
    }
    count
}

/// Jaccard similarity of two sets, 0 to 1; two empty sets are alike.
pub(super) fn jaccard(a: &[u32], b: &[u32]) -> f64 {
    let both = common(a, b);
    ratio(both as f64, (a.len() + b.len() - both) as f64)
}

/// Cosine similarity of two sets as 0/1 vectors, 0 to 1; two empty sets are alike.
pub(super) fn cosine(a: &[u32], b: &[u32]) -> f64 {
    let size = ((a.len() * b.len()) as f64).sqrt();
    if size == 0.0 && a.len() != b.len() {
        return 0.0;
    }
    ratio(common(a, b) as f64, size)
}

/// Information of what two sets share: the sum of their common members' rarities.
pub(super) fn shared_rarity(a: &[u32], b: &[u32], rarity: &[f64]) -> f64 {
    let both = a.iter().filter(|member| b.binary_search(member).is_ok());
    sum_of(both, rarity)
}

/// Jaccard similarity with members weighted by rarity, 0 to 1.
pub(super) fn rare_jaccard(a: &[u32], b: &[u32], rarity: &[f64]) -> f64 {
    let both = shared_rarity(a, b, rarity);
    // where nothing weighs, both are the set of what every record holds: they are equal
    ratio(
        both,
        sum_of(a.iter(), rarity) + sum_of(b.iter(), rarity) - both,
    )
    .min(1.0)
}

/// Rarity of each member in bits: log2(N/df) for a member that `df` of `N` records hold (inverse
/// document frequency, Spärck Jones 1972); 0 for one that none holds. In steps of 2^-32, so that a sum
/// is exact and the order of its terms decides nothing.
pub(super) fn rarities(counts: &[u32], records: u32) -> Vec<f64> {
    const STEPS: f64 = 4_294_967_296.0;
    let bits = |count: &u32| match count {
        0 => 0.0,
        count => (f64::from(records) / f64::from(*count)).log2().max(0.0),
    };
    let bits = |count: &u32| (bits(count) * STEPS).round() / STEPS;
    counts.iter().map(bits).collect()
}

fn sum_of<'a>(members: impl Iterator<Item = &'a u32>, rarity: &[f64]) -> f64 {
    members.map(|member| rarity[*member as usize]).sum()
}

fn ratio(part: f64, whole: f64) -> f64 {
    if whole == 0.0 { 1.0 } else { part / whole }
}

/// Great-circle distance in kilometres of two points in degrees (haversine, a sphere of 6,371 km:
/// within 0.6 % of the ellipsoid).
pub(super) fn kilometres(a: (f64, f64), b: (f64, f64)) -> f64 {
    let (lat_a, lat_b) = (a.0.to_radians(), b.0.to_radians());
    let half_lat = ((lat_b - lat_a) / 2.0).sin();
    let half_lon = ((b.1 - a.1).to_radians() / 2.0).sin();
    let chord = half_lat * half_lat + lat_a.cos() * lat_b.cos() * half_lon * half_lon;
    2.0 * 6371.0 * chord.clamp(0.0, 1.0).sqrt().asin()
}

/// Bits in which two hashes differ.
pub(super) fn hamming(a: &[u8; 32], b: &[u8; 32]) -> u32 {
    a.iter().zip(b).map(|(x, y)| (x ^ y).count_ones()).sum()
}

fn short(text: &str) -> bool {
    text.len() <= WORD && text.is_ascii()
}

fn low_bits(count: usize) -> u64 {
    if count >= WORD {
        u64::MAX
    } else {
        (1 << count) - 1
    }
}

/// Greedy Jaro depends on which text is walked first, so one order is kept.
fn ordered<'a, T: AsRef<[u8]> + ?Sized>(a: &'a T, b: &'a T) -> (&'a T, &'a T) {
    let key = |text: &'a T| (text.as_ref().len(), text.as_ref());
    if key(a) <= key(b) { (a, b) } else { (b, a) }
}

/// Winkler's raise of a Jaro similarity for first characters in common.
fn winkler<T: PartialEq>(jaro: f64, a: impl Iterator<Item = T>, b: impl Iterator<Item = T>) -> f64 {
    if jaro <= 0.7 {
        return jaro;
    }
    let prefix = a.zip(b).take(4).take_while(|(x, y)| x == y).count();
    jaro + prefix as f64 * 0.1 * (1.0 - jaro)
}

fn without_common_ends<'a, T: PartialEq>(a: &'a [T], b: &'a [T]) -> (&'a [T], &'a [T]) {
    let start = a.iter().zip(b).take_while(|(x, y)| x == y).count();
    let (a, b) = (&a[start..], &b[start..]);
    let end = a
        .iter()
        .rev()
        .zip(b.iter().rev())
        .take_while(|(x, y)| x == y)
        .count();
    (&a[..a.len() - end], &b[..b.len() - end])
}

fn jaro_of(common: u32, out_of_order: u32, len_a: usize, len_b: usize) -> f64 {
    if common == 0 {
        return 0.0;
    }
    let common = f64::from(common);
    let transposed = f64::from(out_of_order / 2);
    (common / len_a as f64 + common / len_b as f64 + (common - transposed) / common) / 3.0
}

fn jaro_plain(a: &[char], b: &[char]) -> f64 {
    if a.is_empty() || b.is_empty() {
        return if a.len() == b.len() { 1.0 } else { 0.0 };
    }
    let reach = (a.len().max(b.len()) / 2).saturating_sub(1);
    let mut taken = vec![false; b.len()];
    let mut matched = Vec::new();
    for (at, x) in a.iter().enumerate() {
        let window = at.saturating_sub(reach)..(at + reach + 1).min(b.len());
        for j in window {
            if !taken[j] && b[j] == *x {
                taken[j] = true;
                matched.push(*x);
                break;
            }
        }
    }
    let in_order = b.iter().zip(&taken).filter(|(_, taken)| **taken);
    let out_of_order = in_order.zip(&matched).filter(|((y, _), x)| y != x).count();
    jaro_of(matched.len() as u32, out_of_order as u32, a.len(), b.len())
}

/// [`jaro_plain`] in time that grows with the texts' length: the places of each character of `b` wait in their
/// order, and those that the window has passed are never looked at again.
fn jaro_long(a: &[char], b: &[char]) -> f64 {
    if a.is_empty() || b.is_empty() {
        return if a.len() == b.len() { 1.0 } else { 0.0 };
    }
    let reach = (a.len().max(b.len()) / 2).saturating_sub(1);
    let mut places = HashMap::<char, VecDeque<usize>>::new();
    for (at, y) in b.iter().enumerate() {
        places.entry(*y).or_default().push_back(at);
    }
    let mut taken = vec![false; b.len()];
    let mut matched = Vec::new();
    for (at, x) in a.iter().enumerate() {
        let Some(waiting) = places.get_mut(x) else {
            continue;
        };
        while waiting.front().is_some_and(|place| place + reach < at) {
            waiting.pop_front();
        }
        if let Some(place) = waiting.pop_front_if(|place| *place <= at + reach) {
            taken[place] = true;
            matched.push(*x);
        }
    }
    let in_order = b.iter().zip(&taken).filter(|(_, taken)| **taken);
    let out_of_order = in_order.zip(&matched).filter(|((y, _), x)| y != x).count();
    jaro_of(matched.len() as u32, out_of_order as u32, a.len(), b.len())
}

fn damerau_levenshtein<T: PartialEq>(a: &[T], b: &[T], table: &mut Vec<u32>) -> u32 {
    let (a, b) = without_common_ends(a, b);
    if a.is_empty() || b.is_empty() {
        return (a.len() + b.len()) as u32;
    }
    let (rows, columns) = (a.len() + 2, b.len() + 2);
    let infinite = (a.len() + b.len()) as u32;
    table.clear();
    table.resize(rows * columns, 0);
    let at = |row: usize, column: usize| row * columns + column;
    table[at(0, 0)] = infinite;
    for row in 0..=a.len() {
        table[at(row + 1, 0)] = infinite;
        table[at(row + 1, 1)] = row as u32;
    }
    for column in 0..=b.len() {
        table[at(0, column + 1)] = infinite;
        table[at(1, column + 1)] = column as u32;
    }
    for row in 1..=a.len() {
        let mut last_equal_column = 0;
        for column in 1..=b.len() {
            // the last row before this one that holds b's character
            let equal_row = a[..row - 1]
                .iter()
                .rposition(|x| *x == b[column - 1])
                .map_or(0, |found| found + 1);
            let equal_column = last_equal_column;
            let replaced = if a[row - 1] == b[column - 1] {
                last_equal_column = column;
                table[at(row, column)]
            } else {
                table[at(row, column)] + 1
            };
            let swapped = table[at(equal_row, equal_column)]
                + (row - equal_row - 1) as u32
                + 1
                + (column - equal_column - 1) as u32;
            table[at(row + 1, column + 1)] = replaced
                .min(table[at(row + 1, column)] + 1)
                .min(table[at(row, column + 1)] + 1)
                .min(swapped);
        }
    }
    table[at(a.len() + 1, b.len() + 1)]
}

/// Levenshtein distance where it is at most `most`; of others some number above that. Only the diagonals are walked
/// that so few edits can reach (Ukkonen 1985).
fn levenshtein_within(a: &[char], b: &[char], most: f64) -> u32 {
    const FAR: u32 = u32::MAX / 2;
    let (a, b) = without_common_ends(a, b);
    // beyond any number that there can be, for what is no number too
    let most = if most >= 0.0 { most as usize } else { 0 };
    let most = most.min(a.len().max(b.len()));
    if a.len().abs_diff(b.len()) > most {
        return a.len().abs_diff(b.len()) as u32;
    }
    let mut row: Vec<u32> = (0..=b.len() as u32).collect();
    row.iter_mut().skip(most + 1).for_each(|cell| *cell = FAR);
    for (i, x) in (1_usize..).zip(a) {
        let first = i.saturating_sub(most).max(1);
        let last = (i + most).min(b.len());
        let mut diagonal = row[first - 1];
        row[first - 1] = if first == 1 { i as u32 } else { FAR };
        let mut least = row[first - 1];
        for j in first..=last {
            let replaced = diagonal + u32::from(*x != b[j - 1]);
            diagonal = row[j];
            row[j] = replaced.min(diagonal + 1).min(row[j - 1] + 1);
            least = least.min(row[j]);
        }
        if least as usize > most {
            return least;
        }
    }
    row[b.len()]
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const ANY: f64 = f64::INFINITY;

    fn close(found: f64, expected: f64) {
        assert!((found - expected).abs() < 1e-4, "{found} for {expected}");
    }

    #[test]
    fn jaro_winkler_gives_the_published_values() {
        let mut matcher = Matcher::default();
        for (a, b, jaro, winkler) in [
            ("MARTHA", "MARHTA", 0.9444, 0.9611),
            ("DWAYNE", "DUANE", 0.8222, 0.84),
            ("DIXON", "DICKSONX", 0.7667, 0.8133),
            ("", "", 1.0, 1.0),
            ("A", "", 0.0, 0.0),
            ("A", "B", 0.0, 0.0),
        ] {
            close(matcher.jaro(a, b), jaro);
            close(matcher.jaro_winkler(a, b), winkler);
        }
    }

    #[test]
    fn distances_count_edits() {
        let mut matcher = Matcher::default();
        for (a, b, edits, swapping) in [
            ("kitten", "sitting", 3, 3),
            ("é", "", 1, 1),
            ("ca", "abc", 3, 2),
            ("1956-04-09", "1956-40-09", 2, 1),
            ("", "ab", 2, 2),
        ] {
            assert_eq!(matcher.levenshtein(a, b, ANY), edits);
            assert_eq!(matcher.damerau_levenshtein(a, b, ANY), swapping);
        }
    }

    /// As a field of ten megabytes would, which nothing may walk once for each of its characters.
    #[test]
    fn texts_as_long_as_books_are_measured_in_time() {
        let book = |seed: u64| -> String {
            let letters = (0..2_000_000_u64).map(|at| super::super::factors::mix(at ^ seed) % 26);
            letters
                .map(|letter| char::from(b'a' + letter as u8))
                .collect()
        };
        let (one, other) = (book(1), book(2 << 32));
        let mut matcher = Matcher::default();
        let jaro = matcher.jaro_winkler(&one, &other);
        assert!((0.5..1.0).contains(&jaro), "{jaro}");
        assert!(matcher.levenshtein(&one, &other, 2.0) > 2);
        assert!(matcher.damerau_levenshtein(&one, &other, 2.0) > 2);
        let edited = format!("é{}", &one[1..one.len() - 1]);
        assert_eq!(matcher.levenshtein(&one, &edited, 3.0), 2);
        assert_eq!(matcher.damerau_levenshtein(&one, &edited, 3.0), 2);
    }

    #[test]
    fn paris_to_marseille_is_661_km() {
        let km = kilometres((48.8566, 2.3522), (43.2965, 5.3698));
        assert!((km - 661.0).abs() < 2.0, "{km}");
    }

    #[test]
    fn rare_members_weigh_more_than_common_ones() {
        let rarity = rarities(&[0, 8, 2, 1], 8);
        assert_eq!(rarity, [0.0, 0.0, 2.0, 3.0]);
        close(shared_rarity(&[1, 2], &[1, 2, 3], &rarity), 2.0);
        close(rare_jaccard(&[1, 2], &[1, 2, 3], &rarity), 0.4);
        close(rare_jaccard(&[1, 2], &[1, 3], &rarity), 0.0);
        close(rare_jaccard(&[1], &[1], &rarity), 1.0);
    }

    #[test]
    fn sets_without_members_are_alike() {
        close(jaccard(&[], &[]), 1.0);
        close(jaccard(&[1, 2], &[2, 3]), 1.0 / 3.0);
        close(cosine(&[1, 2], &[2, 3]), 0.5);
        close(cosine(&[], &[2]), 0.0);
    }

    proptest! {
        #[test]
        fn the_short_way_gives_what_the_plain_way_gives(a in "[a-e]{0,20}", b in "[a-e]{0,20}") {
            let mut matcher = Matcher::default();
            let (x, y) = ordered(a.as_str(), b.as_str());
            let (x, y): (Vec<char>, Vec<char>) = (x.chars().collect(), y.chars().collect());
            prop_assert_eq!(matcher.jaro(&a, &b), jaro_plain(&x, &y));
            prop_assert_eq!(jaro_long(&x, &y), jaro_plain(&x, &y));
            let edits = matcher.levenshtein(&a, &b, ANY);
            prop_assert_eq!(edits, levenshtein_within(&x, &y, ANY));
            for most in 0..8 {
                let found = levenshtein_within(&x, &y, most.into());
                prop_assert!(found == edits || found.min(edits) > most, "{found} for {edits}");
            }
            let plain = matcher.damerau_levenshtein(&a, &b, ANY);
            for most in 0..8 {
                let found = matcher.damerau_levenshtein_short(a.as_bytes(), b.as_bytes(), most.into());
                prop_assert!(found == plain || found.min(plain) > most, "{found} for {plain}");
            }
            prop_assert!(matcher.positions.iter().all(|word| *word == 0));
        }

        #[test]
        fn measures_are_symmetric(a in "\\PC{0,70}", b in "\\PC{0,70}") {
            let mut matcher = Matcher::default();
            prop_assert_eq!(matcher.jaro(&a, &b), matcher.jaro(&b, &a));
            let edits = matcher.levenshtein(&a, &b, ANY);
            prop_assert_eq!(edits, matcher.levenshtein(&b, &a, ANY));
            let swapping = matcher.damerau_levenshtein(&a, &b, ANY);
            prop_assert_eq!(swapping, matcher.damerau_levenshtein(&b, &a, ANY));
            prop_assert!(swapping <= edits);
        }
    }
}
