//! Tables of runs: parses what columns were asked for, finds what there is, and says what each run, or each group of
//! runs, has there.
//!
//! # Examples
//!
//! ```
//! use tfevents::{LogdirState, Selection, SummaryWriter};
//! use tfevents_analysis::run_table::{ColumnSpec, Line, Names};
//! use tfevents_analysis::pattern::SeenTags;
//! use tfevents_analysis::{WholeRun, condition::Condition};
//!
//! # let dir = tempfile::tempdir()?;
//! let writer = SummaryWriter::new(dir.path().join("exp1"))?;
//! writer.add_scalar("loss", 0.5, 1)?;
//! writer.add_scalar("loss", 0.25, 2)?;
//! writer.close()?;
//!
//! let logdir = LogdirState::load(dir.path(), Selection::all())?;
//! let mut lines = Vec::new();
//! for run in logdir.runs() {
//!     lines.push(Line::new(run.name(), WholeRun::new(run)));
//! }
//! let names = Names::of(&lines, SeenTags::default());
//! let mut heads = Vec::new();
//! ColumnSpec::parse("min:l*", false)?.resolve(&names, &mut heads)?;
//! assert_eq!(heads[0].to_string(), "min:loss");
//! assert_eq!(lines[0].cell(&heads[0].column).full(), "0.25");
//! assert!(lines[0].holds(&Condition::parse("max:loss == 0.5", false)?));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

use std::sync::Arc;

use tfevents::{Kind, Number, Policy, Scalars, WallTime};

use crate::WholeRun;
use crate::aggregate::Aggregate;
use crate::best::value_at;
use crate::cell::Cell;
use crate::condition::{Condition, Reference, Subject};
use crate::latest::Latest;
use crate::pattern::Patterns;

mod column;
mod error;
mod names;
mod reasons;
mod row;
mod spec;

pub use column::{Column, Head};
pub use error::ColumnError;
pub use names::Names;
pub use reasons::Reason;
pub use row::{Row, differing};
pub use spec::ColumnSpec;

/// A run, and what its line is made of.
#[derive(Debug)]
pub struct Line<'l> {
    name: &'l str,
    run: WholeRun<'l>,
    policy: Policy,
}

impl<'l> Line<'l> {
    /// The line of a run that goes by this name.
    #[must_use]
    pub fn new(name: &'l str, run: WholeRun<'l>) -> Self {
        let policy = Policy::Raw;
        Self { name, run, policy }
    }

    /// Counts the points that this policy keeps, instead of all.
    #[must_use]
    pub fn policy(mut self, policy: Policy) -> Self {
        self.policy = policy;
        self
    }

