//! One series: its members, what they share, why each belongs, where it hangs by a thread.

use std::collections::{BTreeMap, HashMap};

use askama::Template;
use axum::{http::StatusCode, response::Response};
use casework::policy::Action;
use observables::{Observable, defang, display};
use store::{
    StoreError,
    work::{Docket, KEY_KINDS, KnownKey, Reason, SeriesRow, Sight},
};

use super::{
    SeriesView,
    bridges::bridges,
    timeline::{HEIGHT, Month, STEP, months},
    view,
};
use crate::{
    app::App,
    harmonise::{Findings, Sighting, Verdicts},
    page::{Page, render},
    workbench::{
        door::Admitted,
        labels, link,
        row::{self, Row, rows},
        session::Refused,
        submission::{
            answers::observable,
            history::{self, ActView},
            hit::{effective, said_of},
            matching::values,
            shown_sightings,
        },
    },
};

/// Members shown at once, and read for what they share.
const MEMBERS: i64 = 100;
/// Reasons shown.
const REASONS: i64 = 60;
/// Members whose keys are read to find bridges.
const MOST_BRIDGED: i64 = 1_000;
/// Moments read for the timeline.
const MOST_MOMENTS: i64 = 5_000;
/// Observables shown.
const MOST_SHARED: usize = 40;
/// Observables and reasons seen at once; the others are folded, so that the members are not far.
const FIRST: usize = 10;

/// What was typed into the form that was sent.
#[derive(Default)]
pub(super) struct Entered {
    pub(super) act: String,
    pub(super) reason: String,
    pub(super) other: String,
    pub(super) out: Vec<i64>,
}

impl Entered {
    fn reason(&self, act: &str) -> &str {
        if self.act == act { &self.reason } else { "" }
    }
}

struct Member {
    row: Row,
    ticked: bool,
}

struct Shared {
    kind: String,
    value: String,
    defanged: String,
    href: String,
    /// Members of the series, among those read, that hold it.
    inside: i64,
    /// Submissions that hold it, of those that are seen.
    everywhere: i64,
    /// What sharing it says, in bits.
    bits: String,
    /// Why it says nothing, if so.
    note: String,
}

/// Why two members belong together.
struct Edge {
    a: String,
    a_href: String,
    b: String,
    b_href: String,
    bits: String,
    keys: Vec<EdgeKey>,
    bridge: bool,
}

struct EdgeKey {
    label: String,
    bits: String,
}

