//! RECEIVE: from checked answers to a durable receipt. Pages, API and import all come through here, and card
//! numbers go no further ([`mask`]): what is stored, committed to and hashed is masked.
//!
//! What is committed to the ledger is `docs/formats/submission-1.md`.

pub mod later;
pub(crate) mod mask;

use casework::{
    Lang,
    answers::{Answers, Split},
    description::{self, Description},
    desk::Desk,
    facts,
    submission::{SubmissionId, Track, TrackingCode},
};
use serde_json::Value;
use sha2::{Digest, Sha256};
use store::intake::{NewSubmission, SubmitError};

pub use self::mask::digest as body_digest;
use crate::app::App;

/// A submission that passed the desk's rules, and how it came.
pub struct Filing<'a> {
    /// The desk, in the version the answers were checked with.
    pub desk: &'a Desk,
    /// Track of the desk.
    pub track: Track,
    /// Language of the person.
    pub lang: Lang,
    /// `web`, `api`, `import`.
    pub channel: &'static str,
    /// Checked answers.
    pub answers: &'a Answers,
    /// Whose idempotency keys these are: a partner's name, or empty for anybody.
    pub scope: &'a str,
    /// The client's idempotency key.
    pub idempotency: &'a str,
    /// [`body_digest`] of the request's answers as sent.
    pub body: [u8; 32],
    /// Who vouched for what of the identity, where somebody did: kept with it, and sealed as it is.
    pub vouched: Option<Value>,
}

/// The name under which the identity keeps who vouched for it. No question is called so.
pub const VOUCHED: &str = "_vouched";

/// What the person gets.
#[derive(Clone)]
pub struct Filed {
    /// Id of the submission.
    pub id: String,
    /// The secret that opens the follow-up page.
    pub code: TrackingCode,
    /// The receipt, a C2SP tlog-proof.
    pub receipt: String,
    /// Place in the ledger.
    pub seq: i64,
    /// Microseconds since 1970 UTC.
    pub received_at: i64,
    /// Whether the same request had been received before.
    pub repeated: bool,
}

/// Why it was NOT received.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ReceiveError {
    /// The store did not make it durable, or the key was used with another body.
    #[error(transparent)]
    Submit(#[from] SubmitError),
    /// The store could not be read.
    #[error(transparent)]
    Store(#[from] store::StoreError),
    /// An evidence id that no upload has.
    #[error("no uploaded file has the id {0}")]
    UnknownEvidence(String),
    /// The submission that it was to be added to was erased.
    #[error("the submission was erased")]
    Erased,
    /// The operating system gave no randomness.
    #[error("no randomness from the operating system")]
    Randomness,
}

/// Makes a filing durable and gives its receipt. The reply to a person may leave once this returns.
///
/// # Errors
/// When it was not received; nothing of it was kept then.
pub async fn receive(app: &App, filing: Filing<'_>) -> Result<Filed, ReceiveError> {
    // People and partners go before matching; an import is in no hurry and wants both.
    let _receiving = (filing.channel != "import").then(|| app.receiving());
    let uploads: Vec<String> = facts::evidence(filing.desk, filing.answers)
        .into_iter()
        .map(str::to_owned)
        .collect();
    let mut evidence = Vec::with_capacity(uploads.len());
    for id in &uploads {
        let upload = app
            .upload(id)
            .await?
            .ok_or_else(|| ReceiveError::UnknownEvidence(id.clone()))?;
        evidence.push(upload.sha256);
    }
    let mut random = [0_u8; 42];
    getrandom::fill(&mut random).map_err(|_| ReceiveError::Randomness)?;
    let (id_random, nonce) = random.split_at(10);
    let now = app.now();
    let id =
        SubmissionId::new(now, id_random.try_into().expect("ten bytes were split off")).to_string();
    let code = tracking_code(app, &id);
    let answers = mask::answers(filing.answers);
    let described = description::descriptions(filing.desk, &answers, now);
    let described = match described.as_slice() {
        [] => String::new(),
        some => Value::Array(some.iter().map(Description::to_json).collect()).to_string(),
    };
    let Split {
        facts,
        mut identity,
    } = answers.split(filing.desk);
    if let Some(vouched) = filing.vouched.filter(|_| !identity.is_empty()) {
        identity.insert(VOUCHED.to_owned(), vouched);
    }
    // Straight into bytes: through `Display` it takes twice as long.
    let json = |answers: &serde_json::Map<String, serde_json::Value>| {
        serde_json::to_string(answers).expect("a JSON object has string keys and no failing values")
    };
    let facts = json(&facts);
    let identity = (!identity.is_empty()).then(|| json(&identity));
    let received_at = now.as_microsecond();
    // The current version's: an old one names no unit, or one that has it no more.
    let unit = app
        .config
        .desk(&filing.desk.id)
        .and_then(|desk| desk.unit.as_ref());
    let digest = digest(
        &[
            id.as_bytes(),
            filing.desk.id.as_str().as_bytes(),
            filing.desk.version.to_string().as_bytes(),
            filing.track.as_str().as_bytes(),
            received_at.to_string().as_bytes(),
            facts.as_bytes(),
            identity.as_deref().unwrap_or_default().as_bytes(),
        ],
        &evidence,
    );
    let received = app
        .store
        .intake
        .submit(NewSubmission {
            desk: filing.desk.id.as_str().to_owned(),
            unit: unit.map_or_else(String::new, |unit| unit.as_str().to_owned()),
            desk_version: filing.desk.version,
            track: filing.track.as_str().to_owned(),
            lang: filing.lang.tag().to_owned(),
            channel: filing.channel.to_owned(),
            received_at,
            code: lookup(&code),
            idempotency: idempotency(filing.scope, filing.desk.id.as_str(), filing.idempotency),
            body: filing.body,
            digest,
            nonce: nonce.try_into().expect("thirty-two bytes are left"),
            facts,
            described,
            identity,
            uploads,
            id,
        })
        .await?;
    app.arrived.notify_one();
    Ok(Filed {
        code: tracking_code(app, &received.id),
        id: received.id,
        receipt: received.receipt,
        seq: received.seq,
        received_at: received.received_at,
        repeated: received.repeated,
    })
}

/// The code of a submission: the same for a retry, underivable without the folder's key.
pub(crate) fn tracking_code(app: &App, id: &str) -> TrackingCode {
    TrackingCode::from_bytes(&app.store.secrets.derive("tracking-code", id.as_bytes()))
}

/// What the database finds a code by.
#[must_use]
pub fn lookup(code: &TrackingCode) -> i64 {
    first_eight(&code.lookup_hash())
}

/// What the database finds an idempotency key by.
#[must_use]
pub fn idempotency(scope: &str, desk: &str, key: &str) -> i64 {
    first_eight(&digest(
        &[
            b"idempotency",
            scope.as_bytes(),
            desk.as_bytes(),
            key.as_bytes(),
        ],
        &[],
    ))
}

fn first_eight(hash: &[u8; 32]) -> i64 {
    i64::from_be_bytes(
        hash[..8]
            .try_into()
            .expect("a hash has more than eight bytes"),
    )
}

/// SHA-256 of fields, each with its length before it, then of the exhibits' hashes.
pub(crate) fn digest(fields: &[&[u8]], evidence: &[[u8; 32]]) -> [u8; 32] {
    let mut hash = Sha256::new();
    hash.update(b"orfevre-submission-1\n");
    for field in fields {
        hash.update((field.len() as u64).to_be_bytes());
        hash.update(field);
    }
    for sha256 in evidence {
        hash.update(sha256);
    }
    hash.finalize().into()
}
