//! One submission: what was answered, what was found in it, what it matches and why, where it should
//! go, and what an agent can do about it.

pub(super) mod act;
pub(super) mod answers;
pub(super) mod exhibit;
pub(super) mod history;
pub(super) mod hit;
pub(super) mod identity;
pub(super) mod matching;
pub(super) mod presence;

use std::collections::HashMap;

use askama::Template;
use axum::{
    extract::{Path, Query, State},
    http::StatusCode,
    response::Response,
};
use casework::{
    answers::Answers,
    desk::Desk,
    submission::{Closing, Track},
};
use observables::display;
use serde_json::{Map, Value};
use store::{
    StoreError,
    intake::{Submission, Upload},
    work::Docket,
};

use self::{
    act::Step,
    answers::{Marks, StepView},
    history::{ActView, Message},
    hit::{CorrectionView, Group, HitView, Panel},
    matching::MatchView,
};
use super::{
    access::{Action, allowed},
    labels, link,
    row::{self, Row},
    session::{Posted, Refused, SignedIn},
};
use crate::{
    app::App,
    harmonise::{self, Assessment, Findings, Unread, Verdicts, exhibit_path},
    page::{Page, render},
};

/// A submission with what every page and act of it reads.
pub(crate) struct Loaded<'a> {
    pub(crate) docket: Docket,
    pub(crate) submission: Submission,
    /// The version it was filed with; none when its file was taken away.
    pub(crate) desk: Option<&'a Desk>,
    pub(crate) assessment: Assessment,
}

/// Reads a submission by its id; what the worker has not come to yet is not there.
pub(crate) async fn load<'a>(
    app: &'a App,
    signed: &SignedIn,
    id: &str,
) -> Result<Loaded<'a>, Refused> {
    let docket = app
        .store
        .work
        .docket_by_id(id)
        .await
        .map_err(|error| signed.failed(&error))?;
    let Some(docket) = docket else {
        return Err(signed.not_found());
    };
    let submission = app
        .store
        .intake
        .by_seq(docket.seq)
        .await
        .map_err(|error| signed.failed(&error))?;
    let Some(submission) = submission else {
        return Err(signed.not_found());
    };
    Ok(Loaded {
        desk: app.desk_version(&submission.desk, submission.desk_version),
        assessment: serde_json::from_str(&docket.assessment).unwrap_or_default(),
        docket,
        submission,
    })
}

/// An option of a select.
pub(crate) struct Opt {
    pub(crate) value: String,
    pub(crate) label: String,
    pub(crate) current: bool,
}

/// What was typed into the one form that was sent.
#[derive(Default)]
struct Entered {
    act: String,
    unit: String,
    closing: String,
    reason: String,
    text: String,
    /// The hit that is corrected, as `kind:canonical`.
    hit: String,
    kind: String,
    value: String,
}

impl Entered {
    /// A hit to correct, as it is.
    fn of(hit: &str) -> Self {
        let Some(found) = hit::named(hit) else {
            return Self::default();
        };
        Self {
            act: "correct".to_owned(),
            hit: hit.to_owned(),
            kind: found.kind().name().to_owned(),
            value: display(&found),
            ..Self::default()
        }
    }

    fn value(&self, act: &str) -> &str {
        if self.act == act { &self.value } else { "" }
    }

    fn reason(&self, act: &str) -> &str {
        if self.act == act { &self.reason } else { "" }
    }

    fn text(&self, act: &str) -> &str {
        if self.act == act { &self.text } else { "" }
    }
}

struct Proposal {
    unit: String,
    because: String,
    article: String,
    rule: String,
    confirmed: bool,
}

struct Exhibit {
    name: String,
    size: String,
    media_type: String,
    sha256: String,
    href: String,
    /// What of it could not be read, each place in a sentence.
    unread: Vec<String>,
}

