//! What is promised to those who send something, held against the program itself: it is started, and killed,
//! starved or given files.

#![expect(clippy::unwrap_used, reason = "a test: what fails must stop it")]

mod exhibits;
#[cfg(target_os = "linux")]
mod full;
mod kill;
mod served;
