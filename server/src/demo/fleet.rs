//! The believable dozen.

use super::spec::Spec;

/// The containers of a demo.
pub(crate) fn believable() -> Vec<Spec> {
    Vec::new()
}
