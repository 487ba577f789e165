//! Encounters with those who write and make films: plan, invitations, who comes, who waits and why, access list,
//! speakers, questions, what is left of it.

use std::collections::BTreeMap;

use axum::response::Response;
use casework::{
    Text,
    film::encounter::{Change, Encounter, Identity, LARGEST, Plan, Profession, Seat, Stage},
    fold,
    story::{Event, Story},
};
use exchange::ical;
use jiff::Timestamp;
use serde_json::Value;
use store::{
    StoreError,
    film::{TellError, Told},
};

use super::{back, home, kept, masked, moment, office_page, organizer, shown, tell, words};
use crate::{
    app::App,
    page::Page,
    sheet::{Block, Cell, Field, Form, Sheet, Table},
    web::{calendar, text},
    workbench::{door::Admitted, row, session::Refused, submission::act::new_id},
};

/// What is done with an encounter; `plan` of a new one is sent to `new`, `import` to `known`.
pub(super) const ACTS: &[&str] = &[
    "plan",
    "import",
    "open",
    "close",
    "invite",
    "check",
    "leave",
    "speak",
    "ask",
    "hold",
    "follow-up",
    "next",
    "cancel",
    "erase",
];

fn encounters_href(page: &Page) -> String {
    format!("{}/encounters", home(page))
}

/// All of them, and the form of a new one.
pub(super) async fn list(app: App, at: Admitted) -> Result<Response, Refused> {
    list_with(&app, &at, Vec::new()).await
}

/// The title of an encounter: its number and theme.
pub(crate) fn title(page: &Page, plan: &Plan) -> String {
    let theme = plan.theme.get(page.lang);
    match plan.number {
        0 => theme.to_owned(),
        number => page.w.t2(
            "film-encounter-number",
            ("number", i64::from(number)),
            ("theme", theme),
        ),
    }
}

async fn list_with(app: &App, at: &Admitted, errors: Vec<String>) -> Result<Response, Refused> {
    let page = &at.signed.page;
    let all = app.store.film.stories::<Encounter>().await;
    let all = all.map_err(|error| at.signed.failed(&error))?;
    let mut sheet =
        Sheet::new(page.w.t("film-encounters")).under(home(page), page.w.t("film-title"));
    sheet.errors = errors;
    let mut table = Table::new(
        page.w.t("film-encounters"),
        words::heads(
            page,
            &[
                "film-encounter",
                "film-when",
                "film-host",
                "film-stage",
                "film-seated",
                "film-waiting",
            ],
        ),
    );
    table.none = page.w.t("film-encounters-none");
    let mut sorted: Vec<(&String, &Told<Encounter>)> = all.iter().collect();
    sorted.sort_by_key(|(_, told)| std::cmp::Reverse(told.story.plan.begins));
    table.rows = sorted
        .into_iter()
        .map(|(id, told)| {
            let one = &told.story;
            vec![
                Cell::link(
                    format!("{}/{id}", encounters_href(page)),
                    title(page, &one.plan),
                ),
                page.moment(one.plan.begins.as_microsecond()).into(),
                (&*one.plan.host).into(),
                Cell::tag(one.stage.label(page.lang)),
                Cell::number(format!("{} / {}", one.seated(), one.plan.capacity)),
                Cell::number(one.waiting().to_string()),
            ]
        })
        .collect();
    let import = Form::new(
        page,
        format!("{}/known/acts/import", encounters_href(page)),
        page.w.t("film-import"),
    );
    sheet.section(
        "film-encounters",
        page.w.t("film-encounters"),
        vec![
            Block::Table(table),
            Block::Help(page.w.t("film-import-help")),
            Block::Form(import),
        ],
    );
    let action = format!("{}/new/acts/plan", encounters_href(page));
    sheet.section(
        "film-new",
        page.w.t("film-new"),
        vec![Block::Form(plan_form(at, action, None))],
    );
    Ok(shown(at, sheet))
}

