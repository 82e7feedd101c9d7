//! Checking: what is wrong with a run, and what stock TensorBoard does not show of it.
//!
//! Reading in this crate is complete; TensorBoard's is not. A check says where the two part, and why: which
//! bytes are lost to everybody, and which values are there but hidden by the data server (the fast loader,
//! the default) or by the Python loader (the slow one, `--load_fast=false`).
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
//! let hidden = report.findings.iter().find(|f| f.severity() == Severity::Hidden).unwrap();
//! assert_eq!(hidden.problem, Problem::Rewound);
//! assert_eq!(hidden.count, 2, "the first points of steps 2 and 3");
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::path::PathBuf;
use std::sync::Arc;

use crate::plugin::Kind;
use crate::reader::Run;
use crate::record::{Fault, Tail};

mod checker;
mod views;

pub use checker::Checker;

/// What a check found out about a run.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Report {
    /// Every tag of the run.
    pub tags: BTreeSet<Arc<str>>,
    /// What was found, in the order of the files and their bytes, then what concerns the run as a whole.
    pub findings: Vec<Finding>,
}

/// One thing that was found, once for all places of a file or series at which it happens.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Finding {
    /// What it is.
    pub problem: Problem,
    /// The file, unless the run as a whole is concerned.
    pub file: Option<PathBuf>,
    /// Where in the file it is, or happens first.
    pub place: Option<Place>,
    /// The tag, where one is concerned.
    pub tag: Option<Arc<str>>,
    /// How many times it happens, or how many values or tags are concerned.
    pub count: u64,
}

/// A record and where it starts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Place {
    /// How many records stand before it.
    pub record: u64,
    /// The byte at which it starts, in a compressed file of the unwrapped bytes.
    pub offset: u64,
}

/// How bad a finding is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Severity {
    /// Nothing is wrong, but it may not be what was meant.
    Note,
    /// Everything is there, but it is likely to be misread.
    Warning,
    /// It is there, but one of stock TensorBoard's loaders does not show it.
    Hidden,
    /// It cannot be read.
    Loss,
}

/// One of stock TensorBoard's loaders.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Loader {
    /// The data server, the default.
    Fast,
    /// The Python loader, `--load_fast=false`.
    Slow,
}

/// What can be found.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum Problem {
    /// The system refuses to read the file.
    Unreadable(String),
    /// Bytes are no intact record.
    Damage {
        /// How many.
        bytes: u64,
        /// What is wrong with them.
        fault: Fault,
    },
    /// A record is intact, but it is no event: bad protobuf, or text that is not UTF-8.
    NotAnEvent(String),
    /// A record is intact, but longer than what may be held in memory, so nothing of it was checked.
    LargeRecord {
        /// The length of its payload.
        length: u64,
        /// The longest payload that is held: see [`Logdir::max_record`](crate::Logdir::max_record).
        limit: u64,
    },
    /// A value inside an event cannot be decoded; the others can.
    BrokenValue(String),
    /// More damage than is kept one by one.
    MoreDamage,
    /// The file does not end on a record boundary.
    Tail(Tail),
    /// TensorBoard stops in a file at such a place: what stands behind is hidden.
    Behind(Loader),
    /// A wall time that is NaN or infinite.
    WallTime(f64),
    /// TensorBoard does not read compressed files.
    Compressed,
    /// The first value of a tag is a tensor without metadata, which stays without a dashboard for good.
    NoMetadata {
        /// The plugin that a later value names, in vain.
        late: Option<Box<str>>,
    },
    /// A tag is used for values of two kinds; TensorBoard goes by the first one.
    TwoKinds {
        /// The kind of the tag's first value.
        first: Kind,
        /// The other one.
        then: Kind,
    },
    /// A series of a plugin that stock TensorBoard gives no data class to.
    UnknownPlugin(Box<str>),
    /// The fast loader keeps series in order of steps: a value discards those before it that are not smaller.
    Rewound,
    /// The fast loader does not show values in a form other than the usual one.
    Form(Kind),
    /// The slow loader discards values at and behind the step of a restart.
    Restarted,
    /// The slow loader shows the first picture or sound of a step only.
    SameStep,
    /// A file has no bytes at all.
    EmptyFile,
    /// A file does not begin with its version, so that the slow loader applies the rules for old files.
    NoFileVersion,
    /// The steps of a tag go back.
    StepsBack {
        /// The step before.
        from: i64,
        /// The smaller step after it.
        to: i64,
    },
    /// A tag has several values at the same step, one after the other.
    DuplicateSteps {
        /// The first such step.
        step: i64,
    },
    /// Another file of the run has values of the same tags and the same time.
    TwoWriters {
        /// The other file.
        other: PathBuf,
    },
    /// A file holds no values.
    NoValues,
    /// More points than TensorBoard shows of a series by default.
    Sampled {
        /// How many it shows of each.
        shown: u64,
    },
    /// Most other runs have a tag that this one lacks.
    MissingTag,
}

