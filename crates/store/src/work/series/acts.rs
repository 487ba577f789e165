//! What agents do to a series: confirm, split, merge, and undo. Each is kept as must-links and cannot-links beside the act
//! that made them; undoing the act takes them away and clusters again.

use std::collections::BTreeSet;

use linkage::Model;
use serde::{Deserialize, Serialize};
use sqlx::{AnyConnection, Connection};

use super::{
    LinkKind, SeriesRow,
    clustering::{join_components, recluster_all},
    members_of, one, one_component, seen_lock, seen_members,
};
use crate::{
    StoreError,
    sql::{self, params},
    work::{
        NewAct, Sight, Work,
        docket::{self, keep_act},
        sight,
    },
};

impl Work {
    /// Confirms a series: its members that the agent sees stay together whatever comes.
    ///
    /// # Errors
    /// [`StoreError::Changed`] when it changed since the agent saw it.
    pub async fn confirm_series(
        &self,
        id: &str,
        lock: i64,
        act: NewAct,
        (model, sight): (&Model, &Sight),
    ) -> Result<(), StoreError> {
        let mut connection = self.writing().await?;
        let mut transaction = connection.begin().await?;
        let series = current(&mut transaction, id, lock, sight).await?;
        let members = seen_members(&mut transaction, id, sight).await?;
        keep_act(&mut transaction, &act, None, Some(id)).await?;
        keep_together(&mut transaction, &act.id, &members).await?;
        sql::run(
            &mut transaction,
            "UPDATE series SET state = 'confirmed', revision = revision + 1 WHERE id = $1",
            params![id],
        )
        .await?;
        recluster_of(
            &mut transaction,
            &members[..members.len().min(1)],
            series,
            model,
        )
        .await?;
        transaction.commit().await?;
        Ok(())
    }

    /// Takes members out of a series into one of their own, of those that the agent sees.
    ///
    /// # Errors
    /// [`StoreError::Changed`] when it changed since the agent saw it, or `out` is none or all of it.
    pub async fn split_series(
        &self,
        id: &str,
        lock: i64,
        out: &[i64],
        act: NewAct,
        (model, sight): (&Model, &Sight),
    ) -> Result<(), StoreError> {
        let mut connection = self.writing().await?;
        let mut transaction = connection.begin().await?;
        let series = current(&mut transaction, id, lock, sight).await?;
        let members = seen_members(&mut transaction, id, sight).await?;
        let (out, stay): (Vec<i64>, Vec<i64>) =
            members.iter().copied().partition(|seq| out.contains(seq));
        let (Some(first_out), Some(first_stay)) = (out.first(), stay.first()) else {
            return Err(StoreError::Changed);
        };
        keep_act(&mut transaction, &act, None, Some(id)).await?;
        // Earlier must-links across the cut are set aside by this act, and come back when it is undone.
        set_aside_across(&mut transaction, &act.id, &out, &stay).await?;
        keep_together(&mut transaction, &act.id, &out).await?;
        keep_together(&mut transaction, &act.id, &stay).await?;
        decide(
            &mut transaction,
            &act.id,
            LinkKind::CannotLink,
            *first_out,
            *first_stay,
        )
        .await?;
        sql::run(
            &mut transaction,
            "UPDATE series SET revision = revision + 1 WHERE id = $1",
            params![id],
        )
        .await?;
        recluster_of(&mut transaction, &members, series, model).await?;
        transaction.commit().await?;
        Ok(())
    }

