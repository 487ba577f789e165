//! Erasing across the folder: the intake, the exhibits, the work made of them, then the files themselves.
//!
//! An erasure is kept as begun before anything of it is done, and its proof takes the place of that in the same
//! transaction that takes the last of it out. Each step in between can be done again: a kill at any point leaves an
//! erasure that [`Store::finish_erasures`] ends. What was deleted is overwritten afterwards, for many at once, by
//! [`Store::scrub`].

use std::collections::HashMap;

use linkage::Model;

use crate::{
    Store, StoreError,
    intake::{Erased, SubmitError},
    work::{Erasure, Kept},
};

/// Why an erasure was not finished. It is kept as begun, and ended by the next try.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum EraseError {
    /// A database did not answer.
    #[error("erasing a submission")]
    Store(#[from] StoreError),
    /// The intake could not be written.
    #[error("erasing a submission from the intake")]
    Write(#[from] SubmitError),
    /// A file could not be removed.
    #[error("removing a file of a submission that is erased")]
    File(#[from] std::io::Error),
}

impl Store {
    /// Where the next submissions after `seq` stand for the rules of retention.
    ///
    /// # Errors
    /// When a database does not answer.
    pub async fn kept_after(&self, seq: i64, most: i64) -> Result<Vec<Kept>, StoreError> {
        let mut kept = self.work.kept_after(seq, most).await?;
        let (Some(first), Some(last)) = (kept.first(), kept.last()) else {
            return Ok(kept);
        };
        let later = self.intake.last_supplements(first.seq, last.seq).await?;
        let later: HashMap<i64, (i64, Option<i64>)> = later
            .into_iter()
            .map(|(seq, at, withdrawn)| (seq, (at, withdrawn)))
            .collect();
        for one in &mut kept {
            let came = later.get(&one.seq);
            if let Some((at, _)) = came {
                one.last_act_at = one.last_act_at.max(*at);
            }
            if one.state == "withdrawn" {
                one.closed_at = came.and_then(|(_, withdrawn)| *withdrawn);
            }
            // Closed by a hand that left no act: not before the last that is known of it.
            one.closed_at.get_or_insert(one.last_act_at);
        }
        Ok(kept)
    }

    /// Where one submission stands.
    ///
    /// # Errors
    /// When a database does not answer.
    pub async fn kept(&self, seq: i64) -> Result<Option<Kept>, StoreError> {
        let next = self.kept_after(seq - 1, 1).await?;
        Ok(next.into_iter().find(|kept| kept.seq == seq))
    }

    /// Erases, or archives. False, and nothing is done, when the submission is held or changed since it had this
    /// revision. What was deleted lies in the files until [`Store::scrub`].
    ///
    /// # Errors
    /// When it was not finished; see [`EraseError`].
    pub async fn erase(
        &self,
        erasure: &Erasure,
        revision: i64,
        model: &Model,
    ) -> Result<bool, EraseError> {
        if !self.work.begin_erasure(erasure, revision).await? {
            return Ok(false);
        }
        self.carry_out(erasure, model).await?;
        Ok(true)
    }

    /// Ends erasures that were begun and not finished; how many.
    ///
    /// # Errors
    /// When one was not finished; see [`EraseError`].
    pub async fn finish_erasures(&self, model: &Model) -> Result<usize, EraseError> {
        let unfinished = self.work.unfinished_erasures(1000).await?;
        for erasure in &unfinished {
            self.carry_out(erasure, model).await?;
        }
        Ok(unfinished.len())
    }

    async fn carry_out(&self, erasure: &Erasure, model: &Model) -> Result<(), EraseError> {
        let seq = erasure.docket;
        let all = erasure.does == "erase_all";
        let mut files = 0;
        if all {
            files = self.erase_exhibits(seq).await?;
        } else if erasure.does == "erase_identity" {
            let erased = Erased {
                seq,
                ..Erased::default()
            };
            self.intake.erase(erased).await?;
        }
        self.work.finish_erasure(erasure, files, model).await?;
        Ok(())
    }

    /// Takes a submission out of the intake with those of its files that nobody else holds; how many files those are.
    async fn erase_exhibits(&self, seq: i64) -> Result<i64, EraseError> {
        // From here to the end nobody has bytes that no row names.
        let all_recorded = self.objects.all_recorded().await;
        let uploads = self.intake.own_uploads(seq).await?;
        let ids: Vec<String> = uploads.iter().map(|upload| upload.id.clone()).collect();
        let hashes: Vec<[u8; 32]> = uploads.iter().map(|upload| upload.sha256).collect();
        let same = self.intake.with_bytes(&hashes).await?;
        let others = same.iter().filter(|upload| !ids.contains(&upload.id));
        let mut held: Vec<[u8; 32]> = others.map(|upload| upload.sha256).collect();
        held.extend(self.film.with_bytes(&hashes).await?);
        // Bytes before the rows that name them: cut in between, they are found again.
        for sha256 in hashes.iter().filter(|sha256| !held.contains(sha256)) {
            self.objects.remove(sha256).await?;
        }
        let files = ids.len() as i64;
        let erased = Erased {
            seq,
            all: true,
            uploads: ids,
        };
        self.intake.erase(erased).await?;
        drop(all_recorded);
        Ok(files)
    }

    /// Overwrites what was deleted since the last time. False when it is to be tried again: somebody reads.
    ///
    /// # Errors
    /// When a database does not answer; it is still to be done then.
    pub async fn scrub(&self) -> Result<bool, EraseError> {
        if !self.work.is_to_scrub().await? {
            return Ok(true);
        }
        let clean = self.intake.scrub().await? && self.work.scrub().await?;
        if clean {
            self.work.scrubbed().await?;
        }
        Ok(clean)
    }
}

#[cfg(test)]
mod tests {
    use std::{fs, path::Path};

    use super::*;
    use crate::{
        intake::{NewSubmission, NewSupplement, Received, Upload, tests::submission},
        work::{
            Analyser, Batch, Filter, Harmonised, Held, Key, Leave, NewAct, Reached, Sight, Sort,
            key_kind,
        },
    };

    const ORIGIN: &str = "orfevre.example/test";
    /// Stand in what is erased and nowhere else.
    const NONCE: [u8; 32] = *b"nonce-qzxv-nonce-qzxv-nonce-qzxv";
    const DIGEST: [u8; 32] = *b"digest-qzxv-digest-qzxv-digest-q";
    const OWN_KEY: i64 = 0x5a71_9bc3_1d2e_4f68;

    fn model() -> Model {
        let text = include_str!("../../../config/france/models/submissions.toml");
        Model::from_toml(text).unwrap()
    }

    async fn open(folder: &Path) -> Store {
        Store::open(folder, ORIGIN).await.unwrap()
    }

    fn act(id: &str, kind: &str, at: i64) -> NewAct {
        NewAct {
            id: id.to_owned(),
            at,
            agent: "agent".to_owned(),
            kind: kind.to_owned(),
            reason: "qzxvreason".to_owned(),
            body: "{\"text\":\"qzxvnote\"}".to_owned(),
        }
    }

    fn erasure(docket: i64, does: &str) -> Erasure {
        Erasure {
            docket,
            at: 5_000_000,
            does: does.to_owned(),
            rule: "closed".to_owned(),
            because: "art. 1".to_owned(),
            ..Erasure::default()
        }
    }

    async fn upload(store: &Store, id: &str, bytes: &[u8]) {
        let mut incoming = store.objects.receive(id, 100).await.unwrap();
        incoming.write(bytes).await.unwrap();
        let (kept, _unrecorded) = incoming.keep().await.unwrap();
        let upload = Upload {
            id: id.to_owned(),
            sha256: kept.sha256,
            size: kept.size,
            name: format!("{id}-name.png"),
            media_type: kept.media_type.to_owned(),
            at: 0,
        };
        store.intake.record_upload(upload).await.unwrap();
    }

    fn filed(number: i64) -> NewSubmission {
        let plain = submission(number as u64, number, 1);
        if number != 1 {
            return NewSubmission {
                uploads: vec!["shared".to_owned()],
                ..plain
            };
        }
        NewSubmission {
            facts: format!("{{\"story\":\"qzxvfact {}\"}}", "long ".repeat(3000)),
            described: "[\"qzxvdescribed\"]".to_owned(),
            identity: Some("{\"name\":\"qzxvname\"}".to_owned()),
            nonce: NONCE,
            digest: DIGEST,
            uploads: vec!["shared".to_owned(), "qzxvown".to_owned()],
            ..plain
        }
    }

    /// Three submissions that share an account, of which the second is to be erased.
    async fn filled(folder: &Path) -> (Store, Vec<Received>) {
        let store = open(folder).await;
        upload(&store, "shared", b"shared").await;
        upload(&store, "qzxvown", b"qzxvbytes").await;
        let mut received = Vec::new();
        let mut harmonised = Vec::new();
        for number in 0..3 {
            let new = filed(number);
            let own = (number == 1).then_some((OWN_KEY, "email"));
            harmonised.push(Harmonised {
                seq: number,
                id: new.id.clone(),
                desk: "pharos".to_owned(),
                track: "report".to_owned(),
                headline: "scam".to_owned(),
                received_at: number,
                state: "queued".to_owned(),
                urgent: false,
                priority: 0,
                unit: "ofac-pharos".to_owned(),
                deadline_at: 100,
                occurred_at: Some(7),
                amount_minor: Some(1000),
                currency: "EUR".to_owned(),
                place: if number == 1 { "qzxvplace" } else { "" }.to_owned(),
                assessment: "{}".to_owned(),
                sightings: format!("[\"{}\"]", if number == 1 { "qzxvsight" } else { "" }),
                words: if number == 1 {
                    "le qzxvmot est là"
                } else {
                    "un autre mot"
                }
                .to_owned(),
                lang: "fr".to_owned(),
                keys: [(10, "iban"), (11, "phone")]
                    .into_iter()
                    .chain(own)
                    .map(|(id, kind)| Key {
                        id,
                        kind: key_kind(kind).unwrap(),
                        damped: false,
                    })
                    .collect(),
                more: false,
            });
            received.push(store.intake.submit(new).await.unwrap());
        }
        let message = NewSupplement {
            submission: 1,
            submission_id: received[1].id.clone(),
            kind: "message".to_owned(),
            at: 9,
            idempotency: 900,
            digest: DIGEST,
            nonce: NONCE,
            body: "{\"text\":\"qzxvmessage\"}".to_owned(),
            uploads: Vec::new(),
        };
        store.intake.supplement(message).await.unwrap();
        let work = &store.work;
        let reached = Reached {
            submission: 2,
            supplement: -1,
        };
        let batch = Batch::new(harmonised, &mut Analyser::default());
        work.apply(batch, reached, &model()).await.unwrap();
        work.recluster(&model(), 1000).await.unwrap();
        work.record(1, act("note", "note", 10)).await.unwrap();
        let leave = Leave {
            id: "leave".to_owned(),
            docket: Some(1),
            reason: "qzxvleave".to_owned(),
            ..Leave::default()
        };
        work.ask_leave(&leave, 0, 9).await.unwrap();
        (store, received)
    }

    async fn revision(store: &Store) -> i64 {
        store.work.docket(1).await.unwrap().unwrap().revision
    }

    /// The files of a folder in which these bytes stand.
    fn files_with(folder: &Path, planted: &[u8]) -> Vec<String> {
        let mut found = Vec::new();
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                found.extend(files_with(&path, planted));
            } else if fs::read(&path)
                .unwrap()
                .windows(planted.len())
                .any(|part| part == planted)
            {
                found.push(path.display().to_string());
            }
        }
        found
    }

    async fn sealed(store: &Store, seq: i64) -> Option<String> {
        let kept = store.intake.by_seq(seq).await.unwrap().unwrap();
        store.intake.identity(&kept).await.unwrap()
    }

    async fn series(store: &Store) -> Vec<bool> {
        let mut in_one = Vec::new();
        for seq in 0..3 {
            in_one.push(
                store
                    .work
                    .docket(seq)
                    .await
                    .unwrap()
                    .unwrap()
                    .series
                    .is_some(),
            );
        }
        in_one
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn what_is_erased_is_in_no_file_and_old_receipts_verify() {
        let folder = tempfile::tempdir().unwrap();
        let (store, received) = filled(folder.path()).await;
        assert_eq!(series(&store).await, [true; 3]);
        let texts = [
            "qzxvfact",
            "qzxvdescribed",
            "qzxvmessage",
            "qzxvplace",
            "qzxvsight",
        ];
        let acts = ["qzxvnote", "qzxvreason", "qzxvleave", "qzxvbytes"];
        let mut planted: Vec<Vec<u8>> = texts
            .iter()
            .chain(&acts)
            .map(|text| text.as_bytes().to_vec())
            .collect();
        // The index keeps of a word what the word before it does not begin with.
        planted.extend([b"xvmot".to_vec(), NONCE.to_vec(), DIGEST.to_vec()]);
        planted.push(OWN_KEY.to_be_bytes().to_vec());
        planted.push(store.intake.sealed_bytes(1).await.unwrap()[1..].to_vec());
        for bytes in &planted {
            let there = files_with(folder.path(), bytes);
            assert!(!there.is_empty(), "{:?}", String::from_utf8_lossy(bytes));
        }
        assert_eq!(
            sealed(&store, 1).await.as_deref(),
            Some("{\"name\":\"qzxvname\"}")
        );

        let revision = revision(&store).await;
        assert!(
            store
                .erase(&erasure(1, "erase_all"), revision, &model())
                .await
                .unwrap()
        );
        store.work.recluster(&model(), 1000).await.unwrap();
        assert!(store.scrub().await.unwrap());
        for bytes in &planted {
            let there = files_with(folder.path(), bytes);
            assert!(
                there.is_empty(),
                "{:?} in {there:?}",
                String::from_utf8_lossy(bytes)
            );
        }
        assert_eq!(series(&store).await, [true, false, true]);
        assert_eq!(sealed(&store, 1).await, None);
        for seq in [0, 2] {
            assert!(sealed(&store, seq).await.is_some());
        }
        // The person's receipt verifies, and so does the ledger; another is not given.
        let verifier = store.intake.verifier();
        for one in &received {
            ledger::verify(one.receipt.as_bytes(), &verifier).unwrap();
        }
        assert!(matches!(
            store.intake.receipt(1).await,
            Err(StoreError::Erased)
        ));
        store.intake.receipt(2).await.unwrap();
        // It is found by its code, and says so.
        let found = store.intake.by_code(1).await.unwrap().unwrap();
        assert_eq!(
            (found.erased.as_str(), found.facts.as_str()),
            ("erase_all", "{}")
        );
        // Sent once more it is not received once more.
        assert!(matches!(
            store.intake.submit(filed(1)).await,
            Err(SubmitError::Conflict)
        ));
        // The file that another submission names is there, its own is not.
        assert!(store.intake.upload("qzxvown").await.unwrap().is_none());
        assert!(store.intake.upload("shared").await.unwrap().is_some());
        assert!(store.intake.exhibits(1).await.unwrap().is_empty());
        assert_eq!(store.intake.exhibits(2).await.unwrap().len(), 1);
        let docket = store.work.docket(1).await.unwrap().unwrap();
        assert_eq!(
            (docket.desk.as_str(), docket.amount_minor),
            ("pharos", None)
        );
        let proofs = store.work.proofs(None, None, None, 9).await.unwrap();
        assert_eq!((proofs.len(), proofs[0].files), (1, 1));
        assert_eq!(proofs[0].erasure, erasure(1, "erase_all"));
        assert_eq!(store.work.verify_proofs().await.unwrap(), Ok(1));
        assert_eq!(store.kept(1).await.unwrap().unwrap().done, ["erase_all"]);
        drop(store);
        open(folder.path()).await;
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn an_identity_goes_alone_with_what_would_prove_a_guess_of_it() {
        let folder = tempfile::tempdir().unwrap();
        let (store, received) = filled(folder.path()).await;
        let secret = store.intake.sealed_bytes(1).await.unwrap()[1..].to_vec();
        let revision = revision(&store).await;
        let (erasure, model) = (erasure(1, "erase_identity"), model());
        assert!(store.erase(&erasure, revision, &model).await.unwrap());
        assert!(store.scrub().await.unwrap());
        assert!(files_with(folder.path(), &secret).is_empty());
        // The message of the person is a leaf of its own, and holds no identity.
        let rows = store.intake.by_seq(1).await.unwrap().unwrap();
        assert!(rows.facts.contains("qzxvfact") && rows.described.contains("qzxvdescribed"));
        assert_eq!(sealed(&store, 1).await, None);
        assert!(matches!(
            store.intake.receipt(1).await,
            Err(StoreError::Erased)
        ));
        ledger::verify(received[1].receipt.as_bytes(), &store.intake.verifier()).unwrap();
        assert_eq!(series(&store).await, [true; 3]);
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn what_is_archived_is_matched_and_found_no_more_and_is_read_still() {
        let folder = tempfile::tempdir().unwrap();
        let (store, _) = filled(folder.path()).await;
        let revision = revision(&store).await;
        assert!(
            store
                .erase(&erasure(1, "archive"), revision, &model())
                .await
                .unwrap()
        );
        store.work.recluster(&model(), 1000).await.unwrap();
        assert_eq!(series(&store).await, [true, false, true]);
        assert!(sealed(&store, 1).await.is_some());
        store.intake.receipt(1).await.unwrap();
        let sight = Sight::new(Some("ofac-pharos"), Vec::new(), |_| true);
        let filter = Filter::default();
        let queue = store.work.queue(&filter, Sort::Rank, None, 9, &sight);
        assert_eq!(queue.await.unwrap().rows.len(), 3);
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn an_erasure_cut_at_any_step_is_ended_by_the_next_start() {
        for steps in 0..3 {
            let folder = tempfile::tempdir().unwrap();
            let (store, _) = filled(folder.path()).await;
            let erasure = erasure(1, "erase_all");
            let revision = revision(&store).await;
            assert!(store.work.begin_erasure(&erasure, revision).await.unwrap());
            if steps > 0 {
                let own = store.intake.own_uploads(1).await.unwrap();
                store.objects.remove(&own[0].sha256).await.unwrap();
            }
            if steps > 1 {
                store.erase_exhibits(1).await.unwrap();
            }
            drop(store);
            let store = open(folder.path()).await;
            assert_eq!(store.finish_erasures(&model()).await.unwrap(), 1);
            assert_eq!(store.finish_erasures(&model()).await.unwrap(), 0);
            assert_eq!(
                store.work.proofs(None, None, None, 9).await.unwrap().len(),
                1
            );
            assert!(store.scrub().await.unwrap());
            assert!(files_with(folder.path(), b"qzxvfact").is_empty(), "{steps}");
            assert!(files_with(folder.path(), b"qzxvnote").is_empty(), "{steps}");
        }
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn what_is_held_or_changed_meanwhile_is_not_erased() {
        let folder = tempfile::tempdir().unwrap();
        let (store, _) = filled(folder.path()).await;
        let seen = revision(&store).await;
        let held = Held {
            id: "hold".to_owned(),
            docket: 1,
            at: 1,
            agent: "head".to_owned(),
            reason: "appeal".to_owned(),
            until: Some(6_000_000),
        };
        store.work.hold(&held, act("h", "hold", 1)).await.unwrap();
        let mut erasure = erasure(1, "erase_all");
        let erase = async |erasure: &Erasure, revision| {
            store.erase(erasure, revision, &model()).await.unwrap()
        };
        assert!(!erase(&erasure, seen).await);
        let kept = store.kept(1).await.unwrap().unwrap();
        assert_eq!((kept.held_until, kept.held), (Some(6_000_000), false));
        // Neither a look nor a hold is the last act; the person's message was.
        assert_eq!(kept.last_act_at, 10);
        assert_eq!(store.work.holds(None, None, 2, 9).await.unwrap(), [held]);
        assert!(store.work.let_go(1, act("l", "let_go", 2)).await.unwrap());
        assert!(!store.work.let_go(1, act("m", "let_go", 3)).await.unwrap());
        assert_eq!(store.kept(1).await.unwrap().unwrap().held_until, Some(2));
        assert!(!erase(&erasure, seen + 1).await);
        assert!(erase(&erasure, seen).await);
        erasure.docket = 2;
        assert!(erase(&erasure, seen).await);
        assert_eq!(store.work.verify_proofs().await.unwrap(), Ok(2));
    }
}
