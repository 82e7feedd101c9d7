//! Fewer points of a series than there are, so that a chart of them tells the same.
//!
//! A series is cut into stretches of equally many points, a power of two, from its start on. What is kept of a stretch
//! depends on nothing else, so a chart of a run that grows keeps its old points, until there are too many and two
//! stretches become one.

use std::ops::Range;

/// The positions of at most `n` points of series of one length, in ascending order, the same for all of them.
///
/// Of each stretch: the first and the last point, and of each series the minimum and the maximum, and the first and
/// the last of those that are not finite. Always the last point, and the first one if `n` is not 1.
pub(crate) fn envelope(series: &[&[f32]], n: usize) -> Vec<usize> {
    let len = series.iter().map(|values| values.len()).min().unwrap_or(0);
    thin(len, n, |stretch, kept| {
        kept.extend([stretch.start, stretch.end - 1]);
        for values in series {
            let compare = |a: &usize, b: &usize| values[*a].total_cmp(&values[*b]);
            let finite = stretch.clone().filter(|&i| values[i].is_finite());
            kept.extend(finite.clone().min_by(compare));
            kept.extend(finite.max_by(compare));
            let mut others = stretch.clone().filter(|&i| !values[i].is_finite());
            kept.extend(others.next());
            kept.extend(others.next_back());
        }
    })
}

/// The positions of at most `n` points, evenly spread: the first of each stretch, and the last of all.
pub(crate) fn spread(len: usize, n: usize) -> Vec<usize> {
    thin(len, n, |stretch, kept| kept.push(stretch.start))
}

/// Makes stretches longer until what `choose` keeps of them is no more than `n` points.
fn thin(len: usize, n: usize, choose: impl Fn(Range<usize>, &mut Vec<usize>)) -> Vec<usize> {
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
    let mut kept = Vec::new();
    loop {
        kept.clear();
        for start in (0..len).step_by(stretch) {
            choose(start..len.min(start + stretch), &mut kept);
        }
        kept.extend([0, last]);
        kept.sort_unstable();
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
                for kept in [envelope(&[&values], n), spread(len, n)] {
                    assert_eq!(kept.is_empty(), len == 0 || n == 0);
                    assert!(kept.len() <= n, "{kept:?} of {len} for {n}");
                    assert!(kept.windows(2).all(|w| w[0] < w[1]), "{kept:?}");
                    assert!(kept.is_empty() || kept.last() == Some(&(len - 1)));
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
            let settled = len / 512 * 512;
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
