//! Joint work as acts of a submission: what is read of them, and what is kept with a new one.

use std::collections::{BTreeMap, BTreeSet};

use casework::{
    policy::Part,
    referral::{Change, Event, Form, JointWork, Referral, Refusal, Standing},
    submission::{self, ReferralId, State, UnitId},
};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use store::{
    StoreError,
    work::{self, Act, Docket, Joint, NewAct},
};

use crate::app::App;

/// Acts of joint work are called so, and by what they do.
pub(super) const KIND: &str = "referral_";

/// What an act of joint work holds beside its reason.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(super) struct Body {
    pub(super) referral: String,
    /// The unit whose agent did it.
    pub(super) unit: String,
    /// The unit that led then.
    pub(super) lead: String,
    /// The unit that comes, or would.
    pub(super) to: String,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub(super) form: String,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(super) parts: Vec<String>,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub(super) authority: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) due: Option<i64>,
    /// The number as it was typed by whoever asks of their own accord.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub(super) number: String,
}

/// See [`Body`]; none of another act.
pub(super) fn body(act: &Act) -> Option<Body> {
    act.kind.starts_with(KIND).then_some(())?;
    serde_json::from_str(&act.body).ok()
}

/// Whether an act is about a referral of this unit.
pub(super) fn concerns(act: &Act, unit: &str) -> bool {
    body(act).is_some_and(|body| body.to == unit || body.unit == unit)
}

/// The joint work on a submission.
pub(super) struct Kept {
    pub(super) work: JointWork,
    /// How many acts it is made of: the lock of the next.
    pub(super) acts: i64,
    told: BTreeMap<ReferralId, Told>,
}

/// What lists say of a referral beside where it stands.
#[derive(Clone, Default)]
struct Told {
    asked_by: String,
    held_by: String,
    outcome: String,
    number: String,
}

/// A referral with its id and the agents of it.
pub(super) struct Shown<'k> {
    pub(super) id: ReferralId,
    pub(super) referral: &'k Referral,
    pub(super) answerer: &'k UnitId,
    pub(super) asked_by: &'k str,
    pub(super) held_by: &'k str,
    pub(super) outcome: &'k str,
    /// Whether the case is still open: else nothing waits.
    pub(super) open: bool,
}

impl Shown<'_> {
    /// Whether it waits for an answer of this unit.
    pub(super) fn waits_for(&self, unit: &str) -> bool {
        self.open && self.standing() == "asked" && self.answerer.as_str() == unit
    }

    pub(super) fn standing(&self) -> &'static str {
        self.referral.standing.as_str()
    }
}

/// Why an act was not kept. Nothing changed.
pub(super) enum NotKept {
    /// Somebody else was first.
    Changed,
    /// It cannot happen.
    Refused(Refusal),
    /// The store failed.
    Failed(StoreError),
}

impl From<StoreError> for NotKept {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::Changed => Self::Changed,
            error => Self::Failed(error),
        }
    }
}

impl Kept {
    /// Reads what was kept of a submission.
    pub(super) async fn read(app: &App, docket: &Docket) -> Result<Self, StoreError> {
        let acts = app.store.work.joint_acts(docket.seq).await?;
        Self::of(docket, &acts).map_err(|why| StoreError::Corrupt {
            what: "joint work",
            why,
        })
    }

    fn of(docket: &Docket, acts: &[Act]) -> Result<Self, String> {
        let first = acts.first().and_then(body).map(|body| body.lead);
        let lead = unit(first.as_deref().unwrap_or(&docket.unit))?;
        let mut kept = Self {
            work: JointWork::led_by(lead),
            acts: acts.len() as i64,
            told: BTreeMap::new(),
        };
        for act in acts {
            match body(act) {
                Some(body) => {
                    let event = event(act, &body)?;
                    kept.work.apply(&event);
                    kept.tell(&event, &act.agent, &act.reason, &body.number);
                }
                None => {
                    let to = serde_json::from_str::<serde_json::Value>(&act.body);
                    let to = to.unwrap_or_default();
                    let to = to.pointer("/to/unit").and_then(|to| to.as_str());
                    kept.work = kept.work.routed(unit(to.unwrap_or_default())?);
                }
            }
        }
        Ok(kept)
    }

    fn tell(&mut self, event: &Event, agent: &str, reason: &str, number: &str) {
        let told = self.told.entry(event.referral).or_default();
        match &event.change {
            Change::Ask { .. } => {
                agent.clone_into(&mut told.asked_by);
                number.clone_into(&mut told.number);
            }
            Change::Acknowledge | Change::Accept => agent.clone_into(&mut told.held_by),
            Change::Refuse { .. } | Change::Return { .. } | Change::End { .. } => {
                reason.clone_into(&mut told.outcome);
            }
            Change::Withdraw | Change::Show { .. } => {}
        }
    }

