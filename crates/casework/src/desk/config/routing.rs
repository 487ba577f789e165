//! `routing.toml`: the rules of competence, checked against desks, units and words.

use std::collections::{BTreeMap, BTreeSet};

use serde::Deserialize;
use toml::Spanned;

use super::{
    super::{check, position::Source},
    Loading, read, word,
};
use crate::{
    competence::{Confidence, Part, RoutingRule, Rules, UnitKind},
    desk::Desk,
    expression::{Scope, compile},
    submission::{DeskId, UnitId},
    text::Text,
};

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct RawRouting {
    #[serde(default)]
    rule: Vec<RawRule>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct RawRule {
    id: Spanned<String>,
    desk: Option<Spanned<String>>,
    when: Option<Spanned<String>>,
    unit: Spanned<String>,
    part: Option<Spanned<String>>,
    confidence: Option<Spanned<String>>,
    because: Text,
    article: String,
    confirmed: Option<bool>,
    #[serde(default)]
    yields_to: Vec<Spanned<String>>,
}

impl Loading {
    pub(super) fn routing(&mut self, path: &str, content: &str) {
        let mut source = Source::new(path, content);
        let raw = read::<RawRouting>(&mut source);
        let mut seen = BTreeSet::new();
        let mut scopes = BTreeMap::new();
        let mut rules = Vec::new();
        for raw in raw.into_iter().flat_map(|raw| raw.rule) {
            for earlier in &raw.yields_to {
                if !seen.contains(earlier.get_ref()) {
                    source.report(
                        earlier.span().start,
                        format!("no earlier rule is called `{}`", earlier.get_ref()),
                        "a rule yields to one that stands above it",
                    );
                }
            }
            if !seen.insert(raw.id.get_ref().clone()) {
                source.report(
                    raw.id.span().start,
                    format!("two rules are called `{}`", raw.id.get_ref()),
                    "give each its own id",
                );
            }
            rules.extend(self.rule(&mut source, raw, &mut scopes));
        }
        self.config.routing = Rules::new(rules, self.config.current.keys());
        self.config.routing_text = content.into();
        self.problems.append(&mut source.problems);
    }

    fn rule(
        &self,
        source: &mut Source<'_>,
        raw: RawRule,
        scopes: &mut BTreeMap<Option<DeskId>, Scope>,
    ) -> Option<RoutingRule> {
        let desk: Option<DeskId> = match &raw.desk {
            Some(desk) => Some(check::parsed(source, desk)?),
            None => None,
        };
        if let (Some(id), Some(raw)) = (&desk, &raw.desk)
            && self.config.desk(id).is_none()
        {
            source.report(
                raw.span().start,
                format!("no desk is called `{id}`, or its file has problems"),
                "name a desk of the folder desks",
            );
            return None;
        }
        let scope = scopes
            .entry(desk.clone())
            .or_insert_with(|| self.scope(desk.as_ref()));
        let when = raw.when.as_ref().and_then(|when| {
            compile(when.get_ref(), scope)
                .map_err(|refusal| source.refuse(&when.span(), when.get_ref(), refusal))
                .ok()
        });
        let part = raw.part.as_ref().map_or(Some(Part::Lead), |part| {
            word(source, part, Part::ALL, |part| part.as_str())
        })?;
        let unit: UnitId = check::parsed(source, &raw.unit)?;
        self.may_take_part(source, desk.as_ref(), &raw.unit, &unit, part);
        let confirmed = raw.confirmed.unwrap_or(true);
        Some(RoutingRule {
            id: raw.id.into_inner().into(),
            desk,
            when,
            unit,
            part,
            confidence: confidence(source, raw.confidence.as_ref(), confirmed)?,
            because: raw.because,
            article: raw.article.into(),
            confirmed,
            yields_to: raw
                .yields_to
                .into_iter()
                .map(|id| id.into_inner().into())
                .collect(),
        })
    }

    /// What the rules of a desk may name: its questions and the matter, or the matter alone.
    fn scope(&self, desk: Option<&DeskId>) -> Scope {
        let of_desk = desk
            .and_then(|id| self.config.desk(id))
            .map_or_else(Scope::default, check::scope);
        Scope {
            derived: true,
            matter: Some(self.config.vocabulary.ty()),
            ..of_desk
        }
    }

    /// Whether a desk takes requests and nothing else: nothing of it is investigated, so whoever serves it leads.
    fn only_requests(&self, desk: Option<&DeskId>) -> bool {
        desk.and_then(|id| self.config.desk(id))
            .is_some_and(Desk::only_requests)
    }

    /// The unit is there, and may do what the rule proposes that it does.
    fn may_take_part(
        &self,
        source: &mut Source<'_>,
        desk: Option<&DeskId>,
        raw: &Spanned<String>,
        id: &UnitId,
        part: Part,
    ) {
        let at = raw.span().start;
        let Some(unit) = self.config.unit(id) else {
            source.report(
                at,
                format!("no unit is called `{id}`"),
                "name a unit of units.toml",
            );
            return;
        };
        if unit.kind == UnitKind::Prosecutor && part != Part::Inform {
            source.report(
                at,
                format!("a rule cannot bring a case before `{id}`: a prosecutor takes it or not"),
                "write part = \"inform\"",
            );
        } else if part == Part::Lead && !unit.investigates && !self.only_requests(desk) {
            source.report(
                at,
                format!("`{id}` does not investigate and cannot lead"),
                "write part = \"assist\" or \"inform\"",
            );
        }
    }
}

/// What no source confirms is of low confidence, and cannot say otherwise.
fn confidence(
    source: &mut Source<'_>,
    raw: Option<&Spanned<String>>,
    confirmed: bool,
) -> Option<Confidence> {
    let Some(raw) = raw else {
        return Some(if confirmed {
            Confidence::Medium
        } else {
            Confidence::Low
        });
    };
    let confidence = word(source, raw, Confidence::ALL, |one| one.as_str())?;
    if !confirmed && confidence != Confidence::Low {
        source.report(
            raw.span().start,
            "a rule that no source confirms is of low confidence",
            "write confidence = \"low\", or give its source",
        );
    }
    Some(confidence)
}
