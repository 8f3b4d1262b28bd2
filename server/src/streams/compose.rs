//! Compose projects, and what is compared: the streams of all containers of a project or service, or of
//! several containers and services, as one subscription.
//!
//! Which containers those are follows the state of the dashboard, so that one that joins later
//! is shown from its first line on. Each is a source of the subscription with the upstream that
//! everybody shares; merging by timestamp is the page's business.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use sidekick::model::{Container, ContainerId, Member as Named};
use sidekick::protocol::{
    Cursor, Gap, GapReason, ResumePoint, SourceId, Start, StreamState, SubId,
};
use tokio::sync::Notify;
use tokio::time::Instant;
use tokio_util::task::AbortOnDropHandle;

use super::log::{LogStore, LogStreamManager};
use super::outbound::{Outbound, SourceSink};
use super::stats::{StatsStore, StatsStreamManager};
use super::upstream::{Ask, Store, Viewing};
use crate::state::DockerState;

/// How long a removed container is still listened to, for its last lines. Who has not taken all of it
/// by then is waited for.
const LAST_WORDS: Duration = Duration::from_secs(3);

/// Removed containers that are kept at most for somebody who has not taken all of their lines.
const MAX_LEAVING: usize = 64;

/// Containers that one subscription shows at most. Their numbers are never used again, so this
/// counts those that came and went.
const MAX_SOURCES: u16 = 4096;

/// Which containers belong together.
#[derive(Clone, Debug)]
pub(crate) enum Group {
    /// Those of a project, or of one of its services.
    Project {
        project: String,
        service: Option<String>,
    },
    /// Those that have these names, or are of these services.
    Several(Vec<Named>),
}

impl Group {
    /// Whether a container is one of them.
    pub(crate) fn has(&self, container: &Container) -> bool {
        match self {
            // As `model::projects` has it: a container without a service belongs to none.
            Self::Project { project, service } => {
                container.project.as_ref() == Some(project)
                    && container.service.is_some()
                    && (service.is_none() || container.service == *service)
            }
            Self::Several(members) => members.iter().any(|it| it.has(container)),
        }
    }
}

/// Which containers, and for whom.
pub(crate) struct Selection {
    pub(crate) group: Group,
    pub(crate) sub: SubId,
    pub(crate) outbound: Outbound,
}

/// Subscriptions to the logs and stats of groups.
pub(crate) struct ComposeLogStreamManager {
    logs: Arc<LogStreamManager>,
    stats: Arc<StatsStreamManager>,
    state: Arc<DockerState>,
}

impl ComposeLogStreamManager {
    pub(crate) fn new(
        logs: Arc<LogStreamManager>,
        stats: Arc<StatsStreamManager>,
        state: Arc<DockerState>,
    ) -> Self {
        Self { logs, stats, state }
    }

    /// Shows the logs of a group's containers, each from `start` or after its resume point.
    pub(crate) fn logs(
        &self,
        selection: Selection,
        resume: Vec<ResumePoint>,
        start: Start,
    ) -> GroupStream {
        let places = resume
            .into_iter()
            .map(|point| (point.container, point.cursor))
            .collect();
        let logs = Arc::clone(&self.logs);
        let join = move |id: &ContainerId, cursor, sink: SourceSink| -> Viewing<LogStore> {
            logs.join(id, Ask { cursor, start }, sink.of(id))
        };
        self.follow(selection, places, join)
    }

    /// Shows the stats of a group's containers.
    pub(crate) fn stats(&self, selection: Selection) -> GroupStream {
        let stats = Arc::clone(&self.stats);
        let join = move |id: &ContainerId, _, sink| -> Viewing<StatsStore> {
            stats.join(id, Ask::default(), sink)
        };
        self.follow(selection, HashMap::new(), join)
    }

    fn follow<S: Store>(
        &self,
        selection: Selection,
        places: HashMap<ContainerId, Cursor>,
        join: impl FnMut(&ContainerId, Option<Cursor>, SourceSink) -> Viewing<S> + Send + 'static,
    ) -> GroupStream {
        let retry = Arc::new(Notify::new());
        let follower = Follower {
            selection,
            state: Arc::clone(&self.state),
            retry: Arc::clone(&retry),
            join,
            places,
            members: HashMap::new(),
            leaving: Vec::new(),
            sources: 0,
            told: None,
        };
        GroupStream {
            retry,
            _task: AbortOnDropHandle::new(tokio::spawn(follower.run())),
        }
    }
}

/// Shows a group until this is dropped.
pub(crate) struct GroupStream {
    retry: Arc<Notify>,
    _task: AbortOnDropHandle<()>,
}

impl GroupStream {
    /// Tries waiting and failed streams of all its containers now.
    pub(crate) fn retry(&self) {
        self.retry.notify_one();
    }
}

