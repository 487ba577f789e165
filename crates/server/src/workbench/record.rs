//! The record of looks, for those who watch over it: who looked at what and why, and the signs that somebody looked for
//! something else than their work.

pub(super) mod check;
pub(super) mod export;

use std::collections::HashMap;

use askama::Template;
use axum::{
    http::StatusCode,
    response::{IntoResponse, Redirect, Response},
};
use casework::{
    policy::{Action, Subject},
    vigilance::Sign,
};
use jiff::{Timestamp, civil::Date, tz::TimeZone};
use store::{
    StoreError,
    record::{Asked, Entry, SIGN, Signs},
};

use super::{door::Admitted, labels, link, row, session::Refused};
use crate::{
    app::App,
    page::{Page, render},
    watch,
};

const ROWS: i64 = 100;
/// Signs of so many days are shown here.
const DAYS: i64 = 7;
/// So many signs are shown, the newest; and so many new ones are counted.
const MOST: i64 = 200;

/// What the record can be searched for, by the fields of the address.
const FIELDS: [&str; 6] = ["agent", "number", "kind", "word", "since", "until"];

/// Kinds of entries that are no action of the policy.
const KINDS: [&str; 27] = [
    "glass_ask",
    "glass_agree",
    "task_begin",
    "task_end",
    "ask_access",
    "agree_access",
    "refuse_access",
    "disable_agent",
    "dry_run",
    "ask_rules",
    "agree_rules",
    "refuse_rules",
    "believe_clock",
    "access_sign_in",
    "access_refused",
    "access_signed_out",
    "access_session_ended",
    "access_sessions_ended",
    "access_password_set",
    "access_password_changed",
    "access_password_removed",
    "access_codes_made",
    "access_passkey_added",
    "access_passkey_removed",
    "access_provider_bound",
    "access_provider_unbound",
    SIGN,
];

/// Every kind of entry, in the order of the list: what is done to cases, projects and the record, then the others.
fn kinds() -> impl Iterator<Item = &'static str> {
    // To be told of signs is no look.
    let kept = |one: &&Action| one.rule().subject != Subject::Service && **one != Action::SeeAlerts;
    let actions = Action::ALL.iter().filter(kept);
    actions.map(|one| one.as_str()).chain(KINDS)
}

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

/// Signs that somebody is to be told of.
#[derive(Default)]
pub(super) struct Alerts {
    pub(super) found: Vec<AlertView>,
    /// The place of the newest, to say that it was seen.
    pub(super) newest: i64,
}

/// A sign in words.
pub(super) struct AlertView {
    /// Whether the reader has not seen it yet.
    pub(super) new: bool,
    pub(super) when: String,
    pub(super) who: String,
    pub(super) what: String,
    /// The looks of that agent; empty where the reader may not read them.
    pub(super) href: String,
}

/// A kind of entry in a list.
struct KindChoice {
    id: &'static str,
    label: String,
    selected: bool,
}

#[derive(Template)]
#[template(path = "workbench/record.html")]
struct RecordPage {
    page: Page,
    alerts: Alerts,
    entries: Vec<EntryView>,
    /// What was searched for, in the order of [`FIELDS`].
    agent: String,
    number: String,
    word: String,
    since: String,
    until: String,
    kinds: Vec<KindChoice>,
    next: String,
    /// The same search as a file.
    export: String,
    chain: check::Chain,
}

/// The page.
pub(super) async fn show(app: App, at: Admitted) -> Result<Response, Refused> {
    let template = build(&app, &at)
        .await
        .map_err(|error| at.signed.failed(&error))?;
    Ok(render(StatusCode::OK, &template))
}

