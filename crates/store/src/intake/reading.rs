//! What was received, read back.

use ledger::Commitment;
use sqlx::any::AnyRow;

use super::{Intake, Received, log};
use crate::{StoreError, sql};

/// A submission as kept. Its identity is apart, see [`Intake::identity`].
#[derive(Clone, Debug)]
pub struct Submission {
    /// Leaf index in the ledger.
    pub seq: i64,
    /// UUID text.
    pub id: String,
    /// Desk.
    pub desk: String,
    /// Version of the desk's definition it was filed with.
    pub desk_version: u32,
    /// Track of the desk.
    pub track: String,
    /// Language of the person.
    pub lang: String,
    /// `web`, `api`, `import`.
    pub channel: String,
    /// Microseconds since 1970 UTC.
    pub received_at: i64,
    /// JSON.
    pub facts: String,
    /// The persons as those see them who do not open the identity, JSON; empty where nobody is described.
    pub described: String,
    /// What was erased of it: empty, or a word of `casework::retention::Does`.
    pub erased: String,
}

/// Something that came later.
#[derive(Clone, Debug)]
pub struct Supplement {
    /// Leaf index in the ledger.
    pub seq: i64,
    /// The submission it belongs to.
    pub submission: i64,
    /// `message`, `facts`, `withdrawal`.
    pub kind: String,
    /// Microseconds since 1970 UTC.
    pub at: i64,
    /// JSON.
    pub body: String,
}

/// An exhibit's row.
#[derive(Clone, Debug)]
pub struct Upload {
    /// Unguessable id.
    pub id: String,
    /// SHA-256 of the bytes.
    pub sha256: [u8; 32],
    /// Number of bytes.
    pub size: u64,
    /// The name the person's file had: text to show, never a path.
    pub name: String,
    /// What the bytes themselves show.
    pub media_type: String,
    /// Microseconds since 1970 UTC.
    pub at: i64,
}

pub(super) const UPLOAD: &str = "SELECT id, sha256, size, name, media_type, at FROM upload";

const SUBMISSION: &str = "SELECT seq, id, desk, desk_version, track, lang, channel, received_at, facts, described, erased FROM submission";

