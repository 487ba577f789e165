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
use axum::{http::StatusCode, response::Response};
use casework::{
    answers::Answers,
    description::Description,
    desk::Desk,
    policy::{Action, Part},
    submission::{Closing, Track},
};
use observables::display;
use serde_json::{Map, Value};
use store::{
    StoreError,
    intake::{Submission, Upload},
    work::{Act, Correction, Docket, KeyCount, Sight},
};

use self::{
    act::Step,
    answers::{Marks, StepView},
    history::{ActView, Message},
    hit::{CorrectionView, Group, HitView, Panel},
    matching::MatchView,
};
use super::{
    door::Admitted,
    labels, link, marking, referral,
    row::{self, Row},
    session::Refused,
};
use crate::{
    app::App,
    harmonise::{self, Assessment, Findings, Sighting, Unread, Verdicts, exhibit_path, part_of},
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

/// Reads the submission of a page or an act that the agent was let into.
pub(crate) async fn load<'a>(app: &'a App, at: &Admitted) -> Result<Loaded<'a>, Refused> {
    let (signed, id) = (&at.signed, at.path("id"));
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
    marking: String,
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
    declare_conflict: bool,
    seal: bool,
    unseal: bool,
    mark: bool,
    unmark: bool,
    /// A second person has to agree before they may take a marking away.
    ask_to_unmark: bool,
    correct: bool,
    open_identity: bool,
    download: bool,
    see_retention: bool,
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
    /// What it is marked with, and what this agent could mark it with.
    markings: Vec<Opt>,
    to_mark: Vec<Opt>,
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
    /// The persons, without opening the identity.
    described: Vec<String>,
    /// What was erased, and when; empty while nothing was.
    erased: String,
    messages: Vec<Message>,
    acts: Vec<ActView>,
    joint: referral::Panel,
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
pub(super) async fn show(app: App, at: Admitted) -> Result<Response, Refused> {
    let loaded = load(&app, &at).await?;
    let from = link::checked_from(at.query("from")).to_owned();
    let whole = at.queries().contains_key("whole");
    let entered = Entered::of(at.query("hit"));
    let template = build(&app, &at, &loaded, from, whole, entered, Vec::new())
        .await
        .map_err(|error| at.signed.failed(&error))?;
    Ok(render(StatusCode::OK, &template))
}

/// The page again, with what is wrong in the form that was sent and everything that was typed.
async fn again(
    app: &App,
    posted: &Admitted,
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
    posted: &Admitted,
    loaded: &Loaded<'_>,
    errors: Vec<(&'static str, String)>,
    status: StatusCode,
) -> Result<Response, Refused> {
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
        marking: posted.field("marking").to_owned(),
    };
    let from = link::checked_from(posted.field("from")).to_owned();
    let template = build(app, posted, loaded, from, false, entered, errors)
        .await
        .map_err(|error| posted.signed.failed(&error))?;
    Ok(render(status, &template))
}

