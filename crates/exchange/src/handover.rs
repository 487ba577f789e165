//! A copy of a submission for a body outside, before it is sealed: a manifest, the answers with what was found in them,
//! and the files chosen. The same copy always gives the same bytes. Format: `docs/formats/handover.md`.
//!
//! Nobody's name is in it: [`Known`] strikes out what the identity holds wherever a text repeats it. It finds what is
//! written as the person wrote it there, whatever its case, accents, spaces and punctuation; it does not find a nickname, nor
//! anything in a file. Whoever sends reads the copy first.

use casework::fold;
use serde::Serialize;
use serde_json::Value;
use sha2::{Digest, Sha256};

/// The name of the format.
pub const FORMAT: &str = "orfevre-handover-1";

/// A copy, as it is put together.
#[derive(Clone, Debug)]
pub struct Copy {
    /// What the outcome is to name: a UUID.
    pub reference: String,
    /// When it was made, RFC 3339 in UTC.
    pub made_at: String,
    /// The unit that hands over: its id and its name.
    pub from: (String, String),
    /// The body that receives: its id and its name.
    pub to: (String, String),
    /// The text of law that allows it.
    pub article: String,
    /// The desk, and the version that the answers are of.
    pub desk: (String, u32),
    /// The word of the track.
    pub track: String,
    /// Option of the desk's headline question.
    pub headline: String,
    /// When it happened, RFC 3339 in UTC.
    pub occurred_at: Option<String>,
    /// The answers, as they are kept.
    pub answers: Value,
    /// What was found in them: kind and canonical value.
    pub observables: Vec<(String, String)>,
    /// The files chosen.
    pub exhibits: Vec<Exhibit>,
}

/// A file of a copy. The name that the person gave it stays behind: people put names into names.
#[derive(Clone, Debug)]
pub struct Exhibit {
    /// What its bytes are.
    pub media_type: String,
    /// Its content.
    pub bytes: Vec<u8>,
}

/// A copy as bytes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Bundle {
    /// The manifest, JSON.
    pub manifest: String,
    /// The copy, JSON.
    pub copy: String,
    /// Both with the files: a tar archive (POSIX.1-1988, ustar).
    pub tar: Vec<u8>,
    /// How many places were struck out.
    pub struck: usize,
}

#[derive(Serialize)]
struct Manifest<'c> {
    format: &'static str,
    reference: &'c str,
    made_at: &'c str,
    from: Named<'c>,
    to: Named<'c>,
    article: &'c str,
    struck: usize,
    files: Vec<File>,
}

#[derive(Serialize)]
struct Named<'c> {
    id: &'c str,
    name: &'c str,
}

#[derive(Serialize)]
struct File {
    path: String,
    media_type: String,
    size: usize,
    sha256: String,
}

#[derive(Serialize)]
struct Content<'c> {
    desk: &'c str,
    desk_version: u32,
    track: &'c str,
    headline: &'c str,
    #[serde(skip_serializing_if = "Option::is_none")]
    occurred_at: Option<&'c str>,
    answers: &'c Value,
    observables: Vec<Observable<'c>>,
}

#[derive(Serialize)]
struct Observable<'c> {
    kind: &'c str,
    value: &'c str,
}

