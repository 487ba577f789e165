//! What every request and the worker share.

use std::{
    collections::{HashMap, HashSet},
    path::PathBuf,
    sync::{
        Arc,
        atomic::{AtomicI64, AtomicUsize, Ordering},
    },
    time::Duration,
};

use casework::{
    desk::{Config, Desk},
    submission::DeskId,
};
use jiff::Timestamp;
use linkage::Model;
use observables::WarningLists;
use store::{Store, StoreError, intake::Upload};
use tokio::sync::{Notify, Semaphore};

use crate::{document::Press, identity::Identity, oidc::Known, watch::Watching, workbench::Trials};

/// See [`Shared::hashing`].
const HASHED_AT_ONCE: usize = 2;

/// Everything a handler needs. Cheap to clone.
#[derive(Clone)]
pub struct App(Arc<Shared>);

/// See [`App`].
pub struct Shared {
    /// The data folder.
    pub store: Store,
    /// The country's desks, units, rules and places.
    pub config: Config,
    /// Weights of the cross-matching.
    pub model: Model,
    /// Values that honest people share.
    pub lists: WarningLists,
    /// Limits and addresses of this installation.
    pub settings: Settings,
    clock: fn() -> Timestamp,
    /// Rings when something was received, for the worker.
    pub(crate) arrived: Notify,
    receiving: AtomicUsize,
    /// What agents did lately, as far as signs of misuse go.
    pub(crate) watching: Watching,
    /// The dry run of rules.
    pub(crate) trials: Trials,
    /// When what runs by itself last did.
    pub(crate) beats: Beats,
    /// So many passwords are computed at once: each takes 19 MiB and a core.
    pub(crate) hashing: Arc<Semaphore>,
    /// What identity providers say of themselves.
    pub(crate) providers: Known,
    /// Where documents are made.
    pub(crate) press: Press,
}

/// When what runs by itself last did, microseconds since 1970 UTC; 0 before the first time.
#[derive(Default)]
pub(crate) struct Beats {
    worker: AtomicI64,
    watch: AtomicI64,
}

impl Beats {
    pub(crate) fn worker(&self) -> i64 {
        self.worker.load(Ordering::Relaxed)
    }

    pub(crate) fn watch(&self) -> i64 {
        self.watch.load(Ordering::Relaxed)
    }

    /// The worker ended a turn.
    pub(crate) fn worker_at(&self, now: i64) {
        self.worker.store(now, Ordering::Relaxed);
    }

    /// The record was watched.
    pub(crate) fn watch_at(&self, now: i64) {
        self.watch.store(now, Ordering::Relaxed);
    }
}

/// Limits and addresses of an installation.
#[derive(Clone, Debug)]
pub struct Settings {
    /// Where people reach the site, without a slash at the end; `https` makes cookies `Secure`.
    pub public_url: String,
    /// Largest evidence file, in bytes.
    pub most_upload: u64,
    /// Largest request without files, in bytes.
    pub most_body: usize,
    /// How long a draft is kept after its last change, in days (30 for a complaint in the law).
    pub draft_days: i64,
    /// Where "leave quickly" leads: a page that nobody wonders at.
    pub leave_to: String,
    /// Whether this is the demonstration: a banner says so on every page.
    pub demonstration: bool,
    /// The program that reads mails, documents and pictures as a child process (`read-file`); without one they
    /// are kept and not read.
    pub reader: Option<PathBuf>,
    /// How long the reading of one of them may take.
    pub reading_time: Duration,
    /// How long somebody waits for a document.
    pub document_time: Duration,
    /// What an administrator's one-time link opens.
    pub link_opens: LinkOpens,
    /// Passwords that leaked often, in lower case: nobody may choose one.
    pub common_passwords: Arc<HashSet<String>>,
    /// The identity providers that are trusted.
    pub identity: Arc<Identity>,
    /// How long whoever gives a password waits for their turn before they are told to try again.
    pub password_patience: Duration,
}

