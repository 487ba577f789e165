//! Training without labels: expectation maximisation over the patterns of the pairs blocking makes.
//!
//! Each pair of records, of all there are, belongs to a class: the same entity, related in some way, or
//! unrelated. A class has a probability (its prior) and, for each factor, probabilities of its symbols.
//! What is observed is how often each pattern comes among the pairs that blocking makes. Two facts are
//! used that usual training drops:
//!
//! - *How many pairs there are in all* is known, and whether blocking makes a pair is a function of its
//!   symbols. So the pairs of a class that blocking misses are expected, not ignored, as in EM for
//!   truncated data (Dempster, Laird and Rubin 1977, §4.2), and blocking on a column does not bend
//!   its m.
//! - *How often each symbol comes among all pairs* is known from sampling. It is the sum over the
//!   classes; so u is what is left once the share of matches and relations is taken off, and neither
//!   matches among random pairs nor households bend it.
//!
//! The relations are found among all couples of comparisons: pairs that agree through these two, and by
//! chance in the rest. One that explains next to nothing is dropped. Without them, fields that depend
//! on each other (surname and postcode within a household) are counted twice, and probabilities
//! come out far too sure.

use std::collections::HashMap;

use super::blocks::{Blocks, LinkType, Selection, pairs_among};
use super::compare::{Comparer, Patterns};
use super::factors::{Factor, Random, sample};
use super::model::{Model, Relation};
use super::plan::Plan;
use super::predict::Scorer;

/// How training is done.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct TrainOptions {
    /// Where its random draws begin: the same seed and records give the same model.
    pub seed: u64,
    /// Random pairs drawn to learn u.
    pub random_pairs: usize,
    /// Pairs of the blocking rules that are compared, about; more are thinned to this.
    pub blocked_pairs: u64,
    /// Rounds of EM at most.
    pub rounds: usize,
    /// Whether relations are looked for.
    pub relations: bool,
}

impl Default for TrainOptions {
    fn default() -> Self {
        TrainOptions {
            seed: 1,
            random_pairs: 300_000,
            blocked_pairs: 1_000_000,
            rounds: 200,
            relations: true,
        }
    }
}

/// What training did, to be shown: a model is only as good as this says.
#[derive(Debug, Clone, PartialEq)]
pub struct Training {
    /// Pairs of the blocking rules that were compared.
    pub pairs: u64,
    /// Rounds of EM.
    pub rounds: usize,
    /// Whether the parameters had come to rest.
    pub converged: bool,
    /// Share of the pairs of one entity that the blocking rules make, as the model expects it.
    pub blocking_recall: f64,
    /// Levels whose m rests on less than one pair: (comparison, level from 0).
    pub untrained: Vec<(String, usize)>,
}

/// Where parameters move less than this, they are at rest.
const AT_REST: f64 = 1e-4;
/// Cells of agreements that are enumerated to count what blocking misses.
const MOST_CELLS: usize = 1 << 16;
/// A symbol's u is at least this share of how often it comes among random pairs.
const LEAST_CHANCE: f64 = 0.02;
/// Weight of chance, against what is observed, in a relation's comparisons that it is not about.
const CHANCE: f64 = 1.0;
/// Pairs of each pattern that are kept as examples.
const EXAMPLES: usize = 8;
/// A relation whose pairs are closed by a third record this often, against the same entity's, is none.
const MOST_CLOSED: f64 = 0.3;
/// A relation with fewer expected pairs among those compared explains nothing.
const LEAST_PAIRS: f64 = 20.0;
/// Nor does one this rare against the same entity: taken for it, it would cost as much precision.
const LEAST_SHARE: f64 = 0.02;

