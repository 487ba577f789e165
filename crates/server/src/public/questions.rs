//! Questions as a page shows them: the desk's definition and the raw answers, flattened to a list of
//! pieces that a template writes one after the other.

use std::collections::{HashMap, HashSet};

use casework::{
    Lang,
    answers::{AnswerError, AskedEntry, AskedQuestion, form_name},
    country,
    desk::{Choice, Desk, Kind, PersonField, Question, Role},
    fold,
    place::Level,
};
use serde_json::{Map, Value};

use crate::{
    page::Page,
    web::form::{at, typed},
};

/// A piece of the page.
pub(super) enum Piece {
    Field(Box<Field>),
    OpenList(ListHead),
    OpenEntry {
        id: String,
        title: String,
    },
    CloseEntry {
        name: String,
        title: String,
        removable: bool,
    },
    CloseList {
        name: String,
        item: String,
        add: bool,
    },
}

/// A repetition's heading.
pub(super) struct ListHead {
    pub(super) id: String,
    pub(super) label: String,
    pub(super) help: Option<String>,
    pub(super) error: Option<String>,
    pub(super) optional: bool,
    pub(super) new: bool,
}

/// A question.
pub(super) struct Field {
    /// Name in the form.
    pub(super) name: String,
    /// Id in the page.
    pub(super) id: String,
    pub(super) label: String,
    pub(super) help: Option<String>,
    pub(super) optional: bool,
    pub(super) error: Option<String>,
    /// It appeared because of an answer just given.
    pub(super) new: bool,
    pub(super) control: Control,
}

pub(super) enum Control {
    Line(Line),
    Block {
        value: String,
        max: usize,
    },
    Radios(Vec<OptionShown>),
    Boxes(Vec<OptionShown>),
    Select(Vec<OptionShown>),
    Moment {
        date: String,
        time: String,
        about: bool,
    },
    Money {
        amount: String,
        currencies: Vec<OptionShown>,
    },
    Handle {
        platforms: Vec<OptionShown>,
        handle: String,
    },
    Person(Vec<PersonPart>),
    Evidence {
        files: Vec<FileShown>,
        room: bool,
    },
    Explanation,
}

/// A line to type in.
pub(super) struct Line {
    pub(super) value: String,
    pub(super) mode: &'static str,
    pub(super) autocomplete: String,
    /// Words that no dictionary knows: addresses, numbers.
    pub(super) code: bool,
    pub(super) wide: bool,
    pub(super) hint: Option<String>,
}

pub(super) struct OptionShown {
    pub(super) id: String,
    /// Name of a box; the question's own for a radio.
    pub(super) name: String,
    pub(super) value: String,
    pub(super) label: String,
    pub(super) help: Option<String>,
    pub(super) chosen: bool,
}

pub(super) struct PersonPart {
    pub(super) id: String,
    pub(super) name: String,
    pub(super) label: String,
    pub(super) optional: bool,
    pub(super) error: Option<String>,
    pub(super) control: PersonControl,
}

pub(super) enum PersonControl {
    Line(Line),
    Select(Vec<OptionShown>),
}

/// An uploaded file, its name as text only.
#[derive(Clone, Debug)]
pub(super) struct FileShown {
    pub(super) id: String,
    pub(super) name: String,
    pub(super) size: String,
}

impl Field {
    /// Ids of what describes the control, for `aria-describedby`.
    pub(super) fn described_by(&self) -> String {
        let mut ids = String::new();
        let hinted = matches!(&self.control, Control::Line(line) if line.hint.is_some())
            || matches!(self.control, Control::Moment { .. });
        for (there, suffix) in [
            (self.help.is_some(), "help"),
            (hinted, "hint"),
            (self.error.is_some(), "error"),
        ] {
            if there {
                if !ids.is_empty() {
                    ids.push(' ');
                }
                ids.push_str(&format!("{}-{suffix}", self.id));
            }
        }
        ids
    }
}

/// What the pieces are made of beside the questions.
pub(super) struct Showing<'a> {
    pub(super) page: &'a Page,
    pub(super) desk: &'a Desk,
    pub(super) raw: &'a Map<String, Value>,
    pub(super) errors: &'a [AnswerError],
    /// Form names that the page before had; none when nothing is new to the reader.
    pub(super) before: Option<&'a HashSet<String>>,
    /// Files by id.
    pub(super) files: &'a HashMap<String, FileShown>,
}

/// The id in the page of the control with this form name.
pub(super) fn html_id(name: &str) -> String {
    format!("q-{}", name.replace('.', "-"))
}

