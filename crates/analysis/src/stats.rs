//! What runs hold, in numbers: a fixed amount for each series, however long it is.
//!
//! # Examples
//!
//! ```
//! use tfevents::{EventReader, Logdir, SummaryWriter, reader};
//! use tfevents_analysis::pattern::{Patterns, Tags};
//! use tfevents_analysis::stats::RunSurvey;
//!
//! # let dir = tempfile::tempdir()?;
//! # let logdir = dir.path();
//! let writer = SummaryWriter::new(logdir)?;
//! writer.add_scalar("loss", 0.5, 1)?;
//! writer.close()?;
//!
//! let every = Patterns::new("tag", &[], false)?;
//! let mut tags = Tags::new(&every);
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

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::convert::Infallible;
use std::path::{Path, PathBuf};

use tfevents::event::{DataRef, PlainScalar, What};
use tfevents::plugin::{Decoder, Metadata};
use tfevents::reader::{self, EventRecord, FollowItem, Foreign, KnownValue, Reading, Visitor};
use tfevents::record::Tail;
use tfevents::tags::Tags;
use tfevents::{Health, Kind, Number};

use crate::Accumulator;
use crate::pattern;

/// One run.
#[derive(Clone, Debug)]
pub struct RunStats {
    /// What it is called.
    pub name: String,
    /// Its directory.
    pub dir: PathBuf,
    /// Its event files, in order.
    pub files: Vec<FileStats>,
    /// The series.
    pub series: SeriesTable,
    /// Wall times of all events.
    pub times: Range<f64>,
}

