//! The queue: filters, order, quick links with tallies, rows to decide on in seconds, by keyboard or by
//! several at once.

use std::collections::{BTreeMap, HashMap};

use askama::Template;
use axum::{http::StatusCode, response::Response};
use casework::{policy::Action, submission::State};
use store::{
    StoreError,
    work::{Docket, Filter, MOST_COUNTED, Pressing, Sort, Standing, Tally},
};

use super::{
    door::Admitted,
    labels, link, referral,
    row::{self, Row, rows},
    session::Refused,
    submission::{
        Opt,
        act::{NotDone, Step, asked, carry_out},
        closings, units,
    },
};
use crate::{
    app::App,
    harmonise::Assessment,
    page::{Page, render},
};

const ROWS: i64 = 50;
/// Rows of one bulk act; a page has no more.
const MOST_BULK: usize = 100;

/// A link to a usual view of the queue, with how many wait there.
pub(super) struct Quick {
    pub(super) href: String,
    pub(super) label: String,
    pub(super) count: String,
    pub(super) current: bool,
    pub(super) alarm: bool,
}

/// A desk and its kinds, for the select.
struct DeskKinds {
    label: String,
    options: Vec<Opt>,
}

#[derive(Template)]
#[template(path = "workbench/queue.html")]
struct Queue {
    page: Page,
    rows: Vec<Row>,
    next: String,
    first: String,
    query: String,
    quick: Vec<Quick>,
    kinds: Vec<DeskKinds>,
    states: Vec<Opt>,
    sorts: Vec<Opt>,
    mine: bool,
    free: bool,
    urgent: bool,
    done: String,
    handles: bool,
    units: Vec<Opt>,
    closings: Vec<Opt>,
}

/// What a queue's address asks for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Asked {
    /// `desk` or `desk.headline`.
    kind: String,
    state: String,
    mine: bool,
    /// Only what no agent has.
    free: bool,
    urgent: bool,
    sort: String,
    after: String,
}

impl Asked {
    /// No view of the queue: none is the current one.
    pub(super) fn nowhere() -> Self {
        Self {
            sort: "nowhere".to_owned(),
            ..Self::default()
        }
    }

    fn read(query: &HashMap<String, String>) -> Self {
        let field = |name: &str| query.get(name).cloned().unwrap_or_default();
        Self {
            kind: field("kind"),
            state: field("state"),
            mine: !field("mine").is_empty(),
            free: !field("free").is_empty(),
            urgent: !field("urgent").is_empty(),
            sort: field("sort"),
            after: field("after"),
        }
    }

    fn query(&self) -> String {
        link::query(&[
            ("kind", &self.kind),
            ("state", &self.state),
            ("mine", if self.mine { "1" } else { "" }),
            ("free", if self.free { "1" } else { "" }),
            ("urgent", if self.urgent { "1" } else { "" }),
            ("sort", &self.sort),
            ("after", &self.after),
        ])
    }

    fn filter(&self, agent: &str) -> Filter {
        let (desk, headline) = self.kind.split_once('.').unwrap_or((&self.kind, ""));
        let state = if self.mine {
            State::Assigned
        } else {
            State::Queued
        };
        Filter {
            state: if self.state.is_empty() {
                state.as_str().to_owned()
            } else {
                self.state.clone()
            },
            desk: desk.to_owned(),
            headline: headline.to_owned(),
            owner: if self.mine {
                agent.to_owned()
            } else {
                String::new()
            },
            unowned: self.free,
            urgent: self.urgent,
        }
    }

    fn sort(&self) -> Sort {
        match self.sort.as_str() {
            "deadline" => Sort::Deadline,
            "newest" => Sort::Newest,
            _ => Sort::Rank,
        }
    }
}

/// The page.
pub(super) async fn show(app: App, at: Admitted) -> Result<Response, Refused> {
    let asked = Asked::read(at.queries());
    let done = done(&at.signed.page, at.queries());
    let template = build(&app, &at, asked, done)
        .await
        .map_err(|error| at.signed.failed(&error))?;
    Ok(render(StatusCode::OK, &template))
}