/// Puts a copy together, without what is `known` of the persons.
///
/// ```
/// use orfevre_exchange::handover::{Copy, Known, bundle};
/// use serde_json::json;
///
/// let copy = Copy {
///     reference: "01a202b2-c500-7eae-9051-f0b9d0082c6c".to_owned(),
///     made_at: "2026-11-22T10:00:00Z".to_owned(),
///     from: ("desk".to_owned(), "The desk".to_owned()),
///     to: ("bank".to_owned(), "A bank".to_owned()),
///     article: "The law".to_owned(),
///     desk: ("thesee".to_owned(), 1),
///     track: "report".to_owned(),
///     headline: "false_shop".to_owned(),
///     occurred_at: None,
///     answers: json!({"story": "I am Ada Martin and I paid."}),
///     observables: Vec::new(),
///     exhibits: Vec::new(),
/// };
/// let known = Known::of(&json!({"name": "Martin", "given_names": "Ada"}));
/// let bundle = bundle(copy, &known);
/// assert!(bundle.copy.contains("I am […] […] and I paid."));
/// assert_eq!(bundle.struck, 2);
/// ```
#[must_use]
pub fn bundle(mut copy: Copy, known: &Known) -> Bundle {
    let mut struck = known.strike_all(&mut copy.answers);
    copy.observables.sort();
    copy.observables.dedup();
    let before = copy.observables.len();
    copy.observables.retain(|(_, value)| !known.is_in(value));
    struck += before - copy.observables.len();
    let content = Content {
        desk: &copy.desk.0,
        desk_version: copy.desk.1,
        track: &copy.track,
        headline: &copy.headline,
        occurred_at: copy.occurred_at.as_deref(),
        answers: &copy.answers,
        observables: copy
            .observables
            .iter()
            .map(|(kind, value)| Observable { kind, value })
            .collect(),
    };
    let content = pretty(&content);
    let mut files = vec![(
        "copy.json".to_owned(),
        "application/json",
        content.as_bytes(),
    )];
    for (place, exhibit) in copy.exhibits.iter().enumerate() {
        let path = format!("exhibits/{}", place + 1);
        files.push((path, &exhibit.media_type, &exhibit.bytes));
    }
    let manifest = pretty(&Manifest {
        format: FORMAT,
        reference: &copy.reference,
        made_at: &copy.made_at,
        from: named(&copy.from),
        to: named(&copy.to),
        article: &copy.article,
        struck,
        files: files
            .iter()
            .map(|(path, media_type, bytes)| File {
                path: path.clone(),
                media_type: (*media_type).to_owned(),
                size: bytes.len(),
                sha256: hex(&Sha256::digest(bytes)),
            })
            .collect(),
    });
    let mut tar = Vec::new();
    push(&mut tar, "manifest.json", manifest.as_bytes());
    for (path, _, bytes) in &files {
        push(&mut tar, path, bytes);
    }
    // Two empty blocks end an archive.
    tar.extend([0; 2 * BLOCK]);
    Bundle {
        tar,
        manifest,
        copy: content,
        struck,
    }
}

/// The SHA-256 of a bundle, in hexadecimal.
#[must_use]
pub fn digest(tar: &[u8]) -> String {
    hex(&Sha256::digest(tar))
}

fn named((id, name): &(String, String)) -> Named<'_> {
    Named { id, name }
}

