//! The desks of `config/france`, through the public interface.

#![expect(
    clippy::unwrap_used,
    reason = "a test may fail loudly, its helpers too"
)]

use std::{fs, path::Path};

use orfevre_casework::{
    Lang,
    answers::{Answers, Context, Origin, validate, visible},
    assess::{self, Derived},
    competence::{self, Confidence, Part},
    desk::{Config, ConfigProblem, Desk, RedirectTo},
    facts,
    place::Places,
    submission::Track,
    vigilance::{Look, Nearness, What, signs},
};
use serde_json::{Value, json};

fn config() -> Config {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../config/france");
    let read = |path: &Path| fs::read_to_string(path).unwrap();
    let mut files = Vec::new();
    for folder in ["", "desks", "film"] {
        for entry in fs::read_dir(root.join(folder)).unwrap() {
            let path = entry.unwrap().path();
            if path
                .extension()
                .is_some_and(|extension| extension == "toml")
            {
                files.push((path.display().to_string(), read(&path)));
            }
        }
    }
    let places = Places::load(
        &read(&root.join("places/departments.tsv")),
        &read(&root.join("places/communes.tsv")),
    )
    .unwrap();
    Config::load(files, places).unwrap_or_else(|problems| {
        let problems: Vec<String> = problems.iter().map(ConfigProblem::to_string).collect();
        panic!("{}", problems.join("\n"))
    })
}

fn ctx() -> Context {
    Context {
        now: "2026-11-22T10:00:00Z".parse().unwrap(),
        lang: Lang::Fr,
        origin: Origin::Api,
    }
}

fn file(desk: &Desk, track: Track, raw: &Value) -> Answers {
    validate(desk, track, raw.as_object().unwrap(), &ctx()).unwrap_or_else(|errors| {
        let errors: Vec<String> = errors
            .iter()
            .map(|error| format!("{}: {}", error.path, error.code.as_str()))
            .collect();
        panic!("{}", errors.join("\n"))
    })
}

fn units(config: &Config, desk: &Desk, answers: &Answers) -> Vec<String> {
    let now = ctx().now;
    let derived = Derived {
        priority: assess::priority(desk, answers, now).points,
        urgent: assess::urgent(desk, answers, now).is_some(),
        series: None,
    };
    assess::route(config, desk, answers, derived, now)
        .iter()
        .map(|proposal| proposal.unit.id.to_string())
        .collect()
}

#[test]
fn a_life_at_risk_reported_to_pharos_is_urgent() {
    let config = config();
    let desk = config.desk(&"pharos".parse().unwrap()).unwrap();
    let raw = json!({ "category": "danger", "subcategory": "life_risk", "danger_place": "Rhône" });
    let answers = file(desk, Track::Report, &raw);
    assert!(assess::urgent(desk, &answers, ctx().now).is_some());
    assert_eq!(units(&config, desk, &answers)[0], "ofac-pharos");
    let facts = facts::project(desk, &answers);
    assert_eq!(facts.headline.unwrap().id, "danger");
}

/// What each category asks first, and the least that a report of it needs.
#[test]
fn every_category_of_pharos_takes_a_report() {
    let config = config();
    let desk = config.desk(&"pharos".parse().unwrap()).unwrap();
    for (category, kinds) in [
        ("danger", &["life_risk", "suicide"][..]),
        (
            "terrorism",
            &["terror_threat", "terror_apology", "radicalisation"],
        ),
        ("threats", &["threat", "violence_incitement"]),
        ("minors", &["child_abuse_images", "child_proposition"]),
        (
            "discrimination",
            &["racial_hatred", "discrimination_provocation"],
        ),
        ("trafficking", &["drugs", "weapons"]),
        ("animals", &[""]),
        ("incitement", &[""]),
        ("scam", &[""]),
    ] {
        for kind in kinds {
            let mut raw = json!({
                "category": category, "visibility": "public", "medium": "site",
                "urls": [{ "url": "https://page.example/1" }],
                "description": "…", "victim": "no", "identify": "anonymous",
            });
            if !kind.is_empty() {
                raw["subcategory"] = json!(kind);
            }
            if ["terrorism", "threats", "minors"].contains(&category) {
                raw["imminent"] = json!(false);
            }
            if category == "danger" {
                raw.as_object_mut().unwrap().remove("visibility");
            }
            let answers = file(desk, Track::Report, &raw);
            let failed = assess::eligibility(desk, &answers, ctx().now);
            assert!(failed.is_empty(), "{category} {kind}: {failed:?}");
            let urgent = assess::urgent(desk, &answers, ctx().now).is_some();
            assert_eq!(urgent, category == "danger", "{category} {kind}");
            assert!(
                !units(&config, desk, &answers).is_empty(),
                "{category} {kind}"
            );
        }
    }
}

