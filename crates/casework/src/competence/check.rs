//! Holes, overlaps and dead rules, each with an example that a person could file.
//!
//! Rules are tried on samples of answers that their conditions tell apart. What is found is
//! certain, since each finding has its example; what is not found is certain only where
//! [`Findings::complete`] says that every sample was looked at, and then up to the samples: of free text,
//! dates and repetitions only a few are taken.

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt,
};

use jiff::Timestamp;
use serde_json::{Map, Value};

use super::{
    Matter, Part, RoutingRule,
    samples::{Sample, Walk},
};
use crate::{
    desk::{Config, Desk},
    expression::Env,
    submission::DeskId,
};

/// What the rules of competence of a country do not say, say twice, or say in vain.
#[derive(Clone, Debug, Default)]
pub struct Findings {
    /// How many samples were looked at.
    pub looked_at: usize,
    /// Whether every sample was; false when the limit was reached.
    pub complete: bool,
    /// What nobody is proposed to lead.
    pub holes: Vec<Hole>,
    /// What two rules propose different units to lead, none of which yields to the other.
    pub overlaps: Vec<Overlap>,
    /// Rules that change nothing.
    pub dead: Vec<Dead>,
}

impl Findings {
    /// Whether nothing was found.
    pub fn is_clean(&self) -> bool {
        self.holes.is_empty() && self.overlaps.is_empty() && self.dead.is_empty()
    }
}

/// Answers for which nobody is proposed to lead.
#[derive(Clone, Debug)]
pub struct Hole {
    /// One of them.
    pub example: Example,
    /// How many samples of this headline are like it.
    pub samples: usize,
}

/// Answers for which two rules propose different units to lead.
#[derive(Clone, Debug)]
pub struct Overlap {
    /// The rule that comes first.
    pub first: Box<str>,
    /// The rule that holds as well.
    pub second: Box<str>,
    /// An answer for which both hold.
    pub example: Example,
    /// For how many samples both hold.
    pub samples: usize,
}

/// A rule that changes nothing.
#[derive(Clone, Debug)]
pub struct Dead {
    /// The rule.
    pub rule: Box<str>,
    /// Why.
    pub why: Futility,
    /// What comes nearest; `None` when no desk is open for the rule.
    pub example: Option<Example>,
}

/// Why a rule changes nothing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Futility {
    /// It holds for no sample. Of its conditions joined by `&&`, `holding` of `all` hold at once at most.
    Never {
        /// How many hold for the example.
        holding: usize,
        /// How many there are.
        all: usize,
    },
    /// Whenever it holds, this earlier rule proposes the same unit for the same part.
    Repeats(Box<str>),
}

/// What a person could file.
#[derive(Clone, Debug, PartialEq)]
pub struct Example {
    /// The desk.
    pub desk: DeskId,
    /// The answers that matter to the rules, as `question = answer`.
    pub answers: Vec<(String, String)>,
    /// What they are about.
    pub matter: Matter,
}

impl Example {
    fn new(desk: &Desk, sample: &Sample) -> Example {
        let track = sample.answers.track().as_str().to_owned();
        let answers = sample.answers.values().iter();
        Example {
            desk: desk.id.clone(),
            answers: std::iter::once(("track".to_owned(), track))
                .chain(answers.map(|(id, value)| (id.clone(), shown(value))))
                .collect(),
            matter: sample.matter.clone(),
        }
    }
}

/// An answer in one line, as short as it can be told from another.
fn shown(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Object(parts) => match parts.get("department") {
            Some(Value::String(department)) => department.clone(),
            _ => value.to_string(),
        },
        value => value.to_string(),
    }
}

impl fmt::Display for Example {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.desk)?;
        for (index, (id, value)) in self.answers.iter().enumerate() {
            let sign = if index == 0 { ':' } else { ',' };
            write!(f, "{sign} {id} = {value}")?;
        }
        let numbers = [
            ("age", self.matter.age),
            ("amount", self.matter.amount),
            ("series", self.matter.series),
        ];
        for (name, number) in numbers {
            if let Some(number) = number {
                write!(f, ", matter.{name} = {number}")?;
            }
        }
        Ok(())
    }
}

/// Tries the rules of every desk on at most `limit` samples each.
pub fn check(config: &Config, now: Timestamp, limit: usize) -> Findings {
    check_while(config, now, limit, |_| true)
}

/// The same, one desk after the other for as long as `go_on` says so of how many samples were looked at.
pub fn check_while(
    config: &Config,
    now: Timestamp,
    limit: usize,
    mut go_on: impl FnMut(usize) -> bool,
) -> Findings {
    let mut checking = Checking {
        rules: config.routing.iter().collect(),
        holding: BTreeMap::new(),
        nearest: BTreeMap::new(),
        holes: BTreeMap::new(),
        overlaps: BTreeMap::new(),
    };
    let (mut looked_at, mut complete) = (0, true);
    for desk in config.desks() {
        if !go_on(looked_at) {
            complete = false;
            break;
        }
        let mut walk = Walk::new(desk, &config.statements, &config.routing, now, limit);
        complete &= walk.each(&mut |sample| checking.look(config, desk, sample, now));
        looked_at += walk.looked_at;
    }
    let nowhere = checking.rules.len() - checking.holding.len();
    for desk in config.desks() {
        if nowhere == 0 || !go_on(looked_at) {
            break;
        }
        let limit = limit.min(MOST_TRIES / nowhere + 1);
        let mut walk = Walk::new(desk, &config.statements, &config.routing, now, limit);
        walk.each(&mut |sample| checking.come_near(desk, sample, now));
    }
    checking.findings(looked_at, complete)
}

