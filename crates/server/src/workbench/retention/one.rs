//! One submission: until when it is kept and by which rule, what holds it, and what may be done about that.

use askama::Template;
use axum::{http::StatusCode, response::Response};
use casework::policy::Action;
use store::{
    StoreError,
    work::{Docket, Leave},
};

use super::{HeldView, ProofView, address, because, does, held_view, proof_view};
use crate::{
    app::App,
    housekeeping::retention,
    page::{Page, render},
    workbench::{door::Admitted, glass, labels, row, session::Refused},
};

/// What somebody was asked to agree to.
struct Asked {
    when: String,
    reason: String,
    second: String,
    lasts: bool,
}

#[derive(Template)]
#[template(path = "workbench/retention-one.html")]
struct One {
    page: Page,
    errors: Vec<(&'static str, String)>,
    number: String,
    address: String,
    list: String,
    desk: String,
    kind: String,
    unit: String,
    state: String,
    received: String,
    due: String,
    because: String,
    unconfirmed: bool,
    holds: Vec<HeldView>,
    proofs: Vec<ProofView>,
    can_hold: bool,
    can_ask: bool,
    asked: Vec<Asked>,
    can_erase: bool,
    reason: String,
    until: String,
}

impl One {
    fn error(&self, id: &str) -> Option<&str> {
        let mut errors = self.errors.iter();
        errors
            .find(|(field, _)| *field == id)
            .map(|(_, text)| text.as_str())
    }
}

/// The submission of the path.
pub(super) async fn docket(app: &App, at: &Admitted) -> Result<Docket, Refused> {
    let found = app.store.work.docket_by_id(at.path("id")).await;
    let found = found.map_err(|error| at.signed.failed(&error))?;
    found.ok_or_else(|| at.signed.not_found())
}

/// The page.
pub(in crate::workbench) async fn show(app: App, at: Admitted) -> Result<Response, Refused> {
    page(&app, &at, Vec::new()).await
}

/// The page, with what is wrong in the form that was sent.
pub(super) async fn page(
    app: &App,
    at: &Admitted,
    errors: Vec<(&'static str, String)>,
) -> Result<Response, Refused> {
    let failed = |error: StoreError| at.signed.failed(&error);
    let page = at.signed.page.clone();
    let docket = docket(app, at).await?;
    let (work, seq, now) = (&app.store.work, docket.seq, app.now_micros());
    let kept = app.store.kept(seq).await.map_err(failed)?;
    let due = kept.and_then(|kept| retention::asked(app, &kept));
    let holds = work.holds(Some(seq), None, now, 20).await.map_err(failed)?;
    let proofs = work.proofs(Some(seq), None, None, 20).await;
    let proofs = proofs.map_err(failed)?;
    let names = row::agent_names(app).await.map_err(failed)?;
    let me = &at.signed.agent.id;
    let leaves = work.leaves(me, now - glass::WAITS, 100).await;
    let leaves = leaves.map_err(failed)?;
    let mine = |leave: &&Leave| {
        leave.agent == *me && leave.docket == Some(seq) && leave.purpose == glass::ERASE
    };
    let asked: Vec<Asked> = leaves
        .iter()
        .filter(mine)
        .map(|leave| Asked {
            when: page.moment(leave.asked_at),
            reason: leave.reason.clone(),
            second: names.get(&leave.second).unwrap_or(&leave.second).clone(),
            lasts: leave
                .agreed_at
                .is_some_and(|agreed| agreed >= now - glass::LASTS),
        })
        .collect();
    let erased = proofs.iter().any(|proof| proof.erasure.does == "erase_all");
    let can_ask = at.may(Action::AskErasure) && !erased;
    let status = if errors.is_empty() {
        StatusCode::OK
    } else {
        StatusCode::UNPROCESSABLE_ENTITY
    };
    let template = One {
        errors,
        number: row::number(&page, seq),
        address: address(&page, &docket.id),
        list: format!("/{}/workbench/retention", page.tag()),
        desk: labels::desk(app, &docket.desk),
        kind: labels::headline(app, page.lang, &docket.desk, &docket.headline),
        unit: labels::unit(app, page.lang, &docket.unit),
        state: labels::state(&page, &docket.state),
        received: page.moment(docket.received_at),
        due: match &due {
            None => page.w.t("wb-due-nothing"),
            Some(due) => match due.at {
                None => page
                    .w
                    .t1("wb-due-held", "what", does(&page, due.does.as_str())),
                Some(at) => page.w.t2(
                    "wb-due-then",
                    ("what", does(&page, due.does.as_str())),
                    ("day", page.day(at.as_microsecond())),
                ),
            },
        },
        because: due.as_ref().map_or_else(String::new, |due| {
            because(app, page.lang, &docket.desk, &due.rule)
        }),
        unconfirmed: due.as_ref().is_some_and(|due| !due.confirmed),
        holds: holds
            .iter()
            .map(|held| held_view(&page, held, &names, Some(&docket.id)))
            .collect(),
        proofs: proofs
            .iter()
            .map(|proof| proof_view(app, &page, proof, &names))
            .collect(),
        can_hold: at.may(Action::Hold) && !erased,
        can_erase: can_ask && asked.iter().any(|asked| asked.lasts),
        can_ask,
        asked,
        reason: at.field("reason").to_owned(),
        until: at.field("until").to_owned(),
        page,
    };
    Ok(render(status, &template))
}
