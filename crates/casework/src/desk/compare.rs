//! What changed between two versions of a desk, for a person to read.
//!
//! Questions, steps and rules are told apart by their ids. A question that is gone beside one of the same kind and the
//! same words that is new is one that was given another id: answers of before are then under the old one.

use std::collections::{BTreeMap, BTreeSet};

use super::{Desk, Kind, Question, Required};
use crate::{
    expression::Expression,
    text::{Lang, Text},
    words::words,
};

words! {
    /// What of a desk something is.
    Part {
        /// The desk itself.
        Desk = "desk",
        /// A page of questions.
        Step = "step",
        /// A question.
        Question = "question",
        /// An answer to choose.
        Choice = "choice",
        /// A danger that is answered at once.
        Urgent = "urgent",
        /// Advice.
        Orientation = "orientation",
        /// Who may file.
        Eligibility = "eligibility",
        /// What comes first.
        Priority = "priority",
    }
}

words! {
    /// What about it changed.
    Field {
        /// Its name or its words.
        Label = "label",
        /// What is said beside it.
        Help = "help",
        /// What kind of answer it takes, and its limits.
        Kind = "kind",
        /// Whether it has to be answered.
        Required = "required",
        /// When it is asked, or holds.
        When = "when",
        /// What has to hold.
        Require = "require",
        /// Points or minutes.
        Weight = "weight",
        /// Tracks that are open.
        Tracks = "tracks",
        /// Time for the first answer, hours.
        Deadline = "deadline",
        /// How long it is kept, days.
        Retention = "retention",
        /// The unit that receives.
        Unit = "unit",
    }
}

/// A difference.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Difference {
    /// What of the desk.
    pub part: Part,
    /// Its id; of what lies in another, with that before a dot.
    pub id: String,
    /// How it is called now, or was.
    pub label: Text,
    /// What changed.
    pub what: Changed,
}

/// What changed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Changed {
    /// It is new.
    Added,
    /// It is gone.
    Removed,
    /// It had this id.
    Renamed(String),
    /// It stood in this step, and stands in that.
    Moved(String, String),
    /// A text of it: what it was and is in each language. Empty for none.
    Words(Field, Text, Text),
    /// A rule of it: what it was and is, as it is written. Empty for none.
    Rule(Field, String, String),
}

/// Every difference, the desk first, then steps and questions in the order of the newer version.
pub fn compare(old: &Desk, new: &Desk) -> Vec<Difference> {
    let mut found = Comparing::default();
    found.desk(old, new);
    found.steps(old, new);
    found.questions(old, new);
    found.rules(old, new);
    found.0
}

/// A question with where it stands.
struct Placed<'d> {
    step: &'d str,
    question: &'d Question,
}

#[derive(Default)]
struct Comparing(Vec<Difference>);

impl Comparing {
    fn push(&mut self, part: Part, id: &str, label: &Text, what: Changed) {
        self.0.push(Difference {
            part,
            id: id.to_owned(),
            label: label.clone(),
            what,
        });
    }

    fn words(&mut self, about: (Part, &str, &Text), field: Field, old: &Text, new: &Text) {
        if (&old.fr, &old.en) != (&new.fr, &new.en) {
            let what = Changed::Words(field, old.clone(), new.clone());
            self.push(about.0, about.1, about.2, what);
        }
    }

    fn rule(&mut self, about: (Part, &str, &Text), field: Field, old: String, new: String) {
        if old != new {
            self.push(about.0, about.1, about.2, Changed::Rule(field, old, new));
        }
    }

    fn desk(&mut self, old: &Desk, new: &Desk) {
        let about = (Part::Desk, new.id.as_str(), &new.title);
        self.words(about, Field::Label, &old.title, &new.title);
        self.words(about, Field::Help, &old.summary, &new.summary);
        let tracks = |desk: &Desk| {
            let tracks: Vec<&str> = desk.tracks.iter().map(|track| track.as_str()).collect();
            tracks.join(", ")
        };
        self.rule(about, Field::Tracks, tracks(old), tracks(new));
        let hours = |desk: &Desk| desk.first_deadline_hours.to_string();
        self.rule(about, Field::Deadline, hours(old), hours(new));
        let days = |desk: &Desk| desk.retention_days.to_string();
        self.rule(about, Field::Retention, days(old), days(new));
        let unit = |desk: &Desk| {
            let unit = desk.unit.as_ref();
            unit.map_or(String::new(), |unit| unit.as_str().to_owned())
        };
        self.rule(about, Field::Unit, unit(old), unit(new));
    }

