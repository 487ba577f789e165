//! Follow-up: the code opens where a submission stands, messages both ways, more facts and evidence,
//! withdrawal.

use std::time::Duration;

use askama::Template;
use axum::{
    extract::{Request, State},
    http::{HeaderMap, StatusCode},
    response::{IntoResponse, Redirect, Response},
};
use casework::{
    retention::{Does, Rules},
    submission::{State as Standing, Track, TrackingCode},
    vigilance::Nearness,
};
use observables::mask_cards;
use serde_json::{Value, json};
use store::{
    StoreError,
    intake::{Submission, SubmitError, Supplement, Upload},
    work::{Act, Docket},
};

use super::{
    draft::{self, Draft, random_key},
    session,
    situation::{Situation, desk_path, located, step_path},
    step::with_cookie,
    upload,
};
use crate::{
    app::App,
    page::{Page, render},
    receive::{
        ReceiveError, digest,
        later::{self, Addition},
        lookup,
    },
    web::{cookies, form::Fields},
};

/// The time of every answer about a code, right or wrong: guessing is slow and timing tells nothing.
const PAUSE: Duration = Duration::from_millis(400);
/// Longer than a person writes at once; the body limit is larger.
const MOST_TEXT: usize = 100_000;

#[derive(Template)]
#[template(path = "public/follow.html")]
struct FollowPage {
    page: Page,
    /// The page to resume a draft with, else the one to follow a submission.
    resume: bool,
    wrong: bool,
}

/// The form for a tracking code.
pub(super) async fn form(State(app): State<App>, page: Page, headers: HeaderMap) -> Response {
    match session::submission(&app, &headers).await {
        Ok(Some(_)) => Redirect::to(&format!("/{}/follow/submission", page.tag())).into_response(),
        Ok(None) => render(
            StatusCode::OK,
            &FollowPage {
                page,
                resume: false,
                wrong: false,
            },
        ),
        Err(error) => page.store_failed(&error),
    }
}

/// The form for a resume code.
pub(super) async fn resume_form(page: Page) -> Response {
    render(
        StatusCode::OK,
        &FollowPage {
            page,
            resume: true,
            wrong: false,
        },
    )
}

/// Opens what a tracking code opens.
pub(super) async fn open(State(app): State<App>, page: Page, fields: Fields) -> Response {
    opened(&app, page, &fields, false).await
}

/// Opens what a resume code opens.
pub(super) async fn resume(State(app): State<App>, page: Page, fields: Fields) -> Response {
    opened(&app, page, &fields, true).await
}

/// Both kinds of code look alike, so both pages take both. No address is kept; a wrong code, a code of
/// nothing and a slip of the pen read the same, after the same time.
async fn opened(app: &App, page: Page, fields: &Fields, resume: bool) -> Response {
    let pause = tokio::time::sleep(PAUSE);
    let code = fields
        .one("code")
        .and_then(|code| code.parse::<TrackingCode>().ok());
    let found = match code {
        Some(code) => found(app, code).await,
        None => Ok((None, None)),
    };
    pause.await;
    let (submission, draft) = match found {
        Ok(found) => found,
        Err(error) => return page.store_failed(&error),
    };
    if let Some(submission) = submission {
        let response = Redirect::to(&format!("/{}/follow/submission", page.tag())).into_response();
        return with_cookie(response, session::cookie(app, &submission.id));
    }
    let Some(draft) = draft else {
        return render(
            StatusCode::UNPROCESSABLE_ENTITY,
            &FollowPage {
                page,
                resume,
                wrong: true,
            },
        );
    };
    if draft.filling.sent.is_some() {
        return super::receipt::to_receipt(app, &page, &draft);
    }
    let path = Situation::of(app, &page, &draft)
        .and_then(|situation| resume_path(&page, &situation))
        .unwrap_or_else(|| desk_path(&page, &draft.desk));
    with_cookie(Redirect::to(&path).into_response(), draft.cookie(app))
}

async fn found(
    app: &App,
    code: TrackingCode,
) -> Result<(Option<Submission>, Option<Draft>), StoreError> {
    let submission = app.store.intake.by_code(lookup(&code)).await?;
    let draft = Draft::open(app, code).await?;
    Ok((submission, draft))
}

/// The first step with something to answer still, else the last one.
pub(super) fn resume_path(page: &Page, situation: &Situation<'_>) -> Option<String> {
    let steps = situation.steps();
    let answered = |step: &casework::answers::AskedStep<'_>| {
        step.questions.iter().any(|asked| {
            situation
                .answers
                .values()
                .contains_key(asked.question.id.as_str())
        })
    };
    let place = steps.iter().rposition(|step| answered(step)).unwrap_or(0);
    steps
        .get(place)
        .map(|step| step_path(page, situation.desk.id.as_str(), &step.step.id))
}

