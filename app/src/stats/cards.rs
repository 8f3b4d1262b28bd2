//! One card per resource: the newest values and the curves.

use std::rc::Rc;

use crate::bind::Erase;
use crate::signal::memo;
use leptos::prelude::*;
use sidekick::model::StatsSample;

use super::{
    Member, Shown,
    series::{Chart, curves},
    zoom,
};
use crate::charts::{LineChart, Unit, format_bytes, format_percent, group_digits};

/// The four cards.
#[component]
pub(super) fn Cards(shown: Shown) -> impl IntoView {
    let cards = Chart::ALL.map(|chart| view! { <Card shown chart /> }.erase());
    view! { <div class="cards">{Vec::from(cards)}</div> }
}

#[component]
fn Card(shown: Shown, chart: Chart) -> impl IntoView {
    let data = move || {
        let stretch = shown.stretch();
        let utc = shown.dashboard.utc.get();
        shown.dashboard.stats.with_value(|stats| {
            shown
                .members
                .with(|members| curves(stats, members, chart, stretch, utc))
        })
    };
    let figure = memo(move || figure(shown, chart));
    let label = memo(move || {
        let (values, detail) = figure.get();
        let title = chart.title();
        let values = values.join(", ");
        match shown.zoomed() {
            true => {
                let now = shown.dashboard.now.get_untracked();
                let stretch = zoom::tell(shown.stretch(), now, shown.dashboard.utc.get());
                format!("{title}, {stretch}: now {values}, {detail}")
            }
            false => {
                let range = shown.range.get().label();
                format!("{title} over the last {range}: now {values}, {detail}")
            }
        }
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
            <LineChart label data=Rc::new(data) pointing=shown.pointing />
        </section>
    }
    .erase()
}

/// The large numbers of a card, one per curve where there are two, and what stands beside them.
type Figure = (Vec<String>, String);

fn figure(shown: Shown, chart: Chart) -> Figure {
    shown.version.track();
    shown.dashboard.stats.with_value(|stats| {
        shown.members.with(|members| {
            let live: Vec<&Member> = members.iter().filter(|it| it.live).collect();
            let samples: Vec<StatsSample> = live
                .iter()
                .filter_map(|it| stats.latest(&it.id).copied())
                .collect();
            if samples.is_empty() {
                return (vec!["–".to_owned()], String::new());
            }
            let totals = |[first, second]: [fn(&StatsSample) -> u64; 2]| {
                let sum = |of: fn(&StatsSample) -> u64| samples.iter().map(of).sum();
                [sum(first), sum(second)]
            };
            let (signs, totals) = match chart {
                Chart::Cpu => return cpu(&samples),
                Chart::Memory => return memory(&samples),
                Chart::Network => (
                    ["▼", "▲"],
                    totals([|it| it.network_rx_bytes, |it| it.network_tx_bytes]),
                ),
                Chart::Block => (
                    ["read", "write"],
                    totals([|it| it.block_read_bytes, |it| it.block_write_bytes]),
                ),
            };
            let now = chart.metrics().iter().map(|&(metric, _)| {
                let newest = live
                    .iter()
                    .filter_map(|it| stats.last_point(&it.id, metric));
                newest.map(|point| point.value).sum()
            });
            rates(now.collect(), chart.unit(), signs, totals)
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

fn rates(now: Vec<f64>, unit: Unit, signs: [&str; 2], totals: [u64; 2]) -> Figure {
    let value = now
        .into_iter()
        .zip(signs)
        .map(|(rate, sign)| format!("{sign} {}", unit.format(rate)))
        .collect();
    let detail = format!(
        "total {} {}, {} {}",
        signs[0],
        format_bytes(totals[0] as f64),
        signs[1],
        format_bytes(totals[1] as f64)
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
    fn rates_are_told_beside_what_they_add_up_to() {
        assert_eq!(
            rates(
                vec![2048.0, 0.0],
                Unit::BytesPerSecond,
                ["▼", "▲"],
                [4096, 0]
            ),
            (
                vec!["▼ 2.0 KiB/s".into(), "▲ 0 B/s".into()],
                "total ▼ 4.0 KiB, ▲ 0 B".into()
            )
        );
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
