//! The promise "received means durable": the server is killed with SIGKILL under load, again and again,
//! and every receipt that was given still resolves, once.

use std::{
    collections::HashMap,
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, Ordering},
    },
    thread,
    time::Duration,
};

use crate::served::{Server, report, request};

const KILLS: usize = 12;
const CLIENTS: usize = 8;

/// Idempotency key to id, tracking code and ledger index: everything that was promised.
type Promised = HashMap<String, (String, String, i64)>;

fn file(address: &str, key: &str) -> Option<serde_json::Value> {
    let body = report(
        &format!("Une fausse boutique, signalée sous {key}, ne livre jamais."),
        key,
    );
    let head = format!("POST /api/v1/desks/pharos/submissions HTTP/1.1\r\nIdempotency-Key: {key}");
    let answer = request(
        address,
        &head,
        "application/json",
        body.to_string().as_bytes(),
    )?;
    assert_eq!(answer.status, 201, "{}", answer.body);
    Some(serde_json::from_str(&answer.body).expect("an answer of 201 is JSON"))
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
        let answer = request(
            &server.address,
            &format!("GET /api/v1/submissions/status HTTP/1.1\r\nTracking-Code: {code}"),
            "application/json",
            b"",
        )
        .unwrap();
        assert_eq!(
            answer.status, 200,
            "the code of {key} resolves: {}",
            answer.body
        );
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