    fn steps(&mut self, old: &Desk, new: &Desk) {
        for step in &new.steps {
            let about = (Part::Step, &*step.id, &step.title);
            let Some(before) = old.step(&step.id) else {
                self.push(about.0, about.1, about.2, Changed::Added);
                continue;
            };
            self.words(about, Field::Label, &before.title, &step.title);
            let (was, is) = (some(before.intro.as_ref()), some(step.intro.as_ref()));
            self.words(about, Field::Help, &was, &is);
            let (was, is) = (source(before.when.as_ref()), source(step.when.as_ref()));
            self.rule(about, Field::When, was, is);
        }
        for step in old.steps.iter().filter(|step| new.step(&step.id).is_none()) {
            self.push(Part::Step, &step.id, &step.title, Changed::Removed);
        }
    }

    fn questions(&mut self, old: &Desk, new: &Desk) {
        let (before, now) = (placed(old), placed(new));
        let was: BTreeMap<&str, &Placed<'_>> =
            before.iter().map(|(id, one)| (id.as_str(), one)).collect();
        let is: BTreeSet<&str> = now.iter().map(|(id, _)| id.as_str()).collect();
        let mut gone: Vec<&(String, Placed<'_>)> = before
            .iter()
            .filter(|(id, _)| !is.contains(id.as_str()))
            .collect();
        for (id, one) in &now {
            let label = &one.question.label;
            let known = was.get(id.as_str()).copied();
            let earlier = known.or_else(|| {
                let at = gone.iter().position(|(_, gone)| is_the_same(gone, one))?;
                let (old_id, earlier) = gone.remove(at);
                self.push(Part::Question, id, label, Changed::Renamed(old_id.clone()));
                Some(earlier)
            });
            match earlier {
                Some(earlier) => self.question(id, earlier, one),
                None => self.push(Part::Question, id, label, Changed::Added),
            }
        }
        for (id, one) in gone {
            self.push(Part::Question, id, &one.question.label, Changed::Removed);
        }
    }

    fn question(&mut self, id: &str, old: &Placed<'_>, new: &Placed<'_>) {
        let (was, is) = (old.question, new.question);
        let about = (Part::Question, id, &is.label);
        if old.step != new.step {
            let what = Changed::Moved(old.step.to_owned(), new.step.to_owned());
            self.push(about.0, about.1, about.2, what);
        }
        self.words(about, Field::Label, &was.label, &is.label);
        let (help_was, help_is) = (some(was.help.as_ref()), some(is.help.as_ref()));
        self.words(about, Field::Help, &help_was, &help_is);
        self.rule(about, Field::Kind, limits(&was.kind), limits(&is.kind));
        let (asked_was, asked_is) = (required(&was.required), required(&is.required));
        self.rule(about, Field::Required, asked_was, asked_is);
        let (when_was, when_is) = (source(was.when.as_ref()), source(is.when.as_ref()));
        self.rule(about, Field::When, when_was, when_is);
        self.choices(id, &was.kind, &is.kind);
    }

    fn choices(&mut self, question: &str, old: &Kind, new: &Kind) {
        let (was, is) = (options(old), options(new));
        for choice in is {
            let id = format!("{question}.{}", choice.id);
            let about = (Part::Choice, id.as_str(), &choice.label);
            let Some(before) = was.iter().find(|before| before.id == choice.id) else {
                self.push(about.0, about.1, about.2, Changed::Added);
                continue;
            };
            self.words(about, Field::Label, &before.label, &choice.label);
            let (help_was, help_is) = (some(before.help.as_ref()), some(choice.help.as_ref()));
            self.words(about, Field::Help, &help_was, &help_is);
            let (when_was, when_is) = (source(before.when.as_ref()), source(choice.when.as_ref()));
            self.rule(about, Field::When, when_was, when_is);
        }
        for gone in was
            .iter()
            .filter(|gone| !is.iter().any(|choice| choice.id == gone.id))
        {
            let id = format!("{question}.{}", gone.id);
            self.push(Part::Choice, &id, &gone.label, Changed::Removed);
        }
    }

    fn rules(&mut self, old: &Desk, new: &Desk) {
        let (was, is) = (desk_rules(old), desk_rules(new));
        for rule in &is {
            let about = (rule.part, rule.id, rule.label);
            let Some(before) = was.iter().find(|before| before.is(rule)) else {
                self.push(about.0, about.1, about.2, Changed::Added);
                continue;
            };
            self.words(about, Field::Label, before.label, rule.label);
            for ((field, was), (_, is)) in before.fields.iter().zip(&rule.fields) {
                self.rule(about, *field, was.clone(), is.clone());
            }
        }
        for gone in was
            .iter()
            .filter(|gone| !is.iter().any(|rule| rule.is(gone)))
        {
            self.push(gone.part, gone.id, gone.label, Changed::Removed);
        }
    }
}

/// A rule of a desk, of whichever part.
struct DeskRule<'d> {
    part: Part,
    id: &'d str,
    label: &'d Text,
    /// The same ones for every rule of a part.
    fields: Vec<(Field, String)>,
}

