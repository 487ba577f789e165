//! The countries of ISO 3166-1, by code or by name in French or English.
//!
//! The names in `country.tsv` are those of the Unicode CLDR (Unicode licence v3).

use std::{collections::HashMap, sync::LazyLock};

use crate::text::{Lang, fold_words};

/// A country: its ISO 3166-1 alpha-2 code and its names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Country {
    /// Two upper-case letters.
    pub code: &'static str,
    fr: &'static str,
    en: &'static str,
}

impl Country {
    /// The usual name in a language.
    pub fn name(&self, lang: Lang) -> &'static str {
        lang.pick(self.fr, self.en)
    }
}

struct Table {
    countries: Vec<Country>,
    by_name: HashMap<String, usize>,
}

static TABLE: LazyLock<Table> = LazyLock::new(|| {
    let countries: Vec<Country> = include_str!("country.tsv")
        .lines()
        .filter_map(|line| {
            let mut columns = line.split('\t');
            Some(Country {
                code: columns.next()?,
                fr: columns.next()?,
                en: columns.next()?,
            })
        })
        .collect();
    let mut by_name = HashMap::new();
    for (index, country) in countries.iter().enumerate() {
        for name in [country.code, country.fr, country.en] {
            by_name.entry(fold_words(name)).or_insert(index);
        }
    }
    Table { countries, by_name }
});

/// Every country, in the order of the codes.
pub fn all() -> &'static [Country] {
    &TABLE.countries
}

/// The country with this alpha-2 code, in any case.
pub fn by_code(code: &str) -> Option<&'static Country> {
    if code.len() != 2 {
        return None;
    }
    let code = code.to_ascii_uppercase();
    all()
        .binary_search_by(|country| country.code.cmp(code.as_str()))
        .ok()
        .map(|index| &TABLE.countries[index])
}

/// The country a person means by a code or a name in either language.
pub fn find(typed: &str) -> Option<&'static Country> {
    by_code(typed).or_else(|| {
        let index = *TABLE.by_name.get(&fold_words(typed))?;
        Some(&TABLE.countries[index])
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_is_whole_and_sorted() {
        assert_eq!(all().len(), 249);
        assert!(all().windows(2).all(|pair| pair[0].code < pair[1].code));
        for country in all() {
            assert_eq!(by_code(country.code), Some(country));
            assert_eq!(find(country.fr), Some(country), "{}", country.fr);
            assert_eq!(find(country.en), Some(country), "{}", country.en);
        }
    }

    #[test]
    fn a_country_is_found_as_people_write_it() {
        for (typed, code) in [
            ("fr", Some("FR")),
            ("CÔTE D'IVOIRE", Some("CI")),
            ("cote d’ivoire", Some("CI")),
            ("royaume uni", Some("GB")),
            ("Germany", Some("DE")),
            ("zz", None),
            ("", None),
        ] {
            assert_eq!(find(typed).map(|country| country.code), code, "{typed}");
        }
    }
}
