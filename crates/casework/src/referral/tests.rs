use proptest::prelude::*;

use super::*;
use crate::policy::{Action, Agent, Clearance, Context, Object, Role, Subject, decide};

fn unit(id: &str) -> UnitId {
    id.parse().unwrap()
}

fn id(number: u8) -> ReferralId {
    ReferralId::new(Timestamp::UNIX_EPOCH, [number; 10])
}

fn at(second: i64) -> Timestamp {
    Timestamp::from_second(second).unwrap()
}

fn event(referral: u8, by: &str, change: Change) -> Event {
    Event {
        referral: id(referral),
        at: at(1_000),
        by: unit(by),
        change,
    }
}

fn ask(form: Form, to: &str) -> Change {
    Change::Ask {
        form,
        unit: unit(to),
        parts: BTreeSet::from([Part::Facts, Part::Exhibits]),
        reason: "a technical need".into(),
        authority: (form == Form::Initiative).then(|| "the prosecutor of Lyon".into()),
        due: at(2_000),
    }
}

fn refuse() -> Change {
    Change::Refuse {
        reason: "not ours".into(),
    }
}

fn give_back() -> Change {
    Change::Return {
        reason: "nothing more to do".into(),
    }
}

fn end() -> Change {
    Change::End {
        outcome: "two wallets traced".into(),
    }
}

/// The work after events on a case that `police` leads.
fn after(events: &[Event]) -> JointWork {
    let alone = JointWork::led_by(unit("police"));
    let mut events = events.iter();
    events
        .try_fold(alone, |work, event| work.after(event))
        .unwrap()
}

/// Why the last of these may not happen, after all the others did.
fn refused(events: &[Event]) -> Refusal {
    let (last, before) = events.split_last().unwrap();
    after(before).after(last).unwrap_err()
}

#[test]
fn what_was_kept_is_read_though_the_rules_of_today_would_refuse_it() {
    let mut work = JointWork::led_by(unit("police"));
    // Nobody was asked, the wrong unit accepts, and what was returned is no longer the last transfer.
    work.apply(&event(9, "office", Change::Accept));
    work.apply(&event(1, "office", ask(Form::Transfer, "office")));
    work.apply(&event(1, "brigade", Change::Accept));
    work.apply(&event(2, "office", ask(Form::Transfer, "minors")));
    work.apply(&event(2, "minors", Change::Accept));
    let gives_back = Change::Return { reason: "".into() };
    work.apply(&event(1, "office", gives_back));
    assert_eq!(work.lead(), &unit("minors"));
    assert_eq!(work.referrals().len(), 2);
}

/// Who takes part and how many parts each is shown.
fn joined(work: &JointWork) -> Vec<(String, usize)> {
    let joined = work.joined().into_iter();
    joined
        .map(|(unit, parts)| (unit.to_string(), parts.len()))
        .collect()
}

#[test]
fn help_and_joint_work_leave_the_lead_where_it_is() {
    for form in [Form::Assistance, Form::Joint] {
        let mut events = vec![event(1, "police", ask(form, "office"))];
        let work = after(&events);
        assert_eq!(work.lead(), &unit("police"));
        assert_eq!(joined(&work), [("office".to_owned(), 1)], "the facts alone");
        events.push(event(1, "office", Change::Acknowledge));
        events.push(event(1, "office", Change::Accept));
        let work = after(&events);
        assert_eq!(work.lead(), &unit("police"));
        assert_eq!(joined(&work), [("office".to_owned(), 2)]);
        events.push(event(1, "office", end()));
        let work = after(&events);
        assert_eq!(joined(&work), []);
        let referral = &work.referrals()[&id(1)];
        assert_eq!(referral.asker(), &unit("police"));
        assert_eq!(
            referral.standing,
            Standing::Ended("two wallets traced".into())
        );
    }
}

#[test]
fn a_transfer_moves_the_lead_when_it_is_accepted_and_back_when_it_is_returned() {
    let mut events = vec![event(1, "police", ask(Form::Transfer, "office"))];
    assert_eq!(after(&events).lead(), &unit("police"));
    events.push(event(1, "office", Change::Accept));
    let work = after(&events);
    assert_eq!(work.lead(), &unit("office"));
    assert_eq!(joined(&work), [], "who handed it over sees it no more");
    // On to a third, and back the same way.
    events.push(event(2, "office", ask(Form::Transfer, "brigade")));
    events.push(event(2, "brigade", Change::Accept));
    assert_eq!(after(&events).lead(), &unit("brigade"));
    let too_early = [&events[..], &[event(1, "office", give_back())]].concat();
    assert_eq!(refused(&too_early), Refusal::WentOn(unit("brigade")));
    events.push(event(2, "brigade", give_back()));
    assert_eq!(after(&events).lead(), &unit("office"));
    events.push(event(1, "office", give_back()));
    assert_eq!(after(&events).lead(), &unit("police"));
}

