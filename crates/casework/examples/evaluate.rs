//! How long a desk takes to read and assess a submission: `cargo run --release --example evaluate`.

use std::{error::Error, fs, hint::black_box, path::Path, time::Instant};

use orfevre_casework::{
    Lang,
    answers::{Context, Origin, validate, visible},
    assess,
    desk::Config,
    facts,
    place::Places,
    submission::Track,
};
use serde_json::json;

fn main() -> Result<(), Box<dyn Error>> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../config/france");
    let read = |path: &str| fs::read_to_string(root.join(path));
    let start = Instant::now();
    let places = Places::load(
        &read("places/departments.tsv")?,
        &read("places/communes.tsv")?,
    )?;
    println!("places loaded in {:?}", start.elapsed());
    let mut files = Vec::new();
    for path in [
        "desks/pharos.toml",
        "desks/thesee.toml",
        "desks/cinema.toml",
        "units.toml",
        "matter.toml",
        "routing.toml",
    ] {
        files.push((path.to_owned(), read(path)?));
    }
    let start = Instant::now();
    let config = Config::load(files, places).map_err(|problems| problems[0].to_string())?;
    println!("desks loaded in {:?}", start.elapsed());
    let desk = config.desk(&"thesee".parse()?).ok_or("no desk thesee")?;
    let payments: Vec<_> = (0..3)
        .map(|i| json!({ "amount": "1 250,50", "date": "14/03/2026", "means": "transfer", "iban": format!("FR76 {i}"), "payee": "Test" }))
        .collect();
    let raw = json!({
        "scam_type": "false_shop", "for_whom": "me", "in_danger": "non", "adult": "oui", "author_known": "non",
        "ordered": "oui", "paid": "oui", "payments": payments, "story": "récit ".repeat(100),
    });
    let raw = raw.as_object().ok_or("not an object")?;
    let ctx = Context {
        now: "2026-11-22T10:00:00Z".parse()?,
        lang: Lang::Fr,
        origin: Origin::Form,
    };
    let questions = desk.questions().count();
    println!("desk thesee asks {questions} questions");
    let answers = orfevre_casework::answers::draft(desk, Track::Complaint, raw, &ctx);

    let time = |name: &str, run: &dyn Fn()| {
        let rounds = 20_000;
        let start = Instant::now();
        for _ in 0..rounds {
            run();
        }
        println!(
            "{name}: {:.1} µs",
            start.elapsed().as_secs_f64() * 1e6 / f64::from(rounds)
        );
    };
    time("validate", &|| {
        drop(black_box(validate(
            desk,
            Track::Complaint,
            black_box(raw),
            &ctx,
        )))
    });
    time("visible", &|| {
        drop(black_box(visible(
            desk,
            Track::Complaint,
            black_box(raw),
            &ctx,
        )))
    });
    time("assess", &|| {
        let answers = black_box(&answers);
        black_box(assess::urgent(desk, answers, ctx.now));
        black_box(assess::orientations(desk, answers, ctx.now));
        black_box(assess::eligibility(desk, answers, ctx.now));
        let priority = assess::priority(desk, answers, ctx.now);
        let derived = assess::Derived {
            priority: priority.points,
            ..assess::Derived::default()
        };
        black_box(assess::route(&config, desk, answers, derived, ctx.now));
    });
    time("facts", &|| {
        drop(black_box(facts::project(desk, black_box(&answers))))
    });
    Ok(())
}