/// So often a rule that holds nowhere is tried on a sample of a desk, all such rules together, to find what comes nearest: an
/// example, for which any near one will do.
const MOST_TRIES: usize = 2_000_000;

struct Checking<'c> {
    rules: Vec<&'c RoutingRule>,
    /// For each rule that holds somewhere: where first, and the earlier rules that say the same wherever it holds.
    holding: BTreeMap<usize, (Example, BTreeSet<usize>)>,
    /// For each rule that holds nowhere: where most of its conditions hold.
    nearest: BTreeMap<usize, (usize, usize, Example)>,
    holes: BTreeMap<(DeskId, String), Hole>,
    overlaps: BTreeMap<(usize, usize), (Example, usize)>,
}

/// What conditions see of a sample.
fn env<'s>(
    desk: &'s Desk,
    sample: &'s Sample,
    matter: &'s Map<String, Value>,
    now: Timestamp,
) -> Env<'s> {
    Env {
        priority: sample.priority,
        urgent: sample.urgent,
        matter: Some(matter),
        ..sample.answers.env(desk, now)
    }
}

impl Checking<'_> {
    fn look(&mut self, config: &Config, desk: &Desk, sample: &Sample, now: Timestamp) {
        let matter = sample.matter.values();
        let env = env(desk, sample, &matter, now);
        let holding = config.routing.holding_at(&desk.id, &env);
        self.lead(desk, sample, &holding);
        for (index, at) in holding.iter().enumerate() {
            let same = |earlier: &&usize| {
                let (a, b) = (self.rules[**earlier], self.rules[*at]);
                a.unit == b.unit && a.part == b.part
            };
            let same: BTreeSet<usize> = holding[..index].iter().filter(same).copied().collect();
            self.holding
                .entry(*at)
                .and_modify(|(_, always)| always.retain(|earlier| same.contains(earlier)))
                .or_insert_with(|| (Example::new(desk, sample), same));
        }
    }

    /// Who would lead: nobody, one, or several that no rule puts in order.
    fn lead(&mut self, desk: &Desk, sample: &Sample, holding: &[usize]) {
        let leads: Vec<usize> = holding
            .iter()
            .copied()
            .filter(|at| self.rules[*at].part == Part::Lead)
            .collect();
        if leads.is_empty() {
            let values = sample.answers.values();
            let headline = desk
                .headline
                .as_ref()
                .and_then(|id| values.get(id.as_str()));
            let key = (desk.id.clone(), headline.map(shown).unwrap_or_default());
            let hole = self.holes.entry(key).or_insert_with(|| Hole {
                example: Example::new(desk, sample),
                samples: 0,
            });
            hole.samples += 1;
        }
        for (index, first) in leads.iter().enumerate() {
            for second in &leads[index + 1..] {
                let (a, b) = (self.rules[*first], self.rules[*second]);
                let settled = b.is_fallback() || b.yields_to.contains(&a.id);
                if a.unit != b.unit && !settled {
                    self.overlaps
                        .entry((*first, *second))
                        .or_insert_with(|| (Example::new(desk, sample), 0))
                        .1 += 1;
                }
            }
        }
    }

    fn come_near(&mut self, desk: &Desk, sample: &Sample, now: Timestamp) {
        let matter = sample.matter.values();
        let env = env(desk, sample, &matter, now);
        for (at, rule) in self.rules.iter().enumerate() {
            let of_desk = rule.desk.as_ref().is_none_or(|of| *of == desk.id);
            if !of_desk || self.holding.contains_key(&at) {
                continue;
            }
            let Some(when) = &rule.when else { continue };
            let (holding, all) = when.parts_holding(&env);
            let nearest = self.nearest.get(&at);
            if nearest.is_none_or(|(known, ..)| *known < holding) {
                self.nearest
                    .insert(at, (holding, all, Example::new(desk, sample)));
            }
        }
    }

    fn findings(mut self, looked_at: usize, complete: bool) -> Findings {
        let mut dead = Vec::new();
        for (at, rule) in self.rules.iter().enumerate() {
            let (why, example) = match self.holding.remove(&at) {
                None => match self.nearest.remove(&at) {
                    Some((holding, all, example)) => {
                        (Futility::Never { holding, all }, Some(example))
                    }
                    None => (Futility::Never { holding: 0, all: 0 }, None),
                },
                Some((example, always)) => match always.first() {
                    // A fallback is there for what comes later, not for what is covered today.
                    Some(earlier) if !rule.is_fallback() => {
                        let earlier = self.rules[*earlier].id.clone();
                        (Futility::Repeats(earlier), Some(example))
                    }
                    _ => continue,
                },
            };
            dead.push(Dead {
                rule: rule.id.clone(),
                why,
                example,
            });
        }
        let overlaps = self.overlaps.into_iter();
        Findings {
            looked_at,
            complete,
            holes: self.holes.into_values().collect(),
            overlaps: overlaps
                .map(|((first, second), (example, samples))| Overlap {
                    first: self.rules[first].id.clone(),
                    second: self.rules[second].id.clone(),
                    example,
                    samples,
                })
                .collect(),
            dead,
        }
    }
}
