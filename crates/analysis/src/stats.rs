//! Sums up what runs hold, in a fixed amount of memory per series.
//!
//! # Examples
//!
//! ```
//! use tfevents::{EventReader, Logdir, SummaryWriter, reader};
//! use tfevents_analysis::pattern::{Patterns, WantedTags};
//! use tfevents_analysis::stats::RunSurvey;
//!
//! # let dir = tempfile::tempdir()?;
//! # let logdir = dir.path();
//! let writer = SummaryWriter::new(logdir)?;
//! writer.add_scalar("loss", 0.5, 1)?;
//! writer.close()?;
//!
//! let every = Patterns::new("tag", &[], false)?;
//! let mut tags = WantedTags::new(&every);
//! for run in Logdir::open(logdir)?.runs() {
//!     let mut survey = RunSurvey::new(run.name(), run.dir(), &mut tags);
//!     for path in run.files() {
//!         let mut file = survey.file(path);
//!         let reading = reader::visit(EventReader::open(path), &mut file)?;
//!         file.finish(reading);
//!     }
//!     let stats = survey.finish();
//!     let (tag, series) = stats.series.iter().next().ok_or("no series")?;
//!     assert_eq!((tag, series.stats().points), ("loss", 1));
//! }
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

use std::collections::BTreeMap;
use std::path::PathBuf;

use tfevents::reader::{Foreign, Reading};
use tfevents::record::End;
use tfevents::{Health, Kind, Number, WallTime};

use crate::Accumulator;

mod series;
mod survey;

pub use series::{Series, SeriesTable};
pub use survey::{FileSurvey, RunSurvey};

/// One run.
#[derive(Clone, Debug)]
pub struct RunStats {
    /// The run's name.
    pub name: String,
    /// Its directory.
    pub dir: PathBuf,
    /// Its event files, in order.
    pub files: Vec<FileStats>,
    /// The series.
    pub series: SeriesTable,
    /// Wall times of all events.
    pub times: Range<f64>,
    /// What the files have beside the series; `None` where only some values are asked for.
    whole: Option<Whole>,
}

/// What whole files come to.
#[derive(Clone, Copy, Debug, Default)]
struct Whole {
    /// What belongs to no value.
    rest: u64,
    disk: u64,
}

/// One event file.
#[derive(Clone, Debug)]
pub struct FileStats {
    /// Where it is.
    pub path: PathBuf,
    /// Its size, decompressed if it is compressed.
    pub bytes: u64,
    /// Its size on disk.
    pub disk: u64,
    /// How many events it has.
    pub events: u64,
    /// The version of its format that it states.
    pub version: Option<String>,
    /// The program that wrote it, as it says.
    pub writer: Option<String>,
    /// How reading it went.
    pub reading: Reading,
    /// What it is, if it is only called like an event file.
    pub foreign: Option<Foreign>,
    /// Values that are broken inside a record that is not.
    pub broken: Vec<BrokenValue>,
    /// How many of them there were in all.
    pub broken_count: u64,
}

/// A value that cannot be decoded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BrokenValue {
    /// How many records come before its own.
    pub record: u64,
    /// The byte at which its record begins.
    pub offset: u64,
    /// What is wrong.
    pub problem: String,
}

/// What the points of a series come to.
#[derive(Clone, Debug, Default)]
pub struct SeriesStats {
    /// How many there are.
    pub points: u64,
    /// Their bytes, with their shares of what is around values in records.
    pub bytes: u64,
    /// The steps.
    pub steps: Range<i64>,
    /// The wall times that are finite, in seconds since the Unix epoch.
    pub times: Range<f64>,
    /// For scalars.
    pub scalar: Option<ScalarStats>,
}

/// What the values of one plugin come to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct PluginStats {
    /// How many there are.
    pub points: u64,
    /// Their bytes, as in [`SeriesStats`].
    pub bytes: u64,
}

/// The numbers of one series.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ScalarStats {
    /// The first one.
    pub first: Number,
    /// The last one.
    pub last: Number,
    /// What all of them come to.
    pub all: Accumulator,
}

