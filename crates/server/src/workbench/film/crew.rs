//! Who comes to a shoot: the list that the production hands in, the office's look at each identity, and its end. The
//! production's own page hands in by the same way.

use std::collections::BTreeMap;

use axum::response::Response;
use casework::{
    film::{
        Refusal,
        crew::{BadLine, Change, Crew, Person, Wrong, read, written},
        encounter::Identity,
    },
    project::Project,
    story::{Event, Story},
};
use store::{
    StoreError,
    film::{TellError, Told},
};

use super::{back, kept, project_href, shown, tell, words};
use crate::{
    app::App,
    page::Page,
    sheet::{Block, Cell, Field, Form, Sheet, Table},
    workbench::{door::Admitted, session::Refused},
};

/// What the office does with a list.
pub(super) const ACTS: &[&str] = &["crew", "crew-check", "crew-erase"];

/// Bad lines that are named; whoever has more sees the rest after mending these.
const MOST_NAMED: usize = 20;

/// The list of a shoot with its people, in the order of the list.
pub(crate) struct Listed {
    /// Identifier, who they are, and what is known of their identity.
    pub(crate) people: Vec<(String, Person, Identity)>,
    /// How many were on it when who they were was erased.
    pub(crate) erased: Option<usize>,
}

/// The list of a project's shoot; an empty one where none was handed in.
///
/// # Errors
/// When the database does not answer.
pub(crate) async fn listed(app: &App, project: &str) -> Result<Listed, StoreError> {
    let film = &app.store.film;
    let Some(Told { story: crew, .. }) = film.story::<Crew>(project).await? else {
        return Ok(Listed {
            people: Vec::new(),
            erased: None,
        });
    };
    let bodies = film.people(Crew::KIND, project).await?;
    let people = crew.people.iter().filter_map(|(id, identity)| {
        let person = serde_json::from_str(bodies.get(&**id)?).ok()?;
        Some((id.to_string(), person, *identity))
    });
    Ok(Listed {
        people: people.collect(),
        erased: crew.erased.then_some(crew.people.len()),
    })
}

/// Why a list was not taken.
pub(crate) enum NotTaken {
    /// These lines cannot be meant.
    Lines(Vec<BadLine>),
    /// It may not be handed in now.
    Refused(Refusal),
    /// The store did not answer.
    Failed(StoreError),
}

impl NotTaken {
    /// In words, a line each.
    pub(crate) fn told(&self, page: &Page) -> Vec<String> {
        match self {
            NotTaken::Lines(bad) => bad
                .iter()
                .take(MOST_NAMED)
                .map(|bad| {
                    let line = ("line", bad.line as i64);
                    page.w
                        .t2("crew-bad-line", line, ("why", wrong(page, &bad.wrong)))
                })
                .collect(),
            NotTaken::Refused(refusal) => vec![words::refusal(page, refusal)],
            NotTaken::Failed(_) => Vec::new(),
        }
    }
}

fn wrong(page: &Page, wrong: &Wrong) -> String {
    let w = page.w;
    match wrong {
        Wrong::NoName => w.t("crew-no-name"),
        Wrong::TooManyColumns => w.t("crew-too-many-columns"),
        Wrong::TooLong => w.t("crew-too-long"),
        Wrong::Plate => w.t("crew-no-plate"),
        Wrong::Twice(line) => w.t1("crew-twice", "line", *line as i64),
        Wrong::TooMany => w.t1("crew-too-many", "most", casework::film::crew::MOST as i64),
    }
}

/// Takes a list, whole: whoever stood on the one before keeps their place in what is known.
pub(crate) async fn hand_in(
    app: &App,
    project: &str,
    text: &str,
    actor: &str,
) -> Result<(), NotTaken> {
    let people = read(&observables::mask_cards(text)).map_err(NotTaken::Lines)?;
    let film = &app.store.film;
    let before = listed(app, project).await.map_err(NotTaken::Failed)?;
    let known: BTreeMap<String, String> = before
        .people
        .into_iter()
        .map(|(id, person, _)| (person.known_by(), id))
        .collect();
    let list = new_list().map_err(NotTaken::Failed)?;
    let people: Vec<(String, String)> = people
        .iter()
        .enumerate()
        .map(|(at, person)| {
            let id = known.get(&person.known_by()).cloned();
            let id = id.unwrap_or_else(|| format!("{list}-{at}"));
            let body = serde_json::to_string(person).unwrap_or_default();
            (id, body)
        })
        .collect();
    let event = Event {
        at: app.now(),
        actor: actor.into(),
        change: Change::List {
            people: people.iter().map(|(id, _)| id.as_str().into()).collect(),
        },
    };
    let people = people.into_iter().collect();
    match film
        .tell_with_people::<Crew>(&(), project, &event, &people)
        .await
    {
        Ok(_) => Ok(()),
        Err(TellError::Refused(refusal)) => Err(NotTaken::Refused(refusal)),
        Err(TellError::Store(error)) => Err(NotTaken::Failed(error)),
    }
}

