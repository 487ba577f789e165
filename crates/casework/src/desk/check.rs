//! From the shape of a desk's file to a desk: settings, roles, conditions and their order.

use std::{
    collections::{BTreeMap, BTreeSet, HashMap},
    ops::Range,
    sync::Arc,
};

use toml::{Spanned, Value};

use super::{
    definition::{
        Choice, Desk, Eligibility, Kind, Orientation, PersonField, PriorityRule, Question,
        Redirect, RedirectTo, Required, Role, Step, Urgent,
    },
    parse::{RawChoice, RawDesk, RawLink, RawQuestion, RawStep},
    position::Source,
};
use crate::{
    expression::{Expression, Options, Scope, Ty, compile},
    place::{Level, Places},
    submission::{DeskId, IdError, QuestionId, Track},
};

/// Repetitions within repetitions; each level multiplies what a submission may hold.
const MAX_NESTING: usize = 3;
/// No repetition or list of files may hold more.
const MAX_ITEMS: usize = 1_000;
const MAX_HOURS: u32 = 24 * 366;
const MAX_DAYS: u32 = 366 * 100;
const RESERVED: [&str; 5] = ["track", "now", "item", "priority", "urgent"];

/// Settings of a kind, and the roles its answer may have.
fn allowed(kind: &str) -> Option<(&'static [&'static str], &'static [Role])> {
    use Role::{
        Amount, Contact, Evidence, Identity, Moment, Narrative, Observable, Own, Place as PlaceRole,
    };
    const VAULT: &[Role] = &[Identity];
    const TYPED: &[Role] = &[Observable, Own, Identity, Contact];
    Some(match kind {
        "text" => (
            &["max_chars"],
            &[Narrative, Observable, Own, Identity, Contact],
        ),
        "long_text" => (&["max_chars", "min_chars"], &[Narrative, Identity]),
        "choice" => (&["options"], VAULT),
        "choices" => (&["options", "max_items"], VAULT),
        "yes_no" | "explanation" => (&[], VAULT),
        "date" | "moment" => (&["past"], &[Moment, Identity]),
        "number" => (&["min", "max", "integer"], VAULT),
        "money" => (&["min_minor", "max_minor", "currencies"], &[Amount, Identity]),
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

/// Checks a desk. `None` only when its identifier is unusable; every problem is in `source`.
pub(super) fn desk(source: &mut Source<'_>, raw: RawDesk, places: &Arc<Places>) -> Option<Desk> {
    if *raw.format.get_ref() != 1 {
        source.report(raw.format.span().start, "unknown format", "write format = 1");
    }
    let id: DeskId = parsed(source, &raw.id)?;
    if *raw.version.get_ref() == 0 {
        source.report(raw.version.span().start, "version 0", "the first version is 1");
    }
    within(source, &raw.first_deadline_hours, 1, MAX_HOURS);
    within(source, &raw.retention_days, 1, MAX_DAYS);
    let mut tracks = Vec::new();
    for word in &raw.tracks {
        if let Some(track) = parsed::<Track>(source, word) {
            if tracks.contains(&track) {
                source.report(word.span().start, "the track stands twice", "name it once");
            }
            tracks.push(track);
        }
    }
    if tracks.is_empty() && raw.tracks.is_empty() {
        source.report(raw.id.span().start, "the desk has no track", "write tracks = [\"report\"]");
    }

    let mut checker = Checker {
        source,
        scope: Scope {
            tracks: Some(Arc::new(Options {
                of: "track".into(),
                ids: tracks.iter().map(|track| track.as_str().into()).collect(),
            })),
            ..Scope::default()
        },
        tracks: &tracks,
        order: HashMap::new(),
        needs: Vec::new(),
        forward: Vec::new(),
    };
    checker.declare(&raw.step);
    let mut step_ids = BTreeSet::new();
    let mut steps = Vec::with_capacity(raw.step.len());
    let mut position = 0;
    for step in raw.step {
        checker.unique(&mut step_ids, &step.id, "step");
        if !crate::submission::is_slug(step.id.get_ref(), '-') && !crate::submission::is_slug(step.id.get_ref(), '_') {
            checker.source.report(
                step.id.span().start,
                "not a step identifier",
                "use lower-case letters, digits and hyphens",
            );
        }
        let asked = step.question.len();
        let when = checker.asked_when(step.when.as_ref(), None, position, 0);
        if let Some(when) = &when {
            for question in position..position + asked {
                checker.need(question, when);
            }
        }
        let questions = step
            .question
            .into_iter()
            .enumerate()
            .map(|(index, question)| checker.question(question, position + index, None, 0))
            .collect::<Vec<_>>();
        position += asked;
        steps.push(Step {
            id: step.id.into_inner().into(),
            title: step.title,
            intro: step.intro,
            when,
            questions: questions.into_iter().flatten().collect(),
        });
    }
    checker.report_forward();

    let headline = raw.headline.and_then(|headline| checker.headline(&headline, &steps));
    let mut urgent = Vec::new();
    let mut rule_ids = BTreeSet::new();
    for rule in raw.urgent {
        checker.unique(&mut rule_ids, &rule.id, "rule");
        if let Some(when) = checker.expression(&rule.when, None) {
            urgent.push(Urgent {
                id: rule.id.into_inner().into(),
                when,
                title: rule.title,
                text: rule.text,
                deadline_minutes: rule.deadline_minutes.unwrap_or(60),
            });
        }
    }
    let mut orientations = Vec::new();
    let mut rule_ids = BTreeSet::new();
    for rule in raw.orientation {
        checker.unique(&mut rule_ids, &rule.id, "rule");
        if let Some(when) = checker.expression(&rule.when, None) {
            orientations.push(Orientation {
                id: rule.id.into_inner().into(),
                when,
                text: rule.text,
                link: rule.link.and_then(|link| {
                    let span = link.span();
                    checker.destination(&link.into_inner(), span)
                }),
            });
        }
    }
    let mut eligibility = Vec::new();
    let mut rule_ids = BTreeSet::new();
    for rule in raw.eligibility {
        checker.unique(&mut rule_ids, &rule.id, "rule");
        let mut on = BTreeSet::new();
        for word in rule.tracks.iter().flatten() {
            on.extend(checker.track(word));
        }
        let when = rule.when.and_then(|when| checker.expression(&when, None));
        if let Some(require) = checker.expression(&rule.require, None) {
            eligibility.push(Eligibility {
                id: rule.id.into_inner().into(),
                tracks: on,
                when,
                require,
                reason: rule.reason,
                redirect: rule.redirect.and_then(|link| checker.redirect(link)),
            });
        }
    }
    let mut priority = Vec::new();
    let mut rule_ids = BTreeSet::new();
    for rule in raw.priority {
        checker.unique(&mut rule_ids, &rule.id, "rule");
        if let Some(when) = checker.expression(&rule.when, None) {
            priority.push(PriorityRule {
                id: rule.id.into_inner().into(),
                when,
                points: rule.points,
                label: rule.label,
            });
        }
    }
    Some(Desk {
        id,
        version: raw.version.into_inner(),
        title: raw.title,
        summary: raw.summary,
        tracks,
        first_deadline_hours: raw.first_deadline_hours.into_inner(),
        retention_days: raw.retention_days.into_inner(),
        headline,
        steps,
        urgent,
        orientations,
        eligibility,
        priority,
        places: Arc::clone(places),
    })
}

/// What the desk's expressions may name.
pub(super) fn scope(desk: &Desk) -> Scope {
    Scope {
        answers: desk
            .questions()
            .filter_map(|question| Some((question.id.as_str().into(), type_of(question)?)))
            .collect(),
        item: None,
        tracks: Some(Arc::new(Options {
            of: "track".into(),
            ids: desk.tracks.iter().map(|track| track.as_str().into()).collect(),
        })),
        derived: false,
    }
}

/// Parses an identifier, or reports it.
pub(super) fn parsed<T: std::str::FromStr<Err = IdError>>(
    source: &mut Source<'_>,
    word: &Spanned<String>,
) -> Option<T> {
    match word.get_ref().parse() {
        Ok(id) => Some(id),
        Err(IdError { kind, expected }) => {
            source.report(
                word.span().start,
                format!("\"{}\" is no {kind}", word.get_ref()),
                format!("use {expected}"),
            );
            None
        }
    }
}

fn within(source: &mut Source<'_>, value: &Spanned<u32>, least: u32, most: u32) {
    if !(least..=most).contains(value.get_ref()) {
        source.report(
            value.span().start,
            format!("{} is out of bounds", value.get_ref()),
            format!("write a number from {least} to {most}"),
        );
    }
}

struct Checker<'c, 'a> {
    source: &'c mut Source<'a>,
    scope: Scope,
    tracks: &'c [Track],
    /// Where each top-level question stands.
    order: HashMap<Box<str>, usize>,
    /// For each top-level question, those its being asked depends on.
    needs: Vec<BTreeSet<usize>>,
    /// Names of questions that come later: (who names, who is named, place in the file).
    forward: Vec<(usize, usize, usize)>,
}

impl Checker<'_, '_> {
    /// Makes every question known before any condition is read.
    fn declare(&mut self, steps: &[RawStep]) {
        let questions = steps.iter().flat_map(|step| &step.question);
        for (position, question) in questions.enumerate() {
            let id = question.id.get_ref().as_str();
            self.needs.push(BTreeSet::new());
            if RESERVED.contains(&id) {
                self.source.report(
                    question.id.span().start,
                    format!("`{id}` has a meaning of its own in conditions"),
                    "call the question otherwise",
                );
            }
            if self.order.insert(id.into(), position).is_some() {
                self.source.report(
                    question.id.span().start,
                    format!("two questions are called `{id}`"),
                    "give each its own id",
                );
            }
            if let Some(ty) = raw_type(question) {
                self.scope.answers.insert(id.into(), ty);
            }
        }
    }

    fn unique(&mut self, seen: &mut BTreeSet<String>, id: &Spanned<String>, what: &str) {
        if id.get_ref().trim().is_empty() {
            self.source.report(id.span().start, format!("the {what} has no id"), "name it");
        } else if !seen.insert(id.get_ref().clone()) {
            self.source.report(
                id.span().start,
                format!("two {what}s are called `{}`", id.get_ref()),
                "give each its own id",
            );
        }
    }

    fn expression(&mut self, text: &Spanned<String>, item: Option<&Ty>) -> Option<Expression> {
        self.scope.item = item.cloned();
        match compile(text.get_ref(), &self.scope) {
            Ok(expression) => Some(expression),
            Err(refusal) => {
                self.source.refuse(&text.span(), text.get_ref(), refusal);
                None
            }
        }
    }

    /// A condition under which something is asked or required: it may name only what was asked
    /// before, so that one pass in order decides everything.
    fn asked_when(
        &mut self,
        when: Option<&Spanned<String>>,
        item: Option<&Entry<'_>>,
        position: usize,
        inner: usize,
    ) -> Option<Expression> {
        let when = when?;
        let expression = self.expression(when, item.map(|entry| entry.ty))?;
        for named in expression.names() {
            let at = self.source.within(&when.span(), when.get_ref(), named.offset);
            if named.of_item {
                let of = item.and_then(|entry| entry.order.get(&named.id));
                if of.is_some_and(|of| *of >= inner) {
                    self.source.report(
                        at,
                        format!("`item.{}` is asked later in the entry", named.id),
                        format!("move `{}` above this question", named.id),
                    );
                }
            } else if let Some(of) = self.order.get(&named.id).copied()
                && of >= position
            {
                self.forward.push((position, of, at));
            }
        }
        if item.is_some() {
            self.need(position, &expression);
        }
        Some(expression)
    }

    fn need(&mut self, position: usize, when: &Expression) {
        for id in when.questions() {
            if let Some(of) = self.order.get(id) {
                self.needs[position].insert(*of);
            }
        }
    }

    /// Tells a cycle from a question that merely comes later.
    fn report_forward(&mut self) {
        for (who, named, at) in std::mem::take(&mut self.forward) {
            let name = |position: usize| {
                self.order
                    .iter()
                    .find(|(_, of)| **of == position)
                    .map_or("?", |(id, _)| id)
                    .to_owned()
            };
            let path = self.path(named, who);
            if path.is_empty() {
                let named = name(named);
                self.source.report(
                    at,
                    format!("`{named}` is asked later"),
                    format!("move `{named}` above, or this below it"),
                );
            } else {
                let mut cycle: Vec<String> = vec![name(who)];
                cycle.extend(path.iter().map(|position| name(*position)));
                self.source.report(
                    at,
                    format!("the conditions turn in a circle: {}", cycle.join(" → ")),
                    "let one of them not depend on the next",
                );
            }
        }
    }

    /// The questions on a way of needs from one to the other, both included; empty when none.
    fn path(&self, from: usize, to: usize) -> Vec<usize> {
        let mut came_from: BTreeMap<usize, usize> = BTreeMap::from([(from, from)]);
        let mut next = vec![from];
        while let Some(at) = next.pop() {
            if at == to {
                let mut path = vec![at];
                let mut step = at;
                while step != from {
                    step = came_from[&step];
                    path.push(step);
                }
                path.reverse();
                return path;
            }
            for of in self.needs.get(at).into_iter().flatten() {
                if !came_from.contains_key(of) {
                    came_from.insert(*of, at);
                    next.push(*of);
                }
            }
        }
        Vec::new()
    }

    fn question(
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
        let role = raw.is.as_ref().and_then(|is| self.role(is, raw.kind.get_ref()));
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
        })
    }

    /// Refuses a setting that the kind does not take.
    fn settings(&mut self, raw: &RawQuestion) {
        let kind = raw.kind.get_ref();
        let Some((settings, _)) = allowed(kind) else {
            let mend = format!("one of {KINDS}");
            self.source.report(raw.kind.span().start, format!("no kind is called \"{kind}\""), mend);
            return;
        };
        for (name, span) in given(raw) {
            if !settings.contains(&name) {
                let mend = if settings.is_empty() {
                    "take it away".to_owned()
                } else {
                    format!("take it away; {kind} takes {}", settings.join(", "))
                };
                self.source.report(span.start, format!("{kind} has no setting `{name}`"), mend);
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
                Kind::Person { fields, required_fields }
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
            self.source.report(at, "min_minor is above max_minor", "exchange them");
        }
        Kind::Money { min_minor, max_minor, currencies: codes }
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
            self.source.report(at, "there is nothing to choose from", "list the options");
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

    fn repetition(&mut self, raw: RawQuestion, position: usize, outer: Option<&Entry<'_>>) -> Option<Kind> {
        let at = raw.kind.span().start;
        let depth = outer.map_or(1, |outer| outer.depth + 1);
        if depth > MAX_NESTING {
            self.source.report(at, "repetitions are nested too deep", "ask less at once");
            return None;
        }
        let questions = raw.question.map(Spanned::into_inner).unwrap_or_default();
        if questions.is_empty() {
            self.source.report(at, "the repetition asks nothing", "list its questions");
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
                    format!("two questions of the entry are called `{}`", question.id.get_ref()),
                    "give each its own id",
                );
            }
        }
        let ty = entry_type("an entry", &questions);
        let entry = Entry { ty: &ty, order, depth };
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

    fn headline(&mut self, headline: &Spanned<String>, steps: &[Step]) -> Option<QuestionId> {
        let question = steps
            .iter()
            .flat_map(|step| &step.questions)
            .find(|question| question.id.as_str() == headline.get_ref());
        match question {
            Some(question) if matches!(question.kind, Kind::Choice { .. }) => Some(question.id.clone()),
            Some(_) => {
                self.source.report(headline.span().start, "the headline is no choice", "name a choice");
                None
            }
            None => {
                self.source.report(
                    headline.span().start,
                    format!("no question is called `{}`", headline.get_ref()),
                    "name a choice of this desk",
                );
                None
            }
        }
    }

    fn track(&mut self, word: &Spanned<String>) -> Option<Track> {
        let track: Track = parsed(self.source, word)?;
        if !self.tracks.contains(&track) {
            self.source.report(
                word.span().start,
                format!("this desk has no track \"{track}\""),
                "add it to `tracks`, or name another",
            );
        }
        Some(track)
    }

    fn destination(&mut self, link: &RawLink, span: Range<usize>) -> Option<RedirectTo> {
        let given = [
            link.track.as_ref(),
            link.desk.as_ref(),
            link.url.as_ref(),
            link.phone.as_ref(),
        ];
        if given.iter().flatten().count() != 1 {
            self.source.report(
                span.start,
                "a link leads to exactly one place",
                "give one of track, desk, url, phone",
            );
            return None;
        }
        if let Some(word) = &link.track {
            return self.track(word).map(RedirectTo::Track);
        }
        if let Some(word) = &link.desk {
            return parsed(self.source, word).map(RedirectTo::Desk);
        }
        if let Some(url) = &link.url {
            if !url.get_ref().starts_with("https://") {
                self.source.report(url.span().start, "the address is not https", "write https://…");
            }
            return Some(RedirectTo::Url(url.get_ref().as_str().into()));
        }
        let phone = link.phone.as_ref()?;
        Some(RedirectTo::Phone(phone.get_ref().as_str().into()))
    }

    fn redirect(&mut self, link: Spanned<RawLink>) -> Option<Redirect> {
        let span = link.span();
        let to = self.destination(link.get_ref(), span.clone());
        let Some(label) = link.into_inner().label else {
            self.source.report(
                span.start,
                "the redirect has no label",
                "write label = { fr = \"…\", en = \"…\" }",
            );
            return None;
        };
        Some(Redirect { label, to: to? })
    }
}

/// The entry of the repetition being checked.
struct Entry<'t> {
    ty: &'t Ty,
    order: HashMap<Box<str>, usize>,
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

/// The type of a question not yet checked, as far as its settings are right.
fn raw_type(raw: &RawQuestion) -> Option<Ty> {
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
        "number" => number(raw.integer.as_ref().is_some_and(|integer| *integer.get_ref())),
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
            Ty::list(entry_type(&format!("an entry of {id}"), questions.unwrap_or_default()))
        }
        kind => plain(kind)?,
    })
}

