//! The client against a simulated server, under everything that can happen between them.
//!
//! The server keeps a short memory of each container's log and answers as docs/protocol.md says.
//! A random script prints lines (with equal and inverted timestamps), moves some messages,
//! cuts the connection, restarts the server, switches the selection, leaves it and returns, hides
//! the page, lets time pass. Every line carries its position in its container's log, so that each delivery can be
//! judged at once: exactly once, in order, nothing of an old selection, and where something is
//! missing a gap says so.

// A test may fail; clippy's allowance for tests does not reach helpers of a tests folder.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::collections::{BTreeMap, HashMap, VecDeque};

use proptest::prelude::*;
use sidekick::client::{Client, LinkState, Output, Update};
use sidekick::model::{ContainerId, EngineStatus, StatsSample};
use sidekick::protocol::{
    ClientMessage, Cursor, CursorCounter, Gap, GapReason, LogBatch, LogStream, ResumePoint,
    ServerMessage, Snapshot, SourceId, Start, StreamState, SubId, Target,
};
use sidekick::time::{Millis, Nanos};

const CONTAINERS: usize = 3;

/// What the server keeps in flight; small, so that it often waits for credit.
const WINDOW: u64 = 400;

#[derive(Clone, Debug)]
enum Step {
    /// A container prints lines; steps of time in nanoseconds, and which stream.
    Print(usize, Vec<(u8, bool)>),
    /// A container takes a stats sample.
    Sample(usize),
    /// The server reads what the page sent and sends what it may.
    Serve,
    /// Messages reach the page.
    Arrive(usize),
    /// The page polls so many outputs, or all.
    Poll(Option<usize>),
    /// The connection breaks; what is in flight is lost.
    Cut,
    /// The server loses its numbering and its upstreams, and every connection.
    Restart,
    /// The page looks at one container, at the project, or at one container's stats.
    Select(Choice),
    /// The page looks at something else of the same selection, and later back.
    Leave,
    Return,
    Hide,
    Show,
    Online,
    /// Time passes, in milliseconds.
    Wait(u16),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Choice {
    Container(usize),
    Project,
    Stats(usize),
}

impl Choice {
    fn target(self) -> Target {
        match self {
            Self::Container(c) => Target::Logs { container: id(c) },
            Self::Project => Target::ProjectLogs {
                project: "p".into(),
                service: None,
            },
            Self::Stats(c) => Target::Stats { container: id(c) },
        }
    }
}

fn id(container: usize) -> ContainerId {
    ContainerId(format!("container-{container}"))
}

fn number(container: &ContainerId) -> usize {
    container.0["container-".len()..].parse().unwrap()
}

// ---------------------------------------------------------------------------------------------
// The server
// ---------------------------------------------------------------------------------------------

#[derive(Clone, Copy, Debug)]
struct Line {
    cursor: Cursor,
    position: usize,
}

#[derive(Debug, Default)]
struct Log {
    lines: Vec<Line>,
    counter: CursorCounter,
    clock: [i64; 2],
    samples: Vec<i64>,
}

impl Log {
    fn print(&mut self, steps: &[(u8, bool)]) {
        for &(step, stderr) in steps {
            let stream = if stderr {
                LogStream::Stderr
            } else {
                LogStream::Stdout
            };
            // Each stream has its own clock: one may lag behind the other.
            let clock = &mut self.clock[stream.index()];
            *clock += i64::from(step);
            let cursor = self.counter.next(Nanos(*clock), stream);
            let position = self.lines.len();
            self.lines.push(Line { cursor, position });
        }
    }
}

#[derive(Debug)]
struct Joined {
    container: usize,
    announced: bool,
    resume: Option<Cursor>,
    /// Where it stands in the log; `None` until it has joined.
    next: Option<usize>,
    /// Up to where the newest entries of the start go.
    backlog_end: usize,
    told_live: bool,
    samples: usize,
}

#[derive(Debug)]
struct Subscribed {
    stats: bool,
    joined: Vec<Joined>,
}

#[derive(Debug)]
struct Server {
    logs: Vec<Log>,
    /// How many lines of each container it remembers.
    memory: usize,
    /// Whether it knows resume points, or always starts with its newest lines.
    resumes: bool,
    subs: BTreeMap<SubId, Subscribed>,
    last_sub: Option<SubId>,
    sent: u64,
    credited: u64,
    revision: u64,
    batch: usize,
}

impl Server {
    fn new(memory: usize, resumes: bool) -> Self {
        Self {
            logs: (0..CONTAINERS).map(|_| Log::default()).collect(),
            memory,
            resumes,
            subs: BTreeMap::new(),
            last_sub: None,
            sent: 0,
            credited: 0,
            revision: 0,
            batch: 0,
        }
    }

