//! `orfevre link` as a person and a script meet it: files in, files out, and what is said of bad ones.

#![expect(clippy::unwrap_used, reason = "a test: what fails must stop it")]

use std::{
    fs,
    path::Path,
    process::{Command, Output},
};

use serde_json::Value;

const MODEL: &str = r#"
prior = 0.1
[[blocking]]
keys = [{ column = "town" }]
[[comparisons]]
name = "name"
levels = [
  { when = { is = "exact", column = "name" }, m = 0.8, u = 0.01 },
  { when = { is = "levenshtein", column = "name", at_most = 1 }, m = 0.15, u = 0.005 },
  { when = { is = "otherwise" }, m = 0.05, u = 0.985 },
]
[[comparisons]]
name = "born"
levels = [
  { when = { is = "days", column = "born", at_most = 1 }, m = 0.9, u = 0.001 },
  { when = { is = "otherwise" }, m = 0.1, u = 0.999 },
]
"#;

const PEOPLE: &str = "id,name,town,born
1,Dupont,Lyon,1970-01-02
2,Dupond,Lyon,19700102
3,Martin,Lyon,1980-05-06
4,Dupont,Nice,
";

/// A folder with the model and one file of people.
fn folder(name: &str, people: &str) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("model.toml"), MODEL).unwrap();
    fs::write(folder.path().join(name), people).unwrap();
    folder
}

fn link(folder: &Path, arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_orfevre"))
        .current_dir(folder)
        .env_clear()
        .arg("link")
        .args(arguments)
        .output()
        .unwrap()
}

/// Runs the command, holds its exit code against what is expected, and answers both of its outputs.
fn check(folder: &Path, arguments: &[&str], code: i32) -> (String, String) {
    let output = link(folder, arguments);
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    let (out, err) = (text(output.stdout), text(output.stderr));
    assert_eq!(
        output.status.code(),
        Some(code),
        "{arguments:?}\n{out}\n{err}"
    );
    (out, err)
}

/// Runs on a file of people, expects a refusal that says `told`, and no file made.
fn refused(name: &str, people: &str, arguments: &[&str], told: &str) {
    let folder = folder(name, people);
    let here = folder.path();
    let common = [
        "--input",
        name,
        "--model",
        "model.toml",
        "--series",
        "series.csv",
    ];
    let (_, err) = check(here, &[&common[..], arguments].concat(), 2);
    assert!(err.contains(told), "{told}\n{err}");
    let mut left: Vec<_> = fs::read_dir(here)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    left.sort();
    let mut expected = ["model.toml", name];
    expected.sort_unstable();
    assert_eq!(left, expected, "a refused run leaves no file");
}

fn read(folder: &Path, name: &str) -> String {
    fs::read_to_string(folder.join(name)).unwrap()
}

#[test]
fn links_and_series_are_written_in_every_form() {
    let folder = folder("people.csv", PEOPLE);
    let here = folder.path();
    let common = ["--input", "people.csv", "--model", "model.toml"];
    for ending in ["csv", "jsonl", "parquet"] {
        let (links, series) = (format!("links.{ending}"), format!("series.{ending}"));
        let outputs = ["--links", &links, "--series", &series, "--details"];
        let (out, err) = check(here, &[&common[..], &outputs].concat(), 0);
        assert!(
            out.contains("3 series, 1 of several records, the largest of 2"),
            "{out}"
        );
        assert!(err.contains("town text, name text, born date"), "{err}");
    }
    let links = read(here, "links.csv");
    let mut lines = links.lines();
    assert_eq!(
        lines.next(),
        Some("left_id,right_id,match_weight,match_probability,gamma_name,gamma_born")
    );
    let row: Vec<&str> = lines.next().unwrap().split(',').collect();
    // log2(0.1/0.9) + log2(0.15/0.005) + log2(0.9/0.001)
    let weight: f64 = row[2].parse().unwrap();
    assert!((weight - 11.550_746_785_383_24).abs() < 1e-9, "{weight}");
    assert_eq!((row[0], row[1], &row[4..]), ("1", "2", &["1", "1"][..]));
    assert_eq!(lines.next(), None);
    assert_eq!(
        read(here, "series.csv"),
        "id,series_id\n1,1\n2,1\n3,3\n4,4\n"
    );
    let first: Value =
        serde_json::from_str(read(here, "links.jsonl").lines().next().unwrap()).unwrap();
    assert_eq!(
        (&first["left_id"], &first["gamma_born"]),
        (&"1".into(), &1.into())
    );
    assert_eq!(first["match_weight"].as_f64(), Some(weight));
    // what was written as Parquet reads back as what was written as CSV
    for name in ["links", "series"] {
        let profile = |ending: &str| {
            let file = format!("{name}.{ending}");
            let (out, _) = check(here, &["profile", "--input", &file, "--json"], 0);
            let mut columns: Vec<Value> = out
                .lines()
                .map(|line| serde_json::from_str(line).unwrap())
                .collect();
            columns.sort_by_key(|column| column["column"].to_string());
            columns
                .iter_mut()
                .for_each(|column| column["file"] = Value::Null);
            columns
        };
        assert_eq!(profile("parquet"), profile("csv"));
    }
}

