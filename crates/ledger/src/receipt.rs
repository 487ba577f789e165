//! The file a person keeps: a C2SP tlog-proof whose extra data is the opening.
//! Layout and failure cases: `docs/formats/receipt-1.md`.

use std::fmt;

use base64::{Engine as _, prelude::BASE64_STANDARD};
use thiserror::Error;

use crate::{CheckpointError, Commitment, Hash, InclusionProof, Opening, Verifier};

const FIRST_LINE: &str = "c2sp.org/tlog-proof@v1";

/// The longest text read as a receipt: room for many witnesses, and a bound on the work.
pub const MAX_RECEIPT_BYTES: usize = 256 * 1024;

/// A proof has one hash a height at most, and no tree is higher.
const MAX_HASHES: usize = 64;

/// A receipt as read or to be written; nothing in it is checked. `Display` writes the file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Receipt {
    /// Index of the commitment in the log.
    pub index: u64,
    /// That it is there.
    pub proof: InclusionProof,
    /// What the commitment is of.
    pub opening: Opening,
    /// The signed note, verbatim, with the cosignatures it came with.
    pub checkpoint: String,
}

/// Bytes that are not a receipt.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum ReceiptError {
    /// Longer than any receipt.
    #[error("the file has {bytes} bytes: a receipt has at most {MAX_RECEIPT_BYTES}")]
    TooLong {
        /// How long it is.
        bytes: usize,
    },
    /// Not UTF-8.
    #[error("the file is not text")]
    NotText,
    /// Carriage returns: an editor or a mail program changed the line ends.
    #[error("the line ends were changed (CR LF): keep the receipt as the file that was given")]
    LineEnds,
    /// The first line is another.
    #[error("the file does not begin with {FIRST_LINE}: it is not a receipt")]
    FirstLine,
    /// No `extra` line: a proof of a C2SP log, but not a receipt.
    #[error("the line `extra` is missing: the proof does not say of what")]
    NoOpening,
    /// The `extra` data are not an opening.
    #[error("the line `extra` is damaged")]
    Opening,
    /// The `extra` data are of a later format.
    #[error("the receipt is of format {version}, this program reads format 1")]
    Version {
        /// The version byte.
        version: u8,
    },
    /// The `index` line is missing or not a number in its one form.
    #[error("the line `index` is missing or damaged")]
    Index,
    /// A line of the proof is not a hash.
    #[error("line {line} is not a hash of the proof")]
    ProofLine {
        /// Its number in the file, from 1.
        line: usize,
    },
    /// More hashes than a tree is high.
    #[error("the proof has more than {MAX_HASHES} hashes")]
    ProofTooLong,
    /// The file ends before the checkpoint.
    #[error("the file ends before the checkpoint")]
    NoCheckpoint,
}

impl Receipt {
    /// Reads a receipt. What is read is not verified: see [`verify`].
    ///
    /// # Errors
    ///
    /// When the bytes are not a receipt in its one form.
    pub fn parse(bytes: &[u8]) -> Result<Self, ReceiptError> {
        if bytes.len() > MAX_RECEIPT_BYTES {
            return Err(ReceiptError::TooLong { bytes: bytes.len() });
        }
        let text = std::str::from_utf8(bytes).map_err(|_| ReceiptError::NotText)?;
        if text.contains('\r') {
            return Err(ReceiptError::LineEnds);
        }
        let rest = text
            .strip_prefix(FIRST_LINE)
            .and_then(|rest| rest.strip_prefix('\n'))
            .ok_or(ReceiptError::FirstLine)?;
        let (extra, rest) = rest
            .strip_prefix("extra ")
            .and_then(|rest| rest.split_once('\n'))
            .ok_or(ReceiptError::NoOpening)?;
        let (index, mut rest) = rest
            .strip_prefix("index ")
            .and_then(|rest| rest.split_once('\n'))
            .ok_or(ReceiptError::Index)?;

        let opening = parse_extra(extra)?;
        let index = parse_index(index).ok_or(ReceiptError::Index)?;
        let mut hashes = Vec::new();
        let checkpoint = loop {
            let (line, after) = rest.split_once('\n').ok_or(ReceiptError::NoCheckpoint)?;
            if line.is_empty() {
                break after;
            }
            if hashes.len() == MAX_HASHES {
                return Err(ReceiptError::ProofTooLong);
            }
            let hash = Hash::from_base64(line).ok_or(ReceiptError::ProofLine {
                line: hashes.len() + 4,
            })?;
            hashes.push(hash);
            rest = after;
        };
        Ok(Self {
            index,
            proof: InclusionProof { hashes },
            opening,
            checkpoint: checkpoint.into(),
        })
    }
}

