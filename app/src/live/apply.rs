//! Brings what the client reports into the page's state.

use crate::signal::RwSignal;
use sidekick::client::Update as Report;
use sidekick::model::{ContainerState, Event};
use sidekick::protocol::StreamState;
use sidekick::time::Nanos;

use super::Wire;
use super::frame::Dirty;
use crate::state::{MAX_EVENTS, SourceInfo};

/// Applies one report. Reports of an older subscription never come: the client sees to it.
pub(crate) fn apply(wire: &Wire, report: Report) {
    if wire.takes_older(&report) {
        return;
    }
    let dashboard = wire.dashboard;
    match report {
        Report::Link(link) => dashboard.link.set(link),
        Report::Hello {
            version,
            clock_offset_ms,
        } => {
            dashboard.server_version.set(Some(version));
            wire.inner.borrow_mut().clock_offset_ms = clock_offset_ms;
        }
        Report::State => state(wire),
        Report::Served(served) => dashboard
            .health
            .update_value(|health| health.served = Some(served)),
        Report::Event(event) => {
            if event.action == "die" {
                died(wire, &event);
            }
            dashboard.events.update(|events| {
                if events.len() >= MAX_EVENTS {
                    events.remove(0);
                }
                events.push(event);
            });
        }
        Report::Source {
            sub,
            source,
            container,
            name,
        } => {
            // The lines held have the numbers of the log's subscription; that of the stats
            // numbers its containers by itself.
            if !wire.is_stats(sub) {
                let now = wire.server_now();
                dashboard
                    .logs
                    .update_value(|logs| logs.add_source(source, name.clone(), now));
                // Rows that stand there may show the name.
                wire.frame.mark(Dirty::Logs);
            }
            dashboard.sources.update(|sources| {
                match sources.iter_mut().find(|known| known.source == source) {
                    Some(known) => known.name = name,
                    None => sources.push(SourceInfo {
                        source,
                        container,
                        name,
                        state: StreamState::Loading,
                    }),
                }
            });
        }
        Report::Logs { source, batch, .. } => {
            let (lines, last) = (batch.len(), batch.len().checked_sub(1));
            let printed = last.and_then(|last| batch.time(last));
            let taken = dashboard.logs.try_update_value(|logs| {
                let before = logs.late();
                logs.ingest(source, batch);
                (!logs.is_cut()).then(|| logs.late() - before)
            });
            if let Some(late) = taken.flatten() {
                note_health(wire, source, (lines, late), printed);
            }
            wire.frame.mark(Dirty::Logs);
            wire.took_newer();
        }
        Report::Gap { sub, gap, .. } if wire.is_stats(sub) => {
            let lost = gap.lines.unwrap_or_default();
            dashboard.stats_lost.update(|all| *all += lost);
        }
        Report::Gap { source, gap, .. } => {
            dashboard.health.update_value(|health| match gap.lines {
                Some(lines) => health.missing += lines,
                None => health.unknown_gaps += 1,
            });
            dashboard.logs.update_value(|logs| logs.gap(source, gap));
            wire.frame.mark(Dirty::Logs);
        }
        Report::Stats {
            source, samples, ..
        } => {
            let container = dashboard.sources.with_untracked(|sources| {
                let known = sources.iter().find(|known| known.source == source)?;
                Some(known.container.clone())
            });
            if let Some(container) = container {
                dashboard.stats.update_value(|stats| {
                    for sample in samples {
                        stats.push(&container, sample);
                    }
                });
                wire.frame.mark(Dirty::Stats);
            }
        }
        Report::Stream { sub, .. } | Report::Refused { sub: Some(sub), .. }
            if wire.is_companion(sub) => {}
        Report::Stream { source, state, .. } => {
            let ended = state == StreamState::Ended;
            match source {
                None => dashboard.stream.set(Some(state)),
                Some(source) => dashboard.sources.update(|sources| {
                    if let Some(known) = sources.iter_mut().find(|known| known.source == source) {
                        known.state = state;
                    }
                }),
            }
            if ended {
                tell_ends(wire);
            }
            wire.note_quiet();
        }
        Report::Refused { sub, reason } => {
            if sub.is_some() {
                dashboard.stream.set(Some(StreamState::Failed {
                    reason,
                    permanent: false,
                }));
            } else {
                leptos::logging::warn!("{reason}");
            }
        }
    }
}

/// A container stopped. Its number counts only while its log is looked at: stats number containers
/// by themselves.
fn died(wire: &Wire, event: &Event) {
    let dashboard = wire.dashboard;
    let sub = wire.inner.borrow().sub;
    let source = dashboard.sources.with_untracked(|sources| {
        let known = sources.iter().find(|it| it.container.0 == event.id)?;
        Some(known.source)
    });
    if let Some((source, sub)) = source.zip(sub)
        && !wire.is_stats(sub)
    {
        let code = event
            .attribute("exitCode")
            .and_then(|code| code.parse().ok());
        dashboard
            .logs
            .update_value(|logs| logs.died(source, event.time, code));
    }
}

/// Where a container stopped and all it printed is here, its log says so, as soon as the list knows
/// with which exit code. The words of the log and of the list come in any order.
fn tell_ends(wire: &Wire) {
    let dashboard = wire.dashboard;
    let sub = wire.inner.borrow().sub;
    if sub.is_none_or(|sub| wire.is_stats(sub)) {
        return;
    }
    let ended = dashboard.sources.with_untracked(|sources| {
        let ended = sources.iter().filter(|it| it.state == StreamState::Ended);
        ended
            .map(|it| (it.source, it.container.clone()))
            .collect::<Vec<_>>()
    });
    for (source, id) in ended {
        let (up, at, code) = dashboard.containers.with_untracked(|all| {
            let container = all.iter().find(|it| it.id == id);
            container.map_or((false, None, None), |it| {
                let up = matches!(it.state, ContainerState::Running | ContainerState::Paused);
                (up, it.finished, it.exit_code)
            })
        });
        if up {
            continue;
        }
        let told = dashboard
            .logs
            .try_update_value(|logs| logs.ended(source, at, code));
        if told == Some(true) {
            wire.frame.mark(Dirty::Logs);
        }
    }
}

/// Counts lines and those of them that were late, and measures how long they were on their way where they came at once.
fn note_health(wire: &Wire, source: u16, (lines, late): (usize, u64), printed: Option<Nanos>) {
    let live = wire.dashboard.sources.with_untracked(|sources| {
        let known = sources.iter().find(|known| known.source == source);
        known.is_some_and(|known| known.state == StreamState::Live)
    });
    let lag_ms = printed.map(|printed| wire.server_now().since(printed.millis()).max(0));
    wire.dashboard.health.update_value(|health| {
        health.received += lines as u64;
        health.late += late;
        if live {
            health.lag_ms = lag_ms;
        }
    });
}

/// Takes over the engine's part of the state; only what changed, so that nothing else redraws.
fn state(wire: &Wire) {
    let dashboard = wire.dashboard;
    {
        let inner = wire.inner.borrow();
        let Some(snapshot) = inner.client.snapshot() else {
            return;
        };
        set_if_changed(dashboard.engine, &snapshot.engine);
        set_if_changed(dashboard.containers, &snapshot.containers);
        set_if_changed(dashboard.errors, &snapshot.errors);
        set_if_changed(dashboard.listed, &snapshot.refreshed.is_some());
    }
    tell_ends(wire);
}

fn set_if_changed<T: Clone + PartialEq + Send + Sync + 'static>(signal: RwSignal<T>, value: &T) {
    if signal.with_untracked(|now| now != value) {
        signal.set(value.clone());
    }
}
