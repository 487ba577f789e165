//! What must be apart from the facts, sealed: a data key for each record, wrapped by the key of the unit that has it,
//! wrapped by the master key of the folder.
//!
//! - [`sealed`]: the bytes of a record, which name the key of the unit.
//! - [`keys`]: the keys of units, wrapped, in `keys.db`; made when first needed, durable before anything is sealed
//!   under them.
//! - [`master`]: the master key, from a file or unwrapped by somebody else; its rotation.
//!
//! Erasing a record's wrapped data key makes the rest of it unreadable for ever. `docs/formats/vault.md`.

mod keys;
mod master;
pub(crate) mod sealed;

pub(crate) use self::keys::Vault;
use self::sealed::KeyId;
pub use self::{
    keys::{Checked, Unopened},
    master::{MASTER_WRAPPED, NewMaster, Unwrap},
};

/// Why a sealed record could not be opened.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum VaultError {
    /// The bytes are not of a version this program knows, or cut short.
    #[error("sealed record has {0} bytes and is not of a known version")]
    Format(usize),
    /// Wrong key, another record's bytes, or changed bytes.
    #[error("sealed record does not open: wrong key, or changed bytes")]
    Refused,
    /// `keys.db` does not hold the key it is sealed under.
    #[error(
        "the record is sealed under the key {0}, which keys.db does not hold: restore the keys.db that belongs to this folder; nothing is lost"
    )]
    UnknownKey(String),
    /// No master key at hand opens what `keys.db` holds.
    #[error(
        "no master key of the folder opens keys.db: restore the file keys/vault.key (or keys/vault.wrapped) that belongs to it; nothing is lost"
    )]
    OtherMaster,
    /// The master key is wrapped, and nobody was named who unwraps it.
    #[error(
        "the master key of this folder is wrapped (keys/vault.wrapped): name the program that unwraps it in keys/vault.toml; nothing is lost"
    )]
    Wrapped,
    /// Whoever unwraps the master key did not.
    #[error(
        "the master key could not be unwrapped; nothing is lost, try again once that is mended"
    )]
    Unwrap(#[source] std::io::Error),
    /// The operating system gave no randomness.
    #[error("no randomness from the operating system")]
    Randomness(#[source] std::io::Error),
}

impl VaultError {
    fn unknown(key: KeyId) -> Self {
        Self::UnknownKey(crate::objects::hex(&key.0))
    }
}
