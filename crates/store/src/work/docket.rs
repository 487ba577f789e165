//! The docket: where each submission stands. No state without an owner and a deadline, and the tally
//! of states always adds up to what was received.

use std::collections::BTreeMap;

use sqlx::{AnyConnection, Connection, any::AnyRow};

use super::{Sight, Work, again, apply, joint, retention, set_number, sight};
use crate::{
    StoreError,
    intake::Supplement,
    sql::{self, Param, params},
};

/// A row of the docket.
#[derive(Clone, Debug)]
pub struct Docket {
    /// Place in the ledger.
    pub seq: i64,
    /// UUID text.
    pub id: String,
    /// Desk.
    pub desk: String,
    /// Track of the desk.
    pub track: String,
    /// Option id of the desk's headline question.
    pub headline: String,
    /// Microseconds since 1970 UTC.
    pub received_at: i64,
    /// The word of a `casework::submission::State`.
    pub state: String,
    /// Order of the queue; smaller comes first.
    pub rank: i64,
    /// In the lane that bypasses every queue.
    pub urgent: bool,
    /// Points of the published criteria.
    pub priority: i64,
    /// Unit that has it.
    pub unit: String,
    /// Agent who has it, empty for none.
    pub owner: String,
    /// Microseconds since 1970 UTC.
    pub deadline_at: i64,
    /// Microseconds since 1970 UTC.
    pub occurred_at: Option<i64>,
    /// Loss in minor units.
    pub amount_minor: Option<i64>,
    /// Its currency, empty without a loss.
    pub currency: String,
    /// Where, empty when not said.
    pub place: String,
    /// Something came later that no agent has read.
    pub unread: bool,
    /// Series it is in.
    pub series: Option<String>,
    /// Grows with every change: the optimistic lock.
    pub revision: i64,
    /// Criteria and proposals, JSON.
    pub assessment: String,
    /// Observables with where they stand, JSON.
    pub sightings: String,
}

/// What of the queue to show. Empty fields do not filter.
#[derive(Clone, Debug, Default)]
pub struct Filter {
    /// One state; `queued` when empty and no owner is asked for.
    pub state: String,
    /// Desk.
    pub desk: String,
    /// Headline; only with a desk.
    pub headline: String,
    /// Owner.
    pub owner: String,
    /// Only what no agent has.
    pub unowned: bool,
    /// Only the lane that bypasses every queue.
    pub urgent: bool,
}

/// Order of the queue.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Sort {
    /// Urgent, then points, then the oldest.
    #[default]
    Rank,
    /// The nearest deadline first.
    Deadline,
    /// The newest first.
    Newest,
}

impl Sort {
    /// Where a row stands in this order.
    fn place(self, row: &Docket) -> (i64, i64) {
        let first = match self {
            Self::Rank => row.rank,
            Self::Deadline => row.deadline_at,
            Self::Newest => row.seq,
        };
        (first, row.seq)
    }
}

/// A page of rows and where the next begins.
#[derive(Clone, Debug)]
pub struct Page<T> {
    /// The rows.
    pub rows: Vec<T>,
    /// Hand it back as `after` for the next page.
    pub next: Option<String>,
}

/// How many submissions of a kind are in a state.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tally {
    /// Desk.
    pub desk: String,
    /// Headline.
    pub headline: String,
    /// State.
    pub state: String,
    /// Unit.
    pub unit: String,
    /// How many.
    pub members: i64,
}

/// What a person of the body did, as kept.
#[derive(Clone, Debug)]
pub struct Act {
    /// UUID text.
    pub id: String,
    /// Microseconds since 1970 UTC.
    pub at: i64,
    /// Agent.
    pub agent: String,
    /// Submission, if it is about one.
    pub seq: Option<i64>,
    /// Series, if it is about one.
    pub series: Option<String>,
    /// `take`, `route`, `close`, `reopen`, `reply`, `note`, `confirm`, `split`, `merge`, `undo`…
    pub kind: String,
    /// The agent's reason.
    pub reason: String,
    /// JSON: what is needed to show and to undo it.
    pub body: String,
    /// The act that undid it.
    pub undone_by: Option<String>,
}

