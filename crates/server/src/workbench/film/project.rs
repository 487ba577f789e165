//! A project as the office has it: what is asked for, opinions, decision, quote, bookings, riders, and its life so far.

use std::collections::{BTreeMap, HashMap};

use axum::response::Response;
use casework::{
    desk::Kind,
    film::encounter::Identity,
    policy::{Action, Part},
    project::{Answer, Answered, Change, Difference, Project, Request, Ruling, Stage},
    submission::UnitId,
};
use serde_json::{Map, Value};
use store::film::Told;

use super::{
    OFFICE, document, home, kept, office, pool_href, project_href, quote, receive_requests, shown,
    words,
};
use crate::{
    app::App,
    page::Page,
    sheet::{Block, Cell, Field, Form, Sheet, Table},
    web::text,
    workbench::{
        door::Admitted,
        labels, row,
        session::Refused,
        submission::answers::{Marks, steps as steps_of},
    },
};

/// The page.
pub(super) async fn show(app: App, at: Admitted) -> Result<Response, Refused> {
    page_with(&app, &at, Vec::new()).await
}

/// The page, with what was not done.
pub(super) async fn page_with(
    app: &App,
    at: &Admitted,
    errors: Vec<String>,
) -> Result<Response, Refused> {
    let failed = |error| at.signed.failed(&error);
    receive_requests(app).await.map_err(failed)?;
    let told = app
        .store
        .film
        .story::<Project>(at.path("id"))
        .await
        .map_err(failed)?;
    let told = told.ok_or_else(|| at.signed.not_found())?;
    let names = row::agent_names(app).await.map_err(failed)?;
    let name = |id: &str| names.get(id).cloned().unwrap_or_else(|| id.to_owned());
    let page = &at.signed.page;
    let project = &told.story;
    let request = project.request();
    let mut sheet = Sheet::new(&*request.title).under(home(page), page.w.t("film-title"));
    sheet.errors = errors;
    sheet.section(
        "film-standing",
        page.w.t("film-standing"),
        standing(app, at, project, &name),
    );
    sheet.section(
        "film-request",
        page.w.t("film-request"),
        asked(app, at, project),
    );
    let written = written(app, page, at.path("id")).await.map_err(failed)?;
    sheet.section("film-written", page.w.t("film-written"), written);
    let files = files(app, at).await.map_err(failed)?;
    sheet.section("film-files", page.w.t("film-files"), files);
    sheet.section(
        "film-opinions",
        page.w.t("film-opinions"),
        opinions(app, at, project),
    );
    sheet.section(
        "film-decision",
        page.w.t("film-decision"),
        decision(app, at, project),
    );
    sheet.section(
        "film-riders",
        page.w.t("film-riders"),
        riders(app, at, project),
    );
    if at.may(Action::HandleFilm) {
        sheet.section(
            "film-quote",
            page.w.t("film-quote"),
            price(app, at, project),
        );
        let booked = bookings(app, at, request).await.map_err(failed)?;
        sheet.section("film-bookings", page.w.t("film-bookings"), booked);
        let crew = crew(app, at, project).await.map_err(failed)?;
        sheet.section("film-crew", page.w.t("crew-title"), crew);
        sheet.section("film-next", page.w.t("film-next"), steps(at, project));
    }
    sheet.section(
        "film-life",
        page.w.t("film-life"),
        vec![life(app, page, &told, &name)],
    );
    if at.may(Action::DeclareFilmConflict) {
        let form = act_form(at, "conflict", page.w.t("wb-conflict"));
        let reason = Field::long("conflict", "reason", page.w.t("wb-reason"))
            .help(page.w.t("wb-conflict-hint"))
            .required();
        sheet.section(
            "film-conflict",
            page.w.t("wb-conflict-title"),
            vec![Block::Form(form.with(kept(at, "conflict", reason)))],
        );
    }
    Ok(shown(at, sheet))
}

fn act_form(at: &Admitted, act: &str, button: String) -> Form {
    let page = &at.signed.page;
    let action = format!("{}/acts/{act}", project_href(page, at.path("id")));
    Form::new(page, action, button)
}

