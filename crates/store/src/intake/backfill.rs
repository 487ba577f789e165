//! Moves committed pages from the write-ahead log into the database file, beside the writer.
//!
//! Left to itself SQLite does that inside whichever commit finds the log long enough, and the people whose
//! receipts hang on that commit wait for two more fsyncs and all the writing between them. Here another connection
//! does it while the writer goes on. It is not enough alone: the log can start over only once nothing
//! in it is left to move, and a busy writer adds to it all the while. So the writer still does what is left when
//! the log has grown to [`LONGEST_LOG`], which is little then, and bounds the log should this task fail.
//!
//! Nothing of what was promised depends on it: a commit is durable in the log.

use std::{path::Path, time::Duration};

use tokio::sync::watch;

use crate::{StoreError, sql, writer};

/// The pages of the log at which the writer itself moves what is left: 64 MiB.
pub(super) const LONGEST_LOG: u32 = 16_384;

/// Between two rounds: a page that many commits changed is moved once.
const PAUSE: Duration = Duration::from_millis(500);

/// Runs until the writer is gone; `written` changes with each of its commits.
pub(super) async fn run(path: &Path, mut written: watch::Receiver<()>) -> Result<(), StoreError> {
    let mut connection = writer(path).await?;
    while written.changed().await.is_ok() {
        // Passive: it waits for nobody and nobody waits for it.
        if let Err(error) =
            sql::row(&mut connection, "PRAGMA wal_checkpoint(PASSIVE)", vec![]).await
        {
            tracing::warn!(%error, "the write-ahead log could not be moved into the database; nothing is lost, and it is tried again");
        }
        tokio::select! {
            () = tokio::time::sleep(PAUSE) => {}
            // Ends only when the writer is gone.
            _ = written.wait_for(|()| false) => {}
        }
    }
    Ok(())
}
