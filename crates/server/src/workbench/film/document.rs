//! What the film office gives as PDF: quotes, conventions, immersion agreements, access lists. Each says what the page
//! it belongs to says, and is behind a door for the same action.

use axum::response::Response;
use casework::{
    booking::{Booking, Kind, Standing},
    film::{
        crew::Person,
        encounter::{self, Encounter, Identity, Seat},
        immersion::{self, Immersion, Stage},
    },
    price::{self, Account},
    project::{Change, Project, Ruling},
    story::{Event, Story},
};
use documents::{
    Access, AccessList, Agreement, Convention, Document, Granted, Head, Priced, Production, Quote,
    Site, Visitor,
};
use jiff::{Timestamp, civil::Date};
use store::{StoreError, film::Told};

use super::{OFFICE, crew, encounter as encounters, pool, quote::today, words};
use crate::{
    app::App,
    document::{download, head, short},
    page::Page,
    sheet::Cell,
    web::text,
    workbench::{door::Admitted, labels, session::Refused},
};

/// A document with its head.
pub(crate) type Paper = (Head, Document);

/// More people than lines are written for by hand.
const MOST_BLANK: u32 = 100;

fn issuer(app: &App, page: &Page) -> String {
    let unit = super::office(app);
    labels::unit(
        app,
        page.lang,
        unit.as_ref().map_or("", |unit| unit.as_str()),
    )
}

fn day_of(at: Timestamp) -> Date {
    text::paris(at).date()
}

fn production(app: &App, page: &Page, project: &Project) -> Production {
    let request = project.request();
    Production {
        title: request.title.to_string(),
        company: request.company.to_string(),
        work: words::work(app, page, &request.work),
        team: request.team,
    }
}

/// A quote of the project by its place, from 0, with what its day's prices give.
fn priced(account: &Account, project: &Project, at: usize) -> Option<Priced> {
    Some(Priced {
        number: u32::try_from(at + 1).ok()?,
        basis: project.quotes().get(at)?.clone(),
        quote: account.quotes.get(at)?.clone(),
        unpriced: unpriced(project),
    })
}

/// What of the request has no price yet and was not refused.
fn unpriced(project: &Project) -> Vec<String> {
    let request = project.request();
    let lines = project.unpriced(request).into_iter();
    lines
        .filter(|at| !matches!(project.rulings().get(at), Some(Ruling::Refused { .. })))
        .filter_map(|at| Some(request.lines.get(at)?.what.to_string()))
        .collect()
}

fn account(app: &App, project: &Project) -> Option<Account> {
    price::account(&app.config.film.prices, project.quotes()).ok()
}

/// A quote of a project by its place, from 0; none where there is none, or its prices are gone.
fn quote(app: &App, page: &Page, id: &str, project: &Project, at: usize) -> Option<Paper> {
    let priced = priced(&account(app, project)?, project, at)?;
    let reference = format!("{}/{}", short(id), priced.number);
    let head = head(app, page, &issuer(app, page), reference, priced.basis.on);
    let production = production(app, page, project);
    Some((head, Document::Quote(Quote { production, priced })))
}

/// The quote that holds.
pub(crate) fn last_quote(app: &App, page: &Page, id: &str, told: &Told<Project>) -> Option<Paper> {
    let last = told.story.quotes().len().checked_sub(1)?;
    quote(app, page, id, &told.story, last)
}

/// The convention; none while nothing is granted.
pub(crate) fn convention(app: &App, page: &Page, id: &str, told: &Told<Project>) -> Option<Paper> {
    let project = &told.story;
    let granted = granted(project);
    let changed = told
        .events
        .iter()
        .rev()
        .find(|event| changes_terms(event))?;
    if granted.is_empty() {
        return None;
    }
    let account = account(app, project)?;
    let last = project.quotes().len().checked_sub(1);
    let terms = page.w.t("film-terms");
    let convention = Convention {
        production: production(app, page, project),
        granted,
        priced: last.and_then(|last| priced(&account, project, last)),
        dues: account.dues,
        insured_until: project.request().insured_until(),
        terms: terms.lines().map(|line| line.trim().to_owned()).collect(),
        // No source confirms the ministry's own text.
        confirmed: false,
    };
    let head = head(
        app,
        page,
        &issuer(app, page),
        short(id).to_owned(),
        day_of(changed.at),
    );
    Some((head, Document::Convention(convention)))
}

/// Whether the convention says something else from this event on.
fn changes_terms(event: &Event<Change>) -> bool {
    matches!(
        event.change,
        Change::Decide { .. } | Change::Quote { .. } | Change::AnswerRider { .. } | Change::Sign
    )
}

fn granted(project: &Project) -> Vec<Granted> {
    let standing = project.request().standing();
    let granted = standing.filter_map(|(at, line)| match project.rulings().get(&at)? {
        Ruling::Granted { conditions } => Some(Granted {
            kind: line.kind,
            what: line.what.to_string(),
            count: line.count,
            from: line.from,
            days: line.days,
            conditions: conditions.to_string(),
        }),
        Ruling::Refused { .. } => None,
    });
    granted.collect()
}

