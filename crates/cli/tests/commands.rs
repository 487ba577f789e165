//! The commands as a person and a script meet them: what they say, where, and the exit code.

#![expect(clippy::unwrap_used, reason = "a test: what fails must stop it")]

use std::{
    path::Path,
    process::{Command, Output},
};

fn orfevre(folder: &Path, arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_orfevre"))
        .current_dir(folder)
        .env_clear()
        .args(arguments)
        .output()
        .unwrap()
}

/// Runs a command, holds its exit code against what is expected, and answers both of its outputs.
fn check(folder: &Path, arguments: &[&str], code: i32) -> (String, String) {
    let output = orfevre(folder, arguments);
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    let (out, err) = (text(output.stdout), text(output.stderr));
    assert_eq!(
        output.status.code(),
        Some(code),
        "{arguments:?}\n{out}\n{err}"
    );
    (out, err)
}

#[test]
fn every_command_helps_and_an_error_says_what_to_do() {
    let folder = tempfile::tempdir().unwrap();
    let here = folder.path();
    let (help, _) = check(here, &["help"], 0);
    for command in [
        "serve", "demo", "import", "extract", "admin", "measure", "verify",
    ] {
        assert!(help.contains(&format!("\n  {command} ")), "{help}");
        check(here, &[command, "--help"], 0);
    }
    for (arguments, told) in [
        (
            &["admin", "invite", "A", "--unit", "nowhere"][..],
            "orfevre admin unit list",
        ),
        (
            &["admin", "invite", "A", "--unit", "ofac"],
            "orfevre serve --data",
        ),
        (&["admin", "agent", "list"], "orfevre serve --data"),
        (&["import", "pharos", "missing.jsonl"], "missing.jsonl"),
        (
            &["--config", "missing", "admin", "check"],
            "reading the folder missing",
        ),
        (&["verify", "missing", "--key", "k"], "verifier key"),
    ] {
        let (_, err) = check(here, arguments, 2);
        assert!(err.contains(told), "{arguments:?}: {err}");
    }
    assert!(
        !here.join("data").join("work.db").exists(),
        "a mistyped folder is not made"
    );
}

#[test]
fn an_import_tells_the_fate_of_every_row_and_goes_on_where_it_was() {
    let folder = tempfile::tempdir().unwrap();
    let here = folder.path();
    std::fs::write(
        here.join("reports.mapping.toml"),
        r#"format = 1
id = "reports"
desk = "pharos"
[csv]
[constants]
category = "scam"
visibility = "public"
medium = "site"
victim = "no"
identify = "anonymous"
[[field]]
to = "urls.0.url"
from = "address"
[[field]]
to = "description"
from = "text"
"#,
    )
    .unwrap();
    // More bad rows than anybody would count by hand: none is dropped without a word.
    let mut rows = "address;text\nhttps://a.example/;a site\n".to_owned();
    rows.push_str(&"https://b.example/;\n".repeat(30));
    rows.push_str("\"never closed;x\nhttps://c.example/;another, card 4111 1111 1111 1111\n");
    std::fs::write(here.join("reports.csv"), rows).unwrap();
    let import = [
        "import",
        "pharos",
        "reports.csv",
        "--mapping",
        "reports.mapping.toml",
    ];
    let (out, err) = check(here, &import, 1);
    assert!(out.starts_with("2 imported, 0 were there already, 31 refused, 0 not kept\n"));
    for line in 3..=33 {
        let told = format!("reports.csv, line {line}, refused: ");
        assert!(err.contains(&told), "{told}\n{err}");
    }

    // No card's number is kept, in whatever file of the folder.
    let mut folders = vec![here.join("data")];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
                continue;
            }
            let bytes = std::fs::read(&path).unwrap();
            let text = String::from_utf8_lossy(&bytes);
            assert!(!text.contains("4111 1111 1111"), "{}", path.display());
        }
    }

    let (out, _) = check(here, &[&import[..], &["--json"]].concat(), 1);
    let said: Vec<serde_json::Value> = out
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    assert_eq!(said.len(), 32);
    let counts = said.last().unwrap();
    assert_eq!(
        (&counts["imported"], &counts["repeated"], &counts["refused"]),
        (&0.into(), &2.into(), &31.into())
    );
    assert!(said[..31].iter().all(|row| row["file"] == "reports.csv"));
}

#[test]
fn agents_and_tokens_are_given_listed_and_taken_away() {
    let folder = tempfile::tempdir().unwrap();
    let here = folder.path();
    std::fs::create_dir(here.join("data")).unwrap();
    let invite = ["admin", "invite", "Marie Dupont", "--unit", "ofac-pharos"];
    let site = ["--public-url", "https://signaler.example/"];
    let (link, _) = check(here, &[&invite[..], &site].concat(), 0);
    assert!(link.starts_with("https://signaler.example/fr/workbench/sign-in?token="));
    // A namesake at another desk must not take her place unseen.
    let namesake = ["admin", "invite", "Marie Dupont", "--unit", "ofac-thesee"];
    let (_, err) = check(here, &namesake, 2);
    assert!(err.contains("--change"), "{err}");
    check(here, &[&namesake[..], &["--change"]].concat(), 0);
    let (agents, _) = check(here, &["admin", "agent", "list", "--json"], 0);
    let agent: serde_json::Value = serde_json::from_str(&agents).unwrap();
    assert_eq!(
        (&agent["id"], &agent["unit"]),
        (&"marie.dupont".into(), &"ofac-thesee".into())
    );
    check(here, &["admin", "agent", "disable", "marie.dupont"], 0);
    check(here, &["admin", "agent", "disable", "marie.dupont"], 2);
    let (agents, _) = check(here, &["admin", "agent", "list"], 0);
    assert_eq!(agents, "");

    let (secret, _) = check(here, &["admin", "token", "create", "Banque"], 0);
    let (tokens, _) = check(here, &["admin", "token", "list", "--json"], 0);
    assert!(!tokens.contains(secret.trim()));
    let token: serde_json::Value = serde_json::from_str(&tokens).unwrap();
    assert_eq!(token["name"], "Banque");
    let id = token["id"].as_str().unwrap();
    check(here, &["admin", "token", "revoke", id], 0);
    check(here, &["admin", "token", "revoke", id], 2);
    let (tokens, _) = check(here, &["admin", "token", "list"], 0);
    assert!(tokens.contains("revoked"), "{tokens}");
}

#[test]
fn extract_says_by_its_exit_code_whether_it_found_anything() {
    let folder = tempfile::tempdir().unwrap();
    let here = folder.path();
    std::fs::write(here.join("some.txt"), "voir hxxps://colis[.]example\n").unwrap();
    std::fs::write(here.join("none.txt"), "rien du tout\n").unwrap();
    let (out, _) = check(here, &["extract", "some.txt"], 0);
    assert_eq!(out, "url\thttps://colis.example/\n");
    let (out, _) = check(here, &["extract", "some.txt", "--json"], 0);
    let hit: serde_json::Value = serde_json::from_str(&out).unwrap();
    assert_eq!(
        (&hit["start"], &hit["end"]),
        (&5.into(), &"voir hxxps://colis[.]example".len().into())
    );
    check(here, &["extract", "none.txt"], 1);
    check(here, &["extract", "missing.txt"], 2);
}
