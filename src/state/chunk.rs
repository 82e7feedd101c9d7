//! Points of a series in pieces that never change, which all copies of the series share; and points on their way there.

use std::sync::Arc;

use crate::series::Numbers;
use crate::state::datum::{Datum, Place, Storage};
use crate::state::packed::Packed;
use crate::types::{Number, WallTime};

/// How many points a chunk has, but for the last one of a series.
pub(super) const CHUNK: usize = 512;

/// Consecutive points. They never change: when a series grows, its last chunk is replaced, and the others stay.
#[derive(Clone, Debug)]
pub(super) struct Chunk {
    steps: Packed,
    wall_times: Packed,
    data: Data,
}

#[derive(Clone, Debug)]
enum Data {
    /// What nearly all scalars are.
    Singles(Arc<[f32]>),
    Numbers(Arc<Numbers>),
    Places(Arc<[Place]>),
}

impl Chunk {
    pub(super) fn len(&self) -> usize {
        match &self.data {
            Data::Singles(values) => values.len(),
            Data::Numbers(numbers) => numbers.len(),
            Data::Places(places) => places.len(),
        }
    }

    pub(super) fn storage(&self) -> Storage {
        match self.data {
            Data::Singles(_) | Data::Numbers(_) => Storage::Numbers,
            Data::Places(_) => Storage::Places,
        }
    }

    /// Whether both have the same steps, and these are held once.
    pub(super) fn has_steps_of(&self, other: &Self) -> bool {
        self.steps.is_one_with(&other.steps)
    }

    /// The same for times.
    pub(super) fn has_wall_times_of(&self, other: &Self) -> bool {
        self.wall_times.is_one_with(&other.wall_times)
    }

    pub(super) fn step(&self, i: usize) -> Option<i64> {
        self.steps.get(i).map(step)
    }

    pub(super) fn wall_time(&self, i: usize) -> Option<WallTime> {
        self.wall_times.get(i).map(wall_time)
    }

    pub(super) fn number(&self, i: usize) -> Option<Number> {
        match &self.data {
            Data::Singles(values) => values.get(i).copied().map(Number::F32),
            Data::Numbers(numbers) => numbers.number(i),
            Data::Places(_) => None,
        }
    }

    pub(super) fn place(&self, i: usize) -> Option<Place> {
        match &self.data {
            Data::Places(places) => places.get(i).copied(),
            Data::Singles(_) | Data::Numbers(_) => None,
        }
    }

    /// Appends all steps.
    pub(super) fn copy_steps(&self, to: &mut Vec<i64>) {
        self.steps.unpack(step, to);
    }

    /// Appends all times.
    pub(super) fn copy_wall_times(&self, to: &mut Vec<WallTime>) {
        self.wall_times.unpack(wall_time, to);
    }

    /// Appends all numbers, as what `convert` makes of them.
    pub(super) fn copy_numbers<T>(&self, convert: impl Fn(Number) -> T, to: &mut Vec<T>) {
        match &self.data {
            Data::Singles(values) => to.extend(values.iter().map(|&x| convert(Number::F32(x)))),
            Data::Numbers(numbers) => to.extend(numbers.iter().map(convert)),
            Data::Places(_) => {}
        }
    }

    /// Appends all numbers to others, whatever their type.
    pub(super) fn append_numbers(&self, to: &mut Numbers) {
        match (&self.data, to) {
            (Data::Singles(values), Numbers::F32(to)) => to.extend_from_slice(values),
            (Data::Singles(values), to) => values.iter().for_each(|&x| to.push(Number::F32(x))),
            (Data::Numbers(numbers), to) => numbers.iter().for_each(|number| to.push(number)),
            (Data::Places(_), _) => {}
        }
    }

    /// Appends the numbers at some positions, counted from `start`, as what `convert` makes of them.
    pub(super) fn pick_numbers<T>(
        &self,
        at: &[u32],
        start: usize,
        convert: impl Fn(Number) -> T,
        to: &mut Vec<T>,
    ) {
        let at = at.iter().map(|&at| at as usize - start);
        match &self.data {
            Data::Singles(values) => to.extend(at.map(|at| convert(Number::F32(values[at])))),
            Data::Numbers(numbers) => {
                to.extend(at.filter_map(|at| numbers.number(at)).map(convert));
            }
            Data::Places(_) => {}
        }
    }

    /// Appends the steps at some positions, which ascend, counted from `start`.
    pub(super) fn pick_steps(&self, at: &[u32], start: usize, to: &mut Vec<i64>) {
        self.steps.pick(at, start, step, to);
    }

    /// The same for times.
    pub(super) fn pick_wall_times(&self, at: &[u32], start: usize, to: &mut Vec<WallTime>) {
        self.wall_times.pick(at, start, wall_time, to);
    }

    /// How many bytes its steps and times take.
    #[cfg(test)]
    pub(super) fn size(&self) -> usize {
        self.steps.size() + self.wall_times.size()
    }
}

fn step(bits: u64) -> i64 {
    bits.cast_signed()
}

fn wall_time(bits: u64) -> WallTime {
    WallTime::from_secs(f64::from_bits(bits))
}

/// Points that are going to be a chunk.
#[derive(Clone, Debug)]
pub(super) struct Rows {
    stamps: Vec<(i64, WallTime)>,
    data: Column,
}

