//! HARMONISE and ROUTE, pure: from a submission as kept to its observables, keys, priority, deadline
//! and proposed units. The same submission always gives the same result: "now" is when it was received.

use std::collections::HashMap;

use casework::{
    Lang,
    answers::Answers,
    assess::{self, Derived},
    clock,
    desk::{Config, Desk},
    facts::{self, Facts, Hint, Location},
    fold,
    submission::{State, Track},
};
use jiff::Timestamp;
use observables::{Kind, Observable, WarningLists, extract, passage::passages, sketch::Sketch};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use store::{
    intake::Submission,
    work::{Harmonised, Key, key_kind},
};

/// An observable and where it stands in the answers.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sighting {
    /// Kind's name.
    pub kind: String,
    /// Canonical form.
    pub value: String,
    /// Path of the answer it stands in: `payments[2].iban`.
    pub path: String,
    /// First byte in the answer's text; with `end` 0 when the whole answer is the observable.
    pub start: usize,
    /// Byte after the last.
    pub end: usize,
    /// What stands behind it: `checksum`, `known_suffix`, `valid`, `possible`, `shape`, `asked`.
    pub proof: String,
    /// `example`, `private`, `homoglyph`, `slip`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub flags: Vec<String>,
    /// The warning list it is on: honest people share it too.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub list: Option<String>,
}

/// Why a submission stands where it stands.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Assessment {
    /// Criteria of priority that hold.
    pub criteria: Vec<CriterionMet>,
    /// Units proposed, the first is the proposal.
    pub proposals: Vec<Proposed>,
    /// The rule of the lane that bypasses every queue, if one holds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub urgent: Option<String>,
    /// What could not be read, in words for an agent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub problem: Option<String>,
}

/// A criterion of priority that holds; its words are in the desk's definition.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CriterionMet {
    /// Id in the desk's definition.
    pub id: String,
    /// What it adds.
    pub points: i64,
}

/// A unit proposed and why.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Proposed {
    /// Rule of competence.
    pub rule: String,
    /// Unit.
    pub unit: String,
    /// Why, in both languages.
    pub because: Both,
    /// The text of law it rests on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub article: Option<String>,
    /// False when the source marks the fact as not confirmed.
    pub confirmed: bool,
}

/// A text in both languages.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Both {
    /// French.
    pub fr: String,
    /// English.
    pub en: String,
}

impl Both {
    /// The text in a language.
    #[must_use]
    pub fn get(&self, lang: Lang) -> &str {
        match lang {
            Lang::Fr => &self.fr,
            Lang::En => &self.en,
        }
    }
}

/// Everything that is found in a submission.
#[must_use]
pub fn harmonise(config: &Config, lists: &WarningLists, submission: &Submission) -> Harmonised {
    match read(config, submission) {
        Ok((desk, answers)) => found(config, lists, submission, desk, &answers),
        Err(problem) => quarantined(submission, problem),
    }
}

/// The desk's version and the answers of a submission.
fn read<'c>(config: &'c Config, submission: &Submission) -> Result<(&'c Desk, Answers), String> {
    let desk = submission
        .desk
        .parse()
        .ok()
        .and_then(|id| config.desk_version(&id, submission.desk_version))
        .ok_or_else(|| {
            format!(
                "desk {} version {} is not in the configuration: put its file back",
                submission.desk, submission.desk_version
            )
        })?;
    let track: Track = submission
        .track
        .parse()
        .map_err(|_| format!("track {} is unknown", submission.track))?;
    let values: Map<String, Value> =
        serde_json::from_str(&submission.facts).map_err(|error| format!("the answers: {error}"))?;
    Ok((desk, Answers::stored(track, values)))
}

