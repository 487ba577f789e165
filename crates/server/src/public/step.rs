//! A page of questions, made from the desk's definition: shown, saved as typed, checked, continued.

use std::collections::HashSet;

use askama::Template;
use axum::{
    extract::{Path, Request, State},
    http::{HeaderMap, HeaderValue, StatusCode, header},
    response::{IntoResponse, Redirect, Response},
};
use casework::{
    answers::{AnswerError, AskedQuestion, ErrorCode, form_name, validate_step},
    desk::{Desk, Kind, Question, Step},
};
use serde_json::{Value, json};
use store::intake::Upload;

use super::{
    draft::{self, Draft},
    identity::{self, Offer},
    questions::{
        Control, PersonControl, Piece, Showing, appeared, file_ids, html_id, names, pieces,
    },
    review,
    situation::{Advice, DraftNote, Situation, UrgentShown, WayTo, desk_path, located, step_path},
    upload::{self, Posted},
};
use crate::{
    app::App,
    page::{Page, render},
    web::form::{ASKED, Fields, add_entry, apply, at, remove_entry},
};

#[derive(Template)]
#[template(path = "public/step.html")]
struct StepPage {
    page: Page,
    desk: String,
    desk_title: String,
    title: String,
    intro: Option<String>,
    progress: String,
    number: usize,
    steps: usize,
    part: Part,
    /// Where each error stands and what it says.
    errors: Vec<(String, String)>,
    appeared: Vec<(String, String)>,
    saved: Saved,
    /// Who may say who the person is, where that is asked here.
    offer: Option<Offer>,
    draft: DraftNote,
    action: String,
    multipart: bool,
    first: bool,
}

/// What changes with the answers: the whole answer to a script that asks for it.
#[derive(Template)]
#[template(path = "public/part.html")]
struct PartPage {
    page: Page,
    desk: String,
    part: Part,
}

struct Part {
    urgent: Option<UrgentShown>,
    advice: Vec<Advice>,
    pieces: Vec<Piece>,
    asked: Vec<String>,
    files_wrong: Vec<String>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Saved {
    /// Nothing was to be saved.
    Untouched,
    Yes,
    No,
}

/// What a page is shown with beside the draft.
struct View<'a> {
    status: StatusCode,
    errors: &'a [AnswerError],
    before: Option<&'a HashSet<String>>,
    files_wrong: Vec<String>,
    saved: Saved,
    fragment: bool,
}

const PLAIN: View<'static> = View {
    status: StatusCode::OK,
    errors: &[],
    before: None,
    files_wrong: Vec::new(),
    saved: Saved::Untouched,
    fragment: false,
};

/// Shows a step.
pub(super) async fn show(
    State(app): State<App>,
    page: Page,
    Path((desk, step)): Path<(String, String)>,
    headers: HeaderMap,
) -> Response {
    let draft = match Draft::of(&app, &headers).await {
        Ok(Some(draft)) if draft.desk == desk => draft,
        Ok(_) => return Redirect::to(&desk_path(&page, &desk)).into_response(),
        Err(error) => return page.store_failed(&error),
    };
    if draft.filling.sent.is_some() {
        return super::receipt::to_receipt(&app, &page, &draft);
    }
    shown(&app, page, &draft, &step, PLAIN).await
}