/// Whoever is in danger is asked for nothing that can wait, and is never sent elsewhere.
#[test]
fn what_is_imminent_needs_no_more_than_its_kind() {
    let config = config();
    let desk = config.desk(&"pharos".parse().unwrap()).unwrap();
    for (raw, rule) in [
        (
            json!({ "category": "danger", "subcategory": "life_risk" }),
            "life_at_risk",
        ),
        (
            json!({ "category": "danger", "subcategory": "suicide" }),
            "suicide",
        ),
        (
            json!({ "category": "minors", "subcategory": "child_proposition", "imminent": true }),
            "child_at_risk",
        ),
        (
            json!({ "category": "threats", "subcategory": "threat", "imminent": true }),
            "violence_imminent",
        ),
        (
            json!({ "category": "threats", "subcategory": "threat", "imminent": true, "visibility": "known_person" }),
            "violence_imminent",
        ),
        (
            json!({ "category": "terrorism", "subcategory": "terror_threat", "imminent": true, "visibility": "spam" }),
            "violence_imminent",
        ),
    ] {
        let answers = file(desk, Track::Report, &raw);
        let now = ctx().now;
        assert_eq!(
            &*assess::urgent(desk, &answers, now).unwrap().id,
            rule,
            "{raw}"
        );
        let failed = assess::eligibility(desk, &answers, now);
        assert!(failed.is_empty(), "{raw}: {failed:?}");
    }
}

#[test]
fn a_victim_is_told_that_a_report_is_no_complaint_and_where_to_file_one() {
    let config = config();
    let desk = config.desk(&"pharos".parse().unwrap()).unwrap();
    for (category, victim, told) in [
        ("scam", "me", &["scam_victim_thesee"][..]),
        ("scam", "my_child", &["scam_victim_thesee"]),
        ("scam", "no", &["scam_witness"]),
        ("incitement", "me", &["victim_complaint"]),
        ("incitement", "no", &[]),
    ] {
        let raw = json!({
            "category": category, "visibility": "public", "medium": "site", "where_else": "…",
            "description": "…", "victim": victim, "identify": "anonymous",
        });
        let answers = file(desk, Track::Report, &raw);
        let rules: Vec<&str> = assess::orientations(desk, &answers, ctx().now)
            .iter()
            .map(|rule| &*rule.id)
            .collect();
        assert_eq!(rules, told, "{category} {victim}");
    }
}

/// What PHAROS does not treat: the rule that says so, and where it leads.
#[test]
fn pharos_leads_elsewhere_what_is_not_its_own() {
    let config = config();
    let desk = config.desk(&"pharos".parse().unwrap()).unwrap();
    for (category, visibility, rule, to) in [
        ("insult", "public", "not_insult", "masecurite"),
        (
            "incitement",
            "known_person",
            "not_private_dispute",
            "masecurite",
        ),
        ("incitement", "spam", "not_spam", "17cyber"),
        ("incitement", "own_contact", "not_own_contact", "thesee"),
    ] {
        let raw = json!({
            "category": category, "visibility": visibility, "medium": "site", "where_else": "…",
            "description": "…", "victim": "no", "identify": "anonymous",
        });
        let answers = file(desk, Track::Report, &raw);
        assert_eq!(stops(desk, &answers), [(rule.to_owned(), to.to_owned())]);
    }
}

/// The rules that stop these answers, each with the host, desk or track it leads to.
fn stops(desk: &Desk, answers: &Answers) -> Vec<(String, String)> {
    assess::eligibility(desk, answers, ctx().now)
        .iter()
        .map(|failed| {
            let to = match &failed.redirect.expect("a redirect").to {
                RedirectTo::Track(track) => track.as_str().to_owned(),
                RedirectTo::Desk(desk) => desk.to_string(),
                RedirectTo::Url(url) => {
                    let host = url
                        .trim_start_matches("https://")
                        .split('/')
                        .next()
                        .unwrap();
                    let host = host.trim_start_matches("www.");
                    host.split('.').next().unwrap().to_owned()
                }
                RedirectTo::Phone(number) => number.to_string(),
            };
            (failed.rule.to_owned(), to)
        })
        .collect()
}

