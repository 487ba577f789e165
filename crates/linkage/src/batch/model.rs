//! The model as data: what is compared and how, which pairs are looked at, and what training found.
//!
//! Every type reads and writes with serde, so a model is a TOML or a JSON file:
//!
//! ```toml
//! prior = 0.0001                      # probability that two random records are one (optional)
//!
//! # [deterministic]                   # take the prior from rules instead (optional)
//! # recall = 0.8                      # of all pairs of one entity, they make four in five
//! # rules = [{ keys = [{ column = "email" }] }]
//!
//! [[blocking]]                        # a pair is looked at if it agrees on all keys of one rule
//! keys = [{ column = "surname" }, { column = "birth", part = "year" }]
//!
//! [[comparisons]]
//! name = "surname"
//! levels = [                          # tested from the top; a pair is at the first that holds
//!   { when = { is = "exact", column = "surname" }, term_frequency = true },
//!   { when = { is = "jaro_winkler", column = "surname", at_least = 0.92 }, m = 0.1, u = 0.002 },
//!   { when = { is = "otherwise" } },
//! ]
//! ```
//!
//! Where none of a comparison's columns is known on both sides, the pair is at its null level, which
//! weighs nothing.

use serde::{Deserialize, Serialize};

/// The most levels a comparison may have, its null level not counted.
pub const MAX_LEVELS: usize = 14;

/// The most hash functions of a [`Part::MinhashBands`].
pub const MAX_MINHASHES: u32 = 1024;

/// What is compared, which pairs are looked at, and the trained parameters.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Model {
    /// Probability that two random records are one entity, in (0, 1); training sets it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub prior: Option<f64>,
    /// Whether training leaves `prior` as it is.
    #[serde(default, skip_serializing_if = "is_false")]
    pub prior_locked: bool,
    /// Rules that training takes the prior from (see [`Deterministic`]), in place of EM's estimate.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub deterministic: Option<Deterministic>,
    /// Rules that say which pairs are looked at.
    pub blocking: Vec<BlockingRule>,
    /// What is compared.
    pub comparisons: Vec<Comparison>,
    /// Ways in which two entities agree more than by chance (see [`Relation`]); training sets them.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub relations: Vec<Relation>,
}

/// Rules whose pairs are taken to be of one entity, and what share of all such pairs they find.
///
/// The prior is (distinct pairs the rules make) / recall / (all pairs), as Splink estimates it. Training
/// then holds it; a model whose `prior_locked` is set keeps its own.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Deterministic {
    /// The rules, at least one; their pairs are not looked at in prediction.
    pub rules: Vec<BlockingRule>,
    /// Share of the pairs of one entity that the rules make, in (0, 1].
    pub recall: f64,
}

/// A conjunction: a pair agrees on every key.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BlockingRule {
    /// The keys, at least one.
    pub keys: Vec<Key>,
}

/// A column, or a part of its value.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Key {
    /// The column's name.
    pub column: String,
    /// Which part of the value.
    #[serde(default, skip_serializing_if = "Part::is_whole")]
    pub part: Part,
}

/// A part of a value. What is empty is no value.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Part {
    /// The value itself.
    #[default]
    Whole,
    /// The first characters of a text, as many as there are up to this count.
    FirstLetters(u16),
    /// Characters of a text from a place (from 0), at most so many.
    Substring {
        /// First character, from 0.
        from: u16,
        /// Most characters.
        length: u16,
    },
    /// A text without its last characters and the space before them.
    WithoutLast(u16),
    /// The letters before the first character that is none.
    LeadingLetters,
    /// How a text sounds in English: American Soundex.
    SoundsEnglish,
    /// How a text sounds in French.
    SoundsFrench,
    /// The year of a date.
    Year,
    /// Each element of a set: two records agree if they share one. For bands of a signature made
    /// elsewhere too, given as a set of texts that name the band and its value.
    Elements,
    /// Each of so many bands that a 256-bit hash is cut into, a power of two up to 256: two records agree
    /// if they share one. Hashes that differ in fewer bits than there are bands always do, so 32 bands
    /// miss no pair of PDQ hashes within 31 bits.
    Bands(u16),
    /// Each band of a set's MinHash signature: two records agree if they share one, which for sets of
    /// Jaccard similarity `s` has the probability 1 − (1 − s^rows)^bands.
    MinhashBands {
        /// Bands of the signature, at least 1.
        bands: u16,
        /// Hash functions of a band, at least 1; bands × rows is at most [`MAX_MINHASHES`].
        rows: u16,
    },
}

