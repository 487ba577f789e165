//! Tracking numbers of parcels.

use crate::{Kind, ParseError, Proof, extract::Scanner};

pub(crate) fn tracking(text: &str) -> Result<(String, Proof), ParseError> {
    let _ = text;
    Err(ParseError::Shape {
        kind: Kind::Tracking,
    })
}

impl Scanner<'_> {
    /// A parcel's number at a run of letters and digits. Answers where the walk goes on.
    pub(crate) fn parcel_run(&mut self, start: usize, end: usize) -> Option<usize> {
        let _ = (start, end);
        None
    }
}
