//! Encounters for those who write and make films: what is planned, how to register, where one stands on the list, what
//! is left to read. No account; who registers gets a code, as for a declaration.

use axum::{
    extract::{Path, State},
    response::{IntoResponse, Redirect, Response},
};
use casework::{
    film::encounter::{Change, Encounter, Profession, Registration, Seat, Stage, known_by},
    story::{Event, Story},
    submission::TrackingCode,
};
use serde_json::json;
use store::film::{Guest, TellError, Told};

use super::{draft::random_key, film::shown, situation::located};
use crate::{
    app::App,
    page::Page,
    receive::lookup,
    sheet::{Block, Cell, Field, Form, Sheet, Table},
    web::form::Fields,
    workbench::film::{
        calendar_entry, encounter_facts, encounter_title, passed, speakers_table, words,
    },
};

const MOST_NAMES: usize = 1_000;
const MOST_QUESTION: usize = 1_000;

fn list_href(page: &Page) -> String {
    format!("/{}/encounters", page.tag())
}

/// All encounters, the next ones first.
pub(super) async fn list(State(app): State<App>, page: Page) -> Response {
    let all = match app.store.film.stories::<Encounter>().await {
        Ok(all) => all,
        Err(error) => return page.store_failed(&error),
    };
    let mut table = Table::new(
        page.w.t("film-encounters"),
        words::heads(
            &page,
            &["film-encounter", "film-when", "film-host", "film-stage"],
        ),
    );
    table.none = page.w.t("film-encounters-none");
    // One that is only planned is for the office alone.
    let mut all: Vec<(&String, &Told<Encounter>)> = all
        .iter()
        .filter(|(_, told)| told.story.stage != Stage::Planned)
        .collect();
    all.sort_by_key(|(_, told)| std::cmp::Reverse(told.story.plan.begins));
    table.rows = all
        .into_iter()
        .map(|(id, told)| {
            let plan = &told.story.plan;
            vec![
                Cell::link(
                    format!("{}/{id}", list_href(&page)),
                    encounter_title(&page, plan),
                ),
                page.moment(plan.begins.as_microsecond()).into(),
                (&*plan.host).into(),
                Cell::tag(told.story.stage.label(page.lang)),
            ]
        })
        .collect();
    let mut sheet = Sheet::new(page.w.t("film-encounters")).under(
        format!("/{}/film", page.tag()),
        page.w.t("film-public-title"),
    );
    sheet.section(
        "film-encounters",
        String::new(),
        vec![
            Block::Help(page.w.t("film-encounters-help")),
            Block::Table(table),
        ],
    );
    shown(page, sheet)
}

/// What a page says besides what it is about.
#[derive(Default)]
struct Said {
    errors: Vec<String>,
    /// The code of who has just registered, or showed theirs.
    code: Option<TrackingCode>,
    /// Whether the code was made just now and has to be kept.
    new: bool,
}

async fn found(app: &App, page: &Page, id: &str) -> Result<Told<Encounter>, Response> {
    let told = app.store.film.story::<Encounter>(id).await;
    let told = told.map_err(|error| page.clone().store_failed(&error))?;
    let public = told.filter(|told| told.story.stage != Stage::Planned);
    public.ok_or_else(|| page.clone().not_found())
}

/// An encounter.
pub(super) async fn show(State(app): State<App>, page: Page, Path(id): Path<String>) -> Response {
    match found(&app, &page, &id).await {
        Ok(told) => {
            encounter_page(&app, page, &id, &told, &Fields::default(), Said::default()).await
        }
        Err(elsewhere) => elsewhere,
    }
}

/// The calendar entry.
pub(super) async fn calendar(
    State(app): State<App>,
    page: Page,
    Path(id): Path<String>,
) -> Response {
    match found(&app, &page, &id).await {
        Ok(told) => calendar_entry(&app, &page, &id, &told),
        Err(elsewhere) => elsewhere,
    }
}

