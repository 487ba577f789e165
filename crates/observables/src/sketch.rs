//! Near-duplicate texts: a MinHash sketch of what a text says once its identifiers are taken out.
//!
//! Gangs keep their story and change the account, the number and the domain. So observables and
//! numbers are dropped, letters folded (lower case, no accents), and shingles of three words hashed by
//! thirty functions of which the least values are kept. Texts that share a band share, most likely, a
//! large part of their shingles: they are candidates, which [`jaccard`] then verifies. What many texts
//! share, such as the footer of a mail, may be learnt as [`Boilerplate`] and left out too.
//!
//! Bands are stored: the hashes here never change. A text meets another whose Jaccard similarity is
//! `s` with probability `1 - (1 - s³)¹⁰`: 0.94 at 0.63, 0.99 at 0.72, 0.03 at 0.15.
//!
//! ```
//! use std::collections::HashMap;
//!
//! use observables::{extract, sketch::{Sketch, jaccard}};
//!
//! let texts = [
//!     "Bonjour, votre colis est retenu au dépôt car les frais ne sont pas payés, réglez sur colis-a.example",
//!     "Ma banque m'a appelé pour me dire que quelqu'un avait pris mes codes et qu'il fallait en changer",
//!     "Bonjour, votre colis est retenu au dépôt car les frais ne sont pas payés, réglez sur colis-b.example vite",
//! ];
//! let mut index: HashMap<u64, Vec<usize>> = HashMap::new();
//! let mut candidates = Vec::new();
//! for (at, text) in texts.iter().enumerate() {
//!     let Some(sketch) = Sketch::of(text, &extract(text).hits) else { continue };
//!     for band in sketch.bands() {
//!         let earlier = index.entry(band).or_default();
//!         candidates.extend(earlier.iter().map(|earlier| (*earlier, at)));
//!         earlier.push(at);
//!     }
//! }
//! candidates.dedup();
//! assert_eq!(candidates, [(0, 2)]);
//! assert!(jaccard(texts[0], texts[2]) > 0.9);
//! ```

use std::collections::HashSet;

use crate::{Hit, extract};

mod boilerplate;

pub use boilerplate::{Boilerplate, BoilerplateError, Corpus, MIN_DOCUMENTS, SHARE};

/// Fewest shingles that say enough to be compared.
///
/// ```
/// use observables::sketch::{MIN_SHINGLES, Sketch};
///
/// // A shingle is three words in a row.
/// let words = |count: usize| "mot ".repeat(count);
/// assert!(Sketch::of(&words(MIN_SHINGLES + 2), &[]).is_some());
/// assert!(Sketch::of(&words(MIN_SHINGLES + 1), &[]).is_none());
/// ```
pub const MIN_SHINGLES: usize = 12;
const BANDS: usize = 10;
const ROWS: usize = 3;
const HASHES: usize = BANDS * ROWS;

/// The least value of each hash function over the shingles of a text.
///
/// ```
/// use observables::{extract, sketch::Sketch};
///
/// let sketch = |text: &str| Sketch::of(text, &extract(text).hits);
/// let story = "votre colis est retenu au dépôt car les frais de port ne sont pas payés à ce jour";
/// let typed = sketch(&format!("{story}, payez sur colis-a.example"));
/// let shouted = sketch(&format!("{}, PAYEZ SUR COLIS-B.EXAMPLE", story.to_uppercase()));
/// assert_eq!(typed, shouted);
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sketch {
    least: [u32; HASHES],
}

impl Sketch {
    /// The sketch of a text whose hits are known, or `None` when the text has under
    /// [`MIN_SHINGLES`] shingles.
    ///
    /// ```
    /// use observables::{extract, sketch::Sketch};
    ///
    /// let sketch = |text: &str| Sketch::of(text, &extract(text).hits);
    /// let story = "Bonjour, votre colis est retenu au dépôt car les frais de port ne sont pas payés, \
    ///              merci de régler sur";
    /// let first = sketch(&format!("{story} colis-a.example")).unwrap();
    /// let second = sketch(&format!("{story} colis-b.example")).unwrap();
    /// assert_eq!(first.bands(), second.bands());
    /// assert!(sketch("trop court").is_none());
    /// ```
    pub fn of(text: &str, hits: &[Hit]) -> Option<Sketch> {
        Sketch::of_shingles(text, hits, |_| true)
    }

