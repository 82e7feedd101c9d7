//! What can be found: how bad it is, what it is called, what it means, and what helps.

use std::fmt;
use std::path::PathBuf;

use super::Flaw;
use crate::plugin::Kind;
use crate::reader::{Content, Foreign};
use crate::record::{End, Fault};

/// How bad a finding is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Severity {
    /// Nothing is wrong, but it may not be what was meant.
    Note,
    /// Everything is there, but it is likely to be misread.
    Warning,
    /// It is there, but stock TensorBoard does not show it: not at all, or not by one of its loaders.
    NotShown,
    /// It cannot be read.
    Damage,
}

impl Severity {
    /// A short name that does not change, for programs.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Note => "note",
            Self::Warning => "warning",
            Self::NotShown => "not_shown",
            Self::Damage => "damage",
        }
    }
}

/// A file that Git LFS did not fetch.
const POINTER: Foreign = Foreign::NotEvents(Content::GitLfs);

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
    /// A compressed file is cut or damaged, or something else follows what is compressed.
    NotUnpacked(String),
    /// A compressed file takes another program to unpack it, because of a dictionary or a large window.
    Unsupported(String),
    /// Bytes are not an intact record.
    Damage {
        /// How many, in all places of the file.
        bytes: u64,
        /// What is wrong with the first of them.
        fault: Fault,
    },
    /// A file is not an event file, or has no intact record at all.
    NoRecords {
        /// What it is instead, as far as its first bytes tell.
        what: Option<Foreign>,
    },
    /// A record is intact, but it is not an event: bad protobuf, or text that is not UTF-8.
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
    /// The file does not end on a record boundary.
    End(End),
    /// TensorBoard stops in a file at such a place, and shows nothing of what follows.
    Behind(Loader),
    /// A wall time that is NaN or infinite.
    WallTime(crate::WallTime),
    /// TensorBoard does not read compressed files.
    Compressed,
    /// A tag has values of two kinds; TensorBoard expects those of the first one only.
    TwoKinds {
        /// The kind of the tag's first value.
        first: Kind,
        /// The other one.
        then: Kind,
    },
    /// The fast loader keeps series in order of steps: a value discards those before it that are not smaller.
    Rewound,
    /// The fast loader does not show values in a form other than the usual one.
    Form(Kind),
    /// The slow loader discards values at and behind the step of a restart.
    Restarted,
    /// The slow loader shows the first picture or sound of a step only.
    SameStep,
    /// A dashboard answers with an error, stays blank, or does not list a series.
    Dashboard(Flaw),
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
    /// A file that older TensorFlows' profilers left to make a run of its directory.
    ProfileMarker,
    /// More points than TensorBoard shows of a series by default.
    Sampled {
        /// How many it shows of each.
        shown: u64,
    },
    /// Most runs that belong together have a tag that this one lacks.
    MissingTag,
}

impl Problem {
    /// How bad it is.
    #[must_use]
    pub fn severity(&self) -> Severity {
        match self {
            // It is whole, but it is not what its name says.
            Self::NoRecords { what: Some(what) } if *what != POINTER => Severity::Warning,
            Self::Unreadable(_)
            | Self::NotUnpacked(_)
            | Self::Damage { .. }
            | Self::NoRecords { .. }
            | Self::NotAnEvent(_)
            | Self::BrokenValue(_)
            | Self::End(_) => Severity::Damage,
            Self::Behind(_)
            | Self::WallTime(_)
            | Self::Unsupported(_)
            | Self::Compressed
            | Self::TwoKinds { .. }
            | Self::Rewound
            | Self::Form(_)
            | Self::Restarted
            | Self::SameStep
            | Self::Dashboard(_) => Severity::NotShown,
            Self::LargeRecord { .. }
            | Self::EmptyFile
            | Self::NoFileVersion
            | Self::StepsBack { .. }
            | Self::DuplicateSteps { .. }
            | Self::TwoWriters { .. } => Severity::Warning,
            Self::NoValues | Self::ProfileMarker | Self::Sampled { .. } | Self::MissingTag => {
                Severity::Note
            }
        }
    }