    fn hello(&mut self) -> Vec<Vec<u8>> {
        self.disconnect();
        let hello = ServerMessage::Hello {
            version: "1".into(),
            now: Millis(0),
        };
        self.revision += 1;
        let snapshot = ServerMessage::Snapshot(Snapshot {
            revision: self.revision,
            engine: EngineStatus::Connecting {
                endpoint: "sim".into(),
            },
            containers: vec![],
            errors: vec![],
            refreshed: None,
        });
        vec![hello.encode(), snapshot.encode()]
    }

    fn disconnect(&mut self) {
        self.subs.clear();
        self.sent = 0;
        self.credited = 0;
        self.last_sub = None;
    }

    fn take(&mut self, bytes: &[u8], out: &mut VecDeque<Vec<u8>>) {
        match ClientMessage::decode(bytes).expect("the client speaks the protocol") {
            ClientMessage::Subscribe {
                sub,
                target,
                resume,
                start,
            } => {
                assert_eq!(start, Start::Newest, "a page begins with the newest");
                assert!(self.last_sub < Some(sub), "numbers only grow");
                self.last_sub = Some(sub);
                self.subscribe(sub, &target, &resume);
            }
            ClientMessage::Unsubscribe { sub } => {
                assert!(self.subs.remove(&sub).is_some(), "it was subscribed");
            }
            ClientMessage::Credit { bytes } => {
                assert!(bytes > self.credited, "credit grows");
                assert!(bytes <= self.sent, "credit only for what was sent");
                self.credited = bytes;
            }
            ClientMessage::Ping { nonce } => out.push_back(ServerMessage::Pong { nonce }.encode()),
            ClientMessage::Resume { .. } => panic!("one message names all of so few"),
            ClientMessage::Retry { .. }
            | ClientMessage::Refresh
            | ClientMessage::StartDemo
            | ClientMessage::Pong { .. } => {}
        }
    }

    fn subscribe(&mut self, sub: SubId, target: &Target, resume: &[ResumePoint]) {
        let (containers, stats) = match target {
            Target::Logs { container } => (vec![number(container)], false),
            Target::Stats { container } => (vec![number(container)], true),
            // In another order each time: the page must not rely on the server's numbers.
            _ => {
                let mut all: Vec<_> = (0..CONTAINERS).collect();
                all.rotate_left(sub.0 as usize % CONTAINERS);
                (all, false)
            }
        };
        let joined = containers
            .into_iter()
            .map(|container| Joined {
                container,
                announced: false,
                resume: resume
                    .iter()
                    .find(|point| point.container == id(container))
                    .map(|point| point.cursor),
                next: None,
                backlog_end: 0,
                told_live: false,
                samples: 0,
            })
            .collect();
        self.subs.insert(sub, Subscribed { stats, joined });
    }

    /// Sends what the window allows.
    fn serve(&mut self, out: &mut VecDeque<Vec<u8>>) {
        let subs = std::mem::take(&mut self.subs);
        self.subs = subs
            .into_iter()
            .map(|(sub, mut subscribed)| {
                for (index, joined) in subscribed.joined.iter_mut().enumerate() {
                    let source = SourceId(index as u16);
                    if !std::mem::replace(&mut joined.announced, true) {
                        let message = ServerMessage::Source {
                            sub,
                            source,
                            container: id(joined.container),
                            name: format!("name-{}", joined.container),
                        };
                        out.push_back(message.encode());
                    }
                    if subscribed.stats {
                        self.serve_stats(sub, source, joined, out);
                    } else {
                        self.serve_logs(sub, source, joined, out);
                    }
                }
                (sub, subscribed)
            })
            .collect();
    }

