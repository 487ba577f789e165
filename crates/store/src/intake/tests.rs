use super::*;
use sqlx::Connection;

use crate::{Store, vault::sealed::seal_1};

const ORIGIN: &str = "orfevre.example/test";

pub(crate) fn submission(number: u64, key: i64, body: u8) -> NewSubmission {
    NewSubmission {
        id: format!("00000000-0000-7000-8000-{number:012}"),
        desk: "pharos".to_owned(),
        unit: "ofac-pharos".to_owned(),
        desk_version: 1,
        track: "report".to_owned(),
        lang: "fr".to_owned(),
        channel: "api".to_owned(),
        received_at: 1_000_000 * number as i64,
        code: number as i64,
        idempotency: key,
        body: [body; 32],
        digest: [body; 32],
        nonce: [number as u8; 32],
        facts: "{}".to_owned(),
        described: String::new(),
        identity: Some(format!("{{\"name\":\"person {number}\"}}")),
        uploads: Vec::new(),
    }
}

async fn store(folder: &std::path::Path) -> Store {
    Store::open(folder, ORIGIN).await.unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn every_receipt_verifies_and_survives_a_restart() {
    let folder = tempfile::tempdir().unwrap();
    let first = store(folder.path()).await;
    let verifier = first.intake.verifier();
    let mut waiting = Vec::new();
    for number in 0..600 {
        let intake = first.intake.clone();
        waiting.push(tokio::spawn(async move {
            intake
                .submit(submission(number, number as i64 + 10, number as u8))
                .await
                .unwrap()
        }));
    }
    let mut seqs = Vec::new();
    for answer in waiting {
        let received = answer.await.unwrap();
        let verified = ledger::verify(received.receipt.as_bytes(), &verifier).unwrap();
        assert_eq!(verified.index as i64, received.seq);
        seqs.push(received.seq);
    }
    seqs.sort_unstable();
    assert_eq!(seqs, (0..600).collect::<Vec<_>>());
    assert_eq!(first.intake.count().await.unwrap(), 600);
    drop(first);

    let again = store(folder.path()).await;
    for seq in [0, 255, 256, 511, 599] {
        let received = again.intake.receipt(seq).await.unwrap();
        ledger::verify(received.receipt.as_bytes(), &again.intake.verifier()).unwrap();
        let kept = again.intake.by_seq(seq).await.unwrap().unwrap();
        let number = kept.received_at / 1_000_000;
        assert_eq!(
            again.intake.by_code(number).await.unwrap().unwrap().seq,
            seq
        );
        let identity = again.intake.identity(&kept).await.unwrap().unwrap();
        assert_eq!(identity, format!("{{\"name\":\"person {number}\"}}"));
    }
    let next = again
        .intake
        .submit(submission(700, 700_000, 7))
        .await
        .unwrap();
    assert_eq!(next.seq, 600);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_retry_gets_the_same_place_and_another_body_is_a_conflict() {
    let folder = tempfile::tempdir().unwrap();
    let store = store(folder.path()).await;
    let first = store.intake.submit(submission(1, 5, 1)).await.unwrap();
    let retry = store.intake.submit(submission(2, 5, 1)).await.unwrap();
    assert_eq!(
        (retry.seq, &retry.id, retry.repeated),
        (first.seq, &first.id, true)
    );
    ledger::verify(retry.receipt.as_bytes(), &store.intake.verifier()).unwrap();
    let other = store.intake.submit(submission(3, 5, 2)).await;
    assert!(matches!(other, Err(SubmitError::Conflict)));
    assert_eq!(
        store.intake.by_idempotency(5).await.unwrap(),
        Some((first.seq, [1; 32]))
    );
    assert_eq!(store.intake.by_idempotency(99).await.unwrap(), None);
    // Twins sent together, so that one commit may take both.
    let (left, right) = tokio::join!(
        store.intake.submit(submission(4, 6, 1)),
        store.intake.submit(submission(5, 6, 1))
    );
    assert_eq!(left.unwrap().seq, right.unwrap().seq);
    assert_eq!(store.intake.count().await.unwrap(), 2);
    assert_eq!(store.intake.count_after(-1).await.unwrap(), 2);
    assert_eq!(store.intake.count_after(0).await.unwrap(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_supplement_is_found_by_its_key_and_its_retry_gets_the_same_place() {
    let folder = tempfile::tempdir().unwrap();
    let store = store(folder.path()).await;
    let filed = store.intake.submit(submission(1, 5, 1)).await.unwrap();
    let message = NewSupplement {
        submission: filed.seq,
        submission_id: filed.id,
        kind: "message".to_owned(),
        at: 77,
        idempotency: 6,
        digest: [3; 32],
        nonce: [4; 32],
        body: "{\"text\":\"more\"}".to_owned(),
        uploads: Vec::new(),
    };
    let first = store.intake.supplement(message.clone()).await.unwrap();
    let retry = store.intake.supplement(message).await.unwrap();
    assert_eq!((retry.seq, retry.repeated), (first.seq, true));
    let found = store
        .intake
        .supplement_by_idempotency(6)
        .await
        .unwrap()
        .unwrap();
    assert_eq!(
        (found.seq, found.at, found.body.as_str()),
        (first.seq, 77, "{\"text\":\"more\"}")
    );
    assert!(
        store
            .intake
            .supplement_by_idempotency(5)
            .await
            .unwrap()
            .is_none()
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_draft_is_found_by_its_code_alone_until_it_expires() {
    let folder = tempfile::tempdir().unwrap();
    let store = store(folder.path()).await;
    let draft = Draft {
        desk: "thesee".to_owned(),
        desk_version: 1,
        body: "{\"a\":1}".to_owned(),
        updated_at: 1,
        expires_at: 100,
    };
    store
        .intake
        .save_draft(b"code", draft.clone())
        .await
        .unwrap();
    let newer = Draft {
        body: "{\"a\":2}".to_owned(),
        ..draft
    };
    store.intake.save_draft(b"code", newer).await.unwrap();
    let found = store.intake.draft(b"code", 50).await.unwrap().unwrap();
    assert_eq!(found.body, "{\"a\":2}");
    assert!(store.intake.draft(b"code", 100).await.unwrap().is_none());
    assert!(store.intake.draft(b"other", 50).await.unwrap().is_none());
    store.intake.drop_draft(b"code").await.unwrap();
    assert!(store.intake.draft(b"code", 50).await.unwrap().is_none());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_ledger_that_cannot_reproduce_its_checkpoint_is_not_signed_again() {
    let folder = tempfile::tempdir().unwrap();
    let first = store(folder.path()).await;
    first.intake.submit(submission(1, 5, 1)).await.unwrap();
    // Copied while it is open and idle: what is dropped closes in its own time, and takes its log away meanwhile.
    // Leaves give the end of the lowest level's last tile, and stored tiles all the rest.
    for spoil in [
        "UPDATE leaf SET entry = $1",
        "INSERT INTO tile (level, place, width, hashes) VALUES (0, 0, 1, $1)",
    ] {
        let copy = tempfile::tempdir().unwrap();
        copy_folder(folder.path(), copy.path());
        let mut connection = writer(&copy.path().join("intake.db")).await.unwrap();
        sql::run(&mut connection, spoil, sql::params![vec![9_u8; 32]])
            .await
            .unwrap();
        connection.close().await.unwrap();
        let opened = Store::open(copy.path(), ORIGIN).await;
        assert!(matches!(opened, Err(StoreError::Ledger(_))), "{spoil}");
    }
}

fn copy_folder(from: &Path, to: &Path) {
    for entry in std::fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let target = to.join(entry.file_name());
        if entry.file_type().unwrap().is_dir() {
            std::fs::create_dir_all(&target).unwrap();
            copy_folder(&entry.path(), &target);
        } else {
            std::fs::copy(entry.path(), target).unwrap();
        }
    }
}

/// The files as a kill leaves them: nothing was closed, and the write-ahead log holds what was not moved yet.
#[tokio::test(flavor = "multi_thread")]
async fn what_was_received_is_read_from_the_log_that_a_kill_leaves() {
    let folder = tempfile::tempdir().unwrap();
    let running = store(folder.path()).await;
    for number in 0..300 {
        running
            .intake
            .submit(submission(number, number as i64, 1))
            .await
            .unwrap();
    }
    let killed = tempfile::tempdir().unwrap();
    copy_folder(folder.path(), killed.path());
    let again = store(killed.path()).await;
    assert_eq!(again.intake.count().await.unwrap(), 300);
    for seq in 0..300 {
        let received = again.intake.receipt(seq).await.unwrap();
        ledger::verify(received.receipt.as_bytes(), &again.intake.verifier()).unwrap();
    }
    let retry = again.intake.submit(submission(9, 9, 1)).await.unwrap();
    assert!(retry.repeated);
    let next = again.intake.submit(submission(301, 301, 1)).await.unwrap();
    assert_eq!(next.seq, 300);
}

/// A writer with its queue, on a connection that the test has prepared.
async fn start(
    folder: &Path,
    connection: AnyConnection,
    secrets: &Arc<Secrets>,
) -> (mpsc::Sender<Command>, Verifier) {
    let signer = Arc::new(Signer::new(ORIGIN, &secrets.ledger_seed).unwrap());
    let verifier = signer.verifier();
    let (commands, queue) = mpsc::channel(QUEUE);
    let writer = Writer {
        connection,
        written: watch::channel(()).0,
        path: folder.join("intake.db"),
        log: ledger::Log::empty(),
        received: 0,
        signer,
        vault: Vault::open(&folder.join("keys.db"), &folder.join("keys"), None)
            .await
            .unwrap(),
    };
    tokio::spawn(writer.run(queue));
    (commands, verifier)
}

async fn submit(
    commands: &mpsc::Sender<Command>,
    new: NewSubmission,
) -> Result<Received, SubmitError> {
    let (answer, answered) = oneshot::channel();
    commands
        .send(Command::Submit(Box::new(new), answer))
        .await
        .unwrap();
    answered.await.unwrap()
}

/// SQLite itself answers "full" once a database has as many pages as it may.
#[tokio::test(flavor = "multi_thread")]
async fn when_the_database_is_full_nothing_is_half_written_and_it_goes_on_with_room() {
    let folder = tempfile::tempdir().unwrap();
    sqlx::any::install_default_drivers();
    let secrets = Arc::new(Secrets::open(&folder.path().join("keys")).unwrap());
    let path = folder.path().join("intake.db");
    let mut connection = writing_connection(&path).await.unwrap();
    migrate(&mut connection, MIGRATIONS).await.unwrap();
    sql::run(&mut connection, "PRAGMA max_page_count = 200", vec![])
        .await
        .unwrap();
    let (commands, verifier) = start(folder.path(), connection, &secrets).await;
    let large = |number| NewSubmission {
        facts: format!("{{\"text\":\"{}\"}}", "x".repeat(10_000)),
        ..submission(number, number as i64, 1)
    };
    let mut received = Vec::new();
    let refused = loop {
        match submit(&commands, large(received.len() as u64)).await {
            Ok(answer) => received.push(answer),
            Err(error) => break error,
        }
    };
    let SubmitError::NotDurable(why) = refused else {
        panic!("{refused}")
    };
    let StoreError::Database(sqlx::Error::Database(why)) = &*why else {
        panic!("{why}")
    };
    assert_eq!(why.message(), "database or disk is full");
    assert!(received.len() > 10, "some were received before");

    // The writer took a new connection, which may grow: that is the disk with room again.
    let place = received.len();
    let after = submit(&commands, large(place as u64)).await.unwrap();
    assert_eq!((after.seq, after.repeated), (place as i64, false));
    received.push(after);
    for answer in &received {
        ledger::verify(answer.receipt.as_bytes(), &verifier).unwrap();
    }
    let mut connection = writer(&path).await.unwrap();
    for table in ["submission", "identity", "leaf"] {
        let rows = sql::row(
            &mut connection,
            &format!("SELECT COUNT(*) FROM {table}"),
            vec![],
        )
        .await
        .unwrap()
        .unwrap();
        assert_eq!(sql::int(&rows, 0).unwrap(), place as i64 + 1, "{table}");
    }
    assert_eq!(
        log::received(&mut connection).await.unwrap(),
        place as i64 + 1
    );
}

/// What the first form of the database held: the edge's tile in its full width, and an index beside each leaf.
#[tokio::test(flavor = "multi_thread")]
async fn a_folder_of_the_first_form_is_read_and_goes_on() {
    let folder = tempfile::tempdir().unwrap();
    sqlx::any::install_default_drivers();
    let secrets = Arc::new(Secrets::open(&folder.path().join("keys")).unwrap());
    std::fs::write(folder.path().join("keys/vault.key"), [7; 32]).unwrap();
    let mut connection = writer(&folder.path().join("intake.db")).await.unwrap();
    migrate(&mut connection, &MIGRATIONS[..1]).await.unwrap();
    let signer = Signer::new(ORIGIN, &secrets.ledger_seed).unwrap();
    let mut ledger = ledger::Log::empty();
    let mut receipts = Vec::new();
    // As that version wrote: every tile that an append touched, whatever its width.
    for number in 0..300_i64 {
        let new = submission(number as u64, number, 1);
        let opening = log::opening(
            new.nonce,
            new.digest,
            [("submission", &new.id), ("desk", &new.desk)],
        )
        .unwrap();
        let commitment = opening.commitment();
        let appended = ledger.append(&[commitment]).unwrap();
        let checkpoint = signer.sign(appended.size(), &appended.root());
        let sealed = seal_1(&[7; 32], new.id.as_bytes(), b"{}").unwrap();
        let mut transaction = connection.begin().await.unwrap();
        let mut rows = vec![
            (
                "INSERT INTO submission (seq, id, desk, desk_version, track, lang, channel, received_at, code, idempotency, digest, nonce, body, facts) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)",
                sql::params![
                    number,
                    new.id,
                    new.desk,
                    1,
                    new.track,
                    new.lang,
                    new.channel,
                    new.received_at,
                    new.code,
                    new.idempotency,
                    new.digest,
                    new.nonce,
                    new.body,
                    new.facts
                ],
            ),
            (
                "INSERT INTO identity (seq, sealed) VALUES ($1, $2)",
                sql::params![number, sealed],
            ),
            (
                "INSERT INTO leaf (seq, entry) VALUES ($1, $2)",
                sql::params![number, commitment.0],
            ),
            (
                "INSERT INTO meta (name, value) VALUES ('checkpoint', $1), ('received', $2) ON CONFLICT (name) DO UPDATE SET value = excluded.value",
                sql::params![checkpoint.as_str(), (number + 1).to_string()],
            ),
        ];
        rows.extend(appended.tiles().iter().map(|tile| {
            let id = tile.id();
            (
                "INSERT INTO tile (level, place, width, hashes) VALUES ($1, $2, $3, $4) ON CONFLICT (level, place) DO UPDATE SET width = excluded.width, hashes = excluded.hashes",
                sql::params![i64::from(id.level), id.index as i64, i64::from(id.width), tile.bytes().to_vec()],
            )
        }));
        for (text, values) in rows {
            sql::run(&mut transaction, text, values).await.unwrap();
        }
        transaction.commit().await.unwrap();
        let proof = appended.proof(number as u64).unwrap();
        receipts.push(
            ledger::Receipt {
                index: number as u64,
                proof,
                opening,
                checkpoint,
            }
            .to_string(),
        );
        ledger = appended.into_log();
    }
    connection.close().await.unwrap();

    let store = store(folder.path()).await;
    let verifier = store.intake.verifier();
    for (seq, old) in (0_i64..).zip(&receipts) {
        ledger::verify(old.as_bytes(), &verifier).unwrap();
        let now = store.intake.receipt(seq).await.unwrap();
        ledger::verify(now.receipt.as_bytes(), &verifier).unwrap();
        let kept = store.intake.by_seq(seq).await.unwrap().unwrap();
        assert_eq!(store.intake.identity(&kept).await.unwrap().unwrap(), "{}");
    }
    // The edge is served as before, from the leaves.
    let edge = store.intake.tile(0, 1, 44).await.unwrap().unwrap();
    assert_eq!(edge.len(), 44 * 32);
    assert_eq!(store.intake.tile(0, 1, 45).await.unwrap(), None);
    assert_eq!(
        store.intake.entries(1, 44).await.unwrap().unwrap().len(),
        44
    );
    let next = store.intake.submit(submission(300, 300, 1)).await.unwrap();
    assert_eq!(next.seq, 300);
    ledger::verify(next.receipt.as_bytes(), &verifier).unwrap();
    assert_eq!(store.intake.count().await.unwrap(), 301);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_first_submission_since_a_time_is_found_among_places_with_gaps() {
    let folder = tempfile::tempdir().unwrap();
    let store = store(folder.path()).await;
    let intake = &store.intake;
    assert_eq!(intake.first_since(0).await.unwrap(), 0);
    let mut places = Vec::new();
    for number in 0..20 {
        let new = NewSubmission {
            received_at: number as i64 * 10,
            ..submission(number, number as i64, 0)
        };
        places.push(intake.submit(new).await.unwrap().seq);
        if number % 3 == 0 {
            // Leaves that are no submission lie between.
            let entries = number as i64 + 1;
            intake.anchor(entries, [7; 32], 0).await.unwrap();
        }
    }
    for (number, place) in places.iter().enumerate() {
        let at = number as i64 * 10;
        for at in [at - 9, at] {
            let found = intake.first_since(at).await.unwrap();
            let next = intake.after(found - 1, 1).await.unwrap();
            assert_eq!(next[0].seq, *place, "{at}");
        }
    }
    let none = intake.first_since(191).await.unwrap();
    assert!(intake.after(none - 1, 1).await.unwrap().is_empty());
    assert!(store.objects.space().unwrap().whole > 0);
}
