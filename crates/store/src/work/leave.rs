//! Leave to look at what is not open to an agent otherwise: they ask with a reason, and a second person agrees.

use sqlx::any::AnyRow;

use super::Work;
use crate::{
    StoreError,
    sql::{self, params},
};

/// See the module.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Leave {
    /// UUID text.
    pub id: String,
    /// Place of the submission in the ledger; none where what was asked for is not there.
    pub docket: Option<i64>,
    /// What was asked for, as it was typed.
    pub asked: String,
    /// Who asks.
    pub agent: String,
    /// Why.
    pub reason: String,
    /// When, microseconds since 1970 UTC.
    pub asked_at: i64,
    /// Who agreed; empty while nobody did.
    pub second: String,
    /// When they did.
    pub agreed_at: Option<i64>,
    /// What it is for: empty to look, `erase` to erase.
    pub purpose: String,
}

const COLUMNS: &str =
    "SELECT id, docket, asked, agent, reason, asked_at, second, agreed_at, purpose FROM leave";
/// The agent of the second value has no conflict of interest in what a leave is for.
const UNBIASED: &str = "NOT EXISTS (SELECT 1 FROM conflict WHERE conflict.docket = leave.docket AND conflict.agent = $2)";
/// The place of what is not there.
const NOWHERE: i64 = -1;

impl Work {
    /// Keeps that an agent asks for leave; false when `most` that they asked for since `since` wait for a second person.
    ///
    /// # Errors
    /// When it was not kept.
    pub async fn ask_leave(
        &self,
        leave: &Leave,
        since: i64,
        most: i64,
    ) -> Result<bool, StoreError> {
        let mut connection = self.writing().await?;
        let kept = sql::run(
            &mut connection,
            "INSERT INTO leave (id, docket, asked, agent, reason, asked_at, second, purpose) SELECT $1, $2, $3, $4, $5, $6, '', $9 WHERE (SELECT COUNT(*) FROM leave WHERE agent = $4 AND agreed_at IS NULL AND asked_at >= $7) < $8",
            params![
                leave.id.as_str(), leave.docket.unwrap_or(NOWHERE), leave.asked.as_str(),
                leave.agent.as_str(), leave.reason.as_str(), leave.asked_at, since, most, leave.purpose.as_str(),
            ],
        )
        .await?;
        Ok(kept > 0)
    }

    /// What an agent asked for since `since`, and what others asked for that this agent may agree to, which is not what
    /// they have a conflict of interest in; the newest first.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn leaves(
        &self,
        agent: &str,
        since: i64,
        most: i64,
    ) -> Result<Vec<Leave>, StoreError> {
        let mut connection = self.reading().await?;
        let text = format!(
            "{COLUMNS} WHERE asked_at >= $1 AND (agent = $2 OR (agreed_at IS NULL AND {UNBIASED})) ORDER BY asked_at DESC, id LIMIT $3"
        );
        let rows = sql::rows(&mut connection, &text, params![since, agent, most]).await?;
        rows.iter().map(leave).collect()
    }

    /// A second person agrees to what was asked for since `since`; false when there is nothing to agree to, or it is
    /// their own, or they have a conflict of interest in it.
    ///
    /// # Errors
    /// When it was not kept.
    pub async fn agree_to_leave(
        &self,
        id: &str,
        second: &str,
        now: i64,
        since: i64,
    ) -> Result<bool, StoreError> {
        let mut connection = self.writing().await?;
        let text = format!(
            "UPDATE leave SET second = $1, agreed_at = $3 WHERE id = $4 AND agent <> $2 AND agreed_at IS NULL AND asked_at >= $5 AND {UNBIASED}"
        );
        let values = params![second, second, now, id, since];
        let agreed = sql::run(&mut connection, &text, values).await?;
        Ok(agreed > 0)
    }

    /// The leave of an agent for a purpose on a submission that a second person gave since `since`, one who has no conflict of
    /// interest in it.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn leave(
        &self,
        agent: &str,
        docket: Option<i64>,
        since: i64,
        purpose: &str,
    ) -> Result<Option<Leave>, StoreError> {
        let mut connection = self.reading().await?;
        let text = format!(
            "{COLUMNS} WHERE agent = $1 AND docket = $2 AND agreed_at >= $3 AND purpose = $4 AND second NOT IN (SELECT conflict.agent FROM conflict WHERE conflict.docket = $2) ORDER BY agreed_at DESC LIMIT 1"
        );
        let values = params![agent, docket.unwrap_or(NOWHERE), since, purpose];
        let row = sql::row(&mut connection, &text, values).await?;
        let found = row.as_ref().map(leave).transpose()?;
        Ok(found.filter(|leave| leave.docket.is_some()))
    }
}

fn leave(row: &AnyRow) -> Result<Leave, StoreError> {
    let docket = sql::int(row, 1)?;
    Ok(Leave {
        id: sql::text(row, 0)?,
        docket: (docket != NOWHERE).then_some(docket),
        asked: sql::text(row, 2)?,
        agent: sql::text(row, 3)?,
        reason: sql::text(row, 4)?,
        asked_at: sql::int(row, 5)?,
        second: sql::text(row, 6)?,
        agreed_at: sql::int_or_none(row, 7)?,
        purpose: sql::text(row, 8)?,
    })
}
