//! Markings and clearances in words: chosen from a list, kept as words of the policy.

use casework::policy::{Level, Marking, Tlp};

use super::policies;
use crate::page::Page;

/// Mentions that are no level.
pub(super) const MENTIONS: [&str; 2] = ["diffusion_restreinte", "special_france"];

/// A marking, or what it asks for, in words.
pub(super) fn label(page: &Page, word: &str) -> String {
    match policies::marking(word) {
        Marking::Level(Level::Secret) => page.w.t("mk-secret"),
        Marking::Level(Level::TopSecret) => page.w.t("mk-top-secret"),
        Marking::DiffusionRestreinte => page.w.t("mk-restricted"),
        Marking::SpecialFrance => page.w.t("mk-national"),
        // Never translated.
        Marking::Tlp(tlp) => tlp.as_str().to_owned(),
        Marking::Compartment(name) => page.w.t1("mk-compartment", "name", &*name),
    }
}

/// Several, as they are kept: with spaces between.
pub(super) fn labels(page: &Page, words: &str) -> String {
    let labels: Vec<String> = words
        .split_whitespace()
        .map(|word| label(page, word))
        .collect();
    labels.join(", ")
}

/// Whether a word can name a compartment: it is none that is known otherwise, and nothing breaks it apart.
pub(super) fn is_compartment(word: &str) -> bool {
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-');
    !word.is_empty()
        && word.chars().all(plain)
        && matches!(policies::marking(word), Marking::Compartment(_))
}

/// What a submission can be marked with by whoever is cleared for it: nobody marks what they then do not see.
pub(super) fn offered(clearance: &str) -> Vec<String> {
    let tlp = [Tlp::Amber, Tlp::AmberStrict];
    let tlp = tlp.iter().map(|tlp| tlp.as_str().to_owned());
    let mut cleared: Vec<String> = clearance.split_whitespace().map(str::to_owned).collect();
    let level = Level::TopSecret.as_str();
    if cleared.iter().any(|word| word == level) {
        cleared.insert(0, Level::Secret.as_str().to_owned());
    }
    let mut offered: Vec<String> = tlp.chain(cleared).collect();
    let mut seen = std::collections::BTreeSet::new();
    offered.retain(|word| seen.insert(word.clone()));
    offered
}

#[cfg(test)]
mod tests {
    use casework::Lang;

    use super::*;
    use crate::workbench::tests::page;

    #[test]
    fn every_marking_has_words_and_a_compartment_its_name() {
        for lang in [Lang::Fr, Lang::En] {
            let page = page(lang);
            for word in ["secret", "top_secret"].iter().chain(&MENTIONS) {
                let label = label(&page, word);
                assert!(!label.contains('_') && !label.starts_with("mk-"), "{label}");
            }
            assert_eq!(labels(&page, "TLP:AMBER+STRICT"), "TLP:AMBER+STRICT");
            assert!(labels(&page, "secret vendôme").contains(", "));
            assert!(label(&page, "alpha").contains("alpha"));
        }
    }

    #[test]
    fn a_compartment_is_no_level_under_another_name() {
        for (word, expected) in [
            ("alpha", true),
            ("operation-7", true),
            ("secret", false),
            ("top_secret", false),
            ("special_france", false),
            ("TLP:RED", false),
            ("a b", false),
            ("é", false),
            ("", false),
        ] {
            assert_eq!(is_compartment(word), expected, "{word:?}");
        }
    }

    #[test]
    fn nobody_is_offered_what_they_are_not_cleared_for() {
        assert_eq!(offered(""), ["TLP:AMBER", "TLP:AMBER+STRICT"]);
        assert_eq!(
            offered("top_secret alpha"),
            [
                "TLP:AMBER",
                "TLP:AMBER+STRICT",
                "secret",
                "top_secret",
                "alpha"
            ]
        );
        assert_eq!(
            offered("secret alpha secret"),
            ["TLP:AMBER", "TLP:AMBER+STRICT", "secret", "alpha"]
        );
    }
}
