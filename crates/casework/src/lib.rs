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
//! - [`price`] gives a quote from grids of prices, the same at any later day;
//! - [`project`] folds what happens to a film project, from request to credits;
//! - [`referral`] folds what happens to joint work: who leads, who takes part, what each is shown;
//! - [`submission`] holds the identifiers, the states and the tracking code;
//! - [`body`] reads the bodies outside to which a copy may be handed over;
//! - [`booking`] lends places, things and people's time, each to one at a time;
//! - [`clock`] computes deadlines; [`retention`] how long a submission is kept and what becomes of it then;
//! - [`description`] says who a person is to those who do not open the identity;
//! - [`vigilance`] finds signs of misuse in the record of looks;
//! - [`written`] writes moments, amounts and counts as people read them.

#![warn(missing_docs)]

pub mod answers;
pub mod assess;
pub mod body;
pub mod booking;
pub mod clock;
pub mod competence;
pub mod country;
pub mod description;
pub mod desk;
pub mod expression;
pub mod facts;
pub mod film;
pub mod money;
pub mod place;
pub mod policy;
pub mod price;
mod problem;
pub mod project;
pub mod referral;
pub mod retention;
pub mod story;
pub mod submission;
mod text;
pub mod vigilance;
mod words;
pub mod written;

pub use problem::FileProblem;
pub use text::{Lang, Text, fold};
