//! A line of a unit's budget for a year: what it holds, what is asked of it, what is committed. Nothing is committed
//! over the line; only a decision raises it, and says so.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::{Refusal, said};
use crate::{
    story::{self, Story},
    submission::UnitId,
    text::Lang,
    words::words,
};

/// Something that happened to a line.
pub type Event = story::Event<Change>;

/// What happens to a line.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Change {
    /// The line is opened: the first event.
    Open {
        /// Whose it is.
        unit: UnitId,
        /// For which year.
        year: i16,
        /// What it is for.
        name: Box<str>,
        /// Minor units.
        amount: i64,
        /// Code of the currency.
        currency: Box<str>,
    },
    /// A decision gives it more, or takes some away.
    Decide {
        /// Minor units more; negative for less.
        by: i64,
        /// Which decision.
        decision: Box<str>,
    },
    /// Something is asked for.
    Ask {
        /// Identifier of the request.
        request: Box<str>,
        /// What.
        what: Box<str>,
        /// Why.
        reason: Box<str>,
        /// Minor units, at most.
        amount: i64,
    },
    /// It is ordered: the amount is committed.
    Commit {
        /// Which request.
        request: Box<str>,
    },
    /// It is not.
    Decline {
        /// Which request.
        request: Box<str>,
        /// Why.
        reason: Box<str>,
    },
    /// It was delivered and paid.
    Pay {
        /// Which request.
        request: Box<str>,
        /// What it cost, minor units.
        amount: i64,
    },
    /// What was committed is free again.
    Release {
        /// Which request.
        request: Box<str>,
        /// Why.
        reason: Box<str>,
    },
}

words! {
    /// Where a request stands.
    Standing {
        /// It waits.
        Asked = "asked",
        /// Its amount is committed.
        Committed = "committed",
        /// It is paid.
        Paid = "paid",
        /// It was declined.
        Declined = "declined",
        /// What was committed is free again.
        Released = "released",
    }
}

impl Standing {
    /// In plain words.
    pub fn label(self, lang: Lang) -> &'static str {
        match self {
            Standing::Asked => lang.pick("demandé", "asked for"),
            Standing::Committed => lang.pick("engagé", "committed"),
            Standing::Paid => lang.pick("payé", "paid"),
            Standing::Declined => lang.pick("refusé", "declined"),
            Standing::Released => lang.pick("désengagé", "released"),
        }
    }
}

/// A request of procurement.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Request {
    /// What is asked for.
    pub what: Box<str>,
    /// Why.
    pub reason: Box<str>,
    /// Minor units: asked for, then committed, then paid.
    pub amount: i64,
    /// Where it stands.
    pub standing: Standing,
}

/// A line, as far as its events have come.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    /// Whose it is.
    pub unit: UnitId,
    /// For which year.
    pub year: i16,
    /// What it is for.
    pub name: Box<str>,
    /// Code of the currency.
    pub currency: Box<str>,
    /// Minor units that it holds.
    pub amount: i64,
    /// What was asked of it.
    pub requests: BTreeMap<Box<str>, Request>,
}

impl Line {
    /// Minor units that are committed or paid: never more than the line holds.
    pub fn committed(&self) -> i64 {
        let counts =
            |request: &&Request| matches!(request.standing, Standing::Committed | Standing::Paid);
        self.requests
            .values()
            .filter(counts)
            .map(|request| request.amount)
            .sum()
    }

    /// Minor units that nothing was committed of.
    pub fn left(&self) -> i64 {
        self.amount - self.committed()
    }

    /// A request, if it stands so.
    fn request(
        &self,
        id: &str,
        standing: Standing,
        what: &'static str,
    ) -> Result<&Request, Refusal> {
        let request = self.requests.get(id);
        let request = request.ok_or_else(|| Refusal::Unknown(id.into()))?;
        if request.standing == standing {
            Ok(request)
        } else {
            let standing = request.standing.as_str();
            Err(Refusal::Standing { standing, what })
        }
    }

    fn settle(&mut self, id: &str, standing: Standing) {
        if let Some(request) = self.requests.get_mut(id) {
            request.standing = standing;
        }
    }
}

/// An amount that is positive and adds up with a million others.
fn positive(amount: i64) -> Result<(), Refusal> {
    if (1..=i64::MAX / 4_000_000).contains(&amount) {
        Ok(())
    } else {
        Err(Refusal::Amount)
    }
}

impl Story for Line {
    const KIND: &'static str = "budget";
    type Change = Change;
    type Rules = ();
    type Refusal = Refusal;

    fn begun(event: &Event) -> Option<Line> {
        let Change::Open {
            unit,
            year,
            name,
            amount,
            currency,
        } = &event.change
        else {
            return None;
        };
        Some(Line {
            unit: unit.clone(),
            year: *year,
            name: name.clone(),
            currency: currency.clone(),
            amount: *amount,
            requests: BTreeMap::new(),
        })
    }

