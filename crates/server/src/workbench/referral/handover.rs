//! Handing a copy of a submission over to a body outside: what may be given is chosen, read as it would leave, sealed for that
//! body alone and downloaded by the agent, who carries it. What came of it is kept when it comes back.

use std::{collections::HashMap, str::FromStr};

use age::x25519::Recipient;
use askama::Template;
use axum::{
    body::Body as Content,
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse, Redirect, Response},
};
use casework::{
    body::{Body, Given},
    policy::{Action, Because, Part},
};
use exchange::handover::{Bundle, Copy, Exhibit, Known, bundle, digest};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use store::{
    StoreError,
    intake::Upload,
    work::{Act, AnswerFile, Handover, NewAct},
};

use super::page::{self, MOST_TEXT};
use crate::{
    app::App,
    harmonise::{Findings, Verdicts, exhibit_path, part_of},
    page::{Page, render},
    receive::VOUCHED,
    workbench::{
        door::Admitted,
        labels, link, row,
        session::Refused,
        submission::{
            Loaded, Opt,
            act::{new_act, new_id},
            exhibit, hit, load,
        },
    },
};

/// What is done in this room, and what each act is.
pub(super) const ACTS: &[(&str, Action)] = &[
    ("preview", Action::Export),
    ("send", Action::Export),
    ("outcome", Action::RecordOutcome),
];

/// The kinds of its acts.
pub(super) const GIVEN: &str = "handover";
const OUTCOME: &str = "handover_outcome";
/// An outcome is expected after so many days, unless whoever hands over says otherwise.
const DAYS: i64 = 30;
/// Copies listed, the ones expected soonest.
const MOST_LISTED: i64 = 100;
/// Files of one copy hold no more bytes together: it is put together in memory.
const MOST_BYTES: u64 = 200 << 20;

/// What an act of handing over holds.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
struct Record {
    reference: String,
    body: String,
    /// Of the archive that was sealed, hexadecimal.
    #[serde(default)]
    sha256: String,
    #[serde(default)]
    exhibits: Vec<String>,
    #[serde(default)]
    struck: usize,
}

/// A copy that was handed over, with what came of it.
struct Sent {
    reference: String,
    body: String,
    when: String,
    who: String,
    sha256: String,
    /// Each with its day.
    outcomes: Vec<Outcome>,
}

/// What came of a copy.
struct Outcome {
    /// In words, with its day.
    said: String,
    /// The file that the body answered with: where it is, and its name.
    file: Option<(String, String)>,
}

/// A body that may be chosen.
struct Choice {
    id: String,
    name: String,
    article: String,
    channel: String,
    gives: String,
    current: bool,
}

/// A file that may be chosen.
struct File {
    id: String,
    name: String,
    ticked: bool,
}

/// A copy as it would leave.
struct Preview {
    body: String,
    channel: String,
    manifest: String,
    copy: String,
    struck: String,
    digest: String,
    reference: String,
    made_at: String,
}

