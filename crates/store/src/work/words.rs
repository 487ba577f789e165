//! Search by words: one analyser for indexing and asking, its tokens kept by the database.
//!
//! Stemming then folding misses words typed without accents ("identite" for "identité"); folding then
//! stemming parts "livré" from "livrée". So both stems are indexed where they differ, and a query
//! asks for either.

use std::collections::{HashMap, HashSet};

use rust_stemmers::{Algorithm, Stemmer};
use sqlx::AnyConnection;

use super::{Sight, Work};
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
    french: Language,
    english: Language,
    /// Documents analysed, to tell a word's first place in one from the others.
    documents: u64,
    /// The word at hand in lower case; kept for its memory.
    lower: String,
}

/// A stemmer and the words it has seen.
struct Language {
    stemmer: Stemmer,
    /// Places in `remembered`.
    places: HashMap<String, usize>,
    remembered: Vec<Remembered>,
}

struct Remembered {
    /// Of the word as written, then of the word without its accents where that differs.
    stems: Vec<String>,
    /// The last document it was met in.
    met: u64,
}

impl Default for Analyser {
    fn default() -> Self {
        let language = |algorithm| Language {
            stemmer: Stemmer::create(algorithm),
            places: HashMap::new(),
            remembered: Vec::new(),
        };
        Self {
            french: language(Algorithm::French),
            english: language(Algorithm::English),
            documents: 0,
            lower: String::new(),
        }
    }
}

impl Language {
    fn remember(&mut self, word: &str) -> &mut Remembered {
        if let Some(place) = self.places.get(word) {
            return &mut self.remembered[*place];
        }
        if self.remembered.len() > MOST_REMEMBERED {
            self.places.clear();
            self.remembered.clear();
        }
        let mut stems = vec![fold(&self.stemmer.stem(word))];
        let folded = self.stemmer.stem(&fold(word)).into_owned();
        if stems[0] != folded {
            stems.push(folded);
        }
        stems.retain(|stem| !stem.is_empty());
        let place = self.remembered.len();
        self.places.insert(word.to_owned(), place);
        self.remembered.push(Remembered { stems, met: 0 });
        &mut self.remembered[place]
    }
}

impl Analyser {
    /// The tokens of a text, separated by spaces: those of a word once, however often it stands there,
    /// because the index keeps neither places nor numbers.
    pub(super) fn document(&mut self, text: &str, lang: &str) -> String {
        let text = &text[..text.floor_char_boundary(MOST_TEXT)];
        self.documents += 1;
        let language = if lang == "en" {
            &mut self.english
        } else {
            &mut self.french
        };
        let mut tokens = String::with_capacity(text.len());
        let mut numbers = HashSet::new();
        for word in words(text) {
            // A number is its own stem, and few are met twice: not worth remembering.
            if word.bytes().all(|byte| byte.is_ascii_digit()) {
                if numbers.insert(word) {
                    push(&mut tokens, word);
                }
                continue;
            }
            lower(word, &mut self.lower);
            let remembered = language.remember(&self.lower);
            if remembered.met == self.documents {
                continue;
            }
            remembered.met = self.documents;
            for stem in &remembered.stems {
                push(&mut tokens, stem);
            }
        }
        tokens
    }

    /// The question in the database's own query language, quoted token by token; none when the words
    /// hold nothing to look for.
    fn question(&mut self, asked: &str) -> Option<String> {
        let mut parts = Vec::new();
        for word in words(asked).take(16) {
            lower(word, &mut self.lower);
            let mut stems = self.french.remember(&self.lower).stems.clone();
            stems.extend_from_slice(&self.english.remember(&self.lower).stems);
            for accented in participles(&self.lower) {
                stems.extend_from_slice(&self.french.remember(&accented).stems);
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

fn push(tokens: &mut String, token: &str) {
    if !tokens.is_empty() {
        tokens.push(' ');
    }
    tokens.push_str(token);
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

/// Writes a word in lower case over what `lower` held.
fn lower(word: &str, lower: &mut String) {
    lower.clear();
    if word.is_ascii() {
        lower.push_str(word);
        lower.make_ascii_lowercase();
    } else {
        // By whole words: a final sigma is not the lower case of its letter.
        lower.push_str(&word.to_lowercase());
    }
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

/// Tokens of documents, as one value for [`index`]: an object with a member for each.
#[derive(Default)]
pub(super) struct Documents {
    json: String,
}

impl Documents {
    /// `tokens` are letters and digits without accents, and spaces: nothing to escape.
    pub(super) fn push(&mut self, seq: i64, tokens: &str) {
        self.json.push(if self.json.is_empty() { '{' } else { ',' });
        self.json.push_str(&format!("\"{seq}\":\""));
        self.json.push_str(tokens);
        self.json.push('"');
    }
}

/// Indexes documents in one statement: before each statement FTS5 writes out what it has gathered, as a
/// segment to be merged later.
pub(super) async fn index(
    connection: &mut AnyConnection,
    documents: Documents,
) -> Result<(), sqlx::Error> {
    let mut json = documents.json;
    if json.is_empty() {
        return Ok(());
    }
    json.push('}');
    sql::run(
        connection,
        "INSERT INTO words (rowid, text) SELECT CAST(key AS BIGINT), value FROM json_each($1)",
        params![json],
    )
    .await?;
    Ok(())
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
        sight: &Sight,
    ) -> Result<Vec<i64>, StoreError> {
        let Some(question) = Analyser::default().question(asked) else {
            return Ok(Vec::new());
        };
        let mut connection = self.reading().await?;
        let mut values = params![question, before.unwrap_or(i64::MAX), most];
        let seen = sight.condition("docket", &mut values);
        let text = format!(
            "SELECT words.rowid FROM words JOIN docket ON docket.seq = words.rowid WHERE words MATCH $1 AND words.rowid < $2 AND {seen} ORDER BY words.rowid DESC LIMIT $3"
        );
        sql::rows(&mut connection, &text, values)
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
    fn a_word_is_indexed_once_a_document() {
        let mut analyser = Analyser::default();
        let twice = "Colis perdu, colis volé";
        assert_eq!(analyser.document(twice, "fr"), "colis perdu vol");
        assert_eq!(analyser.document(twice, "fr"), "colis perdu vol");
    }

    #[test]
    fn a_number_is_its_own_stem() {
        let mut analyser = Analyser::default();
        let tokens = analyser.document("120 puis 120, sur le 0199001234", "fr");
        assert_eq!(tokens, "120 puis sur le 0199001234");
        for number in ["10", "2026", "0199001234", "00"] {
            for language in [&mut analyser.french, &mut analyser.english] {
                assert_eq!(language.remember(number).stems, [number]);
            }
        }
    }

    #[test]
    fn nothing_to_look_for_is_no_question() {
        assert_eq!(Analyser::default().question("\" * ( ' -"), None);
    }
}