/// The documents of a project that there are, as ways to them under an address.
pub(crate) fn project_papers(page: &Page, base: &str, project: &Project) -> Vec<Cell> {
    let mut papers = Vec::new();
    if !project.quotes().is_empty() {
        let number = project.quotes().len() as i64;
        let name = page.w.t1("document-quote", "number", number);
        papers.push(Cell::link(format!("{base}/quote.pdf"), name));
    }
    if !granted(project).is_empty() {
        let name = page.w.t("document-convention");
        papers.push(Cell::link(format!("{base}/convention.pdf"), name));
    }
    papers
}

async fn told(app: &App, at: &Admitted) -> Result<Told<Project>, Refused> {
    let told = app.store.film.story::<Project>(at.path("id")).await;
    let told = told.map_err(|error| at.signed.failed(&error))?;
    told.ok_or_else(|| at.signed.not_found())
}

async fn give(app: &App, at: &Admitted, name: &str, paper: Paper) -> Result<Response, Refused> {
    Ok(download(app, at.signed.page.clone(), name, paper).await)
}

/// A quote: the last one, or that of the number in the address.
pub(super) async fn quote_file(app: App, at: Admitted) -> Result<Response, Refused> {
    let told = told(&app, &at).await?;
    let (page, id) = (&at.signed.page, at.path("id"));
    let paper = match at.query("number").parse::<usize>() {
        Ok(number) => number
            .checked_sub(1)
            .and_then(|place| quote(&app, page, id, &told.story, place)),
        Err(_) => last_quote(&app, page, id, &told),
    };
    give(
        &app,
        &at,
        "devis",
        paper.ok_or_else(|| at.signed.not_found())?,
    )
    .await
}

/// The convention.
pub(super) async fn convention_file(app: App, at: Admitted) -> Result<Response, Refused> {
    let told = told(&app, &at).await?;
    let paper = convention(&app, &at.signed.page, at.path("id"), &told);
    let paper = paper.ok_or_else(|| at.signed.not_found())?;
    give(&app, &at, "convention", paper).await
}

/// The access list of a shoot: the places it holds, and lines for those who come.
pub(super) async fn shoot_access(app: App, at: Admitted) -> Result<Response, Refused> {
    let told = told(&app, &at).await?;
    let (page, project, id) = (&at.signed.page, &told.story, at.path("id"));
    let sites = sites(&app, page, id).await;
    let sites = sites.map_err(|error| at.signed.failed(&error))?;
    if sites.is_empty() && granted(project).is_empty() {
        return Err(at.signed.not_found());
    }
    let listed = crew::listed(&app, id).await;
    let listed = listed.map_err(|error| at.signed.failed(&error))?;
    let blank = if listed.people.is_empty() {
        project.request().team.clamp(1, MOST_BLANK)
    } else {
        0
    };
    let may = project.may_have();
    let people = listed.people.into_iter();
    let list = AccessList {
        to: Access::Shoot,
        title: project.request().title.to_string(),
        host: issuer(&app, page),
        sites,
        people: people
            .map(|(_, person, identity)| Visitor {
                role: role(page, &person),
                name: person.name,
                count: 1,
                identity: Some(identity),
                admitted: may && identity != Identity::Refused,
            })
            .collect(),
        blank,
    };
    give_list(&app, &at, id, list).await
}

/// What somebody of a crew does, and the vehicle they come in.
fn role(page: &Page, person: &Person) -> String {
    match (&*person.role, &*person.plate) {
        (role, "") => role.to_owned(),
        ("", plate) => page.w.t1("crew-vehicle", "plate", plate),
        (role, plate) => format!("{role} – {}", page.w.t1("crew-vehicle", "plate", plate)),
    }
}

/// Whether what a booking wants is kept for it.
pub(super) fn holds(booking: &Booking) -> bool {
    matches!(booking.standing, Standing::Approved | Standing::Out)
}

/// The places that a project holds, in the order of time.
async fn sites(app: &App, page: &Page, project: &str) -> Result<Vec<Site>, StoreError> {
    let Some(pool) = app.config.film.pools.get(OFFICE) else {
        return Ok(Vec::new());
    };
    let booked = app.store.film.of_applicant(project).await?;
    let mut held: Vec<&Booking> = booked.values().filter(|one| holds(one)).collect();
    held.sort_by_key(|booking| (booking.request.used.from(), booking.asked_at));
    let moment = |at: Timestamp| page.moment(at.as_microsecond());
    let sites = held.iter().flat_map(|booking| {
        let wanted = booking.request.wanted.iter();
        let places = wanted.filter(move |id| {
            let resource = pool.inventory.resource(id);
            resource.is_some_and(|resource| resource.kind == Kind::Place)
        });
        places.map(move |id| Site {
            place: pool::name_of(page, pool, id),
            from: moment(booking.request.used.from()),
            until: moment(booking.request.used.until()),
        })
    });
    Ok(sites.collect())
}