/// An act to be kept.
#[derive(Clone, Debug)]
pub struct NewAct {
    /// UUID text.
    pub id: String,
    /// Microseconds since 1970 UTC.
    pub at: i64,
    /// Agent.
    pub agent: String,
    /// Kind, see [`Act::kind`].
    pub kind: String,
    /// The agent's reason.
    pub reason: String,
    /// JSON.
    pub body: String,
}

/// Where a submission stands from now on; the domain (`casework::submission`) says what is legal.
#[derive(Clone, Debug)]
pub struct Change {
    /// State.
    pub state: String,
    /// Unit.
    pub unit: String,
    /// Agent who has it, empty for none.
    pub owner: String,
    /// Whether something that came later waits to be read.
    pub unread: bool,
}

const COLUMNS: &str = "SELECT seq, id, desk, track, headline, received_at, state, rank, urgent, priority, unit, owner, deadline_at, occurred_at, amount_minor, currency, place, unread, series, revision, assessment, sightings FROM docket LEFT JOIN finding ON finding.docket = seq";

/// Changes to the tally, gathered and written once.
#[derive(Default)]
pub(super) struct TallyChange {
    cells: BTreeMap<(String, String, String, String), i64>,
}

impl TallyChange {
    pub(super) fn add(&mut self, desk: &str, headline: &str, state: &str, unit: &str, by: i64) {
        *self
            .cells
            .entry((
                desk.to_owned(),
                headline.to_owned(),
                state.to_owned(),
                unit.to_owned(),
            ))
            .or_insert(0) += by;
    }

    pub(super) async fn write(self, connection: &mut AnyConnection) -> Result<(), sqlx::Error> {
        let rows = self
            .cells
            .into_iter()
            .filter(|(_, by)| *by != 0)
            .map(|((desk, headline, state, unit), by)| params![desk, headline, state, unit, by])
            .collect();
        sql::insert(
            connection,
            "INSERT INTO tally (desk, headline, state, unit, members) VALUES",
            "ON CONFLICT (desk, headline, state, unit) DO UPDATE SET members = tally.members + excluded.members",
            rows,
        )
        .await
    }
}

