//! Answers as people read them again: an option by its words, an amount with its currency.

use std::collections::HashMap;

use casework::{
    answers::form_name,
    country,
    desk::{Choice, Kind, Question},
};
use serde_json::{Map, Value};

use super::questions::{FileShown, file_ids};
use crate::{page::Page, web::form::at};

/// A line of the review: a question and its answer, or the heading of an entry.
pub(super) struct Row {
    pub(super) label: String,
    /// Each a paragraph; none for a heading.
    pub(super) answer: Vec<String>,
    pub(super) heading: bool,
}

/// What was answered to these questions, in order; what was left is left out.
pub(super) fn rows(
    page: &Page,
    questions: &[Question],
    values: &Map<String, Value>,
    files: &HashMap<String, FileShown>,
) -> Vec<Row> {
    rows_below(page, "", questions, values, files)
}

/// The rows of an entry say under which heading they stand: `Payment 2, Reference 1`.
fn rows_below(
    page: &Page,
    above: &str,
    questions: &[Question],
    values: &Map<String, Value>,
    files: &HashMap<String, FileShown>,
) -> Vec<Row> {
    let mut rows = Vec::new();
    for question in questions {
        let Some(value) = values.get(question.id.as_str()) else {
            continue;
        };
        let label = question.label.get(page.lang).to_owned();
        if let Kind::Repetition {
            questions, item, ..
        } = &question.kind
        {
            for (place, entry) in value.as_array().into_iter().flatten().enumerate() {
                let label = format!("{above}{} {}", item.get(page.lang), place + 1);
                let below = format!("{label}, ");
                rows.push(Row {
                    label,
                    answer: Vec::new(),
                    heading: true,
                });
                if let Some(entry) = entry.as_object() {
                    rows.extend(rows_below(page, &below, questions, entry, files));
                }
            }
            continue;
        }
        rows.push(Row {
            label,
            answer: answer(page, question, value, files),
            heading: false,
        });
    }
    rows
}

fn answer(
    page: &Page,
    question: &Question,
    value: &Value,
    files: &HashMap<String, FileShown>,
) -> Vec<String> {
    let text = |key: &str| value.get(key).and_then(Value::as_str).unwrap_or_default();
    match (&question.kind, value) {
        (Kind::Choice { options }, Value::String(id)) => vec![option(page, options, id)],
        (Kind::Choices { options, .. }, Value::Array(ids)) => ids
            .iter()
            .filter_map(Value::as_str)
            .map(|id| option(page, options, id))
            .collect(),
        (Kind::YesNo, Value::Bool(yes)) => vec![if *yes {
            page.w.t("answer-yes")
        } else {
            page.w.t("answer-no")
        }],
        (Kind::Date { .. }, Value::String(day)) => vec![date(page, day)],
        (Kind::Moment { .. }, Value::Object(moment)) => {
            let mut words = date(page, text("date"));
            if moment.contains_key("time") {
                words = page.w.t2(
                    "moment-at",
                    ("date", words),
                    ("time", text("time").to_owned()),
                );
            }
            if moment.contains_key("about") {
                words = page.w.t1("moment-about", "moment", words);
            }
            vec![words]
        }
        (Kind::Money { .. }, Value::Object(_)) => {
            vec![page.money(
                value.get("minor").and_then(Value::as_i64).unwrap_or(0),
                text("currency"),
            )]
        }
        (Kind::Country, Value::String(code)) => vec![country_name(page, code)],
        (Kind::Place { .. }, Value::Object(_)) => {
            vec![format!("{} ({})", text("name"), text("department"))]
        }
        (Kind::Handle { platforms }, Value::Object(_)) => {
            let platform = option(page, platforms, text("platform"));
            vec![page.w.t2(
                "labelled",
                ("label", platform),
                ("text", text("handle").to_owned()),
            )]
        }
        (Kind::Person { fields, .. }, Value::Object(_)) => fields
            .iter()
            .filter(|field| !text(field.as_str()).is_empty())
            .map(|field| {
                let value = text(field.as_str());
                let value = match field.as_str() {
                    "country" | "nationality" => country_name(page, value),
                    "birth_date" => date(page, value),
                    _ => value.to_owned(),
                };
                page.w.t2(
                    "labelled",
                    ("label", field.label(page.lang)),
                    ("text", value),
                )
            })
            .collect(),
        (Kind::Evidence { .. }, value) => file_ids(Some(value))
            .filter_map(|id| files.get(id))
            .map(|file| format!("{} ({})", file.name, file.size))
            .collect(),
        (Kind::Number { .. }, Value::Number(number)) => vec![page.number(number)],
        (_, Value::String(text)) => text.lines().map(str::to_owned).collect(),
        (_, other) => vec![other.to_string()],
    }
}

fn option(page: &Page, options: &[Choice], id: &str) -> String {
    let found = options.iter().find(|option| *option.id == *id);
    found.map_or_else(
        || id.to_owned(),
        |option| option.label.get(page.lang).to_owned(),
    )
}

fn country_name(page: &Page, code: &str) -> String {
    country::by_code(code).map_or_else(
        || code.to_owned(),
        |country| country.name(page.lang).to_owned(),
    )
}

/// `2026-03-14` as people of the language write it.
fn date(page: &Page, day: &str) -> String {
    let Ok(date) = day.parse::<jiff::civil::Date>() else {
        return day.to_owned();
    };
    match page.lang {
        casework::Lang::Fr => date.strftime("%d/%m/%Y").to_string(),
        casework::Lang::En => date.strftime("%-d %b %Y").to_string(),
    }
}

/// Form names of the evidence questions that hold files, for the review to show them.
pub(super) fn evidence_ids<'a>(
    questions: impl Iterator<Item = &'a Question>,
    raw: &'a Map<String, Value>,
) -> Vec<&'a str> {
    questions
        .filter(|question| matches!(question.kind, Kind::Evidence { .. }))
        .flat_map(|question| file_ids(at(raw, &form_name(question.id.as_str()))))
        .collect()
}
