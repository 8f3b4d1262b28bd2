//! What is printed.

use server::demo::{DemoOptions, Spec};
use sha2::{Digest, Sha256};
use sidekick::protocol::LogStream;

use crate::support::{Tail, World, numbered};

#[tokio::test]
async fn without_following_the_whole_log_is_printed_and_then_it_ends() {
    let world = World::start(&["web"]).await;
    world.print("web", numbered("line", 0..9000));
    let tail = world.tail(&["--no-follow", "web"]).await;
    assert_eq!(tail.code, Some(0), "{}", tail.err);
    assert!(tail.out.lines().eq(numbered("line", 0..9000)));
    assert_eq!(tail.err, "");
}

#[tokio::test]
async fn followed_it_prints_what_was_there_and_what_comes() {
    let world = World::start(&["web"]).await;
    world.print("web", numbered("line", 0..3000));
    let mut tail = Tail::start(world.address, &["web"]);
    assert_eq!(tail.lines(3000).await, numbered("line", 0..3000));
    world.print("web", numbered("line", 3000..3010));
    assert_eq!(tail.lines(10).await, numbered("line", 3000..3010));
}

#[tokio::test]
async fn the_newest_lines_or_those_since_a_time_are_printed_as_asked() {
    let world = World::start(&["web"]).await;
    let at =
        |second: i64| sidekick::time::Nanos(1_767_225_600_000_000_000 + second * 1_000_000_000);
    for second in 0..100 {
        let text = format!("line {second}");
        world
            .control
            .print_at("web", LogStream::Stdout, &text, at(second))
            .unwrap();
    }
    let tail = world.tail(&["--no-follow", "--tail", "3", "web"]).await;
    assert!(tail.out.lines().eq(numbered("line", 97..100)), "{tail:?}");
    let since = ["--no-follow", "--since", "2026-01-01T00:01:30Z", "web"];
    let tail = world.tail(&since).await;
    assert!(tail.out.lines().eq(numbered("line", 90..100)), "{tail:?}");
    let tail = world.tail(&["--no-follow", "--tail", "0", "web"]).await;
    assert_eq!((tail.code, tail.out.as_str()), (Some(0), ""));
}

#[tokio::test]
async fn the_newest_lines_are_followed_by_what_comes_and_by_all_of_who_joins_later() {
    let spec = |name: &str| Spec::new(name).compose("shop", name, 1);
    let world = World::with(DemoOptions::quiet(vec![spec("web")])).await;
    world.print("web", numbered("line", 0..100));
    let mut tail = Tail::start(world.address, &["--tail", "2", "shop"]);
    assert_eq!(tail.lines(2).await, numbered("web | line", 98..100));
    world.print("web", numbered("line", 100..105));
    assert_eq!(tail.lines(5).await, numbered("web | line", 100..105));
    world.control.create(spec("late")).unwrap();
    world.print("late", numbered("line", 0..5));
    world.control.start("late").unwrap();
    assert_eq!(tail.lines(5).await, numbered("late | line", 0..5));
}

#[tokio::test]
async fn json_tells_time_container_and_stream_of_each_line() {
    let world = World::start(&["web"]).await;
    let at = sidekick::time::Nanos(1_767_225_600_000_000_001);
    world
        .control
        .print_at("web", LogStream::Stderr, "it \"failed\"", at)
        .unwrap();
    let tail = world.tail(&["--no-follow", "--json", "web"]).await;
    assert_eq!(
        tail.out,
        "{\"time\":\"2026-01-01T00:00:00.000000001Z\",\"container\":\"web\",\"stream\":\"stderr\",\
         \"line\":\"it \\\"failed\\\"\"}\n"
    );
}

#[tokio::test]
async fn the_count_is_that_of_what_would_have_been_printed() {
    let world = World::start(&["web", "quiet"]).await;
    world.print("web", numbered("line", 0..5000));
    let printed = world.tail(&["--no-follow", "web"]).await.out;
    let tail = world.tail(&["--no-follow", "--count", "web"]).await;
    let hash = Sha256::digest(&printed);
    let hash: String = hash.iter().map(|byte| format!("{byte:02x}")).collect();
    let expected = format!("web\t5000 lines\t{} bytes\tsha256 {hash}\n", printed.len());
    assert_eq!(tail.out, expected);
    let tail = world.tail(&["--no-follow", "--count", "quiet"]).await;
    let nothing = "quiet\t0 lines\t0 bytes\tsha256 e3b0c44298fc1c14";
    assert!(tail.out.starts_with(nothing), "{}", tail.out);
}

