//! The life of a film project at the film desk, from request to credits.
//!
//! What happens is an [`Event`]; [`Project`] is what all events so far come to ([`Project::fold`]). Services are asked
//! for opinions and answer each criterion with its reason; one decision follows, line by line of what was asked
//! for; a refusal may be appealed once. After the convention come the shoot, its report and the credits. A breach is
//! noticed in writing, with [`CURE`] to put it right before the support is suspended.
//!
//! What always holds: no decision before every criterion has an answer; no refusal without a criterion that
//! speaks against it; whoever asked reads every answer and reason that the decision rests on, and nothing else
//! decides.

mod criteria;

#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, BTreeSet};

use jiff::{SignedDuration, Timestamp, civil::Date};

pub use criteria::{Criteria, Criterion};

use crate::{submission::UnitId, text::Lang, words::words};

/// How long a production has to put a breach right before its support is suspended: 72 hours, as in the agreements
/// of the US Department of Defense; the ministry's own text is not public.
pub const CURE: SignedDuration = SignedDuration::from_hours(72);

words! {
    /// What an opinion says of a criterion.
    Answer {
        /// It speaks for the request.
        Favourable = "favourable",
        /// It does with conditions.
        Reserved = "reserved",
        /// It speaks against it.
        Unfavourable = "unfavourable",
        /// It does not apply.
        NotConcerned = "not_concerned",
    }
}

impl Answer {
    /// The answer in plain words.
    pub fn label(self, lang: Lang) -> &'static str {
        match self {
            Answer::Favourable => lang.pick("favorable", "favourable"),
            Answer::Reserved => lang.pick("favorable avec réserves", "favourable with conditions"),
            Answer::Unfavourable => lang.pick("défavorable", "unfavourable"),
            Answer::NotConcerned => lang.pick("sans objet", "not concerned"),
        }
    }
}

/// A criterion, answered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answered {
    /// The criterion's identifier.
    pub criterion: Box<str>,
    /// What is said of it.
    pub answer: Answer,
    /// Why; the applicant reads it.
    pub reason: Box<str>,
}

/// What is decided of a line of the request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Ruling {
    /// It is granted, perhaps on conditions.
    Granted {
        /// What has to be kept; empty when nothing has.
        conditions: Box<str>,
    },
    /// It is refused.
    Refused {
        /// The criteria that speak against it: each was answered so.
        criteria: BTreeSet<Box<str>>,
        /// Why; the applicant reads it.
        reason: Box<str>,
    },
}

/// Something that happened to a project.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Event {
    /// When.
    pub at: Timestamp,
    /// What.
    pub change: Change,
}

/// What happens to a project.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Change {
    /// A service is asked for its opinion on some criteria.
    AskOpinion {
        /// Which service.
        unit: UnitId,
        /// Criteria, by identifier.
        criteria: BTreeSet<Box<str>>,
    },
    /// A service answers, all it was asked and nothing else.
    GiveOpinion {
        /// Which service.
        unit: UnitId,
        /// Its answers.
        answers: Vec<Answered>,
    },
    /// The decision, a ruling for each line of the request.
    Decide {
        /// By number of the line, from 0.
        rulings: BTreeMap<usize, Ruling>,
    },
    /// The applicant appeals against what was refused. Once.
    Appeal {
        /// Why.
        reason: Box<str>,
    },
    /// The convention is signed.
    Sign,
    /// The first day of shooting, or of what was granted, has come.
    Begin {
        /// Which day.
        day: Date,
    },
    /// The rules of the convention are not kept.
    Notice {
        /// What is not kept.
        breach: Box<str>,
    },
    /// The breach was put right.
    Cure,
    /// The time to put it right is over: no support until it is.
    Suspend,
    /// The shoot is over.
    End {
        /// The last day.
        day: Date,
        /// Days of shooting, as they were and not as planned.
        days: u32,
        /// What happened that should not have.
        incidents: Box<str>,
    },
    /// How the help is named in the credits, and when the work comes out.
    Credit {
        /// The line.
        line: Box<str>,
        /// The day of release.
        release: Date,
    },
    /// The applicant gives up.
    Withdraw,
}

