//! The promise "the series shows": on the made complaints of the demonstration, whose truth is kept apart,
//! the series are those of the gangs.

#![expect(clippy::unwrap_used, reason = "a test: what fails must stop it")]

use std::process::Command;

/// Runs `demo --measure` as a person would and reads what it prints.
fn measured(seed: &str, complaints: &str) -> [f64; 3] {
    let folder = tempfile::tempdir().unwrap();
    let output = Command::new(env!("CARGO_BIN_EXE_orfevre"))
        .args(["demo", "--measure", "--listen", "127.0.0.1:0"])
        .args(["--seed", seed, "--complaints", complaints, "--data"])
        .arg(folder.path())
        .output()
        .unwrap();
    let said = String::from_utf8(output.stdout).unwrap();
    assert!(
        output.status.success(),
        "{said}{}",
        String::from_utf8_lossy(&output.stderr)
    );
    ["precision", "recall", "F1"].map(|figure| {
        let mut words = said.split_whitespace().skip_while(|word| *word != figure);
        words.nth(1).unwrap().parse().unwrap()
    })
}

/// The demonstration itself, real reports beside the made ones.
#[test]
fn the_series_of_the_demonstration_are_its_gangs() {
    let [precision, recall, f1] = measured("20260301", "3000");
    println!("precision {precision} recall {recall} F1 {f1}");
    assert!(f1 >= 0.95, "precision {precision} recall {recall} F1 {f1}");
}