async fn encounter_page(
    app: &App,
    page: Page,
    id: &str,
    told: &Told<Encounter>,
    typed: &Fields,
    said: Said,
) -> Response {
    let w = page.w;
    let one = &told.story;
    let base = format!("{}/{id}", list_href(&page));
    let mut sheet = Sheet::new(encounter_title(&page, &one.plan))
        .under(list_href(&page), w.t("film-encounters"));
    sheet.errors = said.errors;
    if let Some(code) = &said.code {
        let registration = one.registration(&registration_id(code));
        sheet.section(
            "film-yours",
            w.t("film-yours"),
            yours(&page, &base, one, registration, (code, said.new)),
        );
    }
    let mut blocks = Vec::new();
    let unconfirmed = one.plan.unconfirmed.get(page.lang);
    if !unconfirmed.is_empty() {
        blocks.push(Block::Notice(unconfirmed.to_owned()));
    }
    blocks.push(Block::Facts(encounter_facts(&page, one)));
    let programme = one.plan.programme.get(page.lang);
    if !programme.is_empty() {
        blocks.push(Block::Text(programme.to_owned()));
    }
    blocks.push(speakers_table(&page, one));
    blocks.push(Block::List(vec![Cell::link(
        format!("{base}/event.ics"),
        w.t("film-ics"),
    )]));
    sheet.section("film-programme", w.t("film-programme"), blocks);
    if let Some(text) = &one.follow_up {
        let text = if text.get(page.lang).is_empty() {
            &text.fr
        } else {
            text.get(page.lang)
        };
        sheet.section(
            "film-follow-up",
            w.t("film-follow-up"),
            vec![Block::Text(text.to_owned())],
        );
    }
    if let Some(next) = next(app, &page, one).await {
        sheet.section(
            "film-next-one",
            w.t("film-next-one"),
            vec![Block::List(vec![next])],
        );
    }
    if one.stage == Stage::Open {
        sheet.section(
            "film-register",
            w.t("film-register"),
            vec![
                Block::Help(w.t("film-fairness")),
                Block::Facts(vec![
                    (
                        w.t("film-seated"),
                        format!("{} / {}", one.seated(), one.plan.capacity).into(),
                    ),
                    (w.t("film-waiting"), one.waiting().to_string().into()),
                ]),
                Block::Form(register_form(&page, &base, one, typed)),
            ],
        );
    }
    if said.code.is_none() && matches!(one.stage, Stage::Open | Stage::Closed) {
        let form = Form::new(&page, format!("{base}/registration"), w.t("film-code-open"))
            .with(Field::line("mine", "code", w.t("film-code")).required());
        sheet.section("film-mine", w.t("film-mine"), vec![Block::Form(form)]);
    }
    shown(page, sheet)
}

/// The encounter after this one, where it is public.
async fn next(app: &App, page: &Page, one: &Encounter) -> Option<Cell> {
    let id = one.next.as_deref()?;
    let told = app.store.film.story::<Encounter>(id).await.ok()??;
    let public = told.story.stage != Stage::Planned;
    public.then(|| {
        Cell::link(
            format!("{}/{id}", list_href(page)),
            encounter_title(page, &told.story.plan),
        )
    })
}

fn register_form(page: &Page, base: &str, one: &Encounter, typed: &Fields) -> Form {
    let w = page.w;
    let professions = Profession::ALL.iter();
    let professions =
        professions.map(|one| (one.as_str().to_owned(), one.label(page.lang).to_owned()));
    let had = |name: &str| typed.one(name).unwrap_or_default().to_owned();
    // The same form sent twice is one registration.
    let key = typed
        .one("key")
        .map_or_else(|| random_key().unwrap_or_default(), str::to_owned);
    Form::new(page, format!("{base}/register"), w.t("film-register-send"))
        .hide("key", key)
        .with(
            Field::choice(
                "register",
                "profession",
                w.t("film-profession"),
                professions.collect(),
            )
            .value(had("profession"))
            .required(),
        )
        .with(
            Field::long("register", "names", w.t("film-names"))
                .value(had("names"))
                .help(w.t1("film-names-help", "most", i64::from(one.plan.group)))
                .required(),
        )
        .with(
            Field::new(
                "register",
                "contact",
                w.t("film-contact"),
                crate::sheet::FieldKind::Input("email"),
            )
            .value(had("contact"))
            .required(),
        )
}

