//! Places in what is imported.

use std::fmt;
use std::path::Path;

use tfevents_analysis::text;

/// Where a value was read, which warnings name.
#[derive(Clone, Copy)]
pub(super) struct Spot<'a> {
    pub(super) path: &'a Path,
    pub(super) part: Part,
    /// Beginning at 1. `--step line` takes it as a step.
    pub(super) number: u64,
}

/// What a file is counted in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Part {
    Line,
    /// An element of a JSON array, which may be on any line.
    Element,
}

impl Part {
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Line => "line",
            Self::Element => "element",
        }
    }
}

impl<'a> Spot<'a> {
    pub(super) fn line(path: &'a Path, number: u64) -> Self {
        let part = Part::Line;
        Self { path, part, number }
    }

    pub(super) fn element(path: &'a Path, number: u64) -> Self {
        let part = Part::Element;
        Self { path, part, number }
    }
}

impl fmt::Display for Spot<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (path, part) = (text::path(self.path), self.part.name());
        write!(f, "{path}, {part} {}", self.number)
    }
}
