//! Clusters from links alone: connected components.

/// Two records and their match weight, the log2 of the odds that they are one entity.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct WeightedPair {
    /// One record.
    pub left: u32,
    /// The other.
    pub right: u32,
    /// Match weight in bits.
    pub weight: f32,
}

/// Disjoint sets of records, joined link by link.
#[derive(Debug, Clone)]
pub struct Components {
    parents: Vec<u32>,
}

impl Components {
    /// Each of `count` records by itself.
    pub fn new(count: usize) -> Self {
        Components {
            parents: (0..count as u32).collect(),
        }
    }

    /// Joins the components of two records; numbers beyond the count join nothing.
    pub fn join(&mut self, left: u32, right: u32) {
        let count = self.parents.len() as u32;
        if left >= count || right >= count {
            return;
        }
        let (left, right) = (self.find(left), self.find(right));
        // the smaller number leads, so that the order of the links decides nothing
        self.parents[left.max(right) as usize] = left.min(right);
    }

    /// Joins the records of each pair.
    pub(super) fn with(mut self, pairs: &[(u32, u32)]) -> Components {
        for (left, right) in pairs {
            self.join(*left, *right);
        }
        self
    }

    /// The lowest-numbered record of a record's component.
    pub(super) fn lowest(&self, mut record: u32) -> u32 {
        while self.parents[record as usize] != record {
            record = self.parents[record as usize];
        }
        record
    }

    fn find(&mut self, mut record: u32) -> u32 {
        while self.parents[record as usize] != record {
            let parent = self.parents[record as usize];
            self.parents[record as usize] = self.parents[parent as usize];
            record = self.parents[record as usize];
        }
        record
    }

    /// For each record the lowest-numbered record of its component.
    pub fn finish(mut self) -> Vec<u32> {
        (0..self.parents.len() as u32)
            .map(|record| self.find(record))
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn components_are_what_is_reached_whatever_the_order(
            mut links in prop::collection::vec((0..12_u32, 0..14_u32), 0..20),
        ) {
            let joined = |links: &[(u32, u32)]| {
                let mut components = Components::new(12);
                links.iter().for_each(|(left, right)| components.join(*left, *right));
                components.finish()
            };
            let forth = joined(&links);
            links.reverse();
            prop_assert_eq!(&forth, &joined(&links));
            // the plain way: the lowest label spreads until nothing changes
            let mut labels: Vec<u32> = (0..12).collect();
            for _ in 0..12 {
                for (left, right) in links.iter().filter(|(_, right)| *right < 12) {
                    let lower = labels[*left as usize].min(labels[*right as usize]);
                    labels[*left as usize] = lower;
                    labels[*right as usize] = lower;
                }
            }
            prop_assert_eq!(forth, labels);
        }
    }
}
