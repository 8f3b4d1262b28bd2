//! Services with multi-line traces, and a training run on a terminal.

use sidekick::protocol::LogStream;
use sidekick::time::Nanos;

use super::{Lines, Speaker, err, iso_millis, out, python_time};

fn spring(now: Nanos, level: &str, thread: &str, logger: &str, text: &str) -> String {
    format!(
        "{} {level:>5} 1 --- [{thread:>15}] {logger:<40} : {text}",
        iso_millis(now)
    )
}

pub(super) fn java_greets(now: Nanos) -> Lines {
    [
        (
            "c.example.checkout.CheckoutApplication",
            "Starting CheckoutApplication v2.14.0 using Java 21.0.5 with PID 1",
        ),
        (
            "o.s.b.w.embedded.tomcat.TomcatWebServer",
            "Tomcat initialized with port 8081 (http)",
        ),
        (
            "com.zaxxer.hikari.HikariDataSource",
            "HikariPool-1 - Start completed.",
        ),
        (
            "c.example.checkout.CheckoutApplication",
            "Started CheckoutApplication in 6.412 seconds (process running for 7.03)",
        ),
    ]
    .map(|(logger, text)| (LogStream::Stdout, spring(now, "INFO", "main", logger, text)))
    .to_vec()
}

pub(super) fn java(me: &mut Speaker, now: Nanos, trouble: bool) -> Lines {
    let thread = format!("nio-8081-exec-{}", me.rng.range(1, 11));
    let order = me.rng.range(200_000, 999_999);
    let roll = me.rng.unit();
    if roll < if trouble { 0.3 } else { 0.012 } {
        return java_trace(me, now, &thread, order);
    }
    if roll < 0.06 {
        let ms = me.rng.range(800, 4_000);
        let text = format!("Payment provider slow to answer: {ms} ms for order {order}");
        return out(spring(
            now,
            "WARN",
            &thread,
            "c.example.checkout.PaymentClient",
            &text,
        ));
    }
    if roll < 0.2 {
        let (active, idle) = (me.rng.range(1, 9), me.rng.range(1, 9));
        let text = format!(
            "HikariPool-1 - Pool stats (total=10, active={active}, idle={idle}, waiting=0)"
        );
        return out(spring(
            now,
            "DEBUG",
            "ikariPool-1 hou",
            "com.zaxxer.hikari.pool.HikariPool",
            &text,
        ));
    }
    let cents = me.rng.range(499, 89_900);
    let text = match me.rng.range(0, 4) {
        0 => format!(
            "Reserved stock for order {order}: {} items",
            me.rng.range(1, 9)
        ),
        1 => format!(
            "Order {order} paid, amount {}.{:02} EUR",
            cents / 100,
            cents % 100
        ),
        2 => format!(
            "Published event OrderConfirmed for order {order} to partition {}",
            me.rng.range(0, 6)
        ),
        _ => format!(
            "Validated basket {} with {} positions",
            me.uuid(),
            me.rng.range(1, 14)
        ),
    };
    out(spring(
        now,
        "INFO",
        &thread,
        "c.example.checkout.CheckoutService",
        &text,
    ))
}

fn java_trace(me: &mut Speaker, now: Nanos, thread: &str, order: u64) -> Lines {
    let (class, text) = me.rng.pick(&[
        ("java.net.SocketTimeoutException", "Read timed out"),
        (
            "org.springframework.dao.CannotAcquireLockException",
            "could not obtain lock on row in relation \"stock\"",
        ),
        (
            "java.lang.IllegalStateException",
            "Basket changed while paying",
        ),
    ]);
    let head = format!("Checkout of order {order} failed");
    let mut lines = vec![
        spring(now, "ERROR", thread, "c.example.checkout.CheckoutController", &head),
        String::new(),
        format!("com.example.checkout.CheckoutException: {head}"),
        "\tat com.example.checkout.CheckoutService.pay(CheckoutService.java:148) ~[classes!/:2.14.0]".to_owned(),
        "\tat com.example.checkout.CheckoutController.post(CheckoutController.java:61) ~[classes!/:2.14.0]".to_owned(),
        "\tat jdk.internal.reflect.DirectMethodHandleAccessor.invoke(DirectMethodHandleAccessor.java:103) ~[na:na]".to_owned(),
        "\tat org.apache.tomcat.util.threads.TaskThread$WrappingRunnable.run(TaskThread.java:63) ~[tomcat-embed-core-10.1.31.jar!/:na]".to_owned(),
        "\tat java.base/java.lang.Thread.run(Thread.java:1583) ~[na:na]".to_owned(),
        format!("Caused by: {class}: {text}"),
        "\tat java.base/sun.nio.ch.NioSocketImpl.timedRead(NioSocketImpl.java:278) ~[na:na]".to_owned(),
        "\tat com.example.checkout.PaymentClient.charge(PaymentClient.java:92) ~[classes!/:2.14.0]".to_owned(),
    ];
    let more = me.rng.range(12, 60);
    lines.push(format!("\t... {more} common frames omitted"));
    lines.into_iter().map(|l| (LogStream::Stdout, l)).collect()
}

