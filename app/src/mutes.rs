//! Patterns whose lines somebody does not want to see, kept in the browser's storage for each
//! container or group. They are kept by their text, since their numbers are of one page only.

use sidekick::logs::{Kind, LogTemplateEngine, TemplateId};

use crate::pulse::pulse;
use crate::route::{Route, Tab};
use crate::signal::{Memo, StoredValue, effect, memo};
use crate::state::{Dashboard, dashboard};

/// How often lines that came are looked at for muted patterns, in milliseconds.
const LOOK_MS: u64 = 250;
/// Most muted patterns of a container; a longer pattern than so many bytes is not kept.
const MAX_MUTED: usize = 200;
const MAX_BYTES: usize = 2 << 10;

/// The muted patterns of the log that is shown.
#[derive(Clone, Copy)]
pub(crate) struct Mutes {
    dashboard: Dashboard,
    /// Where they are kept, and their texts.
    kept: StoredValue<(String, Vec<String>)>,
    /// The patterns that were looked at: how many came and merged.
    looked: StoredValue<u64>,
    /// Their numbers, in order.
    pub(crate) ids: Memo<Vec<TemplateId>>,
}

impl Mutes {
    /// Keeps the lines of muted patterns out of the log, as long as the view around lives.
    pub(crate) fn keep() -> Self {
        let dashboard = dashboard();
        let version = pulse(dashboard.logs_version, LOOK_MS);
        let mutes = Self {
            dashboard,
            kept: StoredValue::new((String::new(), Vec::new())),
            looked: StoredValue::new(0),
            ids: memo(move || {
                dashboard.logs_version.track();
                dashboard
                    .logs
                    .with_value(|session| session.filter().muted.clone())
            }),
        };
        effect(move || {
            version.track();
            dashboard.session.track();
            let selection = dashboard.selection.get();
            let key = format!(
                "muted:{}",
                Route {
                    selection,
                    tab: Tab::Logs
                }
                .path()
            );
            mutes.follow(key);
        });
        mutes
    }

    /// Leaves the lines of a pattern out, or shows them again.
    pub(crate) fn toggle(self, id: TemplateId) {
        let pattern = self
            .dashboard
            .logs
            .with_value(|session| session.templates().pattern(id));
        let Some(pattern) = pattern else { return };
        let (key, mut kept) = self.kept.get_value();
        let mut ids = self.ids.get_untracked();
        if ids.contains(&id) {
            ids.retain(|it| *it != id);
            let before = kept.len();
            kept.retain(|it| !covers(it, &pattern) && !covers(&pattern, it));
            if kept.len() < before {
                // The others that a wider one stood for are kept by their own texts.
                let texts = self.texts(&ids);
                let alone = texts.filter(|text| !kept.iter().any(|it| covers(it, text)));
                kept.extend(alone.collect::<Vec<_>>());
            }
        } else if ids.len() < MAX_MUTED {
            ids.push(id);
            ids.sort_unstable();
            if pattern.len() <= MAX_BYTES {
                kept.push(pattern);
            }
        }
        self.set(ids, key, kept);
    }

    /// Shows the lines of all patterns again.
    pub(crate) fn clear(self) {
        let key = self.kept.with_value(|(key, _)| key.clone());
        self.set(Vec::new(), key, Vec::new());
    }

    /// The texts of templates that can be kept.
    fn texts(self, ids: &[TemplateId]) -> impl Iterator<Item = String> + use<> {
        let texts: Vec<_> = self.dashboard.logs.with_value(|session| {
            let texts = ids.iter().filter_map(|id| session.templates().pattern(*id));
            texts.filter(|it| it.len() <= MAX_BYTES).collect()
        });
        texts.into_iter()
    }

    /// Mutes what is kept under a key, as far as it came.
    fn follow(self, key: String) {
        let (before, mut kept) = self.kept.get_value();
        let mut ids = self.ids.get_untracked();
        let other = before != key;
        if other {
            kept = crate::preferences::read(&key)
                .map(|text| text.lines().take(MAX_MUTED).map(str::to_owned).collect())
                .unwrap_or_default();
            self.kept.set_value((key.clone(), kept.clone()));
        }
        if ids.is_empty() && kept.is_empty() {
            return;
        }
        if other && !before.is_empty() {
            // Those of the log before are none of this one, should they still be here. Who just came
            // finds what the log has muted, kept or not.
            ids.clear();
        }
        let (looked, found, texts) = self.dashboard.logs.with_value(|session| {
            let templates = session.templates();
            let looked = templates.evicted() + templates.len() as u64 + 2 * templates.merges();
            let (found, texts) = match other || looked != self.looked.get_value() {
                true => find(templates, &ids, kept.clone()),
                false => renew(templates, &ids, kept.clone()),
            };
            (looked, found, texts)
        });
        self.looked.set_value(looked);
        if found != self.ids.get_untracked() || texts != kept {
            self.set(found, key, texts);
        }
    }

    fn set(self, ids: Vec<TemplateId>, key: String, kept: Vec<String>) {
        if !key.is_empty() && self.kept.with_value(|(_, before)| *before != kept) {
            crate::preferences::write(&key, &kept.join("\n"));
        }
        self.kept.set_value((key, kept));
        let mut filter = self
            .dashboard
            .logs
            .with_value(|session| session.filter().clone());
        filter.muted = ids;
        self.dashboard.set_filter(filter);
    }
}

