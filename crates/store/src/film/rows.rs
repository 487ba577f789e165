//! Bookings as rows, and back.

use std::{
    collections::{BTreeMap, BTreeSet},
    str::FromStr,
};

use casework::{
    booking::{Booking, Hold, Inventory, Request, Span, Standing},
    submission::{BookingId, ResourceId},
};
use jiff::{SignedDuration, Timestamp};
use sqlx::{AnyConnection, any::AnyRow};

use crate::{
    StoreError,
    sql::{self, Param, params},
};

fn corrupt(why: impl Into<String>) -> StoreError {
    StoreError::Corrupt {
        what: "booking",
        why: why.into(),
    }
}

/// The first column of rows, each value once.
pub(super) async fn ids(
    connection: &mut AnyConnection,
    text: &str,
    values: Vec<Param>,
) -> Result<BTreeSet<String>, StoreError> {
    let rows = sql::rows(connection, text, values).await?;
    Ok(rows
        .iter()
        .map(|row| sql::text(row, 0))
        .collect::<Result<_, _>>()?)
}

/// Bookings that hold one of these within a span.
pub(super) async fn holders(
    connection: &mut AnyConnection,
    units: &[String],
    span: Span,
) -> Result<BTreeSet<String>, StoreError> {
    within(connection, "hold", units, span).await
}

/// Bookings that are out, and hold or held one of these.
pub(super) async fn out_with(
    connection: &mut AnyConnection,
    units: &BTreeSet<String>,
) -> Result<BTreeSet<String>, StoreError> {
    let mut found = BTreeSet::new();
    for unit in units {
        let text = "SELECT booking FROM hold JOIN booking ON booking.id = hold.booking WHERE hold.resource = $1 AND booking.standing = 'out'";
        found.extend(ids(connection, text, params![unit.as_str()]).await?);
    }
    Ok(found)
}

/// Bookings that wait for one of these within a span.
pub(super) async fn waiters(
    connection: &mut AnyConnection,
    units: &[String],
    span: Span,
) -> Result<BTreeSet<String>, StoreError> {
    within(connection, "wanted", units, span).await
}

async fn within(
    connection: &mut AnyConnection,
    table: &'static str,
    units: &[String],
    span: Span,
) -> Result<BTreeSet<String>, StoreError> {
    let mut found = BTreeSet::new();
    let text = format!(
        "SELECT booking FROM {table} WHERE resource = $1 AND held_until > $2 AND held_from < $3"
    );
    for unit in units {
        let values = params![
            unit.as_str(),
            span.from().as_microsecond(),
            span.until().as_microsecond()
        ];
        found.extend(ids(connection, &text, values).await?);
    }
    Ok(found)
}

/// Bookings with what they hold.
pub(super) async fn bookings(
    connection: &mut AnyConnection,
    ids: BTreeSet<String>,
) -> Result<BTreeMap<BookingId, Booking>, StoreError> {
    let values = |ids: &BTreeSet<String>| ids.iter().map(|id| Param::Text(id.clone())).collect();
    let mut bookings = BTreeMap::new();
    let rows = sql::select_values(
        connection,
        "SELECT id, applicant, wanted, used_from, used_until, prepare, strike, insured_until, asked_at, standing, operational, still_out FROM booking WHERE id",
        "",
        values(&ids),
    )
    .await?;
    for row in &rows {
        bookings.insert(id(&sql::text(row, 0)?)?, booking(row)?);
    }
    let rows = sql::select_values(
        connection,
        "SELECT booking, resource, held_from, held_until FROM hold WHERE booking",
        "",
        values(&ids),
    )
    .await?;
    for row in &rows {
        let hold = Hold {
            resource: id(&sql::text(row, 1)?)?,
            span: span(row, 2, 3)?,
        };
        bookings
            .get_mut(&id::<BookingId>(&sql::text(row, 0)?)?)
            .ok_or_else(|| corrupt("something is held by a booking that is not there"))?
            .holds
            .insert(hold);
    }
    Ok(bookings)
}

fn booking(row: &AnyRow) -> Result<Booking, StoreError> {
    let standing = sql::text(row, 9)?;
    Ok(Booking {
        request: Request {
            applicant: sql::text(row, 1)?.into(),
            wanted: resources(&sql::text(row, 2)?)?,
            used: span(row, 3, 4)?,
            prepare: SignedDuration::from_secs(sql::int(row, 5)?),
            strike: SignedDuration::from_secs(sql::int(row, 6)?),
            insured_until: sql::int_or_none(row, 7)?.map(moment),
        },
        asked_at: moment(sql::int(row, 8)?),
        standing: Standing::from_word(&standing)
            .ok_or_else(|| corrupt(format!("{standing} is no standing")))?,
        holds: BTreeSet::new(),
        out: resources(&sql::text(row, 11)?)?,
        operational: sql::int(row, 10)? != 0,
    })
}

