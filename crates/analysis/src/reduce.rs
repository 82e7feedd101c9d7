//! Reduces a series of several runs to statistics, such as a mean and a band.
//!
//! [`Reduce`] says what is wanted. For each tag, [`ReducedRun::add`] brings the runs' steps together by an [`Alignment`]
//! and computes each [`Statistic`] over the runs, step by step. The results are written as a run that stock TensorBoard
//! draws bands of.

use std::cmp::Ordering;

use tfevents::Scalars;
use tfevents::{Error, Result};

mod aligned;
mod reduced_run;
mod reduced_series;
mod statistic;
mod student;

use aligned::{Aligned, Row};
use reduced_series::Columns;

pub use reduced_run::{Band, ReducedRun};
pub use reduced_series::ReducedSeries;
pub use statistic::Statistic;

use statistic::Summary;

/// How the points of runs whose steps differ are brought together.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum Alignment {
    /// Steps that all runs have.
    Intersect,
    /// Steps that any run has; the statistics at a step are those of the runs that have it.
    #[default]
    Union,
    /// Stretches of so many steps, each named by its first one; the first stretch begins at step 0. A run's
    /// points in a stretch become their mean before anything is computed over runs.
    Bin(std::num::NonZeroU64),
    /// Steps that any run has. A run without a point there counts with the straight line between its
    /// neighbouring points, and does not count outside of its first and last one.
    Interpolate,
}

/// What to compute, and over which steps.
///
/// Where a run has several points at a step, as after a restart, the last one written counts. NaN in one run
/// makes the statistics of the step NaN, as in NumPy: a run that diverged should be seen. [`finite`](Self::finite)
/// leaves out its values instead.
///
/// # Examples
///
/// ```
/// use tfevents_analysis::reduce::{Reduce, ReducedRun, Statistic};
/// use tfevents::{Number, Scalars};
///
/// let seed = |values: [f32; 3]| {
///     let mut scalars = Scalars::default();
///     for (step, value) in (0..).zip(values) {
///         scalars.push(step, 1.7e9, Number::F32(value));
///     }
///     scalars
/// };
/// let seeds = [seed([1.0, 2.0, 3.0]), seed([3.0, 2.0, 1.0])];
/// let mut run = ReducedRun::new(Reduce::new([Statistic::Mean, Statistic::Max]));
/// run.add("loss", &seeds);
/// let reduced = run.series("loss").unwrap();
/// assert_eq!(reduced.steps, [0, 1, 2]);
/// assert_eq!(reduced.values(Statistic::Mean), Some(&[2.0, 2.0, 2.0][..]));
/// assert_eq!(reduced.values(Statistic::Max), Some(&[3.0, 2.0, 3.0][..]));
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Reduce {
    statistics: Vec<Statistic>,
    alignment: Alignment,
    confidence: f64,
    /// Half of the runs without it.
    min_runs: Option<usize>,
    finite: bool,
}

impl Reduce {
    /// These statistics, at the steps that at least half of the runs have, with confidence intervals of 95 %.
    #[must_use]
    pub fn new(statistics: impl IntoIterator<Item = Statistic>) -> Self {
        let mut distinct = Vec::new();
        for statistic in statistics {
            if !distinct.contains(&statistic) {
                distinct.push(statistic);
            }
        }
        Self {
            statistics: distinct,
            alignment: Alignment::default(),
            confidence: 0.95,
            min_runs: None,
            finite: false,
        }
    }

    /// Brings runs with different steps together in this way.
    #[must_use]
    pub fn alignment(mut self, alignment: Alignment) -> Self {
        self.alignment = alignment;
        self
    }

    /// Leaves out steps at which fewer runs have a value. Without it, fewer than half of the runs that have the tag.
    #[must_use]
    pub fn min_runs(mut self, runs: usize) -> Self {
        self.min_runs = Some(runs);
        self
    }

