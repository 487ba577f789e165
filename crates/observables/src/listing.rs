//! Classified ads and listings.

use url::Url;

use crate::{Kind, Observable, ParseError, Proof, extract::Scanner};

pub(crate) fn listing(text: &str) -> Result<(String, Proof), ParseError> {
    let _ = text;
    Err(ParseError::Shape {
        kind: Kind::Listing,
    })
}

/// The listing that a URL shows.
pub(crate) fn of_url(url: &Url) -> Option<Observable> {
    let _ = url;
    None
}

impl Scanner<'_> {
    /// A listing's number beside its site's name, at a run of letters and digits. Answers where the walk goes on.
    pub(crate) fn listing_run(&mut self, start: usize, end: usize) -> Option<usize> {
        let _ = (start, end);
        None
    }
}
