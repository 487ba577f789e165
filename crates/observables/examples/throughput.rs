//! How fast the extraction goes:
//! `cargo run --release -p orfevre-observables --example throughput -- [FILE…]`.
//!
//! Measured on made complaints, on dense lists of indicators made of the same values, and on each FILE (prose,
//! for one). The text is cut into documents of about 2 kB, as reports come; one call each. Beside it stand
//! the check of UTF-8 and a walk that only tells classes of bytes, so that figures of two machines can be
//! compared as ratios; times are of the processor. Last, what the sentences of one kind cost beside sentences without any.

use std::{collections::BTreeMap, env, fs, hint::black_box, path::Path};

use observables::{Kind, extract, sketch::Sketch};

#[path = "support/complaints.rs"]
mod complaints;
#[path = "support/timing.rs"]
mod timing;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let arguments: Vec<String> = env::args().skip(1).collect();
    if let [flag, folder, results] = &arguments[..]
        && flag == "--documents"
    {
        return beside_others(Path::new(folder), Path::new(results));
    }
    let made: Vec<_> = complaints::complaints(2).take(10_000).collect();
    println!("{}", complaints::summary(&made));
    let prose: String = made
        .iter()
        .map(|complaint| complaint.text.clone() + "\n\n")
        .collect();
    let dense: String = made
        .iter()
        .flat_map(|complaint| {
            complaint
                .truth
                .iter()
                .map(|truth| complaint.text[truth.span.clone()].to_owned() + "\n")
        })
        .collect();
    measure("complaints", &prose);
    measure("dense", &dense);
    for path in &arguments {
        let text = String::from_utf8_lossy(&fs::read(path)?).into_owned();
        measure(path, &text);
    }
    by_kind(&made);
    Ok(())
}

/// MB/s on the documents that `benches/peers` gives to every extractor, added to its results.
fn beside_others(folder: &Path, results: &Path) -> Result<(), Box<dyn std::error::Error>> {
    let lines = fs::read_to_string(folder.join("documents.jsonl"))?;
    let mut texts: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for line in lines.lines() {
        let document: serde_json::Value = serde_json::from_str(line)?;
        let (Some(of), Some(text)) = (document["of"].as_str(), document["text"].as_str()) else {
            return Err("a document without a text".into());
        };
        texts
            .entry(of.to_owned())
            .or_default()
            .push(text.to_owned());
    }
    let mut rates = serde_json::Map::new();
    for (name, documents) in texts {
        let bytes: usize = documents.iter().map(String::len).sum();
        let time = timing::seconds(|| {
            documents
                .iter()
                .for_each(|text| drop(black_box(extract(text))))
        });
        rates.insert(name, (bytes as f64 / 1e6 / time).into());
    }
    fs::write(results, serde_json::json!({"ours": rates}).to_string())?;
    Ok(())
}

fn measure(name: &str, text: &str) {
    let documents = cut(text, 2_000);
    let megabytes = text.len() as f64 / 1e6;
    let rate = |time: f64| megabytes / time;
    let utf8 = timing::seconds(|| {
        documents.iter().for_each(|document| {
            black_box(std::str::from_utf8(black_box(document.as_bytes()))).ok();
        })
    });
    let walk = timing::seconds(|| {
        documents.iter().for_each(|document| {
            black_box(tokens(black_box(document.as_bytes())));
        })
    });
    let time = timing::seconds(|| {
        documents
            .iter()
            .for_each(|document| drop(black_box(extract(document))))
    });
    let found: Vec<_> = documents
        .iter()
        .map(|document| extract(document).hits)
        .collect();
    let sketch = timing::seconds(|| {
        for (document, hits) in documents.iter().zip(&found) {
            black_box(Sketch::of(document, hits).map(|sketch| sketch.bands()));
        }
    });
    let hits: usize = found.iter().map(Vec::len).sum();
    println!(
        "{name}: {} documents, {megabytes:.1} MB, {hits} hits",
        documents.len()
    );
    println!("  from_utf8        {:9.1} MB/s", rate(utf8));
    println!("  byte-class walk  {:9.1} MB/s", rate(walk));
    println!(
        "  extract          {:9.1} MB/s  {:.0} documents/s, {:.3} of from_utf8, {:.3} of the walk",
        rate(time),
        documents.len() as f64 / time,
        utf8 / time,
        walk / time
    );
    println!("  sketch           {:9.1} MB/s", rate(sketch));
}

