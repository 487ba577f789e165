//! An encounter of the services with those who write and make films: who comes, in what order, and what was asked.
//!
//! Seats go to groups in the order in which they registered. When seats become free, each waiting group is looked at
//! in that order and takes its seats if it fits; so nobody is passed over but a group that does not fit in what is
//! left, and each time that happens is kept with the number of seats there were ([`Passed`]). Who has a seat keeps
//! it. Who the people are is kept apart: here a registration is an identifier, a profession and a number.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{Refusal, said};
use crate::{
    story::{self, Story},
    text::{Lang, Text},
    words::words,
};

/// The largest group that registers together, unless the plan says fewer.
pub const LARGEST: u32 = 10;

fn largest() -> u32 {
    LARGEST
}

/// An address as a person is known by it, to see that nobody registers twice: in lower case, without what stands after
/// a plus sign (RFC 5233 §3).
pub fn known_by(contact: &str) -> String {
    let contact = contact.trim().to_lowercase();
    let Some((local, domain)) = contact.rsplit_once('@') else {
        return contact;
    };
    let local = local.split_once('+').map_or(local, |(local, _)| local);
    format!("{local}@{domain}")
}

words! {
    /// What those who come do.
    Profession {
        /// Writes films.
        Screenwriter = "screenwriter",
        /// Directs them.
        Director = "director",
        /// Produces them.
        Producer = "producer",
        /// Plays in them.
        Actor = "actor",
        /// Writes about them.
        Journalist = "journalist",
        /// Works for a service.
        Service = "service",
        /// Does something else.
        Other = "other",
    }
}

impl Profession {
    /// In plain words.
    pub fn label(self, lang: Lang) -> &'static str {
        match self {
            Profession::Screenwriter => lang.pick("scénariste", "screenwriter"),
            Profession::Director => lang.pick("réalisation", "director"),
            Profession::Producer => lang.pick("production", "producer"),
            Profession::Actor => lang.pick("interprétation", "actor"),
            Profession::Journalist => lang.pick("journalisme", "journalist"),
            Profession::Service => lang.pick("service de l’État", "service of the State"),
            Profession::Other => lang.pick("autre métier", "another trade"),
        }
    }
}

words! {
    /// What is known of the identity of those who come.
    Identity {
        /// Nobody looked yet.
        Unchecked = "unchecked",
        /// It was checked.
        Checked = "checked",
        /// They are not let in.
        Refused = "refused",
    }
}

impl Identity {
    /// In plain words.
    pub fn label(self, lang: Lang) -> &'static str {
        match self {
            Identity::Unchecked => lang.pick("à vérifier", "to be checked"),
            Identity::Checked => lang.pick("vérifiée", "checked"),
            Identity::Refused => lang.pick("accès refusé", "not let in"),
        }
    }
}

/// What an encounter is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Plan {
    /// Its number in the series; 0 where it is not known.
    pub number: u32,
    /// What it is about.
    pub theme: Text,
    /// The service that receives.
    pub host: Box<str>,
    /// Where.
    pub venue: Box<str>,
    /// From when.
    pub begins: Timestamp,
    /// Until when.
    pub ends: Timestamp,
    /// Seats.
    pub capacity: u32,
    /// Seats of a profession, at most.
    pub quotas: BTreeMap<Profession, u32>,
    /// Seats of one registration, at most: from 1 to [`LARGEST`].
    #[serde(default = "largest")]
    pub group: u32,
    /// What happens, and how one gets in with a wheelchair, a loop, an interpreter.
    pub programme: Text,
    /// What no source confirms of it; empty where all is confirmed. Shown wherever the encounter is.
    pub unconfirmed: Text,
}

/// Something that happened to an encounter.
pub type Event = story::Event<Change>;

