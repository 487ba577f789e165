#![doc = include_str!("../README.md")]
#![warn(missing_docs)]

mod amount;
mod bank;
mod card;
mod coin;
mod confidence;
mod context;
mod country;
mod extract;
mod hash;
mod kinds;
mod listing;
mod money;
mod observable;
mod parcel;
pub mod passage;
mod path;
mod phone;
mod refang;
mod register;
pub mod sketch;
mod social;
mod stream;
mod survey;
mod technical;
#[cfg(test)]
mod testing;
mod warning;
mod web;

pub use card::mask_cards;
pub use confidence::Confidence;
pub use extract::{Extraction, Flags, Hit, Problem, Proof, extract};
pub use kinds::{Family, KINDS, Kind, KindEntry, UnknownKind};
pub use money::{IbanParts, iban_parts};
pub use observable::{Observable, ParseError, defang, display, parse_any};
pub use phone::{PhoneKind, PhoneParts, phone_parts};
pub use refang::refang;
pub use stream::{Extractor, Found, hits};
pub use warning::{ListName, WarningListError, WarningLists};
