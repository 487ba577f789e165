//! Whether the queues move: every state with who has it and by when, the reconciliation of what was received, the worker, the
//! backlog of reading and the disk. Of a head, the states of their unit alone.

use askama::Template;
use axum::{http::StatusCode, response::Response};
use store::{
    StoreError,
    work::{MOST_COUNTED, Waits},
};

use crate::{
    app::App,
    page::{Page, render},
    workbench::{door::Admitted, labels, session::Refused},
};

const SECOND: i64 = 1_000_000;
/// What was received waits for the machine for so long at most.
const MACHINE: i64 = 60 * SECOND;
/// The worker looks for itself each second, the watch each ten: later than this something is wrong.
const SILENT: i64 = 60 * SECOND;
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

#[derive(Template)]
#[template(path = "workbench/admin/health.html")]
struct Health {
    page: Page,
    /// Empty for the whole body.
    unit: String,
    equation: Option<Equation>,
    states: Vec<StateView>,
    runs: Vec<Runs>,
}

/// The page.
pub(super) async fn show(app: App, at: Admitted) -> Result<Response, Refused> {
    let template = build(&app, &at)
        .await
        .map_err(|error| at.signed.failed(&error))?;
    Ok(render(StatusCode::OK, &template))
}

async fn build(app: &App, at: &Admitted) -> Result<Health, StoreError> {
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
    Ok(Health {
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
