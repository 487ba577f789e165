//! The appendable state: size and right edge, never all leaves.

use std::sync::Arc;

use thiserror::Error;

use crate::{
    Commitment, Hash, InclusionProof, Tile, TileSet,
    proof::{self, Fringes, edge_tiles},
    subtree::{Subtree, TILE_HEIGHT},
    tile::TILE_WIDTH,
};

/// How many leaves a log may hold: far more than any will, and small enough that no arithmetic
/// on positions overflows.
pub const MAX_SIZE: u64 = 1 << 48;

/// A log as its writer holds it: some kilobytes, whatever its size.
///
/// Cloning is cheap. Appending gives a new log and leaves this one as it was, so that a
/// transaction that fails needs no undoing.
#[derive(Debug, Clone)]
pub struct Log {
    size: u64,
    root: Hash,
    /// The partial tile on the right edge of each level, possibly empty.
    edge: Vec<Arc<Subtree>>,
}

/// The log cannot hold that many leaves.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("the log holds {size} leaves and cannot take {more} more")]
pub struct LogFull {
    /// Leaves in the log.
    pub size: u64,
    /// Leaves that were to be appended.
    pub more: usize,
}

/// A stored state that is not a log.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum RestoreError {
    /// A tile of the right edge is absent, or narrower than the size asks for.
    #[error("the tile of level {level}, index {index} is missing or has less than {width} hashes")]
    Missing {
        /// Level of the tile.
        level: u8,
        /// Index in the level.
        index: u64,
        /// Width it must have at least.
        width: u16,
    },
    /// The size is past [`MAX_SIZE`].
    #[error("a log of {size} leaves is past the limit of {MAX_SIZE}")]
    Size {
        /// The size as given.
        size: u64,
    },
}

impl Log {
    /// A log without leaves.
    pub fn empty() -> Self {
        Self {
            size: 0,
            root: tlog_tiles::EMPTY_HASH.into(),
            edge: Vec::new(),
        }
    }

    /// A log of `size` leaves from its stored right edge; [`edge_tiles`] tells which tiles that is.
    ///
    /// Other tiles are ignored, and a tile may be wider than needed. The hashes are believed:
    /// compare [`Log::root`] with the last checkpoint before appending.
    ///
    /// # Errors
    ///
    /// When a tile of the edge is missing, or the size is past [`MAX_SIZE`].
    pub fn restore(size: u64, tiles: impl IntoIterator<Item = Tile>) -> Result<Self, RestoreError> {
        if size > MAX_SIZE {
            return Err(RestoreError::Size { size });
        }
        let needed = edge_tiles(size);
        let mut edge = vec![];
        edge.resize(levels(size), Arc::new(Subtree::empty()));
        for tile in tiles {
            let fits = needed.iter().find(|need| {
                need.level == tile.id().level
                    && need.index == tile.id().index
                    && need.width <= tile.id().width
            });
            if let Some(need) = fits {
                let hashes = tile.hashes().take(usize::from(need.width));
                edge[usize::from(need.level)] = Arc::new(Subtree::from_hashes(hashes));
            }
        }
        for need in needed {
            if edge[usize::from(need.level)].hashes().is_empty() {
                return Err(RestoreError::Missing {
                    level: need.level,
                    index: need.index,
                    width: need.width,
                });
            }
        }
        let mut log = Self {
            size,
            root: tlog_tiles::EMPTY_HASH.into(),
            edge,
        };
        log.root = log.fringes().root();
        Ok(log)
    }

    /// How many leaves the log holds.
    pub fn size(&self) -> u64 {
        self.size
    }

    /// The root hash of the tree.
    pub fn root(&self) -> Hash {
        self.root
    }

    /// The right edge as tiles: what [`Log::restore`] needs.
    pub fn edge(&self) -> Vec<Tile> {
        edge_tiles(self.size)
            .into_iter()
            .map(|id| {
                let subtree = &self.edge[usize::from(id.level)];
                Tile::from_hashes(id.level, id.index, subtree.hashes())
            })
            .collect()
    }

