//! The last moment at which the clock was believed, for whoever erases by it.

use super::{Work, number, set_number};
use crate::StoreError;

/// Where the moment is kept.
const SEEN: &str = "clock_seen";

impl Work {
    /// The last moment at which the clock was believed, microseconds since 1970 UTC; none before the first.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn clock_seen(&self) -> Result<Option<i64>, StoreError> {
        let mut connection = self.reading().await?;
        number(&mut connection, SEEN).await
    }

    /// Keeps that the clock is believed at a moment, an earlier one than before too: then it was ahead.
    ///
    /// # Errors
    /// When it was not kept.
    pub async fn see_clock(&self, at: i64) -> Result<(), StoreError> {
        let mut connection = self.writing().await?;
        set_number(&mut connection, SEEN, at).await
    }
}
