//! Makes a snapshot of the log that is shown, in slices between frames.

use sidekick::model::{ContainerId, EventKind};
use sidekick::snapshot::{Head, Readings, SnapshotWriter, SourceHead};

use crate::browser::pause;
use crate::live::precise_ms;
use crate::state::{Dashboard, Subject};

/// How much is written between two looks at the clock, in bytes.
const STEP_BYTES: usize = 64 << 10;
/// How long a slice takes at most, but for one step more, in milliseconds.
const SLICE_MS: f64 = 6.0;

/// Writes the file and hands pieces of it to `take`, until that says that it is enough. True where all is
/// written; false too where another log was selected meanwhile.
pub(crate) async fn save(
    dashboard: Dashboard,
    name: String,
    view: String,
    mut take: impl FnMut(&[u8]) -> bool,
) -> bool {
    let Some(session) = dashboard.session.try_get_untracked() else {
        return false;
    };
    let head = head(dashboard, name, view);
    let readings: Vec<_> = dashboard.stats.with_value(|stats| {
        let of = |id: &ContainerId| Readings {
            container: id.clone(),
            samples: stats.samples(id).copied().collect(),
        };
        stats.ids().map(of).collect()
    });
    let saved = matches!(dashboard.subject.get_untracked(), Subject::Snapshot(_));
    let events = match saved {
        true => dashboard.opened.with_untracked(|it| it.events.clone()),
        false => dashboard.events.with_untracked(|events| {
            let of = |id: &str| head.sources.iter().any(|it| it.container.0 == id);
            let own = events
                .iter()
                .filter(|it| it.kind == EventKind::Container && of(&it.id));
            own.cloned().collect::<Vec<_>>()
        }),
    };
    let mut out = Vec::new();
    let mut writer = dashboard
        .logs
        .with_value(|logs| SnapshotWriter::new(logs, &head, &readings, &events, &mut out));
    loop {
        let begin = precise_ms();
        let mut done = false;
        while !done && precise_ms() - begin < SLICE_MS {
            if dashboard.session.try_get_untracked() != Some(session) {
                return false;
            }
            done = dashboard
                .logs
                .with_value(|logs| writer.write(logs, STEP_BYTES, &mut out));
            if !take(&out) {
                return false;
            }
            out.clear();
        }
        if done {
            return true;
        }
        pause(0).await;
    }
}

fn head(dashboard: Dashboard, name: String, view: String) -> Head {
    let known = dashboard.sources.get_untracked();
    let (names, let_go) = dashboard.logs.with_value(|logs| {
        let let_go = logs.let_go();
        let name = |source| logs.source_name(source).unwrap_or_default().to_owned();
        let whole = |source| let_go.0 == 0 && logs.is_loaded(source);
        let names: Vec<_> = logs.sources().map(|it| (it, name(it), whole(it))).collect();
        (names, let_go)
    });
    let source = |(source, name, whole)| {
        let container = known.iter().find(|it| it.source == source);
        SourceHead {
            source,
            name,
            // Of one that left nobody knows any more which it was; its lines have its name.
            container: container
                .map_or_else(|| ContainerId(String::new()), |it| it.container.clone()),
            whole,
        }
    };
    let head = Head {
        saved: dashboard.now.get_untracked(),
        name,
        view,
        sources: names.into_iter().map(source).collect(),
        let_go,
    };
    match dashboard.subject.get_untracked() {
        // It stays what it was; what is missing adds up.
        Subject::Snapshot(_) => dashboard.opened.with_untracked(|it| Head {
            saved: it.head.saved,
            name: it.head.name.clone(),
            let_go: (
                head.let_go.0 + it.head.let_go.0 + it.end.map_or(0, |end| end.gone),
                head.let_go.1 + it.head.let_go.1,
            ),
            ..head
        }),
        _ => head,
    }
}