#[test]
fn own_initiative_needs_a_judicial_authority_and_shows_nothing_before_the_lead_accepts() {
    let asked = event(1, "office", ask(Form::Initiative, "office"));
    let work = after(std::slice::from_ref(&asked));
    assert_eq!(joined(&work), []);
    let referral = &work.referrals()[&id(1)];
    assert_eq!(
        (referral.asker(), work.answerer(referral)),
        (&unit("office"), &unit("police"))
    );
    let accepted = [asked.clone(), event(1, "police", Change::Accept)];
    assert_eq!(joined(&after(&accepted)), [("office".to_owned(), 2)]);
    let oneself = [asked.clone(), event(1, "office", Change::Accept)];
    assert!(matches!(refused(&oneself), Refusal::NotTheirs { .. }));
    let mut alone = asked;
    if let Change::Ask { authority, .. } = &mut alone.change {
        *authority = Some("  ".into());
    }
    assert_eq!(
        refused(&[alone]),
        Refusal::Missing("the judicial authority that agreed")
    );
}

#[test]
fn a_refusal_a_withdrawal_and_a_return_show_nothing_any_more() {
    let asked = event(1, "police", ask(Form::Joint, "office"));
    let accepted = event(1, "office", Change::Accept);
    for rest in [
        vec![event(1, "office", refuse())],
        vec![event(1, "police", Change::Withdraw)],
        vec![accepted, event(1, "office", give_back())],
    ] {
        let events = [vec![asked.clone()], rest].concat();
        let work = after(&events);
        assert_eq!(joined(&work), [], "{:?}", events.last());
        // It may be asked again, under another number.
        let again = [events, vec![event(2, "police", ask(Form::Joint, "office"))]].concat();
        assert_eq!(joined(&after(&again)), [("office".to_owned(), 1)]);
    }
}

#[test]
fn what_cannot_happen_says_why() {
    let asked = event(1, "police", ask(Form::Joint, "office"));
    let accepted = event(1, "office", Change::Accept);
    let check = |events: &[Event], said: &str| assert_eq!(refused(events).to_string(), said);
    check(
        &[event(1, "office", Change::Accept)],
        &format!("there is no referral {} in this case", id(1)),
    );
    check(
        &[
            asked.clone(),
            event(1, "police", ask(Form::Joint, "brigade")),
        ],
        &format!("referral {} was asked before", id(1)),
    );
    check(
        &[event(1, "office", ask(Form::Joint, "brigade"))],
        "only police may ask here, not office",
    );
    check(
        &[event(1, "police", ask(Form::Joint, "police"))],
        "police leads the case, takes part in it or was asked already",
    );
    check(
        &[
            asked.clone(),
            event(2, "police", ask(Form::Assistance, "office")),
        ],
        "office leads the case, takes part in it or was asked already",
    );
    check(
        &[asked.clone(), event(1, "police", Change::Accept)],
        "only office may accept here, not police",
    );
    check(
        &[asked.clone(), event(1, "office", end())],
        "a referral that is asked takes no end",
    );
    check(
        &[
            asked.clone(),
            accepted.clone(),
            event(1, "office", refuse()),
        ],
        "a referral that is accepted takes no refuse",
    );
    check(
        &[
            asked.clone(),
            event(1, "office", Change::Acknowledge),
            event(1, "office", Change::Acknowledge),
        ],
        "the referral was acknowledged before",
    );
    check(
        &[
            asked.clone(),
            event(1, "office", Change::Refuse { reason: " ".into() }),
        ],
        "the reason is missing",
    );
    let nothing = Change::Show {
        parts: BTreeSet::from([Part::Identity]),
    };
    check(
        &[asked.clone(), event(1, "police", nothing)],
        "the facts have to be among the parts shown",
    );
    let everything = Change::Show {
        parts: Part::ALL.iter().copied().collect(),
    };
    check(
        &[asked.clone(), accepted, event(1, "office", everything)],
        "only police may show here, not office",
    );
    let early = Event {
        at: at(999),
        ..event(1, "office", Change::Accept)
    };
    check(&[asked, early], "the event is older than the referral");
}

#[test]
fn a_unit_that_helps_may_be_asked_to_take_over() {
    let events = [
        event(1, "police", ask(Form::Joint, "office")),
        event(1, "office", Change::Accept),
        event(2, "police", ask(Form::Transfer, "office")),
        event(3, "police", ask(Form::Transfer, "brigade")),
        event(2, "office", Change::Accept),
    ];
    let work = after(&events);
    assert_eq!(work.lead(), &unit("office"));
    assert_eq!(joined(&work), []);
    for superseded in [1, 3] {
        assert_eq!(
            work.referrals()[&id(superseded)].standing,
            Standing::Superseded
        );
    }
}

#[test]
fn what_was_not_answered_in_time_is_known() {
    let work = after(&[event(1, "police", ask(Form::Joint, "office"))]);
    assert_eq!(work.overdue(at(2_000)).count(), 0);
    assert_eq!(work.overdue(at(2_001)).count(), 1);
    let answered = after(&[
        event(1, "police", ask(Form::Joint, "office")),
        event(1, "office", Change::Accept),
    ]);
    assert_eq!(answered.overdue(at(2_001)).count(), 0);
}

