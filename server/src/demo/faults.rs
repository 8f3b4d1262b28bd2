//! Faults that a test can order: what a bad network, an old engine or a dying daemon do.

use std::collections::VecDeque;
use std::ops::Range;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

/// The kinds of requests that are told apart for faults and counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Kind {
    /// `/containers/{id}/logs`
    Logs,
    /// `/containers/{id}/stats`
    Stats,
    /// `/events`
    Events,
    /// `/containers/json`
    List,
    /// `/containers/{id}/json`
    Inspect,
    /// Everything else: ping, version, info, actions.
    Other,
}

impl Kind {
    /// Every kind, in the order of [`Kind::index`].
    pub const ALL: [Self; 6] = [
        Self::Logs,
        Self::Stats,
        Self::Events,
        Self::List,
        Self::Inspect,
        Self::Other,
    ];

    fn index(self) -> usize {
        self as usize
    }

    /// The kind of a request by its path, without the version prefix.
    pub(crate) fn of(path: &str) -> Self {
        let parts: Vec<&str> = path.trim_matches('/').split('/').collect();
        match parts.as_slice() {
            ["events"] => Self::Events,
            ["containers", "json"] => Self::List,
            ["containers", _, "logs"] => Self::Logs,
            ["containers", _, "stats"] => Self::Stats,
            ["containers", _, "json"] => Self::Inspect,
            _ => Self::Other,
        }
    }
}

/// What goes wrong with a response.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fault {
    /// The connection breaks after so many bytes of the body.
    CutAfter(usize),
    /// Nothing more comes after so many bytes of the body; the connection stays open.
    StallAfter(usize),
    /// The request is read and never answered.
    NeverAnswer,
    /// A record no client can use comes first: a log line without a timestamp and with invalid
    /// UTF-8, a stats or event record that is no JSON, a list entry of an unknown state and one
    /// without fields.
    Malformed,
    /// These bytes come before the body.
    Inject(Vec<u8>),
    /// The body arrives in pieces of at most so many bytes, each written by itself.
    Split(usize),
    /// The request is answered with this status and message.
    Refuse(u16, String),
}

/// The newest runs of records that readers came too late for.
const MOST_PASSED_OVER: usize = 10_000;

/// Ordered faults and counted requests of each kind.
#[derive(Debug, Default)]
pub(crate) struct Faults {
    slots: Mutex<[Slot; 6]>,
    open: [AtomicU64; 6],
    seen: [AtomicU64; 6],
    passed_over: Mutex<VecDeque<(String, Range<u64>)>>,
}

#[derive(Debug, Default)]
struct Slot {
    next: VecDeque<Fault>,
    always: Option<Fault>,
}

impl Faults {
    pub(crate) fn once(&self, kind: Kind, fault: Fault) {
        self.with(kind, |slot| slot.next.push_back(fault));
    }

    pub(crate) fn always(&self, kind: Kind, fault: Fault) {
        self.with(kind, |slot| slot.always = Some(fault));
    }

    pub(crate) fn clear(&self) {
        for kind in Kind::ALL {
            self.with(kind, |slot| *slot = Slot::default());
        }
    }

    /// The fault of the request that just came in.
    pub(crate) fn take(&self, kind: Kind) -> Option<Fault> {
        self.with(kind, |slot| {
            slot.next.pop_front().or_else(|| slot.always.clone())
        })
    }

    pub(crate) fn open(&self, kind: Kind) -> u64 {
        self.open[kind.index()].load(Ordering::SeqCst)
    }

    pub(crate) fn seen(&self, kind: Kind) -> u64 {
        self.seen[kind.index()].load(Ordering::SeqCst)
    }

    /// A reader of a container's log came too late for these records.
    pub(crate) fn passed_over(&self, id: &str, records: Range<u64>) {
        if records.is_empty() {
            return;
        }
        let mut all = self.lock_passed_over();
        if all.len() == MOST_PASSED_OVER {
            all.pop_front();
        }
        all.push_back((id.to_owned(), records));
    }

    pub(crate) fn records_passed_over(&self, id: &str) -> Vec<Range<u64>> {
        let all = self.lock_passed_over();
        let of_it = all.iter().filter(|(of, _)| of == id);
        of_it.map(|(_, records)| records.clone()).collect()
    }

    fn lock_passed_over(&self) -> MutexGuard<'_, VecDeque<(String, Range<u64>)>> {
        self.passed_over
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn enter(&self, kind: Kind) {
        self.open[kind.index()].fetch_add(1, Ordering::SeqCst);
        self.seen[kind.index()].fetch_add(1, Ordering::SeqCst);
    }

    pub(crate) fn leave(&self, kind: Kind) {
        self.open[kind.index()].fetch_sub(1, Ordering::SeqCst);
    }

    fn with<T>(&self, kind: Kind, change: impl FnOnce(&mut Slot) -> T) -> T {
        let mut slots = self.slots.lock().unwrap_or_else(PoisonError::into_inner);
        change(&mut slots[kind.index()])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_request_is_known_by_its_path() {
        assert_eq!(Kind::of("/containers/web/logs"), Kind::Logs);
        assert_eq!(Kind::of("/containers/json"), Kind::List);
        assert_eq!(Kind::of("/containers/json/json"), Kind::Inspect);
        assert_eq!(Kind::of("/_ping"), Kind::Other);
    }

    #[test]
    fn one_shot_faults_come_before_lasting_ones_and_in_order() {
        let faults = Faults::default();
        faults.always(Kind::Logs, Fault::NeverAnswer);
        faults.once(Kind::Logs, Fault::CutAfter(1));
        faults.once(Kind::Logs, Fault::CutAfter(2));
        assert_eq!(faults.take(Kind::Stats), None);
        assert_eq!(faults.take(Kind::Logs), Some(Fault::CutAfter(1)));
        assert_eq!(faults.take(Kind::Logs), Some(Fault::CutAfter(2)));
        assert_eq!(faults.take(Kind::Logs), Some(Fault::NeverAnswer));
        assert_eq!(faults.take(Kind::Logs), Some(Fault::NeverAnswer));
        faults.clear();
        assert_eq!(faults.take(Kind::Logs), None);
    }
}
