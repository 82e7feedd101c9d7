//! Which runs, tags, kinds, steps and times an operation is about: one meaning for all of them.

use std::fmt;
use std::ops::{Bound, RangeBounds};
use std::sync::Arc;

use crate::plugin::Kind;
use crate::types::WallTime;

type Test = Arc<dyn Fn(&str) -> bool + Send + Sync>;

/// Chooses the runs, tags, kinds, steps and times to read. Everything else is neither decoded nor copied.
///
/// # Examples
///
/// ```
/// use tfevents::{Kind, Selection};
///
/// let losses = Selection::all()
///     .runs(|run| run.starts_with("exp"))
///     .tags(|tag| tag.ends_with("/loss"))
///     .kinds([Kind::Scalar])
///     .steps(1000..);
/// assert!(losses.has_tag("train/loss") && !losses.has_tag("train/acc"));
/// assert!(losses.has_step(1000) && !losses.has_step(999));
/// ```
#[derive(Clone, Default)]
pub struct Selection {
    runs: Option<Test>,
    tags: Option<Test>,
    kinds: Option<Vec<Kind>>,
    steps: Option<(Bound<i64>, Bound<i64>)>,
    times: Option<(Bound<WallTime>, Bound<WallTime>)>,
}

impl Selection {
    /// Everything.
    #[must_use]
    pub fn all() -> Self {
        Self::default()
    }

    /// Only runs whose names `test` accepts.
    #[must_use]
    pub fn runs(mut self, test: impl Fn(&str) -> bool + Send + Sync + 'static) -> Self {
        self.runs = Some(Arc::new(test));
        self
    }

    /// Only tags that `test` accepts. It is asked once for each tag of a file.
    #[must_use]
    pub fn tags(mut self, test: impl Fn(&str) -> bool + Send + Sync + 'static) -> Self {
        self.tags = Some(Arc::new(test));
        self
    }

    /// Only series of these kinds.
    #[must_use]
    pub fn kinds(mut self, kinds: impl IntoIterator<Item = Kind>) -> Self {
        self.kinds = Some(kinds.into_iter().collect());
        self
    }

    /// Only points whose step lies in `range`.
    #[must_use]
    pub fn steps(mut self, range: impl RangeBounds<i64>) -> Self {
        self.steps = Some((range.start_bound().cloned(), range.end_bound().cloned()));
        self
    }

    /// Only points whose wall time lies in `range`, which may be in seconds since the Unix epoch.
    #[must_use]
    pub fn times<T: Into<WallTime> + Copy>(mut self, range: impl RangeBounds<T>) -> Self {
        let bound = |bound: Bound<&T>| bound.map(|&time| time.into());
        self.times = Some((bound(range.start_bound()), bound(range.end_bound())));
        self
    }

    /// Whether a run of that name is chosen.
    #[must_use]
    pub fn has_run(&self, name: &str) -> bool {
        self.runs.as_ref().is_none_or(|test| test(name))
    }

    /// Whether a tag is chosen.
    #[must_use]
    pub fn has_tag(&self, tag: &str) -> bool {
        self.tags.as_ref().is_none_or(|test| test(tag))
    }

    /// Whether a kind is chosen.
    #[must_use]
    pub fn has_kind(&self, kind: Kind) -> bool {
        self.kinds
            .as_ref()
            .is_none_or(|kinds| kinds.contains(&kind))
    }

    /// Whether a step is chosen.
    #[inline]
    #[must_use]
    pub fn has_step(&self, step: i64) -> bool {
        self.steps.is_none_or(|range| range.contains(&step))
    }

    /// Whether a wall time is chosen.
    #[inline]
    #[must_use]
    pub fn has_time(&self, time: WallTime) -> bool {
        self.times.is_none_or(|range| range.contains(&time))
    }
}

impl fmt::Debug for Selection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Selection")
            .field("runs", &self.runs.as_ref().map(|_| "a test"))
            .field("tags", &self.tags.as_ref().map(|_| "a test"))
            .field("kinds", &self.kinds)
            .field("steps", &self.steps)
            .field("times", &self.times)
            .finish()
    }
}
