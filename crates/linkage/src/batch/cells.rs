//! What blocking misses: the agreements that no rule covers, and how many pairs of a class they hold.

use super::factors::Factor;

/// Cells of agreements that are enumerated to count what blocking misses.
const MOST_CELLS: usize = 1 << 16;

/// The agreements that no rule covers: for each cell the group of keys it has in each factor.
pub(super) struct Cells {
    /// For each factor the distinct sets of keys that agree; the first is none.
    groups: Vec<Vec<u64>>,
    missed: Vec<Vec<u16>>,
}

impl Cells {
    pub(super) fn new(factors: &[Factor], rules: &[u64]) -> Cells {
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

    /// Adds what no rule makes of the `pairs` of a class with these probabilities of the symbols.
    pub(super) fn add_missed(
        &self,
        factors: &[Factor],
        pairs: f64,
        symbols: &[Vec<f64>],
        sums: &mut Sums,
    ) {
        let masses: Vec<Vec<f64>> = (0..factors.len())
            .map(|f| self.masses(f, &factors[f], &symbols[f]))
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
        sums.pairs += pairs * total;
        for (f, factor) in factors.iter().enumerate() {
            for (at, symbol) in factor.symbols().iter().enumerate() {
                let Ok(group) = self.groups[f].binary_search(&symbol.keys) else {
                    continue;
                };
                let mass = masses[f][group];
                if mass > 0.0 {
                    let share = (1.0 - factor.unknown) * symbols[f][at] / mass;
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

/// Expected pairs of a class: in all, and at each symbol of each factor.
pub(super) struct Sums {
    pub(super) pairs: f64,
    pub(super) symbols: Vec<Vec<f64>>,
}

impl Sums {
    pub(super) fn new(factors: &[Factor]) -> Sums {
        Sums {
            pairs: 0.0,
            symbols: factors
                .iter()
                .map(|factor| vec![0.0; factor.symbols().len()])
                .collect(),
        }
    }
}
