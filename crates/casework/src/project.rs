//! The life of a film project at the film desk, from request to credits.
//!
//! What happens is an [`Event`]; [`Project`] is what all events so far come to. Services are asked
//! for opinions and answer each criterion with its reason; one decision follows, line by line of what was asked
//! for; a refusal may be appealed once. After the convention come the shoot, its report and the credits. A breach is
//! noticed in writing, with [`CURE`] to put it right before the support is suspended. What was asked for changes by
//! riders alone: each is a whole [`Request`], held against the one before it, and accepted or refused with a reason.
//!
//! What always holds: no decision before every criterion has an answer; no refusal without a criterion that
//! speaks against it; whoever asked reads every answer and reason that the decision rests on, and nothing else
//! decides. A quote keeps what it counts, so that it can be made again on any later day.

mod criteria;
mod request;

#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, BTreeSet};

use jiff::{SignedDuration, Timestamp, civil::Date};
use serde::{Deserialize, Serialize};

pub use criteria::{Criteria, Criterion};
pub use request::{Class, Difference, Paper, Request, Support, SupportKind};

use crate::{
    price::Basis,
    story::{self, Story},
    submission::UnitId,
    text::Lang,
    words::words,
};

/// How long a production has to put a breach right before its support is suspended: 72 hours, as in the agreements
/// of the US Department of Defense; the ministry's own text is not public.
pub const CURE: SignedDuration = SignedDuration::from_hours(72);

/// How long a service has for its opinion, and the office for a rider or an appeal: ours, as the desk's first deadline.
pub const ANSWER: SignedDuration = SignedDuration::from_hours(240);

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
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Answered {
    /// The criterion's identifier.
    pub criterion: Box<str>,
    /// What is said of it.
    pub answer: Answer,
    /// Why; the applicant reads it.
    pub reason: Box<str>,
}

/// What is decided of a line of the request.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
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
pub type Event = story::Event<Change>;

/// What happens to a project.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Change {
    /// The request was received: the first event, and never another.
    Receive(Request),
    /// Whoever does it has the project from now on.
    Take,
    /// A service is asked for its opinion on some criteria.
    AskOpinion {
        /// Which service.
        unit: UnitId,
        /// Criteria, by identifier.
        criteria: BTreeSet<Box<str>>,
        /// Whether it needs to read the script for that.
        script: bool,
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
    /// How a line is priced.
    Classify {
        /// The number of the line, from 0.
        line: usize,
        /// What it is in the grid.
        class: Class,
    },
    /// A quote is given; a later one takes its place.
    Quote {
        /// What it counts, and the day whose prices hold.
        basis: Basis,
    },
    /// The applicant asks for something else than before.
    AskRider {
        /// What is asked for from now on, whole. Its first lines are those there were.
        request: Request,
        /// Why.
        reason: Box<str>,
    },
    /// The rider is accepted or refused.
    AnswerRider {
        /// Whether it is accepted.
        accepted: bool,
        /// Why it is refused, or the conditions of what is new; the applicant reads it.
        reason: Box<str>,
    },
    /// The convention is signed.
    Sign,
    /// The first day of shooting, or of what was granted, has come.
    Begin {
        /// Which day.
        day: Date,
    },
    /// Somebody of the office was on set, unannounced.
    Check {
        /// Which day.
        day: Date,
        /// What was seen.
        seen: Box<str>,
    },
    /// Something happened on set that should not have.
    Incident {
        /// Which day.
        day: Date,
        /// What.
        what: Box<str>,
        /// What is damaged or lost; empty for nothing.
        damage: Box<str>,
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
    /// How content the applicant was with the office.
    Rate {
        /// From 1, not at all, to 5, wholly.
        stars: u8,
        /// What they say.
        remarks: Box<str>,
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

impl Stage {
    /// In plain words.
    pub fn label(self, lang: Lang) -> &'static str {
        match self {
            Stage::Examined => lang.pick("à l’instruction", "being examined"),
            Stage::Granted => lang.pick("accordé", "granted"),
            Stage::Refused => lang.pick("refusé", "refused"),
            Stage::Appealed => lang.pick("recours en cours", "under appeal"),
            Stage::Agreed => lang.pick("convention signée", "convention signed"),
            Stage::Shooting => lang.pick("en tournage", "shooting"),
            Stage::Noticed => lang.pick("manquement notifié", "breach noticed"),
            Stage::Suspended => lang.pick("concours suspendu", "support suspended"),
            Stage::Shot => lang.pick("tournage terminé", "shot"),
            Stage::Credited => {
                lang.pick("œuvre sortie, générique reçu", "released with its credits")
            }
            Stage::Withdrawn => lang.pick("retiré par le demandeur", "withdrawn by the applicant"),
        }
    }

    /// Whether nothing more is expected.
    pub fn is_final(self) -> bool {
        matches!(self, Stage::Credited | Stage::Withdrawn)
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
    /// More days of shooting than there were days.
    #[error("from the first day to the last there are {most}")]
    TooManyDays {
        /// Days from the first to the last, both counted.
        most: i64,
    },
    /// A rider waits for its answer, or none does.
    #[error("{}", if *.0 { "a rider waits for its answer" } else { "no rider waits for an answer" })]
    Rider(bool),
    /// The rider takes lines of the request away, asks for nothing else, or for nothing at all.
    #[error("a rider keeps the lines there were, and changes or adds something")]
    NoRider,
    /// A note outside its scale.
    #[error("{0} is no note from 1 to 5")]
    Stars(u8),
    /// The first event received no request, or a later one did.
    #[error("a project begins with its request, and has one")]
    NotReceived,
    /// The event is older than the one before it.
    #[error("the event is older than the one before it")]
    OutOfOrder,
}

/// What a service was asked, and what it answered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Opinion {
    /// What it was asked about.
    pub asked: BTreeSet<Box<str>>,
    /// Whether it reads the script for that.
    pub script: bool,
    /// When it was asked.
    pub asked_at: Timestamp,
    /// What it answered; empty until it has.
    pub answers: Vec<Answered>,
}

/// A rider that waits for its answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rider {
    /// What is asked for.
    pub request: Request,
    /// Why.
    pub reason: Box<str>,
    /// Since when.
    pub asked_at: Timestamp,
}

/// A project, as far as its events have come.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Project {
    /// Every version of the request, the first one first.
    versions: Vec<Request>,
    /// When each version but the first was accepted.
    accepted: Vec<Timestamp>,
    rider: Option<Rider>,
    stage: Stage,
    received_at: Timestamp,
    last: Timestamp,
    owner: Option<Box<str>>,
    opinions: BTreeMap<UnitId, Opinion>,
    rulings: BTreeMap<usize, Ruling>,
    /// The answers that the decision rests on.
    rests_on: Vec<(UnitId, Answered)>,
    appealed: bool,
    classes: BTreeMap<usize, Class>,
    quotes: Vec<Basis>,
    /// Since when, and what is not kept.
    noticed: Option<(Timestamp, Box<str>)>,
    began: Option<Date>,
    ended: Option<(Date, u32)>,
}

