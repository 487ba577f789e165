//! The domain of the house: desks and what they ask, answers and what they are, priority,
//! competence, and the life of a submission.
//!
//! Everything here is pure: no file, database, clock or randomness. Callers bring the text of the
//! configuration, the time and the random bytes. The formats are laid down in
//! `docs/formats/desk-1.md` and `docs/formats/answers-1.md`.
//!
//! - [`desk`] reads and checks the configuration, with the place and the mend of every problem;
//! - [`answers`] turns what a person sent into normalised answers, or says what is wrong with it;
//! - [`facts`] takes out of the answers what matching, searching and counting need;
//! - [`assess`] evaluates the desk's rules: urgency, advice, eligibility, priority, competence;
//! - [`competence`] holds the units, what a submission is about, and the rules between the two;
//! - [`policy`] decides who may do what to what;
//! - [`referral`] folds what happens to joint work: who leads, who takes part, what each is shown;
//! - [`submission`] holds the identifiers, the states and the tracking code;
//! - [`clock`] computes deadlines;
//! - [`vigilance`] finds signs of misuse in the record of looks.

#![warn(missing_docs)]

pub mod answers;
pub mod assess;
pub mod clock;
pub mod competence;
pub mod country;
pub mod desk;
pub mod expression;
pub mod facts;
pub mod money;
pub mod place;
pub mod policy;
pub mod referral;
pub mod submission;
mod text;
pub mod vigilance;
mod words;

pub use text::{Lang, Text, fold};
