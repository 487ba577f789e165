//! What all pages and the API need of HTTP, and nothing of the domain.

pub(crate) mod calendar;
pub mod cookies;
pub mod error;
pub mod form;
pub mod guard;

pub(crate) use casework::written as text;
