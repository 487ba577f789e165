//! Answers as an agent reads them: step by step, with the labels of the desk's version they were filed
//! with, and what was found in them marked where it stands.

use std::collections::{BTreeMap, HashMap};

use casework::{
    Lang,
    desk::{Choice, Desk, Kind, PersonField, Question},
    place::Level,
};
use observables::Observable;
use serde_json::{Map, Value};

use crate::{
    harmonise::Sighting,
    page::Page,
    workbench::{labels, link},
};

/// Longest text shown at once, in bytes; the rest is one click away.
const MOST_SHOWN: usize = 20_000;

/// A step and what was answered to it.
pub(crate) struct StepView {
    pub(crate) title: String,
    pub(crate) groups: Vec<Group>,
}

/// Answers under one heading: a step's own, or those of an entry of a repetition.
pub(crate) struct Group {
    /// Such as "Payment 2"; empty for the step's own.
    pub(crate) heading: String,
    pub(crate) answers: Vec<Answer>,
}

/// One question and its answer.
pub(crate) struct Answer {
    pub(crate) label: String,
    pub(crate) pieces: Vec<Piece>,
    /// Whether lines and spaces are the person's own.
    pub(crate) text: bool,
    /// Bytes that are not shown, in figures; empty when all is.
    pub(crate) cut: String,
}

/// A stretch of text, perhaps an observable.
pub(crate) struct Piece {
    pub(crate) text: String,
    pub(crate) found: Option<Found>,
}

/// An observable where it stands.
#[derive(Clone)]
pub(crate) struct Found {
    pub(crate) kind: String,
    /// Where it is looked for; never its own address.
    pub(crate) href: String,
    /// Other submissions that hold it.
    pub(crate) elsewhere: i64,
}

/// What marks answers: observables by the path they stand at.
pub(crate) struct Marks<'a> {
    page: &'a Page,
    by_path: BTreeMap<&'a str, Vec<&'a Sighting>>,
    counts: &'a HashMap<i64, i64>,
}

impl<'a> Marks<'a> {
    /// `counts` gives the members of each key.
    pub(crate) fn new(
        page: &'a Page,
        sightings: &'a [Sighting],
        counts: &'a HashMap<i64, i64>,
    ) -> Self {
        let mut by_path: BTreeMap<&str, Vec<&Sighting>> = BTreeMap::new();
        for sighting in sightings {
            by_path.entry(&sighting.path).or_default().push(sighting);
        }
        for found in by_path.values_mut() {
            found.sort_by_key(|sighting| (sighting.start, std::cmp::Reverse(sighting.end)));
        }
        Self {
            page,
            by_path,
            counts,
        }
    }

    fn found(&self, sighting: &Sighting) -> Found {
        let members = observable(sighting)
            .and_then(|observable| {
                self.counts
                    .get(&crate::harmonise::lookup_key(&observable))
                    .copied()
            })
            .unwrap_or(1);
        Found {
            kind: labels::kind(self.page, &sighting.kind),
            href: link::search(self.page, &sighting.kind, &sighting.value),
            elsewhere: (members - 1).max(0),
        }
    }

    /// The text in stretches. Offsets that do not fit the text, or overlap, mark nothing.
    pub(crate) fn pieces(&self, path: &str, text: &str, shown: usize) -> Vec<Piece> {
        let end = text.floor_char_boundary(shown);
        let Some(sightings) = self.by_path.get(path) else {
            return vec![plain(&text[..end])];
        };
        if let Some(whole) = sightings.iter().find(|sighting| sighting.end == 0) {
            return vec![Piece {
                text: text[..end].to_owned(),
                found: Some(self.found(whole)),
            }];
        }
        let mut pieces = Vec::new();
        let mut at = 0;
        for sighting in sightings {
            let span = sighting.start..sighting.end;
            let Some(stretch) = text
                .get(span.clone())
                .filter(|_| span.start >= at && span.end <= end)
            else {
                continue;
            };
            if span.start > at {
                pieces.push(plain(&text[at..span.start]));
            }
            pieces.push(Piece {
                text: stretch.to_owned(),
                found: Some(self.found(sighting)),
            });
            at = span.end;
        }
        if at < end {
            pieces.push(plain(&text[at..end]));
        }
        pieces
    }
}

/// The observable of a sighting, when its kind is still known.
pub(crate) fn observable(sighting: &Sighting) -> Option<Observable> {
    let kind = sighting.kind.parse().ok()?;
    Some(Observable::from_canonical(kind, sighting.value.clone()))
}

