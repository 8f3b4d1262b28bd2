//! The containers of a project side by side.

use std::rc::Rc;

use crate::bind::{Erase, each};
use crate::signal::{Memo, memo};
use leptos::prelude::*;
use sidekick::{
    model::StatsSample,
    stats::{Metric, StatsCollector},
};

use super::{Member, Shown};
use crate::{
    charts::{Ink, Sparkline, Unit, format_bytes, format_percent, group_digits, source_color},
    route::{Route, Tab},
};

/// One row per container, and their sums.
#[component]
pub(super) fn StatsTable(shown: Shown) -> impl IntoView {
    let heads = [
        "CPU", "Memory", "Received", "Sent", "Read", "Written", "Pids",
    ];
    let heads = heads.map(|head| view! { <th scope="col" class="number">{head}</th> }.erase());
    view! {
        <div class="stats-table">
            <table aria-label="Containers">
                <thead>
                    <tr>
                        <th scope="col">"Container"</th>
                        <th scope="col" class="wide-only">"CPU over time"</th>
                        {Vec::from(heads)}
                    </tr>
                </thead>
                <tbody>
                    {each(
                        move || shown.members.get(),
                        |member| (member.id.clone(), member.name.clone(), member.live),
                        move |member| view! { <StatsRow shown member /> }.into_any(),
                    )}
                </tbody>
                <tbody class="total">
                    <Sums shown />
                </tbody>
            </table>
        </div>
    }
    .erase()
}

#[component]
fn StatsRow(shown: Shown, member: Member) -> impl IntoView {
    let id = member.id.clone();
    let live = member.live;
    let cells = memo(move || {
        shown.version.track();
        shown.dashboard.stats.with_value(|stats| {
            stats
                .latest(&id)
                .filter(|_| live)
                .map_or_else(Cells::none, |sample| cells(sample, &rates(stats, &id)))
        })
    });
    let id = member.id.clone();
    let cpu = move || {
        let (start, end) = shown.stretch();
        shown.dashboard.stats.with_value(|stats| {
            let points = stats.points_since(&id, Metric::Cpu, start);
            let inside = points.iter().take_while(|point| point.time <= end);
            inside.map(|point| point.value).collect()
        })
    };
    let href = Route::container(&member.name, Tab::Stats).path();
    let color = source_color(member.source);
    let source = member.source;
    view! {
        <tr>
            <th scope="row">
                <a href=href class=format!("member source-{color}")>
                    {member.name}
                </a>
            </th>
            <td class="wide-only">
                <Sparkline
                    label=memo(move || format!("CPU now {}", cells.with(|it| it.0[0].clone())))
                    ink=memo(move || Ink::Source(source))
                    data=Rc::new(cpu)
                />
            </td>
            {columns(cells)}
        </tr>
    }
    .erase()
}

#[component]
fn Sums(shown: Shown) -> impl IntoView {
    let sums = memo(move || {
        shown.version.track();
        shown.dashboard.stats.with_value(|stats| {
            let mut sum = StatsSample::default();
            let mut rate = [0.0; 4];
            let mut cpu = 0.0;
            for member in shown.members.get().into_iter().filter(|it| it.live) {
                let Some(sample) = stats.latest(&member.id) else {
                    continue;
                };
                cpu += sample.cpu_percent.unwrap_or(0.0);
                sum.memory_bytes += sample.memory_bytes;
                sum.pids += sample.pids;
                for (to, value) in rate.iter_mut().zip(rates(stats, &member.id)) {
                    *to += value;
                }
            }
            sum.cpu_percent = Some(cpu);
            cells(&sum, &rate)
        })
    });
    view! {
        <tr>
            <th scope="row">"All"</th>
            <td class="wide-only"></td>
            {columns(sums)}
        </tr>
    }
    .erase()
}

/// The texts of a row.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Cells([String; 7]);

impl Cells {
    fn none() -> Self {
        Self(std::array::from_fn(|_| "–".to_owned()))
    }
}

fn cells(sample: &StatsSample, rates: &[f64; 4]) -> Cells {
    let rate = |index: usize| Unit::BytesPerSecond.format(rates[index]);
    let cpu = sample.cpu_percent;
    Cells([
        cpu.map_or_else(|| "–".to_owned(), format_percent),
        format_bytes(sample.memory_bytes as f64),
        rate(0),
        rate(1),
        rate(2),
        rate(3),
        group_digits(sample.pids),
    ])
}

fn rates(stats: &StatsCollector, id: &sidekick::model::ContainerId) -> [f64; 4] {
    [
        Metric::NetworkRx,
        Metric::NetworkTx,
        Metric::BlockRead,
        Metric::BlockWrite,
    ]
    .map(|metric| {
        stats
            .last_point(id, metric)
            .map_or(0.0, |point| point.value)
    })
}

fn columns(cells: Memo<Cells>) -> Vec<AnyView> {
    (0..7)
        .map(|column| {
            view! { <td class="number">{move || cells.with(|it| it.0[column].clone())}</td> }
                .into_any()
        })
        .collect()
}