/// Trains `model` on the pairs of `blocks`.
pub(super) fn train(
    model: &mut Model,
    plan: &Plan<'_>,
    blocks: &Blocks,
    link_type: LinkType,
    options: &TrainOptions,
) -> Training {
    let mut factors = Factor::all(plan);
    let mut random = Random(options.seed);
    sample(
        plan,
        link_type,
        &mut factors,
        options.random_pairs,
        &mut random,
    );
    let counted = count(plan, blocks, options, random.word());
    let everything = pairs_among(
        plan,
        link_type,
        plan.records.len(),
        0..plan.records.len() as u32,
    );
    let mut em = Em::new(model, plan, factors, &counted, everything);
    let (mut rounds, mut converged) = em.run(options);
    em.write(model);
    while em.has_relations()
        && let Ok(scorer) = Scorer::new(model, plan)
        && em.drop_same_entity(&closed(plan, blocks, &scorer, &counted.examples))
    {
        let (more, at_rest) = em.rounds(options.rounds);
        rounds += more;
        converged = at_rest;
        em.drop_relations();
        em.write(model);
    }
    Training {
        pairs: counted.pairs,
        rounds,
        converged,
        blocking_recall: em.blocking_recall(),
        untrained: em.untrained(model),
    }
}

/// How often each pattern came.
struct Counted {
    patterns: Vec<u64>,
    /// Pairs, scaled up to all that the rules make.
    counts: Vec<f64>,
    pairs: u64,
    /// All pairs for each one compared.
    scale: f64,
    /// Some pairs of each pattern.
    examples: Vec<Vec<(u32, u32)>>,
}

fn count(plan: &Plan<'_>, blocks: &Blocks, options: &TrainOptions, salt: u64) -> Counted {
    let made: u64 = blocks.pairs().sum();
    let scale = (made as f64 / options.blocked_pairs.max(1) as f64).max(1.0);
    let limit = (u64::MAX as f64 / scale) as u64;
    let mut comparer = Comparer::new(plan);
    let mut patterns = Patterns::new();
    let mut counts: Vec<u64> = Vec::new();
    let mut examples: Vec<Vec<(u32, u32)>> = Vec::new();
    let mut random = Random(salt);
    blocks.for_each(plan, Selection::Sample { salt, limit }, |_, pair| {
        let pattern = comparer.pattern(pair.left_row, pair.right_row, pair.agreement);
        let number = patterns.number(pattern);
        if number == counts.len() {
            counts.push(0);
            examples.push(Vec::new());
        }
        counts[number] += 1;
        // a reservoir: each pair of the pattern is as likely to stay
        let (kept, place) = (&mut examples[number], random.below(counts[number]) as usize);
        if kept.len() < EXAMPLES {
            kept.push((pair.left, pair.right));
        } else if place < EXAMPLES {
            kept[place] = (pair.left, pair.right);
        }
    });
    Counted {
        examples,
        patterns: patterns.known().to_vec(),
        pairs: counts.iter().sum(),
        counts: counts.iter().map(|count| *count as f64 * scale).collect(),
        scale,
    }
}

/// Which share of each pattern's examples have a third record that is linked to both.
fn closed(
    plan: &Plan<'_>,
    blocks: &Blocks,
    scorer: &Scorer,
    examples: &[Vec<(u32, u32)>],
) -> Vec<Triangles> {
    let mut marked = vec![false; plan.records.len()];
    for (left, right) in examples.iter().flatten() {
        marked[*left as usize] = true;
        marked[*right as usize] = true;
    }
    let mut linked: HashMap<u32, Vec<u32>> = HashMap::new();
    let mut scoring = scorer.scoring(plan);
    blocks.for_each(plan, Selection::Touching(&marked), |_, pair| {
        if scoring.odds_against(&pair) < 1.0 {
            linked.entry(pair.left).or_default().push(pair.right);
            linked.entry(pair.right).or_default().push(pair.left);
        }
    });
    let third = |of: u32, but: u32| {
        let near = linked.get(&of).into_iter().flatten();
        near.filter(move |near| **near != but)
    };
    let tested = |examples: &Vec<(u32, u32)>| {
        let mut triangles = Triangles::default();
        for &(left, right) in examples {
            if third(left, right).next().is_some() && third(right, left).next().is_some() {
                triangles.possible += 1.0;
                let closed = third(left, right).any(|a| third(right, left).any(|b| a == b));
                triangles.closed += f64::from(u8::from(closed));
            }
        }
        let count = examples.len().max(1) as f64;
        triangles.possible /= count;
        triangles.closed /= count;
        triangles
    };
    examples.iter().map(tested).collect()
}