fn plain(text: &str) -> Piece {
    Piece {
        text: text.to_owned(),
        found: None,
    }
}

/// The steps that hold an answer. `whole` shows long texts to their end.
pub(crate) fn steps(
    desk: &Desk,
    values: &Map<String, Value>,
    marks: &Marks<'_>,
    whole: bool,
) -> Vec<StepView> {
    let reader = Reader { desk, marks, whole };
    desk.steps
        .iter()
        .map(|step| StepView {
            title: step.title.get(reader.lang()).to_owned(),
            groups: reader.groups(&step.questions, values, "", ""),
        })
        .filter(|step| !step.groups.is_empty())
        .collect()
}

struct Reader<'a> {
    desk: &'a Desk,
    marks: &'a Marks<'a>,
    whole: bool,
}

impl Reader<'_> {
    fn lang(&self) -> Lang {
        self.marks.page.lang
    }

    fn groups(
        &self,
        questions: &[Question],
        values: &Map<String, Value>,
        prefix: &str,
        heading: &str,
    ) -> Vec<Group> {
        let mut own = Group {
            heading: heading.to_owned(),
            answers: Vec::new(),
        };
        let mut nested = Vec::new();
        for question in questions {
            let Some(value) = values.get(question.id.as_str()) else {
                continue;
            };
            let path = format!("{prefix}{}", question.id);
            if let (
                Kind::Repetition {
                    questions, item, ..
                },
                Value::Array(entries),
            ) = (&question.kind, value)
            {
                for (index, entry) in entries.iter().enumerate() {
                    let Value::Object(fields) = entry else {
                        continue;
                    };
                    let above = if heading.is_empty() {
                        String::new()
                    } else {
                        format!("{heading} › ")
                    };
                    let heading =
                        format!("{above}{} {}", capital(item.get(self.lang())), index + 1);
                    nested.extend(self.groups(
                        questions,
                        fields,
                        &format!("{path}[{index}]."),
                        &heading,
                    ));
                }
                continue;
            }
            own.answers.extend(self.answer(question, value, &path));
        }
        let mut groups = Vec::new();
        if !own.answers.is_empty() {
            groups.push(own);
        }
        groups.extend(nested);
        groups
    }

    fn answer(&self, question: &Question, value: &Value, path: &str) -> Option<Answer> {
        let label = question.label.get(self.lang()).to_owned();
        let lines = |text: String| Answer {
            label: label.clone(),
            pieces: vec![plain(&text)],
            text: true,
            cut: String::new(),
        };
        Some(match (&question.kind, value) {
            (Kind::Person { .. }, Value::Object(fields)) => lines(self.person(fields)),
            (Kind::Evidence { .. }, Value::Array(files)) => lines(self.marks.page.w.t1(
                "wb-files-given",
                "count",
                files.len() as i64,
            )),
            (Kind::Text { .. } | Kind::LongText { .. }, Value::String(text)) => {
                let shown = if self.whole { text.len() } else { MOST_SHOWN };
                Answer {
                    label,
                    pieces: self.marks.pieces(path, text, shown),
                    text: true,
                    cut: self.cut(text.len().saturating_sub(shown)),
                }
            }
            (kind, value) => {
                let text = self.plain_value(kind, value);
                if text.is_empty() {
                    return None;
                }
                Answer {
                    label,
                    pieces: self.marks.pieces(path, &text, text.len()),
                    text: false,
                    cut: String::new(),
                }
            }
        })
    }

    fn cut(&self, bytes: usize) -> String {
        if bytes == 0 {
            String::new()
        } else {
            self.marks.page.count(bytes as i64)
        }
    }

    fn person(&self, fields: &Map<String, Value>) -> String {
        let lines: Vec<String> = PersonField::ALL
            .iter()
            .filter_map(|field| {
                let value = fields.get(field.as_str())?.as_str()?;
                let value = match field {
                    PersonField::BirthDate => self.date(value),
                    PersonField::Country | PersonField::Nationality => {
                        labels::place(self.lang(), value)
                    }
                    _ => value.to_owned(),
                };
                let colon = if self.lang() == Lang::Fr {
                    "\u{a0}:"
                } else {
                    ":"
                };
                Some(format!("{}{colon} {value}", field.label(self.lang())))
            })
            .collect();
        lines.join("\n")
    }

    fn plain_value(&self, kind: &Kind, value: &Value) -> String {
        let page = self.marks.page;
        let field = |name: &str| value.get(name).and_then(Value::as_str).unwrap_or_default();
        match (kind, value) {
            (Kind::Choice { options }, Value::String(id)) => self.option(options, id),
            (Kind::Choices { options, .. }, Value::Array(ids)) => {
                let chosen: Vec<String> = ids
                    .iter()
                    .filter_map(Value::as_str)
                    .map(|id| self.option(options, id))
                    .collect();
                chosen.join(" ; ")
            }
            (Kind::YesNo, Value::Bool(true)) => page.w.t("wb-yes"),
            (Kind::YesNo, Value::Bool(false)) => page.w.t("wb-no"),
            (Kind::Date { .. }, Value::String(date)) => self.date(date),
            (Kind::Moment { .. }, Value::Object(_)) => self.moment(value),
            (Kind::Money { .. }, Value::Object(_)) => page.money(
                value.get("minor").and_then(Value::as_i64).unwrap_or(0),
                field("currency"),
            ),
            (Kind::Country, Value::String(code)) => labels::place(self.lang(), code),
            (Kind::Place { level }, Value::Object(_)) => match level {
                Level::Department => format!("{} ({})", field("name"), field("code")),
                Level::Commune => {
                    format!(
                        "{} ({})",
                        field("name"),
                        self.desk.places().department_name(field("department"))
                    )
                }
            },
            (Kind::Handle { platforms }, Value::Object(_)) => {
                format!(
                    "{} · {}",
                    self.option(platforms, field("platform")),
                    field("handle")
                )
            }
            (_, Value::String(text)) => text.clone(),
            (_, Value::Number(number)) => page.number(number),
            // A form this program does not know: shown as it is kept rather than not at all.
            (_, other) => other.to_string(),
        }
    }

    fn option(&self, options: &[Choice], id: &str) -> String {
        options.iter().find(|option| &*option.id == id).map_or_else(
            || id.to_owned(),
            |option| option.label.get(self.lang()).to_owned(),
        )
    }

    fn date(&self, date: &str) -> String {
        let mut parts = date.splitn(3, '-');
        match (self.lang(), parts.next(), parts.next(), parts.next()) {
            (Lang::Fr, Some(year), Some(month), Some(day)) => format!("{day}/{month}/{year}"),
            _ => date.to_owned(),
        }
    }

    fn moment(&self, value: &Value) -> String {
        let words = self.marks.page.w;
        let mut text = self.date(
            value
                .get("date")
                .and_then(Value::as_str)
                .unwrap_or_default(),
        );
        if let Some(time) = value.get("time").and_then(Value::as_str) {
            text = words.t2("wb-date-and-time", ("date", text), ("time", time));
        }
        if value.get("about").and_then(Value::as_bool) == Some(true) {
            text = words.t1("wb-about-when", "when", text);
        }
        text
    }
}

