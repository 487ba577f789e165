//! A question: its settings, its role, its kind.

use std::{
    collections::{BTreeSet, HashMap},
    ops::Range,
};

use toml::{Spanned, Value};

use super::{
    super::{
        definition::{Choice, Kind, PersonField, Question, Required, Role},
        parse::{RawChoice, RawQuestion},
    },
    Checker, parsed,
    types::entry_type,
};
use crate::{expression::Ty, place::Level, submission::QuestionId};

/// Repetitions within repetitions; each level multiplies what a submission may hold.
const MAX_NESTING: usize = 3;
/// No repetition or list of files may hold more.
const MAX_ITEMS: usize = 1_000;

/// Settings of a kind, and the roles its answer may have.
fn allowed(kind: &str) -> Option<(&'static [&'static str], &'static [Role])> {
    use Role::{
        Amount, Contact, Evidence, Identity, Modus, Moment, Narrative, Observable, Own,
        Place as PlaceRole,
    };
    const VAULT: &[Role] = &[Identity];
    const TYPED: &[Role] = &[Observable, Own, Identity, Contact];
    Some(match kind {
        "text" => (
            &["max_chars"],
            &[Narrative, Observable, Modus, Own, Identity, Contact],
        ),
        "long_text" => (&["max_chars", "min_chars"], &[Narrative, Identity]),
        "choice" => (&["options"], &[Modus, Identity]),
        "choices" => (&["options", "max_items"], VAULT),
        "yes_no" | "explanation" => (&[], VAULT),
        "date" | "moment" => (&["past"], &[Moment, Identity]),
        "number" => (&["min", "max", "integer"], VAULT),
        "money" => (
            &["min_minor", "max_minor", "currencies"],
            &[Amount, Identity],
        ),
        "country" => (&[], &[PlaceRole, Identity]),
        "place" => (&["level"], &[PlaceRole, Identity]),
        "email" | "phone" | "url" | "iban" | "crypto" => (&["strict"], TYPED),
        "handle" => (&["platforms"], TYPED),
        "person" => (&["fields", "required_fields"], &[Identity, Contact]),
        "evidence" => (&["max_files"], &[Evidence]),
        "repetition" => (&["question", "min_items", "max_items", "item"], VAULT),
        _ => return None,
    })
}

const KINDS: &str = "text, long_text, choice, choices, yes_no, date, moment, number, money, \
    country, place, email, phone, url, iban, crypto, handle, person, evidence, repetition, explanation";

/// The entry of the repetition being checked.
pub(super) struct Entry<'t> {
    pub(super) ty: &'t Ty,
    pub(super) order: HashMap<Box<str>, usize>,
    depth: usize,
}

/// The settings given, with their places.
fn given(raw: &RawQuestion) -> Vec<(&'static str, Range<usize>)> {
    let mut given = Vec::new();
    macro_rules! note {
        ($($name:ident)*) => {$(
            if let Some(setting) = &raw.$name {
                given.push((stringify!($name), setting.span()));
            }
        )*};
    }
    note!(max_chars min_chars options max_items min_items past min max integer min_minor max_minor
          currencies level strict platforms fields required_fields max_files question item);
    given
}

impl Checker<'_, '_> {
    pub(super) fn question(
        &mut self,
        raw: RawQuestion,
        position: usize,
        entry: Option<&Entry<'_>>,
        inner: usize,
    ) -> Option<Question> {
        let id: Option<QuestionId> = parsed(self.source, &raw.id);
        self.settings(&raw);
        let when = self.asked_when(raw.when.as_ref(), entry, position, inner);
        if let (Some(when), None) = (&when, entry) {
            self.need(position, when);
        }
        let required = match &raw.required {
            None => Required::No,
            Some(required) => self.required(required, entry, position, inner),
        };
        let role = raw
            .is
            .as_ref()
            .and_then(|is| self.role(is, raw.kind.get_ref()));
        let describes = raw
            .describes
            .as_ref()
            .and_then(|raw_describes| self.describes(raw_describes, &raw, role));
        let (label, help) = (raw.label.clone(), raw.help.clone());
        let kind = self.kind(raw, position, entry, inner);
        let role = match &kind {
            Some(Kind::Evidence { .. }) => Some(Role::Evidence),
            _ => role,
        };
        Some(Question {
            id: id?,
            kind: kind?,
            label,
            help,
            required,
            when,
            role,
            describes,
        })
    }

    /// Refuses a setting that the kind does not take.
    fn settings(&mut self, raw: &RawQuestion) {
        let kind = raw.kind.get_ref();
        let Some((settings, _)) = allowed(kind) else {
            let mend = format!("one of {KINDS}");
            self.source.report(
                raw.kind.span().start,
                format!("no kind is called \"{kind}\""),
                mend,
            );
            return;
        };
        for (name, span) in given(raw) {
            if !settings.contains(&name) {
                let mend = if settings.is_empty() {
                    "take it away".to_owned()
                } else {
                    format!("take it away; {kind} takes {}", settings.join(", "))
                };
                self.source
                    .report(span.start, format!("{kind} has no setting `{name}`"), mend);
            }
        }
        if kind == "explanation" && raw.required.is_some() {
            self.source.report(
                raw.id.span().start,
                "an explanation is not answered",
                "take `required` away",
            );
        }
    }

