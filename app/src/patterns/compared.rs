//! Two stretches of time beside each other: which are meant, and how a pattern changed between them.

use crate::bind::{Erase, on};
use crate::signal::{Memo, RwSignal, memo};
use leptos::prelude::*;
use sidekick::{
    logs::{Change, Comparison, TemplateId},
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

/// Which stretches are compared.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Kind {
    #[default]
    Off,
    /// Before the moment since when patterns are new, and from it on.
    Moment,
    /// Both halves of the time that the lines take which the filter lets through.
    Halves,
}

const KINDS: [(Kind, &str); 3] = [
    (Kind::Off, "off"),
    (Kind::Moment, "before and since then"),
    (Kind::Halves, "both halves"),
];

/// What is compared, and the result.
#[derive(Clone, Copy)]
pub(super) struct Compare {
    dashboard: Dashboard,
    kind: RwSignal<Kind>,
    order: RwSignal<Order>,
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
        let comparison = memo(move || {
            let split = match kind.get() {
                Kind::Off => return None,
                Kind::Moment => Some(since.get()?),
                Kind::Halves => None,
            };
            version.track();
            dashboard.logs.with_value(|session| session.compare(split))
        });
        Self {
            dashboard,
            kind,
            order,
            comparison,
        }
    }

    pub(super) fn change(self, id: TemplateId) -> Said {
        self.comparison.with(|it| {
            let said = it.as_ref().and_then(|all| {
                let of = all.get(id)?;
                Some(said(all.change(of), of.lines))
            });
            said.unwrap_or_default()
        })
    }

    fn choose(self, label: &str) {
        let kind = KINDS.into_iter().find(|(_, it)| *it == label);
        let kind = kind.map_or(Kind::Off, |(kind, _)| kind);
        self.kind.set(kind);
        self.order.set(match kind {
            Kind::Off => Order::Count,
            Kind::Moment | Kind::Halves => Order::Change,
        });
    }
}

fn said(change: Change, [before, after]: [u64; 2]) -> Said {
    let (class, word) = match change {
        Change::Appeared => ("appeared", "appeared".to_owned()),
        Change::Vanished => ("vanished", "vanished".to_owned()),
        Change::Rate(by) if by >= 1.05 => ("more", format!("×{}", times(by))),
        Change::Rate(by) if by <= 1.0 / 1.05 => ("less", format!("÷{}", times(1.0 / by))),
        Change::Rate(_) => ("same", "as often".to_owned()),
    };
    let [before, after] = [before, after].map(group_digits);
    Said {
        class,
        text: format!("{word} · {before} → {after}"),
        title: format!(
            "{before} lines before, {after} since; a rate takes how long both were into account"
        ),
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
    let options = KINDS.map(|(_, label)| view! { <option>{label}</option> }.erase());
    view! {
        <label
            class="switch"
            title="The lines that the log shows: before the moment at the left and since then, or the two halves of their time"
        >
            "Compare"
            <select
                class="choice"
                on:change=on(move |event| compare.choose(&event_target_value(&event)))
            >
                {Vec::from(options)}
            </select>
        </label>
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
        compare.comparison.with(|it| match it {
            Some(it) => tell(it, &mut Clock::new(utc)),
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

fn tell(comparison: &Comparison, clock: &mut Clock) -> String {
    let [first, split, last] = comparison.bounds.map(|it| clock.time_of_day(it));
    let [before, after] = comparison.lines.map(|it| plural(it, "line", "lines"));
    let count = |what: Change| {
        let all = comparison.patterns().iter();
        all.filter(|it| comparison.change(**it) == what).count() as u64
    };
    let [came, went] = [Change::Appeared, Change::Vanished].map(|it| group_digits(count(it)));
    format!(
        "{first} to {split}, {before}; {split} to {last}, {after}: {came} appeared, {went} vanished"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_change_is_told_by_its_rate_and_its_lines() {
        let text = |change, lines| said(change, lines).text;
        assert_eq!(text(Change::Appeared, [0, 1200]), "appeared · 0 → 1,200");
        assert_eq!(text(Change::Vanished, [3, 0]), "vanished · 3 → 0");
        assert_eq!(text(Change::Rate(2.5), [2, 5]), "×2.5 · 2 → 5");
        assert_eq!(text(Change::Rate(0.25), [8, 2]), "÷4.0 · 8 → 2");
        assert_eq!(text(Change::Rate(1.01), [8, 8]), "as often · 8 → 8");
        assert_eq!(text(Change::Rate(1234.0), [1, 1234]), "×1,234 · 1 → 1,234");
    }
}
