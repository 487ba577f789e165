use jiff::{SignedDuration, Timestamp};

/// A span of time, half-open: it holds its first instant and not its last. Never empty.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Span {
    from: Timestamp,
    until: Timestamp,
}

impl Span {
    /// From an instant until another; `None` unless the second is the later.
    pub fn new(from: Timestamp, until: Timestamp) -> Option<Span> {
        (from < until).then_some(Span { from, until })
    }

    /// The first instant that it holds.
    pub fn from(self) -> Timestamp {
        self.from
    }

    /// The first instant after it.
    pub fn until(self) -> Timestamp {
        self.until
    }

    /// Whether the two have an instant in common.
    pub fn overlaps(self, other: Span) -> bool {
        self.from < other.until && other.from < self.until
    }

    /// With time before and after, clamped to the ends of time. Negative durations count as none.
    pub fn widened(self, before: SignedDuration, after: SignedDuration) -> Span {
        let before = before.max(SignedDuration::ZERO);
        let after = after.max(SignedDuration::ZERO);
        Span {
            from: self.from.checked_sub(before).unwrap_or(Timestamp::MIN),
            until: self.until.checked_add(after).unwrap_or(Timestamp::MAX),
        }
    }

    /// What is left of it, at most two spans, when another is taken out.
    pub fn without(self, other: Span) -> impl Iterator<Item = Span> {
        let before = Span::new(self.from, self.until.min(other.from));
        let after = Span::new(self.from.max(other.until), self.until);
        before.into_iter().chain(after)
    }
}
