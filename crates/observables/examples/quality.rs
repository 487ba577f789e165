//! Precision and recall by kind on made complaints whose truth is known:
//! `cargo run --release -p orfevre-observables --example quality -- [--seed N] [--count N] [--write DIR]`.
//!
//! A hit is right when kind and canonical form are those of a value that was written and the spans meet.
//! `--write DIR` leaves the texts (`complaints.txt`) and the truth (`complaints.jsonl`) for other extractors.

use std::{env, fs, path::Path};

use observables::Kind;

#[path = "support/complaints.rs"]
mod complaints;
#[path = "support/score.rs"]
mod score;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut arguments = env::args().skip(1);
    let (mut seed, mut count, mut folder) = (1, 20_000, None);
    while let Some(name) = arguments.next() {
        let value = arguments.next().ok_or("a value is missing")?;
        match name.as_str() {
            "--seed" => seed = value.parse()?,
            "--count" => count = value.parse()?,
            "--write" => folder = Some(value),
            _ => return Err("usage: quality [--seed N] [--count N] [--write DIR]".into()),
        }
    }
    let made: Vec<_> = complaints::complaints(seed).take(count).collect();
    if let Some(folder) = folder {
        write(Path::new(&folder), &made)?;
    }
    let score = score::Score::of(&made);
    println!(
        "seed {seed}: {}

{:<14}{:>8}{:>9}{:>11}",
        complaints::summary(&made),
        "kind",
        "values",
        "recall",
        "precision"
    );
    for &kind in Kind::ALL {
        let of = &score.kinds[kind as usize];
        if of.values == 0 {
            println!("{:<14} no value of it is made", kind.name());
            continue;
        }
        let short = of.recall() < 0.99 || of.precision() < 0.99;
        println!(
            "{:<14}{:>8}{:>9.4}{:>11.4}{}",
            kind.name(),
            of.values,
            of.recall(),
            of.precision(),
            if short { "  <-" } else { "" }
        );
    }
    for &kind in Kind::ALL {
        let of = &score.kinds[kind as usize];
        for (title, examples) in [("missed", &of.missed), ("false", &of.wrong)] {
            for example in examples.iter().take(6) {
                println!("{} {title}: {example}", kind.name());
            }
        }
    }
    Ok(())
}

fn write(folder: &Path, made: &[complaints::Complaint]) -> std::io::Result<()> {
    let mut texts = String::new();
    let mut lines = String::new();
    for complaint in made {
        texts += &complaint.text;
        texts += "\n\n";
        let truth: Vec<_> = complaint
            .truth
            .iter()
            .map(|truth| {
                serde_json::json!({
                    "kind": truth.kind.name(),
                    "canonical": truth.canonical,
                    "raw": &complaint.text[truth.span.clone()],
                })
            })
            .collect();
        let line = serde_json::json!({"text": complaint.text, "truth": truth});
        lines += &format!("{line}\n");
    }
    fs::create_dir_all(folder)?;
    fs::write(folder.join("complaints.txt"), texts)?;
    fs::write(folder.join("complaints.jsonl"), lines)
}