/// One event file.
#[derive(Clone, Debug)]
pub struct FileStats {
    /// Where it is.
    pub path: PathBuf,
    /// Its size on disk.
    pub bytes: u64,
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

/// How many of a file's broken values are kept one by one.
const MAX_BROKEN: usize = 1000;

/// One tag of one run: little more than a point, because there may be as many as points.
#[derive(Clone, Debug)]
pub struct Series {
    /// The kind.
    pub kind: Kind,
    metadata: Metadata,
    /// Whether all are scalars in their usual form.
    plain: bool,
    points: Points,
    /// The same tag as another kind.
    other: Option<Box<Series>>,
}

#[derive(Clone, Debug)]
enum Points {
    One(Point),
    Many(Box<SeriesStats>),
}

#[derive(Clone, Copy, Debug)]
struct Point {
    /// Bytes of the value, without what is around it.
    bytes: u64,
    step: i64,
    wall_time: f64,
    number: Option<Number>,
}

/// What the points of a series come to.
#[derive(Clone, Debug, Default)]
pub struct SeriesStats {
    /// How many there are.
    pub points: u64,
    /// Bytes of the values, without what is around them.
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
    /// Their bytes.
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
    fn add(&mut self, v: Number) {
        self.last = v;
        self.all.add(v);
    }
}

/// The least and the greatest of what was seen, if anything was.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Range<T>(pub Option<(T, T)>);

impl<T: Copy + PartialOrd> Range<T> {
    /// Takes in a value.
    pub fn add(&mut self, v: T) {
        self.0 = Some(match self.0 {
            None => (v, v),
            Some((min, max)) => (if v < min { v } else { min }, if v > max { v } else { max }),
        });
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
    fn add_time(&mut self, secs: f64) {
        if secs.is_finite() {
            self.add(secs);
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

    /// The size of the files on disk.
    #[must_use]
    pub fn bytes(&self) -> u64 {
        self.files.iter().map(|f| f.bytes).sum()
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

/// What is collected over the files of a run.
#[derive(Debug)]
pub struct RunSurvey<'t, 's> {
    name: String,
    dir: PathBuf,
    files: Vec<FileStats>,
    decoder: Decoder,
    table: SeriesTable,
    times: Range<f64>,
    tags: &'t mut pattern::Tags<'s>,
}

/// The file at hand, which takes in its events.
#[derive(Debug)]
pub struct FileSurvey<'r, 't, 's> {
    survey: &'r mut RunSurvey<'t, 's>,
    path: PathBuf,
    events: u64,
    version: Option<String>,
    writer: Option<String>,
    broken: Vec<BrokenValue>,
    broken_count: u64,
}

impl<'t, 's> RunSurvey<'t, 's> {
    /// Begins with a run. Where none of its tags are wanted, it will have no series.
    pub fn new(name: &str, dir: &Path, tags: &'t mut pattern::Tags<'s>) -> Self {
        Self {
            name: name.to_owned(),
            dir: dir.to_path_buf(),
            files: Vec::new(),
            decoder: Decoder::default(),
            table: SeriesTable::default(),
            times: Range::default(),
            tags,
        }
    }

    /// The next file of the run, to be [read](tfevents::reader::visit) and [finished](FileSurvey::finish).
    pub fn file(&mut self, path: &Path) -> FileSurvey<'_, 't, 's> {
        FileSurvey {
            survey: self,
            path: path.to_path_buf(),
            events: 0,
            version: None,
            writer: None,
            broken: Vec::new(),
            broken_count: 0,
        }
    }

    /// What was found.
    #[must_use]
    pub fn finish(self) -> RunStats {
        RunStats {
            name: self.name,
            dir: self.dir,
            files: self.files,
            series: self.table,
            times: self.times,
        }
    }
}

impl FileSurvey<'_, '_, '_> {
    /// The file was read, and this is how.
    pub fn finish(self, reading: Reading) {
        let health = reading.health.as_ref();
        let foreign = health.and_then(|health| Foreign::instead_of_events(&self.path, health));
        self.survey.files.push(FileStats {
            bytes: self.path.metadata().map_or(0, |m| m.len()),
            path: self.path,
            events: self.events,
            version: self.version,
            writer: self.writer,
            reading,
            foreign,
            broken: self.broken,
            broken_count: self.broken_count,
        });
    }

    fn event(&mut self, record: &EventRecord<'_>) {
        let RunSurvey {
            decoder,
            table,
            times,
            tags,
            ..
        } = &mut *self.survey;
        let event = &record.event;
        self.events += 1;
        times.add_time(event.wall_time);
        if let What::FileVersion(v) = event.what {
            self.version.get_or_insert_with(|| v.to_owned());
        }
        if let Some(w) = event.source_writer {
            self.writer.get_or_insert_with(|| w.to_owned());
        }
        for value in record.known_values(decoder) {
            let problem = match value {
                Ok(value) if !tags.wants(value.tag) => None,
                Ok(value) => {
                    let scalar = value.scalar();
                    let number = scalar.as_ref().ok().copied().flatten();
                    table.add(&value, number, event.step, event.wall_time);
                    scalar.err().map(|e| format!("{}: {e}", value.tag))
                }
                Err(e) => Some(e.to_string()),
            };
            if let Some(problem) = problem {
                self.broken_count += 1;
                if self.broken.len() < MAX_BROKEN {
                    self.broken.push(BrokenValue {
                        record: record.record,
                        offset: record.offset,
                        problem,
                    });
                }
            }
        }
    }
}

impl Visitor for FileSurvey<'_, '_, '_> {
    type Stop = Infallible;
    const SCALARS: bool = true;

    fn scalar(&mut self, scalar: &PlainScalar<'_>) -> bool {
        let survey = &mut *self.survey;
        let taken = survey.tags.all() && survey.table.add_plain(scalar);
        if taken {
            self.events += 1;
            survey.times.add_time(scalar.wall_time);
        }
        taken
    }

    fn item(&mut self, item: FollowItem<'_>) -> Result<(), Infallible> {
        if let FollowItem::Event(record) = item {
            self.event(&record);
        }
        Ok(())
    }
}

impl FileStats {
    /// How it ends.
    #[must_use]
    pub fn tail(&self) -> Tail {
        let health = self.reading.health.as_ref();
        health.map_or(Tail::Clean, |h| h.tail)
    }

