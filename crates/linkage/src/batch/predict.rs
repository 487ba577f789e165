//! Match weights: from the pattern of a pair, and how common the values are on which it agrees.
//!
//! With the classes of the model (the same entity, relations, unrelated), each with a prior λ and
//! probabilities P of the levels, the odds of a pair are
//!
//! ```text
//! λ_same · ∏ P_same(level)  /  Σ_other λ_other · ∏ P_other(level) · ∏ (f/u)ʷ
//! ```
//!
//! where f/u, the frequency of the more frequent of the two values over the u of equality, stands
//! for each level with term frequencies (of weight w) on which `other` agrees by chance, and not
//! through its relation. Without relations this is the Fellegi-Sunter
//! weight with Splink's term frequency adjustment. The match weight is log2 of the odds.

use std::collections::HashMap;
use std::sync::Arc;

use super::blocks::Pair;
use super::compare::{Comparer, Patterns};
use super::error::LinkError;
use super::frequencies::Frequencies;
use super::model::Model;
use super::parts::Elements;
use super::plan::{
    BoundComparison, Codes, Expression, Frequency, PENDING, Plan, code_of, level_of,
};
use super::records::Records;

/// Probabilities are kept this far from 0, so that no level decides alone and no weight is infinite.
const LEAST: f64 = 1e-12;
/// Comparisons with term frequencies: their combinations are tabled.
const MOST_FREQUENCIES: usize = 8;

/// A probability as scoring takes it.
pub(super) fn possible(probability: f64) -> f64 {
    probability.max(LEAST)
}

/// A model's parameters, laid out for scoring whatever the records.
#[derive(Debug)]
pub(super) struct Weights {
    /// The same entity; the others, the unrelated last.
    classes: Vec<Class>,
    /// For each comparison and level, which table adjusts it.
    adjusted: Vec<Vec<Option<usize>>>,
    /// What each table is of: the frequencies, and the u they are held against.
    tables: Vec<(Frequency, f64)>,
    /// For each comparison whether equal values are at its first level.
    equal_first: Vec<bool>,
    /// The comparisons, the most telling first.
    order: Vec<usize>,
}

/// Weights, and how common the records' values are.
#[derive(Debug)]
pub(super) struct Scorer {
    weights: Arc<Weights>,
    tables: Vec<Table>,
}

#[derive(Debug)]
struct Class {
    prior: f64,
    /// Its natural logarithm.
    ln_prior: f64,
    levels: Vec<Vec<f64>>,
    /// Their natural logarithms.
    ln_levels: Vec<Vec<f64>>,
    through: Vec<bool>,
}

impl Class {
    fn new(prior: f64, levels: Vec<Vec<f64>>, through: Vec<bool>) -> Class {
        Class {
            ln_prior: prior.ln(),
            prior,
            ln_levels: levels
                .iter()
                .map(|levels| levels.iter().map(|p| p.ln()).collect())
                .collect(),
            levels,
            through,
        }
    }
}

/// Frequencies of the values of an expression over u, with their weight.
#[derive(Debug)]
struct Table {
    frequency: Frequency,
    u: f64,
    /// By the value's code, or that of an element of a set; 0 for no value.
    ratios: Vec<f32>,
    /// The least there is for a pair: the ratio of the rarest value, or 1 where both are unknown.
    least: f64,
}

/// What a pattern weighs.
#[derive(Debug, Clone, Default)]
struct Score {
    /// The expression's table of each adjusted comparison.
    tables: Vec<usize>,
    /// Evidence for another class over that for the same, by the set of tables that adjust it.
    against: Vec<f64>,
}

/// Comparisons by what their last level, the commonest, weighs: the one that speaks most against a pair first.
fn telling_first(same: &[Vec<f64>], unrelated: &[Vec<f64>]) -> Vec<usize> {
    let weights = same.iter().zip(unrelated).map(|(same, unrelated)| {
        let last = same.last().zip(unrelated.last());
        last.map_or(1.0, |(same, unrelated)| same / unrelated)
    });
    let weights: Vec<f64> = weights.collect();
    let mut order: Vec<usize> = (0..weights.len()).collect();
    order.sort_by(|a, b| weights[*a].total_cmp(&weights[*b]));
    order
}

