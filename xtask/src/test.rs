//! `cargo xtask test`: every check of the project, in order, up to the first that fails.
//!
//! One set of features and one profile for everything that runs, so that nothing is compiled twice: the binary of
//! the browser tests is built together with the tests, out of the very crates they linked.

use std::{
    fs,
    path::{Path, PathBuf},
    process::{Command, ExitCode},
    time::Instant,
};

use serde_json::Value;

use crate::{
    Failure, licences, prepare, process, root,
    tally::{Runner, Tally},
};

/// A step of `cargo xtask test`.
pub(crate) struct Step {
    pub(crate) name: &'static str,
    pub(crate) does: &'static str,
    run: fn(&mut Tally) -> Result<(), Failure>,
}

pub(crate) const STEPS: &[Step] = &[
    Step {
        name: "prepare",
        does: "find or install Chromium, Node.js and the npm packages",
        run: |_| prepare::ensure().map(drop),
    },
    Step {
        name: "format",
        does: "rustfmt would change nothing",
        run: format,
    },
    Step {
        name: "clippy",
        does: "no warning in any target",
        run: clippy,
    },
    Step {
        name: "unit",
        does: "unit, property and snapshot tests, then the examples in the documentation",
        run: unit,
    },
    Step {
        name: "licences",
        does: "every dependency is allowed by deny.toml",
        run: licences,
    },
    Step {
        name: "browser",
        does: "journeys in Chromium on the real binary",
        run: browser,
    },
];

/// Runs all steps, or the one called `only`. The last line says `N passed, N failed`, whatever happens.
pub(crate) fn run(only: Option<&str>) -> ExitCode {
    let chosen: Vec<&Step> = STEPS
        .iter()
        .filter(|step| only.is_none_or(|only| only == step.name))
        .collect();
    if chosen.is_empty() {
        let names: Vec<_> = STEPS.iter().map(|step| step.name).collect();
        eprintln!("no step is called so; take one of: {}", names.join(", "));
        return ExitCode::from(2);
    }

    let begin = Instant::now();
    let mut tally = Tally::default();
    let mut success = true;
    for (at, step) in chosen.iter().enumerate() {
        println!(
            "\n== {}/{} {}: {}",
            at + 1,
            chosen.len(),
            step.name,
            step.does
        );
        let start = Instant::now();
        let result = (step.run)(&mut tally);
        let seconds = start.elapsed().as_secs_f64();
        if let Err(failure) = result {
            eprintln!("\n== {} FAILED after {seconds:.1} s\n{failure}", step.name);
            eprintln!(
                "again, this step only: cargo xtask test --only {}",
                step.name
            );
            // A step can fail without a test that failed: a warning, a missing program. The line must not read as green.
            if tally.failed == 0 {
                tally.failed = 1;
            }
            success = false;
            break;
        }
        println!("== {} done in {seconds:.1} s", step.name);
    }
    println!("\n{:.1} s in all", begin.elapsed().as_secs_f64());
    println!("{} passed, {} failed", tally.passed, tally.failed);
    if success {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    }
}

fn format(_: &mut Tally) -> Result<(), Failure> {
    process::show(process::cargo().args(["fmt", "--all", "--check"]))
        .map_err(|failure| Failure::new(failure.what, "run `cargo fmt --all`"))
}

fn clippy(_: &mut Tally) -> Result<(), Failure> {
    process::show(process::cargo().args([
        "clippy",
        "--workspace",
        "--all-targets",
        "--locked",
        "--",
        "-D",
        "warnings",
    ]))
    .map_err(|failure| {
        Failure::new(
            failure.what,
            "mend what it shows above; if it says that Cargo.lock must change, run `cargo build` and commit it",
        )
    })
}

fn unit(tally: &mut Tally) -> Result<(), Failure> {
    let nextest = process::answers(process::cargo().args(["nextest", "--version"]));
    let mut tests = process::cargo();
    // A snapshot that differs fails; none is written beside the sources for somebody to accept unread.
    tests.env("INSTA_UPDATE", "no");
    let runner = if nextest {
        tests.args(["nextest", "run"]);
        Runner::Nextest
    } else {
        tests.args(["test", "--lib", "--bins", "--tests", "--examples"]);
        Runner::CargoTest
    };
    tests.args(["--workspace", "--locked", "--no-fail-fast"]);
    counted(tally, runner, &mut tests)?;
    counted(
        tally,
        Runner::CargoTest,
        process::cargo().args(["test", "--doc", "--workspace", "--locked", "--no-fail-fast"]),
    )
}

fn licences(_: &mut Tally) -> Result<(), Failure> {
    println!("{}", licences::check()?);
    Ok(())
}

fn browser(tally: &mut Tally) -> Result<(), Failure> {
    let tools = prepare::ensure()?;
    let binary = binary()?;
    counted(
        tally,
        Runner::Node,
        node(&tools, &binary)
            .args(["--test", "--test-reporter=spec"])
            .args(journeys()?),
    )
}

