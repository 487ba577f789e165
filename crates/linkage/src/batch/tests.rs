//! The engine as a whole, on made records whose truth is known.

mod frequencies;
pub(super) mod kept;
mod labels;
mod sets;
mod shelf;
mod widen;

use proptest::prelude::*;

use super::factors::Random;
use super::*;

/// A column of a made record: values of equal frequency, and how often an error replaces one.
struct Field {
    values: u64,
    error: f64,
}

const FIELDS: [(&str, Field); 4] = [
    (
        "a",
        Field {
            values: 200,
            error: 0.05,
        },
    ),
    (
        "b",
        Field {
            values: 400,
            error: 0.1,
        },
    ),
    (
        "c",
        Field {
            values: 160,
            error: 0.15,
        },
    ),
    (
        "d",
        Field {
            values: 120,
            error: 0.02,
        },
    ),
];

fn model(text: &str) -> Model {
    Model::from_toml(text).unwrap()
}

/// Exact comparisons of the four fields, blocked on each two of a few.
fn exact_model() -> Model {
    let rules = [["a", "b"], ["b", "c"], ["c", "d"], ["a", "d"]]
        .map(|[x, y]| format!("{{ keys = [{{ column = \"{x}\" }}, {{ column = \"{y}\" }}] }}"));
    let comparisons = FIELDS.map(|(name, _)| {
        format!(
            "[[comparisons]]\nname = \"{name}\"\nlevels = [{{ when = {{ is = \"exact\", column = \
             \"{name}\" }} }}, {{ when = {{ is = \"otherwise\" }} }}]\n"
        )
    });
    model(&format!(
        "blocking = [{}]\n{}",
        rules.join(", "),
        comparisons.join("")
    ))
}

/// Records two by two of one entity; in a household, couples of entities share their `shared` fields.
fn couples(entities: usize, shared: &[usize], seed: u64) -> Records {
    let columns = FIELDS.map(|(name, _)| (name, ColumnKind::Text));
    let mut builder = RecordsBuilder::new(&columns).unwrap();
    let mut random = Random(seed);
    let mut last = [0; 4];
    for entity in 0..entities {
        let mut truth = FIELDS.map(|(_, field)| random.below(field.values));
        if entity % 2 == 1 {
            shared.iter().for_each(|field| truth[*field] = last[*field]);
        }
        last = truth;
        for copy in 0..2 {
            let texts: Vec<String> = FIELDS
                .iter()
                .zip(truth)
                .map(|((_, field), value)| {
                    let unit = random.below(1 << 32) as f64 / 4_294_967_296.0;
                    let wrong = copy == 1 && unit < field.error;
                    // an error is a value that no other record has
                    let noise = random.below(1 << 40);
                    if wrong {
                        format!("e{noise}")
                    } else {
                        format!("v{value}")
                    }
                })
                .collect();
            let values: Vec<Value<'_>> = texts.iter().map(|text| Value::Text(text)).collect();
            builder.push(0, &values).unwrap();
        }
    }
    builder.finish()
}

fn links(linkage: &Linkage<'_>, threshold: f64) -> Vec<Link> {
    let mut links = Vec::new();
    linkage.predict(threshold, |link| links.push(link)).unwrap();
    links
}

fn precision(links: &[Link]) -> f64 {
    let right = links.iter().filter(|link| link.left / 2 == link.right / 2);
    right.count() as f64 / links.len() as f64
}

#[test]
fn training_recovers_m_and_u_within_two_per_cent() {
    [3, 4, 5].into_iter().for_each(recovers);
}

