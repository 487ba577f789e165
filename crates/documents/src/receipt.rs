use casework::Lang;
use jiff::Timestamp;
use typst::foundations::{Dict, IntoValue, Value};

use crate::{
    legible::Legible,
    value::{self, dict, list},
};

/// What a person keeps of what they sent. It holds neither who they are, nor what they wrote, nor the code that opens
/// it: it can be shown to a bank or an insurer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Receipt {
    /// The desk it was sent to.
    pub desk: String,
    /// Whether it is a complaint.
    pub complaint: bool,
    /// When it was received.
    pub received: Timestamp,
    /// By when somebody has to have read it, if the desk says so.
    pub read_by: Option<Timestamp>,
    /// SHA-256 of what was received (`docs/formats/submission-1.md`), in hexadecimal.
    pub digest: String,
    /// The files that came with it.
    pub files: Vec<Filed>,
    /// Where it stands in the ledger.
    pub ledger: Ledger,
}

/// A file, by its content alone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Filed {
    /// SHA-256, in hexadecimal.
    pub sha256: String,
    /// Bytes.
    pub size: u64,
}

/// What a receipt is checked against.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ledger {
    /// The place in the ledger, from 0.
    pub index: u64,
    /// The commitment that stands there, in hexadecimal.
    pub commitment: String,
    /// Which ledger.
    pub origin: String,
    /// How many entries its checkpoint has.
    pub size: u64,
    /// The root of the checkpoint, as it writes it.
    pub root: String,
    /// The key that checks it.
    pub key: String,
    /// The name of the file that proves it.
    pub file: String,
}

impl Receipt {
    pub(crate) fn told(&self, lang: Lang, legible: &mut Legible) -> Dict {
        let read_by = self
            .read_by
            .map_or(Value::None, |at| value::moment(lang, at));
        let files = list(&self.files, |file| {
            Value::Dict(dict([
                ("sha256", spaced(legible, &file.sha256)),
                ("size", value::count(lang, file.size)),
            ]))
        });
        let ledger = &self.ledger;
        dict([
            ("desk", legible.text(&self.desk)),
            ("complaint", self.complaint.into_value()),
            ("received", value::moment(lang, self.received)),
            ("read_by", read_by),
            ("digest", spaced(legible, &self.digest)),
            ("files", files),
            ("index", value::count(lang, ledger.index)),
            ("commitment", spaced(legible, &ledger.commitment)),
            ("origin", legible.exact(&ledger.origin)),
            ("size", value::count(lang, ledger.size)),
            ("root", legible.exact(&ledger.root)),
            ("key", legible.exact(&ledger.key)),
            ("file", legible.exact(&ledger.file)),
        ])
    }
}

/// Hexadecimal digits in groups that the eye can follow.
fn spaced(legible: &mut Legible, digits: &str) -> Value {
    let mut spaced = String::with_capacity(digits.len() + digits.len() / 8);
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && at.is_multiple_of(8) {
            spaced.push(' ');
        }
        spaced.push(digit);
    }
    legible.exact(&spaced)
}
