//! A run as it is served: what was read of it, and what a list of its series says.

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};

use prost::encoding::encoded_len_varint;
use tfevents::event::DataClass;
use tfevents::plugin::Metadata;
use tfevents::state::{BlobPoint, RunState, ScalarColumns, SeriesInfo};
use tfevents::{Error, ErrorKind, Policy, WallTime};

use crate::answers::Answers;
use crate::kept::LastKept;
use crate::shown;

/// A run as it was when it was last read. It never changes: a later one takes its place.
#[derive(Debug)]
pub(crate) struct Run {
    pub(crate) state: RunState,
    /// Seconds since the Unix epoch.
    pub(crate) start_time: f64,
    /// In order of their tags.
    pub(crate) series: Vec<Series>,
    /// Those that have series.
    pub(crate) plugins: Vec<Arc<str>>,
    pub(crate) answers: Answers,
    /// All points that were read, and how many of them the policy hides.
    pub(crate) points: u64,
    pub(crate) hidden: u64,
    /// How many records and values were damaged when the run was read, and the files that they are in.
    damaged: u64,
    damaged_files: BTreeSet<PathBuf>,
    /// Records that turned out to be damaged later, when what they hold was asked for: their files and places.
    found: Mutex<BTreeSet<(PathBuf, u64)>>,
}

/// A series that has points to show.
#[derive(Debug)]
pub(crate) struct Series {
    pub(crate) tag: Box<str>,
    pub(crate) plugin: Arc<str>,
    pub(crate) class: DataClass,
    pub(crate) metadata: Arc<Metadata>,
    pub(crate) is_numbers: bool,
    /// How many points are shown, and whether these are all.
    pub(crate) len: usize,
    pub(crate) is_whole: bool,
    pub(crate) max_step: i64,
    /// The most bytes that a step takes on its way: a negative one has ten.
    pub(crate) step_size: usize,
    pub(crate) max_wall_time: f64,
    /// The last point, if it is a number.
    pub(crate) last: Option<(i64, WallTime, f32)>,
    /// The points of a series of several numbers, if none is hidden.
    pub(crate) columns: Option<ScalarColumns>,
    /// The most files of any point.
    pub(crate) max_length: usize,
    /// The points that a chart was last made of.
    pub(crate) kept: LastKept,
}

impl Run {
    /// `None` as long as no event was read.
    pub(crate) fn new(state: RunState, policy: Policy) -> Option<Self> {
        if state.files().all(|f| f.follower().health().records == 0) {
            return None;
        }
        let (mut points, mut hidden) = (0, 0);
        let mut series: Vec<Series> = Vec::new();
        let mut plugins: Vec<Arc<str>> = Vec::new();
        let mut extent = Extent::default();
        for info in state.series() {
            points += info.len as u64;
            let Some((plugin, class)) = info.dashboard() else {
                continue;
            };
            let mut shown = match info.is_numbers {
                true => Series::of_numbers(&state, &info, policy, &mut extent),
                false => Series::of_places(&state, &info, policy, class),
            };
            hidden += info.len.saturating_sub(shown.len) as u64;
            // A tag that was used for numbers and for something else has two, which one plugin may not have.
            let before = series.last().filter(|before| *before.tag == *info.tag);
            let is_known = before.is_some_and(|s| *s.plugin == *plugin && s.class == class);
            if shown.len == 0 || is_known {
                continue;
            }
            let known = plugins.iter().find(|known| ***known == *plugin).cloned();
            shown.plugin = known.unwrap_or_else(|| {
                let new: Arc<str> = plugin.into();
                plugins.push(Arc::clone(&new));
                new
            });
            shown.class = class;
            series.push(shown);
        }
        let (mut damaged, mut damaged_files) = (0, BTreeSet::new());
        for file in state.files() {
            let health = file.follower().health();
            let records = health.damaged + file.broken_values().len() as u64;
            if records > 0 {
                damaged += records;
                damaged_files.insert(file.path().to_path_buf());
            }
        }
        Some(Self {
            damaged,
            damaged_files,
            found: Mutex::default(),
            start_time: state.start_time().map_or(0.0, WallTime::as_secs),
            series,
            plugins,
            answers: Answers::default(),
            points,
            hidden,
            state,
        })
    }

    pub(crate) fn name(&self) -> &str {
        self.state.name()
    }

    /// Takes note of a value that could not be read, if that is because its record is damaged.
    pub(crate) fn note(&self, error: &Error) {
        let place = error.path().zip(error.offset());
        if let (ErrorKind::Record(_), Some((path, offset))) = (error.kind(), place) {
            let mut found = self.found.lock().unwrap_or_else(PoisonError::into_inner);
            found.insert((path.to_path_buf(), offset));
        }
    }

