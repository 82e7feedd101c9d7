//! Fewer points of a series than there are, so that a chart of them tells the same.
//!
//! A series is cut into stretches of equally many points, a power of two, from its start on. What is kept of a stretch
//! depends on nothing else, so a chart of a run that grows keeps its old points, until there are too many and two
//! stretches become one.

use std::ops::Range;

/// What stands out of a stretch of a series: positions, where there are any.
#[derive(Clone, Copy, Debug, Default)]
struct Peaks {
    /// The smallest and the largest finite value.
    least: Option<usize>,
    greatest: Option<usize>,
    /// The first and the last value that is not finite.
    odd: Option<(usize, usize)>,
}

impl Peaks {
    fn of(values: &[f32], stretch: Range<usize>) -> Self {
        let mut peaks = Self::default();
        let (mut least, mut greatest) = (f32::INFINITY, f32::NEG_INFINITY);
        for at in stretch {
            let value = values[at];
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
        let pick = |a: Option<usize>, b: Option<usize>, b_wins: fn(f32, f32) -> bool| match (a, b) {
            (Some(a), Some(b)) if b_wins(values[a], values[b]) => Some(b),
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

    fn positions(self) -> impl Iterator<Item = usize> {
        let odd = self.odd.map(|(first, last)| [first, last]);
        let peaks = [self.least, self.greatest].into_iter().flatten();
        peaks.chain(odd.into_iter().flatten())
    }
}

/// The positions of at most `n` points of series of one length, in ascending order, the same for all of them.
///
/// Of each stretch: the first and the last point, and of each series the minimum and the maximum, and the first and
/// the last of those that are not finite. Always the last point, and the first one if `n` is not 1.
pub(crate) fn envelope(series: &[&[f32]], n: usize) -> Vec<u32> {
    let len = series.iter().map(|values| values.len()).min().unwrap_or(0);
    // Each value is looked at once: longer stretches are made of shorter ones.
    let mut peaks: Vec<Vec<Peaks>> = Vec::new();
    // Of each stretch, the first and the last point stay at least.
    let kept = thin(len, n, 2, |stretch, kept| {
        match peaks.is_empty() {
            true => {
                let peaks_of = |values: &&[f32]| {
                    let stretches = stretches(len, stretch);
                    stretches
                        .map(|stretch| Peaks::of(values, stretch))
                        .collect()
                };
                peaks = series.iter().map(peaks_of).collect();
            }
            false => {
                for (peaks, values) in peaks.iter_mut().zip(series) {
                    let pairs = peaks.chunks(2);
                    let together = pairs.map(|pair| match *pair {
                        [peaks, next] => peaks.with(next, values),
                        [peaks, ..] => peaks,
                        [] => Peaks::default(),
                    });
                    *peaks = together.collect();
                }
            }
        }
        for (at, stretch) in stretches(len, stretch).enumerate() {
            let from = kept.len();
            kept.extend([stretch.start, stretch.end - 1]);
            let of_stretch = peaks.iter().filter_map(|peaks| peaks.get(at));
            kept.extend(of_stretch.flat_map(|peaks| peaks.positions()));
            kept[from..].sort_unstable();
        }
    });
    // A file has fewer points than that.
    let kept = kept.into_iter().map(u32::try_from);
    kept.filter_map(Result::ok).collect()
}

/// The positions of at most `n` points, evenly spread: the first of each stretch, and the last of all.
pub(crate) fn spread(len: usize, n: usize) -> Vec<usize> {
    thin(len, n, 1, |stretch, kept| {
        kept.extend((0..len).step_by(stretch));
    })
}

fn stretches(len: usize, stretch: usize) -> impl Iterator<Item = Range<usize>> {
    let starts = (0..len).step_by(stretch);
    starts.map(move |start| start..len.min(start + stretch))
}

/// Makes stretches twice as long until what `choose` keeps of them, in ascending order, is no more than `n` points. From
/// each of them, if it is complete, it keeps as many as `least` or more.
fn thin(
    len: usize,
    n: usize,
    least: usize,
    mut choose: impl FnMut(usize, &mut Vec<usize>),
) -> Vec<usize> {
    let Some(last) = len.checked_sub(1) else {
        return Vec::new();
    };
    match n {
        0 => return Vec::new(),
        1 => return vec![last],
        _ if n >= len => return (0..len).collect(),
        _ => {}
    }
    let mut stretch = len.div_ceil(n).next_power_of_two();
    while stretch < len && len / stretch * least > n {
        stretch *= 2;
    }
    let mut kept = Vec::new();
    loop {
        kept.clear();
        choose(stretch, &mut kept);
        kept.push(last);
        kept.dedup();
        if kept.len() <= n {
            return kept;
        }
        if stretch >= len {
            // Too few for everything that stands out of the one stretch that is left.
            kept.drain(1..kept.len() - (n - 1));
            return kept;
        }
        stretch *= 2;
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
        assert!(envelope(&[&values], 1000).len() > 400);
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

    /// Points that are there stay there, or go because two stretches became one. None appears but at the end.
    #[test]
    fn old_charts_do_not_flicker() {
        let values = wave(9000);
        let mut before = envelope(&[&values[..1000]], 200);
        let mut coarser = 0;
        for len in (1001..9000).step_by(7) {
            let now = envelope(&[&values[..len]], 200);
            // What may differ is the last stretch, which was not complete.
            let settled = (len / 512 * 512) as u32;
            let same = before.iter().all(|i| now.contains(i) || *i + 600 > settled);
            coarser += usize::from(!same);
            let new = now.iter().filter(|i| !before.contains(i));
            assert!(
                new.clone().all(|i| i + 600 > settled),
                "{len}: {:?}",
                new.collect::<Vec<_>>()
            );
            before = now;
        }
        assert!(coarser <= 4, "{coarser}");
    }
}
