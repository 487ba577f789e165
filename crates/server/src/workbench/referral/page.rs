//! The page of a submission's joint work, and every act on it.

use std::collections::{BTreeSet, HashMap};

use askama::Template;
use axum::{
    http::StatusCode,
    response::{IntoResponse, Redirect, Response},
};
use casework::{
    policy::{Action, Because, Part},
    referral::{Change, Event, Form, Refusal},
    submission::ReferralId,
};
use jiff::{Timestamp, civil, tz::TimeZone};

use super::kept::{Kept, NotKept, Shown, keep};
use crate::{
    app::App,
    page::{Page, render},
    workbench::{
        door::Admitted,
        labels, link, row,
        session::Refused,
        submission::{self, Loaded, Opt, act::new_act, load},
    },
};

/// What is done to joint work, and what each act is.
pub(super) const ACTS: &[(&str, Action)] = &[
    ("ask", Action::Refer),
    ("withdraw", Action::Refer),
    ("show", Action::Refer),
    ("acknowledge", Action::AnswerReferral),
    ("accept", Action::AnswerReferral),
    ("refuse", Action::AnswerReferral),
    ("return", Action::ReturnReferral),
    ("end", Action::ReturnReferral),
];

/// An answer is expected after so many days, unless whoever asks says otherwise.
pub(super) const DAYS: i64 = 7;
/// Longest reason and outcome, in characters.
pub(super) const MOST_TEXT: usize = 2_000;
/// Longest name of an authority.
const MOST_NAME: usize = 200;

/// A tick of a form.
pub(super) struct Tick {
    pub(super) value: &'static str,
    pub(super) label: String,
    pub(super) ticked: bool,
}

/// A unit that a rule of competence proposes.
struct Proposed {
    unit: String,
    because: String,
    article: String,
}

/// A referral and what this agent can do about it.
struct Item {
    id: String,
    form: String,
    unit: String,
    lead: String,
    standing: String,
    asked: String,
    asked_by: String,
    held_by: String,
    due: String,
    late: bool,
    reason: String,
    authority: String,
    shown: String,
    outcome: String,
    acknowledge: bool,
    answer: bool,
    forms: Vec<Said>,
}

/// A form of an act that is said why.
struct Said {
    act: &'static str,
    title: String,
    label: String,
    hint: String,
    /// The id of its field.
    field: String,
    typed: String,
    open: bool,
    error: String,
    /// For what is shown: which parts.
    parts: Vec<Tick>,
}

#[derive(Template)]
#[template(path = "workbench/referral.html")]
struct ReferralPage {
    page: Page,
    number: String,
    address: String,
    back: String,
    acts: i64,
    errors: Vec<(String, String)>,
    /// Somebody else was first: this is where it stands now.
    changed: bool,
    entered: Entered,
    closed: bool,
    items: Vec<Item>,
    may_ask: bool,
    forms: Vec<Opt>,
    proposals: Vec<Proposed>,
    proposed: Vec<Opt>,
    units: Vec<Opt>,
    parts: Vec<Tick>,
}

impl ReferralPage {
    fn error(&self, id: &str) -> Option<&str> {
        let mut errors = self.errors.iter();
        errors
            .find(|(field, _)| field == id)
            .map(|(_, text)| text.as_str())
    }
}

/// What was typed into the form that was sent.
#[derive(Default)]
pub(super) struct Entered {
    act: String,
    referral: String,
    pub(super) reason: String,
    pub(super) authority: String,
    pub(super) due: String,
    form: String,
    unit: String,
    pub(super) parts: Vec<String>,
}

impl Entered {
    pub(super) fn of(posted: &Admitted) -> Self {
        Self {
            act: posted.act().to_owned(),
            referral: posted.field("referral").to_owned(),
            reason: posted.field("reason").to_owned(),
            authority: posted.field("authority").to_owned(),
            due: posted.field("due").to_owned(),
            form: posted.field("form").to_owned(),
            unit: posted.field("unit").to_owned(),
            parts: posted.all("part").map(str::to_owned).collect(),
        }
    }
}

/// A part in words.
pub(super) fn part(page: &Page, word: &str) -> String {
    let words = page.w;
    match word {
        "facts" => words.t("ref-part-facts"),
        "exhibits" => words.t("ref-part-exhibits"),
        "identity" => words.t("ref-part-identity"),
        "notes" => words.t("ref-part-notes"),
        "messages" => words.t("ref-part-messages"),
        other => other.to_owned(),
    }
}

