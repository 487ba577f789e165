use serde::Deserialize;

use crate::{problem::FileProblem, text::Text};

/// What a project is judged by, in the order in which it is read. The applicant sees them before asking.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Criteria(Vec<Criterion>);

/// Something that a project is judged by.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Criterion {
    /// Its identifier.
    pub id: Box<str>,
    /// The question it asks.
    pub question: Text,
    /// Where it comes from.
    pub source: Box<str>,
    /// False where no source says that this office uses it.
    pub confirmed: bool,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawFile {
    format: u32,
    #[serde(default)]
    criterion: Vec<RawCriterion>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawCriterion {
    id: Box<str>,
    question: Text,
    source: Box<str>,
    #[serde(default = "yes")]
    confirmed: bool,
}

fn yes() -> bool {
    true
}

impl Criteria {
    /// Reads a file of criteria: `[[criterion]]` tables with `id`, `question`, `source` and `confirmed`.
    ///
    /// # Errors
    /// The first thing that is wrong with it.
    pub fn from_toml(text: &str) -> Result<Criteria, FileProblem> {
        let raw: RawFile = toml::from_str(text).map_err(|error| {
            let mend = "write [[criterion]] tables with id, question and source";
            FileProblem::of_toml(text, &error, mend)
        })?;
        if raw.format != 1 {
            return Err(FileProblem::new("unknown format", "write format = 1"));
        }
        if raw.criterion.is_empty() {
            return Err(FileProblem::new(
                "there is no criterion",
                "nothing could be decided: write one",
            ));
        }
        let mut criteria = Criteria::default();
        for raw in raw.criterion {
            if criteria.get(&raw.id).is_some() {
                return Err(FileProblem::new(
                    format!("two criteria are called {}", raw.id),
                    "give each its own id",
                ));
            }
            criteria.0.push(Criterion {
                id: raw.id,
                question: raw.question,
                source: raw.source,
                confirmed: raw.confirmed,
            });
        }
        Ok(criteria)
    }

    /// The criterion with this identifier.
    pub fn get(&self, id: &str) -> Option<&Criterion> {
        self.0.iter().find(|criterion| *criterion.id == *id)
    }

    /// Every criterion, in order.
    pub fn iter(&self) -> impl Iterator<Item = &Criterion> {
        self.0.iter()
    }
}
