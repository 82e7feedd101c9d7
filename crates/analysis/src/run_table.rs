//! Columns of a table of runs: parses what was asked for, and finds what there is.
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
//! let mut columns = Vec::new();
//! ColumnSpec::parse("min:l*", false)?.resolve(&names, &mut columns)?;
//! assert_eq!(columns[0].to_string(), "min:loss");
//! assert_eq!(lines[0].cell(&columns[0]).full(), "0.25");
//! assert!(lines[0].holds(&Condition::parse("max:loss == 0.5", false)?));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

use std::fmt;
use std::sync::Arc;

use tfevents::{Kind, Number, Policy, Scalars, WallTime};

use crate::WholeRun;
use crate::aggregate::Aggregate;
use crate::cell::Cell;
use crate::condition::{Condition, Reference, Subject};
use crate::latest::Latest;
use crate::pattern::{PatternError, Patterns, SeenTags};
use crate::text::natural_order;

mod reasons;

pub use reasons::Reason;

/// What somebody asks for: a column, or a pattern that stands for several.
#[derive(Clone, Debug)]
pub struct ColumnSpec {
    text: String,
    /// Of hyperparameters or of tags.
    patterns: Arc<Patterns>,
    /// None for hyperparameters.
    aggregate: Option<Aggregate>,
    /// Whether it is no fault that there is none.
    optional: bool,
}

/// One column.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Column<'l> {
    /// The runs' names.
    Run,
    /// A hyperparameter.
    HParam(Arc<str>),
    /// An aggregate of a tag.
    Series(Aggregate, &'l str),
}

impl fmt::Display for Column<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Run => f.write_str("run"),
            Self::HParam(name) => write!(f, "@{name}"),
            Self::Series(aggregate, tag) => write!(f, "{}:{tag}", aggregate.name()),
        }
    }
}

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
                "`{column}` stands for several columns, such as `{first}` and `{second}`: name one"
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

impl ColumnSpec {
    /// Understands `AGGREGATE:TAG`, `TAG` (its last value) and `@HPARAM`, with patterns for names: globs, or with
    /// `regex` regular expressions.
    ///
    /// # Errors
    ///
    /// An invalid pattern.
    pub fn parse(text: &str, regex: bool) -> Result<Self, PatternError> {
        let (subject, name) =
            Subject::split(text).unwrap_or((Subject::Series(Aggregate::Last), text));
        let aggregate = match subject {
            Subject::Series(aggregate) => Some(aggregate),
            _ => None,
        };
        let optional = text == "@*";
        // A star alone means all of them, in either language.
        let regex = regex && !optional;
        Ok(Self {
            text: text.to_owned(),
            patterns: Arc::new(Patterns::new(subject.noun(), &[name.to_owned()], regex)?),
            aggregate,
            optional,
        })
    }

    /// The last value of every tag. There need not be any.
    ///
    /// # Errors
    ///
    /// None.
    pub fn every_tag() -> Result<Self, PatternError> {
        let every = Self::parse("*", false)?;
        Ok(Self {
            optional: true,
            ..every
        })
    }

    /// The tags that have to be read for it.
    #[must_use]
    pub fn tags(&self) -> Option<Arc<Patterns>> {
        self.aggregate.map(|_| Arc::clone(&self.patterns))
    }

    /// Adds the columns that it stands for.
    ///
    /// # Errors
    ///
    /// If there is none.
    pub fn resolve<'l>(
        &self,
        names: &Names<'l>,
        columns: &mut Vec<Column<'l>>,
    ) -> Result<(), ColumnError> {
        let before = columns.len();
        let matches = |name: &str| self.patterns.matches(name);
        match self.aggregate {
            Some(aggregate) => {
                let tags = names.tags.iter().filter(|tag| matches(tag));
                columns.extend(tags.map(|tag| Column::Series(aggregate, tag)));
            }
            None => {
                let names = names.hparams.iter().filter(|name| matches(name));
                columns.extend(names.cloned().map(Column::HParam));
            }
        }
        if columns.len() == before && !self.optional {
            return Err(names.none(&self.text, &self.patterns, self.aggregate.is_some()));
        }
        Ok(())
    }

    /// The one column that it stands for; `None` if that is optional and not there.
    ///
    /// # Errors
    ///
    /// If there is none, or more than one.
    pub fn resolve_one<'l>(&self, names: &Names<'l>) -> Result<Option<Column<'l>>, ColumnError> {
        let mut columns = Vec::new();
        self.resolve(names, &mut columns)?;
        match &*columns {
            [first, second, ..] => Err(ColumnError::Several {
                column: self.text.clone(),
                found: [first.to_string(), second.to_string()],
            }),
            columns => Ok(columns.first().cloned()),
        }
    }
}

/// A run, and what its line is made of.
#[derive(Debug)]
pub struct Line<'l> {
    name: &'l str,
    run: WholeRun<'l>,
    policy: Policy,
}

