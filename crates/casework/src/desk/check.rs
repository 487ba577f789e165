//! From the shape of a desk's file to a desk: settings, roles, conditions and their order.

mod question;
mod retention;
mod types;

use std::{
    collections::{BTreeMap, BTreeSet, HashMap},
    ops::Range,
    sync::Arc,
};

use jiff::tz::TimeZone;
use toml::Spanned;

use super::{
    definition::{
        Desk, Eligibility, Kind, Orientation, PriorityRule, Redirect, RedirectTo, Step, Urgent,
    },
    parse::{RawDesk, RawLink, RawStep},
    position::Source,
};
use crate::{
    expression::{Expression, Options, Scope, Ty, compile},
    place::Places,
    submission::{DeskId, IdError, QuestionId, Track},
};

use question::Entry;
use types::raw_type;
pub(crate) use types::scope;

const MAX_HOURS: u32 = 24 * 366;
const MAX_DAYS: u32 = 366 * 100;
const RESERVED: [&str; 6] = ["track", "now", "item", "priority", "urgent", "matter"];

/// Checks a desk. `None` only when its identifier is unusable; every problem is in `source`.
pub(super) fn desk(source: &mut Source<'_>, raw: RawDesk, places: &Arc<Places>) -> Option<Desk> {
    if *raw.format.get_ref() != 1 {
        source.report(
            raw.format.span().start,
            "unknown format",
            "write format = 1",
        );
    }
    let id: DeskId = parsed(source, &raw.id)?;
    if *raw.version.get_ref() == 0 {
        source.report(
            raw.version.span().start,
            "version 0",
            "the first version is 1",
        );
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
        source.report(
            raw.id.span().start,
            "the desk has no track",
            "write tracks = [\"report\"]",
        );
    }

    let time_zone = raw
        .time_zone
        .map_or(TimeZone::UTC, |name| zone(source, &name));

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
        if !crate::submission::is_slug(step.id.get_ref(), '-')
            && !crate::submission::is_slug(step.id.get_ref(), '_')
        {
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

    checker.described(&steps);
    let headline = raw
        .headline
        .and_then(|headline| checker.headline(&headline, &steps));
    let unit = raw.unit.and_then(|unit| parsed(checker.source, &unit));
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
    let retention = checker.retention(raw.retention, headline.as_ref(), &steps);
    Some(Desk {
        name: raw.name.map_or_else(|| id.as_str().into(), Into::into),
        id,
        version: raw.version.into_inner(),
        title: raw.title,
        summary: raw.summary,
        tracks,
        first_deadline_hours: raw.first_deadline_hours.into_inner(),
        retention_days: raw.retention_days.into_inner(),
        time_zone,
        matched: raw.matched.unwrap_or(true),
        tells_outcomes: raw.tells_outcomes.unwrap_or(false),
        headline,
        unit,
        steps,
        urgent,
        orientations,
        eligibility,
        priority,
        retention,
        places: Arc::clone(places),
    })
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

/// The zone of this name, from the list that the program carries.
fn zone(source: &mut Source<'_>, name: &Spanned<String>) -> TimeZone {
    TimeZone::get(name.get_ref()).unwrap_or_else(|_| {
        source.report(
            name.span().start,
            format!("no time zone is called \"{}\"", name.get_ref()),
            "write a name of the IANA list, such as \"Europe/Paris\"",
        );
        TimeZone::UTC
    })
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
            self.source
                .report(id.span().start, format!("the {what} has no id"), "name it");
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
            let at = self
                .source
                .within(&when.span(), when.get_ref(), named.offset);
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

    fn headline(&mut self, headline: &Spanned<String>, steps: &[Step]) -> Option<QuestionId> {
        let question = steps
            .iter()
            .flat_map(|step| &step.questions)
            .find(|question| question.id.as_str() == headline.get_ref());
        match question {
            Some(question) if matches!(question.kind, Kind::Choice { .. }) => {
                Some(question.id.clone())
            }
            Some(_) => {
                self.source.report(
                    headline.span().start,
                    "the headline is no choice",
                    "name a choice",
                );
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
                self.source.report(
                    url.span().start,
                    "the address is not https",
                    "write https://…",
                );
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
