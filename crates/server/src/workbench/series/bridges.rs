//! Where a series hangs by one pair: without what those two submissions share, no submission of one
//! part would share anything with the other.

use std::collections::HashMap;

/// Which edges of a spanning tree are bridges. `holders` are the members of each key that gives
/// evidence; members that are not in the tree are left out.
///
/// A key joins all its holders, so every edge on the way between them is held by it too, unless they
/// are just the two ends of that edge. Linear in the members of the keys times the depth of the tree.
pub(super) fn bridges(tree: &[(i64, i64)], holders: &[Vec<i64>]) -> Vec<bool> {
    let mut neighbours: HashMap<i64, Vec<(i64, usize)>> = HashMap::new();
    for (place, (a, b)) in tree.iter().enumerate() {
        neighbours.entry(*a).or_default().push((*b, place));
        neighbours.entry(*b).or_default().push((*a, place));
    }
    // Parent, edge to it, depth; each part of a tree that is not whole has a root of its own.
    let mut above: HashMap<i64, Option<(i64, usize)>> = HashMap::new();
    let mut depth: HashMap<i64, usize> = HashMap::new();
    let mut part: HashMap<i64, usize> = HashMap::new();
    for (number, (root, _)) in tree.iter().enumerate() {
        if above.contains_key(root) {
            continue;
        }
        above.insert(*root, None);
        depth.insert(*root, 0);
        part.insert(*root, number);
        let mut open = vec![*root];
        while let Some(member) = open.pop() {
            for (other, edge) in neighbours.get(&member).into_iter().flatten() {
                if !above.contains_key(other) {
                    above.insert(*other, Some((member, *edge)));
                    depth.insert(*other, depth[&member] + 1);
                    part.insert(*other, number);
                    open.push(*other);
                }
            }
        }
    }
    let mut bridge = vec![true; tree.len()];
    for key in holders {
        let inside: Vec<i64> = key
            .iter()
            .copied()
            .filter(|member| above.contains_key(member))
            .collect();
        for pair in inside.windows(2) {
            let (mut a, mut b) = (pair[0], pair[1]);
            let direct =
                inside.len() == 2 && tree.iter().any(|edge| *edge == (a, b) || *edge == (b, a));
            if direct || part[&a] != part[&b] {
                continue;
            }
            while a != b {
                let lower = if depth[&a] >= depth[&b] {
                    &mut a
                } else {
                    &mut b
                };
                let Some((parent, edge)) = above[lower] else {
                    break;
                };
                bridge[edge] = false;
                *lower = parent;
            }
        }
    }
    bridge
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(tree: &[(i64, i64)], holders: &[&[i64]], expected: &[bool]) {
        let holders: Vec<Vec<i64>> = holders.iter().map(|key| key.to_vec()).collect();
        assert_eq!(bridges(tree, &holders), expected);
    }

    #[test]
    fn an_edge_is_a_bridge_when_only_its_two_ends_hold_it() {
        // Two triangles that share an account each, and one pair between them.
        check(
            &[(1, 2), (2, 3), (3, 4), (4, 5), (5, 6)],
            &[&[1, 2, 3], &[3, 4], &[4, 5, 6]],
            &[false, false, true, false, false],
        );
        // A second way round, by other members.
        check(
            &[(1, 2), (2, 3)],
            &[&[1, 2], &[2, 3], &[1, 3]],
            &[false, false],
        );
        check(&[(1, 2)], &[&[1, 2], &[2, 1]], &[true]);
        // Members that the tree has not.
        check(&[(1, 2)], &[&[1, 9]], &[true]);
        check(&[], &[&[1, 2]], &[]);
    }
}