#[derive(Clone, Debug)]
enum Column {
    Numbers(Numbers),
    Places(Vec<Place>),
}

impl Rows {
    /// With room for so many.
    pub(super) fn new(storage: Storage, room: usize) -> Self {
        Self {
            stamps: Vec::with_capacity(room),
            data: match storage {
                Storage::Numbers => Column::Numbers(Numbers::F32(Vec::with_capacity(room))),
                Storage::Places => Column::Places(Vec::with_capacity(room)),
            },
        }
    }

    /// The points of a chunk, to which others will be added.
    pub(super) fn of(chunk: &Chunk) -> Self {
        let (mut steps, mut wall_times) = (Vec::new(), Vec::new());
        chunk.copy_steps(&mut steps);
        chunk.copy_wall_times(&mut wall_times);
        let mut stamps = Vec::with_capacity(steps.len() + ROOM);
        stamps.extend(steps.into_iter().zip(wall_times));
        let data = match &chunk.data {
            Data::Singles(values) => {
                let mut singles = Vec::with_capacity(values.len() + ROOM);
                singles.extend_from_slice(values);
                Column::Numbers(Numbers::F32(singles))
            }
            Data::Numbers(numbers) => Column::Numbers(Numbers::clone(numbers)),
            Data::Places(places) => Column::Places(places.to_vec()),
        };
        Self { stamps, data }
    }

    pub(super) fn len(&self) -> usize {
        self.stamps.len()
    }

    pub(super) fn storage(&self) -> Storage {
        match self.data {
            Column::Numbers(_) => Storage::Numbers,
            Column::Places(_) => Storage::Places,
        }
    }

    /// Steps and times.
    pub(super) fn stamps(&self) -> &[(i64, WallTime)] {
        &self.stamps
    }

    pub(super) fn numbers(&self) -> Option<&Numbers> {
        match &self.data {
            Column::Numbers(numbers) => Some(numbers),
            Column::Places(_) => None,
        }
    }

    pub(super) fn place(&self, i: usize) -> Option<Place> {
        match &self.data {
            Column::Places(places) => places.get(i).copied(),
            Column::Numbers(_) => None,
        }
    }

    pub(super) fn push(&mut self, step: i64, wall_time: WallTime, datum: Datum) {
        match (&mut self.data, datum) {
            (Column::Numbers(numbers), Datum::Number(number)) => numbers.push(number),
            (Column::Places(places), Datum::Place { offset, len, form }) => {
                places.push(Place { offset, len, form });
            }
            // A series takes points of its own form only.
            _ => return,
        }
        self.stamps.push((step, wall_time));
    }

    /// Adds a plain scalar, if all others are, too.
    #[inline(always)]
    pub(super) fn push_plain(&mut self, step: i64, wall_time: WallTime, value: f32) -> bool {
        let Column::Numbers(Numbers::F32(values)) = &mut self.data else {
            return false;
        };
        values.push(value);
        self.stamps.push((step, wall_time));
        true
    }

    /// Makes a chunk of them. None are left.
    pub(super) fn seal(&mut self, packers: &mut Packers) -> Chunk {
        let stamps = self.stamps.drain(..);
        let steps = stamps
            .as_slice()
            .iter()
            .map(|(step, _)| step.cast_unsigned());
        let steps = packers.steps.pack(steps);
        let wall_times = stamps.map(|(_, time)| time.as_secs().to_bits());
        let wall_times = packers.wall_times.pack(wall_times);
        let data = match &mut self.data {
            Column::Numbers(Numbers::F32(values)) => {
                let singles = Arc::from(&**values);
                values.clear();
                Data::Singles(singles)
            }
            Column::Numbers(numbers) => {
                numbers.shrink();
                Data::Numbers(std::mem::take(numbers).into())
            }
            Column::Places(places) => Data::Places(places.drain(..).collect()),
        };
        Chunk {
            steps,
            wall_times,
            data,
        }
    }
}

/// For how many more points there is room in a series that grows again.
const ROOM: usize = 16;

/// What packs the columns of a file. Those that were logged together are mostly the same, and become one.
#[derive(Clone, Debug, Default)]
pub(crate) struct Packers {
    /// How many series the file has.
    pub(crate) series: usize,
    steps: Packer,
    wall_times: Packer,
}

#[derive(Clone, Debug, Default)]
struct Packer {
    /// The columns that were packed last, and are not the same. The one that was met last comes first.
    recent: Vec<(Vec<u64>, Packed)>,
    entries: Vec<u64>,
    bytes: Vec<u8>,
}

/// With how many others a column is compared. Series of one file are logged at few different paces.
const RECENT: usize = 8;

impl Packer {
    fn pack(&mut self, entries: impl Iterator<Item = u64>) -> Packed {
        self.entries.clear();
        self.entries.extend(entries);
        let known = |(known, _): &(Vec<u64>, Packed)| *known == self.entries;
        if let Some(at) = self.recent.iter().position(known) {
            self.recent[..=at].rotate_right(1);
        } else {
            let packed = Packed::new(&self.entries, &mut self.bytes);
            let room = match self.recent.len() {
                RECENT => self.recent.pop().map(|(entries, _)| entries),
                _ => None,
            };
            let entries = std::mem::replace(&mut self.entries, room.unwrap_or_default());
            self.recent.insert(0, (entries, packed));
        }
        self.recent[0].1.clone()
    }
}
