//! All points of a scalar series, to be looked at without copying the series first.

use std::sync::Arc;

use crate::series::Scalars;
use crate::state::chunk::{CHUNK, Chunk, Packers, Rows};
use crate::state::datum::{Datum, Storage};
use crate::state::file_series::FileSeries;
use crate::types::{Number, WallTime};

/// All points of a scalar series as they are held, in little memory: see
/// [`RunState::columns`](super::RunState::columns).
///
/// A clone is cheap. What it holds is shared with the run, and stays as it is when the run is read on.
///
/// # Examples
///
/// ```
/// use tfevents::{Logdir, Selection, SummaryWriter, state::RunState};
///
/// # let dir = tempfile::tempdir()?;
/// # let logdir = dir.path();
/// let writer = SummaryWriter::new(logdir)?;
/// for step in 0..1000 {
///     writer.add_scalar("loss", 0.5, step)?;
/// }
/// writer.close()?;
///
/// let run = RunState::load(&Logdir::open(logdir)?.runs()[0], &Selection::all());
/// let loss = run.columns("loss").ok_or("no loss")?;
/// let (mut all, mut some) = (Vec::new(), Vec::new());
/// loss.copy_steps(&mut all);
/// loss.pick_steps(&[0, 10, 999], &mut some);
/// assert_eq!((all.len(), some), (loss.len(), vec![0, 10, 999]));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug)]
pub struct ScalarColumns {
    chunks: Arc<[Chunk]>,
}

impl ScalarColumns {
    /// The points of some series, one behind the other.
    pub(super) fn of<'s>(series: impl ExactSizeIterator<Item = &'s FileSeries>) -> Option<Self> {
        let several = series.len() > 1;
        let mut all = Vec::new();
        for series in series {
            match series.chunks() {
                Some(chunks) if !several => {
                    let chunks = Arc::clone(chunks);
                    return Some(Self { chunks });
                }
                Some(chunks) => all.extend_from_slice(chunks),
                None => all.push(single(series)?),
            }
        }
        let chunks = all.into();
        Some(Self { chunks })
    }

    /// How many points there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.chunks.iter().map(Chunk::len).sum()
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The last point.
    #[must_use]
    pub fn last(&self) -> Option<(i64, WallTime, Number)> {
        let chunk = self.chunks.last()?;
        let i = chunk.len().checked_sub(1)?;
        Some((chunk.step(i)?, chunk.wall_time(i)?, chunk.number(i)?))
    }

    /// Appends all steps.
    pub fn copy_steps(&self, to: &mut Vec<i64>) {
        to.reserve(self.len());
        self.chunks.iter().for_each(|chunk| chunk.copy_steps(to));
    }

    /// Appends all wall times.
    pub fn copy_wall_times(&self, to: &mut Vec<WallTime>) {
        to.reserve(self.len());
        self.chunks
            .iter()
            .for_each(|chunk| chunk.copy_wall_times(to));
    }

    /// Appends all values, as what `convert` makes of them.
    pub fn copy_values<T>(&self, convert: impl Fn(Number) -> T, to: &mut Vec<T>) {
        to.reserve(self.len());
        let chunks = self.chunks.iter();
        chunks.for_each(|chunk| chunk.copy_numbers(&convert, to));
    }

    /// Appends the steps at some positions, which must ascend. Positions behind the last point are passed over.
    pub fn pick_steps(&self, at: &[u32], to: &mut Vec<i64>) {
        self.pick(at, |chunk, at, start| chunk.pick_steps(at, start, to));
    }

    /// Appends the wall times at some positions, which must ascend.
    pub fn pick_wall_times(&self, at: &[u32], to: &mut Vec<WallTime>) {
        self.pick(at, |chunk, at, start| chunk.pick_wall_times(at, start, to));
    }

    /// Appends the values at some positions, which must ascend, as what `convert` makes of them.
    pub fn pick_values<T>(&self, at: &[u32], convert: impl Fn(Number) -> T, to: &mut Vec<T>) {
        self.pick(at, |chunk, at, start| {
            chunk.pick_numbers(at, start, &convert, to);
        });
    }

    /// Calls `pick` with each chunk that has any of the positions, these, and the position of its first point.
    fn pick(&self, mut at: &[u32], mut pick: impl FnMut(&Chunk, &[u32], usize)) {
        let mut start = 0;
        for chunk in &*self.chunks {
            if at.is_empty() {
                return;
            }
            let end = start + chunk.len();
            let (here, behind) = at.split_at(at.partition_point(|&at| (at as usize) < end));
            if !here.is_empty() {
                pick(chunk, here, start);
            }
            (at, start) = (behind, end);
        }
    }

    /// Whether both have the same steps, as far as that is known without looking at them: as those of one file have
    /// that were logged together.
    #[must_use]
    pub fn has_steps_of(&self, other: &Self) -> bool {
        self.all(other, Chunk::has_steps_of)
    }

    /// The same for wall times.
    #[must_use]
    pub fn has_wall_times_of(&self, other: &Self) -> bool {
        self.all(other, Chunk::has_wall_times_of)
    }

    fn all(&self, other: &Self, same: impl Fn(&Chunk, &Chunk) -> bool) -> bool {
        let pairs = self.chunks.iter().zip(&*other.chunks);
        self.chunks.len() == other.chunks.len() && pairs.into_iter().all(|(a, b)| same(a, b))
    }

    /// All of them, unpacked.
    #[must_use]
    pub fn to_scalars(&self) -> Scalars {
        let mut scalars = Scalars::default();
        self.copy_steps(&mut scalars.steps);
        self.copy_wall_times(&mut scalars.wall_times);
        for chunk in &*self.chunks {
            chunk.append_numbers(&mut scalars.values);
        }
        scalars
    }
}

