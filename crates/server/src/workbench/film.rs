//! The film office: projects, what is lent, experts, immersions, encounters, budgets, figures.
//!
//! A project is a submission of the film desk; it has the submission's identifier, and its unit and agent are those of
//! the docket. What happens to it is told to `store::film` and folded by `casework`; nothing here decides. A service
//! that is asked for an opinion takes part in the project and sees its facts; the script only where the office shows
//! it, and every opening of it is an act with a reason.

mod booking;
mod budget;
mod calendar;
mod crew;
mod document;
mod encounter;
mod entry;
mod expert;
mod home;
mod immersion;
mod people;
mod photo;
mod pool;
mod project;
mod project_acts;
mod quote;
mod request;
mod script;
mod statistics;
pub(crate) mod words;

use std::collections::{BTreeMap, BTreeSet};

use axum::{
    http::StatusCode,
    response::{IntoResponse, Redirect, Response},
};
use casework::{
    film::{expert::Expert, immersion::Immersion, pool::Pool},
    policy::{Action, Object, Part, Subject},
    project::{Change, Project},
    story::{Event, Story},
    submission::UnitId,
};
use jiff::{Timestamp, civil};
use store::{
    StoreError,
    film::{TellError, Told},
};

pub(crate) use self::{
    crew::{
        NotTaken, fields as crew_fields, hand_in as hand_in_crew, listed as listed_crew,
        sent as sent_crew, table as crew_table,
    },
    document::{convention, last_quote, project_papers},
    encounter::{
        calendar_entry, facts as encounter_facts, import_known, passed, speakers_table,
        title as encounter_title,
    },
    people::forget_people,
    pool::names_of,
    project::{answers_table, happened, lines_table, paper_kinds, rider_blocks},
    quote::blocks as quote_blocks,
    request::receive_requests,
    statistics::{blocks as figures, counted, places_map},
};
use super::{
    door::{About, Admitted, Doors},
    labels, link, policies,
    session::Refused,
};
use crate::{
    app::App,
    page::{Page, render},
    sheet::{Field, Sheet},
    web::text,
};

/// The desk that requests come in by.
pub(crate) const DESK: &str = "cinema";
/// The pool of the film office itself.
pub(super) const OFFICE: &str = "film";