/// Saves a step as typed, then does what its button says.
pub(super) async fn save(
    State(app): State<App>,
    page: Page,
    Path((desk_id, step_id)): Path<(String, String)>,
    headers: HeaderMap,
    request: Request,
) -> Response {
    let Some(desk) = app.desk(&desk_id) else {
        return page.not_found();
    };
    // Read first: a large file takes its time, and the draft may be saved meanwhile.
    let posted = match upload::read(&app, &page, request).await {
        Ok(posted) => posted,
        Err(failed) => return failed,
    };
    let fragment = headers.contains_key("x-fragment");
    let fresh = || {
        Draft::new(
            &app,
            desk,
            desk.tracks
                .first()
                .copied()
                .unwrap_or(casework::submission::Track::Report),
        )
    };
    // Without a draft (its cookie has gone, another was begun) what was typed starts a new one.
    let code = draft::code_in(&headers);
    let _alone = match &code {
        Some(code) => Some(draft::alone(code).await),
        None => None,
    };
    let found = match code {
        Some(code) => Draft::open(&app, code).await,
        None => Ok(None),
    };
    let draft = match found {
        Ok(Some(draft)) if draft.desk == desk_id => Some(draft),
        Ok(_) => fresh(),
        Err(error) => {
            tracing::error!(
                error = &error as &dyn std::error::Error,
                "a draft could not be read"
            );
            None
        }
    };
    let Some(mut draft) = draft else {
        let (title, text) = (page.w.t("not-saved-title"), page.w.t("not-saved-text"));
        return page.failed(StatusCode::SERVICE_UNAVAILABLE, title, text);
    };
    if draft.filling.sent.is_some() {
        return super::receipt::to_receipt(&app, &page, &draft);
    }
    let Some(desk) = draft.desk(&app) else {
        return page.not_found();
    };
    let Some(step) = desk.step(&step_id) else {
        return page.not_found();
    };

    let Posted { fields, files } = posted;
    let mut problems = apply(&step.questions, &mut draft.filling.answers, &fields);
    let mut files_wrong = Vec::new();
    for (name, file) in files {
        match file {
            Ok(file) => problems.extend(attach(step, &mut draft, &name, &file)),
            Err(why) => files_wrong.push(why),
        }
    }
    let moved = change(step, &mut draft, &fields);
    let saved = draft.save(&app).await;
    let kept = match &saved {
        Ok(()) => Saved::Yes,
        Err(error) => {
            tracing::error!(
                error = error as &dyn std::error::Error,
                "a draft was not saved; its owner is told"
            );
            Saved::No
        }
    };
    let response = if kept == Saved::No {
        let view = View {
            status: StatusCode::SERVICE_UNAVAILABLE,
            saved: kept,
            files_wrong,
            fragment,
            ..PLAIN
        };
        shown(&app, page, &draft, &step_id, view).await
    } else if fragment {
        let before: HashSet<String> = fields.all(ASKED).map(str::to_owned).collect();
        let before = (!before.is_empty()).then_some(before);
        let view = View {
            before: before.as_ref(),
            files_wrong,
            saved: kept,
            fragment,
            ..PLAIN
        };
        shown(&app, page, &draft, &step_id, view).await
    } else if fields.one("go") == Some("identity") {
        identity::leave(&app, page, &draft, &step_id).await
    } else if fields.one("go") == Some("send") && problems.is_empty() && files_wrong.is_empty() {
        // From the banner of a life at risk: what is on this page goes along.
        let page = located(page, &format!("/desks/{desk_id}/review"));
        review::send_draft(&app, page, &mut draft).await
    } else if let (Some(anchor), true) = (moved, problems.is_empty() && files_wrong.is_empty()) {
        let path = step_path(&page, &desk_id, &step_id);
        Redirect::to(&format!("{path}#{anchor}")).into_response()
    } else {
        next(&app, page, &draft, step, &fields, problems, files_wrong).await
    };
    with_cookie(response, draft.cookie(&app))
}

/// Adds an uploaded file to the answer of the question it came for.
fn attach(step: &Step, draft: &mut Draft, name: &str, file: &Upload) -> Option<AnswerError> {
    let problem = |code| {
        Some(AnswerError {
            path: name.chars().take(80).collect(),
            code,
        })
    };
    let Some(max) = evidence(&step.questions, name) else {
        return problem(ErrorCode::UnknownField);
    };
    let answer = draft.filling.answers.entry(name).or_insert(Value::Null);
    if !answer.is_array() {
        *answer = Value::Array(Vec::new());
    }
    let files = answer.as_array_mut().expect("it was made a list above");
    if files.len() >= max {
        return problem(ErrorCode::TooMany { max });
    }
    files.push(json!({ "id": file.id }));
    None
}

/// How many files a question of this name takes. Evidence is asked at the top of a desk only.
fn evidence(questions: &[Question], name: &str) -> Option<usize> {
    questions
        .iter()
        .find(|question| question.id.as_str() == name)
        .and_then(|question| match question.kind {
            Kind::Evidence { max_files } => Some(max_files),
            _ => None,
        })
}

