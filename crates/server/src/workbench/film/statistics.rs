//! The figures of the film desk, made again from the records each time, and the map of public places.

use std::collections::BTreeSet;

use axum::response::Response;
use casework::{
    booking::{Kind, Purpose, Span, Standing},
    film::{
        encounter::{Encounter, Stage as EncounterStage},
        expert::{Expert, Held},
        immersion::{Immersion, Stage as ImmersionStage},
        statistics::{self, Column, Counted},
    },
    project::{Change, Project, Ruling},
};
use jiff::{Timestamp, civil::Date};
use store::StoreError;

use super::{OFFICE, home, receive_requests, shown};
use crate::{
    app::App,
    page::Page,
    sheet::{Block, Cell, Map, Point, Sheet, Table},
    web::text,
    workbench::{door::Admitted, session::Refused},
};

fn day(at: Timestamp) -> Date {
    text::paris(at).date()
}

/// What the records count.
///
/// # Errors
/// When the database does not answer.
pub(crate) async fn counted(app: &App) -> Result<Counted, StoreError> {
    receive_requests(app).await?;
    let mut counted = Counted::default();
    let film = &app.store.film;
    for told in film.stories::<Project>().await?.values() {
        let mut decided = None;
        for event in &told.events {
            match &event.change {
                Change::Receive(_) => counted.once.push((Column::Projects, day(event.at))),
                Change::Decide { rulings } => {
                    let granted = rulings
                        .values()
                        .any(|one| matches!(one, Ruling::Granted { .. }));
                    decided = Some((
                        if granted {
                            Column::Granted
                        } else {
                            Column::Refused
                        },
                        day(event.at),
                    ));
                }
                Change::Appeal { .. } => counted.once.push((Column::Appeals, day(event.at))),
                _ => {}
            }
        }
        counted.once.extend(decided);
        counted
            .once
            .extend(told.story.began().map(|day| (Column::Shoots, day)));
        let ended = told.story.ended();
        counted
            .many
            .extend(ended.map(|(day, days)| (Column::ShootingDays, day, u64::from(days))));
    }
    for told in film.stories::<Immersion>().await?.values() {
        if told.story.stage == ImmersionStage::Debriefed {
            counted
                .once
                .push((Column::Immersions, told.story.agreement.from));
        }
    }
    for told in film.stories::<Expert>().await?.values() {
        let held = told
            .story
            .meetings
            .values()
            .filter(|one| one.held == Held::Held);
        counted
            .once
            .extend(held.map(|one| (Column::Consultations, day(one.span.from()))));
    }
    for told in film.stories::<Encounter>().await?.values() {
        if told.story.stage == EncounterStage::Held {
            let day = day(told.story.plan.begins);
            counted.once.push((Column::Encounters, day));
            let came = told.story.came.map(u64::from);
            counted
                .many
                .extend(came.map(|came| (Column::Participants, day, came)));
        }
    }
    sites(app, &mut counted).await?;
    Ok(counted)
}

/// Days on which places of the office were out with a project.
async fn sites(app: &App, counted: &mut Counted) -> Result<(), StoreError> {
    let Some(pool) = app.config.film.pools.get(OFFICE) else {
        return Ok(());
    };
    // What operations took while it was out was out until then; what they took before holds nothing.
    for standing in [Standing::Out, Standing::Returned, Standing::Recalled] {
        let bookings = app.store.film.bookings(Some(standing)).await?;
        for booking in bookings.values().filter(|one| one.purpose == Purpose::Loan) {
            let used = booking.request.used;
            for hold in &booking.holds {
                let place = pool
                    .inventory
                    .resource(&hold.resource)
                    .is_some_and(|one| one.kind == Kind::Place);
                let so_far = Span::new(Timestamp::MIN, app.now());
                let used = so_far.and_then(|so_far| used.common(so_far));
                let span = used.and_then(|used| hold.span.common(used));
                let Some(span) = span.filter(|_| place) else {
                    continue;
                };
                // The last instant is not held: at midnight the day before is the last one.
                let last = span
                    .until()
                    .checked_sub(jiff::SignedDuration::from_micros(1))
                    .unwrap_or(span.from());
                let mut on = day(span.from());
                while on <= day(last) {
                    counted.sites.insert((hold.resource.clone(), on));
                    let Ok(next) = on.tomorrow() else { break };
                    on = next;
                }
            }
        }
    }
    Ok(())
}

/// The figures as a table, and what each column counts.
pub(crate) fn blocks(page: &Page, counted: &Counted) -> Vec<Block> {
    let years = statistics::yearly(counted);
    let mut head = vec![page.w.t("film-year")];
    head.extend(
        Column::ALL
            .iter()
            .map(|column| column.title(page.lang).to_owned()),
    );
    let mut table = Table::new(page.w.t("film-figures"), head);
    table.none = page.w.t("film-figures-none");
    table.rows = years
        .iter()
        .map(|(year, figures)| {
            let count = |column: &Column| {
                let count = figures.get(column).copied().unwrap_or(0);
                Cell::number(page.count(i64::try_from(count).unwrap_or(i64::MAX)))
            };
            std::iter::once(Cell::from(year.to_string()))
                .chain(Column::ALL.iter().map(count))
                .collect()
        })
        .collect();
    let definitions = Column::ALL.iter().map(|column| {
        (
            column.title(page.lang).to_owned(),
            column.definition(page.lang).into(),
        )
    });
    let file = |name: &str| format!("/{}/film/{name}", page.tag());
    vec![
        Block::Table(table),
        Block::Heading(page.w.t("film-definitions")),
        Block::Facts(definitions.collect()),
        Block::List(vec![
            Cell::link(file("statistics.csv"), page.w.t("film-csv")),
            Cell::link(file("statistics.schema.json"), page.w.t("film-schema")),
        ]),
    ]
}

