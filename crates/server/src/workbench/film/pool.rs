//! What a pool lends: its resources with what is free, who waits, and what is out; and asking for something of it.

use std::collections::{BTreeMap, BTreeSet};

use axum::{
    Json,
    response::{IntoResponse, Response},
};
use casework::{
    booking::{Book, Booking, Change, Event, Kind, Request, Span, Standing},
    film::pool::Pool,
    submission::{BookingId, ResourceId, SubmissionId},
};
use jiff::SignedDuration;
use serde_json::json;
use store::film::{BookingError, Lending};

use super::{
    back, day, home, kept, masked, moment, pool_href, pool_of, project_href, shown, words,
};
use crate::{
    app::App,
    page::Page,
    sheet::{Block, Cell, Field, Form, Sheet, Table},
    web::text,
    workbench::{door::Admitted, session::Refused},
};

/// Hours of preparation and strike that a form may ask for.
const MOST_HOURS: i64 = 24 * 60;

/// What a pool lends, as the store wants it.
pub(super) fn lending(pool: &Pool) -> Lending<'_> {
    Lending {
        inventory: &pool.inventory,
        quotas: &pool.quotas,
    }
}

/// The name of a resource, with its number among those alike.
pub(crate) fn name_of(page: &Page, pool: &Pool, id: &ResourceId) -> String {
    let name = pool.name_of(id, page.lang);
    match pool.sheets.get(id).map_or(0, |sheet| sheet.number) {
        0 => name.to_owned(),
        number => page.w.t2(
            "film-name-numbered",
            ("name", name),
            ("number", i64::from(number)),
        ),
    }
}

pub(super) fn kind(page: &Page, kind: Kind) -> String {
    match kind {
        Kind::Place => page.w.t("film-kind-place"),
        Kind::Item => page.w.t("film-kind-item"),
        Kind::Kit => page.w.t("film-kind-kit"),
        Kind::Person => page.w.t("film-kind-person"),
    }
}

pub(super) fn booking_href(page: &Page, pool: &Pool, id: BookingId) -> String {
    format!("{}/bookings/{id}", pool_href(page, pool))
}

fn span_text(page: &Page, span: Span) -> String {
    format!(
        "{} – {}",
        page.moment(span.from().as_microsecond()),
        page.moment(span.until().as_microsecond())
    )
}

/// Bookings as a table, those that wait in their order.
pub(super) fn bookings_table(
    page: &Page,
    pool: &Pool,
    caption: String,
    bookings: &BTreeMap<BookingId, Booking>,
) -> Block {
    let mut table = Table::new(
        caption,
        words::heads(
            page,
            &[
                "film-booking",
                "film-applicant",
                "film-wanted",
                "film-used",
                "film-stage",
                "film-insured",
            ],
        ),
    );
    table.none = page.w.t("film-bookings-none");
    let mut all: Vec<(&BookingId, &Booking)> = bookings.iter().collect();
    all.sort_by_key(|(id, booking)| (booking.asked_at, **id));
    table.rows = all
        .into_iter()
        .map(|(id, booking)| {
            let wanted: Vec<String> = booking
                .request
                .wanted
                .iter()
                .map(|id| name_of(page, pool, id))
                .collect();
            let insured = booking
                .request
                .insured_until
                .map(|at| page.day(at.as_microsecond()));
            let number = id.to_string();
            // The last digits differ between bookings made in the same minute.
            let short = number[number.len() - 8..].to_owned();
            vec![
                Cell::link(booking_href(page, pool, *id), short),
                applicant(page, booking),
                wanted.join(", ").into(),
                span_text(page, booking.request.used).into(),
                Cell::tag(words::standing(page, booking.standing)),
                insured.unwrap_or_else(|| "–".to_owned()).into(),
            ]
        })
        .collect();
    Block::Table(table)
}

/// Who asked: a project by its page, others by their name.
pub(super) fn applicant(page: &Page, booking: &Booking) -> Cell {
    let applicant = &booking.request.applicant;
    if applicant.parse::<SubmissionId>().is_ok() {
        Cell::link(project_href(page, applicant), page.w.t("film-project"))
    } else {
        (&**applicant).into()
    }
}

