//! What watches the rest: Prometheus, Grafana, a telemetry collector.

use sidekick::protocol::LogStream;
use sidekick::time::Nanos;

use super::{Lines, Speaker, err, iso_millis, out};

pub(super) fn prometheus_greets(now: Nanos) -> Lines {
    let time = iso_millis(now);
    [
        r#"caller=main.go:627 msg="Starting Prometheus Server" mode=server version="(version=3.0.1, branch=HEAD)""#,
        r#"caller=tls_config.go:347 component=web msg="Listening on" address=[::]:9090"#,
        r#"caller=main.go:1056 msg="TSDB started""#,
        r#"caller=main.go:1233 msg="Server is ready to receive web requests.""#,
    ]
    .map(|text| (LogStream::Stderr, format!("ts={time} level=info {text}")))
    .to_vec()
}

pub(super) fn prometheus(me: &mut Speaker, now: Nanos, trouble: bool) -> Lines {
    let time = iso_millis(now);
    let roll = me.rng.unit();
    if roll < if trouble { 0.6 } else { 0.05 } {
        let job = me.rng.pick(&["api", "checkout", "node", "collector"]);
        return err(format!(
            r#"ts={time} level=error caller=scrape.go:1357 component="scrape manager" scrape_pool={job} target=http://{job}:9100/metrics msg="Scrape failed" err="context deadline exceeded""#
        ));
    }
    if roll < 0.12 {
        let n = me.rng.range(1, 90);
        return err(format!(
            r#"ts={time} level=warn caller=scrape.go:1771 component="scrape manager" msg="Error on ingesting samples with different value but same timestamp" num_dropped={n}"#
        ));
    }
    let took = me.took_ms(900.0) / 1000.0;
    match me.rng.range(0, 3) {
        0 => {
            let (from, ulid) = (now.millis().0 - 7_200_000, me.rng.hex(26).to_uppercase());
            let to = now.millis().0;
            err(format!(
                r#"ts={time} level=info caller=compact.go:576 component=tsdb msg="write block" mint={from} maxt={to} ulid={ulid} duration={took:.6}s"#
            ))
        }
        1 => err(format!(
            r#"ts={time} level=info caller=head.go:1345 component=tsdb msg="Head GC completed" caller=truncateMemory duration={:.6}ms"#,
            took * 40.0
        )),
        _ => {
            let segment = me.rng.range(100, 900);
            err(format!(
                r#"ts={time} level=info caller=checkpoint.go:99 component=tsdb msg="Creating checkpoint" from_segment={segment} to_segment={} mint={}"#,
                segment + 1,
                now.millis().0
            ))
        }
    }
}

pub(super) fn grafana_greets(now: Nanos) -> Lines {
    let time = iso_millis(now);
    [
        r#"logger=settings level=info msg="Starting Grafana" version=11.3.1 commit=00000000"#,
        r#"logger=migrator level=info msg="migrations completed" performed=0 skipped=618 duration=812.4µs"#,
        r#"logger=http.server level=info msg="HTTP Server Listen" address=[::]:3000 protocol=http"#,
    ]
    .map(|text| (LogStream::Stdout, format!("t={time} {text}")))
    .to_vec()
}

pub(super) fn grafana(me: &mut Speaker, now: Nanos, trouble: bool) -> Lines {
    let time = iso_millis(now);
    let roll = me.rng.unit();
    let ip = me.ip();
    if roll < if trouble { 0.4 } else { 0.04 } {
        return out(format!(
            r#"t={time} logger=tsdb.prometheus level=error msg="Error received from Prometheus" statusCode=503 endpoint=queryData duration={:.1}ms error="connection refused""#,
            me.took_ms(60.0)
        ));
    }
    if roll < 0.12 {
        return out(format!(
            r#"t={time} logger=context userId=0 orgId=0 uname= level=warn msg="Unauthorized" error="user token not found" remote_addr={ip} traceID="#
        ));
    }
    if roll < 0.3 {
        let n = me.rng.range(1, 40);
        return out(format!(
            r#"t={time} logger=ngalert.scheduler level=debug msg="Alert rules fetched" rulesCount={n} foldersCount=4 updatedRules=0"#
        ));
    }
    let (path, took) = (
        me.rng.pick(&[
            "/api/ds/query",
            "/api/dashboards/uid/shop",
            "/api/live/ws",
            "/api/annotations",
        ]),
        me.took_ms(28.0),
    );
    let size = me.rng.range(120, 60_000);
    out(format!(
        r#"t={time} logger=context userId=1 orgId=1 uname=admin level=info msg="Request Completed" method=GET path={path} status=200 remote_addr={ip} time_ms={took:.0} duration={took:.3}ms size={size}"#
    ))
}

pub(super) fn collector_greets(now: Nanos) -> Lines {
    let time = iso_millis(now);
    [
        r#""caller":"service/service.go:164","msg":"Setting up own telemetry...""#,
        r#""caller":"otlpreceiver/otlp.go:112","msg":"Starting GRPC server","endpoint":"0.0.0.0:4317""#,
        r#""caller":"service/service.go:230","msg":"Everything is ready. Begin running and processing data.""#,
    ]
    .map(|text| (LogStream::Stderr, format!(r#"{{"level":"info","ts":"{time}",{text}}}"#)))
    .to_vec()
}

pub(super) fn collector(me: &mut Speaker, now: Nanos) -> Lines {
    let time = iso_millis(now);
    let line = |level: &str, caller: &str, msg: &str, rest: String| {
        err(format!(
            r#"{{"level":"{level}","ts":"{time}","caller":"{caller}","msg":"{msg}",{rest}}}"#
        ))
    };
    let roll = me.rng.unit();
    let items = me.rng.range(20, 4_000);
    if roll < 0.22 {
        let wait = me.rng.range(2, 30);
        return line(
            "info",
            "internal/retry_sender.go:126",
            "Exporting failed. Will retry the request after interval.",
            format!(
                r#""kind":"exporter","name":"otlphttp","error":"rpc error: code = Unavailable desc = connection refused","interval":"{wait}.41s""#
            ),
        );
    }
    if roll < 0.34 {
        return line(
            "error",
            "internal/queue_sender.go:92",
            "Exporting failed. Dropping data.",
            format!(
                r#""kind":"exporter","name":"otlphttp","error":"sending queue is full","dropped_items":{items}"#
            ),
        );
    }
    if roll < 0.45 {
        let mib = me.rng.range(380, 480);
        return line(
            "warn",
            "memorylimiter/memorylimiter.go:215",
            "Memory usage is above soft limit. Refusing data.",
            format!(r#""kind":"processor","name":"memory_limiter","cur_mem_mib":{mib}"#),
        );
    }
    let spans = me.rng.range(10, 900);
    line(
        "info",
        "exporter/debug.go:58",
        "Traces",
        format!(r#""kind":"exporter","name":"debug","resource spans":{items},"spans":{spans}"#),
    )
}
