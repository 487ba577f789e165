//! Joint work of units as their agents meet it.

use store::work::NewAct;

use super::*;

const THERE: &str = "ofmin";

fn act(id: &str) -> NewAct {
    NewAct {
        id: id.to_owned(),
        at: 1,
        agent: "somebody".to_owned(),
        kind: "note".to_owned(),
        reason: String::new(),
        body: "{}".to_owned(),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_not_shown_to_a_unit_is_nothing_it_can_be_found_by() {
    let site = Site::new().await;
    let work = &site.app.store.work;
    let (seq, id) = site.story().await;
    site.add(
        seq,
        "m",
        "Ils rappellent du 06 39 98 77 01, une fourgonnette violette.",
        &[],
    )
    .await;
    site.work_again().await;
    let there = site.sign_in_at(THERE, "helper", "investigator").await;
    there.begin_task().await;
    let searches = [
        ("search?q=06+39+98+12+34", "facts"),
        ("search?q=livr%C3%A9", "facts"),
        ("search?q=FR1420041010050500013M02606", "facts"),
        ("search?q=06+39+98+77+01", "messages"),
        // Words of messages are in no index, whoever asks.
        ("search?q=fourgonnette", ""),
    ];
    for parts in [&["facts"][..], &["facts", "messages", "exhibits"], &[]] {
        let units: Vec<(&str, &[&str])> = match parts {
            [] => Vec::new(),
            parts => vec![(THERE, parts)],
        };
        let name = act(&format!("shown {}", parts.len()));
        work.show_to(seq, &units, name).await.unwrap();
        site.work_again().await;
        for (search, part) in searches {
            let answer = there.page(&format!("/fr/workbench/{search}")).await;
            let found = answer.body.contains(&id);
            assert_eq!(found, parts.contains(&part), "{search} {parts:?}");
        }
        let queue = there.page("/fr/workbench/queue").await;
        assert_eq!(queue.body.contains(&id), !parts.is_empty());
    }
}
