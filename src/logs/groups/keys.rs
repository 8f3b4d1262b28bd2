//! What groups are called, and their numbers.

use std::collections::HashMap;

use super::MAX_GROUPS;
use crate::sort::sort_by_key;

/// What a group is called.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) enum Name {
    Number(i64),
    Text(Box<str>),
}

/// Numbers of groups; those of groups that are no more are given again.
#[derive(Clone, Debug, Default)]
pub(super) struct Keys {
    numbers: HashMap<i64, u16>,
    texts: HashMap<Box<str>, u16>,
    names: Vec<Option<Name>>,
    free: Vec<u16>,
}

impl Keys {
    /// The group with this number for a name, which is made unless there are too many.
    pub(super) fn number(&mut self, number: i64) -> Option<u16> {
        if let Some(group) = self.numbers.get(&number) {
            return Some(*group);
        }
        let group = self.make(Name::Number(number))?;
        self.numbers.insert(number, group);
        Some(group)
    }

    /// The group with this text for a name, likewise.
    pub(super) fn text(&mut self, text: &str) -> Option<u16> {
        if let Some(group) = self.texts.get(text) {
            return Some(*group);
        }
        let group = self.make(Name::Text(text.into()))?;
        self.texts.insert(text.into(), group);
        Some(group)
    }

    fn make(&mut self, name: Name) -> Option<u16> {
        if let Some(group) = self.free.pop() {
            self.names[usize::from(group)] = Some(name);
            return Some(group);
        }
        let group = u16::try_from(self.names.len()).ok()?;
        if usize::from(group) >= MAX_GROUPS {
            return None;
        }
        self.names.push(Some(name));
        Some(group)
    }

    /// The groups with the smallest numbers for names: as many, unless a number is smaller itself than all.
    pub(super) fn smallest(&self, count: usize, than: i64) -> Vec<u16> {
        let mut all: Vec<_> = self.numbers.iter().map(|(name, it)| (*name, *it)).collect();
        sort_by_key(&mut all, |it| it.0);
        all.retain(|it| it.0 < than);
        all.truncate(count);
        all.into_iter().map(|it| it.1).collect()
    }

    /// A group that has no lines any more.
    pub(super) fn release(&mut self, group: u16) {
        match self
            .names
            .get_mut(usize::from(group))
            .and_then(Option::take)
        {
            Some(Name::Number(number)) => _ = self.numbers.remove(&number),
            Some(Name::Text(text)) => _ = self.texts.remove(&text),
            None => return,
        }
        self.free.push(group);
    }

    /// All groups with their names.
    pub(super) fn iter(&self) -> impl Iterator<Item = (u16, &Name)> {
        (0..)
            .zip(&self.names)
            .filter_map(|(group, name)| Some((group, name.as_ref()?)))
    }

    pub(super) fn heap_bytes(&self) -> usize {
        let texts = self.texts.keys().map(|it| 2 * it.len() + 18);
        texts.sum::<usize>()
            + self.names.capacity() * size_of::<Name>()
            + self.numbers.capacity() * 16
    }
}