/// What an administrator's one-time link opens.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum LinkOpens {
    /// The page where an agent sets up how they sign in.
    #[default]
    SetUp,
    /// The whole workbench: for a demonstration.
    Everything,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            public_url: "http://127.0.0.1:8080".to_owned(),
            most_upload: 50 << 20,
            most_body: 16 << 20,
            draft_days: 30,
            leave_to: "https://www.wikipedia.org/".to_owned(),
            demonstration: false,
            reader: None,
            reading_time: Duration::from_secs(60),
            document_time: Duration::from_secs(20),
            link_opens: LinkOpens::default(),
            common_passwords: Arc::default(),
            identity: Arc::default(),
            password_patience: Duration::from_secs(5),
        }
    }
}

impl std::ops::Deref for App {
    type Target = Shared;

    fn deref(&self) -> &Shared {
        &self.0
    }
}

impl App {
    /// Puts the parts together; `clock` is the only source of time of the whole server.
    #[must_use]
    pub fn new(
        store: Store,
        config: Config,
        model: Model,
        lists: WarningLists,
        settings: Settings,
        clock: fn() -> Timestamp,
    ) -> Self {
        Self(Arc::new(Shared {
            store,
            config,
            model,
            lists,
            settings,
            clock,
            arrived: Notify::new(),
            receiving: AtomicUsize::new(0),
            watching: Watching::default(),
            trials: Trials::default(),
            beats: Beats::default(),
            hashing: Arc::new(Semaphore::new(HASHED_AT_ONCE)),
            providers: Known::default(),
            press: Press::default(),
        }))
    }

    /// The time.
    #[must_use]
    pub fn now(&self) -> Timestamp {
        (self.clock)()
    }

    /// The time in microseconds since 1970 UTC, as it is stored.
    #[must_use]
    pub fn now_micros(&self) -> i64 {
        self.now().as_microsecond()
    }

    /// The current version of a desk, by the text of its id.
    #[must_use]
    pub fn desk(&self, id: &str) -> Option<&Desk> {
        self.config.desk(&id.parse::<DeskId>().ok()?)
    }

    /// The version of a desk that a submission was filed with.
    #[must_use]
    pub fn desk_version(&self, id: &str, version: u32) -> Option<&Desk> {
        self.config
            .desk_version(&id.parse::<DeskId>().ok()?, version)
    }

    /// A draft is at most so old, whoever goes on with it, days.
    #[must_use]
    pub fn oldest_draft_days(&self) -> i64 {
        self.settings.draft_days.saturating_mul(2)
    }

    /// An upload that may still be named in a submission: one that a submission names already, or one
    /// not older than any draft. What is older is removed, a day after it could last be named.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn upload(&self, id: &str) -> Result<Option<Upload>, StoreError> {
        let intake = &self.store.intake;
        let oldest = self.days_ago(self.oldest_draft_days());
        match intake.upload(id).await? {
            Some(upload) if upload.at < oldest && !intake.is_exhibit(id).await? => Ok(None),
            found => Ok(found),
        }
    }

    /// The time so many days ago, as it is stored.
    #[must_use]
    pub fn days_ago(&self, days: i64) -> i64 {
        self.now_micros()
            .saturating_sub(days.saturating_mul(86_400_000_000))
    }

    /// Counts a request as "being received" until the guard is dropped: the worker steps aside while
    /// many are.
    pub(crate) fn receiving(&self) -> Receiving {
        self.receiving.fetch_add(1, Ordering::Relaxed);
        Receiving(self.clone())
    }

    pub(crate) fn now_receiving(&self) -> usize {
        self.receiving.load(Ordering::Relaxed)
    }

    /// Names of the units in a language, by id.
    #[must_use]
    pub fn unit_names(&self, lang: casework::Lang) -> HashMap<&str, &str> {
        self.config
            .units
            .iter()
            .map(|unit| (unit.id.as_str(), unit.name.get(lang)))
            .collect()
    }
}

/// See [`App::receiving`].
pub(crate) struct Receiving(App);

impl Drop for Receiving {
    fn drop(&mut self) {
        self.0.receiving.fetch_sub(1, Ordering::Relaxed);
    }
}