    /// The sketch of what a text says beside its boilerplate, or `None` when under [`MIN_SHINGLES`] shingles
    /// are left.
    ///
    /// That of a text without any is the one that [`Sketch::of`] gives. Bands made without boilerplate are to be
    /// made again when it is learnt again. They are for use beside those of the whole text rather than in their place:
    /// where most of what is written is boilerplate, little is left to compare, and a word changed inside it is new.
    ///
    /// ```
    /// use observables::sketch::{Boilerplate, Corpus, SHARE, Sketch};
    ///
    /// let footer = "ce message et ses pièces jointes sont confidentiels et réservés à leurs destinataires, \
    ///     si vous le recevez par erreur merci de le détruire";
    /// let mut corpus = Corpus::new();
    /// (0..1_000).for_each(|_| corpus.add(footer, &[]));
    /// let boilerplate: Boilerplate = corpus.boilerplate(SHARE).unwrap();
    /// assert!(Sketch::of(footer, &[]).is_some());
    /// assert!(Sketch::without(footer, &[], &boilerplate).is_none());
    /// ```
    pub fn without(text: &str, hits: &[Hit], boilerplate: &Boilerplate) -> Option<Sketch> {
        Sketch::of_shingles(text, hits, |shingle| !boilerplate.contains(shingle))
    }

    fn of_shingles(text: &str, hits: &[Hit], counts: impl Fn(u64) -> bool) -> Option<Sketch> {
        let mut least = [u32::MAX; HASHES];
        let mut count = 0;
        each_shingle(text, hits, |shingle| {
            if !counts(shingle) {
                return;
            }
            count += 1;
            for (least, (factor, offset)) in least.iter_mut().zip(&FUNCTIONS) {
                let value = ((shingle ^ offset).wrapping_mul(*factor) >> 32) as u32;
                *least = value.min(*least);
            }
        });
        (count >= MIN_SHINGLES).then_some(Sketch { least })
    }

    /// The keys of the ten bands. Equal keys at any place make two texts candidates.
    ///
    /// ```
    /// use observables::sketch::Sketch;
    ///
    /// let story = "votre colis est retenu au dépôt car les frais de port ne sont pas payés à ce jour";
    /// let first = Sketch::of(story, &[]).unwrap().bands();
    /// let second = Sketch::of(&format!("{story} merci"), &[]).unwrap().bands();
    /// assert!(first.iter().zip(second).any(|(a, b)| *a == b));
    /// ```
    pub fn bands(&self) -> [u64; BANDS] {
        let mut bands = [0; BANDS];
        for (at, (band, rows)) in bands
            .iter_mut()
            .zip(self.least.chunks_exact(ROWS))
            .enumerate()
        {
            *band = rows
                .iter()
                .fold(mix(at as u64 + 1), |hash, row| mix(hash ^ u64::from(*row)));
        }
        bands
    }
}

/// The exact share of shingles that two texts have in common, from 0 to 1.
///
/// Two texts without shingles share nothing.
///
/// ```
/// use observables::sketch::jaccard;
///
/// // Of four shingles in all, two are in both.
/// assert_eq!(jaccard("un deux trois quatre cinq", "un deux trois quatre six"), 0.5);
/// assert_eq!(jaccard("", ""), 0.0);
/// ```
pub fn jaccard(a: &str, b: &str) -> f64 {
    jaccard_of(
        &shingles(a, &extract(a).hits),
        &shingles(b, &extract(b).hits),
    )
}

/// The hashes of a text's shingles, for whoever compares one text with many.
///
/// ```
/// use observables::{extract, sketch::shingles};
///
/// let text = "payez le colis sur colis.example avant 18 heures";
/// // "payez le colis", "le colis sur", "colis sur avant", "sur avant heures".
/// assert_eq!(shingles(text, &extract(text).hits).len(), 4);
/// ```
pub fn shingles(text: &str, hits: &[Hit]) -> HashSet<u64> {
    let mut set = HashSet::new();
    each_shingle(text, hits, |shingle| {
        set.insert(shingle);
    });
    set
}

/// [`jaccard`] of two sets that [`shingles`] gave.
///
/// ```
/// use observables::sketch::{jaccard_of, shingles};
///
/// let sought = shingles("un deux trois quatre", &[]);
/// let stored = ["un deux trois quatre", "trois quatre un deux"];
/// let scores = stored.map(|text| jaccard_of(&sought, &shingles(text, &[])));
/// assert_eq!(scores, [1.0, 0.0]);
/// ```
pub fn jaccard_of(a: &HashSet<u64>, b: &HashSet<u64>) -> f64 {
    let shared = a.intersection(b).count();
    let all = a.len() + b.len() - shared;
    if all == 0 {
        0.0
    } else {
        shared as f64 / all as f64
    }
}

