//! Many of a kind: how many are free day by day, how each one stands, and asking for some. And the same days of a single
//! thing, for its own page.

use std::collections::BTreeMap;

use axum::response::Response;
use casework::{
    booking::{Booking, Purpose, Span, Standing, holder},
    film::pool::{Entry, Pool},
    submission::{BookingId, ResourceId},
};
use jiff::{ToSpan, civil::Date};
use store::film::BookingError;

use super::{
    calendar::monday,
    day, kept, pool,
    pool::{lending, resource_href},
    pool_href, pool_of, quote, shown, words,
};
use crate::{
    app::App,
    page::Page,
    sheet::{Block, Cell, Field, Form, Sheet, Table},
    web::text,
    workbench::{door::Admitted, session::Refused},
};

/// Weeks that are shown at a time.
const WEEKS: i64 = 4;

/// The page.
pub(super) async fn show(app: App, at: Admitted) -> Result<Response, Refused> {
    let pool = pool_of(&app, &at)?;
    let page = &at.signed.page;
    let mut entries = pool.entries(page.lang).into_iter();
    let entry = entries.find(|entry| entry.id.as_str() == at.path("resource"));
    let entry = entry.ok_or_else(|| at.signed.not_found())?;
    let name = entry.sheet.name.get(page.lang);
    let mut sheet = Sheet::new(name).under(pool_href(page, pool), pool.name.get(page.lang));
    sheet.section(
        "film-sheet",
        page.w.t("film-sheet"),
        known(page, pool, &entry),
    );
    let from = monday(day(at.query("week")).unwrap_or_else(|| quote::today(&app)));
    let mut days = vec![Block::Help(page.w.t("lending-days-help"))];
    days.extend(self::days(&app, &at, pool, &entry.resources, from).await?);
    sheet.section("lending-days", page.w.t("lending-days"), days);
    let action = format!("{}/acts/book", pool_href(page, pool));
    let applicant = Field::line("book", "applicant", page.w.t("film-applicant")).required();
    let form = Form::new(page, action, page.w.t("film-book")).with(kept(&at, "book", applicant));
    let options = pool::options(page, pool).into_iter();
    let own = options.filter(|(value, _)| value == entry.id.as_str());
    let form = pool::book_fields(&at, pool, form, "book", own.collect(), "");
    sheet.section("film-book", page.w.t("film-book"), vec![Block::Form(form)]);
    let each = each(&app, &at, pool, &entry).await?;
    sheet.section("lending-each", page.w.t("lending-each"), vec![each]);
    Ok(shown(&at, sheet))
}

fn known(page: &Page, pool: &Pool, entry: &Entry<'_>) -> Vec<Block> {
    let w = page.w;
    let sheet = entry.sheet;
    let category = pool.category_name(entry.category, page.lang);
    let price = pool::price_name(page, pool, sheet);
    let mut facts: Vec<(String, Cell)> = vec![
        (w.t("film-kind"), pool::kind(page, entry.kind).into()),
        (w.t("film-category"), category.into()),
        (
            w.t("lending-how-many"),
            entry.resources.len().to_string().into(),
        ),
        (w.t("film-price-category"), price.into()),
        (
            w.t("film-constraints"),
            sheet.constraints.get(page.lang).into(),
        ),
    ];
    facts.retain(|(_, cell)| !cell.text.is_empty());
    let mut blocks = Vec::new();
    if !sheet.confirmed {
        blocks.push(Block::Notice(w.t("film-example-text")));
    }
    blocks.push(Block::Facts(facts));
    blocks
}

