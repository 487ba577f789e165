//! The only crate that touches a database or the object store.
//!
//! Databases in one folder. `intake.db` holds what people sent and its ledger: insert only, one
//! writer, group commit, fsynced before anybody reads "received". `work.db` holds what the public
//! body makes of it; all but people's decisions can be made again from the intake. `record.db`
//! holds who looked at what, `film.db` what the film desk lends, `access.db` how agents sign in, `keys.db` the wrapped
//! keys of units. Files of their own, so that receiving never waits for matching: SQLite allows one writer a
//! file.
//!
//! - [`intake`]: submissions, supplements, uploads, drafts, the ledger's tiles.
//! - [`work`]: the docket, keys and members, series, words, acts, agents. [`film`][]: bookings.
//! - [`record`]: who looked at what, in a database of its own. [`access`][]: how agents sign in, and their sessions.
//! - [`background`]: the worker's threads. [`objects`]: exhibits' bytes. [`secrets`]: the folder's keys. `vault`: sealing.
//!
//! No rule of the domain is here: `casework` decides, this crate keeps.
#![warn(missing_docs)]

pub mod access;
pub mod background;
pub mod film;
pub mod intake;
pub mod measure;
pub mod objects;
pub mod record;
pub mod retention;
mod scrub;
pub mod secrets;
mod sql;
mod vault;
pub mod work;

use std::{
    path::{Path, PathBuf},
    sync::Arc,
};

use sqlx::{
    AnyConnection, AnyPool, ConnectOptions, Connection,
    any::{AnyConnectOptions, AnyPoolOptions},
};

pub use crate::vault::{Checked, MASTER_WRAPPED, NewMaster, Unopened, Unwrap, VaultError};
use crate::{
    access::Access, film::Film, intake::Intake, objects::Objects, record::Record, secrets::Secrets,
    vault::Vault, work::Work,
};

/// Everything a data folder holds.
#[derive(Clone)]
pub struct Store {
    /// What people sent.
    pub intake: Intake,
    /// What is made of it.
    pub work: Work,
    /// What the film desk lends.
    pub film: Film,
    /// Who looked at it.
    pub record: Record,
    /// How agents sign in, and their sessions.
    pub access: Access,
    /// Exhibits.
    pub objects: Objects,
    /// The folder's keys.
    pub secrets: Arc<Secrets>,
    /// Held while the store is open: two writers of one ledger would sign two histories.
    _lock: Arc<std::fs::File>,
}

