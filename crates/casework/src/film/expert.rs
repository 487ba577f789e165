//! The directory of experts: who knows what, when, and what stands against it; their meetings, with questions and
//! answers kept. Matching proposes with reasons, and a person chooses.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{Refusal, said};
use crate::{
    booking::Span,
    policy::Level,
    story::{self, Story},
    submission::UnitId,
    text::{Lang, fold},
    words::words,
};

/// What is known of an expert.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Profile {
    /// The name in the directory.
    pub name: Box<str>,
    /// Their unit.
    pub unit: UnitId,
    /// What they know, in plain words.
    pub fields: BTreeSet<Box<str>>,
    /// The languages they speak: BCP 47 tags.
    pub languages: BTreeSet<Box<str>>,
    /// Codes of the departments they know; empty for all.
    pub territories: BTreeSet<Box<str>>,
    /// What they are cleared for.
    pub clearance: Option<Level>,
    /// What they may not speak about; said before each meeting.
    pub silent_on: Box<str>,
}

/// Something that happened to an expert.
pub type Event = story::Event<Change>;

/// What happens to an expert.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Change {
    /// They are listed, or what is known of them changes.
    List(Profile),
    /// They are not free.
    Away {
        /// From when.
        from: Timestamp,
        /// Until when.
        until: Timestamp,
    },
    /// They say that they should not help with something: a production, an open case.
    Declare {
        /// What with.
        conflict: Box<str>,
    },
    /// A meeting is set.
    Plan {
        /// Its identifier.
        meeting: Box<str>,
        /// The project it is for.
        project: Box<str>,
        /// Who produces it.
        production: Box<str>,
        /// Its title: a conflict may be with the case it tells of.
        #[serde(default)]
        title: Box<str>,
        /// From when.
        from: Timestamp,
        /// Until when.
        until: Timestamp,
        /// Where.
        place: Box<str>,
    },
    /// A question for the meeting.
    Ask {
        /// Which meeting.
        meeting: Box<str>,
        /// What.
        question: Box<str>,
    },
    /// Its answer.
    Answer {
        /// Which meeting.
        meeting: Box<str>,
        /// Which question, from 0.
        question: usize,
        /// What.
        answer: Box<str>,
        /// Whether the expert marks it as not to be said outside.
        withheld: bool,
    },
    /// The meeting took place.
    Hold {
        /// Which meeting.
        meeting: Box<str>,
    },
    /// The meeting does not take place.
    Cancel {
        /// Which meeting.
        meeting: Box<str>,
        /// Why.
        reason: Box<str>,
    },
    /// They are no longer asked.
    Leave,
}

words! {
    /// Where a meeting stands.
    Held {
        /// It is set.
        Planned = "planned",
        /// It took place.
        Held = "held",
        /// It did not.
        Cancelled = "cancelled",
    }
}

impl Held {
    /// In plain words.
    pub fn label(self, lang: Lang) -> &'static str {
        match self {
            Held::Planned => lang.pick("prévue", "planned"),
            Held::Held => lang.pick("tenue", "held"),
            Held::Cancelled => lang.pick("annulée", "cancelled"),
        }
    }
}

/// A question, and what was answered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Question {
    /// What was asked.
    pub asked: Box<str>,
    /// What was answered; none yet.
    pub answer: Option<Box<str>>,
    /// Whether the answer stays inside.
    pub withheld: bool,
}

/// A meeting with an expert.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Meeting {
    /// The project it is for.
    pub project: Box<str>,
    /// When.
    pub span: Span,
    /// Where.
    pub place: Box<str>,
    /// Where it stands.
    pub held: Held,
    /// What is asked, in order.
    pub questions: Vec<Question>,
    /// How often it changed: the sequence number of its invitation.
    pub revision: u32,
}

/// An expert, as far as their events have come.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Expert {
    /// What is known of them.
    pub profile: Profile,
    /// When they are not free, meetings apart.
    pub away: Vec<Span>,
    /// What they should not help with.
    pub conflicts: BTreeSet<Box<str>>,
    /// Their meetings. Two that are not cancelled never overlap.
    pub meetings: BTreeMap<Box<str>, Meeting>,
    /// Whether they are asked at all.
    pub listed: bool,
}

impl Expert {
    /// What keeps them from meeting over a span.
    pub fn busy(&self, span: Span) -> Option<Span> {
        let meetings = self.meetings.values();
        let met = meetings
            .filter(|meeting| meeting.held != Held::Cancelled)
            .map(|meeting| meeting.span);
        met.chain(self.away.iter().copied())
            .find(|held| held.overlaps(span))
    }

    /// The conflict with a production or a case: its words stand, in their order and written in any way, in this name.
    pub fn conflict(&self, with: &str) -> Option<&str> {
        let with = words_of(with);
        let mut conflicts = self.conflicts.iter().map(|conflict| &**conflict);
        conflicts.find(|conflict| {
            let conflict = words_of(conflict);
            !conflict.is_empty() && with.windows(conflict.len()).any(|part| *part == conflict)
        })
    }

