//! What is erased of a submission in the intake. Its leaf stays, and with it every receipt; the nonce and the digest
//! that open the leaf go, and so does whatever else tells whether a guess is right.

use tokio::sync::oneshot;

use super::{
    Intake, SubmitError, Upload,
    writing::{Answer, Command},
};
use crate::{
    StoreError,
    sql::{self, Batch, params},
};

/// What goes.
#[derive(Clone, Debug, Default)]
pub(crate) struct Erased {
    pub(crate) seq: i64,
    /// All that is personal; else the identity alone.
    pub(crate) all: bool,
    /// Uploads that no other submission names.
    pub(crate) uploads: Vec<String>,
}

impl Erased {
    pub(super) fn write(&self, batch: &mut Batch) {
        let seq = self.seq;
        batch.run("DELETE FROM identity WHERE seq = ?", params![seq]);
        if !self.all {
            batch.run(
                "UPDATE submission SET digest = x'', nonce = x'', body = x'', erased = 'erase_identity' WHERE seq = ? AND erased = ''",
                params![seq],
            );
            return;
        }
        batch.run(
            "UPDATE submission SET digest = x'', nonce = x'', body = x'', facts = '{}', described = '', erased = 'erase_all' WHERE seq = ?",
            params![seq],
        );
        batch.run(
            "UPDATE supplement SET digest = x'', nonce = x'', body = '{}' WHERE submission = ?",
            params![seq],
        );
        batch.run("DELETE FROM exhibit WHERE submission = ?", params![seq]);
        for id in &self.uploads {
            batch.run("DELETE FROM upload WHERE id = ?", params![id.as_str()]);
        }
    }
}

impl Intake {
    pub(crate) async fn erase(&self, erased: Erased) -> Result<(), SubmitError> {
        let (answer, answered) = oneshot::channel();
        self.send(Command::Erase(erased, answer)).await?;
        answered.await.map_err(|_| SubmitError::Stopped)?
    }

    /// Overwrites what was deleted and empties the log. False when somebody reads the log: try again.
    pub(crate) async fn scrub(&self) -> Result<bool, SubmitError> {
        loop {
            let (answer, answered): (Answer<Scrubbed>, _) = oneshot::channel();
            self.send(Command::Scrub(answer)).await?;
            match answered.await.map_err(|_| SubmitError::Stopped)?? {
                Scrubbed::More => {}
                Scrubbed::Read => return Ok(false),
                Scrubbed::Clean => return Ok(true),
            }
        }
    }

    /// Those of a submission's uploads that no other names.
    pub(crate) async fn own_uploads(&self, submission: i64) -> Result<Vec<Upload>, StoreError> {
        let mut connection = self.reading().await?;
        let text = format!(
            "{} WHERE id IN (SELECT upload FROM exhibit WHERE submission = $1) AND NOT EXISTS (SELECT 1 FROM exhibit WHERE exhibit.upload = upload.id AND exhibit.submission <> $1)",
            super::reading::UPLOAD
        );
        sql::rows(&mut connection, &text, params![submission])
            .await?
            .iter()
            .map(super::reading::upload)
            .collect()
    }

    /// When something last came for submissions of these places, and when one was withdrawn.
    pub(crate) async fn last_supplements(
        &self,
        from: i64,
        to: i64,
    ) -> Result<Vec<(i64, i64, Option<i64>)>, StoreError> {
        let mut connection = self.reading().await?;
        sql::rows(
            &mut connection,
            "SELECT submission, MAX(at), MAX(CASE WHEN kind = 'withdrawal' THEN at END) FROM supplement WHERE submission BETWEEN $1 AND $2 GROUP BY submission",
            params![from, to],
        )
        .await?
        .iter()
        .map(|row| Ok((sql::int(row, 0)?, sql::int(row, 1)?, sql::int_or_none(row, 2)?)))
        .collect()
    }
}

/// How far a scrub is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Scrubbed {
    /// There are more free pages.
    More,
    /// Somebody reads the log.
    Read,
    /// Nothing that was deleted is left.
    Clean,
}
