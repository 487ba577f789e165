use proptest::prelude::*;
use serde_json::json;

use super::*;
use crate::desk::tests::desk;

fn now() -> Timestamp {
    "2026-11-22T10:00:00Z".parse().unwrap()
}

fn ctx(lang: Lang, origin: Origin) -> Context {
    Context {
        now: now(),
        lang,
        origin,
    }
}

const FORM: Origin = Origin::Form;

fn map(value: Value) -> Map<String, Value> {
    match value {
        Value::Object(map) => map,
        other => panic!("{other} is no object"),
    }
}

/// What is told of raw answers: `path code`, or the normalised answers.
fn told(track: Track, raw: Value, ctx: &Context) -> Result<Value, Vec<String>> {
    validate(&desk(), track, &map(raw), ctx)
        .map(|answers| Value::Object(answers.into_values()))
        .map_err(|errors| {
            errors
                .iter()
                .map(|error| format!("{} {}", error.path, error.code.as_str()))
                .collect()
        })
}

/// One answer on the plain track, beside the choice that is always required.
fn check(id: &str, raw: Value, expected: Result<Value, &str>) {
    let shown = raw.to_string();
    let told = told(
        Track::Report,
        json!({ "type": "rental", id: raw }),
        &ctx(Lang::Fr, FORM),
    );
    let told = told.map(|values| values.get(id).cloned().unwrap_or(Value::Null));
    assert_eq!(
        told,
        expected.map_err(|error| vec![error.to_owned()]),
        "{id}: {shown}"
    );
    if let Ok(value) = told {
        let again = super::tests::told(
            Track::Report,
            json!({ "type": "rental", id: value }),
            &ctx(Lang::Fr, FORM),
        );
        let again = again.map(|values| values.get(id).cloned().unwrap_or(Value::Null));
        assert_eq!(again, Ok(value), "{id}: {shown} read twice");
    }
}

#[test]
fn text() {
    check(
        "title",
        json!("  Bonjour\nà tous "),
        Ok(json!("Bonjour à tous")),
    );
    check("title", json!("a\u{0}b\u{7}"), Ok(json!("ab")));
    check("title", json!(12), Ok(json!("12")));
    check("title", json!(12.0), Ok(json!("12")));
    check("title", json!(4.5), Ok(json!("4.5")));
    let card = json!(4.970_101_234_567_893e15);
    check("title", card, Ok(json!("4970101234567893")));
    check("title", json!(" \u{0}\u{a0}"), Ok(Value::Null));
    check("title", json!("é".repeat(21)), Err("title too_long"));
    check("title", json!("é".repeat(20)), Ok(json!("é".repeat(20))));
    check("title", json!(true), Err("title wrong_kind"));
    check("title", json!({ "a": 1 }), Err("title wrong_kind"));
}

#[test]
fn long_text() {
    check(
        "story",
        json!("un\r\ndeux\rtrois\t"),
        Ok(json!("un\ndeux\ntrois")),
    );
    check("story", json!("ab"), Err("story too_short"));
    check("story", json!("x".repeat(100_001)), Err("story too_long"));
    check(
        "story",
        json!("x".repeat(10_000_000)),
        Err("story too_long"),
    );
    check("story", json!(["a"]), Err("story wrong_kind"));
}

#[test]
fn choice() {
    let told = |raw, track| {
        told(
            track,
            json!({ "type": raw, "me": { "family_name": "Test", "birth_date": "1980-01-01" } }),
            &ctx(Lang::Fr, FORM),
        )
    };
    for raw in [
        json!("rental"),
        json!(" rental "),
        json!("fausse LOCATION"),
        json!("False rental"),
    ] {
        assert_eq!(told(raw, Track::Report), Ok(json!({ "type": "rental" })));
    }
    for raw in [
        json!("car"),
        json!(1),
        json!(null),
        json!(["rental"]),
        json!("system"),
    ] {
        let code = if raw.is_null() {
            "required"
        } else {
            "not_an_option"
        };
        assert_eq!(told(raw, Track::Report), Err(vec![format!("type {code}")]));
    }
    // Offered on the other track.
    assert!(told(json!("system"), Track::Complaint).is_ok());
}

