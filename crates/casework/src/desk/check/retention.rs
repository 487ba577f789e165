//! Rules of retention, and what an answer that is kept apart says of a person all the same.

use std::{
    collections::{BTreeMap, BTreeSet},
    ops::Range,
    sync::Arc,
};

use toml::{Spanned, Value};

use super::{
    super::{
        definition::{Kind, Role, Step},
        parse::{RawQuestion, RawRetention},
    },
    Checker,
};
use crate::{
    description::{Describes, Who},
    expression::{Expression, Options, Scope, Ty, compile},
    retention::{Does, From, Keep, Rule},
    submission::{Closing, QuestionId},
};

/// The states a condition may name: a closed submission has its outcome apart.
const STATES: [&str; 6] = [
    "received",
    "queued",
    "quarantined",
    "assigned",
    "closed",
    "withdrawn",
];

impl Checker<'_, '_> {
    pub(super) fn retention(
        &mut self,
        raw: Vec<RawRetention>,
        headline: Option<&QuestionId>,
        steps: &[Step],
    ) -> Vec<Rule> {
        let scope = self.scope_of_retention(headline, steps);
        let mut ids = BTreeSet::new();
        raw.into_iter()
            .filter_map(|raw| {
                self.unique(&mut ids, &raw.id, "rule");
                self.rule(raw, &scope)
            })
            .collect()
    }

    fn rule(&mut self, raw: RawRetention, scope: &Scope) -> Option<Rule> {
        let when = match &raw.when {
            Some(when) => Some(self.standing(when, scope)?),
            None => None,
        };
        let keep = raw.keep.get_ref().parse::<Keep>().map_err(|wrong| {
            self.source.report(
                raw.keep.span().start,
                format!("\"{}\" is {wrong}", raw.keep.get_ref()),
                "write keep = \"P2Y\"",
            );
        });
        let from = self.word(&raw.from, From::ALL, From::as_str);
        let does = self.word(&raw.does, Does::ALL, Does::as_str);
        Some(Rule {
            id: raw.id.into_inner().into(),
            when,
            keep: keep.ok()?,
            from: from?,
            does: does?,
            because: raw.because,
            article: raw.article.into(),
            confirmed: raw.confirmed.unwrap_or(true),
        })
    }

    /// A condition on where a submission stands. What it says may not change while nothing happens: a time of its own
    /// is what `keep` is for.
    fn standing(&mut self, when: &Spanned<String>, scope: &Scope) -> Option<Expression> {
        let compiled = compile(when.get_ref(), scope);
        let compiled = compiled
            .map_err(|refusal| self.source.refuse(&when.span(), when.get_ref(), refusal))
            .ok()?;
        if compiled.tells_time() {
            self.source.report(
                when.span().start,
                "the condition looks at now, age or days_since",
                "compare dates with timestamp(\"…\"), and write the time in `keep`",
            );
            return None;
        }
        Some(compiled)
    }

    fn scope_of_retention(&self, headline: Option<&QuestionId>, steps: &[Step]) -> Scope {
        let words = |of: &str, ids: Vec<Box<str>>| {
            let of = of.into();
            Ty::Str(Some(Arc::new(Options { of, ids })))
        };
        let kinds = headline.and_then(|headline| {
            let mut questions = steps.iter().flat_map(|step| &step.questions);
            let question = questions.find(|question| question.id == *headline)?;
            match &question.kind {
                Kind::Choice { options } => {
                    Some(options.iter().map(|option| option.id.clone()).collect())
                }
                _ => None,
            }
        });
        let outcomes = Closing::ALL.map(|closing| closing.as_str().into()).to_vec();
        let states = STATES.map(Into::into).to_vec();
        let mut answers = BTreeMap::from([
            ("state".into(), words("state", states)),
            ("outcome".into(), words("outcome", outcomes)),
            ("received".into(), Ty::Time),
            ("closed".into(), Ty::Time),
            ("last_act".into(), Ty::Time),
        ]);
        if let Some(kinds) = kinds {
            answers.insert("kind".into(), words("kind", kinds));
        }
        Scope {
            answers,
            tracks: self.scope.tracks.clone(),
            ..Scope::default()
        }
    }

    fn word<T: Copy>(
        &mut self,
        raw: &Spanned<String>,
        all: &[T],
        name: impl Fn(T) -> &'static str,
    ) -> Option<T> {
        let found = all.iter().copied().find(|one| name(*one) == raw.get_ref());
        if found.is_none() {
            let known: Vec<&str> = all.iter().map(|one| name(*one)).collect();
            self.source.report(
                raw.span().start,
                format!("\"{}\" is not known here", raw.get_ref()),
                format!("one of {}", known.join(", ")),
            );
        }
        found
    }

    /// What an answer says of a person.
    pub(super) fn describes(
        &mut self,
        describes: &Spanned<Value>,
        raw: &RawQuestion,
        role: Option<Role>,
    ) -> Option<Describes> {
        let at = describes.span().start;
        let identity = role == Some(Role::Identity);
        match (describes.get_ref(), raw.kind.get_ref().as_str()) {
            (Value::String(person), "choice") if identity => {
                Some(Describes::Of(person.as_str().into()))
            }
            (Value::String(who), "person") if identity => {
                Some(Describes::Person(vec![(self.who(who, at)?, None)]))
            }
            (Value::Array(roles), "person") if identity => {
                let span = describes.span();
                let roles = roles.iter().map(|role| self.described_as(role, &span));
                Some(Describes::Person(roles.collect::<Option<_>>()?))
            }
            _ => {
                self.source.report(
                    at,
                    "this answer describes nobody",
                    "write `describes` at a person or a choice with is = \"identity\"",
                );
                None
            }
        }
    }

    /// `{ who = "…", when = '…' }`
    fn described_as(
        &mut self,
        role: &Value,
        span: &Range<usize>,
    ) -> Option<(Who, Option<Expression>)> {
        let field = |name: &str| role.get(name).and_then(Value::as_str);
        let who = self.who(field("who").unwrap_or_default(), span.start)?;
        match field("when") {
            None => Some((who, None)),
            Some(when) => {
                let when = Spanned::new(span.clone(), when.to_owned());
                Some((who, Some(self.expression(&when, None)?)))
            }
        }
    }

    fn who(&mut self, word: &str, at: usize) -> Option<Who> {
        let who = Who::from_word(word);
        if who.is_none() {
            let known: Vec<&str> = Who::ALL.iter().map(|who| who.as_str()).collect();
            self.source.report(
                at,
                format!("nobody is \"{word}\""),
                format!("one of {}", known.join(", ")),
            );
        }
        who
    }

    /// Each choice that describes names a question for a person who is described.
    pub(super) fn described(&mut self, steps: &[Step]) {
        let questions = || steps.iter().flat_map(|step| &step.questions);
        let persons: BTreeSet<&str> = questions()
            .filter(|question| matches!(question.describes, Some(Describes::Person(_))))
            .map(|question| question.id.as_str())
            .collect();
        for question in questions() {
            if let Some(Describes::Of(person)) = &question.describes
                && !persons.contains(&**person)
            {
                let (at, what) = (
                    self.source.content.find(person.as_ref()).unwrap_or(0),
                    format!(
                        "`{}` describes `{person}`, which describes nobody",
                        question.id
                    ),
                );
                self.source
                    .report(at, what, "name a person with `describes`");
            }
        }
    }
}
