//! What the house owes to those whose time is over ([`retention`]), and to those who did not send: a draft is gone
//! when its time is over, and a file that no submission names goes when no draft can name it any more. And to those
//! who came to the film office: their names go a while after what they came for is over.
//!
//! Nothing here is remembered between two sweeps: what is due is read from the store, so a kill at any
//! point leaves it due.

pub(crate) mod clock;
pub mod retention;

use std::time::Duration;

use store::{
    StoreError,
    intake::{SweepError, Swept},
};
use tokio::sync::watch;

use crate::{app::App, workbench::film::forget_people};

/// From sweep to sweep.
const EVERY: Duration = Duration::from_secs(3600);
/// A file goes so long after it could last be named, days: longer than any request takes.
const MARGIN: i64 = 1;

/// Passes at the start and then every hour, until `stop` says true.
pub async fn run(app: App, mut stop: watch::Receiver<bool>) {
    while !*stop.borrow() {
        if pass(&app).await {
            continue;
        }
        tokio::select! {
            () = tokio::time::sleep(EVERY) => {}
            _ = stop.changed() => {}
        }
    }
}

/// One pass over all that is owed. True when more of it is due than was done. Nothing is removed by a clock that is not
/// believed: see [`clock`].
pub(crate) async fn pass(app: &App) -> bool {
    match is_believed(app).await {
        Ok(true) => {}
        Ok(false) => return false,
        Err(error) => {
            not_done(&error, "whether the clock is right could not be read");
            return false;
        }
    }
    match retention::turn(app).await {
        Ok(true) => return true,
        Ok(false) => {}
        Err(error) => not_done(&error, "what is kept too long could not all be erased"),
    }
    if let Err(error) = forget_people(app).await {
        not_done(&error, "who came to the film office could not be forgotten");
    }
    match sweep(app).await {
        Ok(swept) => swept.more,
        Err(error) => {
            not_done(&error, "what nobody came back for could not be removed");
            false
        }
    }
}

/// Whether the clock is; then that is kept.
async fn is_believed(app: &App) -> Result<bool, StoreError> {
    let Some(last) = clock::doubted(app).await? else {
        clock::believe(app).await?;
        return Ok(true);
    };
    tracing::error!(
        now = %app.now(),
        %last,
        "the clock is days ahead of the last moment it was believed at: nothing is erased before an administrator confirms it"
    );
    Ok(false)
}