#[test]
fn choices() {
    check(
        "means",
        json!(["crypto", "card", "card"]),
        Ok(json!(["card", "crypto"])),
    );
    check("means", json!("Virement"), Ok(json!(["transfer"])));
    check(
        "means",
        json!({ "1": "card", "0": "crypto" }),
        Ok(json!(["card", "crypto"])),
    );
    check("means", json!(["", null]), Ok(Value::Null));
    check("means", json!(["card", "cash"]), Err("means not_an_option"));
    check(
        "means",
        json!(["card", "transfer", "crypto"]),
        Err("means too_many"),
    );
    check("means", json!({ "a": "card" }), Err("means wrong_kind"));
}

#[test]
fn yes_no() {
    for raw in [
        json!(true),
        json!("oui"),
        json!("Yes"),
        json!("on"),
        json!(1),
    ] {
        check("danger", raw, Ok(json!(true)));
    }
    for raw in [json!(false), json!("NON"), json!("0")] {
        check("danger", raw, Ok(json!(false)));
    }
    check("danger", json!("peut-être"), Err("danger not_yes_no"));
    check("danger", json!([true]), Err("danger not_yes_no"));
    check("danger", json!(2), Err("danger not_yes_no"));
}

#[test]
fn date() {
    check("day", json!("14/03/2026"), Ok(json!("2026-03-14")));
    check("day", json!("2026-11-22"), Ok(json!("2026-11-22")));
    check("day", json!("24/11/2026"), Err("day in_future"));
    check("day", json!("31/02/2026"), Err("day not_a_date"));
    check("day", json!(20260314), Err("day not_a_date"));
}

#[test]
fn moment() {
    let full = json!({ "date": "2026-03-14", "time": "14:30", "about": true });
    check(
        "happened",
        json!({ "date": "14/03/2026", "time": "14h30", "about": "on" }),
        Ok(full),
    );
    check(
        "happened",
        json!("14/03/2026 14:30"),
        Ok(json!({ "date": "2026-03-14", "time": "14:30" })),
    );
    check(
        "happened",
        json!("2026-03-14T23:30:00Z"),
        Ok(json!({ "date": "2026-03-15", "time": "00:30" })),
    );
    check(
        "happened",
        json!({ "date": "14/03/2026", "time": "14:30+09:00" }),
        Err("happened.time not_a_time"),
    );
    check(
        "happened",
        json!({ "date": "14 mars 2026", "time": "", "about": "" }),
        Ok(json!({ "date": "2026-03-14" })),
    );
    check(
        "happened",
        json!({ "date": "", "time": "", "about": "on" }),
        Ok(Value::Null),
    );
    check(
        "happened",
        json!({ "time": "14:30" }),
        Err("happened.date not_a_date"),
    );
    check(
        "happened",
        json!({ "date": "14/03/2026", "time": "99" }),
        Err("happened.time not_a_time"),
    );
    check(
        "happened",
        json!({ "date": "14/03/2027" }),
        Err("happened.date in_future"),
    );
    check(
        "happened",
        json!({ "date": "14/03/2026", "zone": "x" }),
        Err("happened unknown_field"),
    );
    check("happened", json!(12), Err("happened wrong_kind"));
}

#[test]
fn number() {
    check("count", json!("1 000"), Ok(json!(1000)));
    check("count", json!(3.0), Ok(json!(3)));
    check("count", json!("3,5"), Err("count not_whole"));
    check("count", json!(-1), Err("count too_small"));
    check("count", json!("1001"), Err("count too_large"));
    check("count", json!("9".repeat(40)), Err("count not_a_number"));
    check("share", json!("12,5"), Ok(json!(12.5)));
    check("share", json!(3), Ok(json!(3.0)));
    check("share", json!("NaN"), Err("share not_a_number"));
    check("share", json!("0,25"), Err("share too_small"));
    check("share", json!(true), Err("share not_a_number"));
}

