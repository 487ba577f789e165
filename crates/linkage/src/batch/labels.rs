//! m from pairs known to be of one entity, by counting.

use super::compare::Comparer;
use super::error::LinkError;
use super::model::{Level, Model};
use super::plan::Plan;

/// A level that no labelled pair shows is taken as shown by half a pair, so that its m is not 0.
const UNSEEN: f64 = 0.5;

/// Sets every m that is not locked to its level's share of the `matches` on which its comparison is
/// known, and locks it. Gives the levels that no pair shows, as [`super::Training::untrained`].
///
/// A comparison that no pair knows is left to EM.
pub(super) fn count_m(
    model: &mut Model,
    plan: &Plan<'_>,
    matches: &[(u32, u32)],
) -> Result<Vec<(String, usize)>, LinkError> {
    let pairs = distinct(plan, matches)?;
    let mut comparer = Comparer::new(plan);
    let mut unseen = Vec::new();
    for (at, comparison) in model.comparisons.iter_mut().enumerate() {
        // the null level first
        let mut counts = vec![0_u32; comparison.levels.len() + 1];
        for (left, right) in &pairs {
            let (left, right) = (&*plan.row(*left), &*plan.row(*right));
            let level = comparer.level(at, left, right, plan.agreement(left, right));
            counts[usize::from(level)] += 1;
        }
        let counts = &counts[1..];
        if counts.iter().all(|count| *count == 0) {
            continue;
        }
        let open = comparison.levels.iter().map(|level| !level.m_locked);
        let not_seen = counts.iter().zip(open).enumerate();
        let not_seen = not_seen.filter(|(_, (count, open))| **count == 0 && *open);
        unseen.extend(not_seen.map(|(level, _)| (comparison.name.clone(), level)));
        share(&mut comparison.levels, counts);
    }
    Ok(unseen)
}

/// What locked levels leave, shared among the others by their counts.
fn share(levels: &mut [Level], counts: &[u32]) {
    let weight = |count: u32| f64::from(count).max(UNSEEN);
    let locked = levels.iter().filter(|level| level.m_locked);
    let left = (1.0 - locked.filter_map(|level| level.m).sum::<f64>()).max(0.0);
    let open: f64 = levels
        .iter()
        .zip(counts)
        .filter(|(level, _)| !level.m_locked)
        .map(|(_, count)| weight(*count))
        .sum();
    for (level, count) in levels.iter_mut().zip(counts) {
        if !level.m_locked {
            level.m = Some(left * weight(*count) / open);
            level.m_locked = true;
        }
    }
}

/// The pairs once each, whichever record comes first; a record with itself is none.
fn distinct(plan: &Plan<'_>, matches: &[(u32, u32)]) -> Result<Vec<(u32, u32)>, LinkError> {
    let records = plan.records.len();
    let mut pairs = Vec::with_capacity(matches.len());
    for &(a, b) in matches {
        let record = a.max(b);
        if record as usize >= records {
            return Err(LinkError::NoRecord { record, records });
        }
        if a != b {
            pairs.push((a.min(b), record));
        }
    }
    pairs.sort_unstable();
    pairs.dedup();
    Ok(pairs)
}
