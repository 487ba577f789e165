//! The keys of units, wrapped by the master key in `keys.db`.

use std::{
    collections::HashMap,
    path::{Path, PathBuf},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use sqlx::{AnyConnection, Connection};

use super::{
    NewMaster, Unwrap, VaultError,
    master::{self, Master},
    sealed::{self, KeyId, WrappingKey},
};
use crate::{
    StoreError, migrate,
    sql::{self, params},
    writer,
};

const MIGRATIONS: &[&str] = &[include_str!("../../migrations/keys/0001.sql")];

/// The "unit" of the key that records of version 1 are sealed under. A unit's id has no space.
const FIRST: &str = "version 1";

/// Seals and opens. See the module above.
#[derive(Clone)]
pub(crate) struct Vault {
    inner: Arc<Inner>,
}

struct Inner {
    /// The folder of master keys.
    folder: PathBuf,
    connection: tokio::sync::Mutex<AnyConnection>,
    state: Mutex<State>,
}

struct State {
    master: Master,
    keys: HashMap<KeyId, Held>,
    of_unit: HashMap<String, KeyId>,
}

#[derive(Clone)]
struct Held {
    unit: String,
    key: [u8; 32],
}

/// What a look at every sealed record found.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Checked {
    /// How many open.
    pub open: u64,
    /// Of those, how many are of version 1, sealed under no unit's key.
    pub first: u64,
    /// Those that do not.
    pub unopened: Vec<Unopened>,
}

/// A sealed record that does not open.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unopened {
    /// Its place in the ledger.
    pub seq: i64,
    /// Why.
    pub why: String,
}

impl Vault {
    /// Opens the keys of a folder: `path` is their database, `folder` that of the master key.
    pub(crate) async fn open(
        path: &Path,
        folder: &Path,
        unwrap: Option<Unwrap<'_>>,
    ) -> Result<Self, StoreError> {
        let mut connection = writer(path).await?;
        // What a rotation takes away is to be gone.
        sql::run(&mut connection, "PRAGMA secure_delete = ON", vec![]).await?;
        migrate(&mut connection, MIGRATIONS).await?;
        let rows = rows(&mut connection).await?;
        let (mut master, was_there) =
            master::find(folder, rows.first().map(|row| row.master), unwrap)?;
        let mut state = State {
            keys: HashMap::new(),
            of_unit: HashMap::new(),
            master: master.clone(),
        };
        for row in &rows {
            let key = sealed::unwrap_key(&master.key, &context(row.id, &row.unit), &row.wrapped)?;
            state.hold(row.id, &row.unit, key);
        }
        // Only now that it opens all there is are the others of no use.
        master.settle(folder)?;
        let first = master.key;
        state.master = master;
        let vault = Self {
            inner: Arc::new(Inner {
                folder: folder.to_owned(),
                connection: tokio::sync::Mutex::new(connection),
                state: Mutex::new(state),
            }),
        };
        if rows.is_empty() && was_there {
            // Until now it wrapped data keys itself. From now on it is one of the keys it wraps.
            vault.add(KeyId::FIRST, FIRST, first).await?;
        }
        Ok(vault)
    }

    /// The key of a unit, made if there is none; durable when this answers.
    pub(crate) async fn of_unit(&self, unit: &str) -> Result<WrappingKey, StoreError> {
        if let Some(key) = self.state().of_unit(unit) {
            return Ok(key);
        }
        let id = KeyId::random()?;
        self.add(id, unit, crate::secrets::random()?).await?;
        let made = self.state().of_unit(unit);
        made.ok_or_else(|| VaultError::unknown(id).into())
    }

    /// Opens a sealed record of either version.
    pub(crate) fn open_record(&self, id: &[u8], bytes: &[u8]) -> Result<Vec<u8>, VaultError> {
        sealed::open(&self.named(sealed::key_of(bytes)?)?, id, bytes)
    }

    /// The record with its data key wrapped for a unit; none when it is already. What is sealed is not opened.
    pub(crate) async fn rewrap(
        &self,
        unit: &str,
        id: &[u8],
        bytes: &[u8],
    ) -> Result<Option<Vec<u8>>, StoreError> {
        let to = self.of_unit(unit).await?;
        let from = sealed::key_of(bytes)?;
        if from == to.id {
            return Ok(None);
        }
        Ok(Some(sealed::rewrap(&self.named(from)?, &to, id, bytes)?))
    }

