//! What lines are put in groups by, which field is measured, and how that is shown: the choice, how it
//! stands in the address, and where it is made.

use crate::bind::{Erase, bound, click, each, on};
use crate::signal::{RwSignal, effect, memo};
use leptos::{ev, prelude::*};
use sidekick::logs::groups::By;

use crate::{
    logs::{View, field_names, parameters},
    pulse::pulse,
    route::encode,
    state::Dashboard,
};

/// How often the fields of new lines are looked at, in milliseconds.
const LOOK_MS: u64 = 1000;
/// Most fields that are offered.
const MAX_FIELDS: usize = 200;

/// What lines are put in groups by.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Kind {
    #[default]
    Severity,
    Pattern,
    Container,
    Time,
    Field,
}

impl Kind {
    /// All but the fields.
    const FIXED: [Self; 4] = [Self::Severity, Self::Pattern, Self::Container, Self::Time];

    pub(super) fn word(self) -> &'static str {
        match self {
            Self::Severity => "severity",
            Self::Pattern => "pattern",
            Self::Container => "container",
            Self::Time => "time",
            Self::Field => "field",
        }
    }
}

/// A column of the table.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Column {
    Group,
    #[default]
    Count,
    Share,
    Distinct,
    Min,
    Median,
    P95,
    Max,
}

impl Column {
    pub(super) const ALL: [Self; 8] = [
        Self::Group,
        Self::Count,
        Self::Share,
        Self::Distinct,
        Self::Min,
        Self::Median,
        Self::P95,
        Self::Max,
    ];

    pub(super) fn label(self) -> &'static str {
        match self {
            Self::Group => "Group",
            Self::Count => "Count",
            Self::Share => "Share",
            Self::Distinct => "Distinct",
            Self::Min => "Min",
            Self::Median => "Median",
            Self::P95 => "p95",
            Self::Max => "Max",
        }
    }

    /// Whether a table that is sorted by it begins with the smallest.
    fn up(self) -> bool {
        self == Self::Group
    }

    /// Whether it tells of the field that is measured.
    pub(super) fn is_measured(self) -> bool {
        !matches!(self, Self::Group | Self::Count | Self::Share)
    }
}

/// What somebody chose.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Choice {
    pub(super) kind: Kind,
    /// The field that lines are put in groups by, for [`Kind::Field`].
    pub(super) name: String,
    /// The field that is measured; empty for none.
    pub(super) measure: String,
    pub(super) sort: Column,
    /// The smallest first.
    pub(super) up: bool,
    pub(super) chart: bool,
}

impl Choice {
    /// Reads the query part of an address; what it does not know it leaves out.
    pub(super) fn parse(search: &str) -> Self {
        let mut choice = Self::default();
        let mut sort = None;
        for (name, value) in parameters(search) {
            match name {
                "by" => {
                    let known = Kind::FIXED.into_iter().find(|it| it.word() == value);
                    choice.set_kind(known.unwrap_or_default());
                }
                "field" if !value.is_empty() => {
                    choice.set_kind(Kind::Field);
                    choice.name = value;
                }
                "measure" => choice.measure = value,
                "sort" => {
                    let turned = value.strip_prefix('-');
                    let word = turned.unwrap_or(&value);
                    let mut columns = Column::ALL.into_iter();
                    let column = columns.find(|it| it.label().eq_ignore_ascii_case(word));
                    sort = column.map(|it| (it, it.up() != turned.is_some()));
                }
                "as" => choice.chart = value == "bars",
                _ => {}
            }
        }
        if let Some((column, up)) = sort {
            (choice.sort, choice.up) = (column, up);
        }
        choice
    }

    /// What it adds to the query part of an address, without a sign before it.
    pub(super) fn search(&self) -> String {
        let mut out = String::from("by=");
        if self.kind == Kind::Field {
            out = String::from("field=");
            encode(&self.name, &mut out);
        } else {
            out.push_str(self.kind.word());
        }
        if !self.measure.is_empty() {
            out.push_str("&measure=");
            encode(&self.measure, &mut out);
        }
        if (self.sort, self.up) != Self::order_of(self.kind) {
            let turned = if self.up == self.sort.up() { "" } else { "-" };
            let column = self.sort.label().to_ascii_lowercase();
            out.push_str(&format!("&sort={turned}{column}"));
        }
        if self.chart {
            out.push_str("&as=bars");
        }
        out
    }

    /// The query part of the address of these groups of what a view shows.
    pub(super) fn search_of(&self, view: &View) -> String {
        let search = view.search();
        let sign = if search.is_empty() { '?' } else { '&' };
        format!("{search}{sign}{}", self.search())
    }

    /// Whether the same lines are in the same groups, and the same is measured.
    pub(super) fn is_like(&self, other: &Self) -> bool {
        (self.kind, &self.name, &self.measure) == (other.kind, &other.name, &other.measure)
    }

    pub(super) fn by(&self, span: i64) -> By {
        match self.kind {
            Kind::Severity => By::Severity,
            Kind::Pattern => By::Template,
            Kind::Container => By::Source,
            Kind::Time => By::Time(span),
            Kind::Field => By::Field(self.name.clone()),
        }
    }

    /// Sorts by a column; by the same one again, the other way round.
    pub(super) fn sort_by(&mut self, column: Column) {
        self.up = match self.sort == column {
            true => !self.up,
            false => column.up(),
        };
        self.sort = column;
    }