fn done(page: &Page, query: &HashMap<String, String>) -> String {
    let field = |name: &str| query.get(name).map(String::as_str);
    let seq = field("seq")
        .and_then(|seq| seq.parse().ok())
        .map(|seq: i64| row::number(page, seq));
    match (field("done"), seq) {
        (Some("route"), Some(number)) => page.w.t1("wb-done-route", "number", number),
        (Some("close"), Some(number)) => page.w.t1("wb-done-close", "number", number),
        _ => String::new(),
    }
}

async fn build(app: &App, at: &Admitted, asked: Asked, done: String) -> Result<Queue, StoreError> {
    let (work, sight) = (&app.store.work, &at.sight);
    let (page, agent) = (at.signed.page.clone(), &at.signed.agent);
    let filter = asked.filter(&agent.id);
    let tallies = work.seen_tallies(sight).await?;
    let after = Some(asked.after.as_str()).filter(|after| !after.is_empty());
    let found = work
        .queue(&filter, asked.sort(), after, ROWS, sight)
        .await?;
    let query = asked.query();
    let pressing = work.pressing(&agent.id, app.now_micros(), sight).await?;
    Ok(Queue {
        rows: rows(app, (&page, sight), &query, &found.rows).await?,
        next: found.next.map_or(String::new(), |next| {
            link::queue(
                &page,
                &Asked {
                    after: next,
                    ..asked.clone()
                }
                .query(),
            )
        }),
        first: if asked.after.is_empty() {
            String::new()
        } else {
            link::queue(
                &page,
                &Asked {
                    after: String::new(),
                    ..asked.clone()
                }
                .query(),
            )
        },
        quick: quick(app, &page, &tallies, pressing, &asked),
        kinds: kinds(app, &page, &tallies, &asked.kind),
        states: states(&page, &tallies, &filter.state),
        sorts: sorts(&page, &asked.sort),
        mine: asked.mine,
        free: asked.free,
        urgent: asked.urgent,
        handles: at.may_at_all(Action::Route),
        units: units(app, &page, ""),
        closings: closings(&page, ""),
        done,
        query,
        page,
    })
}

/// How many are in a state, by the tally.
pub(super) fn in_state(tallies: &[Tally], state: &str) -> i64 {
    tallies
        .iter()
        .filter(|tally| tally.state == state)
        .map(|tally| tally.members)
        .sum()
}

/// The usual views.
pub(super) fn quick(
    app: &App,
    page: &Page,
    tallies: &[Tally],
    pressing: Pressing,
    now: &Asked,
) -> Vec<Quick> {
    let at_most = |count: i64| {
        if count >= MOST_COUNTED {
            format!("{}+", page.count(MOST_COUNTED))
        } else {
            page.count(count)
        }
    };
    let here = Asked {
        after: String::new(),
        ..now.clone()
    };
    let view = |asked: Asked, label: String, count: String, alarm: bool| Quick {
        href: link::queue(page, &asked.query()),
        label,
        count,
        current: asked == here,
        alarm,
    };
    let plain = Asked::default;
    let words = page.w;
    let queued = |which: &dyn Fn(&Tally) -> bool| -> i64 {
        tallies
            .iter()
            .filter(|tally| tally.state == "queued" && which(tally))
            .map(|tally| tally.members)
            .sum()
    };
    let mut views = vec![
        view(
            Asked {
                urgent: true,
                ..plain()
            },
            words.t("wb-view-urgent"),
            at_most(pressing.urgent),
            pressing.urgent > 0,
        ),
        view(
            plain(),
            words.t("wb-view-queued"),
            page.count(in_state(tallies, "queued")),
            false,
        ),
        view(
            Asked {
                sort: "deadline".to_owned(),
                ..plain()
            },
            words.t("wb-view-late"),
            at_most(pressing.late),
            pressing.late > 0,
        ),
        view(
            Asked {
                mine: true,
                ..plain()
            },
            words.t("wb-view-mine"),
            at_most(pressing.mine),
            false,
        ),
        view(
            Asked {
                state: "assigned".to_owned(),
                free: true,
                ..plain()
            },
            words.t("wb-view-routed"),
            at_most(pressing.free),
            false,
        ),
    ];
    for desk in app.config.desks() {
        let id = desk.id.as_str();
        let asked = Asked {
            kind: id.to_owned(),
            ..plain()
        };
        views.push(view(
            asked,
            labels::desk(app, id),
            page.count(queued(&|tally| tally.desk == id)),
            false,
        ));
    }
    let quarantined = in_state(tallies, "quarantined");
    if quarantined > 0 {
        let asked = Asked {
            state: "quarantined".to_owned(),
            ..plain()
        };
        views.push(view(
            asked,
            words.t("wb-state-quarantined"),
            page.count(quarantined),
            true,
        ));
    }
    views
}