impl Work {
    /// A page of the queue, as far as it is seen.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn queue(
        &self,
        filter: &Filter,
        sort: Sort,
        after: Option<&str>,
        most: i64,
        sight: &Sight,
    ) -> Result<Page<Docket>, StoreError> {
        let mut connection = self.reading().await?;
        let state = if filter.state.is_empty() && filter.owner.is_empty() {
            "queued"
        } else {
            &filter.state
        };
        let [hidden, shown] = sight.lists();
        let mut rows = Vec::new();
        if let Some(unit) = sight.unit().filter(|unit| !unit.is_empty()) {
            let asked = Asked {
                filter,
                sort,
                state,
                after,
                most,
            };
            if let Some(by) = by(&mut connection, filter, unit, sort, state).await? {
                rows.extend(asked.rows(&mut connection, by, (unit, &hidden)).await?);
            }
            // What other units show is a list of its own, short beside what a unit has.
            rows.extend(
                asked
                    .rows(&mut connection, By::Listed, ("", &shown))
                    .await?,
            );
        }
        rows.sort_by_key(|row| {
            let (first, seq) = sort.place(row);
            match sort {
                Sort::Newest => (-first, -seq),
                Sort::Rank | Sort::Deadline => (first, seq),
            }
        });
        let more = rows.len() as i64 > most;
        rows.truncate(most.max(0) as usize);
        let next = rows.last().filter(|_| more).map(|row| {
            let (first, seq) = sort.place(row);
            format!("{first}.{seq}")
        });
        Ok(Page { rows, next })
    }

    /// One row of the docket; none while the worker has not come to it.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn docket(&self, seq: i64) -> Result<Option<Docket>, StoreError> {
        let mut connection = self.reading().await?;
        one(&mut connection, seq).await
    }

    /// One row of the docket by the submission's id.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn docket_by_id(&self, id: &str) -> Result<Option<Docket>, StoreError> {
        let mut connection = self.reading().await?;
        one_by_id(&mut connection, id).await
    }

    /// Rows of the docket, in the order of `seqs`; those that are not there are left out.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn dockets(&self, seqs: &[i64]) -> Result<Vec<Docket>, StoreError> {
        let mut connection = self.reading().await?;
        let found: BTreeMap<i64, Docket> =
            sql::select_in(&mut connection, &format!("{COLUMNS} WHERE seq"), "", seqs)
                .await?
                .iter()
                .map(|row| docket(row).map(|docket| (docket.seq, docket)))
                .collect::<Result<_, _>>()?;
        Ok(seqs
            .iter()
            .filter_map(|seq| found.get(seq).cloned())
            .collect())
    }

    /// The submissions of a series that are seen, oldest first.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn members(
        &self,
        series: &str,
        after: i64,
        most: i64,
        sight: &Sight,
    ) -> Result<Vec<Docket>, StoreError> {
        let mut connection = self.reading().await?;
        let mut values = params![series, after, most];
        let seen = sight.condition_in_series("docket", &mut values);
        sql::rows(
            &mut connection,
            &format!("{COLUMNS} WHERE series = $1 AND docket.seq > $2 AND {seen} ORDER BY docket.seq LIMIT $3"),
            values,
        )
        .await?
        .iter()
        .map(docket)
        .collect()
    }

    /// Every cell of the tally.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn tallies(&self) -> Result<Vec<Tally>, StoreError> {
        let mut connection = self.reading().await?;
        sql::rows(&mut connection, "SELECT desk, headline, state, unit, members FROM tally WHERE members <> 0 ORDER BY desk, headline, state, unit", vec![])
            .await?
            .iter()
            .map(|row| {
                Ok(Tally {
                    desk: sql::text(row, 0)?,
                    headline: sql::text(row, 1)?,
                    state: sql::text(row, 2)?,
                    unit: sql::text(row, 3)?,
                    members: sql::int(row, 4)?,
                })
            })
            .collect()
    }

    /// Moves a submission, if it still has the revision the agent saw, and keeps the act.
    ///
    /// # Errors
    /// [`StoreError::Changed`] when someone else was first; nothing changed then.
    pub async fn transition(
        &self,
        seq: i64,
        revision: i64,
        to: Change,
        act: NewAct,
    ) -> Result<Docket, StoreError> {
        let mut connection = self.writing().await?;
        let mut transaction = connection.begin().await?;
        let before = one(&mut transaction, seq)
            .await?
            .ok_or(StoreError::Changed)?;
        // Where units work together, who leads is part of that record: see [`Work::join`].
        let passes = before.unit != to.unit && joint::count(&mut transaction, seq).await? > 0;
        if before.revision != revision || passes {
            return Err(StoreError::Changed);
        }
        let mut after = before.clone();
        after.state = to.state;
        after.unit = to.unit;
        after.owner = to.owner;
        after.unread = to.unread;
        write_change(&mut transaction, &before, &after).await?;
        keep_act(&mut transaction, &act, Some(seq), None).await?;
        transaction.commit().await?;
        after.revision += 1;
        Ok(after)
    }

    /// Keeps an act that changes nothing of where the submission stands: a note, a reply.
    ///
    /// # Errors
    /// When it was not kept.
    pub async fn record(&self, seq: i64, act: NewAct) -> Result<(), StoreError> {
        let mut connection = self.writing().await?;
        let mut transaction = connection.begin().await?;
        keep_act(&mut transaction, &act, Some(seq), None).await?;
        if act.kind == "reply" {
            sql::run(
                &mut transaction,
                "UPDATE docket SET unread = 0 WHERE seq = $1",
                params![seq],
            )
            .await?;
            again::queue(&mut transaction, &[seq]).await?;
        }
        transaction.commit().await?;
        Ok(())
    }

    /// The acts about a submission, oldest first.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn acts(&self, seq: i64) -> Result<Vec<Act>, StoreError> {
        let mut connection = self.reading().await?;
        acts(
            &mut connection,
            "WHERE seq = $1 ORDER BY at, id",
            params![seq],
        )
        .await
    }

    /// Says that an agent looks at a submission now, and who else has since `since`.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn present(
        &self,
        seq: i64,
        agent: &str,
        now: i64,
        since: i64,
    ) -> Result<Vec<String>, StoreError> {
        let mut connection = self.writing().await?;
        sql::run(
            &mut connection,
            "INSERT INTO presence (seq, agent, at) VALUES ($1, $2, $3) ON CONFLICT (seq, agent) DO UPDATE SET at = excluded.at",
            params![seq, agent, now],
        )
        .await?;
        sql::rows(
            &mut connection,
            "SELECT a.name FROM presence p JOIN agent a ON a.id = p.agent WHERE p.seq = $1 AND p.agent <> $2 AND p.at >= $3 ORDER BY a.name",
            params![seq, agent, since],
        )
        .await?
        .iter()
        .map(|row| Ok(sql::text(row, 0)?))
        .collect()
    }

    /// Takes supplements in, in order: marks their submissions unread, gives those that are withdrawn
    /// the state that `withdrawn` says for the one they are in, queues them to be harmonised again with what
    /// was added, and moves the worker's place.
    ///
    /// # Errors
    /// When the database does not answer; nothing was written then.
    pub async fn apply_supplements(
        &self,
        supplements: &[Supplement],
        withdrawn: impl Fn(&str) -> Option<String>,
    ) -> Result<(), StoreError> {
        let mut connection = self.writing().await?;
        let mut transaction = connection.begin().await?;
        for supplement in supplements {
            let seq = supplement.submission;
            let Some(before) = one(&mut transaction, seq).await? else {
                continue;
            };
            let mut after = before.clone();
            after.unread = true;
            if supplement.kind == "withdrawal"
                && let Some(state) = withdrawn(&before.state)
            {
                after.state = state;
            }
            write_change(&mut transaction, &before, &after).await?;
            again::queue(&mut transaction, &[seq]).await?;
        }
        if let Some(last) = supplements.last() {
            set_number(&mut transaction, "reached_supplement", last.seq).await?;
        }
        transaction.commit().await?;
        Ok(())
    }
}