impl ScalarStats {
    #[inline]
    fn add(&mut self, v: Number) {
        self.last = v;
        self.all.add(v);
    }
}

/// The minimum and the maximum of what was seen, if anything was.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Range<T>(pub Option<(T, T)>);

impl<T: Copy + PartialOrd> Range<T> {
    /// Takes in a value.
    #[inline]
    pub fn add(&mut self, v: T) {
        let (min, max) = self.0.get_or_insert((v, v));
        if v < *min {
            *min = v;
        }
        if v > *max {
            *max = v;
        }
    }

    /// Takes in what another one was made of.
    pub fn merge(&mut self, other: Self) {
        if let Some((min, max)) = other.0 {
            self.add(min);
            self.add(max);
        }
    }
}

impl Range<f64> {
    #[inline]
    fn add_time(&mut self, time: WallTime) {
        if time.is_finite() {
            self.add(time.as_secs());
        }
    }
}

impl RunStats {
    /// How many values there are.
    #[must_use]
    pub fn points(&self) -> u64 {
        let series = self.series.iter();
        series.map(|(_, series)| series.stats().points).sum()
    }

    /// The size as [`usage`](crate::usage) counts it: that of the decompressed files, or of the values if only some are
    /// asked for.
    #[must_use]
    pub fn bytes(&self) -> u64 {
        let series = self.series.iter();
        let series: u64 = series.map(|(_, series)| series.stats().bytes).sum();
        series + self.rest()
    }

    /// The part of [`bytes`](Self::bytes) that belongs to no value.
    #[must_use]
    pub fn rest(&self) -> u64 {
        self.whole.map_or(0, |whole| whole.rest)
    }

    /// The size on disk, which is smaller if files are compressed. If only some values are asked for, their size on disk is
    /// unknown, and this is [`bytes`](Self::bytes).
    #[must_use]
    pub fn disk(&self) -> u64 {
        self.whole.map_or_else(|| self.bytes(), |whole| whole.disk)
    }

    /// Keeps only the series of kinds for which `keep` returns true.
    pub fn retain_kinds(&mut self, keep: impl FnMut(Kind) -> bool) {
        self.series.retain_kinds(keep);
        self.whole = None;
    }

    /// By the plugins' names.
    #[must_use]
    pub fn plugins(&self) -> BTreeMap<&str, PluginStats> {
        let mut plugins = BTreeMap::<&str, PluginStats>::new();
        for (_, series) in self.series.iter() {
            let stats = series.stats();
            let plugin = plugins.entry(series.shown_by()).or_default();
            plugin.points += stats.points;
            plugin.bytes += stats.bytes;
        }
        plugins
    }

    /// The steps of all values.
    #[must_use]
    pub fn steps(&self) -> Range<i64> {
        let mut steps = Range::default();
        for (_, series) in self.series.iter() {
            steps.merge(series.stats().steps);
        }
        steps
    }

    /// Whether anything is wrong with a file.
    #[must_use]
    pub fn has_findings(&self) -> bool {
        self.files.iter().any(FileStats::has_findings)
    }
}

impl FileStats {
    /// How it ends.
    #[must_use]
    pub fn end(&self) -> End {
        let health = self.reading.health.as_ref();
        health.map_or(End::Clean, |h| h.end)
    }

    /// Whether anything is wrong with it.
    #[must_use]
    pub fn has_findings(&self) -> bool {
        let clean = self.reading.health.as_ref().is_some_and(Health::is_clean);
        !clean || self.foreign.is_some() || self.reading.error.is_some() || self.broken_count > 0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_hold_what_was_added() {
        let mut range = Range::default();
        assert_eq!(range, Range(None));
        for v in [3, -2, 7] {
            range.add(v);
        }
        assert_eq!(range, Range(Some((-2, 7))));
        range.merge(Range(Some((9, 9))));
        assert_eq!(range, Range(Some((-2, 9))));
        let mut times = Range::default();
        times.add_time(f64::NAN.into());
        assert_eq!(times, Range(None));
    }
}
