//! Documents that a person takes away: the receipt, and the papers of a film project.

use axum::{
    extract::State,
    http::HeaderMap,
    response::{IntoResponse, Redirect, Response},
};
use casework::{answers::Answers, assess, clock, submission::Track};
use documents::{Document, Filed, Ledger, Receipt};
use store::{
    StoreError,
    intake::{Submission, Upload},
    objects::hex,
};

use super::{film, receipt::file_name, session, situation::at};
use crate::{
    app::App,
    document::{download, head, short},
    page::Page,
    web::text,
    workbench::film::{convention, last_quote},
};

/// The receipt of the submission this browser may follow.
pub(super) async fn receipt(State(app): State<App>, page: Page, headers: HeaderMap) -> Response {
    let submission = match session::submission(&app, &headers).await {
        Ok(Some(submission)) => submission,
        Ok(None) => return Redirect::to(&format!("/{}/follow", page.tag())).into_response(),
        Err(error) => return page.store_failed(&error),
    };
    let read = async {
        let intake = &app.store.intake;
        let receipt = intake.receipt(submission.seq).await?.receipt;
        let exhibits = intake.exhibits(submission.seq).await?;
        receipt_of(&app, &page, &submission, (&receipt, &exhibits))
    };
    let receipt = match read.await {
        Ok(receipt) => receipt,
        Err(error) => return page.store_failed(&error),
    };
    let desk = app.desk(&submission.desk);
    let unit = desk.and_then(|desk| app.config.unit(desk.unit.as_ref()?));
    let issuer = unit.map_or_else(
        || page.w.t("site-name"),
        |unit| unit.name.get(page.lang).to_owned(),
    );
    let day = text::paris(at(submission.received_at)).date();
    let reference = short(&submission.id).to_owned();
    let name = format!("orfevre-recepisse-{reference}");
    let head = head(&app, &page, &issuer, reference, day);
    download(&app, page, &name, (head, Document::Receipt(receipt))).await
}

fn receipt_of(
    app: &App,
    page: &Page,
    submission: &Submission,
    (proof, exhibits): (&str, &[Upload]),
) -> Result<Receipt, StoreError> {
    let proof = ledger::Receipt::parse(proof.as_bytes())
        .map_err(|error| StoreError::Ledger(error.to_string()))?;
    let track = submission.track.parse().unwrap_or(Track::Report);
    let received = at(submission.received_at);
    let desk = app.desk_version(&submission.desk, submission.desk_version);
    let read_by = desk.map(|desk| {
        let facts = serde_json::from_str(&submission.facts).unwrap_or_default();
        let urgent = assess::urgent(desk, &Answers::stored(track, facts), received);
        clock::first_deadline(desk, urgent, received)
    });
    let mut checkpoint = proof.checkpoint.lines();
    let mut line = || checkpoint.next().unwrap_or_default().to_owned();
    let (origin, size, root) = (line(), line(), line());
    Ok(Receipt {
        desk: desk.map_or_else(
            || submission.desk.clone(),
            |desk| desk.title.get(page.lang).to_owned(),
        ),
        complaint: track == Track::Complaint,
        received,
        read_by,
        digest: hex(proof.opening.digest()),
        // What came later has receipts of its own.
        files: exhibits
            .iter()
            .filter(|exhibit| exhibit.at <= submission.received_at)
            .map(|exhibit| Filed {
                sha256: hex(&exhibit.sha256),
                size: exhibit.size,
            })
            .collect(),
        ledger: Ledger {
            index: proof.index,
            commitment: hex(&proof.opening.commitment().0),
            origin,
            size: size.parse().unwrap_or(0),
            root,
            key: app.store.intake.verifier_key(),
            file: file_name(submission),
        },
    })
}

/// The last quote of the project this browser may follow.
pub(super) async fn quote(State(app): State<App>, page: Page, headers: HeaderMap) -> Response {
    match film::found(&app, &page, &headers).await {
        Ok((submission, told)) => match last_quote(&app, &page, &submission.id, &told) {
            Some(paper) => download(&app, page, "devis", paper).await,
            None => page.not_found(),
        },
        Err(elsewhere) => elsewhere,
    }
}

/// Its convention.
pub(super) async fn convention_of(
    State(app): State<App>,
    page: Page,
    headers: HeaderMap,
) -> Response {
    match film::found(&app, &page, &headers).await {
        Ok((submission, told)) => match convention(&app, &page, &submission.id, &told) {
            Some(paper) => download(&app, page, "convention", paper).await,
            None => page.not_found(),
        },
        Err(elsewhere) => elsewhere,
    }
}