impl fmt::Display for Receipt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut extra = vec![Opening::VERSION];
        extra.extend(self.opening.body());
        writeln!(f, "{FIRST_LINE}")?;
        writeln!(f, "extra {}", BASE64_STANDARD.encode(extra))?;
        writeln!(f, "index {}", self.index)?;
        for hash in &self.proof.hashes {
            writeln!(f, "{hash}")?;
        }
        write!(f, "\n{}", self.checkpoint)
    }
}

fn parse_extra(extra: &str) -> Result<Opening, ReceiptError> {
    let bytes = BASE64_STANDARD
        .decode(extra)
        .map_err(|_| ReceiptError::Opening)?;
    match bytes.split_first() {
        Some((&Opening::VERSION, body)) => Opening::from_body(body).ok_or(ReceiptError::Opening),
        Some((&version, _)) => Err(ReceiptError::Version { version }),
        None => Err(ReceiptError::Opening),
    }
}

fn parse_index(text: &str) -> Option<u64> {
    let index: u64 = text.parse().ok()?;
    // Refuses a sign and leading zeros.
    (index.to_string() == text).then_some(index)
}

/// What a receipt proves.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Verified {
    /// The log that signed.
    pub origin: String,
    /// Where the commitment is.
    pub index: u64,
    /// Size of the log when it signed; no moment is proved.
    pub size: u64,
    /// The root it signed.
    pub root: Hash,
    /// What the log holds at the index.
    pub commitment: Commitment,
    /// What the commitment binds: digest of what was received, and labels.
    pub opening: Opening,
}

/// Why a receipt proves nothing.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum VerifyError {
    /// The file is not a receipt.
    #[error(transparent)]
    Receipt(#[from] ReceiptError),
    /// The checkpoint is not one that the log signed.
    #[error(transparent)]
    Checkpoint(#[from] CheckpointError),
    /// The index lies behind the end of the log.
    #[error("the receipt is for index {index}, and the log that signed has {size} entries")]
    Index {
        /// The index in the receipt.
        index: u64,
        /// The size in the checkpoint.
        size: u64,
    },
    /// The proof does not lead from the commitment to the root. One error for both causes: the
    /// file does not tell whether opening, index or proof was changed.
    #[error(
        "the proof does not lead to the signed root: nothing shows that the log of {size} entries \
         holds this commitment at index {index}"
    )]
    Inclusion {
        /// The index in the receipt.
        index: u64,
        /// The size in the checkpoint.
        size: u64,
    },
}