impl DeskRule<'_> {
    fn is(&self, other: &DeskRule<'_>) -> bool {
        (self.part, self.id) == (other.part, other.id)
    }
}

fn desk_rules(desk: &Desk) -> Vec<DeskRule<'_>> {
    let when = |when: &Expression| (Field::When, when.source().to_owned());
    let urgent = desk.urgent.iter().map(|rule| DeskRule {
        part: Part::Urgent,
        id: &rule.id,
        label: &rule.title,
        fields: vec![
            when(&rule.when),
            (Field::Help, rule.text.fr.clone()),
            (Field::Weight, rule.deadline_minutes.to_string()),
        ],
    });
    let advice = desk.orientations.iter().map(|rule| DeskRule {
        part: Part::Orientation,
        id: &rule.id,
        label: &rule.text,
        fields: vec![when(&rule.when)],
    });
    let eligibility = desk.eligibility.iter().map(|rule| DeskRule {
        part: Part::Eligibility,
        id: &rule.id,
        label: &rule.reason,
        fields: vec![
            (Field::When, source(rule.when.as_ref())),
            (Field::Require, rule.require.source().to_owned()),
        ],
    });
    let priority = desk.priority.iter().map(|rule| DeskRule {
        part: Part::Priority,
        id: &rule.id,
        label: &rule.label,
        fields: vec![when(&rule.when), (Field::Weight, rule.points.to_string())],
    });
    urgent
        .chain(advice)
        .chain(eligibility)
        .chain(priority)
        .collect()
}

/// Whether a question that is new is one that is gone, under another id.
fn is_the_same(gone: &Placed<'_>, new: &Placed<'_>) -> bool {
    let (was, is) = (gone.question, new.question);
    let same_words = was.label.fr == is.label.fr || was.label.en == is.label.en;
    was.kind.name() == is.kind.name() && same_words
}

/// Every question with its step, those of a repetition under its id.
fn placed(desk: &Desk) -> Vec<(String, Placed<'_>)> {
    let mut all = Vec::new();
    for step in &desk.steps {
        for question in &step.questions {
            place(&mut all, "", &step.id, question);
        }
    }
    all
}

fn place<'d>(
    all: &mut Vec<(String, Placed<'d>)>,
    before: &str,
    step: &'d str,
    question: &'d Question,
) {
    let id = format!("{before}{}", question.id);
    all.push((id.clone(), Placed { step, question }));
    if let Kind::Repetition { questions, .. } = &question.kind {
        for inner in questions {
            place(all, &format!("{id}."), step, inner);
        }
    }
}

fn options(kind: &Kind) -> &[super::Choice] {
    match kind {
        Kind::Choice { options } | Kind::Choices { options, .. } => options,
        Kind::Handle { platforms } => platforms,
        _ => &[],
    }
}

