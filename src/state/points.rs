//! The points of a series of one file, as they come and as they stay.

use std::borrow::Cow;
use std::sync::Arc;

use crate::series::Scalars;
use crate::state::chunk::{CHUNK, Chunk, Packers, Rows};
use crate::state::datum::{Datum, Place, Storage};
use crate::types::{Number, WallTime};

/// A file can have as many series as points, so one point takes no lists.
#[derive(Clone, Debug)]
pub(super) enum Points {
    None(Storage),
    One {
        step: i64,
        wall_time: WallTime,
        datum: Datum,
    },
    /// Until others come.
    Settled(Arc<[Chunk]>),
    Growing(Box<Growing>),
}

/// Points that are there, and those that come.
#[derive(Clone, Debug)]
pub(super) struct Growing {
    chunks: Vec<Chunk>,
    rows: Rows,
}

/// The points for which there is room when the second one comes. To make room again and again costs as much as the points.
const GOOD_ROOM: usize = 64;
const LEAST_ROOM: usize = 4;

/// The points for which all series of a file together get room at that time, more or less.
const MOST_ROOM: usize = 1 << 16;

impl Points {
    /// Adds a point.
    pub(super) fn push(
        &mut self,
        step: i64,
        wall_time: WallTime,
        datum: Datum,
        packers: &mut Packers,
    ) {
        if let Self::None(_) = self {
            *self = Self::One {
                step,
                wall_time,
                datum,
            };
        } else if let Some(growing) = self.grow(packers) {
            growing.rows.push(step, wall_time, datum);
            growing.seal_if_full(packers);
        }
    }

    /// Adds a plain scalar to others. Whether there are any.
    #[inline(always)]
    pub(super) fn push_plain(
        &mut self,
        step: i64,
        wall_time: WallTime,
        value: f32,
        packers: &mut Packers,
    ) -> bool {
        let Some(growing) = self.grow(packers) else {
            return false;
        };
        let taken = growing.rows.push_plain(step, wall_time, value);
        growing.seal_if_full(packers);
        taken
    }

    /// Makes room for another point behind the first one.
    #[inline(always)]
    fn grow(&mut self, packers: &Packers) -> Option<&mut Growing> {
        if !matches!(self, Self::Growing(_)) {
            self.thaw(packers.series);
        }
        match self {
            Self::Growing(growing) => Some(growing),
            _ => None,
        }
    }

    #[cold]
    fn thaw(&mut self, siblings: usize) {
        // There may be as many series as points.
        let room = (MOST_ROOM / siblings.max(1)).clamp(LEAST_ROOM, GOOD_ROOM);
        let (chunks, rows) = match self {
            Self::One {
                step,
                wall_time,
                datum,
            } => {
                let mut rows = Rows::new(datum.storage(), room);
                rows.push(*step, *wall_time, *datum);
                (Vec::new(), rows)
            }
            Self::Settled(chunks) => match chunks.split_last() {
                Some((last, full)) if last.len() < CHUNK => (full.to_vec(), Rows::of(last)),
                Some((last, _)) => (chunks.to_vec(), Rows::new(last.storage(), room)),
                None => return,
            },
            _ => return,
        };
        *self = Self::Growing(Box::new(Growing { chunks, rows }));
    }

    /// Packs what came.
    pub(super) fn settle(&mut self, packers: &mut Packers) {
        if let Self::Growing(growing) = self {
            let last = (growing.rows.len() > 0).then(|| growing.rows.seal(packers));
            *self = Self::Settled(growing.chunks.drain(..).chain(last).collect());
        }
    }

    /// The chunks, if there are several points and none of them comes right now.
    pub(super) fn settled(&self) -> Option<&Arc<[Chunk]>> {
        match self {
            Self::Settled(chunks) => Some(chunks),
            _ => None,
        }
    }

    /// The points that are in chunks, and those that are not there yet.
    fn parts(&self) -> (&[Chunk], Option<&Rows>) {
        match self {
            Self::Settled(chunks) => (chunks, None),
            Self::Growing(growing) => (&growing.chunks, Some(&growing.rows)),
            Self::None(_) | Self::One { .. } => (&[], None),
        }
    }

