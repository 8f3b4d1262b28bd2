//! One subscription of the caller, across all the subscriptions that stood for it on the wire.

use std::collections::HashMap;

use super::output::Update;
use super::queue::Queue;
use super::search::{Item, Search};
use crate::few::Few;
use crate::model::{ContainerId, StatsSample};
use crate::protocol::{
    ClientMessage, Cursor, CursorCounter, Gap, LogBatch, MAX_CLIENT_MESSAGE_BYTES, ResumePoint,
    SourceId, Start, StreamState, SubId, Target,
};
use crate::sort::sort_by_key;
use crate::time::Millis;

/// Most resume points of one subscription, and as many as the server numbers containers: those of
/// the containers that were active last. The others are found in their backlog, as after a restart of
/// the server.
const MAX_RESUME_POINTS: usize = 4096;

/// Resume points of one message at most, in bytes: with a target they stay below
/// [`MAX_CLIENT_MESSAGE_BYTES`].
const RESUME_BYTES: usize = MAX_CLIENT_MESSAGE_BYTES / 2;

/// A resume point at most, without the id of its container.
const POINT_BYTES: usize = 32;

/// What one subscription knows. It lives as long as the caller wants it; `wire` changes with
/// every connection.
#[derive(Debug)]
pub(super) struct Subscription {
    /// The caller's number for it.
    id: SubId,
    target: Target,
    start: Start,
    /// Its number on this connection, where it is subscribed.
    wire: Option<SubId>,
    /// The caller wants nothing of it for now.
    paused: bool,
    /// Indexed by the caller's source number; never shrinks, so that numbers stay.
    sources: Vec<Source>,
    numbers: HashMap<ContainerId, u16>,
    /// The server's source numbers on this connection.
    wire_sources: Few<SourceId, u16>,
    /// Counts batches, to know which sources were active last.
    clock: u64,
}

#[derive(Debug)]
struct Source {
    container: ContainerId,
    name: String,
    /// The caller knows that it has joined.
    named: bool,
    /// The last entry that was delivered.
    cursor: Option<Cursor>,
    /// Under way from joining with a cursor until it is clear where to go on.
    search: Option<Search>,
    /// Time of the newest sample that was delivered.
    sampled: Option<Millis>,
    /// No sample came since it joined on this connection.
    joined: bool,
    active: u64,
}

impl Subscription {
    pub(super) fn new(id: SubId, target: Target, start: Start) -> Self {
        Self {
            id,
            target,
            start,
            wire: None,
            paused: false,
            sources: Vec::new(),
            numbers: HashMap::new(),
            wire_sources: Few::default(),
            clock: 0,
        }
    }

    /// Its number on this connection.
    pub(super) fn wire(&self) -> Option<SubId> {
        self.wire
    }

    /// Takes a number for this connection and returns the messages that subscribe it.
    pub(super) fn start(&mut self, wire: SubId) -> Vec<ClientMessage> {
        self.wire = Some(wire);
        let mut messages = Vec::new();
        let (mut resume, mut bytes) = (Vec::new(), 0);
        for point in self.resume_points() {
            let size = point.container.0.len() + POINT_BYTES;
            if size > RESUME_BYTES {
                continue;
            }
            if bytes + size > RESUME_BYTES {
                let resume = std::mem::take(&mut resume);
                messages.push(ClientMessage::Resume { sub: wire, resume });
                bytes = 0;
            }
            bytes += size;
            resume.push(point);
        }
        messages.push(ClientMessage::Subscribe {
            sub: wire,
            target: self.target.clone(),
            resume,
            start: self.start,
        });
        messages
    }

    /// It no longer is subscribed. What is held back is forgotten: it comes again.
    pub(super) fn stop(&mut self) {
        self.wire = None;
        self.wire_sources.clear();
        for source in &mut self.sources {
            source.search = None;
        }
    }

    /// Whether it is to be left alone until it is resumed.
    pub(super) fn is_paused(&self) -> bool {
        self.paused
    }

    /// Leaves it alone.
    pub(super) fn pause(&mut self) {
        self.paused = true;
        self.stop();
    }

