//! Compares two runs, or two logdirs.
//!
//! Points are matched by step, those of the same step in the order in which they were logged. Wall times are not
//! compared: no two runs share them.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use tfevents::Kind;
use tfevents::Number;
use tfevents::Result;
use tfevents::plugin::hparams::HParamValue;
use tfevents::state::{BlobPoint, SeriesInfo};
use tfevents::{Policy, Scalars};

use crate::WholeRun;

/// How far apart two numbers may be and still count as equal: `atol`, or `rtol` times the greater of their
/// magnitudes, both together. NaN equals NaN, and an infinity only itself. The default is no difference at all.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Tolerance {
    /// Relative to the greater magnitude.
    pub rtol: f64,
    /// Absolute.
    pub atol: f64,
}

impl Tolerance {
    /// Whether two numbers count as equal, whatever their types.
    ///
    /// # Examples
    ///
    /// ```
    /// use tfevents::Number;
    /// use tfevents_analysis::diff::Tolerance;
    ///
    /// let (a, b) = (Number::F32(0.1), Number::F64(0.1));
    /// assert!(!Tolerance::default().equal(a, b));
    /// assert!(Tolerance { rtol: 1e-6, atol: 0.0 }.equal(a, b));
    /// ```
    #[must_use]
    pub fn equal(self, a: Number, b: Number) -> bool {
        if a == b {
            return true;
        }
        if self == Self::default()
            && let Some(order) = a.compare(b)
        {
            // As floats, large integers that differ may be the same.
            return order.is_eq();
        }
        let (a, b) = (a.as_f64(), b.as_f64());
        if a.is_nan() || b.is_nan() {
            return a.is_nan() && b.is_nan();
        }
        a == b
            || (a - b).abs() <= self.atol + self.rtol * a.abs().max(b.abs()) && (a - b).is_finite()
    }
}

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

