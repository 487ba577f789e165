use super::*;
use crate::Store;

pub(super) fn submission(number: u64, key: i64, body: u8) -> NewSubmission {
    NewSubmission {
        id: format!("00000000-0000-7000-8000-{number:012}"),
        desk: "pharos".to_owned(),
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
        identity: Some(format!("{{\"name\":\"person {number}\"}}")),
        uploads: Vec::new(),
    }
}

async fn store(folder: &std::path::Path) -> Store {
    Store::open(folder, "orfevre.example/test").await.unwrap()
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
    drop(first);
    let path = folder.path().join("intake.db");
    let mut connection = crate::writer(&path).await.unwrap();
    sql::run(
        &mut connection,
        "UPDATE tile SET hashes = $1",
        sql::params![vec![9_u8; 32]],
    )
    .await
    .unwrap();
    drop(connection);
    let opened = Store::open(folder.path(), "orfevre.example/test").await;
    assert!(matches!(opened, Err(StoreError::Ledger(_))));
}