    /// The log with these leaves added, and what is to be stored for it.
    ///
    /// This log does not change: take the new one with [`Appended::into_log`] once its tiles are
    /// durable, or drop the whole.
    ///
    /// # Errors
    ///
    /// When the log would grow past [`MAX_SIZE`].
    pub fn append(&self, commitments: &[Commitment]) -> Result<Appended, LogFull> {
        let full = || LogFull {
            size: self.size,
            more: commitments.len(),
        };
        let more = u64::try_from(commitments.len()).map_err(|_| full())?;
        let size = self
            .size
            .checked_add(more)
            .filter(|size| *size <= MAX_SIZE)
            .ok_or_else(full)?;

        let mut edge = self.edge.clone();
        edge.resize(levels(size), Arc::new(Subtree::empty()));
        let mut completed = Vec::new();
        for (leaf, commitment) in (self.size..).zip(commitments) {
            let mut hash = commitment.leaf_hash();
            // Position of `hash` among those of its level.
            let mut place = leaf;
            for (level, partial) in (0u8..).zip(&mut edge) {
                Arc::make_mut(partial).push(hash);
                let Some(root) = partial.root() else { break };
                place /= TILE_WIDTH as u64;
                let tile = std::mem::replace(partial, Arc::new(Subtree::empty()));
                completed.push((level, place, tile));
                hash = root;
            }
        }

        let mut nodes = TileSet::default();
        let mut tiles = Vec::new();
        for (level, index, subtree) in completed {
            tiles.push(Tile::from_hashes(level, index, subtree.hashes()));
            nodes.insert_subtree(level, index, subtree);
        }
        for id in edge_tiles(size) {
            let subtree = &edge[usize::from(id.level)];
            if level_size(self.size, id.level) != level_size(size, id.level) {
                tiles.push(Tile::from_hashes(id.level, id.index, subtree.hashes()));
            }
            nodes.insert_subtree(id.level, id.index, Arc::clone(subtree));
        }

        let fringes = edge_fringes(size, &edge);
        let log = Self {
            size,
            root: fringes.root(),
            edge,
        };
        Ok(Appended {
            first_index: self.size,
            tiles,
            log,
            nodes,
            fringes,
        })
    }

    fn fringes(&self) -> Fringes {
        edge_fringes(self.size, &self.edge)
    }
}

/// Every node the right fringe is made of lies in a partial tile of the edge.
fn edge_fringes(size: u64, edge: &[Arc<Subtree>]) -> Fringes {
    Fringes::new(size, |height, place| {
        let (level, row) = (height / TILE_HEIGHT, height % TILE_HEIGHT);
        let places_in_tile = TILE_WIDTH >> row;
        let place = usize::try_from(place % places_in_tile as u64).expect("under 256");
        edge[usize::from(level)].node(row, place).ok_or(())
    })
    .expect("the edge has the width that the size gives it")
}

/// How many levels of tiles a tree of `size` leaves has.
fn levels(size: u64) -> usize {
    (0u8..)
        .take_while(|level| level_size(size, *level) > 0)
        .count()
}

/// How many hashes a level of tiles has.
fn level_size(size: u64, level: u8) -> u64 {
    size.checked_shr(u32::from(level) * u32::from(TILE_HEIGHT))
        .unwrap_or(0)
}

/// What an append made: to be stored, then taken, or dropped.
#[derive(Debug, Clone)]
pub struct Appended {
    first_index: u64,
    tiles: Vec<Tile>,
    log: Log,
    nodes: TileSet,
    fringes: Fringes,
}

impl Appended {
    /// Index in the log of the first leaf added; the others follow in order.
    pub fn first_index(&self) -> u64 {
        self.first_index
    }

    /// Size of the log with the leaves added.
    pub fn size(&self) -> u64 {
        self.log.size
    }

    /// Root of the log with the leaves added.
    pub fn root(&self) -> Hash {
        self.log.root
    }

    /// Every tile completed or changed, each as it is after the append. A tile stored earlier
    /// under the same level and index is a prefix of the one here.
    pub fn tiles(&self) -> &[Tile] {
        &self.tiles
    }

    /// Proof that the leaf at `index`, one of those just added, is in the log of [`Self::size`]
    /// leaves. Reads nothing but what the append left in memory. `None` for another index.
    pub fn proof(&self, index: u64) -> Option<InclusionProof> {
        if !(self.first_index..self.size()).contains(&index) {
            return None;
        }
        let proof = proof::inclusion(index, self.size(), &self.nodes, &self.fringes);
        Some(proof.expect("the tiles on the path of an added leaf were all touched or are edges"))
    }