fn plan_form(at: &Admitted, action: String, plan: Option<&Plan>) -> Form {
    let page = &at.signed.page;
    let w = page.w;
    let had = |of: &dyn Fn(&Plan) -> String| plan.map(of).unwrap_or_default();
    let civil = |at: Timestamp| text::paris(at).strftime("%Y-%m-%dT%H:%M").to_string();
    let mut fields = vec![
        Field::count("plan", "number", w.t("film-number"))
            .value(had(&|one| one.number.to_string())),
        Field::line("plan", "theme_fr", w.t("film-theme-fr"))
            .value(had(&|one| one.theme.fr.clone()))
            .required(),
        Field::line("plan", "theme_en", w.t("film-theme-en"))
            .value(had(&|one| one.theme.en.clone()))
            .required(),
        Field::line("plan", "host", w.t("film-host"))
            .value(had(&|one| one.host.to_string()))
            .required(),
        Field::line("plan", "venue", w.t("film-venue"))
            .value(had(&|one| one.venue.to_string()))
            .required(),
        Field::moment("plan", "begins", w.t("film-field-from"))
            .value(had(&|one| civil(one.begins)))
            .required(),
        Field::moment("plan", "ends", w.t("film-until"))
            .value(had(&|one| civil(one.ends)))
            .required(),
        Field::count("plan", "capacity", w.t("film-seats"))
            .value(had(&|one| one.capacity.to_string()))
            .required(),
        Field::count("plan", "group", w.t("film-group"))
            .value(plan.map_or(LARGEST, |one| one.group).to_string())
            .help(w.t("film-group-help"))
            .required(),
        Field::long("plan", "programme_fr", w.t("film-programme-fr"))
            .value(had(&|one| one.programme.fr.clone()))
            .help(w.t("film-programme-help")),
        Field::long("plan", "programme_en", w.t("film-programme-en"))
            .value(had(&|one| one.programme.en.clone())),
    ];
    for profession in Profession::ALL {
        let label = w.t1("film-quota-of", "profession", profession.label(page.lang));
        let had = had(&|one| {
            one.quotas
                .get(profession)
                .map(u32::to_string)
                .unwrap_or_default()
        });
        fields.push(
            Field::count("plan", &format!("quota-{}", profession.as_str()), label).value(had),
        );
    }
    let form = Form::new(page, action, w.t("film-plan-it"));
    fields
        .into_iter()
        .fold(form, |form, field| form.with(kept(at, "plan", field)))
}

fn plan(at: &Admitted) -> Option<Plan> {
    let text = |name: &str| masked(at.field(name)).into_string();
    let quotas = Profession::ALL.iter().filter_map(|profession| {
        let most = at
            .field(&format!("quota-{}", profession.as_str()))
            .parse()
            .ok()?;
        Some((*profession, most))
    });
    Some(Plan {
        number: at.field("number").parse().unwrap_or(0),
        theme: Text {
            fr: text("theme_fr"),
            en: text("theme_en"),
        },
        host: masked(at.field("host")),
        venue: masked(at.field("venue")),
        begins: moment(at.field("begins"))?,
        ends: moment(at.field("ends"))?,
        capacity: at.field("capacity").parse().ok()?,
        quotas: quotas.collect(),
        group: match at.field("group") {
            "" => LARGEST,
            most => most.parse().ok()?,
        },
        programme: Text {
            fr: text("programme_fr"),
            en: text("programme_en"),
        },
        unconfirmed: Text::default(),
    })
}

/// An encounter.
pub(super) async fn show(app: App, at: Admitted) -> Result<Response, Refused> {
    page_with(&app, &at, Vec::new()).await
}

