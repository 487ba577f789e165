use std::collections::BTreeSet;

use jiff::{Timestamp, civil::date};
use proptest::prelude::*;

use super::*;

const FILE: &str = r#"
format = 1
criterion = [
  { id = "realism", question = { fr = "", en = "" }, source = "a regulation" },
  { id = "feasibility", question = { fr = "", en = "" }, source = "a regulation", confirmed = false },
]
"#;

fn criteria() -> Criteria {
    Criteria::from_toml(FILE).unwrap()
}

fn unit(id: &str) -> UnitId {
    id.parse().unwrap()
}

fn ids(ids: &[&str]) -> BTreeSet<Box<str>> {
    ids.iter().map(|id| (*id).into()).collect()
}

fn ask(to: &str, about: &[&str]) -> Change {
    Change::AskOpinion {
        unit: unit(to),
        criteria: ids(about),
        script: false,
    }
}

fn give(from: &str, answers: &[(&str, Answer)]) -> Change {
    Change::GiveOpinion {
        unit: unit(from),
        answers: answers
            .iter()
            .map(|(criterion, answer)| Answered {
                criterion: (*criterion).into(),
                answer: *answer,
                reason: "seen".into(),
            })
            .collect(),
    }
}

/// A request of so many lines: places of three days each.
fn asked(lines: usize) -> Request {
    let line = |at| Support {
        kind: SupportKind::Place,
        what: format!("place {at}").into(),
        count: 1,
        operator: false,
        from: Some(date(2027, 2, 1)),
        days: 3,
        fallback: None,
        given_up: false,
    };
    Request {
        title: "Night Watch".into(),
        work: "feature".into(),
        company: "Example Films".into(),
        team: 18,
        lines: (0..lines).map(line).collect(),
        papers: Vec::new(),
        sensitive: Vec::new(),
    }
}

fn granted() -> Ruling {
    Ruling::Granted {
        conditions: "".into(),
    }
}

fn refused(because: &[&str]) -> Ruling {
    Ruling::Refused {
        criteria: ids(because),
        reason: "not possible on those days".into(),
    }
}

fn decide(rulings: Vec<Ruling>) -> Change {
    Change::Decide {
        rulings: rulings.into_iter().enumerate().collect(),
    }
}

/// A project of two lines to which changes happen an hour apart.
struct Life(Project);

impl Life {
    fn new() -> Life {
        Life(Project::received(asked(2), Timestamp::UNIX_EPOCH))
    }

    fn then(&mut self, change: Change) -> Result<Stage, Refusal> {
        let hour = self.0.last.as_second() / 3_600 + 1;
        self.at(hour, change)
    }

    fn at(&mut self, hour: i64, change: Change) -> Result<Stage, Refusal> {
        let at = Timestamp::from_second(3_600 * hour).unwrap();
        self.0 = self.0.after(
            &criteria(),
            &Event {
                at,
                actor: "somebody".into(),
                change,
            },
        )?;
        Ok(self.0.stage())
    }

    /// Both criteria answered, the second against it.
    fn opinions(&mut self) {
        self.then(ask("raid", &["realism"])).unwrap();
        self.then(ask("helicopters", &["feasibility"])).unwrap();
        self.then(give("raid", &[("realism", Answer::Favourable)]))
            .unwrap();
        self.then(give(
            "helicopters",
            &[("feasibility", Answer::Unfavourable)],
        ))
        .unwrap();
    }
}

