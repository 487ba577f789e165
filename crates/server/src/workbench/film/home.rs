//! The office's first page: its projects with what is due next; for other services, what they are asked.

use axum::response::Response;
use casework::{
    film::{
        expert::{Expert, Held},
        immersion::{Immersion, Stage as ImmersionStage},
    },
    project::Project,
};
use store::{StoreError, film::Told};

use super::{home, office, pool_href, project_href, receive_requests, shown, words};
use crate::{
    app::App,
    page::Page,
    sheet::{Block, Cell, Sheet, Table},
    workbench::{door::Admitted, row, session::Refused},
};

/// The page.
pub(super) async fn show(app: App, at: Admitted) -> Result<Response, Refused> {
    let sheet = build(&app, &at)
        .await
        .map_err(|error| at.signed.failed(&error))?;
    Ok(shown(&at, sheet))
}

async fn build(app: &App, at: &Admitted) -> Result<Sheet, StoreError> {
    let page = &at.signed.page;
    receive_requests(app).await?;
    let own = office(app).is_some_and(|unit| unit.as_str() == at.signed.agent.unit);
    let mut sheet = Sheet::new(page.w.t("film-title"));
    sheet.section(
        "film-ways",
        page.w.t("film-ways"),
        vec![Block::List(ways(app, at, own))],
    );
    let projects = super::projects(app, at).await?;
    if own {
        let names = row::agent_names(app).await?;
        let name = |id: &str| names.get(id).cloned().unwrap_or_else(|| id.to_owned());
        let mut listed: Vec<(&String, &Told<Project>)> = projects.iter().collect();
        // What is due first comes first, then the newest.
        listed.sort_by_key(|(_, told)| {
            let due = told
                .story
                .due()
                .map_or(i64::MAX, |due| due.as_microsecond());
            (
                told.story.stage().is_final(),
                due,
                -told.story.received_at().as_microsecond(),
            )
        });
        let rows = listed
            .into_iter()
            .map(|(id, told)| project_row(app, page, (id, &told.story), &name));
        let mut table = Table::new(
            page.w.t("film-projects"),
            words::heads(
                page,
                &[
                    "film-project",
                    "film-kind",
                    "film-stage",
                    "film-due",
                    "film-owner",
                    "film-received",
                ],
            ),
        );
        table.rows = rows.collect();
        table.none = page.w.t("film-projects-none");
        sheet.section(
            "film-projects",
            page.w.t("film-projects"),
            vec![Block::Table(table)],
        );
    }
    sheet.section(
        "film-asked",
        page.w.t("film-asked"),
        asked(app, at, &projects).await?,
    );
    Ok(sheet)
}

fn ways(app: &App, at: &Admitted, own: bool) -> Vec<Cell> {
    let page = &at.signed.page;
    let mut ways: Vec<Cell> = Vec::new();
    for pool in app.config.film.pools.values() {
        if pool.unit.as_str() == at.signed.agent.unit {
            ways.push(Cell::link(pool_href(page, pool), pool.name.get(page.lang)));
            ways.push(Cell::link(
                format!("{}/budget", pool_href(page, pool)),
                page.w.t("film-budget"),
            ));
        }
    }
    if own {
        for (path, key) in [
            ("experts", "film-experts"),
            ("immersions", "film-immersions"),
            ("encounters", "film-encounters"),
            ("statistics", "film-statistics"),
        ] {
            ways.push(Cell::link(
                format!("{}/{path}", home(page)),
                words::text(page, key),
            ));
        }
    }
    ways
}

fn project_row(
    app: &App,
    page: &Page,
    (id, project): (&str, &Project),
    name: &impl Fn(&str) -> String,
) -> Vec<Cell> {
    let request = project.request();
    let due = project.due().map(|due| page.moment(due.as_microsecond()));
    vec![
        Cell::link(project_href(page, id), &*request.title),
        words::work(app, page, &request.work).into(),
        Cell::tag(project.stage().label(page.lang)),
        due.unwrap_or_else(|| "–".to_owned()).into(),
        project.owner().map_or_else(|| "–".to_owned(), name).into(),
        page.day(project.received_at().as_microsecond()).into(),
    ]
}

/// Opinions and agreements that the agent's unit is asked for.
async fn asked(
    app: &App,
    at: &Admitted,
    projects: &std::collections::BTreeMap<String, Told<Project>>,
) -> Result<Vec<Block>, StoreError> {
    let page = &at.signed.page;
    let unit = at.signed.agent.unit.as_str();
    let mut cells = Vec::new();
    for (id, told) in projects {
        let opinions = told.story.opinions().iter();
        for (_, opinion) in opinions.filter(|(asked, _)| asked.as_str() == unit) {
            let state = if opinion.answers.is_empty() {
                "film-awaited"
            } else {
                "film-given"
            };
            let link = Cell::link(project_href(page, id), &*told.story.request().title);
            cells.push(link.tagged(words::text(page, state)));
        }
    }
    let immersions = app.store.film.stories::<Immersion>().await?;
    for (id, told) in &immersions {
        let story = &told.story;
        // What the unit agreed to is its to brief and debrief, and to find again.
        let over = matches!(
            story.stage,
            ImmersionStage::Debriefed | ImmersionStage::Refused | ImmersionStage::Cancelled
        );
        if story.agreement.unit.as_str() == unit && !over {
            let href = format!("{}/immersions/{id}", home(page));
            let project = projects.get(&*story.agreement.project);
            let title = project.map_or("", |told| &*told.story.request().title);
            let text = page.w.t2(
                "film-immersion-of",
                ("title", title),
                ("from", page.date(story.agreement.from)),
            );
            let link = Cell::link(href, text);
            cells.push(link.tagged(story.stage.label(page.lang)));
        }
    }
    for (id, told) in &app.store.film.stories::<Expert>().await? {
        let expert = &told.story;
        let meetings = expert.meetings.values();
        let meetings = meetings.filter(|one| one.held != Held::Cancelled);
        let open = meetings
            .flat_map(|one| &one.questions)
            .filter(|one| one.answer.is_none());
        if expert.profile.unit.as_str() == unit && expert.listed {
            let count = i64::try_from(open.count()).unwrap_or(i64::MAX);
            let href = super::expert::expert_href(page, id);
            let link = Cell::link(href, &*expert.profile.name);
            cells.push(link.tagged(page.w.t1("film-expert-open", "count", count)));
        }
    }
    Ok(if cells.is_empty() {
        vec![Block::Help(page.w.t("film-asked-none"))]
    } else {
        vec![Block::List(cells)]
    })
}