/// The numbers of the muted templates, in order, and the texts to keep: a template whose text came to
/// hold more lines is kept by its new text.
pub(crate) fn renew(
    templates: &LogTemplateEngine,
    muted: &[TemplateId],
    mut kept: Vec<String>,
) -> (Vec<TemplateId>, Vec<String>) {
    let mut ids: Vec<_> = muted.iter().map(|id| templates.resolve(*id)).collect();
    ids.sort_unstable();
    ids.dedup();
    for pattern in ids.iter().filter_map(|id| templates.pattern(*id)) {
        if !kept.iter().any(|it| covers(it, &pattern)) {
            kept.retain(|it| !covers(&pattern, it));
            if pattern.len() <= MAX_BYTES {
                kept.push(pattern);
            }
        }
    }
    (ids, kept)
}

/// Like [`renew`], with those that came and are covered by a text that is kept.
pub(crate) fn find(
    templates: &LogTemplateEngine,
    muted: &[TemplateId],
    kept: Vec<String>,
) -> (Vec<TemplateId>, Vec<String>) {
    let (mut ids, kept) = renew(templates, muted, kept);
    let all = templates.patterns();
    let covered = all.filter(|(_, pattern)| kept.iter().any(|it| covers(it, pattern)));
    ids.extend(covered.map(|(id, _)| id));
    ids.sort_unstable();
    ids.dedup();
    (ids, kept)
}

/// Whether all lines of the pattern `of` are lines of `pattern`, word for word: `user <*> left` covers
/// `user zoe left`. A wildcard of a kind covers itself alone: a value of that kind is no text.
pub(crate) fn covers(pattern: &str, of: &str) -> bool {
    if pattern == of {
        return true;
    }
    let (mut words, mut others) = (pattern.split(' '), of.split(' '));
    loop {
        match (words.next(), others.next()) {
            (None, None) => return true,
            (Some(word), Some(other)) if word == other || word_covers(word, other) => {}
            _ => return false,
        }
    }
}

/// Whether a word with texts left open is the other, where something stands in each.
fn word_covers(word: &str, other: &str) -> bool {
    let mut parts = word.split(Kind::Any.wildcard());
    let first = parts.next().unwrap_or_default();
    let Some(mut rest) = other.strip_prefix(first) else {
        return false;
    };
    let mut parts = parts.peekable();
    if parts.peek().is_none() {
        return rest.is_empty();
    }
    while let Some(part) = parts.next() {
        let Some(filling) = rest.chars().next() else {
            return false;
        };
        let behind = &rest[filling.len_utf8()..];
        if parts.peek().is_none() {
            return behind.ends_with(part);
        }
        match behind.find(part) {
            Some(at) => rest = &behind[at + part.len()..],
            None => return false,
        }
    }
    true
}

#[cfg(test)]
mod tests {
    use super::*;
    use sidekick::{logs::assess, time::Nanos};

    #[test]
    fn a_pattern_covers_those_whose_words_are_its_own() {
        assert!(covers("user <*> left", "user zoe left"));
        assert!(covers("took=<num>ms a", "took=<num>ms a"));
        assert!(covers("at <*>:<*>() of <num>", "at main:run() of <num>"));
        assert!(!covers("at <*>:<*>() of <num>", "at main:() of <num>"));
        assert!(!covers("at <*>:GET:<*>", "at 1:POST:2"));
        // A text is no value of a kind.
        assert!(!covers("job <num> done", "job queue done"));
        assert!(!covers("exit code <num>", "exit code unknown"));
        assert!(!covers(
            "connection to <ip> lost",
            "connection to database lost"
        ));
        assert!(covers("exit code <*>", "exit code <num>"));
        assert!(!covers("user <*> left", "user zoe never left"));
        assert!(!covers("user zoe left", "user <*> left"));
        assert!(!covers("took=<num>ms", "took=ms"));
    }

    #[test]
    fn a_muted_pattern_stays_muted_when_it_grows_and_on_the_next_page() {
        let mut engine = LogTemplateEngine::default();
        let push = |engine: &mut LogTemplateEngine, user: &str| {
            let line = format!("session opened for user {user} by root");
            engine.push(&line, Nanos(0), &assess(&line));
        };
        push(&mut engine, "alice");
        let alice = engine.standings()[0].id;
        let kept = vec![engine.pattern(alice).unwrap_or_default()];
        assert_eq!(kept, ["session opened for user alice by root"]);
        for user in ["bob", "carol", "dave", "bob", "erin"] {
            push(&mut engine, user);
        }
        let (ids, kept) = find(&engine, &[alice], kept);
        assert_eq!(kept, ["session opened for user <*> by root"]);
        assert_eq!(ids, [engine.resolve(alice)]);

        let mut next = LogTemplateEngine::default();
        push(&mut next, "zoe");
        next.push("something else", Nanos(0), &assess("something else"));
        let zoe = next.standings()[0].id;
        assert_eq!(find(&next, &[], kept.clone()), (vec![zoe], kept));
    }
}