#[derive(Template)]
#[template(path = "public/draft.html")]
struct DraftPage {
    page: Page,
    desk_title: String,
    lead: String,
    note: super::situation::DraftNote,
    path: String,
}

/// The saved draft of this browser: its code, until when, and the way back into it.
pub(super) async fn draft_page(State(app): State<App>, page: Page, headers: HeaderMap) -> Response {
    let draft = match Draft::of(&app, &headers).await {
        Ok(Some(draft)) if draft.filling.sent.is_none() => draft,
        Ok(_) => return Redirect::to(&format!("/{}/resume", page.tag())).into_response(),
        Err(error) => return page.store_failed(&error),
    };
    let Some(situation) = Situation::of(&app, &page, &draft) else {
        return page.not_found();
    };
    let (title, until) = (
        situation.desk.title.get(page.lang),
        page.day(draft.expires_at),
    );
    let template = DraftPage {
        lead: page
            .w
            .t2("draft-page-lead", ("desk", title), ("day", until)),
        desk_title: situation.desk.title.get(page.lang).to_owned(),
        note: super::situation::DraftNote::of(&page, &draft),
        path: resume_path(&page, &situation).unwrap_or_else(|| desk_path(&page, &draft.desk)),
        page,
    };
    render(StatusCode::OK, &template)
}

/// Forgets the draft of this browser, answers and all.
pub(super) async fn drop_draft(State(app): State<App>, page: Page, headers: HeaderMap) -> Response {
    if let Some(code) = draft::code_in(&headers) {
        let _alone = draft::alone(&code).await;
        if let Err(error) = app
            .store
            .intake
            .drop_draft(code.to_string().as_bytes())
            .await
        {
            tracing::error!(
                error = &error as &dyn std::error::Error,
                "a draft could not be forgotten"
            );
            let (title, text) = (
                page.w.t("draft-not-dropped-title"),
                page.w.t("draft-not-dropped-text"),
            );
            return page.failed(StatusCode::SERVICE_UNAVAILABLE, title, text);
        }
    }
    let response = Redirect::to(&format!("/{}/", page.tag())).into_response();
    with_cookie(response, cookies::set(&app, draft::COOKIE, "", Some(0)))
}

#[derive(Template)]
#[template(path = "public/submission.html")]
struct SubmissionPage {
    page: Page,
    desk_title: String,
    /// Whether it is a film project, which has a page of its own.
    film: bool,
    complaint: bool,
    received: String,
    state: String,
    closing: Option<String>,
    deadline: Option<String>,
    unit: Option<String>,
    /// How often agents looked at it.
    looks: String,
    /// What was erased, when and why; empty while nothing was.
    erased: String,
    /// Whether the person has a receipt here still.
    receipt: bool,
    /// Nothing can be added.
    withdrawn: bool,
    withdrawing: bool,
    messages: Vec<Message>,
    key: String,
    errors: Vec<(String, String)>,
    /// What was typed and not received.
    message: String,
    facts: String,
    done: bool,
}

struct Message {
    ours: bool,
    who: String,
    at: i64,
    when: String,
    text: Vec<String>,
    files: Vec<String>,
}

/// What was typed into the forms of the page and is shown again.
#[derive(Default)]
struct Typed {
    errors: Vec<(String, String)>,
    message: String,
    facts: String,
    status: StatusCode,
}

/// Where the submission stands.
pub(super) async fn submission(State(app): State<App>, page: Page, headers: HeaderMap) -> Response {
    match of(&app, &page, &headers).await {
        Ok(submission) => shown(&app, page, &submission, Typed::default()).await,
        Err(elsewhere) => elsewhere,
    }
}

async fn of(app: &App, page: &Page, headers: &HeaderMap) -> Result<Submission, Response> {
    match session::submission(app, headers).await {
        Ok(Some(submission)) => Ok(submission),
        Ok(None) => Err(Redirect::to(&format!("/{}/follow", page.tag())).into_response()),
        Err(error) => Err(page.clone().store_failed(&error)),
    }
}

/// What of the record is told to the person: that somebody saw it, or opened a file or their identity.
const LOOKS: &[&str] = &[
    "read",
    "open_exhibit",
    "open_identity",
    "read_film",
    "open_script",
];

