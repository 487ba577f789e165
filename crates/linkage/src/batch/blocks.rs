//! Which pairs are looked at: records grouped by each blocking rule, every pair once.
//!
//! A rule's groups are found by splitting all records by its rarest key and what is left by the next:
//! no table of pairs is ever made. A pair that an earlier rule makes is seen by its agreements, and
//! skipped.

use std::collections::BTreeMap;

use super::error::LinkError;
use super::factors::{Random, mix};
use super::plan::{Plan, code_of};

/// Which pairs exist.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum LinkType {
    /// Any two records.
    #[default]
    Dedupe,
    /// Two records of different sources.
    Link,
}

/// Which of the pairs are wanted.
#[derive(Debug, Clone, Copy)]
pub(super) enum Selection<'s> {
    All,
    /// Those whose lower-numbered record is drawn, each with the same chance.
    Sample {
        salt: u64,
        limit: u64,
    },
    /// Those of which a record is marked.
    Touching(&'s [bool]),
}

impl Selection<'_> {
    #[inline]
    fn holds(&self, record: u32) -> bool {
        match self {
            Selection::All => true,
            Selection::Sample { salt, limit } => mix(u64::from(record) ^ salt) <= *limit,
            Selection::Touching(marked) => marked[record as usize],
        }
    }

    fn either_side(&self) -> bool {
        matches!(self, Selection::Touching(_))
    }
}

/// A pair of records that a rule makes.
pub(super) struct Pair<'p> {
    pub(super) left: u32,
    pub(super) right: u32,
    pub(super) left_row: &'p [u32],
    pub(super) right_row: &'p [u32],
    /// The expressions on which they agree, as bits.
    pub(super) agreement: u64,
}

/// The groups of all rules.
#[derive(Debug)]
pub(super) struct Blocks {
    rules: Vec<RuleBlocks>,
    link_type: LinkType,
}

#[derive(Debug, Default)]
struct RuleBlocks {
    /// The rule's expressions, as bits.
    keys: u64,
    /// Records, group after group; groups of one are left out.
    members: Vec<u32>,
    /// Where each group ends in `members`.
    ends: Vec<u32>,
    /// For a rule that reads the elements of a set: the expression, and each group's element.
    elements: Option<(usize, Vec<u32>)>,
    /// Blocks that make no pair for their size: their codes in the rule's keys, and their records.
    aside: BTreeMap<Vec<u32>, u32>,
    pairs: u64,
}

impl Blocks {
    pub(super) fn new(plan: &Plan<'_>, link_type: LinkType) -> Blocks {
        let rules = plan.rules.iter();
        let rules = rules.map(|mask| RuleBlocks::new(plan, *mask, link_type));
        Blocks {
            rules: rules.collect(),
            link_type,
        }
    }

    /// Refuses a rule that makes more pairs than `limit`.
    pub(super) fn within(&self, limit: u64) -> Result<(), LinkError> {
        match self.pairs().enumerate().find(|(_, pairs)| *pairs > limit) {
            Some((rule, pairs)) => Err(LinkError::TooManyPairs {
                rule: rule + 1,
                pairs,
                limit,
            }),
            None => Ok(()),
        }
    }

    /// Pairs each rule makes, those of earlier rules counted too.
    pub(super) fn pairs(&self) -> impl Iterator<Item = u64> + '_ {
        self.rules.iter().map(|rule| rule.pairs)
    }

    /// Sets aside the blocks of more than `most` records.
    pub(super) fn set_aside(&mut self, plan: &Plan<'_>, link_type: LinkType, most: u32) {
        for rule in &mut self.rules {
            rule.set_aside(plan, most);
            rule.count(plan, link_type);
        }
    }

    /// The blocks set aside: each with its rule and how many records it has.
    pub(super) fn aside(&self) -> impl Iterator<Item = (usize, u32)> + '_ {
        let rules = self.rules.iter().enumerate();
        rules.flat_map(|(at, rule)| rule.aside.values().map(move |records| (at, *records)))
    }

    /// Every pair of `selection` once.
    pub(super) fn for_each(
        &self,
        plan: &Plan<'_>,
        selection: Selection<'_>,
        mut each: impl FnMut(usize, Pair<'_>),
    ) {
        let stride = plan.stride();
        let mut rows = Vec::new();
        for (at, rule) in self.rules.iter().enumerate() {
            let earlier = &self.rules[..at];
            for (group, members) in rule.groups().enumerate() {
                if !members.iter().any(|record| selection.holds(*record)) {
                    continue;
                }
                rows.clear();
                for record in members {
                    rows.extend_from_slice(plan.row(*record));
                }
                for (i, left_row) in rows.chunks_exact(stride).enumerate() {
                    let chosen = selection.holds(members[i]);
                    if !chosen && !selection.either_side() {
                        continue;
                    }
                    let rest = rows[(i + 1) * stride..].chunks_exact(stride);
                    for (right_row, right) in rest.zip(&members[i + 1..]) {
                        if !chosen && !selection.holds(*right) {
                            continue;
                        }
                        let agreement = plan.agreement(left_row, right_row);
                        let made = |rule: &RuleBlocks| {
                            agreement & rule.keys == rule.keys
                                && rule.makes(plan, left_row, right_row)
                        };
                        if earlier.iter().any(made)
                            || !self.exists(plan, members[i], *right)
                            || rule.made_before(plan, group, left_row, right_row)
                        {
                            continue;
                        }
                        each(
                            at,
                            Pair {
                                left: members[i],
                                right: *right,
                                left_row,
                                right_row,
                                agreement,
                            },
                        );
                    }
                }
            }
        }
    }

    fn exists(&self, plan: &Plan<'_>, left: u32, right: u32) -> bool {
        exists(plan, self.link_type, left, right)
    }
}

