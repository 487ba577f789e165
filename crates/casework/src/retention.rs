//! How long a submission is kept, and what becomes of it then.
//!
//! The rules stand in the desk's file (`[[retention]]`, `docs/formats/desk-1.md`). [`due`] is a pure function of where
//! a submission stands, the rules and what holds it: asked again at any later moment it answers for that moment, so
//! whoever carries it out keeps nothing but what was done. [`check`] finds what the rules leave open.

mod check;
#[cfg(test)]
mod tests;

use jiff::{Span, Timestamp, ToSpan, tz::TimeZone};
use serde_json::{Map, Value, json};

pub use self::check::{Dead, Findings, Hole, Overlap, check};
use crate::{
    desk::Desk,
    expression::{Env, Expression},
    submission::State,
    text::Text,
    words::words,
};

words! {
    /// From when a time is counted.
    From {
        /// When it was received.
        Received = "received",
        /// When it was closed or withdrawn; while it is open the time does not run.
        Closed = "closed",
        /// The last thing that the person or an agent did.
        LastAct = "last_act",
    }
}

words! {
    /// What a rule does when its time is over, the least first.
    Does {
        /// It leaves matching and search; what was told stays, for whoever has its number.
        Archive = "archive",
        /// Who the persons are is erased; what was told stays.
        EraseIdentity = "erase_identity",
        /// All that is personal is erased: that it came, and what became of it, stays.
        EraseAll = "erase_all",
    }
}

/// A time on the calendar: years, months, weeks, days.
#[derive(Clone, Copy, Debug)]
pub struct Keep {
    span: Span,
}

/// Why a time is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "not a time of years, months, weeks or days from a day to 150 years, as P2Y or P6M (ISO 8601)"
)]
pub struct WrongKeep;

impl std::str::FromStr for Keep {
    type Err = WrongKeep;

    fn from_str(text: &str) -> Result<Keep, WrongKeep> {
        const MOST_DAYS: i64 = 150 * 366;
        let span: Span = text.parse().map_err(|_| WrongKeep)?;
        let days = i64::from(span.get_years()) * 365
            + i64::from(span.get_months()) * 30
            + i64::from(span.get_weeks()) * 7
            + i64::from(span.get_days());
        let calendar = text.starts_with('P') && !text.contains('T');
        if calendar && (1..=MOST_DAYS).contains(&days) {
            Ok(Keep { span })
        } else {
            Err(WrongKeep)
        }
    }
}

impl Keep {
    /// So many days.
    pub fn days(days: u32) -> Keep {
        Keep {
            span: i64::from(days).days(),
        }
    }

    /// The moment this long after another, by the calendar of a zone: a month after 31 January is the last of February,
    /// a day after a day is the same time of the clock. The end of time when it lies beyond.
    pub fn after(self, at: Timestamp, zone: &TimeZone) -> Timestamp {
        let there = at.to_zoned(zone.clone()).checked_add(self.span);
        there.map_or(Timestamp::MAX, |there| there.timestamp())
    }

    fn before(self, at: Timestamp, zone: &TimeZone) -> Timestamp {
        let there = at.to_zoned(zone.clone()).checked_sub(self.span);
        there.map_or(Timestamp::MIN, |there| there.timestamp())
    }
}

impl std::fmt::Display for Keep {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}", self.span)
    }
}

/// A rule of a desk.
#[derive(Clone, Debug)]
pub struct Rule {
    /// Unique among the desk's rules.
    pub id: Box<str>,
    /// To which submissions it applies; `None` means all.
    pub when: Option<Expression>,
    /// How long…
    pub keep: Keep,
    /// … from when.
    pub from: From,
    /// What is done then.
    pub does: Does,
    /// Why, for people.
    pub because: Text,
    /// What it rests on.
    pub article: Box<str>,
    /// Whether a source was read that says so.
    pub confirmed: bool,
}

/// The rules of a desk, in the order of the file: of those that do the same, the first that applies counts.
#[derive(Clone, Debug)]
pub struct Rules {
    /// In the order of the file.
    pub rules: Vec<Rule>,
    /// Whose calendar counts.
    pub zone: TimeZone,
    /// Of what is to fall due, notice is given so long before.
    pub notice: Keep,
}

/// Days of notice.
pub const NOTICE_DAYS: u32 = 30;

impl Rules {
    /// The rules of a desk. One that writes none keeps a submission for its `retention_days` and erases it whole.
    pub fn of(desk: &Desk) -> Rules {
        let mut rules = desk.retention.clone();
        if rules.is_empty() {
            rules.push(Rule {
                id: "retention_days".into(),
                when: None,
                keep: Keep::days(desk.retention_days),
                from: From::Received,
                does: Does::EraseAll,
                because: Text {
                    fr: "la durée annoncée par le guichet est écoulée".to_owned(),
                    en: "the time that the desk announces is over".to_owned(),
                },
                article: "".into(),
                confirmed: false,
            });
        }
        Rules {
            rules,
            zone: desk.time_zone.clone(),
            notice: Keep::days(NOTICE_DAYS),
        }
    }

    /// The rule of this id.
    pub fn rule(&self, id: &str) -> Option<&Rule> {
        self.rules.iter().find(|rule| &*rule.id == id)
    }
}

