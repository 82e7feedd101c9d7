//! Counting values in equal buckets, several at a time.

use crate::types::IntoScalar;

/// How many values are looked at together: so few that they stay in the fastest memory.
const BLOCK: usize = 256;

/// How many values a loop takes at a time, each with results of its own, so that none waits for the one before.
const LANES: usize = 8;

/// What a walk over all values shows.
pub(super) struct Extent {
    /// The smallest and the largest finite value.
    pub(super) min: f64,
    pub(super) max: f64,
    pub(super) finite: u64,
    /// NaN and infinities.
    pub(super) left_out: u64,
}

/// Values that are looked at twice, in as little memory as holds them.
pub(super) enum Values {
    Narrow(Vec<f32>),
    Wide(Vec<f64>),
}

impl Values {
    /// Takes all values, and says between what they lie.
    pub(super) fn gather<T: IntoScalar>(values: impl Iterator<Item = T>) -> (Self, Extent) {
        let (len, _) = values.size_hint();
        let values = values.map(IntoScalar::to_f64);
        if T::__FITS_F32 {
            let mut kept = Vec::with_capacity(len);
            #[expect(clippy::cast_possible_truncation, reason = "they were 32-bit floats")]
            let keep = |block: &[f64]| kept.extend(block.iter().map(|&v| v as f32));
            let extent = Extent::of(values, keep);
            (Self::Narrow(kept), extent)
        } else {
            let mut kept = Vec::with_capacity(len);
            let extent = Extent::of(values, |block| kept.extend_from_slice(block));
            (Self::Wide(kept), extent)
        }
    }

    /// How many of them are in each bucket.
    pub(super) fn count(&self, scale: Scale, extent: &Extent) -> Vec<u64> {
        let all_finite = extent.left_out == 0;
        match self {
            Self::Narrow(values) => scale.count(values.iter().map(|&v| v.into()), all_finite),
            Self::Wide(values) => scale.count(values.iter().copied(), all_finite),
        }
    }
}

impl Extent {
    /// Shows the values to `keep`, block by block.
    fn of(values: impl Iterator<Item = f64>, mut keep: impl FnMut(&[f64])) -> Self {
        // Several of each, so that the compiler can compare several values at once.
        let mut min = [f64::INFINITY; LANES];
        let mut max = [f64::NEG_INFINITY; LANES];
        let mut finite = [0u64; LANES];
        let mut total = 0;
        blocks(values, &mut |block: &[f64]| {
            keep(block);
            total += block.len() as u64;
            let mut lane = |i: usize, v: f64| {
                // Itself if it is finite, else NaN, which no comparison holds for.
                let v = v + v * 0.0;
                finite[i] += u64::from(!v.is_nan());
                min[i] = if v < min[i] { v } else { min[i] };
                max[i] = if v > max[i] { v } else { max[i] };
            };
            let (values, rest) = block.as_chunks::<LANES>();
            for values in values {
                for (i, &v) in values.iter().enumerate() {
                    lane(i, v);
                }
            }
            for &v in rest {
                lane(0, v);
            }
        });
        let finite = finite.iter().sum();
        Self {
            min: min.into_iter().fold(f64::INFINITY, f64::min),
            max: max.into_iter().fold(f64::NEG_INFINITY, f64::max),
            finite,
            left_out: total - finite,
        }
    }
}

/// Passes the values to `each` in blocks.
fn blocks(mut values: impl Iterator<Item = f64>, each: &mut impl FnMut(&[f64])) {
    let mut block = [0.0; BLOCK];
    loop {
        let mut len = 0;
        for (place, v) in block.iter_mut().zip(&mut values) {
            *place = v;
            len += 1;
        }
        if len == 0 {
            return;
        }
        each(&block[..len]);
        if len < BLOCK {
            return;
        }
    }
}

/// Equal buckets over a range, with TensorFlow's arithmetic.
#[derive(Clone, Copy)]
pub(super) struct Scale {
    min: f64,
    max: f64,
    width: f64,
    last: usize,
}

impl Scale {
    /// `None` where there is no width to divide.
    #[expect(clippy::cast_precision_loss, reason = "bucket counts are small")]
    pub(super) fn new(min: f64, max: f64, buckets: usize) -> Option<Self> {
        // Dividing first keeps a range of more than the greatest double finite.
        let n = buckets as f64;
        let range = max - min;
        let width = if range.is_finite() {
            range / n
        } else {
            max / n - min / n
        };
        (width > 0.0).then_some(Self {
            min,
            max,
            width,
            last: buckets - 1,
        })
    }

