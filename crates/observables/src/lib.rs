//! Finds the identifiers in a text, proves them, and brings each to one canonical form.
//!
//! ```
//! use observables::{Kind, extract};
//!
//! let text = "Payé sur FR14 2004 1010 0505 0001 3M02 606, voir hxxps://colis[.]example/suivi.";
//! let hits = extract(text).hits;
//!
//! assert_eq!(hits[0].kind, Kind::Iban);
//! assert_eq!(hits[0].canonical, "FR1420041010050500013M02606");
//! assert_eq!(hits[1].canonical, "https://colis.example/suivi");
//! assert_eq!(&text[hits[1].span.clone()], "hxxps://colis[.]example/suivi");
//! ```
//!
//! [`extract`] reads whole texts, [`Observable::parse`] typed answers, [`parse_any`] what stands in a
//! search box. The kinds are a table, [`KINDS`]. [`WarningLists`] tells what honest people share, and
//! [`sketch`] finds texts that are nearly the same.
//!
//! Nothing here does I/O. Any input is normal input: texts come from people and from those who attack
//! them, so work grows in proportion to the text and nothing fails as a whole because of a part.
#![warn(missing_docs)]

mod extract;
mod kinds;
mod money;
mod observable;
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
