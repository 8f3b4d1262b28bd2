//! The groups as they are now: lines are counted in slices between frames, and the table is made anew twice
//! a second at most.

use std::cmp::Ordering;

use sidekick::logs::LogSession;
use sidekick::logs::groups::{Groups, Key, Sum, Table};
use sidekick::logs::query::Measure;
use sidekick::sort::{sort_by, sort_by_key};

use super::choice::{Choice, Column, Kind};
use super::tell::Names;
use crate::pulse::pulse;
use crate::signal::{Memo, RwSignal, StoredValue, memo};
use crate::state::Dashboard;

/// How often the table is brought up to date, in milliseconds.
const REFRESH_MS: u64 = 500;
/// How long a frame counts, in milliseconds; it may search for a filter beside that.
const SLICE_MS: f64 = 5.0;
/// What is counted between two looks at the clock, in bytes.
const STEP_BYTES: usize = 128 << 10;

/// Spans of time in seconds.
const SPANS_S: [i64; 15] = [
    1, 2, 5, 10, 30, 60, 120, 300, 600, 1800, 3600, 7200, 21_600, 43_200, 86_400,
];
/// About how many spans of time there should be.
const SPANS: i64 = 60;
const SECOND: i64 = 1_000_000_000;

/// What a row of the table stands for.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Of {
    /// A group.
    Group(Key),
    /// The groups that are not counted one by one.
    Others,
    /// The lines that are in none.
    None,
}

/// A row of the table.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Line {
    pub(super) of: Of,
    pub(super) name: String,
    pub(super) sum: Sum,
}

/// What is shown, and of which choice.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Shown {
    choice: Choice,
    pub(super) rows: Vec<Line>,
    /// How many of the rows are groups, of how many there are.
    pub(super) listed: usize,
    pub(super) groups: usize,
    pub(super) lines: u64,
    pub(super) measure: Measure,
    /// The length of a span of time in nanoseconds.
    pub(super) span: i64,
    /// How many percent of the lines were counted, unless all were.
    pub(super) searched: Option<u64>,
}

impl Default for Shown {
    fn default() -> Self {
        Self {
            choice: Choice::default(),
            rows: Vec::new(),
            listed: 0,
            groups: 0,
            lines: 0,
            measure: Measure::Plain,
            span: SECOND,
            searched: None,
        }
    }
}

impl Shown {
    /// The row of it that stands for this.
    pub(super) fn line(&self, of: &Of) -> Option<&Line> {
        self.rows.iter().find(|it| it.of == *of)
    }

    /// The largest figure in a column, for bars.
    pub(super) fn most(&self, column: Column) -> f64 {
        let figures = self.rows.iter().filter(|it| it.of != Of::None);
        let figures = figures.filter_map(|it| figure(&it.sum, column));
        figures.fold(0.0, f64::max)
    }
}

/// The groups that are counted.
struct Counted {
    choice: Choice,
    /// Of which log.
    session: u64,
    /// Of which filter.
    views: u64,
    span: i64,
    groups: Groups,
    searched: Option<u64>,
}

#[cfg(feature = "hydrate")]
use {crate::live::precise_ms, leptos::prelude::request_animation_frame as next_frame};

