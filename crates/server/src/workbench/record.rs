//! The record of looks, for those who watch over it: who looked at what and why, and the signs that somebody looked for
//! something else than their work.

use std::collections::{BTreeSet, HashMap};

use askama::Template;
use axum::{http::StatusCode, response::Response};
use casework::{
    policy::Action,
    vigilance::{self, Alert, Nearness, Sign, What},
};
use store::{
    StoreError,
    record::{Asked, Entry, Watched},
};

use super::{door::Admitted, labels, link, row, session::Refused};
use crate::{
    app::App,
    page::{Page, render},
};

const ROWS: i64 = 100;
/// Signs of so many days are shown here.
const DAYS: i64 = 7;
/// Entries that signs are looked for in, at most: the newest.
const MOST: i64 = if cfg!(test) { 200 } else { 200_000 };

/// A look in words.
struct EntryView {
    when: String,
    who: String,
    unit: String,
    what: String,
    about: String,
    because: String,
    reason: String,
}

/// Signs, and whether they were looked for in the newest entries alone.
#[derive(Default)]
pub(super) struct Alerts {
    pub(super) found: Vec<AlertView>,
    pub(super) cut: bool,
}

/// A sign in words.
pub(super) struct AlertView {
    pub(super) when: String,
    pub(super) who: String,
    pub(super) what: String,
    /// The looks of that agent; empty where the reader may not read them.
    pub(super) href: String,
}

#[derive(Template)]
#[template(path = "workbench/record.html")]
struct RecordPage {
    page: Page,
    alerts: Alerts,
    entries: Vec<EntryView>,
    agent: String,
    number: String,
    next: String,
}

/// The page.
pub(super) async fn show(app: App, at: Admitted) -> Result<Response, Refused> {
    let template = build(&app, &at)
        .await
        .map_err(|error| at.signed.failed(&error))?;
    Ok(render(StatusCode::OK, &template))
}

async fn build(app: &App, at: &Admitted) -> Result<RecordPage, StoreError> {
    let page = at.signed.page.clone();
    let (agent, number) = (at.query("agent").trim(), at.query("number").trim());
    // Counted from one, as people count.
    let docket = number
        .parse::<i64>()
        .ok()
        .map(|number| number.saturating_sub(1));
    let asked = Asked {
        agent: agent.to_owned(),
        docket,
        before: at.query("before").parse().ok(),
    };
    let mut entries = app.store.record.entries(&asked, ROWS + 1).await?;
    let more = entries.len() as i64 > ROWS;
    entries.truncate(ROWS as usize);
    let next = entries
        .last()
        .filter(|_| more)
        .map_or(String::new(), |last| {
            let before = last.place.to_string();
            let fields = [("agent", agent), ("number", number), ("before", &before)];
            format!("{}/record?{}", link::workbench(&page), link::query(&fields))
        });
    let names = row::agent_names(app).await?;
    Ok(RecordPage {
        alerts: alerts(app, at, &names, DAYS).await?,
        entries: entries
            .iter()
            .map(|entry| view(app, &page, entry, &names))
            .collect(),
        agent: agent.to_owned(),
        number: number.to_owned(),
        next,
        page,
    })
}

fn view(app: &App, page: &Page, entry: &Entry, names: &HashMap<String, String>) -> EntryView {
    let look = &entry.look;
    let number = look.docket.map(|seq| row::number(page, seq));
    let about: Vec<String> = number
        .into_iter()
        .chain(Some(look.object.clone()).filter(|object| !object.is_empty()))
        .collect();
    EntryView {
        when: page.moment(look.at),
        who: names.get(&look.agent).unwrap_or(&look.agent).clone(),
        unit: labels::unit(app, page.lang, &look.unit),
        what: labels::action(page, &look.kind),
        about: about.join(", "),
        because: labels::nearness(page, &look.because),
        reason: look.reason.clone(),
    }
}

/// The signs of the last days that this agent is to be told, the newest first: of all but themselves, a head of what was
/// done in their unit.
pub(super) async fn alerts(
    app: &App,
    at: &Admitted,
    names: &HashMap<String, String>,
    days: i64,
) -> Result<Alerts, StoreError> {
    if !at.may_at_all(Action::SeeAlerts) {
        return Ok(Alerts::default());
    }
    let page = &at.signed.page;
    let reads_all = at.may_at_all(Action::ReadRecord);
    let agent = &at.signed.agent;
    let watched = Watched {
        since: app.days_ago(days),
        unit: if reads_all {
            String::new()
        } else {
            agent.unit.clone()
        },
        but: agent.id.clone(),
    };
    let (entries, cut) = app.store.record.since(&watched, MOST).await?;
    let honey = app.store.record.honey().await?;
    let signs = vigilance::signs(looks(&entries, &honey), &app.config.vigilance);
    let found = signs
        .iter()
        .rev()
        .map(|alert| AlertView {
            when: page.moment(alert.at),
            who: names
                .get(&*alert.agent)
                .map_or(&*alert.agent, String::as_str)
                .to_owned(),
            what: told(page, alert),
            href: if reads_all {
                let query = link::query(&[("agent", &alert.agent)]);
                format!("{}/record?{query}", link::workbench(page))
            } else {
                String::new()
            },
        })
        .collect();
    Ok(Alerts { found, cut })
}

/// The entries that are looks at a submission or searches, as the detector takes them.
fn looks<'e>(
    entries: &'e [Entry],
    honey: &'e BTreeSet<i64>,
) -> impl Iterator<Item = vigilance::Look<'e>> {
    entries.iter().filter_map(|entry| {
        let look = &entry.look;
        let what = match look.kind.as_str() {
            "search" => What::Search(&look.object),
            "read_record" | "task_begin" | "task_end" | "glass_ask" | "glass_agree" => return None,
            _ => What::Submission {
                place: look.docket,
                nearness: Nearness::from_word(&look.because)?,
                honey: look.docket.is_some_and(|place| honey.contains(&place)),
            },
        };
        Some(vigilance::Look {
            at: look.at,
            agent: &look.agent,
            what,
        })
    })
}

fn told(page: &Page, alert: &Alert) -> String {
    let key = match alert.sign {
        Sign::Bulk => "wb-sign-bulk",
        Sign::Outside => "wb-sign-outside",
        Sign::Repeated => "wb-sign-repeated",
        Sign::Denied => "wb-sign-denied",
        Sign::Honey => "wb-sign-honey",
        Sign::Glass => "wb-sign-glass",
    };
    let about = match alert.about.parse::<i64>() {
        Ok(seq) => row::number(page, seq),
        Err(_) => alert.about.to_string(),
    };
    page.w
        .t2(key, ("many", i64::from(alert.many)), ("about", about))
}