/// What the identifiers of a list begin with: no two lists share one, not even two that are handed in at once, so that nobody
/// is taken for somebody whose identity was looked at.
fn new_list() -> Result<String, StoreError> {
    let mut random = [0_u8; 8];
    getrandom::fill(&mut random).map_err(|error| StoreError::Io(std::io::Error::other(error)))?;
    Ok(format!("{:016x}", u64::from_le_bytes(random)))
}

/// Erases who the people of a shoot were; that there were so many stays.
///
/// # Errors
/// When the database does not answer.
pub(super) async fn erase(app: &App, project: &str, actor: &str) -> Result<(), StoreError> {
    let event = Event {
        at: app.now(),
        actor: actor.into(),
        change: Change::Erase,
    };
    let none = BTreeMap::new();
    let film = &app.store.film;
    match film
        .tell_with_people::<Crew>(&(), project, &event, &none)
        .await
    {
        // There was none to erase.
        Ok(_) | Err(TellError::Refused(_)) => Ok(()),
        Err(TellError::Store(error)) => Err(error),
    }
}

/// Who comes, as a table.
pub(crate) fn table(page: &Page, listed: &Listed) -> Block {
    let heads = ["film-name", "crew-role", "crew-plate", "film-identity"];
    let mut table = Table::new(page.w.t("crew-title"), words::heads(page, &heads));
    table.none = match listed.erased {
        Some(many) => page.w.t1("crew-erased", "many", many as i64),
        None => page.w.t("crew-none"),
    };
    table.rows = listed
        .people
        .iter()
        .map(|(_, person, identity)| {
            vec![
                person.name.as_str().into(),
                person.role.as_str().into(),
                person.plate.as_str().into(),
                Cell::tag(identity.label(page.lang)),
            ]
        })
        .collect();
    Block::Table(table)
}

/// The fields of a form that hands a list in: the whole list to write over, and somebody to add.
pub(crate) fn fields(page: &Page, listed: &Listed) -> Vec<Field> {
    let w = page.w;
    let people = listed.people.iter().map(|(_, person, _)| person);
    vec![
        Field::long("crew", "people", w.t("crew-lines"))
            .value(written(people))
            .help(w.t("crew-lines-help")),
        Field::line("crew", "name", w.t("crew-add-name")),
        Field::line("crew", "role", w.t("crew-role")),
        Field::line("crew", "plate", w.t("crew-plate")),
    ]
}

/// The list that such a form sends: its lines, and whoever it adds.
pub(crate) fn sent(lines: &str, [name, role, plate]: [&str; 3]) -> String {
    let added = Person {
        name: name.trim().to_owned(),
        role: role.trim().to_owned(),
        plate: plate.trim().to_owned(),
    };
    let nobody = [&added.name, &added.role, &added.plate]
        .iter()
        .all(|cell| cell.is_empty());
    let added = if nobody {
        String::new()
    } else {
        written([&added])
    };
    format!("{}\n{added}", lines.trim_end())
}

/// The office's page of a list.
pub(super) async fn show(app: App, at: Admitted) -> Result<Response, Refused> {
    page_with(&app, &at, Vec::new()).await
}

