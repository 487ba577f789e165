//! The one writer of `intake.db`.

use std::{collections::HashMap, path::PathBuf, sync::Arc};

use ledger::{Commitment, Log, Opening, Receipt, Signer};
use sqlx::{AnyConnection, Connection};
use tokio::sync::{mpsc, oneshot, watch};

use super::{
    Draft, Erased, NewSubmission, NewSupplement, Received, SubmitError, Upload,
    anchor::{self, NewAnchor},
    erasing::Scrubbed,
    log, writing_connection,
};
use crate::{
    StoreError, scrub,
    sql::{self, Batch, Param, params},
    vault::{Vault, sealed},
};

/// How many commands one commit takes at most: bounds the wait of the first behind the last.
const GROUP: usize = 1000;

pub(super) type Answer<T> = oneshot::Sender<Result<T, SubmitError>>;
/// Lookup of its code, the draft, its sealed body.
type WaitingDraft = (i64, Box<Draft>, Vec<u8>, Answer<()>);
/// When drafts have expired, ids of uploads.
type Forgotten = (i64, Vec<String>, Answer<()>);

/// What waits for the writer.
pub(super) enum Command {
    Submit(Box<NewSubmission>, Answer<Received>),
    Supplement(Box<NewSupplement>, Answer<Received>),
    Upload(Upload, Answer<()>),
    SaveDraft {
        code: i64,
        draft: Box<Draft>,
        sealed: Vec<u8>,
        answer: Answer<()>,
    },
    DropDraft(i64, Answer<()>),
    /// A hash of the record of looks; the answer is its leaf.
    Anchor(NewAnchor, Answer<i64>),
    /// Gives a record other bytes, if it still has those it had.
    Reseal(Resealed, Answer<()>),
    /// Takes a submission out, as far as it is erased.
    Erase(Erased, Answer<()>),
    /// Overwrites what was deleted, some at a time.
    Scrub(Answer<Scrubbed>),
    /// Forgets the drafts that have expired at this moment, and the rows of these uploads.
    Forget {
        expired_at: i64,
        uploads: Vec<String>,
        answer: Answer<()>,
    },
}

/// A sealed record whose data key another key wraps from now on.
pub(super) struct Resealed {
    pub(super) seq: i64,
    pub(super) before: Vec<u8>,
    pub(super) after: Vec<u8>,
}

/// Owns the connection and the ledger's right edge.
pub(super) struct Writer {
    pub(super) connection: AnyConnection,
    /// Changes with each commit.
    pub(super) written: watch::Sender<()>,
    pub(super) path: PathBuf,
    pub(super) log: Log,
    /// How many submissions there are.
    pub(super) received: i64,
    pub(super) signer: Arc<Signer>,
    pub(super) vault: Vault,
}

/// What one commit takes, each with whom to answer.
struct Group {
    submissions: Vec<(NewSubmission, Answer<Received>)>,
    supplements: Vec<(NewSupplement, Answer<Received>)>,
    uploads: Vec<(Upload, Answer<()>)>,
    drafts: Vec<WaitingDraft>,
    dropped: Vec<(i64, Answer<()>)>,
    forgotten: Vec<Forgotten>,
    anchors: Vec<(NewAnchor, Answer<i64>)>,
    resealed: Vec<(Resealed, Answer<()>)>,
    erased: Vec<(Erased, Answer<()>)>,
}

/// Places and bodies of what was received before under the idempotency keys of a group.
#[derive(Default)]
struct Known {
    submissions: HashMap<i64, (i64, Vec<u8>)>,
    supplements: HashMap<i64, (i64, Vec<u8>)>,
}

/// One answer for each submission and each supplement of a group, in their order.
struct Answers {
    submitted: Vec<Result<Received, SubmitError>>,
    supplemented: Vec<Result<Received, SubmitError>>,
    /// The leaf of each anchor.
    anchored: Vec<i64>,
}

