//! `cargo xtask fuzz [TARGET] [--minutes N]`: the long form of the mutations that `cargo xtask test` does a few of.
//!
//! It needs no nightly toolchain and so sees no coverage; with one, `cargo fuzz run TARGET` runs the same targets.

use crate::{Failure, process};

pub(crate) fn run(args: &[&str]) -> Result<(), Failure> {
    process::show(
        process::cargo()
            .args(["run", "--release", "--locked", "-p", "orfevre"])
            // What a debug build would stop at is stopped at here too.
            .args(["--config", "profile.release.overflow-checks=true"])
            .args(["--config", "profile.release.debug-assertions=true"])
            .args(["--example", "fuzz", "--"])
            .args(args),
    )
    .map_err(|failure| {
        Failure::new(
            failure.what,
            "the inputs are in fuzz/artifacts/: mend the fault, then move the input to fuzz/corpus/ under a name that says what it was",
        )
    })
}
