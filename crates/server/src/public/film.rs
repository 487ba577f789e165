//! What a production reads of its project by its tracking code, and sends: one appeal, riders, how content it was. And
//! what everybody reads of the film desk: figures with their definitions, places.

mod standing;

use axum::{
    extract::State,
    http::{HeaderMap, StatusCode, header},
    response::{IntoResponse, Redirect, Response},
};
use casework::{
    film::statistics,
    project::{Change, Paper, Project, Request, Stage, Support, SupportKind},
    story::Event,
};
use jiff::civil::Date;
use store::{
    StoreError,
    film::{TellError, Told},
    intake::Submission,
};

use super::session;
use crate::{
    app::App,
    page::{Page, render},
    sheet::{Block, Cell, Field, Form, Sheet},
    web::form::Fields,
    workbench::film::{
        self, DESK, NotTaken, answers_table, counted, crew_fields, crew_table, figures,
        hand_in_crew, lines_table, listed_crew, paper_kinds, places_map, project_papers,
        quote_blocks, receive_requests, rider_blocks, sent_crew, words,
    },
};

/// Lines that a request may have once riders are added.
const MOST_LINES: usize = 100;
/// The largest number of a line or a team.
const MOST_COUNT: u32 = 10_000;
/// Characters of a text.
const MOST_TEXT: usize = 8_000;

#[derive(askama::Template)]
#[template(path = "public/sheet.html")]
struct SheetPage {
    page: Page,
    sheet: Sheet,
}

/// A public page.
pub(super) fn shown(page: Page, sheet: Sheet) -> Response {
    let status = if sheet.errors.is_empty() {
        StatusCode::OK
    } else {
        StatusCode::UNPROCESSABLE_ENTITY
    };
    render(status, &SheetPage { page, sheet })
}

fn here(page: &Page) -> String {
    format!("/{}/follow/film", page.tag())
}

/// The submission of this browser and its project; a redirect or a failure otherwise.
pub(super) async fn found(
    app: &App,
    page: &Page,
    headers: &HeaderMap,
) -> Result<(Submission, Told<Project>), Response> {
    let failed = |error| page.clone().store_failed(&error);
    let submission = session::submission(app, headers).await.map_err(failed)?;
    let follow = || Redirect::to(&format!("/{}/follow", page.tag())).into_response();
    let submission = submission
        .filter(|one| one.desk == DESK)
        .ok_or_else(follow)?;
    receive_requests(app).await.map_err(failed)?;
    let told = app
        .store
        .film
        .story::<Project>(&submission.id)
        .await
        .map_err(failed)?;
    // The worker has not reached it yet: the page says where the submission stands.
    let waiting = || Redirect::to(&format!("/{}/follow/submission", page.tag())).into_response();
    Ok((submission, told.ok_or_else(waiting)?))
}

/// The project.
pub(super) async fn project(State(app): State<App>, page: Page, headers: HeaderMap) -> Response {
    match found(&app, &page, &headers).await {
        Ok(found) => project_page(&app, page, &found, &Fields::default(), Vec::new()).await,
        Err(elsewhere) => elsewhere,
    }
}