/// Takes the pictures of `docs/screenshots/`.
pub(crate) fn screenshots() -> Result<(), Failure> {
    let tools = prepare::ensure()?;
    process::show(node(&tools, &binary()?).arg("tests/browser/screenshots.mjs"))
}

fn node(tools: &prepare::Tools, binary: &Path) -> Command {
    let mut command = process::command(&tools.node);
    command
        .env("ORFEVRE_BIN", binary)
        .env("ORFEVRE_CHROMIUM", &tools.chromium);
    command
}

fn journeys() -> Result<Vec<PathBuf>, Failure> {
    let folder = root().join("tests/browser");
    let entries = fs::read_dir(&folder).map_err(|error| {
        Failure::new(
            format!("tests/browser: {error}"),
            "take it back from version control",
        )
    })?;
    let mut files: Vec<PathBuf> = entries
        .filter_map(|entry| Some(entry.ok()?.path()))
        .filter(|path| path.to_string_lossy().ends_with(".test.mjs"))
        .collect();
    files.sort();
    Ok(files)
}

// The same selection of targets as the tests: with `-p orfevre` alone cargo would unite the features of fewer crates
// and compile half of the tree a second time.
fn binary() -> Result<PathBuf, Failure> {
    let messages = process::output(process::cargo().args([
        "build",
        "--workspace",
        "--bins",
        "--tests",
        "--examples",
        "--locked",
        "--message-format=json-render-diagnostics",
    ]))?;
    messages.lines().find_map(executable).ok_or_else(|| {
        Failure::new(
            "cargo built no program called orfevre",
            "see crates/cli/Cargo.toml",
        )
    })
}

fn executable(message: &str) -> Option<PathBuf> {
    let message: Value = serde_json::from_str(message).ok()?;
    let program = message["reason"] == "compiler-artifact"
        && message["target"]["name"] == "orfevre"
        && message["target"]["kind"][0] == "bin"
        && message["profile"]["test"] == false;
    program
        .then(|| message["executable"].as_str().map(PathBuf::from))
        .flatten()
}

fn counted(tally: &mut Tally, runner: Runner, command: &mut Command) -> Result<(), Failure> {
    // A test run reads snapshots, it never writes one.
    command.env("INSTA_UPDATE", "no");
    let mut found = Tally::default();
    let status = process::listen(command, |line| found += runner.count(line))?;
    *tally += found;
    if !status.success() {
        return Err(process::failed(command, status));
    }
    sound(found).map_err(|what| {
        Failure::new(
            format!("`{}`: {what}", process::typed(command)),
            "a test that is not run proves nothing: run it or remove it",
        )
    })
}

fn sound(found: Tally) -> Result<(), String> {
    if found.failed > 0 {
        return Err(format!(
            "{} tests failed although it reports success",
            found.failed
        ));
    }
    if found.ignored > 0 {
        return Err(format!("{} tests are marked to be left out", found.ignored));
    }
    if found.passed == 0 {
        return Err(
            "no test was counted; either there is none, or its output has changed (tally.rs)"
                .to_owned(),
        );
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_counted_something_ignored_or_failed_is_not_sound() {
        let tally = |passed, failed, ignored| Tally {
            passed,
            failed,
            ignored,
        };
        assert!(sound(tally(1, 0, 0)).is_ok());
        assert!(sound(tally(0, 0, 0)).is_err());
        assert!(sound(tally(5, 1, 0)).is_err());
        assert!(sound(tally(5, 0, 1)).is_err());
    }

    #[test]
    fn a_runner_that_fails_is_a_failure_and_its_tests_are_counted() {
        let mut tally = Tally::default();
        let mut fails = process::command("sh");
        fails.args(["-c", "echo 'ℹ pass 2'; echo 'ℹ fail 1'; exit 1"]);
        assert!(counted(&mut tally, Runner::Node, &mut fails).is_err());
        assert_eq!((tally.passed, tally.failed), (2, 1));

        let mut silent = process::command("sh");
        silent.args(["-c", "echo ok"]);
        assert!(counted(&mut tally, Runner::Node, &mut silent).is_err());
    }

    #[test]
    fn the_program_is_told_from_its_test_and_from_others() {
        let message = |name: &str, test: bool| {
            format!(
                r#"{{"reason":"compiler-artifact","target":{{"name":"{name}","kind":["bin"]}},"profile":{{"test":{test}}},"executable":"target/debug/{name}"}}"#
            )
        };
        assert_eq!(
            executable(&message("orfevre", false)),
            Some(PathBuf::from("target/debug/orfevre"))
        );
        assert_eq!(executable(&message("orfevre", true)), None);
        assert_eq!(executable(&message("xtask", false)), None);
        assert_eq!(executable("warning: not json"), None);
        assert_eq!(executable("{}"), None);
    }

    #[test]
    fn an_unknown_step_is_refused() {
        assert_ne!(
            format!("{:?}", run(Some("no such"))),
            format!("{:?}", ExitCode::SUCCESS)
        );
    }

    #[test]
    fn the_journeys_are_found() {
        let files = journeys().unwrap();
        assert!(
            files
                .iter()
                .any(|file| file.ends_with("tests/browser/harness.test.mjs"))
        );
    }
}