fn standing(
    app: &App,
    at: &Admitted,
    project: &Project,
    name: &impl Fn(&str) -> String,
) -> Vec<Block> {
    let page = &at.signed.page;
    let request = project.request();
    let due = project.due().map(|due| page.moment(due.as_microsecond()));
    let mut facts = vec![
        (
            page.w.t("film-stage"),
            Cell::tag(project.stage().label(page.lang)),
        ),
        (
            page.w.t("film-due"),
            due.unwrap_or_else(|| "–".to_owned()).into(),
        ),
        (
            page.w.t("film-owner"),
            project.owner().map_or_else(|| "–".to_owned(), name).into(),
        ),
        (
            page.w.t("film-kind"),
            words::work(app, page, &request.work).into(),
        ),
        (page.w.t("film-field-company"), (&*request.company).into()),
        (page.w.t("film-field-team"), request.team.to_string().into()),
        (
            page.w.t("film-received"),
            page.moment(project.received_at().as_microsecond()).into(),
        ),
        (
            page.w.t("film-version"),
            project.versions().len().to_string().into(),
        ),
    ];
    facts.retain(|(_, cell)| *cell != Cell::default());
    let mut blocks = vec![Block::Facts(facts)];
    let mine = project.owner() == Some(&*at.signed.agent.id);
    if at.may(Action::HandleFilm) && !mine && !project.stage().is_final() {
        blocks.push(Block::Form(act_form(at, "take", page.w.t("film-take"))));
    }
    blocks
}

/// The lines of a request, with what was decided of each.
pub(crate) fn lines_table(page: &Page, project: &Project) -> Block {
    let mut table = Table::new(
        page.w.t("film-lines"),
        words::heads(
            page,
            &[
                "film-line",
                "film-kind",
                "film-field-what",
                "film-field-count",
                "film-field-from",
                "film-field-days",
                "film-field-fallback",
                "film-ruling",
            ],
        ),
    );
    let day = |day: Option<jiff::civil::Date>| day.map_or_else(String::new, |day| page.date(day));
    table.rows = project
        .request()
        .lines
        .iter()
        .enumerate()
        .map(|(at, line)| {
            let ruling = match project.rulings().get(&at) {
                _ if line.given_up => page.w.t("film-given-up"),
                None => page.w.t("film-undecided"),
                Some(Ruling::Granted { conditions }) if conditions.is_empty() => {
                    page.w.t("film-granted")
                }
                Some(Ruling::Granted { conditions }) => {
                    page.w.t1("film-granted-on", "conditions", &**conditions)
                }
                Some(Ruling::Refused { reason, .. }) => {
                    page.w.t1("film-refused-because", "reason", &**reason)
                }
            };
            vec![
                Cell::number((at + 1).to_string()),
                line.kind.label(page.lang).into(),
                Cell::from(&*line.what).tagged(if line.operator {
                    page.w.t("film-field-operator")
                } else {
                    String::new()
                }),
                Cell::number(line.count.to_string()),
                day(line.from).into(),
                Cell::number(line.days.to_string()),
                day(line.fallback).into(),
                ruling.into(),
            ]
        })
        .collect();
    Block::Table(table)
}

fn asked(app: &App, at: &Admitted, project: &Project) -> Vec<Block> {
    let page = &at.signed.page;
    let request = project.request();
    let mut blocks = vec![lines_table(page, project)];
    let today = quote::today(app);
    let mut papers = Table::new(
        page.w.t("film-field-papers"),
        words::heads(page, &["film-paper", "film-expires"]),
    );
    papers.none = page.w.t("film-papers-none");
    papers.rows = request
        .papers
        .iter()
        .map(|paper| {
            let expires = paper
                .expires
                .map_or_else(|| "–".to_owned(), |day| page.date(day));
            let over = paper.expires.is_some_and(|day| day < today);
            let tag = if over {
                page.w.t("film-expired")
            } else {
                String::new()
            };
            vec![
                words::paper(app, page, &paper.kind).into(),
                Cell::from(expires).tagged(tag),
            ]
        })
        .collect();
    blocks.push(Block::Table(papers));
    if !request.sensitive.is_empty() {
        blocks.push(Block::Heading(page.w.t("film-field-sensitive")));
        let ticks = request.sensitive.iter();
        blocks.push(Block::List(
            ticks
                .map(|one| words::sensitive(app, page, one).into())
                .collect(),
        ));
    }
    blocks
}

