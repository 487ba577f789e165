//! Everything that was answered, read again before it is sent; and the sending.

use askama::Template;
use axum::{
    extract::{Path, State},
    http::{HeaderMap, StatusCode},
    response::{IntoResponse, Redirect, Response},
};
use casework::{
    answers::{AnswerError, Answers, form_name, validate},
    assess,
    submission::Track,
};
use sha2::{Digest, Sha256};
use store::intake::SubmitError;

use super::{
    draft::{self, Draft, random_key},
    identity::Vouched,
    questions::html_id,
    session,
    shown::{Row, evidence_ids, rows},
    situation::{DraftNote, Situation, UrgentShown, desk_path, located, step_path},
    step::{label, with_cookie},
    upload,
};
use crate::{
    app::App,
    page::{Page, render},
    receive::{Filed, Filing, ReceiveError, mask, receive},
};

#[derive(Template)]
#[template(path = "public/review.html")]
struct ReviewPage {
    page: Page,
    desk: String,
    desk_title: String,
    complaint: bool,
    urgent: Option<UrgentShown>,
    steps: Vec<StepShown>,
    /// What keeps it from being sent, with where to mend it.
    errors: Vec<(String, String)>,
    last: String,
    draft: DraftNote,
}

struct StepShown {
    id: String,
    title: String,
    change: String,
    rows: Vec<Row>,
}

#[derive(Template)]
#[template(path = "public/not_received.html")]
struct NotReceivedPage {
    page: Page,
    desk: String,
    draft: DraftNote,
}

/// The draft of this browser for this desk, or where to go instead.
async fn draft_of(
    app: &App,
    page: &Page,
    desk: &str,
    headers: &HeaderMap,
) -> Result<Draft, Response> {
    match Draft::of(app, headers).await {
        Ok(Some(draft)) if draft.desk == desk && draft.filling.sent.is_some() => {
            Err(super::receipt::to_receipt(app, page, &draft))
        }
        Ok(Some(draft)) if draft.desk == desk => Ok(draft),
        Ok(_) => Err(Redirect::to(&desk_path(page, desk)).into_response()),
        Err(error) => Err(page.clone().store_failed(&error)),
    }
}

/// Shows the review.
pub(super) async fn show(
    State(app): State<App>,
    page: Page,
    Path(desk): Path<String>,
    headers: HeaderMap,
) -> Response {
    match draft_of(&app, &page, &desk, &headers).await {
        Ok(draft) => shown(&app, page, &draft, StatusCode::OK).await,
        Err(elsewhere) => elsewhere,
    }
}

async fn shown(app: &App, page: Page, draft: &Draft, status: StatusCode) -> Response {
    let Some(situation) = Situation::of(app, &page, draft) else {
        return page.not_found();
    };
    let desk = situation.desk;
    let ids = evidence_ids(desk.questions(), &draft.filling.answers);
    let files = match upload::shown(app, &page, ids.into_iter()).await {
        Ok(files) => files,
        Err(error) => return page.store_failed(&error),
    };
    let steps = situation.steps();
    let errors = validate(
        desk,
        situation.track,
        &draft.filling.answers,
        &situation.ctx,
    )
    .err()
    .unwrap_or_default();
    let last = steps.last().map_or_else(
        || desk_path(&page, desk.id.as_str()),
        |step| step_path(&page, desk.id.as_str(), &step.step.id),
    );
    let template = ReviewPage {
        desk: desk.id.as_str().to_owned(),
        desk_title: desk.title.get(page.lang).to_owned(),
        complaint: situation.track == Track::Complaint,
        urgent: situation.urgent(&page, draft),
        steps: steps
            .iter()
            .map(|asked| StepShown {
                id: asked.step.id.to_string(),
                title: asked.step.title.get(page.lang).to_owned(),
                change: step_path(&page, desk.id.as_str(), &asked.step.id),
                rows: rows(
                    &page,
                    &asked.step.questions,
                    situation.answers.values(),
                    &files,
                ),
            })
            .collect(),
        errors: missing(&page, &situation, &errors),
        last,
        draft: DraftNote::of(&page, draft),
        page,
    };
    render(status, &template)
}

