//! Logs made from a seed. The messages are those of services as they run in containers; each has
//! the number of its template, so that grouping can be scored. Some templates are frequent and
//! most are rare, as it is in real logs.

use std::fmt::Write as _;

use sidekick::time::Nanos;

use crate::rng::Rng;

/// A log with its truth.
#[derive(Clone, Debug, Default)]
pub struct Log {
    /// What it is called.
    pub name: String,
    /// The lines, without newline.
    pub lines: Vec<String>,
    /// The true template of each line; none where it is not known.
    pub truth: Vec<u32>,
}

/// Level and message of each template. In braces: what varies.
const MESSAGES: &[(&str, &str)] = &[
    ("INFO", "GET {path} {status} {num} bytes in {ms}ms"),
    ("INFO", "POST {path} {status} {num} bytes in {ms}ms"),
    ("INFO", "request {uuid} completed in {ms} ms"),
    ("INFO", "Accepted connection from {ip}:{port}"),
    ("INFO", "Connection from {ip}:{port} closed"),
    ("DEBUG", "cache hit for key {key}"),
    ("DEBUG", "cache miss for key {key}"),
    ("INFO", "user {user} logged in from {ip}"),
    ("INFO", "user {user} logged out"),
    (
        "WARN",
        "login failed for user {user} from {ip}: bad password",
    ),
    ("INFO", "job {num} started on worker {small}"),
    ("INFO", "job {num} finished in {dur}"),
    ("ERROR", "job {num} failed: timeout after {ms} ms"),
    ("ERROR", "job {num} failed: connection reset by peer"),
    ("WARN", "slow query ({ms} ms): {quoted}"),
    ("INFO", "checkpoint complete: wrote {num} buffers ({pct}%)"),
    ("INFO", "checkpoint starting: time"),
    ("WARN", "disk usage at {pct}% on {path}"),
    ("ERROR", "cannot open {path}: No such file or directory"),
    ("ERROR", "cannot open {path}: Permission denied"),
    ("INFO", "Loaded {small} plugins"),
    ("INFO", "Listening on {ip}:{port}"),
    ("INFO", "Started"),
    ("INFO", "Stopping, {small} connections left"),
    ("DEBUG", "heartbeat from {host} seq={num}"),
    ("INFO", "replica {host} caught up at offset {num}"),
    ("WARN", "replica {host} lags {num} records behind"),
    ("INFO", "elected leader {host} for partition {small}"),
    ("ERROR", "no leader for partition {small}"),
    ("INFO", "sent mail to {user}@example.com id={hex}"),
    ("WARN", "mail to {user}@example.com deferred: greylisted"),
    ("INFO", "payment {uuid} of {money} EUR captured"),
    (
        "ERROR",
        "payment {uuid} of {money} EUR declined: insufficient funds",
    ),
    ("INFO", "order {num} created by {user} with {small} items"),
    ("INFO", "order {num} shipped to {word}"),
    ("INFO", "order {num} cancelled"),
    ("DEBUG", "lock {hex} acquired after {us}us"),
    ("DEBUG", "lock {hex} released"),
    ("INFO", "GC pause {ms}ms heap {size} of {size}"),
    ("WARN", "GC pause {ms}ms exceeds {ms}ms"),
    ("INFO", "scaled {word} from {small} to {small} replicas"),
    ("INFO", "pulled image {host}/{word}:{version} in {dur}"),
    (
        "ERROR",
        "panic in handler {word}: index {small} out of range",
    ),
    ("FATAL", "out of memory: cannot allocate {num} bytes"),
    ("INFO", "config reloaded from {path}"),
    ("WARN", "config key {key} is deprecated"),
    ("INFO", "session {hex} expired after {dur}"),
    ("INFO", "session {hex} renewed"),
    ("DEBUG", "parsed {num} rows from {path} in {us}us"),
    ("INFO", "uploaded {path} ({size}) to bucket {word}"),
    (
        "ERROR",
        "upload of {path} aborted: checksum {hex} expected {hex}",
    ),
    ("INFO", "topic {word} has {small} partitions"),
    ("TRACE", "enter {word} depth={small}"),
    ("TRACE", "leave {word} depth={small}"),
    ("INFO", "certificate for {host} valid until {date}"),
    ("WARN", "certificate for {host} expires on {date}"),
    ("INFO", "rate limit for {ip}: {num} of {num} tokens left"),
    ("WARN", "rate limit for {ip} exceeded"),
    ("INFO", "Received signal {small}, draining"),
    ("INFO", "migrated schema from version {small} to {small}"),
];