/// What the production wrote, answer by answer; who they are is sealed apart, and files are listed below.
async fn written(app: &App, page: &Page, id: &str) -> Result<Vec<Block>, store::StoreError> {
    let Some(submission) = app.store.intake.by_id(id).await? else {
        return Ok(Vec::new());
    };
    let desk = app.desk_version(&submission.desk, submission.desk_version);
    let mut values: Map<String, Value> =
        serde_json::from_str(&submission.facts).unwrap_or_default();
    values.remove("script");
    let counts = HashMap::new();
    let marks = Marks::new(page, &[], &counts);
    let steps = desk.map_or_else(Vec::new, |desk| steps_of(desk, &values, &marks, true));
    let groups = steps.into_iter().flat_map(|step| {
        let title = step.title;
        step.groups.into_iter().map(move |group| {
            let heading = if group.heading.is_empty() {
                title.clone()
            } else {
                group.heading
            };
            (heading, group.answers)
        })
    });
    Ok(groups
        .flat_map(|(heading, answers)| {
            let facts = answers.into_iter().map(|answer| {
                let text: String = answer.pieces.into_iter().map(|piece| piece.text).collect();
                (answer.label, text.into())
            });
            [Block::Heading(heading), Block::Facts(facts.collect())]
        })
        .collect())
}

/// Files that came with the request: the script opens with a reason, to those who need it.
async fn files(app: &App, at: &Admitted) -> Result<Vec<Block>, store::StoreError> {
    let page = &at.signed.page;
    let Some(submission) = app.store.intake.by_id(at.path("id")).await? else {
        return Ok(Vec::new());
    };
    let scripts = super::script::scripts(&submission.facts);
    let base = project_href(page, at.path("id"));
    let exhibits = app.store.intake.exhibits(submission.seq).await?;
    let cells: Vec<Cell> = exhibits
        .iter()
        .filter_map(|exhibit| {
            if scripts.contains(&exhibit.id) {
                // The name of a script says something of it: it is not in the list.
                let shown = at.may(Action::OpenScript) && at.is_shown(Part::Exhibits);
                let href = format!("{base}/script/{}", exhibit.id);
                shown.then(|| {
                    Cell::link(href, page.w.t("film-script")).tagged(page.w.t("film-confidential"))
                })
            } else {
                let href = format!("{base}/papers/{}", exhibit.id);
                at.may(Action::HandleFilm)
                    .then(|| Cell::link(href, exhibit.name.as_str()))
            }
        })
        .collect();
    let mut blocks = vec![Block::Help(page.w.t("film-script-help"))];
    if cells.is_empty() {
        blocks.push(Block::Help(page.w.t("film-files-none")));
    } else {
        blocks.push(Block::List(cells));
    }
    Ok(blocks)
}

/// Answers to criteria, with reason and service.
pub(crate) fn answers_table(
    app: &App,
    page: &Page,
    caption: String,
    answers: &[(UnitId, Answered)],
) -> Block {
    let mut table = Table::new(
        caption,
        words::heads(
            page,
            &[
                "film-criterion",
                "film-answer",
                "film-reason",
                "film-service",
            ],
        ),
    );
    table.none = page.w.t("film-answers-none");
    table.rows = answers
        .iter()
        .map(|(unit, one)| {
            let confirmed = app
                .config
                .film
                .criteria
                .get(&one.criterion)
                .is_none_or(|one| one.confirmed);
            let mark = if confirmed {
                String::new()
            } else {
                page.w.t("film-example")
            };
            vec![
                Cell::from(words::criterion(app, page, &one.criterion)).tagged(mark),
                Cell::tag(one.answer.label(page.lang)),
                (&*one.reason).into(),
                labels::unit(app, page.lang, unit.as_str()).into(),
            ]
        })
        .collect();
    Block::Table(table)
}

/// What services have answered so far.
fn given(project: &Project) -> Vec<(UnitId, Answered)> {
    let opinions = project.opinions().iter();
    let answers = opinions.flat_map(|(unit, opinion)| {
        let answers = opinion.answers.iter();
        answers.map(|one| (unit.clone(), one.clone()))
    });
    answers.collect()
}

