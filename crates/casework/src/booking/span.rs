use std::ops::Range;

use jiff::{SignedDuration, Timestamp};

/// Seconds.
const HOUR: i64 = 3_600;

fn hour_not_after(at: Timestamp) -> Timestamp {
    let second = at.as_second() - i64::from(at.subsec_nanosecond() < 0);
    Timestamp::from_second(second.div_euclid(HOUR) * HOUR).unwrap_or(Timestamp::MIN)
}

pub(super) fn hour_not_before(at: Timestamp) -> Timestamp {
    let before = hour_not_after(at);
    if before < at {
        before
            .checked_add(SignedDuration::from_secs(HOUR))
            .unwrap_or(Timestamp::MAX)
    } else {
        before
    }
}

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

    /// The instants that both hold.
    pub fn common(self, other: Span) -> Option<Span> {
        Span::new(self.from.max(other.from), self.until.min(other.until))
    }

    /// Whether it holds an instant.
    pub fn contains(self, at: Timestamp) -> bool {
        self.from <= at && at < self.until
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

    /// The whole hours (of UTC) that it touches: things are held by the hour.
    pub fn whole_hours(self) -> Span {
        Span {
            from: hour_not_after(self.from),
            until: hour_not_before(self.until),
        }
    }

    /// The hours that it touches, counted from 1970 UTC.
    pub fn hours(self) -> Range<i64> {
        let whole = self.whole_hours();
        whole.from.as_second().div_euclid(HOUR)..whole.until.as_second().div_euclid(HOUR)
    }

    /// What is left of it, at most two spans, when another is taken out.
    pub fn without(self, other: Span) -> impl Iterator<Item = Span> {
        let before = Span::new(self.from, self.until.min(other.from));
        let after = Span::new(self.from.max(other.until), self.until);
        before.into_iter().chain(after)
    }
}
