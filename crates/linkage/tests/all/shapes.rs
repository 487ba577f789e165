//! Small pictures: what becomes one series and what does not.

use linkage::{Decision, Key, KeyId, Model, RecordId, Series, WeightState};

use super::{batch, submissions};

/// Records as the keys they hold, `iban:3` or `damped phone:7`.
fn records(model: &Model, lines: &[&str]) -> Vec<(RecordId, Vec<Key>)> {
    lines
        .iter()
        .zip(0..)
        .map(|(line, number)| {
            let keys = line.split(", ").filter(|key| !key.is_empty()).map(|key| {
                let (key, damped) = match key.strip_prefix("damped ") {
                    Some(key) => (key, true),
                    None => (key, false),
                };
                let (kind, value) = key.split_once(':').unwrap();
                let kind_ix = model.kind(kind).unwrap();
                let first = kind
                    .bytes()
                    .fold(0, |hash: u64, byte| hash * 31 + u64::from(byte));
                let id = first % 1_000_000_007 * 1_000_003 + value.parse::<u64>().unwrap();
                Key {
                    id: KeyId(id),
                    kind: kind_ix,
                    damped,
                }
            });
            (RecordId(number), keys.collect())
        })
        .collect()
}

fn members(series: &[Series]) -> Vec<Vec<u64>> {
    series
        .iter()
        .map(|one| one.members.iter().map(|id| id.0).collect())
        .collect()
}

#[track_caller]
fn check(lines: &[&str], expected: &[&[u64]]) -> Vec<Series> {
    let model = submissions();
    let series = batch(&model, &records(&model, lines), &[]).series;
    assert_eq!(members(&series), expected, "{series:#?}");
    series
}

#[test]
fn one_trusted_key_is_enough_and_one_weak_is_not() {
    check(&["iban:1", "iban:1"], &[&[0, 1]]);
    check(&["iban:1", "iban:2"], &[]);
    check(&["", ""], &[]);
    check(&["text:1", "text:1"], &[]);
    check(&["damped phone:1", "damped phone:1"], &[]);
    // Weak keys weigh among records that a joining key brings together; they bring none together.
    check(&["damped phone:1, payee:1", "damped phone:1, payee:1"], &[]);
}

/// A chain of what strangers share is nothing. A chain of numbers that only two complaints each
/// name may be a gang that changes them every day; that it hangs by one link everywhere is said.
#[test]
fn a_chain_of_weak_links_is_no_series_and_one_of_strong_links_says_so() {
    for kind in ["registrable", "domain", "payee", "ipv4", "passage"] {
        check_chain(kind, |series| {
            assert!(series.is_empty(), "{kind}: {:?}", members(series))
        });
    }
    check_chain("phone", |series| {
        assert!(!series.is_empty());
        assert!(series.iter().all(|one| one.bridges.len() == one.tree.len()));
    });
}

fn check_chain(kind: &str, check: impl Fn(&[Series])) {
    let lines: Vec<String> = (0..40)
        .map(|n| format!("{kind}:{n}, {kind}:{}", n + 1))
        .collect();
    let lines: Vec<&str> = lines.iter().map(String::as_str).collect();
    let model = submissions();
    check(&batch(&model, &records(&model, &lines), &[]).series);
}

/// Two gangs that are large before they touch: one account that one of each names is a mule's.
#[test]
fn one_shared_account_does_not_join_large_gangs() {
    let gang = |n: usize| format!("phone:{n}, email:{n}, iban:{n}");
    for size in [6, 30] {
        let mut lines = vec![gang(1); size];
        lines.extend(vec![gang(2); size]);
        lines.extend([gang(1) + ", iban:9", gang(2) + ", iban:9"]);
        let lines: Vec<&str> = lines.iter().map(String::as_str).collect();
        let model = submissions();
        let series = batch(&model, &records(&model, &lines), &[]).series;
        assert_eq!(series.len(), 2, "{:?}", members(&series));
    }
}

#[test]
fn a_record_between_two_gangs_does_not_join_them() {
    let mut lines = vec!["iban:1, phone:1"; 6];
    lines.extend(["iban:2, phone:2"; 6]);
    check(&lines, &[&[0, 1, 2, 3, 4, 5], &[6, 7, 8, 9, 10, 11]]);
    lines.push("iban:1, phone:2");
    let model = submissions();
    let series = batch(&model, &records(&model, &lines), &[]).series;
    assert_eq!(series.len(), 2, "{:?}", members(&series));
    // Nor does one that holds everything of both, when they are not small.
    let mut lines = vec!["iban:1, phone:1"; 20];
    lines.extend(["iban:2, phone:2"; 20]);
    lines.push("iban:1, phone:1, iban:2, phone:2");
    let series = batch(&model, &records(&model, &lines), &[]).series;
    assert_eq!(series.len(), 2, "{:?}", members(&series));
}