#[test]
fn a_project_goes_from_request_to_credits() {
    let mut life = Life::new();
    life.opinions();
    assert_eq!(
        life.then(decide(vec![granted(), refused(&["feasibility"])])),
        Ok(Stage::Granted)
    );
    assert_eq!(life.then(Change::Sign), Ok(Stage::Agreed));
    assert_eq!(
        life.then(Change::Begin {
            day: date(2027, 2, 1)
        }),
        Ok(Stage::Shooting)
    );
    let end = |day| Change::End {
        day,
        days: 3,
        incidents: "none".into(),
    };
    assert_eq!(
        life.then(end(date(2027, 1, 31))),
        Err(Refusal::DayBefore(date(2027, 1, 31)))
    );
    assert_eq!(life.then(end(date(2027, 2, 9))), Ok(Stage::Shot));
    assert_eq!(life.0.ended(), Some((date(2027, 2, 9), 3)));
    let credit = Change::Credit {
        line: "With the help of…".into(),
        release: date(2028, 3, 1),
    };
    assert_eq!(life.then(credit), Ok(Stage::Credited));
    assert_eq!(
        life.then(Change::Withdraw),
        Err(Refusal::Stage {
            stage: Stage::Credited,
            what: "withdraw"
        })
    );
}

#[test]
fn nothing_is_decided_before_every_criterion_has_its_answer() {
    let mut life = Life::new();
    let all = || decide(vec![granted(), granted()]);
    assert_eq!(life.then(all()), Err(Refusal::Unanswered("realism".into())));
    life.then(ask("raid", &["realism", "feasibility"])).unwrap();
    assert_eq!(
        life.then(give("raid", &[("realism", Answer::Favourable)])),
        Err(Refusal::Unanswered("feasibility".into()))
    );
    life.then(give(
        "raid",
        &[
            ("realism", Answer::Favourable),
            ("feasibility", Answer::NotConcerned),
        ],
    ))
    .unwrap();
    assert_eq!(life.then(decide(vec![granted()])), Err(Refusal::Line(1)));
    assert_eq!(
        life.then(decide(vec![granted(), granted(), granted()])),
        Err(Refusal::Line(2))
    );
    assert_eq!(life.then(all()), Ok(Stage::Granted));
}

#[test]
fn a_refusal_rests_on_what_an_opinion_says() {
    let mut life = Life::new();
    life.opinions();
    let check = |life: &mut Life, because: &[&str], expected| {
        assert_eq!(
            life.then(decide(vec![granted(), refused(because)])),
            Err(expected)
        );
    };
    check(
        &mut life,
        &["realism"],
        Refusal::NothingAgainst("realism".into()),
    );
    check(
        &mut life,
        &["taste"],
        Refusal::NothingAgainst("taste".into()),
    );
    check(&mut life, &[], Refusal::Missing("a criterion"));
    let silent = Ruling::Refused {
        criteria: ids(&["feasibility"]),
        reason: " ".into(),
    };
    assert_eq!(
        life.then(decide(vec![granted(), silent])),
        Err(Refusal::Missing("the reason"))
    );
}

#[test]
fn the_applicant_reads_every_reason_once_there_is_a_decision() {
    let mut life = Life::new();
    life.opinions();
    assert!(life.0.shown().is_empty());
    life.then(decide(vec![
        refused(&["feasibility"]),
        refused(&["feasibility"]),
    ]))
    .unwrap();
    let shown: Vec<(&str, &str, Answer)> = life
        .0
        .shown()
        .iter()
        .map(|(unit, answer)| (unit.as_str(), &*answer.criterion, answer.answer))
        .collect();
    assert_eq!(
        shown,
        [
            ("helicopters", "feasibility", Answer::Unfavourable),
            ("raid", "realism", Answer::Favourable),
        ]
    );
}

#[test]
fn what_was_refused_is_appealed_once() {
    let mut life = Life::new();
    life.opinions();
    let appeal = || Change::Appeal {
        reason: "other days".into(),
    };
    let no = || decide(vec![refused(&["feasibility"]), refused(&["feasibility"])]);
    assert_eq!(life.then(no()), Ok(Stage::Refused));
    assert_eq!(life.then(appeal()), Ok(Stage::Appealed));
    // Asked again, the service answers anew, and the decision waits for it. What the first rests on stays to be read.
    let read = life.0.shown().to_vec();
    life.then(ask("helicopters", &["feasibility"])).unwrap();
    assert_eq!((read.len(), life.0.shown()), (2, &*read));
    assert_eq!(
        life.then(no()),
        Err(Refusal::Unanswered("feasibility".into()))
    );
    life.then(give(
        "helicopters",
        &[("feasibility", Answer::Unfavourable)],
    ))
    .unwrap();
    assert_eq!(life.then(no()), Ok(Stage::Refused));
    assert_eq!(life.then(appeal()), Err(Refusal::NoAppeal));

    let mut content = Life::new();
    content.opinions();
    content.then(decide(vec![granted(), granted()])).unwrap();
    assert_eq!(content.then(appeal()), Err(Refusal::NoAppeal));
}

