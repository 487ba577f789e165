//! `units.toml`: the services, checked among each other.

use std::collections::{BTreeMap, BTreeSet};

use serde::Deserialize;
use toml::Spanned;

use super::{
    super::{check::parsed, position::Source},
    Loading, read, word,
};
use crate::{
    competence::{Competence, Territory, Unit, UnitFact, UnitKind},
    place::{Level, Places},
    submission::UnitId,
    text::Text,
};

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct RawUnits {
    #[serde(default)]
    unit: Vec<RawUnit>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct RawUnit {
    id: Spanned<String>,
    name: Text,
    kind: Spanned<String>,
    parent: Option<Spanned<String>>,
    territory: Option<Spanned<RawTerritory>>,
    investigates: Option<bool>,
    source: Option<String>,
    #[serde(default)]
    unconfirmed: Vec<Spanned<String>>,
    #[serde(default)]
    competence: Vec<RawCompetence>,
}

/// `"national"`, `"local"`, or a list of departments' codes.
#[derive(Debug, Deserialize)]
#[serde(untagged)]
enum RawTerritory {
    Word(String),
    Departments(Vec<String>),
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct RawCompetence {
    what: Text,
    article: Option<String>,
    source: Option<String>,
    confirmed: Option<bool>,
}

/// A unit whose place among the others is still to be checked.
struct Placed {
    unit: Unit,
    /// Where its territory is written, `None` when it takes that of its parent.
    territory_at: Option<usize>,
    /// Where its parent is written.
    parent_at: usize,
}

impl Loading {
    pub(super) fn units(&mut self, path: &str, content: &str, places: &Places) {
        let mut source = Source::new(path, content);
        let raw = read::<RawUnits>(&mut source);
        let mut seen = BTreeSet::new();
        let mut placed: Vec<Placed> = Vec::new();
        for raw in raw.into_iter().flat_map(|raw| raw.unit) {
            let id_at = raw.id.span().start;
            let Some(one) = unit(&mut source, raw, places) else {
                continue;
            };
            if seen.insert(one.unit.id.clone()) {
                placed.push(one);
            } else {
                source.report(
                    id_at,
                    format!("two units are called `{}`", one.unit.id),
                    "give each its own id",
                );
            }
        }
        check_parents(&mut source, &placed);
        if source.problems.is_empty() {
            place(&mut source, &mut placed);
        }
        self.config
            .units
            .extend(placed.into_iter().map(|placed| placed.unit));
        self.problems.append(&mut source.problems);
    }
}

fn unit(source: &mut Source<'_>, raw: RawUnit, places: &Places) -> Option<Placed> {
    let id: UnitId = parsed(source, &raw.id)?;
    let kind = word(source, &raw.kind, UnitKind::ALL, |kind| kind.as_str());
    let id_at = raw.id.span().start;
    let parent_at = raw.parent.as_ref().map_or(id_at, |raw| raw.span().start);
    let territory_at = raw.territory.as_ref().map(|raw| raw.span().start);
    let territory = match raw.territory {
        Some(raw) => territory(source, raw, places),
        None => Territory::National,
    };
    if raw.parent.is_none() && territory_at.is_none() {
        source.report(
            id_at,
            format!("`{id}` has neither a territory nor a parent to take it from"),
            "write territory = \"national\", \"local\" or a list of departments",
        );
    }
    let unconfirmed = raw
        .unconfirmed
        .iter()
        .filter_map(|raw| word(source, raw, UnitFact::ALL, |fact| fact.as_str()))
        .collect();
    let unit = Unit {
        id,
        name: raw.name,
        kind: kind?,
        parent: raw.parent.and_then(|parent| parsed(source, &parent)),
        territory,
        investigates: raw.investigates.unwrap_or(true),
        competence: raw
            .competence
            .into_iter()
            .map(|raw| Competence {
                what: raw.what,
                article: raw.article.map(Into::into),
                source: raw.source.map(Into::into),
                confirmed: raw.confirmed.unwrap_or(true),
            })
            .collect(),
        unconfirmed,
        source: raw.source.map(Into::into),
    };
    Some(Placed {
        unit,
        territory_at,
        parent_at,
    })
}

fn territory(source: &mut Source<'_>, raw: Spanned<RawTerritory>, places: &Places) -> Territory {
    let at = raw.span().start;
    match raw.into_inner() {
        RawTerritory::Word(word) if word == "national" => Territory::National,
        RawTerritory::Word(word) if word == "local" => Territory::Local,
        RawTerritory::Word(word) => {
            source.report(
                at,
                format!("no territory is called \"{word}\""),
                "write \"national\", \"local\" or a list of departments",
            );
            Territory::National
        }
        RawTerritory::Departments(codes) => {
            if codes.is_empty() {
                source.report(at, "the territory is empty", "name a department");
            }
            for code in &codes {
                if places.by_code(Level::Department, code).is_none() {
                    source.report(
                        at,
                        format!("no department has the code \"{code}\""),
                        "name a code of places/departments.tsv",
                    );
                }
            }
            Territory::Departments(codes.into_iter().map(Into::into).collect())
        }
    }
}

/// Every parent is there, and none is its own ancestor.
fn check_parents(source: &mut Source<'_>, placed: &[Placed]) {
    let parents: BTreeMap<&UnitId, Option<&UnitId>> = placed
        .iter()
        .map(|placed| (&placed.unit.id, placed.unit.parent.as_ref()))
        .collect();
    for Placed {
        unit, parent_at, ..
    } in placed
    {
        if let Some(parent) = &unit.parent
            && !parents.contains_key(parent)
        {
            source.report(
                *parent_at,
                format!("no unit is called `{parent}`"),
                "name a unit of this file",
            );
        }
    }
    let turns = |unit: &Unit| {
        let mut at = Some(&unit.id);
        for _ in 0..=placed.len() {
            at = at.and_then(|id| parents.get(id).copied().flatten());
        }
        at.is_some()
    };
    if let Some(placed) = placed.iter().find(|placed| turns(&placed.unit)) {
        source.report(
            0,
            format!("the parents of `{}` turn in a circle", placed.unit.id),
            "let one of them have no parent",
        );
    }
}

/// A unit that names no territory takes its parent's; one that does stays within it. The parents
/// are known to form a tree.
fn place(source: &mut Source<'_>, placed: &mut [Placed]) {
    let mut territories: BTreeMap<UnitId, Territory> = BTreeMap::new();
    while territories.len() < placed.len() {
        for Placed {
            unit, territory_at, ..
        } in placed.iter_mut()
        {
            if territories.contains_key(&unit.id) {
                continue;
            }
            let parent = match &unit.parent {
                None => None,
                Some(parent) => match territories.get(parent) {
                    None => continue,
                    known => known,
                },
            };
            match (parent, *territory_at) {
                (Some(parent), None) => unit.territory = parent.clone(),
                (Some(parent), Some(at)) if !unit.territory.lies_within(parent) => source.report(
                    at,
                    format!("the territory of `{}` reaches beyond its parent's", unit.id),
                    "narrow it, or widen the parent's",
                ),
                _ => {}
            }
            territories.insert(unit.id.clone(), unit.territory.clone());
        }
    }
}
