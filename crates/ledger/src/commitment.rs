//! What is hashed, and how: commitments, leaves and nodes. The layout of the bytes stands in
//! `docs/formats/receipt-1.md`; no other module hashes.

use std::fmt;

use base64::{Engine as _, prelude::BASE64_STANDARD};
use sha2::{Digest as _, Sha256};
use thiserror::Error;

/// Domain of the commitment's hash, so that it can be no other hash of the system.
const COMMITMENT_TAG: &[u8] = b"orfevre-commitment-1\n";

/// A SHA-256 hash of the tree: a leaf, a node or a root.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Hash(pub [u8; 32]);

impl Hash {
    /// Reads the base64 form; `None` unless it is the one way to write 32 bytes.
    pub fn from_base64(text: &str) -> Option<Self> {
        // Checked first, so that a long line costs nothing.
        if text.len() != 44 {
            return None;
        }
        Some(Self(BASE64_STANDARD.decode(text).ok()?.try_into().ok()?))
    }

    pub(crate) fn node(left: Self, right: Self) -> Self {
        tlog_tiles::node_hash(left.into(), right.into()).into()
    }
}

impl fmt::Display for Hash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&BASE64_STANDARD.encode(self.0))
    }
}

impl fmt::Debug for Hash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Hash({self})")
    }
}

impl From<tlog_tiles::Hash> for Hash {
    fn from(hash: tlog_tiles::Hash) -> Self {
        Self(hash.0)
    }
}

impl From<Hash> for tlog_tiles::Hash {
    fn from(hash: Hash) -> Self {
        Self(hash.0)
    }
}

/// The only thing that ever enters the log: a hash that says nothing without its [`Opening`].
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Commitment(pub [u8; 32]);

impl Commitment {
    /// The hash of the leaf that holds this commitment (RFC 6962, 2.1).
    pub fn leaf_hash(&self) -> Hash {
        tlog_tiles::record_hash(&self.0).into()
    }
}

impl fmt::Debug for Commitment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Commitment({})", BASE64_STANDARD.encode(self.0))
    }
}

/// What opens a [`Commitment`]: kept by the person in the receipt, and by whoever may forget it.
///
/// `Debug` shows neither nonce nor digest: with the nonce, a digest can be searched for.
#[derive(Clone, PartialEq, Eq)]
pub struct Opening {
    nonce: [u8; 32],
    digest: [u8; 32],
    /// Strictly ascending by name, so that the same labels have one encoding.
    labels: Vec<(String, String)>,
}

/// How many labels an opening holds at most.
pub const MAX_LABELS: usize = 16;

/// A label that cannot be part of an opening.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum LabelError {
    /// The name is not `[a-z][a-z0-9-]*` of at most 32 bytes.
    #[error("label name {name:?} is not made of a-z, 0-9 and - or is longer than 32 bytes")]
    Name {
        /// The name as given.
        name: String,
    },
    /// The value is empty, longer than 255 bytes, or holds a control character.
    #[error("value of label {name} is empty, longer than 255 bytes or holds a control character")]
    Value {
        /// The label's name.
        name: String,
    },
    /// The name is already taken.
    #[error("label {name} is given twice")]
    Twice {
        /// The label's name.
        name: String,
    },
    /// There are already [`MAX_LABELS`] labels.
    #[error("more than {MAX_LABELS} labels")]
    TooMany,
}

impl Opening {
    /// The version byte that precedes the opening in a receipt.
    pub(crate) const VERSION: u8 = 1;

    /// An opening without labels.
    ///
    /// `nonce` is 32 random bytes used for this alone; `digest` is the SHA-256 of what was received.
    pub fn new(nonce: [u8; 32], digest: [u8; 32]) -> Self {
        let labels = Vec::new();
        Self {
            nonce,
            digest,
            labels,
        }
    }

    /// The same opening with one more label, which the commitment binds too.
    ///
    /// # Errors
    ///
    /// When the label breaks a rule of [`LabelError`].
    pub fn with_label(mut self, name: &str, value: &str) -> Result<Self, LabelError> {
        check_label(name, value)?;
        if self.labels.len() >= MAX_LABELS {
            return Err(LabelError::TooMany);
        }
        match self
            .labels
            .binary_search_by(|(have, _)| have.as_str().cmp(name))
        {
            Ok(_) => Err(LabelError::Twice { name: name.into() }),
            Err(place) => {
                self.labels.insert(place, (name.into(), value.into()));
                Ok(self)
            }
        }
    }

    /// The random bytes that hide the digest.
    pub fn nonce(&self) -> &[u8; 32] {
        &self.nonce
    }

    /// The hash of what was received.
    pub fn digest(&self) -> &[u8; 32] {
        &self.digest
    }

    /// The labels, by ascending name.
    pub fn labels(&self) -> impl Iterator<Item = (&str, &str)> {
        self.labels
            .iter()
            .map(|(name, value)| (name.as_str(), value.as_str()))
    }

    /// The value of one label.
    pub fn label(&self, name: &str) -> Option<&str> {
        self.labels()
            .find_map(|(have, value)| (have == name).then_some(value))
    }

    /// What enters the log for this opening.
    pub fn commitment(&self) -> Commitment {
        let mut hasher = Sha256::new();
        hasher.update(COMMITMENT_TAG);
        hasher.update(self.body());
        Commitment(hasher.finalize().into())
    }