fn recovers(data: u64) {
    let records = couples(20_000, &[], data);
    let mut linkage = Linkage::new(exact_model(), &records, LinkageOptions::default()).unwrap();
    let options = TrainOptions {
        seed: data,
        relations: false,
        ..TrainOptions::default()
    };
    let training = linkage.train(&options);
    assert!(training.converged);
    assert!(training.untrained.is_empty(), "{training:?}");
    for ((_, field), comparison) in FIELDS.iter().zip(&linkage.model().comparisons) {
        let level = &comparison.levels[0];
        let (m, u) = (level.m.unwrap(), level.u.unwrap());
        assert!(
            (m / (1.0 - field.error) - 1.0).abs() < 0.02,
            "{comparison:?}"
        );
        // of two unrelated records each is without error as often as its copy is the clean one
        let clean = 1.0 - field.error / 2.0;
        let expected = clean * clean / field.values as f64;
        assert!((u / expected - 1.0).abs() < 0.02, "{u} for {expected}");
    }
    let expected = 20_000.0 / (40_000.0 * 39_999.0 / 2.0);
    let prior = linkage.model().prior.unwrap();
    assert!(
        (prior / expected - 1.0).abs() < 0.02,
        "{prior} for {expected}"
    );
}

#[test]
fn training_that_was_cut_short_says_so() {
    let records = couples(2_000, &[], 3);
    let mut linkage = Linkage::new(exact_model(), &records, LinkageOptions::default()).unwrap();
    let mut trained = |rounds| {
        linkage.train(&TrainOptions {
            rounds,
            relations: false,
            ..TrainOptions::default()
        })
    };
    assert!(!trained(2).converged);
    assert!(trained(200).converged);
}

#[test]
fn a_level_that_no_pair_is_at_is_told_as_untrained() {
    let text = TWO.replace(
        "{ when = { is = \"otherwise\" }, m = 0.1",
        "{ when = { is = \"levenshtein\", column = \"name\", at_most = 1 } },\n\
         { when = { is = \"otherwise\" }, m = 0.1",
    );
    // names are far from each other
    let rows = [("aaaa", "p"), ("bbbb", "p"), ("aaaa", "q"), ("bbbb", "q")].repeat(20);
    let records = two(&rows);
    let mut linkage = Linkage::new(model(&text), &records, LinkageOptions::default()).unwrap();
    let training = linkage.train(&TrainOptions::default());
    assert!(
        training.untrained.contains(&("name".to_owned(), 1)),
        "{training:?}"
    );
}

#[test]
fn columns_that_tell_nothing_give_finite_weights() {
    let all_known = [("x", "p"); 12];
    let name_missing = [("", "p"); 12];
    let town_missing = [("x", ""); 12];
    for rows in [all_known, name_missing, town_missing] {
        let records = two(&rows);
        let mut linkage = Linkage::new(model(TWO), &records, LinkageOptions::default()).unwrap();
        let training = linkage.train(&TrainOptions::default());
        assert!((0.0..=1.0).contains(&training.blocking_recall));
        let found = links(&linkage, 0.0);
        assert_eq!(found.len(), 66, "a rule that pairs everything does");
        for link in &found {
            assert!(link.weight.is_finite() && (0.0..=1.0).contains(&link.probability));
        }
        let weighted: Vec<WeightedPair> = found.iter().map(Link::weighted).collect();
        assert_eq!(linkage.clusters(&weighted, 0.0).unwrap().len(), 12);
    }
}

#[test]
fn more_than_a_pattern_holds_is_refused_with_its_bits() {
    let comparison = |at: usize| {
        format!(
            "[[comparisons]]\nname = \"{at}\"\nlevels = [{{ when = {{ is = \"exact\", column = \
             \"name\" }} }}, {{ when = {{ is = \"otherwise\" }} }}]\n"
        )
    };
    let text = (0..16).map(comparison).collect::<String>();
    let text = format!("blocking = [{{ keys = [{{ column = \"name\" }}] }}]\n{text}");
    let records = two(&[("x", "p")]);
    let refused = Linkage::new(model(&text), &records, LinkageOptions::default()).map(|_| ());
    assert_eq!(refused, Err(LinkError::TooWide { bits: 65 }));
    let level = "{ when = { is = \"exact\", column = \"name\" } },\n".repeat(MAX_LEVELS);
    let levels = TWO.replacen("levels = [", &format!("levels = [{level}"), 1);
    assert!(matches!(
        Model::from_toml(&levels),
        Err(ModelError::Levels { comparison }) if comparison == "name"
    ));
}

