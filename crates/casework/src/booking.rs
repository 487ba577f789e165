//! Bookings of what the service lends and shows: places, items, kits, and the time of its people.
//!
//! Spans of time are half-open ([`Span`]), so one booking may begin in the instant another ends; things are held by
//! the whole hour. A kit holds
//! itself and each of its parts ([`Inventory`]). One function says whether something is free, for screens, the
//! API and approval alike: [`Calendar::conflict`]. What happens to a booking is a [`Change`]; [`Book::apply`]
//! says whether it may happen and what it comes to.
//!
//! What always holds: no two bookings hold one thing at one time. A request is never approved without a reason
//! while an earlier one for the same thing and time waits. Nothing is
//! promised, extended or handed over beyond its insurance, and nothing is handed over that somebody still has.

mod book;
mod calendar;
mod inventory;
mod quota;
mod span;

#[cfg(test)]
mod tests;

pub use book::{
    Book, Booking, Change, Effect, Event, LONGEST, Lost, Purpose, Refusal, Request, Standing,
    holder,
};
pub use calendar::{Calendar, Conflict, Hold};
pub use inventory::{Inventory, InventoryError, Kind, Resource};
pub use quota::Quota;
pub use span::Span;
