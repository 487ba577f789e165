use std::fmt::Write;

use proptest::prelude::*;

use super::*;

/// What is the matter with the object beside who has it.
#[derive(Clone, Copy)]
enum State {
    Open,
    Closed,
    Sealed,
    Conflict,
}

const STATES: [State; 4] = [State::Open, State::Closed, State::Sealed, State::Conflict];

fn unit(id: &str) -> UnitId {
    id.parse().unwrap()
}

fn agent(role: Role) -> Agent {
    Agent {
        id: "agent".into(),
        unit: unit("here"),
        role,
        clearance: Clearance::default(),
    }
}

fn object(relation: Relation) -> Object {
    let (owner, at, joined) = match relation {
        Relation::Own => ("agent", "here", None),
        Relation::Unit => ("colleague", "here", None),
        Relation::JoinedUnit => ("stranger", "there", Some("here")),
        Relation::Other => ("stranger", "there", Some("elsewhere")),
    };
    let shown = || Part::ALL.iter().copied().collect();
    Object {
        owner: Some(owner.into()),
        unit: Some(unit(at)),
        joined: joined.map(|id| (unit(id), shown())).into_iter().collect(),
        ..Object::nobodys(Subject::Case)
    }
}

/// What an action is about, this near.
fn about(action: Action, relation: Relation) -> Object {
    Object {
        subject: action.rule().subject,
        ..object(relation)
    }
}

fn in_state(mut object: Object, state: State) -> Object {
    match state {
        State::Open => {}
        State::Closed => object.closed = true,
        State::Sealed => object.sealed = true,
        State::Conflict => object.conflicts = BTreeSet::from(["agent".into()]),
    }
    object
}

/// Brings everything that can be brought, without breaking the glass.
fn everything() -> Context {
    Context {
        reason: true,
        signed_in_anew: true,
        second_person: Some("colleague".into()),
        break_glass: false,
    }
}

fn breaking_glass() -> Context {
    Context {
        break_glass: true,
        ..everything()
    }
}

fn allowed(agent: &Agent, action: Action, object: &Object, context: &Context) -> bool {
    decide(agent, action, object, context).allowed
}

/// `+` as it is, `r` with a reason, `s` with a reason and a fresh sign-in, `2` with a second person as
/// well, `g` by breaking the glass, `.` never.
fn sign(agent: &Agent, action: Action, object: &Object) -> char {
    let nothing = Context::default();
    let reason = Context {
        reason: true,
        ..Context::default()
    };
    let anew = Context {
        signed_in_anew: true,
        ..reason.clone()
    };
    [
        ('+', nothing),
        ('r', reason),
        ('s', anew),
        ('2', everything()),
        ('g', breaking_glass()),
    ]
    .into_iter()
    .find(|(_, context)| allowed(agent, action, object, context))
    .map_or('.', |(sign, _)| sign)
}

/// Every action, role, relation and state.
fn matrix() -> String {
    let mut page =
        "own, unit's, joined unit's, other's: each open, closed, sealed, in conflict\n".to_owned();
    for action in Action::ALL {
        writeln!(page, "{}", action.as_str()).unwrap();
        for role in Role::ALL {
            let agent = agent(*role);
            let cells = Relation::ALL.map(|relation| {
                STATES
                    .map(|state| sign(&agent, *action, &in_state(about(*action, relation), state)))
                    .iter()
                    .collect::<String>()
            });
            writeln!(page, "  {:24}{}", role.as_str(), cells.join(" ")).unwrap();
        }
    }
    page
}

#[test]
fn the_whole_matrix_is_as_it_was_read() {
    let read = include_str!("matrix.txt");
    let found = matrix();
    let changed: Vec<(usize, &str, &str)> = read
        .lines()
        .zip(found.lines())
        .enumerate()
        .filter(|(_, (read, found))| read != found)
        .map(|(at, (read, found))| (at + 1, read, found))
        .collect();
    assert!(
        read == found,
        "lines of matrix.txt that differ: {changed:#?}; all of it:\n{found}"
    );
}

#[test]
fn the_page_is_the_table() {
    let written = include_str!("../../../../docs/policy.md");
    assert!(
        written.contains(&page()),
        "docs/policy.md is not the table; replace its table by:\n{}",
        page()
    );
}

