//! Why there is no such column.

use std::fmt;
use std::sync::Arc;

use crate::pattern::Patterns;

/// Why there is no such column.
#[derive(Clone)]
#[non_exhaustive]
pub enum ColumnError {
    /// No tag or hyperparameter matches.
    NoMatch {
        /// What was asked for.
        column: String,
        /// What the names were to match.
        patterns: Arc<Patterns>,
        /// The names that there are, sorted.
        names: Vec<String>,
    },
    /// The tags that match hold no scalars.
    NoScalars {
        /// What was asked for.
        column: String,
    },
    /// There are several where one is wanted.
    Several {
        /// What was asked for.
        column: String,
        /// Two of them.
        found: [String; 2],
    },
}

impl fmt::Display for ColumnError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoMatch {
                column, patterns, ..
            } => write!(f, "`{column}`: no {} matches", patterns.noun()),
            Self::NoScalars { column } => write!(f, "`{column}`: no scalars have that tag"),
            Self::Several {
                column,
                found: [first, second],
            } => write!(
                f,
                "`{column}` matches several columns, such as `{first}` and `{second}`: name one"
            ),
        }
    }
}

/// The same as [`Display`](fmt::Display), which is what people get to see of a `main` that returns an error.
impl fmt::Debug for ColumnError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl std::error::Error for ColumnError {}