/// A page of the queue that is asked for.
struct Asked<'a> {
    filter: &'a Filter,
    sort: Sort,
    state: &'a str,
    after: Option<&'a str>,
    most: i64,
}

impl Asked<'_> {
    /// One row more than the page has, read by an index: those of a unit but for a list, or those of a list.
    async fn rows(
        &self,
        connection: &mut AnyConnection,
        by: By,
        (unit, list): (&str, &str),
    ) -> Result<Vec<Docket>, StoreError> {
        let (filter, sort) = (self.filter, self.sort);
        let not = if by == By::Listed { "" } else { "NOT " };
        let mut values: Vec<Param> = vec![list.into()];
        let mut text =
            format!("SELECT seq FROM docket WHERE seq {not}IN (SELECT value FROM json_each($1))");
        let mut equal = |text: &mut String, column: &str, value: &str, by: bool| {
            if !value.is_empty() {
                values.push(Param::from(value));
                // An expression is no reason to choose an index on the column.
                let column = if by {
                    column.to_owned()
                } else {
                    format!("({column} || '')")
                };
                text.push_str(&format!(" AND {column} = ${}", values.len()));
            }
        };
        let free = matches!(by, By::Owner | By::Listed);
        equal(&mut text, "state", self.state, !free);
        equal(
            &mut text,
            "desk",
            &filter.desk,
            matches!(by, By::Kind | By::KindSorted),
        );
        equal(
            &mut text,
            "headline",
            &filter.headline,
            matches!(by, By::Kind | By::KindSorted),
        );
        equal(
            &mut text,
            "unit",
            unit,
            matches!(by, By::Unit | By::UnitSorted),
        );
        equal(&mut text, "owner", &filter.owner, by == By::Owner);
        if by == By::Owner {
            // Only who has an owner is in the index.
            text.push_str(" AND owner <> ''");
        }
        if filter.unowned {
            text.push_str(" AND (owner || '') = ''");
        }
        if filter.urgent {
            // The urgent lane is a range of the rank, so that no row outside it is read.
            values.push(Param::from(apply::rank(true, 0, i64::MAX)));
            text.push_str(&format!(" AND rank <= ${}", values.len()));
        }
        let column = match sort {
            Sort::Rank => "rank",
            Sort::Deadline => "deadline_at",
            Sort::Newest => "seq",
        };
        let sorted = matches!(by, By::KindSorted | By::UnitSorted | By::Owner | By::Listed)
            || (filter.urgent && sort != Sort::Rank);
        let first = if sorted {
            format!("({column} + 0)")
        } else {
            column.to_owned()
        };
        let (compare, order) = if sort == Sort::Newest {
            ("<", "DESC")
        } else {
            (">", "ASC")
        };
        if let Some((at, seq)) = self.after.and_then(cursor) {
            values.push(Param::from(at));
            values.push(Param::from(seq));
            let (at, at_seq) = (values.len() - 1, values.len());
            text.push_str(&format!(" AND ({first}, seq) {compare} (${at}, ${at_seq})"));
        }
        values.push(Param::from(self.most + 1));
        let second = if sort == Sort::Newest {
            String::new()
        } else {
            format!(", seq {order}")
        };
        text.push_str(&format!(
            " ORDER BY {first} {order}{second} LIMIT ${}",
            values.len()
        ));
        let text = format!("{COLUMNS} WHERE seq IN ({text}) ORDER BY {column} {order}{second}");
        sql::rows(connection, &text, values)
            .await?
            .iter()
            .map(docket)
            .collect()
    }
}

