//! What stands at the front: nginx, a JSON API, a log shipper with colours.

use sidekick::protocol::LogStream;
use sidekick::time::Nanos;

use super::{Lines, Speaker, day_month, err, nginx_time, out};

const PATHS: [&str; 12] = [
    "/",
    "/products",
    "/products/1842",
    "/products/77",
    "/cart",
    "/checkout",
    "/assets/app-9f3c1b.js",
    "/assets/main.css",
    "/api/v1/recommendations",
    "/api/v1/search?q=lamp",
    "/favicon.ico",
    "/healthz",
];

const AGENTS: [&str; 4] = [
    "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Safari/537.36",
    "Mozilla/5.0 (Macintosh; Intel Mac OS X 14_6) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.1 Safari/605.1.15",
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:145.0) Gecko/20100101 Firefox/145.0",
    "curl/8.11.0",
];

pub(super) fn nginx_greets(now: Nanos) -> Lines {
    let time = nginx_time(now);
    [
        "using the \"epoll\" event method",
        "nginx/1.27.2",
        "OS: Linux 6.12.0",
        "start worker processes",
        "start worker process 29",
        "start worker process 30",
    ]
    .map(|text| {
        let line = format!("{time} [notice] 1#1: {text}");
        (LogStream::Stderr, line)
    })
    .to_vec()
}

pub(super) fn nginx(me: &mut Speaker, now: Nanos, trouble: bool) -> Lines {
    let ip = me.ip();
    let path = me.rng.pick(&PATHS);
    let (status, bytes) = match me.rng.unit() {
        p if p < if trouble { 0.25 } else { 0.006 } => (me.rng.pick(&[502, 504]), 157),
        p if p < 0.28 && path.starts_with("/assets") => (304, 0),
        p if p > 0.985 => (404, 153),
        p if p > 0.975 => (301, 169),
        _ => (200, me.rng.range(380, 48_000)),
    };
    let method = match path {
        "/cart" | "/checkout" if me.rng.chance(0.6) => "POST",
        _ => "GET",
    };
    let took = me.took_ms(22.0) / 1000.0;
    let agent = me.rng.pick(&AGENTS);
    let civil = now.civil();
    let mut lines = out(format!(
        "{ip} - - [{}:{:02}:{:02}:{:02} +0000] \"{method} {path} HTTP/1.1\" {status} {bytes} \
         \"https://shop.example/\" \"{agent}\" rt={took:.3}",
        day_month(now, '/'),
        civil.hour,
        civil.minute,
        civil.second
    ));
    if status >= 500 {
        let why = if status == 502 {
            "connect() failed (111: Connection refused) while connecting to upstream"
        } else {
            "upstream timed out (110: Operation timed out) while reading response header from upstream"
        };
        let serial = me.count;
        lines.push((
            LogStream::Stderr,
            format!(
                "{} [error] 29#29: *{serial} {why}, client: {ip}, server: shop.example, request: \
                 \"{method} {path} HTTP/1.1\", upstream: \"http://172.18.0.4:8080{path}\"",
                nginx_time(now)
            ),
        ));
    }
    lines
}

