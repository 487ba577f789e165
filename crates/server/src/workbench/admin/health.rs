//! Whether the queues move: every state with who has it and by when, the reconciliation of what was received, the worker, the
//! backlog of reading and the disk. Of a head, the states of their unit alone.

use std::collections::BTreeMap;

use askama::Template;
use axum::{
    http::StatusCode,
    response::{IntoResponse, Redirect, Response},
};
use store::{
    StoreError,
    work::{MOST_COUNTED, Waits},
};

use super::{Errors, reason};
use crate::{
    app::App,
    housekeeping::clock,
    page::{Page, render},
    workbench::{door::Admitted, labels, link, session::Refused},
};

const SECOND: i64 = 1_000_000;
/// What was received waits for the machine for so long at most.
const MACHINE: i64 = 60 * SECOND;
/// The worker looks for itself each second, the watch each ten: later than this something is wrong.
const SILENT: i64 = 60 * SECOND;
/// Whoever says that the clock is right says it of the moment that they read, microseconds: not of one it jumped to since.
const READ: i64 = 60 * 60 * SECOND;
/// Less room than this is too little.
const ROOM: u64 = 2 << 30;

/// The first words of states, in the order of the equation.
const STATES: [&str; 5] = ["queued", "quarantined", "assigned", "closed", "withdrawn"];

/// A state in words.
struct StateView {
    name: String,
    owner: String,
    deadline: String,
    many: String,
    oldest: String,
    next: String,
    late: String,
    alarm: bool,
}

/// What was received, and where it all is.
struct Equation {
    received: String,
    parts: Vec<(String, String)>,
    /// Received, without all of the parts: nothing else than 0 is right.
    difference: String,
    right: bool,
}

/// Something that runs.
struct Runs {
    name: String,
    said: String,
    alarm: bool,
}

/// A clock that is not believed.
struct Doubt {
    /// What it shows, and the last moment that it was believed at.
    said: String,
    /// What it shows, in words and as it is sent back.
    now: String,
    shown: i64,
}

/// What is at a unit that the configuration does not have.
struct Left {
    unit: String,
    said: String,
}

#[derive(Template)]
#[template(path = "workbench/admin/health.html")]
struct Health {
    page: Page,
    errors: Errors,
    reason: String,
    doubt: Option<Doubt>,
    left: Vec<Left>,
    /// Empty for the whole body.
    unit: String,
    equation: Option<Equation>,
    states: Vec<StateView>,
    runs: Vec<Runs>,
}

impl Health {
    fn error(&self, id: &str) -> Option<&str> {
        let mut errors = self.errors.iter();
        errors
            .find(|(field, _)| *field == id)
            .map(|(_, text)| text.as_str())
    }
}

/// The page.
pub(super) async fn show(app: App, at: Admitted) -> Result<Response, Refused> {
    page(&app, &at, Errors::new()).await
}

async fn page(app: &App, at: &Admitted, errors: Errors) -> Result<Response, Refused> {
    let status = if errors.is_empty() {
        StatusCode::OK
    } else {
        StatusCode::UNPROCESSABLE_ENTITY
    };
    let template = build(app, at, errors).await;
    Ok(render(
        status,
        &template.map_err(|error| at.signed.failed(&error))?,
    ))
}

/// Somebody who looked says that the clock is right: what falls due by it is erased from the next pass on.
pub(super) async fn believe(app: App, at: Admitted) -> Result<Response, Refused> {
    let shown: i64 = at.field("shown").parse().unwrap_or(i64::MIN);
    if app.now_micros().abs_diff(shown) > READ as u64 {
        let error = at.signed.page.w.t("ad-error-clock");
        return page(&app, &at, vec![("clock-reason", error)]).await;
    }
    let reason = match reason(&at, "clock-reason") {
        Ok(reason) => reason,
        Err(error) => return page(&app, &at, vec![error]).await,
    };
    at.note(&app, "believe_clock", &app.now().to_string(), &reason)
        .await?;
    let believed = clock::believe(&app).await;
    believed.map_err(|error| at.signed.failed(&error))?;
    let to = format!("{}/admin", link::workbench(&at.signed.page));
    Ok(Redirect::to(&to).into_response())
}

