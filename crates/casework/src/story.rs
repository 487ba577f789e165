//! What is kept event by event, and what the events come to.
//!
//! A [`Story`] is never stored as it stands: its events are, in order, and [`fold`] makes it again. So a rule that
//! changes is a rule for new events, and whoever asks why something stands as it does reads what happened. The
//! stored form of a change is its `serde` form: fields may be added with a default, none is renamed.

use jiff::Timestamp;
use serde::{Serialize, de::DeserializeOwned};

/// Something that happened.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Event<C> {
    /// When.
    pub at: Timestamp,
    /// Whose act it was: an agent's identifier, or `applicant`.
    pub actor: Box<str>,
    /// What.
    pub change: C,
}

/// Something that is made of its events.
pub trait Story: Sized {
    /// What it is called where events are kept.
    const KIND: &'static str;
    /// What happens to it.
    type Change: Serialize + DeserializeOwned;
    /// What decides besides the events.
    type Rules: ?Sized;
    /// Why a change cannot happen.
    type Refusal: std::error::Error;

    /// What the first event comes to.
    ///
    /// # Errors
    /// It cannot be the first, or it cannot be at all.
    fn begin(rules: &Self::Rules, event: &Event<Self::Change>) -> Result<Self, Self::Refusal>;

    /// What it comes to after an event. It stays as it is where that is refused.
    ///
    /// # Errors
    /// Why the event cannot happen.
    fn after(
        &self,
        rules: &Self::Rules,
        event: &Event<Self::Change>,
    ) -> Result<Self, Self::Refusal>;
}

/// What all events come to; none without any.
///
/// # Errors
/// The place of the first event that cannot happen, and why.
pub fn fold<'e, S: Story>(
    rules: &S::Rules,
    events: impl IntoIterator<Item = &'e Event<S::Change>>,
) -> Result<Option<S>, (usize, S::Refusal)>
where
    S::Change: 'e,
{
    let mut story: Option<S> = None;
    for (place, event) in events.into_iter().enumerate() {
        let after = match &story {
            Some(story) => story.after(rules, event),
            None => S::begin(rules, event),
        };
        story = Some(after.map_err(|refusal| (place, refusal))?);
    }
    Ok(story)
}