/// The pairs that agree on one expression, to be drawn from.
#[derive(Debug)]
pub(super) struct Agreeing {
    rule: RuleBlocks,
    link_type: LinkType,
    /// Pairs of the groups so far, sources not looked at.
    cumulative: Vec<u64>,
}

impl Agreeing {
    pub(super) fn new(plan: &Plan<'_>, link_type: LinkType, expression: usize) -> Agreeing {
        let rule = RuleBlocks::new(plan, 1 << expression, link_type);
        let mut total = 0;
        let cumulative = rule.groups().map(|group| {
            total += pairs_of(group.len() as u64);
            total
        });
        Agreeing {
            cumulative: cumulative.collect(),
            rule,
            link_type,
        }
    }

    /// How many there are; a pair that shares several elements of a set counts for each.
    pub(super) fn pairs(&self) -> u64 {
        self.rule.pairs
    }

    /// How many there are, a pair that shares several elements counted once: estimated from how many of
    /// the `attempts` at a draw gave one.
    pub(super) fn distinct(&self, drawn: usize, attempts: usize) -> f64 {
        match (&self.rule.elements, self.cumulative.last()) {
            (Some(_), Some(total)) => *total as f64 * drawn as f64 / attempts.max(1) as f64,
            _ => self.pairs() as f64,
        }
    }

    /// One of them, all as likely; `None` where there is none, or chance fails. Counts its attempts.
    pub(super) fn draw(
        &self,
        plan: &Plan<'_>,
        random: &mut Random,
        attempts: &mut usize,
    ) -> Option<(u32, u32)> {
        const TRIES: usize = 1000;
        let total = *self.cumulative.last()?;
        (0..TRIES).find_map(|_| {
            *attempts += 1;
            let target = random.below(total);
            let group = self.cumulative.partition_point(|sum| *sum <= target);
            let members = self.rule.group(group);
            let left = random.below(members.len() as u64) as usize;
            let other = random.below(members.len() as u64 - 1) as usize;
            let right = other + usize::from(other >= left);
            let (left, right) = (members[left], members[right]);
            let kept = exists(plan, self.link_type, left, right)
                && !self
                    .rule
                    .made_before(plan, group, plan.row(left), plan.row(right));
            kept.then_some((left, right))
        })
    }
}

/// Whether two records are a pair at all.
pub(super) fn exists(plan: &Plan<'_>, link_type: LinkType, left: u32, right: u32) -> bool {
    let sources = plan.records.sources();
    link_type == LinkType::Dedupe || sources[left as usize] != sources[right as usize]
}

/// How many pairs there are among records of these sources.
pub(super) fn pairs_among(
    plan: &Plan<'_>,
    link_type: LinkType,
    count: usize,
    members: impl Iterator<Item = u32>,
) -> u64 {
    let all = pairs_of(count as u64);
    if link_type == LinkType::Dedupe {
        return all;
    }
    let mut of_source = std::collections::BTreeMap::<u16, u64>::new();
    for record in members {
        *of_source
            .entry(plan.records.sources()[record as usize])
            .or_default() += 1;
    }
    all - of_source
        .values()
        .map(|count| pairs_of(*count))
        .sum::<u64>()
}

pub(super) fn pairs_of(count: u64) -> u64 {
    count * count.saturating_sub(1) / 2
}

