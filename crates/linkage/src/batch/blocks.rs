//! Which pairs are looked at: records grouped by each blocking rule, every pair once.
//!
//! A rule's groups are found by splitting all records by its rarest key and what is left by the next:
//! no table of pairs is ever made. A pair that an earlier rule makes is seen by its agreements, and
//! skipped.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::ops::Range;

use super::error::LinkError;
use super::factors::Random;
use super::plan::{Codes, Plan, code_of};
use super::threads::in_order;

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
    /// Those whose lower-numbered record is marked.
    Lower(&'s Marks),
    /// Those of which a record is marked.
    Touching(&'s Marks),
}

impl Selection<'_> {
    #[inline]
    fn holds(&self, record: u32) -> bool {
        match self {
            Selection::All => true,
            Selection::Lower(marked) | Selection::Touching(marked) => marked.holds(record),
        }
    }

    fn either_side(&self) -> bool {
        matches!(self, Selection::Touching(_))
    }
}

/// Records that are marked: a bit each, so that those of a million stay in the cache.
#[derive(Debug)]
pub(super) struct Marks(Vec<u64>);

impl Marks {
    /// None of `count` records.
    pub(super) fn new(count: usize) -> Marks {
        Marks(vec![0; count.div_ceil(64)])
    }

    pub(super) fn mark(&mut self, record: u32) {
        self.0[record as usize / 64] |= 1 << (record % 64);
    }

    #[inline]
    fn holds(&self, record: u32) -> bool {
        self.0[record as usize / 64] >> (record % 64) & 1 == 1
    }
}

/// A pair of records that a rule makes.
pub(super) struct Pair<'p> {
    pub(super) left: u32,
    pub(super) right: u32,
    pub(super) left_row: &'p [Codes],
    pub(super) right_row: &'p [Codes],
    /// The expressions on which they agree, as bits.
    pub(super) agreement: u64,
}

/// The groups of all rules.
#[derive(Debug)]
pub(super) struct Blocks {
    rules: Vec<RuleBlocks>,
    pub(super) link_type: LinkType,
    first: Option<Vec<u8>>,
    /// Whether the rules' groups are held.
    held: bool,
    /// Bytes of the groups of the largest rule.
    largest: usize,
    /// Most records of a block that makes pairs, where blocks were set aside.
    most: Option<u32>,
}

/// A rule with its groups.
pub(super) struct Made<'b> {
    blocks: &'b Blocks,
    pub(super) rule: usize,
    groups: Cow<'b, RuleBlocks>,
}

/// Pairs of a rule, few enough for one part of the work: those of some groups, or of one group those of
/// some members with all members after them.
#[derive(Debug, Clone)]
pub(super) struct Stretch {
    groups: Range<usize>,
    /// Members of each group, by their place in it.
    lower: Range<usize>,
}

/// Pairs of a stretch, about.
pub(super) const STRETCH: u64 = 1 << 16;
/// Rows that are fetched before their pairs are looked at: the processor then waits for many at once.
const FETCHED: usize = 128;
/// Pairs that are given at once.
const AT_ONCE: usize = 256;
/// Keys of which all agreements are tabled.
const MOST_TABLED: usize = 12;