impl Story for Project {
    const KIND: &'static str = "project";
    type Change = Change;
    type Rules = Criteria;
    type Refusal = Refusal;

    fn begun(event: &Event) -> Option<Project> {
        match &event.change {
            Change::Receive(request) => Some(Project::received(request.clone(), event.at)),
            _ => None,
        }
    }

    fn apply(&mut self, event: &Event) {
        self.last = self.last.max(event.at);
        match &event.change {
            Change::Receive(_)
            | Change::Check { .. }
            | Change::Incident { .. }
            | Change::Rate { .. } => {}
            Change::Take => self.owner = Some(event.actor.clone()),
            Change::AskOpinion {
                unit,
                criteria,
                script,
            } => self.ask(unit, criteria, *script, event.at),
            Change::GiveOpinion { unit, answers } => self.answer(unit, answers),
            Change::Decide { rulings } => self.decide(rulings),
            Change::Appeal { .. } => {
                self.appealed = true;
                self.stage = Stage::Appealed;
            }
            Change::Classify { line, class } => {
                self.classes.insert(*line, class.clone());
            }
            Change::Quote { basis } => self.quotes.push(basis.clone()),
            Change::AskRider { request, reason } => {
                self.rider = Some(Rider {
                    request: request.clone(),
                    reason: reason.clone(),
                    asked_at: event.at,
                });
            }
            Change::AnswerRider { accepted, reason } => {
                self.answer_rider(*accepted, reason, event.at);
            }
            Change::Sign => self.stage = Stage::Agreed,
            Change::Begin { day } => {
                self.began = Some(*day);
                self.stage = Stage::Shooting;
            }
            Change::Notice { breach } => {
                self.noticed = Some((event.at, breach.clone()));
                self.stage = Stage::Noticed;
            }
            Change::Cure => {
                self.noticed = None;
                self.stage = match self.began {
                    Some(_) => Stage::Shooting,
                    None => Stage::Agreed,
                };
            }
            Change::Suspend => self.stage = Stage::Suspended,
            Change::End { day, days, .. } => {
                self.ended = Some((*day, *days));
                self.noticed = None;
                self.stage = Stage::Shot;
            }
            Change::Credit { .. } => self.stage = Stage::Credited,
            Change::Withdraw => self.stage = Stage::Withdrawn,
        }
    }

