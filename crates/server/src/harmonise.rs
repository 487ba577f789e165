//! HARMONISE and ROUTE, pure: from a submission as kept to its observables, keys, priority, deadline
//! and proposed units. The same submission always gives the same result: "now" is when it was received.
//!
//! A submission is read alone when it comes ([`harmonise`]), and again, whole, with all that belongs to it by
//! then ([`again`]): what came later, what was answered, its files, what agents said of its hits.

mod close;
mod exhibit;
mod joins;

use std::{
    borrow::Cow,
    collections::{BTreeSet, HashMap},
    sync::Arc,
};

use casework::{
    Lang,
    answers::Answers,
    assess::{self, Derived},
    clock,
    desk::{Config, Desk},
    facts::{self, Facts, Hint, Location},
    fold,
    money::Money,
    policy::Part as Shown,
    submission::{State, Track},
};
use jiff::Timestamp;
use observables::{
    Hit, Kind, Observable, Proof, WarningLists, extract, mask_cards, passage::passages,
    sketch::Sketch,
};
use reading::{Cause, Part, Problem};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use store::{
    intake::{Submission, Supplement, Upload},
    work::{Act, Correction, Harmonised, Key, Named, key_kind},
};

pub(crate) use self::exhibit::{MOST_READ, is_read};
pub(crate) use self::joins::is_joined_by;
use self::joins::keys_of;
pub use self::joins::lookup_key;
use crate::reader::hits_of;

/// Grows when the same text gives other hits or keys than it did: what was received before is then harmonised
/// again, once, beside what comes.
pub const EXTRACTOR: i64 = 6;

/// An observable and where it stands in the answers.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sighting {
    /// Kind's name.
    pub kind: String,
    /// Canonical form.
    pub value: String,
    /// Path of the answer it stands in: `payments[2].iban`. Beside answers: `supplement:` and its place in the
    /// ledger, `act:` and its id, `exhibit:` and the upload's id, for a part of it a slash and its place: `exhibit:…/part 2/page 1`.
    pub path: String,
    /// First byte in the answer's text; with `end` 0 when the whole answer is the observable.
    pub start: usize,
    /// Byte after the last.
    pub end: usize,
    /// What stands behind it: `checksum`, `known_suffix`, `valid`, `possible`, `shape`; `agent` where a person says
    /// so. `asked`, of older programs, where a question asks for its kind: see [`Sighting::is_asked`].
    pub proof: String,
    /// What it says about itself, as `observables::Flags` names it; `slip`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub flags: Vec<String>,
    /// The warning list it is on: honest people share it too.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub list: Option<String>,
}

impl Sighting {
    /// Whether a question of the form asks for it: it is the whole answer.
    pub(crate) fn is_asked(&self) -> bool {
        self.end == 0 && !self.path.is_empty() && self.proof != "agent"
    }

    /// One that stands in no text.
    pub(crate) fn nowhere() -> Self {
        Self {
            kind: String::new(),
            value: String::new(),
            path: String::new(),
            start: 0,
            end: 0,
            proof: String::new(),
            flags: Vec::new(),
            list: None,
        }
    }
}

/// A file that came with a submission, or a part of it, that could not be read. The file itself is kept whole.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Unread {
    /// Where, as in [`Sighting::path`].
    pub path: String,
    /// Why: the name of a [`Cause`].
    pub cause: String,
}

/// What is found in a submission, as the docket keeps it: a list of sightings, as older programs wrote it, where all
/// could be read; else an object of both.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Findings {
    /// Observables with where they stand.
    pub sightings: Vec<Sighting>,
    /// What could not be read.
    pub unread: Vec<Unread>,
}

impl Findings {
    /// Of the text that the docket keeps; empty where this program does not know its form.
    #[must_use]
    pub fn read(kept: &str) -> Self {
        match serde_json::from_str(kept) {
            Ok(sightings) if kept.starts_with('[') => Self {
                sightings,
                unread: Vec::new(),
            },
            _ => serde_json::from_str(kept).unwrap_or_default(),
        }
    }

