//! What waits for the caller: commands for the socket first, then updates in order.
//!
//! The queue also does the accounting of credits: payload counts as processed when its update
//! is taken out, or at once when it will never be.

use std::collections::VecDeque;

use super::output::{Output, Update};
use crate::protocol::{ClientMessage, SubId};

/// After this much newly processed payload a credit is sent without waiting for a tick.
pub(super) const CREDIT_STEP_BYTES: u64 = 256 << 10;

/// Most updates that may wait; a caller that lets more pile up loses the connection instead of
/// the page its memory.
const MAX_UPDATES: usize = 16_384;

/// Most payload bytes that may wait. The server keeps to
/// [`WINDOW_BYTES`](crate::protocol::WINDOW_BYTES) a connection, so that only a caller that does
/// not drain over many connections, or a server that ignores credits, comes here.
const MAX_PAYLOAD_BYTES: u64 = 32 << 20;

/// Outputs that were not taken yet.
#[derive(Debug, Default)]
pub(super) struct Queue {
    commands: VecDeque<Output>,
    updates: VecDeque<Waiting>,
    /// Payload bytes of all waiting updates.
    payload: u64,
    /// Payload processed on this connection.
    processed: u64,
    /// What the server was told of it.
    credited: u64,
}

#[derive(Debug)]
struct Waiting {
    update: Update,
    /// Bytes of the message it came in.
    payload: u64,
    /// Whether they are still to be credited: they came on the connection that is open now.
    due: bool,
}

impl Queue {
    /// Takes the next command for the socket.
    pub(super) fn pop_command(&mut self) -> Option<Output> {
        self.commands.pop_front()
    }

    /// Takes the next output.
    pub(super) fn pop(&mut self) -> Option<Output> {
        if let Some(command) = self.pop_command() {
            return Some(command);
        }
        let waiting = self.updates.pop_front()?;
        self.settle(&waiting);
        if self.processed - self.credited >= CREDIT_STEP_BYTES {
            self.send_credit();
        }
        Some(Output::Update(waiting.update))
    }

    /// Asks the caller to do something with the socket.
    pub(super) fn command(&mut self, command: Output) {
        self.commands.push_back(command);
    }

    /// Whether a websocket was asked for that the caller does not know of yet. Whatever it
    /// reports until it does is of the one before.
    pub(super) fn awaits_connect(&self) -> bool {
        self.commands.contains(&Output::Connect)
    }

    /// Gives up the websocket, or only the wish for one where the caller does not know of it.
    pub(super) fn close(&mut self) {
        if self.awaits_connect() {
            self.commands.retain(|c| *c != Output::Connect);
        } else {
            self.command(Output::Close);
        }
    }

    /// Sends a message.
    pub(super) fn send(&mut self, message: &ClientMessage) {
        self.command(Output::Send(message.encode()));
    }

    /// Queues an update that carries no payload. Of link states only the newest waits; one
    /// waiting [`Update::State`] is enough.
    pub(super) fn update(&mut self, update: Update) {
        match update {
            Update::State if self.waits(|u| matches!(u, Update::State)) => return,
            Update::Link(_) => self
                .updates
                .retain(|w| !matches!(w.update, Update::Link(_))),
            _ => {}
        }
        self.push(update, 0, false);
    }

    /// Queues an update that came in a message of `payload` bytes, which are credited when it
    /// is taken.
    pub(super) fn payload(&mut self, update: Update, payload: u64) {
        self.push(update, payload, true);
    }

    /// Queues an update of about `payload` bytes that were credited already.
    pub(super) fn credited(&mut self, update: Update, payload: u64) {
        self.push(update, payload, false);
    }

    /// Counts payload as processed that makes no update.
    pub(super) fn processed(&mut self, payload: u64) {
        self.processed += payload;
    }

    /// Tells the server what was processed, if that is news. True when it was.
    pub(super) fn send_credit(&mut self) -> bool {
        let news = self.has_credit();
        if news {
            self.credited = self.processed;
            self.send(&ClientMessage::Credit {
                bytes: self.processed,
            });
        }
        news
    }

    /// Whether there is credit that the server was not told of.
    pub(super) fn has_credit(&self) -> bool {
        self.processed > self.credited
    }

    /// Whether more waits than a caller that drains would ever let pile up.
    pub(super) fn is_overfull(&self) -> bool {
        self.updates.len() > MAX_UPDATES || self.payload > MAX_PAYLOAD_BYTES
    }

    /// Throws away what waits for a subscription.
    pub(super) fn purge(&mut self, sub: SubId) {
        let (gone, kept): (VecDeque<_>, _) = std::mem::take(&mut self.updates)
            .into_iter()
            .partition(|w| sub_of(&w.update) == Some(sub));
        self.updates = kept;
        for waiting in &gone {
            self.settle(waiting);
        }
    }

