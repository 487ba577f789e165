//! Experts of the services: the directory, who is proposed for a wish and why, their meetings with what was asked and
//! answered.

use axum::response::Response;
use casework::{
    booking::Span,
    film::expert::{Change, Expert, Held, Profile, Trait, Wish, propose},
    policy::{Action, Level},
};
use exchange::ical;
use store::{StoreError, film::Told};

use super::{
    back, home, kept, listed, masked, moment, office_page, organizer, project_href, shown, tell,
    words,
};
use crate::{
    app::App,
    page::Page,
    sheet::{Block, Cell, Field, Form, Sheet, Table},
    web::calendar,
    workbench::{door::Admitted, labels, session::Refused, submission::act::new_id},
};

/// What is done with an expert, and what has to be allowed for it; `list` of a new one is sent to `new`. The expert's own
/// unit says when they are away, what stands against it, and what they answer.
pub(super) const ACTS: &[(&str, Action)] = &[
    ("list", Action::HandleFilm),
    ("away", Action::AnswerFilm),
    ("declare", Action::AnswerFilm),
    ("plan", Action::HandleFilm),
    ("ask", Action::HandleFilm),
    ("answer", Action::AnswerFilm),
    ("hold", Action::HandleFilm),
    ("cancel", Action::HandleFilm),
    ("leave", Action::HandleFilm),
];

fn experts_href(page: &Page) -> String {
    format!("{}/experts", home(page))
}

pub(super) fn expert_href(page: &Page, id: &str) -> String {
    format!("{}/{id}", experts_href(page))
}

/// The directory, and the proposals for a wish.
pub(super) async fn list(app: App, at: Admitted) -> Result<Response, Refused> {
    list_with(&app, &at, Vec::new()).await
}

async fn list_with(app: &App, at: &Admitted, errors: Vec<String>) -> Result<Response, Refused> {
    let page = &at.signed.page;
    let experts = app.store.film.stories::<Expert>().await;
    let experts = experts.map_err(|error| at.signed.failed(&error))?;
    let mut sheet = Sheet::new(page.w.t("film-experts")).under(home(page), page.w.t("film-title"));
    sheet.errors = errors;
    let (search, wish) = (search(at), wish(at));
    let mut blocks = vec![Block::Form(search)];
    if let Some(wish) = wish {
        let all = experts.iter().map(|(id, told)| (id.as_str(), &told.story));
        let mut table = Table::new(
            page.w.t("film-proposals"),
            words::heads(
                page,
                &[
                    "film-expert",
                    "film-meets",
                    "film-lacks",
                    "film-asked-before",
                ],
            ),
        );
        table.none = page.w.t("film-proposals-none");
        let traits = |traits: &[Trait]| {
            traits
                .iter()
                .map(|one| trait_text(page, *one))
                .collect::<Vec<_>>()
                .join(", ")
        };
        table.rows = propose(all, &wish)
            .iter()
            .map(|one| {
                let name = experts
                    .get(one.expert)
                    .map_or("", |told| &*told.story.profile.name);
                vec![
                    Cell::link(expert_href(page, one.expert), name),
                    traits(&one.meets).into(),
                    traits(&one.lacks).into(),
                    Cell::number(one.asked.to_string()),
                ]
            })
            .collect();
        blocks.push(Block::Help(page.w.t("film-proposals-help")));
        blocks.push(Block::Table(table));
    }
    sheet.section("film-match", page.w.t("film-match"), blocks);
    sheet.section(
        "film-directory",
        page.w.t("film-directory"),
        vec![directory(app, page, &experts)],
    );
    let form = profile_form(
        app,
        at,
        &format!("{}/new/acts/list", experts_href(page)),
        None,
    );
    sheet.section("film-list", page.w.t("film-list"), vec![Block::Form(form)]);
    Ok(shown(at, sheet))
}

fn trait_text(page: &Page, one: Trait) -> String {
    match one {
        Trait::Field => page.w.t("film-trait-field"),
        Trait::Language => page.w.t("film-trait-language"),
        Trait::Territory => page.w.t("film-trait-territory"),
        Trait::Clearance => page.w.t("film-trait-clearance"),
        Trait::Free => page.w.t("film-trait-free"),
        Trait::Apart => page.w.t("film-trait-apart"),
    }
}

