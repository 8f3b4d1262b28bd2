//! Charts on canvas, drawn by plotters.
//!
//! A chart is a component that owns one canvas and asks a closure for its data inside an
//! effect: it is drawn again when a signal that the closure read changes, when its size changes
//! and when the theme changes, and at no other time. The server renders the empty canvas with
//! its accessible name.

mod bars;
mod clock;
mod cursor;
mod ink;
mod line;
mod pointed;
mod sparkline;
#[cfg(any(feature = "hydrate", test))]
mod thin;
mod units;

#[cfg(feature = "hydrate")]
mod axis;
#[cfg(feature = "hydrate")]
mod backend;
#[cfg(feature = "hydrate")]
mod surface;
#[cfg(feature = "hydrate")]
mod theme;

pub use bars::{Bar, BarsData, Mark, SeverityBars};
pub use clock::Clock;
pub use ink::{Ink, SOURCES, source_color};
pub use line::{Line, LineChart, LineData};
pub use pointed::Pointing;
pub use sparkline::Sparkline;
#[cfg(feature = "hydrate")]
pub(crate) use surface::observe_size;
pub use units::{
    Unit, fixed, format_bytes, format_count, format_number, format_percent, group_digits, plural,
};