fn not_done(error: &(dyn std::error::Error + 'static), what: &str) {
    tracing::error!(error, "{what}; it is tried again in an hour");
}

/// One sweep, by the clock of the server.
///
/// # Errors
/// When something could not be removed: it is still due.
pub async fn sweep(app: &App) -> Result<Swept, SweepError> {
    let before = app.days_ago(app.oldest_draft_days().saturating_add(MARGIN));
    app.store.sweep(app.now_micros(), before).await
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicI64, Ordering};

    use casework::{desk::Config, place::Places};
    use jiff::Timestamp;
    use linkage::Model;
    use observables::WarningLists;
    use store::{
        Store,
        intake::{Draft, Upload},
    };

    use super::*;
    use crate::app::Settings;

    const DAY: i64 = 86_400_000_000;
    static DAYS: AtomicI64 = AtomicI64::new(0);

    fn clock() -> Timestamp {
        Timestamp::from_microsecond(DAYS.load(Ordering::Relaxed) * DAY).unwrap()
    }

    async fn app(folder: &std::path::Path) -> App {
        app_at(folder, clock).await
    }

    async fn app_at(folder: &std::path::Path, clock: fn() -> Timestamp) -> App {
        let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../config/france");
        let model = std::fs::read_to_string(root.join("models/submissions.toml")).unwrap();
        let nothing = std::iter::empty::<(&str, &str)>;
        App::new(
            Store::open(folder, "orfevre.example/test").await.unwrap(),
            Config::load(
                std::iter::empty::<(String, String)>(),
                Places::load("", "").unwrap(),
            )
            .unwrap(),
            Model::from_toml(&model).unwrap(),
            WarningLists::from_misp_json(nothing()).unwrap(),
            Settings::default(),
            clock,
        )
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn a_file_is_refused_before_it_goes_and_goes_a_day_later() {
        let folder = tempfile::tempdir().unwrap();
        let app = app(folder.path()).await;
        let mut incoming = app.store.objects.receive("one", 100).await.unwrap();
        incoming.write(b"bytes").await.unwrap();
        let (kept, unrecorded) = incoming.keep().await.unwrap();
        let upload = Upload {
            id: "one".to_owned(),
            sha256: kept.sha256,
            size: kept.size,
            name: "capture.png".to_owned(),
            media_type: kept.media_type.to_owned(),
            at: 0,
        };
        app.store.intake.record_upload(upload).await.unwrap();
        drop(unrecorded);
        let draft = Draft {
            desk: "thesee".to_owned(),
            desk_version: 1,
            body: "{}".to_owned(),
            updated_at: 0,
            expires_at: 30 * DAY,
        };
        app.store.intake.save_draft(b"code", draft).await.unwrap();

        for (day, named, there, drafted) in [
            (29, true, true, true),
            (30, true, true, false),
            (60, true, true, false),
            (61, false, true, false),
            (62, false, false, false),
        ] {
            DAYS.store(day, Ordering::Relaxed);
            sweep(&app).await.unwrap();
            assert_eq!(app.upload("one").await.unwrap().is_some(), named, "{day}");
            let bytes = app.store.objects.read(&kept.sha256).await;
            assert_eq!(bytes.is_ok(), there, "{day}");
            // As of the beginning: what is kept, not what is still good.
            let draft = app.store.intake.draft(b"code", 0).await.unwrap();
            assert_eq!(draft.is_some(), drafted, "{day}");
        }
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn a_clock_that_jumps_ahead_removes_nothing_before_somebody_confirms_it() {
        static NOW: AtomicI64 = AtomicI64::new(0);
        fn clock() -> Timestamp {
            Timestamp::from_microsecond(NOW.load(Ordering::Relaxed)).unwrap()
        }
        let at = |day: i64| NOW.store(day * DAY, Ordering::Relaxed);
        let folder = tempfile::tempdir().unwrap();
        let app = app_at(folder.path(), clock).await;
        let intake = &app.store.intake;
        let draft = |day: i64| Draft {
            desk: "thesee".to_owned(),
            desk_version: 1,
            body: "{}".to_owned(),
            updated_at: day * DAY,
            expires_at: (day + 30) * DAY,
        };
        let is_there = async || intake.draft(b"code", 0).await.unwrap().is_some();
        at(100);
        pass(&app).await;
        intake.save_draft(b"code", draft(100)).await.unwrap();
        at(101);
        pass(&app).await;
        // Ten years ahead, again and again, and after a restart.
        for hour in 0..3 {
            NOW.store(3_750 * DAY + hour * DAY / 24, Ordering::Relaxed);
            pass(&app).await;
            assert!(is_there().await);
        }
        let looked = store::record::Look {
            at: NOW.load(Ordering::Relaxed),
            agent: "somebody".to_owned(),
            kind: "read".to_owned(),
            ..store::record::Look::default()
        };
        // What is kept by the wrong clock does not testify for it.
        app.store.record.keep(&[looked]).await.unwrap();
        pass(&app).await;
        assert!(is_there().await);
        // The clock was wrong, and is set right: the house goes on.
        for day in [103, 104, 106] {
            at(day);
            pass(&app).await;
            assert_eq!(clock::doubted(&app).await.unwrap(), None, "{day}");
        }
        assert!(is_there().await);
        // The server stood still for a month: somebody says that the clock is right.
        at(140);
        pass(&app).await;
        assert!(is_there().await);
        let last = clock::doubted(&app).await.unwrap().unwrap();
        assert_eq!(last.as_microsecond(), 106 * DAY);
        clock::believe(&app).await.unwrap();
        pass(&app).await;
        assert!(!is_there().await);
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn a_folder_without_a_pass_asks_what_came_last() {
        static NOW: AtomicI64 = AtomicI64::new(0);
        fn clock() -> Timestamp {
            Timestamp::from_microsecond(NOW.load(Ordering::Relaxed)).unwrap()
        }
        let folder = tempfile::tempdir().unwrap();
        let app = app_at(folder.path(), clock).await;
        NOW.store(5_000 * DAY, Ordering::Relaxed);
        assert_eq!(clock::doubted(&app).await.unwrap(), None);
        let looked = store::record::Look {
            at: 4_000 * DAY,
            ..store::record::Look::default()
        };
        app.store.record.keep(&[looked]).await.unwrap();
        let last = clock::doubted(&app).await.unwrap().unwrap();
        assert_eq!(last.as_microsecond(), 4_000 * DAY);
    }
}