    fn begin(_: &Criteria, event: &Event) -> Result<Project, Refusal> {
        Project::begun(event).ok_or(Refusal::NotReceived)
    }

    fn may(&self, criteria: &Criteria, event: &Event) -> Result<(), Refusal> {
        if event.at < self.last {
            return Err(Refusal::OutOfOrder);
        }
        match (self.stage, &event.change) {
            (_, Change::Receive(_)) => Err(Refusal::NotReceived),
            (stage, Change::Take) if !stage.is_final() => Ok(()),
            (
                Stage::Examined | Stage::Appealed,
                Change::AskOpinion {
                    criteria: asked, ..
                },
            ) => may_ask(criteria, asked),
            (Stage::Examined | Stage::Appealed, Change::GiveOpinion { unit, answers }) => {
                self.may_answer(unit, answers)
            }
            (Stage::Examined | Stage::Appealed, Change::Decide { rulings }) => {
                self.may_decide(criteria, rulings)
            }
            (Stage::Granted | Stage::Refused, Change::Appeal { reason }) => {
                said(reason, "the reason")?;
                self.may_appeal().then_some(()).ok_or(Refusal::NoAppeal)
            }
            (stage, Change::Classify { line, class }) if !stage.is_final() => {
                if *line >= self.request().lines.len() {
                    return Err(Refusal::Line(*line));
                }
                said(&class.category, "the category")
            }
            (stage, Change::Quote { basis }) if !stage.is_final() => {
                let counts = !basis.lines.is_empty();
                counts
                    .then_some(())
                    .ok_or(Refusal::Missing("what the quote counts"))
            }
            (_, Change::AskRider { request, reason }) if self.may_ride() => {
                said(reason, "the reason")?;
                self.may_become(request)
            }
            (_, Change::AskRider { .. }) if self.rider.is_some() => Err(Refusal::Rider(true)),
            (_, Change::AnswerRider { accepted, reason }) => match &self.rider {
                None => Err(Refusal::Rider(false)),
                Some(_) if *accepted => Ok(()),
                Some(_) => said(reason, "the reason"),
            },
            (Stage::Granted, Change::Sign)
            | (Stage::Agreed, Change::Begin { .. })
            | (Stage::Noticed | Stage::Suspended, Change::Cure) => Ok(()),
            (Stage::Agreed | Stage::Shooting | Stage::Noticed, Change::Check { seen, .. }) => {
                said(seen, "what was seen")
            }
            (
                Stage::Agreed | Stage::Shooting | Stage::Noticed | Stage::Suspended,
                Change::Incident { what, .. },
            ) => said(what, "what happened"),
            (Stage::Shot | Stage::Credited, Change::Rate { stars, .. }) => {
                let on_scale = (1..=5).contains(stars);
                on_scale.then_some(()).ok_or(Refusal::Stars(*stars))
            }
            (Stage::Agreed | Stage::Shooting, Change::Notice { breach }) => {
                said(breach, "what is not kept")
            }
            (Stage::Noticed, Change::Suspend) => {
                let until = self.cure_until().unwrap_or(Timestamp::MAX);
                let over = event.at >= until;
                over.then_some(()).ok_or(Refusal::TooEarly(until))
            }
            (
                Stage::Shooting | Stage::Noticed | Stage::Suspended,
                Change::End { day, days, .. },
            ) if self.began.is_some() => self.may_end(*day, *days),
            (Stage::Shot, Change::Credit { line, .. }) => said(line, "the line of the credits"),
            (
                Stage::Examined
                | Stage::Granted
                | Stage::Refused
                | Stage::Appealed
                | Stage::Agreed
                | Stage::Noticed
                | Stage::Suspended,
                Change::Withdraw,
            ) => Ok(()),
            (stage, change) => Err(Refusal::Stage {
                stage,
                what: change.as_str(),
            }),
        }
    }
}

impl Project {
    /// A project whose request was received.
    pub fn received(request: Request, at: Timestamp) -> Project {
        Project {
            versions: vec![request],
            accepted: Vec::new(),
            rider: None,
            stage: Stage::Examined,
            received_at: at,
            last: at,
            owner: None,
            opinions: BTreeMap::new(),
            rulings: BTreeMap::new(),
            rests_on: Vec::new(),
            appealed: false,
            classes: BTreeMap::new(),
            quotes: Vec::new(),
            noticed: None,
            began: None,
            ended: None,
        }
    }

