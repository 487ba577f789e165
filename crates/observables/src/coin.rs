//! Addresses and transactions of crypto-assets, each with the checksum its chain gives it.

use crate::{Kind, ParseError, Proof, extract::Scanner, money};

pub(crate) fn tron(text: &str) -> Result<(String, Proof), ParseError> {
    let _ = text;
    Err(ParseError::Shape { kind: Kind::Tron })
}

pub(crate) fn sol(text: &str) -> Result<(String, Proof), ParseError> {
    let _ = text;
    Err(ParseError::Shape { kind: Kind::Sol })
}

pub(crate) fn xmr(text: &str) -> Result<(String, Proof), ParseError> {
    let _ = text;
    Err(ParseError::Shape { kind: Kind::Xmr })
}

pub(crate) fn ltc(text: &str) -> Result<(String, Proof), ParseError> {
    let _ = text;
    Err(ParseError::Shape { kind: Kind::Ltc })
}

pub(crate) fn bch(text: &str) -> Result<(String, Proof), ParseError> {
    let _ = text;
    Err(ParseError::Shape { kind: Kind::Bch })
}

pub(crate) fn doge(text: &str) -> Result<(String, Proof), ParseError> {
    let _ = text;
    Err(ParseError::Shape { kind: Kind::Doge })
}

pub(crate) fn xrp(text: &str) -> Result<(String, Proof), ParseError> {
    let _ = text;
    Err(ParseError::Shape { kind: Kind::Xrp })
}

pub(crate) fn ton(text: &str) -> Result<(String, Proof), ParseError> {
    let _ = text;
    Err(ParseError::Shape { kind: Kind::Ton })
}

pub(crate) fn tx(text: &str) -> Result<(String, Proof), ParseError> {
    let _ = text;
    Err(ParseError::Shape { kind: Kind::Tx })
}

impl Scanner<'_> {
    /// A wallet or a transaction at a run of letters and digits. Answers where the walk goes on.
    pub(crate) fn coin_run(&mut self, start: usize, end: usize) -> Option<usize> {
        let run = &self.bytes[start..end];
        let kinds = [
            (Kind::Eth, money::looks_eth(run)),
            (Kind::Btc, money::looks_btc(run)),
        ];
        self.proved(&kinds, start, end)
    }
}
