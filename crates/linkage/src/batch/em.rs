//! Expectation maximisation over classes of pairs; see [`super::train`] for what it rests on.

use super::cells::{Cells, Sums};
use super::factors::Factor;
use super::model::{Model, Relation};
use super::plan::Plan;
use super::train::{Counted, TrainOptions, Triangles};

/// Where parameters move less than this, they are at rest.
const AT_REST: f64 = 1e-4;
/// A symbol's u is at least this share of how often it comes among random pairs.
const CHANCE_LEFT: f64 = 0.02;
/// Weight of chance, against what is observed, in a relation's comparisons that it is not about.
const TOWARDS_CHANCE: f64 = 1.0;
/// A relation whose pairs are this much like the same entity's, in having third records, is none.
const MOST_LIKE: f64 = 0.3;
/// A relation with fewer expected pairs among those compared explains nothing.
const LEAST_PAIRS: f64 = 20.0;
/// Nor does one this rare against the same entity: taken for it, it would cost as much precision.
const LEAST_SHARE: f64 = 0.02;

/// A class of pairs.
#[derive(Debug, Clone)]
struct Class {
    prior: f64,
    /// Probability of each factor's symbols.
    symbols: Vec<Vec<f64>>,
    /// For a relation: the factors it is through.
    through: Option<[usize; 2]>,
}

/// Classes of pairs while they are fitted.
pub(super) struct Em<'a> {
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
    pub(super) fn new(
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

    /// EM with two classes to find its feet, then with relations.
    pub(super) fn run(&mut self, options: &TrainOptions) -> (usize, bool) {
        if !options.relations {
            return self.rounds(options.rounds);
        }
        self.rounds(5);
        self.add_relations();
        let (first, _) = self.rounds(20);
        self.drop_idle_relations();
        let (rest, converged) = self.settle(options.rounds);
        (5 + first + rest, converged)
    }

    /// EM until no relation is left that explains nothing.
    pub(super) fn settle(&mut self, most: usize) -> (usize, bool) {
        let mut all = 0;
        loop {
            let (rounds, converged) = self.rounds(most);
            all += rounds;
            if !self.drop_idle_relations() {
                return (all, converged);
            }
        }
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

    pub(super) fn has_relations(&self) -> bool {
        self.classes.len() > 2
    }

    /// Drops relations that explain next to nothing; gives whether there were any.
    fn drop_idle_relations(&mut self) -> bool {
        let seen: Vec<f64> = self.observed().iter().map(|sums| sums.pairs).collect();
        let least = (LEAST_PAIRS * self.scale).max(LEAST_SHARE * seen[0]);
        let before = self.classes.len();
        let mut seen = seen.into_iter();
        self.classes.retain(|class| {
            let pairs = seen.next().unwrap_or(0.0);
            class.through.is_none() || pairs >= least
        });
        self.classes.len() < before
    }

    /// One round; gives how far the parameters of the same entity moved.
    fn round(&mut self) -> f64 {
        let mut sums = self.observed();
        for (class, sums) in self.classes.iter().zip(&mut sums) {
            let pairs = class.prior * self.everything;
            self.cells
                .add_missed(&self.factors, pairs, &class.symbols, sums);
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
                let weight = if by_chance {
                    TOWARDS_CHANCE * total
                } else {
                    0.0
                } + 0.01;
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
                    ((all - by_kin) / unrelated.prior).max(CHANCE_LEFT * all);
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
    /// have a third that is linked to both; two of one household have none. Where entities have two records at
    /// most, as those of two lists without duplicates, there is no third; but each of two of one household has a
    /// match of its own, and two of one entity have none beside each other.
    pub(super) fn drop_same_entity(&mut self, triangles: &[Triangles]) -> bool {
        let mut pairs = vec![0.0; self.classes.len()];
        let mut sums = vec![Triangles::default(); self.classes.len()];
        let mut shares = vec![0.0; self.classes.len()];
        for ((shown, count), triangles) in self.shown.iter().zip(self.counts).zip(triangles) {
            self.share(shown, &mut shares);
            for ((sum, pairs), share) in sums.iter_mut().zip(&mut pairs).zip(&shares) {
                *pairs += count * share;
                sum.rivalled += count * share * triangles.rivalled;
                sum.closed += count * share * triangles.closed;
                sum.possible += count * share * triangles.possible;
            }
        }
        let closed = |sum: &Triangles| sum.closed / sum.possible.max(1e-300);
        let closed: Vec<f64> = sums.iter().map(closed).collect();
        let rivalled = sums.iter().zip(&pairs);
        let rivalled = rivalled.map(|(sum, pairs)| sum.rivalled / pairs.max(1e-300));
        let rivalled: Vec<f64> = rivalled.collect();
        let last = self.classes.len() - 1;
        // from 0, as among unrelated pairs, to 1, as in the same entity
        let likeness =
            |rates: &[f64], at: usize| (rates[at] - rates[last]) / (rates[0] - rates[last]);
        let rates = if closed[0] > closed[last] {
            closed
        } else if rivalled[0] < rivalled[last] {
            rivalled
        } else {
            return false;
        };
        let same: Vec<bool> = (0..=last)
            .map(|at| likeness(&rates, at) >= MOST_LIKE)
            .collect();
        let mut same = same.into_iter();
        self.classes
            .retain(|class| !same.next().unwrap_or(false) || class.through.is_none());
        self.classes.len() <= last
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

    pub(super) fn blocking_recall(&self) -> f64 {
        let mut missed = Sums::new(&self.factors);
        let same = &self.classes[0];
        let pairs = same.prior * self.everything;
        self.cells
            .add_missed(&self.factors, pairs, &same.symbols, &mut missed);
        (1.0 - missed.pairs / pairs).clamp(0.0, 1.0)
    }

    pub(super) fn untrained(&self, model: &Model) -> Vec<(String, usize)> {
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

    pub(super) fn write(&self, model: &mut Model) {
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
    for (at, probability) in probabilities.iter_mut().enumerate() {
        *probability *= match lock_of(at) {
            Some(value) => value / of_level(&before, at).max(1e-300),
            None => (1.0 - locked).max(0.0) / free.max(1e-300),
        };
    }
}