/// A leaf of this group, or the row that an earlier request already made.
enum Outcome {
    /// Place in the group's list of new leaves.
    New(usize),
    /// The same request stands earlier in this group, at this place of its list.
    Twin(usize),
    Repeated {
        seq: i64,
    },
    Conflict,
}

/// One request that becomes a leaf.
struct Entry {
    idempotency: i64,
    body: [u8; 32],
    opening: Opening,
    id: String,
    at: i64,
}

impl Writer {
    pub(super) async fn run(mut self, mut queue: mpsc::Receiver<Command>) {
        let mut group = Vec::with_capacity(GROUP);
        while queue.recv_many(&mut group, GROUP).await > 0 {
            // Whoever is ready to hand something in does so first: a larger group costs hardly more.
            tokio::task::yield_now().await;
            while group.len() < GROUP
                && let Ok(command) = queue.try_recv()
            {
                group.push(command);
            }
            self.write(std::mem::take(&mut group)).await;
        }
        if let Err(error) = self.connection.close().await {
            tracing::warn!(%error, "the intake database did not close cleanly; it recovers at the next start");
        }
    }

    async fn write(&mut self, group: Vec<Command>) {
        let mut submissions = Vec::new();
        let mut supplements = Vec::new();
        let mut uploads = Vec::new();
        let mut drafts = Vec::new();
        let mut dropped = Vec::new();
        let mut forgotten = Vec::new();
        let mut anchors = Vec::new();
        let mut resealed = Vec::new();
        let mut erased = Vec::new();
        let mut scrubs = Vec::new();
        for command in group {
            match command {
                Command::Submit(submission, answer) => submissions.push((*submission, answer)),
                Command::Supplement(supplement, answer) => supplements.push((*supplement, answer)),
                Command::Upload(upload, answer) => uploads.push((upload, answer)),
                Command::SaveDraft {
                    code,
                    draft,
                    sealed,
                    answer,
                } => {
                    drafts.push((code, draft, sealed, answer));
                }
                Command::DropDraft(code, answer) => dropped.push((code, answer)),
                Command::Anchor(new, answer) => anchors.push((new, answer)),
                Command::Reseal(one, answer) => resealed.push((one, answer)),
                Command::Erase(one, answer) => erased.push((one, answer)),
                Command::Scrub(answer) => scrubs.push(answer),
                Command::Forget {
                    expired_at,
                    uploads,
                    answer,
                } => forgotten.push((expired_at, uploads, answer)),
            }
        }
        let group = Group {
            submissions,
            supplements,
            uploads,
            drafts,
            dropped,
            forgotten,
            anchors,
            resealed,
            erased,
        };
        let done = self.commit(&group).await;
        let Group {
            submissions,
            supplements,
            uploads,
            drafts,
            dropped,
            forgotten,
            anchors,
            resealed,
            erased,
        } = group;
        match done {
            Ok(Answers {
                submitted,
                supplemented,
                anchored,
            }) => {
                for ((_, answer), seq) in anchors.into_iter().zip(anchored) {
                    let _gone = answer.send(Ok(seq));
                }
                for ((_, answer), result) in submissions.into_iter().zip(submitted) {
                    // A caller that went away finds its answer by its idempotency key.
                    let _gone = answer.send(result);
                }
                for ((_, answer), result) in supplements.into_iter().zip(supplemented) {
                    let _gone = answer.send(result);
                }
                let plain = uploads
                    .into_iter()
                    .map(|(_, answer)| answer)
                    .chain(drafts.into_iter().map(|(.., answer)| answer))
                    .chain(dropped.into_iter().map(|(_, answer)| answer))
                    .chain(forgotten.into_iter().map(|(.., answer)| answer))
                    .chain(resealed.into_iter().map(|(_, answer)| answer))
                    .chain(erased.into_iter().map(|(_, answer)| answer));
                for answer in plain {
                    let _gone = answer.send(Ok(()));
                }
            }
            Err(error) => {
                tracing::error!(
                    error = &error as &dyn std::error::Error,
                    "a group was not received; its callers are told"
                );
                let error = Arc::new(error);
                let refused = || SubmitError::NotDurable(Arc::clone(&error));
                for (_, answer) in submissions {
                    let _gone = answer.send(Err(refused()));
                }
                for (_, answer) in supplements {
                    let _gone = answer.send(Err(refused()));
                }
                for (_, answer) in anchors {
                    let _gone = answer.send(Err(refused()));
                }
                let plain = uploads
                    .into_iter()
                    .map(|(_, answer)| answer)
                    .chain(drafts.into_iter().map(|(.., answer)| answer))
                    .chain(dropped.into_iter().map(|(_, answer)| answer))
                    .chain(forgotten.into_iter().map(|(.., answer)| answer))
                    .chain(resealed.into_iter().map(|(_, answer)| answer))
                    .chain(erased.into_iter().map(|(_, answer)| answer));
                for answer in plain {
                    let _gone = answer.send(Err(refused()));
                }
                self.recover().await;
            }
        }
        // Nobody of the group waits for it.
        for answer in scrubs {
            let scrubbed = self.scrub().await;
            let failed = |error| SubmitError::NotDurable(Arc::new(error));
            let _gone = answer.send(scrubbed.map_err(failed));
        }
    }

