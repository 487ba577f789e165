//! What many texts share without having anything to do with one another: footers of mails, notices, a form's
//! own sentences. It is learnt from a corpus and left out of sketches by [`Sketch::without`](super::Sketch::without).

use std::collections::{HashMap, HashSet};

use super::shingles;
use crate::Hit;

/// Fewest documents from which boilerplate is learnt: in fewer, a share is no more than some neighbours.
///
/// ```
/// use observables::sketch::{Corpus, MIN_DOCUMENTS, SHARE};
///
/// let mut corpus = Corpus::new();
/// (1..MIN_DOCUMENTS).for_each(|_| corpus.add("un deux trois", &[]));
/// assert!(corpus.boilerplate(SHARE).is_none());
/// corpus.add("un deux trois", &[]);
/// assert!(corpus.boilerplate(SHARE).is_some());
/// ```
pub const MIN_DOCUMENTS: u32 = 1_000;

/// The share of documents over which a shingle is boilerplate, when nothing speaks for another one.
///
/// ```
/// use observables::sketch::{Corpus, SHARE};
///
/// let mut corpus = Corpus::new();
/// (0..1_000).for_each(|at| corpus.add(if at < 11 { "cordialement la direction" } else { "" }, &[]));
/// assert!(!corpus.boilerplate(SHARE).unwrap().is_empty());
/// ```
pub const SHARE: f64 = 0.01;

/// Most shingles that are counted at once: some 4 MiB.
const COUNTERS: usize = 1 << 17;

/// Counts in how many documents each shingle stands, in bounded memory.
///
/// Counts are those of Misra and Gries (*Finding repeated elements*, Science of Computer Programming 2, 1982): never
/// too high, so that nothing under the share is taken for boilerplate, and too low by at most the shingles of all
/// documents divided by 131,073. With 100 shingles a document that is 0.08 % of the documents: all that stands
/// in more than 1.08 % of them is found at a share of 1 %. The same documents in the same order give the same counts,
/// in any order when they have no more than 131,072 shingles in all.
///
/// ```
/// use observables::{extract, sketch::{Corpus, SHARE, Sketch}};
///
/// let footer = "Ce message et ses pièces jointes sont confidentiels et réservés à leurs seuls destinataires.";
/// let mut corpus = Corpus::new();
/// for _ in 0..1_000 {
///     corpus.add(footer, &extract(footer).hits);
/// }
/// let boilerplate = corpus.boilerplate(SHARE).unwrap();
/// assert!(Sketch::without(footer, &[], &boilerplate).is_none());
/// ```
#[derive(Clone, Debug, Default)]
pub struct Corpus {
    documents: u32,
    counts: HashMap<u64, u32>,
}

impl Corpus {
    /// Has no documents yet.
    ///
    /// ```
    /// use observables::sketch::{Corpus, SHARE};
    ///
    /// assert!(Corpus::new().boilerplate(SHARE).is_none());
    /// ```
    pub fn new() -> Corpus {
        Corpus::default()
    }

    /// Counts the shingles of a document whose hits are known, each once.
    ///
    /// ```
    /// use observables::{extract, sketch::Corpus};
    ///
    /// let mut corpus = Corpus::new();
    /// for text in ["payez sur colis.example", "rappelez le 06 39 98 12 34"] {
    ///     corpus.add(text, &extract(text).hits);
    /// }
    /// ```
    pub fn add(&mut self, text: &str, hits: &[Hit]) {
        self.documents = self.documents.saturating_add(1);
        // In an order that is always the same.
        let mut shingles: Vec<u64> = shingles(text, hits).into_iter().collect();
        shingles.sort_unstable();
        for shingle in shingles {
            self.count(shingle, COUNTERS);
        }
    }

    fn count(&mut self, shingle: u64, counters: usize) {
        if let Some(count) = self.counts.get_mut(&shingle) {
            *count = count.saturating_add(1);
        } else if self.counts.len() < counters {
            self.counts.insert(shingle, 1);
        } else {
            // One of each goes, this one with them: every such walk takes back as many counts as it costs.
            self.counts.retain(|_, count| {
                *count -= 1;
                *count > 0
            });
        }
    }

