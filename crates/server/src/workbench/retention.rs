//! How long submissions are kept, as those see it who answer for it: what falls due, what is held and why, what was
//! erased and the proof of it. Nothing that anybody told is shown here: whoever watches over personal data reads no case.

mod act;
mod one;

use std::collections::{BTreeSet, HashMap};

use askama::Template;
use axum::{
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use casework::{
    Lang,
    policy::{Action, Reach},
    retention::{Does, NOTICE_DAYS, Rules},
};
use store::{
    StoreError,
    objects::hex,
    work::{Docket, Held, Proof},
};

pub(super) use self::{
    act::{ask, erase, hold, let_go},
    one::show as show_one,
};
use super::{door::Admitted, labels, link, row, session::Refused};
use crate::{
    app::App,
    housekeeping::clock,
    page::{Page, render},
};

/// Rows of a list.
const ROWS: i64 = 200;
/// How far ahead one may look, days.
const AHEAD: [i64; 3] = [NOTICE_DAYS as i64, 90, 365];
const DAY: i64 = 24 * 60 * 60_000_000;

/// A submission that something falls due of.
struct DueView {
    number: String,
    href: String,
    desk: String,
    kind: String,
    unit: String,
    state: String,
    when: String,
    late: bool,
    what: String,
    because: String,
}

struct HeldView {
    number: String,
    href: String,
    since: String,
    who: String,
    reason: String,
    until: String,
}

struct ProofView {
    number: String,
    when: String,
    desk: String,
    unit: String,
    what: String,
    because: String,
    who: String,
    href: String,
}

struct Ahead {
    days: i64,
    href: String,
    current: bool,
}

#[derive(Template)]
#[template(path = "workbench/retention.html")]
struct Retention {
    page: Page,
    ahead: Vec<Ahead>,
    due: Vec<DueView>,
    holds: Vec<HeldView>,
    proofs: Vec<ProofView>,
    /// Whether a list is cut.
    cut: bool,
    older: String,
    /// Why nothing is erased now; empty where what is due is.
    halted: String,
}

/// The unit whose submissions an agent answers for; none for who answers for all.
fn answered_for(at: &Admitted) -> Option<&str> {
    let all = at.reach(Action::SeeRetention) == Reach::Any;
    (!all).then_some(at.signed.agent.unit.as_str())
}

/// Those of some submissions of which the agent may see how long they are kept: a list names none whose page is denied.
async fn seen(
    app: &App,
    at: &Admitted,
    listed: BTreeSet<i64>,
) -> Result<BTreeSet<i64>, StoreError> {
    let standings = app.store.work.standings(&Vec::from_iter(listed)).await?;
    let seen = standings
        .iter()
        .filter(|one| at.may_to(Action::SeeRetention, one));
    Ok(seen.map(|one| one.seq).collect())
}

/// The page.
pub(super) async fn show(app: App, at: Admitted) -> Result<Response, Refused> {
    let failed = |error: StoreError| at.signed.failed(&error);
    let page = at.signed.page.clone();
    let base = format!("{}/retention", link::workbench(&page));
    let asked: i64 = at.query("days").parse().unwrap_or(0);
    let days = AHEAD.into_iter().find(|days| *days == asked);
    let days = days.unwrap_or(AHEAD[0]);
    let (work, unit, now) = (&app.store.work, answered_for(&at), app.now_micros());
    let due = work.due(now + days * DAY, unit, ROWS).await;
    let mut due = due.map_err(failed)?;
    let mut holds = work.holds(None, unit, now, ROWS).await.map_err(failed)?;
    let before = at.query("before").parse().ok();
    let proofs = work.proofs(None, unit, before, ROWS).await;
    let mut proofs = proofs.map_err(failed)?;
    let full = |rows: usize| rows as i64 == ROWS;
    let cut = full(due.len()) || full(holds.len());
    let older = match proofs.last() {
        Some(last) if full(proofs.len()) => format!("{base}?before={}", last.place),
        _ => String::new(),
    };
    let of = |one: &Proof| one.erasure.docket;
    let listed = due.iter().map(|one| one.docket);
    let listed = listed.chain(holds.iter().map(|one| one.docket));
    let listed = listed.chain(proofs.iter().map(of)).collect();
    let seen = seen(&app, &at, listed).await.map_err(failed)?;
    due.retain(|one| seen.contains(&one.docket));
    holds.retain(|one| seen.contains(&one.docket));
    proofs.retain(|one| seen.contains(&of(one)));
    let seqs: Vec<i64> = due.iter().map(|due| due.docket).collect();
    let dockets = work.dockets(&seqs).await.map_err(failed)?;
    let dockets: HashMap<i64, Docket> = dockets
        .into_iter()
        .map(|docket| (docket.seq, docket))
        .collect();
    let held: Vec<i64> = holds.iter().map(|held| held.docket).collect();
    let ids = work.dockets(&held).await.map_err(failed)?;
    let ids: HashMap<i64, String> = ids.into_iter().map(|one| (one.seq, one.id)).collect();
    let names = row::agent_names(&app).await.map_err(failed)?;
    let doubted = clock::doubted(&app).await.map_err(failed)?;
    let template = Retention {
        halted: doubted.map_or_else(String::new, |last| {
            let (now, last) = (page.moment(now), page.moment(last.as_microsecond()));
            page.w
                .t2("wb-retention-halted", ("now", now), ("last", last))
        }),
        ahead: AHEAD
            .into_iter()
            .map(|one| Ahead {
                days: one,
                href: format!("{base}?days={one}"),
                current: one == days,
            })
            .collect(),
        cut,
        older,
        due: due
            .iter()
            .filter_map(|due| {
                let docket = dockets.get(&due.docket)?;
                Some(DueView {
                    number: row::number(&page, due.docket),
                    href: address(&page, &docket.id),
                    desk: labels::desk(&app, &docket.desk),
                    kind: labels::headline(&app, page.lang, &docket.desk, &docket.headline),
                    unit: labels::unit(&app, page.lang, &docket.unit),
                    state: labels::state(&page, &docket.state),
                    when: page.day(due.at),
                    late: due.at < now - DAY,
                    what: does(&page, &due.does),
                    because: because(&app, page.lang, &docket.desk, &due.rule),
                })
            })
            .collect(),
        holds: holds
            .iter()
            .map(|held| held_view(&page, held, &names, ids.get(&held.docket)))
            .collect(),
        proofs: proofs
            .iter()
            .map(|proof| proof_view(&app, &page, proof, &names))
            .collect(),
        page,
    };
    Ok(render(StatusCode::OK, &template))
}

/// What an erasure is, in words.
fn does(page: &Page, word: &str) -> String {
    let words = page.w;
    match Does::from_word(word) {
        Some(Does::Archive) => words.t("wb-does-archive"),
        Some(Does::EraseIdentity) => words.t("wb-does-identity"),
        Some(Does::EraseAll) => words.t("wb-does-all"),
        None => word.to_owned(),
    }
}

/// Why a rule says so, with what it rests on.
fn because(app: &App, lang: Lang, desk: &str, rule: &str) -> String {
    let rules = app.desk(desk).map(Rules::of);
    match rules.as_ref().and_then(|rules| rules.rule(rule)) {
        Some(rule) if rule.article.is_empty() => rule.because.get(lang).to_owned(),
        Some(rule) => format!("{} ({})", rule.because.get(lang), rule.article),
        None => rule.to_owned(),
    }
}

fn address(page: &Page, id: &str) -> String {
    format!("{}/retention", link::submission(page, id, ""))
}

fn held_view(
    page: &Page,
    held: &Held,
    names: &HashMap<String, String>,
    id: Option<&String>,
) -> HeldView {
    HeldView {
        number: row::number(page, held.docket),
        href: id.map_or_else(String::new, |id| address(page, id)),
        since: page.moment(held.at),
        who: names.get(&held.agent).unwrap_or(&held.agent).clone(),
        reason: held.reason.clone(),
        until: held.until.map_or_else(
            || page.w.t("wb-hold-open"),
            |until| page.w.t1("wb-hold-until", "day", page.day(until - 1)),
        ),
    }
}

fn proof_view(app: &App, page: &Page, proof: &Proof, names: &HashMap<String, String>) -> ProofView {
    let erasure = &proof.erasure;
    let name = |id: &String| names.get(id).unwrap_or(id).clone();
    ProofView {
        number: row::number(page, erasure.docket),
        when: page.moment(erasure.at),
        desk: labels::desk(app, &proof.desk),
        unit: labels::unit(app, page.lang, &proof.unit),
        what: does(page, &erasure.does),
        because: if erasure.rule.is_empty() {
            erasure.because.clone()
        } else {
            because(app, page.lang, &proof.desk, &erasure.rule)
        },
        who: if erasure.agent.is_empty() {
            page.w.t("wb-proof-rule")
        } else {
            format!("{}, {}", name(&erasure.agent), name(&erasure.second))
        },
        href: format!("{}/retention/proofs/{}", link::workbench(page), proof.place),
    }
}

/// A proof as a text to keep, which says how it is verified.
pub(super) async fn statement(app: App, at: Admitted) -> Result<Response, Refused> {
    let failed = |error: StoreError| at.signed.failed(&error);
    let place: i64 = at.path("proof").parse().unwrap_or(-1);
    let unit = answered_for(&at);
    let found = app.store.work.proofs(None, unit, Some(place + 1), 1).await;
    let found = found.map_err(failed)?;
    let found = found.first().filter(|proof| proof.place == place);
    let of = found.map(|proof| proof.erasure.docket);
    let seen = seen(&app, &at, of.into_iter().collect()).await;
    let seen = !seen.map_err(failed)?.is_empty();
    let Some(proof) = found.filter(|_| seen) else {
        return Err(at.signed.not_found());
    };
    let page = &at.signed.page;
    let names = row::agent_names(&app).await.map_err(failed)?;
    let view = proof_view(&app, page, proof, &names);
    let words = page.w;
    let lines = [
        words.t("wb-statement-title"),
        String::new(),
        format!("{} {}", words.t("wb-statement-number"), view.number),
        format!("{} {}", words.t("wb-statement-id"), proof.id),
        format!(
            "{} {} – {}",
            words.t("wb-statement-desk"),
            view.desk,
            view.unit
        ),
        format!(
            "{} {}",
            words.t("wb-statement-received"),
            page.moment(proof.received_at)
        ),
        format!("{} {}", words.t("wb-statement-what"), view.what),
        format!("{} {}", words.t("wb-statement-when"), view.when),
        format!("{} {}", words.t("wb-statement-why"), view.because),
        format!("{} {}", words.t("wb-statement-who"), view.who),
        format!("{} {}", words.t("wb-statement-files"), proof.files),
        String::new(),
        words.t("wb-statement-text"),
        format!("{} {}", words.t("wb-statement-place"), proof.place),
        format!("{} {}", words.t("wb-statement-hash"), hex(&proof.hash)),
        String::new(),
    ];
    let name = format!("attachment; filename=\"erasure-{place}.txt\"");
    let mut response = lines.join("\n").into_response();
    let headers = response.headers_mut();
    let plain = HeaderValue::from_static("text/plain; charset=utf-8");
    headers.insert(header::CONTENT_TYPE, plain);
    if let Ok(name) = HeaderValue::from_str(&name) {
        headers.insert(header::CONTENT_DISPOSITION, name);
    }
    Ok(response)
}