impl Weights {
    pub(super) fn new(
        model: &Model,
        comparisons: &[BoundComparison],
    ) -> Result<Weights, LinkError> {
        let prior = model.prior.ok_or_else(|| LinkError::Untrained {
            place: "the model".to_owned(),
            parameter: "prior",
        })?;
        let same = levels(model, "m", |level| level.m)?;
        let unrelated = levels(model, "u", |level| level.u)?;
        let (mut tables, mut adjusted) = (Vec::new(), Vec::new());
        for (comparison, u) in comparisons.iter().zip(&unrelated) {
            let of_level = |frequency: &Option<Frequency>| {
                let frequency = (*frequency)?;
                let of = (frequency, u[frequency.exact]);
                let known = tables.iter().position(|table| *table == of);
                Some(known.unwrap_or_else(|| {
                    tables.push(of);
                    tables.len() - 1
                }))
            };
            adjusted.push(comparison.frequencies.iter().map(of_level).collect());
        }
        let found = adjusted
            .iter()
            .filter(|levels: &&Vec<_>| levels.iter().any(Option::is_some))
            .count();
        if found > MOST_FREQUENCIES {
            return Err(LinkError::Frequencies {
                found,
                most: MOST_FREQUENCIES,
            });
        }
        let related: f64 = model.relations.iter().map(|relation| relation.prior).sum();
        let never = vec![false; model.comparisons.len()];
        let order = telling_first(&same, &unrelated);
        let mut classes = vec![Class::new(prior, same, never.clone())];
        for relation in &model.relations {
            let through = model.comparisons.iter();
            let through = through.map(|comparison| relation.through.contains(&comparison.name));
            let of_comparison = |levels: &Vec<f64>| levels.iter().map(|p| possible(*p)).collect();
            let levels = relation.levels.iter().map(of_comparison).collect();
            classes.push(Class::new(relation.prior, levels, through.collect()));
        }
        let prior = (1.0 - prior - related).max(LEAST);
        classes.push(Class::new(prior, unrelated, never));
        Ok(Weights {
            classes,
            adjusted,
            tables,
            equal_first: comparisons.iter().map(|c| c.equal_first).collect(),
            order,
        })
    }
}

impl Scorer {
    pub(super) fn new(model: &Model, plan: &Plan<'_>) -> Result<Scorer, LinkError> {
        let weights = Arc::new(Weights::new(model, &plan.comparisons)?);
        Ok(Scorer::of(&weights, plan))
    }

    /// Of weights of the plan's comparisons.
    fn of(weights: &Arc<Weights>, plan: &Plan<'_>) -> Scorer {
        let mut scorer = Scorer::empty(Arc::clone(weights));
        for table in &mut scorer.tables {
            let (counts, known) = plan.term_counts(table.frequency.expression);
            table.grow(&counts[1..], known);
        }
        scorer
    }

    /// Of values that are still to come.
    pub(super) fn empty(weights: Arc<Weights>) -> Scorer {
        let tables = weights.tables.iter();
        Scorer {
            tables: tables
                .map(|(frequency, u)| Table::new(*frequency, *u))
                .collect(),
            weights,
        }
    }

    /// Takes in the values that have come since, as common as they were counted elsewhere.
    pub(super) fn grow(
        &mut self,
        expressions: &[Expression],
        records: &Records,
        frequencies: &Frequencies,
    ) {
        for table in &mut self.tables {
            let expression = &expressions[table.frequency.expression];
            let elements = expression.elements.is_some();
            let column = records.at(expression.column);
            let counts = frequencies.counts(column, elements, table.ratios.len());
            let (counts, known) = counts.unwrap_or_default();
            table.grow(&counts, known);
        }
    }

    /// Gives up what is known of the values of an expression.
    pub(super) fn forget(&mut self, expression: usize) {
        let mut tables = self.tables.iter_mut();
        while let Some(table) = tables.find(|table| table.frequency.expression == expression) {
            *table = Table::new(table.frequency, table.u);
        }
    }