/// What is shown is what the policy lets an agent of the unit see.
#[test]
fn the_policy_reads_who_leads_and_who_joined() {
    let may = |work: &JointWork, unit: &str, action: Action| {
        let agent = Agent {
            id: "agent".into(),
            unit: unit.parse().unwrap(),
            role: Role::Investigator,
            clearance: Clearance::default(),
        };
        let object = Object {
            unit: Some(work.lead().clone()),
            joined: work.joined(),
            ..Object::nobodys(Subject::Case)
        };
        let context = Context {
            reason: true,
            ..Context::default()
        };
        decide(&agent, action, &object, &context).allowed
    };
    let asked = event(1, "police", ask(Form::Joint, "office"));
    let work = after(std::slice::from_ref(&asked));
    assert!(may(&work, "office", Action::AnswerReferral));
    assert!(!may(&work, "office", Action::OpenExhibit));
    assert!(!may(&work, "brigade", Action::Read));
    let work = after(&[asked, event(1, "office", Change::Accept)]);
    assert!(may(&work, "office", Action::OpenExhibit));
    assert!(!may(&work, "office", Action::OpenIdentity));
    let work = after(&[
        event(1, "police", ask(Form::Transfer, "office")),
        event(1, "office", Change::Accept),
    ]);
    assert!(may(&work, "office", Action::OpenIdentity));
    assert!(!may(&work, "police", Action::Read));
}

const UNITS: [&str; 3] = ["police", "office", "brigade"];

#[test]
fn a_case_that_is_routed_is_given_back_to_nobody_and_shows_nothing_to_whoever_was_asked() {
    let events = [
        event(1, "police", ask(Form::Transfer, "office")),
        event(1, "office", Change::Accept),
        event(2, "office", ask(Form::Transfer, "minors")),
        event(3, "office", ask(Form::Joint, "lab")),
        event(3, "lab", Change::Accept),
    ];
    let work = after(&events);
    let routed = work.routed(unit("paris"));
    assert_eq!(routed.lead(), &unit("paris"));
    let standing = |number| routed.referrals()[&id(number)].standing.as_str();
    assert_eq!(
        [1, 2, 3].map(standing),
        ["superseded", "superseded", "accepted"]
    );
    assert_eq!(joined(&routed), [("lab".to_owned(), 2)]);
    let back = routed.after(&event(1, "office", give_back()));
    assert!(matches!(back, Err(Refusal::Standing { .. })), "{back:?}");
    // Whoever helped and leads now helps no more.
    let to_lab = work.routed(unit("lab"));
    assert_eq!(joined(&to_lab), []);
    assert_eq!(work.routed(unit("office")), work);
}

fn any_event() -> impl Strategy<Value = Event> {
    let name = || prop::sample::select(&UNITS[..]);
    let parts = prop::collection::btree_set(prop::sample::select(Part::ALL), 0..5);
    let change = prop_oneof![
        4 => (prop::sample::select(Form::ALL), name()).prop_map(|(form, to)| ask(form, to)),
        1 => Just(Change::Acknowledge),
        4 => Just(Change::Accept),
        1 => Just(refuse()),
        1 => Just(Change::Withdraw),
        1 => parts.prop_map(|parts| Change::Show { parts }),
        2 => Just(give_back()),
        1 => Just(end()),
    ];
    (0..5_u8, name(), change).prop_map(|(referral, by, change)| event(referral, by, change))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    #[test]
    fn one_unit_leads_and_nobody_sees_what_was_not_shown(
        events in prop::collection::vec(any_event(), 0..40),
        routed in prop::collection::btree_map(0..40_usize, prop::sample::select(&UNITS[..]), 0..3),
    ) {
        let mut work = JointWork::led_by(unit("police"));
        let mut from = work.clone();
        let mut kept: Vec<Event> = Vec::new();
        for (place, event) in events.into_iter().enumerate() {
            if let Some(to) = routed.get(&place) {
                work = work.routed(unit(to));
                prop_assert_eq!(work.lead(), &unit(to));
                // What follows is folded from here: the record holds where it was routed.
                kept.clear();
                from = work.clone();
            }
            let before = work.clone();
            match work.after(&event) {
                Ok(after) => {
                    // Only an accepted or returned transfer moves the lead.
                    if after.lead() != before.lead() {
                        prop_assert_eq!(after.referrals()[&event.referral].form, Form::Transfer);
                    }
                    work = after;
                    kept.push(event);
                }
                Err(refusal) => prop_assert!(!refusal.to_string().is_empty()),
            }
            for (unit, shown) in work.joined() {
                prop_assert!(unit != *work.lead());
                prop_assert!(shown.contains(&Part::Facts));
                let open: Vec<&Referral> = work
                    .referrals()
                    .values()
                    .filter(|referral| referral.unit == unit)
                    .filter(|referral| matches!(referral.standing, Standing::Asked | Standing::Accepted))
                    .collect();
                prop_assert!(!open.is_empty());
                let accepted = open.iter().any(|referral| referral.standing == Standing::Accepted);
                prop_assert!(accepted || shown.len() == 1, "{shown:?}");
            }
        }
        let mut folded = from;
        kept.iter().for_each(|event| folded.apply(event));
        prop_assert_eq!(folded, work);
    }
}
