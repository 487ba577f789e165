//! Sealing of what must be apart from the facts: one data key a record, wrapped by the folder's.
//!
//! Layout, version 1: `0x01 || wrap nonce (24) || wrapped data key (32 + 16) || nonce (24) ||
//! ciphertext and tag`, XChaCha20-Poly1305 both times, the record's id as associated data. Shredding
//! the first 73 bytes makes the rest unreadable for ever.

use chacha20poly1305::{
    KeyInit, XChaCha20Poly1305, XNonce,
    aead::{Aead, Payload},
};

use crate::secrets;

const VERSION: u8 = 1;
const NONCE: usize = 24;
const WRAPPED: usize = 48;

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
    /// The operating system gave no randomness.
    #[error("no randomness from the operating system")]
    Randomness(#[source] std::io::Error),
}

/// Seals `plain` under a fresh data key wrapped by `master`.
pub(crate) fn seal(master: &[u8; 32], id: &[u8], plain: &[u8]) -> Result<Vec<u8>, VaultError> {
    let data_key = secrets::random().map_err(VaultError::Randomness)?;
    let mut nonces = [0_u8; 2 * NONCE];
    getrandom::fill(&mut nonces)
        .map_err(|error| VaultError::Randomness(std::io::Error::other(error)))?;
    let wrapped = encrypt(master, &nonces[..NONCE], id, &data_key)?;
    let sealed = encrypt(&data_key, &nonces[NONCE..], id, plain)?;
    let mut bytes = Vec::with_capacity(1 + 2 * NONCE + wrapped.len() + sealed.len());
    bytes.push(VERSION);
    bytes.extend_from_slice(&nonces[..NONCE]);
    bytes.extend_from_slice(&wrapped);
    bytes.extend_from_slice(&nonces[NONCE..]);
    bytes.extend_from_slice(&sealed);
    Ok(bytes)
}

/// Opens what [`seal`] made.
pub(crate) fn open(master: &[u8; 32], id: &[u8], sealed: &[u8]) -> Result<Vec<u8>, VaultError> {
    let shape = VaultError::Format(sealed.len());
    let Some((&VERSION, rest)) = sealed.split_first() else {
        return Err(shape);
    };
    if rest.len() < 2 * NONCE + WRAPPED {
        return Err(shape);
    }
    let (wrap_nonce, rest) = rest.split_at(NONCE);
    let (wrapped, rest) = rest.split_at(WRAPPED);
    let (nonce, ciphertext) = rest.split_at(NONCE);
    let data_key: [u8; 32] = decrypt(master, wrap_nonce, id, wrapped)?
        .try_into()
        .map_err(|_| VaultError::Refused)?;
    decrypt(&data_key, nonce, id, ciphertext)
}

fn encrypt(key: &[u8; 32], nonce: &[u8], id: &[u8], plain: &[u8]) -> Result<Vec<u8>, VaultError> {
    let nonce = XNonce::try_from(nonce).map_err(|_| VaultError::Refused)?;
    XChaCha20Poly1305::new(key.into())
        .encrypt(
            &nonce,
            Payload {
                msg: plain,
                aad: id,
            },
        )
        .map_err(|_| VaultError::Refused)
}

fn decrypt(key: &[u8; 32], nonce: &[u8], id: &[u8], bytes: &[u8]) -> Result<Vec<u8>, VaultError> {
    let nonce = XNonce::try_from(nonce).map_err(|_| VaultError::Refused)?;
    XChaCha20Poly1305::new(key.into())
        .decrypt(
            &nonce,
            Payload {
                msg: bytes,
                aad: id,
            },
        )
        .map_err(|_| VaultError::Refused)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn opens_only_whole_with_its_key_and_its_id() {
        let sealed = seal(&[7; 32], b"id", b"a name").unwrap();
        assert_eq!(open(&[7; 32], b"id", &sealed).unwrap(), b"a name");
        assert!(open(&[8; 32], b"id", &sealed).is_err());
        assert!(open(&[7; 32], b"other", &sealed).is_err());
        for cut in 0..sealed.len() {
            assert!(open(&[7; 32], b"id", &sealed[..cut]).is_err());
        }
        for place in 0..sealed.len() {
            let mut changed = sealed.clone();
            changed[place] ^= 1;
            assert!(open(&[7; 32], b"id", &changed).is_err(), "byte {place}");
        }
    }
}
