//! Whether the clock may be believed before anything is erased by it. With a clock that is ahead everything falls due at once,
//! and what is erased does not come back: so nothing is, until somebody who looked says that it is right.
//!
//! The clock is held against the last moment at which it was believed, which each pass of the housekeeping keeps, an hour
//! after the one before. Entries of the record and of the ledger are no witnesses: the first that comes while the clock is ahead would
//! testify for it. They are asked once, in a folder in which no pass was made yet.

use jiff::Timestamp;
use store::StoreError;

use crate::app::App;

/// Ahead of the last moment by more than this it is not believed, microseconds. A server that stood still for longer asks too.
const MOST: i64 = 2 * 86_400_000_000;

/// The moment that the clock is too far ahead of; none where it is believed.
///
/// # Errors
/// When a database does not answer.
pub(crate) async fn doubted(app: &App) -> Result<Option<Timestamp>, StoreError> {
    let last = match app.store.work.clock_seen().await? {
        Some(seen) => Some(seen),
        None => newest(app).await?,
    };
    let ahead = last.filter(|last| app.now_micros().saturating_sub(*last) > MOST);
    Ok(ahead.map(|last| Timestamp::from_microsecond(last).unwrap_or_default()))
}

/// Believes the clock as it is now.
///
/// # Errors
/// When that was not kept.
pub(crate) async fn believe(app: &App) -> Result<(), StoreError> {
    app.store.work.see_clock(app.now_micros()).await
}

/// When the last submission came, or the last look was kept.
async fn newest(app: &App) -> Result<Option<i64>, StoreError> {
    let (intake, record) = (&app.store.intake, &app.store.record);
    let last = intake.by_seq(intake.count().await? - 1).await?;
    let looked = match record.newest().await? {
        Some((entries, _)) => record.from(entries - 1, 1).await?,
        None => Vec::new(),
    };
    let looked = looked.first().map(|entry| entry.look.at);
    Ok(looked.max(last.map(|one| one.received_at)))
}