fn missing(
    page: &Page,
    situation: &Situation<'_>,
    errors: &[AnswerError],
) -> Vec<(String, String)> {
    errors
        .iter()
        .map(|error| {
            let name = form_name(&error.path);
            let id = name.split('.').next().unwrap_or_default();
            let step = situation.desk.steps.iter().find(|step| {
                step.questions
                    .iter()
                    .any(|question| question.id.as_str() == id)
            });
            let path = step.map_or_else(String::new, |step| {
                format!(
                    "{}#{}",
                    step_path(page, situation.desk.id.as_str(), &step.id),
                    html_id(&name)
                )
            });
            let message = error.message(page.lang);
            let label = label(page, situation.desk, &name).unwrap_or(name);
            (
                path,
                page.w
                    .t2("error-line", ("label", label), ("message", message)),
            )
        })
        .collect()
}

/// Sends the draft. Answers only once it is durable, or says that it was NOT received.
pub(super) async fn send(
    State(app): State<App>,
    page: Page,
    Path(desk): Path<String>,
    headers: HeaderMap,
) -> Response {
    let page = located(page, &format!("/desks/{desk}/review"));
    let Some(code) = draft::code_in(&headers) else {
        return Redirect::to(&desk_path(&page, &desk)).into_response();
    };
    // Two clicks are one sending.
    let _alone = draft::alone(&code).await;
    match draft_of(&app, &page, &desk, &headers).await {
        Ok(mut draft) => {
            let response = send_draft(&app, page, &mut draft).await;
            with_cookie(response, draft.cookie(&app))
        }
        Err(elsewhere) => elsewhere,
    }
}

/// Sends a draft that nobody else can change meanwhile, or shows what keeps it from being sent. The draft's
/// cookie is for the caller to set, as the draft then is.
pub(super) async fn send_draft(app: &App, page: Page, draft: &mut Draft) -> Response {
    let desk = draft.desk.clone();
    let answers = {
        let Some(situation) = Situation::of(app, &page, draft) else {
            return page.not_found();
        };
        let Ok(answers) = validate(
            situation.desk,
            situation.track,
            &draft.filling.answers,
            &situation.ctx,
        ) else {
            return shown(app, page, draft, StatusCode::UNPROCESSABLE_ENTITY).await;
        };
        if !assess::eligibility(situation.desk, &answers, situation.ctx.now).is_empty() {
            return Redirect::to(&format!("{}/stop", desk_path(&page, &desk))).into_response();
        }
        answers
    };
    let filed = match filed(app, &page, draft, &answers).await {
        Ok(filed) => filed,
        Err(error) => {
            tracing::error!(
                error = &error as &dyn std::error::Error,
                "a submission was not received; its sender is told"
            );
            let draft = DraftNote::of(&page, draft);
            return render(
                StatusCode::SERVICE_UNAVAILABLE,
                &NotReceivedPage { page, desk, draft },
            );
        }
    };
    draft.filling.answers.clear();
    draft.filling.sent = Some(filed.id.clone());
    if let Err(error) = draft.save(app).await {
        // It is received all the same; a second sending gives the same receipt.
        tracing::warn!(
            error = &error as &dyn std::error::Error,
            "a draft that was received could not be emptied"
        );
    }
    let response = Redirect::to(&format!("/{}/receipt", page.tag())).into_response();
    with_cookie(response, session::cookie(app, &filed.id))
}

async fn filed(
    app: &App,
    page: &Page,
    draft: &mut Draft,
    answers: &Answers,
) -> Result<Filed, ReceiveError> {
    let desk = draft
        .desk(app)
        .expect("the caller found the desk of the draft");
    let mut said = draft.filling.answers.clone();
    mask::members(&mut said);
    let said = serde_json::to_string(&said).expect("a map of JSON values is JSON");
    let body: [u8; 32] = Sha256::new()
        .chain_update(answers.track().as_str())
        .chain_update([0])
        .chain_update(said.as_bytes())
        .finalize()
        .into();
    let filing = |idempotency| Filing {
        desk,
        track: answers.track(),
        lang: page.lang,
        channel: "web",
        answers,
        scope: "",
        idempotency,
        body,
        vouched: draft
            .filling
            .vouched
            .as_ref()
            .filter(|vouched| vouched.holds(answers.values()))
            .map(Vouched::kept),
    };
    match receive(app, filing(&draft.filling.key)).await {
        // An earlier sending was received, its answer was lost, and the draft has changed since: what is
        // new is received beside it, since losing it would be worse than having it twice.
        Err(ReceiveError::Submit(SubmitError::Conflict)) => {
            let key = random_key().ok_or(ReceiveError::Randomness)?;
            let filed = receive(app, filing(&key)).await;
            draft.filling.key = key;
            filed
        }
        other => other,
    }
}