/// Of pairs, how many have a third record linked to each of the two, and how many the same third.
#[derive(Debug, Clone, Copy, Default)]
struct Triangles {
    possible: f64,
    closed: f64,
}

/// A class of pairs.
#[derive(Debug, Clone)]
struct Class {
    prior: f64,
    /// Probability of each factor's symbols.
    symbols: Vec<Vec<f64>>,
    /// For a relation: the factors it is through.
    through: Option<[usize; 2]>,
}

struct Em<'a> {
    factors: Vec<Factor>,
    comparisons: usize,
    locks: Vec<Locks>,
    prior_locked: bool,
    /// For each pattern its symbol in each factor.
    shown: Vec<Vec<Option<u16>>>,
    counts: &'a [f64],
    everything: f64,
    scale: f64,
    cells: Cells,
    /// The same entity; relations; last the unrelated.
    classes: Vec<Class>,
    /// Expected pairs of the same entity at each symbol.
    expected: Vec<Vec<f64>>,
}

/// Parameters of a comparison that stay: for each level m and u.
struct Locks {
    m: Vec<Option<f64>>,
    u: Vec<Option<f64>>,
}

impl<'a> Em<'a> {
    fn new(
        model: &Model,
        plan: &Plan<'_>,
        mut factors: Vec<Factor>,
        counted: &'a Counted,
        everything: u64,
    ) -> Em<'a> {
        let comparisons = plan.comparisons.len();
        let shown = counted.patterns.iter().map(|pattern| {
            let of = factors.iter_mut();
            of.map(|factor| factor.of_pattern(*pattern, comparisons))
                .collect()
        });
        let shown: Vec<Vec<Option<u16>>> = shown.collect();
        for factor in &mut factors {
            floor(&mut factor.random, 1e-12);
        }
        let locks = model.comparisons.iter().map(|comparison| Locks {
            m: comparison
                .levels
                .iter()
                .map(|level| level.m.filter(|_| level.m_locked))
                .collect(),
            u: comparison
                .levels
                .iter()
                .map(|level| level.u.filter(|_| level.u_locked))
                .collect(),
        });
        let everything = (everything as f64).max(1.0);
        let made: f64 = counted.counts.iter().sum();
        let prior = match model.prior {
            Some(prior) if model.prior_locked => prior,
            _ => (0.3 * made.max(1.0) / everything).min(0.3),
        };
        let unrelated = Class {
            prior: 1.0 - prior,
            symbols: factors.iter().map(|factor| factor.random.clone()).collect(),
            through: None,
        };
        let same = Class {
            prior,
            symbols: factors.iter().map(first_guess).collect(),
            through: None,
        };
        Em {
            cells: Cells::new(&factors, &plan.rules),
            expected: same.symbols.clone(),
            factors,
            comparisons,
            locks: locks.collect(),
            prior_locked: model.prior_locked,
            shown,
            counts: &counted.counts,
            everything,
            scale: counted.scale,
            classes: vec![same, unrelated],
        }
    }

    /// EM with two classes to find its feet, then with relations; those that explain nothing go.
    fn run(&mut self, options: &TrainOptions) -> (usize, bool) {
        if !options.relations {
            return self.rounds(options.rounds);
        }
        self.rounds(5);
        self.add_relations();
        let (first, _) = self.rounds(20);
        self.drop_relations();
        let (rest, converged) = self.rounds(options.rounds);
        self.drop_relations();
        (5 + first + rest, converged)
    }

    fn rounds(&mut self, most: usize) -> (usize, bool) {
        for round in 1..=most {
            if self.round() < AT_REST {
                return (round, true);
            }
        }
        (most, false)
    }

    fn add_relations(&mut self) {
        let made: f64 = self.counts.iter().sum();
        let couples = self.comparisons * self.comparisons.saturating_sub(1) / 2;
        let prior = 0.3 * made / self.everything / couples.max(1) as f64;
        let unrelated = self.classes.len() - 1;
        for a in 0..self.comparisons {
            for b in a + 1..self.comparisons {
                let mut relation = self.classes[unrelated].clone();
                relation.prior = prior;
                relation.through = Some([a, b]);
                for factor in [a, b] {
                    relation.symbols[factor] = self.classes[0].symbols[factor].clone();
                }
                self.classes.insert(self.classes.len() - 1, relation);
            }
        }
    }

    fn has_relations(&self) -> bool {
        self.classes.len() > 2
    }

    fn drop_relations(&mut self) {
        let seen: Vec<f64> = self.observed().iter().map(|sums| sums.pairs).collect();
        let least = (LEAST_PAIRS * self.scale).max(LEAST_SHARE * seen[0]);
        let mut seen = seen.into_iter();
        self.classes.retain(|class| {
            let pairs = seen.next().unwrap_or(0.0);
            class.through.is_none() || pairs >= least
        });
    }

    /// One round; gives how far the parameters of the same entity moved.
    fn round(&mut self) -> f64 {
        let mut sums = self.observed();
        for (class, sums) in self.classes.iter().zip(&mut sums) {
            self.cells
                .add_missed(&self.factors, class, self.everything, sums);
        }
        self.expected = sums[0].symbols.clone();
        let before = self.classes[0].clone();
        self.maximise(&sums);
        let moved = |a: &[Vec<f64>], b: &[Vec<f64>]| {
            let pairs = a.iter().flatten().zip(b.iter().flatten());
            pairs.map(|(x, y)| (x - y).abs()).fold(0.0, f64::max)
        };
        let same = &self.classes[0];
        moved(&before.symbols, &same.symbols).max((before.prior / same.prior).ln().abs())
    }

    /// The pairs that blocking makes, each shared among the classes.
    fn observed(&self) -> Vec<Sums> {
        let mut sums: Vec<Sums> = self
            .classes
            .iter()
            .map(|_| Sums::new(&self.factors))
            .collect();
        let mut shares = vec![0.0; self.classes.len()];
        for (shown, count) in self.shown.iter().zip(self.counts) {
            self.share(shown, &mut shares);
            for (share, sums) in shares.iter().zip(&mut sums) {
                let pairs = count * share;
                sums.pairs += pairs;
                for (symbol, of) in shown.iter().zip(&mut sums.symbols) {
                    if let Some(symbol) = symbol {
                        of[usize::from(*symbol)] += pairs;
                    }
                }
            }
        }
        sums
    }

    fn maximise(&mut self, sums: &[Sums]) {
        let last = self.classes.len() - 1;
        let (related, unrelated) = self.classes.split_at_mut(last);
        for (at, (class, sums)) in related.iter_mut().zip(sums).enumerate() {
            if at > 0 || !self.prior_locked {
                class.prior = (sums.pairs / self.everything).clamp(1e-15, 0.5);
            }
            for (f, (probabilities, counts)) in
                class.symbols.iter_mut().zip(&sums.symbols).enumerate()
            {
                let chance = &unrelated[0].symbols[f];
                let by_chance = class.through.is_some_and(|through| !through.contains(&f));
                let total: f64 = counts.iter().sum();
                let weight = if by_chance { CHANCE * total } else { 0.0 } + 0.01;
                for (at, probability) in probabilities.iter_mut().enumerate() {
                    *probability = (counts[at] + weight * chance[at]) / (total + weight);
                }
            }
        }
        for (f, locks) in self.locks.iter().enumerate() {
            lock(&self.factors[f], &mut related[0].symbols[f], &locks.m);
        }
        let taken: f64 = related.iter().map(|class| class.prior).sum();
        let unrelated = &mut unrelated[0];
        unrelated.prior = (1.0 - taken).max(1e-9);
        for (f, factor) in self.factors.iter().enumerate() {
            for (at, all) in factor.random.iter().enumerate() {
                let by_kin: f64 = related
                    .iter()
                    .map(|class| class.prior * class.symbols[f][at])
                    .sum();
                unrelated.symbols[f][at] =
                    ((all - by_kin) / unrelated.prior).max(LEAST_CHANCE * all);
            }
            let total: f64 = unrelated.symbols[f].iter().sum();
            unrelated.symbols[f].iter_mut().for_each(|u| *u /= total);
            if let Some(locks) = self.locks.get(f) {
                lock(factor, &mut unrelated.symbols[f], &locks.u);
            }
        }
    }

    /// Drops relations whose pairs are in truth of one entity; gives whether there were any.
    ///
    /// Being one entity is transitive. Two records of one entity that look unlike, for errors, often
    /// have a third that is linked to both; two of one household have none.
    fn drop_same_entity(&mut self, triangles: &[Triangles]) -> bool {
        let mut sums = vec![Triangles::default(); self.classes.len()];
        let mut shares = vec![0.0; self.classes.len()];
        for ((shown, count), triangles) in self.shown.iter().zip(self.counts).zip(triangles) {
            self.share(shown, &mut shares);
            for (sum, share) in sums.iter_mut().zip(&shares) {
                sum.closed += count * share * triangles.closed;
                sum.possible += count * share * triangles.possible;
            }
        }
        let rate = |sum: &Triangles| sum.closed / sum.possible.max(1e-300);
        let rates: Vec<f64> = sums.iter().map(rate).collect();
        let (same, unrelated) = (rates[0], rates[rates.len() - 1]);
        // without triangles in the same entity (two sources, say) nothing is known, and all stay
        if same <= unrelated {
            return false;
        }
        let most = unrelated + MOST_CLOSED * (same - unrelated);
        let before = self.classes.len();
        let mut rates = rates.into_iter();
        self.classes.retain(|class| {
            let rate = rates.next().unwrap_or(0.0);
            class.through.is_none() || rate < most
        });
        self.classes.len() < before
    }

    /// Probabilities of the classes, given what a pair shows.
    fn share(&self, shown: &[Option<u16>], shares: &mut [f64]) {
        for (share, class) in shares.iter_mut().zip(&self.classes) {
            let symbols = shown.iter().zip(&class.symbols);
            *share = symbols.fold(class.prior, |product, (symbol, of)| {
                symbol.map_or(product, |symbol| product * of[usize::from(symbol)])
            });
        }
        let total: f64 = shares.iter().sum();
        let total = if total > 0.0 { total } else { 1.0 };
        shares.iter_mut().for_each(|share| *share /= total);
    }

    fn blocking_recall(&self) -> f64 {
        let mut missed = Sums::new(&self.factors);
        self.cells.add_missed(
            &self.factors,
            &self.classes[0],
            self.everything,
            &mut missed,
        );
        let all = self.classes[0].prior * self.everything;
        (1.0 - missed.pairs / all).clamp(0.0, 1.0)
    }

    fn untrained(&self, model: &Model) -> Vec<(String, usize)> {
        let mut untrained = Vec::new();
        for (factor, comparison) in model.comparisons.iter().enumerate() {
            for level in 0..comparison.levels.len() {
                let pairs = self.at_level(factor, &self.expected[factor], level);
                if pairs < self.scale && !comparison.levels[level].m_locked {
                    untrained.push((comparison.name.clone(), level));
                }
            }
        }
        untrained
    }

    fn write(&self, model: &mut Model) {
        let last = self.classes.len() - 1;
        let (same, unrelated) = (&self.classes[0], &self.classes[last]);
        model.prior = Some(same.prior);
        for (f, comparison) in model.comparisons.iter_mut().enumerate() {
            let (m, u) = (self.levels(f, same), self.levels(f, unrelated));
            for (at, level) in comparison.levels.iter_mut().enumerate() {
                if !level.m_locked {
                    level.m = Some(m[at]);
                }
                if !level.u_locked {
                    level.u = Some(u[at]);
                }
            }
        }
        let name = |factor: usize| model.comparisons[factor].name.clone();
        model.relations = self.classes[1..last]
            .iter()
            .filter_map(|class| {
                Some(Relation {
                    through: class.through?.map(name).to_vec(),
                    prior: class.prior,
                    levels: (0..self.comparisons)
                        .map(|f| self.levels(f, class))
                        .collect(),
                })
            })
            .collect();
    }

    /// A class's probabilities of the levels of a comparison that is not at its null level.
    fn levels(&self, factor: usize, class: &Class) -> Vec<f64> {
        let of = &class.symbols[factor];
        let count = self.locks[factor].m.len();
        let mut levels: Vec<f64> = (0..count).map(|at| self.at_level(factor, of, at)).collect();
        let total: f64 = levels.iter().sum();
        levels
            .iter_mut()
            .for_each(|level| *level /= total.max(1e-300));
        levels
    }

    fn at_level(&self, factor: usize, of: &[f64], level: usize) -> f64 {
        let symbols = self.factors[factor].symbols().iter().zip(of);
        symbols
            .filter(|(symbol, _)| usize::from(symbol.level) == level + 1)
            .map(|(_, value)| value)
            .sum()
    }
}

