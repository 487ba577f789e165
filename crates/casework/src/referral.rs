//! Referral and joint work: how units come to work on one case, and how they leave it.
//!
//! There are four [`Form`]s. What happens is a [`Event`]; [`JointWork`] is what all events so far
//! come to: who leads, who takes part, what each is shown, and who has to answer by when. Events
//! are kept and folded again ([`JointWork::fold`]), never changed.
//!
//! The lead moves by a transfer, or because whoever leads routes the case elsewhere ([`JointWork::routed`]).
//!
//! What always holds: exactly one unit leads. Whoever was asked and has not answered sees the facts
//! and nothing else; whoever asks on its own initiative sees nothing until the lead accepts; whoever
//! refused, gave back or ended sees nothing any more. Only the lead decides what is shown.
//!
//! A magistrate's freedom to choose a service (CPP D2) is not limited here: this is the record of
//! what was decided, with the authority that agreed where one has to.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;

use crate::{
    policy::Part,
    submission::{ReferralId, UnitId},
    text::Lang,
    words::words,
};

words! {
    /// How a unit comes to a case.
    Form {
        /// It helps at the lead's request; the lead stays where it is (decree 2023-1083, art. 3).
        Assistance = "assistance",
        /// It investigates jointly; the lead stays where it is.
        Joint = "joint",
        /// It takes the lead, and the former lead leaves.
        Transfer = "transfer",
        /// It asks to take part, of its own accord, with the agreement of a judicial authority.
        Initiative = "initiative",
    }
}

impl Form {
    /// The form in plain words.
    pub fn label(self, lang: Lang) -> &'static str {
        match self {
            Form::Assistance => lang.pick("assistance", "assistance"),
            Form::Joint => lang.pick("co-saisine", "joint referral"),
            Form::Transfer => lang.pick("dessaisissement", "transfer"),
            Form::Initiative => lang.pick("initiative", "own initiative"),
        }
    }
}

/// Something that happened to the work on a case.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Event {
    /// The referral it is about.
    pub referral: ReferralId,
    /// When.
    pub at: Timestamp,
    /// The unit whose agent did it. Whether that agent may is [`crate::policy::decide`]'s to say.
    pub by: UnitId,
    /// What.
    pub change: Change,
}

/// What happens to a referral.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Change {
    /// The lead asks a unit; or, on its own initiative, a unit asks the lead.
    Ask {
        /// How the unit would come to the case.
        form: Form,
        /// The unit that would come.
        unit: UnitId,
        /// What it would be shown once it has come; the facts at least.
        parts: BTreeSet<Part>,
        /// Why.
        reason: Box<str>,
        /// The judicial authority that agreed; needed for an initiative.
        authority: Option<Box<str>>,
        /// When it has to be answered.
        due: Timestamp,
    },
    /// Whoever has to answer has read it.
    Acknowledge,
    /// Whoever has to answer agrees.
    Accept,
    /// Whoever has to answer does not.
    Refuse {
        /// Why.
        reason: Box<str>,
    },
    /// Whoever asked takes it back before it is answered; after a transfer the new lead may too.
    Withdraw,
    /// The lead shows other parts.
    Show {
        /// What is shown from now on; the facts at least.
        parts: BTreeSet<Part>,
    },
    /// The unit that came gives the case back. After a transfer the unit that asked leads again.
    Return {
        /// Why.
        reason: Box<str>,
    },
    /// The unit has done its part. What came of it goes back to whoever asked.
    End {
        /// What came of it.
        outcome: Box<str>,
    },
}

impl Change {
    /// The word in the record.
    pub fn as_str(&self) -> &'static str {
        match self {
            Change::Ask { .. } => "ask",
            Change::Acknowledge => "acknowledge",
            Change::Accept => "accept",
            Change::Refuse { .. } => "refuse",
            Change::Withdraw => "withdraw",
            Change::Show { .. } => "show",
            Change::Return { .. } => "return",
            Change::End { .. } => "end",
        }
    }
}

/// Where a referral stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Standing {
    /// Not answered.
    Asked,
    /// The unit takes part, or leads.
    Accepted,
    /// It was refused, for this reason.
    Refused(Box<str>),
    /// It was taken back before it was answered.
    Withdrawn,
    /// The case was given back, for this reason.
    Returned(Box<str>),
    /// The unit has done its part, with this outcome.
    Ended(Box<str>),
    /// The lead moved, and made it pointless: the unit leads itself, or was to take over from
    /// whoever leads no more.
    Superseded,
}