    fn apply(&mut self, event: &Event) {
        match &event.change {
            Change::Open { .. } => {}
            Change::Decide { by, .. } => self.amount = self.amount.saturating_add(*by),
            Change::Ask {
                request,
                what,
                reason,
                amount,
            } => {
                let asked = Request {
                    what: what.clone(),
                    reason: reason.clone(),
                    amount: *amount,
                    standing: Standing::Asked,
                };
                self.requests.insert(request.clone(), asked);
            }
            Change::Commit { request } => self.settle(request, Standing::Committed),
            Change::Decline { request, .. } => self.settle(request, Standing::Declined),
            Change::Pay { request, amount } => {
                self.settle(request, Standing::Paid);
                if let Some(paid) = self.requests.get_mut(request) {
                    paid.amount = *amount;
                }
            }
            Change::Release { request, .. } => self.settle(request, Standing::Released),
        }
    }

    fn begin((): &(), event: &Event) -> Result<Line, Refusal> {
        let line = Line::begun(event).ok_or(Refusal::Beginning)?;
        said(&line.name, "the name")?;
        said(&line.currency, "the currency")?;
        positive(line.amount)?;
        Ok(line)
    }

    fn may(&self, (): &(), event: &Event) -> Result<(), Refusal> {
        match &event.change {
            Change::Open { .. } => return Err(Refusal::Beginning),
            Change::Decide { by, decision } => {
                said(decision, "the decision")?;
                positive(by.saturating_abs())?;
            }
            Change::Ask {
                request,
                what,
                reason,
                amount,
            } => {
                said(what, "what is asked for")?;
                said(reason, "the reason")?;
                positive(*amount)?;
                if self.requests.contains_key(request) {
                    return Err(Refusal::Twice(request.clone()));
                }
            }
            Change::Commit { request } => {
                let asked = self.request(request, Standing::Asked, "commit")?;
                let left = self.left();
                if asked.amount > left {
                    return Err(Refusal::OverLine { left });
                }
            }
            Change::Decline { request, reason } => {
                said(reason, "the reason")?;
                self.request(request, Standing::Asked, "decline")?;
            }
            Change::Pay { request, amount } => {
                positive(*amount)?;
                self.request(request, Standing::Committed, "pay")?;
            }
            Change::Release { request, reason } => {
                said(reason, "the reason")?;
                self.request(request, Standing::Committed, "release")?;
            }
        }
        let mut after = self.clone();
        after.apply(event);
        let left = after.left();
        if left < 0 && left < self.left() {
            return Err(Refusal::OverLine { left });
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use jiff::Timestamp;
    use proptest::prelude::*;

    use super::*;

    fn event(change: Change) -> Event {
        Event {
            at: Timestamp::UNIX_EPOCH,
            actor: "somebody".into(),
            change,
        }
    }

    fn line(amount: i64) -> Line {
        let open = Change::Open {
            unit: "comcyber-mi".parse().unwrap(),
            year: 2026,
            name: "forensic equipment".into(),
            amount,
            currency: "EUR".into(),
        };
        Line::begin(&(), &event(open)).unwrap()
    }

    fn ask(request: &str, amount: i64) -> Change {
        Change::Ask {
            request: request.into(),
            what: "a write blocker".into(),
            reason: "the old one broke".into(),
            amount,
        }
    }

    fn then(line: &mut Line, change: Change) -> Result<i64, Refusal> {
        *line = line.after(&(), &event(change))?;
        Ok(line.left())
    }

    #[test]
    fn nothing_is_committed_over_the_line_without_a_decision() {
        let mut line = line(100_000);
        then(&mut line, ask("a", 70_000)).unwrap();
        then(&mut line, ask("b", 40_000)).unwrap();
        let commit = |request: &str| Change::Commit {
            request: request.into(),
        };
        assert_eq!(then(&mut line, commit("a")), Ok(30_000));
        assert_eq!(
            then(&mut line, commit("b")),
            Err(Refusal::OverLine { left: 30_000 })
        );
        let decide = |by, decision: &str| Change::Decide {
            by,
            decision: decision.into(),
        };
        assert_eq!(
            then(&mut line, decide(10_000, "")),
            Err(Refusal::Missing("the decision"))
        );
        then(&mut line, decide(10_000, "note 2026-12")).unwrap();
        assert_eq!(then(&mut line, commit("b")), Ok(0));
        let pay = |amount| Change::Pay {
            request: "a".into(),
            amount,
        };
        assert_eq!(
            then(&mut line, pay(70_001)),
            Err(Refusal::OverLine { left: -1 })
        );
        assert_eq!(then(&mut line, pay(60_000)), Ok(10_000));
        assert_eq!(
            then(&mut line, decide(-20_000, "note 2026-13")),
            Err(Refusal::OverLine { left: -10_000 })
        );
    }

    proptest! {
        #[test]
        fn what_is_committed_never_exceeds_the_line(
            tries in prop::collection::vec((0u8..6, 0u8..5, -2_000i64..2_000), 0..80),
        ) {
            let mut line = line(3_000);
            for (what, which, amount) in tries {
                let request: Box<str> = which.to_string().into();
                let change = match what {
                    0 => ask(&request, amount),
                    1 => Change::Commit { request },
                    2 => Change::Decline { request, reason: "no".into() },
                    3 => Change::Pay { request, amount },
                    4 => Change::Release { request, reason: "no".into() },
                    _ => Change::Decide { by: amount, decision: "note".into() },
                };
                let _ = then(&mut line, change);
                prop_assert!(line.committed() <= line.amount);
            }
        }
    }
}
