//! What is wrong with a condition, shown at its place.

use std::fmt;

use super::token::Problem;
use crate::text::is_unsafe;

/// What is wrong with a condition, and where. Displayed with a mark below the place.
#[derive(Clone, PartialEq, Eq)]
pub struct ConditionError {
    problem: String,
    column: usize,
    /// What is around the place, and how many characters of it come before.
    excerpt: String,
    before: usize,
}

/// How many characters before and behind the place are shown.
const SHOWN: usize = 35;

impl ConditionError {
    pub(super) fn new(text: &str, problem: Problem) -> Self {
        let before: Vec<char> = text[..problem.at].chars().collect();
        let column = before.len();
        let first = column.saturating_sub(SHOWN);
        let around = text.chars().skip(first).take(2 * SHOWN);
        let excerpt = around.map(|c| match c {
            // One line, and a column for each.
            c if c.is_whitespace() => ' ',
            c if is_unsafe(c, None) => char::REPLACEMENT_CHARACTER,
            c => c,
        });
        Self {
            problem: problem.what,
            column,
            excerpt: excerpt.collect(),
            before: column - first,
        }
    }

    /// What is wrong.
    #[must_use]
    pub fn problem(&self) -> &str {
        &self.problem
    }

    /// How many characters come before the place.
    #[must_use]
    pub fn column(&self) -> usize {
        self.column
    }
}

impl fmt::Display for ConditionError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let excerpt = self.excerpt.trim_end();
        let before = self.before;
        write!(f, "{}\n  {excerpt}\n  {:before$}^", self.problem, "")
    }
}

/// The same as [`Display`](fmt::Display), which is what people get to see of a `main` that returns an error.
impl fmt::Debug for ConditionError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl std::error::Error for ConditionError {}
