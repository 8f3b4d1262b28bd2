//! What Docker told of the containers whose log is shown, as marks of the timeline.

use sidekick::model::{ContainerId, Event, EventKind};

use crate::charts::{Ink, Mark};
use crate::state::{Dashboard, Subject};

const ERROR: Ink = Ink::Severity(1);
const WARN: Ink = Ink::Severity(2);

/// The marks of the containers that are shown, followed.
pub(super) fn marks(dashboard: Dashboard) -> Vec<Mark> {
    let shown: Vec<ContainerId> = match dashboard.pinned.get() {
        Some(pin) => vec![pin.id().clone()],
        None => dashboard
            .sources
            .with(|all| all.iter().map(|it| it.container.clone()).collect()),
    };
    let one = shown.len() == 1;
    let events = |draw: &dyn Fn(&[Event]) -> Vec<Mark>| match dashboard.subject.get() {
        Subject::Snapshot(_) => dashboard.opened.with(|it| draw(&it.events)),
        _ => dashboard.events.with(|events| draw(events)),
    };
    events(&|events| {
        let of_shown = |event: &&Event| shown.iter().any(|id| id.0 == event.id);
        let marks = events.iter().filter(of_shown);
        marks.filter_map(|event| mark(event, one)).collect()
    })
}

/// The mark of an event; `None` where it tells nothing of how the container does.
fn mark(event: &Event, one: bool) -> Option<Mark> {
    if event.kind != EventKind::Container {
        return None;
    }
    let (sign, ink, mut text) = match event.action.as_str() {
        "start" => ("▲", Ink::Well, "start".to_owned()),
        "restart" => ("▲", Ink::Brand, "restart".to_owned()),
        "oom" => ("◆", ERROR, "out of memory".to_owned()),
        "die" => match event.attribute("exitCode") {
            Some("0") => ("×", Ink::Label, "exit 0".to_owned()),
            Some(code) => ("×", ERROR, format!("exit {code}")),
            None => ("×", ERROR, "died".to_owned()),
        },
        action => match action.strip_prefix("health_status: ")? {
            "healthy" => ("●", Ink::Well, "healthy".to_owned()),
            status => ("●", WARN, status.to_owned()),
        },
    };
    if let Some(name) = event.name.as_ref().filter(|_| !one) {
        text = format!("{name}: {text}");
    }
    Some(Mark {
        at: event.time.millis(),
        sign,
        ink,
        text,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use sidekick::time::Nanos;

    fn told(action: &str, code: Option<&str>, one: bool) -> Option<(&'static str, String)> {
        let code = code.map(|code| ("exitCode".to_owned(), code.to_owned()));
        let event = Event {
            time: Nanos(5_000_000_000),
            kind: EventKind::Container,
            action: action.to_owned(),
            id: "1".to_owned(),
            name: Some("api".to_owned()),
            attributes: code.into_iter().collect(),
        };
        mark(&event, one).map(|mark| (mark.sign, mark.text))
    }

    #[test]
    fn beginnings_ends_and_health_are_marked_and_nothing_else() {
        let said = |sign, text: &str| Some((sign, text.to_owned()));
        assert_eq!(told("start", None, true), said("▲", "start"));
        assert_eq!(told("die", Some("137"), true), said("×", "exit 137"));
        assert_eq!(told("die", None, false), said("×", "api: died"));
        assert_eq!(told("oom", None, true), said("◆", "out of memory"));
        let unhealthy = "health_status: unhealthy";
        assert_eq!(told(unhealthy, None, true), said("●", "unhealthy"));
        for other in ["exec_start: true", "top", "kill", ""] {
            assert_eq!(told(other, None, true), None, "{other}");
        }
    }
}
