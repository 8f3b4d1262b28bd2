//! Small drawings: a shape for each state, so that colour is never alone.

use std::sync::Arc;

use crate::bind::Erase;
use leptos::prelude::*;
use sidekick::model::{Container, ContainerState, Health, Replicas};

use crate::text::{in_trouble, shown_health};

const DISC: &str = "M5 1a4 4 0 1 0 0 8a4 4 0 0 0 0-8z";
const RING: &str = "M5 1a4 4 0 1 0 0 8a4 4 0 0 0 0-8zM5 2.5a2.5 2.5 0 1 1 0 5a2.5 2.5 0 0 1 0-5z";
const HALF: &str = "M5 1a4 4 0 1 0 0 8a4 4 0 0 0 0-8zM5 2.4v5.2a2.6 2.6 0 0 1 0-5.2z";
const BARS: &str = "M1.5 1h2.6v8H1.5zM5.9 1h2.6v8H5.9z";
const TURN: &str = "M5 0v1.6A3.7 3.7 0 1 0 8.7 5.3H7.2A2.2 2.2 0 1 1 5 3.1v1.6l3-2.4z";
const SQUARE: &str = "M1.5 1.5h7v7h-7zM3 3v4h4V3z";
const CROSS: &str = "M2 .6l3 3 3-3L9.4 2l-3 3 3 3L8 9.4l-3-3-3 3L.6 8l3-3-3-3z";
const DOTS: &str = "M0 4h2.2v2H0zM3.9 4h2.2v2H3.9zM7.8 4H10v2H7.8z";
const TRIANGLE: &str = "M5 .6l4.7 8.6H.3z";

/// Class for the colour and outline for the shape of a container's state.
#[must_use]
pub fn state_mark(container: &Container) -> (&'static str, &'static str) {
    match (&container.state, shown_health(container)) {
        (ContainerState::Running, Some(Health::Unhealthy)) => ("mark bad", TRIANGLE),
        (ContainerState::Running, Some(Health::Starting)) => ("mark busy", HALF),
        (ContainerState::Running, _) => ("mark good", DISC),
        (ContainerState::Paused, _) => ("mark busy", BARS),
        (ContainerState::Restarting, _) => ("mark busy", TURN),
        (ContainerState::Removing, _) => ("mark busy", DOTS),
        (ContainerState::Exited, _) if !in_trouble(container) => ("mark off", SQUARE),
        (ContainerState::Exited | ContainerState::Dead, _) => ("mark bad", CROSS),
        (ContainerState::Created | ContainerState::Other(_), _) => ("mark off", RING),
    }
}

/// The mark of a container that was removed.
pub const REMOVED_MARK: (&str, &str) = ("mark off", CROSS);

/// The mark of a project or service: a part of it is unhealthy, all of it runs, some, or nothing.
#[must_use]
pub fn group_mark(of: Replicas) -> (&'static str, &'static str) {
    if of.running == 0 {
        ("mark off", SQUARE)
    } else if of.unhealthy {
        ("mark bad", TRIANGLE)
    } else if of.running < of.all {
        ("mark busy", HALF)
    } else {
        ("mark good", DISC)
    }
}

/// Draws a mark. Screen readers get the state in words elsewhere.
pub fn mark(of: impl Fn() -> (&'static str, &'static str) + Send + Sync + 'static) -> AnyView {
    drawn(Arc::new(of))
}

fn drawn(of: Arc<dyn Fn() -> (&'static str, &'static str) + Send + Sync>) -> AnyView {
    let shape = of.clone();
    view! {
        <svg class=move || of().0 viewBox="0 0 10 10" aria-hidden="true">
            <path fill-rule="evenodd" d=move || shape().1></path>
        </svg>
    }
    .erase()
}