    /// The log with the leaves added.
    pub fn log(&self) -> &Log {
        &self.log
    }

    /// The log with the leaves added, to go on with once its tiles are durable.
    pub fn into_log(self) -> Log {
        self.log
    }
}

/// Recomputes a root from leaves alone, one after the other, holding one hash a height: the
/// check that stored leaves are still those of a signed checkpoint.
#[derive(Debug, Clone, Default)]
pub struct RootBuilder {
    size: u64,
    /// Complete subtrees from left to right, each with its height; heights fall.
    subtrees: Vec<(u32, Hash)>,
}

impl RootBuilder {
    /// A builder that has seen no leaf.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds the next leaf.
    pub fn push(&mut self, commitment: &Commitment) {
        let mut node = (0, commitment.leaf_hash());
        while let Some((_, left)) = self.subtrees.pop_if(|(height, _)| *height == node.0) {
            node = (node.0 + 1, Hash::node(left, node.1));
        }
        self.subtrees.push(node);
        self.size += 1;
    }

    /// How many leaves were added.
    pub fn size(&self) -> u64 {
        self.size
    }

    /// The root of the leaves added so far; more may follow.
    pub fn root(&self) -> Hash {
        self.subtrees
            .iter()
            .rev()
            .map(|(_, hash)| *hash)
            .reduce(|right, left| Hash::node(left, right))
            .unwrap_or(tlog_tiles::EMPTY_HASH.into())
    }
}

/// The root of a log of these leaves.
pub fn root_of(commitments: impl IntoIterator<Item = Commitment>) -> Hash {
    let mut builder = RootBuilder::new();
    for commitment in commitments {
        builder.push(&commitment);
    }
    builder.root()
}

#[cfg(test)]
pub(crate) mod tests {
    use std::collections::BTreeMap;

    use proptest::prelude::*;

    use super::*;

    /// The made leaf at an index.
    pub(crate) fn leaf(index: u64) -> Commitment {
        let mut bytes = [0xc0; 32];
        bytes[..8].copy_from_slice(&index.to_be_bytes());
        Commitment(bytes)
    }

    pub(crate) fn leaves(range: std::ops::Range<u64>) -> Vec<Commitment> {
        range.map(leaf).collect()
    }

    /// Tiles as a store keeps them: the widest of each.
    #[derive(Default)]
    pub(crate) struct Stored(pub(crate) BTreeMap<(u8, u64), Tile>);

    impl Stored {
        pub(crate) fn apply(&mut self, appended: &Appended) {
            for tile in appended.tiles() {
                let id = tile.id();
                if let Some(old) = self.0.insert((id.level, id.index), tile.clone()) {
                    assert!(
                        tile.bytes().starts_with(old.bytes()),
                        "{id:?} was rewritten"
                    );
                }
            }
        }

        pub(crate) fn all(&self) -> TileSet {
            let mut set = TileSet::default();
            self.0.values().for_each(|tile| set.insert(tile));
            set
        }

        pub(crate) fn only(&self, ids: &[crate::TileId]) -> TileSet {
            let mut set = TileSet::default();
            for id in ids {
                let tile = &self.0[&(id.level, id.index)];
                assert!(tile.id().width >= id.width, "{id:?} is too narrow");
                set.insert(tile);
            }
            set
        }
    }

