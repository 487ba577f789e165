use std::collections::BTreeMap;

use jiff::Timestamp;
use proptest::prelude::*;
use serde_json::{Map, Value, json};

use super::{check::Futility, *};
use crate::{
    answers::Answers,
    assess::{self, Derived},
    desk::{Config, ConfigProblem},
    place,
    submission::Track,
};

const DESK: &str = r#"
format = 1
id = "front"
version = 1
title = { fr = "", en = "" }
summary = { fr = "", en = "" }
tracks = ["report"]
first_deadline_hours = 24
retention_days = 1
unit = "office"
headline = "kind"

[[step]]
id = "one"
title = { fr = "", en = "" }
question = [
  { id = "kind", kind = "choice", required = true, label = { fr = "", en = "" }, options = [
    { id = "scam", label = { fr = "", en = "" } },
    { id = "attack", label = { fr = "", en = "" } },
    { id = "images", label = { fr = "", en = "" } },
    { id = "insult", label = { fr = "", en = "" } },
  ] },
  { id = "child", kind = "yes_no", when = 'kind == "images"', label = { fr = "", en = "" } },
  { id = "loss", kind = "money", when = 'kind == "scam"', label = { fr = "", en = "" } },
  { id = "born", kind = "date", label = { fr = "", en = "" } },
  { id = "home", kind = "place", level = "department", label = { fr = "", en = "" } },
  { id = "to", kind = "country", label = { fr = "", en = "" } },
  { id = "pages", kind = "repetition", max_items = 9, item = { fr = "", en = "" }, label = { fr = "", en = "" }, question = [
    { id = "url", kind = "url", label = { fr = "", en = "" } },
  ] },
]
"#;

const UNITS: &str = r#"
[[unit]]
id = "office"
name = { fr = "Office", en = "Office" }
kind = "office"
territory = "national"

[[unit]]
id = "brigade"
name = { fr = "Brigade", en = "Brigade" }
kind = "brigade"
territory = ["75", "93"]

[[unit]]
id = "squad"
name = { fr = "Groupe", en = "Squad" }
kind = "brigade"
parent = "brigade"

[[unit]]
id = "contact"
name = { fr = "Contact", en = "Contact" }
kind = "service"
parent = "office"
investigates = false

[[unit]]
id = "prosecutor"
name = { fr = "Parquet", en = "Prosecutor" }
kind = "prosecutor"
territory = "national"
"#;

const MATTER: &str = r#"
country = "FR"
offence = [
  { id = "fraud", name = { fr = "", en = "" } },
  { id = "intrusion", name = { fr = "", en = "" } },
  { id = "images", name = { fr = "", en = "" } },
]
victim = [{ id = "minor", name = { fr = "", en = "" } }]
need = [{ id = "dark_web", name = { fr = "", en = "" } }]
says = [
  { desk = "front", when = 'kind == "scam"', offences = ["fraud"], amount = 'loss.minor' },
  { desk = "front", when = 'kind == "attack"', offences = ["intrusion", "fraud"] },
  { desk = "front", when = 'kind == "images"', offences = ["images"] },
  { desk = "front", when = 'child == true', victims = ["minor"] },
  { desk = "front", when = 'pages.exists(p, p.url.contains(".onion"))', needs = ["dark_web"] },
  { desk = "front", departments = 'home.department', countries = 'to', age = 'age(born)' },
]
"#;

/// Rules, each `(id, more keys)`.
fn routing(rules: &[(&str, &str)]) -> String {
    let rule = |(id, keys): &(&str, &str)| {
        format!(
            "[[rule]]\nid = \"{id}\"\nbecause = {{ fr = \"\", en = \"\" }}\narticle = \"art. 1\"\n{keys}\n"
        )
    };
    rules.iter().map(rule).collect()
}

fn load(units: &str, matter: &str, routing: &str) -> Result<Config, Vec<ConfigProblem>> {
    let files = [
        ("desks/front.toml", DESK),
        ("units.toml", units),
        ("matter.toml", matter),
        ("routing.toml", routing),
    ];
    let files = files.map(|(path, content)| (path.to_owned(), content.to_owned()));
    Config::load(files, place::tests::places())
}

fn ruled(rules: &[(&str, &str)]) -> Config {
    load(UNITS, MATTER, &routing(rules)).unwrap()
}