    /// The unit whose key a record is sealed under; none for a record of version 1.
    pub(crate) fn unit_of(&self, bytes: &[u8]) -> Result<Option<String>, VaultError> {
        let key = sealed::key_of(bytes)?;
        let state = self.state();
        let held = state.keys.get(&key).ok_or(VaultError::unknown(key))?;
        Ok((key != KeyId::FIRST).then(|| held.unit.clone()))
    }

    /// Wraps the keys of units by a new master key, which takes the place of the old one. No record is touched.
    pub(crate) async fn rotate(
        &self,
        new: &NewMaster,
        unwrap: Option<Unwrap<'_>>,
    ) -> Result<usize, StoreError> {
        self.rotate_as_far_as(new, unwrap, Step::Settled).await
    }

    /// The same, cut after a step: for tests of what then opens.
    async fn rotate_as_far_as(
        &self,
        new: &NewMaster,
        unwrap: Option<Unwrap<'_>>,
        last: Step,
    ) -> Result<usize, StoreError> {
        let folder = &self.inner.folder;
        let mut next = Master::next(folder, new, unwrap)?;
        if last == Step::Written {
            return Ok(0);
        }
        let mut connection = self.inner.connection.lock().await;
        let held: Vec<(KeyId, Held)> = self.state().held();
        let mut transaction = connection.begin().await?;
        for (id, Held { unit, key }) in &held {
            let wrapped = sealed::wrap_key(&next.key, &context(*id, unit), key)?;
            sql::run(
                &mut transaction,
                "UPDATE unit_key SET wrapped = $1, master = $2 WHERE id = $3",
                params![wrapped, next.name().to_vec(), id.0.to_vec()],
            )
            .await?;
        }
        transaction.commit().await?;
        if last == Step::Wrapped {
            return Ok(held.len());
        }
        next.settle(folder)?;
        // The old wraps stay in the log until it starts over.
        sql::row(&mut connection, "PRAGMA wal_checkpoint(TRUNCATE)", vec![]).await?;
        self.state().master = next;
        Ok(held.len())
    }

    async fn add(&self, id: KeyId, unit: &str, key: [u8; 32]) -> Result<(), StoreError> {
        let mut connection = self.inner.connection.lock().await;
        // Somebody else may have made it meanwhile.
        if self.state().of_unit.contains_key(unit) {
            return Ok(());
        }
        let master = self.state().master.clone();
        let wrapped = sealed::wrap_key(&master.key, &context(id, unit), &key)?;
        sql::run(
            &mut connection,
            "INSERT INTO unit_key (id, unit, wrapped, master) VALUES ($1, $2, $3, $4)",
            params![id.0.to_vec(), unit, wrapped, master.name().to_vec()],
        )
        .await?;
        self.state().hold(id, unit, key);
        Ok(())
    }

    fn named(&self, id: KeyId) -> Result<WrappingKey, VaultError> {
        let state = self.state();
        let held = state.keys.get(&id).ok_or(VaultError::unknown(id))?;
        Ok(WrappingKey { id, key: held.key })
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.inner
            .state
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }
}

/// How far a rotation went.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Step {
    /// The new master key is written beside the old one.
    Written,
    /// The keys of units are wrapped by it.
    Wrapped,
    /// It has the place of the old one.
    Settled,
}

impl State {
    fn hold(&mut self, id: KeyId, unit: &str, key: [u8; 32]) {
        let unit = unit.to_owned();
        self.of_unit.insert(unit.clone(), id);
        self.keys.insert(id, Held { unit, key });
    }

    fn held(&self) -> Vec<(KeyId, Held)> {
        let held = self.keys.iter();
        held.map(|(id, held)| (*id, held.clone())).collect()
    }

    fn of_unit(&self, unit: &str) -> Option<WrappingKey> {
        let id = *self.of_unit.get(unit)?;
        let key = self.keys.get(&id)?.key;
        Some(WrappingKey { id, key })
    }
}