#[derive(Debug, Clone, Default)]
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
    /// The groups of all rules of a plan, held if they take no more than `room` bytes; where not, those of a rule are
    /// made again each time they are wanted.
    pub(super) fn new(plan: &Plan<'_>, link_type: LinkType, threads: usize, room: usize) -> Blocks {
        let mut blocks = Blocks {
            rules: Vec::new(),
            link_type,
            first: None,
            held: true,
            largest: 0,
            most: None,
        };
        let of_rule = |(): &mut (), rule: usize| RuleBlocks::new(plan, plan.rules[rule], link_type);
        let mut bytes = 0;
        in_order(
            threads,
            plan.rules.len(),
            || (),
            of_rule,
            |rule| {
                bytes += rule.bytes();
                blocks.largest = blocks.largest.max(rule.bytes());
                blocks.rules.push(rule);
                blocks.held &= bytes <= room;
                if !blocks.held {
                    blocks.rules.iter_mut().for_each(RuleBlocks::forget_groups);
                }
            },
        );
        blocks.first = Blocks::first(plan, &blocks.rules);
        blocks
    }

    /// The rules one after the other, with their groups.
    pub(super) fn made<'b>(&'b self, plan: &'b Plan<'_>) -> impl Iterator<Item = Made<'b>> {
        (0..self.rules.len()).map(|rule| Made {
            blocks: self,
            rule,
            groups: self.groups(plan, rule),
        })
    }

    fn groups(&self, plan: &Plan<'_>, rule: usize) -> Cow<'_, RuleBlocks> {
        let known = &self.rules[rule];
        if self.held {
            return Cow::Borrowed(known);
        }
        let mut made = RuleBlocks::new(plan, known.keys, self.link_type);
        if let Some(most) = self.most {
            made.set_aside(plan, most);
        }
        Cow::Owned(made)
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

    /// Bytes of the groups that are held at a time.
    pub(super) fn bytes(&self) -> usize {
        if self.held {
            self.rules.iter().map(RuleBlocks::bytes).sum()
        } else {
            self.largest
        }
    }

    /// Bytes of the groups of the largest rule, which cannot do without.
    pub(super) fn least_bytes(&self) -> usize {
        self.largest
    }

    /// Pairs each rule makes whose lower-numbered record is marked.
    pub(super) fn lower_pairs(&self, plan: &Plan<'_>, marked: &Marks) -> Vec<u64> {
        let sources = plan.records.sources();
        let of_group = |group: &[u32]| {
            let mut later = BTreeMap::<u16, u64>::new();
            let mut pairs = 0;
            for (after, record) in (0..).zip(group.iter().rev()) {
                let alike = match self.link_type {
                    LinkType::Dedupe => 0,
                    LinkType::Link => {
                        let alike = later.entry(sources[*record as usize]).or_default();
                        *alike += 1;
                        *alike - 1
                    }
                };
                if marked.holds(*record) {
                    pairs += after - alike;
                }
            }
            pairs
        };
        let rules = self.made(plan);
        rules
            .map(|made| made.groups.groups().map(of_group).sum())
            .collect()
    }

    /// Sets aside the blocks of more than `most` records.
    pub(super) fn set_aside(&mut self, plan: &Plan<'_>, most: u32) {
        for at in 0..self.rules.len() {
            let mut rule = self.groups(plan, at).into_owned();
            rule.set_aside(plan, most);
            rule.count(plan, self.link_type);
            if !self.held {
                rule.forget_groups();
            }
            self.rules[at] = rule;
        }
        self.most = Some(most);
        self.first = Blocks::first(plan, &self.rules);
    }

    /// The blocks set aside: each with its rule and how many records it has.
    pub(super) fn aside(&self) -> impl Iterator<Item = (usize, u32)> + '_ {
        let rules = self.rules.iter().enumerate();
        rules.flat_map(|(at, rule)| rule.aside.values().map(move |records| (at, *records)))
    }

    /// Whether a rule before `rule` makes a pair.
    #[inline]
    fn made_earlier(&self, plan: &Plan<'_>, rule: usize, pair: &Pair<'_>) -> bool {
        if let Some(first) = &self.first {
            let agreement = pair.agreement as usize & (first.len() - 1);
            return usize::from(first[agreement]) < rule;
        }
        self.rules[..rule].iter().any(|rule| {
            pair.agreement & rule.keys == rule.keys
                && rule.makes(plan, pair.left_row, pair.right_row)
        })
    }

    /// For each agreement on the rules' keys the first rule that makes its pairs: where there are few keys, and
    /// no block is set aside.
    fn first(plan: &Plan<'_>, rules: &[RuleBlocks]) -> Option<Vec<u8>> {
        let many = plan.keys > MOST_TABLED || rules.len() > usize::from(u8::MAX);
        if many || rules.iter().any(|rule| !rule.aside.is_empty()) {
            return None;
        }
        let first = |agreement: u64| {
            let mut rules = rules.iter();
            let first = rules.position(|rule| agreement & rule.keys == rule.keys);
            first.map_or(u8::MAX, |rule| rule as u8)
        };
        Some((0..1 << plan.keys).map(first).collect())
    }

    /// Whether two records are a pair at all.
    #[inline]
    pub(super) fn exists(&self, plan: &Plan<'_>, left: u32, right: u32) -> bool {
        let sources = plan.records.sources();
        self.link_type == LinkType::Dedupe || sources[left as usize] != sources[right as usize]
    }
}

