//! What is asked for, and when: logs that are read to their end a few at a time, and those that are
//! followed all at once.

use anyhow::anyhow;
use sidekick::model::EngineStatus;
use sidekick::protocol::{ResumePoint, Start, SubId, Target};

use super::output::Printer;
use super::{Tail, names};

/// Logs that are read at a time where none is followed: fewer than a server takes. Only these are
/// brought in order of time.
const READ_AT_ONCE: usize = 32;

impl Tail {
    /// Subscribes, once it is known what there is.
    pub(super) fn begin(&mut self) -> anyhow::Result<()> {
        let Some(snapshot) = self.viewer.client().snapshot() else {
            return Ok(());
        };
        if snapshot.refreshed.is_none() {
            if let EngineStatus::Unreachable(error) = &snapshot.engine {
                let why = format!("{}: {}", error.endpoint, error.message);
                match self.args.no_follow {
                    // It is told if it stays so.
                    true => self.said = Some(why),
                    false => self.say(why),
                }
            }
            return Ok(());
        }
        let mut all = Vec::new();
        for name in &self.args.names {
            let found = names::targets(name, &snapshot.containers, !self.args.no_follow);
            for target in found.map_err(|error| anyhow!(error))? {
                if !all.contains(&target) {
                    all.push(target);
                }
            }
        }
        names::drop_covered(&mut all, &snapshot.containers);
        let is_project = |target: &Target| matches!(target, Target::ProjectLogs { .. });
        let several = all.len() > 1 || all.iter().any(is_project);
        if self.args.newest().is_some() && !self.args.no_follow {
            // The newest first, so that it is known what they are before anything can break.
            self.queued = names::pasts(&all, &snapshot.containers).into();
            self.next = all;
        } else {
            self.queued = all.into();
        }
        self.printer = Some(Printer::start(&self.args, several));
        self.subscribe();
        Ok(())
    }

    /// Whether what is read now comes to an end.
    pub(super) fn reads_pasts(&self) -> bool {
        self.args.no_follow || !self.next.is_empty()
    }

    /// Subscribes to what is queued, as far as it is its turn.
    fn subscribe(&mut self) {
        let most = match self.reads_pasts() {
            true => READ_AT_ONCE,
            false => usize::MAX,
        };
        while self.open.len() < most
            && let Some(target) = self.queued.pop_front()
        {
            let start = match (self.next.is_empty(), self.args.start()) {
                // At least one, to know where it goes on.
                (false, Start::Tail(lines)) => Start::Tail(lines.max(1)),
                (_, start) => start,
            };
            let sub = self.viewer.client().subscribe_from(target.clone(), start);
            self.opened(sub, &target);
        }
        if self.open.is_empty() {
            // Whoever joins later, or had no line, has none before its first.
            for target in std::mem::take(&mut self.next) {
                let client = self.viewer.client();
                let containers = client.snapshot().map_or(&[][..], |it| &it.containers);
                let shown = names::pasts(std::slice::from_ref(&target), containers);
                let of_it = |place: &&ResumePoint| {
                    let container = place.container.clone();
                    shown.contains(&Target::History { container })
                };
                let places = self.places.iter().filter(of_it).cloned().collect();
                let sub = client.subscribe_behind(target.clone(), Start::First, places);
                self.opened(sub, &target);
            }
        }
    }

    fn opened(&mut self, sub: SubId, target: &Target) {
        self.open.insert(sub);
        self.merge.subscribed(sub);
        if let Target::ProjectLogs { .. } = target {
            self.projects.insert(sub);
        }
    }

    /// Nothing more comes of a subscription.
    pub(super) fn end(&mut self, sub: SubId) {
        self.again.retain(|(of, _), _| *of != sub);
        self.silent.retain(|(of, _)| *of != sub);
        self.open.remove(&sub);
        self.merge.known(sub);
        if self.reads_pasts() {
            self.places.extend(self.viewer.client().places(sub));
            // The server has room for so many at a time.
            self.viewer.client().unsubscribe(sub);
            self.subscribe();
        }
    }
}