/// What a wrapped key of a unit is bound to.
fn context(id: KeyId, unit: &str) -> Vec<u8> {
    [b"orfevre-unit-key-1\n", &id.0[..], unit.as_bytes()].concat()
}

struct Row {
    id: KeyId,
    unit: String,
    wrapped: Vec<u8>,
    master: [u8; 8],
}

async fn rows(connection: &mut AnyConnection) -> Result<Vec<Row>, StoreError> {
    let short = |_| StoreError::Corrupt {
        what: "key of a unit",
        why: "its name or its master's has not the length it was written with".to_owned(),
    };
    sql::rows(
        connection,
        "SELECT id, unit, wrapped, master FROM unit_key ORDER BY unit",
        vec![],
    )
    .await?
    .iter()
    .map(|row| {
        Ok(Row {
            id: KeyId(sql::bytes(row, 0)?.try_into().map_err(short)?),
            unit: sql::text(row, 1)?,
            wrapped: sql::bytes(row, 2)?,
            master: sql::bytes(row, 3)?.try_into().map_err(short)?,
        })
    })
    .collect()
}

#[cfg(test)]
mod tests {
    use std::{fs, io};

    use super::*;

    struct Folder(tempfile::TempDir);

    impl Folder {
        fn new() -> Self {
            sqlx::any::install_default_drivers();
            Self(tempfile::tempdir().unwrap())
        }

        async fn open(&self) -> Result<Vault, StoreError> {
            let path = self.0.path();
            Vault::open(&path.join("keys.db"), path, Some(&unwrap)).await
        }

        fn files(&self) -> Vec<String> {
            let entries = fs::read_dir(self.0.path()).unwrap();
            let mut names: Vec<String> = entries
                .map(|entry| entry.unwrap().file_name().into_string().unwrap())
                .filter(|name| name.starts_with("vault"))
                .collect();
            names.sort();
            names
        }
    }

    /// Stands for a key management service: it takes "wrapped" and a byte.
    fn unwrap(bytes: &[u8]) -> io::Result<[u8; 32]> {
        match bytes.strip_prefix(b"wrapped") {
            Some([byte]) => Ok([*byte; 32]),
            _ => Err(io::Error::other("not a key of ours")),
        }
    }

    async fn seal(vault: &Vault, unit: &str) -> Vec<u8> {
        let key = vault.of_unit(unit).await.unwrap();
        sealed::seal(&key, b"id", b"a name").unwrap()
    }

    #[tokio::test]
    async fn a_unit_has_one_key_made_when_first_needed() {
        let folder = Folder::new();
        let vault = folder.open().await.unwrap();
        let (a, b) = tokio::join!(vault.of_unit("ofac"), vault.of_unit("ofac"));
        assert_eq!(a.unwrap().id, b.unwrap().id);
        let sealed = seal(&vault, "ofac").await;
        assert_ne!(
            vault.of_unit("ofac").await.unwrap().key,
            vault.of_unit("ofmin").await.unwrap().key
        );
        drop(vault);
        let again = folder.open().await.unwrap();
        assert_eq!(again.open_record(b"id", &sealed).unwrap(), b"a name");
        assert_eq!(again.unit_of(&sealed).unwrap().as_deref(), Some("ofac"));
        // A folder that is new has no key of version 1.
        let first = sealed::seal_1(&[7; 32], b"id", b"x").unwrap();
        assert!(matches!(
            again.open_record(b"id", &first),
            Err(VaultError::UnknownKey(_))
        ));
    }

    #[tokio::test]
    async fn a_record_of_version_1_opens_for_ever_and_passes_to_a_unit() {
        let folder = Folder::new();
        fs::write(folder.0.path().join("vault.key"), [7; 32]).unwrap();
        let sealed = sealed::seal_1(&[7; 32], b"id", b"a name").unwrap();
        for _ in 0..2 {
            let vault = folder.open().await.unwrap();
            assert_eq!(vault.open_record(b"id", &sealed).unwrap(), b"a name");
            assert_eq!(vault.unit_of(&sealed).unwrap(), None);
            vault.rotate(&NewMaster::File, None).await.unwrap();
            assert_eq!(vault.open_record(b"id", &sealed).unwrap(), b"a name");
        }
        assert_ne!(
            fs::read(folder.0.path().join("vault.key")).unwrap(),
            [7; 32]
        );
        let vault = folder.open().await.unwrap();
        let moved = vault.rewrap("ofac", b"id", &sealed).await.unwrap().unwrap();
        assert_eq!(vault.unit_of(&moved).unwrap().as_deref(), Some("ofac"));
        assert_eq!(vault.open_record(b"id", &moved).unwrap(), b"a name");
        assert_eq!(vault.rewrap("ofac", b"id", &moved).await.unwrap(), None);
    }

