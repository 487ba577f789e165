//! What is kept event by event, and what the events come to.
//!
//! A [`Story`] is never stored as it stands: its events are, in order, and [`fold`] makes it again. What was kept has
//! happened: [`fold`] knows no rule and refuses nothing, so a rule that changes holds for new events alone
//! ([`Story::may`]), and a story of old stays readable whatever the rules have become. Whoever asks why something
//! stands as it does reads what happened. The stored form of a change is its `serde` form: fields may be added with a
//! default, none is renamed.

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
pub trait Story: Clone {
    /// What it is called where events are kept.
    const KIND: &'static str;
    /// What happens to it.
    type Change: Serialize + DeserializeOwned;
    /// What decides besides the events.
    type Rules: ?Sized;
    /// Why a change cannot happen.
    type Refusal: std::error::Error;

    /// What the first event came to; none where that event begins nothing.
    fn begun(event: &Event<Self::Change>) -> Option<Self>;

    /// What it comes to by an event that happened. No rule is asked: whether it may happen was judged when it did.
    fn apply(&mut self, event: &Event<Self::Change>);

    /// What a first event comes to, if it may happen by today's rules.
    ///
    /// # Errors
    /// It cannot be the first, or it cannot be at all.
    fn begin(rules: &Self::Rules, event: &Event<Self::Change>) -> Result<Self, Self::Refusal>;

    /// Whether a new event may happen now, by today's rules.
    ///
    /// # Errors
    /// Why it may not.
    fn may(&self, rules: &Self::Rules, event: &Event<Self::Change>) -> Result<(), Self::Refusal>;

    /// What it comes to after a new event, if that may happen.
    ///
    /// # Errors
    /// Why it may not.
    fn after(
        &self,
        rules: &Self::Rules,
        event: &Event<Self::Change>,
    ) -> Result<Self, Self::Refusal> {
        self.may(rules, event)?;
        let mut after = self.clone();
        after.apply(event);
        Ok(after)
    }
}

/// What all events come to; none without any, or where the first begins nothing.
pub fn fold<'e, S: Story>(events: impl IntoIterator<Item = &'e Event<S::Change>>) -> Option<S>
where
    S::Change: 'e,
{
    let mut events = events.into_iter();
    let mut story = S::begun(events.next()?)?;
    for event in events {
        story.apply(event);
    }
    Some(story)
}