/// The server draws no frames.
#[cfg(not(feature = "hydrate"))]
fn next_frame(_: impl FnOnce() + 'static) {}

#[cfg(not(feature = "hydrate"))]
fn precise_ms() -> f64 {
    0.0
}

#[derive(Clone, Copy)]
pub(super) struct Live {
    dashboard: Dashboard,
    choice: RwSignal<Choice>,
    counted: StoredValue<Option<Counted>>,
    /// A frame was asked for.
    asked: StoredValue<bool>,
    /// Grows as lines are counted.
    turn: RwSignal<u64>,
    /// Grows where all is counted anew.
    anew: RwSignal<u64>,
}

impl Live {
    /// Counts as long as the view lives. While the pointer is over the table its order stays.
    pub(super) fn start(
        dashboard: Dashboard,
        choice: RwSignal<Choice>,
        limit: RwSignal<usize>,
        pointed: RwSignal<bool>,
    ) -> Memo<Shown> {
        let live = Self {
            dashboard,
            choice,
            counted: StoredValue::new(None),
            asked: StoredValue::new(false),
            turn: RwSignal::new(0),
            anew: RwSignal::new(0),
        };
        let what = memo(move || choice.with(|it| (it.kind, it.name.clone(), it.measure.clone())));
        crate::signal::effect(move || {
            dashboard.logs_version.track();
            dashboard.session.track();
            // A memo that nobody reads follows nothing.
            what.with(|_| live.ask());
        });
        let turn = pulse(live.turn, REFRESH_MS);
        Memo::new(move |before: Option<&Shown>| {
            turn.track();
            live.anew.track();
            let (choice, utc) = (choice.get(), dashboard.utc.get());
            // Of spans of time there are never many.
            let limit = match choice.kind {
                Kind::Time => usize::MAX,
                _ => limit.get(),
            };
            let shown = live.counted.try_update_value(|counted| {
                let counted = counted.as_mut().filter(|it| it.choice.is_like(&choice))?;
                Some(dashboard.logs.with_value(|session| {
                    let table = counted.groups.table(usize::MAX, Some(session.templates()));
                    let mut names = Names::new(session, counted.span, utc);
                    let mut shown = arranged(table, &choice, limit, &mut |key| names.name(key));
                    (shown.span, shown.searched) = (counted.span, counted.searched);
                    shown
                }))
            });
            let Some(mut shown) = shown.flatten() else {
                return Shown::default();
            };
            // Under the pointer the order stays, so that a click hits what it aims at.
            if let Some(before) = before.filter(|it| pointed.get() && it.choice == shown.choice) {
                let place = |line: &Line| {
                    let at = before.rows.iter().position(|it| it.of == line.of);
                    at.unwrap_or(usize::MAX)
                };
                sort_by_key(&mut shown.rows[..shown.listed], place);
            }
            shown
        })
    }

    fn ask(self) {
        if !self.asked.get_value() {
            self.asked.set_value(true);
            next_frame(move || self.frame());
        }
    }

    fn frame(self) {
        // The view may be gone.
        if self.asked.try_get_value().is_none() {
            return;
        }
        self.asked.set_value(false);
        let choice = self.choice.get_untracked();
        let session = self.dashboard.session.get_untracked();
        let logs = self.dashboard.logs;
        let (anew, done) = logs.with_value(|log| {
            let slice = |counted: &mut Option<Counted>| {
                let same = |it: &Counted| {
                    (it.session, it.views) == (session, log.views())
                        && it.choice.is_like(&choice)
                        && (choice.kind != Kind::Time || !is_too_short(log, it.span))
                };
                let anew = !counted.as_ref().is_some_and(same);
                if anew {
                    *counted = Some(Counted::new(log, session, &choice));
                }
                (anew, counted.as_mut().is_none_or(|it| it.slice(log)))
            };
            self.counted.try_update_value(slice).unwrap_or_default()
        });
        if anew {
            self.anew.update(|it| *it += 1);
        }
        self.turn.update(|it| *it += 1);
        if !done {
            self.ask();
        }
    }
}

impl Counted {
    fn new(log: &LogSession, session: u64, choice: &Choice) -> Self {
        let span = span(log);
        let measure = Some(choice.measure.clone()).filter(|it| !it.is_empty());
        Self {
            choice: choice.clone(),
            session,
            views: log.views(),
            span,
            groups: log.groups(choice.by(span), measure),
            searched: None,
        }
    }

    /// Counts for a slice of a frame. True where nothing is left.
    fn slice(&mut self, log: &LogSession) -> bool {
        let begin = precise_ms();
        let mut done = false;
        while !done && precise_ms() - begin < SLICE_MS {
            done = self.groups.search(log.store(), STEP_BYTES);
        }
        let progress = self.groups.progress(log.store());
        self.searched =
            (!progress.is_done()).then(|| progress.searched * 100 / progress.held.max(1));
        done
    }
}

/// How long the lines held go, in nanoseconds.
fn range(log: &LogSession) -> i64 {
    use sidekick::logs::Row;
    let first = log.store().iter_from(0).find_map(|row| match row {
        Row::Entry { entry, .. } if !entry.untimed => Some(entry.time),
        _ => None,
    });
    let ends = first.zip(log.store().last_time());
    ends.map_or(0, |(first, last)| last.0.saturating_sub(first.0))
}

/// The shortest span of time in nanoseconds of which not many more than [`SPANS`] hold all lines.
fn span(log: &LogSession) -> i64 {
    let least = range(log) / SPANS;
    let fits = SPANS_S.into_iter().map(|it| it * SECOND);
    fits.clone()
        .find(|it| *it >= least)
        .unwrap_or_else(|| least.max(86_400 * SECOND))
}

/// Whether there are too many spans of this length by now.
fn is_too_short(log: &LogSession, span: i64) -> bool {
    range(log) / span.max(1) > 2 * SPANS
}

/// A figure of a group; `None` where it has none.
pub(super) fn figure(sum: &Sum, column: Column) -> Option<f64> {
    let numbers = sum.numbers;
    match column {
        Column::Group | Column::Count | Column::Share => Some(sum.lines as f64),
        Column::Distinct => Some(sum.distinct as f64),
        Column::Min => numbers.map(|it| it.min),
        Column::Median => numbers.map(|it| it.median),
        Column::P95 => numbers.map(|it| it.p95),
        Column::Max => numbers.map(|it| it.max),
    }
}

/// The rows of a table in the order that was chosen; the other lines behind them.
fn arranged(
    table: Table,
    choice: &Choice,
    limit: usize,
    name: &mut dyn FnMut(&Key) -> String,
) -> Shown {
    let counted: u64 = table.groups.iter().map(|it| it.1.lines).sum();
    let others = table.other.as_ref().map_or(0, |it| it.lines);
    let groups = table.groups.len();
    let mut rows: Vec<Line> = table
        .groups
        .into_iter()
        .map(|(key, sum)| Line {
            name: name(&key),
            of: Of::Group(key),
            sum,
        })
        .collect();
    let turned = |order: Ordering| match choice.up {
        true => order,
        false => order.reverse(),
    };
    sort_by(&mut rows, |a, b| match choice.sort {
        Column::Group => turned(match (&a.of, &b.of) {
            (Of::Group(Key::Time(a)), Of::Group(Key::Time(b))) => a.cmp(b),
            (Of::Group(Key::Severity(a)), Of::Group(Key::Severity(b))) => a.cmp(b),
            _ => natural(&a.name, &b.name),
        }),
        column => match (figure(&a.sum, column), figure(&b.sum, column)) {
            (Some(a), Some(b)) => turned(a.total_cmp(&b)),
            // What has no figure stands last, whichever way it is sorted.
            (a, b) => a.is_none().cmp(&b.is_none()),
        },
    });
    rows.truncate(limit);
    let listed = rows.len();
    rows.extend(table.other.map(|sum| Line {
        of: Of::Others,
        name: "other groups".to_owned(),
        sum,
    }));
    if table.without > 0 {
        rows.push(Line {
            of: Of::None,
            name: match choice.kind {
                Kind::Field => format!("no {}", choice.name),
                _ => format!("no {}", choice.kind.word()),
            },
            sum: Sum {
                lines: table.without,
                ..Sum::default()
            },
        });
    }
    Shown {
        choice: choice.clone(),
        rows,
        listed,
        groups,
        lines: counted + others + table.without,
        measure: table.measure,
        ..Shown::default()
    }
}

/// Texts, those that are numbers first and in their order.
fn natural(a: &str, b: &str) -> Ordering {
    match (a.parse::<f64>(), b.parse::<f64>()) {
        (Ok(a), Ok(b)) => a.total_cmp(&b),
        (Ok(_), Err(_)) => Ordering::Less,
        (Err(_), Ok(_)) => Ordering::Greater,
        _ => a.cmp(b),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use sidekick::protocol::{LogBatch, LogStream};
    use sidekick::time::Nanos;

    fn shown(search: &str, lines: &[(i64, &str)]) -> Vec<String> {
        let mut log = LogSession::default();
        let mut batch = LogBatch::new();
        for (second, line) in lines {
            batch.push_line(Nanos(second * SECOND), LogStream::Stdout, line);
        }
        log.ingest(0, batch);
        let choice = Choice::parse(search);
        let mut counted = Counted::new(&log, 0, &choice);
        while !counted.groups.search(log.store(), usize::MAX) {}
        let table = counted.groups.table(usize::MAX, Some(log.templates()));
        let name = &mut |key: &Key| match key {
            Key::Value(it) => it.clone(),
            Key::Time(it) => (it.0 / SECOND).to_string(),
            other => format!("{other:?}"),
        };
        let shown = arranged(table, &choice, 3, name);
        let lines = shown.rows.iter();
        lines
            .map(|it| format!("{} {}", it.name, it.sum.lines))
            .collect()
    }

    const LINES: [(i64, &str); 7] = [
        (0, "status=500 took=3"),
        (1, "status=200 took=1"),
        (2, "status=200 took=9"),
        (3, "status=1000"),
        (4, "ready"),
        (5, "status=200 took=2"),
        (170, "status=404 took=4"),
    ];

    #[test]
    fn groups_stand_in_the_order_that_was_chosen_and_the_rest_behind_them() {
        let check =
            |search: &str, rows: &[&str]| assert_eq!(shown(search, &LINES), rows, "{search}");
        check(
            "field=status&sort=count",
            &["200 3", "1000 1", "404 1", "no status 1"],
        );
        check(
            "field=status&sort=group",
            &["200 3", "404 1", "500 1", "no status 1"],
        );
        check(
            "field=status&sort=-group",
            &["1000 1", "500 1", "404 1", "no status 1"],
        );
        let max = "field=status&measure=took&sort=";
        check(
            &[max, "max"].concat(),
            &["200 3", "404 1", "500 1", "no status 1"],
        );
        check(
            &[max, "-max"].concat(),
            &["500 1", "404 1", "200 3", "no status 1"],
        );
        check("by=time", &["0 5", "5 1", "170 1"]);
    }
}
