//! The first page: how many are where, what is urgent and what is late.

use askama::Template;
use axum::{http::StatusCode, response::Response};
use store::{
    StoreError,
    work::{Filter, Sort, Tally},
};

use super::{
    door::Admitted,
    labels, link,
    queue::{Asked, Quick, quick},
    record::{self, Alerts},
    referral,
    row::{Row, agent_names, rows},
    session::Refused,
};
use crate::{
    app::App,
    page::{Page, render},
};

const ROWS: i64 = 8;
/// Signs of misuse of so many days are shown; the record has those before.
const ALERT_DAYS: i64 = 1;

/// A desk's counts, in the order of the columns.
struct DeskRow {
    desk: String,
    href: String,
    counts: Vec<String>,
}

#[derive(Template)]
#[template(path = "workbench/dashboard.html")]
struct Dashboard {
    page: Page,
    reads: bool,
    alerts: Alerts,
    joint: Option<referral::Counts>,
    quick: Vec<Quick>,
    columns: Vec<String>,
    desks: Vec<DeskRow>,
    total: Vec<String>,
    waiting: i64,
    urgent: Vec<Row>,
    late: Vec<Row>,
    mine: Vec<Row>,
    late_link: String,
}

/// The states of the table: each a first word, so that all closings count together.
const COLUMNS: [&str; 5] = ["queued", "quarantined", "assigned", "closed", "withdrawn"];

/// The page.
pub(super) async fn show(app: App, at: Admitted) -> Result<Response, Refused> {
    let template = build(&app, &at)
        .await
        .map_err(|error| at.signed.failed(&error))?;
    Ok(render(StatusCode::OK, &template))
}

async fn build(app: &App, at: &Admitted) -> Result<Dashboard, StoreError> {
    let work = &app.store.work;
    let (page, agent, sight) = (at.signed.page.clone(), &at.signed.agent, &at.sight);
    let reads = page.reads;
    let tallies = work.tallies().await?;
    let now = app.now_micros();
    let list = async |filter: Filter, sort: Sort| -> Result<Vec<Row>, StoreError> {
        if !reads {
            return Ok(Vec::new());
        }
        let found = work.queue(&filter, sort, None, ROWS, sight).await?;
        rows(app, (&page, sight), "", &found.rows).await
    };
    let urgent = list(
        Filter {
            urgent: true,
            ..Filter::default()
        },
        Sort::Rank,
    )
    .await?;
    let mut late = list(Filter::default(), Sort::Deadline).await?;
    late.retain(|row| row.late);
    let mine = Filter {
        state: "assigned".to_owned(),
        owner: agent.id.clone(),
        ..Filter::default()
    };
    let mine = list(mine, Sort::Rank).await?;
    let quick = if reads {
        quick(
            app,
            &page,
            &work.seen_tallies(sight).await?,
            work.pressing(&agent.id, now, sight).await?,
            &Asked::nowhere(),
        )
    } else {
        Vec::new()
    };
    let docketed: i64 = tallies.iter().map(|tally| tally.members).sum();
    let of = |which: &dyn Fn(&Tally) -> bool| -> Vec<String> {
        COLUMNS
            .iter()
            .map(|column| {
                let count: i64 = tallies
                    .iter()
                    .filter(|tally| which(tally) && tally.state.split(':').next() == Some(column))
                    .map(|tally| tally.members)
                    .sum();
                page.count(count)
            })
            .collect()
    };
    let mut desks: Vec<&str> = tallies.iter().map(|tally| tally.desk.as_str()).collect();
    desks.dedup();
    let desks = desks
        .into_iter()
        .map(|desk| DeskRow {
            desk: labels::desk(app, desk),
            href: link::queue(&page, &link::query(&[("kind", desk)])),
            counts: of(&|tally| tally.desk == desk),
        })
        .collect();
    let words = page.w;
    Ok(Dashboard {
        columns: vec![
            words.t("wb-state-queued"),
            words.t("wb-state-quarantined"),
            words.t("wb-state-assigned"),
            words.t("wb-column-closed"),
            words.t("wb-state-withdrawn"),
        ],
        total: of(&|_| true),
        waiting: (app.store.intake.count().await? - docketed).max(0),
        late_link: link::queue(&page, "sort=deadline"),
        reads,
        joint: if reads {
            referral::counts(app, at).await?
        } else {
            None
        },
        alerts: record::alerts(app, at, &agent_names(app).await?, ALERT_DAYS).await?,
        quick,
        desks,
        urgent,
        late,
        mine,
        page,
    })
}