/// Where a referral stands, in words.
pub(super) fn standing(page: &Page, word: &str) -> String {
    let words = page.w;
    match word {
        "asked" => words.t("ref-standing-asked"),
        "accepted" => words.t("ref-standing-accepted"),
        "refused" => words.t("ref-standing-refused"),
        "withdrawn" => words.t("ref-standing-withdrawn"),
        "returned" => words.t("ref-standing-returned"),
        "ended" => words.t("ref-standing-ended"),
        "superseded" => words.t("ref-standing-superseded"),
        other => other.to_owned(),
    }
}

/// Every part but the facts, which whoever takes part is always shown.
pub(super) fn ticks(page: &Page, ticked: impl Fn(Part) -> bool) -> Vec<Tick> {
    let parts = Part::ALL.iter().filter(|one| **one != Part::Facts);
    parts
        .map(|one| Tick {
            value: one.as_str(),
            label: part(page, one.as_str()),
            ticked: ticked(*one),
        })
        .collect()
}

/// A referral in a sentence.
pub(super) fn line(
    app: &App,
    page: &Page,
    shown: &Shown<'_>,
    names: &HashMap<String, String>,
) -> String {
    let unit = labels::unit(app, page.lang, shown.referral.unit.as_str());
    let form = shown.referral.form.label(page.lang);
    let standing = standing(page, shown.standing());
    let mut line = format!("{unit} : {form}, {standing}");
    if let Some(holder) = names.get(shown.held_by) {
        line.push_str(&format!(" ({holder})"));
    }
    if !shown.outcome.is_empty() {
        line.push_str(&format!(" : {}", shown.outcome));
    }
    line
}

/// The page.
pub(super) async fn show(app: App, at: Admitted) -> Result<Response, Refused> {
    let loaded = load(&app, &at).await?;
    answer(&app, &at, &loaded, StatusCode::OK, Vec::new()).await
}

/// The page again, on which an act that was sent without a reason or on a closed case is refused.
pub(in crate::workbench) async fn told(
    app: &App,
    posted: &Admitted,
    because: Because,
) -> Result<Response, Refused> {
    let loaded = load(app, posted).await?;
    let text = because.text(posted.signed.page.lang).to_owned();
    let errors = vec![(field(posted, "reason"), text)];
    answer(
        app,
        posted,
        &loaded,
        StatusCode::UNPROCESSABLE_ENTITY,
        errors,
    )
    .await
}

/// Whether the last part of a path is an act of this room.
pub(in crate::workbench) fn is_act(posted: &Admitted) -> bool {
    posted.room() == "referrals" && ACTS.iter().any(|(act, _)| *act == posted.act())
}

/// The id of a field of the form that was sent.
fn field(posted: &Admitted, name: &str) -> String {
    let referral = posted.field("referral");
    if referral.is_empty() {
        format!("{}-{name}", posted.act())
    } else {
        format!("{}-{name}-{referral}", posted.act())
    }
}

/// An act of joint work.
pub(super) async fn post(app: App, posted: Admitted) -> Result<Response, Refused> {
    let signed = &posted.signed;
    let loaded = load(&app, &posted).await?;
    let docket = &loaded.docket;
    let failed = |error| signed.failed(&error);
    let kept = Kept::read(&app, docket).await.map_err(failed)?;
    let change = match asked(&app, &posted, docket.unit.as_str()) {
        Ok(change) => change,
        Err(errors) => {
            return answer(
                &app,
                &posted,
                &loaded,
                StatusCode::UNPROCESSABLE_ENTITY,
                errors,
            )
            .await;
        }
    };
    if posted.revision() != kept.acts {
        return changed(&app, &posted).await;
    }
    let asks = matches!(change, Change::Ask { .. });
    let referral = if asks {
        new_referral(&app, &posted)?
    } else {
        let known = posted.field("referral").parse::<ReferralId>().ok();
        let mine = kept.shown_to(docket, &signed.agent.unit);
        match known.filter(|id| mine.iter().any(|one| one.id == *id)) {
            Some(id) => id,
            None => return changed(&app, &posted).await,
        }
    };
    let act = new_act(&app, signed, "", posted.field("reason"), "{}")?;
    let event = Event {
        referral,
        at: app.now(),
        by: posted.unit().clone(),
        change,
    };
    match keep(&app, docket, kept, &event, "", act).await {
        Ok(()) => {
            app.arrived.notify_one();
            let leaves = matches!(posted.act(), "refuse" | "return" | "end");
            let to = if leaves {
                format!("{}/referrals", link::workbench(&signed.page))
            } else {
                format!(
                    "{}/referrals",
                    link::submission(&signed.page, &docket.id, "")
                )
            };
            Ok(Redirect::to(&to).into_response())
        }
        Err(NotKept::Changed) => changed(&app, &posted).await,
        Err(NotKept::Refused(refusal)) => {
            let errors = vec![refused(&posted, &refusal)];
            answer(&app, &posted, &loaded, StatusCode::CONFLICT, errors).await
        }
        Err(NotKept::Failed(error)) => Err(failed(error)),
    }
}