    /// What is asked for now.
    pub fn request(&self) -> &Request {
        // There is one from the start, and none is taken away.
        &self.versions[self.versions.len() - 1]
    }

    /// Every version of the request, the first one first.
    pub fn versions(&self) -> &[Request] {
        &self.versions
    }

    /// When a version of the request was accepted, the first one apart, which was received.
    pub fn accepted_at(&self, version: usize) -> Option<Timestamp> {
        self.accepted.get(version.checked_sub(1)?).copied()
    }

    /// The rider that waits for its answer.
    pub fn rider(&self) -> Option<&Rider> {
        self.rider.as_ref()
    }

    /// When the request was received.
    pub fn received_at(&self) -> Timestamp {
        self.received_at
    }

    /// The agent who has it.
    pub fn owner(&self) -> Option<&str> {
        self.owner.as_deref()
    }

    /// How each line is priced, as far as the office said.
    pub fn classes(&self) -> &BTreeMap<usize, Class> {
        &self.classes
    }

    /// What each quote so far counts, the first one first.
    pub fn quotes(&self) -> &[Basis] {
        &self.quotes
    }

    /// What a quote of a day counts for a request: the one there is, or a rider's.
    pub fn basis(&self, request: &Request, on: Date) -> Basis {
        request.basis(on, |line| self.classes.get(&line).cloned())
    }

    /// Lines of a request that will have a price and have no class yet: no quote counts them.
    pub fn unpriced(&self, request: &Request) -> Vec<usize> {
        let lines = request.standing().filter(|(_, line)| line.has_price());
        lines
            .map(|(at, _)| at)
            .filter(|at| !self.classes.contains_key(at))
            .collect()
    }

    /// The first day of shooting, once there was one.
    pub fn began(&self) -> Option<Date> {
        self.began
    }

    /// The last day of shooting and how many there were, once it is over.
    pub fn ended(&self) -> Option<(Date, u32)> {
        self.ended
    }

    /// Whether the decision may be appealed against.
    pub fn may_appeal(&self) -> bool {
        let refused = |ruling: &Ruling| matches!(ruling, Ruling::Refused { .. });
        matches!(self.stage, Stage::Granted | Stage::Refused)
            && !self.appealed
            && self.rulings.values().any(refused)
    }

    /// Whether the applicant may ask for something else now.
    pub fn may_ride(&self) -> bool {
        self.rider.is_none()
            && matches!(
                self.stage,
                Stage::Examined | Stage::Granted | Stage::Agreed | Stage::Shooting
            )
    }

