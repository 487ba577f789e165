use proptest::prelude::*;
use serde_json::{Map, Value, json};

use super::*;
use crate::desk::{check::scope, tests::desk};

fn trial_scope() -> Scope {
    scope(&desk())
}

fn env(answers: &Map<String, Value>) -> Env<'_> {
    const UTC: &jiff::tz::TimeZone = &jiff::tz::TimeZone::UTC;
    Env {
        answers,
        item: None,
        track: "report",
        now: "2026-11-22T10:00:00Z".parse().unwrap(),
        zone: UTC,
        priority: 0,
        urgent: false,
        matter: None,
    }
}

fn map(value: Value) -> Map<String, Value> {
    match value {
        Value::Object(map) => map,
        other => panic!("{other} is no object"),
    }
}

#[test]
fn conditions_hold_over_answers() {
    let answers = map(json!({
        "type": "shop",
        "title": "Élodie & Cie",
        "means": ["card", "crypto"],
        "paid": true,
        "payments": [
            { "amount": { "minor": 125_050, "currency": "EUR" }, "by_transfer": true, "iban": "FR00" },
            { "amount": { "minor": 1_000, "currency": "USD" }, "references": [{ "reference": "A1" }] },
        ],
        "day": "2026-11-20",
        "happened": { "date": "2026-03-14", "time": "14:30" },
        "count": 3,
        "share": 0.5,
        "town": { "code": "75056", "name": "Paris", "department": "75" },
        "account": { "platform": "telegram", "handle": "gang" },
        "proof": [{ "id": "a" }],
        "me": { "family_name": "Test", "birth_date": "2008-11-23" },
    }));
    let scope = trial_scope();
    let check = |source: &str, expected: bool| {
        let expression =
            compile(source, &scope).unwrap_or_else(|refusal| panic!("{source}: {refusal:?}"));
        assert_eq!(expression.holds(&env(&answers)), expected, "{source}");
    };
    for source in [
        "type == \"shop\"",
        "type in [\"rental\", \"shop\"]",
        "\"card\" in means",
        "size(means) == 2",
        "means.exists(m, m == \"crypto\")",
        "paid",
        "paid && !(type == \"rental\")",
        "payments.size() == 2",
        "payments.all(p, p.amount.minor > 0)",
        "payments.exists_one(p, p.amount.currency == \"USD\")",
        "payments.filter(p, p.by_transfer).size() == 1",
        "payments.map(p, p.amount.minor) == [125050, 1000]",
        "payments.exists(p, p.references.exists(r, r.reference == \"A1\"))",
        "payments[0].iban == \"FR00\"",
        "has(payments[0].iban) && !has(payments[1].iban)",
        "total(payments.map(p, p.amount), \"EUR\") == 125050",
        "total(payments.map(p, p.by_transfer, p.amount), \"EUR\") / 100 == 1250",
        "days_since(day) == 2",
        "day > happened && day < now",
        "happened == timestamp(\"2026-03-14T14:30:00Z\")",
        "age(me.birth_date) == 17",
        "count + 1 == 4 && count * 2 - 1 == 5 && count % 2 == 1 && -count < 0",
        "share < 1",
        "share * 2.0 == 1.0",
        "town.department == \"75\"",
        "account.platform == \"telegram\"",
        "normalise(title).startsWith(\"elodie\")",
        "title.contains(\"&\") && title.endsWith(\"Cie\")",
        "answered(proof) && answered(town) && !answered(email)",
        "email == null && type != null",
        "track == \"report\"",
        "(count > 2 ? \"a\" : \"b\") == \"a\"",
        "size(\"été\") == 3",
        "title + \"!\" == \"Élodie & Cie!\"",
    ] {
        check(source, true);
    }
    // A missing answer makes a condition false, on whichever side it stands.
    for source in [
        "danger",
        "!danger",
        "danger == false",
        "danger != true",
        "story != \"x\"",
        "story in [\"x\"]",
        "payments.all(p, p.iban == \"FR00\")",
        "payments[7].iban == \"FR00\"",
        "payments[0 - 1].iban == \"FR00\"",
        "count / 0 == 1",
        "count / (count - 3) == 1",
        "count * 9223372036854775807 > 0",
        "answered(danger)",
        "(danger ? 1 : 1) == 1",
        "size(story) == 0",
    ] {
        check(source, false);
    }
    // But the side that decides wins, as in CEL.
    check("danger || paid", true);
    check("paid || danger", true);
    check("!(danger && !paid)", true);
    check("payments.exists(p, p.iban == \"FR00\")", true);
}

