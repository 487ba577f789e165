//! Links and series against a truth, by pairs of records.
//!
//! Of the pairs that are found, how many are of one entity (precision); of all pairs of one entity,
//! those that blocking never made included, how many are found (recall).

use std::{collections::HashMap, fmt::Write as _, path::Path};

use anyhow::{Context, Result, bail};
use linkage::batch::{Linkage, report::Totals};
use serde::Serialize;

use super::{
    column::shown,
    load::{Loaded, id_column},
    table::Table,
};

/// Probabilities at which links are measured.
const AT: [f32; 5] = [0.5, 0.9, 0.95, 0.99, 0.999];

/// The entity of each record, where it is known.
#[derive(Debug)]
pub(super) struct Truth {
    entities: Vec<Option<u32>>,
    /// The input of each record, where only pairs between inputs count.
    sources: Option<Vec<usize>>,
    pairs: u128,
}

impl Truth {
    pub(super) fn read(
        path: &Path,
        column: Option<&str>,
        loaded: &Loaded,
        between: bool,
    ) -> Result<Truth> {
        let table = Table::open(path)?;
        let ids = &loaded.sources[0].id;
        let told = table.columns().contains(ids).then_some(ids.as_str());
        let id = id_column(&table, told)?;
        let entity = match column {
            Some(column) => column.to_owned(),
            None => entity_column(&table, &id)?,
        };
        let (mut labels, mut known) = (HashMap::new(), HashMap::new());
        table.rows(&[&id, &entity], &mut |line, cells| {
            let text = |at: usize| shown(&cells[at]).filter(|text| !text.is_empty());
            let (Some(id), Some(entity)) = (text(0), text(1)) else {
                return Ok(());
            };
            let next = known.len() as u32;
            let entity = *known.entry(entity).or_insert(next);
            if labels
                .insert(id.clone(), entity)
                .is_some_and(|other| other != entity)
            {
                bail!(
                    "{}: the id {id:?} has two entities: leave one",
                    table.place(line)
                );
            }
            Ok(())
        })?;
        let entities: Vec<Option<u32>> = loaded
            .ids
            .iter()
            .map(|id| labels.get(id).copied())
            .collect();
        let unknown = entities.iter().filter(|entity| entity.is_none()).count();
        if unknown == entities.len() && unknown > 0 {
            bail!(
                "no id of {} is one of the records: name the column of entities with --truth-column, and give its ids as the records have them",
                path.display()
            );
        }
        if unknown > 0 {
            eprintln!(
                "{}: {unknown} records have no entity and are left out of the measure",
                path.display()
            );
        }
        let sources = between.then(|| {
            (0..loaded.len())
                .map(|record| loaded.source(record))
                .collect()
        });
        let mut truth = Truth {
            entities,
            sources,
            pairs: 0,
        };
        truth.pairs = truth.pairs_within(|_, entity| entity);
        Ok(truth)
    }

    /// Whether two records are of one entity, where both are known.
    pub(super) fn is_one(&self, left: u32, right: u32) -> Option<bool> {
        let entity = |record: u32| self.entities[record as usize];
        Some(entity(left)? == entity(right)?)
    }

    /// All pairs that count.
    pub(super) fn totals(&self) -> Totals {
        let count = |pairs: u128| u64::try_from(pairs).unwrap_or(u64::MAX);
        Totals {
            matches: count(self.pairs),
            pairs: count(self.pairs_within(|_, _| ())),
        }
    }

    /// How right series are: for each record the first of its own.
    pub(super) fn of_series(&self, clusters: &[u32]) -> Figures {
        let found = self.pairs_within(|record, _| clusters[record]);
        let right = self.pairs_within(|record, entity| (clusters[record], entity));
        Figures::new(right, found, self.pairs)
    }

    /// Pairs of one entity that no blocking rule makes, as their records come, at most so many.
    pub(super) fn not_made(&self, linkage: &Linkage<'_>, most: usize) -> Vec<(u32, u32)> {
        let mut members: HashMap<u32, Vec<u32>> = HashMap::new();
        let mut missed = Vec::new();
        for (record, entity) in (0..).zip(&self.entities) {
            let Some(entity) = entity else { continue };
            let before = members.entry(*entity).or_default();
            let others = before.iter().filter(|other| self.counts(**other, record));
            let others = others.filter(|other| !linkage.makes(**other, record));
            missed.extend(others.map(|other| (*other, record)));
            if missed.len() >= most {
                break;
            }
            before.push(record);
        }
        missed.truncate(most);
        missed
    }

    fn counts(&self, left: u32, right: u32) -> bool {
        let sources = self.sources.as_ref();
        sources.is_none_or(|sources| sources[left as usize] != sources[right as usize])
    }

    /// Pairs of known records that get the same group, and count.
    fn pairs_within<G: std::hash::Hash + Eq>(&self, group: impl Fn(usize, u32) -> G) -> u128 {
        let (mut groups, mut inside) = (HashMap::new(), HashMap::new());
        for (record, entity) in self.entities.iter().enumerate() {
            let Some(entity) = entity else { continue };
            *groups.entry(group(record, *entity)).or_insert(0_u128) += 1;
            if let Some(sources) = &self.sources {
                let of_source = (group(record, *entity), sources[record]);
                *inside.entry(of_source).or_insert(0_u128) += 1;
            }
        }
        let pairs = |count: &u128| count * (count - 1) / 2;
        groups.values().map(pairs).sum::<u128>() - inside.values().map(pairs).sum::<u128>()
    }
}

