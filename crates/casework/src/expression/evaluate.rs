//! Evaluation of a checked expression over normalised answers.
//!
//! Nothing is copied: an answer is read where it lies in the JSON, as the type its question has. An
//! answer of another type (a submission of another version of the desk) reads as not given.

use std::{borrow::Cow, cmp::Ordering};

use jiff::{
    Timestamp,
    civil::{Date, Time},
    tz::TimeZone,
};
use serde_json::{Map, Value};

use super::types::Ty;
use crate::text::fold;

/// What an expression is evaluated over.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Env<'a> {
    pub(crate) answers: &'a Map<String, Value>,
    pub(crate) item: Option<&'a Map<String, Value>>,
    pub(crate) track: &'a str,
    pub(crate) now: Timestamp,
    /// Where dates and times are read.
    pub(crate) zone: &'a TimeZone,
    pub(crate) priority: i64,
    pub(crate) urgent: bool,
    /// What the answers say in the words of competence; in routing only.
    pub(crate) matter: Option<&'a Map<String, Value>>,
}

/// A checked expression: names resolved, types known.
#[derive(Clone, Debug)]
pub(crate) enum Node {
    Null,
    Bool(bool),
    Int(i64),
    Double(f64),
    Str(Box<str>),
    Time(i64),
    Track,
    Now,
    Priority,
    Urgent,
    Matter,
    Answer(Box<str>, Ty),
    Item,
    Local(usize),
    Field(Box<Node>, Box<str>, Ty),
    Index(Box<Node>, Box<Node>),
    List(Vec<Node>),
    Not(Box<Node>),
    Negate(Box<Node>),
    And(Box<Node>, Box<Node>),
    Or(Box<Node>, Box<Node>),
    Choose(Box<[Node; 3]>),
    /// `x == null`, `has(x.y)` negated.
    IsNull(Box<Node>),
    Equal(Box<Node>, Box<Node>),
    Compare(Relation, Box<Node>, Box<Node>),
    Arithmetic(Operation, Box<Node>, Box<Node>),
    In(Box<Node>, Box<Node>),
    Each(Macro, Box<Each>),
    Call(Function, Vec<Node>),
}

impl Node {
    /// Looks at this node and all below it.
    pub(super) fn each(&self, look: &mut impl FnMut(&Node)) {
        look(self);
        for child in self.children() {
            child.each(look);
        }
    }

    /// The nodes right below this one.
    pub(super) fn children(&self) -> Vec<&Node> {
        match self {
            Node::Null
            | Node::Bool(_)
            | Node::Int(_)
            | Node::Double(_)
            | Node::Str(_)
            | Node::Time(_)
            | Node::Track
            | Node::Now
            | Node::Priority
            | Node::Urgent
            | Node::Matter
            | Node::Answer(..)
            | Node::Item
            | Node::Local(_) => Vec::new(),
            Node::Field(of, ..) | Node::Not(of) | Node::Negate(of) | Node::IsNull(of) => vec![of],
            Node::Index(a, b)
            | Node::And(a, b)
            | Node::Or(a, b)
            | Node::Equal(a, b)
            | Node::Compare(_, a, b)
            | Node::Arithmetic(_, a, b)
            | Node::In(a, b) => vec![a, b],
            Node::List(nodes) | Node::Call(_, nodes) => nodes.iter().collect(),
            Node::Choose(parts) => parts.iter().collect(),
            Node::Each(_, each) => [&each.list, &each.body]
                .into_iter()
                .chain(&each.keep)
                .collect(),
        }
    }
}

