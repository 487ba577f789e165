//! Anchors of the record of looks: its newest hash as a leaf of the ledger (`docs/formats/record-1.md`).

use std::path::Path;

use ledger::{Commitment, Signer, Verifier};
use sqlx::{Any, AnyConnection, AnyPool, any::AnyRow, pool::PoolConnection};
use tokio::sync::oneshot;

use super::{Intake, SubmitError, log, writing::Command};
use crate::{
    StoreError, readers,
    secrets::{Secrets, random},
    sql::{self, Batch, params},
};

/// Names the one before the first.
const NONE: &str = "none";
/// What a receipt is made from; see [`log::SUBMISSION`].
const ANCHOR: &str = "SELECT seq, CAST(entries AS TEXT), at, nonce, digest, 'before', before, 'record', CAST(entries AS TEXT) FROM anchor WHERE seq = $1";

/// The hash of the record after some entries, in the ledger.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Anchor {
    /// Leaf index in the ledger.
    pub seq: i64,
    /// How many entries it holds fast: those of places below this.
    pub entries: i64,
    /// Microseconds since 1970 UTC.
    pub at: i64,
    /// The hash of the last of these entries.
    pub digest: [u8; 32],
    /// Leaf index of the anchor before, in decimal; `none` for the first.
    pub before: String,
}

/// An anchor that waits to be made durable.
#[derive(Clone, Debug)]
pub(super) struct NewAnchor {
    entries: i64,
    at: i64,
    digest: [u8; 32],
    nonce: [u8; 32],
    before: String,
}

impl NewAnchor {
    pub(super) fn commitment(&self) -> Result<Commitment, StoreError> {
        let entries = self.entries.to_string();
        let labels = [("before", self.before.as_str()), ("record", &entries)];
        Ok(log::opening(self.nonce, self.digest, labels)?.commitment())
    }
}

/// Writes anchors beside their leaves.
pub(super) fn write<'a>(batch: &mut Batch, anchors: impl Iterator<Item = (i64, &'a NewAnchor)>) {
    let row = |(seq, new): (i64, &NewAnchor)| {
        params![
            seq,
            new.entries,
            new.at,
            new.digest,
            new.nonce,
            new.before.as_str()
        ]
    };
    batch.insert(
        "INSERT INTO anchor (seq, entries, at, digest, nonce, before) VALUES",
        "ON CONFLICT DO NOTHING",
        anchors.map(row).collect(),
    );
}

impl Intake {
    /// Anchors the hash of the record after so many entries, which are more than the newest anchor holds fast; gives
    /// the leaf.
    ///
    /// # Errors
    /// When it was not kept.
    pub async fn anchor(
        &self,
        entries: i64,
        digest: [u8; 32],
        at: i64,
    ) -> Result<i64, SubmitError> {
        let failed = |error: StoreError| SubmitError::NotDurable(std::sync::Arc::new(error));
        let newest = self.newest_anchor().await.map_err(failed)?;
        let new = NewAnchor {
            entries,
            at,
            digest,
            nonce: random().map_err(|error| failed(error.into()))?,
            before: newest.map_or(NONE.to_owned(), |anchor| anchor.seq.to_string()),
        };
        let (answer, answered) = oneshot::channel();
        self.send(Command::Anchor(new, answer)).await?;
        answered.await.map_err(|_| SubmitError::Stopped)?
    }

    /// The newest anchor.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn newest_anchor(&self) -> Result<Option<Anchor>, StoreError> {
        let mut connection = self.reading().await?;
        let text = format!("{COLUMNS} ORDER BY seq DESC LIMIT 1");
        let row = sql::row(&mut connection, &text, vec![]).await?;
        row.as_ref().map(anchor).transpose()
    }

    /// Every anchor, the oldest first.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn anchors(&self) -> Result<Vec<Anchor>, StoreError> {
        all(&mut *self.reading().await?).await
    }

    /// The receipt of an anchor against the ledger's present checkpoint: for whoever keeps one outside.
    ///
    /// # Errors
    /// When the database does not answer or the stored ledger does not hold together.
    pub async fn anchor_receipt(&self, seq: i64) -> Result<String, StoreError> {
        let mut connection = self.reading().await?;
        let received = log::repeated(&mut connection, ANCHOR, seq).await?;
        Ok(received.receipt)
    }
}