    pub(super) fn len(&self) -> usize {
        match (self, self.parts()) {
            (Self::One { .. }, _) => 1,
            (_, (chunks, rows)) => {
                let last = chunks
                    .last()
                    .map_or(0, |last| (chunks.len() - 1) * CHUNK + last.len());
                last + rows.map_or(0, Rows::len)
            }
        }
    }

    pub(super) fn storage(&self) -> Storage {
        match self {
            Self::None(storage) => *storage,
            Self::One { datum, .. } => datum.storage(),
            Self::Settled(chunks) => chunks.first().map_or(Storage::Numbers, Chunk::storage),
            Self::Growing(growing) => growing.rows.storage(),
        }
    }

    /// All steps, which may have to be unpacked for that.
    pub(super) fn steps(&self) -> Cow<'_, [i64]> {
        if let Self::One { step, .. } = self {
            return Cow::Borrowed(std::slice::from_ref(step));
        }
        let mut steps = Vec::with_capacity(self.len());
        let (chunks, rows) = self.parts();
        chunks.iter().for_each(|chunk| chunk.copy_steps(&mut steps));
        steps.extend(rows.into_iter().flat_map(Rows::stamps).map(|stamp| stamp.0));
        Cow::Owned(steps)
    }

    /// All times, which may have to be unpacked for that.
    pub(super) fn wall_times(&self) -> Cow<'_, [WallTime]> {
        if let Self::One { wall_time, .. } = self {
            return Cow::Borrowed(std::slice::from_ref(wall_time));
        }
        let mut times = Vec::with_capacity(self.len());
        let (chunks, rows) = self.parts();
        chunks
            .iter()
            .for_each(|chunk| chunk.copy_wall_times(&mut times));
        times.extend(rows.into_iter().flat_map(Rows::stamps).map(|stamp| stamp.1));
        Cow::Owned(times)
    }

    pub(super) fn last_step(&self) -> Option<i64> {
        if let Self::One { step, .. } = self {
            return Some(*step);
        }
        let (chunks, rows) = self.parts();
        let newest = rows.and_then(|rows| rows.stamps().last());
        newest.map(|stamp| stamp.0).or_else(|| {
            let last = chunks.last()?;
            last.step(last.len().checked_sub(1)?)
        })
    }

    /// Point `i`, if it is a number.
    pub(super) fn number(&self, i: usize) -> Option<Number> {
        if let Self::One { datum, .. } = self {
            return match datum {
                Datum::Number(number) if i == 0 => Some(*number),
                _ => None,
            };
        }
        let (chunks, rows) = self.parts();
        match chunks.get(i / CHUNK) {
            Some(chunk) => chunk.number(i % CHUNK),
            None => rows?
                .numbers()?
                .number(i.checked_sub(chunks.len() * CHUNK)?),
        }
    }

    /// Where point `i` is, if that is a place.
    pub(super) fn place(&self, i: usize) -> Option<Place> {
        if let Self::One { datum, .. } = self {
            return match *datum {
                Datum::Place { offset, len, form } if i == 0 => Some(Place { offset, len, form }),
                _ => None,
            };
        }
        let (chunks, rows) = self.parts();
        match chunks.get(i / CHUNK) {
            Some(chunk) => chunk.place(i % CHUNK),
            None => rows?.place(i.checked_sub(chunks.len() * CHUNK)?),
        }
    }

    /// Adds all points to others, if they are numbers.
    pub(super) fn append_to(&self, scalars: &mut Scalars) {
        if let Self::One {
            step,
            wall_time,
            datum,
        } = self
        {
            if let Datum::Number(number) = datum {
                scalars.push(*step, *wall_time, *number);
            }
            return;
        }
        if self.storage() == Storage::Places {
            return;
        }
        let (chunks, rows) = self.parts();
        for chunk in chunks {
            chunk.copy_steps(&mut scalars.steps);
            chunk.copy_wall_times(&mut scalars.wall_times);
            chunk.append_numbers(&mut scalars.values);
        }
        if let Some(rows) = rows
            && let Some(numbers) = rows.numbers()
        {
            for (&(step, wall_time), number) in rows.stamps().iter().zip(numbers.iter()) {
                scalars.push(step, wall_time, number);
            }
        }
    }
}