/// How right pairs are; each a share, 0 to 1, and 0 where there is nothing to share.
#[derive(Debug, Clone, Copy, Serialize)]
pub(super) struct Figures {
    pub(super) precision: f64,
    pub(super) recall: f64,
    pub(super) f1: f64,
}

impl Figures {
    /// Of `right` pairs among `found`, and `pairs` to be found.
    fn new(right: u128, found: u128, pairs: u128) -> Figures {
        let share = |part: u128, of: u128| {
            if of == 0 {
                0.0
            } else {
                part as f64 / of as f64
            }
        };
        Figures {
            precision: share(right, found),
            recall: share(right, pairs),
            f1: share(2 * right, found + pairs),
        }
    }
}

/// The column `cluster`, or the one beside the ids.
fn entity_column(table: &Table, id: &str) -> Result<String> {
    let columns = table.columns();
    let mut others = columns.iter().filter(|column| *column != id);
    let named = columns.iter().find(|column| *column == "cluster");
    let only = others.next().filter(|_| others.next().is_none());
    let entity = named.or(only).with_context(|| {
        format!(
            "{}: which of {} is the entity? Name it with --truth-column",
            table.path().display(),
            columns.join(", ")
        )
    })?;
    Ok(entity.clone())
}

/// Collects links as they come, and measures them at the end.
#[derive(Debug)]
pub(super) struct Judge<'t> {
    truth: &'t Truth,
    /// Probability of each link between known records, and whether it is right.
    links: Vec<(f32, bool)>,
}

impl<'t> Judge<'t> {
    pub(super) fn new(truth: &'t Truth) -> Self {
        Judge {
            truth,
            links: Vec::new(),
        }
    }

    pub(super) fn link(&mut self, left: u32, right: u32, probability: f64) {
        let right = self.truth.is_one(left, right);
        self.links
            .extend(right.map(|right| (probability as f32, right)));
    }

    /// A table of precision, recall and F1 of the links and of the series.
    pub(super) fn report(mut self, clusters: &[u32]) -> String {
        let pairs = self.truth.pairs;
        let mut report = format!("{pairs} pairs of one entity in the truth\n");
        let mut line = |what: &str, figures: Figures| {
            let Figures {
                precision,
                recall,
                f1,
            } = figures;
            // writing to a String cannot fail
            let _ = writeln!(
                report,
                "{what:24} precision {precision:.4}  recall {recall:.4}  F1 {f1:.4}"
            );
        };
        self.links.sort_unstable_by(|a, b| b.0.total_cmp(&a.0));
        let right_of = |links: &[(f32, bool)]| links.iter().filter(|link| link.1).count() as u128;
        for at in AT {
            let found = &self.links[..self.links.partition_point(|link| link.0 >= at)];
            line(
                &format!("links, p >= {at}"),
                Figures::new(right_of(found), found.len() as u128, pairs),
            );
        }
        if let Some((found, right, at)) = best(&self.links, pairs) {
            line(
                &format!("links, best: p >= {at:.5}"),
                Figures::new(right, found, pairs),
            );
        }
        line("series", self.truth.of_series(clusters));
        report
    }
}

/// How many of the likeliest links to take for the best F1, how many of them are right, and the probability of
/// the last.
fn best(links: &[(f32, bool)], pairs: u128) -> Option<(u128, u128, f32)> {
    let (mut found, mut right) = (0_u128, 0_u128);
    let groups = links.chunk_by(|a, b| a.0 == b.0).map(|group| {
        found += group.len() as u128;
        right += group.iter().filter(|link| link.1).count() as u128;
        (found, right, group[0].0)
    });
    let f1 = |&(found, right, _): &(u128, u128, f32)| right as f64 / (found + pairs) as f64;
    groups.max_by(|a, b| f1(a).total_cmp(&f1(b)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn truth(entities: &[u32], sources: Option<&[usize]>) -> Truth {
        let mut truth = Truth {
            entities: entities.iter().copied().map(Some).collect(),
            sources: sources.map(<[usize]>::to_vec),
            pairs: 0,
        };
        truth.pairs = truth.pairs_within(|_, entity| entity);
        truth
    }

    #[test]
    fn pairs_that_no_rule_made_count_against_recall() {
        // pairs 01, 02, 12 and 34 are right; 01 is found, and 03 wrongly
        let truth = truth(&[7, 7, 7, 8, 8], None);
        let mut judge = Judge::new(&truth);
        judge.link(0, 1, 0.97);
        judge.link(0, 3, 0.6);
        let report = judge.report(&[0, 0, 2, 3, 3]);
        for line in [
            "4 pairs of one entity in the truth",
            "links, p >= 0.5          precision 0.5000  recall 0.2500  F1 0.3333",
            "links, p >= 0.95         precision 1.0000  recall 0.2500  F1 0.4000",
            "links, p >= 0.99         precision 0.0000  recall 0.0000  F1 0.0000",
            "links, best: p >= 0.97000 precision 1.0000  recall 0.2500  F1 0.4000",
            "series                   precision 1.0000  recall 0.5000  F1 0.6667",
        ] {
            assert!(report.contains(line), "{line}\n{report}");
        }
    }

    #[test]
    fn between_inputs_only_pairs_of_two_inputs_count() {
        let truth = truth(&[7, 7, 7, 8], Some(&[0, 0, 1, 1]));
        assert_eq!(truth.pairs, 2);
        assert_eq!(truth.pairs_within(|_, _| ()), 4);
    }
}
