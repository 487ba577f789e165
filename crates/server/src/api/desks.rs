//! `GET /api/v1/desks…`: the definitions, whole, in both languages, so that a program can ask what the
//! pages ask. Conditions are given as they are written in the configuration (CEL).

use axum::{
    extract::{Path, Request, State, rejection::PathRejection},
    http::StatusCode,
    response::Response,
};
use casework::{
    Text,
    desk::{Choice, Desk, Kind, PersonField, Question, RedirectTo, Required, Step},
    place::Level,
};
use serde_json::{Map, Value, json};

use super::{
    failure::{Failure, target},
    schema,
};
use crate::{app::App, page::preferred};

/// Every desk, in short.
pub(super) async fn list(State(app): State<App>) -> Response {
    let desks: Vec<Value> = app
        .config
        .desks()
        .map(|desk| Value::Object(summary(&app, desk)))
        .collect();
    super::json_answer(StatusCode::OK, &desks)
}

/// The current version of a desk.
pub(super) async fn current(
    State(app): State<App>,
    desk: Result<Path<String>, PathRejection>,
    request: Request,
) -> Response {
    let desk = desk.ok().and_then(|Path(id)| app.desk(&id));
    show(&app, desk, request)
}

/// One version of a desk, for what was filed with it.
pub(super) async fn version(
    State(app): State<App>,
    desk: Result<Path<(String, u32)>, PathRejection>,
    request: Request,
) -> Response {
    let desk = desk
        .ok()
        .and_then(|Path((id, version))| app.desk_version(&id, version));
    show(&app, desk, request)
}

fn show(app: &App, desk: Option<&Desk>, request: Request) -> Response {
    match desk {
        Some(desk) => super::json_answer(StatusCode::OK, &definition(app, desk)),
        None => Failure::UnknownDesk.respond(preferred(&request.into_parts().0)),
    }
}

fn summary(app: &App, desk: &Desk) -> Map<String, Value> {
    let mut versions: Vec<u32> = app
        .config
        .versions()
        .filter(|version| version.id == desk.id)
        .map(|version| version.version)
        .collect();
    versions.sort_unstable();
    let tracks: Vec<&str> = desk.tracks.iter().map(|track| track.as_str()).collect();
    object(json!({
        "id": desk.id.as_str(),
        "version": desk.version,
        "versions": versions,
        "title": text(&desk.title),
        "summary": text(&desk.summary),
        "tracks": tracks,
        "first_deadline_hours": desk.first_deadline_hours,
        "retention_days": desk.retention_days,
    }))
}

fn definition(app: &App, desk: &Desk) -> Value {
    let mut whole = summary(app, desk);
    whole.insert(
        "headline".to_owned(),
        json!(desk.headline.as_ref().map(|id| id.as_str())),
    );
    whole.insert("steps".to_owned(), desk.steps.iter().map(step).collect());
    whole.insert(
        "urgent".to_owned(),
        desk.urgent
            .iter()
            .map(|rule| {
                json!({
                    "id": rule.id, "when": rule.when.source(), "title": text(&rule.title), "text": text(&rule.text),
                    "deadline_minutes": rule.deadline_minutes,
                })
            })
            .collect(),
    );
    whole.insert(
        "orientations".to_owned(),
        desk.orientations
            .iter()
            .map(|rule| {
                json!({
                    "id": rule.id, "when": rule.when.source(), "text": text(&rule.text),
                    "link": rule.link.as_ref().map(leads),
                })
            })
            .collect(),
    );
    whole.insert(
        "eligibility".to_owned(),
        desk.eligibility
            .iter()
            .map(|rule| {
                json!({
                    "id": rule.id,
                    "tracks": rule.tracks.iter().map(|track| track.as_str()).collect::<Vec<_>>(),
                    "when": rule.when.as_ref().map(|when| when.source()),
                    "require": rule.require.source(),
                    "reason": text(&rule.reason),
                    "redirect": rule.redirect.as_ref().map(|redirect| {
                        let mut to = object(leads(&redirect.to));
                        to.insert("label".to_owned(), text(&redirect.label));
                        to
                    }),
                })
            })
            .collect(),
    );
    whole.insert(
        "priority".to_owned(),
        desk.priority
            .iter()
            .map(|rule| {
                json!({
                    "id": rule.id, "when": rule.when.source(), "points": rule.points, "label": text(&rule.label),
                })
            })
            .collect(),
    );
    whole.insert("answers_schema".to_owned(), schema::answers(desk));
    Value::Object(whole)
}