/// What the address asks for. What cannot be read filters nothing but a number, which then is nobody's.
fn asked(at: &Admitted) -> Asked {
    let text = |name: &str| at.query(name).trim().to_owned();
    let day = |name: &str, more: i64| -> Option<i64> {
        let day: Date = at.query(name).trim().parse().ok()?;
        let day = day
            .checked_add(jiff::Span::new().try_days(more).ok()?)
            .ok()?;
        let zone = TimeZone::get("Europe/Paris").unwrap_or(TimeZone::UTC);
        let start: Timestamp = day.to_zoned(zone).ok()?.timestamp();
        Some(start.as_microsecond())
    };
    let number = text("number");
    // Counted from one, as people count.
    let place = |number: i64| number.saturating_sub(1);
    Asked {
        agent: text("agent"),
        docket: (!number.is_empty()).then(|| number.parse().map_or(i64::MIN, place)),
        before: at.query("before").parse().ok(),
        kind: text("kind"),
        reason: text("word"),
        since: day("since", 0),
        until: day("until", 1),
    }
}

/// The same in one line, as the record keeps what was read of it.
pub(super) fn asked_for(at: &Admitted) -> String {
    let asked = FIELDS.iter().map(|name| at.query(name).trim());
    let asked: Vec<&str> = asked.filter(|text| !text.is_empty()).collect();
    asked.join(" ")
}

async fn build(app: &App, at: &Admitted) -> Result<RecordPage, StoreError> {
    let page = at.signed.page.clone();
    let mut entries = app.store.record.entries(&asked(at), ROWS + 1).await?;
    let more = entries.len() as i64 > ROWS;
    entries.truncate(ROWS as usize);
    let before = entries.last().filter(|_| more).map(|last| last.place);
    let fields: Vec<(&str, &str)> = FIELDS
        .iter()
        .map(|name| (*name, at.query(name).trim()))
        .collect();
    let address = |rest: &str, before: Option<i64>| {
        let before = before.map_or(String::new(), |place| place.to_string());
        let fields = [fields.as_slice(), &[("before", &before)]].concat();
        format!(
            "{}/record{rest}?{}",
            link::workbench(&page),
            link::query(&fields)
        )
    };
    let names = row::agent_names(app).await?;
    let text = |name: &str| at.query(name).trim().to_owned();
    let kind = text("kind");
    Ok(RecordPage {
        alerts: alerts(app, at, &names, DAYS).await?,
        entries: entries
            .iter()
            .map(|entry| view(app, &page, entry, &names))
            .collect(),
        agent: text("agent"),
        number: text("number"),
        word: text("word"),
        since: text("since"),
        until: text("until"),
        kinds: kinds()
            .map(|one| KindChoice {
                id: one,
                label: labels::action(&page, one),
                selected: *one == kind,
            })
            .collect(),
        next: before.map_or(String::new(), |before| address("", Some(before))),
        export: address("/export", None),
        chain: check::Chain::read(app, &page).await?,
        page,
    })
}

fn view(app: &App, page: &Page, entry: &Entry, names: &HashMap<String, String>) -> EntryView {
    let look = &entry.look;
    let sign = look.kind == SIGN;
    let number = look.docket.map(|seq| row::number(page, seq));
    let about: Vec<String> = number
        .into_iter()
        .chain(Some(look.object.clone()).filter(|object| !sign && !object.is_empty()))
        .collect();
    EntryView {
        when: page.moment(look.at),
        who: names.get(&look.agent).unwrap_or(&look.agent).clone(),
        unit: labels::unit(app, page.lang, &look.unit),
        what: labels::action(page, &look.kind),
        about: if sign {
            told(page, entry)
        } else {
            about.join(", ")
        },
        because: if sign {
            String::new()
        } else {
            labels::nearness(page, &look.because)
        },
        reason: if sign {
            String::new()
        } else {
            look.reason.clone()
        },
    }
}

/// Which signs somebody is to be told of: of all but themselves, a head of what was done in their unit. None who is to
/// be told of none.
fn signs(app: &App, at: &Admitted, days: i64) -> Option<Signs> {
    let agent = &at.signed.agent;
    let unit = match at.may_at_all(Action::ReadRecord) {
        true => String::new(),
        false => agent.unit.clone(),
    };
    at.may_at_all(Action::SeeAlerts).then(|| Signs {
        unit,
        but: agent.id.clone(),
        after: -1,
        since: app.days_ago(days),
    })
}