async fn page_with(app: &App, at: &Admitted, errors: Vec<String>) -> Result<Response, Refused> {
    let failed = |error: StoreError| at.signed.failed(&error);
    let page = &at.signed.page;
    let w = page.w;
    let id = at.path("encounter");
    let told = app
        .store
        .film
        .story::<Encounter>(id)
        .await
        .map_err(failed)?;
    let told = told.ok_or_else(|| at.signed.not_found())?;
    let people = app
        .store
        .film
        .people(Encounter::KIND, id)
        .await
        .map_err(failed)?;
    let one = &told.story;
    let mut sheet =
        Sheet::new(title(page, &one.plan)).under(encounters_href(page), w.t("film-encounters"));
    sheet.errors = errors;
    let mut facts = facts(page, one);
    facts.push((
        w.t("film-seated"),
        format!("{} / {}", one.seated(), one.plan.capacity).into(),
    ));
    facts.push((w.t("film-waiting"), one.waiting().to_string().into()));
    facts.push((
        w.t("film-came"),
        one.came
            .map_or_else(|| "–".to_owned(), |came| came.to_string())
            .into(),
    ));
    facts.push((
        w.t("film-public-page"),
        Cell::link(
            format!("/{}/encounters/{id}", page.tag()),
            w.t("film-public-page"),
        ),
    ));
    let mut blocks = Vec::new();
    let unconfirmed = one.plan.unconfirmed.get(page.lang);
    if !unconfirmed.is_empty() {
        blocks.push(Block::Notice(unconfirmed.to_owned()));
    }
    blocks.push(Block::Facts(facts));
    sheet.section("film-standing", w.t("film-standing"), blocks);
    sheet.section(
        "film-invitations",
        w.t("film-invitations"),
        invitations(at, one),
    );
    sheet.section("film-access", w.t("film-access"), access(at, one, &people));
    sheet.section("film-speakers", w.t("film-speakers"), speakers(at, one));
    sheet.section("film-questions", w.t("film-questions"), questions(at, one));
    let others = app
        .store
        .film
        .stories::<Encounter>()
        .await
        .map_err(failed)?;
    sheet.section("film-next", w.t("film-next"), steps(at, one, &others));
    let agents = row::agent_names(app).await.map_err(failed)?;
    let mut life = Table::new(
        w.t("film-life"),
        words::heads(page, &["film-when", "film-happened", "film-who"]),
    );
    life.rows = told
        .events
        .iter()
        .map(|event| {
            let who = agents
                .get(&*event.actor)
                .cloned()
                .unwrap_or_else(|| event.actor.to_string());
            vec![
                page.moment(event.at.as_microsecond()).into(),
                happened(page, &event.change).into(),
                who.into(),
            ]
        })
        .collect();
    sheet.section("film-life", w.t("film-life"), vec![Block::Table(life)]);
    Ok(shown(at, sheet))
}

/// What everybody may know of an encounter.
pub(crate) fn facts(page: &Page, one: &Encounter) -> Vec<(String, Cell)> {
    let w = page.w;
    let plan = &one.plan;
    let mut facts: Vec<(String, Cell)> = vec![
        (w.t("film-stage"), Cell::tag(one.stage.label(page.lang))),
        (
            w.t("film-when"),
            format!(
                "{} – {}",
                page.moment(plan.begins.as_microsecond()),
                page.moment(plan.ends.as_microsecond())
            )
            .into(),
        ),
        (w.t("film-host"), (&*plan.host).into()),
        (w.t("film-venue"), (&*plan.venue).into()),
        (w.t("film-seats"), plan.capacity.to_string().into()),
    ];
    if let Some(reason) = &one.cancelled {
        facts.push((w.t("film-cancelled-because"), (&**reason).into()));
    }
    facts
}

fn act_form(at: &Admitted, act: &str, button: String) -> Form {
    let page = &at.signed.page;
    Form::new(
        page,
        format!(
            "{}/{}/acts/{act}",
            encounters_href(page),
            at.path("encounter")
        ),
        button,
    )
}

fn professions(page: &Page) -> Vec<(String, String)> {
    let all = Profession::ALL.iter();
    all.map(|one| (one.as_str().to_owned(), one.label(page.lang).to_owned()))
        .collect()
}

fn invitations(at: &Admitted, one: &Encounter) -> Vec<Block> {
    let page = &at.signed.page;
    let w = page.w;
    let mut table = Table::new(
        w.t("film-invitations"),
        words::heads(
            page,
            &[
                "film-profession",
                "film-invited",
                "film-registered",
                "film-seats-left",
            ],
        ),
    );
    table.rows = Profession::ALL
        .iter()
        .map(|profession| {
            let registered: u32 = one
                .registrations
                .iter()
                .filter(|registration| {
                    registration.profession == *profession && registration.seat != Seat::Left
                })
                .map(|registration| registration.group)
                .sum();
            vec![
                profession.label(page.lang).into(),
                Cell::number(
                    one.invited
                        .get(profession)
                        .copied()
                        .unwrap_or(0)
                        .to_string(),
                ),
                Cell::number(registered.to_string()),
                Cell::number(one.left(*profession).to_string()),
            ]
        })
        .collect();
    let mut blocks = vec![Block::Table(table)];
    if !matches!(one.stage, Stage::Held | Stage::Cancelled) {
        blocks.push(Block::Form(
            act_form(at, "invite", w.t("film-invite"))
                .with(
                    Field::choice(
                        "invite",
                        "profession",
                        w.t("film-profession"),
                        professions(page),
                    )
                    .required(),
                )
                .with(Field::count("invite", "many", w.t("film-field-count")).required()),
        ));
    }
    blocks
}

