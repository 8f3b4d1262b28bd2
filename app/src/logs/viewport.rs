//! The scrolled view of the rows: which of them have slots, whether it follows the newest
//! line, and where it stands while it does not.

use std::collections::VecDeque;

use sidekick::{logs::LogSession, time::Nanos};
use web_sys::{Element, HtmlElement};

use super::{
    slot::{Look, Slot},
    window::{ROW_PX, Turn, bottom_px, slots, turn, window},
};
use crate::charts::{Clock, fixed};

/// What the controls around the view show of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Position {
    /// The newest line stays in sight.
    pub(super) following: bool,
    /// Rows that came since it stopped following.
    pub(super) new_rows: u64,
    /// The first row held is in sight or less than a screen away.
    pub(super) near_top: bool,
}

pub(super) struct Viewport {
    scroller: HtmlElement,
    spacer: HtmlElement,
    rows: HtmlElement,
    slots: VecDeque<Slot>,
    height_px: f64,
    following: bool,
    top_px: f64,
    /// Rows in the view when it was last drawn.
    len: usize,
    /// Number of the view's first row, which grows where rows are let go and shrinks where older
    /// ones come in front.
    first: u64,
    /// Number of the first row that has a slot.
    first_drawn: u64,
    /// Number of the row that came next when it stopped following.
    paused_end: u64,
    /// Number of the row that is shown in full.
    opened: Option<u64>,
    filter: sidekick::logs::Filter,
    /// Widest text so far, in characters: the width of the view may grow but never jump.
    widest: usize,
    clock: Clock,
    utc: bool,
    /// Prefix to leave out of the names of sources; `None` shows no sources.
    source_prefix: Option<String>,
}

impl Viewport {
    /// Takes the elements over. They may be those of the view before, of another log: what
    /// stands in them goes.
    pub(super) fn new(scroller: HtmlElement, spacer: HtmlElement, rows: HtmlElement) -> Self {
        rows.set_text_content(None);
        let _refused = HtmlElement::style(&spacer).set_property("height", "0px");
        scroller.set_scroll_left(0);
        Self {
            scroller,
            spacer,
            rows,
            slots: VecDeque::new(),
            height_px: 0.0,
            following: true,
            top_px: 0.0,
            len: 0,
            first: 0,
            first_drawn: 0,
            paused_end: 0,
            opened: None,
            filter: sidekick::logs::Filter::default(),
            widest: 0,
            clock: Clock::new(false),
            utc: false,
            source_prefix: None,
        }
    }

    /// Another log: follows it from its end.
    pub(super) fn restart(&mut self, source_prefix: Option<String>) {
        self.source_prefix = source_prefix;
        self.following = true;
        self.set_width(0);
    }

    pub(super) fn resize(&mut self, height_px: f64) {
        self.height_px = height_px;
    }

    pub(super) fn set_utc(&mut self, utc: bool) {
        if self.utc != utc {
            self.utc = utc;
            self.clock = Clock::new(utc);
        }
    }

    pub(super) fn position(&self) -> Position {
        let end = self.first + self.len as u64;
        Position {
            following: self.following,
            new_rows: if self.following {
                0
            } else {
                end.saturating_sub(self.paused_end)
            },
            near_top: self.top_px < self.height_px,
        }
    }

    /// Takes over what the session holds now and draws it.
    pub(super) fn sync(&mut self, session: &LogSession) {
        let len = session.visible_len();
        let first = session.visible_first();
        let end = first + len as u64;
        let refiltered = *session.filter() != self.filter;
        let anchor = if refiltered { self.top_time() } else { None };
        if refiltered {
            self.filter = session.filter().clone();
            self.set_width(0);
            self.paused_end = end;
            self.opened = None;
        } else if len == 0 {
            // There is nothing to stay at.
            self.following = true;
        }
        let moved = self.first as f64 - first as f64;
        self.set_len(len);
        self.first = first;
        if self.following {
            self.scroll_to(bottom_px(len, self.height_px));
        } else if let Some(time) = anchor {
            self.scroll_to(index_at(session, time) as f64 * ROW_PX);
        } else if refiltered {
            self.following = true;
            self.scroll_to(bottom_px(len, self.height_px));
        } else if moved != 0.0 {
            self.scroll_to((self.top_px + moved * ROW_PX).max(0.0));
        }
        self.draw(session);
    }

    /// The user, or [`scroll_to`](Self::scroll_to), moved the view.
    pub(super) fn scrolled(&mut self, session: &LogSession) {
        if self.height_px <= 0.0 {
            return;
        }
        let top = f64::from(self.scroller.scroll_top());
        if top >= bottom_px(self.len, self.height_px) - 2.0 {
            self.following = true;
        } else if top < self.top_px - 1.0 {
            self.pause();
        }
        self.top_px = top;
        self.draw(session);
    }

    /// Stays where it is when lines come.
    pub(super) fn pause(&mut self) {
        if self.following {
            self.following = false;
            self.paused_end = self.first + self.len as u64;
        }
    }

    pub(super) fn follow(&mut self, session: &LogSession) {
        self.following = true;
        self.sync(session);
    }

    /// Brings the first row at or after `time` to the upper edge.
    pub(super) fn go_to(&mut self, session: &LogSession, time: Nanos) {
        self.pause();
        self.scroll_to(index_at(session, time) as f64 * ROW_PX);
        self.draw(session);
    }

