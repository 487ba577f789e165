//! Banks and payment: BIC, RIB, cards, payment services, gift cards, sums.

use url::Url;

use crate::{Kind, Observable, ParseError, Proof, extract::Scanner};

pub(crate) fn bic(text: &str) -> Result<(String, Proof), ParseError> {
    let _ = text;
    Err(ParseError::Shape { kind: Kind::Bic })
}

pub(crate) fn rib(text: &str) -> Result<(String, Proof), ParseError> {
    let _ = text;
    Err(ParseError::Shape { kind: Kind::Rib })
}

pub(crate) fn card(text: &str) -> Result<(String, Proof), ParseError> {
    let _ = text;
    Err(ParseError::Shape { kind: Kind::Card })
}

pub(crate) fn card_last4(text: &str) -> Result<(String, Proof), ParseError> {
    let _ = text;
    Err(ParseError::Shape {
        kind: Kind::CardLast4,
    })
}

pub(crate) fn payment(text: &str) -> Result<(String, Proof), ParseError> {
    let _ = text;
    Err(ParseError::Shape {
        kind: Kind::Payment,
    })
}

pub(crate) fn gift_card(text: &str) -> Result<(String, Proof), ParseError> {
    let _ = text;
    Err(ParseError::Shape {
        kind: Kind::GiftCard,
    })
}

pub(crate) fn amount(text: &str) -> Result<(String, Proof), ParseError> {
    let _ = text;
    Err(ParseError::Shape { kind: Kind::Amount })
}

pub(crate) fn amount_display(canonical: &str) -> String {
    canonical.to_owned()
}

/// The account at a payment service that a URL leads to.
pub(crate) fn of_url(url: &Url) -> Option<Observable> {
    let _ = url;
    None
}

impl Scanner<'_> {
    /// A token without small letters, of any length: a bank's code. Answers where the walk goes on.
    pub(crate) fn bank_token(&mut self, start: usize, end: usize) -> Option<usize> {
        let _ = (start, end);
        None
    }

    /// A card's number, or the end of one, at a run of letters and digits. Answers where the walk goes on.
    pub(crate) fn card(&mut self, start: usize, end: usize) -> Option<usize> {
        let _ = (start, end);
        None
    }

    /// A sum whose number begins at a run of letters and digits; its currency may stand before or after.
    /// Answers where the walk goes on.
    pub(crate) fn amount(&mut self, start: usize, end: usize) -> Option<usize> {
        let _ = (start, end);
        None
    }

    /// A RIB or a prepaid card's code at a run of letters and digits. Answers where the walk goes on.
    pub(crate) fn bank_run(&mut self, start: usize, end: usize) -> Option<usize> {
        let _ = (start, end);
        None
    }
}
