//! Patterns whose lines somebody does not want to see, kept in the browser's storage for each
//! container or group. They are kept by their text, since their numbers are of one page only.

use sidekick::logs::{Kind, LogSession, LogTemplateEngine, TemplateId};

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
            kept.retain(|it| !covers(it, &pattern) && !covers(&pattern, it));
        } else if ids.len() < MAX_MUTED {
            ids.push(id);
            ids.sort_unstable();
            kept.push(pattern);
        }
        self.set(ids, key, kept);
    }

    /// Shows the lines of all patterns again.
    pub(crate) fn clear(self) {
        let key = self.kept.with_value(|(key, _)| key.clone());
        self.set(Vec::new(), key, Vec::new());
    }

    /// Mutes what is kept under a key, as far as it came.
    fn follow(self, key: String) {
        let (before, mut kept) = self.kept.get_value();
        if before != key {
            kept = crate::preferences::read(&key)
                .map(|text| text.lines().take(MAX_MUTED).map(str::to_owned).collect())
                .unwrap_or_default();
            self.kept.set_value((key.clone(), kept.clone()));
        }
        let ids = self.ids.get_untracked();
        if ids.is_empty() && kept.is_empty() {
            return;
        }
        let (found, texts) = self.dashboard.logs.with_value(|session| {
            let muted = &session.filter().muted;
            find(session.templates(), muted, kept.clone())
        });
        if found != ids || texts != kept {
            self.set(found, key, texts);
        }
    }

    fn set(self, ids: Vec<TemplateId>, key: String, kept: Vec<String>) {
        if !key.is_empty() && self.kept.with_value(|(_, before)| *before != kept) {
            crate::preferences::write(&key, &kept.join("\n"));
        }
        self.kept.set_value((key, kept));
        self.dashboard
            .logs
            .update_value(|session: &mut LogSession| {
                let mut filter = session.filter().clone();
                filter.muted = ids;
                session.set_filter(filter);
            });
        self.dashboard.redraw_logs();
    }
}

/// The numbers of the muted templates, in order, and the texts to keep: a template whose text came to
/// hold more lines is kept by its new text.
fn find(
    templates: &LogTemplateEngine,
    muted: &[TemplateId],
    mut kept: Vec<String>,
) -> (Vec<TemplateId>, Vec<String>) {
    let mut ids: Vec<_> = muted.iter().map(|id| templates.resolve(*id)).collect();
    for standing in templates.standings() {
        let Some(pattern) = templates.pattern(standing.id) else {
            continue;
        };
        if kept.iter().any(|it| covers(it, &pattern)) {
            ids.push(standing.id);
        } else if ids.contains(&standing.id) {
            kept.retain(|it| !covers(&pattern, it));
            if pattern.len() <= MAX_BYTES {
                kept.push(pattern);
            }
        }
    }
    ids.sort_unstable();
    ids.dedup();
    (ids, kept)
}

/// Whether all lines of the pattern `of` are lines of `pattern`, word for word: `user <*> left` covers
/// `user zoe left`.
fn covers(pattern: &str, of: &str) -> bool {
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

fn word_covers(word: &str, other: &str) -> bool {
    let holes = Kind::ALL.iter().map(|kind| kind.wildcard());
    let found = holes.filter_map(|hole| Some((word.find(hole)?, word.rfind(hole)? + hole.len())));
    let all = found.reduce(|a, b| (a.0.min(b.0), a.1.max(b.1)));
    let Some((start, end)) = all else {
        return false;
    };
    let (before, behind) = (&word[..start], &word[end..]);
    other.len() > before.len() + behind.len()
        && other.starts_with(before)
        && other.ends_with(behind)
}

#[cfg(test)]
mod tests {
    use super::*;
    use sidekick::{logs::assess, time::Nanos};

    #[test]
    fn a_pattern_covers_those_whose_words_are_its_own() {
        assert!(covers("user <*> left", "user zoe left"));
        assert!(covers("took=<num>ms a", "took=<num>ms a"));
        assert!(covers("a took=<num>ms", "a took=12ms"));
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
