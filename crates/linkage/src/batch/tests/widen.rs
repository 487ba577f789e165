//! Blocking rules found from the records.

use super::*;

/// Blocked on one rule alone, which an error in either of its columns defeats.
fn narrow() -> Model {
    let mut model = exact_model();
    model.blocking.truncate(1);
    model
}

fn options(threads: usize) -> LinkageOptions {
    LinkageOptions {
        threads,
        ..LinkageOptions::default()
    }
}

/// Pairs of one entity among the links, of all there are.
fn recall(linkage: &Linkage<'_>, entities: usize) -> f64 {
    let found = links(linkage, 0.5);
    let right = found.iter().filter(|link| link.left / 2 == link.right / 2);
    right.count() as f64 / entities as f64
}

#[test]
fn wider_rules_find_what_blocking_missed_within_the_bound() {
    const MOST: u64 = 200_000;
    let records = couples(5_000, &[], 11);
    let mut linkage = Linkage::new(narrow(), &records, options(1)).unwrap();
    linkage.train(&TrainOptions::default());
    let before = recall(&linkage, 5_000);
    assert!(before < 0.87, "{before}");
    let wider = linkage.wider(MOST, 1).unwrap();
    let pairs: f64 = wider.iter().map(|wider| wider.pairs).sum();
    assert!(pairs <= MOST as f64, "{wider:?}");
    let expected: f64 = wider.iter().map(|wider| wider.matches).sum();
    let mut model = linkage.model().clone();
    model.widen(wider.into_iter().map(|wider| wider.rule));
    let mut linkage = Linkage::new(model, &records, options(1)).unwrap();
    let made: u64 = linkage.pairs_per_rule().iter().sum();
    assert!(made < MOST * 2, "{made}");
    linkage.train(&TrainOptions::default());
    let after = recall(&linkage, 5_000);
    assert!(after > 0.96, "{after}");
    // what was promised, within what the draws can tell
    let gained = (after - before) * 5_000.0;
    assert!(
        (gained / expected - 1.0).abs() < 0.35,
        "{gained} for {expected}"
    );
}

#[test]
fn the_rules_are_the_same_for_any_number_of_threads() {
    let records = couples(2_000, &[0, 1], 12);
    let found = |threads| {
        let mut linkage = Linkage::new(narrow(), &records, options(threads)).unwrap();
        linkage.train(&TrainOptions::default());
        linkage.wider(100_000, 5).unwrap()
    };
    let alone = found(1);
    assert!(!alone.is_empty());
    assert_eq!(alone, found(3));
}

#[test]
fn nothing_is_added_where_nothing_is_left_to_find() {
    let records = two(&[("x", "p"), ("x", "p"), ("y", "q")]);
    let linkage = Linkage::new(model(TWO), &records, options(1)).unwrap();
    assert_eq!(linkage.wider(1_000, 1), Ok(Vec::new()));
    assert_eq!(linkage.wider(0, 1), Ok(Vec::new()));
    let empty = two(&[]);
    let linkage = Linkage::new(model(TWO), &empty, options(1)).unwrap();
    assert_eq!(linkage.wider(1_000, 1), Ok(Vec::new()));
}

#[test]
fn a_wider_rule_takes_the_place_of_those_it_covers() {
    let rule = |keys: &[(&str, Part)]| BlockingRule {
        keys: keys
            .iter()
            .map(|(column, part)| Key {
                column: (*column).to_owned(),
                part: *part,
            })
            .collect(),
    };
    let mut model = Model {
        blocking: vec![
            rule(&[("a", Part::Whole), ("b", Part::Whole)]),
            rule(&[("a", Part::FirstLetters(4)), ("b", Part::Whole)]),
            rule(&[("a", Part::FirstLetters(2)), ("b", Part::Whole)]),
            rule(&[("b", Part::Whole)]),
        ],
        ..Model::default()
    };
    let wide = rule(&[("a", Part::FirstLetters(3))]);
    let kept = [model.blocking[2].clone(), model.blocking[3].clone()];
    model.widen([wide.clone()]);
    assert_eq!(model.blocking, [&kept[..], &[wide]].concat());
}
