//! Proofs of inclusion and consistency: which tiles they need, making and checking them.

use std::{
    cell::RefCell,
    collections::{BTreeSet, HashMap},
    fmt,
    sync::Arc,
};

use thiserror::Error;
use tlog_tiles::HashReader;

use crate::{
    Hash, MAX_SIZE, Tile, TileId,
    subtree::{Subtree, TILE_HEIGHT},
};

/// That a leaf is at an index in a tree: hashes from the leaf's sibling up (RFC 6962, 2.1.1).
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct InclusionProof {
    /// The hashes.
    pub hashes: Vec<Hash>,
}

/// That a tree is the beginning of a larger one (RFC 6962, 2.1.2).
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ConsistencyProof {
    /// The hashes.
    pub hashes: Vec<Hash>,
}

/// A proof that does not prove it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("the proof does not lead to the root")]
pub struct ProofRefused;

/// More hashes than any proof in a tree of 2^64 leaves has.
const MAX_PROOF_HASHES: usize = 65;

impl InclusionProof {
    /// Checks that the leaf with hash `leaf` is at `index` in the tree of `size` leaves.
    ///
    /// # Errors
    ///
    /// When it is not, or the proof shows something else.
    pub fn check(
        &self,
        index: u64,
        size: u64,
        root: &Hash,
        leaf: &Hash,
    ) -> Result<(), ProofRefused> {
        let proof = peer_hashes(&self.hashes)?;
        tlog_tiles::check_record(&proof, size, (*root).into(), index, (*leaf).into())
            .map_err(|_| ProofRefused)
    }
}

impl ConsistencyProof {
    /// Checks that the tree of `old_size` leaves is the beginning of the one of `size` leaves.
    ///
    /// # Errors
    ///
    /// When it is not, the proof shows something else, or `old_size` is 0: every tree begins with
    /// nothing, so that there is nothing to prove.
    pub fn check(
        &self,
        old_size: u64,
        old_root: &Hash,
        size: u64,
        root: &Hash,
    ) -> Result<(), ProofRefused> {
        let proof = peer_hashes(&self.hashes)?;
        tlog_tiles::check_tree(&proof, size, (*root).into(), old_size, (*old_root).into())
            .map_err(|_| ProofRefused)
    }
}

fn peer_hashes(hashes: &[Hash]) -> Result<Vec<tlog_tiles::Hash>, ProofRefused> {
    // The checker copies the rest of the proof at every height: bounded before it is called.
    if hashes.len() > MAX_PROOF_HASHES {
        return Err(ProofRefused);
    }
    Ok(hashes.iter().map(|hash| (*hash).into()).collect())
}

/// Tiles fetched for a proof.
#[derive(Clone, Default)]
pub struct TileSet {
    subtrees: HashMap<(u8, u64), Arc<Subtree>>,
}

impl TileSet {
    /// An empty set.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a tile; it may be wider than the proof needs.
    pub fn insert(&mut self, tile: &Tile) {
        let id = tile.id();
        let subtree = Arc::new(Subtree::from_hashes(tile.hashes()));
        self.insert_subtree(id.level, id.index, subtree);
    }

    pub(crate) fn insert_subtree(&mut self, level: u8, index: u64, subtree: Arc<Subtree>) {
        self.subtrees.insert((level, index), subtree);
    }

    /// The complete node at `place` among those of a height.
    fn node(&self, height: u8, place: u64) -> Result<Hash, ProveError> {
        let (level, row) = (height / TILE_HEIGHT, height % TILE_HEIGHT);
        // A tile holds 2^8 hashes, so 2^(8 - row) nodes of this height.
        let shift = TILE_HEIGHT - row;
        let index = place >> shift;
        let in_tile = usize::try_from(place & ((1 << shift) - 1)).expect("under 256");
        self.subtrees
            .get(&(level, index))
            .and_then(|subtree| subtree.node(row, in_tile))
            .ok_or(ProveError::MissingTile { level, index })
    }
}

impl fmt::Debug for TileSet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.subtrees.keys()).finish()
    }
}

/// A proof that cannot be made.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum ProveError {
    /// The leaf is not in a tree of that size.
    #[error("there is no leaf {index} in a log of {size}")]
    Index {
        /// The index asked for.
        index: u64,
        /// The size of the tree.
        size: u64,
    },
    /// The old tree is empty or larger than the new one.
    #[error("a log of {old_size} is not the beginning of a log of {size}")]
    Sizes {
        /// Size of the old tree.
        old_size: u64,
        /// Size of the new tree.
        size: u64,
    },
    /// The size is past [`MAX_SIZE`].
    #[error("a log of {size} leaves is past the limit of {MAX_SIZE}")]
    Size {
        /// The size asked for.
        size: u64,
    },
    /// A tile is not in the set, or too narrow.
    #[error("the tile of level {level}, index {index} is missing or too narrow")]
    MissingTile {
        /// Level of the tile.
        level: u8,
        /// Index in the level.
        index: u64,
    },
}

