//! What an agent does to a submission: take, release, route, close, reopen, mark as read, reply, note.
//!
//! `casework::submission::State` says which steps are legal; the revision that the page carried is the
//! lock. When somebody else was first nothing changes, and what the agent typed comes back.

use askama::Template;
use axum::{
    http::StatusCode,
    response::{IntoResponse, Redirect, Response},
};
use casework::{
    policy::{Action, Because},
    submission::{Closing, Event, State as Standing},
};
use store::{
    StoreError,
    work::{Change, Docket, NewAct},
};

use super::{Loaded, again, history, load};
use crate::{
    app::App,
    page::{Page, render},
    receive::mask,
    workbench::{
        door::{Admitted, REASON},
        labels, link, marking, referral, row,
        session::{Refused, SignedIn},
        told,
    },
};

/// Characters of a message, at most.
const MOST_TEXT: usize = 20_000;

/// The steps that move a submission, and what each is.
pub(in crate::workbench) const STEPS: &[(&str, Action)] = &[
    ("take", Action::Take),
    ("release", Action::Take),
    ("route", Action::Route),
    ("close", Action::Close),
    ("reopen", Action::Reopen),
    ("read", Action::Reply),
];

/// A step that moves a submission.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Step {
    Take,
    Release,
    Route(String),
    Close(Closing),
    Reopen,
    Read,
}

impl Step {
    fn kind(&self) -> &'static str {
        match self {
            Self::Take => "take",
            Self::Release => "release",
            Self::Route(_) => "route",
            Self::Close(_) => "close",
            Self::Reopen => "reopen",
            Self::Read => "read",
        }
    }

    /// Where a submission stands after this step; none when it is not legal from where it stands.
    pub(crate) fn change(&self, docket: &Docket, agent: &str) -> Option<Change> {
        let standing: Standing = docket.state.parse().ok()?;
        let same_unit = || docket.unit.clone();
        let closed = matches!(standing, Standing::Closed(_));
        let (event, unit, owner) = match self {
            Self::Take if docket.owner == agent => return None,
            Self::Take => (Event::Assign, same_unit(), agent),
            Self::Release if closed => return None,
            Self::Release => (Event::Queue, same_unit(), ""),
            Self::Route(unit) => (Event::Assign, unit.clone(), ""),
            Self::Close(closing) => (Event::Close(*closing), same_unit(), ""),
            Self::Reopen if closed => (Event::Queue, same_unit(), ""),
            Self::Reopen => return None,
            Self::Read => {
                return docket.unread.then(|| Change {
                    state: docket.state.clone(),
                    unit: same_unit(),
                    owner: docket.owner.clone(),
                    unread: false,
                });
            }
        };
        let after = standing.after(event).ok()?;
        Some(Change {
            state: after.as_str().to_owned(),
            unit,
            owner: owner.to_owned(),
            unread: docket.unread && !after.is_final(),
        })
    }

    /// What has to be allowed for it.
    pub(crate) fn action(&self) -> Action {
        match self {
            Self::Take | Self::Release => Action::Take,
            Self::Route(_) => Action::Route,
            Self::Close(_) => Action::Close,
            Self::Reopen => Action::Reopen,
            Self::Read => Action::Reply,
        }
    }
}

/// Why a step was not done. Nothing changed.
pub(crate) enum NotDone {
    /// Somebody else was first.
    Changed,
    /// Not from where it stands.
    Illegal,
    /// Something failed, and this says so.
    Refused(Refused),
}

/// Does a step that the agent was let into, if the submission still has the revision they saw.
pub(crate) async fn carry_out(
    app: &App,
    signed: &SignedIn,
    docket: &Docket,
    revision: i64,
    step: &Step,
    reason: &str,
) -> Result<Docket, NotDone> {
    if docket.revision != revision {
        return Err(NotDone::Changed);
    }
    let change = step
        .change(docket, &signed.agent.id)
        .ok_or(NotDone::Illegal)?;
    let body = serde_json::json!({
        "from": {"state": docket.state, "unit": docket.unit, "owner": docket.owner},
        "to": {"state": change.state, "unit": change.unit, "owner": change.owner},
    });
    let act =
        new_act(app, signed, step.kind(), reason, &body.to_string()).map_err(NotDone::Refused)?;
    match referral::route(app, docket, change, act).await {
        Ok(after) => Ok(after),
        Err(StoreError::Changed) => Err(NotDone::Changed),
        Err(error) => Err(NotDone::Refused(signed.failed(&error))),
    }
}