    /// The text that the docket keeps.
    #[must_use]
    pub fn json(&self) -> String {
        if self.unread.is_empty() {
            json(&self.sightings)
        } else {
            json(self)
        }
    }
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
        Err(problem) => quarantined(config, submission, problem),
    }
}

/// Whether a submission's desk has what it receives matched; one that cannot be read is not.
pub(crate) fn is_matched(config: &Config, submission: &Submission) -> bool {
    read(config, submission).is_ok_and(|(desk, _)| desk.matched)
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
    let found = if desk.matched {
        gather(&facts, lists).close(&[], lists)
    } else {
        Found::default()
    };

    let urgent = assess::urgent(desk, answers, now);
    let priority = assess::priority(desk, answers, now);
    let derived = Derived {
        priority: priority.points,
        urgent: urgent.is_some(),
        // Matching comes after: what its series calls for is proposed when it is known.
        series: None,
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
                article: Some(proposal.article.to_owned()),
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
        unit: home(config, &submission.desk),
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
        sightings: found.findings.json(),
        more: desk.matched && !facts::evidence(desk, answers).is_empty(),
        words: facts.search_text,
        lang: submission.lang.clone(),
        keys: found.keys,
    }
}

/// Who would be proposed to lead a submission by each of these configurations, which differ in their rules alone; empty
/// where nobody is. None where it cannot be read.
pub(crate) fn leads(configs: [&Config; 2], submission: &Submission) -> Option<[String; 2]> {
    let (desk, answers) = read(configs[0], submission).ok()?;
    let now = Timestamp::from_microsecond(submission.received_at).ok()?;
    let derived = Derived {
        priority: assess::priority(desk, &answers, now).points,
        urgent: assess::urgent(desk, &answers, now).is_some(),
        series: None,
    };
    Some(configs.map(|config| {
        let proposals = assess::route(config, desk, &answers, derived, now);
        let lead = proposals
            .iter()
            .find(|one| one.part == casework::competence::Part::Lead);
        lead.map_or(String::new(), |one| one.unit.id.as_str().to_owned())
    }))
}

/// The unit that has what a desk receives until somebody routes it. What a desk that is gone received is another
/// desk's: else nobody could read it.
pub(crate) fn home(config: &Config, desk: &str) -> String {
    let desk = desk.parse().ok().and_then(|id| config.desk(&id));
    desk.into_iter()
        .chain(config.desks())
        .find_map(|desk| desk.unit.as_ref())
        .map_or(String::new(), |unit| unit.as_str().to_owned())
}

/// What cannot be read is held where an agent sees it, never dropped.
fn quarantined(config: &Config, submission: &Submission, problem: String) -> Harmonised {
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
        unit: home(config, &submission.desk),
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
        more: false,
    }
}

fn json(value: &impl Serialize) -> String {
    serde_json::to_string(value).expect("these types have string keys and no failing values")
}

/// A submission with all that belongs to it.
pub struct Whole {
    /// What was sent first.
    pub submission: Submission,
    /// What the person added.
    pub supplements: Vec<Supplement>,
    /// What agents did; of these, replies are read.
    pub acts: Vec<Act>,
    /// Files, each with what is read of it.
    pub files: Vec<(Upload, Content)>,
    /// What agents said of its hits.
    pub corrections: Vec<Correction>,
}

/// What is read of a file.
pub enum Content {
    /// Its first bytes, no more than are read: a text, a table, JSON, a page.
    Start(Vec<u8>),
    /// What a reader of its own took out of a mail, a document, a picture.
    Taken(Arc<Taken>),
    /// Nothing.
    Unread(Cause),
}

/// What was taken out of a file.
#[derive(Debug, Default)]
pub struct Taken {
    /// Texts, each with its place in the file.
    pub parts: Vec<Part>,
    /// What could not be read.
    pub problems: Vec<Problem>,
    /// Hashes of pictures (PDQ).
    pub pictures: Vec<String>,
}

