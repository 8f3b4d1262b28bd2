//! What lines count as where somebody said that they are not as bad as they say.

use super::LogSession;
use crate::logs::pipeline::{LogPipeline, Mined};
use crate::logs::query::Known;
use crate::logs::severity::Severity;
use crate::logs::template::TemplateId;

/// The lines of a pattern, of one container, count as a severity whatever they say.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Correction {
    /// The number of the container.
    pub source: u16,
    /// The pattern; also those that became part of it.
    pub template: TemplateId,
    /// What its lines count as.
    pub severity: Severity,
}

/// All of them. The later one counts.
#[derive(Clone, Debug, Default)]
pub(super) struct Corrections(Vec<Correction>);

impl Corrections {
    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Says what a line that came counts as; `open` is what the event that it may go on does.
    pub(super) fn apply(
        &self,
        source: u16,
        line: &mut Mined,
        open: &mut Option<Severity>,
        pipeline: &LogPipeline,
    ) {
        if !line.goes_on {
            let templates = pipeline.templates();
            let own = line.template.map(|it| templates.resolve(it));
            let is = |it: &&Correction| {
                it.source == source && Some(templates.resolve(it.template)) == own
            };
            *open = self.0.iter().rev().find(is).map(|it| it.severity);
        }
        line.counts_as = open.filter(|it| *it != line.severity);
    }
}

impl LogSession {
    /// What lines count as instead of what they say.
    #[must_use]
    pub fn corrections(&self) -> &[Correction] {
        &self.corrections.0
    }

    /// Has lines count as others than they say, in counts, timeline, filters and groups: those that are
    /// held and those that come. A line that goes on an event counts as its first one. Costs a pass over
    /// the columns, unless it is the same as before.
    pub fn correct(&mut self, corrections: Vec<Correction>) {
        if corrections == self.corrections.0 {
            return;
        }
        let known = Known {
            templates: Some(self.pipeline.templates()),
            ..Known::default()
        };
        let families: Vec<_> = corrections
            .iter()
            .map(|it| (it.source, known.family(&[it.template]), it.severity))
            .collect();
        let mut instead = |source: u16, template: u32| {
            let mut all = families.iter().rev();
            let is = |it: &&(u16, Vec<u32>, Severity)| {
                it.0 == source && it.1.binary_search(&template).is_ok()
            };
            all.find(is).map(|it| it.2)
        };
        let pipeline = &mut self.pipeline;
        self.store.recount(&mut instead, &mut |before, now, time| {
            pipeline.recount(before, now, time);
        });
        self.corrections.0 = corrections;
        self.renew_view();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::logs::filter::Filter;
    use crate::logs::severity::SeveritySet;
    use crate::logs::store::Row;
    use crate::protocol::{LogBatch, LogStream};
    use crate::time::Nanos;
    use proptest::prelude::*;

    const LINES: [&str; 6] = [
        "ERROR cache miss for key 17",
        "\tat com.acme.Cache.get(Cache.java:1)",
        "ERROR disk is full",
        "INFO served in 5 ms",
        "",
        "WARN slow answer of 912 ms",
    ];

    fn severities(session: &LogSession) -> Vec<(Severity, Severity)> {
        let rows = session.store().iter_from(0).filter_map(|row| match row {
            Row::Entry { severity, said, .. } => Some((severity, said)),
            Row::Note { .. } => None,
        });
        rows.collect()
    }

    fn ingest(session: &mut LogSession, source: u16, lines: &[usize], time: i64) {
        let mut batch = LogBatch::new();
        for line in lines {
            batch.push_line(Nanos(time * 1_000_000_000), LogStream::Stdout, LINES[*line]);
        }
        session.ingest(source, batch);
    }

    #[test]
    fn a_pattern_that_is_no_error_is_none_in_counts_timeline_and_filter_until_that_is_revoked() {
        let mut session = LogSession::default();
        session.set_filter(Filter {
            severities: SeveritySet::only(Severity::Error),
            ..Filter::default()
        });
        ingest(&mut session, 0, &[0, 1, 2, 3], 0);
        assert_eq!(session.visible_lines(), 3);
        let Some(Row::Entry { template, .. }) = session.store().row(0) else {
            unreachable!()
        };
        let correction = Correction {
            source: 0,
            template: template.unwrap(),
            severity: Severity::Info,
        };
        session.correct(vec![correction]);
        assert_eq!(session.visible_lines(), 1);
        ingest(&mut session, 0, &[0, 1, 2], 1);
        // Another container's lines are what they say.
        ingest(&mut session, 1, &[0], 2);
        assert_eq!(session.visible_lines(), 3);
        let counts = session.analytics().counts();
        assert_eq!((counts[Severity::Error], counts[Severity::Info]), (3, 5));
        assert_eq!(session.timeline().buckets()[0].counts, counts);
        let all = severities(&session);
        assert_eq!(all[0], (Severity::Info, Severity::Error));
        assert_eq!(all[1], all[0], "its trace goes with it");
        assert_eq!(all[2], (Severity::Error, Severity::Error));
        session.correct(Vec::new());
        assert_eq!(session.visible_lines(), 7);
        assert!(
            severities(&session)
                .iter()
                .all(|(counted, said)| counted == said)
        );
        assert_eq!(session.analytics().counts()[Severity::Error], 7);
    }

    proptest! {
        #[test]
        fn counts_are_those_of_the_rows_whatever_is_corrected(
            steps in proptest::collection::vec(
                (0u16..2, proptest::collection::vec(0usize..6, 0..8), proptest::option::of((0u16..2, 0u32..5, 0usize..7))),
                1..12,
            ),
        ) {
            let mut session = LogSession::default();
            let mut corrections = Vec::new();
            for (time, (source, lines, correction)) in (0..).zip(steps) {
                ingest(&mut session, source, &lines, time);
                if let Some((source, template, severity)) = correction {
                    corrections.push(Correction {
                        source,
                        template: TemplateId(template),
                        severity: Severity::from_index(severity),
                    });
                    session.correct(corrections.clone());
                }
                let mut counts = crate::logs::SeverityCounts::default();
                for (severity, _) in severities(&session) {
                    counts.add(severity);
                }
                prop_assert_eq!(session.analytics().counts(), counts);
                prop_assert_eq!(session.timeline().buckets().first().map_or(counts, |it| it.counts), counts);
            }
        }
    }
}
