//! The command line of `analyze`.

use std::path::PathBuf;

use clap::{Args, ValueEnum};

/// Templates in the table where nothing else is said.
const TABLE_ROWS: usize = 30;

/// What `analyze --help` says at its top.
pub(crate) const ABOUT: &str = "Group the lines of a log by template, with counts, shares and severities.\n\n\
    Reads plain lines, files of Docker's json-file driver, files of Kubernetes (CRI) and the output of \
    docker logs --timestamps, each told by its own shape; colours are taken off. One pass, in memory that \
    does not grow with the input (but for --ids, 4 bytes a line). Ctrl-C shows what was found until then.";

/// What it says at its end.
pub(crate) const EXAMPLES: &str = "Examples:
  docker logs web 2>&1 | sidekick-docker analyze
  sidekick-docker analyze --stats /var/log/syslog
  zcat old.log.gz | sidekick-docker analyze --json - | jq '.templates[:3]'
  sidekick-docker analyze --levels app.log | sort | uniq -c";

/// Options of `analyze`.
#[derive(Args, Clone, Debug)]
pub struct AnalyzeArgs {
    /// The log; standard input where it is - or missing
    // Several are taken so that they can be answered with what to do.
    #[arg(value_name = "FILE", num_args = 0..)]
    pub(super) input: Vec<PathBuf>,
    /// Write the report as one JSON object (its members: docs/analytics.md)
    #[arg(long, group = "form")]
    json: bool,
    /// Write the number of each line's template, one for every line of input in its order, as they
    /// are after the last line; 0 for a blank line
    #[arg(long, group = "form")]
    ids: bool,
    /// Write the severity of each line, one for every line of input in its order: fatal, error,
    /// warn, info, debug, trace or unknown
    #[arg(long, group = "form")]
    levels: bool,
    /// Tell the speed, the peak of memory and what had to be let go: on standard error, with --json
    /// as member "stats"
    #[arg(long)]
    pub(super) stats: bool,
    /// Show the N most frequent templates, 0 for all [default: 30 in the table, all with --json]
    // A negative one is told to be none, instead of being taken for an option.
    #[arg(long, value_name = "N", allow_negative_numbers = true, value_parser = crate::config::whole_number::<usize>)]
    top: Option<usize>,
    /// When to use colours; NO_COLOR=1 means never, unless this says otherwise
    #[arg(long, value_name = "WHEN", default_value = "auto")]
    pub(super) color: Color,
}

/// When the table has colours.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum Color {
    /// On a terminal
    Auto,
    /// Also in a file or pipe
    Always,
    /// Not even on a terminal
    Never,
}

/// What is written to standard output.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Form {
    /// Templates for people.
    Table,
    /// Templates for machines.
    Json,
    /// A template's number for each line.
    Ids,
    /// A severity for each line.
    Levels,
}

impl AnalyzeArgs {
    pub(super) fn form(&self) -> Form {
        match (self.json, self.ids, self.levels) {
            (true, _, _) => Form::Json,
            (_, true, _) => Form::Ids,
            (_, _, true) => Form::Levels,
            _ => Form::Table,
        }
    }

    /// Most templates to show.
    pub(super) fn top(&self) -> usize {
        match self.top {
            Some(0) => usize::MAX,
            Some(top) => top,
            None if self.form() == Form::Table => TABLE_ROWS,
            None => usize::MAX,
        }
    }
}