#[derive(Template)]
#[template(path = "workbench/handover.html")]
struct HandoverPage {
    page: Page,
    number: String,
    address: String,
    back: String,
    errors: Vec<(&'static str, String)>,
    reason: String,
    /// When the outcome is expected.
    due: String,
    /// The body and the files chosen, for the form of what is previewed.
    body: String,
    chosen: Vec<String>,
    may_export: bool,
    bodies: Vec<Choice>,
    files: Vec<File>,
    preview: Option<Preview>,
    sent: Vec<Sent>,
    references: Vec<Opt>,
    outcome: String,
    to_person: String,
    /// Whether the desk tells the person what came of it.
    tells: bool,
}

impl HandoverPage {
    fn error(&self, id: &str) -> Option<&str> {
        let mut errors = self.errors.iter();
        errors
            .find(|(field, _)| *field == id)
            .map(|(_, text)| text.as_str())
    }
}

/// Whether a path leads to an act of this room.
pub(in crate::workbench) fn is_act(posted: &Admitted) -> bool {
    posted.room() == "handover" && ACTS.iter().any(|(act, _)| *act == posted.act())
}

/// Whether an act of a submission is of this room.
pub(super) fn is_kept(act: &Act) -> bool {
    act.kind.starts_with(GIVEN)
}

/// The body that an act is about.
pub(super) fn detail(app: &App, page: &Page, act: &Act) -> Option<String> {
    is_kept(act).then_some(())?;
    let record: Record = serde_json::from_str(&act.body).ok()?;
    Some(name(app, page, &record.body))
}

/// Copies that were handed over, each in a sentence.
pub(super) fn told_of(app: &App, page: &Page, acts: &[Act]) -> Vec<String> {
    let sent = sent(app, page, acts, &HashMap::new(), ("", &[]));
    sent.into_iter()
        .map(|one| {
            let outcomes = one.outcomes.iter().map(|outcome| outcome.said.as_str());
            let outcomes = if one.outcomes.is_empty() {
                page.w.t("ref-handover-waits")
            } else {
                Vec::from_iter(outcomes).join(" ; ")
            };
            format!("{}, {} : {outcomes}", one.body, one.when)
        })
        .collect()
}

fn name(app: &App, page: &Page, id: &str) -> String {
    let body = app.config.bodies.iter().find(|body| *body.id == *id);
    body.map_or(id, |body| body.name.get(page.lang)).to_owned()
}

/// The page.
pub(super) async fn show(app: App, at: Admitted) -> Result<Response, Refused> {
    let loaded = load(&app, &at).await?;
    answer(&app, &at, &loaded, Vec::new(), None).await
}

/// The page again, on which an act without a reason is refused.
pub(in crate::workbench) async fn told(
    app: &App,
    posted: &Admitted,
    because: Because,
) -> Result<Response, Refused> {
    let loaded = load(app, posted).await?;
    let text = because.text(posted.signed.page.lang).to_owned();
    answer(app, posted, &loaded, vec![("handover-reason", text)], None).await
}

/// Shows a copy as it would leave.
async fn preview(app: &App, posted: &Admitted, loaded: &Loaded<'_>) -> Result<Response, Refused> {
    let chosen = match chosen(app, posted, loaded).await? {
        Ok(chosen) => chosen,
        Err(errors) => return answer(app, posted, loaded, errors, None).await,
    };
    let reference = new_id(app, &posted.signed)?;
    let now = Timestamp::from_second(app.now().as_second()).unwrap_or_default();
    let shown = made(app, posted, loaded, &chosen, (&reference, &now.to_string())).await?;
    answer(app, posted, loaded, Vec::new(), Some(shown.0)).await
}

/// Seals a copy that was previewed, and gives it to the agent.
async fn send(app: &App, posted: &Admitted, loaded: &Loaded<'_>) -> Result<Response, Refused> {
    let signed = &posted.signed;
    let words = signed.page.w;
    let chosen = match chosen(app, posted, loaded).await? {
        Ok(chosen) => chosen,
        Err(errors) => return answer(app, posted, loaded, errors, None).await,
    };
    let (reference, made_at) = (posted.field("reference"), posted.field("made_at"));
    let is_ours = uuid::Uuid::try_parse(reference).is_ok() && made_at.parse::<Timestamp>().is_ok();
    if !is_ours {
        let errors = vec![("handover-body", words.t("ref-error-preview"))];
        return answer(app, posted, loaded, errors, None).await;
    }
    let (shown, bundle) = made(app, posted, loaded, &chosen, (reference, made_at)).await?;
    let Some(due) = page::by_the_end_of(app, &due(app, posted)) else {
        let errors = vec![("handover-due", words.t("ref-error-due"))];
        return answer(app, posted, loaded, errors, Some(shown)).await;
    };
    let error = if shown.digest != posted.field("digest") {
        Some(words.t("ref-error-preview"))
    } else if posted.field("confirm") != "yes" {
        Some(words.t("ref-error-confirm"))
    } else {
        None
    };
    if let Some(error) = error {
        let errors = vec![("handover-confirm", error)];
        return answer(app, posted, loaded, errors, Some(shown)).await;
    }
    let sealed = match sealed(&chosen.body.recipient, &bundle.tar) {
        Ok(sealed) => sealed,
        Err(error) => {
            tracing::error!(body = %chosen.body.id, error, "a copy could not be sealed");
            let errors = vec![("handover-body", words.t("ref-error-recipient"))];
            return answer(app, posted, loaded, errors, None).await;
        }
    };
    let record = Record {
        reference: reference.to_owned(),
        body: chosen.body.id.to_string(),
        sha256: shown.digest,
        exhibits: chosen.files.iter().map(|file| file.id.clone()).collect(),
        struck: bundle.struck,
    };
    // It is kept before it leaves.
    keep(app, posted, loaded, &record, due).await?;
    let name = format!(
        "attachment; filename=\"{}-{reference}.age\"",
        chosen.body.id
    );
    let name = HeaderValue::from_str(&name);
    let headers = [
        (
            header::CONTENT_TYPE,
            HeaderValue::from_static("application/octet-stream"),
        ),
        (
            header::CONTENT_DISPOSITION,
            name.unwrap_or_else(|_| HeaderValue::from_static("attachment")),
        ),
        (header::CACHE_CONTROL, HeaderValue::from_static("no-store")),
    ];
    Ok((headers, Content::from(sealed)).into_response())
}

/// The day by which an outcome is expected, as it was typed or else as usual.
fn due(app: &App, at: &Admitted) -> String {
    match at.field("due") {
        "" => page::in_days(app, DAYS),
        typed => typed.to_owned(),
    }
}

/// Seals bytes for whoever has the key of a recipient.
fn sealed(recipient: &str, bytes: &[u8]) -> Result<Vec<u8>, String> {
    let recipient = Recipient::from_str(recipient).map_err(str::to_owned)?;
    age::encrypt(&recipient, bytes).map_err(|error| error.to_string())
}

/// Keeps what came of a copy; the person is told where the desk does and the agent says how.
async fn outcome(app: &App, posted: &Admitted, loaded: &Loaded<'_>) -> Result<Response, Refused> {
    let signed = &posted.signed;
    let words = signed.page.w;
    let failed = |error: StoreError| signed.failed(&error);
    let (outcome, to_person) = (posted.field("outcome"), posted.field("to_person"));
    let acts = app
        .store
        .work
        .acts(loaded.docket.seq)
        .await
        .map_err(failed)?;
    let of = records(&acts, GIVEN).find(|(_, of)| of.reference == posted.field("reference"));
    let mut errors = Vec::new();
    if of.is_none() {
        errors.push(("outcome-reference", words.t("ref-error-reference")));
    }
    if outcome.is_empty() {
        errors.push(("outcome-text", words.t("ref-error-outcome")));
    }
    if posted.files().iter().any(|sent| sent.bytes.is_none()) {
        errors.push(("outcome-file", words.t("ref-error-file")));
    }
    let most = signed.page.count(MOST_TEXT as i64);
    for (field, text) in [("outcome-text", outcome), ("outcome-person", to_person)] {
        if text.chars().count() > MOST_TEXT {
            errors.push((field, words.t1("wb-error-long", "most", most.as_str())));
        }
    }
    let tells = loaded.desk.is_some_and(|desk| desk.tells_outcomes);
    let (Some((_, of)), true) = (of, errors.is_empty()) else {
        return answer(app, posted, loaded, errors, None).await;
    };
    let record = Record {
        reference: of.reference,
        body: of.body,
        ..Record::default()
    };
    let body = serde_json::to_string(&record).unwrap_or_default();
    let act = new_act(app, signed, OUTCOME, outcome, &body)?;
    let (work, seq) = (&app.store.work, loaded.docket.seq);
    let file = posted.files().iter().find_map(|sent| {
        Some(AnswerFile {
            name: sent.name.clone(),
            bytes: sent.bytes.clone()?,
        })
    });
    let kept = work
        .answer_handover(seq, &record.reference, act, file.as_ref())
        .await;
    kept.map_err(failed)?;
    if tells && !to_person.is_empty() {
        let body = serde_json::json!({"text": to_person}).to_string();
        let reply = new_act(app, signed, "reply", "", &body)?;
        keep_act(app, posted, loaded, reply).await?;
        app.arrived.notify_one();
    }
    let to = format!(
        "{}/handover",
        link::submission(&signed.page, &loaded.docket.id, "")
    );
    Ok(Redirect::to(&to).into_response())
}

/// An act of this room.
pub(super) async fn post(app: App, posted: Admitted) -> Result<Response, Refused> {
    let loaded = load(&app, &posted).await?;
    match posted.act() {
        "preview" => preview(&app, &posted, &loaded).await,
        "send" => send(&app, &posted, &loaded).await,
        _ => outcome(&app, &posted, &loaded).await,
    }
}

async fn keep(
    app: &App,
    posted: &Admitted,
    loaded: &Loaded<'_>,
    record: &Record,
    due: Timestamp,
) -> Result<(), Refused> {
    let body = serde_json::to_string(record).unwrap_or_default();
    let act = new_act(app, &posted.signed, GIVEN, posted.field("reason"), &body)?;
    let given = Handover {
        reference: record.reference.clone(),
        docket: loaded.docket.seq,
        body: record.body.clone(),
        agent: act.agent.clone(),
        given_at: act.at,
        due_at: due.as_microsecond(),
    };
    let kept = app.store.work.hand_over(&given, act).await;
    kept.map_err(|error| posted.signed.failed(&error))
}

async fn keep_act(
    app: &App,
    posted: &Admitted,
    loaded: &Loaded<'_>,
    act: NewAct,
) -> Result<(), Refused> {
    let kept = app.store.work.record(loaded.docket.seq, act).await;
    kept.map_err(|error| posted.signed.failed(&error))
}

/// What a form chose.
struct Chosen<'a> {
    body: &'a Body,
    files: Vec<Upload>,
}

