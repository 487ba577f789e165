//! What nobody will come back for: drafts that have expired, files that no submission names.
//!
//! Bytes go before the row that names them: a cut in between leaves a row whose bytes are gone, which
//! the next sweep finds again, and never bytes that nothing names. So the caller must see to it that
//! nobody names an upload that is about to go: it sweeps later than it refuses.

use tokio::sync::oneshot;

use super::{
    Intake, SubmitError, Upload,
    reading::{UPLOAD, upload},
    writing::Command,
};
use crate::{Store, StoreError, sql};

/// Uploads looked at in one sweep: others wait for the next, and the lock is held shortly.
const MOST_SWEPT: i64 = 256;

/// What a sweep removed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Swept {
    /// Uploads forgotten.
    pub uploads: usize,
    /// Files removed: fewer, when equal bytes were sent more than once.
    pub files: usize,
    /// Whether more uploads may wait.
    pub more: bool,
}

/// Why a sweep was not finished; what it has not removed is found by the next.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SweepError {
    /// The database did not answer.
    #[error("looking for what nobody names")]
    Store(#[from] StoreError),
    /// A file could not be removed.
    #[error("removing a file that nothing names")]
    File(#[from] std::io::Error),
    /// The rows could not be removed.
    #[error("forgetting what was removed")]
    Forget(#[from] SubmitError),
}

impl Store {
    /// Removes the drafts that have expired at `now`, and uploads older than `before` that no
    /// submission names, with their bytes.
    ///
    /// # Errors
    /// See [`SweepError`].
    pub async fn sweep(&self, now: i64, before: i64) -> Result<Swept, SweepError> {
        // From here to the end nobody has bytes that no row names.
        let all_recorded = self.objects.all_recorded().await;
        let old = self.intake.unnamed(before).await?;
        let ids: Vec<String> = old.iter().map(|upload| upload.id.clone()).collect();
        let mut hashes: Vec<[u8; 32]> = old.iter().map(|upload| upload.sha256).collect();
        hashes.sort_unstable();
        hashes.dedup();
        let same = self.intake.with_bytes(&hashes).await?;
        let others = same.iter().filter(|upload| !ids.contains(&upload.id));
        let mut held: Vec<[u8; 32]> = others.map(|upload| upload.sha256).collect();
        held.extend(self.film.with_bytes(&hashes).await?);
        hashes.retain(|sha256| !held.contains(sha256));
        for sha256 in &hashes {
            self.objects.remove(sha256).await?;
        }
        let swept = Swept {
            uploads: ids.len(),
            files: hashes.len(),
            more: ids.len() as i64 == MOST_SWEPT,
        };
        self.intake.forget(now, ids).await?;
        drop(all_recorded);
        Ok(swept)
    }
}

impl Intake {
    /// Uploads older than `before` that no submission names.
    async fn unnamed(&self, before: i64) -> Result<Vec<Upload>, StoreError> {
        let mut connection = self.reading().await?;
        sql::rows(
            &mut connection,
            &format!("{UPLOAD} WHERE at < $1 AND id NOT IN (SELECT upload FROM exhibit) LIMIT $2"),
            sql::params![before, MOST_SWEPT],
        )
        .await?
        .iter()
        .map(upload)
        .collect()
    }

    /// Every upload of these bytes.
    pub(crate) async fn with_bytes(&self, hashes: &[[u8; 32]]) -> Result<Vec<Upload>, StoreError> {
        let mut connection = self.reading().await?;
        let hashes = hashes.iter().map(|sha256| (*sha256).into()).collect();
        let head = format!("{UPLOAD} WHERE sha256");
        sql::select_values(&mut connection, &head, "", hashes)
            .await?
            .iter()
            .map(upload)
            .collect()
    }

    async fn forget(&self, expired_at: i64, uploads: Vec<String>) -> Result<(), SubmitError> {
        let (answer, answered) = oneshot::channel();
        self.send(Command::Forget {
            expired_at,
            uploads,
            answer,
        })
        .await?;
        answered.await.map_err(|_| SubmitError::Stopped)?
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::intake::{Draft, tests::submission};

    async fn kept(store: &Store, id: &str, bytes: &[u8], at: i64) -> [u8; 32] {
        let mut incoming = store.objects.receive(id, 100).await.unwrap();
        incoming.write(bytes).await.unwrap();
        let (kept, _unrecorded) = incoming.keep().await.unwrap();
        let upload = Upload {
            id: id.to_owned(),
            sha256: kept.sha256,
            size: kept.size,
            name: "capture.png".to_owned(),
            media_type: kept.media_type.to_owned(),
            at,
        };
        store.intake.record_upload(upload).await.unwrap();
        kept.sha256
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn what_nobody_names_goes_in_its_time_and_nothing_else() {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::open(folder.path(), "orfevre.example/test")
            .await
            .unwrap();
        let named = kept(&store, "named", b"named", 0).await;
        let left = kept(&store, "left", b"left", 0).await;
        // The same bytes under two records, of which one is young.
        let twice = kept(&store, "twice-old", b"twice", 0).await;
        kept(&store, "twice-young", b"twice", 500).await;
        let young = kept(&store, "young", b"young", 500).await;
        let mut filed = submission(1, 1, 1);
        filed.uploads = vec!["named".to_owned()];
        let seq = store.intake.submit(filed).await.unwrap().seq;

        let nothing = store.sweep(0, 0).await.unwrap();
        assert_eq!(nothing, Swept::default());
        let swept = store.sweep(0, 100).await.unwrap();
        let expected = Swept {
            uploads: 2,
            files: 1,
            more: false,
        };
        assert_eq!(swept, expected);
        for (id, there) in [
            ("named", true),
            ("left", false),
            ("twice-old", false),
            ("twice-young", true),
            ("young", true),
        ] {
            let found = store.intake.upload(id).await.unwrap();
            assert_eq!(found.is_some(), there, "{id}");
        }
        assert!(store.objects.read(&left).await.is_err());
        for sha256 in [named, twice, young] {
            store.objects.read(&sha256).await.unwrap();
        }
        assert_eq!(store.intake.exhibits(seq).await.unwrap().len(), 1);
        assert_eq!(store.sweep(0, 100).await.unwrap(), Swept::default());
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn a_sweep_that_was_cut_between_bytes_and_row_is_finished_by_the_next() {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::open(folder.path(), "orfevre.example/test")
            .await
            .unwrap();
        let left = kept(&store, "left", b"left", 0).await;
        store.objects.remove(&left).await.unwrap();
        assert_eq!(store.sweep(0, 100).await.unwrap().uploads, 1);
        assert!(store.intake.upload("left").await.unwrap().is_none());
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn an_expired_draft_is_not_only_hidden_but_gone() {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::open(folder.path(), "orfevre.example/test")
            .await
            .unwrap();
        for (code, expires_at) in [(b"old", 10), (b"new", 11)] {
            let draft = Draft {
                desk: "thesee".to_owned(),
                desk_version: 1,
                body: "{}".to_owned(),
                updated_at: 0,
                expires_at,
            };
            store.intake.save_draft(code, draft).await.unwrap();
        }
        store.sweep(10, 0).await.unwrap();
        // Asked as of a time when both were still good.
        assert!(store.intake.draft(b"old", 0).await.unwrap().is_none());
        assert!(store.intake.draft(b"new", 0).await.unwrap().is_some());
    }
}
