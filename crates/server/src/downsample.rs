//! Fewer points of a series than there are, so that a chart of them tells the same.
//!
//! A series is cut into stretches of equally many points, a power of two, from its start on. As far as there is room, some
//! of them are cut in two again. Which ones depends on their positions, so a chart of a run that grows loses some of its
//! old points, a few at a time, and gets none back but at its end.

use std::ops::Range;

/// What stands out of a stretch of a series: positions, where there are any.
#[derive(Clone, Copy, Debug, Default)]
struct Peaks {
    /// The smallest and the largest finite value.
    least: Option<u32>,
    greatest: Option<u32>,
    /// The first and the last value that is not finite.
    odd: Option<(u32, u32)>,
}

impl Peaks {
    fn of(values: &[f32], stretch: Range<u32>) -> Self {
        let mut peaks = Self::default();
        let (mut least, mut greatest) = (f32::INFINITY, f32::NEG_INFINITY);
        for at in stretch {
            let value = values[at as usize];
            if !value.is_finite() {
                peaks.odd = Some((peaks.odd.map_or(at, |(first, _)| first), at));
                continue;
            }
            if value < least {
                (least, peaks.least) = (value, Some(at));
            }
            if value > greatest {
                (greatest, peaks.greatest) = (value, Some(at));
            }
        }
        peaks
    }

    /// What stands out of a stretch and the one behind it together.
    fn with(self, next: Self, values: &[f32]) -> Self {
        let pick = |a: Option<u32>, b: Option<u32>, b_wins: fn(f32, f32) -> bool| match (a, b) {
            (Some(a), Some(b)) if b_wins(values[a as usize], values[b as usize]) => Some(b),
            (a, b) => a.or(b),
        };
        Self {
            least: pick(self.least, next.least, |a, b| b < a),
            greatest: pick(self.greatest, next.greatest, |a, b| b > a),
            odd: match (self.odd, next.odd) {
                (Some((first, _)), Some((_, last))) => Some((first, last)),
                (odd, other) => odd.or(other),
            },
        }
    }

    fn positions(self) -> impl Iterator<Item = u32> {
        let odd = self.odd.map(|(first, last)| [first, last]);
        let peaks = [self.least, self.greatest].into_iter().flatten();
        peaks.chain(odd.into_iter().flatten())
    }
}

/// All stretches of one size, with the extremes of each.
#[derive(Debug)]
struct Level {
    len: u32,
    stretch: u32,
    /// Of each series.
    peaks: Vec<Vec<Peaks>>,
}

impl Level {
    fn new(series: &[&[f32]], len: u32, stretch: u32) -> Self {
        let mut level = Self {
            len,
            stretch,
            peaks: Vec::new(),
        };
        let count = len.div_ceil(stretch);
        let peaks = series.iter().map(|values| {
            let stretches = (0..count).map(|at| level.range(at));
            stretches.map(|range| Peaks::of(values, range)).collect()
        });
        level.peaks = peaks.collect();
        level
    }

    /// Stretches twice as long. No value is looked at again.
    fn coarser(&self, series: &[&[f32]]) -> Self {
        let peaks = self.peaks.iter().zip(series).map(|(peaks, values)| {
            let pairs = peaks.chunks(2).map(|pair| match *pair {
                [peaks, next] => peaks.with(next, values),
                [peaks, ..] => peaks,
                [] => Peaks::default(),
            });
            pairs.collect()
        });
        Self {
            len: self.len,
            stretch: self.stretch.saturating_mul(2),
            peaks: peaks.collect(),
        }
    }

    fn range(&self, at: u32) -> Range<u32> {
        let start = at.saturating_mul(self.stretch).min(self.len);
        start..start.saturating_add(self.stretch).min(self.len)
    }

    /// How many stretches no longer change when the series grows.
    fn complete(&self) -> u32 {
        self.len / self.stretch
    }

