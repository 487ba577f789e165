//! Who works on a submission with whom, as kept: the acts that are its record, in their order and never changed, and
//! what they come to for lists and sights. What they come to is `casework::referral`'s to say; it is written with the act
//! that made it, or not at all.

use sqlx::{AnyConnection, Connection, any::AnyRow};

use super::{
    Act, Change, NewAct, Sight, Work,
    docket::{Docket, acts, keep_act, one, write_change},
    sight,
};
use crate::{
    StoreError,
    sql::{self, Param, params},
};

/// What an act does to who works on a submission.
#[derive(Clone, Debug)]
pub struct Joint {
    /// Place in the ledger.
    pub seq: i64,
    /// Of the docket, as it was when this was made.
    pub revision: i64,
    /// How many acts of joint work there were then.
    pub acts: i64,
    /// Where it stands from now on, if that changes.
    pub to: Option<Change>,
    /// Every unit that takes part from now on, and the parts that each is shown, as words.
    pub joined: Vec<(String, Vec<&'static str>)>,
    /// Every referral there is, as it stands from now on.
    pub referrals: Vec<Referral>,
}

/// A referral as lists have it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Referral {
    /// UUID text.
    pub id: String,
    /// Place of the submission in the ledger; none where what was asked for by its number is not there.
    pub docket: Option<i64>,
    /// The word of a `casework::referral::Form`.
    pub form: String,
    /// The unit that comes, or would.
    pub unit: String,
    /// The unit that leads; empty where nothing is there.
    pub lead: String,
    /// The word of a `casework::referral::Standing`.
    pub standing: String,
    /// When it was asked, microseconds since 1970 UTC.
    pub asked_at: i64,
    /// When it has to be answered.
    pub due_at: i64,
    /// The agent who asked.
    pub asked_by: String,
    /// The agent of the unit that has to answer who has it; empty while nobody does.
    pub held_by: String,
    /// The reason it was asked for.
    pub reason: String,
    /// What came of it, or why it was refused or given back; empty for nothing.
    pub outcome: String,
    /// The number of the submission as it was typed by whoever asked of their own accord.
    pub number: String,
    /// Whether they took that back, which they may whatever became of it.
    pub dropped: bool,
}

/// Which referrals to list, of those that concern a unit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Listed {
    /// Waiting for the unit's answer.
    ToAnswer,
    /// Waiting for another's.
    Asked,
    /// Accepted.
    Running,
    /// All others, the newest first.
    Ended,
}

const COLUMNS: &str = "SELECT r.id, r.docket, r.form, r.unit, r.lead, r.standing, r.asked_at, r.due_at, r.asked_by, r.held_by, r.reason, r.outcome, r.number, r.dropped FROM referral r";
/// What was asked for of one's own accord and is not accepted looks alike, whether it is there, refused or waiting: whoever
/// asked is told nothing but a yes.
const WAITS_UNTOLD: &str =
    "r.form = 'initiative' AND r.dropped = 0 AND r.standing IN ('asked', 'refused')";
/// The place of what is not there.
const NOWHERE: i64 = -1;

impl Listed {
    /// The condition on referrals, with the unit as the first value.
    fn condition(self) -> String {
        // Looked up for each referral: a list of what is open would be as long as the docket.
        let open = "EXISTS (SELECT 1 FROM docket o WHERE o.seq = r.docket AND o.state NOT LIKE 'closed%' AND o.state <> 'withdrawn')";
        match self {
            Self::ToAnswer => format!(
                "r.standing = 'asked' AND {open} AND ((r.form <> 'initiative' AND r.unit = $1) OR (r.form = 'initiative' AND r.lead = $1))"
            ),
            Self::Asked => format!(
                "(r.standing = 'asked' AND r.form <> 'initiative' AND r.lead = $1 AND {open}) OR (r.unit = $1 AND {WAITS_UNTOLD})"
            ),
            Self::Running => format!(
                "r.standing = 'accepted' AND r.form <> 'transfer' AND {open} AND (r.unit = $1 OR r.lead = $1)"
            ),
            Self::Ended => format!(
                "(r.unit = $1 OR r.lead = $1) AND NOT (r.standing = 'asked' AND r.dropped = 0 AND {open}) AND NOT (r.standing = 'accepted' AND r.form <> 'transfer' AND {open}) AND NOT (r.unit = $1 AND {WAITS_UNTOLD})"
            ),
        }
    }
}