/// What happens to an encounter.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Change {
    /// It is planned, or planned otherwise.
    Plan(Plan),
    /// Registration is open.
    Open,
    /// Invitations were sent.
    Invite {
        /// To whom.
        profession: Profession,
        /// How many.
        many: u32,
    },
    /// A group registers.
    Register {
        /// Its identifier.
        registration: Box<str>,
        /// What they do.
        profession: Profession,
        /// How many they are.
        group: u32,
    },
    /// A group does not come.
    Leave {
        /// Which.
        registration: Box<str>,
    },
    /// The identity of a group was looked at.
    Check {
        /// Which.
        registration: Box<str>,
        /// What came of it.
        identity: Identity,
    },
    /// Somebody of a service speaks.
    Speak {
        /// The name, or what stands for it.
        name: Box<str>,
        /// Of which service.
        service: Box<str>,
        /// About what.
        about: Box<str>,
    },
    /// A question.
    Ask {
        /// What.
        question: Box<str>,
        /// Whether it was asked in the room.
        during: bool,
    },
    /// Nobody registers any more.
    Close,
    /// It took place.
    Hold {
        /// How many came; none where nobody counted.
        came: Option<u32>,
    },
    /// What is left of it to read.
    FollowUp(Text),
    /// The one that comes after it.
    Next {
        /// Its identifier.
        encounter: Box<str>,
    },
    /// It does not take place.
    Cancel {
        /// Why; those who registered read it.
        reason: Box<str>,
    },
}

impl Change {
    /// The word in the record.
    pub fn as_str(&self) -> &'static str {
        match self {
            Change::Plan(_) => "plan",
            Change::Open => "open",
            Change::Invite { .. } => "invite",
            Change::Register { .. } => "register",
            Change::Leave { .. } => "leave",
            Change::Check { .. } => "check",
            Change::Speak { .. } => "speak",
            Change::Ask { .. } => "ask",
            Change::Close => "close",
            Change::Hold { .. } => "hold",
            Change::FollowUp(_) => "follow_up",
            Change::Next { .. } => "next",
            Change::Cancel { .. } => "cancel",
        }
    }
}

words! {
    /// Where an encounter stands.
    Stage {
        /// It is planned.
        Planned = "planned",
        /// One may register.
        Open = "open",
        /// One may not any more.
        Closed = "closed",
        /// It took place.
        Held = "held",
        /// It did not.
        Cancelled = "cancelled",
    }
}

impl Stage {
    /// In plain words.
    pub fn label(self, lang: Lang) -> &'static str {
        match self {
            Stage::Planned => lang.pick("prévue", "planned"),
            Stage::Open => lang.pick("inscriptions ouvertes", "registration is open"),
            Stage::Closed => lang.pick("inscriptions closes", "registration is closed"),
            Stage::Held => lang.pick("tenue", "took place"),
            Stage::Cancelled => lang.pick("annulée", "cancelled"),
        }
    }
}

words! {
    /// Where a registration stands.
    Seat {
        /// The group waits for seats.
        Waiting = "waiting",
        /// It has them.
        Admitted = "admitted",
        /// It does not come.
        Left = "left",
    }
}

impl Seat {
    /// In plain words.
    pub fn label(self, lang: Lang) -> &'static str {
        match self {
            Seat::Waiting => lang.pick("sur liste d’attente", "on the waiting list"),
            Seat::Admitted => lang.pick("inscrit", "registered"),
            Seat::Left => lang.pick("désinscrit", "not coming"),
        }
    }
}

/// A group that waits saw a later one get seats: why.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Passed {
    /// Which later group.
    pub by: Box<str>,
    /// How many seats were left then for the group that waits: fewer than it needs.
    pub left: u32,
}

/// A group that registered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Registration {
    /// Its identifier.
    pub id: Box<str>,
    /// When it registered.
    pub at: Timestamp,
    /// What they do.
    pub profession: Profession,
    /// How many they are.
    pub group: u32,
    /// Where it stands.
    pub seat: Seat,
    /// What is known of their identity.
    pub identity: Identity,
    /// Who was let in before it though later, and why.
    pub passed: Vec<Passed>,
}

/// Somebody who speaks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Speaker {
    /// The name, or what stands for it.
    pub name: Box<str>,
    /// Of which service.
    pub service: Box<str>,
    /// About what.
    pub about: Box<str>,
}

/// An encounter, as far as its events have come.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Encounter {
    /// What it is.
    pub plan: Plan,
    /// Where it stands.
    pub stage: Stage,
    /// Who registered, the first one first.
    pub registrations: Vec<Registration>,
    /// How many invitations went to each profession.
    pub invited: BTreeMap<Profession, u32>,
    /// Who speaks.
    pub speakers: Vec<Speaker>,
    /// What was asked, and whether in the room.
    pub questions: Vec<(Box<str>, bool)>,
    /// How many came.
    pub came: Option<u32>,
    /// What is left of it to read.
    pub follow_up: Option<Text>,
    /// The one that comes after it.
    pub next: Option<Box<str>>,
    /// Why it does not take place.
    pub cancelled: Option<Box<str>>,
    /// How often it was planned otherwise: the sequence number of its calendar entry.
    pub revision: u32,
}