async fn build(app: &App, at: &Admitted, errors: Errors) -> Result<Health, StoreError> {
    let page = at.signed.page.clone();
    let own = at.signed.agent.unit.clone();
    let unit = if page.runs { None } else { Some(own.as_str()) };
    let now = app.now_micros();
    let mut states = Vec::new();
    if page.runs {
        states.push(machine(app, &page, now).await?);
    }
    for state in ["queued", "quarantined", "assigned"] {
        let waits = app.store.work.waits(state, unit, now).await?;
        states.push(view(&page, state, &waits));
    }
    for state in ["closed", "withdrawn"] {
        let many = counted(app, state, unit).await?;
        states.push(ended(&page, state, many));
    }
    let doubted = match page.runs {
        true => clock::doubted(app).await?,
        false => None,
    };
    Ok(Health {
        doubt: doubted.map(|last| {
            let last = page.moment(last.as_microsecond());
            Doubt {
                said: page
                    .w
                    .t2("ad-clock-text", ("now", page.moment(now)), ("last", last)),
                now: page.moment(now),
                shown: now,
            }
        }),
        left: if page.runs {
            left(app, &page).await?
        } else {
            Vec::new()
        },
        reason: at.field("reason").to_owned(),
        errors,
        equation: match unit {
            None => Some(equation(app, &page).await?),
            Some(_) => None,
        },
        states,
        runs: if page.runs {
            runs(app, &page, now).await?
        } else {
            Vec::new()
        },
        unit: unit.map_or(String::new(), |unit| labels::unit(app, page.lang, unit)),
        page,
    })
}

/// Units that submissions are at, or agents of, and that the configuration does not have: nobody else sees what is there.
async fn left(app: &App, page: &Page) -> Result<Vec<Left>, StoreError> {
    let known = app.unit_names(page.lang);
    let mut left: BTreeMap<String, [i64; 2]> = BTreeMap::new();
    let tallies = app.store.work.tallies().await?;
    let open = |state: &str| !matches!(state.split(':').next(), Some("closed" | "withdrawn"));
    for tally in tallies.iter().filter(|tally| open(&tally.state)) {
        left.entry(tally.unit.clone()).or_default()[0] += tally.members;
    }
    for agent in app.store.work.agents().await? {
        left.entry(agent.unit).or_default()[1] += 1;
    }
    left.retain(|unit, counts| !known.contains_key(unit.as_str()) && *counts != [0, 0]);
    let said = |[submissions, agents]: [i64; 2]| {
        let submissions = page.w.t1("ad-left-submissions", "count", submissions);
        let agents = page.w.t1("ad-left-agents", "count", agents);
        format!("{submissions}, {agents}")
    };
    Ok(left
        .into_iter()
        .map(|(unit, counts)| Left {
            said: said(counts),
            unit,
        })
        .collect())
}

async fn counted(app: &App, state: &str, unit: Option<&str>) -> Result<i64, StoreError> {
    let tallies = app.store.work.tallies().await?;
    let of = |tally: &&store::work::Tally| {
        tally.state.split(':').next() == Some(state) && unit.is_none_or(|unit| tally.unit == unit)
    };
    Ok(tallies.iter().filter(of).map(|tally| tally.members).sum())
}

/// What was received and the machine has not read yet.
async fn machine(app: &App, page: &Page, now: i64) -> Result<StateView, StoreError> {
    let reached = app.store.work.reached().await?;
    let many = app.store.intake.count_after(reached.submission).await?;
    let oldest = app.store.intake.after(reached.submission, 1).await?;
    let oldest = oldest.first().map(|one| one.received_at);
    let late = oldest.is_some_and(|at| now - at > MACHINE);
    let words = page.w;
    Ok(StateView {
        name: words.t("wb-state-received"),
        owner: words.t("ad-owner-machine"),
        deadline: words.t1("ad-deadline-seconds", "count", MACHINE / SECOND),
        many: page.count(many),
        oldest: moment(page, oldest),
        next: moment(page, oldest.map(|at| at + MACHINE)),
        late: if late {
            page.count(many)
        } else {
            page.count(0)
        },
        alarm: late,
    })
}