#[derive(Clone, Debug)]
pub(crate) struct Each {
    pub(crate) list: Node,
    pub(crate) keep: Option<Node>,
    pub(crate) body: Node,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Relation {
    Less,
    LessEqual,
    Greater,
    GreaterEqual,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Operation {
    Add,
    Subtract,
    Multiply,
    Divide,
    Remainder,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Macro {
    All,
    Exists,
    ExistsOne,
    Filter,
    Map,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Function {
    Answered,
    Age,
    DaysSince,
    Total,
    Normalise,
    Size,
    Contains,
    StartsWith,
    EndsWith,
}

/// A value while evaluating.
#[derive(Clone, Debug)]
pub(crate) enum Val<'a> {
    Null,
    Bool(bool),
    Int(i64),
    Double(f64),
    Str(Cow<'a, str>),
    /// Microseconds since 1970.
    Time(i64),
    Entry(&'a Map<String, Value>),
    /// A list as it lies in the answers.
    Items(&'a [Value], &'a Ty, &'a TimeZone),
    List(Vec<Val<'a>>),
}

/// Met an answer that is not given, or arithmetic without a result.
struct Unknown;

type Outcome<'a> = Result<Val<'a>, Unknown>;

pub(super) fn holds(node: &Node, env: &Env<'_>) -> bool {
    matches!(value(node, env), Some(Val::Bool(true)))
}

/// What a node is worth; `None` when that cannot be known.
pub(super) fn value<'a>(node: &'a Node, env: &Env<'a>) -> Option<Val<'a>> {
    let mut evaluation = Evaluation {
        env,
        locals: Vec::new(),
    };
    evaluation.value(node).ok()
}

struct Evaluation<'a, 'e> {
    env: &'e Env<'a>,
    locals: Vec<Val<'a>>,
}

impl<'a> Evaluation<'a, '_> {
    fn value(&mut self, node: &'a Node) -> Outcome<'a> {
        Ok(match node {
            Node::Null => Val::Null,
            Node::Bool(value) => Val::Bool(*value),
            Node::Int(value) => Val::Int(*value),
            Node::Double(value) => Val::Double(*value),
            Node::Str(value) => Val::Str(Cow::Borrowed(value)),
            Node::Time(value) => Val::Time(*value),
            Node::Track => Val::Str(Cow::Borrowed(self.env.track)),
            Node::Now => Val::Time(self.env.now.as_microsecond()),
            Node::Priority => Val::Int(self.env.priority),
            Node::Urgent => Val::Bool(self.env.urgent),
            Node::Matter => self.env.matter.map_or(Val::Null, Val::Entry),
            Node::Answer(id, ty) => read(self.env.answers.get(&**id), ty, self.env.zone),
            Node::Item => self.env.item.map_or(Val::Null, Val::Entry),
            Node::Local(slot) => self.locals.get(*slot).cloned().unwrap_or(Val::Null),
            Node::Field(of, name, ty) => match self.value(of)? {
                Val::Entry(entry) => read(entry.get(&**name), ty, self.env.zone),
                _ => Val::Null,
            },
            Node::Index(list, index) => {
                let index = self.value(index)?;
                let (Val::Int(index), list) = (index, self.value(list)?) else {
                    return Err(Unknown);
                };
                usize::try_from(index)
                    .ok()
                    .and_then(|index| list.element(index))
                    .ok_or(Unknown)?
            }
            Node::List(nodes) => Val::List(
                nodes
                    .iter()
                    .map(|node| self.value(node))
                    .collect::<Result<_, _>>()?,
            ),
            Node::Not(of) => Val::Bool(!self.truth(of)?),
            Node::Negate(of) => match self.value(of)? {
                Val::Int(value) => Val::Int(value.checked_neg().ok_or(Unknown)?),
                Val::Double(value) => Val::Double(-value),
                _ => return Err(Unknown),
            },
            Node::And(a, b) => self.either(a, b, false)?,
            Node::Or(a, b) => self.either(a, b, true)?,
            Node::Choose(parts) => {
                let [condition, yes, no] = &**parts;
                if self.truth(condition)? {
                    self.value(yes)?
                } else {
                    self.value(no)?
                }
            }
            Node::IsNull(of) => Val::Bool(matches!(self.value(of), Ok(Val::Null) | Err(Unknown))),
            Node::Equal(a, b) => {
                let (a, b) = (self.value(a)?, self.value(b)?);
                Val::Bool(equal(&a, &b)?)
            }
            Node::Compare(relation, a, b) => {
                let (a, b) = (self.value(a)?, self.value(b)?);
                let order = compare(&a, &b).ok_or(Unknown)?;
                Val::Bool(match relation {
                    Relation::Less => order == Ordering::Less,
                    Relation::LessEqual => order != Ordering::Greater,
                    Relation::Greater => order == Ordering::Greater,
                    Relation::GreaterEqual => order != Ordering::Less,
                })
            }
            Node::Arithmetic(operation, a, b) => {
                let (a, b) = (self.value(a)?, self.value(b)?);
                arithmetic(*operation, a, b)?
            }
            Node::In(needle, list) => {
                let needle = self.value(needle)?;
                if matches!(needle, Val::Null) {
                    return Err(Unknown);
                }
                let list = self.value(list)?;
                let found = (0..list.len()).any(|index| {
                    list.element(index)
                        .is_some_and(|element| equal(&needle, &element).unwrap_or(false))
                });
                Val::Bool(found)
            }
            Node::Each(which, each) => self.each(*which, each)?,
            Node::Call(function, arguments) => self.call(*function, arguments)?,
        })
    }

    fn truth(&mut self, node: &'a Node) -> Result<bool, Unknown> {
        match self.value(node)? {
            Val::Bool(value) => Ok(value),
            _ => Err(Unknown),
        }
    }

    /// `&&` and `||` as CEL has them: the deciding value wins over an unknown on either side.
    fn either(&mut self, a: &'a Node, b: &'a Node, decides: bool) -> Outcome<'a> {
        let a = self.truth(a);
        if matches!(a, Ok(value) if value == decides) {
            return Ok(Val::Bool(decides));
        }
        let b = self.truth(b)?;
        if b == decides {
            return Ok(Val::Bool(decides));
        }
        a.map(Val::Bool)
    }

    fn each(&mut self, which: Macro, each: &'a Each) -> Outcome<'a> {
        let list = self.value(&each.list)?;
        let mut kept = Vec::new();
        let mut holding = 0_usize;
        let mut unknown = false;
        for index in 0..list.len() {
            let Some(element) = list.element(index) else {
                break;
            };
            self.locals.push(element.clone());
            let wanted = each
                .keep
                .as_ref()
                .is_none_or(|keep| self.truth(keep).unwrap_or(false));
            let outcome = if wanted {
                Some(self.value(&each.body))
            } else {
                None
            };
            self.locals.pop();
            let Some(outcome) = outcome else { continue };
            let truth = match &outcome {
                Ok(Val::Bool(value)) => Some(*value),
                _ => None,
            };
            match which {
                Macro::All if truth == Some(false) => return Ok(Val::Bool(false)),
                Macro::Exists if truth == Some(true) => return Ok(Val::Bool(true)),
                Macro::All | Macro::Exists => unknown |= truth.is_none(),
                Macro::ExistsOne => holding += usize::from(truth == Some(true)),
                Macro::Filter if truth == Some(true) => kept.push(element),
                Macro::Filter => {}
                Macro::Map => kept.push(outcome.unwrap_or(Val::Null)),
            }
        }
        match which {
            Macro::All | Macro::Exists if unknown => Err(Unknown),
            Macro::All => Ok(Val::Bool(true)),
            Macro::Exists => Ok(Val::Bool(false)),
            Macro::ExistsOne => Ok(Val::Bool(holding == 1)),
            Macro::Filter | Macro::Map => Ok(Val::List(kept)),
        }
    }

    fn call(&mut self, function: Function, arguments: &'a [Node]) -> Outcome<'a> {
        let mut argument = |index: usize| match arguments.get(index) {
            Some(node) => self.value(node),
            None => Err(Unknown),
        };
        if function == Function::Answered {
            return Ok(Val::Bool(match argument(0) {
                Ok(Val::Null) | Err(Unknown) => false,
                Ok(list @ (Val::Items(..) | Val::List(_))) => list.len() > 0,
                Ok(_) => true,
            }));
        }
        let first = argument(0)?;
        Ok(match (function, first) {
            (Function::Size, Val::Str(text)) => Val::Int(int(text.chars().count())),
            (Function::Size, Val::Entry(entry)) => Val::Int(int(entry.len())),
            (Function::Size, list @ (Val::Items(..) | Val::List(_))) => Val::Int(int(list.len())),
            (Function::Normalise, Val::Str(text)) => Val::Str(Cow::Owned(fold(&text))),
            (Function::Age, Val::Time(from)) => {
                let date = |at| date_of(at, self.env.zone);
                let (from, now) = (date(from)?, date(self.env.now.as_microsecond())?);
                let birthday_to_come = (now.month(), now.day()) < (from.month(), from.day());
                let years = i64::from(now.year()) - i64::from(from.year());
                Val::Int(years - i64::from(birthday_to_come))
            }
            (Function::DaysSince, Val::Time(from)) => {
                let elapsed = self.env.now.as_microsecond().saturating_sub(from);
                Val::Int(elapsed.div_euclid(MICROSECONDS_A_DAY))
            }
            (Function::Total, list @ (Val::Items(..) | Val::List(_))) => {
                let Val::Str(currency) = argument(1)? else {
                    return Err(Unknown);
                };
                let mut total = 0_i64;
                for index in 0..list.len() {
                    if let Some(Val::Entry(money)) = list.element(index)
                        && money.get("currency").and_then(Value::as_str) == Some(&*currency)
                    {
                        let minor = money.get("minor").and_then(Value::as_i64).unwrap_or(0);
                        total = total.saturating_add(minor);
                    }
                }
                Val::Int(total)
            }
            (Function::Contains | Function::StartsWith | Function::EndsWith, Val::Str(text)) => {
                let Val::Str(part) = argument(1)? else {
                    return Err(Unknown);
                };
                Val::Bool(match function {
                    Function::Contains => text.contains(&*part),
                    Function::StartsWith => text.starts_with(&*part),
                    _ => text.ends_with(&*part),
                })
            }
            _ => return Err(Unknown),
        })
    }
}

const MICROSECONDS_A_DAY: i64 = 86_400_000_000;

impl<'a> Val<'a> {
    pub(super) fn len(&self) -> usize {
        match self {
            Val::Items(items, ..) => items.len(),
            Val::List(list) => list.len(),
            _ => 0,
        }
    }

    pub(super) fn element(&self, index: usize) -> Option<Val<'a>> {
        match self {
            Val::Items(items, ty, zone) => {
                items.get(index).map(|value| read(Some(value), ty, zone))
            }
            Val::List(list) => list.get(index).cloned(),
            _ => None,
        }
    }
}

/// An answer as the type its question has.
fn read<'a>(value: Option<&'a Value>, ty: &'a Ty, zone: &'a TimeZone) -> Val<'a> {
    match (ty, value) {
        (Ty::List(of), Some(Value::Array(items))) => Val::Items(items, of, zone),
        (Ty::List(_), _) => Val::List(Vec::new()),
        (Ty::Bool, Some(Value::Bool(value))) => Val::Bool(*value),
        (Ty::Int, Some(Value::Number(number))) => number.as_i64().map_or(Val::Null, Val::Int),
        (Ty::Double, Some(Value::Number(number))) => number.as_f64().map_or(Val::Null, Val::Double),
        (Ty::Str(_), Some(Value::String(text))) => Val::Str(Cow::Borrowed(text)),
        (Ty::Time, Some(value)) => time_of(value, zone).map_or(Val::Null, Val::Time),
        (Ty::Map(_), Some(Value::Object(entry))) => Val::Entry(entry),
        _ => Val::Null,
    }
}

/// A normalised date or moment in microseconds, as the clocks of the zone show it. A date is its midnight;
/// an hour that the clocks show twice is the first one, and one that they skip the one after.
pub(crate) fn time_of(value: &Value, zone: &TimeZone) -> Option<i64> {
    let (date, time) = match value {
        Value::String(date) => (date.as_str(), None),
        Value::Object(moment) => (
            moment.get("date")?.as_str()?,
            moment.get("time").and_then(Value::as_str),
        ),
        _ => return None,
    };
    let date: Date = date.parse().ok()?;
    let time = match time.and_then(|time| time.split_once(':')) {
        Some((hour, minute)) => Time::new(hour.parse().ok()?, minute.parse().ok()?, 0, 0).ok()?,
        None => Time::midnight(),
    };
    let at = zone.to_timestamp(date.to_datetime(time)).ok()?;
    Some(at.as_microsecond())
}

fn date_of(micros: i64, zone: &TimeZone) -> Result<Date, Unknown> {
    let at = Timestamp::from_microsecond(micros).map_err(|_| Unknown)?;
    Ok(zone.to_datetime(at).date())
}

fn equal(a: &Val<'_>, b: &Val<'_>) -> Result<bool, Unknown> {
    match (a, b) {
        (Val::Null, _) | (_, Val::Null) => Err(Unknown),
        (Val::Bool(a), Val::Bool(b)) => Ok(a == b),
        (Val::Str(a), Val::Str(b)) => Ok(a == b),
        (Val::Time(a), Val::Time(b)) => Ok(a == b),
        (Val::Int(_) | Val::Double(_), Val::Int(_) | Val::Double(_)) => {
            Ok(compare(a, b) == Some(Ordering::Equal))
        }
        (Val::Entry(a), Val::Entry(b)) => Ok(a == b),
        (Val::Items(..) | Val::List(_), Val::Items(..) | Val::List(_)) => {
            if a.len() != b.len() {
                return Ok(false);
            }
            for index in 0..a.len() {
                let (Some(a), Some(b)) = (a.element(index), b.element(index)) else {
                    return Ok(false);
                };
                if !equal(&a, &b)? {
                    return Ok(false);
                }
            }
            Ok(true)
        }
        _ => Ok(false),
    }
}

fn compare(a: &Val<'_>, b: &Val<'_>) -> Option<Ordering> {
    match (a, b) {
        (Val::Int(a), Val::Int(b)) => Some(a.cmp(b)),
        (Val::Int(a), Val::Double(b)) => (*a as f64).partial_cmp(b),
        (Val::Double(a), Val::Int(b)) => a.partial_cmp(&(*b as f64)),
        (Val::Double(a), Val::Double(b)) => a.partial_cmp(b),
        (Val::Str(a), Val::Str(b)) => Some(a.cmp(b)),
        (Val::Time(a), Val::Time(b)) => Some(a.cmp(b)),
        (Val::Bool(a), Val::Bool(b)) => Some(a.cmp(b)),
        _ => None,
    }
}

fn arithmetic<'a>(operation: Operation, a: Val<'a>, b: Val<'a>) -> Outcome<'a> {
    match (a, b) {
        (Val::Int(a), Val::Int(b)) => match operation {
            Operation::Add => a.checked_add(b),
            Operation::Subtract => a.checked_sub(b),
            Operation::Multiply => a.checked_mul(b),
            Operation::Divide => a.checked_div(b),
            Operation::Remainder => a.checked_rem(b),
        }
        .map(Val::Int)
        .ok_or(Unknown),
        (Val::Double(a), Val::Double(b)) => Ok(Val::Double(match operation {
            Operation::Add => a + b,
            Operation::Subtract => a - b,
            Operation::Multiply => a * b,
            Operation::Divide => a / b,
            Operation::Remainder => return Err(Unknown),
        })),
        (Val::Str(a), Val::Str(b)) if operation == Operation::Add => {
            Ok(Val::Str(Cow::Owned(format!("{a}{b}"))))
        }
        (a @ (Val::Items(..) | Val::List(_)), b @ (Val::Items(..) | Val::List(_)))
            if operation == Operation::Add =>
        {
            let joined = (0..a.len())
                .filter_map(|index| a.element(index))
                .chain((0..b.len()).filter_map(|index| b.element(index)))
                .collect();
            Ok(Val::List(joined))
        }
        _ => Err(Unknown),
    }
}

fn int(count: usize) -> i64 {
    i64::try_from(count).unwrap_or(i64::MAX)
}