/// What is found in a submission and all that belongs to it.
#[derive(Debug, Default)]
pub struct Found {
    /// What the program found and could not read; no agent's word is in it.
    pub findings: Findings,
    /// Keys of what holds after what agents said, each once.
    pub keys: Vec<Key>,
    /// The parts of the submission in which each key stands.
    pub parts: Vec<(i64, Shown)>,
}

/// Hits of all the files of a submission that are kept.
const MOST_IN_FILES: usize = 2_000;
/// Pictures of all the files of a submission that are compared with others: each has more than a hundred keys.
const MOST_PICTURES: usize = 8;
/// Places of all the files of a submission that are kept because they could not be read.
const MOST_UNREAD: usize = 100;

/// Everything that is found in a submission and in what belongs to it; none while it cannot be read.
#[must_use]
pub fn again(config: &Config, lists: &WarningLists, whole: &Whole) -> Option<Found> {
    let (desk, answers) = read(config, &whole.submission).ok()?;
    if !desk.matched {
        return Some(Found::default());
    }
    let mut gathered = gather(&facts::project(desk, &answers), lists);
    gathered.beyond = Some(Shown::Messages);
    for supplement in &whole.supplements {
        gathered.text(&supplement_path(supplement), &said(&supplement.body), lists);
    }
    for reply in whole.acts.iter().filter(|act| act.kind == "reply") {
        gathered.reply(&reply_path(reply), &said(&reply.body), lists);
    }
    gathered.beyond = Some(Shown::Exhibits);
    let most = gathered.sightings.len() + MOST_IN_FILES;
    let mut pictures: BTreeSet<&str> = BTreeSet::new();
    for (upload, content) in &whole.files {
        let path = exhibit_path(upload);
        let read_here;
        let (parts, problems) = match content {
            Content::Start(bytes) => {
                read_here = exhibit::reading(&upload.name, &upload.media_type, bytes);
                (&read_here.parts, &read_here.problems)
            }
            Content::Taken(taken) => {
                pictures.extend(taken.pictures.iter().map(String::as_str));
                (&taken.parts, &taken.problems)
            }
            Content::Unread(cause) => {
                gathered.unread(path, *cause);
                continue;
            }
        };
        for part in parts {
            let path = part_path(&path, &part.path);
            gathered.file(&path, &part.text, &hits_of(part), most, lists);
        }
        for problem in problems {
            gathered.unread(part_path(&path, &problem.path), problem.cause);
        }
    }
    for picture in pictures.into_iter().take(MOST_PICTURES) {
        for key in close::of_picture(picture) {
            gathered.push(key, "image", false);
        }
    }
    Some(gathered.close(&whole.corrections, lists))
}

/// Where a hit in what came later stands.
#[must_use]
pub fn supplement_path(supplement: &Supplement) -> String {
    format!("supplement:{}", supplement.seq)
}

/// Where a hit in an agent's reply stands.
#[must_use]
pub fn reply_path(act: &Act) -> String {
    format!("{REPLY}{}", act.id)
}

/// Where a hit in a file stands.
#[must_use]
pub fn exhibit_path(upload: &Upload) -> String {
    format!("exhibit:{}", upload.id)
}

/// Where a hit in a part of a file stands: that of the file, a slash, and the part's place in it, which is cut
/// where it is long.
fn part_path(exhibit: &str, place: &str) -> String {
    let place = mask_cards(place);
    let cut = place.floor_char_boundary(LONGEST_PLACE);
    match &place[..cut] {
        "" => exhibit.to_owned(),
        place => format!("{exhibit}/{place}"),
    }
}

/// Bytes of the place of a part that are kept: names of others' making stand in it.
const LONGEST_PLACE: usize = 200;

const REPLY: &str = "act:";

