//! What the program says besides its results, and how it looks.

pub(crate) mod few;
pub(crate) mod health;
pub(crate) mod progress;
pub(crate) mod reporter;
pub(crate) mod style;
pub(crate) mod suggest;
pub(crate) mod unmatched;
pub(crate) mod usage;