impl Part {
    fn is_whole(&self) -> bool {
        *self == Part::Whole
    }

    fn validate(self, place: &str) -> Result<(), ModelError> {
        match self {
            Part::Bands(bands) => {
                let inside = bands.is_power_of_two() && bands <= 256;
                in_range(
                    place,
                    bands.into(),
                    inside,
                    "the powers of two from 1 to 256",
                )
            }
            Part::MinhashBands { bands, rows } => {
                let functions = u32::from(bands) * u32::from(rows);
                let inside = (1..=MAX_MINHASHES).contains(&functions);
                in_range(place, functions.into(), inside, "1 to 1024 hash functions")
            }
            _ => Ok(()),
        }
    }
}

/// A comparison: levels of likeness, the most alike first.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Comparison {
    /// Its name.
    pub name: String,
    /// Levels, tested from the top; the last is [`Test::Otherwise`].
    pub levels: Vec<Level>,
}

/// A level of a comparison.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Level {
    /// When a pair is at this level.
    pub when: Test,
    /// Probability of this level for two records of one entity, in [0, 1].
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub m: Option<f64>,
    /// Probability of this level for two records of two unrelated entities, in [0, 1].
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub u: Option<f64>,
    /// Whether training leaves `m` as it is.
    #[serde(default, skip_serializing_if = "is_false")]
    pub m_locked: bool,
    /// Whether training leaves `u` as it is.
    #[serde(default, skip_serializing_if = "is_false")]
    pub u_locked: bool,
    /// Whether agreeing on a rare value weighs more than on a common one.
    ///
    /// u is multiplied by `(max(f, g, minimum) / u_exact) ^ weight`, where f and g are the frequencies
    /// of the two values and u_exact is the u of the comparison's level that is equality of the
    /// column (of this level, where there is none). So is Splink's adjustment. Where both values
    /// are unknown it is 1. At a level of equal elements of sets the frequency is that of the rarest
    /// shared element, and u is this level's; other levels below equality of a set have none.
    #[serde(default, skip_serializing_if = "is_false")]
    pub term_frequency: bool,
    /// The column whose values count; the one the level reads where there is only one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub term_frequency_column: Option<String>,
    /// Weight of the adjustment, in [0, 1]; 1 where none is given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub term_frequency_weight: Option<f64>,
    /// Least frequency that is believed, in [0, 1]; 0 where none is given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub term_frequency_minimum: Option<f64>,
}

