//! Bookings as rows, and back.

use std::{
    collections::{BTreeMap, BTreeSet, btree_map::Entry},
    str::FromStr,
};

use casework::{
    booking::{Booking, Hold, Inventory, LONGEST, Purpose, Request, Span, Standing},
    submission::{BookingId, ResourceId},
};
use jiff::{SignedDuration, Timestamp};
use sqlx::{AnyConnection, any::AnyRow};

use crate::{
    StoreError,
    sql::{self, Batch, Param, params},
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

/// Bookings that hold one of these within a span; with `waiting`, those too that wait for one; with an applicant, all of
/// its bookings then.
pub(super) async fn around(
    connection: &mut AnyConnection,
    units: &[String],
    span: Span,
    waiting: bool,
    applicant: Option<&str>,
) -> Result<BTreeSet<String>, StoreError> {
    // As many placeholders as the next power of two: few distinct texts are prepared.
    let wanted = units.len().next_power_of_two();
    let list = vec!["?"; wanted].join(", ");
    let (from, until) = (span.from().as_microsecond(), span.until().as_microsecond());
    // Nothing that begins before the span's end ends later: the index is read no further.
    let last = span.widened(SignedDuration::ZERO, LONGEST).until();
    let mut text = String::new();
    let mut values = Vec::new();
    for table in ["hold", "wanted"]
        .into_iter()
        .take(1 + usize::from(waiting))
    {
        if !text.is_empty() {
            text.push_str(" UNION ");
        }
        text.push_str(&format!(
            "SELECT booking FROM {table} WHERE resource IN ({list}) AND held_until > ? AND held_until <= ? AND held_from < ?"
        ));
        let padded = units.iter().chain(units.last().into_iter().cycle());
        values.extend(padded.take(wanted).map(|unit| Param::Text(unit.clone())));
        values.extend(params![from, last.as_microsecond(), until]);
    }
    if let Some(applicant) = applicant {
        text.push_str(
            " UNION SELECT id FROM booking WHERE applicant = ? AND held_from < ? AND held_until > ?",
        );
        values.extend(params![applicant, until, from]);
    }
    if units.is_empty() {
        return Ok(BTreeSet::new());
    }
    ids(connection, &text, values).await
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

/// Bookings with what they hold.
pub(super) async fn bookings(
    connection: &mut AnyConnection,
    ids: BTreeSet<String>,
) -> Result<BTreeMap<BookingId, Booking>, StoreError> {
    let mut bookings: BTreeMap<BookingId, Booking> = BTreeMap::new();
    let rows = sql::select_values(
        connection,
        "SELECT b.id, b.applicant, b.wanted, b.used_from, b.used_until, b.prepare, b.strike, b.insured_until, b.asked_at, b.standing, b.operational, b.still_out, h.resource, h.held_from, h.held_until FROM booking b LEFT JOIN hold h ON h.booking = b.id WHERE b.id",
        "",
        ids.into_iter().map(Param::Text).collect(),
    )
    .await?;
    for row in &rows {
        let number: BookingId = id(&sql::text(row, 0)?)?;
        let one = match bookings.entry(number) {
            Entry::Occupied(there) => there.into_mut(),
            Entry::Vacant(free) => free.insert(booking(row)?),
        };
        if let Some(resource) = sql::text_or_none(row, 12)? {
            one.holds.insert(Hold {
                resource: id(&resource)?,
                span: span(row, 13, 14)?,
            });
        }
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
        purpose: match sql::int(row, 10)? {
            0 => Purpose::Loan,
            1 => Purpose::Operations,
            2 => Purpose::Repair,
            other => return Err(corrupt(format!("{other} is no purpose"))),
        },
    })
}

/// As kept: the column was made for whether operations took it.
fn purpose(purpose: Purpose) -> i64 {
    match purpose {
        Purpose::Loan => 0,
        Purpose::Operations => 1,
        Purpose::Repair => 2,
    }
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
pub(super) fn forget(batch: &mut Batch, id: BookingId, before: &Booking) {
    let id = id.to_string();
    for hold in &before.holds {
        let hours = hold.span.hours();
        batch.run(
            "DELETE FROM held_hour WHERE resource = ? AND hour >= ? AND hour < ? AND booking = ?",
            params![hold.resource.as_str(), hours.start, hours.end, id.as_str()],
        );
    }
    if !before.holds.is_empty() {
        batch.run("DELETE FROM hold WHERE booking = ?", params![id.as_str()]);
    }
    if before.standing == Standing::Asked {
        batch.run("DELETE FROM wanted WHERE booking = ?", params![id.as_str()]);
    }
    batch.run("DELETE FROM booking WHERE id = ?", params![id]);
}

/// Keeps a booking that is not there.
pub(super) fn keep(batch: &mut Batch, inventory: &Inventory, id: BookingId, booking: &Booking) {
    let id = id.to_string();
    let request = &booking.request;
    let held = request.held();
    batch.run(
        "INSERT INTO booking (id, applicant, wanted, used_from, used_until, prepare, strike, insured_until, asked_at, standing, operational, still_out, held_from, held_until) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
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
            purpose(booking.purpose),
            names(&booking.out),
            held.from().as_microsecond(),
            held.until().as_microsecond()
        ],
    );
    if booking.standing == Standing::Asked {
        keep_wanted(batch, inventory, &id, booking);
    }
    keep_holds(batch, &id, booking);
}

fn keep_wanted(batch: &mut Batch, inventory: &Inventory, id: &str, booking: &Booking) {
    let held = booking.request.held();
    let units = inventory.known_by(&booking.request.wanted);
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
    batch.insert(head, "", rows);
}

fn keep_holds(batch: &mut Batch, id: &str, booking: &Booking) {
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
    batch.insert(head, "", holds);
    let head = "INSERT INTO held_hour (resource, hour, booking) VALUES";
    batch.insert(head, "", hours);
}