fn opinions(app: &App, at: &Admitted, project: &Project) -> Vec<Block> {
    let page = &at.signed.page;
    let mut blocks = Vec::new();
    blocks.push(answers_table(
        app,
        page,
        page.w.t("film-opinions-given"),
        &given(project),
    ));
    let waiting = project
        .opinions()
        .iter()
        .filter(|(_, opinion)| opinion.answers.is_empty());
    let waiting: Vec<Cell> = waiting
        .map(|(unit, opinion)| {
            let since = page.moment(opinion.asked_at.as_microsecond());
            Cell::from(labels::unit(app, page.lang, unit.as_str())).tagged(since)
        })
        .collect();
    if !waiting.is_empty() {
        blocks.push(Block::Heading(page.w.t("film-opinions-awaited")));
        blocks.push(Block::List(waiting));
    }
    if !matches!(project.stage(), Stage::Examined | Stage::Appealed) {
        return blocks;
    }
    if at.may(Action::HandleFilm) {
        blocks.push(Block::Form(ask_form(app, at, project)));
    }
    // The office writes down what a service answered by another way; the service itself answers here.
    let own = at.signed.agent.unit.as_str();
    let by_office = office(app).is_some_and(|unit| unit.as_str() == own);
    for (unit, opinion) in project.opinions() {
        let may = at.may(Action::AnswerFilm) && (by_office || unit.as_str() == own);
        if may && opinion.answers.is_empty() {
            blocks.push(Block::Heading(labels::unit(app, page.lang, unit.as_str())));
            blocks.push(Block::Form(answer_form(
                app,
                at,
                unit,
                opinion.asked.iter().map(|id| &**id),
            )));
        }
    }
    blocks
}

fn ask_form(app: &App, at: &Admitted, project: &Project) -> Form {
    let page = &at.signed.page;
    let units = app.config.units.iter();
    let units = units.map(|unit| (unit.id.to_string(), unit.name.get(page.lang).to_owned()));
    let criteria = app.config.film.criteria.iter().map(|one| {
        let open = project
            .unanswered(&app.config.film.criteria)
            .iter()
            .any(|open| open.id == one.id);
        (
            one.id.to_string(),
            one.question.get(page.lang).to_owned(),
            open,
        )
    });
    let script = vec![("yes".to_owned(), page.w.t("film-script-shown"), false)];
    act_form(at, "ask-opinion", page.w.t("film-ask-opinion"))
        .with(kept(
            at,
            "ask-opinion",
            Field::choice("ask", "unit", page.w.t("film-service"), units.collect()).required(),
        ))
        .with(Field::ticks(
            "ask",
            "criteria",
            page.w.t("film-criteria"),
            criteria.collect(),
        ))
        .with(Field::ticks(
            "ask",
            "script",
            page.w.t("film-script"),
            script,
        ))
}

fn answer_form<'c>(
    app: &App,
    at: &Admitted,
    unit: &UnitId,
    criteria: impl Iterator<Item = &'c str>,
) -> Form {
    let page = &at.signed.page;
    let options: Vec<(String, String)> = Answer::ALL
        .iter()
        .map(|answer| {
            (
                answer.as_str().to_owned(),
                answer.label(page.lang).to_owned(),
            )
        })
        .collect();
    let mut form =
        act_form(at, "opinion", page.w.t("film-give-opinion")).hide("unit", unit.as_str());
    for id in criteria {
        let prefix = format!("opinion-{unit}");
        let question = words::criterion(app, page, id);
        let answer = Field::choice(
            &prefix,
            &format!("answer-{id}"),
            question.clone(),
            options.clone(),
        );
        let reason = page.w.t1("film-reason-of", "what", question.as_str());
        let reason = Field::line(&prefix, &format!("reason-{id}"), reason).required();
        form = form
            .with(kept(at, "opinion", answer.required()))
            .with(kept(at, "opinion", reason));
    }
    form
}

