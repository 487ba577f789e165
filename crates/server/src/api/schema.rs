//! The answers of a desk as JSON Schema (2020-12): the normalised form of `docs/formats/answers-1.md`.
//! What people write is read too (`"1 250,50 €"` for an amount); a program does better to send this.
//! Conditions between answers have no place in a schema: they stand in `$comment`.

use casework::{
    desk::{Choice, Desk, Kind, PersonField, Question, Required},
    place::Level,
};
use serde_json::{Map, Value, json};

/// The name of a desk's schema in the description of the interface.
pub(super) fn name(desk: &Desk) -> String {
    format!("Answers.{}.{}", desk.id, desk.version)
}

/// The schema of a desk's answers.
pub(super) fn answers(desk: &Desk) -> Value {
    let mut required = Vec::new();
    let mut properties = Map::new();
    for step in &desk.steps {
        for question in &step.questions {
            if step.when.is_none() && is_required(question) {
                required.push(question.id.as_str());
            }
            let when = step.when.as_ref().map(|when| when.source());
            properties.extend(property(question, when));
        }
    }
    json!({
        "title": desk.title.en,
        "type": "object",
        "properties": properties,
        "required": required,
        "additionalProperties": false,
    })
}

fn is_required(question: &Question) -> bool {
    question.when.is_none()
        && match &question.kind {
            Kind::Explanation => false,
            Kind::Repetition { min_items, .. } if *min_items > 0 => true,
            _ => matches!(question.required, Required::Yes),
        }
}

fn property(question: &Question, step_when: Option<&str>) -> Option<(String, Value)> {
    let Value::Object(mut schema) = of_kind(&question.kind)? else {
        return None;
    };
    schema.insert("title".to_owned(), question.label.en.as_str().into());
    if let Some(help) = &question.help {
        schema.insert("description".to_owned(), help.en.as_str().into());
    }
    let mut comment = Vec::new();
    for when in step_when
        .into_iter()
        .chain(question.when.as_ref().map(|when| when.source()))
    {
        comment.push(format!("asked when: {when}"));
    }
    if let Required::When(when) = &question.required {
        comment.push(format!("required when: {}", when.source()));
    }
    if !comment.is_empty() {
        schema.insert("$comment".to_owned(), comment.join("; ").into());
    }
    Some((question.id.as_str().to_owned(), Value::Object(schema)))
}

/// The schema of an answer; an explanation has none.
fn of_kind(kind: &Kind) -> Option<Value> {
    Some(match kind {
        Kind::Text { max_chars } => json!({ "type": "string", "maxLength": max_chars }),
        Kind::LongText {
            min_chars,
            max_chars,
        } => {
            json!({ "type": "string", "minLength": min_chars, "maxLength": max_chars })
        }
        Kind::Choice { options } => json!({ "type": "string", "enum": ids(options) }),
        Kind::Choices { options, max_items } => json!({
            "type": "array", "items": { "type": "string", "enum": ids(options) },
            "maxItems": max_items, "uniqueItems": true,
        }),
        Kind::YesNo => json!({ "type": "boolean" }),
        Kind::Date { .. } => json!({ "type": "string", "format": "date" }),
        Kind::Moment { .. } => object(
            json!({
                "date": { "type": "string", "format": "date" },
                "time": { "type": "string", "pattern": "^([01][0-9]|2[0-3]):[0-5][0-9]$" },
                "about": { "type": "boolean" },
            }),
            &["date"],
        ),
        Kind::Number { min, max, integer } => {
            let mut schema = Map::new();
            schema.insert(
                "type".to_owned(),
                if *integer { "integer" } else { "number" }.into(),
            );
            for (bound, value) in [("minimum", min), ("maximum", max)] {
                if let Some(value) = value {
                    schema.insert(bound.to_owned(), json!(value));
                }
            }
            Value::Object(schema)
        }
        Kind::Money {
            min_minor,
            max_minor,
            currencies,
        } => object(
            json!({
                "minor": { "type": "integer", "minimum": min_minor, "maximum": max_minor },
                "currency": { "type": "string", "enum": currencies },
            }),
            &["minor", "currency"],
        ),
        Kind::Country => json!({ "type": "string", "pattern": "^[A-Z]{2}$" }),
        Kind::Place { level } => {
            let code = match level {
                Level::Commune => "Code of a French commune (INSEE).",
                Level::Department => "Code of a French department.",
            };
            object(
                json!({
                    "code": { "type": "string", "description": code },
                    "name": { "type": "string" },
                    "department": { "type": "string" },
                }),
                &["code"],
            )
        }
        Kind::Email { .. }
        | Kind::Phone { .. }
        | Kind::Url { .. }
        | Kind::Iban { .. }
        | Kind::Crypto { .. } => {
            json!({ "type": "string" })
        }
        Kind::Handle { platforms } => object(
            json!({
                "platform": { "type": "string", "enum": ids(platforms) },
                "handle": { "type": "string", "minLength": 1 },
            }),
            &["platform", "handle"],
        ),
        Kind::Person {
            fields,
            required_fields,
        } => {
            let properties: Map<String, Value> = fields
                .iter()
                .map(|field| {
                    let schema = match field {
                        PersonField::BirthDate => json!({ "type": "string", "format": "date" }),
                        PersonField::Country | PersonField::Nationality => {
                            json!({ "type": "string", "pattern": "^[A-Z]{2}$" })
                        }
                        _ => json!({ "type": "string" }),
                    };
                    (field.as_str().to_owned(), schema)
                })
                .collect();
            let required: Vec<&str> = required_fields.iter().map(|field| field.as_str()).collect();
            object(Value::Object(properties), &required)
        }
        Kind::Evidence { max_files } => json!({
            "type": "array",
            "items": object(json!({ "id": { "type": "string" } }), &["id"]),
            "maxItems": max_files,
        }),
        Kind::Repetition {
            questions,
            min_items,
            max_items,
            ..
        } => {
            let properties: Map<String, Value> = questions
                .iter()
                .filter_map(|one| property(one, None))
                .collect();
            let required: Vec<&str> = questions
                .iter()
                .filter(|one| is_required(one))
                .map(|one| one.id.as_str())
                .collect();
            json!({
                "type": "array",
                "items": object(Value::Object(properties), &required),
                "minItems": min_items,
                "maxItems": max_items,
            })
        }
        Kind::Explanation => return None,
    })
}

fn object(properties: Value, required: &[&str]) -> Value {
    json!({
        "type": "object",
        "properties": properties,
        "required": required,
        "additionalProperties": false,
    })
}

fn ids(choices: &[Choice]) -> Vec<&str> {
    choices.iter().map(|choice| &*choice.id).collect()
}
