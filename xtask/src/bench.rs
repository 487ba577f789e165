//! The measurements that can be run by name. Figures go in `docs/PERFORMANCE.md`, each with its command.

use crate::{Failure, process};

/// A measurement: an example of a crate, built for release.
#[derive(Debug)]
pub(crate) struct Bench {
    pub(crate) name: &'static str,
    pub(crate) package: &'static str,
    pub(crate) example: &'static str,
    pub(crate) measures: &'static str,
}

/// One line a measurement; the example lies in `crates/*/examples/`.
pub(crate) const BENCHES: &[Bench] = &[Bench {
    name: "extract",
    package: "orfevre-observables",
    example: "throughput",
    measures: "megabytes of text read for observables each second",
}];

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
    process::show(
        process::cargo()
            .args(["run", "--release", "--locked", "-p", bench.package])
            .args(["--example", bench.example, "--"])
            .args(args),
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::root;

    #[test]
    fn every_measurement_exists_and_has_a_name_of_its_own() {
        for (at, bench) in BENCHES.iter().enumerate() {
            assert!(
                BENCHES[..at].iter().all(|other| other.name != bench.name),
                "{bench:?}"
            );
            let folder = bench
                .package
                .strip_prefix("orfevre-")
                .unwrap_or(bench.package);
            let file = root()
                .join("crates")
                .join(folder)
                .join("examples")
                .join(format!("{}.rs", bench.example));
            assert!(
                file.is_file(),
                "{bench:?} has no example {}",
                file.display()
            );
        }
    }

    #[test]
    fn an_unknown_measurement_is_refused_with_those_that_exist() {
        let failure = run("no such", &[]).unwrap_err();
        assert!(failure.mend.contains(BENCHES[0].name), "{failure}");
    }
}
