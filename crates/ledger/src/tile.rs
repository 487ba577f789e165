//! Tiles and entry bundles as C2SP tlog-tiles names and writes them.

use std::{fmt, str::FromStr};

use thiserror::Error;

use crate::{Commitment, Hash, subtree::TILE_HEIGHT};

/// Hashes, or entries, in a full tile.
pub(crate) const TILE_WIDTH: usize = 256;

/// The levels a path may name. A log of [`crate::MAX_SIZE`] leaves uses the first seven.
const MAX_LEVEL: u8 = 63;

/// Which hashes a tile holds: `width` of them, at height `8 × level`, from `256 × index` on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TileId {
    /// 0 for leaf hashes; each level is eight heights of the tree.
    pub level: u8,
    /// Position among the tiles of its level.
    pub index: u64,
    /// 1 to 256; less than 256 on the right edge only.
    pub width: u16,
}

impl TileId {
    /// The tile `index` of `level` in a tree of `size` leaves, as wide as it is there.
    pub(crate) fn in_tree(level: u8, index: u64, size: u64) -> Option<Self> {
        let hashes = size.checked_shr(u32::from(level) * u32::from(TILE_HEIGHT))?;
        let before = index.checked_mul(TILE_WIDTH as u64)?;
        let width = hashes.checked_sub(before)?.min(TILE_WIDTH as u64);
        let width = u16::try_from(width).expect("at most 256");
        (width > 0).then_some(Self {
            level,
            index,
            width,
        })
    }
}

/// A tile and its bytes: `32 × width`, the hashes one after the other.
#[derive(Clone, PartialEq, Eq)]
pub struct Tile {
    id: TileId,
    bytes: Vec<u8>,
}

/// Bytes that are not the tile they are said to be.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum TileError {
    /// Not a whole number of hashes between 1 and 256.
    #[error("a tile of {bytes} bytes: expected 32 to 8192, a multiple of 32")]
    Length {
        /// How many bytes were given.
        bytes: usize,
    },
}

impl Tile {
    /// A tile from its stored bytes; the width follows from them.
    ///
    /// # Errors
    ///
    /// When `bytes` is not 1 to 256 hashes long.
    pub fn new(level: u8, index: u64, bytes: Vec<u8>) -> Result<Self, TileError> {
        let width = bytes.len() / 32;
        if !bytes.len().is_multiple_of(32) || !(1..=TILE_WIDTH).contains(&width) {
            return Err(TileError::Length { bytes: bytes.len() });
        }
        let width = u16::try_from(width).expect("at most 256");
        let id = TileId {
            level,
            index,
            width,
        };
        Ok(Self { id, bytes })
    }

    pub(crate) fn from_hashes(level: u8, index: u64, hashes: &[Hash]) -> Self {
        let bytes = hashes.iter().flat_map(|hash| hash.0).collect();
        Self::new(level, index, bytes).expect("callers hold 1 to 256 hashes")
    }

    /// Which tile it is.
    pub fn id(&self) -> TileId {
        self.id
    }

    /// The hashes, one after the other: what is stored and served.
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// The hashes.
    pub fn hashes(&self) -> impl Iterator<Item = Hash> {
        self.bytes
            .as_chunks::<32>()
            .0
            .iter()
            .map(|hash| Hash(*hash))
    }
}

impl fmt::Debug for Tile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Tile").field(&self.id).finish()
    }
}

/// The path a tile or an entry bundle is served under: `/tile/<L>/<N>[.p/<W>]` or
/// `/tile/entries/<N>[.p/<W>]`. `Display` writes it, `FromStr` reads it.
///
/// ```
/// use orfevre_ledger::{TileId, TilePath};
///
/// let path: TilePath = "/tile/0/x001/x234/067.p/8".parse()?;
/// assert_eq!(path, TilePath::Hashes(TileId { level: 0, index: 1_234_067, width: 8 }));
/// assert_eq!(TilePath::Entries { index: 3, width: 256 }.to_string(), "/tile/entries/003");
/// # Ok::<(), orfevre_ledger::TilePathError>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TilePath {
    /// Hashes of the tree.
    Hashes(TileId),
    /// The entries under a tile of level 0.
    Entries {
        /// Position of the bundle.
        index: u64,
        /// 1 to 256.
        width: u16,
    },
}

/// A path that names no tile, or not in the one way to write it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("not the path of a tile: expected /tile/<level>/<index>[.p/<width>]")]
pub struct TilePathError;

