//! Immersions: agreement, sign-off by the unit, briefing, debriefing, access list.

use axum::response::Response;
use casework::{
    film::immersion::{Agreement, Change, Immersion, Stage},
    policy::Action,
    story::Story,
};
use store::StoreError;

use super::{back, day, home, kept, masked, office, project_href, quote, shown, tell, words};
use crate::{
    app::App,
    page::Page,
    sheet::{Block, Cell, Field, Form, Sheet, Table},
    workbench::{door::Admitted, labels, row, session::Refused, submission::act::new_id},
};

/// What is done with an immersion, and what has to be allowed for it.
pub(super) const ACTS: &[(&str, Action)] = &[
    ("draft", Action::HandleFilm),
    ("sign-off", Action::AnswerFilm),
    ("refuse", Action::AnswerFilm),
    ("sign", Action::HandleFilm),
    ("brief", Action::AnswerFilm),
    ("debrief", Action::AnswerFilm),
    ("cancel", Action::HandleFilm),
];

/// Whether only the unit that receives may do it, whoever else answers for films.
fn is_units(act: &str) -> bool {
    ACTS.iter()
        .any(|(one, action)| *one == act && *action == Action::AnswerFilm)
}

fn immersions_href(page: &Page) -> String {
    format!("{}/immersions", home(page))
}

/// All of them, and the form of a new one.
pub(super) async fn list(app: App, at: Admitted) -> Result<Response, Refused> {
    list_with(&app, &at, Vec::new()).await
}

async fn list_with(app: &App, at: &Admitted, errors: Vec<String>) -> Result<Response, Refused> {
    let page = &at.signed.page;
    let failed = |error: StoreError| at.signed.failed(&error);
    let all = app
        .store
        .film
        .stories::<Immersion>()
        .await
        .map_err(failed)?;
    let projects = super::projects(app, at).await.map_err(failed)?;
    let title = |id: &str| {
        projects.get(id).map_or_else(
            || id.to_owned(),
            |told| told.story.request().title.to_string(),
        )
    };
    let mut sheet =
        Sheet::new(page.w.t("film-immersions")).under(home(page), page.w.t("film-title"));
    sheet.errors = errors;
    let mut table = Table::new(
        page.w.t("film-immersions"),
        words::heads(
            page,
            &[
                "film-project",
                "film-service",
                "film-field-from",
                "film-until",
                "film-people",
                "film-stage",
            ],
        ),
    );
    table.none = page.w.t("film-immersions-none");
    let all = all.iter();
    table.rows = all
        .filter(|(_, told)| projects.contains_key(&*told.story.agreement.project))
        .map(|(id, told)| {
            let agreed = &told.story.agreement;
            vec![
                Cell::link(
                    format!("{}/{id}", immersions_href(page)),
                    title(&agreed.project),
                ),
                labels::unit(app, page.lang, agreed.unit.as_str()).into(),
                page.date(agreed.from).into(),
                page.date(agreed.until).into(),
                Cell::number(agreed.people.to_string()),
                Cell::tag(told.story.stage.label(page.lang)),
            ]
        })
        .collect();
    sheet.section(
        "film-immersions",
        page.w.t("film-immersions"),
        vec![Block::Table(table)],
    );
    let options = projects.keys().map(|id| (id.clone(), title(id))).collect();
    let action = format!("{}/acts/draft", immersions_href(page));
    let form = draft_form(app, at, action, None).with(kept(
        at,
        "draft",
        Field::choice("draft", "project", page.w.t("film-project"), options).required(),
    ));
    sheet.section(
        "film-draft",
        page.w.t("film-draft"),
        vec![Block::Form(form)],
    );
    Ok(shown(at, sheet))
}