    /// Makes one series of what the agent sees of two, and answers which of the two names it keeps: there the act is kept too,
    /// so that it can be undone where its members are. The act's body is written here: both names and
    /// the members that lost theirs, who get it back when it is undone.
    ///
    /// # Errors
    /// [`StoreError::Changed`] when one changed since the agent saw it.
    pub async fn merge_series(
        &self,
        id: &str,
        lock: i64,
        other: &str,
        act: NewAct,
        (model, sight): (&Model, &Sight),
    ) -> Result<String, StoreError> {
        let mut connection = self.writing().await?;
        let mut transaction = connection.begin().await?;
        let series = current(&mut transaction, id, lock, sight).await?;
        if id == other
            || one(&mut transaction, other)
                .await?
                .is_none_or(|other| other.state == "retired")
        {
            return Err(StoreError::Changed);
        }
        let members = members_of(&mut transaction, id).await?;
        let others = members_of(&mut transaction, other).await?;
        let seen = seen_members(&mut transaction, id, sight).await?;
        let seen_others = seen_members(&mut transaction, other, sight).await?;
        if seen.is_empty() || seen_others.is_empty() {
            return Err(StoreError::Changed);
        }
        keep_act(&mut transaction, &act, None, Some(id)).await?;
        set_aside_cannot(&mut transaction, &act.id, &seen, &seen_others).await?;
        let all: Vec<i64> = seen.into_iter().chain(seen_others).collect();
        keep_together(&mut transaction, &act.id, &all).await?;
        sql::run(
            &mut transaction,
            "UPDATE series SET revision = revision + 1 WHERE id = $1",
            params![id],
        )
        .await?;
        recluster_of(&mut transaction, &all, series, model).await?;
        let kept = match one(&mut transaction, id).await? {
            Some(SeriesRow {
                merged_into: Some(heir),
                ..
            }) => heir,
            _ => id.to_owned(),
        };
        let merged = Merged {
            of: id.to_owned(),
            other: other.to_owned(),
            moved: if kept == id { others } else { members },
        };
        let body = serde_json::to_string(&merged).map_err(|error| StoreError::Corrupt {
            what: "act",
            why: error.to_string(),
        })?;
        sql::run(
            &mut transaction,
            "UPDATE act SET series = $1, body = $2 WHERE id = $3",
            params![kept.as_str(), body, act.id.as_str()],
        )
        .await?;
        transaction.commit().await?;
        Ok(kept)
    }

    /// Undoes an act on a series: its decisions are taken away and what follows from the rest is
    /// found again. Nothing else is lost.
    ///
    /// # Errors
    /// [`StoreError::Changed`] when there is no such act or it was undone before.
    pub async fn undo_series_act(
        &self,
        act_id: &str,
        act: NewAct,
        model: &Model,
    ) -> Result<(), StoreError> {
        let mut connection = self.writing().await?;
        let mut transaction = connection.begin().await?;
        let undone = docket::acts(
            &mut transaction,
            "WHERE id = $1 AND undone_by IS NULL AND series IS NOT NULL AND kind IN ('confirm', 'split', 'merge')",
            params![act_id],
        )
        .await?;
        let Some(undone) = undone.into_iter().next() else {
            return Err(StoreError::Changed);
        };
        let id = undone.series.clone().ok_or(StoreError::Changed)?;
        sql::run(
            &mut transaction,
            "UPDATE act SET undone_by = $1 WHERE id = $2",
            params![act.id.as_str(), act_id],
        )
        .await?;
        let touched: Vec<i64> = sql::rows(
            &mut transaction,
            "SELECT a, b FROM link_decision WHERE act = $1",
            params![act_id],
        )
        .await?
        .iter()
        .flat_map(|row| [sql::int(row, 0), sql::int(row, 1)])
        .collect::<Result<_, _>>()?;
        sql::run(
            &mut transaction,
            "UPDATE link_decision SET undone = 1 WHERE act = $1",
            params![act_id],
        )
        .await?;
        sql::run(
            &mut transaction,
            "UPDATE link_decision SET undone = 0 WHERE id IN (SELECT decision FROM set_aside WHERE act = $1)",
            params![act_id],
        )
        .await?;
        keep_act(&mut transaction, &act, None, Some(&id)).await?;
        if undone.kind == "merge" {
            give_back(&mut transaction, &id, &undone.body).await?;
        }
        if undone.kind == "confirm" {
            sql::run(&mut transaction, "UPDATE series SET state = 'proposed', revision = revision + 1 WHERE id = $1 AND state = 'confirmed'", params![id.as_str()]).await?;
        }
        let component = match one_component(&mut transaction, &id).await? {
            Some(component) => component,
            None => return Err(StoreError::Changed),
        };
        recluster_of(&mut transaction, &touched, component, model).await?;
        transaction.commit().await?;
        Ok(())
    }
}

/// What a merge keeps in its act.
#[derive(Serialize, Deserialize)]
struct Merged {
    of: String,
    other: String,
    /// The members of the one that lost its name.
    moved: Vec<i64>,
}

