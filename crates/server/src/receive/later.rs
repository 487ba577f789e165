//! What a person adds later: a message, more facts, a withdrawal. Durable and in the ledger like the
//! submission itself, and a retry gives the same answer.

use casework::submission::TrackingCode;
use store::intake::{NewSupplement, Received, Submission, SubmitError, Supplement};

use super::{ReceiveError, digest, idempotency, lookup, mask, tracking_code};
use crate::app::App;

/// Something to add.
pub struct Addition<'a> {
    /// The submission, as its tracking code opened it.
    pub submission: &'a Submission,
    /// `message`, `facts`, `withdrawal`.
    pub kind: &'static str,
    /// JSON; the worker reads its member `text`.
    pub body: String,
    /// Ids of files uploaded before.
    pub uploads: Vec<String>,
    /// The client's idempotency key; keys of one submission are its own.
    pub idempotency: &'a str,
}

/// The submission that a tracking code opens. The whole code is compared, not only what the database
/// finds it by.
///
/// # Errors
/// When the store could not be read.
pub async fn opened_by(
    app: &App,
    code: &TrackingCode,
) -> Result<Option<Submission>, store::StoreError> {
    let found = app.store.intake.by_code(lookup(code)).await?;
    Ok(found.filter(|submission| tracking_code(app, &submission.id) == *code))
}

/// What was added before under this key, if it was.
///
/// # Errors
/// When the store could not be read.
pub async fn added(
    app: &App,
    submission: &Submission,
    key: &str,
) -> Result<Option<Supplement>, store::StoreError> {
    app.store
        .intake
        .supplement_by_idempotency(key_of(submission, key))
        .await
}

fn key_of(submission: &Submission, key: &str) -> i64 {
    idempotency(&submission.id, "later", key)
}

/// Makes an addition durable and gives its receipt.
///
/// # Errors
/// When it was not received; nothing of it was kept then.
pub async fn add(app: &App, addition: Addition<'_>) -> Result<Received, ReceiveError> {
    if addition.submission.erased == "erase_all" {
        return Err(ReceiveError::Erased);
    }
    let mut evidence = Vec::with_capacity(addition.uploads.len());
    for id in &addition.uploads {
        let upload = app.upload(id).await?;
        evidence.push(
            upload
                .ok_or_else(|| ReceiveError::UnknownEvidence(id.clone()))?
                .sha256,
        );
    }
    let key = key_of(addition.submission, addition.idempotency);
    let body = mask::json(addition.body);
    let mut tried = false;
    loop {
        // The digest holds the moment: a retry must be given that of the first request.
        let before = app.store.intake.supplement_by_idempotency(key).await?;
        let at = before.map_or_else(|| app.now_micros(), |before| before.at);
        let mut nonce = [0_u8; 32];
        getrandom::fill(&mut nonce).map_err(|_| ReceiveError::Randomness)?;
        let fields = [
            addition.submission.id.as_bytes(),
            addition.kind.as_bytes(),
            &at.to_string().into_bytes(),
            body.as_bytes(),
        ];
        let added = app
            .store
            .intake
            .supplement(NewSupplement {
                submission: addition.submission.seq,
                submission_id: addition.submission.id.clone(),
                kind: addition.kind.to_owned(),
                at,
                idempotency: key,
                digest: digest(&fields, &evidence),
                nonce,
                body: body.clone(),
                uploads: addition.uploads.clone(),
            })
            .await;
        match added {
            // Its twin was committed between the look and the write: look again, once.
            Err(SubmitError::Conflict) if !tried => tried = true,
            Err(error) => return Err(error.into()),
            Ok(received) => {
                app.arrived.notify_one();
                return Ok(received);
            }
        }
    }
}