impl Work {
    /// The acts of joint work on a submission, in their order: what they come to is folded of them.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn joint_acts(&self, seq: i64) -> Result<Vec<Act>, StoreError> {
        let mut connection = self.reading().await?;
        acts(
            &mut connection,
            "JOIN joint ON joint.act = act.id WHERE joint.docket = $1 ORDER BY joint.place",
            params![seq],
        )
        .await
    }

    /// Keeps an act of joint work with what all of them come to then.
    ///
    /// # Errors
    /// [`StoreError::Changed`] when somebody else was first; nothing changed then.
    pub async fn join(&self, joint: Joint, act: NewAct) -> Result<Docket, StoreError> {
        let mut connection = self.writing().await?;
        let mut transaction = connection.begin().await?;
        let seq = joint.seq;
        let mut docket = one(&mut transaction, seq)
            .await?
            .ok_or(StoreError::Changed)?;
        let acts = count(&mut transaction, seq).await?;
        if docket.revision != joint.revision || acts != joint.acts {
            return Err(StoreError::Changed);
        }
        if let Some(to) = joint.to {
            let before = docket.clone();
            docket.state = to.state;
            docket.unit = to.unit;
            docket.owner = to.owner;
            docket.unread = to.unread;
            write_change(&mut transaction, &before, &docket).await?;
            docket.revision += 1;
        }
        keep_act(&mut transaction, &act, Some(seq), None).await?;
        sql::run(
            &mut transaction,
            "INSERT INTO joint (docket, place, act) VALUES ($1, $2, $3)",
            params![seq, acts, act.id.as_str()],
        )
        .await?;
        let joined = joint.joined.into_iter();
        let joined = joined.map(|(unit, parts)| (unit, parts.join(" ")));
        sight::show(&mut transaction, seq, joined.collect()).await?;
        keep(&mut transaction, &joint.referrals).await?;
        transaction.commit().await?;
        Ok(docket)
    }

    /// Keeps that a unit asks for what is not there, so that it waits as for what is; the act names no submission.
    ///
    /// # Errors
    /// When it was not kept.
    pub async fn ask_for_nothing(
        &self,
        referral: &Referral,
        act: NewAct,
    ) -> Result<(), StoreError> {
        let mut connection = self.writing().await?;
        let mut transaction = connection.begin().await?;
        // As much is read as of what is there.
        one(&mut transaction, NOWHERE).await?;
        count(&mut transaction, NOWHERE).await?;
        sight::show(&mut transaction, NOWHERE, Vec::new()).await?;
        keep_act(&mut transaction, &act, None, None).await?;
        keep(&mut transaction, std::slice::from_ref(referral)).await?;
        transaction.commit().await?;
        Ok(())
    }

    /// What a unit asked for of its own accord and was not told yes to is asked for no more. False when there is no such.
    ///
    /// # Errors
    /// When it was not kept.
    pub async fn drop_initiative(&self, id: &str, unit: &str) -> Result<bool, StoreError> {
        let mut connection = self.writing().await?;
        let dropped = sql::run(
            &mut connection,
            "UPDATE referral SET dropped = 1 WHERE id = $1 AND unit = $2 AND form = 'initiative' AND dropped = 0 AND standing IN ('asked', 'refused', 'withdrawn')",
            params![id, unit],
        )
        .await?;
        Ok(dropped > 0)
    }

    /// What a unit asked for of its own accord and was not told yes to, the newest first.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn initiatives(&self, unit: &str) -> Result<Vec<Referral>, StoreError> {
        let mut connection = self.reading().await?;
        let text = format!(
            "{COLUMNS} WHERE r.unit = $1 AND {WAITS_UNTOLD} ORDER BY r.asked_at DESC, r.id"
        );
        let rows = sql::rows(&mut connection, &text, params![unit]).await?;
        rows.iter().map(referral).collect()
    }

    /// Referrals that concern a unit and are not kept from an agent: those to be answered soonest first.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn referrals(
        &self,
        listed: Listed,
        (unit, agent): (&str, &str),
        most: i64,
        sight: &Sight,
    ) -> Result<Vec<Referral>, StoreError> {
        let mut connection = self.reading().await?;
        let mut values = params![unit, agent, most];
        let condition = told(listed, sight, &mut values);
        let order = match listed {
            Listed::Ended => "r.asked_at DESC",
            _ => "r.due_at",
        };
        let text = format!("{COLUMNS} WHERE {condition} ORDER BY {order}, r.id LIMIT $3");
        let rows = sql::rows(&mut connection, &text, values).await?;
        rows.iter().map(referral).collect()
    }

    /// How many of them there are, up to [`super::MOST_COUNTED`], and how many of these are past what they had to be
    /// answered by.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn count_referrals(
        &self,
        listed: Listed,
        (unit, agent): (&str, &str),
        now: i64,
        sight: &Sight,
    ) -> Result<(i64, i64), StoreError> {
        let mut connection = self.reading().await?;
        let mut values = params![unit, agent, super::MOST_COUNTED, now];
        let condition = told(listed, sight, &mut values);
        let text = format!(
            "SELECT COUNT(*), COALESCE(SUM(CASE WHEN due_at < $4 THEN 1 ELSE 0 END), 0) FROM (SELECT r.due_at FROM referral r WHERE {condition} LIMIT $3) AS listed"
        );
        let row = sql::row(&mut connection, &text, values).await?;
        let Some(row) = row else { return Ok((0, 0)) };
        Ok((sql::int(&row, 0)?, sql::int(&row, 1)?))
    }
}

