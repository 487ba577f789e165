//! Stories of the film desk as events: told one by one, read back whole.

use std::collections::BTreeMap;

use casework::story::{Event, Story, fold};
use jiff::Timestamp;
use sqlx::{AnyConnection, any::AnyRow};

use super::{Film, writing::Turn};
use crate::{
    StoreError,
    sql::{self, Batch, Param, params},
    vault::sealed,
};

/// What the key of people's names is derived under.
const KEY: &str = "orfevre-film-people-1";
/// What the digest of what a guest is known by is derived under.
const GUESTS: &str = "orfevre-film-guests-1";

/// Somebody outside the service whom an event brings into a story.
#[derive(Clone, Copy, Debug)]
pub struct Guest<'g> {
    /// Their identifier in the story.
    pub id: &'g str,
    /// Who they are: sealed.
    pub person: &'g str,
    /// What they are known by, such as an address: nobody known by the same comes into the story twice.
    pub known_by: &'g str,
}

/// Why an event was not kept.
#[derive(Debug, thiserror::Error)]
pub enum TellError<R: std::error::Error> {
    /// It may not happen; nothing changed.
    #[error("{0}")]
    Refused(R),
    /// The store did not answer as it should; nothing changed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl<R: std::error::Error> From<sqlx::Error> for TellError<R> {
    fn from(error: sqlx::Error) -> Self {
        Self::Store(error.into())
    }
}

/// The events of a story, and what they come to.
#[derive(Clone, Debug)]
pub struct Told<S: Story> {
    /// In order.
    pub events: Vec<Event<S::Change>>,
    /// What they come to.
    pub story: S,
}

const PERSON: &str = "INSERT INTO person (kind, subject, id, sealed) VALUES (?, ?, ?, ?) ON CONFLICT (kind, subject, id) DO UPDATE SET sealed = excluded.sealed";

const EVENTS: &str = "SELECT subject, at, actor, change FROM journal WHERE kind = $1";

impl Film {
    /// Keeps an event and answers what its story comes to, if it may happen.
    ///
    /// # Errors
    /// Why it may not, or that the database did not answer. Nothing changed then.
    pub async fn tell<S: Story>(
        &self,
        rules: &S::Rules,
        subject: &str,
        event: &Event<S::Change>,
    ) -> Result<S, TellError<S::Refusal>> {
        let mut turn = self.writer.turn().await?;
        let (after, batch) = told_in(&mut turn, rules, subject, event).await?;
        turn.keep(batch).await?;
        Ok(after)
    }

    /// As [`Film::tell`], with the person whom the event brings into the story, both or neither; none where somebody
    /// known by the same is in it already, and nothing changed.
    ///
    /// # Errors
    /// As there.
    pub async fn tell_with_guest<S: Story>(
        &self,
        rules: &S::Rules,
        subject: &str,
        event: &Event<S::Change>,
        guest: Guest<'_>,
    ) -> Result<Option<S>, TellError<S::Refusal>> {
        let sealed = self.sealed((S::KIND, subject, guest.id), guest.person)?;
        let known_by = bound(S::KIND, subject, guest.known_by);
        let digest = self.secrets.derive(GUESTS, &known_by).to_vec();
        let mut turn = self.writer.turn().await?;
        let (after, mut batch) = told_in(&mut turn, rules, subject, event).await?;
        let known = "SELECT id FROM guest WHERE kind = $1 AND subject = $2 AND digest = $3";
        let values = params![S::KIND, subject, digest.clone()];
        if sql::row(&mut turn, known, values).await?.is_some() {
            return Ok(None);
        }
        batch.run(PERSON, params![S::KIND, subject, guest.id, sealed]);
        batch.run(
            "INSERT INTO guest (kind, subject, digest, id) VALUES (?, ?, ?, ?)",
            params![S::KIND, subject, digest, guest.id],
        );
        turn.keep(batch).await?;
        Ok(Some(after))
    }