impl Finding {
    /// How bad it is.
    #[must_use]
    pub fn severity(&self) -> Severity {
        self.problem.severity()
    }
}

impl Problem {
    /// How bad it is.
    #[must_use]
    pub fn severity(&self) -> Severity {
        match self {
            Self::Unreadable(_)
            | Self::Damage { .. }
            | Self::NotAnEvent(_)
            | Self::BrokenValue(_)
            | Self::MoreDamage
            | Self::Tail(_) => Severity::Loss,
            Self::Behind(_)
            | Self::WallTime(_)
            | Self::Compressed
            | Self::NoMetadata { .. }
            | Self::TwoKinds { .. }
            | Self::UnknownPlugin(_)
            | Self::Rewound
            | Self::Form(_)
            | Self::Restarted
            | Self::SameStep => Severity::Hidden,
            Self::LargeRecord { .. }
            | Self::EmptyFile
            | Self::NoFileVersion
            | Self::StepsBack { .. }
            | Self::DuplicateSteps { .. }
            | Self::TwoWriters { .. } => Severity::Warning,
            Self::NoValues | Self::Sampled { .. } | Self::MissingTag => Severity::Note,
        }
    }

    /// A short name that does not change, for programs.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::Unreadable(_) => "unreadable",
            Self::Damage { .. } => "damage",
            Self::NotAnEvent(_) => "not_an_event",
            Self::LargeRecord { .. } => "large_record",
            Self::BrokenValue(_) => "broken_value",
            Self::MoreDamage => "more_damage",
            Self::Tail(Tail::Zeros { .. }) => "zero_tail",
            Self::Tail(Tail::Damaged { .. }) => "damaged_tail",
            Self::Tail(_) => "torn_tail",
            Self::Behind(Loader::Fast) => "behind_fast",
            Self::Behind(Loader::Slow) => "behind_slow",
            Self::WallTime(_) => "wall_time",
            Self::Compressed => "compressed",
            Self::NoMetadata { late: None } => "no_metadata",
            Self::NoMetadata { late: Some(_) } => "late_metadata",
            Self::TwoKinds { .. } => "two_kinds",
            Self::UnknownPlugin(_) => "unknown_plugin",
            Self::Rewound => "rewound",
            Self::Form(_) => "form",
            Self::Restarted => "restarted",
            Self::SameStep => "same_step",
            Self::EmptyFile => "empty_file",
            Self::NoFileVersion => "no_file_version",
            Self::StepsBack { .. } => "steps_back",
            Self::DuplicateSteps { .. } => "duplicate_steps",
            Self::TwoWriters { .. } => "two_writers",
            Self::NoValues => "no_values",
            Self::Sampled { .. } => "sampled",
            Self::MissingTag => "missing_tag",
        }
    }
}