/// The condition on referrals that concern the unit of the first value, and are not kept from the agent of the second:
/// what runs is what they see; of what is over, what no conflict, seal or marking keeps from them.
fn told(listed: Listed, sight: &Sight, values: &mut Vec<Param>) -> String {
    let seen = sight.condition("d", values);
    let seen = format!("EXISTS (SELECT 1 FROM docket d WHERE d.seq = r.docket AND {seen})");
    let free = "NOT EXISTS (SELECT 1 FROM conflict WHERE docket = r.docket AND agent = $2) AND NOT EXISTS (SELECT 1 FROM guard WHERE docket = r.docket AND (sealed <> 0 OR markings <> ''))";
    let told = match listed {
        Listed::ToAnswer | Listed::Running => seen,
        Listed::Asked => format!("({seen} OR (r.unit = $1 AND r.form = 'initiative'))"),
        Listed::Ended => format!("({seen} OR (r.unit = $1 AND {free}))"),
    };
    format!("({}) AND {told}", listed.condition())
}

/// How many acts of joint work there are on a submission.
pub(super) async fn count(connection: &mut AnyConnection, seq: i64) -> Result<i64, StoreError> {
    let text = "SELECT COUNT(*) FROM joint WHERE docket = $1";
    let row = sql::row(connection, text, params![seq]).await?;
    Ok(row.map_or(Ok(0), |row| sql::int(&row, 0))?)
}

async fn keep(connection: &mut AnyConnection, referrals: &[Referral]) -> Result<(), sqlx::Error> {
    let rows = referrals.iter().map(|one| {
        params![
            one.id.as_str(),
            one.docket.unwrap_or(NOWHERE),
            one.form.as_str(),
            one.unit.as_str(),
            one.lead.as_str(),
            one.standing.as_str(),
            one.asked_at,
            one.due_at,
            one.asked_by.as_str(),
            one.held_by.as_str(),
            one.reason.as_str(),
            one.outcome.as_str(),
            one.number.as_str(),
            one.dropped,
        ]
    });
    sql::insert(
        connection,
        "INSERT INTO referral (id, docket, form, unit, lead, standing, asked_at, due_at, asked_by, held_by, reason, outcome, number, dropped) VALUES",
        "ON CONFLICT (id) DO UPDATE SET lead = excluded.lead, standing = excluded.standing, held_by = excluded.held_by, outcome = excluded.outcome",
        rows.collect(),
    )
    .await
}

