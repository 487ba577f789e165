use proptest::prelude::*;

use super::*;

fn text(text: &str) -> Text {
    Text {
        fr: text.to_owned(),
        en: text.to_owned(),
    }
}

fn plan(capacity: u32, quotas: &[(Profession, u32)]) -> Plan {
    Plan {
        number: 5,
        theme: text("ransomware"),
        host: "OFAC".into(),
        venue: "Nanterre".into(),
        begins: Timestamp::from_second(3_600).unwrap(),
        ends: Timestamp::from_second(7_200).unwrap(),
        capacity,
        quotas: quotas.iter().copied().collect(),
        group: LARGEST,
        programme: text(""),
        unconfirmed: text(""),
    }
}

fn event(change: Change) -> Event {
    Event {
        at: Timestamp::UNIX_EPOCH,
        actor: "somebody".into(),
        change,
    }
}

fn open(capacity: u32, quotas: &[(Profession, u32)]) -> Encounter {
    let planned = Encounter::begin(&(), &event(Change::Plan(plan(capacity, quotas)))).unwrap();
    planned.after(&(), &event(Change::Open)).unwrap()
}

fn register(id: &str, group: u32) -> Change {
    Change::Register {
        registration: id.into(),
        profession: Profession::Screenwriter,
        group,
    }
}

fn leave(id: &str) -> Change {
    Change::Leave {
        registration: id.into(),
    }
}

fn then(encounter: &mut Encounter, change: Change) {
    *encounter = encounter.after(&(), &event(change)).unwrap();
}

fn seats(encounter: &Encounter) -> Vec<&str> {
    let all = encounter.registrations.iter();
    all.map(|one| one.seat.as_str()).collect()
}

#[test]
fn a_group_that_does_not_fit_is_passed_over_and_reads_why() {
    let mut one = open(5, &[]);
    then(&mut one, register("a", 4));
    then(&mut one, register("b", 3));
    assert_eq!(one.place("b"), Some(1));
    then(&mut one, register("c", 1));
    assert_eq!(seats(&one), ["admitted", "waiting", "admitted"]);
    let passed = Passed {
        by: "c".into(),
        left: 1,
    };
    assert_eq!(one.registrations[1].passed, [passed]);
    then(&mut one, leave("a"));
    assert_eq!(seats(&one), ["left", "admitted", "admitted"]);
    assert_eq!((one.seated(), one.waiting()), (4, 0));
}

#[test]
fn a_full_profession_waits_while_others_have_seats() {
    let mut one = open(10, &[(Profession::Screenwriter, 2)]);
    then(&mut one, register("a", 2));
    then(&mut one, register("b", 1));
    let actors = Change::Register {
        registration: "c".into(),
        profession: Profession::Actor,
        group: 6,
    };
    then(&mut one, actors);
    assert_eq!(seats(&one), ["admitted", "waiting", "admitted"]);
    assert_eq!(one.registrations[1].passed[0].left, 0);
    then(&mut one, Change::Plan(plan(10, &[])));
    assert_eq!(seats(&one), ["admitted", "admitted", "admitted"]);
    let fewer = one.after(&(), &event(Change::Plan(plan(8, &[]))));
    assert_eq!(
        fewer.unwrap_err(),
        Refusal::Missing("a seat for each who has one")
    );
}

#[test]
fn nobody_registers_before_it_is_open_or_after_it_is_closed() {
    let planned = Encounter::begin(&(), &event(Change::Plan(plan(3, &[])))).unwrap();
    assert!(planned.after(&(), &event(register("a", 1))).is_err());
    let mut one = open(3, &[]);
    for group in [0, LARGEST + 1] {
        let refused = one.after(&(), &event(register("a", group)));
        assert_eq!(refused.unwrap_err(), Refusal::Group { most: LARGEST });
    }
    then(&mut one, register("a", 2));
    assert_eq!(
        one.after(&(), &event(register("a", 2))).unwrap_err(),
        Refusal::Twice("a".into())
    );
    then(&mut one, Change::Close);
    assert!(one.after(&(), &event(register("b", 1))).is_err());
    then(&mut one, Change::Hold { came: Some(2) });
    then(&mut one, Change::FollowUp(text("what was said")));
}