    /// Room for what is kept of the stretch that still changes, whatever comes: what is shown of the past must not depend
    /// on what it holds now.
    fn room_for_last(&self) -> usize {
        let peaks = self.peaks.iter().map(|peaks| {
            let has_odd = peaks.iter().any(|peaks| peaks.odd.is_some());
            if has_odd { 4 } else { 2 }
        });
        (2 + peaks.sum::<usize>()).min(self.stretch as usize)
    }

    /// Appends what is kept of a stretch: its ends and its extremes.
    fn keep(&self, at: u32, kept: &mut Vec<u32>) {
        let range = self.range(at);
        if range.is_empty() {
            return;
        }
        let from = kept.len();
        kept.extend([range.start, range.end - 1]);
        let peaks = self.peaks.iter();
        let peaks = peaks.filter_map(|peaks| peaks.get(at as usize));
        kept.extend(peaks.flat_map(|peaks| peaks.positions()));
        kept[from..].sort_unstable();
        // Stretches have no point in common, so those before need not be looked at.
        let mut end = from;
        for i in from..kept.len() {
            if i == from || kept[i] != kept[end - 1] {
                kept[end] = kept[i];
                end += 1;
            }
        }
        kept.truncate(end);
    }
}

/// What is kept of stretches, one after the other.
#[derive(Debug, Default)]
struct Kept {
    points: Vec<u32>,
    /// Of each stretch.
    ends: Vec<usize>,
}

impl Kept {
    /// Of so many stretches. `None` if that is more than `most` points.
    fn of(level: &Level, stretches: u32, most: usize) -> Option<Self> {
        let mut kept = Self::default();
        for at in 0..stretches {
            level.keep(at, &mut kept.points);
            kept.ends.push(kept.points.len());
            if kept.points.len() > most {
                return None;
            }
        }
        Some(kept)
    }

    /// What is kept of so many stretches.
    fn some(&self, stretches: Range<usize>) -> &[u32] {
        let end = |count: usize| match count {
            0 => 0,
            _ => self.ends[count - 1],
        };
        &self.points[end(stretches.start)..end(stretches.end)]
    }
}

/// The positions of `n` points of series of one length, or of all if there are fewer, in ascending order, the same for all
/// of the series.
///
/// Of each stretch: the first and the last point, and of each series the minimum and the maximum, and the first and
/// the last of those that are not finite. Always the last point, and the first one if `n` is not 1.
pub(crate) fn envelope(series: &[&[f32]], n: usize) -> Vec<u32> {
    let len = series.iter().map(|values| values.len()).min().unwrap_or(0);
    let len = length(len);
    if let Some(kept) = without_choice(len, n) {
        return kept;
    }
    // Of each stretch, the first and the last point stay at least, so there is no room for these.
    let mut fine = 1;
    while (len / (fine * 2)) as usize * 2 > n {
        fine *= 2;
    }
    let mut fine = Level::new(series, len, fine);
    loop {
        let coarse = fine.coarser(series);
        if let Some(mut kept) = between(&coarse, &fine, n) {
            fill(&coarse, n, &mut kept);
            return kept;
        }
        fine = coarse;
    }
}

