//! What watches over the record of looks by itself: signs of misuse are raised within seconds of the look that makes them,
//! and the record's newest hash is anchored in the ledger.
//!
//! Signs are kept as entries of the record, in the transaction that moves the place up to which they were looked for:
//! a kill at any point loses none and doubles none.

use std::{
    borrow::Cow,
    collections::{BTreeMap, BTreeSet},
    time::Duration,
};

use casework::vigilance::{Alert, Nearness, Sign, Watch, What};
use store::{
    StoreError,
    intake::SubmitError,
    record::{Entry, Look, SIGN},
};
use tokio::sync::{Mutex, watch};

use crate::app::App;

/// How near it was, of a search whose further pages are read: it is no search of its own.
pub(crate) const NEXT_PAGE: &str = "next_page";
/// The kind of an entry that is about an access begins so.
pub(crate) const ACCESS: &str = "access_";
/// From look to look.
const EVERY: Duration = Duration::from_secs(10);
/// Entries of one step.
const SOME: i64 = 4096;
/// A folder of an older program is looked through so many days back.
const DAYS: i64 = 7;
/// So many entries are anchored at once…
const ENTRIES: i64 = 1000;
/// … and fewer after so long, microseconds.
const WAITS: i64 = 10 * 60_000_000;

/// Why the record could not be watched; it is tried again.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum WatchError {
    /// The store did not answer.
    #[error("reading the record of looks")]
    Store(#[from] StoreError),
    /// An anchor was not kept.
    #[error("anchoring the record of looks")]
    Anchor(#[from] SubmitError),
}

/// What agents did lately: of the whole body, and of each unit apart.
#[derive(Default)]
pub(crate) struct Watching(Mutex<Option<Lately>>);

#[derive(Default)]
struct Lately {
    /// By unit; empty for the whole body.
    watches: BTreeMap<String, Watch>,
    /// Up to here.
    place: i64,
}

/// Watches until `stop` says true.
pub async fn run(app: App, mut stop: watch::Receiver<bool>) {
    while !*stop.borrow() {
        if let Err(error) = tick(&app).await {
            tracing::error!(
                error = &error as &dyn std::error::Error,
                "the record of looks could not be watched; it is tried again"
            );
        }
        tokio::select! {
            () = tokio::time::sleep(EVERY) => {}
            _ = stop.changed() => {}
        }
    }
}

/// One step, by the clock of the server: new looks are looked at, and anchored when it is time.
///
/// # Errors
/// When something was not kept: it is still due.
pub async fn tick(app: &App) -> Result<(), WatchError> {
    follow_access(app).await?;
    catch_up(app).await?;
    anchor(app).await?;
    app.beats.watch_at(app.now_micros());
    Ok(())
}

/// Puts what happened to accesses into the record: sign-ins and refused ones, sessions that ended, ways to sign in that came
/// or went, whoever did it and by which program. It is not waited for: a try at an account that is there would take longer.
async fn follow_access(app: &App) -> Result<(), StoreError> {
    let (record, access) = (&app.store.record, &app.store.access);
    let mut place = record.followed().await?.unwrap_or(0);
    loop {
        let happened = access.happened_after(place, SOME).await?;
        let Some((last, ..)) = happened.last() else {
            return Ok(());
        };
        place = *last;
        let agents = app.store.work.agents().await?;
        let looks = happened.iter().filter(|(_, agent, _)| !agent.is_empty());
        let looks = looks.map(|(_, agent, one)| Look {
            at: one.at,
            agent: agent.clone(),
            unit: agents
                .iter()
                .find(|known| known.id == *agent)
                .map_or_else(String::new, |known| known.unit.clone()),
            kind: format!("{ACCESS}{}", one.kind),
            object: one.details.clone(),
            ..Look::default()
        });
        record.follow(&Vec::from_iter(looks), place).await?;
    }
}

/// Raises the signs in what was recorded since the last time.
///
/// # Errors
/// When they were not kept: they are found again.
pub(crate) async fn catch_up(app: &App) -> Result<(), StoreError> {
    let mut watching = app.watching.0.lock().await;
    let mut lately = match watching.take() {
        Some(lately) => lately,
        None => begin(app).await?,
    };
    let honey = app.store.record.honey().await?;
    loop {
        let entries = app.store.record.from(lately.place, SOME).await?;
        let Some(last) = entries.last() else { break };
        let mut signs = lately.look(app, &entries, &honey);
        let elsewhere = told_where_it_is(app, &signs).await?;
        signs.extend(elsewhere);
        lately.place = last.place + 1;
        app.store.record.raise(&signs, lately.place).await?;
    }
    for watch in lately.watches.values_mut() {
        watch.forget(app.now_micros(), &app.config.vigilance);
    }
    lately.watches.retain(|_, watch| !watch.is_empty());
    *watching = Some(lately);
    Ok(())
}

/// What a watch of before knew: the looks within the longest span of a sign before the place it reached.
async fn begin(app: &App) -> Result<Lately, StoreError> {
    let record = &app.store.record;
    let mut lately = Lately::default();
    let Some(reached) = record.watched().await? else {
        lately.place = record.first_since(app.days_ago(DAYS)).await?;
        return Ok(lately);
    };
    let next = record.from(reached, 1).await?;
    let now = next.first().map_or(app.now_micros(), |entry| entry.look.at);
    let since = now.saturating_sub(app.config.vigilance.longest());
    lately.place = record.first_since(since).await?.min(reached);
    let honey = record.honey().await?;
    while lately.place < reached {
        let some = SOME.min(reached - lately.place);
        let entries = record.from(lately.place, some).await?;
        let Some(last) = entries.last() else { break };
        let _known = lately.look(app, &entries, &honey);
        lately.place = last.place + 1;
    }
    lately.place = reached;
    Ok(lately)
}

/// Exceptional access to what another unit has, for the head of that unit too.
async fn told_where_it_is(app: &App, signs: &[Look]) -> Result<Vec<Look>, StoreError> {
    let glass = |sign: &&Look| sign.unit.is_empty() && sign.because == Sign::Glass.as_str();
    let mut told = Vec::new();
    for sign in signs.iter().filter(glass) {
        let places = Vec::from_iter(sign.docket);
        let standings = app.store.work.standings(&places).await?;
        let known = |unit: &str| {
            let mut signs = signs.iter();
            signs.any(|one| one.unit == unit && one.docket == sign.docket && glass_of(one, sign))
        };
        let there = standings.into_iter().map(|one| one.unit);
        told.extend(
            there
                .filter(|unit| !unit.is_empty() && !known(unit))
                .map(|unit| Look {
                    unit,
                    ..sign.clone()
                }),
        );
    }
    Ok(told)
}

/// Whether two signs tell of one and the same.
fn glass_of(one: &Look, other: &Look) -> bool {
    (one.at, &one.agent, &one.because) == (other.at, &other.agent, &other.because)
}

impl Lately {
    /// The signs that these entries make, as they are kept.
    fn look(&mut self, app: &App, entries: &[Entry], honey: &BTreeSet<i64>) -> Vec<Look> {
        let limits = &app.config.vigilance;
        let mut raised = Vec::new();
        for entry in entries {
            let searched = searched(&entry.look);
            let Some(what) = what(&entry.look, &searched, honey) else {
                continue;
            };
            let look = casework::vigilance::Look {
                at: entry.look.at,
                agent: &entry.look.agent,
                what,
            };
            // A head is told of what was done in their unit alone.
            for unit in ["", entry.look.unit.as_str()] {
                let watch = self.watches.entry(unit.to_owned()).or_default();
                let signs = watch.look(&look, limits);
                raised.extend(signs.iter().map(|alert| kept(alert, unit)));
            }
        }
        raised
    }
}

/// What a search was for: a number or an address is the same in every notation.
fn searched(look: &Look) -> Cow<'_, str> {
    let read = match look.kind.as_str() {
        "search" => observables::parse_any(&look.object),
        _ => Vec::new(),
    };
    read.first().map_or(Cow::Borrowed(&*look.object), |found| {
        Cow::Owned(found.canonical().to_owned())
    })
}