/// What a form chose, or what is wrong with it.
async fn chosen<'a>(
    app: &'a App,
    posted: &Admitted,
    loaded: &Loaded<'_>,
) -> Result<Result<Chosen<'a>, Vec<(&'static str, String)>>, Refused> {
    let words = posted.signed.page.w;
    let mut files = uploads(app, posted, loaded).await?;
    files.retain(|file| posted.all("exhibit").any(|id| id == file.id));
    let body = app
        .config
        .bodies
        .iter()
        .find(|body| *body.id == *posted.field("body"));
    let Some(body) = body else {
        return Ok(Err(vec![("handover-body", words.t("ref-error-body"))]));
    };
    if !files.is_empty() && !body.gives.contains(&Given::Exhibits) {
        return Ok(Err(vec![(
            "handover-exhibits",
            words.t("ref-error-exhibits"),
        )]));
    }
    if files.iter().map(|file| file.size).sum::<u64>() > MOST_BYTES {
        let most = posted.signed.page.count((MOST_BYTES / 1_000_000) as i64);
        return Ok(Err(vec![(
            "handover-exhibits",
            words.t1("ref-error-large", "most", most),
        )]));
    }
    Ok(Ok(Chosen { body, files }))
}

async fn uploads(app: &App, at: &Admitted, loaded: &Loaded<'_>) -> Result<Vec<Upload>, Refused> {
    let found = app.store.intake.exhibits(loaded.docket.seq).await;
    found.map_err(|error| at.signed.failed(&error))
}