#[test]
fn money() {
    let check = |raw: Value, expected: Result<Value, &str>| {
        let shown = raw.to_string();
        let told = told(
            Track::Report,
            json!({ "type": "rental", "paid": true, "payments": [{ "amount": raw }] }),
            &ctx(Lang::Fr, FORM),
        );
        let told = told.map(|values| values["payments"][0]["amount"].clone());
        assert_eq!(
            told,
            expected.map_err(|error| vec![error.to_owned()]),
            "{shown}"
        );
    };
    let euros = |minor: i64| Ok(json!({ "minor": minor, "currency": "EUR" }));
    check(json!("1 250,50 €"), euros(125_050));
    check(json!("€ 1,250.50"), euros(125_050));
    check(json!("1250 euros"), euros(125_000));
    check(json!(1250.5), euros(125_050));
    check(json!(1250), euros(125_000));
    check(
        json!({ "amount": "1 250,50", "currency": "EUR" }),
        euros(125_050),
    );
    check(
        json!({ "amount": "1 250,50", "currency": "" }),
        euros(125_050),
    );
    check(
        json!({ "minor": 125_050, "currency": "EUR" }),
        euros(125_050),
    );
    check(
        json!({ "amount": "1250", "currency": "JPY" }),
        Ok(json!({ "minor": 1250, "currency": "JPY" })),
    );
    check(
        json!("$12.30"),
        Ok(json!({ "minor": 1230, "currency": "USD" })),
    );
    check(json!("12,345"), euros(1_234_500));
    check(json!("0,001"), Err("payments[0].amount not_an_amount"));
    check(json!("12 CHF"), Err("payments[0].amount unknown_currency"));
    check(json!("beaucoup"), Err("payments[0].amount not_an_amount"));
    check(json!("12 € 50"), Err("payments[0].amount not_an_amount"));
    check(json!("-12"), Err("payments[0].amount too_small"));
    check(json!("1000000,01"), Err("payments[0].amount too_large"));
    check(json!(1e300), Err("payments[0].amount not_an_amount"));
    check(
        json!({ "amount": [1] }),
        Err("payments[0].amount not_an_amount"),
    );
    check(
        json!({ "amount": "1", "unit": "k" }),
        Err("payments[0].amount unknown_field"),
    );
}

#[test]
fn country_and_place() {
    check("country", json!("be"), Ok(json!("BE")));
    check("country", json!("Côte d’Ivoire"), Ok(json!("CI")));
    check(
        "country",
        json!("Atlantide"),
        Err("country unknown_country"),
    );
    let paris = json!({ "code": "75056", "name": "Paris", "department": "75" });
    check("town", json!("PARIS"), Ok(paris.clone()));
    check("town", json!("75056"), Ok(paris.clone()));
    check("town", json!({ "code": "75056" }), Ok(paris));
    let denis = json!({ "code": "93066", "name": "Saint-Denis", "department": "93" });
    check("town", json!("st denis (93)"), Ok(denis.clone()));
    check(
        "town",
        json!({ "name": "Saint-Denis", "department": "93" }),
        Ok(denis),
    );
    check("town", json!("Saint-Denis"), Err("town ambiguous_place"));
    check("town", json!("Nulle-Part"), Err("town unknown_place"));
    check(
        "town",
        json!({ "insee": "75056" }),
        Err("town unknown_field"),
    );
    check(
        "department",
        json!("loire"),
        Ok(json!({ "code": "42", "name": "Loire", "department": "42" })),
    );
    let errors = validate(
        &desk(),
        Track::Report,
        &map(json!({ "type": "rental", "town": "Saint-Denis" })),
        &ctx(Lang::Fr, FORM),
    );
    assert_eq!(
        errors.unwrap_err()[0].message(Lang::Fr),
        "Plusieurs lieux portent ce nom, précisez lequel : Saint-Denis (93, Seine-Saint-Denis) ; Saint-Denis (974, La Réunion)."
    );
}