    async fn scrub(&mut self) -> Result<Scrubbed, StoreError> {
        if scrub::fill(&mut self.connection).await? {
            return Ok(Scrubbed::More);
        }
        let empty = scrub::empty_log(&mut self.connection).await?;
        Ok(if empty {
            Scrubbed::Clean
        } else {
            Scrubbed::Read
        })
    }

    /// After a failed commit nothing in memory is trusted: a new connection, the log read again.
    async fn recover(&mut self) {
        match writing_connection(&self.path).await {
            Ok(connection) => {
                self.connection = connection;
                match self.load().await {
                    Ok(()) => {}
                    Err(error) => {
                        tracing::error!(
                            error = &error as &dyn std::error::Error,
                            "the ledger could not be read again; the next group will fail too"
                        )
                    }
                }
            }
            Err(error) => tracing::error!(
                error = &error as &dyn std::error::Error,
                "the intake database could not be opened again"
            ),
        }
    }

    async fn load(&mut self) -> Result<(), StoreError> {
        self.log = log::load(&mut self.connection, &self.signer).await?;
        self.received = log::received(&mut self.connection).await?;
        Ok(())
    }

    /// Retries are rare, so nothing is looked up for them: the unique index of the idempotency keys says
    /// when there is one, and only then are the group's keys looked up and the group written again.
    async fn commit(&mut self, group: &Group) -> Result<Answers, StoreError> {
        match self.attempt(group, &Known::default()).await {
            Err(StoreError::Database(sqlx::Error::Database(error)))
                if error.is_unique_violation() =>
            {
                let known = Known {
                    submissions: look_up(
                        &mut self.connection,
                        "SELECT idempotency, seq, body FROM submission WHERE idempotency",
                        group.submissions.iter().map(|(new, _)| new.idempotency),
                    )
                    .await?,
                    supplements: look_up(
                        &mut self.connection,
                        "SELECT idempotency, seq, digest FROM supplement WHERE idempotency",
                        group.supplements.iter().map(|(new, _)| new.idempotency),
                    )
                    .await?,
                };
                self.attempt(group, &known).await
            }
            done => done,
        }
    }