/// A whole submission to THÉSÉE of this type, with the answers to its conditions.
fn scam(track: Track, scam_type: &str, conditions: &Value) -> Value {
    let mut raw = json!({
        "scam_type": scam_type, "for_whom": "me", "paid": false,
        "story": "…", "contact_email": "camille@example.com",
    });
    if track == Track::Complaint {
        let more = complaint();
        for id in ["adult", "author_known", "started_at", "complainant"] {
            raw[id] = more[id].clone();
        }
    }
    if scam_type == "false_shop" {
        raw["shop_site"] = json!("https://shop.example/");
    }
    for (id, answer) in conditions.as_object().unwrap() {
        raw[id] = answer.clone();
    }
    raw
}

/// The eight types, the conditions that the public forms state for each, and where a condition that is
/// not met leads. Each is right on both tracks.
#[test]
fn each_of_the_eight_scams_has_its_conditions_and_leads_elsewhere_when_one_is_not_met() {
    let config = config();
    let desk = config.desk(&"thesee".parse().unwrap()).unwrap();
    let eur = "120 €";
    for (scam_type, met, not_met) in [
        (
            "false_shop",
            json!({ "ordered": true, "received": false, "reachable": false }),
            vec![
                (json!({ "ordered": false }), "ordered", "pharos"),
                (json!({ "received": true }), "nothing_received", "signal"),
                (json!({ "reachable": true }), "unreachable", "signal"),
            ],
        ),
        (
            "false_seller",
            json!({ "ordered": true, "received": false, "reachable": false, "met": false, "money_asked": true }),
            vec![
                (json!({ "ordered": false }), "ordered", "pharos"),
                (json!({ "received": true }), "nothing_received", "signal"),
                (json!({ "reachable": true }), "unreachable", "signal"),
                (json!({ "met": true }), "never_met", "masecurite"),
                (json!({ "money_asked": false }), "money_asked", "pharos"),
            ],
        ),
        (
            "false_buyer",
            json!({ "sent_unpaid": true, "fees_asked": false, "met": false, "goods_value": eur }),
            vec![
                (json!({ "met": true }), "never_met", "masecurite"),
                (
                    json!({ "sent_unpaid": false, "goods_value": null }),
                    "unpaid_or_fees",
                    "pharos",
                ),
            ],
        ),
        (
            "false_buyer",
            json!({ "sent_unpaid": false, "fees_asked": true, "met": false, "sum_asked": eur }),
            vec![(json!({ "met": true }), "never_met", "masecurite")],
        ),
        (
            "false_rental",
            json!({ "met": false, "money_asked": true, "sum_asked": eur }),
            vec![
                (json!({ "met": true }), "never_met", "masecurite"),
                (
                    json!({ "money_asked": false, "sum_asked": null }),
                    "money_asked",
                    "pharos",
                ),
            ],
        ),
        (
            "hacked_account",
            json!({ "account_hacked": true, "asked_in_name": true, "sum_asked": eur }),
            vec![
                (
                    json!({ "account_hacked": false }),
                    "hacked_and_asked",
                    "17cyber",
                ),
                (
                    json!({ "asked_in_name": false, "sum_asked": null }),
                    "hacked_and_asked",
                    "17cyber",
                ),
            ],
        ),
        (
            "romance",
            json!({ "met": false, "money_asked": true }),
            vec![
                (json!({ "met": true }), "never_met", "masecurite"),
                (json!({ "money_asked": false }), "money_asked", "pharos"),
            ],
        ),
        (
            "sextortion",
            json!({ "met": false, "blackmailed": true, "money_asked": true }),
            vec![
                (json!({ "met": true }), "never_met", "masecurite"),
                (
                    json!({ "blackmailed": false }),
                    "blackmail_for_money",
                    "masecurite",
                ),
                (
                    json!({ "money_asked": false }),
                    "blackmail_for_money",
                    "masecurite",
                ),
            ],
        ),
        (
            "ransomware",
            json!({ "locked": true, "ransom_asked": true }),
            vec![
                (json!({ "locked": false }), "locked_for_ransom", "17cyber"),
                (
                    json!({ "ransom_asked": false }),
                    "locked_for_ransom",
                    "17cyber",
                ),
            ],
        ),
    ] {
        for track in [Track::Report, Track::Complaint] {
            let raw = scam(track, scam_type, &met);
            assert_eq!(stops(desk, &file(desk, track, &raw)), [], "{raw}");
            for (change, rule, to) in &not_met {
                let mut raw = raw.clone();
                for (id, answer) in change.as_object().unwrap() {
                    raw[id] = answer.clone();
                }
                let stops = stops(desk, &file(desk, track, &raw));
                assert_eq!(stops, [((*rule).to_owned(), (*to).to_owned())], "{raw}");
            }
            // Every condition has to be answered: none is taken as met.
            for id in met
                .as_object()
                .unwrap()
                .keys()
                .filter(|id| !id.contains("value"))
            {
                let mut raw = raw.clone();
                raw.as_object_mut().unwrap().remove(id);
                let told = validate(desk, track, raw.as_object().unwrap(), &ctx());
                assert!(told.is_err(), "{scam_type} without {id}");
            }
        }
    }
}

