use super::*;
use crate::place;

/// A desk that asks every kind of question.
pub(crate) const DESK: &str = include_str!("tests/trial.toml");
pub(crate) const UNITS: &str = r#"
[[unit]]
id = "office"
name = { fr = "Office", en = "Office" }
kind = "office"
territory = "national"

[[unit]]
id = "brigade"
name = { fr = "Brigade", en = "Brigade" }
kind = "brigade"
parent = "office"
"#;
pub(crate) const ROUTING: &str = r#"
[[rule]]
id = "urgent-first"
desk = "trial"
when = 'urgent || priority >= 50'
unit = "office"
because = { fr = "urgence", en = "urgency" }
article = "CPP 15-3"
confirmed = false

[[rule]]
id = "default"
desk = "trial"
unit = "brigade"
because = { fr = "par défaut", en = "by default" }
article = "CPP 15-3"
"#;

pub(crate) fn config() -> Config {
    load(&[
        ("desks/trial.toml", DESK),
        ("units.toml", UNITS),
        ("routing.toml", ROUTING),
    ])
    .unwrap()
}

pub(crate) fn desk() -> Desk {
    config().desk(&"trial".parse().unwrap()).unwrap().clone()
}

fn load(files: &[(&str, &str)]) -> Result<Config, Vec<ConfigProblem>> {
    let files = files
        .iter()
        .map(|(path, content)| (path.to_string(), content.to_string()));
    Config::load(files, place::tests::places())
}

fn problems(files: &[(&str, &str)]) -> Vec<String> {
    match load(files) {
        Ok(_) => Vec::new(),
        Err(problems) => problems.iter().map(ConfigProblem::to_string).collect(),
    }
}

/// A small desk around some questions and rules; the first line of `body` is line 9.
fn small(body: &str) -> String {
    format!(
        r#"format = 1
id = "small"
version = 1
title = {{ fr = "", en = "" }}
summary = {{ fr = "", en = "" }}
tracks = ["report"]
first_deadline_hours = 24
retention_days = 1
{body}"#
    )
}

const STEP: &str = r#"[[step]]
id = "one"
title = { fr = "", en = "" }
"#;

/// A desk of one step; each question is written on one line, the first on line 13.
fn asking(questions: &[&str]) -> String {
    let questions: Vec<String> = questions
        .iter()
        .map(|question| format!("  {{ label = {{ fr = \"\", en = \"\" }}, {question} }},\n"))
        .collect();
    small(&format!("{STEP}question = [\n{}]\n", questions.concat()))
}

