//! The desks of `config/france`, through the public interface.

#![expect(
    clippy::unwrap_used,
    reason = "a test may fail loudly, its helpers too"
)]

use std::{fs, path::Path};

use orfevre_casework::{
    Lang,
    answers::{Answers, Context, Origin, validate},
    assess::{self, Derived},
    desk::{Config, ConfigProblem, Desk, RedirectTo},
    facts,
    place::Places,
    submission::Track,
};
use serde_json::{Value, json};

fn config() -> Config {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../config/france");
    let read = |path: &Path| fs::read_to_string(path).unwrap();
    let mut files = Vec::new();
    for folder in ["", "desks"] {
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
    let raw = json!({ "category": "danger", "subcategory": "life_risk", "danger_place": "Lyon", "identify": "anonymous" });
    let answers = file(desk, Track::Report, &raw);
    assert!(assess::urgent(desk, &answers, ctx().now).is_some());
    assert_eq!(units(&config, desk, &answers)[0], "ofac-pharos");
    let facts = facts::project(desk, &answers);
    assert_eq!(facts.headline.unwrap().id, "danger");
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
