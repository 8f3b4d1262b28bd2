//! Lines from before those held: a subscription of its own for each window, which ends when the
//! window is complete. What it means is [`Older`](sidekick::logs::Older)'s business.

use sidekick::client::Update as Report;
use sidekick::logs::older::Step;
use sidekick::protocol::{GapReason, LogBatch, Start, StreamState, SubId, Target};

use super::Wire;
use super::frame::Dirty;
use crate::later::{bring, rest};
use crate::state::Past;

/// What reads older lines, which is no part of the first load.
#[derive(Clone, Copy)]
pub(crate) struct Reader {
    load: fn(&Wire),
    take: fn(&Wire, &Report) -> bool,
}

pub(crate) const READER: Reader = Reader {
    load: Wire::read_older,
    take: Wire::take_report,
};

impl Wire {
    /// Reads older lines of the selected container, unless that is under way or there are none.
    pub(crate) fn load_older(&self) {
        let wire = self.clone();
        bring(move || {
            if let Some(rest) = rest() {
                (rest.older.load)(&wire);
            }
        });
    }

    fn read_older(&self) {
        let dashboard = self.dashboard;
        let container = dashboard
            .pinned
            .with_untracked(|pin| pin.as_ref().map(|pin| pin.id().clone()));
        let Some(container) = container else { return };
        let asked = dashboard
            .logs
            .with_value(|session| self.inner.borrow_mut().older.ask(session));
        if let Some(lines) = asked {
            let mut inner = self.inner.borrow_mut();
            let target = Target::History { container };
            let sub = inner.client.subscribe_from(target, Start::Tail(lines));
            inner.older_sub = Some(sub);
            drop(inner);
            self.pump();
            self.tell_past(None);
        }
    }

    /// Keeps the lines that are held from being let go for newer ones, and reads older ones.
    pub(crate) fn keep_and_load_older(&self) {
        self.dashboard
            .logs
            .update_value(|session| session.hold(true));
        self.load_older();
    }

    /// The newest lines are followed: older ones need not stay any longer, nor come.
    pub(crate) fn follow(&self) {
        self.stop_reading();
        self.dashboard.reading.set_value(None);
        self.dashboard
            .logs
            .update_value(|session| session.hold(false));
    }

    /// No older lines are to come; those that came stay.
    pub(crate) fn stop_reading(&self) {
        if self.dashboard.seek.get_untracked().is_some() {
            self.dashboard.seek.set(None);
        }
        self.end_reading();
        self.inner.borrow_mut().older.give_up();
        self.tell_past(None);
    }

    /// Takes a report of the reading of older lines. False for all others.
    pub(super) fn takes_older(&self, report: &Report) -> bool {
        let reading = self.inner.borrow().older_sub;
        reading.is_some() && rest().is_some_and(|rest| (rest.older.take)(self, report))
    }

    fn take_report(&self, report: &Report) -> bool {
        let reading = self.inner.borrow().older_sub;
        let of = |sub: &SubId| reading == Some(*sub);
        match report {
            Report::Logs { sub, batch, .. } if of(sub) => self.take_older(Some(batch)),
            Report::Stream { sub, state, .. } if of(sub) => match state {
                StreamState::Ended => self.take_older(None),
                StreamState::Failed { reason, .. } => self.fail(reason),
                StreamState::Removed => self.fail("Docker has removed the container"),
                _ => {}
            },
            Report::Refused {
                sub: Some(sub),
                reason,
            } if of(sub) => self.fail(reason),
            // Lines are missing amid it: what came does not join on to what is held.
            Report::Gap { sub, gap, .. } if of(sub) => self.fail(match gap.reason {
                GapReason::Rotated => "the log was emptied meanwhile",
                _ => "some of them did not come",
            }),
            Report::Source { sub, .. } if of(sub) => {}
            _ => return false,
        }
        true
    }

    /// Takes a part of the reading; `None` is its end.
    fn take_older(&self, part: Option<&LogBatch>) {
        let dashboard = self.dashboard;
        let was_cut = dashboard.logs.with_value(|session| session.is_cut());
        let step = dashboard.logs.try_update_value(|session| {
            let older = &mut self.inner.borrow_mut().older;
            match part {
                Some(batch) => older.take(batch, session),
                None => older.ended(session),
            }
        });
        let again = match step {
            Some(Step::Again) => true,
            Some(Step::Done) => false,
            _ => return,
        };
        self.end_reading();
        self.frame.mark(Dirty::Logs);
        if !was_cut {
            self.leave_if_cut();
        }
        self.tell_past(None);
        if again {
            self.read_older();
        }
    }

    /// Newer lines came: where they took the place of those that older ones are read for, the
    /// reading is of no use, and where they found no room, those that follow are not.
    pub(super) fn took_newer(&self) {
        let outrun = self
            .dashboard
            .logs
            .with_value(|session| self.inner.borrow_mut().older.outrun(session));
        if outrun {
            self.end_reading();
            self.tell_past(None);
        }
        self.leave_if_cut();
    }

    fn leave_if_cut(&self) {
        let cut = self.dashboard.logs.with_value(|session| session.is_cut());
        let live = self.inner.borrow().sub;
        if let Some(live) = live.filter(|_| cut) {
            self.act(|client| client.pause(live));
        }
    }

    fn fail(&self, reason: &str) {
        self.end_reading();
        self.inner.borrow_mut().older.give_up();
        self.tell_past(Some(reason));
    }

    fn end_reading(&self) {
        let reading = self.inner.borrow_mut().older_sub.take();
        if let Some(sub) = reading {
            self.act(|client| client.unsubscribe(sub));
        }
    }

    /// Tells the views how the lines before those held are doing.
    fn tell_past(&self, failed: Option<&str>) {
        let past = match failed {
            Some(reason) => Past::Failed(reason.to_owned()),
            None => Past::Known(self.inner.borrow().older.before()),
        };
        if self.dashboard.past.with_untracked(|before| *before != past) {
            self.dashboard.past.set(past);
        }
    }
}