impl RuleBlocks {
    fn new(plan: &Plan<'_>, mask: u64, link_type: LinkType) -> RuleBlocks {
        let expressions = 0..plan.expressions.len();
        let mut keys: Vec<usize> = expressions.filter(|at| mask >> at & 1 == 1).collect();
        // the key with most values first, a key of elements last
        keys.sort_by_key(|&at| {
            let expression = &plan.expressions[at];
            (
                expression.elements.is_some(),
                std::cmp::Reverse(expression.size),
            )
        });
        let mut rule = RuleBlocks::default();
        for (at, &key) in keys.iter().enumerate() {
            rule = if at == 0 && plan.expressions[key].elements.is_none() {
                RuleBlocks::by_code(plan, key)
            } else {
                let all;
                let groups = if at == 0 {
                    all = (0..plan.records.len() as u32).collect();
                    RuleBlocks {
                        ends: vec![plan.records.len() as u32],
                        members: all,
                        ..RuleBlocks::default()
                    }
                } else {
                    rule
                };
                groups.split(plan, key)
            };
        }
        rule.members.shrink_to_fit();
        rule.ends.shrink_to_fit();
        rule.keys = mask;
        rule.count(plan, link_type);
        rule
    }

    fn count(&mut self, plan: &Plan<'_>, link_type: LinkType) {
        let groups = self.groups();
        let pairs =
            groups.map(|group| pairs_among(plan, link_type, group.len(), group.iter().copied()));
        self.pairs = pairs.sum();
    }

    fn set_aside(&mut self, plan: &Plan<'_>, most: u32) {
        let mut kept = RuleBlocks {
            keys: self.keys,
            ..RuleBlocks::default()
        };
        let mut elements = Vec::new();
        for (at, group) in self.groups().enumerate() {
            let element = self.elements.as_ref().map(|(_, of_group)| of_group[at]);
            if group.len() > most as usize {
                let codes = self.codes(plan, plan.row(group[0]), element);
                kept.aside.insert(codes, group.len() as u32);
            } else {
                kept.members.extend_from_slice(group);
                kept.ends.push(kept.members.len() as u32);
                elements.extend(element);
            }
        }
        kept.elements = self.elements.as_ref().map(|(key, _)| (*key, elements));
        *self = kept;
    }

    /// What all records of a block have in the rule's keys.
    fn codes(&self, plan: &Plan<'_>, row: &[u32], element: Option<u32>) -> Vec<u32> {
        let keys = (0..plan.expressions.len()).filter(|key| self.keys >> key & 1 == 1);
        let single = keys.filter(|key| plan.expressions[*key].elements.is_none());
        single.map(|key| code_of(row, key)).chain(element).collect()
    }

    /// Whether a block makes the pair of two records that agree on the rule's keys.
    fn makes(&self, plan: &Plan<'_>, left: &[u32], right: &[u32]) -> bool {
        let open = |element| !self.aside.contains_key(&self.codes(plan, left, element));
        match &self.elements {
            _ if self.aside.is_empty() => true,
            None => open(None),
            Some((key, _)) => plan
                .shared_elements(*key, left, right)
                .any(|element| open(Some(element))),
        }
    }

    /// Records of one code together, by counting.
    fn by_code(plan: &Plan<'_>, key: usize) -> RuleBlocks {
        let mut counts = plan.frequencies(key);
        counts[0] = 0;
        let mut ends = Vec::new();
        let mut total = 0_u32;
        for count in &mut counts {
            let size = *count;
            // the place of the first member; u32::MAX for codes that make no group
            *count = if size > 1 { total } else { u32::MAX };
            if size > 1 {
                total += size;
                ends.push(total);
            }
        }
        let mut members = vec![0; total as usize];
        for record in 0..plan.records.len() as u32 {
            let place = &mut counts[plan.code(record, key) as usize];
            if *place != u32::MAX {
                members[*place as usize] = record;
                *place += 1;
            }
        }
        RuleBlocks {
            members,
            ends,
            ..RuleBlocks::default()
        }
    }

    /// Each group split by another key.
    fn split(&self, plan: &Plan<'_>, key: usize) -> RuleBlocks {
        let expression = &plan.expressions[key];
        let mut split = RuleBlocks::default();
        let mut of_group = Vec::new();
        let mut entries: Vec<u64> = Vec::new();
        for group in self.groups() {
            entries.clear();
            for &record in group {
                let code = plan.code(record, key);
                let entry = |code: u32| u64::from(code) << 32 | u64::from(record);
                match &expression.elements {
                    Some(elements) => {
                        entries.extend(elements.get(code).iter().map(|code| entry(*code)));
                    }
                    None if code != 0 => entries.push(entry(code)),
                    None => {}
                }
            }
            entries.sort_unstable();
            for same in entries.chunk_by(|a, b| a >> 32 == b >> 32) {
                if same.len() > 1 {
                    split.members.extend(same.iter().map(|entry| *entry as u32));
                    split.ends.push(split.members.len() as u32);
                    of_group.push((same[0] >> 32) as u32);
                }
            }
        }
        if expression.elements.is_some() {
            split.elements = Some((key, of_group));
        }
        split
    }