    /// Takes it up again: its containers are named again as they join, for some may be gone.
    pub(super) fn resume(&mut self) {
        self.paused = false;
        for source in &mut self.sources {
            source.named = false;
        }
    }

    /// It holds everything of a container up to this entry.
    pub(super) fn hold(&mut self, point: ResumePoint) {
        if let Some(number) = self.add(point.container, String::new()) {
            self.sources[usize::from(number)].cursor = Some(point.cursor);
        }
    }

    /// Gives a container the next number; `None` where there is none left.
    fn add(&mut self, container: ContainerId, name: String) -> Option<u16> {
        let number = u16::try_from(self.sources.len()).ok()?;
        self.numbers.insert(container.clone(), number);
        self.sources.push(Source {
            container,
            name,
            named: false,
            cursor: None,
            search: None,
            sampled: None,
            joined: false,
            active: 0,
        });
        Some(number)
    }

    /// A container joined, or has a new name.
    pub(super) fn source(
        &mut self,
        wire: SourceId,
        container: ContainerId,
        name: String,
        out: &mut Queue,
    ) {
        let (number, news) = match self.numbers.get(&container) {
            Some(&number) => {
                let source = &mut self.sources[usize::from(number)];
                let known = std::mem::replace(&mut source.named, true);
                let news = !known || source.name != name;
                source.name.clone_from(&name);
                (number, news)
            }
            None => {
                let Some(number) = self.add(container.clone(), name.clone()) else {
                    out.update(Update::Refused {
                        sub: Some(self.id),
                        reason: format!("{name} is left out: too many containers joined here"),
                    });
                    return;
                };
                self.sources[usize::from(number)].named = true;
                (number, true)
            }
        };
        // The same number and container again is only a new name.
        if self.wire_sources.insert(wire, number) != Some(number) {
            let source = &mut self.sources[usize::from(number)];
            source.search = source.cursor.map(Search::new);
            source.joined = true;
        }
        if news {
            out.update(Update::Source {
                sub: self.id,
                source: number,
                container,
                name,
            });
        }
    }

    /// Entries came. False where their source was never named.
    pub(super) fn logs(
        &mut self,
        wire: SourceId,
        entries: Entries,
        now: Millis,
        out: &mut Queue,
    ) -> bool {
        let Some(&number) = self.wire_sources.get(wire) else {
            return false;
        };
        let Entries {
            batch,
            first,
            backlog,
            payload,
        } = entries;
        if batch.is_empty() {
            out.processed(payload);
            return true;
        }
        self.clock += 1;
        let source = &mut self.sources[usize::from(number)];
        source.active = self.clock;
        let Some(search) = &mut source.search else {
            let update = self.entries(number, batch, first);
            out.payload(update, payload);
            return true;
        };
        if backlog {
            // Held back or not, it must not hold up the rest of the backlog.
            out.processed(payload);
            if let Some(items) = search.backlog(batch, first, now) {
                self.end_search(number, items, out);
            }
        } else {
            let items = search.conclude();
            self.end_search(number, items, out);
            let update = self.entries(number, batch, first);
            out.payload(update, payload);
        }
        true
    }

    /// Lines are missing. False where their source was never named.
    pub(super) fn gap(&mut self, wire: SourceId, gap: Gap, now: Millis, out: &mut Queue) -> bool {
        let Some(&number) = self.wire_sources.get(wire) else {
            return false;
        };
        match &mut self.sources[usize::from(number)].search {
            Some(search) => search.gap(gap, now),
            None => out.update(self.missing(number, gap)),
        }
        true
    }

    /// Samples came. False where their source was never named.
    ///
    /// Only the first message after joining may repeat samples: later ones pass as they are, so
    /// that a clock that was set back does not silence a container for good.
    pub(super) fn stats(
        &mut self,
        wire: SourceId,
        mut samples: Vec<StatsSample>,
        payload: u64,
        out: &mut Queue,
    ) -> bool {
        let Some(&number) = self.wire_sources.get(wire) else {
            return false;
        };
        let source = &mut self.sources[usize::from(number)];
        if std::mem::take(&mut source.joined)
            && let Some(newest) = source.sampled
        {
            samples.retain(|sample| sample.time > newest);
        }
        let Some(last) = samples.last() else {
            out.processed(payload);
            return true;
        };
        source.sampled = Some(last.time);
        let update = Update::Stats {
            sub: self.id,
            source: number,
            samples,
        };
        out.payload(update, payload);
        true
    }