#[test]
fn identifiers() {
    check(
        "email",
        json!(" Nom@Example.COM "),
        Ok(json!("Nom@Example.COM")),
    );
    check(
        "email",
        json!("nom chez example"),
        Err("email not_an_email"),
    );
    check(
        "phone",
        json!("06 39 98 12 34"),
        Ok(json!("06 39 98 12 34")),
    );
    check("phone", json!("12"), Err("phone not_a_phone"));
    check(
        "page",
        json!("https://shop.example/page"),
        Ok(json!("https://shop.example/page")),
    );
    check("page", json!("pas une adresse"), Err("page not_a_url"));
    check(
        "loose_page",
        json!("pas une adresse"),
        Ok(json!("pas une adresse")),
    );
    check(
        "wallet",
        json!("0x0000000000000000000000000000000000000000"),
        Ok(json!("0x0000000000000000000000000000000000000000")),
    );
    check(
        "wallet",
        json!("1BoatSLRHtKNngkdXEeobR76b53LETtpyU"),
        Err("wallet not_a_crypto_address"),
    );
    check("page", json!("x".repeat(5_000)), Err("page too_long"));
}

#[test]
fn handle() {
    let telegram = json!({ "platform": "telegram", "handle": "@gang" });
    check("account", telegram.clone(), Ok(telegram.clone()));
    check("account", json!("Telegram: @gang"), Ok(telegram));
    check(
        "account",
        json!({ "platform": "", "handle": "" }),
        Ok(Value::Null),
    );
    check(
        "account",
        json!({ "platform": "telegram", "handle": "" }),
        Err("account.handle required"),
    );
    check(
        "account",
        json!({ "handle": "@gang" }),
        Err("account.platform required"),
    );
    check(
        "account",
        json!({ "platform": "icq", "handle": "1" }),
        Err("account.platform not_an_option"),
    );
    check(
        "account",
        json!({ "platform": "telegram", "handle": {} , "x": 1 }),
        Err("account unknown_field"),
    );
    check("account", json!(3), Err("account wrong_kind"));
}

#[test]
fn evidence() {
    check(
        "proof",
        json!(["a-1", { "id": "b_2" }, "a-1"]),
        Ok(json!([{ "id": "a-1" }, { "id": "b_2" }])),
    );
    check("proof", json!("a-1"), Ok(json!([{ "id": "a-1" }])));
    check("proof", json!(["a", "b", "c"]), Err("proof too_many"));
    check("proof", json!(["../etc"]), Err("proof[0] not_a_file"));
    check(
        "proof",
        json!([{ "id": "a", "name": "b" }]),
        Err("proof[0] not_a_file"),
    );
}

#[test]
fn person() {
    let check = |me: Value, expected: Result<Value, &[&str]>| {
        let shown = me.to_string();
        let told = told(
            Track::Complaint,
            json!({ "type": "rental", "me": me }),
            &ctx(Lang::Fr, FORM),
        );
        let told = told.map(|values| values["me"].clone());
        let expected = expected.map_err(|errors| errors.iter().map(|e| e.to_string()).collect());
        assert_eq!(told, expected, "{shown}");
    };
    check(
        json!({ "family_name": " Test ", "given_names": "", "birth_date": "1/2/1980", "country": "france" }),
        Ok(json!({ "family_name": "Test", "birth_date": "1980-02-01", "country": "FR" })),
    );
    check(json!({}), Err(&["me required"]));
    check(
        json!({ "given_names": "Test" }),
        Err(&["me.family_name required", "me.birth_date required"]),
    );
    check(
        json!({ "family_name": "Test", "birth_date": "1/2/2080", "email": "x", "shoe": 3 }),
        Err(&[
            "me.birth_date in_future",
            "me.email not_an_email",
            "me.shoe unknown_field",
        ]),
    );
    check(json!("Test"), Err(&["me wrong_kind"]));
}

