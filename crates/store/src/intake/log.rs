//! The ledger's rows: leaves, tiles, the signed checkpoint; and receipts made from them.

use std::ops::Range;

use ledger::{
    Appended, Commitment, Log, Opening, Receipt, Signer, Tile, TileSet, edge_tiles,
    prove_inclusion, tiles_for_inclusion,
};
use sqlx::AnyConnection;

use super::Received;
use crate::{
    StoreError,
    sql::{self, Batch, params},
};

/// How many hashes a full tile has.
const TILE_WIDTH: u16 = 256;

/// The tile on the right edge of the lowest level is stored each time it has grown by this much: each commit
/// would write up to 8 KiB of hashes anew. The leaves give the few that are not in it yet.
const STORED_EVERY: u64 = 32;

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
        if let Some(bytes) = tile(connection, id.level, id.index, id.width).await? {
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

/// The first `width` hashes of a tile, if that many are there.
pub(super) async fn tile(
    connection: &mut AnyConnection,
    level: u8,
    place: u64,
    width: u16,
) -> Result<Option<Vec<u8>>, StoreError> {
    let Ok(index) = i64::try_from(place) else {
        return Ok(None);
    };
    let row = sql::row(
        connection,
        "SELECT hashes FROM tile WHERE level = $1 AND place = $2",
        params![i64::from(level), index],
    )
    .await?;
    let wanted = usize::from(width) * 32;
    let mut hashes = row.map_or(Ok(Vec::new()), |row| sql::bytes(&row, 0))?;
    // It may have grown past the checkpoint that the width comes from.
    hashes.truncate(wanted);
    if level == 0 && hashes.len() < wanted {
        let leaves = leaves(connection, place, (hashes.len() / 32) as u16..width).await?;
        hashes.extend(leaves.iter().flat_map(|leaf| leaf.leaf_hash().0));
    }
    Ok((hashes.len() == wanted).then_some(hashes))
}

/// The leaves in these places under a tile of the lowest level, as far as they are there.
pub(super) async fn leaves(
    connection: &mut AnyConnection,
    place: u64,
    places: Range<u16>,
) -> Result<Vec<Commitment>, StoreError> {
    let Some(first) = i64::try_from(place)
        .ok()
        .and_then(|place| place.checked_mul(i64::from(TILE_WIDTH)))
    else {
        return Ok(Vec::new());
    };
    let [from, to] = [places.start, places.end].map(|at| first.saturating_add(i64::from(at)));
    sql::rows(
        connection,
        "SELECT entry FROM leaf WHERE seq >= $1 AND seq < $2 ORDER BY seq",
        params![from, to],
    )
    .await?
    .iter()
    .map(|row| {
        sql::bytes(row, 0)?
            .try_into()
            .map(Commitment)
            .map_err(|_| StoreError::Corrupt {
                what: "leaf",
                why: "it is not 32 bytes".to_owned(),
            })
    })
    .collect()
}

fn read_tile(level: u8, index: u64, bytes: Vec<u8>) -> Result<Tile, StoreError> {
    Tile::new(level, index, bytes).map_err(|error| StoreError::Ledger(error.to_string()))
}

/// Writes what an append made, the checkpoint that its commit publishes, and how many submissions there are
/// with it.
pub(super) fn write(
    batch: &mut Batch,
    leaves: &[Commitment],
    appended: &Appended,
    checkpoint: &str,
    received: i64,
) {
    let first = appended.first_index() as i64;
    let rows = leaves
        .iter()
        .zip(first..)
        .map(|(leaf, seq)| params![seq, leaf.0])
        .collect();
    batch.insert("INSERT INTO leaf (seq, entry) VALUES", "", rows);
    let edge_stored = appended.first_index() / STORED_EVERY != appended.size() / STORED_EVERY;
    let rows = appended
        .tiles()
        .iter()
        .filter(|tile| tile.id().level > 0 || tile.id().width == TILE_WIDTH || edge_stored)
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
    batch.insert(
        "INSERT INTO tile (level, place, width, hashes) VALUES",
        "ON CONFLICT (level, place) DO UPDATE SET width = excluded.width, hashes = excluded.hashes",
        rows,
    );
    batch.insert(
        "INSERT INTO meta (name, value) VALUES",
        "ON CONFLICT (name) DO UPDATE SET value = excluded.value",
        vec![
            params!["checkpoint", checkpoint],
            params!["received", received.to_string()],
        ],
    );
}

/// How many submissions were received.
pub(super) async fn received(connection: &mut AnyConnection) -> Result<i64, StoreError> {
    let row = sql::row(
        connection,
        "SELECT value FROM meta WHERE name = 'received'",
        vec![],
    )
    .await?;
    match row {
        None => Ok(0),
        Some(row) => sql::text(&row, 0)?
            .parse()
            .map_err(|_| StoreError::Corrupt {
                what: "count of submissions",
                why: "not a number".to_owned(),
            }),
    }
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
    if sql::bytes(&row, 3)?.is_empty() {
        return Err(StoreError::Erased);
    }
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
        if let Some(bytes) = tile(connection, id.level, id.index, id.width).await? {
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