/// When a pair is at a level. A test on a value that one side lacks does not hold.
///
/// On a column of sets the tests of texts (Jaro to prefix) look at the best pair: the most alike
/// of all couples of an element on the left and one on the right. `exact` with the part
/// [`Part::Elements`] holds where an element is shared.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(tag = "is", rename_all = "snake_case", deny_unknown_fields)]
#[non_exhaustive]
pub enum Test {
    /// Equal values, or equal parts of them.
    Exact {
        /// The column.
        column: String,
        /// Which part of the value.
        #[serde(default, skip_serializing_if = "Part::is_whole")]
        part: Part,
    },
    /// Jaro similarity of texts.
    Jaro {
        /// The column.
        column: String,
        /// Least similarity, 0 to 1.
        at_least: f64,
    },
    /// Jaro-Winkler similarity of texts.
    JaroWinkler {
        /// The column.
        column: String,
        /// Least similarity, 0 to 1.
        at_least: f64,
    },
    /// Levenshtein distance of texts, or of dates in their ISO form.
    Levenshtein {
        /// The column.
        column: String,
        /// Most edits.
        at_most: f64,
    },
    /// Damerau-Levenshtein distance of texts, or of dates in their ISO form.
    DamerauLevenshtein {
        /// The column.
        column: String,
        /// Most edits.
        at_most: f64,
    },
    /// Jaccard similarity of sets.
    Jaccard {
        /// The column.
        column: String,
        /// Least similarity, 0 to 1.
        at_least: f64,
    },
    /// Cosine similarity of sets.
    Cosine {
        /// The column.
        column: String,
        /// Least similarity, 0 to 1.
        at_least: f64,
    },
    /// Jaccard similarity of sets whose elements weigh by their rarity: log2(N/df) for an element that
    /// `df` of the `N` records with a set hold.
    RareJaccard {
        /// The column.
        column: String,
        /// Least similarity, 0 to 1.
        at_least: f64,
    },
    /// What two sets share, by rarity: the sum of log2(N/df) over their common elements. Unlike a
    /// similarity it does not fall where one set is much larger.
    SharedRarity {
        /// The column.
        column: String,
        /// Least sum, in bits.
        at_least: f64,
    },
    /// Difference of numbers.
    Difference {
        /// The column.
        column: String,
        /// Most difference.
        at_most: f64,
    },
    /// Difference of numbers in hundredths of the larger magnitude.
    Percent {
        /// The column.
        column: String,
        /// Most difference, in per cent.
        at_most: f64,
    },
    /// Days between dates or moments.
    Days {
        /// The column.
        column: String,
        /// Most days.
        at_most: f64,
    },
    /// Kilometres between places.
    Kilometres {
        /// The column.
        column: String,
        /// Most kilometres.
        at_most: f64,
    },
    /// Bits in which hashes differ.
    Hamming {
        /// The column.
        column: String,
        /// Most bits.
        at_most: f64,
    },
    /// One text begins with the other.
    Prefix {
        /// The column.
        column: String,
    },
    /// A measure of texts that the caller brings (see [`super::CustomMeasure`]).
    Custom {
        /// The measure's name.
        measure: String,
        /// The column.
        column: String,
        /// Least likeness, on the measure's own scale.
        at_least: f64,
    },
    /// The values of two text columns have changed places.
    Swapped {
        /// The two columns.
        columns: [String; 2],
    },
    /// Every test holds.
    All {
        /// The tests.
        of: Vec<Test>,
    },
    /// Whatever is left.
    #[default]
    Otherwise,
}

/// A way in which records of two *different* entities agree more than by chance.
///
/// People of one household share surname and address; namesakes share their names and so have like
/// e-mail addresses. A relation is a class of pairs beside "the same" and "unrelated", with its own
/// probabilities of the levels. Without it a pair that agrees by relation is taken for the same
/// entity, since the Fellegi-Sunter weights of fields that depend on each other add up.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Relation {
    /// Comparisons through which the two are related.
    pub through: Vec<String>,
    /// Probability that two random records are so related, in (0, 1).
    pub prior: f64,
    /// Probabilities of each comparison's levels, as [`Level::m`] for the entity.
    pub levels: Vec<Vec<f64>>,
}

/// Why a model is refused, and what would mend it.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum ModelError {
    /// The file is no TOML or JSON of a model.
    #[error("not a model: {0}")]
    Syntax(String),
    /// Nothing to compare.
    #[error("the model compares nothing: give it at least one comparison")]
    NoComparison,
    /// No pair would be looked at.
    #[error("the model looks at no pair: give it at least one blocking rule with one key")]
    NoBlocking,
    /// Deterministic rules that say nothing.
    #[error("deterministic rules need at least one rule, and each rule one key; or leave them out")]
    NoDeterministic,
    /// Two comparisons have one name.
    #[error("two comparisons are called {0:?}: give each its own name")]
    DoubleComparison(String),
    /// Too few or too many levels, or the last is not `otherwise`.
    #[error(
        "comparison {comparison:?} must have 2 to {MAX_LEVELS} levels, of which the last, and only \
         that, is \"otherwise\""
    )]
    Levels {
        /// The comparison.
        comparison: String,
    },
    /// A number outside its range.
    #[error("{place}: {value} is outside {range}")]
    Range {
        /// Where it stands.
        place: String,
        /// What it is.
        value: f64,
        /// What is allowed.
        range: &'static str,
    },
    /// Term frequencies for a level that tells no column.
    #[error(
        "comparison {comparison:?}, level {level}: term frequencies need a level that reads one \
         column; for several, name one in \"term_frequency_column\""
    )]
    TermFrequency {
        /// The comparison.
        comparison: String,
        /// The level, from 0.
        level: usize,
    },
    /// A relation does not fit the comparisons.
    #[error("relation {0}: its levels are not those of the comparisons; train again")]
    Relation(usize),
}