#[test]
fn repetition() {
    let check = |payments: Value, expected: Result<Value, &[&str]>| {
        let shown: String = payments.to_string().chars().take(200).collect();
        let raw = json!({ "type": "rental", "paid": true, "payments": payments });
        let told =
            told(Track::Report, raw, &ctx(Lang::Fr, FORM)).map(|values| values["payments"].clone());
        let expected = expected.map_err(|errors| errors.iter().map(|e| e.to_string()).collect());
        assert_eq!(told, expected, "{shown}");
    };
    let ten = json!({ "minor": 1000, "currency": "EUR" });
    check(json!([{ "amount": "10" }]), Ok(json!([{ "amount": ten }])));
    // As a form sends it: numeric keys, a blank entry in between.
    check(
        json!({
            "10": { "amount": { "amount": "10", "currency": "EUR" } },
            "9": { "amount": { "amount": "", "currency": "EUR" }, "references": {} },
            "2": { "amount": "10", "references": { "0": { "reference": "A1" }, "1": { "reference": "" } } },
        }),
        Ok(json!([{ "amount": ten, "references": [{ "reference": "A1" }] }, { "amount": ten }])),
    );
    check(json!([]), Err(&["payments too_few"]));
    check(
        json!([{ "by_transfer": true }]),
        Err(&["payments[0].amount required"]),
    );
    check(
        json!([{ "amount": "10" }, { "amount": "2000", "by_transfer": "oui" }]),
        Err(&["payments[1].iban required"]),
    );
    check(
        json!([{ "amount": "10", "by_transfer": true, "iban": "FR00" }]),
        Err(&["payments[0].iban not_an_iban"]),
    );
    check(
        json!(vec![json!({ "amount": "10" }); 10_000]),
        Err(&["payments too_many"]),
    );
    check(json!(["x"]), Err(&["payments[0] wrong_kind"]));
    check(json!("x"), Err(&["payments wrong_kind"]));
    check(
        json!([{ "amount": "10", "colour": 1 }]),
        Err(&["payments[0].colour unknown_field"]),
    );
    let references = vec![json!({ "reference": "A" }); 4];
    check(
        json!([{ "amount": "10", "references": references }]),
        Err(&["payments[0].references too_many"]),
    );
}

#[test]
fn what_is_not_asked_is_dropped_from_a_form_and_refused_from_a_program() {
    let raw =
        json!({ "type": "rental", "paid": false, "payments": [{ "amount": "10" }], "notice": "x" });
    let kept = json!({ "type": "rental", "paid": false });
    assert_eq!(
        told(Track::Report, raw.clone(), &ctx(Lang::Fr, Origin::Form)),
        Ok(kept)
    );
    assert_eq!(
        told(Track::Report, raw, &ctx(Lang::Fr, Origin::Api)),
        Err(vec![
            "notice not_asked".to_owned(),
            "payments not_asked".to_owned()
        ])
    );
    // `paid` is wrong: what hangs on it is not told beside.
    let raw = json!({ "type": "rental", "paid": "?", "payments": [{ "amount": "10" }] });
    assert_eq!(
        told(Track::Report, raw, &ctx(Lang::Fr, Origin::Api)),
        Err(vec!["paid not_yes_no".to_owned()])
    );
}

#[test]
fn unknown_fields_tracks_and_too_many_errors() {
    let form = ctx(Lang::Fr, FORM);
    assert_eq!(
        told(
            Track::Report,
            json!({ "type": "rental", "x".repeat(500): 1 }),
            &form
        ),
        Err(vec![format!("{} unknown_field", "x".repeat(80))])
    );
    assert_eq!(
        told(Track::Request, json!({}), &form),
        Err(vec!["track track_not_offered".to_owned()])
    );
    let many: Map<String, Value> = (0..100_000).map(|i| (format!("x{i}"), json!(1))).collect();
    let errors = told(Track::Report, Value::Object(many), &form).unwrap_err();
    assert_eq!(errors.len(), 100);
}

