//! Links kept outside the memory.

use std::io;
use std::sync::RwLock;

use super::*;

/// Files in memory; fails once they hold more than `room`.
pub(in crate::batch) struct Shelved {
    files: RwLock<Vec<Vec<u8>>>,
    room: usize,
}

impl Shelved {
    pub(in crate::batch) fn new(room: usize) -> Shelved {
        Shelved {
            files: RwLock::default(),
            room,
        }
    }
}

impl Spill for Shelved {
    fn append(&self, file: usize, bytes: &[u8]) -> io::Result<()> {
        let mut files = self.files.write().unwrap();
        if files.iter().map(Vec::len).sum::<usize>() + bytes.len() > self.room {
            return Err(io::ErrorKind::StorageFull.into());
        }
        if files.len() <= file {
            files.resize_with(file + 1, Vec::new);
        }
        files[file].extend_from_slice(bytes);
        Ok(())
    }

    fn read(&self, file: usize, from: u64, buffer: &mut [u8]) -> io::Result<usize> {
        let files = self.files.read().unwrap();
        let bytes = files.get(file).map_or(&[][..], Vec::as_slice);
        let rest = bytes.get(from as usize..).unwrap_or(&[]);
        let count = rest.len().min(buffer.len());
        buffer[..count].copy_from_slice(&rest[..count]);
        Ok(count)
    }
}

/// Clusters of the links, of which `bytes` are held in memory; and how many were not.
fn clusters(
    linkage: &Linkage<'_>,
    records: usize,
    bytes: usize,
    room: usize,
) -> Result<(Vec<u32>, u64), KeptError> {
    let mut kept = KeptLinks::new(records, 0.0, bytes, Box::new(Shelved::new(room)));
    let mut failed = Ok(());
    linkage.predict(0.01, |link| {
        if failed.is_ok() {
            failed = kept.add(link.weighted());
        }
    })?;
    failed?;
    let spilled = kept.spilled();
    Ok((linkage.clusters_of_kept(kept)?, spilled))
}

#[test]
fn a_run_with_little_memory_ends_with_the_same_clusters() {
    let records = couples(20_000, &[0, 1], 13);
    let mut linkage = Linkage::new(exact_model(), &records, LinkageOptions::default()).unwrap();
    linkage.train(&TrainOptions::default());
    let found: Vec<WeightedPair> = links(&linkage, 0.01).iter().map(Link::weighted).collect();
    let expected = linkage.clusters(&found, 0.0).unwrap();
    let (all, none) = clusters(&linkage, records.len(), 1 << 30, 0).unwrap();
    assert_eq!((none, &all), (0, &expected));
    let (few, some) = clusters(&linkage, records.len(), 0, usize::MAX).unwrap();
    assert!(some > 4_000, "{some}");
    assert!(linkage.bytes() > records.len() * 4 * 32 / 4);
    assert!(few == expected);
    let full = clusters(&linkage, records.len(), 0, 100_000);
    assert!(matches!(
        full,
        Err(KeptError::Spill(error)) if error.kind() == io::ErrorKind::StorageFull
    ));
}

#[test]
fn the_least_memory_that_is_named_gives_the_same_run_and_less_is_refused() {
    let records = couples(4_000, &[0, 1], 17);
    let mut model = exact_model();
    model.deterministic = Some(Deterministic {
        rules: model.blocking.clone(),
        recall: 0.9,
    });
    let run = |memory: Option<usize>| {
        let options = LinkageOptions {
            memory,
            ..LinkageOptions::default()
        };
        let mut linkage = Linkage::new(model.clone(), &records, options)?;
        let bytes = linkage.bytes();
        let training = linkage.train(&TrainOptions::default());
        let found = links(&linkage, 0.01);
        let pairs = linkage.pairs_per_rule();
        Ok((bytes, (training, linkage.model().clone(), found, pairs)))
    };
    let (all, expected) = run(None).unwrap();
    let Err(LinkError::Memory { budget: 1, least }) = run(Some(1)) else {
        panic!("a byte is too few");
    };
    let (few, same) = run(Some(least)).unwrap();
    assert_eq!(few, least);
    assert!(few < all, "{few} of {all}");
    assert!(same == expected);
    assert!(matches!(
        run(Some(least - 1)),
        Err(LinkError::Memory { .. })
    ));
}

#[test]
fn links_of_records_that_are_not_there_join_nothing() {
    let records = two(&[("x", "p"), ("x", "p")]);
    let linkage = Linkage::new(model(TWO), &records, LinkageOptions::default()).unwrap();
    let mut kept = KeptLinks::new(2, 0.0, 0, Box::new(Shelved::new(usize::MAX)));
    for (left, right) in [(0, 9), (9, 0), (1, 1)].repeat(5_000) {
        let weight = 5.0;
        kept.add(WeightedPair {
            left,
            right,
            weight,
        })
        .unwrap();
    }
    assert_eq!(linkage.clusters_of_kept(kept).unwrap(), [0, 1]);
}