/// The partial tiles on the right edge of a tree, by level: what [`crate::Log::restore`] needs.
pub fn edge_tiles(size: u64) -> Vec<TileId> {
    (0..TILE_HEIGHT)
        .filter_map(|level| {
            let hashes = size >> (level * TILE_HEIGHT);
            // Nothing when the last tile is full: it then lies behind the edge.
            TileId::in_tree(level, hashes >> TILE_HEIGHT, size)
        })
        .collect()
}

/// The tiles [`prove_inclusion`] reads: at most two a level. A wider tile serves too.
///
/// # Errors
///
/// When there is no such leaf, or the size is past [`MAX_SIZE`].
pub fn tiles_for_inclusion(index: u64, size: u64) -> Result<Vec<TileId>, ProveError> {
    check_index(index, size)?;
    let path = (0..TILE_HEIGHT).filter_map(|level| {
        let place = index >> (level * TILE_HEIGHT);
        TileId::in_tree(level, place >> TILE_HEIGHT, size)
    });
    let tiles: BTreeSet<TileId> = path.chain(edge_tiles(size)).collect();
    Ok(tiles.into_iter().collect())
}

/// Proves that the leaf at `index` is in the tree of `size` leaves.
///
/// The tiles are believed: a proof for the outside is worth a [`InclusionProof::check`] against
/// the signed root first, which finds a damaged tile.
///
/// # Errors
///
/// When there is no such leaf, or a tile of [`tiles_for_inclusion`] is missing.
pub fn prove_inclusion(
    index: u64,
    size: u64,
    tiles: &TileSet,
) -> Result<InclusionProof, ProveError> {
    check_index(index, size)?;
    let fringes = Fringes::new(size, |height, place| tiles.node(height, place))?;
    inclusion(index, size, tiles, &fringes)
}

fn check_index(index: u64, size: u64) -> Result<(), ProveError> {
    if size > MAX_SIZE {
        return Err(ProveError::Size { size });
    }
    if index >= size {
        return Err(ProveError::Index { index, size });
    }
    Ok(())
}

/// The incomplete nodes on the right of a tree.
#[derive(Debug, Clone)]
pub(crate) struct Fringes {
    /// By height h, the hash of the last `size mod 2^h` leaves, when there are any.
    below: Vec<Option<Hash>>,
}

impl Fringes {
    pub(crate) fn new<E>(size: u64, node: impl Fn(u8, u64) -> Result<Hash, E>) -> Result<Self, E> {
        let mut below = vec![None];
        let mut fringe = None;
        for height in (0u8..).take_while(|height| size >> height > 0) {
            let nodes = size >> height;
            if nodes % 2 == 1 {
                let last = node(height, nodes - 1)?;
                fringe = Some(fringe.map_or(last, |right| Hash::node(last, right)));
            }
            below.push(fringe);
        }
        Ok(Self { below })
    }

    pub(crate) fn root(&self) -> Hash {
        self.below
            .last()
            .copied()
            .flatten()
            .unwrap_or(tlog_tiles::EMPTY_HASH.into())
    }
}

/// The proof for a leaf of the tree; `fringes` are those of the same tree.
pub(crate) fn inclusion(
    index: u64,
    size: u64,
    tiles: &TileSet,
    fringes: &Fringes,
) -> Result<InclusionProof, ProveError> {
    let mut hashes = Vec::new();
    for height in (0u8..).take_while(|height| (size - 1) >> height > 0) {
        let place = index >> height;
        let complete = size >> height;
        let sibling = place ^ 1;
        if sibling < complete {
            hashes.push(tiles.node(height, sibling)?);
        } else if sibling == complete
            && let Some(fringe) = fringes.below[usize::from(height)]
        {
            hashes.push(fringe);
        }
        // Else nothing is on the right, and the node goes up unchanged.
    }
    Ok(InclusionProof { hashes })
}

