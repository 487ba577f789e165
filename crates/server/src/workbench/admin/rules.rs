//! The rules of competence: as they are, tried with changes, and proposed to a second person. The configuration's
//! folder stays the only place they are read from (`docs/decisions/0022-rules-stay-in-the-folder.md`); what is kept
//! here is who agreed to which file, and why.

use askama::Template;
use axum::{
    http::{StatusCode, header},
    response::{IntoResponse, Redirect, Response},
};
use casework::competence::check::{Findings, Futility};
use store::{
    StoreError,
    work::{Answer, Request, Requested},
};

use std::sync::atomic::Ordering;

use super::{
    DAY, Errors, MOST_WAITING, WAITS, reason,
    trial::{self, End, MOST_BYTES, Outcome, Trial, told},
};
use crate::{
    app::App,
    page::{Page, render},
    workbench::{door::Admitted, labels, link, row, session::Refused, submission::act::new_id},
};

/// The kind of these requests.
pub(super) const RULES: &str = "rules";
/// Proposals of so many days are shown.
const SHOWN_DAYS: i64 = 365;
const ROWS: i64 = 100;
/// Problems and findings that are shown; the rest is counted.
const MOST_SHOWN: usize = 50;
/// Rules that are shown one by one; the file holds them all.
const MOST_RULES: usize = 1_000;

/// A rule in words.
struct RuleView {
    id: String,
    desk: String,
    when: String,
    unit: String,
    part: String,
    confidence: String,
    because: String,
    article: String,
    confirmed: bool,
}

/// A dry run in words.
#[derive(Default)]
struct TrialView {
    who: String,
    when: String,
    sha256: String,
    runs: bool,
    done: i64,
    whole: i64,
    /// Problems of the file, each with its line.
    problems: Vec<String>,
    findings: Vec<String>,
    /// What came of it in sentences.
    said: Vec<String>,
    /// From whom to whom, and how many.
    moved: Vec<[String; 3]>,
    /// Whether the file can be proposed.
    sound: bool,
}

/// A proposal in words.
struct ProposalView {
    id: String,
    when: String,
    asker: String,
    reason: String,
    sha256: String,
    answer: String,
    /// It is the file that the program runs with.
    in_force: bool,
    mine: bool,
}

#[derive(Template)]
#[template(path = "workbench/admin/rules.html")]
struct Rules {
    page: Page,
    errors: Errors,
    rules: Vec<RuleView>,
    /// How many there are.
    all: usize,
    text: String,
    sha256: String,
    /// Who agreed to the file that the program runs with; empty where nobody did here.
    agreed: String,
    trial: Option<TrialView>,
    proposals: Vec<ProposalView>,
    reason: String,
}

impl Rules {
    fn error(&self, id: &str) -> Option<&str> {
        let mut errors = self.errors.iter();
        errors
            .find(|(field, _)| *field == id)
            .map(|(_, text)| text.as_str())
    }
}

/// The page.
pub(super) async fn show(app: App, at: Admitted) -> Result<Response, Refused> {
    page(&app, &at, Errors::new()).await
}

async fn page(app: &App, at: &Admitted, errors: Errors) -> Result<Response, Refused> {
    let failed = |error: StoreError| at.signed.failed(&error);
    let page = at.signed.page.clone();
    let agents = app.store.work.agents().await.map_err(failed)?;
    let names = row::agent_names(app).await.map_err(failed)?;
    let name = |id: &str| names.get(id).map_or(id, String::as_str).to_owned();
    let which = Requested {
        kind: RULES,
        since: app.now_micros() - SHOWN_DAYS * DAY,
        ..Requested::default()
    };
    let proposals = app.store.work.requests(&which, ROWS).await;
    let proposals = proposals.map_err(failed)?;
    let sha256 = trial::sha256(&app.config.routing_text);
    let agreed = proposals
        .iter()
        .find(|one| one.about == sha256 && one.answer == "agreed");
    let newest = app.trials.newest();
    let text = match (&newest, at.field("text")) {
        (Some(trial), "") => trial.text.clone(),
        (None, "") => app.config.routing_text.to_string(),
        (_, typed) => typed.to_owned(),
    };
    let status = if errors.is_empty() {
        StatusCode::OK
    } else {
        StatusCode::UNPROCESSABLE_ENTITY
    };
    let me = at.signed.agent.id.as_str();
    let template = Rules {
        rules: rules(app, &page),
        all: app.config.routing.len(),
        agreed: agreed.map_or(String::new(), |one| {
            let when = one.answered_at.map_or(String::new(), |at| page.moment(at));
            let who = format!("{}, {}", name(&one.agent), name(&one.second));
            page.w.t2("ad-rules-agreed", ("who", who), ("when", when))
        }),
        trial: newest.map(|trial| tried(app, &page, &trial, &name(&trial.agent))),
        proposals: proposals
            .iter()
            .map(|one| {
                let open = super::is_open(app, one, RULES) && super::asker_could(&agents, one);
                let second = name(&one.second);
                ProposalView {
                    id: one.id.clone(),
                    when: page.moment(one.asked_at),
                    asker: name(&one.agent),
                    reason: one.reason.clone(),
                    in_force: one.about == sha256,
                    answer: match (one.answer.as_str(), open) {
                        ("agreed", _) => page.w.t1("ad-access-agreed", "who", second),
                        ("refused", _) => page.w.t1("ad-access-refused", "who", second),
                        (_, true) => String::new(),
                        (_, false) => page.w.t("ad-access-lapsed"),
                    },
                    sha256: short(&one.about),
                    mine: open && one.agent != me,
                }
            })
            .collect(),
        text,
        sha256: short(&sha256),
        reason: at.field("reason").to_owned(),
        errors,
        page,
    };
    Ok(render(status, &template))
}

