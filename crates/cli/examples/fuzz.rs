//! The long form of the mutations: `cargo xtask fuzz [TARGET] [--minutes N]`.
//!
//! An input that brings a target down is written to `fuzz/artifacts/` before the target sees it, so that it is there
//! whatever the end was.

#![expect(
    clippy::disallowed_methods,
    reason = "the seed of a run is told, so that the run can be made again"
)]
#![expect(
    clippy::unwrap_used,
    reason = "a tool of the developers: what fails must stop it"
)]

#[path = "../../../fuzz/mutate.rs"]
mod mutate;
#[path = "../../../fuzz/targets.rs"]
mod targets;

use std::{
    env, fs, panic,
    path::Path,
    process::ExitCode,
    time::{Duration, Instant, SystemTime, UNIX_EPOCH},
};

fn main() -> ExitCode {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let minutes: u64 = arguments
        .iter()
        .position(|argument| argument == "--minutes")
        .map_or(10, |at| arguments[at + 1].parse().unwrap());
    let only = arguments.first().filter(|name| !name.starts_with("--"));
    let chosen: Vec<_> = targets::TARGETS
        .iter()
        .filter(|(name, _)| only.is_none_or(|only| only == name))
        .collect();
    if chosen.is_empty() {
        let names: Vec<_> = targets::TARGETS.iter().map(|(name, _)| *name).collect();
        eprintln!("no target is called so; take one of: {}", names.join(", "));
        return ExitCode::from(2);
    }
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fuzz");
    let artifacts = folder.join("artifacts");
    fs::create_dir_all(&artifacts).unwrap();
    let seed = SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .unwrap()
        .as_nanos() as u64;
    let each = Duration::from_secs(minutes * 60) / chosen.len() as u32;
    let mut failed = 0;
    for (name, target) in chosen {
        let corpus = mutate::corpus(&folder.join("corpus").join(name));
        let mut chance = mutate::Chance::new(seed);
        let (begin, mut done, mut slowest) = (Instant::now(), 0u64, Duration::ZERO);
        while begin.elapsed() < each {
            let input = mutate::mutated(&corpus, &mut chance);
            let last = artifacts.join(format!("{name}-last"));
            fs::write(&last, &input).unwrap();
            let start = Instant::now();
            if panic::catch_unwind(|| target(&input)).is_err() {
                failed += 1;
                fs::rename(last, artifacts.join(format!("{name}-{seed}-{done}"))).unwrap();
            }
            if start.elapsed() > slowest {
                slowest = start.elapsed();
                fs::write(artifacts.join(format!("{name}-slowest")), &input).unwrap();
            }
            done += 1;
        }
        println!(
            "{name}: {done} inputs, the slowest took {} ms",
            slowest.as_millis()
        );
    }
    println!("{failed} inputs brought a target down; seed {seed}");
    if failed == 0 {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    }
}