fn entry_type(what: &str, questions: &[RawQuestion]) -> Ty {
    Ty::map(
        what,
        questions.iter().filter_map(|question| {
            Some((question.id.get_ref().as_str(), raw_type(question)?))
        }),
    )
}

/// The type of a checked question; `None` for an explanation.
fn type_of(question: &Question) -> Option<Ty> {
    let ids = |choices: &[Choice]| choices.iter().map(|choice| choice.id.clone()).collect();
    let id = question.id.as_str();
    Some(match &question.kind {
        Kind::Choice { options: choices } => options(id, ids(choices)),
        Kind::Choices { options: choices, .. } => Ty::list(options(id, ids(choices))),
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
        "text" | "long_text" | "country" | "email" | "phone" | "url" | "iban" | "crypto" => Ty::STRING,
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
    Ty::map("money", [("minor", Ty::Int), ("currency", options("currency", codes))])
}

fn handle(id: &str, platforms: Vec<Box<str>>) -> Ty {
    Ty::map("handle", [("platform", options(id, platforms)), ("handle", Ty::STRING)])
}

fn person(fields: Vec<PersonField>) -> Ty {
    Ty::map(
        "person",
        fields.into_iter().map(|field| {
            let ty = if field == PersonField::BirthDate { Ty::Time } else { Ty::STRING };
            (field.as_str(), ty)
        }),
    )
}
