use std::net::TcpListener;

use clap::Parser;

use super::*;

#[derive(Parser)]
struct Line {
    #[command(flatten)]
    args: TailArgs,
}

/// Looks for a dashboard where there is none, for so long at most.
async fn look_for_nothing(options: &[&str], most: Duration) -> Option<String> {
    // Nobody listens there any more.
    let address = TcpListener::bind("127.0.0.1:0").unwrap().local_addr();
    let url = format!("http://{}", address.unwrap());
    let line = ["tail", "web", "--url", &url];
    let args = Line::parse_from(line.iter().chain(options)).args;
    let result = run(args, tokio::time::sleep(most)).await;
    result.err().map(|error| error.to_string())
}

#[tokio::test(start_paused = true)]
async fn without_following_a_dashboard_that_is_not_found_is_an_error() {
    for options in [&["--no-follow"][..], &["--no-follow", "--count"]] {
        let before = Instant::now();
        let error = look_for_nothing(options, Duration::from_secs(3600)).await;
        assert!(before.elapsed() < Duration::from_secs(40), "{options:?}");
        let error = error.unwrap_or_default();
        assert!(error.starts_with("no list of containers"), "{error}");
    }
}

#[tokio::test(start_paused = true)]
async fn who_follows_waits_for_the_dashboard() {
    let error = look_for_nothing(&[], Duration::from_secs(3600)).await;
    assert_eq!(error, None);
}
