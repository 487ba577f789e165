//! What waits for the agent's unit, what it asked for, what runs and what is over; and asking, of one's own accord, to
//! take part in what another unit has. Whoever asks is told nothing before the lead accepts, not even that it is there.

use std::collections::HashMap;

use askama::Template;
use axum::{
    http::StatusCode,
    response::{IntoResponse, Redirect, Response},
};
use casework::{
    policy::Action,
    referral::{Change, Event, Form},
};
use store::{
    StoreError,
    record::Look,
    work::{Listed, NewAct, Referral, Standing},
};

use super::{
    Line,
    handover::{self, Waiting},
    kept::{Kept, NotKept, keep},
    lines,
    page::{self, Entered, MOST_TEXT, Tick},
};
use crate::{
    app::App,
    page::{Page, render},
    workbench::{door::Admitted, link, row, session::Refused, submission::act::new_act},
};

pub(super) const MOST_LISTED: i64 = 100;
/// So many that a unit asked for of its own accord may wait: numbers are not to be tried one after the other.
const MOST_WAITING: usize = 10;

/// A list with its title.
struct List {
    id: &'static str,
    title: String,
    none: String,
    lines: Vec<Line>,
    more: bool,
}

#[derive(Template)]
#[template(path = "workbench/referrals.html")]
struct ReferralsPage {
    page: Page,
    errors: Vec<(String, String)>,
    lists: Vec<List>,
    copies: Vec<Waiting>,
    may_ask: bool,
    number: String,
    entered: Entered,
    parts: Vec<Tick>,
}

impl ReferralsPage {
    fn error(&self, id: &str) -> Option<&str> {
        let mut errors = self.errors.iter();
        errors
            .find(|(field, _)| field == id)
            .map(|(_, text)| text.as_str())
    }
}

/// The page.
pub(super) async fn show(app: App, at: Admitted) -> Result<Response, Refused> {
    answer(&app, &at, Vec::new()).await
}

async fn answer(
    app: &App,
    at: &Admitted,
    errors: Vec<(String, String)>,
) -> Result<Response, Refused> {
    let status = if errors.is_empty() {
        StatusCode::OK
    } else {
        StatusCode::UNPROCESSABLE_ENTITY
    };
    let failed = |error: StoreError| at.signed.failed(&error);
    let names = row::agent_names(app).await.map_err(failed)?;
    let copies = handover::waiting(app, at, &names).await.map_err(failed)?;
    let lists = lists(app, at, &names).await.map_err(failed)?;
    let page = at.signed.page.clone();
    let mut entered = Entered::of(at);
    if entered.due.is_empty() {
        entered.due = page::usual_due(app);
    }
    let template = ReferralsPage {
        errors,
        lists,
        copies,
        may_ask: at.may_at_all(Action::AskToJoin),
        number: at.field("number").to_owned(),
        parts: page::ticks(&page, |part| {
            entered.parts.iter().any(|one| one == part.as_str())
        }),
        entered,
        page,
    };
    Ok(render(status, &template))
}

async fn lists(
    app: &App,
    at: &Admitted,
    names: &HashMap<String, String>,
) -> Result<Vec<List>, StoreError> {
    let (work, agent, words) = (&app.store.work, &at.signed.agent, at.signed.page.w);
    let of = (agent.unit.as_str(), agent.id.as_str());
    let mut lists = Vec::new();
    for (listed, id, title, none) in [
        (
            Listed::ToAnswer,
            "to-answer",
            words.t("ref-to-answer"),
            words.t("ref-to-answer-none"),
        ),
        (
            Listed::Asked,
            "asked",
            words.t("ref-asked"),
            words.t("ref-asked-none"),
        ),
        (
            Listed::Running,
            "running",
            words.t("ref-running"),
            words.t("ref-running-none"),
        ),
        (
            Listed::Ended,
            "ended",
            words.t("ref-ended"),
            words.t("ref-ended-none"),
        ),
    ] {
        let found = work
            .referrals(listed, of, MOST_LISTED + 1, &at.sight)
            .await?;
        let seqs: Vec<i64> = found.iter().filter_map(|one| one.docket).collect();
        let seen = work.seen_dockets(&seqs, &at.sight).await?;
        let ids: HashMap<i64, String> = seen.into_iter().map(|one| (one.seq, one.id)).collect();
        lists.push(List {
            id,
            title,
            none,
            more: found.len() as i64 > MOST_LISTED,
            lines: lines(app, at, &found, (names, &ids)),
        });
    }
    Ok(lists)
}