fn problems(units: &str, matter: &str, routing: &str) -> Vec<String> {
    let problems = load(units, matter, routing).err().unwrap_or_default();
    problems.iter().map(ConfigProblem::to_string).collect()
}

fn now() -> Timestamp {
    "2026-11-22T10:00:00Z".parse().unwrap()
}

fn answers(values: Value) -> Answers {
    let Value::Object(values) = values else {
        panic!("{values} is no object")
    };
    Answers::stored(Track::Report, values)
}

fn proposed(config: &Config, values: Value, derived: Derived) -> Vec<(String, Part)> {
    let desk = config.desks().next().unwrap();
    assess::route(config, desk, &answers(values), derived, now())
        .iter()
        .map(|proposal| (proposal.rule.to_owned(), proposal.part))
        .collect()
}

#[test]
fn answers_become_the_matter() {
    let config = ruled(&[]);
    let desk = config.desks().next().unwrap();
    let matter = |values| config.statements.matter(desk, &answers(values), now());
    let words = |matter: &Matter, word| -> Vec<String> {
        let words = matter.words.get(&word).into_iter().flatten();
        words.map(ToString::to_string).collect()
    };
    let scam = matter(json!({
        "kind": "scam", "loss": { "minor": 5_000, "currency": "EUR" }, "born": "2010-01-01",
        "home": { "code": "75", "name": "Paris", "department": "75" }, "to": "BE",
        "pages": [{ "url": "http://shop.onion/" }],
    }));
    assert_eq!(words(&scam, Word::Offence), ["fraud"]);
    assert_eq!(words(&scam, Word::Need), ["dark_web"]);
    assert_eq!(
        (scam.age, scam.amount, scam.foreign),
        (Some(16), Some(5_000), true)
    );
    assert!(scam.departments.contains("75"));
    let attack = matter(json!({ "kind": "attack", "to": "FR" }));
    assert_eq!(words(&attack, Word::Offence), ["fraud", "intrusion"]);
    assert_eq!(
        (attack.age, attack.amount, attack.foreign),
        (None, None, false)
    );
    assert_eq!(matter(json!({})), Matter::default());
}

#[test]
fn every_dimension_of_competence_can_be_ruled_on() {
    let when = |condition: &str| {
        let keys = format!("when = '{condition}'\nunit = \"office\"");
        let config = ruled(&[("rule", &keys)]);
        move |values: Value, series: Option<i64>| {
            let derived = Derived {
                series,
                ..Derived::default()
            };
            !proposed(&config, values, derived).is_empty()
        }
    };
    for (condition, yes, no) in [
        (
            r#""fraud" in matter.offences"#,
            json!({ "kind": "scam" }),
            json!({ "kind": "insult" }),
        ),
        (
            r#""minor" in matter.victims"#,
            json!({ "child": true }),
            json!({ "child": false }),
        ),
        (
            "matter.age < 13",
            json!({ "born": "2020-01-01" }),
            json!({ "born": "1990-01-01" }),
        ),
        (
            r#""93" in matter.departments"#,
            json!({ "home": { "code": "93", "name": "", "department": "93" } }),
            json!({ "home": { "code": "42", "name": "", "department": "42" } }),
        ),
        (
            "matter.amount >= 1000000",
            json!({ "kind": "scam", "loss": { "minor": 1_000_000, "currency": "EUR" } }),
            json!({ "kind": "scam", "loss": { "minor": 999_999, "currency": "EUR" } }),
        ),
        (
            "matter.foreign",
            json!({ "to": "US" }),
            json!({ "to": "FR" }),
        ),
        (
            r#""dark_web" in matter.needs"#,
            json!({ "pages": [{ "url": "x.onion" }] }),
            json!({ "pages": [{ "url": "x.example" }] }),
        ),
    ] {
        let rule = when(condition);
        assert!(rule(yes, None), "{condition}");
        assert!(!rule(no, None), "{condition}");
        assert!(!rule(json!({}), None), "{condition}: nothing is known");
    }
    let series = when("matter.series >= 20");
    assert!(series(json!({}), Some(20)));
    assert!(!series(json!({}), Some(19)));
    assert!(!series(json!({}), None));
}