    /// The scorer at work, for pairs with odds against them of at most `most`.
    pub(super) fn scoring<'p>(&'p self, plan: &'p Plan<'p>, most: f64) -> Scoring<'p> {
        Scoring {
            scorer: self,
            most,
            partial: Patterns::default(),
            hopeless: Vec::new(),
            comparer: Comparer::new(plan),
            patterns: Patterns::default(),
            scores: Vec::new(),
            plan,
            evidences: HashMap::new(),
            work: Work::default(),
        }
    }

    /// A bound below the odds against any pair of a partial pattern: against each other class by itself,
    /// the pending levels are the best there are, and the values on which the pair agrees the rarest.
    fn least_against(&self, partial: u64) -> f64 {
        let same = &self.weights.classes[0];
        let against = |class: &Class| {
            let levels = (0..self.weights.adjusted.len()).map(|comparison| {
                let ratio = |level: usize| {
                    let adjusted = self.weights.adjusted[comparison][level];
                    let rarest = match adjusted {
                        Some(table) if !class.through[comparison] => self.tables[table].least,
                        _ => 1.0,
                    };
                    rarest * class.levels[comparison][level] / same.levels[comparison][level]
                };
                match level_of(partial, comparison) {
                    0 => 1.0,
                    PENDING => (0..self.weights.adjusted[comparison].len())
                        .filter(|level| !(self.weights.equal_first[comparison] && *level == 0))
                        .map(ratio)
                        .fold(f64::INFINITY, f64::min),
                    level => ratio(usize::from(level) - 1),
                }
            });
            levels.product::<f64>() * class.prior / same.prior
        };
        self.weights.classes[1..]
            .iter()
            .map(against)
            .fold(0.0, f64::max)
    }

    fn evidence(&self, pattern: u64) -> Vec<f64> {
        let of = |class: &Class| {
            let levels = (0..self.weights.adjusted.len()).filter_map(|comparison| {
                let level = usize::from(level_of(pattern, comparison)).checked_sub(1)?;
                Some(class.ln_levels[comparison][level])
            });
            levels.sum()
        };
        self.weights.classes.iter().map(of).collect()
    }

    /// Bits for being one entity before a comparison is read, and after each.
    pub(super) fn course(
        &self,
        plan: &Plan<'_>,
        pattern: u64,
        left_row: &[Codes],
        right_row: &[Codes],
    ) -> Vec<f64> {
        let mut evidence: Vec<f64> = self
            .weights
            .classes
            .iter()
            .map(|class| class.ln_prior)
            .collect();
        let bits = |evidence: &[f64]| {
            let others = evidence[1..].iter();
            -others
                .map(|of| (of - evidence[0]).exp())
                .sum::<f64>()
                .log2()
        };
        let mut course = vec![bits(&evidence)];
        for (comparison, tables) in self.weights.adjusted.iter().enumerate() {
            if let Some(level) = usize::from(level_of(pattern, comparison)).checked_sub(1) {
                let ratio = tables[level].map_or(1.0, |table| {
                    self.tables[table].ratio(plan, left_row, right_row)
                });
                for (at, (sum, class)) in evidence.iter_mut().zip(&self.weights.classes).enumerate()
                {
                    let by_chance = at > 0 && !class.through[comparison];
                    let ratio = if by_chance { ratio.ln() } else { 0.0 };
                    *sum += class.ln_levels[comparison][level] + ratio;
                }
            }
            course.push(bits(&evidence));
        }
        course
    }

    fn score(&self, pattern: u64) -> Score {
        let known = (0..self.weights.adjusted.len()).filter_map(|comparison| {
            let level = usize::from(level_of(pattern, comparison));
            Some((comparison, level.checked_sub(1)?))
        });
        let known: Vec<(usize, usize)> = known.collect();
        let adjusting: Vec<(usize, usize)> = known
            .iter()
            .filter_map(|(comparison, level)| {
                Some((*comparison, self.weights.adjusted[*comparison][*level]?))
            })
            .collect();
        let evidence = |class: &Class| {
            let levels = known.iter();
            let levels = levels.map(|(comparison, level)| class.ln_levels[*comparison][*level]);
            class.ln_prior + levels.sum::<f64>()
        };
        let same = evidence(&self.weights.classes[0]);
        let mut against = vec![0.0; 1 << adjusting.len()];
        for class in &self.weights.classes[1..] {
            let by_chance = adjusting.iter().enumerate();
            let set: usize = by_chance
                .filter(|(_, (comparison, _))| !class.through[*comparison])
                .map(|(at, _)| 1 << at)
                .sum();
            against[set] += (evidence(class) - same).exp();
        }
        Score {
            tables: adjusting.into_iter().map(|(_, table)| table).collect(),
            against,
        }
    }

    #[inline]
    fn odds_against(&self, plan: &Plan<'_>, score: &Score, left: &[Codes], right: &[Codes]) -> f64 {
        let ratio = |table: usize| self.tables[table].ratio(plan, left, right);
        match *score.tables.as_slice() {
            [] => score.against[0],
            [a] => score.against[0] + ratio(a) * score.against[1],
            [a, b] => {
                let (a, b) = (ratio(a), ratio(b));
                score.against[0]
                    + a * score.against[1]
                    + b * (score.against[2] + a * score.against[3])
            }
            _ => self.odds_against_many(score, ratio),
        }
    }

    fn odds_against_many(&self, score: &Score, ratio: impl Fn(usize) -> f64) -> f64 {
        let terms = score.against.iter().enumerate();
        terms
            .map(|(set, against)| {
                let tables = score.tables.iter().enumerate();
                let ratios = tables.filter(|(at, _)| set >> at & 1 == 1);
                ratios.fold(*against, |product, (_, table)| product * ratio(*table))
            })
            .sum()
    }
}