    /// How many records and values are known to be damaged, and in how many files.
    pub(crate) fn damage(&self) -> (u64, u64) {
        let found = self.found.lock().unwrap_or_else(PoisonError::into_inner);
        let files = found.iter().map(|(path, _)| path);
        let files: BTreeSet<_> = files.chain(&self.damaged_files).collect();
        (self.damaged + found.len() as u64, files.len() as u64)
    }

    /// The series of a class that a plugin owns.
    pub(crate) fn series_of<'r>(
        &'r self,
        plugin: &'r str,
        class: DataClass,
    ) -> impl Iterator<Item = &'r Series> {
        let series = self.series.iter();
        series.filter(move |series| series.class == class && *series.plugin == *plugin)
    }

    /// The series of a tag, of a class that a plugin owns.
    pub(crate) fn find(&self, tag: &str, plugin: &str, class: DataClass) -> Option<&Series> {
        let start = self.series.partition_point(|series| *series.tag < *tag);
        let of_tag = self.series.get(start..)?.iter();
        of_tag
            .take_while(|series| *series.tag == *tag)
            .find(|series| series.class == class && *series.plugin == *plugin)
    }
}

impl Series {
    fn of_numbers(
        state: &RunState,
        info: &SeriesInfo<'_>,
        policy: Policy,
        extent: &mut Extent,
    ) -> Self {
        let Some(all) = info.columns() else {
            return Self::new(info, 0);
        };
        extent.look_at(&all);
        let points = match policy {
            Policy::Fast if extent.ascends => all,
            _ => shown::scalars(state, info.tag, all, policy),
        };
        extent.look_at(&points);
        let shown = Self {
            max_step: extent.max_step,
            step_size: extent.step_size,
            max_wall_time: extent.max_wall_time(&points),
            last: points
                .last()
                .map(|(step, time, value)| (step, time, shown::single(value))),
            ..Self::new(info, points.len())
        };
        let is_held = shown.is_whole && shown.len > 1;
        Self {
            columns: is_held.then_some(points),
            ..shown
        }
    }

    fn of_places(
        state: &RunState,
        info: &SeriesInfo<'_>,
        policy: Policy,
        class: DataClass,
    ) -> Self {
        let points = shown::blobs(state, info.tag, policy, class).unwrap_or_default();
        let steps = || points.iter().map(|point| point.step);
        Self {
            max_step: steps().max().unwrap_or_default(),
            step_size: step_size(steps()),
            max_wall_time: max_time(points.iter().map(|point| point.wall_time.as_secs())),
            max_length: points
                .iter()
                .filter_map(BlobPoint::sequence_len)
                .max()
                .unwrap_or(0),
            ..Self::new(info, points.len())
        }
    }

    fn new(info: &SeriesInfo<'_>, len: usize) -> Self {
        Self {
            tag: info.tag.into(),
            plugin: Arc::default(),
            class: DataClass::Unknown,
            metadata: Arc::clone(&info.metadata),
            is_numbers: info.is_numbers,
            len,
            is_whole: len == info.len,
            max_step: 0,
            step_size: 0,
            max_wall_time: 0.0,
            last: None,
            columns: None,
            max_length: 0,
            kept: LastKept::default(),
        }
    }
}

/// Looks at the columns of one series after the other. Those of many have their steps in common.
#[derive(Debug, Default)]
struct Extent {
    last: ScalarColumns,
    /// Whether each of its steps is greater than the one before, and the greatest.
    ascends: bool,
    max_step: i64,
    step_size: usize,
    steps: Vec<i64>,
    wall_times: Vec<WallTime>,
}

impl Extent {
    fn look_at(&mut self, points: &ScalarColumns) {
        if !self.last.has_steps_of(points) || points.is_empty() {
            self.steps.clear();
            points.copy_steps(&mut self.steps);
            self.ascends = self.steps.is_sorted_by(|step, next| step < next);
            self.max_step = self.steps.iter().copied().max().unwrap_or_default();
            self.step_size = step_size(self.steps.iter().copied());
            self.last = points.clone();
        }
    }

    fn max_wall_time(&mut self, points: &ScalarColumns) -> f64 {
        self.wall_times.clear();
        points.copy_wall_times(&mut self.wall_times);
        max_time(self.wall_times.iter().map(|time| time.as_secs()))
    }
}

/// As numbers without a sign, in which the negative ones are the largest.
fn step_size(steps: impl Iterator<Item = i64>) -> usize {
    let largest = steps.map(i64::cast_unsigned).max();
    largest.map_or(0, encoded_len_varint)
}

fn max_time(times: impl Iterator<Item = f64>) -> f64 {
    times.reduce(f64::max).unwrap_or_default()
}