impl Made<'_> {
    /// Its pairs, cut into stretches of about so many.
    pub(super) fn stretches(&self, pairs: u64) -> Vec<Stretch> {
        self.groups.stretches(pairs)
    }

    /// Every pair of `selection` in a stretch that no earlier rule, and no earlier group of the rule, makes;
    /// some hundreds at a time, in their order.
    pub(super) fn for_each(
        &self,
        plan: &Plan<'_>,
        stretch: &Stretch,
        selection: Selection<'_>,
        mut each: impl FnMut(&[Pair<'_>]),
    ) {
        let (blocks, rule) = (self.blocks, &*self.groups);
        let mut fetched = Fetched::new(plan);
        let mut groups = stretch.groups.clone();
        while !groups.is_empty() {
            fetched.clear();
            for group in groups.by_ref() {
                let members = rule.group(group);
                if members.iter().any(|record| selection.holds(*record)) {
                    fetched.add(group, &members[stretch.lower.start.min(members.len())..]);
                }
                if fetched.rows.len() >= FETCHED {
                    break;
                }
            }
            let mut pairs = Vec::with_capacity(AT_ONCE);
            for (group, members, rows) in fetched.groups(rule) {
                let lower = members.iter().zip(rows.chunks_exact(plan.stride()));
                for (i, (left, left_row)) in lower.take(stretch.lower.len()).enumerate() {
                    let chosen = selection.holds(*left);
                    if !chosen && !selection.either_side() {
                        continue;
                    }
                    let rest = rows[(i + 1) * plan.stride()..].chunks_exact(plan.stride());
                    for (right_row, right) in rest.zip(&members[i + 1..]) {
                        if !chosen && !selection.holds(*right) {
                            continue;
                        }
                        let pair = Pair {
                            left: *left,
                            right: *right,
                            left_row,
                            right_row,
                            agreement: plan.agreement(left_row, right_row),
                        };
                        if blocks.made_earlier(plan, self.rule, &pair)
                            || !blocks.exists(plan, *left, *right)
                            || rule.made_before(plan, group, left_row, right_row)
                        {
                            continue;
                        }
                        if pairs.len() == AT_ONCE {
                            each(&pairs);
                            pairs.clear();
                        }
                        pairs.push(pair);
                    }
                }
            }
            each(&pairs);
        }
    }
}

/// Rows of some groups, side by side.
struct Fetched<'p> {
    plan: &'p Plan<'p>,
    rows: Vec<Codes>,
    /// Each group, how many of its last members are fetched, and where their rows end.
    groups: Vec<(usize, usize, usize)>,
}

impl<'p> Fetched<'p> {
    fn new(plan: &'p Plan<'p>) -> Self {
        Fetched {
            plan,
            rows: Vec::with_capacity(FETCHED * 2),
            groups: Vec::new(),
        }
    }

    fn clear(&mut self) {
        self.rows.clear();
        self.groups.clear();
    }

    fn add(&mut self, group: usize, members: &[u32]) {
        for record in members {
            self.plan.fetch(*record, &mut self.rows);
        }
        self.groups.push((group, members.len(), self.rows.len()));
    }

    fn groups<'f>(
        &'f self,
        rule: &'f RuleBlocks,
    ) -> impl Iterator<Item = (usize, &'f [u32], &'f [Codes])> {
        let mut start = 0;
        self.groups.iter().map(move |&(group, count, end)| {
            let members = rule.group(group);
            let rows = &self.rows[std::mem::replace(&mut start, end)..end];
            (group, &members[members.len() - count..], rows)
        })
    }
}

/// The pairs that agree on some expressions, to be drawn from.
#[derive(Debug)]
pub(super) struct Agreeing<'b> {
    blocks: &'b Blocks,
    rule: Cow<'b, RuleBlocks>,
    /// Pairs of the groups so far, sources not looked at.
    cumulative: Vec<u64>,
}