/// A complaint: adult, identified, in one's own name, of an unknown author. A report: an e-mail address.
#[test]
fn a_complaint_has_its_rules_and_a_report_needs_an_email_only() {
    let config = config();
    let desk = config.desk(&"thesee".parse().unwrap()).unwrap();
    let conditions = json!({ "locked": true, "ransom_asked": true });
    let complaint = scam(Track::Complaint, "ransomware", &conditions);
    for (id, answer, rule, to) in [
        ("for_whom", "other", "own_name", "report"),
        ("for_whom", "company", "private_person", "17cyber"),
        ("adult", "non", "adult", "report"),
        ("author_known", "oui", "author_unknown", "masecurite"),
    ] {
        let mut raw = complaint.clone();
        raw[id] = json!(answer);
        let stops = stops(desk, &file(desk, Track::Complaint, &raw));
        assert_eq!(stops, [(rule.to_owned(), to.to_owned())]);
    }
    let mut parent = complaint.clone();
    parent["for_whom"] = json!("my_child");
    parent["child"] =
        json!({ "family_name": "Essai", "given_names": "Noa", "birth_date": "01/02/2015" });
    assert_eq!(stops(desk, &file(desk, Track::Complaint, &parent)), []);
    parent["child"]["birth_date"] = json!("01/02/2001");
    let told = stops(desk, &file(desk, Track::Complaint, &parent));
    assert_eq!(told, [("child_is_minor".to_owned(), "report".to_owned())]);

    let missing = |track: Track, raw: &Value| -> Vec<String> {
        validate(desk, track, raw.as_object().unwrap(), &ctx())
            .err()
            .unwrap_or_default()
            .iter()
            .map(|error| error.path.clone())
            .collect()
    };
    let mut nobody = complaint;
    nobody.as_object_mut().unwrap().remove("complainant");
    assert_eq!(missing(Track::Complaint, &nobody), ["complainant"]);
    let mut report = scam(Track::Report, "ransomware", &conditions);
    report["adult"] = json!("non");
    assert_eq!(stops(desk, &file(desk, Track::Report, &report)), []);
    report.as_object_mut().unwrap().remove("contact_email");
    assert_eq!(missing(Track::Report, &report), ["contact_email"]);

    for (scam_type, rule, to) in [
        ("phishing", "not_phishing", "17cyber"),
        ("card_fraud", "not_card_fraud", "service-public"),
        ("other", "one_of_the_eight", "17cyber"),
    ] {
        let raw = scam(Track::Report, scam_type, &json!({}));
        let told = stops(desk, &file(desk, Track::Report, &raw));
        assert_eq!(told, [(rule.to_owned(), to.to_owned())]);
    }
}

fn complaint() -> Value {
    json!({
        "scam_type": "false_shop",
        "for_whom": "me",
        "adult": "oui",
        "author_known": "non",
        "ordered": "oui",
        "received": "non",
        "reachable": "non",
        "paid": "oui",
        "payments": [{
            "amount": "1 250,50 €",
            "date": "21/11/2026",
            "means": "transfer",
            "iban": "FR76 3000 6000 0112 3456 7890 189",
            "payee": "Boutique Exemple",
        }],
        "shop_site": "https://shop.example/panier",
        "started_at": { "date": "20/11/2026", "about": "oui" },
        "story": "J’ai commandé un vélo, rien n’est arrivé.",
        "complainant": { "family_name": "Essai", "given_names": "Camille", "birth_date": "01/02/1980", "city": "Lyon", "country": "France" },
        "contact_email": "camille@example.com",
    })
}