/// Every page and act of the film office.
pub(super) fn doors(doors: Doors) -> Doors {
    use About::{Expert, Immersion, Pool, Project, Service};
    use Action::{AnswerFilm, DeclareFilmConflict, HandleFilm, OpenScript, ReadFilm};
    let at = |rest: &str| format!("/{{lang}}/workbench/film{rest}");
    let project = |rest: &str| at(&format!("/projects/{{id}}{rest}"));
    let pool = |rest: &str| at(&format!("/pools/{{pool}}{rest}"));
    let mut doors = doors
        .page(&at(""), ReadFilm, Service, home::show)
        .page(&project(""), ReadFilm, Project, project::show)
        .page(&project("/quote"), ReadFilm, Project, quote::show)
        .page(
            &project("/quote.pdf"),
            ReadFilm,
            Project,
            document::quote_file,
        )
        .page(
            &project("/convention.pdf"),
            ReadFilm,
            Project,
            document::convention_file,
        )
        .page(
            &project("/access.pdf"),
            HandleFilm,
            Project,
            document::shoot_access,
        )
        .page(
            &at("/immersions/{id}/agreement.pdf"),
            ReadFilm,
            Immersion,
            document::agreement_file,
        )
        .page(
            &at("/immersions/{id}/access.pdf"),
            ReadFilm,
            Immersion,
            document::immersion_access,
        )
        .page(
            &at("/encounters/{encounter}/access.pdf"),
            ReadFilm,
            Pool,
            document::encounter_access,
        )
        .page(&project("/crew"), HandleFilm, Project, crew::show)
        .page(
            &project("/script/{exhibit}"),
            OpenScript,
            Project,
            script::open,
        )
        .page(
            &project("/papers/{exhibit}"),
            HandleFilm,
            Project,
            script::open_paper,
        )
        .act(
            &project("/acts/opinion"),
            AnswerFilm,
            Project,
            project_acts::post,
        )
        .act(
            &project("/acts/book"),
            HandleFilm,
            Project,
            project_acts::book,
        )
        .act(
            &project("/acts/conflict"),
            DeclareFilmConflict,
            Project,
            project_acts::conflict,
        )
        .page(&pool(""), ReadFilm, Pool, pool::show)
        .page(&pool("/free"), ReadFilm, Pool, pool::free)
        .act(&pool("/acts/book"), HandleFilm, Pool, pool::book)
        .act(&pool("/acts/requisition"), HandleFilm, Pool, pool::book)
        .page(&pool("/kinds/{resource}"), ReadFilm, Pool, entry::show)
        .act(
            &pool("/resources/{resource}/acts/repair"),
            HandleFilm,
            Pool,
            calendar::repair,
        )
        .page(
            &pool("/resources/{resource}"),
            ReadFilm,
            Pool,
            calendar::show,
        )
        .page(&pool("/bookings/{booking}"), ReadFilm, Pool, booking::show)
        .page(&pool("/photos/{photo}"), ReadFilm, Pool, photo::open)
        .act(
            &pool("/photos/{photo}/acts/remove"),
            HandleFilm,
            Pool,
            photo::remove,
        )
        .act_with_photos(
            &pool("/resources/{resource}/acts/photo"),
            HandleFilm,
            Pool,
            photo::add,
        )
        .act_with_photos(
            &pool("/bookings/{booking}/acts/photo"),
            HandleFilm,
            Pool,
            photo::add_to_booking,
        )
        .page(&pool("/budget"), ReadFilm, Pool, budget::show)
        .page(&at("/experts"), ReadFilm, Pool, expert::list)
        .page(&at("/experts/{expert}"), ReadFilm, Expert, expert::show)
        .page(
            &at("/experts/{expert}/{meeting}"),
            ReadFilm,
            Expert,
            expert::invitation,
        )
        .page(&at("/immersions"), ReadFilm, Pool, immersion::list)
        .act(
            &at("/immersions/acts/draft"),
            HandleFilm,
            Pool,
            immersion::draft,
        )
        .page(
            &at("/immersions/{id}"),
            ReadFilm,
            Immersion,
            immersion::show,
        )
        .page(&at("/encounters"), ReadFilm, Pool, encounter::list)
        .page(
            &at("/encounters/{encounter}"),
            ReadFilm,
            Pool,
            encounter::show,
        )
        .page(&at("/statistics"), ReadFilm, Pool, statistics::show);
    for act in project_acts::ACTS {
        doors = doors.act(
            &project(&format!("/acts/{act}")),
            HandleFilm,
            Project,
            project_acts::post,
        );
    }
    for act in crew::ACTS {
        let path = project(&format!("/acts/{act}"));
        doors = doors.act(&path, HandleFilm, Project, crew::post);
    }
    for act in booking::ACTS {
        let path = pool(&format!("/bookings/{{booking}}/acts/{act}"));
        doors = doors.act_with_photos(&path, HandleFilm, Pool, booking::post);
    }
    for act in budget::ACTS {
        doors = doors.act(
            &pool(&format!("/budget/acts/{act}")),
            HandleFilm,
            Pool,
            budget::post,
        );
    }
    for (act, action) in expert::ACTS {
        let path = at(&format!("/experts/{{expert}}/acts/{act}"));
        doors = doors.act(&path, *action, Expert, expert::post);
    }
    for (act, action) in immersion::ACTS {
        let path = at(&format!("/immersions/{{id}}/acts/{act}"));
        doors = doors.act(&path, *action, Immersion, immersion::post);
    }
    for act in encounter::ACTS {
        let path = at(&format!("/encounters/{{encounter}}/acts/{act}"));
        doors = doors.act(&path, HandleFilm, Pool, encounter::post);
    }
    doors
}