    /// Appends in chunks; after each, checks root, edge, restored log and the proofs of `probe`.
    #[track_caller]
    fn check(chunks: &[u64], probe: impl Fn(u64) -> bool) -> (Log, Stored) {
        let mut log = Log::empty();
        let mut stored = Stored::default();
        let mut plain = RootBuilder::new();
        for chunk in chunks {
            let range = log.size()..log.size() + chunk;
            let appended = log.append(&leaves(range.clone())).unwrap();
            range.clone().for_each(|index| plain.push(&leaf(index)));
            assert_eq!(appended.first_index(), range.start);
            assert_eq!(appended.size(), plain.size());
            assert_eq!(appended.root(), plain.root());
            stored.apply(&appended);
            for index in range.filter(|index| probe(*index)) {
                let proof = appended.proof(index).unwrap();
                proof
                    .check(
                        index,
                        appended.size(),
                        &appended.root(),
                        &leaf(index).leaf_hash(),
                    )
                    .unwrap();
            }
            assert_eq!(appended.proof(appended.size()), None);
            assert_eq!(appended.proof(appended.first_index().wrapping_sub(1)), None);
            log = appended.into_log();
            let restored = Log::restore(log.size(), stored.0.values().cloned()).unwrap();
            assert_eq!(restored.root(), log.root());
            assert_eq!(restored.edge(), log.edge());
        }
        (log, stored)
    }

    #[test]
    fn an_empty_log_has_the_root_of_nothing() {
        let log = Log::empty();
        assert_eq!(
            log.root().to_string(),
            "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU="
        );
        assert_eq!(log.root(), root_of([]));
        let appended = log.append(&[]).unwrap();
        assert_eq!((appended.size(), appended.tiles().len()), (0, 0));
        assert_eq!(Log::restore(0, []).unwrap().root(), log.root());
    }

    #[test]
    fn full_tiles_are_crossed_at_every_step() {
        for first in [254, 255, 256, 257, 511, 512, 513] {
            for second in [0, 1, 2, 255, 256, 257] {
                check(&[first, second, 1, 1], |_| true);
            }
        }
    }

    #[test]
    fn two_levels_of_tiles_are_crossed() {
        let near = |index: u64| {
            index < 2 || index.is_multiple_of(4_099) || (65_278..65_800).contains(&index)
        };
        let (one, _) = check(&[65_535, 1, 1], near);
        let (two, stored) = check(&[65_279, 256, 3], near);
        let (three, _) = check(&[65_538], near);
        assert_eq!(two.root(), three.root());
        assert_eq!(one.append(&[leaf(65_537)]).unwrap().root(), two.root());
        assert_eq!(stored.0[&(2, 0)].id().width, 1);
        assert_eq!(stored.0[&(1, 0)].id().width, 256);
        assert!(!stored.0.contains_key(&(1, 1)));
    }

    #[test]
    fn a_failed_append_leaves_the_log_as_it_was() {
        let (log, _) = check(&[300], |_| false);
        let (root, edge) = (log.root(), log.edge());
        drop(log.append(&leaves(300..900)).unwrap());
        assert_eq!((log.size(), log.root(), log.edge()), (300, root, edge));
        let appended = log.append(&leaves(300..301)).unwrap();
        assert_eq!(appended.root(), root_of(leaves(0..301)));
    }

    #[test]
    fn a_log_is_not_restored_from_an_incomplete_edge() {
        let (log, stored) = check(&[600], |_| false);
        let all: Vec<Tile> = stored.0.into_values().collect();
        for missing in log.edge() {
            let rest = all.iter().filter(|tile| tile.id() != missing.id()).cloned();
            let error = Log::restore(600, rest).unwrap_err();
            assert!(matches!(error, RestoreError::Missing { .. }), "{error}");
        }
        assert!(Log::restore(601, all.clone()).is_err());
        // The older log is still there in the wider tiles.
        assert_eq!(
            Log::restore(599, all).unwrap().root(),
            root_of(leaves(0..599))
        );
        let size = MAX_SIZE + 1;
        assert_eq!(
            Log::restore(size, []).unwrap_err(),
            RestoreError::Size { size }
        );
    }

    #[test]
    fn a_full_log_refuses() {
        // Full tiles only: the edge is one hash of level 6.
        let tile = Tile::new(6, 0, vec![1; 32]).unwrap();
        let log = Log::restore(MAX_SIZE, [tile]).unwrap();
        assert_eq!(log.append(&[leaf(0)]).unwrap_err().size, MAX_SIZE);
        assert!(log.append(&[]).is_ok());
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(48))]
        #[test]
        fn any_chunking_gives_the_same_root(chunks in prop::collection::vec(0..300u64, 1..8)) {
            let (log, _) = check(&chunks, |index| index % 37 == 0);
            prop_assert_eq!(log.root(), root_of(leaves(0..chunks.iter().sum())));
        }
    }
}
