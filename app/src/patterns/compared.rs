//! Two sides of a log beside each other, stretches of time or containers: which are meant, and how a pattern
//! differs between them.

use crate::bind::{Erase, each, on, when};
use crate::signal::{Memo, RwSignal, memo};
use leptos::prelude::*;
use sidekick::{
    logs::{Change, Comparison, LogSession, Sides, TemplateId},
    time::Nanos,
};

use super::ranking::Order;
use crate::{
    charts::{Clock, fixed, group_digits, plural},
    pulse::pulse,
    state::{Dashboard, dashboard},
};

/// How often all lines held are counted, in milliseconds.
const REFRESH_MS: u64 = 2000;

/// What is compared.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
enum Kind {
    #[default]
    Off,
    /// Before the moment since when patterns are new, and from it on.
    Moment,
    /// Both halves of the time that the lines take which the filter lets through.
    Halves,
    /// Two containers of several.
    Containers,
}

const KINDS: [(Kind, &str); 4] = [
    (Kind::Off, "off"),
    (Kind::Moment, "before and since then"),
    (Kind::Halves, "both halves"),
    (Kind::Containers, "two containers"),
];

/// What is compared, and the result.
#[derive(Clone, Copy)]
pub(super) struct Compare {
    dashboard: Dashboard,
    kind: RwSignal<Kind>,
    order: RwSignal<Order>,
    /// The names of the containers of the log.
    names: Memo<Vec<String>>,
    /// Those that are compared.
    pair: RwSignal<[String; 2]>,
    /// `None` while nothing is compared.
    pub(super) comparison: Memo<Option<Comparison>>,
}

/// How a pattern changed, in words; empty where nothing is compared.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Said {
    pub(super) class: &'static str,
    pub(super) text: String,
    pub(super) title: String,
}

impl Compare {
    pub(super) fn new(since: Memo<Option<Nanos>>, order: RwSignal<Order>) -> Self {
        let dashboard = dashboard();
        let kind = RwSignal::new(Kind::default());
        let version = pulse(dashboard.logs_version, REFRESH_MS);
        let pairs = RwSignal::new(<[String; 2]>::default());
        let names = memo(move || {
            version.track();
            dashboard.logs.with_value(names)
        });
        let comparison = memo(move || {
            let pair;
            let sides = match kind.get() {
                Kind::Off => return None,
                Kind::Moment => Sides::Time(Some(since.get()?)),
                Kind::Halves => Sides::Time(None),
                Kind::Containers => {
                    pair = pairs.get();
                    Sides::Sources([&pair[0], &pair[1]])
                }
            };
            version.track();
            dashboard.logs.with_value(|session| session.compare(sides))
        });
        Self {
            dashboard,
            kind,
            order,
            names,
            pair: pairs,
            comparison,
        }
    }

    pub(super) fn change(self, id: TemplateId) -> Said {
        let sides = self.sides();
        self.comparison.with(|it| {
            let said = it.as_ref().and_then(|all| {
                let of = all.get(id)?;
                Some(said(all.change(of), of.lines, sides.as_ref()))
            });
            said.unwrap_or_default()
        })
    }

    /// The names of the sides; `None` where these are stretches of time.
    fn sides(self) -> Option<[String; 2]> {
        (self.kind.get() == Kind::Containers).then(|| self.pair.get())
    }

    fn choose(self, label: &str) {
        let kind = KINDS.into_iter().find(|(_, it)| *it == label);
        let kind = kind.map_or(Kind::Off, |(kind, _)| kind);
        let is_known = |it: &String| self.names.with_untracked(|all| all.contains(it));
        if kind == Kind::Containers && !self.pair.with_untracked(|it| it.iter().all(is_known)) {
            let first =
                |all: &Vec<String>| [0, 1].map(|at| all.get(at).cloned().unwrap_or_default());
            self.pair.set(self.names.with_untracked(first));
        }
        self.kind.set(kind);
        self.order.set(match kind {
            Kind::Off => Order::Count,
            Kind::Moment | Kind::Halves | Kind::Containers => Order::Change,
        });
    }
}

/// The names of the containers that have lines, each once.
fn names(log: &LogSession) -> Vec<String> {
    let all = log.sources().filter_map(|it| log.source_name(it));
    let mut all: Vec<String> = all.map(str::to_owned).collect();
    sidekick::sort::sort_by_key(&mut all, Clone::clone);
    all.dedup();
    all
}

/// In words, where the sides have names with these.
fn said(change: Change, [before, after]: [u64; 2], sides: Option<&[String; 2]>) -> Said {
    let only = |side: usize, word: &str| match sides {
        Some(names) => format!("only in {}", names[side]),
        None => word.to_owned(),
    };
    let (class, word) = match change {
        Change::Appeared => ("appeared", only(1, "appeared")),
        Change::Vanished => ("vanished", only(0, "vanished")),
        Change::Rate(by) if by >= 1.05 => ("more", format!("×{}", times(by))),
        Change::Rate(by) if by <= 1.0 / 1.05 => ("less", format!("÷{}", times(1.0 / by))),
        Change::Rate(_) => ("same", "as often".to_owned()),
    };
    let [before, after] = [before, after].map(group_digits);
    Said {
        class,
        text: format!("{word} · {before} → {after}"),
        title: match sides {
            Some([first, second]) => format!(
                "{before} lines of {first}, {after} of {second}; a rate takes into account since when there are lines of each"
            ),
            None => format!(
                "{before} lines before, {after} since; a rate takes how long both were into account"
            ),
        },
    }
}