#[test]
fn the_same_records_give_the_same_links_from_every_form() {
    let folder = folder("people.csv", PEOPLE);
    let here = folder.path();
    let lines: String = PEOPLE
        .lines()
        .skip(1)
        .map(|line| {
            let cells: Vec<&str> = line.split(',').collect();
            let born = (!cells[3].is_empty()).then_some(cells[3]);
            // a number as id, a missing member for the last
            let mut row = serde_json::json!({"id": cells[0].parse::<u32>().unwrap(), "name": cells[1], "town": cells[2]});
            if let Some(born) = born {
                row["born"] = born.into();
            }
            format!("{row}\n\n")
        })
        .collect();
    fs::write(here.join("people.jsonl"), lines).unwrap();
    let excel = format!("\u{feff}{}", PEOPLE.replace(',', ";").replace('\n', "\r\n"));
    fs::write(here.join("excel.csv"), excel).unwrap();
    let large = r#"{"id": 18446744073709551615, "town": "Lyon", "name": "x", "born": null}"#;
    fs::write(here.join("large.jsonl"), large).unwrap();
    check(
        here,
        &[
            "--input",
            "large.jsonl",
            "--model",
            "model.toml",
            "--series",
            "series.csv",
        ],
        0,
    );
    assert!(read(here, "series.csv").contains("18446744073709551615"));
    let made = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/arrow");
    for name in ["people.arrow", "people-zstd.arrows"] {
        fs::copy(made.join(name), here.join(name)).unwrap();
    }
    for input in [
        "people.csv",
        "people.jsonl",
        "excel.csv",
        "people.arrow",
        "people-zstd.arrows",
    ] {
        let outputs = format!("{input}.links.csv");
        check(
            here,
            &[
                "--input",
                input,
                "--model",
                "model.toml",
                "--links",
                &outputs,
            ],
            0,
        );
        assert_eq!(
            read(here, &outputs),
            read(here, "people.csv.links.csv"),
            "{input}"
        );
    }
}

#[test]
fn two_files_are_linked_with_each_other_and_within_on_demand() {
    let folder = folder("a.csv", PEOPLE);
    let here = folder.path();
    fs::write(
        here.join("b.csv"),
        "id,name,town,born\n1,Dupont,Lyon,1970-01-02\n",
    )
    .unwrap();
    let common = [
        "--input",
        "a.csv",
        "--input",
        "b.csv",
        "--model",
        "model.toml",
    ];
    let outputs = ["--links", "links.csv", "--series", "series.csv"];
    check(here, &[&common[..], &outputs].concat(), 0);
    let pairs = |text: String| -> Vec<String> {
        let rows = text
            .lines()
            .skip(1)
            .map(|line| line.split(',').collect::<Vec<_>>());
        let mut pairs: Vec<String> = rows
            .map(|row| format!("{}/{} {}/{}", row[4], row[0], row[5], row[1]))
            .collect();
        pairs.sort();
        pairs
    };
    assert_eq!(pairs(read(here, "links.csv")), ["a/1 b/1", "a/2 b/1"]);
    let series = read(here, "series.csv");
    assert!(
        series.starts_with("id,series_id,source\n1,a/1,a\n2,a/1,a\n"),
        "{series}"
    );
    assert!(series.ends_with("\n1,a/1,b\n"), "{series}");
    check(here, &[&common[..], &outputs, &["--within"]].concat(), 0);
    assert_eq!(
        pairs(read(here, "links.csv")),
        ["a/1 a/2", "a/1 b/1", "a/2 b/1"]
    );
    let explain =
        |id: &str, code| check(here, &[&["explain", id, "2"][..], &common].concat(), code);
    let (_, err) = explain("1", 2);
    assert!(err.contains("a/1 or b/1"), "{err}");
    explain("b/1", 0);
}

#[test]
fn the_truth_counts_pairs_that_blocking_missed() {
    let folder = folder("people.csv", PEOPLE);
    let here = folder.path();
    fs::write(here.join("truth.csv"), "id,person\n1,a\n2,a\n3,b\n4,a\n").unwrap();
    let (out, _) = check(
        here,
        &[
            "--input",
            "people.csv",
            "--model",
            "model.toml",
            "--truth",
            "truth.csv",
        ],
        0,
    );
    assert!(out.contains("3 pairs of one entity in the truth"), "{out}");
    assert!(
        out.contains("series                   precision 1.0000  recall 0.3333  F1 0.5000"),
        "{out}"
    );
}

#[test]
fn an_explanation_adds_up_to_the_weight_of_the_link() {
    let folder = folder("people.csv", PEOPLE);
    let here = folder.path();
    let common = ["--input", "people.csv", "--model", "model.toml"];
    let (out, _) = check(
        here,
        &[&["explain", "2", "1", "--json"][..], &common].concat(),
        0,
    );
    let explained: Value = serde_json::from_str(&out).unwrap();
    let steps = explained["steps"].as_array().unwrap();
    let bits: f64 = steps
        .iter()
        .map(|step| step["bits"].as_f64().unwrap())
        .sum();
    let weight = explained["match_weight"].as_f64().unwrap();
    assert!((explained["prior_bits"].as_f64().unwrap() + bits - weight).abs() < 1e-9);
    assert_eq!(steps[0]["level"], "levenshtein <= 1.0");
    assert_eq!(
        (&steps[0]["left"], &steps[0]["right"]),
        (&"Dupont".into(), &"Dupond".into())
    );
    assert_eq!(explained["rules"], serde_json::json!([1]));
    let (out, _) = check(here, &[&["explain", "1", "4"][..], &common].concat(), 0);
    assert!(out.contains("no blocking rule makes this pair"), "{out}");
    assert!(out.contains("a value is missing"), "{out}");
    let (_, err) = check(
        here,
        &[&["explain", "1", "nobody"][..], &common].concat(),
        2,
    );
    assert!(err.contains("no record has the id \"nobody\""), "{err}");
}

