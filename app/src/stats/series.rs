//! From readings to curves.

use sidekick::{
    stats::{Metric, PAUSE_MS, Point, StatsCollector},
    time::Millis,
};

use super::Member;
use crate::charts::{Ink, Line, LineData, Unit};

/// What one chart shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Chart {
    Cpu,
    Memory,
    Network,
    Block,
}

impl Chart {
    pub(super) const ALL: [Self; 4] = [Self::Cpu, Self::Memory, Self::Network, Self::Block];

    pub(super) fn title(self) -> &'static str {
        match self {
            Self::Cpu => "CPU",
            Self::Memory => "Memory",
            Self::Network => "Network",
            Self::Block => "Block I/O",
        }
    }

    /// The same where there is little room.
    pub(super) fn short(self) -> &'static str {
        match self {
            Self::Cpu => "CPU",
            Self::Memory => "Mem",
            Self::Network => "Net",
            Self::Block => "Disk",
        }
    }

    pub(super) fn unit(self) -> Unit {
        match self {
            Self::Cpu => Unit::Percent,
            Self::Memory => Unit::Bytes,
            Self::Network | Self::Block => Unit::BytesPerSecond,
        }
    }

    /// The metrics behind it, each with its name where there are two.
    pub(super) fn metrics(self) -> &'static [(Metric, &'static str)] {
        match self {
            Self::Cpu => &[(Metric::Cpu, "")],
            Self::Memory => &[(Metric::MemoryBytes, "")],
            Self::Network => &[(Metric::NetworkRx, "received"), (Metric::NetworkTx, "sent")],
            Self::Block => &[(Metric::BlockRead, "read"), (Metric::BlockWrite, "written")],
        }
    }
}

/// The curves of one container; of several: one curve each, or their sums where a chart has two
/// metrics, because twice as many curves as containers could not be told apart.
pub(super) fn curves(
    stats: &StatsCollector,
    members: &[Member],
    chart: Chart,
    (start, end): (Millis, Millis),
    utc: bool,
) -> LineData {
    // The readings beside the edges too: the curves go on to them.
    let since = start.plus(-PAUSE_MS);
    let points = |member: &Member, metric| {
        let mut points = stats.points_since(&member.id, metric, since);
        let last = points.partition_point(|it| it.time <= end);
        points.truncate(last + 1);
        points
    };
    let lines = match (members, chart.metrics()) {
        ([_, _, ..], [(metric, _)]) => members
            .iter()
            .map(|member| {
                line(
                    Ink::Source(member.source),
                    &member.name,
                    points(member, *metric),
                )
            })
            .collect(),
        (members, metrics) => metrics
            .iter()
            .zip([Ink::Brand, Ink::Second])
            .map(|((metric, name), ink)| {
                let all: Vec<_> = members.iter().map(|it| points(it, *metric)).collect();
                let points = match <[Vec<Point>; 1]>::try_from(all) {
                    Ok([only]) => only,
                    Err(all) => total(&all),
                };
                line(ink, name, points)
            })
            .collect(),
    };
    LineData {
        lines,
        start,
        end,
        unit: chart.unit(),
        strip: false,
        utc,
    }
}

fn line(ink: Ink, name: &str, points: Vec<Point>) -> Line {
    Line {
        ink,
        name: name.to_owned(),
        points: points.into_iter().map(|it| (it.time.0, it.value)).collect(),
    }
}

/// Readings of several containers come at different moments: their sum takes, for each second,
/// the last value of each one that is not older than this.
const FRESH_MS: i64 = 3_000;

/// The sum of several series, second by second.
pub(super) fn total(series: &[Vec<Point>]) -> Vec<Point> {
    let second = |point: &Point| point.time.0.div_euclid(1000);
    let first = series
        .iter()
        .filter_map(|points| points.first())
        .map(second)
        .min();
    let last = series
        .iter()
        .filter_map(|points| points.last())
        .map(second)
        .max();
    let Some((first, last)) = first.zip(last) else {
        return Vec::new();
    };
    let mut next = vec![0; series.len()];
    (first..=last)
        .filter_map(|second| {
            let end = Millis((second + 1) * 1000);
            let mut sum = None;
            for (points, next) in series.iter().zip(&mut next) {
                while points.get(*next).is_some_and(|point| point.time < end) {
                    *next += 1;
                }
                let newest = next.checked_sub(1).and_then(|at| points.get(at));
                if let Some(point) = newest.filter(|point| end.since(point.time) <= FRESH_MS) {
                    *sum.get_or_insert(0.0) += point.value;
                }
            }
            sum.map(|value| Point {
                time: Millis(second * 1000),
                value,
            })
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn points(values: &[(i64, f64)]) -> Vec<Point> {
        values
            .iter()
            .map(|&(time, value)| Point {
                time: Millis(time),
                value,
            })
            .collect()
    }

    #[test]
    fn a_sum_holds_every_container_though_they_report_at_different_moments() {
        let sum = total(&[
            points(&[(10_100, 1.0), (11_100, 2.0), (12_100, 3.0)]),
            points(&[(10_900, 10.0), (11_900, 20.0), (12_900, 30.0)]),
        ]);
        assert_eq!(
            sum,
            points(&[(10_000, 11.0), (11_000, 22.0), (12_000, 33.0)])
        );
    }

    #[test]
    fn a_container_that_stopped_no_longer_counts() {
        let sum = total(&[
            points(&[(10_000, 1.0), (20_000, 2.0)]),
            points(&[(10_500, 5.0)]),
        ]);
        assert_eq!(sum.first().map(|it| it.value), Some(6.0));
        assert_eq!(sum.last().map(|it| it.value), Some(2.0));
        assert!(
            sum.iter()
                .all(|it| it.time.0 <= 12_000 || it.time.0 >= 20_000)
        );
    }

    #[test]
    fn nothing_sums_to_nothing() {
        assert_eq!(total(&[]), []);
        assert_eq!(total(&[Vec::new(), Vec::new()]), []);
    }
}