#[test]
fn who_leads_comes_first_and_several_may_take_part() {
    let config = ruled(&[
        (
            "told",
            "unit = \"prosecutor\"\npart = \"inform\"\nconfidence = \"high\"",
        ),
        ("helps", "unit = \"contact\"\npart = \"assist\""),
        (
            "second",
            "when = '\"fraud\" in matter.offences'\nunit = \"squad\"\nconfirmed = false",
        ),
        ("joins", "unit = \"brigade\"\npart = \"join\""),
        ("first", "unit = \"office\""),
    ]);
    let found = proposed(&config, json!({ "kind": "scam" }), Derived::default());
    let rules: Vec<&str> = found.iter().map(|(rule, _)| rule.as_str()).collect();
    assert_eq!(rules, ["second", "first", "joins", "helps", "told"]);
    let confidence: BTreeMap<&str, Confidence> = config
        .routing
        .iter()
        .map(|rule| (&*rule.id, rule.confidence))
        .collect();
    assert_eq!(confidence["told"], Confidence::High);
    assert_eq!(confidence["first"], Confidence::Medium);
    assert_eq!(confidence["second"], Confidence::Low);
}

/// A jurisdiction is never assigned, and what is not known is never told as certain.
#[test]
fn a_rule_that_says_too_much_is_refused() {
    let check = |keys: &str, expected: &str| {
        let told = problems(UNITS, MATTER, &routing(&[("rule", keys)]));
        assert_eq!(told, [expected], "{keys}");
    };
    check(
        "unit = \"prosecutor\"",
        "routing.toml:5:8: a rule cannot bring a case before `prosecutor`: a prosecutor takes it or not; write part = \"inform\"",
    );
    check(
        "unit = \"prosecutor\"\npart = \"join\"",
        "routing.toml:5:8: a rule cannot bring a case before `prosecutor`: a prosecutor takes it or not; write part = \"inform\"",
    );
    check(
        "unit = \"contact\"",
        "routing.toml:5:8: `contact` does not investigate and cannot lead; write part = \"assist\" or \"inform\"",
    );
    check(
        "unit = \"office\"\nconfirmed = false\nconfidence = \"medium\"",
        "routing.toml:7:14: a rule that no source confirms is of low confidence; write confidence = \"low\", or give its source",
    );
    check(
        "unit = \"office\"\npart = \"command\"",
        "routing.toml:6:8: \"command\" is not known here; one of lead, join, assist, inform",
    );
    check(
        "unit = \"office\"\nyields_to = [\"other\"]",
        "routing.toml:6:14: no earlier rule is called `other`; a rule yields to one that stands above it",
    );
    check(
        "unit = \"office\"\nwhen = '\"frau\" in matter.offences'",
        "routing.toml:6:9: `matter.offences` has no option \"frau\"; did you mean \"fraud\"?",
    );
    check(
        "unit = \"office\"\nwhen = 'kind == \"scam\"'",
        "routing.toml:6:9: no question is called `kind`; name a question of this desk",
    );
    let told = problems(
        UNITS,
        MATTER,
        "[[rule]]\nid = \"a\"\nunit = \"office\"\nbecause = { fr = \"\", en = \"\" }\n",
    );
    assert_eq!(
        told,
        ["routing.toml:1:1: missing field `article`; see docs/formats/units.md"]
    );
}

#[test]
fn a_wrong_word_or_statement_is_told_with_its_place() {
    let check = |matter: &str, expected: &str| {
        assert_eq!(problems(UNITS, matter, ""), [expected], "{matter}");
    };
    check(
        "country = \"XX\"",
        "matter.toml:1:11: no country has the code \"XX\"; write an alpha-2 code, such as \"FR\"",
    );
    check(
        "country = \"FR\"\nneed = [{ id = \"A b\", name = { fr = \"\", en = \"\" } }]",
        "matter.toml:2:16: \"A b\" is no word; use lower-case letters, digits and underscores",
    );
    check(
        "country = \"FR\"\nsays = [{ desk = \"front\", needs = [\"magic\"] }]",
        "matter.toml:2:36: no need is called `magic`; name an [[need]] of this file",
    );
    check(
        "country = \"FR\"\nsays = [{ desk = \"front\", age = 'kind' }]",
        "matter.toml:2:33: this is of type string, not a whole number; see docs/formats/units.md",
    );
    check(
        "country = \"FR\"\nsays = [{ desk = \"back\" }]",
        "matter.toml:2:18: no desk is called `back`, or its file has problems; name a desk of the folder desks",
    );
}

