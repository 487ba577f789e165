//! The master key of a folder: 32 bytes in `keys/vault.key`, or, in `keys/vault.wrapped`, bytes that somebody outside
//! (a key management service) makes 32 of.
//!
//! It wraps the keys of units and nothing else. To rotate it, the new one is written beside as `….next` and made
//! durable, the keys of units are wrapped anew in one transaction, and the new one takes the place of the old. Cut at
//! any point, one of the files opens what `keys.db` holds: the next start finds which, gives it its place and takes
//! the others away.

use std::{
    fs, io,
    path::{Path, PathBuf},
};

use sha2::{Digest, Sha256};

use super::VaultError;
use crate::{StoreError, secrets};

/// Name of the file of a wrapped master key, in the folder of keys.
pub const MASTER_WRAPPED: &str = "vault.wrapped";
const PLAIN: &str = "vault.key";
const NEXT: &str = "next";

/// Makes the 32 bytes of a master key of what wraps it.
pub type Unwrap<'a> = &'a (dyn Fn(&[u8]) -> io::Result<[u8; 32]> + Send + Sync);

/// A master key to be.
#[derive(Clone, Debug)]
pub enum NewMaster {
    /// 32 random bytes in a file.
    File,
    /// Wrapped by whoever unwraps it; these are the bytes they will be given.
    Wrapped(Vec<u8>),
}

/// A master key at hand.
#[derive(Clone)]
pub(super) struct Master {
    pub(super) key: [u8; 32],
    path: PathBuf,
}

impl Master {
    /// Names the key without giving it away.
    pub(super) fn name(&self) -> [u8; 8] {
        let hash = Sha256::new()
            .chain_update(b"orfevre-master-1\n")
            .chain_update(self.key)
            .finalize();
        let [name, ..] = hash.as_chunks().0 else {
            return [0; 8];
        };
        *name
    }

    /// A key that is made and durable, but not in its place yet.
    pub(super) fn next(
        folder: &Path,
        new: &NewMaster,
        unwrap: Option<Unwrap<'_>>,
    ) -> Result<Self, StoreError> {
        let (name, bytes) = match new {
            NewMaster::File => (PLAIN, secrets::random()?.to_vec()),
            NewMaster::Wrapped(bytes) => (MASTER_WRAPPED, bytes.clone()),
        };
        // Before anything is written: a key that does not unwrap is none.
        let key = read(name, bytes.clone(), unwrap)?;
        let path = folder.join(format!("{name}.{NEXT}"));
        secrets::write_durably(&path, &bytes)?;
        Ok(Self { key, path })
    }

    /// Gives it its place, and takes away every other.
    pub(super) fn settle(&mut self, folder: &Path) -> Result<(), StoreError> {
        if self.path.extension().is_some_and(|end| end == NEXT) {
            let place = self.path.with_extension("");
            fs::rename(&self.path, &place)?;
            sync(folder)?;
            self.path = place;
        }
        for path in candidates(folder) {
            if path != self.path && path.exists() {
                fs::remove_file(path)?;
            }
        }
        sync(folder)?;
        Ok(())
    }
}

/// Where a master key may lie: in its place first.
fn candidates(folder: &Path) -> impl Iterator<Item = PathBuf> {
    let names = [MASTER_WRAPPED, PLAIN];
    let next = names.map(|name| folder.join(format!("{name}.{NEXT}")));
    names.map(|name| folder.join(name)).into_iter().chain(next)
}

/// The master key whose name is `wanted`, or the one in its place when nothing was wrapped yet; with whether it was
/// there before. One is made where there is none.
pub(super) fn find(
    folder: &Path,
    wanted: Option<[u8; 8]>,
    unwrap: Option<Unwrap<'_>>,
) -> Result<(Master, bool), StoreError> {
    let mut kept_from = None;
    for path in candidates(folder).filter(|path| path.exists()) {
        let name = path.file_name().map(|name| name.to_string_lossy());
        match read(&name.unwrap_or_default(), fs::read(&path)?, unwrap) {
            Ok(key) => {
                let master = Master { key, path };
                if wanted.is_none_or(|wanted| wanted == master.name()) {
                    return Ok((master, true));
                }
            }
            // Another file may hold the key that is wanted.
            Err(error) => kept_from = Some(error),
        }
    }
    match (kept_from, wanted) {
        (Some(error), _) => Err(error),
        (None, Some(_)) => Err(VaultError::OtherMaster.into()),
        (None, None) => {
            let (path, key) = (folder.join(PLAIN), secrets::random()?);
            secrets::write_durably(&path, &key)?;
            Ok((Master { key, path }, false))
        }
    }
}

fn read(name: &str, bytes: Vec<u8>, unwrap: Option<Unwrap<'_>>) -> Result<[u8; 32], StoreError> {
    if name.starts_with(MASTER_WRAPPED) {
        let unwrap = unwrap.ok_or(VaultError::Wrapped)?;
        return Ok(unwrap(&bytes).map_err(VaultError::Unwrap)?);
    }
    Ok(secrets::key_of(name, bytes)?)
}

fn sync(folder: &Path) -> io::Result<()> {
    fs::File::open(folder)?.sync_all()
}
