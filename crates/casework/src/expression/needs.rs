//! What a condition needs, read off its tree: values that something must have for it to hold.
//!
//! An index over many conditions is built from these needs: a condition none of whose needs is met
//! is false without being evaluated. The search for examples takes its values from the same tree.

use super::{
    Expression,
    evaluate::{Each, Env, Macro, Node, Relation, Val, value},
    types::Ty,
};

/// Something that a condition reads: `track`, `scam_type`, `residence.department`, `matter.offences`.
#[derive(Clone, Debug)]
pub(crate) struct Path {
    pub(crate) text: Box<str>,
    node: Node,
}

impl PartialEq for Path {
    fn eq(&self, other: &Path) -> bool {
        self.text == other.text
    }
}

impl Eq for Path {}

/// A value written in a condition.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Literal {
    Bool(bool),
    Int(i64),
    Str(Box<str>),
}

/// A value that lies at a path.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Found<'a> {
    Bool(bool),
    Int(i64),
    Str(&'a str),
}

/// What a condition needs of a path.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Need {
    pub(crate) path: Path,
    pub(crate) wanted: Wanted,
}

/// Which values meet a need.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Wanted {
    /// This one, or a list that holds it.
    Value(Literal),
    /// This number and those above.
    AtLeast(i64),
    /// This number and those below.
    AtMost(i64),
}

/// Needs of which at least one is met whenever the condition holds. Empty: it never holds.
pub(crate) type OneOf = Vec<Need>;

impl Path {
    /// Every value that lies here: one, the elements of a list, or none when nothing is known.
    pub(crate) fn each(&self, env: &Env<'_>, mut visit: impl FnMut(Found<'_>)) {
        let mut one = |value: &Val<'_>| match value {
            Val::Bool(value) => visit(Found::Bool(*value)),
            Val::Int(value) => visit(Found::Int(*value)),
            Val::Str(value) => visit(Found::Str(value)),
            _ => {}
        };
        match value(&self.node, env) {
            Some(list @ (Val::Items(..) | Val::List(_))) => {
                for index in 0..list.len() {
                    if let Some(element) = list.element(index) {
                        one(&element);
                    }
                }
            }
            Some(value) => one(&value),
            None => {}
        }
    }
}

impl Expression {
    /// What the condition needs: every entry has at least one need that is met when it holds.
    pub(crate) fn needs(&self) -> Vec<OneOf> {
        needs(&self.node, true)
    }

    /// Every path it reads, each time with the values it is compared with there. An entry of a list
    /// bears the name of the list; `item` is the name of what the expression is asked within.
    pub(crate) fn mentions(&self, item: &str) -> Vec<(String, Vec<Literal>)> {
        let mut reading = Reading {
            item,
            lists: Vec::new(),
            found: Vec::new(),
        };
        reading.node(&self.node);
        reading.found
    }

    /// Whether it holds whatever was answered.
    pub(crate) fn is_always(&self) -> bool {
        matches!(self.node, Node::Bool(true))
    }

    /// How many of the conditions joined by `&&` hold, and how many there are.
    pub(crate) fn parts_holding(&self, env: &Env<'_>) -> (usize, usize) {
        let mut parts = vec![&self.node];
        let (mut holding, mut all) = (0, 0);
        while let Some(node) = parts.pop() {
            match node {
                Node::And(a, b) => parts.extend([&**a, &**b]),
                node => {
                    all += 1;
                    holding += usize::from(matches!(value(node, env), Some(Val::Bool(true))));
                }
            }
        }
        (holding, all)
    }
}

/// What `node` needs to be `wanted`, both known.
fn needs(node: &Node, wanted: bool) -> Vec<OneOf> {
    match (node, wanted) {
        (Node::Bool(value), _) if *value != wanted => vec![Vec::new()],
        (Node::Not(of), _) => needs(of, !wanted),
        (Node::And(a, b), true) | (Node::Or(a, b), false) => {
            let mut both = needs(a, wanted);
            both.append(&mut needs(b, wanted));
            both
        }
        (Node::And(a, b), false) | (Node::Or(a, b), true) => {
            let least = |node| needs(node, wanted).into_iter().min_by_key(Vec::len);
            match (least(a), least(b)) {
                (Some(mut a), Some(mut b)) => {
                    a.append(&mut b);
                    vec![a]
                }
                _ => Vec::new(),
            }
        }
        (Node::Equal(a, b), true) => match (path(a), literal(b), path(b), literal(a)) {
            (Some((path, ty)), Some(value), ..) | (.., Some((path, ty)), Some(value))
                if value.is_of(&ty) =>
            {
                vec![vec![Need::value(path, value)]]
            }
            _ => Vec::new(),
        },
        (Node::Compare(relation, a, b), _) => range(*relation, a, b, wanted)
            .map(|need| vec![need])
            .into_iter()
            .collect(),
        (Node::In(needle, list), true) => membership(needle, list).into_iter().collect(),
        (Node::Each(Macro::Exists, each), true) => exists(each).into_iter().collect(),
        (node, wanted) => match path(node) {
            Some((path, Ty::Bool)) => vec![vec![Need::value(path, Literal::Bool(wanted))]],
            _ => Vec::new(),
        },
    }
}

impl Need {
    fn value(path: Path, value: Literal) -> Need {
        let wanted = Wanted::Value(value);
        Need { path, wanted }
    }
}

