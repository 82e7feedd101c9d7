//! Histograms of values at each step, for the Histograms and Distributions dashboards.
//!
//! Written as the `[k, 3]` tensor of TensorFlow 2; read from that and from the older `HistogramProto`, which
//! TensorFlow 1, PyTorch and tensorboardX write.

use crate::error::{Error, Result};
use crate::event::DataRef;
use crate::plugin::{self, Kind, Stored, wrong_form};
use crate::proto;
use crate::tensor::{self, Tensor};
use crate::types::IntoScalar;

mod bins;
mod equal;

use equal::{Scale, Values};

pub use bins::Bins;

/// How many buckets TensorFlow 2 uses, and TensorBoard draws.
pub const BUCKETS: usize = 30;

/// A histogram: buckets in ascending order, and what could not be put into any.
///
/// # Examples
///
/// ```
/// use tfevents::{Bucket, Histogram};
///
/// let h = Histogram::with_buckets([1.0, 2.0, 2.5, f64::NAN, 4.0], 3);
/// assert_eq!(h.buckets(), [
///     Bucket { left: 1.0, right: 2.0, count: 1.0 },
///     Bucket { left: 2.0, right: 3.0, count: 2.0 },
///     Bucket { left: 3.0, right: 4.0, count: 1.0 },
/// ]);
/// assert_eq!(h.left_out(), 1);
/// ```
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Histogram {
    buckets: Vec<Bucket>,
    left_out: u64,
}

/// One bucket: how many values lie in `left..right`, in the last one `left..=right`.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Bucket {
    /// The smallest value that counts.
    pub left: f64,
    /// The first value that no longer counts, except in the last bucket.
    pub right: f64,
    /// How many.
    pub count: f64,
}

/// From the left edge, the right edge and the count.
impl From<[f64; 3]> for Bucket {
    fn from([left, right, count]: [f64; 3]) -> Self {
        Self { left, right, count }
    }
}

impl Histogram {
    /// The distribution of `values` over [`BUCKETS`] equal buckets, as `tf.summary.histogram` makes it.
    ///
    /// | values | buckets |
    /// |---|---|
    /// | none, or none finite | none |
    /// | all equal to `v` | `[v, v]` each, everything in the last one |
    /// | else | equal widths from the least to the greatest value |
    ///
    /// NaN and infinities, which would blank the whole chart, are left out and counted in
    /// [`left_out`](Self::left_out). Any iterator of numbers will do; what it yields is kept until it is counted.
    pub fn new<I: IntoIterator<Item: IntoScalar>>(values: I) -> Self {
        Self::with_buckets(values, BUCKETS)
    }

    /// Like [`new`](Self::new), with a different number of buckets; 0 counts as 1.
    pub fn with_buckets<I: IntoIterator<Item: IntoScalar>>(values: I, buckets: usize) -> Self {
        let (values, extent) = Values::gather(values.into_iter());
        let left_out = extent.left_out;
        if extent.finite == 0 {
            return Self {
                buckets: Vec::new(),
                left_out,
            };
        }
        let buckets = buckets.max(1);
        let scale = Scale::new(extent.min, extent.max, buckets);
        let counts = match scale {
            Some(scale) => values.count(scale, &extent),
            // Everything is in the last one.
            None => std::iter::repeat_n(0, buckets - 1)
                .chain([extent.finite])
                .collect(),
        };
        let edge = |i| scale.map_or(extent.min, |s| s.edge(i));
        #[expect(clippy::cast_precision_loss, reason = "the format counts in doubles")]
        let buckets = counts
            .iter()
            .enumerate()
            .map(|(i, &count)| Bucket {
                left: edge(i),
                right: edge(i + 1),
                count: count as f64,
            })
            .collect();
        Self { buckets, left_out }
    }

    /// Buckets counted elsewhere: [`Bucket`]s, or their left edge, right edge and count.
    ///
    /// # Errors
    ///
    /// Edges that are not finite, a left edge right of its right edge or of the next bucket, or a count that
    /// is negative or not finite.
    pub fn from_buckets<I>(buckets: I) -> Result<Self>
    where
        I: IntoIterator<Item: Into<Bucket>>,
    {
        let buckets: Vec<Bucket> = buckets.into_iter().map(Into::into).collect();
        let mut last = f64::NEG_INFINITY;
        for (i, b) in buckets.iter().enumerate() {
            if !(b.left.is_finite() && b.right.is_finite() && last <= b.left && b.left <= b.right) {
                return Err(Error::argument(format!(
                    "histogram bucket {i} from {} to {} is out of order or not finite",
                    b.left, b.right
                )));
            }
            if !(b.count.is_finite() && b.count >= 0.0) {
                return Err(Error::argument(format!(
                    "histogram bucket {i} has a count of {}",
                    b.count
                )));
            }
            last = b.right;
        }
        Ok(Self {
            buckets,
            left_out: 0,
        })
    }