fn decision(app: &App, at: &Admitted, project: &Project) -> Vec<Block> {
    let page = &at.signed.page;
    let mut blocks = Vec::new();
    if project.stage() == Stage::Appealed {
        blocks.push(Block::Notice(page.w.t("film-appealed")));
    }
    // What was decided on stays to be read where a service was asked anew since.
    if !project.rulings().is_empty() && project.shown() != given(project) {
        blocks.push(answers_table(
            app,
            page,
            page.w.t("film-rests-on"),
            project.shown(),
        ));
    } else if !project.rulings().is_empty() {
        blocks.push(Block::Help(page.w.t("film-rests-on-above")));
    }
    let decides = matches!(project.stage(), Stage::Examined | Stage::Appealed);
    if !decides || !at.may(Action::HandleFilm) {
        return blocks;
    }
    let open = project.unanswered(&app.config.film.criteria);
    if !open.is_empty() {
        blocks.push(Block::Help(page.w.t("film-decide-later")));
        let open = open.iter().map(|one| one.question.get(page.lang).into());
        blocks.push(Block::List(open.collect()));
        return blocks;
    }
    let against: Vec<(String, String, bool)> = app
        .config
        .film
        .criteria
        .iter()
        .filter(|one| {
            project
                .opinions()
                .values()
                .flat_map(|opinion| &opinion.answers)
                .any(|answer| answer.criterion == one.id && answer.answer == Answer::Unfavourable)
        })
        .map(|one| {
            (
                one.id.to_string(),
                one.question.get(page.lang).to_owned(),
                false,
            )
        })
        .collect();
    let mut form = act_form(at, "decide", page.w.t("film-decide"));
    for (line, support) in project.request().standing() {
        let name = format!("{} – {}", line + 1, support.what);
        let options = vec![
            ("granted".to_owned(), page.w.t("film-granted")),
            ("refused".to_owned(), page.w.t("film-refuse")),
        ];
        let ruling = Field::choice("decide", &format!("ruling-{line}"), name.clone(), options);
        let text = page.w.t1("film-decide-text", "line", name.as_str());
        form = form.with(kept(at, "decide", ruling.required())).with(kept(
            at,
            "decide",
            Field::line("decide", &format!("text-{line}"), text),
        ));
        if !against.is_empty() {
            let label = page.w.t1("film-decide-against", "line", name.as_str());
            form = form.with(Field::ticks(
                "decide",
                &format!("against-{line}"),
                label,
                against.clone(),
            ));
        }
    }
    blocks.push(Block::Form(form));
    blocks
}

/// What differs between two versions of a request.
fn differences_table(app: &App, page: &Page, caption: String, differences: &[Difference]) -> Block {
    let mut table = Table::new(
        caption,
        words::heads(
            page,
            &["film-line", "film-field", "film-before", "film-after"],
        ),
    );
    table.rows = differences
        .iter()
        .map(|one| {
            vec![
                one.line
                    .map_or_else(|| page.w.t("film-whole"), |line| (line + 1).to_string())
                    .into(),
                words::field(page, one.field).into(),
                words::value(app, page, one.field, &one.before).into(),
                words::value(app, page, one.field, &one.after).into(),
            ]
        })
        .collect();
    Block::Table(table)
}

/// Versions so far and the rider that waits, each held against the one before it, with its effect on the price.
pub(crate) fn rider_blocks(app: &App, page: &Page, project: &Project) -> Vec<Block> {
    let mut blocks = Vec::new();
    for (at, pair) in project.versions().windows(2).enumerate() {
        let caption = page.w.t2(
            "film-version-differs",
            ("old", at as i64 + 1),
            ("new", at as i64 + 2),
        );
        let differences = pair[0].differences(&pair[1]);
        blocks.push(differences_table(app, page, caption, &differences));
        if let Some(accepted) = project.accepted_at(at + 1) {
            let (on, pair) = (text::paris(accepted).date(), (&pair[0], &pair[1]));
            blocks.extend(quote::effect(app, page, project, pair, on));
        }
    }
    if let Some(rider) = project.rider() {
        blocks.push(Block::Notice(page.w.t1(
            "film-rider-waits",
            "reason",
            &*rider.reason,
        )));
        let differences = project.request().differences(&rider.request);
        let caption = page.w.t("film-rider-differs");
        blocks.push(differences_table(app, page, caption, &differences));
        let pair = (project.request(), &rider.request);
        blocks.extend(quote::effect(app, page, project, pair, quote::today(app)));
    }
    blocks
}