/// A [`Scorer`] at work: similarities and patterns met are remembered.
pub(super) struct Scoring<'p> {
    scorer: &'p Scorer,
    /// Most odds against a pair that is still wanted.
    most: f64,
    partial: Patterns,
    /// For each partial pattern whether it can no more be saved.
    hopeless: Vec<bool>,
    comparer: Comparer<'p>,
    patterns: Patterns,
    scores: Vec<Score>,
    plan: &'p Plan<'p>,
    evidences: HashMap<u64, Vec<f64>>,
    work: Work,
}

/// Pairs while they are scored, by their number.
#[derive(Default)]
struct Work {
    patterns: Vec<u64>,
    /// Those that may still be wanted.
    hopeful: Vec<u32>,
    /// Those of which a level is to be found out.
    asked: Vec<u32>,
}

impl Scoring<'_> {
    /// Odds against the pair being one entity, above 0 and finite; `None` where they are beyond the most
    /// that is asked for.
    pub(super) fn odds_against(&mut self, pair: &Pair<'_>) -> Option<f64> {
        let mut odds = None;
        self.score(std::slice::from_ref(pair), |_, against| {
            odds = Some(against);
        });
        odds
    }

    /// Gives the pairs with odds against them, above 0 and finite, that are not beyond the most that is
    /// asked for; in their order.
    ///
    /// Values are compared one column after the other, and no further once even the best levels of
    /// the rest could not save a pair.
    pub(super) fn score(&mut self, pairs: &[Pair<'_>], mut each: impl FnMut(&Pair<'_>, f64)) {
        let mut work = std::mem::take(&mut self.work);
        self.comparer.glances(pairs, &mut work.patterns);
        work.hopeful.clear();
        work.hopeful.extend(0..pairs.len() as u32);
        let scorer = self.scorer;
        for &comparison in &scorer.weights.order {
            work.asked.clear();
            let (patterns, asked) = (&work.patterns, &mut work.asked);
            work.hopeful.retain(|at| {
                let pattern = patterns[*at as usize];
                if level_of(pattern, comparison) != PENDING {
                    return true;
                }
                let hopeful = !self.is_hopeless(pattern);
                if hopeful {
                    asked.push(*at);
                }
                hopeful
            });
            self.comparer
                .find_out(comparison, pairs, &work.asked, &mut work.patterns);
        }
        for at in &work.hopeful {
            let pair = &pairs[*at as usize];
            let number = self.patterns.number(work.patterns[*at as usize]);
            if number == self.scores.len() {
                let score = self.scorer.score(work.patterns[*at as usize]);
                self.scores.push(score);
            }
            let score = &self.scores[number];
            let (left, right) = (pair.left_row, pair.right_row);
            let against = self.scorer.odds_against(self.plan, score, left, right);
            if against <= self.most {
                each(pair, against);
            }
        }
        self.work = work;
    }

    #[inline]
    fn is_hopeless(&mut self, partial: u64) -> bool {
        if self.most == f64::INFINITY {
            return false;
        }
        let number = self.partial.number(partial);
        if number == self.hopeless.len() {
            let least = self.scorer.least_against(partial);
            self.hopeless.push(least > self.most);
        }
        self.hopeless[number]
    }

    pub(super) fn no_evidence(&self) -> Vec<f64> {
        vec![0.0; self.scorer.weights.classes.len()]
    }

    /// Adds what a pair of records says for each class: the natural logarithm of the probability of its
    /// levels.
    pub(super) fn add_evidence(&mut self, left: u32, right: u32, evidence: &mut [f64]) {
        let (left, right) = (&*self.plan.row(left), &*self.plan.row(right));
        let agreement = self.plan.agreement(left, right);
        let pattern = self.comparer.pattern(left, right, agreement);
        let scorer = self.scorer;
        let known = self
            .evidences
            .entry(pattern)
            .or_insert_with(|| scorer.evidence(pattern));
        for (sum, of) in evidence.iter_mut().zip(known) {
            *sum += *of;
        }
        for (comparison, tables) in scorer.weights.adjusted.iter().enumerate() {
            let level = usize::from(level_of(pattern, comparison));
            let Some(Some(table)) = level.checked_sub(1).map(|level| tables[level]) else {
                continue;
            };
            let ratio = scorer.tables[table].ratio(self.plan, left, right).ln();
            for (sum, class) in evidence.iter_mut().zip(&scorer.weights.classes).skip(1) {
                if !class.through[comparison] {
                    *sum += ratio;
                }
            }
        }
    }

    /// Bits for being one entity, of evidence that speaks with weight `t`.
    pub(super) fn bits(&self, evidence: &[f64], t: f64) -> f64 {
        let of = |class: &Class, evidence: &f64| class.ln_prior + t * evidence;
        let same = of(&self.scorer.weights.classes[0], &evidence[0]);
        let others = self.scorer.weights.classes.iter().zip(evidence).skip(1);
        let against: f64 = others
            .map(|(class, of_class)| (of(class, of_class) - same).exp())
            .sum();
        -against.log2()
    }
}