fn found(
    config: &Config,
    lists: &WarningLists,
    submission: &Submission,
    desk: &Desk,
    answers: &Answers,
) -> Harmonised {
    let now = Timestamp::from_microsecond(submission.received_at).unwrap_or(Timestamp::UNIX_EPOCH);
    let facts = facts::project(desk, answers);
    let mut gathered = gather(&facts, lists);
    gathered.keys.sort_unstable_by_key(|key| (key.id, key.kind));
    gathered.keys.dedup_by_key(|key| key.id);

    let urgent = assess::urgent(desk, answers, now);
    let priority = assess::priority(desk, answers, now);
    let derived = Derived {
        priority: priority.points,
        urgent: urgent.is_some(),
    };
    let proposals = assess::route(config, desk, answers, derived, now);
    let assessment = Assessment {
        criteria: priority
            .criteria
            .iter()
            .map(|criterion| CriterionMet {
                id: criterion.id.to_owned(),
                points: criterion.points,
            })
            .collect(),
        proposals: proposals
            .iter()
            .map(|proposal| Proposed {
                rule: proposal.rule.to_owned(),
                unit: proposal.unit.id.as_str().to_owned(),
                because: Both {
                    fr: proposal.because.fr.clone(),
                    en: proposal.because.en.clone(),
                },
                article: proposal.article.map(str::to_owned),
                confirmed: proposal.confirmed,
            })
            .collect(),
        urgent: urgent.map(|rule| rule.id.to_string()),
        problem: None,
    };
    // The largest loss names the column; the others stay in the answers.
    let loss = facts
        .totals()
        .into_iter()
        .max_by_key(|total| (total.currency == *"EUR", total.minor));
    Harmonised {
        seq: submission.seq,
        id: submission.id.clone(),
        desk: submission.desk.clone(),
        track: submission.track.clone(),
        headline: facts
            .headline
            .map_or(String::new(), |headline| headline.id.to_owned()),
        received_at: submission.received_at,
        state: State::Queued.as_str().to_owned(),
        urgent: urgent.is_some(),
        priority: priority.points,
        unit: assessment
            .proposals
            .first()
            .map_or(String::new(), |first| first.unit.clone()),
        deadline_at: clock::first_deadline(desk, urgent, now).as_microsecond(),
        occurred_at: facts.occurred.map(Timestamp::as_microsecond),
        amount_minor: loss.as_ref().map(|loss| loss.minor),
        currency: loss.map_or(String::new(), |loss| loss.currency.to_string()),
        place: match facts.place {
            Some(Location::Place { name, .. }) => name.to_owned(),
            Some(Location::Country(country)) => country.to_owned(),
            None => String::new(),
        },
        assessment: json(&assessment),
        sightings: json(&gathered.sightings),
        words: facts.search_text,
        lang: submission.lang.clone(),
        keys: gathered.keys,
    }
}

/// What cannot be read is held where an agent sees it, never dropped.
fn quarantined(submission: &Submission, problem: String) -> Harmonised {
    Harmonised {
        seq: submission.seq,
        id: submission.id.clone(),
        desk: submission.desk.clone(),
        track: submission.track.clone(),
        headline: String::new(),
        received_at: submission.received_at,
        state: State::Quarantined.as_str().to_owned(),
        urgent: false,
        priority: 0,
        unit: String::new(),
        deadline_at: submission.received_at.saturating_add(24 * 3_600_000_000),
        occurred_at: None,
        amount_minor: None,
        currency: String::new(),
        place: String::new(),
        assessment: json(&Assessment {
            problem: Some(problem),
            ..Assessment::default()
        }),
        sightings: "[]".to_owned(),
        words: String::new(),
        lang: submission.lang.clone(),
        keys: Vec::new(),
    }
}

fn json(value: &impl Serialize) -> String {
    serde_json::to_string(value).expect("these types have string keys and no failing values")
}

/// Observables and keys of a submission.
#[derive(Debug, Default)]
pub struct Gathered {
    /// Each with its place.
    pub sightings: Vec<Sighting>,
    /// Keys; one may be there twice.
    pub keys: Vec<Key>,
}

fn gather(facts: &Facts<'_>, lists: &WarningLists) -> Gathered {
    let mut gathered = Gathered::default();
    for typed in &facts.observables {
        gathered.typed(&typed.path, typed.hint, typed.raw, lists);
    }
    for narrative in &facts.narratives {
        gathered.text(&narrative.path, narrative.text, lists);
    }
    for (question, answer) in &facts.modus {
        gathered.modus(question, answer);
    }
    gathered
}

/// Observables and keys of a text that came later: a message, more facts.
#[must_use]
pub fn gather_text(path: &str, text: &str, lists: &WarningLists) -> Gathered {
    let mut gathered = Gathered::default();
    gathered.text(path, text, lists);
    gathered
}

