//! What a submission matches and why: the waterfall of each match.

use std::collections::HashMap;

use linkage::{Key, KeyId, WeightState, explain};
use observables::{Observable, display};
use store::{
    StoreError,
    work::{Docket, KEY_KINDS, KeyCount, Matched, Sight},
};

use super::answers::observable;
use crate::{
    app::App,
    harmonise::Sighting,
    page::Page,
    workbench::{
        labels,
        row::{Row, rows},
    },
};

/// Matches shown; the series shows the rest.
const MOST_MATCHES: usize = 8;

/// Another submission and why it matches.
pub(crate) struct MatchView {
    pub(crate) row: Row,
    pub(crate) bits: String,
    /// With its probability.
    pub(crate) total: String,
    /// Less likely than not: shown in a line.
    pub(crate) weak: bool,
    pub(crate) prior: String,
    pub(crate) steps: Vec<StepView>,
}

/// What one shared key adds.
pub(crate) struct StepView {
    pub(crate) kind: String,
    pub(crate) value: String,
    pub(crate) held: String,
    pub(crate) bits: String,
    /// Of 100.
    pub(crate) width: i64,
    pub(crate) limited: bool,
}

/// The values behind keys, as far as this submission's own observables tell: kind and value by key.
pub(crate) fn values(sightings: &[Sighting]) -> HashMap<i64, Observable> {
    let mut values = HashMap::new();
    for found in sightings.iter().filter_map(observable) {
        for derived in found.derived() {
            values
                .entry(crate::harmonise::lookup_key(&derived))
                .or_insert(derived);
        }
        values.insert(crate::harmonise::lookup_key(&found), found);
    }
    values
}

/// The best matches, each with its waterfall.
pub(crate) async fn matches(
    app: &App,
    (page, sight): (&Page, &Sight),
    docket: &Docket,
    sightings: &[Sighting],
    names: &HashMap<i64, String>,
    keys: &[KeyCount],
) -> Result<Vec<MatchView>, StoreError> {
    let found = app
        .store
        .work
        .matches(docket.seq, keys, MOST_MATCHES, sight)
        .await?;
    let seqs: Vec<i64> = found.iter().map(|matched| matched.seq).collect();
    let dockets = app.store.work.seen_dockets(&seqs, sight).await?;
    let mut rows = rows(app, (page, sight), "", &dockets)
        .await?
        .into_iter()
        .map(|row| (row.seq, row))
        .collect::<HashMap<_, _>>();
    let mut values: HashMap<i64, String> = values(sightings)
        .iter()
        .map(|(key, found)| (*key, display(found)))
        .collect();
    values.extend(names.iter().map(|(key, name)| (*key, name.clone())));
    Ok(found
        .iter()
        .filter_map(|matched| {
            let row = rows.remove(&matched.seq)?;
            Some(waterfall(app, page, row, matched, &values))
        })
        .collect())
}

fn waterfall(
    app: &App,
    page: &Page,
    row: Row,
    matched: &Matched,
    values: &HashMap<i64, String>,
) -> MatchView {
    let shared: Vec<(Key, u64)> = matched
        .shared
        .iter()
        .filter_map(|count| {
            let kind = app
                .model
                .kind(KEY_KINDS.get(usize::from(count.key.kind))?)?;
            let key = Key {
                id: KeyId(count.key.id as u64),
                kind,
                damped: count.key.damped,
            };
            Some((key, count.members.max(0) as u64))
        })
        .collect();
    let seen = explain(&app.model, &shared, &shared);
    let lang = page.lang;
    let most = seen
        .steps
        .iter()
        .map(|step| step.bits)
        .fold(1.0_f64, f64::max);
    let steps = seen
        .steps
        .iter()
        .filter(|step| step.bits > 0.0 || step.state == WeightState::Counted)
        .map(|step| {
            let kind = app.model.kind_name(step.kind).unwrap_or_default();
            StepView {
                kind: labels::kind(page, kind),
                value: values
                    .get(&(step.key.0 as i64))
                    .cloned()
                    .unwrap_or_default(),
                held: labels::held(page, step.df as i64),
                bits: labels::bits(lang, step.bits),
                width: (step.bits / most * 100.0).round() as i64,
                limited: step.over_ceiling > 0.05,
            }
        })
        .collect();
    let bits = labels::bits(lang, seen.total_bits);
    MatchView {
        row,
        total: page.w.t2(
            "wb-match-total",
            ("bits", bits.as_str()),
            ("probability", percent(seen.probability)),
        ),
        bits,
        weak: seen.total_bits < 0.0,
        prior: labels::bits(lang, seen.prior_bits),
        steps,
    }
}

/// Never "100 %": evidence is not certainty.
fn percent(probability: f64) -> String {
    let percent = (probability * 100.0).clamp(0.0, 100.0);
    if percent > 99.0 {
        "> 99 %".to_owned()
    } else {
        format!("{percent:.0} %")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn evidence_is_never_shown_as_certainty() {
        assert_eq!(percent(1.0), "> 99 %");
        assert_eq!(percent(0.5), "50 %");
        assert_eq!(percent(0.0), "0 %");
    }
}