impl fmt::Display for TilePath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (index, width) = match self {
            Self::Hashes(id) => {
                write!(f, "/tile/{}/", id.level)?;
                (id.index, id.width)
            }
            Self::Entries { index, width } => {
                f.write_str("/tile/entries/")?;
                (*index, *width)
            }
        };
        let mut unit = 1;
        while index / unit >= 1000 {
            unit *= 1000;
        }
        while unit > 1 {
            write!(f, "x{:03}/", index / unit % 1000)?;
            unit /= 1000;
        }
        write!(f, "{:03}", index % 1000)?;
        if usize::from(width) < TILE_WIDTH {
            write!(f, ".p/{width}")?;
        }
        Ok(())
    }
}

impl FromStr for TilePath {
    type Err = TilePathError;

    fn from_str(path: &str) -> Result<Self, TilePathError> {
        // "/tile/entries/" + seven groups of five + ".p/255": nothing longer is a path.
        if path.len() > 64 {
            return Err(TilePathError);
        }
        let rest = path.strip_prefix("/tile/").ok_or(TilePathError)?;
        let (level, rest) = rest.split_once('/').ok_or(TilePathError)?;
        let (index, width) = match rest.split_once(".p/") {
            Some((index, width)) => (index, width.parse().map_err(|_| TilePathError)?),
            None => (rest, TILE_WIDTH as u16),
        };
        if !(1..=TILE_WIDTH as u16).contains(&width) {
            return Err(TilePathError);
        }
        let index = index
            .split('/')
            .try_fold(0u64, |index, group| {
                let digits: u64 = group.strip_prefix('x').unwrap_or(group).parse().ok()?;
                index.checked_mul(1000)?.checked_add(digits)
            })
            .ok_or(TilePathError)?;
        let parsed = if level == "entries" {
            Self::Entries { index, width }
        } else {
            let level = level.parse().map_err(|_| TilePathError)?;
            if level > MAX_LEVEL {
                return Err(TilePathError);
            }
            Self::Hashes(TileId {
                level,
                index,
                width,
            })
        };
        // One tile, one path: refuses leading zeros, signs, groups of another length.
        if parsed.to_string() != path {
            return Err(TilePathError);
        }
        Ok(parsed)
    }
}

/// The entry bundle of these commitments: each as a big-endian u16 length and its bytes.
pub fn entry_bundle(commitments: &[Commitment]) -> Vec<u8> {
    let mut bundle = Vec::with_capacity(commitments.len() * 34);
    for commitment in commitments {
        bundle.extend_from_slice(&32u16.to_be_bytes());
        bundle.extend_from_slice(&commitment.0);
    }
    bundle
}

/// A bundle that is not one of this log.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum EntryBundleError {
    /// The entry's length field or its bytes are cut off.
    #[error("entry {place} of the bundle is cut off")]
    Short {
        /// Position in the bundle, from 0.
        place: usize,
    },
    /// The entry has another length than a commitment.
    #[error("entry {place} of the bundle has {length} bytes: a commitment has 32")]
    EntryLength {
        /// Position in the bundle, from 0.
        place: usize,
        /// The length it declares.
        length: u16,
    },
    /// More entries than a tile holds.
    #[error("more than 256 entries in a bundle")]
    TooMany,
}

