//! Buckets of other shapes than equal ones.

use super::{Bucket, Histogram};
use crate::error::{Error, Result};
use crate::proto;
use crate::types::IntoScalar;

/// How to divide the range of the values.
///
/// TensorBoard redraws everything in 30 equal buckets, so other shapes matter to those who read the data
/// back. The outermost edges become the minimum and the maximum, because a bucket that reaches further
/// would squash the chart.
#[doc(alias = "bins")]
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum Bins {
    /// Equal widths, as `tf.summary.histogram` has them.
    Equal(usize),
    /// Widths that grow by 10 % each from zero on in both directions: those of TensorFlow 1, and what
    /// PyTorch and tensorboardX call `tensorflow`. Runs of empty buckets are joined.
    Exponential,
    /// The buckets between these edges, in ascending order. As in NumPy a bucket includes its left edge, the
    /// last one its right edge, too. Values outside count as left out.
    Edges(Vec<f64>),
}

impl Histogram {
    /// The distribution of `values` over buckets of a given shape.
    ///
    /// # Errors
    ///
    /// Fewer than two edges, and edges that are not finite or not ascending.
    ///
    /// # Examples
    ///
    /// ```
    /// use tfevents::{Bins, Bucket, Histogram};
    ///
    /// let edges = Bins::Edges(vec![0.0, 10.0, 100.0]);
    /// let h = Histogram::with_bins([0.0, 10.0, 50.0, 100.0, 1e6], &edges)?;
    /// assert_eq!(h.buckets(), [
    ///     Bucket { left: 0.0, right: 10.0, count: 1.0 },
    ///     Bucket { left: 10.0, right: 100.0, count: 3.0 },
    /// ]);
    /// assert_eq!(h.left_out(), 1);
    /// # Ok::<(), tfevents::Error>(())
    /// ```
    pub fn with_bins<I>(values: I, bins: &Bins) -> Result<Self>
    where
        I: IntoIterator<Item: IntoScalar>,
    {
        match bins {
            Bins::Equal(buckets) => Ok(Self::with_buckets(values, *buckets)),
            Bins::Exponential => exponential(values.into_iter().map(IntoScalar::to_f64)),
            Bins::Edges(edges) => {
                let ascending = edges.windows(2).all(|pair| pair[0] < pair[1]);
                if edges.len() < 2 || !ascending || !edges.iter().all(|edge| edge.is_finite()) {
                    return Err(Error::argument(
                        "histogram edges must be two or more finite numbers in ascending order",
                    ));
                }
                Ok(between(values.into_iter().map(IntoScalar::to_f64), edges))
            }
        }
    }

    /// A histogram of the older form, such as another writer's: empty buckets at both ends go, and the
    /// outermost edges become its minimum and maximum, as in TensorBoard.
    ///
    /// # Errors
    ///
    /// Too few edges for the counts.
    pub fn from_proto(histogram: &proto::HistogramProto) -> Result<Self> {
        super::from_proto(histogram)
    }
}

fn between(values: impl Iterator<Item = f64>, edges: &[f64]) -> Histogram {
    let mut buckets: Vec<_> = edges
        .windows(2)
        .map(|pair| Bucket {
            left: pair[0],
            right: pair[1],
            count: 0.0,
        })
        .collect();
    let last = edges.last().copied();
    let mut left_out = 0;
    for v in values {
        // How many edges are at or below the value; the last edge belongs to the last bucket.
        let above = edges.partition_point(|&edge| edge <= v) - usize::from(Some(v) == last);
        match above.checked_sub(1).and_then(|i| buckets.get_mut(i)) {
            Some(bucket) => bucket.count += 1.0,
            None => left_out += 1,
        }
    }
    Histogram { buckets, left_out }
}

/// TensorFlow's limits of positive buckets: repeated multiplication, as there, for the same last digits.
fn positive_limits() -> impl Iterator<Item = f64> {
    std::iter::successors(Some(1e-12), |limit| Some(limit * 1.1)).take_while(|&limit| limit < 1e20)
}

