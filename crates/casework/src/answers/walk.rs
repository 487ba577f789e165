//! The one pass over a desk that decides what is asked and reads each answer.

use serde_json::{Map, Value};

use super::{
    Context, Origin,
    compound::{choice, country, file, handle, place},
    error::{AnswerError, ErrorCode, Expected},
    identifier,
    moment::{date, moment},
    number::{money, number},
    scalar::{block, entries, is_blank, is_blank_entry, is_empty, line, yes_no},
};
use crate::{
    desk::{Choice, Desk, Kind, PersonField, Question, Required, Step},
    expression::{Env, Expression},
    submission::Track,
};

/// More errors than this are not told: nobody reads them, and a hostile body must not make many.
const MAX_ERRORS: usize = 100;
const MAX_PERSON_FIELD: usize = 200;

pub(super) struct Walk<'a> {
    desk: &'a Desk,
    track: Track,
    ctx: &'a Context,
    /// Only this step's errors are kept.
    only: Option<&'a str>,
    listening: bool,
    errors: Vec<AnswerError>,
    /// Answers to questions not asked. Told only when nothing else is wrong: a wrong answer makes
    /// the questions that depend on it look not asked.
    not_asked: Vec<AnswerError>,
}

impl<'a> Walk<'a> {
    pub(super) fn new(desk: &'a Desk, track: Track, ctx: &'a Context) -> Walk<'a> {
        Walk {
            desk,
            track,
            ctx,
            only: None,
            listening: true,
            errors: Vec::new(),
            not_asked: Vec::new(),
        }
    }

    pub(super) fn of_step(
        desk: &'a Desk,
        track: Track,
        step: &'a Step,
        ctx: &'a Context,
    ) -> Walk<'a> {
        Walk {
            only: Some(&step.id),
            ..Walk::new(desk, track, ctx)
        }
    }

    pub(super) fn quiet(desk: &'a Desk, track: Track, ctx: &'a Context) -> Walk<'a> {
        Walk {
            only: Some(""),
            listening: false,
            ..Walk::new(desk, track, ctx)
        }
    }

    pub(super) fn into_errors(mut self) -> Vec<AnswerError> {
        if self.errors.is_empty() {
            self.errors = self.not_asked;
        }
        self.errors.truncate(MAX_ERRORS);
        self.errors
    }

    pub(super) fn desk(&mut self, raw: &Map<String, Value>) -> Map<String, Value> {
        let mut values = Map::new();
        let desk = self.desk;
        for step in &desk.steps {
            self.listening = self.only.is_none_or(|only| only == &*step.id);
            let env = self.env(&values, None);
            let asked = step.when.as_ref().is_none_or(|when| when.holds(&env));
            for question in &step.questions {
                let asked = asked && self.holds(question.when.as_ref(), &values, None);
                if let Some(value) = self.question(question, raw, asked, &values, None, "") {
                    values.insert(question.id.as_str().to_owned(), value);
                }
            }
        }
        self.listening = self.only.is_none();
        for key in raw.keys() {
            if desk.question(key).is_none() {
                self.error(shortened(key), "", ErrorCode::UnknownField);
            }
        }
        values
    }

    /// Reads the fields of an entry; `root` are the answers of the desk so far.
    pub(super) fn entry(
        &mut self,
        questions: &[Question],
        raw: &Map<String, Value>,
        root: &Map<String, Value>,
        prefix: &str,
    ) -> Map<String, Value> {
        let mut values = Map::new();
        for question in questions {
            let asked = self.holds(question.when.as_ref(), root, Some(&values));
            if let Some(value) = self.question(question, raw, asked, root, Some(&values), prefix) {
                values.insert(question.id.as_str().to_owned(), value);
            }
        }
        for key in raw.keys() {
            if !questions.iter().any(|question| question.id.as_str() == key) {
                self.error(
                    &format!("{prefix}{}", shortened(key)),
                    "",
                    ErrorCode::UnknownField,
                );
            }
        }
        values
    }

    pub(super) fn env<'e>(
        &'e self,
        root: &'e Map<String, Value>,
        item: Option<&'e Map<String, Value>>,
    ) -> Env<'e> {
        Env {
            answers: root,
            item,
            track: self.track.as_str(),
            now: self.ctx.now,
            zone: &self.desk.time_zone,
            priority: 0,
            urgent: false,
            matter: None,
        }
    }

    fn holds(
        &self,
        when: Option<&Expression>,
        root: &Map<String, Value>,
        item: Option<&Map<String, Value>>,
    ) -> bool {
        when.is_none_or(|when| when.holds(&self.env(root, item)))
    }

    pub(super) fn is_required(
        &self,
        question: &Question,
        root: &Map<String, Value>,
        item: Option<&Map<String, Value>>,
    ) -> bool {
        match &question.required {
            Required::No => false,
            Required::Yes => true,
            Required::When(when) => when.holds(&self.env(root, item)),
        }
    }

    /// The options or platforms offered now.
    pub(super) fn offered<'c>(
        &self,
        choices: &'c [Choice],
        root: &Map<String, Value>,
        item: Option<&Map<String, Value>>,
    ) -> Vec<&'c Choice> {
        choices
            .iter()
            .filter(|choice| self.holds(choice.when.as_ref(), root, item))
            .collect()
    }

    fn error(&mut self, path: &str, suffix: &str, code: ErrorCode) {
        if self.listening && self.errors.len() < MAX_ERRORS {
            self.errors.push(AnswerError {
                path: format!("{path}{suffix}"),
                code,
            });
        }
    }

    fn question(
        &mut self,
        question: &Question,
        raw: &Map<String, Value>,
        asked: bool,
        root: &Map<String, Value>,
        item: Option<&Map<String, Value>>,
        prefix: &str,
    ) -> Option<Value> {
        let given = raw.get(question.id.as_str());
        let explanation = matches!(question.kind, Kind::Explanation);
        if given.is_none() && (!asked || explanation) {
            return None;
        }
        let given = given.filter(|value| !is_blank(question, value));
        let path = format!("{prefix}{}", question.id);
        if !asked || explanation {
            if given.is_some()
                && self.ctx.origin == Origin::Api
                && self.listening
                && self.not_asked.len() < MAX_ERRORS
            {
                self.not_asked.push(AnswerError {
                    path,
                    code: ErrorCode::NotAsked,
                });
            }
            return None;
        }
        let Some(given) = given else {
            match &question.kind {
                Kind::Repetition { min_items, .. } if *min_items > 0 => {
                    self.error(&path, "", ErrorCode::TooFew { min: *min_items });
                }
                _ if self.is_required(question, root, item) => {
                    self.error(&path, "", ErrorCode::Required);
                }
                _ => {}
            }
            return None;
        };
        let read = match &question.kind {
            Kind::Text { max_chars } => line(given, *max_chars).map(Value::String),
            Kind::LongText {
                min_chars,
                max_chars,
            } => block(given, *min_chars, *max_chars).map(Value::String),
            Kind::Choice { options } => {
                let offered = self.offered(options, root, item);
                choice(offered.into_iter(), given).map(|choice| Value::from(&*choice.id))
            }
            Kind::Choices { options, max_items } => {
                let offered = self.offered(options, root, item);
                several(&offered, *max_items, given)
            }
            Kind::YesNo => yes_no(given).map(Value::Bool),
            Kind::Date { past } => date(given, *past, self.ctx.now).map(Value::String),
            Kind::Moment { past } => {
                return match moment(given, *past, &self.desk.time_zone, self.ctx.now) {
                    Ok(value) => Some(value),
                    Err((suffix, code)) => {
                        self.error(&path, suffix, code);
                        None
                    }
                };
            }
            Kind::Number { min, max, integer } => {
                number(given, *min, *max, *integer, self.ctx.lang)
            }
            Kind::Money {
                min_minor,
                max_minor,
                currencies,
            } => money(given, *min_minor, *max_minor, currencies, self.ctx.lang),
            Kind::Country => country(given).map(Value::String),
            Kind::Place { level } => place(self.desk, *level, given),
            Kind::Email { strict }
            | Kind::Phone { strict }
            | Kind::Url { strict }
            | Kind::Iban { strict }
            | Kind::Crypto { strict } => line(given, identifier::MAX_CHARS).and_then(|typed| {
                if *strict {
                    identifier::check(&question.kind, &typed)?;
                }
                Ok(Value::String(typed))
            }),
            Kind::Handle { platforms } => {
                let offered = self.offered(platforms, root, item);
                return match handle(offered.into_iter(), given) {
                    Ok(value) => Some(value),
                    Err((suffix, code)) => {
                        self.error(&path, suffix, code);
                        None
                    }
                };
            }
            Kind::Person {
                fields,
                required_fields,
            } => {
                return self.person(fields, required_fields, given, &path);
            }
            Kind::Evidence { max_files } => return self.files(*max_files, given, &path),
            Kind::Repetition {
                questions,
                min_items,
                max_items,
                ..
            } => {
                return self.repetition(questions, *min_items..=*max_items, given, root, &path);
            }
            Kind::Explanation => return None,
        };
        match read {
            Ok(value) => Some(value),
            Err(code) => {
                self.error(&path, "", code);
                None
            }
        }
    }

    fn person(
        &mut self,
        fields: &[PersonField],
        required: &[PersonField],
        given: &Value,
        path: &str,
    ) -> Option<Value> {
        let Value::Object(given) = given else {
            self.error(
                path,
                "",
                ErrorCode::WrongKind {
                    expected: Expected::Object,
                },
            );
            return None;
        };
        let mut person = Map::new();
        let mut right = true;
        for field in fields {
            let name = field.as_str();
            let Some(value) = given.get(name).filter(|value| !is_empty(value)) else {
                if required.contains(field) {
                    self.error(path, &format!(".{name}"), ErrorCode::Required);
                    right = false;
                }
                continue;
            };
            let read = match field {
                PersonField::BirthDate => date(value, true, self.ctx.now),
                PersonField::Country | PersonField::Nationality => country(value),
                PersonField::Email => typed(&Kind::Email { strict: true }, value),
                PersonField::Phone => typed(&Kind::Phone { strict: true }, value),
                _ => line(value, MAX_PERSON_FIELD),
            };
            match read {
                Ok(text) => {
                    person.insert(name.to_owned(), text.into());
                }
                Err(code) => {
                    self.error(path, &format!(".{name}"), code);
                    right = false;
                }
            }
        }
        for key in given.keys() {
            if !fields.iter().any(|field| field.as_str() == key) {
                self.error(
                    path,
                    &format!(".{}", shortened(key)),
                    ErrorCode::UnknownField,
                );
                right = false;
            }
        }
        (right && !person.is_empty()).then_some(Value::Object(person))
    }

    fn files(&mut self, max: usize, given: &Value, path: &str) -> Option<Value> {
        let given = match given {
            Value::String(_) => vec![(0, given)],
            given => match entries(given) {
                Ok(entries) => entries,
                Err(code) => {
                    self.error(path, "", code);
                    return None;
                }
            },
        };
        let given: Vec<_> = given
            .into_iter()
            .filter(|(_, value)| !is_empty(value))
            .collect();
        let mut files = Vec::new();
        for (index, value) in given {
            match file(value) {
                Ok(file) if files.contains(&file) => {}
                Ok(file) => files.push(file),
                Err(code) => self.error(path, &format!("[{index}]"), code),
            }
            // Told before the rest is read.
            if files.len() > max {
                self.error(path, "", ErrorCode::TooMany { max });
                return None;
            }
        }
        (!files.is_empty()).then_some(Value::Array(files))
    }

    fn repetition(
        &mut self,
        questions: &[Question],
        bounds: std::ops::RangeInclusive<usize>,
        given: &Value,
        root: &Map<String, Value>,
        path: &str,
    ) -> Option<Value> {
        let given = match entries(given) {
            Ok(entries) => entries,
            Err(code) => {
                self.error(path, "", code);
                return None;
            }
        };
        let given: Vec<_> = given
            .into_iter()
            .filter(|(_, entry)| !is_blank_entry(questions, entry))
            .collect();
        // Told before any entry is read: 10,000 of them cost nothing more.
        if given.len() > *bounds.end() {
            self.error(path, "", ErrorCode::TooMany { max: *bounds.end() });
            return None;
        }
        if given.len() < *bounds.start() {
            self.error(
                path,
                "",
                ErrorCode::TooFew {
                    min: *bounds.start(),
                },
            );
        }
        let mut read = Vec::with_capacity(given.len());
        for (index, entry) in given {
            let Value::Object(fields) = entry else {
                let expected = Expected::Object;
                self.error(
                    path,
                    &format!("[{index}]"),
                    ErrorCode::WrongKind { expected },
                );
                continue;
            };
            let values = self.entry(questions, fields, root, &format!("{path}[{index}]."));
            if !values.is_empty() {
                read.push(Value::Object(values));
            }
        }
        (!read.is_empty()).then_some(Value::Array(read))
    }
}

