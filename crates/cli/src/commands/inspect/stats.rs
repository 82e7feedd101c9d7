//! What is counted while reading: a fixed amount for each series, however long it is.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use anyhow::Result;
use tfevents::event::{DataRef, PlainScalar, What};
use tfevents::plugin::{Decoder, Metadata};
use tfevents::reader::EventRecord;
use tfevents::record::Tail;
use tfevents::tags::Tags;
use tfevents::{Health, Kind, Number, Run};

use crate::args::filters;
use crate::input::read::{Checks, Reading, Visitor};
use crate::input::sources::{self, Source};
use crate::input::values::{self, Known};
use crate::ui::reporter::Reporter;

/// One run.
pub(super) struct RunStats {
    pub(super) name: String,
    pub(super) dir: PathBuf,
    pub(super) files: Vec<FileStats>,
    pub(super) series: SeriesTable,
    /// Wall times of all events.
    pub(super) times: Range<f64>,
}

/// One event file.
pub(super) struct FileStats {
    pub(super) path: PathBuf,
    /// Its size on disk.
    pub(super) bytes: u64,
    pub(super) events: u64,
    pub(super) version: Option<String>,
    pub(super) writer: Option<String>,
    pub(super) reading: Reading,
    /// Values that are broken inside a record that is not.
    pub(super) broken: Vec<BrokenValue>,
    /// How many of them there were in all.
    pub(super) broken_count: u64,
}

/// A value that cannot be decoded.
pub(super) struct BrokenValue {
    pub(super) record: u64,
    pub(super) offset: u64,
    pub(super) problem: String,
}

/// How many of a file's broken values are kept one by one.
const MAX_BROKEN: usize = 1000;

/// One tag of one run: little more than a point, because there may be as many as points.
pub(super) struct Series {
    pub(super) kind: Kind,
    metadata: Metadata,
    /// Whether all are scalars in their usual form.
    plain: bool,
    points: Points,
    /// The same tag as another kind.
    other: Option<Box<Series>>,
}

enum Points {
    One(Point),
    Many(Box<SeriesStats>),
}

#[derive(Clone, Copy)]
struct Point {
    /// Bytes of the value, without what is around it.
    bytes: u64,
    step: i64,
    wall_time: f64,
    number: Option<Number>,
}

/// What the points of a series come to.
#[derive(Clone, Default)]
pub(super) struct SeriesStats {
    pub(super) points: u64,
    pub(super) bytes: u64,
    pub(super) steps: Range<i64>,
    pub(super) times: Range<f64>,
    /// For scalars.
    pub(super) scalar: Option<ScalarStats>,
}

/// What the values of one plugin come to.
#[derive(Clone, Copy, Default)]
pub(super) struct PluginStats {
    pub(super) points: u64,
    pub(super) bytes: u64,
}

/// The numbers of one series.
#[derive(Clone)]
pub(super) struct ScalarStats {
    pub(super) first: Number,
    pub(super) last: Number,
    /// Of all that are not NaN.
    pub(super) range: Option<(Number, Number)>,
    pub(super) nan: u64,
}

/// The least and the greatest of what was seen, if anything was.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct Range<T>(pub(super) Option<(T, T)>);

impl<T: Copy + PartialOrd> Range<T> {
    pub(super) fn add(&mut self, v: T) {
        self.0 = Some(match self.0 {
            None => (v, v),
            Some((min, max)) => (if v < min { v } else { min }, if v > max { v } else { max }),
        });
    }

    pub(super) fn merge(&mut self, other: Self) {
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
    /// Reads all files of a run. Runs in which no tag is wanted have no series.
    pub(super) fn read(
        source: &Source,
        checks: &Checks,
        tags: &mut filters::Tags<'_>,
        reporter: &Reporter,
    ) -> Result<Self> {
        let mut survey = Survey {
            decoder: Decoder::default(),
            table: SeriesTable::default(),
            times: Range::default(),
            tags,
        };
        let files = source.run.files().iter();
        let files = files
            .map(|path| survey.file(&source.run, path, checks, reporter))
            .collect::<Result<_>>()?;
        let Survey {
            table: series,
            times,
            ..
        } = survey;
        Ok(Self {
            name: source.name.clone(),
            dir: source.run.dir().to_path_buf(),
            files,
            series,
            times,
        })
    }

    pub(super) fn points(&self) -> u64 {
        let series = self.series.iter();
        series.map(|(_, series)| series.stats().points).sum()
    }

    pub(super) fn bytes(&self) -> u64 {
        self.files.iter().map(|f| f.bytes).sum()
    }

    /// By the plugins' names.
    pub(super) fn plugins(&self) -> BTreeMap<&str, PluginStats> {
        let mut plugins = BTreeMap::<&str, PluginStats>::new();
        for (_, series) in self.series.iter() {
            let stats = series.stats();
            let plugin = plugins.entry(series.shown_by()).or_default();
            plugin.points += stats.points;
            plugin.bytes += stats.bytes;
        }
        plugins
    }

    pub(super) fn steps(&self) -> Range<i64> {
        let mut steps = Range::default();
        for (_, series) in self.series.iter() {
            steps.merge(series.stats().steps);
        }
        steps
    }

    pub(super) fn has_findings(&self) -> bool {
        self.files.iter().any(FileStats::has_findings)
    }
}

/// What is collected over the files of a run.
struct Survey<'t, 's> {
    decoder: Decoder,
    table: SeriesTable,
    times: Range<f64>,
    tags: &'t mut filters::Tags<'s>,
}

impl Survey<'_, '_> {
    fn file(
        &mut self,
        run: &Run,
        path: &Path,
        checks: &Checks,
        reporter: &Reporter,
    ) -> Result<FileStats> {
        let mut file = FileSurvey {
            survey: self,
            events: 0,
            version: None,
            writer: None,
            broken: Vec::new(),
            broken_count: 0,
        };
        let reading = checks.visit_file(run, path, reporter, &mut file)?;
        Ok(FileStats {
            path: path.to_path_buf(),
            bytes: sources::file_size(path),
            events: file.events,
            version: file.version,
            writer: file.writer,
            reading,
            broken: file.broken,
            broken_count: file.broken_count,
        })
    }
}

/// What is collected over the events of a file.
struct FileSurvey<'r, 't, 's> {
    survey: &'r mut Survey<'t, 's>,
    events: u64,
    version: Option<String>,
    writer: Option<String>,
    broken: Vec<BrokenValue>,
    broken_count: u64,
}