/// A new referral's id.
pub(super) fn new_referral(app: &App, posted: &Admitted) -> Result<ReferralId, Refused> {
    let id = submission::act::new_id(app, &posted.signed)?;
    id.parse().map_err(|_| posted.signed.not_found())
}

/// Why it cannot happen, at the field that says it.
fn refused(posted: &Admitted, refusal: &Refusal) -> (String, String) {
    let words = posted.signed.page.w;
    match refusal {
        Refusal::AlreadyThere(_) => (field(posted, "unit"), words.t("ref-error-already")),
        Refusal::Missing(_) if posted.act() == "ask" => {
            (field(posted, "authority"), words.t("ref-error-authority"))
        }
        Refusal::Missing(_) => (field(posted, "reason"), words.t("wb-error-why")),
        _ => (field(posted, "reason"), words.t("ref-error-cannot")),
    }
}

/// The page as it stands now, on which what was typed is kept.
async fn changed(app: &App, posted: &Admitted) -> Result<Response, Refused> {
    // Read again: who was first may have come between our reading and our writing.
    let loaded = load(app, posted).await?;
    page(app, posted, &loaded, StatusCode::CONFLICT, Vec::new(), true).await
}

/// What a form asks for, or what is wrong with it.
fn asked(app: &App, posted: &Admitted, lead: &str) -> Result<Change, Vec<(String, String)>> {
    let words = posted.signed.page.w;
    let reason = posted.field("reason");
    let mut errors = Vec::new();
    let needs_reason = !matches!(posted.act(), "acknowledge" | "accept");
    if needs_reason && reason.is_empty() {
        errors.push((field(posted, "reason"), words.t("wb-error-why")));
    }
    if reason.chars().count() > MOST_TEXT {
        let most = posted.signed.page.count(MOST_TEXT as i64);
        errors.push((
            field(posted, "reason"),
            words.t1("wb-error-long", "most", most),
        ));
    }
    let said = || -> Box<str> { observables::mask_cards(reason).into() };
    let change = match posted.act() {
        "ask" => {
            let form = Form::from_word(posted.field("form"));
            let form = form.filter(|form| *form != Form::Initiative);
            if form.is_none() {
                errors.push((field(posted, "form"), words.t("ref-error-form")));
            }
            let units = app.config.units.iter();
            let unit = units
                .map(|unit| &unit.id)
                .find(|id| id.as_str() == posted.field("unit") && id.as_str() != lead);
            if unit.is_none() {
                errors.push((field(posted, "unit"), words.t("wb-error-unit")));
            }
            let due = due(app, posted, &mut errors);
            let authority = authority(posted, &mut errors);
            match (form, unit, due) {
                (Some(form), Some(unit), Some(due)) => Change::Ask {
                    form,
                    unit: unit.clone(),
                    parts: parts(posted),
                    reason: said(),
                    authority,
                    due,
                },
                _ => return Err(errors),
            }
        }
        "acknowledge" => Change::Acknowledge,
        "accept" => Change::Accept,
        "refuse" => Change::Refuse { reason: said() },
        "withdraw" => Change::Withdraw,
        "show" => Change::Show {
            parts: parts(posted),
        },
        "return" => Change::Return { reason: said() },
        _ => Change::End { outcome: said() },
    };
    if errors.is_empty() {
        Ok(change)
    } else {
        Err(errors)
    }
}

/// The parts that are ticked, and the facts.
pub(super) fn parts(posted: &Admitted) -> BTreeSet<Part> {
    let ticked = posted.all("part").filter_map(Part::from_word);
    ticked.chain([Part::Facts]).collect()
}