/// The tiles [`prove_consistency`] reads. A wider tile serves too.
///
/// # Errors
///
/// When the sizes are not those of a tree and a beginning of it.
pub fn tiles_for_consistency(old_size: u64, size: u64) -> Result<Vec<TileId>, ProveError> {
    check_sizes(old_size, size)?;
    let wanted = Wanted::default();
    tlog_tiles::prove_tree(size, old_size, &wanted)
        .expect("the sizes were checked and the reader never fails");
    let tiles: BTreeSet<TileId> = wanted
        .nodes
        .into_inner()
        .into_iter()
        .filter_map(|(height, place)| {
            let level = height / TILE_HEIGHT;
            let index = place >> (TILE_HEIGHT - height % TILE_HEIGHT);
            TileId::in_tree(level, index, size)
        })
        .collect();
    Ok(tiles.into_iter().collect())
}

/// Proves that the tree of `old_size` leaves is the beginning of the one of `size` leaves.
///
/// # Errors
///
/// When the sizes are not those of a tree and a beginning of it, or a tile of
/// [`tiles_for_consistency`] is missing.
pub fn prove_consistency(
    old_size: u64,
    size: u64,
    tiles: &TileSet,
) -> Result<ConsistencyProof, ProveError> {
    check_sizes(old_size, size)?;
    let found = Found {
        tiles,
        missing: RefCell::new(None),
    };
    match tlog_tiles::prove_tree(size, old_size, &found) {
        Ok(proof) => Ok(ConsistencyProof {
            hashes: proof.into_iter().map(Hash::from).collect(),
        }),
        Err(_) => Err(found
            .missing
            .into_inner()
            .expect("the sizes were checked, so only a missing tile can fail")),
    }
}

fn check_sizes(old_size: u64, size: u64) -> Result<(), ProveError> {
    if size > MAX_SIZE {
        return Err(ProveError::Size { size });
    }
    if old_size == 0 || old_size > size {
        return Err(ProveError::Sizes { old_size, size });
    }
    Ok(())
}

/// A reader that notes what it is asked for.
#[derive(Default)]
struct Wanted {
    nodes: RefCell<Vec<(u8, u64)>>,
}

impl HashReader for Wanted {
    fn read_hashes(&self, indexes: &[u64]) -> Result<Vec<tlog_tiles::Hash>, tlog_tiles::Error> {
        let nodes = indexes
            .iter()
            .map(|i| tlog_tiles::split_stored_hash_index(*i));
        self.nodes.borrow_mut().extend(nodes);
        Ok(vec![tlog_tiles::EMPTY_HASH; indexes.len()])
    }
}

/// A reader over tiles, which keeps our error where the trait has no place for it.
struct Found<'a> {
    tiles: &'a TileSet,
    missing: RefCell<Option<ProveError>>,
}