    fn pay(&mut self, bytes: Vec<u8>, out: &mut VecDeque<Vec<u8>>) {
        self.sent += bytes.len() as u64;
        out.push_back(bytes);
    }

    fn serve_stats(
        &mut self,
        sub: SubId,
        source: SourceId,
        joined: &mut Joined,
        out: &mut VecDeque<Vec<u8>>,
    ) {
        let samples = &self.logs[joined.container].samples;
        if joined.samples < samples.len() && self.sent - self.credited < WINDOW {
            let message = ServerMessage::Stats {
                sub,
                source,
                samples: samples[joined.samples..]
                    .iter()
                    .map(|&time| StatsSample {
                        time: Millis(time),
                        ..StatsSample::default()
                    })
                    .collect(),
            };
            joined.samples = samples.len();
            self.pay(message.encode(), out);
        }
    }

    fn serve_logs(
        &mut self,
        sub: SubId,
        source: SourceId,
        joined: &mut Joined,
        out: &mut VecDeque<Vec<u8>>,
    ) {
        let end = self.logs[joined.container].lines.len();
        let oldest = end.saturating_sub(self.memory);
        let next = match joined.next {
            Some(next) => next,
            None => {
                let known = joined.resume.filter(|_| self.resumes).and_then(|cursor| {
                    let lines = &self.logs[joined.container].lines;
                    lines[oldest..]
                        .iter()
                        .position(|line| line.cursor == cursor)
                });
                match known {
                    Some(at) => oldest + at + 1,
                    None => {
                        joined.backlog_end = end;
                        oldest
                    }
                }
            }
        };
        let mut next = next;
        if next < oldest {
            let gap = Gap {
                lines: Some((oldest - next) as u64),
                after: None,
                before: None,
                reason: GapReason::SlowViewer,
            };
            out.push_back(ServerMessage::Gap { sub, source, gap }.encode());
            next = oldest;
        }
        while next < end && self.sent - self.credited < WINDOW {
            self.batch += 1;
            let backlog = next < joined.backlog_end;
            let limit = if backlog { joined.backlog_end } else { end };
            let stop = limit.min(next + 1 + self.batch % 4);
            let lines = &self.logs[joined.container].lines[next..stop];
            let mut batch = LogBatch::new();
            let mut first = [None; 2];
            for line in lines {
                let c = line.cursor;
                batch.push_line(c.time, c.stream, &line.position.to_string());
                first[c.stream.index()].get_or_insert(c.occurrence);
            }
            let message = ServerMessage::Logs {
                sub,
                source,
                first: first.map(Option::unwrap_or_default),
                backlog,
            };
            self.pay(message.encode_with(&batch.encode()), out);
            next = stop;
        }
        joined.next = Some(next);
        if next >= joined.backlog_end && !std::mem::replace(&mut joined.told_live, true) {
            let message = ServerMessage::Stream {
                sub,
                source: Some(source),
                state: StreamState::Live,
            };
            out.push_back(message.encode());
        }
    }
}

// ---------------------------------------------------------------------------------------------
// The page, and the world between the two
// ---------------------------------------------------------------------------------------------

/// What the page saw of one container in the present selection.
#[derive(Debug, Default)]
struct Seen {
    source: Option<u16>,
    /// How often its container was named.
    named: usize,
    last: Option<usize>,
    first: Option<usize>,
    gap: bool,
    last_sample: Option<i64>,
    samples: usize,
}

struct World {
    client: Client,
    server: Server,
    now: Millis,
    /// Whether a websocket exists, and whether it is open.
    socket: Option<bool>,
    to_page: VecDeque<Vec<u8>>,
    to_server: VecDeque<Vec<u8>>,
    selection: Option<(SubId, Choice)>,
    seen: HashMap<usize, Seen>,
    left: bool,
    returns: usize,
    gaps: usize,
    credits: usize,
    updates: usize,
}

impl World {
    fn new(memory: usize, resumes: bool) -> Self {
        let now = Millis(1_000);
        Self {
            client: Client::new(now),
            server: Server::new(memory, resumes),
            now,
            socket: None,
            to_page: VecDeque::new(),
            to_server: VecDeque::new(),
            selection: None,
            seen: HashMap::new(),
            left: false,
            returns: 0,
            gaps: 0,
            credits: 0,
            updates: 0,
        }
    }

