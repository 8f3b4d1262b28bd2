//! Everything the dashboard knows about log lines, computed where they are looked at.
//!
//! [`session::LogSession`] is the front door: batches go in, and the visible rows, severity
//! counts, timeline and templates come out. The other modules are its parts; each is usable
//! alone and costs O(1) per line.

pub mod analytics;
pub mod ansi;
pub mod compare;
pub mod envelope;
pub mod events;
pub mod export;
pub mod fields;
pub mod filter;
pub mod groups;
pub mod older;
pub mod pipeline;
pub mod query;
pub mod session;
pub mod severity;
pub mod store;
pub mod stretch;
pub mod template;
pub mod timeline;

pub use analytics::LogAnalytics;
pub use compare::{Change, Compared, Comparison, Sides};
pub use envelope::Envelope;
pub use events::Continuation;
pub use fields::Fields;
pub use filter::Filter;
pub use older::Older;
pub use pipeline::{LogPipeline, Mined};
pub use query::Query;
pub use session::{Correction, LogSession, MAX_HIGHLIGHTS, Towards, is_expression, literally};
pub use severity::{Assessment, Rule, Severity, SeverityCounts, SeveritySet, assess, classify};
pub use store::{LogStore, Note, Row, StoreLimits};
pub use stretch::{Stretch, StretchText};
pub use template::{
    Evidence, Kind, LogTemplateEngine, Numbers, Standing, Template, TemplateConfig, TemplateId,
    Variable,
};
pub use timeline::{Bucket, LogSeverityTimeSeries, buckets_of, step_for};
