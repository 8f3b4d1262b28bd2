//! The shared core of Sidekick Docker, used by the server and, as WebAssembly, by the browser.
//!
//! Nothing here does I/O, reads a clock, draws a random number or blocks: time and randomness
//! enter as parameters, so that every rule can be tested without a socket or a sleep.
//!
//! | module | what it holds |
//! |---|---|
//! | [`time`] | instants in milliseconds and nanoseconds, RFC 3339 |
//! | [`model`] | what Docker has, in our own types: containers, projects, events, samples |
//! | [`protocol`] | the messages of the live websocket and the columnar log batch |
//! | [`client`] | the page's side of the live protocol, without I/O |
//! | [`reconnect`] | when to try again |
//! | [`ring`] | a buffer that keeps the newest values |
//! | [`sort`] | sorting, compiled once |
//! | [`logs`] | severity, ANSI, counts, timeline, templates, the line store and its filter |
//! | [`snapshot`] | a log with its stats and events as a file that a page opens again |
//! | [`stats`] | the newest readings of each container and the rates between them |

pub mod client;
mod few;
pub mod logs;
pub mod model;
pub mod protocol;
pub mod reconnect;
pub mod ring;
pub mod snapshot;
pub mod sort;
pub mod stats;
pub mod time;