/// How many signs of the last days somebody is to be told of and has not seen.
pub(super) async fn unseen(app: &App, at: &Admitted) -> Result<usize, StoreError> {
    let Some(which) = signs(app, at, DAYS) else {
        return Ok(0);
    };
    let which = Signs {
        after: app.store.record.seen(&at.signed.agent.id).await?,
        ..which
    };
    Ok(app.store.record.signs(&which, MOST).await?.len())
}

/// The signs of the last days that this agent is to be told, the newest first.
pub(super) async fn alerts(
    app: &App,
    at: &Admitted,
    names: &HashMap<String, String>,
    days: i64,
) -> Result<Alerts, StoreError> {
    let Some(which) = signs(app, at, days) else {
        return Ok(Alerts::default());
    };
    // They are raised every few seconds; whoever looks sees the newest. What cannot be raised now will be.
    if let Err(error) = watch::catch_up(app).await {
        tracing::warn!(
            error = &error as &dyn std::error::Error,
            "signs could not be raised for a page; they are tried again"
        );
    }
    let page = &at.signed.page;
    let seen = app.store.record.seen(&at.signed.agent.id).await?;
    let entries = app.store.record.signs(&which, MOST).await?;
    let found = entries.iter().map(|entry| {
        let agent = &entry.look.agent;
        AlertView {
            new: entry.place > seen,
            when: page.moment(entry.look.at),
            who: names.get(agent).unwrap_or(agent).clone(),
            what: told(page, entry),
            href: if page.watches {
                let query = link::query(&[("agent", agent)]);
                format!("{}/record?{query}", link::workbench(page))
            } else {
                String::new()
            },
        }
    });
    Ok(Alerts {
        found: found.collect(),
        newest: entries.first().map_or(-1, |entry| entry.place),
    })
}

/// Notes that the signs on the page were seen.
pub(super) async fn set_seen(app: App, at: Admitted) -> Result<Response, Refused> {
    let place = at.field("newest").parse().unwrap_or(-1);
    let seen = app.store.record.set_seen(&at.signed.agent.id, place).await;
    seen.map_err(|error| at.signed.failed(&error))?;
    Ok(Redirect::to(&link::workbench(&at.signed.page)).into_response())
}

fn told(page: &Page, sign: &Entry) -> String {
    let look = &sign.look;
    let key = match Sign::from_word(&look.because) {
        Some(Sign::Bulk) => "wb-sign-bulk",
        Some(Sign::Outside) => "wb-sign-outside",
        Some(Sign::Repeated) => "wb-sign-repeated",
        Some(Sign::Denied) => "wb-sign-denied",
        Some(Sign::Honey) => "wb-sign-honey",
        Some(Sign::Glass) => "wb-sign-glass",
        None => return look.because.clone(),
    };
    let many: i64 = look.reason.parse().unwrap_or(0);
    let about = match look.docket {
        Some(seq) => row::number(page, seq),
        None => look.object.clone(),
    };
    page.w.t2(key, ("many", many), ("about", about))
}

#[cfg(test)]
mod tests {
    use casework::Lang;

    use super::*;
    use crate::workbench::tests::page;

    #[test]
    fn every_kind_of_entry_has_words() {
        for lang in [Lang::Fr, Lang::En] {
            for kind in kinds() {
                let label = labels::action(&page(lang), kind);
                let said = label != kind || kind == "note";
                assert!(said && !label.contains('_'), "{lang:?} {kind}");
            }
        }
    }

    #[test]
    fn each_kind_is_in_the_list_once() {
        let all: Vec<&str> = kinds().collect();
        let different: std::collections::BTreeSet<&str> = all.iter().copied().collect();
        assert_eq!(different.len(), all.len());
    }
}
