//! Signed tree heads: C2SP tlog-checkpoint as a signed note, Ed25519.

use std::fmt;

use ed25519_dalek::{SignatureError, Signer as _, SigningKey};
use signed_note::{Note, NoteError, StandardVerifier, VerificationError, VerifierError};
use thiserror::Error;

use crate::Hash;

/// Signs the checkpoints of one log. `Debug` shows the public key only.
#[derive(Clone)]
pub struct Signer {
    origin: String,
    key_id: u32,
    key: SigningKey,
}

/// A name that cannot be the origin of a log.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("the origin {origin:?} is empty or holds a space, a plus sign or a control character")]
pub struct OriginError {
    /// The name as given.
    pub origin: String,
}

impl Signer {
    /// A signer from the log's origin, by custom `<host>/<path>` without scheme, and the 32 secret
    /// bytes of its Ed25519 key.
    ///
    /// # Errors
    ///
    /// When the origin cannot stand in a signed note.
    pub fn new(origin: &str, seed: &[u8; 32]) -> Result<Self, OriginError> {
        if !signed_note::is_key_name_valid(origin) || origin.chars().any(char::is_control) {
            return Err(OriginError {
                origin: origin.into(),
            });
        }
        let key = SigningKey::from_bytes(seed);
        let mut public = vec![0x01]; // Ed25519 in C2SP signed-note
        public.extend_from_slice(key.verifying_key().as_bytes());
        Ok(Self {
            origin: origin.into(),
            key_id: signed_note::key_id(origin, &public),
            key,
        })
    }

    /// The origin of the log, which is also the name of its key.
    pub fn origin(&self) -> &str {
        &self.origin
    }

    /// The public key as others take it: `<origin>+<key id>+<base64>`.
    pub fn vkey(&self) -> String {
        signed_note::new_ed25519_verifier_key(&self.origin, &self.key.verifying_key())
    }

    /// What checks this signer's checkpoints.
    pub fn verifier(&self) -> Verifier {
        Verifier::new(&self.vkey()).expect("the key was made from a checked name and a real key")
    }

    /// The checkpoint for a tree, as a signed note. Two calls give the same bytes.
    ///
    /// Let it out of the process only when the tree is durable, and never for a tree that does
    /// not begin with the last one signed.
    pub fn sign(&self, size: u64, root: &Hash) -> String {
        let text = format!("{}\n{size}\n{root}\n", self.origin);
        let mut note = Note::new(text.as_bytes(), &[]).expect("the origin was checked");
        note.add_sigs(&[self])
            .expect("signing in memory with a checked name does not fail");
        String::from_utf8(note.to_bytes()).expect("a note is UTF-8")
    }
}

impl fmt::Debug for Signer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Signer").field(&self.vkey()).finish()
    }
}

impl signed_note::Signer for Signer {
    fn name(&self) -> &str {
        &self.origin
    }

    fn key_id(&self) -> u32 {
        self.key_id
    }

    fn sign(&self, message: &[u8]) -> Result<Vec<u8>, SignatureError> {
        Ok(self.key.try_sign(message)?.to_vec())
    }
}

/// A tree head whose signature was checked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Checkpoint {
    /// Which log.
    pub origin: String,
    /// How many leaves.
    pub size: u64,
    /// The root of the tree.
    pub root: Hash,
}

/// Checks the checkpoints of one log.
#[derive(Clone)]
pub struct Verifier {
    key: StandardVerifier,
}

/// Text that is not the public key of a log.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum VkeyError {
    /// Not `<name>+<key id>+<base64>`.
    #[error("not a verifier key: expected <name>+<8 hexadecimal digits>+<base64>")]
    Format,
    /// The signature algorithm is not Ed25519.
    #[error("the verifier key is of another algorithm than Ed25519")]
    Algorithm,
    /// The id does not belong to name and key: one of the three was changed.
    #[error("the id in the verifier key does not belong to its name and key")]
    KeyId,
}

