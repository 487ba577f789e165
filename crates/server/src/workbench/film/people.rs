//! The people outside the service whom the film office knew of: forgotten a while after what they came for is over, and with
//! the request that the desk's rules of retention erase.

use casework::{
    film::{crew::Crew, encounter::Encounter, immersion::Immersion},
    project::{Project, Stage},
    story::Story,
};
use jiff::civil::Date;
use store::StoreError;

use super::crew;
use crate::{app::App, web::text};

/// So many days after it was over nobody asks any more who came: ours.
const KEPT_DAYS: i64 = 30;

/// A shoot of which nothing was heard for so long does not take place any more: ours.
const SILENT_DAYS: i64 = 400;

/// Erases who came to encounters, immersions and shoots that are long over.
///
/// # Errors
/// When the database does not answer: they are still due.
pub(crate) async fn forget_people(app: &App) -> Result<(), StoreError> {
    let film = &app.store.film;
    let mut over: Vec<(&str, String)> = Vec::new();
    let before = app.days_ago(KEPT_DAYS);
    for (id, told) in film.stories::<Encounter>().await? {
        if told.story.plan.ends.as_microsecond() < before {
            over.push((Encounter::KIND, id));
        }
    }
    for (id, told) in film.stories::<Immersion>().await? {
        if end_of(told.story.agreement.until).is_some_and(|ended| ended < before) {
            over.push((Immersion::KIND, id));
        }
    }
    for (kind, id) in over {
        if !film.people(kind, &id).await?.is_empty() {
            film.erase_people(kind, &id, None).await?;
        }
    }
    for (project, told) in film.stories::<Crew>().await? {
        if !told.story.erased && is_over(app, &project).await? {
            crew::erase(app, &project, "retention").await?;
        }
    }
    Ok(())
}

/// The end of a day in Paris, microseconds.
fn end_of(day: Date) -> Option<i64> {
    Some(text::of_paris(day.at(23, 59, 59, 0))?.as_microsecond())
}

/// Whether nobody asks any more who came to the shoot of a project: it is over for a while, it never takes place, or the
/// request itself is erased.
async fn is_over(app: &App, project: &str) -> Result<bool, StoreError> {
    let told = app.store.film.story::<Project>(project).await?;
    let Some(told) = told else {
        return Ok(true);
    };
    if app.store.intake.by_id(project).await?.is_none() {
        return Ok(true);
    }
    let project = &told.story;
    let last = project.last_event().as_microsecond();
    let (since, days) = match (project.ended(), project.stage()) {
        (Some((day, _)), _) => (end_of(day).unwrap_or(last), KEPT_DAYS),
        (None, Stage::Withdrawn | Stage::Refused) => (last, KEPT_DAYS),
        (None, _) => (last, SILENT_DAYS),
    };
    Ok(since < app.days_ago(days))
}
