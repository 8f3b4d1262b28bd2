//! The stretch of time that the query is narrowed to. The timeline of the log and the curves of the
//! Stats tab both show it, so that what is chosen in one is what the other shows.

use sidekick::{
    logs::{
        Filter,
        query::{When, parse, with_span},
    },
    time::Millis,
};

use super::controls::Controls;
use crate::signal::{effect, memo};

/// The instants that a query begins and ends with; `None` where it is open.
pub(crate) type Span = (Option<Millis>, Option<Millis>);

/// The stretch of time that a filter shows.
pub(crate) fn span(filter: &Filter) -> Span {
    if filter.language.is_none() {
        return (None, None);
    }
    let (after, before) = parse(&filter.text, None).query.span();
    let resolve = |when: When| when.resolve(filter.here).millis();
    (after.map(resolve), before.map(resolve))
}

impl Controls {
    /// Has the query show only this stretch, or all times.
    pub(crate) fn show_span(self, range: Option<(Millis, Millis)>) {
        let shown = self.filter.with_untracked(span);
        if range.is_none() && shown == (None, None) {
            return;
        }
        let at = |time: Millis| When::At(time.into());
        let range = (range.map(|it| at(it.0)), range.map(|it| at(it.1)));
        self.change_filter(|filter| {
            filter.text = with_span(&filter.text, range);
        });
    }

    /// Reads what the query says of time again when that changes, as long as the view lives.
    pub(crate) fn follow_clock(self) {
        let dashboard = self.dashboard;
        // The minute that a span of time counts from, and the zone that a time of day is in.
        let clock = memo(move || {
            let minute = dashboard.now.get().0 / 60_000;
            (minute, dashboard.utc.get())
        });
        effect(move || {
            // A memo that nobody reads follows nothing.
            clock.with(|_| ());
            let timed = self.filter.with_untracked(|filter| {
                let text = filter.text.to_ascii_lowercase();
                text.contains("after:") || text.contains("before:")
            });
            if timed {
                self.read_anew();
            }
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use sidekick::logs::query::Language;

    #[test]
    fn the_span_is_read_with_the_clock_of_the_query() {
        let at = |second: i64| Some(Millis(second * 1000));
        let mut filter = Filter {
            text: "x after:1970-01-01T00:00:05Z".to_owned(),
            ..Filter::default()
        };
        assert_eq!(span(&filter), (None, None), "plain text without a language");
        filter.language = Some(Language::QUERIES);
        assert_eq!(span(&filter), (at(5), None));
        filter.text = "before:10s".to_owned();
        filter.here.now = Millis(60_000);
        assert_eq!(span(&filter), (None, at(50)));
    }
}