fn capital(text: &str) -> String {
    let mut letters = text.chars();
    match letters.next() {
        Some(first) => first.to_uppercase().chain(letters).collect(),
        None => String::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::workbench::tests::page;

    fn sighting(path: &str, start: usize, end: usize) -> Sighting {
        Sighting {
            kind: "domain".to_owned(),
            value: "colis.example".to_owned(),
            path: path.to_owned(),
            start,
            end,
            proof: "known_suffix".to_owned(),
            flags: Vec::new(),
            list: None,
        }
    }

    /// `[…]` stands around what is marked.
    fn check(text: &str, spans: &[(usize, usize)], shown: usize, expected: &str) {
        let sightings: Vec<Sighting> = spans
            .iter()
            .map(|(start, end)| sighting("a", *start, *end))
            .collect();
        let page = page(Lang::Fr);
        let counts = HashMap::new();
        let pieces = Marks::new(&page, &sightings, &counts).pieces("a", text, shown);
        let found: String = pieces
            .iter()
            .map(|piece| {
                if piece.found.is_some() {
                    format!("[{}]", piece.text)
                } else {
                    piece.text.clone()
                }
            })
            .collect();
        assert_eq!(found, expected);
    }

    #[test]
    fn what_was_found_is_marked_and_no_text_is_lost() {
        check(
            "voir colis.example, vite",
            &[(5, 18)],
            99,
            "voir [colis.example], vite",
        );
        check("colis.example", &[(0, 0)], 99, "[colis.example]");
        check("a b c", &[(2, 3), (0, 1)], 99, "[a] [b] c");
        // Overlaps and offsets that do not fit mark nothing and cut nothing.
        check("abcdef", &[(0, 4), (2, 6)], 99, "[abcd]ef");
        check("é", &[(1, 2)], 99, "é");
        check("abc", &[(2, 99)], 99, "abc");
        check("éé", &[], 3, "é");
    }
}
