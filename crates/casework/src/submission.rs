//! What is received: its identifiers, its state, and the code that finds it again.

mod id;
mod state;
mod tracking;

pub(crate) use id::is_slug;
pub use id::{
    AgentId, BookingId, CaseId, DeskId, IdError, QuestionId, ReferralId, ResourceId, SubmissionId,
    Track, UnitId,
};
pub use state::{Closing, Event, IllegalTransition, State, UnknownState};
pub use tracking::{TrackingCode, TrackingCodeError};