    fn required(
        &mut self,
        raw: &Spanned<Value>,
        entry: Option<&Entry<'_>>,
        position: usize,
        inner: usize,
    ) -> Required {
        match raw.get_ref() {
            Value::Boolean(true) => Required::Yes,
            Value::Boolean(false) => Required::No,
            Value::String(text) => {
                let text = Spanned::new(raw.span(), text.clone());
                match self.asked_when(Some(&text), entry, position, inner) {
                    Some(expression) => Required::When(expression),
                    None => Required::No,
                }
            }
            _ => {
                self.source.report(
                    raw.span().start,
                    "`required` is neither true, false nor a condition",
                    "write required = true",
                );
                Required::No
            }
        }
    }

    fn role(&mut self, is: &Spanned<String>, kind: &str) -> Option<Role> {
        let roles = allowed(kind)?.1;
        let role = Role::from_word(is.get_ref());
        if let Some(role) = role
            && roles.contains(&role)
        {
            return Some(role);
        }
        let known: Vec<&str> = roles.iter().map(|role| role.as_str()).collect();
        self.source.report(
            is.span().start,
            format!("the answer to a {kind} cannot be \"{}\"", is.get_ref()),
            format!("one of {}", known.join(", ")),
        );
        None
    }

    fn kind(
        &mut self,
        raw: RawQuestion,
        position: usize,
        entry: Option<&Entry<'_>>,
        inner: usize,
    ) -> Option<Kind> {
        let at = raw.kind.span().start;
        let strict = raw.strict.as_ref().is_none_or(|strict| *strict.get_ref());
        let past = raw.past.as_ref().is_some_and(|past| *past.get_ref());
        Some(match raw.kind.get_ref().as_str() {
            "text" => Kind::Text {
                max_chars: self.count(raw.max_chars, 200, 10_000),
            },
            "long_text" => Kind::LongText {
                min_chars: self.count(raw.min_chars, 0, 10_000),
                max_chars: self.count(raw.max_chars, 100_000, 1_000_000),
            },
            "choice" => Kind::Choice {
                options: self.choices(raw.options, at, entry, position, inner)?,
            },
            "choices" => {
                let options = self.choices(raw.options, at, entry, position, inner)?;
                Kind::Choices {
                    max_items: self.count(raw.max_items, options.len(), options.len()),
                    options,
                }
            }
            "yes_no" => Kind::YesNo,
            "date" => Kind::Date { past },
            "moment" => Kind::Moment { past },
            "number" => {
                let (min, max) = (
                    raw.min.as_ref().map(|min| *min.get_ref()),
                    raw.max.as_ref().map(|max| *max.get_ref()),
                );
                if let (Some(min), Some(max)) = (min, max)
                    && min > max
                {
                    self.source.report(at, "min is above max", "exchange them");
                }
                Kind::Number {
                    min,
                    max,
                    integer: raw.integer.is_some_and(Spanned::into_inner),
                }
            }
            "money" => self.money(raw.min_minor, raw.max_minor, raw.currencies, at),
            "country" => Kind::Country,
            "place" => Kind::Place {
                level: match raw.level.as_ref().map(|level| level.get_ref().as_str()) {
                    None | Some("commune") => Level::Commune,
                    Some("department") => Level::Department,
                    Some(_) => {
                        let span = raw.level.as_ref().map_or(0..0, Spanned::span);
                        self.source.report(
                            span.start,
                            "no such level",
                            "write level = \"commune\" or \"department\"",
                        );
                        Level::Commune
                    }
                },
            },
            "email" => Kind::Email { strict },
            "phone" => Kind::Phone { strict },
            "url" => Kind::Url { strict },
            "iban" => Kind::Iban { strict },
            "crypto" => Kind::Crypto { strict },
            "handle" => Kind::Handle {
                platforms: self.choices(raw.platforms, at, entry, position, inner)?,
            },
            "person" => {
                let fields = match raw.fields {
                    None => PersonField::ALL.to_vec(),
                    Some(fields) => self.person_fields(fields),
                };
                let required_fields = match raw.required_fields {
                    None => Vec::new(),
                    Some(required) => {
                        let start = required.span().start;
                        let required = self.person_fields(required);
                        if required.iter().any(|field| !fields.contains(field)) {
                            self.source.report(
                                start,
                                "a required field is not among the fields",
                                "add it to `fields`",
                            );
                        }
                        required
                    }
                };
                Kind::Person {
                    fields,
                    required_fields,
                }
            }
            "evidence" => Kind::Evidence {
                max_files: self.count(raw.max_files, 20, MAX_ITEMS),
            },
            "repetition" => self.repetition(raw, position, entry)?,
            "explanation" => Kind::Explanation,
            _ => return None,
        })
    }