fn levels(page: &Page) -> Vec<(String, String)> {
    let none = (String::new(), page.w.t("film-any"));
    let levels = Level::ALL.iter().map(|level| {
        let text = match level {
            Level::Secret => page.w.t("film-secret"),
            Level::TopSecret => page.w.t("film-top-secret"),
        };
        (level.as_str().to_owned(), text)
    });
    std::iter::once(none).chain(levels).collect()
}

fn search(at: &Admitted) -> Form {
    let page = &at.signed.page;
    let w = page.w;
    let fields = [
        Field::line("wish", "field", w.t("film-trait-field")),
        Field::line("wish", "language", w.t("film-trait-language")).help(w.t("film-language-help")),
        Field::line("wish", "territory", w.t("film-trait-territory"))
            .help(w.t("film-territory-help")),
        Field::choice(
            "wish",
            "clearance",
            w.t("film-trait-clearance"),
            levels(page),
        ),
        Field::moment("wish", "from", w.t("film-field-from")),
        Field::moment("wish", "until", w.t("film-until")),
        Field::line("wish", "production", w.t("film-production")),
    ];
    let form = Form::search(experts_href(page), w.t("film-propose"));
    fields.into_iter().fold(form, |form, field| {
        let value = at.query(&field.name).to_owned();
        form.with(field.value(value))
    })
}

fn wish(at: &Admitted) -> Option<Wish> {
    let text = |name: &str| at.query(name).trim().into();
    let wish = Wish {
        field: text("field"),
        language: text("language"),
        territory: text("territory"),
        clearance: Level::from_word(at.query("clearance")),
        when: moment(at.query("from"))
            .zip(moment(at.query("until")))
            .and_then(|(from, until)| Span::new(from, until)),
        production: text("production"),
    };
    (wish != Wish::default()).then_some(wish)
}

fn directory(
    app: &App,
    page: &Page,
    experts: &std::collections::BTreeMap<String, Told<Expert>>,
) -> Block {
    let mut table = Table::new(
        page.w.t("film-directory"),
        words::heads(
            page,
            &[
                "film-expert",
                "film-service",
                "film-trait-field",
                "film-trait-language",
            ],
        ),
    );
    table.none = page.w.t("film-directory-none");
    table.rows = experts
        .iter()
        .map(|(id, told)| {
            let profile = &told.story.profile;
            let mark = if told.story.listed {
                String::new()
            } else {
                page.w.t("film-left")
            };
            vec![
                Cell::link(expert_href(page, id), &*profile.name).tagged(mark),
                labels::unit(app, page.lang, profile.unit.as_str()).into(),
                joined(&profile.fields).into(),
                joined(&profile.languages).into(),
            ]
        })
        .collect();
    Block::Table(table)
}

fn joined(words: &std::collections::BTreeSet<Box<str>>) -> String {
    let words: Vec<&str> = words.iter().map(|word| &**word).collect();
    words.join(", ")
}

fn profile_form(app: &App, at: &Admitted, action: &str, profile: Option<&Profile>) -> Form {
    let page = &at.signed.page;
    let w = page.w;
    let units = app.config.units.iter();
    let units = units.map(|unit| (unit.id.to_string(), unit.name.get(page.lang).to_owned()));
    let had = |of: &dyn Fn(&Profile) -> String| profile.map(of).unwrap_or_default();
    let fields = [
        Field::line("list", "name", w.t("film-name"))
            .value(had(&|one| one.name.to_string()))
            .required(),
        Field::choice("list", "unit", w.t("film-service"), units.collect())
            .value(had(&|one| one.unit.to_string()))
            .required(),
        Field::line("list", "fields", w.t("film-trait-field"))
            .value(had(&|one| joined(&one.fields)))
            .help(w.t("film-commas"))
            .required(),
        Field::line("list", "languages", w.t("film-trait-language"))
            .value(had(&|one| joined(&one.languages)))
            .help(w.t("film-language-help")),
        Field::line("list", "territories", w.t("film-trait-territory"))
            .value(had(&|one| joined(&one.territories)))
            .help(w.t("film-territory-help")),
        Field::choice(
            "list",
            "clearance",
            w.t("film-trait-clearance"),
            levels(page),
        )
        .value(had(&|one| {
            one.clearance
                .map(|level| level.as_str().to_owned())
                .unwrap_or_default()
        })),
        Field::long("list", "silent", w.t("film-silent-on"))
            .value(had(&|one| one.silent_on.to_string())),
    ];
    let form = Form::new(page, action, w.t("film-list"));
    fields
        .into_iter()
        .fold(form, |form, field| form.with(kept(at, "list", field)))
}