fn kinds(app: &App, page: &Page, tallies: &[Tally], chosen: &str) -> Vec<DeskKinds> {
    let mut queued: BTreeMap<(&str, &str), i64> = BTreeMap::new();
    for tally in tallies.iter().filter(|tally| tally.state == "queued") {
        *queued.entry((&tally.desk, &tally.headline)).or_insert(0) += tally.members;
    }
    let option = |value: String, label: String, count: i64| Opt {
        label: if count == 0 {
            label
        } else {
            format!("{label} ({})", page.count(count))
        },
        current: value == chosen,
        value,
    };
    app.config
        .desks()
        .map(|desk| {
            let id = desk.id.as_str();
            let all = queued
                .iter()
                .filter(|((of, _), _)| *of == id)
                .map(|(_, count)| count)
                .sum();
            let mut options = vec![option(
                id.to_owned(),
                page.w.t1("wb-all-of", "desk", labels::desk(app, id)),
                all,
            )];
            for (headline, label) in labels::headlines(app, page.lang, id) {
                let count = queued.get(&(id, headline.as_str())).copied().unwrap_or(0);
                options.push(option(format!("{id}.{headline}"), label, count));
            }
            DeskKinds {
                label: labels::desk(app, id),
                options,
            }
        })
        .collect()
}

fn states(page: &Page, tallies: &[Tally], chosen: &str) -> Vec<Opt> {
    State::all()
        .filter(|state| *state != State::Received)
        .map(|state| {
            let word = state.as_str();
            Opt {
                value: word.to_owned(),
                label: format!(
                    "{} ({})",
                    labels::state(page, word),
                    page.count(in_state(tallies, word))
                ),
                current: word == chosen,
            }
        })
        .collect()
}

fn sorts(page: &Page, chosen: &str) -> Vec<Opt> {
    let option = |value: &str, label: String| Opt {
        value: value.to_owned(),
        label,
        current: value == chosen,
    };
    vec![
        option("", page.w.t("wb-sort-rank")),
        option("deadline", page.w.t("wb-sort-deadline")),
        option("newest", page.w.t("wb-sort-newest")),
    ]
}

#[derive(Template)]
#[template(path = "workbench/bulk.html")]
struct Bulk {
    page: Page,
    back: String,
    errors: Vec<String>,
    summary: String,
    failed: Vec<Failed>,
    reason: String,
}

struct Failed {
    number: String,
    href: String,
    why: String,
}

impl Bulk {
    /// Names one that was not done, and why.
    fn fails(&mut self, docket: &Docket, why: &str) {
        self.failed.push(Failed {
            number: row::number(&self.page, docket.seq),
            href: link::submission(&self.page, &docket.id, ""),
            why: self.page.w.t(why),
        });
    }
}