/// How the points of two series of one kind differ.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct PointsDiff {
    /// The kind of both.
    pub kind: Kind,
    /// Points without a partner of the same step, in the left series.
    pub only_left: usize,
    /// The same in the right one.
    pub only_right: usize,
    /// Points that have a partner.
    pub compared: usize,
    /// How many of those differ from it.
    pub differing: usize,
    /// The first step at which a value differs.
    pub first: Option<i64>,
    /// Of scalars, the step and the two values that are furthest apart. NaN is further from a number than any
    /// other.
    pub furthest: Option<(i64, Number, Number)>,
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
        hparams: compare_hparams(left.hparams(), right.hparams(), tolerance),
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
                match points(left, right, tag, a.kind, tolerance)? {
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

fn compare_hparams(
    left: &BTreeMap<String, HParamValue>,
    right: &BTreeMap<String, HParamValue>,
    tolerance: Tolerance,
) -> Vec<(String, Option<HParamValue>, Option<HParamValue>)> {
    let number = |value: Option<&HParamValue>| value.and_then(HParamValue::as_number);
    let equal = |a, b| match (number(a), number(b)) {
        (Some(x), Some(y)) => a == b || tolerance.equal(x, y),
        _ => a == b,
    };
    let names: BTreeSet<_> = left.keys().chain(right.keys()).collect();
    names
        .into_iter()
        .map(|name| (name, left.get(name), right.get(name)))
        .filter(|(_, a, b)| !equal(*a, *b))
        .map(|(name, a, b)| (name.clone(), a.cloned(), b.cloned()))
        .collect()
}

/// What differs between two series of one kind, if anything.
fn points(
    left: &WholeRun<'_>,
    right: &WholeRun<'_>,
    tag: &str,
    kind: Kind,
    tolerance: Tolerance,
) -> Result<Option<PointsDiff>> {
    let mut diff = PointsDiff {
        kind,
        only_left: 0,
        only_right: 0,
        compared: 0,
        differing: 0,
        first: None,
        furthest: None,
    };
    let scalars = |run: &WholeRun<'_>| run.scalars(tag, Policy::Raw);
    let blobs = |run: &WholeRun<'_>| run.blobs(tag, Policy::Raw).unwrap_or_default();
    if kind == Kind::Scalar
        && let (Some(a), Some(b)) = (scalars(left), scalars(right))
    {
        diff.scalars(&a, &b, tolerance);
    } else {
        diff.blobs(&blobs(left), &blobs(right))?;
    }
    let same = diff.only_left == 0 && diff.only_right == 0 && diff.differing == 0;
    Ok((!same).then_some(diff))
}

impl PointsDiff {
    fn scalars(&mut self, a: &Scalars, b: &Scalars, tolerance: Tolerance) {
        let mut furthest = f64::NEG_INFINITY;
        for (step, i, j) in self.pairs(&a.steps, &b.steps) {
            let (Some(x), Some(y)) = (a.values.number(i), b.values.number(j)) else {
                continue;
            };
            if tolerance.equal(x, y) {
                continue;
            }
            self.differs(step);
            let apart = (x.as_f64() - y.as_f64()).abs();
            let apart = if apart.is_nan() { f64::INFINITY } else { apart };
            if apart > furthest {
                furthest = apart;
                self.furthest = Some((step, x, y));
            }
        }
    }

    fn blobs(&mut self, a: &[BlobPoint], b: &[BlobPoint]) -> Result<()> {
        let steps = |points: &[BlobPoint]| points.iter().map(|p| p.step).collect::<Vec<_>>();
        for (step, i, j) in self.pairs(&steps(a), &steps(b)) {
            if let (Some(x), Some(y)) = (a.get(i), b.get(j))
                && !same_value(x, y)?
            {
                self.differs(step);
            }
        }
        Ok(())
    }

    fn differs(&mut self, step: i64) {
        self.differing += 1;
        self.first.get_or_insert(step);
    }

    /// Matches points by their steps and counts those that stay alone: steps, and the positions of partners.
    fn pairs(&mut self, a: &[i64], b: &[i64]) -> Vec<(i64, usize, usize)> {
        let sorted = |steps: &[i64]| {
            let mut order: Vec<_> = steps.iter().copied().enumerate().collect();
            // Stable, so that points of one step stay in their order.
            order.sort_by_key(|&(_, step)| step);
            order.into_iter().peekable()
        };
        let (mut left, mut right) = (sorted(a), sorted(b));
        let mut pairs = Vec::new();
        while let (Some(&(i, step)), Some(&(j, other))) = (left.peek(), right.peek()) {
            if step <= other {
                left.next();
            }
            if other <= step {
                right.next();
            }
            match step.cmp(&other) {
                std::cmp::Ordering::Less => self.only_left += 1,
                std::cmp::Ordering::Greater => self.only_right += 1,
                std::cmp::Ordering::Equal => pairs.push((step, i, j)),
            }
        }
        self.only_left += left.count();
        self.only_right += right.count();
        self.compared = pairs.len();
        pairs
    }
}

/// Whether two values are the same bytes, or mean the same.
fn same_value(a: &BlobPoint, b: &BlobPoint) -> Result<bool> {
    let (a, b) = (a.read()?, b.read()?);
    Ok(a.bytes() == b.bytes() || a.value()? == b.value()?)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn compare(a: &[(i64, f32)], b: &[(i64, f32)], tolerance: Tolerance) -> PointsDiff {
        let scalars = |points: &[(i64, f32)]| {
            let mut scalars = Scalars::default();
            for &(step, value) in points {
                scalars.push(step, 0.0, Number::F32(value));
            }
            scalars
        };
        let mut diff = PointsDiff {
            kind: Kind::Scalar,
            only_left: 0,
            only_right: 0,
            compared: 0,
            differing: 0,
            first: None,
            furthest: None,
        };
        diff.scalars(&scalars(a), &scalars(b), tolerance);
        diff
    }

    #[test]
    fn points_are_matched_by_step_in_order() {
        let a = [(1, 1.0), (3, 3.0), (2, 2.0), (2, 2.5)];
        let b = [(2, 2.0), (2, 9.0), (3, 3.0), (4, 4.0), (2, 1.0)];
        let diff = compare(&a, &b, Tolerance::default());
        assert_eq!((diff.only_left, diff.only_right), (1, 2));
        assert_eq!((diff.compared, diff.differing, diff.first), (3, 1, Some(2)));
        let furthest = (2, Number::F32(2.5), Number::F32(9.0));
        assert_eq!(diff.furthest, Some(furthest));
    }

    #[test]
    fn nan_equals_nan_and_nothing_else() {
        let nan = [(0, f32::NAN), (1, 1.0)];
        let tolerance = Tolerance {
            rtol: 1.0,
            atol: 1e9,
        };
        assert_eq!(compare(&nan, &nan, Tolerance::default()).differing, 0);
        let diff = compare(&nan, &[(0, 1.0), (1, 5.0)], tolerance);
        assert_eq!((diff.differing, diff.first), (1, Some(0)));
        assert!(matches!(diff.furthest, Some((0, ..))));
    }

    #[test]
    fn hyperparameters_that_are_numbers_compare_as_numbers() {
        let values = |values: &[(&str, HParamValue)]| -> BTreeMap<_, _> {
            let values = values.iter();
            values.map(|(n, v)| ((*n).to_owned(), v.clone())).collect()
        };
        let left = values(&[
            ("a", "0.001".into()),
            ("b", "1e-3".into()),
            ("c", "adam".into()),
            ("d", "9007199254740993".into()),
            ("e", "0.1".into()),
            ("f", true.into()),
        ]);
        let right = values(&[
            ("a", "1e-3".into()),
            ("b", 0.001.into()),
            ("c", "Adam".into()),
            ("d", "9007199254740992".into()),
            ("e", "0.1001".into()),
            ("f", "1".into()),
        ]);
        let differing = |rtol| {
            let tolerance = Tolerance { rtol, atol: 0.0 };
            let found = compare_hparams(&left, &right, tolerance).into_iter();
            found.map(|(name, ..)| name).collect::<String>()
        };
        assert_eq!(differing(0.0), "cdef");
        assert_eq!(differing(0.01), "cf");
    }

    #[test]
    fn tolerances_are_relative_and_absolute() {
        let equal = |rtol, atol, a: f64, b: f64| {
            let tolerance = Tolerance { rtol, atol };
            tolerance.equal(Number::F64(a), Number::F64(b))
                && tolerance.equal(Number::F64(b), Number::F64(a))
        };
        assert!(equal(0.1, 0.0, 90.0, 100.0) && !equal(0.1, 0.0, 89.0, 100.0));
        assert!(equal(0.0, 0.5, 1.0, 1.5) && !equal(0.0, 0.5, 1.0, 1.51));
        assert!(equal(0.0, 0.0, 0.0, -0.0));
        let inf = f64::INFINITY;
        assert!(equal(0.0, 0.0, inf, inf) && !equal(1.0, 1.0, inf, -inf));
        assert!(!equal(1.0, 1.0, inf, 1.0));
        let large = |v| Number::I64(i64::MAX - v);
        assert!(!Tolerance::default().equal(large(0), large(1)));
        assert!(Tolerance::default().equal(Number::U64(5), Number::I64(5)));
    }
}
