//! How long 10,000 rules of competence take to decide: `cargo run --release -p orfevre-casework --example route`.
//!
//! The rules are made: a unit for each family of offences in each department, some by amount and
//! series alone, and some that name several values. Every submission is decided in turns by these
//! rules and by the same rules written so that the index cannot read them (`condition ? true : false`),
//! which tries them all.

use std::{error::Error, fmt::Write, fs, hint::black_box, path::Path, time::Instant};

use orfevre_casework::{
    answers::Answers,
    assess::{self, Derived},
    desk::Config,
    place::{Level, Places},
    submission::Track,
};
use serde_json::{Value, json};

const RULES: usize = 10_000;
const ROUNDS: usize = 2_000;

fn main() -> Result<(), Box<dyn Error>> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../config/france");
    let read = |path: &str| fs::read_to_string(root.join(path));
    let places = Places::load(
        &read("places/departments.tsv")?,
        &read("places/communes.tsv")?,
    )?;
    let departments: Vec<String> = places
        .all(Level::Department)
        .iter()
        .map(|place| place.code.clone())
        .collect();
    let load = |indexed: bool| -> Result<Config, Box<dyn Error>> {
        let files = [
            ("desks/pharos.toml", read("desks/pharos.toml")?),
            ("desks/thesee.toml", read("desks/thesee.toml")?),
            ("desks/cinema.toml", read("desks/cinema.toml")?),
            ("units.toml", read("units.toml")?),
            ("matter.toml", read("matter.toml")?),
            ("routing.toml", rules(&departments, indexed)?),
        ];
        let files = files.map(|(path, content)| (path.to_owned(), content));
        let start = Instant::now();
        let config =
            Config::load(files, places.clone()).map_err(|problems| problems[0].to_string())?;
        let (rules, took) = (config.routing.len(), start.elapsed());
        println!("{rules} rules loaded in {took:.1?}");
        Ok(config)
    };
    let (indexed, plain) = (load(true)?, load(false)?);
    for (name, values, series) in submissions() {
        let Value::Object(values) = values else {
            continue;
        };
        let answers = Answers::stored(Track::Complaint, values);
        let mut times = [Vec::new(), Vec::new()];
        let mut proposals = [0, 0];
        for _ in 0..ROUNDS {
            for (which, config) in [&indexed, &plain].into_iter().enumerate() {
                let (took, proposed) = decide(config, &answers, series)?;
                times[which].push(took);
                proposals[which] = proposed;
            }
        }
        let [with, without] = times.map(summary);
        println!(
            "{name}: {} proposals, {with}; every rule tried: {without}",
            proposals[0]
        );
        if proposals[0] != proposals[1] {
            return Err("the index left something out".into());
        }
    }
    Ok(())
}

/// Seconds, and how many proposals.
fn decide(
    config: &Config,
    answers: &Answers,
    series: Option<i64>,
) -> Result<(f64, usize), Box<dyn Error>> {
    let desk = config.desk(&"thesee".parse()?).ok_or("no desk thesee")?;
    let now = "2026-11-22T10:00:00Z".parse()?;
    let derived = Derived {
        series,
        ..Derived::default()
    };
    let start = Instant::now();
    let proposals = black_box(assess::route(
        config,
        desk,
        black_box(answers),
        derived,
        now,
    ))
    .len();
    Ok((start.elapsed().as_secs_f64(), proposals))
}

fn summary(mut seconds: Vec<f64>) -> String {
    seconds.sort_by(f64::total_cmp);
    let at = |share: usize| seconds[(seconds.len() - 1) * share / 100] * 1e6;
    format!("p50 {:.1} µs, p99 {:.1} µs", at(50), at(99))
}

/// Nine rules in ten name an offence and a department, with or without an amount; the others as told above.
fn rules(departments: &[String], indexed: bool) -> Result<String, std::fmt::Error> {
    let offences = [
        "life_at_risk",
        "terrorism",
        "terrorist_threat",
        "minor_abuse",
        "child_abuse_images",
        "threats",
        "hatred",
        "trafficking",
        "fraud",
        "extortion",
        "system_attack",
    ];
    let mut text = String::new();
    for at in 0..RULES {
        let offence = offences[at % offences.len()];
        let department = &departments[at / offences.len() % departments.len()];
        let other = &departments[(at * 7 + 3) % departments.len()];
        let amount = 1_000 * (at % 500);
        let when = match at % 20 {
            0 => format!("matter.amount >= {amount} && matter.series >= {}", at % 300),
            1 => format!(
                "matter.departments.exists(d, d in [\"{department}\", \"{other}\"]) && matter.amount > {amount}"
            ),
            2..10 => format!(
                "\"{offence}\" in matter.offences && \"{department}\" in matter.departments && matter.amount >= {amount}"
            ),
            _ => format!(
                "\"{offence}\" in matter.offences && \"{department}\" in matter.departments && matter.series > {}",
                at % 100
            ),
        };
        let when = if indexed {
            when
        } else {
            format!("({when}) ? true : false")
        };
        writeln!(
            text,
            "[[rule]]\nid = \"r{at}\"\nunit = \"ofac\"\narticle = \"CPP 43\"\nwhen = '{when}'\nbecause = {{ fr = \"\", en = \"\" }}"
        )?;
    }
    Ok(text)
}

fn submissions() -> [(&'static str, Value, Option<i64>); 3] {
    let place = |code: &str| json!({ "code": code, "name": "", "department": code });
    let payment = json!({ "amount": { "minor": 250_000, "currency": "EUR" }, "means": "crypto" });
    [
        (
            "a scam in Paris, in a series",
            json!({ "scam_type": "false_shop", "for_whom": "me", "residence": place("75"), "payments": [payment] }),
            Some(250),
        ),
        (
            "ransomware in Lyon",
            json!({ "scam_type": "ransomware", "for_whom": "me", "residence": place("69") }),
            None,
        ),
        ("nothing known", json!({}), None),
    ]
}