/// As much of a hash as a person compares.
fn short(sha256: &str) -> String {
    sha256.chars().take(16).collect()
}

fn rules(app: &App, page: &Page) -> Vec<RuleView> {
    let words = page.w;
    let rules = app.config.routing.iter().take(MOST_RULES);
    let rules = rules.map(|rule| RuleView {
        id: rule.id.to_string(),
        desk: rule
            .desk
            .as_ref()
            .map_or(words.t("ad-rules-any-desk"), |desk| {
                labels::desk(app, desk.as_str())
            }),
        when: rule
            .when
            .as_ref()
            .map_or(words.t("ad-rules-always"), |when| when.source().to_owned()),
        unit: labels::unit(app, page.lang, rule.unit.as_str()),
        part: words.t(&format!("ad-rules-part-{}", rule.part.as_str())),
        confidence: words.t(&format!("ad-rules-confidence-{}", rule.confidence.as_str())),
        because: rule.because.get(page.lang).to_owned(),
        article: rule.article.to_string(),
        confirmed: rule.confirmed,
    });
    rules.collect()
}

fn tried(app: &App, page: &Page, trial: &Trial, who: &str) -> TrialView {
    let words = page.w;
    let view = TrialView {
        who: who.to_owned(),
        when: page.moment(trial.at),
        sha256: short(&trial.sha256),
        runs: trial.runs(),
        done: trial.done.load(Ordering::Relaxed),
        whole: trial.whole.load(Ordering::Relaxed).max(1),
        ..TrialView::default()
    };
    match trial.end() {
        None => view,
        Some(End::Problems(problems)) => TrialView {
            problems: problems
                .iter()
                .take(MOST_SHOWN)
                .map(|problem| {
                    let (line, column) = (problem.line, problem.column);
                    format!("{line}:{column} {} ; {}", problem.what, problem.mend)
                })
                .collect(),
            said: vec![words.t1("ad-trial-problems", "count", problems.len())],
            ..view
        },
        Some(End::Stopped) => TrialView {
            said: vec![words.t("ad-trial-stopped")],
            ..view
        },
        Some(End::Failed) => TrialView {
            said: vec![words.t("ad-trial-failed")],
            ..view
        },
        Some(End::Done(outcome)) => TrialView {
            said: said(page, &outcome),
            findings: findings(page, &outcome.findings),
            moved: moved(app, page, &outcome),
            sound: true,
            ..view
        },
    }
}

fn said(page: &Page, outcome: &Outcome) -> Vec<String> {
    let words = page.w;
    let all: i64 = outcome.moved.values().sum();
    let found = &outcome.findings;
    let mut said = vec![
        words.t2(
            "ad-trial-moved",
            ("many", figure(page, all)),
            ("of", figure(page, outcome.looked_at)),
        ),
        words.t2(
            "ad-trial-findings",
            (
                "found",
                found.holes.len() + found.overlaps.len() + found.dead.len(),
            ),
            ("rules", outcome.rules),
        ),
    ];
    if !found.complete {
        said.push(words.t("ad-trial-samples"));
    }
    said
}

/// A count of submissions as an administrator is told it.
fn figure(page: &Page, count: i64) -> String {
    match told(count) {
        Some(count) => page.w.t1("ad-trial-about", "n", page.count(count)),
        None => page.w.t("ad-trial-few"),
    }
}

fn moved(app: &App, page: &Page, outcome: &Outcome) -> Vec<[String; 3]> {
    let unit = |id: &str| {
        if id.is_empty() {
            page.w.t("ad-trial-nobody")
        } else {
            labels::unit(app, page.lang, id)
        }
    };
    let mut moved: Vec<(&(String, String), &i64)> = outcome.moved.iter().collect();
    moved
        .sort_by_key(|((was, is), count)| (-told(**count).unwrap_or(0), was.as_str(), is.as_str()));
    moved
        .into_iter()
        .map(|((was, is), count)| [unit(was), unit(is), figure(page, *count)])
        .collect()
}

