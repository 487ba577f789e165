//! The two languages of the house, and text compared without case or accents.

use serde::{Deserialize, Serialize};
use unicode_normalization::{UnicodeNormalization, char::is_combining_mark};

/// A language the public site and the workbench speak.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Lang {
    /// French.
    #[default]
    Fr,
    /// English.
    En,
}

impl Lang {
    /// The BCP 47 tag: `fr` or `en`.
    pub fn tag(self) -> &'static str {
        match self {
            Lang::Fr => "fr",
            Lang::En => "en",
        }
    }

    /// The language of a tag such as `fr`, `fr-FR` or `EN`; `None` when it is another one.
    pub fn from_tag(tag: &str) -> Option<Lang> {
        match tag.split(['-', '_']).next().unwrap_or_default() {
            primary if primary.eq_ignore_ascii_case("fr") => Some(Lang::Fr),
            primary if primary.eq_ignore_ascii_case("en") => Some(Lang::En),
            _ => None,
        }
    }

    pub(crate) fn pick(self, fr: &'static str, en: &'static str) -> &'static str {
        match self {
            Lang::Fr => fr,
            Lang::En => en,
        }
    }
}

/// A text in both languages. The configuration always gives both.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Text {
    /// In French.
    pub fr: String,
    /// In English.
    pub en: String,
}

impl Text {
    /// The text in a language.
    pub fn get(&self, lang: Lang) -> &str {
        match lang {
            Lang::Fr => &self.fr,
            Lang::En => &self.en,
        }
    }
}

/// Lower case without accents, ligatures opened: what is compared when people type names.
pub fn fold(text: &str) -> String {
    if text.is_ascii() {
        return text.to_ascii_lowercase();
    }
    let mut folded = String::with_capacity(text.len());
    for c in text.nfkd().filter(|c| !is_combining_mark(*c)) {
        match c {
            'œ' | 'Œ' => folded.push_str("oe"),
            'æ' | 'Æ' => folded.push_str("ae"),
            'ß' | 'ẞ' => folded.push_str("ss"),
            'ø' | 'Ø' => folded.push('o'),
            'ł' | 'Ł' => folded.push('l'),
            '’' | 'ʼ' => folded.push('\''),
            c => folded.extend(c.to_lowercase().filter(|c| !is_combining_mark(*c))),
        }
    }
    folded
}

/// The words of `text`, folded, joined by one space: `Saint-Étienne` and `SAINT ETIENNE` are equal.
pub(crate) fn fold_words(text: &str) -> String {
    let folded = fold(text);
    let mut words = String::with_capacity(folded.len());
    for word in folded
        .split(|c: char| !c.is_alphanumeric())
        .filter(|word| !word.is_empty())
    {
        if !words.is_empty() {
            words.push(' ');
        }
        words.push_str(word);
    }
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn folding_takes_case_accents_and_ligatures_away() {
        for (input, expected) in [
            ("Équipe", "equipe"),
            ("CŒUR", "coeur"),
            ("Straße", "strasse"),
            ("L’Haÿ-les-Roses", "l'hay-les-roses"),
            ("İstanbul", "istanbul"),
            ("plain", "plain"),
        ] {
            assert_eq!(fold(input), expected);
            assert_eq!(fold(&fold(input)), expected, "folding twice");
        }
        assert_eq!(fold_words("  L’Haÿ-les-Roses "), "l hay les roses");
    }

    #[test]
    fn a_language_is_found_in_its_tag() {
        assert_eq!(Lang::from_tag("fr-FR"), Some(Lang::Fr));
        assert_eq!(Lang::from_tag("EN"), Some(Lang::En));
        assert_eq!(Lang::from_tag("de"), None);
    }
}
