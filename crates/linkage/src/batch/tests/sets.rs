//! Cells of several values: the best pair, rarity, and keys of which a value has many.

use super::*;

/// Records of one set each.
fn sets(rows: &[&[&str]]) -> Records {
    let mut builder = RecordsBuilder::new(&[("set", ColumnKind::TextSet)]).unwrap();
    for row in rows {
        builder.push(0, &[Value::TextSet(row)]).unwrap();
    }
    builder.finish()
}

/// Pairs that share a band, by a model of nothing else.
fn sharing(records: &Records, column: &str, part: &str) -> Vec<(u32, u32)> {
    let model = model(&format!(
        r#"
        prior = 0.5
        blocking = [{{ keys = [{{ column = "{column}", part = {part} }}] }}]
        [[comparisons]]
        name = "any"
        levels = [
          {{ when = {{ is = "exact", column = "{column}", part = {part} }}, m = 0.99, u = 0.01 }},
          {{ when = {{ is = "otherwise" }}, m = 0.01, u = 0.99 }},
        ]"#
    ));
    let linkage = Linkage::new(model, records, LinkageOptions::default()).unwrap();
    let links = links(&linkage, 0.5);
    links.iter().map(|link| (link.left, link.right)).collect()
}

fn hashes(rows: &[[u8; 32]]) -> Records {
    let mut builder = RecordsBuilder::new(&[("hash", ColumnKind::Hash)]).unwrap();
    for row in rows {
        builder.push(0, &[Value::Hash(row)]).unwrap();
    }
    builder.push(0, &[Value::Null]).unwrap();
    builder.finish()
}

