//! The demonstration: made submissions whose truth is known.
//!
//! [`generate::complaints`] makes them; `gang` is what their authors reuse, `victim` how a person
//! tells it, `evasive` what both do so that little is the same twice, `texts` the French they are made of; [`film`] is what the film office has on its table. Nothing in them
//! is of a real person: numbers, domains and bank codes are reserved or unassigned, and wallets are hashes nobody
//! holds a key to.

pub(crate) mod film;
pub(crate) mod generate;
pub(crate) mod identifiers;

mod evasive;
mod gang;
mod picture;
mod random;
mod texts;
mod victim;