const USERS: &[&str] = &[
    "alice", "bob", "carol", "dave", "erin", "frank", "grace", "heidi", "ivan", "judy",
];
const WORDS: &[&str] = &[
    "checkout",
    "inventory",
    "search",
    "billing",
    "gateway",
    "ledger",
    "catalog",
    "profile",
    "notify",
    "media",
];
const FOLDERS: &[&str] = &[
    "api", "v1", "users", "orders", "static", "var", "data", "tmp", "items", "img",
];

/// How a line begins, as different loggers write it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Header {
    /// Only the message.
    None,
    /// `2026-01-01 00:00:00,000 INFO [worker-3] o.e.shop.Cart: `
    Log4j,
    /// `2026-01-01T00:00:00.000000Z  INFO shop::cart: `
    Tracing,
    /// `Jan  1 00:00:00 web-1 cart[123]: INFO `
    Syslog,
    /// `I0101 00:00:00.000000 123 cart.go:45] `
    Klog,
    /// `time=... level=info msg="..."`
    Logfmt,
    /// `{"time":"...","level":"info","msg":"..."}`
    Json,
}

impl Header {
    /// All kinds.
    pub const ALL: [Self; 7] = [
        Self::None,
        Self::Log4j,
        Self::Tracing,
        Self::Syslog,
        Self::Klog,
        Self::Logfmt,
        Self::Json,
    ];

    /// Equal for headers that, once passed over, leave equal lines: no level, a level, members.
    fn form(self) -> usize {
        match self {
            Self::None => 0,
            Self::Log4j | Self::Tracing | Self::Syslog | Self::Klog => 1,
            Self::Logfmt => 2,
            Self::Json => 3,
        }
    }
}

/// A log of `count` lines whose headers are of these kinds in turns. The same message behind another
/// header is the same event.
#[must_use]
pub fn generated(name: &str, count: usize, headers: &[Header], seed: u64) -> Log {
    let mut rng = Rng::new(seed);
    let mut log = Log {
        name: name.to_owned(),
        ..Log::default()
    };
    let mut message = String::new();
    for i in 0..count {
        // Zipf by two draws: the product of two even numbers prefers the small ones.
        let template = rng.below(MESSAGES.len()) * rng.below(MESSAGES.len()) / MESSAGES.len();
        let (level, pattern) = MESSAGES[template];
        message.clear();
        fill(pattern, &mut rng, &mut message);
        let at = rng.below(headers.len());
        let time = Nanos(1_767_225_600_000_000_000 + i as i64 * 7_919_000_000);
        log.lines
            .push(with_header(headers[at], level, time, &message, &mut rng));
        log.truth
            .push((headers[at].form() * MESSAGES.len() + template) as u32);
    }
    log
}

/// Lines of `templates` templates that have six words of their own each, in which each line has a
/// new number.
#[must_use]
pub fn many_templates(count: usize, templates: usize, seed: u64) -> Log {
    let mut rng = Rng::new(seed);
    let mut log = Log {
        name: format!("{templates} templates"),
        ..Log::default()
    };
    for _ in 0..count {
        let template = rng.below(templates);
        let mut line = String::new();
        for number in template * 6..template * 6 + 6 {
            // A word that says the number, in letters.
            let mut rest = number;
            for _ in 0..4 {
                line.push(char::from(b'a' + (rest % 26) as u8));
                rest /= 26;
            }
            line.push_str("ing ");
        }
        let _ = write!(line, "took {} ms", rng.below(100_000));
        log.lines.push(line);
        log.truth.push(template as u32);
    }
    log
}

