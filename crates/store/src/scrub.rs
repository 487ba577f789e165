//! Bytes that were deleted are to be gone from the files, not only from the tables.
//!
//! `secure_delete` overwrites what a statement deletes while it is on; as `FAST`, what lies within pages that are
//! written anyhow, which costs nothing. The rest of what was deleted lies in free pages:
//! they are filled with zeros by a table that takes them all, and given back. The log still holds the pages as they
//! were until it starts over.
//!
//! What this does not reach: a copy of a row in the unused part of a page that SQLite balanced while the row was there
//! (`VACUUM` writes the file anew), blocks that a file system or a disk keeps aside, and backups.

use sqlx::AnyConnection;

use crate::{StoreError, sql};

/// Free pages filled in one transaction: whoever waits for the writer waits for no more.
pub(crate) const PAGES: i64 = 1024;

/// Overwrites whatever is deleted from now on, or what is within pages that are written anyhow.
pub(crate) async fn overwriting(
    connection: &mut AnyConnection,
    on: bool,
) -> Result<(), StoreError> {
    let text = if on {
        "PRAGMA secure_delete = ON"
    } else {
        "PRAGMA secure_delete = FAST"
    };
    sql::run(connection, text, vec![]).await?;
    Ok(())
}

/// Fills some free pages. True when there are more; the last call gives them back.
pub(crate) async fn fill(connection: &mut AnyConnection) -> Result<bool, StoreError> {
    let free = number(connection, "PRAGMA freelist_count").await?;
    if free > 0 {
        let page = number(connection, "PRAGMA page_size").await?;
        let text = "CREATE TABLE IF NOT EXISTS scrub (zeros BLOB NOT NULL)";
        sql::run(connection, text, vec![]).await?;
        // A page of overflow holds four bytes less than a page.
        let bytes = free.min(PAGES) * (page - 4);
        let text = "INSERT INTO scrub (zeros) VALUES (zeroblob($1))";
        sql::run(connection, text, sql::params![bytes]).await?;
        if free > PAGES {
            return Ok(true);
        }
    }
    // A transaction of its own: pages that are taken and given back in one are never written.
    sql::run(connection, "DROP TABLE IF EXISTS scrub", vec![]).await?;
    Ok(false)
}

/// Empties the log. False when a reader keeps it: then it is to be tried again.
pub(crate) async fn empty_log(connection: &mut AnyConnection) -> Result<bool, StoreError> {
    sql::run(connection, "PRAGMA busy_timeout = 500", vec![]).await?;
    let row = sql::row(connection, "PRAGMA wal_checkpoint(TRUNCATE)", vec![]).await;
    sql::run(connection, "PRAGMA busy_timeout = 10000", vec![]).await?;
    let busy = row?.map_or(Ok(0), |row| sql::int(&row, 0))?;
    Ok(busy == 0)
}

async fn number(connection: &mut AnyConnection, text: &str) -> Result<i64, StoreError> {
    let row = sql::row(connection, text, vec![]).await?;
    Ok(row.map_or(Ok(0), |row| sql::int(&row, 0))?)
}