#[test]
fn words_read_back_and_differ() {
    for action in Action::ALL {
        assert_eq!(Action::from_word(action.as_str()), Some(*action));
    }
    for role in Role::ALL {
        assert_eq!(Role::from_word(role.as_str()), Some(*role));
    }
    assert_eq!(Role::from_word("Head"), None);
    let words: BTreeSet<&str> = Because::ALL.map(Because::as_str).into();
    assert_eq!(words.len(), Because::ALL.len());
}

#[test]
fn nothing_is_allowed_on_an_object_of_nobody_but_what_reaches_all() {
    for role in Role::ALL {
        for action in Action::ALL {
            let nobody = Object::nobodys(action.rule().subject);
            let reach = action.rule().reach(*role);
            let found = allowed(&agent(*role), *action, &nobody, &everything());
            assert_eq!(found, reach == Reach::Any, "{role:?} {action:?}");
        }
    }
}

#[test]
fn an_administrator_reads_no_case_and_no_project_and_no_record() {
    let administrator = Agent {
        clearance: cleared(),
        ..agent(Role::Administrator)
    };
    for action in Action::ALL {
        if action.rule().subject == Subject::Service {
            continue;
        }
        for relation in Relation::ALL {
            let decision = decide(
                &administrator,
                *action,
                &about(*action, relation),
                &breaking_glass(),
            );
            assert_eq!(decision.because, Because::Role, "{action:?} {relation:?}");
        }
    }
}

/// Who watches the watchers does not watch the cases, and nobody who carries cases reads the record.
#[test]
fn powers_are_kept_apart() {
    for role in Role::ALL {
        let can = |action: Action| action.rule().reach(*role) != Reach::Never;
        assert!(!(can(Action::Read) && can(Action::ReadRecord)), "{role:?}");
        assert!(
            !(can(Action::Read) && can(Action::ManageAgents)),
            "{role:?}"
        );
        assert!(
            !(can(Action::ReadRecord) && can(Action::ManageAgents)),
            "{role:?}"
        );
        assert!(!(can(Action::Read) && can(Action::Erase)), "{role:?}");
    }
}

#[test]
fn no_conflict_of_interest_may_do_anything_but_be_declared() {
    for role in Role::ALL {
        for action in Action::ALL {
            for relation in Relation::ALL {
                let object = in_state(about(*action, relation), State::Conflict);
                let found = allowed(&agent(*role), *action, &object, &breaking_glass());
                let about_an_object = action.rule().subject != Subject::Service;
                assert!(
                    !found || action.declares_conflict() || !about_an_object,
                    "{role:?} {action:?} {relation:?}"
                );
            }
        }
    }
}

#[test]
fn a_sealed_object_asks_for_a_reason_a_fresh_sign_in_and_a_second_person() {
    let head = agent(Role::Head);
    for relation in [Relation::Own, Relation::Unit] {
        let sealed = in_state(object(relation), State::Sealed);
        let check = |context: Context, expected: Because| {
            let decision = decide(&head, Action::Read, &sealed, &context);
            assert_eq!(decision.because, expected);
        };
        check(everything(), Because::Granted);
        check(
            Context {
                reason: false,
                ..everything()
            },
            Because::Reason,
        );
        check(
            Context {
                signed_in_anew: false,
                ..everything()
            },
            Because::SignIn,
        );
        check(
            Context {
                second_person: None,
                ..everything()
            },
            Because::SecondPerson,
        );
        let oneself = Some("agent".into());
        check(
            Context {
                second_person: oneself,
                ..everything()
            },
            Because::SecondPerson,
        );
    }
    for relation in [Relation::JoinedUnit, Relation::Other] {
        let sealed = in_state(object(relation), State::Sealed);
        let decision = decide(&head, Action::Read, &sealed, &breaking_glass());
        assert!(!decision.allowed, "{relation:?}");
        assert!(!decision.because.may_be_told());
    }
}

#[test]
fn who_has_a_conflict_is_no_second_person() {
    let mut sealed = in_state(object(Relation::Own), State::Sealed);
    sealed.conflicts.insert("colleague".into());
    let decision = decide(&agent(Role::Head), Action::Read, &sealed, &everything());
    assert_eq!(decision.because, Because::SecondPerson);
}