impl Growing {
    #[inline(always)]
    fn seal_if_full(&mut self, packers: &mut Packers) {
        if self.rows.len() == CHUNK {
            self.seal(packers);
        }
    }

    #[cold]
    fn seal(&mut self, packers: &mut Packers) {
        self.chunks.push(self.rows.seal(packers));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn secs(i: usize) -> f64 {
        1.7e9 + i as f64 * 0.3 + (i * i % 13) as f64 * 0.01
    }

    fn push(points: &mut Points, range: std::ops::Range<usize>, packers: &mut Packers) {
        for i in range {
            // Of another type now and then.
            let number = match i {
                700..710 => Number::I64(i as i64),
                1300.. => Number::F64(i as f64),
                _ => Number::F32(i as f32 * 0.5),
            };
            let datum = Datum::Number(number);
            points.push(i as i64 * 10, WallTime::from(secs(i)), datum, packers);
        }
    }

    fn scalars(points: &Points) -> Scalars {
        let mut scalars = Scalars::default();
        points.append_to(&mut scalars);
        for i in 0..points.len() {
            assert_eq!(points.number(i), scalars.values.number(i), "{i}");
        }
        assert_eq!(points.steps(), scalars.steps);
        assert_eq!(points.wall_times(), scalars.wall_times);
        assert_eq!(points.last_step(), scalars.steps.last().copied());
        assert_eq!(points.number(points.len()), None);
        scalars
    }

    /// However many there are, of whatever type, and wherever reading paused.
    #[test]
    fn what_was_read_is_there_and_copies_stay_as_they_are() {
        let mut expected = Scalars::default();
        let mut packers = Packers::default();
        let mut growing = Points::None(Storage::Numbers);
        let mut start = 0;
        for end in [
            0, 1, 2, 3, 500, 511, 512, 513, 514, 1024, 1025, 1400, 2048, 2100,
        ] {
            push(&mut growing, start..end, &mut packers);
            for i in start..end {
                let mut point = Points::None(Storage::Numbers);
                push(&mut point, i..i + 1, &mut packers);
                point.append_to(&mut expected);
            }
            assert_eq!(scalars(&growing), expected, "{end}");
            let mut once = Points::None(Storage::Numbers);
            push(&mut once, 0..end, &mut packers);
            growing.settle(&mut packers);
            once.settle(&mut packers);
            assert_eq!(scalars(&growing), expected, "{end}");
            assert_eq!(scalars(&once), expected, "{end}");
            let copy = growing.clone();
            push(&mut growing, end..end + 600, &mut packers);
            assert_eq!(scalars(&copy), expected, "{end}");
            (growing, start) = (copy, end);
        }
        // Full chunks are shared with what grew out of them.
        let before = growing.clone();
        push(&mut growing, start..start + 1, &mut packers);
        let (old, new) = (before.parts().0, growing.parts().0);
        assert_eq!((old.len(), new.len()), (5, 4));
        assert!(old.iter().zip(new).all(|(a, b)| a.has_steps_of(b)));
    }

    #[test]
    fn what_was_logged_together_is_held_once() {
        let mut packers = Packers::default();
        let mut of = |step: i64, time: f64| {
            let mut points = Points::None(Storage::Numbers);
            for i in 0..100 {
                let datum = Datum::Number(Number::F32(0.5));
                let time = if i == 50 { time } else { secs(i) };
                points.push(i as i64 * step, WallTime::from(time), datum, &mut packers);
            }
            points.settle(&mut packers);
            points.parts().0[0].clone()
        };
        let (a, b) = (of(1, 0.0), of(2, 0.0));
        assert!(!a.has_steps_of(&b) && a.has_wall_times_of(&b));
        let (c, nan) = (of(1, -0.0), of(1, f64::NAN));
        assert!(a.has_steps_of(&c) && !a.has_wall_times_of(&c));
        assert!(
            c.wall_time(50)
                .is_some_and(|t| t.as_secs().is_sign_negative())
        );
        assert!(nan.has_wall_times_of(&of(3, f64::NAN)) && nan.has_steps_of(&a));
    }
}
