//! A disk that takes nothing more, under the running program: who sends reads that it was NOT received, in their
//! language, nothing is half written, and with room again it goes on.
//!
//! The system itself refuses the writes: the limit on the size of a file (`RLIMIT_FSIZE`) is taken to zero while the
//! server runs, and given back. That needs no rights and no file system of its own; Linux lets another
//! process set it.

use std::{collections::BTreeMap, path::Path, process::Command};

use rustix::process::{Pid, Resource, Rlimit, prlimit};

use crate::served::{Answer, Server, report, request};

const FORM: &str = "application/x-www-form-urlencoded";

/// Starts the server so that a write past the limit fails instead of ending the process.
fn start(data: &Path) -> Server {
    let mut command = Command::new("sh");
    command.args(["-c", "trap '' XFSZ; exec \"$0\" \"$@\""]);
    command.arg(env!("CARGO_BIN_EXE_orfevre"));
    Server::start_with(&mut command, data)
}

fn limit(server: &Server, bytes: Option<u64>) {
    let process = Pid::from_child(&server.process);
    let limit = Rlimit {
        current: bytes,
        maximum: None,
    };
    prlimit(Some(process), Resource::Fsize, limit).unwrap();
}

fn file(server: &Server, key: &str, lang: &str) -> Answer {
    let head = format!(
        "POST /api/v1/desks/pharos/submissions HTTP/1.1\r\nIdempotency-Key: {key}\r\nAccept-Language: {lang}"
    );
    let mut body = report("Une fausse boutique qui ne livre jamais.", "vide");
    body["lang"] = lang.into();
    let body = body.to_string();
    request(&server.address, &head, "application/json", body.as_bytes()).unwrap()
}

fn upload(server: &Server) -> Answer {
    let body = format!(
        "--x\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a.txt\"\r\nContent-Type: text/plain\r\n\r\n{}\r\n--x--\r\n",
        "preuve ".repeat(20_000)
    );
    let head = "POST /api/v1/evidence HTTP/1.1\r\nAccept-Language: en";
    request(
        &server.address,
        head,
        "multipart/form-data; boundary=x",
        body.as_bytes(),
    )
    .unwrap()
}

#[track_caller]
fn not_received(answer: &Answer, words: &str) {
    assert_eq!(answer.status, 503, "{}", answer.body);
    let head = answer.head.to_ascii_lowercase();
    assert!(
        head.contains("content-type: application/problem+json"),
        "{head}"
    );
    assert!(head.contains("retry-after: 5"), "{head}");
    let problem: serde_json::Value = serde_json::from_str(&answer.body).unwrap();
    assert_eq!(problem["type"], "/problems/not-received");
    assert!(
        problem["detail"].as_str().unwrap().contains(words),
        "{problem}"
    );
}

fn place(answer: &Answer) -> i64 {
    assert_eq!(answer.status, 201, "{}", answer.body);
    let said: serde_json::Value = serde_json::from_str(&answer.body).unwrap();
    said["ledger_index"].as_i64().unwrap()
}

/// A browser without JavaScript: it keeps cookies.
#[derive(Default)]
struct Browser {
    cookies: BTreeMap<String, String>,
}

impl Browser {
    fn send(&mut self, server: &Server, method: &str, path: &str, form: &str) -> Answer {
        let cookies: Vec<String> = self
            .cookies
            .iter()
            .map(|(name, value)| format!("{name}={value}"))
            .collect();
        let head = format!(
            "{method} {path} HTTP/1.1\r\nSec-Fetch-Site: same-origin\r\nCookie: {}",
            cookies.join("; ")
        );
        let answer = request(&server.address, &head, FORM, form.as_bytes()).unwrap();
        for line in answer.head.lines() {
            let Some((name, value)) = line.split_once(": ") else {
                continue;
            };
            if name.eq_ignore_ascii_case("set-cookie") {
                let (name, rest) = value.split_once('=').unwrap();
                let value = rest.split(';').next().unwrap();
                self.cookies.insert(name.to_owned(), value.to_owned());
            }
        }
        answer
    }