    /// The buckets, in ascending order.
    #[must_use]
    pub fn buckets(&self) -> &[Bucket] {
        &self.buckets
    }

    /// The number of values that are in no bucket: NaN, infinite, or outside of given edges. A file has no place for
    /// it in the histogram: see [`left_out_scalar`](Self::left_out_scalar).
    #[must_use]
    pub fn left_out(&self) -> u64 {
        self.left_out
    }

    /// Counts further values that are in no bucket, such as samples for which there was no room.
    pub fn leave_out(&mut self, count: u64) {
        self.left_out = self.left_out.saturating_add(count);
    }

    /// The scalar that goes with the histogram of a tag, if any values were left out: `<tag>/left_out`, and their number.
    #[must_use]
    pub fn left_out_scalar(&self, tag: &str) -> Option<(String, u64)> {
        (self.left_out > 0).then(|| (format!("{tag}/left_out"), self.left_out))
    }

    /// How many values the buckets hold.
    #[must_use]
    pub fn count(&self) -> f64 {
        self.buckets.iter().map(|b| b.count).sum()
    }
}

impl Stored for Histogram {
    fn metadata(&self) -> proto::SummaryMetadata {
        plugin::metadata("histograms", Vec::new())
    }

    fn tensor(&self) -> Result<proto::TensorProto> {
        let rows: Vec<f64> = self
            .buckets
            .iter()
            .flat_map(|b| [b.left, b.right, b.count])
            .collect();
        Ok(tensor::double_tensor(&[self.buckets.len(), 3], &rows))
    }
}

pub(crate) fn decode(data: &DataRef<'_>) -> Result<Histogram> {
    match data {
        DataRef::Histogram(encoded) => from_proto(&proto::merge(encoded.pieces())?),
        DataRef::Tensor(encoded) => {
            let tensor = Tensor::from_encoded(encoded)?;
            let (&[_, 3], Some(numbers)) = (tensor.shape(), tensor.to_f64s()) else {
                return Err(wrong_form(Kind::Histogram, data));
            };
            Ok(Histogram {
                buckets: numbers
                    .as_chunks()
                    .0
                    .iter()
                    .map(|&[left, right, count]| Bucket { left, right, count })
                    .collect(),
                left_out: 0,
            })
        }
        _ => Err(wrong_form(Kind::Histogram, data)),
    }
}

