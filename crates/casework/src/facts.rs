//! What matching, counting and searching need of a submission, taken out of its answers.
//!
//! Answers whose role is own, contact or identity never appear here.

use jiff::{Timestamp, tz::TimeZone};
use serde_json::{Map, Value};

use crate::{
    answers::Answers,
    desk::{Choice, Desk, Kind, Question, Role},
    expression::time_of,
    money::Money,
    text::Text,
};

/// The facts of a submission, borrowed from its answers and its desk.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Facts<'a> {
    /// Texts to be read for observables, sketched and searched.
    pub narratives: Vec<Narrative<'a>>,
    /// How it was done: the question and the answer, the headline's first.
    pub modus: Vec<(&'a str, &'a str)>,
    /// Identifiers of the suspect, as typed.
    pub observables: Vec<TypedObservable<'a>>,
    /// The loss, amount by amount.
    pub amounts: Vec<Money>,
    /// When it happened: the earliest moment given, read in the desk's time zone.
    pub occurred: Option<Timestamp>,
    /// Where it happened.
    pub place: Option<Location<'a>>,
    /// What kind of submission it is.
    pub headline: Option<Headline<'a>>,
    /// The words to index, one answer a line.
    pub search_text: String,
}

/// A narrative and where it stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Narrative<'a> {
    /// Such as `payments[2].story`.
    pub path: String,
    /// As it was written.
    pub text: &'a str,
}

/// An identifier of the suspect.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TypedObservable<'a> {
    /// Such as `payments[2].iban`.
    pub path: String,
    /// What the question asked for.
    pub hint: Hint<'a>,
    /// As it was typed.
    pub raw: &'a str,
}

/// What a question that asks for an identifier asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Hint<'a> {
    /// An e-mail address.
    Email,
    /// A phone number.
    Phone,
    /// A web address.
    Url,
    /// An IBAN.
    Iban,
    /// A Bitcoin or Ethereum address.
    Crypto,
    /// An account on this platform.
    Handle(&'a str),
    /// Anything: to be read like a narrative (the name of a payee, a reference).
    Text,
}

/// Where it happened.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Location<'a> {
    /// In a French commune or department.
    Place {
        /// INSEE code.
        code: &'a str,
        /// Name.
        name: &'a str,
        /// Code of the department.
        department: &'a str,
    },
    /// In a country: its alpha-2 code.
    Country(&'a str),
}

/// The option that names the kind of submission.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Headline<'a> {
    /// The option's id.
    pub id: &'a str,
    /// Its label; `None` when this version of the desk has no such option.
    pub label: Option<&'a Text>,
}

impl Facts<'_> {
    /// The loss per currency, in the order of the currencies' codes.
    pub fn totals(&self) -> Vec<Money> {
        let mut totals: Vec<Money> = Vec::new();
        for amount in &self.amounts {
            match totals
                .iter_mut()
                .find(|total| total.currency == amount.currency)
            {
                Some(total) => total.minor = total.minor.saturating_add(amount.minor),
                None => totals.push(amount.clone()),
            }
        }
        totals.sort_by(|a, b| a.currency.cmp(&b.currency));
        totals
    }
}

/// The facts of normalised answers.
pub fn project<'a>(desk: &'a Desk, answers: &'a Answers) -> Facts<'a> {
    let mut facts = Facts {
        headline: headline(desk, answers.values()),
        ..Facts::default()
    };
    if let (Some(question), Some(headline)) = (&desk.headline, facts.headline) {
        facts.modus.push((question.as_str(), headline.id));
    }
    for question in desk.questions() {
        if let Some(value) = answers.values().get(question.id.as_str()) {
            facts.read(&desk.time_zone, question, value, "");
        }
    }
    facts
}

/// Ids of the files that normalised answers name. Asked for before a receipt, so apart from [`project`].
pub fn evidence<'a>(desk: &'a Desk, answers: &'a Answers) -> Vec<&'a str> {
    let mut ids = Vec::new();
    // Few questions take files, and looking an answer up costs more than asking which do.
    for question in desk.questions().filter(|question| takes_files(question)) {
        if let Some(value) = answers.values().get(question.id.as_str()) {
            gather_evidence(question, value, &mut ids);
        }
    }
    ids
}

fn takes_files(question: &Question) -> bool {
    match &question.kind {
        Kind::Evidence { .. } => true,
        Kind::Repetition { questions, .. } => questions.iter().any(takes_files),
        _ => false,
    }
}

fn gather_evidence<'a>(question: &'a Question, value: &'a Value, ids: &mut Vec<&'a str>) {
    if is_hidden(question) {
        return;
    }
    match (&question.kind, value) {
        (Kind::Repetition { questions, .. }, Value::Array(entries)) => {
            for entry in entries {
                for question in questions {
                    if let Some(value) = entry.get(question.id.as_str()) {
                        gather_evidence(question, value, ids);
                    }
                }
            }
        }
        (Kind::Evidence { .. }, Value::Array(files)) => {
            ids.extend(files.iter().filter_map(|file| file.get("id")?.as_str()));
        }
        _ => {}
    }
}

