//! Databases and the jobs around them.

use sidekick::protocol::LogStream;
use sidekick::time::Nanos;

use super::{Lines, Speaker, day_month, err, out, plain_time};

pub(super) fn postgres_greets(now: Nanos) -> Lines {
    let time = plain_time(now);
    [
        "starting PostgreSQL 17.2 on x86_64-pc-linux-musl, compiled by gcc 14.2.0, 64-bit",
        "listening on IPv4 address \"0.0.0.0\", port 5432",
        "database system was shut down cleanly",
        "database system is ready to accept connections",
    ]
    .map(|text| (LogStream::Stderr, format!("{time} UTC [1] LOG:  {text}")))
    .to_vec()
}

pub(super) fn postgres(me: &mut Speaker, now: Nanos, trouble: bool) -> Lines {
    let pid = me.rng.range(40, 900);
    let head = format!("{} UTC [{pid}]", plain_time(now));
    let roll = me.rng.unit();
    if roll < if trouble { 0.4 } else { 0.03 } {
        let sku = me.rng.range(1_000, 9_999);
        return [
            format!("{head} ERROR:  duplicate key value violates unique constraint \"reservation_sku_key\""),
            format!("{head} DETAIL:  Key (sku)=({sku}) already exists."),
            format!("{head} STATEMENT:  INSERT INTO reservation (sku, basket_id) VALUES ($1, $2)"),
        ]
        .map(|line| (LogStream::Stderr, line))
        .to_vec();
    }
    if roll < 0.06 {
        return err(format!(
            "{head} FATAL:  remaining connection slots are reserved for roles with the SUPERUSER attribute"
        ));
    }
    if roll < 0.30 {
        let (buffers, seconds) = (me.rng.range(20, 9_000), me.took_ms(4_000.0) / 1000.0);
        let kb = me.rng.range(90, 40_000);
        return err(format!(
            "{head} LOG:  checkpoint complete: wrote {buffers} buffers ({:.1}%); write={seconds:.3} s, sync=0.012 s, total={:.3} s; distance={kb} kB",
            buffers as f64 / 163.84,
            seconds + 0.03
        ));
    }
    if roll < 0.45 {
        return err(format!("{head} LOG:  checkpoint starting: time"));
    }
    let (ms, table) = (
        me.took_ms(310.0),
        me.rng.pick(&["orders", "products", "stock", "sessions"]),
    );
    let id = me.rng.range(1, 80_000);
    err(format!(
        "{head} LOG:  duration: {ms:.3} ms  statement: SELECT * FROM {table} WHERE id = {id}"
    ))
}

fn redis_head(now: Nanos) -> String {
    let civil = now.civil();
    format!(
        "1:M {} {:02}:{:02}:{:02}.{:03}",
        day_month(now, ' '),
        civil.hour,
        civil.minute,
        civil.second,
        civil.nanosecond / 1_000_000
    )
}

pub(super) fn redis_greets(now: Nanos) -> Lines {
    let head = redis_head(now);
    [
        "* oO0OoO0OoO0Oo Redis is starting oO0OoO0OoO0Oo",
        "* Redis version=7.4.1, bits=64, commit=00000000, modified=0, pid=1, just started",
        "# Warning: no config file specified, using the default config.",
        "* Ready to accept connections tcp",
    ]
    .map(|text| (LogStream::Stdout, format!("{head} {text}")))
    .to_vec()
}

pub(super) fn redis(me: &mut Speaker, now: Nanos) -> Lines {
    let head = redis_head(now);
    let pid = me.rng.range(100, 32_000);
    match me.rng.range(0, 5) {
        0 => {
            let changes = me.rng.range(100, 900);
            out(format!(
                "{head} * {changes} changes in 60 seconds. Saving..."
            ))
        }
        1 => out(format!("{head} * Background saving started by pid {pid}")),
        2 => out(format!(
            "{pid}:C{} * DB saved on disk",
            head.trim_start_matches("1:M")
        )),
        3 => out(format!(
            "{head} * Background saving terminated with success"
        )),
        _ if me.rng.chance(0.2) => out(format!(
            "{head} # WARNING: memory usage is above 80% of maxmemory"
        )),
        _ => {
            let mb = me.rng.range(1, 9);
            out(format!(
                "{head} * Fork CoW for RDB: current {mb} MB, peak {mb} MB, average {mb} MB"
            ))
        }
    }
}

pub(super) fn backup(me: &mut Speaker, now: Nanos) -> Lines {
    let time = plain_time(now);
    let table = me.rng.pick(&[
        "orders",
        "order_items",
        "products",
        "stock",
        "customers",
        "sessions",
    ]);
    let (rows, mib) = (me.rng.range(1_000, 900_000), me.rng.range(2, 480));
    match me.count {
        1 => out(format!(
            "{time} backup: starting nightly run, target s3://backups.example/shop"
        )),
        2 => out(format!("{time} backup: snapshot of database shop taken")),
        n if n % 9 == 0 => err(format!(
            "{time} backup: WARNING upload of part {n} slow, retrying once"
        )),
        n if n % 2 == 0 => out(format!("{time} backup: dumped table {table}, {rows} rows")),
        n => out(format!("{time} backup: uploaded part {n}, {mib} MiB")),
    }
}

pub(super) fn backup_ends(me: &mut Speaker, now: Nanos) -> Lines {
    let (gib, parts) = (me.rng.range(3, 9), me.count);
    out(format!(
        "{} backup: finished, {parts} parts, {gib} GiB, 0 errors",
        plain_time(now)
    ))
}

pub(super) fn migration(me: &mut Speaker, now: Nanos) -> Lines {
    let time = plain_time(now);
    let (n, ms) = (me.count, me.took_ms(120.0));
    let what = me.rng.pick(&[
        "add index on orders",
        "add column locale",
        "drop view old_stock",
        "backfill totals",
    ]);
    out(format!(
        "{time} migrate: {n:03}_{} applied in {ms:.0} ms",
        what.replace(' ', "_")
    ))
}

pub(super) fn migration_ends(me: &mut Speaker, now: Nanos) -> Lines {
    out(format!(
        "{} migrate: {} migrations applied, schema is up to date",
        plain_time(now),
        me.count
    ))
}
