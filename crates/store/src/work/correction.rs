//! What agents say of the hits of a submission, kept apart from what the program found.

use std::collections::{BTreeSet, HashMap};

use sqlx::Connection;

use super::{
    Work, again,
    docket::{NewAct, acts, keep_act},
};
use crate::{
    StoreError,
    sql::{self, params},
};

/// An observable as the database names it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Named {
    /// Kind's name.
    pub kind: String,
    /// Canonical form.
    pub value: String,
}

/// What an agent said of a hit. Without `of` one is added, without `to` one is dismissed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Correction {
    /// The act it was said with.
    pub act: String,
    /// The hit spoken of.
    pub of: Option<Named>,
    /// What it is.
    pub to: Option<Named>,
}

impl Work {
    /// The same for many submissions; those of which nobody said anything are left out.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn corrections_of(
        &self,
        seqs: &[i64],
    ) -> Result<HashMap<i64, Vec<Correction>>, StoreError> {
        let spoken: BTreeSet<i64> = {
            let mut connection = self.reading().await?;
            sql::select_in(
                &mut connection,
                "SELECT DISTINCT docket FROM correction WHERE undone = 0 AND docket",
                "",
                seqs,
            )
            .await?
            .iter()
            .map(|row| sql::int(row, 0))
            .collect::<Result<_, _>>()?
        };
        let mut corrections = HashMap::new();
        for seq in spoken {
            corrections.insert(seq, self.corrections(seq).await?);
        }
        Ok(corrections)
    }

    /// What agents said of the hits of a submission and did not undo, oldest first.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn corrections(&self, seq: i64) -> Result<Vec<Correction>, StoreError> {
        let mut connection = self.reading().await?;
        let named =
            |kind: String, value: String| (!kind.is_empty()).then_some(Named { kind, value });
        sql::rows(
            &mut connection,
            "SELECT c.act, c.of_kind, c.of_value, c.to_kind, c.to_value FROM correction c JOIN act ON act.id = c.act WHERE c.docket = $1 AND c.undone = 0 ORDER BY act.at, act.id",
            params![seq],
        )
        .await?
        .iter()
        .map(|row| {
            Ok(Correction {
                act: sql::text(row, 0)?,
                of: named(sql::text(row, 1)?, sql::text(row, 2)?),
                to: named(sql::text(row, 3)?, sql::text(row, 4)?),
            })
        })
        .collect()
    }

    /// Keeps what an agent says of a hit, if the submission still has the revision the agent saw. Its keys
    /// follow when it is harmonised again, which is queued in the same transaction.
    ///
    /// # Errors
    /// [`StoreError::Changed`] when someone else was first; nothing changed then.
    pub async fn correct(
        &self,
        seq: i64,
        revision: i64,
        of: Option<&Named>,
        to: Option<&Named>,
        act: NewAct,
    ) -> Result<(), StoreError> {
        let mut connection = self.writing().await?;
        let mut transaction = connection.begin().await?;
        bump(&mut transaction, seq, revision).await?;
        keep_act(&mut transaction, &act, Some(seq), None).await?;
        let (kind, value) = of.map_or(("", ""), |of| (&*of.kind, &*of.value));
        let (to_kind, to_value) = to.map_or(("", ""), |to| (&*to.kind, &*to.value));
        sql::run(
            &mut transaction,
            "INSERT INTO correction (act, docket, of_kind, of_value, to_kind, to_value, undone) VALUES ($1, $2, $3, $4, $5, $6, 0)",
            params![act.id.as_str(), seq, kind, value, to_kind, to_value],
        )
        .await?;
        again::queue(&mut transaction, &[seq]).await?;
        transaction.commit().await?;
        Ok(())
    }

    /// Takes back what an agent said of a hit.
    ///
    /// # Errors
    /// [`StoreError::Changed`] when someone else was first, or there is nothing of that name to undo.
    pub async fn undo_correction(
        &self,
        seq: i64,
        revision: i64,
        undone: &str,
        act: NewAct,
    ) -> Result<(), StoreError> {
        let mut connection = self.writing().await?;
        let mut transaction = connection.begin().await?;
        bump(&mut transaction, seq, revision).await?;
        let found = acts(
            &mut transaction,
            "WHERE id = $1 AND seq = $2 AND undone_by IS NULL",
            params![undone, seq],
        )
        .await?;
        if found.is_empty() {
            return Err(StoreError::Changed);
        }
        let changed = sql::run(
            &mut transaction,
            "UPDATE correction SET undone = 1 WHERE act = $1 AND docket = $2 AND undone = 0",
            params![undone, seq],
        )
        .await?;
        if changed == 0 {
            return Err(StoreError::Changed);
        }
        keep_act(&mut transaction, &act, Some(seq), None).await?;
        sql::run(
            &mut transaction,
            "UPDATE act SET undone_by = $1 WHERE id = $2",
            params![act.id.as_str(), undone],
        )
        .await?;
        again::queue(&mut transaction, &[seq]).await?;
        transaction.commit().await?;
        Ok(())
    }
}

/// The optimistic lock: one step on from the revision that the agent saw.
async fn bump(
    connection: &mut sqlx::AnyConnection,
    seq: i64,
    revision: i64,
) -> Result<(), StoreError> {
    let changed = sql::run(
        connection,
        "UPDATE docket SET revision = revision + 1 WHERE seq = $1 AND revision = $2",
        params![seq, revision],
    )
    .await?;
    if changed == 0 {
        return Err(StoreError::Changed);
    }
    Ok(())
}