#[test]
fn nobody_registers_for_more_than_the_plan_lets_one() {
    let two = Plan {
        group: 2,
        ..plan(8, &[])
    };
    let mut one = open(8, &[]);
    then(&mut one, register("before", 3));
    then(&mut one, Change::Plan(two));
    let refused = one.after(&(), &event(register("many", 3)));
    assert_eq!(refused, Err(Refusal::Group { most: 2 }));
    then(&mut one, register("pair", 2));
    assert_eq!(seats(&one), ["admitted", "admitted"]);
    for group in [0, LARGEST + 1] {
        let odd = Change::Plan(Plan {
            group,
            ..plan(8, &[])
        });
        assert!(one.after(&(), &event(odd)).is_err());
    }
}

#[test]
fn a_plan_of_before_the_limit_has_the_largest() {
    let mut stored = serde_json::to_value(plan(8, &[])).unwrap();
    stored.as_object_mut().unwrap().remove("group");
    assert_eq!(
        serde_json::from_value::<Plan>(stored).unwrap(),
        plan(8, &[])
    );
}

#[test]
fn an_address_is_one_however_it_is_written() {
    for (written, known) in [
        (" Camille@Exemple.test ", "camille@exemple.test"),
        ("camille+encounter@exemple.test", "camille@exemple.test"),
        (
            "camille.exemple@exemple.test",
            "camille.exemple@exemple.test",
        ),
        ("\"a@b\"+c@exemple.test", "\"a@b\"@exemple.test"),
        ("+@exemple.test", "@exemple.test"),
        ("none", "none"),
    ] {
        assert_eq!(known_by(written), known, "{written}");
    }
}

fn changes() -> impl Strategy<Value = Vec<Change>> {
    let one = prop_oneof![
        4 => (0u8..40, 1u32..6, prop::sample::select(Profession::ALL)).prop_map(|(id, group, profession)| {
            Change::Register { registration: id.to_string().into(), profession, group }
        }),
        2 => (0u8..40).prop_map(|id| leave(&id.to_string())),
        1 => (1u32..20, 0u32..6).prop_map(|(capacity, most)| {
            Change::Plan(plan(capacity, &[(Profession::Actor, most)]))
        }),
    ];
    prop::collection::vec(one, 0..80)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(500))]

    /// Whoever gets a seat before an earlier group that waits does so only where that group does not fit; no seat is
    /// left empty that a waiting group fits in; and nobody who has a seat loses it.
    #[test]
    fn nobody_is_passed_over_but_a_group_that_does_not_fit(changes in changes()) {
        let mut now = open(7, &[]);
        for change in changes {
            let Ok(after) = now.after(&(), &event(change.clone())) else {
                continue;
            };
            let seat = |all: &Encounter, id: &str| all.registration(id).map(|one| one.seat);
            for (at, one) in after.registrations.iter().enumerate() {
                let before = seat(&now, &one.id);
                if before == Some(Seat::Admitted) && one.seat != Seat::Admitted {
                    prop_assert_eq!(&change, &leave(&one.id), "a seat was lost");
                }
                let admitted_now = one.seat == Seat::Admitted && before != Some(Seat::Admitted);
                for earlier in after.registrations[..at].iter().filter(|_| admitted_now) {
                    if earlier.seat == Seat::Waiting {
                        let passed = earlier.passed.iter().find(|passed| passed.by == one.id);
                        prop_assert!(passed.is_some_and(|passed| passed.left < earlier.group));
                    }
                }
                if one.seat == Seat::Waiting {
                    prop_assert!(one.group > after.left(one.profession), "a seat is left empty");
                }
            }
            prop_assert!(after.seated() <= after.plan.capacity);
            now = after;
        }
    }
}