async fn shown(app: &App, page: Page, submission: &Submission, typed: Typed) -> Response {
    let read = async {
        let docket = app.store.work.docket_by_id(&submission.id).await?;
        let later = app.store.intake.supplements(submission.seq).await?;
        let acts = app.store.work.acts(submission.seq).await?;
        let record = &app.store.record;
        let denied = Nearness::Denied.as_str();
        let looks = record.looks_at(submission.seq, LOOKS, denied).await?;
        let ids: Vec<String> = later.iter().flat_map(evidence).collect();
        let files = upload::shown(app, &page, ids.iter().map(String::as_str)).await?;
        let erased = erased(app, &page, submission).await?;
        Ok::<_, StoreError>((docket, later, acts, files, looks, erased))
    };
    let (docket, later, acts, files, looks, erased) = match read.await {
        Ok(read) => read,
        Err(error) => return page.store_failed(&error),
    };
    let erased_all = submission.erased == Does::EraseAll.as_str();
    let withdrawing = later.iter().any(|later| later.kind == "withdrawal");
    let state = docket
        .as_ref()
        .and_then(|docket| docket.state.parse::<Standing>().ok())
        .unwrap_or(Standing::Received);
    let open = !state.is_final();
    let desk = app.desk_version(&submission.desk, submission.desk_version);
    let mut messages: Vec<Message> = later
        .iter()
        .map(|later| sent(&page, later, &files))
        .chain(
            acts.iter()
                .filter(|act| act.kind == "reply")
                .map(|act| replied(&page, act)),
        )
        .collect();
    messages.sort_by_key(|message| message.at);
    let assigned = |docket: &&Docket| state == Standing::Assigned && !docket.unit.is_empty();
    let template = SubmissionPage {
        desk_title: desk.map_or_else(
            || submission.desk.clone(),
            |desk| desk.title.get(page.lang).to_owned(),
        ),
        film: submission.desk == crate::workbench::film::DESK,
        complaint: submission.track == Track::Complaint.as_str(),
        received: page.moment(submission.received_at),
        state: state.label(page.lang).to_owned(),
        closing: match state {
            Standing::Closed(closing) => Some(closing.label(page.lang).to_owned()),
            _ => None,
        },
        deadline: docket
            .as_ref()
            .filter(|_| open && state != Standing::Assigned)
            .map(|docket| page.moment(docket.deadline_at)),
        unit: docket.as_ref().filter(assigned).map(|docket| {
            app.unit_names(page.lang)
                .get(docket.unit.as_str())
                .map_or(docket.unit.clone(), |name| (*name).to_owned())
        }),
        looks: page.w.t2(
            "submission-looks-count",
            ("count", looks),
            ("n", page.count(looks)),
        ),
        withdrawn: state == Standing::Withdrawn || erased_all,
        withdrawing: withdrawing && !erased_all && state != Standing::Withdrawn,
        receipt: erased.is_empty(),
        erased,
        messages,
        key: random_key().unwrap_or_default(),
        done: page.here.ends_with("?received"),
        errors: typed.errors,
        message: typed.message,
        facts: typed.facts,
        page,
    };
    render(typed.status, &template)
}

/// What was erased of a submission, when and why, in words; empty while nothing was.
async fn erased(app: &App, page: &Page, submission: &Submission) -> Result<String, StoreError> {
    if submission.erased.is_empty() {
        return Ok(String::new());
    }
    let proofs = app.store.work.proofs(Some(submission.seq), None, None, 9);
    let proofs = proofs.await?;
    let mut proofs = proofs.iter().map(|proof| &proof.erasure);
    let Some(erasure) = proofs.find(|erasure| erasure.does == submission.erased) else {
        return Ok(String::new());
    };
    let rules = app.desk(&submission.desk).map(Rules::of);
    let rule = rules.as_ref().and_then(|rules| rules.rule(&erasure.rule));
    // The reason of an act is the agents' own.
    let why = match rule {
        Some(rule) => rule.because.get(page.lang).to_owned(),
        None => page.w.t("submission-erased-act"),
    };
    let day = page.day(erasure.at);
    let (day, why) = (("day", day.as_str()), ("why", why.as_str()));
    Ok(if submission.erased == Does::EraseAll.as_str() {
        page.w.t2("submission-erased-all", day, why)
    } else {
        page.w.t2("submission-erased-identity", day, why)
    })
}

fn evidence(later: &Supplement) -> Vec<String> {
    let body: Value = serde_json::from_str(&later.body).unwrap_or_default();
    let ids = body.get("evidence").and_then(Value::as_array);
    ids.into_iter()
        .flatten()
        .filter_map(Value::as_str)
        .map(str::to_owned)
        .collect()
}