#[test]
fn an_array_of_values_compares_at_its_best_pair() {
    let records = sets(&[&["martha", "zoe"], &["marhta", "xavier"], &["louis"], &[]]);
    for (test, expected) in [
        (r#"is = "damerau_levenshtein", at_most = 1"#, vec![(0, 1)]),
        (r#"is = "jaro_winkler", at_least = 0.95"#, vec![(0, 1)]),
        (r#"is = "jaro", at_least = 0.95"#, vec![]),
        (r#"is = "levenshtein", at_most = 1"#, vec![]),
        (r#"is = "levenshtein", at_most = 2"#, vec![(0, 1)]),
        (r#"is = "prefix""#, vec![]),
    ] {
        assert_eq!(holding(&records, test), expected, "{test}");
    }
}

/// Pairs that a test holds for; every pair is looked at, by a second column that all share.
fn holding(records: &Records, test: &str) -> Vec<(u32, u32)> {
    let columns = [("set", ColumnKind::TextSet), ("all", ColumnKind::Text)];
    let mut builder = RecordsBuilder::new(&columns).unwrap();
    let column = records.at(0);
    for code in &column.codes {
        let set = column.set(*code);
        let set: Vec<&str> = set.iter().map(|element| column.element(*element)).collect();
        builder
            .push(0, &[Value::TextSet(&set), Value::Text("x")])
            .unwrap();
    }
    let records = builder.finish();
    let model = model(&format!(
        r#"
        prior = 0.5
        blocking = [{{ keys = [{{ column = "all" }}] }}]
        [[comparisons]]
        name = "set"
        levels = [
          {{ when = {{ {test}, column = "set" }}, m = 0.99, u = 0.01 }},
          {{ when = {{ is = "otherwise" }}, m = 0.01, u = 0.99 }},
        ]"#
    ));
    let linkage = Linkage::new(model, &records, LinkageOptions::default()).unwrap();
    let links = links(&linkage, 0.6);
    links.iter().map(|link| (link.left, link.right)).collect()
}

#[test]
fn a_shared_rare_element_links_and_a_common_one_does_not() {
    let records = sets(&[
        &["common", "rare"],
        &["common", "rare", "x"],
        &["common", "y"],
        &["common", "z"],
    ]);
    // two of four hold "rare": 1 bit; all hold "common": none
    assert_eq!(
        holding(&records, r#"is = "shared_rarity", at_least = 1.0"#),
        [(0, 1)]
    );
    assert_eq!(
        holding(&records, r#"is = "shared_rarity", at_least = 1.01"#),
        []
    );
    // of 1 + 2 bits: x is held by one of four
    assert_eq!(
        holding(&records, r#"is = "rare_jaccard", at_least = 0.33"#),
        [(0, 1)]
    );
    assert_eq!(
        holding(&records, r#"is = "rare_jaccard", at_least = 0.34"#),
        []
    );
}

#[test]
fn hashes_that_differ_in_fewer_bits_than_bands_share_one() {
    let mut random = Random(9);
    let mut base = [0_u8; 32];
    base.iter_mut().for_each(|byte| *byte = random.word() as u8);
    let turned = |bits: usize| {
        let mut hash = base;
        // one bit in each band of eight: the worst that can be
        (0..bits).for_each(|bit| hash[bit] ^= 1 << (bit % 8));
        hash
    };
    let records = hashes(&[base, turned(31), turned(32)]);
    let found = sharing(&records, "hash", "{ bands = 32 }");
    assert!(
        found.contains(&(0, 1)) && !found.contains(&(0, 2)),
        "{found:?}"
    );
    assert!(!sharing(&records, "hash", "{ bands = 16 }").contains(&(0, 1)));
    // a band of one bit: whatever is no complement
    assert_eq!(sharing(&records, "hash", "{ bands = 256 }").len(), 3);
    assert_eq!(sharing(&records, "hash", "{ bands = 1 }"), []);
}

#[test]
fn sets_share_minhash_bands_as_often_as_theory_says() {
    let couples = 1000_usize;
    let rows: Vec<Vec<String>> = (0..couples * 2)
        .map(|row| {
            // 30 elements shared of 30 + 2 · 10: s = 0.6
            let own = (0..10).map(|at| format!("o{row}-{at}"));
            let shared = (0..30).map(|at| format!("s{}-{at}", row / 2));
            own.chain(shared).collect()
        })
        .collect();
    let rows: Vec<Vec<&str>> = rows
        .iter()
        .map(|row| row.iter().map(String::as_str).collect())
        .collect();
    let rows: Vec<&[&str]> = rows.iter().map(Vec::as_slice).collect();
    let found = sharing(
        &sets(&rows),
        "set",
        "{ minhash_bands = { bands = 5, rows = 4 } }",
    );
    let expected = 1.0 - (1.0 - 0.6_f64.powi(4)).powi(5);
    let share = found.len() as f64 / couples as f64;
    assert!((share - expected).abs() < 0.05, "{share} for {expected}");
    assert!(found.iter().all(|(left, right)| left / 2 == right / 2));
}

#[test]
fn a_pair_that_shares_many_bands_counts_once_in_u() {
    let mut random = Random(10);
    // of four hashes, at random: a quarter of all pairs agree, on all their bands
    let four: Vec<[u8; 32]> = (0..4)
        .map(|_| std::array::from_fn(|_| random.word() as u8))
        .collect();
    let rows: Vec<[u8; 32]> = (0..400).map(|_| four[random.below(4) as usize]).collect();
    let records = hashes(&rows);
    let text = r#"
        blocking = [{ keys = [{ column = "hash", part = { bands = 4 } }] }]
        [[comparisons]]
        name = "hash"
        levels = [
          { when = { is = "exact", column = "hash", part = { bands = 4 } }, m = 0.9, m_locked = true },
          { when = { is = "otherwise" } },
        ]"#;
    let mut linkage = Linkage::new(model(text), &records, LinkageOptions::default()).unwrap();
    linkage.train(&TrainOptions {
        relations: false,
        ..TrainOptions::default()
    });
    let trained = linkage.model();
    let (prior, level) = (trained.prior.unwrap(), &trained.comparisons[0].levels[0]);
    let all = prior * level.m.unwrap() + (1.0 - prior) * level.u.unwrap();
    assert!((all - 0.25).abs() < 0.02, "{all}");
}

#[test]
fn bands_that_cannot_be_are_refused() {
    let records = hashes(&[[0; 32]]);
    let refused = |part: &str, column: &str| {
        let text = format!(
            r#"
            blocking = [{{ keys = [{{ column = "{column}", part = {part} }}] }}]
            [[comparisons]]
            name = "hash"
            levels = [{{ when = {{ is = "exact", column = "hash" }} }}, {{ when = {{ is = "otherwise" }} }}]"#
        );
        let model = Model::from_toml(&text).map_err(LinkError::Model)?;
        Linkage::new(model, &records, LinkageOptions::default()).map(|_| ())
    };
    for part in [
        "{ bands = 0 }",
        "{ bands = 24 }",
        "{ bands = 512 }",
        "{ minhash_bands = { bands = 0, rows = 4 } }",
        "{ minhash_bands = { bands = 60000, rows = 60000 } }",
    ] {
        let found = refused(part, "hash");
        assert!(
            matches!(found, Err(LinkError::Model(ModelError::Range { .. }))),
            "{part}: {found:?}"
        );
    }
    let minhash = "{ minhash_bands = { bands = 4, rows = 4 } }";
    assert!(matches!(
        refused(minhash, "hash"),
        Err(LinkError::Kind { .. })
    ));
    assert_eq!(refused("{ bands = 32 }", "hash"), Ok(()));
}
