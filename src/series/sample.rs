//! Fewer points of a series, chosen so that a chart of them tells the same.
//!
//! Every function returns the positions of the kept points, in ascending order, so that the other columns
//! can follow.

use std::ops::Range;

/// The points that TensorBoard's data server keeps of a series with these steps.
///
/// It holds a uniform random sample of `capacity` points with a fixed seed, always with the latest one, and
/// discards points whose step a later point repeats or precedes. The kept positions depend on the steps
/// alone, so they are the same here.
///
/// # Examples
///
/// ```
/// use tfevents::series::reservoir;
///
/// let steps: Vec<i64> = (0..10_000).collect();
/// let kept = reservoir(&steps, 1000);
/// assert_eq!(kept.len(), 1000);
/// assert_eq!(kept.last(), Some(&9999));
/// assert_eq!(reservoir(&[1, 2, 3, 2], 1000), [0, 3]);
/// ```
#[must_use]
pub fn reservoir(steps: &[i64], capacity: usize) -> Vec<usize> {
    if capacity == 0 {
        return Vec::new();
    }
    let mut kept: Vec<usize> = Vec::new();
    let mut seen = 0;
    let mut dice = Dice::new();
    for (i, &step) in steps.iter().enumerate() {
        let before = kept.len();
        while kept.last().is_some_and(|&last| steps[last] >= step) {
            kept.pop();
        }
        if kept.len() < before {
            // As large a part of what was seen counts as discarded as of what was kept.
            seen = seen * kept.len() as u64 / before as u64;
        }
        seen += 1;
        if seen > capacity as u64 {
            let place = usize::try_from(dice.below(seen)).unwrap_or(usize::MAX);
            if place >= capacity {
                kept.pop();
            } else if kept.len() >= capacity {
                kept.remove(place);
            }
        }
        kept.push(i);
    }
    kept
}

/// The data server's random numbers: ChaCha20 with the seed 0 stretched to a key, as its library does.
struct Dice {
    key: [u32; 8],
    block: u64,
    words: [u32; 16],
    used: usize,
}

impl Dice {
    fn new() -> Self {
        let mut state = 0u64;
        let key = std::array::from_fn(|_| {
            state = state
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(11_634_580_027_462_260_723);
            #[expect(clippy::cast_possible_truncation, reason = "32 of the bits are meant")]
            let word = (((state >> 18) ^ state) >> 27) as u32;
            word.rotate_right((state >> 59) as u32)
        });
        Self {
            key,
            block: 0,
            words: [0; 16],
            used: 16,
        }
    }

    /// A number below `n`, which must not be 0, without bias.
    fn below(&mut self, n: u64) -> u64 {
        let zone = u64::MAX - (u64::MAX - n + 1) % n;
        loop {
            let low = self.word();
            let high = self.word();
            let random = u64::from(high) << 32 | u64::from(low);
            let wide = u128::from(random) * u128::from(n);
            #[expect(clippy::cast_possible_truncation, reason = "the halves are meant")]
            let (result, rest) = ((wide >> 64) as u64, wide as u64);
            if rest <= zone {
                return result;
            }
        }
    }

    fn word(&mut self) -> u32 {
        if self.used == self.words.len() {
            self.words = self.next_block();
            self.used = 0;
        }
        self.used += 1;
        self.words[self.used - 1]
    }

    #[expect(clippy::cast_possible_truncation, reason = "the halves of a counter")]
    fn next_block(&mut self) -> [u32; 16] {
        const CONSTANTS: [u32; 4] = [0x6170_7865, 0x3320_646e, 0x7962_2d32, 0x6b20_6574];
        let mut start = [0; 16];
        start[..4].copy_from_slice(&CONSTANTS);
        start[4..12].copy_from_slice(&self.key);
        start[12] = self.block as u32;
        start[13] = (self.block >> 32) as u32;
        self.block += 1;
        let mut x = start;
        for _ in 0..10 {
            for i in 0..4 {
                quarter_round(&mut x, i, 4 + i, 8 + i, 12 + i);
            }
            for i in 0..4 {
                quarter_round(
                    &mut x,
                    i,
                    4 + (i + 1) % 4,
                    8 + (i + 2) % 4,
                    12 + (i + 3) % 4,
                );
            }
        }
        std::array::from_fn(|i| x[i].wrapping_add(start[i]))
    }
}

fn quarter_round(x: &mut [u32; 16], a: usize, b: usize, c: usize, d: usize) {
    for (first, second) in [(16, 12), (8, 7)] {
        x[a] = x[a].wrapping_add(x[b]);
        x[d] = (x[d] ^ x[a]).rotate_left(first);
        x[c] = x[c].wrapping_add(x[d]);
        x[b] = (x[b] ^ x[c]).rotate_left(second);
    }
}

/// At most `buckets` stretches of equal length, each with its least and its greatest value: what a chart as
/// many pixels wide can show. The first and last point and all changes to and from NaN are kept as well, so
/// there may be some more than `2 * buckets` points.
///
/// # Examples
///
/// ```
/// use tfevents::series::envelope;
///
/// let mut values = vec![0.0; 1000];
/// values[617] = 5.0; // a spike that a random sample would miss
/// let kept = envelope(&values, 10);
/// assert!(kept.contains(&617) && kept.len() <= 22);
/// ```
#[must_use]
pub fn envelope(values: &[f64], buckets: usize) -> Vec<usize> {
    if values.len() <= 2 * buckets || buckets == 0 {
        return (0..values.len()).collect();
    }
    let mut kept = vec![0, values.len() - 1];
    for bucket in ranges(0..values.len(), buckets) {
        kept.extend(extremes(values, bucket));
    }
    kept.extend(gaps(values));
    sorted(kept)
}

