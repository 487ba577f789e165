//! A draft: what a person has typed so far, exactly as typed, found by its resume code.
//!
//! The code is in a cookie that scripts cannot read, so that the draft survives a closed browser, and
//! on every page, so that it can be resumed elsewhere. The store keeps only what the code opens.

use axum::http::{HeaderMap, HeaderValue};
use casework::{
    Lang,
    answers::{Context, Origin},
    desk::Desk,
    submission::{Track, TrackingCode},
};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use store::{StoreError, intake::SubmitError};
use tokio::sync::{Mutex, MutexGuard};

use super::identity::Vouched;
use crate::{app::App, receive::mask, web::cookies};

pub(super) const COOKIE: &str = "orfevre-draft";
const DAY: i64 = 86_400;

/// A draft and the code that opens it.
#[derive(Clone)]
pub(super) struct Draft {
    pub(super) code: TrackingCode,
    pub(super) desk: String,
    pub(super) version: u32,
    pub(super) filling: Filling,
    pub(super) expires_at: i64,
}

/// What is kept under the code.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Filling {
    pub(super) track: String,
    /// Raw answers, as typed; card numbers are masked once saved.
    pub(super) answers: Map<String, Value>,
    /// Idempotency key of the sending: a retry gives the same receipt.
    pub(super) key: String,
    /// When it was begun, microseconds: its time begins anew with every change, but not for ever.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) begun_at: Option<i64>,
    /// What an identity provider vouched for, where the person asked it to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) vouched: Option<Vouched>,
    /// Id of the submission it became; the answers are gone then.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) sent: Option<String>,
}

impl Draft {
    /// A new draft, not kept yet; none when the operating system gives no randomness.
    pub(super) fn new(app: &App, desk: &Desk, track: Track) -> Option<Self> {
        let mut random = [0_u8; 32];
        getrandom::fill(&mut random).ok()?;
        Some(Self {
            code: TrackingCode::from_bytes(&random),
            desk: desk.id.as_str().to_owned(),
            version: desk.version,
            filling: Filling {
                track: track.as_str().to_owned(),
                answers: Map::new(),
                key: random_key()?,
                begun_at: Some(app.now_micros()),
                vouched: None,
                sent: None,
            },
            expires_at: expiry(app),
        })
    }

    /// The draft of this browser.
    pub(super) async fn of(app: &App, headers: &HeaderMap) -> Result<Option<Self>, StoreError> {
        match code_in(headers) {
            Some(code) => Self::open(app, code).await,
            None => Ok(None),
        }
    }

    /// The draft a code opens.
    pub(super) async fn open(app: &App, code: TrackingCode) -> Result<Option<Self>, StoreError> {
        let Some(kept) = app
            .store
            .intake
            .draft(code.to_string().as_bytes(), app.now_micros())
            .await?
        else {
            return Ok(None);
        };
        let filling = serde_json::from_str(&kept.body).map_err(|error| StoreError::Corrupt {
            what: "draft",
            why: error.to_string(),
        })?;
        Ok(Some(Self {
            code,
            desk: kept.desk,
            version: kept.desk_version,
            filling,
            expires_at: kept.expires_at,
        }))
    }

    /// Makes the draft durable, without card numbers; its time begins anew.
    pub(super) async fn save(&mut self, app: &App) -> Result<(), SubmitError> {
        let now = app.now_micros();
        let days = if self.filling.sent.is_some() {
            1
        } else {
            app.settings.draft_days
        };
        let last = self.filling.begun_at.unwrap_or(now).saturating_add(
            app.oldest_draft_days()
                .saturating_mul(DAY)
                .saturating_mul(1_000_000),
        );
        let expires_at = now
            .saturating_add(days.saturating_mul(DAY * 1_000_000))
            .min(last);
        mask::members(&mut self.filling.answers);
        let body = serde_json::to_string(&self.filling).expect("a map of JSON values is JSON");
        let draft = store::intake::Draft {
            desk: self.desk.clone(),
            desk_version: self.version,
            body,
            updated_at: now,
            expires_at,
        };
        app.store
            .intake
            .save_draft(self.code.to_string().as_bytes(), draft)
            .await?;
        self.expires_at = expires_at;
        Ok(())
    }

    /// Its desk, in the version it was begun with; the current one when that is gone.
    pub(super) fn desk<'a>(&self, app: &'a App) -> Option<&'a Desk> {
        app.desk_version(&self.desk, self.version)
            .or_else(|| app.desk(&self.desk))
    }

    pub(super) fn track(&self, desk: &Desk) -> Track {
        let track = self
            .filling
            .track
            .parse()
            .ok()
            .filter(|track| desk.tracks.contains(track));
        track
            .or_else(|| desk.tracks.first().copied())
            .unwrap_or(Track::Report)
    }

    /// The cookie that finds it again.
    pub(super) fn cookie(&self, app: &App) -> HeaderValue {
        let seconds = if self.filling.sent.is_some() {
            1800
        } else {
            app.settings.draft_days * DAY
        };
        cookies::set(app, COOKIE, &self.code.to_string(), Some(seconds))
    }
}

fn expiry(app: &App) -> i64 {
    app.now_micros()
        .saturating_add(app.settings.draft_days.saturating_mul(DAY * 1_000_000))
}

/// 128 random bits in hexadecimal; none when the operating system gives none.
pub(super) fn random_key() -> Option<String> {
    let mut random = [0_u8; 16];
    getrandom::fill(&mut random).ok()?;
    Some(store::objects::hex(&random))
}

/// The code in this browser's cookie.
pub(super) fn code_in(headers: &HeaderMap) -> Option<TrackingCode> {
    cookies::read(headers, COOKIE)?.parse().ok()
}

/// How answers are read from a form of this language, now.
pub(super) fn context(app: &App, lang: Lang) -> Context {
    Context {
        now: app.now(),
        lang,
        origin: Origin::Form,
    }
}

/// One request at a time reads, changes and saves a draft: a file that arrives beside an autosave must
/// not write over it. Two drafts may share a lock, which costs a moment.
pub(super) async fn alone(code: &TrackingCode) -> MutexGuard<'static, ()> {
    static CHANGING: [Mutex<()>; 64] = [const { Mutex::const_new(()) }; 64];
    let place = usize::from(code.lookup_hash()[31]) % CHANGING.len();
    CHANGING[place].lock().await
}