/// What is kept of all stretches of one size, and of as many of their halves as there is room for. `None` if there is too
/// little for the stretches, and there are at least two.
fn between(coarse: &Level, fine: &Level, n: usize) -> Option<Vec<u32>> {
    let mut kept = Vec::new();
    if coarse.stretch >= coarse.len {
        coarse.keep(0, &mut kept);
        if kept.len() > n {
            // Too few for everything that stands out.
            kept.drain(1..kept.len() - (n - 1));
        }
        return Some(kept);
    }
    let complete = coarse.complete();
    let room = n.checked_sub(coarse.room_for_last())?;
    let whole = Kept::of(coarse, complete, room)?;
    // All that is kept of a stretch is kept of its halves as well.
    let halves = Kept::of(fine, complete * 2, usize::MAX).unwrap_or_default();
    let whole_of = |at: usize| whole.some(at..at + 1);
    let halves_of = |at: usize| halves.some(2 * at..2 * at + 2);

    let mut free = room - whole.points.len();
    let mut is_halved = vec![false; complete as usize];
    let counter = 0..complete.next_power_of_two();
    let unused_bits = counter.end.leading_zeros() + 1;
    let in_turn = counter.map(|i| i.reverse_bits().checked_shr(unused_bits).unwrap_or(0));
    for at in in_turn.filter(|at| *at < complete).map(|at| at as usize) {
        let more = halves_of(at).len() - whole_of(at).len();
        let Some(rest) = free.checked_sub(more) else {
            break;
        };
        free = rest;
        is_halved[at] = true;
    }
    for (at, is_halved) in is_halved.into_iter().enumerate() {
        kept.extend_from_slice(if is_halved {
            halves_of(at)
        } else {
            whole_of(at)
        });
    }
    coarse.keep(complete, &mut kept);
    Some(kept)
}

/// Adds points until there are `n`, from the last stretch on backwards: none appears in the past of a run that grows.
fn fill(level: &Level, n: usize, kept: &mut Vec<u32>) {
    for at in (0..level.len.div_ceil(level.stretch)).rev() {
        let missing = n.saturating_sub(kept.len());
        if missing == 0 {
            return;
        }
        let range = level.range(at);
        let start = kept.partition_point(|at| *at < range.start);
        let end = kept.partition_point(|at| *at < range.end);
        // Of most of the last stretches, everything may be kept already.
        if end - start < range.len() {
            let more = even(range, missing, &kept[start..end]);
            kept.extend(more);
            kept.sort_unstable();
        }
    }
}

/// The positions of `n` points, or of all if there are fewer, evenly spread, in ascending order: always the last point,
/// and the first one if `n` is not 1.
pub(crate) fn spread(len: usize, n: usize) -> Vec<usize> {
    let len = length(len);
    let kept = without_choice(len, n).unwrap_or_else(|| {
        let last = len - 1;
        let mut kept = even(0..last, n - 1, &[]);
        kept.push(last);
        kept
    });
    kept.into_iter().map(|at| at as usize).collect()
}

/// At most `n` positions of a stretch that are not taken, evenly spread, in ascending order.
///
/// They are the first ones in the order of a bit-reversed counter (van der Corput's sequence), so the fewest of them change
/// when `n` gets smaller or the stretch longer.
fn even(stretch: Range<u32>, n: usize, taken: &[u32]) -> Vec<u32> {
    // Multiples of a power of two come before all others. These are enough, even if all that are taken are among them.
    let step = (stretch.len() / (n + taken.len()).max(1)).max(1);
    let step = 1 << step.ilog2();
    let free = stretch.step_by(step);
    let mut free: Vec<u32> = free.filter(|at| taken.binary_search(at).is_err()).collect();
    if n < free.len() {
        free.select_nth_unstable_by_key(n, |at| at.reverse_bits());
        free.truncate(n);
        free.sort_unstable();
    }
    free
}

/// A file has fewer points than there are such numbers.
fn length(len: usize) -> u32 {
    u32::try_from(len).unwrap_or(u32::MAX)
}

