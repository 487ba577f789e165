//! How long 10,000 rules of competence take to decide: `cargo run --release -p orfevre-casework --example route`.
//!
//! The rules are made: a unit for each family of offences in each department, some by amount or series
//! alone, which no index can leave out, and some that name several values. The decision is timed with
//! the index and by trying every rule, in turns, on the same submissions.

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
    let files = [
        ("desks/thesee.toml", read("desks/thesee.toml")?),
        ("units.toml", read("units.toml")?),
        ("matter.toml", without_pharos(&read("matter.toml")?)),
        ("routing.toml", rules(&departments)?),
    ];
    let files = files.map(|(path, content)| (path.to_owned(), content));
    let start = Instant::now();
    let config = Config::load(files, places).map_err(|problems| problems[0].to_string())?;
    println!(
        "{} rules loaded and indexed in {:.0?}",
        config.routing.len(),
        start.elapsed()
    );
    let desk = config.desk(&"thesee".parse()?).ok_or("no desk thesee")?;
    let now = "2026-11-22T10:00:00Z".parse()?;
    for (name, values, series) in submissions() {
        let Value::Object(values) = values else {
            continue;
        };
        let answers = Answers::stored(Track::Complaint, values);
        let derived = Derived {
            series,
            ..Derived::default()
        };
        let rounds = 2_000_u32;
        let mut slowest = 0.0_f64;
        let mut proposals = 0;
        let start = Instant::now();
        for _ in 0..rounds {
            let one = Instant::now();
            proposals = black_box(assess::route(
                &config,
                desk,
                black_box(&answers),
                derived,
                now,
            ))
            .len();
            slowest = slowest.max(one.elapsed().as_secs_f64());
        }
        let mean = start.elapsed().as_secs_f64() / f64::from(rounds);
        println!(
            "{name}: {proposals} proposals, mean {:.1} µs, slowest of {rounds} {:.1} µs",
            mean * 1e6,
            slowest * 1e6
        );
    }
    Ok(())
}

fn without_pharos(matter: &str) -> String {
    let (before, rest) = matter.split_once("# PHAROS").unwrap_or((matter, ""));
    let thesee = rest.split_once("# THÉSÉE").map_or("", |(_, after)| after);
    format!("{before}\n# {thesee}")
}

/// Nine rules in ten name an offence and a department, with or without an amount; the others as told above.
fn rules(departments: &[String]) -> Result<String, std::fmt::Error> {
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
