//! `film.db`: what the film desk lends and to whom, and the stories of its projects, experts, immersions, encounters
//! and budgets (`journal`). A file of its own, so that no worker waits for it.
//!
//! What may happen to a booking is [`casework::booking`]'s to say; here the part of the book that an event has to do
//! with is loaded, the event applied, and what it comes to kept, in one transaction of the one writer. That
//! nothing is held twice is besides a primary key: one row for each hour of each thing.

mod journal;
mod photo;
mod rows;
mod writing;

use std::{
    collections::{BTreeMap, BTreeSet},
    path::Path,
    sync::Arc,
};

use casework::{
    booking::{
        Book, Booking, Change, Conflict, Effect, Event, Inventory, Quota, Refusal, Span, Standing,
    },
    submission::{BookingId, ResourceId},
};
pub use journal::{Guest, TellError, Told};
pub use photo::{Moment, Photo};
use serde_json::json;
use sqlx::{AnyConnection, AnyPool};

use crate::{
    StoreError, migrate, readers,
    secrets::Secrets,
    sql::{self, Batch, params},
    writer,
};

use self::writing::{Turn, Writer};

const MIGRATIONS: &[&str] = &[
    include_str!("../migrations/film/0001.sql"),
    include_str!("../migrations/film/0002.sql"),
    include_str!("../migrations/film/0003.sql"),
];

/// The film desk's part of a data folder.
#[derive(Clone)]
pub struct Film {
    writer: Writer,
    pool: AnyPool,
    secrets: Arc<Secrets>,
}

/// What is lent, and how much of it one may hold: from the configuration.
#[derive(Clone, Copy, Debug)]
pub struct Lending<'l> {
    /// Everything that can be booked.
    pub inventory: &'l Inventory,
    /// How much of a category one applicant may hold.
    pub quotas: &'l [Quota],
}

/// Something that happened to a booking, as kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Kept {
    /// Microseconds since 1970 UTC.
    pub at: i64,
    /// Whose act it was.
    pub actor: String,
    /// [`Change::as_str`], or `lost` for what operations took.
    pub change: String,
    /// JSON: what was said.
    pub details: String,
}

/// Why an event was not kept.
#[derive(Debug, thiserror::Error)]
pub enum BookingError {
    /// It may not happen; nothing changed.
    #[error(transparent)]
    Refused(#[from] Refusal),
    /// The store did not answer as it should; nothing changed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl From<sqlx::Error> for BookingError {
    fn from(error: sqlx::Error) -> Self {
        Self::Store(error.into())
    }
}

impl Film {
    pub(crate) async fn open(path: &Path, secrets: &Arc<Secrets>) -> Result<Self, StoreError> {
        let mut connection = writer(path).await?;
        migrate(&mut connection, MIGRATIONS).await?;
        Ok(Self {
            writer: Writer::new(connection),
            pool: readers(path, 2).await?,
            secrets: Arc::clone(secrets),
        })
    }

    /// Keeps an event and what it comes to, if it may happen.
    ///
    /// # Errors
    /// Why it may not, or that the database did not answer. Nothing changed then.
    pub async fn apply(
        &self,
        lending: Lending<'_>,
        event: &Event,
        actor: &str,
    ) -> Result<Effect, BookingError> {
        let mut turn = self.writer.turn().await?;
        let before = concerned(&mut turn, lending, event).await?;
        let mut book = book_of(lending, before.clone())?;
        let effect = book.apply(event)?;
        let changed = || {
            book.bookings()
                .filter(|(id, after)| before.get(id) != Some(*after))
        };
        let mut batch = Turn::batch();
        // Whoever loses something lets go of it before whoever gets it holds it.
        for (id, _) in changed() {
            if let Some(before) = before.get(&id) {
                rows::forget(&mut batch, id, before);
            }
        }
        for (id, after) in changed() {
            rows::keep(&mut batch, lending.inventory, id, after);
        }
        keep_event(&mut batch, event, actor, &effect);
        turn.keep(batch).await?;
        Ok(effect)
    }

    /// What stands in the way of holding these, if anything does.
    ///
    /// # Errors
    /// Something wanted is not there, or the database did not answer.
    pub async fn conflict(
        &self,
        lending: Lending<'_>,
        wanted: &BTreeSet<ResourceId>,
        span: Span,
    ) -> Result<Option<Conflict>, BookingError> {
        let mut connection = self.pool.acquire().await?;
        let span = span.whole_hours();
        let units = held_by(lending, wanted)?;
        let ids = rows::around(&mut connection, &units, span, false, None).await?;
        let bookings = rows::bookings(&mut connection, ids).await?;
        Ok(book_of(lending, bookings)?.conflict(wanted, span)?)
    }