impl<'b> Agreeing<'b> {
    /// Of the expressions of `mask`; the blocks are those of the plan.
    pub(super) fn new(plan: &Plan<'_>, blocks: &'b Blocks, mask: u64) -> Self {
        let rule = match plan.rules.iter().position(|rule| *rule == mask) {
            Some(at) => blocks.groups(plan, at),
            None => Cow::Owned(RuleBlocks::new(plan, mask, blocks.link_type)),
        };
        let mut total = 0;
        let cumulative = rule.groups().map(|group| {
            total += pairs_of(group.len() as u64);
            total
        });
        Agreeing {
            cumulative: cumulative.collect(),
            blocks,
            rule,
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
            let kept = self.blocks.exists(plan, left, right)
                && !self
                    .rule
                    .made_before(plan, group, &plan.row(left), &plan.row(right));
            kept.then_some((left, right))
        })
    }
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
    let mut of_source = BTreeMap::<u16, u64>::new();
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
        let plain = |at: usize| {
            let key = keys.get(at).copied();
            key.filter(|key| plan.expressions[*key].elements.is_none())
        };
        let (mut rule, done) = match (plain(0), plain(1)) {
            (Some(first), Some(second)) => (RuleBlocks::by_codes(plan, first, second), 2),
            (Some(first), None) => (RuleBlocks::by_code(plan, first), 1),
            _ => (RuleBlocks::everyone(plan), 0),
        };
        for key in &keys[done..] {
            rule = rule.split(plan, *key);
        }
        rule.members.shrink_to_fit();
        rule.ends.shrink_to_fit();
        rule.keys = mask;
        rule.count(plan, link_type);
        rule
    }

    fn bytes(&self) -> usize {
        let elements = self
            .elements
            .as_ref()
            .map_or(0, |(_, of_group)| of_group.len());
        (self.members.len() + self.ends.len() + elements) * size_of::<u32>()
    }

    /// All that is needed to know which pairs it makes, and to make its groups again.
    fn forget_groups(&mut self) {
        self.members = Vec::new();
        self.ends = Vec::new();
        if let Some((_, of_group)) = &mut self.elements {
            *of_group = Vec::new();
        }
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
                let codes = self.codes(plan, &plan.row(group[0]), element);
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
    fn codes(&self, plan: &Plan<'_>, row: &[Codes], element: Option<u32>) -> Vec<u32> {
        let keys = (0..plan.expressions.len()).filter(|key| self.keys >> key & 1 == 1);
        let single = keys.filter(|key| plan.expressions[*key].elements.is_none());
        single.map(|key| code_of(row, key)).chain(element).collect()
    }

    /// Whether a block makes the pair of two records that agree on the rule's keys.
    fn makes(&self, plan: &Plan<'_>, left: &[Codes], right: &[Codes]) -> bool {
        let open = |element| !self.aside.contains_key(&self.codes(plan, left, element));
        match &self.elements {
            _ if self.aside.is_empty() => true,
            None => open(None),
            Some((key, _)) => plan
                .shared_elements(*key, left, right)
                .any(|element| open(Some(element))),
        }
    }

    fn stretches(&self, most: u64) -> Vec<Stretch> {
        let mut stretches = Vec::new();
        let mut add = |groups: Range<usize>, lower: Range<usize>| {
            if !groups.is_empty() && !lower.is_empty() {
                stretches.push(Stretch { groups, lower });
            }
        };
        let (mut start, mut pairs) = (0, 0);
        for (at, group) in self.groups().enumerate() {
            if pairs_of(group.len() as u64) > most {
                add(start..at, 0..usize::MAX);
                for lower in cut(group.len(), most) {
                    add(at..at + 1, lower);
                }
                (start, pairs) = (at + 1, 0);
                continue;
            }
            pairs += pairs_of(group.len() as u64);
            if pairs >= most {
                add(start..at + 1, 0..usize::MAX);
                (start, pairs) = (at + 1, 0);
            }
        }
        add(start..self.ends.len(), 0..usize::MAX);
        stretches
    }

    /// All records in one group.
    fn everyone(plan: &Plan<'_>) -> RuleBlocks {
        let count = plan.records.len() as u32;
        RuleBlocks {
            members: (0..count).collect(),
            ends: vec![count],
            ..RuleBlocks::default()
        }
    }

    /// Records of one code together.
    fn by_code(plan: &Plan<'_>, key: usize) -> RuleBlocks {
        let records = (0..).zip(plan.codes(key));
        let entries = records.map(|(record, code)| (code, record));
        let (members, ends) = together(plan.expressions[key].size, entries);
        RuleBlocks {
            members,
            ends,
            ..RuleBlocks::default()
        }
    }

    /// Records of two equal codes together. The second code goes with the record, since to fetch it when the
    /// first has scattered the records would miss the cache each time.
    fn by_codes(plan: &Plan<'_>, first: usize, second: usize) -> RuleBlocks {
        let codes = plan.codes(first).zip(plan.codes(second));
        let entries = (0_u64..).zip(codes).map(|(record, (first, second))| {
            let first = if second == 0 { 0 } else { first };
            (first, u64::from(second) << 32 | record)
        });
        let (mut entries, ends) = together(plan.expressions[first].size, entries);
        let mut rule = RuleBlocks::default();
        let mut start = 0;
        for end in ends {
            rule.add_groups(&mut entries[start..end as usize], |_| ());
            start = end as usize;
        }
        rule
    }

    /// Adds a group for each code that two or more entries (code, record) have.
    fn add_groups(&mut self, entries: &mut [u64], mut added: impl FnMut(u32)) {
        entries.sort_unstable();
        for same in entries.chunk_by(|a, b| a >> 32 == b >> 32) {
            if same.len() > 1 {
                self.members.extend(same.iter().map(|entry| *entry as u32));
                self.ends.push(self.members.len() as u32);
                added((same[0] >> 32) as u32);
            }
        }
    }

    /// Each group split by another key.
    fn split(&self, plan: &Plan<'_>, key: usize) -> RuleBlocks {
        let expression = &plan.expressions[key];
        let code_of = plan.at_random(key);
        let mut split = RuleBlocks::default();
        let mut of_group = Vec::new();
        let mut entries: Vec<u64> = Vec::new();
        for group in self.groups() {
            entries.clear();
            for &record in group {
                let code = code_of(record);
                let entry = |code: u32| u64::from(code) << 32 | u64::from(record);
                match &expression.elements {
                    Some(elements) => {
                        entries.extend(elements.get(code).iter().map(|code| entry(*code)));
                    }
                    None if code != 0 => entries.push(entry(code)),
                    None => {}
                }
            }
            split.add_groups(&mut entries, |code| of_group.push(code));
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
    fn made_before(&self, plan: &Plan<'_>, group: usize, left: &[Codes], right: &[Codes]) -> bool {
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

/// The members of a group, cut so that each cut with all members after it makes about `most` pairs; more where
/// fetching the members would else cost more than their pairs.
fn cut(members: usize, most: u64) -> Vec<Range<usize>> {
    let most = most.max(4 * members as u64);
    let (mut cuts, mut start, mut pairs) = (Vec::new(), 0, 0);
    for member in 0..members {
        pairs += (members - 1 - member) as u64;
        if pairs >= most {
            cuts.push(start..member + 1);
            (start, pairs) = (member + 1, 0);
        }
    }
    cuts.push(start..members);
    cuts
}

/// Entries of one code together, in the order they come, by counting; where each code's end. What has the
/// code 0, or one by itself, is left out.
fn together<T: Copy + Default>(
    codes: usize,
    entries: impl Iterator<Item = (u32, T)> + Clone,
) -> (Vec<T>, Vec<u32>) {
    const ALONE: u32 = u32::MAX;
    let mut places = vec![0_u32; codes];
    entries
        .clone()
        .for_each(|(code, _)| places[code as usize] += 1);
    places[0] = 0;
    let (mut ends, mut total) = (Vec::new(), 0_u32);
    for place in &mut places {
        let size = std::mem::replace(place, if *place > 1 { total } else { ALONE });
        if size > 1 {
            total += size;
            ends.push(total);
        }
    }
    let mut placed = vec![T::default(); total as usize];
    for (code, entry) in entries {
        let place = &mut places[code as usize];
        if *place != ALONE {
            placed[*place as usize] = entry;
            *place += 1;
        }
    }
    (placed, ends)
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
            stretch in 0..40_u64,
            room in prop::sample::select(vec![0, usize::MAX]),
        ) {
            let link_type = if link { LinkType::Link } else { LinkType::Dedupe };
            let records = records(&rows);
            let plan = Plan::new(&Model::from_toml(MODEL).unwrap(), &records).unwrap();
            let blocks = Blocks::new(&plan, link_type, 2, room);
            let mut everyone = Marks::new(rows.len());
            (0..rows.len() as u32).for_each(|record| everyone.mark(record));
            prop_assert_eq!(blocks.lower_pairs(&plan, &everyone), blocks.pairs().collect::<Vec<_>>());
            let mut found = Vec::new();
            for made in blocks.made(&plan) {
                for stretch in made.stretches(stretch) {
                    made.for_each(&plan, &stretch, Selection::All, |pairs| {
                        let pairs = pairs.iter();
                        found.extend(pairs.map(|pair| (pair.left, pair.right, made.rule)));
                    });
                }
            }
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
