//! What lists and pages of the workbench read, each a bounded range of an index: nothing here grows
//! with the docket.

use std::collections::HashMap;

use super::{
    Sight, Work,
    apply::{self, Key, unpack_keys},
    sight,
};
use crate::{
    StoreError,
    sql::{self, params},
};

/// Counts stop here: beyond it, "more" says enough.
pub const MOST_COUNTED: i64 = 1000;

/// What presses, each counted up to [`MOST_COUNTED`].
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Pressing {
    /// Queued in the lane that bypasses every queue.
    pub urgent: i64,
    /// Queued and past their deadline.
    pub late: i64,
    /// Assigned to the agent.
    pub mine: i64,
    /// Routed to a unit, and nobody's yet.
    pub free: i64,
}

/// What waits in a state.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Waits {
    /// How many.
    pub many: i64,
    /// When the oldest was received, microseconds since 1970 UTC.
    pub oldest: Option<i64>,
    /// The first deadline.
    pub next_deadline: Option<i64>,
    /// How many are past theirs, counted up to [`MOST_COUNTED`].
    pub late: i64,
}

/// A key as it is known by its number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct KnownKey {
    /// Place in [`super::KEY_KINDS`].
    pub kind: u8,
    /// Submissions that hold it.
    pub members: i64,
    /// On a warning list.
    pub damped: bool,
}