/// A gang that changes its account, then its number: each era shares half with the next.
#[test]
fn eras_of_one_gang_join() {
    let eras = [
        "iban:1, phone:1",
        "iban:1, phone:2",
        "iban:2, phone:2",
        "iban:2, phone:3",
    ];
    let lines: Vec<&str> = eras.into_iter().flat_map(|era| [era; 10]).collect();
    let all: Vec<u64> = (0..40).collect();
    check(&lines, &[&all]);
}

#[test]
fn a_list_of_everything_is_no_bridge() {
    let mut lines: Vec<String> = (0..60)
        .map(|n| format!("iban:{}, phone:{}", n / 3, n / 3))
        .collect();
    let all: Vec<String> = (0..20).map(|n| format!("iban:{n}")).collect();
    lines.push(all.join(", "));
    let lines: Vec<&str> = lines.iter().map(String::as_str).collect();
    let model = submissions();
    let series = batch(&model, &records(&model, &lines), &[]).series;
    assert_eq!(series.len(), 20, "{:?}", members(&series));
}

#[test]
fn bridges_are_named() {
    let series = check(
        &["iban:1, phone:1", "iban:1, phone:1, email:1", "email:1"],
        &[&[0, 1, 2]],
    );
    let tree = &series[0].tree;
    let bridges: Vec<(u64, u64)> = series[0]
        .bridges
        .iter()
        .map(|&place| (tree[place].a.0, tree[place].b.0))
        .collect();
    assert_eq!(bridges, [(0, 1), (1, 2)]);
    let series = check(&["iban:1", "iban:1", "iban:1"], &[&[0, 1, 2]]);
    assert!(series[0].bridges.is_empty());
}

#[test]
fn capped_keys_say_nothing_and_are_reported() {
    let model = submissions();
    let lines: Vec<&str> = vec!["registrable:1"; 600];
    let clustering = batch(&model, &records(&model, &lines), &[]);
    assert!(clustering.series.is_empty());
    assert_eq!(clustering.capped.len(), 1);
    let registrable = model.kind("registrable").unwrap();
    assert_eq!(
        model.weight(registrable, 600, false).state,
        WeightState::Capped
    );
}

#[test]
fn a_person_decides() {
    let model = submissions();
    let lines = ["iban:1", "iban:1", "iban:1", "iban:2", ""];
    let id = RecordId;
    let run = |decisions: &[Decision]| batch(&model, &records(&model, &lines), decisions);
    assert_eq!(members(&run(&[]).series), [[0, 1, 2]]);
    let apart = run(&[Decision::CannotLink(id(2), id(0))]).series;
    assert!(
        apart
            .iter()
            .all(|one| { !(one.members.contains(&id(0)) && one.members.contains(&id(2))) })
    );
    assert_eq!(apart.len(), 1, "the third goes with one of the two");
    let joined = run(&[Decision::MustLink(id(4), id(3))]).series;
    assert_eq!(members(&joined), [vec![0, 1, 2], vec![3, 4]]);
    assert!(joined[1].tree[0].decided && joined[1].tree[0].keys.is_empty());
    let both = run(&[
        Decision::MustLink(id(0), id(3)),
        Decision::MustLink(id(3), id(4)),
        Decision::CannotLink(id(4), id(0)),
    ]);
    assert_eq!(both.contradictions, [Decision::CannotLink(id(0), id(4))]);
    let with_0 = both
        .series
        .iter()
        .find(|one| one.members.contains(&id(0)))
        .unwrap();
    assert!(with_0.members.contains(&id(4)) && with_0.members.contains(&id(3)));
}

#[test]
fn cohesion_is_the_mean_of_all_pairs() {
    let model = submissions();
    let lines = ["iban:1, phone:1", "iban:1, phone:1", "iban:1"];
    let series = check(&lines, &[&[0, 1, 2]]);
    let iban = model.weight(model.kind("iban").unwrap(), 3, false).bits;
    let phone = model.weight(model.kind("phone").unwrap(), 2, false).bits;
    assert!((series[0].cohesion - (iban + phone / 3.0)).abs() < 1e-9);
}
