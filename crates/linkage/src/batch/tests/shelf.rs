//! Records that have no room in memory.

use super::kept::Shelved;
use super::*;

const COLUMNS: [(&str, ColumnKind); 5] = [
    ("first", ColumnKind::Text),
    ("last", ColumnKind::Text),
    ("born", ColumnKind::Date),
    ("owns", ColumnKind::TextSet),
    ("far", ColumnKind::Coordinates),
];

const MODEL: &str = r#"
    [[blocking]]
    keys = [{ column = "last" }, { column = "born", part = "year" }]
    [[blocking]]
    keys = [{ column = "first", part = { first_letters = 2 } }, { column = "born" }, { column = "last", part = "sounds_french" }]
    [[blocking]]
    keys = [{ column = "owns", part = "elements" }]
    [[comparisons]]
    name = "first"
    levels = [
      { when = { is = "exact", column = "first" }, term_frequency = true },
      { when = { is = "jaro_winkler", column = "first", at_least = 0.85 } },
      { when = { is = "swapped", columns = ["first", "last"] } },
      { when = { is = "otherwise" } },
    ]
    [[comparisons]]
    name = "last"
    levels = [
      { when = { is = "exact", column = "last" }, term_frequency = true },
      { when = { is = "damerau_levenshtein", column = "last", at_most = 2 } },
      { when = { is = "otherwise" } },
    ]
    [[comparisons]]
    name = "born"
    levels = [
      { when = { is = "exact", column = "born" } },
      { when = { is = "levenshtein", column = "born", at_most = 1 } },
      { when = { is = "otherwise" } },
    ]
    [[comparisons]]
    name = "owns"
    levels = [
      { when = { is = "exact", column = "owns", part = "elements" }, term_frequency = true },
      { when = { is = "otherwise" } },
    ]
    [[comparisons]]
    name = "far"
    levels = [
      { when = { is = "kilometres", column = "far", at_most = 10 } },
      { when = { is = "otherwise" } },
    ]
"#;

/// People twice each, the second time with slips; names are short, long, and beyond ASCII.
fn people(count: usize, shelf: Option<(Shelf, usize)>) -> Records {
    read_people(count, shelf).unwrap()
}

fn read_people(count: usize, shelf: Option<(Shelf, usize)>) -> Result<Records, RecordsError> {
    let mut builder = RecordsBuilder::new(&COLUMNS)?;
    if let Some((shelf, budget)) = shelf {
        builder = builder.with_shelf(shelf, budget);
    }
    let mut random = Random(5);
    for _ in 0..count {
        let first = ["Zoé", "Anne", "Marie-Antoinette", "Jean"][random.below(4) as usize];
        let ending =
            ["", "é", " de Sainte-Marie-des-Champs-sur-Loire-la-Grande"][random.below(3) as usize];
        let last = format!("Nom{}{ending}", random.below(2_000));
        let born = random.below(9_000) as i32;
        let owns = format!("thing {}", random.below(count as u64 * 2));
        let at = random.below(90) as f64;
        for copy in 0..2 {
            let slip = copy == 1 && random.below(3) == 0;
            let last = if slip {
                format!("{last}x")
            } else {
                last.clone()
            };
            let (first, last) = match copy == 1 && random.below(20) == 0 {
                true => (last.as_str(), first),
                false => (first, last.as_str()),
            };
            let owned = [owns.as_str(), "all"];
            let values = [
                Value::Text(if random.below(20) == 0 { "" } else { first }),
                Value::Text(last),
                Value::Date(born + i32::from(slip)),
                Value::TextSet(&owned[..1 + usize::from(random.below(200) == 0)]),
                Value::Coordinates(at, at),
            ];
            builder.push(0, &values)?;
        }
    }
    Ok(builder.finish())
}

/// All that a run finds out.
type Found = (
    Training,
    Model,
    Vec<u64>,
    Vec<WiderRule>,
    Vec<Link>,
    Vec<u32>,
);