#[test]
fn what_blocking_misses_is_told() {
    let records = couples(20_000, &[], 4);
    let mut linkage = Linkage::new(exact_model(), &records, LinkageOptions::default()).unwrap();
    let training = linkage.train(&TrainOptions::default());
    // no rule holds unless both columns are without error
    let [a, b, c, d] = FIELDS.map(|(_, field)| 1.0 - field.error);
    let (x, y, z) = (1.0 - a, 1.0 - b, 1.0 - c);
    let made = a * d + b * c * (1.0 - a * d) + x * c * d * y + y * 0.0 + (1.0 - d) * a * b * z;
    let found = training.blocking_recall;
    assert!((found - made).abs() < 0.01, "{found} for {made}");
}

#[test]
fn households_are_not_taken_for_one_person() {
    let records = couples(20_000, &[0, 1], 5);
    let mut linkage = Linkage::new(exact_model(), &records, LinkageOptions::default()).unwrap();
    linkage.train(&TrainOptions::default());
    let relations = &linkage.model().relations;
    assert!(
        relations
            .iter()
            .any(|relation| relation.through == ["a", "b"])
    );
    let found = links(&linkage, 0.95);
    assert!(precision(&found) >= 0.95, "{}", precision(&found));
    assert!(found.len() > 14_000, "{}", found.len());
}

#[test]
fn a_seed_gives_one_model() {
    let records = couples(3_000, &[0, 1], 6);
    let trained = |seed| {
        let mut linkage = Linkage::new(exact_model(), &records, LinkageOptions::default()).unwrap();
        linkage.train(&TrainOptions {
            seed,
            ..TrainOptions::default()
        });
        linkage.model().clone()
    };
    assert_eq!(trained(1), trained(1));
}

#[test]
fn the_number_of_threads_shows_nowhere() {
    let records = couples(8_000, &[0, 1], 9);
    let linked = |threads| {
        let options = LinkageOptions {
            threads,
            ..LinkageOptions::default()
        };
        let mut linkage = Linkage::new(exact_model(), &records, options).unwrap();
        let training = linkage.train(&TrainOptions::default());
        let found = links(&linkage, 0.01);
        let weighted: Vec<WeightedPair> = found.iter().map(Link::weighted).collect();
        let clusters = linkage.clusters(&weighted, 0.0).unwrap();
        (training, linkage.model().clone(), found, clusters)
    };
    let alone = linked(1);
    for threads in [0, 2, 5] {
        assert!(linked(threads) == alone, "{threads} threads");
    }
}

#[test]
fn locked_parameters_stay() {
    let records = couples(2_000, &[], 7);
    let mut locked = exact_model();
    locked.prior = Some(0.001);
    locked.prior_locked = true;
    let level = &mut locked.comparisons[0].levels[0];
    (level.m, level.m_locked) = (Some(0.7), true);
    (level.u, level.u_locked) = (Some(0.03), true);
    let mut linkage = Linkage::new(locked, &records, LinkageOptions::default()).unwrap();
    linkage.train(&TrainOptions::default());
    let model = linkage.model();
    let levels = &model.comparisons[0].levels;
    assert_eq!(
        (model.prior, levels[0].m, levels[0].u),
        (Some(0.001), Some(0.7), Some(0.03))
    );
    assert!((levels[1].m.unwrap() - 0.3).abs() < 1e-9);
    assert!((levels[1].u.unwrap() - 0.97).abs() < 1e-9);
}

