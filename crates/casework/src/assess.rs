//! The desk's rules applied to answers: what is urgent, what to advise, who may file, what comes
//! first, who is competent. Rules propose with their reasons; a person decides.

use std::collections::HashSet;

use jiff::Timestamp;

use crate::{
    answers::Answers,
    competence::{Confidence, Part, Unit},
    desk::{Config, Desk, Eligibility, Orientation, Redirect, Urgent},
    expression::{Env, Expression},
    text::Text,
};

/// The first urgent rule that holds.
pub fn urgent<'d>(desk: &'d Desk, answers: &Answers, now: Timestamp) -> Option<&'d Urgent> {
    let env = answers.env(desk, now);
    desk.urgent.iter().find(|rule| rule.when.holds(&env))
}

/// The advice to give, in the order of the desk.
pub fn orientations<'d>(desk: &'d Desk, answers: &Answers, now: Timestamp) -> Vec<&'d Orientation> {
    let env = answers.env(desk, now);
    desk.orientations
        .iter()
        .filter(|rule| rule.when.holds(&env))
        .collect()
}

/// A condition that is not met.
#[derive(Clone, Copy, Debug)]
pub struct Ineligible<'d> {
    /// The rule's id.
    pub rule: &'d str,
    /// Why, for the person.
    pub reason: &'d Text,
    /// What to do instead.
    pub redirect: Option<&'d Redirect>,
}

/// The conditions that complete answers do not meet on their track.
pub fn eligibility<'d>(desk: &'d Desk, answers: &Answers, now: Timestamp) -> Vec<Ineligible<'d>> {
    failing(desk, answers, now, |_| true)
}

/// The conditions that answers in the making do not meet already: a rule waits until every question
/// it names is answered, or is not asked.
pub fn eligibility_so_far<'d>(
    desk: &'d Desk,
    answers: &Answers,
    now: Timestamp,
) -> Vec<Ineligible<'d>> {
    let waiting = waiting(desk, &answers.env(desk, now));
    let settled = |expression: &Expression| expression.questions().all(|id| !waiting.contains(id));
    failing(desk, answers, now, |rule| {
        settled(&rule.require) && rule.when.as_ref().is_none_or(settled)
    })
}

fn failing<'d>(
    desk: &'d Desk,
    answers: &Answers,
    now: Timestamp,
    ready: impl Fn(&Eligibility) -> bool,
) -> Vec<Ineligible<'d>> {
    let env = answers.env(desk, now);
    desk.eligibility
        .iter()
        .filter(|rule| rule.tracks.is_empty() || rule.tracks.contains(&answers.track()))
        .filter(|rule| ready(rule))
        .filter(|rule| rule.when.as_ref().is_none_or(|when| when.holds(&env)))
        .filter(|rule| !rule.require.holds(&env))
        .map(|rule| Ineligible {
            rule: &rule.id,
            reason: &rule.reason,
            redirect: rule.redirect.as_ref(),
        })
        .collect()
}

/// The questions asked and not answered.
fn waiting<'d>(desk: &'d Desk, env: &Env<'_>) -> HashSet<&'d str> {
    let holds = |when: &Option<Expression>| when.as_ref().is_none_or(|when| when.holds(env));
    desk.steps
        .iter()
        .filter(|step| holds(&step.when))
        .flat_map(|step| &step.questions)
        .filter(|question| holds(&question.when))
        .map(|question| question.id.as_str())
        .filter(|id| !env.answers.contains_key(*id))
        .collect()
}

/// How early a submission comes, with the published criteria that say so.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Priority<'d> {
    /// The sum of the criteria's points.
    pub points: i64,
    /// The criteria that hold, in the order of the desk.
    pub criteria: Vec<Criterion<'d>>,
}

/// A criterion that holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Criterion<'d> {
    /// The rule's id.
    pub id: &'d str,
    /// What it says.
    pub label: &'d Text,
    /// What it adds.
    pub points: i64,
}

/// The priority of a submission.
pub fn priority<'d>(desk: &'d Desk, answers: &Answers, now: Timestamp) -> Priority<'d> {
    let env = answers.env(desk, now);
    let criteria: Vec<Criterion<'d>> = desk
        .priority
        .iter()
        .filter(|rule| rule.when.holds(&env))
        .map(|rule| Criterion {
            id: &rule.id,
            label: &rule.label,
            points: rule.points,
        })
        .collect();
    let points = criteria
        .iter()
        .fold(0_i64, |sum, criterion| sum.saturating_add(criterion.points));
    Priority { points, criteria }
}

/// What routing may ask beside the answers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Derived {
    /// The points of [`priority`].
    pub priority: i64,
    /// Whether [`urgent`] found a rule.
    pub urgent: bool,
    /// How many submissions its series holds, itself included; `None` before it was matched.
    pub series: Option<i64>,
}

/// A unit proposed, and why.
#[derive(Clone, Copy, Debug)]
pub struct Proposal<'c> {
    /// The rule's id.
    pub rule: &'c str,
    /// The unit.
    pub unit: &'c Unit,
    /// What it is proposed to do.
    pub part: Part,
    /// How sure the rule is.
    pub confidence: Confidence,
    /// Why, in plain words.
    pub because: &'c Text,
    /// The text of law it rests on.
    pub article: &'c str,
    /// Whether the source of the rule is confirmed.
    pub confirmed: bool,
}

/// The units whose rules hold: those that would lead first, then who joins, assists and is told,
/// each in the order of the file. The first is the proposal; a person decides. The rules are
/// written for the current version of the desk; an answer it no longer asks for counts as not given.
pub fn route<'c>(
    config: &'c Config,
    desk: &Desk,
    answers: &Answers,
    derived: Derived,
    now: Timestamp,
) -> Vec<Proposal<'c>> {
    let mut matter = config.statements.matter(desk, answers, now);
    matter.series = derived.series;
    let matter = matter.values();
    let env = Env {
        priority: derived.priority,
        urgent: derived.urgent,
        matter: Some(&matter),
        ..answers.env(desk, now)
    };
    let holding = config.routing.holding(&desk.id, &env);
    let mut proposals: Vec<Proposal<'c>> = holding
        .into_iter()
        .filter_map(|rule| {
            Some(Proposal {
                rule: &rule.id,
                unit: config.unit(&rule.unit)?,
                part: rule.part,
                confidence: rule.confidence,
                because: &rule.because,
                article: &rule.article,
                confirmed: rule.confirmed,
            })
        })
        .collect();
    proposals.sort_by_key(|proposal| proposal.part);
    proposals
}

#[cfg(test)]
mod tests;
