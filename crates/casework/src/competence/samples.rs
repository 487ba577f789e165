//! Answers that tell the rules of a desk apart: one sample for every way in which a condition can see them.
//!
//! Only questions that some condition names are answered, and values that no condition tells apart
//! count as one: the departments of one list, the options that stand in the same lists. What is not
//! asked stays unanswered, as for a person.

use std::collections::{BTreeMap, BTreeSet};

use jiff::{Timestamp, ToSpan, tz::TimeZone};
use serde_json::{Map, Value, json};

use super::{Matter, RoutingRule, Rules, Statements};
use crate::{
    answers::Answers,
    assess,
    desk::{Choice, Desk, Kind, Question, Required},
    expression::{Env, Expression, Literal},
    place::{Level, Place},
    submission::Track,
};

/// A country, when conditions name none.
const FOREIGN: &str = "BE";

/// What one person could have filed, and what is derived from it.
#[derive(Clone, Debug)]
pub(super) struct Sample {
    pub(super) answers: Answers,
    pub(super) matter: Matter,
    pub(super) priority: i64,
    pub(super) urgent: bool,
}

/// The values with which each path is compared, by the places where that happens.
#[derive(Debug, Default)]
struct Comparisons {
    /// Path to value to the numbers of the comparisons it stands in.
    by_path: BTreeMap<Box<str>, BTreeMap<Box<str>, BTreeSet<usize>>>,
    ints: BTreeMap<Box<str>, BTreeSet<i64>>,
    mentioned: BTreeSet<Box<str>>,
    count: usize,
}

impl Comparisons {
    fn read(&mut self, expression: &Expression, item: &str) {
        for (path, values) in expression.mentions(item) {
            let path = path.into_boxed_str();
            self.count += 1;
            for value in values {
                match value {
                    Literal::Str(text) => {
                        let at = self.by_path.entry(path.clone()).or_default();
                        at.entry(text).or_default().insert(self.count);
                    }
                    Literal::Int(number) => {
                        self.ints.entry(path.clone()).or_default().insert(number);
                    }
                    Literal::Bool(_) => {}
                }
            }
            self.mentioned.insert(path);
        }
    }

    /// Whether a condition names the question or a field of it.
    fn names(&self, question: &str) -> bool {
        self.mentioned.iter().any(|path| {
            path.strip_prefix(question)
                .is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
        })
    }

    /// One value of each group that stands in the same comparisons of these paths.
    fn groups(&self, paths: &[&str]) -> Vec<Box<str>> {
        let mut places: BTreeMap<&str, BTreeSet<usize>> = BTreeMap::new();
        for values in paths.iter().filter_map(|path| self.by_path.get(*path)) {
            for (value, at) in values {
                places.entry(value).or_default().extend(at);
            }
        }
        let mut seen = BTreeSet::new();
        places.retain(|_, at| seen.insert(at.clone()));
        places.into_keys().map(Into::into).collect()
    }

    /// The options that conditions tell apart.
    fn distinct<'c>(&self, question: &str, choices: &[&'c Choice]) -> Vec<&'c Choice> {
        let nowhere = BTreeSet::new();
        let values = self.by_path.get(question);
        let mut seen = BTreeSet::new();
        choices
            .iter()
            .copied()
            .filter(|choice| {
                let at = values.and_then(|values| values.get(&choice.id));
                // An option that is not always offered is like no other.
                let when = choice.when.as_ref().map(Expression::source);
                seen.insert((at.unwrap_or(&nowhere), when))
            })
            .collect()
    }

    /// On either side of every number that a path is compared with.
    fn around(&self, path: &str) -> Vec<i64> {
        let numbers = self.ints.get(path).into_iter().flatten();
        let around: BTreeSet<i64> = numbers
            .flat_map(|number| [number.saturating_sub(1), *number, number.saturating_add(1)])
            .collect();
        around.into_iter().collect()
    }
}