/// Reads an entry bundle.
///
/// # Errors
///
/// When the bytes are not up to 256 entries of 32 bytes each.
pub fn parse_entry_bundle(mut bundle: &[u8]) -> Result<Vec<Commitment>, EntryBundleError> {
    let mut commitments = Vec::new();
    while !bundle.is_empty() {
        let place = commitments.len();
        if place == TILE_WIDTH {
            return Err(EntryBundleError::TooMany);
        }
        let (length, rest) = bundle
            .split_first_chunk::<2>()
            .ok_or(EntryBundleError::Short { place })?;
        let length = u16::from_be_bytes(*length);
        if length != 32 {
            return Err(EntryBundleError::EntryLength { place, length });
        }
        let (entry, rest) = rest
            .split_first_chunk::<32>()
            .ok_or(EntryBundleError::Short { place })?;
        commitments.push(Commitment(*entry));
        bundle = rest;
    }
    Ok(commitments)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn hashes(level: u8, index: u64, width: u16) -> TilePath {
        TilePath::Hashes(TileId {
            level,
            index,
            width,
        })
    }

    #[track_caller]
    fn check(path: &str, expected: TilePath) {
        assert_eq!(path.parse(), Ok(expected));
        assert_eq!(expected.to_string(), path);
    }

    #[test]
    fn paths() {
        check("/tile/0/000", hashes(0, 0, 256));
        check("/tile/0/000.p/1", hashes(0, 0, 1));
        check("/tile/63/999.p/255", hashes(63, 999, 255));
        check("/tile/4/x001/000", hashes(4, 1000, 256));
        check("/tile/4/x001/x234/067.p/8", hashes(4, 1_234_067, 8));
        check(
            "/tile/entries/x001/234",
            TilePath::Entries {
                index: 1234,
                width: 256,
            },
        );
        check(
            "/tile/entries/x018/x446/x744/x073/x709/x551/615.p/2",
            TilePath::Entries {
                index: u64::MAX,
                width: 2,
            },
        );
    }

    #[test]
    fn bad_paths_are_refused() {
        for path in [
            "",
            "/",
            "/tile",
            "/tile/",
            "/tile/0",
            "/tile/0/",
            "tile/0/000",
            "/tile/0/0",
            "/tile/0/0000",
            "/tile/0/x000",
            "/tile/0/x000/001",
            "/tile/0/001/002",
            "/tile/0/x001/x002",
            "/tile/0/1000",
            "/tile/0/+00",
            "/tile/0/-01",
            "/tile/00/000",
            "/tile/+0/000",
            "/tile/64/000",
            "/tile/256/000",
            "/tile/-1/000",
            "/tile/0/000.p/0",
            "/tile/0/000.p/256",
            "/tile/0/000.p/01",
            "/tile/0/000.p/+1",
            "/tile/0/000.p/",
            "/tile/0/000.p/1/",
            "/tile/0/000.p/1.p/1",
            "/tile/0/000/",
            "/tile/data/000",
            "/tile/0/xx01/000",
            "/tile/0/00é",
            "/tile/0/000 ",
            "/tile/0/000?x",
            "/tile/0/x018/x446/x744/x073/x709/x551/616",
        ] {
            assert_eq!(path.parse::<TilePath>(), Err(TilePathError), "{path}");
        }
    }

    #[test]
    fn tiles_have_whole_hashes() {
        for bytes in [0, 1, 31, 33, 8191, 8193, 8224] {
            assert_eq!(
                Tile::new(0, 0, vec![0; bytes]),
                Err(TileError::Length { bytes })
            );
        }
        assert_eq!(Tile::new(1, 2, vec![0; 8192]).unwrap().id().width, 256);
    }

    #[test]
    fn tiles_of_a_tree_have_the_width_they_have_there() {
        let width = |level, index, size| TileId::in_tree(level, index, size).map(|id| id.width);
        assert_eq!(width(0, 0, 0), None);
        assert_eq!(width(0, 0, 1), Some(1));
        assert_eq!(width(0, 0, 256), Some(256));
        assert_eq!(width(0, 1, 256), None);
        assert_eq!(width(0, 1, 257), Some(1));
        assert_eq!(width(1, 0, 255), None);
        assert_eq!(width(1, 0, 256), Some(1));
        assert_eq!(width(2, 0, 65_536), Some(1));
        assert_eq!(width(8, 0, u64::MAX), None);
        assert_eq!(width(0, u64::MAX, u64::MAX), None);
    }

    #[test]
    fn bundles_read_back_and_bad_ones_are_refused() {
        let commitments: Vec<_> = (0..=255).map(|i| Commitment([i; 32])).collect();
        let bundle = entry_bundle(&commitments);
        assert_eq!(bundle.len(), 256 * 34);
        assert_eq!(bundle[..3], [0, 32, 0]);
        assert_eq!(parse_entry_bundle(&bundle), Ok(commitments.clone()));
        assert_eq!(parse_entry_bundle(&[]), Ok(vec![]));
        for cut in [1, 2, 33] {
            assert_eq!(
                parse_entry_bundle(&bundle[..34 + cut]),
                Err(EntryBundleError::Short { place: 1 })
            );
        }
        let length = parse_entry_bundle(&[0, 31, 0]);
        assert_eq!(
            length,
            Err(EntryBundleError::EntryLength {
                place: 0,
                length: 31
            })
        );
        let more = [bundle.as_slice(), &bundle[..34]].concat();
        assert_eq!(parse_entry_bundle(&more), Err(EntryBundleError::TooMany));
    }

    proptest! {
        #[test]
        fn paths_read_back(level in 0..=63u8, index: u64, width in 1..=256u16) {
            let path = hashes(level, index, width);
            prop_assert_eq!(path.to_string().parse(), Ok(path));
            let path = TilePath::Entries { index, width };
            prop_assert_eq!(path.to_string().parse(), Ok(path));
        }

        #[test]
        fn any_text_is_refused_or_reads_back(path in "/tile/(entries|[0-9x]{1,2})/[0-9x/.p]{0,20}") {
            if let Ok(parsed) = path.parse::<TilePath>() {
                prop_assert_eq!(parsed.to_string(), path);
            }
        }

        #[test]
        fn any_bytes_are_a_bundle_or_not(bytes in prop::collection::vec(0..40u8, 0..100)) {
            if let Ok(commitments) = parse_entry_bundle(&bytes) {
                prop_assert_eq!(entry_bundle(&commitments), bytes);
            }
        }
    }
}