    /// A stream's state. False where its source was never named.
    pub(super) fn stream(
        &mut self,
        wire: Option<SourceId>,
        state: StreamState,
        out: &mut Queue,
    ) -> bool {
        let source = match wire.map(|wire| self.wire_sources.get(wire)) {
            None => None,
            Some(Some(&number)) => Some(number),
            Some(None) => return false,
        };
        if ends_backlog(&state) {
            let numbers = match source {
                Some(number) => number..=number,
                None => 0..=u16::MAX,
            };
            self.conclude(|number, _| numbers.contains(&number), out);
        }
        out.update(Update::Stream {
            sub: self.id,
            source,
            state,
        });
        true
    }

    /// Ends the searches that wait in vain.
    pub(super) fn tick(&mut self, now: Millis, out: &mut Queue) {
        self.conclude(
            |_, search| search.deadline().is_some_and(|at| at <= now),
            out,
        );
    }

    /// When `tick` has something to do.
    pub(super) fn deadline(&self) -> Option<Millis> {
        let searches = self.sources.iter().filter_map(|s| s.search.as_ref());
        searches.filter_map(Search::deadline).min()
    }

    /// Ends the chosen searches that hold something back.
    fn conclude(&mut self, chosen: impl Fn(u16, &Search) -> bool, out: &mut Queue) {
        for number in 0..self.sources.len() {
            let Ok(number) = u16::try_from(number) else {
                return;
            };
            let search = self.sources[usize::from(number)].search.as_mut();
            if let Some(search) = search.filter(|s| s.is_holding() && chosen(number, s)) {
                let items = search.conclude();
                self.end_search(number, items, out);
            }
        }
    }

    fn end_search(&mut self, number: u16, items: Vec<Item>, out: &mut Queue) {
        self.sources[usize::from(number)].search = None;
        for item in items {
            match item {
                Item::Entries(batch, first) => {
                    let bytes = batch.text_bytes() as u64;
                    let update = self.entries(number, batch, first);
                    out.credited(update, bytes);
                }
                Item::Gap(gap) => out.update(self.missing(number, gap)),
            }
        }
    }

    /// Delivers entries: the page stands behind the last of them.
    fn entries(&mut self, number: u16, batch: LogBatch, first: [u32; 2]) -> Update {
        self.sources[usize::from(number)].cursor = CursorCounter::last_within(first, &batch);
        Update::Logs {
            sub: self.id,
            source: number,
            batch,
        }
    }

    fn missing(&self, number: u16, gap: Gap) -> Update {
        Update::Gap {
            sub: self.id,
            source: number,
            gap,
        }
    }

    /// Where it stands in the containers that were active last.
    pub(super) fn resume_points(&self) -> Vec<ResumePoint> {
        let mut known: Vec<_> = self
            .sources
            .iter()
            .filter_map(|source| Some((source, source.cursor?)))
            .collect();
        sort_by_key(&mut known, |(source, _)| std::cmp::Reverse(source.active));
        known.truncate(MAX_RESUME_POINTS);
        known
            .into_iter()
            .map(|(source, cursor)| ResumePoint {
                container: source.container.clone(),
                cursor,
            })
            .collect()
    }
}

/// A `Logs` message.
#[derive(Debug)]
pub(super) struct Entries {
    pub(super) batch: LogBatch,
    pub(super) first: [u32; 2],
    pub(super) backlog: bool,
    /// Bytes of the whole message.
    pub(super) payload: u64,
}

/// Whether a stream in this state has sent the whole backlog.
fn ends_backlog(state: &StreamState) -> bool {
    match state {
        StreamState::Live
        | StreamState::Empty
        | StreamState::Ended
        | StreamState::Removed
        | StreamState::Failed { .. }
        | StreamState::Left { .. } => true,
        StreamState::Loading | StreamState::Reconnecting { .. } => false,
    }
}
