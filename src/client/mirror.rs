//! The page's copy of the dashboard's state, kept by snapshots and deltas.

use crate::model::{Container, ContainerId, EngineStatus, ResourceError};
use crate::protocol::Snapshot;
use crate::sort::sort_by;
use crate::time::Millis;

/// The copy, and whether it is complete.
#[derive(Debug, Default)]
pub(super) struct Mirror {
    snapshot: Option<Snapshot>,
    /// A snapshot came on this connection and every delta since continued it.
    current: bool,
}

/// A delta as it came.
#[derive(Debug)]
pub(super) struct Delta {
    pub(super) revision: u64,
    pub(super) engine: Option<EngineStatus>,
    pub(super) changed: Vec<Container>,
    pub(super) removed: Vec<ContainerId>,
    pub(super) errors: Option<Vec<ResourceError>>,
    pub(super) refreshed: Option<Millis>,
}

/// What became of a delta.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Applied {
    /// The copy changed.
    Yes,
    /// It was there already.
    Old,
    /// Something before it is missing: ask for a snapshot.
    Hole,
}

impl Mirror {
    /// The copy, also while it is not complete.
    pub(super) fn get(&self) -> Option<&Snapshot> {
        self.snapshot.as_ref()
    }

    /// The connection is gone: the copy stays, deltas do not continue it.
    pub(super) fn disconnect(&mut self) {
        self.current = false;
    }

    /// Takes a whole state.
    pub(super) fn replace(&mut self, mut snapshot: Snapshot) {
        sort(&mut snapshot.containers);
        self.snapshot = Some(snapshot);
        self.current = true;
    }

    /// Takes a change.
    pub(super) fn apply(&mut self, delta: Delta) -> Applied {
        let Some(snapshot) = self.snapshot.as_mut().filter(|_| self.current) else {
            return Applied::Hole;
        };
        if delta.revision <= snapshot.revision {
            return Applied::Old;
        }
        if delta.revision - snapshot.revision > 1 {
            self.current = false;
            return Applied::Hole;
        }
        snapshot.revision = delta.revision;
        if let Some(engine) = delta.engine {
            snapshot.engine = engine;
        }
        let gone = |id: &ContainerId| {
            delta.removed.contains(id) || delta.changed.iter().any(|c| c.id == *id)
        };
        snapshot.containers.retain(|c| !gone(&c.id));
        snapshot.containers.extend(delta.changed);
        sort(&mut snapshot.containers);
        if let Some(errors) = delta.errors {
            snapshot.errors = errors;
        }
        snapshot.refreshed = delta.refreshed.or(snapshot.refreshed);
        Applied::Yes
    }
}

/// By name, as a [`Snapshot`] promises.
fn sort(containers: &mut [Container]) {
    sort_by(containers, |a, b| {
        a.name.cmp(&b.name).then_with(|| a.id.cmp(&b.id))
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    fn container(id: &str, name: &str) -> Container {
        Container::created(ContainerId(id.into()), name.into())
    }

    fn snapshot(revision: u64, containers: Vec<Container>) -> Snapshot {
        Snapshot {
            revision,
            engine: EngineStatus::Connecting {
                endpoint: "x".into(),
            },
            containers,
            errors: vec![],
            refreshed: None,
        }
    }

    fn delta(revision: u64, changed: Vec<Container>, removed: &[&str]) -> Delta {
        Delta {
            revision,
            engine: None,
            changed,
            removed: removed.iter().map(|&id| ContainerId(id.into())).collect(),
            errors: None,
            refreshed: Some(Millis(revision as i64)),
        }
    }

    fn names(mirror: &Mirror) -> Vec<&str> {
        let containers = &mirror.get().unwrap().containers;
        containers.iter().map(|c| c.name.as_str()).collect()
    }

    #[test]
    fn a_delta_adds_changes_and_removes_and_keeps_the_order_by_name() {
        let mut mirror = Mirror::default();
        mirror.replace(snapshot(4, vec![container("1", "b"), container("2", "a")]));
        assert_eq!(names(&mirror), ["a", "b"]);
        let applied = mirror.apply(delta(
            5,
            vec![container("1", "z"), container("3", "m")],
            &["2"],
        ));
        assert_eq!(applied, Applied::Yes);
        assert_eq!(names(&mirror), ["m", "z"]);
        assert_eq!(mirror.get().unwrap().refreshed, Some(Millis(5)));
    }

    #[test]
    fn a_hole_stops_deltas_until_a_snapshot() {
        let mut mirror = Mirror::default();
        assert_eq!(mirror.apply(delta(1, vec![], &[])), Applied::Hole);
        mirror.replace(snapshot(4, vec![container("1", "a")]));
        assert_eq!(mirror.apply(delta(4, vec![], &["1"])), Applied::Old);
        assert_eq!(mirror.apply(delta(6, vec![], &["1"])), Applied::Hole);
        assert_eq!(mirror.apply(delta(5, vec![], &["1"])), Applied::Hole);
        assert_eq!(names(&mirror), ["a"], "the copy stays as it was");
        mirror.replace(snapshot(2, vec![]));
        assert_eq!(mirror.apply(delta(3, vec![], &[])), Applied::Yes);
    }

    #[test]
    fn deltas_of_a_new_connection_do_not_continue_the_old_state() {
        let mut mirror = Mirror::default();
        mirror.replace(snapshot(4, vec![]));
        mirror.disconnect();
        assert_eq!(mirror.apply(delta(5, vec![], &[])), Applied::Hole);
        assert!(mirror.get().is_some());
    }
}