    /// Computes the statistics of finite values only: a run counts at the steps at which it has one.
    #[must_use]
    pub fn finite(mut self) -> Self {
        self.finite = true;
        self
    }

    /// The probability with which a confidence interval holds the mean, from 0 to 1.
    ///
    /// # Errors
    ///
    /// A number that is not between 0 and 1.
    pub fn confidence(mut self, level: f64) -> Result<Self> {
        if level > 0.0 && level < 1.0 {
            self.confidence = level;
            Ok(self)
        } else {
            Err(Error::argument(format!(
                "invalid confidence {level}: use a number between 0 and 1, such as 0.95"
            )))
        }
    }

    /// Room for series that are reduced in this way.
    fn columns(&self) -> Columns {
        Columns::new(&self.statistics)
    }

    /// Reduces one series of each run, behind what is in the columns. Points may be in any order.
    fn series(&self, runs: &[Scalars], columns: &mut Columns) {
        let mut aligned = Aligned::new(runs, self.alignment);
        let wanted = match self.alignment {
            Alignment::Intersect => self.min_runs.unwrap_or(0).max(runs.len()),
            _ => self.min_runs.unwrap_or(runs.len().div_ceil(2)),
        };
        let mut summary = Summary::new(self.confidence);
        let mut row = Row::default();
        while let Some(step) = aligned.next_row(&mut row) {
            if self.finite {
                row.values.retain(|value| value.is_finite());
            }
            if row.values.len() < wanted.max(1) {
                aligned.leave_out(self.finite);
                continue;
            }
            columns.steps.push(step);
            columns.wall_times.push(row.wall_time());
            columns.counts.push(row.values.len());
            summary.of(&mut row.values);
            for (statistic, column) in &mut columns.statistics {
                column.push(summary.get(*statistic));
            }
        }
        columns.inputs.extend(aligned.into_inputs());
    }
}

/// What became of a run's points.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Input {
    /// How many there were.
    pub points: usize,
    /// How many of them were replaced by later ones of the same step.
    pub replaced: usize,
    /// How many of the others are not finite.
    pub not_finite: usize,
    /// How many of them stand at steps that are not in the result; without those that are not finite if only finite ones
    /// are wanted.
    pub left_out: usize,
}

