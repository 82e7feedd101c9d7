//! Columns, and what they are called.

use std::fmt;
use std::sync::Arc;

use crate::aggregate::Aggregate;
use crate::best::Best;

/// One column.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Column<'l> {
    /// The runs' names.
    Run,
    /// The names of groups of runs.
    Group,
    /// A hyperparameter.
    HParam(Arc<str>),
    /// An aggregate of a tag.
    Series(Aggregate, &'l str),
    /// The value of a tag at the step at which another one is best.
    At {
        /// The tag whose value it is.
        tag: &'l str,
        /// What is best.
        best: Best,
        /// The tag that is to be best.
        of: &'l str,
    },
    /// The wall time of the first scalar.
    Start,
    /// The seconds between the first and the last scalar.
    Duration,
}

/// A column, and what it is called.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Head<'l> {
    /// The column.
    pub column: Column<'l>,
    /// Its title, if it was given one.
    pub title: Option<Arc<str>>,
}

impl fmt::Display for Column<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Run => f.write_str("run"),
            Self::Group => f.write_str("group"),
            Self::HParam(name) => write!(f, "@{name}"),
            Self::Series(aggregate, tag) => write!(f, "{}:{tag}", aggregate.name()),
            Self::At { tag, best, of } => write!(f, "{tag}{}{of}", best.mark()),
            Self::Start => f.write_str("start"),
            Self::Duration => f.write_str("duration"),
        }
    }
}

impl Column<'_> {
    /// Whether it is something that a run measured, rather than what it is or was configured with.
    #[must_use]
    pub fn is_measured(&self) -> bool {
        matches!(self, Self::Series(..) | Self::At { .. })
    }
}

impl fmt::Display for Head<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.title {
            Some(title) => f.write_str(title),
            None => self.column.fmt(f),
        }
    }
}

impl<'l> From<Column<'l>> for Head<'l> {
    fn from(column: Column<'l>) -> Self {
        let title = None;
        Self { column, title }
    }
}
