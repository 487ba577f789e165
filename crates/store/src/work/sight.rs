//! What an agent sees of the docket: what their unit has, but for what is kept from them, and what other units
//! have and show them. Who that is says `casework::policy`; here it becomes a condition of a query, so that a list
//! has as many rows and a count as many submissions as if what is not seen were not there.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use sqlx::{AnyConnection, Connection, any::AnyRow};

use super::{
    Docket, NewAct, Tally, Work,
    docket::{keep_act, one_by_id},
    number, set_number,
};
use crate::{
    StoreError,
    sql::{self, Param, params},
};

/// Where a submission stands between agents and units: what a decision about it looks at.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Standing {
    /// Place in the ledger.
    pub seq: i64,
    /// UUID text.
    pub id: String,
    /// Desk.
    pub desk: String,
    /// Option id of the desk's headline question.
    pub headline: String,
    /// The word of a `casework::submission::State`.
    pub state: String,
    /// Unit that has it.
    pub unit: String,
    /// Agent who has it, empty for none.
    pub owner: String,
    /// Series it is in.
    pub series: Option<String>,
    /// Whether it is sealed.
    pub sealed: bool,
    /// Its markings, as words.
    pub markings: Vec<String>,
    /// Agents with a conflict of interest.
    pub conflicts: Vec<String>,
    /// Units that take part, and the parts that each is shown, as words.
    pub joined: Vec<(String, Vec<String>)>,
}

/// See the module. What it does not name is not seen: the default sees nothing.
#[derive(Clone, Debug, Default)]
pub struct Sight {
    unit: Option<String>,
    hidden: BTreeMap<i64, Standing>,
    shown: BTreeMap<i64, Standing>,
}

impl Sight {
    /// The sight of an agent of `unit`, or of one whose role sees nothing of any unit where there is none. `sees`
    /// decides for each submission that stands apart ([`Work::apart`]).
    #[must_use]
    pub fn new(unit: Option<&str>, apart: Vec<Standing>, sees: impl Fn(&Standing) -> bool) -> Self {
        let mut sight = Self {
            unit: unit.map(str::to_owned),
            ..Self::default()
        };
        for standing in apart {
            let own = sight.unit.as_ref() == Some(&standing.unit);
            match (own, sees(&standing)) {
                (true, false) => sight.hidden.insert(standing.seq, standing),
                (false, true) => sight.shown.insert(standing.seq, standing),
                _ => None,
            };
        }
        sight
    }

    /// Whether a submission that this unit has is seen.
    #[must_use]
    pub fn sees(&self, seq: i64, unit: &str) -> bool {
        let own = self.unit.as_deref() == Some(unit) && !unit.is_empty();
        (own && !self.hidden.contains_key(&seq)) || self.shown.contains_key(&seq)
    }

    /// What the unit has and is kept from the agent.
    pub(super) fn hidden(&self) -> impl Iterator<Item = &Standing> {
        self.hidden.values()
    }

    /// What other units have and show.
    pub fn shown(&self) -> impl Iterator<Item = &Standing> {
        self.shown.values()
    }

    pub(super) fn unit(&self) -> Option<&str> {
        self.unit.as_deref()
    }

    /// A JSON list of what is hidden, and of what is shown.
    pub(super) fn lists(&self) -> [String; 2] {
        [&self.hidden, &self.shown].map(|some| {
            let places: Vec<String> = some.keys().map(i64::to_string).collect();
            format!("[{}]", places.join(","))
        })
    }

    /// The condition on the rows of `docket`, under the name given; its values are added.
    pub(super) fn condition(&self, docket: &str, values: &mut Vec<Param>) -> String {
        let [hidden, shown] = self.lists();
        let unit = self.unit.clone().filter(|unit| !unit.is_empty());
        values.extend([Param::from(unit), hidden.into(), shown.into()]);
        let last = values.len();
        let (unit, hidden) = (last - 2, last - 1);
        format!(
            "(({docket}.unit = ${unit} AND {docket}.seq NOT IN (SELECT value FROM json_each(${hidden}))) OR {docket}.seq IN (SELECT value FROM json_each(${last})))"
        )
    }

    /// How many of what stands apart a count by the unit alone has too many or too few, in some group.
    fn correction(&self, in_group: impl Fn(&Standing) -> bool) -> i64 {
        let count = |some: &BTreeMap<i64, Standing>| {
            some.values().filter(|standing| in_group(standing)).count() as i64
        };
        count(&self.shown) - count(&self.hidden)
    }
}

const COLUMNS: &str = "SELECT seq, id, desk, headline, state, unit, owner, series FROM docket";

