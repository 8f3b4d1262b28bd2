//! What templates are ordered by, without what it costs to show them.

use super::super::rate::RATE_BUCKET_SECONDS;
use super::super::tally::Tally;
use super::super::{LogTemplateEngine, Standing, TemplateId};
use super::Cluster;

/// The newest seconds that [`Standing::recent`] counts.
pub const RECENT_SECONDS: i64 = 300;

impl Cluster {
    fn standing(&self, end: i64, tally: &Tally) -> Standing {
        let lines = u64::from(tally.lines);
        let mut severities = self.severities;
        severities[tally.severity] += lines;
        let buckets = RECENT_SECONDS / RATE_BUCKET_SECONDS;
        Standing {
            id: self.id,
            count: self.count + lines,
            recent: self.rate.newest(end, buckets, tally),
            severity: severities.dominant().unwrap_or_default(),
            first_seen: self.first_seen.min(tally.first),
        }
    }
}

impl LogTemplateEngine {
    /// What all templates are ordered by, the older one first.
    #[must_use]
    pub fn standings(&self) -> Vec<Standing> {
        let end = self.end_bucket().unwrap_or_default();
        let all = self.clusters.iter().zip(&self.tallies);
        let mut all: Vec<(u64, Standing)> = all
            .filter_map(|(cluster, tally)| {
                let cluster = cluster.as_ref()?;
                Some((cluster.born, cluster.standing(end, tally)))
            })
            .collect();
        crate::sort::sort_by_key(&mut all, |(born, _)| *born);
        all.into_iter().map(|(_, standing)| standing).collect()
    }

    /// The text of a template, or of the one it became part of; `None` if it was evicted.
    #[must_use]
    pub fn pattern(&self, id: TemplateId) -> Option<String> {
        let slot = self.slot(self.resolve(id))? as usize;
        Some(self.clusters.get(slot)?.as_ref()?.pattern())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::logs::severity::{Severity, assess};
    use crate::time::Nanos;

    #[test]
    fn a_standing_says_what_the_template_says() {
        let mut engine = LogTemplateEngine::default();
        let mut push = |line: &str, second: i64| {
            engine.push(line, Nanos(second * 1_000_000_000), &assess(line));
        };
        for second in 0..100 {
            push(&format!("INFO request {second} served"), second);
        }
        for second in [650, 700] {
            push(&format!("ERROR connection {second} refused"), second);
        }
        let all = engine.standings();
        for standing in &all {
            let template = engine.get(standing.id).unwrap();
            assert_eq!(
                (standing.count, standing.first_seen),
                (template.count, template.first_seen)
            );
            assert_eq!(Some(standing.severity), template.severities.dominant());
            assert_eq!(engine.pattern(standing.id), Some(template.pattern));
        }
        let recent: Vec<_> = all.iter().map(|it| (it.severity, it.recent)).collect();
        assert_eq!(recent, [(Severity::Info, 0), (Severity::Error, 2)]);
    }
}
