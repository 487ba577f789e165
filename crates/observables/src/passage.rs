//! Passages: the runs of whole sentences that a text may have copied from another.
//!
//! A gang sends every victim the same message, and victims quote it among words of their own. Sketches
//! of whole texts ([`crate::sketch`]) meet where most of two texts is the same; a passage meets where one
//! message stands in both. It begins at a sentence and goes on, whole sentences at a time, until it is
//! long enough: two sentences of [`TWO`] words in all, or three and more of [`THREE`]. Strangers often write
//! one sentence alike, and seldom several in a row. Identifiers and numbers are left out, letters folded, as in
//! a sketch, so a passage stays the same when the gang changes the account in it.
//!
//! Passages are stored: the hashes here never change.
//!
//! ```
//! use observables::{passage::passages, sketch::jaccard};
//!
//! let message = "Nous sommes au regret de vous informer que votre colis est retenu au dépôt central. \
//!     Merci de régler les frais de port sous deux jours faute de quoi il sera renvoyé à son expéditeur.";
//! let victim = format!("{} « {message} »", "Je ne sais plus quel jour de la semaine c'était. ".repeat(9));
//! assert!(jaccard(message, &victim) < 0.8);
//! assert!(passages(&victim, &[]).contains(&passages(message, &[])[0]));
//! ```

use std::collections::HashSet;

use crate::{
    Hit,
    sketch::{Token, each_word, mix},
};

/// Fewest words of two sentences that are a passage.
///
/// On made complaints in French 83 to 91 in 100 pairs that share 24 words in two sentences have one author, which is
/// enough for 3,000 complaints and not for 60,000: there what strangers share ties 6,800 into one part.
/// At 30 words, or 24 in three sentences, the largest part is of 474.
///
/// ```
/// use observables::passage::{TWO, passages};
///
/// let sentence = |words: usize| "mot ".repeat(words) + ". ";
/// let keys = |first, second| passages(&(sentence(first) + &sentence(second)), &[]).len();
/// assert_eq!((keys(TWO - 10, 10), keys(TWO - 10, 9)), (1, 0));
/// ```
pub const TWO: usize = 30;
/// Fewest words of three sentences or more that are a passage.
///
/// ```
/// use observables::passage::{THREE, passages};
///
/// let sentence = "mot ".repeat(THREE / 3) + ". ";
/// assert_eq!(passages(&sentence.repeat(3), &[]).len(), 1);
/// assert_eq!(passages(&sentence.repeat(2), &[]).len(), 0);
/// ```
pub const THREE: usize = 24;
/// A text gives no more passages than this, the first ones: who pastes a book is compared by its beginning.
///
/// ```
/// use observables::passage::{MOST, passages};
///
/// // A word for each number, in letters.
/// let word = |at: usize| at.to_string().bytes().map(|digit| char::from(digit + 49)).collect::<String>();
/// let book: String = (0..6_000).map(|at| word(at) + if at % 10 == 9 { ". " } else { " " }).collect();
/// assert_eq!(passages(&book, &[]).len(), MOST);
/// ```
pub const MOST: usize = 256;

/// The keys of the passages of a text whose hits are known, each once, in their order.
///
/// ```
/// use observables::{extract, passage::passages};
///
/// let message = "Nous sommes au regret de vous informer que votre colis est retenu au dépôt central. \
///     Merci de régler les frais de port sous deux jours faute de quoi il sera renvoyé à son expéditeur.";
/// let keys = |text: &str| passages(text, &extract(text).hits);
/// let quoted = keys(&format!("J’ai reçu ceci. « {message} » Je n’ai pas payé."));
/// assert!(keys(message).iter().all(|key| quoted.contains(key)));
/// assert!(keys("Trop court. Pour dire quelque chose.").is_empty());
/// ```
pub fn passages(text: &str, hits: &[Hit]) -> Vec<u64> {
    let mut words: Vec<u64> = Vec::new();
    // Where each sentence ends among the words.
    let mut ends: Vec<usize> = Vec::new();
    each_word(text, hits, |token| match token {
        Token::Word(hash) => words.push(hash),
        Token::Stop if ends.last().copied().unwrap_or(0) < words.len() => ends.push(words.len()),
        Token::Stop => {}
    });
    if ends.last().copied().unwrap_or(0) < words.len() {
        ends.push(words.len());
    }
    let mut seen = HashSet::new();
    let mut found = Vec::new();
    let mut start = 0;
    for (sentence, &own_end) in ends.iter().enumerate() {
        let end = ends[sentence + 1..]
            .iter()
            .zip(2..)
            .find(|&(&end, sentences)| end - start >= if sentences == 2 { TWO } else { THREE });
        let Some((&end, _)) = end else { break };
        let key = words[start..end]
            .iter()
            .fold(mix(0x70_6173_7361_6765), |hash, word| {
                mix(hash.rotate_left(23) ^ word)
            });
        if seen.insert(key) {
            found.push(key);
            if found.len() == MOST {
                break;
            }
        }
        start = own_end;
    }
    found
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::extract;

    fn keys(text: &str) -> Vec<u64> {
        passages(text, &extract(text).hits)
    }

    const MESSAGE: &str = "Votre colis quittera notre entrepôt central dès réception du virement instantané. \
        Le compte à indiquer est celui de notre partenaire, avec votre numéro de commande en référence. \
        Aucun remboursement ne pourra être fait avant trente jours suivant nos conditions générales.";

    #[test]
    fn keys_never_change() {
        assert_eq!(keys(MESSAGE), [1489506957654192500]);
    }

    #[test]
    fn what_changes_from_victim_to_victim_does_not_count() {
        let shouted = MESSAGE
            .to_uppercase()
            .replace("VIREMENT", "VIREMENT 1250,50 € FR7630006000011234567890189");
        assert_eq!(keys(&shouted), keys(MESSAGE));
    }

    #[test]
    fn two_sentences_in_a_row_are_needed() {
        let long = "mot ".repeat(60);
        assert!(keys(&long).is_empty());
        assert_eq!(keys(&format!("{long}. {long}.")).len(), 1);
        let words = |count: usize| "mot ".repeat(count);
        assert_eq!(keys(&format!("{}. {}.", words(14), words(15))).len(), 0);
        assert_eq!(keys(&format!("{}. {}.", words(15), words(15))).len(), 1);
        assert_eq!(keys("un deux trois. ".repeat(7).as_str()).len(), 0);
        assert_eq!(keys("un deux trois. ".repeat(8).as_str()).len(), 1);
    }

    #[test]
    fn a_book_is_compared_by_its_beginning() {
        let book: String = (0..3_000)
            .map(|at| {
                format!(
                    "{} ",
                    ["alpha", "beta", "gamma", "delta."][(at * at / 7) % 4]
                )
            })
            .collect();
        assert!(keys(&book).len() <= MOST);
    }

    proptest! {
        #[test]
        fn any_text_gives_passages_and_a_quote_keeps_them(
            before in "\\PC{0,60}", after in "\\PC{0,60}",
        ) {
            let quoted = keys(&format!("{before}\n{MESSAGE}\n{after}"));
            for key in keys(MESSAGE) {
                prop_assert!(quoted.contains(&key));
            }
        }
    }
}
