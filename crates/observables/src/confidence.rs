//! How much a hit is to be believed, for whoever sorts hits and has no time for proofs.

use crate::{Hit, Kind, Proof};

/// How much a hit is to be believed. An order and no probability: of two hits the higher one is more
/// often what it seems.
///
/// ```
/// use observables::{Confidence, extract};
///
/// // A list to be blocked takes no word with a forgotten space, nor a sum.
/// let text = "payé 1 250 € sur FR14 2004 1010 0505 0001 3M02 606, voir https://colis.example/a";
/// let mut hits = extract(text).hits;
/// hits.retain(|hit| hit.confidence() >= Confidence::Medium);
/// assert_eq!(hits.len(), 2);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[cfg_attr(
    feature = "serde",
    derive(serde::Serialize, serde::Deserialize),
    serde(rename_all = "snake_case")
)]
pub enum Confidence {
    /// Its form alone, which other things have too.
    Low,
    /// A form that little else has, or words beside it.
    Medium,
    /// Check characters, a registry or a numbering plan stand behind it.
    High,
}

impl Confidence {
    /// Its name, as exchanged.
    ///
    /// ```
    /// assert_eq!(observables::Confidence::High.name(), "high");
    /// ```
    pub fn name(self) -> &'static str {
        match self {
            Confidence::Low => "low",
            Confidence::Medium => "medium",
            Confidence::High => "high",
        }
    }
}

impl Hit {
    /// How much it is to be believed, of its proof and its kind.
    ///
    /// ```
    /// use observables::{Confidence, extract};
    ///
    /// let hit = &extract("FR14 2004 1010 0505 0001 3M02 606").hits[0];
    /// assert_eq!(hit.confidence(), Confidence::High);
    /// ```
    pub fn confidence(&self) -> Confidence {
        match self.proof {
            // One digit of ten is right by chance.
            Proof::Checksum if matches!(self.kind, Kind::Siren | Kind::Tracking) => {
                Confidence::Medium
            }
            Proof::Checksum => Confidence::High,
            // A word and a word with a forgotten space between may end in a suffix.
            Proof::KnownSuffix if self.kind == Kind::Domain => Confidence::Medium,
            Proof::KnownSuffix | Proof::Valid => Confidence::High,
            Proof::Possible => Confidence::Low,
            Proof::Shape => match self.kind {
                // Nothing else is written so.
                Kind::Url
                | Kind::Ipv6
                | Kind::Cidr
                | Kind::Mac
                | Kind::UserAgent
                | Kind::Cve
                | Kind::Registry
                | Kind::Ssdeep
                | Kind::Tlsh
                | Kind::Ja4
                | Kind::Uuid => Confidence::High,
                Kind::Amount
                | Kind::CardLast4
                | Kind::GiftCard
                | Kind::Tracking
                | Kind::Siren
                | Kind::Bic
                | Kind::Path => Confidence::Low,
                _ => Confidence::Medium,
            },
        }
    }
}
