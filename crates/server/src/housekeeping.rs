//! What the house owes to those whose time is over ([`retention`]), and to those who did not send: a draft is gone
//! when its time is over, and a file that no submission names goes when no draft can name it any more. And to those
//! who came to the film office: their names go a while after what they came for is over.
//!
//! Nothing here is remembered between two sweeps: what is due is read from the store, so a kill at any
//! point leaves it due.

pub mod retention;

use std::time::Duration;

use store::intake::{SweepError, Swept};
use tokio::sync::watch;

use crate::{app::App, workbench::film::forget_people};

/// From sweep to sweep.
const EVERY: Duration = Duration::from_secs(3600);
/// A file goes so long after it could last be named, days: longer than any request takes.
const MARGIN: i64 = 1;

/// Sweeps at the start and then every hour, until `stop` says true.
pub async fn run(app: App, mut stop: watch::Receiver<bool>) {
    while !*stop.borrow() {
        match retention::turn(&app).await {
            Ok(true) => continue,
            Ok(false) => {}
            Err(error) => tracing::error!(
                error = &error as &dyn std::error::Error,
                "what is kept too long could not all be erased; it is tried again in an hour"
            ),
        }
        if let Err(error) = forget_people(&app).await {
            tracing::error!(
                error = &error as &dyn std::error::Error,
                "who came to the film office could not be forgotten; it is tried again in an hour"
            );
        }
        match sweep(&app).await {
            Ok(Swept { more: true, .. }) => continue,
            Ok(_) => {}
            Err(error) => tracing::error!(
                error = &error as &dyn std::error::Error,
                "what nobody came back for could not be removed; it is tried again in an hour"
            ),
        }
        tokio::select! {
            () = tokio::time::sleep(EVERY) => {}
            _ = stop.changed() => {}
        }
    }
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
}
