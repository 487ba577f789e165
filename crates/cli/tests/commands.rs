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
        "serve", "demo", "import", "extract", "link", "admin", "measure", "verify",
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

/// What the rules of competence leave open is said with an example, and fails the check.
#[test]
fn a_hole_in_the_rules_of_competence_is_told_before_they_are_published() {
    let folder = tempfile::tempdir().unwrap();
    let here = folder.path();
    copy(
        &Path::new(env!("CARGO_MANIFEST_DIR")).join("../../config/france"),
        here,
    );
    let check = |code| check(here, &["--config", ".", "admin", "check"], code).0;
    let said = check(0);
    assert!(
        said.contains(" 0 holes, 0 overlaps, 0 dead rules"),
        "{said}"
    );
    let routing = here.join("routing.toml");
    let rules = std::fs::read_to_string(&routing).unwrap();
    let (rules, _) = rules
        .split_once("[[rule]]\nid = \"pharos-default\"")
        .unwrap();
    std::fs::write(&routing, rules).unwrap();
    let said = check(1);
    assert!(said.contains("hole: nobody is proposed to lead"), "{said}");
    assert!(
        said.contains("pharos: track = report, category = animals"),
        "{said}"
    );
}

/// Copies the files of a folder, and of those in it.
fn copy(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).unwrap();
    for entry in std::fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let to = to.join(entry.file_name());
        if entry.path().is_dir() {
            copy(&entry.path(), &to);
        } else {
            std::fs::copy(entry.path(), to).unwrap();
        }
    }
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
    // Every role of the policy, and no other; what one is cleared for stays when they are invited again.
    for role in casework::policy::Role::ALL {
        let role = ["--role", role.as_str(), "--change"];
        check(here, &[&namesake[..], &role].concat(), 0);
    }
    let (_, err) = check(here, &[&namesake[..], &["--role", "Head"]].concat(), 2);
    assert!(err.contains("film_officer"), "{err}");
    let cleared = ["--role", "head", "--change", "--clearance", "secret"];
    check(
        here,
        &[&namesake[..], &cleared, &["--clearance", "alpha"]].concat(),
        0,
    );
    check(here, &[&namesake[..], &cleared[..2]].concat(), 0);
    let (agents, _) = check(here, &["admin", "agent", "list", "--json"], 0);
    let agent: serde_json::Value = serde_json::from_str(&agents).unwrap();
    assert_eq!(
        (&agent["role"], &agent["clearance"]),
        (&"head".into(), &"secret alpha".into())
    );
    let (sessions, _) = check(here, &["admin", "agent", "sessions", "marie.dupont"], 0);
    assert_eq!(sessions, "");
    let (ended, _) = check(here, &["admin", "agent", "end", "marie.dupont"], 0);
    assert_eq!(ended, "0 sessions of marie.dupont ended\n");
    check(here, &["admin", "agent", "disable", "marie.dupont"], 0);
    check(here, &["admin", "agent", "disable", "marie.dupont"], 2);
    let (agents, _) = check(here, &["admin", "agent", "list"], 0);
    assert_eq!(agents, "");

    let (record, _) = check(here, &["admin", "record", "verify"], 0);
    assert_eq!(
        record,
        "0 entries hold together, and are what 0 anchors say\n"
    );
    check(here, &["admin", "record", "honey", "0"], 2);
    check(here, &["admin", "record", "honey", "3"], 0);

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

/// The same with something on standard input.
fn piped(folder: &Path, arguments: &[&str], input: &[u8], code: i32) -> (String, String) {
    use std::{io::Write, process::Stdio};
    let mut child = Command::new(env!("CARGO_BIN_EXE_orfevre"))
        .current_dir(folder)
        .env_clear()
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut to = child.stdin.take().unwrap();
    let input = input.to_vec();
    let writer = std::thread::spawn(move || to.write_all(&input));
    let output = child.wait_with_output().unwrap();
    writer.join().unwrap().ok();
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    let (out, err) = (text(output.stdout), text(output.stderr));
    assert_eq!(
        output.status.code(),
        Some(code),
        "{arguments:?}\n{out}\n{err}"
    );
    (out, err)
}

const MAIL: &str = "Received: from a (a [198.51.100.7]) by b.asso.example with SMTP id 1; Mon, 5 Jan 2026 10:00:00 +0000\r\n\
From: suivi@colis.example\r\nSubject: Votre colis\r\nMIME-Version: 1.0\r\n\
Content-Type: multipart/mixed; boundary=b\r\n\r\n\
--b\r\nContent-Type: text/plain\r\n\r\nhttps://colis.example/a\r\n\
--b\r\nContent-Type: text/csv; name=t.csv\r\nContent-Disposition: attachment\r\n\r\nnom;iban\r\nA;FR1420041010050500013M02606\r\nB;\r\n\
--b--\r\n";