/// The order of floats in which NaN, of either sign, comes last.
fn nan_last(a: &f64, b: &f64) -> Ordering {
    a.is_nan().cmp(&b.is_nan()).then_with(|| a.total_cmp(b))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::num::NonZeroU64;
    use tfevents::Number;

    fn scalars(points: &[(i64, f64)]) -> Scalars {
        let mut scalars = Scalars::default();
        for &(step, value) in points {
            #[expect(clippy::cast_precision_loss, reason = "steps are small")]
            scalars.push(step, 1000.0 + step as f64, Number::F64(value));
        }
        scalars
    }

    /// Under the tag `x`.
    fn reduced(reduce: Reduce, runs: &[Scalars]) -> ReducedRun {
        let mut reduced = ReducedRun::new(reduce);
        reduced.add("x", runs);
        reduced
    }

    fn mean(alignment: Alignment, runs: &[Scalars]) -> (Vec<i64>, Vec<f64>, Vec<usize>) {
        let reduced = reduced(Reduce::new([Statistic::Mean]).alignment(alignment), runs);
        let series = reduced.series("x").unwrap();
        let values = series.values(Statistic::Mean).unwrap().to_vec();
        (series.steps.to_vec(), values, series.counts.to_vec())
    }

    fn uneven() -> [Scalars; 2] {
        [
            scalars(&[(0, 1.0), (10, 2.0), (20, 3.0), (30, 4.0)]),
            scalars(&[(10, 4.0), (15, 0.0), (20, 5.0)]),
        ]
    }

    #[test]
    fn alignments_differ_where_steps_do() {
        let runs = uneven();
        assert_eq!(
            mean(Alignment::Intersect, &runs),
            (vec![10, 20], vec![3.0, 4.0], vec![2, 2])
        );
        assert_eq!(
            mean(Alignment::Union, &runs),
            (
                vec![0, 10, 15, 20, 30],
                vec![1.0, 3.0, 0.0, 4.0, 4.0],
                vec![1, 2, 1, 2, 1]
            )
        );
        assert_eq!(
            mean(Alignment::Interpolate, &runs),
            (
                vec![0, 10, 15, 20, 30],
                vec![1.0, 3.0, 1.25, 4.0, 4.0],
                vec![1, 2, 2, 2, 1]
            )
        );
        let bins = Alignment::Bin(NonZeroU64::new(20).unwrap());
        assert_eq!(
            mean(bins, &runs),
            (vec![0, 20], vec![1.75, 4.25], vec![2, 2])
        );
    }

    #[test]
    fn what_was_left_out_is_counted() {
        let runs = uneven();
        let left_out = |reduce: Reduce| {
            let reduced = reduced(reduce, &runs);
            let series = reduced.series("x").unwrap();
            assert_eq!(
                series.left_out(),
                series.inputs.iter().map(|i| i.left_out).sum::<usize>()
            );
            let left_out = series.inputs.iter().map(|i| i.left_out);
            (series.steps.to_vec(), left_out.collect::<Vec<_>>())
        };
        let intersect = Reduce::new([]).alignment(Alignment::Intersect);
        assert_eq!(left_out(intersect), (vec![10, 20], vec![2, 1]));
        for alignment in [Alignment::Union, Alignment::Interpolate] {
            let all = Reduce::new([]).alignment(alignment);
            assert_eq!(left_out(all).1, [0, 0]);
            let both = reduced(Reduce::new([]).alignment(alignment).min_runs(2), &runs);
            let counts = both.series("x").unwrap().counts;
            assert!(counts.iter().all(|&count| count == 2));
        }
        let bins = Alignment::Bin(NonZeroU64::new(15).unwrap());
        let bins = Reduce::new([]).alignment(bins).min_runs(2);
        assert_eq!(left_out(bins), (vec![0, 15], vec![1, 0]));
    }

    #[test]
    fn one_run_that_ends_early_does_not_end_the_others() {
        let steps = |n: i64| scalars(&(0..n).map(|step| (step, 1.0)).collect::<Vec<_>>());
        let counts = |lengths: &[i64]| {
            let runs: Vec<_> = lengths.iter().map(|&n| steps(n)).collect();
            let run = reduced(Reduce::new([]), &runs);
            run.series("x").unwrap().counts.to_vec()
        };
        assert_eq!(counts(&[1, 4, 4]), [3, 2, 2, 2]);
        // Where fewer than half of the runs are left, their mean would not be that of the group.
        assert_eq!(counts(&[1, 2, 4]), [3, 2]);
        assert_eq!(counts(&[2, 4]), [2, 2, 1, 1]);
        assert_eq!(counts(&[3]), [1, 1, 1]);
    }

    #[test]
    fn a_diverged_run_can_be_done_without() {
        let runs = [
            scalars(&[(0, 1.0), (1, f64::NAN), (2, f64::INFINITY), (2, f64::NAN)]),
            scalars(&[(0, 3.0), (1, 5.0), (2, 7.0)]),
        ];
        let run = reduced(Reduce::new([Statistic::Mean]).finite(), &runs);
        let series = run.series("x").unwrap();
        assert_eq!(series.values(Statistic::Mean), Some(&[2.0, 5.0, 7.0][..]));
        assert_eq!(series.counts, [2, 1, 1]);
        let not_finite = series.inputs.iter().map(|input| input.not_finite);
        assert_eq!(not_finite.collect::<Vec<_>>(), [2, 0]);
        let run = reduced(Reduce::new([Statistic::Mean]), &runs);
        let mean = run.series("x").unwrap().values(Statistic::Mean).unwrap();
        assert!(mean[1].is_nan() && mean[2].is_nan());
    }

    #[test]
    fn the_last_of_repeated_points_counts() {
        let runs = [scalars(&[(0, 1.0), (1, 1.0), (2, 1.0), (1, 5.0), (2, 7.0)])];
        let reduced = reduced(Reduce::new([Statistic::Min]), &runs);
        let series = reduced.series("x").unwrap();
        assert_eq!(series.values(Statistic::Min), Some(&[1.0, 5.0, 7.0][..]));
        let input = series.inputs[0];
        assert_eq!((input.points, input.replaced, input.left_out), (5, 2, 0));
    }

    #[test]
    fn bins_of_negative_and_extreme_steps() {
        let bins = |width| Alignment::Bin(NonZeroU64::new(width).unwrap());
        let runs = [scalars(&[(-1, 1.0), (-10, 3.0), (0, 5.0), (9, 7.0)])];
        let (steps, values, _) = mean(bins(10), &runs);
        assert_eq!((steps, values), (vec![-10, 0], vec![2.0, 6.0]));
        let runs = [scalars(&[(i64::MIN, 1.0), (i64::MAX, 3.0)])];
        let (steps, ..) = mean(bins(u64::MAX), &runs);
        assert_eq!(steps, [i64::MIN, 0]);
        let (.., counts) = mean(Alignment::Interpolate, &runs);
        assert_eq!(counts, [1, 1]);
    }

    #[test]
    fn nothing_comes_of_nothing() {
        for runs in [&[][..], &[Scalars::default()]] {
            let reduced = reduced(Reduce::new([Statistic::Mean]), runs);
            let series = reduced.series("x").unwrap();
            assert!(series.steps.is_empty() && series.values(Statistic::Std).is_none());
            assert_eq!(series.values(Statistic::Mean), Some(&[][..]));
        }
        assert!(Reduce::new([]).confidence(1.0).is_err());
        assert!(Reduce::new([]).confidence(f64::NAN).is_err());
    }

    proptest! {
        #[test]
        fn every_point_is_accounted_for(
            runs in prop::collection::vec(
                prop::collection::vec((-20i64..20, -1e3f64..1e3), 0..30), 0..5),
            width in 1u64..7,
            min_runs in 0usize..4,
        ) {
            let runs: Vec<_> = runs.iter().map(|run| scalars(run)).collect();
            let bins = Alignment::Bin(NonZeroU64::new(width).unwrap());
            for alignment in [Alignment::Intersect, Alignment::Union, bins, Alignment::Interpolate] {
                let reduce = Reduce::new([Statistic::Mean, Statistic::Min, Statistic::Max]);
                let run = reduced(reduce.alignment(alignment).min_runs(min_runs), &runs);
                let reduced = run.series("x").unwrap();
                prop_assert!(reduced.steps.is_sorted_by(|a, b| a < b));
                let at_steps: usize = runs.iter().map(|run| {
                    let mut steps = run.steps.clone();
                    steps.sort_unstable();
                    steps.dedup();
                    steps.len()
                }).sum();
                let points: usize = runs.iter().map(Scalars::len).sum();
                let sum = |of: fn(&Input) -> usize| reduced.inputs.iter().map(of).sum::<usize>();
                prop_assert_eq!(sum(|i| i.points), points);
                prop_assert_eq!(sum(|i| i.replaced), points - at_steps);
                prop_assert!(reduced.left_out() <= at_steps);
                let [mean, min, max] = [Statistic::Mean, Statistic::Min, Statistic::Max]
                    .map(|s| reduced.values(s).unwrap());
                for i in 0..reduced.steps.len() {
                    prop_assert!(reduced.counts[i] >= min_runs.max(1));
                    prop_assert!(min[i] <= mean[i] + 1e-9 && mean[i] <= max[i] + 1e-9);
                }
            }
        }
    }
}