/// Puts values where the pattern has names in braces.
fn fill(pattern: &str, rng: &mut Rng, out: &mut String) {
    let mut rest = pattern;
    while let Some((text, tail)) = rest.split_once('{') {
        out.push_str(text);
        let (name, tail) = tail.split_once('}').unwrap_or((tail, ""));
        value(name, rng, out);
        rest = tail;
    }
    out.push_str(rest);
}

fn value(name: &str, rng: &mut Rng, out: &mut String) {
    let n = rng.bits();
    // Writing to a string does not fail.
    let _ = match name {
        "num" => write!(out, "{}", n % 1_000_000),
        "small" => write!(out, "{}", n % 32),
        "ms" => write!(out, "{}", n % 3000),
        "us" => write!(out, "{}", n % 900_000),
        "pct" => write!(out, "{}", n % 101),
        "port" => write!(out, "{}", 1024 + n % 60_000),
        "status" => write!(
            out,
            "{}",
            rng.pick(&["200", "201", "204", "304", "404", "500"])
        ),
        "ip" => write!(out, "10.{}.{}.{}", n % 256, n / 256 % 256, n / 65_536 % 256),
        "hex" => write!(out, "{:016x}", n),
        "uuid" => write!(
            out,
            "{:08x}-{:04x}-4{:03x}-a{:03x}-{:012x}",
            n & 0xffff_ffff,
            n >> 48,
            n & 0xfff,
            n >> 20 & 0xfff,
            rng.bits() >> 16
        ),
        "user" => write!(out, "{}", rng.pick(USERS)),
        "word" => write!(out, "{}", rng.pick(WORDS)),
        "host" => write!(out, "{}-{}", rng.pick(WORDS), n % 9),
        "key" => write!(
            out,
            "{}:{}:{}",
            rng.pick(FOLDERS),
            n % 9999,
            rng.pick(WORDS)
        ),
        "path" => write!(
            out,
            "/{}/{}/{}",
            rng.pick(FOLDERS),
            n % 500,
            rng.pick(WORDS)
        ),
        "quoted" => write!(
            out,
            "\"SELECT * FROM {} WHERE id = {}\"",
            rng.pick(WORDS),
            n % 999
        ),
        "dur" => write!(out, "{}.{:03}s", n % 60, n / 60 % 1000),
        "size" => write!(out, "{}{}", n % 900, rng.pick(&["kB", "MB", "GB"])),
        "money" => write!(out, "{}.{:02}", n % 500, n / 500 % 100),
        "version" => write!(out, "v{}.{}.{}", n % 4, n / 4 % 20, n / 80 % 10),
        "date" => write!(out, "2026-{:02}-{:02}", 1 + n % 12, 1 + n / 12 % 28),
        other => write!(out, "{{{other}}}"),
    };
}

fn with_header(header: Header, level: &str, time: Nanos, message: &str, rng: &mut Rng) -> String {
    let stamp = time.to_rfc3339();
    let (date, clock) = (&stamp[..10], &stamp[11..19]);
    let word = rng.pick(WORDS);
    let small = rng.below(9);
    let lower = level.to_ascii_lowercase();
    let quoted = || message.replace('"', "\\\"");
    match header {
        Header::None => message.to_owned(),
        Header::Log4j => format!(
            "{date} {clock},{} {level} [worker-{small}] o.e.{word}.Service: {message}",
            &stamp[20..23]
        ),
        Header::Tracing => format!("{}Z {level:>5} shop::{word}: {message}", &stamp[..26]),
        Header::Syslog => {
            format!(
                "Jan {:>2} {clock} web-{small} {word}[{}]: {level} {message}",
                1 + small,
                300 + small
            )
        }
        Header::Klog => format!(
            "{}{}{} {clock}.{} {} {word}.go:{}] {message}",
            &level[..1],
            &stamp[5..7],
            &stamp[8..10],
            &stamp[20..26],
            1000 + small,
            40 + small
        ),
        Header::Logfmt => format!(
            "time={stamp} level={lower} caller={word}.go:{small} msg=\"{}\"",
            quoted()
        ),
        Header::Json => format!(
            "{{\"time\":\"{stamp}\",\"level\":\"{lower}\",\"logger\":\"{word}\",\"msg\":\"{}\"}}",
            quoted()
        ),
    }
}
