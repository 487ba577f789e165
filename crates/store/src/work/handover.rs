//! Copies handed over to bodies outside: what was given to whom, until when an answer is expected, and the answer's file.

use sqlx::{Connection, any::AnyRow};

use super::{NewAct, Sight, Work, docket::keep_act};
use crate::{
    StoreError,
    sql::{self, params},
};

/// A copy that was handed over.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Handover {
    /// UUID text, which the outcome names.
    pub reference: String,
    /// Place of the submission in the ledger.
    pub docket: i64,
    /// Id of the body.
    pub body: String,
    /// Who handed it over.
    pub agent: String,
    /// When, microseconds since 1970 UTC.
    pub given_at: i64,
    /// When an outcome is expected.
    pub due_at: i64,
}

/// The file that a body answered with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AnswerFile {
    /// Its name, as the body gave it.
    pub name: String,
    /// Its content.
    pub bytes: Vec<u8>,
}

impl Work {
    /// Keeps that a copy was handed over, with the act.
    ///
    /// # Errors
    /// When it was not kept: then it must not leave.
    pub async fn hand_over(&self, given: &Handover, act: NewAct) -> Result<(), StoreError> {
        let mut connection = self.writing().await?;
        let mut transaction = connection.begin().await?;
        keep_act(&mut transaction, &act, Some(given.docket), None).await?;
        // The same copy may be taken out twice: the later day counts.
        sql::run(
            &mut transaction,
            "INSERT INTO handover (reference, docket, body, agent, given_at, due_at) VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (reference) DO UPDATE SET due_at = excluded.due_at WHERE docket = excluded.docket",
            params![
                given.reference.as_str(), given.docket, given.body.as_str(), given.agent.as_str(), given.given_at, given.due_at,
            ],
        )
        .await?;
        transaction.commit().await?;
        Ok(())
    }

    /// Keeps what came of a copy of a submission, with the act and the file that the body answered with, if it did.
    ///
    /// # Errors
    /// When it was not kept.
    pub async fn answer_handover(
        &self,
        docket: i64,
        reference: &str,
        act: NewAct,
        file: Option<&AnswerFile>,
    ) -> Result<(), StoreError> {
        let mut connection = self.writing().await?;
        let mut transaction = connection.begin().await?;
        keep_act(&mut transaction, &act, Some(docket), None).await?;
        sql::run(
            &mut transaction,
            "UPDATE handover SET answered_at = COALESCE(answered_at, $1) WHERE reference = $2 AND docket = $3",
            params![act.at, reference, docket],
        )
        .await?;
        if let Some(file) = file {
            sql::run(
                &mut transaction,
                "INSERT INTO handover_file (act, docket, name, bytes) VALUES ($1, $2, $3, $4)",
                params![
                    act.id.as_str(),
                    docket,
                    file.name.as_str(),
                    file.bytes.clone()
                ],
            )
            .await?;
        }
        transaction.commit().await?;
        Ok(())
    }

    /// The names of the files that bodies answered with about a submission, each with the act that kept it.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn answer_files(&self, docket: i64) -> Result<Vec<(String, String)>, StoreError> {
        let mut connection = self.reading().await?;
        let text = "SELECT act, name FROM handover_file WHERE docket = $1 ORDER BY act";
        sql::rows(&mut connection, text, params![docket])
            .await?
            .iter()
            .map(|row| Ok((sql::text(row, 0)?, sql::text(row, 1)?)))
            .collect()
    }

    /// One of them.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn answer_file(
        &self,
        docket: i64,
        act: &str,
    ) -> Result<Option<AnswerFile>, StoreError> {
        let mut connection = self.reading().await?;
        let text = "SELECT name, bytes FROM handover_file WHERE docket = $1 AND act = $2";
        let row = sql::row(&mut connection, text, params![docket, act]).await?;
        row.map(|row| {
            Ok(AnswerFile {
                name: sql::text(&row, 0)?,
                bytes: sql::bytes(&row, 1)?,
            })
        })
        .transpose()
    }

    /// Copies that wait for their outcome, of what an agent's unit has and they see: those expected soonest first.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn handovers_waiting(
        &self,
        unit: &str,
        most: i64,
        sight: &Sight,
    ) -> Result<Vec<Handover>, StoreError> {
        let mut connection = self.reading().await?;
        let mut values = params![unit, most];
        let seen = sight.condition("d", &mut values);
        let text = format!(
            "SELECT h.reference, h.docket, h.body, h.agent, h.given_at, h.due_at FROM handover h JOIN docket d ON d.seq = h.docket WHERE h.answered_at IS NULL AND d.unit = $1 AND {seen} ORDER BY h.due_at, h.reference LIMIT $2"
        );
        let rows = sql::rows(&mut connection, &text, values).await?;
        rows.iter().map(handover).collect()
    }
}

fn handover(row: &AnyRow) -> Result<Handover, StoreError> {
    Ok(Handover {
        reference: sql::text(row, 0)?,
        docket: sql::int(row, 1)?,
        body: sql::text(row, 2)?,
        agent: sql::text(row, 3)?,
        given_at: sql::int(row, 4)?,
        due_at: sql::int(row, 5)?,
    })
}
