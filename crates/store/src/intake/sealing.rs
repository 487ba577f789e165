//! Identities: sealed apart from the facts under the key of the unit that has the submission.

use sqlx::AnyConnection;
use tokio::sync::oneshot;

use super::{
    Intake, Submission, SubmitError,
    writing::{Command, Resealed},
};
use crate::{
    Checked, StoreError, Unopened,
    sql::{self, params},
    vault::Vault,
};

/// Records looked at in one go.
const SOME: i64 = 512;

/// Why a record was not wrapped anew: it is as it was.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum PassError {
    /// It could not be read, or its keys not be had.
    #[error("wrapping an identity for another unit")]
    Store(#[from] StoreError),
    /// It could not be written.
    #[error("keeping an identity that is wrapped for another unit")]
    Write(#[from] SubmitError),
}

impl Intake {
    /// Whether an identity was sealed with a submission; nothing is opened.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn has_identity(&self, seq: i64) -> Result<bool, StoreError> {
        Ok(self.sealed(seq).await?.is_some())
    }

    /// The identity that was sealed with a submission, as JSON. Opening it is an act: the caller
    /// answers for the right to and the record of it.
    ///
    /// # Errors
    /// When the database does not answer or the record does not open.
    pub async fn identity(&self, submission: &Submission) -> Result<Option<String>, StoreError> {
        let Some(sealed) = self.sealed(submission.seq).await? else {
            return Ok(None);
        };
        let plain = self.vault.open_record(submission.id.as_bytes(), &sealed)?;
        String::from_utf8(plain)
            .map(Some)
            .map_err(|error| StoreError::Corrupt {
                what: "identity",
                why: error.to_string(),
            })
    }

    /// Wraps the data key of an identity for the unit that has the submission from now on, without opening the
    /// identity. False when there is nothing to do.
    ///
    /// # Errors
    /// See [`PassError`].
    pub async fn pass_identity(&self, seq: i64, id: &str, unit: &str) -> Result<bool, PassError> {
        let Some(before) = self.sealed(seq).await? else {
            return Ok(false);
        };
        let after = self.vault.rewrap(unit, id.as_bytes(), &before).await?;
        let Some(after) = after else {
            return Ok(false);
        };
        let (answer, answered) = oneshot::channel();
        let resealed = Resealed { seq, before, after };
        self.send(Command::Reseal(resealed, answer)).await?;
        answered.await.map_err(|_| SubmitError::Stopped)??;
        Ok(true)
    }

    /// The unit under whose key an identity is sealed; none where there is no identity, or it is sealed under none.
    ///
    /// # Errors
    /// When the database does not answer or the record names a key that is not there.
    pub async fn identity_unit(&self, seq: i64) -> Result<Option<String>, StoreError> {
        match self.sealed(seq).await? {
            Some(sealed) => Ok(self.vault.unit_of(&sealed)?),
            None => Ok(None),
        }
    }

    #[cfg(test)]
    pub(crate) async fn sealed_bytes(&self, seq: i64) -> Option<Vec<u8>> {
        self.sealed(seq).await.ok().flatten()
    }

    async fn sealed(&self, seq: i64) -> Result<Option<Vec<u8>>, StoreError> {
        let mut connection = self.reading().await?;
        let row = sql::row(
            &mut connection,
            "SELECT sealed FROM identity WHERE seq = $1",
            params![seq],
        )
        .await?;
        Ok(row.map(|row| sql::bytes(&row, 0)).transpose()?)
    }
}

/// Opens every sealed identity and forgets what was in it: which open, and why the others do not.
pub(crate) async fn check_identities(
    connection: &mut AnyConnection,
    vault: &Vault,
) -> Result<Checked, StoreError> {
    let mut checked = Checked::default();
    let mut after = -1;
    loop {
        let rows = sql::rows(
            &mut *connection,
            "SELECT i.seq, s.id, i.sealed FROM identity i JOIN submission s ON s.seq = i.seq WHERE i.seq > $1 ORDER BY i.seq LIMIT $2",
            params![after, SOME],
        )
        .await?;
        for row in &rows {
            after = sql::int(row, 0)?;
            let (id, sealed) = (sql::text(row, 1)?, sql::bytes(row, 2)?);
            match vault.open_record(id.as_bytes(), &sealed) {
                Ok(_) => {
                    checked.open += 1;
                    checked.first += u64::from(vault.unit_of(&sealed)?.is_none());
                }
                Err(error) => checked.unopened.push(Unopened {
                    seq: after,
                    why: error.to_string(),
                }),
            }
        }
        if (rows.len() as i64) < SOME {
            return Ok(checked);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{NewMaster, Store, intake::tests::submission};

    #[tokio::test(flavor = "multi_thread")]
    async fn an_identity_passes_to_another_unit_unopened_and_every_one_is_checked() {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::open(folder.path(), "orfevre.example/test")
            .await
            .unwrap();
        let intake = &store.intake;
        let unit = async |seq| intake.identity_unit(seq).await.unwrap();
        for number in 0..3 {
            intake
                .submit(submission(number, number as i64, 1))
                .await
                .unwrap();
        }
        assert_eq!(unit(1).await.as_deref(), Some("ofac-pharos"));
        let kept = intake.by_seq(1).await.unwrap().unwrap();
        let old = intake.sealed(1).await.unwrap().unwrap();
        let pass = async |unit: &str| intake.pass_identity(1, &kept.id, unit).await.unwrap();
        assert!(pass("ofmin").await);
        assert!(!pass("ofmin").await);
        assert_eq!(unit(1).await.as_deref(), Some("ofmin"));
        assert_eq!(unit(0).await.as_deref(), Some("ofac-pharos"));
        assert_ne!(intake.sealed(1).await.unwrap().unwrap(), old);
        let name = intake.identity(&kept).await.unwrap();
        assert_eq!(name.unwrap(), "{\"name\":\"person 1\"}");
        assert!(!intake.pass_identity(9, "none", "ofmin").await.unwrap());

        let check = async || {
            let mut connection = intake.reading().await.unwrap();
            check_identities(&mut connection, &intake.vault)
                .await
                .unwrap()
        };
        let checked = check().await;
        assert_eq!((checked.open, checked.first), (3, 0));
        // Another submission's record in its place does not open.
        let other = intake.sealed(0).await.unwrap().unwrap();
        let (answer, answered) = oneshot::channel();
        let resealed = Resealed {
            seq: 2,
            before: intake.sealed(2).await.unwrap().unwrap(),
            after: other,
        };
        intake
            .send(Command::Reseal(resealed, answer))
            .await
            .unwrap();
        answered.await.unwrap().unwrap();
        let checked = check().await;
        assert_eq!(checked.open, 2);
        assert_eq!(checked.unopened[0].seq, 2);
        assert!(checked.unopened[0].why.contains("does not open"));
        // Stopped, its master key is rotated, and the same open.
        let open = Store::open_vault(folder.path(), None).await;
        assert!(matches!(open, Err(StoreError::InUse)));
        drop(store);
        let vault = Store::open_vault(folder.path(), None).await.unwrap();
        assert_eq!(vault.rotate(&NewMaster::File, None).await.unwrap(), 2);
        assert_eq!(vault.check().await.unwrap(), checked);
    }
}