const TWO: &str = r#"
    prior = 0.01
    blocking = [{ keys = [{ column = "name" }] }, { keys = [{ column = "town" }] }]
    [[comparisons]]
    name = "name"
    levels = [
      { when = { is = "exact", column = "name" }, m = 0.9, u = 0.25, term_frequency = true },
      { when = { is = "otherwise" }, m = 0.1, u = 0.75 },
    ]
    [[comparisons]]
    name = "town"
    levels = [
      { when = { is = "exact", column = "town" }, m = 0.8, u = 0.5 },
      { when = { is = "otherwise" }, m = 0.2, u = 0.5 },
    ]
"#;

fn two(rows: &[(&str, &str)]) -> Records {
    let columns = [("name", ColumnKind::Text), ("town", ColumnKind::Text)];
    let mut builder = RecordsBuilder::new(&columns).unwrap();
    for (name, town) in rows {
        builder
            .push(0, &[Value::Text(name), Value::Text(town)])
            .unwrap();
    }
    builder.finish()
}

#[test]
fn a_match_weight_is_prior_plus_levels_plus_rarity() {
    let records = two(&[("x", "p"), ("x", "p"), ("y", ""), ("y", "q"), ("z", "q")]);
    let linkage = Linkage::new(model(TWO), &records, LinkageOptions::default()).unwrap();
    let found = links(&linkage, 0.0);
    let prior = (0.01_f64 / 0.99).log2();
    // two of five records are called x: less rare than u says
    let name = (0.9_f64 / 0.25).log2() + (0.25_f64 / 0.4).log2();
    let expected = [
        (0, 1, prior + name + (0.8_f64 / 0.5).log2()),
        (2, 3, prior + name),
        (
            3,
            4,
            prior + (0.1_f64 / 0.75).log2() + (0.8_f64 / 0.5).log2(),
        ),
    ];
    assert_eq!(found.len(), expected.len());
    for (link, (left, right, weight)) in found.iter().zip(expected) {
        assert_eq!((link.left, link.right), (left, right));
        assert!((link.weight - weight).abs() < 1e-6, "{link:?} for {weight}");
        let odds = link.weight.exp2();
        assert!((link.probability - odds / (1.0 + odds)).abs() < 1e-9);
    }
}

#[test]
fn giving_up_early_loses_no_link() {
    let records = couples(3_000, &[0, 1], 8);
    let mut linkage = Linkage::new(exact_model(), &records, LinkageOptions::default()).unwrap();
    linkage.train(&TrainOptions::default());
    let mut all = links(&linkage, 0.0);
    for threshold in [0.001, 0.5, 0.99] {
        all.retain(|link| link.probability >= threshold);
        assert_eq!(links(&linkage, threshold), all);
    }
}

#[test]
fn probabilities_of_0_and_1_give_finite_weights() {
    let text = TWO.replace("0.9,", "1.0,").replace("0.1,", "0.0,");
    let text = text.replace("0.25,", "0.0,").replace("0.75 }", "1.0 }");
    let records = two(&[("x", "p"), ("x", "p"), ("y", "p")]);
    let linkage = Linkage::new(model(&text), &records, LinkageOptions::default()).unwrap();
    let found = links(&linkage, 0.0);
    assert_eq!(found.len(), 3);
    for link in found {
        assert!(link.weight.is_finite() && (0.0..=1.0).contains(&link.probability));
    }
}

#[test]
fn nothing_to_compare_is_no_error() {
    for rows in [&[][..], &[("x", "p")], &[("", ""), ("", "")]] {
        let records = two(rows);
        let mut linkage = Linkage::new(model(TWO), &records, LinkageOptions::default()).unwrap();
        let training = linkage.train(&TrainOptions::default());
        let prior = linkage.model().prior.unwrap();
        assert!(prior > 0.0 && prior < 1.0, "{prior}");
        assert!((0.0..=1.0).contains(&training.blocking_recall));
        let numbers = linkage.model().comparisons.iter();
        let mut numbers = numbers.flat_map(|c| &c.levels).flat_map(|l| [l.m, l.u]);
        assert!(numbers.all(|number| (0.0..=1.0).contains(&number.unwrap())));
        assert!(links(&linkage, 0.0).is_empty());
        let alone: Vec<u32> = (0..rows.len() as u32).collect();
        assert_eq!(linkage.clusters(&[], 0.0).unwrap(), alone);
    }
}