#[test]
fn a_unit_takes_the_territory_of_its_parent_and_stays_within_it() {
    let config = ruled(&[]);
    let unit = |id: &str| config.unit(&id.parse().unwrap()).unwrap();
    assert_eq!(unit("squad").territory, unit("brigade").territory);
    assert!(unit("squad").territory.covers("93"));
    assert!(!unit("squad").territory.covers("42"));
    let check = |units: &str, expected: &str| {
        assert_eq!(problems(units, MATTER, ""), [expected], "{units}");
    };
    check(
        &UNITS.replace(
            "parent = \"brigade\"",
            "parent = \"brigade\"\nterritory = \"national\"",
        ),
        "units.toml:19:13: the territory of `squad` reaches beyond its parent's; narrow it, or widen the parent's",
    );
    check(
        &UNITS.replacen("territory = \"national\"\n", "", 1),
        "units.toml:3:6: `office` has neither a territory nor a parent to take it from; write territory = \"national\", \"local\" or a list of departments",
    );
    check(
        &UNITS.replace("[\"75\", \"93\"]", "[\"75\", \"00\"]"),
        "units.toml:12:13: no department has the code \"00\"; name a code of places/departments.tsv",
    );
    check(
        &UNITS.replace("kind = \"service\"", "kind = \"club\""),
        "units.toml:23:8: \"club\" is not known here; one of direction, office, pole, antenna, command, brigade, unit, service, intelligence, territorial, prefecture, prosecutor",
    );
}

#[test]
fn holes_overlaps_and_dead_rules_are_found_with_an_example() {
    let config = ruled(&[
        (
            "fraud",
            "when = '\"fraud\" in matter.offences'\nunit = \"office\"",
        ),
        (
            "intrusion",
            "when = '\"intrusion\" in matter.offences'\nunit = \"brigade\"",
        ),
        (
            "large",
            "when = 'matter.amount >= 5000'\nunit = \"squad\"\nyields_to = [\"fraud\"]",
        ),
        (
            "never",
            "when = '\"images\" in matter.offences && \"fraud\" in matter.offences'\nunit = \"squad\"",
        ),
        (
            "again",
            "when = '\"fraud\" in matter.offences && matter.foreign'\nunit = \"office\"\nyields_to = [\"intrusion\", \"large\"]",
        ),
        (
            "child",
            "when = '\"minor\" in matter.victims'\nunit = \"squad\"",
        ),
        (
            "onion",
            "when = '\"dark_web\" in matter.needs'\nunit = \"brigade\"\npart = \"join\"",
        ),
        (
            "lyon",
            "when = 'matter.departments.exists(d, d == \"93\")'\nunit = \"brigade\"\npart = \"join\"",
        ),
        (
            "many",
            "when = 'matter.series >= 20'\nunit = \"office\"\npart = \"join\"",
        ),
    ]);
    let found = check(&config, now(), 100_000);
    assert!(found.complete);

    let holes: Vec<&str> = found
        .holes
        .iter()
        .map(|hole| answer(&hole.example, "kind"))
        .collect();
    assert_eq!(holes, ["images", "insult"]);
    let images = &found.holes[0].example;
    assert_ne!(answer(images, "child"), "true", "{images}");

    let overlaps: Vec<(&str, &str, &str)> = found
        .overlaps
        .iter()
        .map(|overlap| {
            (
                &*overlap.first,
                &*overlap.second,
                answer(&overlap.example, "kind"),
            )
        })
        .collect();
    assert_eq!(overlaps, [("fraud", "intrusion", "attack")]);

    let dead: Vec<(&str, &Futility)> = found
        .dead
        .iter()
        .map(|dead| (&*dead.rule, &dead.why))
        .collect();
    let repeats = Futility::Repeats("fraud".into());
    let never = Futility::Never { holding: 1, all: 2 };
    assert_eq!(dead, [("never", &never), ("again", &repeats)]);
    assert!(found.dead.iter().all(|dead| dead.example.is_some()));
}

/// The value of an answer in an example.
fn answer<'e>(example: &'e check::Example, id: &str) -> &'e str {
    let answer = example.answers.iter().find(|(known, _)| known == id);
    answer.map_or("", |(_, value)| value)
}

#[test]
fn a_fallback_closes_every_hole_and_a_limit_is_told() {
    let rules = [
        (
            "fraud",
            "when = '\"fraud\" in matter.offences'\nunit = \"office\"",
        ),
        ("rest", "unit = \"brigade\""),
    ];
    let config = ruled(&rules);
    assert!(check(&config, now(), 100_000).is_clean());
    let cut = check(&config, now(), 1);
    assert_eq!((cut.looked_at, cut.complete), (1, false));
}

