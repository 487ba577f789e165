//! The receipt: the tracking code, the proof file, what happens next.

use askama::Template;
use axum::{
    extract::State,
    http::{HeaderMap, StatusCode, header},
    response::{IntoResponse, Redirect, Response},
};
use casework::{answers::Answers, assess, clock, submission::Track};
use store::intake::Submission;

use super::{draft::Draft, session, situation::at, step::with_cookie};
use crate::{
    app::App,
    document::short,
    page::{Page, render},
    receive::tracking_code,
};

#[derive(Template)]
#[template(path = "public/receipt.html")]
struct ReceiptPage {
    page: Page,
    desk_title: String,
    complaint: bool,
    code: String,
    received: String,
    deadline: String,
    index: i64,
    file: String,
    key: String,
    urgent: Option<(String, String)>,
}

/// To the receipt of a draft that was sent.
pub(super) fn to_receipt(app: &App, page: &Page, draft: &Draft) -> Response {
    let response = Redirect::to(&format!("/{}/receipt", page.tag())).into_response();
    match &draft.filling.sent {
        Some(id) => with_cookie(response, session::cookie(app, id)),
        None => response,
    }
}

/// Shows the receipt of the submission this browser may follow.
pub(super) async fn show(State(app): State<App>, page: Page, headers: HeaderMap) -> Response {
    let submission = match session::submission(&app, &headers).await {
        Ok(Some(submission)) => submission,
        Ok(None) => return Redirect::to(&format!("/{}/follow", page.tag())).into_response(),
        Err(error) => return page.store_failed(&error),
    };
    let desk = app.desk_version(&submission.desk, submission.desk_version);
    let track = submission.track.parse().unwrap_or(Track::Report);
    let received = at(submission.received_at);
    let facts = serde_json::from_str(&submission.facts).unwrap_or_default();
    let answers = Answers::stored(track, facts);
    let urgent = desk.and_then(|desk| assess::urgent(desk, &answers, received));
    let deadline = desk.map(|desk| clock::first_deadline(desk, urgent, received).as_microsecond());
    let desk_title = desk.map_or_else(
        || submission.desk.clone(),
        |desk| desk.title.get(page.lang).to_owned(),
    );
    let template = ReceiptPage {
        complaint: track == Track::Complaint,
        code: tracking_code(&app, &submission.id).to_string(),
        received: page.w.t2(
            "receipt-received",
            ("desk", desk_title.clone()),
            ("moment", page.moment(submission.received_at)),
        ),
        desk_title,
        deadline: deadline.map_or_else(String::new, |deadline| page.moment(deadline)),
        index: submission.seq,
        file: file_name(&submission),
        key: app.store.intake.verifier_key(),
        urgent: urgent.map(|rule| {
            (
                rule.title.get(page.lang).to_owned(),
                rule.text.get(page.lang).to_owned(),
            )
        }),
        page,
    };
    render(StatusCode::OK, &template)
}

/// The name of the receipt's file.
pub(super) fn file_name(submission: &Submission) -> String {
    format!("orfevre-recepisse-{}.tlog-proof", short(&submission.id))
}

/// The receipt as a file, against the ledger's present checkpoint.
pub(super) async fn download(State(app): State<App>, page: Page, headers: HeaderMap) -> Response {
    let submission = match session::submission(&app, &headers).await {
        Ok(Some(submission)) => submission,
        Ok(None) => return Redirect::to(&format!("/{}/follow", page.tag())).into_response(),
        Err(error) => return page.store_failed(&error),
    };
    match app.store.intake.receipt(submission.seq).await {
        Ok(received) => (
            [
                (header::CONTENT_TYPE, "text/plain; charset=utf-8".to_owned()),
                (
                    header::CONTENT_DISPOSITION,
                    format!("attachment; filename=\"{}\"", file_name(&submission)),
                ),
                (header::CACHE_CONTROL, "no-store".to_owned()),
            ],
            received.receipt,
        )
            .into_response(),
        Err(error) => page.store_failed(&error),
    }
}