fn pretty(value: &impl Serialize) -> String {
    let text = serde_json::to_string_pretty(value);
    text.expect("these types have string keys and no failing values") + "\n"
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

const BLOCK: usize = 512;

/// Adds a file to an archive: a header of one block, then its bytes up to a whole block. Nobody's name, no time, no rights
/// but to read.
fn push(tar: &mut Vec<u8>, path: &str, bytes: &[u8]) {
    let mut header = [0_u8; BLOCK];
    let mut put = |at: usize, field: &[u8]| header[at..at + field.len()].copy_from_slice(field);
    put(0, path.as_bytes());
    put(100, b"0000444\0");
    put(108, b"0000000\0");
    put(116, b"0000000\0");
    put(124, format!("{:011o}\0", bytes.len()).as_bytes());
    put(136, b"00000000000\0");
    // The sum is made of the header with spaces in its place.
    put(148, b"        ");
    put(156, b"0");
    put(257, b"ustar\x0000");
    let sum: u32 = header.iter().map(|byte| u32::from(*byte)).sum();
    header[148..156].copy_from_slice(format!("{sum:06o}\0 ").as_bytes());
    tar.extend(header);
    tar.extend(bytes);
    tar.resize(tar.len().next_multiple_of(BLOCK), 0);
}

/// What is known of the persons of a submission, to be struck out of texts.
#[derive(Clone, Debug, Default)]
pub struct Known {
    /// Letters and digits of each value, folded; the longest first.
    values: Vec<String>,
}

/// Shorter values are words of everybody's.
const SHORTEST: usize = 3;
/// What stands in the place of what was struck out.
const STRUCK: &str = "[…]";

impl Known {
    /// Every text and number of an identity, as it is kept: whole, and word by word where its key says that it is a
    /// name.
    #[must_use]
    pub fn of(identity: &Value) -> Self {
        let mut values = Vec::new();
        gather(identity, false, &mut values);
        values.retain(|value| value.chars().count() >= SHORTEST);
        values.sort_by(|a, b| b.len().cmp(&a.len()).then(a.cmp(b)));
        values.dedup();
        Self { values }
    }

    /// A text without what is known, and how many places were struck out.
    #[must_use]
    pub fn strike(&self, text: &str) -> (String, usize) {
        let words = words(text);
        let (mut out, mut struck) = (String::with_capacity(text.len()), 0);
        let (mut copied, mut place) = (0, 0);
        while place < words.len() {
            let Some(many) = self.run(&words[place..]) else {
                place += 1;
                continue;
            };
            let (start, end) = (words[place].start, words[place + many - 1].end);
            out.push_str(&text[copied..start]);
            out.push_str(STRUCK);
            copied = end;
            place += many;
            struck += 1;
        }
        out.push_str(&text[copied..]);
        (out, struck)
    }

    /// Whether a text holds something that is known.
    #[must_use]
    pub fn is_in(&self, text: &str) -> bool {
        self.strike(text).1 > 0
    }

    /// How many words from the first on are a value together, the most there are.
    fn run(&self, words: &[Word]) -> Option<usize> {
        let many = |value: &String| {
            let mut left = value.as_str();
            for (place, word) in words.iter().enumerate() {
                left = left.strip_prefix(word.folded.as_str())?;
                if left.is_empty() {
                    return Some(place + 1);
                }
            }
            None
        };
        self.values.iter().filter_map(many).max()
    }

    fn strike_all(&self, value: &mut Value) -> usize {
        match value {
            Value::String(text) => {
                let (without, struck) = self.strike(text);
                *text = without;
                struck
            }
            Value::Array(all) => all.iter_mut().map(|one| self.strike_all(one)).sum(),
            Value::Object(all) => all.values_mut().map(|one| self.strike_all(one)).sum(),
            Value::Null | Value::Bool(_) | Value::Number(_) => 0,
        }
    }
}

/// A word of a text, folded, with its place.
struct Word {
    start: usize,
    end: usize,
    folded: String,
}

fn words(text: &str) -> Vec<Word> {
    let mut words = Vec::new();
    let mut start = None;
    let ends = text.char_indices().chain([(text.len(), ' ')]);
    for (at, c) in ends {
        match (start, c.is_alphanumeric()) {
            (None, true) => start = Some(at),
            (Some(from), false) => {
                let folded = plain(&text[from..at]);
                // A sign that folds to nothing is no word.
                if !folded.is_empty() {
                    words.push(Word {
                        start: from,
                        end: at,
                        folded,
                    });
                }
                start = None;
            }
            _ => {}
        }
    }
    words
}

/// Letters and digits alone, without case and accents.
fn plain(text: &str) -> String {
    fold(text).chars().filter(|c| c.is_alphanumeric()).collect()
}

fn gather(value: &Value, name: bool, values: &mut Vec<String>) {
    match value {
        Value::String(text) => {
            values.push(plain(text));
            // A French number is as often written as it is dialled at home.
            values.extend(
                text.strip_prefix("+33")
                    .map(|rest| format!("0{}", plain(rest))),
            );
            if name {
                values.extend(text.split_whitespace().map(plain));
            }
        }
        Value::Number(number) => values.push(number.to_string()),
        Value::Array(all) => all.iter().for_each(|one| gather(one, name, values)),
        Value::Object(all) => {
            for (key, one) in all {
                gather(one, name || key.contains("name"), values);
            }
        }
        Value::Null | Value::Bool(_) => {}
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    fn known() -> Known {
        Known::of(&json!({
            "name": "Martin-Élise", "given_names": "Ada Zoé",
            "phone": "+33639981234", "email": "ada.m@exemple.example",
            "address": {"street": "3 rue du Port", "code": "31"},
            "born": 1985,
        }))
    }

    fn copy() -> Copy {
        Copy {
            reference: "reference".to_owned(),
            made_at: "2026-11-22T10:00:00Z".to_owned(),
            from: ("desk".to_owned(), "Le guichet".to_owned()),
            to: ("bank".to_owned(), "La banque".to_owned()),
            article: "L’article".to_owned(),
            desk: ("thesee".to_owned(), 1),
            track: "report".to_owned(),
            headline: "false_shop".to_owned(),
            occurred_at: None,
            answers: json!({"story": "Je suis ada zoe, 3, Rue du Port. Payé 30 €.", "list": ["MARTIN ELISE"]}),
            observables: vec![
                ("url".to_owned(), "https://colis.example/".to_owned()),
                ("email".to_owned(), "ada.m@exemple.example".to_owned()),
                ("url".to_owned(), "https://colis.example/".to_owned()),
            ],
            exhibits: vec![Exhibit {
                media_type: "text/csv".to_owned(),
                bytes: b"a;b\n".to_vec(),
            }],
        }
    }

    #[test]
    fn what_is_known_is_struck_out_however_it_is_written() {
        let check = |text: &str, expected: &str| {
            let (struck, _) = known().strike(text);
            assert_eq!(struck, expected, "{text}");
        };
        check("Je suis Ada.", "Je suis […].");
        check("MARTIN ELISE, née en 1985", "[…], née en […]");
        check("martinélise@autre.example", "[…]@autre.example");
        check("écrire à Ada.M@exemple.example !", "écrire à […] !");
        check("+33 6 39 98 12 34 ou 06.39.98.12.34", "+[…] ou […]");
        check("au 3 rue du port", "au […]");
        check("Adam et le port, dans le 31", "Adam et le port, dans le 31");
        check("", "");
    }

    #[test]
    fn a_copy_holds_what_was_chosen_with_hashes_and_nobody() {
        let bundle = bundle(copy(), &known());
        assert_eq!(bundle.struck, 4);
        for name in ["ada", "Port", "MARTIN", "Exemple", "exemple.example"] {
            assert!(!bundle.copy.contains(name), "{name}: {}", bundle.copy);
        }
        let manifest: Value = serde_json::from_str(&bundle.manifest).unwrap();
        assert_eq!(manifest["format"], FORMAT);
        let files = manifest["files"].as_array().unwrap();
        assert_eq!(files.len(), 2);
        assert_eq!(files[0]["sha256"], hex(&Sha256::digest(&bundle.copy)));
        assert_eq!(files[1]["path"], "exhibits/1");
        assert_eq!(files[1]["sha256"], hex(&Sha256::digest(b"a;b\n")));
        let content: Value = serde_json::from_str(&bundle.copy).unwrap();
        assert_eq!(
            content["observables"],
            json!([{"kind": "url", "value": "https://colis.example/"}])
        );
    }

    /// The files of an archive, read as POSIX lays them down.
    fn untar(mut tar: &[u8]) -> Vec<(String, Vec<u8>)> {
        let mut files = Vec::new();
        while tar[0] != 0 {
            let text = |from: usize, to: usize| {
                let field = tar[from..to].split(|byte| *byte == 0).next().unwrap();
                String::from_utf8(field.to_vec()).unwrap()
            };
            let size = usize::from_str_radix(&text(124, 136), 8).unwrap();
            let sum: u32 = (0..BLOCK)
                .map(|at| {
                    u32::from(if (148..156).contains(&at) {
                        b' '
                    } else {
                        tar[at]
                    })
                })
                .sum();
            assert_eq!(u32::from_str_radix(&text(148, 156), 8), Ok(sum));
            assert_eq!(text(257, 263), "ustar");
            files.push((text(0, 100), tar[BLOCK..BLOCK + size].to_vec()));
            tar = &tar[BLOCK + size.next_multiple_of(BLOCK)..];
        }
        assert_eq!(tar, [0; 2 * BLOCK]);
        files
    }

    #[test]
    fn the_archive_is_one_and_the_same_each_time() {
        let made = bundle(copy(), &known());
        assert_eq!(made, bundle(copy(), &known()));
        let files = untar(&made.tar);
        let names: Vec<&str> = files.iter().map(|(name, _)| name.as_str()).collect();
        assert_eq!(names, ["manifest.json", "copy.json", "exhibits/1"]);
        assert_eq!(files[0].1, made.manifest.as_bytes());
        assert_eq!(files[1].1, made.copy.as_bytes());
        assert_eq!(files[2].1, b"a;b\n");
    }

    proptest! {
        #[test]
        fn nothing_known_is_left_in_any_text(text in "\\PC{0,80}", value in "[a-zA-Zé]{3,8}") {
            let known = Known::of(&json!({ "name": value }));
            let (struck, many) = known.strike(&format!("{text} {value} {text}"));
            prop_assert!(many > 0);
            prop_assert!(!known.is_in(&struck), "{}", struck);
        }
    }
}
