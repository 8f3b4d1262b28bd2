//! Grouping accuracy in the strict sense of the LogHub benchmarks.

use std::collections::HashMap;

/// How well lines were grouped.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Score {
    /// Grouping accuracy: share of the lines whose group holds exactly the lines of their true
    /// template.
    pub ga: f64,
    /// F1 over the groups: a group is right when it holds exactly the lines of a true template.
    pub fga: f64,
    /// Groups that were found.
    pub found: usize,
    /// True templates.
    pub truth: usize,
}

/// Scores groups against the truth, line by line.
#[must_use]
pub fn score(found: &[u32], truth: &[u32]) -> Score {
    let sizes = |ids: &[u32]| {
        let mut sizes: HashMap<u32, usize> = HashMap::new();
        for &id in ids {
            *sizes.entry(id).or_default() += 1;
        }
        sizes
    };
    let (groups, templates) = (sizes(found), sizes(truth));
    let mut both: HashMap<(u32, u32), usize> = HashMap::new();
    for pair in found.iter().copied().zip(truth.iter().copied()) {
        *both.entry(pair).or_default() += 1;
    }
    let (mut right, mut right_lines) = (0, 0);
    for ((group, template), &n) in &both {
        if groups.get(group) == Some(&n) && templates.get(template) == Some(&n) {
            right += 1;
            right_lines += n;
        }
    }
    let ratio = |a: usize, b: usize| a as f64 / b.max(1) as f64;
    Score {
        ga: ratio(right_lines, truth.len()),
        // 2 P R / (P + R) with P = right / groups and R = right / templates.
        fga: ratio(2 * right, groups.len() + templates.len()),
        found: groups.len(),
        truth: templates.len(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_group_counts_only_when_it_is_exactly_a_template() {
        let it = score(&[1, 1, 2, 2, 3], &[7, 7, 8, 9, 9]);
        assert_eq!((it.ga, it.found, it.truth), (0.4, 3, 3));
        assert!((it.fga - 1.0 / 3.0).abs() < 1e-12);
        assert_eq!(score(&[5, 5], &[1, 1]).ga, 1.0);
        assert_eq!(
            score(&[5, 5], &[1, 2]),
            Score {
                truth: 2,
                found: 1,
                ..Score::default()
            }
        );
    }
}