/// Gives the hash of each three words in a row, observables and words with digits left out.
fn each_shingle(text: &str, hits: &[Hit], mut give: impl FnMut(u64)) {
    let mut last = [0u64; 2];
    let mut words = 0u32;
    each_word(text, hits, |token| {
        let Token::Word(hash) = token else { return };
        if words >= 2 {
            give(mix(last[0].rotate_left(21)
                ^ last[1].rotate_left(42)
                ^ hash));
        }
        words = words.saturating_add(1);
        last = [last[1], hash];
    });
}

/// What a text is made of once its identifiers and numbers are taken out.
pub(crate) enum Token {
    /// The hash of a folded word.
    Word(u64),
    /// What ends a sentence, or what is quoted.
    Stop,
}

/// Gives the words of a text and where its sentences end, observables and words with digits left out.
pub(crate) fn each_word(text: &str, hits: &[Hit], mut give: impl FnMut(Token)) {
    let mut word = Word::default();
    let mut end_word = |word: &mut Word, stop: bool| {
        if let Some(hash) = std::mem::take(word).hash() {
            give(Token::Word(hash));
        }
        if stop {
            give(Token::Stop);
        }
    };
    let mut from = 0;
    for end in hits
        .iter()
        .map(|hit| &hit.span)
        .chain([&(text.len()..text.len())])
    {
        // Hits of another text would panic; they are no reason to.
        let part = text.get(from..end.start).unwrap_or_default();
        for character in part.chars() {
            match character {
                'a'..='z' => word.push(character as u32),
                'A'..='Z' => word.push(character as u32 + 32),
                '0'..='9' => word.has_digit = true,
                _ if character.is_ascii() => {
                    end_word(&mut word, b".!?:;\n\"".contains(&(character as u8)));
                }
                _ => match fold(character) {
                    Folded::Letters(letters) => {
                        letters.bytes().for_each(|byte| word.push(u32::from(byte)))
                    }
                    Folded::Other(letter) => word.push(letter as u32),
                    Folded::Nothing => {}
                    Folded::Break => {
                        end_word(&mut word, matches!(character, '«' | '»' | '…' | '“' | '”'))
                    }
                },
            }
        }
        end_word(&mut word, false);
        from = end.end;
    }
}

/// A word being read: FNV-1a of its folded letters.
struct Word {
    hash: u64,
    letters: u32,
    has_digit: bool,
}

impl Default for Word {
    fn default() -> Word {
        Word {
            hash: 0xcbf2_9ce4_8422_2325,
            letters: 0,
            has_digit: false,
        }
    }
}

impl Word {
    fn push(&mut self, letter: u32) {
        self.hash = (self.hash ^ u64::from(letter)).wrapping_mul(0x0000_0100_0000_01b3);
        self.letters = self.letters.saturating_add(1);
    }

    fn hash(self) -> Option<u64> {
        (self.letters > 0 && !self.has_digit).then(|| mix(self.hash))
    }
}

