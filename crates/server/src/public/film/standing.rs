//! Where a production's project stands, in plain words: what happens next and who does it, what is kept for it and when,
//! its immersions and meetings, and all that has happened so far.

use casework::{
    booking::Standing,
    film::{
        expert::{Expert, Held},
        immersion::{Change as ImmersionChange, Immersion},
    },
    project::{Change, Project, Stage},
    story::Event,
};
use serde_json::Value;
use store::{
    StoreError,
    film::{Kept, Told},
};

use crate::{
    app::App,
    page::Page,
    sheet::{Block, Cell, Sheet, Table},
    workbench::film::{happened, names_of, office_pool, unit_name, words},
};

/// What happens next, and who has to do something.
pub(super) fn next_step(app: &App, page: &Page, project: &Project) -> Vec<Block> {
    let w = page.w;
    let moment = |at: jiff::Timestamp| page.moment(at.as_microsecond());
    let mut blocks = vec![Block::Text(match project.stage() {
        Stage::Examined => w.t("production-examined"),
        Stage::Granted => w.t("production-granted"),
        Stage::Refused if project.may_appeal() => w.t("production-refused"),
        Stage::Refused => w.t("production-refused-for-good"),
        Stage::Appealed => w.t("production-appealed"),
        Stage::Agreed => w.t("production-agreed"),
        Stage::Shooting => w.t("production-shooting"),
        Stage::Noticed => w.t("production-noticed"),
        Stage::Suspended => w.t("production-suspended"),
        Stage::Shot => w.t("production-shot"),
        Stage::Credited => w.t("production-credited"),
        Stage::Withdrawn => w.t("production-withdrawn"),
    })];
    if let Some(breach) = project.breach() {
        blocks.push(Block::Notice(w.t1("production-breach", "breach", breach)));
    }
    match (project.stage(), project.cure_until(), project.due()) {
        (Stage::Noticed, Some(until), _) => blocks.push(Block::Notice(w.t1(
            "film-cure-until",
            "until",
            moment(until),
        ))),
        (_, _, Some(due)) if due < app.now() => {
            blocks.push(Block::Notice(w.t1(
                "production-overdue",
                "due",
                moment(due),
            )));
        }
        (_, _, Some(due)) => {
            blocks.push(Block::Text(w.t1("production-due", "due", moment(due))));
        }
        _ => {}
    }
    blocks
}

/// What is kept for the project, its immersions and meetings.
pub(super) async fn sections(
    app: &App,
    page: &Page,
    id: &str,
    sheet: &mut Sheet,
) -> Result<(), StoreError> {
    for (section, title, block) in [
        (
            "production-bookings",
            page.w.t("production-bookings"),
            bookings(app, page, id).await?,
        ),
        (
            "production-immersions",
            page.w.t("film-immersions"),
            immersions(app, page, id).await?,
        ),
        (
            "production-meetings",
            page.w.t("film-meetings"),
            meetings(app, page, id).await?,
        ),
    ] {
        sheet.section(section, title, block.into_iter().collect());
    }
    Ok(())
}

/// Places and things that were asked for, whether they are kept, and why not.
async fn bookings(app: &App, page: &Page, id: &str) -> Result<Option<Block>, StoreError> {
    let Some(pool) = office_pool(app) else {
        return Ok(None);
    };
    let w = page.w;
    let mut table = Table::new(
        w.t("production-bookings"),
        words::heads(
            page,
            &[
                "film-wanted",
                "film-field-from",
                "film-until",
                "film-stage",
                "film-said",
            ],
        ),
    );
    let moment = |at: jiff::Timestamp| page.moment(at.as_microsecond());
    for (number, booking) in app.store.film.of_applicant(id).await? {
        let used = booking.request.used;
        let wanted = names_of(page, pool, &booking.request.wanted);
        let mut said = told(page, &app.store.film.events(number).await?, |resource| {
            let one = resource.parse();
            one.map_or_else(|_| resource.to_owned(), |one| names_of(page, pool, [&one]))
        });
        if booking.standing == Standing::Asked {
            said.push(w.t("production-booking-waits"));
        }
        if booking.is_late(app.now()) {
            said.push(w.t("production-booking-late"));
        }
        table.rows.push(vec![
            wanted.into(),
            moment(used.from()).into(),
            moment(used.until()).into(),
            Cell::tag(words::standing(page, booking.standing)),
            said.join(" ").into(),
        ]);
    }
    Ok((!table.rows.is_empty()).then_some(Block::Table(table)))
}

