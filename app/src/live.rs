//! The browser's side of the live protocol: it moves bytes and signals, and decides nothing.
//! What to send, when to connect and what is new is [`Client`]'s business; what it looks like
//! is the components'.

mod apply;
mod clock;
mod frame;
pub(crate) mod history;
mod older;
mod socket;

use std::cell::RefCell;
use std::rc::Rc;
use std::time::Duration;

use crate::bind::on_window;
use crate::signal::effect;
use leptos::ev;
use leptos::prelude::*;
use sidekick::client::{Client, Output};
use sidekick::logs::Older;
use sidekick::protocol::{SubId, Target};
use sidekick::time::Millis;

use crate::route::{Route, Selection};
use crate::state::{Dashboard, Subject};
use clock::{jitter, wall_clock};
pub(crate) use clock::{now, precise_ms};
use frame::{Dirty, Frame};
pub(crate) use older::{READER, Reader};
use socket::{Socket, SocketEvent};

/// How long a filter searches before the next frame, in milliseconds.
const FIRST_MS: f64 = 6.0;

/// The page's connection. Cloning gives another handle to the same one.
#[derive(Clone)]
pub(crate) struct Wire {
    dashboard: Dashboard,
    inner: Rc<RefCell<Inner>>,
    frame: Frame,
}

struct Inner {
    client: Client,
    socket: Option<Socket>,
    /// Whose logs and stats the page holds.
    subject: Option<Subject>,
    /// The subscriptions for it, one for its log and one for its stats; what is held comes from
    /// them. They are paused, but for the one that is looked at and its companion.
    subs: Vec<(Target, SubId)>,
    /// The one that is looked at.
    sub: Option<SubId>,
    /// What is looked at beside it, and the subscription to that.
    companion: Option<Target>,
    companion_sub: Option<SubId>,
    /// The reader of lines from before those held, and its subscription while it reads.
    older: Older,
    older_sub: Option<SubId>,
    /// When the timer for the client's next deadline fires.
    timer_at: Option<Millis>,
    /// The server's clock minus this machine's, in milliseconds.
    clock_offset_ms: i64,
    /// How far the time of day was ahead of [`now`] at the last tick, in milliseconds.
    ahead_ms: i64,
}

/// Starts everything that makes the page live.
pub(crate) fn start(dashboard: Dashboard) {
    history::listen(dashboard);
    let wire = Wire {
        dashboard,
        inner: Rc::new(RefCell::new(Inner {
            client: Client::new(now()),
            socket: None,
            subject: None,
            subs: Vec::new(),
            sub: None,
            companion: None,
            companion_sub: None,
            older: Older::default(),
            older_sub: None,
            timer_at: None,
            clock_offset_ms: 0,
            ahead_ms: wall_clock().since(now()),
        })),
        frame: Frame::new(dashboard),
    };
    dashboard.wire.set_value(Some(wire.clone()));
    // Effects run after hydration: until then signals must stay as the server knew them.
    let mut listening = false;
    effect(move || {
        let subject = dashboard.subject.get();
        let target = dashboard.target.get();
        if !std::mem::replace(&mut listening, true) {
            listen(&wire);
        }
        wire.show(subject, target);
    });
    effect(move || {
        let companion = dashboard.companion.get();
        with(dashboard, |wire| wire.accompany(companion));
    });
    effect(move || follow_name(dashboard));
}

/// Keeps the address on the selected container where it was renamed.
fn follow_name(dashboard: Dashboard) {
    let Selection::Container(asked) = dashboard.selection.get() else {
        return;
    };
    let renamed = dashboard.pinned.with(|pin| {
        let name = &pin.as_ref().filter(|pin| !pin.gone)?.container.name;
        (*name != asked).then(|| name.clone())
    });
    if let Some(name) = renamed {
        dashboard.replace(Route::container(&name, dashboard.tab.get_untracked()));
    }
}

/// Does something with the page's connection.
pub(crate) fn with(dashboard: Dashboard, act: impl FnOnce(&Wire)) {
    if let Some(wire) = dashboard.wire.get_value() {
        act(&wire);
    }
}

fn listen(wire: &Wire) {
    let tick = wire.clone();
    set_interval(move || tick.tick(), Duration::from_secs(1));
    let online = wire.clone();
    on_window(ev::online, move |_| {
        online.act(|client| client.online(now()));
    });
    let seen = wire.clone();
    on_window(ev::visibilitychange, move |_| {
        seen.act(|client| client.visible(!document().hidden(), now()));
    });
    let hidden = document().hidden();
    wire.act(|client| client.visible(!hidden, now()));
}

impl Inner {
    /// Subscribes to a target of the subject, or goes on where it was left.
    fn subscribe(&mut self, target: Target) -> SubId {
        let known = self.subs.iter().find(|(known, _)| *known == target);
        match known {
            Some(&(_, sub)) => {
                self.client.resume(sub);
                sub
            }
            None => {
                let sub = self.client.subscribe(target.clone());
                self.subs.push((target, sub));
                sub
            }
        }
    }
}

impl Wire {
    /// Tries failed or waiting streams again.
    pub(crate) fn retry(&self) {
        let sub = self.inner.borrow().sub;
        if let Some(sub) = sub {
            self.act(|client| client.retry(sub));
        }
    }

    /// Searches with each frame until all lines are searched; a first slice at once, so that a short
    /// log changes with the key.
    pub(crate) fn search(&self) {
        if !self.dashboard.search_slice(FIRST_MS) {
            self.frame.mark(Dirty::Logs);
        }
    }