/// What an action about the film desk is done to: its place in the ledger, where it has one, and who has it.
pub(super) async fn object(
    app: &App,
    about: About,
    id: &str,
    pool: &str,
) -> Result<(Option<i64>, Object), StoreError> {
    let nobodys = Object::nobodys(Subject::Film);
    let office = |joined| Object {
        unit: office(app),
        joined,
        ..nobodys.clone()
    };
    match about {
        About::Project => project_object(app, id, nobodys.clone()).await,
        About::Expert => {
            let told = app.store.film.story::<Expert>(id).await?;
            let unit = told.map(|told| told.story.profile.unit);
            let joined = unit.map(|unit| (unit, [Part::Facts].into()));
            Ok((None, office(joined.into_iter().collect())))
        }
        About::Immersion => {
            let told = app.store.film.story::<Immersion>(id).await?;
            let Some(told) = told else {
                return Ok((None, nobodys));
            };
            let agreement = told.story.agreement;
            // What keeps a project from somebody keeps its immersions too.
            let (_, project) = project_object(app, &agreement.project, nobodys.clone()).await?;
            let object = Object {
                sealed: project.sealed,
                conflicts: project.conflicts,
                markings: project.markings,
                ..office(vec![(agreement.unit, [Part::Facts].into())])
            };
            Ok((None, object))
        }
        _ => {
            let pool = if pool.is_empty() { OFFICE } else { pool };
            let unit = app
                .config
                .film
                .pools
                .get(pool)
                .map(|pool| pool.unit.clone());
            Ok((None, Object { unit, ..nobodys }))
        }
    }
}

async fn project_object(
    app: &App,
    id: &str,
    nobodys: Object,
) -> Result<(Option<i64>, Object), StoreError> {
    let standing = app.store.work.standing(id).await?;
    let Some(standing) = standing.filter(|standing| standing.desk == DESK) else {
        return Ok((None, nobodys));
    };
    let told = app.store.film.story::<Project>(id).await?;
    let asked = told
        .map(|told| told.story.opinions().clone())
        .unwrap_or_default();
    let joined = asked.into_iter().map(|(unit, opinion)| {
        let script = opinion.script.then_some(Part::Exhibits);
        (unit, script.into_iter().chain([Part::Facts]).collect())
    });
    let object = Object {
        subject: Subject::Film,
        joined: joined.collect::<Vec<(UnitId, BTreeSet<Part>)>>(),
        ..policies::object(&standing)
    };
    Ok((Some(standing.seq), object))
}

/// Every project but those that are kept from the agent: by a conflict of interest, a marking, a seal.
async fn projects(app: &App, at: &Admitted) -> Result<BTreeMap<String, Told<Project>>, StoreError> {
    let agent = &at.signed.agent;
    let mut projects = app.store.film.stories::<Project>().await?;
    for standing in app.store.work.apart(&agent.id, &agent.unit).await? {
        let (_, object) = project_object(app, &standing.id, Object::nobodys(Subject::Film)).await?;
        if !at.may_on(Action::ReadFilm, &object) {
            projects.remove(&standing.id);
        }
    }
    Ok(projects)
}

/// The unit that has the film desk.
pub(super) fn office(app: &App) -> Option<UnitId> {
    app.desk(DESK).and_then(|desk| desk.unit.clone())
}

/// Who organises what entries of calendars are about, by its name.
fn organizer(app: &App, page: &Page) -> String {
    office(app).map_or_else(String::new, |unit| unit_name(app, page, &unit))
}

/// The office's own page, as others reach it.
fn office_page(app: &App, page: &Page) -> String {
    format!("{}/{}/film", app.settings.public_url, page.tag())
}

/// The pool of the film office.
pub(crate) fn office_pool(app: &App) -> Option<&Pool> {
    app.config.film.pools.get(OFFICE)
}

/// The name of a unit.
pub(crate) fn unit_name(app: &App, page: &Page, unit: &UnitId) -> String {
    labels::unit(app, page.lang, unit.as_str())
}