#[tokio::test]
async fn lines_of_a_project_stand_behind_the_names_of_their_containers() {
    let containers = ["shop-web-1", "shop-db-1"];
    let spec = |name: &&str| Spec::new(name).compose("shop", &name[5..7], 1);
    let world = World::with(DemoOptions::quiet(containers.iter().map(spec).collect())).await;
    world.print("shop-web-1", ["hello".to_owned()]);
    // One of them is named twice: its lines come once.
    let mut tail = Tail::start(world.address, &["shop-web-1", "shop"]);
    assert_eq!(tail.line().await, "shop-web-1 | hello");
    world.print("shop-db-1", ["ready".to_owned()]);
    assert_eq!(tail.line().await, "shop-db-1  | ready");
    // What came twice would be before this.
    world.print("shop-web-1", ["the end".to_owned()]);
    assert_eq!(tail.line().await, "shop-web-1 | the end");
    tail.terminate().await;
    let tail = tail.end().await;
    assert_eq!((tail.out.as_str(), tail.err.as_str()), ("", ""));
}

#[tokio::test]
async fn lines_of_several_containers_come_in_order_of_time() {
    let spec = |name: &str| Spec::new(name).compose("shop", name, 1);
    let names = ["web", "db", "quiet"];
    let world = World::with(DemoOptions::quiet(names.map(spec).into())).await;
    let print_as = |name: &str, number: i64| {
        let at = sidekick::time::Nanos(1_767_225_600_000_000_000 + number * 1_000_000);
        let text = format!("line {number}");
        let control = &world.control;
        control
            .print_at(name, LogStream::Stdout, &text, at)
            .unwrap();
    };
    let print = |number: i64| print_as(names[usize::from(number % 7 < 3)], number);
    let number = |line: String| line.rsplit(' ').next().map(str::to_owned).unwrap();
    (0..9000).for_each(print);
    let all = world.tail(&["--no-follow", "shop"]).await;
    let numbers = all.out.lines().map(|it| number(it.to_owned()));
    assert!(numbers.eq((0..9000).map(|it| it.to_string())), "{all:?}");
    assert_eq!(all.err, "");
    let mut tail = Tail::start(world.address, &["shop"]);
    let lines = tail.lines(9000).await.into_iter().map(number);
    assert!(lines.eq((0..9000).map(|it| it.to_string())));
    // One that says nothing does not hold them up.
    (9000..9100).for_each(print);
    let lines = tail.lines(100).await.into_iter().map(number);
    assert!(lines.eq((9000..9100).map(|it| it.to_string())));
    // One comes when the younger ones have waited for it.
    print_as("quiet", 8999);
    assert_eq!(number(tail.line().await), "8999");
    tail.terminate().await;
    let told = tail.end().await.err;
    assert!(told.contains("1 line stands behind younger ones"), "{told}");
}

#[tokio::test]
async fn more_containers_than_a_server_takes_at_a_time_are_all_read() {
    let name = |number: usize| format!("fleet-{number:03}");
    let spec = |number| Spec::new(&name(number)).compose("fleet", "unit", number as u32 + 1);
    let world = World::with(DemoOptions::quiet((0..100).map(spec).collect())).await;
    for number in 0..100 {
        world.print(&name(number), numbered("line", 0..number + 1));
    }
    let tail = world.tail(&["--no-follow", "--count", "fleet"]).await;
    assert_eq!(tail.code, Some(0), "{}", tail.err);
    let counts = (0..100).map(|number| format!("{}\t{} lines", name(number), number + 1));
    let told = tail.out.lines().map(|line| {
        let mut columns = line.split('\t');
        format!("{}\t{}", columns.next().unwrap(), columns.next().unwrap())
    });
    assert!(told.eq(counts), "{}", tail.out);
}