/// A copy of what was chosen, to be read and to be sealed.
async fn made(
    app: &App,
    posted: &Admitted,
    loaded: &Loaded<'_>,
    chosen: &Chosen<'_>,
    (reference, made_at): (&str, &str),
) -> Result<(Preview, Bundle), Refused> {
    let page = &posted.signed.page;
    let copied = copied(app, page, loaded, chosen, (reference, made_at)).await;
    let bundle = copied.map_err(|error| posted.signed.failed(&error))?;
    let preview = Preview {
        body: chosen.body.name.get(page.lang).to_owned(),
        channel: chosen.body.channel.get(page.lang).to_owned(),
        manifest: bundle.manifest.clone(),
        copy: bundle.copy.clone(),
        struck: page
            .w
            .t1("ref-handover-struck", "count", bundle.struck as i64),
        digest: digest(&bundle.tar),
        reference: reference.to_owned(),
        made_at: made_at.to_owned(),
    };
    Ok((preview, bundle))
}

async fn copied(
    app: &App,
    page: &Page,
    loaded: &Loaded<'_>,
    chosen: &Chosen<'_>,
    (reference, made_at): (&str, &str),
) -> Result<Bundle, StoreError> {
    let (docket, submission) = (&loaded.docket, &loaded.submission);
    // Nobody reads it here: it says what must not be in the copy.
    let identity = app.store.intake.identity(submission).await?;
    let mut identity: Value = identity
        .and_then(|identity| serde_json::from_str(&identity).ok())
        .unwrap_or_default();
    // Who vouched for it is nobody's name.
    if let Value::Object(identity) = &mut identity {
        identity.remove(VOUCHED);
    }
    let mut corrections = app.store.work.corrections(docket.seq).await?;
    let mut found = Findings::read(&docket.sightings).sightings;
    let all = found.len();
    let paths: Vec<String> = chosen.files.iter().map(exhibit_path).collect();
    found.retain(|one| match part_of(&one.path) {
        Part::Facts => true,
        Part::Exhibits => paths.iter().any(|path| {
            let rest = one.path.strip_prefix(path.as_str());
            rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
        }),
        _ => false,
    });
    if found.len() < all {
        corrections = hit::said_of(corrections, &found);
    }
    let found = hit::effective(&app.lists, &found, &Verdicts::of(&corrections));
    let mut exhibits = Vec::with_capacity(chosen.files.len());
    for file in &chosen.files {
        exhibits.push(Exhibit {
            media_type: file.media_type.clone(),
            bytes: app
                .store
                .objects
                .read(&file.sha256)
                .await
                .map_err(StoreError::Io)?,
        });
    }
    let moment = |micros: i64| {
        Timestamp::from_microsecond(micros)
            .map(|at| at.to_string())
            .ok()
    };
    let copy = Copy {
        reference: reference.to_owned(),
        made_at: made_at.to_owned(),
        from: (
            docket.unit.clone(),
            labels::unit(app, page.lang, &docket.unit),
        ),
        to: (
            chosen.body.id.to_string(),
            chosen.body.name.get(page.lang).to_owned(),
        ),
        article: chosen.body.article.to_string(),
        desk: (submission.desk.clone(), submission.desk_version),
        track: docket.track.clone(),
        headline: docket.headline.clone(),
        occurred_at: docket.occurred_at.and_then(moment),
        answers: serde_json::from_str(&submission.facts).unwrap_or_default(),
        observables: found.into_iter().map(|one| (one.kind, one.value)).collect(),
        exhibits,
    };
    Ok(bundle(copy, &Known::of(&identity)))
}