#[test]
fn a_page_tells_its_own_errors_only() {
    let desk = desk();
    let raw =
        map(json!({ "type": "car", "paid": true, "payments": [{}], "day": "x", "count": "y" }));
    let check = |step: &str, expected: &[&str]| {
        let step = desk.step(step).unwrap();
        let errors = validate_step(&desk, Track::Report, step, &raw, &ctx(Lang::En, FORM));
        let paths: Vec<&str> = errors.iter().map(|error| error.path.as_str()).collect();
        assert_eq!(paths, expected);
    };
    check("what", &["type"]);
    check("payments", &["payments"]);
    check("details", &["day", "count"]);
    check("who", &[]);
}

#[test]
fn a_draft_keeps_what_is_right() {
    let raw = map(json!({ "type": "rental", "day": "x", "count": "3" }));
    let draft = draft(&desk(), Track::Report, &raw, &ctx(Lang::Fr, FORM));
    assert_eq!(
        Value::Object(draft.into_values()),
        json!({ "type": "rental", "count": 3 })
    );
}

#[test]
fn a_page_shows_what_is_asked_now() {
    let desk = desk();
    let raw = map(json!({
        "type": "shop",
        "paid": "oui",
        "payments": { "3": { "by_transfer": "oui", "amount": "2000" }, "5": {} },
    }));
    let steps = visible(&desk, Track::Report, &raw, &ctx(Lang::Fr, FORM));
    let ids: Vec<&str> = steps.iter().map(|step| &*step.step.id).collect();
    assert_eq!(ids, ["what", "payments", "details", "who"]);
    let what: Vec<(&str, bool)> = steps[0]
        .questions
        .iter()
        .map(|q| (q.path.as_str(), q.required))
        .collect();
    assert_eq!(
        what,
        [
            ("type", true),
            ("title", false),
            ("story", true),
            ("means", false),
            ("paid", false),
            ("danger", false)
        ]
    );
    let offered: Vec<&str> = steps[0].questions[0]
        .choices
        .iter()
        .map(|choice| &*choice.id)
        .collect();
    assert_eq!(offered, ["shop", "rental"]);

    let payments = &steps[1].questions[0];
    let paths = |entry: &AskedEntry<'_>| -> Vec<String> {
        entry
            .questions
            .iter()
            .map(|q| format!("{}{}", q.path, if q.required { "*" } else { "" }))
            .collect()
    };
    assert_eq!(
        paths(&payments.entries[0]),
        [
            "payments[3].amount*",
            "payments[3].by_transfer",
            "payments[3].iban*",
            "payments[3].own_iban",
            "payments[3].holder",
            "payments[3].references"
        ]
    );
    assert_eq!(
        paths(&payments.entries[1]),
        [
            "payments[5].amount*",
            "payments[5].by_transfer",
            "payments[5].own_iban",
            "payments[5].holder",
            "payments[5].references"
        ]
    );
    assert_eq!(
        payments.new_entry.as_ref().map(|entry| entry.index),
        Some(6)
    );
    assert_eq!(
        form_name("payments[3].references[0].reference"),
        "payments.3.references.0.reference"
    );
}

#[test]
fn identity_is_split_from_the_facts_and_joins_again() {
    let desk = desk();
    let raw = map(json!({
        "type": "rental",
        "paid": true,
        "payments": [{ "amount": "10" }, { "amount": "20", "holder": "Test" }],
        "me": { "family_name": "Test", "birth_date": "1980-01-01" },
        "reply_to": "nom@example.com",
    }));
    let answers = validate(&desk, Track::Complaint, &raw, &ctx(Lang::Fr, FORM)).unwrap();
    let split = answers.split(&desk);
    assert_eq!(
        Value::Object(split.identity.clone()),
        json!({
            "payments": [{}, { "holder": "Test" }],
            "me": { "family_name": "Test", "birth_date": "1980-01-01" },
            "reply_to": "nom@example.com",
        })
    );
    assert!(
        !Value::Object(split.facts.clone())
            .to_string()
            .contains("Test")
    );
    assert_eq!(split.join(), *answers.values());
}