fn times(by: f64) -> String {
    match by {
        100.0.. => group_digits(by as u64),
        by => fixed(by, 1),
    }
}

/// The choice of what is compared.
#[component]
pub(super) fn CompareChoice(compare: Compare) -> impl IntoView {
    let kinds = move || {
        let several = compare.names.with(|it| it.len() > 1);
        let all = KINDS.into_iter();
        all.filter(|(kind, _)| several || *kind != Kind::Containers)
            .collect()
    };
    let option = |(_, label): (Kind, &'static str)| view! { <option>{label}</option> }.erase();
    view! {
        <label
            class="switch"
            title="The lines that the log shows: before the moment at the left and since then, the two halves of their time, or those of two containers"
        >
            "Compare"
            <select
                class="choice"
                on:change=on(move |event| compare.choose(&event_target_value(&event)))
            >
                {each(kinds, |it| it.0, option)}
            </select>
        </label>
        {when(
            move || compare.kind.get() == Kind::Containers,
            move || {
                view! {
                    <NameChoice compare side=0 label="First container" />
                    <span>"with"</span>
                    <NameChoice compare side=1 label="Second container" />
                }
                    .into_any()
            },
        )}
    }
}

/// The choice of one of the containers that are compared.
#[component]
fn NameChoice(compare: Compare, side: usize, label: &'static str) -> impl IntoView {
    let name = move |name: String| {
        let own = name.clone();
        let chosen = move || compare.pair.with(|it| it[side] == own);
        view! { <option prop:selected=chosen>{name}</option> }.erase()
    };
    view! {
        <select
            class="choice"
            aria-label=label
            on:change=on(move |event| {
                let name = event_target_value(&event);
                compare.pair.update(|it| it[side] = name);
            })
        >
            {each(move || compare.names.get(), Clone::clone, name)}
        </select>
    }
    .erase()
}

/// What is compared, with how many patterns came and went.
#[component]
pub(super) fn ComparedText(compare: Compare) -> impl IntoView {
    let text = memo(move || {
        if compare.kind.get() == Kind::Off {
            return String::new();
        }
        let utc = compare.dashboard.utc.get();
        let sides = compare.sides();
        compare.comparison.with(|it| match it {
            Some(it) => tell(it, sides.as_ref(), &mut Clock::new(utc)),
            None => "There are no lines to compare.".to_owned(),
        })
    });
    view! {
        <p class="patterns-compared" hidden=move || text.with(String::is_empty)>
            {move || text.get()}
        </p>
    }
    .erase()
}

fn tell(comparison: &Comparison, sides: Option<&[String; 2]>, clock: &mut Clock) -> String {
    let [[first, split], [second, last]] = comparison
        .spans
        .map(|span| span.map(|it| clock.time_of_day(it)));
    let [before, after] = comparison.lines.map(|it| plural(it, "line", "lines"));
    let count = |what: Change| {
        let all = comparison.patterns().iter();
        all.filter(|it| comparison.change(**it) == what).count() as u64
    };
    let [came, went] = [Change::Appeared, Change::Vanished].map(|it| group_digits(count(it)));
    if let Some([a, b]) = sides {
        return format!(
            "{a} from {first}, {before}; {b} from {second}, {after}: {came} only in {b}, {went} only in {a}"
        );
    }
    format!(
        "{first} to {split}, {before}; {split} to {last}, {after}: {came} appeared, {went} vanished"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_change_is_told_by_its_rate_and_its_lines() {
        let text = |change, lines| said(change, lines, None).text;
        assert_eq!(text(Change::Appeared, [0, 1200]), "appeared · 0 → 1,200");
        assert_eq!(text(Change::Vanished, [3, 0]), "vanished · 3 → 0");
        assert_eq!(text(Change::Rate(2.5), [2, 5]), "×2.5 · 2 → 5");
        assert_eq!(text(Change::Rate(0.25), [8, 2]), "÷4.0 · 8 → 2");
        assert_eq!(text(Change::Rate(1.01), [8, 8]), "as often · 8 → 8");
        assert_eq!(text(Change::Rate(1234.0), [1, 1234]), "×1,234 · 1 → 1,234");
        let sides = ["a", "b"].map(str::to_owned);
        let text = |change, lines| said(change, lines, Some(&sides)).text;
        assert_eq!(text(Change::Appeared, [0, 2]), "only in b · 0 → 2");
        assert_eq!(text(Change::Vanished, [3, 0]), "only in a · 3 → 0");
        assert_eq!(text(Change::Rate(2.5), [2, 5]), "×2.5 · 2 → 5");
    }
}
