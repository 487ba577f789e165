//! Desks as data: what a desk asks, of whom, under which conditions, and the rules it applies.
//!
//! The format is `docs/formats/desk-1.md`. [`Config::load`] reads every file and reports every
//! problem with its place and its mend; what it returns can be evaluated without error.

pub(crate) mod check;
pub mod compare;
mod config;
mod definition;
mod parse;
mod position;

pub use config::Config;
pub use definition::{
    Choice, Desk, Eligibility, Kind, Orientation, PersonField, PriorityRule, Question, Redirect,
    RedirectTo, Required, Role, Step, Urgent,
};
pub use position::ConfigProblem;

#[cfg(test)]
pub(crate) mod tests;
