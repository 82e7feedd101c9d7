//! The points of one tag and one form in one file: numbers in memory, anything else by reference.

use std::borrow::Cow;
use std::sync::Arc;

use crate::plugin::{Kind, Metadata};
use crate::reader::EventRecord;
use crate::record::HEADER_LEN;
use crate::series::{Numbers, Scalars};
use crate::state::shape::Shape;
use crate::state::shared::{Shared, share};
use crate::types::{Number, WallTime};

/// Where the bytes of a value stand in its file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Place {
    pub(crate) offset: u64,
    pub(crate) len: u32,
    pub(crate) form: Form,
}

/// What the bytes at a [`Place`] are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Form {
    /// A serialized `Summary.Value`.
    Value,
    /// A serialized `GraphDef`.
    Graph,
    /// A serialized `RunMetadata`.
    RunMetadata,
}

/// The two forms of which a tag can have one series each.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Storage {
    Numbers,
    Places,
}

/// The points of one tag and one form in one file.
#[derive(Clone, Debug)]
pub(crate) struct FileSeries {
    /// The tag's number.
    pub(crate) tag: u32,
    /// Of the tag's first value that had any.
    pub(crate) metadata: Option<Arc<Metadata>>,
    pub(crate) kind: Kind,
    points: Points,
    /// The shape of the points, but for those in `rare`.
    shape: Shape,
    /// How many marks of the file come before the first of the points, and before the last one.
    born: u32,
    marks: u32,
    /// What most series have nothing of.
    rare: Option<Box<Rare>>,
}

/// A file can have as many series as points, so one point takes no lists.
#[derive(Clone, Debug)]
enum Points {
    None(Storage),
    One {
        step: i64,
        wall_time: WallTime,
        datum: Datum,
    },
    Many(Box<Columns>),
}

/// What a point is. The fields of a [`Place`] take less room than the place itself.
#[derive(Clone, Copy, Debug)]
enum Datum {
    Number(Number),
    Place { offset: u64, len: u32, form: Form },
}

#[derive(Clone, Debug)]
struct Columns {
    steps: Shared<i64>,
    wall_times: Shared<WallTime>,
    data: Column,
}

#[derive(Clone, Debug)]
enum Column {
    Numbers(Numbers),
    Places(Vec<Place>),
}

impl Points {
    fn push(&mut self, step: i64, wall_time: WallTime, datum: Datum) {
        self.widen();
        match self {
            Self::Many(columns) => columns.push(step, wall_time, datum),
            _ => {
                *self = Self::One {
                    step,
                    wall_time,
                    datum,
                };
            }
        }
    }

    /// Makes room for a second point.
    #[inline]
    fn widen(&mut self) {
        if let Self::One {
            step,
            wall_time,
            datum,
        } = *self
        {
            let mut columns = Columns::new(datum.storage());
            columns.push(step, wall_time, datum);
            *self = Self::Many(Box::new(columns));
        }
    }
}

impl Datum {
    fn storage(self) -> Storage {
        match self {
            Self::Number(_) => Storage::Numbers,
            Self::Place { .. } => Storage::Places,
        }
    }
}

impl Columns {
    fn new(storage: Storage) -> Self {
        Self {
            steps: Shared::Own(Vec::with_capacity(ROOM)),
            wall_times: Shared::Own(Vec::with_capacity(ROOM)),
            data: match storage {
                Storage::Numbers => Column::Numbers(Numbers::F32(Vec::with_capacity(ROOM))),
                Storage::Places => Column::Places(Vec::with_capacity(ROOM)),
            },
        }
    }

    fn push(&mut self, step: i64, wall_time: WallTime, datum: Datum) {
        match (&mut self.data, datum) {
            (Column::Numbers(numbers), Datum::Number(number)) => numbers.push(number),
            (Column::Places(places), Datum::Place { offset, len, form }) => {
                places.push(Place { offset, len, form });
            }
            // A series takes points of its own form only.
            _ => return,
        }
        self.steps.push(step);
        self.wall_times.push(wall_time);
    }
}

/// For how many points the columns of a series that has a second one are made. To let them grow costs as much as the
/// points.
const ROOM: usize = 16;

#[derive(Clone, Debug, Default)]
struct Rare {
    /// Points whose shape differs from the first one's, with that shape.
    shapes: Vec<(u32, Shape)>,
    /// Points before which more marks stand than before their predecessor, and how many.
    marks: Vec<(u32, u32)>,
    /// Values of the same tag that are not here: how many points stood before, and their least step.
    foreign: Vec<(u32, i64)>,
}

/// All points of a scalar series, in columns of one length: see [`RunState::columns`](super::RunState::columns).
#[derive(Clone, Debug)]
pub struct ScalarColumns<'s> {
    /// Steps: borrowed if they are held as such, as those are that several series share; otherwise unpacked for this.
    pub steps: Cow<'s, [i64]>,
    /// When each was logged, as for steps.
    pub wall_times: Cow<'s, [WallTime]>,
    /// Values.
    pub values: &'s Numbers,
}

