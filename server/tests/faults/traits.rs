//! What kind of a run a seed makes.

use crate::printer::Stamps;
use crate::rng::Rng;

/// How a run is.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Traits {
    pub(crate) stamps: Stamps,
    /// Lines that the engine keeps.
    pub(crate) max_lines: usize,
    pub(crate) rotates: bool,
    /// Text of every line, in bytes; 0 is a short one.
    pub(crate) width: usize,
    /// The containers have a terminal, so that there is one stream, without frames.
    pub(crate) terminal: bool,
    /// Milliseconds of trouble.
    pub(crate) trouble_ms: u64,
    pub(crate) harm: u64,
}

impl Traits {
    pub(crate) fn draw(rng: &mut Rng) -> Self {
        let rotates = rng.percent(20);
        Self {
            stamps: match rng.range(0, 10) {
                0..5 => Stamps::Fine,
                5..9 => Stamps::Shared,
                _ if rotates => Stamps::Shared,
                _ => Stamps::Coarse,
            },
            max_lines: match rotates {
                true => rng.range(300, 2500) as usize,
                false => 1_000_000,
            },
            rotates,
            width: match !rotates && rng.percent(8) {
                true => 3000,
                false => 0,
            },
            trouble_ms: rng.range(1500, 4500),
            harm: rng.range(20, 90),
            terminal: rng.percent(10),
        }
    }
}
