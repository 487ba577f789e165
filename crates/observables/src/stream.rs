//! Texts of any length in bounded memory: pushed piece by piece, or walked as they are asked for.
//!
//! A window of the text is kept. When it is full it is searched, cut at a place that no hit crosses, and
//! what was found before the cut is given. A little of what was before the cut stays, so that the words near
//! the next hits are there, and as much is left after it as a hit may look ahead.

use std::{collections::VecDeque, ops::Range, vec};

use crate::{Extraction, Hit, Problem, extract};

/// Bytes searched at once.
const WINDOW: usize = 256 << 10;

/// Bytes after a cut that had to be there when it was made: longer than any hit, with what is read after it.
const AHEAD: usize = 24 << 10;

/// Bytes before a cut that the next window begins with.
const BEHIND: usize = 2 << 10;

/// Finds observables in a text that comes in pieces, of any size and cut anywhere, even in a character.
///
/// What is found is what [`extract`] finds in the whole, as long as no hit is longer than 24 KiB; one that is may be
/// missed or found in part. Memory is some windows of 256 KiB, whatever the text's length. Bytes that are no UTF-8
/// are read as `String::from_utf8_lossy` reads them; **spans count the bytes that were pushed**, not those of the
/// replaced text.
///
/// ```
/// let mut extractor = observables::Extractor::new();
/// let mut found: Vec<_> = extractor.push(b"voir https://col").collect();
/// found.extend(extractor.push(b"is.example/a"));
/// found.extend(extractor.finish());
/// assert_eq!(found[0].hit.canonical, "https://colis.example/a");
/// assert_eq!((found[0].hit.span.clone(), found[0].raw.as_str()), (5..28, "https://colis.example/a"));
/// ```
#[derive(Debug, Default)]
pub struct Extractor {
    window: Vec<u8>,
    /// Bytes of the whole before the window.
    base: usize,
    /// Bytes of the window whose hits were given.
    given: usize,
    ready: VecDeque<Found>,
    problems: Vec<Problem>,
}

/// A hit of a text that is no longer there.
///
/// ```
/// use observables::Extractor;
///
/// let mut extractor = Extractor::new();
/// extractor.push(b"Appelez le 06.39.98.12.34").for_each(drop);
/// let found = extractor.finish().next().unwrap();
/// assert_eq!((found.raw.as_str(), found.hit.canonical.as_str()), ("06.39.98.12.34", "+33639981234"));
/// assert_eq!(found.hit.span, 11..25);
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Found {
    /// The hit; its span is of the whole.
    pub hit: Hit,
    /// What was written.
    pub raw: String,
}

impl Extractor {
    /// Waits for the first piece.
    ///
    /// ```
    /// assert_eq!(observables::Extractor::new().finish().count(), 0);
    /// ```
    pub fn new() -> Extractor {
        Extractor::default()
    }

    /// Takes the next piece; gives what is sure by now, in order.
    ///
    /// The piece is taken whole even when the iterator is dropped; what it did not give comes first the next time.
    ///
    /// ```
    /// let mut extractor = observables::Extractor::new();
    /// // What follows may still belong to it.
    /// assert_eq!(extractor.push(b"voir colis.exam").count(), 0);
    /// assert_eq!(extractor.push(b"ple, merci").count(), 0);
    /// assert_eq!(extractor.finish().next().unwrap().hit.canonical, "colis.example");
    /// ```
    pub fn push(&mut self, piece: &[u8]) -> impl Iterator<Item = Found> {
        let mut rest = piece;
        while !rest.is_empty() {
            let taken = rest.len().min(WINDOW - self.window.len());
            self.window.extend_from_slice(&rest[..taken]);
            rest = &rest[taken..];
            if self.window.len() == WINDOW {
                self.search(false);
            }
        }
        std::iter::from_fn(|| self.ready.pop_front())
    }

    /// Gives the rest. The extractor is then as new, but for its problems.
    ///
    /// ```
    /// let mut extractor = observables::Extractor::new();
    /// for text in ["a.example b.example", "c.example"] {
    ///     extractor.push(text.as_bytes()).for_each(drop);
    ///     let last = extractor.finish().last().unwrap();
    ///     assert_eq!(last.hit.span.end, text.len());
    /// }
    /// ```
    pub fn finish(&mut self) -> impl Iterator<Item = Found> {
        self.search(true);
        self.window.clear();
        (self.base, self.given) = (0, 0);
        std::iter::from_fn(|| self.ready.pop_front())
    }

    /// What nearly was an observable, since the last time this was asked.
    ///
    /// ```
    /// let mut extractor = observables::Extractor::new();
    /// extractor.push(b"FR15 2004 1010 0505 0001 3M02 606").for_each(drop);
    /// extractor.finish().for_each(drop);
    /// assert_eq!(extractor.problems().len(), 1);
    /// assert!(extractor.problems().is_empty(), "each is told once");
    /// ```
    pub fn problems(&mut self) -> Vec<Problem> {
        std::mem::take(&mut self.problems)
    }

