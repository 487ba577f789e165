//! What a desk's rules of retention leave open, say twice or say in vain.
//!
//! A condition looks at words of which there are few, and at dates that it compares with dates it names. So every
//! state, outcome, kind and track is tried, with dates on both sides of each that is named.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;

use super::{Does, Facts, From, Rule, Rules, env, values};
use crate::{
    desk::{Desk, Kind},
    submission::State,
};

/// See the module.
#[derive(Clone, Debug, Default)]
pub struct Findings {
    /// Submissions that no rule ever erases whole.
    pub holes: Vec<Hole>,
    /// Rules that do the same to the same submissions after different times.
    pub overlaps: Vec<Overlap>,
    /// Rules that never count.
    pub dead: Vec<Dead>,
}

impl Findings {
    /// Whether nothing was found.
    pub fn is_clean(&self) -> bool {
        self.holes.is_empty() && self.overlaps.is_empty() && self.dead.is_empty()
    }
}

/// Submissions that no rule ever erases whole.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hole {
    /// One of them, in words.
    pub example: String,
    /// How many of the samples are like it.
    pub samples: usize,
    /// Whether a rule would, were it ever closed.
    pub while_open: bool,
}

/// Two rules that do the same to the same submissions after different times: the first counts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Overlap {
    /// The one that counts.
    pub first: String,
    /// The one that does not.
    pub second: String,
    /// A submission of which both say so.
    pub example: String,
}

/// A rule that never counts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Dead {
    /// Its id.
    pub rule: String,
    /// Whether it applies where another counts before it; else it never applies.
    pub behind: Option<String>,
}

/// Tries the rules of a desk on every kind of submission there is.
pub fn check(desk: &Desk) -> Findings {
    let rules = Rules::of(desk);
    let mut counting = BTreeSet::new();
    let mut behind: BTreeMap<&str, &str> = BTreeMap::new();
    let mut overlaps: BTreeMap<(&str, &str), String> = BTreeMap::new();
    let mut holes: BTreeMap<bool, Hole> = BTreeMap::new();
    for sample in samples(desk, &rules) {
        let applies = applying(&rules, &sample.facts());
        for does in Does::ALL {
            let mut same = applies.iter().filter(|rule| rule.does == *does);
            let Some(first) = same.next() else { continue };
            counting.insert(&*first.id);
            for second in same {
                behind.entry(&second.id).or_insert(&first.id);
                // A rule for all that stands behind is what the others are exceptions of.
                if second.when.is_some() && !alike(first, second) {
                    let pair = (&*first.id, &*second.id);
                    overlaps.entry(pair).or_insert_with(|| sample.to_string());
                }
            }
        }
        let ends = |rule: &&&Rule| rule.does == Does::EraseAll;
        let runs = |rule: &&Rule| rule.from != From::Closed || sample.state.is_final();
        let counts = applies.iter().find(ends);
        if !counts.is_some_and(runs) {
            let while_open = counts.is_some();
            let hole = holes.entry(while_open).or_insert_with(|| Hole {
                example: sample.to_string(),
                samples: 0,
                while_open,
            });
            hole.samples += 1;
        }
    }
    let never = rules
        .rules
        .iter()
        .filter(|rule| !counting.contains(&*rule.id));
    Findings {
        dead: never
            .map(|rule| Dead {
                rule: rule.id.to_string(),
                behind: behind.get(&*rule.id).map(|id| (*id).to_owned()),
            })
            .collect(),
        holes: holes.into_values().collect(),
        overlaps: overlaps
            .into_iter()
            .map(|((first, second), example)| Overlap {
                first: first.to_owned(),
                second: second.to_owned(),
                example,
            })
            .collect(),
    }
}

fn alike(a: &Rule, b: &Rule) -> bool {
    a.from == b.from && a.keep.to_string() == b.keep.to_string()
}

/// The rules that apply, in order.
fn applying<'r>(rules: &'r Rules, facts: &Facts<'_>) -> Vec<&'r Rule> {
    let values = values(facts, &rules.zone);
    let env = env(facts, &values, &rules.zone);
    let applies = |rule: &&Rule| rule.when.as_ref().is_none_or(|when| when.holds(&env));
    rules.rules.iter().filter(applies).collect()
}

struct Sample<'a> {
    track: &'a str,
    kind: &'a str,
    state: State,
    at: Timestamp,
}

impl Sample<'_> {
    fn facts(&self) -> Facts<'_> {
        Facts {
            track: self.track,
            kind: self.kind,
            state: self.state,
            received: self.at,
            closed: Some(self.at),
            last_act: self.at,
            done: &[],
        }
    }
}

impl std::fmt::Display for Sample<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Sample {
            track,
            kind,
            state,
            at,
        } = self;
        let day = at.strftime("%F");
        write!(f, "track {track}, kind {kind}, {state}, of {day}")
    }
}

fn samples<'a>(desk: &'a Desk, rules: &Rules) -> Vec<Sample<'a>> {
    let headline = desk
        .headline
        .as_ref()
        .and_then(|id| desk.question(id.as_str()));
    let kinds: Vec<&str> = match headline.map(|question| &question.kind) {
        Some(Kind::Choice { options }) => options.iter().map(|option| &*option.id).collect(),
        _ => vec![""],
    };
    let mut dates = BTreeSet::from([Timestamp::UNIX_EPOCH]);
    for when in rules.rules.iter().filter_map(|rule| rule.when.as_ref()) {
        for named in when.times() {
            // Conditions see minutes.
            for beside in [-60_000_000, 0, 60_000_000] {
                dates.extend(Timestamp::from_microsecond(named.saturating_add(beside)));
            }
        }
    }
    let mut samples = Vec::new();
    for track in &desk.tracks {
        for kind in &kinds {
            for state in State::all() {
                samples.extend(dates.iter().map(|at| Sample {
                    track: track.as_str(),
                    kind,
                    state,
                    at: *at,
                }));
            }
        }
    }
    samples
}