/// Expected pairs of a class: in all, and at each symbol of each factor.
struct Sums {
    pairs: f64,
    symbols: Vec<Vec<f64>>,
}

impl Sums {
    fn new(factors: &[Factor]) -> Sums {
        Sums {
            pairs: 0.0,
            symbols: factors
                .iter()
                .map(|factor| vec![0.0; factor.symbols().len()])
                .collect(),
        }
    }
}

/// The agreements that no rule covers: for each cell the group of keys it has in each factor.
struct Cells {
    /// For each factor the distinct sets of keys that agree; the first is none.
    groups: Vec<Vec<u64>>,
    missed: Vec<Vec<u16>>,
}

impl Cells {
    fn new(factors: &[Factor], rules: &[u64]) -> Cells {
        let groups: Vec<Vec<u64>> = factors
            .iter()
            .map(|factor| {
                let mut groups: Vec<u64> = factor.symbols().iter().map(|s| s.keys).collect();
                groups.push(0);
                groups.sort_unstable();
                groups.dedup();
                groups
            })
            .collect();
        let size = groups
            .iter()
            .try_fold(1_usize, |size, group| size.checked_mul(group.len()));
        // too many to enumerate: training then takes what blocking makes for all there is
        let size = size.filter(|size| *size <= MOST_CELLS).unwrap_or(0);
        let mut missed = Vec::new();
        for number in 0..size {
            let (mut rest, mut keys) = (number, 0);
            let mut cell = Vec::with_capacity(groups.len());
            for group in &groups {
                let at = rest % group.len();
                rest /= group.len();
                keys |= group[at];
                cell.push(at as u16);
            }
            if !rules.iter().any(|rule| keys & rule == *rule) {
                missed.push(cell);
            }
        }
        Cells { groups, missed }
    }