enum Folded {
    Letters(&'static str),
    Other(char),
    Nothing,
    Break,
}

/// A letter without its accent. A table of our own: what is stored may not follow Unicode's versions.
fn fold(character: char) -> Folded {
    let letters = match character {
        'À'..='Å' | 'à'..='å' | 'Ā'..='ą' => "a",
        'Æ' | 'æ' => "ae",
        'Ç' | 'ç' | 'Ć'..='č' => "c",
        'È'..='Ë' | 'è'..='ë' | 'Ē'..='ě' => "e",
        'Ì'..='Ï' | 'ì'..='ï' | 'Ĩ'..='ı' => "i",
        'Ð' | 'ð' | 'Ď'..='đ' => "d",
        'Ñ' | 'ñ' | 'Ń'..='ň' => "n",
        'Ò'..='Ö' | 'Ø' | 'ò'..='ö' | 'ø' | 'Ō'..='ő' => "o",
        'Œ' | 'œ' => "oe",
        'Ù'..='Ü' | 'ù'..='ü' | 'Ũ'..='ų' => "u",
        'Ý' | 'ý' | 'ÿ' | 'Ŷ'..='Ÿ' => "y",
        'ß' => "ss",
        'Ś'..='š' => "s",
        'Ź'..='ž' => "z",
        'Ĺ'..='ł' => "l",
        'Ŕ'..='ř' => "r",
        'Ţ'..='ŧ' => "t",
        'Ĝ'..='ģ' => "g",
        // Combining accents, and characters that cannot be seen.
        '\u{300}'..='\u{36F}' | '\u{AD}' | '\u{200B}'..='\u{200F}' | '\u{2060}' | '\u{FEFF}' => {
            return Folded::Nothing;
        }
        // Latin-1 signs, general punctuation and symbols up to the box drawings, CJK punctuation.
        '\u{80}'..='\u{BF}' | '×' | '÷' | '\u{2000}'..='\u{2BFF}' | '\u{3000}'..='\u{303F}' => {
            return Folded::Break;
        }
        // Greek and Cyrillic capitals that lie at a fixed distance from their small letter.
        'Α'..='Ω' | 'А'..='Я' => {
            return Folded::Other(char::from_u32(character as u32 + 32).unwrap_or(character));
        }
        _ => return Folded::Other(character),
    };
    Folded::Letters(letters)
}

/// The finaliser of SplitMix64.
pub(crate) const fn mix(value: u64) -> u64 {
    let value = value.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let value = (value ^ (value >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let value = (value ^ (value >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    value ^ (value >> 31)
}

/// Factor (odd) and offset of each hash function, drawn from SplitMix64 at a fixed place.
static FUNCTIONS: [(u64, u64); HASHES] = {
    let mut functions = [(0, 0); HASHES];
    let mut at = 0;
    while at < HASHES {
        functions[at] = (mix(2 * at as u64) | 1, mix(2 * at as u64 + 1));
        at += 1;
    }
    functions
};

#[cfg(test)]
mod tests {
    use super::*;

    const STORY: &str = "Bonjour, j'ai reçu un message qui disait que mon colis était retenu au dépôt et qu'il fallait \
        payer des frais de port. J'ai cliqué sur le lien et donné le numéro de ma carte, puis un conseiller de ma banque \
        m'a appelé pour me demander de valider un virement dans mon application, ce que j'ai fait.";

    fn sketch(text: &str) -> Sketch {
        Sketch::of(text, &extract(text).hits).expect("the text is long enough")
    }

    #[test]
    fn bands_never_change() {
        let bands = sketch(STORY).bands();
        assert_eq!(
            [bands[0], bands[9]],
            [12359638937071212221, 8464973995784508599]
        );
    }

    #[test]
    fn case_accents_identifiers_and_numbers_do_not_count() {
        let plain = sketch(STORY).bands();
        let other = STORY
            .to_uppercase()
            .replace('É', "E")
            .replace("LIEN", "LIEN HTTPS://COLIS.EXAMPLE/A 12 fois");
        let without = other.replace("12 fois", "12");
        assert_eq!(sketch(&without).bands(), plain);
    }

    #[test]
    fn near_copies_share_a_band_and_strangers_do_not() {
        let words: Vec<&str> = STORY.split(' ').collect();
        let shares = |a: &Sketch, b: &Sketch| a.bands().iter().zip(b.bands()).any(|(a, b)| *a == b);
        let original = sketch(STORY);
        for at in 0..words.len() {
            let mut copy = words.clone();
            copy[at] = "autrement";
            let copy = copy.join(" ");
            assert!(jaccard(STORY, &copy) > 0.7);
            assert!(shares(&original, &sketch(&copy)), "word {at} changed");
        }
        let stranger = words.iter().rev().copied().collect::<Vec<_>>().join(" ");
        assert!(jaccard(STORY, &stranger) < 0.1 && !shares(&original, &sketch(&stranger)));
    }

    #[test]
    fn the_estimate_follows_the_exact_similarity() {
        // Over many pairs, equal rows are as frequent as shared shingles.
        let words: Vec<String> = (0..400u32)
            .map(|at| {
                format!("mot{}", char::from(b'a' + (at % 26) as u8)).repeat(1 + at as usize / 26)
            })
            .collect();
        let mut difference = 0.0;
        for cut in (40..320).step_by(20) {
            let a = words[..cut].join(" ");
            let b = words[..cut / 2].join(" ") + " " + &words[cut..cut + cut / 4].join(" ");
            let equal = sketch(&a)
                .least
                .iter()
                .zip(sketch(&b).least)
                .filter(|(a, b)| **a == *b)
                .count();
            difference += equal as f64 / HASHES as f64 - jaccard(&a, &b);
        }
        assert!(
            (difference / 14.0).abs() < 0.08,
            "mean error {}",
            difference / 14.0
        );
    }

    #[test]
    fn short_texts_have_no_sketch() {
        let words = |count: usize| vec!["mot"; count].join(" ");
        assert!(Sketch::of(&words(13), &[]).is_none());
        assert!(Sketch::of(&words(14), &[]).is_some());
        assert_eq!(jaccard("", ""), 0.0);
        assert_eq!(jaccard(STORY, STORY), 1.0);
    }
}
