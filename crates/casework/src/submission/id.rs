//! One type per identifier, so that they do not mix.
//!
//! ```compile_fail
//! use orfevre_casework::submission::{CaseId, SubmissionId};
//! fn open(case: CaseId) {}
//! let submission: SubmissionId = "01890a5d-ac96-774b-bcce-b302099a8057".parse().unwrap();
//! open(submission);
//! ```

use std::{borrow::Borrow, fmt, str::FromStr};

use jiff::Timestamp;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use uuid::Uuid;

use crate::text::Lang;

/// Text that is not an identifier of the kind asked for.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a {kind} identifier: {expected}")]
#[non_exhaustive]
pub struct IdError {
    /// Which identifier was expected.
    pub kind: &'static str,
    /// The form it must have.
    pub expected: &'static str,
}

/// An identifier as its text, in records.
macro_rules! as_text {
    ($name:ident) => {
        impl Serialize for $name {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.collect_str(self)
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<$name, D::Error> {
                let text = String::deserialize(deserializer)?;
                text.parse().map_err(serde::de::Error::custom)
            }
        }
    };
}

macro_rules! uuid_ids {
    ($($(#[$doc:meta])* $name:ident, $kind:literal;)*) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(Uuid);

        impl $name {
            /// A UUIDv7 of the time and the random bytes given. Times before 1970 count as 1970.
            pub fn new(at: Timestamp, random: [u8; 10]) -> Self {
                let millis = u64::try_from(at.as_millisecond()).unwrap_or(0);
                Self(uuid::Builder::from_unix_timestamp_millis(millis, &random).into_uuid())
            }

            /// The identifier as a UUID.
            pub fn uuid(self) -> Uuid {
                self.0
            }
        }

        impl From<Uuid> for $name {
            fn from(uuid: Uuid) -> Self {
                Self(uuid)
            }
        }

        impl FromStr for $name {
            type Err = IdError;

            fn from_str(text: &str) -> Result<Self, IdError> {
                Uuid::try_parse(text)
                    .map(Self)
                    .map_err(|_| IdError { kind: $kind, expected: "a UUID" })
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.hyphenated().fmt(f)
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, concat!(stringify!($name), "({})"), self.0.hyphenated())
            }
        }

        as_text!($name);
    )*};
}

uuid_ids! {
    /// A submission.
    SubmissionId, "submission";
    /// A case.
    CaseId, "case";
    /// An agent of the service.
    AgentId, "agent";
    /// A referral of a case to a unit.
    ReferralId, "referral";
    /// A booking of something that the service lends.
    BookingId, "booking";
}

macro_rules! slug_ids {
    ($($(#[$doc:meta])* $name:ident, $kind:literal, $inner:literal, $expected:literal;)*) => {$(
        $(#[$doc])*
        #[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(Box<str>);

        impl $name {
            /// The identifier's text.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl FromStr for $name {
            type Err = IdError;

            fn from_str(text: &str) -> Result<Self, IdError> {
                if is_slug(text, $inner) {
                    Ok(Self(text.into()))
                } else {
                    Err(IdError { kind: $kind, expected: $expected })
                }
            }
        }

        impl Borrow<str> for $name {
            fn borrow(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, concat!(stringify!($name), "({})"), self.0)
            }
        }

        as_text!($name);
    )*};
}

slug_ids! {
    /// A desk, such as `thesee`.
    DeskId, "desk", '-', "a lower-case letter, then lower-case letters, digits and hyphens, 64 at most";
    /// A unit, such as `ofac-thesee`.
    UnitId, "unit", '-', "a lower-case letter, then lower-case letters, digits and hyphens, 64 at most";
    /// Something that can be booked, such as `helmet-3`.
    ResourceId, "resource", '-', "a lower-case letter, then lower-case letters, digits and hyphens, 64 at most";
    /// A question of a desk, such as `scam_type`.
    QuestionId, "question", '_', "a lower-case letter, then lower-case letters, digits and underscores, 64 at most";
}

pub(crate) fn is_slug(text: &str, inner: char) -> bool {
    text.len() <= 64
        && text.starts_with(|c: char| c.is_ascii_lowercase())
        && text
            .chars()
            .all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == inner)
}

/// The way a person files: what it asks of them, and of the service, differs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Track {
    /// A report: anonymous if wished.
    Report,
    /// A complaint: identified and signed.
    Complaint,
    /// A declaration a body must make.
    Declaration,
    /// A request for something.
    Request,
}

impl Track {
    /// Every track there is.
    pub const ALL: [Track; 4] = [
        Track::Report,
        Track::Complaint,
        Track::Declaration,
        Track::Request,
    ];

    /// The word used in files, expressions and the database.
    pub fn as_str(self) -> &'static str {
        match self {
            Track::Report => "report",
            Track::Complaint => "complaint",
            Track::Declaration => "declaration",
            Track::Request => "request",
        }
    }

    /// The word for people.
    pub fn label(self, lang: Lang) -> &'static str {
        match self {
            Track::Report => lang.pick("signalement", "report"),
            Track::Complaint => lang.pick("plainte", "complaint"),
            Track::Declaration => lang.pick("déclaration", "declaration"),
            Track::Request => lang.pick("demande", "request"),
        }
    }
}

impl FromStr for Track {
    type Err = IdError;

    fn from_str(text: &str) -> Result<Self, IdError> {
        Track::ALL
            .into_iter()
            .find(|track| track.as_str() == text)
            .ok_or(IdError {
                kind: "track",
                expected: "report, complaint, declaration or request",
            })
    }
}

impl fmt::Display for Track {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_made_later_sort_later_and_read_back() {
        let at = |seconds| Timestamp::from_second(seconds).unwrap();
        let first = SubmissionId::new(at(1_700_000_000), [0xff; 10]);
        let second = SubmissionId::new(at(1_700_000_001), [0; 10]);
        assert!(first < second);
        assert_eq!(first.uuid().get_version_num(), 7);
        assert_eq!(first.to_string().parse(), Ok(first));
        assert!("not-a-uuid".parse::<CaseId>().is_err());
        assert_eq!(
            SubmissionId::new(at(-5), [1; 10]),
            SubmissionId::new(at(0), [1; 10])
        );
    }

    #[test]
    fn slugs_are_checked() {
        for (text, good) in [
            ("thesee", true),
            ("a-1", true),
            ("", false),
            ("1a", false),
            ("Thesee", false),
            ("a_b", false),
            ("../etc", false),
        ] {
            assert_eq!(text.parse::<DeskId>().is_ok(), good, "{text}");
        }
        assert!("scam_type".parse::<QuestionId>().is_ok());
        assert!("scam-type".parse::<QuestionId>().is_err());
        assert!("a".repeat(65).parse::<UnitId>().is_err());
    }

    #[test]
    fn tracks_read_back() {
        for track in Track::ALL {
            assert_eq!(track.to_string().parse(), Ok(track));
        }
    }
}
