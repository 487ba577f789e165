//! Who may do what on the workbench: one function, one table, deny by default.

use store::work::Agent;

/// What an agent may or may not do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Action {
    /// See how many there are, never which.
    Figures,
    /// Read submissions and series, search them.
    Read,
    /// Take, release, route, close, mark as read; add, correct or dismiss a hit.
    Handle,
    /// Open a closed submission again.
    Reopen,
    /// Write to the person.
    Reply,
    /// Leave a note for colleagues.
    Note,
    /// Download an exhibit.
    Download,
    /// Open a sealed identity, with a reason that is kept.
    OpenIdentity,
    /// Confirm, split, merge a series, or undo that.
    DecideSeries,
}

/// Whether an agent may do this. An unknown role may do nothing.
pub(crate) fn allowed(agent: &Agent, action: Action) -> bool {
    match agent.role.as_str() {
        // A life at risk cannot wait for somebody else to open the identity.
        "triage" => !matches!(action, Action::Reopen | Action::DecideSeries),
        "investigator" | "head" => true,
        "administrator" => action == Action::Figures,
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::{Action::*, *};

    #[test]
    fn the_matrix_of_roles_and_actions_holds() {
        let actions = [
            Figures,
            Read,
            Handle,
            Reopen,
            Reply,
            Note,
            Download,
            OpenIdentity,
            DecideSeries,
        ];
        let matrix = [
            ("triage", "yes yes yes no yes yes yes yes no"),
            ("investigator", "yes yes yes yes yes yes yes yes yes"),
            ("head", "yes yes yes yes yes yes yes yes yes"),
            ("administrator", "yes no no no no no no no no"),
            ("", "no no no no no no no no no"),
            ("Head", "no no no no no no no no no"),
        ];
        for (role, row) in matrix {
            let agent = Agent {
                id: "a".to_owned(),
                name: "A".to_owned(),
                unit: "u".to_owned(),
                role: role.to_owned(),
            };
            let found: Vec<&str> = actions
                .iter()
                .map(|action| {
                    if allowed(&agent, *action) {
                        "yes"
                    } else {
                        "no"
                    }
                })
                .collect();
            assert_eq!(found.join(" "), row, "{role}");
        }
    }
}