#[test]
fn every_message_is_said_in_both_languages() {
    let codes = [
        ErrorCode::Required,
        ErrorCode::TooLong { max: 100_000 },
        ErrorCode::NotAnAmount,
        ErrorCode::UnknownCurrency {
            known: vec!["EUR".to_owned()],
        },
    ];
    let french: Vec<String> = codes.iter().map(|code| code.message(Lang::Fr)).collect();
    assert_eq!(
        french,
        [
            "Répondez à cette question.",
            "Raccourcissez ce texte : 100\u{a0}000 caractères au plus.",
            "Saisissez un montant, par exemple 1 250,50.",
            "Choisissez une de ces monnaies : EUR.",
        ]
    );
    assert_eq!(
        codes[1].message(Lang::En),
        "Shorten this text: 100,000 characters at most."
    );
}

/// Any JSON, with the field names of the desk among the keys.
fn any_json() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        ".{0,12}".prop_map(Value::from),
        prop::sample::select(vec![
            "oui",
            "non",
            "rental",
            "shop",
            "system",
            "card",
            "telegram",
            "Paris",
            "Saint-Denis",
            "FR",
            "EUR",
            "14/03/2026",
            "1980-01-01",
            "14h30",
            "1 250,50 €",
            "1,250",
            "nom@example.com",
            "telegram:x",
            "06 39 98 12 34",
            "https://shop.example",
            "a-1",
            "récit assez long",
        ])
        .prop_map(Value::from),
    ];
    leaf.prop_recursive(4, 40, 6, |inner| {
        let key = prop::sample::select(vec![
            "0",
            "1",
            "7",
            "amount",
            "minor",
            "currency",
            "iban",
            "by_transfer",
            "holder",
            "references",
            "reference",
            "date",
            "time",
            "about",
            "platform",
            "handle",
            "code",
            "name",
            "family_name",
            "birth_date",
            "email",
            "country",
            "id",
            "zzz",
        ]);
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..5).prop_map(Value::from),
            prop::collection::vec((key, inner), 0..5).prop_map(|fields| fields
                .into_iter()
                .map(|(key, value)| (key.to_owned(), value))
                .collect()),
        ]
    })
}

fn any_answers() -> impl Strategy<Value = Map<String, Value>> {
    let id = prop::sample::select(vec![
        "type",
        "notice",
        "title",
        "story",
        "means",
        "paid",
        "danger",
        "payments",
        "day",
        "happened",
        "count",
        "share",
        "country",
        "town",
        "department",
        "email",
        "phone",
        "page",
        "loose_page",
        "wallet",
        "account",
        "proof",
        "me",
        "reply_to",
        "zzz",
    ]);
    prop::collection::vec((id, any_json()), 0..12).prop_map(|fields| {
        fields
            .into_iter()
            .map(|(id, value)| (id.to_owned(), value))
            .collect()
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    /// Whatever is sent: no panic, and what is kept of it reads back as itself, from a program too.
    #[test]
    fn any_json_reads_without_panic_and_what_is_kept_reads_back(raw in any_answers(), complaint: bool, english: bool) {
        let desk = desk();
        let track = if complaint { Track::Complaint } else { Track::Report };
        let lang = if english { Lang::En } else { Lang::Fr };
        let read = validate(&desk, track, &raw, &ctx(lang, FORM));
        visible(&desk, track, &raw, &ctx(lang, FORM));
        for step in &desk.steps {
            validate_step(&desk, track, step, &raw, &ctx(lang, FORM));
        }
        let kept = draft(&desk, track, &raw, &ctx(lang, FORM)).into_values();
        if let Ok(read) = &read {
            prop_assert_eq!(read.values(), &kept);
            let again = validate(&desk, track, &kept, &ctx(lang, Origin::Api));
            prop_assert_eq!(again.as_ref(), Ok(read));
        }
        let again = draft(&desk, track, &kept, &ctx(lang, Origin::Api));
        prop_assert_eq!(again.values(), &kept);
        let split = Answers::stored(track, kept.clone()).split(&desk);
        prop_assert_eq!(split.join(), kept);
    }
}
