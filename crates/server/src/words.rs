//! The site's own words, French and English, from `locales/`. The desks' texts come from the
//! configuration, not from here.

use std::{borrow::Cow, sync::LazyLock};

use casework::Lang;
use fluent::{FluentArgs, FluentResource, FluentValue, concurrent::FluentBundle};

use crate::web::text;

/// Every file of words: add a line here and the two files.
const FILES: &[(&str, &str)] = &[
    (
        include_str!("../locales/fr/common.ftl"),
        include_str!("../locales/en/common.ftl"),
    ),
    (
        include_str!("../locales/fr/api.ftl"),
        include_str!("../locales/en/api.ftl"),
    ),
    (
        include_str!("../locales/fr/public.ftl"),
        include_str!("../locales/en/public.ftl"),
    ),
    (
        include_str!("../locales/fr/workbench.ftl"),
        include_str!("../locales/en/workbench.ftl"),
    ),
    (
        include_str!("../locales/fr/admin.ftl"),
        include_str!("../locales/en/admin.ftl"),
    ),
    (
        include_str!("../locales/fr/signin.ftl"),
        include_str!("../locales/en/signin.ftl"),
    ),
    (
        include_str!("../locales/fr/retention.ftl"),
        include_str!("../locales/en/retention.ftl"),
    ),
    (
        include_str!("../locales/fr/oversight.ftl"),
        include_str!("../locales/en/oversight.ftl"),
    ),
    (
        include_str!("../locales/fr/referral.ftl"),
        include_str!("../locales/en/referral.ftl"),
    ),
    (
        include_str!("../locales/fr/film.ftl"),
        include_str!("../locales/en/film.ftl"),
    ),
    (
        include_str!("../locales/fr/lending.ftl"),
        include_str!("../locales/en/lending.ftl"),
    ),
    (
        include_str!("../locales/fr/production.ftl"),
        include_str!("../locales/en/production.ftl"),
    ),
    (
        include_str!("../locales/fr/documents.ftl"),
        include_str!("../locales/en/documents.ftl"),
    ),
];

type Bundle = FluentBundle<FluentResource>;

static FRENCH: LazyLock<Bundle> = LazyLock::new(|| bundle(Lang::Fr));
static ENGLISH: LazyLock<Bundle> = LazyLock::new(|| bundle(Lang::En));

fn bundle(lang: Lang) -> Bundle {
    let tag = lang.tag().parse().expect("fr and en are language tags");
    let mut bundle = Bundle::new_concurrent(vec![tag]);
    bundle.set_use_isolating(false);
    bundle.set_formatter(Some(match lang {
        Lang::Fr => |value, _| number(Lang::Fr, value),
        Lang::En => |value, _| number(Lang::En, value),
    }));
    for (french, english) in FILES {
        let text = if lang == Lang::Fr { french } else { english };
        let resource = FluentResource::try_new((*text).to_owned())
            .unwrap_or_else(|(_, errors)| panic!("locales are checked by a test: {errors:?}"));
        bundle
            .add_resource(resource)
            .unwrap_or_else(|errors| panic!("locales are checked by a test: {errors:?}"));
    }
    bundle
}

/// A number in a text as people of its language write it; nothing of a text.
fn number(lang: Lang, value: &FluentValue<'_>) -> Option<String> {
    let FluentValue::Number(number) = value else {
        return None;
    };
    let whole = number.value.fract() == 0.0 && number.value.abs() < 1e15;
    if whole {
        return Some(text::count(lang, number.value as i64));
    }
    let number = serde_json::Number::from_f64(number.value)?;
    Some(text::number(lang, &number))
}

/// The words of one language, as templates use them.
#[derive(Clone, Copy, Debug)]
pub struct Words(pub Lang);

impl Words {
    /// The text of a key; the key itself when there is none (a test keeps that from happening).
    #[must_use]
    pub fn t(&self, key: &str) -> String {
        self.with(key, &FluentArgs::new())
    }