impl HashReader for Found<'_> {
    fn read_hashes(&self, indexes: &[u64]) -> Result<Vec<tlog_tiles::Hash>, tlog_tiles::Error> {
        indexes
            .iter()
            .map(|i| {
                let (height, place) = tlog_tiles::split_stored_hash_index(*i);
                self.tiles
                    .node(height, place)
                    .map(Into::into)
                    .map_err(|missing| {
                        *self.missing.borrow_mut() = Some(missing);
                        tlog_tiles::Error::IndexesNotInTree
                    })
            })
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        Log, RootBuilder,
        log::tests::{Stored, leaf, leaves},
        root_of,
    };

    fn stored(size: u64) -> Stored {
        let mut stored = Stored::default();
        stored.apply(&Log::empty().append(&leaves(0..size)).unwrap());
        stored
    }

    /// Roots of every beginning of the made log.
    fn roots(size: u64) -> Vec<Hash> {
        let mut builder = RootBuilder::new();
        let mut roots = vec![builder.root()];
        for index in 0..size {
            builder.push(&leaf(index));
            roots.push(builder.root());
        }
        roots
    }

    #[test]
    fn every_leaf_is_provable_at_every_size() {
        let tiles = stored(600).all();
        let roots = roots(600);
        for size in 1..=600 {
            let fringes = Fringes::new(size, |h, place| tiles.node(h, place)).unwrap();
            assert_eq!(fringes.root(), roots[size as usize]);
            for index in 0..size {
                let proof = inclusion(index, size, &tiles, &fringes).unwrap();
                proof
                    .check(index, size, &roots[size as usize], &leaf(index).leaf_hash())
                    .unwrap_or_else(|_| panic!("leaf {index} of {size}"));
            }
        }
    }

    #[test]
    fn the_tiles_named_are_enough_and_all_needed_where_it_counts() {
        let stored = stored(66_000);
        let all = stored.all();
        let root_at = |size| {
            let found = Fringes::new(size, |height, place| all.node(height, place));
            found.unwrap().root()
        };
        assert_eq!(root_at(66_000), root_of(leaves(0..66_000)));
        for size in [
            1, 2, 255, 256, 257, 511, 513, 65_535, 65_536, 65_537, 65_793, 66_000,
        ] {
            let root = &root_at(size);
            for index in [
                0,
                1,
                254,
                255,
                256,
                257,
                511,
                512,
                65_279,
                65_535,
                65_536,
                size - 1,
            ] {
                if index >= size {
                    continue;
                }
                let ids = tiles_for_inclusion(index, size).unwrap();
                assert!(ids.len() <= 6, "{ids:?}");
                let proof = prove_inclusion(index, size, &stored.only(&ids)).unwrap();
                proof
                    .check(index, size, root, &leaf(index).leaf_hash())
                    .unwrap();
                let peer = tlog_tiles::prove_record(
                    size,
                    index,
                    &Found {
                        tiles: &all,
                        missing: RefCell::new(None),
                    },
                );
                assert_eq!(
                    peer.unwrap()
                        .into_iter()
                        .map(Hash::from)
                        .collect::<Vec<_>>(),
                    proof.hashes
                );

                let old_size = index + 1;
                let ids = tiles_for_consistency(old_size, size).unwrap();
                let tiles = stored.only(&ids);
                let proof = prove_consistency(old_size, size, &tiles).unwrap();
                proof
                    .check(old_size, &root_at(old_size), size, root)
                    .unwrap();
                for (i, _) in ids.iter().enumerate() {
                    let less: Vec<_> = [&ids[..i], &ids[i + 1..]].concat();
                    let error = prove_consistency(old_size, size, &stored.only(&less)).unwrap_err();
                    assert!(matches!(error, ProveError::MissingTile { .. }));
                }
            }
        }
    }

    #[test]
    fn every_size_is_the_beginning_of_every_larger_one() {
        let tiles = stored(300).all();
        let roots = roots(300);
        for size in (1..=300).step_by(7).chain([255, 256, 257, 300]) {
            for old_size in 1..=size {
                let proof = prove_consistency(old_size, size, &tiles).unwrap();
                let (old_root, root) = (&roots[old_size as usize], &roots[size as usize]);
                proof.check(old_size, old_root, size, root).unwrap();
                if old_size < size {
                    assert_eq!(proof.check(old_size, root, size, root), Err(ProofRefused));
                }
            }
        }
    }

    #[test]
    fn what_is_not_in_the_log_is_not_proved() {
        let tiles = stored(10).all();
        let index = prove_inclusion(10, 10, &tiles);
        assert_eq!(
            index,
            Err(ProveError::Index {
                index: 10,
                size: 10
            })
        );
        let missing = prove_inclusion(3, 11, &tiles);
        assert_eq!(missing, Err(ProveError::MissingTile { level: 0, index: 0 }));
        for (old_size, size) in [(0, 10), (0, 0), (11, 10)] {
            let error = prove_consistency(old_size, size, &tiles);
            assert_eq!(error, Err(ProveError::Sizes { old_size, size }));
        }
        for size in [MAX_SIZE + 1, u64::MAX] {
            assert_eq!(tiles_for_inclusion(0, size), Err(ProveError::Size { size }));
            assert_eq!(
                tiles_for_consistency(1, size),
                Err(ProveError::Size { size })
            );
        }
        assert!(tiles_for_inclusion(MAX_SIZE - 1, MAX_SIZE).unwrap().len() <= 14);
        assert!(
            !tiles_for_consistency(MAX_SIZE - 1, MAX_SIZE)
                .unwrap()
                .is_empty()
        );
    }

    #[test]
    fn absurd_proofs_are_refused() {
        let hash = Hash([1; 32]);
        let hashes = vec![hash; 100_000];
        let inclusion = InclusionProof {
            hashes: hashes.clone(),
        };
        let consistency = ConsistencyProof { hashes };
        for size in [0, 1, 2, u64::MAX] {
            assert_eq!(inclusion.check(0, size, &hash, &hash), Err(ProofRefused));
            assert_eq!(consistency.check(1, &hash, size, &hash), Err(ProofRefused));
        }
        for count in 0..=65 {
            let inclusion = InclusionProof {
                hashes: vec![hash; count],
            };
            let consistency = ConsistencyProof {
                hashes: vec![hash; count],
            };
            for index in [0, 1, u64::MAX - 1, u64::MAX] {
                assert!(inclusion.check(index, u64::MAX, &hash, &hash).is_err());
                if index < u64::MAX {
                    assert!(consistency.check(index, &hash, u64::MAX, &hash).is_err());
                }
            }
        }
    }
}