impl Model {
    /// Reads a model in TOML and checks it.
    ///
    /// # Errors
    /// Any [`ModelError`].
    pub fn from_toml(text: &str) -> Result<Model, ModelError> {
        let model: Model =
            toml::from_str(text).map_err(|error| ModelError::Syntax(error.to_string()))?;
        model.validate()?;
        Ok(model)
    }

    /// The model in TOML; [`Model::from_toml`] reads it back.
    ///
    /// # Errors
    /// [`ModelError::Syntax`], should a value have no form in TOML.
    pub fn to_toml(&self) -> Result<String, ModelError> {
        toml::to_string(self).map_err(|error| ModelError::Syntax(error.to_string()))
    }

    /// Checks what can be checked without records.
    ///
    /// # Errors
    /// Any [`ModelError`] but [`ModelError::Syntax`].
    pub fn validate(&self) -> Result<(), ModelError> {
        if self.comparisons.is_empty() {
            return Err(ModelError::NoComparison);
        }
        if self.blocking.is_empty() || self.blocking.iter().any(|rule| rule.keys.is_empty()) {
            return Err(ModelError::NoBlocking);
        }
        if let Some(deterministic) = &self.deterministic {
            deterministic.validate()?;
        }
        for (at, rule) in self.blocking.iter().enumerate() {
            rule.validate(&format!("blocking rule {}", at + 1))?;
        }
        if let Some(prior) = self.prior {
            open_unit("prior", prior)?;
        }
        for (at, comparison) in self.comparisons.iter().enumerate() {
            if self.comparisons[..at]
                .iter()
                .any(|other| other.name == comparison.name)
            {
                return Err(ModelError::DoubleComparison(comparison.name.clone()));
            }
            comparison.validate()?;
        }
        self.relations
            .iter()
            .enumerate()
            .try_for_each(|(at, relation)| self.validate_relation(at, relation))
    }

    fn validate_relation(&self, at: usize, relation: &Relation) -> Result<(), ModelError> {
        open_unit("a relation's prior", relation.prior)?;
        let fits = relation.levels.len() == self.comparisons.len()
            && relation
                .levels
                .iter()
                .zip(&self.comparisons)
                .all(|(levels, comparison)| levels.len() == comparison.levels.len())
            && relation
                .through
                .iter()
                .all(|name| self.comparisons.iter().any(|c| c.name == *name));
        if !fits {
            return Err(ModelError::Relation(at));
        }
        relation
            .levels
            .iter()
            .flatten()
            .try_for_each(|value| unit("a relation's level", *value))
    }
}

impl Deterministic {
    fn validate(&self) -> Result<(), ModelError> {
        if self.rules.is_empty() || self.rules.iter().any(|rule| rule.keys.is_empty()) {
            return Err(ModelError::NoDeterministic);
        }
        for (at, rule) in self.rules.iter().enumerate() {
            rule.validate(&format!("deterministic rule {}", at + 1))?;
        }
        let inside = self.recall > 0.0 && self.recall <= 1.0;
        let place = "recall of the deterministic rules";
        in_range(place, self.recall, inside, "0, excluded, to 1")
    }
}

impl BlockingRule {
    fn validate(&self, place: &str) -> Result<(), ModelError> {
        self.keys
            .iter()
            .try_for_each(|key| key.part.validate(place))
    }
}