/// Every form name that the questions have now, lists and entries' questions included.
pub(super) fn names(asked: &[AskedQuestion<'_>]) -> Vec<String> {
    let mut names = Vec::new();
    for question in asked {
        names.push(form_name(&question.path));
        for entry in shown_entries(question) {
            names.extend(self::names(&entry.questions));
        }
    }
    names
}

/// Questions, outermost only, that the page before did not have and that want an answer.
pub(super) fn appeared<'a, 'd>(
    asked: &'a [AskedQuestion<'d>],
    before: &HashSet<String>,
) -> Vec<&'a AskedQuestion<'d>> {
    let mut new = Vec::new();
    for question in asked {
        if matches!(question.question.kind, Kind::Explanation) {
            continue;
        }
        if before.contains(&form_name(&question.path)) {
            for entry in &question.entries {
                new.extend(appeared(&entry.questions, before));
            }
        } else {
            new.push(question);
        }
    }
    new
}

/// The entries given, or an empty one so that there is something to fill in.
fn shown_entries<'a, 'd>(question: &'a AskedQuestion<'d>) -> &'a [AskedEntry<'d>] {
    if question.entries.is_empty() {
        question.new_entry.as_slice()
    } else {
        &question.entries
    }
}

/// The pieces of a page, in order.
pub(super) fn pieces(showing: &Showing<'_>, asked: &[AskedQuestion<'_>]) -> Vec<Piece> {
    let mut pieces = Vec::new();
    add(showing, asked, &mut pieces);
    pieces
}

fn add(showing: &Showing<'_>, asked: &[AskedQuestion<'_>], pieces: &mut Vec<Piece>) {
    let lang = showing.page.lang;
    for question in asked {
        let name = form_name(&question.path);
        let Kind::Repetition {
            item,
            max_items,
            min_items,
            ..
        } = &question.question.kind
        else {
            pieces.push(Piece::Field(Box::new(showing.field(question, name))));
            continue;
        };
        let entries = shown_entries(question);
        pieces.push(Piece::OpenList(ListHead {
            id: html_id(&name),
            label: question.question.label.get(lang).to_owned(),
            help: text(question.question.help.as_ref(), lang),
            error: showing.error(&name),
            optional: !question.required && *min_items == 0,
            new: showing.is_new(&name),
        }));
        for (place, entry) in entries.iter().enumerate() {
            let title = format!("{} {}", item.get(lang), place + 1);
            let entry_name = format!("{name}.{}", entry.index);
            pieces.push(Piece::OpenEntry {
                id: html_id(&entry_name),
                title: title.clone(),
            });
            add(showing, &entry.questions, pieces);
            let removable = !question.entries.is_empty() && entries.len() > 1;
            pieces.push(Piece::CloseEntry {
                name: entry_name,
                title,
                removable,
            });
        }
        pieces.push(Piece::CloseList {
            add: entries.len() < *max_items,
            item: item.get(lang).to_lowercase(),
            name,
        });
    }
}

