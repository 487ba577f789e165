//! Which rules can hold at all: most are left out without being evaluated.
//!
//! A condition that says `"ransomware" in matter.offences && …` cannot hold without that word. Each
//! rule is filed under the rarest value it needs, as an inverted index files a query under its
//! rarest term (T. Yan and H. Garcia-Molina, "Index structures for selective dissemination of
//! information under the Boolean model", ACM TODS 19(2), 1994: the ranked key method). A decision
//! looks up the values it has and evaluates only the rules filed under them, and those that need
//! no value. A rule that needs no value but a number on one side of a bound is filed by its bound.

use std::collections::HashMap;

use super::rules::RoutingRule;
use crate::expression::{Env, Found, Literal, Need, OneOf, Path, Wanted};

#[derive(Clone, Debug, Default)]
pub(super) struct Index {
    /// Rules that need no value.
    always: Vec<usize>,
    by_path: Vec<Postings>,
}

/// The rules filed under the values of one path.
#[derive(Clone, Debug)]
struct Postings {
    path: Path,
    texts: HashMap<Box<str>, Vec<usize>>,
    ints: HashMap<i64, Vec<usize>>,
    bools: [Vec<usize>; 2],
    /// Rules that need this number or more, by the number.
    at_least: Vec<(i64, usize)>,
    /// Rules that need this number or less, by the number.
    at_most: Vec<(i64, usize)>,
}

impl Index {
    pub(super) fn new<'r>(rules: impl Iterator<Item = (usize, &'r RoutingRule)>) -> Index {
        let needs: Vec<(usize, Vec<OneOf>)> = rules
            .map(|(at, rule)| {
                (
                    at,
                    rule.when.as_ref().map_or(Vec::new(), |when| when.needs()),
                )
            })
            .collect();
        let mut filed: HashMap<(&str, Option<&Literal>), usize> = HashMap::new();
        for need in needs.iter().flat_map(|(_, needs)| needs).flatten() {
            *filed.entry(place(need)).or_default() += 1;
        }
        let cost = |one_of: &&OneOf| -> usize {
            let beside = one_of.iter().map(|need| filed.get(&place(need)));
            beside.map(|count| count.copied().unwrap_or(0)).sum()
        };
        let mut index = Index::default();
        for (at, needs) in &needs {
            match needs.iter().min_by_key(cost) {
                Some(rarest) => index.file(*at, rarest),
                None => index.always.push(*at),
            }
        }
        for postings in &mut index.by_path {
            postings.at_least.sort_unstable();
            postings.at_most.sort_unstable();
        }
        index
    }

    fn file(&mut self, at: usize, under: &OneOf) {
        for need in under {
            let known = self
                .by_path
                .iter()
                .position(|known| known.path == need.path);
            let place = known.unwrap_or_else(|| {
                self.by_path.push(Postings::new(need.path.clone()));
                self.by_path.len() - 1
            });
            let postings = &mut self.by_path[place];
            match &need.wanted {
                Wanted::Value(Literal::Bool(value)) => postings.bools[usize::from(*value)].push(at),
                Wanted::Value(Literal::Int(value)) => {
                    postings.ints.entry(*value).or_default().push(at);
                }
                Wanted::Value(Literal::Str(value)) => {
                    postings.texts.entry(value.clone()).or_default().push(at);
                }
                Wanted::AtLeast(bound) => postings.at_least.push((*bound, at)),
                Wanted::AtMost(bound) => postings.at_most.push((*bound, at)),
            }
        }
    }

    /// The rules that may hold, in order; every rule that holds is among them.
    pub(super) fn candidates(&self, env: &Env<'_>) -> Vec<usize> {
        let mut found = self.always.clone();
        for postings in &self.by_path {
            postings.path.each(env, |value| {
                found.extend_from_slice(postings.of(value));
                if let Found::Int(number) = value {
                    found.extend(postings.bounded(number));
                }
            });
        }
        found.sort_unstable();
        found.dedup();
        found
    }
}

/// Where a need is filed: under its value, or with every bound of its path.
fn place(need: &Need) -> (&str, Option<&Literal>) {
    let value = match &need.wanted {
        Wanted::Value(value) => Some(value),
        Wanted::AtLeast(_) | Wanted::AtMost(_) => None,
    };
    (&need.path.text, value)
}

impl Postings {
    fn new(path: Path) -> Postings {
        Postings {
            path,
            texts: HashMap::new(),
            ints: HashMap::new(),
            bools: [Vec::new(), Vec::new()],
            at_least: Vec::new(),
            at_most: Vec::new(),
        }
    }

    /// The rules whose bound lets a number in.
    fn bounded(&self, number: i64) -> impl Iterator<Item = usize> {
        let below = self.at_least.partition_point(|(bound, _)| *bound <= number);
        let above = self.at_most.partition_point(|(bound, _)| *bound < number);
        let let_in = self.at_least[..below].iter().chain(&self.at_most[above..]);
        let_in.map(|(_, at)| *at)
    }

    fn of(&self, value: Found<'_>) -> &[usize] {
        let filed = match value {
            Found::Bool(value) => Some(&self.bools[usize::from(value)]),
            Found::Int(value) => self.ints.get(&value),
            Found::Str(value) => self.texts.get(value),
        };
        filed.map_or(&[], Vec::as_slice)
    }
}
