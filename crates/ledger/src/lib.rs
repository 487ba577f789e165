#![doc = include_str!("../README.md")]
#![warn(missing_docs)]

mod checkpoint;
mod commitment;
mod log;
mod proof;
mod receipt;
mod subtree;
mod tile;

pub use checkpoint::{Checkpoint, CheckpointError, OriginError, Signer, Verifier, VkeyError};
pub use commitment::{Commitment, Hash, LabelError, MAX_LABELS, Opening};
pub use log::{Appended, Log, LogFull, MAX_SIZE, RestoreError, RootBuilder, root_of};
pub use proof::{
    ConsistencyProof, InclusionProof, ProofRefused, ProveError, TileSet, edge_tiles,
    prove_consistency, prove_inclusion, tiles_for_consistency, tiles_for_inclusion,
};
pub use receipt::{MAX_RECEIPT_BYTES, Receipt, ReceiptError, Verified, VerifyError, verify};
pub use tile::{
    EntryBundleError, Tile, TileError, TileId, TilePath, TilePathError, entry_bundle,
    parse_entry_bundle,
};

#[cfg(test)]
mod vectors;