async fn project_page(
    app: &App,
    page: Page,
    (submission, told): &(Submission, Told<Project>),
    typed: &Fields,
    errors: Vec<String>,
) -> Response {
    let w = page.w;
    let project = &told.story;
    let request = project.request();
    let back = format!("/{}/follow/submission", page.tag());
    let mut sheet = Sheet::new(&*request.title).under(back, w.t("submission-title"));
    sheet.errors = errors;
    let mut standing = vec![Block::Facts(vec![
        (
            w.t("film-stage"),
            Cell::tag(project.stage().label(page.lang)),
        ),
        (
            w.t("film-version"),
            project.versions().len().to_string().into(),
        ),
    ])];
    standing.extend(standing::next_step(app, &page, project));
    sheet.section("film-standing", w.t("film-standing"), standing);
    if let Err(error) = standing::sections(app, &page, &submission.id, &mut sheet).await {
        return page.store_failed(&error);
    }
    match crew(app, &page, &submission.id, project, typed).await {
        Ok(blocks) => sheet.section("film-crew", w.t("crew-title"), blocks),
        Err(error) => return page.store_failed(&error),
    }
    sheet.section(
        "film-decision",
        w.t("film-decision"),
        vec![lines_table(&page, project)],
    );
    let opinions = if project.rulings().is_empty() {
        vec![
            Block::Help(w.t("film-opinions-later")),
            criteria(app, &page),
        ]
    } else {
        vec![
            Block::Help(w.t("film-opinions-all")),
            answers_table(app, &page, w.t("film-rests-on"), project.shown()),
        ]
    };
    sheet.section("film-opinions", w.t("film-opinions"), opinions);
    let mut quotes = quote_blocks(app, &page, project);
    let papers = project_papers(&page, &here(&page), project);
    if !papers.is_empty() {
        quotes.push(Block::List(papers));
    }
    sheet.section("film-quote", w.t("film-quote"), quotes);
    if project.may_appeal() {
        let reason = Field::long("appeal", "reason", w.t("film-appeal-why"))
            .value(typed.one("reason").unwrap_or_default());
        let form = Form::new(
            &page,
            format!("{}/appeal", here(&page)),
            w.t("film-appeal-send"),
        );
        sheet.section(
            "film-appeal",
            w.t("film-appeal"),
            vec![
                Block::Help(w.t("film-appeal-once")),
                Block::Form(form.with(reason.required())),
            ],
        );
    }
    let mut riders = rider_blocks(app, &page, project);
    if project.may_ride() {
        riders.push(Block::Help(w.t("film-rider-help")));
        riders.push(Block::Form(rider_form(app, &page, project, typed)));
    }
    sheet.section("film-riders", w.t("film-riders"), riders);
    if matches!(project.stage(), Stage::Shot | Stage::Credited) {
        let stars = (1..=5).map(|stars| (stars.to_string(), stars.to_string()));
        let form = Form::new(
            &page,
            format!("{}/rate", here(&page)),
            w.t("film-rate-send"),
        )
        .with(
            Field::choice("rate", "stars", w.t("film-stars"), stars.collect())
                .value("5")
                .required(),
        )
        .with(Field::long("rate", "remarks", w.t("film-remarks")));
        sheet.section("film-rate", w.t("film-rate"), vec![Block::Form(form)]);
    }
    let life = standing::life(app, &page, told);
    sheet.section("film-life", w.t("film-life"), vec![life]);
    shown(page, sheet)
}

/// Who comes to the shoot, and the form that says so.
async fn crew(
    app: &App,
    page: &Page,
    id: &str,
    project: &Project,
    typed: &Fields,
) -> Result<Vec<Block>, StoreError> {
    let listed = listed_crew(app, id).await?;
    let takes = project.takes_crew();
    if !takes && listed.people.is_empty() {
        return Ok(Vec::new());
    }
    let mut blocks = vec![
        Block::Help(page.w.t("crew-kept")),
        crew_table(page, &listed),
    ];
    if takes {
        let action = format!("{}/crew", here(page));
        let form = Form::new(page, action, page.w.t("crew-send"));
        let fields = crew_fields(page, &listed).into_iter().map(|field| {
            let value = typed.one(&format!("crew-{}", field.name));
            let value = value.map_or_else(|| field.value.clone(), str::to_owned);
            Field {
                name: format!("crew-{}", field.name),
                ..field.value(value)
            }
        });
        blocks.push(Block::Form(fields.fold(form, Form::with)));
    }
    Ok(blocks)
}

/// What a project is judged by, before it is.
fn criteria(app: &App, page: &Page) -> Block {
    let cells = app.config.film.criteria.iter().map(|one| {
        let mark = if one.confirmed {
            String::new()
        } else {
            page.w.t("film-example")
        };
        Cell::from(one.question.get(page.lang)).tagged(mark)
    });
    Block::List(cells.collect())
}

