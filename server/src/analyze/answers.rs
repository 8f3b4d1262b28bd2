//! The answers of `--ids` and `--levels`: one for every line of input, in its order, although the
//! answer for a line in parts comes with its last part.

use std::collections::VecDeque;
use std::io::{self, Write};

use sidekick::logs::{Mined, Severity, TemplateId};

/// Most lines whose answers wait for that of one before them.
const MAX_WAITING: usize = 4096;

/// Stands for the template of a blank line.
const NO_TEMPLATE: u32 = u32::MAX;

/// Takes what was found out about lines, by the number of the line.
pub(super) enum Answers {
    /// Nobody asked.
    None,
    /// One template a line, kept until the end: they merge.
    Ids(Vec<u32>),
    /// One severity a line, written as soon as all before are.
    Levels(Levels),
}

/// Severities on their way out.
pub(super) struct Levels {
    out: Box<dyn Write + Send>,
    /// Number of the first line that is not written.
    first: u64,
    /// From there on; `None` is not known yet.
    waiting: VecDeque<Option<Severity>>,
}

impl Answers {
    pub(super) fn ids() -> Self {
        Self::Ids(Vec::new())
    }

    pub(super) fn levels(out: Box<dyn Write + Send>) -> Self {
        Self::Levels(Levels {
            out,
            first: 0,
            waiting: VecDeque::new(),
        })
    }

    /// Makes room for the answer of the next line.
    pub(super) fn expect(&mut self) {
        match self {
            Self::None => {}
            Self::Ids(ids) => ids.push(NO_TEMPLATE),
            Self::Levels(levels) => levels.waiting.push_back(None),
        }
    }

    /// Takes the answer for a line, by its number from 0 on.
    pub(super) fn answer(&mut self, line: u64, mined: Mined) -> io::Result<()> {
        match self {
            Self::None => Ok(()),
            Self::Ids(ids) => {
                if let Some(id) = ids.get_mut(line as usize) {
                    *id = mined.template.map_or(NO_TEMPLATE, |id| id.0);
                }
                Ok(())
            }
            Self::Levels(levels) => levels.answer(line, mined.severity),
        }
    }

    /// Whether so many lines wait that the one they wait for must be given up.
    pub(super) fn is_full(&self) -> bool {
        matches!(self, Self::Levels(levels) if levels.waiting.len() > MAX_WAITING)
    }

    /// Brings the templates of all lines up to date with those that merged.
    pub(super) fn resolve(&mut self, now: impl Fn(TemplateId) -> TemplateId) {
        if let Self::Ids(ids) = self {
            for id in ids.iter_mut().filter(|id| **id != NO_TEMPLATE) {
                *id = now(TemplateId(*id)).0;
            }
        }
    }

    /// Hands on what can be handed on.
    pub(super) fn flush(&mut self) -> io::Result<()> {
        match self {
            Self::Levels(levels) => levels.out.flush(),
            _ => Ok(()),
        }
    }

    /// The templates of the lines, in their order.
    pub(super) fn templates(&self) -> impl Iterator<Item = Option<TemplateId>> + '_ {
        let ids: &[u32] = match self {
            Self::Ids(ids) => ids,
            _ => &[],
        };
        ids.iter()
            .map(|&id| (id != NO_TEMPLATE).then_some(TemplateId(id)))
    }
}

impl Levels {
    fn answer(&mut self, line: u64, severity: Severity) -> io::Result<()> {
        let at = line.checked_sub(self.first);
        if let Some(slot) = at.and_then(|at| self.waiting.get_mut(at as usize)) {
            *slot = Some(severity);
        }
        while let Some(Some(severity)) = self.waiting.front() {
            self.out.write_all(severity.word().as_bytes())?;
            self.out.write_all(b"\n")?;
            self.waiting.pop_front();
            self.first += 1;
        }
        Ok(())
    }
}
