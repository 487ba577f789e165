//! What the office does with a project, and what a service answers.

use std::collections::{BTreeMap, BTreeSet};

use axum::response::Response;
use casework::{
    project::{Answer, Answered, Change, Class, Project, Ruling},
    submission::{Closing, UnitId},
};

use super::{back, day, home, masked, project, project_href, quote, tell_project, words};
use store::StoreError;

use crate::{
    app::App,
    workbench::{
        door::Admitted,
        session::Refused,
        submission::act::{NotDone, Step, carry_out, new_act},
    },
};

/// What the office does; each is a form of the page.
pub(super) const ACTS: &[&str] = &[
    "take",
    "ask-opinion",
    "decide",
    "classify",
    "quote",
    "answer-rider",
    "sign",
    "begin",
    "check",
    "incident",
    "notice",
    "cure",
    "suspend",
    "end",
    "credit",
    "withdraw",
];

/// Does it, or shows why not with what was typed.
pub(super) async fn post(app: App, at: Admitted) -> Result<Response, Refused> {
    let words = at.signed.page.w;
    let change = match change(&app, &at).await? {
        Ok(change) => change,
        Err(Asked::Form) => {
            return project::page_with(&app, &at, vec![words.t("film-form-incomplete")]).await;
        }
        Err(Asked::Elsewhere) => return Err(at.signed.not_found()),
    };
    match tell_project(&app, &at, change).await? {
        Ok(project) => {
            follow_in_docket(&app, &at, &project).await?;
            Ok(back(&project_href(&at.signed.page, at.path("id"))))
        }
        Err(refusal) => {
            let why = words::project_refusal(&app, &at.signed.page, &refusal);
            project::page_with(&app, &at, vec![why]).await
        }
    }
}

/// The agent says that they should not see it: from now on neither it nor its immersions are there for them.
pub(super) async fn conflict(app: App, at: Admitted) -> Result<Response, Refused> {
    let reason = at.field("reason");
    if reason.is_empty() {
        let error = at.signed.page.w.t("wb-error-why");
        return project::page_with(&app, &at, vec![error]).await;
    }
    let failed = |error: StoreError| at.signed.failed(&error);
    let work = &app.store.work;
    let standing = work.standing(at.path("id")).await.map_err(failed)?;
    let standing = standing.ok_or_else(|| at.signed.not_found())?;
    let act = new_act(&app, &at.signed, "conflict", reason, "{}")?;
    let agent = at.signed.agent.id.as_str();
    let declared = work.declare_conflict(standing.seq, agent, act).await;
    declared.map_err(failed)?;
    Ok(back(&home(&at.signed.page)))
}

/// Why a form is no change.
enum Asked {
    /// A field that is needed is empty, or not what it should be.
    Form,
    /// The agent may not do that for this unit.
    Elsewhere,
}

async fn change(app: &App, at: &Admitted) -> Result<Result<Change, Asked>, Refused> {
    let text = |name: &str| masked(at.field(name));
    let date = |name: &str| day(at.field(name)).ok_or(Asked::Form);
    let count = |name: &str| at.field(name).parse::<u32>().map_err(|_| Asked::Form);
    let built = || -> Result<Change, Asked> {
        Ok(match at.act() {
            "take" => Change::Take,
            "ask-opinion" => Change::AskOpinion {
                unit: unit(app, at)?,
                criteria: at.all("criteria").map(Into::into).collect(),
                script: at.field("script") == "yes",
            },
            "opinion" => opinion(app, at)?,
            "decide" => Change::Decide {
                rulings: rulings(at)?,
            },
            "classify" => Change::Classify {
                line: at.field("line").parse().map_err(|_| Asked::Form)?,
                class: Class {
                    category: text("category"),
                    hours: count("hours")?,
                    preparation: count("preparation")?,
                },
            },
            "answer-rider" => Change::AnswerRider {
                accepted: at.field("accepted") == "yes",
                reason: text("text"),
            },
            "sign" => Change::Sign,
            "begin" => Change::Begin { day: date("day")? },
            "check" => Change::Check {
                day: date("day")?,
                seen: text("text"),
            },
            "incident" => Change::Incident {
                day: date("day")?,
                what: text("text"),
                damage: text("damage"),
            },
            "notice" => Change::Notice {
                breach: text("text"),
            },
            "cure" => Change::Cure,
            "suspend" => Change::Suspend,
            "end" => Change::End {
                day: date("day")?,
                days: count("days")?,
                incidents: text("incidents"),
            },
            "credit" => Change::Credit {
                line: text("line"),
                release: date("day")?,
            },
            "withdraw" => Change::Withdraw,
            _ => return Err(Asked::Elsewhere),
        })
    };
    if at.act() != "quote" {
        return Ok(built());
    }
    let told = app.store.film.story::<Project>(at.path("id")).await;
    let told = told.map_err(|error| at.signed.failed(&error))?;
    let Some(told) = told else {
        return Ok(Err(Asked::Elsewhere));
    };
    let basis = told.story.basis(told.story.request(), quote::today(app));
    // What the grid does not price is not quoted: a person adds the class first.
    Ok(
        match casework::price::quote(&app.config.film.prices, &basis) {
            Ok(_) => Ok(Change::Quote { basis }),
            Err(_) => Err(Asked::Form),
        },
    )
}