fn standing(row: &AnyRow) -> Result<Standing, StoreError> {
    Ok(Standing {
        seq: sql::int(row, 0)?,
        id: sql::text(row, 1)?,
        desk: sql::text(row, 2)?,
        headline: sql::text(row, 3)?,
        state: sql::text(row, 4)?,
        unit: sql::text(row, 5)?,
        owner: sql::text(row, 6)?,
        series: sql::text_or_none(row, 7)?,
        ..Standing::default()
    })
}

/// A list of words as it is kept.
fn words(text: &str) -> Vec<String> {
    text.split(' ')
        .filter(|word| !word.is_empty())
        .map(str::to_owned)
        .collect()
}

/// Adds what stands beside the docket. Asks as much for none as for one.
async fn complete(
    connection: &mut AnyConnection,
    mut found: Vec<Standing>,
) -> Result<Vec<Standing>, StoreError> {
    let mut seqs: Vec<i64> = found.iter().map(|standing| standing.seq).collect();
    if seqs.is_empty() {
        seqs.push(NOWHERE);
    }
    let places: HashMap<i64, usize> = found
        .iter()
        .enumerate()
        .map(|(place, standing)| (standing.seq, place))
        .collect();
    let guards = "SELECT docket, sealed, markings FROM guard WHERE docket";
    for row in sql::select_in(connection, guards, "", &seqs).await? {
        if let Some(place) = places.get(&sql::int(&row, 0)?) {
            found[*place].sealed = sql::int(&row, 1)? != 0;
            found[*place].markings = words(&sql::text(&row, 2)?);
        }
    }
    let conflicts = "SELECT docket, agent FROM conflict WHERE docket";
    for row in sql::select_in(connection, conflicts, "", &seqs).await? {
        if let Some(place) = places.get(&sql::int(&row, 0)?) {
            found[*place].conflicts.push(sql::text(&row, 1)?);
        }
    }
    let joined = "SELECT docket, unit, parts FROM joined WHERE docket";
    for row in sql::select_in(connection, joined, "", &seqs).await? {
        if let Some(place) = places.get(&sql::int(&row, 0)?) {
            let parts = words(&sql::text(&row, 2)?);
            found[*place].joined.push((sql::text(&row, 1)?, parts));
        }
    }
    Ok(found)
}

/// The place of no submission.
const NOWHERE: i64 = -1;

impl Work {
    /// Where a submission stands, by its id.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn standing(&self, id: &str) -> Result<Option<Standing>, StoreError> {
        let mut connection = self.reading().await?;
        let text = format!("{COLUMNS} WHERE id = $1");
        let row = sql::row(&mut connection, &text, params![id]).await?;
        let found = row.as_ref().map(standing).transpose()?;
        let found = complete(&mut connection, found.into_iter().collect()).await?;
        Ok(found.into_iter().next())
    }

    /// Where submissions stand, in no order; those that are not there are left out.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn standings(&self, seqs: &[i64]) -> Result<Vec<Standing>, StoreError> {
        let mut connection = self.reading().await?;
        let found = sql::select_in(&mut connection, &format!("{COLUMNS} WHERE seq"), "", seqs)
            .await?
            .iter()
            .map(standing)
            .collect::<Result<_, _>>()?;
        complete(&mut connection, found).await
    }

    /// The submissions for which it is not the unit alone that says whether an agent of a unit sees them.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn apart(&self, agent: &str, unit: &str) -> Result<Vec<Standing>, StoreError> {
        let mut connection = self.reading().await?;
        let found = sql::rows(
            &mut connection,
            &format!("{COLUMNS} WHERE seq IN (SELECT docket FROM joined WHERE unit = $1 UNION SELECT docket FROM conflict WHERE agent = $2 UNION SELECT g.docket FROM guard g JOIN docket d ON d.seq = g.docket WHERE d.unit = $1)"),
            params![unit, agent],
        )
        .await?
        .iter()
        .map(standing)
        .collect::<Result<_, _>>()?;
        complete(&mut connection, found).await
    }

    /// Rows of the docket that are seen, in the order of `seqs`.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn seen_dockets(
        &self,
        seqs: &[i64],
        sight: &Sight,
    ) -> Result<Vec<Docket>, StoreError> {
        let mut dockets = self.dockets(seqs).await?;
        dockets.retain(|docket| sight.sees(docket.seq, &docket.unit));
        Ok(dockets)
    }

    /// A row of the docket by the submission's id, if it is seen.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn seen_docket(&self, id: &str, sight: &Sight) -> Result<Option<Docket>, StoreError> {
        let mut connection = self.reading().await?;
        let found = one_by_id(&mut connection, id).await?;
        Ok(found.filter(|docket| sight.sees(docket.seq, &docket.unit)))
    }

    /// Which of some submissions are seen.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn seen_of(&self, seqs: &[i64], sight: &Sight) -> Result<BTreeSet<i64>, StoreError> {
        let mut connection = self.reading().await?;
        let columns = ["docket.seq", "hex(docket.unit)"];
        let tail = "JOIN docket ON docket.seq = wanted.value";
        let found = sql::packed(&mut connection, columns, tail, seqs).await?;
        let mut seen = BTreeSet::new();
        for [seq, unit] in found.rows() {
            let (seq, unit) = (sql::whole(seq)?, sql::unhex(unit)?);
            if sight.sees(seq, &String::from_utf8_lossy(&unit)) {
                seen.insert(seq);
            }
        }
        Ok(seen)
    }

    /// The cells of the tally, as far as they are seen.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn seen_tallies(&self, sight: &Sight) -> Result<Vec<Tally>, StoreError> {
        let mut cells: BTreeMap<(String, String, String), i64> = BTreeMap::new();
        for tally in self.tallies().await? {
            if sight.unit() == Some(&tally.unit) && !tally.unit.is_empty() {
                *cells
                    .entry((tally.desk, tally.headline, tally.state))
                    .or_default() += tally.members;
            }
        }
        for (some, by) in [(&sight.hidden, -1), (&sight.shown, 1)] {
            for one in some.values() {
                let cell = (one.desk.clone(), one.headline.clone(), one.state.clone());
                *cells.entry(cell).or_default() += by;
            }
        }
        let unit = sight.unit().unwrap_or_default();
        Ok(cells
            .into_iter()
            .filter(|(_, members)| *members > 0)
            .map(|((desk, headline, state), members)| Tally {
                desk,
                headline,
                state,
                unit: unit.to_owned(),
                members,
            })
            .collect())
    }

    /// How many submissions of each of some series are seen; a series of which none is has no entry.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn seen_sizes(
        &self,
        series: &[&str],
        sight: &Sight,
    ) -> Result<HashMap<String, i64>, StoreError> {
        let mut connection = self.reading().await?;
        let mut sizes = own_sizes(&mut connection, series, sight).await?;
        for (some, by) in [(&sight.hidden, -1), (&sight.shown, 1)] {
            for id in some.values().filter_map(|one| one.series.as_deref()) {
                if series.contains(&id) {
                    *sizes.entry(id.to_owned()).or_default() += by;
                }
            }
        }
        sizes.retain(|_, size| *size > 0);
        Ok(sizes)
    }
}

