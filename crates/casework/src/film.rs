//! What the film desk does besides bookings and projects: experts, immersions, encounters, budgets, statistics; and the
//! pools of resources it lends, as data.
//!
//! What is kept event by event is a [`crate::story::Story`]; why something may not happen is one [`Refusal`]. No
//! event holds the name of anybody outside the service: guests and visitors are kept apart, where they can be erased.

pub mod budget;
pub mod crew;
pub mod encounter;
pub mod expert;
pub mod immersion;
pub mod pool;
pub mod statistics;

use std::collections::BTreeMap;

use jiff::Timestamp;

use crate::{price::Grids, project::Criteria};

/// What the film desk is run by: files of the country's folder `film`.
#[derive(Clone, Debug, Default)]
pub struct FilmDesk {
    /// What projects are judged by.
    pub criteria: Criteria,
    /// What things cost, from a day on.
    pub prices: Grids,
    /// What units lend, by identifier.
    pub pools: BTreeMap<Box<str>, pool::Pool>,
}

/// Why a change cannot happen. Nothing changes then.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Refusal {
    /// It does not stand where that can happen.
    #[error("what is {standing} takes no {what}")]
    Standing {
        /// Where it stands.
        standing: &'static str,
        /// The change.
        what: &'static str,
    },
    /// Something that the change needs is empty.
    #[error("{0} is missing")]
    Missing(&'static str),
    /// There is no such thing.
    #[error("nothing is called {0}")]
    Unknown(Box<str>),
    /// It is there already.
    #[error("{0} is there already")]
    Twice(Box<str>),
    /// The end is not after the beginning.
    #[error("the end has to be after the beginning")]
    EndsBefore,
    /// The expert is not free then.
    #[error("not free before {until}")]
    Busy {
        /// Until when.
        until: Timestamp,
    },
    /// The expert declared a conflict with it.
    #[error("a conflict with {0} was declared")]
    Conflict(Box<str>),
    /// A group has nobody in it, or more than one may bring.
    #[error("a group is of 1 to {most}")]
    Group {
        /// The largest group.
        most: u32,
    },
    /// The amount is not positive, or out of all range.
    #[error("the amount has to be positive")]
    Amount,
    /// The line of the budget does not hold so much.
    #[error("the line has {left} left, in minor units; a decision has to raise it first")]
    OverLine {
        /// What is left, minor units.
        left: i64,
    },
    /// The first event does not begin it, or a later one does.
    #[error("it begins once, with its first event")]
    Beginning,
}

fn said(text: &str, what: &'static str) -> Result<(), Refusal> {
    if text.trim().is_empty() {
        Err(Refusal::Missing(what))
    } else {
        Ok(())
    }
}