impl Table {
    fn new(frequency: Frequency, u: f64) -> Table {
        Table {
            frequency,
            u,
            ratios: vec![0.0],
            least: 1.0,
        }
    }

    /// Takes in the values of the next codes: how many records have each, and how many have any.
    fn grow(&mut self, counts: &[u32], known: u32) {
        let Frequency {
            weight, minimum, ..
        } = self.frequency;
        self.ratios.extend(counts.iter().map(|count| {
            let share = f64::from(*count) / f64::from(known.max(1));
            let ratio = (share.max(minimum) / self.u).powf(weight) as f32;
            self.least = self.least.min(ratio.into());
            ratio
        }));
    }

    /// The ratio of the more frequent of two values, or of the rarest element that two sets share.
    #[inline]
    fn ratio(&self, plan: &Plan<'_>, left: &[Codes], right: &[Codes]) -> f64 {
        let expression = self.frequency.expression;
        let (left, right) = (code_of(left, expression), code_of(right, expression));
        if let Some(elements) = &plan.expressions[expression].elements {
            return self.ratio_of_shared(elements, left, right);
        }
        let of = |code: u32| self.ratios[code as usize];
        let ratio = of(left).max(of(right));
        if ratio > 0.0 { ratio.into() } else { 1.0 }
    }

    #[inline(never)]
    fn ratio_of_shared(&self, elements: &Elements, left: u32, right: u32) -> f64 {
        let shared = elements.all_shared(left, right);
        let ratios = shared.map(|element| self.ratios[element as usize]);
        ratios.reduce(f32::min).map_or(1.0, f64::from)
    }
}

fn levels(
    model: &Model,
    parameter: &'static str,
    of: impl Fn(&super::model::Level) -> Option<f64>,
) -> Result<Vec<Vec<f64>>, LinkError> {
    let of_comparison = |comparison: &super::model::Comparison| {
        let levels = comparison.levels.iter().enumerate();
        levels
            .map(|(at, level)| {
                let value = of(level).ok_or_else(|| LinkError::Untrained {
                    place: format!("comparison {:?}, level {at}", comparison.name),
                    parameter,
                })?;
                Ok(possible(value))
            })
            .collect()
    };
    model.comparisons.iter().map(of_comparison).collect()
}
