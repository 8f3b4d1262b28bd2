//! The scrolled view of the rows: which of them have slots, and what the elements are told.

mod draw;

use sidekick::{
    logs::{LogSession, Stretch},
    time::Nanos,
};
use wasm_bindgen::JsCast;
use web_sys::{Element, HtmlElement};

use super::{
    place::{Hold, Place, Position, index_at},
    pool::Pool,
    row_heights::RowHeights,
    scale::Scale,
};
use crate::charts::Clock;
use crate::state::{Column, Lanes, Reading};

pub(super) struct Viewport {
    scroller: HtmlElement,
    spacer: HtmlElement,
    /// How tall that is.
    spacer_px: f64,
    pool: Pool,
    place: Place,
    scale: Scale,
    /// The room that the browser had given when [`resize`](Self::resize) told of it.
    client_px: i32,
    /// Number of the first row that has a slot.
    first_drawn: u64,
    filter: sidekick::logs::Filter,
    /// Long lines are wrapped.
    wraps: bool,
    /// Widest text so far, in characters: the width of the view may grow but never jump.
    widest: usize,
    clock: Clock,
    utc: bool,
    columns: Vec<Column>,
    as_printed: bool,
    lanes: Lanes,
    /// The rows that are selected.
    stretch: Option<Stretch>,
    /// Prefix to leave out of the names of sources; `None` shows no sources.
    source_prefix: Option<String>,
}

impl Viewport {
    /// Takes the elements over. They may be those of the view before, of another log: what
    /// stands in them goes.
    pub(super) fn new(scroller: HtmlElement, spacer: HtmlElement, rows: HtmlElement) -> Self {
        let _refused = HtmlElement::style(&spacer).set_property("height", "0px");
        scroller.set_scroll_left(0);
        let _refused = scroller.class_list().remove_1("wraps");
        Self {
            scroller,
            spacer,
            spacer_px: 0.0,
            pool: Pool::new(rows),
            wraps: false,
            place: Place::new(),
            scale: Scale::new(),
            client_px: 0,
            first_drawn: 0,
            filter: sidekick::logs::Filter::default(),
            widest: 0,
            clock: Clock::new(false),
            utc: false,
            columns: Vec::new(),
            as_printed: false,
            lanes: Lanes::default(),
            stretch: None,
            source_prefix: None,
        }
    }

    /// Another log, or another view of the same one: see [`Place::restart`].
    pub(super) fn restart(&mut self, source_prefix: Option<String>, reading: Option<Reading>) {
        self.source_prefix = source_prefix;
        self.place.restart(reading);
        self.set_width(0);
    }

    pub(super) fn resize(&mut self, session: &LogSession, height_px: f64) {
        if self.place.height_px != height_px {
            self.place.resize(session, height_px);
            self.client_px = self.scroller.client_height();
        }
    }

    pub(super) fn set_utc(&mut self, utc: bool) {
        if self.utc != utc {
            self.utc = utc;
            self.clock = Clock::new(utc);
        }
    }

    pub(super) fn set_columns(&mut self, columns: Vec<Column>) {
        if self.columns != columns {
            self.columns = columns;
            self.set_width(0);
            self.tell_left();
        }
    }

    /// Whether lines of JSON stand as they were printed.
    pub(super) fn set_as_printed(&mut self, as_printed: bool) {
        self.as_printed = as_printed;
    }

    /// Whether long lines are wrapped.
    pub(super) fn set_wraps(&mut self, wraps: bool) {
        if self.wraps != wraps {
            self.wraps = wraps;
            self.place.rows = RowHeights::new();
            let _refused = self.scroller.class_list().toggle_with_force("wraps", wraps);
        }
    }

    pub(super) fn set_stretch(&mut self, stretch: Option<Stretch>) {
        self.stretch = stretch;
    }

    pub(super) fn set_lanes(&mut self, lanes: Lanes) {
        if self.lanes != lanes {
            self.tell_list("--lanes", &lanes.names.len().to_string());
            self.lanes = lanes;
        }
    }

    /// Sets a property of the list around, which the names above the lines follow too.
    fn tell_list(&self, property: &str, value: &str) {
        if let Some(list) = self.scroller.parent_element()
            && let Some(list) = list.dyn_ref::<HtmlElement>()
        {
            let _refused = HtmlElement::style(list).set_property(property, value);
        }
    }

    /// Tells the names above the columns how far the lines are scrolled to the left.
    fn tell_left(&self) {
        let left = format!("-{}px", self.scroller.scroll_left().max(0));
        self.tell_list("--log-left", &left);
    }

    pub(super) fn position(&self, session: &LogSession) -> Position {
        self.place.position(session)
    }

    pub(super) fn reading(&self, session: &LogSession) -> Option<Reading> {
        self.place.reading(session)
    }

    /// Takes over what the session holds now and draws it.
    pub(super) fn sync(&mut self, session: &LogSession) {
        if *session.filter() != self.filter {
            self.filter = session.filter().clone();
            self.set_width(0);
            self.place.rows.forget();
        } else {
            let first = session.index_of(self.first_drawn);
            self.place.rows.rebase(first);
        }
        let hold = self.place.sync(session);
        let moves = self.move_to(self.place.held_px(hold));
        self.draw(session, hold, moves);
        self.place.settle(session);
    }