/// An expert.
pub(super) async fn show(app: App, at: Admitted) -> Result<Response, Refused> {
    page_with(&app, &at, Vec::new()).await
}

async fn found(app: &App, at: &Admitted) -> Result<Told<Expert>, Refused> {
    let told = app.store.film.story::<Expert>(at.path("expert")).await;
    told.map_err(|error| at.signed.failed(&error))?
        .ok_or_else(|| at.signed.not_found())
}

async fn page_with(app: &App, at: &Admitted, errors: Vec<String>) -> Result<Response, Refused> {
    let told = found(app, at).await?;
    let page = &at.signed.page;
    let w = page.w;
    let expert = &told.story;
    let profile = &expert.profile;
    let id = at.path("expert");
    let act = |act: &str, button: String| {
        Form::new(
            page,
            format!("{}/acts/{act}", expert_href(page, id)),
            button,
        )
    };
    let handles = at.may(Action::HandleFilm);
    let mut sheet = Sheet::new(&*profile.name);
    sheet = if handles {
        sheet.under(experts_href(page), w.t("film-experts"))
    } else {
        sheet.under(home(page), w.t("film-title"))
    };
    sheet.errors = errors;
    let clearance = profile
        .clearance
        .map(|level| level.as_str().to_owned())
        .unwrap_or_default();
    let mut facts: Vec<(String, Cell)> = vec![
        (
            w.t("film-service"),
            labels::unit(app, page.lang, profile.unit.as_str()).into(),
        ),
        (w.t("film-trait-field"), joined(&profile.fields).into()),
        (
            w.t("film-trait-language"),
            joined(&profile.languages).into(),
        ),
        (
            w.t("film-trait-territory"),
            joined(&profile.territories).into(),
        ),
        (w.t("film-trait-clearance"), clearance.into()),
        (w.t("film-silent-on"), (&*profile.silent_on).into()),
        (w.t("film-conflicts"), joined(&expert.conflicts).into()),
    ];
    facts.retain(|(_, cell)| !cell.text.is_empty());
    sheet.section("film-expert", w.t("film-expert"), vec![Block::Facts(facts)]);
    let mut blocks = Vec::new();
    let projects = super::projects(app, at).await;
    let projects = projects.map_err(|error| at.signed.failed(&error))?;
    let meetings = expert.meetings.iter();
    for (meeting, one) in meetings.filter(|(_, one)| projects.contains_key(&*one.project)) {
        blocks.extend(meeting_blocks(at, id, meeting, one, &act));
    }
    if blocks.is_empty() {
        blocks.push(Block::Help(w.t("film-meetings-none")));
    }
    sheet.section("film-meetings", w.t("film-meetings"), blocks);
    if handles {
        let plan = plan_form(app, at, act("plan", w.t("film-plan"))).await?;
        sheet.section("film-plan", w.t("film-plan"), vec![Block::Form(plan)]);
    }
    let away = act("away", w.t("film-away"))
        .with(Field::moment("away", "from", w.t("film-field-from")).required())
        .with(Field::moment("away", "until", w.t("film-until")).required());
    let declare = act("declare", w.t("film-declare")).with(
        Field::line("declare", "conflict", w.t("film-conflict-with"))
            .help(w.t("film-conflict-help"))
            .required(),
    );
    let mut change = vec![Block::Form(away), Block::Form(declare)];
    if handles {
        let action = format!("{}/acts/list", expert_href(page, id));
        let list = profile_form(app, at, &action, Some(profile));
        change.extend([
            Block::Form(list),
            Block::Form(act("leave", w.t("film-leave"))),
        ]);
    }
    sheet.section("film-change", w.t("film-change"), change);
    Ok(shown(at, sheet))
}