fn typed(kind: &Kind, value: &Value) -> Result<String, ErrorCode> {
    let typed = line(value, MAX_PERSON_FIELD)?;
    identifier::check(kind, &typed)?;
    Ok(typed)
}

/// The options chosen, in the order of the desk, each once.
fn several(offered: &[&Choice], max_items: usize, given: &Value) -> Result<Value, ErrorCode> {
    let given = match given {
        Value::String(_) => vec![(0, given)],
        given => entries(given)?,
    };
    let mut chosen = vec![false; offered.len()];
    for (_, value) in given.iter().filter(|(_, value)| !is_empty(value)) {
        let option = choice(offered.iter().copied(), value)?;
        for (index, offered) in offered.iter().enumerate() {
            chosen[index] |= offered.id == option.id;
        }
    }
    if chosen.iter().filter(|chosen| **chosen).count() > max_items {
        return Err(ErrorCode::TooMany { max: max_items });
    }
    let ids = offered.iter().zip(&chosen).filter(|(_, chosen)| **chosen);
    Ok(Value::Array(
        ids.map(|(choice, _)| (&*choice.id).into()).collect(),
    ))
}

/// A name sent by somebody, short enough to be told back.
fn shortened(key: &str) -> &str {
    match key.char_indices().nth(80) {
        Some((at, _)) => &key[..at],
        None => key,
    }
}
