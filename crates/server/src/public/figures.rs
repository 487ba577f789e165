//! Public figures: everything received is somewhere, and the page shows that it adds up.

use std::collections::BTreeMap;

use askama::Template;
use axum::{extract::State, http::StatusCode, response::Response};
use casework::submission::State as Standing;
use store::StoreError;

use super::situation::desk_path;
use crate::{
    app::App,
    page::{Page, render},
};

#[derive(Template)]
#[template(path = "public/figures.html")]
struct FiguresPage {
    page: Page,
    /// State and count, in words.
    rows: Vec<(String, String)>,
    received: String,
    difference: String,
    wrong: bool,
    states: Vec<String>,
    desks: Vec<DeskCounts>,
    at: String,
}

/// Submissions by state, in the words of the page.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Counts {
    queued: i64,
    quarantined: i64,
    assigned: i64,
    closed: i64,
    withdrawn: i64,
}

struct DeskCounts {
    title: String,
    criteria: String,
    counts: Vec<String>,
}

impl Counts {
    /// Each state's words and count, in the order of the page.
    fn rows(&self, page: &Page) -> Vec<(String, String)> {
        vec![
            (page.w.t("figures-queued"), page.count(self.queued)),
            (
                page.w.t("figures-quarantined"),
                page.count(self.quarantined),
            ),
            (page.w.t("figures-assigned"), page.count(self.assigned)),
            (page.w.t("figures-closed"), page.count(self.closed)),
            (page.w.t("figures-withdrawn"), page.count(self.withdrawn)),
        ]
    }

    fn add(&mut self, state: &str, members: i64) {
        match state.parse() {
            Ok(Standing::Queued | Standing::Received) => self.queued += members,
            Ok(Standing::Quarantined) => self.quarantined += members,
            Ok(Standing::Assigned) => self.assigned += members,
            Ok(Standing::Closed(_)) => self.closed += members,
            Ok(Standing::Withdrawn) => self.withdrawn += members,
            // A state no version knows: it shows as a difference.
            Err(_) => {}
        }
    }

    fn sum(&self) -> i64 {
        self.queued + self.quarantined + self.assigned + self.closed + self.withdrawn
    }
}

struct Reading {
    received: i64,
    waiting: i64,
    total: Counts,
    desks: BTreeMap<String, Counts>,
}

impl Reading {
    fn difference(&self) -> i64 {
        self.received - self.waiting - self.total.sum()
    }
}

/// The figures as they are now.
pub(super) async fn show(State(app): State<App>, page: Page) -> Response {
    let reading = match read(&app).await {
        Ok(reading) => reading,
        Err(error) => return page.store_failed(&error),
    };
    let desks = app
        .config
        .desks()
        .map(|desk| DeskCounts {
            title: desk.title.get(page.lang).to_owned(),
            criteria: format!("{}/criteria", desk_path(&page, desk.id.as_str())),
            counts: counts(&page, reading.desks.get(desk.id.as_str())),
        })
        .collect();
    let mut rows = vec![(page.w.t("figures-waiting"), page.count(reading.waiting))];
    rows.extend(reading.total.rows(&page));
    let template = FiguresPage {
        rows,
        states: Counts::default()
            .rows(&page)
            .into_iter()
            .map(|(state, _)| state)
            .collect(),
        difference: page.count(reading.difference()),
        wrong: reading.difference() != 0,
        received: page.count(reading.received),
        desks,
        at: page.moment(app.now_micros()),
        page,
    };
    render(StatusCode::OK, &template)
}

fn counts(page: &Page, counts: Option<&Counts>) -> Vec<String> {
    let counts = counts.copied().unwrap_or_default();
    counts
        .rows(page)
        .into_iter()
        .map(|(_, count)| count)
        .collect()
}

/// What was received and what was made of it lie in two databases, and both move: a difference that is
/// gone on a second look was only the moment between the two.
async fn read(app: &App) -> Result<Reading, StoreError> {
    let mut reading = read_once(app).await?;
    for _ in 0..4 {
        if reading.difference() == 0 {
            break;
        }
        reading = read_once(app).await?;
    }
    Ok(reading)
}

async fn read_once(app: &App) -> Result<Reading, StoreError> {
    let received = app.store.intake.count().await?;
    let reached = app.store.work.reached().await?;
    let waiting = app.store.intake.count_after(reached.submission).await?;
    let mut reading = Reading {
        received,
        waiting,
        total: Counts::default(),
        desks: BTreeMap::new(),
    };
    for tally in app.store.work.tallies().await? {
        reading.total.add(&tally.state, tally.members);
        reading
            .desks
            .entry(tally.desk)
            .or_default()
            .add(&tally.state, tally.members);
    }
    Ok(reading)
}
