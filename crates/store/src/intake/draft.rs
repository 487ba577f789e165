//! Drafts: what a person has answered so far, found again with a resume code. The answers are sealed
//! under a key made from the code itself, so the folder alone cannot read them.

use sha2::{Digest, Sha256};
use tokio::sync::oneshot;

use super::{Intake, SubmitError, writing::Command};
use crate::{
    StoreError, VaultError, sql,
    vault::sealed::{open_1, seal_1},
};

/// A draft as its owner sees it.
#[derive(Clone, Debug)]
pub struct Draft {
    /// Desk.
    pub desk: String,
    /// Version of the desk's definition it was begun with.
    pub desk_version: u32,
    /// JSON; what is in it is the caller's business.
    pub body: String,
    /// Microseconds since 1970 UTC.
    pub updated_at: i64,
    /// Microseconds since 1970 UTC.
    pub expires_at: i64,
}

fn seal_key(code: &[u8]) -> [u8; 32] {
    Sha256::new()
        .chain_update(b"orfevre-draft-1\n")
        .chain_update(code)
        .finalize()
        .into()
}

fn lookup(code: &[u8]) -> i64 {
    let hash = Sha256::new()
        .chain_update(b"orfevre-draft-lookup-1\n")
        .chain_update(code)
        .finalize();
    i64::from_be_bytes(hash[..8].try_into().expect("a hash has more than 8 bytes"))
}

impl Intake {
    /// Keeps a draft under its resume code, over what was there.
    ///
    /// # Errors
    /// When it was not kept.
    pub async fn save_draft(&self, code: &[u8], draft: Draft) -> Result<(), SubmitError> {
        let not_durable =
            |error: VaultError| SubmitError::NotDurable(std::sync::Arc::new(error.into()));
        let sealed =
            seal_1(&seal_key(code), b"draft", draft.body.as_bytes()).map_err(not_durable)?;
        let (answer, answered) = oneshot::channel();
        self.send(Command::SaveDraft {
            code: lookup(code),
            draft: Box::new(draft),
            sealed,
            answer,
        })
        .await?;
        answered.await.map_err(|_| SubmitError::Stopped)?
    }

    /// Forgets a draft.
    ///
    /// # Errors
    /// When the writer could not.
    pub async fn drop_draft(&self, code: &[u8]) -> Result<(), SubmitError> {
        let (answer, answered) = oneshot::channel();
        self.send(Command::DropDraft(lookup(code), answer)).await?;
        answered.await.map_err(|_| SubmitError::Stopped)?
    }

    /// The draft of a resume code, unless there is none or it has expired at `now`.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn draft(&self, code: &[u8], now: i64) -> Result<Option<Draft>, StoreError> {
        let mut connection = self.reading().await?;
        let row = sql::row(
            &mut connection,
            "SELECT desk, desk_version, sealed, updated_at, expires_at FROM draft WHERE code = $1 AND expires_at > $2",
            sql::params![lookup(code), now],
        )
        .await?;
        let Some(row) = row else { return Ok(None) };
        let body = open_1(&seal_key(code), b"draft", &sql::bytes(&row, 2)?)?;
        Ok(Some(Draft {
            desk: sql::text(&row, 0)?,
            desk_version: u32::try_from(sql::int(&row, 1)?).unwrap_or(u32::MAX),
            body: String::from_utf8(body).map_err(|error| StoreError::Corrupt {
                what: "draft",
                why: error.to_string(),
            })?,
            updated_at: sql::int(&row, 3)?,
            expires_at: sql::int(&row, 4)?,
        }))
    }
}