fn step(step: &Step) -> Value {
    json!({
        "id": step.id,
        "title": text(&step.title),
        "intro": step.intro.as_ref().map(text),
        "when": step.when.as_ref().map(|when| when.source()),
        "questions": step.questions.iter().map(question).collect::<Vec<_>>(),
    })
}

fn question(question: &Question) -> Value {
    let mut members = settings(&question.kind);
    members.insert("id".to_owned(), question.id.as_str().into());
    members.insert("kind".to_owned(), question.kind.name().into());
    members.insert("label".to_owned(), text(&question.label));
    members.insert("help".to_owned(), json!(question.help.as_ref().map(text)));
    let required = match &question.required {
        Required::No => json!(false),
        Required::Yes => json!(true),
        Required::When(when) => json!(when.source()),
    };
    members.insert("required".to_owned(), required);
    members.insert(
        "when".to_owned(),
        json!(question.when.as_ref().map(|when| when.source())),
    );
    members.insert(
        "is".to_owned(),
        json!(question.role.map(|role| role.as_str())),
    );
    Value::Object(members)
}

fn settings(kind: &Kind) -> Map<String, Value> {
    object(match kind {
        Kind::Text { max_chars } => json!({ "max_chars": max_chars }),
        Kind::LongText {
            min_chars,
            max_chars,
        } => json!({ "min_chars": min_chars, "max_chars": max_chars }),
        Kind::Choice { options } => json!({ "options": choices(options) }),
        Kind::Choices { options, max_items } => {
            json!({ "options": choices(options), "max_items": max_items })
        }
        Kind::Date { past } | Kind::Moment { past } => json!({ "past": past }),
        Kind::Number { min, max, integer } => json!({ "min": min, "max": max, "integer": integer }),
        Kind::Money {
            min_minor,
            max_minor,
            currencies,
        } => {
            json!({ "min_minor": min_minor, "max_minor": max_minor, "currencies": currencies })
        }
        Kind::Place { level } => json!({ "level": level_word(*level) }),
        Kind::Email { strict }
        | Kind::Phone { strict }
        | Kind::Url { strict }
        | Kind::Iban { strict }
        | Kind::Crypto { strict } => json!({ "strict": strict }),
        Kind::Handle { platforms } => json!({ "platforms": choices(platforms) }),
        Kind::Person {
            fields,
            required_fields,
        } => json!({
            "fields": fields.iter().map(|field| person_field(*field)).collect::<Vec<_>>(),
            "required_fields": required_fields.iter().map(|field| field.as_str()).collect::<Vec<_>>(),
        }),
        Kind::Evidence { max_files } => json!({ "max_files": max_files }),
        Kind::Repetition {
            questions,
            min_items,
            max_items,
            item,
        } => json!({
            "questions": questions.iter().map(question).collect::<Vec<_>>(),
            "min_items": min_items,
            "max_items": max_items,
            "item": text(item),
        }),
        _ => json!({}),
    })
}

pub(super) fn level_word(level: Level) -> &'static str {
    match level {
        Level::Commune => "commune",
        Level::Department => "department",
    }
}

fn person_field(field: PersonField) -> Value {
    json!({
        "id": field.as_str(),
        "label": { "fr": field.label(casework::Lang::Fr), "en": field.label(casework::Lang::En) },
    })
}

fn choices(choices: &[Choice]) -> Vec<Value> {
    choices
        .iter()
        .map(|choice| {
            json!({
                "id": choice.id,
                "label": text(&choice.label),
                "help": choice.help.as_ref().map(text),
                "when": choice.when.as_ref().map(|when| when.source()),
            })
        })
        .collect()
}

fn leads(to: &RedirectTo) -> Value {
    let (to, value) = target(to);
    json!({ "to": to, "value": value })
}

fn text(text: &Text) -> Value {
    json!({ "fr": text.fr, "en": text.en })
}

fn object(value: Value) -> Map<String, Value> {
    match value {
        Value::Object(map) => map,
        _ => Map::new(),
    }
}
