//! Record linkage by shared keys: keys → members → weights → series, with reasons.
//!
//! A *record* holds a set of *keys*: an account number, a canonical address, a band of a text's
//! MinHash. Two records that hold the same key are candidates, and the key says how much that is
//! worth, in bits, after Fellegi and Sunter ([`Model::weight`]). A *series* is a cluster of the
//! weighed neighbourhood ([`Component::cluster`]), never a connected component: sharing is not
//! belonging. [`explain`] shows where the bits of a pair come from, [`Index`] keeps series up to
//! date while records come and go, and [`quality`] measures them against a truth.
//!
//! What stays true everywhere in this crate:
//!
//! - Members are read, pairs are never listed: a key held by n records costs about n.
//! - The result is a function of the *set* of records, keys and decisions. Order of arrival
//!   decides nothing, and a record's number decides nothing but which of two records with the
//!   very same keys is named in a reason, and ties that a person's decision created.
//! - A weight depends on the key's own frequency and on constants of the model, so a change
//!   concerns its own component only, and online gives what batch gives.
//! - No file, socket, clock or randomness.
//!
//! [`batch`] links whole data sets by columns: blocking rules, comparisons, training without labels.
//!
//! Not here: finding keys in text, storing members.

#![warn(missing_docs)]

mod agglomerate;
pub mod batch;
mod component;
mod evidence;
mod explain;
mod index;
mod key;
mod learn;
mod model;
pub mod quality;
mod series;

pub use batch::sounds_french;
pub use component::{Clustering, Component, sharing_a_second};
pub use explain::{Step, Waterfall, explain};
pub use index::Index;
pub use key::{Decision, Key, KeyId, KindIx, RecordId};
pub use learn::{Learned, learn};
pub use model::{Leads, Model, ModelError, Weight, WeightState};
pub use series::{Edge, Series};