/// Why the store could not do what was asked. Nothing was half done: a transaction is whole or
/// absent.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StoreError {
    /// The database refused or failed.
    #[error("the database did not answer as it should")]
    Database(#[from] sqlx::Error),
    /// A file of the folder could not be read or written.
    #[error("the data folder could not be read or written")]
    Io(#[from] std::io::Error),
    /// A sealed record did not open.
    #[error(transparent)]
    Vault(#[from] VaultError),
    /// The stored ledger does not hold together: nothing may be signed.
    #[error("the stored ledger does not hold together: {0}")]
    Ledger(String),
    /// A row does not hold what this program wrote.
    #[error("stored {what} cannot be read: {why}")]
    Corrupt {
        /// Which row.
        what: &'static str,
        /// What is wrong with it.
        why: String,
    },
    /// The row changed since it was read (optimistic lock).
    #[error("someone else changed it meanwhile")]
    Changed,
    /// The writer has stopped.
    #[error("the writer has stopped")]
    Stopped,
    /// What was asked for was erased, and with it what opens its leaf of the ledger.
    #[error("it was erased")]
    Erased,
    /// Another process has the folder open.
    #[error("another program has this data folder open: stop it first, or choose another folder")]
    InUse,
}

impl Store {
    /// Opens a data folder, making it when it does not exist, and brings its databases to the
    /// current form. `origin` names the ledger; it must stay the same for the folder's life.
    ///
    /// # Errors
    /// When a file cannot be opened, the SQLite library is too old to be safe, or the stored ledger
    /// is not consistent with its last checkpoint.
    pub async fn open(folder: &Path, origin: &str) -> Result<Self, StoreError> {
        Self::open_with(folder, origin, None).await
    }

    /// The same for a folder whose master key somebody else unwraps.
    ///
    /// # Errors
    /// As [`Store::open`], and when the master key is not unwrapped.
    pub async fn open_with(
        folder: &Path,
        origin: &str,
        unwrap: Option<Unwrap<'_>>,
    ) -> Result<Self, StoreError> {
        std::fs::create_dir_all(folder)?;
        sqlx::any::install_default_drivers();
        let lock = std::fs::File::create(folder.join("lock"))?;
        lock.try_lock().map_err(|_| StoreError::InUse)?;
        let keys = folder.join("keys");
        let secrets = Arc::new(Secrets::open(&keys)?);
        let vault = Vault::open(&folder.join("keys.db"), &keys, unwrap).await?;
        let objects = Objects::open(&folder.join("exhibits"))?;
        let intake = Intake::open(&folder.join("intake.db"), origin, &secrets, &vault).await?;
        let work = Work::open(&folder.join("work.db")).await?;
        let film = Film::open(&folder.join("film.db"), &secrets).await?;
        let record = Record::open(&folder.join("record.db")).await?;
        let access = Access::open(&folder.join("access.db"), &secrets).await?;
        Ok(Self {
            intake,
            work,
            film,
            record,
            access,
            objects,
            secrets,
            _lock: Arc::new(lock),
        })
    }

    /// Opens only the keys of a folder that no server has open.
    ///
    /// # Errors
    /// When the folder is in use, or its master key is not to be had.
    pub async fn open_vault(
        folder: &Path,
        unwrap: Option<Unwrap<'_>>,
    ) -> Result<VaultFolder, StoreError> {
        sqlx::any::install_default_drivers();
        let lock = std::fs::File::create(folder.join("lock"))?;
        lock.try_lock().map_err(|_| StoreError::InUse)?;
        let keys = folder.join("keys");
        Ok(VaultFolder {
            vault: Vault::open(&folder.join("keys.db"), &keys, unwrap).await?,
            intake: folder.join("intake.db"),
            _lock: lock,
        })
    }

    /// Opens only the record of looks, beside a server that has the folder open: to verify it.
    ///
    /// # Errors
    /// When the file cannot be opened.
    pub async fn open_record(folder: &Path) -> Result<Record, StoreError> {
        sqlx::any::install_default_drivers();
        Record::open(&folder.join("record.db")).await
    }

    /// Opens only the anchors of the record, beside a server that has the folder open: to verify it.
    ///
    /// # Errors
    /// When the file cannot be opened.
    pub async fn open_anchors(folder: &Path) -> Result<intake::Anchors, StoreError> {
        sqlx::any::install_default_drivers();
        intake::Anchors::open(&folder.join("intake.db")).await
    }

    /// Opens only how agents sign in, beside a server that has the folder open: to end sessions.
    ///
    /// # Errors
    /// When the file or the folder's keys cannot be opened.
    pub async fn open_access(folder: &Path) -> Result<Access, StoreError> {
        std::fs::create_dir_all(folder)?;
        sqlx::any::install_default_drivers();
        let secrets = Secrets::open(&folder.join("keys"))?;
        Access::open(&folder.join("access.db"), &secrets).await
    }

    /// Opens only what agents work with, beside a server that has the folder open: for invitations
    /// and tokens.
    ///
    /// # Errors
    /// When the file cannot be opened.
    pub async fn open_work(folder: &Path) -> Result<Work, StoreError> {
        std::fs::create_dir_all(folder)?;
        sqlx::any::install_default_drivers();
        Work::open(&folder.join("work.db")).await
    }
}

/// The keys of a folder, and what is sealed under them.
pub struct VaultFolder {
    vault: Vault,
    intake: PathBuf,
    _lock: std::fs::File,
}

impl VaultFolder {
    /// Wraps the keys of units by a new master key, which takes the place of the old one; how many there are. No
    /// record is touched. Cut at any point, the folder opens.
    ///
    /// # Errors
    /// When the new key cannot be made, unwrapped or written: then the old one stays.
    pub async fn rotate(
        &self,
        new: &NewMaster,
        unwrap: Option<Unwrap<'_>>,
    ) -> Result<usize, StoreError> {
        self.vault.rotate(new, unwrap).await
    }

    /// Opens every sealed identity and forgets what was in it: which open, and why the others do not.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn check(&self) -> Result<Checked, StoreError> {
        let pool = readers(&self.intake, 1).await?;
        intake::check_identities(&mut *pool.acquire().await?, &self.vault).await
    }
}

/// The oldest SQLite without the WAL-reset corruption (sqlite.org, 13 March 2026).
const OLDEST_SQLITE: (u32, u32, u32) = (3, 51, 3);

fn options(path: &Path) -> Result<AnyConnectOptions, sqlx::Error> {
    format!("sqlite://{}?mode=rwc", path.display()).parse()
}

/// How a connection is used.
#[derive(Clone, Copy)]
enum Use {
    Write,
    Read,
}

async fn prepare(connection: &mut AnyConnection, wanted: Use) -> Result<(), sqlx::Error> {
    let pragmas: &[&'static str] = match wanted {
        Use::Write => &[
            "PRAGMA journal_mode = WAL",
            "PRAGMA synchronous = FULL",
            "PRAGMA foreign_keys = ON",
            "PRAGMA trusted_schema = OFF",
            "PRAGMA busy_timeout = 10000",
            "PRAGMA cache_size = -131072",
            "PRAGMA wal_autocheckpoint = 4000",
            "PRAGMA temp_store = MEMORY",
        ],
        Use::Read => &[
            "PRAGMA query_only = ON",
            "PRAGMA trusted_schema = OFF",
            "PRAGMA busy_timeout = 10000",
            "PRAGMA cache_size = -16384",
            "PRAGMA temp_store = MEMORY",
        ],
    };
    for pragma in pragmas {
        sqlx::query(*pragma).execute(&mut *connection).await?;
    }
    Ok(())
}

async fn writer(path: &Path) -> Result<AnyConnection, StoreError> {
    let mut connection = options(path)?.connect().await?;
    prepare(&mut connection, Use::Write).await?;
    let version: String = sqlx::query_scalar("SELECT sqlite_version()")
        .fetch_one(&mut connection)
        .await?;
    let mut parts = version.split('.').map(|part| part.parse().unwrap_or(0));
    let found = (
        parts.next().unwrap_or(0),
        parts.next().unwrap_or(0),
        parts.next().unwrap_or(0),
    );
    if found < OLDEST_SQLITE {
        return Err(StoreError::Corrupt {
            what: "database engine",
            why: format!("SQLite {version} can lose data, 3.51.3 or newer is needed"),
        });
    }
    for (pragma, wanted) in [("PRAGMA journal_mode", "wal"), ("PRAGMA synchronous", "2")] {
        let row = sqlx::query(pragma).fetch_one(&mut connection).await?;
        let set =
            sql::text(&row, 0).or_else(|_| sql::int(&row, 0).map(|value| value.to_string()))?;
        if set != wanted {
            return Err(StoreError::Corrupt {
                what: "database setting",
                why: format!("{pragma} is {set}, {wanted} is needed for receipts to be durable"),
            });
        }
    }
    Ok(connection)
}

async fn readers(path: &Path, most: u32) -> Result<AnyPool, StoreError> {
    Ok(AnyPoolOptions::new()
        .max_connections(most)
        .after_connect(|connection, _| {
            Box::pin(async move { prepare(connection, Use::Read).await })
        })
        .connect_with(options(path)?)
        .await?)
}

/// Brings a database to the newest form: each migration whole or not at all, in order, forward only.
async fn migrate(
    connection: &mut AnyConnection,
    migrations: &[&'static str],
) -> Result<(), StoreError> {
    sqlx::query("CREATE TABLE IF NOT EXISTS form (version BIGINT PRIMARY KEY)")
        .execute(&mut *connection)
        .await?;
    let done: i64 = sqlx::query_scalar("SELECT COALESCE(MAX(version), 0) FROM form")
        .fetch_one(&mut *connection)
        .await?;
    let known = migrations.len() as i64;
    if done > known {
        return Err(StoreError::Corrupt {
            what: "database form",
            why: format!("it has form {done}, this program knows {known}: run the newer program"),
        });
    }
    for (place, migration) in migrations.iter().enumerate().skip(done as usize) {
        let mut transaction = connection.begin().await?;
        for piece in migration
            .split(';')
            .map(str::trim)
            .filter(|piece| !piece.is_empty())
        {
            sqlx::query(sqlx::AssertSqlSafe(piece.to_owned()))
                .execute(&mut *transaction)
                .await?;
        }
        sql::run(
            &mut transaction,
            "INSERT INTO form (version) VALUES ($1)",
            sql::params![place as i64 + 1],
        )
        .await?;
        transaction.commit().await?;
    }
    Ok(())
}