fn rider_form(app: &App, page: &Page, project: &Project, typed: &Fields) -> Form {
    let w = page.w;
    let request = project.request();
    let value = |name: &str, otherwise: String| typed.one(name).map_or(otherwise, str::to_owned);
    let mut form = Form::new(
        page,
        format!("{}/rider", here(page)),
        w.t("film-rider-send"),
    );
    let mut add = |field: Field, otherwise: String| {
        let value = value(&field.name, otherwise);
        form.fields.push(field.value(value));
    };
    add(
        Field::count("rider", "team", w.t("film-field-team")),
        request.team.to_string(),
    );
    for (at, line) in request.standing() {
        let of = |field: &str| format!("{} {} – {}", words::field(page, field), at + 1, line.what);
        let day = |day: Option<Date>| day.map(|day| day.to_string()).unwrap_or_default();
        add(
            Field::count("rider", &format!("count-{at}"), of("count")),
            line.count.to_string(),
        );
        add(
            Field::day("rider", &format!("from-{at}"), of("from")),
            day(line.from),
        );
        add(
            Field::count("rider", &format!("days-{at}"), of("days")),
            line.days.to_string(),
        );
        add(
            Field::day("rider", &format!("fallback-{at}"), of("fallback")),
            day(line.fallback),
        );
        add(
            Field::choice(
                "rider",
                &format!("keep-{at}"),
                of("given_up"),
                vec![
                    ("yes".to_owned(), w.t("film-keep")),
                    ("no".to_owned(), w.t("film-give-up")),
                ],
            ),
            "yes".to_owned(),
        );
    }
    let kinds = SupportKind::ALL
        .iter()
        .map(|kind| (kind.as_str().to_owned(), kind.label(page.lang).to_owned()));
    let none = std::iter::once((String::new(), w.t("film-nothing-more")));
    add(
        Field::choice(
            "rider",
            "new-kind",
            w.t("film-new-line"),
            none.clone().chain(kinds).collect(),
        ),
        String::new(),
    );
    add(
        Field::line("rider", "new-what", w.t("film-field-what")),
        String::new(),
    );
    add(
        Field::count("rider", "new-count", w.t("film-field-count")),
        "1".to_owned(),
    );
    add(
        Field::day("rider", "new-from", w.t("film-field-from")),
        String::new(),
    );
    add(
        Field::count("rider", "new-days", w.t("film-field-days")),
        "1".to_owned(),
    );
    add(
        Field::day("rider", "new-fallback", w.t("film-field-fallback")),
        String::new(),
    );
    let papers = none.chain(paper_kinds(app, page));
    add(
        Field::choice("rider", "paper", w.t("film-new-paper"), papers.collect()),
        String::new(),
    );
    add(
        Field::day("rider", "expires", w.t("film-expires")),
        String::new(),
    );
    add(
        Field::long("rider", "reason", w.t("film-rider-why")).required(),
        String::new(),
    );
    form
}

/// A text as it is kept: without card numbers, and not longer than one writes.
fn text(fields: &Fields, name: &str) -> Box<str> {
    let text: String = fields
        .one(name)
        .unwrap_or_default()
        .trim()
        .chars()
        .take(MOST_TEXT)
        .collect();
    observables::mask_cards(&text).into()
}

/// What the form of a rider asks for; none where it cannot be meant.
fn rider(project: &Project, fields: &Fields) -> Option<Request> {
    let mut request = project.request().clone();
    // What stands there already may stay; nobody asks anew for none of a thing.
    let number = |name: &str, otherwise: u32| match fields.one(name) {
        None | Some("") => Some(otherwise),
        Some(typed) => {
            let number = typed.trim().parse().ok();
            number.filter(|number| (1..=MOST_COUNT).contains(number) || *number == otherwise)
        }
    };
    let day = |name: &str, otherwise: Option<Date>| match fields.one(name) {
        None => Some(otherwise),
        Some("") => Some(None),
        Some(typed) => film::day(typed).map(Some),
    };
    request.team = number("team", request.team)?;
    for (at, line) in request
        .lines
        .iter_mut()
        .enumerate()
        .filter(|(_, line)| !line.given_up)
    {
        line.count = number(&format!("count-{at}"), line.count)?;
        line.days = number(&format!("days-{at}"), line.days)?;
        line.from = day(&format!("from-{at}"), line.from)?;
        line.fallback = day(&format!("fallback-{at}"), line.fallback)?;
        line.given_up = fields.one(&format!("keep-{at}")) == Some("no");
    }
    if let Some(kind) = fields.one("new-kind").and_then(SupportKind::from_word) {
        let what = text(fields, "new-what");
        if what.is_empty() || request.lines.len() >= MOST_LINES {
            return None;
        }
        request.lines.push(Support {
            kind,
            what,
            count: number("new-count", 1)?,
            operator: false,
            from: day("new-from", None)?,
            days: number("new-days", 1)?,
            fallback: day("new-fallback", None)?,
            given_up: false,
        });
    }
    let paper = text(fields, "paper");
    if !paper.is_empty() {
        request.papers.push(Paper {
            kind: paper,
            expires: day("expires", None)?,
        });
    }
    Some(request)
}

/// Tells the project what the applicant does; a refusal is shown on the page.
async fn tell(
    app: &App,
    page: Page,
    found: (Submission, Told<Project>),
    fields: &Fields,
    change: Change,
) -> Response {
    let event = Event {
        at: app.now(),
        actor: "applicant".into(),
        change,
    };
    let rules = &app.config.film.criteria;
    match app
        .store
        .film
        .tell::<Project>(rules, &found.0.id, &event)
        .await
    {
        Ok(_) => Redirect::to(&here(&page)).into_response(),
        Err(TellError::Refused(refusal)) => {
            let why = words::project_refusal(app, &page, &refusal);
            project_page(app, page, &found, fields, vec![why]).await
        }
        Err(TellError::Store(error)) => page.store_failed(&error),
    }
}

