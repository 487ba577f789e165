//! A booking: what it holds, what may be done with it, and what may stand in for what it lost.

use std::collections::BTreeSet;

use axum::response::Response;
use casework::{
    booking::{Booking, Change, Event, Purpose, Span, Standing},
    film::pool::Pool,
    project::Project,
    submission::{BookingId, ResourceId},
};
use serde_json::Value;
use store::{
    StoreError,
    film::{BookingError, Kept, Moment},
};

use super::{
    back, kept, masked, moment, photo,
    pool::{self, lending, name_of},
    pool_href, pool_of, shown, words,
};
use crate::{
    app::App,
    page::Page,
    sheet::{Block, Cell, Field, Form, Sheet, Table},
    web::text,
    workbench::{door::Admitted, row, session::Refused, submission::act::new_id},
};

/// What may be done with a booking; each is a form of its page.
pub(super) const ACTS: &[&str] = &[
    "approve",
    "refuse",
    "cancel",
    "extend",
    "insure",
    "hand-over",
    "return",
    "replace",
];

/// The page.
pub(super) async fn show(app: App, at: Admitted) -> Result<Response, Refused> {
    page_with(&app, &at, Vec::new()).await
}

fn id_of(at: &Admitted) -> Option<BookingId> {
    at.path("booking").parse().ok()
}

pub(super) async fn found(
    app: &App,
    at: &Admitted,
    pool: &Pool,
) -> Result<(BookingId, Booking), Refused> {
    let id = id_of(at).ok_or_else(|| at.signed.not_found())?;
    let booking = app
        .store
        .film
        .booking(id)
        .await
        .map_err(|error| at.signed.failed(&error))?;
    let booking = booking.filter(|booking| pool::is_of(app, pool, booking));
    Ok((id, booking.ok_or_else(|| at.signed.not_found())?))
}

pub(super) async fn page_with(
    app: &App,
    at: &Admitted,
    errors: Vec<String>,
) -> Result<Response, Refused> {
    let pool = pool_of(app, at)?;
    let (id, booking) = found(app, at, pool).await?;
    let failed = |error: StoreError| at.signed.failed(&error);
    let page = &at.signed.page;
    let mut sheet =
        Sheet::new(page.w.t("film-booking")).under(pool_href(page, pool), pool.name.get(page.lang));
    sheet.errors = errors;
    let applicants = pool::names(app, at).await.map_err(failed)?;
    sheet.section(
        "film-standing",
        page.w.t("film-standing"),
        standing(app, at, pool, &applicants, &booking),
    );
    let events = app.store.film.events(id).await.map_err(failed)?;
    let lost = lost(&events);
    if !lost.is_empty()
        && matches!(
            booking.standing,
            Standing::Approved | Standing::Out | Standing::Recalled
        )
    {
        let blocks = replacements(app, at, pool, &lost).await?;
        sheet.section("film-lost", page.w.t("film-lost"), blocks);
    }
    sheet.section(
        "film-next",
        page.w.t("film-next"),
        forms(at, pool, &booking),
    );
    if let Some(moment) = photographed(&booking) {
        let mut blocks = photo::blocks(app, at, pool, &id.to_string()).await?;
        let seen = Field::line("photo", "seen", page.w.t("film-photo-seen"));
        let form = form(at, pool, "photo", page.w.t("film-photo-add"))
            .with(photo::field(page, "photo").required())
            .with(kept(at, "photo", seen));
        blocks.push(Block::Form(form));
        let title = match moment {
            Moment::Back => "film-photos-condition",
            _ => "film-photos-condition-out",
        };
        sheet.section("film-photos", words::text(page, title), blocks);
    }
    let names = row::agent_names(app).await.map_err(failed)?;
    let mut table = Table::new(
        page.w.t("film-life"),
        words::heads(
            page,
            &["film-when", "film-happened", "film-who", "film-said"],
        ),
    );
    table.rows = events
        .iter()
        .map(|event| {
            vec![
                page.moment(event.at).into(),
                happened(page, &event.change).into(),
                names
                    .get(&event.actor)
                    .unwrap_or(&event.actor)
                    .clone()
                    .into(),
                said(page, pool, &event.details).into(),
            ]
        })
        .collect();
    sheet.section(
        "film-life",
        page.w.t("film-life"),
        vec![Block::Table(table)],
    );
    Ok(shown(at, sheet))
}

/// What photos that are added now show: nothing of what never went out.
pub(super) fn photographed(booking: &Booking) -> Option<Moment> {
    match booking.standing {
        Standing::Out => Some(Moment::Out),
        Standing::Returned | Standing::Recalled => Some(Moment::Back),
        _ => None,
    }
}