#[test]
fn extract_reads_whole_files_by_their_content() {
    let folder = tempfile::tempdir().unwrap();
    let here = folder.path();
    // The name says nothing.
    std::fs::write(here.join("mail.txt"), MAIL).unwrap();
    let (out, err) = check(here, &["extract", "mail.txt", "--json", "--facts"], 0);
    assert_eq!(err, "");
    let lines: Vec<serde_json::Value> = out
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    let hit = |value: &str| {
        lines
            .iter()
            .find(|line| line["value"] == value)
            .unwrap_or_else(|| panic!("{value} in {out}"))
    };
    assert_eq!(hit("suivi@colis.example")["part"], "header From");
    assert_eq!(hit("https://colis.example/a")["part"], "part 1");
    let iban = hit("FR1420041010050500013M02606");
    assert_eq!(
        (&iban["part"], &iban["confidence"]),
        (&"part 2/row 2/iban".into(), &"high".into())
    );
    assert_eq!((&iban["start"], &iban["end"]), (&0.into(), &27.into()));
    let hop = lines.iter().find(|line| !line["hop"].is_null()).unwrap();
    assert_eq!(
        (&hop["hop"]["address"], &hop["hop"]["claimed_origin"]),
        (&"198.51.100.7".into(), &true.into())
    );
    let file = lines
        .iter()
        .find(|line| !line["attachment"].is_null())
        .unwrap();
    assert_eq!(
        (&file["attachment"]["name"], &file["attachment"]["format"]),
        (&"t.csv".into(), &"csv".into())
    );

    // The same through a pipe.
    let (piped, _) = piped(here, &["extract"], MAIL.as_bytes(), 0);
    let (plain, _) = check(here, &["extract", "mail.txt"], 0);
    assert_eq!(piped, plain);
}