/// The older form gives right edges only, from minus the greatest double on. As TensorBoard's Python loader
/// does, empty buckets at both ends go, and the outermost edges become the minimum and the maximum. So there
/// may be fewer edges than counts, or more.
pub(crate) fn from_proto(h: &proto::HistogramProto) -> Result<Histogram> {
    let counts = &h.bucket;
    let (Some(first), Some(last)) = (
        counts.iter().position(|&c| c > 0.0),
        counts.iter().rposition(|&c| c > 0.0),
    ) else {
        return Ok(Histogram::default());
    };
    // The right edges of all buckets but the last.
    let inner = h.bucket_limit.get(first..last);
    let Some(inner) = inner.or((first == last).then_some(&[])) else {
        return Err(Error::decode(format!(
            "a histogram has {} counts but only {} edges",
            counts.len(),
            h.bucket_limit.len()
        )));
    };
    let lefts = [h.min].into_iter().chain(inner.iter().copied());
    let rights = inner.iter().copied().chain([h.max]);
    let buckets = lefts.zip(rights).zip(&counts[first..=last]);
    Ok(Histogram {
        buckets: buckets
            .map(|((left, right), &count)| Bucket { left, right, count })
            .collect(),
        left_out: 0,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn total(h: &Histogram) -> f64 {
        h.count()
    }

    #[test]
    fn edge_cases_are_decided() {
        let none: [f32; 0] = [];
        assert!(Histogram::new(none).buckets().is_empty());
        let lost = Histogram::new([f32::NAN, f32::INFINITY, f32::NEG_INFINITY]);
        assert_eq!((lost.buckets().len(), lost.left_out()), (0, 3));

        let one = Histogram::new([2.5f64]);
        assert_eq!(one.buckets().len(), BUCKETS);
        assert_eq!(
            one.buckets()[0],
            Bucket {
                left: 2.5,
                right: 2.5,
                count: 0.0
            }
        );
        assert_eq!(
            one.buckets()[29],
            Bucket {
                left: 2.5,
                right: 2.5,
                count: 1.0
            }
        );

        let wide = Histogram::new([f64::MIN, 0.0, f64::MAX]);
        assert_eq!(total(&wide), 3.0);
        assert!(
            wide.buckets()
                .iter()
                .all(|b| b.left.is_finite() && b.right.is_finite())
        );
        assert_eq!(wide.buckets()[15].count + wide.buckets()[14].count, 1.0);

        let tiny = Histogram::new([0.0, f64::from_bits(1)]);
        assert_eq!(total(&tiny), 2.0, "a range too small to divide");
        assert_eq!(Histogram::with_buckets([1, 2], 0).buckets().len(), 1);
    }

    #[cfg(feature = "half")]
    #[test]
    fn half_precision_is_counted() {
        use half::f16;
        let weights = [1.0, 2.0, 4.0, f32::NAN].map(f16::from_f32);
        let h = Histogram::with_buckets(weights.iter(), 3);
        let counts: Vec<_> = h.buckets().iter().map(|b| b.count).collect();
        assert_eq!((counts, h.left_out()), (vec![1., 1., 1.], 1));
    }

    #[test]
    fn the_greatest_value_is_in_the_last_bucket() {
        let h = Histogram::with_buckets((0..=10).collect::<Vec<i32>>().iter(), 10);
        let counts: Vec<_> = h.buckets().iter().map(|b| b.count).collect();
        assert_eq!(counts, [1., 1., 1., 1., 1., 1., 1., 1., 1., 2.]);
        assert_eq!(h.buckets()[9].right, 10.0);
    }

    #[test]
    fn buckets_from_elsewhere_are_checked() {
        let b = |left, right, count| Bucket { left, right, count };
        assert!(Histogram::from_buckets([b(0., 1., 2.), b(1., 1., 0.), b(3., 4., 1.)]).is_ok());
        for bad in [
            vec![b(0., 1., -1.)],
            vec![b(1., 0., 1.)],
            vec![b(0., 2., 1.), b(1., 3., 1.)],
            vec![b(f64::NAN, 1., 1.)],
            vec![b(0., f64::INFINITY, 1.)],
        ] {
            assert!(Histogram::from_buckets(bad).is_err());
        }
    }

    #[test]
    fn the_older_form_loses_its_empty_ends() {
        let h = from_proto(&proto::HistogramProto {
            min: -2.0,
            max: 5.0,
            bucket_limit: vec![-3.0, -1.0, 0.0, 4.0, 6.0, f64::MAX],
            bucket: vec![0.0, 1.0, 0.0, 2.0, 1.0, 0.0],
            ..Default::default()
        })
        .unwrap();
        let rows: Vec<_> = h
            .buckets()
            .iter()
            .map(|b| (b.left, b.right, b.count))
            .collect();
        assert_eq!(
            rows,
            [(-2., -1., 1.), (-1., 0., 0.), (0., 4., 2.), (4., 5., 1.)]
        );
        let empty = from_proto(&proto::HistogramProto::default()).unwrap();
        assert!(empty.buckets().is_empty());
    }

    /// TensorBoard's Python loader makes the same of the first three, and stops for good at the others.
    #[test]
    fn the_older_form_needs_the_edges_between_its_counts() {
        let rows = |limits: &[f64], counts: &[f64]| {
            let histogram = from_proto(&proto::HistogramProto {
                min: 0.0,
                max: 3.0,
                bucket_limit: limits.to_vec(),
                bucket: counts.to_vec(),
                ..Default::default()
            })?;
            let row = |b: &Bucket| [b.left, b.right, b.count];
            Ok::<_, Error>(histogram.buckets().iter().map(row).collect::<Vec<_>>())
        };
        let three = [[0., 1., 1.], [1., 2., 1.], [2., 3., 3.]];
        assert_eq!(rows(&[1., 2.], &[1., 1., 3.]).unwrap(), three);
        assert_eq!(rows(&[1., 2., 9., 9.], &[1., 1., 3.]).unwrap(), three);
        assert_eq!(rows(&[], &[0., 0., 5.]).unwrap(), [[0., 3., 5.]]);
        for (limits, counts) in [(&[1.][..], &[1., 1., 3.][..]), (&[], &[0., 1., 1.])] {
            let error = rows(limits, counts).unwrap_err().to_string();
            assert!(error.contains("3 counts but only"), "{error}");
        }
    }
}