fn standing(
    app: &App,
    at: &Admitted,
    pool: &Pool,
    names: &pool::Names,
    booking: &Booking,
) -> Vec<Block> {
    let page = &at.signed.page;
    let request = &booking.request;
    let moment = |at: jiff::Timestamp| page.moment(at.as_microsecond());
    let held = request.held();
    let facts = vec![
        (
            page.w.t("film-stage"),
            Cell::tag(words::booking(page, booking)),
        ),
        (page.w.t("lending-purpose"), purpose(page, booking).into()),
        (
            page.w.t("film-applicant"),
            pool::applicant(page, names, booking),
        ),
        (
            page.w.t("film-used"),
            format!(
                "{} – {}",
                moment(request.used.from()),
                moment(request.used.until())
            )
            .into(),
        ),
        (
            page.w.t("film-held-for"),
            format!("{} – {}", moment(held.from()), moment(held.until())).into(),
        ),
        (
            page.w.t("film-insured"),
            request
                .insured_until
                .map_or_else(|| page.w.t("film-insured-not"), moment)
                .into(),
        ),
        (page.w.t("film-asked-at"), moment(booking.asked_at).into()),
    ];
    let mut table = Table::new(
        page.w.t("film-wanted"),
        words::heads(page, &["film-resource", "film-out"]),
    );
    let mut all: BTreeSet<&ResourceId> = request.wanted.iter().collect();
    all.extend(booking.holds.iter().map(|hold| &hold.resource));
    table.rows = pool::in_order(pool, all)
        .into_iter()
        .map(|id| {
            let out = booking.out.contains(id);
            vec![
                Cell::link(pool::resource_href(page, pool, id), name_of(page, pool, id)),
                words::yes(page, out).into(),
            ]
        })
        .collect();
    let mut blocks = Vec::new();
    if booking.is_late(app.now()) {
        blocks.push(Block::Notice(page.w.t("film-late-text")));
    }
    if !pool::is_insured(pool, booking) {
        blocks.push(Block::Notice(page.w.t("film-lapsed-text")));
    }
    blocks.extend([Block::Facts(facts), Block::Table(table)]);
    if matches!(booking.standing, Standing::Out | Standing::Returned) {
        blocks.push(Block::Help(page.w.t("lending-mend-hint")));
    }
    blocks
}

fn purpose(page: &Page, booking: &Booking) -> String {
    match booking.purpose {
        Purpose::Loan => page.w.t("lending-purpose-loan"),
        Purpose::Operations => page.w.t("lending-purpose-operations"),
        Purpose::Repair => page.w.t("lending-purpose-repair"),
    }
}

/// What operations took from the booking, newest last.
fn lost(events: &[Kept]) -> Vec<(ResourceId, Span)> {
    let lost = events.iter().filter(|event| event.change == "lost");
    lost.filter_map(|event| {
        let details: Value = serde_json::from_str(&event.details).ok()?;
        let text = |name: &str| details.get(name)?.as_str();
        let span = Span::new(text("from")?.parse().ok()?, text("until")?.parse().ok()?)?;
        Some((text("resource")?.parse().ok()?, span))
    })
    .collect()
}

/// What may stand in for what was lost: each is one form away.
async fn replacements(
    app: &App,
    at: &Admitted,
    pool: &Pool,
    lost: &[(ResourceId, Span)],
) -> Result<Vec<Block>, Refused> {
    let page = &at.signed.page;
    let mut blocks = vec![Block::Notice(page.w.t("film-lost-text"))];
    for (resource, span) in lost {
        let free = match app
            .store
            .film
            .replacements(lending(pool), resource, *span)
            .await
        {
            Ok(free) => free,
            Err(BookingError::Store(error)) => return Err(at.signed.failed(&error)),
            Err(BookingError::Refused(_)) => Vec::new(),
        };
        blocks.push(Block::Heading(name_of(page, pool, resource)));
        if free.is_empty() {
            blocks.push(Block::Help(page.w.t("film-replacement-none")));
            continue;
        }
        let options = free
            .iter()
            .map(|id| (id.to_string(), name_of(page, pool, id)));
        let prefix = format!("replace-{resource}-{}", span.from().as_second());
        let form = form(at, pool, "replace", page.w.t("film-replace"))
            .hide("from", span.from().to_string())
            .hide("until", span.until().to_string())
            .with(
                Field::choice(
                    &prefix,
                    "resource",
                    page.w.t("film-resource"),
                    options.collect(),
                )
                .required(),
            );
        blocks.push(Block::Form(form));
    }
    Ok(blocks)
}

