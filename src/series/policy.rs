//! What becomes of repeated and rewound steps.

use std::fmt;
use std::str::FromStr;

use crate::error::{Error, Result};

/// Which points of a series are shown.
///
/// | case | `Raw` | `Fast` | `Slow` | `LastWins` |
/// |---|---|---|---|---|
/// | same step twice | both | last | both; for pictures and sounds the first | last |
/// | steps go back | all points | points at and behind the new step go | all points, unless a `START` says so | sorted by step |
/// | `SessionLog` `START` | ignored | ignored | points from its step on go, but not at a run's first `START` | ignored |
/// | order | of the files | of the files | of the files; pictures and sounds by step | by step |
/// | scalars that are not a rank-0 `DT_FLOAT` | shown | hidden | shown | shown |
/// | first value without metadata | shown | hidden | hidden, unless later metadata state the data class | shown |
/// | a data class that the plugin's dashboard does not ask for | shown | hidden | hidden | shown |
/// | several sessions with hyperparameters | all | first | first | last of each step |
///
/// Without a file version, [`Policy::Slow`] also drops points of a tag from a summary's step on if that step is
/// smaller than the one of the summary before. Neither loader's sampling is part of it, nor what a loader does not get
/// to read, as behind damage. Where TensorBoard fails at a series, what can be read is shown.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Policy {
    /// Everything, in the order of the files.
    #[default]
    Raw,
    /// What TensorBoard shows by default, through its data server.
    Fast,
    /// What TensorBoard shows with `--load_fast=false`.
    Slow,
    /// One point per step, the last one written, in order of steps.
    LastWins,
}

impl Policy {
    /// All policies.
    pub const ALL: [Self; 4] = [Self::Raw, Self::Fast, Self::Slow, Self::LastWins];

    /// A short lower-case name, as the program prints and accepts it.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Raw => "raw",
            Self::Fast => "fast",
            Self::Slow => "slow",
            Self::LastWins => "last-wins",
        }
    }
}

impl fmt::Display for Policy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

/// The policy of that [name](Policy::name), with `-` or `_`.
impl FromStr for Policy {
    type Err = Error;

    fn from_str(name: &str) -> Result<Self> {
        let hyphened = name.replace('_', "-");
        let policy = Self::ALL
            .into_iter()
            .find(|policy| policy.name() == hyphened);
        policy.ok_or_else(|| Error::unknown_name("policy", name, &Self::ALL.map(Self::name)))
    }
}

/// The kept points of a series, as indices into all of its points in file order.
///
/// Works on steps alone, so that one rule serves numbers and blobs alike.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Kept {
    kept: Vec<(i64, usize)>,
}

impl Kept {
    /// Drops points from `step` on, of a series that is in order.
    pub(crate) fn preempt(&mut self, step: i64) {
        while self.kept.last().is_some_and(|&(kept, _)| kept >= step) {
            self.kept.pop();
        }
    }

    pub(crate) fn push(&mut self, step: i64, index: usize) {
        self.kept.push((step, index));
    }

    /// Keeps the last point of each step, in order of steps.
    pub(crate) fn last_wins(&mut self) {
        self.kept.sort_by_key(|&(step, _)| step);
        self.kept.reverse();
        self.kept.dedup_by_key(|&mut (step, _)| step);
        self.kept.reverse();
    }

    /// Keeps the first point of each step, in order of steps. How many points went.
    pub(crate) fn first_of_step(&mut self) -> usize {
        let len = self.len();
        self.kept.sort_by_key(|&(step, _)| step);
        self.kept.dedup_by_key(|&mut (step, _)| step);
        len - self.len()
    }

    /// Drops what `keep` is against. How many points went.
    pub(crate) fn retain(&mut self, keep: impl Fn(usize) -> bool) -> usize {
        let len = self.len();
        self.kept.retain(|&(_, index)| keep(index));
        len - self.len()
    }

    /// The last becomes the first.
    pub(crate) fn reverse(&mut self) {
        self.kept.reverse();
    }

    pub(crate) fn len(&self) -> usize {
        self.kept.len()
    }

    pub(crate) fn indices(&self) -> impl Iterator<Item = usize> + '_ {
        self.kept.iter().map(|&(_, index)| index)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kept(steps: &[i64]) -> Kept {
        let mut kept = Kept::default();
        for (i, &step) in steps.iter().enumerate() {
            kept.push(step, i);
        }
        kept
    }

    #[test]
    fn policies_have_names() {
        for policy in Policy::ALL {
            assert_eq!(policy.to_string().parse::<Policy>().unwrap(), policy);
        }
        assert_eq!("last_wins".parse::<Policy>().unwrap(), Policy::LastWins);
        let error = "first".parse::<Policy>().unwrap_err().to_string();
        assert!(error.contains("raw, fast, slow or last-wins"), "{error}");
    }

    #[test]
    fn last_wins_takes_the_last_of_each_step() {
        let mut k = kept(&[5, 1, 5, 3, 1]);
        k.last_wins();
        assert_eq!(k.indices().collect::<Vec<_>>(), [4, 3, 2]);
    }

    #[test]
    fn preempting_drops_the_end() {
        let mut k = kept(&[1, 2, 5, 9]);
        k.preempt(5);
        assert_eq!(k.indices().collect::<Vec<_>>(), [0, 1]);
    }

    #[test]
    fn the_first_of_each_step_is_kept_in_order() {
        let mut k = kept(&[2, 1, 2, 1, 3]);
        assert_eq!(k.first_of_step(), 2);
        assert_eq!(k.indices().collect::<Vec<_>>(), [1, 0, 4]);
    }
}
