//! A loop of mutations that needs no instrumented build: inputs of the corpus, changed, spliced and repeated.

use std::{fs, path::Path};

/// A generator of numbers that look random and are the same for a seed (xorshift64*).
pub(crate) struct Chance(u64);

impl Chance {
    /// The same seed gives the same inputs.
    pub(crate) fn new(seed: u64) -> Chance {
        Chance(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1)
    }

    fn below(&mut self, limit: usize) -> usize {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        (self.0.wrapping_mul(0x2545_F491_4F6C_DD1D) >> 33) as usize % limit.max(1)
    }
}

/// Pieces that grammars turn on.
const TOKENS: &[&str] = &[
    "http://",
    "hxxps[:]//",
    "[.]",
    " point ",
    " arobase ",
    "@",
    "://",
    ".example",
    "www.",
    "+33",
    "06 39 98 12 34",
    "FR14",
    "2004 1010 0505 0001 3M02 606",
    "0x",
    "bc1q",
    "xn--",
    "\u{200B}",
    "\u{A0}",
    "\u{202E}",
    "é",
    "€",
    "::",
    "/24",
    "telegram ",
    "insta : ",
    "carte ",
    "colis ",
    "\r\n\r\n",
    "\n",
    "\0",
    "\u{FEFF}",
    "From ",
    "Subject: ",
    "Received: from ",
    "Content-Type: multipart/mixed; boundary=b\r\n",
    "--b\r\n",
    "--b--",
    "=?utf-8?q?",
    "?=",
    "<a href=\"",
    "<!--",
    "<script>",
    "&#x",
    "&amp;",
    "{\"",
    "\":",
    "[[[[",
    "]",
    "\\u",
    ",",
    ";",
    "\"",
    "\t",
    "rule x {",
    "HKLM\\",
    "C:\\",
    "T1059.001",
    "CVE-2026-",
    "column = \"name\"",
    "is = \"exact\", ",
    "elements",
    "0.5",
    "1e308",
    "nan",
    "-1",
];

/// An input made of those of the corpus.
pub(crate) fn mutated(corpus: &[Vec<u8>], chance: &mut Chance) -> Vec<u8> {
    let mut input = corpus[chance.below(corpus.len())].clone();
    for _ in 0..1 + chance.below(6) {
        let at = chance.below(input.len() + 1);
        match chance.below(9) {
            0 if at < input.len() => input[at] ^= 1 << chance.below(8),
            1 if at < input.len() => input[at] = chance.below(256) as u8,
            2 => input.truncate(at),
            3 => {
                let end = (at + chance.below(16)).min(input.len());
                input.drain(at..end);
            }
            4 => {
                let end = (at + chance.below(32)).min(input.len());
                let part = input[at..end].repeat(1 + chance.below(40));
                input.splice(at..at, part);
            }
            5 => {
                let other = &corpus[chance.below(corpus.len())];
                let from = chance.below(other.len() + 1);
                let end = (from + chance.below(200)).min(other.len());
                input.splice(at..at, other[from..end].iter().copied());
            }
            _ => {
                let token = TOKENS[chance.below(TOKENS.len())];
                input.splice(at..at, token.bytes());
            }
        }
        input.truncate(16 << 10);
    }
    input
}

/// The files of a folder, in the order of their names; an empty input is always among them.
pub(crate) fn corpus(folder: &Path) -> Vec<Vec<u8>> {
    let mut paths: Vec<_> = fs::read_dir(folder)
        .into_iter()
        .flatten()
        .flatten()
        .map(|entry| entry.path())
        .collect();
    paths.sort();
    let mut inputs = vec![Vec::new()];
    inputs.extend(paths.iter().filter_map(|path| fs::read(path).ok()));
    inputs
}