async fn page_with(app: &App, at: &Admitted, errors: Vec<String>) -> Result<Response, Refused> {
    let failed = |error: StoreError| at.signed.failed(&error);
    let (page, id) = (&at.signed.page, at.path("id"));
    let w = page.w;
    let told = app.store.film.story::<Project>(id).await.map_err(failed)?;
    let told = told.ok_or_else(|| at.signed.not_found())?;
    let project = &told.story;
    let listed = listed(app, id).await.map_err(failed)?;
    let title = w.t1("crew-of", "title", &*project.request().title);
    let mut sheet = Sheet::new(title).under(project_href(page, id), &*project.request().title);
    sheet.errors = errors;
    let mut blocks = vec![Block::Help(w.t("crew-kept")), table(page, &listed)];
    let list = format!("{}/access.pdf", project_href(page, id));
    blocks.push(Block::List(vec![Cell::link(list, w.t("document-access"))]));
    sheet.section("crew", w.t("crew-title"), blocks);
    if !listed.people.is_empty() {
        sheet.section(
            "crew-identity",
            w.t("film-check-identity"),
            vec![Block::Form(check_form(at, &listed))],
        );
    }
    if project.takes_crew() {
        let fields = fields(page, &listed).into_iter();
        let fields = fields.map(|field| kept(at, "crew", field));
        let form = fields.fold(form(at, "crew", w.t("crew-send")), Form::with);
        let blocks = vec![Block::Form(form)];
        sheet.section("crew-hand-in", w.t("crew-hand-in"), blocks);
    }
    if !listed.people.is_empty() && !project.takes_crew() {
        let form = form(at, "crew-erase", w.t("film-erase"));
        sheet.section("crew-erase", w.t("film-erase"), vec![Block::Form(form)]);
    }
    Ok(shown(at, sheet))
}

fn form(at: &Admitted, act: &str, button: String) -> Form {
    let page = &at.signed.page;
    let action = format!("{}/acts/{act}", project_href(page, at.path("id")));
    Form::new(page, action, button)
}

fn check_form(at: &Admitted, listed: &Listed) -> Form {
    let page = &at.signed.page;
    let people = listed.people.iter().map(|(id, person, identity)| {
        let text = format!("{} – {}", person.name, identity.label(page.lang));
        (id.clone(), text, *identity == Identity::Unchecked)
    });
    let states = Identity::ALL.iter();
    let states = states.map(|state| (state.as_str().to_owned(), state.label(page.lang).to_owned()));
    form(at, "crew-check", page.w.t("film-check-identity"))
        .with(Field::ticks(
            "check",
            "person",
            page.w.t("crew-whose"),
            people.collect(),
        ))
        .with(
            Field::choice(
                "check",
                "identity",
                page.w.t("film-identity"),
                states.collect(),
            )
            .value(Identity::Checked.as_str())
            .required(),
        )
}

/// Does what a form of the page asks for.
pub(super) async fn post(app: App, at: Admitted) -> Result<Response, Refused> {
    let failed = |error: StoreError| at.signed.failed(&error);
    let (page, id) = (&at.signed.page, at.path("id"));
    let told = app.store.film.story::<Project>(id).await.map_err(failed)?;
    let told = told.ok_or_else(|| at.signed.not_found())?;
    let why = match at.act() {
        "crew" if !told.story.takes_crew() => vec![page.w.t("film-refused-standing")],
        "crew" => {
            let added = [at.field("name"), at.field("role"), at.field("plate")];
            let text = sent(at.field("people"), added);
            match hand_in(&app, id, &text, at.signed.agent.id.as_str()).await {
                Ok(()) => Vec::new(),
                Err(NotTaken::Failed(error)) => return Err(failed(error)),
                Err(why) => why.told(page),
            }
        }
        "crew-check" => check(&app, &at).await?,
        _ => {
            let actor = at.signed.agent.id.as_str();
            erase(&app, id, actor).await.map_err(failed)?;
            Vec::new()
        }
    };
    if why.is_empty() {
        return Ok(back(&format!("{}/crew", project_href(page, id))));
    }
    page_with(&app, &at, why).await
}

/// Keeps what came of looking at some identities; why the first that was refused was.
async fn check(app: &App, at: &Admitted) -> Result<Vec<String>, Refused> {
    let page = &at.signed.page;
    let incomplete = || vec![page.w.t("film-form-incomplete")];
    let Some(identity) = Identity::from_word(at.field("identity")) else {
        return Ok(incomplete());
    };
    let people: Vec<&str> = at.all("person").collect();
    if people.is_empty() {
        return Ok(incomplete());
    }
    for person in people {
        let change = Change::Check {
            person: person.into(),
            identity,
        };
        if let Err(refusal) = tell::<Crew>(app, at, &(), at.path("id"), change).await? {
            return Ok(vec![words::refusal(page, &refusal)]);
        }
    }
    Ok(Vec::new())
}
