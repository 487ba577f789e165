//! The names of things: records, keys, kinds, and what a person decided about two records.

/// A record, by a number that the caller gives and keeps.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RecordId(pub u64);

/// A key, by a hash of its kind and value that is stable for ever.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct KeyId(pub u64);

/// The place of a kind in its model; only [`Model::kind`](crate::Model::kind) makes one, and it
/// means nothing to another model: what is written to disk is the kind's name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct KindIx(pub(crate) u16);

/// A key as a record holds it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Key {
    /// Which key.
    pub id: KeyId,
    /// What sort of value it stands for.
    pub kind: KindIx,
    /// The value is on a warning list: public services, banks, shared hosts.
    pub damped: bool,
}

/// What a person decided about two records. The order of the two does not matter.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Decision {
    /// The two are in one series, whatever the keys say.
    MustLink(RecordId, RecordId),
    /// The two are never in one series, whatever the keys say.
    CannotLink(RecordId, RecordId),
}

impl Decision {
    /// The same decision with the smaller record first, so that equal decisions are equal values.
    pub(crate) fn ordered(self) -> Self {
        match self {
            Self::MustLink(a, b) => Self::MustLink(a.min(b), a.max(b)),
            Self::CannotLink(a, b) => Self::CannotLink(a.min(b), a.max(b)),
        }
    }

    pub(crate) fn records(self) -> (RecordId, RecordId) {
        match self {
            Self::MustLink(a, b) | Self::CannotLink(a, b) => (a, b),
        }
    }
}
