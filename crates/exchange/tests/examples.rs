//! Every row of the example files is a valid submission of the desk its mapping names.

use std::{
    fs::{self, File},
    path::{Path, PathBuf},
};

use casework::{
    Lang,
    answers::{self, Context, Origin},
    desk::Config,
    place::Places,
};
use orfevre_exchange::{Mapping, json_lines};

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

fn config() -> Config {
    let france = root().join("config/france");
    let read = |path: PathBuf| fs::read_to_string(path).expect("the repository holds it");
    let places = Places::load(
        &read(france.join("places/departments.tsv")),
        &read(france.join("places/communes.tsv")),
    );
    let desks = fs::read_dir(france.join("desks"))
        .expect("the repository holds it")
        .map(|entry| entry.expect("the repository holds it").path());
    let files = desks
        .filter(|path| {
            path.extension()
                .is_some_and(|extension| extension == "toml")
        })
        .chain(["units.toml", "matter.toml", "routing.toml"].map(|name| france.join(name)))
        .map(|path| (path.display().to_string(), read(path)));
    Config::load(files, places.expect("the repository holds it")).expect("the repository holds it")
}

/// How many rows there are and how many values went to each repetition.
fn check(folder: &str, rows: usize, repetitions: &[(&str, usize)]) {
    let folder = root().join("examples").join(folder);
    let mapping: Mapping = fs::read_to_string(folder.join("pharos.mapping.toml"))
        .expect("the repository holds it")
        .parse()
        .expect("the repository holds it");
    let config = config();
    let desk = config.desk(&mapping.desk).expect("the repository holds it");
    let ctx = Context {
        now: "2026-11-01T00:00:00Z"
            .parse()
            .expect("the repository holds it"),
        lang: Lang::En,
        origin: Origin::Api,
    };
    let (mut count, mut entries) = (0, vec![0; repetitions.len()]);
    for record in json_lines(
        File::open(folder.join("reports.jsonl")).expect("the repository holds it"),
        Some(&mapping),
    ) {
        let record = record.expect("every row is read");
        let valid = answers::validate(desk, mapping.track, &record.raw, &ctx)
            .unwrap_or_else(|errors| panic!("line {}: {errors:?}", record.line));
        for (sum, (name, _)) in entries.iter_mut().zip(repetitions) {
            *sum += valid.values().get(*name).map_or(0, |list| {
                list.as_array().expect("the repository holds it").len()
            });
        }
        count += 1;
    }
    assert_eq!(count, rows);
    let expected: Vec<_> = repetitions.iter().map(|(_, count)| *count).collect();
    assert_eq!(entries, expected);
}

#[test]
fn etherscamdb_is_6912_reports_with_every_address() {
    check(
        "etherscamdb",
        6_912,
        &[("urls", 6_912), ("crypto_to_pay", 3_251)],
    );
}

#[test]
fn maltrail_is_34442_reports_with_up_to_50_addresses_each() {
    check("maltrail", 34_442, &[("urls", 178_564)]);
}