    /// One transaction; what it leaves behind when it fails is nothing.
    async fn attempt(&mut self, group: &Group, known: &Known) -> Result<Answers, StoreError> {
        let entries: Vec<Entry> = group
            .submissions
            .iter()
            .map(|(new, _)| {
                Ok(Entry {
                    idempotency: new.idempotency,
                    body: new.body,
                    opening: log::opening(
                        new.nonce,
                        new.digest,
                        [("submission", &new.id), ("desk", &new.desk)],
                    )?,
                    id: new.id.clone(),
                    at: new.received_at,
                })
            })
            .collect::<Result<_, StoreError>>()?;
        let later: Vec<Entry> = group
            .supplements
            .iter()
            .map(|(new, _)| {
                Ok(Entry {
                    idempotency: new.idempotency,
                    body: new.digest,
                    opening: log::opening(
                        new.nonce,
                        new.digest,
                        [
                            ("submission", &new.submission_id),
                            ("supplement", &new.kind),
                        ],
                    )?,
                    id: new.submission_id.clone(),
                    at: new.at,
                })
            })
            .collect::<Result<_, StoreError>>()?;
        let mut fresh: Vec<Commitment> = Vec::new();
        let outcomes = sort_out(&entries, &known.submissions, &mut fresh);
        let later_outcomes = sort_out(&later, &known.supplements, &mut fresh);
        let places = fresh.len()..;
        for (new, _) in &group.anchors {
            fresh.push(new.commitment()?);
        }

        let first = self.log.size();
        let seq_of = |place: usize| (first + place as u64) as i64;
        let mut batch = Batch::default();
        write_submissions(
            &mut batch,
            &group.submissions,
            &outcomes,
            seq_of,
            &self.vault,
        )
        .await?;
        write_supplements(&mut batch, &group.supplements, &later_outcomes, seq_of);
        let anchored: Vec<i64> = places
            .zip(&group.anchors)
            .map(|(place, _)| seq_of(place))
            .collect();
        let anchors = group.anchors.iter().map(|(new, _)| new);
        anchor::write(&mut batch, anchored.iter().copied().zip(anchors));
        write_uploads(&mut batch, &group.uploads);
        for (code, draft, sealed, _) in &group.drafts {
            let row = params![
                *code,
                draft.desk.as_str(),
                i64::from(draft.desk_version),
                sealed.clone(),
                draft.updated_at,
                draft.expires_at
            ];
            // One at a time: a group may hold two versions of one draft, and the later must win.
            batch.insert(
                "INSERT INTO draft (code, desk, desk_version, sealed, updated_at, expires_at) VALUES",
                "ON CONFLICT (code) DO UPDATE SET desk = excluded.desk, desk_version = excluded.desk_version, sealed = excluded.sealed, updated_at = excluded.updated_at, expires_at = excluded.expires_at",
                vec![row],
            );
        }
        // After the drafts that are saved in the same group: saving makes an expired one live again.
        for (expired_at, uploads, _) in &group.forgotten {
            batch.run(
                "DELETE FROM draft WHERE expires_at <= ?",
                params![*expired_at],
            );
            for id in uploads {
                batch.run("DELETE FROM upload WHERE id = ?", params![id.as_str()]);
            }
        }
        for (code, _) in &group.dropped {
            batch.run("DELETE FROM draft WHERE code = ?", params![*code]);
        }
        for (Resealed { seq, before, after }, _) in &group.resealed {
            batch.run(
                "UPDATE identity SET sealed = ? WHERE seq = ? AND sealed = ?",
                params![after.clone(), *seq, before.clone()],
            );
        }
        for (erased, _) in &group.erased {
            erased.write(&mut batch);
        }
        let new_submissions = outcomes
            .iter()
            .filter(|outcome| matches!(outcome, Outcome::New(_)))
            .count();
        let received = self.received + new_submissions as i64;
        let appended = if fresh.is_empty() {
            None
        } else {
            let appended = self
                .log
                .append(&fresh)
                .map_err(|error| StoreError::Ledger(error.to_string()))?;
            let checkpoint = self.signer.sign(appended.size(), &appended.root());
            log::write(&mut batch, &fresh, &appended, &checkpoint, received);
            Some((appended, checkpoint))
        };
        if !batch.is_empty() {
            let overwrites = !group.erased.is_empty() || !group.resealed.is_empty();
            if overwrites {
                scrub::overwriting(&mut self.connection, true).await?;
            }
            let mut transaction = self.connection.begin().await?;
            batch.execute(&mut transaction).await?;
            transaction.commit().await?;
            if overwrites {
                scrub::overwriting(&mut self.connection, false).await?;
            }
            self.written.send_replace(());
        }

        // Durable from here on. What follows only words the answers.
        let mut proofs = Vec::with_capacity(fresh.len());
        if let Some((appended, checkpoint)) = appended {
            for index in appended.first_index()..appended.size() {
                let proof = appended
                    .proof(index)
                    .expect("the index is one of those just appended");
                proofs.push((proof, checkpoint.clone()));
            }
            self.log = appended.into_log();
            self.received = received;
        }
        let submitted = self
            .answers(&entries, outcomes, &proofs, first, log::SUBMISSION)
            .await;
        let supplemented = self
            .answers(&later, later_outcomes, &proofs, first, log::SUPPLEMENT)
            .await;
        Ok(Answers {
            submitted,
            supplemented,
            anchored,
        })
    }

