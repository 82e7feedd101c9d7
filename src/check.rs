//! Finds what is wrong with a run and what TensorBoard does not show of it, and says what helps.
//!
//! Reading in this crate is complete; TensorBoard's is not. A check says where the two part, and why: which
//! bytes are damaged, which values are there but are not shown by the data server (the fast loader, the
//! default) or by the Python loader (the slow one, `--load_fast=false`), and at which a dashboard answers with
//! an error or stays blank.
//!
//! # Examples
//!
//! ```
//! use tfevents::check::{self, Problem, Severity};
//! use tfevents::{Logdir, SummaryWriter};
//!
//! # let dir = tempfile::tempdir()?;
//! let writer = SummaryWriter::new(dir.path())?;
//! for step in [1, 2, 3, 2] {
//!     writer.add_scalar("loss", 0.5, step)?;
//! }
//! writer.close()?;
//!
//! let logdir = Logdir::open(dir.path())?;
//! let report = check::run(&logdir.runs()[0]);
//! let finding = report.findings.iter().find(|f| f.severity() == Severity::NotShown).unwrap();
//! assert_eq!(finding.problem, Problem::Rewound);
//! assert_eq!(finding.count, 2, "the first points of steps 2 and 3");
//! assert!(finding.problem.cure().is_some());
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

use std::path::Path;
use std::sync::Arc;

use crate::error::Error;
use crate::plugin::Kind;
use crate::reader::Run;
use crate::tags::Tags;

mod checker;
mod dashboards;
mod facts;
mod flaw;
mod json;
mod problem;
mod projector;
mod runs;

pub use checker::Checker;
pub use flaw::Flaw;
pub use problem::{Loader, Problem, Severity};
pub use projector::projector;
pub use runs::{missing_tags, together};

use facts::{Curve, Facts};

/// The result of checking a run.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Report {
    /// The run's name, by which [`missing_tags`] and [`together`] know what belongs together.
    pub run: String,
    /// Findings about the files, in their order, then about the run as a whole.
    pub findings: Vec<Finding>,
    /// Every tag of the run, with its kind, and the curve if it has one.
    tags: Tags<(Kind, Option<Curve>)>,
    /// What matters beside other runs.
    facts: Facts,
}

impl Report {
    /// Every tag of the run, in order of first use, with its kind.
    pub fn tags(&self) -> impl Iterator<Item = (&str, Kind)> {
        self.tags.iter().map(|(tag, (kind, _))| (tag, *kind))
    }

    /// The kind of a tag.
    #[must_use]
    pub fn kind(&self, tag: &str) -> Option<Kind> {
        let (kind, _) = self.tags.value(self.tags.find(tag)?)?;
        Some(*kind)
    }

    fn has_tag(&self, tag: &str) -> bool {
        self.tags.find(tag).is_some()
    }

    /// The scalar series.
    fn curves(&self) -> impl Iterator<Item = (&str, Curve)> {
        self.tags
            .iter()
            .filter_map(|(tag, (_, curve))| Some((tag, (*curve)?)))
    }

    fn curve(&self, tag: &str) -> Option<Curve> {
        self.tags.value(self.tags.find(tag)?)?.1
    }
}

/// A finding, reported once for all places of a file or series at which it occurs.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Finding {
    /// What it is.
    pub problem: Problem,
    /// The file, unless the run as a whole is concerned.
    pub file: Option<Arc<Path>>,
    /// Where in the file it is, or happens first.
    pub place: Option<Place>,
    /// The tag, where one is concerned.
    pub tag: Option<Arc<str>>,
    /// How many times it happens, or how many values or tags are concerned.
    pub count: u64,
}

/// A record and where it starts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Place {
    /// The number of records before it.
    pub record: u64,
    /// The byte at which it starts, in the decompressed bytes if the file is compressed.
    pub offset: u64,
}

impl Finding {
    /// How bad it is.
    #[must_use]
    pub fn severity(&self) -> Severity {
        self.problem.severity()
    }

    /// One that concerns a run or a tag as a whole.
    fn of_run(problem: Problem, tag: Option<Arc<str>>, count: u64) -> Self {
        Self {
            problem,
            file: None,
            place: None,
            tag,
            count,
        }
    }
}

/// The text of an error, without its path, which findings have in a field of their own.
fn cause(e: &Error) -> String {
    Error::new(e.kind().clone()).to_string()
}

/// Checks one run: its files as they are, and what TensorBoard would show of them. What only shows beside other
/// runs is found by [`together`].
///
/// Memory grows with the run's tags, by about 250 bytes for each, and by about 20 bytes a point of tags that have several,
/// while its views are compared.
#[must_use]
pub fn run(run: &Run) -> Report {
    let mut checker = Checker::new(run);
    for file in run.files() {
        checker.file(file);
    }
    checker.finish()
}