/// Names and contact of a registration, as the person wrote them.
pub(crate) fn person(body: &str) -> (String, String) {
    let body: Value = serde_json::from_str(body).unwrap_or_default();
    let text = |name: &str| {
        body.get(name)
            .and_then(Value::as_str)
            .unwrap_or_default()
            .to_owned()
    };
    (text("names"), text("contact"))
}

/// Why later groups were let in before one that waits.
pub(crate) fn passed(
    page: &Page,
    registration: &casework::film::encounter::Registration,
) -> Vec<String> {
    registration
        .passed
        .iter()
        .map(|passed| {
            page.w.t2(
                "film-passed",
                ("left", i64::from(passed.left)),
                ("group", i64::from(registration.group)),
            )
        })
        .collect()
}

fn access(at: &Admitted, one: &Encounter, people: &BTreeMap<String, String>) -> Vec<Block> {
    let page = &at.signed.page;
    let w = page.w;
    let mut table = Table::new(
        w.t("film-access"),
        words::heads(
            page,
            &[
                "film-name",
                "film-profession",
                "film-people",
                "film-stage",
                "film-identity",
                "film-passed-over",
            ],
        ),
    );
    table.none = w.t("film-access-none");
    table.rows = one
        .registrations
        .iter()
        .map(|registration| {
            let (names, contact) = people
                .get(&*registration.id)
                .map(|body| person(body))
                .unwrap_or_default();
            let name = if names.is_empty() {
                w.t("film-erased")
            } else {
                names
            };
            vec![
                Cell::from(name).tagged(contact),
                registration.profession.label(page.lang).into(),
                Cell::number(registration.group.to_string()),
                Cell::tag(registration.seat.label(page.lang)),
                registration.identity.label(page.lang).into(),
                passed(page, registration).join(" ").into(),
            ]
        })
        .collect();
    let list = format!(
        "{}/{}/access.pdf",
        encounters_href(page),
        at.path("encounter")
    );
    let list = Cell::link(list, w.t("document-access"));
    let mut blocks = vec![Block::Table(table), Block::List(vec![list])];
    let twice = named_twice(one, people);
    if !twice.is_empty() {
        blocks.push(Block::Notice(page.w.t1(
            "film-named-twice",
            "names",
            twice.join(", "),
        )));
    }
    let come = one
        .registrations
        .iter()
        .filter(|registration| registration.seat != Seat::Left);
    let options: Vec<(String, String)> = come
        .map(|registration| {
            let names = people
                .get(&*registration.id)
                .map(|body| person(body).0)
                .unwrap_or_default();
            (
                registration.id.to_string(),
                if names.is_empty() {
                    registration.id.to_string()
                } else {
                    names
                },
            )
        })
        .collect();
    if options.is_empty() {
        return blocks;
    }
    if one.stage != Stage::Cancelled {
        let states = Identity::ALL.iter();
        let states =
            states.map(|state| (state.as_str().to_owned(), state.label(page.lang).to_owned()));
        blocks.push(Block::Form(
            act_form(at, "check", w.t("film-check-identity"))
                .with(
                    Field::choice(
                        "identity",
                        "registration",
                        w.t("film-name"),
                        options.clone(),
                    )
                    .required(),
                )
                .with(
                    Field::choice(
                        "identity",
                        "identity",
                        w.t("film-identity"),
                        states.collect(),
                    )
                    .required(),
                ),
        ));
    }
    if matches!(one.stage, Stage::Open | Stage::Closed) {
        blocks.push(Block::Form(
            act_form(at, "leave", w.t("film-take-off"))
                .with(Field::choice("leave", "registration", w.t("film-name"), options).required()),
        ));
    }
    if matches!(one.stage, Stage::Held | Stage::Cancelled) && !people.is_empty() {
        blocks.push(Block::Form(act_form(at, "erase", w.t("film-erase"))));
    }
    blocks
}

