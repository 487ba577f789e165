//! Which services there are, what they are competent for, and who is proposed for a submission.
//!
//! A desk asks in its own words. [`Statements`] turn its answers into a [`Matter`]: offences, media,
//! kind of victim, age, place, amount, foreign link, technical need, series. [`Rules`] look at that
//! matter, and at the answers where they are of one desk, and each that holds proposes a [`Unit`]
//! with a part to take, the article it rests on and a confidence. Several units may take part. A
//! proposal is nothing but a proposal: no function here assigns anything, and no rule may propose a
//! prosecutor to lead, since a jurisdiction takes a case by its own decision.
//!
//! [`check`](check()) finds holes, overlaps and dead rules, each with an example. The files are laid down in
//! `docs/formats/units.md`; reading them is in [`crate::desk`].

pub mod check;
mod index;
mod matter;
mod rules;
mod samples;
mod unit;

pub use check::check;
pub use matter::{Matter, Statement, Statements, Term, Vocabulary, Word};
pub use rules::{Confidence, Part, RoutingRule, Rules};
pub use unit::{Competence, Territory, Unit, UnitFact, UnitKind};

#[cfg(test)]
mod tests;
