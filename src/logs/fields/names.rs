//! Well-known names of fields, the surest first. Letter case does not matter.

/// What the program says.
pub(super) const MESSAGE: &[&str] = &[
    "msg",
    "message",
    "@m",
    "@mt",
    "log",
    "event",
    "short_message",
    "text",
    "body",
    "content",
    "description",
    "fields.message",
    "error.message",
];

/// How bad it is.
pub(super) const LEVEL: &[&str] = &[
    "level",
    "severity",
    "lvl",
    "log.level",
    "loglevel",
    "log_level",
    "@l",
    "levelname",
    "level_name",
    "severitytext",
    "severity_text",
    "severitynumber",
    "severity_number",
    "level.name",
    "priority",
    "s",
];

/// When it was.
pub(super) const TIME: &[&str] = &[
    "time",
    "ts",
    "timestamp",
    "@timestamp",
    "@t",
    "t.$date",
    "t",
    "datetime",
    "date",
    "asctime",
    "eventtime",
    "time_local",
    "timeunixnano",
];