/// What of a booking's life its applicant has to know: why it was refused, what operations took and for how long.
fn told(page: &Page, events: &[Kept], name: impl Fn(&str) -> String) -> Vec<String> {
    let mut said = Vec::new();
    for event in events {
        let details: Value = serde_json::from_str(&event.details).unwrap_or_default();
        let text = |key: &str| details.get(key).and_then(Value::as_str).unwrap_or_default();
        let moment = |key: &str| {
            let at = text(key).parse::<jiff::Timestamp>();
            at.map_or_else(|_| String::new(), |at| page.moment(at.as_microsecond()))
        };
        match event.change.as_str() {
            "refuse" => said.push(text("reason").to_owned()),
            "lost" => {
                let taken = page.w.t2(
                    "production-booking-lost",
                    ("what", name(text("resource"))),
                    ("until", moment("until")),
                );
                said.push(taken);
            }
            _ => {}
        }
    }
    said
}

/// Immersions, with why one was refused or does not take place.
async fn immersions(app: &App, page: &Page, id: &str) -> Result<Option<Block>, StoreError> {
    let all = app.store.film.stories::<Immersion>().await?;
    let mut table = Table::new(
        page.w.t("film-immersions"),
        words::heads(
            page,
            &[
                "film-service",
                "film-field-from",
                "film-until",
                "film-stage",
                "film-said",
            ],
        ),
    );
    let own = all.values();
    let own = own.filter(|told| *told.story.agreement.project == *id);
    table.rows = own
        .map(|told| {
            let agreed = &told.story.agreement;
            let reason = told.events.last().map(|event| match &event.change {
                ImmersionChange::Refuse { reason } | ImmersionChange::Cancel { reason } => {
                    reason.to_string()
                }
                _ => String::new(),
            });
            vec![
                unit_name(app, page, &agreed.unit).into(),
                page.date(agreed.from).into(),
                page.date(agreed.until).into(),
                Cell::tag(told.story.stage.label(page.lang)),
                reason.unwrap_or_default().into(),
            ]
        })
        .collect();
    Ok((!table.rows.is_empty()).then_some(Block::Table(table)))
}

/// Meetings with experts, who stay unnamed, and what they answered but for what they mark.
async fn meetings(app: &App, page: &Page, id: &str) -> Result<Option<Block>, StoreError> {
    let w = page.w;
    let all = app.store.film.stories::<Expert>().await?;
    let meetings = all.values().flat_map(|told| told.story.meetings.values());
    let mut own: Vec<_> = meetings.filter(|one| *one.project == *id).collect();
    own.sort_by_key(|one| one.span);
    let mut table = Table::new(
        w.t("film-meetings"),
        words::heads(
            page,
            &["film-when", "film-place", "film-stage", "film-questions"],
        ),
    );
    table.rows = own
        .into_iter()
        .map(|one| {
            let questions = one.questions.iter().map(|question| {
                let answer = match &question.answer {
                    _ if one.held == Held::Cancelled => String::new(),
                    None => w.t("production-answer-awaited"),
                    Some(_) if question.withheld => w.t("production-answer-withheld"),
                    Some(answer) => answer.to_string(),
                };
                format!("{} – {answer}", question.asked)
            });
            vec![
                page.moment(one.span.from().as_microsecond()).into(),
                (&*one.place).into(),
                Cell::tag(one.held.label(page.lang)),
                questions.collect::<Vec<_>>().join(" · ").into(),
            ]
        })
        .collect();
    Ok((!table.rows.is_empty()).then_some(Block::Table(table)))
}

/// What happened, as far as it is the production's to know.
pub(super) fn life(app: &App, page: &Page, told: &Told<Project>) -> Block {
    let mut table = Table::new(
        page.w.t("film-life"),
        words::heads(page, &["film-when", "film-happened", "film-said"]),
    );
    let rows = told.events.iter().filter_map(|event| {
        let (what, said) = shared(app, page, event)?;
        let when = page.moment(event.at.as_microsecond());
        Some(vec![when.into(), what.into(), said.into()])
    });
    table.rows = rows.collect();
    Block::Table(table)
}

/// A change in words; none where it is the office's own affair. Who was asked is told with the decision, as what they say.
fn shared(app: &App, page: &Page, event: &Event<Change>) -> Option<(String, String)> {
    let (what, said) = happened(app, page, &event.change);
    match &event.change {
        Change::Take | Change::Classify { .. } | Change::Check { .. } => None,
        Change::AskOpinion { .. } | Change::GiveOpinion { .. } => Some((what, String::new())),
        _ => Some((what, said)),
    }
}