impl Showing<'_> {
    /// What is wrong with the field of this name itself.
    fn error(&self, name: &str) -> Option<String> {
        let error = self
            .errors
            .iter()
            .find(|error| form_name(&error.path) == name)?;
        Some(error.message(self.page.lang))
    }

    /// What is wrong with the field or one of its parts, for kinds whose parts show no error.
    fn error_within(&self, name: &str) -> Option<String> {
        let within = |path: &str| {
            path.strip_prefix(name)
                .is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
        };
        let error = self
            .errors
            .iter()
            .find(|error| within(&form_name(&error.path)))?;
        Some(error.message(self.page.lang))
    }

    /// Whether it appeared because of an answer; the questions of an entry just added are expected.
    fn is_new(&self, name: &str) -> bool {
        let Some(before) = self.before else {
            return false;
        };
        let entry = name.rsplit_once('.').map(|(entry, _)| format!("{entry}."));
        !before.contains(name)
            && entry.is_none_or(|entry| before.iter().any(|before| before.starts_with(&entry)))
    }

    fn field(&self, asked: &AskedQuestion<'_>, name: String) -> Field {
        let question = asked.question;
        let control = self.control(asked, &name);
        let error = match control {
            Control::Person(_) => self.error(&name),
            _ => self.error_within(&name),
        };
        Field {
            id: html_id(&name),
            label: question.label.get(self.page.lang).to_owned(),
            help: text(question.help.as_ref(), self.page.lang),
            optional: !asked.required,
            error,
            new: self.is_new(&name) && !matches!(control, Control::Explanation),
            control,
            name,
        }
    }

    fn control(&self, asked: &AskedQuestion<'_>, name: &str) -> Control {
        let question = asked.question;
        let value = typed(self.raw, name);
        let w = self.page.w;
        let line = |mode: &'static str, code: bool, hint: Option<String>| {
            Control::Line(Line {
                value: value.clone(),
                mode,
                autocomplete: own(question),
                wide: !code
                    || mode == "url"
                    || matches!(question.kind, Kind::Crypto { .. } | Kind::Iban { .. }),
                code,
                hint,
            })
        };
        match &question.kind {
            Kind::Text { .. } => line("text", false, None),
            Kind::LongText { max_chars, .. } => Control::Block {
                value,
                max: *max_chars,
            },
            Kind::Choice { .. } => {
                let mut options = self.options(&asked.choices, name, &value);
                if !asked.required {
                    options.push(self.no_answer(name, &value, options.len()));
                }
                Control::Radios(options)
            }
            Kind::YesNo => {
                let mut options: Vec<OptionShown> =
                    [("oui", w.t("answer-yes")), ("non", w.t("answer-no"))]
                        .into_iter()
                        .enumerate()
                        .map(|(place, (word, label))| OptionShown {
                            id: option_id(name, place),
                            name: name.to_owned(),
                            value: word.to_owned(),
                            label,
                            help: None,
                            chosen: value == word,
                        })
                        .collect();
                if !asked.required {
                    options.push(self.no_answer(name, &value, 2));
                }
                Control::Radios(options)
            }
            Kind::Choices { options, .. } => Control::Boxes(
                options
                    .iter()
                    .enumerate()
                    .filter(|(_, option)| {
                        asked.choices.iter().any(|offered| offered.id == option.id)
                    })
                    .map(|(place, option)| {
                        let name = format!("{name}.{place}");
                        OptionShown {
                            id: html_id(&name),
                            chosen: typed(self.raw, &name) == *option.id,
                            value: option.id.to_string(),
                            label: option.label.get(self.page.lang).to_owned(),
                            help: text(option.help.as_ref(), self.page.lang),
                            name,
                        }
                    })
                    .collect(),
            ),
            Kind::Date { .. } => line("text", true, Some(w.t("hint-date"))),
            Kind::Moment { .. } => Control::Moment {
                date: typed(self.raw, &format!("{name}.date")),
                time: typed(self.raw, &format!("{name}.time")),
                about: !typed(self.raw, &format!("{name}.about")).is_empty(),
            },
            Kind::Number { .. } => line("decimal", true, None),
            Kind::Money { currencies, .. } => {
                let chosen = typed(self.raw, &format!("{name}.currency"));
                Control::Money {
                    amount: typed(self.raw, &format!("{name}.amount")),
                    currencies: currencies
                        .iter()
                        .enumerate()
                        .map(|(place, code)| {
                            plain(
                                code,
                                code,
                                *chosen == **code || (chosen.is_empty() && place == 0),
                            )
                        })
                        .collect(),
                }
            }
            Kind::Country => Control::Select(self.countries(&value)),
            Kind::Place {
                level: Level::Department,
            } => Control::Select(self.departments(&value)),
            Kind::Place {
                level: Level::Commune,
            } => line("text", false, Some(w.t("hint-commune"))),
            Kind::Email { .. } => line("email", true, Some(w.t("hint-email"))),
            Kind::Phone { .. } => line("tel", true, Some(w.t("hint-phone"))),
            Kind::Url { .. } => line("url", true, None),
            Kind::Iban { .. } => line("text", true, Some(w.t("hint-iban"))),
            Kind::Crypto { .. } => line("text", true, None),
            Kind::Handle { .. } => {
                let chosen = typed(self.raw, &format!("{name}.platform"));
                let mut platforms = vec![plain("", &w.t("choose"), chosen.is_empty())];
                platforms.extend(asked.choices.iter().map(|choice| {
                    plain(
                        &choice.id,
                        choice.label.get(self.page.lang),
                        chosen == *choice.id,
                    )
                }));
                Control::Handle {
                    platforms,
                    handle: typed(self.raw, &format!("{name}.handle")),
                }
            }
            Kind::Person {
                fields,
                required_fields,
            } => Control::Person(
                fields
                    .iter()
                    .map(|field| {
                        self.person_part(question, name, *field, required_fields.contains(field))
                    })
                    .collect(),
            ),
            Kind::Evidence { max_files } => {
                let files = self.files(name);
                Control::Evidence {
                    room: files.len() < *max_files,
                    files,
                }
            }
            Kind::Repetition { .. } | Kind::Explanation => Control::Explanation,
        }
    }

    fn options(&self, choices: &[&Choice], name: &str, chosen: &str) -> Vec<OptionShown> {
        choices
            .iter()
            .enumerate()
            .map(|(place, choice)| OptionShown {
                id: option_id(name, place),
                name: name.to_owned(),
                value: choice.id.to_string(),
                label: choice.label.get(self.page.lang).to_owned(),
                help: text(choice.help.as_ref(), self.page.lang),
                chosen: *choice.id == *chosen,
            })
            .collect()
    }

    /// A radio once chosen cannot be unchosen: what may be left needs a way back.
    fn no_answer(&self, name: &str, chosen: &str, place: usize) -> OptionShown {
        OptionShown {
            id: option_id(name, place),
            name: name.to_owned(),
            value: String::new(),
            label: self.page.w.t("answer-none"),
            help: None,
            chosen: chosen.is_empty(),
        }
    }

    fn countries(&self, chosen: &str) -> Vec<OptionShown> {
        let lang = self.page.lang;
        let mut countries: Vec<_> = country::all()
            .iter()
            .map(|country| (country.code != "FR", fold(country.name(lang)), country))
            .collect();
        countries.sort_by(|a, b| (a.0, &a.1).cmp(&(b.0, &b.1)));
        let mut options = vec![plain("", &self.page.w.t("choose"), chosen.is_empty())];
        options.extend(
            countries.iter().map(|(.., country)| {
                plain(country.code, country.name(lang), chosen == country.code)
            }),
        );
        options
    }

    fn departments(&self, chosen: &str) -> Vec<OptionShown> {
        let mut options = vec![plain("", &self.page.w.t("choose"), chosen.is_empty())];
        options.extend(
            self.desk
                .places()
                .all(Level::Department)
                .iter()
                .map(|place| {
                    plain(
                        &place.code,
                        &format!("{} – {}", place.code, place.name),
                        chosen == place.code,
                    )
                }),
        );
        options
    }

    fn person_part(
        &self,
        question: &Question,
        name: &str,
        field: PersonField,
        required: bool,
    ) -> PersonPart {
        let name = format!("{name}.{}", field.as_str());
        let value = typed(self.raw, &name);
        let (mode, token) = match field {
            PersonField::FamilyName => ("text", "family-name"),
            PersonField::GivenNames => ("text", "given-name"),
            PersonField::BirthDate => ("text", "bday"),
            PersonField::Email => ("email", "email"),
            PersonField::Phone => ("tel", "tel"),
            PersonField::Address => ("text", "street-address"),
            PersonField::Postcode => ("text", "postal-code"),
            PersonField::City => ("text", "address-level2"),
            PersonField::Country => ("text", "country"),
            PersonField::Nationality | PersonField::BirthPlace | PersonField::Profession => {
                ("text", "")
            }
        };
        let autocomplete = if question.role == Some(Role::Identity) && !token.is_empty() {
            // A section each, so that a child's fields are not filled with the parent's.
            format!("section-{} {token}", question.id)
        } else {
            "off".to_owned()
        };
        let control = match field {
            PersonField::Country | PersonField::Nationality => {
                PersonControl::Select(self.countries(&value))
            }
            _ => PersonControl::Line(Line {
                value,
                mode,
                autocomplete,
                code: matches!(
                    field,
                    PersonField::BirthDate
                        | PersonField::Email
                        | PersonField::Phone
                        | PersonField::Postcode
                ),
                wide: matches!(field, PersonField::Address),
                hint: matches!(field, PersonField::BirthDate).then(|| self.page.w.t("hint-date")),
            }),
        };
        PersonPart {
            id: html_id(&name),
            label: field.label(self.page.lang).to_owned(),
            optional: !required,
            error: self.error(&name),
            control,
            name,
        }
    }

    fn files(&self, name: &str) -> Vec<FileShown> {
        file_ids(at(self.raw, name))
            .filter_map(|id| self.files.get(id).cloned())
            .collect()
    }
}

/// Ids of the files in the raw answer of an evidence question.
pub(super) fn file_ids(value: Option<&Value>) -> impl Iterator<Item = &str> {
    value
        .and_then(Value::as_array)
        .into_iter()
        .flatten()
        .filter_map(|file| file.get("id").and_then(Value::as_str))
}

fn option_id(name: &str, place: usize) -> String {
    match place {
        // An error's link leads to the first option.
        0 => html_id(name),
        place => format!("{}-o{place}", html_id(name)),
    }
}

fn plain(value: &str, label: &str, chosen: bool) -> OptionShown {
    OptionShown {
        id: String::new(),
        name: String::new(),
        value: value.to_owned(),
        label: label.to_owned(),
        help: None,
        chosen,
    }
}

fn text(text: Option<&casework::Text>, lang: Lang) -> Option<String> {
    text.map(|text| text.get(lang).to_owned())
}

/// What a browser may fill in: the person's own address, and nothing of the suspect's.
fn own(question: &Question) -> String {
    let own = matches!(question.role, Some(Role::Own | Role::Contact));
    match &question.kind {
        Kind::Email { .. } if own => "email",
        Kind::Phone { .. } if own => "tel",
        _ => "off",
    }
    .to_owned()
}