pub(super) fn api_greets(me: &mut Speaker, now: Nanos) -> Lines {
    let host = me.rng.hex(12);
    [
        "configuration loaded",
        "connected to postgres",
        "connected to redis",
        "server listening on 0.0.0.0:8080",
    ]
    .map(|msg| {
        let time = now.millis().0;
        let line =
            format!(r#"{{"level":30,"time":{time},"pid":1,"hostname":"{host}","msg":"{msg}"}}"#);
        (LogStream::Stdout, line)
    })
    .to_vec()
}

pub(super) fn api(me: &mut Speaker, now: Nanos, trouble: bool) -> Lines {
    let time = now.millis().0;
    let head = |level: u32| format!(r#"{{"level":{level},"time":{time},"pid":1"#);
    let id = me.uuid();
    let user = me.rng.range(1_000, 99_999);
    let took = me.took_ms(35.0);
    let roll = me.rng.unit();
    if roll < if trouble { 0.35 } else { 0.012 } {
        let (code, text) = me.rng.pick(&[
            ("ECONNRESET", "read ECONNRESET"),
            ("ETIMEDOUT", "query timed out after 5000 ms"),
            ("EPAYMENT", "payment provider answered 503"),
        ]);
        return out(format!(
            r#"{},"reqId":"{id}","userId":{user},"err":{{"type":"Error","code":"{code}","message":"{text}","stack":"Error: {text}\n    at Socket.onEnd (/app/node_modules/pg/lib/client.js:132:19)\n    at OrderService.place (/app/dist/orders.js:88:11)"}},"msg":"request failed"}}"#,
            head(50)
        ));
    }
    if roll < 0.05 {
        return out(format!(
            r#"{},"reqId":"{id}","took":{took:.1},"threshold":250,"msg":"slow query: select from orders"}}"#,
            head(40)
        ));
    }
    if roll < 0.18 {
        let hit = me.rng.chance(0.8);
        let key = me.rng.range(1, 4_000);
        return out(format!(
            r#"{},"reqId":"{id}","key":"product:{key}","hit":{hit},"msg":"cache lookup"}}"#,
            head(20)
        ));
    }
    if roll < 0.26 {
        let (order, cents) = (me.rng.range(200_000, 999_999), me.rng.range(499, 89_900));
        return out(format!(
            r#"{},"reqId":"{id}","userId":{user},"orderId":{order},"amountCents":{cents},"msg":"order placed"}}"#,
            head(30)
        ));
    }
    let (method, path) = me.rng.pick(&[
        ("GET", "/api/v1/products"),
        ("GET", "/api/v1/recommendations"),
        ("GET", "/api/v1/search"),
        ("POST", "/api/v1/cart"),
        ("GET", "/api/v1/me"),
    ]);
    let status = me.rng.pick(&[200, 200, 200, 200, 200, 201, 304, 404]);
    out(format!(
        r#"{},"reqId":"{id}","req":{{"method":"{method}","url":"{path}"}},"res":{{"statusCode":{status}}},"responseTime":{took:.1},"msg":"request completed"}}"#,
        head(30)
    ))
}

pub(super) fn shipper_greets(now: Nanos) -> Lines {
    let time = super::iso_millis(now);
    [
        "loaded 7 sources, 3 transforms, 2 sinks",
        "healthcheck passed",
    ]
    .map(|text| {
        let line = format!(
            "\u{1b}[2m{time}\u{1b}[0m \u{1b}[32m INFO\u{1b}[0m \u{1b}[2mshipper\u{1b}[0m: {text}"
        );
        (LogStream::Stdout, line)
    })
    .to_vec()
}

pub(super) fn shipper(me: &mut Speaker, now: Nanos, trouble: bool) -> Lines {
    let time = super::iso_millis(now);
    let line = |colour: u32, level: &str, module: &str, text: String| {
        format!(
            "\u{1b}[2m{time}\u{1b}[0m \u{1b}[{colour}m{level:>5}\u{1b}[0m \u{1b}[2mshipper::{module}\u{1b}[0m: {text}"
        )
    };
    let roll = me.rng.unit();
    let events = me.rng.range(40, 4_800);
    if roll < if trouble { 0.5 } else { 0.02 } {
        let attempt = me.rng.range(1, 6);
        return err(line(
            31,
            "ERROR",
            "sink",
            format!(
                "\u{1b}[1mrequest failed\u{1b}[0m \u{1b}[3merror\u{1b}[0m=connection closed before message completed \u{1b}[3mattempt\u{1b}[0m={attempt}"
            ),
        ));
    }
    if roll < 0.10 {
        let depth = me.rng.range(6_000, 9_900);
        return out(line(
            33,
            "WARN",
            "buffer",
            format!("buffer is filling up depth={depth} capacity=10000"),
        ));
    }
    if roll < 0.35 {
        let file = me.rng.range(1, 12);
        return out(line(
            34,
            "DEBUG",
            "source",
            format!("file rotated path=/var/log/containers/app-{file}.log"),
        ));
    }
    let took = me.took_ms(18.0);
    out(line(
        32,
        "INFO",
        "sink",
        format!("batch delivered events={events} took={took:.1}ms"),
    ))
}