fn many(series: &mut FileSeries) -> Option<&mut Columns> {
    match &mut series.points {
        Points::Many(columns) => Some(columns),
        _ => None,
    }
}

/// Holds once what several of these series have in common, and lets go of room for points that did not come.
pub(super) fn settle(series: &mut [FileSeries]) {
    share(
        series
            .iter_mut()
            .filter_map(many)
            .map(|columns| &mut columns.steps),
    );
    share(
        series
            .iter_mut()
            .filter_map(many)
            .map(|columns| &mut columns.wall_times),
    );
    for columns in series.iter_mut().filter_map(many) {
        match &mut columns.data {
            Column::Numbers(numbers) => numbers.shrink(),
            Column::Places(places) => places.shrink_to_fit(),
        }
        columns.steps.shrink();
        columns.wall_times.shrink();
    }
}

impl FileSeries {
    pub(crate) fn new(tag: usize, kind: Kind, storage: Storage, shape: Shape, marks: u32) -> Self {
        Self {
            tag: u32::try_from(tag).unwrap_or(u32::MAX),
            metadata: None,
            kind,
            points: Points::None(storage),
            shape,
            born: marks,
            marks,
            rare: None,
        }
    }

    pub(crate) fn len(&self) -> usize {
        match &self.points {
            Points::None(_) => 0,
            Points::One { .. } => 1,
            Points::Many(columns) => columns.steps.len(),
        }
    }

    /// The number of points, as it is kept.
    pub(super) fn short_len(&self) -> u32 {
        u32::try_from(self.len()).unwrap_or(u32::MAX)
    }

    pub(crate) fn storage(&self) -> Storage {
        match &self.points {
            Points::None(storage) => *storage,
            Points::One { datum, .. } => datum.storage(),
            Points::Many(columns) => match columns.data {
                Column::Numbers(_) => Storage::Numbers,
                Column::Places(_) => Storage::Places,
            },
        }
    }

