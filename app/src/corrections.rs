//! Patterns that somebody says are not as bad as they say, kept in the browser's storage for each
//! container, by their text: their numbers are of one page only.

use sidekick::logs::{Correction, LogSession, Severity, TemplateId};

use crate::mutes::{covers, find, renew};
use crate::preferences::{read, write};
use crate::pulse::pulse;
use crate::signal::{Memo, effect, memo};
use crate::state::Dashboard;

/// How often lines that came are looked at for such patterns, in milliseconds.
const LOOK_MS: u64 = 250;
/// Most patterns of a container, and the longest in bytes.
const MAX_PATTERNS: usize = 200;
const MAX_BYTES: usize = 2 << 10;

/// The patterns of one container whose lines count as one severity.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Kept {
    container: String,
    severity: Severity,
    ids: Vec<TemplateId>,
    texts: Vec<String>,
}

/// What is kept for the containers of the log that is shown.
#[derive(Clone, Debug, Default)]
pub(crate) struct Corrected {
    /// Of which log.
    session: u64,
    /// Containers that were looked up.
    looked_up: Vec<String>,
    kept: Vec<Kept>,
    /// The patterns that were looked at: how many came and merged.
    looked: u64,
}

/// Has lines count as what was said of them, as long as the view around lives. How many patterns do.
pub(crate) fn keep(dashboard: Dashboard) -> Memo<usize> {
    let version = pulse(dashboard.logs_version, LOOK_MS);
    effect(move || {
        version.track();
        dashboard.session.track();
        follow(dashboard, |_, _| ());
    });
    memo(move || {
        dashboard.logs_version.track();
        dashboard.logs.with_value(|log| log.corrections().len())
    })
}

/// Has the lines of a container's pattern count as a severity, or with `None` as they say.
pub(crate) fn correct(
    dashboard: Dashboard,
    source: u16,
    id: TemplateId,
    severity: Option<Severity>,
) {
    follow(dashboard, |log, kept| {
        let name = log.source_name(source).unwrap_or_default();
        let templates = log.templates();
        let (id, text) = (templates.resolve(id), templates.pattern(id));
        for it in kept.iter_mut().filter(|it| it.container == name) {
            let before = it.ids.len();
            it.ids.retain(|it| templates.resolve(*it) != id);
            if it.ids.len() < before
                && let Some(text) = &text
            {
                it.texts.retain(|it| !covers(it, text) && !covers(text, it));
            }
        }
        let Some(severity) = severity else { return };
        let of = |it: &Kept| it.container == name && it.severity == severity;
        let at = kept.iter().position(of).unwrap_or_else(|| {
            kept.push(Kept {
                container: name.to_owned(),
                severity,
                ids: Vec::new(),
                texts: Vec::new(),
            });
            kept.len() - 1
        });
        if kept[at].ids.len() < MAX_PATTERNS {
            kept[at].ids.push(id);
            kept[at]
                .texts
                .extend(text.filter(|it| it.len() <= MAX_BYTES));
        }
    });
}

/// Has all lines of the log count as they say.
pub(crate) fn clear(dashboard: Dashboard) {
    follow(dashboard, |_, kept| {
        for it in kept {
            it.ids.clear();
            it.texts.clear();
        }
    });
}

/// Finds the patterns that are kept among those that came, after a change.
fn follow(dashboard: Dashboard, change: impl FnOnce(&LogSession, &mut Vec<Kept>)) {
    let session = dashboard.session.get_untracked();
    let corrections = dashboard.corrected.try_update_value(|all| {
        if all.session != session {
            *all = Corrected {
                session,
                ..Corrected::default()
            };
        }
        dashboard.logs.with_value(|log| {
            let anew = look_up(log, all);
            let before = all.kept.clone();
            change(log, &mut all.kept);
            let changed = before != all.kept;
            let templates = log.templates();
            let looked = templates.evicted() + templates.len() as u64 + 2 * templates.merges();
            if !anew && !changed && looked == std::mem::replace(&mut all.looked, looked) {
                return None;
            }
            for it in &mut all.kept {
                let (ids, texts) = match changed {
                    true => renew(templates, &it.ids, it.texts.clone()),
                    false => find(templates, &it.ids, it.texts.clone()),
                };
                (it.ids, it.texts) = (ids, texts);
            }
            if before
                .iter()
                .map(|it| &it.texts)
                .ne(all.kept.iter().map(|it| &it.texts))
            {
                keep_texts(all);
            }
            Some(corrections(log, &all.kept))
        })
    });
    if let Some(corrections) = corrections.flatten()
        && dashboard
            .logs
            .with_value(|log| log.corrections() != corrections)
    {
        dashboard.logs.update_value(|log| log.correct(corrections));
        dashboard.redraw_logs();
    }
}

/// Reads what is kept for containers that came. True where there were some.
fn look_up(log: &LogSession, all: &mut Corrected) -> bool {
    let mut anew = false;
    for name in names(log) {
        if name.is_empty() || all.looked_up.contains(&name) {
            continue;
        }
        anew = true;
        for line in read(&key(&name)).unwrap_or_default().lines() {
            let Some((word, text)) = line.split_once('\t') else {
                continue;
            };
            let Some(severity) = Severity::ALL.into_iter().find(|it| it.word() == word) else {
                continue;
            };
            let of = |it: &&mut Kept| it.container == name && it.severity == severity;
            match all.kept.iter_mut().find(of) {
                Some(it) if it.texts.len() < MAX_PATTERNS => it.texts.push(text.to_owned()),
                Some(_) => {}
                None => all.kept.push(Kept {
                    container: name.clone(),
                    severity,
                    ids: Vec::new(),
                    texts: vec![text.to_owned()],
                }),
            }
        }
        all.looked_up.push(name);
    }
    anew
}

fn names(log: &LogSession) -> impl Iterator<Item = String> + '_ {
    let sources = (0..log.source_count()).filter_map(|it| u16::try_from(it).ok());
    sources.map(|it| log.source_name(it).unwrap_or_default().to_owned())
}

fn keep_texts(all: &Corrected) {
    for name in &all.looked_up {
        let own = all.kept.iter().filter(|it| it.container == *name);
        let lines = own.flat_map(|it| {
            let texts = it.texts.iter();
            texts.map(|text| format!("{}\t{text}", it.severity.word()))
        });
        let text = lines.collect::<Vec<_>>().join("\n");
        if read(&key(name)).unwrap_or_default() != text {
            write(&key(name), &text);
        }
    }
}

fn key(container: &str) -> String {
    format!("counts-as:{container}")
}

fn corrections(log: &LogSession, kept: &[Kept]) -> Vec<Correction> {
    let mut all = Vec::new();
    for (source, name) in (0..).zip(names(log)) {
        for it in kept.iter().filter(|it| it.container == name) {
            all.extend(it.ids.iter().map(|template| Correction {
                source,
                template: *template,
                severity: it.severity,
            }));
        }
    }
    all
}