    /// The user, or [`scroll`](Self::scroll), moved the view.
    pub(super) fn scrolled(&mut self, session: &LogSession) {
        if !self.columns.is_empty() {
            self.tell_left();
        }
        // Where the room changed, as when a notice above went, the browser moved the rows, and nobody
        // scrolled: who follows is brought to the end once the new room is told.
        let moved = self.scroller.client_height() != self.client_px;
        if self.place.height_px > 0.0 && !(moved && self.place.following) {
            let bar_px = f64::from(self.scroller.scroll_top());
            let moved = self.scale.moved(bar_px, self.place.top_px, self.heights());
            let is_there = moved.top_px == self.place.top_px;
            let downwards = moved.top_px > self.place.top_px;
            self.place.scrolled(moved.top_px, session);
            if !is_there || moved.is_off {
                let hold = match moved.is_end {
                    true if downwards => Hold::End,
                    true => Hold::BEGIN,
                    false => self.place.seen(),
                };
                self.draw(session, hold, false);
                if self.wraps {
                    self.place.arrived(downwards, session);
                }
            }
        }
    }

    /// Stays where it is when lines come.
    pub(super) fn pause(&mut self, session: &LogSession) {
        self.place.pause(session);
    }

    pub(super) fn follow(&mut self, session: &LogSession) {
        self.place.following = true;
        self.sync(session);
    }

    /// Goes back to where somebody read, or followed.
    pub(super) fn resume(&mut self, session: &LogSession, reading: Option<&Reading>) {
        match reading {
            None => self.follow(session),
            Some(reading) => {
                self.place.resume(reading);
                self.sync(session);
            }
        }
    }

    /// Brings the first row at or after `time` to the upper edge.
    pub(super) fn go_to(&mut self, session: &LogSession, time: Nanos) {
        self.show(session, index_at(session, time));
    }

    /// Marks the row at `index` with others around it in sight, and stays there.
    pub(super) fn step_to(&mut self, session: &LogSession, index: usize) {
        self.pause(session);
        if !self.place.is_in_sight(index) {
            let below_px = (self.place.height_px / 3.0).max(0.0);
            self.jump(session, Hold::Row { index, below_px });
        }
        self.open(session, Some(index));
    }

    /// Brings the row at `index` to the upper edge.
    pub(super) fn show(&mut self, session: &LogSession, index: usize) {
        self.pause(session);
        let below_px = 0.0;
        self.jump(session, Hold::Row { index, below_px });
    }

    /// Brings the row at `index` into sight, by no more than that takes, and stays there.
    pub(super) fn bring(&mut self, session: &LogSession, index: usize) {
        self.pause(session);
        // Of a wrapped row it is known only once it is drawn how tall it is.
        for _ in 0..if self.wraps { 2 } else { 1 } {
            let below_px = self.place.rows.top_px(index) - self.place.within_sight(index);
            self.jump(session, Hold::Row { index, below_px });
        }
    }

    /// Marks the row at `index`, brings it into sight and stays there; `None` marks none.
    pub(super) fn open(&mut self, session: &LogSession, index: Option<usize>) {
        self.place.open(session, index);
        match index {
            Some(index) => self.bring(session, index),
            None => self.draw(session, self.place.seen(), false),
        }
    }

    /// Index of the marked row, unless it was let go.
    pub(super) fn opened(&self, session: &LogSession) -> Option<usize> {
        self.place.opened(session)
    }

    /// Index of the marked row, where it is in full sight.
    pub(super) fn marked_in_sight(&self, session: &LogSession) -> Option<usize> {
        let index = self.opened(session)?;
        self.place.is_in_sight(index).then_some(index)
    }

    /// Index of the lowest row in full sight.
    pub(super) fn lowest(&self) -> Option<usize> {
        self.place.lowest()
    }

    /// The row, by its index in the session's view, that an element of the view belongs to.
    pub(super) fn index_of(&self, element: &Element) -> Option<usize> {
        Some(self.pool.of(element)?.index)
    }

    /// Makes the row of that element ready to tell its instant on hover.
    pub(super) fn hover(&mut self, element: &Element) {
        if let Some(slot) = self.pool.of(element) {
            slot.tell_time(&mut self.clock);
        }
    }

    fn set_width(&mut self, characters: usize) {
        self.widest = characters;
        let width = format!("calc({characters}ch + var(--log-columns))");
        let _refused = HtmlElement::style(&self.spacer).set_property("min-width", &width);
    }

    fn jump(&mut self, session: &LogSession, hold: Hold) {
        let moves = self.move_to(self.place.held_px(hold));
        self.draw(session, hold, moves);
        self.place.drop_anchor(session);
    }

    /// Takes the place of the view there. Tells whether it is to be [scrolled](Self::scroll).
    fn move_to(&mut self, top_px: f64) -> bool {
        // Before the height is known nobody can say where the bottom is.
        if self.place.height_px <= 0.0 {
            return false;
        }
        let top_px = self.place.within(top_px);
        let moves = (top_px - self.place.top_px).abs() >= 1.0 || self.place.following;
        if moves {
            self.place.top_px = top_px;
        }
        moves
    }
}
