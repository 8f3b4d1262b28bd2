//! The order of the table.

use sidekick::{logs::Template, sort::sort_by_key};

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
        logs::{Assessment, LogTemplateEngine},
        time::Nanos,
    };

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