fn unit(app: &App, at: &Admitted) -> Result<UnitId, Asked> {
    let unit: UnitId = at.field("unit").parse().map_err(|_| Asked::Form)?;
    app.config
        .unit(&unit)
        .map(|found| found.id.clone())
        .ok_or(Asked::Form)
}

/// The answers of a service: its own agents give them, or the office writes them down.
fn opinion(app: &App, at: &Admitted) -> Result<Change, Asked> {
    let unit = unit(app, at)?;
    let own = at.signed.agent.unit.as_str();
    if unit.as_str() != own && super::office(app).is_none_or(|office| office.as_str() != own) {
        return Err(Asked::Elsewhere);
    }
    let mut answers = Vec::new();
    for criterion in app.config.film.criteria.iter() {
        let given = at.field(&format!("answer-{}", criterion.id));
        if given.is_empty() {
            continue;
        }
        answers.push(Answered {
            criterion: criterion.id.clone(),
            answer: Answer::from_word(given).ok_or(Asked::Form)?,
            reason: masked(at.field(&format!("reason-{}", criterion.id))),
        });
    }
    Ok(Change::GiveOpinion { unit, answers })
}

/// A ruling for each line that the form names.
fn rulings(at: &Admitted) -> Result<BTreeMap<usize, Ruling>, Asked> {
    let mut rulings = BTreeMap::new();
    // No request has more lines than its desk lets in, and a rider a few more.
    for line in 0..500 {
        let text = masked(at.field(&format!("text-{line}")));
        let ruling = match at.field(&format!("ruling-{line}")) {
            "" => continue,
            "granted" => Ruling::Granted { conditions: text },
            "refused" => Ruling::Refused {
                criteria: at
                    .all(&format!("against-{line}"))
                    .map(Into::into)
                    .collect::<BTreeSet<_>>(),
                reason: text,
            },
            _ => return Err(Asked::Form),
        };
        rulings.insert(line, ruling);
    }
    Ok(rulings)
}

/// The docket says who has the project, and that it is over, as of every submission.
async fn follow_in_docket(app: &App, at: &Admitted, project: &Project) -> Result<(), Refused> {
    let step = match at.act() {
        "take" => Step::Take,
        _ if project.stage().is_final() => Step::Close(Closing::Resolved),
        _ => return Ok(()),
    };
    let docket = app.store.work.docket_by_id(at.path("id")).await;
    let docket = docket.map_err(|error| at.signed.failed(&error))?;
    let Some(docket) = docket else {
        return Ok(());
    };
    match carry_out(app, &at.signed, &docket, docket.revision, &step, "").await {
        Err(NotDone::Refused(refused)) => Err(refused),
        // Taken before, or closed by what the applicant did.
        Ok(_) | Err(NotDone::Changed | NotDone::Illegal) => Ok(()),
    }
}

/// Asks for something of the office's pool for the project.
pub(super) async fn book(app: App, at: Admitted) -> Result<Response, Refused> {
    let pool = app.config.film.pools.get(super::OFFICE);
    let pool = pool.ok_or_else(|| at.signed.not_found())?;
    match super::pool::ask(&app, &at, pool, at.path("id")).await? {
        Ok(_) => Ok(back(&project_href(&at.signed.page, at.path("id")))),
        Err(why) => project::page_with(&app, &at, vec![why]).await,
    }
}
