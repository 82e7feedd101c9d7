//! The points of one tag and one form in one file: numbers in memory, anything else by reference.

use std::borrow::Cow;
use std::sync::Arc;

use crate::plugin::{Kind, Metadata};
use crate::reader::EventRecord;
use crate::record::HEADER_LEN;
use crate::series::Scalars;
use crate::state::chunk::{Chunk, Packers};
use crate::state::datum::{Datum, Form, Place, Storage};
use crate::state::points::Points;
use crate::state::shape::Shape;
use crate::types::{Number, WallTime};

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

#[derive(Clone, Debug, Default)]
struct Rare {
    /// Points whose shape differs from the first one's, with that shape.
    shapes: Vec<(u32, Shape)>,
    /// Points before which more marks stand than before their predecessor, and how many.
    marks: Vec<(u32, u32)>,
    /// Values of the same tag that are not here: how many points stood before, and their least step.
    foreign: Vec<(u32, i64)>,
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
        self.points.len()
    }

    /// The number of points, as it is kept.
    pub(super) fn short_len(&self) -> u32 {
        u32::try_from(self.len()).unwrap_or(u32::MAX)
    }

    pub(crate) fn storage(&self) -> Storage {
        self.points.storage()
    }

    /// All steps, which may have to be unpacked for that.
    pub(crate) fn steps(&self) -> Cow<'_, [i64]> {
        self.points.steps()
    }

    /// All times, which may have to be unpacked for that.
    pub(crate) fn wall_times(&self) -> Cow<'_, [WallTime]> {
        self.points.wall_times()
    }

    /// Point `i`, if the series is one of numbers.
    pub(crate) fn number(&self, i: usize) -> Option<Number> {
        self.points.number(i)
    }

    /// Where point `i` is, if the series is one of places.
    pub(crate) fn place(&self, i: usize) -> Option<Place> {
        self.points.place(i)
    }

    /// What the points are held in, but for a single one, which needs nothing.
    pub(super) fn chunks(&self) -> Option<&Arc<[Chunk]>> {
        self.points.settled()
    }

    /// How many bytes the steps and times of its points take.
    #[cfg(test)]
    pub(super) fn size(&self) -> usize {
        let chunks = self.chunks().into_iter().flat_map(|chunks| &**chunks);
        chunks.map(Chunk::size).sum()
    }

    /// Adds all points of a series of numbers to `scalars`.
    pub(super) fn append_to(&self, scalars: &mut Scalars) {
        self.points.append_to(scalars);
    }

    /// Packs what came, until more comes.
    pub(super) fn settle(&mut self, packers: &mut Packers) {
        self.points.settle(packers);
    }

    /// Takes in a scalar in its usual form behind others, if nothing else about it needs to be noted.
    #[inline(always)]
    pub(super) fn push_plain(
        &mut self,
        step: i64,
        wall_time: WallTime,
        value: f32,
        marks: u32,
        packers: &mut Packers,
    ) -> bool {
        self.shape == Shape::Simple
            && self.marks == marks
            && self.points.push_plain(step, wall_time, value, packers)
    }

    pub(super) fn push_number(
        &mut self,
        record: &EventRecord<'_>,
        number: Number,
        shape: Shape,
        marks: u32,
        packers: &mut Packers,
    ) {
        self.push(record, Datum::Number(number), shape, marks, packers);
    }

    pub(super) fn push_place(
        &mut self,
        record: &EventRecord<'_>,
        bytes: &[u8],
        form: Form,
        shape: Shape,
        marks: u32,
        packers: &mut Packers,
    ) {
        // The value lies inside the payload that it was borrowed from.
        let within = (bytes.as_ptr() as usize).saturating_sub(record.payload.as_ptr() as usize);
        let place = Datum::Place {
            offset: record.offset + (HEADER_LEN + within) as u64,
            len: u32::try_from(bytes.len()).unwrap_or(u32::MAX),
            form,
        };
        self.push(record, place, shape, marks, packers);
    }

    fn push(
        &mut self,
        record: &EventRecord<'_>,
        datum: Datum,
        shape: Shape,
        marks: u32,
        packers: &mut Packers,
    ) {
        let at = self.short_len();
        if shape != self.shape {
            self.rare.get_or_insert_default().shapes.push((at, shape));
        }
        if marks != self.marks {
            self.marks = marks;
            self.rare.get_or_insert_default().marks.push((at, marks));
        }
        let event = &record.event;
        self.points
            .push(event.step, event.wall_time, datum, packers);
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
        if self.points.last_step().is_none_or(|last| last < step) {
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