fn exponential(values: impl Iterator<Item = f64>) -> Result<Histogram> {
    let limits: Vec<f64> = {
        let positive: Vec<f64> = positive_limits().collect();
        let negative = positive.iter().rev().map(|limit| -limit);
        negative
            .chain([0.0])
            .chain(positive.iter().copied())
            .chain([f64::MAX])
            .collect()
    };
    let (mut min, mut max, mut left_out) = (f64::INFINITY, f64::NEG_INFINITY, 0);
    let mut counts = vec![0.0; limits.len()];
    for v in values {
        if !v.is_finite() {
            left_out += 1;
            continue;
        }
        min = min.min(v);
        max = max.max(v);
        // A value that equals a limit belongs to the bucket on its right; there is none right of the last.
        let bucket = limits
            .partition_point(|&limit| limit <= v)
            .min(limits.len() - 1);
        counts[bucket] += 1.0;
    }
    let histogram = super::from_proto(&proto::HistogramProto {
        min,
        max,
        bucket_limit: limits,
        bucket: counts,
        ..Default::default()
    })?;
    Ok(Histogram {
        buckets: join_empty(histogram.buckets),
        left_out,
    })
}

/// Makes one bucket of each run of empty ones.
fn join_empty(buckets: Vec<Bucket>) -> Vec<Bucket> {
    let mut joined: Vec<Bucket> = Vec::new();
    for bucket in buckets {
        match joined.last_mut() {
            Some(last) if last.count == 0.0 && bucket.count == 0.0 => last.right = bucket.right,
            _ => joined.push(bucket),
        }
    }
    joined
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn exponential_limits_are_tensorflows() {
        let limits: Vec<f64> = positive_limits().collect();
        assert_eq!(limits.len(), 774);
        assert_eq!(limits.last(), Some(&9.920_775_621_859_783e19));
    }

    /// TensorFlow 1 on the same values, its outer edges replaced by the least and the greatest value.
    #[test]
    fn exponential_buckets_are_tensorflows() {
        let h = Histogram::with_bins([0.0, 1.0, 1.0, -2.0, 1e30], &Bins::Exponential).unwrap();
        let counts: Vec<_> = h.buckets().iter().map(|b| b.count).collect();
        assert_eq!(counts, [1.0, 0.0, 1.0, 0.0, 2.0, 0.0, 1.0]);
        let (first, last) = (h.buckets()[0], h.buckets()[6]);
        assert_eq!((first.left, last.right), (-2.0, 1e30));
        assert!(
            (first.right - -1.9662).abs() < 1e-3 && (h.buckets()[2].right - 1e-12).abs() < 1e-20
        );
        assert!(
            (h.buckets()[4].left - 0.91725).abs() < 1e-4
                && (h.buckets()[4].right - 1.00897).abs() < 1e-4
        );
    }

    #[test]
    fn odd_values_are_counted_or_left_out() {
        let all = [
            f64::MAX,
            f64::MIN,
            0.0,
            -0.0,
            f64::NAN,
            f64::INFINITY,
            5e-324,
        ];
        let h = Histogram::with_bins(all, &Bins::Exponential).unwrap();
        assert_eq!((h.count(), h.left_out()), (5.0, 2));
        let none: [f64; 0] = [];
        assert!(
            Histogram::with_bins(none, &Bins::Exponential)
                .unwrap()
                .buckets()
                .is_empty()
        );
        let edges = Bins::Edges(vec![-1.0, 0.0, 1.0, 2.0]);
        let h = Histogram::with_bins([-1, 0, 0, 1, 2, 2], &edges).unwrap();
        assert_eq!(
            h.buckets().iter().map(|b| b.count).collect::<Vec<_>>(),
            [1.0, 2.0, 3.0]
        );
        for bad in [
            vec![],
            vec![1.0],
            vec![1.0, 1.0],
            vec![0.0, f64::NAN],
            vec![0.0, f64::INFINITY],
        ] {
            assert!(Histogram::with_bins([1.0], &Bins::Edges(bad)).is_err());
        }
    }
}