    /// As [`Film::tell`], with the people whom the story is about from now on, by their identifier in it: they take the
    /// place of those there were. Both or neither.
    ///
    /// # Errors
    /// As there.
    pub async fn tell_with_people<S: Story>(
        &self,
        rules: &S::Rules,
        subject: &str,
        event: &Event<S::Change>,
        people: &BTreeMap<String, String>,
    ) -> Result<S, TellError<S::Refusal>> {
        let mut rows = Vec::new();
        for (id, person) in people {
            let sealed = self.sealed((S::KIND, subject, id), person)?;
            rows.push(params![S::KIND, subject, id.as_str(), sealed]);
        }
        let mut turn = self.writer.turn().await?;
        let (after, mut batch) = told_in(&mut turn, rules, subject, event).await?;
        for table in ["person", "guest"] {
            let text = format!("DELETE FROM {table} WHERE kind = ? AND subject = ?");
            batch.run(&text, params![S::KIND, subject]);
        }
        for values in rows {
            batch.run(PERSON, values);
        }
        turn.keep(batch).await?;
        Ok(after)
    }

    /// A story with its events; none where nothing happened.
    ///
    /// # Errors
    /// When the database does not answer, or holds what is no event of such a story.
    pub async fn story<S: Story>(&self, subject: &str) -> Result<Option<Told<S>>, StoreError> {
        let mut connection = self.pool.acquire().await?;
        one(&mut connection, subject).await
    }

    /// Every story of a kind, by its subject.
    ///
    /// # Errors
    /// When the database does not answer, or holds what is no event of such a story.
    pub async fn stories<S: Story>(&self) -> Result<BTreeMap<String, Told<S>>, StoreError> {
        let mut connection = self.pool.acquire().await?;
        let text = format!("{EVENTS} ORDER BY seq");
        let rows = sql::rows(&mut connection, &text, params![S::KIND]).await?;
        let mut by_subject: BTreeMap<String, Vec<Event<S::Change>>> = BTreeMap::new();
        for row in &rows {
            let event = event::<S>(row)?;
            let subject = sql::text(row, 0)?;
            by_subject.entry(subject).or_default().push(event);
        }
        let told = by_subject.into_iter().filter_map(|(subject, events)| {
            let told = told::<S>(events).transpose()?;
            Some(told.map(|told| (subject, told)))
        });
        told.collect()
    }

    /// Keeps who the people are that a story is about, under an identifier of the story.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn keep_person(
        &self,
        place: (&str, &str, &str),
        person: &str,
    ) -> Result<(), StoreError> {
        let sealed = self.sealed(place, person)?;
        let (kind, subject, id) = place;
        self.write(PERSON, params![kind, subject, id, sealed]).await
    }

    fn sealed(
        &self,
        (kind, subject, id): (&str, &str, &str),
        person: &str,
    ) -> Result<Vec<u8>, StoreError> {
        let key = self.secrets.derive(KEY, b"");
        let sealed = sealed::seal_1(&key, &bound(kind, subject, id), person.as_bytes())?;
        Ok(sealed)
    }

    /// Who the people of a story are, by their identifier in it.
    ///
    /// # Errors
    /// When the database does not answer, or a record does not open.
    pub async fn people(
        &self,
        kind: &str,
        subject: &str,
    ) -> Result<BTreeMap<String, String>, StoreError> {
        let mut connection = self.pool.acquire().await?;
        let rows = sql::rows(
            &mut connection,
            "SELECT id, sealed FROM person WHERE kind = $1 AND subject = $2",
            params![kind, subject],
        )
        .await?;
        let mut people = BTreeMap::new();
        for row in &rows {
            let id = sql::text(row, 0)?;
            let sealed = sql::bytes(row, 1)?;
            let plain = sealed::open_1(
                &self.secrets.derive(KEY, b""),
                &bound(kind, subject, &id),
                &sealed,
            )?;
            let person = String::from_utf8(plain).map_err(|error| StoreError::Corrupt {
                what: "person",
                why: error.to_string(),
            })?;
            people.insert(id, person);
        }
        Ok(people)
    }

    /// Erases the people of a story: all of them, or the one of this identifier.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn erase_people(
        &self,
        kind: &str,
        subject: &str,
        id: Option<&str>,
    ) -> Result<(), StoreError> {
        let turn = self.writer.turn().await?;
        let mut batch = Turn::batch();
        for table in ["person", "guest"] {
            let mut values: Vec<Param> = params![kind, subject];
            let mut text = format!("DELETE FROM {table} WHERE kind = ? AND subject = ?");
            if let Some(id) = id {
                text.push_str(" AND id = ?");
                values.push(id.into());
            }
            batch.run(&text, values);
        }
        turn.keep(batch).await
    }

    /// How far the intake was read for requests: a place of the ledger, -1 for not at all.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn reached(&self) -> Result<i64, StoreError> {
        let mut connection = self.pool.acquire().await?;
        let text = "SELECT seq FROM reached WHERE what = 'request'";
        let row = sql::row(&mut connection, text, vec![]).await?;
        Ok(row.as_ref().map_or(Ok(-1), |row| sql::int(row, 0))?)
    }

    /// Notes how far; never back.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn reach(&self, seq: i64) -> Result<(), StoreError> {
        self.write(
            "INSERT INTO reached (what, seq) VALUES ('request', ?) ON CONFLICT (what) DO UPDATE SET seq = excluded.seq WHERE excluded.seq > reached.seq",
            params![seq],
        )
        .await
    }

    /// Runs one statement that writes.
    pub(super) async fn write(&self, text: &str, values: Vec<Param>) -> Result<(), StoreError> {
        let turn = self.writer.turn().await?;
        let mut batch = Turn::batch();
        batch.run(text, values);
        turn.keep(batch).await
    }
}