/// Asks to take part in what another unit has. The answer is the same whether or not it is there.
pub(super) async fn ask(app: App, posted: Admitted) -> Result<Response, Refused> {
    let signed = &posted.signed;
    let failed = |error: StoreError| signed.failed(&error);
    let words = signed.page.w;
    let (number, reason) = (posted.field("number"), posted.field("reason"));
    let mut errors = Vec::new();
    let seq = number.parse::<i64>().ok().filter(|number| *number > 0);
    if seq.is_none() {
        errors.push(("ask-number".to_owned(), words.t("wb-error-number")));
    }
    if reason.chars().count() > MOST_TEXT {
        let most = signed.page.count(MOST_TEXT as i64);
        errors.push((
            "ask-reason".to_owned(),
            words.t1("wb-error-long", "most", most),
        ));
    }
    let due = page::due(&app, &posted, &mut errors);
    let authority = page::authority(&posted, &mut errors);
    if authority.is_none() {
        errors.push(("ask-authority".to_owned(), words.t("ref-error-authority")));
    }
    let unit = signed.agent.unit.as_str();
    let waiting = app.store.work.initiatives(unit).await.map_err(failed)?;
    if waiting.iter().any(|one| one.number == number) {
        errors.push(("ask-number".to_owned(), words.t("ref-error-asked")));
    } else if waiting.len() >= MOST_WAITING {
        let text = words.t1("ref-error-many", "most", MOST_WAITING as i64);
        errors.push(("ask-number".to_owned(), text));
    }
    let seqs: Vec<i64> = seq.into_iter().map(|number| number - 1).collect();
    let there = app.store.work.standings(&seqs).await.map_err(failed)?;
    let there = there.first();
    if there.is_some_and(|one| posted.sight.sees(one.seq, &one.unit)) {
        errors.push(("ask-number".to_owned(), words.t("ref-error-yours")));
    }
    let (Some(due), Some(authority), true) = (due, authority, errors.is_empty()) else {
        return answer(&app, &posted, errors).await;
    };
    look(&app, &posted, there).await?;
    let event = Event {
        referral: page::new_referral(&app, &posted)?,
        at: app.now(),
        by: posted.unit().clone(),
        change: Change::Ask {
            form: Form::Initiative,
            unit: posted.unit().clone(),
            parts: page::parts(&posted),
            reason: observables::mask_cards(reason).into(),
            authority: Some(authority),
            due,
        },
    };
    let act = new_act(&app, signed, "referral_ask", reason, "{}")?;
    let open = there.filter(|one| posted.may_to(Action::AskToJoin, one));
    let told = match open {
        Some(one) => tell_the_lead(&app, one, &event, number, &act).await,
        None => Ok(false),
    };
    if !told.map_err(failed)? {
        let nothing = Referral {
            id: event.referral.to_string(),
            form: Form::Initiative.as_str().to_owned(),
            unit: unit.to_owned(),
            standing: "asked".to_owned(),
            asked_at: act.at,
            due_at: due.as_microsecond(),
            asked_by: signed.agent.id.clone(),
            reason: act.reason.clone(),
            number: number.to_owned(),
            ..Referral::default()
        };
        let kept = app.store.work.ask_for_nothing(&nothing, act).await;
        kept.map_err(failed)?;
    }
    Ok(back(&posted))
}

/// Keeps it with the submission that is there; false where it cannot be asked for.
async fn tell_the_lead(
    app: &App,
    one: &Standing,
    event: &Event,
    number: &str,
    act: &NewAct,
) -> Result<bool, StoreError> {
    let Some(docket) = app.store.work.docket(one.seq).await? else {
        return Ok(false);
    };
    let kept = Kept::read(app, &docket).await?;
    match keep(app, &docket, kept, event, number, act.clone()).await {
        Ok(()) => Ok(true),
        // Who asks is told no more than of what is not there.
        Err(NotKept::Changed | NotKept::Refused(_)) => Ok(false),
        Err(NotKept::Failed(error)) => Err(error),
    }
}

/// Takes back what was asked for of one's own accord.
pub(super) async fn drop_it(app: App, posted: Admitted) -> Result<Response, Refused> {
    let signed = &posted.signed;
    let failed = |error: StoreError| signed.failed(&error);
    let (work, unit) = (&app.store.work, signed.agent.unit.as_str());
    let waiting = work.initiatives(unit).await.map_err(failed)?;
    let id = posted.field("referral");
    let Some(found) = waiting.iter().find(|one| one.id == id) else {
        let error = signed.page.w.t("ref-error-cannot");
        return answer(&app, &posted, vec![("asked".to_owned(), error)]).await;
    };
    if let (Some(seq), Ok(referral)) = (found.docket, found.id.parse()) {
        let event = Event {
            referral,
            at: app.now(),
            by: posted.unit().clone(),
            change: Change::Withdraw,
        };
        let act = new_act(&app, signed, "", posted.field("reason"), "{}")?;
        if let Some(docket) = work.docket(seq).await.map_err(failed)? {
            let kept = Kept::read(&app, &docket).await.map_err(failed)?;
            // One that was refused is over already, which they are not told.
            if let Err(NotKept::Failed(error)) = keep(&app, &docket, kept, &event, "", act).await {
                return Err(failed(error));
            }
        }
    }
    work.drop_initiative(id, unit).await.map_err(failed)?;
    Ok(back(&posted))
}

fn back(at: &Admitted) -> Response {
    let to = format!("{}/referrals", link::workbench(&at.signed.page));
    Redirect::to(&to).into_response()
}

/// Keeps who asked for which number, before it is looked up for them.
async fn look(app: &App, at: &Admitted, there: Option<&Standing>) -> Result<(), Refused> {
    let agent = &at.signed.agent;
    let look = Look {
        at: app.now_micros(),
        agent: agent.id.clone(),
        unit: agent.unit.clone(),
        kind: Action::AskToJoin.as_str().to_owned(),
        docket: there.map(|one| one.seq),
        object: at.field("number").to_owned(),
        because: String::new(),
        reason: observables::mask_cards(at.field("reason")).into_owned(),
    };
    let kept = app.store.record.keep(&[look]).await;
    kept.map_err(|error| at.signed.failed(&error))
}