fn draft_form(app: &App, at: &Admitted, action: String, agreed: Option<&Agreement>) -> Form {
    let page = &at.signed.page;
    let w = page.w;
    let units = app.config.units.iter();
    let units = units.map(|unit| (unit.id.to_string(), unit.name.get(page.lang).to_owned()));
    let had = |of: &dyn Fn(&Agreement) -> String| agreed.map(of).unwrap_or_default();
    let fields = [
        Field::choice("draft", "unit", w.t("film-service"), units.collect())
            .value(had(&|one| one.unit.to_string()))
            .required(),
        Field::day("draft", "from", w.t("film-field-from"))
            .value(had(&|one| one.from.to_string()))
            .required(),
        Field::day("draft", "until", w.t("film-until"))
            .value(had(&|one| one.until.to_string()))
            .required(),
        Field::long("draft", "people", w.t("film-people-names"))
            .help(w.t("film-people-help"))
            .required(),
        Field::long("draft", "duties", w.t("film-duties"))
            .value(had(&|one| one.duties.to_string()))
            .required(),
        Field::long("draft", "image", w.t("film-image"))
            .value(had(&|one| one.image.to_string()))
            .required(),
        Field::long("draft", "secrecy", w.t("film-secrecy"))
            .value(had(&|one| one.secrecy.to_string()))
            .required(),
    ];
    let form = Form::new(page, action, w.t("film-draft"));
    fields
        .into_iter()
        .fold(form, |form, field| form.with(kept(at, "draft", field)))
}

/// Who comes, one a line.
fn names(at: &Admitted) -> Vec<String> {
    let lines = at.field("people").lines().map(str::trim);
    lines
        .filter(|line| !line.is_empty())
        .map(|line| masked(line).into())
        .collect()
}

fn agreement(app: &App, at: &Admitted, project: &str) -> Option<Agreement> {
    let unit = at.field("unit").parse().ok()?;
    app.config.unit(&unit)?;
    Some(Agreement {
        project: project.into(),
        unit,
        from: day(at.field("from"))?,
        until: day(at.field("until"))?,
        people: u32::try_from(names(at).len()).ok()?,
        duties: masked(at.field("duties")),
        image: masked(at.field("image")),
        secrecy: masked(at.field("secrecy")),
    })
}

/// Drafts a new agreement.
pub(super) async fn draft(app: App, at: Admitted) -> Result<Response, Refused> {
    let page = &at.signed.page;
    let id = new_id(&app, &at.signed)?;
    let project = at.field("project");
    let known = super::projects(&app, &at).await;
    let known = known.map_err(|error| at.signed.failed(&error))?;
    let known = known.contains_key(project);
    let Some(agreement) = agreement(&app, &at, project).filter(|_| known) else {
        return list_with(&app, &at, vec![page.w.t("film-form-incomplete")]).await;
    };
    match tell::<Immersion>(&app, &at, &(), &id, Change::Draft(agreement)).await? {
        Ok(_) => {
            keep_people(&app, &at, &id).await?;
            Ok(back(&format!("{}/{id}", immersions_href(page))))
        }
        Err(refusal) => list_with(&app, &at, vec![words::refusal(page, &refusal)]).await,
    }
}

async fn keep_people(app: &App, at: &Admitted, id: &str) -> Result<(), Refused> {
    let failed = |error: StoreError| at.signed.failed(&error);
    let film = &app.store.film;
    film.erase_people(Immersion::KIND, id, None)
        .await
        .map_err(failed)?;
    for (number, name) in names(at).iter().enumerate() {
        let place = (number + 1).to_string();
        film.keep_person((Immersion::KIND, id, &place), name)
            .await
            .map_err(failed)?;
    }
    Ok(())
}

/// An immersion.
pub(super) async fn show(app: App, at: Admitted) -> Result<Response, Refused> {
    page_with(&app, &at, Vec::new()).await
}