/// What an entry shows, for those that are looks at a submission or searches.
fn what<'e>(look: &Look, searched: &'e str, honey: &BTreeSet<i64>) -> Option<What<'e>> {
    Some(match look.kind.as_str() {
        "search" if look.because == NEXT_PAGE => What::FurtherPage(searched),
        "search" => What::Search(searched),
        SIGN | "read_record" | "export_record" | "task_begin" | "task_end" | "glass_ask"
        | "glass_agree" => return None,
        _ => What::Submission {
            place: look.docket,
            nearness: Nearness::from_word(&look.because)?,
            honey: look.docket.is_some_and(|place| honey.contains(&place)),
        },
    })
}

/// A sign as an entry: about whom, of which unit, what of, and as the reason how many looks made it.
fn kept(alert: &Alert, unit: &str) -> Look {
    let of_one = matches!(alert.sign, Sign::Honey | Sign::Glass);
    Look {
        at: alert.at,
        agent: alert.agent.to_string(),
        unit: unit.to_owned(),
        kind: SIGN.to_owned(),
        docket: alert.about.parse().ok().filter(|_| of_one),
        object: alert.about.to_string(),
        because: alert.sign.as_str().to_owned(),
        reason: alert.many.to_string(),
    }
}

/// As after a restart.
#[cfg(test)]
pub(crate) async fn forget(app: &App) {
    *app.watching.0.lock().await = None;
}

/// Anchors the newest hash when enough entries wait for it, or one has waited long enough.
async fn anchor(app: &App) -> Result<(), WatchError> {
    let Some((entries, hash)) = app.store.record.newest().await? else {
        return Ok(());
    };
    let newest = app.store.intake.newest_anchor().await?;
    let held = newest.map_or(0, |anchor| anchor.entries);
    if entries <= held {
        return Ok(());
    }
    let first = app.store.record.from(held, 1).await?;
    let waits = first
        .first()
        .is_some_and(|entry| entry.look.at <= app.now_micros() - WAITS);
    if entries - held >= ENTRIES || waits {
        app.store
            .intake
            .anchor(entries, hash, app.now_micros())
            .await?;
    }
    Ok(())
}