    /// Adds the pairs of a class that no rule makes.
    fn add_missed(&self, factors: &[Factor], class: &Class, everything: f64, sums: &mut Sums) {
        let masses: Vec<Vec<f64>> = (0..factors.len())
            .map(|f| self.masses(f, &factors[f], &class.symbols[f]))
            .collect();
        let mut missed: Vec<Vec<f64>> = masses.iter().map(|mass| vec![0.0; mass.len()]).collect();
        let mut total = 0.0;
        for cell in &self.missed {
            let of = cell.iter().zip(&masses);
            let share: f64 = of.map(|(group, mass)| mass[usize::from(*group)]).product();
            total += share;
            for (group, missed) in cell.iter().zip(&mut missed) {
                missed[usize::from(*group)] += share;
            }
        }
        let pairs = class.prior * everything;
        sums.pairs += pairs * total;
        for (f, factor) in factors.iter().enumerate() {
            for (at, symbol) in factor.symbols().iter().enumerate() {
                let Ok(group) = self.groups[f].binary_search(&symbol.keys) else {
                    continue;
                };
                let mass = masses[f][group];
                if mass > 0.0 {
                    let share = (1.0 - factor.unknown) * class.symbols[f][at] / mass;
                    sums.symbols[f][at] += pairs * missed[f][group] * share;
                }
            }
        }
    }

