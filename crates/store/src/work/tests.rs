use linkage::Model;

use super::*;
use crate::Store;

fn model() -> Model {
    Model::from_toml(include_str!(
        "../../../../config/france/models/submissions.toml"
    ))
    .unwrap()
}

fn harmonised(seq: i64, keys: &[(i64, &str)]) -> Harmonised {
    Harmonised {
        seq,
        id: format!("id-{seq}"),
        desk: "thesee".to_owned(),
        track: "report".to_owned(),
        headline: "false_shop".to_owned(),
        received_at: seq,
        state: "queued".to_owned(),
        urgent: seq == 3,
        priority: seq % 5,
        unit: "ofac-thesee".to_owned(),
        deadline_at: seq + 100,
        occurred_at: None,
        amount_minor: Some(1000),
        currency: "EUR".to_owned(),
        place: String::new(),
        assessment: "{}".to_owned(),
        sightings: "[]".to_owned(),
        words: format!("colis jamais livré numéro {seq}"),
        lang: "fr".to_owned(),
        keys: keys
            .iter()
            .map(|(id, kind)| Key {
                id: *id,
                kind: key_kind(kind).unwrap(),
                damped: false,
            })
            .collect(),
    }
}

async fn work(folder: &std::path::Path, batches: &[&[Harmonised]]) -> Work {
    let work = Store::open(folder, "orfevre.example/test")
        .await
        .unwrap()
        .work;
    for batch in batches {
        let last = batch.iter().map(|one| one.seq).max().unwrap();
        let reached = Reached {
            submission: last,
            supplement: -1,
        };
        work.apply(batch, reached, &model(), &mut Analyser::default())
            .await
            .unwrap();
        work.recluster(&model(), 1000).await.unwrap();
    }
    work
}

fn act(id: &str, kind: &str) -> NewAct {
    NewAct {
        id: id.to_owned(),
        at: 1,
        agent: "agent".to_owned(),
        kind: kind.to_owned(),
        reason: "because".to_owned(),
        body: "{}".to_owned(),
    }
}

async fn partition(work: &Work) -> Vec<Vec<i64>> {
    let mut groups: std::collections::BTreeMap<String, Vec<i64>> = Default::default();
    for (seq, _, series) in work.memberships().await.unwrap() {
        if let Some(series) = series {
            groups.entry(series).or_default().push(seq);
        }
    }
    let mut groups: Vec<Vec<i64>> = groups.into_values().collect();
    groups.sort();
    groups
}

fn gangs() -> Vec<Harmonised> {
    vec![
        harmonised(0, &[(10, "iban"), (11, "phone")]),
        harmonised(1, &[(10, "iban")]),
        harmonised(2, &[(11, "phone"), (10, "iban")]),
        harmonised(3, &[(20, "iban"), (21, "email")]),
        harmonised(4, &[(20, "iban"), (21, "email")]),
        harmonised(5, &[(30, "iban")]),
    ]
}

#[tokio::test(flavor = "multi_thread")]
async fn series_are_the_same_in_one_batch_and_one_by_one() {
    let all = gangs();
    let folder = tempfile::tempdir().unwrap();
    let batch = work(folder.path(), &[&all]).await;
    let folder_one = tempfile::tempdir().unwrap();
    let singles: Vec<&[Harmonised]> = all.chunks(1).collect();
    let one_by_one = work(folder_one.path(), &singles).await;
    let expected = vec![vec![0, 1, 2], vec![3, 4]];
    assert_eq!(partition(&batch).await, expected);
    assert_eq!(partition(&one_by_one).await, expected);
    let series = batch
        .series_list(&SeriesFilter::default(), 0, 10)
        .await
        .unwrap();
    assert_eq!((series[0].members, series[0].amount_minor), (3, 3000));
    let reasons = batch.reasons(&series[0].id, 10).await.unwrap();
    assert_eq!(reasons.len(), 2);
    assert!(reasons.iter().all(|reason| !reason.keys.is_empty()));
}