async fn build(
    app: &App,
    at: &Admitted,
    loaded: &Loaded<'_>,
    from: String,
    whole: bool,
    entered: Entered,
    errors: Vec<(&'static str, String)>,
) -> Result<SubmissionPage, StoreError> {
    let (work, intake) = (&app.store.work, &app.store.intake);
    let (docket, submission) = (&loaded.docket, &loaded.submission);
    let (signed, sight) = (&at.signed, &at.sight);
    let page = signed.page.clone();
    let lang = page.lang;
    let seq = docket.seq;

    let Findings {
        sightings: found,
        unread,
    } = Findings::read(&docket.sightings);
    let found = shown_sightings(found, |part| at.is_shown(part));
    let mut corrections = work.corrections(seq).await?;
    if !at.is_all_shown() {
        corrections = hit::said_of(corrections, &found);
    }
    let verdicts = Verdicts::of(&corrections);
    let sightings = hit::effective(&app.lists, &found, &verdicts);
    let keys = seen_keys(app, seq, sight).await?;
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
    let acts = shown_acts(work.acts(seq).await?, &corrections, at);
    let mut supplements = intake.supplements(seq).await?;
    if !at.is_shown(Part::Messages) {
        supplements.clear();
    }
    let row = row::rows(app, (&page, sight), &from, std::slice::from_ref(docket))
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
    let matches = matching::matches(
        app,
        (&page, sight),
        docket,
        &sightings,
        &names_written,
        &keys,
    )
    .await?;
    let mut uploads = intake.exhibits(seq).await?;
    if !at.is_shown(Part::Exhibits) {
        uploads.clear();
    }
    let standing = work.standing(&docket.id).await?;
    let markings = standing.map_or_else(Vec::new, |standing| standing.markings);
    let marked = |word: &String| Opt {
        label: marking::label(&page, word),
        current: *word == entered.marking,
        value: word.clone(),
    };
    let to_mark = marking::offered(&signed.agent.clearance);
    let to_mark = to_mark.iter().filter(|word| !markings.contains(word));
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
        to_mark: to_mark.map(marked).collect(),
        markings: markings.iter().map(marked).collect(),
        has_strong: matches.iter().any(|found| !found.weak),
        has_weak: matches.iter().any(|found| found.weak),
        matches,
        others: presence::others(app, signed, seq, presence::OF_A_PAGE).await,
        exhibits: uploads
            .iter()
            .map(|upload| exhibit(&page, &address, upload, &unread))
            .collect(),
        has_identity: intake.has_identity(seq).await? && at.is_shown(Part::Identity),
        described: described(loaded, lang),
        erased: erased(&page, &loaded.submission, &acts),
        messages: history::messages(&page, &supplements, &acts, &names, &marks),
        acts: acts
            .iter()
            .rev()
            .map(|act| history::view(app, &page, act, &names))
            .collect(),
        can: can(at, docket),
        joint: referral::panel(app, at, (docket, &acts)).await?,
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

/// The persons as the desk lets them be described.
fn described(loaded: &Loaded<'_>, lang: casework::Lang) -> Vec<String> {
    let kept: Vec<Value> = serde_json::from_str(&loaded.submission.described).unwrap_or_default();
    let Some(desk) = loaded.desk else {
        return Vec::new();
    };
    kept.iter()
        .filter_map(Description::from_json)
        .map(|person| person.label(desk, lang))
        .collect()
}

/// What was erased of it, and when.
fn erased(page: &Page, submission: &Submission, acts: &[Act]) -> String {
    let act = acts.iter().find(|act| act.kind == submission.erased);
    let day = act.map_or_else(String::new, |act| page.day(act.at));
    match submission.erased.as_str() {
        "erase_identity" => page.w.t1("wb-erased-identity", "day", day),
        "erase_all" => page.w.t1("wb-erased-all", "day", day),
        _ => String::new(),
    }
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

/// The keys of a submission, each with how many of those that are seen hold it. What sharing it says is a figure of
/// the whole body.
async fn seen_keys(app: &App, seq: i64, sight: &Sight) -> Result<Vec<KeyCount>, StoreError> {
    let mut keys = app.store.work.keys(seq, &app.model).await?;
    if let Some(shown) = app.store.work.keys_shown(seq, sight).await? {
        keys.retain(|count| shown.contains(&count.key.id));
    }
    // What this one alone holds needs no look at who else does.
    let shared = keys.iter().filter(|count| count.members > 1);
    let ids: Vec<i64> = shared.map(|count| count.key.id).collect();
    let seen = app.store.work.seen_holders(&ids, sight).await?;
    for count in &mut keys {
        count.members = seen.get(&count.key.id).copied().unwrap_or(0).max(1);
    }
    Ok(keys)
}

/// What was found in the parts that are shown.
pub(super) fn shown_sightings(
    mut sightings: Vec<Sighting>,
    is_shown: impl Fn(Part) -> bool,
) -> Vec<Sighting> {
    sightings.retain(|sighting| is_shown(part_of(&sighting.path)));
    sightings
}

/// The acts about the parts that are shown.
fn shown_acts(mut acts: Vec<Act>, corrections: &[Correction], at: &Admitted) -> Vec<Act> {
    let (leads, unit) = (at.leads(), at.signed.agent.unit.as_str());
    acts.retain(|act| referral::is_shown(act, leads, unit));
    acts.retain(|act| match act.kind.as_str() {
        "note" => at.is_shown(Part::Notes),
        "reply" => at.is_shown(Part::Messages),
        "download" => at.is_shown(Part::Exhibits),
        "open_identity" => at.is_shown(Part::Identity),
        kind if kind.starts_with("hit_") => {
            at.is_all_shown() || corrections.iter().any(|said| said.act == act.id)
        }
        _ => true,
    });
    acts
}

fn can(at: &Admitted, docket: &Docket) -> Can {
    let agent = &at.signed.agent;
    let can = |step: Step| at.may(step.action()) && step.change(docket, &agent.id).is_some();
    let take = can(Step::Take);
    Can {
        take,
        take_over: take && !docket.owner.is_empty(),
        release: can(Step::Release),
        route: can(Step::Route(docket.unit.clone())),
        close: can(Step::Close(Closing::Kept)),
        reopen: can(Step::Reopen),
        read: can(Step::Read),
        reply: at.may(Action::Reply),
        note: at.may(Action::Note),
        declare_conflict: at.may(Action::DeclareConflict),
        seal: !at.is_sealed() && at.may(Action::Seal),
        unseal: at.is_sealed() && at.may(Action::Unseal),
        mark: at.may(Action::Mark),
        unmark: at.may(Action::Unmark),
        ask_to_unmark: at.asks_second(Action::Unmark),
        correct: at.may(Action::Correct),
        open_identity: at.may(Action::OpenIdentity),
        download: at.may(Action::OpenExhibit),
        see_retention: at.may(Action::SeeRetention),
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