/// Where a registration stands, and what its code lets one do.
fn yours(
    page: &Page,
    base: &str,
    one: &Encounter,
    registration: Option<&Registration>,
    (code, new): (&TrackingCode, bool),
) -> Vec<Block> {
    let w = page.w;
    let Some(registration) = registration else {
        return vec![Block::Notice(w.t("film-code-wrong"))];
    };
    let mut blocks = Vec::new();
    if new {
        blocks.push(Block::Notice(w.t1(
            "film-code-keep",
            "code",
            code.to_string(),
        )));
    }
    let mut facts: Vec<(String, Cell)> = vec![
        (
            w.t("film-stage"),
            Cell::tag(registration.seat.label(page.lang)),
        ),
        (w.t("film-people"), registration.group.to_string().into()),
        (
            w.t("film-identity"),
            registration.identity.label(page.lang).into(),
        ),
    ];
    if let Some(place) = one.place(&registration.id) {
        facts.push((w.t("film-place-in-line"), place.to_string().into()));
    }
    blocks.push(Block::Facts(facts));
    let passed = passed(page, registration);
    if !passed.is_empty() && registration.seat == Seat::Waiting {
        blocks.push(Block::List(passed.into_iter().map(Cell::from).collect()));
    }
    if registration.seat == Seat::Left {
        return blocks;
    }
    let question = Field::line("question", "question", w.t("film-question")).required();
    blocks.push(Block::Form(
        Form::new(page, format!("{base}/question"), w.t("film-question-send"))
            .hide("code", code.to_string())
            .with(question),
    ));
    blocks.push(Block::Form(
        Form::new(page, format!("{base}/leave"), w.t("film-leave-it"))
            .hide("code", code.to_string()),
    ));
    blocks
}

/// What a code is kept as: it cannot be read back from that.
fn registration_id(code: &TrackingCode) -> String {
    format!("{:016x}", lookup(code))
}

fn guest_event(app: &App, change: Change) -> Event<Change> {
    Event {
        at: app.now(),
        actor: "guest".into(),
        change,
    }
}

async fn tell(
    app: &App,
    id: &str,
    change: Change,
) -> Result<Encounter, TellError<casework::film::Refusal>> {
    let event = guest_event(app, change);
    app.store.film.tell::<Encounter>(&(), id, &event).await
}

/// Registers a group.
pub(super) async fn register(
    State(app): State<App>,
    page: Page,
    Path(id): Path<String>,
    fields: Fields,
) -> Response {
    let page = located(page, &format!("/encounters/{id}"));
    let told = match found(&app, &page, &id).await {
        Ok(told) => told,
        Err(elsewhere) => return elsewhere,
    };
    let names: String = fields
        .one("names")
        .unwrap_or_default()
        .chars()
        .take(MOST_NAMES)
        .collect();
    let names: Vec<&str> = names
        .lines()
        .map(str::trim)
        .filter(|name| !name.is_empty())
        .collect();
    let contact: String = fields
        .one("contact")
        .unwrap_or_default()
        .trim()
        .chars()
        .take(254)
        .collect();
    let profession = fields.one("profession").and_then(Profession::from_word);
    let key = fields.one("key").unwrap_or_default();
    let (Some(profession), false, true) = (
        profession,
        names.is_empty() || key.is_empty(),
        contact.contains('@'),
    ) else {
        let errors = vec![page.w.t("film-form-incomplete")];
        return encounter_page(
            &app,
            page,
            &id,
            &told,
            &fields,
            Said {
                errors,
                ..Said::default()
            },
        )
        .await;
    };
    let code = TrackingCode::from_bytes(
        &app.store
            .secrets
            .derive("encounter-code", format!("{id} {key}").as_bytes()),
    );
    let registration = registration_id(&code);
    let change = Change::Register {
        registration: registration.as_str().into(),
        profession,
        group: u32::try_from(names.len()).unwrap_or(u32::MAX),
    };
    let body = json!({"names": names.join(", "), "contact": contact}).to_string();
    let guest = Guest {
        id: &registration,
        person: &observables::mask_cards(&body),
        known_by: &known_by(&contact),
    };
    let event = guest_event(&app, change);
    let film = &app.store.film;
    match film
        .tell_with_guest::<Encounter>(&(), &id, &event, guest)
        .await
    {
        Ok(Some(story)) => {
            let told = Told { story, ..told };
            let said = Said {
                code: Some(code),
                new: true,
                ..Said::default()
            };
            encounter_page(&app, page, &id, &told, &Fields::default(), said).await
        }
        // One address has one registration, of one or of several; whoever is behind it has the code.
        Ok(None) => {
            let errors = vec![page.w.t("film-registered-before")];
            let said = Said {
                errors,
                ..Said::default()
            };
            encounter_page(&app, page, &id, &told, &fields, said).await
        }
        // The same form, sent again.
        Err(TellError::Refused(casework::film::Refusal::Twice(_))) => {
            let said = Said {
                code: Some(code),
                new: true,
                ..Said::default()
            };
            encounter_page(&app, page, &id, &told, &Fields::default(), said).await
        }
        Err(error) => refused(&app, page, &id, &told, &fields, error).await,
    }
}

