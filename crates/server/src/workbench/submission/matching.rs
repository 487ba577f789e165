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
    pub(crate) prior_bar: Bar,
    pub(crate) steps: Vec<StepView>,
    pub(crate) total_bar: Bar,
    /// Where no evidence stands, of [`SCALE`].
    pub(crate) zero: i64,
}

/// From which to which evidence a fact leads, along a scale of [`SCALE`].
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(crate) struct Bar {
    pub(crate) from: i64,
    pub(crate) width: i64,
}

/// Units of the waterfall's width.
const SCALE: f64 = 1000.0;

/// What one shared key adds.
pub(crate) struct StepView {
    pub(crate) kind: String,
    pub(crate) value: String,
    pub(crate) held: String,
    pub(crate) bits: String,
    pub(crate) bar: Bar,
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
    let shown: Vec<_> = seen
        .steps
        .iter()
        .filter(|step| step.bits > 0.0 || step.state == WeightState::Counted)
        .collect();
    let added: Vec<f64> = shown.iter().map(|step| step.bits).collect();
    let fall = Fall::new(seen.prior_bits, &added);
    let steps = shown
        .iter()
        .zip(&fall.steps)
        .map(|(step, bar)| {
            let kind = app.model.kind_name(step.kind).unwrap_or_default();
            StepView {
                kind: labels::kind(page, kind),
                value: values
                    .get(&(step.key.0 as i64))
                    .cloned()
                    .unwrap_or_default(),
                held: labels::held(page, step.df as i64),
                bits: labels::bits(lang, step.bits),
                bar: *bar,
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
        prior_bar: fall.prior,
        steps,
        total_bar: fall.total,
        zero: fall.zero,
    }
}

/// The bars of a waterfall: each begins where the one before it ended, the total at nothing.
struct Fall {
    zero: i64,
    prior: Bar,
    steps: Vec<Bar>,
    total: Bar,
}

impl Fall {
    fn new(prior: f64, added: &[f64]) -> Self {
        let mut heights = vec![0.0, prior];
        let mut height = prior;
        for bits in added {
            height += bits;
            heights.push(height);
        }
        let least = heights.iter().copied().fold(0.0, f64::min);
        let most = heights.iter().copied().fold(0.0, f64::max);
        let place = |height: f64| ((height - least) / (most - least).max(1.0) * SCALE).round();
        let bar = |a: f64, b: f64| Bar {
            from: place(a.min(b)) as i64,
            width: (place(a.max(b)) - place(a.min(b))) as i64,
        };
        Self {
            zero: place(0.0) as i64,
            prior: bar(0.0, prior),
            steps: heights[1..]
                .windows(2)
                .map(|two| bar(two[0], two[1]))
                .collect(),
            total: bar(0.0, height),
        }
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
    fn each_bar_of_a_waterfall_begins_where_the_one_before_it_ended() {
        let fall = Fall::new(-9.0, &[15.0, 4.0]);
        let bar = |from, width| Bar { from, width };
        // from −9 to +10 in a thousand parts
        assert_eq!(fall.zero, 474);
        assert_eq!(fall.prior, bar(0, 474));
        assert_eq!(fall.steps, [bar(0, 789), bar(789, 211)]);
        assert_eq!(fall.total, bar(474, 526));

        let unlike = Fall::new(-9.0, &[3.0]);
        assert_eq!((unlike.zero, unlike.total), (1000, bar(333, 667)));
        assert_eq!(Fall::new(0.0, &[]).total, bar(0, 0));
    }

    #[test]
    fn evidence_is_never_shown_as_certainty() {
        assert_eq!(percent(1.0), "> 99 %");
        assert_eq!(percent(0.5), "50 %");
        assert_eq!(percent(0.0), "0 %");
    }
}