#[test]
fn dates_and_times_are_read_where_the_clocks_of_the_desk_hang() {
    let paris = jiff::tz::TimeZone::get("Europe/Paris").unwrap();
    let check = |moment: Value, expected: &str| {
        let at = time_of(&moment, &paris).unwrap();
        let at = jiff::Timestamp::from_microsecond(at).unwrap();
        assert_eq!(at.to_string(), expected, "{moment}");
    };
    check(json!("2026-03-14"), "2026-03-13T23:00:00Z");
    check(
        json!({ "date": "2026-03-14", "time": "14:30" }),
        "2026-03-14T13:30:00Z",
    );
    check(
        json!({ "date": "2026-07-14", "time": "14:30" }),
        "2026-07-14T12:30:00Z",
    );
    // Skipped in the spring, shown twice in the autumn.
    check(
        json!({ "date": "2026-03-29", "time": "02:30" }),
        "2026-03-29T01:30:00Z",
    );
    check(
        json!({ "date": "2026-10-25", "time": "02:30" }),
        "2026-10-25T00:30:00Z",
    );
    // Stored by whom, nobody knows: no answer rather than a panic.
    for wrong in [
        json!({ "date": "2026-03-14", "time": "25:99" }),
        json!("9999-99-99"),
    ] {
        assert_eq!(time_of(&wrong, &paris), None, "{wrong}");
    }

    let answers = map(json!({ "day": "2026-11-21" }));
    let holds = |now: &str, text: &str| {
        let env = Env {
            now: now.parse().unwrap(),
            zone: &paris,
            ..env(&answers)
        };
        compile(text, &trial_scope()).unwrap().holds(&env)
    };
    let two_days = "days_since(day) == 2";
    assert!(holds("2026-11-22T23:00:00Z", two_days));
    assert!(!holds("2026-11-22T22:59:59Z", two_days));
}