impl Standing {
    /// The word in the record.
    pub fn as_str(&self) -> &'static str {
        match self {
            Standing::Asked => "asked",
            Standing::Accepted => "accepted",
            Standing::Refused(_) => "refused",
            Standing::Withdrawn => "withdrawn",
            Standing::Returned(_) => "returned",
            Standing::Ended(_) => "ended",
            Standing::Superseded => "superseded",
        }
    }
}

/// A referral, as far as its events have come.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Referral {
    /// How the unit comes to the case.
    pub form: Form,
    /// The unit that comes.
    pub unit: UnitId,
    /// The unit that led when it was asked.
    pub lead: UnitId,
    /// What the unit is shown, once it has come.
    pub parts: BTreeSet<Part>,
    /// Why it was asked.
    pub reason: Box<str>,
    /// The judicial authority that agreed.
    pub authority: Option<Box<str>>,
    /// When it has to be answered.
    pub due: Timestamp,
    /// When it was asked.
    pub asked_at: Timestamp,
    /// When whoever has to answer had read it.
    pub acknowledged_at: Option<Timestamp>,
    /// Where it stands.
    pub standing: Standing,
}

impl Referral {
    /// Who asked: the lead, or the unit itself on its own initiative.
    pub fn asker(&self) -> &UnitId {
        match self.form {
            Form::Assistance | Form::Joint | Form::Transfer => &self.lead,
            Form::Initiative => &self.unit,
        }
    }

    /// What the unit is shown now.
    fn shown(&self) -> BTreeSet<Part> {
        match (&self.standing, self.form) {
            // Whoever took over and passed the case on sees it no more.
            (Standing::Accepted, Form::Transfer) => BTreeSet::new(),
            (Standing::Accepted, _) => self.parts.clone(),
            (Standing::Asked, Form::Assistance | Form::Joint | Form::Transfer) => {
                BTreeSet::from([Part::Facts])
            }
            _ => BTreeSet::new(),
        }
    }

    /// Whether the unit was asked, or helps: an accepted transfer shows in who leads.
    fn keeps(&self, unit: &UnitId) -> bool {
        self.unit == *unit
            && match self.standing {
                Standing::Asked => true,
                Standing::Accepted => self.form != Form::Transfer,
                _ => false,
            }
    }
}

/// Why an event cannot happen.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Refusal {
    /// An identifier is used twice.
    #[error("referral {0} was asked before")]
    AskedBefore(ReferralId),
    /// There is no such referral.
    #[error("there is no referral {0} in this case")]
    Unknown(ReferralId),
    /// The unit is in the case, or was asked already.
    #[error("{0} leads the case, takes part in it or was asked already")]
    AlreadyThere(UnitId),
    /// Only this unit may do that.
    #[error("only {may} may {what} here, not {by}")]
    NotTheirs {
        /// The unit that may.
        may: UnitId,
        /// The unit that wanted to.
        by: UnitId,
        /// The change.
        what: &'static str,
    },
    /// The referral does not stand where that can happen.
    #[error("a referral that is {standing} takes no {what}")]
    Standing {
        /// Where it stands.
        standing: &'static str,
        /// The change.
        what: &'static str,
    },
    /// The case went on to another unit since.
    #[error("the case went on to {0} since")]
    WentOn(UnitId),
    /// It was acknowledged before.
    #[error("the referral was acknowledged before")]
    AcknowledgedBefore,
    /// A text that the change needs is empty.
    #[error("{0} is missing")]
    Missing(&'static str),
    /// Nobody can work on a case whose facts they do not see.
    #[error("the facts have to be among the parts shown")]
    FactsNotShown,
    /// An event is older than what it follows.
    #[error("the event is older than the referral")]
    TooEarly,
}

/// Who works on a case, and how.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct JointWork {
    lead: UnitId,
    /// The transfers that made the lead what it is, each with the lead before it.
    transfers: Vec<(ReferralId, UnitId)>,
    referrals: BTreeMap<ReferralId, Referral>,
}

impl JointWork {
    /// A case that one unit leads alone.
    pub fn led_by(lead: UnitId) -> JointWork {
        JointWork {
            lead,
            transfers: Vec::new(),
            referrals: BTreeMap::new(),
        }
    }

    /// The work after the case was routed to a unit, which needs no consent: there is nothing to give back then.
    #[must_use]
    pub fn routed(&self, to: UnitId) -> JointWork {
        let mut work = self.clone();
        if to != work.lead {
            work.transfers.clear();
            for referral in work.referrals.values_mut() {
                if referral.form == Form::Transfer && referral.standing == Standing::Accepted {
                    referral.standing = Standing::Superseded;
                }
            }
            work.led_from_now(to);
        }
        work
    }