    fn count(&mut self, given: Option<Spanned<usize>>, default: usize, most: usize) -> usize {
        let Some(given) = given else { return default };
        if *given.get_ref() > most {
            self.source.report(
                given.span().start,
                format!("{} is too large", given.get_ref()),
                format!("at most {most}"),
            );
        }
        given.into_inner()
    }

    fn money(
        &mut self,
        min: Option<Spanned<i64>>,
        max: Option<Spanned<i64>>,
        currencies: Option<Spanned<Vec<Spanned<String>>>>,
        at: usize,
    ) -> Kind {
        let mut codes: Vec<Box<str>> = Vec::new();
        for code in currencies.iter().flat_map(|list| list.get_ref()) {
            let word = code.get_ref();
            if word.len() != 3 || !word.bytes().all(|byte| byte.is_ascii_uppercase()) {
                self.source.report(
                    code.span().start,
                    format!("\"{word}\" is no currency code"),
                    "write three capitals, as in \"EUR\"",
                );
            }
            codes.push(word.as_str().into());
        }
        if codes.is_empty() {
            codes.push("EUR".into());
        }
        let (min_minor, max_minor) = (
            min.map_or(0, Spanned::into_inner),
            max.map_or(100_000_000_000_000, Spanned::into_inner),
        );
        if min_minor > max_minor {
            self.source
                .report(at, "min_minor is above max_minor", "exchange them");
        }
        Kind::Money {
            min_minor,
            max_minor,
            currencies: codes,
        }
    }

    fn choices(
        &mut self,
        raw: Option<Spanned<Vec<RawChoice>>>,
        at: usize,
        entry: Option<&Entry<'_>>,
        position: usize,
        inner: usize,
    ) -> Option<Vec<Choice>> {
        let raw = raw.map(Spanned::into_inner).unwrap_or_default();
        if raw.is_empty() {
            self.source
                .report(at, "there is nothing to choose from", "list the options");
            return None;
        }
        let mut seen = BTreeSet::new();
        let mut choices = Vec::with_capacity(raw.len());
        for choice in raw {
            self.unique(&mut seen, &choice.id, "option");
            let when = self.asked_when(choice.when.as_ref(), entry, position, inner);
            choices.push(Choice {
                id: choice.id.into_inner().into(),
                label: choice.label,
                help: choice.help,
                when,
            });
        }
        Some(choices)
    }

    fn person_fields(&mut self, words: Spanned<Vec<Spanned<String>>>) -> Vec<PersonField> {
        let mut fields = Vec::new();
        for word in words.into_inner() {
            match PersonField::from_word(word.get_ref()) {
                Some(field) => fields.push(field),
                None => {
                    let known: Vec<&str> = PersonField::ALL.iter().map(|f| f.as_str()).collect();
                    self.source.report(
                        word.span().start,
                        format!("a person has no field \"{}\"", word.get_ref()),
                        format!("one of {}", known.join(", ")),
                    );
                }
            }
        }
        fields
    }

    fn repetition(
        &mut self,
        raw: RawQuestion,
        position: usize,
        outer: Option<&Entry<'_>>,
    ) -> Option<Kind> {
        let at = raw.kind.span().start;
        let depth = outer.map_or(1, |outer| outer.depth + 1);
        if depth > MAX_NESTING {
            self.source
                .report(at, "repetitions are nested too deep", "ask less at once");
            return None;
        }
        let questions = raw.question.map(Spanned::into_inner).unwrap_or_default();
        if questions.is_empty() {
            self.source
                .report(at, "the repetition asks nothing", "list its questions");
            return None;
        }
        let Some(item) = raw.item else {
            self.source.report(
                at,
                "what an entry is called is not said",
                "write item = { fr = \"…\", en = \"…\" }",
            );
            return None;
        };
        let mut order = HashMap::new();
        for (index, question) in questions.iter().enumerate() {
            let id: Box<str> = question.id.get_ref().as_str().into();
            if order.insert(id, index).is_some() {
                self.source.report(
                    question.id.span().start,
                    format!(
                        "two questions of the entry are called `{}`",
                        question.id.get_ref()
                    ),
                    "give each its own id",
                );
            }
        }
        let ty = entry_type("an entry", &questions);
        let entry = Entry {
            ty: &ty,
            order,
            depth,
        };
        let questions: Vec<_> = questions
            .into_iter()
            .enumerate()
            .map(|(index, question)| self.question(question, position, Some(&entry), index))
            .collect();
        let max_items = self.count(raw.max_items, 50, MAX_ITEMS);
        let min_items = self.count(raw.min_items, 0, max_items);
        Some(Kind::Repetition {
            questions: questions.into_iter().flatten().collect(),
            min_items,
            max_items,
            item: item.into_inner(),
        })
    }
}
