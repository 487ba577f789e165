//! To hold a submission beyond its time, to let it go, to ask a second person for its erasure, to erase it.

use axum::response::{IntoResponse, Redirect, Response};
use casework::retention::Does;
use jiff::{ToSpan, civil::Date};
use store::{
    StoreError,
    work::{Docket, Erasure, Held},
};

use super::{address, one};
use crate::{
    app::App,
    housekeeping::retention,
    workbench::{
        door::{Admitted, REASON},
        glass,
        session::Refused,
        submission::act::{new_act, new_id},
    },
};

/// Characters of a reason, at most.
const MOST: usize = 300;

/// What is wrong with the reason, under the field of this id.
fn wrong_reason(at: &Admitted, field: &'static str) -> Vec<(&'static str, String)> {
    let words = at.signed.page.w;
    let length = at.field("reason").chars().count();
    let error = if length < REASON {
        words.t1("wb-error-reason", "least", REASON as i64)
    } else if length > MOST {
        words.t1("wb-error-long", "most", MOST as i64)
    } else {
        return Vec::new();
    };
    vec![(field, error)]
}

fn back(at: &Admitted, docket: &Docket) -> Response {
    Redirect::to(&address(&at.signed.page, &docket.id)).into_response()
}

/// Until the end of the day that was given; none until it is let go.
fn until(app: &App, at: &Admitted, docket: &Docket) -> Result<Option<i64>, String> {
    let asked = at.field("until");
    if asked.is_empty() {
        return Ok(None);
    }
    let zone = app
        .desk(&docket.desk)
        .map_or(jiff::tz::TimeZone::UTC, |desk| desk.time_zone.clone());
    let next: Option<Date> = asked
        .parse()
        .ok()
        .and_then(|day: Date| day.checked_add(1.day()).ok());
    let end = next.and_then(|day| day.to_zoned(zone).ok());
    let end = end.map(|end| end.timestamp().as_microsecond());
    match end.filter(|end| *end > app.now_micros()) {
        Some(end) => Ok(Some(end)),
        None => Err(at.signed.page.w.t("wb-error-until")),
    }
}

/// Keeps it beyond its time.
pub(in crate::workbench) async fn hold(app: App, at: Admitted) -> Result<Response, Refused> {
    let failed = |error: StoreError| at.signed.failed(&error);
    let docket = one::docket(&app, &at).await?;
    let mut errors = wrong_reason(&at, "hold-reason");
    let until = until(&app, &at, &docket).map_err(|error| errors.push(("hold-until", error)));
    let (Ok(until), true) = (until, errors.is_empty()) else {
        return one::page(&app, &at, errors).await;
    };
    let reason = at.field("reason");
    let body = serde_json::json!({"until": until}).to_string();
    let act = new_act(&app, &at.signed, "hold", reason, &body)?;
    let held = Held {
        id: act.id.clone(),
        docket: docket.seq,
        at: act.at,
        agent: act.agent.clone(),
        reason: act.reason.clone(),
        until,
    };
    app.store.work.hold(&held, act).await.map_err(failed)?;
    retention::ask_again(&app, docket.seq)
        .await
        .map_err(failed)?;
    Ok(back(&at, &docket))
}

/// Lets every hold of it go.
pub(in crate::workbench) async fn let_go(app: App, at: Admitted) -> Result<Response, Refused> {
    let failed = |error: StoreError| at.signed.failed(&error);
    let docket = one::docket(&app, &at).await?;
    let errors = wrong_reason(&at, "go-reason");
    if !errors.is_empty() {
        return one::page(&app, &at, errors).await;
    }
    let act = new_act(&app, &at.signed, "let_go", at.field("reason"), "{}")?;
    app.store
        .work
        .let_go(docket.seq, act)
        .await
        .map_err(failed)?;
    retention::ask_again(&app, docket.seq)
        .await
        .map_err(failed)?;
    Ok(back(&at, &docket))
}

/// Asks a second person to agree that it be erased.
pub(in crate::workbench) async fn ask(app: App, at: Admitted) -> Result<Response, Refused> {
    let docket = one::docket(&app, &at).await?;
    let mut errors = wrong_reason(&at, "ask-reason");
    if errors.is_empty() {
        let number = (docket.seq + 1).to_string();
        let asked = (number.as_str(), Some(docket.seq), glass::ERASE);
        if glass::keep_asked(&app, &at, asked).await? {
            return Ok(back(&at, &docket));
        }
        errors.push(("ask-reason", glass::too_many(&at)));
    }
    one::page(&app, &at, errors).await
}

/// Erases it, now that a second person agreed.
pub(in crate::workbench) async fn erase(app: App, at: Admitted) -> Result<Response, Refused> {
    let docket = one::docket(&app, &at).await?;
    let mut errors = wrong_reason(&at, "erase-reason");
    let does = match at.field("what") {
        "identity" => Some(Does::EraseIdentity),
        "all" => Some(Does::EraseAll),
        _ => None,
    };
    let Some(does) = does.filter(|_| errors.is_empty()) else {
        if does.is_none() {
            errors.push(("erase-what", at.signed.page.w.t("wb-error-what")));
        }
        return one::page(&app, &at, errors).await;
    };
    let erasure = Erasure {
        docket: docket.seq,
        at: app.now_micros(),
        does: does.as_str().to_owned(),
        because: observables::mask_cards(at.field("reason")).into_owned(),
        act: new_id(&app, &at.signed)?,
        agent: at.signed.agent.id.clone(),
        second: at.second().to_owned(),
        ..Erasure::default()
    };
    let erased = app.store.erase(&erasure, docket.revision, &app.model).await;
    let erased = erased.map_err(|error| {
        let error = std::io::Error::other(error);
        at.signed.failed(&StoreError::Io(error))
    })?;
    if !erased {
        let error = ("erase-reason", at.signed.page.w.t("wb-error-held"));
        return one::page(&app, &at, vec![error]).await;
    }
    retention::overwrite_soon(&app);
    Ok(back(&at, &docket))
}