impl Default for ScalarColumns {
    fn default() -> Self {
        let chunks = Arc::new([]);
        Self { chunks }
    }
}

impl From<&Scalars> for ScalarColumns {
    /// In the little memory in which points are held that were read.
    fn from(scalars: &Scalars) -> Self {
        let mut packers = Packers::default();
        let mut rows = Rows::new(Storage::Numbers, scalars.len().min(CHUNK));
        let mut chunks = Vec::new();
        let stamps = scalars.steps.iter().zip(&scalars.wall_times);
        for ((&step, &wall_time), number) in stamps.zip(scalars.values.iter()) {
            rows.push(step, wall_time, Datum::Number(number));
            if rows.len() == CHUNK {
                chunks.push(rows.seal(&mut packers));
            }
        }
        if rows.len() > 0 {
            chunks.push(rows.seal(&mut packers));
        }
        let chunks = chunks.into();
        Self { chunks }
    }
}

/// A chunk of a series that has a single point.
fn single(series: &FileSeries) -> Option<Chunk> {
    let mut rows = Rows::new(series.storage(), 1);
    let (steps, wall_times) = (series.steps(), series.wall_times());
    let datum = Datum::Number(series.number(0)?);
    match (&*steps, &*wall_times) {
        (&[step], &[wall_time]) => rows.push(step, wall_time, datum),
        _ => return None,
    }
    Some(rows.seal(&mut Packers::default()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::types::Number;

    #[test]
    fn what_is_picked_is_what_is_there() {
        let mut scalars = Scalars::default();
        for i in 0..1500_i64 {
            let time = 1.7e9 + i as f64 * 0.3 + (i * i % 13) as f64 * 0.01;
            scalars.push(i * i % 900, time, Number::F32(i as f32));
        }
        let columns = ScalarColumns::from(&scalars);
        assert_eq!(
            (columns.len(), columns.to_scalars()),
            (1500, scalars.clone())
        );
        let last = (
            scalars.steps[1499],
            scalars.wall_times[1499],
            Number::F32(1499.0),
        );
        assert_eq!(columns.last(), Some(last));
        for at in [
            &[][..],
            &[0],
            &[1499],
            &[511, 512, 1023, 1024],
            &[3, 5, 600, 1400, 1500],
        ] {
            let (mut steps, mut times, mut values) = (Vec::new(), Vec::new(), Vec::new());
            columns.pick_steps(at, &mut steps);
            columns.pick_wall_times(at, &mut times);
            columns.pick_values(at, Number::as_f64, &mut values);
            let there = || at.iter().map(|&i| i as usize).filter(|&i| i < 1500);
            assert!(
                steps.into_iter().eq(there().map(|i| scalars.steps[i])),
                "{at:?}"
            );
            assert!(
                times.into_iter().eq(there().map(|i| scalars.wall_times[i])),
                "{at:?}"
            );
            assert!(values.into_iter().eq(there().map(|i| i as f64)), "{at:?}");
        }
    }
}
