use proptest::prelude::*;
use serde_json::json;

use super::*;

fn sample(reader: &mut StatsReader, record: &Value) -> StatsSample {
    match reader.read(record, Millis(7)) {
        Reading::Sample(sample) => sample,
        other => panic!("{other:?}"),
    }
}

fn one(record: &Value) -> StatsSample {
    sample(&mut StatsReader::default(), record)
}

/// The shape of API 1.41 on cgroup v1, as dockerd 20.10 sends it.
fn cgroup_v1() -> Value {
    json!({
        "read": "2026-11-22T10:00:01.5Z", "preread": "2026-11-22T10:00:00.5Z",
        "pids_stats": {"current": 3, "limit": 18446744073709551615u64},
        "blkio_stats": {"io_service_bytes_recursive": [
            {"major": 8, "minor": 0, "op": "Read", "value": 4096},
            {"major": 8, "minor": 0, "op": "Write", "value": 8192},
            {"major": 8, "minor": 16, "op": "Read", "value": 1},
            {"major": 8, "minor": 0, "op": "Total", "value": 12289}],
            "io_serviced_recursive": []},
        "num_procs": 0, "storage_stats": {},
        "cpu_stats": {"cpu_usage": {"total_usage": 200, "percpu_usage": [100, 50, 25, 25]},
                      "system_cpu_usage": 2000, "online_cpus": 4},
        "precpu_stats": {"cpu_usage": {"total_usage": 100, "percpu_usage": [50, 25, 12, 13]},
                         "system_cpu_usage": 1000, "online_cpus": 4},
        "memory_stats": {"usage": 10_000, "max_usage": 12_000, "limit": 100_000,
                         "stats": {"cache": 3000, "inactive_file": 1, "total_inactive_file": 2500}},
        "name": "/x", "id": "x",
        "networks": {"eth0": {"rx_bytes": 10, "tx_bytes": 20}, "eth1": {"rx_bytes": 1, "tx_bytes": 2}}
    })
}

/// The shape of API 1.52 on cgroup v2, as Docker 29 sends it.
fn cgroup_v2() -> Value {
    json!({
        "id": "x", "name": "x", "os_type": "linux",
        "read": "2026-11-22T10:00:01.5Z", "preread": "2026-11-22T10:00:00.5Z",
        "pids_stats": {"current": 12, "limit": 9300},
        "blkio_stats": {"io_service_bytes_recursive": [
            {"major": 259, "minor": 0, "op": "read", "value": 100},
            {"major": 259, "minor": 0, "op": "write", "value": 50}],
            "io_serviced_recursive": null, "io_queue_recursive": null},
        "cpu_stats": {"cpu_usage": {"total_usage": 3_000_000_000u64, "usage_in_kernelmode": 1, "usage_in_usermode": 2},
                      "system_cpu_usage": 20_000_000_000u64, "online_cpus": 2,
                      "throttling_data": {"periods": 0}},
        "precpu_stats": {"cpu_usage": {"total_usage": 2_000_000_000u64},
                         "system_cpu_usage": 18_000_000_000u64, "online_cpus": 2},
        "memory_stats": {"usage": 5_000_000, "limit": 8_000_000_000u64,
                         "stats": {"anon": 3_000_000, "file": 2_000_000, "inactive_file": 1_500_000}},
        "networks": {"eth0": {"rx_bytes": 7, "tx_bytes": 8}}
    })
}

fn with(mut record: Value, pointer: &str, value: Value) -> Value {
    let (parent, key) = pointer.rsplit_once('/').unwrap();
    record.pointer_mut(parent).unwrap()[key] = value;
    record
}

#[test]
fn cgroup_v1_is_computed_as_docker_stats_does() {
    assert_eq!(
        one(&cgroup_v1()),
        StatsSample {
            time: Millis(1_795_341_601_500),
            cpu_percent: Some(40.0),
            online_cpus: 4,
            memory_bytes: 7_500,
            memory_limit_bytes: 100_000,
            network_rx_bytes: 11,
            network_tx_bytes: 22,
            block_read_bytes: 4097,
            block_write_bytes: 8192,
            pids: 3,
        }
    );
}

#[test]
fn cgroup_v2_is_computed_as_docker_stats_does() {
    let sample = one(&cgroup_v2());
    assert_eq!(sample.cpu_percent, Some(100.0));
    assert_eq!((sample.memory_bytes, sample.pids), (3_500_000, 12));
    assert_eq!(
        (sample.block_read_bytes, sample.block_write_bytes),
        (100, 50)
    );
}

#[test]
fn the_first_reading_has_no_cpu_and_the_second_is_compared_with_it() {
    let mut first = with(
        cgroup_v1(),
        "/precpu_stats",
        json!({"cpu_usage": {"total_usage": 0}, "throttling_data": {}}),
    );
    first = with(first, "/preread", json!("0001-01-01T00:00:00Z"));
    let mut reader = StatsReader::default();
    assert_eq!(sample(&mut reader, &first).cpu_percent, None);
    let mut second = with(first, "/cpu_stats/cpu_usage/total_usage", json!(450));
    second = with(second, "/cpu_stats/system_cpu_usage", json!(3000));
    assert_eq!(sample(&mut reader, &second).cpu_percent, Some(100.0));
}

