//! Sealed records: the bytes of both versions. `docs/formats/vault.md` lays them down.

use chacha20poly1305::{
    KeyInit, XChaCha20Poly1305, XNonce,
    aead::{Aead, Payload},
};

use super::VaultError;
use crate::secrets;

/// The data key is wrapped by the key that was given, which the bytes do not name.
const VERSION_1: u8 = 1;
/// The data key is wrapped by the key of a unit, which the bytes name.
const VERSION_2: u8 = 2;
const NONCE: usize = 24;
const WRAPPED: usize = 48;
const KEY_ID: usize = 16;

/// Names a key that wraps data keys.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) struct KeyId(pub(crate) [u8; KEY_ID]);

impl KeyId {
    /// The key that records of version 1 are sealed under: they do not name it.
    pub(crate) const FIRST: KeyId = KeyId([0; KEY_ID]);

    pub(crate) fn random() -> Result<KeyId, VaultError> {
        let mut id = [0; KEY_ID];
        fill(&mut id)?;
        Ok(KeyId(id))
    }
}

/// A key that wraps data keys, with its name.
#[derive(Clone)]
pub(crate) struct WrappingKey {
    pub(crate) id: KeyId,
    pub(crate) key: [u8; 32],
}

impl std::fmt::Debug for WrappingKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "WrappingKey({:?}, …)", self.id)
    }
}

/// A sealed record, taken apart.
struct Parts<'a> {
    key: KeyId,
    wrap_nonce: &'a [u8],
    wrapped: &'a [u8],
    /// Nonce, ciphertext and tag: the same in both versions.
    content: &'a [u8],
}

fn parts(sealed: &[u8]) -> Result<Parts<'_>, VaultError> {
    let unknown = || VaultError::Format(sealed.len());
    let (version, rest) = sealed.split_first().ok_or_else(unknown)?;
    let (key, rest) = match *version {
        VERSION_1 => (KeyId::FIRST, rest),
        VERSION_2 => {
            let (id, rest) = rest.split_first_chunk().ok_or_else(unknown)?;
            (KeyId(*id), rest)
        }
        _ => return Err(unknown()),
    };
    if rest.len() < 2 * NONCE + WRAPPED {
        return Err(unknown());
    }
    let (wrap_nonce, rest) = rest.split_at(NONCE);
    let (wrapped, content) = rest.split_at(WRAPPED);
    Ok(Parts {
        key,
        wrap_nonce,
        wrapped,
        content,
    })
}

/// The key that a record is sealed under.
pub(crate) fn key_of(sealed: &[u8]) -> Result<KeyId, VaultError> {
    Ok(parts(sealed)?.key)
}

/// Seals `plain` under a fresh data key wrapped by `key`, version 1.
pub(crate) fn seal_1(key: &[u8; 32], id: &[u8], plain: &[u8]) -> Result<Vec<u8>, VaultError> {
    let data_key = secrets::random().map_err(VaultError::Randomness)?;
    let mut bytes = vec![VERSION_1];
    wrap(&mut bytes, key, id, &data_key)?;
    encrypt(&mut bytes, &data_key, id, plain)?;
    Ok(bytes)
}

/// Opens what [`seal_1`] made.
pub(crate) fn open_1(key: &[u8; 32], id: &[u8], sealed: &[u8]) -> Result<Vec<u8>, VaultError> {
    let first = WrappingKey {
        id: KeyId::FIRST,
        key: *key,
    };
    open(&first, id, sealed)
}

/// Seals `plain` under a fresh data key wrapped by the key of a unit, version 2.
pub(crate) fn seal(key: &WrappingKey, id: &[u8], plain: &[u8]) -> Result<Vec<u8>, VaultError> {
    let data_key = secrets::random().map_err(VaultError::Randomness)?;
    let mut bytes = named(key);
    wrap(&mut bytes, &key.key, &bound(key.id, id), &data_key)?;
    encrypt(&mut bytes, &data_key, id, plain)?;
    Ok(bytes)
}

/// Opens a record of either version with the key that it names.
pub(crate) fn open(key: &WrappingKey, id: &[u8], sealed: &[u8]) -> Result<Vec<u8>, VaultError> {
    let parts = parts(sealed)?;
    let data_key = data_key(key, id, &parts)?;
    let (nonce, ciphertext) = parts.content.split_at(NONCE);
    decrypt(&data_key, nonce, id, ciphertext)
}

/// The same record with its data key wrapped by another key, version 2. What is sealed is not opened.
pub(crate) fn rewrap(
    from: &WrappingKey,
    to: &WrappingKey,
    id: &[u8],
    sealed: &[u8],
) -> Result<Vec<u8>, VaultError> {
    let parts = parts(sealed)?;
    let data_key = data_key(from, id, &parts)?;
    let mut bytes = named(to);
    wrap(&mut bytes, &to.key, &bound(to.id, id), &data_key)?;
    bytes.extend_from_slice(parts.content);
    Ok(bytes)
}

/// Wraps a key by another, bound to `context`: nonce, ciphertext and tag.
pub(crate) fn wrap_key(
    by: &[u8; 32],
    context: &[u8],
    key: &[u8; 32],
) -> Result<Vec<u8>, VaultError> {
    let mut bytes = Vec::with_capacity(NONCE + WRAPPED);
    wrap(&mut bytes, by, context, key)?;
    Ok(bytes)
}