fn referral(row: &AnyRow) -> Result<Referral, StoreError> {
    let docket = sql::int(row, 1)?;
    Ok(Referral {
        id: sql::text(row, 0)?,
        docket: (docket != NOWHERE).then_some(docket),
        form: sql::text(row, 2)?,
        unit: sql::text(row, 3)?,
        lead: sql::text(row, 4)?,
        standing: sql::text(row, 5)?,
        asked_at: sql::int(row, 6)?,
        due_at: sql::int(row, 7)?,
        asked_by: sql::text(row, 8)?,
        held_by: sql::text(row, 9)?,
        reason: sql::text(row, 10)?,
        outcome: sql::text(row, 11)?,
        number: sql::text(row, 12)?,
        dropped: sql::int(row, 13)? != 0,
    })
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use casework::{
        policy::Part,
        referral::{self, Event, Form, JointWork},
        submission::{ReferralId, UnitId},
    };
    use jiff::Timestamp;
    use linkage::Model;

    use super::*;
    use crate::{
        Store,
        work::{Analyser, Batch, Harmonised, Reached},
    };

    const UNITS: [&str; 4] = ["police", "office", "lab", "minors"];

    fn unit(id: &str) -> UnitId {
        id.parse().unwrap()
    }

    fn act(number: i64) -> NewAct {
        NewAct {
            id: format!("act {number:05}"),
            at: number,
            agent: "agent".to_owned(),
            kind: "referral".to_owned(),
            reason: String::new(),
            body: "{}".to_owned(),
        }
    }

    async fn work(folder: &std::path::Path) -> Work {
        let work = Store::open(folder, "orfevre.example/test")
            .await
            .unwrap()
            .work;
        let one = Harmonised {
            seq: 0,
            id: "id-0".to_owned(),
            desk: "thesee".to_owned(),
            track: "report".to_owned(),
            headline: "false_shop".to_owned(),
            received_at: 0,
            state: "queued".to_owned(),
            urgent: false,
            priority: 0,
            unit: "police".to_owned(),
            deadline_at: 0,
            occurred_at: None,
            amount_minor: None,
            currency: String::new(),
            place: String::new(),
            assessment: "{}".to_owned(),
            sightings: "[]".to_owned(),
            words: "colis".to_owned(),
            lang: "fr".to_owned(),
            keys: Vec::new(),
            more: false,
        };
        let reached = Reached {
            submission: 0,
            supplement: -1,
        };
        let model = include_str!("../../../../config/france/models/submissions.toml");
        let batch = Batch::new(vec![one], &mut Analyser::default());
        let model = Model::from_toml(model).unwrap();
        work.apply(batch, reached, &model).await.unwrap();
        work
    }

    /// What the work comes to, as the store keeps it.
    async fn joint(work: &Work, of: &JointWork, acts: i64) -> Joint {
        let docket = work.docket(0).await.unwrap().unwrap();
        let lead = of.lead().as_str();
        let joined = of.joined().into_iter().map(|(unit, parts)| {
            let parts = parts.into_iter().map(Part::as_str).collect();
            (unit.as_str().to_owned(), parts)
        });
        let referrals = of.referrals().iter().map(|(id, one)| Referral {
            id: id.to_string(),
            docket: Some(0),
            form: one.form.as_str().to_owned(),
            unit: one.unit.as_str().to_owned(),
            lead: lead.to_owned(),
            standing: one.standing.as_str().to_owned(),
            ..Referral::default()
        });
        Joint {
            seq: 0,
            revision: docket.revision,
            acts,
            to: (docket.unit != lead).then(|| Change {
                state: docket.state.clone(),
                unit: lead.to_owned(),
                owner: String::new(),
                unread: false,
            }),
            joined: joined.collect(),
            referrals: referrals.collect(),
        }
    }

    fn event(referral: u8, by: &str, change: referral::Change) -> Event {
        Event {
            referral: ReferralId::new(Timestamp::UNIX_EPOCH, [referral; 10]),
            at: Timestamp::UNIX_EPOCH,
            by: unit(by),
            change,
        }
    }

    fn ask(form: Form, to: &str, parts: &[Part]) -> referral::Change {
        referral::Change::Ask {
            form,
            unit: unit(to),
            parts: parts.iter().copied().collect(),
            reason: "a technical need".into(),
            authority: Some("the prosecutor of Lyon".into()),
            due: Timestamp::UNIX_EPOCH,
        }
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn of_two_heads_who_answer_at_once_one_is_first_and_the_other_changes_nothing() {
        let folder = tempfile::tempdir().unwrap();
        let work = work(folder.path()).await;
        let asked = JointWork::led_by(unit("police"));
        let asked = asked.after(&event(
            1,
            "police",
            ask(Form::Transfer, "office", &[Part::Facts]),
        ));
        let asked = asked.unwrap();
        work.join(joint(&work, &asked, 0).await, act(0))
            .await
            .unwrap();
        let accepted = asked
            .after(&event(1, "office", referral::Change::Accept))
            .unwrap();
        let refusal = referral::Change::Refuse {
            reason: "not ours".into(),
        };
        let refused = asked.after(&event(1, "office", refusal)).unwrap();
        let (yes, no) = (
            joint(&work, &accepted, 1).await,
            joint(&work, &refused, 1).await,
        );
        let (yes, no) = tokio::join!(work.join(yes, act(1)), work.join(no, act(2)));
        assert!(yes.is_ok() != no.is_ok(), "{yes:?} {no:?}");
        let second = if yes.is_ok() { no } else { yes };
        assert!(matches!(second, Err(StoreError::Changed)), "{second:?}");
        let acts = work.joint_acts(0).await.unwrap();
        assert_eq!(acts.len(), 2);
        assert_eq!(work.acts(0).await.unwrap().len(), 2);
        // Nobody else moves it past the record.
        let docket = work.docket(0).await.unwrap().unwrap();
        let elsewhere = Change {
            state: docket.state,
            unit: "lab".to_owned(),
            owner: String::new(),
            unread: false,
        };
        let moved = work.transition(0, docket.revision, elsewhere, act(3)).await;
        assert!(matches!(moved, Err(StoreError::Changed)));
    }

    /// Numbers that look drawn and are the same each time.
    fn drawn(state: &mut u64, below: usize) -> usize {
        *state = state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1);
        (*state >> 33) as usize % below
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn one_unit_leads_and_each_sees_what_the_record_comes_to_and_nothing_beside() {
        let folder = tempfile::tempdir().unwrap();
        let work = work(folder.path()).await;
        let mut of = JointWork::led_by(unit("police"));
        let (mut state, mut acts) = (7, 0);
        let (mut moved, mut left) = (0, 0);
        for round in 0..1_500 {
            let by = UNITS[drawn(&mut state, 4)];
            let referral = drawn(&mut state, 60) as u8 + (round / 300) as u8 * 40;
            let open: Vec<u8> = (0..=255)
                .filter(|number| {
                    let id = ReferralId::new(Timestamp::UNIX_EPOCH, [*number; 10]);
                    let one = of.referrals().get(&id);
                    one.is_some_and(|one| matches!(one.standing.as_str(), "asked" | "accepted"))
                })
                .collect();
            let known = open.get(drawn(&mut state, open.len().max(1))).copied();
            let text = || "because".into();
            let parts = [
                Part::Facts,
                [Part::Exhibits, Part::Messages][drawn(&mut state, 2)],
            ];
            let event = match (drawn(&mut state, 8), known) {
                (0..=2, _) | (_, None) => {
                    let form = Form::ALL[drawn(&mut state, 4)];
                    event(referral, by, ask(form, UNITS[drawn(&mut state, 4)], &parts))
                }
                (3 | 4, Some(known)) => event(known, by, referral::Change::Accept),
                (5, Some(known)) => event(known, by, referral::Change::Refuse { reason: text() }),
                (6, Some(known)) => event(known, by, referral::Change::Return { reason: text() }),
                (_, Some(known)) => event(known, by, referral::Change::End { outcome: text() }),
            };
            let Ok(after) = of.after(&event) else {
                continue;
            };
            moved += i64::from(after.lead() != of.lead());
            left += i64::from(after.joined().len() < of.joined().len());
            of = after;
            work.join(joint(&work, &of, acts).await, act(acts))
                .await
                .unwrap();
            acts += 1;
            let docket = work.docket(0).await.unwrap().unwrap();
            assert_eq!(docket.unit, of.lead().as_str());
            for name in UNITS {
                let apart = work.apart("agent", name).await.unwrap();
                let sight = Sight::new(Some(name), apart, |_| true);
                let joined = of.joined();
                let shown = joined.iter().find(|(unit, _)| unit.as_str() == name);
                let leads = of.lead().as_str() == name;
                assert_eq!(sight.sees(0, &docket.unit), leads || shown.is_some());
                if let Some((_, parts)) = shown {
                    for part in [Part::Messages, Part::Exhibits] {
                        assert_eq!(sight.shows(0, part), parts.contains(&part));
                    }
                }
                // Who sees nothing has nothing to answer and nothing that runs.
                let listed = async |listed| {
                    let found = work.referrals(listed, (name, "agent"), 500, &sight).await;
                    found.unwrap()
                };
                let to_answer = listed(Listed::ToAnswer).await;
                let running = listed(Listed::Running).await;
                assert!(leads || shown.is_some() || to_answer.len() + running.len() == 0);
                let count = work.count_referrals(Listed::ToAnswer, (name, "agent"), 1, &sight);
                assert_eq!(count.await.unwrap().0, to_answer.len() as i64);
                // Each referral of the unit's is in one list, and one that is not told of a yes looks as if it waited.
                let all = [
                    to_answer,
                    running,
                    listed(Listed::Asked).await,
                    listed(Listed::Ended).await,
                ];
                let ids: Vec<&str> = all.iter().flatten().map(|one| one.id.as_str()).collect();
                let once: BTreeSet<&str> = ids.iter().copied().collect();
                assert_eq!(once.len(), ids.len());
                let of_unit = of.referrals().values();
                let of_unit = of_unit.filter(|one| leads || one.unit.as_str() == name);
                assert_eq!(ids.len(), of_unit.count(), "{name} {:?}", of.lead());
            }
        }
        assert!(
            moved > 10 && left > 10 && acts > 150,
            "{moved} {left} {acts}"
        );
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn what_is_asked_for_of_ones_own_accord_looks_alike_whether_or_not_it_is_there() {
        let folder = tempfile::tempdir().unwrap();
        let work = work(folder.path()).await;
        let there = JointWork::led_by(unit("police"));
        let there = there.after(&event(
            1,
            "office",
            ask(Form::Initiative, "office", &[Part::Facts]),
        ));
        let there = there.unwrap();
        work.join(joint(&work, &there, 0).await, act(0))
            .await
            .unwrap();
        let nothing = Referral {
            id: "nothing".to_owned(),
            form: "initiative".to_owned(),
            unit: "office".to_owned(),
            standing: "asked".to_owned(),
            ..Referral::default()
        };
        work.ask_for_nothing(&nothing, act(1)).await.unwrap();
        let sight = Sight::new(Some("office"), Vec::new(), |_| true);
        let lists = async || {
            let mut lists = Vec::new();
            for listed in [
                Listed::ToAnswer,
                Listed::Asked,
                Listed::Running,
                Listed::Ended,
            ] {
                let rows = work
                    .referrals(listed, ("office", "agent"), 9, &sight)
                    .await
                    .unwrap();
                lists.push(rows.len());
            }
            lists
        };
        assert_eq!(lists().await, [0, 2, 0, 0]);
        let refusal = referral::Change::Refuse {
            reason: "not yours".into(),
        };
        let refused = there.after(&event(1, "police", refusal)).unwrap();
        work.join(joint(&work, &refused, 1).await, act(2))
            .await
            .unwrap();
        assert_eq!(lists().await, [0, 2, 0, 0]);
        assert_eq!(work.initiatives("office").await.unwrap().len(), 2);
        for one in work.initiatives("office").await.unwrap() {
            assert!(!work.drop_initiative(&one.id, "police").await.unwrap());
            assert!(work.drop_initiative(&one.id, "office").await.unwrap());
            assert!(!work.drop_initiative(&one.id, "office").await.unwrap());
        }
        assert_eq!(lists().await, [0, 0, 0, 2]);
    }
}