/// A container of the group.
struct Member<S: Store> {
    source: SourceId,
    /// As the page was told.
    name: String,
    viewing: Viewing<S>,
    sink: SourceSink,
}

/// One that is gone from the group.
struct Leaving<S: Store> {
    id: ContainerId,
    member: Member<S>,
    /// When to look whether it still has to be kept.
    look_at: Instant,
}

struct Follower<S: Store, J> {
    selection: Selection,
    state: Arc<DockerState>,
    retry: Arc<Notify>,
    join: J,
    /// Where the page stands in containers that are to join, or have been here before.
    places: HashMap<ContainerId, Cursor>,
    members: HashMap<ContainerId, Member<S>>,
    /// In the order in which they went.
    leaving: Vec<Leaving<S>>,
    sources: u16,
    /// State of the whole subscription, as the page was told.
    told: Option<StreamState>,
}

impl<S, J> Follower<S, J>
where
    S: Store,
    J: FnMut(&ContainerId, Option<Cursor>, SourceSink) -> Viewing<S>,
{
    async fn run(mut self) {
        let mut revisions = self.state.revisions();
        loop {
            revisions.borrow_and_update();
            // Before any is let go: one of them may be back.
            self.update();
            self.let_go();
            let leave = self.leaving.iter().map(|it| it.look_at).min();
            tokio::select! {
                changed = revisions.changed() => if changed.is_err() {
                    return;
                },
                () = self.retry.notified() => self.members.values().for_each(|m| m.viewing.retry()),
                () = tokio::time::sleep_until(leave.unwrap_or_else(Instant::now)), if leave.is_some() => {}
            }
        }
    }

    fn update(&mut self) {
        let Selection {
            group,
            sub,
            outbound,
        } = &self.selection;
        let now = self.state.members(|it| group.has(it));
        let gone: Vec<_> = self
            .members
            .keys()
            .filter(|id| !now.iter().any(|(member, _)| member == *id))
            .cloned()
            .collect();
        for id in gone {
            if let Some(member) = self.members.remove(&id) {
                let look_at = Instant::now() + LAST_WORDS;
                self.leaving.push(Leaving {
                    id,
                    member,
                    look_at,
                });
            }
        }
        // All are named before anything comes of one: who merges them knows for whom to wait.
        let mut joining = Vec::new();
        for (id, name) in now {
            // The list may have lacked it for a moment.
            if let Some(at) = self.leaving.iter().position(|it| it.id == id) {
                let back = self.leaving.remove(at);
                self.members.insert(back.id, back.member);
            }
            if let Some(member) = self.members.get_mut(&id) {
                if member.name != name {
                    member.name.clone_from(&name);
                    outbound.announce(*sub, member.source, id, name);
                }
                continue;
            }
            if self.sources == MAX_SOURCES {
                tracing::warn!(
                    ?group,
                    "more containers came and went than one view can number"
                );
                break;
            }
            let source = SourceId(self.sources);
            self.sources += 1;
            outbound.announce(*sub, source, id.clone(), name.clone());
            joining.push((id, source, name));
        }
        for (id, source, name) in joining {
            let sink = outbound.source(*sub, source);
            let viewing = (self.join)(&id, self.places.remove(&id), sink.clone());
            let member = Member {
                source,
                name,
                viewing,
                sink,
            };
            self.members.insert(id, member);
        }
        let state = match (self.members.is_empty(), self.sources) {
            (false, _) => StreamState::Live,
            (true, 0) => StreamState::Empty,
            (true, _) => StreamState::Removed,
        };
        if self.told.as_ref() != Some(&state) {
            outbound.sub_state(*sub, state.clone());
            self.told = Some(state);
        }
    }

    /// Ends those that are gone long enough, and have been given all that came.
    fn let_go(&mut self) {
        let now = Instant::now();
        let mut kept = 0;
        for at in (0..self.leaving.len()).rev() {
            let it = &mut self.leaving[at];
            let lacks = it.member.viewing.lacks();
            if it.look_at > now {
                continue;
            }
            if lacks && kept < MAX_LEAVING {
                kept += 1;
                it.look_at = now + LAST_WORDS;
                continue;
            }
            let Leaving { id, member, .. } = self.leaving.remove(at);
            let place = member.viewing.place();
            if lacks {
                member.sink.gap(Gap {
                    lines: None,
                    after: place.map(|place| place.time),
                    before: None,
                    reason: GapReason::SlowViewer,
                });
            }
            // A removed one has told so itself, behind its last line.
            match self.state.members(|it| it.id == id).pop() {
                Some((_, name)) => member.sink.state(StreamState::Left { name }),
                None if lacks => member.sink.state(StreamState::Removed),
                None => {}
            }
            if let Some(place) = place {
                self.places.insert(id, place);
            }
        }
    }
}