#[test]
fn an_action_is_allowed_on_what_it_is_about_alone() {
    for role in Role::ALL {
        for action in Action::ALL {
            for subject in Subject::ALL {
                let object = Object {
                    subject: *subject,
                    ..object(Relation::Own)
                };
                let found = allowed(&agent(*role), *action, &object, &breaking_glass());
                assert!(
                    !found || *subject == action.rule().subject,
                    "{action:?} {subject:?}"
                );
            }
        }
    }
}

#[test]
fn a_joined_unit_does_what_the_parts_shown_to_it_allow() {
    let investigator = agent(Role::Investigator);
    let check = |shown: &[Part], action: Action, expected: Because| {
        let mut object = object(Relation::JoinedUnit);
        object.joined[0].1 = shown.iter().copied().collect();
        let decision = decide(&investigator, action, &object, &everything());
        assert_eq!(decision.because, expected, "{shown:?} {action:?}");
    };
    check(&[Part::Facts], Action::Read, Because::Granted);
    check(&[Part::Facts], Action::OpenExhibit, Because::PartNotShown);
    check(&[Part::Facts], Action::OpenIdentity, Because::PartNotShown);
    check(
        &[Part::Facts, Part::Identity],
        Action::OpenIdentity,
        Because::Granted,
    );
    check(&[], Action::Read, Because::PartNotShown);
    check(&[Part::Facts], Action::Close, Because::TooFar);
}

#[test]
fn the_glass_is_broken_to_look_and_for_nothing_else() {
    let investigator = agent(Role::Investigator);
    let far = object(Relation::Other);
    for action in Action::ALL {
        let rule = action.rule();
        // Who asks to take part sees nothing by it.
        if rule.subject != Subject::Case || *action == Action::AskToJoin {
            continue;
        }
        let broken = decide(&investigator, *action, &far, &breaking_glass());
        let looks = matches!(
            action,
            Action::Read | Action::OpenExhibit | Action::OpenIdentity
        );
        assert_eq!(broken.because == Because::BrokenGlass, looks, "{action:?}");
        assert_eq!(broken.allowed, looks, "{action:?}");
        assert!(
            !allowed(&investigator, *action, &far, &everything()),
            "{action:?}"
        );
    }
    let alone = Context {
        second_person: None,
        ..breaking_glass()
    };
    assert!(!allowed(&investigator, Action::Read, &far, &alone));
}

/// Cleared for everything there is.
fn cleared() -> Clearance {
    Clearance {
        level: Some(Level::TopSecret),
        restricted: true,
        national: true,
        compartments: ["amber_room", "well"].map(Into::into).into(),
    }
}

#[test]
fn each_marking_has_to_be_met_beside_every_other() {
    let check = |marking: Marking, clearance: Clearance, relation: Relation, expected: bool| {
        let object = Object {
            markings: BTreeSet::from([marking.clone()]),
            ..object(relation)
        };
        let head = Agent {
            clearance,
            ..agent(Role::Head)
        };
        let found = allowed(&head, Action::Read, &object, &everything());
        assert_eq!(found, expected, "{marking:?} {relation:?}");
    };
    use Relation::{JoinedUnit, Own, Unit};
    for marking in [
        Marking::Level(Level::Secret),
        Marking::Level(Level::TopSecret),
        Marking::DiffusionRestreinte,
        Marking::SpecialFrance,
        Marking::Compartment("well".into()),
    ] {
        check(marking.clone(), Clearance::default(), Own, false);
        check(marking, cleared(), Own, true);
    }
    let secret = Clearance {
        level: Some(Level::Secret),
        ..Clearance::default()
    };
    check(Marking::Level(Level::Secret), secret.clone(), Own, true);
    check(Marking::Level(Level::TopSecret), secret, Own, false);
    check(Marking::Tlp(Tlp::Red), cleared(), Own, true);
    check(Marking::Tlp(Tlp::Red), cleared(), Unit, false);
    check(Marking::Tlp(Tlp::AmberStrict), cleared(), Unit, true);
    check(Marking::Tlp(Tlp::AmberStrict), cleared(), JoinedUnit, false);
    check(Marking::Tlp(Tlp::Amber), cleared(), JoinedUnit, true);
    check(
        Marking::Tlp(Tlp::Green),
        Clearance::default(),
        JoinedUnit,
        true,
    );
}

