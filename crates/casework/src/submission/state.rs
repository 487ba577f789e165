//! The states of a submission and the steps that are legal between them.
//!
//! At all times: received = being processed + queued + quarantined + assigned + closed + withdrawn.
//! Who owns a state and its deadline are kept by the store, beside it.

use std::{fmt, str::FromStr};

use crate::text::Lang;

/// Why a submission was closed. The person who reported reads it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Closing {
    /// Acted on and carried to its end.
    Resolved,
    /// Handed to another service or authority.
    Referred,
    /// Kept for matching: nothing more can be done with it alone.
    Kept,
    /// What it describes is not an offence.
    NoOffence,
    /// Outside what this desk is competent for.
    OutOfScope,
    /// Says the same as another submission of the same person.
    Duplicate,
    /// Neither real nor in good faith.
    Unfounded,
}

impl Closing {
    /// Every reason there is.
    pub const ALL: [Closing; 7] = [
        Closing::Resolved,
        Closing::Referred,
        Closing::Kept,
        Closing::NoOffence,
        Closing::OutOfScope,
        Closing::Duplicate,
        Closing::Unfounded,
    ];

    /// The word used in the database.
    pub fn as_str(self) -> &'static str {
        match self {
            Closing::Resolved => "resolved",
            Closing::Referred => "referred",
            Closing::Kept => "kept",
            Closing::NoOffence => "no_offence",
            Closing::OutOfScope => "out_of_scope",
            Closing::Duplicate => "duplicate",
            Closing::Unfounded => "unfounded",
        }
    }

    /// The reason in plain words.
    pub fn label(self, lang: Lang) -> &'static str {
        match self {
            Closing::Resolved => lang.pick("traité jusqu’au bout", "carried to its end"),
            Closing::Referred => lang.pick(
                "transmis à un autre service compétent",
                "handed to another competent service",
            ),
            Closing::Kept => lang.pick(
                "conservé pour être rapproché d’autres faits",
                "kept to be matched with other facts",
            ),
            Closing::NoOffence => lang.pick(
                "les faits décrits ne sont pas une infraction",
                "what is described is not an offence",
            ),
            Closing::OutOfScope => lang.pick(
                "hors de la compétence de ce guichet",
                "outside what this desk may deal with",
            ),
            Closing::Duplicate => lang.pick("déjà signalé", "already reported"),
            Closing::Unfounded => lang.pick("sans fondement", "unfounded"),
        }
    }
}

/// Where a submission stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum State {
    /// Durable, not yet harmonised and routed.
    Received,
    /// Waiting for an agent.
    Queued,
    /// Held apart (flood, malware) until an agent looks.
    Quarantined,
    /// An agent or a unit has it.
    Assigned,
    /// Ended, with the reason.
    Closed(Closing),
    /// Taken back by the person who filed it.
    Withdrawn,
}

/// What happens to a submission.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Event {
    /// Processing ended: it may be seen by agents. Also: given back by the agent who had it, let
    /// out of quarantine, or opened again by a new fact.
    Queue,
    /// Held apart.
    Quarantine,
    /// Taken by, or routed to, somebody.
    Assign,
    /// Ended.
    Close(Closing),
    /// The person takes it back.
    Withdraw,
}

/// An event that cannot happen in a state.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a submission that is {state} cannot take the event {event:?}")]
#[non_exhaustive]
pub struct IllegalTransition {
    /// The state it is in.
    pub state: State,
    /// The event refused.
    pub event: Event,
}

impl State {
    /// Every state there is, each closing apart.
    pub fn all() -> impl Iterator<Item = State> {
        [
            State::Received,
            State::Queued,
            State::Quarantined,
            State::Assigned,
            State::Withdrawn,
        ]
        .into_iter()
        .chain(Closing::ALL.map(State::Closed))
    }