    /// What the run goes by.
    #[must_use]
    pub fn name(&self) -> &'l str {
        self.name
    }

    /// What the run has in a column.
    #[must_use]
    pub fn cell(&self, column: &Column<'_>) -> Cell {
        match column {
            Column::Run | Column::Group => Cell::Text(self.name.to_owned()),
            Column::HParam(name) => self
                .run
                .hparams()
                .get(&**name)
                .map_or(Cell::Empty, Cell::from),
            Column::Series(aggregate, tag) => self.aggregate(*aggregate, tag),
            Column::At { tag, best, of } => {
                let step = best.step(&self.scalars(of));
                let value = step.and_then(|step| value_at(&self.scalars(tag), step));
                value.map_or(Cell::Empty, Cell::Number)
            }
            Column::Start => {
                let times = self.times();
                times.map_or(Cell::Empty, |(first, _)| Cell::float(first))
            }
            Column::Duration => {
                let times = self.times();
                times.map_or(Cell::Empty, |(first, last)| Cell::float(last - first))
            }
        }
    }

    /// The wall times of the first and the last scalar, in seconds.
    fn times(&self) -> Option<(f64, f64)> {
        let series = self.run.series();
        let scalars = series.filter(|series| series.kind == Kind::Scalar);
        let times = scalars.flat_map(|series| self.scalars(series.tag).wall_times);
        let times = times.map(WallTime::as_secs).filter(|time| time.is_finite());
        times.fold(None, |range, time| {
            let (first, last) = range.unwrap_or((time, time));
            Some((time.min(first), time.max(last)))
        })
    }

    fn aggregate(&self, aggregate: Aggregate, tag: &str) -> Cell {
        aggregate
            .of(&self.scalars(tag))
            .map_or(Cell::Empty, Cell::Number)
    }

    /// Whether a condition holds of the run.
    #[must_use]
    pub fn holds(&self, condition: &Condition) -> bool {
        condition.holds(&cells(&self.found(condition)))
    }

    /// What there is under each reference of a condition.
    fn found(&self, condition: &Condition) -> Vec<Vec<(&str, Cell)>> {
        let references = condition.references().iter();
        references.map(|reference| self.values(reference)).collect()
    }

    /// What there is under a reference, with the names of tags and hyperparameters.
    fn values(&self, reference: &Reference) -> Vec<(&str, Cell)> {
        let patterns = reference.patterns();
        let scalars = |patterns: &'_ Arc<Patterns>| {
            let patterns = Arc::clone(patterns);
            let series = self.run.series();
            let scalars = series.filter(|series| series.kind == Kind::Scalar);
            scalars
                .map(|series| series.tag)
                .filter(move |tag| patterns.matches(tag))
        };
        let tags = || scalars(patterns);
        match reference.subject() {
            Subject::HParam => {
                let hparams = self.run.hparams().iter();
                let matching = hparams.filter(|(name, _)| patterns.matches(name));
                matching
                    .map(|(name, value)| (&**name, Cell::from(value)))
                    .collect()
            }
            Subject::Series(aggregate) => tags()
                .map(|tag| (tag, self.aggregate(aggregate, tag)))
                .collect(),
            Subject::Best(best) => {
                let others = reference.others().into_iter().flat_map(scalars);
                let steps = others.filter_map(|of| best.step(&self.scalars(of)));
                let steps: Vec<_> = steps.collect();
                let value = |tag| {
                    let known = self.scalars(tag);
                    let values = steps.iter().filter_map(move |&step| value_at(&known, step));
                    values.map(move |value| (tag, Cell::Number(value)))
                };
                tags().flat_map(value).collect()
            }
            Subject::StepOf => {
                let last = |tag| Some((tag, self.scalars(tag).steps.last().copied()?));
                let steps = tags().filter_map(last);
                steps
                    .map(|(tag, step)| (tag, Cell::Number(Number::I64(step))))
                    .collect()
            }
            Subject::Idle => {
                let times = tags().flat_map(|tag| self.scalars(tag).wall_times);
                let last = times.map(WallTime::as_secs).reduce(f64::max);
                let idle = last.map(|last| WallTime::now().as_secs() - last);
                idle.map(|idle| ("", Cell::Number(Number::F64(idle))))
                    .into_iter()
                    .collect()
            }
            Subject::Step => {
                let mut latest = Latest::default();
                for scalars in tags().map(|tag| self.scalars(tag)) {
                    for (&time, &step) in scalars.wall_times.iter().zip(&scalars.steps) {
                        latest.add(time, step);
                    }
                }
                let step = latest.step();
                step.map(|step| ("", Cell::Number(Number::I64(step))))
                    .into_iter()
                    .collect()
            }
        }
    }

    fn scalars(&self, tag: &str) -> Scalars {
        self.run.scalars(tag, self.policy).unwrap_or_default()
    }
}

/// The values without their names.
fn cells(found: &[Vec<(&str, Cell)>]) -> Vec<Vec<Cell>> {
    let values = |found: &Vec<(&str, Cell)>| found.iter().map(|(_, value)| value.clone()).collect();
    found.iter().map(values).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Best;

    #[test]
    fn a_value_is_taken_where_another_is_best() {
        let dir = tempfile::tempdir().unwrap();
        let writer = tfevents::SummaryWriter::new(dir.path()).unwrap();
        for (step, loss) in [(10, 3.0), (20, 1.0), (30, f64::NAN), (40, 1.0), (50, 4.0)] {
            writer.add_scalar("loss", loss, step).unwrap();
        }
        for (step, acc) in [(20, 0.5), (20, 0.6), (45, 0.7), (60, 0.8)] {
            writer.add_scalar("acc", acc, step).unwrap();
        }
        writer.add_scalar("late", 1.0, 21).unwrap();
        writer.close().unwrap();
        let logdir = tfevents::LogdirState::load(dir.path(), tfevents::Selection::all()).unwrap();
        let line = Line::new(".", WholeRun::new(logdir.run(".").unwrap()));
        for (tag, best, of, expected) in [
            // At the first of the least values; of two at one step the last.
            ("acc", Best::Min, "loss", "0.6"),
            // Between two values, the one before.
            ("acc", Best::Max, "loss", "0.7"),
            // Before its first value there is none.
            ("late", Best::Min, "loss", ""),
            ("acc", Best::Min, "nothing", ""),
            ("loss", Best::Max, "loss", "4"),
        ] {
            let cell = line.cell(&Column::At { tag, best, of });
            assert_eq!(cell.full(), expected, "{tag} at {best:?} of {of}");
        }
    }
}