/// What this agent can do with it as it stands.
struct Can {
    take: bool,
    take_over: bool,
    release: bool,
    route: bool,
    close: bool,
    reopen: bool,
    read: bool,
    reply: bool,
    note: bool,
    correct: bool,
    open_identity: bool,
    download: bool,
}

#[derive(Template)]
#[template(path = "workbench/submission.html")]
struct SubmissionPage {
    page: Page,
    row: Row,
    errors: Vec<(&'static str, String)>,
    entered: Entered,
    address: String,
    back: String,
    from: String,
    seen: i64,
    desk_title: String,
    track: String,
    channel: String,
    version: i64,
    occurred: String,
    others: Vec<String>,
    can: Can,
    problem: String,
    steps: Vec<StepView>,
    whole: String,
    groups: Vec<Group>,
    set_aside: Vec<HitView>,
    corrections: Vec<CorrectionView>,
    /// The hit whose form is open, in words; empty for none.
    correcting: String,
    kinds_to_add: Vec<Opt>,
    kinds_to_correct: Vec<Opt>,
    matches: Vec<MatchView>,
    has_strong: bool,
    has_weak: bool,
    proposals: Vec<Proposal>,
    urgent: String,
    criteria: Vec<String>,
    units: Vec<Opt>,
    closings: Vec<Opt>,
    exhibits: Vec<Exhibit>,
    has_identity: bool,
    messages: Vec<Message>,
    acts: Vec<ActView>,
}

impl SubmissionPage {
    fn error(&self, id: &str) -> Option<&str> {
        self.errors
            .iter()
            .find(|(field, _)| *field == id)
            .map(|(_, text)| text.as_str())
    }
}

/// The page.
pub(super) async fn show(
    State(app): State<App>,
    Path((_, id)): Path<(String, String)>,
    Query(query): Query<HashMap<String, String>>,
    signed: SignedIn,
) -> Result<Response, Refused> {
    signed.may(Action::Read)?;
    let loaded = load(&app, &signed, &id).await?;
    let from = link::checked_from(query.get("from").map_or("", String::as_str)).to_owned();
    let whole = query.contains_key("whole");
    let template = build(
        &app,
        &signed,
        &loaded,
        from,
        whole,
        Entered::of(query.get("hit").map_or("", String::as_str)),
        Vec::new(),
    )
    .await
    .map_err(|error| signed.failed(&error))?;
    Ok(render(StatusCode::OK, &template))
}

/// The page again, with what is wrong in the form that was sent and everything that was typed.
async fn again(
    app: &App,
    posted: &Posted,
    loaded: &Loaded<'_>,
    errors: Vec<(&'static str, String)>,
) -> Result<Response, Refused> {
    again_with(
        app,
        posted,
        loaded,
        errors,
        StatusCode::UNPROCESSABLE_ENTITY,
    )
    .await
}

async fn again_with(
    app: &App,
    posted: &Posted,
    loaded: &Loaded<'_>,
    errors: Vec<(&'static str, String)>,
    status: StatusCode,
) -> Result<Response, Refused> {
    let signed = &posted.signed;
    let act = errors
        .first()
        .and_then(|(field, _)| field.split('-').next())
        .unwrap_or_default();
    let entered = Entered {
        act: act.to_owned(),
        unit: posted.field("unit").to_owned(),
        closing: posted.field("closing").to_owned(),
        reason: posted.field("reason").to_owned(),
        text: posted.field("text").to_owned(),
        hit: posted.field("hit").to_owned(),
        kind: posted.field("kind").to_owned(),
        value: posted.field("value").to_owned(),
    };
    let from = link::checked_from(posted.field("from")).to_owned();
    let template = build(app, signed, loaded, from, false, entered, errors)
        .await
        .map_err(|error| signed.failed(&error))?;
    Ok(render(status, &template))
}

async fn build(
    app: &App,
    signed: &SignedIn,
    loaded: &Loaded<'_>,
    from: String,
    whole: bool,
    entered: Entered,
    errors: Vec<(&'static str, String)>,
) -> Result<SubmissionPage, StoreError> {
    let (work, intake) = (&app.store.work, &app.store.intake);
    let (docket, submission) = (&loaded.docket, &loaded.submission);
    let page = signed.page.clone();
    let lang = page.lang;
    let seq = docket.seq;

    let Findings {
        sightings: found,
        unread,
    } = Findings::read(&docket.sightings);
    let corrections = work.corrections(seq).await?;
    let verdicts = Verdicts::of(&corrections);
    let sightings = hit::effective(&app.lists, &found, &verdicts);
    let keys = work.keys(seq, &app.model).await?;
    let counts: HashMap<i64, i64> = keys
        .iter()
        .map(|count| (count.key.id, count.members))
        .collect();
    let values: Map<String, Value> = serde_json::from_str(&submission.facts).unwrap_or_default();
    let marks = Marks::new(&page, &sightings, &counts);
    let steps = match loaded.desk {
        Some(desk) => answers::steps(desk, &values, &marks, whole),
        None => Vec::new(),
    };
    let cut = steps
        .iter()
        .flat_map(|step| &step.groups)
        .flat_map(|group| &group.answers)
        .any(|answer| !answer.cut.is_empty());
    let address = link::submission(&page, &docket.id, "");

    let names = row::agent_names(app).await?;
    let acts = work.acts(seq).await?;
    let supplements = intake.supplements(seq).await?;
    let row = row::rows(app, &page, &from, std::slice::from_ref(docket))
        .await?
        .remove(0);
    let assessment = &loaded.assessment;
    let proposed = assessment
        .proposals
        .first()
        .map_or("", |first| first.unit.as_str());
    let chosen = if entered.unit.is_empty() {
        proposed
    } else {
        &entered.unit
    };
    let track = docket.track.parse::<Track>();
    let names_written = match (loaded.desk, &track) {
        (Some(desk), Ok(track)) => harmonise::names(desk, &Answers::stored(*track, values)),
        _ => HashMap::new(),
    };
    let matches = matching::matches(app, &page, docket, &sightings, &names_written, &keys).await?;
    let uploads = intake.exhibits(seq).await?;
    let panel = Panel {
        page: &page,
        keys: &keys,
        files: &uploads,
        address: &address,
        from: &from,
    };
    let kind = |act: &str| {
        if entered.act == act {
            &*entered.kind
        } else {
            ""
        }
    };
    Ok(SubmissionPage {
        groups: panel.groups(&sightings),
        set_aside: panel.set_aside(&found, &verdicts),
        corrections: hit::corrections(&page, &corrections, &acts, &names),
        correcting: hit::named(&entered.hit).map_or(String::new(), |hit| {
            format!(
                "{} {}",
                labels::kind(&page, hit.kind().name()),
                display(&hit)
            )
        }),
        kinds_to_add: hit::kinds(&page, kind("add")),
        kinds_to_correct: hit::kinds(&page, kind("correct")),
        has_strong: matches.iter().any(|found| !found.weak),
        has_weak: matches.iter().any(|found| found.weak),
        matches,
        others: presence::others(app, signed, seq, presence::OF_A_PAGE).await,
        exhibits: uploads
            .iter()
            .map(|upload| exhibit(&page, &address, upload, &unread))
            .collect(),
        has_identity: intake.has_identity(seq).await?,
        messages: history::messages(&page, &supplements, &acts, &names, &marks),
        acts: acts
            .iter()
            .rev()
            .map(|act| history::view(app, &page, act, &names))
            .collect(),
        can: can(signed, docket),
        back: link::queue(&page, &from),
        whole: if cut {
            format!("{address}?whole=1")
        } else {
            String::new()
        },
        problem: assessment.problem.clone().unwrap_or_default(),
        urgent: urgent(loaded, &page),
        criteria: row::criteria(app, &page, docket),
        proposals: assessment
            .proposals
            .iter()
            .map(|proposal| Proposal {
                unit: labels::unit(app, lang, &proposal.unit),
                because: proposal.because.get(lang).to_owned(),
                article: proposal.article.clone().unwrap_or_default(),
                rule: proposal.rule.clone(),
                confirmed: proposal.confirmed,
            })
            .collect(),
        units: units(app, &page, chosen),
        closings: closings(&page, &entered.closing),
        desk_title: loaded.desk.map_or_else(
            || labels::desk(app, &docket.desk),
            |desk| desk.title.get(lang).to_owned(),
        ),
        track: track.map_or(docket.track.clone(), |track| track.label(lang).to_owned()),
        channel: match submission.channel.as_str() {
            "web" => page.w.t("wb-channel-web"),
            "api" => page.w.t("wb-channel-api"),
            "import" => page.w.t("wb-channel-import"),
            other => other.to_owned(),
        },
        version: i64::from(submission.desk_version),
        occurred: docket.occurred_at.map_or(String::new(), |at| page.day(at)),
        seen: app.now_micros(),
        row,
        errors,
        entered,
        address,
        from,
        steps,
        page,
    })
}

fn urgent(loaded: &Loaded<'_>, page: &Page) -> String {
    let Some(id) = &loaded.assessment.urgent else {
        return String::new();
    };
    loaded
        .desk
        .and_then(|desk| desk.urgent.iter().find(|rule| *rule.id == **id))
        .map_or_else(|| id.clone(), |rule| rule.title.get(page.lang).to_owned())
}

fn can(signed: &SignedIn, docket: &Docket) -> Can {
    let agent = &signed.agent;
    let step = |step: Step| step.change(docket, &agent.id, &agent.unit).is_some();
    let handles = allowed(agent, Action::Handle);
    let take = handles && step(Step::Take);
    Can {
        take,
        take_over: take && !docket.owner.is_empty(),
        release: handles && step(Step::Release),
        route: handles && step(Step::Route(docket.unit.clone())),
        close: handles && step(Step::Close(Closing::Kept)),
        reopen: allowed(agent, Action::Reopen) && step(Step::Reopen),
        read: handles && step(Step::Read),
        reply: allowed(agent, Action::Reply),
        note: allowed(agent, Action::Note),
        correct: handles,
        open_identity: allowed(agent, Action::OpenIdentity),
        download: allowed(agent, Action::Download),
    }
}

fn exhibit(page: &Page, address: &str, upload: &Upload, unread: &[Unread]) -> Exhibit {
    let of_it = exhibit_path(upload);
    Exhibit {
        unread: unread
            .iter()
            .filter_map(|unread| {
                let place = unread.path.strip_prefix(&of_it)?;
                let part = match place.strip_prefix('/') {
                    Some(part) => part,
                    // Of the whole file; else of another whose id begins like this one's.
                    None if place.is_empty() => "",
                    None => return None,
                };
                Some(labels::unread(page, part, &unread.cause))
            })
            .collect(),
        name: upload.name.clone(),
        size: page.w.t1(
            "wb-kilobytes",
            "n",
            page.count(upload.size.div_ceil(1000) as i64),
        ),
        media_type: upload.media_type.clone(),
        sha256: store::objects::hex(&upload.sha256),
        href: format!("{address}/exhibits/{}", upload.id),
    }
}

/// Every unit as an option.
pub(super) fn units(app: &App, page: &Page, chosen: &str) -> Vec<Opt> {
    app.config
        .units
        .iter()
        .map(|unit| Opt {
            value: unit.id.as_str().to_owned(),
            label: unit.name.get(page.lang).to_owned(),
            current: unit.id.as_str() == chosen,
        })
        .collect()
}

/// Every reason to close as an option.
pub(super) fn closings(page: &Page, chosen: &str) -> Vec<Opt> {
    Closing::ALL
        .into_iter()
        .map(|closing| Opt {
            value: closing.as_str().to_owned(),
            label: closing.label(page.lang).to_owned(),
            current: closing.as_str() == chosen,
        })
        .collect()
}