    #[tokio::test]
    async fn a_rotation_cut_at_any_step_leaves_a_folder_that_opens() {
        let wrapped = |byte: u8| NewMaster::Wrapped([b"wrapped", &[byte][..]].concat());
        let folder = Folder::new();
        let vault = folder.open().await.unwrap();
        let records = [seal(&vault, "ofac").await, seal(&vault, "ofmin").await];
        drop(vault);
        let kinds = [NewMaster::File, wrapped(1), wrapped(2), NewMaster::File];
        for new in &kinds {
            for last in [Step::Written, Step::Wrapped, Step::Settled] {
                let vault = folder.open().await.unwrap();
                vault
                    .rotate_as_far_as(new, Some(&unwrap), last)
                    .await
                    .unwrap();
                drop(vault);
                let vault = folder.open().await.unwrap();
                for record in &records {
                    assert_eq!(vault.open_record(b"id", record).unwrap(), b"a name");
                }
                assert_eq!(folder.files().len(), 1, "{new:?} {last:?}");
            }
            let expected = match new {
                NewMaster::File => "vault.key",
                NewMaster::Wrapped(_) => "vault.wrapped",
            };
            assert_eq!(folder.files(), [expected]);
        }
    }

    #[tokio::test]
    async fn a_lost_or_wrapped_master_key_is_said_with_what_to_do_and_no_key_is_made_instead() {
        let folder = Folder::new();
        let vault = folder.open().await.unwrap();
        seal(&vault, "ofac").await;
        drop(vault);
        let path = folder.0.path().join("vault.key");
        let key = fs::read(&path).unwrap();
        fs::write(&path, [9; 32]).unwrap();
        let told = async |unwrap: Option<Unwrap<'_>>| {
            let path = folder.0.path();
            let opened = Vault::open(&path.join("keys.db"), path, unwrap).await;
            opened.err().unwrap().to_string()
        };
        assert!(told(None).await.contains("restore the file keys/vault.key"));
        fs::remove_file(&path).unwrap();
        assert!(told(None).await.contains("restore the file keys/vault.key"));
        assert!(
            folder.files().is_empty(),
            "no key was made over the lost one"
        );
        fs::write(folder.0.path().join(master::MASTER_WRAPPED), b"other").unwrap();
        assert!(told(None).await.contains("keys/vault.toml"));
        assert!(told(Some(&unwrap)).await.contains("nothing is lost"));
        fs::write(&path, &key).unwrap();
        folder.open().await.unwrap();
        // A new master key that does not unwrap is refused before anything is written.
        let vault = folder.open().await.unwrap();
        let bad = NewMaster::Wrapped(b"other".to_vec());
        assert!(vault.rotate(&bad, Some(&unwrap)).await.is_err());
        assert_eq!(folder.files(), ["vault.key"]);
    }

    #[tokio::test]
    async fn no_key_of_a_unit_nor_the_old_wrap_lies_open_in_the_files() {
        let folder = Folder::new();
        let vault = folder.open().await.unwrap();
        let key = vault.of_unit("ofac").await.unwrap();
        let wrapped = {
            let mut connection = vault.inner.connection.lock().await;
            rows(&mut connection).await.unwrap().remove(0).wrapped
        };
        vault.rotate(&NewMaster::File, None).await.unwrap();
        drop(vault);
        let mut read = 0;
        for entry in fs::read_dir(folder.0.path()).unwrap() {
            // The log goes while the connection closes.
            let Ok(bytes) = fs::read(entry.unwrap().path()) else {
                continue;
            };
            read += 1;
            for planted in [&key.key[..], &wrapped[..]] {
                assert!(!bytes.windows(planted.len()).any(|part| part == planted));
            }
        }
        assert!(read > 0);
    }
}
