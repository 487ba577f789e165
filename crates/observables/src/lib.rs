#![doc = include_str!("../README.md")]
#![warn(missing_docs)]

mod extract;
mod kinds;
mod money;
mod observable;
pub mod passage;
mod phone;
mod refang;
pub mod sketch;
mod social;
mod warning;
mod web;

pub use extract::{Extraction, Flags, Hit, Problem, Proof, extract};
pub use kinds::{KINDS, Kind, KindEntry, UnknownKind};
pub use observable::{Observable, ParseError, defang, display, parse_any};
pub use refang::refang;
pub use warning::{ListName, WarningListError, WarningLists};
