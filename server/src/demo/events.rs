//! The engine's events: a bounded history and the filters of `/events`.

use std::collections::{BTreeMap, VecDeque};

use serde_json::{Value, json};
use sidekick::time::Nanos;
use tokio::sync::watch;

use super::filters::Filters;

/// Events kept for `since`. dockerd keeps 256; more lets a slow reader of a busy test catch up.
const KEPT: usize = 1024;

/// One event.
#[derive(Clone, Debug)]
pub(crate) struct EngineEvent {
    pub(crate) time: Nanos,
    /// `container` or `network`.
    pub(crate) kind: &'static str,
    pub(crate) action: String,
    pub(crate) id: String,
    pub(crate) attributes: BTreeMap<String, String>,
    /// Text to send instead of the event's own JSON: an event no client understands.
    pub(crate) raw: Option<String>,
}

impl EngineEvent {
    /// The event as `/events` writes it, with a newline.
    pub(crate) fn line(&self) -> String {
        if let Some(raw) = &self.raw {
            return format!("{raw}\n");
        }
        let mut value = json!({
            "Type": self.kind,
            "Action": self.action,
            "Actor": { "ID": self.id, "Attributes": self.attributes },
            "scope": "local",
            "time": self.time.0.div_euclid(1_000_000_000),
            "timeNano": self.time.0,
        });
        if self.kind == "container"
            && let Value::Object(map) = &mut value
        {
            map.insert("status".to_owned(), json!(self.action));
            map.insert("id".to_owned(), json!(self.id));
            if let Some(image) = self.attributes.get("image") {
                map.insert("from".to_owned(), json!(image));
            }
        }
        format!("{value}\n")
    }

    /// Whether a request with these filters wants it.
    pub(crate) fn passes(&self, filters: &Filters) -> bool {
        let name = self.attributes.get("name").map_or("", String::as_str);
        let base = self.action.split(':').next().unwrap_or_default();
        filters.any("type", |v| v == self.kind)
            && filters.any("event", |v| v == self.action || v == base)
            && filters.any("scope", |v| v == "local")
            && filters.any("container", |v| {
                self.kind == "container" && (v == name || (!v.is_empty() && self.id.starts_with(v)))
            })
            && filters.any("image", |v| {
                self.attributes
                    .get("image")
                    .is_some_and(|i| i == v || i.split(':').next() == Some(v))
            })
            && filters.any("network", |v| {
                self.kind == "network" && (v == name || self.id == v)
            })
            && filters.labels(|key| self.attributes.get(key).map(String::as_str))
    }
}

/// The newest events, with positions that count all there ever were.
#[derive(Debug)]
pub(crate) struct EventLog {
    kept: VecDeque<EngineEvent>,
    first: u64,
    changed: watch::Sender<()>,
}

impl EventLog {
    pub(crate) fn new() -> Self {
        Self {
            kept: VecDeque::new(),
            first: 0,
            changed: watch::Sender::new(()),
        }
    }

    /// Adds an event. No two share a time, as on a real engine: whoever resumes by time can tell
    /// them apart.
    pub(crate) fn push(&mut self, mut event: EngineEvent) {
        if let Some(last) = self.kept.back() {
            event.time = Nanos(event.time.0.max(last.time.0 + 1_000));
        }
        self.kept.push_back(event);
        if self.kept.len() > KEPT {
            self.kept.pop_front();
            self.first += 1;
        }
        self.changed.send_replace(());
    }

    /// Wakes when an event was added.
    pub(crate) fn watch(&self) -> watch::Receiver<()> {
        self.changed.subscribe()
    }

    /// The position after the newest event.
    pub(crate) fn end(&self) -> u64 {
        self.first + self.kept.len() as u64
    }

    /// The position of the oldest event kept.
    pub(crate) fn begin(&self) -> u64 {
        self.first
    }

    /// The event at a position, or the oldest one kept after it; with the next position.
    pub(crate) fn at(&self, position: u64) -> Option<(&EngineEvent, u64)> {
        let position = position.max(self.first);
        let event = self.kept.get((position - self.first) as usize)?;
        Some((event, position + 1))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn event(action: &str) -> EngineEvent {
        EngineEvent {
            time: Nanos(1_500_000_000),
            kind: "container",
            action: action.to_owned(),
            id: "abcdef".to_owned(),
            attributes: [("name", "web"), ("image", "nginx:1"), ("tier", "front")]
                .map(|(k, v)| (k.to_owned(), v.to_owned()))
                .into(),
            raw: None,
        }
    }

    fn passes(filters: &str, action: &str) -> bool {
        event(action).passes(&Filters::parse(Some(filters)).expect("valid filters"))
    }

    #[test]
    fn filters_choose_events_as_dockerd_does() {
        for (filters, want) in [
            (r"{}", true),
            (r#"{"type":["container"]}"#, true),
            (r#"{"type":["network"]}"#, false),
            (r#"{"event":["start","health_status"]}"#, true),
            (r#"{"event":["start"]}"#, false),
            (r#"{"container":["web"]}"#, true),
            (r#"{"container":{"abc":true}}"#, true),
            (r#"{"container":["other"]}"#, false),
            (r#"{"image":["nginx"]}"#, true),
            (r#"{"label":["tier=front"]}"#, true),
            (r#"{"label":["tier=back"]}"#, false),
            (r#"{"label":["tier"],"type":["container"]}"#, true),
        ] {
            assert_eq!(passes(filters, "health_status: healthy"), want, "{filters}");
        }
    }

    #[test]
    fn the_history_is_bounded() {
        let mut log = EventLog::new();
        for _ in 0..KEPT + 10 {
            log.push(event("start"));
        }
        assert_eq!(log.kept.len(), KEPT);
        assert_eq!(log.end() - log.begin(), KEPT as u64);
    }

    #[test]
    fn an_event_is_written_with_both_times() {
        let value: Value = serde_json::from_str(&event("start").line()).expect("JSON");
        assert_eq!(value["time"], 1);
        assert_eq!(value["timeNano"], 1_500_000_000);
        assert_eq!(value["status"], "start");
        assert_eq!(value["Actor"]["Attributes"]["name"], "web");
    }
}