    fn step(&mut self, step: &Step) {
        match step {
            Step::Print(container, lines) => self.server.logs[*container].print(lines),
            Step::Sample(container) => {
                let samples = &mut self.server.logs[*container].samples;
                samples.push(samples.len() as i64 * 1000);
            }
            Step::Serve => self.serve(),
            Step::Arrive(count) => {
                for _ in 0..*count {
                    let Some(bytes) = self.to_page.pop_front() else {
                        break;
                    };
                    self.client.on_message(&bytes, self.now);
                }
            }
            Step::Poll(count) => self.poll(count.unwrap_or(usize::MAX)),
            Step::Cut => self.cut(),
            Step::Restart => {
                self.cut();
                self.server.revision = 0;
            }
            Step::Select(choice) => {
                if let Some((old, _)) = self.selection {
                    self.client.unsubscribe(old);
                }
                self.seen.clear();
                self.left = false;
                self.returns = 0;
                self.selection = Some((self.client.subscribe(choice.target()), *choice));
            }
            Step::Leave => {
                if let Some((sub, _)) = self.selection {
                    self.client.pause(sub);
                    self.left = true;
                }
            }
            Step::Return => {
                if let Some((sub, _)) = self.selection {
                    self.client.resume(sub);
                    self.returns += usize::from(std::mem::take(&mut self.left));
                }
            }
            Step::Hide => self.client.visible(false, self.now),
            Step::Show => self.client.visible(true, self.now),
            Step::Online => self.client.online(self.now),
            Step::Wait(ms) => {
                self.now = self.now.plus(i64::from(*ms));
                self.client.tick(self.now, 0.5);
            }
        }
    }

    fn serve(&mut self) {
        if self.socket == Some(true) {
            while let Some(bytes) = self.to_server.pop_front() {
                self.server.take(&bytes, &mut self.to_page);
            }
            self.server.serve(&mut self.to_page);
        }
    }

    fn cut(&mut self) {
        if self.socket.take().is_some() {
            self.to_page.clear();
            self.to_server.clear();
            self.server.disconnect();
            self.client.on_close(self.now, 0.5);
        }
    }

    fn poll(&mut self, count: usize) {
        for _ in 0..count {
            match self.client.poll() {
                None => break,
                Some(Output::Connect) => {
                    assert_eq!(self.socket, None, "one websocket at a time");
                    self.socket = Some(true);
                    self.to_page.extend(self.server.hello());
                    self.client.on_open(self.now);
                }
                Some(Output::Close) => {
                    self.socket = None;
                    self.to_page.clear();
                    self.to_server.clear();
                    self.server.disconnect();
                }
                Some(Output::Send(bytes)) => {
                    assert_eq!(self.socket, Some(true), "sent on an open websocket");
                    let message = ClientMessage::decode(&bytes).unwrap();
                    self.credits += usize::from(matches!(message, ClientMessage::Credit { .. }));
                    self.to_server.push_back(bytes);
                }
                Some(Output::Update(update)) => {
                    self.updates += 1;
                    self.judge(update);
                }
            }
        }
    }