#[test]
fn the_example_trains_and_its_model_reads_back() {
    let example = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../examples/linkage");
    let folder = tempfile::tempdir().unwrap();
    let here = folder.path();
    for name in ["people.csv", "truth.csv", "model.toml", "splink.json"] {
        fs::copy(example.join(name), here.join(name)).unwrap();
    }
    let common = ["--input", "people.csv", "--truth", "truth.csv"];
    for model in ["trained.toml", "trained.json"] {
        let train = ["--model", "model.toml", "--train", "--save-model", model];
        let (trained, _) = check(here, &[&common[..], &train].concat(), 0);
        let (again, _) = check(here, &[&common[..], &["--model", model]].concat(), 0);
        let measure = |out: &str| {
            out.lines()
                .filter(|line| line.contains("precision"))
                .map(str::to_owned)
                .collect::<Vec<_>>()
        };
        assert_eq!(measure(&trained), measure(&again));
    }
    let (_, err) = check(here, &[&common[..], &["--model", "model.toml"]].concat(), 2);
    assert!(err.contains("--train"), "{err}");
    let (_, err) = check(
        here,
        &["from-splink", "splink.json", "--output", "read.toml"],
        0,
    );
    assert!(err.contains("--id id"), "{err}");
    check(here, &[&common[..], &["--model", "read.toml"]].concat(), 0);
}

#[test]
fn threads_and_memory_show_in_no_file() {
    // 120 records of one town and name make 7,140 links: more than the least that is held
    let mut people = String::from("id,name,town,born\n");
    for id in 0..120 {
        people.push_str(&format!("{id},Dupont,Lyon,1970-01-02\n"));
    }
    let folder = folder("people.csv", &people);
    let here = folder.path();
    let written = |more: &[&str]| {
        let common = ["--input", "people.csv", "--model", "model.toml"];
        let files = ["--links", "links.csv", "--series", "series.csv"];
        check(here, &[&common[..], &files, more].concat(), 0);
        ["links.csv", "series.csv"].map(|name| read(here, name))
    };
    let plain = written(&["--threads", "1"]);
    assert_eq!(plain[0].lines().count(), 7_141);
    assert_eq!(written(&["--threads", "3"]), plain);
    let people = ["--input", "people.csv", "--model", "model.toml"];
    let (_, err) = check(here, &[&people[..], &["--memory", "10"]].concat(), 2);
    let (_, least) = err.trim().rsplit_once(' ').unwrap();
    assert!(least.parse::<u32>().unwrap() > 100, "{err}");
    assert_eq!(written(&["--memory", least]), plain);
    let (_, err) = check(here, &[&people[..], &["--memory", "much"]].concat(), 2);
    assert!(err.contains("8GB"), "{err}");
}

#[test]
fn where_records_that_have_no_room_cannot_go_nothing_is_written() {
    // distinct names, so that they are the most of what is held
    let mut people = String::from("id,name,town,born\n");
    for id in 0..4_000 {
        let town = id / 4;
        people.push_str(&format!(
            "{id},Name of number {id},Town {town},1970-01-02\n"
        ));
    }
    let folder = folder("people.csv", &people);
    let here = folder.path();
    let arguments = |more: &[&'static str]| {
        let common = ["--input", "people.csv", "--model", "model.toml"];
        [&common[..], more].concat()
    };
    check(here, &arguments(&["--series", "plain.csv"]), 0);
    let little = ["--memory", "200kB", "--series", "series.csv"];
    let output = Command::new(env!("CARGO_BIN_EXE_orfevre"))
        .current_dir(here)
        .env_clear()
        .env("TMPDIR", here.join("not there"))
        .arg("link")
        .args(arguments(&little))
        .output()
        .unwrap();
    let err = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(2), "{err}");
    assert!(err.contains("not there") && err.contains("TMPDIR"), "{err}");
    assert!(!here.join("series.csv").exists());
    check(here, &arguments(&little), 0);
    assert_eq!(read(here, "series.csv"), read(here, "plain.csv"));
}

#[test]
fn a_splink_model_is_refused_by_the_name_of_what_has_no_equivalent() {
    let folder = tempfile::tempdir().unwrap();
    let here = folder.path();
    fs::write(
        here.join("model.json"),
        r#"{"blocking_rules_to_generate_predictions": ["l.a = r.b"],
            "comparisons": [{"output_column_name": "a", "comparison_levels": [
              {"sql_condition": "a_l IS NULL OR a_r IS NULL", "is_null_level": true},
              {"sql_condition": "cosine_distance(a_l, a_r) <= 0.1", "label_for_charts": "near"},
              {"sql_condition": "ELSE"}]}]}"#,
    )
    .unwrap();
    let (_, err) = check(
        here,
        &["from-splink", "model.json", "--output", "model.toml"],
        2,
    );
    for told in [
        "blocking rule \"l.a = r.b\"",
        "comparison \"a\", level \"near\": cosine_distance",
    ] {
        assert!(err.contains(told), "{told}\n{err}");
    }
    assert!(!here.join("model.toml").exists());
}