/// The anchors of a folder, read beside a server that has it open.
pub struct Anchors {
    /// None where nothing was ever received: looking makes no file.
    pool: Option<AnyPool>,
}

impl Anchors {
    pub(crate) async fn open(path: &Path) -> Result<Self, StoreError> {
        let pool = match path.exists() {
            true => Some(readers(path, 1).await?),
            false => None,
        };
        Ok(Self { pool })
    }

    /// A connection to a database that has this table; none where it is of an older program.
    async fn with(&self, table: &str) -> Result<Option<PoolConnection<Any>>, StoreError> {
        let Some(pool) = &self.pool else {
            return Ok(None);
        };
        let mut connection = pool.acquire().await?;
        let text = "SELECT name FROM sqlite_master WHERE type = 'table' AND name = $1";
        let there = sql::row(&mut connection, text, params![table]).await?;
        Ok(there.map(|_| connection))
    }

    /// Every anchor, the oldest first; none in a folder of an older program.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn all(&self) -> Result<Vec<Anchor>, StoreError> {
        match self.with("anchor").await? {
            Some(mut connection) => all(&mut connection).await,
            None => Ok(Vec::new()),
        }
    }

    /// The receipt of an anchor against the ledger's present checkpoint.
    ///
    /// # Errors
    /// When the database does not answer or the stored ledger does not hold together.
    pub async fn receipt(&self, seq: i64) -> Result<String, StoreError> {
        let Some(mut connection) = self.with("anchor").await? else {
            return Err(StoreError::Ledger(format!("it has no anchor {seq}")));
        };
        let received = log::repeated(&mut connection, ANCHOR, seq).await?;
        Ok(received.receipt)
    }

    /// The verifier of the folder's own key, for whoever has none from elsewhere; none before the first leaf.
    ///
    /// # Errors
    /// When a key or the ledger cannot be read.
    pub async fn own_verifier(&self, keys: &Path) -> Result<Option<Verifier>, StoreError> {
        let Some(mut connection) = self.with("meta").await? else {
            return Ok(None);
        };
        let note = log::checkpoint(&mut connection).await?;
        let Some(origin) = note.as_deref().and_then(|note| note.lines().next()) else {
            return Ok(None);
        };
        let secrets = Secrets::open(keys)?;
        let signer = Signer::new(origin, &secrets.ledger_seed)
            .map_err(|error| StoreError::Ledger(error.to_string()))?;
        Ok(Some(signer.verifier()))
    }
}

const COLUMNS: &str = "SELECT seq, entries, at, digest, before FROM anchor";

async fn all(connection: &mut AnyConnection) -> Result<Vec<Anchor>, StoreError> {
    let text = format!("{COLUMNS} ORDER BY seq");
    let rows = sql::rows(connection, &text, vec![]).await?;
    rows.iter().map(anchor).collect()
}

fn anchor(row: &AnyRow) -> Result<Anchor, StoreError> {
    Ok(Anchor {
        seq: sql::int(row, 0)?,
        entries: sql::int(row, 1)?,
        at: sql::int(row, 2)?,
        digest: sql::bytes(row, 3)?
            .try_into()
            .map_err(|_| StoreError::Corrupt {
                what: "anchor",
                why: "its hash has not 32 bytes".to_owned(),
            })?,
        before: sql::text(row, 4)?,
    })
}