/// A checkpoint that is not the log's.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum CheckpointError {
    /// Not a signed note.
    #[error("the checkpoint is not a signed note")]
    Note,
    /// No signature by the log's key.
    #[error("the checkpoint is not signed by {name}+{key_id:08x}")]
    NotSigned {
        /// Name of the expected key.
        name: String,
        /// Id of the expected key.
        key_id: u32,
    },
    /// The signature by the log's key is wrong.
    #[error("the signature of {name} on the checkpoint is wrong: the checkpoint was changed")]
    Signature {
        /// Name of the key.
        name: String,
    },
    /// Signed by the key, yet no checkpoint.
    #[error("the signed text is not a checkpoint")]
    Text,
    /// Signed by the key for another log.
    #[error("the checkpoint is of the log {found:?}, expected {expected:?}")]
    Origin {
        /// The origin of the verifier.
        expected: String,
        /// The origin in the checkpoint.
        found: String,
    },
}

impl Verifier {
    /// A verifier from the text that [`Signer::vkey`] gives.
    ///
    /// # Errors
    ///
    /// When it is not an Ed25519 verifier key.
    pub fn new(vkey: &str) -> Result<Self, VkeyError> {
        let key = StandardVerifier::new(vkey.trim()).map_err(|error| match error {
            VerifierError::Format => VkeyError::Format,
            VerifierError::Alg => VkeyError::Algorithm,
            VerifierError::Id => VkeyError::KeyId,
        })?;
        Ok(Self { key })
    }

    /// The origin of the log.
    pub fn origin(&self) -> &str {
        signed_note::Verifier::name(&self.key)
    }

    /// Checks a signed note and reads the checkpoint in it. Signatures by other keys, such as
    /// those of witnesses, are neither needed nor checked.
    ///
    /// # Errors
    ///
    /// When it is not a checkpoint that this log signed.
    pub fn open(&self, note: &str) -> Result<Checkpoint, CheckpointError> {
        let note = Note::from_bytes(note.as_bytes()).map_err(|_| CheckpointError::Note)?;
        note.verify(self).map_err(|error| match error {
            NoteError::InvalidSignature { name, .. } => CheckpointError::Signature { name },
            NoteError::UnverifiedNote => CheckpointError::NotSigned {
                name: self.origin().into(),
                key_id: signed_note::Verifier::key_id(&self.key),
            },
            _ => CheckpointError::Note,
        })?;
        let read =
            tlog_tiles::Checkpoint::from_bytes(note.text()).map_err(|_| CheckpointError::Text)?;
        if read.origin() != self.origin() {
            return Err(CheckpointError::Origin {
                expected: self.origin().into(),
                found: read.origin().into(),
            });
        }
        Ok(Checkpoint {
            origin: read.origin().into(),
            size: read.size(),
            root: (*read.hash()).into(),
        })
    }
}

impl fmt::Debug for Verifier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Verifier").field(&self.origin()).finish()
    }
}