    /// The connection is gone: nothing can be sent on it, and credits start from nothing.
    /// Updates that wait stay.
    pub(super) fn disconnect(&mut self) {
        self.commands.retain(|c| !matches!(c, Output::Send(_)));
        for waiting in &mut self.updates {
            waiting.due = false;
        }
        self.processed = 0;
        self.credited = 0;
    }

    fn push(&mut self, update: Update, payload: u64, due: bool) {
        self.payload += payload;
        self.updates.push_back(Waiting {
            update,
            payload,
            due,
        });
    }

    fn settle(&mut self, waiting: &Waiting) {
        self.payload -= waiting.payload;
        if waiting.due {
            self.processed += waiting.payload;
        }
    }

    fn waits(&self, is: impl Fn(&Update) -> bool) -> bool {
        self.updates.iter().any(|w| is(&w.update))
    }
}

/// The subscription that an update belongs to.
fn sub_of(update: &Update) -> Option<SubId> {
    match update {
        Update::Source { sub, .. }
        | Update::Logs { sub, .. }
        | Update::Gap { sub, .. }
        | Update::Stats { sub, .. }
        | Update::Stream { sub, .. } => Some(*sub),
        Update::Refused { sub, .. } => *sub,
        Update::Link(_)
        | Update::Hello { .. }
        | Update::State
        | Update::Event(_)
        | Update::Served(_) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::client::LinkState;
    use crate::protocol::StreamState;

    fn stats(sub: u32) -> Update {
        Update::Stats {
            sub: SubId(sub),
            source: 0,
            samples: vec![],
        }
    }

    fn credit(output: Option<Output>) -> Option<u64> {
        match output {
            Some(Output::Send(bytes)) => match ClientMessage::decode(&bytes) {
                Ok(ClientMessage::Credit { bytes }) => Some(bytes),
                _ => None,
            },
            _ => None,
        }
    }

    #[test]
    fn payload_earns_credit_only_when_it_is_taken() {
        let mut queue = Queue::default();
        queue.payload(stats(1), CREDIT_STEP_BYTES - 1);
        queue.payload(stats(1), 1);
        assert!(!queue.send_credit());
        assert_eq!(queue.pop(), Some(Output::Update(stats(1))));
        assert_eq!(queue.pop(), Some(Output::Update(stats(1))));
        assert_eq!(credit(queue.pop()), Some(CREDIT_STEP_BYTES));
        assert_eq!(queue.pop(), None);
        assert!(!queue.send_credit(), "it is told once");
    }

    #[test]
    fn a_small_amount_is_credited_when_asked() {
        let mut queue = Queue::default();
        queue.payload(stats(1), 10);
        queue.pop();
        assert!(queue.send_credit());
        assert_eq!(credit(queue.pop()), Some(10));
    }

    #[test]
    fn what_is_purged_never_comes_out_and_counts_as_processed() {
        let mut queue = Queue::default();
        queue.payload(stats(1), 7);
        queue.payload(stats(2), 5);
        queue.update(Update::Stream {
            sub: SubId(1),
            source: None,
            state: StreamState::Live,
        });
        queue.purge(SubId(1));
        assert!(queue.send_credit());
        assert_eq!(credit(queue.pop()), Some(7));
        assert_eq!(queue.pop(), Some(Output::Update(stats(2))));
        assert_eq!(queue.pop(), None);
    }

    #[test]
    fn payload_of_an_old_connection_earns_no_credit_on_the_new_one() {
        let mut queue = Queue::default();
        queue.payload(stats(1), 100);
        queue.send(&ClientMessage::Refresh);
        queue.disconnect();
        assert_eq!(
            queue.pop(),
            Some(Output::Update(stats(1))),
            "nothing to send"
        );
        assert!(!queue.has_credit());
    }

    #[test]
    fn states_and_links_do_not_pile_up() {
        let mut queue = Queue::default();
        for _ in 0..10 {
            queue.update(Update::State);
            queue.update(Update::Link(LinkState::Connecting));
            queue.update(Update::Link(LinkState::Live));
        }
        assert_eq!(queue.pop(), Some(Output::Update(Update::State)));
        assert_eq!(
            queue.pop(),
            Some(Output::Update(Update::Link(LinkState::Live)))
        );
        assert_eq!(queue.pop(), None);
    }

    #[test]
    fn a_caller_that_does_not_drain_is_noticed() {
        let mut queue = Queue::default();
        queue.payload(stats(1), MAX_PAYLOAD_BYTES);
        assert!(!queue.is_overfull());
        queue.payload(stats(1), 1);
        assert!(queue.is_overfull());
        queue.pop();
        assert!(!queue.is_overfull());
    }
}