/// Names that stand in more than one registration, in whatever way they are written: for the office to look at, for two
/// people may have one name.
fn named_twice(one: &Encounter, people: &BTreeMap<String, String>) -> Vec<String> {
    let mut seen: BTreeMap<String, (String, usize)> = BTreeMap::new();
    let come = one.registrations.iter();
    for registration in come.filter(|registration| registration.seat != Seat::Left) {
        let names = people.get(&*registration.id).map(|body| person(body).0);
        for name in names.unwrap_or_default().split(", ") {
            let of = seen.entry(fold(name.trim()));
            of.or_insert_with(|| (name.to_owned(), 0)).1 += 1;
        }
    }
    let twice = seen
        .into_values()
        .filter(|(name, count)| *count > 1 && !name.is_empty());
    twice.map(|(name, _)| name).collect()
}

/// Who speaks, for everybody.
pub(crate) fn speakers_table(page: &Page, one: &Encounter) -> Block {
    let mut table = Table::new(
        page.w.t("film-speakers"),
        words::heads(page, &["film-name", "film-service", "film-about"]),
    );
    table.none = page.w.t("film-speakers-none");
    table.rows = one
        .speakers
        .iter()
        .map(|speaker| {
            vec![
                (&*speaker.name).into(),
                (&*speaker.service).into(),
                (&*speaker.about).into(),
            ]
        })
        .collect();
    Block::Table(table)
}

fn speakers(at: &Admitted, one: &Encounter) -> Vec<Block> {
    let page = &at.signed.page;
    let w = page.w;
    let mut blocks = vec![speakers_table(page, one)];
    if !matches!(one.stage, Stage::Held | Stage::Cancelled) {
        let fields = [
            Field::line("speak", "name", w.t("film-name"))
                .help(w.t("film-speaker-help"))
                .required(),
            Field::line("speak", "service", w.t("film-service")).required(),
            Field::line("speak", "about", w.t("film-about")),
        ];
        let form = act_form(at, "speak", w.t("film-add-speaker"));
        blocks.push(Block::Form(
            fields
                .into_iter()
                .fold(form, |form, field| form.with(kept(at, "speak", field))),
        ));
    }
    blocks
}

fn questions(at: &Admitted, one: &Encounter) -> Vec<Block> {
    let page = &at.signed.page;
    let w = page.w;
    let mut blocks = Vec::new();
    if one.questions.is_empty() {
        blocks.push(Block::Help(w.t("film-questions-none")));
    } else {
        let cells = one.questions.iter().map(|(question, during)| {
            let mark = if *during {
                w.t("film-in-the-room")
            } else {
                w.t("film-before-it")
            };
            Cell::from(&**question).tagged(mark)
        });
        blocks.push(Block::List(cells.collect()));
    }
    if matches!(one.stage, Stage::Open | Stage::Closed | Stage::Held) {
        let form = act_form(at, "ask", w.t("film-question-add"));
        blocks.push(Block::Form(form.with(
            Field::line("ask", "question", w.t("film-question")).required(),
        )));
    }
    blocks
}

fn steps(at: &Admitted, one: &Encounter, others: &BTreeMap<String, Told<Encounter>>) -> Vec<Block> {
    let page = &at.signed.page;
    let w = page.w;
    let mut blocks = Vec::new();
    let mut add = |act: &str, button: String, fields: Vec<Field>| {
        let fields = fields.into_iter().map(|field| kept(at, act, field));
        blocks.push(Block::Form(
            fields.fold(act_form(at, act, button), Form::with),
        ));
    };
    if matches!(one.stage, Stage::Planned | Stage::Closed) {
        add("open", w.t("film-open"), vec![]);
    }
    if one.stage == Stage::Open {
        add("close", w.t("film-close"), vec![]);
    }
    if matches!(one.stage, Stage::Planned | Stage::Open | Stage::Closed) {
        add(
            "hold",
            w.t("film-held-it"),
            vec![Field::count("hold", "came", w.t("film-came"))],
        );
        add(
            "cancel",
            w.t("film-cancel"),
            vec![Field::line("cancel", "reason", w.t("film-reason")).required()],
        );
    }
    if one.stage == Stage::Held {
        let had = one.follow_up.clone().unwrap_or_default();
        add(
            "follow-up",
            w.t("film-follow-up"),
            vec![
                Field::long("follow-up", "text_fr", w.t("film-follow-up-fr"))
                    .value(had.fr)
                    .required(),
                Field::long("follow-up", "text_en", w.t("film-follow-up-en")).value(had.en),
            ],
        );
    }
    let options: Vec<(String, String)> = others
        .iter()
        .filter(|(id, _)| *id != at.path("encounter"))
        .map(|(id, told)| (id.clone(), title(page, &told.story.plan)))
        .collect();
    if !options.is_empty() {
        let next = Field::choice("next", "next", w.t("film-encounter"), options)
            .value(one.next.as_deref().unwrap_or_default());
        add("next", w.t("film-next-one"), vec![next.required()]);
    }
    if matches!(one.stage, Stage::Planned | Stage::Open | Stage::Closed) {
        let action = format!(
            "{}/{}/acts/plan",
            encounters_href(page),
            at.path("encounter")
        );
        blocks.push(Block::Form(plan_form(at, action, Some(&one.plan))));
    }
    blocks
}