/// Keys of a host (`www.` is nobody's own) and of its registrable domain. The second is another key
/// even where both are the same name: strangers share a registrable domain, seldom a host.
fn domain_keys(domain: &Observable) -> (i64, i64) {
    let name = domain.canonical();
    let bare = name
        .strip_prefix("www.")
        .filter(|rest| rest.contains('.'))
        .unwrap_or(name);
    let host = Observable::from_canonical(Kind::Domain, bare.to_owned());
    let registrable = host.derived().pop().unwrap_or_else(|| host.clone());
    (
        host.key() as i64,
        hashed(&[b"registrable", registrable.canonical().as_bytes()]),
    )
}

/// A key made of words. Stored: it never changes.
fn hashed(words: &[&[u8]]) -> i64 {
    let hash = crate::receive::digest(words, &[]);
    i64::from_be_bytes(
        hash[..8]
            .try_into()
            .expect("a hash has more than eight bytes"),
    )
}

/// The key by which submissions with an observable are found: of a registrable domain, also those that
/// name another host of it.
#[must_use]
pub fn lookup_key(observable: &Observable) -> i64 {
    if observable.kind() == Kind::Domain {
        let (host, registrable) = domain_keys(observable);
        let whole = observable.derived().is_empty();
        if whole { registrable } else { host }
    } else {
        observable.key() as i64
    }
}

/// Key of three bands that agree at once. Stored: it never changes.
fn copy_key(bands: &[u64]) -> i64 {
    let bytes: Vec<u8> = bands.iter().flat_map(|band| band.to_be_bytes()).collect();
    hashed(&[b"copy", &bytes])
}

/// The longest answer that is a name, or part of a way of doing, in bytes of its folded form.
const LONGEST_NAME: usize = 80;

/// Key of a name somebody was paid under or used, or that of a shop, compared without case, accents or
/// the form of a company.
fn name_key(raw: &str) -> Option<i64> {
    let folded = fold(raw);
    let mut words: Vec<&str> = folded.split_whitespace().collect();
    if words.len() > 1 && words.last().is_some_and(|last| COMPANIES.contains(last)) {
        words.pop();
    }
    let letters = words.iter().flat_map(|word| word.chars());
    let digits = letters.clone().filter(char::is_ascii_digit).count();
    let is_name = digits <= 2 && letters.count() >= 5 && folded.len() <= LONGEST_NAME;
    is_name.then(|| hashed(&[b"payee", words.join(" ").as_bytes()]))
}

/// Key of the number of an ad, a parcel, an order: its letters and digits, five of them digits.
fn reference_key(raw: &str) -> Option<i64> {
    let written: String = fold(raw)
        .chars()
        .filter(char::is_ascii_alphanumeric)
        .collect();
    let digits = written.bytes().filter(u8::is_ascii_digit).count();
    let is_reference = digits >= 5 && digits * 2 >= written.len() && written.len() <= LONGEST_NAME;
    is_reference.then(|| hashed(&[b"reference", written.as_bytes()]))
}

/// Key of one trait of how it was done.
fn modus_key(question: &str, answer: &str) -> Option<i64> {
    let folded = fold(answer);
    let words: Vec<&str> = folded.split_whitespace().collect();
    let is_trait = !words.is_empty() && folded.len() <= LONGEST_NAME;
    is_trait.then(|| hashed(&[b"modus", question.as_bytes(), words.join(" ").as_bytes()]))
}

/// What stands behind the keys that are made of words, as this submission wrote it: names, references and
/// the way it was done.
#[must_use]
pub fn names(desk: &Desk, answers: &Answers) -> HashMap<i64, String> {
    let facts = facts::project(desk, answers);
    let typed = facts
        .observables
        .iter()
        .filter(|typed| matches!(typed.hint, Hint::Text))
        .flat_map(|typed| {
            [name_key(typed.raw), reference_key(typed.raw)]
                .into_iter()
                .flatten()
                .map(|key| (key, typed.raw.to_owned()))
        });
    let modus = facts.modus.iter().filter_map(|(question, answer)| {
        Some((modus_key(question, answer)?, (*answer).to_owned()))
    });
    typed.chain(modus).collect()
}

