//! The units of the country, as a tree: what each is, where it may act, what it is competent for, and what of that no
//! source confirms.

use std::collections::BTreeSet;

use askama::Template;
use axum::{http::StatusCode, response::Response};
use casework::{
    Lang,
    competence::{Territory, Unit, UnitFact},
};

use crate::{
    app::App,
    page::{Page, render},
    workbench::{door::Admitted, session::Refused},
};

/// A unit in words.
struct UnitView {
    id: String,
    name: String,
    /// How many units stand above it.
    depth: usize,
    kind: String,
    territory: String,
    investigates: String,
    competence: Vec<CompetenceView>,
    /// Its facts that no source confirms.
    unconfirmed: Vec<String>,
    source: String,
    agents: String,
}

struct CompetenceView {
    what: String,
    article: String,
    confirmed: bool,
}

#[derive(Template)]
#[template(path = "workbench/admin/units.html")]
struct Units {
    page: Page,
    units: Vec<UnitView>,
    unconfirmed: i64,
}

/// The page.
pub(super) async fn show(app: App, at: Admitted) -> Result<Response, Refused> {
    let page = at.signed.page.clone();
    let agents = app.store.work.agents().await;
    let agents = agents.map_err(|error| at.signed.failed(&error))?;
    let units: Vec<UnitView> = tree(&app.config.units)
        .into_iter()
        .map(|(unit, depth)| {
            let of_unit = agents.iter().filter(|agent| agent.unit == unit.id.as_str());
            view(&page, unit, depth, of_unit.count() as i64)
        })
        .collect();
    let doubtful = |unit: &&UnitView| {
        !unit.unconfirmed.is_empty() || unit.competence.iter().any(|one| !one.confirmed)
    };
    let template = Units {
        unconfirmed: units.iter().filter(doubtful).count() as i64,
        units,
        page,
    };
    Ok(render(StatusCode::OK, &template))
}

/// Every unit once, each under its parent, in the order of the file; with how deep it stands.
fn tree(units: &[Unit]) -> Vec<(&Unit, usize)> {
    let known: BTreeSet<&str> = units.iter().map(|unit| unit.id.as_str()).collect();
    let parent = |unit: &Unit| {
        let parent = unit
            .parent
            .as_ref()
            .map(|parent| parent.as_str().to_owned());
        parent.filter(|parent| known.contains(parent.as_str()) && *parent != unit.id.as_str())
    };
    let mut placed = Vec::with_capacity(units.len());
    let mut seen = BTreeSet::new();
    let mut open: Vec<(&Unit, usize)> = units
        .iter()
        .rev()
        .filter(|unit| parent(unit).is_none())
        .map(|unit| (unit, 0))
        .collect();
    while let Some((unit, depth)) = open.pop() {
        if !seen.insert(unit.id.as_str()) {
            continue;
        }
        placed.push((unit, depth));
        let children = units.iter().rev();
        let children = children.filter(|child| parent(child).as_deref() == Some(unit.id.as_str()));
        open.extend(children.map(|child| (child, depth + 1)));
    }
    // Units that stand above each other in a ring are shown too.
    let left = units.iter().filter(|unit| !seen.contains(unit.id.as_str()));
    placed.extend(left.map(|unit| (unit, 0)));
    placed
}

fn view(page: &Page, unit: &Unit, depth: usize, agents: i64) -> UnitView {
    let words = page.w;
    let unconfirmed = unit.unconfirmed.iter().map(|fact| match fact {
        UnitFact::Parent => words.t("ad-unit-fact-parent"),
        UnitFact::Territory => words.t("ad-unit-fact-territory"),
        UnitFact::Name => words.t("ad-unit-fact-name"),
        UnitFact::Investigates => words.t("ad-unit-fact-investigates"),
    });
    UnitView {
        id: unit.id.as_str().to_owned(),
        name: unit.name.get(page.lang).to_owned(),
        depth: depth.min(3),
        kind: words.t(&format!("ad-unit-kind-{}", unit.kind.as_str())),
        territory: territory(page, &unit.territory),
        investigates: if unit.investigates {
            words.t("ad-yes")
        } else {
            words.t("ad-no")
        },
        competence: unit
            .competence
            .iter()
            .map(|one| CompetenceView {
                what: one.what.get(page.lang).to_owned(),
                article: one.article.as_deref().unwrap_or_default().to_owned(),
                confirmed: one.confirmed,
            })
            .collect(),
        unconfirmed: unconfirmed.collect(),
        source: unit.source.as_deref().unwrap_or_default().to_owned(),
        agents: page.count(agents),
    }
}

fn territory(page: &Page, territory: &Territory) -> String {
    match territory {
        Territory::National => page.w.t("ad-territory-national"),
        Territory::Local => page.w.t("ad-territory-local"),
        Territory::Departments(codes) => match page.lang {
            Lang::Fr => format!("départements {}", codes.join(", ")),
            Lang::En => format!("departments {}", codes.join(", ")),
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use casework::Text;
    use casework::competence::UnitKind;

    fn unit(id: &str, parent: Option<&str>) -> Unit {
        Unit {
            id: id.parse().unwrap(),
            name: Text {
                fr: id.to_owned(),
                en: id.to_owned(),
            },
            kind: UnitKind::Office,
            parent: parent.map(|parent| parent.parse().unwrap()),
            territory: Territory::National,
            investigates: true,
            competence: Vec::new(),
            unconfirmed: Vec::new(),
            source: None,
        }
    }

    #[test]
    fn a_tree_shows_every_unit_once_rings_and_orphans_too() {
        let units = [
            unit("b", Some("a")),
            unit("a", None),
            unit("c", Some("b")),
            unit("d", Some("a")),
            unit("orphan", Some("gone")),
            unit("x", Some("y")),
            unit("y", Some("x")),
            unit("self", Some("self")),
        ];
        let placed: Vec<(&str, usize)> = tree(&units)
            .iter()
            .map(|(unit, depth)| (unit.id.as_str(), *depth))
            .collect();
        assert_eq!(
            placed,
            [
                ("a", 0),
                ("b", 1),
                ("c", 2),
                ("d", 1),
                ("orphan", 0),
                ("self", 0),
                ("x", 0),
                ("y", 0)
            ]
        );
    }
}
