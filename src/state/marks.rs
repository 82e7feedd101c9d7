//! Events of a file at which TensorBoard's Python loader may discard points.

use super::datum::Storage;

/// An event of a file at which the loader may discard points of all tags.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Mark {
    /// The file's version, -1 if it cannot be told.
    Version(f64),
    /// A `SessionLog` `START`, with its step.
    Start(i64),
}

impl Mark {
    /// The version that an event states, as Python reads it.
    pub(super) fn version(text: &str) -> Self {
        let number = text.rsplit("brain.Event:").next().unwrap_or(text);
        Self::Version(number.trim().parse().unwrap_or(-1.0))
    }

    /// Whether steps that go back mean nothing from here on; `before` is what held so far.
    pub(super) fn is_modern(self, before: bool) -> bool {
        match self {
            Self::Version(version) => version >= 2.0,
            Self::Start(_) => before,
        }
    }
}

/// A tag in an event that goes back.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Back {
    pub(super) step: i64,
    /// How many marks of the file come before.
    pub(super) marks: usize,
    /// How many points each of the tag's series has before.
    pub(super) numbers: u32,
    pub(super) places: u32,
    /// It is in the file's first summary: only the run knows whether the step is smaller than the one before.
    pub(super) first: bool,
}

impl Back {
    pub(super) fn position(&self, storage: Storage) -> usize {
        match storage {
            Storage::Numbers => self.numbers as usize,
            Storage::Places => self.places as usize,
        }
    }
}