impl Visitor for FileSurvey<'_, '_, '_> {
    fn scalar(&mut self, scalar: &PlainScalar<'_>) -> bool {
        let survey = &mut *self.survey;
        let taken = survey.tags.all() && survey.table.add_plain(scalar);
        if taken {
            self.events += 1;
            survey.times.add_time(scalar.wall_time);
        }
        taken
    }

    fn event(&mut self, record: &EventRecord<'_>) -> Result<()> {
        let Survey {
            decoder,
            table,
            times,
            tags,
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
        values::each(record, decoder, |value, decoder| {
            let problem = match value {
                Ok(value) if !tags.wants(value.tag) => None,
                Ok(value) => {
                    let scalar = value.scalar(decoder);
                    let number = scalar.as_ref().and_then(|v| v.as_ref().ok().copied());
                    table.add(&value, number, event.step, event.wall_time);
                    scalar.and_then(|v| Some(format!("{}: {}", value.tag, v.err()?)))
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
        });
        Ok(())
    }
}

impl FileStats {
    pub(super) fn tail(&self) -> Tail {
        let health = self.reading.health.as_ref();
        health.map_or(Tail::Clean, |h| h.tail)
    }

    pub(super) fn has_findings(&self) -> bool {
        let clean = self.reading.health.as_ref().is_some_and(Health::is_clean);
        !clean || self.reading.error.is_some() || self.broken_count > 0
    }
}

/// The series of a run.
#[derive(Default)]
pub(super) struct SeriesTable {
    tags: Tags<Series>,
    len: usize,
}

impl SeriesTable {
    pub(super) fn len(&self) -> usize {
        self.len
    }

    pub(super) fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// All of them with their tags.
    pub(super) fn iter(&self) -> impl Iterator<Item = (&str, &Series)> {
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
        if !series.plain || series.other.is_some() {
            return false;
        }
        series.points.add(Point {
            bytes: scalar.value_size(),
            step: scalar.step,
            wall_time: scalar.wall_time,
            number: Some(Number::F32(scalar.value)),
        });
        true
    }

    fn add(&mut self, value: &Known<'_>, number: Option<Number>, step: i64, wall_time: f64) {
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
    pub(super) fn plugin(&self) -> &str {
        values::named_plugin(&self.metadata)
    }

    /// The plugin that shows it.
    pub(super) fn shown_by(&self) -> &str {
        values::plugin(&self.metadata, self.kind)
    }

    pub(super) fn stats(&self) -> Cow<'_, SeriesStats> {
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
                    range: None,
                    nan: 0,
                })
                .add(v);
        }
    }
}

impl ScalarStats {
    fn add(&mut self, v: Number) {
        self.last = v;
        if v.as_f64().is_nan() {
            self.nan += 1;
            return;
        }
        self.range = Some(match self.range {
            None => (v, v),
            Some((min, max)) => (
                if less(v, min) { v } else { min },
                if less(max, v) { v } else { max },
            ),
        });
    }
}

/// Exact for integers, too.
fn less(a: Number, b: Number) -> bool {
    match (a, b) {
        (Number::I64(a), Number::I64(b)) => a < b,
        (Number::U64(a), Number::U64(b)) => a < b,
        _ => a.as_f64() < b.as_f64(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nan_is_counted_and_ranges_are_exact() {
        let mut stats = ScalarStats {
            first: Number::F32(f32::NAN),
            last: Number::F32(f32::NAN),
            range: None,
            nan: 0,
        };
        for v in [f32::NAN, 2.0, f32::INFINITY, -1.0] {
            stats.add(Number::F32(v));
        }
        assert_eq!(stats.nan, 1);
        assert_eq!(stats.last, Number::F32(-1.0));
        assert_eq!(
            stats.range,
            Some((Number::F32(-1.0), Number::F32(f32::INFINITY)))
        );
        assert!(less(Number::I64(i64::MAX - 1), Number::I64(i64::MAX)));
    }

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