/// The authority that agreed, where one is named.
pub(super) fn authority(posted: &Admitted, errors: &mut Vec<(String, String)>) -> Option<Box<str>> {
    let named = posted.field("authority");
    if named.chars().count() > MOST_NAME {
        let text = posted
            .signed
            .page
            .w
            .t1("wb-error-long", "most", MOST_NAME as i64);
        errors.push((field(posted, "authority"), text));
    }
    (!named.is_empty()).then(|| observables::mask_cards(named).into())
}

/// The end of the day by which an answer is expected, in Paris; a day that was is none.
pub(super) fn due(
    app: &App,
    posted: &Admitted,
    errors: &mut Vec<(String, String)>,
) -> Option<Timestamp> {
    let end = by_the_end_of(app, posted.field("due"));
    if end.is_none() {
        let text = posted.signed.page.w.t("ref-error-due");
        errors.push((field(posted, "due"), text));
    }
    end
}

/// The end of a day to come, in Paris.
pub(super) fn by_the_end_of(app: &App, day: &str) -> Option<Timestamp> {
    end_of(day).filter(|end| *end > app.now())
}

fn end_of(day: &str) -> Option<Timestamp> {
    let zone = TimeZone::get("Europe/Paris").unwrap_or(TimeZone::UTC);
    let day: civil::Date = day.parse().ok()?;
    Some(day.at(23, 59, 59, 0).to_zoned(zone).ok()?.timestamp())
}

/// The day by which an answer is expected if nobody says otherwise, as a form has it.
pub(super) fn usual_due(app: &App) -> String {
    in_days(app, DAYS)
}

/// The day in so many days, as a form has it.
pub(super) fn in_days(app: &App, days: i64) -> String {
    let at = Timestamp::from_microsecond(app.days_ago(-days)).unwrap_or(app.now());
    let zone = TimeZone::get("Europe/Paris").unwrap_or(TimeZone::UTC);
    at.to_zoned(zone).date().to_string()
}

async fn answer(
    app: &App,
    at: &Admitted,
    loaded: &Loaded<'_>,
    status: StatusCode,
    errors: Vec<(String, String)>,
) -> Result<Response, Refused> {
    page(app, at, loaded, status, errors, false).await
}

async fn page(
    app: &App,
    at: &Admitted,
    loaded: &Loaded<'_>,
    status: StatusCode,
    errors: Vec<(String, String)>,
    changed: bool,
) -> Result<Response, Refused> {
    let failed = |error| at.signed.failed(&error);
    let docket = &loaded.docket;
    let page = at.signed.page.clone();
    let kept = Kept::read(app, docket).await.map_err(failed)?;
    let names = row::agent_names(app).await.map_err(failed)?;
    let unit = at.signed.agent.unit.as_str();
    let mut entered = Entered::of(at);
    if entered.due.is_empty() {
        entered.due = usual_due(app);
    }
    let shown = kept.shown_to(docket, unit);
    let items = shown
        .iter()
        .map(|one| item(app, at, one, (&names, &entered, &errors)));
    let items: Vec<Item> = items.collect();
    let closed = shown.iter().any(|one| !one.open);
    let proposals = &loaded.assessment.proposals;
    let is_proposed = |id: &str| proposals.iter().any(|one| one.unit == id);
    let others = |wanted: bool| {
        let mut units = submission::units(app, &page, &entered.unit);
        units.retain(|one| one.value != docket.unit && is_proposed(&one.value) == wanted);
        units
    };
    let forms = Form::ALL.iter().filter(|form| **form != Form::Initiative);
    let address = link::submission(&page, &docket.id, "");
    let template = ReferralPage {
        number: row::number(&page, docket.seq),
        back: address.clone(),
        address: format!("{address}/referrals"),
        acts: kept.acts,
        errors,
        changed,
        closed,
        items,
        may_ask: at.may(Action::Refer),
        forms: forms
            .map(|form| Opt {
                value: form.as_str().to_owned(),
                label: form_text(&page, *form),
                current: form.as_str() == entered.form,
            })
            .collect(),
        proposals: proposals
            .iter()
            .filter(|one| one.unit != docket.unit)
            .map(|one| Proposed {
                unit: labels::unit(app, page.lang, &one.unit),
                because: one.because.get(page.lang).to_owned(),
                article: one.article.clone().unwrap_or_default(),
            })
            .collect(),
        proposed: others(true),
        units: others(false),
        parts: ticks(&page, |part| {
            entered.parts.iter().any(|one| one == part.as_str())
        }),
        entered,
        page,
    };
    Ok(render(status, &template))
}