words! {
    /// Where a project stands.
    Stage {
        /// Received, opinions are being asked.
        Examined = "examined",
        /// Decided, something was granted.
        Granted = "granted",
        /// Everything was refused.
        Refused = "refused",
        /// The applicant appealed.
        Appealed = "appealed",
        /// The convention is signed.
        Agreed = "agreed",
        /// It is being shot.
        Shooting = "shooting",
        /// A breach was noticed and has to be put right.
        Noticed = "noticed",
        /// No support until the breach is put right.
        Suspended = "suspended",
        /// The shoot is over.
        Shot = "shot",
        /// The work is out, with its credits.
        Credited = "credited",
        /// The applicant gave up.
        Withdrawn = "withdrawn",
    }
}

/// Why a change cannot happen. Nothing changes then.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Refusal {
    /// The project does not stand where that can happen.
    #[error("a project that is {} takes no {what}", stage.as_str())]
    Stage {
        /// Where it stands.
        stage: Stage,
        /// The change.
        what: &'static str,
    },
    /// No criterion is called that.
    #[error("no criterion is called {0}")]
    NoCriterion(Box<str>),
    /// The service was not asked, or was not asked this.
    #[error("{unit} was not asked about {criterion}")]
    NotAsked {
        /// Which service.
        unit: UnitId,
        /// Which criterion.
        criterion: Box<str>,
    },
    /// An answer is missing.
    #[error("{0} is not answered")]
    Unanswered(Box<str>),
    /// A line has no ruling, or there is no such line.
    #[error("line {} has no ruling, or is none of the request's", .0 + 1)]
    Line(usize),
    /// No opinion speaks against it on that criterion.
    #[error("no opinion says that {0} speaks against it")]
    NothingAgainst(Box<str>),
    /// A text that the change needs is empty.
    #[error("{0} is missing")]
    Missing(&'static str),
    /// Nothing was refused, or an appeal was made before.
    #[error("there is nothing to appeal against, or an appeal was made before")]
    NoAppeal,
    /// The time to put the breach right is not over.
    #[error("the breach may be put right until {0}")]
    TooEarly(Timestamp),
    /// A day lies before the one it has to follow.
    #[error("{0} lies before the shoot began")]
    DayBefore(Date),
    /// The event is older than the one before it.
    #[error("the event is older than the one before it")]
    OutOfOrder,
}

/// What a service was asked, and what it answered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Opinion {
    /// What it was asked about.
    pub asked: BTreeSet<Box<str>>,
    /// When it was asked.
    pub asked_at: Timestamp,
    /// What it answered; empty until it has.
    pub answers: Vec<Answered>,
}

/// A project, as far as its events have come.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Project {
    lines: usize,
    stage: Stage,
    last: Timestamp,
    opinions: BTreeMap<UnitId, Opinion>,
    rulings: BTreeMap<usize, Ruling>,
    /// The answers that the decision rests on.
    rests_on: Vec<(UnitId, Answered)>,
    appealed: bool,
    noticed_at: Option<Timestamp>,
    began: Option<Date>,
    days: Option<u32>,
}

impl Project {
    /// A project of which a request with so many lines was received.
    pub fn received(lines: usize, at: Timestamp) -> Project {
        Project {
            lines,
            stage: Stage::Examined,
            last: at,
            opinions: BTreeMap::new(),
            rulings: BTreeMap::new(),
            rests_on: Vec::new(),
            appealed: false,
            noticed_at: None,
            began: None,
            days: None,
        }
    }

