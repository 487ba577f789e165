use serde_json::{Map, Value, json};

use super::*;
use crate::{
    desk::{RedirectTo, tests::config},
    submission::Track,
};

fn answers(track: Track, values: Value) -> Answers {
    match values {
        Value::Object(values) => Answers::stored(track, values),
        _ => Answers::stored(track, Map::new()),
    }
}

fn now() -> Timestamp {
    "2026-11-22T10:00:00Z".parse().unwrap()
}

#[test]
fn a_life_at_risk_is_seen_at_once() {
    let config = config();
    let desk = config.desks().next().unwrap();
    let check = |values: Value, expected: Option<&str>| {
        let found = urgent(desk, &answers(Track::Report, values), now());
        assert_eq!(found.map(|rule| &*rule.id), expected);
    };
    check(json!({ "danger": true }), Some("danger"));
    check(json!({ "danger": false }), None);
    check(json!({}), None);
}

#[test]
fn advice_is_given_when_its_condition_holds() {
    let config = config();
    let desk = config.desks().next().unwrap();
    let given = |day: &str| {
        let values =
            json!({ "payments": [{ "amount": { "minor": 1, "currency": "EUR" } }], "day": day });
        orientations(desk, &answers(Track::Report, values), now()).len()
    };
    assert_eq!(given("2026-11-20"), 1);
    assert_eq!(given("2026-11-01"), 0);
}

#[test]
fn a_condition_not_met_stops_its_track_and_leads_elsewhere() {
    let config = config();
    let desk = config.desks().next().unwrap();
    let minor = json!({ "me": { "birth_date": "2010-01-01" } });
    let failed = eligibility(desk, &answers(Track::Complaint, minor.clone()), now());
    assert_eq!(failed.len(), 1);
    assert_eq!(failed[0].rule, "adult");
    assert_eq!(
        failed[0].redirect.unwrap().to,
        RedirectTo::Track(Track::Report)
    );
    assert!(eligibility(desk, &answers(Track::Report, minor.clone()), now()).is_empty());
    let adult = json!({ "me": { "birth_date": "1980-01-01" } });
    assert!(eligibility(desk, &answers(Track::Complaint, adult), now()).is_empty());

    // In the making, the rule waits for its question; at the end it does not.
    let empty = answers(Track::Complaint, json!({}));
    assert!(eligibility_so_far(desk, &empty, now()).is_empty());
    assert_eq!(eligibility(desk, &empty, now()).len(), 1);
    let minor = answers(Track::Complaint, minor);
    assert_eq!(eligibility_so_far(desk, &minor, now()).len(), 1);
}

#[test]
fn priority_shows_its_criteria() {
    let config = config();
    let desk = config.desks().next().unwrap();
    let loss = |minor: i64| json!([{ "amount": { "minor": minor, "currency": "EUR" } }]);
    let check = |values: Value, points: i64, ids: &[&str]| {
        let priority = priority(desk, &answers(Track::Report, values), now());
        let found: Vec<&str> = priority
            .criteria
            .iter()
            .map(|criterion| criterion.id)
            .collect();
        assert_eq!((priority.points, found.as_slice()), (points, ids));
    };
    check(json!({}), 0, &[]);
    check(
        json!({ "danger": true, "payments": loss(1_000_000) }),
        55,
        &["danger", "large_loss"],
    );
    check(json!({ "payments": loss(999_999) }), 0, &[]);
}

#[test]
fn every_rule_that_holds_proposes_its_unit() {
    let config = config();
    let desk = config.desks().next().unwrap();
    let check = |derived: Derived, expected: &[&str]| {
        let answers = answers(Track::Report, json!({}));
        let proposals = route(&config, desk, &answers, derived, now());
        let units: Vec<&str> = proposals
            .iter()
            .map(|proposal| proposal.unit.id.as_str())
            .collect();
        assert_eq!(units, expected);
    };
    check(Derived::default(), &["brigade"]);
    check(
        Derived {
            urgent: true,
            ..Derived::default()
        },
        &["office", "brigade"],
    );
    check(
        Derived {
            priority: 50,
            ..Derived::default()
        },
        &["office", "brigade"],
    );
}