fn markings() -> impl Strategy<Value = BTreeSet<Marking>> {
    let level = prop::sample::select(Level::ALL).prop_map(Marking::Level);
    let tlp = prop::sample::select(Tlp::ALL).prop_map(Marking::Tlp);
    let compartment = prop::sample::select(vec!["amber_room", "well", "tower"])
        .prop_map(|name| Marking::Compartment(name.into()));
    let marking = prop_oneof![
        level,
        tlp,
        compartment,
        Just(Marking::SpecialFrance),
        Just(Marking::DiffusionRestreinte),
    ];
    prop::collection::btree_set(marking, 0..4)
}

prop_compose! {
    fn any_agent()(
        role in prop::sample::select(Role::ALL),
        level in prop::option::of(prop::sample::select(Level::ALL)),
        restricted: bool,
        national: bool,
        compartments in prop::collection::btree_set(prop::sample::select(vec!["amber_room", "well"]), 0..3),
    ) -> Agent {
        let compartments = compartments.into_iter().map(Into::into).collect();
        Agent { clearance: Clearance { level, restricted, national, compartments }, ..agent(role) }
    }
}

prop_compose! {
    fn any_object()(
        relation in prop::sample::select(&Relation::ALL[..]),
        closed: bool,
        sealed: bool,
        subject in prop::sample::select(&[Subject::Case, Subject::Film][..]),
        conflict in prop::bool::weighted(0.1),
        markings in markings(),
        shown in prop::collection::btree_set(prop::sample::select(Part::ALL), 0..5),
    ) -> Object {
        let mut object = object(relation);
        for (_, parts) in &mut object.joined {
            parts.clone_from(&shown);
        }
        if conflict {
            object.conflicts.insert("agent".into());
        }
        Object { subject, closed, sealed, markings, ..object }
    }
}

prop_compose! {
    fn any_context()(
        reason: bool,
        signed_in_anew: bool,
        second in prop::option::of(prop::sample::select(vec!["agent", "colleague"])),
        break_glass: bool,
    ) -> Context {
        Context { reason, signed_in_anew, second_person: second.map(Into::into), break_glass }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(4_000))]

    /// Whatever is taken away, or laid on, a refusal stays a refusal.
    #[test]
    fn a_refusal_stays_one_when_more_is_laid_on_or_less_is_brought(
        agent in any_agent(),
        action in prop::sample::select(Action::ALL),
        object in any_object(),
        context in any_context(),
        more in markings(),
    ) {
        prop_assume!(!allowed(&agent, action, &object, &context));
        let mut marked = object.clone();
        marked.markings.extend(more);
        let mut conflicting = object.clone();
        conflicting.conflicts.insert(agent.id.clone());
        let mut hidden = object.clone();
        hidden.joined.iter_mut().for_each(|(_, shown)| shown.clear());
        let harder = [
            marked,
            conflicting,
            hidden,
            Object { joined: Vec::new(), ..object.clone() },
            Object { closed: true, ..object.clone() },
            Object { sealed: true, ..object.clone() },
            Object { owner: None, ..object.clone() },
            Object { unit: None, ..object.clone() },
        ];
        for harder in harder {
            prop_assert!(!allowed(&agent, action, &harder, &context), "{harder:?}");
        }
        let poorer = [
            Context { reason: false, ..context.clone() },
            Context { signed_in_anew: false, ..context.clone() },
            Context { second_person: None, ..context.clone() },
            Context { break_glass: false, ..context.clone() },
        ];
        for poorer in poorer {
            prop_assert!(!allowed(&agent, action, &object, &poorer), "{poorer:?}");
        }
        let uncleared = Agent { clearance: Clearance::default(), ..agent };
        prop_assert!(!allowed(&uncleared, action, &object, &context));
    }

    /// What is told to an agent concerns only what they could see if they brought all they can.
    #[test]
    fn a_refusal_that_is_told_gives_nothing_away(
        agent in any_agent(),
        action in prop::sample::select(Action::ALL),
        object in any_object(),
        context in any_context(),
    ) {
        let decision = decide(&agent, action, &object, &context);
        prop_assert_eq!(decision.allowed, matches!(decision.because, Because::Granted | Because::BrokenGlass));
        prop_assert_eq!(decision.because.text(Lang::En).is_empty(), decision.allowed || !decision.because.may_be_told());
        if !decision.allowed && decision.because.may_be_told() && !context.break_glass {
            let open = Object { closed: false, ..object };
            prop_assert!(allowed(&agent, action, &open, &everything()));
        }
    }
}