/// The part of a submission in which a hit stands, as it is shown to other units or is not.
#[must_use]
pub fn part_of(path: &str) -> Shown {
    if path.starts_with("exhibit:") {
        Shown::Exhibits
    } else if path.starts_with("supplement:") || path.starts_with(REPLY) {
        Shown::Messages
    } else {
        Shown::Facts
    }
}

/// The text of a message, more facts or a reply, of its JSON.
#[must_use]
pub fn said(body: &str) -> String {
    match serde_json::from_str::<Value>(body) {
        Ok(Value::Object(mut body)) => match body.remove("text") {
            Some(Value::String(text)) => text,
            _ => String::new(),
        },
        _ => String::new(),
    }
}

/// Observables of a submission with the keys that are none of theirs, while texts are read.
#[derive(Debug, Default)]
struct Gathered {
    /// Each with its place.
    sightings: Vec<Sighting>,
    /// The observable of each sighting.
    observables: Vec<Observable>,
    unread: Vec<Unread>,
    /// The part that is being read; none while it is the facts.
    beyond: Option<Shown>,
    /// Keys made of words and texts, each with its part; one may be there twice.
    keys: Vec<(Key, Shown)>,
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
    for sum in facts.amounts.iter().filter(|sum| sum.minor > 0) {
        for (key, kind) in sum_keys(facts, sum) {
            gathered.push(key, kind, false);
        }
    }
    gathered
}

/// The observable that a name of the database stands for, when its kind is still known.
#[must_use]
pub fn observable(named: &Named) -> Option<Observable> {
    let kind = named.kind.parse().ok()?;
    Some(Observable::from_canonical(kind, named.value.clone()))
}

/// What holds of hits after what agents said of them, in the order it was said. The last word on a hit counts;
/// notations and kinds of the same key are the same hit.
pub struct Verdicts(HashMap<u64, Option<Observable>>, Vec<Observable>);

impl Verdicts {
    /// Of corrections as kept, oldest first.
    #[must_use]
    pub fn of(corrections: &[Correction]) -> Self {
        let mut said: HashMap<u64, Option<Observable>> = HashMap::new();
        let mut added: Vec<Observable> = Vec::new();
        for correction in corrections {
            let to = correction.to.as_ref().and_then(observable);
            if let Some(of) = correction.of.as_ref().and_then(observable) {
                added.retain(|other| other.key() != of.key());
                // What was corrected to it before is now what this says.
                for instead in said.values_mut() {
                    if instead
                        .as_ref()
                        .is_some_and(|other| other.key() == of.key())
                    {
                        instead.clone_from(&to);
                    }
                }
                said.insert(of.key(), to.clone());
            }
            if let Some(to) = to {
                added.retain(|other| other.key() != to.key());
                // Who says that it is one takes back that it is none.
                if said.get(&to.key()).is_some_and(Option::is_none) {
                    said.remove(&to.key());
                }
                added.push(to);
            }
        }
        Self(said, added)
    }

    /// Whether a hit that the program found still holds.
    #[must_use]
    pub fn holds(&self, found: &Observable) -> bool {
        self.0.is_empty() || !self.0.contains_key(&found.key())
    }

    /// What an agent says a hit is instead; none where it holds, or is nothing.
    #[must_use]
    pub fn instead(&self, found: &Observable) -> Option<&Observable> {
        self.0.get(&found.key())?.as_ref()
    }

