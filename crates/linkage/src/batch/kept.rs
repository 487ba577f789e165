//! Links kept for clustering, in a bounded part of the memory: what has no room goes to a place that the caller
//! gives.
//!
//! Links are all that grows with the pairs rather than with the records. As they come they join the
//! connected components, which take four bytes a record; clusters are then sought within the components, so the
//! links of some of them at a time are enough.

use std::io;

use super::cluster::{Components, WeightedPair};
use super::error::LinkError;
use super::factors::mix;
use super::shelf::Spill;
use super::{Linkage, Scorer, entities};

/// Why kept links made no clusters.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum KeptError {
    /// The model cannot score.
    #[error(transparent)]
    Link(#[from] LinkError),
    /// The place outside the memory failed.
    #[error("keeping links outside the memory: {0}")]
    Spill(#[from] io::Error),
}

/// Bytes of a link outside the memory.
const LINK: usize = 12;
/// Links that are written or read at once.
const CHUNK: usize = 1 << 12;
/// Files that links are shared out to, at most.
const MOST_FILES: usize = 256;
/// The file of links as they came.
const AS_THEY_CAME: usize = 0;

/// The links of a prediction, for [`Linkage::clusters_of_kept`].
pub struct KeptLinks {
    spill: Box<dyn Spill>,
    records: usize,
    threshold: f64,
    components: Components,
    links: Vec<WeightedPair>,
    /// Most links in memory.
    most: usize,
    spilled: u64,
}

impl KeptLinks {
    /// For links between `records` records of which those above `threshold` bits count; `bytes` of them are held
    /// in memory, at least a few thousand links.
    pub fn new(records: usize, threshold: f64, bytes: usize, spill: Box<dyn Spill>) -> Self {
        KeptLinks {
            spill,
            records,
            threshold,
            components: Components::new(records),
            links: Vec::new(),
            most: (bytes / size_of::<WeightedPair>()).max(CHUNK),
            spilled: 0,
        }
    }

    /// Keeps a link.
    ///
    /// # Errors
    /// What the place outside the memory answers.
    pub fn add(&mut self, link: WeightedPair) -> io::Result<()> {
        if !entities::counts(&link, self.records, self.threshold) {
            return Ok(());
        }
        self.components.join(link.left, link.right);
        if self.links.len() == self.most {
            self.spill(AS_THEY_CAME)?;
        }
        self.links.push(link);
        Ok(())
    }

    /// How many links went outside the memory.
    pub fn spilled(&self) -> u64 {
        self.spilled
    }

    fn spill(&mut self, file: usize) -> io::Result<()> {
        self.spilled += self.links.len() as u64;
        append(&*self.spill, file, &self.links)?;
        self.links.clear();
        Ok(())
    }
}

impl Linkage<'_> {
    /// About how many bytes the records, their codes and the groups of the rules take.
    pub fn bytes(&self) -> usize {
        self.plan.records.bytes() + self.plan.bytes() + self.blocks.bytes()
    }

    /// What a budget of bytes leaves for links.
    pub fn room(&self, budget: usize) -> usize {
        let taken = self.bytes() + self.plan.records.working_bytes();
        budget.saturating_sub(taken)
    }

    /// [`Linkage::clusters`] of links that may lie outside the memory: the same clusters.
    ///
    /// # Errors
    /// [`KeptError::Link`] as [`Linkage::clusters`], [`KeptError::Spill`].
    pub fn clusters_of_kept(&self, mut kept: KeptLinks) -> Result<Vec<u32>, KeptError> {
        if kept.spilled == 0 {
            return Ok(self.clusters(&kept.links, kept.threshold)?);
        }
        kept.spill(AS_THEY_CAME)?;
        let mut clusters = kept.components.finish();
        let files = (kept.spilled as usize / kept.most + 1) * 2;
        let files = files.min(MOST_FILES);
        // the shares take its place
        drop(kept.links);
        share_out(&*kept.spill, &clusters, files, kept.most)?;
        let scorer = Scorer::new(&self.model, &self.plan)?;
        let scoring = || scorer.scoring(&self.plan, f64::INFINITY);
        for file in 1..=files {
            let mut links = Vec::new();
            each_chunk(&*kept.spill, file, |chunk| links.extend_from_slice(chunk))?;
            entities::refine(&mut clusters, &links, kept.threshold, scoring, self.threads);
        }
        self.plan.records.intact()?;
        Ok(clusters)
    }
}

/// Shares the links out to files from 1, all of a component to one.
fn share_out(spill: &dyn Spill, components: &[u32], files: usize, most: usize) -> io::Result<()> {
    let mut shares: Vec<Vec<WeightedPair>> = vec![Vec::new(); files];
    let full = (most / files).max(CHUNK / MOST_FILES);
    let (mut from, mut chunk) = (0, Vec::new());
    while read_chunk(spill, AS_THEY_CAME, &mut from, &mut chunk)? {
        for link in &chunk {
            let component = components[link.left as usize];
            let share = mix(component.into()) as usize % files;
            shares[share].push(*link);
            if shares[share].len() >= full {
                append(spill, share + 1, &shares[share])?;
                shares[share].clear();
            }
        }
    }
    for (share, links) in shares.iter().enumerate() {
        append(spill, share + 1, links)?;
    }
    Ok(())
}

fn append(spill: &dyn Spill, file: usize, links: &[WeightedPair]) -> io::Result<()> {
    let mut bytes = Vec::with_capacity(CHUNK * LINK);
    for chunk in links.chunks(CHUNK) {
        bytes.clear();
        for link in chunk {
            bytes.extend(link.left.to_le_bytes());
            bytes.extend(link.right.to_le_bytes());
            bytes.extend(link.weight.to_le_bytes());
        }
        spill.append(file, &bytes)?;
    }
    Ok(())
}

fn each_chunk(
    spill: &dyn Spill,
    file: usize,
    mut each: impl FnMut(&[WeightedPair]),
) -> io::Result<()> {
    let (mut from, mut chunk) = (0, Vec::new());
    while read_chunk(spill, file, &mut from, &mut chunk)? {
        each(&chunk);
    }
    Ok(())
}

/// The next links of a file; false at its end.
fn read_chunk(
    spill: &dyn Spill,
    file: usize,
    from: &mut u64,
    chunk: &mut Vec<WeightedPair>,
) -> io::Result<bool> {
    let mut bytes = vec![0; CHUNK * LINK];
    let read = spill.read(file, *from, &mut bytes)?;
    *from += read as u64;
    let (links, rest) = bytes[..read].as_chunks::<LINK>();
    if !rest.is_empty() {
        return Err(io::ErrorKind::UnexpectedEof.into());
    }
    chunk.clear();
    chunk.extend(
        links
            .iter()
            .map(|[a, b, c, d, e, f, g, h, i, j, k, l]| WeightedPair {
                left: u32::from_le_bytes([*a, *b, *c, *d]),
                right: u32::from_le_bytes([*e, *f, *g, *h]),
                weight: f32::from_le_bytes([*i, *j, *k, *l]),
            }),
    );
    Ok(!chunk.is_empty())
}