impl Encounter {
    /// The registration of this identifier.
    pub fn registration(&self, id: &str) -> Option<&Registration> {
        self.registrations.iter().find(|one| *one.id == *id)
    }

    /// People who have a seat.
    pub fn seated(&self) -> u32 {
        self.admitted(|_| true)
    }

    /// People who wait.
    pub fn waiting(&self) -> u32 {
        let waiting = self.registrations.iter();
        waiting
            .filter(|one| one.seat == Seat::Waiting)
            .fold(0, |sum, one| sum.saturating_add(one.group))
    }

    /// The place of a group among those who wait, from 1.
    pub fn place(&self, id: &str) -> Option<usize> {
        let mut waiting = self.registrations.iter();
        let waits = |one: &&Registration| one.seat == Seat::Waiting;
        let mut waiting = waiting.by_ref().filter(waits);
        waiting
            .position(|one| *one.id == *id)
            .map(|place| place + 1)
    }

    fn admitted(&self, of: impl Fn(&Registration) -> bool) -> u32 {
        let admitted = self.registrations.iter();
        admitted
            .filter(|one| one.seat == Seat::Admitted && of(one))
            .fold(0, |sum, one| sum.saturating_add(one.group))
    }

    /// Seats that are left for a profession.
    pub fn left(&self, profession: Profession) -> u32 {
        let left = self.plan.capacity.saturating_sub(self.seated());
        let Some(quota) = self.plan.quotas.get(&profession) else {
            return left;
        };
        left.min(quota.saturating_sub(self.admitted(|one| one.profession == profession)))
    }

    /// Gives seats to those who wait and fit, in order.
    fn admit(&mut self) {
        let mut passed_over: Vec<usize> = Vec::new();
        for at in 0..self.registrations.len() {
            let one = &self.registrations[at];
            if one.seat != Seat::Waiting {
                continue;
            }
            if one.group > self.left(one.profession) {
                passed_over.push(at);
                continue;
            }
            let by = one.id.clone();
            for earlier in &passed_over {
                let left = self.left(self.registrations[*earlier].profession);
                let passed = Passed {
                    by: by.clone(),
                    left,
                };
                self.registrations[*earlier].passed.push(passed);
            }
            self.registrations[at].seat = Seat::Admitted;
        }
    }

    fn known(&self, id: &str) -> Result<&Registration, Refusal> {
        let registration = self.registration(id);
        registration.ok_or_else(|| Refusal::Unknown(id.into()))
    }

    fn find(&mut self, id: &str) -> Option<&mut Registration> {
        self.registrations.iter_mut().find(|one| *one.id == *id)
    }

    /// Another plan keeps a seat for each who has one.
    fn may_plan(&self, plan: &Plan) -> Result<(), Refusal> {
        planned(plan)?;
        let fits = |profession: &Profession, most: &u32| {
            *most >= self.admitted(|one| one.profession == *profession)
        };
        let all_fit = plan.quotas.iter().all(|(one, most)| fits(one, most));
        if plan.capacity < self.seated() || !all_fit {
            return Err(Refusal::Missing("a seat for each who has one"));
        }
        Ok(())
    }

    fn may_register(&self, registration: &str, group: u32) -> Result<(), Refusal> {
        let most = self.plan.group;
        if !(1..=most).contains(&group) {
            return Err(Refusal::Group { most });
        }
        if self.registration(registration).is_some() {
            return Err(Refusal::Twice(registration.into()));
        }
        Ok(())
    }
}

fn planned(plan: &Plan) -> Result<(), Refusal> {
    said(&plan.theme.fr, "the theme in French")?;
    said(&plan.theme.en, "the theme in English")?;
    said(&plan.host, "the host")?;
    said(&plan.venue, "the venue")?;
    if plan.ends <= plan.begins {
        return Err(Refusal::EndsBefore);
    }
    if plan.capacity == 0 {
        return Err(Refusal::Missing("the seats"));
    }
    if !(1..=LARGEST).contains(&plan.group) {
        return Err(Refusal::Group { most: LARGEST });
    }
    Ok(())
}