    async fn answers(
        &mut self,
        entries: &[Entry],
        outcomes: Vec<Outcome>,
        proofs: &[(ledger::InclusionProof, String)],
        first: u64,
        select: &str,
    ) -> Vec<Result<Received, SubmitError>> {
        let mut answers: Vec<Result<Received, SubmitError>> = Vec::with_capacity(outcomes.len());
        for (entry, outcome) in entries.iter().zip(outcomes) {
            let answer = match outcome {
                Outcome::Conflict => Err(SubmitError::Conflict),
                Outcome::New(place) => {
                    let (proof, checkpoint) = &proofs[place];
                    Ok(Received {
                        seq: (first + place as u64) as i64,
                        id: entry.id.clone(),
                        received_at: entry.at,
                        receipt: Receipt {
                            index: first + place as u64,
                            proof: proof.clone(),
                            opening: entry.opening.clone(),
                            checkpoint: checkpoint.clone(),
                        }
                        .to_string(),
                        repeated: false,
                    })
                }
                Outcome::Twin(earlier) => match &answers[earlier] {
                    Ok(first) => Ok(Received {
                        repeated: true,
                        ..first.clone()
                    }),
                    // A twin is only ever paired with a new leaf, which has an answer.
                    Err(_) => Err(SubmitError::Stopped),
                },
                Outcome::Repeated { seq } => log::repeated(&mut self.connection, select, seq)
                    .await
                    .map_err(|error| SubmitError::NotDurable(Arc::new(error))),
            };
            answers.push(answer);
        }
        answers
    }
}

/// Places and bodies of what was received under some idempotency keys.
async fn look_up(
    connection: &mut AnyConnection,
    select: &str,
    keys: impl Iterator<Item = i64>,
) -> Result<HashMap<i64, (i64, Vec<u8>)>, StoreError> {
    let keys: Vec<i64> = keys.collect();
    let mut stored = HashMap::new();
    for row in sql::select_in(connection, select, "", &keys).await? {
        stored.insert(
            sql::int(&row, 0)?,
            (sql::int(&row, 1)?, sql::bytes(&row, 2)?),
        );
    }
    Ok(stored)
}

/// For each entry: a new leaf, or what an earlier request (stored, or earlier in this group) made.
fn sort_out(
    entries: &[Entry],
    stored: &HashMap<i64, (i64, Vec<u8>)>,
    fresh: &mut Vec<Commitment>,
) -> Vec<Outcome> {
    let mut in_group: HashMap<i64, (usize, [u8; 32])> = HashMap::new();
    let mut outcomes = Vec::with_capacity(entries.len());
    for entry in entries {
        if let Some((seq, body)) = stored.get(&entry.idempotency) {
            outcomes.push(if body.as_slice() == entry.body {
                Outcome::Repeated { seq: *seq }
            } else {
                Outcome::Conflict
            });
        } else if let Some((place, body)) = in_group.get(&entry.idempotency) {
            outcomes.push(if *body == entry.body {
                Outcome::Twin(*place)
            } else {
                Outcome::Conflict
            });
        } else {
            let place = fresh.len();
            in_group.insert(entry.idempotency, (outcomes.len(), entry.body));
            fresh.push(entry.opening.commitment());
            outcomes.push(Outcome::New(place));
        }
    }
    outcomes
}

