use super::*;

fn at(hour: i64) -> Timestamp {
    Timestamp::from_second(3_600 * hour).unwrap()
}

fn event(change: Change) -> Event {
    Event {
        at: at(0),
        actor: "somebody".into(),
        change,
    }
}

fn set(words: &[&str]) -> BTreeSet<Box<str>> {
    words.iter().map(|word| (*word).into()).collect()
}

fn expert(fields: &[&str], languages: &[&str], territories: &[&str]) -> Expert {
    let profile = Profile {
        name: "Agent A".into(),
        unit: "comcyber-mi".parse().unwrap(),
        fields: set(fields),
        languages: set(languages),
        territories: set(territories),
        clearance: None,
        silent_on: "techniques".into(),
    };
    Expert::begin(&(), &event(Change::List(profile))).unwrap()
}

fn plan(meeting: &str, production: &str, from: i64, until: i64) -> Change {
    Change::Plan {
        meeting: meeting.into(),
        project: "p".into(),
        production: production.into(),
        title: "Garde de nuit".into(),
        from: at(from),
        until: at(until),
        place: "Nanterre".into(),
    }
}

fn then(expert: &mut Expert, change: Change) -> Result<(), Refusal> {
    *expert = expert.after(&(), &event(change))?;
    Ok(())
}

#[test]
fn two_meetings_never_overlap_and_adjacent_ones_may() {
    let mut one = expert(&["hacking"], &["fr"], &[]);
    then(&mut one, plan("a", "x", 10, 12)).unwrap();
    assert_eq!(
        then(&mut one, plan("b", "x", 11, 13)),
        Err(Refusal::Busy { until: at(12) })
    );
    then(&mut one, plan("b", "x", 12, 13)).unwrap();
    let cancel = Change::Cancel {
        meeting: "a".into(),
        reason: "ill".into(),
    };
    then(&mut one, cancel).unwrap();
    then(&mut one, plan("c", "x", 10, 12)).unwrap();
    let away = Change::Away {
        from: at(20),
        until: at(40),
    };
    then(&mut one, away).unwrap();
    assert!(then(&mut one, plan("d", "x", 39, 41)).is_err());
}

#[test]
fn a_conflict_keeps_the_expert_from_the_production() {
    let mut one = expert(&["hacking"], &["fr"], &[]);
    let declare = Change::Declare {
        conflict: "Société Exemple".into(),
    };
    then(&mut one, declare).unwrap();
    assert_eq!(
        then(&mut one, plan("a", " SOCIETE EXEMPLE", 1, 2)),
        Err(Refusal::Conflict("Société Exemple".into()))
    );
    // The form of a company, or the case that the title names, hides no conflict.
    let longer = plan("a", "La société Exemple, SAS", 1, 2);
    assert!(then(&mut one, longer).is_err());
    then(&mut one, plan("a", "Exemple", 1, 2)).unwrap();
    let case = Change::Declare {
        conflict: "garde".into(),
    };
    then(&mut one, case).unwrap();
    assert_eq!(
        then(&mut one, plan("b", "Gardenia", 3, 4)),
        Err(Refusal::Conflict("garde".into()))
    );
    assert_eq!(one.conflict("Gardenia"), None);
    assert_eq!(one.conflict(""), None);
}

#[test]
fn who_meets_most_is_proposed_first_with_reasons_and_who_has_a_conflict_last() {
    let near = expert(&["cyberattaques", "rançongiciels"], &["fr", "en"], &["92"]);
    let mut far = expert(&["Cyberattaques"], &["fr"], &["13"]);
    let mut apart = near.clone();
    let declare = Change::Declare {
        conflict: "Example Films".into(),
    };
    then(&mut apart, declare).unwrap();
    let other = expert(&["horses"], &["fr"], &[]);
    let wish = Wish {
        field: "cyberattaque".into(),
        language: "en".into(),
        territory: "92".into(),
        when: Span::new(at(1), at(2)),
        production: "example films".into(),
        ..Wish::default()
    };
    then(&mut far, plan("a", "x", 1, 3)).unwrap();
    let experts = [
        ("apart", &apart),
        ("far", &far),
        ("near", &near),
        ("other", &other),
    ];
    let proposals = propose(experts, &wish);
    let order: Vec<&str> = proposals.iter().map(|one| one.expert).collect();
    assert_eq!(order, ["near", "far", "apart"]);
    assert_eq!(proposals[0].lacks, []);
    assert_eq!(
        proposals[1].lacks,
        [Trait::Language, Trait::Territory, Trait::Free]
    );
    assert_eq!(proposals[2].lacks, [Trait::Apart]);
}

#[test]
fn an_answer_that_may_not_be_said_is_marked() {
    let mut one = expert(&["hacking"], &["fr"], &[]);
    then(&mut one, plan("a", "x", 1, 2)).unwrap();
    let ask = Change::Ask {
        meeting: "a".into(),
        question: "How long does it take?".into(),
    };
    then(&mut one, ask).unwrap();
    let answer = |question| Change::Answer {
        meeting: "a".into(),
        question,
        answer: "Days".into(),
        withheld: true,
    };
    assert_eq!(then(&mut one, answer(1)), Err(Refusal::Unknown("1".into())));
    then(&mut one, answer(0)).unwrap();
    assert!(one.meetings["a"].questions[0].withheld);
}