impl Work {
    /// Gives what nobody routed to the unit of its desk, given as desks with their units; once in the life of a
    /// folder. Before, what was queued had the unit that was proposed, which nobody of that unit had agreed to and
    /// which kept it from those who were to decide.
    ///
    /// # Errors
    /// When the database does not answer; nothing was written then.
    pub async fn bring_home(&self, homes: &[(&str, &str)]) -> Result<(), StoreError> {
        let mut connection = self.writing().await?;
        let mut transaction = connection.begin().await?;
        if number(&mut transaction, BROUGHT_HOME).await?.is_some() {
            return Ok(());
        }
        for (desk, unit) in homes {
            sql::run(
                &mut transaction,
                "UPDATE docket SET unit = COALESCE((SELECT agent.unit FROM agent WHERE agent.id = docket.owner), $2), revision = revision + 1 WHERE desk = $1 AND NOT EXISTS (SELECT 1 FROM act WHERE act.seq = docket.seq AND act.kind = 'route')",
                params![*desk, *unit],
            )
            .await?;
        }
        for statement in [
            "DELETE FROM tally",
            "INSERT INTO tally (desk, headline, state, unit, members) SELECT desk, headline, state, unit, COUNT(*) FROM docket GROUP BY desk, headline, state, unit",
            "DELETE FROM share",
            &format!("{} GROUP BY series, unit", counted_shares()),
        ] {
            sql::run(&mut transaction, statement, vec![]).await?;
        }
        set_number(&mut transaction, BROUGHT_HOME, 1).await?;
        transaction.commit().await?;
        Ok(())
    }
}

impl Work {
    /// Keeps an agent from a submission in which they have a conflict of interest, for good.
    ///
    /// # Errors
    /// When it was not kept.
    pub async fn declare_conflict(
        &self,
        seq: i64,
        agent: &str,
        act: NewAct,
    ) -> Result<(), StoreError> {
        let mut connection = self.writing().await?;
        let mut transaction = connection.begin().await?;
        sql::run(
            &mut transaction,
            "INSERT INTO conflict (docket, agent, act) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING",
            params![seq, agent, act.id.as_str()],
        )
        .await?;
        // Whoever should not see it cannot go on with it.
        sql::run(
            &mut transaction,
            "UPDATE docket SET owner = '', revision = revision + 1 WHERE seq = $1 AND owner = $2",
            params![seq, agent],
        )
        .await?;
        keep_act(&mut transaction, &act, Some(seq), None).await?;
        transaction.commit().await?;
        Ok(())
    }

