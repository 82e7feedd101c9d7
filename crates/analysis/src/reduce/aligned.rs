//! The points of several runs, row by row: one row per step.

use std::num::NonZeroU64;

use super::{Alignment, Input};
use tfevents::Scalars;

/// What the runs have at a step.
#[derive(Clone, Debug, Default)]
pub(super) struct Row {
    /// A value of each run that has one.
    pub(super) values: Vec<f64>,
    /// The finite ones of their wall times.
    wall_times: Vec<f64>,
}

impl Row {
    /// The mean of the wall times, 0 if there is none.
    #[expect(clippy::cast_precision_loss, reason = "there are few runs")]
    pub(super) fn wall_time(&self) -> f64 {
        let Some(&first) = self.wall_times.first() else {
            return 0.0;
        };
        // Of differences, which do not overflow and keep the microseconds.
        let offsets = self.wall_times.iter().map(|time| time - first);
        first + offsets.sum::<f64>() / self.wall_times.len() as f64
    }

    fn push(&mut self, value: f64, wall_time: f64) {
        self.values.push(value);
        if wall_time.is_finite() {
            self.wall_times.push(wall_time);
        }
    }
}

/// A point at which a run was looked at.
#[derive(Clone, Copy, Debug)]
struct Sample {
    step: i64,
    wall_time: f64,
    value: f64,
    /// How many points of the file it stands for.
    points: usize,
}

/// One run's samples, in order of steps.
#[derive(Debug)]
struct Run {
    samples: Vec<Sample>,
    /// How many of them lie before the present step.
    passed: usize,
    input: Input,
}

/// Walks over the steps of all runs.
#[derive(Debug)]
pub(super) struct Aligned {
    runs: Vec<Run>,
    steps: std::vec::IntoIter<i64>,
    current: Option<i64>,
    interpolate: bool,
}

impl Aligned {
    pub(super) fn new(runs: &[Scalars], alignment: Alignment) -> Self {
        let runs: Vec<_> = runs.iter().map(|run| Run::new(run, alignment)).collect();
        let mut steps: Vec<_> = runs
            .iter()
            .flat_map(|run| run.samples.iter().map(|sample| sample.step))
            .collect();
        steps.sort_unstable();
        steps.dedup();
        Self {
            runs,
            steps: steps.into_iter(),
            current: None,
            interpolate: alignment == Alignment::Interpolate,
        }
    }

    /// Fills in the next step's row.
    pub(super) fn next_row(&mut self, row: &mut Row) -> Option<i64> {
        let step = self.steps.next()?;
        self.current = Some(step);
        row.values.clear();
        row.wall_times.clear();
        for run in &mut self.runs {
            run.advance(step);
            if let Some(sample) = run.at(step) {
                row.push(sample.value, sample.wall_time);
            } else if self.interpolate
                && let Some((value, wall_time)) = run.between(step)
            {
                row.push(value, wall_time);
            }
        }
        Some(step)
    }

    /// Counts the points of the last row as left out; with `finite`, only those, as the others were not wanted.
    pub(super) fn leave_out(&mut self, finite: bool) {
        for run in &mut self.runs {
            let points = self.current.and_then(|step| run.at(step));
            let points = points.filter(|sample| !finite || sample.value.is_finite());
            run.input.left_out += points.map_or(0, |sample| sample.points);
        }
    }

    pub(super) fn into_inputs(self) -> Vec<Input> {
        self.runs.into_iter().map(|run| run.input).collect()
    }
}

impl Run {
    fn new(run: &Scalars, alignment: Alignment) -> Self {
        let last = run.last_wins();
        let samples = last
            .steps
            .iter()
            .zip(&last.wall_times)
            .zip(last.values.iter());
        let mut samples: Vec<_> = samples
            .map(|((&step, &wall_time), value)| Sample {
                step,
                wall_time: wall_time.as_secs(),
                value: value.as_f64(),
                points: 1,
            })
            .collect();
        let input = Input {
            points: run.len(),
            replaced: run.len().saturating_sub(samples.len()),
            not_finite: samples.iter().filter(|s| !s.value.is_finite()).count(),
            left_out: 0,
        };
        if let Alignment::Bin(width) = alignment {
            samples = binned(&samples, width);
        }
        Self {
            samples,
            passed: 0,
            input,
        }
    }

    /// Leaves behind what lies before `step`.
    fn advance(&mut self, step: i64) {
        while self.samples.get(self.passed).is_some_and(|s| s.step < step) {
            self.passed += 1;
        }
    }

    fn at(&self, step: i64) -> Option<&Sample> {
        self.samples.get(self.passed).filter(|s| s.step == step)
    }

    /// Value and wall time on the straight line between the points around `step`.
    #[expect(clippy::cast_precision_loss, reason = "positions on a line")]
    fn between(&self, step: i64) -> Option<(f64, f64)> {
        let left = self.samples.get(self.passed.checked_sub(1)?)?;
        let right = self.samples.get(self.passed)?;
        let distance = |from: i64, to: i64| (i128::from(to) - i128::from(from)) as f64;
        let part = distance(left.step, step) / distance(left.step, right.step);
        let line = |from: f64, to: f64| from + (to - from) * part;
        Some((
            line(left.value, right.value),
            line(left.wall_time, right.wall_time),
        ))
    }
}

/// One sample for each stretch of `width` steps that has any: means.
#[expect(clippy::cast_precision_loss, reason = "counts of points")]
fn binned(samples: &[Sample], width: NonZeroU64) -> Vec<Sample> {
    let width = i128::from(width.get());
    let bin = |sample: &Sample| i128::from(sample.step).div_euclid(width);
    samples
        .chunk_by(|a, b| bin(a) == bin(b))
        .filter_map(|chunk| {
            let first = chunk.first()?;
            let start = (bin(first) * width).clamp(i64::MIN.into(), i64::MAX.into());
            let count = chunk.len() as f64;
            Some(Sample {
                step: i64::try_from(start).unwrap_or(first.step),
                wall_time: chunk.iter().map(|s| s.wall_time / count).sum(),
                value: chunk.iter().map(|s| s.value).sum::<f64>() / count,
                points: chunk.len(),
            })
        })
        .collect()
}