impl Gathered {
    fn typed(&mut self, path: &str, hint: Hint<'_>, raw: &str, lists: &WarningLists) {
        let parsed = match hint {
            Hint::Email => Observable::parse(Kind::Email, raw),
            Hint::Phone => Observable::parse(Kind::Phone, raw),
            Hint::Url => Observable::parse(Kind::Url, raw),
            Hint::Iban => Observable::parse(Kind::Iban, raw),
            Hint::Crypto => {
                Observable::parse(Kind::Eth, raw).or_else(|_| Observable::parse(Kind::Btc, raw))
            }
            Hint::Handle(platform) => Observable::social(platform, raw),
            Hint::Text => {
                self.text(path, raw, lists);
                self.name(raw);
                self.reference(raw);
                return;
            }
        };
        match parsed {
            Ok(observable) => {
                self.sight(&observable, path, 0, 0, "asked", Vec::new(), lists);
            }
            // Typed as they could, and kept: read it like a text.
            Err(_) => self.text(path, raw, lists),
        }
    }

    fn text(&mut self, path: &str, text: &str, lists: &WarningLists) {
        let extraction = extract(text);
        for hit in &extraction.hits {
            let proof = match hit.proof {
                observables::Proof::Checksum => "checksum",
                observables::Proof::KnownSuffix => "known_suffix",
                observables::Proof::Valid => "valid",
                observables::Proof::Possible => "possible",
                observables::Proof::Shape => "shape",
            };
            let observable = hit.observable();
            let mut flags: Vec<String> = hit.flags.names().map(str::to_owned).collect();
            if lists.one_slip_from(&observable).is_some() {
                flags.push(SLIP.to_owned());
            }
            self.sight(
                &observable,
                path,
                hit.span.start,
                hit.span.end,
                proof,
                flags,
                lists,
            );
        }
        for passage in passages(text, &extraction.hits) {
            self.push(passage as i64, "passage", false);
        }
        if let Some(sketch) = Sketch::of(text, &extraction.hits) {
            let bands = sketch.bands();
            for band in bands {
                self.push(band as i64, "text", false);
            }
            for three in bands.chunks_exact(3) {
                self.push(copy_key(three), "copy", false);
            }
        }
    }

    #[expect(
        clippy::too_many_arguments,
        reason = "one row of the list of sightings"
    )]
    fn sight(
        &mut self,
        observable: &Observable,
        path: &str,
        start: usize,
        end: usize,
        proof: &str,
        flags: Vec<String>,
        lists: &WarningLists,
    ) {
        self.sightings.push(Sighting {
            kind: observable.kind().name().to_owned(),
            value: observable.canonical().to_owned(),
            path: path.to_owned(),
            start,
            end,
            proof: proof.to_owned(),
            flags,
            list: lists.check(observable).map(ToString::to_string),
        });
        // A well-known name with a slip, in a person's own words, is nobody's: no key. Nor a damped one: a
        // key is damped for all who hold it, and others may have copied a lure of that very name.
        let slip = |seen: &Sighting| seen.flags.iter().any(|flag| flag == SLIP);
        if self.sightings.last().is_some_and(slip) {
            return;
        }
        self.key(observable, lists);
        // Of a host and its registrable domain the host is enough: its keys are both.
        let mut derived = observable.derived();
        let host = derived.iter().position(|one| one.kind() == Kind::Domain);
        if observable.kind() == Kind::Domain {
            derived.clear();
        } else if let Some(host) = host {
            derived.truncate(host + 1);
        }
        for derived in derived {
            if observable.kind() == Kind::Email {
                self.mail_domain(&derived, lists);
            } else {
                self.key(&derived, lists);
            }
        }
    }

    /// Where an address receives its mail says less than where a site is: strangers share providers
    /// that no list names. So it is a key of its own, and weaker.
    fn mail_domain(&mut self, domain: &Observable, lists: &WarningLists) {
        let id = hashed(&[b"mail_domain", domain.canonical().as_bytes()]);
        self.push(id, "mail_domain", lists.check(domain).is_some());
    }

    fn key(&mut self, observable: &Observable, lists: &WarningLists) {
        let damped = lists.check(observable).is_some();
        if observable.kind() == Kind::Domain {
            let (host, registrable) = domain_keys(observable);
            self.push(host, "domain", damped);
            self.push(registrable, "registrable", damped);
        } else {
            self.push(observable.key() as i64, observable.kind().name(), damped);
        }
    }

    fn push(&mut self, id: i64, kind: &str, damped: bool) {
        let kind = key_kind(kind).expect("every kind made here is in the list of kinds of keys");
        self.keys.push(Key { id, kind, damped });
    }

    fn name(&mut self, raw: &str) {
        if let Some(id) = name_key(raw) {
            self.push(id, "payee", false);
        }
    }

    fn reference(&mut self, raw: &str) {
        if let Some(id) = reference_key(raw) {
            self.push(id, "reference", false);
        }
    }

    fn modus(&mut self, question: &str, answer: &str) {
        if let Some(id) = modus_key(question, answer) {
            self.push(id, "modus", false);
        }
    }
}