    /// Marks the row at `index`, brings it into sight and stays there; `None` marks none.
    pub(super) fn open(&mut self, session: &LogSession, index: Option<usize>) {
        self.opened = index.map(|index| self.first + index as u64);
        if let Some(index) = index {
            self.pause();
            let top = index as f64 * ROW_PX;
            let lowest = top + ROW_PX - self.height_px;
            // Not clamp: its panic prints numbers, with a printer that nothing else here needs.
            self.scroll_to(self.top_px.max(lowest).min(top));
        }
        self.draw(session);
    }

    /// Index of the marked row, unless it was let go.
    pub(super) fn opened(&self) -> Option<usize> {
        let index = self.opened?.checked_sub(self.first)? as usize;
        (index < self.len).then_some(index)
    }

    /// Index of the lowest row in full sight.
    pub(super) fn lowest(&self) -> Option<usize> {
        let below = ((self.top_px + self.height_px) / ROW_PX) as usize;
        below.min(self.len).checked_sub(1)
    }

    /// The row, by its index in the session's view, that an element of the view belongs to.
    pub(super) fn index_of(&self, element: &Element) -> Option<usize> {
        Some(self.slot_of(element)?.index)
    }

    /// Makes the row of that element ready to tell its instant on hover.
    pub(super) fn hover(&mut self, element: &Element) {
        let Some(row) = element.closest(".log-row").ok().flatten() else {
            return;
        };
        if let Some(slot) = self
            .slots
            .iter()
            .find(|slot| slot.root.is_same_node(Some(&row)))
        {
            slot.tell_time(&mut self.clock);
        }
    }

    fn slot_of(&self, element: &Element) -> Option<&Slot> {
        let row = element.closest(".log-row").ok()??;
        self.slots
            .iter()
            .find(|slot| slot.root.is_same_node(Some(&row)))
    }

    /// When the uppermost visible line was printed.
    fn top_time(&self) -> Option<Nanos> {
        let index = (self.top_px / ROW_PX) as usize;
        self.slots.iter().find(|slot| slot.index == index)?.at
    }

    fn set_len(&mut self, len: usize) {
        if self.len != len {
            self.len = len;
            let height = format!("{}px", fixed(len as f64 * ROW_PX, 0));
            let _refused = HtmlElement::style(&self.spacer).set_property("height", &height);
        }
    }

    fn set_width(&mut self, characters: usize) {
        self.widest = characters;
        let width = format!("calc({characters}ch + var(--log-columns))");
        let _refused = HtmlElement::style(&self.spacer).set_property("min-width", &width);
    }

    fn scroll_to(&mut self, top_px: f64) {
        // Before the height is known nobody can say where the bottom is.
        if self.height_px <= 0.0 {
            return;
        }
        let top_px = top_px.min(bottom_px(self.len, self.height_px)).ceil();
        if (top_px - self.top_px).abs() >= 1.0 || self.following {
            self.top_px = top_px;
            self.scroller.set_scroll_top(top_px as i32);
        }
    }

    fn draw(&mut self, session: &LogSession) {
        let wanted = slots(self.height_px);
        if self.height_px <= 0.0 || self.make_slots(wanted).is_none() {
            return;
        }
        let range = window(self.top_px, self.len, wanted);
        let first_drawn = self.first + range.start as u64;
        self.turn_slots(turn(self.first_drawn, first_drawn, wanted));
        self.first_drawn = first_drawn;
        let shift = format!("translateY({}px)", fixed(range.start as f64 * ROW_PX, 0));
        let _refused = HtmlElement::style(&self.rows).set_property("transform", &shift);
        let opened = self.opened();
        let mut look = Look {
            filter: &self.filter,
            clock: &mut self.clock,
            utc: self.utc,
            source_prefix: self.source_prefix.as_deref(),
        };
        let mut widest = self.widest;
        let mut indices = range;
        for slot in &mut self.slots {
            match indices
                .next()
                .and_then(|index| Some((index, session.visible(index)?)))
            {
                Some((index, row)) => {
                    slot.mark_open(opened == Some(index));
                    widest = widest.max(slot.write(index, &row, session, &mut look));
                }
                None => slot.hide(),
            }
        }
        if widest > self.widest {
            self.set_width(widest);
        }
    }

    fn make_slots(&mut self, wanted: usize) -> Option<()> {
        while self.slots.len() < wanted {
            let slot = Slot::new()?;
            self.rows.append_child(&slot.root).ok()?;
            self.slots.push_back(slot);
        }
        while self.slots.len() > wanted {
            self.slots.pop_back()?.root.remove();
        }
        Some(())
    }

    /// The order of the elements is the order of the lines, so that a selection over several
    /// rows means what it shows.
    fn turn_slots(&mut self, turn: Turn) {
        match turn {
            Turn::Stay | Turn::All => {}
            Turn::Down(n) => {
                for _ in 0..n {
                    if let Some(slot) = self.slots.pop_front() {
                        let _refused = self.rows.append_child(&slot.root);
                        self.slots.push_back(slot);
                    }
                }
            }
            Turn::Up(n) => {
                for _ in 0..n {
                    if let Some(slot) = self.slots.pop_back() {
                        let front = self.slots.front().map(|slot| &**slot.root);
                        let _refused = self.rows.insert_before(&slot.root, front);
                        self.slots.push_front(slot);
                    }
                }
            }
        }
    }
}

/// Index of the first visible row at or after `time`; the last row where there is none.
fn index_at(session: &LogSession, time: Nanos) -> usize {
    let len = session.visible_len();
    (0..len)
        .find(|&index| match session.visible(index) {
            Some(sidekick::logs::Row::Entry { entry, .. }) => entry.time >= time,
            _ => false,
        })
        .unwrap_or(len.saturating_sub(1))
}