#[test]
fn a_complaint_to_thesee_is_eligible_and_routed_and_its_keys_are_found() {
    let config = config();
    let desk = config.desk(&"thesee".parse().unwrap()).unwrap();
    let answers = file(desk, Track::Complaint, &complaint());
    let now = ctx().now;
    let failed = assess::eligibility(desk, &answers, now);
    assert!(failed.is_empty(), "{failed:?}");
    assert_eq!(units(&config, desk, &answers)[0], "ofac-thesee");

    let priority = assess::priority(desk, &answers, now);
    assert!(
        priority
            .criteria
            .iter()
            .any(|criterion| criterion.id == "recent_payment")
    );

    let facts = facts::project(desk, &answers);
    let raw: Vec<&str> = facts
        .observables
        .iter()
        .map(|observable| observable.raw)
        .collect();
    for key in [
        "FR76 3000 6000 0112 3456 7890 189",
        "Boutique Exemple",
        "https://shop.example/panier",
    ] {
        assert!(raw.contains(&key), "{key}");
    }
    assert_eq!(facts.totals()[0].minor, 125_050);
    let split = answers.split(desk);
    let open = Value::Object(split.facts).to_string();
    for hidden in ["Camille", "Essai", "camille@example.com"] {
        assert!(!open.contains(hidden), "{hidden}");
    }
}

#[test]
fn a_minor_is_led_from_the_complaint_to_the_report() {
    let config = config();
    let desk = config.desk(&"thesee".parse().unwrap()).unwrap();
    let mut raw = complaint();
    raw["adult"] = json!("non");
    raw["complainant"]["birth_date"] = json!("01/02/2012");
    let answers = file(desk, Track::Complaint, &raw);
    let failed = assess::eligibility(desk, &answers, ctx().now);
    assert!(!failed.is_empty());
    for rule in failed {
        let to = &rule.redirect.expect("a redirect").to;
        assert_eq!(*to, RedirectTo::Track(Track::Report), "{}", rule.rule);
    }
}

/// What the rules of competence leave open, say twice or say in vain is known before they are used.
#[test]
fn the_rules_of_competence_have_no_hole_no_overlap_and_no_dead_rule() {
    let found = competence::check(&config(), ctx().now, 500_000);
    assert!(found.complete, "{} looked at", found.looked_at);
    assert!(found.is_clean(), "{found:#?}");
}

#[test]
fn every_service_of_the_design_is_a_unit_and_says_what_it_is_for() {
    let config = config();
    let unit = |id: &str| config.unit(&id.parse().unwrap());
    for id in [
        "ofac",
        "ofac-pharos",
        "ofac-thesee",
        "ofac-antennas",
        "ofmin",
        "comcyber-mi",
        "uncyber",
        "pp-bl2c",
        "pp-bpm",
        "territorial-judicial",
        "territorial-minors",
        "dgsi",
        "dnrt",
        "drpp",
        "sdao",
        "sccopol",
        "prefectures",
        "mission-cinema",
    ] {
        assert!(unit(id).is_some(), "{id}");
    }
    // What no source confirms stays marked.
    for id in ["ofac-pharos", "pp-bl2c", "sdao"] {
        assert!(!unit(id).unwrap().unconfirmed.is_empty(), "{id}");
    }
    for rule in config.routing.iter() {
        assert!(!rule.article.is_empty(), "{}", rule.id);
        assert!(
            rule.confirmed || rule.confidence == Confidence::Low,
            "{}",
            rule.id
        );
    }
}