/// The page.
pub(super) async fn show(app: App, at: Admitted) -> Result<Response, Refused> {
    page_with(&app, &at, Vec::new()).await
}

async fn page_with(app: &App, at: &Admitted, errors: Vec<String>) -> Result<Response, Refused> {
    let pool = pool_of(app, at)?;
    let failed = |error| at.signed.failed(&error);
    let page = &at.signed.page;
    let mut sheet = Sheet::new(pool.name.get(page.lang)).under(home(page), page.w.t("film-title"));
    sheet.errors = errors;
    let asked = app
        .store
        .film
        .bookings(Some(Standing::Asked))
        .await
        .map_err(failed)?;
    let out = app
        .store
        .film
        .bookings(Some(Standing::Out))
        .await
        .map_err(failed)?;
    let approved = app.store.film.bookings(Some(Standing::Approved)).await;
    let mut needs_care = approved.map_err(failed)?;
    needs_care.extend(out.clone());
    needs_care
        .retain(|_, one| is_of(pool, one) && (one.is_late(app.now()) || !is_insured(pool, one)));
    if !needs_care.is_empty() {
        let caption = page.w.t("film-care");
        let table = bookings_table(page, pool, caption.clone(), &needs_care);
        let blocks = vec![Block::Notice(page.w.t("film-care-text")), table];
        sheet.section("film-care", caption, blocks);
    }
    let of_pool = |all: BTreeMap<BookingId, Booking>| -> BTreeMap<BookingId, Booking> {
        all.into_iter()
            .filter(|(_, one)| is_of(pool, one))
            .collect()
    };
    let waiting = vec![bookings_table(
        page,
        pool,
        page.w.t("film-waiting"),
        &of_pool(asked),
    )];
    sheet.section("film-waiting", page.w.t("film-waiting"), waiting);
    let out = vec![bookings_table(
        page,
        pool,
        page.w.t("film-out"),
        &of_pool(out),
    )];
    sheet.section("film-out", page.w.t("film-out"), out);
    sheet.section(
        "film-inventory",
        page.w.t("film-inventory"),
        inventory(app, at, pool).await?,
    );
    let options: Vec<(String, String)> = pool
        .inventory
        .resources()
        .map(|one| (one.id.to_string(), name_of(page, pool, &one.id)))
        .collect();
    let form = Form::new(
        page,
        format!("{}/acts/book", pool_href(page, pool)),
        page.w.t("film-book"),
    );
    let applicant = Field::line("book", "applicant", page.w.t("film-applicant")).required();
    let form = form.with(kept(at, "book", applicant));
    let form = book_fields(at, form, "book", options.clone(), "");
    sheet.section("film-book", page.w.t("film-book"), vec![Block::Form(form)]);
    let form = Form::new(
        page,
        format!("{}/acts/requisition", pool_href(page, pool)),
        page.w.t("film-requisition"),
    );
    let form = book_fields(at, form, "requisition", options, "");
    let reason = Field::line("requisition", "reason", page.w.t("film-why")).required();
    let form = form.with(kept(at, "requisition", reason));
    sheet.section(
        "film-requisition",
        page.w.t("film-requisition"),
        vec![
            Block::Help(page.w.t("film-requisition-help")),
            Block::Form(form),
        ],
    );
    Ok(shown(at, sheet))
}

/// Whether a booking is of things of this pool.
pub(super) fn is_of(pool: &Pool, booking: &Booking) -> bool {
    booking
        .request
        .wanted
        .iter()
        .all(|id| pool.inventory.resource(id).is_some())
}

/// Whether the insurance of a booking that holds something runs until the last thing is back.
pub(super) fn is_insured(pool: &Pool, booking: &Booking) -> bool {
    let id = BookingId::new(jiff::Timestamp::UNIX_EPOCH, [0; 10]);
    let book = Book::of(&pool.inventory, &[], [(id, booking.clone())]);
    book.is_ok_and(|book| book.uninsured().is_empty())
}

