//! How far back the curves reach.

use crate::bind::{Erase, click};
use leptos::prelude::*;

use super::Shown;

/// A stretch of time up to the newest reading.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Range {
    /// 60 readings at Docker's pace of one a second.
    #[default]
    Minute,
    /// Ten minutes.
    TenMinutes,
    /// An hour: all that is kept.
    Hour,
}

impl Range {
    const ALL: [Self; 3] = [Self::Minute, Self::TenMinutes, Self::Hour];

    pub(super) fn ms(self) -> i64 {
        match self {
            Self::Minute => 60_000,
            Self::TenMinutes => 600_000,
            Self::Hour => 3_600_000,
        }
    }

    pub(super) fn label(self) -> &'static str {
        match self {
            Self::Minute => "1 min",
            Self::TenMinutes => "10 min",
            Self::Hour => "1 h",
        }
    }
}

/// Picks a range, up to the newest reading: what was zoomed into is left.
#[component]
pub(super) fn RangeSwitch(shown: Shown) -> impl IntoView {
    let choice = move |it: Range| {
        view! {
            <button
                type="button"
                class="segment"
                aria-pressed=move || (shown.range.get() == it && !shown.zoomed()).to_string()
                on:click=click(move || {
                    shown.range.set(it);
                    shown.controls.show_span(None);
                })
            >
                {it.label()}
            </button>
        }
        .erase()
    };
    view! {
        <div class="segments" role="group" aria-label="Time range">
            {Vec::from(Range::ALL.map(choice))}
        </div>
    }
}