/// What there is to be a column.
#[derive(Debug)]
pub struct Names<'l> {
    tags: Vec<&'l str>,
    hparams: Vec<Arc<str>>,
    /// Tags that were not read.
    seen: SeenTags,
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
            Column::Run => Cell::Text(self.name.to_owned()),
            Column::HParam(name) => self
                .run
                .hparams()
                .get(&**name)
                .map_or(Cell::Empty, Cell::from),
            Column::Series(aggregate, tag) => self.aggregate(*aggregate, tag),
        }
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
        let tags = || {
            let series = self.run.series();
            let scalars = series.filter(|series| series.kind == Kind::Scalar);
            scalars
                .map(|series| series.tag)
                .filter(|tag| patterns.matches(tag))
        };
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

impl<'l> Names<'l> {
    /// Those of all lines; `seen` knows the tags that were not read.
    #[must_use]
    pub fn of(lines: &[Line<'l>], seen: SeenTags) -> Self {
        let series = lines.iter().flat_map(|line| line.run.series());
        let scalars = series.filter(|series| series.kind == Kind::Scalar);
        let hparams = lines.iter().flat_map(|line| line.run.hparams().keys());
        let hparams = distinct(hparams.map(String::as_str));
        Self {
            tags: distinct(scalars.map(|series| series.tag)),
            hparams: hparams.into_iter().map(Arc::from).collect(),
            seen,
        }
    }

    /// Makes sure that there is something of all that a condition speaks of.
    ///
    /// # Errors
    ///
    /// The first of its names that stands for nothing.
    pub fn check(&self, condition: &Condition) -> Result<(), ColumnError> {
        for reference in condition.references() {
            let patterns = reference.patterns();
            let (of_tags, known) = match reference.subject() {
                Subject::Step | Subject::Idle => continue,
                Subject::HParam => (
                    false,
                    self.hparams.iter().any(|name| patterns.matches(name)),
                ),
                _ => (true, self.tags.iter().any(|tag| patterns.matches(tag))),
            };
            if !known {
                return Err(self.none(&reference.to_string(), patterns, of_tags));
            }
        }
        Ok(())
    }

    /// Why nothing matches.
    fn none(&self, column: &str, patterns: &Arc<Patterns>, of_tags: bool) -> ColumnError {
        let column = column.to_owned();
        if !patterns.match_nothing() {
            return ColumnError::NoScalars { column };
        }
        let mut names: Vec<_> = match of_tags {
            true => self.seen.with(|tags| {
                let tags = tags.iter().chain(&self.tags);
                tags.map(|&tag| tag.to_owned()).collect()
            }),
            false => self.hparams.iter().map(ToString::to_string).collect(),
        };
        names.sort_unstable();
        ColumnError::NoMatch {
            column,
            patterns: Arc::clone(patterns),
            names,
        }
    }
}

/// The values without their names.
fn cells(found: &[Vec<(&str, Cell)>]) -> Vec<Vec<Cell>> {
    let values = |found: &Vec<(&str, Cell)>| found.iter().map(|(_, value)| value.clone()).collect();
    found.iter().map(values).collect()
}

fn distinct<'n>(names: impl Iterator<Item = &'n str>) -> Vec<&'n str> {
    let mut names: Vec<_> = names.collect();
    names.sort_unstable_by(|a, b| natural_order(a, b));
    names.dedup();
    names
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tags_may_have_colons() {
        let aggregate = |text: &str| ColumnSpec::parse(text, false).unwrap().aggregate;
        assert_eq!(aggregate("min:val:loss"), Some(Aggregate::Min));
        assert_eq!(aggregate("val:loss"), Some(Aggregate::Last));
        assert_eq!(aggregate("loss"), Some(Aggregate::Last));
        assert_eq!(aggregate("@min:x"), None);
        // What a column is asked for by is what a condition speaks of.
        for text in [
            "min:val:loss",
            "val:loss",
            "loss",
            "@min:x",
            "@lr",
            "min:",
            "@",
        ] {
            let condition = Condition::parse(&format!("{text} > 0"), false).unwrap();
            let reference = &condition.references()[0];
            let spec = ColumnSpec::parse(text, false).unwrap();
            let subject = spec.aggregate.map_or(Subject::HParam, Subject::Series);
            assert_eq!(reference.subject(), subject, "{text}");
            let name = reference.name();
            assert!(
                spec.patterns.matches(name) && !spec.patterns.matches(&name[1..]),
                "{text}"
            );
        }
    }

    #[test]
    fn conditions_speak_of_what_there_is() {
        let dir = tempfile::tempdir().unwrap();
        let writer = tfevents::SummaryWriter::new(dir.path()).unwrap();
        writer.add_scalar("a", 1.0, 1).unwrap();
        writer.close().unwrap();
        let logdir = tfevents::LogdirState::load(dir.path(), tfevents::Selection::all()).unwrap();
        let line = Line::new(".", WholeRun::new(logdir.run(".").unwrap()));
        let names = Names::of(&[line], SeenTags::default());
        let check = |text: &str| names.check(&Condition::parse(text, false).unwrap());
        assert!(check("step > 1 and a > 1").is_ok());
        assert_eq!(
            check("a > c").unwrap_err().to_string(),
            "`c`: no tag matches"
        );
    }
}
