//! What analysts of malicious software exchange: CVE, ATT&CK, YARA, paths, fingerprints.

use crate::{Kind, ParseError, Proof, extract::Scanner};

pub(crate) fn cve(text: &str) -> Result<(String, Proof), ParseError> {
    let _ = text;
    Err(ParseError::Shape { kind: Kind::Cve })
}

pub(crate) fn attack(text: &str) -> Result<(String, Proof), ParseError> {
    let _ = text;
    Err(ParseError::Shape { kind: Kind::Attack })
}

pub(crate) fn yara(text: &str) -> Result<(String, Proof), ParseError> {
    let _ = text;
    Err(ParseError::Shape { kind: Kind::Yara })
}

pub(crate) fn registry(text: &str) -> Result<(String, Proof), ParseError> {
    let _ = text;
    Err(ParseError::Shape {
        kind: Kind::Registry,
    })
}

pub(crate) fn path(text: &str) -> Result<(String, Proof), ParseError> {
    let _ = text;
    Err(ParseError::Shape { kind: Kind::Path })
}

pub(crate) fn analytics(text: &str) -> Result<(String, Proof), ParseError> {
    let _ = text;
    Err(ParseError::Shape {
        kind: Kind::Analytics,
    })
}

pub(crate) fn favicon(text: &str) -> Result<(String, Proof), ParseError> {
    let _ = text;
    Err(ParseError::Shape {
        kind: Kind::Favicon,
    })
}

pub(crate) fn cert_serial(text: &str) -> Result<(String, Proof), ParseError> {
    let _ = text;
    Err(ParseError::Shape {
        kind: Kind::CertSerial,
    })
}

pub(crate) fn ja3(text: &str) -> Result<(String, Proof), ParseError> {
    let _ = text;
    Err(ParseError::Shape { kind: Kind::Ja3 })
}

pub(crate) fn ja4(text: &str) -> Result<(String, Proof), ParseError> {
    let _ = text;
    Err(ParseError::Shape { kind: Kind::Ja4 })
}

pub(crate) fn message_id(text: &str) -> Result<(String, Proof), ParseError> {
    let _ = text;
    Err(ParseError::Shape {
        kind: Kind::MessageId,
    })
}

pub(crate) fn uuid(text: &str) -> Result<(String, Proof), ParseError> {
    let _ = text;
    Err(ParseError::Shape { kind: Kind::Uuid })
}

impl Scanner<'_> {
    /// A backslash or an opening brace between tokens: a path, a registry key, a rule. Answers where the walk goes on.
    pub(crate) fn technical_mark(&mut self, at: usize) -> Option<usize> {
        let _ = at;
        None
    }

    /// A whole token: a path, a message id, an identifier with hyphens. Answers where the walk goes on.
    pub(crate) fn technical_token(&mut self, start: usize, end: usize, seen: u8) -> Option<usize> {
        let _ = (start, end, seen);
        None
    }

    /// A run of letters and digits in a token. Answers where the walk goes on.
    pub(crate) fn technical_run(&mut self, start: usize, end: usize) -> Option<usize> {
        let _ = (start, end);
        None
    }
}
