//! The measurements that can be run by name. Figures go in `docs/PERFORMANCE.md`, each with its command.

use std::{env, path::PathBuf};

use crate::{Failure, process, root};

/// A measurement.
#[derive(Debug)]
pub(crate) struct Bench {
    pub(crate) name: &'static str,
    pub(crate) measures: &'static str,
    how: How,
}

/// How a measurement is made.
#[derive(Debug)]
enum How {
    /// An example of a crate, built for release: it lies in `crates/*/examples/`.
    Example {
        package: &'static str,
        example: &'static str,
    },
    /// A script that runs ours beside its peers, in `crates/*/benches/peers/`; it gets the program as `--ours`.
    Peers {
        package: &'static str,
        script: &'static str,
        ours: Ours,
    },
}

/// Our side of a comparison with peers.
#[derive(Debug)]
enum Ours {
    /// An example of the package, built for release.
    Example(&'static str),
    /// The binary, built quickly: for what a slower program finds as well.
    Binary,
}

/// One line a measurement.
pub(crate) const BENCHES: &[Bench] = &[
    Bench {
        name: "extract",
        measures: "megabytes of text read for observables each second",
        how: How::Example {
            package: "orfevre-observables",
            example: "throughput",
        },
    },
    Bench {
        name: "linkage",
        measures: "ours and Splink on made persons [--rows N] [--folder F] [--runs N] [--jobs people,people_wide] [--cores 1,2]; ours by rows --scaling N,N [--plot F]",
        how: How::Peers {
            package: "orfevre-linkage",
            script: "run.py",
            ours: Ours::Example("link_csv"),
        },
    },
    Bench {
        name: "maltrail",
        measures: "public reports of malware into families: run DATA [--half 0|1]",
        how: How::Peers {
            package: "orfevre-linkage",
            script: "maltrail.py",
            ours: Ours::Binary,
        },
    },
];

/// Builds and runs the measurement called `name`, with the rest of the command line given to it.
pub(crate) fn run(name: &str, args: &[&str]) -> Result<(), Failure> {
    let bench = BENCHES
        .iter()
        .find(|bench| bench.name == name)
        .ok_or_else(|| {
            let known: Vec<_> = BENCHES.iter().map(|bench| bench.name).collect();
            Failure::new(
                format!("no measurement is called {name}"),
                format!("take one of: {}", known.join(", ")),
            )
        })?;
    match &bench.how {
        How::Example { package, example } => process::show(
            process::cargo()
                .args(["run", "--release", "--locked", "-p", package])
                .args(["--example", example, "--"])
                .args(args),
        ),
        How::Peers {
            package,
            script,
            ours,
        } => {
            let program = ours.build(package)?;
            let script = folder_of(package).join("benches/peers").join(script);
            process::show(
                process::command("python3")
                    .arg(script)
                    .args(args)
                    .arg("--ours")
                    .arg(program),
            )
        }
    }
}

impl Ours {
    /// Builds it, and says where it lies.
    fn build(&self, package: &str) -> Result<PathBuf, Failure> {
        let mut cargo = process::cargo();
        cargo.args(["build", "--locked"]);
        let built = match self {
            Ours::Example(example) => {
                cargo.args(["--release", "-p", package, "--example", example]);
                PathBuf::from("release/examples").join(example)
            }
            Ours::Binary => {
                cargo.args(["-p", "orfevre"]);
                PathBuf::from("debug/orfevre")
            }
        };
        process::show(&mut cargo)?;
        let target = env::var_os("CARGO_TARGET_DIR").map_or(root().join("target"), PathBuf::from);
        Ok(target.join(built))
    }
}

fn folder_of(package: &str) -> PathBuf {
    let folder = package.strip_prefix("orfevre-").unwrap_or(package);
    root().join("crates").join(folder)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_measurement_exists_and_has_a_name_of_its_own() {
        for (at, bench) in BENCHES.iter().enumerate() {
            assert!(
                BENCHES[..at].iter().all(|other| other.name != bench.name),
                "{bench:?}"
            );
            let (package, mut files) = match &bench.how {
                How::Example { package, example } => {
                    (package, vec![format!("examples/{example}.rs")])
                }
                How::Peers {
                    package, script, ..
                } => (package, vec![format!("benches/peers/{script}")]),
            };
            if let How::Peers {
                ours: Ours::Example(example),
                ..
            } = &bench.how
            {
                files.push(format!("examples/{example}.rs"));
            }
            for file in files {
                let file = folder_of(package).join(file);
                assert!(file.is_file(), "{bench:?} has no {}", file.display());
            }
        }
    }

    #[test]
    fn an_unknown_measurement_is_refused_with_those_that_exist() {
        let failure = run("no such", &[]).unwrap_err();
        assert!(failure.mend.contains(BENCHES[0].name), "{failure}");
    }
}