#[test]
fn mistakes_are_refused_where_they_stand() {
    let scope = trial_scope();
    let check = |source: &str, at: &str, what: &str, mend: &str| {
        let refusal = compile(source, &scope).expect_err(source);
        assert_eq!(refusal.what, what, "{source}");
        assert_eq!(refusal.mend, mend, "{source}");
        assert!(
            source[refusal.offset..].starts_with(at),
            "{source}: {}",
            refusal.offset
        );
    };
    check(
        "",
        "",
        "the condition is empty",
        "write a condition or leave the key out",
    );
    check(
        "count",
        "count",
        "the condition is of type int, not bool",
        "compare it with something, or use answered(…)",
    );
    check(
        "paid && count",
        "count",
        "a condition is expected here, this is of type int",
        "compare it with something, or use answered(…)",
    );
    check(
        "paid && tipe == \"shop\"",
        "tipe",
        "no question is called `tipe`",
        "did you mean `type`?",
    );
    check(
        "\"é\" == title && zzzzz",
        "zzzzz",
        "no question is called `zzzzz`",
        "name a question of this desk",
    );
    check(
        "type == 3",
        "==",
        "compares string and int",
        "compare values of the same type",
    );
    check(
        "day == \"2026-01-01\"",
        "==",
        "compares timestamp and string",
        "write timestamp(\"2026-01-31T00:00:00Z\") or use days_since(…)",
    );
    check(
        "day - happened > 3",
        "-",
        "timestamps are not subtracted",
        "use days_since(date) or age(date)",
    );
    check(
        "payments == 3",
        "==",
        "compares list(an entry of payments) and int",
        "use size(…), in, or exists",
    );
    check(
        "town == \"Paris\"",
        "==",
        "compares place and string",
        "name one of its fields",
    );
    check(
        "payments.amount.minor > 3",
        ".amount",
        "`.amount` asks a field of a list",
        "use exists, all, map or filter to look at its entries",
    );
    check(
        "payments.exists(p, p.amount.minr > 3)",
        ".minr",
        "money has no field `minr`",
        "did you mean `minor`?",
    );
    check(
        "payments.exists(p, p.amount.currency == \"CHF\")",
        "\"CHF\"",
        "`currency` has no option \"CHF\"",
        "one of EUR, USD, JPY",
    );
    check(
        "\"cart\" in means",
        "\"cart\"",
        "`means` has no option \"cart\"",
        "did you mean \"card\"?",
    );
    check(
        "means.all(m, m == \"cart\")",
        "\"cart\"",
        "`means` has no option \"cart\"",
        "did you mean \"card\"?",
    );
    check(
        "track == \"plaint\"",
        "\"plaint\"",
        "`track` has no option \"plaint\"",
        "did you mean \"complaint\"?",
    );
    check(
        "payments.exists(day, true)",
        "day",
        "`day` is already the name of something",
        "name the entry otherwise",
    );
    check(
        "age(count) > 3",
        "(count)",
        "age() cannot take (int)",
        "write age(date), as in age(me.birth_date)",
    );
    check(
        "title.matches(\"a\")",
        "(\"a\")",
        "no method is called `matches`",
        "there are all, exists, exists_one, filter, map, size, contains, startsWith, endsWith",
    );
    check(
        "now.getFullYear() > 3",
        "()",
        "no method is called `getFullYear`",
        "there are all, exists, exists_one, filter, map, size, contains, startsWith, endsWith",
    );
    check(
        "count > 1u",
        "1u",
        "unsigned numbers and bytes are not used here",
        "write a plain number or string",
    );
    check(
        "count + 0.5 > 1.0",
        "+",
        "mixes a whole number and a decimal one",
        "write 2.0 instead of 2",
    );
    check(
        "{\"a\": 1} == {\"a\": 1}",
        "{",
        "maps and messages cannot be written in a condition",
        "compare the fields one by one",
    );
    check(
        "title in [\"a\", 1]",
        "1",
        "the list mixes string and int",
        "keep one type in a list",
    );
    check(
        "urgent",
        "urgent",
        "no question is called `urgent`",
        "it exists in routing.toml only",
    );
    check(
        "\"é\" == title &&",
        "",
        "not a CEL expression: mismatched input at the end",
        "see the examples in docs/formats/desk-1.md",
    );
    check(
        "\"é\" == $ title",
        "$",
        "not a CEL expression: token recognition error at: '$'",
        "see the examples in docs/formats/desk-1.md",
    );
    check(
        "has(type)",
        "(type)",
        "has() takes a field, as in has(item.iban)",
        "use answered(…)",
    );
}

#[test]
fn long_and_deep_conditions_are_refused_without_overflow() {
    let scope = trial_scope();
    for source in [
        "(".repeat(5_000),
        "[".repeat(60) + &"]".repeat(60),
        format!("{}true", "!".repeat(1_900)),
        format!("count > {}1", "-".repeat(1_900)),
        format!("count > 1{}", "+1".repeat(990)),
        format!("paid{}", " && paid".repeat(240)),
        format!("paid{}", " ? paid : paid".repeat(120)),
        format!("town{}", ".name".repeat(390)),
        format!("payments{}", "[0]".repeat(600)),
        "x".repeat(3_000),
    ] {
        // A few of these are sound conditions; what matters is that none overflows the stack.
        let _ = compile(&source, &scope);
    }
}