    /// The shingles that stand in more than `share` of the documents, from 0 to 1; `None` under [`MIN_DOCUMENTS`].
    ///
    /// A message that a gang sends to more than that share of those who report is among them. So the share is to lie
    /// above the largest series, or the corpus apart from what is compared, or the other keys of a text
    /// ([passages](crate::passage), identifiers) beside the sketch.
    ///
    /// ```
    /// use observables::sketch::{Corpus, shingles};
    ///
    /// let mut corpus = Corpus::new();
    /// for at in 0..1_000 {
    ///     corpus.add(if at % 5 == 0 { "bien à vous" } else { "le colis est perdu" }, &[]);
    /// }
    /// let common = corpus.boilerplate(0.5).unwrap();
    /// let has = |text| shingles(text, &[]).iter().all(|shingle| common.contains(*shingle));
    /// assert!(has("le colis est perdu") && !has("bien à vous"));
    /// ```
    pub fn boilerplate(&self, share: f64) -> Option<Boilerplate> {
        if self.documents < MIN_DOCUMENTS {
            return None;
        }
        let least = share * f64::from(self.documents);
        let common = self
            .counts
            .iter()
            .filter(|(_, count)| f64::from(**count) > least);
        Some(Boilerplate {
            shingles: common.map(|(shingle, _)| *shingle).collect(),
        })
    }
}

/// The shingles that say nothing about a text, since too many others have them.
///
/// ```
/// use observables::sketch::{Boilerplate, Corpus, SHARE};
///
/// let mut corpus = Corpus::new();
/// (0..1_000).for_each(|_| corpus.add("envoyé de mon téléphone", &[]));
/// let learnt = corpus.boilerplate(SHARE).unwrap();
/// let stored = learnt.to_bytes();
/// assert_eq!(Boilerplate::from_bytes(&stored)?, learnt);
/// # Ok::<(), observables::sketch::BoilerplateError>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Boilerplate {
    shingles: HashSet<u64>,
}

/// Why bytes are no stored [`Boilerplate`].
///
/// ```
/// use observables::sketch::{Boilerplate, BoilerplateError};
///
/// assert_eq!(Boilerplate::from_bytes(b"{}"), Err(BoilerplateError::Version));
/// ```
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum BoilerplateError {
    /// They begin in another way: something else, or a later version.
    #[error("these bytes are no boilerplate of version 1: learn it again")]
    Version,
    /// The last shingle is cut.
    #[error("boilerplate is cut: {bytes} bytes of shingles are no multiple of 8")]
    Cut {
        /// Bytes after the tag.
        bytes: usize,
    },
    /// A shingle is not above the one before it.
    #[error("boilerplate is damaged: shingle {at} is out of order")]
    Order {
        /// Which one, from 0.
        at: usize,
    },
}

impl Boilerplate {
    /// What stored bytes begin with.
    const TAG: &[u8] = b"orfevre-boilerplate-1\0";

    /// Whether it has a shingle, as [`shingles`] gives them.
    ///
    /// ```
    /// use observables::sketch::Boilerplate;
    ///
    /// assert!(!Boilerplate::default().contains(7));
    /// ```
    pub fn contains(&self, shingle: u64) -> bool {
        self.shingles.contains(&shingle)
    }

    /// How many shingles it has.
    ///
    /// ```
    /// assert_eq!(observables::sketch::Boilerplate::default().len(), 0);
    /// ```
    pub fn len(&self) -> usize {
        self.shingles.len()
    }

    /// Whether it has none.
    ///
    /// ```
    /// assert!(observables::sketch::Boilerplate::default().is_empty());
    /// ```
    pub fn is_empty(&self) -> bool {
        self.shingles.is_empty()
    }