    /// The unit that leads.
    pub fn lead(&self) -> &UnitId {
        &self.lead
    }

    /// Every referral there was.
    pub fn referrals(&self) -> &BTreeMap<ReferralId, Referral> {
        &self.referrals
    }

    /// The units beside the lead that are shown something, and what: as [`crate::policy::Object`]
    /// wants it.
    pub fn joined(&self) -> Vec<(UnitId, BTreeSet<Part>)> {
        let mut joined: BTreeMap<&UnitId, BTreeSet<Part>> = BTreeMap::new();
        for referral in self.referrals.values() {
            let shown = referral.shown();
            if referral.unit != self.lead && !shown.is_empty() {
                joined.entry(&referral.unit).or_default().extend(shown);
            }
        }
        joined
            .into_iter()
            .map(|(unit, shown)| (unit.clone(), shown))
            .collect()
    }

    /// Who has to answer a referral: the unit asked, or the lead.
    pub fn answerer<'w>(&'w self, referral: &'w Referral) -> &'w UnitId {
        match referral.form {
            Form::Assistance | Form::Joint | Form::Transfer => &referral.unit,
            Form::Initiative => &self.lead,
        }
    }

    /// Referrals that had to be answered by now and were not.
    pub fn overdue(&self, now: Timestamp) -> impl Iterator<Item = (ReferralId, &Referral)> {
        self.referrals
            .iter()
            .filter(move |(_, referral)| referral.standing == Standing::Asked && referral.due < now)
            .map(|(id, referral)| (*id, referral))
    }

    /// The work after a new event, if that may happen.
    ///
    /// # Errors
    /// When the event cannot happen now.
    pub fn after(&self, event: &Event) -> Result<JointWork, Refusal> {
        self.may(event)?;
        let mut work = self.clone();
        work.apply(event);
        Ok(work)
    }

    /// Brings in an event that happened. Whether it may happen was judged when it did, and is not asked again: rules
    /// change, and what was kept stays readable.
    pub fn apply(&mut self, event: &Event) {
        if let Change::Ask { .. } = &event.change {
            let asked = self.asked(event);
            self.referrals
                .extend(asked.map(|asked| (event.referral, asked)));
            return;
        }
        let Some(referral) = self.referrals.get_mut(&event.referral) else {
            return;
        };
        let waited = referral.standing == Standing::Asked;
        if matches!(
            event.change,
            Change::Acknowledge | Change::Accept | Change::Refuse { .. }
        ) {
            referral.acknowledged_at.get_or_insert(event.at);
        }
        match &event.change {
            Change::Ask { .. } | Change::Acknowledge => {}
            Change::Accept => referral.standing = Standing::Accepted,
            Change::Refuse { reason } => referral.standing = Standing::Refused(trimmed(reason)),
            Change::Withdraw => referral.standing = Standing::Withdrawn,
            Change::Show { parts } => referral.parts = parts.clone(),
            Change::Return { reason } => referral.standing = Standing::Returned(trimmed(reason)),
            Change::End { outcome } => referral.standing = Standing::Ended(trimmed(outcome)),
        }
        if referral.form != Form::Transfer {
            return;
        }
        let unit = referral.unit.clone();
        match &event.change {
            Change::Accept if waited => {
                self.transfers.push((event.referral, self.lead.clone()));
                self.lead_passes(event.referral, unit);
            }
            Change::Return { .. } => {
                let last = self.transfers.pop_if(|(last, _)| *last == event.referral);
                if let Some((_, before)) = last {
                    self.lead_passes(event.referral, before);
                }
            }
            _ => {}
        }
    }

    /// Moves the lead by a transfer, which keeps its own standing.
    fn lead_passes(&mut self, by: ReferralId, to: UnitId) {
        let transfer = self.referrals.remove_entry(&by);
        self.led_from_now(to);
        self.referrals.extend(transfer);
    }

    /// Moves the lead. What the new lead was asked or helped with is pointless now, and so is a transfer
    /// that the former lead had asked for.
    fn led_from_now(&mut self, lead: UnitId) {
        for referral in self.referrals.values_mut() {
            let waits = referral.form == Form::Transfer && referral.standing == Standing::Asked;
            if waits || referral.keeps(&lead) {
                referral.standing = Standing::Superseded;
            }
        }
        self.lead = lead;
    }

