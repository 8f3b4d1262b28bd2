//! How it ends, and what it says then.

use std::time::Duration;

use server::demo::{Fault, Kind};

use crate::stub::Stub;
use crate::support::{Tail, World, numbered};

#[tokio::test]
async fn a_name_of_nothing_ends_it_with_what_there_is() {
    let world = World::start(&["web", "db"]).await;
    let tail = world.tail(&["wbe"]).await;
    assert_eq!(tail.code, Some(1));
    let expected = "error: no container or project is named wbe; there are db, web\n";
    assert_eq!(tail.err, expected);
}

#[tokio::test]
async fn a_log_that_cannot_be_read_is_told_and_is_no_success() {
    let world = World::start(&["web"]).await;
    let refusal = "configured logging driver does not support reading".to_owned();
    world
        .control
        .fail_always(Kind::Logs, Fault::Refuse(501, refusal));
    let tail = world.tail(&["--no-follow", "web"]).await;
    assert_eq!(tail.code, Some(1));
    assert!(
        tail.err.contains("does not support reading"),
        "{}",
        tail.err
    );
    assert!(
        tail.err.contains("not everything could be printed"),
        "{}",
        tail.err
    );
}

#[tokio::test]
async fn what_is_no_dashboard_ends_it_at_once() {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move {
        while let Ok((mut connection, _)) = listener.accept().await {
            let answer = b"HTTP/1.1 403 Forbidden\r\nContent-Length: 3\r\n\r\nno\n";
            tokio::io::AsyncWriteExt::write_all(&mut connection, answer)
                .await
                .unwrap();
            // The other side takes it before the end.
            let mut rest = [0; 4096];
            while tokio::io::AsyncReadExt::read(&mut connection, &mut rest)
                .await
                .is_ok_and(|read| read > 0)
            {}
        }
    });
    let tail = Tail::start(address, &["web"]).end().await;
    assert_eq!(tail.code, Some(1));
    assert!(tail.err.contains("cannot look through"), "{}", tail.err);
    assert!(tail.err.contains("403"), "{}", tail.err);
}

#[tokio::test]
async fn interrupted_it_says_by_what_by_its_code() {
    let world = World::start(&["web"]).await;
    world.print("web", numbered("line", 0..10));
    let mut tail = Tail::start(world.address, &["web"]);
    tail.lines(10).await;
    tail.terminate().await;
    let tail = tail.end().await;
    assert_eq!((tail.code, tail.out.as_str()), (Some(143), ""));
    let mut tail = Tail::start(world.address, &["web"]);
    tail.lines(10).await;
    tail.signal("-INT").await;
    assert_eq!(tail.end().await.code, Some(130));
}

#[tokio::test]
async fn interrupted_it_prints_all_that_it_has_received() {
    let mut stub = Stub::start().await;
    let tail = Tail::start(stub.address, &["web"]);
    let sub = stub.subscribed().await;
    // More than the pipe to whoever reads holds, and less than the server sends without credit.
    let wide = "x".repeat(90);
    for batch in 0..70 {
        let lines = numbered(&wide, batch * 100..(batch + 1) * 100);
        stub.logs(sub, &lines).await;
    }
    // Whoever answers has received everything before.
    stub.answers().await;
    tail.terminate().await;
    let tail = tail.end().await;
    assert_eq!(tail.code, Some(143), "{}", tail.err);
    let lines = tail.out.lines().count();
    assert!(
        tail.out.lines().eq(numbered(&wide, 0..7000)),
        "{lines} lines"
    );
}

#[tokio::test]
async fn nobody_to_read_what_it_prints_is_an_end_and_no_failure() {
    let world = World::start(&["web"]).await;
    world.print("web", numbered("line", 0..10));
    let mut tail = Tail::start(world.address, &["web"]);
    assert_eq!(tail.line().await, "line 0");
    let ending = tail.hang_up();
    let printing = async {
        loop {
            world.print("web", numbered("more", 0..100));
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    let output = tokio::select! {
        output = ending.wait() => output,
        () = printing => unreachable!(),
    };
    assert_eq!((output.code, output.err.as_str()), (Some(0), ""));
}
