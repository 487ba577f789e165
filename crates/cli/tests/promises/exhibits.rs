//! Mails, documents and pictures that come with a submission are read by the program's own child process, and what
//! is found in them stands where it was found.

use std::{path::Path, time::Duration};

use server::harmonise::Findings;
use store::Store;

use crate::served::{Server, report, request};

fn fixture(name: &str) -> Vec<u8> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../reading/tests/fixtures");
    std::fs::read(folder.join(name)).unwrap()
}

/// Files a report with files; tells its place in the ledger.
fn file(server: &Server, key: &str, files: &[(&str, Vec<u8>)]) -> i64 {
    let mut body = format!(
        "--x\r\nContent-Disposition: form-data; name=\"submission\"\r\nContent-Type: application/json\r\n\r\n{}\r\n",
        report("Une fausse boutique qui ne livre jamais.", "vide")
    )
    .into_bytes();
    for (name, bytes) in files {
        body.extend_from_slice(
            format!("--x\r\nContent-Disposition: form-data; name=\"evidence\"; filename=\"{name}\"\r\n\r\n").as_bytes(),
        );
        body.extend_from_slice(bytes);
        body.extend_from_slice(b"\r\n");
    }
    body.extend_from_slice(b"--x--\r\n");
    let head = format!("POST /api/v1/desks/pharos/submissions HTTP/1.1\r\nIdempotency-Key: {key}");
    let media = "multipart/form-data; boundary=x";
    let answer = request(&server.address, &head, media, &body).unwrap();
    assert_eq!(answer.status, 201, "{}", answer.body);
    let said: serde_json::Value = serde_json::from_str(&answer.body).unwrap();
    said["ledger_index"].as_i64().unwrap()
}

/// Waits until a value is found in a submission at places that end so.
async fn found(work: &store::work::Work, seq: i64, value: &str, place: &str) {
    let mut sightings = String::new();
    for _ in 0..400 {
        if let Some(docket) = work.docket(seq).await.unwrap() {
            sightings = docket.sightings;
            let all = Findings::read(&sightings).sightings;
            let stands = |path: &str| {
                path.strip_prefix("exhibit:")
                    .and_then(|path| path.split_once('/'))
                    .is_some_and(|(_, part)| part == place)
            };
            if all
                .iter()
                .any(|hit| hit.value == value && stands(&hit.path))
            {
                return;
            }
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    panic!("{value} at {place} is not in {sightings}");
}

#[tokio::test]
async fn what_mails_documents_and_pictures_hold_is_found_in_the_submission() {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::start(folder.path());
    // The names say nothing; a broken one keeps nothing else from being read.
    let seq = file(
        &server,
        "exhibits-of-one-0001",
        &[
            ("message.txt", fixture("mail/rfc/002.eml")),
            ("rompu.pdf", b"%PDF-1.7\nnothing of the kind".to_vec()),
            ("rompu.png", b"\x89PNG\r\n\x1a\nnothing".to_vec()),
            ("facture", fixture("files/facture.pdf")),
            ("code", fixture("files/qr.png")),
            ("photo", fixture("files/exif.jpg")),
        ],
    );
    let work = Store::open_work(folder.path()).await.unwrap();
    for (value, place) in [
        ("vice-president@whitehouse.gov", "header From"),
        ("president@whitehouse.gov", "part 2/header From"),
        ("FR1420041010050500013M02606", "page 1"),
        ("https://paiement.example/cgi?x=1", "link"),
        ("https://colis.example/suivi?id=7", "QR code 1"),
        ("https://photo.example/a", "EXIF ImageDescription"),
    ] {
        found(&work, seq, value, place).await;
    }
    let docket = work.docket(seq).await.unwrap().unwrap();
    let unread = Findings::read(&docket.sightings).unread;
    assert_eq!(unread.len(), 2, "{unread:?}");
    assert!(unread.iter().all(|unread| unread.cause == "damaged"));
    // What comes after goes its way.
    let next = file(
        &server,
        "exhibits-of-two-0002",
        &[("b", fixture("files/facture.pdf"))],
    );
    found(&work, next, "FR1420041010050500013M02606", "page 1").await;
    server.kill();
}