#[test]
fn what_does_not_fit_is_refused_by_name() {
    let records = two(&[("x", "p"), ("x", "p")]);
    let refused =
        |text: &str| Linkage::new(model(text), &records, LinkageOptions::default()).map(|_| ());
    assert!(matches!(
        refused(&TWO.replace("column = \"town\"", "column = \"city\"")),
        Err(LinkError::NoColumn { column, .. }) if column == "city"
    ));
    let jaccard = TWO.replace(
        "is = \"exact\", column = \"town\"",
        "is = \"jaccard\", column = \"town\", at_least = 0.5",
    );
    assert!(matches!(refused(&jaccard), Err(LinkError::Kind { .. })));
    let few = LinkageOptions {
        pairs_per_rule: 0,
        ..LinkageOptions::default()
    };
    assert!(matches!(
        Linkage::new(model(TWO), &records, few),
        Err(LinkError::TooManyPairs {
            rule: 1,
            pairs: 1,
            limit: 0
        })
    ));
    let untrained = TWO.replace("prior = 0.01", "");
    let linkage = Linkage::new(model(&untrained), &records, LinkageOptions::default()).unwrap();
    assert!(matches!(
        linkage.predict(0.5, |_| ()),
        Err(LinkError::Untrained {
            parameter: "prior",
            ..
        })
    ));
}

#[test]
fn one_wrong_link_does_not_join_two_families() {
    let mut rows = vec![("x", "p"); 4];
    rows.extend([("y", "q"); 4]);
    let records = two(&rows);
    let linkage = Linkage::new(model(TWO), &records, LinkageOptions::default()).unwrap();
    let mut links: Vec<WeightedPair> = links(&linkage, 0.0).iter().map(Link::weighted).collect();
    links.iter_mut().for_each(|link| link.weight = 5.0);
    links.push(WeightedPair {
        left: 3,
        right: 4,
        weight: 3.0,
    });
    let clusters = linkage.clusters(&links, -7.0).unwrap();
    assert_eq!(clusters, [0, 0, 0, 0, 4, 4, 4, 4]);
}

#[test]
fn a_model_in_json_reads_back() {
    let model = model(TWO);
    let json = serde_json::to_string(&model).unwrap();
    assert_eq!(serde_json::from_str::<Model>(&json).unwrap(), model);
}

proptest! {
    #[test]
    fn the_order_of_records_and_links_decides_nothing(
        rows in prop::collection::vec(("[xyz]?", "[pq]?"), 0..14),
        turn in 0..14_usize,
    ) {
        let rows: Vec<(&str, &str)> = rows.iter().map(|(a, b)| (a.as_str(), b.as_str())).collect();
        let mut turned = rows.clone();
        let turn = turn.min(rows.len());
        turned.rotate_left(turn);
        let place = |at: u32| (at as usize + rows.len() - turn) % rows.len().max(1);
        let weights = |rows: &[(&str, &str)], place: &dyn Fn(u32) -> usize| {
            let records = two(rows);
            let linkage = Linkage::new(model(TWO), &records, LinkageOptions::default()).unwrap();
            let mut found: Vec<(usize, usize, u64)> = links(&linkage, 0.0)
                .iter()
                .map(|link| {
                    let (a, b) = (place(link.left), place(link.right));
                    (a.min(b), a.max(b), link.weight.to_bits())
                })
                .collect();
            found.sort_unstable();
            found
        };
        prop_assert_eq!(weights(&rows, &place), weights(&turned, &|at| at as usize));
    }
}