fn id<T: FromStr<Err: std::fmt::Display>>(text: &str) -> Result<T, StoreError> {
    text.parse()
        .map_err(|error: T::Err| corrupt(error.to_string()))
}

/// The last microsecond of time is one that `Timestamp` gives and does not take: it comes back as its end.
fn moment(microseconds: i64) -> Timestamp {
    Timestamp::from_microsecond(microseconds).unwrap_or(if microseconds > 0 {
        Timestamp::MAX
    } else {
        Timestamp::MIN
    })
}

fn span(row: &AnyRow, from: usize, until: usize) -> Result<Span, StoreError> {
    Span::new(moment(sql::int(row, from)?), moment(sql::int(row, until)?))
        .ok_or_else(|| corrupt("it ends before it begins"))
}

fn resources(json: &str) -> Result<BTreeSet<ResourceId>, StoreError> {
    let names: Vec<String> =
        serde_json::from_str(json).map_err(|error| corrupt(error.to_string()))?;
    names.iter().map(|name| id(name)).collect()
}

fn names(resources: &BTreeSet<ResourceId>) -> String {
    let names: Vec<&str> = resources.iter().map(ResourceId::as_str).collect();
    serde_json::json!(names).to_string()
}

/// Takes a booking away, as it was.
pub(super) async fn forget(
    connection: &mut AnyConnection,
    id: BookingId,
    before: &Booking,
) -> Result<(), StoreError> {
    let id = id.to_string();
    for hold in &before.holds {
        let hours = hold.span.hours();
        sql::run(
            connection,
            "DELETE FROM held_hour WHERE resource = $1 AND hour >= $2 AND hour < $3 AND booking = $4",
            params![hold.resource.as_str(), hours.start, hours.end, id.as_str()],
        )
        .await?;
    }
    for text in [
        "DELETE FROM hold WHERE booking = $1",
        "DELETE FROM wanted WHERE booking = $1",
        "DELETE FROM booking WHERE id = $1",
    ] {
        sql::run(connection, text, params![id.as_str()]).await?;
    }
    Ok(())
}

/// Keeps a booking that is not there.
pub(super) async fn keep(
    connection: &mut AnyConnection,
    inventory: &Inventory,
    id: BookingId,
    booking: &Booking,
) -> Result<(), StoreError> {
    let id = id.to_string();
    let request = &booking.request;
    let held = request.held();
    sql::run(
        connection,
        "INSERT INTO booking (id, applicant, wanted, used_from, used_until, prepare, strike, insured_until, asked_at, standing, operational, still_out, held_from, held_until) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)",
        params![
            id.as_str(),
            &*request.applicant,
            names(&request.wanted),
            request.used.from().as_microsecond(),
            request.used.until().as_microsecond(),
            request.prepare.as_secs(),
            request.strike.as_secs(),
            request.insured_until.map(Timestamp::as_microsecond),
            booking.asked_at.as_microsecond(),
            booking.standing.as_str(),
            booking.operational,
            names(&booking.out),
            held.from().as_microsecond(),
            held.until().as_microsecond()
        ],
    )
    .await?;
    if booking.standing == Standing::Asked {
        keep_wanted(connection, inventory, &id, booking, held).await?;
    }
    keep_holds(connection, &id, booking).await
}

async fn keep_wanted(
    connection: &mut AnyConnection,
    inventory: &Inventory,
    id: &str,
    booking: &Booking,
    held: Span,
) -> Result<(), StoreError> {
    let units = inventory
        .held_by(&booking.request.wanted)
        .map_err(|gone| corrupt(format!("{gone} is no longer in the inventory")))?;
    let rows = units
        .into_iter()
        .map(|unit| {
            params![
                unit.as_str(),
                held.until().as_microsecond(),
                id,
                held.from().as_microsecond()
            ]
        })
        .collect();
    let head = "INSERT INTO wanted (resource, held_until, booking, held_from) VALUES";
    Ok(sql::insert(connection, head, "", rows).await?)
}

async fn keep_holds(
    connection: &mut AnyConnection,
    id: &str,
    booking: &Booking,
) -> Result<(), StoreError> {
    let holds = booking
        .holds
        .iter()
        .map(|hold| {
            params![
                hold.resource.as_str(),
                hold.span.until().as_microsecond(),
                hold.span.from().as_microsecond(),
                id
            ]
        })
        .collect();
    let hours = booking
        .holds
        .iter()
        .flat_map(|hold| {
            let resource = hold.resource.as_str();
            hold.span
                .hours()
                .map(move |hour| params![resource, hour, id])
        })
        .collect();
    let head = "INSERT INTO hold (resource, held_until, held_from, booking) VALUES";
    sql::insert(connection, head, "", holds).await?;
    let head = "INSERT INTO held_hour (resource, hour, booking) VALUES";
    Ok(sql::insert(connection, head, "", hours).await?)
}