/// The records of acts of a kind, with their acts.
fn records<'a>(acts: &'a [Act], kind: &'a str) -> impl Iterator<Item = (&'a Act, Record)> {
    let of_kind = acts.iter().filter(move |act| act.kind == kind);
    of_kind.filter_map(|act| Some((act, serde_json::from_str(&act.body).ok()?)))
}

/// `files` are those that bodies answered with, by their acts, and where they are.
fn sent(
    app: &App,
    page: &Page,
    acts: &[Act],
    names: &HashMap<String, String>,
    (address, files): (&str, &[(String, String)]),
) -> Vec<Sent> {
    let file = |act: &Act| {
        let (act, name) = files.iter().find(|(of, _)| *of == act.id)?;
        Some((format!("{address}/answers/{act}"), name.clone()))
    };
    records(acts, GIVEN)
        .map(|(act, record)| Sent {
            body: name(app, page, &record.body),
            when: page.moment(act.at),
            who: names.get(&act.agent).unwrap_or(&act.agent).clone(),
            sha256: record.sha256,
            outcomes: records(acts, OUTCOME)
                .filter(|(_, of)| of.reference == record.reference)
                .map(|(act, _)| Outcome {
                    said: format!("{} ({})", act.reason, page.day(act.at)),
                    file: file(act),
                })
                .collect(),
            reference: record.reference,
        })
        .collect()
}