/// A ransom is told to the prosecutor with national competence, who alone may take the case; the desk's unit leads.
#[test]
fn a_ransomware_complaint_is_told_to_paris_and_assigned_to_nobody() {
    let config = config();
    let desk = config.desk(&"thesee".parse().unwrap()).unwrap();
    let conditions = json!({ "locked": true, "ransom_asked": true });
    let answers = file(
        desk,
        Track::Report,
        &scam(Track::Report, "ransomware", &conditions),
    );
    let derived = Derived {
        series: Some(25),
        ..Derived::default()
    };
    let proposals = assess::route(&config, desk, &answers, derived, ctx().now);
    let found: Vec<(&str, Part)> = proposals
        .iter()
        .map(|proposal| (proposal.unit.id.as_str(), proposal.part))
        .collect();
    assert_eq!(
        found,
        [
            ("ofac-thesee", Part::Lead),
            ("ofac-thesee", Part::Lead),
            ("ofac-cyberattacks", Part::Join),
            ("ofac-investigations", Part::Join),
            ("j3", Part::Inform),
        ]
    );
}

fn film(raw: &Value) -> Result<Answers, Vec<String>> {
    let config = config();
    let desk = config.desk(&"cinema".parse().unwrap()).unwrap();
    validate(desk, Track::Request, raw.as_object().unwrap(), &ctx()).map_err(|errors| {
        errors
            .iter()
            .map(|error| format!("{}: {}", error.path, error.code.as_str()))
            .collect()
    })
}

/// The least that a small production has to say, in the order of the form.
fn small_shoot() -> Value {
    json!({
        "project_kind": "short",
        "project_title": "Nuit blanche",
        "synopsis": "Une gardienne de la paix cherche son frère.",
        "maturity": "dated",
        "team": 8,
        "support": [
            { "kind": "place", "what": "Un commissariat désaffecté", "from": "2027-02-01", "days": 3 },
        ],
        "company": "Films du Quai",
        "applicant": { "family_name": "Exemple", "given_names": "Ana" },
        "contact": "ana@films.example",
    })
}

#[test]
fn a_small_team_asks_the_film_desk_with_nine_answers_and_the_office_leads() {
    let config = config();
    let desk = config.desk(&"cinema".parse().unwrap()).unwrap();
    let answers = film(&small_shoot()).unwrap();
    assert!(assess::eligibility(desk, &answers, ctx().now).is_empty());
    assert_eq!(units(&config, desk, &answers), ["mission-cinema"]);
    let advice: Vec<&str> = assess::orientations(desk, &answers, ctx().now)
        .iter()
        .map(|rule| &*rule.id)
        .collect();
    assert_eq!(advice, ["insurance_first"]);
    let steps = visible(desk, Track::Request, answers.values(), &ctx());
    let asked: Vec<&str> = steps
        .iter()
        .flat_map(|step| &step.questions)
        .map(|asked| asked.question.id.as_str())
        .collect();
    for long in ["intention", "script_version", "company_number", "vehicles"] {
        assert!(!asked.contains(&long), "{long} is for larger teams");
    }
}

#[test]
fn a_project_that_is_not_consolidated_gets_advice_but_no_loan() {
    let config = config();
    let desk = config.desk(&"cinema".parse().unwrap()).unwrap();
    let refusals = |support: Value| {
        let mut raw = small_shoot();
        raw["maturity"] = json!("writing");
        raw["support"] = json!([support]);
        for absent in ["team", "company"] {
            raw.as_object_mut().unwrap().remove(absent);
        }
        let answers = film(&raw).unwrap();
        assess::eligibility(desk, &answers, ctx().now)
            .iter()
            .map(|refusal| refusal.rule.to_owned())
            .collect::<Vec<_>>()
    };
    assert_eq!(
        refusals(json!({ "kind": "item", "what": "Un fourgon", "from": "2027-02-01", "days": 1 })),
        ["loans_need_a_production"]
    );
    assert!(refusals(json!({ "kind": "expert", "what": "La garde à vue" })).is_empty());
}

/// What a production writes, and its script, is never matched with what people report.
#[test]
fn only_the_film_desk_is_not_matched() {
    let config = config();
    let unmatched: Vec<&str> = config
        .desks()
        .filter(|desk| !desk.matched)
        .map(|desk| desk.id.as_str())
        .collect();
    assert_eq!(unmatched, ["cinema"]);
}

/// Numbers that look random, the same each time.
fn sequence(seed: u64) -> impl FnMut(i64, i64) -> i64 {
    let mut state = seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1;
    move |least, most| {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        least + (state % (most - least + 1) as u64) as i64
    }
}

const MINUTE: i64 = 60_000_000;

