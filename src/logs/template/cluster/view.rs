//! A cluster as a template that is shown.

use super::super::classify::Kind;
use super::super::shape::VALUE;
use super::super::tally::Tally;
use super::super::values::Values;
use super::super::{Template, Variable};
use super::{Cluster, MAX_VARIABLES};

/// A wildcard of a pattern.
struct Wildcard {
    /// The slot that it shows, and which of that one's values.
    slot: usize,
    place: usize,
    kind: Kind,
}

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

    /// One for each of the pattern's first wildcards.
    fn variables(&self) -> Vec<Variable> {
        let mut variables = Vec::new();
        self.show(&mut |it| {
            if variables.len() < MAX_VARIABLES {
                let values = self.values.get(it.slot).and_then(|all| all.get(it.place));
                variables.push(Variable {
                    kind: it.kind,
                    lines: values.map_or(0, Values::lines),
                    looked: values.map_or(0, Values::looked),
                    top: values.map_or_else(Vec::new, Values::top),
                    numbers: values.and_then(Values::numbers),
                });
            }
        });
        variables
    }

    /// The first line's text with wildcards where lines vary.
    pub(in super::super) fn pattern(&self) -> String {
        self.show(&mut |_| {})
    }

    /// Writes the pattern, and tells of each wildcard in it.
    fn show(&self, shown: &mut dyn FnMut(Wildcard)) -> String {
        let mut out = Vec::with_capacity(self.text.len() + 16);
        let mut at = 0;
        let mut slots = (0..).zip(&self.slots);
        let mut stars = slots.clone().filter(|it| it.1.is_wild()).peekable();
        let mut within = slots.next();
        let mut place = 0;
        'pieces: for (i, piece) in self.pieces.iter().enumerate() {
            let (start, end) = (piece.start as usize, piece.end as usize);
            while let Some((number, slot)) = stars.next_if(|it| it.1.first as usize <= i) {
                if start < at || (slot.first as usize) < i {
                    continue;
                }
                out.extend_from_slice(&self.text[at..start]);
                shown(Wildcard {
                    slot: number,
                    place: 0,
                    kind: Kind::Any,
                });
                let last = self.pieces.get(slot.last as usize);
                at = last.map_or(end, |last| last.end as usize);
                if slot.last < slot.first {
                    // This line has nothing here.
                    at = start;
                    let spaced = out.last().is_some_and(|b| *b == b' ');
                    out.extend_from_slice(Kind::Any.wildcard().as_bytes());
                    out.extend(spaced.then_some(b' '));
                    continue;
                }
                at += pair(&mut out, &self.text[start..at], &self.text[at..]);
                out.extend_from_slice(Kind::Any.wildcard().as_bytes());
                continue 'pieces;
            }
            if start < at {
                continue;
            }
            let Some(kind) = piece.value else { continue };
            while let Some((_, slot)) = within
                && ((slot.last as usize) < i || slot.last < slot.first)
            {
                within = slots.next();
                place = 0;
            }
            let Some((number, slot)) = within else { break };
            out.extend_from_slice(&self.text[at..start]);
            at = end;
            if slot.word != VALUE || piece.is_told(&self.text) {
                // A list of equal words, or a name that all lines have.
                out.extend_from_slice(&self.text[start..end]);
            } else {
                let prefix = &self.text[start..start + piece.prefix as usize];
                out.extend_from_slice(prefix);
                out.extend_from_slice(kind.wildcard().as_bytes());
                shown(Wildcard {
                    slot: number,
                    place,
                    kind,
                });
            }
            place += 1;
        }
        out.extend_from_slice(&self.text[at..]);
        let mut pattern = String::from_utf8_lossy(&out).trim_end().to_owned();
        if self.cut {
            pattern.push('…');
        }
        pattern
    }
}

/// Whether a quote is a unit: behind a digit, before a blank.
fn is_inch(text: &[u8], at: usize) -> bool {
    let before = at.checked_sub(1).and_then(|at| text.get(at));
    before.is_some_and(u8::is_ascii_digit) && text.get(at + 1) == Some(&b' ')
}

const OPENING: &[u8] = b"([{";
const CLOSING: &[u8] = b")]}";

/// Takes the other halves of brackets and quotes that a text opens or closes for parts of it: those
/// before it off `out`. Returns how many bytes of what is behind it.
fn pair(out: &mut Vec<u8>, text: &[u8], behind: &[u8]) -> usize {
    let (mut opened, mut closed) = (0, 0);
    let (mut single, mut double) = (false, false);
    for (i, b) in text.iter().enumerate() {
        let letter = |at: Option<usize>| {
            let b = at.and_then(|at| text.get(at));
            b.is_some_and(u8::is_ascii_alphanumeric)
        };
        match b {
            // `a disk of 5" is`
            b'"' if !double && is_inch(text, i) => {}
            b'"' => double = !double,
            // `can't`
            b'\'' if !letter(i.checked_sub(1)) || !letter(Some(i + 1)) => single = !single,
            _ if OPENING.contains(b) => opened += 1,
            _ if CLOSING.contains(b) && opened > 0 => opened -= 1,
            _ if CLOSING.contains(b) => closed += 1,
            _ => {}
        }
    }
    let mut take = |b: &u8, brackets: &[u8], alone: &mut usize| match b {
        b'"' => std::mem::take(&mut double),
        b'\'' => std::mem::take(&mut single),
        _ => {
            let takes = brackets.contains(b) && *alone > 0;
            *alone -= usize::from(takes);
            takes
        }
    };
    let taken = behind.iter().take_while(|b| take(b, CLOSING, &mut opened));
    let taken = taken.count();
    while out.pop_if(|b| take(b, OPENING, &mut closed)).is_some() {}
    taken
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_inch_is_no_half_of_a_pair_of_quotes() {
        let mut out = b"lost \"".to_vec();
        assert_eq!(pair(&mut out, b"a 5\" disk", b"\" for ever"), 0);
        assert_eq!(out, b"lost \"");
        assert_eq!(pair(&mut out, b"a \"disk", b"\" for ever"), 1);
    }
}