    /// What stands in the way of each of these, looked up at once; one that is not named is free, with all it holds.
    ///
    /// # Errors
    /// As [`Film::conflict`].
    pub async fn conflicts(
        &self,
        lending: Lending<'_>,
        resources: &BTreeSet<ResourceId>,
        span: Span,
    ) -> Result<BTreeMap<ResourceId, Conflict>, BookingError> {
        let mut connection = self.pool.acquire().await?;
        let span = span.whole_hours();
        let units = held_by(lending, resources)?;
        let ids = rows::around(&mut connection, &units, span, false, None).await?;
        let bookings = rows::bookings(&mut connection, ids).await?;
        let book = book_of(lending, bookings)?;
        let mut taken = BTreeMap::new();
        for resource in resources {
            if let Some(conflict) = book.conflict(&BTreeSet::from([resource.clone()]), span)? {
                taken.insert(resource.clone(), conflict);
            }
        }
        Ok(taken)
    }

    /// A booking.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn booking(&self, id: BookingId) -> Result<Option<Booking>, StoreError> {
        let mut connection = self.pool.acquire().await?;
        let mut found = rows::bookings(&mut connection, BTreeSet::from([id.to_string()])).await?;
        Ok(found.remove(&id))
    }

    /// The bookings of an applicant, by identifier.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn of_applicant(
        &self,
        applicant: &str,
    ) -> Result<BTreeMap<BookingId, Booking>, StoreError> {
        let mut connection = self.pool.acquire().await?;
        let ids = rows::ids(
            &mut connection,
            "SELECT id FROM booking WHERE applicant = $1",
            params![applicant],
        )
        .await?;
        rows::bookings(&mut connection, ids).await
    }

    /// Bookings that stand so, or all of them.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn bookings(
        &self,
        standing: Option<Standing>,
    ) -> Result<BTreeMap<BookingId, Booking>, StoreError> {
        let mut connection = self.pool.acquire().await?;
        let (text, values) = match standing {
            None => ("SELECT id FROM booking", vec![]),
            Some(one) => (
                "SELECT id FROM booking WHERE standing = $1",
                params![one.as_str()],
            ),
        };
        let ids = rows::ids(&mut connection, text, values).await?;
        rows::bookings(&mut connection, ids).await
    }

    /// What may stand in for a resource over a span, with all that it holds free.
    ///
    /// # Errors
    /// When the resource is not there, or the database does not answer.
    pub async fn replacements(
        &self,
        lending: Lending<'_>,
        resource: &ResourceId,
        span: Span,
    ) -> Result<Vec<ResourceId>, BookingError> {
        let mut connection = self.pool.acquire().await?;
        let span = span.whole_hours();
        let alike = lending.inventory.alike(resource).map(|one| one.id.clone());
        let alike: BTreeSet<ResourceId> = alike.collect();
        let units = held_by(lending, &alike)?;
        let ids = rows::around(&mut connection, &units, span, false, None).await?;
        let bookings = rows::bookings(&mut connection, ids).await?;
        let free = book_of(lending, bookings)?.replacements(resource, span);
        Ok(free.into_iter().cloned().collect())
    }

    /// Those who hold any of these within a span, or wait for one.
    ///
    /// # Errors
    /// When a resource is not there, or the database does not answer.
    pub async fn calendar<'r>(
        &self,
        lending: Lending<'_>,
        resources: impl IntoIterator<Item = &'r ResourceId>,
        span: Span,
    ) -> Result<BTreeMap<BookingId, Booking>, BookingError> {
        let mut connection = self.pool.acquire().await?;
        let units = held_by(lending, resources)?;
        let ids = rows::around(&mut connection, &units, span, true, None).await?;
        Ok(rows::bookings(&mut connection, ids).await?)
    }

    /// What happened to a booking, in order.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn events(&self, id: BookingId) -> Result<Vec<Kept>, StoreError> {
        let mut connection = self.pool.acquire().await?;
        sql::rows(
            &mut connection,
            "SELECT at, actor, change, details FROM booking_event WHERE booking = $1 ORDER BY seq",
            params![id.to_string()],
        )
        .await?
        .iter()
        .map(|row| {
            Ok(Kept {
                at: sql::int(row, 0)?,
                actor: sql::text(row, 1)?,
                change: sql::text(row, 2)?,
                details: sql::text(row, 3)?,
            })
        })
        .collect()
    }

    /// How often something is held twice: never, whatever happened. Of the holds of a thing, in the order of their ends, two
    /// overlap only if two neighbours do; so each is looked at beside the one before it.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn held_twice(&self) -> Result<i64, StoreError> {
        let mut connection = self.pool.acquire().await?;
        let row = sql::row(
            &mut connection,
            "SELECT COUNT(*) FROM (SELECT held_from, LAG(held_until) OVER (PARTITION BY resource ORDER BY held_until) AS before FROM hold) AS ordered WHERE before > held_from",
            vec![],
        )
        .await?;
        Ok(row.as_ref().map_or(Ok(0), |row| sql::int(row, 0))?)
    }
}

