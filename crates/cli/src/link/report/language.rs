//! The languages of a report: texts, and numbers as people write them.

use super::{french::FRENCH, numbers};

/// A language that a report is written in.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, clap::ValueEnum, serde::Serialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Language {
    #[default]
    #[value(name = "en")]
    #[serde(rename = "en")]
    English,
    #[value(name = "fr")]
    #[serde(rename = "fr")]
    French,
}

impl Language {
    pub(super) fn code(self) -> &'static str {
        match self {
            Language::English => "en",
            Language::French => "fr",
        }
    }

    /// A text of the report: the English one is its name.
    pub(super) fn text(self, english: &'static str) -> &'static str {
        let french = match self {
            Language::English => Some(english),
            Language::French => french(english),
        };
        debug_assert!(french.is_some(), "no French for {english:?}");
        french.unwrap_or(english)
    }

    /// A word that comes with the data; one that is not known stays as it is, as names do.
    pub(super) fn word(self, word: &str) -> String {
        let known = french(word).filter(|_| self == Language::French);
        known.unwrap_or(word).to_owned()
    }

    /// A text with values in the places `{0}`, `{1}` and so on.
    pub(super) fn told(self, english: &'static str, values: &[&str]) -> String {
        let mut told = String::new();
        let mut rest = self.text(english);
        // place by place, so that a value that holds such a place itself is left alone
        while let Some((before, after)) = rest.split_once('{') {
            let (number, after) = after.split_once('}').unwrap_or_default();
            told.push_str(before);
            let value = number.parse().ok().and_then(|at: usize| values.get(at));
            told.push_str(value.copied().unwrap_or_default());
            rest = after;
        }
        told + rest
    }

    /// A number with the language's sign before what is less than one.
    pub(super) fn number(self, written: String) -> String {
        match self {
            Language::English => written,
            Language::French => written.replace('.', ","),
        }
    }

    pub(super) fn count(self, number: u64) -> String {
        numbers::count(number)
    }

    pub(super) fn percent(self, share: f64) -> String {
        self.number(numbers::percent(share))
    }

    pub(super) fn decimal(self, value: f64) -> String {
        self.number(numbers::decimal(value))
    }

    pub(super) fn probability(self, value: f64) -> String {
        self.number(numbers::probability(value))
    }

    pub(super) fn signed(self, bits: f64) -> String {
        self.number(numbers::signed(bits))
    }

    pub(super) fn plain(self, value: f64) -> String {
        self.number(numbers::plain(value))
    }
}

fn french(english: &str) -> Option<&'static str> {
    let known = FRENCH.iter().find(|(name, _)| *name == english);
    known.map(|(_, french)| *french)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_text_stands_once_and_its_french_has_the_same_places() {
        for (at, (english, french)) in FRENCH.iter().enumerate() {
            assert!(
                FRENCH[..at].iter().all(|(other, _)| other != english),
                "{english}"
            );
            for place in ["{0}", "{1}", "{2}", "{3}"] {
                assert_eq!(
                    english.matches(place).count(),
                    french.matches(place).count(),
                    "{english}"
                );
            }
            let spaces = |text: &str| (text.starts_with(' '), text.ends_with(' '));
            assert_eq!(spaces(english), spaces(french), "{english}");
        }
    }

    #[test]
    fn values_stand_where_the_language_has_them_and_are_left_alone() {
        let told = |l: Language| {
            l.told(
                "{0} of {1} records stay below the threshold even against themselves.",
                &["{1}", "9"],
            )
        };
        assert!(told(Language::English).starts_with("{1} of 9 records"));
        assert!(told(Language::French).starts_with("{1} enregistrements sur 9"));
        assert_eq!(Language::French.signed(-2.5), "−2,50");
        assert_eq!(
            (
                Language::French.word("otherwise"),
                Language::French.word("surname")
            ),
            ("sinon".to_owned(), "surname".to_owned())
        );
    }
}