    fn meeting(&self, id: &str) -> Result<&Meeting, Refusal> {
        let meeting = self.meetings.get(id);
        meeting.ok_or_else(|| Refusal::Unknown(id.into()))
    }

    /// They are free, and apart from the production and the case it tells of.
    fn may_plan(&self, change: &Change) -> Result<(), Refusal> {
        let Change::Plan {
            meeting,
            production,
            title,
            from,
            until,
            place,
            ..
        } = change
        else {
            return Ok(());
        };
        if !self.listed {
            return Err(Refusal::Standing {
                standing: "not listed",
                what: "plan",
            });
        }
        said(place, "the place")?;
        let span = Span::new(*from, *until).ok_or(Refusal::EndsBefore)?;
        let conflict = self.conflict(production).or_else(|| self.conflict(title));
        if let Some(conflict) = conflict {
            return Err(Refusal::Conflict(conflict.into()));
        }
        if let Some(held) = self.busy(span) {
            return Err(Refusal::Busy {
                until: held.until(),
            });
        }
        if self.meetings.contains_key(meeting) {
            return Err(Refusal::Twice(meeting.clone()));
        }
        Ok(())
    }

    fn may_ask(&self, meeting: &str, question: &str) -> Result<(), Refusal> {
        said(question, "the question")?;
        match self.meeting(meeting)?.held {
            Held::Cancelled => Err(Refusal::Standing {
                standing: Held::Cancelled.as_str(),
                what: "ask",
            }),
            Held::Planned | Held::Held => Ok(()),
        }
    }

    fn plan(&mut self, change: &Change) {
        let Change::Plan {
            meeting,
            project,
            from,
            until,
            place,
            ..
        } = change
        else {
            return;
        };
        let Some(span) = Span::new(*from, *until) else {
            return;
        };
        let planned = Meeting {
            project: project.clone(),
            span,
            place: place.clone(),
            held: Held::Planned,
            questions: Vec::new(),
            revision: 0,
        };
        self.meetings.insert(meeting.clone(), planned);
    }

    fn answer(&mut self, meeting: &str, question: usize, answer: &str, withheld: bool) {
        let meeting = self.meetings.get_mut(meeting);
        if let Some(asked) = meeting.and_then(|meeting| meeting.questions.get_mut(question)) {
            asked.answer = Some(answer.into());
            asked.withheld = withheld;
        }
    }
}

/// The words of a name, without accents, capitals and punctuation.
fn words_of(name: &str) -> Vec<String> {
    let name = fold(name);
    let words = name.split(|c: char| !c.is_alphanumeric());
    let words = words.filter(|word| !word.is_empty());
    words.map(str::to_owned).collect()
}

fn listed(profile: &Profile) -> Result<(), Refusal> {
    said(&profile.name, "the name")?;
    if profile.fields.is_empty() {
        return Err(Refusal::Missing("what they know"));
    }
    Ok(())
}

fn planned(meeting: &Meeting, what: &'static str) -> Result<(), Refusal> {
    match meeting.held {
        Held::Planned => Ok(()),
        other => Err(Refusal::Standing {
            standing: other.as_str(),
            what,
        }),
    }
}

impl Story for Expert {
    const KIND: &'static str = "expert";
    type Change = Change;
    type Rules = ();
    type Refusal = Refusal;

    fn begun(event: &Event) -> Option<Expert> {
        let Change::List(profile) = &event.change else {
            return None;
        };
        Some(Expert {
            profile: profile.clone(),
            away: Vec::new(),
            conflicts: BTreeSet::new(),
            meetings: BTreeMap::new(),
            listed: true,
        })
    }

    fn apply(&mut self, event: &Event) {
        match &event.change {
            Change::List(profile) => {
                self.profile = profile.clone();
                self.listed = true;
            }
            Change::Away { from, until } => self.away.extend(Span::new(*from, *until)),
            Change::Declare { conflict } => {
                self.conflicts.insert(conflict.clone());
            }
            change @ Change::Plan { .. } => self.plan(change),
            Change::Ask { meeting, question } => {
                if let Some(meeting) = self.meetings.get_mut(meeting) {
                    meeting.questions.push(Question {
                        asked: question.clone(),
                        answer: None,
                        withheld: false,
                    });
                }
            }
            Change::Answer {
                meeting,
                question,
                answer,
                withheld,
            } => self.answer(meeting, *question, answer, *withheld),
            Change::Hold { meeting } => {
                if let Some(meeting) = self.meetings.get_mut(meeting) {
                    meeting.held = Held::Held;
                }
            }
            Change::Cancel { meeting, .. } => {
                if let Some(meeting) = self.meetings.get_mut(meeting) {
                    meeting.held = Held::Cancelled;
                    meeting.revision += 1;
                }
            }
            Change::Leave => self.listed = false,
        }
    }

    fn begin((): &(), event: &Event) -> Result<Expert, Refusal> {
        let begun = Expert::begun(event).ok_or(Refusal::Beginning)?;
        listed(&begun.profile)?;
        Ok(begun)
    }

