//! Evidence that lines have a text of any length in one place.

use super::vocabulary::Vocabulary;
use super::{Around, MAX_KINDS, Merge, Search};
use crate::logs::template::cluster::Cluster;
use crate::logs::template::evidence::{Context, Evidence};
use crate::logs::template::shape::{GAP, Slot, is_broken, last_mark, mix, shared, told};
use crate::sort::sort_by_key;

/// Clusters that share enough with one to be laid beside it.
const MAX_COMPARED: usize = 128;

/// Clusters that have words in common with one, and how much they share with it.
type Akin<'a> = Vec<(u32, &'a Cluster, (usize, usize))>;

/// The last mark before so many of a line's last slots.
fn close(cluster: &Cluster, behind: usize) -> u32 {
    let at = cluster.slots.len().checked_sub(behind);
    last_mark(
        at.and_then(|at| cluster.slots.get(at))
            .map_or(0, |it| it.marks),
    )
}

/// Whether a line announces others.
fn announces(cluster: &Cluster) -> bool {
    close(cluster, 1) == last_mark(b':'.into())
}

impl Search<'_> {
    /// Looks for clusters that differ from one only in one text.
    pub(super) fn texts(&self) -> Option<Merge> {
        let Self {
            knobs,
            buckets,
            own,
            ..
        } = *self;
        let others: Akin<'_> = buckets
            .akin(self.clusters, self.of)
            .map(|(at, other)| (at, other, shared(&own.slots, &other.slots)))
            .filter(|(_, _, shared)| shared.0 + shared.1 > 1)
            .take(MAX_COMPARED)
            .collect();
        // Marks that all have in common are kept.
        let common = |with: &[(u32, &Cluster)], marks: &dyn Fn(&Cluster) -> u32| {
            let own = marks(own);
            if with.iter().all(|it| marks(it.1) == own) {
                own
            } else {
                0
            }
        };
        let merge =
            |(before, behind): (usize, usize), with: &[(u32, &Cluster)], closed: bool| Merge {
                with: with.iter().map(|it| it.0).collect(),
                widen: Vec::new(),
                around: Some(Around {
                    before,
                    behind,
                    marks: common(with, &|it| it.slots[before].marks),
                    close: if closed {
                        common(with, &|it| close(it, behind))
                    } else {
                        0
                    },
                }),
            };
        let sharing = |around: (usize, usize)| {
            let shares = move |it: &&(u32, &Cluster, (usize, usize))| {
                it.2.0 >= around.0
                    && it.2.1.max(1) >= around.1
                    && announces(it.1) == announces(own)
                    && !is_broken(text_of(it.1, around))
            };
            others.iter().filter(shares).map(|it| (it.0, it.1))
        };
        for (number, tail) in own.tails.iter().enumerate() {
            let Some(around) = *tail else { continue };
            // Brackets must be of the same kind; behind a colon there may be quotes.
            let marks = |it: &Cluster| {
                (number == 1).then(|| (it.slots[around.0].marks, close(it, around.1)))
            };
            let with: Vec<(u32, &Cluster)> = sharing(around)
                .filter(|it| it.1.tails[number] == *tail && marks(it.1) == marks(own))
                .collect();
            // Single words are left to the evidence of their place.
            let long = |it: &&Cluster| it.slots.len() - around.0 - around.1 > 1;
            let lines = with.iter().map(|it| it.1).chain([own]).filter(long);
            let mut texts: Vec<u64> = lines.map(|it| told(text_of(it, around))).collect();
            sort_by_key(&mut texts, |it| *it);
            texts.dedup();
            let known = texts.iter().filter(|it| buckets.values.knows(**it)).count();
            let texts = texts.len() + known;
            let outside = || around_of(own, around);
            let thrown = outside().any(|it| it.context == Context::Thrown);
            let constants = outside().filter(|it| it.is_constant()).count();
            if !with.is_empty() && texts >= knobs.tails_needed(number, constants, thrown) {
                return Some(merge(around, &with, number == 1));
            }
        }
        let mut tried: Vec<(usize, usize)> = Vec::new();
        for &(_, _, (before, behind)) in &others {
            let around = (before, behind.max(1));
            let outside = || around_of(own, around);
            let constants = outside().filter(|it| it.is_prose()).count();
            let whole = || !is_broken(text_of(own, around));
            if constants > 1 && tried.len() < MAX_KINDS && !tried.contains(&around) && whole() {
                tried.push(around);
            }
        }
        let passing = tried.into_iter().filter(|&around| {
            is_text(
                knobs,
                &buckets.values,
                sharing(around).map(|it| it.1).chain([own]),
                around,
            )
        });
        let best = passing.max_by_key(|it| it.0 + it.1)?;
        let with: Vec<(u32, &Cluster)> = sharing(best).collect();
        Some(merge(best, &with, true))
    }
}

/// The slots of a line that are a text.
fn text_of(line: &Cluster, (before, behind): (usize, usize)) -> &[Slot] {
    &line.slots[before..line.slots.len() - behind]
}

/// The slots of a line around a text.
fn around_of(line: &Cluster, (before, behind): (usize, usize)) -> impl Iterator<Item = &Slot> {
    let end = line.slots.len() - behind;
    line.slots[..before].iter().chain(&line.slots[end..])
}

/// Whether what lines have between some slots is a text of each line's own.
fn is_text<'a>(
    knobs: &Evidence,
    values: &Vocabulary,
    lines: impl Iterator<Item = &'a Cluster> + Clone,
    around: (usize, usize),
) -> bool {
    let (before, behind) = around;
    let (mut constants, mut longest, mut ends) = (usize::MAX, 0, false);
    // Of the first text, and whether another is built otherwise.
    let (mut shape, mut varied) = (None, false);
    for line in lines.clone() {
        let text = text_of(line, around);
        let prose = around_of(line, around).filter(|it| it.is_prose());
        constants = constants.min(prose.count());
        longest = longest.max(text.iter().filter(|it| it.is_prose()).count());
        if longest > constants {
            return false;
        }
        ends |= line.slots[line.slots.len() - behind].is_end();
        if !text.is_empty() {
            let built = text.iter().fold(0, |hash, it| mix(hash, it.marks.into()));
            varied |= *shape.get_or_insert(built) != built;
        }
    }
    if !varied {
        return false;
    }
    // What each says; single words are left to the evidence of their place: all are one text here.
    let mut texts: Vec<(u64, &[Slot])> = lines
        .map(|it| match text_of(it, around) {
            text @ [word] if !word.is_wild() => (1, text),
            text => (told(text), text),
        })
        .filter(|it| !it.1.is_empty())
        .collect();
    sort_by_key(&mut texts, |it| it.0);
    texts.dedup_by_key(|it| it.0);
    let weigh = |(hash, text): &(u64, &[Slot])| {
        let open = text.iter().any(|it| it.word == GAP);
        1 + usize::from(open || values.knows(*hash))
    };
    let weight: usize = texts.iter().map(weigh).sum();
    if texts.len() < 2 || weight < knobs.text_needed(constants, before == 0, ends) {
        return false;
    }
    // What comes again and again is no part of a text.
    let mut words: Vec<u64> = Vec::new();
    for (_, text) in &texts {
        for (at, word) in text.iter().enumerate() {
            let next = text.get(at + 1);
            let announces = next.is_some_and(|it| it.context == Context::Announced);
            if word.is_prose() && !announces {
                words.push(word.word);
            }
        }
    }
    sort_by_key(&mut words, |it| *it);
    words
        .chunk_by(|a, b| a == b)
        .all(|same| same.len() * 2 <= texts.len())
}
