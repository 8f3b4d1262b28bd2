//! What pages are told.

use super::*;
use sidekick::protocol::ServerFrame;

#[test]
fn pages_are_told_that_the_list_of_another_engine_has_not_been_read() {
    let state = DockerState::new("unix:///a".to_owned());
    state.replace(Vec::new(), Millis(1));
    let (before, mut updates) = state.subscribe();
    assert_eq!(before.refreshed, Some(Millis(1)));
    let mut told = || {
        let bytes = updates.try_recv().unwrap();
        ServerFrame::decode(&bytes).unwrap().message
    };
    state.clear();
    // A delta could not say it: there, no time of reading means the one before.
    let ServerMessage::Snapshot(snapshot) = told() else {
        panic!("no snapshot");
    };
    assert_eq!(snapshot, state.snapshot());
    assert_eq!(snapshot.refreshed, None);
    assert_eq!(snapshot.revision, *state.revisions().borrow());
    state.replace(Vec::new(), Millis(2));
    let next = snapshot.revision + 1;
    assert!(matches!(told(), ServerMessage::Delta { revision, .. } if revision == next));
}