/// A kind with its limits in one line.
fn limits(kind: &Kind) -> String {
    let name = kind.name();
    let bound = |bound: &Option<f64>| bound.map_or("…".to_owned(), |bound| bound.to_string());
    match kind {
        Kind::Text { max_chars } => format!("{name}, ≤ {max_chars}"),
        Kind::LongText {
            min_chars,
            max_chars,
        } => format!("{name}, {min_chars}–{max_chars}"),
        Kind::Choices { max_items, .. } => format!("{name}, ≤ {max_items}"),
        Kind::Date { past } | Kind::Moment { past } if *past => format!("{name}, past"),
        Kind::Number { min, max, integer } => {
            let whole = if *integer { ", whole" } else { "" };
            format!("{name}, {}–{}{whole}", bound(min), bound(max))
        }
        Kind::Money {
            min_minor,
            max_minor,
            currencies,
        } => format!("{name}, {min_minor}–{max_minor}, {}", currencies.join(" ")),
        Kind::Place { level } => format!("{name}, {level:?}").to_lowercase(),
        Kind::Email { strict }
        | Kind::Phone { strict }
        | Kind::Url { strict }
        | Kind::Iban { strict }
        | Kind::Crypto { strict }
            if *strict =>
        {
            format!("{name}, strict")
        }
        Kind::Person {
            fields,
            required_fields,
        } => {
            let words = |fields: &[super::PersonField]| {
                let words: Vec<&str> = fields.iter().map(|field| field.as_str()).collect();
                words.join(" ")
            };
            format!("{name}, {} ({})", words(fields), words(required_fields))
        }
        Kind::Evidence { max_files } => format!("{name}, ≤ {max_files}"),
        Kind::Repetition {
            min_items,
            max_items,
            ..
        } => format!("{name}, {min_items}–{max_items}"),
        _ => name.to_owned(),
    }
}

fn required(required: &Required) -> String {
    match required {
        Required::No => String::new(),
        Required::Yes => "true".to_owned(),
        Required::When(when) => when.source().to_owned(),
    }
}

fn source(when: Option<&Expression>) -> String {
    when.map_or(String::new(), |when| when.source().to_owned())
}

fn some(text: Option<&Text>) -> Text {
    text.cloned().unwrap_or_else(|| Text {
        fr: String::new(),
        en: String::new(),
    })
}

/// What changed between two texts, word by word at both ends: what stays before, what is gone, what is new, what stays after.
pub fn words_apart<'t>(old: &'t str, new: &'t str) -> [&'t str; 4] {
    let start = common(
        old.char_indices().zip(new.chars()),
        old.len().min(new.len()),
    );
    let start = boundary(old, start);
    let (old_rest, new_rest) = (&old[start..], &new[start..]);
    let same = old_rest
        .chars()
        .rev()
        .zip(new_rest.chars().rev())
        .take_while(|(a, b)| a == b)
        .map(|(a, _)| a.len_utf8())
        .sum::<usize>();
    let mut end = old_rest.len() - same;
    // A word is not cut in two.
    while end < old_rest.len() && !old_rest[end..].starts_with(char::is_whitespace) {
        end += old_rest[end..].chars().next().map_or(1, char::len_utf8);
    }
    let after = old_rest.len() - end;
    [
        &old[..start],
        &old_rest[..end],
        &new_rest[..new_rest.len() - after],
        &old_rest[end..],
    ]
}

/// How many bytes two texts begin with alike.
fn common(pairs: impl Iterator<Item = ((usize, char), char)>, most: usize) -> usize {
    let mut pairs = pairs;
    let differs = pairs.find(|((_, a), b)| a != b);
    differs.map_or(most, |((at, _), _)| at)
}

/// The start of the word that a place lies in.
fn boundary(text: &str, at: usize) -> usize {
    let before = &text[..at];
    before
        .char_indices()
        .rev()
        .find(|(_, c)| c.is_whitespace())
        .map_or(0, |(at, c)| at + c.len_utf8())
}

impl Changed {
    /// Whether answers of before are read in another way: what was asked is gone, is called otherwise, or takes
    /// other answers.
    pub fn touches_answers(&self) -> bool {
        match self {
            Changed::Removed | Changed::Renamed(_) => true,
            Changed::Rule(field, ..) => *field == Field::Kind,
            _ => false,
        }
    }
}

