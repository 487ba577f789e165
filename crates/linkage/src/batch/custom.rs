//! Measures that the caller brings.

/// How alike two texts are, by a measure of the caller's own; a model calls it by its name.
///
/// ```
/// use linkage::batch::{
///     ColumnKind, CustomMeasure, Linkage, LinkageOptions, Model, RecordsBuilder, Value,
/// };
///
/// /// Whether two texts have the same letters in any order.
/// #[derive(Debug)]
/// struct Anagram;
///
/// impl CustomMeasure for Anagram {
///     fn name(&self) -> &str {
///         "anagram"
///     }
///
///     fn likeness(&self, left: &str, right: &str) -> f64 {
///         let letters = |text: &str| {
///             let mut letters: Vec<char> = text.chars().collect();
///             letters.sort_unstable();
///             letters
///         };
///         f64::from(u8::from(letters(left) == letters(right)))
///     }
/// }
///
/// let mut records = RecordsBuilder::new(&[("name", ColumnKind::Text), ("town", ColumnKind::Text)])?;
/// for name in ["marie", "aimer", "paul"] {
///     records.push(0, &[Value::Text(name), Value::Text("Lyon")])?;
/// }
/// let records = records.finish();
/// let model = Model::from_toml(r#"
///     prior = 0.1
///     [[blocking]]
///     keys = [{ column = "town" }]
///     [[comparisons]]
///     name = "name"
///     levels = [
///       { when = { is = "custom", measure = "anagram", column = "name", at_least = 1.0 }, m = 0.9, u = 0.01 },
///       { when = { is = "otherwise" }, m = 0.1, u = 0.99 },
///     ]
/// "#)?;
/// let options = LinkageOptions::default();
/// let linkage = Linkage::with_measures(model, &records, options, &[&Anagram])?;
/// let mut links = Vec::new();
/// linkage.predict(0.5, |link| links.push((link.left, link.right)))?;
/// assert_eq!(links, [(0, 1)]);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub trait CustomMeasure: std::fmt::Debug + Sync {
    /// Its name, by which [`super::Test::Custom`] calls it.
    fn name(&self) -> &str;

    /// How alike two texts are, more for more alike. It must be the same whichever comes first, and in each
    /// call, since what two values gave is remembered; NaN is never enough.
    fn likeness(&self, left: &str, right: &str) -> f64;
}