fn riders(app: &App, at: &Admitted, project: &Project) -> Vec<Block> {
    let page = &at.signed.page;
    let mut blocks = rider_blocks(app, page, project);
    if blocks.is_empty() {
        blocks.push(Block::Help(page.w.t("film-riders-none")));
    }
    if project.rider().is_some() && at.may(Action::HandleFilm) {
        let options = vec![
            ("yes".to_owned(), page.w.t("film-accept")),
            ("no".to_owned(), page.w.t("film-refuse")),
        ];
        let form = act_form(at, "answer-rider", page.w.t("film-answer-rider"))
            .with(kept(
                at,
                "answer-rider",
                Field::choice("rider", "accepted", page.w.t("film-answer"), options).required(),
            ))
            .with(kept(
                at,
                "answer-rider",
                Field::long("rider", "text", page.w.t("film-reason-or-conditions")),
            ));
        blocks.push(Block::Form(form));
    }
    blocks
}

fn price(app: &App, at: &Admitted, project: &Project) -> Vec<Block> {
    let page = &at.signed.page;
    let mut blocks = quote::blocks(app, page, project);
    if project.stage().is_final() {
        return blocks;
    }
    let priced = project.request().standing().filter(|(_, line)| {
        use casework::project::SupportKind::{Item, People, Place};
        matches!(line.kind, Place | Item | People)
    });
    let options: Vec<(String, String)> = priced
        .map(|(at, line)| {
            let class = project
                .classes()
                .get(&at)
                .map(|class| format!(" ({})", class.category));
            (
                at.to_string(),
                format!("{} – {}{}", at + 1, line.what, class.unwrap_or_default()),
            )
        })
        .collect();
    if !options.is_empty() {
        let form = act_form(at, "classify", page.w.t("film-classify"))
            .with(kept(
                at,
                "classify",
                Field::choice("classify", "line", page.w.t("film-line"), options).required(),
            ))
            .with(kept(
                at,
                "classify",
                Field::choice(
                    "classify",
                    "category",
                    page.w.t("film-price-category"),
                    price_categories(app, page),
                )
                .help(page.w.t("film-price-category-help"))
                .required(),
            ))
            .with(kept(
                at,
                "classify",
                Field::count("classify", "hours", page.w.t("film-hours")).value("12"),
            ))
            .with(kept(
                at,
                "classify",
                Field::count("classify", "preparation", page.w.t("film-preparation-days"))
                    .value("0"),
            ));
        blocks.push(Block::Form(form));
    }
    if !project.classes().is_empty() {
        blocks.push(Block::Form(act_form(
            at,
            "quote",
            page.w.t("film-make-quote"),
        )));
    }
    let href = format!("{}/quote", project_href(page, at.path("id")));
    blocks.push(Block::List(vec![Cell::link(
        href,
        page.w.t("film-quote-print"),
    )]));
    blocks
}

/// Categories of today's grid, by the names that the inventory has for them.
fn price_categories(app: &App, page: &Page) -> Vec<(String, String)> {
    let grid = app.config.film.prices.on(quote::today(app));
    let categories = grid.map(|grid| grid.categories()).unwrap_or_default();
    let named = |category: &str| {
        let pool = app.config.film.pools.get(OFFICE);
        let name = pool.map_or(category, |pool| pool.category_name(category, page.lang));
        match name == category {
            true => category.to_owned(),
            false => format!("{name} ({category})"),
        }
    };
    let categories = categories.into_iter();
    categories
        .map(|category| (category.to_owned(), named(category)))
        .collect()
}

