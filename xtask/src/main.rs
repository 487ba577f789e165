//! The chores of the workspace, as one program: `cargo xtask`.
//!
//! `cargo xtask test` is what continuous integration runs and nothing else, so that green here is green there. The
//! steps are in `test.rs`, what they need from the machine in `prepare.rs`, and the rules the code is held to in
//! `architecture.rs`.

#[cfg(test)]
mod architecture;
mod bench;
mod fuzz;
mod licences;
mod prepare;
mod process;
mod tally;
mod test;

use std::{
    env, fmt,
    path::{Path, PathBuf},
    process::ExitCode,
};

/// What went wrong, and what the person in front of the screen can do about it.
#[derive(Debug)]
pub(crate) struct Failure {
    pub(crate) what: String,
    pub(crate) mend: String,
}

impl Failure {
    pub(crate) fn new(what: impl Into<String>, mend: impl Into<String>) -> Self {
        Self {
            what: what.into(),
            mend: mend.into(),
        }
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}\nwhat to do: {}", self.what, self.mend)
    }
}

fn main() -> ExitCode {
    let args: Vec<String> = env::args().skip(1).collect();
    let args: Vec<&str> = args.iter().map(String::as_str).collect();
    match args.as_slice() {
        ["test"] => test::run(None),
        ["test", "--only", step] => test::run(Some(step)),
        ["bench", name, rest @ ..] => answer(bench::run(name, rest)),
        ["fuzz", rest @ ..] => answer(fuzz::run(rest)),
        ["screenshots"] => answer(test::screenshots()),
        [] | ["help" | "--help" | "-h"] => {
            print!("{}", help());
            ExitCode::SUCCESS
        }
        other => {
            eprint!("not a chore: {}\n\n{}", other.join(" "), help());
            ExitCode::from(2)
        }
    }
}

fn answer(result: Result<(), Failure>) -> ExitCode {
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            eprintln!("{failure}");
            ExitCode::FAILURE
        }
    }
}

fn help() -> String {
    let mut text = String::from(
        "cargo xtask test [--only STEP]   every check of the project, in this order:\n",
    );
    for step in test::STEPS {
        text.push_str(&format!("    {:<12} {}\n", step.name, step.does));
    }
    text.push_str("cargo xtask bench NAME [ARGS]    one measurement, built for release:\n");
    for bench in bench::BENCHES {
        text.push_str(&format!("    {:<12} {}\n", bench.name, bench.measures));
    }
    text.push_str(
        "cargo xtask fuzz [TARGET] [--minutes N]   mutations of what reads others' bytes\n",
    );
    text.push_str("cargo xtask screenshots          the pictures of docs/screenshots/\n");
    text
}

/// The folder of the workspace, whatever folder the command was given in.
pub(crate) fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .parent()
        .expect("xtask lies in a folder of the workspace")
        .to_path_buf()
}