/// Four weeks from a Monday on: how many of these are free all day, or, of one, whether it is. With ways to the weeks
/// before and after.
pub(super) async fn days(
    app: &App,
    at: &Admitted,
    pool: &Pool,
    resources: &[&ResourceId],
    monday: Date,
) -> Result<Vec<Block>, Refused> {
    let page = &at.signed.page;
    let on = |days: i64| monday.checked_add(days.days()).unwrap_or(Date::MAX);
    let midnight = |day: Date| text::of_paris(day.at(0, 0, 0, 0));
    let between = |from: Date, until: Date| Span::new(midnight(from)?, midnight(until)?);
    let Some(all) = between(monday, on(7 * WEEKS)) else {
        return Ok(Vec::new());
    };
    let ids = resources.iter().copied();
    let bookings = match app.store.film.calendar(lending(pool), ids, all).await {
        Ok(bookings) => bookings,
        Err(BookingError::Store(error)) => return Err(at.signed.failed(&error)),
        Err(BookingError::Refused(_)) => return Err(at.signed.not_found()),
    };
    let mut heads = vec!["lending-week"];
    heads.extend([
        "lending-monday",
        "lending-tuesday",
        "lending-wednesday",
        "lending-thursday",
        "lending-friday",
        "lending-saturday",
        "lending-sunday",
    ]);
    let mut table = Table::new(page.w.t("lending-days"), words::heads(page, &heads));
    table.rows = (0..WEEKS)
        .map(|week| {
            let monday = on(7 * week);
            let days = (0..7).map(|day| {
                let (from, until) = (on(7 * week + day), on(7 * week + day + 1));
                let span = between(from, until);
                span.map_or_else(Cell::default, |span| {
                    on_day(page, pool, resources, &bookings, span)
                })
            });
            let head = match resources {
                [one] => {
                    let href = format!("{}?week={monday}", resource_href(page, pool, one));
                    Cell::link(href, page.date(monday))
                }
                _ => page.date(monday).into(),
            };
            std::iter::once(head).chain(days).collect()
        })
        .collect();
    let here = match resources {
        [one] => resource_href(page, pool, one),
        _ => pool::entry_href(
            page,
            pool,
            &at.path("resource")
                .parse()
                .map_err(|_| at.signed.not_found())?,
        ),
    };
    let way = |days: i64, key: &str| {
        Cell::link(format!("{here}?week={}", on(days)), words::text(page, key))
    };
    let ways = vec![
        way(-7 * WEEKS, "lending-days-earlier"),
        way(7 * WEEKS, "lending-days-later"),
    ];
    Ok(vec![Block::Table(table), Block::List(ways)])
}

fn on_day(
    page: &Page,
    pool: &Pool,
    resources: &[&ResourceId],
    bookings: &BTreeMap<BookingId, Booking>,
    day: Span,
) -> Cell {
    let held = |id: &ResourceId, span: Span| {
        let things = pool.inventory.held_by([id]).unwrap_or_default();
        holder(bookings, &things, span).is_some()
    };
    let [one] = resources else {
        let free = resources.iter().filter(|id| !held(id, day)).count();
        return Cell::number(free.to_string());
    };
    if !held(one, day) {
        return page.w.t("lending-day-free").into();
    }
    let hours = day.hours().filter_map(|hour| {
        let at = |hour: i64| jiff::Timestamp::from_second(hour * 3_600).ok();
        Span::new(at(hour)?, at(hour + 1)?)
    });
    let mut hours = hours.map(|hour| held(one, hour));
    if hours.all(|held| held) {
        page.w.t("lending-day-taken").into()
    } else {
        page.w.t("lending-day-part").into()
    }
}

/// Each one: how it stands now, and when it is booked next.
async fn each(app: &App, at: &Admitted, pool: &Pool, entry: &Entry<'_>) -> Result<Block, Refused> {
    let page = &at.signed.page;
    let now = app.now();
    let failed = |error| at.signed.failed(&error);
    let film = &app.store.film;
    let mut bookings = film.bookings(Some(Standing::Out)).await.map_err(failed)?;
    bookings.extend(
        film.bookings(Some(Standing::Approved))
            .await
            .map_err(failed)?,
    );
    let mut table = Table::new(
        page.w.t("lending-each"),
        words::heads(
            page,
            &["lending-piece", "lending-state", "lending-comes-next"],
        ),
    );
    let moment = |at: jiff::Timestamp| page.moment(at.as_microsecond());
    table.rows = entry
        .resources
        .iter()
        .map(|id| {
            let state = bookings.values().find_map(|one| state(page, one, id, now));
            let state = state.unwrap_or_else(|| page.w.t("lending-state-free"));
            let holds = bookings.iter().flat_map(|(booking, one)| {
                let of_it = one.holds.iter().filter(|hold| hold.resource == **id);
                of_it.map(move |hold| (hold.span.from(), booking))
            });
            let next = holds.filter(|(from, _)| *from > now).min();
            let next = next.map(|(from, booking)| {
                Cell::link(pool::booking_href(page, pool, *booking), moment(from))
            });
            vec![
                Cell::link(resource_href(page, pool, id), pool::name_of(page, pool, id)),
                state.into(),
                next.unwrap_or_else(|| "–".into()),
            ]
        })
        .collect();
    Ok(Block::Table(table))
}

/// How a thing stands now by a booking; none where that leaves it free.
fn state(page: &Page, booking: &Booking, id: &ResourceId, now: jiff::Timestamp) -> Option<String> {
    let mut holds = booking.holds.iter().filter(|hold| hold.resource == *id);
    let until = holds
        .find(|hold| hold.span.contains(now))
        .map(|hold| page.moment(hold.span.until().as_microsecond()));
    if booking.out.contains(id) {
        return Some(match until {
            Some(until) => page.w.t1("lending-state-out", "until", until),
            None => page.w.t("lending-state-late"),
        });
    }
    let key = match booking.purpose {
        Purpose::Repair => "lending-state-repair",
        Purpose::Loan | Purpose::Operations => "lending-state-held",
    };
    until.map(|until| page.w.t1(key, "until", until))
}