/// Whether the anchors name each other in a row, each holding more than the one before; else the first that does not.
#[must_use]
pub fn broken_link(anchors: &[Anchor]) -> Option<&Anchor> {
    let (mut before, mut entries) = (NONE.to_owned(), 0);
    for anchor in anchors {
        if anchor.before != before || anchor.entries <= entries {
            return Some(anchor);
        }
        (before, entries) = (anchor.seq.to_string(), anchor.entries);
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Store, record::Look};

    async fn store(folder: &Path) -> Store {
        Store::open(folder, "orfevre.example/test").await.unwrap()
    }

    async fn look(store: &Store, many: i64) {
        let looks = (0..many).map(|at| Look {
            at,
            agent: "a".to_owned(),
            kind: "read".to_owned(),
            docket: Some(at),
            ..Look::default()
        });
        store.record.keep(&Vec::from_iter(looks)).await.unwrap();
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn an_anchor_is_a_leaf_with_a_receipt_that_verifies_beside_the_server() {
        let folder = tempfile::tempdir().unwrap();
        let store = store(folder.path()).await;
        assert_eq!(store.intake.newest_anchor().await.unwrap(), None);
        for place in 1..4 {
            look(&store, 3).await;
            let (entries, hash) = store.record.newest().await.unwrap().unwrap();
            assert_eq!(entries, place * 3);
            let seq = store.intake.anchor(entries, hash, place).await.unwrap();
            assert_eq!(seq, place - 1);
        }
        let beside = Anchors::open(&folder.path().join("intake.db"))
            .await
            .unwrap();
        let anchors = beside.all().await.unwrap();
        assert_eq!(anchors, store.intake.anchors().await.unwrap());
        assert_eq!(broken_link(&anchors), None);
        let keys = folder.path().join("keys");
        let verifier = beside.own_verifier(&keys).await.unwrap().unwrap();
        for anchor in &anchors {
            let receipt = beside.receipt(anchor.seq).await.unwrap();
            let verified = ledger::verify(receipt.as_bytes(), &verifier).unwrap();
            assert_eq!(*verified.opening.digest(), anchor.digest);
            let labels = ["before", "record"].map(|name| verified.opening.label(name).unwrap());
            assert_eq!(
                labels,
                [anchor.before.as_str(), &anchor.entries.to_string()]
            );
        }
        // Submissions are counted apart: an anchor is none.
        assert_eq!(store.intake.count().await.unwrap(), 0);
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn a_folder_that_received_nothing_has_no_anchor_and_gets_no_file() {
        let folder = tempfile::tempdir().unwrap();
        let _work = Store::open_work(folder.path()).await.unwrap();
        let path = folder.path().join("intake.db");
        for empty in [false, true] {
            if empty {
                std::fs::write(&path, b"").unwrap();
            }
            let anchors = Anchors::open(&path).await.unwrap();
            assert_eq!(path.exists(), empty);
            assert_eq!(anchors.all().await.unwrap(), []);
            let keys = folder.path().join("keys");
            assert!(anchors.own_verifier(&keys).await.unwrap().is_none());
            assert!(anchors.receipt(0).await.is_err());
        }
    }

    #[test]
    fn an_anchor_that_is_left_out_is_missed_by_the_next() {
        let anchor = |seq, entries, before: &str| Anchor {
            seq,
            entries,
            at: 0,
            digest: [0; 32],
            before: before.to_owned(),
        };
        let whole = [anchor(4, 2, NONE), anchor(9, 5, "4"), anchor(11, 6, "9")];
        assert_eq!(broken_link(&whole), None);
        let first_gone = &whole[1..];
        assert_eq!(broken_link(first_gone), Some(&whole[1]));
        let middle_gone = [whole[0].clone(), whole[2].clone()];
        assert_eq!(broken_link(&middle_gone), Some(&whole[2]));
        let shrunk = [anchor(4, 2, NONE), anchor(9, 2, "4")];
        assert_eq!(broken_link(&shrunk), Some(&shrunk[1]));
    }
}