#[test]
fn bad_input_is_refused_with_its_place_and_leaves_no_file() {
    let renamed = PEOPLE.replace("town", "city");
    refused(
        "people.csv",
        &renamed,
        &[],
        "no column \"town\", only id, name, city, born",
    );
    refused("people.csv", "", &[], "people.csv is empty");
    refused(
        "people.csv",
        &PEOPLE.replace("3,M", "1,M"),
        &[],
        "has the id \"1\" twice (records 1 and 3)",
    );
    refused(
        "people.csv",
        &PEOPLE.replace("3,M", ",M"),
        &[],
        "line 4: there is no id in column \"id\"",
    );
    refused(
        "people.csv",
        &PEOPLE.replace("Martin,", "Martin,x,"),
        &[],
        "line 4 has 5 values for 4 columns",
    );
    refused(
        "people.csv",
        &PEOPLE.replace("born", "name"),
        &[],
        "two columns \"name\"",
    );
    let no_date = PEOPLE
        .replace("1970-01-02", "soon")
        .replace("19700102", "late")
        .replace("1980-05-06", "-");
    refused("people.csv", &no_date, &[], "line 2: \"soon\"");
    refused(
        "people.jsonl",
        "{\"id\": 1}\n[2]\n",
        &[],
        "line 2 is no JSON object",
    );
    refused(
        "people.parquet",
        "PAR1 or not",
        &[],
        "no whole Parquet file",
    );
    refused("people.xlsx", PEOPLE, &[], "ends in none of .csv");
    refused(
        "people.arrow",
        "ARROW1 or not at all",
        &[],
        "no whole Arrow file",
    );
    refused(
        "people.csv",
        PEOPLE,
        &["--links", "links.arrow"],
        "read and not written",
    );
    refused(
        "people.csv",
        PEOPLE,
        &["--links", "links.txt"],
        "links.txt ends in none of .csv",
    );
    refused(
        "people.csv",
        PEOPLE,
        &["--links", "no/links.csv"],
        "writing no/links.csv",
    );
    refused(
        "people.csv",
        PEOPLE,
        &["--pairs-per-rule", "2"],
        "blocking rule 1 makes 3 pairs",
    );
    refused(
        "people.csv",
        PEOPLE,
        &["--threshold-probability", "1"],
        "both excluded",
    );
    refused(
        "people.csv",
        PEOPLE,
        &["--type", "born=day"],
        "there is no kind \"day\"",
    );
    refused(
        "people.csv",
        PEOPLE,
        &["--type", "town=number"],
        "no value of column \"town\" is a number",
    );
    refused("people.csv", PEOPLE, &["--id", "key"], "no column \"key\"");
}

#[test]
fn texts_in_other_codings_are_refused_with_what_to_do() {
    let folder = folder("people.csv", PEOPLE);
    let here = folder.path();
    let refused = |name: &str, bytes: &[u8], told: &str| {
        fs::write(here.join(name), bytes).unwrap();
        let (_, err) = check(here, &["--input", name, "--model", "model.toml"], 2);
        assert!(err.contains(told), "{told}\n{err}");
    };
    let wide = |text: &str, mark: bool| -> Vec<u8> {
        let units = mark
            .then_some(0xFEFF)
            .into_iter()
            .chain(text.encode_utf16());
        units.flat_map(u16::to_le_bytes).collect()
    };
    let turned =
        |bytes: Vec<u8>| -> Vec<u8> { bytes.chunks(2).flat_map(|two| [two[1], two[0]]).collect() };
    for mark in [true, false] {
        refused("wide.csv", &wide(PEOPLE, mark), "it is UTF-16");
        refused("wide.csv", &turned(wide(PEOPLE, mark)), "it is UTF-16");
        refused("wide.jsonl", &wide("{\"id\": 1}\n", mark), "it is UTF-16");
    }
    let latin = b"id,name,town,born\n1,Dupr\xe9,Lyon,1970-01-02\n";
    refused("latin.csv", latin, "line 2 is no UTF-8");
    refused("empty.jsonl", b"", "empty.jsonl is empty");
    refused("mark.csv", b"\xef\xbb\xbf", "mark.csv is empty");
    let unclosed = b"id,name,town,born\n1,\"Dupont,Lyon,\n2,Martin,Lyon,\n";
    refused(
        "unclosed.csv",
        unclosed,
        "line 2 has 2 values for 4 columns",
    );
}

/// Each is a result, and one that no figure is missing from.
#[test]
fn records_that_say_nothing_and_fields_of_megabytes_are_a_result() {
    let folder = folder("people.csv", PEOPLE);
    let here = folder.path();
    let book = |letter: &str| letter.repeat(3_000_000) + "end";
    let long = format!(
        "id,name,town,born\n1,{},Lyon,1970-01-02\n2,{}s,Lyon,1970-01-02\n3,{},Lyon,\n",
        book("ab"),
        book("ab"),
        book("cd")
    );
    let constant: String = (0..40)
        .map(|id| format!("{id},Dupont,Lyon,1970-01-02\n"))
        .collect();
    for (people, series) in [
        ("id,name,town,born\n", 0),
        ("id,name,town,born\n1,,,\n2,,,\n", 2),
        (&format!("id,name,town,born\n{constant}"), 1),
        (&long, 2),
    ] {
        fs::write(here.join("people.csv"), people).unwrap();
        let common = ["--input", "people.csv", "--model", "model.toml"];
        let files = [
            "--links",
            "links.csv",
            "--series",
            "series.csv",
            "--details",
        ];
        let (out, _) = check(here, &[&common[..], &files].concat(), 0);
        assert!(
            out.contains(&format!("\n{series} series")),
            "{series}: {out}"
        );
        // training on them ends as well, whatever it finds
        check(here, &[&common[..], &files, &["--train"]].concat(), 0);
        let links = read(here, "links.csv").to_lowercase();
        assert!(!links.contains("nan") && !links.contains("inf"), "{links}");
    }
}

