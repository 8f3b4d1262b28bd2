//! A cluster as a template that is shown.

use super::super::classify::Kind;
use super::super::shape::{GAP, STAR};
use super::super::tally::Tally;
use super::super::{Template, Variable};
use super::Cluster;

impl Cluster {
    /// The template with the lines of its tally, and the rate up to the bucket `end`.
    pub(in super::super) fn template(&self, end: i64, tally: &Tally) -> Template {
        let (rate, coarse_rate) = self.rate.until(end, tally);
        let lines = u64::from(tally.lines);
        let mut severities = self.severities;
        severities[tally.severity] += lines;
        Template {
            id: self.id,
            pattern: self.pattern(),
            count: self.count + lines,
            severities,
            first_seen: self.first_seen.min(tally.first),
            last_seen: self.last_seen.max(tally.last),
            examples: self.examples.clone(),
            variables: self.variables(),
            rate,
            coarse_rate,
        }
    }

    fn variables(&self) -> Vec<Variable> {
        let varying = self.slots.iter().zip(&self.values);
        varying
            .filter_map(|(slot, values)| {
                let values = values.as_ref()?;
                let kind = match slot.word {
                    STAR | GAP => Kind::Any,
                    _ => self
                        .pieces
                        .get(slot.first as usize)?
                        .value
                        .unwrap_or(Kind::Any),
                };
                Some(Variable {
                    kind,
                    lines: values.lines(),
                    top: values.top(),
                    numbers: values.numbers(),
                })
            })
            .collect()
    }

    /// The first line's text with wildcards where lines vary.
    pub(in super::super) fn pattern(&self) -> String {
        let mut out = Vec::with_capacity(self.text.len() + 16);
        let mut at = 0;
        let mut stars = self.slots.iter().filter(|slot| slot.is_wild()).peekable();
        for (i, piece) in self.pieces.iter().enumerate() {
            let (start, end) = (piece.start as usize, piece.end as usize);
            if start < at {
                continue;
            }
            if let Some(slot) = stars.peek()
                && slot.first as usize == i
            {
                out.extend_from_slice(&self.text[at..start]);
                at = self
                    .pieces
                    .get(slot.last as usize)
                    .map_or(end, |last| last.end as usize);
                // Of brackets that the text opens or closes, the others are its own, too.
                let (opened, closed) = unpaired(self.text.get(start..at).unwrap_or_default());
                for _ in 0..closed {
                    out.pop_if(|b| OPENING.contains(b));
                }
                let behind = self.text[at..].iter().take(opened);
                at += behind.take_while(|b| CLOSING.contains(b)).count();
                out.extend_from_slice(Kind::Any.wildcard().as_bytes());
                stars.next();
                continue;
            }
            let Some(kind) = piece.value else { continue };
            out.extend_from_slice(&self.text[at..start]);
            at = end;
            let first = self.text.get(start);
            let named = kind == Kind::Any && first.is_some_and(u8::is_ascii_alphabetic);
            if named && piece.constant {
                out.extend_from_slice(&self.text[start..end]);
            } else {
                out.extend_from_slice(&self.text[start..start + piece.prefix as usize]);
                out.extend_from_slice(kind.wildcard().as_bytes());
            }
        }
        out.extend_from_slice(&self.text[at..]);
        let mut pattern = String::from_utf8_lossy(&out).trim_end().to_owned();
        if self.cut {
            pattern.push('…');
        }
        pattern
    }
}

const OPENING: &[u8] = b"([{";
const CLOSING: &[u8] = b")]}";

/// How many brackets of a text are not closed in it, and how many not opened.
fn unpaired(text: &[u8]) -> (usize, usize) {
    text.iter().fold((0, 0), |(opened, closed), b| {
        let (opens, closes) = (OPENING.contains(b), CLOSING.contains(b));
        match opened {
            0 => (usize::from(opens), closed + usize::from(closes)),
            _ => (opened + usize::from(opens) - usize::from(closes), closed),
        }
    })
}
