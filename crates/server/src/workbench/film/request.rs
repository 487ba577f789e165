//! Submissions of the film desk become projects: their answers as a request, once each.

use casework::{
    project::{Change, Paper, Project, Request, Support, SupportKind},
    story::Event,
};
use jiff::{Timestamp, civil::Date};
use serde_json::{Map, Value};
use store::{StoreError, film::TellError, intake::Submission};

use super::DESK;
use crate::app::App;

/// Submissions read at a time.
const MOST: i64 = 200;

/// Begins a project for each submission of the film desk that has none. Whoever does it twice does it once.
///
/// # Errors
/// When a database does not answer.
pub(crate) async fn receive_requests(app: &App) -> Result<(), StoreError> {
    let film = &app.store.film;
    let mut from = film.reached().await?;
    // Read before the submissions are: what is received meanwhile is read the next time.
    let upto = app.store.work.reached().await?.submission;
    loop {
        let found = app.store.intake.of_desk(DESK, from, MOST).await?;
        for submission in &found {
            begin(app, submission).await?;
            from = submission.seq;
        }
        if (found.len() as i64) < MOST {
            break;
        }
    }
    film.reach(from.max(upto)).await
}

async fn begin(app: &App, submission: &Submission) -> Result<(), StoreError> {
    let facts: Map<String, Value> =
        serde_json::from_str(&submission.facts).map_err(|error| StoreError::Corrupt {
            what: "submission",
            why: error.to_string(),
        })?;
    let event = Event {
        at: Timestamp::from_microsecond(submission.received_at).unwrap_or(Timestamp::UNIX_EPOCH),
        actor: "applicant".into(),
        change: Change::Receive(request(&facts)),
    };
    let rules = &app.config.film.criteria;
    let told = app
        .store
        .film
        .tell::<Project>(rules, &submission.id, &event);
    match told.await {
        Err(TellError::Store(error)) => Err(error),
        // It was begun before.
        Ok(_) | Err(TellError::Refused(_)) => Ok(()),
    }
}

fn text(answers: &Map<String, Value>, name: &str) -> Box<str> {
    answers
        .get(name)
        .and_then(Value::as_str)
        .unwrap_or_default()
        .into()
}

fn number(answers: &Map<String, Value>, name: &str, otherwise: u32) -> u32 {
    let found = answers.get(name).and_then(Value::as_u64);
    found.map_or(otherwise, |number| {
        u32::try_from(number).unwrap_or(u32::MAX)
    })
}

fn day(answers: &Map<String, Value>, name: &str) -> Option<Date> {
    answers.get(name)?.as_str()?.parse().ok()
}

fn objects<'a>(
    answers: &'a Map<String, Value>,
    name: &str,
) -> impl Iterator<Item = &'a Map<String, Value>> {
    let list = answers.get(name).and_then(Value::as_array);
    list.into_iter().flatten().filter_map(Value::as_object)
}

/// What the answers of the desk ask for.
fn request(answers: &Map<String, Value>) -> Request {
    let sensitive = answers.get("sensitive").and_then(Value::as_array);
    Request {
        title: text(answers, "project_title"),
        work: text(answers, "project_kind"),
        company: text(answers, "company"),
        team: number(answers, "team", 0),
        lines: objects(answers, "support").filter_map(line).collect(),
        papers: objects(answers, "paper")
            .map(|paper| Paper {
                kind: text(paper, "kind"),
                expires: day(paper, "expires"),
            })
            .collect(),
        sensitive: sensitive
            .into_iter()
            .flatten()
            .filter_map(Value::as_str)
            .map(Into::into)
            .collect(),
    }
}

fn line(answers: &Map<String, Value>) -> Option<Support> {
    Some(Support {
        kind: SupportKind::from_word(&text(answers, "kind"))?,
        what: text(answers, "what"),
        count: number(answers, "count", 1),
        operator: answers
            .get("operator")
            .and_then(Value::as_bool)
            .unwrap_or(false),
        from: day(answers, "from"),
        days: number(answers, "days", 1),
        fallback: day(answers, "fallback"),
        given_up: false,
    })
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;
    use serde_json::json;

    use super::*;

    #[test]
    fn answers_of_the_desk_become_a_request() {
        let answers = json!({
            "project_kind": "feature", "project_title": "Garde à vue", "team": 18, "company": "Exemple Films",
            "support": [
                {"kind": "place", "what": "un commissariat", "from": "2027-02-01", "days": 3, "setting": "interior"},
                {"kind": "item", "what": "tenues", "count": 12, "operator": true},
                {"kind": "else", "what": "?"},
            ],
            "paper": [{"kind": "liability", "expires": "2027-12-31"}, {"kind": "charter"}],
            "sensitive": ["uniforms"],
        });
        let request = request(answers.as_object().unwrap());
        assert_eq!(
            (&*request.title, request.team, request.lines.len()),
            ("Garde à vue", 18, 2)
        );
        assert_eq!(request.lines[0].from, Some(date(2027, 2, 1)));
        assert_eq!(
            (request.lines[1].count, request.lines[1].operator),
            (12, true)
        );
        assert_eq!(request.papers[0].expires, Some(date(2027, 12, 31)));
        assert_eq!(request.insured_until(), None);
        assert_eq!(super::request(&Map::new()).lines, []);
    }
}
