//! Which rules can hold at all: most are left out without being evaluated.
//!
//! A condition that says `"ransomware" in matter.offences && …` cannot hold without that word. Each
//! rule is filed under the rarest value it needs, as an inverted index files a query under its
//! rarest term (T. Yan and H. Garcia-Molina, "Index structures for selective dissemination of
//! information under the Boolean model", ACM TODS 19(2), 1994: the ranked key method). A decision
//! looks up the values it has and evaluates only the rules filed under them, and those that need
//! no value.

use std::collections::HashMap;

use super::rules::RoutingRule;
use crate::expression::{Env, Found, Literal, OneOf, Path};

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
        let mut common: HashMap<(&str, &Literal), usize> = HashMap::new();
        for need in needs.iter().flat_map(|(_, needs)| needs).flatten() {
            *common.entry((&need.path.text, &need.value)).or_default() += 1;
        }
        let cost = |one_of: &&OneOf| -> usize {
            let rules = one_of.iter().map(|need| {
                common
                    .get(&(&*need.path.text, &need.value))
                    .copied()
                    .unwrap_or(0)
            });
            rules.sum()
        };
        let mut index = Index::default();
        for (at, needs) in &needs {
            match needs.iter().min_by_key(cost) {
                Some(rarest) => index.file(*at, rarest),
                None => index.always.push(*at),
            }
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
            match &need.value {
                Literal::Bool(value) => postings.bools[usize::from(*value)].push(at),
                Literal::Int(value) => postings.ints.entry(*value).or_default().push(at),
                Literal::Str(value) => postings.texts.entry(value.clone()).or_default().push(at),
            }
        }
    }

    /// The rules that may hold, in order; every rule that holds is among them.
    pub(super) fn candidates(&self, env: &Env<'_>) -> Vec<usize> {
        let mut found = self.always.clone();
        for postings in &self.by_path {
            postings
                .path
                .each(env, |value| found.extend_from_slice(postings.of(value)));
        }
        found.sort_unstable();
        found.dedup();
        found
    }
}

impl Postings {
    fn new(path: Path) -> Postings {
        Postings {
            path,
            texts: HashMap::new(),
            ints: HashMap::new(),
            bools: [Vec::new(), Vec::new()],
        }
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
