//! Term frequencies at any level.

use super::*;

const NEAR: &str = r#"
    prior = 0.01
    blocking = [{ keys = [{ column = "town" }] }]
    [[comparisons]]
    name = "name"
    levels = [
      { when = { is = "exact", column = "name" }, m = 0.8, u = 0.1, term_frequency = true },
      { when = { is = "levenshtein", column = "name", at_most = 1 }, m = 0.1, u = 0.3, ADJUSTED },
      { when = { is = "otherwise" }, m = 0.1, u = 0.6 },
    ]
"#;

/// "anna" is two of six names, "anne" three, "hannah" one; the last record has none.
const NAMES: [&str; 7] = ["anna", "anna", "anne", "anne", "anne", "hannah", ""];

fn weight_of(adjusted: &str, left: u32, right: u32) -> f64 {
    let rows: Vec<(&str, &str)> = NAMES.iter().map(|name| (*name, "p")).collect();
    let records = two(&rows);
    let model = model(&NEAR.replace("ADJUSTED", adjusted));
    let linkage = Linkage::new(model, &records, LinkageOptions::default()).unwrap();
    let links = links(&linkage, 0.0);
    let found = links
        .iter()
        .find(|link| (link.left, link.right) == (left, right));
    found.unwrap().weight - (0.01_f64 / 0.99).log2()
}

fn close(found: f64, expected: f64) {
    assert!((found - expected).abs() < 1e-5, "{found} for {expected}");
}

#[test]
fn below_equality_the_more_frequent_of_two_values_counts_against_the_u_of_equality() {
    let near = (0.1_f64 / 0.3).log2();
    // anna and anne, three of six
    close(
        weight_of("term_frequency = true", 0, 2),
        near + (0.1_f64 / 0.5).log2(),
    );
    close(weight_of("term_frequency = false", 0, 2), near);
    // equality is adjusted as before
    let exact = (0.8_f64 / 0.1).log2() + (0.1_f64 * 6.0 / 2.0).log2();
    close(weight_of("term_frequency = true", 0, 1), exact);
}

#[test]
fn weight_and_minimum_temper_the_adjustment() {
    let near = (0.1_f64 / 0.3).log2();
    let half = "term_frequency = true, term_frequency_weight = 0.5";
    close(weight_of(half, 0, 2), near + 0.5 * (0.1_f64 / 0.5).log2());
    let none = "term_frequency = true, term_frequency_weight = 0.0";
    close(weight_of(none, 0, 2), near);
    let least = "term_frequency = true, term_frequency_minimum = 0.8";
    close(weight_of(least, 0, 2), near + (0.1_f64 / 0.8).log2());
}

#[test]
fn frequencies_of_another_column_count_where_they_are_named() {
    let near = (0.1_f64 / 0.3).log2();
    // all are of town p; no level is its equality, so the level's own u stands
    let town = "term_frequency = true, term_frequency_column = \"town\"";
    close(weight_of(town, 0, 2), near + 0.3_f64.log2());
}

#[test]
fn values_unknown_on_both_sides_adjust_nothing() {
    let text = NEAR
        .replace(
            "ADJUSTED",
            "term_frequency = true, term_frequency_column = \"name\"",
        )
        .replace(
            "is = \"levenshtein\", column = \"name\", at_most = 1",
            "is = \"exact\", column = \"town\"",
        );
    let records = two(&[("", "p"), ("", "p"), ("x", "p")]);
    let linkage = Linkage::new(model(&text), &records, LinkageOptions::default()).unwrap();
    let found: Vec<f64> = links(&linkage, 0.0)
        .iter()
        .map(|link| link.weight)
        .collect();
    let plain = (0.01_f64 / 0.99).log2() + (0.1_f64 / 0.3).log2();
    close(found[0], plain);
    // one side known: its frequency, as it is the only one
    close(found[1], plain + 0.1_f64.log2());
}

#[test]
fn many_adjusted_levels_of_one_comparison_count_as_one() {
    let level = |at: usize| {
        format!(
            "{{ when = {{ is = \"levenshtein\", column = \"name\", at_most = {at} }}, m = 0.05, \
             u = 0.05, term_frequency = true }}"
        )
    };
    let levels: Vec<String> = (0..12).map(level).collect();
    let text = format!(
        "prior = 0.01\nblocking = [{{ keys = [{{ column = \"town\" }}] }}]\n[[comparisons]]\nname \
         = \"name\"\nlevels = [{}, {{ when = {{ is = \"otherwise\" }}, m = 0.4, u = 0.4 }}]",
        levels.join(", ")
    );
    let records = two(&[("anna", "p"), ("anne", "p")]);
    let linkage = Linkage::new(model(&text), &records, LinkageOptions::default()).unwrap();
    assert_eq!(links(&linkage, 0.0).len(), 1);
}

const SETS: &str = r#"
    prior = 0.01
    blocking = [{ keys = [{ column = "set", part = "elements" }] }]
    [[comparisons]]
    name = "set"
    levels = [
      { when = { is = "exact", column = "set", part = "elements" }, m = 0.8, u = 0.5,
        term_frequency = true },
      { when = { is = "otherwise" }, m = 0.2, u = 0.5 },
    ]
"#;

fn sets() -> Records {
    let mut builder = RecordsBuilder::new(&[("set", ColumnKind::TextSet)]).unwrap();
    for set in [
        &["common", "rare"][..],
        &["common", "rare", "x"],
        &["common"],
        &["common"],
    ] {
        builder.push(0, &[Value::TextSet(set)]).unwrap();
    }
    builder.finish()
}

#[test]
fn the_rarest_shared_element_of_sets_counts() {
    let records = sets();
    let linkage = Linkage::new(model(SETS), &records, LinkageOptions::default()).unwrap();
    let plain = (0.01_f64 / 0.99).log2() + (0.8_f64 / 0.5).log2();
    for link in links(&linkage, 0.0) {
        let frequency: f64 = if (link.left, link.right) == (0, 1) {
            0.5
        } else {
            1.0
        };
        close(link.weight, plain + (0.5 / frequency).log2());
    }
}

#[test]
fn how_common_a_whole_set_is_is_refused_below_its_equality() {
    let records = sets();
    let jaccard = SETS.replace(
        "is = \"exact\", column = \"set\", part = \"elements\"",
        "is = \"jaccard\", column = \"set\", at_least = 0.5",
    );
    let refused = Linkage::new(model(&jaccard), &records, LinkageOptions::default());
    assert!(matches!(refused, Err(LinkError::Kind { .. })));
}

proptest! {
    #[test]
    fn giving_up_early_loses_no_link_of_adjusted_levels(
        names in prop::collection::vec("[ab]{0,3}", 2..16),
        weight in 0.0..=1.0_f64,
        minimum in 0.0..=1.0_f64,
        threshold in 0.0..1.0_f64,
    ) {
        let rows: Vec<(&str, &str)> = names.iter().map(|name| (name.as_str(), "p")).collect();
        let records = two(&rows);
        let adjusted = format!(
            "term_frequency = true, term_frequency_weight = {weight:?}, term_frequency_minimum = \
             {minimum:?}"
        );
        let model = model(&NEAR.replace("ADJUSTED", &adjusted).replace("0.01", "0.2"));
        let linkage = Linkage::new(model, &records, LinkageOptions::default()).unwrap();
        let mut all = links(&linkage, 0.0);
        prop_assert!(all.iter().all(|link| link.weight.is_finite()));
        all.retain(|link| link.probability >= threshold);
        prop_assert_eq!(links(&linkage, threshold), all);
    }
}
