//! What is promised to those who send something, held against the program itself: it is started, and killed or
//! starved.

#![expect(clippy::unwrap_used, reason = "a test: what fails must stop it")]

#[cfg(target_os = "linux")]
mod full;
mod kill;
mod served;
