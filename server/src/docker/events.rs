//! One record of the events stream -> one event.

use std::collections::BTreeMap;

use serde_json::Value;
use sidekick::{
    model::{Event, EventKind},
    time::{Millis, Nanos},
};

use super::json;

/// Reads one record; `None` when nothing in it says what happened. `now` stands in where it
/// does not say when.
pub(super) fn event(record: &Value, now: Millis) -> Option<Event> {
    let none = Value::Null;
    let actor = record.get("Actor").unwrap_or(&none);
    let first = |texts: [&str; 2]| {
        texts
            .into_iter()
            .find(|text| !text.is_empty())
            .map(str::to_owned)
    };
    // `status` and `id` are the form before API 1.22, gone with 1.52.
    let action = first([json::text(record, "Action"), json::text(record, "status")])?;
    let kind = match json::text(record, "Type") {
        "" => EventKind::Container,
        word => EventKind::parse(word),
    };
    let attributes: BTreeMap<String, String> = json::members(actor, "Attributes")
        .map(|(key, value)| {
            let value = value
                .as_str()
                .map_or_else(|| value.to_string(), str::to_owned);
            (key.clone(), value)
        })
        .collect();
    let time = json::signed(record, "timeNano")
        .filter(|&ns| ns > 0)
        .or_else(|| Some(json::signed(record, "time")?.saturating_mul(1_000_000_000)))
        .map_or_else(|| Nanos::from(now), Nanos);
    Some(Event {
        time,
        action: docker_word(&kind, action),
        id: first([json::text(actor, "ID"), json::text(record, "id")]).unwrap_or_default(),
        name: attributes
            .get("name")
            .filter(|_| kind == EventKind::Container)
            .map(|name| name.trim_start_matches('/').to_owned()),
        attributes: attributes.into_iter().collect(),
        kind,
    })
}

/// Podman's own words, where they come through, in Docker's.
fn docker_word(kind: &EventKind, action: String) -> String {
    match (kind, action.as_str()) {
        (EventKind::Container, "died") => "die".to_owned(),
        (EventKind::Container, "remove") => "destroy".to_owned(),
        _ => action,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn an_event_of_docker_is_read() {
        let event = event(
            &json!({"status": "die", "id": "f00d", "from": "img", "Type": "container", "Action": "die",
                "Actor": {"ID": "f00d", "Attributes": {"name": "web", "exitCode": "137", "image": "img"}},
                "scope": "local", "time": 1_700_000_000, "timeNano": 1_700_000_000_123_456_789i64}),
            Millis(0),
        )
        .unwrap();
        assert_eq!(event.time, Nanos(1_700_000_000_123_456_789));
        assert_eq!((event.id.as_str(), event.action.as_str()), ("f00d", "die"));
        assert_eq!(event.name.as_deref(), Some("web"));
        assert_eq!(event.attribute("exitCode"), Some("137"));
    }

    #[test]
    fn old_forms_new_kinds_and_podmans_words_are_read() {
        let old = event(&json!({"status": "start", "id": "a", "time": 5}), Millis(0)).unwrap();
        assert_eq!(
            (old.kind, old.id.as_str(), old.time),
            (EventKind::Container, "a", Nanos(5_000_000_000))
        );
        let new = event(&json!({"Type": "hologram", "Action": "shine", "Actor": {"ID": "h", "Attributes": {"n": 3}}}), Millis(9)).unwrap();
        assert_eq!(new.kind, EventKind::Other("hologram".into()));
        assert_eq!(
            (new.time, new.attribute("n")),
            (Nanos(9_000_000), Some("3"))
        );
        let podman = event(
            &json!({"Type": "container", "Action": "died", "Actor": {"ID": "p"}}),
            Millis(0),
        )
        .unwrap();
        assert_eq!(podman.action, "die");
    }

    #[test]
    fn what_says_nothing_is_no_event() {
        for record in [
            json!({}),
            json!([1]),
            json!({"Type": "container", "Action": 7}),
        ] {
            assert_eq!(event(&record, Millis(0)), None);
        }
    }
}