/// The index a page of the queue is read by. The database cannot know which is right, the tally does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum By {
    /// Walked in the order asked for, what does not fit left out.
    Order,
    /// The rows of a desk or of one of its kinds, in the order of the index…
    Kind,
    /// … or so few that they are sorted.
    KindSorted,
    /// The rows of a unit, in the order of the index…
    Unit,
    /// … or so few that they are sorted.
    UnitSorted,
    /// An agent's own, sorted.
    Owner,
    /// Those of a list, sorted.
    Listed,
}

/// So many entries of an index are sorted in a few milliseconds; where more fit, one in some hundreds
/// of those walked does.
const FEW: i64 = if cfg!(test) { 30 } else { 10_000 };

/// How to read a page of the queue; none when the tally says that there is nothing.
async fn by(
    connection: &mut AnyConnection,
    filter: &Filter,
    of_unit: &str,
    sort: Sort,
    state: &str,
) -> Result<Option<By>, StoreError> {
    if !filter.owner.is_empty() {
        return Ok(Some(By::Owner));
    }
    let rows = sql::rows(
        connection,
        "SELECT desk, headline, unit, members FROM tally WHERE state = $1",
        params![state],
    )
    .await?;
    let (mut kind, mut unit, mut both) = (0, 0, 0);
    for row in &rows {
        let fits = |wanted: &str, column: usize| -> Result<bool, StoreError> {
            Ok(wanted.is_empty() || sql::text(row, column)? == wanted)
        };
        let of_kind = fits(&filter.desk, 0)? && fits(&filter.headline, 1)?;
        let of_unit = fits(of_unit, 2)?;
        let members = sql::int(row, 3)?;
        kind += if of_kind { members } else { 0 };
        unit += if of_unit { members } else { 0 };
        both += if of_kind && of_unit { members } else { 0 };
    }
    if both == 0 {
        return Ok(None);
    }
    if filter.urgent {
        return Ok(Some(By::Order));
    }
    let by_kind = !filter.desk.is_empty() && kind <= unit;
    let one_range = if by_kind {
        !filter.headline.is_empty()
    } else {
        true
    };
    let narrow = if by_kind { kind } else { unit };
    Ok(Some(match (sort, by_kind) {
        // The index of a kind and of a unit is in the order of the rank; both together are walked only
        // while most of the range fits.
        (Sort::Rank, true) if one_range && both * 100 >= narrow => By::Kind,
        (Sort::Rank, false) if both * 100 >= narrow => By::Unit,
        (_, true) if narrow <= FEW => By::KindSorted,
        (_, false) if narrow <= FEW => By::UnitSorted,
        _ => By::Order,
    }))
}