async fn plan_form(app: &App, at: &Admitted, form: Form) -> Result<Form, Refused> {
    let w = at.signed.page.w;
    let projects = super::projects(app, at).await;
    let projects = projects.map_err(|error| at.signed.failed(&error))?;
    let projects = projects
        .iter()
        .map(|(id, told)| (id.clone(), told.story.request().title.to_string()));
    let plan = [
        Field::choice("plan", "project", w.t("film-project"), projects.collect()).required(),
        Field::moment("plan", "from", w.t("film-field-from")).required(),
        Field::moment("plan", "until", w.t("film-until")).required(),
        Field::line("plan", "place", w.t("film-place")).required(),
        Field::line("plan", "question", w.t("film-question")),
    ];
    let fields = plan.into_iter().map(|field| kept(at, "plan", field));
    Ok(fields.fold(form, Form::with))
}

fn meeting_blocks(
    at: &Admitted,
    expert: &str,
    id: &str,
    meeting: &casework::film::expert::Meeting,
    act: &impl Fn(&str, String) -> Form,
) -> Vec<Block> {
    let page = &at.signed.page;
    let w = page.w;
    let span = |at: jiff::Timestamp| page.moment(at.as_microsecond());
    let mut blocks = vec![Block::Heading(format!(
        "{} – {}",
        span(meeting.span.from()),
        meeting.place
    ))];
    let invitation = format!("{}/{id}", expert_href(page, expert));
    let handles = at.may(Action::HandleFilm);
    let project = if handles {
        Cell::link(project_href(page, &meeting.project), w.t("film-project"))
    } else {
        Cell::from(w.t("film-project"))
    };
    blocks.push(Block::List(vec![
        project.tagged(meeting.held.label(page.lang)),
        Cell::link(invitation, w.t("film-ics")),
    ]));
    let mut table = Table::new(
        w.t("film-questions"),
        words::heads(page, &["film-question", "film-answer", "film-withheld"]),
    );
    table.none = w.t("film-questions-none");
    table.rows = meeting
        .questions
        .iter()
        .map(|one| {
            vec![
                (&*one.asked).into(),
                one.answer.as_deref().unwrap_or("–").into(),
                words::yes(page, one.withheld).into(),
            ]
        })
        .collect();
    blocks.push(Block::Table(table));
    if meeting.held == Held::Cancelled {
        return blocks;
    }
    let prefix = |act: &str| format!("{act}-{id}");
    let hidden = |act_name: &str, button: String| act(act_name, button).hide("meeting", id);
    if handles {
        blocks.push(Block::Form(hidden("ask", w.t("film-ask")).with(
            Field::line(&prefix("ask"), "question", w.t("film-question")).required(),
        )));
    }
    let numbered = meeting.questions.iter().enumerate();
    let questions: Vec<(String, String)> = numbered
        .map(|(at, one)| (at.to_string(), one.asked.to_string()))
        .collect();
    if !questions.is_empty() {
        let withheld = vec![("yes".to_owned(), w.t("film-withheld"), false)];
        blocks.push(Block::Form(
            hidden("answer", w.t("film-answer-it"))
                .with(
                    Field::choice(&prefix("answer"), "which", w.t("film-question"), questions)
                        .required(),
                )
                .with(Field::long(&prefix("answer"), "answer", w.t("film-answer")).required())
                .with(Field::ticks(
                    &prefix("answer"),
                    "withheld",
                    w.t("film-mark"),
                    withheld,
                )),
        ));
    }
    if meeting.held == Held::Planned && handles {
        blocks.push(Block::Form(hidden("hold", w.t("film-hold"))));
        blocks.push(Block::Form(hidden("cancel", w.t("film-cancel")).with(
            Field::line(&prefix("cancel"), "reason", w.t("film-reason")).required(),
        )));
    }
    blocks
}

async fn changes(app: &App, at: &Admitted) -> Result<Option<Vec<Change>>, Refused> {
    let text = |name: &str| masked(at.field(name));
    let span = || moment(at.field("from")).zip(moment(at.field("until")));
    let one = match at.act() {
        "list" => profile(app, at).map(Change::List),
        "away" => span().map(|(from, until)| Change::Away { from, until }),
        "declare" => Some(Change::Declare {
            conflict: text("conflict"),
        }),
        "plan" => {
            return plan(app, at)
                .await
                .map_err(|error| at.signed.failed(&error));
        }
        "ask" => Some(Change::Ask {
            meeting: text("meeting"),
            question: text("question"),
        }),
        "answer" => return answer(app, at).await,
        "hold" => Some(Change::Hold {
            meeting: text("meeting"),
        }),
        "cancel" => Some(Change::Cancel {
            meeting: text("meeting"),
            reason: text("reason"),
        }),
        "leave" => Some(Change::Leave),
        _ => None,
    };
    Ok(one.map(|one| vec![one]))
}