    /// A short name that does not change, for programs.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::Unreadable(_) => "unreadable",
            Self::NotUnpacked(_) => "not_unpacked",
            Self::Unsupported(_) => "unsupported",
            Self::Damage { .. } => "damage",
            Self::NoRecords { .. } => "no_records",
            Self::NotAnEvent(_) => "not_an_event",
            Self::LargeRecord { .. } => "large_record",
            Self::BrokenValue(_) => "broken_value",
            Self::End(End::Zeros { .. }) => "zero_tail",
            Self::End(End::Damaged { .. }) => "damaged_tail",
            Self::End(_) => "torn_tail",
            Self::Behind(Loader::Fast) => "behind_fast",
            Self::Behind(Loader::Slow) => "behind_slow",
            Self::WallTime(_) => "wall_time",
            Self::Compressed => "compressed",
            Self::TwoKinds { .. } => "two_kinds",
            Self::Rewound => "rewound",
            Self::Form(_) => "form",
            Self::Restarted => "restarted",
            Self::SameStep => "same_step",
            Self::Dashboard(flaw) => flaw.code(),
            Self::EmptyFile => "empty_file",
            Self::NoFileVersion => "no_file_version",
            Self::StepsBack { .. } => "steps_back",
            Self::DuplicateSteps { .. } => "duplicate_steps",
            Self::TwoWriters { .. } => "two_writers",
            Self::NoValues => "no_values",
            Self::ProfileMarker => "profile_marker",
            Self::Sampled { .. } => "sampled",
            Self::MissingTag => "missing_tag",
        }
    }

    /// What to do about it, as a sentence; `None` if there is nothing to do.
    #[must_use]
    pub fn cure(&self) -> Option<&str> {
        Some(match self {
            Self::Unreadable(_) => "Check the file's permissions and the disk.",
            Self::NotUnpacked(_) => {
                "Run `tfevents repair` to copy everything that can be decompressed to a new file."
            }
            Self::Unsupported(_) => "Decompress the file, and check it again.",
            Self::Damage { .. } | Self::NotAnEvent(_) | Self::BrokenValue(_) | Self::Behind(_) => {
                "Run `tfevents repair` to copy everything that is intact to a new file."
            }
            Self::NoRecords {
                what: Some(POINTER),
            } => "Fetch the file itself with `git lfs pull`.",
            Self::NoRecords {
                what: Some(Foreign::StrayProfile),
            } => "Move it to `plugins/profile/<session>/<host>.xplane.pb`, where xprof finds it.",
            Self::NoRecords { what: Some(_) } => {
                "If `tfevents` is in its name, rename it so that TensorBoard does not read it."
            }
            Self::NoRecords { what: None } => {
                "If another program wrote it, rename it so that `tfevents` is not in its name."
            }
            Self::End(_) => {
                "Wait if the run is still being written; otherwise run `tfevents repair` to cut it off."
            }
            Self::WallTime(_) => "Log with a finite wall time.",
            Self::Compressed => "Decompress the file, or rewrite its run with `tfevents compact`.",
            Self::TwoKinds { .. } => "Give each kind of data its own tag.",
            Self::Rewound => {
                "Log each tag with increasing steps and give each process its own run; \
                 unless another finding says otherwise, TensorBoard shows all values with \
                 `--load_fast=false`."
            }
            Self::Form(Kind::Scalar) => {
                "Log 32-bit floats, or start TensorBoard with `--load_fast=false`."
            }
            Self::Form(Kind::Histogram) => "Write one right edge per count.",
            Self::Form(_) => "Log the values in the usual form of their kind.",
            Self::Restarted => {
                "If this was not a restart, start TensorBoard with `--purge_orphaned_data=false`."
            }
            Self::SameStep => "Log several at once, or give each its own step.",
            Self::Dashboard(flaw) => flaw.cure(),
            Self::LargeRecord { .. } => "Raise `--max-record` to read it.",
            Self::EmptyFile => "Remove it, unless its writer is still running.",
            Self::NoFileVersion => {
                "Run `tfevents compact` to write a copy that begins with a version."
            }
            Self::StepsBack { .. } | Self::DuplicateSteps { .. } => {
                "Log each tag with increasing steps."
            }
            Self::TwoWriters { .. } => "Give each process its own run.",
            Self::Sampled { .. } => {
                "Start TensorBoard with, for example, `--samples_per_plugin scalars=100000`."
            }
            Self::NoValues | Self::ProfileMarker | Self::MissingTag => return None,
        })
    }
}