/// Where a submission stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Facts<'a> {
    /// The word of its track.
    pub track: &'a str,
    /// Option id of the desk's headline question, empty without one.
    pub kind: &'a str,
    /// Its state, with the outcome when it is closed.
    pub state: State,
    /// When it was received.
    pub received: Timestamp,
    /// When it was closed or withdrawn; looked at only while it is.
    pub closed: Option<Timestamp>,
    /// The last thing that the person or an agent did.
    pub last_act: Timestamp,
    /// What was done to it under these rules or by an act.
    pub done: &'a [Does],
}

/// What keeps a submission beyond its time.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Hold {
    /// Nothing.
    #[default]
    None,
    /// Until then, or it was let go then.
    Until(Timestamp),
    /// Until somebody lets it go.
    Open,
}

impl Hold {
    /// Both.
    pub fn and(self, other: Hold) -> Hold {
        match (self, other) {
            (Hold::Open, _) | (_, Hold::Open) => Hold::Open,
            (Hold::None, hold) | (hold, Hold::None) => hold,
            (Hold::Until(a), Hold::Until(b)) => Hold::Until(a.max(b)),
        }
    }

    /// Whether it holds at a moment.
    pub fn holds(self, now: Timestamp) -> bool {
        match self {
            Hold::None => false,
            Hold::Until(until) => now < until,
            Hold::Open => true,
        }
    }
}

/// What is to be done next.
#[derive(Clone, Copy, Debug)]
pub struct Decision<'r> {
    /// When; `None` while it is held without an end.
    pub at: Option<Timestamp>,
    /// What.
    pub what: Does,
    /// The rule that says so.
    pub because: &'r Rule,
    /// From when on notice is given; `None` with `at`.
    pub notice_at: Option<Timestamp>,
    /// Whether it is held at the moment that was asked about.
    pub held: bool,
}

impl Decision<'_> {
    /// Whether it is to be done now.
    pub fn is_due(&self, now: Timestamp) -> bool {
        self.at.is_some_and(|at| at <= now)
    }
}

/// What is to be done next to a submission, and when; `None` when nothing is as it stands. Of what falls due at the same
/// moment the most is done.
pub fn due<'r>(
    facts: &Facts<'_>,
    rules: &'r Rules,
    hold: Hold,
    now: Timestamp,
) -> Option<Decision<'r>> {
    let values = values(facts, &rules.zone);
    let env = env(facts, &values, &rules.zone);
    let erased = facts.done.contains(&Does::EraseAll);
    let open = |does: &&Does| !erased && !facts.done.contains(does);
    let (at, rule) = Does::ALL
        .iter()
        .filter(open)
        .filter_map(|does| {
            let rule = first(&rules.rules, *does, &env)?;
            let from = match rule.from {
                From::Received => facts.received,
                From::LastAct => facts.last_act,
                From::Closed => facts.closed.filter(|_| facts.state.is_final())?,
            };
            Some((rule.keep.after(from, &rules.zone), rule))
        })
        .min_by_key(|(at, rule)| (*at, std::cmp::Reverse(rule.does)))?;
    let at = match hold {
        Hold::None => Some(at),
        Hold::Until(until) => Some(at.max(until)),
        Hold::Open => None,
    };
    Some(Decision {
        at,
        what: rule.does,
        because: rule,
        notice_at: at.map(|at| rules.notice.before(at, &rules.zone)),
        held: hold.holds(now),
    })
}

fn first<'r>(rules: &'r [Rule], does: Does, env: &Env<'_>) -> Option<&'r Rule> {
    let mut rules = rules.iter().filter(|rule| rule.does == does);
    rules.find(|rule| rule.when.as_ref().is_none_or(|when| when.holds(env)))
}

/// The words of [`Facts`] in a condition: see `scope` of the desk's check.
fn values(facts: &Facts<'_>, zone: &TimeZone) -> Map<String, Value> {
    let mut values = Map::new();
    let mut set = |name: &str, value: Value| {
        values.insert(name.to_owned(), value);
    };
    let (state, outcome) = match facts.state {
        State::Closed(closing) => ("closed", Some(closing.as_str())),
        state => (state.as_str(), None),
    };
    set("state", json!(state));
    set("received", moment(facts.received, zone));
    set("last_act", moment(facts.last_act, zone));
    if let Some(outcome) = outcome {
        set("outcome", json!(outcome));
    }
    if !facts.kind.is_empty() {
        set("kind", json!(facts.kind));
    }
    if let Some(closed) = facts.closed.filter(|_| facts.state.is_final()) {
        set("closed", moment(closed, zone));
    }
    values
}

/// As answers hold a moment: to the minute.
fn moment(at: Timestamp, zone: &TimeZone) -> Value {
    let there = zone.to_datetime(at);
    json!({"date": there.date().to_string(), "time": there.strftime("%H:%M").to_string()})
}

fn env<'a>(facts: &Facts<'a>, values: &'a Map<String, Value>, zone: &'a TimeZone) -> Env<'a> {
    Env {
        answers: values,
        item: None,
        track: facts.track,
        now: facts.last_act,
        zone,
        priority: 0,
        urgent: false,
        matter: None,
    }
}