async fn answer(
    app: &App,
    at: &Admitted,
    loaded: &Loaded<'_>,
    errors: Vec<(&'static str, String)>,
    preview: Option<Preview>,
) -> Result<Response, Refused> {
    let failed = |error: StoreError| at.signed.failed(&error);
    let page = at.signed.page.clone();
    let acts = app
        .store
        .work
        .acts(loaded.docket.seq)
        .await
        .map_err(failed)?;
    let names = row::agent_names(app).await.map_err(failed)?;
    let files = app.store.work.answer_files(loaded.docket.seq).await;
    let answers = files.map_err(failed)?;
    let back = link::submission(&page, &loaded.docket.id, "");
    let address = format!("{back}/handover");
    let sent = sent(app, &page, &acts, &names, (&address, &answers));
    let body = at.field("body").to_owned();
    let files = uploads(app, at, loaded).await?;
    let chosen: Vec<String> = at.all("exhibit").map(str::to_owned).collect();
    let status = if errors.is_empty() {
        StatusCode::OK
    } else {
        StatusCode::UNPROCESSABLE_ENTITY
    };
    let template = HandoverPage {
        number: row::number(&page, loaded.docket.seq),
        address,
        back,
        due: due(app, at),
        errors,
        reason: at.field("reason").to_owned(),
        may_export: at.may(Action::Export),
        bodies: app
            .config
            .bodies
            .iter()
            .map(|one| Choice {
                id: one.id.to_string(),
                name: one.name.get(page.lang).to_owned(),
                article: one.article.to_string(),
                channel: one.channel.get(page.lang).to_owned(),
                gives: gives(&page, one),
                current: *one.id == *body,
            })
            .collect(),
        files: files
            .into_iter()
            .map(|file| File {
                ticked: chosen.contains(&file.id),
                id: file.id,
                name: file.name,
            })
            .collect(),
        preview,
        references: sent
            .iter()
            .map(|one| Opt {
                value: one.reference.clone(),
                label: format!("{}, {}", one.body, one.when),
                current: one.reference == at.field("reference"),
            })
            .collect(),
        sent,
        outcome: at.field("outcome").to_owned(),
        to_person: at.field("to_person").to_owned(),
        tells: loaded.desk.is_some_and(|desk| desk.tells_outcomes),
        body,
        chosen,
        page,
    };
    Ok(render(status, &template))
}

fn gives(page: &Page, body: &Body) -> String {
    let given = body
        .gives
        .iter()
        .map(|given| super::page::part(page, given.as_str()));
    given.collect::<Vec<String>>().join(", ")
}

/// The file that a body answered with, as an attachment of no type.
pub(super) async fn answer_file(app: App, at: Admitted) -> Result<Response, Refused> {
    let loaded = load(&app, &at).await?;
    let found = app
        .store
        .work
        .answer_file(loaded.docket.seq, at.path("act"));
    let found = found.await.map_err(|error| at.signed.failed(&error))?;
    let found = found.ok_or_else(|| at.signed.not_found())?;
    Ok(exhibit::as_attachment(&found.name, found.bytes))
}

/// A copy that waits for its outcome, as a row of a list.
pub(super) struct Waiting {
    pub(super) number: String,
    pub(super) href: String,
    pub(super) body: String,
    pub(super) given: String,
    pub(super) given_by: String,
    pub(super) due: String,
    pub(super) late: bool,
    /// The agent who has the submission; the unit while nobody does.
    pub(super) with: String,
}

/// The copies that wait for their outcome of what the agent's unit has and they see.
pub(super) async fn waiting(
    app: &App,
    at: &Admitted,
    names: &HashMap<String, String>,
) -> Result<Vec<Waiting>, StoreError> {
    if !at.may_at_all(Action::RecordOutcome) {
        return Ok(Vec::new());
    }
    let (work, page) = (&app.store.work, &at.signed.page);
    let unit = at.signed.agent.unit.as_str();
    let found = work.handovers_waiting(unit, MOST_LISTED, &at.sight).await?;
    let seqs: Vec<i64> = found.iter().map(|one| one.docket).collect();
    let dockets = work.seen_dockets(&seqs, &at.sight).await?;
    let named = |id: &String| names.get(id).unwrap_or(id).clone();
    let rows = found.iter().filter_map(|one| {
        let docket = dockets.iter().find(|docket| docket.seq == one.docket)?;
        Some(Waiting {
            number: row::number(page, one.docket),
            href: format!("{}/handover", link::submission(page, &docket.id, "")),
            body: name(app, page, &one.body),
            given: page.day(one.given_at),
            given_by: named(&one.agent),
            due: page.day(one.due_at),
            late: one.due_at < app.now_micros(),
            with: if docket.owner.is_empty() {
                labels::unit(app, page.lang, &docket.unit)
            } else {
                named(&docket.owner)
            },
        })
    });
    Ok(rows.collect())
}
