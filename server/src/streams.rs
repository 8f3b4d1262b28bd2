//! Everything that streams from the engine to the pages.
//!
//! ```text
//! outbound       what waits for one viewer: bounded, credits, gaps
//! upstream       one container's stream, its viewers, its attempts; closes when nobody looks;
//!                StreamManager, all of one kind
//! log            LogStreamManager: batches, the ring, resuming after a break
//! ring, resume   the newest entries; finding a cursor
//! order, brake   noticing that a reading goes back; not reading again without end
//! reading        what one viewer alone reads from the engine
//! catch_up       with it, a viewer that comes back
//! history        with it, a log as far as it goes
//! stats          StatsStreamManager
//! compose        ComposeLogStreamManager: the containers of a project, or of what is compared, as one
//!                subscription
//! watcher        EventWatcher
//! reconnect      ReconnectScheduler
//! ```
//!
//! Rules that hold everywhere: one upstream a container, however many look. Whoever joins gets
//! the same newest entries and then everything that follows, once and in order, or a gap in its
//! place. Dropping the handle of a subscription ends what it started.

mod batch;
mod beginning;
mod brake;
mod catch_up;
mod compose;
mod history;
mod log;
mod order;
mod outbound;
mod reading;
mod reconnect;
mod resume;
mod ring;
mod stats;
mod upstream;
mod watcher;

use std::sync::Arc;

use sidekick::model::ContainerId;
use sidekick::protocol::{ResumePoint, SourceId, Start, SubId, Target};

use self::compose::{ComposeLogStreamManager, GroupStream, Selection};
use self::history::HistoryStream;
use self::log::{LogStore, LogStreamManager};
use self::stats::{StatsStore, StatsStreamManager};
use self::upstream::{Ask, Context, Viewing};
use crate::docker::DockerClient;
use crate::metrics::Metrics;
use crate::state::{Changes, DockerState};

pub(crate) use compose::Group;
pub(crate) use outbound::Outbound;
pub(crate) use watcher::{EventHandler, EventWatcher};

/// All stream managers.
pub(crate) struct Hub {
    context: Arc<Context>,
    state: Arc<DockerState>,
    logs: Arc<LogStreamManager>,
    stats: Arc<StatsStreamManager>,
    compose: ComposeLogStreamManager,
}

impl Hub {
    pub(crate) fn new(state: Arc<DockerState>, metrics: Arc<Metrics>) -> Self {
        let context = Arc::new(Context::new(metrics));
        let logs = Arc::new(LogStreamManager::new(Arc::clone(&context)));
        let stats = Arc::new(StatsStreamManager::new(Arc::clone(&context)));
        Self {
            compose: ComposeLogStreamManager::new(
                Arc::clone(&logs),
                Arc::clone(&stats),
                Arc::clone(&state),
            ),
            context,
            state,
            logs,
            stats,
        }
    }

    /// The client of the engine in use.
    pub(crate) fn client(&self) -> Option<DockerClient> {
        self.context.client()
    }

    /// Uses another engine from now on. Streams that wait ask it at once; those of the engine
    /// before break by themselves and ask it then. Where it does not know their container, they
    /// say so, and ask again after the next change: it may be the first engine that comes back.
    pub(crate) fn switch(&self, client: DockerClient) {
        self.context.set_client(Some(client));
        self.retry_all();
    }

    /// Tells the streams what happened to their containers.
    pub(crate) fn apply(&self, changes: &Changes) {
        for id in &changes.stopped {
            self.logs.stopped(id);
            self.stats.stopped(id);
        }
        for id in &changes.started {
            self.logs.started(id);
            self.stats.started(id);
        }
        for id in &changes.removed {
            self.logs.removed(id);
            self.stats.removed(id);
        }
    }

    /// Waiting and failed streams are tried now, because the engine answers again.
    pub(crate) fn retry_all(&self) {
        self.logs.retry_all();
        self.stats.retry_all();
    }

    /// Starts a subscription of a viewer. It ends when the handle is dropped.
    pub(crate) fn subscribe(
        &self,
        sub: SubId,
        target: Target,
        resume: Vec<ResumePoint>,
        start: Start,
        outbound: &Outbound,
    ) -> Subscription {
        outbound.open(sub);
        let select = |group| Selection {
            group,
            sub,
            outbound: outbound.clone(),
        };
        let place = |container: &ContainerId| Ask {
            cursor: resume
                .iter()
                .find(|point| point.container == *container)
                .map(|point| point.cursor),
            start,
        };
        match target {
            Target::Logs { container } => {
                self.announce(sub, &container, outbound);
                let sink = outbound.source(sub, SourceId(0)).of(&container);
                Subscription::Logs(self.logs.join(&container, place(&container), sink))
            }
            Target::History { container } => {
                self.announce(sub, &container, outbound);
                let sink = outbound.source(sub, SourceId(0)).of(&container);
                let ask = place(&container);
                let context = Arc::clone(&self.context);
                Subscription::History(HistoryStream::start(context, container, ask, sink))
            }
            Target::Stats { container } => {
                self.announce(sub, &container, outbound);
                let sink = outbound.source(sub, SourceId(0));
                Subscription::Stats(self.stats.join(&container, Ask::default(), sink))
            }
            Target::ProjectLogs { project, service } => {
                let group = Group::Project { project, service };
                Subscription::Group(self.compose.logs(select(group), resume, start))
            }
            Target::ProjectStats { project, service } => {
                let group = Group::Project { project, service };
                Subscription::Group(self.compose.stats(select(group)))
            }
            Target::SeveralLogs { members } => {
                let group = Group::Several(members);
                Subscription::Group(self.compose.logs(select(group), resume, start))
            }
            Target::SeveralStats { members } => {
                let group = Group::Several(members);
                Subscription::Group(self.compose.stats(select(group)))
            }
        }
    }

    fn announce(&self, sub: SubId, container: &ContainerId, outbound: &Outbound) {
        let name = self
            .state
            .name(container)
            .unwrap_or_else(|| container.short().to_owned());
        outbound.announce(sub, SourceId(0), container.clone(), name);
    }
}

/// A subscription of one viewer, until it is dropped.
pub(crate) enum Subscription {
    /// One container's log.
    Logs(Viewing<LogStore>),
    /// What there is of one container's log.
    History(HistoryStream),
    /// One container's stats.
    Stats(Viewing<StatsStore>),
    /// The logs or stats of a project, or of what is compared.
    Group(GroupStream),
}

impl Subscription {
    /// Tries waiting and failed streams now.
    pub(crate) fn retry(&self) {
        match self {
            Self::Logs(viewing) => viewing.retry(),
            Self::History(stream) => stream.retry(),
            Self::Stats(viewing) => viewing.retry(),
            Self::Group(stream) => stream.retry(),
        }
    }
}