    /// What agents say there is, beside or instead of what the program found.
    #[must_use]
    pub fn added(&self) -> &[Observable] {
        &self.1
    }
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

/// Key of three bands that agree at once. Stored: it never changes.
fn copy_key(bands: &[u64]) -> i64 {
    let bytes: Vec<u8> = bands.iter().flat_map(|band| band.to_be_bytes()).collect();
    hashed(&[b"copy", &bytes])
}

/// The longest answer that is a name, or part of a way of doing, in bytes of its folded form.
const LONGEST_NAME: usize = 80;

/// Keys of a name somebody was paid under or used, or that of a shop, compared without case, accents or
/// the form of a company: as it is written, and as it sounds.
fn name_keys(raw: &str) -> Option<[i64; 2]> {
    let folded = fold(raw);
    let mut words: Vec<&str> = folded.split_whitespace().collect();
    if words.len() > 1 && words.last().is_some_and(|last| COMPANIES.contains(last)) {
        words.pop();
    }
    let letters = words.iter().flat_map(|word| word.chars());
    let digits = letters.clone().filter(char::is_ascii_digit).count();
    let is_name = digits <= 2 && letters.count() >= 5 && folded.len() <= LONGEST_NAME;
    is_name.then(|| {
        let same = hashed(&[b"payee", words.join(" ").as_bytes()]);
        [same, close::of_name(&words)]
    })
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
            let names = name_keys(typed.raw).into_iter().flatten();
            names
                .chain(reference_key(typed.raw))
                .map(|key| (key, typed.raw.to_owned()))
        });
    let sums = facts.amounts.iter().flat_map(|sum| {
        let written = sum.to_string();
        sum_keys(&facts, sum).map(move |(key, _)| (key, written.clone()))
    });
    let modus = facts.modus.iter().filter_map(|(question, answer)| {
        Some((modus_key(question, answer)?, (*answer).to_owned()))
    });
    typed.chain(modus).chain(sums).collect()
}

/// Keys of a sum that was lost, with their kinds: of the sum alone, and in the days in which it happened.
fn sum_keys(facts: &Facts<'_>, sum: &Money) -> impl Iterator<Item = (i64, &'static str)> {
    let (currency, minor) = (sum.currency.as_str(), sum.minor);
    let alone = (close::of_sum(currency, minor), "sum");
    let days = facts
        .occurred
        .map(|at| close::of_sum_in_days(currency, minor, at));
    let days = days.into_iter().flatten().map(|key| (key, "sum_in_days"));
    std::iter::once(alone).chain(days)
}