    /// Asks for a fresh list.
    pub(crate) fn refresh(&self) {
        self.act(Client::refresh);
    }

    /// Asks for the demo engine.
    pub(crate) fn start_demo(&self) {
        self.act(Client::start_demo);
    }

    /// Shows what is selected now in place of what was. Of one subject, the log is kept while its
    /// stats are shown, and the other way round: only the stream ends, and goes on from there.
    fn show(&self, subject: Subject, target: Option<Target>) {
        let old = {
            let mut inner = self.inner.borrow_mut();
            // That of the subject, whichever of the two is told first.
            inner.companion = self.dashboard.companion.get_untracked();
            // The companion too, which may be what is looked at now: its containers are to be named again.
            [inner.sub.take(), inner.companion_sub.take()]
        };
        for old in old.into_iter().flatten() {
            self.act(|client| client.pause(old));
        }
        // Older lines that are on their way go on only with the log in sight.
        self.stop_reading();
        if self.inner.borrow().subject.as_ref() != Some(&subject) {
            let subs = std::mem::take(&mut self.inner.borrow_mut().subs);
            for (_, sub) in subs {
                self.act(|client| client.unsubscribe(sub));
            }
            self.inner.borrow_mut().older = Older::default();
            self.dashboard.begin_session();
            self.inner.borrow_mut().subject = Some(subject);
        }
        self.dashboard.forget_streams();
        // Where newer lines were let go, those that follow are of no use: only another session has
        // them all.
        let useless = |target: &Target| {
            !matches!(target, Target::Stats { .. })
                && self.dashboard.logs.with_value(|session| session.is_cut())
        };
        if let Some(target) = target.filter(|target| !useless(target)) {
            let mut inner = self.inner.borrow_mut();
            inner.sub = Some(inner.subscribe(target));
        }
        self.pump();
        self.join();
    }

    /// Takes another target of the subject along, or none.
    fn accompany(&self, companion: Option<Target>) {
        let old = {
            let mut inner = self.inner.borrow_mut();
            if inner.companion == companion && inner.companion_sub.is_some() {
                return;
            }
            inner.companion = companion;
            inner.companion_sub.take()
        };
        if let Some(old) = old {
            self.act(|client| client.pause(old));
        }
        self.join();
    }

    /// Subscribes to what is to be taken along, once there is something beside which it is.
    fn join(&self) {
        {
            let mut inner = self.inner.borrow_mut();
            if let (Some(target), Some(_)) = (inner.companion.clone(), inner.sub) {
                inner.companion_sub = Some(inner.subscribe(target));
            }
        }
        self.pump();
    }

    /// Whether a subscription is only taken along: what is said of its stream is not said of what is looked at.
    fn is_companion(&self, sub: SubId) -> bool {
        let inner = self.inner.borrow();
        inner.companion_sub == Some(sub)
    }

    /// Shows the newest lines of the selected log where they were let go for older ones.
    pub(crate) fn begin_anew(&self) {
        let subject = self.inner.borrow_mut().subject.take();
        if let Some(subject) = subject {
            if self.dashboard.logs.with_value(|session| session.is_cut()) {
                // Some behind the last line held never came.
                self.dashboard
                    .health
                    .update_value(|health| health.unknown_gaps += 1);
            }
            self.show(subject, self.dashboard.target.get_untracked());
        }
    }

    /// Whether a subscription brings readings rather than lines.
    fn is_stats(&self, sub: SubId) -> bool {
        let inner = self.inner.borrow();
        let known = inner.subs.iter().find(|(_, known)| *known == sub);
        known.is_some_and(|(target, _)| {
            matches!(
                target,
                Target::Stats { .. } | Target::ProjectStats { .. } | Target::SeveralStats { .. }
            )
        })
    }

    /// Lets the client act, then does what it asks.
    fn act(&self, act: impl FnOnce(&mut Client)) {
        act(&mut self.inner.borrow_mut().client);
        self.pump();
    }

    fn pump(&self) {
        loop {
            let Some(output) = self.inner.borrow_mut().client.poll() else {
                break;
            };
            match output {
                Output::Connect => {
                    let wire = self.clone();
                    let socket = Socket::open(move |event| wire.on_socket(event));
                    self.inner.borrow_mut().socket = Some(socket);
                }
                Output::Send(bytes) => {
                    if let Some(socket) = &mut self.inner.borrow_mut().socket {
                        socket.send(bytes);
                    }
                }
                Output::Close => self.inner.borrow_mut().socket = None,
                Output::Update(update) => apply::apply(self, update),
            }
        }
        self.arm();
    }

    fn on_socket(&self, event: SocketEvent) {
        self.act(|client| match event {
            SocketEvent::Open => client.on_open(now()),
            SocketEvent::Message(bytes) => client.on_message(&bytes, now()),
            SocketEvent::Closed => client.on_close(now(), jitter()),
        });
    }

    /// Sets a timer for the client's next deadline where the tick of each second is too late.
    fn arm(&self) {
        let mut inner = self.inner.borrow_mut();
        let Some(at) = inner.client.next_deadline() else {
            return;
        };
        let wait = at.since(now()).max(1);
        if wait >= 1000 || inner.timer_at.is_some_and(|set| set <= at) {
            return;
        }
        inner.timer_at = Some(at);
        let wire = self.clone();
        set_timeout(
            move || {
                wire.inner.borrow_mut().timer_at = None;
                wire.act(|client| client.tick(now(), jitter()));
            },
            Duration::from_millis(wait as u64),
        );
    }
}