/// The numbers that a comparison asks for; the bound itself is let in, strict or not.
fn range(relation: Relation, a: &Node, b: &Node, wanted: bool) -> Option<Need> {
    let upwards = matches!(relation, Relation::Greater | Relation::GreaterEqual);
    let (at, bound, upwards) = match (a, b) {
        (at, Node::Int(bound)) => (at, *bound, upwards),
        (Node::Int(bound), at) => (at, *bound, !upwards),
        _ => return None,
    };
    let (path, Ty::Int) = path(at)? else {
        return None;
    };
    let wanted = if upwards == wanted {
        Wanted::AtLeast(bound)
    } else {
        Wanted::AtMost(bound)
    };
    Some(Need { path, wanted })
}

fn membership(needle: &Node, list: &Node) -> Option<OneOf> {
    if let (Some(value), Some((path, Ty::List(of)))) = (literal(needle), path(list)) {
        return value.is_of(&of).then(|| vec![Need::value(path, value)]);
    }
    let (Node::List(elements), (path, ty)) = (list, path(needle)?) else {
        return None;
    };
    elements
        .iter()
        .map(|element| {
            let value = literal(element).filter(|value| value.is_of(&ty))?;
            Some(Need::value(path.clone(), value))
        })
        .collect()
}

/// `list.exists(x, x in ["a", "b"])`, and with `==`.
fn exists(each: &Each) -> Option<OneOf> {
    let (path, Ty::List(of)) = path(&each.list)? else {
        return None;
    };
    let values: Vec<&Node> = match &each.body {
        Node::In(a, b) => match (&**a, &**b) {
            (Node::Local(_), Node::List(elements)) => elements.iter().collect(),
            _ => return None,
        },
        Node::Equal(a, b) => match (&**a, &**b) {
            (Node::Local(_), value) | (value, Node::Local(_)) => vec![value],
            _ => return None,
        },
        _ => return None,
    };
    let need = |value| {
        let value = literal(value).filter(|value| value.is_of(&of))?;
        Some(Need::value(path.clone(), value))
    };
    values.into_iter().map(need).collect()
}

impl Literal {
    /// A whole number equals a decimal one too, so only like is compared with like.
    fn is_of(&self, ty: &Ty) -> bool {
        matches!(
            (self, ty),
            (Literal::Bool(_), Ty::Bool)
                | (Literal::Int(_), Ty::Int)
                | (Literal::Str(_), Ty::Str(_))
        )
    }
}

fn literal(node: &Node) -> Option<Literal> {
    Some(match node {
        Node::Bool(value) => Literal::Bool(*value),
        Node::Int(value) => Literal::Int(*value),
        Node::Str(value) => Literal::Str(value.clone()),
        _ => return None,
    })
}

/// The path that a node is, with its type.
fn path(node: &Node) -> Option<(Path, Ty)> {
    let (text, ty) = name(node)?;
    let path = Path {
        text: text.into(),
        node: node.clone(),
    };
    Some((path, ty))
}

fn name(node: &Node) -> Option<(String, Ty)> {
    Some(match node {
        Node::Track => ("track".to_owned(), Ty::STRING),
        Node::Urgent => ("urgent".to_owned(), Ty::Bool),
        Node::Priority => ("priority".to_owned(), Ty::Int),
        Node::Matter => ("matter".to_owned(), Ty::Null),
        Node::Answer(id, ty) => (id.to_string(), ty.clone()),
        Node::Field(of, field, ty) => (format!("{}.{field}", name(of)?.0), ty.clone()),
        _ => return None,
    })
}

struct Reading<'i> {
    item: &'i str,
    /// The lists whose entries have a local name here.
    lists: Vec<String>,
    found: Vec<(String, Vec<Literal>)>,
}

impl Reading<'_> {
    fn node(&mut self, node: &Node) {
        let values = compared(node);
        if let Some(name) = self.name(node) {
            self.found.push((name, values));
            return;
        }
        if let Node::Each(_, each) = node {
            self.node(&each.list);
            self.lists.push(self.list(&each.list));
            each.keep.iter().for_each(|keep| self.node(keep));
            self.node(&each.body);
            self.lists.pop();
            return;
        }
        for child in node.children() {
            match self.name(child) {
                Some(name) => self.found.push((name, values.clone())),
                None => self.node(child),
            }
        }
    }

    fn name(&self, node: &Node) -> Option<String> {
        match node {
            Node::Item => Some(self.item.to_owned()),
            Node::Local(slot) => self.lists.get(*slot).cloned(),
            Node::Field(of, field, _) => Some(format!("{}.{field}", self.name(of)?)),
            node => name(node).map(|(text, _)| text),
        }
    }

    /// The list that something is taken from.
    fn list(&self, node: &Node) -> String {
        match node {
            Node::Each(Macro::Filter, each) => self.list(&each.list),
            node => self.name(node).unwrap_or_default(),
        }
    }
}

/// The values written beside what a node compares or looks into.
fn compared(node: &Node) -> Vec<Literal> {
    let sides: Vec<&Node> = match node {
        Node::Equal(a, b) | Node::Compare(_, a, b) | Node::In(a, b) => vec![a, b],
        Node::Call(_, arguments) => arguments.iter().collect(),
        _ => Vec::new(),
    };
    let mut values = Vec::new();
    for side in sides {
        match side {
            Node::List(elements) => values.extend(elements.iter().filter_map(literal)),
            other => values.extend(literal(other)),
        }
    }
    values
}
