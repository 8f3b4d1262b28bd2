//! One row of the pool: its elements are made once and written again and again.

mod dom;
mod note;
mod part;

use sidekick::{
    logs::{Filter, LogSession, Note, Row, Severity},
    protocol::{EntryRef, LogStream},
    time::Nanos,
};
use web_sys::{Element, HtmlElement};

use self::{
    dom::{append_mark, append_pieces, element},
    note::note_text,
    part::Part,
};
use super::columns::Cells;
use super::fingerprint::{fingerprint, hash};
use super::pieces::{is_plain, marks, pieces, shown};
use super::said::message_first;
use crate::charts::{Clock, group_digits, source_color};
use crate::later;
use crate::state::{Column, Lanes};

/// How rows are written, apart from the rows themselves.
pub(super) struct Look<'a> {
    pub(super) filter: &'a Filter,
    pub(super) clock: &'a mut Clock,
    pub(super) utc: bool,
    /// Show where a line came from, without this prefix of its name.
    pub(super) source_prefix: Option<&'a str>,
    /// A number for the texts that are marked.
    pub(super) marks: u64,
    /// Fields to show before the message.
    pub(super) columns: &'a [Column],
    /// Lines of JSON stand as they were printed, instead of with their message first.
    pub(super) as_printed: bool,
    /// In which column a source's lines stand.
    pub(super) lanes: &'a Lanes,
}

pub(super) struct Slot {
    pub(super) root: HtmlElement,
    letter: Part,
    time: Part,
    millis: Part,
    stream: Part,
    source: Part,
    cells: Element,
    /// Something stands in the cells.
    has_cells: bool,
    text: Element,
    /// What stands in the elements; 0 for nothing yet.
    written: u64,
    /// The line's instant.
    pub(super) at: Option<Nanos>,
    /// Its row in the session's view, where the last drawing put it.
    pub(super) index: usize,
    shown: bool,
    opened: bool,
    selected: bool,
}

impl Slot {
    pub(super) fn new() -> Option<Self> {
        let root = element("div", "log-row")?;
        let part = |to: &HtmlElement, class| -> Option<HtmlElement> {
            let part = element("span", class)?;
            to.append_child(&part).ok()?;
            Some(part)
        };
        let letter = part(&root, "gutter")?;
        let stamp = part(&root, "stamp")?;
        let (time, millis) = (part(&stamp, "")?, part(&stamp, "millis")?);
        let (stream, source) = (part(&root, "stream")?, part(&root, "source")?);
        let cells = part(&root, "cells")?.into();
        let text = part(&root, "text")?.into();
        Some(Self {
            root,
            letter: Part::new(letter),
            time: Part::new(time),
            millis: Part::new(millis),
            stream: Part::new(stream),
            source: Part::new(source),
            cells,
            has_cells: false,
            text,
            written: 0,
            at: None,
            index: 0,
            shown: true,
            opened: false,
            selected: false,
        })
    }

    pub(super) fn hide(&mut self) {
        if self.shown {
            self.root.set_hidden(true);
            self.shown = false;
            // Another log may have such a line with other marks.
            self.written = 0;
            self.mark_open(false);
            self.mark_selected(false);
        }
    }

    /// Marks the row as the one that is shown in full, or no longer.
    pub(super) fn mark_open(&mut self, open: bool) {
        if self.opened != open {
            self.opened = open;
            let _refused = if open {
                self.root.set_attribute("aria-current", "true")
            } else {
                self.root.remove_attribute("aria-current")
            };
        }
    }

    /// Marks the row as one of those that are selected, or no longer.
    pub(super) fn mark_selected(&mut self, selected: bool) {
        if self.selected != selected {
            self.selected = selected;
            let _refused = self
                .root
                .toggle_attribute_with_force("data-selected", selected);
        }
    }

    /// Writes a row, unless it stands there already. Returns roughly how many characters wide
    /// its text is.
    pub(super) fn write(
        &mut self,
        index: usize,
        row: &Row<'_>,
        session: &LogSession,
        look: &mut Look<'_>,
    ) -> usize {
        self.index = index;
        if !self.shown {
            self.root.set_hidden(false);
            self.shown = true;
        }
        let named = |source: u16| {
            let prefix = look.source_prefix?;
            let name = session.source_name(source).unwrap_or("?");
            Some((source, name.strip_prefix(prefix).unwrap_or(name)))
        };
        match row {
            Row::Entry {
                entry,
                severity,
                source,
                goes_on,
                ..
            } => {
                let (text, left_out) = shown(entry.text);
                let from = named(*source);
                let kind = (*severity, *goes_on);
                let print = fingerprint(entry, text, kind, from, (look.filter, look.utc));
                // Without columns, a line looks as it did.
                let print = print ^ look.marks ^ u64::from(look.as_printed);
                let print = look.columns.iter().fold(print, |print, it| {
                    hash(it.name.bytes(), print ^ it.width as u64)
                });
                let lane = look.lanes.lane(*source);
                let print = lane.map_or(print, |lane| hash([lane as u8].into_iter(), print));
                let columns: usize = look.columns.iter().map(|it| it.width + 1).sum();
                if self.written != print {
                    self.written = print;
                    let at = (!entry.untimed).then_some(entry.time);
                    self.write_head(at, from, look.clock);
                    let cells = self.write_cells(entry.text, look.columns);
                    let shown = match &cells {
                        Some(it) => shown(&it.message),
                        None => (text, left_out),
                    };
                    self.write_entry(entry, shown, kind, session, look);
                    self.stand_in(lane);
                }
                text.len() + columns
            }
            Row::Note { source, note } => {
                let from = named(*source);
                let (text, at) = note_text(note);
                let name = from.map_or("", |(_, name)| name);
                let lane = look.lanes.lane(*source);
                let place = lane.map_or(0, |lane| lane as u64 + 1) << 8;
                let seed = at.map_or(0, |at| at.0) as u64 ^ u64::from(look.utc) ^ place;
                let print = hash(text.bytes(), hash(name.bytes(), seed));
                if self.written != print {
                    self.written = print;
                    self.write_head(at, from, look.clock);
                    self.write_note(note, &text);
                    self.stand_in(lane);
                }
                text.len()
            }
        }
    }