impl Work {
    /// What presses for an agent, as far as they see it.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn pressing(
        &self,
        agent: &str,
        now: i64,
        sight: &Sight,
    ) -> Result<Pressing, StoreError> {
        let mut connection = self.reading().await?;
        let mut count = async |which: &str, value: sql::Param| -> Result<i64, StoreError> {
            let mut values = vec![value];
            let seen = sight.condition("docket", &mut values);
            let text = format!(
                "SELECT COUNT(*) FROM (SELECT 1 FROM docket WHERE {which} AND {seen} LIMIT {MOST_COUNTED}) AS some"
            );
            let row = sql::row(&mut connection, &text, values).await?;
            Ok(row.map_or(Ok(0), |row| sql::int(&row, 0))?)
        };
        Ok(Pressing {
            urgent: count(
                "state = 'queued' AND rank <= $1",
                apply::rank(true, 0, i64::MAX).into(),
            )
            .await?,
            late: count("state = 'queued' AND deadline_at < $1", now.into()).await?,
            mine: count(
                "owner = $1 AND owner <> '' AND (state || '') = 'assigned'",
                agent.into(),
            )
            .await?,
            free: count("state = $1 AND (owner || '') = ''", "assigned".into()).await?,
        })
    }

    /// What waits in a state, of one unit or of all.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn waits(
        &self,
        state: &str,
        unit: Option<&str>,
        now: i64,
    ) -> Result<Waits, StoreError> {
        let mut connection = self.reading().await?;
        let which = match unit {
            Some(_) => "state = $1 AND unit = $2",
            None => "state = $1 AND $2 = ''",
        };
        let unit = unit.unwrap_or_default();
        let mut first = async |text: String| -> Result<Option<i64>, StoreError> {
            let row = sql::row(&mut connection, &text, params![state, unit]).await?;
            Ok(row
                .map(|row| sql::int_or_none(&row, 0))
                .transpose()?
                .flatten())
        };
        Ok(Waits {
            many: first(format!("SELECT SUM(members) FROM tally WHERE {which}"))
                .await?
                .unwrap_or(0),
            oldest: first(format!(
                "SELECT received_at FROM docket WHERE {which} ORDER BY seq LIMIT 1"
            ))
            .await?,
            next_deadline: first(format!(
                "SELECT deadline_at FROM docket WHERE {which} ORDER BY deadline_at LIMIT 1"
            ))
            .await?,
            late: first(format!(
                "SELECT COUNT(*) FROM (SELECT 1 FROM docket WHERE {which} AND deadline_at < {now} LIMIT {MOST_COUNTED}) AS some"
            ))
            .await?
            .unwrap_or(0),
        })
    }

    /// How many submissions wait to be harmonised again, their files to be read among them.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn count_again(&self) -> Result<i64, StoreError> {
        let mut connection = self.reading().await?;
        let row = sql::row(&mut connection, "SELECT COUNT(*) FROM again", vec![]).await?;
        Ok(row.map_or(Ok(0), |row| sql::int(&row, 0))?)
    }

    /// Keys of the largest component and submissions that hold one of them.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn largest_component(&self) -> Result<Option<(i64, i64)>, StoreError> {
        let mut connection = self.reading().await?;
        let row = sql::row(
            &mut connection,
            "SELECT COUNT(*), component FROM (SELECT component FROM key WHERE component <> 0 UNION ALL SELECT component FROM tied) AS lies GROUP BY component ORDER BY 1 DESC LIMIT 1",
            vec![],
        )
        .await?;
        let Some(row) = row else { return Ok(None) };
        let records = sql::row(
            &mut connection,
            "SELECT COUNT(*) FROM (SELECT m.seq FROM key k JOIN member m ON m.key = k.id WHERE k.component <> 0 AND k.component = $1 UNION SELECT docket FROM tied WHERE component = $1) AS lies",
            params![sql::int(&row, 1)?],
        )
        .await?;
        let records = records.map_or(Ok(0), |row| sql::int(&row, 0))?;
        Ok(Some((sql::int(&row, 0)?, records)))
    }

    /// Whether a series waits to be clustered: what came in last is not in it yet.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn series_waits(&self, id: &str) -> Result<bool, StoreError> {
        let mut connection = self.reading().await?;
        let row = sql::row(
            &mut connection,
            "SELECT c.id FROM series s JOIN component c ON c.id = s.component WHERE s.id = $1 AND c.dirty <> 0",
            params![id],
        )
        .await?;
        Ok(row.is_some())
    }

    /// How many submissions lie in parts so large that one fact joins none of them; of one component when a
    /// series of it is named.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn held_back(&self, series: Option<&str>) -> Result<i64, StoreError> {
        let mut connection = self.reading().await?;
        let (text, values) = match series {
            None => (
                "SELECT COALESCE(SUM(held), 0) FROM component WHERE held <> 0",
                vec![],
            ),
            Some(id) => (
                "SELECT c.held FROM series s JOIN component c ON c.id = s.component WHERE s.id = $1",
                params![id],
            ),
        };
        let row = sql::row(&mut connection, text, values).await?;
        Ok(row.map_or(Ok(0), |row| sql::int(&row, 0))?)
    }

    /// When the facts of a series' members that are seen happened, or were received where none tells; of at most
    /// `most` members, in the order they were received.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn series_moments(
        &self,
        series: &str,
        most: i64,
        sight: &Sight,
    ) -> Result<Vec<i64>, StoreError> {
        let mut connection = self.reading().await?;
        let mut values = params![series, most];
        let seen = sight.condition_in_series("docket", &mut values);
        let from = format!(
            "(SELECT occurred_at, received_at FROM docket WHERE series = $1 AND {seen} ORDER BY seq LIMIT $2) AS some"
        );
        let columns = ["COALESCE(CAST(occurred_at AS TEXT), '-')", "received_at"];
        let found = sql::gathered(&mut connection, columns, &from, values).await?;
        let (mut occurred, mut received) = (Vec::new(), Vec::new());
        for [told, came] in found.rows() {
            if told != "-" {
                occurred.push(sql::whole(told)?);
            }
            received.push(sql::whole(came)?);
        }
        Ok(if occurred.is_empty() {
            received
        } else {
            occurred
        })
    }

    /// When the newest member of a series that is seen was received; none when none is.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn series_received(
        &self,
        series: &str,
        sight: &Sight,
    ) -> Result<Option<i64>, StoreError> {
        let mut connection = self.reading().await?;
        let mut values = params![series];
        let seen = sight.condition_in_series("docket", &mut values);
        let text = format!(
            "SELECT received_at FROM docket WHERE series = $1 AND {seen} ORDER BY seq DESC LIMIT 1"
        );
        let row = sql::row(&mut connection, &text, values).await?;
        Ok(row.map(|row| sql::int(&row, 0)).transpose()?)
    }

    /// The keys that the members of a series that are seen hold; at most `most` members, the oldest first.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn series_keys(
        &self,
        series: &str,
        most: i64,
        sight: &Sight,
    ) -> Result<Vec<(i64, Vec<Key>)>, StoreError> {
        let mut connection = self.reading().await?;
        let mut values = params![series, most];
        let seen = sight.condition_in_series("docket", &mut values);
        let from = format!(
            "(SELECT seq, keys FROM docket WHERE series = $1 AND {seen} ORDER BY seq LIMIT $2) AS some"
        );
        let columns = ["seq", "hex(keys)"];
        let found = sql::gathered(&mut connection, columns, &from, values).await?;
        let mut members = found
            .rows()
            .map(|[seq, keys]| Ok((sql::whole(seq)?, unpack_keys(&sql::unhex(keys)?))))
            .collect::<Result<Vec<_>, StoreError>>()?;
        members.sort_unstable_by_key(|(seq, _)| *seq);
        let seqs = members.iter().map(|(seq, _)| *seq);
        let shown = sight::keys_shown(&mut connection, seqs, sight).await?;
        for (seq, keys) in &mut members {
            if let Some(shown) = shown.get(seq) {
                keys.retain(|key| shown.contains(&key.id));
            }
        }
        Ok(members)
    }

    /// What is known of keys that two submissions or more hold.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn known_keys(&self, ids: &[i64]) -> Result<HashMap<i64, KnownKey>, StoreError> {
        let mut connection = self.reading().await?;
        sql::select_in(
            &mut connection,
            "SELECT id, kind, members, damped FROM key WHERE id",
            "",
            ids,
        )
        .await?
        .iter()
        .map(|row| {
            let known = KnownKey {
                kind: u8::try_from(sql::int(row, 1)?).unwrap_or(u8::MAX),
                members: sql::int(row, 2)?,
                damped: sql::int(row, 3)? != 0,
            };
            Ok((sql::int(row, 0)?, known))
        })
        .collect()
    }
}