/// A form of joint work with what it means.
fn form_text(page: &Page, form: Form) -> String {
    let means = match form {
        Form::Assistance => page.w.t("ref-form-assistance"),
        Form::Joint => page.w.t("ref-form-joint"),
        Form::Transfer => page.w.t("ref-form-transfer"),
        Form::Initiative => page.w.t("ref-form-initiative"),
    };
    format!("{} : {means}", form.label(page.lang))
}

fn item(
    app: &App,
    at: &Admitted,
    shown: &Shown<'_>,
    (names, entered, errors): (&HashMap<String, String>, &Entered, &[(String, String)]),
) -> Item {
    let page = &at.signed.page;
    let unit = at.signed.agent.unit.as_str();
    let referral = shown.referral;
    let name = |id: &str| names.get(id).map_or(id, String::as_str).to_owned();
    let (asked, accepted) = match shown.standing() {
        _ if !shown.open => (false, false),
        standing => (standing == "asked", standing == "accepted"),
    };
    let of_it = referral.unit.as_str() == unit;
    let leads = at.leads();
    let answers = asked && shown.answerer.as_str() == unit && at.may(Action::AnswerReferral);
    let gives_back = accepted && of_it && at.may(Action::ReturnReferral);
    let initiative = referral.form == Form::Initiative;
    let shown_parts = referral.parts.iter().map(|one| part(page, one.as_str()));
    let shown_parts: Vec<String> = shown_parts.collect();
    let words = page.w;
    let refers = leads && at.may(Action::Refer);
    let shows = asked || (accepted && referral.form != Form::Transfer);
    let (why, none) = (words.t("wb-reason"), String::new());
    let forms = [
        (
            answers,
            "refuse",
            words.t("ref-refuse"),
            &why,
            words.t("ref-refuse-hint"),
        ),
        (
            gives_back,
            "end",
            words.t("ref-end"),
            &words.t("ref-outcome"),
            words.t("ref-end-hint"),
        ),
        (
            gives_back,
            "return",
            words.t("ref-return"),
            &why,
            words.t("ref-return-hint"),
        ),
        (refers && shows, "show", words.t("ref-show"), &why, none),
        (
            refers && asked && !initiative,
            "withdraw",
            words.t("ref-withdraw"),
            &why,
            words.t("ref-withdraw-hint"),
        ),
    ];
    let id = shown.id.to_string();
    let forms = forms.into_iter().filter(|(may, ..)| *may);
    let forms = forms.map(|(_, act, title, label, hint)| {
        let field = format!("{act}-reason-{id}");
        let open = entered.act == act && entered.referral == id;
        let error = errors.iter().find(|(of, _)| *of == field);
        Said {
            act,
            title,
            label: label.clone(),
            hint,
            typed: if open {
                entered.reason.clone()
            } else {
                String::new()
            },
            open,
            error: error.map_or(String::new(), |(_, text)| text.clone()),
            parts: if act == "show" {
                ticks(page, |one| referral.parts.contains(&one))
            } else {
                Vec::new()
            },
            field,
        }
    });
    let forms = forms.collect();
    Item {
        id,
        form: referral.form.label(page.lang).to_owned(),
        unit: labels::unit(app, page.lang, referral.unit.as_str()),
        lead: labels::unit(app, page.lang, referral.lead.as_str()),
        standing: standing(page, shown.standing()),
        asked: page.moment(referral.asked_at.as_microsecond()),
        asked_by: name(shown.asked_by),
        held_by: name(shown.held_by),
        due: if asked {
            page.day(referral.due.as_microsecond())
        } else {
            String::new()
        },
        late: asked && referral.due < app.now(),
        reason: referral.reason.to_string(),
        authority: referral.authority.as_deref().unwrap_or_default().to_owned(),
        shown: shown_parts.join(", "),
        outcome: shown.outcome.to_owned(),
        acknowledge: answers && referral.acknowledged_at.is_none(),
        answer: answers,
        forms,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_ends_in_paris() {
        let check = |day: &str, expected: Option<&str>| {
            let found = end_of(day).map(|end| end.to_string());
            assert_eq!(found.as_deref(), expected, "{day:?}");
        };
        check("2026-12-01", Some("2026-12-01T22:59:59Z"));
        check("2026-07-01", Some("2026-07-01T21:59:59Z"));
        for none in ["", "2026-13-01", "01/12/2026", "9999999-01-01", "tomorrow"] {
            check(none, None);
        }
    }
}
