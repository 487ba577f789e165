//! Series: the list, the page of one, and a person's word on it.

pub(super) mod act;
pub(super) mod bridges;
pub(super) mod page;
pub(super) mod timeline;

use askama::Template;
use axum::{http::StatusCode, response::Response};
use store::work::SeriesRow;

use super::{door::Admitted, labels, link, session::Refused, submission::Opt};
use crate::{
    app::App,
    page::{Page, render},
};

const ROWS: i64 = 50;

/// A series in a line.
pub(super) struct SeriesView {
    pub(super) id: String,
    pub(super) href: String,
    pub(super) state: String,
    pub(super) confirmed: bool,
    pub(super) members: String,
    pub(super) amount: String,
    pub(super) first: String,
    pub(super) last: String,
    pub(super) cohesion: String,
}

pub(super) fn view(page: &Page, series: &SeriesRow) -> SeriesView {
    SeriesView {
        id: series.id.clone(),
        href: link::series(page, &series.id),
        state: match series.state.as_str() {
            "confirmed" => page.w.t("wb-series-confirmed"),
            "retired" => page.w.t("wb-series-retired"),
            _ => page.w.t("wb-series-proposed"),
        },
        confirmed: series.state == "confirmed",
        members: page.count(series.members),
        // A sum of nothing told is not a sum of nothing lost.
        amount: if series.amount_minor == 0 {
            "–".to_owned()
        } else {
            page.money(series.amount_minor, "EUR")
        },
        first: page.day(series.first_at),
        last: page.day(series.last_at),
        cohesion: labels::bits(page.lang, series.cohesion as f64 / 1000.0),
    }
}

#[derive(Template)]
#[template(path = "workbench/series-list.html")]
struct List {
    page: Page,
    rows: Vec<SeriesView>,
    states: Vec<Opt>,
    next: String,
    first: String,
    /// What came in last is not in all of them yet.
    waits: bool,
    /// Submissions of parts so large that one fact joins none of them.
    held: i64,
}

/// The list, the largest first.
pub(super) async fn list(app: App, at: Admitted) -> Result<Response, Refused> {
    let field = |name: &str| at.query(name);
    let signed = &at.signed;
    let state = match field("state") {
        known @ ("proposed" | "confirmed") => known,
        _ => "",
    };
    let after = Some(field("after")).filter(|after| !after.is_empty());
    let found = app
        .store
        .work
        .series_page(state, after, ROWS, &at.sight)
        .await
        .map_err(|error| signed.failed(&error))?;
    let waits = app.store.work.dirty().await;
    let waits = waits.map_err(|error| signed.failed(&error))? > 0;
    let held = app.store.work.held_back(None).await;
    let held = held.map_err(|error| signed.failed(&error))?;
    let page = signed.page.clone();
    let address = |after: &str| {
        let query = link::query(&[("state", state), ("after", after)]);
        let separator = if query.is_empty() { "" } else { "?" };
        format!("{}/series{separator}{query}", link::workbench(&page))
    };
    let option = |value: &str, label: String| Opt {
        value: value.to_owned(),
        label,
        current: value == state,
    };
    let template = List {
        rows: found
            .rows
            .iter()
            .map(|series| view(&page, series))
            .collect(),
        states: vec![
            option("", page.w.t("wb-series-all")),
            option("proposed", page.w.t("wb-series-proposed")),
            option("confirmed", page.w.t("wb-series-confirmed")),
        ],
        next: found.next.map_or(String::new(), |next| address(&next)),
        first: if after.is_some() {
            address("")
        } else {
            String::new()
        },
        waits,
        held,
        page,
    };
    Ok(render(StatusCode::OK, &template))
}