#[test]
fn values_that_are_not_of_their_column_count_as_missing_and_are_told() {
    let folder = folder("people.csv", &PEOPLE.replace("1980-05-06", "unknown"));
    let (_, err) = check(
        folder.path(),
        &["--input", "people.csv", "--model", "model.toml"],
        0,
    );
    assert!(
        err.contains("column born: 1 of 3 values are not a date such as 2026-03-14 or 20260314 and count as missing, the first at people.csv, line 4: \"unknown\""),
        "{err}"
    );
}

#[test]
fn few_records_are_a_result_and_no_error() {
    let one = "id,name,town,born\n1,Dupont,Lyon,\n";
    for (people, series) in [
        ("id,name,town,born\n", "id,series_id\n"),
        (one, "id,series_id\n1,1\n"),
        (
            "id,name,town,born\n1,,,\n2,,,\n",
            "id,series_id\n1,1\n2,2\n",
        ),
    ] {
        let folder = folder("people.csv", people);
        let here = folder.path();
        let outputs = [
            "--links",
            "links.jsonl",
            "--series",
            "series.csv",
            "--train",
        ];
        let common = ["--input", "people.csv", "--model", "model.toml"];
        check(here, &[&common[..], &outputs].concat(), 0);
        assert_eq!(read(here, "series.csv"), series);
        assert_eq!(read(here, "links.jsonl"), "");
    }
}

#[test]
fn probabilities_of_a_model_at_their_ends_give_finite_weights_or_a_refusal() {
    let folder = folder("people.csv", PEOPLE);
    let here = folder.path();
    let common = [
        "--input",
        "people.csv",
        "--model",
        "ends.toml",
        "--threshold-weight=-1000",
    ];
    let ends = MODEL
        .replace("m = 0.15", "m = 0")
        .replace("u = 0.001", "u = 0")
        .replace("m = 0.1,", "m = 1,");
    assert_ne!(ends, MODEL);
    fs::write(here.join("ends.toml"), ends).unwrap();
    check(here, &[&common[..], &["--links", "links.csv"]].concat(), 0);
    let links = read(here, "links.csv");
    assert_eq!(links.lines().count(), 4, "{links}");
    for number in links
        .lines()
        .skip(1)
        .flat_map(|line| line.split(',').skip(2))
    {
        assert!(number.parse::<f64>().unwrap().is_finite(), "{links}");
    }
    for (from, to) in [
        ("prior = 0.1", "prior = 0"),
        ("prior = 0.1", "prior = 1"),
        ("m = 0.8", "m = 1.5"),
        ("m = 0.8", "m = nan"),
    ] {
        fs::write(here.join("ends.toml"), MODEL.replace(from, to)).unwrap();
        let (_, err) = check(here, &common, 2);
        assert!(err.contains("reading the model ends.toml"), "{err}");
        assert!(err.contains("is outside 0 to 1"), "{err}");
    }
}

#[test]
fn a_truncated_or_damaged_parquet_file_is_an_error_wherever_it_ends() {
    let folder = folder("people.csv", PEOPLE);
    let here = folder.path();
    let common = ["--input", "people.csv", "--model", "model.toml"];
    check(
        here,
        &[&common[..], &["--series", "whole.parquet"]].concat(),
        0,
    );
    let whole = fs::read(here.join("whole.parquet")).unwrap();
    for length in (0..whole.len()).step_by(whole.len() / 20) {
        fs::write(here.join("cut.parquet"), &whole[..length]).unwrap();
        let (_, err) = check(here, &["profile", "--input", "cut.parquet"], 2);
        assert!(err.contains("no whole Parquet file"), "{length}: {err}");
    }
    for at in (4..whole.len()).step_by(whole.len() / 60) {
        let mut damaged = whole.clone();
        damaged[at] ^= 0x55;
        fs::write(here.join("damaged.parquet"), damaged).unwrap();
        let output = link(here, &["profile", "--input", "damaged.parquet"]);
        let code = output.status.code();
        assert!(
            matches!(code, Some(0 | 2)),
            "{at}: {code:?} {:?}",
            String::from_utf8_lossy(&output.stderr)
        );
    }
}

#[cfg(unix)]
#[test]
fn an_interrupted_run_leaves_files_of_before_and_nothing_half_written() {
    let folder = folder("people.csv", PEOPLE);
    let here = folder.path();
    fs::write(here.join("links.csv"), "of before").unwrap();
    // everybody lives in one town: more pairs than end in a second
    let mut people = "id,name,town,born\n".to_owned();
    for id in 0..60_000 {
        people.push_str(&format!("{id},Name{},Lyon,\n", id % 977));
    }
    fs::write(here.join("people.csv"), people).unwrap();
    let mut run = Command::new(env!("CARGO_BIN_EXE_orfevre"))
        .current_dir(here)
        .env_clear()
        .args(["link", "--input", "people.csv", "--model", "model.toml"])
        .args(["--links", "links.csv", "--threshold-weight=-1000"])
        .spawn()
        .unwrap();
    let part = || {
        let names = fs::read_dir(here).unwrap();
        let mut names = names.map(|entry| entry.unwrap().file_name().into_string().unwrap());
        names.any(|name| name.ends_with(".part"))
    };
    while !part() {
        assert!(
            run.try_wait().unwrap().is_none(),
            "it ended before it wrote"
        );
        std::thread::yield_now();
    }
    let id = rustix::process::Pid::from_child(&run);
    rustix::process::kill_process(id, rustix::process::Signal::INT).unwrap();
    assert_eq!(run.wait().unwrap().code(), Some(2));
    assert!(!part());
    assert_eq!(read(here, "links.csv"), "of before");
}