#[test]
fn a_service_answers_what_it_was_asked() {
    let mut life = Life::new();
    let not_asked = |criterion: &str| {
        Err(Refusal::NotAsked {
            unit: unit("raid"),
            criterion: criterion.into(),
        })
    };
    let realism = || give("raid", &[("realism", Answer::Favourable)]);
    assert_eq!(life.then(realism()), not_asked("realism"));
    assert_eq!(
        life.then(ask("raid", &["taste"])),
        Err(Refusal::NoCriterion("taste".into()))
    );
    life.then(ask("raid", &["feasibility"])).unwrap();
    assert_eq!(life.then(realism()), not_asked("realism"));
}

#[test]
fn a_breach_may_be_put_right_for_seventy_two_hours() {
    let mut life = Life::new();
    life.opinions();
    life.then(decide(vec![granted(), granted()])).unwrap();
    life.then(Change::Sign).unwrap();
    let notice = || Change::Notice {
        breach: "real names".into(),
    };
    life.at(100, notice()).unwrap();
    let until = Timestamp::from_second(3_600 * 172).unwrap();
    assert_eq!(life.0.cure_until(), Some(until));
    assert_eq!(life.0.breach(), Some("real names"));
    assert!(life.0.may_have());
    assert_eq!(life.at(171, Change::Suspend), Err(Refusal::TooEarly(until)));
    assert_eq!(life.at(171, Change::Cure), Ok(Stage::Agreed));
    assert_eq!(life.0.breach(), None);
    life.at(
        180,
        Change::Begin {
            day: date(2027, 2, 1),
        },
    )
    .unwrap();
    life.at(200, notice()).unwrap();
    assert_eq!(life.at(272, Change::Suspend), Ok(Stage::Suspended));
    assert_eq!(
        (life.0.breach(), life.0.may_have()),
        (Some("real names"), false)
    );
    assert_eq!(life.at(300, Change::Cure), Ok(Stage::Shooting));
    assert_eq!(life.at(299, Change::Withdraw), Err(Refusal::OutOfOrder));
}

#[test]
fn a_shoot_has_no_more_days_than_there_were() {
    let mut life = Life::new();
    life.opinions();
    life.then(decide(vec![granted(), granted()])).unwrap();
    assert!(!life.0.may_have(), "the convention is not signed");
    life.then(Change::Sign).unwrap();
    let begin = Change::Begin {
        day: date(2028, 2, 28),
    };
    life.then(begin).unwrap();
    let end = |days| Change::End {
        day: date(2028, 3, 1),
        days,
        incidents: "".into(),
    };
    for days in [4, u32::MAX] {
        assert_eq!(life.then(end(days)), Err(Refusal::TooManyDays { most: 3 }));
    }
    life.then(end(3)).unwrap();
}

#[test]
fn what_was_kept_is_read_though_no_rule_of_today_would_let_it_happen() {
    let at = |hour: i64, change| Event {
        at: Timestamp::from_second(3_600 * hour).unwrap(),
        actor: "somebody".into(),
        change,
    };
    let day = date(2027, 2, 1);
    let end = Change::End {
        day,
        days: 9,
        incidents: "".into(),
    };
    let kept = [
        at(0, Change::Receive(asked(1))),
        // A criterion that nobody asks about any more, a decision without opinions, an hour that clocks went back.
        at(3, ask("raid", &["taste"])),
        at(2, give("raid", &[("taste", Answer::Unfavourable)])),
        at(4, decide(vec![granted()])),
        at(5, Change::Sign),
        at(6, Change::Begin { day }),
        at(7, end.clone()),
    ];
    let told: Project = story::fold(&kept).unwrap();
    assert_eq!((told.stage(), told.ended()), (Stage::Shot, Some((day, 9))));
    assert_eq!(told.shown().len(), 1);
    let before: Project = story::fold(&kept[..6]).unwrap();
    assert_eq!(
        before.after(&criteria(), &at(7, end)).unwrap_err(),
        Refusal::TooManyDays { most: 1 }
    );
    assert_eq!(story::fold::<Project>(&kept[1..]), None);
}