impl signed_note::Verifiers for Verifier {
    fn verifier(
        &self,
        name: &str,
        id: u32,
    ) -> Result<&dyn signed_note::Verifier, VerificationError> {
        if name == self.origin() && id == signed_note::Verifier::key_id(&self.key) {
            return Ok(&self.key);
        }
        let name = name.into();
        Err(VerificationError::UnknownKey { name, id })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn signer(origin: &str) -> Signer {
        Signer::new(origin, &[7; 32]).unwrap()
    }

    fn sign_text(signer: &Signer, text: &str) -> String {
        let mut note = Note::new(text.as_bytes(), &[]).unwrap();
        note.add_sigs(&[signer]).unwrap();
        String::from_utf8(note.to_bytes()).unwrap()
    }

    #[test]
    fn a_checkpoint_is_written_as_the_format_says() {
        let note = signer("ledger.example/log").sign(3, &Hash([0; 32]));
        let (text, signature) = note.split_once("\n\n").unwrap();
        assert_eq!(
            text,
            "ledger.example/log\n3\nAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="
        );
        assert!(
            signature.starts_with("— ledger.example/log "),
            "{signature}"
        );
        assert!(note.ends_with("=\n"), "{note}");
    }

    #[test]
    fn a_checkpoint_opens_with_its_key_and_no_other() {
        let ours = signer("ledger.example/log");
        let note = ours.sign(3, &Hash([9; 32]));
        let checkpoint = ours.verifier().open(&note).unwrap();
        assert_eq!((checkpoint.size, checkpoint.root), (3, Hash([9; 32])));
        assert_eq!(checkpoint.origin, "ledger.example/log");

        let same_name = Signer::new("ledger.example/log", &[8; 32]).unwrap();
        let same_key = signer("other.example/log");
        for other in [same_name, same_key] {
            let error = other.verifier().open(&note).unwrap_err();
            assert!(
                matches!(error, CheckpointError::NotSigned { .. }),
                "{error}"
            );
        }
    }

    #[test]
    fn each_failure_has_its_error() {
        let ours = signer("ledger.example/log");
        let verifier = ours.verifier();
        let note = ours.sign(3, &Hash([9; 32]));
        let changed = note.replacen("\n3\n", "\n4\n", 1);
        let name = "ledger.example/log".to_string();
        assert_eq!(
            verifier.open(&changed),
            Err(CheckpointError::Signature { name })
        );
        for note in [
            "",
            "\n",
            "a\n\n",
            &note.replace('\n', "\r\n"),
            &note[..note.len() - 1],
        ] {
            assert_eq!(verifier.open(note), Err(CheckpointError::Note), "{note}");
        }
        for text in [
            "hello\n",
            "ledger.example/log\n03\nCQkJ\n",
            "ledger.example/log\n3\nCQkJ\n",
        ] {
            assert_eq!(
                verifier.open(&sign_text(&ours, text)),
                Err(CheckpointError::Text)
            );
        }
        let other = sign_text(&ours, &format!("other.example\n3\n{}\n", Hash([9; 32])));
        assert!(matches!(
            verifier.open(&other),
            Err(CheckpointError::Origin { .. })
        ));
    }

    #[test]
    fn a_witness_may_sign_too() {
        let ours = signer("ledger.example/log");
        let mut note = Note::from_bytes(ours.sign(3, &Hash([9; 32])).as_bytes()).unwrap();
        note.add_sigs(&[&signer("witness.example")]).unwrap();
        let text = String::from_utf8(note.to_bytes()).unwrap();
        assert_eq!(ours.verifier().open(&text).unwrap().size, 3);
    }

    #[test]
    fn keys_are_checked() {
        let good = signer("ledger.example/log").vkey();
        assert_eq!(
            Verifier::new(&format!("{good}\n")).unwrap().origin(),
            "ledger.example/log"
        );
        let error = |vkey: &str| Verifier::new(vkey).err();
        for vkey in [
            "",
            "a",
            "a+b",
            "a+b+c",
            "a+0000000g+AQ==",
            &good[..good.len() - 1],
        ] {
            assert_eq!(error(vkey), Some(VkeyError::Format), "{vkey}");
        }
        assert_eq!(error(&good.replace("/log", "/lag")), Some(VkeyError::KeyId));
        // Type 0x02 with the id that belongs to it.
        let id = signed_note::key_id("a", &[2, 3]);
        assert_eq!(
            error(&format!("a+{id:08x}+AgM=")),
            Some(VkeyError::Algorithm)
        );
        for origin in ["", "a b", "a+b", "a\nb", "a\u{1}b", "a\u{a0}b"] {
            assert!(Signer::new(origin, &[7; 32]).is_err(), "{origin:?}");
        }
    }

    #[test]
    fn debug_hides_the_secret() {
        let text = format!("{:?}", Signer::new("a.example", &[171; 32]).unwrap());
        assert!(
            text.starts_with("Signer(\"a.example+") && !text.contains("171"),
            "{text}"
        );
    }
}