impl Difference {
    /// How it is called, in a language.
    pub fn name(&self, lang: Lang) -> &str {
        self.label.get(lang)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::{desk::Config, place::Places};

    const OLD: &str = r#"
format = 1
id = "d"
version = 1
name = "D"
title = { fr = "Guichet", en = "Desk" }
summary = { fr = "Pour signaler", en = "To report" }
tracks = ["report"]
first_deadline_hours = 24
retention_days = 365

[[step]]
id = "facts"
title = { fr = "Les faits", en = "The facts" }

[[step.question]]
id = "what"
kind = "choice"
label = { fr = "Quoi ?", en = "What?" }
required = true
options = [
  { id = "a", label = { fr = "Achat", en = "Purchase" } },
  { id = "b", label = { fr = "Vol", en = "Theft" } },
]

[[step.question]]
id = "seller"
kind = "text"
label = { fr = "Le vendeur", en = "The seller" }
max_chars = 100

[[step.question]]
id = "note"
kind = "text"
label = { fr = "Remarque", en = "Remark" }
max_chars = 100
"#;

    fn desk(text: &str) -> Desk {
        let places = Places::load("", "").unwrap();
        let config = Config::load([("desks/d.toml".to_owned(), text.to_owned())], places)
            .unwrap_or_else(|problems| panic!("{problems:#?}"));
        config.desks().next().unwrap().clone()
    }

    fn told(new: &str) -> Vec<String> {
        let found = compare(&desk(OLD), &desk(new));
        let told = found
            .iter()
            .map(|one| format!("{} {}: {:?}", one.part.as_str(), one.id, one.what));
        told.collect()
    }

    #[test]
    fn nothing_changed_is_nothing_told() {
        assert_eq!(told(OLD), Vec::<String>::new());
        assert_eq!(
            told(&OLD.replace("version = 1", "version = 2")),
            Vec::<String>::new()
        );
    }

    #[test]
    fn a_question_is_added_removed_renamed_or_changed() {
        let renamed = OLD.replace("id = \"seller\"", "id = \"shop\"");
        assert_eq!(told(&renamed), ["question shop: Renamed(\"seller\")"]);
        let (kept, _) = OLD.split_once("[[step.question]]\nid = \"note\"").unwrap();
        assert_eq!(told(kept), ["question note: Removed"]);
        let added = format!(
            "{OLD}\n[[step.question]]\nid = \"when\"\nkind = \"date\"\nlabel = {{ fr = \"Quand ?\", en = \"When?\" }}\n"
        );
        assert_eq!(told(&added), ["question when: Added"]);
        let longer = OLD.replacen("max_chars = 100", "max_chars = 200", 1);
        assert_eq!(
            told(&longer),
            ["question seller: Rule(Kind, \"text, ≤ 100\", \"text, ≤ 200\")"]
        );
        let optional = OLD.replace("required = true\n", "");
        assert_eq!(
            told(&optional),
            ["question what: Rule(Required, \"true\", \"\")"]
        );
    }

    #[test]
    fn options_and_texts_are_told_in_both_languages() {
        let text = OLD
            .replace(
                "{ id = \"b\", label = { fr = \"Vol\", en = \"Theft\" } }",
                "{ id = \"c\", label = { fr = \"Vol\", en = \"Theft\" } }",
            )
            .replace("Purchase", "Buying")
            .replace("Pour signaler", "Pour nous signaler");
        let found = compare(&desk(OLD), &desk(&text));
        let words: Vec<&Changed> = found.iter().map(|one| &one.what).collect();
        assert!(matches!(words[0], Changed::Words(Field::Help, old, new)
            if old.fr == "Pour signaler" && new.fr == "Pour nous signaler" && old.en == new.en));
        assert_eq!(found[1].id, "what.a");
        assert!(matches!(words[1], Changed::Words(Field::Label, _, new) if new.en == "Buying"));
        assert_eq!(
            (found[2].id.as_str(), words[2]),
            ("what.c", &Changed::Added)
        );
        assert_eq!(
            (found[3].id.as_str(), words[3]),
            ("what.b", &Changed::Removed)
        );
    }

    #[test]
    fn what_stays_of_a_text_is_told_apart_word_by_word() {
        for (old, new, expected) in [
            (
                "one two three",
                "one 2 three",
                ["one ", "two", "2", " three"],
            ),
            ("one two", "one two three", ["one ", "two", "two three", ""]),
            ("", "new", ["", "", "new", ""]),
            ("old", "", ["", "old", "", ""]),
            ("même été", "même hiver", ["même ", "été", "hiver", ""]),
            ("a b", "a b", ["a ", "b", "b", ""]),
        ] {
            assert_eq!(words_apart(old, new), expected, "{old:?} {new:?}");
        }
    }

    proptest! {
        #[test]
        fn the_pieces_make_both_texts(old in "[a-cé ]{0,12}", new in "[a-cé ]{0,12}") {
            let [before, gone, come, after] = words_apart(&old, &new);
            prop_assert_eq!(format!("{before}{gone}{after}"), old.as_str());
            prop_assert_eq!(format!("{before}{come}{after}"), new.as_str());
        }
    }
}