    /// The heart of it: every update is right at the moment in which it comes.
    fn judge(&mut self, update: Update) {
        let expected = self.selection.map(|(sub, _)| sub);
        match update {
            Update::Source {
                sub,
                source,
                container,
                ..
            } => {
                assert_eq!(Some(sub), expected, "a source of an old selection");
                let seen = self.seen.entry(number(&container)).or_default();
                seen.named += 1;
                assert!(
                    seen.named <= 1 + self.returns,
                    "named once, and at each return"
                );
                assert!(seen.source.is_none_or(|known| known == source));
                seen.source = Some(source);
            }
            Update::Logs { sub, source, batch } => {
                assert_eq!(Some(sub), expected, "lines of an old selection");
                assert!(!batch.is_empty());
                let seen = self.of(source);
                for entry in batch.iter() {
                    let position: usize = entry.text.parse().unwrap();
                    match seen.last {
                        Some(last) if seen.gap => {
                            assert!(position > last, "{position} again or out of order");
                        }
                        Some(last) => assert_eq!(position, last + 1, "lost, doubled or disordered"),
                        None => seen.first = Some(position),
                    }
                    seen.last = Some(position);
                    seen.gap = false;
                }
            }
            Update::Gap { sub, source, .. } => {
                assert_eq!(Some(sub), expected, "a gap of an old selection");
                self.of(source).gap = true;
                self.gaps += 1;
            }
            Update::Stats {
                sub,
                source,
                samples,
            } => {
                assert_eq!(Some(sub), expected, "samples of an old selection");
                let seen = self.of(source);
                for sample in samples {
                    assert!(seen.last_sample < Some(sample.time.0), "a sample again");
                    seen.last_sample = Some(sample.time.0);
                    seen.samples += 1;
                }
            }
            Update::Stream { sub, .. } => {
                assert_eq!(Some(sub), expected, "a state of an old selection");
            }
            Update::Refused { reason, .. } => panic!("{reason}"),
            Update::Link(_)
            | Update::Hello { .. }
            | Update::State
            | Update::Event(_)
            | Update::Served(_) => {}
        }
    }

    fn of(&mut self, source: u16) -> &mut Seen {
        self.seen
            .values_mut()
            .find(|seen| seen.source == Some(source))
            .expect("the source was named before")
    }