impl Story for Encounter {
    const KIND: &'static str = "encounter";
    type Change = Change;
    type Rules = ();
    type Refusal = Refusal;

    fn begun(event: &Event) -> Option<Encounter> {
        let Change::Plan(plan) = &event.change else {
            return None;
        };
        Some(Encounter {
            plan: plan.clone(),
            stage: Stage::Planned,
            registrations: Vec::new(),
            invited: BTreeMap::new(),
            speakers: Vec::new(),
            questions: Vec::new(),
            came: None,
            follow_up: None,
            next: None,
            cancelled: None,
            revision: 0,
        })
    }

    fn apply(&mut self, event: &Event) {
        match &event.change {
            Change::Plan(plan) => {
                self.plan = plan.clone();
                self.revision += 1;
                self.admit();
            }
            Change::Open => self.stage = Stage::Open,
            Change::Invite { profession, many } => {
                let invited = self.invited.entry(*profession).or_default();
                *invited = invited.saturating_add(*many);
            }
            Change::Register {
                registration,
                profession,
                group,
            } => {
                self.registrations.push(Registration {
                    id: registration.clone(),
                    at: event.at,
                    profession: *profession,
                    group: *group,
                    seat: Seat::Waiting,
                    identity: Identity::Unchecked,
                    passed: Vec::new(),
                });
                self.admit();
            }
            Change::Leave { registration } => {
                if let Some(left) = self.find(registration) {
                    left.seat = Seat::Left;
                }
                self.admit();
            }
            Change::Check {
                registration,
                identity,
            } => {
                if let Some(checked) = self.find(registration) {
                    checked.identity = *identity;
                }
            }
            Change::Speak {
                name,
                service,
                about,
            } => self.speakers.push(Speaker {
                name: name.clone(),
                service: service.clone(),
                about: about.clone(),
            }),
            Change::Ask { question, during } => self.questions.push((question.clone(), *during)),
            Change::Close => self.stage = Stage::Closed,
            Change::Hold { came } => {
                self.came = *came;
                self.stage = Stage::Held;
            }
            Change::FollowUp(text) => self.follow_up = Some(text.clone()),
            Change::Next { encounter } => self.next = Some(encounter.clone()),
            Change::Cancel { reason } => {
                self.cancelled = Some(reason.clone());
                self.revision += 1;
                self.stage = Stage::Cancelled;
            }
        }
    }

    fn begin((): &(), event: &Event) -> Result<Encounter, Refusal> {
        let begun = Encounter::begun(event).ok_or(Refusal::Beginning)?;
        planned(&begun.plan)?;
        Ok(begun)
    }

    fn may(&self, (): &(), event: &Event) -> Result<(), Refusal> {
        use Stage::{Closed, Held, Open, Planned};
        match (self.stage, &event.change) {
            (Planned | Open | Closed, Change::Plan(plan)) => self.may_plan(plan),
            (Planned | Closed, Change::Open)
            | (Open, Change::Close)
            | (Planned | Open | Closed, Change::Invite { .. } | Change::Hold { .. })
            | (_, Change::Next { .. }) => Ok(()),
            (
                Open,
                Change::Register {
                    registration,
                    group,
                    ..
                },
            ) => self.may_register(registration, *group),
            (Open | Closed, Change::Leave { registration }) => {
                if self.known(registration)?.seat == Seat::Left {
                    return Err(Refusal::Standing {
                        standing: "left",
                        what: "leave",
                    });
                }
                Ok(())
            }
            (Open | Closed | Held, Change::Check { registration, .. }) => {
                self.known(registration).map(|_| ())
            }
            (Planned | Open | Closed, Change::Speak { name, .. }) => said(name, "the name"),
            (Open | Closed | Held, Change::Ask { question, .. }) => said(question, "the question"),
            (Held, Change::FollowUp(text)) => said(&text.fr, "the text in French"),
            (Planned | Open | Closed, Change::Cancel { reason }) => said(reason, "the reason"),
            (stage, change) => Err(Refusal::Standing {
                standing: stage.as_str(),
                what: change.as_str(),
            }),
        }
    }
}

#[cfg(test)]
mod tests;