#[test]
fn a_shoot_ends_though_a_breach_is_not_put_right() {
    let mut life = Life::new();
    life.opinions();
    life.then(decide(vec![granted(), granted()])).unwrap();
    life.then(Change::Sign).unwrap();
    let notice = || Change::Notice {
        breach: "real names".into(),
    };
    let end = || Change::End {
        day: date(2027, 2, 3),
        days: 3,
        incidents: "".into(),
    };
    life.then(notice()).unwrap();
    assert!(life.then(end()).is_err(), "it has not begun");
    life.then(Change::Cure).unwrap();
    life.then(Change::Begin {
        day: date(2027, 2, 1),
    })
    .unwrap();
    life.then(notice()).unwrap();
    assert_eq!(life.then(end()), Ok(Stage::Shot));
    assert_eq!((life.0.breach(), life.0.due()), (None, None));
}

fn ride(request: Request) -> Change {
    Change::AskRider {
        request,
        reason: "the weather".into(),
    }
}

fn answer(accepted: bool, reason: &str) -> Change {
    Change::AnswerRider {
        accepted,
        reason: reason.into(),
    }
}

#[test]
fn a_rider_is_a_version_that_is_accepted_or_refused_with_a_reason() {
    let mut life = Life::new();
    life.opinions();
    life.then(decide(vec![granted(), refused(&["feasibility"])]))
        .unwrap();
    assert_eq!(life.then(ride(asked(1))), Err(Refusal::NoRider));
    assert_eq!(life.then(ride(asked(2))), Err(Refusal::NoRider));
    let mut more = asked(3);
    more.lines[0].days = 4;
    life.then(ride(more.clone())).unwrap();
    assert_eq!(life.then(ride(asked(3))), Err(Refusal::Rider(true)));
    assert_eq!(
        life.then(answer(false, " ")),
        Err(Refusal::Missing("the reason"))
    );
    life.then(answer(false, "not that week")).unwrap();
    assert_eq!(life.0.request(), &asked(2));
    life.then(ride(more.clone())).unwrap();
    life.then(answer(true, "by day only")).unwrap();
    assert_eq!(life.0.request(), &more);
    let differences = life.0.versions()[0].differences(life.0.request());
    let told: Vec<(Option<usize>, &str, &str, &str)> = differences
        .iter()
        .map(|one| (one.line, one.field, &*one.before, &*one.after))
        .collect();
    assert_eq!(
        told,
        [
            (Some(0), "days", "3", "4"),
            (Some(2), "line", "", "place 2")
        ]
    );
    let conditions = "by day only".into();
    assert_eq!(life.0.rulings()[&2], Ruling::Granted { conditions });
    assert_eq!(life.then(answer(true, "")), Err(Refusal::Rider(false)));
}

#[test]
fn a_quote_counts_the_lines_that_have_a_class_and_stand() {
    let mut life = Life::new();
    let class = Class {
        category: "2".into(),
        hours: 10,
        preparation: 1,
    };
    let classify = |line| Change::Classify {
        line,
        class: class.clone(),
    };
    assert_eq!(life.then(classify(2)), Err(Refusal::Line(2)));
    life.then(classify(1)).unwrap();
    let on = date(2026, 11, 1);
    let basis = life.0.basis(life.0.request(), on);
    let counted = |days| crate::price::Line::Place {
        what: "place 1".into(),
        category: "2".into(),
        days,
        hours: 10,
        preparation: 1,
    };
    assert_eq!(basis.lines, [counted(2)]);
    let mut rider = asked(2);
    rider.lines[1].days = 6;
    assert_eq!(life.0.basis(&rider, on).lines, [counted(5)]);
    rider.lines[1].given_up = true;
    assert!(life.0.basis(&rider, on).lines.is_empty());
    life.then(Change::Quote { basis }).unwrap();
    assert_eq!(life.0.quotes().len(), 1);
}