    fn search(&mut self, last: bool) {
        let lossy = Lossy::new(&self.window);
        let Extraction { hits, problems } = extract(&lossy.text);
        let text = lossy.text.as_bytes();
        let spans: Vec<Range<usize>> = {
            let mut spans: Vec<_> = hits.iter().map(|hit| hit.span.clone()).collect();
            spans.extend(problems.iter().map(|problem| problem.span.clone()));
            spans.sort_by_key(|span| span.start);
            spans
        };
        let (cut, keep) = if last {
            (text.len(), text.len())
        } else {
            let after = lossy.text_at(self.given);
            let cut = safe(text, &spans, after + 1..text.len().saturating_sub(AHEAD));
            // From here the next window is searched again, up to the cut for nothing.
            (cut, safe(text, &spans, 0..cut.saturating_sub(BEHIND)))
        };
        for hit in hits {
            let span = lossy.raw(hit.span.clone());
            if span.start < self.given || hit.span.start >= cut {
                continue;
            }
            self.ready.push_back(Found {
                raw: lossy.text[hit.span.clone()].to_owned(),
                hit: Hit {
                    span: self.base + span.start..self.base + span.end,
                    ..hit
                },
            });
        }
        for problem in problems {
            let span = lossy.raw(problem.span.clone());
            if span.start >= self.given && problem.span.start < cut {
                self.problems.push(Problem {
                    span: self.base + span.start..self.base + span.end,
                    ..problem
                });
            }
        }
        let (cut, keep) = (lossy.raw_at(cut), lossy.raw_at(keep));
        self.window.drain(..keep);
        self.base += keep;
        self.given = cut - keep;
    }
}

/// The last place in a range where the text may be cut: between lines rather than words, and words rather than
/// anything; where no span is cut. The end of the range when there is none.
fn safe(text: &[u8], spans: &[Range<usize>], range: Range<usize>) -> usize {
    let free = |at: usize| {
        let next = spans.partition_point(|span| span.start < at);
        next == 0 || spans[next - 1].end <= at
    };
    let before = |at: usize| at.checked_sub(1).map(|before| text[before]);
    let lines = range.clone().rev().take(8 << 10);
    let words = range.clone().rev().take(32 << 10);
    let mut places = lines
        .filter(|at| before(*at) == Some(b'\n'))
        .chain(words.filter(|at| before(*at) == Some(b' ')));
    if let Some(at) = places.find(|at| free(*at)) {
        return at;
    }
    let mut at = range.end;
    while at > 0 && at < text.len() && text[at] & 0xC0 == 0x80 {
        at -= 1;
    }
    at
}

/// A text of which some bytes were no UTF-8, and the way back.
struct Lossy {
    text: String,
    /// Places in the text and in the bytes after each replacement, and how far they go together.
    steps: Vec<(usize, usize)>,
}

impl Lossy {
    fn new(bytes: &[u8]) -> Lossy {
        let mut lossy = Lossy {
            text: String::with_capacity(bytes.len()),
            steps: Vec::new(),
        };
        let mut at = 0;
        for chunk in bytes.utf8_chunks() {
            lossy.text.push_str(chunk.valid());
            at += chunk.valid().len();
            if !chunk.invalid().is_empty() {
                lossy.steps.push((lossy.text.len(), at));
                lossy.text.push(char::REPLACEMENT_CHARACTER);
                at += chunk.invalid().len();
                lossy.steps.push((lossy.text.len(), at));
            }
        }
        lossy
    }

    /// The byte at which a place of the text stands.
    fn raw_at(&self, text: usize) -> usize {
        let next = self.steps.partition_point(|step| step.0 <= text);
        match next.checked_sub(1).map(|last| self.steps[last]) {
            Some((before, raw)) => raw + (text - before),
            None => text,
        }
    }

    fn text_at(&self, raw: usize) -> usize {
        let next = self.steps.partition_point(|step| step.1 <= raw);
        match next.checked_sub(1).map(|last| self.steps[last]) {
            Some((text, before)) => text + (raw - before),
            None => raw,
        }
    }

    fn raw(&self, span: Range<usize>) -> Range<usize> {
        self.raw_at(span.start)..self.raw_at(span.end)
    }
}