#[derive(Template)]
#[template(path = "workbench/series.html")]
struct SeriesPage {
    page: Page,
    series: SeriesView,
    /// When the last of its members was received.
    received: String,
    address: String,
    revision: i64,
    retired: bool,
    /// What came in last is not in it yet.
    waits: bool,
    /// Submissions of its part, where that is so large that one fact joins none of them.
    held: i64,
    heir: String,
    heir_href: String,
    errors: Vec<(&'static str, String)>,
    entered: Entered,
    /// Somebody was first: nothing was done.
    changed: bool,
    done: String,
    decides: bool,
    members: Vec<Member>,
    next: String,
    first: String,
    read: i64,
    all_read: bool,
    shared: Vec<Shared>,
    more_shared: Vec<Shared>,
    edges: Vec<Edge>,
    folded_edges: Vec<Edge>,
    more_edges: bool,
    hanging: i64,
    bridges_known: bool,
    months: Vec<Month>,
    width: usize,
    height: usize,
    bar: usize,
    months_cut: bool,
    acts: Vec<ActView>,
}

impl SeriesPage {
    fn error(&self, id: &str) -> Option<&str> {
        self.errors
            .iter()
            .find(|(field, _)| *field == id)
            .map(|(_, text)| text.as_str())
    }
}

/// The page.
pub(in crate::workbench) async fn show(app: App, at: Admitted) -> Result<Response, Refused> {
    let words = at.signed.page.w;
    let done = match at.query("done") {
        "confirm" => words.t("wb-done-confirm"),
        "split" => words.t("wb-done-split"),
        "merge" => words.t("wb-done-merge"),
        "undo" => words.t("wb-done-undo"),
        _ => String::new(),
    };
    let after = at.query("after").parse().unwrap_or(-1);
    let mut built = build(&app, &at, after, Entered::default())
        .await
        .map_err(|error| at.signed.failed(&error))?
        .ok_or_else(|| at.signed.not_found())?;
    built.done = done;
    Ok(render(StatusCode::OK, &built))
}

/// The page again, with what is wrong in the form that was sent and everything that was typed.
pub(super) async fn again(
    app: &App,
    at: &Admitted,
    status: StatusCode,
    errors: Vec<(&'static str, String)>,
    entered: Entered,
    changed: bool,
) -> Result<Response, Refused> {
    let mut built = build(app, at, -1, entered)
        .await
        .map_err(|error| at.signed.failed(&error))?
        .ok_or_else(|| at.signed.not_found())?;
    built.errors = errors;
    built.changed = changed;
    Ok(render(status, &built))
}

async fn build(
    app: &App,
    at: &Admitted,
    after: i64,
    entered: Entered,
) -> Result<Option<SeriesPage>, StoreError> {
    let (work, sight, id) = (&app.store.work, &at.sight, at.path("id"));
    let Some(series) = work.seen_series(id, sight).await? else {
        return Ok(None);
    };
    // What lies around a series says something of all that is in it.
    let all = work.series(id).await?;
    let retired = series.state == "retired";
    let whole = !retired && all.is_some_and(|all| all.members == series.members);
    let page = at.signed.page.clone();
    let address = link::series(&page, id);
    let mut dockets = work.members(id, after, MEMBERS + 1, sight).await?;
    let more = dockets.len() as i64 > MEMBERS;
    dockets.truncate(MEMBERS as usize);
    let next = dockets
        .last()
        .filter(|_| more)
        .map_or(String::new(), |last| {
            format!("{address}?after={}", last.seq)
        });
    let read = dockets.len() as i64;

    let sightings = sightings(app, at, &dockets).await?;
    let mut shared = shared(app, (&page, sight), &sightings).await?;
    let more_shared = shared.split_off(shared.len().min(FIRST));
    let all: Vec<Sighting> = sightings.into_iter().flatten().collect();
    let reasons = work.reasons(id, MOST_BRIDGED, sight).await?;
    let hangs = hangs(app, (id, sight), &series, &reasons).await?;
    let mut edges = edges(app, (&page, sight), &reasons, &hangs, &values(&all)).await?;
    let more_edges = reasons.len() > edges.len();
    // What the series hangs by is always seen.
    let hanging = hangs.iter().filter(|bridge| **bridge).count();
    let folded_edges = edges.split_off(edges.len().min(FIRST.max(hanging)));
    let received = work.series_received(id, sight).await?;
    let moments = work.series_moments(id, MOST_MOMENTS, sight).await?;
    let months = months(&moments);

    let names = row::agent_names(app).await?;
    let acts = work.series_acts(id, sight).await?;
    let members = rows(app, (&page, sight), "", &dockets)
        .await?
        .into_iter()
        .map(|row| Member {
            ticked: entered.out.contains(&row.seq),
            row,
        })
        .collect();
    Ok(Some(SeriesPage {
        series: view(&page, &series),
        revision: work.series_lock(id, sight).await?,
        retired,
        waits: whole && work.series_waits(id).await?,
        held: if whole {
            work.held_back(Some(id)).await?
        } else {
            0
        },
        heir_href: series
            .merged_into
            .as_deref()
            .map_or(String::new(), |heir| link::series(&page, heir)),
        heir: series.merged_into.clone().unwrap_or_default(),
        errors: Vec::new(),
        entered,
        changed: false,
        done: String::new(),
        decides: at.may(Action::DecideSeries) && !retired,
        members,
        next,
        first: if after < 0 {
            String::new()
        } else {
            address.clone()
        },
        read,
        all_read: read == series.members,
        shared,
        more_shared,
        more_edges,
        hanging: hanging as i64,
        bridges_known: hangs.len() == reasons.len(),
        edges,
        folded_edges,
        received: received.map_or(String::new(), |at| page.day(at)),
        width: months.len() * STEP,
        height: HEIGHT,
        bar: STEP - 2,
        months_cut: series.members > MOST_MOMENTS,
        months,
        acts: acts
            .iter()
            .rev()
            .map(|act| history::view(app, &page, act, &names))
            .collect(),
        address,
        page,
    }))
}

/// What holds of what was found in the parts of each member that are shown, after what agents said.
async fn sightings(
    app: &App,
    at: &Admitted,
    dockets: &[Docket],
) -> Result<Vec<Vec<Sighting>>, StoreError> {
    let seqs: Vec<i64> = dockets.iter().map(|docket| docket.seq).collect();
    let corrections = app.store.work.corrections_of(&seqs).await?;
    Ok(dockets
        .iter()
        .map(|docket| {
            let found = Findings::read(&docket.sightings).sightings;
            let found = shown_sightings(found, |part| at.is_shown_of(docket.seq, part));
            let Some(said) = corrections.get(&docket.seq) else {
                return found;
            };
            let told = if at.is_all_shown_of(docket.seq) {
                Verdicts::of(said)
            } else {
                Verdicts::of(&said_of(said.clone(), &found))
            };
            effective(&app.lists, &found, &told)
        })
        .collect())
}

/// The observables that two members or more hold, those that say most first: what each of them says
/// by being shared, once for each member it ties to the others.
async fn shared(
    app: &App,
    (page, sight): (&Page, &Sight),
    sightings: &[Vec<Sighting>],
) -> Result<Vec<Shared>, StoreError> {
    let mut inside: BTreeMap<Observable, i64> = BTreeMap::new();
    let mut lists: BTreeMap<Observable, &str> = BTreeMap::new();
    for of_member in sightings {
        let mut own: Vec<Observable> = Vec::new();
        for sighting in of_member {
            let Some(found) = observable(sighting) else {
                continue;
            };
            if let Some(list) = &sighting.list {
                lists.insert(found.clone(), list);
            }
            own.push(found);
        }
        own.sort();
        own.dedup();
        for found in own {
            *inside.entry(found).or_insert(0) += 1;
        }
    }
    inside.retain(|_, count| *count > 1);
    let ids: Vec<i64> = inside.keys().map(crate::harmonise::lookup_key).collect();
    let known = app.store.work.known_keys(&ids).await?;
    let weight = |found: &Observable| {
        known
            .get(&crate::harmonise::lookup_key(found))
            .map_or(0.0, |key| bits(app, key))
    };
    let mut weighed: Vec<(Observable, i64, f64)> = inside
        .into_iter()
        .map(|(found, count)| {
            let bits = weight(&found);
            (found, count, bits)
        })
        .collect();
    let says = |count: i64, bits: f64| bits * (count - 1) as f64;
    weighed.sort_by(|a, b| {
        says(b.1, b.2)
            .total_cmp(&says(a.1, a.2))
            .then(b.1.cmp(&a.1))
    });
    weighed.truncate(MOST_SHARED);
    let ids: Vec<i64> = weighed
        .iter()
        .map(|(found, ..)| crate::harmonise::lookup_key(found))
        .collect();
    let everywhere = app.store.work.seen_holders(&ids, sight).await?;
    Ok(weighed
        .into_iter()
        .map(|(found, count, bits)| Shared {
            kind: labels::kind(page, found.kind().name()),
            value: display(&found),
            defanged: defang(&found),
            href: link::search(page, found.kind().name(), found.canonical()),
            inside: count,
            everywhere: everywhere
                .get(&crate::harmonise::lookup_key(&found))
                .map_or(count, |seen| (*seen).max(count)),
            bits: labels::bits(page.lang, bits),
            note: match lists.get(&found) {
                Some(list) => page.w.t1("wb-on-list", "list", *list),
                None if bits == 0.0 => page.w.t("wb-too-common"),
                None => String::new(),
            },
        })
        .collect())
}

/// What sharing a key says, in bits.
fn bits(app: &App, key: &KnownKey) -> f64 {
    KEY_KINDS
        .get(usize::from(key.kind))
        .and_then(|name| app.model.kind(name))
        .map_or(0.0, |kind| {
            let members = key.members.max(0) as u64;
            app.model.weight(kind, members, key.damped).bits
        })
}

/// Which reasons are bridges; empty when the series is too large to say.
async fn hangs(
    app: &App,
    (id, sight): (&str, &Sight),
    series: &SeriesRow,
    reasons: &[Reason],
) -> Result<Vec<bool>, StoreError> {
    if series.members > MOST_BRIDGED || reasons.is_empty() {
        return Ok(Vec::new());
    }
    let work = &app.store.work;
    let mut holders: BTreeMap<i64, Vec<i64>> = BTreeMap::new();
    for (seq, keys) in work.series_keys(id, MOST_BRIDGED, sight).await? {
        for key in keys.iter().filter(|key| !key.damped) {
            holders.entry(key.id).or_default().push(seq);
        }
    }
    holders.retain(|_, members| members.len() > 1);
    let ids: Vec<i64> = holders.keys().copied().collect();
    let known = work.known_keys(&ids).await?;
    // What is capped, or only weighs once something else joins, holds nothing together.
    let counts = |id: &i64| {
        known.get(id).is_some_and(|key| {
            let kind = KEY_KINDS
                .get(usize::from(key.kind))
                .and_then(|name| app.model.kind(name));
            let members = key.members.max(0) as u64;
            kind.is_some_and(|kind| {
                app.model.joins(kind, members, key.damped)
                    || app.model.pairs(kind, members, key.damped)
            })
        })
    };
    let holders: Vec<Vec<i64>> = holders
        .into_iter()
        .filter(|(id, _)| counts(id))
        .map(|(_, members)| members)
        .collect();
    let tree: Vec<(i64, i64)> = reasons.iter().map(|reason| (reason.a, reason.b)).collect();
    Ok(bridges(&tree, &holders))
}

/// The reasons in words: bridges first, then the strongest.
async fn edges(
    app: &App,
    (page, sight): (&Page, &Sight),
    reasons: &[Reason],
    hangs: &[bool],
    values: &HashMap<i64, Observable>,
) -> Result<Vec<Edge>, StoreError> {
    let bridge = |place: usize| hangs.get(place).copied().unwrap_or(false);
    let mut order: Vec<usize> = (0..reasons.len()).collect();
    order.sort_by_key(|place| !bridge(*place));
    order.truncate(REASONS as usize);
    let shown: Vec<&Reason> = order.iter().map(|place| &reasons[*place]).collect();
    let ids: Vec<i64> = shown
        .iter()
        .flat_map(|reason| &reason.keys)
        .map(|(id, _)| *id)
        .collect();
    let known = app.store.work.known_keys(&ids).await?;
    let seqs: Vec<i64> = shown
        .iter()
        .flat_map(|reason| [reason.a, reason.b])
        .collect();
    let hrefs: HashMap<i64, String> = app
        .store
        .work
        .seen_dockets(&seqs, sight)
        .await?
        .into_iter()
        .map(|docket| (docket.seq, link::submission(page, &docket.id, "")))
        .collect();
    let href = |seq: i64| hrefs.get(&seq).cloned().unwrap_or_default();
    Ok(order
        .iter()
        .zip(shown)
        .map(|(place, reason)| Edge {
            a: row::number(page, reason.a),
            a_href: href(reason.a),
            b: row::number(page, reason.b),
            b_href: href(reason.b),
            bits: labels::bits(page.lang, reason.bits),
            keys: reason
                .keys
                .iter()
                .map(|(id, bits)| EdgeKey {
                    label: key_label(page, *id, &known, values),
                    bits: labels::bits(page.lang, *bits),
                })
                .collect(),
            bridge: bridge(*place),
        })
        .collect())
}

/// A key by its value when an observable tells it, else by its kind.
fn key_label(
    page: &Page,
    id: i64,
    known: &HashMap<i64, KnownKey>,
    values: &HashMap<i64, Observable>,
) -> String {
    if let Some(found) = values.get(&id) {
        return format!(
            "{} {}",
            labels::kind(page, found.kind().name()),
            display(found)
        );
    }
    match known
        .get(&id)
        .and_then(|key| KEY_KINDS.get(usize::from(key.kind)))
    {
        Some(name) => labels::kind(page, name),
        // Only the bands of a text have no row of their own.
        None => labels::kind(page, "text"),
    }
}