/// Whether an answer is the person's own matter, and no fact.
fn is_hidden(question: &Question) -> bool {
    question
        .role
        .is_some_and(|role| role == Role::Own || role.is_vaulted())
}

fn headline<'a>(desk: &'a Desk, values: &'a Map<String, Value>) -> Option<Headline<'a>> {
    let question = desk.headline.as_ref()?.as_str();
    let id = values.get(question)?.as_str()?;
    let label = match &desk.question(question)?.kind {
        Kind::Choice { options } => label_of(options, id),
        _ => None,
    };
    Some(Headline { id, label })
}

fn label_of<'a>(options: &'a [Choice], id: &str) -> Option<&'a Text> {
    let option = options.iter().find(|option| &*option.id == id)?;
    Some(&option.label)
}

impl<'a> Facts<'a> {
    fn read(&mut self, zone: &TimeZone, question: &'a Question, value: &'a Value, prefix: &str) {
        let role = question.role;
        if is_hidden(question) {
            return;
        }
        let path = || format!("{prefix}{}", question.id);
        match (&question.kind, value) {
            (Kind::Repetition { questions, .. }, Value::Array(entries)) => {
                for (index, entry) in entries.iter().enumerate() {
                    let prefix = format!("{prefix}{}[{index}].", question.id);
                    for question in questions {
                        if let Some(value) = entry.get(question.id.as_str()) {
                            self.read(zone, question, value, &prefix);
                        }
                    }
                }
            }
            (Kind::Text { .. } | Kind::LongText { .. }, Value::String(text)) => {
                self.index(text);
                match role {
                    Some(Role::Narrative) => self.narratives.push(Narrative { path: path(), text }),
                    Some(Role::Observable) => self.observable(path(), Hint::Text, text),
                    Some(Role::Modus) => self.modus.push((question.id.as_str(), text)),
                    _ => {}
                }
            }
            (Kind::Choice { .. }, Value::String(option)) if role == Some(Role::Modus) => {
                self.modus.push((question.id.as_str(), option));
            }
            (Kind::Handle { .. }, Value::Object(parts)) => {
                let part = |key| parts.get(key).and_then(Value::as_str);
                if let (Some(platform), Some(handle)) = (part("platform"), part("handle")) {
                    self.index(handle);
                    if role == Some(Role::Observable) {
                        self.observable(path(), Hint::Handle(platform), handle);
                    }
                }
            }
            (kind, Value::String(typed)) if hint_of(kind).is_some() => {
                self.index(typed);
                if let (Some(Role::Observable), Some(hint)) = (role, hint_of(kind)) {
                    self.observable(path(), hint, typed);
                }
            }
            (Kind::Money { .. }, Value::Object(money)) if role == Some(Role::Amount) => {
                if let (Some(minor), Some(currency)) = (
                    money.get("minor").and_then(Value::as_i64),
                    money.get("currency").and_then(Value::as_str),
                ) {
                    self.amounts.push(Money {
                        minor,
                        currency: currency.to_owned(),
                    });
                }
            }
            (Kind::Date { .. } | Kind::Moment { .. }, value) if role == Some(Role::Moment) => {
                let at = time_of(value, zone)
                    .and_then(|micros| Timestamp::from_microsecond(micros).ok());
                self.occurred = match (self.occurred, at) {
                    (Some(known), Some(at)) => Some(known.min(at)),
                    (known, at) => known.or(at),
                };
            }
            (Kind::Place { .. }, Value::Object(parts)) => {
                let part = |key| parts.get(key).and_then(Value::as_str);
                if let (Some(code), Some(name), Some(department)) =
                    (part("code"), part("name"), part("department"))
                {
                    self.index(name);
                    if role == Some(Role::Place)
                        && !matches!(self.place, Some(Location::Place { .. }))
                    {
                        self.place = Some(Location::Place {
                            code,
                            name,
                            department,
                        });
                    }
                }
            }
            (Kind::Country, Value::String(code)) if role == Some(Role::Place) => {
                self.place.get_or_insert(Location::Country(code));
            }
            _ => {}
        }
    }

    fn observable(&mut self, path: String, hint: Hint<'a>, raw: &'a str) {
        self.observables.push(TypedObservable { path, hint, raw });
    }

    fn index(&mut self, text: &str) {
        if !self.search_text.is_empty() {
            self.search_text.push('\n');
        }
        self.search_text.push_str(text);
    }
}

fn hint_of(kind: &Kind) -> Option<Hint<'static>> {
    Some(match kind {
        Kind::Email { .. } => Hint::Email,
        Kind::Phone { .. } => Hint::Phone,
        Kind::Url { .. } => Hint::Url,
        Kind::Iban { .. } => Hint::Iban,
        Kind::Crypto { .. } => Hint::Crypto,
        _ => return None,
    })
}

#[cfg(test)]
mod tests;