/// Unwraps what [`wrap_key`] made.
pub(crate) fn unwrap_key(
    by: &[u8; 32],
    context: &[u8],
    wrapped: &[u8],
) -> Result<[u8; 32], VaultError> {
    if wrapped.len() != NONCE + WRAPPED {
        return Err(VaultError::Format(wrapped.len()));
    }
    let (nonce, wrapped) = wrapped.split_at(NONCE);
    let key = decrypt(by, nonce, context, wrapped)?;
    key.try_into().map_err(|_| VaultError::Refused)
}

fn named(key: &WrappingKey) -> Vec<u8> {
    let mut bytes = vec![VERSION_2];
    bytes.extend_from_slice(&key.id.0);
    bytes
}

/// What a wrapped data key of version 2 is bound to: a record and the key it names.
fn bound(key: KeyId, id: &[u8]) -> Vec<u8> {
    [&key.0, id].concat()
}

fn data_key(key: &WrappingKey, id: &[u8], parts: &Parts<'_>) -> Result<[u8; 32], VaultError> {
    if key.id != parts.key {
        return Err(VaultError::Refused);
    }
    let context = match parts.key {
        KeyId::FIRST => id.to_vec(),
        named => bound(named, id),
    };
    decrypt(&key.key, parts.wrap_nonce, &context, parts.wrapped)?
        .try_into()
        .map_err(|_| VaultError::Refused)
}

fn wrap(
    bytes: &mut Vec<u8>,
    by: &[u8; 32],
    context: &[u8],
    key: &[u8; 32],
) -> Result<(), VaultError> {
    encrypt(bytes, by, context, key)
}

/// Appends a fresh nonce, then ciphertext and tag.
fn encrypt(
    bytes: &mut Vec<u8>,
    key: &[u8; 32],
    context: &[u8],
    plain: &[u8],
) -> Result<(), VaultError> {
    let mut nonce = [0; NONCE];
    fill(&mut nonce)?;
    let payload = Payload {
        msg: plain,
        aad: context,
    };
    let sealed = XChaCha20Poly1305::new(key.into())
        .encrypt(&XNonce::from(nonce), payload)
        .map_err(|_| VaultError::Refused)?;
    bytes.extend_from_slice(&nonce);
    bytes.extend_from_slice(&sealed);
    Ok(())
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

fn fill(bytes: &mut [u8]) -> Result<(), VaultError> {
    getrandom::fill(bytes).map_err(|error| VaultError::Randomness(std::io::Error::other(error)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(id: u8, key: u8) -> WrappingKey {
        WrappingKey {
            id: KeyId([id; KEY_ID]),
            key: [key; 32],
        }
    }

    /// It opens with this key and this id and in no other way.
    fn check(sealed: &[u8], with: &WrappingKey) {
        assert_eq!(open(with, b"id", sealed).unwrap(), b"a name");
        let other = WrappingKey {
            key: [8; 32],
            ..with.clone()
        };
        assert!(open(&other, b"id", sealed).is_err());
        assert!(open(with, b"other", sealed).is_err());
        for cut in 0..sealed.len() {
            assert!(open(with, b"id", &sealed[..cut]).is_err());
        }
        for place in 0..sealed.len() {
            let mut changed = sealed.to_vec();
            changed[place] ^= 1;
            assert!(open(with, b"id", &changed).is_err(), "byte {place}");
        }
    }

    #[test]
    fn both_versions_open_only_whole_with_their_key_and_their_id() {
        check(&seal_1(&[7; 32], b"id", b"a name").unwrap(), &key(0, 7));
        check(&seal(&key(1, 7), b"id", b"a name").unwrap(), &key(1, 7));
        assert!(open(&key(2, 7), b"id", &seal(&key(1, 7), b"id", b"x").unwrap()).is_err());
    }

    #[test]
    fn records_that_another_implementation_wrote_by_the_page_of_the_format_open_for_ever() {
        // Key 32 times 7, named 16 times 1 in version 2, record "id".
        check(include_bytes!("../../tests/vault-1.bin"), &key(0, 7));
        check(include_bytes!("../../tests/vault-2.bin"), &key(1, 7));
    }

    #[test]
    fn a_data_key_wrapped_anew_opens_with_the_new_key_alone_and_the_content_stays() {
        let (a, b) = (key(1, 7), key(2, 9));
        for (sealed, from) in [
            (seal(&a, b"id", b"a name").unwrap(), a),
            (seal_1(&[7; 32], b"id", b"a name").unwrap(), key(0, 7)),
        ] {
            let moved = rewrap(&from, &b, b"id", &sealed).unwrap();
            check(&moved, &b);
            assert!(open(&from, b"id", &moved).is_err());
            assert_eq!(
                parts(&moved).unwrap().content,
                parts(&sealed).unwrap().content
            );
            assert!(rewrap(&from, &b, b"other", &sealed).is_err());
        }
    }

    #[test]
    fn a_wrapped_key_is_bound_to_its_context() {
        let wrapped = wrap_key(&[1; 32], b"here", &[2; 32]).unwrap();
        assert_eq!(unwrap_key(&[1; 32], b"here", &wrapped).unwrap(), [2; 32]);
        assert!(unwrap_key(&[1; 32], b"there", &wrapped).is_err());
        assert!(unwrap_key(&[3; 32], b"here", &wrapped).is_err());
        assert!(unwrap_key(&[1; 32], b"here", &wrapped[1..]).is_err());
    }
}