    /// A class's probability of each group of keys in a factor.
    fn masses(&self, at: usize, factor: &Factor, of: &[f64]) -> Vec<f64> {
        let groups = self.groups[at].iter();
        let mut masses: Vec<f64> = groups
            .map(|keys| {
                let symbols = factor.symbols().iter().zip(of);
                let known: f64 = symbols
                    .filter(|(symbol, _)| symbol.keys == *keys)
                    .map(|(_, probability)| probability)
                    .sum();
                known * (1.0 - factor.unknown)
            })
            .collect();
        // keys are sorted: the first group is that of no agreement
        masses[0] += factor.unknown;
        masses
    }
}

/// Where EM begins for the same entity: nine in ten at the best level, the rest less and less, and
/// within a level as among random pairs.
fn first_guess(factor: &Factor) -> Vec<f64> {
    let rank = |at: usize| match factor.comparison {
        Some(_) => i32::from(factor.symbols()[at].level),
        // without a comparison, agreeing on more keys is better
        None => 64 - factor.symbols()[at].keys.count_ones() as i32,
    };
    let count = factor.symbols().len();
    let best = (0..count).map(rank).min().unwrap_or(0).max(1);
    let mut guess: Vec<f64> = (0..count)
        .map(|at| {
            let level: f64 = (0..count)
                .filter(|other| rank(*other) == rank(at))
                .map(|other| factor.random[other])
                .sum();
            let weight = if rank(at) <= best {
                9.0
            } else {
                0.5_f64.powi(rank(at) - best)
            };
            weight * factor.random[at] / level
        })
        .collect();
    let total: f64 = guess.iter().sum();
    guess.iter_mut().for_each(|value| *value /= total);
    guess
}