async fn page_with(app: &App, at: &Admitted, errors: Vec<String>) -> Result<Response, Refused> {
    let failed = |error: StoreError| at.signed.failed(&error);
    let page = &at.signed.page;
    let w = page.w;
    let id = at.path("id");
    let told = app
        .store
        .film
        .story::<Immersion>(id)
        .await
        .map_err(failed)?;
    let told = told.ok_or_else(|| at.signed.not_found())?;
    let (immersion, agreed) = (&told.story, &told.story.agreement);
    let own = office(app).is_some_and(|unit| unit.as_str() == at.signed.agent.unit);
    let mut sheet = Sheet::new(w.t("film-immersion"));
    sheet = if own {
        sheet.under(immersions_href(page), w.t("film-immersions"))
    } else {
        sheet.under(home(page), w.t("film-title"))
    };
    sheet.errors = errors;
    let projects = super::projects(app, at).await.map_err(failed)?;
    let title = projects.get(&*agreed.project).map_or_else(
        || w.t("film-project"),
        |told| told.story.request().title.to_string(),
    );
    // The unit knows what it is for; the project's page is for those who take part in it.
    let project = if own {
        Cell::link(project_href(page, &agreed.project), title)
    } else {
        Cell::from(title)
    };
    sheet.section(
        "film-agreement",
        w.t("film-agreement"),
        vec![Block::Facts(vec![
            (
                w.t("film-stage"),
                Cell::tag(immersion.stage.label(page.lang)),
            ),
            (w.t("film-project"), project),
            (
                w.t("film-service"),
                labels::unit(app, page.lang, agreed.unit.as_str()).into(),
            ),
            (w.t("film-field-from"), page.date(agreed.from).into()),
            (w.t("film-until"), page.date(agreed.until).into()),
            (w.t("film-people"), agreed.people.to_string().into()),
            (w.t("film-duties"), (&*agreed.duties).into()),
            (w.t("film-image"), (&*agreed.image).into()),
            (w.t("film-secrecy"), (&*agreed.secrecy).into()),
        ])],
    );
    let people = app
        .store
        .film
        .people(Immersion::KIND, id)
        .await
        .map_err(failed)?;
    let today = quote::today(app);
    let paper =
        |name: &str, text| Cell::link(format!("{}/{id}/{name}.pdf", immersions_href(page)), text);
    let mut access = Table::new(
        w.t("film-access"),
        words::heads(page, &["film-name", "film-let-in"]),
    );
    access.none = w.t("film-access-none");
    access.rows = people
        .values()
        .map(|name| {
            vec![
                name.as_str().into(),
                words::yes(page, immersion.lets_in(today)).into(),
            ]
        })
        .collect();
    sheet.section(
        "film-access",
        w.t("film-access"),
        vec![
            Block::Help(w.t("film-access-help")),
            Block::Table(access),
            Block::List(vec![
                paper("agreement", w.t("document-agreement")),
                paper("access", w.t("document-access")),
            ]),
        ],
    );
    sheet.section("film-next", w.t("film-next"), forms(app, at, immersion));
    let agents = row::agent_names(app).await.map_err(failed)?;
    let mut life = Table::new(
        w.t("film-life"),
        words::heads(
            page,
            &["film-when", "film-happened", "film-who", "film-said"],
        ),
    );
    life.rows = told
        .events
        .iter()
        .map(|event| {
            let (what, said) = happened(page, &event.change);
            let who = agents
                .get(&*event.actor)
                .cloned()
                .unwrap_or_else(|| event.actor.to_string());
            vec![
                page.moment(event.at.as_microsecond()).into(),
                what.into(),
                who.into(),
                said.into(),
            ]
        })
        .collect();
    sheet.section("film-life", w.t("film-life"), vec![Block::Table(life)]);
    Ok(shown(at, sheet))
}

fn happened(page: &Page, change: &Change) -> (String, String) {
    let w = page.w;
    match change {
        Change::Draft(_) => (w.t("film-did-draft"), String::new()),
        Change::SignOff => (w.t("film-did-sign-off"), String::new()),
        Change::Refuse { reason } => (w.t("film-did-refuse"), reason.to_string()),
        Change::Sign => (w.t("film-did-sign-people"), String::new()),
        Change::Brief { day, told } => (w.t("film-did-brief"), format!("{day} – {told}")),
        Change::Debrief {
            day,
            report,
            withheld,
        } => {
            let withheld = if withheld.is_empty() {
                String::new()
            } else {
                format!(" [{}: {withheld}]", w.t("film-withheld"))
            };
            (
                w.t("film-did-debrief"),
                format!("{day} – {report}{withheld}"),
            )
        }
        Change::Cancel { reason } => (w.t("film-did-cancel"), reason.to_string()),
    }
}

