//! The prior from deterministic rules: pairs that are of one entity for (nearly) certain, and the share
//! of all such pairs that the rules find.

use super::LinkageOptions;
use super::blocks::{Blocks, STRETCH, Selection, pairs_among};
use super::error::LinkError;
use super::model::{BlockingRule, Deterministic, Model};
use super::plan::Plan;
use super::records::Records;
use super::threads::gathered;

/// Probability that two random records are one entity; `None` where the rules find no pair.
pub(super) fn prior(
    deterministic: &Deterministic,
    records: &Records,
    options: LinkageOptions,
) -> Result<Option<f64>, LinkError> {
    let (found, all) = pairs(&deterministic.rules, records, options)
        .map_err(|error| LinkError::Deterministic(Box::new(error)))?;
    let expected = found as f64 / deterministic.recall;
    Ok((found > 0).then(|| (expected / all as f64).clamp(1e-15, 0.5)))
}

/// How many pairs the rules make, each counted once, and how many there are in all.
fn pairs(
    rules: &[BlockingRule],
    records: &Records,
    options: LinkageOptions,
) -> Result<(u64, u64), LinkError> {
    let model = Model {
        blocking: rules.to_vec(),
        ..Model::default()
    };
    let budget = options.memory.unwrap_or(usize::MAX);
    let plan = Plan::with_measures(&model, records, &[], budget)?;
    let room = budget.saturating_sub(records.bytes() + plan.bytes() + records.working_bytes());
    let blocks = Blocks::new(&plan, options.link_type, options.threads, room);
    blocks.within(options.pairs_per_rule)?;
    let mut found = 0;
    for made in blocks.made(&plan) {
        let stretches = made.stretches(STRETCH);
        let count = |found: &mut u64, at: usize| {
            made.for_each(&plan, &stretches[at], Selection::All, |pairs| {
                *found += pairs.len() as u64;
            });
        };
        let counts = gathered(options.threads, stretches.len(), || 0, count);
        found += counts.into_iter().sum::<u64>();
    }
    let count = records.len();
    let all = pairs_among(&plan, options.link_type, count, 0..count as u32);
    Ok((found, all))
}