impl Comparison {
    fn validate(&self) -> Result<(), ModelError> {
        let last = self.levels.len().saturating_sub(1);
        let ends_well = (2..=MAX_LEVELS).contains(&self.levels.len())
            && self
                .levels
                .iter()
                .enumerate()
                .all(|(at, level)| (level.when == Test::Otherwise) == (at == last));
        if !ends_well {
            return Err(ModelError::Levels {
                comparison: self.name.clone(),
            });
        }
        for (at, level) in self.levels.iter().enumerate() {
            let numbers = [
                level.m,
                level.u,
                level.term_frequency_weight,
                level.term_frequency_minimum,
            ];
            for value in numbers.into_iter().flatten() {
                unit(&format!("comparison {:?}, level {at}", self.name), value)?;
            }
            if level.term_frequency && level.frequency_column().is_none() {
                return Err(ModelError::TermFrequency {
                    comparison: self.name.clone(),
                    level: at,
                });
            }
            level.when.validate(&self.name)?;
        }
        Ok(())
    }
}

impl Level {
    /// The column whose term frequencies count.
    pub(super) fn frequency_column(&self) -> Option<&str> {
        let mut columns = Vec::new();
        self.when.read_columns(&mut columns);
        match (&self.term_frequency_column, columns.as_slice()) {
            (_, []) => None,
            (Some(column), _) => Some(column),
            (None, [column, others @ ..]) => {
                others.iter().all(|other| other == column).then_some(column)
            }
        }
    }
}

impl Test {
    /// Whether it is equality of this key.
    pub(super) fn is_equality_of(&self, key: &Key) -> bool {
        matches!(self, Test::Exact { column, part } if *column == key.column && *part == key.part)
    }

    fn read_columns<'t>(&'t self, columns: &mut Vec<&'t str>) {
        match self {
            Test::Exact { column, .. }
            | Test::Jaro { column, .. }
            | Test::JaroWinkler { column, .. }
            | Test::Levenshtein { column, .. }
            | Test::DamerauLevenshtein { column, .. }
            | Test::Jaccard { column, .. }
            | Test::Cosine { column, .. }
            | Test::RareJaccard { column, .. }
            | Test::SharedRarity { column, .. }
            | Test::Difference { column, .. }
            | Test::Percent { column, .. }
            | Test::Days { column, .. }
            | Test::Kilometres { column, .. }
            | Test::Hamming { column, .. }
            | Test::Custom { column, .. }
            | Test::Prefix { column } => columns.push(column),
            Test::Swapped { columns: both } => columns.extend(both.iter().map(String::as_str)),
            Test::All { of } => of.iter().for_each(|test| test.read_columns(columns)),
            Test::Otherwise => {}
        }
    }

    /// The column of a test of equality on a whole value.
    pub(super) fn whole_column(&self) -> Option<&str> {
        match self {
            Test::Exact {
                column,
                part: Part::Whole,
            } => Some(column),
            _ => None,
        }
    }

    fn validate(&self, comparison: &str) -> Result<(), ModelError> {
        let place = || format!("comparison {comparison:?}");
        match self {
            Test::Jaro { at_least, .. }
            | Test::JaroWinkler { at_least, .. }
            | Test::Jaccard { at_least, .. }
            | Test::RareJaccard { at_least, .. }
            | Test::Cosine { at_least, .. } => unit(&place(), *at_least),
            Test::Levenshtein { at_most: bound, .. }
            | Test::DamerauLevenshtein { at_most: bound, .. }
            | Test::Difference { at_most: bound, .. }
            | Test::Percent { at_most: bound, .. }
            | Test::Days { at_most: bound, .. }
            | Test::Kilometres { at_most: bound, .. }
            | Test::Hamming { at_most: bound, .. }
            | Test::SharedRarity {
                at_least: bound, ..
            } => in_range(&place(), *bound, *bound >= 0.0, "0 and above"),
            Test::All { of } => of.iter().try_for_each(|test| test.validate(comparison)),
            Test::Exact { part, .. } => part.validate(&place()),
            Test::Custom { at_least, .. } => {
                in_range(&place(), *at_least, at_least.is_finite(), "finite numbers")
            }
            Test::Prefix { .. } | Test::Swapped { .. } | Test::Otherwise => Ok(()),
        }
    }
}

fn unit(place: &str, value: f64) -> Result<(), ModelError> {
    in_range(place, value, (0.0..=1.0).contains(&value), "0 to 1")
}

fn open_unit(place: &str, value: f64) -> Result<(), ModelError> {
    let inside = value > 0.0 && value < 1.0;
    in_range(place, value, inside, "0 to 1, both excluded")
}

