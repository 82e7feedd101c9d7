//! What differs among any number of runs.

use std::collections::BTreeMap;

use tfevents::Kind;
use tfevents::plugin::hparams::HParamValue;

use super::{Tolerance, by_tag, hparams};
use crate::WholeRun;

/// What differs among runs: how they were configured, and what they logged. Points are not compared, since no two
/// trainings share them.
#[derive(Clone, Debug, Default, PartialEq)]
#[non_exhaustive]
pub struct Variation {
    /// Hyperparameters that do not have the same value in all runs, ordered by name.
    pub hparams: Vec<Varying<HParamValue>>,
    /// Tags that are not of the same kind in all runs, ordered by name.
    pub series: Vec<Varying<Kind>>,
}

/// Something that is not the same in all runs.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Varying<V> {
    /// The hyperparameter or the tag.
    pub name: String,
    /// The positions of the runs that have it, ascending, and what each has.
    pub values: Vec<(usize, V)>,
}

impl<V> Varying<V> {
    /// What the run at a position has.
    #[must_use]
    pub fn of(&self, run: usize) -> Option<&V> {
        let found = self.values.binary_search_by_key(&run, |(run, _)| *run);
        let (_, value) = self.values.get(found.ok()?)?;
        Some(value)
    }
}

impl Variation {
    /// Whether nothing differs.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.hparams.is_empty() && self.series.is_empty()
    }

    /// Leaves out what is of none of the kinds that are wanted.
    pub fn retain_kinds(&mut self, is_wanted: impl Fn(Kind) -> bool) {
        if !is_wanted(Kind::HParams) {
            self.hparams.clear();
        }
        self.series
            .retain(|tag| tag.values.iter().any(|(_, kind)| is_wanted(*kind)));
    }
}

/// Compares the hyperparameters and the tags of any number of runs.
///
/// # Examples
///
/// ```
/// use tfevents::{LogdirState, Selection, SummaryWriter};
/// use tfevents_analysis::WholeRun;
/// use tfevents_analysis::diff::{self, Tolerance};
///
/// # let dir = tempfile::tempdir()?;
/// for (run, tag) in [("a", "loss"), ("b", "loss"), ("c", "acc")] {
///     let writer = SummaryWriter::new(dir.path().join(run))?;
///     writer.add_scalar(tag, 1.0, 0)?;
///     writer.close()?;
/// }
/// let logdir = LogdirState::load(dir.path(), Selection::all())?;
/// let runs: Vec<_> = logdir.runs().map(WholeRun::new).collect();
/// let found = diff::among(&runs, Tolerance::default());
/// let tags: Vec<_> = found.series.iter().map(|tag| (&*tag.name, tag.values.len())).collect();
/// assert_eq!(tags, [("acc", 1), ("loss", 2)]);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[must_use]
pub fn among(runs: &[WholeRun<'_>], tolerance: Tolerance) -> Variation {
    let settings = runs.iter().map(|run| run.hparams().clone());
    let kinds = runs
        .iter()
        .map(|run| by_tag(run).map(|series| (series.tag.to_owned(), series.kind)));
    let equal = |a: &HParamValue, b: &HParamValue| hparams::equal(Some(a), Some(b), tolerance);
    Variation {
        hparams: varying(settings, equal),
        series: varying(kinds, Kind::eq),
    }
}

/// What is not in all of `runs` with equal values.
fn varying<V>(
    runs: impl ExactSizeIterator<Item = impl IntoIterator<Item = (String, V)>>,
    equal: impl Fn(&V, &V) -> bool,
) -> Vec<Varying<V>> {
    let count = runs.len();
    let mut all = BTreeMap::<String, Vec<(usize, V)>>::new();
    for (i, run) in runs.enumerate() {
        for (name, value) in run {
            all.entry(name).or_default().push((i, value));
        }
    }
    let same = |values: &[(usize, V)]| {
        let mut values = values.iter().map(|(_, value)| value);
        let first = values.next();
        first.is_none_or(|first| values.all(|value| equal(first, value)))
    };
    let all = all
        .into_iter()
        .map(|(name, values)| Varying { name, values });
    all.filter(|one| one.values.len() < count || !same(&one.values))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_some_lack_and_what_differs_varies() {
        let runs = [
            vec![("all", 1), ("lacking", 1), ("other", 1)],
            vec![("all", 1), ("other", 1)],
            vec![("all", 1), ("lacking", 1), ("other", 2)],
        ];
        let runs = runs.map(|run| run.into_iter().map(|(name, v)| (name.to_owned(), v)));
        let found = varying(runs.into_iter(), i32::eq);
        let names: Vec<_> = found.iter().map(|one| &*one.name).collect();
        assert_eq!(names, ["lacking", "other"]);
        assert_eq!(
            [0, 1, 2].map(|run| found[0].of(run)),
            [Some(&1), None, Some(&1)]
        );
        assert_eq!(found[1].of(2), Some(&2));
        let same = [[("x".to_owned(), 1)], [("x".to_owned(), 1)]];
        assert!(varying(same.into_iter(), i32::eq).is_empty());
    }
}