#[test]
fn a_first_record_that_compares_a_moment_with_itself_has_no_cpu() {
    let mut reader = StatsReader::default();
    let first = with(cgroup_v1(), "/preread", json!("2026-11-22T10:00:01.4Z"));
    assert_eq!(sample(&mut reader, &first).cpu_percent, None);
    // Later ones are as long as the engine wants them to be.
    assert_eq!(sample(&mut reader, &first).cpu_percent, Some(40.0));
}

#[test]
fn a_restart_gives_no_huge_and_no_negative_cpu() {
    let record = with(cgroup_v1(), "/cpu_stats/cpu_usage/total_usage", json!(5));
    assert_eq!(one(&record).cpu_percent, None);
    let record = with(cgroup_v1(), "/cpu_stats/system_cpu_usage", json!(1000));
    assert_eq!(one(&record).cpu_percent, None);
}

#[test]
fn cores_are_counted_where_the_engine_does_not_tell_them() {
    let record = with(cgroup_v1(), "/cpu_stats/online_cpus", json!(0));
    assert_eq!(one(&record).cpu_percent, Some(40.0));
    let record = with(cgroup_v2(), "/cpu_stats/online_cpus", json!(null));
    assert_eq!(one(&record).online_cpus, 1);
}

#[test]
fn no_limit_is_no_percentage() {
    for limit in [json!(0), json!(null), json!(9_223_372_036_854_771_712u64)] {
        let sample = one(&with(cgroup_v2(), "/memory_stats/limit", limit));
        assert_eq!(
            (sample.memory_limit_bytes, sample.memory_percent()),
            (0, 0.0)
        );
    }
}

#[test]
fn memory_survives_kernels_that_tell_less() {
    let record = with(cgroup_v2(), "/memory_stats/usage", json!(0));
    assert_eq!(one(&record).memory_bytes, 3_000_000);
    let record = with(cgroup_v2(), "/memory_stats/stats", json!({}));
    assert_eq!(one(&record).memory_bytes, 5_000_000);
    let record = with(
        cgroup_v2(),
        "/memory_stats/stats/inactive_file",
        json!(6_000_000),
    );
    assert_eq!(one(&record).memory_bytes, 5_000_000);
    let record = with(cgroup_v2(), "/memory_stats", json!({}));
    assert_eq!(one(&record).memory_bytes, 0);
}

#[test]
fn podman_without_a_machine_total_is_compared_with_the_clock() {
    let mut record = with(cgroup_v2(), "/cpu_stats/system_cpu_usage", json!(0));
    record = with(record, "/precpu_stats/system_cpu_usage", json!(0));
    record = with(record, "/networks", json!(null));
    record = with(
        record,
        "/blkio_stats/io_service_bytes_recursive",
        json!(null),
    );
    let sample = one(&record);
    assert_eq!(sample.cpu_percent, Some(100.0));
    assert_eq!((sample.network_rx_bytes, sample.block_read_bytes), (0, 0));
}

#[test]
fn windows_counts_in_units_of_100_ns() {
    let sample = one(&json!({
        "read": "2026-11-22T10:00:01.5Z", "preread": "2026-11-22T10:00:00.5Z", "num_procs": 4,
        "storage_stats": {"read_count_normalized": 1, "read_size_bytes": 300, "write_size_bytes": 400},
        "cpu_stats": {"cpu_usage": {"total_usage": 15_000_000}},
        "precpu_stats": {"cpu_usage": {"total_usage": 10_000_000}},
        "memory_stats": {"commitbytes": 5, "privateworkingset": 77},
        "networks": {"a": {"rx_bytes": 1, "tx_bytes": 2}}
    }));
    assert_eq!(sample.cpu_percent, Some(50.0));
    assert_eq!(
        (
            sample.memory_bytes,
            sample.block_read_bytes,
            sample.block_write_bytes
        ),
        (77, 300, 400)
    );
}

#[test]
fn a_stopped_container_and_a_malformed_record_are_no_samples() {
    let stopped = with(cgroup_v1(), "/read", json!("0001-01-01T00:00:00Z"));
    assert_eq!(
        StatsReader::default().read(&stopped, Millis(0)),
        Reading::NotRunning
    );
    for bad in [json!(7), json!({}), json!({"cpu_stats": []})] {
        assert_eq!(
            StatsReader::default().read(&bad, Millis(0)),
            Reading::Malformed
        );
    }
    let untimed = with(cgroup_v1(), "/read", json!(null));
    assert_eq!(one(&untimed).time, Millis(7));
}

proptest! {
    #[test]
    fn no_numbers_make_nonsense(now in any::<[u64; 4]>(), before in any::<[u64; 2]>(), cpus in any::<u64>()) {
        let mut record = with(cgroup_v2(), "/cpu_stats/cpu_usage/total_usage", json!(now[0]));
        record = with(record, "/cpu_stats/system_cpu_usage", json!(now[1]));
        record = with(record, "/cpu_stats/online_cpus", json!(cpus));
        record = with(record, "/memory_stats/usage", json!(now[2]));
        record = with(record, "/memory_stats/stats/inactive_file", json!(now[3]));
        record = with(record, "/precpu_stats/cpu_usage/total_usage", json!(before[0]));
        record = with(record, "/precpu_stats/system_cpu_usage", json!(before[1]));
        let sample = one(&record);
        if let Some(percent) = sample.cpu_percent {
            prop_assert!(percent.is_finite() && percent >= 0.0);
        }
        prop_assert!(sample.memory_bytes <= now[2].max(3_000_000));
    }
}