#[test]
fn what_brings_a_reader_down_is_a_problem_of_one_file_alone() {
    let folder = tempfile::tempdir().unwrap();
    let here = folder.path();
    std::fs::write(here.join("broken.pdf"), "%PDF-1.7\nnothing of the kind").unwrap();
    std::fs::write(here.join("broken.png"), b"\x89PNG\r\n\x1a\nnothing").unwrap();
    std::fs::write(here.join("some.txt"), "voir colis.example").unwrap();
    let (out, err) = check(
        here,
        &["extract", "broken.pdf", "broken.png", "some.txt"],
        0,
    );
    assert_eq!(out, "domain\tcolis.example\n");
    assert!(
        err.contains("broken.pdf") && err.contains("broken.png"),
        "{err}"
    );
    let (out, err) = piped(
        here,
        &["read-file", "--format", "json"],
        b"{\"a\":\"b\"}",
        0,
    );
    assert_eq!(err, "");
    insta::assert_snapshot!(out, @r#"{"format":"json","start":0,"end":9,"parts":[{"path":"/a","label":"a","text":"b"}],"facts":[],"hops":[],"attachments":[],"problems":[]}"#);
}

#[test]
fn standard_input_is_streamed() {
    let folder = tempfile::tempdir().unwrap();
    let mut text = "rien du tout, ligne après ligne\n".repeat(40_000);
    let at = text.len();
    text.push_str("colis.example\n");
    let (out, _) = piped(folder.path(), &["extract", "--json"], text.as_bytes(), 0);
    let hit: serde_json::Value = serde_json::from_str(&out).unwrap();
    assert_eq!(
        (&hit["start"], &hit["end"]),
        (&at.into(), &(at + 13).into())
    );
    piped(folder.path(), &["extract"], b"", 1);

    // Beside a file that is not there, and without a card's number in what may be kept.
    std::fs::write(folder.path().join("there.txt"), "voir colis.example").unwrap();
    let card = "carte 4970 1012 3456 7893".as_bytes();
    let arguments = ["extract", "--json", "missing.txt", "there.txt", "-"];
    let (out, err) = piped(folder.path(), &arguments, card, 2);
    assert!(err.contains("reading missing.txt"), "{err}");
    assert!(out.contains("\"value\":\"colis.example\""), "{out}");
    assert!(out.contains("\"raw\":\"4970 10** **** 7893\""), "{out}");
}

#[test]
fn extract_answers_in_the_forms_of_others() {
    let folder = tempfile::tempdir().unwrap();
    let here = folder.path();
    let text = "hxxps://colis[.]example/a, 192.0.2.7, FR14 2004 1010 0505 0001 3M02 606, 06 39 98 12 34, telegram @test_arnaque";
    std::fs::write(here.join("some.txt"), text).unwrap();
    let (out, _) = check(
        here,
        &["extract", "some.txt", "--csv", "--kind", "iban,phone"],
        0,
    );
    insta::assert_snapshot!(out, @r##"
    file,part,kind,value,raw,start,end,proof,confidence,flags,list
    some.txt,,iban,FR1420041010050500013M02606,FR14 2004 1010 0505 0001 3M02 606,38,71,checksum,high,,
    some.txt,,phone,+33639981234,06 39 98 12 34,73,87,possible,low,example,
    "##);
    let (out, _) = check(here, &["extract", "some.txt", "--stix"], 0);
    insta::assert_snapshot!(out, @r##"
    {
      "id": "bundle--e4766ef9-b59b-5205-8fd8-a05f575ca8f5",
      "objects": [
        {
          "extensions": {
            "extension-definition--4f40eebc-266d-51c1-93b0-c7acf4fd35c9": {
              "extension_type": "new-sco"
            }
          },
          "iban": "FR1420041010050500013M02606",
          "id": "bank-account--d5de7df7-8613-5aca-88ec-c73343446f8b",
          "spec_version": "2.1",
          "type": "bank-account"
        },
        {
          "created": "2026-01-01T00:00:00.000Z",
          "created_by_ref": "identity--e5940c88-5c49-5d96-b15c-85417c5c302a",
          "description": "An identifier for which STIX 2.1 has no object; the name is OpenCTI's where it has one.",
          "extension_types": [
            "new-sco"
          ],
          "id": "extension-definition--14c259db-9063-5cd3-ad07-de30d9237b21",
          "modified": "2026-01-01T00:00:00.000Z",
          "name": "phone-number",
          "schema": "https://example.org/orfevre/docs/formats",
          "spec_version": "2.1",
          "type": "extension-definition",
          "version": "1.0.0"
        },
        {
          "created": "2026-01-01T00:00:00.000Z",
          "created_by_ref": "identity--e5940c88-5c49-5d96-b15c-85417c5c302a",
          "description": "An identifier for which STIX 2.1 has no object; the name is OpenCTI's where it has one.",
          "extension_types": [
            "new-sco"
          ],
          "id": "extension-definition--4f40eebc-266d-51c1-93b0-c7acf4fd35c9",
          "modified": "2026-01-01T00:00:00.000Z",
          "name": "bank-account",
          "schema": "https://example.org/orfevre/docs/formats",
          "spec_version": "2.1",
          "type": "extension-definition",
          "version": "1.0.0"
        },
        {
          "created": "2026-01-01T00:00:00.000Z",
          "id": "identity--e5940c88-5c49-5d96-b15c-85417c5c302a",
          "identity_class": "system",
          "modified": "2026-01-01T00:00:00.000Z",
          "name": "Orfèvre",
          "spec_version": "2.1",
          "type": "identity"
        },
        {
          "id": "ipv4-addr--fe609036-dbde-52d8-a120-35d115a7d338",
          "spec_version": "2.1",
          "type": "ipv4-addr",
          "value": "192.0.2.7"
        },
        {
          "extensions": {
            "extension-definition--14c259db-9063-5cd3-ad07-de30d9237b21": {
              "extension_type": "new-sco"
            }
          },
          "id": "phone-number--6399b0a2-9c17-5900-ae15-40bbaf5d7fb5",
          "kind": "phone",
          "spec_version": "2.1",
          "type": "phone-number",
          "value": "+33639981234"
        },
        {
          "id": "url--c1a630cb-26cc-522f-ab8a-1ae4aa9b2928",
          "spec_version": "2.1",
          "type": "url",
          "value": "https://colis.example/a"
        },
        {
          "account_login": "test_arnaque",
          "account_type": "telegram",
          "id": "user-account--81ace4cb-931e-5101-87ae-7d0714e06370",
          "spec_version": "2.1",
          "type": "user-account"
        }
      ],
      "type": "bundle"
    }
    "##);
    let (again, _) = check(here, &["extract", "some.txt", "--stix"], 0);
    assert_eq!(again, out, "ids do not change");
    let (out, _) = check(here, &["extract", "some.txt", "--misp"], 0);
    let event: serde_json::Value = serde_json::from_str(&out).unwrap();
    let attributes: Vec<String> = event["Event"]["Attribute"]
        .as_array()
        .unwrap()
        .iter()
        .map(|attribute| {
            format!(
                "{} {} {}",
                attribute["category"], attribute["type"], attribute["value"]
            )
        })
        .collect();
    insta::assert_snapshot!(attributes.join("\n"), @r##"
    "Network activity" "url" "https://colis.example/a"
    "Network activity" "ip-dst" "192.0.2.7"
    "Financial fraud" "iban" "FR1420041010050500013M02606"
    "Person" "phone-number" "+33639981234"
    "Other" "text" "test_arnaque"
    "##);
    let (out, _) = check(
        here,
        &["extract", "some.txt", "--defang", "--kind", "url"],
        0,
    );
    assert_eq!(out, "url\thxxps://colis[.]example/a\n");
    let (out, _) = check(here, &["extract", "--list-kinds"], 0);
    for kind in observables::KINDS {
        assert!(
            out.contains(kind.name) && out.contains(kind.pattern),
            "{}",
            kind.name
        );
    }
    check(here, &["extract", "some.txt", "--csv", "--stix"], 2);
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