    /// To be stored: `"orfevre-boilerplate-1"`, a zero byte, then the shingles in ascending order, eight bytes each,
    /// big-endian.
    ///
    /// ```
    /// use observables::sketch::Boilerplate;
    ///
    /// assert_eq!(Boilerplate::default().to_bytes(), b"orfevre-boilerplate-1\0");
    /// ```
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut shingles: Vec<u64> = self.shingles.iter().copied().collect();
        shingles.sort_unstable();
        let mut bytes = Boilerplate::TAG.to_vec();
        bytes.extend(shingles.into_iter().flat_map(u64::to_be_bytes));
        bytes
    }

    /// Reads what [`Boilerplate::to_bytes`] gave.
    ///
    /// ```
    /// use observables::sketch::Boilerplate;
    ///
    /// let stored = [b"orfevre-boilerplate-1\0".as_slice(), &7u64.to_be_bytes()].concat();
    /// assert!(Boilerplate::from_bytes(&stored).unwrap().contains(7));
    /// ```
    ///
    /// # Errors
    ///
    /// When the bytes have another version, are cut or are out of order.
    pub fn from_bytes(bytes: &[u8]) -> Result<Boilerplate, BoilerplateError> {
        let stored = bytes
            .strip_prefix(Boilerplate::TAG)
            .ok_or(BoilerplateError::Version)?;
        let (shingles, rest) = stored.as_chunks::<8>();
        if !rest.is_empty() {
            return Err(BoilerplateError::Cut {
                bytes: stored.len(),
            });
        }
        // Big-endian numbers have the order of their bytes.
        if let Some(before) = shingles.windows(2).position(|pair| pair[0] >= pair[1]) {
            return Err(BoilerplateError::Order { at: before + 1 });
        }
        Ok(Boilerplate {
            shingles: shingles
                .iter()
                .map(|shingle| u64::from_be_bytes(*shingle))
                .collect(),
        })
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::sketch::{Sketch, jaccard};

    const FOOTER: &str = "Ce message et toutes les pièces jointes sont établis à l'intention exclusive de leurs \
        destinataires et sont confidentiels. Si vous recevez ce message par erreur, merci de le détruire et d'en avertir \
        immédiatement l'expéditeur. Toute utilisation de ce message non conforme à sa destination, toute diffusion ou \
        toute publication, totale ou partielle, est interdite, sauf autorisation expresse. Pensez à l'environnement \
        avant d'imprimer.";
    const PARCEL: &str = "J'attendais un colis quand on m'a écrit qu'il fallait payer la douane. J'ai donné ma carte \
        et depuis des sommes partent chaque nuit.";
    const TENANT: &str = "Le studio semblait parfait, la propriétaire vivait à l'étranger. Elle voulait deux mois de \
        loyer avant toute visite, puis elle a disparu.";

    /// Documents of random words, `with` at the end of one in `every`.
    fn corpus(documents: u32, every: u32, with: &str) -> Corpus {
        let mut state = 7u64;
        let mut corpus = Corpus::new();
        for at in 0..documents {
            let mut text = String::new();
            for _ in 0..30 {
                state = state
                    .wrapping_mul(6_364_136_223_846_793_005)
                    .wrapping_add(1);
                text.extend(
                    (0..5)
                        .map(|letter| char::from(b'a' + ((state >> (33 + 5 * letter)) % 26) as u8)),
                );
                text.push(' ');
            }
            if at % every == 0 {
                text += with;
            }
            corpus.add(&text, &[]);
        }
        corpus
    }

    fn meet(a: Option<Sketch>, b: Option<Sketch>) -> bool {
        a.zip(b)
            .is_some_and(|(a, b)| a.bands().iter().zip(b.bands()).any(|(a, b)| *a == b))
    }

    #[test]
    fn a_footer_makes_candidates_of_two_stories_and_does_not_when_it_is_left_out() {
        let boilerplate = corpus(2_000, 50, FOOTER).boilerplate(SHARE).unwrap();
        let (a, b) = (
            format!("{PARCEL}\n\n{FOOTER}"),
            format!("{TENANT}\n\n{FOOTER}"),
        );
        assert!(jaccard(PARCEL, TENANT) == 0.0 && jaccard(&a, &b) > 0.5);
        assert!(meet(Sketch::of(&a, &[]), Sketch::of(&b, &[])));
        let without = |text| Sketch::without(text, &[], &boilerplate);
        assert!(without(&a).is_some() && without(&b).is_some());
        assert!(!meet(without(&a), without(&b)));
    }

    #[test]
    fn near_copies_are_found_whether_or_not_they_have_the_footer() {
        let boilerplate = corpus(2_000, 50, FOOTER).boilerplate(SHARE).unwrap();
        let signed = format!("{PARCEL} {FOOTER}");
        let without = |text: &str| Sketch::without(text, &[], &boilerplate);
        let words: Vec<&str> = PARCEL.split(' ').collect();
        for at in 0..words.len() {
            let mut copy = words.clone();
            copy[at] = "autrement";
            let copy = copy.join(" ");
            assert!(meet(without(&signed), without(&copy)), "word {at} changed");
            let copy = format!("{copy} {FOOTER}");
            assert!(meet(without(&signed), without(&copy)), "word {at} changed");
        }
        assert!(!meet(Sketch::of(&signed, &[]), Sketch::of(PARCEL, &[])));
    }

    #[test]
    fn a_text_without_boilerplate_keeps_its_bands() {
        let boilerplate = corpus(1_000, 50, FOOTER).boilerplate(SHARE).unwrap();
        assert_eq!(
            Sketch::without(PARCEL, &[], &boilerplate),
            Sketch::of(PARCEL, &[])
        );
        assert_eq!(
            Sketch::without(FOOTER, &[], &Boilerplate::default()),
            Sketch::of(FOOTER, &[])
        );
    }

    #[test]
    fn nothing_but_boilerplate_gives_no_sketch() {
        let boilerplate = corpus(1_000, 50, FOOTER).boilerplate(SHARE).unwrap();
        assert_eq!(boilerplate.len(), shingles(FOOTER, &[]).len());
        assert!(Sketch::of(FOOTER, &[]).is_some());
        assert!(Sketch::without(FOOTER, &[], &boilerplate).is_none());
        assert!(Sketch::without(&FOOTER.to_uppercase(), &[], &boilerplate).is_none());
    }

    #[test]
    fn boilerplate_stands_in_more_than_its_share() {
        let learnt = |documents, every| corpus(documents, every, FOOTER).boilerplate(SHARE);
        assert!(learnt(1_000, 100).is_some_and(|learnt| learnt.is_empty()));
        assert!(learnt(1_000, 99).is_some_and(|learnt| !learnt.is_empty()));
        assert!(learnt(999, 2).is_none());
        let corpus = corpus(1_000, 2, FOOTER);
        assert!(corpus.boilerplate(0.5).unwrap().is_empty());
        assert!(corpus.boilerplate(f64::NAN).unwrap().is_empty());
        assert!(corpus.boilerplate(2.0).unwrap().is_empty());
    }

    #[test]
    fn counters_are_bounded_and_what_many_have_outlives_them() {
        // 10,000 documents of some 28 shingles each: twice the counters.
        let corpus = corpus(10_000, 50, FOOTER);
        assert!(corpus.counts.len() <= COUNTERS && corpus.counts.capacity() < 3 * COUNTERS);
        let learnt = corpus.boilerplate(SHARE).unwrap();
        assert_eq!(
            learnt.to_bytes(),
            Boilerplate {
                shingles: shingles(FOOTER, &[])
            }
            .to_bytes()
        );
    }

    #[test]
    fn stored_bytes_never_change() {
        let mut corpus = Corpus::new();
        (0..MIN_DOCUMENTS).for_each(|_| corpus.add("bien à vous tous", &[]));
        let bytes = corpus.boilerplate(SHARE).unwrap().to_bytes();
        assert_eq!(bytes.len(), 22 + 16);
        let stored = bytes[22..]
            .iter()
            .map(|byte| format!("{byte:02x}"))
            .collect::<String>();
        assert_eq!(stored, "226534c57444ee366c467226c678d1d1");
    }

    #[test]
    fn wrong_bytes_are_told() {
        let stored = |shingles: &[u8]| {
            Boilerplate::from_bytes(&[Boilerplate::TAG, shingles].concat()).unwrap_err()
        };
        assert_eq!(Boilerplate::from_bytes(b""), Err(BoilerplateError::Version));
        assert_eq!(
            Boilerplate::from_bytes(b"orfevre-boilerplate-2\0"),
            Err(BoilerplateError::Version)
        );
        assert_eq!(stored(&[0; 9]), BoilerplateError::Cut { bytes: 9 });
        assert_eq!(stored(&[0; 16]), BoilerplateError::Order { at: 1 });
    }

    proptest! {
        #[test]
        fn counts_are_never_too_high_and_too_low_by_no_more_than_the_bound(
            shingles in proptest::collection::vec(0u64..12, 0..200), counters in 1usize..8,
        ) {
            let mut corpus = Corpus::new();
            shingles.iter().for_each(|shingle| corpus.count(*shingle, counters));
            prop_assert!(corpus.counts.len() <= counters);
            for shingle in 0..12 {
                let exact = shingles.iter().filter(|other| **other == shingle).count();
                let counted = corpus.counts.get(&shingle).map_or(0, |count| *count as usize);
                prop_assert!(counted <= exact && exact - counted <= shingles.len() / (counters + 1));
            }
        }

        #[test]
        fn what_is_stored_comes_back(set in proptest::collection::hash_set(any::<u64>(), 0..20), cut in 0usize..22) {
            let boilerplate = Boilerplate { shingles: set };
            let bytes = boilerplate.to_bytes();
            prop_assert_eq!(Boilerplate::from_bytes(&bytes[..bytes.len() - cut.min(bytes.len())]).is_ok(), cut % 8 == 0 && bytes.len() >= 22 + cut);
            prop_assert_eq!(Boilerplate::from_bytes(&bytes), Ok(boilerplate));
        }
    }
}
