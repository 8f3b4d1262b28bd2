//! One card per resource: the newest values and the curves.

use std::rc::Rc;

use crate::bind::{Erase, memo};
use leptos::prelude::*;
use sidekick::model::StatsSample;

use super::{
    Shown,
    series::{Chart, curves},
};
use crate::charts::{Line, LineChart, LineData, format_bytes, format_percent, group_digits};

/// The four cards.
#[component]
pub(super) fn Cards(shown: Shown) -> impl IntoView {
    let cards = Chart::ALL.map(|chart| view! { <Card shown chart /> }.erase());
    view! { <div class="cards">{Vec::from(cards)}</div> }
}

#[component]
fn Card(shown: Shown, chart: Chart) -> impl IntoView {
    let data = move || {
        let newest = shown.end();
        let utc = shown.dashboard.utc.get();
        shown.dashboard.stats.with_value(|stats| {
            shown
                .members
                .with(|members| curves(stats, members, chart, (shown.range.get(), newest), utc))
        })
    };
    let figure = memo(move || figure(shown, chart));
    let label = Signal::derive(move || {
        let (values, detail) = figure.get();
        format!(
            "{} over the last {}: now {}, {detail}",
            chart.title(),
            shown.range.get().label(),
            values.join(", ")
        )
    });
    view! {
        <section class="card" aria-label=chart.title()>
            <div class="card-head">
                <h2>{chart.title()}</h2>
                <span class="figure">
                    {move || {
                        figure
                            .get()
                            .0
                            .into_iter()
                            .map(|part| view! { <span class="figure-part">{part}</span> }.erase())
                            .collect::<Vec<_>>()
                    }}
                </span>
                <span class="figure-detail">{move || figure.get().1}</span>
            </div>
            <LineChart label data=Rc::new(data) />
        </section>
    }
    .erase()
}

/// The large numbers of a card, one per curve where there are two, and what stands beside them.
type Figure = (Vec<String>, String);

fn figure(shown: Shown, chart: Chart) -> Figure {
    let range = (shown.range.get(), shown.end());
    shown.dashboard.stats.with_value(|stats| {
        shown.members.with(|members| {
            let samples: Vec<StatsSample> = members
                .iter()
                .filter(|it| it.live)
                .filter_map(|it| stats.latest(&it.id).copied())
                .collect();
            if samples.is_empty() {
                return (vec!["–".to_owned()], String::new());
            }
            match chart {
                Chart::Cpu => cpu(&samples),
                Chart::Memory => memory(&samples),
                Chart::Network => {
                    let sum = |of: fn(&StatsSample) -> u64| samples.iter().map(of).sum::<u64>();
                    let totals = (sum(|it| it.network_rx_bytes), sum(|it| it.network_tx_bytes));
                    rates(
                        &curves(stats, members, chart, range, true),
                        ["▼", "▲"],
                        totals,
                    )
                }
                Chart::Block => {
                    let sum = |of: fn(&StatsSample) -> u64| samples.iter().map(of).sum::<u64>();
                    let totals = (
                        sum(|it| it.block_read_bytes),
                        sum(|it| it.block_write_bytes),
                    );
                    rates(
                        &curves(stats, members, chart, range, true),
                        ["read", "write"],
                        totals,
                    )
                }
            }
        })
    })
}

fn cpu(samples: &[StatsSample]) -> Figure {
    let known: Vec<f64> = samples.iter().filter_map(|it| it.cpu_percent).collect();
    let value = if known.is_empty() {
        "–".to_owned()
    } else {
        format_percent(known.iter().sum())
    };
    let cpus = samples.iter().map(|it| it.online_cpus).max().unwrap_or(0);
    let pids: u64 = samples.iter().map(|it| it.pids).sum();
    let detail = format!("of {} %, {} pids", cpus * 100, group_digits(pids));
    (vec![value], detail)
}

fn memory(samples: &[StatsSample]) -> Figure {
    let used: u64 = samples.iter().map(|it| it.memory_bytes).sum();
    let detail = match samples {
        [one] if one.memory_limit_bytes > 0 => format!(
            "of {}, {}",
            format_bytes(one.memory_limit_bytes as f64),
            format_percent(one.memory_percent())
        ),
        [_] => "without a limit".to_owned(),
        many => format!("in {} containers", many.len()),
    };
    (vec![format_bytes(used as f64)], detail)
}

fn rates(data: &LineData, signs: [&str; 2], totals: (u64, u64)) -> Figure {
    let last = |line: &Line| line.points.last().map_or(0.0, |point| point.1);
    let value = data
        .lines
        .iter()
        .zip(signs)
        .map(|(line, sign)| format!("{sign} {}", data.unit.format(last(line))))
        .collect();
    let detail = format!(
        "total {} {}, {} {}",
        signs[0],
        format_bytes(totals.0 as f64),
        signs[1],
        format_bytes(totals.1 as f64)
    );
    (value, detail)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_container_without_a_known_cpu_share_shows_a_dash_not_zero() {
        let sample = StatsSample {
            online_cpus: 2,
            pids: 3,
            ..StatsSample::default()
        };
        assert_eq!(
            cpu(&[sample]),
            (vec!["–".into()], "of 200 %, 3 pids".into())
        );
        let known = StatsSample {
            cpu_percent: Some(12.25),
            ..sample
        };
        assert_eq!(cpu(&[known, known]).0, ["24.5 %"]);
    }

    #[test]
    fn memory_is_told_against_its_limit() {
        let mut sample = StatsSample {
            memory_bytes: 64 << 20,
            memory_limit_bytes: 256 << 20,
            ..StatsSample::default()
        };
        assert_eq!(
            memory(&[sample]),
            (vec!["64.0 MiB".into()], "of 256 MiB, 25.0 %".into())
        );
        sample.memory_limit_bytes = 0;
        assert_eq!(memory(&[sample]).1, "without a limit");
    }
}