    /// How many of the values are in each bucket, all of which are finite or else to be left out.
    fn count(&self, values: impl Iterator<Item = f64>, all_finite: bool) -> Vec<u64> {
        // Neighbours are often in the same bucket, and adding to a number that was just written has to wait for
        // that: four sets of counts take turns. As many buckets as there usually are need no check of the index.
        let is_few = self.last < 64;
        let mut few = [0u64; 256];
        let mut many = vec![[0u64; 4]; if is_few { 0 } else { self.last + 1 }];
        let mut add = |block: &[f64]| {
            let mut buckets = [0; BLOCK];
            let buckets = &mut buckets[..block.len()];
            if !self.buckets_by_reciprocal(block, buckets) {
                for (bucket, &v) in buckets.iter_mut().zip(block) {
                    *bucket = self.bucket(v) as u32;
                }
            }
            for (i, &bucket) in buckets.iter().enumerate() {
                if is_few {
                    few[usize::from(4 * bucket as u8 + (i % 4) as u8)] += 1;
                } else if let Some(count) = many.get_mut(bucket as usize) {
                    count[i % 4] += 1;
                }
            }
        };
        if all_finite {
            blocks(values, &mut add);
        } else {
            blocks(values.filter(|v| v.is_finite()), &mut add);
        }
        let counts = if is_few { few.as_chunks().0 } else { &many };
        let counts = counts.iter().take(self.last + 1);
        counts.map(|count| count.iter().sum()).collect()
    }

    /// The buckets of a block, by multiplying, which takes a fraction of the time of dividing. False if that could
    /// come out differently for some value, because it is at the edge of a bucket.
    #[expect(
        clippy::cast_possible_truncation,
        reason = "the low half of the sum's mantissa is the bucket"
    )]
    fn buckets_by_reciprocal(&self, block: &[f64], buckets: &mut [u32]) -> bool {
        /// Adding this to a number rounds it to an integer, which then is the low half of the bits.
        const ROUND: f64 = 6_755_399_441_055_744.0;
        let by_width = 1.0 / self.width;
        let exact =
            self.last < 1 << 20 && by_width.is_finite() && (self.max - self.min).is_finite();
        let last = self.last as u32;
        let min = self.min;
        // Lane by lane, so that the compiler can take several values at once.
        let mut nearest = [1.0f64; LANES];
        let lane = |nearest: &mut f64, bucket: &mut u32, v: f64| {
            let along = (v - min) * by_width;
            let rounded = along - 0.5 + ROUND;
            *bucket = (rounded.to_bits() as u32).min(last);
            // From 0 at the left edge to 1 at the right one.
            let within = along - (rounded - ROUND);
            let distance = 0.5 - (within - 0.5).abs();
            *nearest = if distance < *nearest {
                distance
            } else {
                *nearest
            };
        };
        let (values, more_values) = block.as_chunks::<LANES>();
        let (places, more_places) = buckets.as_chunks_mut::<LANES>();
        for (places, values) in places.iter_mut().zip(values) {
            for i in 0..LANES {
                lane(&mut nearest[i], &mut places[i], values[i]);
            }
        }
        for (place, &v) in more_places.iter_mut().zip(more_values) {
            lane(&mut nearest[0], place, v);
        }
        exact && nearest.iter().all(|&distance| distance > 1e-9)
    }

    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "clamped below"
    )]
    fn bucket(&self, v: f64) -> usize {
        let offset = v - self.min;
        let i = if offset.is_finite() {
            offset / self.width
        } else {
            v / self.width - self.min / self.width
        };
        (i as usize).min(self.last)
    }

    #[expect(clippy::cast_precision_loss, reason = "bucket counts are small")]
    pub(super) fn edge(&self, i: usize) -> f64 {
        let along = i as f64 * self.width;
        if i > self.last {
            self.max
        } else if along.is_finite() {
            self.min + along
        } else {
            let t = i as f64 / (self.last + 1) as f64;
            self.min * (1.0 - t) + self.max * t
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        /// Multiplying puts every value where dividing would, edges and whole numbers included.
        #[test]
        fn the_short_cut_changes_nothing(
            values in prop_oneof![
                prop::collection::vec(any::<f64>(), 2..600),
                prop::collection::vec(-1e3f64..1e3, 2..600),
                prop::collection::vec((-50i32..50).prop_map(f64::from), 2..600),
                prop::collection::vec((0u32..1000).prop_map(|i| f64::from(i) / 30.0), 2..600),
            ],
            buckets in prop_oneof![Just(30usize), 1usize..100],
        ) {
            let finite: Vec<f64> = values.iter().copied().filter(|v| v.is_finite()).collect();
            let (gathered, extent) = Values::gather(values.iter());
            prop_assert_eq!(extent.finite as usize, finite.len());
            prop_assert_eq!(extent.left_out as usize, values.len() - finite.len());
            prop_assert_eq!(extent.min, finite.iter().copied().fold(f64::INFINITY, f64::min));
            prop_assert_eq!(extent.max, finite.iter().copied().fold(f64::NEG_INFINITY, f64::max));
            if let Some(scale) = Scale::new(extent.min, extent.max, buckets) {
                let mut expected = vec![0; buckets];
                for &v in &finite {
                    expected[scale.bucket(v)] += 1;
                }
                prop_assert_eq!(gathered.count(scale, &extent), expected);
            }
        }
    }
}
