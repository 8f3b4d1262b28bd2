//! The rows that are in the document: elements that are made once, and written again for other lines.

use std::collections::VecDeque;

use web_sys::{Element, HtmlElement};

use super::{slot::Slot, window::Turn};

pub(super) struct Pool {
    /// What holds the elements.
    rows: HtmlElement,
    slots: VecDeque<Slot>,
}

impl Pool {
    /// Takes an element over: what stands in it goes.
    pub(super) fn new(rows: HtmlElement) -> Self {
        rows.set_text_content(None);
        Self {
            rows,
            slots: VecDeque::new(),
        }
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = &Slot> {
        self.slots.iter()
    }

    pub(super) fn iter_mut(&mut self) -> impl Iterator<Item = &mut Slot> {
        self.slots.iter_mut()
    }

    /// The slot that an element is in.
    pub(super) fn of(&self, element: &Element) -> Option<&Slot> {
        let row = element.closest(".log-row").ok()??;
        self.iter().find(|slot| slot.root.is_same_node(Some(&row)))
    }

    /// Makes it so many slots. `None` where the browser refuses them.
    pub(super) fn make(&mut self, wanted: usize) -> Option<()> {
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
    pub(super) fn turn(&mut self, turn: Turn) {
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

    /// Moves all rows down by whole pixels, from the upper edge of what holds them.
    pub(super) fn move_to(&self, px: f64) {
        let shift = format!("translateY({}px)", crate::charts::fixed(px, 0));
        let _refused = HtmlElement::style(&self.rows).set_property("transform", &shift);
    }
}