async fn refused(
    app: &App,
    page: Page,
    id: &str,
    told: &Told<Encounter>,
    fields: &Fields,
    error: TellError<casework::film::Refusal>,
) -> Response {
    match error {
        TellError::Store(error) => page.store_failed(&error),
        TellError::Refused(refusal) => {
            let errors = vec![words::refusal(&page, &refusal)];
            encounter_page(
                app,
                page,
                id,
                told,
                fields,
                Said {
                    errors,
                    ..Said::default()
                },
            )
            .await
        }
    }
}

/// The encounter and the code of a form.
async fn with_code(
    app: &App,
    page: &Page,
    id: &str,
    fields: &Fields,
) -> Result<(Told<Encounter>, TrackingCode), Response> {
    let told = found(app, page, id).await?;
    let code = fields
        .one("code")
        .and_then(|code| code.parse::<TrackingCode>().ok());
    let code = code.filter(|code| told.story.registration(&registration_id(code)).is_some());
    match code {
        Some(code) => Ok((told, code)),
        None => {
            let errors = vec![page.w.t("film-code-wrong")];
            let said = Said {
                errors,
                ..Said::default()
            };
            Err(encounter_page(app, page.clone(), id, &told, &Fields::default(), said).await)
        }
    }
}

/// Shows where a registration stands.
pub(super) async fn registration(
    State(app): State<App>,
    page: Page,
    Path(id): Path<String>,
    fields: Fields,
) -> Response {
    let page = located(page, &format!("/encounters/{id}"));
    match with_code(&app, &page, &id, &fields).await {
        Ok((told, code)) => {
            let said = Said {
                code: Some(code),
                ..Said::default()
            };
            encounter_page(&app, page, &id, &told, &Fields::default(), said).await
        }
        Err(elsewhere) => elsewhere,
    }
}

/// A group does not come: its seats go to those who wait, and who they were is erased.
pub(super) async fn leave(
    State(app): State<App>,
    page: Page,
    Path(id): Path<String>,
    fields: Fields,
) -> Response {
    let page = located(page, &format!("/encounters/{id}"));
    let (told, code) = match with_code(&app, &page, &id, &fields).await {
        Ok(found) => found,
        Err(elsewhere) => return elsewhere,
    };
    let registration = registration_id(&code);
    match tell(
        &app,
        &id,
        Change::Leave {
            registration: registration.as_str().into(),
        },
    )
    .await
    {
        Ok(_) => match app
            .store
            .film
            .erase_people(Encounter::KIND, &id, Some(&registration))
            .await
        {
            Ok(()) => Redirect::to(&format!("{}/{id}", list_href(&page))).into_response(),
            Err(error) => page.store_failed(&error),
        },
        Err(error) => refused(&app, page, &id, &told, &fields, error).await,
    }
}

/// A question before the encounter.
pub(super) async fn question(
    State(app): State<App>,
    page: Page,
    Path(id): Path<String>,
    fields: Fields,
) -> Response {
    let page = located(page, &format!("/encounters/{id}"));
    let (told, code) = match with_code(&app, &page, &id, &fields).await {
        Ok(found) => found,
        Err(elsewhere) => return elsewhere,
    };
    let registration = told.story.registration(&registration_id(&code));
    if registration.is_none_or(|one| one.seat == Seat::Left) {
        let errors = vec![page.w.t("film-refused-standing")];
        let said = Said {
            errors,
            ..Said::default()
        };
        return encounter_page(&app, page, &id, &told, &Fields::default(), said).await;
    }
    let question: String = fields
        .one("question")
        .unwrap_or_default()
        .trim()
        .chars()
        .take(MOST_QUESTION)
        .collect();
    let question = observables::mask_cards(&question).into();
    match tell(
        &app,
        &id,
        Change::Ask {
            question,
            during: false,
        },
    )
    .await
    {
        Ok(story) => {
            let told = Told { story, ..told };
            let said = Said {
                code: Some(code),
                ..Said::default()
            };
            encounter_page(&app, page, &id, &told, &Fields::default(), said).await
        }
        Err(error) => refused(&app, page, &id, &told, &fields, error).await,
    }
}