#[test]
fn a_suggested_model_trains_on_what_it_was_suggested_for() {
    let example = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../examples/linkage");
    let folder = tempfile::tempdir().unwrap();
    let here = folder.path();
    for name in ["people.csv", "truth.csv"] {
        fs::copy(example.join(name), here.join(name)).unwrap();
    }
    let suggest = ["suggest", "--input", "people.csv", "--output", "model.toml"];
    let (_, err) = check(
        here,
        &[&suggest[..], &["--pairs-per-record", "2"]].concat(),
        0,
    );
    let pairs = err
        .lines()
        .map(|line| line.split_whitespace().next().unwrap());
    let pairs: Vec<u64> = pairs.map(|count| count.parse().unwrap()).collect();
    assert!(
        !pairs.is_empty() && pairs.iter().all(|count| *count <= 2 * 239),
        "{err}"
    );
    let run = [
        "--input",
        "people.csv",
        "--model",
        "model.toml",
        "--train",
        "--truth",
        "truth.csv",
    ];
    let (out, _) = check(here, &run, 0);
    let series = out
        .lines()
        .find(|line| line.starts_with("series "))
        .unwrap();
    let f1: f64 = series.rsplit(' ').next().unwrap().parse().unwrap();
    assert!(f1 > 0.9, "{out}");
    let (_, err) = check(
        here,
        &["suggest", "--input", "truth.csv", "--without", "person"],
        2,
    );
    assert!(err.contains("nothing to link by"), "{err}");
}