/// Every resource; with a span, whether it is free then.
async fn inventory(app: &App, at: &Admitted, pool: &Pool) -> Result<Vec<Block>, Refused> {
    let page = &at.signed.page;
    let span = match (moment(at.query("from")), moment(at.query("until"))) {
        (Some(from), Some(until)) => Span::new(from, until),
        _ => None,
    };
    let chosen = at.query("kind");
    let kinds = std::iter::once((String::new(), page.w.t("film-any"))).chain(
        Kind::ALL
            .iter()
            .map(|one| (one.as_str().to_owned(), kind(page, *one))),
    );
    let search = Form::search(pool_href(page, pool), page.w.t("film-search"))
        .with(Field::choice("search", "kind", page.w.t("film-kind"), kinds.collect()).value(chosen))
        .with(Field::moment("search", "from", page.w.t("film-field-from")).value(at.query("from")))
        .with(Field::moment("search", "until", page.w.t("film-until")).value(at.query("until")));
    let mut table = Table::new(
        page.w.t("film-inventory"),
        words::heads(
            page,
            &[
                "film-resource",
                "film-kind",
                "film-category",
                "film-price-category",
                "film-free",
            ],
        ),
    );
    table.none = page.w.t("film-inventory-none");
    let resources = pool.inventory.resources();
    for one in resources.filter(|one| chosen.is_empty() || one.kind.as_str() == chosen) {
        let free = match span {
            None => "–".to_owned(),
            Some(span) => {
                let conflict = app
                    .store
                    .film
                    .conflict(lending(pool), &BTreeSet::from([one.id.clone()]), span)
                    .await;
                match conflict {
                    Ok(None) => page.w.t("film-free"),
                    Ok(Some(conflict)) => page.w.t1(
                        "film-taken-until",
                        "until",
                        page.moment(conflict.span.until().as_microsecond()),
                    ),
                    Err(error) => return Err(failed(at, error)),
                }
            }
        };
        let sheet = pool.sheets.get(&one.id);
        let mark = sheet.is_some_and(|sheet| !sheet.confirmed);
        let mark = if mark {
            page.w.t("film-example")
        } else {
            String::new()
        };
        let price = sheet
            .and_then(|sheet| sheet.price.as_deref())
            .unwrap_or("–");
        table.rows.push(vec![
            Cell::link(
                resource_href(page, pool, &one.id),
                name_of(page, pool, &one.id),
            )
            .tagged(mark),
            kind(page, one.kind).into(),
            (&*one.category).into(),
            price.into(),
            free.into(),
        ]);
    }
    Ok(vec![Block::Form(search), Block::Table(table)])
}

pub(super) fn resource_href(page: &Page, pool: &Pool, id: &ResourceId) -> String {
    format!("{}/resources/{id}", pool_href(page, pool))
}

fn failed(at: &Admitted, error: BookingError) -> Refused {
    match error {
        BookingError::Store(error) => at.signed.failed(&error),
        BookingError::Refused(_) => at.signed.not_found(),
    }
}

/// Whether something is free over a span, for programs: the same answer as on the page, and as an approval finds.
pub(super) async fn free(app: App, at: Admitted) -> Result<Response, Refused> {
    let pool = pool_of(&app, &at)?;
    let wanted: Option<BTreeSet<ResourceId>> = at
        .query("resource")
        .split(',')
        .map(|id| id.parse().ok())
        .collect();
    let span = match (moment(at.query("from")), moment(at.query("until"))) {
        (Some(from), Some(until)) => Span::new(from, until),
        _ => None,
    };
    let (Some(wanted), Some(span)) = (wanted, span) else {
        return Err(at.signed.not_found());
    };
    let conflict = app.store.film.conflict(lending(pool), &wanted, span).await;
    let answer = match conflict.map_err(|error| failed(&at, error))? {
        None => json!({"free": true}),
        Some(conflict) => json!({
            "free": false,
            "resource": conflict.resource.as_str(),
            "from": conflict.span.from().to_string(),
            "until": conflict.span.until().to_string(),
            "booking": conflict.by.to_string(),
        }),
    };
    Ok(Json(answer).into_response())
}

