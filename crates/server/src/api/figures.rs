//! `GET /api/v1/figures`: what was received and where it stands. The sum always adds up.

use std::collections::BTreeMap;

use axum::{
    extract::{Request, State},
    http::StatusCode,
    response::Response,
};
use casework::submission::State as Standing;
use serde::Serialize;

use super::failure::Failure;
use crate::{app::App, page::preferred};

#[derive(Serialize)]
struct Figures {
    /// Durable and in the ledger.
    received: i64,
    /// Received, not yet harmonised and routed.
    waiting: i64,
    states: States,
    desks: BTreeMap<String, DeskFigures>,
}

#[derive(Default, Serialize)]
struct DeskFigures {
    states: States,
    /// By option of the desk's headline question; what has none is under the empty word.
    kinds: BTreeMap<String, i64>,
}

#[derive(Default, Serialize)]
struct States {
    queued: i64,
    quarantined: i64,
    assigned: i64,
    closed: i64,
    withdrawn: i64,
}

impl States {
    fn add(&mut self, state: &str, members: i64) {
        let place = match state.parse() {
            Ok(Standing::Queued | Standing::Received) => &mut self.queued,
            Ok(Standing::Assigned) => &mut self.assigned,
            Ok(Standing::Closed(_)) => &mut self.closed,
            Ok(Standing::Withdrawn) => &mut self.withdrawn,
            // A state that this program does not know is held apart, never left out of the sum.
            Ok(Standing::Quarantined) | Err(_) => &mut self.quarantined,
        };
        *place += members;
    }
}

/// The figures.
pub(super) async fn show(State(app): State<App>, request: Request) -> Response {
    let (parts, _) = request.into_parts();
    match figures(&app).await {
        Ok(figures) => super::json_answer(StatusCode::OK, &figures),
        Err(failure) => failure.respond(preferred(&parts)),
    }
}

async fn figures(app: &App) -> Result<Figures, Failure> {
    // In this order: what arrives between the two reads shows as waiting.
    let tallies = app.store.work.tallies().await?;
    let received = app.store.intake.count().await?;
    let mut states = States::default();
    let mut desks: BTreeMap<String, DeskFigures> = BTreeMap::new();
    let mut placed = 0;
    for tally in tallies {
        placed += tally.members;
        states.add(&tally.state, tally.members);
        let desk = desks.entry(tally.desk).or_default();
        desk.states.add(&tally.state, tally.members);
        *desk.kinds.entry(tally.headline).or_default() += tally.members;
    }
    Ok(Figures {
        received,
        waiting: received - placed,
        states,
        desks,
    })
}