    /// The text of a key with one value in it.
    #[must_use]
    pub fn t1<'a>(&self, key: &str, name: &'a str, value: impl Into<FluentValue<'a>>) -> String {
        let mut arguments = FluentArgs::new();
        arguments.set(name, value);
        self.with(key, &arguments)
    }

    /// The text of a key with two values in it.
    #[must_use]
    pub fn t2<'a>(
        &self,
        key: &str,
        first: (&'a str, impl Into<FluentValue<'a>>),
        second: (&'a str, impl Into<FluentValue<'a>>),
    ) -> String {
        let mut arguments = FluentArgs::new();
        arguments.set(first.0, first.1);
        arguments.set(second.0, second.1);
        self.with(key, &arguments)
    }

    fn with(&self, key: &str, arguments: &FluentArgs<'_>) -> String {
        let bundle: &Bundle = match self.0 {
            Lang::Fr => &FRENCH,
            Lang::En => &ENGLISH,
        };
        let Some(pattern) = bundle.get_message(key).and_then(|message| message.value()) else {
            return key.to_owned();
        };
        let mut errors = Vec::new();
        let text: Cow<'_, str> = bundle.format_pattern(pattern, Some(arguments), &mut errors);
        text.into_owned()
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    fn keys(text: &str) -> BTreeSet<String> {
        text.lines()
            .filter(|line| line.starts_with(|c: char| c.is_ascii_lowercase()))
            .filter_map(|line| line.split_once(" =").map(|(key, _)| key.to_owned()))
            .collect()
    }

    #[test]
    fn every_key_stands_in_both_languages() {
        for (french, english) in FILES {
            let (french, english) = (keys(french), keys(english));
            let apart: Vec<_> = french.symmetric_difference(&english).collect();
            assert!(apart.is_empty(), "only in one language: {apart:?}");
        }
        // Reading them also checks their syntax and that no key is given twice.
        assert_ne!(Words(Lang::Fr).t("site-name"), "site-name");
        assert_ne!(Words(Lang::En).t("site-name"), "site-name");
    }

    #[test]
    fn numbers_in_texts_are_written_as_in_their_language() {
        let said = |lang, many: f64| {
            let mut arguments = FluentArgs::new();
            arguments.set("gib", many);
            arguments.set("share", 12_345_i64);
            Words(lang).with("ad-runs-free", &arguments)
        };
        let (french, english) = (said(Lang::Fr, 18.4), said(Lang::En, 1018.4));
        assert!(
            french.contains("18,4") && french.contains("12\u{202f}345"),
            "{french}"
        );
        assert!(
            english.contains("1,018.4") && english.contains("12,345"),
            "{english}"
        );
    }

    #[test]
    fn every_key_a_template_or_a_page_names_exists() {
        let known: BTreeSet<String> = FILES.iter().flat_map(|(french, _)| keys(french)).collect();
        let mut missing = Vec::new();
        for folder in ["templates", "src"] {
            let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join(folder);
            let mut folders = vec![root];
            while let Some(folder) = folders.pop() {
                for entry in std::fs::read_dir(folder).unwrap() {
                    let path = entry.unwrap().path();
                    if path.is_dir() {
                        folders.push(path);
                        continue;
                    }
                    if path.ends_with("words.rs") {
                        continue;
                    }
                    let Ok(text) = std::fs::read_to_string(&path) else {
                        continue;
                    };
                    for call in [
                        "w.t(\"",
                        "w.t1(\"",
                        "w.t2(\"",
                        "words.t(\"",
                        "words.t1(\"",
                        "words.t2(\"",
                    ] {
                        for part in text.split(call).skip(1) {
                            let key = part.split('"').next().unwrap_or_default();
                            if !known.contains(key) {
                                missing.push(format!("{}: {key}", path.display()));
                            }
                        }
                    }
                }
            }
        }
        assert!(
            missing.is_empty(),
            "keys without words:\n{}",
            missing.join("\n")
        );
    }
}