/// The fields of a form that asks for something.
pub(super) fn book_fields(
    at: &Admitted,
    form: Form,
    act: &str,
    options: Vec<(String, String)>,
    insured: &str,
) -> Form {
    let page = &at.signed.page;
    let w = page.w;
    let mut fields = vec![
        Field::choice(act, "resource", w.t("film-resource"), options).required(),
        Field::moment(act, "from", w.t("film-field-from")).required(),
        Field::moment(act, "until", w.t("film-until")).required(),
        Field::count(act, "prepare", w.t("film-prepare-hours")).value("0"),
        Field::count(act, "strike", w.t("film-strike-hours")).value("0"),
    ];
    if act == "book" {
        let help = w.t("film-insured-help");
        fields.push(
            Field::day(act, "insured", w.t("film-insured"))
                .value(insured)
                .help(help),
        );
    }
    fields
        .into_iter()
        .fold(form, |form, field| form.with(kept(at, act, field)))
}

/// What a form asks for; none where it is no request.
fn request(at: &Admitted, applicant: &str) -> Option<Request> {
    let hours = |name: &str| -> Option<SignedDuration> {
        let hours: i64 = match at.field(name) {
            "" => 0,
            text => text.parse().ok()?,
        };
        (0..=MOST_HOURS)
            .contains(&hours)
            .then(|| SignedDuration::from_hours(hours))
    };
    let wanted: Option<BTreeSet<ResourceId>> =
        at.all("resource").map(|id| id.parse().ok()).collect();
    Some(Request {
        applicant: applicant.into(),
        wanted: wanted?,
        used: Span::new(moment(at.field("from"))?, moment(at.field("until"))?)?,
        prepare: hours("prepare")?,
        strike: hours("strike")?,
        insured_until: end_of(at.field("insured")),
    })
}

/// The end of a day in Paris: until then a paper that expires on it holds.
pub(super) fn end_of(value: &str) -> Option<jiff::Timestamp> {
    let next = day(value)?.tomorrow().ok()?;
    text::of_paris(next.at(0, 0, 0, 0))
}

/// Keeps an event of a booking; a refusal comes back in words.
pub(super) async fn apply(
    app: &App,
    at: &Admitted,
    pool: &Pool,
    event: &Event,
) -> Result<Result<casework::booking::Effect, String>, Refused> {
    let actor = &at.signed.agent.id;
    match app.store.film.apply(lending(pool), event, actor).await {
        Ok(effect) => Ok(Ok(effect)),
        Err(BookingError::Refused(refusal)) => {
            Ok(Err(words::booking_refusal(&at.signed.page, &refusal)))
        }
        Err(BookingError::Store(error)) => Err(at.signed.failed(&error)),
    }
}

/// Asks for what a form says, or takes it for operations.
pub(super) async fn ask(
    app: &App,
    at: &Admitted,
    pool: &Pool,
    applicant: &str,
) -> Result<Result<BookingId, String>, Refused> {
    let incomplete = at.signed.page.w.t("film-form-incomplete");
    let Some(request) = request(at, applicant) else {
        return Ok(Err(incomplete));
    };
    let change = if at.act() == "requisition" {
        let reason = masked(at.field("reason"));
        Change::Requisition { request, reason }
    } else {
        Change::Ask(request)
    };
    let id = crate::workbench::submission::act::new_id(app, &at.signed)?;
    let Ok(booking) = id.parse::<BookingId>() else {
        return Ok(Err(incomplete));
    };
    let event = Event {
        booking,
        at: app.now(),
        change,
    };
    Ok(apply(app, at, pool, &event).await?.map(|_| booking))
}

/// A form of the pool's page was sent.
pub(super) async fn book(app: App, at: Admitted) -> Result<Response, Refused> {
    let pool = pool_of(&app, &at)?;
    let applicant = match at.act() {
        "requisition" => masked(&at.signed.agent.unit),
        _ => masked(at.field("applicant")),
    };
    if applicant.is_empty() {
        let why = at.signed.page.w.t("film-form-incomplete");
        return page_with(&app, &at, vec![why]).await;
    }
    match ask(&app, &at, pool, &applicant).await? {
        Ok(booking) => Ok(back(&booking_href(&at.signed.page, pool, booking))),
        Err(why) => page_with(&app, &at, vec![why]).await,
    }
}
