//! The type each question's answer has in a condition.

use std::sync::Arc;

use toml::Spanned;

use super::super::{
    definition::{Choice, Desk, Kind, PersonField, Question},
    parse::{RawChoice, RawQuestion},
};
use crate::expression::{Options, Scope, Ty};

/// What the desk's expressions may name.
pub(crate) fn scope(desk: &Desk) -> Scope {
    Scope {
        answers: desk
            .questions()
            .filter_map(|question| Some((question.id.as_str().into(), type_of(question)?)))
            .collect(),
        item: None,
        tracks: Some(Arc::new(Options {
            of: "track".into(),
            ids: desk
                .tracks
                .iter()
                .map(|track| track.as_str().into())
                .collect(),
        })),
        derived: false,
        matter: None,
    }
}

/// The type of a question not yet checked, as far as its settings are right.
pub(super) fn raw_type(raw: &RawQuestion) -> Option<Ty> {
    let ids = |choices: &Option<Spanned<Vec<RawChoice>>>| {
        choices
            .iter()
            .flat_map(|choices| choices.get_ref())
            .map(|choice| choice.id.get_ref().as_str().into())
            .collect()
    };
    let fields = || match &raw.fields {
        None => PersonField::ALL.to_vec(),
        Some(fields) => fields
            .get_ref()
            .iter()
            .filter_map(|word| PersonField::from_word(word.get_ref()))
            .collect(),
    };
    let id = raw.id.get_ref();
    Some(match raw.kind.get_ref().as_str() {
        "choice" => options(id, ids(&raw.options)),
        "choices" => Ty::list(options(id, ids(&raw.options))),
        "number" => number(
            raw.integer
                .as_ref()
                .is_some_and(|integer| *integer.get_ref()),
        ),
        "money" => {
            let codes = raw
                .currencies
                .iter()
                .flat_map(|list| list.get_ref())
                .map(|code| code.get_ref().as_str().into())
                .collect();
            money(codes)
        }
        "handle" => handle(id, ids(&raw.platforms)),
        "person" => person(fields()),
        "repetition" => {
            let questions = raw.question.as_ref().map(|list| list.get_ref().as_slice());
            Ty::list(entry_type(
                &format!("an entry of {id}"),
                questions.unwrap_or_default(),
            ))
        }
        kind => plain(kind)?,
    })
}

pub(super) fn entry_type(what: &str, questions: &[RawQuestion]) -> Ty {
    Ty::map(
        what,
        questions
            .iter()
            .filter_map(|question| Some((question.id.get_ref().as_str(), raw_type(question)?))),
    )
}

/// The type of a checked question; `None` for an explanation.
fn type_of(question: &Question) -> Option<Ty> {
    let ids = |choices: &[Choice]| choices.iter().map(|choice| choice.id.clone()).collect();
    let id = question.id.as_str();
    Some(match &question.kind {
        Kind::Choice { options: choices } => options(id, ids(choices)),
        Kind::Choices {
            options: choices, ..
        } => Ty::list(options(id, ids(choices))),
        Kind::Number { integer, .. } => number(*integer),
        Kind::Money { currencies, .. } => money(currencies.clone()),
        Kind::Handle { platforms } => handle(id, ids(platforms)),
        Kind::Person { fields, .. } => person(fields.clone()),
        Kind::Repetition { questions, .. } => Ty::list(Ty::map(
            &format!("an entry of {id}"),
            questions
                .iter()
                .filter_map(|question| Some((question.id.as_str(), type_of(question)?))),
        )),
        kind => plain(kind.name())?,
    })
}

fn plain(kind: &str) -> Option<Ty> {
    Some(match kind {
        "text" | "long_text" | "country" | "email" | "phone" | "url" | "iban" | "crypto" => {
            Ty::STRING
        }
        "yes_no" => Ty::Bool,
        "date" | "moment" => Ty::Time,
        "place" => Ty::map(
            "place",
            ["code", "name", "department"].map(|name| (name, Ty::STRING)),
        ),
        "evidence" => Ty::list(Ty::map("evidence", [("id", Ty::STRING)])),
        _ => return None,
    })
}

fn options(of: &str, ids: Vec<Box<str>>) -> Ty {
    Ty::Str(Some(Arc::new(Options { of: of.into(), ids })))
}

fn number(integer: bool) -> Ty {
    if integer { Ty::Int } else { Ty::Double }
}

fn money(mut codes: Vec<Box<str>>) -> Ty {
    if codes.is_empty() {
        codes.push("EUR".into());
    }
    Ty::map(
        "money",
        [("minor", Ty::Int), ("currency", options("currency", codes))],
    )
}

fn handle(id: &str, platforms: Vec<Box<str>>) -> Ty {
    Ty::map(
        "handle",
        [("platform", options(id, platforms)), ("handle", Ty::STRING)],
    )
}

fn person(fields: Vec<PersonField>) -> Ty {
    Ty::map(
        "person",
        fields.into_iter().map(|field| {
            let ty = if field == PersonField::BirthDate {
                Ty::Time
            } else {
                Ty::STRING
            };
            (field.as_str(), ty)
        }),
    )
}