    fn groups(&self) -> impl Iterator<Item = &[u32]> {
        (0..self.ends.len()).map(|at| self.group(at))
    }

    fn group(&self, at: usize) -> &[u32] {
        let start = if at == 0 { 0 } else { self.ends[at - 1] };
        &self.members[start as usize..self.ends[at] as usize]
    }

    /// Whether a pair that shares several elements was made by the group of an earlier one.
    fn made_before(&self, plan: &Plan<'_>, group: usize, left: &[u32], right: &[u32]) -> bool {
        let Some((expression, elements)) = &self.elements else {
            return false;
        };
        if self.aside.is_empty() {
            return plan.shared_element(*expression, left, right) != Some(elements[group]);
        }
        let mut shared = plan.shared_elements(*expression, left, right);
        let first = shared.find(|element| {
            let codes = self.codes(plan, left, Some(*element));
            !self.aside.contains_key(&codes)
        });
        first != Some(elements[group])
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use proptest::prelude::*;

    use super::super::model::Model;
    use super::super::records::{ColumnKind, Records, RecordsBuilder, Value};
    use super::*;

    const MODEL: &str = r#"
        [[blocking]]
        keys = [{ column = "a" }, { column = "b", part = { first_letters = 1 } }]
        [[blocking]]
        keys = [{ column = "b" }]
        [[blocking]]
        keys = [{ column = "set", part = "elements" }, { column = "a" }]
        [[blocking]]
        keys = [{ column = "set", part = "elements" }]
        [[comparisons]]
        name = "a"
        levels = [{ when = { is = "exact", column = "a" } }, { when = { is = "otherwise" } }]
    "#;

    type Row = (u16, String, String, Vec<String>);

    fn records(rows: &[Row]) -> Records {
        let columns = [
            ("a", ColumnKind::Text),
            ("b", ColumnKind::Text),
            ("set", ColumnKind::TextSet),
        ];
        let mut builder = RecordsBuilder::new(&columns).unwrap();
        for (source, a, b, set) in rows {
            let set: Vec<&str> = set.iter().map(String::as_str).collect();
            let values = [Value::Text(a), Value::Text(b), Value::TextSet(&set)];
            builder.push(*source, &values).unwrap();
        }
        builder.finish()
    }

    /// The same by asking every rule of every pair.
    fn rule_of(x: &Row, y: &Row) -> Option<usize> {
        let same = |a: &str, b: &str| !a.is_empty() && a == b;
        let shares = x.3.iter().any(|e| !e.is_empty() && y.3.contains(e));
        let letter = |text: &str| text.chars().take(1).collect::<String>();
        [
            same(&x.1, &y.1) && same(&letter(&x.2), &letter(&y.2)),
            same(&x.2, &y.2),
            shares && same(&x.1, &y.1),
            shares,
        ]
        .iter()
        .position(|made| *made)
    }

    proptest! {
        #[test]
        fn every_pair_of_a_rule_comes_once_under_its_first_rule(
            rows in prop::collection::vec(
                (0..2_u16, "[ab]?", "[abc]{0,2}", prop::collection::vec("[xyz]?", 0..4)),
                0..24,
            ),
            link in any::<bool>(),
        ) {
            let link_type = if link { LinkType::Link } else { LinkType::Dedupe };
            let records = records(&rows);
            let plan = Plan::new(&Model::from_toml(MODEL).unwrap(), &records).unwrap();
            let blocks = Blocks::new(&plan, link_type);
            let mut found = Vec::new();
            blocks.for_each(&plan, Selection::All, |rule, pair| found.push((pair.left, pair.right, rule)));
            let set: BTreeSet<_> = found.iter().copied().collect();
            prop_assert_eq!(set.len(), found.len());
            let mut expected = BTreeSet::new();
            for (i, x) in rows.iter().enumerate() {
                for (j, y) in rows.iter().enumerate().skip(i + 1) {
                    if let Some(rule) = rule_of(x, y)
                        && (!link || x.0 != y.0)
                    {
                        expected.insert((i as u32, j as u32, rule));
                    }
                }
            }
            prop_assert_eq!(set, expected);
        }
    }
}