fn paragraphs(body: &str) -> Vec<String> {
    let body: Value = serde_json::from_str(body).unwrap_or_default();
    let text = body.get("text").and_then(Value::as_str).unwrap_or_default();
    text.lines().map(str::to_owned).collect()
}

fn sent(
    page: &Page,
    later: &Supplement,
    files: &std::collections::HashMap<String, super::questions::FileShown>,
) -> Message {
    let who = match later.kind.as_str() {
        "facts" => page.w.t("message-facts"),
        "withdrawal" => page.w.t("message-withdrawal"),
        _ => page.w.t("message-you"),
    };
    Message {
        ours: false,
        who,
        at: later.at,
        when: page.moment(later.at),
        text: paragraphs(&later.body),
        files: evidence(later)
            .iter()
            .filter_map(|id| files.get(id))
            .map(|file| format!("{} ({})", file.name, file.size))
            .collect(),
    }
}

fn replied(page: &Page, act: &Act) -> Message {
    Message {
        ours: true,
        who: page.w.t("message-service"),
        at: act.at,
        when: page.moment(act.at),
        text: paragraphs(&act.body),
        files: Vec::new(),
    }
}

/// Receives a message.
pub(super) async fn message(
    State(app): State<App>,
    page: Page,
    headers: HeaderMap,
    fields: Fields,
) -> Response {
    let page = located(page, "/follow/submission");
    let submission = match of(&app, &page, &headers).await {
        Ok(submission) => submission,
        Err(elsewhere) => return elsewhere,
    };
    let text = fields.one("message").unwrap_or_default();
    let error = wrong(&page, text, "#message");
    if let Some(error) = error {
        let status = StatusCode::UNPROCESSABLE_ENTITY;
        let typed = Typed {
            errors: vec![error],
            message: text.to_owned(),
            status,
            ..Typed::default()
        };
        return shown(&app, page, &submission, typed).await;
    }
    let body = json!({ "text": text.trim() });
    match keep(&app, &submission, "message", &body, &[], &fields).await {
        Ok(()) => received(&app, &page, &submission),
        Err(()) => {
            let error = ("#message".to_owned(), page.w.t("later-not-received"));
            let status = StatusCode::SERVICE_UNAVAILABLE;
            let typed = Typed {
                errors: vec![error],
                message: text.to_owned(),
                status,
                ..Typed::default()
            };
            shown(&app, page, &submission, typed).await
        }
    }
}

fn wrong(page: &Page, text: &str, anchor: &str) -> Option<(String, String)> {
    if text.trim().is_empty() {
        return Some((anchor.to_owned(), page.w.t("message-empty")));
    }
    (text.chars().count() > MOST_TEXT).then(|| {
        (
            anchor.to_owned(),
            page.w
                .t1("message-too-long", "most", page.count(MOST_TEXT as i64)),
        )
    })
}

/// Receives more facts and evidence.
pub(super) async fn facts(
    State(app): State<App>,
    page: Page,
    headers: HeaderMap,
    request: Request,
) -> Response {
    let page = located(page, "/follow/submission");
    let submission = match of(&app, &page, &headers).await {
        Ok(submission) => submission,
        Err(elsewhere) => return elsewhere,
    };
    let posted = match upload::read(&app, &page, request).await {
        Ok(posted) => posted,
        Err(failed) => return failed,
    };
    let text = posted.fields.one("facts").unwrap_or_default().to_owned();
    let mut errors = Vec::new();
    let mut files: Vec<Upload> = Vec::new();
    for (_, file) in posted.files {
        match file {
            Ok(file) => files.push(file),
            Err(why) => errors.push(("#facts-files".to_owned(), why)),
        }
    }
    if !text.trim().is_empty() || files.is_empty() {
        errors.extend(wrong(&page, &text, "#facts"));
    }
    if !errors.is_empty() {
        // Files that arrived are sent again with the rest: nothing was received yet, and the page says so.
        let status = StatusCode::UNPROCESSABLE_ENTITY;
        return shown(
            &app,
            page,
            &submission,
            Typed {
                errors,
                facts: text,
                status,
                ..Typed::default()
            },
        )
        .await;
    }
    let ids: Vec<&str> = files.iter().map(|file| file.id.as_str()).collect();
    let body = json!({ "text": text.trim(), "evidence": ids });
    match keep(&app, &submission, "facts", &body, &files, &posted.fields).await {
        Ok(()) => received(&app, &page, &submission),
        Err(()) => {
            let errors = vec![("#facts".to_owned(), page.w.t("later-not-received"))];
            let status = StatusCode::SERVICE_UNAVAILABLE;
            shown(
                &app,
                page,
                &submission,
                Typed {
                    errors,
                    facts: text,
                    status,
                    ..Typed::default()
                },
            )
            .await
        }
    }
}

