//! Gives the desks a week behind them: reports that press, some that agents have, some that are closed.

use std::net::SocketAddr;

use anyhow::{Result, bail};
use casework::submission::{Closing, Event};
use serde_json::{Map, Value, json};
use server::app::App;
use store::work::{Filter, Sight, Sort};

use super::{parcel, step};
use crate::client::Client;

/// So many of the newest stay in the queue, for whoever looks and for joint work.
const LEFT: usize = 40;

/// What an agent of the demonstration did: who, of which unit, how many they have, how many they closed and how.
pub(super) struct Week<'a> {
    pub(super) agent: &'a str,
    pub(super) unit: &'a str,
    pub(super) taken: usize,
    pub(super) closed: &'a [Closing],
}

/// Files what presses.
pub(super) async fn press(app: &App, address: SocketAddr) -> Result<()> {
    let mut client = Client::connect(address).await?;
    for (at, answers) in pressing().into_iter().enumerate() {
        let idempotency = format!("demonstration-pressing-{at}");
        let parcel = parcel("pharos", "report", idempotency, answers, None);
        let answer = client
            .submit(&parcel.desk, &parcel.idempotency, None, parcel.body)
            .await?;
        if answer.status != 201 {
            let said = String::from_utf8_lossy(&answer.body);
            bail!("PHAROS refused {}: {said}", parcel.idempotency);
        }
    }
    crate::import::settle(app).await
}

/// Plays a week; nothing where the agent has something already.
pub(super) async fn play(app: &App, week: &Week<'_>) -> Result<()> {
    let work = &app.store.work;
    let sight = Sight::new(Some(week.unit), Vec::new(), |_| true);
    let theirs = Filter {
        state: "assigned".to_owned(),
        owner: week.agent.to_owned(),
        ..Filter::default()
    };
    let there = work.queue(&theirs, Sort::Newest, None, 1, &sight).await?;
    if !there.rows.is_empty() {
        return Ok(());
    }
    let most = week.taken + week.closed.len();
    let found = work
        .queue(
            &Filter::default(),
            Sort::Newest,
            None,
            2 * (LEFT + most) as i64,
            &sight,
        )
        .await?;
    // What presses is left to be taken.
    let calm = found.rows.iter().filter(|docket| !docket.urgent).skip(LEFT);
    for (at, docket) in calm.take(most).enumerate() {
        step(app, docket, week.agent, "take", Event::Assign).await?;
        let Some(closing) = at
            .checked_sub(week.taken)
            .and_then(|at| week.closed.get(at))
        else {
            continue;
        };
        if let Some(taken) = work.docket(docket.seq).await? {
            step(app, &taken, week.agent, "close", Event::Close(*closing)).await?;
        }
    }
    Ok(())
}

/// Two reports of a life at risk, made, with reserved addresses.
fn pressing() -> [Map<String, Value>; 2] {
    let report = |subcategory: &str, url: &str, description: &str| {
        let answers = json!({
            "category": "danger", "subcategory": subcategory,
            "medium": "network", "urls": [{"url": url}], "description": description,
            "victim": "no", "identify": "anonymous",
        });
        match answers {
            Value::Object(answers) => answers,
            _ => Map::new(),
        }
    };
    [
        report(
            "suicide",
            "https://forum.example/discussion/4821",
            "Une personne écrit qu’elle ne veut plus vivre et qu’elle a tout préparé pour ce soir. Elle donne le nom de sa ville.",
        ),
        report(
            "life_risk",
            "https://direct.example/chaine/77",
            "Pendant un direct, un homme menace quelqu’un qui pleure derrière une porte. Cela dure encore.",
        ),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::demonstrate::tests::Served;

    #[tokio::test(flavor = "multi_thread")]
    async fn what_presses_waits_and_a_week_is_played_once() {
        let served = Served::new().await;
        let (app, address) = (&served.app, served.address);
        let mut client = Client::connect(address).await.unwrap();
        for number in 0..LEFT + 2 {
            let report = json!({
                "category": "animals", "visibility": "public", "medium": "network",
                "urls": [{"url": format!("https://chats.example/{number}")}],
                "description": "Un chat.", "victim": "no", "identify": "anonymous",
            });
            let report = report.as_object().unwrap().clone();
            let key = format!("report-of-a-test-{number}");
            let parcel = parcel("pharos", "report", key, report, None);
            let answer = client
                .submit("pharos", &parcel.idempotency, None, parcel.body)
                .await
                .unwrap();
            assert_eq!(answer.status, 201);
        }
        let week = Week {
            agent: "camille.triage",
            unit: "ofac-pharos",
            taken: 1,
            closed: &[Closing::Kept],
        };
        let count = async |state: &str| {
            let tallies = app.store.work.tallies().await.unwrap();
            let of = tallies.iter().filter(|tally| tally.state == state);
            of.map(|tally| tally.members).sum::<i64>()
        };
        for _ in 0..2 {
            press(app, address).await.unwrap();
            play(app, &week).await.unwrap();
            let found = [
                count("queued").await,
                count("assigned").await,
                count("closed:kept").await,
            ];
            assert_eq!(found, [LEFT as i64 + 2, 1, 1]);
        }
        let sight = Sight::new(Some("ofac-pharos"), Vec::new(), |_| true);
        let urgent = Filter {
            urgent: true,
            ..Filter::default()
        };
        let work = &app.store.work;
        let found = work
            .queue(&urgent, Sort::Rank, None, 9, &sight)
            .await
            .unwrap();
        assert_eq!(found.rows.len(), 2);
        served.stop().await;
    }
}