#[tokio::test(flavor = "multi_thread")]
async fn split_merge_and_confirm_hold_and_undo_without_loss() {
    let folder = tempfile::tempdir().unwrap();
    let work = work(folder.path(), &[&gangs()]).await;
    let model = model();
    let before = partition(&work).await;
    let id = work.docket(0).await.unwrap().unwrap().series.unwrap();
    let revision = work.series(&id).await.unwrap().unwrap().revision;
    work.split_series(&id, revision, &[1], act("split", "split"), &model)
        .await
        .unwrap();
    assert_eq!(partition(&work).await, vec![vec![0, 2], vec![3, 4]]);
    assert!(matches!(
        work.split_series(&id, revision, &[2], act("late", "split"), &model)
            .await,
        Err(StoreError::Changed)
    ));
    work.undo_series_act("split", act("undo", "undo"), &model)
        .await
        .unwrap();
    assert_eq!(partition(&work).await, before);

    let id = work.docket(0).await.unwrap().unwrap().series.unwrap();
    let other = work.docket(3).await.unwrap().unwrap().series.unwrap();
    let revision = work.series(&id).await.unwrap().unwrap().revision;
    work.merge_series(&id, revision, &other, act("merge", "merge"), &model)
        .await
        .unwrap();
    assert_eq!(partition(&work).await, vec![vec![0, 1, 2, 3, 4]]);
    work.undo_series_act("merge", act("undo-merge", "undo"), &model)
        .await
        .unwrap();
    assert_eq!(partition(&work).await, before);

    let id = work.docket(3).await.unwrap().unwrap().series.unwrap();
    let revision = work.series(&id).await.unwrap().unwrap().revision;
    work.confirm_series(&id, revision, act("confirm", "confirm"), &model)
        .await
        .unwrap();
    assert_eq!(work.series(&id).await.unwrap().unwrap().state, "confirmed");
    let more = [harmonised(6, &[(20, "iban")])];
    work.apply(
        &more,
        Reached {
            submission: 6,
            supplement: -1,
        },
        &model,
        &mut Analyser::default(),
    )
    .await
    .unwrap();
    work.recluster(&model, 10).await.unwrap();
    assert_eq!(work.docket(6).await.unwrap().unwrap().series, Some(id));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_queue_is_urgent_first_and_pages_meet_every_row_once() {
    let folder = tempfile::tempdir().unwrap();
    let all: Vec<Harmonised> = (0..57).map(|seq| harmonised(seq, &[])).collect();
    let work = work(folder.path(), &[&all]).await;
    for sort in [Sort::Rank, Sort::Deadline, Sort::Newest] {
        let mut seen = Vec::new();
        let mut after = None;
        loop {
            let page = work
                .queue(&Filter::default(), sort, after.as_deref(), 10)
                .await
                .unwrap();
            seen.extend(page.rows.iter().map(|row| row.seq));
            after = page.next;
            if after.is_none() {
                break;
            }
        }
        if sort == Sort::Rank {
            assert_eq!(seen[0], 3);
        }
        seen.sort_unstable();
        assert_eq!(seen, (0..57).collect::<Vec<_>>());
    }
    let urgent = Filter {
        urgent: true,
        ..Filter::default()
    };
    let page = work.queue(&urgent, Sort::Rank, None, 10).await.unwrap();
    assert_eq!(
        page.rows.iter().map(|row| row.seq).collect::<Vec<_>>(),
        vec![3]
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn two_agents_cannot_both_take_it_and_the_tally_adds_up() {
    let folder = tempfile::tempdir().unwrap();
    let work = work(folder.path(), &[&gangs()]).await;
    let seen = work.docket(1).await.unwrap().unwrap();
    let change = |state: &str| Change {
        state: state.to_owned(),
        unit: seen.unit.clone(),
        owner: "agent".to_owned(),
        unread: false,
    };
    let taken = work
        .transition(1, seen.revision, change("assigned"), act("a", "take"))
        .await
        .unwrap();
    assert_eq!(
        (taken.state.as_str(), taken.owner.as_str()),
        ("assigned", "agent")
    );
    assert!(matches!(
        work.transition(1, seen.revision, change("assigned"), act("b", "take"))
            .await,
        Err(StoreError::Changed)
    ));
    work.transition(
        1,
        taken.revision,
        change("closed:resolved"),
        act("c", "close"),
    )
    .await
    .unwrap();
    let tallies = work.tallies().await.unwrap();
    assert_eq!(tallies.iter().map(|tally| tally.members).sum::<i64>(), 6);
    assert_eq!(
        tallies
            .iter()
            .filter(|tally| tally.state == "closed:resolved")
            .map(|tally| tally.members)
            .sum::<i64>(),
        1
    );
    assert_eq!(work.acts(1).await.unwrap().len(), 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn words_and_keys_find_their_submissions() {
    let folder = tempfile::tempdir().unwrap();
    let work = work(folder.path(), &[&gangs()]).await;
    assert_eq!(
        work.find_words("Livrés colis", None, 3).await.unwrap(),
        vec![5, 4, 3]
    );
    assert_eq!(
        work.find_words("rien", None, 3).await.unwrap(),
        Vec::<i64>::new()
    );
    assert_eq!(work.holders(20, None, 10).await.unwrap(), vec![4, 3]);
    assert_eq!(
        (
            work.held(10).await.unwrap(),
            work.held(30).await.unwrap(),
            work.held(99).await.unwrap()
        ),
        (3, 1, 0)
    );
    let keys = work.keys(0, &model()).await.unwrap();
    let matches = work.matches(0, &keys, 10).await.unwrap();
    assert_eq!(
        matches
            .iter()
            .map(|matched| matched.seq)
            .collect::<Vec<_>>(),
        vec![2, 1]
    );
}
