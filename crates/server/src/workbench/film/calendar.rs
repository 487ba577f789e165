//! The calendar of a place or a thing: four weeks by day and one by hour, as tables; and what is known of it.

use std::collections::{BTreeMap, BTreeSet};

use axum::response::Response;
use casework::{
    booking::{Booking, Kind, Span, Standing, holder},
    film::pool::Pool,
    submission::{BookingId, ResourceId},
};
use jiff::{ToSpan, civil::Date};
use store::film::BookingError;

use super::{
    back, day, entry, kept, photo,
    pool::{self, lending, resource_href},
    pool_href, pool_of, quote, shown, words,
};
use crate::{
    app::App,
    page::Page,
    sheet::{Block, Cell, Field, Form, Sheet, Table},
    web::text,
    workbench::{door::Admitted, session::Refused},
};

/// The page.
pub(super) async fn show(app: App, at: Admitted) -> Result<Response, Refused> {
    page_with(&app, &at, Vec::new()).await
}

pub(super) async fn page_with(
    app: &App,
    at: &Admitted,
    errors: Vec<String>,
) -> Result<Response, Refused> {
    let pool = pool_of(app, at)?;
    let page = &at.signed.page;
    let id: Option<ResourceId> = at.path("resource").parse().ok();
    let id = id.filter(|id| pool.inventory.resource(id).is_some());
    let id = id.ok_or_else(|| at.signed.not_found())?;
    let monday = monday(day(at.query("week")).unwrap_or_else(|| quote::today(app)));
    let after = |days: i64| monday.checked_add(days.days()).unwrap_or(Date::MAX);
    let midnight = |day: Date| text::of_paris(day.at(0, 0, 0, 0));
    let span = match (midnight(monday), midnight(after(7))) {
        (Some(from), Some(until)) => Span::new(from, until),
        _ => None,
    };
    let span = span.ok_or_else(|| at.signed.not_found())?;
    let found = app.store.film.calendar(lending(pool), [&id], span).await;
    let bookings = match found {
        Ok(found) => found,
        Err(BookingError::Store(error)) => return Err(at.signed.failed(&error)),
        Err(BookingError::Refused(_)) => return Err(at.signed.not_found()),
    };
    let mut sheet = Sheet::new(pool::name_of(page, pool, &id))
        .under(pool_href(page, pool), pool.name.get(page.lang));
    sheet.errors = errors;
    sheet.section("film-sheet", page.w.t("film-sheet"), known(page, pool, &id));
    let mut photos = photo::blocks(app, at, pool, id.as_str()).await?;
    photos.push(Block::Form(photo_form(at, pool, &id)));
    sheet.section("film-photos", page.w.t("film-photos"), photos);
    let mut days = vec![Block::Help(page.w.t("lending-days-help-one"))];
    days.extend(entry::days(app, at, pool, &[&id], monday).await?);
    sheet.section("lending-days", page.w.t("lending-days"), days);
    let week = |key: &str, monday: Date| {
        Cell::link(
            format!("{}?week={monday}", resource_href(page, pool, &id)),
            words::text(page, key),
        )
    };
    let search = Form::search(resource_href(page, pool, &id), page.w.t("film-show"))
        .with(Field::day("week", "week", page.w.t("film-week-of")).value(monday.to_string()));
    sheet.section(
        "film-calendar",
        page.w.t("film-calendar"),
        vec![
            Block::List(vec![
                week("film-week-before", after(-7)),
                week("film-week-after", after(7)),
            ]),
            Block::Form(search),
            Block::Help(page.w.t("lending-hours-help")),
            hours(page, pool, &id, monday, &bookings),
        ],
    );
    let names = pool::names(app, at).await;
    let names = names.map_err(|error| at.signed.failed(&error))?;
    let mut waiting = bookings;
    waiting.retain(|_, booking| booking.standing == Standing::Asked);
    sheet.section(
        "film-waiting",
        page.w.t("film-waiting"),
        vec![pool::bookings_table(
            page,
            pool,
            &names,
            page.w.t("film-waiting"),
            &waiting,
        )],
    );
    let form = Form::new(
        page,
        format!("{}/acts/book", pool_href(page, pool)),
        page.w.t("film-book"),
    )
    .with(Field::line("book", "applicant", page.w.t("film-applicant")).required());
    let options = vec![(id.to_string(), pool::name_of(page, pool, &id))];
    sheet.section(
        "film-book",
        page.w.t("film-book"),
        vec![Block::Form(pool::book_fields(
            at, pool, form, "book", options, "",
        ))],
    );
    if pool
        .inventory
        .resource(&id)
        .is_some_and(|one| one.kind != Kind::Person)
    {
        sheet.section(
            "lending-mend",
            page.w.t("lending-mend"),
            vec![
                Block::Help(page.w.t("lending-mend-help")),
                Block::Form(mend_form(app, at, pool, &id)),
            ],
        );
    }
    Ok(shown(at, sheet))
}

fn mend_form(app: &App, at: &Admitted, pool: &Pool, id: &ResourceId) -> Form {
    let page = &at.signed.page;
    let action = format!("{}/acts/repair", resource_href(page, pool, id));
    let now = text::paris(app.now()).strftime("%Y-%m-%dT%H:%M");
    let moment = |name: &str, label: String| Field::moment("repair", name, label).required();
    let fields = [
        moment("from", page.w.t("film-field-from")).value(now.to_string()),
        moment("until", page.w.t("lending-mend-until")),
        Field::line("repair", "reason", page.w.t("lending-broken")).required(),
    ];
    let form = Form::new(page, action, page.w.t("lending-mend")).hide("resource", id.as_str());
    let fields = fields.into_iter().map(|field| kept(at, "repair", field));
    fields.fold(form, Form::with)
}