    /// A new referral; none where nothing is asked.
    fn asked(&self, event: &Event) -> Option<Referral> {
        let Change::Ask {
            form,
            unit,
            parts,
            reason,
            authority,
            due,
        } = &event.change
        else {
            return None;
        };
        Some(Referral {
            form: *form,
            unit: unit.clone(),
            lead: self.lead.clone(),
            parts: parts.clone(),
            reason: trimmed(reason),
            authority: authority.clone(),
            due: *due,
            asked_at: event.at,
            acknowledged_at: None,
            standing: Standing::Asked,
        })
    }

    /// Whether a new event may happen now.
    fn may(&self, event: &Event) -> Result<(), Refusal> {
        if let Change::Ask { .. } = &event.change {
            return self.may_ask(event);
        }
        let unknown = Refusal::Unknown(event.referral);
        let known = self.referrals.get(&event.referral).ok_or(unknown)?;
        if event.at < known.asked_at {
            return Err(Refusal::TooEarly);
        }
        self.is_theirs_now(event, known)?;
        match &event.change {
            Change::Acknowledge if known.acknowledged_at.is_some() => {
                return Err(Refusal::AcknowledgedBefore);
            }
            Change::Refuse { reason } | Change::Return { reason } => said(reason, "the reason")?,
            Change::End { outcome } => said(outcome, "the outcome")?,
            Change::Show { parts } => with_facts(parts)?,
            _ => {}
        }
        let last = self.transfers.last().map(|(last, _)| *last);
        let returns = matches!(event.change, Change::Return { .. });
        if returns && known.form == Form::Transfer && last != Some(event.referral) {
            return Err(Refusal::WentOn(self.lead.clone()));
        }
        Ok(())
    }

    fn may_ask(&self, event: &Event) -> Result<(), Refusal> {
        let Change::Ask {
            form,
            unit,
            parts,
            reason,
            authority,
            ..
        } = &event.change
        else {
            return Ok(());
        };
        if self.referrals.contains_key(&event.referral) {
            return Err(Refusal::AskedBefore(event.referral));
        }
        let may = match form {
            Form::Assistance | Form::Joint | Form::Transfer => &self.lead,
            Form::Initiative => unit,
        };
        theirs(may, event)?;
        // A unit that helps may be asked to take over, and to nothing else.
        let there = self.referrals.values().any(|known| {
            let takes_over = *form == Form::Transfer && known.standing == Standing::Accepted;
            known.keeps(unit) && !takes_over
        });
        if *unit == self.lead || there {
            return Err(Refusal::AlreadyThere(unit.clone()));
        }
        if *form == Form::Initiative && authority.as_deref().is_none_or(|of| of.trim().is_empty()) {
            return Err(Refusal::Missing("the judicial authority that agreed"));
        }
        with_facts(parts)?;
        said(reason, "the reason")
    }

    /// Whether the change can happen where the referral stands, and whether it is this unit's to make.
    fn is_theirs_now(&self, event: &Event, referral: &Referral) -> Result<(), Refusal> {
        let what = event.change.as_str();
        let (needed, may) = match &event.change {
            Change::Ask { .. } => return Ok(()),
            Change::Acknowledge | Change::Accept | Change::Refuse { .. } => {
                (&[Standing::Asked][..], self.answerer(referral))
            }
            Change::Withdraw => {
                let may = match referral.form {
                    Form::Initiative => &referral.unit,
                    Form::Assistance | Form::Joint | Form::Transfer => &self.lead,
                };
                (&[Standing::Asked][..], may)
            }
            Change::Show { .. } => (&[Standing::Asked, Standing::Accepted][..], &self.lead),
            Change::Return { .. } | Change::End { .. } => {
                (&[Standing::Accepted][..], &referral.unit)
            }
        };
        if !needed.contains(&referral.standing) {
            return Err(Refusal::Standing {
                standing: referral.standing.as_str(),
                what,
            });
        }
        theirs(may, event)
    }
}

fn theirs(may: &UnitId, event: &Event) -> Result<(), Refusal> {
    if *may == event.by {
        return Ok(());
    }
    Err(Refusal::NotTheirs {
        may: may.clone(),
        by: event.by.clone(),
        what: event.change.as_str(),
    })
}

fn trimmed(text: &str) -> Box<str> {
    text.trim().into()
}

fn said(text: &str, what: &'static str) -> Result<(), Refusal> {
    match text.trim() {
        "" => Err(Refusal::Missing(what)),
        _ => Ok(()),
    }
}

fn with_facts(parts: &BTreeSet<Part>) -> Result<(), Refusal> {
    if parts.contains(&Part::Facts) {
        Ok(())
    } else {
        Err(Refusal::FactsNotShown)
    }
}

#[cfg(test)]
mod tests;