/// Names that would be markup, were they not escaped.
const HOSTILE: &str = r#"id,name,town,born
"<script>alert(1)</script>",Dupont,Lyon,1970-01-02
"""><img src=x onerror=alert(2)>","<b>Dupond</b> & Cie","Lyon",1970-01-02
]]>,Dupont,Lyon,1970-01-03
4,"' onmouseover='alert(3)",Nice,1980-01-01
"#;

/// The elements of a page with their attributes, parsed as XML: what is not closed or quoted fails.
fn elements(page: &str) -> Vec<(String, Vec<(String, String)>)> {
    use quick_xml::{Reader, events::Event};
    let mut reader = Reader::from_str(page);
    let mut elements = Vec::new();
    loop {
        match reader.read_event().unwrap() {
            Event::Start(tag) | Event::Empty(tag) => {
                let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).unwrap();
                let attributes = tag.attributes().map(|attribute| {
                    let attribute = attribute.unwrap();
                    (text(attribute.key.as_ref()), text(&attribute.value))
                });
                elements.push((text(tag.name().as_ref()), attributes.collect()));
            }
            Event::Eof => return elements,
            _ => {}
        }
    }
}

#[test]
fn the_report_is_well_formed_and_escapes_what_records_hold() {
    let folder = folder("people.csv", HOSTILE);
    let here = folder.path();
    fs::write(
        here.join("truth.csv"),
        "id,cluster\n<script>alert(1)</script>,a\n\"\"\"><img src=x onerror=alert(2)>\",a\n]]>,b\n4,a\n",
    )
    .unwrap();
    let outputs = ["--truth", "truth.csv", "--report", "report.html"];
    let common = ["--input", "people.csv", "--model", "model.toml"];
    check(here, &[&common[..], &outputs].concat(), 0);
    let page = read(here, "report.html");
    let elements = elements(&page);
    let count = |wanted: &str| elements.iter().filter(|(name, _)| name == wanted).count();
    assert_eq!((count("script"), count("img"), count("b")), (0, 0, 0));
    assert!(page.contains("&#60;script&#62;alert(1)"), "it is shown");
    // a chart has a table, and every table a caption and headings
    assert_eq!(count("figure"), 6);
    assert_eq!(page.matches("<details><summary>Table: ").count(), 6);
    assert_eq!(count("caption"), count("table"));
    assert_eq!(count("thead"), count("table"));
    let mut ids = Vec::new();
    for (name, attributes) in &elements {
        for (key, value) in attributes {
            assert!(!key.starts_with("on"), "{name} {key}");
            match key.as_str() {
                "id" => ids.push(value.as_str()),
                "href" => assert!(value.starts_with('#'), "{value}"),
                "src" | "data" | "action" => panic!("{name} reads from elsewhere: {value}"),
                _ => assert!(!value.contains("NaN") && !value.contains("inf"), "{value}"),
            }
        }
        let has = |wanted: &str| attributes.iter().any(|(key, _)| key == wanted);
        match name.as_str() {
            "svg" => assert!(has("aria-hidden") || has("aria-labelledby")),
            "html" => assert!(has("lang")),
            _ => {}
        }
    }
    let all = ids.len();
    ids.sort_unstable();
    ids.dedup();
    assert_eq!(ids.len(), all, "no id twice");
    for (_, attributes) in &elements {
        for (key, value) in attributes {
            let targets: Vec<&str> = match key.as_str() {
                "href" => vec![value.trim_start_matches('#')],
                "aria-labelledby" => value.split(' ').collect(),
                _ => Vec::new(),
            };
            for target in targets {
                assert!(ids.contains(&target), "{key} {target}");
            }
        }
    }
}

#[test]
fn the_report_is_in_french_where_that_is_asked_for() {
    let folder = folder("people.csv", PEOPLE);
    let here = folder.path();
    fs::write(here.join("truth.csv"), "id,cluster\n1,a\n2,a\n3,b\n4,a\n").unwrap();
    let common = ["--input", "people.csv", "--model", "model.toml"];
    let report = |language: &str, file: &str| {
        let outputs = ["--truth", "truth.csv", "--report", file];
        let language = ["--language", language];
        check(here, &[&common[..], &outputs, &language].concat(), 0);
        read(here, file)
    };
    let (french, english) = (report("fr", "fr.html"), report("en", "en.html"));
    assert!(french.contains("<html lang=\"fr\">") && english.contains("<html lang=\"en\">"));
    // the same page: only its words differ
    let shape = |page: &str| -> Vec<String> {
        let elements = elements(page).into_iter();
        elements.map(|(name, _)| name).collect()
    };
    assert_eq!(shape(&french), shape(&english));
    // headings and captions are no names of columns: none may be as it was
    let told = |page: &str| -> Vec<String> {
        let parts = ["<h2", "<caption", "<p"].map(|tag| page.split(tag).skip(1));
        let texts = parts.into_iter().flatten().filter_map(|part| {
            let text = part.split_once('>').map_or(part, |(_, text)| text);
            Some(text.split('<').next()?.trim().to_owned())
        });
        texts.filter(|text| text.len() > 12).collect()
    };
    let (french_told, english_told) = (told(&french), told(&english));
    assert!(french_told.len() > 8, "{french_told:?}");
    for text in &english_told {
        assert!(!french_told.contains(text), "{text:?} is not in French");
    }
    assert!(french.contains("enregistrements"));
    let data: Value = serde_json::from_str(&report("fr", "fr.json")).unwrap();
    assert_eq!(data["language"], "fr");
    let warnings = data["warnings"].as_array().unwrap();
    let warned = |what: &str| {
        warnings
            .iter()
            .any(|warning| warning.as_str().unwrap().contains(what))
    };
    assert!(!warned("Blocking") && !warned("records"), "{warnings:?}");
    let (_, err) = check(
        here,
        &[&common[..], &["--report", "x.html", "--language", "de"]].concat(),
        2,
    );
    assert!(err.contains("[possible values: en, fr]"), "{err}");
}

#[test]
fn the_report_as_data_holds_what_the_run_found() {
    let folder = folder("people.csv", PEOPLE);
    let here = folder.path();
    fs::write(here.join("truth.csv"), "id,cluster\n1,a\n2,a\n3,b\n4,a\n").unwrap();
    let outputs = ["--truth", "truth.csv", "--report", "report.json"];
    let common = ["--input", "people.csv", "--model", "model.toml"];
    check(here, &[&common[..], &outputs].concat(), 0);
    let report: Value = serde_json::from_str(&read(here, "report.json")).unwrap();
    let rule = &report["rules"][0];
    assert_eq!((&rule["pairs"], &rule["new"]), (&3.into(), &3.into()));
    assert_eq!(report["run"]["links"], 1);
    assert_eq!(report["truth"]["matches"], 3);
    assert_eq!(report["truth"]["made"], 1);
    assert_eq!(report["truth"]["not_made"].as_array().unwrap().len(), 2);
    assert_eq!(report["truth"]["series"]["precision"], 1.0);
    assert_eq!(report["series"]["series"], 3);
    let examples = report["examples"].as_array().unwrap();
    let linked = examples
        .iter()
        .find(|pair| pair["right_id"] == "2")
        .unwrap();
    assert_eq!(linked["steps"][0]["level"], "levenshtein <= 1.0");
    assert_eq!(linked["steps"][0]["left"], "Dupont");
    // 3 of 4 know when they were born
    let born = report["columns"].as_array().unwrap();
    let born = born.iter().find(|c| c["column"] == "born").unwrap();
    assert_eq!((&born["known"], &born["records"]), (&3.into(), &4.into()));
    assert_eq!(report["comparisons"][0]["levels"][0]["m"], 0.8);
}

#[test]
fn a_report_of_next_to_nothing_is_still_a_report() {
    for people in [
        "id,name,town,born\n",
        "id,name,town,born\n1,A,B,1970-01-01\n",
    ] {
        let folder = folder("people.csv", people);
        let here = folder.path();
        for name in ["report.html", "report.json"] {
            let arguments = [
                "--input",
                "people.csv",
                "--model",
                "model.toml",
                "--report",
                name,
            ];
            check(here, &arguments, 0);
            assert!(!read(here, name).contains("NaN"));
        }
        elements(&read(here, "report.html"));
    }
    refused(
        "p.csv",
        PEOPLE,
        &["--report", "report.pdf"],
        ".html and .json",
    );
}

#[test]
fn a_column_of_sources_links_one_file_as_several_do() {
    let folder = folder(
        "a.csv",
        "id,name,town,born\n1,Dupont,Lyon,1970-01-02\n2,Dupont,Lyon,1970-01-02\n",
    );
    let here = folder.path();
    fs::write(
        here.join("b.csv"),
        "id,name,town,born\n1,Dupond,Lyon,1970-01-02\n",
    )
    .unwrap();
    fs::write(
        here.join("both.csv"),
        "id,name,town,born,from\n1,Dupont,Lyon,1970-01-02,a\n1,Dupond,Lyon,1970-01-02,b\n2,Dupont,Lyon,1970-01-02,a\n",
    )
    .unwrap();
    let run = |inputs: &[&str], more: &[&str]| {
        let outputs = [
            "--model",
            "model.toml",
            "--links",
            "l.csv",
            "--series",
            "s.csv",
        ];
        check(here, &[inputs, &outputs, more].concat(), 0);
        let sorted = |name: &str| {
            let mut lines: Vec<String> = read(here, name).lines().map(str::to_owned).collect();
            lines.sort();
            lines
        };
        (sorted("l.csv"), sorted("s.csv"))
    };
    let files = ["--input", "a.csv", "--input", "b.csv"];
    let column = ["--input", "both.csv", "--source-column", "from"];
    let (links, series) = run(&column, &[]);
    assert_eq!(links.len(), 1 + 2, "{links:?}");
    assert_eq!(run(&files, &[]).1, series);
    assert_eq!(run(&column, &["--within"]).0.len(), 1 + 3);
    let (out, _) = check(
        here,
        &[
            &["explain", "a/1", "b/1", "--model", "model.toml"],
            &column[..],
        ]
        .concat(),
        0,
    );
    assert!(out.contains("match weight"), "{out}");
    let twice = "id,name,town,born,from\n1,A,B,,a\n1,C,D,,a\n";
    refused(
        "p.csv",
        twice,
        &["--source-column", "from"],
        "the id \"1\" twice",
    );
    let none = "id,name,town,born,from\n1,A,B,,\n";
    refused(
        "p.csv",
        none,
        &["--source-column", "from"],
        "tells no source",
    );
}

#[test]
fn labels_set_m_and_what_they_name_must_exist() {
    let example = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../examples/linkage");
    let folder = tempfile::tempdir().unwrap();
    let here = folder.path();
    for name in ["people.csv", "model.toml", "truth.csv"] {
        fs::copy(example.join(name), here.join(name)).unwrap();
    }
    // every pair of one entity is a label
    let mut of: std::collections::BTreeMap<String, Vec<String>> = Default::default();
    for line in read(here, "truth.csv").lines().skip(1) {
        let (id, entity) = line.split_once(',').unwrap();
        of.entry(entity.to_owned()).or_default().push(id.to_owned());
    }
    let mut labels = "id_l,id_r,match\nr001,r002,0\n".to_owned();
    for ids in of.values() {
        for (at, left) in ids.iter().enumerate() {
            ids[at + 1..]
                .iter()
                .for_each(|right| labels += &format!("{left},{right},1\n"));
        }
    }
    fs::write(here.join("labels.csv"), labels).unwrap();
    let common = ["--input", "people.csv", "--model", "model.toml", "--train"];
    let with = ["--labels", "labels.csv", "--save-model", "trained.json"];
    let (_, err) = check(here, &[&common[..], &with].concat(), 0);
    assert!(
        err.contains("116 pairs of one entity set m; 1 that are not one"),
        "{err}"
    );
    let model: Value = serde_json::from_str(&read(here, "trained.json")).unwrap();
    let m = model["comparisons"][1]["levels"][0]["m"].as_f64().unwrap();
    // born is equal in 101 of the pairs; a level that none of them shows counts as half a pair
    assert!((m - 101.0 / 116.5).abs() < 1e-9, "{m}");
    for (labels, told) in [
        (
            "id_l,id_r\nr001,nobody\n",
            "no record has the id \"nobody\"",
        ),
        ("id_l,id_r,match\nr001,r002,maybe\n", "neither 1 nor 0"),
        ("id_l,id_r,match\nr001,r002,0\n", "nothing to take m from"),
        ("left,right\nr001,r002\n", "id_l"),
    ] {
        fs::write(here.join("labels.csv"), labels).unwrap();
        let (_, err) = check(here, &[&common[..], &with[..2]].concat(), 2);
        assert!(err.contains(told), "{told}\n{err}");
    }
}

#[test]
fn where_rules_find_too_few_others_are_looked_for_unless_told_not_to() {
    // each of two records of a person has another name two times in five, and so another town: one pair in six is met by
    // neither, but the days of birth agree
    let mut people = String::from("id,name,town,born\n");
    for person in 0..600_u32 {
        let day = format!(
            "{}-{:02}-{:02}",
            1940 + person % 60,
            1 + person % 12,
            1 + person % 28
        );
        for (record, other) in [(0, false), (1, true)] {
            let name = person * 7 % 211 + if other && person % 5 < 2 { 500 } else { 0 };
            let town = person * 11 % 197 + if other && person / 5 % 5 < 2 { 500 } else { 0 };
            people.push_str(&format!("{person}-{record},N{name},T{town},{day}\n"));
        }
    }
    let model = r#"
        blocking = [{ keys = [{ column = "name" }] }, { keys = [{ column = "town" }] }]
        [[comparisons]]
        name = "name"
        levels = [{ when = { is = "exact", column = "name" } }, { when = { is = "otherwise" } }]
        [[comparisons]]
        name = "town"
        levels = [{ when = { is = "exact", column = "town" } }, { when = { is = "otherwise" } }]
        [[comparisons]]
        name = "born"
        levels = [{ when = { is = "exact", column = "born" } }, { when = { is = "otherwise" } }]
    "#;
    let folder = folder("people.csv", &people);
    let here = folder.path();
    fs::write(here.join("model.toml"), model).unwrap();
    let links = |more: &[&str]| {
        let common = ["--input", "people.csv", "--model", "model.toml", "--train"];
        let (out, err) = check(
            here,
            &[
                &common[..],
                &["--links", "links.csv", "--links-probability", "0.01"],
                more,
            ]
            .concat(),
            0,
        );
        let asked = err.contains("--widen 0") && out.contains("new rule: ");
        (asked, read(here, "links.csv").lines().count())
    };
    let ((asked, more), (silent, fewer)) = (links(&[]), links(&["--widen", "0"]));
    assert!(asked && !silent);
    assert!(more > fewer, "{more} and {fewer} links");
}