fn floor(values: &mut [f64], least: f64) {
    values
        .iter_mut()
        .for_each(|value| *value = value.max(least));
}

/// Sets the levels that are locked, and shares what is left among the others as they were.
fn lock(factor: &Factor, probabilities: &mut [f64], locks: &[Option<f64>]) {
    let locked: f64 = locks.iter().flatten().sum();
    if locks.iter().all(Option::is_none) {
        return;
    }
    let lock_of = |at: usize| {
        let level = usize::from(factor.symbols()[at].level);
        level.checked_sub(1).and_then(|level| locks[level])
    };
    let free: f64 = (0..probabilities.len())
        .filter(|at| lock_of(*at).is_none())
        .map(|at| probabilities[at])
        .sum();
    let of_level = |probabilities: &[f64], at: usize| -> f64 {
        let level = factor.symbols()[at].level;
        let symbols = factor.symbols().iter().zip(probabilities);
        symbols
            .filter(|(symbol, _)| symbol.level == level)
            .map(|(_, probability)| probability)
            .sum()
    };
    let before = probabilities.to_vec();
    for at in 0..probabilities.len() {
        probabilities[at] *= match lock_of(at) {
            Some(value) => value / of_level(&before, at).max(1e-300),
            None => (1.0 - locked).max(0.0) / free.max(1e-300),
        };
    }
}