/// Sends a thing to be mended.
pub(super) async fn repair(app: App, at: Admitted) -> Result<Response, Refused> {
    let pool = pool_of(&app, &at)?;
    if at.field("resource") != at.path("resource") {
        return Err(at.signed.not_found());
    }
    let by = at.signed.agent.unit.clone();
    match pool::ask(&app, &at, pool, &by).await? {
        Ok(booking) => Ok(back(&pool::booking_href(&at.signed.page, pool, booking))),
        Err(why) => page_with(&app, &at, vec![why]).await,
    }
}

fn photo_form(at: &Admitted, pool: &Pool, id: &ResourceId) -> Form {
    let page = &at.signed.page;
    let action = format!("{}/acts/photo", resource_href(page, pool, id));
    let seen = |name: &str, key: &str| Field::line("photo", name, words::text(page, key));
    let in_french = seen("seen", "film-photo-seen-fr").help(page.w.t("film-photo-seen-help"));
    Form::new(page, action, page.w.t("film-photo-add"))
        .with(photo::field(page, "photo").required())
        .with(kept(at, "photo", in_french.required()))
        .with(kept(at, "photo", seen("seen_en", "film-photo-seen-en")))
}

pub(super) fn monday(day: Date) -> Date {
    let since = i64::from(day.weekday().to_monday_zero_offset());
    day.checked_sub(since.days()).unwrap_or(day)
}

fn known(page: &Page, pool: &Pool, id: &ResourceId) -> Vec<Block> {
    let Some(resource) = pool.inventory.resource(id) else {
        return Vec::new();
    };
    let mut facts: Vec<(String, Cell)> = vec![
        (
            page.w.t("film-kind"),
            pool::kind(page, resource.kind).into(),
        ),
        (
            page.w.t("film-category"),
            pool.category_name(&resource.category, page.lang).into(),
        ),
    ];
    let mut blocks = Vec::new();
    if let Some(sheet) = pool.sheets.get(id) {
        if !sheet.confirmed {
            blocks.push(Block::Notice(page.w.t("film-example-text")));
        }
        if sheet.price.is_some() {
            let price = pool::price_name(page, pool, sheet);
            facts.push((page.w.t("film-price-category"), price.into()));
        }
        if let Some(place) = &sheet.place {
            facts.push((page.w.t("film-department"), (&*place.department).into()));
            facts.push((page.w.t("film-capacity"), place.capacity.to_string().into()));
            facts.push((
                page.w.t("film-setting"),
                place.setting.label(page.lang).into(),
            ));
            facts.push((page.w.t("film-power"), (&*place.power).into()));
        }
        facts.push((
            page.w.t("film-constraints"),
            sheet.constraints.get(page.lang).into(),
        ));
    }
    facts.push((
        page.w.t("film-parts"),
        pool::names_of(page, pool, &resource.parts).into(),
    ));
    facts.retain(|(_, cell)| !cell.text.is_empty());
    blocks.push(Block::Facts(facts));
    blocks
}

/// What an hour of a day of Paris is called, from the first instant to the last: two hours where clocks go back, none
/// where they skip it.
fn hour_of(day: Date, hour: i8) -> Option<Span> {
    let from = day.at(hour, 0, 0, 0);
    let until = from.checked_add(1.hour()).ok()?;
    Span::new(text::of_paris(from)?, text::of_paris(until)?)
}

/// Who holds the resource in each hour of a week: a row an hour, a column a day.
fn hours(
    page: &Page,
    pool: &Pool,
    id: &ResourceId,
    monday: Date,
    bookings: &BTreeMap<BookingId, Booking>,
) -> Block {
    let held: BTreeSet<&ResourceId> = pool.inventory.held_by([id]).unwrap_or_default();
    let days: Vec<Date> = (0..7i64)
        .filter_map(|day| monday.checked_add(day.days()).ok())
        .collect();
    let mut head = vec![page.w.t("film-hour")];
    head.extend(days.iter().map(|day| day.strftime("%d/%m").to_string()));
    let mut table = Table::new(
        page.w.t1("film-calendar-of", "day", page.date(monday)),
        head,
    );
    table.rows = (0..24i8)
        .map(|hour| {
            let cells = days.iter().map(|day| {
                let Some(span) = hour_of(*day, hour) else {
                    return Cell::from("×");
                };
                match holder(bookings, &held, span) {
                    None => Cell::from("·"),
                    Some((id, booking)) => {
                        let text = if booking.request.used.overlaps(span) {
                            page.w.t("film-held")
                        } else {
                            page.w.t("film-held-around")
                        };
                        Cell::link(pool::booking_href(page, pool, id), text)
                    }
                }
            });
            std::iter::once(Cell::from(format!("{hour:02}:00")))
                .chain(cells)
                .collect()
        })
        .collect();
    Block::Table(table)
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    #[test]
    fn the_hours_of_a_day_are_those_of_its_clocks() {
        let hours = |day: Date| -> Vec<i64> {
            let all = (0..24).map(|hour| hour_of(day, hour));
            all.map(|span| {
                span.map_or(0, |span| {
                    span.until().duration_since(span.from()).as_hours()
                })
            })
            .collect()
        };
        assert_eq!(hours(date(2027, 2, 1)), [1; 24]);
        let mut skipped = [1; 24];
        skipped[2] = 0;
        assert_eq!(hours(date(2027, 3, 28)), skipped);
        let mut twice = [1; 24];
        twice[2] = 2;
        assert_eq!(hours(date(2027, 10, 31)), twice);
    }
}