/// Checks a receipt against the log's key, and nothing else: no network, no clock.
///
/// # Errors
///
/// One variant a failure; any bytes are an error rather than a panic.
pub fn verify(receipt: &[u8], verifier: &Verifier) -> Result<Verified, VerifyError> {
    let receipt = Receipt::parse(receipt)?;
    let checkpoint = verifier.open(&receipt.checkpoint)?;
    let (index, size) = (receipt.index, checkpoint.size);
    if index >= size {
        return Err(VerifyError::Index { index, size });
    }
    let commitment = receipt.opening.commitment();
    receipt
        .proof
        .check(index, size, &checkpoint.root, &commitment.leaf_hash())
        .map_err(|_| VerifyError::Inclusion { index, size })?;
    Ok(Verified {
        origin: checkpoint.origin,
        index,
        size,
        root: checkpoint.root,
        commitment,
        opening: receipt.opening,
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::{Log, Signer, log::tests::leaves};

    const FIRST: &str = include_str!("../tests/fixtures/receipts/first.tlog-proof");
    const LABELLED: &str = include_str!("../tests/fixtures/receipts/labelled.tlog-proof");
    const VKEY: &str = include_str!("../tests/fixtures/receipts/log.vkey");

    fn signer() -> Signer {
        Signer::new("ledger.example/receipts", &[7; 32]).unwrap()
    }

    fn opening() -> Opening {
        Opening::new([0x11; 32], [0x22; 32])
    }

    fn labelled() -> Opening {
        let opening = opening().with_label("submission", "0197a000-0000-7000-8000-000000000001");
        opening.unwrap().with_label("desk", "pharos").unwrap()
    }

    /// The receipt for an opening appended after `before` made leaves and before `after` more.
    fn receipt(before: u64, opening: Opening, after: u64) -> Receipt {
        let log = Log::empty().append(&leaves(0..before)).unwrap().into_log();
        let mut batch = vec![opening.commitment()];
        batch.extend(leaves(before + 1..before + 1 + after));
        let appended = log.append(&batch).unwrap();
        Receipt {
            index: before,
            proof: appended.proof(before).unwrap(),
            opening,
            checkpoint: signer().sign(appended.size(), &appended.root()),
        }
    }

    #[track_caller]
    fn check(text: &str, expected: Result<(u64, u64), VerifyError>) {
        let verified = verify(text.as_bytes(), &signer().verifier());
        assert_eq!(verified.map(|v| (v.index, v.size)), expected);
    }

    #[test]
    fn the_fixtures_verify_for_ever() {
        let verifier = Verifier::new(VKEY).unwrap();
        let first = verify(FIRST.as_bytes(), &verifier).unwrap();
        assert_eq!((first.index, first.size), (0, 1));
        assert_eq!(first.opening, opening());

        let verified = verify(LABELLED.as_bytes(), &verifier).unwrap();
        assert_eq!((verified.index, verified.size), (300, 701));
        assert_eq!(verified.origin, "ledger.example/receipts");
        assert_eq!(verified.opening, labelled());
        assert_eq!(verified.opening.digest(), &[0x22; 32]);
        assert_eq!(verified.opening.label("desk"), Some("pharos"));
    }

    #[test]
    fn the_fixtures_are_what_is_written_today() {
        assert_eq!(receipt(0, opening(), 0).to_string(), FIRST);
        assert_eq!(receipt(300, labelled(), 400).to_string(), LABELLED);
        assert_eq!(signer().vkey(), VKEY.trim_end());
    }

    #[test]
    fn each_failure_has_its_error() {
        let good = receipt(3, labelled(), 2);
        let text = good.to_string();
        let lines: Vec<&str> = text.split('\n').collect();
        let replace = |line: usize, with: &str| {
            let mut lines = lines.clone();
            lines[line] = with;
            lines.join("\n")
        };
        let without = |line: usize| {
            let mut lines = lines.clone();
            lines.remove(line);
            lines.join("\n")
        };
        let bad = |error: ReceiptError| Err(error.into());
        let encode = |bytes: &[u8]| format!("extra {}", BASE64_STANDARD.encode(bytes));

        check(&text, Ok((3, 6)));
        check("", bad(ReceiptError::FirstLine));
        check(&text.replace('\n', "\r\n"), bad(ReceiptError::LineEnds));
        check(&format!("\u{feff}{text}"), bad(ReceiptError::FirstLine));
        check(
            &replace(0, "c2sp.org/tlog-proof@v2"),
            bad(ReceiptError::FirstLine),
        );
        check(&without(1), bad(ReceiptError::NoOpening));
        check(&replace(1, "extra "), bad(ReceiptError::Opening));
        check(&replace(1, "extra !"), bad(ReceiptError::Opening));
        check(&replace(1, &encode(&[1; 64])), bad(ReceiptError::Opening));
        check(
            &replace(1, &encode(&[2; 65])),
            bad(ReceiptError::Version { version: 2 }),
        );
        check(&replace(1, &encode(&[1; 66])), bad(ReceiptError::Opening));
        check(&without(2), bad(ReceiptError::Index));
        for index in ["", "-1", "+3", "03", "3 ", "18446744073709551616"] {
            check(
                &replace(2, &format!("index {index}")),
                bad(ReceiptError::Index),
            );
        }
        check(
            &replace(4, "AAAA"),
            bad(ReceiptError::ProofLine { line: 5 }),
        );
        let long = format!("{}\n", Hash([0; 32])).repeat(65);
        check(
            &replace(3, long.trim_end()),
            bad(ReceiptError::ProofTooLong),
        );
        check(&lines[..5].join("\n"), bad(ReceiptError::NoCheckpoint));
        let bytes = MAX_RECEIPT_BYTES + 1;
        check(&"a".repeat(bytes), bad(ReceiptError::TooLong { bytes }));
        let not_text = verify(&[0xff], &signer().verifier()).unwrap_err();
        assert_eq!(not_text, ReceiptError::NotText.into());

        check(&lines[..8].join("\n"), Err(CheckpointError::Note.into()));
        check(
            &replace(2, "index 6"),
            Err(VerifyError::Index { index: 6, size: 6 }),
        );
        check(
            &replace(2, "index 2"),
            Err(VerifyError::Inclusion { index: 2, size: 6 }),
        );
        check(
            &without(3),
            Err(VerifyError::Inclusion { index: 3, size: 6 }),
        );
        let mut other = good.clone();
        other.opening = opening();
        check(
            &other.to_string(),
            Err(VerifyError::Inclusion { index: 3, size: 6 }),
        );
        let mut other = good.clone();
        other.checkpoint = signer().sign(6, &Hash([0; 32]));
        check(
            &other.to_string(),
            Err(VerifyError::Inclusion { index: 3, size: 6 }),
        );
        let mut other = good;
        other.checkpoint = Signer::new("other.example", &[7; 32])
            .unwrap()
            .sign(6, &Hash([0; 32]));
        let text = other.to_string();
        let error = verify(text.as_bytes(), &signer().verifier()).unwrap_err();
        assert!(
            matches!(
                error,
                VerifyError::Checkpoint(CheckpointError::NotSigned { .. })
            ),
            "{error}"
        );
    }

    /// A signature costs milliseconds in an unoptimised build, so the changes are tried in two
    /// parts: all of them on what is read, and one a byte on what is verified.
    fn changes(good: &[u8], mut try_one: impl FnMut(usize, &[u8])) {
        for place in 0..good.len() {
            let mut bytes = good.to_vec();
            for byte in (0..=255).filter(|byte| *byte != good[place]) {
                bytes[place] = byte;
                try_one(place, &bytes);
            }
            bytes.remove(place);
            try_one(place, &bytes);
            try_one(place, &good[..place]);
            for byte in b"\n A=/0+" {
                let more = [&good[..place], &[*byte], &good[place..]].concat();
                try_one(place, &more);
            }
        }
    }

    #[test]
    fn no_other_bytes_read_as_the_same_receipt() {
        for good in [FIRST, LABELLED] {
            let receipt = Receipt::parse(good.as_bytes()).unwrap();
            changes(good.as_bytes(), |place, bytes| {
                let read = Receipt::parse(bytes);
                assert_ne!(read.as_ref(), Ok(&receipt), "byte {place}");
            });
        }
    }

    #[test]
    fn one_flipped_bit_in_any_byte_is_refused() {
        let verifier = Verifier::new(VKEY).unwrap();
        for place in 0..LABELLED.len() {
            let mut bytes = LABELLED.as_bytes().to_vec();
            bytes[place] ^= 1 << (place % 8);
            assert!(verify(&bytes, &verifier).is_err(), "byte {place}");
        }
    }

    #[test]
    fn the_checkpoint_has_one_form() {
        let verifier = Verifier::new(VKEY).unwrap();
        let start = FIRST.find("\n\n").unwrap() + 2;
        // The signed text is covered by the signature; the line of the signature is not.
        let line = start + FIRST[start..].find('—').unwrap();
        changes(FIRST.as_bytes(), |place, bytes| {
            // Everything where padding and unused bits are, a sample elsewhere.
            let tail = place >= FIRST.len() - 4;
            if tail || place >= line && bytes.get(place).is_none_or(|byte| byte % 16 == 3) {
                assert!(verify(bytes, &verifier).is_err(), "byte {place}");
            }
        });
        for byte in 0..=255 {
            let more = [FIRST.as_bytes(), &[byte]].concat();
            assert!(verify(&more, &verifier).is_err(), "{byte} at the end");
        }
    }

    proptest! {
        #[test]
        fn any_bytes_are_refused(bytes in prop::collection::vec(any::<u8>(), 0..300)) {
            prop_assert!(verify(&bytes, &signer().verifier()).is_err());
        }

        #[test]
        fn lines_in_any_order_never_panic(
            order in prop::collection::vec(0..14usize, 0..20),
            cut in 0..900usize,
        ) {
            let lines: Vec<&str> = LABELLED.split_inclusive('\n').collect();
            let mut text: String = order.iter().filter_map(|line| lines.get(*line)).copied().collect();
            text.truncate((0..=cut.min(text.len())).rev().find(|i| text.is_char_boundary(*i)).unwrap());
            let verified = verify(text.as_bytes(), &signer().verifier());
            prop_assert!(verified.is_err() || text == LABELLED);
        }

        #[test]
        fn one_changed_byte_is_refused(place in 0..LABELLED.len(), byte: u8) {
            let mut bytes = LABELLED.as_bytes().to_vec();
            prop_assume!(bytes[place] != byte);
            bytes[place] = byte;
            prop_assert!(verify(&bytes, &signer().verifier()).is_err());
        }

        #[test]
        fn receipts_read_back_and_verify(before in 0..600u64, after in 0..600u64) {
            let receipt = receipt(before, labelled(), after);
            let text = receipt.to_string();
            prop_assert_eq!(Receipt::parse(text.as_bytes()), Ok(receipt));
            let verified = verify(text.as_bytes(), &signer().verifier()).unwrap();
            prop_assert_eq!((verified.index, verified.size), (before, before + 1 + after));
        }
    }
}