/// Flag of a bare domain that is one slip of the hand from a name which people write.
const SLIP: &str = "slip";

/// Forms of companies at the end of a name.
const COMPANIES: &[&str] = &[
    "sas", "sasu", "sarl", "eurl", "sa", "sci", "sc", "ei", "ltd", "limited", "llc", "inc", "gmbh",
    "srl", "bv", "nv", "uab",
];

#[cfg(test)]
mod tests {
    use super::*;

    fn lists() -> WarningLists {
        let list = r#"{"type": "hostname", "matching_attributes": ["domain", "url"],
            "written_by_hand": true, "list": ["commerce.example"]}"#;
        WarningLists::from_misp_json([("noms", list)]).unwrap()
    }

    fn keys(gathered: &Gathered, kind: &str) -> Vec<(i64, bool)> {
        let kind = key_kind(kind);
        let of_kind = |key: &&Key| Some(key.kind) == kind;
        let keys = gathered.keys.iter().filter(of_kind);
        keys.map(|key| (key.id, key.damped)).collect()
    }

    fn typed(raw: &str) -> Gathered {
        let mut gathered = Gathered::default();
        gathered.typed("payee", Hint::Text, raw, &lists());
        gathered
    }

    #[test]
    fn a_name_is_the_same_however_it_is_written() {
        let name = keys(&typed("Élise  MARTIN"), "payee");
        assert_eq!(name.len(), 1);
        assert_eq!(name, keys(&typed("elise martin"), "payee"));
        assert_eq!(
            keys(&typed("LuxGroup SAS"), "payee"),
            keys(&typed("luxgroup"), "payee")
        );
        for none in ["Lui", "REF 8069228", "sas", ""] {
            assert!(keys(&typed(none), "payee").is_empty(), "{none}");
        }
    }

    #[test]
    fn a_reference_is_its_letters_and_digits() {
        let reference = keys(&typed("AN 1234-5678"), "reference");
        assert_eq!(reference.len(), 1);
        assert_eq!(reference, keys(&typed("an12345678"), "reference"));
        for none in [
            "AN 1234",
            "12 rue de la République, 75011 Paris",
            "LuxGroup",
        ] {
            assert!(keys(&typed(none), "reference").is_empty(), "{none}");
        }
    }

    #[test]
    fn a_known_name_with_a_slip_is_no_evidence_and_an_address_is() {
        let text = |text: &str| gather_text("story", text, &lists());
        let slip = text("J’ai payé sur comerce.example avec ma carte.");
        assert!(slip.sightings[0].flags.iter().any(|flag| flag == SLIP));
        assert!(keys(&slip, "domain").is_empty() && keys(&slip, "registrable").is_empty());
        // Someone who copies an address copies it as it stands.
        let lure = text("J’ai payé sur https://comerce.example/panier avec ma carte.");
        assert!(!lure.sightings[0].flags.iter().any(|flag| flag == SLIP));
        assert!(matches!(keys(&lure, "domain")[..], [(_, false)]));
        let asked = typed("comerce.example");
        assert!(keys(&asked, "domain").is_empty());
    }

    #[test]
    fn a_way_of_doing_is_its_question_and_answer() {
        let modus = |question: &str, answer: &str| {
            let mut gathered = Gathered::default();
            gathered.modus(question, answer);
            keys(&gathered, "modus")
        };
        assert_eq!(modus("bought", "Un  Vélo"), modus("bought", "un velo"));
        assert_ne!(modus("bought", "un vélo"), modus("goods", "un vélo"));
        assert!(modus("bought", " ").is_empty());
    }
}
