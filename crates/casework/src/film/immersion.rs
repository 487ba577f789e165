//! The time of an author in a unit: the agreement, its signatures, briefing and debriefing. Whoever comes is on the
//! access list only once all have signed and the briefing was given.

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use super::{Refusal, said};
use crate::{
    story::{self, Story},
    submission::UnitId,
    text::Lang,
    words::words,
};

/// What is agreed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Agreement {
    /// The project it is for.
    pub project: Box<str>,
    /// The unit that receives.
    pub unit: UnitId,
    /// The first day.
    pub from: Date,
    /// The last day.
    pub until: Date,
    /// How many people come; who they are is kept apart.
    pub people: u32,
    /// What they do and keep to.
    pub duties: Box<str>,
    /// What may be filmed, photographed or drawn.
    pub image: Box<str>,
    /// What stays in the unit.
    pub secrecy: Box<str>,
}

/// Something that happened to an immersion.
pub type Event = story::Event<Change>;

/// What happens to an immersion.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Change {
    /// An agreement is drafted, or drafted anew: every signature is asked again.
    Draft(Agreement),
    /// The unit agrees.
    SignOff,
    /// The unit does not.
    Refuse {
        /// Why; the applicant reads it.
        reason: Box<str>,
    },
    /// Those who come have signed.
    Sign,
    /// They were told what holds in the unit.
    Brief {
        /// On which day.
        day: Date,
        /// What they were told.
        told: Box<str>,
    },
    /// What came of it.
    Debrief {
        /// On which day.
        day: Date,
        /// What was said.
        report: Box<str>,
        /// What may not leave the unit, as the unit marks it; empty for nothing.
        withheld: Box<str>,
    },
    /// It does not take place.
    Cancel {
        /// Why.
        reason: Box<str>,
    },
}

impl Change {
    /// The word in the record.
    pub fn as_str(&self) -> &'static str {
        match self {
            Change::Draft(_) => "draft",
            Change::SignOff => "sign_off",
            Change::Refuse { .. } => "refuse",
            Change::Sign => "sign",
            Change::Brief { .. } => "brief",
            Change::Debrief { .. } => "debrief",
            Change::Cancel { .. } => "cancel",
        }
    }
}

words! {
    /// Where an immersion stands.
    Stage {
        /// The unit has to agree.
        Drafted = "drafted",
        /// Those who come have to sign.
        SignedOff = "signed_off",
        /// The briefing has to be given.
        Signed = "signed",
        /// They may come.
        Briefed = "briefed",
        /// It is over and was spoken about.
        Debriefed = "debriefed",
        /// The unit refused.
        Refused = "refused",
        /// It did not take place.
        Cancelled = "cancelled",
    }
}

impl Stage {
    /// In plain words.
    pub fn label(self, lang: Lang) -> &'static str {
        match self {
            Stage::Drafted => lang.pick("attend l’accord de l’unité", "waits for the unit"),
            Stage::SignedOff => {
                lang.pick("attend la signature des personnes", "waits for signatures")
            }
            Stage::Signed => lang.pick("attend l’accueil", "waits for the briefing"),
            Stage::Briefed => lang.pick("accès ouvert", "access is open"),
            Stage::Debriefed => lang.pick("terminée, bilan fait", "over and debriefed"),
            Stage::Refused => lang.pick("refusée par l’unité", "refused by the unit"),
            Stage::Cancelled => lang.pick("annulée", "cancelled"),
        }
    }
}

/// An immersion, as far as its events have come.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Immersion {
    /// What is agreed.
    pub agreement: Agreement,
    /// Where it stands.
    pub stage: Stage,
}

impl Immersion {
    /// Whether those who come are let in on a day.
    pub fn lets_in(&self, day: Date) -> bool {
        let agreed = &self.agreement;
        self.stage == Stage::Briefed && (agreed.from..=agreed.until).contains(&day)
    }
}

fn may_draft(agreement: &Agreement) -> Result<(), Refusal> {
    for (text, what) in [
        (&agreement.duties, "the duties"),
        (&agreement.image, "what may be filmed"),
        (&agreement.secrecy, "what stays secret"),
    ] {
        said(text, what)?;
    }
    if agreement.until < agreement.from {
        return Err(Refusal::EndsBefore);
    }
    if agreement.people == 0 {
        return Err(Refusal::Missing("the people"));
    }
    Ok(())
}

impl Story for Immersion {
    const KIND: &'static str = "immersion";
    type Change = Change;
    type Rules = ();
    type Refusal = Refusal;