/// What a sealed record belongs to: moved to another place it does not open.
fn bound(kind: &str, subject: &str, id: &str) -> Vec<u8> {
    serde_json::json!([kind, subject, id])
        .to_string()
        .into_bytes()
}

fn corrupt<S: Story>(why: String) -> StoreError {
    StoreError::Corrupt { what: S::KIND, why }
}

/// What a story comes to after an event, if it may happen, and the statements that keep that.
async fn told_in<S: Story>(
    connection: &mut AnyConnection,
    rules: &S::Rules,
    subject: &str,
    event: &Event<S::Change>,
) -> Result<(S, Batch), TellError<S::Refusal>> {
    let before = one::<S>(connection, subject).await?;
    let place = before.as_ref().map_or(0, |told| told.events.len());
    let after = match &before {
        Some(told) => told.story.after(rules, event),
        None => S::begin(rules, event),
    };
    let after = after.map_err(TellError::Refused)?;
    let change = serde_json::to_string(&event.change);
    let change = change.map_err(|error| corrupt::<S>(error.to_string()))?;
    let mut batch = Turn::batch();
    batch.run(
        "INSERT INTO journal (seq, kind, subject, place, at, actor, change) SELECT COALESCE(MAX(seq), 0) + 1, ?, ?, ?, ?, ?, ? FROM journal",
        params![
            S::KIND,
            subject,
            place as i64,
            event.at.as_microsecond(),
            &*event.actor,
            change
        ],
    );
    Ok((after, batch))
}

async fn one<S: Story>(
    connection: &mut AnyConnection,
    subject: &str,
) -> Result<Option<Told<S>>, StoreError> {
    let text = format!("{EVENTS} AND subject = $2 ORDER BY place");
    let rows = sql::rows(connection, &text, params![S::KIND, subject]).await?;
    let events = rows.iter().map(event::<S>).collect::<Result<_, _>>()?;
    told(events)
}

/// What events come to, whatever today's rules would say of them.
fn told<S: Story>(events: Vec<Event<S::Change>>) -> Result<Option<Told<S>>, StoreError> {
    if events.is_empty() {
        return Ok(None);
    }
    let story = fold::<S>(&events);
    let story = story.ok_or_else(|| corrupt::<S>("its first event begins nothing".into()))?;
    Ok(Some(Told { events, story }))
}

fn event<S: Story>(row: &AnyRow) -> Result<Event<S::Change>, StoreError> {
    let at = Timestamp::from_microsecond(sql::int(row, 1)?)
        .map_err(|error| corrupt::<S>(error.to_string()))?;
    Ok(Event {
        at,
        actor: sql::text(row, 2)?.into(),
        change: serde_json::from_str(&sql::text(row, 3)?)
            .map_err(|error| corrupt::<S>(error.to_string()))?,
    })
}