fn form(at: &Admitted, pool: &Pool, act: &str, button: String) -> Form {
    let page = &at.signed.page;
    let action = format!(
        "{}/bookings/{}/acts/{act}",
        pool_href(page, pool),
        at.path("booking")
    );
    Form::new(page, action, button)
}

fn forms(at: &Admitted, pool: &Pool, booking: &Booking) -> Vec<Block> {
    let page = &at.signed.page;
    let w = page.w;
    let mut blocks = Vec::new();
    let mut add = |act: &str, button: String, fields: Vec<Field>| {
        let fields = fields.into_iter().map(|field| kept(at, act, field));
        blocks.push(Block::Form(
            fields.fold(form(at, pool, act, button), Form::with),
        ));
    };
    let passing =
        |act: &str| Field::line(act, "passing", w.t("film-passing")).help(w.t("film-passing-help"));
    let until = text::paris(booking.request.used.until())
        .strftime("%Y-%m-%dT%H:%M")
        .to_string();
    if booking.standing == Standing::Asked {
        add("approve", w.t("film-approve"), vec![passing("approve")]);
        add(
            "refuse",
            w.t("film-refuse"),
            vec![Field::line("refuse", "reason", w.t("film-reason")).required()],
        );
    }
    if booking.standing == Standing::Approved && booking.purpose != Purpose::Repair {
        let condition = Field::long("hand-over", "condition", w.t("film-condition-out")).required();
        let photos = photo::field(page, "hand-over");
        add("hand-over", w.t("film-hand-over"), vec![condition, photos]);
    }
    if booking.standing == Standing::Out {
        let out = pool::in_order(pool, &booking.out).into_iter();
        let out = out.map(|id| (id.to_string(), name_of(page, pool, id), true));
        add(
            "return",
            w.t("film-return"),
            vec![
                Field::ticks("return", "resource", w.t("film-came-back"), out.collect()),
                Field::long("return", "condition", w.t("film-condition-in")).required(),
                Field::line("return", "damage", w.t("film-damage")),
                photo::field(page, "return"),
            ],
        );
    }
    if matches!(booking.standing, Standing::Approved | Standing::Out) {
        let end = Field::moment("extend", "until", w.t("film-until"))
            .value(until)
            .required();
        add("extend", w.t("film-extend"), vec![end, passing("extend")]);
    }
    let insured = matches!(
        booking.standing,
        Standing::Asked | Standing::Approved | Standing::Out
    );
    if insured && booking.purpose == Purpose::Loan {
        let day = Field::day("insure", "insured", w.t("film-insured")).required();
        add("insure", w.t("film-insure"), vec![day]);
    }
    if matches!(booking.standing, Standing::Asked | Standing::Approved) {
        let cancel = match booking.purpose {
            Purpose::Repair => w.t("lending-mended"),
            _ => w.t("film-cancel"),
        };
        add("cancel", cancel, vec![]);
    }
    blocks
}

fn happened(page: &Page, change: &str) -> String {
    let w = page.w;
    match change {
        "ask" => w.t("film-booked-ask"),
        "approve" => w.t("film-booked-approve"),
        "refuse" => w.t("film-booked-refuse"),
        "cancel" => w.t("film-booked-cancel"),
        "extend" => w.t("film-booked-extend"),
        "insure" => w.t("film-booked-insure"),
        "hand_over" => w.t("film-booked-hand-over"),
        "return" => w.t("film-booked-return"),
        "requisition" => w.t("film-booked-requisition"),
        "repair" => w.t("film-booked-repair"),
        "lost" => w.t("film-booked-lost"),
        other => other.to_owned(),
    }
}

/// What was said with a change: reasons, conditions, damage, names.
fn said(page: &Page, pool: &Pool, details: &str) -> String {
    let details: Value = serde_json::from_str(details).unwrap_or_default();
    let name = |id: &str| {
        id.parse()
            .map_or_else(|_| id.to_owned(), |id| name_of(page, pool, &id))
    };
    let mut said: Vec<String> = Vec::new();
    for key in [
        "wanted",
        "resources",
        "resource",
        "reason",
        "passing",
        "condition",
        "damage",
    ] {
        match details.get(key) {
            Some(Value::Array(ids)) => {
                let ids = ids.iter().filter_map(|id| id.as_str()?.parse().ok());
                let ids: BTreeSet<ResourceId> = ids.collect();
                said.push(pool::names_of(page, pool, &ids));
            }
            Some(Value::String(text)) if key == "resource" => said.push(name(text)),
            Some(Value::String(text)) if !text.is_empty() => said.push(text.clone()),
            _ => {}
        }
    }
    said.join(" · ")
}

