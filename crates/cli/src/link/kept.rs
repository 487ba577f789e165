//! Links kept for series, and records: in memory, or within a budget with the rest in files that have no name.

use std::{
    fs::{self, File, OpenOptions},
    io::{self, ErrorKind, Seek, SeekFrom, Write as _},
    os::unix::fs::FileExt as _,
    process,
    sync::{PoisonError, RwLock},
};

use anyhow::Result;
use linkage::batch::{KeptLinks, Linkage, Shelf, Spill, WeightedPair};

/// Links that a prediction gave.
pub(super) enum Kept {
    All(Vec<WeightedPair>),
    Bounded(KeptLinks, io::Result<()>),
}

impl Kept {
    /// All in memory, or so many bytes of them with what the linkage takes.
    pub(super) fn new(
        linkage: &Linkage<'_>,
        records: usize,
        threshold: f64,
        budget: Option<u64>,
    ) -> Kept {
        let Some(budget) = budget else {
            return Kept::All(Vec::new());
        };
        let room = linkage.room(usize::try_from(budget).unwrap_or(usize::MAX));
        Kept::Bounded(
            KeptLinks::new(records, threshold, room, Box::<Unnamed>::default()),
            Ok(()),
        )
    }

    pub(super) fn push(&mut self, link: WeightedPair) {
        match self {
            Kept::All(links) => links.push(link),
            Kept::Bounded(links, failed) if failed.is_ok() => *failed = links.add(link),
            Kept::Bounded(..) => {}
        }
    }

    /// The clusters, and the links where they all lie in memory.
    pub(super) fn clusters(
        self,
        linkage: &Linkage<'_>,
        threshold: f64,
    ) -> Result<(Vec<u32>, Vec<WeightedPair>)> {
        match self {
            Kept::All(links) => Ok((linkage.clusters(&links, threshold)?, links)),
            Kept::Bounded(links, failed) => {
                failed?;
                Ok((linkage.clusters_of_kept(links)?, Vec::new()))
            }
        }
    }
}

/// Where records go that have no room in so many bytes.
pub(super) fn shelf(budget: u64) -> (Shelf, usize) {
    let shelf = Shelf::new(Box::<Unnamed>::default());
    (shelf, usize::try_from(budget).unwrap_or(usize::MAX))
}

/// Files of the system's temporary folder whose names are taken away at once: whatever ends the program, nothing stays.
#[derive(Default)]
struct Unnamed(RwLock<Vec<Option<File>>>);

impl Spill for Unnamed {
    fn append(&self, file: usize, bytes: &[u8]) -> io::Result<()> {
        let mut files = self.0.write().unwrap_or_else(PoisonError::into_inner);
        if files.len() <= file {
            files.resize_with(file + 1, || None);
        }
        let file = match &mut files[file] {
            Some(open) => open,
            none => none.insert(unnamed(file)?),
        };
        file.seek(SeekFrom::End(0))?;
        file.write_all(bytes)
    }

    fn read(&self, file: usize, from: u64, buffer: &mut [u8]) -> io::Result<usize> {
        let files = self.0.read().unwrap_or_else(PoisonError::into_inner);
        let Some(Some(file)) = files.get(file) else {
            return Ok(0);
        };
        let mut read = 0;
        while read < buffer.len() {
            match file.read_at(&mut buffer[read..], from + read as u64) {
                Ok(0) => break,
                Ok(more) => read += more,
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
        Ok(read)
    }
}

fn unnamed(number: usize) -> io::Result<File> {
    let name = format!("orfevre-link-{}-{number}", process::id());
    let folder = std::env::temp_dir();
    let path = folder.join(name);
    let mut options = OpenOptions::new();
    // new: a file that someone else has put there is not written into
    let file = options
        .read(true)
        .write(true)
        .create_new(true)
        .open(&path)
        .map_err(|error| {
            let folder = folder.display();
            let told = format!("{folder}: {error} (TMPDIR names another folder)");
            io::Error::new(error.kind(), told)
        })?;
    fs::remove_file(&path)?;
    Ok(file)
}

/// Bytes from a text such as 800MB, 8GB or 2GiB.
pub(super) fn bytes(text: &str) -> Result<u64, String> {
    const UNITS: [(&str, u64); 7] = [
        ("kib", 1 << 10),
        ("mib", 1 << 20),
        ("gib", 1 << 30),
        ("kb", 1_000),
        ("mb", 1_000_000),
        ("gb", 1_000_000_000),
        ("b", 1),
    ];
    let lower = text.to_ascii_lowercase();
    let units = UNITS.iter();
    let found = units.filter_map(|(unit, bytes)| Some((lower.strip_suffix(unit)?, *bytes)));
    let (number, unit) = found
        .min_by_key(|(number, _)| number.len())
        .unwrap_or((&lower, 1));
    let number: u64 = number.trim().parse().map_err(|_| {
        format!("{text:?} is no size: a whole number with MB, GB, MiB or GiB, as in 8GB")
    })?;
    number
        .checked_mul(unit)
        .ok_or_else(|| format!("{text:?} is too large"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_are_read_with_their_unit() {
        for (text, expected) in [
            ("8GB", 8_000_000_000),
            ("300 MiB", 300 << 20),
            ("12b", 12),
            ("7", 7),
        ] {
            assert_eq!(bytes(text), Ok(expected));
        }
        for text in ["", "GB", "-1GB", "1.5GB", "8XB", "99999999999GB"] {
            assert!(bytes(text).is_err(), "{text}");
        }
    }

    #[test]
    fn unnamed_files_give_back_what_was_put_in_them() {
        let files = Unnamed::default();
        files.append(3, b"abc").unwrap();
        files.append(1, b"x").unwrap();
        files.append(3, b"de").unwrap();
        let mut buffer = [0; 4];
        assert_eq!(files.read(3, 1, &mut buffer).unwrap(), 4);
        assert_eq!(&buffer, b"bcde");
        assert_eq!(files.read(3, 4, &mut buffer).unwrap(), 1);
        assert_eq!(files.read(2, 0, &mut buffer).unwrap(), 0);
        assert_eq!(files.read(9, 0, &mut buffer).unwrap(), 0);
    }
}