/// What it is in general; file, place, tag and count are beside it in the [`Finding`].
impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unreadable(what) => write!(f, "cannot be read: {what}"),
            Self::Damage { bytes, fault } => write!(f, "{bytes} bytes are damaged: {fault}"),
            Self::NotAnEvent(what) => write!(f, "an intact record is no event: {what}"),
            &Self::LargeRecord { length, limit } => Fault::Large { length, limit }.fmt(f),
            Self::BrokenValue(what) => write!(f, "a value cannot be decoded: {what}"),
            Self::MoreDamage => f.write_str("more places are damaged"),
            Self::Tail(tail) => tail.fmt(f),
            Self::Behind(Loader::Fast) => {
                f.write_str("the fast loader gives the file up here and hides what follows")
            }
            Self::Behind(Loader::Slow) => {
                f.write_str("the slow loader stops here and hides what follows")
            }
            Self::WallTime(t) if t.is_nan() => {
                f.write_str("a wall time is NaN, at which the fast loader gives the file up")
            }
            Self::WallTime(t) => {
                write!(f, "a wall time is {t}: the fast loader drops such an event")
            }
            Self::Compressed => f.write_str("compressed, which TensorBoard does not read"),
            Self::NoMetadata { late: None } => {
                f.write_str("tensors without metadata, which no dashboard shows")
            }
            Self::NoMetadata { late: Some(plugin) } => write!(
                f,
                "metadata (plugin `{plugin}`) comes after the first value, too late for TensorBoard: \
                 no dashboard shows the series"
            ),
            Self::TwoKinds { first, then } => write!(
                f,
                "the tag is a {first} first and a {then} later: the fast loader hides the later ones, \
                 the slow one may fail to show any"
            ),
            Self::UnknownPlugin(plugin) => write!(
                f,
                "stock TensorBoard has no dashboard for the plugin `{plugin}`"
            ),
            Self::Rewound => f.write_str(
                "the fast loader discards values at steps that are logged again or gone back behind",
            ),
            Self::Form(Kind::Scalar) => f.write_str(
                "the fast loader hides scalars that are not stored as 32-bit floats of rank 0",
            ),
            Self::Form(kind) => {
                write!(f, "the fast loader hides values that no {kind} is stored as")
            }
            Self::Restarted => {
                f.write_str("the slow loader discards values at and behind the step of a restart")
            }
            Self::SameStep => f.write_str("the slow loader shows the first value of a step only"),
            Self::EmptyFile => f.write_str("the file is empty"),
            Self::NoFileVersion => f.write_str(
                "the file does not begin with its version: the slow loader takes steps that go back \
                 for a restart",
            ),
            Self::StepsBack { from, to } => write!(f, "steps go back, first from {from} to {to}"),
            Self::DuplicateSteps { step } => {
                write!(f, "several values stand at one step, first at {step}")
            }
            Self::TwoWriters { other } => write!(
                f,
                "written at the same time and with the same tags as {}: two writers in one run",
                other.file_name().unwrap_or(other.as_os_str()).display()
            ),
            Self::NoValues => f.write_str("the file holds no values"),
            Self::Sampled { shown } => write!(
                f,
                "TensorBoard shows a sample of {shown} points by default (--samples_per_plugin)"
            ),
            Self::MissingTag => f.write_str("most other runs have this tag, this one has not"),
        }
    }
}

/// Checks one run: its files as they are, and what TensorBoard would show of them.
///
/// Memory grows with the run's tags, and by about 20 bytes a point while its views are compared.
#[must_use]
pub fn run(run: &Run) -> Report {
    let mut checker = Checker::new(run);
    for file in run.files() {
        checker.file(file);
    }
    checker.finish()
}

/// Notes in each report the tags that more than half of the runs have, and it has not. Runs without any tag
/// are left out; of fewer than three, nothing can be said.
///
/// # Examples
///
/// ```
/// use tfevents::{Logdir, SummaryWriter, check};
///
/// # let dir = tempfile::tempdir()?;
/// for (run, tag) in [("a", "loss"), ("b", "loss"), ("c", "lss")] {
///     let writer = SummaryWriter::new(dir.path().join(run))?;
///     writer.add_scalar(tag, 0.5, 1)?;
///     writer.close()?;
/// }
/// let mut reports: Vec<_> = Logdir::open(dir.path())?.runs().iter().map(check::run).collect();
/// check::missing_tags(&mut reports);
/// assert_eq!(reports[2].findings[0].tag.as_deref(), Some("loss"));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn missing_tags(reports: &mut [Report]) {
    let mut users = BTreeMap::<Arc<str>, usize>::new();
    let runs = reports.iter().filter(|r| !r.tags.is_empty()).count();
    if runs < 3 {
        return;
    }
    for tag in reports.iter().flat_map(|report| &report.tags) {
        *users.entry(Arc::clone(tag)).or_default() += 1;
    }
    users.retain(|_, &mut n| n > runs / 2 && n < runs);
    for report in reports.iter_mut().filter(|r| !r.tags.is_empty()) {
        let missing = users.keys().filter(|tag| !report.tags.contains(*tag));
        report.findings.extend(missing.map(|tag| Finding {
            problem: Problem::MissingTag,
            file: None,
            place: None,
            tag: Some(Arc::clone(tag)),
            count: 1,
        }));
    }
}