/// About `n` points by Largest Triangle Three Buckets: of each stretch the point that stands out most against
/// its neighbours. Besides the first and last point, the extremes and all changes to and from NaN are kept.
/// The points are taken to be equally far apart.
///
/// # Examples
///
/// ```
/// use tfevents::series::lttb;
///
/// let values: Vec<f64> = (0..1000).map(|i| f64::from(i % 100)).collect();
/// let kept = lttb(&values, 50);
/// assert!(kept.len() >= 50 && kept.len() <= 52);
/// assert_eq!((kept[0], *kept.last().unwrap()), (0, 999));
/// ```
#[expect(clippy::cast_precision_loss, reason = "positions are small")]
#[must_use]
pub fn lttb(values: &[f64], n: usize) -> Vec<usize> {
    if values.len() <= n || n < 3 {
        return (0..values.len()).collect();
    }
    let last = values.len() - 1;
    let finite = |i: &usize| values[*i].is_finite();
    let mut kept = vec![0, last];
    let buckets: Vec<_> = ranges(1..last, n - 2).collect();
    let mut left = 0;
    for (b, bucket) in buckets.iter().enumerate() {
        // The average of the next bucket, the last point behind all of them.
        let next = buckets.get(b + 1).cloned().unwrap_or(last..last + 1);
        let (count, x, y) = next.filter(finite).fold((0.0, 0.0, 0.0), |(n, x, y), i| {
            (n + 1.0, x + i as f64, y + values[i])
        });
        let right = if count > 0.0 {
            (x / count, y / count)
        } else {
            (last as f64, 0.0)
        };
        let anchor = if values[left].is_finite() {
            values[left]
        } else {
            right.1
        };
        let area = |i: usize| {
            let (dx, dy) = (left as f64 - right.0, values[i] - anchor);
            (dx * dy - (left as f64 - i as f64) * (right.1 - anchor)).abs()
        };
        let chosen = bucket
            .clone()
            .filter(finite)
            .max_by(|&a, &b| area(a).total_cmp(&area(b)));
        if let Some(chosen) = chosen {
            kept.push(chosen);
            left = chosen;
        }
    }
    kept.extend(extremes(values, 0..values.len()));
    kept.extend(gaps(values));
    sorted(kept)
}

/// Cuts a range into `n` parts of nearly equal length.
fn ranges(range: Range<usize>, n: usize) -> impl Iterator<Item = Range<usize>> {
    let (start, len) = (range.start, range.len() as u128);
    let cut = move |i: usize| start + usize::try_from(len * i as u128 / n as u128).unwrap_or(0);
    (0..n).map(move |i| cut(i)..cut(i + 1))
}

/// The places of the minimum and the maximum in a range, if it has anything but NaN.
fn extremes(values: &[f64], range: Range<usize>) -> impl Iterator<Item = usize> {
    let known = range.filter(|&i| !values[i].is_nan());
    let compare = |a: &usize, b: &usize| values[*a].total_cmp(&values[*b]);
    [known.clone().min_by(compare), known.max_by(compare)]
        .into_iter()
        .flatten()
}

/// The points on both sides of each change between NaN and a number.
fn gaps(values: &[f64]) -> impl Iterator<Item = usize> + '_ {
    (1..values.len())
        .filter(|&i| values[i].is_nan() != values[i - 1].is_nan())
        .flat_map(|i| [i - 1, i])
}

fn sorted(mut kept: Vec<usize>) -> Vec<usize> {
    kept.sort_unstable();
    kept.dedup();
    kept
}

#[cfg(test)]
mod tests {
    use super::*;

    /// RFC 8439, 2.3.2, with its nonce in place: the block function alone.
    #[test]
    fn the_cipher_is_chacha20() {
        let mut x = [0; 16];
        (x[0], x[1], x[2], x[3]) = (0x1111_1111, 0x0102_0304, 0x9b8d_6f43, 0x0123_4567);
        quarter_round(&mut x, 0, 1, 2, 3);
        assert_eq!(x[..4], [0xea2a_92f4, 0xcb1c_f8ce, 0x4581_472e, 0x5881_c4bb]);
    }

    #[test]
    fn nothing_is_lost_below_the_capacity() {
        let steps: Vec<i64> = (0..1000).collect();
        assert_eq!(reservoir(&steps, 1000), (0..1000).collect::<Vec<_>>());
        assert!(reservoir(&steps, 0).is_empty());
        assert_eq!(reservoir(&[5, 5, 5], 2), [2]);
    }

    #[test]
    fn extremes_ends_and_gaps_survive() {
        let mut values: Vec<f64> = (0..5000).map(|i| f64::from(i).sin()).collect();
        values[1234] = 99.0;
        values[4321] = -99.0;
        values[2000..2010].fill(f64::NAN);
        values[3000] = f64::INFINITY;
        for kept in [envelope(&values, 50), lttb(&values, 100)] {
            for must in [0, 4999, 4321, 3000, 1999, 2000, 2009, 2010] {
                assert!(kept.contains(&must), "{must} of {kept:?}");
            }
            assert!(kept.len() <= 110, "{}", kept.len());
            assert!(kept.is_sorted());
        }
        assert!(envelope(&values, 50).contains(&1234));
    }
}
