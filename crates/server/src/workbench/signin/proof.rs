//! Whether what somebody typed proves who they are. A guess is counted before it is looked at; accounts that are not there
//! answer alike, after the same questions and the same work.

use casework::submission::TrackingCode;
use store::{
    StoreError,
    access::{Guess, MadeBy},
    work::Member,
};

use super::{code, password};
use crate::app::App;

/// What came of it.
pub(super) enum Proof<T> {
    Right(T),
    Wrong,
    /// Not before so many microseconds.
    Wait(i64),
    /// Too many give theirs at this moment: it was not looked at, and is no guess.
    Busy,
}

/// The id of an agent as they type it: their id, or their name.
pub(super) fn account(typed: &str) -> String {
    let folded = casework::fold(typed);
    folded.split_whitespace().collect::<Vec<_>>().join(".")
}

/// The agent of an account, if the password is theirs.
pub(super) async fn by_password(
    app: &App,
    account: &str,
    typed: &str,
) -> Result<Proof<Member>, StoreError> {
    let Some(turn) = password::turn(app).await else {
        return Ok(Proof::Busy);
    };
    let (access, now) = (&app.store.access, app.now_micros());
    let counted = format!("password {account}");
    if let Guess::Wait(wait) = access.guess(&counted, now).await? {
        return Ok(Proof::Wait(wait));
    }
    let member = app.store.work.member(account).await?;
    let since = member.as_ref().map_or(i64::MAX, |member| member.since);
    let kept = access.password(account, since).await?;
    let right = password::is_of(turn, typed.to_owned(), kept.map(|kept| kept.hash)).await?;
    match member {
        Some(member) if right => {
            access.forgive(&counted).await?;
            Ok(Proof::Right(member))
        }
        // Nothing of what was typed is kept where there is no such agent.
        member => {
            let agent = member.map_or(String::new(), |member| member.agent.id);
            access.refused(&agent, MadeBy::Password, now).await?;
            Ok(Proof::Wrong)
        }
    }
}

/// How the agent proved it, if the code is one of their device or one for when that is lost. Either is used up.
pub(super) async fn by_code(
    app: &App,
    member: &Member,
    typed: &str,
) -> Result<Proof<MadeBy>, StoreError> {
    let (access, now) = (&app.store.access, app.now_micros());
    let agent = member.agent.id.as_str();
    let counted = format!("code {agent}");
    if let Guess::Wait(wait) = access.guess(&counted, now).await? {
        return Ok(Proof::Wait(wait));
    }
    let Some(kept) = access.password(agent, member.since).await? else {
        return Ok(Proof::Wrong);
    };
    let made_by = if let Some(step) = code::matched(&kept.secret, typed, now) {
        let used = access.use_step(agent, step).await?;
        used.then_some(MadeBy::Password)
    } else if let Ok(code) = typed.parse::<TrackingCode>() {
        let used = access.use_code(agent, &code.to_string(), now).await?;
        used.then_some(MadeBy::Recovery)
    } else {
        None
    };
    let Some(made_by) = made_by else {
        access.refused(agent, MadeBy::Recovery, now).await?;
        return Ok(Proof::Wrong);
    };
    access.forgive(&counted).await?;
    Ok(Proof::Right(made_by))
}