    /// Brings everything to rest: seen, connected, everything sent and taken.
    fn settle(&mut self) {
        self.step(&Step::Show);
        self.step(&Step::Return);
        // Quiet for longer than any delay of the client; heartbeats do not count.
        let mut quiet = 0;
        for round in 0.. {
            if quiet >= 40 {
                break;
            }
            assert!(round < 2_000, "it comes to rest");
            let before = (self.updates, self.server.sent, self.server.credited);
            self.step(&Step::Poll(None));
            self.step(&Step::Serve);
            self.step(&Step::Arrive(usize::MAX));
            self.step(&Step::Poll(None));
            self.step(&Step::Wait(1_000));
            let after = (self.updates, self.server.sent, self.server.credited);
            quiet = if after == before { quiet + 1 } else { 0 };
        }
        assert_eq!(self.client.link(), LinkState::Live);
        assert_eq!(self.client.ignored(), 0);
        assert_eq!(self.server.sent, self.server.credited, "all is credited");
        let Some((_, choice)) = self.selection else {
            return;
        };
        for (container, log) in self.server.logs.iter().enumerate() {
            let shown = match choice {
                Choice::Container(c) => c == container,
                Choice::Project => true,
                Choice::Stats(c) => {
                    if c == container {
                        let samples = self.seen.get(&c).map_or(0, |seen| seen.samples);
                        assert_eq!(samples, log.samples.len(), "every sample once");
                    }
                    false
                }
            };
            if shown {
                let seen = self.seen.get(&container).expect("its source was named");
                assert_eq!(
                    seen.last,
                    log.lines.len().checked_sub(1),
                    "the last line is there"
                );
                assert!(!seen.gap || seen.last.is_some());
            }
        }
    }
}

fn run(steps: &[Step], memory: usize, resumes: bool) -> World {
    let mut world = World::new(memory, resumes);
    for step in steps {
        world.step(step);
    }
    world.settle();
    world
}

// ---------------------------------------------------------------------------------------------
// Scripts
// ---------------------------------------------------------------------------------------------

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let container = 0..CONTAINERS;
    let lines = proptest::collection::vec((0u8..3, any::<bool>()), 1..8);
    let choice = prop_oneof![
        4 => container.clone().prop_map(Choice::Container),
        2 => Just(Choice::Project),
        1 => container.clone().prop_map(Choice::Stats),
    ];
    let step = prop_oneof![
        6 => (container.clone(), lines).prop_map(|(c, lines)| Step::Print(c, lines)),
        2 => container.prop_map(Step::Sample),
        8 => Just(Step::Serve),
        8 => (1usize..12).prop_map(Step::Arrive),
        6 => Just(Step::Poll(None)),
        2 => (1usize..4).prop_map(|n| Step::Poll(Some(n))),
        2 => Just(Step::Cut),
        1 => Just(Step::Restart),
        3 => choice.prop_map(Step::Select),
        2 => Just(Step::Leave),
        2 => Just(Step::Return),
        1 => Just(Step::Hide),
        1 => Just(Step::Show),
        1 => Just(Step::Online),
        3 => (1u16..6_000).prop_map(Step::Wait),
    ];
    // A selection early, so that few scripts watch nothing.
    proptest::collection::vec(step, 1..120).prop_map(|mut steps| {
        steps.insert(0, Step::Select(Choice::Container(0)));
        steps
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn a_server_that_knows_resume_points_loses_and_doubles_nothing(steps in steps()) {
        let world = run(&steps, 100_000, true);
        prop_assert_eq!(world.gaps, 0, "nothing was missing");
        for seen in world.seen.values().filter(|seen| seen.last.is_some()) {
            prop_assert_eq!(seen.first, Some(0));
        }
    }

    #[test]
    fn a_server_that_always_replays_its_newest_lines_doubles_nothing(steps in steps()) {
        let world = run(&steps, 100_000, false);
        prop_assert_eq!(world.gaps, 0, "nothing was missing");
    }

    #[test]
    fn where_the_servers_memory_is_short_a_gap_says_what_is_missing(
        steps in steps(),
        memory in 1usize..12,
        resumes in any::<bool>(),
    ) {
        run(&steps, memory, resumes);
    }
}

#[test]
fn switching_to_another_container_and_back_shows_each_line_once() {
    let mut world = World::new(1_000, true);
    let print = |c| Step::Print(c, vec![(1, false); 5]);
    let select = |c| Step::Select(Choice::Container(c));
    world.step(&select(0));
    for step in [Step::Poll(None), print(0), print(1), Step::Serve] {
        world.step(&step);
    }
    // A's lines are on their way to the page, or in its queue, while it switches to B and back.
    for step in [Step::Arrive(4), select(1), select(0), Step::Poll(None)] {
        world.step(&step);
    }
    world.settle();
    assert_eq!(world.seen[&0].first, Some(0));
    assert_eq!(world.seen[&0].last, Some(4));
    assert_eq!(world.seen.len(), 1);
}

#[test]
fn what_was_printed_while_the_page_looked_elsewhere_comes_when_it_returns() {
    let mut world = World::new(1_000, true);
    let print = || Step::Print(0, vec![(1, false); 5]);
    world.step(&Step::Select(Choice::Container(0)));
    world.step(&print());
    world.settle();
    for step in [Step::Leave, Step::Poll(None), print(), Step::Serve] {
        world.step(&step);
    }
    assert!(world.server.subs.is_empty(), "nothing is read for it");
    assert!(world.to_page.is_empty());
    assert_eq!(world.seen[&0].last, Some(4));
    world.settle();
    assert_eq!(world.seen[&0].first, Some(0));
    assert_eq!(world.seen[&0].last, Some(9));
    assert_eq!(world.gaps, 0);
}

#[test]
fn a_slow_page_is_sent_no_more_than_the_window_until_it_polls() {
    let mut world = World::new(1_000, true);
    world.step(&Step::Select(Choice::Container(0)));
    world.step(&Step::Poll(None));
    world.step(&Step::Print(0, vec![(1, false); 900]));
    for _ in 0..50 {
        world.step(&Step::Serve);
        world.step(&Step::Arrive(usize::MAX));
        world.step(&Step::Wait(100));
    }
    assert!(world.server.sent < WINDOW + 100);
    assert_eq!(world.credits, 0);
    world.settle();
    assert_eq!(world.seen[&0].last, Some(899));
    assert!(world.credits > 10);
}