fn look(at: i64, agent: &'static str, place: i64, nearness: Nearness) -> Look<'static> {
    let what = What::Submission {
        place: Some(place),
        nearness,
        honey: place == HONEY,
    };
    Look { at, agent, what }
}

const HONEY: i64 = 777_777;

/// Eight hours of two agents who triage, two who carry cases and one who searches.
fn day_of_work(random: &mut impl FnMut(i64, i64) -> i64) -> Vec<Look<'static>> {
    let mut day = Vec::new();
    for (number, agent) in ["triage-1", "triage-2", "carrier-1", "carrier-2", "searcher"]
        .into_iter()
        .enumerate()
    {
        let mut at = 0;
        let mut next = number as i64 * 10_000;
        while at < 480 * MINUTE {
            at += random(20, if agent.starts_with("triage") { 90 } else { 400 }) * 1_000_000;
            if agent.starts_with("triage") {
                next += 1;
                day.push(look(at, agent, next, Nearness::Unit));
            } else if agent == "searcher" {
                let names = [
                    "boutique vélo",
                    "colis rapide",
                    "location mer",
                    "annonce auto",
                ];
                let words = names[random(0, 3) as usize];
                at += 25 * MINUTE;
                day.push(Look {
                    at,
                    agent,
                    what: What::Search(words),
                });
            } else {
                // Their own cases, and now and then one of a colleague.
                let colleagues = random(0, 9) == 0;
                let nearness = if colleagues {
                    Nearness::Colleague
                } else {
                    Nearness::Own
                };
                day.push(look(
                    at,
                    agent,
                    number as i64 * 10_000 + random(0, 12),
                    nearness,
                ));
            }
        }
    }
    day
}

#[test]
fn planted_misuse_is_told_and_a_day_of_work_is_not() {
    let limits = config().vigilance;
    let mut found = 0;
    for planted in 0..50_u64 {
        let mut random = sequence(planted + 1);
        let mut record = day_of_work(&mut random);
        let start = random(0, 400) * MINUTE;
        let many = match planted % 5 {
            0 => random(65, 120),
            1 => random(16, 40),
            2 => random(4, 9),
            3 => random(5, 12),
            _ => 1,
        };
        // Spread over most of the span that the sign is over, now and then one over more.
        let span = [9, 50, 55, 8, 1][planted as usize % 5] * MINUTE;
        let span = span + if random(0, 19) == 0 { span / 5 } else { 0 };
        let misuse = (0..many).map(|n| {
            let at = start + n * span / many;
            match planted % 5 {
                0 => look(at, "misuse", 500_000 + n, Nearness::Unit),
                1 => look(at, "misuse", 500_000 + n, Nearness::Colleague),
                2 => Look {
                    at,
                    agent: "misuse",
                    what: What::Search("Camille Exemple"),
                },
                3 => look(at, "misuse", 500_000 + n % 3, Nearness::Denied),
                _ => look(at, "misuse", HONEY, Nearness::Unit),
            }
        });
        record.extend(misuse);
        record.sort_by_key(|look| look.at);
        let alerts = signs(record, &limits);
        found += usize::from(alerts.iter().any(|alert| &*alert.agent == "misuse"));
        let wrong: Vec<_> = alerts
            .iter()
            .filter(|alert| &*alert.agent != "misuse")
            .collect();
        assert!(wrong.is_empty(), "{planted}: {wrong:?}");
    }
    assert!(found >= 48, "{found} of 50");
}

/// What the ministry lends is not public: every place and thing is a made example that says so, and each category of
/// price it names is one of the grid.
#[test]
fn the_film_desk_lends_examples_that_say_so() {
    let config = config();
    let grid = config.film.prices.all().last().unwrap();
    let pools: Vec<&str> = config.film.pools.keys().map(|id| &**id).collect();
    assert_eq!(pools, ["comcyber", "film"]);
    for (id, sheet) in config.film.pools.values().flat_map(|pool| &pool.sheets) {
        assert!(!sheet.confirmed && !sheet.source.is_empty(), "{id}");
        if let Some(price) = &sheet.price {
            let priced = grid
                .place(price, "feature", 10, 12)
                .or_else(|| grid.item(price))
                .or_else(|| grid.person(price));
            assert!(priced.is_some(), "{id}: {price}");
        }
    }
    assert!(config.film.criteria.iter().count() > 0);
}
