//! Deadlines.

use jiff::{SignedDuration, Timestamp};

use crate::desk::{Desk, Urgent};

/// When somebody must have looked at a submission. What is urgent has its own, shorter, time.
pub fn first_deadline(desk: &Desk, urgent: Option<&Urgent>, received: Timestamp) -> Timestamp {
    let within = match urgent {
        Some(urgent) => SignedDuration::from_mins(i64::from(urgent.deadline_minutes)),
        None => SignedDuration::from_hours(i64::from(desk.first_deadline_hours)),
    };
    after(received, within)
}

/// When a submission must be erased, counted from its reception.
pub fn retention_end(desk: &Desk, received: Timestamp) -> Timestamp {
    after(
        received,
        SignedDuration::from_hours(24 * i64::from(desk.retention_days)),
    )
}

/// Clamped to the end of time: a deadline never fails.
fn after(at: Timestamp, within: SignedDuration) -> Timestamp {
    at.checked_add(within).unwrap_or(Timestamp::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::desk::tests::desk;

    #[test]
    fn deadlines_count_from_the_reception() {
        let desk = desk();
        let received: Timestamp = "2026-11-22T10:00:00Z".parse().unwrap();
        let shown = |at: Timestamp| at.to_string();
        assert_eq!(
            shown(first_deadline(&desk, None, received)),
            "2026-11-30T10:00:00Z"
        );
        let urgent = desk.urgent.first();
        assert_eq!(
            shown(first_deadline(&desk, urgent, received)),
            "2026-11-22T10:30:00Z"
        );
        assert_eq!(
            shown(retention_end(&desk, received)),
            "2027-11-22T10:00:00Z"
        );
        assert_eq!(first_deadline(&desk, None, Timestamp::MAX), Timestamp::MAX);
    }
}