    /// The state after an event.
    ///
    /// # Errors
    /// When the event is not legal in this state.
    pub fn after(self, event: Event) -> Result<State, IllegalTransition> {
        use State::{Assigned, Closed, Quarantined, Queued, Received, Withdrawn};
        match (self, event) {
            (Received | Quarantined | Assigned | Closed(_), Event::Queue) => Ok(Queued),
            (Received | Queued | Assigned, Event::Quarantine) => Ok(Quarantined),
            // From `Received` too: a life at risk does not wait for the worker. From `Assigned`:
            // handed on to another agent or unit.
            (Received | Queued | Quarantined | Assigned, Event::Assign) => Ok(Assigned),
            (Queued | Quarantined | Assigned, Event::Close(closing)) => Ok(Closed(closing)),
            (Received | Queued | Quarantined | Assigned, Event::Withdraw) => Ok(Withdrawn),
            _ => Err(IllegalTransition { state: self, event }),
        }
    }

    /// Whether nobody has anything left to do with it.
    pub fn is_final(self) -> bool {
        matches!(self, State::Closed(_) | State::Withdrawn)
    }

    /// The word used in the database: `queued`, `closed:referred`.
    pub fn as_str(self) -> &'static str {
        match self {
            State::Received => "received",
            State::Queued => "queued",
            State::Quarantined => "quarantined",
            State::Assigned => "assigned",
            State::Withdrawn => "withdrawn",
            State::Closed(Closing::Resolved) => "closed:resolved",
            State::Closed(Closing::Referred) => "closed:referred",
            State::Closed(Closing::Kept) => "closed:kept",
            State::Closed(Closing::NoOffence) => "closed:no_offence",
            State::Closed(Closing::OutOfScope) => "closed:out_of_scope",
            State::Closed(Closing::Duplicate) => "closed:duplicate",
            State::Closed(Closing::Unfounded) => "closed:unfounded",
        }
    }

    /// The state in plain words, for the person who filed it. Quarantine is not told apart from
    /// waiting: whoever floods a desk must not learn what holds them.
    pub fn label(self, lang: Lang) -> &'static str {
        match self {
            State::Received => lang.pick("bien reçu", "received"),
            State::Queued | State::Quarantined => {
                lang.pick("en attente d’examen", "waiting to be looked at")
            }
            State::Assigned => lang.pick("en cours de traitement", "being dealt with"),
            State::Closed(_) => lang.pick("clos", "closed"),
            State::Withdrawn => lang.pick("retiré à votre demande", "withdrawn at your request"),
        }
    }
}

/// A word that is no state.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a state of a submission")]
pub struct UnknownState;

impl FromStr for State {
    type Err = UnknownState;

    fn from_str(text: &str) -> Result<State, UnknownState> {
        State::all()
            .find(|state| state.as_str() == text)
            .ok_or(UnknownState)
    }
}

impl fmt::Display for State {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn states_read_back_and_differ() {
        let mut words: Vec<&str> = State::all().map(State::as_str).collect();
        for state in State::all() {
            assert_eq!(state.as_str().parse(), Ok(state));
            if let State::Closed(closing) = state {
                assert_eq!(state.as_str(), format!("closed:{}", closing.as_str()));
            }
        }
        words.sort_unstable();
        words.dedup();
        assert_eq!(words.len(), State::all().count());
        assert_eq!("gone".parse::<State>(), Err(UnknownState));
    }

    #[test]
    fn only_these_steps_are_legal() {
        let closing = Closing::Referred;
        let events = [
            ("queue", Event::Queue),
            ("quarantine", Event::Quarantine),
            ("assign", Event::Assign),
            ("close", Event::Close(closing)),
            ("withdraw", Event::Withdraw),
        ];
        let legal = |state: State| -> Vec<&str> {
            events
                .iter()
                .filter(|(_, event)| state.after(*event).is_ok())
                .map(|(name, _)| *name)
                .collect()
        };
        assert_eq!(
            legal(State::Received),
            ["queue", "quarantine", "assign", "withdraw"]
        );
        assert_eq!(
            legal(State::Queued),
            ["quarantine", "assign", "close", "withdraw"]
        );
        assert_eq!(
            legal(State::Quarantined),
            ["queue", "assign", "close", "withdraw"]
        );
        assert_eq!(
            legal(State::Assigned),
            ["queue", "quarantine", "assign", "close", "withdraw"]
        );
        assert_eq!(legal(State::Closed(closing)), ["queue"]);
        assert_eq!(legal(State::Withdrawn), [""; 0]);
        assert_eq!(
            State::Queued.after(Event::Close(closing)),
            Ok(State::Closed(closing))
        );
    }
}
