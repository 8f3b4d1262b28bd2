//! `/containers/{id}/stats`: one reading a second, in the shape that cgroup v2 hosts give.

use std::sync::Arc;
use std::time::Duration;

use axum::body::{Body, Bytes};
use futures::stream;
use http::Response;
use serde_json::{Value, json};
use sidekick::time::Nanos;
use tokio::time::{Instant, sleep, sleep_until};

use super::{Params, ok, streaming};
use crate::demo::engine::Engine;
use crate::demo::load::{CPUS, MEMORY_BYTES, Reading};
use crate::demo::refusal::Refusal;
use crate::demo::unit::State;
use crate::demo::world::World;

const EVERY: Duration = Duration::from_secs(1);
/// Go's zero time, which dockerd writes for "never".
const NEVER: &str = "0001-01-01T00:00:00Z";

/// A reading with its time, to be the `precpu` of the next one.
#[derive(Clone, Copy)]
struct Taken {
    at: Nanos,
    reading: Reading,
    system_ns: u64,
}

/// Answers a request for stats: a stream, two readings a second apart, or one.
pub(crate) async fn answer(
    engine: &Arc<Engine>,
    key: &str,
    params: &Params,
) -> Result<Response<Body>, Refusal> {
    let (id, running) = engine.with(|world, _| {
        let unit = world.get(key)?;
        Ok((unit.id.clone(), unit.state.is_up()))
    })?;
    if params.flag("stream", true) {
        return Ok(streaming("application/json", forever(engine.clone(), id)));
    }
    let mut before = None;
    if running && !params.flag("one-shot", false) {
        engine.with(|world, now| record(world, &id, now, &mut before));
        sleep(EVERY).await;
    }
    let value = engine.with(|world, now| record(world, &id, now, &mut before));
    value
        .map(|value| ok(&value))
        .ok_or_else(|| Refusal::no_such_container(key))
}

/// A stream of readings that ends when the container is removed. A container that does not run
/// gives readings of zeros, as dockerd's collector does.
fn forever(engine: Arc<Engine>, id: String) -> Body {
    let state = (engine, id, None, Instant::now());
    Body::from_stream(stream::unfold(
        state,
        |(engine, id, mut before, due)| async move {
            sleep_until(due).await;
            let value = engine.with(|world, now| record(world, &id, now, &mut before))?;
            let line = Bytes::from(format!("{value}\n"));
            Some((
                Ok::<_, std::io::Error>(line),
                (engine, id, before, due + EVERY),
            ))
        },
    ))
}

/// One record; `None` where the container is gone.
fn record(world: &mut World, id: &str, now: Nanos, before: &mut Option<Taken>) -> Option<Value> {
    let booted = world.booted;
    let unit = world.units.iter_mut().find(|unit| unit.id == id)?;
    if !unit.state.is_up() {
        *before = None;
        return Some(json!({
            "name": format!("/{}", unit.name), "id": unit.id,
            "read": NEVER, "preread": NEVER,
            "pids_stats": {}, "num_procs": 0, "storage_stats": {},
            "blkio_stats": blkio(None),
            "cpu_stats": cpu(None, None), "precpu_stats": cpu(None, None),
            "memory_stats": {},
        }));
    }
    match unit.state {
        State::Running => unit.meter.work(now),
        _ => unit.meter.rest(now),
    }
    let uptime_s = unit.uptime_s(now);
    let taken = Taken {
        at: now,
        reading: unit.meter.read(uptime_s, unit.spec.memory_limit),
        system_ns: (now.0 - booted.0).max(0) as u64 * CPUS,
    };
    let limit = match unit.spec.memory_limit {
        0 => MEMORY_BYTES,
        limit => limit,
    };
    let previous = before.replace(taken);
    let reading = taken.reading;
    let packets = |bytes: u64| bytes / 740;
    Some(json!({
        "name": format!("/{}", unit.name),
        "id": unit.id,
        "read": now.to_rfc3339(),
        "preread": previous.map_or_else(|| NEVER.to_owned(), |p| p.at.to_rfc3339()),
        "pids_stats": { "current": reading.pids, "limit": 18_000 },
        "num_procs": 0,
        "storage_stats": {},
        "blkio_stats": blkio(Some(reading)),
        "cpu_stats": cpu(Some(taken), Some(CPUS)),
        "precpu_stats": cpu(previous, previous.map(|_| CPUS)),
        "memory_stats": {
            "usage": reading.memory,
            "limit": limit,
            "stats": {
                "active_anon": reading.memory - reading.cache,
                "anon": reading.memory - reading.cache,
                "file": reading.cache,
                "inactive_file": reading.cache,
                "active_file": 0,
                "inactive_anon": 0,
                "pgfault": reading.cpu_ns / 400_000,
                "pgmajfault": 3,
            },
        },
        "networks": {
            "eth0": {
                "rx_bytes": reading.received, "rx_packets": packets(reading.received),
                "rx_errors": 0, "rx_dropped": 0,
                "tx_bytes": reading.sent, "tx_packets": packets(reading.sent),
                "tx_errors": 0, "tx_dropped": 0,
            },
        },
    }))
}

fn cpu(taken: Option<Taken>, online: Option<u64>) -> Value {
    let total = taken.map_or(0, |t| t.reading.cpu_ns);
    let mut value = json!({
        "cpu_usage": {
            "total_usage": total,
            "usage_in_kernelmode": total / 5,
            "usage_in_usermode": total - total / 5,
        },
        "throttling_data": { "periods": 0, "throttled_periods": 0, "throttled_time": 0 },
    });
    if let (Value::Object(map), Some(taken), Some(online)) = (&mut value, taken, online) {
        map.insert("system_cpu_usage".to_owned(), json!(taken.system_ns));
        map.insert("online_cpus".to_owned(), json!(online));
    }
    value
}

fn blkio(reading: Option<Reading>) -> Value {
    let bytes = reading.map_or(Value::Null, |r| {
        json!([
            { "major": 259, "minor": 0, "op": "read", "value": r.read },
            { "major": 259, "minor": 0, "op": "write", "value": r.written },
        ])
    });
    json!({
        "io_service_bytes_recursive": bytes,
        "io_serviced_recursive": null,
        "io_queue_recursive": null,
        "io_service_time_recursive": null,
        "io_wait_time_recursive": null,
        "io_merged_recursive": null,
        "io_time_recursive": null,
        "sectors_recursive": null,
    })
}
