//! The rules of competence, and those of them that hold.

use std::collections::BTreeMap;

use super::index::Index;
use crate::{
    expression::{Env, Expression},
    submission::{DeskId, UnitId},
    text::Text,
    words::words,
};

words! {
    /// What a unit is proposed to do.
    Part {
        /// Receive the submission, and carry the case.
        Lead = "lead",
        /// Investigate jointly with whoever leads.
        Join = "join",
        /// Give technical or local assistance; the lead stays where it is (decree 2023-1083, art. 3).
        Assist = "assist",
        /// Be told, and decide for itself (CPP D3; a prosecutor: CPP 706-72).
        Inform = "inform",
    }
}

words! {
    /// How sure a rule is that the unit is competent. A judgement of whoever wrote the rule, no measure.
    Confidence {
        /// The text names the unit, and the answers name what the text asks for.
        High = "high",
        /// The text names the unit; a person has to see whether its conditions are met.
        Medium = "medium",
        /// No confirmed source, or a practice and no text.
        Low = "low",
    }
}

/// A rule of competence.
#[derive(Clone, Debug)]
pub struct RoutingRule {
    /// Its identifier.
    pub id: Box<str>,
    /// The desk whose submissions it looks at; `None` means every desk.
    pub desk: Option<DeskId>,
    /// When it holds; `None` means always.
    pub when: Option<Expression>,
    /// The unit it proposes.
    pub unit: UnitId,
    /// What it proposes that the unit does.
    pub part: Part,
    /// How sure it is.
    pub confidence: Confidence,
    /// Why, in plain words.
    pub because: Text,
    /// The text of law it rests on.
    pub article: Box<str>,
    /// Whether the source of the rule is confirmed.
    pub confirmed: bool,
    /// Earlier rules with which it is known to hold together: they come first.
    pub yields_to: Vec<Box<str>>,
}

impl RoutingRule {
    /// Whether it holds for everything its desk receives.
    pub fn is_fallback(&self) -> bool {
        self.when.as_ref().is_none_or(Expression::is_always)
    }

    pub(crate) fn holds(&self, env: &Env<'_>) -> bool {
        self.when.as_ref().is_none_or(|when| when.holds(env))
    }
}

/// Every rule of a country, with an index for each desk.
#[derive(Clone, Debug, Default)]
pub struct Rules {
    all: Vec<RoutingRule>,
    desks: BTreeMap<DeskId, Index>,
}

impl Rules {
    pub(crate) fn new<'d>(all: Vec<RoutingRule>, desks: impl Iterator<Item = &'d DeskId>) -> Rules {
        let desks = desks
            .map(|desk| {
                let of = |rule: &&(usize, &RoutingRule)| {
                    rule.1.desk.as_ref().is_none_or(|of| of == desk)
                };
                let numbered: Vec<(usize, &RoutingRule)> = all.iter().enumerate().collect();
                let index = Index::new(numbered.iter().filter(of).copied());
                (desk.clone(), index)
            })
            .collect();
        Rules { all, desks }
    }

    /// Every rule, in the order of the file.
    pub fn iter(&self) -> std::slice::Iter<'_, RoutingRule> {
        self.all.iter()
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.all.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.all.is_empty()
    }

    /// The rules of a desk that hold, in the order of the file.
    pub(crate) fn holding(&self, desk: &DeskId, env: &Env<'_>) -> Vec<&RoutingRule> {
        let holding = self.holding_at(desk, env);
        holding.into_iter().map(|at| &self.all[at]).collect()
    }

    /// As [`Rules::holding`], by their place in the file.
    pub(super) fn holding_at(&self, desk: &DeskId, env: &Env<'_>) -> Vec<usize> {
        let candidates = self.desks.get(desk).map(|index| index.candidates(env));
        candidates
            .into_iter()
            .flatten()
            .filter(|at| self.all[*at].holds(env))
            .collect()
    }
}
