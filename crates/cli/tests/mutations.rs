//! A bounded number of mutations of every target of `fuzz/`, the same in each run. `cargo xtask fuzz` does more of them.

#[path = "../../../fuzz/mutate.rs"]
mod mutate;
#[path = "../../../fuzz/targets.rs"]
mod targets;

use std::path::Path;

fn check(name: &str, inputs: usize) {
    let (_, target) = targets::TARGETS
        .iter()
        .find(|(known, _)| *known == name)
        .expect("a target of fuzz/targets.rs");
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fuzz/corpus");
    let corpus = mutate::corpus(&folder.join(name));
    assert!(corpus.len() > 3, "{name} has no corpus");
    for input in &corpus {
        target(input);
    }
    let mut chance = mutate::Chance::new(1);
    for number in 0..inputs {
        let input = mutate::mutated(&corpus, &mut chance);
        // The input is told before the panic's own words are lost among others'.
        let told = std::panic::catch_unwind(|| target(&input));
        assert!(
            told.is_ok(),
            "{name}, input {number}: {:?}",
            String::from_utf8_lossy(&input)
        );
    }
}

#[test]
fn extract_holds_on_mutated_texts() {
    check("extract", 1_500);
}

#[test]
fn parse_holds_on_mutated_values() {
    check("parse", 2_000);
}

#[test]
fn refang_holds_on_mutated_texts() {
    check("refang", 3_000);
}

#[test]
fn the_streaming_form_holds_on_mutated_texts() {
    check("stream", 700);
}

#[test]
fn reading_holds_on_mutated_files() {
    check("reading", 1_500);
}

#[test]
fn models_of_linkage_are_refused_or_score_finitely() {
    check("model", 1_500);
}

#[test]
fn every_target_is_run_here() {
    let names: Vec<_> = targets::TARGETS.iter().map(|(name, _)| *name).collect();
    assert_eq!(
        names,
        ["extract", "parse", "refang", "stream", "reading", "model"]
    );
}
