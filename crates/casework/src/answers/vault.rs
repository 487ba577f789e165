//! Identity apart from the facts.

use serde_json::{Map, Value};

use super::Answers;
use crate::desk::{Desk, Kind, Question};

/// Answers in two parts of the same shape: an entry of a repetition keeps its place in both.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Split {
    /// What may be read by those who deal with the submission.
    pub facts: Map<String, Value>,
    /// What goes to the vault: roles identity and contact.
    pub identity: Map<String, Value>,
}

impl Answers {
    /// Takes identity and contact out of the answers, inside repetitions too.
    pub fn split(&self, desk: &Desk) -> Split {
        let questions: Vec<&Question> = desk.questions().collect();
        let (facts, identity) = split(&questions, &self.values);
        Split { facts, identity }
    }
}

impl Split {
    /// The answers as they were before the split.
    pub fn join(self) -> Map<String, Value> {
        let mut joined = self.facts;
        join(&mut joined, self.identity);
        joined
    }
}

fn split(
    questions: &[&Question],
    values: &Map<String, Value>,
) -> (Map<String, Value>, Map<String, Value>) {
    let (mut facts, mut identity) = (Map::new(), Map::new());
    for (id, value) in values {
        let question = questions.iter().find(|question| question.id.as_str() == id);
        // What the desk does not know (it should not happen) is kept apart: the safer side.
        let Some(question) = question else {
            identity.insert(id.clone(), value.clone());
            continue;
        };
        if question.role.is_some_and(|role| role.is_vaulted()) {
            identity.insert(id.clone(), value.clone());
            continue;
        }
        let (Kind::Repetition { questions, .. }, Value::Array(entries)) = (&question.kind, value)
        else {
            facts.insert(id.clone(), value.clone());
            continue;
        };
        let questions: Vec<&Question> = questions.iter().collect();
        let (mut open, mut kept) = (Vec::new(), Vec::new());
        for entry in entries {
            let (fact, identity) = match entry {
                Value::Object(fields) => split(&questions, fields),
                _ => (Map::new(), Map::new()),
            };
            open.push(Value::Object(fact));
            kept.push(identity);
        }
        if kept.iter().any(|entry| !entry.is_empty()) {
            identity.insert(id.clone(), kept.into_iter().map(Value::Object).collect());
        }
        facts.insert(id.clone(), Value::Array(open));
    }
    (facts, identity)
}

fn join(into: &mut Map<String, Value>, from: Map<String, Value>) {
    for (id, value) in from {
        match (into.get_mut(&id), value) {
            (Some(Value::Array(into)), Value::Array(from)) => {
                for (into, from) in into.iter_mut().zip(from) {
                    if let (Value::Object(into), Value::Object(from)) = (into, from) {
                        join(into, from);
                    }
                }
            }
            (_, value) => {
                into.insert(id, value);
            }
        }
    }
}