    fn begun(event: &Event) -> Option<Immersion> {
        let Change::Draft(agreement) = &event.change else {
            return None;
        };
        Some(Immersion {
            agreement: agreement.clone(),
            stage: Stage::Drafted,
        })
    }

    fn apply(&mut self, event: &Event) {
        self.stage = match &event.change {
            Change::Draft(agreement) => {
                self.agreement = agreement.clone();
                Stage::Drafted
            }
            Change::SignOff => Stage::SignedOff,
            Change::Refuse { .. } => Stage::Refused,
            Change::Sign => Stage::Signed,
            Change::Brief { .. } => Stage::Briefed,
            Change::Debrief { .. } => Stage::Debriefed,
            Change::Cancel { .. } => Stage::Cancelled,
        };
    }

    fn begin((): &(), event: &Event) -> Result<Immersion, Refusal> {
        let begun = Immersion::begun(event).ok_or(Refusal::Beginning)?;
        may_draft(&begun.agreement)?;
        Ok(begun)
    }

    fn may(&self, (): &(), event: &Event) -> Result<(), Refusal> {
        match (self.stage, &event.change) {
            (
                Stage::Drafted | Stage::SignedOff | Stage::Signed | Stage::Refused,
                Change::Draft(agreement),
            ) => may_draft(agreement),
            (Stage::Drafted, Change::SignOff) | (Stage::SignedOff, Change::Sign) => Ok(()),
            (Stage::Drafted, Change::Refuse { reason }) => said(reason, "the reason"),
            (Stage::Signed, Change::Brief { told, .. }) => said(told, "what they were told"),
            (Stage::Briefed, Change::Debrief { day, report, .. }) => {
                said(report, "the report")?;
                if *day < self.agreement.from {
                    return Err(Refusal::EndsBefore);
                }
                Ok(())
            }
            (
                Stage::Drafted | Stage::SignedOff | Stage::Signed | Stage::Briefed,
                Change::Cancel { reason },
            ) => said(reason, "the reason"),
            (stage, change) => Err(Refusal::Standing {
                standing: stage.as_str(),
                what: change.as_str(),
            }),
        }
    }
}

#[cfg(test)]
mod tests {
    use jiff::{Timestamp, civil::date};

    use super::*;

    fn agreement() -> Agreement {
        Agreement {
            project: "p".into(),
            unit: "raid".parse().unwrap(),
            from: date(2027, 3, 1),
            until: date(2027, 3, 3),
            people: 2,
            duties: "follow".into(),
            image: "no faces".into(),
            secrecy: "tactics".into(),
        }
    }

    fn event(change: Change) -> Event {
        Event {
            at: Timestamp::UNIX_EPOCH,
            actor: "somebody".into(),
            change,
        }
    }

    #[test]
    fn nobody_is_let_in_before_all_have_signed_and_were_briefed() {
        let brief = Change::Brief {
            day: date(2027, 3, 1),
            told: "no phones".into(),
        };
        let mut immersion = Immersion::begin(&(), &event(Change::Draft(agreement()))).unwrap();
        for change in [Change::SignOff, Change::Sign, brief.clone()] {
            assert!(!immersion.lets_in(date(2027, 3, 1)));
            assert!(immersion.after(&(), &event(brief.clone())).is_err() || change == brief);
            immersion = immersion.after(&(), &event(change)).unwrap();
        }
        assert!(immersion.lets_in(date(2027, 3, 3)) && !immersion.lets_in(date(2027, 3, 4)));
        let debrief = Change::Debrief {
            day: date(2027, 3, 5),
            report: "good".into(),
            withheld: "names".into(),
        };
        immersion = immersion.after(&(), &event(debrief)).unwrap();
        assert!(!immersion.lets_in(date(2027, 3, 2)));
    }

    #[test]
    fn another_draft_asks_for_every_signature_again() {
        let mut immersion = Immersion::begin(&(), &event(Change::Draft(agreement()))).unwrap();
        immersion = immersion.after(&(), &event(Change::SignOff)).unwrap();
        let more = Agreement {
            people: 3,
            ..agreement()
        };
        immersion = immersion.after(&(), &event(Change::Draft(more))).unwrap();
        assert_eq!(immersion.stage, Stage::Drafted);
        let silent = Agreement {
            secrecy: " ".into(),
            ..agreement()
        };
        assert_eq!(
            immersion.after(&(), &event(Change::Draft(silent))),
            Err(Refusal::Missing("what stays secret"))
        );
    }
}
