//! The order of the table.

use std::cmp::Reverse;

use sidekick::{
    logs::{Comparison, Standing, Template},
    sort::sort_by_key,
};

/// What comes first.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Order {
    /// Most lines.
    #[default]
    Count,
    /// Most lines in the last five minutes.
    Rate,
    /// The newest first line.
    Newest,
    /// The worst severity; of one, most lines.
    Severity,
    /// What changed most between the stretches that are compared; where none are, most lines.
    Change,
}

impl Order {
    pub(super) const ALL: [(Self, &'static str); 5] = [
        (Self::Count, "count"),
        (Self::Rate, "rate, last 5 min"),
        (Self::Newest, "newness"),
        (Self::Severity, "severity"),
        (Self::Change, "change"),
    ];

    pub(super) fn label(self) -> &'static str {
        let found = Self::ALL.into_iter().find(|(it, _)| *it == self);
        found.map_or("", |(_, label)| label)
    }

    /// Sorts by it; equal ones keep their order.
    pub(super) fn sort(self, all: &mut [Standing], compared: Option<&Comparison>) {
        sort_by_key(all, |it| match self {
            Self::Change => {
                let found = compared.and_then(|all| Some(all.rank(all.get(it.id)?)));
                let (rank, more) = found.unwrap_or((u8::MAX, u64::MAX - it.count));
                (Reverse(u64::MAX - u64::from(rank)), more)
            }
            Self::Count => (Reverse(it.count), 0),
            Self::Rate => (Reverse(it.recent), u64::MAX - it.count),
            // Times before 1970 come last.
            Self::Newest => (Reverse(it.first_seen.0.max(0) as u64), u64::MAX - it.count),
            Self::Severity => (
                Reverse(u64::MAX - it.severity.index() as u64),
                u64::MAX - it.count,
            ),
        });
    }
}

/// `now`, with those that stood in `before` in the same order as there, and new ones behind.
pub(super) fn ranking(before: &[Template], mut now: Vec<Template>) -> Vec<Template> {
    let place = |template: &Template| {
        before
            .iter()
            .position(|it| it.id == template.id)
            .unwrap_or(usize::MAX)
    };
    // Stable: new ones stay in their own order.
    sort_by_key(&mut now, place);
    now
}

#[cfg(test)]
mod tests {
    use super::*;
    use sidekick::{
        logs::{Assessment, LogTemplateEngine, assess},
        time::Nanos,
    };

    #[test]
    fn each_order_puts_first_what_it_is_called_by() {
        let mut engine = LogTemplateEngine::default();
        for (line, second, times) in [
            ("INFO request served well", 0, 9),
            ("ERROR disk is broken", 10, 2),
            ("DEBUG cache was warm today", 400, 3),
            ("WARN queue length grows fast", 900, 1),
            ("INFO request served well", 901, 5),
        ] {
            for _ in 0..times {
                engine.push(line, Nanos(second * 1_000_000_000), &assess(line));
            }
        }
        let sorted = |order: Order| -> Vec<String> {
            let mut all = engine.standings();
            order.sort(&mut all, None);
            let word = |it: &Standing| engine.pattern(it.id).unwrap()[..4].to_owned();
            all.iter().map(word).collect()
        };
        assert_eq!(sorted(Order::Count), ["INFO", "DEBU", "ERRO", "WARN"]);
        assert_eq!(sorted(Order::Rate), ["INFO", "WARN", "DEBU", "ERRO"]);
        assert_eq!(sorted(Order::Newest), ["WARN", "DEBU", "ERRO", "INFO"]);
        assert_eq!(sorted(Order::Severity), ["ERRO", "WARN", "INFO", "DEBU"]);
        assert_eq!(sorted(Order::Change), sorted(Order::Count));
    }

    #[test]
    fn known_patterns_keep_their_place_and_new_ones_come_behind() {
        let mut engine = LogTemplateEngine::default();
        let mut push = |line: &str, times: usize| {
            for _ in 0..times {
                engine.push(line, Nanos(0), &Assessment::default());
            }
            engine.templates()
        };
        push("server started well", 3);
        let before = push("cache was warm today already", 2);
        push("cache was warm today already", 5);
        let now = push("entirely different", 9);
        let words = |all: &[Template]| -> Vec<String> {
            all.iter()
                .map(|it| it.pattern.split(' ').next().unwrap().to_owned())
                .collect()
        };
        assert_eq!(words(&before), ["server", "cache"]);
        assert_eq!(
            words(&ranking(&before, now.clone())),
            ["server", "cache", "entirely"]
        );
        assert_eq!(words(&ranking(&[], now)), ["entirely", "cache", "server"]);
    }
}
