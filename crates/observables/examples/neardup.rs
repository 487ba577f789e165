//! How fast near-copies are found among made complaints, and how many of those planted:
//! `cargo run --release -p orfevre-observables --example neardup -- [--write FILE | --boilerplate]`.
//!
//! 10,000 complaints and 2,000 copies of some with 4 % of their words changed. End to end is: the sketch of
//! each text, its bands looked up in an index in memory, then put there. With `--write` the texts are left
//! as JSON lines (`text`, `copy_of`) for the other implementation (`benches/peers/neardup.py`). With
//! `--boilerplate` the same is measured again without the shingles that stand in more than 1 % of these texts.

use std::{
    collections::HashMap,
    env, fs,
    hash::{BuildHasherDefault, Hasher},
};

use observables::{
    Hit, extract,
    sketch::{Boilerplate, Corpus, SHARE, Sketch},
};

#[path = "support/complaints.rs"]
mod complaints;
#[path = "support/timing.rs"]
mod timing;

const ORIGINALS: usize = 10_000;
const COPIES: usize = 2_000;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let made: Vec<_> = complaints::complaints(3).take(ORIGINALS).collect();
    println!("originals: {}", complaints::summary(&made));
    let mut texts: Vec<String> = made.into_iter().map(|complaint| complaint.text).collect();
    // Every fifth is copied; the order of the copies mixes nothing that matters.
    let pairs: Vec<(usize, usize)> = (0..COPIES)
        .map(|at| (at * ORIGINALS / COPIES, ORIGINALS + at))
        .collect();
    for (original, copy) in &pairs {
        let changed = change(&texts[*original], *copy as u64);
        texts.push(changed);
    }
    if let [flag, file] = &arguments[..]
        && flag == "--write"
    {
        let mut lines = String::new();
        for (at, text) in texts.iter().enumerate() {
            let copy_of = at.checked_sub(ORIGINALS).map(|copy| pairs[copy].0);
            lines += &format!(
                "{}\n",
                serde_json::json!({"text": text, "copy_of": copy_of})
            );
        }
        fs::write(file, lines)?;
    }
    let length: usize = texts.iter().map(String::len).sum();
    println!(
        "{} documents of {} bytes on average",
        texts.len(),
        length / texts.len()
    );

    let found: Vec<Vec<Hit>> = texts.iter().map(|text| extract(text).hits).collect();
    measure(&texts, &found, &pairs, Sketch::of);
    if arguments == ["--boilerplate"] {
        let boilerplate = learn(&texts, &found)?;
        let without = |text: &str, hits: &[Hit]| Sketch::without(text, hits, &boilerplate);
        measure(&texts, &found, &pairs, without);
    }
    Ok(())
}

/// The boilerplate of these texts, and what learning it took.
fn learn(texts: &[String], found: &[Vec<Hit>]) -> Result<Boilerplate, &'static str> {
    let corpus = || {
        let mut corpus = Corpus::new();
        for (text, hits) in texts.iter().zip(found) {
            corpus.add(text, hits);
        }
        corpus
    };
    let boilerplate = corpus().boilerplate(SHARE).ok_or("too few documents")?;
    let time = timing::seconds(|| drop(std::hint::black_box(corpus())));
    println!(
        "\nwithout boilerplate, {} shingles learnt at {:.0} documents/s",
        boilerplate.len(),
        texts.len() as f64 / time
    );
    Ok(boilerplate)
}

/// Prints how fast candidates are found with such sketches, and how many of the pairs that were planted.
fn measure(
    texts: &[String],
    found: &[Vec<Hit>],
    pairs: &[(usize, usize)],
    sketch: impl Fn(&str, &[Hit]) -> Option<Sketch>,
) {
    let whole = timed(|| run(texts, |at| sketch(&texts[at], &extract(&texts[at]).hits)));
    let known = timed(|| run(texts, |at| sketch(&texts[at], &found[at])));
    let sketching = timed(|| {
        for (text, hits) in texts.iter().zip(found) {
            std::hint::black_box(sketch(text, hits).map(|sketch| sketch.bands()));
        }
        Vec::new()
    });
    let candidates = known.1;
    let planted = pairs
        .iter()
        .filter(|(original, copy)| {
            candidates
                .binary_search(&(*copy as u32, *original as u32))
                .is_ok()
        })
        .count();
    let has_sketch = |at: usize| sketch(&texts[at], &found[at]).is_some();
    let comparable = pairs
        .iter()
        .filter(|(original, copy)| has_sketch(*original) && has_sketch(*copy))
        .count();
    let rate = |time: f64| texts.len() as f64 / time;
    println!(
        "{} documents have a sketch",
        (0..texts.len()).filter(|at| has_sketch(*at)).count()
    );
    println!(
        "sketch                              {:>9.0} documents/s",
        rate(sketching.0)
    );
    println!(
        "sketch, index, query                {:>9.0} documents/s",
        rate(known.0)
    );
    println!(
        "extraction, sketch, index, query    {:>9.0} documents/s",
        rate(whole.0)
    );
    println!(
        "planted found {planted} of {COPIES} ({:.2} %), of the {comparable} with a sketch on both sides {:.2} %, \
         {} candidate pairs",
        100.0 * planted as f64 / COPIES as f64,
        100.0 * planted as f64 / comparable as f64,
        candidates.len()
    );
}

type Pairs = Vec<(u32, u32)>;

/// Seconds of the processor that a run takes, and what it gave.
fn timed(run: impl Fn() -> Pairs) -> (f64, Pairs) {
    let mut pairs = run();
    pairs.sort_unstable();
    (timing::seconds(|| drop(std::hint::black_box(run()))), pairs)
}

/// Pairs of a document and an earlier one that shares a band with it, each once.
fn run(texts: &[String], sketch: impl Fn(usize) -> Option<Sketch>) -> Pairs {
    let mut index = Index::default();
    let mut pairs = Vec::new();
    // The last document that met each one, so that a pair which shares two bands is given once.
    let mut met = vec![u32::MAX; texts.len()];
    for at in 0..texts.len() {
        let Some(sketch) = sketch(at) else { continue };
        for band in sketch.bands() {
            index.meet(band, at as u32, |other| {
                if met[other as usize] != at as u32 {
                    met[other as usize] = at as u32;
                    pairs.push((at as u32, other));
                }
            });
        }
    }
    pairs
}

/// The documents of each band. Bands are hashes and need no other.
#[derive(Default)]
struct Index {
    documents: HashMap<u64, Vec<u32>, BuildHasherDefault<Itself>>,
}

impl Index {
    fn meet(&mut self, band: u64, document: u32, give: impl FnMut(u32)) {
        let documents = self.documents.entry(band).or_default();
        documents.iter().copied().for_each(give);
        documents.push(document);
    }
}

#[derive(Default)]
struct Itself(u64);

impl Hasher for Itself {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, _: &[u8]) {}

    fn write_u64(&mut self, value: u64) {
        self.0 = value;
    }
}

/// One word of 25 changed, at least one.
fn change(text: &str, seed: u64) -> String {
    let mut words: Vec<String> = text.split(' ').map(str::to_owned).collect();
    let mut state = seed;
    for _ in 0..(words.len() / 25).max(1) {
        state = state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        let at = (state >> 33) as usize % words.len();
        words[at] = match (state >> 20) % 5 {
            0 => "donc".to_owned(),
            1 => "ensuite".to_owned(),
            2 => "really".to_owned(),
            3 => String::new(),
            _ => format!("{}x", words[at]),
        };
    }
    words.join(" ")
}