/// An answer. What the expert's unit marked as not to be said outside, nobody else lets out.
async fn answer(app: &App, at: &Admitted) -> Result<Option<Vec<Change>>, Refused> {
    let expert = found(app, at).await?.story;
    let Ok(question) = at.field("which").parse::<usize>() else {
        return Ok(None);
    };
    let meeting = masked(at.field("meeting"));
    let asked = expert.meetings.get(&meeting);
    let asked = asked.and_then(|meeting| meeting.questions.get(question));
    let marked = asked.is_some_and(|asked| asked.withheld);
    let theirs = expert.profile.unit.as_str() == at.signed.agent.unit;
    Ok(Some(vec![Change::Answer {
        meeting,
        question,
        answer: masked(at.field("answer")),
        withheld: at.field("withheld") == "yes" || (marked && !theirs),
    }]))
}

fn profile(app: &App, at: &Admitted) -> Option<Profile> {
    let unit = at.field("unit").parse().ok()?;
    app.config.unit(&unit)?;
    Some(Profile {
        name: masked(at.field("name")),
        unit,
        fields: listed(at.field("fields")),
        languages: listed(at.field("languages")),
        territories: listed(at.field("territories")),
        clearance: Level::from_word(at.field("clearance")),
        silent_on: masked(at.field("silent")),
    })
}

/// A meeting, with its first question where there is one.
async fn plan(app: &App, at: &Admitted) -> Result<Option<Vec<Change>>, StoreError> {
    let project = at.field("project");
    let told = super::projects(app, at).await?.remove(project);
    let span = moment(at.field("from")).zip(moment(at.field("until")));
    let id = new_id(app, &at.signed).ok();
    let (Some(told), Some((from, until)), Some(id)) = (told, span, id) else {
        return Ok(None);
    };
    let meeting: Box<str> = id.into();
    let mut changes = vec![Change::Plan {
        meeting: meeting.clone(),
        project: project.into(),
        production: told.story.request().company.clone(),
        title: told.story.request().title.clone(),
        from,
        until,
        place: masked(at.field("place")),
    }];
    let question = masked(at.field("question"));
    if !question.is_empty() {
        changes.push(Change::Ask { meeting, question });
    }
    Ok(Some(changes))
}

/// Does what a form asks for.
pub(super) async fn post(app: App, at: Admitted) -> Result<Response, Refused> {
    let page = &at.signed.page;
    let new = at.path("expert") == "new";
    let id = if new {
        new_id(&app, &at.signed)?
    } else {
        at.path("expert").to_owned()
    };
    let mut why = Some(page.w.t("film-form-incomplete"));
    if let Some(changes) = changes(&app, &at).await? {
        why = None;
        for change in changes {
            if let Err(refusal) = tell::<Expert>(&app, &at, &(), &id, change).await? {
                why = Some(words::refusal(page, &refusal));
                break;
            }
        }
    }
    match why {
        None => Ok(back(&expert_href(page, &id))),
        Some(why) if new => list_with(&app, &at, vec![why]).await,
        Some(why) => page_with(&app, &at, vec![why]).await,
    }
}

/// The invitation to a meeting, for calendars: what it is about is not in it.
pub(super) async fn invitation(app: App, at: Admitted) -> Result<Response, Refused> {
    let told = found(&app, &at).await?;
    let id = at.path("meeting");
    let meeting = told
        .story
        .meetings
        .get(id)
        .ok_or_else(|| at.signed.not_found())?;
    let page = &at.signed.page;
    let uid = calendar::uid(&app, id);
    let summary = page
        .w
        .t1("film-meeting-with", "name", &*told.story.profile.name);
    Ok(calendar::download(&ical::Entry {
        uid: &uid,
        revision: meeting.revision,
        made_at: told.events.last().map_or(app.now(), |event| event.at),
        from: meeting.span.from(),
        until: meeting.span.until(),
        summary: &summary,
        description: "",
        place: &meeting.place,
        url: "",
        organizer: &organizer(&app, page),
        office: &office_page(&app, page),
        cancelled: meeting.held == Held::Cancelled,
    }))
}
