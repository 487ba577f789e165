//! The people outside the service whom the film office knew of: forgotten a while after what they came for is over.

use casework::{
    film::{encounter::Encounter, immersion::Immersion},
    story::Story,
};
use store::StoreError;

use crate::{app::App, web::text};

/// So many days after it was over nobody asks any more who came: ours.
const KEPT_DAYS: i64 = 30;

/// Erases who came to encounters and immersions that are long over.
///
/// # Errors
/// When the database does not answer: they are still due.
pub(crate) async fn forget_people(app: &App) -> Result<(), StoreError> {
    let film = &app.store.film;
    let mut over: Vec<(&str, String)> = Vec::new();
    let before = app.days_ago(KEPT_DAYS);
    for (id, told) in film.stories::<Encounter>(&()).await? {
        if told.story.plan.ends.as_microsecond() < before {
            over.push((Encounter::KIND, id));
        }
    }
    for (id, told) in film.stories::<Immersion>(&()).await? {
        let ended = text::of_paris(told.story.agreement.until.at(23, 59, 59, 0));
        if ended.is_some_and(|ended| ended.as_microsecond() < before) {
            over.push((Immersion::KIND, id));
        }
    }
    for (kind, id) in over {
        if !film.people(kind, &id).await?.is_empty() {
            film.erase_people(kind, &id, None).await?;
        }
    }
    Ok(())
}