fn held_by<'r>(
    lending: Lending<'_>,
    wanted: impl IntoIterator<Item = &'r ResourceId>,
) -> Result<Vec<String>, Refusal> {
    let held = lending
        .inventory
        .held_by(wanted)
        .map_err(Refusal::NoResource)?;
    Ok(held.into_iter().map(ResourceId::to_string).collect())
}

fn book_of<'l>(
    lending: Lending<'l>,
    bookings: BTreeMap<BookingId, Booking>,
) -> Result<Book<'l>, StoreError> {
    Book::of(lending.inventory, lending.quotas, bookings).map_err(|conflict| StoreError::Corrupt {
        what: "bookings",
        why: format!(
            "{} is held twice, by {} and another",
            conflict.resource, conflict.by
        ),
    })
}

/// Every booking that an event may have to do with: itself, those who hold or want the same at that time, the
/// applicant's others then; before a hand-over, whoever still has any of it.
async fn concerned(
    connection: &mut AnyConnection,
    lending: Lending<'_>,
    event: &Event,
) -> Result<BTreeMap<BookingId, Booking>, BookingError> {
    let own = BTreeSet::from([event.booking.to_string()]);
    let mut bookings = rows::bookings(connection, own).await?;
    let request = match &event.change {
        Change::Requisition { request, .. } | Change::Repair { request, .. } => {
            Some(request.clone())
        }
        Change::Extend { until, .. } => bookings.get(&event.booking).map(|booking| {
            let mut request = booking.request.clone();
            let used = Span::new(request.used.from(), *until);
            request.used = used.unwrap_or(request.used);
            request
        }),
        Change::Approve { .. } => bookings
            .get(&event.booking)
            .map(|booking| booking.request.clone()),
        Change::HandOver { .. } => {
            let held = bookings.get(&event.booking).map(|booking| &booking.holds);
            let held = held.into_iter().flatten();
            let units: BTreeSet<String> = held.map(|hold| hold.resource.to_string()).collect();
            let ids = rows::out_with(connection, &units).await?;
            bookings.extend(rows::bookings(connection, ids).await?);
            None
        }
        // The others touch nobody else: who asks holds nothing yet.
        _ => None,
    };
    let Some(request) = request else {
        return Ok(bookings);
    };
    let span = request.held();
    let units = lending.inventory.known_by(&request.wanted).into_iter();
    let units: Vec<String> = units.map(ResourceId::to_string).collect();
    // Only a quota counts the applicant's other bookings.
    let applicant = (!lending.quotas.is_empty()).then_some(&*request.applicant);
    let mut ids = rows::around(connection, &units, span, true, applicant).await?;
    ids.remove(&event.booking.to_string());
    bookings.extend(rows::bookings(connection, ids).await?);
    Ok(bookings)
}

/// Keeps what happened to a booking, and to each that lost something by it.
fn keep_event(batch: &mut Batch, event: &Event, actor: &str, effect: &Effect) {
    let mut told = vec![(event.booking, event.change.as_str(), details(&event.change))];
    told.extend(effect.lost.iter().map(|lost| {
        let details = json!({
            "to": event.booking.to_string(),
            "resource": lost.resource.as_str(),
            "from": lost.span.from().to_string(),
            "until": lost.span.until().to_string(),
        });
        (lost.booking, "lost", details)
    }));
    for (booking, change, details) in told {
        batch.run(
            "INSERT INTO booking_event (seq, booking, at, actor, change, details) SELECT COALESCE(MAX(seq), 0) + 1, ?, ?, ?, ?, ? FROM booking_event",
            params![
                booking.to_string(),
                event.at.as_microsecond(),
                actor,
                change,
                details.to_string()
            ],
        );
    }
}

/// What was said with a change, for the record.
fn details(change: &Change) -> serde_json::Value {
    match change {
        Change::Ask(request) => json!({
            "wanted": request.wanted.iter().map(ResourceId::as_str).collect::<Vec<_>>(),
            "from": request.used.from().to_string(),
            "until": request.used.until().to_string(),
        }),
        Change::Requisition { request, reason } | Change::Repair { request, reason } => json!({
            "wanted": request.wanted.iter().map(ResourceId::as_str).collect::<Vec<_>>(),
            "from": request.used.from().to_string(),
            "until": request.used.until().to_string(),
            "reason": reason,
        }),
        Change::Approve { passing } => json!({ "passing": passing }),
        Change::Extend { until, passing } => {
            json!({ "until": until.to_string(), "passing": passing })
        }
        Change::Refuse { reason } => json!({ "reason": reason }),
        Change::Cancel => json!({}),
        Change::Insure { until } => json!({ "until": until.to_string() }),
        Change::HandOver { condition } => json!({ "condition": condition }),
        Change::Return {
            resources,
            condition,
            damage,
        } => json!({
            "resources": resources.iter().map(ResourceId::as_str).collect::<Vec<_>>(),
            "condition": condition,
            "damage": damage,
        }),
    }
}

#[cfg(test)]
mod tests;