/// An act of this agent, now, without card numbers.
pub(crate) fn new_act(
    app: &App,
    signed: &SignedIn,
    kind: &str,
    reason: &str,
    body: &str,
) -> Result<NewAct, Refused> {
    Ok(NewAct {
        id: new_id(app, signed)?,
        at: app.now_micros(),
        agent: signed.agent.id.clone(),
        kind: kind.to_owned(),
        reason: observables::mask_cards(reason).into_owned(),
        body: mask::json(body.to_owned()),
    })
}

/// A UUIDv7 of now.
pub(in crate::workbench) fn new_id(app: &App, signed: &SignedIn) -> Result<String, Refused> {
    let mut random = [0_u8; 10];
    getrandom::fill(&mut random)
        .map_err(|error| signed.failed(&StoreError::Io(std::io::Error::other(error))))?;
    let millis = u64::try_from(app.now().as_millisecond()).unwrap_or(0);
    let id = uuid::Builder::from_unix_timestamp_millis(millis, &random);
    Ok(id.into_uuid().to_string())
}

/// A step as a form asks for it, or what is wrong with the form: the field's id and a sentence.
pub(crate) fn asked(
    app: &App,
    page: &Page,
    act: &str,
    field: impl Fn(&str) -> String,
    proposed: &str,
) -> Option<Result<Step, Vec<(&'static str, String)>>> {
    let words = page.w;
    let reason = field("reason");
    Some(match act {
        "take" => Ok(Step::Take),
        "release" => Ok(Step::Release),
        "reopen" if reason.is_empty() => Err(vec![("reopen-reason", words.t("wb-error-why"))]),
        "reopen" => Ok(Step::Reopen),
        "read" => Ok(Step::Read),
        "route" => {
            let unit = field("unit");
            let mut errors = Vec::new();
            if !app
                .config
                .units
                .iter()
                .any(|known| known.id.as_str() == unit)
            {
                errors.push(("route-unit", words.t("wb-error-unit")));
            } else if reason.is_empty() && unit != proposed {
                errors.push(("route-reason", words.t("wb-error-route-why")));
            }
            if errors.is_empty() {
                Ok(Step::Route(unit))
            } else {
                Err(errors)
            }
        }
        "close" => {
            let closing = field("closing");
            let closing = Closing::ALL.into_iter().find(|one| one.as_str() == closing);
            let mut errors = Vec::new();
            if closing.is_none() {
                errors.push(("close-closing", words.t("wb-error-closing")));
            }
            if reason.is_empty() {
                errors.push(("close-reason", words.t("wb-error-why")));
            }
            match closing {
                Some(closing) if errors.is_empty() => Ok(Step::Close(closing)),
                _ => Err(errors),
            }
        }
        _ => return None,
    })
}

/// A step of a submission.
pub(in crate::workbench) async fn post(app: App, posted: Admitted) -> Result<Response, Refused> {
    let (signed, act) = (&posted.signed, posted.act());
    let loaded = load(&app, &posted).await?;
    let docket = &loaded.docket;
    let proposed = loaded
        .assessment
        .proposals
        .first()
        .map_or("", |first| first.unit.as_str());
    let step = asked(
        &app,
        &signed.page,
        act,
        |name| posted.field(name).to_owned(),
        proposed,
    );
    let step = match step {
        None => return Err(signed.not_found()),
        Some(Err(errors)) => return again(&app, &posted, &loaded, errors).await,
        Some(Ok(step)) => step,
    };
    if matches!(step, Step::Close(_)) && posted.field("despite") != "yes" {
        let running = referral::running(&app, docket).await;
        let running = running.map_err(|error| signed.failed(&error))?;
        if running > 0 {
            let words = signed.page.w;
            let error = words.t1("wb-error-running", "count", running as i64);
            return again(&app, &posted, &loaded, vec![("close-despite", error)]).await;
        }
    }
    match carry_out(
        &app,
        signed,
        docket,
        posted.revision(),
        &step,
        posted.field("reason"),
    )
    .await
    {
        Ok(_) => Ok(done(&posted, docket, &step)),
        Err(NotDone::Refused(refused)) => Err(refused),
        Err(NotDone::Changed) => {
            // Read again: who was first may have come between our reading and our writing.
            let loaded = load(&app, &posted).await?;
            changed(&app, &posted, &loaded, Some(&step)).await
        }
        Err(NotDone::Illegal) => changed(&app, &posted, &loaded, None).await,
    }
}