/// What is wrong in general; file, place, tag and count are in the [`Finding`](super::Finding).
impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unreadable(what) => write!(f, "cannot be read: {what}"),
            Self::NotUnpacked(what) => write!(f, "cannot be decompressed to its end: {what}"),
            Self::Unsupported(what) => write!(f, "cannot be decompressed here: {what}"),
            Self::Damage { bytes, fault } => write!(f, "{bytes} bytes are damaged: {fault}"),
            Self::NoRecords { what: Some(what) } => {
                write!(f, "this is {}, not an event file", what.phrase())
            }
            Self::NoRecords { what: None } => {
                f.write_str("not an event file, or completely damaged: no intact record found")
            }
            Self::NotAnEvent(what) => write!(
                f,
                "an intact record is not an event; the slow loader stops reading all runs: {what}"
            ),
            &Self::LargeRecord { length, limit } => Fault::Large { length, limit }.fmt(f),
            Self::BrokenValue(what) => write!(
                f,
                "a value cannot be decoded; the slow loader stops reading all runs: {what}"
            ),
            Self::End(end) => end.fmt(f),
            Self::Behind(Loader::Fast) => {
                f.write_str("the fast loader stops here and does not show what follows")
            }
            Self::Behind(Loader::Slow) => {
                f.write_str("the slow loader stops here and does not show what follows")
            }
            Self::WallTime(t) if t.as_secs().is_nan() => {
                f.write_str("a wall time is NaN: the fast loader stops reading the file")
            }
            Self::WallTime(t) => {
                write!(f, "a wall time is {}: the fast loader drops the event", t.as_secs())
            }
            Self::Compressed => f.write_str("compressed: TensorBoard does not read compressed files"),
            Self::TwoKinds { first, then } => write!(
                f,
                "the tag has {first} values first and {then} values later: TensorBoard expects \
                 only {first} values, and drops the others or fails"
            ),
            Self::Rewound => {
                f.write_str("the fast loader discards values whose steps are repeated or rewound")
            }
            Self::Form(Kind::Scalar) => f.write_str(
                "the fast loader shows only scalars that are stored as 32-bit floats of rank 0",
            ),
            Self::Form(Kind::Histogram) => f.write_str(
                "the fast loader does not show histograms with more or fewer edges than counts",
            ),
            Self::Form(kind) => {
                write!(f, "the fast loader shows {kind} values only in their usual form")
            }
            Self::Restarted => {
                f.write_str("the slow loader discards values from a restart's step on")
            }
            Self::SameStep => f.write_str("the slow loader shows only the first value of each step"),
            Self::Dashboard(flaw) => flaw.fmt(f),
            Self::EmptyFile => f.write_str("the file is empty"),
            Self::NoFileVersion => f.write_str(
                "the file does not begin with its version: when steps go back, the slow loader discards the \
                 points from that step on, as after a restart",
            ),
            Self::StepsBack { from, to } => write!(f, "steps go back, first from {from} to {to}"),
            Self::DuplicateSteps { step } => {
                write!(f, "several values share a step, first at step {step}")
            }
            Self::TwoWriters { other } => write!(
                f,
                "written at the same time and with the same tags as {}: two writers in one run",
                other.file_name().unwrap_or(other.as_os_str()).display()
            ),
            Self::NoValues => f.write_str("the file holds no values"),
            Self::ProfileMarker => f.write_str(
                "an otherwise empty file that TensorFlow's profiler left to mark the directory as a run",
            ),
            Self::Sampled { shown } => write!(
                f,
                "TensorBoard shows a sample of {shown} points by default (--samples_per_plugin)"
            ),
            Self::MissingTag => {
                f.write_str("this run lacks a tag that most runs of its group have")
            }
        }
    }
}