fn happened(page: &Page, change: &Change) -> String {
    let w = page.w;
    match change {
        Change::Plan(_) => w.t("film-met-plan"),
        Change::Open => w.t("film-met-open"),
        Change::Invite { .. } => w.t("film-met-invite"),
        Change::Register { .. } => w.t("film-met-register"),
        Change::Leave { .. } => w.t("film-met-leave"),
        Change::Check { .. } => w.t("film-met-check"),
        Change::Speak { .. } => w.t("film-met-speak"),
        Change::Ask { .. } => w.t("film-met-ask"),
        Change::Close => w.t("film-met-close"),
        Change::Hold { .. } => w.t("film-met-hold"),
        Change::FollowUp(_) => w.t("film-met-follow-up"),
        Change::Next { .. } => w.t("film-met-next"),
        Change::Cancel { .. } => w.t("film-met-cancel"),
    }
}

fn change(at: &Admitted) -> Option<Change> {
    let text = |name: &str| masked(at.field(name));
    Some(match at.act() {
        "plan" => Change::Plan(plan(at)?),
        "open" => Change::Open,
        "close" => Change::Close,
        "invite" => Change::Invite {
            profession: Profession::from_word(at.field("profession"))?,
            many: at.field("many").parse().ok()?,
        },
        "check" => Change::Check {
            registration: text("registration"),
            identity: Identity::from_word(at.field("identity"))?,
        },
        "leave" => Change::Leave {
            registration: text("registration"),
        },
        "speak" => Change::Speak {
            name: text("name"),
            service: text("service"),
            about: text("about"),
        },
        "ask" => Change::Ask {
            question: text("question"),
            during: true,
        },
        "hold" => Change::Hold {
            came: match at.field("came") {
                "" => None,
                came => Some(came.parse().ok()?),
            },
        },
        "follow-up" => Change::FollowUp(Text {
            fr: text("text_fr").into_string(),
            en: text("text_en").into_string(),
        }),
        "next" => Change::Next {
            encounter: text("next"),
        },
        "cancel" => Change::Cancel {
            reason: text("reason"),
        },
        _ => return None,
    })
}

/// Does what a form asks for.
pub(super) async fn post(app: App, at: Admitted) -> Result<Response, Refused> {
    let page = &at.signed.page;
    let failed = |error: StoreError| at.signed.failed(&error);
    match at.act() {
        "import" => {
            import_known(&app).await.map_err(failed)?;
            return Ok(back(&encounters_href(page)));
        }
        "erase" => {
            let id = at.path("encounter");
            app.store
                .film
                .erase_people(Encounter::KIND, id, None)
                .await
                .map_err(failed)?;
            return Ok(back(&format!("{}/{id}", encounters_href(page))));
        }
        _ => {}
    }
    let new = at.path("encounter") == "new";
    let id = if new {
        new_id(&app, &at.signed)?
    } else {
        at.path("encounter").to_owned()
    };
    let change = match change(&at) {
        Some(Change::Plan(plan)) if !new => {
            let told = app.store.film.story::<Encounter>(&id).await;
            let told = told.map_err(failed)?;
            // What no source confirms stays said, whatever else of the plan changes.
            let unconfirmed = told.map(|told| told.story.plan.unconfirmed);
            Some(Change::Plan(Plan {
                unconfirmed: unconfirmed.unwrap_or_default(),
                ..plan
            }))
        }
        change => change,
    };
    let why = match change {
        None => page.w.t("film-form-incomplete"),
        Some(change) => match tell::<Encounter>(&app, &at, &(), &id, change).await? {
            Ok(_) => {
                if at.act() == "leave" {
                    let gone = Some(at.field("registration"));
                    app.store
                        .film
                        .erase_people(Encounter::KIND, &id, gone)
                        .await
                        .map_err(failed)?;
                }
                return Ok(back(&format!("{}/{id}", encounters_href(page))));
            }
            Err(refusal) => words::refusal(page, &refusal),
        },
    };
    if new {
        list_with(&app, &at, vec![why]).await
    } else {
        page_with(&app, &at, vec![why]).await
    }
}