async fn give_list(
    app: &App,
    at: &Admitted,
    id: &str,
    list: AccessList,
) -> Result<Response, Refused> {
    let page = &at.signed.page;
    let reference = short(id).to_owned();
    let head = head(app, page, &issuer(app, page), reference, today(app));
    give(app, at, "acces", (head, Document::AccessList(list))).await
}

async fn immersion(
    app: &App,
    at: &Admitted,
) -> Result<(Told<Immersion>, Vec<String>, String), Refused> {
    let failed = |error: StoreError| at.signed.failed(&error);
    let (film, id) = (&app.store.film, at.path("id"));
    let told = film.story::<Immersion>(id).await.map_err(failed)?;
    let told = told.ok_or_else(|| at.signed.not_found())?;
    let people = film.people(Immersion::KIND, id).await.map_err(failed)?;
    let project = &told.story.agreement.project;
    let project = film.story::<Project>(project).await.map_err(failed)?;
    let title = project.map_or_else(String::new, |told| told.story.request().title.to_string());
    Ok((told, people.into_values().collect(), title))
}

/// The agreement of an immersion.
pub(super) async fn agreement_file(app: App, at: Admitted) -> Result<Response, Refused> {
    let (told, people, project) = immersion(&app, &at).await?;
    let page = &at.signed.page;
    let agreed = &told.story.agreement;
    let drafted =
        |event: &&Event<immersion::Change>| matches!(event.change, immersion::Change::Draft(_));
    let drafted = told.events.iter().rev().find(drafted);
    let agreement = Agreement {
        project,
        unit: labels::unit(&app, page.lang, agreed.unit.as_str()),
        from: agreed.from,
        until: agreed.until,
        people,
        duties: agreed.duties.to_string(),
        image: agreed.image.to_string(),
        secrecy: agreed.secrecy.to_string(),
        stage: told.story.stage,
        // No source confirms the ministry's own form.
        confirmed: false,
    };
    let date = drafted.map_or(agreed.from, |event| day_of(event.at));
    let reference = short(at.path("id")).to_owned();
    let head = head(&app, page, &issuer(&app, page), reference, date);
    give(
        &app,
        &at,
        "immersion",
        (head, Document::Agreement(agreement)),
    )
    .await
}

/// The access list of an immersion.
pub(super) async fn immersion_access(app: App, at: Admitted) -> Result<Response, Refused> {
    let (told, people, title) = immersion(&app, &at).await?;
    let page = &at.signed.page;
    let agreed = &told.story.agreement;
    let unit = labels::unit(&app, page.lang, agreed.unit.as_str());
    let admitted = told.story.stage == Stage::Briefed;
    let list = AccessList {
        to: Access::Immersion,
        title,
        sites: vec![Site {
            place: unit.clone(),
            from: text::date(page.lang, agreed.from),
            until: text::date(page.lang, agreed.until),
        }],
        host: unit,
        people: people
            .into_iter()
            .map(|name| Visitor {
                name,
                role: String::new(),
                count: 1,
                identity: None,
                admitted,
            })
            .collect(),
        blank: 0,
    };
    give_list(&app, &at, at.path("id"), list).await
}

/// The access list of an encounter: who has a seat.
pub(super) async fn encounter_access(app: App, at: Admitted) -> Result<Response, Refused> {
    let failed = |error: StoreError| at.signed.failed(&error);
    let (page, id) = (&at.signed.page, at.path("encounter"));
    let film = &app.store.film;
    let told = film.story::<Encounter>(id).await.map_err(failed)?;
    let told = told.ok_or_else(|| at.signed.not_found())?;
    let people = film.people(Encounter::KIND, id).await.map_err(failed)?;
    let one = &told.story;
    let open = one.stage != encounter::Stage::Cancelled;
    let seated = one
        .registrations
        .iter()
        .filter(|registration| registration.seat == Seat::Admitted);
    let list = AccessList {
        to: Access::Encounter,
        title: encounters::title(page, &one.plan),
        host: one.plan.host.to_string(),
        sites: vec![Site {
            place: one.plan.venue.to_string(),
            from: page.moment(one.plan.begins.as_microsecond()),
            until: page.moment(one.plan.ends.as_microsecond()),
        }],
        people: seated
            .map(|registration| Visitor {
                name: people.get(&*registration.id).map_or_else(
                    || page.w.t("film-erased"),
                    |body| encounters::person(body).0,
                ),
                role: registration.profession.label(page.lang).to_owned(),
                count: registration.group,
                identity: Some(registration.identity),
                admitted: open && registration.identity != Identity::Refused,
            })
            .collect(),
        blank: 0,
    };
    give_list(&app, &at, id, list).await
}