fn view(page: &Page, state: &str, waits: &Waits) -> StateView {
    let words = page.w;
    let more = if waits.late >= MOST_COUNTED { "+" } else { "" };
    StateView {
        name: labels::state(page, state),
        owner: words.t(&format!("ad-owner-{state}")),
        deadline: words.t(&format!("ad-deadline-{state}")),
        many: page.count(waits.many),
        oldest: moment(page, waits.oldest),
        next: moment(page, waits.next_deadline),
        late: format!("{}{more}", page.count(waits.late)),
        alarm: waits.late > 0,
    }
}

fn ended(page: &Page, state: &str, many: i64) -> StateView {
    let words = page.w;
    StateView {
        name: words.t(&format!("ad-state-{state}")),
        owner: words.t("ad-owner-ended"),
        deadline: words.t("ad-deadline-ended"),
        many: page.count(many),
        oldest: String::new(),
        next: String::new(),
        late: String::new(),
        alarm: false,
    }
}

/// Both sides are counted apart: what waits from the intake, the rest from the tally of the docket. A batch that is taken
/// in between is counted on neither side, so a difference is looked at again before it is believed.
async fn equation(app: &App, page: &Page) -> Result<Equation, StoreError> {
    let words = page.w;
    let mut tries = 0;
    loop {
        tries += 1;
        let reached = app.store.work.reached().await?;
        let tallies = app.store.work.tallies().await?;
        let received = app.store.intake.count().await?;
        let waiting = app.store.intake.count_after(reached.submission).await?;
        let of = |state: &str| -> i64 {
            let tallies = tallies.iter();
            tallies
                .filter(|tally| tally.state.split(':').next() == Some(state))
                .map(|tally| tally.members)
                .sum()
        };
        let counts = STATES.map(of);
        let difference = received - waiting - counts.iter().sum::<i64>();
        if difference != 0 && tries < 3 {
            continue;
        }
        let names = [
            words.t("wb-state-queued"),
            words.t("wb-state-quarantined"),
            words.t("wb-state-assigned"),
            words.t("ad-state-closed"),
            words.t("ad-state-withdrawn"),
        ];
        let parts = std::iter::once((words.t("wb-state-received"), page.count(waiting)));
        return Ok(Equation {
            received: page.count(received),
            parts: parts
                .chain(names.into_iter().zip(counts.map(|count| page.count(count))))
                .collect(),
            difference: page.count(difference),
            right: difference == 0,
        });
    }
}

async fn runs(app: &App, page: &Page, now: i64) -> Result<Vec<Runs>, StoreError> {
    let words = page.w;
    let beat = |name: &str, at: i64| {
        let silent = at == 0 || now - at > SILENT;
        Runs {
            name: words.t(name),
            said: if at == 0 {
                words.t("ad-runs-never")
            } else {
                words.t1("ad-runs-last", "when", page.moment(at))
            },
            alarm: silent,
        }
    };
    let again = app.store.work.count_again().await?;
    let space = app.store.objects.space()?;
    // One place after the comma: space is not measured finer.
    let gib = |bytes: u64| (bytes as f64 / f64::from(1 << 30) * 10.0).round() / 10.0;
    let share = (space.free as f64 / (space.whole.max(1) as f64) * 100.0).round() as i64;
    Ok(vec![
        beat("ad-runs-worker", app.beats.worker()),
        beat("ad-runs-watch", app.beats.watch()),
        Runs {
            name: words.t("ad-runs-reading"),
            said: words.t1("ad-runs-backlog", "count", again),
            alarm: false,
        },
        Runs {
            name: words.t("ad-runs-disk"),
            said: words.t2("ad-runs-free", ("gib", gib(space.free)), ("share", share)),
            alarm: space.free < ROOM,
        },
    ])
}

fn moment(page: &Page, at: Option<i64>) -> String {
    at.map_or_else(|| "–".to_owned(), |at| page.moment(at))
}
