//! Hashes of files.

use crate::{Kind, ParseError, Proof, extract::Scanner};

pub(crate) fn md5(text: &str) -> Result<(String, Proof), ParseError> {
    let _ = text;
    Err(ParseError::Shape { kind: Kind::Md5 })
}

pub(crate) fn sha1(text: &str) -> Result<(String, Proof), ParseError> {
    let _ = text;
    Err(ParseError::Shape { kind: Kind::Sha1 })
}

pub(crate) fn sha256(text: &str) -> Result<(String, Proof), ParseError> {
    let _ = text;
    Err(ParseError::Shape { kind: Kind::Sha256 })
}

pub(crate) fn sha512(text: &str) -> Result<(String, Proof), ParseError> {
    let _ = text;
    Err(ParseError::Shape { kind: Kind::Sha512 })
}

pub(crate) fn imphash(text: &str) -> Result<(String, Proof), ParseError> {
    let _ = text;
    Err(ParseError::Shape {
        kind: Kind::Imphash,
    })
}

pub(crate) fn authentihash(text: &str) -> Result<(String, Proof), ParseError> {
    let _ = text;
    Err(ParseError::Shape {
        kind: Kind::Authentihash,
    })
}

pub(crate) fn ssdeep(text: &str) -> Result<(String, Proof), ParseError> {
    let _ = text;
    Err(ParseError::Shape { kind: Kind::Ssdeep })
}

pub(crate) fn tlsh(text: &str) -> Result<(String, Proof), ParseError> {
    let _ = text;
    Err(ParseError::Shape { kind: Kind::Tlsh })
}

impl Scanner<'_> {
    /// A hash in hexadecimal at a run of letters and digits. Answers where the walk goes on.
    pub(crate) fn hash_run(&mut self, start: usize, end: usize) -> Option<usize> {
        let _ = (start, end);
        None
    }
}