async fn write_submissions(
    batch: &mut Batch,
    submissions: &[(NewSubmission, Answer<Received>)],
    outcomes: &[Outcome],
    seq_of: impl Fn(usize) -> i64,
    vault: &Vault,
) -> Result<(), StoreError> {
    let mut rows = Vec::with_capacity(submissions.len());
    let mut identities = Vec::new();
    let mut exhibits = Vec::new();
    for ((new, _), outcome) in submissions.iter().zip(outcomes) {
        let Outcome::New(place) = outcome else {
            continue;
        };
        let seq = seq_of(*place);
        rows.push(params![
            seq,
            new.id.as_str(),
            new.desk.as_str(),
            i64::from(new.desk_version),
            new.track.as_str(),
            new.lang.as_str(),
            new.channel.as_str(),
            new.received_at,
            new.code,
            new.idempotency,
            new.digest,
            new.nonce,
            new.body,
            new.facts.as_str(),
            new.described.as_str(),
        ]);
        if let Some(identity) = &new.identity {
            // Durable by now, though what is sealed under it is not yet.
            let key = vault.of_unit(&new.unit).await?;
            let sealed = sealed::seal(&key, new.id.as_bytes(), identity.as_bytes())?;
            identities.push(params![seq, sealed]);
        }
        exhibits.extend(
            new.uploads
                .iter()
                .map(|upload| params![upload.as_str(), seq, seq]),
        );
    }
    batch.insert(
        "INSERT INTO submission (seq, id, desk, desk_version, track, lang, channel, received_at, code, idempotency, digest, nonce, body, facts, described) VALUES",
        "",
        rows,
    );
    batch.insert("INSERT INTO identity (seq, sealed) VALUES", "", identities);
    write_exhibits(batch, exhibits);
    Ok(())
}

fn write_supplements(
    batch: &mut Batch,
    supplements: &[(NewSupplement, Answer<Received>)],
    outcomes: &[Outcome],
    seq_of: impl Fn(usize) -> i64,
) {
    let mut rows = Vec::with_capacity(supplements.len());
    let mut exhibits = Vec::new();
    for ((new, _), outcome) in supplements.iter().zip(outcomes) {
        let Outcome::New(place) = outcome else {
            continue;
        };
        let seq = seq_of(*place);
        rows.push(params![
            seq,
            new.submission,
            new.kind.as_str(),
            new.at,
            new.idempotency,
            new.digest,
            new.nonce,
            new.body.as_str(),
        ]);
        exhibits.extend(
            new.uploads
                .iter()
                .map(|upload| params![upload.as_str(), new.submission, seq]),
        );
    }
    batch.insert(
        "INSERT INTO supplement (seq, submission, kind, at, idempotency, digest, nonce, body) VALUES",
        "",
        rows,
    );
    write_exhibits(batch, exhibits);
}

fn write_exhibits(batch: &mut Batch, rows: Vec<Vec<Param>>) {
    batch.insert(
        "INSERT INTO exhibit (upload, submission, seq) VALUES",
        "ON CONFLICT DO NOTHING",
        rows,
    );
}

fn write_uploads(batch: &mut Batch, uploads: &[(Upload, Answer<()>)]) {
    let rows = uploads
        .iter()
        .map(|(upload, _)| {
            params![
                upload.id.as_str(),
                upload.sha256,
                upload.size as i64,
                upload.name.as_str(),
                upload.media_type.as_str(),
                upload.at,
            ]
        })
        .collect();
    batch.insert(
        "INSERT INTO upload (id, sha256, size, name, media_type, at) VALUES",
        "ON CONFLICT DO NOTHING",
        rows,
    );
}