impl Intake {
    /// The submission a tracking code opens.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn by_code(&self, code: i64) -> Result<Option<Submission>, StoreError> {
        self.one(format!("{SUBMISSION} WHERE code = $1"), sql::params![code])
            .await
    }

    /// The submission with this id.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn by_id(&self, id: &str) -> Result<Option<Submission>, StoreError> {
        self.one(format!("{SUBMISSION} WHERE id = $1"), sql::params![id])
            .await
    }

    /// The submission at this place of the ledger.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn by_seq(&self, seq: i64) -> Result<Option<Submission>, StoreError> {
        self.one(format!("{SUBMISSION} WHERE seq = $1"), sql::params![seq])
            .await
    }

    /// What was received under an idempotency key: its place, and the SHA-256 of the request's body.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn by_idempotency(&self, key: i64) -> Result<Option<(i64, [u8; 32])>, StoreError> {
        let mut connection = self.pool.acquire().await?;
        let row = sql::row(
            &mut connection,
            "SELECT seq, body FROM submission WHERE idempotency = $1",
            sql::params![key],
        )
        .await?;
        let Some(row) = row else { return Ok(None) };
        let body = sql::bytes(&row, 1)?
            .try_into()
            .map_err(|_| StoreError::Corrupt {
                what: "submission",
                why: "hash of the body is not 32 bytes".to_owned(),
            })?;
        Ok(Some((sql::int(&row, 0)?, body)))
    }

    /// What came later under an idempotency key.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn supplement_by_idempotency(
        &self,
        key: i64,
    ) -> Result<Option<Supplement>, StoreError> {
        let mut connection = self.pool.acquire().await?;
        sql::row(
            &mut connection,
            "SELECT seq, submission, kind, at, body FROM supplement WHERE idempotency = $1",
            sql::params![key],
        )
        .await?
        .as_ref()
        .map(supplement)
        .transpose()
    }

    /// The next submissions after `seq`, in the order they were received.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn after(&self, seq: i64, most: i64) -> Result<Vec<Submission>, StoreError> {
        let mut connection = self.reading().await?;
        sql::rows(
            &mut connection,
            &format!("{SUBMISSION} WHERE seq > $1 ORDER BY seq LIMIT $2"),
            sql::params![seq, most],
        )
        .await?
        .iter()
        .map(submission)
        .collect()
    }

    /// The first place of a submission received at a time and later, by halves, since places follow time; the place
    /// after the last, where there is none.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn first_since(&self, at: i64) -> Result<i64, StoreError> {
        let mut connection = self.reading().await?;
        let last = "SELECT COALESCE(MAX(seq), -1) FROM submission";
        let last = sql::row(&mut connection, last, vec![]).await?;
        let (mut low, mut high) = (0, last.map_or(Ok(-1), |row| sql::int(&row, 0))? + 1);
        while low < high {
            let middle = low + (high - low) / 2;
            let next = "SELECT received_at FROM submission WHERE seq >= $1 ORDER BY seq LIMIT 1";
            let next = sql::row(&mut connection, next, sql::params![middle]).await?;
            match next.map(|row| sql::int(&row, 0)).transpose()? {
                Some(received) if received < at => low = middle + 1,
                _ => high = middle,
            }
        }
        Ok(low)
    }

    /// The next submissions of a desk after `seq`, in the order they were received.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn of_desk(
        &self,
        desk: &str,
        seq: i64,
        most: i64,
    ) -> Result<Vec<Submission>, StoreError> {
        let mut connection = self.reading().await?;
        sql::rows(
            &mut connection,
            &format!("{SUBMISSION} WHERE seq > $1 AND desk = $2 ORDER BY seq LIMIT $3"),
            sql::params![seq, desk, most],
        )
        .await?
        .iter()
        .map(submission)
        .collect()
    }

    async fn one(
        &self,
        text: String,
        values: Vec<sql::Param>,
    ) -> Result<Option<Submission>, StoreError> {
        let mut connection = self.reading().await?;
        sql::row(&mut connection, &text, values)
            .await?
            .as_ref()
            .map(submission)
            .transpose()
    }

    /// What came later for a submission, oldest first.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn supplements(&self, submission: i64) -> Result<Vec<Supplement>, StoreError> {
        let mut connection = self.reading().await?;
        sql::rows(
            &mut connection,
            "SELECT seq, submission, kind, at, body FROM supplement WHERE submission = $1 ORDER BY seq",
            sql::params![submission],
        )
        .await?
        .iter()
        .map(supplement)
        .collect()
    }

    /// The next supplements after `seq`, in the order they were received.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn supplements_after(
        &self,
        seq: i64,
        most: i64,
    ) -> Result<Vec<Supplement>, StoreError> {
        let mut connection = self.reading().await?;
        sql::rows(
            &mut connection,
            "SELECT seq, submission, kind, at, body FROM supplement WHERE seq > $1 ORDER BY seq LIMIT $2",
            sql::params![seq, most],
        )
        .await?
        .iter()
        .map(supplement)
        .collect()
    }

    /// An upload's row.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn upload(&self, id: &str) -> Result<Option<Upload>, StoreError> {
        let mut connection = self.reading().await?;
        sql::row(
            &mut connection,
            &format!("{UPLOAD} WHERE id = $1"),
            sql::params![id],
        )
        .await?
        .as_ref()
        .map(upload)
        .transpose()
    }

    /// Whether a submission names an upload. Reads every exhibit: for the few uploads that are old.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn is_exhibit(&self, upload: &str) -> Result<bool, StoreError> {
        let mut connection = self.reading().await?;
        let row = sql::row(
            &mut connection,
            "SELECT 1 FROM exhibit WHERE upload = $1 LIMIT 1",
            sql::params![upload],
        )
        .await?;
        Ok(row.is_some())
    }

    /// The exhibits of a submission, those that came later included.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn exhibits(&self, submission: i64) -> Result<Vec<Upload>, StoreError> {
        let mut connection = self.reading().await?;
        sql::rows(
            &mut connection,
            "SELECT u.id, u.sha256, u.size, u.name, u.media_type, u.at FROM exhibit e JOIN upload u ON u.id = e.upload WHERE e.submission = $1 ORDER BY e.seq, u.id",
            sql::params![submission],
        )
        .await?
        .iter()
        .map(upload)
        .collect()
    }

    /// The receipt of a submission against the ledger's present checkpoint.
    ///
    /// # Errors
    /// When the database does not answer or the stored ledger does not hold together.
    pub async fn receipt(&self, seq: i64) -> Result<Received, StoreError> {
        let mut connection = self.reading().await?;
        log::repeated(&mut connection, log::SUBMISSION, seq).await
    }

    /// The present signed checkpoint; none before the first leaf.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn checkpoint(&self) -> Result<Option<String>, StoreError> {
        let mut connection = self.reading().await?;
        Ok(log::checkpoint(&mut connection).await?)
    }

    /// The hashes of a tile, `32 * width` bytes, if that many are there.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn tile(
        &self,
        level: u8,
        place: u64,
        width: u16,
    ) -> Result<Option<Vec<u8>>, StoreError> {
        let mut connection = self.reading().await?;
        log::tile(&mut connection, level, place, width).await
    }

    /// The entries of a bundle, if that many are there.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn entries(
        &self,
        place: u64,
        width: u16,
    ) -> Result<Option<Vec<Commitment>>, StoreError> {
        let mut connection = self.reading().await?;
        let leaves = log::leaves(&mut connection, place, 0..width).await?;
        Ok((leaves.len() == usize::from(width)).then_some(leaves))
    }
}

fn submission(row: &AnyRow) -> Result<Submission, StoreError> {
    Ok(Submission {
        seq: sql::int(row, 0)?,
        id: sql::text(row, 1)?,
        desk: sql::text(row, 2)?,
        desk_version: u32::try_from(sql::int(row, 3)?).unwrap_or(u32::MAX),
        track: sql::text(row, 4)?,
        lang: sql::text(row, 5)?,
        channel: sql::text(row, 6)?,
        received_at: sql::int(row, 7)?,
        facts: sql::text(row, 8)?,
        described: sql::text(row, 9)?,
        erased: sql::text(row, 10)?,
    })
}

fn supplement(row: &AnyRow) -> Result<Supplement, StoreError> {
    Ok(Supplement {
        seq: sql::int(row, 0)?,
        submission: sql::int(row, 1)?,
        kind: sql::text(row, 2)?,
        at: sql::int(row, 3)?,
        body: sql::text(row, 4)?,
    })
}

pub(super) fn upload(row: &AnyRow) -> Result<Upload, StoreError> {
    Ok(Upload {
        id: sql::text(row, 0)?,
        sha256: sql::bytes(row, 1)?
            .try_into()
            .map_err(|_| StoreError::Corrupt {
                what: "upload",
                why: "hash is not 32 bytes".to_owned(),
            })?,
        size: sql::int(row, 2)? as u64,
        name: sql::text(row, 3)?,
        media_type: sql::text(row, 4)?,
        at: sql::int(row, 5)?,
    })
}