/// The positions, where nothing has to be chosen.
fn without_choice(len: u32, n: usize) -> Option<Vec<u32>> {
    match n {
        _ if len == 0 || n == 0 => Some(Vec::new()),
        _ if n >= len as usize => Some((0..len).collect()),
        1 => Some(vec![len - 1]),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wave(len: u16) -> Vec<f32> {
        (0..len).map(|i| (f32::from(i) * 0.37).sin()).collect()
    }

    #[test]
    fn what_stands_out_is_kept() {
        let mut values = wave(50_000);
        values[12_345] = 99.0;
        values[43_210] = -99.0;
        values[20_000] = f32::NAN;
        values[30_000] = f32::INFINITY;
        for n in [10, 100, 1000, 10_000] {
            let kept = envelope(&[&values], n);
            assert!(kept.len() <= n && kept.is_sorted(), "{} of {n}", kept.len());
            let must = [0, 12_345, 20_000, 30_000, 43_210, 49_999];
            assert!(must.iter().all(|i| kept.contains(i)), "{n}: {kept:?}");
        }
    }

    /// One point more than there is room for costs a point, not half of them.
    #[test]
    fn there_are_as_many_points_as_were_asked_for() {
        let falling: Vec<f32> = (0..1001_u16).map(|i| -f32::from(i)).collect();
        let waves = wave(10_000);
        let same = vec![0.5; 10_000];
        for n in [2, 3, 10, 50, 100, 999, 1000] {
            assert_eq!(envelope(&[&falling], n).len(), n);
            assert_eq!(envelope(&[&waves], n).len(), n);
            assert_eq!(envelope(&[&same, &waves, &same], n).len(), n);
            for len in [n + 1, 2 * n - 1, 2 * n + 1, 5000] {
                assert_eq!(spread(len, n).len(), n, "{n} of {len}");
            }
        }
    }

    #[test]
    fn no_part_of_a_series_is_left_out() {
        let falling: Vec<f32> = (0..40_000_u16).map(|i| -f32::from(i)).collect();
        for len in [11, 101, 1001, 1500, 1999, 2500, 40_000] {
            for n in [10, 100, 1000].into_iter().filter(|&n| n < len) {
                let kept = spread(len, n);
                let gaps = kept.windows(2).map(|pair| pair[1] - pair[0]);
                let widest = gaps.max().unwrap();
                assert!(
                    widest <= (len / (n - 1) + 1).next_power_of_two(),
                    "{widest}: {n} of {len}"
                );
            }
            let kept = envelope(&[&falling[..len]], 1000.min(len));
            let gaps = kept.windows(2).map(|pair| pair[1] - pair[0]);
            assert!(gaps.max().unwrap() as usize <= (len / 250).max(2), "{len}");
        }
    }

    #[test]
    fn limits_hold_for_any_length() {
        for len in [0, 1, 2, 3, 7, 100, 1025] {
            let values = wave(len);
            let len = usize::from(len);
            for n in 0..12 {
                let spread: Vec<_> = spread(len, n).into_iter().map(|i| i as u32).collect();
                for kept in [envelope(&[&values], n), spread] {
                    assert_eq!(kept.is_empty(), len == 0 || n == 0);
                    assert!(kept.len() <= n, "{kept:?} of {len} for {n}");
                    assert!(kept.windows(2).all(|w| w[0] < w[1]), "{kept:?}");
                    assert!(kept.is_empty() || kept.last() == Some(&(len as u32 - 1)));
                    assert!(n < 2 || len == 0 || kept[0] == 0);
                    assert!(n < len || kept.len() == len);
                }
            }
        }
    }

    /// Points that are there stay there, or go for good, a few at a time. None appears but at the end.
    #[test]
    fn old_charts_do_not_flicker() {
        let values = wave(9000);
        let mut before = envelope(&[&values[..1000]], 200);
        let mut even = spread(1000, 200);
        for len in (1001..9000).step_by(7) {
            let now = envelope(&[&values[..len]], 200);
            // What may differ are the last stretches: one that was not complete, and what was filled up.
            let settled = (len - len.min(600)) as u32;
            let new = now.iter().filter(|i| !before.contains(i));
            let new: Vec<_> = new.filter(|i| **i < settled).collect();
            assert!(new.is_empty(), "{len}: {new:?}");
            let gone = before.iter().filter(|i| !now.contains(i) && **i < settled);
            assert!(gone.count() <= 30, "{len}");
            before = now;

            let now = spread(len, 200);
            let is_old = |i: &&usize| **i + 8 < len;
            assert!(now.iter().filter(is_old).all(|i| even.contains(i)), "{len}");
            even = now;
        }
    }
}