pub(super) fn python_greets(now: Nanos) -> Lines {
    let time = python_time(now);
    [
        "INFO worker.main: starting worker 3.8.1 (python 3.13.0)",
        "INFO worker.broker: connected to redis://cache:6379/0",
        "INFO worker.main: listening on queues mail, thumbnails, exports (concurrency 4)",
    ]
    .map(|text| (LogStream::Stderr, format!("{time} {text}")))
    .to_vec()
}

pub(super) fn python(me: &mut Speaker, now: Nanos, trouble: bool) -> Lines {
    let time = python_time(now);
    let id = me.uuid();
    let task = me.rng.pick(&[
        "send_mail",
        "make_thumbnail",
        "export_orders",
        "reindex_product",
    ]);
    let roll = me.rng.unit();
    if roll < if trouble { 0.35 } else { 0.015 } {
        let mut lines = err(format!(
            "{time} ERROR worker.tasks: task {task}[{id}] raised unexpected"
        ));
        lines.extend(traceback(me));
        return lines;
    }
    if roll < 0.07 {
        let seconds = me.rng.range(2, 120);
        return err(format!(
            "{time} WARNING worker.tasks: task {task}[{id}] retry in {seconds}s: mail server busy"
        ));
    }
    if roll < 0.5 {
        return err(format!(
            "{time} INFO worker.tasks: task {task}[{id}] received"
        ));
    }
    let took = me.took_ms(240.0) / 1000.0;
    err(format!(
        "{time} INFO worker.tasks: task {task}[{id}] succeeded in {took:.3}s"
    ))
}

pub(super) fn python_dies(me: &mut Speaker, now: Nanos) -> Lines {
    let mut lines = err(format!(
        "{} CRITICAL worker.main: lost connection to broker, giving up",
        python_time(now)
    ));
    lines.extend(traceback(me));
    lines
}

fn traceback(me: &mut Speaker) -> Lines {
    let last = me.rng.pick(&[
        "ConnectionResetError: [Errno 104] Connection reset by peer",
        "PIL.UnidentifiedImageError: cannot identify image file <_io.BytesIO object>",
        "KeyError: 'customer_id'",
    ]);
    [
        "Traceback (most recent call last):",
        "  File \"/app/worker/runner.py\", line 212, in run",
        "    result = task.call(*args, **kwargs)",
        "             ^^^^^^^^^^^^^^^^^^^^^^^^^^",
        "  File \"/app/worker/tasks.py\", line 87, in call",
        "    return self.func(ctx, *args)",
        last,
    ]
    .map(|line| (LogStream::Stderr, line.to_owned()))
    .to_vec()
}

pub(super) fn trainer_greets() -> Lines {
    [
        "\u{1b}[1;36mrecommender\u{1b}[0m 0.9.2 on cpu x4",
        "dataset: 1,284,112 interactions, 38,201 items",
        "\u{1b}[2mresuming from /checkpoints/last.pt\u{1b}[0m",
    ]
    .map(|line| (LogStream::Stdout, line.to_owned()))
    .to_vec()
}

pub(super) fn trainer(me: &mut Speaker) -> Lines {
    let (epoch, step) = (me.count / 40 + 1, me.count % 40);
    let loss = 2.4 / (1.0 + me.count as f64 / 90.0) + me.rng.unit() * 0.08;
    if step == 0 {
        let score = 0.9 - loss / 4.0;
        return out(format!(
            "\u{1b}[1;32m✓ epoch {}\u{1b}[0m  val_loss {loss:.4}  recall@20 \u{1b}[1m{score:.3}\u{1b}[0m",
            epoch - 1
        ));
    }
    let filled = (step / 2) as usize;
    let bar = format!("{}{}", "█".repeat(filled), "░".repeat(20 - filled));
    let rate = me.rng.range(880, 1_240);
    let mut lines = out(format!(
        "epoch {epoch:>3} \u{1b}[36m{bar}\u{1b}[0m {:>3}%  loss \u{1b}[33m{loss:.4}\u{1b}[0m  {rate} it/s",
        step * 100 / 40
    ));
    if me.rng.chance(0.02) {
        lines.extend(out(
            "\u{1b}[33mwarning:\u{1b}[0m gradient norm clipped to 1.0".to_owned(),
        ));
    }
    lines
}
