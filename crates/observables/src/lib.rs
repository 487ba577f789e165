#![doc = include_str!("../README.md")]
#![warn(missing_docs)]

mod bank;
mod coin;
mod context;
mod extract;
mod hash;
mod kinds;
mod listing;
mod money;
mod observable;
mod parcel;
pub mod passage;
mod phone;
mod refang;
mod register;
pub mod sketch;
mod social;
mod technical;
mod warning;
mod web;

pub use extract::{Extraction, Flags, Hit, Problem, Proof, extract};
pub use kinds::{Family, KINDS, Kind, KindEntry, UnknownKind};
pub use observable::{Observable, ParseError, defang, display, mask_cards, parse_any};
pub use refang::refang;
pub use warning::{ListName, WarningListError, WarningLists};