    fn set_kind(&mut self, kind: Kind) {
        self.kind = kind;
        (self.sort, self.up) = Self::order_of(kind);
    }

    /// How groups of a kind are sorted at first.
    fn order_of(kind: Kind) -> (Column, bool) {
        match kind {
            Kind::Time => (Column::Group, true),
            _ => (Column::Count, false),
        }
    }
}

/// Where groups, the measured field, and table or bars are chosen.
#[component]
pub(super) fn Choices(choice: RwSignal<Choice>, dashboard: Dashboard) -> impl IntoView {
    let seen = seen_fields(dashboard);
    let named = memo(move || choice.with(|it| (it.kind, it.name.clone())));
    let measured = memo(move || choice.with(|it| it.measure.clone()));
    // What the address names is there before a line has it.
    let with = move |name: String| {
        let mut all = seen.get();
        if !name.is_empty() && !all.contains(&name) {
            all.push(name);
        }
        all
    };
    let by_fields = move || with(named.with(|it| it.1.clone()));
    let measures = move || with(measured.get());
    let field = move |name: String| {
        let (own, label) = (name.clone(), name.clone());
        let chosen = move || named.with(|it| it.0 == Kind::Field && it.1 == own);
        view! {
            <option value=format!("={name}") prop:selected=bound(chosen)>
                {label}
            </option>
        }
        .erase()
    };
    let fixed = Kind::FIXED.map(|kind| {
        view! {
            <option value=kind.word() prop:selected=move || named.with(|it| it.0 == kind)>
                {kind.word()}
            </option>
        }
        .erase()
    });
    let measure = move |name: String| {
        let (own, label) = (name.clone(), name.clone());
        let chosen = move || measured.with(|it| *it == own);
        view! {
            <option value=name prop:selected=bound(chosen)>
                {label}
            </option>
        }
        .erase()
    };
    let choose = move |event: ev::Event| {
        let value = event_target_value(&event);
        choice.update(|it| match value.strip_prefix('=') {
            Some(name) => {
                it.set_kind(Kind::Field);
                it.name = name.to_owned();
            }
            None => {
                let known = Kind::FIXED.into_iter().find(|it| it.word() == value);
                it.set_kind(known.unwrap_or_default());
            }
        });
    };
    let choose_measure = move |event: ev::Event| {
        choice.update(|it| {
            it.measure = event_target_value(&event);
            if it.measure.is_empty() && it.sort.is_measured() {
                (it.sort, it.up) = Choice::order_of(it.kind);
            }
        });
    };
    let shape = move |label: &'static str, chart: bool| {
        view! {
            <button
                type="button"
                class="segment"
                aria-pressed=move || choice.with(|it| it.chart == chart).to_string()
                on:click=click(move || choice.update(|it| it.chart = chart))
            >
                {label}
            </button>
        }
        .erase()
    };
    view! {
        <label class="switch">
            "Group by" <select class="choice" on:change=on(choose)>
                {Vec::from(fixed)}
                <optgroup label="Fields">{each(by_fields, Clone::clone, field)}</optgroup>
            </select>
        </label>
        <label class="switch">
            "Measure" <select class="choice" on:change=on(choose_measure)>
                <option value="" prop:selected=move || measured.with(String::is_empty)>
                    "nothing"
                </option>
                {each(measures, Clone::clone, measure)}
            </select>
        </label>
        <div class="segments" role="group" aria-label="Shown as">
            {shape("Table", false)} {shape("Bars", true)}
        </div>
    }
    .erase()
}

/// The fields of the lines that came. What was seen stays, so that a list which is open changes at its
/// end only.
fn seen_fields(dashboard: Dashboard) -> RwSignal<Vec<String>> {
    let version = pulse(dashboard.logs_version, LOOK_MS);
    let seen = RwSignal::new(Vec::<String>::new());
    effect(move || {
        version.track();
        let mut all = seen.get_untracked();
        let before = all.len();
        for name in dashboard.logs.with_value(field_names) {
            if all.len() < MAX_FIELDS && !all.contains(&name) {
                all.push(name);
            }
        }
        if all.len() > before {
            seen.set(all);
        }
    });
    seen
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_choice_is_read_back_from_its_address() {
        for search in [
            "by=severity",
            "by=time",
            "by=pattern&as=bars",
            "field=http.status&measure=took%20ms&sort=p95",
            "by=container&sort=group",
            "by=severity&sort=-group",
            "by=time&sort=count",
        ] {
            assert_eq!(Choice::parse(search).search(), search);
        }
        let choice = Choice::parse("?q=a%20b&level=error&field=user");
        let view = View::parse("?q=a%20b&level=error");
        assert_eq!((choice.kind, choice.name.as_str()), (Kind::Field, "user"));
        assert_eq!(choice.search_of(&view), "?q=a%20b&level=error&field=user");
        assert_eq!(
            Choice::parse("?by=nonsense&sort=%zz&field="),
            Choice::default()
        );
    }

    #[test]
    fn a_column_sorts_and_turns_round() {
        let mut choice = Choice::parse("by=time");
        assert_eq!((choice.sort, choice.up), (Column::Group, true));
        choice.sort_by(Column::Max);
        assert!(!choice.up);
        choice.sort_by(Column::Max);
        assert!(choice.up);
    }
}
