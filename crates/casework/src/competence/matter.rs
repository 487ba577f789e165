//! What a submission is about, in the words that rules of competence use.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use jiff::Timestamp;
use serde_json::{Map, Value};

use crate::{
    answers::Answers,
    desk::Desk,
    expression::{Env, Expression, Options, Ty},
    submission::DeskId,
    text::Text,
    words::words,
};

words! {
    /// A list of words of the vocabulary.
    Word {
        /// Families of offences.
        Offence = "offence",
        /// Where it happened: a site, a messaging service.
        Medium = "medium",
        /// Who suffered it: a person, a minor, a company.
        Victim = "victim",
        /// What an investigation calls for beyond the ordinary.
        Need = "need",
    }
}

impl Word {
    /// The field of the matter that holds the words.
    pub fn field(self) -> &'static str {
        match self {
            Word::Offence => "offences",
            Word::Medium => "media",
            Word::Victim => "victims",
            Word::Need => "needs",
        }
    }
}

/// A word of the vocabulary.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Term {
    /// What conditions name.
    pub id: Box<str>,
    /// What is shown.
    pub name: Text,
    /// The articles that define it.
    pub article: Option<Box<str>>,
    /// False when the source gives it as general knowledge.
    pub confirmed: bool,
}

/// The words there are, list by list.
#[derive(Clone, Debug, Default)]
pub struct Vocabulary {
    terms: BTreeMap<Word, Vec<Term>>,
}

impl Vocabulary {
    /// The words of a list, in the order of the file.
    pub fn terms(&self, word: Word) -> &[Term] {
        self.terms.get(&word).map_or(&[], Vec::as_slice)
    }

    pub(crate) fn push(&mut self, word: Word, term: Term) {
        self.terms.entry(word).or_default().push(term);
    }

    pub(crate) fn knows(&self, word: Word, id: &str) -> bool {
        self.terms(word).iter().any(|term| *term.id == *id)
    }

    /// The type of `matter` in a condition.
    pub(crate) fn ty(&self) -> Ty {
        let words = Word::ALL.iter().map(|word| {
            let options = Options {
                of: format!("matter.{}", word.field()).into(),
                ids: self
                    .terms(*word)
                    .iter()
                    .map(|term| term.id.clone())
                    .collect(),
            };
            (word.field(), Ty::list(Ty::Str(Some(Arc::new(options)))))
        });
        let others = [
            ("departments", Ty::list(Ty::STRING)),
            ("countries", Ty::list(Ty::STRING)),
            ("foreign", Ty::Bool),
            ("age", Ty::Int),
            ("amount", Ty::Int),
            ("series", Ty::Int),
        ];
        Ty::map("matter", words.chain(others))
    }
}

/// What the answers of a desk say, when they say it.
#[derive(Clone, Debug)]
pub struct Statement {
    /// The desk whose answers it reads.
    pub desk: DeskId,
    /// When it says so; `None` means always.
    pub when: Option<Expression>,
    /// The words it says.
    pub words: Vec<(Word, Box<str>)>,
    /// Whether it says that something leads abroad.
    pub foreign: bool,
    /// Codes of departments.
    pub departments: Option<Expression>,
    /// Alpha-2 codes of countries.
    pub countries: Option<Expression>,
    /// The age of a victim, in whole years.
    pub age: Option<Expression>,
    /// A loss, in minor units of the country's currency.
    pub amount: Option<Expression>,
}

/// Every statement of a country.
#[derive(Clone, Debug, Default)]
pub struct Statements {
    /// In the order of the file.
    pub all: Vec<Statement>,
    /// The country itself, alpha-2: every other one is a foreign link.
    pub country: Box<str>,
}

/// What a submission is about.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Matter {
    /// Families of offences, media, kinds of victims, technical needs.
    pub words: BTreeMap<Word, BTreeSet<Box<str>>>,
    /// Departments where it happened or where a victim lives, by their codes.
    pub departments: BTreeSet<Box<str>>,
    /// Countries named, alpha-2.
    pub countries: BTreeSet<Box<str>>,
    /// Whether something leads abroad. False means that nothing says so.
    pub foreign: bool,
    /// Age of the youngest victim, in whole years.
    pub age: Option<i64>,
    /// The loss, in minor units of the country's currency.
    pub amount: Option<i64>,
    /// How many submissions its series holds, itself included.
    pub series: Option<i64>,
}

impl Statements {
    /// What answers to a desk are about. The series is not known to them.
    pub fn matter(&self, desk: &Desk, answers: &Answers, now: Timestamp) -> Matter {
        let env = answers.env(desk, now);
        let mut matter = Matter::default();
        let said = self
            .all
            .iter()
            .filter(|statement| statement.desk == desk.id)
            .filter(|statement| statement.when.as_ref().is_none_or(|when| when.holds(&env)));
        for statement in said {
            matter.add(statement, &env, &self.country);
        }
        matter
    }
}

impl Matter {
    fn add(&mut self, statement: &Statement, env: &Env<'_>, home: &str) {
        for (word, id) in &statement.words {
            self.words.entry(*word).or_default().insert(id.clone());
        }
        let texts = |expression: &Option<Expression>| {
            let texts = expression
                .iter()
                .flat_map(|expression| expression.texts(env));
            texts.map(String::into_boxed_str).collect::<Vec<_>>()
        };
        let int = |expression: &Option<Expression>| expression.as_ref()?.int(env);
        self.departments.extend(texts(&statement.departments));
        let countries = texts(&statement.countries);
        self.foreign |= statement.foreign || countries.iter().any(|code| **code != *home);
        self.countries.extend(countries);
        self.age = match (self.age, int(&statement.age)) {
            (Some(known), Some(age)) => Some(known.min(age)),
            (known, age) => known.or(age),
        };
        self.amount = match (self.amount, int(&statement.amount)) {
            (Some(known), Some(amount)) => Some(known.saturating_add(amount)),
            (known, amount) => known.or(amount),
        };
    }

    /// As conditions read it.
    pub(crate) fn values(&self) -> Map<String, Value> {
        let list = |of: &BTreeSet<Box<str>>| of.iter().map(|id| Value::from(&**id)).collect();
        let mut values: Map<String, Value> = self
            .words
            .iter()
            .map(|(word, ids)| (word.field().to_owned(), list(ids)))
            .collect();
        values.insert("departments".to_owned(), list(&self.departments));
        values.insert("countries".to_owned(), list(&self.countries));
        values.insert("foreign".to_owned(), self.foreign.into());
        for (name, number) in [
            ("age", self.age),
            ("amount", self.amount),
            ("series", self.series),
        ] {
            if let Some(number) = number {
                values.insert(name.to_owned(), number.into());
            }
        }
        values
    }
}