/// The agent says that they should not see it. From now on it is not there for them.
pub(in crate::workbench) async fn conflict(
    app: App,
    posted: Admitted,
) -> Result<Response, Refused> {
    let signed = &posted.signed;
    let loaded = load(&app, &posted).await?;
    let reason = posted.field("reason");
    if reason.is_empty() {
        let error = ("conflict-reason", signed.page.w.t("wb-error-why"));
        return again(&app, &posted, &loaded, vec![error]).await;
    }
    let act = new_act(&app, signed, "conflict", reason, "{}")?;
    let (seq, agent) = (loaded.docket.seq, &signed.agent.id);
    let kept = app.store.work.declare_conflict(seq, agent, act).await;
    kept.map_err(|error| signed.failed(&error))?;
    let from = link::checked_from(posted.field("from"));
    Ok(Redirect::to(&link::queue(&signed.page, from)).into_response())
}

/// Seals it, or lifts the seal.
pub(in crate::workbench) async fn seal(app: App, posted: Admitted) -> Result<Response, Refused> {
    let (signed, kind) = (&posted.signed, posted.act());
    let seq = load(&app, &posted).await?.docket.seq;
    let act = new_act(&app, signed, kind, posted.field("reason"), "{}")?;
    let kept = app.store.work.seal(seq, kind == "seal", act).await;
    kept.map_err(|error| signed.failed(&error))?;
    let from = link::checked_from(posted.field("from"));
    Ok(Redirect::to(&link::queue(&signed.page, from)).into_response())
}

/// Marks it, or takes a marking away. Whoever is not cleared for it sees nothing of it from then on.
pub(in crate::workbench) async fn mark(app: App, posted: Admitted) -> Result<Response, Refused> {
    let (signed, kind) = (&posted.signed, posted.act());
    let failed = |error: StoreError| signed.failed(&error);
    let (word, on) = (posted.field("marking"), kind == "mark");
    let loaded = load(&app, &posted).await?;
    let known = marking::offered(&signed.agent.clearance);
    let body = serde_json::json!({ "to": { "marking": word } }).to_string();
    let act = new_act(&app, signed, kind, posted.field("reason"), &body)?;
    let (work, seq) = (&app.store.work, loaded.docket.seq);
    // What is taken away is what stands there: of whoever is let in every marking is met.
    let kept = (!on || known.iter().any(|one| one == word))
        && work.mark(seq, (word, on), act).await.map_err(failed)?;
    if !kept {
        let error = ("mark-marking", signed.page.w.t("mk-error-choose"));
        return again(&app, &posted, &loaded, vec![error]).await;
    }
    Ok(Redirect::to(&link::submission(&signed.page, &loaded.docket.id, "")).into_response())
}

/// Says on the submission's page why the agent may not do what they sent a form for, as it is.
pub(in crate::workbench) async fn told(
    app: &App,
    posted: &Admitted,
    because: Because,
) -> Result<Response, Refused> {
    if let Some(told) = referral::told(app, posted, because).await {
        return told;
    }
    let words = posted.signed.page.w;
    let error = match (because, posted.act()) {
        (Because::Closed, _) => {
            let loaded = load(app, posted).await?;
            return changed(app, posted, &loaded, None).await;
        }
        (Because::Reason, "identity") => (
            "identity-reason",
            words.t1("wb-error-reason", "least", REASON as i64),
        ),
        (Because::Reason, "reopen") => ("reopen-reason", words.t("wb-error-why")),
        (Because::Reason, "seal" | "unseal") => ("seal-reason", words.t("wb-error-why")),
        (Because::Reason, "mark" | "unmark") => ("mark-reason", words.t("wb-error-why")),
        _ => return Ok(told::page(posted, because)),
    };
    let loaded = load(app, posted).await?;
    again(app, posted, &loaded, vec![error]).await
}