pub(super) async fn write_change(
    connection: &mut AnyConnection,
    before: &Docket,
    after: &Docket,
) -> Result<(), StoreError> {
    sql::run(
        connection,
        "UPDATE docket SET state = $1, unit = $2, owner = $3, unread = $4, revision = revision + 1 WHERE seq = $5",
        params![after.state.as_str(), after.unit.as_str(), after.owner.as_str(), after.unread, after.seq],
    )
    .await?;
    let mut tally = TallyChange::default();
    tally.add(
        &before.desk,
        &before.headline,
        &before.state,
        &before.unit,
        -1,
    );
    tally.add(&after.desk, &after.headline, &after.state, &after.unit, 1);
    tally.write(connection).await?;
    if before.unit != after.unit {
        passes_to(connection, after).await?;
    }
    Ok(())
}

/// What goes along when a submission passes to another unit, by routing or by a transfer: the one place for it.
async fn passes_to(connection: &mut AnyConnection, after: &Docket) -> Result<(), StoreError> {
    retention::pass(connection, after.seq).await?;
    if let Some(series) = after.series.clone() {
        sight::count_shares(connection, vec![series.into()]).await?;
    }
    Ok(())
}

pub(super) async fn keep_act(
    connection: &mut AnyConnection,
    act: &NewAct,
    seq: Option<i64>,
    series: Option<&str>,
) -> Result<(), sqlx::Error> {
    sql::run(
        connection,
        "INSERT INTO act (id, at, agent, seq, series, kind, reason, body) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
        params![
            act.id.as_str(), act.at, act.agent.as_str(), seq, series, act.kind.as_str(),
            act.reason.as_str(), act.body.as_str(),
        ],
    )
    .await?;
    Ok(())
}

pub(super) async fn acts(
    connection: &mut AnyConnection,
    which: &str,
    values: Vec<Param>,
) -> Result<Vec<Act>, StoreError> {
    sql::rows(
        connection,
        &format!(
            "SELECT id, at, agent, seq, series, kind, reason, body, undone_by FROM act {which}"
        ),
        values,
    )
    .await?
    .iter()
    .map(|row| {
        Ok(Act {
            id: sql::text(row, 0)?,
            at: sql::int(row, 1)?,
            agent: sql::text(row, 2)?,
            seq: sql::int_or_none(row, 3)?,
            series: sql::text_or_none(row, 4)?,
            kind: sql::text(row, 5)?,
            reason: sql::text(row, 6)?,
            body: sql::text(row, 7)?,
            undone_by: sql::text_or_none(row, 8)?,
        })
    })
    .collect()
}

pub(super) async fn one_by_id(
    connection: &mut AnyConnection,
    id: &str,
) -> Result<Option<Docket>, StoreError> {
    sql::row(connection, &format!("{COLUMNS} WHERE id = $1"), params![id])
        .await?
        .as_ref()
        .map(docket)
        .transpose()
}

pub(super) async fn one(
    connection: &mut AnyConnection,
    seq: i64,
) -> Result<Option<Docket>, StoreError> {
    sql::row(
        connection,
        &format!("{COLUMNS} WHERE seq = $1"),
        params![seq],
    )
    .await?
    .as_ref()
    .map(docket)
    .transpose()
}

fn cursor(text: &str) -> Option<(i64, i64)> {
    let (first, seq) = text.split_once('.')?;
    Some((first.parse().ok()?, seq.parse().ok()?))
}

fn docket(row: &AnyRow) -> Result<Docket, StoreError> {
    Ok(Docket {
        seq: sql::int(row, 0)?,
        id: sql::text(row, 1)?,
        desk: sql::text(row, 2)?,
        track: sql::text(row, 3)?,
        headline: sql::text(row, 4)?,
        received_at: sql::int(row, 5)?,
        state: sql::text(row, 6)?,
        rank: sql::int(row, 7)?,
        urgent: sql::int(row, 8)? != 0,
        priority: sql::int(row, 9)?,
        unit: sql::text(row, 10)?,
        owner: sql::text(row, 11)?,
        deadline_at: sql::int(row, 12)?,
        occurred_at: sql::int_or_none(row, 13)?,
        amount_minor: sql::int_or_none(row, 14)?,
        currency: sql::text(row, 15)?,
        place: sql::text(row, 16)?,
        unread: sql::int(row, 17)? != 0,
        series: sql::text_or_none(row, 18)?,
        revision: sql::int(row, 19)?,
        assessment: sql::text(row, 20)?,
        sightings: sql::text(row, 21)?,
    })
}
