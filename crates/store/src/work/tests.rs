use casework::policy::Part;
use linkage::Model;

use super::*;
use crate::Store;

/// The platform's, with passages capped at 6 holders and parts of 50 submissions, so that few cross them.
fn model() -> Model {
    let text = include_str!("../../../../config/france/models/submissions.toml");
    let small = text
        .replace("cap = 120", "cap = 6")
        .replace("largest_part = 50_000", "largest_part = 50");
    Model::from_toml(&small).unwrap()
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
        more: false,
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
        let batch = Batch::new(batch.to_vec(), &mut Analyser::default());
        work.apply(batch, reached, &model()).await.unwrap();
        work.recluster(&model(), 1000).await.unwrap();
    }
    work
}

/// Sees all that these tests make.
fn sees_all() -> Sight {
    Sight::new(Some("ofac-thesee"), Vec::new(), |_| true)
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

/// Every row of `share`, as kept and as counted from the submissions.
async fn shares(work: &Work) -> [Vec<String>; 2] {
    const ROWS: &str = "SELECT series || ' ' || unit || ' ' || members || ' ' || amount_minor || ' ' || first_at || ' ' || last_at || ' ' || cohesion FROM share ORDER BY series, unit";
    let mut connection = work.writing().await.unwrap();
    let mut transaction = connection.begin().await.unwrap();
    let mut read = Vec::new();
    for _ in 0..2 {
        let rows = sql::rows(&mut transaction, ROWS, vec![]).await.unwrap();
        read.push(rows.iter().map(|row| sql::text(row, 0).unwrap()).collect());
        let named = sql::rows(&mut transaction, "SELECT id FROM series", vec![])
            .await
            .unwrap();
        let named = named
            .iter()
            .map(|row| sql::text(row, 0).unwrap().into())
            .collect();
        sight::count_shares(&mut transaction, named).await.unwrap();
    }
    transaction.rollback().await.unwrap();
    read.try_into().unwrap()
}

/// The series; what each unit is said to have of them is what it has.
async fn partition(work: &Work) -> Vec<Vec<i64>> {
    let [kept, counted] = shares(work).await;
    assert_eq!(kept, counted);
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
    let reasons = batch.reasons(&series[0].id, 10, &sees_all()).await.unwrap();
    assert_eq!(reasons.len(), 2);
    assert!(reasons.iter().all(|reason| !reason.keys.is_empty()));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_unit_reads_of_a_series_what_its_own_part_comes_to() {
    let mut all = gangs();
    for one in &mut all {
        one.occurred_at = Some(1_000 + one.seq);
        one.amount_minor = Some(100 << one.seq);
    }
    all[2].unit = "ofac-pharos".to_owned();
    let folder = tempfile::tempdir().unwrap();
    let work = work(folder.path(), &[&all]).await;
    assert_eq!(partition(&work).await, [vec![0, 1, 2], vec![3, 4]]);
    let id = work.docket(0).await.unwrap().unwrap().series.unwrap();
    let part = work.seen_series(&id, &sees_all()).await.unwrap().unwrap();
    assert_eq!((part.members, part.amount_minor), (2, 300));
    assert_eq!((part.first_at, part.last_at), (1_000, 1_001));
    // Between what it has there is one reason at most, and none with the other unit's.
    let reasons = work.reasons(&id, 10, &sees_all()).await.unwrap();
    let mean = reasons
        .first()
        .map_or(0, |reason| (reason.bits * 1000.0) as i64);
    assert_eq!((reasons.len() <= 1, part.cohesion), (true, mean));
    let other = Sight::new(Some("ofac-pharos"), Vec::new(), |_| true);
    assert!(work.seen_series(&id, &other).await.unwrap().is_none());
}

#[tokio::test(flavor = "multi_thread")]
async fn split_merge_and_confirm_hold_and_undo_without_loss() {
    let folder = tempfile::tempdir().unwrap();
    let work = work(folder.path(), &[&gangs()]).await;
    let model = model();
    let before = partition(&work).await;
    let id = work.docket(0).await.unwrap().unwrap().series.unwrap();
    let revision = work.series_lock(&id, &sees_all()).await.unwrap();
    work.split_series(
        &id,
        revision,
        &[1],
        act("split", "split"),
        (&model, &sees_all()),
    )
    .await
    .unwrap();
    assert_eq!(partition(&work).await, vec![vec![0, 2], vec![3, 4]]);
    assert!(matches!(
        work.split_series(
            &id,
            revision,
            &[2],
            act("late", "split"),
            (&model, &sees_all())
        )
        .await,
        Err(StoreError::Changed)
    ));
    work.undo_series_act("split", act("undo", "undo"), &model)
        .await
        .unwrap();
    assert_eq!(partition(&work).await, before);

    let id = work.docket(0).await.unwrap().unwrap().series.unwrap();
    let other = work.docket(3).await.unwrap().unwrap().series.unwrap();
    let revision = work.series_lock(&id, &sees_all()).await.unwrap();
    work.merge_series(
        &id,
        revision,
        &other,
        act("merge", "merge"),
        (&model, &sees_all()),
    )
    .await
    .unwrap();
    assert_eq!(partition(&work).await, vec![vec![0, 1, 2, 3, 4]]);
    work.undo_series_act("merge", act("undo-merge", "undo"), &model)
        .await
        .unwrap();
    assert_eq!(partition(&work).await, before);
    // What is undone is undone: neither twice, nor the undoing itself.
    for id in ["merge", "undo-merge"] {
        assert!(matches!(
            work.undo_series_act(id, act("again", "undo"), &model).await,
            Err(StoreError::Changed)
        ));
    }

    let id = work.docket(3).await.unwrap().unwrap().series.unwrap();
    let revision = work.series_lock(&id, &sees_all()).await.unwrap();
    work.confirm_series(
        &id,
        revision,
        act("confirm", "confirm"),
        (&model, &sees_all()),
    )
    .await
    .unwrap();
    assert_eq!(work.series(&id).await.unwrap().unwrap().state, "confirmed");
    let more = [harmonised(6, &[(20, "iban")])];
    work.apply(
        Batch::new(more.to_vec(), &mut Analyser::default()),
        Reached {
            submission: 6,
            supplement: -1,
        },
        &model,
    )
    .await
    .unwrap();
    work.recluster(&model, 10).await.unwrap();
    assert_eq!(work.docket(6).await.unwrap().unwrap().series, Some(id));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_merge_is_undone_where_its_members_went_and_gives_back_what_was_confirmed() {
    let folder = tempfile::tempdir().unwrap();
    let work = work(folder.path(), &[&gangs()]).await;
    let model = model();
    let before = partition(&work).await;
    let name = async |seq| work.docket(seq).await.unwrap().unwrap().series.unwrap();
    let state = async |id: &str| work.series(id).await.unwrap().unwrap().state;
    let revision = async |id: &str| work.series_lock(id, &sees_all()).await.unwrap();
    let (large, small) = (name(0).await, name(3).await);
    work.confirm_series(
        &small,
        revision(&small).await,
        act("confirm", "confirm"),
        (&model, &sees_all()),
    )
    .await
    .unwrap();
    // Merged from the page of the small one: the large one keeps its name, and the act with it.
    let kept = work
        .merge_series(
            &small,
            revision(&small).await,
            &large,
            act("merge", "merge"),
            (&model, &sees_all()),
        )
        .await
        .unwrap();
    assert_eq!(kept, large);
    assert_eq!(state(&small).await, "retired");
    // What was in it is in its heir, of which a part may be all that is seen.
    let retired = work.seen_series(&small, &sees_all()).await.unwrap();
    let retired = retired.unwrap();
    assert_eq!(retired.merged_into.as_ref(), Some(&large));
    assert_eq!(
        (
            retired.members,
            retired.amount_minor,
            retired.cohesion,
            retired.first_at,
            retired.last_at
        ),
        (0, 0, 0, 0, 0)
    );
    let acts = work.series_acts(&large, &sees_all()).await.unwrap();
    assert_eq!(acts.last().unwrap().id, "merge");
    work.undo_series_act("merge", act("undo", "undo"), &model)
        .await
        .unwrap();
    assert_eq!(partition(&work).await, before);
    assert_eq!(
        (name(0).await, name(3).await),
        (large.clone(), small.clone())
    );
    assert_eq!(state(&small).await, "confirmed");
    assert_eq!(state(&large).await, "proposed");
    work.undo_series_act("confirm", act("undo-confirm", "undo"), &model)
        .await
        .unwrap();
    assert_eq!(state(&small).await, "proposed");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_series_goes_from_its_first_fact_to_its_last_and_not_to_when_it_was_told() {
    let mut all = gangs();
    (all[0].occurred_at, all[2].occurred_at) = (Some(-700), Some(-500));
    let folder = tempfile::tempdir().unwrap();
    let work = work(folder.path(), &[&all]).await;
    let series = async |seq| {
        let id = work.docket(seq).await.unwrap().unwrap().series.unwrap();
        let row = work.series(&id).await.unwrap().unwrap();
        (
            row.first_at,
            row.last_at,
            work.series_received(&id, &sees_all()).await.unwrap(),
        )
    };
    assert_eq!(series(0).await, (-700, -500, Some(2)));
    // Where no member tells a moment, receipt is all there is.
    assert_eq!(series(3).await, (3, 4, Some(4)));
    for (seq, moments) in [(0, [-700, -500]), (3, [3, 4])] {
        let id = work.docket(seq).await.unwrap().unwrap().series.unwrap();
        assert_eq!(
            work.series_moments(&id, 10, &sees_all()).await.unwrap(),
            moments
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_large_component_holds_no_small_one_back() {
    let chain = |seq: i64| harmonised(seq, &[(1000 + seq, "iban"), (1001 + seq, "iban")]);
    let mut all: Vec<Harmonised> = (0..40).map(chain).collect();
    all.push(harmonised(40, &[(1, "iban")]));
    all.push(harmonised(41, &[(1, "iban")]));
    let folder = tempfile::tempdir().unwrap();
    let work = work(folder.path(), &[&all]).await;
    let series = async |seq: i64| work.docket(seq).await.unwrap().unwrap().series;
    assert!(series(41).await.is_some());
    assert_eq!(series(0).await, None);
    assert_eq!(work.recluster(&model(), 10).await.unwrap(), 0);
    assert_eq!(work.dirty().await.unwrap(), 1);
    assert_eq!(work.recluster_large(&model()).await.unwrap(), 1);
    assert!(series(0).await.is_some());
    assert_eq!(work.recluster_large(&model()).await.unwrap(), 0);
}

/// Someone who reports a chain of invented accounts, in which each hangs by the one before, brings no series
/// about and hides none: what shares two facts with its like is still found, and the pages say so.
#[tokio::test(flavor = "multi_thread")]
async fn a_chain_of_invented_reports_is_held_back_and_hides_no_series() {
    let chain = |seq: i64| harmonised(seq, &[(1000 + seq, "iban"), (1001 + seq, "iban")]);
    let gang = |seq: i64| harmonised(seq, &[(1020, "iban"), (1, "phone"), (2, "email")]);
    let first: Vec<Harmonised> = (0..40).map(chain).chain((40..44).map(gang)).collect();
    let second: Vec<Harmonised> = (0..40).map(chain).map(|one| at(one, 44)).collect();
    let folder = tempfile::tempdir().unwrap();
    let small = work(folder.path(), &[&first]).await;
    while small.recluster_large(&model()).await.unwrap() > 0 {}
    assert_eq!(small.held_back(None).await.unwrap(), 0);
    let all: Vec<Harmonised> = first.into_iter().chain(second).collect();
    assert_eq!(partition(&small).await, defined(&all[..44]));
    for batches in [&[&all[..]][..], &[&all[..44], &all[44..]]] {
        let folder = tempfile::tempdir().unwrap();
        let work = work(folder.path(), batches).await;
        while work.recluster_large(&model()).await.unwrap() > 0 {}
        // One and the same account twice: who names it has two facts with nobody else but one other.
        let expected = defined(&all);
        assert!(expected.contains(&vec![40, 41, 42, 43]));
        assert_eq!(partition(&work).await, expected);
        assert_eq!(work.held_back(None).await.unwrap(), 84);
        let series = work.docket(40).await.unwrap().unwrap().series;
        let held = work.held_back(series.as_deref()).await.unwrap();
        assert_eq!(held, 84);
    }
}

/// The same, received later.
fn at(one: Harmonised, later: i64) -> Harmonised {
    let seq = one.seq + later;
    Harmonised {
        seq,
        id: format!("id-{seq}"),
        ..one
    }
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
                .queue(&Filter::default(), sort, after.as_deref(), 10, &sees_all())
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
    let page = work
        .queue(&urgent, Sort::Rank, None, 10, &sees_all())
        .await
        .unwrap();
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
        work.find_words("Livrés colis", None, 3, &sees_all())
            .await
            .unwrap(),
        vec![5, 4, 3]
    );
    assert_eq!(
        work.find_words("rien", None, 3, &sees_all()).await.unwrap(),
        Vec::<i64>::new()
    );
    assert_eq!(
        work.holders(20, None, 10, &sees_all()).await.unwrap(),
        vec![4, 3]
    );
    assert_eq!(
        (
            work.held(10).await.unwrap(),
            work.held(30).await.unwrap(),
            work.held(99).await.unwrap()
        ),
        (3, 1, 0)
    );
    let keys = work.keys(0, &model()).await.unwrap();
    let matches = work.matches(0, &keys, 10, &sees_all()).await.unwrap();
    assert_eq!(
        matches
            .iter()
            .map(|matched| matched.seq)
            .collect::<Vec<_>>(),
        vec![2, 1]
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn pages_of_series_meet_every_series_once_the_largest_first() {
    let folder = tempfile::tempdir().unwrap();
    // Gang g has 2 + g % 3 members.
    let mut all = Vec::new();
    for gang in 0..13 {
        for _ in 0..2 + gang % 3 {
            all.push(harmonised(
                all.len() as i64,
                &[(100 + gang, "iban"), (200 + gang, "phone")],
            ));
        }
    }
    let work = work(folder.path(), &[&all]).await;
    let first = work
        .series_page("", None, 1, &sees_all())
        .await
        .unwrap()
        .rows
        .remove(0);
    let lock = work.series_lock(&first.id, &sees_all()).await.unwrap();
    work.confirm_series(
        &first.id,
        lock,
        act("c", "confirm"),
        (&model(), &sees_all()),
    )
    .await
    .unwrap();
    for (state, expected) in [("", 13), ("confirmed", 1), ("proposed", 12)] {
        let mut met = Vec::new();
        let mut after = None;
        loop {
            let page = work
                .series_page(state, after.as_deref(), 4, &sees_all())
                .await
                .unwrap();
            met.extend(page.rows.iter().map(|row| (-row.members, row.id.clone())));
            after = page.next;
            if after.is_none() {
                break;
            }
        }
        assert_eq!(met.len(), expected, "{state}");
        assert!(
            met.is_sorted_by(|a, b| a.0 < b.0 || (a.0 == b.0 && a.1 > b.1)),
            "{met:?}"
        );
    }
    assert!(
        work.series_page("", Some("nonsense"), 4, &sees_all())
            .await
            .unwrap()
            .rows
            .len()
            == 4
    );

    assert_eq!(
        work.seen_sizes(&[&first.id, "S-999999"], &sees_all())
            .await
            .unwrap(),
        [(first.id.clone(), 4)].into()
    );
    let keys = work.series_keys(&first.id, 100, &sees_all()).await.unwrap();
    assert_eq!((keys.len(), keys[0].1.len()), (4, 2));
    let known = work.known_keys(&[keys[0].1[0].id, 5]).await.unwrap();
    assert_eq!(
        known.values().map(|key| key.members).collect::<Vec<_>>(),
        [4]
    );
    assert_eq!(
        work.series_moments(&first.id, 3, &sees_all())
            .await
            .unwrap()
            .len(),
        3
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn series_are_ordered_by_what_is_seen_of_them() {
    let folder = tempfile::tempdir().unwrap();
    // Gang g has 3 + g % 4 members, every third of the ledger at another unit.
    let mut all: Vec<Harmonised> = Vec::new();
    let mut gang_of = Vec::new();
    for gang in 0..12 {
        for _ in 0..3 + gang % 4 {
            let seq = all.len() as i64;
            gang_of.push(gang);
            all.push(Harmonised {
                unit: ["a", "a", "b"][all.len() % 3].to_owned(),
                ..harmonised(seq, &[(100 + gang, "iban"), (200 + gang, "phone")])
            });
        }
    }
    let work = work(folder.path(), &[&all]).await;
    let apart = work.standings(&[0, 1, 4, 6, 2, 5, 9, 12, 20, 23, 29, 36]);
    let apart = apart.await.unwrap();
    for (own, other) in [(true, false), (false, false), (true, true), (false, true)] {
        let sees = |one: &Standing| if one.unit == "a" { own } else { other };
        let sight = Sight::new(Some("a"), apart.clone(), sees);
        let mut expected = Vec::new();
        for gang in 0..12 {
            let of_it = all.iter().filter(|one| gang_of[one.seq as usize] == gang);
            let seen: Vec<&Harmonised> =
                of_it.filter(|one| sight.sees(one.seq, &one.unit)).collect();
            if let [first, _, ..] = seen.as_slice() {
                let here = seen.iter().filter(|one| one.unit == "a").count();
                let docket = work.docket(first.seq).await.unwrap().unwrap();
                expected.push((here, docket.series.unwrap(), seen.len() as i64));
            }
        }
        expected.sort();
        expected.reverse();
        let (mut met, mut after) = (Vec::new(), None);
        loop {
            let page = work
                .series_page("", after.as_deref(), 2, &sight)
                .await
                .unwrap();
            met.extend(page.rows.iter().map(|row| (row.id.clone(), row.members)));
            for row in &page.rows {
                let whole = work.series(&row.id).await.unwrap().unwrap();
                if row.members < whole.members {
                    let reasons = work.reasons(&row.id, 1_000, &sight).await.unwrap();
                    let bits: f64 = reasons.iter().map(|reason| reason.bits).sum();
                    let mean = 1_000.0 * bits / reasons.len().max(1) as f64;
                    let off = (row.cohesion as f64 - mean).abs();
                    assert!(off <= 1.0, "{} is not {mean}", row.cohesion);
                }
            }
            let Some(next) = page.next else {
                break;
            };
            // The address of the next page says no more than the rows.
            let last = &expected[met.len() - 1];
            assert_eq!(next, format!("{}.{}", last.0, last.1));
            after = Some(next);
        }
        let expected: Vec<(String, i64)> = expected
            .into_iter()
            .map(|(_, id, members)| (id, members))
            .collect();
        assert_eq!(met, expected, "{own} {other}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_presses_is_counted() {
    let folder = tempfile::tempdir().unwrap();
    // Number 3 is urgent; deadlines are at number + 100.
    let work = work(folder.path(), &[&gangs()]).await;
    let before = work.pressing("agent", 102, &sees_all()).await.unwrap();
    assert_eq!(
        before,
        Pressing {
            urgent: 1,
            late: 2,
            mine: 0,
            free: 0
        }
    );
    let mine = Change {
        state: "assigned".to_owned(),
        unit: "ofac-thesee".to_owned(),
        owner: "agent".to_owned(),
        unread: false,
    };
    work.transition(3, 0, mine, act("t", "take")).await.unwrap();
    assert_eq!(
        work.pressing("agent", 0, &sees_all()).await.unwrap(),
        Pressing {
            urgent: 0,
            late: 0,
            mine: 1,
            free: 0
        }
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn what_waits_in_a_state_is_told_with_the_oldest_and_what_is_late() {
    let folder = tempfile::tempdir().unwrap();
    let all = gangs();
    let many = all.len() as i64;
    let (oldest, unit) = (all[0].received_at, all[0].unit.clone());
    let work = work(folder.path(), &[&all]).await;
    // Deadlines are at number + 100.
    let queued = work.waits("queued", None, 102).await.unwrap();
    let expected = Waits {
        many,
        oldest: Some(oldest),
        next_deadline: Some(100),
        late: 2,
    };
    assert_eq!(queued, expected);
    assert_eq!(
        work.waits("queued", Some(&unit), 102).await.unwrap(),
        expected
    );
    let nothing = Waits::default();
    for (state, unit) in [("queued", Some("nowhere")), ("assigned", None)] {
        assert_eq!(work.waits(state, unit, 102).await.unwrap(), nothing);
    }
    let away = Change {
        state: "assigned".to_owned(),
        unit: "other".to_owned(),
        owner: String::new(),
        unread: false,
    };
    work.transition(0, 0, away, act("t", "route"))
        .await
        .unwrap();
    let there = work.waits("assigned", Some("other"), 0).await.unwrap();
    assert_eq!(
        (there.many, there.next_deadline, there.late),
        (1, Some(100), 0)
    );
    let queued = work.waits("queued", None, 102).await.unwrap();
    assert_eq!(
        (queued.many, queued.next_deadline, queued.late),
        (many - 1, Some(101), 1)
    );
    assert_eq!(work.count_again().await.unwrap(), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn every_way_to_read_the_queue_gives_the_same_rows() {
    let folder = tempfile::tempdir().unwrap();
    let all: Vec<Harmonised> = (0..240)
        .map(|seq| Harmonised {
            headline: ["romance", "false_shop", "sextortion"][seq as usize % 3].to_owned(),
            unit: ["a", "b"][seq as usize % 2].to_owned(),
            desk: if seq % 7 == 0 {
                "pharos".to_owned()
            } else {
                "thesee".to_owned()
            },
            deadline_at: (seq * 7919) % 240,
            urgent: seq % 50 == 3,
            ..harmonised(seq, &[])
        })
        .collect();
    let work = work(folder.path(), &[&all]).await;
    let text = |words: &[&str], place: usize| words[place % words.len()].to_owned();
    // Unit a alone; without what is kept from the agent; with what unit b shows; with both; and nothing at all.
    let apart = work.standings(&[2, 8, 60, 3, 9, 53, 101]).await.unwrap();
    let [only, without, more, both] = [(true, false), (false, false), (true, true), (false, true)]
        .map(|(own, other)| {
            let sees = move |one: &Standing| if one.unit == "a" { own } else { other };
            Sight::new(Some("a"), apart.clone(), sees)
        });
    let nothing = Sight::new(None, Vec::new(), |_| false);
    for choice in 0..160_usize {
        let sight = [&only, &without, &more, &both, &nothing][choice / 7 % 5];

        let filter = Filter {
            state: text(&["", "queued", "withdrawn"], choice / 7),
            desk: text(&["", "thesee", "pharos"], choice),
            headline: if choice % 3 == 0 {
                String::new()
            } else {
                text(&["", "romance"], choice / 3)
            },
            unowned: choice % 5 == 2,
            owner: text(&["", "", "", "", "nobody"], choice),
            urgent: choice % 4 == 3,
        };
        for sort in [Sort::Rank, Sort::Deadline, Sort::Newest] {
            let (mut met, mut after) = (Vec::new(), None);
            loop {
                let page = work
                    .queue(&filter, sort, after.as_deref(), 7, sight)
                    .await
                    .unwrap();
                met.extend(page.rows.iter().map(|row| row.seq));
                after = page.next;
                if after.is_none() {
                    break;
                }
            }
            let fits = |wanted: &str, found: &str| wanted.is_empty() || wanted == found;
            let mut expected: Vec<&Harmonised> = all
                .iter()
                .filter(|_| fits(&filter.state, "queued") && filter.owner.is_empty())
                .filter(|one| {
                    fits(&filter.desk, &one.desk) && fits(&filter.headline, &one.headline)
                })
                .filter(|one| sight.sees(one.seq, &one.unit) && (!filter.urgent || one.urgent))
                .collect();
            match sort {
                Sort::Rank => expected.sort_by_key(|one| (!one.urgent, -one.priority, one.seq)),
                Sort::Deadline => expected.sort_by_key(|one| (one.deadline_at, one.seq)),
                Sort::Newest => expected.sort_by_key(|one| -one.seq),
            }
            let expected: Vec<i64> = expected.iter().map(|one| one.seq).collect();
            assert_eq!(met, expected, "{filter:?} {sort:?}");
        }
    }
}

/// SQLite ends a transaction by itself when its commit meets a full disk; here a statement does.
#[tokio::test(flavor = "multi_thread")]
async fn after_a_commit_that_failed_what_is_answered_as_done_lies_in_a_commit() {
    let folder = tempfile::tempdir().unwrap();
    let work = work(folder.path(), &[&gangs()]).await;
    for ended in ["ROLLBACK", "SELECT 1"] {
        let mut connection = work.writing().await.unwrap();
        let mut transaction = connection.begin().await.unwrap();
        sql::run(&mut transaction, ended, vec![]).await.unwrap();
        // Dropped without a commit.
    }
    let many: Vec<Harmonised> = (6..60)
        .map(|seq| harmonised(seq, &[(seq, "iban")]))
        .collect();
    let reached = Reached {
        submission: 59,
        supplement: -1,
    };
    work.apply(
        Batch::new(many, &mut Analyser::default()),
        reached,
        &model(),
    )
    .await
    .unwrap();
    // Another connection reads what was committed.
    assert_eq!(work.reached().await.unwrap(), reached);
}

/// Has submissions found again with these keys, as the worker would.
async fn found_again(work: &Work, found: &[(i64, &[(i64, &str)])]) {
    let waiting = work.waiting_again(1000).await.unwrap();
    let found: Vec<FoundAgain> = found
        .iter()
        .map(|(seq, keys)| FoundAgain {
            waiting: *waiting.iter().find(|one| one.seq == *seq).unwrap(),
            sightings: format!("[{seq}]"),
            keys: harmonised(*seq, keys).keys,
            parts: Vec::new(),
        })
        .collect();
    work.take_again(&found, &model()).await.unwrap();
    work.recluster(&model(), 1000).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_key_that_goes_joins_no_more_and_one_that_comes_does() {
    let folder = tempfile::tempdir().unwrap();
    let work = work(folder.path(), &[&gangs()]).await;
    assert!(work.queue_older_than(1).await.unwrap());
    assert!(!work.queue_older_than(1).await.unwrap());
    assert_eq!(work.waiting_again(10).await.unwrap().len(), 6);
    found_again(&work, &[(1, &[])]).await;
    assert_eq!(partition(&work).await, vec![vec![0, 2], vec![3, 4]]);
    assert_eq!(work.docket(1).await.unwrap().unwrap().sightings, "[1]");
    // The last two that shared it: the series ends.
    found_again(
        &work,
        &[(4, &[(22, "email")]), (5, &[(10, "iban"), (11, "phone")])],
    )
    .await;
    assert_eq!(partition(&work).await, vec![vec![0, 2, 5]]);
    work.queue_older_than(2).await.unwrap();
    let all = gangs();
    let keys: Vec<Vec<(i64, &str)>> = all
        .iter()
        .map(|one| {
            one.keys
                .iter()
                .map(|key| (key.id, KEY_KINDS[usize::from(key.kind)]))
                .collect()
        })
        .collect();
    let back: Vec<(i64, &[(i64, &str)])> = (0..).zip(keys.iter().map(Vec::as_slice)).collect();
    found_again(&work, &back).await;
    assert_eq!(partition(&work).await, vec![vec![0, 1, 2], vec![3, 4]]);
    assert!(work.waiting_again(10).await.unwrap().is_empty());
}

/// The series by their definition: all submissions clustered at once, without a database.
fn defined(all: &[Harmonised]) -> Vec<Vec<i64>> {
    let model = model();
    let mut members: std::collections::BTreeMap<i64, Vec<(Key, i64)>> = Default::default();
    for one in all {
        for key in &one.keys {
            members.entry(key.id).or_default().push((*key, one.seq));
        }
    }
    let mut component = linkage::Component::new();
    for (id, held) in members {
        let stored = held[0].0;
        let key = linkage::Key {
            id: linkage::KeyId(id as u64),
            kind: model.kind(KEY_KINDS[usize::from(stored.kind)]).unwrap(),
            damped: stored.damped,
        };
        let count = matching::unlisted_members(stored.kind).unwrap_or(held.len() as i64);
        component.push_key(key, count as u64);
        for (_, seq) in held {
            component.push_member(key.id, linkage::RecordId(seq as u64));
        }
    }
    let found = component.cluster(&model).series.into_iter();
    let mut series: Vec<Vec<i64>> = found
        .map(|series| series.members.iter().map(|id| id.0 as i64).collect())
        .collect();
    series.sort();
    series
}

/// One passage leads nowhere; beside a second fact, whenever that comes, it does.
#[tokio::test(flavor = "multi_thread")]
async fn a_passage_leads_with_a_second_fact_only() {
    let all = [
        harmonised(0, &[(1, "passage"), (2, "payee"), (3, "modus")]),
        harmonised(1, &[(1, "passage"), (4, "payee"), (3, "modus")]),
        harmonised(2, &[(1, "passage"), (2, "payee")]),
        harmonised(3, &[(5, "payee")]),
    ];
    let folder = tempfile::tempdir().unwrap();
    let one_by_one: Vec<&[Harmonised]> = all.chunks(1).collect();
    let work = work(folder.path(), &one_by_one).await;
    assert_eq!(partition(&work).await, vec![vec![0, 2]]);
    work.queue_older_than(1).await.unwrap();
    found_again(&work, &[(1, &[(1, "passage"), (2, "payee")])]).await;
    assert_eq!(partition(&work).await, vec![vec![0, 1, 2]]);
    work.queue_older_than(2).await.unwrap();
    found_again(
        &work,
        &[(0, &[(1, "passage")]), (3, &[(1, "passage"), (2, "payee")])],
    )
    .await;
    assert_eq!(partition(&work).await, vec![vec![1, 2, 3]]);
}

/// Whatever was found before, what is found now gives the series that it would have given at once.
#[tokio::test(flavor = "multi_thread")]
async fn what_is_found_again_gives_what_it_would_have_given_at_once() {
    let mut state = 1_u64;
    let mut random = move |most: u64| {
        state = state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) % most
    };
    // `registrable` is capped at 15 holders, `mail_domain` too, `passage` at 6: keys cross their caps both ways.
    let kinds: [(&str, u64); 7] = [
        ("iban", 12),
        ("phone", 12),
        ("mail_domain", 2),
        ("registrable", 2),
        ("text", 3),
        ("passage", 6),
        ("payee", 8),
    ];
    let mut drawn = |seq: i64| {
        let keys: std::collections::BTreeMap<i64, &str> = (0..1 + random(4))
            .map(|_| {
                let kind = random(7);
                let (name, values) = kinds[kind as usize];
                ((kind * 100 + random(values)) as i64 + 1, name)
            })
            .collect();
        harmonised(seq, &keys.into_iter().collect::<Vec<_>>())
    };
    let first: Vec<Harmonised> = (0..40).map(&mut drawn).collect();
    let folder = tempfile::tempdir().unwrap();
    let changed = work(folder.path(), &[&first]).await;
    let mut now = first;
    for round in 1..=6 {
        changed.queue_older_than(round).await.unwrap();
        let waiting = changed.waiting_again(100).await.unwrap();
        let mut found = Vec::new();
        for one in waiting.iter().filter(|one| one.seq % 6 != round % 6) {
            let again = drawn(one.seq);
            found.push(FoundAgain {
                waiting: *one,
                sightings: "[]".to_owned(),
                keys: again.keys.clone(),
                parts: Vec::new(),
            });
            now[one.seq as usize] = again;
        }
        changed.take_again(&found, &model()).await.unwrap();
        let folder = tempfile::tempdir().unwrap();
        let at_once = work(folder.path(), &[&now]).await;
        for work in [&changed, &at_once] {
            work.recluster(&model(), 1000).await.unwrap();
            while work.recluster_large(&model()).await.unwrap() > 0 {}
        }
        assert_eq!(
            partition(&changed).await,
            partition(&at_once).await,
            "round {round}"
        );
        assert_eq!(partition(&changed).await, defined(&now), "round {round}");
        for seq in 0..40 {
            let counts = async |work: &Work| {
                let mut counts: Vec<(i64, i64)> = work
                    .keys(seq, &model())
                    .await
                    .unwrap()
                    .iter()
                    .map(|count| (count.key.id, count.members))
                    .collect();
                counts.sort_unstable();
                counts
            };
            assert_eq!(counts(&changed).await, counts(&at_once).await);
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_reason_that_comes_while_it_is_harmonised_is_not_lost() {
    let folder = tempfile::tempdir().unwrap();
    let mut one = harmonised(0, &[]);
    one.more = true;
    let work = work(folder.path(), &[&[one]]).await;
    let waiting = work.waiting_again(10).await.unwrap();
    assert_eq!(waiting.len(), 1);
    work.record(0, act("reply", "reply")).await.unwrap();
    let found = FoundAgain {
        waiting: waiting[0],
        sightings: "[\"old\"]".to_owned(),
        keys: Vec::new(),
        parts: Vec::new(),
    };
    work.take_again(&[found], &model()).await.unwrap();
    assert_eq!(work.docket(0).await.unwrap().unwrap().sightings, "[]");
    let again = work.waiting_again(10).await.unwrap();
    assert_eq!((again.len(), again[0].stamp), (1, waiting[0].stamp + 1));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_an_agent_says_of_a_hit_is_kept_apart_and_undone() {
    let folder = tempfile::tempdir().unwrap();
    let work = work(folder.path(), &[&gangs()]).await;
    let named = |kind: &str, value: &str| Named {
        kind: kind.to_owned(),
        value: value.to_owned(),
    };
    let (iban, other) = (named("iban", "A"), named("rib", "B"));
    let revision = async || work.docket(0).await.unwrap().unwrap().revision;
    let first = revision().await;
    work.correct(
        0,
        first,
        Some(&iban),
        Some(&other),
        act("correct", "hit_correct"),
    )
    .await
    .unwrap();
    assert!(matches!(
        work.correct(0, first, None, Some(&other), act("late", "hit_add"))
            .await,
        Err(StoreError::Changed)
    ));
    work.correct(
        0,
        revision().await,
        Some(&other),
        None,
        act("dismiss", "hit_dismiss"),
    )
    .await
    .unwrap();
    let said = work.corrections(0).await.unwrap();
    assert_eq!(
        said.iter()
            .map(|one| (one.of.clone(), one.to.clone()))
            .collect::<Vec<_>>(),
        [(Some(iban), Some(other.clone())), (Some(other), None)]
    );
    assert_eq!(work.waiting_again(10).await.unwrap().len(), 1);
    assert_eq!(work.docket(0).await.unwrap().unwrap().sightings, "[]");
    work.undo_correction(0, revision().await, "correct", act("undo", "hit_undo"))
        .await
        .unwrap();
    assert_eq!(work.corrections(0).await.unwrap().len(), 1);
    for id in ["correct", "undo", "nothing"] {
        let revision = revision().await;
        assert!(matches!(
            work.undo_correction(0, revision, id, act("again", "hit_undo"))
                .await,
            Err(StoreError::Changed)
        ));
        assert_eq!(work.docket(0).await.unwrap().unwrap().revision, revision);
    }
    let undone = work.acts(0).await.unwrap();
    let undone = undone.iter().find(|one| one.id == "correct").unwrap();
    assert_eq!(undone.undone_by.as_deref(), Some("undo"));
}

/// What unit "a" sees, of which another unit shows these parts of number 3.
async fn sight_of_parts(work: &Work, parts: &[&str]) -> Sight {
    let before = work.acts(3).await.unwrap().len();
    let shown = act(&format!("show {before}"), "show");
    work.show_to(3, &[("a", parts)], shown).await.unwrap();
    let apart = work.apart("agent", "a").await.unwrap();
    Sight::new(Some("a"), apart, |_| true)
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_shown_in_part_is_found_counted_and_in_series_by_the_parts_shown_alone() {
    let folder = tempfile::tempdir().unwrap();
    // Number 3 lies at another unit, in a series by what stands in a message, and beside 4 by a fact.
    let keys: [&[(i64, &str)]; 5] = [
        &[(20, "iban"), (21, "phone")],
        &[(20, "iban"), (21, "phone")],
        &[(30, "iban")],
        &[(10, "iban"), (20, "iban"), (21, "phone"), (30, "iban")],
        &[(10, "iban")],
    ];
    let all = keys.iter().zip(0..).map(|(keys, seq)| Harmonised {
        unit: if seq == 3 { "b" } else { "a" }.to_owned(),
        ..harmonised(seq, keys)
    });
    let all: Vec<Harmonised> = all.collect();
    let work = work(folder.path(), &[&all]).await;
    let series = work.docket(3).await.unwrap().unwrap().series.unwrap();
    assert_eq!(
        work.docket(0).await.unwrap().unwrap().series.as_ref(),
        Some(&series)
    );
    let found = async |sight: &Sight| {
        let mut found = Vec::new();
        for key in [10, 20, 30] {
            let holders = work.holders(key, None, 9, sight).await.unwrap();
            let count = work.seen_holders(&[key], sight).await.unwrap()[&key];
            assert_eq!(count, holders.len() as i64, "{key}");
            found.push(holders);
        }
        found
    };
    let in_series = async |sight: &Sight| {
        let members = work.members(&series, -1, 9, sight).await.unwrap();
        let members: Vec<i64> = members.iter().map(|one| one.seq).collect();
        let seen = work.seen_series(&series, sight).await.unwrap();
        let size = seen.map_or(0, |seen| seen.members);
        assert!(
            size == members.len() as i64 || size == 0,
            "{size} {members:?}"
        );
        for reason in work.reasons(&series, 99, sight).await.unwrap() {
            assert!(members.contains(&reason.a) && members.contains(&reason.b));
            assert!(!reason.keys.is_empty());
        }
        members
    };
    // All of it, from the first moment on.
    let sight = sight_of_parts(&work, &["facts", "messages", "exhibits"]).await;
    assert_eq!(found(&sight).await, [vec![4, 3], vec![3, 1, 0], vec![3, 2]]);
    assert!(in_series(&sight).await.contains(&3));
    // Of a part nothing, until what stands where is known.
    let sight = sight_of_parts(&work, &["facts"]).await;
    assert!(sight.sees(3, "b"));
    assert_eq!(found(&sight).await, [vec![4], vec![1, 0], vec![2]]);
    let waiting = work.waiting_again(9).await.unwrap();
    let waiting = *waiting.iter().find(|one| one.seq == 3).unwrap();
    let again = FoundAgain {
        waiting,
        sightings: "[]".to_owned(),
        keys: all[3].keys.clone(),
        parts: vec![
            (10, Part::Facts),
            (20, Part::Messages),
            (21, Part::Messages),
            (30, Part::Exhibits),
        ],
    };
    work.take_again(&[again], &model()).await.unwrap();
    let (own, with) = (|| vec![1, 0], || vec![3, 1, 0]);
    for (parts, holders) in [
        (&["facts"][..], [vec![4, 3], own(), vec![2]]),
        (&["facts", "messages"], [vec![4, 3], with(), vec![2]]),
        (&["facts", "exhibits"], [vec![4, 3], own(), vec![3, 2]]),
        (
            &["facts", "exhibits", "messages"],
            [vec![4, 3], with(), vec![3, 2]],
        ),
        (
            &["facts", "notes", "identity"],
            [vec![4, 3], own(), vec![2]],
        ),
    ] {
        let sight = sight_of_parts(&work, parts).await;
        assert_eq!(found(&sight).await, holders, "{parts:?}");
        // The reason that ties 3 to 0 is in the messages, the one that ties it to 4 in the facts.
        let members = in_series(&sight).await;
        let shown: Vec<i64> = work
            .keys_shown(3, &sight)
            .await
            .unwrap()
            .into_iter()
            .flatten()
            .collect();
        let whole = parts.contains(&"messages") && parts.contains(&"exhibits");
        assert_eq!(shown.is_empty(), whole, "{parts:?}");
        assert!(members.contains(&3), "{parts:?} {members:?}");
        for reason in work.reasons(&series, 99, &sight).await.unwrap() {
            let of_it = [reason.a, reason.b].contains(&3) && !whole;
            assert!(!of_it || reason.keys.iter().all(|(key, _)| shown.contains(key)));
        }
    }
    // Nothing any more, at once.
    work.show_to(3, &[], act("end", "show")).await.unwrap();
    let apart = work.apart("agent", "a").await.unwrap();
    let sight = Sight::new(Some("a"), apart, |_| true);
    assert!(!sight.sees(3, "b"));
    assert_eq!(found(&sight).await, [vec![4], vec![1, 0], vec![2]]);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_lies_in_a_series_by_a_part_that_is_not_shown_alone_is_in_none() {
    let folder = tempfile::tempdir().unwrap();
    let shared: &[(i64, &str)] = &[(20, "iban"), (21, "phone")];
    let all: Vec<Harmonised> = (0..4)
        .map(|seq| Harmonised {
            unit: if seq == 3 { "b" } else { "a" }.to_owned(),
            ..harmonised(seq, shared)
        })
        .collect();
    let work = work(folder.path(), &[&all]).await;
    let series = work.docket(3).await.unwrap().unwrap().series.unwrap();
    for (parts, members) in [(&["facts"][..], 3), (&["facts", "messages"], 4)] {
        let sight = sight_of_parts(&work, parts).await;
        for one in work.waiting_again(9).await.unwrap() {
            let again = FoundAgain {
                waiting: one,
                sightings: "[]".to_owned(),
                keys: all[3].keys.clone(),
                parts: vec![(20, Part::Messages), (21, Part::Messages)],
            };
            work.take_again(&[again], &model()).await.unwrap();
        }
        let apart = work.apart("agent", "a").await.unwrap();
        let sight = Sight::new(Some("a"), apart, |_| sight.sees(3, "b"));
        let seen = work.seen_series(&series, &sight).await.unwrap().unwrap();
        assert_eq!(seen.members, members, "{parts:?}");
        let listed = work.series_page("", None, 9, &sight).await.unwrap().rows;
        assert_eq!(listed[0].members, members, "{parts:?}");
        let sizes = work.seen_sizes(&[&series], &sight).await.unwrap();
        assert_eq!(sizes[&series], members, "{parts:?}");
        assert_eq!(sight.series(3, Some(&series)).is_some(), members == 4);
        let keys = work.series_keys(&series, 9, &sight).await.unwrap();
        assert_eq!(keys.len() as i64, members);
    }
}