/// After routing or closing, the queue goes on; after anything else, the submission.
fn done(posted: &Admitted, docket: &Docket, step: &Step) -> Response {
    let page = &posted.signed.page;
    let from = link::checked_from(posted.field("from"));
    let to = match step {
        Step::Route(_) | Step::Close(_) => {
            let query = link::query(&[("done", step.kind()), ("seq", &docket.seq.to_string())]);
            let separator = if from.is_empty() { "" } else { "&" };
            link::queue(page, &format!("{from}{separator}{query}"))
        }
        _ if posted.field("back") == "queue" => link::queue(page, from),
        _ => link::submission(page, &docket.id, from),
    };
    Redirect::to(&to).into_response()
}

/// A reply to the person, or a note to colleagues.
pub(in crate::workbench) async fn write(app: App, posted: Admitted) -> Result<Response, Refused> {
    let (signed, kind) = (&posted.signed, posted.act());
    let loaded = load(&app, &posted).await?;
    let text = posted.field("text");
    let words = signed.page.w;
    let id = if kind == "reply" {
        "reply-text"
    } else {
        "note-text"
    };
    let error = match text.chars().count() {
        0 => words.t("wb-error-text"),
        length if length > MOST_TEXT => {
            words.t1("wb-error-long", "most", signed.page.count(MOST_TEXT as i64))
        }
        _ => String::new(),
    };
    if !error.is_empty() {
        return again(&app, &posted, &loaded, vec![(id, error)]).await;
    }
    let body = serde_json::json!({"text": text}).to_string();
    let act = new_act(&app, signed, kind, "", &body)?;
    app.store
        .work
        .record(loaded.docket.seq, act)
        .await
        .map_err(|error| signed.failed(&error))?;
    if kind == "reply" {
        app.arrived.notify_one();
    }
    let back = link::submission(
        &signed.page,
        &loaded.docket.id,
        link::checked_from(posted.field("from")),
    );
    let place = if kind == "reply" {
        "messages"
    } else {
        "history"
    };
    Ok(Redirect::to(&format!("{back}#{place}")).into_response())
}

#[derive(Template)]
#[template(path = "workbench/changed.html")]
struct Changed {
    page: Page,
    number: String,
    back: String,
    action: String,
    revision: i64,
    seen: i64,
    from: String,
    state: String,
    unit: String,
    owner: String,
    since: Vec<history::ActView>,
    person: bool,
    /// What the agent wanted, in words.
    wanted: String,
    /// It can still be done from where it stands now.
    possible: bool,
    route_unit: String,
    closing: String,
    reason: String,
    has_reason: bool,
}

/// Says who changed what meanwhile; what the agent typed is kept, to be sent again if still wanted.
async fn changed(
    app: &App,
    posted: &Admitted,
    loaded: &Loaded<'_>,
    step: Option<&Step>,
) -> Result<Response, Refused> {
    let (signed, act) = (&posted.signed, posted.act());
    let page = signed.page.clone();
    let docket = &loaded.docket;
    let seen: i64 = posted.field("seen").parse().unwrap_or(0);
    let failed = |error: StoreError| signed.failed(&error);
    let names = row::agent_names(app).await.map_err(failed)?;
    let acts = app.store.work.acts(docket.seq).await.map_err(failed)?;
    let since = acts
        .iter()
        .filter(|act| act.at > seen && history::moves(&act.kind));
    let since = since
        .map(|act| history::view(app, &page, act, &names))
        .collect();
    let supplements = app
        .store
        .intake
        .supplements(docket.seq)
        .await
        .map_err(failed)?;
    let possible = step.is_some_and(|step| {
        posted.may(step.action()) && step.change(docket, &signed.agent.id).is_some()
    });
    let from = link::checked_from(posted.field("from")).to_owned();
    let back = link::submission(&page, &docket.id, &from);
    let template = Changed {
        number: row::number(&page, docket.seq),
        action: format!("{}/acts/{act}", link::submission(&page, &docket.id, "")),
        back,
        revision: docket.revision,
        seen: app.now_micros(),
        from,
        state: labels::state(&page, &docket.state),
        unit: labels::unit(app, page.lang, &docket.unit),
        owner: names.get(&docket.owner).unwrap_or(&docket.owner).clone(),
        since,
        person: supplements.iter().any(|supplement| supplement.at > seen),
        wanted: labels::act(&page, &act.replace('-', "_")),
        possible,
        route_unit: posted.field("unit").to_owned(),
        closing: posted.field("closing").to_owned(),
        reason: posted.field("reason").to_owned(),
        has_reason: matches!(act, "route" | "close" | "reopen"),
        page,
    };
    Ok(render(StatusCode::CONFLICT, &template))
}
