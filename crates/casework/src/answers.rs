//! From what a person sent to normalised answers, or to what is wrong with it.
//!
//! The form, the API and the import hand the same raw object to [`validate`]; the format of both
//! sides is `docs/formats/answers-1.md`. One pass in the order of the desk decides what is asked
//! and reads each answer, so the cost is linear in what was sent.

mod asked;
mod compound;
mod error;
mod identifier;
mod moment;
mod number;
mod scalar;
mod vault;
mod walk;

use jiff::Timestamp;
use serde_json::{Map, Value};

pub use asked::{AskedEntry, AskedQuestion, AskedStep, form_name, visible};
pub use error::{AnswerError, ErrorCode, Expected};
pub use vault::Split;

use crate::{
    desk::{Desk, Step},
    expression::Env,
    submission::Track,
    text::Lang,
};
use walk::Walk;

/// Where raw answers come from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Origin {
    /// The public form: an answer to a question no longer asked is dropped, since a page may be stale.
    Form,
    /// A program: such an answer is an error.
    Api,
}

/// What reading answers depends on beside the answers.
#[derive(Clone, Copy, Debug)]
pub struct Context {
    /// The present.
    pub now: Timestamp,
    /// The reader's language: it decides how `1,250` is read.
    pub lang: Lang,
    /// Where the answers come from.
    pub origin: Origin,
}

/// Normalised answers: only questions that are asked, in the form of `answers-1`.
#[derive(Clone, Debug, PartialEq)]
pub struct Answers {
    track: Track,
    values: Map<String, Value>,
}

impl Answers {
    /// Answers that were validated when they were stored. They are read, never checked again: the
    /// desk may have changed since.
    pub fn stored(track: Track, values: Map<String, Value>) -> Answers {
        Answers { track, values }
    }

    /// The track they were filed on.
    pub fn track(&self) -> Track {
        self.track
    }

    /// Question id to answer.
    pub fn values(&self) -> &Map<String, Value> {
        &self.values
    }

    /// Question id to answer.
    pub fn into_values(self) -> Map<String, Value> {
        self.values
    }

    pub(crate) fn env<'e>(&'e self, desk: &'e Desk, now: Timestamp) -> Env<'e> {
        Env {
            answers: &self.values,
            item: None,
            track: self.track.as_str(),
            now,
            zone: &desk.time_zone,
            priority: 0,
            urgent: false,
            matter: None,
        }
    }
}

/// Reads a whole submission.
///
/// # Errors
/// What is wrong, in the order of the desk; at most 100 errors are told.
pub fn validate(
    desk: &Desk,
    track: Track,
    raw: &Map<String, Value>,
    ctx: &Context,
) -> Result<Answers, Vec<AnswerError>> {
    if !desk.tracks.contains(&track) {
        return Err(vec![AnswerError {
            path: "track".to_owned(),
            code: ErrorCode::TrackNotOffered,
        }]);
    }
    let mut walk = Walk::new(desk, track, ctx);
    let values = walk.desk(raw);
    let errors = walk.into_errors();
    if errors.is_empty() {
        Ok(Answers { track, values })
    } else {
        Err(errors)
    }
}

/// Reads a submission in the making and tells what is wrong on one page of it. The other pages are
/// read too, since this one may depend on them, but their errors are not told.
pub fn validate_step(
    desk: &Desk,
    track: Track,
    step: &Step,
    raw: &Map<String, Value>,
    ctx: &Context,
) -> Vec<AnswerError> {
    let mut walk = Walk::of_step(desk, track, step, ctx);
    walk.desk(raw);
    walk.into_errors()
}

/// What is right so far in a submission in the making: what is wrong or not asked is left out.
pub fn draft(desk: &Desk, track: Track, raw: &Map<String, Value>, ctx: &Context) -> Answers {
    let mut walk = Walk::quiet(desk, track, ctx);
    let values = walk.desk(raw);
    Answers { track, values }
}

#[cfg(test)]
mod tests;