/// Conditions over `count`, `share`, `paid`, `title`, `means` whose answers are all given, so that
/// CEL's own evaluator must agree.
fn boolean(depth: u32) -> BoxedStrategy<String> {
    let number = (0_i64..6).prop_map(|n| n.to_string());
    let number = prop_oneof![
        number,
        Just("count".to_owned()),
        Just("size(means)".to_owned()),
        Just("size(title)".to_owned())
    ];
    let number = (
        number.clone(),
        prop::sample::select(vec!["+", "-", "*", "/", "%"]),
        number,
    )
        .prop_map(|(a, op, b)| format!("({a} {op} {b})"));
    let text = prop::sample::select(vec!["title", "\"a\"", "\"été\"", "title + \"a\""]);
    let leaf = prop_oneof![
        Just("paid".to_owned()),
        Just("true".to_owned()),
        (
            number.clone(),
            prop::sample::select(vec!["==", "!=", "<", "<=", ">", ">="]),
            number
        )
            .prop_map(|(a, op, b)| format!("{a} {op} {b}")),
        (
            text.clone(),
            prop::sample::select(vec!["==", "!=", "<", ">="]),
            text.clone()
        )
            .prop_map(|(a, op, b)| format!("{a} {op} {b}")),
        text.clone().prop_map(|a| format!("{a} in [\"a\", title]")),
        text.prop_map(|a| format!("title.contains({a})")),
        prop::sample::select(vec![
            "means.all(m, m == \"card\")",
            "means.exists(m, m == \"crypto\")",
            "means.exists_one(m, m != \"card\")",
            "means.filter(m, m != \"card\") == [\"crypto\"]",
            "means.map(m, m + \"!\") == [\"card!\"]",
            "\"card\" in means",
            "share * 2.0 <= 1.0",
            "share > 0.25",
        ])
        .prop_map(str::to_owned),
    ];
    leaf.prop_recursive(depth, 24, 3, |inner| {
        prop_oneof![
            inner.clone().prop_map(|a| format!("!({a})")),
            (inner.clone(), inner.clone()).prop_map(|(a, b)| format!("({a} && {b})")),
            (inner.clone(), inner.clone()).prop_map(|(a, b)| format!("({a} || {b})")),
            (inner.clone(), inner.clone(), inner)
                .prop_map(|(a, b, c)| format!("({a} ? {b} : {c})")),
        ]
    })
    .boxed()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(600))]

    /// Where no answer is missing, our evaluator and CEL's say the same; what CEL calls an error
    /// (a division by zero) is false here.
    #[test]
    fn agrees_with_the_evaluator_of_cel(
        source in boolean(4),
        count in -3_i64..4,
        paid: bool,
        title in prop::sample::select(vec!["a", "é", "zz"]),
        means in prop::sample::select(vec![vec![], vec!["card"], vec!["card", "crypto"]]),
        share in prop::sample::select(vec![0.25, 0.5, 2.0]),
    ) {
        let answers = map(json!({ "count": count, "paid": paid, "title": title, "means": means, "share": share }));
        let scope = trial_scope();
        let expression = compile(&source, &scope);
        prop_assert!(expression.is_ok(), "{source}: {expression:?}");
        let ours = expression.unwrap().holds(&env(&answers));

        let program = cel::Program::compile(&source).unwrap();
        let mut context = cel::Context::default();
        context.add_variable_from_value("count", count);
        context.add_variable_from_value("paid", paid);
        context.add_variable_from_value("title", title.to_owned());
        context.add_variable_from_value("means", means.iter().map(|m| m.to_string()).collect::<Vec<_>>());
        context.add_variable_from_value("share", share);
        let theirs = program.execute(&context) == Ok(cel::Value::Bool(true));
        prop_assert_eq!(ours, theirs, "{}", source);
    }

    /// Whatever is written, compiling refuses or gives a condition that evaluates over whatever
    /// is answered.
    #[test]
    fn any_text_compiles_or_is_refused(
        words in prop::collection::vec(
            prop_oneof![
                prop::sample::select(vec![
                    "type", "payments", "count", "title", "item", ".", ".minor", "(", ")", "[", "]", "{", "}", "&&", "||",
                    "!", "==", "<", "+", "-", "?", ":", ",", "in", "\"shop\"", "'x", "\"\"\"", "1", "1.5", "1u", "b'x'", "r'\\'",
                    "null", "true", "all(", "exists(p,", "map(p,", "has(", "size(", "age(", "`", "\\", "//", "\n", "é", "\u{0}",
                ]).prop_map(str::to_owned),
                ".{0,4}",
            ],
            0..14,
        ),
        separator in prop::sample::select(vec!["", " "]),
    ) {
        let source = words.join(separator);
        let scope = trial_scope();
        match compile(&source, &scope) {
            Ok(expression) => { expression.holds(&env(&Map::new())); }
            Err(refusal) => prop_assert!(source.is_char_boundary(refusal.offset.min(source.len()))),
        }
    }
}
