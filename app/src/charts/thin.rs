//! What of a curve is drawn: the part within the edges, broken at pauses, with no more points than the
//! width can show.

use sidekick::{stats::PAUSE_MS, time::Millis};

/// The part of a curve from `start` to `end`. A stroke that crosses an edge is cut there, so that the
/// curve reaches it; not across a pause, of which nothing is known.
pub(super) fn within(points: &[(i64, f64)], start: Millis, end: Millis) -> Vec<(i64, f64)> {
    let from = points.partition_point(|point| point.0 < start.0);
    let to = points.partition_point(|point| point.0 <= end.0).max(from);
    let cut = |right: usize, edge: i64| {
        let (before, after) = (*points.get(right.checked_sub(1)?)?, *points.get(right)?);
        let gap = after.0 - before.0;
        let crosses = before.0 < edge && edge < after.0 && gap <= PAUSE_MS;
        let part = (edge - before.0) as f64 / gap.max(1) as f64;
        crosses.then_some((edge, before.1 + (after.1 - before.1) * part))
    };
    let inside = points.get(from..to).unwrap_or_default();
    cut(from, start.0)
        .into_iter()
        .chain(inside.iter().copied())
        .chain(cut(to, end.0))
        .collect()
}

/// The points in runs without a pause, with at most about two points (the smallest and the
/// largest) per `column_ms`.
pub(super) fn runs(points: &[(i64, f64)], column_ms: i64) -> Vec<Vec<(i64, f64)>> {
    let column_ms = column_ms.max(1);
    points
        .chunk_by(|a, b| b.0 - a.0 <= PAUSE_MS)
        .map(|run| {
            run.chunk_by(|a, b| a.0.div_euclid(column_ms) == b.0.div_euclid(column_ms))
                .flat_map(extremes)
                .collect()
        })
        .collect()
}

fn extremes(column: &[(i64, f64)]) -> impl Iterator<Item = (i64, f64)> + use<> {
    let low = column.iter().copied().min_by(|a, b| a.1.total_cmp(&b.1));
    let high = column.iter().copied().max_by(|a, b| a.1.total_cmp(&b.1));
    let (first, second) = match (low, high) {
        (Some(a), Some(b)) if b.0 < a.0 => (Some(b), Some(a)),
        (Some(a), Some(b)) if a == b => (Some(a), None),
        other => other,
    };
    first.into_iter().chain(second)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_curve_reaches_the_edges_and_no_further() {
        let points = [(0, 0.0), (1000, 10.0), (2000, 20.0), (3000, 0.0)];
        let cut = |start, end| within(&points, Millis(start), Millis(end));
        assert_eq!(cut(0, 3000), points, "all of it");
        assert_eq!(
            cut(500, 2500),
            [(500, 5.0), (1000, 10.0), (2000, 20.0), (2500, 10.0)]
        );
        assert_eq!(cut(1000, 2000), [(1000, 10.0), (2000, 20.0)]);
        assert_eq!(
            cut(1200, 1600),
            [(1200, 12.0), (1600, 16.0)],
            "between two readings"
        );
        assert_eq!(cut(3001, 9000), []);
        assert_eq!(cut(-9000, -1), []);
        assert_eq!(cut(2000, 1000), [], "edges the wrong way round");
    }

    #[test]
    fn a_pause_at_an_edge_is_not_bridged() {
        let points = [(0, 1.0), (60_000, 2.0)];
        assert_eq!(
            within(&points, Millis(30_000), Millis(60_000)),
            [(60_000, 2.0)]
        );
        assert_eq!(within(&points, Millis(0), Millis(30_000)), [(0, 1.0)]);
    }

    #[test]
    fn a_pause_breaks_the_curve() {
        let runs = runs(&[(0, 1.0), (1000, 2.0), (60_000, 3.0)], 1);
        assert_eq!(runs, [vec![(0, 1.0), (1000, 2.0)], vec![(60_000, 3.0)]]);
    }

    #[test]
    fn thinning_keeps_peaks_and_order() {
        let points: Vec<_> = (0..1000)
            .map(|i| (i * 10, if i == 503 { 99.0 } else { 1.0 }))
            .collect();
        let runs = runs(&points, 1000);
        assert!(runs[0].len() <= 20);
        assert!(runs[0].contains(&(5030, 99.0)));
        assert!(runs[0].is_sorted_by_key(|point| point.0));
    }
}