/// Does what a small button asks, and says where the page is to be shown again.
fn change(step: &Step, draft: &mut Draft, fields: &Fields) -> Option<String> {
    let answers = &mut draft.filling.answers;
    if let Some(list) = fields.one("add") {
        // The first entry is shown before it exists: adding to nothing makes two.
        let empty = at(answers, list)
            .and_then(Value::as_object)
            .is_none_or(serde_json::Map::is_empty);
        if empty {
            add_entry(&step.questions, answers, list);
        }
        let added = add_entry(&step.questions, answers, list);
        return Some(added.map_or_else(
            || html_id(list),
            |index| html_id(&format!("{list}.{index}")),
        ));
    }
    if let Some(entry) = fields.one("remove") {
        remove_entry(&step.questions, answers, entry);
        return Some(html_id(
            entry.rsplit_once('.').map_or(entry, |(list, _)| list),
        ));
    }
    if let Some(id) = fields.one("remove-file") {
        for question in step
            .questions
            .iter()
            .filter(|question| matches!(question.kind, Kind::Evidence { .. }))
        {
            if let Some(files) = answers
                .get_mut(question.id.as_str())
                .and_then(Value::as_array_mut)
            {
                files.retain(|file| file.get("id").and_then(Value::as_str) != Some(id));
            }
        }
        return Some("files".to_owned());
    }
    fields.one("upload").map(|_| "files".to_owned())
}

/// After a save: back, later, or on when everything on the page is right.
async fn next(
    app: &App,
    page: Page,
    draft: &Draft,
    step: &Step,
    fields: &Fields,
    mut errors: Vec<AnswerError>,
    files_wrong: Vec<String>,
) -> Response {
    let Some(situation) = Situation::of(app, &page, draft) else {
        return page.not_found();
    };
    let steps = situation.steps();
    let place = steps.iter().position(|asked| asked.step.id == step.id);
    let desk = situation.desk.id.as_str();
    match fields.one("go") {
        Some("later") => return Redirect::to(&format!("/{}/draft", page.tag())).into_response(),
        Some("back") => {
            let before = place
                .and_then(|place| place.checked_sub(1))
                .map(|place| &steps[place].step.id);
            let path =
                before.map_or_else(|| desk_path(&page, desk), |id| step_path(&page, desk, id));
            return Redirect::to(&path).into_response();
        }
        Some("review") => {
            return Redirect::to(&format!("{}/review", desk_path(&page, desk))).into_response();
        }
        _ => {}
    }
    let Some(place) = place else {
        // The step is not asked any more, after what was said elsewhere.
        let path = steps.first().map_or_else(
            || desk_path(&page, desk),
            |first| step_path(&page, desk, &first.step.id),
        );
        return Redirect::to(&path).into_response();
    };
    let asked = &steps[place].questions;
    let before: HashSet<String> = fields.all(ASKED).map(str::to_owned).collect();
    let new = if before.is_empty() {
        Vec::new()
    } else {
        appeared(asked, &before)
    };
    let is_new = |path: &str| {
        new.iter()
            .any(|question| path.starts_with(question.path.as_str()))
    };
    errors.extend(
        validate_step(
            situation.desk,
            situation.track,
            step,
            &draft.filling.answers,
            &situation.ctx,
        )
        .into_iter()
        .filter(|error| !is_new(&error.path)),
    );
    if !errors.is_empty() || !new.is_empty() || !files_wrong.is_empty() {
        let wrong = !errors.is_empty() || !files_wrong.is_empty();
        let view = View {
            status: if wrong {
                StatusCode::UNPROCESSABLE_ENTITY
            } else {
                StatusCode::OK
            },
            errors: &errors,
            before: (!new.is_empty()).then_some(&before),
            files_wrong,
            saved: Saved::Yes,
            fragment: false,
        };
        let id = step.id.to_string();
        return shown(app, page, draft, &id, view).await;
    }
    if !situation.stops().is_empty() {
        return Redirect::to(&format!("{}/stop", desk_path(&page, desk))).into_response();
    }
    let path = match steps.get(place + 1) {
        Some(next) => step_path(&page, desk, &next.step.id),
        None => format!("{}/review", desk_path(&page, desk)),
    };
    Redirect::to(&path).into_response()
}