/// What a form asks for; none where it is no change.
fn change(at: &Admitted) -> Option<Change> {
    let passing = Some(masked(at.field("passing"))).filter(|text| !text.is_empty());
    let some = |name: &str| Some(masked(at.field(name))).filter(|text| !text.is_empty());
    Some(match at.act() {
        "approve" => Change::Approve { passing },
        "refuse" => Change::Refuse {
            reason: masked(at.field("reason")),
        },
        "cancel" => Change::Cancel,
        "extend" => Change::Extend {
            until: moment(at.field("until"))?,
            passing,
        },
        "insure" => Change::Insure {
            until: pool::end_of(at.field("insured"))?,
        },
        "hand-over" => Change::HandOver {
            condition: masked(at.field("condition")),
        },
        "return" => {
            let resources: Option<BTreeSet<ResourceId>> =
                at.all("resource").map(|id| id.parse().ok()).collect();
            Change::Return {
                resources: resources?,
                condition: masked(at.field("condition")),
                damage: some("damage"),
            }
        }
        _ => return None,
    })
}

/// Does what a form of the page asks for.
pub(super) async fn post(app: App, at: Admitted) -> Result<Response, Refused> {
    let pool = pool_of(&app, &at)?;
    let (booking, before) = found(&app, &at, pool).await?;
    if at.act() == "replace" {
        return replace(&app, &at, pool, &before).await;
    }
    let Some(change) = change(&at) else {
        let why = at.signed.page.w.t("film-form-incomplete");
        return page_with(&app, &at, vec![why]).await;
    };
    let moment = match &change {
        Change::HandOver { .. } => Moment::Out,
        _ => Moment::Back,
    };
    let taken = match photo::take(&app, &at).await? {
        Ok(taken) => taken,
        Err(why) => return page_with(&app, &at, vec![why]).await,
    };
    if moment == Moment::Out && !may_have(&app, &at, &before).await? {
        let why = at.signed.page.w.t("film-refused-no-convention");
        return page_with(&app, &at, vec![why]).await;
    }
    let event = Event {
        booking,
        at: app.now(),
        change,
    };
    if let Err(why) = pool::apply(&app, &at, pool, &event).await? {
        return page_with(&app, &at, vec![why]).await;
    }
    let shows = photo::Shows {
        pool,
        moment,
        subject: &booking.to_string(),
        seen: [masked(at.field("condition")).into_string(), String::new()],
    };
    photo::keep(&app, &at, taken, shows).await?;
    Ok(back(&pool::booking_href(&at.signed.page, pool, booking)))
}

/// Whether what was granted to whoever asked may be handed over now; others than projects have no convention.
async fn may_have(app: &App, at: &Admitted, booking: &Booking) -> Result<bool, Refused> {
    let applicant = &booking.request.applicant;
    let told = app.store.film.story::<Project>(applicant).await;
    let told = told.map_err(|error| at.signed.failed(&error))?;
    Ok(told.is_none_or(|told| told.story.may_have()))
}

/// Asks for what stands in for something that was lost, for the same applicant and under the same insurance.
async fn replace(
    app: &App,
    at: &Admitted,
    pool: &Pool,
    before: &Booking,
) -> Result<Response, Refused> {
    let span = match (at.field("from").parse(), at.field("until").parse()) {
        (Ok(from), Ok(until)) => Span::new(from, until),
        _ => None,
    };
    let resource: Option<ResourceId> = at.field("resource").parse().ok();
    let id: Option<BookingId> = new_id(app, &at.signed)?.parse().ok();
    let (Some(used), Some(resource), Some(booking)) = (span, resource, id) else {
        let why = at.signed.page.w.t("film-form-incomplete");
        return page_with(app, at, vec![why]).await;
    };
    let request = casework::booking::Request {
        wanted: [resource].into(),
        used,
        // What was lost was held for all of that: preparation and strike are in it.
        prepare: jiff::SignedDuration::ZERO,
        strike: jiff::SignedDuration::ZERO,
        ..before.request.clone()
    };
    let event = Event {
        booking,
        at: app.now(),
        change: Change::Ask(request),
    };
    match pool::apply(app, at, pool, &event).await? {
        Ok(_) => Ok(back(&pool::booking_href(&at.signed.page, pool, booking))),
        Err(why) => page_with(app, at, vec![why]).await,
    }
}