    /// Seals a submission, or lifts the seal, and gives it these markings, as words.
    ///
    /// # Errors
    /// When it was not kept.
    pub async fn guard(
        &self,
        seq: i64,
        sealed: bool,
        markings: &[&str],
        act: NewAct,
    ) -> Result<(), StoreError> {
        let mut connection = self.writing().await?;
        let mut transaction = connection.begin().await?;
        sql::run(
            &mut transaction,
            "INSERT INTO guard (docket, sealed, markings) VALUES ($1, $2, $3) ON CONFLICT (docket) DO UPDATE SET sealed = excluded.sealed, markings = excluded.markings",
            params![seq, sealed, markings.join(" ")],
        )
        .await?;
        keep_act(&mut transaction, &act, Some(seq), None).await?;
        transaction.commit().await?;
        Ok(())
    }

    /// Shows parts of a submission, as words, to units that take part in it: to these and no others.
    ///
    /// # Errors
    /// When it was not kept.
    pub async fn show_to(
        &self,
        seq: i64,
        units: &[(&str, &[&str])],
        act: NewAct,
    ) -> Result<(), StoreError> {
        let mut connection = self.writing().await?;
        let mut transaction = connection.begin().await?;
        sql::run(
            &mut transaction,
            "DELETE FROM joined WHERE docket = $1",
            params![seq],
        )
        .await?;
        let rows = units
            .iter()
            .map(|(unit, parts)| params![seq, *unit, parts.join(" ")])
            .collect();
        let head = "INSERT INTO joined (docket, unit, parts) VALUES";
        sql::insert(&mut transaction, head, "", rows).await?;
        keep_act(&mut transaction, &act, Some(seq), None).await?;
        transaction.commit().await?;
        Ok(())
    }
}

/// Whether [`Work::bring_home`] was done.
const BROUGHT_HOME: &str = "brought_home";

/// How many submissions of a series are seen.
pub(super) async fn seen_size(
    connection: &mut AnyConnection,
    series: &str,
    sight: &Sight,
) -> Result<i64, StoreError> {
    let own = own_sizes(connection, &[series], sight).await?;
    let own = own.get(series).copied().unwrap_or(0);
    Ok(own + sight.correction(|one| one.series.as_deref() == Some(series)))
}

/// How many submissions of some series the unit has itself.
async fn own_sizes(
    connection: &mut AnyConnection,
    series: &[&str],
    sight: &Sight,
) -> Result<HashMap<String, i64>, StoreError> {
    let unit = sight.unit().filter(|unit| !unit.is_empty());
    let wanted = serde_json::to_string(series).unwrap_or_default();
    // A cross join is walked as it stands: else all shares of the unit might be.
    sql::rows(
        connection,
        "SELECT h.series, h.members FROM json_each($2) wanted CROSS JOIN share h WHERE h.series = wanted.value AND h.unit = $1",
        params![unit, wanted],
    )
    .await?
    .iter()
    .map(|row| Ok((sql::text(row, 0)?, sql::int(row, 1)?)))
    .collect()
}

/// What some rows of `docket` come to: how many, their loss in euro cents, and from when to when. Whoever tells no moment
/// counts only where nobody tells one.
pub(super) const SUMS: &str = "COUNT(*), COALESCE(SUM(CASE currency WHEN 'EUR' THEN COALESCE(amount_minor, 0) ELSE 0 END), 0), COALESCE(MIN(occurred_at), MIN(received_at), 0), COALESCE(MAX(occurred_at), MAX(received_at), 0)";
/// The head of an insertion of shares.
pub(super) const INTO_SHARE: &str =
    "INSERT INTO share (series, unit, members, amount_minor, first_at, last_at, cohesion) VALUES";

/// Inserts the shares of all series, or of those that a further condition leaves; to be grouped by series and unit.
fn counted_shares() -> String {
    let columns = INTO_SHARE.trim_end_matches("VALUES");
    format!(
        "{columns} SELECT series, unit, {SUMS}, COALESCE((SELECT CAST(AVG(r.millibits) AS BIGINT) FROM reason r JOIN docket a ON a.seq = r.a JOIN docket b ON b.seq = r.b WHERE r.series = docket.series AND a.unit = docket.unit AND b.unit = docket.unit), 0) FROM docket WHERE series IS NOT NULL"
    )
}

/// Counts the shares of units in series anew, after a submission passed to another unit or series.
pub(super) async fn count_shares(
    connection: &mut AnyConnection,
    series: Vec<Param>,
) -> Result<(), sqlx::Error> {
    sql::run_in(connection, "DELETE FROM share WHERE series", series.clone()).await?;
    let head = format!("{} AND series", counted_shares());
    for (text, chunk) in sql::in_lists(&head, "GROUP BY series, unit", series) {
        sql::statement(text, chunk)
            .execute(&mut *connection)
            .await?;
    }
    Ok(())
}