    /// Whether anything is wrong with it.
    #[must_use]
    pub fn has_findings(&self) -> bool {
        let clean = self.reading.health.as_ref().is_some_and(Health::is_clean);
        !clean || self.foreign.is_some() || self.reading.error.is_some() || self.broken_count > 0
    }
}

/// The series of a run.
#[derive(Clone, Debug, Default)]
pub struct SeriesTable {
    tags: Tags<Series>,
    len: usize,
}

impl SeriesTable {
    /// How many there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.len
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// All of them with their tags.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &Series)> {
        self.tags.iter().flat_map(|(tag, series)| {
            let same_tag = std::iter::successors(Some(series), |series| series.other.as_deref());
            same_tag.map(move |series| (tag, series))
        })
    }

    /// Adds a scalar in its usual form, if it is of the series that is expected, and this has had nothing else.
    fn add_plain(&mut self, scalar: &PlainScalar<'_>) -> bool {
        let Some((_, series)) = self.tags.guess(scalar.tag) else {
            return false;
        };
        let (true, None, Points::Many(stats)) = (series.plain, &series.other, &mut series.points)
        else {
            return false;
        };
        let Some(numbers) = &mut stats.scalar else {
            return false;
        };
        stats.points += 1;
        stats.bytes += scalar.value_size();
        stats.steps.add(scalar.step);
        stats.times.add_time(scalar.wall_time);
        numbers.add(Number::F32(scalar.value));
        true
    }

    fn add(&mut self, value: &KnownValue<'_>, number: Option<Number>, step: i64, wall_time: f64) {
        let plain = matches!(value.data(), Some(DataRef::Simple(_)));
        let point = Point {
            bytes: value.size,
            step,
            wall_time,
            number,
        };
        let new = || Series {
            kind: value.kind,
            metadata: value.metadata.clone(),
            plain,
            points: Points::One(point),
            other: None,
        };
        let known = self.tags.get(value.tag);
        let Some(mut series) = known.and_then(|id| self.tags.value_mut(id)) else {
            self.tags.insert(value.tag, new());
            self.len += 1;
            return;
        };
        while series.kind != value.kind {
            match &mut series.other {
                Some(other) => series = other,
                none => {
                    *none = Some(Box::new(new()));
                    self.len += 1;
                    return;
                }
            }
        }
        series.plain &= plain;
        series.points.add(point);
    }
}

impl Series {
    /// The name of the plugin, where one is stated.
    #[must_use]
    pub fn plugin(&self) -> &str {
        reader::stated_plugin(&self.metadata)
    }

    /// The plugin that shows it.
    #[must_use]
    pub fn shown_by(&self) -> &str {
        reader::plugin_of(&self.metadata, self.kind)
    }

    /// What its points come to.
    #[must_use]
    pub fn stats(&self) -> Cow<'_, SeriesStats> {
        match &self.points {
            Points::One(point) => Cow::Owned(SeriesStats::of(*point)),
            Points::Many(stats) => Cow::Borrowed(stats),
        }
    }
}

impl Points {
    fn add(&mut self, point: Point) {
        match self {
            Self::One(first) => {
                let mut stats = SeriesStats::of(*first);
                stats.add(point);
                *self = Self::Many(Box::new(stats));
            }
            Self::Many(stats) => stats.add(point),
        }
    }
}

impl SeriesStats {
    fn of(point: Point) -> Self {
        let mut stats = Self::default();
        stats.add(point);
        stats
    }

    fn add(&mut self, point: Point) {
        self.points += 1;
        self.bytes += point.bytes;
        self.steps.add(point.step);
        self.times.add_time(point.wall_time);
        if let Some(v) = point.number {
            self.scalar
                .get_or_insert(ScalarStats {
                    first: v,
                    last: v,
                    all: Accumulator::default(),
                })
                .add(v);
        }
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
        times.add_time(f64::NAN);
        assert_eq!(times, Range(None));
    }
}