    /// Answers every question of a report, up to the review.
    fn fill(&mut self, server: &Server, lang: &str) {
        let begun = self.send(server, "POST", &format!("/{lang}/desks/pharos"), "");
        assert_eq!(begun.status, 303, "{}", begun.body);
        for (step, form) in [
            ("kind", "category=animals&visibility=public"),
            ("when", "published_at.date=2026-03-14"),
            (
                "where",
                "medium=site&urls.0.url=https%3A%2F%2Fshop.example%2F",
            ),
            ("what", "description=Un+long+r%C3%A9cit"),
            ("concerned", "victim=no"),
            ("you", "identify=anonymous"),
        ] {
            let path = format!("/{lang}/desks/pharos/steps/{step}");
            let answer = self.send(server, "POST", &path, form);
            assert_eq!(answer.status, 303, "{step}: {}", answer.body);
        }
    }
}

/// The bytes that uploads have left behind.
fn left_behind(data: &Path) -> usize {
    std::fs::read_dir(data.join("exhibits/incoming"))
        .unwrap()
        .count()
}

#[test]
fn on_a_full_disk_everybody_reads_that_it_was_not_received_and_nothing_is_half_written() {
    let folder = tempfile::tempdir().unwrap();
    let server = start(folder.path());
    let first = place(&file(&server, "full-disk-before-0001", "fr"));
    let mut people = [("fr", Browser::default()), ("en", Browser::default())];
    for (lang, browser) in &mut people {
        browser.fill(&server, lang);
    }

    limit(&server, Some(0));
    for round in 0..3 {
        let key = format!("full-disk-during-{round:04}");
        not_received(&file(&server, &key, "fr"), "PAS");
        not_received(&file(&server, &key, "en"), "NOT");
        not_received(&upload(&server), "NOT");
    }
    assert_eq!(left_behind(folder.path()), 0);
    for (lang, browser) in &mut people {
        let sent = browser.send(&server, "POST", &format!("/{lang}/desks/pharos/send"), "");
        assert_eq!(sent.status, 503);
        let words = match *lang {
            "fr" => "Votre déclaration n’a PAS été reçue",
            _ => "Your report was NOT received",
        };
        assert!(sent.body.contains(words), "{}", sent.body);
        // A page whose answers cannot be kept says so, and still holds them.
        let path = format!("/{lang}/desks/pharos/steps/what");
        let typed = browser.send(&server, "POST", &path, "description=tap%C3%A9+sans+place");
        assert_eq!(typed.status, 503);
        let words = match *lang {
            "fr" => "Vos réponses ne sont PAS enregistrées",
            _ => "Your answers are NOT saved",
        };
        assert!(typed.body.contains(words), "{}", typed.body);
        assert!(typed.body.contains("tapé sans place</textarea>"));
        let review = browser.send(&server, "GET", &format!("/{lang}/desks/pharos/review"), "");
        assert_eq!(review.status, 200);
        assert!(review.body.contains("Un long récit"), "{}", review.body);
    }

    limit(&server, None);
    let mut next = first + 1;
    for round in 0..3 {
        let key = format!("full-disk-during-{round:04}");
        assert_eq!(place(&file(&server, &key, "fr")), next);
        next += 1;
    }
    assert_eq!(upload(&server).status, 201);
    for (lang, browser) in &mut people {
        let sent = browser.send(&server, "POST", &format!("/{lang}/desks/pharos/send"), "");
        assert_eq!(sent.status, 303, "{}", sent.body);
        let receipt = browser.send(&server, "GET", &format!("/{lang}/receipt"), "");
        assert_eq!(receipt.status, 200);
        next += 1;
    }
    server.kill();

    // The ledger holds together: the server starts, and goes on where it was.
    let server = start(folder.path());
    assert_eq!(place(&file(&server, "full-disk-before-0001", "fr")), first);
    assert_eq!(place(&file(&server, "full-disk-after-00001", "fr")), next);
    server.kill();
}