#[test]
fn a_wrong_question_is_told_with_its_place_and_mend() {
    let check = |questions: &[&str], expected: &[&str]| {
        let content = asking(questions);
        let told = problems(&[("desks/small.toml", &content)]);
        assert_eq!(told, expected, "{questions:?}");
    };
    const YES: &str = r#"id = "yes", kind = "yes_no""#;
    const LOSS: &str = r#"id = "loss", kind = "money""#;
    const KIND: &str = r#"id = "type", kind = "choice", options = [{ id = "shop", label = { fr = "", en = "" } }]"#;
    check(&[YES, LOSS, KIND], &[]);
    check(
        &[r#"id = "a", kind = "txt""#],
        &[
            "desks/small.toml:13:52: no kind is called \"txt\"; one of text, long_text, choice, choices, yes_no, date, moment, number, money, country, place, email, phone, url, iban, crypto, handle, person, evidence, repetition, explanation",
        ],
    );
    check(
        &[r#"id = "a", kind = "text", min = 3"#],
        &["desks/small.toml:13:66: text has no setting `min`; take it away; text takes max_chars"],
    );
    check(
        &[r#"id = "a", kind = "text", colour = "red""#],
        &[
            "desks/small.toml:13:60: unknown field `colour`, expected one of `id`, `kind`, `label`, `help`, `required`, `when`, `is`, `describes`, `max_chars`, `min_chars`, `options`, `max_items`, `min_items`, `past`, `min`, `max`, `integer`, `min_minor`, `max_minor`, `currencies`, `level`, `strict`, `platforms`, `fields`, `required_fields`, `max_files`, `question`, `item`; see docs/formats/desk-1.md",
        ],
    );
    check(
        &[YES, YES],
        &["desks/small.toml:14:40: two questions are called `yes`; give each its own id"],
    );
    check(
        &[r#"id = "now", kind = "yes_no""#],
        &[
            "desks/small.toml:13:40: `now` has a meaning of its own in conditions; call the question otherwise",
        ],
    );
    check(
        &[r#"id = "a", kind = "money", is = "observable""#],
        &[
            "desks/small.toml:13:66: the answer to a money cannot be \"observable\"; one of amount, identity",
        ],
    );
    check(
        &[r#"id = "a", kind = "choice""#],
        &["desks/small.toml:13:52: there is nothing to choose from; list the options"],
    );
    check(
        &[YES, r#"id = "a", kind = "text", when = 'yess == true'"#],
        &["desks/small.toml:14:68: no question is called `yess`; did you mean `yes`?"],
    );
    check(
        &[
            LOSS,
            r#"id = "a", kind = "text", when = 'answered(loss) && loss > "3"'"#,
        ],
        &[
            "desks/small.toml:14:91: orders money and string; use .minor, a whole number of cents, or .currency",
        ],
    );
    check(
        &[LOSS, r#"id = "a", kind = "text", when = 'loss.cents > 3'"#],
        &["desks/small.toml:14:72: money has no field `cents`; it has currency, minor"],
    );
    check(
        &[KIND, r#"id = "a", kind = "text", when = 'type == "shops"'"#],
        &["desks/small.toml:14:76: `type` has no option \"shops\"; did you mean \"shop\"?"],
    );
    check(
        &[
            KIND,
            r#"id = "a", kind = "text", when = 'type in ["shop", "car"]'"#,
        ],
        &["desks/small.toml:14:85: `type` has no option \"car\"; one of shop"],
    );
    check(
        &[YES, r#"id = "a", kind = "text", when = 'yes =='"#],
        &[
            "desks/small.toml:14:74: not a CEL expression: mismatched input at the end; see the examples in docs/formats/desk-1.md",
        ],
    );
    check(
        &[r#"id = "a", kind = "text", required = 3"#],
        &[
            "desks/small.toml:13:71: `required` is neither true, false nor a condition; write required = true",
        ],
    );
}

#[test]
fn conditions_name_only_what_was_asked_before() {
    let check = |questions: &[&str], expected: &[&str]| {
        let content = asking(questions);
        let told = problems(&[("desks/small.toml", &content)]);
        assert_eq!(told, expected, "{questions:?}");
    };
    check(
        &[
            r#"id = "a", kind = "yes_no", when = 'b == true'"#,
            r#"id = "b", kind = "yes_no""#,
        ],
        &["desks/small.toml:13:70: `b` is asked later; move `b` above, or this below it"],
    );
    check(
        &[
            r#"id = "a", kind = "yes_no", when = 'c == true'"#,
            r#"id = "b", kind = "yes_no", when = 'a == true'"#,
            r#"id = "c", kind = "yes_no", when = 'b == true'"#,
        ],
        &[
            "desks/small.toml:13:70: the conditions turn in a circle: a → c → b → a; let one of them not depend on the next",
        ],
    );
    check(
        &[r#"id = "a", kind = "yes_no", when = 'a == true'"#],
        &[
            "desks/small.toml:13:70: the conditions turn in a circle: a → a; let one of them not depend on the next",
        ],
    );
    let inner = |when: &str| {
        format!(
            r#"id = "r", kind = "repetition", item = {{ fr = "", en = "" }}, question = [{{ id = "x", kind = "yes_no", label = {{ fr = "", en = "" }}, when = '{when}' }}, {{ id = "y", kind = "yes_no", label = {{ fr = "", en = "" }}, when = 'item.x' }}]"#
        )
    };
    check(&[&inner("true")], &[]);
    check(
        &[&inner("item.y")],
        &[
            "desks/small.toml:13:174: `item.y` is asked later in the entry; move `y` above this question",
        ],
    );
    check(
        &[&inner("size(r) > 1")],
        &[
            "desks/small.toml:13:179: the conditions turn in a circle: r → r; let one of them not depend on the next",
        ],
    );
    check(
        &[r#"id = "a", kind = "yes_no", when = 'item.x'"#],
        &[
            "desks/small.toml:13:70: no question is called `item`; `item` exists only in a question inside a repetition",
        ],
    );
}

#[test]
fn wrong_rules_units_and_files_are_told() {
    let check = |files: &[(&str, &str)], expected: &str| {
        let told = problems(files);
        assert_eq!(told, [expected], "{files:?}");
    };
    let small_desk = small("");
    check(
        &[("desks/other.toml", &small_desk)],
        "desks/other.toml:2:6: the file is not named after desk small version 1; call it small.toml, or small@1.toml once it is an old version",
    );
    check(
        &[("desks/small@1.toml", &small_desk)],
        "small@1.toml:1:1: version 1 of desk `small` is not older than the current one; small.toml holds the newest version",
    );
    let two = small_desk.replace("format = 1", "format = 2");
    check(
        &[("desks/small.toml", &two)],
        "desks/small.toml:1:10: unknown format; write format = 1",
    );
    let link = small(
        "[[orientation]]\nid = \"a\"\nwhen = 'true'\ntext = { fr = \"\", en = \"\" }\nlink = { desk = \"gone\" }\n",
    );
    check(
        &[("desks/small.toml", &link)],
        "desks/small.toml:1:1: a link leads to desk `gone`, which is not there; name a desk of the folder desks",
    );
    let tracks = small(
        "[[eligibility]]\nid = \"a\"\ntracks = [\"complaint\"]\nrequire = 'true'\nreason = { fr = \"\", en = \"\" }\n",
    );
    check(
        &[("desks/small.toml", &tracks)],
        "desks/small.toml:11:11: this desk has no track \"complaint\"; add it to `tracks`, or name another",
    );
    let zone = small("time_zone = \"Europe/Pari\"");
    check(
        &[("desks/small.toml", &zone)],
        "desks/small.toml:9:13: no time zone is called \"Europe/Pari\"; write a name of the IANA list, such as \"Europe/Paris\"",
    );
    check(
        &[(
            "units.toml",
            &UNITS.replace("parent = \"office\"", "parent = \"roof\""),
        )],
        "units.toml:12:10: no unit is called `roof`; name a unit of this file",
    );
    check(
        &[
            ("units.toml", UNITS),
            ("desks/trial.toml", DESK),
            (
                "routing.toml",
                &ROUTING.replace("unit = \"brigade\"", "unit = \"nobody\""),
            ),
        ],
        "routing.toml:14:8: no unit is called `nobody`; name a unit of units.toml",
    );
    check(
        &[("units.toml", UNITS), ("desks/small.toml", &small_desk)],
        "desks/small.toml:1:1: the desk names no unit, so nobody could read what it receives; write unit = \"…\", a unit of units.toml",
    );
    let elsewhere = small("unit = \"roof\"");
    check(
        &[("units.toml", UNITS), ("desks/small.toml", &elsewhere)],
        "desks/small.toml:1:1: no unit is called `roof`; write unit = \"…\", a unit of units.toml",
    );
    check(
        &[("desks/small.toml", "format = ")],
        "desks/small.toml:1:10: string values must be quoted, expected literal string; see docs/formats/desk-1.md",
    );
}

/// A condition is checked as strictly wherever it stands.
#[test]
fn a_wrong_condition_of_a_rule_is_told_with_its_place_and_mend() {
    const REASON: &str = r#"reason = { fr = "", en = "" }"#;
    let check = |rule: &str, expected: &str| {
        let desk = asking(&[r#"id = "loss", kind = "money""#]) + rule;
        let told = problems(&[("desks/small.toml", &desk)]);
        assert_eq!(told, [expected], "{rule}");
    };
    check(
        &format!("[[eligibility]]\nid = \"a\"\nrequire = 'los.minor > 3'\n{REASON}\n"),
        "desks/small.toml:17:12: no question is called `los`; did you mean `loss`?",
    );
    check(
        &format!("[[eligibility]]\nid = \"a\"\nwhen = 'loss'\nrequire = 'true'\n{REASON}\n"),
        "desks/small.toml:17:9: the condition is of type money, not bool; compare it with something, or use answered(…)",
    );
    check(
        "[[priority]]\nid = \"a\"\nwhen = 'loss.minor > \"3\"'\npoints = 1\nlabel = { fr = \"\", en = \"\" }\n",
        "desks/small.toml:17:20: orders int and string; compare values of the same type",
    );
    check(
        "[[urgent]]\nid = \"a\"\nwhen = 'now'\ntitle = { fr = \"\", en = \"\" }\ntext = { fr = \"\", en = \"\" }\n",
        "desks/small.toml:17:9: the condition is of type timestamp, not bool; compare it with something, or use answered(…)",
    );
    check(
        "[[orientation]]\nid = \"a\"\nwhen = 'loss.currency == 3'\ntext = { fr = \"\", en = \"\" }\n",
        "desks/small.toml:17:23: compares string and int; compare values of the same type",
    );
    let check = |when: &str, expected: &str| {
        let routing = format!(
            "[[rule]]\nid = \"a\"\ndesk = \"trial\"\nunit = \"brigade\"\nwhen = '{when}'\nbecause = {{ fr = \"\", en = \"\" }}\narticle = \"\"\n"
        );
        let told = problems(&[
            ("units.toml", UNITS),
            ("desks/trial.toml", DESK),
            ("routing.toml", &routing),
        ]);
        assert_eq!(told, [expected], "{when}");
    };
    check(
        "priority > \"9\"",
        "routing.toml:5:18: orders int and string; compare values of the same type",
    );
    check(
        "tipe == \"shop\"",
        "routing.toml:5:9: no question is called `tipe`; did you mean `type`?",
    );
}

/// What somebody who edits a desk reads when it does not start.
#[test]
fn every_fault_of_a_desk_is_told_at_once() {
    let desk = asking(&[
        r#"id = "paid", kind = "yes_no", when = 'loss.minor > 0'"#,
        r#"id = "loss", kind = "money", when = 'paid'"#,
        r#"id = "type", kind = "choice", options = []"#,
        r#"id = "type", kind = "text", min = 3"#,
    ]) + "[[priority]]\nid = \"a\"\nwhen = 'pade == true'\npoints = 1\nlabel = { fr = \"\", en = \"\" }\n";
    let told = problems(&[("desks/small.toml", &desk)]).join("\n");
    insta::assert_snapshot!(told, @"
    desks/small.toml:13:73: the conditions turn in a circle: paid → loss → paid; let one of them not depend on the next
    desks/small.toml:15:55: there is nothing to choose from; list the options
    desks/small.toml:16:40: two questions are called `type`; give each its own id
    desks/small.toml:16:69: text has no setting `min`; take it away; text takes max_chars
    desks/small.toml:20:9: no question is called `pade`; did you mean `paid`?
    ");
}

#[test]
fn an_old_version_stays_readable() {
    let newer = DESK.replace("version = 1", "version = 2");
    let config = load(&[("desks/trial@1.toml", DESK), ("desks/trial.toml", &newer)]).unwrap();
    let id = "trial".parse().unwrap();
    assert_eq!(config.desk(&id).unwrap().version, 2);
    assert_eq!(config.desk_version(&id, 1).unwrap().version, 1);
    assert_eq!(config.desk_version(&id, 3).map(|desk| desk.version), None);
    assert_eq!(config.desks().count(), 1);
    assert_eq!(config.versions().count(), 2);
}

proptest::proptest! {
    #[test]
    fn any_file_is_told_about_without_panic(text in "(?s).{0,200}") {
        let _ = problems(&[("desks/small.toml", &text), ("units.toml", &text), ("routing.toml", &text)]);
    }
}