async fn bookings(
    app: &App,
    at: &Admitted,
    request: &Request,
) -> Result<Vec<Block>, store::StoreError> {
    let page = &at.signed.page;
    let Some(pool) = app.config.film.pools.get(OFFICE) else {
        return Ok(Vec::new());
    };
    let booked = app.store.film.of_applicant(at.path("id")).await?;
    let own = [(at.path("id").to_owned(), request.title.to_string())];
    let names = super::pool::Names {
        projects: own.into(),
        ..super::pool::Names::default()
    };
    let mut blocks = vec![super::pool::bookings_table(
        page,
        pool,
        &names,
        page.w.t("film-bookings"),
        &booked,
    )];
    let options = super::pool::options(page, pool);
    let insured = request
        .insured_until()
        .map(|day| day.to_string())
        .unwrap_or_default();
    let form = act_form(at, "book", page.w.t("film-book"));
    blocks.push(Block::Form(super::pool::book_fields(
        at, pool, form, "book", options, &insured,
    )));
    let mut ways = vec![Cell::link(pool_href(page, pool), pool.name.get(page.lang))];
    if booked.values().any(document::holds) {
        let list = format!("{}/access.pdf", project_href(page, at.path("id")));
        ways.push(Cell::link(list, page.w.t("document-access")));
    }
    blocks.push(Block::List(ways));
    Ok(blocks)
}

/// Who comes to the shoot: how many, how many of them were looked at, and the way to the list.
async fn crew(
    app: &App,
    at: &Admitted,
    project: &Project,
) -> Result<Vec<Block>, store::StoreError> {
    let page = &at.signed.page;
    let listed = super::crew::listed(app, at.path("id")).await?;
    if listed.people.is_empty() && listed.erased.is_none() && !project.takes_crew() {
        return Ok(Vec::new());
    }
    let seen = listed.people.iter();
    let seen = seen.filter(|(_, _, identity)| *identity == Identity::Checked);
    let counted = page.w.t2(
        "crew-counted",
        ("many", listed.people.len() as i64),
        ("checked", seen.count() as i64),
    );
    let list = format!("{}/crew", project_href(page, at.path("id")));
    let list = Cell::link(list, page.w.t("crew-title"));
    Ok(vec![Block::Text(counted), Block::List(vec![list])])
}

/// What may happen next, by where the project stands.
fn steps(at: &Admitted, project: &Project) -> Vec<Block> {
    let page = &at.signed.page;
    let w = page.w;
    let mut forms = Vec::new();
    let mut form = |act: &str, button: String, fields: Vec<Field>| {
        let all = fields.into_iter().map(|field| kept(at, act, field));
        forms.push(Block::Form(all.fold(act_form(at, act, button), Form::with)));
    };
    let day = |act: &str| Field::day(act, "day", w.t("film-day")).required();
    match project.stage() {
        Stage::Granted => form("sign", w.t("film-sign"), vec![]),
        Stage::Agreed => form("begin", w.t("film-begin"), vec![day("begin")]),
        Stage::Noticed => form("suspend", w.t("film-suspend"), vec![]),
        Stage::Shot => form(
            "credit",
            w.t("film-credit"),
            vec![
                Field::line("credit", "line", w.t("film-credit-line")).required(),
                Field::day("credit", "day", w.t("film-release")).required(),
            ],
        ),
        _ => {}
    }
    if matches!(project.stage(), Stage::Noticed | Stage::Suspended) {
        form("cure", w.t("film-cure"), vec![]);
    }
    // A shoot that is over is over, whether or not a breach was put right.
    let shoots = matches!(
        project.stage(),
        Stage::Shooting | Stage::Noticed | Stage::Suspended
    );
    if shoots && project.began().is_some() {
        form(
            "end",
            w.t("film-end"),
            vec![
                day("end"),
                Field::count("end", "days", w.t("film-days-shot")).required(),
                Field::long("end", "incidents", w.t("film-incidents")),
            ],
        );
    }
    if matches!(
        project.stage(),
        Stage::Agreed | Stage::Shooting | Stage::Noticed
    ) {
        form(
            "check",
            w.t("film-check"),
            vec![
                day("check"),
                Field::long("check", "text", w.t("film-check-seen")).required(),
            ],
        );
        form(
            "incident",
            w.t("film-incident"),
            vec![
                day("incident"),
                Field::long("incident", "text", w.t("film-incident-what")).required(),
                Field::line("incident", "damage", w.t("film-damage")),
            ],
        );
    }
    if matches!(project.stage(), Stage::Agreed | Stage::Shooting) {
        form(
            "notice",
            w.t("film-notice"),
            vec![Field::long("notice", "text", w.t("film-breach")).required()],
        );
    }
    if matches!(
        project.stage(),
        Stage::Examined | Stage::Granted | Stage::Refused | Stage::Agreed
    ) {
        form("withdraw", w.t("film-withdraw"), vec![]);
    }
    forms
}