/// The pool that an address names; that of the office where it names none.
fn pool_of<'a>(app: &'a App, at: &Admitted) -> Result<&'a Pool, Refused> {
    let name = Some(at.path("pool")).filter(|name| !name.is_empty());
    let found = app.config.film.pools.get(name.unwrap_or(OFFICE));
    found.ok_or_else(|| at.signed.not_found())
}

fn home(page: &Page) -> String {
    format!("{}/film", link::workbench(page))
}

fn project_href(page: &Page, id: &str) -> String {
    format!("{}/projects/{id}", home(page))
}

fn pool_href(page: &Page, pool: &Pool) -> String {
    format!("{}/pools/{}", home(page), pool.id)
}

#[derive(askama::Template)]
#[template(path = "workbench/sheet.html")]
struct SheetPage {
    page: Page,
    sheet: Sheet,
}

/// A page; what was not done is told with the status for it.
fn shown(at: &Admitted, sheet: Sheet) -> Response {
    let page = at.signed.page.clone();
    let status = if sheet.errors.is_empty() {
        StatusCode::OK
    } else {
        StatusCode::UNPROCESSABLE_ENTITY
    };
    render(status, &SheetPage { page, sheet })
}

/// The page that a form leads back to.
fn back(to: &str) -> Response {
    Redirect::to(to).into_response()
}

/// What was typed into a field of the form that was sent and not done; else what the field begins with.
fn typed(at: &Admitted, act: &str, name: &str, otherwise: &str) -> String {
    if at.act() == act {
        at.field(name).to_owned()
    } else {
        otherwise.to_owned()
    }
}

/// A field with what was typed into it.
fn kept(at: &Admitted, act: &str, field: Field) -> Field {
    let value = typed(at, act, &field.name, &field.value);
    field.value(value)
}

/// A text without card numbers, as it is kept.
fn masked(text: &str) -> Box<str> {
    observables::mask_cards(text.trim()).into()
}

/// Something that the agent does now.
fn event<C>(app: &App, at: &Admitted, change: C) -> Event<C> {
    Event {
        at: app.now(),
        actor: at.signed.agent.id.as_str().into(),
        change,
    }
}

/// Tells a story what the agent does; a refusal comes back to be shown.
async fn tell<S: Story>(
    app: &App,
    at: &Admitted,
    rules: &S::Rules,
    subject: &str,
    change: S::Change,
) -> Result<Result<S, S::Refusal>, Refused> {
    match app
        .store
        .film
        .tell::<S>(rules, subject, &event(app, at, change))
        .await
    {
        Ok(story) => Ok(Ok(story)),
        Err(TellError::Refused(refusal)) => Ok(Err(refusal)),
        Err(TellError::Store(error)) => Err(at.signed.failed(&error)),
    }
}

/// Tells a project what the agent does.
async fn tell_project(
    app: &App,
    at: &Admitted,
    change: Change,
) -> Result<Result<Project, casework::project::Refusal>, Refused> {
    tell(app, at, &app.config.film.criteria, at.path("id"), change).await
}

/// Years that a film office has to do with: what is typed beyond them is a slip, and would make tables without end.
const YEARS: std::ops::RangeInclusive<i16> = 1990..=2199;

/// The moment of a field of a form, Paris time. The later hour of two that are called the same is not typed; an hour that
/// clocks skip is the one after it.
fn moment(value: &str) -> Option<Timestamp> {
    let civil: civil::DateTime = value.parse().ok()?;
    text::of_paris(civil).filter(|_| YEARS.contains(&civil.year()))
}

/// The day of a field of a form.
pub(crate) fn day(value: &str) -> Option<civil::Date> {
    let day: civil::Date = value.parse().ok()?;
    Some(day).filter(|day| YEARS.contains(&day.year()))
}

/// Many words of one field, apart by commas.
fn listed(value: &str) -> BTreeSet<Box<str>> {
    let words = value.split(',').map(str::trim);
    words.filter(|word| !word.is_empty()).map(masked).collect()
}
