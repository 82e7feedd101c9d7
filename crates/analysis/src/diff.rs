//! Compares two runs or two logdirs point by point, and any number of runs by what they were configured with and what
//! they logged.
//!
//! Points are matched by step, those of the same step in the order in which they were logged. Wall times are not
//! compared: no two runs share them.

use std::collections::BTreeMap;
use std::sync::Arc;

use tfevents::plugin::hparams::HParamValue;
use tfevents::state::SeriesInfo;
use tfevents::{Kind, Result};

use crate::WholeRun;

mod among;
mod hparams;
mod points;
mod tolerance;

pub use among::{Variation, Varying, among};
pub use points::PointsDiff;
pub use tolerance::Tolerance;

/// What differs between two logdirs, the left and the right one.
#[derive(Clone, Debug, Default, PartialEq)]
#[non_exhaustive]
pub struct LogdirDiff {
    /// Runs that only the left one has.
    pub only_left: Vec<String>,
    /// Runs that only the right one has.
    pub only_right: Vec<String>,
    /// Runs that both have, and what differs between them, if anything.
    pub runs: Vec<(String, RunDiff)>,
}

impl LogdirDiff {
    /// Whether nothing differs.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        let same = self.runs.iter().all(|(_, diff)| diff.is_empty());
        same && self.only_left.is_empty() && self.only_right.is_empty()
    }

    /// Leaves out what is of none of the kinds that are wanted.
    pub fn retain_kinds(&mut self, is_wanted: impl Fn(Kind) -> bool) {
        for (_, run) in &mut self.runs {
            if !is_wanted(Kind::HParams) {
                run.hparams.clear();
            }
            run.series.retain(|series| match &series.difference {
                Difference::Kinds(left, right) => is_wanted(*left) || is_wanted(*right),
                Difference::OnlyLeft(kind) | Difference::OnlyRight(kind) => is_wanted(*kind),
                Difference::Points(points) => is_wanted(points.kind),
            });
        }
    }
}

/// What differs between two runs, the left and the right one.
#[derive(Clone, Debug, Default, PartialEq)]
#[non_exhaustive]
pub struct RunDiff {
    /// Hyperparameters with different values, by name; of one that only one run has, the other's value is none.
    pub hparams: Vec<(String, Option<HParamValue>, Option<HParamValue>)>,
    /// Series that differ, ordered by tag.
    pub series: Vec<SeriesDiff>,
}

impl RunDiff {
    /// Whether nothing differs.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.hparams.is_empty() && self.series.is_empty()
    }
}

/// What differs between two series of one tag.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct SeriesDiff {
    /// The tag.
    pub tag: Arc<str>,
    /// What differs.
    pub difference: Difference,
}

/// How two series differ.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum Difference {
    /// Only the left run has it.
    OnlyLeft(Kind),
    /// Only the right run has it.
    OnlyRight(Kind),
    /// They are of different kinds.
    Kinds(Kind, Kind),
    /// Their points differ.
    Points(PointsDiff),
}

/// Compares runs of the same names, all of their series and hyperparameters.
///
/// # Errors
///
/// A file that is gone or was replaced since it was loaded.
///
/// # Examples
///
/// ```
/// use tfevents_analysis::WholeRun;
/// use tfevents_analysis::diff::{self, Difference, Tolerance};
/// use tfevents::{LogdirState, Selection, SummaryWriter};
///
/// # let dir = tempfile::tempdir()?;
/// # let (a, b) = (dir.path().join("a"), dir.path().join("b"));
/// for (logdir, last) in [(&a, 0.5), (&b, 0.25)] {
///     let writer = SummaryWriter::new(logdir.join("train"))?;
///     writer.add_scalar("loss", 1.0, 0)?;
///     writer.add_scalar("loss", last, 1)?;
///     writer.close()?;
/// }
/// let load = |path| LogdirState::load(path, Selection::all());
/// let (a, b) = (load(&a)?, load(&b)?);
/// let runs = |logdir| LogdirState::runs(logdir).map(WholeRun::new).collect::<Vec<_>>();
/// let found = diff::logdirs(&runs(&a), &runs(&b), Tolerance::default())?;
/// let (run, found) = &found.runs[0];
/// let Difference::Points(points) = &found.series[0].difference else { panic!() };
/// assert_eq!((&**run, points.differing, points.first), ("train", 1, Some(1)));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn logdirs(
    left: &[WholeRun<'_>],
    right: &[WholeRun<'_>],
    tolerance: Tolerance,
) -> Result<LogdirDiff> {
    let by_name = |runs| {
        let runs: &[WholeRun<'_>] = runs;
        let runs = runs.iter().map(|run| (run.name().to_owned(), run));
        runs.collect::<BTreeMap<_, _>>()
    };
    let (of_left, of_right) = (by_name(left), by_name(right));
    let missing = |from: &BTreeMap<String, _>, of: &BTreeMap<String, _>| {
        let missing = of.keys().filter(|name| !from.contains_key(*name));
        missing.cloned().collect()
    };
    let mut diff = LogdirDiff {
        only_left: missing(&of_right, &of_left),
        only_right: missing(&of_left, &of_right),
        runs: Vec::new(),
    };
    for (name, run) in &of_left {
        if let Some(other) = of_right.get(name) {
            diff.runs.push((name.clone(), runs(run, other, tolerance)?));
        }
    }
    Ok(diff)
}

/// Compares all series and the hyperparameters of two runs, whatever they are called.
///
/// # Errors
///
/// A file that is gone or was replaced since it was loaded.
pub fn runs(left: &WholeRun<'_>, right: &WholeRun<'_>, tolerance: Tolerance) -> Result<RunDiff> {
    let mut diff = RunDiff {
        hparams: hparams::differing(left.hparams(), right.hparams(), tolerance),
        series: Vec::new(),
    };
    let (mut of_left, mut of_right) = (by_tag(left).peekable(), by_tag(right).peekable());
    while let Some(tag) = match (of_left.peek(), of_right.peek()) {
        (Some(a), Some(b)) => Some(a.tag.min(b.tag)),
        (a, b) => a.or(b).map(|series| series.tag),
    } {
        let a = of_left.next_if(|series| series.tag == tag);
        let b = of_right.next_if(|series| series.tag == tag);
        let difference = match (a, b) {
            (Some(a), Some(b)) if a.kind == b.kind => {
                match points::differing(left, right, tag, a.kind, tolerance)? {
                    Some(points) => Difference::Points(points),
                    None => continue,
                }
            }
            (Some(a), Some(b)) => Difference::Kinds(a.kind, b.kind),
            (Some(a), None) => Difference::OnlyLeft(a.kind),
            (None, Some(b)) => Difference::OnlyRight(b.kind),
            (None, None) => continue,
        };
        diff.series.push(SeriesDiff {
            tag: tag.into(),
            difference,
        });
    }
    Ok(diff)
}

/// The series of a run, ordered by tag. There may be as many as points, so they are not collected.
fn by_tag<'l>(run: &WholeRun<'l>) -> impl Iterator<Item = SeriesInfo<'l>> + use<'l> {
    let mut series = run.series().peekable();
    std::iter::from_fn(move || {
        let first = series.next()?;
        // A tag with numbers and something else is what it holds more of.
        match series.next_if(|other| other.tag == first.tag) {
            Some(other) if first.len < other.len => Some(other),
            _ => Some(first),
        }
    })
}
