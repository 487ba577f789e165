//! The table of who may do what, as a page.

use askama::Template;
use axum::{http::StatusCode, response::Response};
use casework::policy::{Action, Reach, Role};

use crate::{
    app::App,
    page::{Page, render},
    workbench::{door::Admitted, session::Refused},
};

/// An action in words, with how far it reaches for each role.
struct ActionView {
    what: String,
    subject: String,
    cells: Vec<Cell>,
    asks: Vec<String>,
}

struct Cell {
    word: String,
    never: bool,
}

#[derive(Template)]
#[template(path = "workbench/admin/roles.html")]
struct Roles {
    page: Page,
    roles: Vec<String>,
    /// How far an action can reach, and what that means.
    reaches: Vec<(String, String)>,
    actions: Vec<ActionView>,
}

const REACHES: [&str; 5] = ["own", "unit", "joined", "any", "never"];

/// A role in words.
pub(super) fn role(page: &Page, word: &str) -> String {
    match Role::from_word(word) {
        Some(role) => page.w.t(&format!("ad-role-{}", role.as_str())),
        None => word.to_owned(),
    }
}

/// The page.
pub(super) async fn show(_: App, at: Admitted) -> Result<Response, Refused> {
    let page = at.signed.page.clone();
    let template = Roles {
        roles: Role::ALL
            .iter()
            .map(|one| role(&page, one.as_str()))
            .collect(),
        reaches: REACHES
            .iter()
            .map(|word| {
                let key = format!("ad-reach-{word}");
                (page.w.t(&key), page.w.t(&format!("{key}-hint")))
            })
            .collect(),
        actions: Action::ALL.iter().map(|one| view(&page, *one)).collect(),
        page,
    };
    Ok(render(StatusCode::OK, &template))
}

fn view(page: &Page, action: Action) -> ActionView {
    let (words, rule) = (page.w, action.rule());
    let subject = words.t(&format!("ad-subject-{}", rule.subject.as_str()));
    let cells = Role::ALL.iter().map(|one| {
        let reach = rule.reach(*one);
        let never = reach == Reach::Never;
        let word = if never { "never" } else { reach.as_str() };
        Cell {
            word: words.t(&format!("ad-reach-{word}")),
            never,
        }
    });
    let asks = [
        (rule.changes, "ad-asks-open"),
        (rule.asks.reason, "ad-asks-reason"),
        (rule.asks.reason_beyond_unit, "ad-asks-reason-beyond"),
        (rule.asks.sign_in, "ad-asks-sign-in"),
        (rule.asks.second_person, "ad-asks-second"),
        (rule.glass, "ad-asks-glass"),
    ];
    ActionView {
        what: words.t(&format!("ad-action-{}", action.as_str())),
        subject: match rule.part {
            Some(part) => {
                let part = words.t(&format!("ad-part-{}", part.as_str()));
                format!("{subject} ({part})")
            }
            None => subject,
        },
        cells: cells.collect(),
        asks: asks
            .iter()
            .filter(|(asked, _)| *asked)
            .map(|(_, key)| words.t(key))
            .collect(),
    }
}

#[cfg(test)]
mod tests {
    use casework::{
        Lang,
        competence::UnitKind,
        policy::{Part, Subject},
    };

    use super::*;
    use crate::workbench::tests::page;

    #[test]
    fn every_word_of_the_table_and_of_units_has_words() {
        for lang in [Lang::Fr, Lang::En] {
            let page = page(lang);
            let keys = Action::ALL
                .iter()
                .map(|one| format!("ad-action-{}", one.as_str()))
                .chain(
                    Role::ALL
                        .iter()
                        .map(|one| format!("ad-role-{}", one.as_str())),
                )
                .chain(
                    Subject::ALL
                        .iter()
                        .map(|one| format!("ad-subject-{}", one.as_str())),
                )
                .chain(
                    Part::ALL
                        .iter()
                        .map(|one| format!("ad-part-{}", one.as_str())),
                )
                .chain(
                    UnitKind::ALL
                        .iter()
                        .map(|one| format!("ad-unit-kind-{}", one.as_str())),
                )
                .chain(REACHES.map(|one| format!("ad-reach-{one}")))
                .chain(
                    [
                        "open",
                        "reason",
                        "reason-beyond",
                        "sign-in",
                        "second",
                        "glass",
                    ]
                    .map(|one| format!("ad-asks-{one}")),
                );
            for key in keys {
                assert_ne!(page.w.t(&key), key, "{lang:?}");
            }
        }
    }
}