/// What any extractor must at least do: cut the text into tokens and see which hold a digit or a sign.
fn tokens(bytes: &[u8]) -> usize {
    let (mut telling, mut seen) = (0, false);
    for byte in bytes {
        match byte {
            0..=b' ' | b'"' | b'<' | b'>' | b',' | b';' => {
                telling += usize::from(seen);
                seen = false;
            }
            b'0'..=b'9' | b'.' | b':' | b'/' | b'@' | b'[' | b'(' => seen = true,
            _ => {}
        }
    }
    telling
}

/// The cost of a value of each kind, its sentence's bytes at the speed of sentences without any taken off.
fn by_kind(made: &[complaints::Complaint]) {
    let plain: Vec<&str> = made
        .iter()
        .filter_map(|complaint| {
            let first = complaint.truth.first()?;
            let before = &complaint.text[..first.span.start];
            Some(&before[..before.rfind(['.', '\n'])?])
        })
        .collect();
    let bytes: usize = plain.iter().map(|text| text.len()).sum();
    let time = timing::seconds(|| plain.iter().for_each(|text| drop(black_box(extract(text)))));
    let a_byte = time / bytes as f64;
    println!("without values: {:.1} MB/s; a value costs", 1e-6 / a_byte);
    let mut costs = Vec::new();
    for &kind in Kind::ALL {
        // The sentence of each value, as far as the neighbouring values.
        let sentences: Vec<&str> = made
            .iter()
            .flat_map(|complaint| {
                complaint.truth.iter().map(|truth| {
                    let text = &complaint.text;
                    let start = text[..truth.span.start]
                        .rfind(['.', '\n', '!'])
                        .map_or(0, |at| at + 1);
                    let end = text[truth.span.end..]
                        .find(['.', '\n'])
                        .map_or(text.len(), |at| truth.span.end + at);
                    (truth.kind, &text[start..end])
                })
            })
            .filter(|(of, _)| *of == kind)
            .map(|(_, sentence)| sentence)
            .collect();
        if sentences.is_empty() {
            continue;
        }
        let bytes: usize = sentences.iter().map(|text| text.len()).sum();
        let time = timing::seconds(|| {
            sentences
                .iter()
                .for_each(|text| drop(black_box(extract(text))));
        });
        let nanoseconds = (time - a_byte * bytes as f64) * 1e9 / sentences.len() as f64;
        costs.push((nanoseconds, kind, bytes as f64 / 1e6 / time));
    }
    costs.sort_by(|a, b| b.0.total_cmp(&a.0));
    for (nanoseconds, kind, rate) in costs {
        println!(
            "{nanoseconds:>8.0} ns  {:<14} its sentences at {rate:>7.1} MB/s",
            kind.name()
        );
    }
}

/// Documents of at least `size` bytes that end with a line or a character.
fn cut(text: &str, size: usize) -> Vec<&str> {
    let mut documents = Vec::new();
    let mut rest = text;
    while rest.len() > size {
        let mut end = rest.as_bytes()[size..]
            .iter()
            .position(|byte| *byte == b'\n')
            .map_or(rest.len(), |line| size + line + 1);
        end = end.min(2 * size).min(rest.len());
        while !rest.is_char_boundary(end) {
            end += 1;
        }
        let (document, tail) = rest.split_at(end);
        documents.push(document);
        rest = tail;
    }
    documents.push(rest);
    documents
}