/// Gives the members that a merge brought to `kept` the name of their own series back, as far as they
/// are still there: a cluster goes on with the name that most of its members have.
async fn give_back(
    connection: &mut AnyConnection,
    kept: &str,
    body: &str,
) -> Result<(), StoreError> {
    let merged: Merged = serde_json::from_str(body).map_err(|error| StoreError::Corrupt {
        what: "act",
        why: error.to_string(),
    })?;
    let lost = if merged.of == kept {
        merged.other
    } else {
        merged.of
    };
    let moved = merged
        .moved
        .into_iter()
        .map(|seq| params![seq, lost.as_str(), kept])
        .collect();
    sql::run_values(
        connection,
        "UPDATE docket SET series = v.column2 FROM",
        "AS v WHERE docket.seq = v.column1 AND docket.series = v.column3",
        moved,
    )
    .await?;
    sight::count_shares(connection, vec![kept.into(), lost.into()]).await?;
    Ok(())
}

/// The component of a series that still is, as far as the agent sees it, as they saw it.
async fn current(
    connection: &mut AnyConnection,
    id: &str,
    lock: i64,
    sight: &Sight,
) -> Result<i64, StoreError> {
    match one(connection, id).await? {
        Some(series)
            if series.state != "retired" && seen_lock(connection, id, sight).await? == lock =>
        {
            one_component(connection, id)
                .await?
                .ok_or(StoreError::Changed)
        }
        _ => Err(StoreError::Changed),
    }
}

async fn decide(
    connection: &mut AnyConnection,
    act: &str,
    kind: LinkKind,
    a: i64,
    b: i64,
) -> Result<(), sqlx::Error> {
    let name = match kind {
        LinkKind::MustLink => "must",
        LinkKind::CannotLink => "cannot",
    };
    sql::insert(
        connection,
        "INSERT INTO link_decision (id, kind, a, b, act, undone) VALUES",
        "ON CONFLICT DO NOTHING",
        vec![params![
            format!("{act}/{name}/{a}/{b}"),
            name,
            a.min(b),
            a.max(b),
            act,
            0
        ]],
    )
    .await
}

/// Must-links along a chain: n - 1 of them hold n submissions together.
async fn keep_together(
    connection: &mut AnyConnection,
    act: &str,
    members: &[i64],
) -> Result<(), sqlx::Error> {
    for pair in members.windows(2) {
        decide(connection, act, LinkKind::MustLink, pair[0], pair[1]).await?;
    }
    Ok(())
}

async fn set_aside_across(
    connection: &mut AnyConnection,
    act: &str,
    out: &[i64],
    stay: &[i64],
) -> Result<(), StoreError> {
    let sides = |a: i64, b: i64| {
        (out.contains(&a) && stay.contains(&b)) || (out.contains(&b) && stay.contains(&a))
    };
    set_aside(connection, act, "must", out, sides).await
}

async fn set_aside_cannot(
    connection: &mut AnyConnection,
    act: &str,
    members: &[i64],
    others: &[i64],
) -> Result<(), StoreError> {
    let sides = |a: i64, b: i64| {
        (members.contains(&a) && others.contains(&b))
            || (members.contains(&b) && others.contains(&a))
    };
    set_aside(connection, act, "cannot", members, sides).await
}

async fn set_aside(
    connection: &mut AnyConnection,
    act: &str,
    kind: &str,
    around: &[i64],
    contradicts: impl Fn(i64, i64) -> bool,
) -> Result<(), StoreError> {
    let mut found = BTreeSet::new();
    for column in ["a", "b"] {
        let head =
            format!("SELECT id, a, b, kind FROM link_decision WHERE undone = 0 AND {column}");
        for row in sql::select_in(connection, &head, "", around).await? {
            if sql::text(&row, 3)? == kind && contradicts(sql::int(&row, 1)?, sql::int(&row, 2)?) {
                found.insert(sql::text(&row, 0)?);
            }
        }
    }
    for decision in found {
        sql::run(
            connection,
            "UPDATE link_decision SET undone = 1 WHERE id = $1",
            params![decision.as_str()],
        )
        .await?;
        sql::run(
            connection,
            "INSERT INTO set_aside (act, decision) VALUES ($1, $2)",
            params![act, decision.as_str()],
        )
        .await?;
    }
    Ok(())
}

/// Clusters the component of a series again after a decision, with the components of the other
/// submissions the decision names joined to it.
async fn recluster_of(
    connection: &mut AnyConnection,
    touched: &[i64],
    component: i64,
    model: &Model,
) -> Result<(), StoreError> {
    join_components(connection, touched, component).await?;
    recluster_all(connection, &[component], model).await
}