/// Receives the appeal.
pub(super) async fn appeal(
    State(app): State<App>,
    page: Page,
    headers: HeaderMap,
    fields: Fields,
) -> Response {
    let page = super::situation::located(page, "/follow/film");
    match found(&app, &page, &headers).await {
        Ok(found) => {
            let change = Change::Appeal {
                reason: text(&fields, "reason"),
            };
            tell(&app, page, found, &fields, change).await
        }
        Err(elsewhere) => elsewhere,
    }
}

/// Receives a rider.
pub(super) async fn ride(
    State(app): State<App>,
    page: Page,
    headers: HeaderMap,
    fields: Fields,
) -> Response {
    let page = super::situation::located(page, "/follow/film");
    let found = match found(&app, &page, &headers).await {
        Ok(found) => found,
        Err(elsewhere) => return elsewhere,
    };
    let Some(request) = rider(&found.1.story, &fields) else {
        let why = page.w.t("film-form-incomplete");
        return project_page(&app, page, &found, &fields, vec![why]).await;
    };
    let reason = text(&fields, "reason");
    let change = Change::AskRider { request, reason };
    tell(&app, page, found, &fields, change).await
}

/// Receives the list of those who come.
pub(super) async fn crew_listed(
    State(app): State<App>,
    page: Page,
    headers: HeaderMap,
    fields: Fields,
) -> Response {
    let page = super::situation::located(page, "/follow/film");
    let found = match found(&app, &page, &headers).await {
        Ok(found) => found,
        Err(elsewhere) => return elsewhere,
    };
    let of = |name: &str| fields.one(name).unwrap_or_default();
    let added = [of("crew-name"), of("crew-role"), of("crew-plate")];
    let text = sent_crew(of("crew-people"), added);
    let why = if found.1.story.takes_crew() {
        match hand_in_crew(&app, &found.0.id, &text, "applicant").await {
            Ok(()) => return Redirect::to(&here(&page)).into_response(),
            Err(NotTaken::Failed(error)) => return page.store_failed(&error),
            Err(why) => why.told(&page),
        }
    } else {
        vec![page.w.t("film-refused-standing")]
    };
    project_page(&app, page, &found, &fields, why).await
}

/// Receives how content they were.
pub(super) async fn rate(
    State(app): State<App>,
    page: Page,
    headers: HeaderMap,
    fields: Fields,
) -> Response {
    let page = super::situation::located(page, "/follow/film");
    match found(&app, &page, &headers).await {
        Ok(found) => {
            let stars = fields
                .one("stars")
                .and_then(|stars| stars.parse().ok())
                .unwrap_or(0);
            let remarks = text(&fields, "remarks");
            tell(&app, page, found, &fields, Change::Rate { stars, remarks }).await
        }
        Err(elsewhere) => elsewhere,
    }
}

/// Figures and places of the film desk.
pub(super) async fn about(State(app): State<App>, page: Page) -> Response {
    let counted = match counted(&app).await {
        Ok(counted) => counted,
        Err(error) => return page.store_failed(&error),
    };
    let mut sheet = Sheet::new(page.w.t("film-public-title"));
    sheet.section(
        "film-public-ways",
        page.w.t("film-ways"),
        vec![Block::List(vec![
            Cell::link(
                format!("/{}/desks/{DESK}", page.tag()),
                page.w.t("film-ask-for-help"),
            ),
            Cell::link(
                format!("/{}/encounters", page.tag()),
                page.w.t("film-encounters"),
            ),
        ])],
    );
    let mut places = vec![Block::Help(page.w.t("film-places-help"))];
    places.extend(places_map(&app, &page));
    sheet.section("film-places", page.w.t("film-places"), places);
    sheet.section(
        "film-figures",
        page.w.t("film-figures"),
        figures(&page, &counted),
    );
    shown(page, sheet)
}

/// The yearly file.
pub(super) async fn csv(State(app): State<App>, page: Page) -> Response {
    match counted(&app).await {
        Ok(counted) => {
            let file = statistics::csv(&statistics::yearly(&counted));
            ([(header::CONTENT_TYPE, "text/csv; charset=utf-8")], file).into_response()
        }
        Err(error) => page.store_failed(&error),
    }
}

/// What the columns of the yearly file are.
pub(super) async fn schema(page: Page) -> Response {
    let headers = [(header::CONTENT_TYPE, "application/json")];
    (headers, statistics::schema(page.lang)).into_response()
}