    /// What all events come to.
    ///
    /// # Errors
    /// The place of the first event that cannot happen, and why.
    pub fn fold<'e>(
        lines: usize,
        at: Timestamp,
        criteria: &Criteria,
        events: impl IntoIterator<Item = &'e Event>,
    ) -> Result<Project, (usize, Refusal)> {
        let mut project = Project::received(lines, at);
        for (place, event) in events.into_iter().enumerate() {
            project = project
                .after(criteria, event)
                .map_err(|refusal| (place, refusal))?;
        }
        Ok(project)
    }

    /// Where it stands.
    pub fn stage(&self) -> Stage {
        self.stage
    }

    /// What services were asked and answered.
    pub fn opinions(&self) -> &BTreeMap<UnitId, Opinion> {
        &self.opinions
    }

    /// What was decided, by line.
    pub fn rulings(&self) -> &BTreeMap<usize, Ruling> {
        &self.rulings
    }

    /// Days of shooting, once it is over.
    pub fn shooting_days(&self) -> Option<u32> {
        self.days
    }

    /// Until when a breach may be put right.
    pub fn cure_until(&self) -> Option<Timestamp> {
        self.noticed_at
            .map(|at| at.checked_add(CURE).unwrap_or(Timestamp::MAX))
    }

    /// What the applicant may read of the opinions: every answer that the latest decision rests on, nothing before
    /// there is one.
    pub fn shown(&self) -> &[(UnitId, Answered)] {
        &self.rests_on
    }

    /// Criteria that no opinion has answered.
    pub fn unanswered<'c>(&self, criteria: &'c Criteria) -> Vec<&'c Criterion> {
        criteria
            .iter()
            .filter(|criterion| !self.answers().any(|one| one.criterion == criterion.id))
            .collect()
    }

    fn answers(&self) -> impl Iterator<Item = &Answered> {
        self.opinions.values().flat_map(|opinion| &opinion.answers)
    }

    /// The project after an event, if it may happen.
    ///
    /// # Errors
    /// Why it cannot.
    pub fn after(&self, criteria: &Criteria, event: &Event) -> Result<Project, Refusal> {
        if event.at < self.last {
            return Err(Refusal::OutOfOrder);
        }
        let mut after = Project {
            last: event.at,
            ..self.clone()
        };
        match (self.stage, &event.change) {
            (
                Stage::Examined | Stage::Appealed,
                Change::AskOpinion {
                    unit,
                    criteria: asked,
                },
            ) => {
                after.ask(criteria, unit, asked, event.at)?;
            }
            (Stage::Examined | Stage::Appealed, Change::GiveOpinion { unit, answers }) => {
                after.answer(unit, answers)?;
            }
            (Stage::Examined | Stage::Appealed, Change::Decide { rulings }) => {
                after.decide(criteria, rulings)?;
            }
            (Stage::Granted | Stage::Refused, Change::Appeal { reason }) => {
                said(reason, "the reason")?;
                let refused = self
                    .rulings
                    .values()
                    .any(|ruling| matches!(ruling, Ruling::Refused { .. }));
                if self.appealed || !refused {
                    return Err(Refusal::NoAppeal);
                }
                after.appealed = true;
                after.stage = Stage::Appealed;
            }
            (Stage::Granted, Change::Sign) => after.stage = Stage::Agreed,
            (Stage::Agreed, Change::Begin { day }) => {
                after.began = Some(*day);
                after.stage = Stage::Shooting;
            }
            (Stage::Agreed | Stage::Shooting, Change::Notice { breach }) => {
                said(breach, "what is not kept")?;
                after.noticed_at = Some(event.at);
                after.stage = Stage::Noticed;
            }
            (Stage::Noticed | Stage::Suspended, Change::Cure) => {
                after.noticed_at = None;
                after.stage = if self.began.is_some() {
                    Stage::Shooting
                } else {
                    Stage::Agreed
                };
            }
            (Stage::Noticed, Change::Suspend) => {
                let until = self.cure_until().unwrap_or(Timestamp::MAX);
                if event.at < until {
                    return Err(Refusal::TooEarly(until));
                }
                after.stage = Stage::Suspended;
            }
            (Stage::Shooting, Change::End { day, days, .. }) => {
                if self.began.is_some_and(|began| *day < began) {
                    return Err(Refusal::DayBefore(*day));
                }
                after.days = Some(*days);
                after.stage = Stage::Shot;
            }
            (Stage::Shot, Change::Credit { line, .. }) => {
                said(line, "the line of the credits")?;
                after.stage = Stage::Credited;
            }
            (
                Stage::Examined
                | Stage::Granted
                | Stage::Refused
                | Stage::Appealed
                | Stage::Agreed
                | Stage::Noticed
                | Stage::Suspended,
                Change::Withdraw,
            ) => after.stage = Stage::Withdrawn,
            (stage, change) => {
                return Err(Refusal::Stage {
                    stage,
                    what: change.as_str(),
                });
            }
        }
        Ok(after)
    }

    fn ask(
        &mut self,
        known: &Criteria,
        unit: &UnitId,
        asked: &BTreeSet<Box<str>>,
        at: Timestamp,
    ) -> Result<(), Refusal> {
        if asked.is_empty() {
            return Err(Refusal::Missing("the criteria"));
        }
        if let Some(unknown) = asked.iter().find(|id| known.get(id).is_none()) {
            return Err(Refusal::NoCriterion(unknown.clone()));
        }
        let opinion = self
            .opinions
            .entry(unit.clone())
            .or_insert_with(|| Opinion {
                asked: BTreeSet::new(),
                asked_at: at,
                answers: Vec::new(),
            });
        opinion.asked.extend(asked.iter().cloned());
        // Asked again, about more or after an appeal, it answers anew.
        opinion.answers.clear();
        opinion.asked_at = at;
        Ok(())
    }

    fn answer(&mut self, unit: &UnitId, answers: &[Answered]) -> Result<(), Refusal> {
        let asked = self.opinions.get_mut(unit);
        let stranger = |criterion: &str| Refusal::NotAsked {
            unit: unit.clone(),
            criterion: criterion.into(),
        };
        let Some(opinion) = asked else {
            let first = answers.first().map_or("", |answer| &answer.criterion);
            return Err(stranger(first));
        };
        for answer in answers {
            if !opinion.asked.contains(&answer.criterion) {
                return Err(stranger(&answer.criterion));
            }
            said(&answer.reason, "the reason")?;
        }
        let unanswered = opinion
            .asked
            .iter()
            .find(|id| !answers.iter().any(|answer| answer.criterion == **id));
        if let Some(unanswered) = unanswered {
            return Err(Refusal::Unanswered(unanswered.clone()));
        }
        opinion.answers = answers.to_vec();
        Ok(())
    }

    fn decide(
        &mut self,
        criteria: &Criteria,
        rulings: &BTreeMap<usize, Ruling>,
    ) -> Result<(), Refusal> {
        if let Some(open) = self.unanswered(criteria).first() {
            return Err(Refusal::Unanswered(open.id.clone()));
        }
        if let Some(odd) = (0..self.lines)
            .find(|line| !rulings.contains_key(line))
            .or_else(|| rulings.keys().find(|line| **line >= self.lines).copied())
        {
            return Err(Refusal::Line(odd));
        }
        for ruling in rulings.values() {
            if let Ruling::Refused { criteria, reason } = ruling {
                said(reason, "the reason")?;
                self.against(criteria)?;
            }
        }
        let granted = rulings
            .values()
            .any(|ruling| matches!(ruling, Ruling::Granted { .. }));
        let answers = self.opinions.iter().flat_map(|(unit, opinion)| {
            opinion
                .answers
                .iter()
                .map(|one| (unit.clone(), one.clone()))
        });
        self.rests_on = answers.collect();
        self.rulings = rulings.clone();
        self.stage = if granted {
            Stage::Granted
        } else {
            Stage::Refused
        };
        Ok(())
    }

    /// Each of these was answered unfavourably by somebody, and there is one.
    fn against(&self, criteria: &BTreeSet<Box<str>>) -> Result<(), Refusal> {
        if criteria.is_empty() {
            return Err(Refusal::Missing("a criterion"));
        }
        let unsaid = criteria.iter().find(|id| {
            !self
                .answers()
                .any(|one| one.criterion == **id && one.answer == Answer::Unfavourable)
        });
        unsaid.map_or(Ok(()), |id| Err(Refusal::NothingAgainst(id.clone())))
    }
}

impl Change {
    /// The word in the record.
    pub fn as_str(&self) -> &'static str {
        match self {
            Change::AskOpinion { .. } => "ask_opinion",
            Change::GiveOpinion { .. } => "give_opinion",
            Change::Decide { .. } => "decide",
            Change::Appeal { .. } => "appeal",
            Change::Sign => "sign",
            Change::Begin { .. } => "begin",
            Change::Notice { .. } => "notice",
            Change::Cure => "cure",
            Change::Suspend => "suspend",
            Change::End { .. } => "end",
            Change::Credit { .. } => "credit",
            Change::Withdraw => "withdraw",
        }
    }
}

fn said(text: &str, what: &'static str) -> Result<(), Refusal> {
    if text.trim().is_empty() {
        Err(Refusal::Missing(what))
    } else {
        Ok(())
    }
}
