//! Training with pairs that are known, and with deterministic rules.

use super::*;

const ENTITIES: usize = 5_000;

fn all_matches() -> Vec<(u32, u32)> {
    (0..ENTITIES as u32)
        .map(|at| (2 * at, 2 * at + 1))
        .collect()
}

fn without_relations() -> TrainOptions {
    TrainOptions {
        relations: false,
        ..TrainOptions::default()
    }
}

fn linkage(model: Model, records: &Records) -> Linkage<'_> {
    Linkage::new(model, records, LinkageOptions::default()).unwrap()
}

#[test]
fn m_from_labels_is_the_share_of_the_pairs_at_each_level() {
    let records = couples(ENTITIES, &[], 11);
    let mut linkage = linkage(exact_model(), &records);
    let mut matches = all_matches();
    // twice, the other way round, and a record with itself: all nothing new
    matches.extend([(1, 0), (0, 1), (7, 7)]);
    let training = linkage
        .train_from_labels(&matches, &without_relations())
        .unwrap();
    assert!(training.untrained.is_empty());
    for (at, comparison) in linkage.model().comparisons.iter().enumerate() {
        let codes = &records.at(at).codes;
        let equal = codes.chunks_exact(2).filter(|two| two[0] == two[1]).count();
        let m: Vec<f64> = comparison
            .levels
            .iter()
            .map(|level| level.m.unwrap())
            .collect();
        let share = equal as f64 / ENTITIES as f64;
        assert!((m[0] - share).abs() < 1e-12 && (m[0] + m[1] - 1.0).abs() < 1e-12);
        assert!(comparison.levels.iter().all(|level| !level.m_locked));
    }
    let expected = ENTITIES as f64 / (10_000.0 * 9_999.0 / 2.0);
    let prior = linkage.model().prior.unwrap();
    assert!(
        (prior / expected - 1.0).abs() < 0.03,
        "{prior} for {expected}"
    );
}

#[test]
fn locked_m_stays_and_the_rest_is_shared_by_the_labels() {
    let records = couples(200, &[], 12);
    let mut locked = exact_model();
    let level = &mut locked.comparisons[0].levels[0];
    (level.m, level.m_locked) = (Some(0.7), true);
    let mut linkage = linkage(locked, &records);
    linkage
        .train_from_labels(&[(0, 1), (2, 3)], &without_relations())
        .unwrap();
    let levels = &linkage.model().comparisons[0].levels;
    assert_eq!(levels[0].m, Some(0.7));
    assert!(levels[0].m_locked && !levels[1].m_locked);
    assert!((levels[1].m.unwrap() - 0.3).abs() < 1e-12);
}

#[test]
fn a_level_that_no_label_shows_is_told_and_not_impossible() {
    let records = two(&[("x", "p"), ("x", "p"), ("x", "p"), ("y", "")]);
    let mut linkage = linkage(model(TWO), &records);
    let training = linkage
        .train_from_labels(&[(0, 1), (1, 2)], &without_relations())
        .unwrap();
    let name = &linkage.model().comparisons[0].levels;
    assert!((name[1].m.unwrap() - 0.5 / 2.5).abs() < 1e-12);
    for unseen in ["name", "town"] {
        assert!(training.untrained.contains(&(unseen.to_owned(), 1)));
    }
}

#[test]
fn no_labels_are_training_without_labels() {
    let records = couples(500, &[], 13);
    let (mut with, mut without) = (
        linkage(exact_model(), &records),
        linkage(exact_model(), &records),
    );
    let options = TrainOptions::default();
    let trained = with.train_from_labels(&[], &options).unwrap();
    assert_eq!(trained, without.train(&options));
    assert_eq!(with.model(), without.model());
}

#[test]
fn a_label_of_no_record_is_refused_and_changes_nothing() {
    let records = two(&[("x", "p"), ("x", "p")]);
    let mut linkage = linkage(model(TWO), &records);
    let refused = linkage.train_from_labels(&[(0, 1), (2, 0)], &TrainOptions::default());
    assert_eq!(
        refused,
        Err(LinkError::NoRecord {
            record: 2,
            records: 2
        })
    );
    assert_eq!(linkage.model(), &model(TWO));
}

/// Rules of three columns each, that pairs of an entity without error there meet.
fn deterministic(recall: f64) -> Model {
    let rule = |columns: [&str; 3]| BlockingRule {
        keys: columns
            .map(|column| Key {
                column: column.to_owned(),
                part: Part::Whole,
            })
            .to_vec(),
    };
    let mut model = exact_model();
    model.deterministic = Some(Deterministic {
        rules: vec![rule(["a", "b", "c"]), rule(["b", "c", "d"])],
        recall,
    });
    model
}

