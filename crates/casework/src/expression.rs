//! Conditions written in CEL: checked against the questions once, then evaluated in a microsecond.
//!
//! The `cel` crate parses; this module types the tree against the desk's questions, so that a
//! mistake is named at start and not met by a person, and evaluates it straight over the
//! normalised answers. It does not use the crate's own evaluator for two reasons: the desk format
//! gives `null` a meaning that CEL does not have (a comparison that meets an answer not given makes
//! the condition false), and an answer then costs nothing to name: no variable map is built. A
//! property test holds the two evaluators equal where no answer is missing.

mod compile;
mod evaluate;
mod needs;
mod types;

pub(crate) use compile::{compile, compile_value};
pub(crate) use evaluate::{Env, time_of};
pub(crate) use needs::{Found, Literal, Need, OneOf, Path, Wanted};
pub(crate) use types::{Options, Scope, Ty};

use evaluate::{Function, Node, Val};

/// A checked condition.
#[derive(Clone, Debug)]
pub struct Expression {
    source: Box<str>,
    node: Node,
    names: Vec<Named>,
}

/// A question that an expression names, and where in its text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Named {
    /// `x` of `item.x`, or a question of the desk.
    pub(crate) of_item: bool,
    pub(crate) id: Box<str>,
    /// Byte offset in the expression.
    pub(crate) offset: usize,
}

/// Why an expression is refused, and where in its text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Refusal {
    /// Byte offset in the expression.
    pub(crate) offset: usize,
    pub(crate) what: String,
    pub(crate) mend: String,
}

impl Expression {
    /// The text it was written as.
    pub fn source(&self) -> &str {
        &self.source
    }

    /// The moments it names, in microseconds since 1970.
    pub(crate) fn times(&self) -> Vec<i64> {
        let mut times = Vec::new();
        self.node.each(&mut |node| {
            if let Node::Time(at) = node {
                times.push(*at);
            }
        });
        times
    }

    /// Whether what it says changes with the time of day alone.
    pub(crate) fn tells_time(&self) -> bool {
        let mut tells = false;
        self.node.each(&mut |node| {
            tells |= matches!(
                node,
                Node::Now | Node::Call(Function::Age | Function::DaysSince, _)
            );
        });
        tells
    }

    /// The desk's questions it names, in the order of the text; those of `item` left out.
    pub fn questions(&self) -> impl Iterator<Item = &str> {
        self.names
            .iter()
            .filter(|named| !named.of_item)
            .map(|named| &*named.id)
    }

    pub(crate) fn names(&self) -> &[Named] {
        &self.names
    }

    /// Whether the condition holds. What cannot be known because an answer is missing does not.
    pub(crate) fn holds(&self, env: &Env<'_>) -> bool {
        evaluate::holds(&self.node, env)
    }

    /// The whole number it is worth, when that is known.
    pub(crate) fn int(&self, env: &Env<'_>) -> Option<i64> {
        match evaluate::value(&self.node, env)? {
            Val::Int(value) => Some(value),
            _ => None,
        }
    }

    /// The texts it is worth: one, or those of a list; what is not known is left out.
    pub(crate) fn texts(&self, env: &Env<'_>) -> Vec<String> {
        match evaluate::value(&self.node, env) {
            Some(Val::Str(text)) => vec![text.into_owned()],
            Some(list @ (Val::Items(..) | Val::List(_))) => (0..list.len())
                .filter_map(|index| match list.element(index)? {
                    Val::Str(text) => Some(text.into_owned()),
                    _ => None,
                })
                .collect(),
            _ => Vec::new(),
        }
    }
}

#[cfg(test)]
mod tests;