async fn keep(
    app: &App,
    submission: &Submission,
    kind: &'static str,
    body: &Value,
    files: &[Upload],
    fields: &Fields,
) -> Result<(), ()> {
    // What is sent is part of the key: a second click is a retry, another text on the same page is not. A
    // file counts by its name and its bytes, since each time it comes it gets another id.
    let text = mask_cards(body["text"].as_str().unwrap_or_default());
    let mut said = vec![kind, fields.one("key").unwrap_or_default(), &*text];
    said.extend(files.iter().map(|file| file.name.as_str()));
    let said: Vec<&[u8]> = said.into_iter().map(str::as_bytes).collect();
    let bytes: Vec<[u8; 32]> = files.iter().map(|file| file.sha256).collect();
    let addition = Addition {
        submission,
        kind,
        idempotency: &store::objects::hex(&digest(&said, &bytes)),
        body: body.to_string(),
        uploads: files.iter().map(|file| file.id.clone()).collect(),
    };
    match later::add(app, addition).await {
        Ok(_) => Ok(()),
        // Under this key only the same can have come: it was received before, its files under other ids.
        Err(ReceiveError::Submit(SubmitError::Conflict)) => Ok(()),
        Err(error) => {
            tracing::error!(
                error = &error as &dyn std::error::Error,
                "something sent later was not received; its sender is told"
            );
            Err(())
        }
    }
}

fn received(app: &App, page: &Page, submission: &Submission) -> Response {
    let response =
        Redirect::to(&format!("/{}/follow/submission?received", page.tag())).into_response();
    with_cookie(response, session::cookie(app, &submission.id))
}

#[derive(Template)]
#[template(path = "public/withdraw.html")]
struct WithdrawPage {
    page: Page,
    desk_title: String,
    complaint: bool,
    key: String,
    failed: bool,
}

fn withdraw_shown(app: &App, page: Page, submission: &Submission, failed: bool) -> Response {
    let desk = app.desk_version(&submission.desk, submission.desk_version);
    let template = WithdrawPage {
        desk_title: desk.map_or_else(
            || submission.desk.clone(),
            |desk| desk.title.get(page.lang).to_owned(),
        ),
        complaint: submission.track == Track::Complaint.as_str(),
        key: random_key().unwrap_or_default(),
        failed,
        page,
    };
    render(
        if failed {
            StatusCode::SERVICE_UNAVAILABLE
        } else {
            StatusCode::OK
        },
        &template,
    )
}

/// Asks whether to withdraw, and says what follows from it.
pub(super) async fn withdraw_page(
    State(app): State<App>,
    page: Page,
    headers: HeaderMap,
) -> Response {
    match of(&app, &page, &headers).await {
        Ok(submission) => withdraw_shown(&app, page, &submission, false),
        Err(elsewhere) => elsewhere,
    }
}

/// Receives a withdrawal.
pub(super) async fn withdraw(
    State(app): State<App>,
    page: Page,
    headers: HeaderMap,
    fields: Fields,
) -> Response {
    let submission = match of(&app, &page, &headers).await {
        Ok(submission) => submission,
        Err(elsewhere) => return elsewhere,
    };
    let reason: String = fields
        .one("reason")
        .unwrap_or_default()
        .trim()
        .chars()
        .take(MOST_TEXT)
        .collect();
    match keep(
        &app,
        &submission,
        "withdrawal",
        &json!({ "text": reason }),
        &[],
        &fields,
    )
    .await
    {
        Ok(()) => received(&app, &page, &submission),
        Err(()) => withdraw_shown(&app, page, &submission, true),
    }
}

/// Ends the session of this browser.
pub(super) async fn close(State(app): State<App>, page: Page, headers: HeaderMap) -> Response {
    let response = Redirect::to(&format!("/{}/", page.tag())).into_response();
    let response = with_cookie(response, cookies::set(&app, session::COOKIE, "", Some(0)));
    // A draft that was sent leads to the receipt; one in the making has nothing to do with this.
    match Draft::of(&app, &headers).await {
        Ok(Some(draft)) if draft.filling.sent.is_none() => response,
        _ => with_cookie(response, cookies::set(&app, draft::COOKIE, "", Some(0))),
    }
}
