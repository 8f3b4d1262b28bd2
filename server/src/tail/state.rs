//! How the streams are doing: what is told of it, what is tried again, and what has come to its end.

use std::time::Duration;

use sidekick::protocol::{StreamState, SubId};
use sidekick::reconnect::ReconnectPolicy;
use tokio::time::Instant;

use super::Tail;
use super::words::tell;

impl Tail {
    /// Takes how a stream is doing.
    pub(super) fn state(&mut self, sub: SubId, source: Option<u16>, state: StreamState) {
        if source.is_none() {
            self.merge.known(sub);
        }
        let name = source.map_or_else(String::new, |source| {
            self.merge.state(sub, source, &state);
            self.merge.name(sub, source)
        });
        match state {
            StreamState::Ended if self.reads_pasts() => self.end(sub),
            StreamState::Removed => {
                if source.is_some() {
                    self.say(format!("{name} was removed"));
                }
                // Nobody knows what it printed at last.
                self.incomplete |= self.args.no_follow;
                // A project may come again, a container does not.
                if !self.projects.contains(&sub) {
                    self.end(sub);
                }
            }
            StreamState::Left { name: now } => {
                self.say(format!(
                    "{name} is called {now} now, and is followed no longer"
                ));
                self.incomplete = true;
            }
            StreamState::Ended => self.say(format!("{name} does not run; waiting for its start")),
            StreamState::Failed {
                reason,
                permanent: true,
            } => {
                self.say(format!("{name}: {reason}"));
                self.incomplete = true;
                if !self.projects.contains(&sub) {
                    self.end(sub);
                }
            }
            StreamState::Failed { reason, .. } => {
                self.silent.remove(&(sub, source));
                self.say(format!("{name}: {reason}; trying again"));
                let (mut policy, _) = self
                    .again
                    .remove(&(sub, source))
                    .unwrap_or_else(|| (ReconnectPolicy::link(), Instant::now()));
                let delay = policy.next_delay().unwrap_or_default();
                let at = Instant::now() + Duration::from_millis(delay);
                self.again.insert((sub, source), (policy, at));
            }
            StreamState::Reconnecting { reason, .. } => {
                self.say(format!("{name}: {reason}; trying again"));
            }
            StreamState::Live | StreamState::Empty => {
                self.again.remove(&(sub, source));
                self.silent.remove(&(sub, source));
                self.said = None;
            }
            StreamState::Loading if !self.silent.insert((sub, source)) => {
                self.say(format!("{name}: Docker still looks for the first line"));
            }
            StreamState::Loading => {}
        }
    }

    /// Tells something, unless it was the last thing told.
    pub(super) fn say(&mut self, text: String) {
        if self.said.as_deref() != Some(text.as_str()) {
            tell(&text);
            self.said = Some(text);
        }
    }
}