/// Routes or closes the rows that are ticked, each under its own lock: what changed meanwhile is named,
/// the others are done. A form that is wrong for one of them does nothing.
pub(super) async fn bulk(app: App, posted: Admitted) -> Result<Response, Refused> {
    let signed = &posted.signed;
    let page = signed.page.clone();
    let act = posted.field("act");
    let mut bulk = Bulk {
        back: link::queue(&page, link::checked_from(posted.field("from"))),
        errors: Vec::new(),
        summary: String::new(),
        failed: Vec::new(),
        reason: posted.field("reason").to_owned(),
        page,
    };
    let ticked: Vec<(i64, i64)> = posted
        .all("row")
        .filter_map(|row| row.split_once('.'))
        .filter_map(|(seq, revision)| Some((seq.parse().ok()?, revision.parse().ok()?)))
        .take(MOST_BULK)
        .collect();
    if ticked.is_empty() {
        bulk.errors.push(bulk.page.w.t("wb-error-no-rows"));
    }
    let mut done = 0_i64;
    let seqs: Vec<i64> = ticked.iter().map(|(seq, _)| *seq).collect();
    let failed = |error: StoreError| signed.failed(&error);
    let work = &app.store.work;
    let standings = work.standings(&seqs).await.map_err(failed)?;
    let standings: HashMap<i64, Standing> = standings
        .into_iter()
        .map(|standing| (standing.seq, standing))
        .collect();
    let dockets = work
        .seen_dockets(&seqs, &posted.sight)
        .await
        .map_err(failed)?;
    let mut steps = Vec::new();
    for docket in &dockets {
        let assessment: Assessment = serde_json::from_str(&docket.assessment).unwrap_or_default();
        let proposed = assessment
            .proposals
            .first()
            .map_or("", |first| first.unit.as_str());
        let step = match asked(
            &app,
            &bulk.page,
            act,
            |name| posted.field(name).to_owned(),
            proposed,
        ) {
            Some(Ok(step)) if matches!(act, "route" | "close" | "take") => step,
            Some(Err(errors)) => {
                bulk.errors = errors.into_iter().map(|(_, text)| text).collect();
                steps.clear();
                break;
            }
            _ => return Err(signed.not_found()),
        };
        // It is seen, so it may be told.
        let may = |standing: &&Standing| posted.may_to(step.action(), standing);
        match standings.get(&docket.seq).filter(may) {
            Some(standing) => steps.push((docket, standing, step)),
            None => bulk.fails(docket, "wb-bulk-illegal"),
        }
    }
    let acts = steps
        .iter()
        .map(|(_, standing, step)| (step.action(), *standing));
    posted.record_acts(&app, acts).await.map_err(failed)?;
    for (docket, _, step) in &steps {
        let revision = ticked
            .iter()
            .find(|(seq, _)| *seq == docket.seq)
            .map_or(-1, |(_, revision)| *revision);
        let closes = matches!(step, Step::Close(_));
        if closes && referral::running(&app, docket).await.map_err(failed)? > 0 {
            bulk.fails(docket, "wb-bulk-running");
            continue;
        }
        match carry_out(&app, signed, docket, revision, step, &bulk.reason).await {
            Ok(_) => done += 1,
            Err(NotDone::Refused(refused)) => return Err(refused),
            Err(NotDone::Changed) => bulk.fails(docket, "wb-bulk-changed"),
            Err(NotDone::Illegal) => bulk.fails(docket, "wb-bulk-illegal"),
        }
    }
    bulk.summary = bulk.page.w.t2(
        "wb-bulk-done",
        ("what", labels::act(&bulk.page, act)),
        ("count", done),
    );
    let status = if bulk.errors.is_empty() {
        StatusCode::OK
    } else {
        StatusCode::UNPROCESSABLE_ENTITY
    };
    Ok(render(status, &bulk))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_reads_back_as_it_was_written() {
        let asked = Asked {
            kind: "pharos.scam".to_owned(),
            free: true,
            state: "closed:kept".to_owned(),
            mine: true,
            urgent: true,
            sort: "newest".to_owned(),
            after: "12.3".to_owned(),
        };
        let read: HashMap<String, String> = asked
            .query()
            .replace("%3A", ":")
            .split('&')
            .filter_map(|pair| pair.split_once('='))
            .map(|(name, value)| (name.to_owned(), value.to_owned()))
            .collect();
        assert_eq!(Asked::read(&read), asked);
        assert_eq!(Asked::default().filter("a").state, "queued");
        let mine = Asked {
            mine: true,
            ..Asked::default()
        }
        .filter("a");
        assert_eq!(
            (mine.state.as_str(), mine.owner.as_str()),
            ("assigned", "a")
        );
    }
}