    /// The referrals that a unit is told of: all where it leads, else its own, the newest first.
    pub(super) fn shown_to(&self, docket: &Docket, unit: &str) -> Vec<Shown<'_>> {
        let leads = self.work.lead().as_str() == unit;
        let open = !docket.state.parse::<State>().is_ok_and(State::is_final);
        let referrals = self.work.referrals().iter().rev();
        referrals
            .filter(|(_, referral)| leads || referral.unit.as_str() == unit)
            .filter_map(|(id, referral)| {
                let told = self.told.get(id)?;
                Some(Shown {
                    id: *id,
                    referral,
                    answerer: self.work.answerer(referral),
                    asked_by: &told.asked_by,
                    held_by: &told.held_by,
                    outcome: &told.outcome,
                    open,
                })
            })
            .collect()
    }

    /// How many requests wait for an answer, and units are at it: what a closing would leave without an end.
    pub(super) fn running(&self) -> usize {
        let referrals = self.work.referrals().values();
        let runs = |one: &&Referral| match one.standing {
            Standing::Asked => true,
            Standing::Accepted => one.form != Form::Transfer,
            _ => false,
        };
        referrals.filter(runs).count()
    }

    /// What the store keeps of the work as it stands.
    fn joint(&self, docket: &Docket, acts: i64, to: Option<work::Change>) -> Joint {
        let lead = self.work.lead().as_str();
        let joined = self.work.joined().into_iter().map(|(unit, parts)| {
            let parts = parts.into_iter().map(Part::as_str).collect();
            (unit.as_str().to_owned(), parts)
        });
        let referrals = self.work.referrals().iter().map(|(id, referral)| {
            let told = self.told.get(id).cloned().unwrap_or_default();
            work::Referral {
                id: id.to_string(),
                docket: Some(docket.seq),
                form: referral.form.as_str().to_owned(),
                unit: referral.unit.as_str().to_owned(),
                lead: lead.to_owned(),
                standing: referral.standing.as_str().to_owned(),
                asked_at: referral.asked_at.as_microsecond(),
                due_at: referral.due.as_microsecond(),
                asked_by: told.asked_by,
                held_by: told.held_by,
                reason: referral.reason.to_string(),
                outcome: told.outcome,
                number: told.number,
                dropped: false,
            }
        });
        Joint {
            seq: docket.seq,
            revision: docket.revision,
            acts,
            to,
            joined: joined.collect(),
            referrals: referrals.collect(),
        }
    }
}

/// Does what an event says, and keeps it as an act that begins as `act`: its kind and body are the event's.
pub(super) async fn keep(
    app: &App,
    docket: &Docket,
    mut kept: Kept,
    event: &Event,
    number: &str,
    act: NewAct,
) -> Result<(), NotKept> {
    let lead = kept.work.lead().clone();
    kept.work = kept.work.after(event).map_err(NotKept::Refused)?;
    kept.tell(event, &act.agent, &act.reason, number);
    let act = NewAct {
        kind: format!("{KIND}{}", event.change.as_str()),
        body: serde_json::to_string(&written(&kept.work, &lead, event, number)).unwrap_or_default(),
        ..act
    };
    let passes = kept.work.lead().as_str() != docket.unit;
    let to = passes
        .then(|| passed_on(docket, kept.work.lead()))
        .transpose()
        .map_err(NotKept::Refused)?;
    let joint = kept.joint(docket, kept.acts, to);
    app.store.work.join(joint, act).await?;
    Ok(())
}

/// Where a submission stands when it passes to another unit: there, and nobody's yet.
fn passed_on(docket: &Docket, lead: &UnitId) -> Result<work::Change, Refusal> {
    let standing = docket.state.parse::<State>().ok();
    let after = standing.and_then(|state| state.after(submission::Event::Assign).ok());
    let after = after.ok_or_else(|| Refusal::WentOn(lead.clone()))?;
    Ok(work::Change {
        state: after.as_str().to_owned(),
        unit: lead.as_str().to_owned(),
        owner: String::new(),
        unread: docket.unread,
    })
}

/// Moves a submission by a decision of whoever leads, as [`store::work::Work::transition`] does: where units work together that
/// is part of their record.
pub(in crate::workbench) async fn route(
    app: &App,
    docket: &Docket,
    to: work::Change,
    act: NewAct,
) -> Result<Docket, StoreError> {
    let work = &app.store.work;
    let mut kept = match Kept::read(app, docket).await? {
        kept if kept.acts > 0 && to.unit != docket.unit => kept,
        _ => return work.transition(docket.seq, docket.revision, to, act).await,
    };
    let to_unit = unit(&to.unit).map_err(|why| StoreError::Corrupt { what: "unit", why })?;
    kept.work = kept.work.routed(to_unit);
    let joint = kept.joint(docket, kept.acts, Some(to));
    work.join(joint, act).await
}