#[test]
fn the_prior_is_the_rules_distinct_pairs_over_recall_and_stays() {
    let records = couples(ENTITIES, &[], 14);
    let codes = |at: usize, record: usize| records.at(at).codes[record];
    let count = records.len();
    let mut found = 0;
    for left in 0..count {
        let bc = (codes(1, left), codes(2, left));
        for right in left + 1..count {
            if (codes(1, right), codes(2, right)) == bc {
                let same = |at: usize| codes(at, left) == codes(at, right);
                found += u32::from(same(0) || same(3));
            }
        }
    }
    let mut linkage = linkage(deterministic(0.75), &records);
    linkage.train(&without_relations());
    let all = (count * (count - 1) / 2) as f64;
    let prior = linkage.model().prior.unwrap();
    assert!((prior * all / (f64::from(found) / 0.75) - 1.0).abs() < 1e-12);
    assert!(!linkage.model().prior_locked);
}

#[test]
fn a_locked_prior_is_not_taken_from_rules() {
    let records = couples(200, &[], 15);
    let mut locked = deterministic(0.75);
    (locked.prior, locked.prior_locked) = (Some(0.25), true);
    let mut linkage = linkage(locked, &records);
    linkage.train(&without_relations());
    assert_eq!(linkage.model().prior, Some(0.25));
}

#[test]
fn rules_that_find_no_pair_leave_the_prior_to_em() {
    let empty: [(&str, &str); 0] = [];
    for rows in [&[("x", "p"), ("y", "q")][..], &[("x", "p")], &empty] {
        let mut ruled = model(TWO);
        ruled.deterministic = Some(Deterministic {
            rules: ruled.blocking.clone(),
            recall: 0.5,
        });
        let records = two(rows);
        let mut linkage = linkage(ruled, &records);
        linkage.train(&TrainOptions::default());
        assert!((0.0..=1.0).contains(&linkage.model().prior.unwrap()));
    }
}

#[test]
fn deterministic_rules_that_do_not_fit_are_named() {
    let records = two(&[("x", "p"), ("x", "p")]);
    let mut ruled = model(TWO);
    let mut rule = ruled.blocking[0].clone();
    rule.keys[0].column = "city".to_owned();
    ruled.deterministic = Some(Deterministic {
        rules: vec![rule],
        recall: 1.0,
    });
    let refused = Linkage::new(ruled, &records, LinkageOptions::default());
    let text = refused.map(|_| ()).unwrap_err().to_string();
    assert!(
        text.contains("deterministic") && text.contains("city"),
        "{text}"
    );
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn whatever_is_locked_training_and_links_are_numbers(
        rows in prop::collection::vec(("[xyz]?", "[pq]?"), 0..12),
        numbers in prop::collection::vec((0..4_usize, any::<bool>(), any::<bool>()), 4),
        recall in prop::sample::select(vec![1e-300, 0.5, 1.0]),
        labels in prop::collection::vec((0..12_u32, 0..12_u32), 0..6),
    ) {
        const VALUES: [f64; 4] = [0.0, 1.0, 0.5, 1e-300];
        let rows: Vec<(&str, &str)> = rows.iter().map(|(a, b)| (a.as_str(), b.as_str())).collect();
        let records = two(&rows);
        let mut locked = model(TWO);
        locked.deterministic = Some(Deterministic {
            rules: vec![locked.blocking[0].clone()],
            recall,
        });
        for (level, (value, m, u)) in levels_mut(&mut locked).zip(numbers) {
            (level.m, level.m_locked) = (Some(VALUES[value]), m);
            (level.u, level.u_locked) = (Some(VALUES[3 - value]), u);
        }
        let mut linkage = linkage(locked, &records);
        let options = TrainOptions { random_pairs: 200, rounds: 20, ..TrainOptions::default() };
        let mut labels = labels;
        labels.retain(|(a, b)| (*a.max(b) as usize) < rows.len());
        let training = linkage.train_from_labels(&labels, &options).unwrap();
        prop_assert!((0.0..=1.0).contains(&training.blocking_recall));
        prop_assert_eq!(linkage.model().validate(), Ok(()));
        let found = links(&linkage, 0.0);
        for link in &found {
            prop_assert!(link.weight.is_finite() && (0.0..=1.0).contains(&link.probability));
        }
        let weighted: Vec<WeightedPair> = found.iter().map(Link::weighted).collect();
        prop_assert_eq!(linkage.clusters(&weighted, 0.0).unwrap().len(), rows.len());
    }
}