/// Walks a desk and hands over sample after sample.
pub(super) struct Walk<'c> {
    desk: &'c Desk,
    statements: &'c Statements,
    now: Timestamp,
    comparisons: Comparisons,
    questions: Vec<(&'c Question, Option<&'c Expression>)>,
    /// The most samples to look at, and the most filings to try.
    limit: usize,
    tried: usize,
    pub(super) looked_at: usize,
}

impl<'c> Walk<'c> {
    pub(super) fn new(
        desk: &'c Desk,
        statements: &'c Statements,
        rules: &Rules,
        now: Timestamp,
        limit: usize,
    ) -> Walk<'c> {
        let comparisons = comparisons(desk, statements, rules);
        let questions = desk
            .steps
            .iter()
            .flat_map(|step| {
                let asked = move |question| (question, step.when.as_ref());
                step.questions.iter().map(asked)
            })
            .filter(|(question, _)| comparisons.names(question.id.as_str()))
            .collect();
        Walk {
            desk,
            statements,
            now,
            comparisons,
            questions,
            limit,
            tried: 0,
            looked_at: 0,
        }
    }

    /// Hands over every sample; false when the limit left some out.
    pub(super) fn each(&mut self, visit: &mut dyn FnMut(&Sample)) -> bool {
        self.desk
            .tracks
            .iter()
            .all(|track| self.from(*track, 0, &Map::new(), visit))
    }

    fn from(
        &mut self,
        track: Track,
        at: usize,
        answers: &Map<String, Value>,
        visit: &mut dyn FnMut(&Sample),
    ) -> bool {
        let Some((question, step)) = self.questions.get(at).copied() else {
            return self.filed(Answers::stored(track, answers.clone()), visit);
        };
        let so_far = Answers::stored(track, answers.clone());
        let env = so_far.env(self.desk, self.now);
        let asked = |when: Option<&Expression>| when.is_none_or(|when| when.holds(&env));
        if !asked(step) || !asked(question.when.as_ref()) {
            return self.from(track, at + 1, answers, visit);
        }
        let mut values = self.values(question, question.id.as_str(), &env);
        if !is_required(question, &env) || values.is_empty() {
            values.push(Value::Null);
        }
        values.into_iter().all(|value| {
            let mut answers = answers.clone();
            if !value.is_null() {
                answers.insert(question.id.as_str().to_owned(), value);
            }
            self.from(track, at + 1, &answers, visit)
        })
    }

    /// Answers that the desk would receive, with every matter that tells rules apart.
    fn filed(&mut self, answers: Answers, visit: &mut dyn FnMut(&Sample)) -> bool {
        // Those that the desk stops count too: they may be all there are.
        self.tried += 1;
        if self.tried > self.limit {
            return false;
        }
        if !assess::eligibility_so_far(self.desk, &answers, self.now).is_empty() {
            return true;
        }
        let said = self.statements.matter(self.desk, &answers, self.now);
        let urgent = assess::urgent(self.desk, &answers, self.now).is_some();
        let priority = assess::priority(self.desk, &answers, self.now).points;
        // What nothing says stays unsaid; what is said may be any number.
        let around = |path: &str, said: Option<i64>| -> Vec<Option<i64>> {
            let others = self.comparisons.around(path).into_iter().map(Some);
            let others = others.filter(|other| said.is_some() && *other != said);
            std::iter::once(said).chain(others).collect()
        };
        let ages = around("matter.age", said.age);
        let amounts = around("matter.amount", said.amount);
        // Any submission may turn out to be one of a series.
        let series = self.comparisons.around("matter.series");
        let series: Vec<Option<i64>> = series.into_iter().map(Some).chain([None]).collect();
        for age in ages {
            for amount in &amounts {
                for series in &series {
                    if self.looked_at >= self.limit {
                        return false;
                    }
                    self.looked_at += 1;
                    let (amount, series) = (*amount, *series);
                    visit(&Sample {
                        answers: answers.clone(),
                        matter: Matter {
                            age,
                            amount,
                            series,
                            ..said.clone()
                        },
                        priority,
                        urgent,
                    });
                }
            }
        }
        true
    }

    /// Answers to a question that conditions tell apart; `id` is how they name it.
    fn values(&self, question: &Question, id: &str, env: &Env<'_>) -> Vec<Value> {
        let texts = |paths: &[&str], other: &str| -> Vec<Value> {
            let mut values = self.comparisons.groups(paths);
            values.push(other.into());
            values.into_iter().map(|text| Value::from(&*text)).collect()
        };
        let numbers = |path: &str| {
            let around = self.comparisons.around(path);
            if around.is_empty() { vec![1] } else { around }
        };
        match &question.kind {
            Kind::Choice { options } => self.options(id, options, env),
            Kind::Choices { options, .. } => {
                let one = |option| json!([option]);
                self.options(id, options, env)
                    .into_iter()
                    .map(one)
                    .collect()
            }
            Kind::YesNo => vec![json!(true), json!(false)],
            Kind::Date { .. } | Kind::Moment { .. } => self.days(),
            Kind::Number { .. } => numbers(id).into_iter().map(Value::from).collect(),
            Kind::Money { currencies, .. } => {
                let currency = currencies.first().map_or("EUR", |code| &**code);
                let money = |minor| json!({ "minor": minor, "currency": currency });
                numbers(&format!("{id}.minor"))
                    .into_iter()
                    .map(money)
                    .collect()
            }
            Kind::Country => {
                let mut codes = texts(&[id, "matter.countries"], FOREIGN);
                codes.push(Value::from(&*self.statements.country));
                codes
            }
            Kind::Place { level } => self.places(id, *level),
            Kind::Evidence { .. } => vec![json!([{ "id": "1" }])],
            Kind::Repetition { questions, .. } => self.entries(id, questions, env),
            Kind::Text { .. }
            | Kind::LongText { .. }
            | Kind::Email { .. }
            | Kind::Phone { .. }
            | Kind::Url { .. }
            | Kind::Iban { .. }
            | Kind::Crypto { .. } => texts(&[id], "…"),
            // Kept apart from the facts, or of no use to a rule.
            Kind::Handle { .. } | Kind::Person { .. } | Kind::Explanation => Vec::new(),
        }
    }

    /// A place in each department that conditions tell apart, and one in a department that none names.
    fn places(&self, id: &str, level: Level) -> Vec<Value> {
        let own = format!("{id}.department");
        let named = self.comparisons.groups(&[&own, "matter.departments"]);
        let all = self.desk.places().all(level);
        let is_other = |place: &&Place| {
            let paths = [own.as_str(), "matter.departments"];
            let mut known = paths
                .iter()
                .filter_map(|path| self.comparisons.by_path.get(*path));
            !known.any(|known| known.contains_key(place.department.as_str()))
        };
        let of = |code: &str| all.iter().find(|place| place.department == *code);
        let named = named.iter().filter_map(|code| of(code));
        named
            .chain(all.iter().find(is_other))
            .map(|place| json!({ "code": place.code, "name": place.name, "department": place.department }))
            .collect()
    }

    fn options(&self, id: &str, options: &[Choice], env: &Env<'_>) -> Vec<Value> {
        let offered: Vec<&Choice> = options
            .iter()
            .filter(|option| option.when.as_ref().is_none_or(|when| when.holds(env)))
            .collect();
        let distinct = self.comparisons.distinct(id, &offered);
        distinct.iter().map(|option| json!(option.id)).collect()
    }

    /// A repetition of one entry: for each option of the first choice that it asks, and within it for each
    /// sample of its other questions, all taken in step.
    fn entries(&self, repetition: &str, questions: &[Question], env: &Env<'_>) -> Vec<Value> {
        let choice = questions
            .iter()
            .find(|question| matches!(question.kind, Kind::Choice { .. }));
        let chosen = choice.map_or_else(Vec::new, |choice| {
            self.values(choice, &format!("{repetition}.{}", choice.id), env)
        });
        let starts: Vec<Map<String, Value>> = match choice {
            Some(choice) => chosen
                .into_iter()
                .map(|option| Map::from_iter([(choice.id.as_str().to_owned(), option)]))
                .collect(),
            None => vec![Map::new()],
        };
        let mut entries = Vec::new();
        for start in starts {
            let mut turn = 0;
            loop {
                let (entry, last) = self.entry(repetition, questions, start.clone(), turn, env);
                entries.push(json!([entry]));
                if last {
                    break;
                }
                turn += 1;
            }
        }
        entries
    }

    /// The entry of a turn, and whether no question has another sample for the next one.
    fn entry(
        &self,
        repetition: &str,
        questions: &[Question],
        mut entry: Map<String, Value>,
        turn: usize,
        env: &Env<'_>,
    ) -> (Map<String, Value>, bool) {
        let mut last = true;
        for question in questions {
            let id = question.id.as_str();
            let asked = Env {
                item: Some(&entry),
                ..*env
            };
            let is_asked = question.when.as_ref().is_none_or(|when| when.holds(&asked));
            if !is_asked
                || entry.contains_key(id)
                || matches!(question.kind, Kind::Repetition { .. })
            {
                continue;
            }
            let values = self.values(question, &format!("{repetition}.{id}"), &asked);
            last &= values.len() <= turn + 1;
            if let Some(value) = values.get(turn).or(values.last()) {
                entry.insert(id.to_owned(), value.clone());
            }
        }
        (entry, last)
    }

    /// Days at which ages and delays differ most.
    fn days(&self) -> Vec<Value> {
        let today = self.now.to_zoned(TimeZone::UTC).date();
        let spans = [1.day(), 60.days(), 10.years(), 16.years(), 40.years()];
        spans
            .into_iter()
            .filter_map(|span| today.checked_sub(span).ok())
            .map(|day| json!(day.to_string()))
            .collect()
    }
}

