//! Search by words: one analyser for indexing and asking, its tokens kept by the database.
//!
//! Stemming then folding misses words typed without accents ("identite" for "identité"); folding then
//! stemming parts "livré" from "livrée". So both stems are indexed where they differ, and a query
//! asks for either.

use std::collections::HashMap;

use rust_stemmers::{Algorithm, Stemmer};
use sqlx::AnyConnection;

use super::Work;
use crate::{
    StoreError,
    sql::{self, params},
};

/// Longest text indexed, in bytes; the rest is found by its observables.
const MOST_TEXT: usize = 200_000;
/// Words whose stems are remembered; then the memory is emptied, so it stays bounded.
const MOST_REMEMBERED: usize = 100_000;

/// Words to stems, French and English.
pub struct Analyser {
    french: Stemmer,
    english: Stemmer,
    remembered: HashMap<(bool, String), Vec<String>>,
}

impl Default for Analyser {
    fn default() -> Self {
        Self {
            french: Stemmer::create(Algorithm::French),
            english: Stemmer::create(Algorithm::English),
            remembered: HashMap::new(),
        }
    }
}

impl Analyser {
    /// The tokens of a text, separated by spaces.
    pub(super) fn document(&mut self, text: &str, lang: &str) -> String {
        let text = &text[..text.floor_char_boundary(MOST_TEXT)];
        let english = lang == "en";
        let mut tokens = String::with_capacity(text.len());
        for word in words(text) {
            for stem in self.stems(word, english) {
                if !tokens.is_empty() {
                    tokens.push(' ');
                }
                tokens.push_str(stem);
            }
        }
        tokens
    }

    /// The stems of one word: of the word as written and of the word without its accents.
    fn stems(&mut self, word: &str, english: bool) -> &[String] {
        if self.remembered.len() > MOST_REMEMBERED {
            self.remembered.clear();
        }
        let key = (english, word.to_lowercase());
        if !self.remembered.contains_key(&key) {
            let stemmer = if english { &self.english } else { &self.french };
            let written = fold(&stemmer.stem(&key.1));
            let folded = stemmer.stem(&fold(&key.1)).into_owned();
            let mut stems = vec![written];
            if stems[0] != folded {
                stems.push(folded);
            }
            stems.retain(|stem| !stem.is_empty());
            self.remembered.insert(key.clone(), stems);
        }
        &self.remembered[&key]
    }

    /// The question in the database's own query language, quoted token by token; none when the words
    /// hold nothing to look for.
    fn question(&mut self, asked: &str) -> Option<String> {
        let mut parts = Vec::new();
        for word in words(asked).take(16) {
            let mut stems: Vec<String> = self.stems(word, false).to_vec();
            stems.extend_from_slice(self.stems(word, true));
            for accented in participles(word) {
                stems.extend_from_slice(self.stems(&accented, false));
            }
            stems.sort();
            stems.dedup();
            let either: Vec<String> = stems.iter().map(|stem| format!("\"{stem}\"")).collect();
            if !either.is_empty() {
                parts.push(format!("({})", either.join(" OR ")));
            }
        }
        (!parts.is_empty()).then(|| parts.join(" AND "))
    }
}

/// What a French word typed without accents may be the participle of: without its accent the stemmer
/// takes "bloquee" for another word than "bloqué".
fn participles(word: &str) -> impl Iterator<Item = String> {
    let lower = word.to_lowercase();
    let stem = ["ees", "ee", "es", "e"]
        .iter()
        .find_map(|ending| lower.strip_suffix(ending))
        .filter(|stem| stem.len() >= 3 && stem.is_ascii());
    stem.map(|stem| format!("{stem}é")).into_iter()
}

fn words(text: &str) -> impl Iterator<Item = &str> {
    text.split(|c: char| !c.is_alphanumeric())
        .filter(|word| word.len() >= 2 && word.len() <= 40)
}

fn fold(word: &str) -> String {
    let folded = if word.is_ascii() {
        word.to_owned()
    } else {
        deunicode::deunicode(word)
    };
    folded
        .chars()
        .filter(char::is_ascii_alphanumeric)
        .map(|c| c.to_ascii_lowercase())
        .collect()
}

pub(super) async fn index(
    connection: &mut AnyConnection,
    documents: Vec<(i64, String)>,
) -> Result<(), sqlx::Error> {
    let rows = documents
        .into_iter()
        .map(|(seq, tokens)| params![seq, tokens])
        .collect();
    sql::insert(
        connection,
        "INSERT INTO words (rowid, text) VALUES",
        "",
        rows,
    )
    .await
}

impl Work {
    /// The submissions that hold all the words asked for, the newest first.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn find_words(
        &self,
        asked: &str,
        before: Option<i64>,
        most: i64,
    ) -> Result<Vec<i64>, StoreError> {
        let Some(question) = Analyser::default().question(asked) else {
            return Ok(Vec::new());
        };
        let mut connection = self.reading().await?;
        sql::rows(
            &mut connection,
            "SELECT rowid FROM words WHERE words MATCH $1 AND rowid < $2 ORDER BY rowid DESC LIMIT $3",
            params![question, before.unwrap_or(i64::MAX), most],
        )
        .await?
        .iter()
        .map(|row| Ok(sql::int(row, 0)?))
        .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(document: &str, lang: &str, asked: &str, expected: bool) {
        let mut analyser = Analyser::default();
        let tokens: Vec<String> = analyser
            .document(document, lang)
            .split(' ')
            .map(str::to_owned)
            .collect();
        let question = analyser.question(asked).unwrap();
        let found = question.split(" AND ").all(|part| {
            part.trim_matches(['(', ')'])
                .split(" OR ")
                .any(|stem| tokens.contains(&stem.trim_matches('"').to_owned()))
        });
        assert_eq!(
            found, expected,
            "{asked} in {document}: {tokens:?} {question}"
        );
    }

    #[test]
    fn finds_other_forms_of_a_word_with_and_without_accents() {
        check("usurpation d'identité", "fr", "identite", true);
        check("usurpation d'identité", "fr", "IDENTITÉS", true);
        check("le colis livré hier", "fr", "livrée", true);
        for asked in ["bloque", "bloques", "bloquee", "BLOQUEES"] {
            check("mon compte bloqué", "fr", asked, true);
            check("mes cartes bloquées", "fr", asked, true);
        }
        check("mon compte bloqué", "fr", "bleu", false);
        check("he threatened me twice", "en", "threatens", true);
        check("he threatened me twice", "en", "menace", false);
    }

    #[test]
    fn nothing_to_look_for_is_no_question() {
        assert_eq!(Analyser::default().question("\" * ( ' -"), None);
    }
}
