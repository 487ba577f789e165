//! Rules of retention, asked and carried out.
//!
//! Every turn asks the rules about some submissions, so that in less than a day they are asked about all; what they say
//! is kept as the list of what falls due. Of what is due by that list the rules are asked once more before it is
//! done: the list only says where to look. A kill at any point leaves what is due due, and what was begun begun.

use casework::{
    retention::{Does, Facts, Hold, Rules, due},
    submission::State,
};
use jiff::Timestamp;
use store::{
    StoreError,
    retention::EraseError,
    work::{DueRow, Erasure, Kept},
};

use crate::app::App;

/// Turns in which all submissions are asked about, when there is one an hour.
const TURNS: i64 = 20;
/// Submissions asked about in one go, and at least in one turn.
const SOME: i64 = 1000;
/// Erasures of one turn; more wait for the next, which follows at once.
const MOST: i64 = 500;

/// What the rules say of a submission.
pub(crate) struct Asked {
    /// None while it is held without an end.
    pub(crate) at: Option<Timestamp>,
    pub(crate) does: Does,
    pub(crate) rule: String,
    pub(crate) article: String,
    pub(crate) confirmed: bool,
}

/// Asks the rules of its desk's current version about a submission. Of a desk that is gone nothing is said.
pub(crate) fn asked(app: &App, kept: &Kept) -> Option<Asked> {
    let rules = Rules::of(app.desk(&kept.desk)?);
    said(&rules, kept, app.now())
}

fn said(rules: &Rules, kept: &Kept, now: Timestamp) -> Option<Asked> {
    let moment = |micros: i64| Timestamp::from_microsecond(micros).unwrap_or(Timestamp::MAX);
    let done: Vec<Does> = kept
        .done
        .iter()
        .filter_map(|word| Does::from_word(word))
        .collect();
    let until = kept
        .held_until
        .map_or(Hold::None, |at| Hold::Until(moment(at)));
    let hold = if kept.held { Hold::Open } else { until };
    let facts = Facts {
        track: &kept.track,
        kind: &kept.headline,
        state: kept.state.parse::<State>().ok()?,
        received: moment(kept.received_at),
        closed: kept.closed_at.map(moment),
        last_act: moment(kept.last_act_at),
        done: &done,
    };
    let decision = due(&facts, rules, hold, now)?;
    Some(Asked {
        at: decision.at,
        does: decision.what,
        rule: decision.because.id.to_string(),
        article: decision.because.article.to_string(),
        confirmed: decision.because.confirmed,
    })
}

fn row(kept: &Kept, asked: Option<Asked>) -> (i64, Option<DueRow>) {
    let due = asked.and_then(|asked| {
        Some(DueRow {
            docket: kept.seq,
            at: asked.at?.as_microsecond(),
            does: asked.does.as_str().to_owned(),
            rule: asked.rule,
        })
    });
    (kept.seq, due)
}

/// One turn. True when more is due than it did.
///
/// # Errors
/// When something was not finished: it is still due, or begun.
pub async fn turn(app: &App) -> Result<bool, EraseError> {
    let finished = app.store.finish_erasures(&app.model).await?;
    if finished > 0 {
        tracing::info!(finished, "erasures that were cut short are ended");
    }
    ask_some(app).await?;
    let more = carry_out(app).await?;
    app.store.scrub().await?;
    Ok(more)
}

/// Asks the rules about the next submissions, and begins anew after the last.
async fn ask_some(app: &App) -> Result<(), StoreError> {
    let work = &app.store.work;
    let mut left = (work.how_many().await? / TURNS).max(SOME);
    while left > 0 {
        let reached = work.retention_reached().await?;
        let kept = app.store.kept_after(reached, SOME).await?;
        let rows: Vec<_> = kept
            .iter()
            .map(|kept| row(kept, asked(app, kept)))
            .collect();
        work.set_due(&rows).await?;
        let next = kept.last().map_or(-1, |last| last.seq);
        work.set_retention_reached(next).await?;
        if (kept.len() as i64) < SOME {
            work.set_retention_reached(-1).await?;
            break;
        }
        left -= SOME;
    }
    Ok(())
}

/// Does what is due. True when more is.
async fn carry_out(app: &App) -> Result<bool, EraseError> {
    let now = app.now();
    let due = app.store.work.due(now.as_microsecond(), None, MOST).await?;
    let mut done = 0;
    for one in &due {
        done += usize::from(carry_out_one(app, one.docket, now).await?);
    }
    if done > 0 {
        tracing::info!(
            done,
            "submissions whose time is over were erased or archived"
        );
    }
    Ok(due.len() as i64 == MOST && done > 0)
}

/// Asks the rules about one once more, and does what they say if it is due.
async fn carry_out_one(app: &App, seq: i64, now: Timestamp) -> Result<bool, EraseError> {
    let Some(kept) = app.store.kept(seq).await? else {
        return Ok(false);
    };
    let said = asked(app, &kept);
    let is_due = |asked: &&Asked| asked.at.is_some_and(|at| at <= now);
    let mut done = false;
    if let Some(asked) = said.as_ref().filter(is_due) {
        let erasure = Erasure {
            docket: seq,
            at: now.as_microsecond(),
            does: asked.does.as_str().to_owned(),
            rule: asked.rule.clone(),
            because: asked.article.clone(),
            ..Erasure::default()
        };
        done = app.store.erase(&erasure, kept.revision, &app.model).await?;
    }
    // What is next to be done to it, or what changed meanwhile.
    ask_again(app, seq).await?;
    Ok(done)
}

/// Asks the rules about one submission now, because something happened to it.
///
/// # Errors
/// When a database does not answer; it is asked about in its turn then.
pub(crate) async fn ask_again(app: &App, seq: i64) -> Result<(), StoreError> {
    let Some(kept) = app.store.kept(seq).await? else {
        return Ok(());
    };
    app.store
        .work
        .set_due(&[row(&kept, asked(app, &kept))])
        .await
}

/// Overwrites what was just deleted without making anybody wait for it.
pub(crate) fn overwrite_soon(app: &App) {
    let app = app.clone();
    tokio::spawn(async move {
        if let Err(error) = app.store.scrub().await {
            tracing::error!(
                error = &error as &dyn std::error::Error,
                "what was erased is not overwritten yet; it is tried again within an hour"
            );
        }
    });
}