    /// Puts the row into a column, where the log stands side by side.
    fn stand_in(&self, lane: Option<usize>) {
        if let Some(lane) = lane {
            let class = format!("{} lane lane-{lane}", self.root.class_name());
            self.root.set_class_name(&class);
        }
    }

    /// Writes the full instant of the line where the browser shows it on hover.
    pub(super) fn tell_time(&self, clock: &mut Clock) {
        if let (Some(at), Some(stamp)) = (self.at, self.time.element.parent_element()) {
            let _refused = stamp.set_attribute("title", &clock.full(at));
        }
    }

    /// Writes when it was, `None` where no time is known, and where it comes from.
    fn write_head(&mut self, at: Option<Nanos>, from: Option<(u16, &str)>, clock: &mut Clock) {
        self.at = at;
        match at {
            Some(at) => {
                let time = clock.time_of_day(at);
                let (seconds, millis) = time.split_at(8);
                self.time.write(seconds);
                self.millis.write(millis);
            }
            None => {
                self.time.write("no time ");
                self.millis.write("");
            }
        }
        if let Some((source, name)) = from {
            self.source.write(name);
            self.source
                .element
                .set_class_name(&format!("source source-{}", source_color(source)));
        }
    }

    fn empty_cells(&mut self) {
        if std::mem::take(&mut self.has_cells) {
            self.cells.set_text_content(None);
        }
    }

    /// Writes the fields that are shown as columns. Returns what stands behind them, where the line has
    /// such fields.
    fn write_cells(&mut self, line: &str, columns: &[Column]) -> Option<Cells> {
        self.empty_cells();
        if columns.is_empty() {
            return None;
        }
        self.has_cells = true;
        let cells = later::rest().and_then(|rest| (rest.cells)(line, columns));
        for (at, column) in columns.iter().enumerate() {
            let cell = element("span", "cell")?;
            let value = cells.as_ref().and_then(|it| it.values.get(at));
            cell.set_text_content(value.map(String::as_str));
            let _refused = cell.set_attribute("data-name", &column.name);
            let width = format!("{}ch", column.width);
            let _refused = HtmlElement::style(&cell).set_property("width", &width);
            self.cells.append_child(&cell).ok()?;
        }
        cells
    }

    fn write_entry(
        &mut self,
        entry: &EntryRef<'_>,
        (text, left_out): (&str, usize),
        (severity, goes_on): (Severity, bool),
        session: &LogSession,
        look: &Look<'_>,
    ) {
        let goes_on = if goes_on { " goes-on" } else { "" };
        let class = format!("log-row sev-{}{goes_on}", severity.word());
        self.root.set_class_name(&class);
        self.letter.write(letter(severity));
        self.stream.write(match entry.stream {
            LogStream::Stderr => "err",
            LogStream::Stdout => "",
        });
        let json = !look.as_printed && text.contains('{');
        if !json && is_plain(text, look.filter, session.highlights().len()) {
            self.text.set_text_content(Some(text));
        } else {
            self.text.set_text_content(None);
            let marks = |text: &str| marks(session.highlighted(text), session.marks(text));
            let pieces = pieces(text, marks);
            let (message, rest) = match json {
                true => message_first(text, pieces),
                false => (pieces, Vec::new()),
            };
            let _refused = append_pieces(&self.text, &message, &rest);
        }
        if left_out > 0 {
            let _refused = append_mark(
                &self.text,
                &format!("… {} more bytes", group_digits(left_out as u64)),
            );
        }
        if entry.truncated {
            let _refused = append_mark(&self.text, "cut at 1 MiB");
        }
    }

    fn write_note(&mut self, note: &Note, text: &str) {
        self.root.set_class_name(match note {
            Note::Missing(_) => "log-row note gap",
            _ => "log-row note",
        });
        self.letter.write("");
        self.empty_cells();
        self.stream.write("");
        self.text.set_text_content(Some(text));
    }
}

fn letter(severity: Severity) -> &'static str {
    match severity {
        Severity::Fatal => "F",
        Severity::Error => "E",
        Severity::Warn => "W",
        Severity::Info => "I",
        Severity::Debug => "D",
        Severity::Trace => "T",
        Severity::Unknown => "",
    }
}