fn forms(app: &App, at: &Admitted, immersion: &Immersion) -> Vec<Block> {
    let page = &at.signed.page;
    let w = page.w;
    let mut blocks = Vec::new();
    let base = format!("{}/{}/acts", immersions_href(page), at.path("id"));
    let mut add = |act: &str, action: Action, button: String, fields: Vec<Field>| {
        let theirs = !is_units(act) || immersion.agreement.unit.as_str() == at.signed.agent.unit;
        if at.may(action) && theirs {
            let form = Form::new(page, format!("{base}/{act}"), button);
            let fields = fields.into_iter().map(|field| kept(at, act, field));
            blocks.push(Block::Form(fields.fold(form, Form::with)));
        }
    };
    let day = |act: &str| Field::day(act, "day", w.t("film-day")).required();
    match immersion.stage {
        Stage::Drafted => {
            add("sign-off", Action::AnswerFilm, w.t("film-sign-off"), vec![]);
            add(
                "refuse",
                Action::AnswerFilm,
                w.t("film-refuse"),
                vec![Field::line("refuse", "reason", w.t("film-reason")).required()],
            );
        }
        Stage::SignedOff => add("sign", Action::HandleFilm, w.t("film-sign-people"), vec![]),
        Stage::Signed => add(
            "brief",
            Action::AnswerFilm,
            w.t("film-brief"),
            vec![
                day("brief"),
                Field::long("brief", "told", w.t("film-told")).required(),
            ],
        ),
        Stage::Briefed => add(
            "debrief",
            Action::AnswerFilm,
            w.t("film-debrief"),
            vec![
                day("debrief"),
                Field::long("debrief", "report", w.t("film-report")).required(),
                Field::long("debrief", "withheld", w.t("film-withheld-what")),
            ],
        ),
        _ => {}
    }
    if matches!(
        immersion.stage,
        Stage::Drafted | Stage::SignedOff | Stage::Signed | Stage::Briefed
    ) {
        add(
            "cancel",
            Action::HandleFilm,
            w.t("film-cancel"),
            vec![Field::line("cancel", "reason", w.t("film-reason")).required()],
        );
    }
    if matches!(
        immersion.stage,
        Stage::Drafted | Stage::SignedOff | Stage::Signed | Stage::Refused
    ) && at.may(Action::HandleFilm)
    {
        let action = format!("{base}/draft");
        blocks.push(Block::Form(draft_form(
            app,
            at,
            action,
            Some(&immersion.agreement),
        )));
    }
    blocks
}

fn change(app: &App, at: &Admitted, project: &str) -> Option<Change> {
    let text = |name: &str| masked(at.field(name));
    Some(match at.act() {
        "draft" => Change::Draft(agreement(app, at, project)?),
        "sign-off" => Change::SignOff,
        "refuse" => Change::Refuse {
            reason: text("reason"),
        },
        "sign" => Change::Sign,
        "brief" => Change::Brief {
            day: day(at.field("day"))?,
            told: text("told"),
        },
        "debrief" => Change::Debrief {
            day: day(at.field("day"))?,
            report: text("report"),
            withheld: text("withheld"),
        },
        "cancel" => Change::Cancel {
            reason: text("reason"),
        },
        _ => return None,
    })
}

/// Does what a form of the page asks for.
pub(super) async fn post(app: App, at: Admitted) -> Result<Response, Refused> {
    let page = &at.signed.page;
    let id = at.path("id");
    let told = app.store.film.story::<Immersion>(id).await;
    let told = told.map_err(|error| at.signed.failed(&error))?;
    let told = told.ok_or_else(|| at.signed.not_found())?;
    if is_units(at.act()) && told.story.agreement.unit.as_str() != at.signed.agent.unit {
        return Err(at.signed.not_found());
    }
    let Some(change) = change(&app, &at, &told.story.agreement.project) else {
        return page_with(&app, &at, vec![page.w.t("film-form-incomplete")]).await;
    };
    match tell::<Immersion>(&app, &at, &(), id, change).await? {
        Ok(_) => {
            if at.act() == "draft" {
                keep_people(&app, &at, id).await?;
            }
            Ok(back(&format!("{}/{id}", immersions_href(page))))
        }
        Err(refusal) => page_with(&app, &at, vec![words::refusal(page, &refusal)]).await,
    }
}
