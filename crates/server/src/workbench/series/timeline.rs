//! How many a month: bars of an SVG and the same numbers as a table.

use std::collections::BTreeMap;

use jiff::{Timestamp, tz::TimeZone};

/// One month.
pub(super) struct Month {
    /// `2026-03`.
    pub(super) name: String,
    pub(super) count: usize,
    pub(super) x: usize,
    pub(super) y: usize,
    pub(super) height: usize,
}

/// Most months drawn: the last ones.
const MOST: usize = 60;
/// Height of the drawing, and the step from bar to bar.
pub(super) const HEIGHT: usize = 60;
pub(super) const STEP: usize = 12;

/// The months from the first to the last moment, empty ones included, Paris time.
pub(super) fn months(moments: &[i64]) -> Vec<Month> {
    let zone = TimeZone::get("Europe/Paris").unwrap_or(TimeZone::UTC);
    let mut counts: BTreeMap<i32, usize> = BTreeMap::new();
    for micros in moments {
        let Ok(at) = Timestamp::from_microsecond(*micros) else {
            continue;
        };
        let at = at.to_zoned(zone.clone());
        *counts
            .entry(i32::from(at.year()) * 12 + i32::from(at.month()) - 1)
            .or_insert(0) += 1;
    }
    let (Some(first), Some(last)) = (
        counts.keys().next().copied(),
        counts.keys().next_back().copied(),
    ) else {
        return Vec::new();
    };
    let first = first.max(last - MOST as i32 + 1);
    let most = counts
        .range(first..)
        .map(|(_, count)| *count)
        .max()
        .unwrap_or(1);
    (first..=last)
        .enumerate()
        .map(|(place, month)| {
            let count = counts.get(&month).copied().unwrap_or(0);
            // One is seen beside a hundred.
            let height = if count == 0 {
                0
            } else {
                (count * HEIGHT / most).max(2)
            };
            Month {
                name: format!("{}-{:02}", month.div_euclid(12), month.rem_euclid(12) + 1),
                count,
                x: place * STEP,
                y: HEIGHT - height,
                height,
            }
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn months_are_counted_in_paris_with_the_empty_ones_between() {
        let at = |text: &str| text.parse::<Timestamp>().unwrap().as_microsecond();
        let months = months(&[
            at("2026-01-31T22:59:59Z"),
            // Already February in Paris.
            at("2026-01-31T23:00:01Z"),
            at("2026-04-01T12:00:00Z"),
            at("2026-04-02T12:00:00Z"),
        ]);
        let found: Vec<(&str, usize)> = months
            .iter()
            .map(|month| (month.name.as_str(), month.count))
            .collect();
        assert_eq!(
            found,
            [
                ("2026-01", 1),
                ("2026-02", 1),
                ("2026-03", 0),
                ("2026-04", 2)
            ]
        );
        assert_eq!(
            (months[3].height, months[2].height, months[0].height),
            (60, 0, 30)
        );
        assert!(super::months(&[]).is_empty());
        assert_eq!(super::months(&[0, at("2026-04-01T12:00:00Z")]).len(), MOST);
    }
}