/// What happened, in words, the newest last.
fn life(app: &App, page: &Page, told: &Told<Project>, name: &impl Fn(&str) -> String) -> Block {
    let mut table = Table::new(
        page.w.t("film-life"),
        words::heads(
            page,
            &["film-when", "film-happened", "film-who", "film-said"],
        ),
    );
    table.rows = told
        .events
        .iter()
        .map(|event| {
            let (what, said) = happened(app, page, &event.change);
            let who = if &*event.actor == "applicant" {
                page.w.t("film-applicant")
            } else {
                name(&event.actor)
            };
            vec![
                page.moment(event.at.as_microsecond()).into(),
                what.into(),
                who.into(),
                said.into(),
            ]
        })
        .collect();
    Block::Table(table)
}

/// A change in words, and what was said with it.
pub(crate) fn happened(app: &App, page: &Page, change: &Change) -> (String, String) {
    let w = page.w;
    let unit = |unit: &UnitId| labels::unit(app, page.lang, unit.as_str());
    match change {
        Change::Receive(_) => (w.t("film-did-receive"), String::new()),
        Change::Take => (w.t("film-did-take"), String::new()),
        Change::AskOpinion { unit: asked, .. } => (w.t("film-did-ask-opinion"), unit(asked)),
        Change::GiveOpinion { unit: asked, .. } => (w.t("film-did-give-opinion"), unit(asked)),
        Change::Decide { .. } => (w.t("film-did-decide"), String::new()),
        Change::Appeal { reason } => (w.t("film-did-appeal"), reason.to_string()),
        Change::Classify { line, class } => (
            w.t("film-did-classify"),
            format!("{} – {}", line + 1, class.category),
        ),
        Change::Quote { .. } => (w.t("film-did-quote"), String::new()),
        Change::AskRider { reason, .. } => (w.t("film-did-ask-rider"), reason.to_string()),
        Change::AnswerRider {
            accepted: true,
            reason,
        } => (w.t("film-did-accept-rider"), reason.to_string()),
        Change::AnswerRider { reason, .. } => (w.t("film-did-refuse-rider"), reason.to_string()),
        Change::Sign => (w.t("film-did-sign"), String::new()),
        Change::Begin { day } => (w.t("film-did-begin"), page.date(*day)),
        Change::Check { day, seen } => (
            w.t("film-did-check"),
            format!("{} – {seen}", page.date(*day)),
        ),
        Change::Incident { day, what, damage } => {
            let damage = if damage.is_empty() {
                String::new()
            } else {
                format!(" ({damage})")
            };
            (
                w.t("film-did-incident"),
                format!("{} – {what}{damage}", page.date(*day)),
            )
        }
        Change::Notice { breach } => (w.t("film-did-notice"), breach.to_string()),
        Change::Cure => (w.t("film-did-cure"), String::new()),
        Change::Suspend => (w.t("film-did-suspend"), String::new()),
        Change::End {
            day,
            days,
            incidents,
        } => (
            w.t("film-did-end"),
            format!(
                "{} – {} {incidents}",
                page.date(*day),
                w.t1("film-days-count", "days", i64::from(*days))
            ),
        ),
        Change::Credit { line, release } => (
            w.t("film-did-credit"),
            format!("{line} – {}", page.date(*release)),
        ),
        Change::Rate { stars, remarks } => (w.t("film-did-rate"), format!("{stars}/5 {remarks}")),
        Change::Withdraw => (w.t("film-did-withdraw"), String::new()),
    }
}

/// Options of the desk's question about papers: for a rider's form.
pub(crate) fn paper_kinds(app: &App, page: &Page) -> BTreeMap<String, String> {
    let question = app
        .desk(super::DESK)
        .and_then(|desk| desk.question("paper"));
    let Some(Kind::Repetition { questions, .. }) = question.map(|question| &question.kind) else {
        return BTreeMap::new();
    };
    let kinds = questions.iter().find_map(|question| match &question.kind {
        Kind::Choice { options } => Some(options),
        _ => None,
    });
    let kinds = kinds.into_iter().flatten();
    kinds
        .map(|one| (one.id.to_string(), one.label.get(page.lang).to_owned()))
        .collect()
}