/// The calendar entry of an encounter.
pub(crate) fn calendar_entry(app: &App, page: &Page, id: &str, told: &Told<Encounter>) -> Response {
    let one = &told.story;
    let uid = calendar::uid(app, id);
    let summary = title(page, &one.plan);
    let url = format!("{}/{}/encounters/{id}", app.settings.public_url, page.tag());
    calendar::download(&ical::Entry {
        uid: &uid,
        revision: one.revision,
        made_at: told.events.last().map_or(app.now(), |event| event.at),
        from: one.plan.begins,
        until: one.plan.ends,
        summary: &summary,
        description: one.plan.programme.get(page.lang),
        place: &one.plan.venue,
        url: &url,
        organizer: &organizer(app, page),
        office: &office_page(app, page),
        cancelled: one.stage == Stage::Cancelled,
    })
}

/// The two encounters that the ministry told of, once: dates, hosts and themes are its own, hours and seats are not.
///
/// # Errors
/// When the database does not answer.
pub(crate) async fn import_known(app: &App) -> Result<(), StoreError> {
    let text = |fr: &str, en: &str| Text {
        fr: fr.to_owned(),
        en: en.to_owned(),
    };
    let unconfirmed = text(
        "La date, l’hôte et le thème sont publics ; l’heure et le nombre de places sont des exemples, et personne n’a publié combien sont venus.",
        "Date, host and theme are public; the hour and the number of seats are examples, and nobody published how many came.",
    );
    let known = [
        (
            "histoires-2024-01-25",
            4,
            "2024-01-25",
            text("La DGSI et ses métiers", "The DGSI and its trades"),
            "DGSI",
            "Direction générale de la sécurité intérieure",
        ),
        (
            "histoires-2024-02-29",
            0,
            "2024-02-29",
            text("La cybercriminalité", "Cybercrime"),
            "Services de lutte contre la cybercriminalité",
            "Nanterre",
        ),
    ];
    for (id, number, day, theme, host, venue) in known {
        let at = |time: &str| {
            format!("{day}T{time}")
                .parse()
                .ok()
                .and_then(text::of_paris)
        };
        let (Some(begins), Some(ends)) = (at("18:30"), at("20:30")) else {
            continue;
        };
        let plan = Plan {
            number,
            theme,
            host: host.into(),
            venue: venue.into(),
            begins,
            ends,
            capacity: 60,
            quotas: BTreeMap::new(),
            group: LARGEST,
            programme: Text::default(),
            unconfirmed: unconfirmed.clone(),
        };
        for change in [Change::Plan(plan), Change::Hold { came: None }] {
            let event = Event {
                at: app.now(),
                actor: "import".into(),
                change,
            };
            match app.store.film.tell::<Encounter>(&(), id, &event).await {
                Ok(_) => {}
                // It is there already.
                Err(TellError::Refused(_)) => break,
                Err(TellError::Store(error)) => return Err(error),
            }
        }
    }
    let next = Change::Next {
        encounter: "histoires-2024-02-29".into(),
    };
    let event = Event {
        at: app.now(),
        actor: "import".into(),
        change: next,
    };
    let told = app
        .store
        .film
        .story::<Encounter>("histoires-2024-01-25")
        .await?;
    if told.is_some_and(|told| told.story.next.is_none()) {
        let linked = app
            .store
            .film
            .tell::<Encounter>(&(), "histoires-2024-01-25", &event)
            .await;
        if let Err(TellError::Store(error)) = linked {
            return Err(error);
        }
    }
    Ok(())
}