    /// nonce ‖ digest ‖ labels: what is hashed, and what a receipt carries after the version byte.
    pub(crate) fn body(&self) -> Vec<u8> {
        let mut body = Vec::with_capacity(64 + self.labels.len() * 64);
        body.extend_from_slice(&self.nonce);
        body.extend_from_slice(&self.digest);
        for (name, value) in &self.labels {
            for text in [name, value] {
                body.push(u8::try_from(text.len()).expect("check_label holds both under 256"));
                body.extend_from_slice(text.as_bytes());
            }
        }
        body
    }

    /// The opening of which `body` is the [`Opening::body`]; `None` for all other bytes.
    pub(crate) fn from_body(body: &[u8]) -> Option<Self> {
        let (nonce, rest) = body.split_first_chunk::<32>()?;
        let (digest, mut rest) = rest.split_first_chunk::<32>()?;
        let mut opening = Self::new(*nonce, *digest);
        while !rest.is_empty() {
            let name = take_text(&mut rest)?;
            let value = take_text(&mut rest)?;
            if opening
                .labels
                .last()
                .is_some_and(|(last, _)| last.as_str() >= name)
            {
                return None;
            }
            opening = opening.with_label(name, value).ok()?;
        }
        Some(opening)
    }
}

impl fmt::Debug for Opening {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Opening")
            .field("labels", &self.labels)
            .finish_non_exhaustive()
    }
}

fn check_label(name: &str, value: &str) -> Result<(), LabelError> {
    let good_name = name.len() <= 32
        && name.starts_with(|c: char| c.is_ascii_lowercase())
        && name
            .bytes()
            .all(|b| matches!(b, b'a'..=b'z' | b'0'..=b'9' | b'-'));
    if !good_name {
        return Err(LabelError::Name { name: name.into() });
    }
    if value.is_empty() || value.len() > 255 || value.chars().any(char::is_control) {
        return Err(LabelError::Value { name: name.into() });
    }
    Ok(())
}

fn take_text<'a>(rest: &mut &'a [u8]) -> Option<&'a str> {
    let (length, after) = rest.split_first()?;
    let (text, after) = after.split_at_checked(usize::from(*length))?;
    *rest = after;
    std::str::from_utf8(text).ok()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn the_commitment_is_the_hash_written_in_the_format() {
        let plain = Opening::new([1; 32], [2; 32]);
        let mut bytes = b"orfevre-commitment-1\n".to_vec();
        bytes.extend([1; 32]);
        bytes.extend([2; 32]);
        assert_eq!(
            plain.commitment().0,
            <[u8; 32]>::from(Sha256::digest(&bytes))
        );

        let labelled = plain.with_label("desk", "é").unwrap();
        bytes.extend(b"\x04desk\x02\xc3\xa9");
        assert_eq!(
            labelled.commitment().0,
            <[u8; 32]>::from(Sha256::digest(&bytes))
        );
    }

    #[test]
    fn labels_are_ordered_whatever_the_order_given() {
        let opening = Opening::new([1; 32], [2; 32]);
        let one = opening
            .clone()
            .with_label("b", "2")
            .unwrap()
            .with_label("a", "1")
            .unwrap();
        let two = opening
            .with_label("a", "1")
            .unwrap()
            .with_label("b", "2")
            .unwrap();
        assert_eq!(one.commitment(), two.commitment());
        assert_eq!(one.labels().collect::<Vec<_>>(), [("a", "1"), ("b", "2")]);
        assert_eq!(one.label("b"), Some("2"));
        assert_eq!(one.label("c"), None);
    }

    #[test]
    fn bad_labels_are_refused() {
        let opening = || Opening::new([1; 32], [2; 32]);
        for name in ["", "A", "1a", "-a", "a b", "é", &"a".repeat(33)] {
            let error = opening().with_label(name, "x").unwrap_err();
            assert!(matches!(error, LabelError::Name { .. }), "{name}: {error}");
        }
        for value in ["", "a\nb", "\u{7f}", "\u{85}", &"a".repeat(256)] {
            let error = opening().with_label("a", value).unwrap_err();
            assert!(
                matches!(error, LabelError::Value { .. }),
                "{value}: {error}"
            );
        }
        let twice = opening().with_label("a", "1").unwrap().with_label("a", "2");
        assert_eq!(twice, Err(LabelError::Twice { name: "a".into() }));
        let full = (0..MAX_LABELS).fold(opening(), |o, i| {
            o.with_label(&format!("a{i}"), "1").unwrap()
        });
        assert_eq!(full.with_label("b", "1"), Err(LabelError::TooMany));
    }

    #[test]
    fn debug_hides_the_secret() {
        let text = format!("{:?}", Opening::new([171; 32], [205; 32]));
        assert_eq!(text, "Opening { labels: [], .. }");
    }

    proptest! {
        #[test]
        fn a_body_reads_back_or_is_refused(tail in prop::collection::vec(any::<u8>(), 0..40)) {
            let mut body = vec![9; 64];
            body.extend(&tail);
            if let Some(opening) = Opening::from_body(&body) {
                prop_assert_eq!(opening.body(), body);
            }
        }

        #[test]
        fn labelled_openings_read_back(
            labels in prop::collection::btree_map("[a-z][a-z0-9-]{0,31}", "[^\\p{Cc}]{1,60}", 0..=MAX_LABELS)
        ) {
            let opening = labels.iter().fold(Opening::new([1; 32], [2; 32]), |opening, (name, value)| {
                opening.with_label(name, value).unwrap()
            });
            prop_assert_eq!(Opening::from_body(&opening.body()), Some(opening));
        }
    }
}
