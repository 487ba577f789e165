//! One tile with all the nodes above its hashes, kept as it grows.

use crate::{Hash, tile::TILE_WIDTH};

/// Heights of the tree that one tile spans.
pub(crate) const TILE_HEIGHT: u8 = 8;

/// `rows[0]` are the tile's hashes, `rows[b]` the complete nodes b levels above them: with them,
/// a proof looks hashes up where it would have to compute up to 255 of them.
#[derive(Debug, Clone)]
pub(crate) struct Subtree {
    rows: [Vec<Hash>; TILE_HEIGHT as usize + 1],
}

impl Subtree {
    pub(crate) fn empty() -> Self {
        Self {
            rows: std::array::from_fn(|_| Vec::new()),
        }
    }

    pub(crate) fn from_hashes(hashes: impl IntoIterator<Item = Hash>) -> Self {
        let mut subtree = Self::empty();
        for hash in hashes {
            subtree.push(hash);
        }
        subtree
    }

    /// Adds a hash on the right. Never called on a full tile.
    pub(crate) fn push(&mut self, hash: Hash) {
        debug_assert!(self.hashes().len() < TILE_WIDTH);
        let mut node = hash;
        for row in &mut self.rows {
            row.push(node);
            let [.., left, right] = row.as_slice() else {
                return;
            };
            if row.len() % 2 == 1 {
                return;
            }
            node = Hash::node(*left, *right);
        }
    }

    pub(crate) fn hashes(&self) -> &[Hash] {
        &self.rows[0]
    }

    /// The node over the whole tile, once it is full.
    pub(crate) fn root(&self) -> Option<Hash> {
        self.rows[usize::from(TILE_HEIGHT)].first().copied()
    }

    /// A complete node `row` levels above the tile's hashes.
    pub(crate) fn node(&self, row: u8, place: usize) -> Option<Hash> {
        self.rows.get(usize::from(row))?.get(place).copied()
    }
}