fn unit(id: &str) -> Result<UnitId, String> {
    id.parse().map_err(|_| format!("{id:?} is no unit"))
}

fn event(act: &Act, body: &Body) -> Result<Event, String> {
    let unknown = |what: &str| format!("act {}: {what} is not known", act.id);
    let time = |micros| Timestamp::from_microsecond(micros).map_err(|_| unknown("a time"));
    let parts = || -> BTreeSet<Part> {
        let parts = body.parts.iter();
        parts.filter_map(|part| Part::from_word(part)).collect()
    };
    let said = || act.reason.as_str().into();
    let change = match act.kind.strip_prefix(KIND).unwrap_or_default() {
        "ask" => Change::Ask {
            form: Form::from_word(&body.form).ok_or_else(|| unknown("the form"))?,
            unit: unit(&body.to)?,
            parts: parts(),
            reason: said(),
            authority: Some(body.authority.as_str())
                .filter(|authority| !authority.is_empty())
                .map(Into::into),
            due: time(body.due.unwrap_or(act.at))?,
        },
        "acknowledge" => Change::Acknowledge,
        "accept" => Change::Accept,
        "refuse" => Change::Refuse { reason: said() },
        "withdraw" => Change::Withdraw,
        "show" => Change::Show { parts: parts() },
        "return" => Change::Return { reason: said() },
        "end" => Change::End { outcome: said() },
        _ => return Err(unknown("what was done")),
    };
    Ok(Event {
        referral: body.referral.parse().map_err(|_| unknown("the referral"))?,
        at: time(act.at)?,
        by: unit(&body.unit)?,
        change,
    })
}

fn written(work: &JointWork, lead: &UnitId, event: &Event, number: &str) -> Body {
    let words =
        |parts: &BTreeSet<Part>| parts.iter().map(|part| part.as_str().to_owned()).collect();
    let of = work.referrals().get(&event.referral);
    let mut body = Body {
        referral: event.referral.to_string(),
        unit: event.by.as_str().to_owned(),
        lead: lead.as_str().to_owned(),
        to: of.map_or(String::new(), |of| of.unit.as_str().to_owned()),
        number: number.to_owned(),
        ..Body::default()
    };
    match &event.change {
        Change::Ask {
            form,
            parts,
            authority,
            due,
            ..
        } => {
            body.form = form.as_str().to_owned();
            body.parts = words(parts);
            body.authority = authority.as_deref().unwrap_or_default().to_owned();
            body.due = Some(due.as_microsecond());
        }
        Change::Show { parts } => body.parts = words(parts),
        _ => {}
    }
    body
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_event_is_read_back_from_its_act() {
        let unit = |id: &str| -> UnitId { id.parse().unwrap() };
        let at = Timestamp::from_second(1_000).unwrap();
        let id = ReferralId::new(at, [1; 10]);
        let ask = Change::Ask {
            form: Form::Initiative,
            unit: unit("office"),
            parts: BTreeSet::from([Part::Facts, Part::Messages]),
            reason: "because".into(),
            authority: Some("the prosecutor of Lyon".into()),
            due: Timestamp::from_second(2_000).unwrap(),
        };
        let said = || "because".into();
        let changes = [
            ask,
            Change::Acknowledge,
            Change::Accept,
            Change::Refuse { reason: said() },
            Change::Withdraw,
            Change::Show {
                parts: BTreeSet::from([Part::Facts]),
            },
            Change::Return { reason: said() },
            Change::End { outcome: said() },
        ];
        let work = JointWork::led_by(unit("police"));
        for change in changes {
            let by = unit("office");
            let kept = Event {
                referral: id,
                at,
                by,
                change,
            };
            let body = written(&work, work.lead(), &kept, "12");
            let to = if kept.change.as_str() == "ask" {
                "office"
            } else {
                ""
            };
            let body = Body {
                to: to.to_owned(),
                ..body
            };
            let act = Act {
                id: "act".to_owned(),
                at: at.as_microsecond(),
                agent: "a".to_owned(),
                seq: Some(0),
                series: None,
                kind: format!("{KIND}{}", kept.change.as_str()),
                reason: "because".to_owned(),
                body: serde_json::to_string(&body).unwrap(),
                undone_by: None,
            };
            let read = super::body(&act).unwrap();
            assert_eq!(event(&act, &read), Ok(kept));
        }
    }
}