/// The page of a step as the draft stands.
async fn shown(app: &App, page: Page, draft: &Draft, step_id: &str, view: View<'_>) -> Response {
    let Some(situation) = Situation::of(app, &page, draft) else {
        return page.not_found();
    };
    let steps = situation.steps();
    let desk = situation.desk;
    let place = steps.iter().position(|asked| &*asked.step.id == step_id);
    let Some(place) = place else {
        return match (desk.step(step_id), steps.first()) {
            (Some(_), Some(first)) if !view.fragment => {
                Redirect::to(&step_path(&page, desk.id.as_str(), &first.step.id)).into_response()
            }
            _ => page.not_found(),
        };
    };
    let AskedHere { step, questions } = AskedHere {
        step: steps[place].step,
        questions: &steps[place].questions,
    };
    let raw = &draft.filling.answers;
    let ids = step
        .questions
        .iter()
        .flat_map(|question| file_ids(raw.get(question.id.as_str())));
    let files = match upload::shown(app, &page, ids).await {
        Ok(files) => files,
        Err(error) => return page.store_failed(&error),
    };
    let showing = Showing {
        page: &page,
        desk,
        raw,
        errors: view.errors,
        before: view.before,
        files: &files,
    };
    let part = Part {
        urgent: situation.urgent(&page, draft),
        advice: situation.advice(&page),
        pieces: pieces(&showing, questions),
        asked: names(questions),
        files_wrong: view.files_wrong,
    };
    if view.fragment {
        let desk = desk.id.as_str().to_owned();
        return render(view.status, &PartPage { page, desk, part });
    }
    let template = StepPage {
        desk: desk.id.as_str().to_owned(),
        desk_title: desk.title.get(page.lang).to_owned(),
        title: step.title.get(page.lang).to_owned(),
        intro: step
            .intro
            .as_ref()
            .map(|intro| intro.get(page.lang).to_owned()),
        progress: page.w.t2(
            "step-of",
            ("number", place as i64 + 1),
            ("steps", steps.len() as i64 + 1),
        ),
        number: place + 1,
        steps: steps.len() + 1,
        errors: summary(&page, desk, &part, view.errors),
        appeared: view.before.map_or_else(Vec::new, |before| {
            appeared(questions, before)
                .into_iter()
                .map(|question| link(&page, question))
                .collect()
        }),
        saved: view.saved,
        offer: identity::offer(app, draft, &situation, step_id),
        draft: DraftNote::of(&page, draft),
        action: step_path(&page, desk.id.as_str(), step_id),
        multipart: step
            .questions
            .iter()
            .any(|question| matches!(question.kind, Kind::Evidence { .. })),
        first: place == 0,
        part,
        page,
    };
    render(view.status, &template)
}

struct AskedHere<'a, 'd> {
    step: &'d Step,
    questions: &'a [AskedQuestion<'d>],
}

fn link(page: &Page, question: &AskedQuestion<'_>) -> (String, String) {
    let name = form_name(&question.path);
    (
        format!("#{}", html_id(&name)),
        question.question.label.get(page.lang).to_owned(),
    )
}

/// The error summary: each error with a link to its field, the field's words before it.
fn summary(page: &Page, desk: &Desk, part: &Part, errors: &[AnswerError]) -> Vec<(String, String)> {
    let mut lines: Vec<(String, String)> = errors
        .iter()
        .map(|error| {
            let name = form_name(&error.path);
            let message = error.message(page.lang);
            let asked = part
                .asked
                .iter()
                .any(|asked| name == *asked || name.starts_with(&format!("{asked}.")));
            let anchor = if asked {
                format!("#{}", html_id(&name))
            } else {
                "#questions".to_owned()
            };
            // What no question asks has only the name it was sent under.
            let label = label(page, desk, &name).unwrap_or(name);
            (
                anchor,
                page.w
                    .t2("error-line", ("label", label), ("message", message)),
            )
        })
        .collect();
    lines.extend(
        part.files_wrong
            .iter()
            .map(|why| ("#files".to_owned(), why.clone())),
    );
    lines
}

/// The words of the question with this form name: `Payment 2, How much?`.
pub(super) fn label(page: &Page, desk: &Desk, name: &str) -> Option<String> {
    let mut parts = name.split('.');
    let mut question = desk.question(parts.next()?)?;
    let mut before = String::new();
    while let Kind::Repetition {
        questions, item, ..
    } = &question.kind
    {
        let Some(index) = parts.next() else { break };
        let number = index.parse::<usize>().ok()? + 1;
        before.push_str(&format!("{} {number}, ", item.get(page.lang)));
        let Some(id) = parts.next() else { break };
        question = questions.iter().find(|inner| inner.id.as_str() == id)?;
    }
    let mut label = question.label.get(page.lang).to_owned();
    if let (Kind::Person { fields, .. }, Some(part)) = (&question.kind, parts.next()) {
        let field = fields.iter().find(|field| field.as_str() == part)?;
        label = field.label(page.lang).to_owned();
    }
    Some(format!("{before}{label}"))
}

pub(super) fn with_cookie(mut response: Response, cookie: HeaderValue) -> Response {
    response.headers_mut().append(header::SET_COOKIE, cookie);
    response
}
