//! The series of a run, and what their points come to.

use std::borrow::Cow;
use std::sync::Arc;

use tfevents::event::{DataRef, PlainScalar};
use tfevents::plugin::Metadata;
use tfevents::reader::{self, KnownValue};
use tfevents::tags::Tags;
use tfevents::{Kind, Number, WallTime};

use super::{ScalarStats, SeriesStats};
use crate::Accumulator;

/// One tag of one run: little more than a point, because there may be as many as points.
#[derive(Clone, Debug)]
pub struct Series {
    /// The kind.
    pub kind: Kind,
    metadata: Arc<Metadata>,
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
    /// As in [`SeriesStats`].
    bytes: u64,
    step: i64,
    wall_time: WallTime,
    number: Option<Number>,
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

    /// Keeps only the series of kinds for which `keep` returns true.
    pub(super) fn retain_kinds(&mut self, mut keep: impl FnMut(Kind) -> bool) {
        let mut kept = Self::default();
        for (tag, series) in self.tags.iter() {
            let same_tag = std::iter::successors(Some(series), |series| series.other.as_deref());
            let same_tag: Vec<_> = same_tag.filter(|series| keep(series.kind)).collect();
            kept.len += same_tag.len();
            let chain = same_tag.into_iter().rev().fold(None, |other, series| {
                Some(Series {
                    metadata: Arc::clone(&series.metadata),
                    points: series.points.clone(),
                    other: other.map(Box::new),
                    ..*series
                })
            });
            if let Some(series) = chain {
                kept.tags.insert(tag, series);
            }
        }
        *self = kept;
    }

    /// Adds a scalar in its usual form, alone in a record of so many bytes, if it is of the series that is expected, and
    /// this has had nothing else.
    #[inline]
    pub(super) fn add_plain(&mut self, scalar: &PlainScalar<'_>, bytes: u64) -> bool {
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
        stats.bytes += bytes;
        stats.steps.add(scalar.step);
        stats.times.add_time(scalar.wall_time);
        numbers.add(Number::F32(scalar.value));
        true
    }

    pub(super) fn add(
        &mut self,
        value: &KnownValue<'_>,
        bytes: u64,
        number: Option<Number>,
        step: i64,
        wall_time: WallTime,
    ) {
        let plain = matches!(value.data(), Some(DataRef::Simple(_)));
        let point = Point {
            bytes,
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