/// The observables of a text, found as they are asked for: a window at a time.
///
/// ```
/// assert_eq!(observables::hits("a.example b.example").next().unwrap().canonical, "a.example");
/// ```
pub fn hits(text: &str) -> impl Iterator<Item = Hit> {
    let mut extractor = Extractor::new();
    let mut pieces = text.as_bytes().chunks(WINDOW);
    let mut ready: vec::IntoIter<Found> = Vec::new().into_iter();
    let mut ended = false;
    std::iter::from_fn(move || {
        loop {
            if let Some(found) = ready.next() {
                return Some(found.hit);
            }
            if ended {
                return None;
            }
            ready = match pieces.next() {
                Some(piece) => extractor.push(piece).collect::<Vec<_>>(),
                None => {
                    ended = true;
                    extractor.finish().collect()
                }
            }
            .into_iter();
        }
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// What is found when a text is pushed in these pieces.
    fn streamed<'a>(pieces: impl Iterator<Item = &'a [u8]>) -> Vec<Found> {
        let mut extractor = Extractor::new();
        let mut found = Vec::new();
        for piece in pieces {
            found.extend(extractor.push(piece));
        }
        found.extend(extractor.finish());
        found
    }

    /// A long text of complaints, lists and noise, the same for a seed.
    fn complaints(seed: u64, size: usize) -> String {
        const WORDS: [&str; 22] = [
            "j'ai payé ",
            "06 39 98 12 34 ",
            "sur https://colis.example/suivi?id=12 ",
            "le virement ",
            "FR14 2004 1010 0505 0001 3M02 606 ",
            "telegram @test_arnaque ",
            "été ",
            "hxxps[:]//a[.]example/b ",
            "jean@asso.example, ",
            "192.0.2.7 ",
            "\n",
            "\n\n",
            "le 12/03/2026 à 10:30 ",
            "insta : test_arnaque ",
            "0639981234/0639981235 ",
            "www.banque.example ",
            "2001:db8::1 ",
            "« ok » ",
            "12.50 € ",
            "06\u{A0}39\u{A0}98\u{A0}12\u{A0}34 ",
            "FR14 2004 1010 0505 0001 3M02 607 ",
            "jean arobase asso point example ",
        ];
        let mut state = seed | 1;
        let mut text = String::new();
        while text.len() < size {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            text.push_str(WORDS[(state >> 33) as usize % WORDS.len()]);
        }
        text
    }

    #[test]
    fn a_long_text_in_pieces_gives_what_the_whole_gives() {
        for seed in 1..3 {
            let text = complaints(seed, 3 * WINDOW + 1234 * seed as usize);
            let whole = extract(&text);
            for size in [4_099, 70_001, text.len()] {
                let mut extractor = Extractor::new();
                let mut found = Vec::new();
                for piece in text.as_bytes().chunks(size) {
                    found.extend(extractor.push(piece));
                }
                found.extend(extractor.finish());
                assert_eq!(found.len(), whole.hits.len(), "in pieces of {size}");
                for (found, hit) in found.iter().zip(&whole.hits) {
                    assert_eq!(&found.hit, hit);
                    assert_eq!(found.raw, &text[hit.span.clone()]);
                }
                assert_eq!(extractor.problems(), whole.problems);
            }
            assert!(hits(&text).eq(whole.hits));
        }
    }

    #[test]
    fn spans_count_the_bytes_pushed_where_some_are_no_text() {
        let mut bytes = b"\xFF\xFE a.example \xC3".to_vec();
        bytes.extend(b"\xE2\x82 b.example");
        for size in 1..bytes.len() {
            let found = streamed(bytes.chunks(size));
            let spans: Vec<_> = found.iter().map(|found| found.hit.span.clone()).collect();
            assert_eq!(spans, [3..12, 17..26]);
            assert_eq!(&bytes[17..26], b"b.example");
        }
    }

    #[test]
    fn memory_is_that_of_a_window_whatever_the_text() {
        for unit in [
            "a",
            "a.example ",
            "06 39 98 12 34 ",
            "\u{FFFD}",
            "http://a.example/",
        ] {
            let mut extractor = Extractor::new();
            let piece = unit.repeat(100_000 / unit.len());
            for _ in 0..8 {
                extractor.push(piece.as_bytes()).for_each(drop);
                extractor.problems();
                assert!(extractor.window.capacity() <= 2 * WINDOW && extractor.given < WINDOW);
            }
            extractor.finish().for_each(drop);
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 12, ..ProptestConfig::default() })]

        #[test]
        fn any_bytes_cut_anywhere_give_what_the_whole_gives(
            seed in any::<u64>(),
            cuts in proptest::collection::vec(1usize..90_000, 1..8),
            noise in proptest::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 0..40),
        ) {
            let mut bytes = complaints(seed, WINDOW + 40_000).into_bytes();
            for (at, byte) in noise {
                let at = at.index(bytes.len());
                bytes[at] = byte;
            }
            let mut pieces = Vec::new();
            let mut rest = bytes.as_slice();
            for cut in cuts {
                let (piece, after) = rest.split_at(cut.min(rest.len()));
                pieces.push(piece);
                rest = after;
            }
            pieces.push(rest);
            let found = streamed(pieces.into_iter());
            let text = String::from_utf8_lossy(&bytes);
            let whole = extract(&text).hits;
            prop_assert_eq!(found.len(), whole.len());
            for (found, hit) in found.iter().zip(whole) {
                prop_assert_eq!(&found.hit.canonical, &hit.canonical);
                prop_assert_eq!(&found.raw, &text[hit.span]);
            }
        }
    }
}