/// What the rules leave open, say twice or say in vain, each with an example that a person could file.
fn findings(page: &Page, found: &Findings) -> Vec<String> {
    let words = page.w;
    let holes = found
        .holes
        .iter()
        .map(|hole| words.t1("ad-finding-hole", "example", hole.example.to_string()));
    let overlaps = found.overlaps.iter().map(|one| {
        let rules = format!("{}, {}", one.first, one.second);
        words.t2(
            "ad-finding-overlap",
            ("rules", rules),
            ("example", one.example.to_string()),
        )
    });
    let dead = found.dead.iter().map(|one| match &one.why {
        Futility::Never { .. } => words.t1("ad-finding-never", "rule", one.rule.to_string()),
        Futility::Repeats(earlier) => words.t2(
            "ad-finding-repeats",
            ("rule", one.rule.to_string()),
            ("earlier", earlier.to_string()),
        ),
    });
    holes.chain(overlaps).chain(dead).take(MOST_SHOWN).collect()
}

/// Begins a dry run.
pub(super) async fn attempt(app: App, at: Admitted) -> Result<Response, Refused> {
    let (text, words) = (at.field("text"), at.signed.page.w);
    if text.is_empty() || text.len() > MOST_BYTES {
        let error = words.t1("ad-error-rules-size", "most", MOST_BYTES / 1024);
        return page(&app, &at, vec![("rules-text", error)]).await;
    }
    // Line ends are those of a form; a file has its own.
    let text = format!("{}\n", text.replace("\r\n", "\n"));
    at.note(&app, "dry_run", &short(&trial::sha256(&text)), "")
        .await?;
    if !trial::begin(&app, &at.signed.agent.id, &text) {
        let error = words.t("ad-error-rules-busy");
        return page(&app, &at, vec![("rules-text", error)]).await;
    }
    Ok(back(&at))
}

/// Stops it.
pub(super) async fn stop(app: App, at: Admitted) -> Result<Response, Refused> {
    app.trials.stop();
    Ok(back(&at))
}

/// Proposes the file that was tried.
pub(super) async fn propose(app: App, at: Admitted) -> Result<Response, Refused> {
    let words = at.signed.page.w;
    let newest = app.trials.newest();
    let sound = newest.filter(|trial| matches!(trial.end(), Some(End::Done(_))));
    // What is proposed is what was seen: not what somebody else tried meanwhile.
    let Some(trial) = sound.filter(|trial| short(&trial.sha256) == at.field("sha256")) else {
        let error = words.t("ad-error-rules-untried");
        return page(&app, &at, vec![("rules-reason", error)]).await;
    };
    let reason = match reason(&at, "rules-reason") {
        Ok(reason) => reason,
        Err(error) => return page(&app, &at, vec![error]).await,
    };
    let now = app.now_micros();
    let request = Request {
        id: new_id(&app, &at.signed)?,
        kind: RULES.to_owned(),
        about: trial.sha256.clone(),
        body: trial.text.clone(),
        agent: at.signed.agent.id.clone(),
        reason,
        asked_at: now,
        ..Request::default()
    };
    at.note(&app, "ask_rules", &short(&request.about), &request.reason)
        .await?;
    let kept = app
        .store
        .work
        .ask_request(&request, now - WAITS, MOST_WAITING);
    if !kept.await.map_err(|error| at.signed.failed(&error))? {
        let error = words.t1("ad-error-waiting", "most", MOST_WAITING);
        return page(&app, &at, vec![("rules-reason", error)]).await;
    }
    Ok(back(&at))
}

/// The second person agrees, or refuses.
pub(super) async fn answer(app: App, at: Admitted) -> Result<Response, Refused> {
    let request = at.request.as_ref().ok_or_else(|| at.signed.not_found())?;
    let reason = match reason(&at, "answer-reason") {
        Ok(reason) => reason,
        Err(error) => return page(&app, &at, vec![error]).await,
    };
    let agreed = at.act() == "agree";
    let kind = if agreed {
        "agree_rules"
    } else {
        "refuse_rules"
    };
    at.note(&app, kind, &short(&request.about), &reason).await?;
    let now = app.now_micros();
    let answer = Answer {
        id: &request.id,
        second: &at.signed.agent.id,
        now,
        since: now - WAITS,
    };
    let answered = app.store.work.answer_request(answer, agreed).await;
    if !answered.map_err(|error| at.signed.failed(&error))? {
        return Err(at.signed.not_found());
    }
    Ok(back(&at))
}

/// The file of a proposal, to be read, and to be put into the folder once it is agreed to.
pub(super) async fn file(app: App, at: Admitted) -> Result<Response, Refused> {
    let request = app.store.work.request(at.path("proposal")).await;
    let request = request.map_err(|error| at.signed.failed(&error))?;
    let Some(request) = request.filter(|one| one.kind == RULES) else {
        return Err(at.signed.not_found());
    };
    Ok((
        [
            (header::CONTENT_TYPE, "text/plain; charset=utf-8"),
            (
                header::CONTENT_DISPOSITION,
                "attachment; filename=\"routing.toml\"",
            ),
            (header::CACHE_CONTROL, "no-store"),
        ],
        request.body,
    )
        .into_response())
}

fn back(at: &Admitted) -> Response {
    let to = format!("{}/admin/rules", link::workbench(&at.signed.page));
    Redirect::to(&to).into_response()
}