fn found(
    records: &Records,
    memory: Option<usize>,
    threads: usize,
) -> Result<(Found, usize), LinkError> {
    let mut model = model(MODEL);
    model.deterministic = Some(Deterministic {
        rules: model.blocking[1..2].to_vec(),
        recall: 0.8,
    });
    let options = LinkageOptions {
        memory,
        threads,
        ..LinkageOptions::default()
    };
    let mut linkage = Linkage::new(model, records, options)?;
    let bytes = linkage.bytes();
    let training = linkage.train(&TrainOptions {
        random_pairs: 20_000,
        blocked_pairs: 20_000,
        ..TrainOptions::default()
    });
    let pairs = linkage.pairs_per_rule();
    let mut links = Vec::new();
    linkage.predict(0.01, |link| links.push(link))?;
    let weighted: Vec<WeightedPair> = links.iter().map(Link::weighted).collect();
    let clusters = linkage.clusters(&weighted, 0.0)?;
    let wider = linkage.wider(20_000, 1)?;
    let found = (
        training,
        linkage.model().clone(),
        pairs,
        wider,
        links,
        clusters,
    );
    Ok((found, bytes))
}

#[test]
fn records_that_have_no_room_give_the_same_run() {
    let records = people(3_000, None);
    let (expected, all) = found(&records, None, 1).unwrap();
    assert!(expected.4.len() > 1_500, "{} links", expected.4.len());
    let shelved = |budget: usize| {
        let shelf = Shelf::new(Box::new(Shelved::new(usize::MAX)));
        people(3_000, Some((shelf, budget)))
    };
    let Err(LinkError::Memory { least, .. }) = found(&shelved(1), Some(1), 1) else {
        panic!("a byte is too few");
    };
    assert!(least * 3 < all, "{least} of {all}");
    for (budget, threads) in [
        (least, 1),
        (least, 2),
        (all / 2, 1),
        (all * 3 / 4, 2),
        (all * 4, 1),
    ] {
        let (same, bytes) = found(&shelved(budget), Some(budget), threads).unwrap();
        assert!(same == expected, "{budget} bytes");
        assert!(bytes <= budget, "{bytes} of {budget}");
    }
}

#[test]
fn a_shelf_that_fails_gives_no_result_however_late() {
    let whole = {
        let shelf = Shelf::new(Box::new(Shelved::new(usize::MAX)));
        people(400, Some((shelf, 0)))
    };
    let Err(LinkError::Memory { least, .. }) = found(&whole, Some(1), 1) else {
        panic!("a byte is too few");
    };
    let mut refused = 0;
    for room in [0, 1_000, 10_000, 20_000, 50_000, 100_000, 150_000] {
        let shelf = Shelf::new(Box::new(Shelved::new(room)));
        let records = match read_people(400, Some((shelf, 0))) {
            Ok(records) => records,
            Err(error) => {
                assert!(matches!(error, RecordsError::Shelf { .. }), "{error}");
                continue;
            }
        };
        // what is read as zeros may need less, and is refused all the same
        match found(&records, Some(least * 2), 1) {
            Err(LinkError::Shelf { why }) => {
                assert!(!why.is_empty());
                refused += 1;
            }
            other => assert!(other.is_ok(), "{room}: {other:?}"),
        }
    }
    assert!(refused > 3, "{refused}");
}

#[test]
fn records_of_which_the_shelf_is_full_are_refused_at_once() {
    // each name is new, so that a table of them that were all read as zeros would never be made
    let columns = [("name", ColumnKind::Text)];
    let shelf = Shelf::new(Box::new(Shelved::new(300_000)));
    let mut builder = RecordsBuilder::new(&columns).unwrap().with_shelf(shelf, 0);
    let mut names = (0..200_000).map(|number| format!("name of number {number:06}"));
    let refused = names.try_for_each(|name| builder.push(0, &[Value::Text(&name)]));
    assert!(
        matches!(refused, Err(RecordsError::Shelf { .. })),
        "{refused:?}"
    );
    assert!(names.len() > 100_000);
}
