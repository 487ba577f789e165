//! The promise "received means durable": the server is killed with SIGKILL under load, again and again,
//! and every receipt that was given still resolves, once.

#![expect(clippy::unwrap_used, reason = "a test: what fails must stop it")]

use std::{
    collections::HashMap,
    io::{BufRead, BufReader, Read, Write},
    net::TcpStream,
    path::Path,
    process::{Child, Command, Stdio},
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, Ordering},
    },
    thread,
    time::Duration,
};

const KILLS: usize = 12;
const CLIENTS: usize = 8;

/// Idempotency key to id, tracking code and ledger index: everything that was promised.
type Promised = HashMap<String, (String, String, i64)>;

struct Server {
    process: Child,
    address: String,
}

impl Server {
    fn start(data: &Path) -> Self {
        let mut process = Command::new(env!("CARGO_BIN_EXE_orfevre"))
            .args(["serve", "--listen", "127.0.0.1:0", "--data"])
            .arg(data)
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut said = BufReader::new(process.stdout.take().unwrap());
        let mut line = String::new();
        said.read_line(&mut line).unwrap();
        let address = line
            .trim()
            .strip_prefix("listening on http://")
            .expect("the server says where it listens")
            .to_owned();
        Self { process, address }
    }

    fn kill(mut self) {
        // `Child::kill` is SIGKILL on Unix: no destructor, no flush, no goodbye.
        self.process.kill().unwrap();
        self.process.wait().unwrap();
    }
}

/// One request on a connection of its own; none when the server died before the whole answer.
fn request(address: &str, head: &str, body: &str) -> Option<(u16, String)> {
    let mut stream = TcpStream::connect(address).ok()?;
    stream
        .set_read_timeout(Some(Duration::from_secs(20)))
        .ok()?;
    let text = format!(
        "{head}\r\nHost: {address}\r\nConnection: close\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\r\n{body}",
        body.len()
    );
    stream.write_all(text.as_bytes()).ok()?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer).ok()?;
    let status = answer.get(9..12)?.parse().ok()?;
    let (head, body) = answer.split_once("\r\n\r\n")?;
    let length = head.lines().find_map(|line| {
        line.to_ascii_lowercase()
            .strip_prefix("content-length: ")
            .map(str::to_owned)
    });
    // Cut in the middle of the body: not an answer.
    if length.is_some_and(|length| length.parse() != Ok(body.len())) {
        return None;
    }
    Some((status, body.to_owned()))
}

fn file(address: &str, key: &str) -> Option<serde_json::Value> {
    let body = serde_json::json!({
        "track": "report",
        "lang": "fr",
        "answers": {
            "category": "scam", "visibility": "public", "medium": "site", "victim": "no", "identify": "anonymous",
            "description": format!("Une fausse boutique, signalée sous {key}, ne livre jamais."),
            "urls": [{"url": format!("https://{key}.boutique.example/")}],
        },
    });
    let head = format!("POST /api/v1/desks/pharos/submissions HTTP/1.1\r\nIdempotency-Key: {key}");
    let (status, body) = request(address, &head, &body.to_string())?;
    assert_eq!(status, 201, "{body}");
    Some(serde_json::from_str(&body).expect("an answer of 201 is JSON"))
}

#[test]
fn every_receipt_given_resolves_after_each_kill() {
    let folder = tempfile::tempdir().unwrap();
    let promised: Arc<Mutex<Promised>> = Arc::default();
    let unknown: Arc<Mutex<Vec<String>>> = Arc::default();
    for round in 0..KILLS {
        let server = Server::start(folder.path());
        let stop = Arc::new(AtomicBool::new(false));
        let clients: Vec<_> = (0..CLIENTS)
            .map(|client| {
                let (address, stop) = (server.address.clone(), Arc::clone(&stop));
                let (promised, unknown) = (Arc::clone(&promised), Arc::clone(&unknown));
                thread::spawn(move || {
                    for number in 0.. {
                        if stop.load(Ordering::Relaxed) {
                            return;
                        }
                        let key = format!("kill-{round:03}-{client:03}-{number:06}");
                        match file(&address, &key) {
                            Some(answer) => {
                                let said = |name: &str| answer[name].as_str().unwrap().to_owned();
                                let index = answer["ledger_index"].as_i64().unwrap();
                                promised
                                    .lock()
                                    .unwrap()
                                    .insert(key, (said("id"), said("tracking_code"), index));
                            }
                            // Nobody knows whether it was received: the client must retry.
                            None => unknown.lock().unwrap().push(key),
                        }
                    }
                })
            })
            .collect();
        // A little longer each time, so that kills fall at different moments of a group.
        thread::sleep(Duration::from_millis(150 + 37 * round as u64));
        server.kill();
        stop.store(true, Ordering::Relaxed);
        for client in clients {
            client.join().unwrap();
        }
    }

    let server = Server::start(folder.path());
    let promised = promised.lock().unwrap();
    assert!(
        promised.len() > KILLS * CLIENTS,
        "only {} receipts were given: the load was none",
        promised.len()
    );
    let mut indexes: Vec<i64> = promised.values().map(|(_, _, index)| *index).collect();
    indexes.sort_unstable();
    indexes.dedup();
    assert_eq!(
        indexes.len(),
        promised.len(),
        "two receipts for one place of the ledger"
    );
    for (key, (id, code, index)) in promised.iter() {
        let again = file(&server.address, key).expect("a running server answers");
        assert_eq!(
            again["id"].as_str(),
            Some(id.as_str()),
            "{key} was received twice"
        );
        assert_eq!(again["ledger_index"].as_i64(), Some(*index));
        let (status, body) = request(
            &server.address,
            &format!("GET /api/v1/submissions/status HTTP/1.1\r\nTracking-Code: {code}"),
            "",
        )
        .unwrap();
        assert_eq!(status, 200, "the code of {key} resolves: {body}");
    }
    // Retries of what nobody knew: received now, once.
    let unknown = unknown.lock().unwrap();
    for key in unknown.iter() {
        let first = file(&server.address, key).expect("a running server answers");
        let second = file(&server.address, key).expect("a running server answers");
        assert_eq!(first["id"], second["id"]);
    }
    server.kill();
}
