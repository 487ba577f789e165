//! A place outside the memory for what has no room in it: links, and of records their codes, rows and texts.
//!
//! What is written there is written once, from the first byte to the last, and then read at any place. The memory of
//! a file that the system has at hand is the system's: reading costs a call, not a disk, while there is any.

use std::io;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, OnceLock};

/// A place outside the memory: files of bytes, by number.
pub trait Spill: Send + Sync {
    /// Adds bytes to the end of a file, which is made by the first.
    ///
    /// # Errors
    /// What the place answers; the run then ends.
    fn append(&self, file: usize, bytes: &[u8]) -> io::Result<()>;

    /// Reads from a place of a file into the buffer, and gives how many bytes: fewer than it holds only at the
    /// end of the file, none of a file that was never made.
    ///
    /// # Errors
    /// What the place answers.
    fn read(&self, file: usize, from: u64, buffer: &mut [u8]) -> io::Result<usize>;
}

/// A [`Spill`] that records share with what is read of them; its files are given out one by one.
///
/// Whoever compares two records cannot end a run. So what cannot be written or read is kept here, zeros are read in
/// its place, and what a [`super::Linkage`] gives as a result that may fail is refused from then on.
#[derive(Clone)]
pub struct Shelf(Arc<Shared>);

struct Shared {
    place: Box<dyn Spill>,
    files: AtomicUsize,
    failed: OnceLock<String>,
}

impl std::fmt::Debug for Shelf {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let files = self.0.files.load(Ordering::Relaxed);
        write!(formatter, "Shelf({files} files)")
    }
}

impl Shelf {
    /// A shelf in a place where nothing is yet.
    pub fn new(place: Box<dyn Spill>) -> Shelf {
        Shelf(Arc::new(Shared {
            place,
            files: AtomicUsize::new(0),
            failed: OnceLock::new(),
        }))
    }

    /// What failed first.
    pub(super) fn failure(&self) -> Option<&str> {
        self.0.failed.get().map(String::as_str)
    }

    /// A file of its own, empty.
    pub(super) fn file(&self) -> Away {
        Away {
            shelf: self.clone(),
            file: self.0.files.fetch_add(1, Ordering::Relaxed),
            written: 0,
            tail: Vec::new(),
        }
    }

    fn kept<T>(&self, result: io::Result<T>) -> Option<T> {
        match result {
            Ok(value) => Some(value),
            Err(error) => {
                // of several threads the first says what failed
                let _ = self.0.failed.set(error.to_string());
                None
            }
        }
    }
}

/// Bytes outside the memory, in one file of a [`Shelf`]. Clones share the file, so none is made while it is written.
#[derive(Debug, Clone)]
pub(super) struct Away {
    shelf: Shelf,
    file: usize,
    written: u64,
    /// What comes next, until it is enough to be written.
    tail: Vec<u8>,
}

impl Away {
    /// Bytes that are written, or read one after the other, at once.
    const CHUNK: usize = 1 << 16;

    pub(super) fn len(&self) -> u64 {
        self.written + self.tail.len() as u64
    }

    pub(super) fn extend(&mut self, bytes: &[u8]) {
        self.tail.extend_from_slice(bytes);
        if self.tail.len() >= Away::CHUNK {
            self.write();
        }
    }

    /// Writes what is left.
    pub(super) fn finish(&mut self) {
        self.write();
        self.tail = Vec::new();
    }

    fn write(&mut self) {
        let appended = self.shelf.0.place.append(self.file, &self.tail);
        self.shelf.kept(appended);
        self.written += self.tail.len() as u64;
        self.tail.clear();
    }

    /// Whether anything failed on its shelf.
    pub(super) fn failed(&self) -> bool {
        self.shelf.failure().is_some()
    }

    /// Fills the buffer from a place on; with zeros where there is nothing, or the shelf failed.
    pub(super) fn read(&self, from: u64, buffer: &mut [u8]) {
        let end = self.written.saturating_sub(from).min(buffer.len() as u64);
        let (shelved, rest) = buffer.split_at_mut(end as usize);
        if !shelved.is_empty() {
            let read = self.shelf.0.place.read(self.file, from, shelved);
            let whole = read.and_then(|read| match read == shelved.len() {
                true => Ok(()),
                false => Err(io::ErrorKind::UnexpectedEof.into()),
            });
            if self.shelf.kept(whole).is_none() {
                shelved.fill(0);
            }
        }
        let start = (from + end).saturating_sub(self.written) as usize;
        let tail = self.tail.get(start..).unwrap_or_default();
        let held = tail.len().min(rest.len());
        rest[..held].copy_from_slice(&tail[..held]);
        rest[held..].fill(0);
    }

    /// The bytes from the first on.
    pub(super) fn ahead(&self) -> Ahead<'_> {
        Ahead {
            away: self,
            from: 0,
            buffer: Vec::new(),
            taken: 0,
        }
    }
}

/// Reads bytes one after the other.
#[derive(Debug, Clone)]
pub(super) struct Ahead<'a> {
    away: &'a Away,
    /// Where the buffer's end lies.
    from: u64,
    buffer: Vec<u8>,
    taken: usize,
}

impl Ahead<'_> {
    /// The next bytes, so many of them.
    pub(super) fn take(&mut self, count: usize) -> &[u8] {
        if self.buffer.len() - self.taken < count {
            self.buffer.drain(..self.taken);
            self.taken = 0;
            let held = self.buffer.len();
            let left = (self.away.len() - self.from) as usize;
            let more = Away::CHUNK.min(left).max(count - held);
            self.buffer.resize(held + more, 0);
            self.away.read(self.from, &mut self.buffer[held..]);
            self.from += more as u64;
        }
        let start = self.taken;
        self.taken += count;
        &self.buffer[start..self.taken]
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::tests::kept::Shelved;
    use super::*;

    proptest! {
        #[test]
        fn what_is_away_is_read_at_any_place_and_in_order(
            pieces in prop::collection::vec(0..40_000_usize, 1..8),
            from in 0..100_000_u64,
            count in 0..1_000_usize,
            finished in any::<bool>(),
        ) {
            let mut away = Shelf::new(Box::new(Shelved::new(usize::MAX))).file();
            let mut bytes: Vec<u8> = Vec::new();
            for piece in &pieces {
                let piece: Vec<u8> = (0..*piece).map(|at| (at + bytes.len()) as u8).collect();
                away.extend(&piece);
                bytes.extend(piece);
            }
            if finished {
                away.finish();
            }
            prop_assert_eq!(away.len(), bytes.len() as u64);
            let mut expected = bytes.get(from as usize..).unwrap_or_default().to_vec();
            expected.resize(count, 0);
            let mut read = vec![9; count];
            away.read(from, &mut read);
            prop_assert_eq!(read, expected);
            let mut ahead = away.ahead();
            let mut in_order = Vec::new();
            for piece in pieces.iter().rev() {
                in_order.extend_from_slice(ahead.take(*piece));
            }
            prop_assert!(in_order == bytes);
        }
    }

    #[test]
    fn a_shelf_that_is_full_says_so_and_reads_zeros() {
        let shelf = Shelf::new(Box::new(Shelved::new(10)));
        let mut away = shelf.file();
        away.extend(&[1; 100]);
        assert_eq!(shelf.failure(), None);
        away.finish();
        assert!(shelf.failure().is_some());
        let mut read = [7; 4];
        away.read(0, &mut read);
        assert_eq!(read, [0; 4]);
    }
}