#[test]
fn lines_that_no_quote_counts_yet_are_named() {
    let mut life = Life::new();
    assert_eq!(life.0.unpriced(life.0.request()), [0, 1]);
    let class = Class {
        category: "4".into(),
        hours: 12,
        preparation: 0,
    };
    life.then(Change::Classify { line: 0, class }).unwrap();
    assert_eq!(life.0.unpriced(&asked(3)), [1, 2]);
    let mut less = asked(3);
    less.lines[1].given_up = true;
    less.lines[2].kind = SupportKind::Advice;
    assert_eq!(life.0.unpriced(&less), [0; 0]);
}

#[test]
fn a_due_day_is_that_of_what_the_office_has_to_do_next() {
    let mut life = Life::new();
    let after = |hours: i64| Timestamp::from_second(3_600 * (hours + 240)).unwrap();
    assert_eq!(life.0.due(), Some(after(0)));
    life.opinions();
    life.at(100, decide(vec![granted(), granted()])).unwrap();
    assert_eq!(life.0.due(), None);
    life.at(110, ride(asked(3))).unwrap();
    assert_eq!(life.0.due(), Some(after(110)));
}

/// What was kept of old is read for ever.
#[test]
fn the_stored_form_of_a_change_is_laid_down() {
    let check = |stored: &str, change: Change| {
        assert_eq!(serde_json::to_string(&change).unwrap(), stored);
        assert_eq!(serde_json::from_str::<Change>(stored).unwrap(), change);
    };
    check(r#""take""#, Change::Take);
    check(
        r#"{"give_opinion":{"unit":"raid","answers":[{"criterion":"realism","answer":"favourable","reason":"seen"}]}}"#,
        give("raid", &[("realism", Answer::Favourable)]),
    );
    check(
        r#"{"decide":{"rulings":{"0":{"granted":{"conditions":""}},"1":{"refused":{"criteria":["realism"],"reason":"not possible on those days"}}}}}"#,
        decide(vec![granted(), refused(&["realism"])]),
    );
    check(
        r#"{"end":{"day":"2027-02-09","days":3,"incidents":"none"}}"#,
        Change::End {
            day: date(2027, 2, 9),
            days: 3,
            incidents: "none".into(),
        },
    );
}

#[test]
fn a_file_of_criteria_that_cannot_be_meant_is_refused() {
    let check = |from: &str, to: &str, expected: &str| {
        let told = Criteria::from_toml(&FILE.replace(from, to))
            .unwrap_err()
            .to_string();
        assert!(told.contains(expected), "{told}");
    };
    check("format = 1", "format = 9", "write format = 1");
    check(
        "\"feasibility\"",
        "\"realism\"",
        "two criteria are called realism",
    );
    check(
        "source = \"a regulation\" }",
        "origin = \"x\" }",
        "write [[criterion]] tables",
    );
    assert!(
        Criteria::from_toml("format = 1")
            .unwrap_err()
            .to_string()
            .contains("no criterion")
    );
}

#[test]
fn the_criteria_of_france_are_examples_and_say_so() {
    let text = include_str!("../../../../config/france/film/criteria.toml");
    let criteria = Criteria::from_toml(text).unwrap();
    assert!(
        criteria
            .iter()
            .all(|criterion| !criterion.confirmed && !criterion.source.is_empty())
    );
}

fn changes() -> impl Strategy<Value = Vec<Change>> {
    let answer = || prop::sample::select(Answer::ALL);
    let ruling = || {
        prop_oneof![
            Just(granted()),
            Just(refused(&["feasibility"])),
            Just(refused(&["realism"]))
        ]
    };
    let one = prop_oneof![
        2 => prop::sample::select(vec![&["realism"][..], &["feasibility"], &["realism", "feasibility"]])
            .prop_map(|about| ask("raid", about)),
        3 => (answer(), answer(), any::<bool>()).prop_map(|(one, two, both)| {
            let answers = [("feasibility", one), ("realism", two)];
            give("raid", if both { &answers } else { &answers[..1] })
        }),
        3 => (ruling(), ruling()).prop_map(|(one, two)| decide(vec![one, two])),
        1 => Just(Change::Appeal { reason: "no".into() }),
        1 => Just(Change::Sign),
        1 => Just(Change::Begin { day: date(2027, 2, 1) }),
        1 => Just(Change::Notice { breach: "names".into() }),
        1 => Just(Change::Cure),
        1 => Just(Change::Suspend),
        1 => Just(Change::End { day: date(2027, 2, 2), days: 1, incidents: "".into() }),
        1 => Just(Change::Withdraw),
        1 => Just(Change::Take),
        2 => (2usize..4).prop_map(|lines| Change::AskRider { request: asked(lines), reason: "rain".into() }),
        2 => any::<bool>().prop_map(|accepted| Change::AnswerRider { accepted, reason: "seen".into() }),
        1 => Just(Change::Classify { line: 0, class: Class { category: "1".into(), hours: 8, preparation: 1 } }),
    ];
    prop::collection::vec(one, 0..60)
}

proptest! {
    /// Whatever is tried: a decision rests on an answer to each criterion, each refusal on one that speaks against
    /// it, and what was kept folds to the same again.
    #[test]
    fn what_is_decided_always_rests_on_opinions(changes in changes()) {
        let mut life = Life::new();
        let mut kept = Vec::new();
        for change in changes {
            let hour = life.0.last.as_second() / 3_600 + 40;
            let at = Timestamp::from_second(3_600 * hour).unwrap();
            let event = Event { at, actor: "somebody".into(), change };
            if let Ok(after) = life.0.after(&criteria(), &event) {
                life.0 = after;
                let decided = matches!(event.change, Change::Decide { .. });
                kept.push(event);
                if decided {
                    prop_assert!(life.0.unanswered(&criteria()).is_empty());
                    for ruling in life.0.rulings().values() {
                        if let Ruling::Refused { criteria, .. } = ruling {
                            for id in criteria {
                                let said = life.0.shown().iter().any(|(_, one)| {
                                    one.criterion == *id && one.answer == Answer::Unfavourable
                                });
                                prop_assert!(said, "{id}");
                            }
                        }
                    }
                }
            }
        }
        let received = Event {
            at: Timestamp::UNIX_EPOCH,
            actor: "applicant".into(),
            change: Change::Receive(asked(2)),
        };
        for event in &mut kept {
            let stored = serde_json::to_string(&event.change).unwrap();
            event.change = serde_json::from_str(&stored).unwrap();
        }
        let folded = story::fold(std::iter::once(&received).chain(&kept));
        prop_assert_eq!(folded, Some(life.0));
        let appeals = kept
            .iter()
            .filter(|event| matches!(event.change, Change::Appeal { .. }))
            .count();
        prop_assert!(appeals <= 1);
    }

    /// Whatever was kept, in whatever order, it is read: folding refuses nothing and never stops half way.
    #[test]
    fn any_events_fold(changes in changes()) {
        let received = Change::Receive(asked(2));
        let kept: Vec<Event> = std::iter::once(received)
            .chain(changes)
            .map(|change| Event { at: Timestamp::UNIX_EPOCH, actor: "somebody".into(), change })
            .collect();
        let told: Project = story::fold(&kept).unwrap();
        let quoted = told.basis(told.request(), date(2027, 2, 1));
        prop_assert!(told.unpriced(told.request()).len() + quoted.lines.len() <= told.request().lines.len());
    }
}
