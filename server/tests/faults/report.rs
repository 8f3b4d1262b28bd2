//! What runs came to.

use crate::oracle::Tally;

/// What a run came to.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Report {
    pub(crate) printed: u64,
    pub(crate) cuts: u64,
    pub(crate) tally: Tally,
}

impl Report {
    /// Says what all runs came to, and fails where one did.
    pub(crate) fn conclude(outcomes: Vec<Result<Self, String>>, seconds: u64) {
        let runs = outcomes.len();
        let (mut sum, mut failures) = (Self::default(), Vec::new());
        for outcome in outcomes {
            match outcome {
                Ok(report) => {
                    sum.printed += report.printed;
                    sum.cuts += report.cuts;
                    sum.tally.add(report.tally);
                }
                Err(failure) => failures.push(failure),
            }
        }
        let Tally {
            lines,
            gaps,
            under_gaps,
            unseen,
            late,
        } = sum.tally;
        let (printed, cuts, failed) = (sum.printed, sum.cuts, failures.len());
        eprintln!(
            "{runs} runs in {seconds} s, {failed} failed: {printed} lines printed, {lines} held, \
             {cuts} connections cut, {gaps} gaps with {under_gaps} lines, {unseen} lines that the \
             engine passed over unseen, {late} too late for the window of a merged view; 0 duplicates and 0 inversions in the {} others",
            runs - failed
        );
        assert!(failures.is_empty(), "{}", failures.join("\n\n"));
    }
}