fn in_range(place: &str, value: f64, inside: bool, range: &'static str) -> Result<(), ModelError> {
    if inside {
        return Ok(());
    }
    Err(ModelError::Range {
        place: place.to_owned(),
        value,
        range,
    })
}

fn is_false(value: &bool) -> bool {
    !value
}

#[cfg(test)]
mod tests {
    use super::*;

    const MODEL: &str = r#"
        prior = 0.001
        [[blocking]]
        keys = [{ column = "surname" }, { column = "birth", part = "year" }]
        [[blocking]]
        keys = [{ column = "surname", part = { first_letters = 3 } }]
        [[comparisons]]
        name = "surname"
        levels = [
          { when = { is = "exact", column = "surname" }, m = 0.9, u = 0.01, term_frequency = true },
          { when = { is = "jaro_winkler", column = "surname", at_least = 0.9 }, m = 0.05, u = 0.02 },
          { when = { is = "otherwise" }, m = 0.05, u = 0.97 },
        ]
    "#;

    fn refused(from: &str, to: &str) -> ModelError {
        assert!(MODEL.contains(from));
        Model::from_toml(&MODEL.replacen(from, to, 1)).unwrap_err()
    }

    #[test]
    fn a_model_reads_back_what_it_wrote() {
        let text = MODEL
            .replace(
                "prior = 0.001",
                "deterministic = { recall = 0.5, rules = [{ keys = [{ column = \"a\" }] }] }",
            )
            .replace("\"year\"", "{ minhash_bands = { bands = 8, rows = 4 } }")
            .replace(
                "u = 0.02 }",
                "u = 0.02, term_frequency = true, term_frequency_column = \"name\", \
                 term_frequency_weight = 0.5, term_frequency_minimum = 0.001 }",
            )
            .replace("\"jaro_winkler\"", "\"rare_jaccard\"");
        let model = Model::from_toml(&text).unwrap();
        assert_eq!(Model::from_toml(&model.to_toml().unwrap()), Ok(model));
    }

    #[test]
    fn what_cannot_be_is_refused_with_its_place() {
        assert!(matches!(refused("0.001", "1.0"), ModelError::Range { .. }));
        assert!(matches!(
            refused("m = 0.9", "m = nan"),
            ModelError::Range { .. }
        ));
        assert!(matches!(
            refused("at_least = 0.9", "at_least = 2"),
            ModelError::Range { .. }
        ));
        assert!(matches!(
            refused("\"otherwise\"", "\"prefix\", column = \"surname\""),
            ModelError::Levels { .. }
        ));
        assert!(matches!(
            refused("when = {", "whan = {"),
            ModelError::Syntax(_)
        ));
        assert!(matches!(
            refused("u = 0.97 }", "u = 0.97, term_frequency = true }"),
            ModelError::TermFrequency { level: 2, .. }
        ));
        for rules in [
            "deterministic = { recall = 0.5, rules = [] }",
            "deterministic = { recall = 0.5, rules = [{ keys = [] }] }",
        ] {
            assert_eq!(refused("prior = 0.001", rules), ModelError::NoDeterministic);
        }
        for recall in ["0.0", "1.1", "nan"] {
            let rules = format!(
                "deterministic = {{ recall = {recall}, rules = [{{ keys = [{{ column = \"a\" }}] }}] }}"
            );
            assert!(matches!(
                refused("prior = 0.001", &rules),
                ModelError::Range { .. }
            ));
        }
        let of_two = "\"all\", of = [{ is = \"prefix\", column = \"a\" }, \
                      { is = \"prefix\", column = \"b\" }] }, term_frequency = true, m";
        assert!(matches!(
            refused(
                "\"jaro_winkler\", column = \"surname\", at_least = 0.9 }, m",
                of_two
            ),
            ModelError::TermFrequency { level: 1, .. }
        ));
        assert!(matches!(
            refused("term_frequency = true", "term_frequency_weight = 1.5"),
            ModelError::Range { .. }
        ));
        assert!(matches!(
            refused(
                "keys = [{ column = \"surname\" }, { column = \"birth\", part = \"year\" }]",
                "keys = []"
            ),
            ModelError::NoBlocking
        ));
    }
}
