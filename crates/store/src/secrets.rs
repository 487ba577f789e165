//! The keys of one data folder: made once, kept in files only their owner reads, apart from the
//! databases so that a copied database alone opens nothing.

use std::{
    fs, io,
    path::{Path, PathBuf},
};

use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

/// The secrets of a data folder. `Debug` shows none of them.
pub struct Secrets {
    /// Seed of the ledger's Ed25519 signing key.
    pub(crate) ledger_seed: [u8; 32],
    /// Key the tracking codes are derived with.
    pub(crate) codes: [u8; 32],
}

impl std::fmt::Debug for Secrets {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Secrets(…)")
    }
}

impl Secrets {
    /// Reads the keys of the folder, making those that do not exist.
    ///
    /// # Errors
    /// When a key file cannot be read or written, or is not 32 bytes long.
    pub fn open(folder: &Path) -> io::Result<Self> {
        fs::create_dir_all(folder)?;
        restrict(folder, 0o700)?;
        Ok(Self {
            ledger_seed: read_or_make(&folder.join("ledger.seed"))?,
            codes: read_or_make(&folder.join("codes.key"))?,
        })
    }

    /// 32 bytes bound to `label` and `input` that nobody can compute without the folder's key:
    /// the source of tracking codes, so that a retried submission gets the same code and the
    /// database keeps only its hash.
    #[must_use]
    pub fn derive(&self, label: &str, input: &[u8]) -> [u8; 32] {
        let mut mac =
            Hmac::<Sha256>::new_from_slice(&self.codes).expect("HMAC takes a key of any length");
        mac.update(&(label.len() as u64).to_be_bytes());
        mac.update(label.as_bytes());
        mac.update(input);
        mac.finalize().into_bytes().into()
    }
}

/// 32 random bytes from the operating system.
pub(crate) fn random() -> io::Result<[u8; 32]> {
    let mut bytes = [0; 32];
    getrandom::fill(&mut bytes).map_err(io::Error::other)?;
    Ok(bytes)
}

fn read_or_make(path: &Path) -> io::Result<[u8; 32]> {
    match fs::read(path) {
        Ok(bytes) => key_of(&path.display().to_string(), bytes),
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            let key = random()?;
            write_durably(path, &key)?;
            Ok(key)
        }
        Err(error) => Err(error),
    }
}

/// The key that a file of this name holds.
pub(crate) fn key_of(name: &str, bytes: Vec<u8>) -> io::Result<[u8; 32]> {
    bytes.try_into().map_err(|bytes: Vec<u8>| {
        io::Error::new(
            io::ErrorKind::InvalidData,
            format!(
                "{name} holds {} bytes, a key holds 32: restore it from a backup",
                bytes.len()
            ),
        )
    })
}

/// Writes a file that only its owner reads: whole, or not at all.
pub(crate) fn write_durably(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let mut fresh = path.as_os_str().to_owned();
    fresh.push(".new");
    let fresh = PathBuf::from(fresh);
    fs::write(&fresh, bytes)?;
    restrict(&fresh, 0o600)?;
    fs::File::open(&fresh)?.sync_all()?;
    fs::rename(&fresh, path)?;
    if let Some(parent) = path.parent() {
        fs::File::open(parent)?.sync_all()?;
    }
    Ok(())
}

#[cfg(unix)]
fn restrict(path: &Path, mode: u32) -> io::Result<()> {
    use std::os::unix::fs::PermissionsExt;
    fs::set_permissions(path, fs::Permissions::from_mode(mode))
}

#[cfg(not(unix))]
fn restrict(_path: &Path, _mode: u32) -> io::Result<()> {
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_made_once_and_a_short_one_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let first = Secrets::open(folder.path()).unwrap();
        let again = Secrets::open(folder.path()).unwrap();
        assert_eq!(first.ledger_seed, again.ledger_seed);
        assert_eq!(first.derive("a", b"x"), again.derive("a", b"x"));
        assert_ne!(first.derive("a", b"x"), first.derive("ax", b""));
        fs::write(folder.path().join("codes.key"), b"short").unwrap();
        assert!(Secrets::open(folder.path()).is_err());
    }
}