    /// Until when the next step is due; none when it is not for the office to do.
    pub fn due(&self) -> Option<Timestamp> {
        let within = |at: Timestamp, long| at.checked_add(long).unwrap_or(Timestamp::MAX);
        let rider = self
            .rider
            .as_ref()
            .map(|rider| within(rider.asked_at, ANSWER));
        let step = match self.stage {
            Stage::Examined => Some(within(self.received_at, ANSWER)),
            Stage::Appealed => Some(within(self.last, ANSWER)),
            Stage::Noticed => self.cure_until(),
            _ => None,
        };
        rider.into_iter().chain(step).min()
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

    /// Until when a breach may be put right.
    pub fn cure_until(&self) -> Option<Timestamp> {
        let noticed = self.noticed.as_ref();
        noticed.map(|(at, _)| at.checked_add(CURE).unwrap_or(Timestamp::MAX))
    }

    /// What of the convention is not kept, while that is noticed or the support suspended for it.
    pub fn breach(&self) -> Option<&str> {
        self.noticed.as_ref().map(|(_, breach)| &**breach)
    }

    /// Whether what was granted may be handed over: the convention is signed, and the support is not suspended.
    pub fn may_have(&self) -> bool {
        matches!(self.stage, Stage::Agreed | Stage::Shooting | Stage::Noticed)
    }

    /// Whether the production may say who comes: something is granted, and the shoot is not over.
    pub fn takes_crew(&self) -> bool {
        matches!(
            self.stage,
            Stage::Granted | Stage::Agreed | Stage::Shooting | Stage::Noticed | Stage::Suspended
        )
    }

    /// When it last went on.
    pub fn last_event(&self) -> Timestamp {
        self.last
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

    /// A rider keeps the lines there were, leaves one standing, and changes something.
    fn may_become(&self, rider: &Request) -> Result<(), Refusal> {
        let keeps = rider.lines.len() >= self.request().lines.len();
        let differs = !self.request().differences(rider).is_empty();
        let stands = rider.standing().next().is_some();
        let may = keeps && differs && stands;
        may.then_some(()).ok_or(Refusal::NoRider)
    }

    fn may_answer(&self, unit: &UnitId, answers: &[Answered]) -> Result<(), Refusal> {
        let stranger = |criterion: &str| Refusal::NotAsked {
            unit: unit.clone(),
            criterion: criterion.into(),
        };
        let Some(opinion) = self.opinions.get(unit) else {
            let first = answers.first().map_or("", |answer| &answer.criterion);
            return Err(stranger(first));
        };
        for answer in answers {
            if !opinion.asked.contains(&answer.criterion) {
                return Err(stranger(&answer.criterion));
            }
            said(&answer.reason, "the reason")?;
        }
        let mut asked = opinion.asked.iter();
        let unanswered = asked.find(|id| !answers.iter().any(|answer| answer.criterion == **id));
        unanswered.map_or(Ok(()), |id| Err(Refusal::Unanswered(id.clone())))
    }

    fn may_decide(
        &self,
        criteria: &Criteria,
        rulings: &BTreeMap<usize, Ruling>,
    ) -> Result<(), Refusal> {
        if let Some(open) = self.unanswered(criteria).first() {
            return Err(Refusal::Unanswered(open.id.clone()));
        }
        if self.rider.is_some() {
            return Err(Refusal::Rider(true));
        }
        let standing: BTreeSet<usize> = self.request().standing().map(|(line, _)| line).collect();
        let ruled: BTreeSet<usize> = rulings.keys().copied().collect();
        if let Some(odd) = standing.symmetric_difference(&ruled).next() {
            return Err(Refusal::Line(*odd));
        }
        for ruling in rulings.values() {
            if let Ruling::Refused { criteria, reason } = ruling {
                said(reason, "the reason")?;
                self.against(criteria)?;
            }
        }
        Ok(())
    }

    fn may_end(&self, day: Date, days: u32) -> Result<(), Refusal> {
        let began = self.began.unwrap_or(day);
        if day < began {
            return Err(Refusal::DayBefore(day));
        }
        let most = began.duration_until(day).as_hours() / 24 + 1;
        if i64::from(days) > most {
            return Err(Refusal::TooManyDays { most });
        }
        Ok(())
    }

    fn ask(&mut self, unit: &UnitId, asked: &BTreeSet<Box<str>>, script: bool, at: Timestamp) {
        let opinion = self
            .opinions
            .entry(unit.clone())
            .or_insert_with(|| Opinion {
                asked: BTreeSet::new(),
                script: false,
                asked_at: at,
                answers: Vec::new(),
            });
        opinion.script |= script;
        opinion.asked.extend(asked.iter().cloned());
        // Asked again, about more or after an appeal, it answers anew.
        opinion.answers.clear();
        opinion.asked_at = at;
    }

    fn answer(&mut self, unit: &UnitId, answers: &[Answered]) {
        if let Some(opinion) = self.opinions.get_mut(unit) {
            opinion.answers = answers.to_vec();
        }
    }

    fn decide(&mut self, rulings: &BTreeMap<usize, Ruling>) {
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
    }

    /// Once something is decided, what a rider adds is granted with it, on the conditions said.
    fn answer_rider(&mut self, accepted: bool, reason: &str, at: Timestamp) {
        let Some(rider) = self.rider.take().filter(|_| accepted) else {
            return;
        };
        if !self.rulings.is_empty() {
            for line in self.request().lines.len()..rider.request.lines.len() {
                let conditions = reason.into();
                self.rulings.insert(line, Ruling::Granted { conditions });
            }
        }
        self.versions.push(rider.request);
        self.accepted.push(at);
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

fn may_ask(known: &Criteria, asked: &BTreeSet<Box<str>>) -> Result<(), Refusal> {
    if asked.is_empty() {
        return Err(Refusal::Missing("the criteria"));
    }
    let unknown = asked.iter().find(|id| known.get(id).is_none());
    unknown.map_or(Ok(()), |id| Err(Refusal::NoCriterion(id.clone())))
}

impl Change {
    /// The word in the record.
    pub fn as_str(&self) -> &'static str {
        match self {
            Change::Receive(_) => "receive",
            Change::Take => "take",
            Change::Classify { .. } => "classify",
            Change::Quote { .. } => "quote",
            Change::AskRider { .. } => "ask_rider",
            Change::AnswerRider { .. } => "answer_rider",
            Change::Check { .. } => "check",
            Change::Incident { .. } => "incident",
            Change::Rate { .. } => "rate",
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