impl Gathered {
    fn typed(&mut self, path: &str, hint: Hint<'_>, raw: &str, lists: &WarningLists) {
        let parsed = match hint {
            Hint::Email => Observable::parse(Kind::Email, raw),
            Hint::Phone => Observable::parse(Kind::Phone, raw),
            Hint::Url => Observable::parse(Kind::Url, raw),
            Hint::Iban => Observable::parse(Kind::Iban, raw),
            Hint::Crypto => wallet(raw),
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
                let proof = proof_name(observable.proof());
                self.sight(observable, path, (0, 0), proof, Vec::new(), lists);
            }
            // Typed as they could, and kept: read it like a text.
            Err(_) => self.text(path, raw, lists),
        }
    }

    fn text(&mut self, path: &str, text: &str, lists: &WarningLists) {
        let extraction = extract(text);
        self.hits(path, &extraction.hits, usize::MAX, lists);
        self.passages(text, &extraction.hits);
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

    /// What an agent wrote is shown with its hits and is no evidence: the same service's number stands in
    /// answers to strangers.
    fn reply(&mut self, path: &str, text: &str, lists: &WarningLists) {
        self.hits(path, &extract(text).hits, usize::MAX, lists);
    }

    /// A file is no narrative: it is not compared as a whole, its quotations are.
    fn file(&mut self, path: &str, text: &str, hits: &[Hit], most: usize, lists: &WarningLists) {
        self.hits(path, hits, most, lists);
        self.passages(text, hits);
    }

    /// Notes a place that could not be read, once for each cause.
    fn unread(&mut self, path: String, cause: Cause) {
        let unread = Unread {
            path,
            cause: cause.name().to_owned(),
        };
        if self.unread.len() < MOST_UNREAD && !self.unread.contains(&unread) {
            self.unread.push(unread);
        }
    }

    fn passages(&mut self, text: &str, hits: &[Hit]) {
        for passage in passages(text, hits) {
            self.push(passage as i64, "passage", false);
        }
    }

    /// Takes hits until there are `most` in all.
    fn hits(&mut self, path: &str, hits: &[Hit], most: usize, lists: &WarningLists) {
        for hit in hits.iter().take(most.saturating_sub(self.sightings.len())) {
            let proof = proof_name(hit.proof);
            let observable = without_card(hit.observable());
            let mut flags: Vec<String> = hit.flags.names().map(str::to_owned).collect();
            if lists.one_slip_from(&observable).is_some() {
                flags.push(SLIP.to_owned());
            }
            let span = (hit.span.start, hit.span.end);
            self.sight(observable, path, span, proof, flags, lists);
        }
    }

    fn sight(
        &mut self,
        observable: Observable,
        path: &str,
        (start, end): (usize, usize),
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
            list: lists.check(&observable).map(ToString::to_string),
        });
        self.observables.push(observable);
    }

    /// What was found, with the keys of what holds after what agents said.
    fn close(self, corrections: &[Correction], lists: &WarningLists) -> Found {
        let verdicts = Verdicts::of(corrections);
        let holds = |found: &Observable| verdicts.holds(found);
        let said = self.parts_said(corrections);
        let mut keys = self.keys;
        let mut own = Vec::new();
        for (sighting, observable) in self.sightings.iter().zip(&self.observables) {
            // A well-known name with a slip, in a person's own words, is nobody's: no key. Nor a damped one: a
            // key is damped for all who hold it, and others may have copied a lure of that very name.
            let slip = sighting.flags.iter().any(|flag| flag == SLIP);
            if !slip && !sighting.path.starts_with(REPLY) && holds(observable) {
                keys_of(observable, sighting.list.is_some(), lists, holds, &mut own);
                let part = part_of(&sighting.path);
                keys.extend(own.drain(..).map(|key| (key, part)));
            }
        }
        for added in verdicts.added() {
            keys_of(added, lists.check(added).is_some(), lists, holds, &mut own);
            let parts = said.get(&added.key()).into_iter().flatten();
            for part in parts {
                keys.extend(own.iter().map(|key| (*key, *part)));
            }
            own.clear();
        }
        keys.sort_unstable_by_key(|(key, part)| (key.id, key.kind, *part));
        let mut parts: Vec<(i64, Shown)> = keys.iter().map(|(key, part)| (key.id, *part)).collect();
        parts.dedup();
        let mut keys: Vec<Key> = keys.into_iter().map(|(key, _)| key).collect();
        keys.dedup_by_key(|key| key.id);
        Found {
            findings: Findings {
                sightings: self.sightings,
                unread: self.unread,
            },
            keys,
            parts,
        }
    }

    /// The parts that each hit stands in, those that agents spoke of too: what an agent says there is is said of the facts,
    /// and what a hit is instead stands where the hit does.
    fn parts_said(&self, corrections: &[Correction]) -> HashMap<u64, BTreeSet<Shown>> {
        let mut parts: HashMap<u64, BTreeSet<Shown>> = HashMap::new();
        for (sighting, found) in self.sightings.iter().zip(&self.observables) {
            let of_it = parts.entry(found.key()).or_default();
            of_it.insert(part_of(&sighting.path));
        }
        for correction in corrections {
            let Some(to) = correction.to.as_ref().and_then(observable) else {
                continue;
            };
            let stands: BTreeSet<Shown> = match correction.of.as_ref().and_then(observable) {
                None => [Shown::Facts].into(),
                // Of what is not found any more, in the part that is shown least.
                Some(of) => parts
                    .get(&of.key())
                    .map_or([Shown::Exhibits].into(), BTreeSet::clone),
            };
            parts.entry(to.key()).or_default().extend(stands);
        }
        parts
    }

    fn push(&mut self, id: i64, kind: &str, damped: bool) {
        let kind = key_kind(kind).expect("every kind made here is in the list of kinds of keys");
        let part = self.beyond.unwrap_or(Shown::Facts);
        self.keys.push((Key { id, kind, damped }, part));
    }

    fn name(&mut self, raw: &str) {
        if let Some([same, sound]) = name_keys(raw) {
            self.push(same, "payee", false);
            self.push(sound, "payee_sound", false);
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

/// How a docket names a proof.
fn proof_name(proof: Proof) -> &'static str {
    match proof {
        Proof::Checksum => "checksum",
        Proof::KnownSuffix => "known_suffix",
        Proof::Valid => "valid",
        Proof::Possible => "possible",
        Proof::Shape => "shape",
    }
}

/// An observable that holds others' words without a card's number in them. Files are evidence and are read as they
/// are, but what is found in them is kept beside them.
fn without_card(observable: Observable) -> Observable {
    let kind = observable.kind();
    let holds_words = matches!(
        kind,
        Kind::Url
            | Kind::Domain
            | Kind::Email
            | Kind::MessageId
            | Kind::UserAgent
            | Kind::Registry
            | Kind::Path
            | Kind::Social
            | Kind::Telegram
            | Kind::Payment
    );
    match mask_cards(observable.canonical()) {
        Cow::Owned(masked) if holds_words => Observable::from_canonical(kind, masked),
        _ => observable,
    }
}

/// The wallet that was typed where one was asked for.
fn wallet(raw: &str) -> Result<Observable, observables::ParseError> {
    const OTHERS: [Kind; 9] = [
        Kind::Btc,
        Kind::Tron,
        Kind::Xmr,
        Kind::Ltc,
        Kind::Bch,
        Kind::Doge,
        Kind::Xrp,
        Kind::Ton,
        Kind::Sol,
    ];
    OTHERS
        .into_iter()
        .fold(Observable::parse(Kind::Eth, raw), |found, kind| {
            found.or_else(|_| Observable::parse(kind, raw))
        })
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

    fn keys(gathered: &Found, kind: &str) -> Vec<(i64, bool)> {
        let kind = key_kind(kind);
        let of_kind = |key: &&Key| Some(key.kind) == kind;
        let keys = gathered.keys.iter().filter(of_kind);
        keys.map(|key| (key.id, key.damped)).collect()
    }

    fn typed(raw: &str) -> Found {
        let mut gathered = Gathered::default();
        gathered.typed("payee", Hint::Text, raw, &lists());
        gathered.close(&[], &lists())
    }

    fn told(text: &str, corrections: &[Correction]) -> Found {
        let mut gathered = Gathered::default();
        gathered.text("story", text, &lists());
        gathered.close(corrections, &lists())
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
        let text = |text: &str| told(text, &[]);
        let slip = text("J’ai payé sur comerce.example avec ma carte.");
        assert!(
            slip.findings.sightings[0]
                .flags
                .iter()
                .any(|flag| flag == SLIP)
        );
        assert!(keys(&slip, "domain").is_empty() && keys(&slip, "registrable").is_empty());
        // Someone who copies an address copies it as it stands.
        let lure = text("J’ai payé sur https://comerce.example/panier avec ma carte.");
        assert!(
            !lure.findings.sightings[0]
                .flags
                .iter()
                .any(|flag| flag == SLIP)
        );
        assert!(matches!(keys(&lure, "domain")[..], [(_, false)]));
        let asked = typed("comerce.example");
        assert!(keys(&asked, "domain").is_empty());
    }

    /// A desk with one story and one file; `also` are more lines of its head.
    fn desk(also: &str) -> Config {
        let desk = format!(
            r#"
format = 1
id = "films"
version = 1
title = {{ fr = "", en = "" }}
summary = {{ fr = "", en = "" }}
tracks = ["request"]
first_deadline_hours = 24
retention_days = 1
{also}
[[step]]
id = "one"
title = {{ fr = "", en = "" }}
question = [
  {{ id = "story", kind = "long_text", is = "narrative", label = {{ fr = "", en = "" }} }},
  {{ id = "script", kind = "evidence", label = {{ fr = "", en = "" }} }},
]
"#
        );
        let places = casework::place::Places::load("75\tParis", "75056\tParis\t75").unwrap();
        Config::load([("desks/films.toml".to_owned(), desk)], places).unwrap()
    }

    fn sent(facts: &str) -> Submission {
        Submission {
            seq: 1,
            id: String::new(),
            desk: "films".to_owned(),
            desk_version: 1,
            track: "request".to_owned(),
            lang: "fr".to_owned(),
            channel: "web".to_owned(),
            received_at: 0,
            facts: facts.to_owned(),
            described: String::new(),
            erased: String::new(),
        }
    }

    #[test]
    fn pictures_that_look_alike_share_a_key() {
        let upload = |name: &str| Upload {
            id: name.to_owned(),
            name: name.to_owned(),
            media_type: "image/png".to_owned(),
            size: 1,
            sha256: [0; 32],
            at: 0,
        };
        let found = |hashes: &[&str]| {
            let files = hashes.iter().map(|hash| {
                let taken = Taken {
                    pictures: vec![(*hash).to_owned()],
                    ..Taken::default()
                };
                (upload(hash), Content::Taken(Arc::new(taken)))
            });
            let whole = Whole {
                submission: sent(r#"{"story": "Voici la photo."}"#),
                supplements: Vec::new(),
                acts: Vec::new(),
                files: files.collect(),
                corrections: Vec::new(),
            };
            let whole = again(&desk(""), &lists(), &whole).unwrap();
            BTreeSet::from_iter(keys(&whole, "image"))
        };
        let hash = "86bff29c0c37d79a06bffd1e516a5c35a2eaba1502b5f9602845f3c88d4a5560";
        let near = "86bff29c0c36d79806bffd1e516a5c35a2eaba1502b5f9602845f3c88d4a5561";
        let far = "3ad339e3694ba3c657ad0eaa5fae541cf9ef701c5ffd0010aae2c9240fe0fc00";
        assert!(!found(&[hash]).is_disjoint(&found(&[far, near])));
        assert!(found(&[hash]).is_disjoint(&found(&[far])));
        // Of many pictures some are compared, always the same ones.
        let many: Vec<String> = (0..40).map(|n| format!("{n:064x}")).collect();
        let many: Vec<&str> = many.iter().map(String::as_str).collect();
        assert!(found(&many).len() <= MOST_PICTURES * 120);
    }

    /// A film's script names scams and shops; none of it is a trace of anybody.
    #[test]
    fn what_is_sent_to_a_desk_that_is_not_matched_leaves_no_key() {
        let submission = sent(
            r#"{"story": "Il écrit à a.martin@mail.example depuis 192.0.2.7.", "script": [{"id": "x"}]}"#,
        );
        let found = |also: &str| {
            let config = desk(also);
            let alone = harmonise(&config, &lists(), &submission);
            let whole = Whole {
                submission: submission.clone(),
                supplements: Vec::new(),
                acts: Vec::new(),
                files: Vec::new(),
                corrections: Vec::new(),
            };
            let whole = again(&config, &lists(), &whole).unwrap();
            (
                alone.keys.len(),
                alone.more,
                whole.keys.len(),
                whole.findings.sightings.len(),
            )
        };
        let (alone, more, whole, sightings) = found("");
        assert!(alone >= 2 && more && whole >= 2 && sightings >= 2);
        assert_eq!(found("matched = false"), (0, false, 0, 0));
    }

    #[test]
    fn a_way_of_doing_is_its_question_and_answer() {
        let modus = |question: &str, answer: &str| {
            let mut gathered = Gathered::default();
            gathered.modus(question, answer);
            keys(&gathered.close(&[], &lists()), "modus")
        };
        assert_eq!(modus("bought", "Un  Vélo"), modus("bought", "un velo"));
        assert_ne!(modus("bought", "un vélo"), modus("goods", "un vélo"));
        assert!(modus("bought", " ").is_empty());
    }
}