/// The page.
pub(super) async fn show(app: App, at: Admitted) -> Result<Response, Refused> {
    let counted = counted(&app)
        .await
        .map_err(|error| at.signed.failed(&error))?;
    let page = &at.signed.page;
    let mut sheet =
        Sheet::new(page.w.t("film-statistics")).under(home(page), page.w.t("film-title"));
    sheet.section(
        "film-figures",
        page.w.t("film-figures"),
        blocks(page, &counted),
    );
    Ok(shown(&at, sheet))
}

/// A coarse outline of metropolitan France, drawn by hand for this map: latitude, longitude.
const OUTLINE: &[(f64, f64)] = &[
    (51.09, 2.54),
    (50.75, 1.58),
    (50.20, 1.55),
    (49.70, 0.20),
    (49.35, -0.30),
    (49.65, -1.30),
    (49.70, -1.90),
    (48.65, -1.50),
    (48.85, -3.00),
    (48.65, -4.60),
    (48.05, -4.75),
    (47.80, -4.20),
    (47.55, -2.90),
    (47.20, -2.20),
    (46.45, -1.70),
    (45.70, -1.20),
    (44.60, -1.25),
    (43.40, -1.75),
    (43.00, -1.00),
    (42.70, 0.70),
    (42.45, 1.90),
    (42.43, 3.15),
    (43.20, 3.15),
    (43.50, 4.10),
    (43.35, 5.00),
    (43.05, 6.10),
    (43.45, 6.90),
    (43.75, 7.50),
    (44.40, 6.90),
    (45.10, 6.70),
    (45.90, 7.05),
    (46.40, 6.80),
    (46.20, 6.00),
    (47.00, 6.60),
    (47.50, 7.50),
    (48.50, 7.80),
    (48.97, 8.20),
    (49.20, 6.70),
    (49.50, 6.10),
    (49.55, 5.50),
    (50.10, 4.80),
    (50.35, 3.70),
];

const WIDTH: f64 = 600.0;
const HEIGHT: f64 = 620.0;

/// Where a position stands on the map: degrees of longitude are as wide as at 46.5° north.
fn drawn((latitude, longitude): (f64, f64)) -> (f64, f64) {
    let x = (longitude + 5.2) * 0.688 * 62.0 + 15.0;
    let y = (51.4 - latitude) * 62.0 + 15.0;
    (x, y)
}

/// The places that everybody may know of, on a map and in a table.
pub(crate) fn places_map(app: &App, page: &Page) -> Vec<Block> {
    let Some(pool) = app.config.film.pools.get(OFFICE) else {
        return vec![Block::Help(page.w.t("film-places-none"))];
    };
    let mut map = Map {
        label: page.w.t("film-places-map"),
        width: WIDTH as u32,
        height: HEIGHT as u32,
        outline: OUTLINE
            .iter()
            .map(|position| {
                let (x, y) = drawn(*position);
                format!("{x:.0},{y:.0}")
            })
            .collect::<Vec<_>>()
            .join(" "),
        points: Vec::new(),
    };
    let mut table = Table::new(
        page.w.t("film-places"),
        super::words::heads(
            page,
            &[
                "film-number",
                "film-place",
                "film-department",
                "film-setting",
                "film-capacity",
                "film-constraints",
            ],
        ),
    );
    table.none = page.w.t("film-places-none");
    let mut seen: BTreeSet<(i64, i64)> = BTreeSet::new();
    for sheet in pool.sheets.values() {
        let Some(place) = sheet.place.as_ref().filter(|place| place.public) else {
            continue;
        };
        let number = (table.rows.len() + 1).to_string();
        let (mut x, y) = drawn(place.position);
        // Two places of one town would hide each other.
        while !seen.insert((x as i64, y as i64)) {
            x += 20.0;
        }
        if (0.0..WIDTH).contains(&x) && (0.0..HEIGHT).contains(&y) {
            map.points.push(Point {
                x: format!("{x:.0}"),
                y: format!("{y:.0}"),
                number: number.clone(),
            });
        }
        let mark = if sheet.confirmed {
            String::new()
        } else {
            page.w.t("film-example")
        };
        table.rows.push(vec![
            Cell::number(number),
            Cell::from(sheet.name.get(page.lang)).tagged(mark),
            (&*place.department).into(),
            place.setting.label(page.lang).into(),
            Cell::number(place.capacity.to_string()),
            sheet.constraints.get(page.lang).into(),
        ]);
    }
    vec![Block::Map(map), Block::Table(table)]
}