    fn may(&self, (): &(), event: &Event) -> Result<(), Refusal> {
        match &event.change {
            Change::List(profile) => listed(profile),
            Change::Away { from, until } => Span::new(*from, *until)
                .map(|_| ())
                .ok_or(Refusal::EndsBefore),
            Change::Declare { conflict } => said(conflict, "what with"),
            change @ Change::Plan { .. } => self.may_plan(change),
            Change::Ask { meeting, question } => self.may_ask(meeting, question),
            Change::Answer {
                meeting,
                question,
                answer,
                ..
            } => {
                said(answer, "the answer")?;
                let asked = self.meeting(meeting)?.questions.get(*question);
                let unknown = || Refusal::Unknown(question.to_string().into());
                asked.map(|_| ()).ok_or_else(unknown)
            }
            Change::Hold { meeting } => planned(self.meeting(meeting)?, "hold"),
            Change::Cancel { meeting, reason } => {
                said(reason, "the reason")?;
                planned(self.meeting(meeting)?, "cancel")
            }
            Change::Leave => Ok(()),
        }
    }
}

/// What is wished of an expert. What is empty or none is not asked.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Wish {
    /// A word of what they have to know.
    pub field: Box<str>,
    /// A language.
    pub language: Box<str>,
    /// Code of a department.
    pub territory: Box<str>,
    /// What they have to be cleared for.
    pub clearance: Option<Level>,
    /// When they have to be free.
    pub when: Option<Span>,
    /// Who produces the work, or the case it is about.
    pub production: Box<str>,
}

words! {
    /// Something that is wished of an expert.
    Trait {
        /// They know the field.
        Field = "field",
        /// They speak the language.
        Language = "language",
        /// They know the territory.
        Territory = "territory",
        /// They are cleared.
        Clearance = "clearance",
        /// They are free.
        Free = "free",
        /// They have no conflict with the production.
        Apart = "apart",
    }
}

/// An expert who is proposed, and why.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Proposal<'e> {
    /// Which expert.
    pub expert: &'e str,
    /// What of the wish they meet.
    pub meets: Vec<Trait>,
    /// What they do not.
    pub lacks: Vec<Trait>,
    /// Meetings that they have been asked for so far.
    pub asked: usize,
}

/// Listed experts who know the field, those that meet most of the wish first, then those asked least so far; one with
/// a conflict comes last, and says so. There is no other score.
pub fn propose<'e>(
    experts: impl IntoIterator<Item = (&'e str, &'e Expert)>,
    wish: &Wish,
) -> Vec<Proposal<'e>> {
    let mut proposals: Vec<Proposal<'e>> = experts
        .into_iter()
        .filter(|(_, expert)| expert.listed)
        .map(|(id, expert)| {
            let (meets, lacks) = wished(wish, expert)
                .into_iter()
                .partition::<Vec<(Trait, bool)>, _>(|(_, met)| *met);
            let plain =
                |traits: Vec<(Trait, bool)>| traits.into_iter().map(|(one, _)| one).collect();
            Proposal {
                expert: id,
                meets: plain(meets),
                lacks: plain(lacks),
                asked: expert.meetings.len(),
            }
        })
        .filter(|proposal| !proposal.lacks.contains(&Trait::Field))
        .collect();
    proposals.sort_by_key(|proposal| {
        let conflict = proposal.lacks.contains(&Trait::Apart);
        (
            conflict,
            proposal.lacks.len(),
            proposal.asked,
            proposal.expert,
        )
    });
    proposals
}

/// What is asked of the wish, and whether the expert meets it.
fn wished(wish: &Wish, expert: &Expert) -> Vec<(Trait, bool)> {
    let profile = &expert.profile;
    let field = fold(wish.field.trim());
    let knows = profile
        .fields
        .iter()
        .any(|known| fold(known).contains(&field));
    let holds =
        |set: &BTreeSet<Box<str>>, text: &str| set.iter().any(|one| fold(one) == fold(text));
    let all = profile.territories.is_empty();
    let asked = [
        (!field.is_empty(), Trait::Field, knows),
        (
            !wish.language.is_empty(),
            Trait::Language,
            holds(&profile.languages, &wish.language),
        ),
        (
            !wish.territory.is_empty(),
            Trait::Territory,
            all || holds(&profile.territories, &wish.territory),
        ),
        (
            wish.clearance.is_some(),
            Trait::Clearance,
            profile.clearance >= wish.clearance,
        ),
        (
            wish.when.is_some(),
            Trait::Free,
            wish.when.is_none_or(|span| expert.busy(span).is_none()),
        ),
        (
            !wish.production.trim().is_empty(),
            Trait::Apart,
            expert.conflict(&wish.production).is_none(),
        ),
    ];
    asked
        .into_iter()
        .filter(|(asked, ..)| *asked)
        .map(|(_, what, met)| (what, met))
        .collect()
}

#[cfg(test)]
mod tests;
