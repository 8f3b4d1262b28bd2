//! When the stream of events counts as open.

use std::time::Duration;

use super::*;
use crate::docker::fake::{FakeDaemon, Reply, Then};
use tokio::sync::mpsc;
use tokio_util::task::AbortOnDropHandle;

#[derive(Debug, PartialEq)]
enum Told {
    Open,
    Event(String),
    Error,
}

struct Recorder(mpsc::UnboundedSender<Told>);

impl EventHandler for Recorder {
    fn on_event(&mut self, event: Event) {
        let _ = self.0.send(Told::Event(event.action));
    }
    fn on_error(&mut self, _error: DockerError) {
        let _ = self.0.send(Told::Error);
    }
    fn on_reconnect(&mut self) {
        let _ = self.0.send(Told::Open);
    }
}

/// Watches a daemon, until the handle is dropped.
fn watch(daemon: &FakeDaemon) -> (mpsc::UnboundedReceiver<Told>, AbortOnDropHandle<()>) {
    let (sender, told) = mpsc::unbounded_channel();
    let watcher = EventWatcher::new(daemon.client(), Arc::default(), Recorder(sender));
    (told, AbortOnDropHandle::new(tokio::spawn(watcher.run())))
}

#[tokio::test(start_paused = true)]
async fn a_stream_that_the_engine_has_not_answered_is_not_open() {
    let daemon = FakeDaemon::start("watch-silent", |_| Reply::Silence);
    let (mut told, _task) = watch(&daemon);
    daemon.wait_open(1).await;
    tokio::time::sleep(Duration::from_secs(60)).await;
    assert!(told.try_recv().is_err());
}

#[tokio::test(start_paused = true)]
async fn a_stream_is_open_from_the_answer_on_before_any_event() {
    let start = b"{\"Type\":\"container\",\"Action\":\"start\",\"time\":1}\n".to_vec();
    for pieces in [vec![], vec![start]] {
        let events = pieces.len();
        let daemon = FakeDaemon::start(&format!("watch-{events}"), move |_| {
            Reply::Pieces(pieces.clone(), Then::StayOpen)
        });
        let (mut told, _task) = watch(&daemon);
        assert_eq!(told.recv().await, Some(Told::Open));
        if events > 0 {
            assert_eq!(told.recv().await, Some(Told::Event("start".to_owned())));
        }
        tokio::time::sleep(Duration::from_secs(60)).await;
        assert!(told.try_recv().is_err());
    }
}

#[tokio::test(start_paused = true)]
async fn a_refused_stream_is_an_error_and_never_open() {
    let daemon = FakeDaemon::start("watch-refused", |_| Reply::Whole(500, String::new()));
    let (mut told, _task) = watch(&daemon);
    assert_eq!(told.recv().await, Some(Told::Error));
    assert_eq!(told.recv().await, Some(Told::Error));
}
