//! Conversions from other people's formats: a file's rows become raw answers of a desk.
//!
//! [`Mapping`] says which column answers which question; [`csv_records`] and [`json_lines`] stream
//! a file through it. The format is `docs/formats/mapping-1.md`. Nothing here validates an answer:
//! that is `casework::answers`, on the raw answers this crate hands over. Nothing here opens a
//! file: callers bring any reader.
//!
//! ```
//! use orfevre_exchange::{Mapping, csv_records};
//!
//! let mapping: Mapping = r#"
//!     format = 1
//!     id = "shops"
//!     desk = "pharos"
//!     [constants]
//!     category = "scam"
//!     [[field]]
//!     to = "urls.*.url"
//!     from = "site"
//!     split = " "
//! "#
//! .parse()?;
//! let file = "site;seen\nhttps://a.example https://b.example;yes\n";
//! let record = csv_records(file.as_bytes(), &mapping).next().expect("one row")?;
//! assert_eq!(record.line, 2);
//! assert_eq!(record.raw["urls"][1]["url"], "https://b.example");
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

#![warn(missing_docs)]

mod apply;
mod csv;
pub mod handover;
pub mod ical;
mod json;
mod mapping;
mod record;
mod rows;
mod template;

pub use csv::{CsvRecords, csv_records};
pub use json::{JsonLines, json_lines};
pub use mapping::{Encoding, Mapping, MappingError};
pub use record::{Problem, Record, RecordError};