/// Conditions of every shape that the index reads, and of some that it does not.
fn condition() -> impl Strategy<Value = String> {
    let offence = prop::sample::select(vec!["fraud", "intrusion", "images"]);
    let department = prop::sample::select(vec!["75", "93", "42"]);
    let kind = prop::sample::select(vec!["scam", "attack", "images", "insult"]);
    let leaf = prop_oneof![
        offence
            .clone()
            .prop_map(|id| format!("\"{id}\" in matter.offences")),
        (offence.clone(), offence)
            .prop_map(|(a, b)| format!("matter.offences.exists(o, o in [\"{a}\", \"{b}\"])")),
        department.prop_map(|code| format!("matter.departments.exists(d, \"{code}\" == d)")),
        kind.clone().prop_map(|id| format!("kind == \"{id}\"")),
        (kind.clone(), kind.clone()).prop_map(|(a, b)| format!("kind in [\"{a}\", \"{b}\"]")),
        kind.prop_map(|id| format!("home.department == \"{id}\"")),
        (0..4_i64).prop_map(|series| format!("matter.series == {series}")),
        (prop::sample::select(vec![">", ">=", "<", "<="]), 0..4_i64)
            .prop_map(|(sign, series)| format!("matter.series {sign} {series}")),
        (prop::sample::select(vec![">", ">=", "<", "<="]), 0..4_i64)
            .prop_map(|(sign, series)| format!("{series} {sign} matter.series")),
        Just("child".to_owned()),
        Just("matter.foreign".to_owned()),
        Just("urgent".to_owned()),
        Just("child == true".to_owned()),
        Just("answered(to)".to_owned()),
        Just("true".to_owned()),
        Just("false".to_owned()),
    ];
    leaf.prop_recursive(4, 24, 2, |inner| {
        prop_oneof![
            (inner.clone(), inner.clone()).prop_map(|(a, b)| format!("({a} && {b})")),
            (inner.clone(), inner.clone()).prop_map(|(a, b)| format!("({a} || {b})")),
            inner.clone().prop_map(|a| format!("!({a})")),
            (inner.clone(), inner.clone(), inner)
                .prop_map(|(a, b, c)| format!("({a} ? {b} : {c})")),
        ]
    })
}

fn filed() -> impl Strategy<Value = Map<String, Value>> {
    let maybe = |values: Vec<Value>| prop::option::of(prop::sample::select(values));
    let place = |code: &str| json!({ "code": code, "name": "", "department": code });
    (
        maybe(vec![
            json!("scam"),
            json!("attack"),
            json!("images"),
            json!("insult"),
        ]),
        maybe(vec![json!(true), json!(false)]),
        maybe(vec![place("75"), place("93"), place("42")]),
        maybe(vec![json!("FR"), json!("BE")]),
    )
        .prop_map(|(kind, child, home, to)| {
            [("kind", kind), ("child", child), ("home", home), ("to", to)]
                .into_iter()
                .filter_map(|(id, value)| Some((id.to_owned(), value?)))
                .collect()
        })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    /// The index leaves out nothing that holds.
    #[test]
    fn the_index_finds_what_trying_every_rule_finds(
        conditions in prop::collection::vec(condition(), 1..20),
        values in filed(),
        series in prop::option::of(0..5_i64),
        urgent: bool,
    ) {
        let keys: Vec<(String, String)> = conditions
            .iter()
            .enumerate()
            .map(|(at, when)| (format!("r{at}"), format!("desk = \"front\"\nunit = \"office\"\nwhen = '{when}'")))
            .collect();
        let rules: Vec<(&str, &str)> = keys.iter().map(|(id, keys)| (id.as_str(), keys.as_str())).collect();
        let config = ruled(&rules);
        let desk = config.desks().next().unwrap();
        let answers = Answers::stored(Track::Report, values);
        let mut matter = config.statements.matter(desk, &answers, now());
        matter.series = series;
        let matter = matter.values();
        let env = crate::expression::Env { urgent, matter: Some(&matter), ..answers.env(desk, now()) };
        let plain: Vec<&str> = config.routing.iter().filter(|rule| rule.holds(&env)).map(|rule| &*rule.id).collect();
        let found: Vec<&str> = config.routing.holding(&desk.id, &env).into_iter().map(|rule| &*rule.id).collect();
        prop_assert_eq!(found, plain);
    }
}
