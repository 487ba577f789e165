//! The ledger's rows: leaves, tiles, the signed checkpoint; and receipts made from them.

use ledger::{
    Appended, Commitment, Log, Opening, Receipt, Signer, Tile, TileSet, edge_tiles,
    prove_inclusion, tiles_for_inclusion,
};
use sqlx::AnyConnection;

use super::Received;
use crate::{
    StoreError,
    sql::{self, params},
};

/// What a receipt is made from: seq, id, when, nonce, digest, and the two labels of its opening.
pub(super) const SUBMISSION: &str = "SELECT seq, id, received_at, nonce, digest, 'submission', id, 'desk', desk FROM submission WHERE seq = $1";
pub(super) const SUPPLEMENT: &str = "SELECT p.seq, s.id, p.at, p.nonce, p.digest, 'submission', s.id, 'supplement', p.kind FROM supplement p JOIN submission s ON s.seq = p.submission WHERE p.seq = $1";

/// The opening of a leaf with the labels its commitment binds.
pub(super) fn opening(
    nonce: [u8; 32],
    digest: [u8; 32],
    labels: [(&str, &str); 2],
) -> Result<Opening, StoreError> {
    labels
        .into_iter()
        .try_fold(Opening::new(nonce, digest), |opening, (name, value)| {
            opening
                .with_label(name, value)
                .map_err(|error| StoreError::Ledger(error.to_string()))
        })
}

/// Reads the right edge back and holds it against the last checkpoint that was published. A stored
/// tree that cannot reproduce what was signed must never be signed again.
pub(super) async fn load(
    connection: &mut AnyConnection,
    signer: &Signer,
) -> Result<Log, StoreError> {
    let Some(note) = checkpoint(connection).await? else {
        return Ok(Log::empty());
    };
    let signed = signer
        .verifier()
        .open(&note)
        .map_err(|error| StoreError::Ledger(format!("its last checkpoint: {error}")))?;
    let mut tiles = Vec::new();
    for id in edge_tiles(signed.size) {
        if let Some(bytes) = tile(connection, id.level, id.index).await? {
            tiles.push(read_tile(id.level, id.index, bytes)?);
        }
    }
    let log =
        Log::restore(signed.size, tiles).map_err(|error| StoreError::Ledger(error.to_string()))?;
    if log.root() != signed.root {
        return Err(StoreError::Ledger(format!(
            "its tiles give another root than the signed checkpoint of size {}: restore the folder from a backup that is at least as new",
            signed.size
        )));
    }
    let row = sql::row(
        connection,
        "SELECT COALESCE(MAX(seq), -1) FROM leaf",
        vec![],
    )
    .await?;
    let last = row.map_or(Ok(-1), |row| sql::int(&row, 0))?;
    if last + 1 != signed.size as i64 {
        return Err(StoreError::Ledger(format!(
            "it holds {} leaves and its checkpoint signs {}",
            last + 1,
            signed.size
        )));
    }
    Ok(log)
}

pub(super) async fn checkpoint(
    connection: &mut AnyConnection,
) -> Result<Option<String>, sqlx::Error> {
    let row = sql::row(
        connection,
        "SELECT value FROM meta WHERE name = 'checkpoint'",
        vec![],
    )
    .await?;
    row.map(|row| sql::text(&row, 0)).transpose()
}

pub(super) async fn tile(
    connection: &mut AnyConnection,
    level: u8,
    place: u64,
) -> Result<Option<Vec<u8>>, sqlx::Error> {
    let Ok(place) = i64::try_from(place) else {
        return Ok(None);
    };
    let row = sql::row(
        connection,
        "SELECT hashes FROM tile WHERE level = $1 AND place = $2",
        params![i64::from(level), place],
    )
    .await?;
    row.map(|row| sql::bytes(&row, 0)).transpose()
}

fn read_tile(level: u8, index: u64, bytes: Vec<u8>) -> Result<Tile, StoreError> {
    Tile::new(level, index, bytes).map_err(|error| StoreError::Ledger(error.to_string()))
}

/// Writes what an append made, and the checkpoint that its commit publishes.
pub(super) async fn write(
    connection: &mut AnyConnection,
    leaves: &[Commitment],
    appended: &Appended,
    checkpoint: &str,
) -> Result<(), sqlx::Error> {
    let first = appended.first_index() as i64;
    let rows = leaves
        .iter()
        .zip(first..)
        .map(|(leaf, seq)| params![seq, leaf.0])
        .collect();
    sql::insert(connection, "INSERT INTO leaf (seq, entry) VALUES", "", rows).await?;
    let rows = appended
        .tiles()
        .iter()
        .map(|tile| {
            let id = tile.id();
            params![
                i64::from(id.level),
                id.index as i64,
                i64::from(id.width),
                tile.bytes().to_vec()
            ]
        })
        .collect();
    sql::insert(
        connection,
        "INSERT INTO tile (level, place, width, hashes) VALUES",
        "ON CONFLICT (level, place) DO UPDATE SET width = excluded.width, hashes = excluded.hashes",
        rows,
    )
    .await?;
    sql::run(
        connection,
        "INSERT INTO meta (name, value) VALUES ('checkpoint', $1) ON CONFLICT (name) DO UPDATE SET value = excluded.value",
        params![checkpoint],
    )
    .await?;
    Ok(())
}

/// The answer for a leaf that is there already, against the present checkpoint.
pub(super) async fn repeated(
    connection: &mut AnyConnection,
    select: &str,
    seq: i64,
) -> Result<Received, StoreError> {
    let row = sql::row(connection, select, params![seq])
        .await?
        .ok_or_else(|| StoreError::Corrupt {
            what: "ledger row",
            why: format!("nothing stands at {seq}"),
        })?;
    let bytes = |column| -> Result<[u8; 32], StoreError> {
        sql::bytes(&row, column)?
            .try_into()
            .map_err(|_| StoreError::Corrupt {
                what: "ledger row",
                why: "nonce or digest is not 32 bytes".to_owned(),
            })
    };
    let labels = [
        sql::text(&row, 5)?,
        sql::text(&row, 6)?,
        sql::text(&row, 7)?,
        sql::text(&row, 8)?,
    ];
    let opening = opening(
        bytes(3)?,
        bytes(4)?,
        [(&labels[0], &labels[1]), (&labels[2], &labels[3])],
    )?;
    let note = checkpoint(connection)
        .await?
        .ok_or_else(|| StoreError::Ledger("it has leaves and no checkpoint".to_owned()))?;
    let size = note
        .lines()
        .nth(1)
        .and_then(|line| line.parse::<u64>().ok())
        .ok_or_else(|| StoreError::Ledger("its checkpoint has no size".to_owned()))?;
    let index = seq as u64;
    let mut tiles = TileSet::new();
    let ledger_error = |error: ledger::ProveError| StoreError::Ledger(error.to_string());
    for id in tiles_for_inclusion(index, size).map_err(ledger_error)? {
        if let Some(mut bytes) = tile(connection, id.level, id.index).await? {
            // A tile may have grown past the checkpoint that was read a moment before.
            bytes.truncate(usize::from(id.width) * 32);
            tiles.insert(&read_tile(id.level, id.index, bytes)?);
        }
    }
    let proof = prove_inclusion(index, size, &tiles).map_err(ledger_error)?;
    Ok(Received {
        seq,
        id: sql::text(&row, 1)?,
        received_at: sql::int(&row, 2)?,
        receipt: Receipt {
            index,
            proof,
            opening,
            checkpoint: note,
        }
        .to_string(),
        repeated: true,
    })
}