    /// All steps, which may have to be unpacked for that.
    pub(crate) fn steps(&self) -> Cow<'_, [i64]> {
        match &self.points {
            Points::None(_) => Cow::Borrowed(&[]),
            Points::One { step, .. } => Cow::Borrowed(std::slice::from_ref(step)),
            Points::Many(columns) => columns.steps.entries(),
        }
    }

    /// All times, which may have to be unpacked for that.
    pub(crate) fn wall_times(&self) -> Cow<'_, [WallTime]> {
        match &self.points {
            Points::None(_) => Cow::Borrowed(&[]),
            Points::One { wall_time, .. } => Cow::Borrowed(std::slice::from_ref(wall_time)),
            Points::Many(columns) => columns.wall_times.entries(),
        }
    }

    fn last_step(&self) -> Option<i64> {
        match &self.points {
            Points::None(_) => None,
            Points::One { step, .. } => Some(*step),
            Points::Many(columns) => columns.steps.last(),
        }
    }

    /// Point `i`, if the series is one of numbers.
    pub(crate) fn number(&self, i: usize) -> Option<Number> {
        match &self.points {
            Points::One {
                datum: Datum::Number(number),
                ..
            } => (i == 0).then_some(*number),
            Points::Many(columns) => match &columns.data {
                Column::Numbers(numbers) => numbers.number(i),
                Column::Places(_) => None,
            },
            _ => None,
        }
    }

    /// Where point `i` is, if the series is one of places.
    pub(crate) fn place(&self, i: usize) -> Option<Place> {
        match &self.points {
            &Points::One {
                datum: Datum::Place { offset, len, form },
                ..
            } => (i == 0).then_some(Place { offset, len, form }),
            Points::Many(columns) => match &columns.data {
                Column::Places(places) => places.get(i).copied(),
                Column::Numbers(_) => None,
            },
            _ => None,
        }
    }

    /// The columns of a series of numbers, but for one with a single point, which has none.
    pub(super) fn columns(&self) -> Option<ScalarColumns<'_>> {
        match &self.points {
            Points::Many(columns) => match &columns.data {
                Column::Numbers(values) => Some(ScalarColumns {
                    steps: columns.steps.entries(),
                    wall_times: columns.wall_times.entries(),
                    values,
                }),
                Column::Places(_) => None,
            },
            _ => None,
        }
    }

    /// How many bytes the steps and times of its points take.
    #[cfg(test)]
    pub(super) fn size(&self) -> usize {
        match &self.points {
            Points::Many(columns) => columns.steps.size() + columns.wall_times.size(),
            _ => 0,
        }
    }

    /// Adds all points of a series of numbers to `scalars`.
    pub(super) fn append_to(&self, scalars: &mut Scalars) {
        match &self.points {
            Points::Many(columns) => {
                if let Column::Numbers(numbers) = &columns.data {
                    scalars.steps.extend_from_slice(&columns.steps.entries());
                    let wall_times = columns.wall_times.entries();
                    scalars.wall_times.extend_from_slice(&wall_times);
                    scalars.values.append(numbers);
                }
            }
            Points::One {
                step,
                wall_time,
                datum: Datum::Number(number),
            } => scalars.push(*step, *wall_time, *number),
            _ => {}
        }
    }

    /// The columns, if a scalar in its usual form can go there and nothing else about it needs to be noted.
    #[inline(always)]
    pub(super) fn plain(&mut self, marks: u32) -> Option<Plain<'_>> {
        if self.shape != Shape::Simple || self.marks != marks {
            return None;
        }
        self.points.widen();
        let Points::Many(columns) = &mut self.points else {
            return None;
        };
        let columns = &mut **columns;
        match (
            &mut columns.data,
            &mut columns.steps,
            &mut columns.wall_times,
        ) {
            (
                Column::Numbers(Numbers::F32(values)),
                Shared::Own(steps),
                Shared::Own(wall_times),
            ) => Some(Plain {
                steps,
                wall_times,
                values,
            }),
            _ => None,
        }
    }

    pub(super) fn push_number(
        &mut self,
        record: &EventRecord<'_>,
        number: Number,
        shape: Shape,
        marks: u32,
    ) {
        self.push(record, Datum::Number(number), shape, marks);
    }

    pub(super) fn push_place(
        &mut self,
        record: &EventRecord<'_>,
        bytes: &[u8],
        form: Form,
        shape: Shape,
        marks: u32,
    ) {
        // The value lies inside the payload that it was borrowed from.
        let within = (bytes.as_ptr() as usize).saturating_sub(record.payload.as_ptr() as usize);
        let place = Datum::Place {
            offset: record.offset + (HEADER_LEN + within) as u64,
            len: u32::try_from(bytes.len()).unwrap_or(u32::MAX),
            form,
        };
        self.push(record, place, shape, marks);
    }

    fn push(&mut self, record: &EventRecord<'_>, datum: Datum, shape: Shape, marks: u32) {
        let at = self.short_len();
        if shape != self.shape {
            self.rare.get_or_insert_default().shapes.push((at, shape));
        }
        if marks != self.marks {
            self.marks = marks;
            self.rare.get_or_insert_default().marks.push((at, marks));
        }
        self.points
            .push(record.event.step, record.event.wall_time, datum);
    }

    /// Notes the least step of those that went elsewhere before the first point.
    pub(super) fn pass_before(&mut self, least: Option<i64>) {
        if let Some(step) = least {
            self.rare.get_or_insert_default().foreign.push((0, step));
        }
    }

    /// Notes a value of the tag that goes elsewhere, if the data server could discard a point because of it.
    #[inline]
    pub(super) fn pass(&mut self, step: i64) {
        if self.last_step().is_none_or(|last| last < step) {
            return;
        }
        let at = self.short_len();
        let foreign = &mut self.rare.get_or_insert_default().foreign;
        match foreign.last_mut() {
            Some((last, least)) if *last == at => *least = step.min(*least),
            _ => foreign.push((at, step)),
        }
    }

    /// The shape of point `i`.
    pub(crate) fn shape(&self, i: usize) -> Shape {
        let rare = self.rare.as_deref().and_then(|rare| {
            let at = rare.shapes.binary_search_by_key(&i, |s| s.0 as usize);
            at.ok().and_then(|at| rare.shapes.get(at))
        });
        rare.map_or(self.shape, |&(_, shape)| shape)
    }

    /// Whether all points are plain scalars.
    pub(super) fn is_plain(&self) -> bool {
        let rare = self.rare.as_deref();
        self.shape == Shape::Simple
            && self.storage() == Storage::Numbers
            && rare.is_none_or(|rare| rare.shapes.is_empty())
    }

    /// Values of the tag that are not here: how many points stood before, and their least step.
    pub(super) fn foreign(&self) -> &[(u32, i64)] {
        self.rare.as_deref().map_or(&[], |rare| &rare.foreign)
    }

    /// The points from the last to the first, each with the number of marks that come before it.
    pub(super) fn backwards(&self) -> impl Iterator<Item = (usize, usize)> + '_ {
        let rare = self.rare.as_deref();
        let mut changes = rare.map_or(&[][..], |rare| &rare.marks);
        (0..self.len()).rev().map(move |i| {
            while let Some((&(at, _), rest)) = changes.split_last()
                && at as usize > i
            {
                changes = rest;
            }
            let marks = changes.last().map_or(self.born, |&(_, marks)| marks);
            (i, marks as usize)
        })
    }
}

/// The columns of plain scalars.
pub(super) struct Plain<'s> {
    steps: &'s mut Vec<i64>,
    wall_times: &'s mut Vec<WallTime>,
    values: &'s mut Vec<f32>,
}

impl Plain<'_> {
    #[inline(always)]
    pub(super) fn push(self, step: i64, wall_time: WallTime, value: f32) {
        self.values.push(value);
        self.steps.push(step);
        self.wall_times.push(wall_time);
    }
}