fn is_required(question: &Question, env: &Env<'_>) -> bool {
    match &question.required {
        Required::No => false,
        Required::Yes => true,
        Required::When(when) => when.holds(env),
    }
}

/// Everything that may tell two samples apart, and whatever decides whether that is asked.
fn comparisons(desk: &Desk, statements: &Statements, rules: &Rules) -> Comparisons {
    let mut found = Comparisons::default();
    let of_desk = |rule: &&RoutingRule| rule.desk.as_ref().is_none_or(|of| *of == desk.id);
    for rule in rules.iter().filter(of_desk) {
        rule.when.iter().for_each(|when| found.read(when, ""));
    }
    for says in statements.all.iter().filter(|says| says.desk == desk.id) {
        let read = [
            &says.when,
            &says.departments,
            &says.countries,
            &says.age,
            &says.amount,
        ];
        read.into_iter()
            .flatten()
            .for_each(|when| found.read(when, ""));
    }
    if found.mentioned.contains("urgent") {
        desk.urgent
            .iter()
            .for_each(|rule| found.read(&rule.when, ""));
    }
    if found.mentioned.contains("priority") {
        desk.priority
            .iter()
            .for_each(|rule| found.read(&rule.when, ""));
    }
    // A question that decides whether a needed one is asked is needed too; conditions look back
    // only, so one pass from the last question to the first finds them all.
    for step in desk.steps.iter().rev() {
        let mut needed = false;
        for question in step.questions.iter().rev() {
            if found.names(question.id.as_str()) {
                needed = true;
                for when in conditions(question) {
                    found.read(when, question.id.as_str());
                }
            }
        }
        if needed {
            step.when.iter().for_each(|when| found.read(when, ""));
        }
    }
    found
}

/// The conditions under which a question, its options and what it repeats are there.
fn conditions(question: &Question) -> Vec<&Expression> {
    let (options, repeated): (&[Choice], &[Question]) = match &question.kind {
        Kind::Choice { options } | Kind::Choices { options, .. } => (options, &[]),
        Kind::Repetition { questions, .. } => (&[], questions),
        _ => (&[], &[]),
    };
    let required = match &question.required {
        Required::When(when) => Some(when),
        Required::No | Required::Yes => None,
    };
    let options = options.iter().filter_map(|option| option.when.as_ref());
    let own = question.when.iter().chain(required).chain(options);
    own.chain(repeated.iter().flat_map(conditions)).collect()
}
