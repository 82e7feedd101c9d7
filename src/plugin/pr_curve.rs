//! Precision-recall curves, for the PR Curves dashboard.
//!
//! Written and read as a `[6, n]` tensor: true positives, false positives, true negatives, false negatives,
//! precision and recall, a column for each of `n` thresholds that grow evenly from 0 to 1.

use crate::error::{Error, Result};
use crate::event::DataRef;
use crate::plugin::{self, Kind, Stored, wrong_form};
use crate::proto::{self, Message as _};
use crate::tensor::{self, Tensor};
use crate::types::IntoScalar;

/// How many thresholds a curve has by default: TensorBoard's own number, which puts them 0.005 apart.
///
/// PyTorch and tensorboardX stop at 127 for the sake of TensorBoards that read the number as text. Those are
/// long gone.
pub const THRESHOLDS: usize = 201;

/// The least count that precision and recall divide by, so that no samples give 0 and not NaN.
const MIN_COUNT: f64 = 1e-7;

/// A probability may be so far beyond 0 and 1, which it then counts as.
const ROUNDING: f64 = 1e-6;

/// A precision-recall curve: what a classifier gets right and wrong at each of many thresholds.
///
/// All six lists have the same length, one entry a threshold; the thresholds grow evenly from 0 to 1. A
/// sample counts as positive if its prediction is at least the threshold. In a file the numbers are `f32`.
///
/// # Examples
///
/// ```
/// use tfevents::PrCurve;
///
/// let labels = [true, false, true, true, false, false];
/// let predictions = [0.9f32, 0.8, 0.6, 0.4, 0.3, 0.1];
/// let curve = PrCurve::with_thresholds(labels, predictions, 5)?;
/// assert_eq!(curve.thresholds().collect::<Vec<_>>(), [0.0, 0.25, 0.5, 0.75, 1.0]);
/// assert_eq!(curve.true_positives, [3.0, 3.0, 2.0, 1.0, 0.0]);
/// assert_eq!(curve.false_positives, [3.0, 2.0, 1.0, 1.0, 0.0]);
/// assert_eq!(curve.precision, [0.5, 0.6, 2.0 / 3.0, 0.5, 0.0]);
/// # Ok::<(), tfevents::Error>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq)]
pub struct PrCurve {
    /// Positive samples that count as positive.
    pub true_positives: Vec<f64>,
    /// Negative samples that count as positive.
    pub false_positives: Vec<f64>,
    /// Negative samples that count as negative.
    pub true_negatives: Vec<f64>,
    /// Positive samples that count as negative.
    pub false_negatives: Vec<f64>,
    /// The share of true ones among all that count as positive.
    pub precision: Vec<f64>,
    /// The share of all positive samples that count as positive.
    pub recall: Vec<f64>,
}

impl PrCurve {
    /// The curve of some samples at [`THRESHOLDS`] thresholds: whether each one is positive, and the predicted
    /// probability that it is.
    ///
    /// Labels are `bool` or numbers of any type: 1 is positive, 0 and -1 are negative. Predictions may be numbers
    /// of any type, too; those of half precision are widened.
    ///
    /// For weights, and for data that come in batches, see [`PrCurveBuilder`]. Predictions that are NaN are
    /// left out.
    ///
    /// # Errors
    ///
    /// More labels than predictions or the other way round, another label, and a prediction that is not from 0 to 1.
    pub fn new<L, P>(labels: L, predictions: P) -> Result<Self>
    where
        L: IntoIterator<Item: IntoScalar>,
        P: IntoIterator<Item: IntoScalar>,
    {
        Self::with_thresholds(labels, predictions, THRESHOLDS)
    }

    /// The same with another number of thresholds.
    ///
    /// # Errors
    ///
    /// As for [`new`](Self::new), and fewer than 2 thresholds.
    pub fn with_thresholds<L, P>(labels: L, predictions: P, thresholds: usize) -> Result<Self>
    where
        L: IntoIterator<Item: IntoScalar>,
        P: IntoIterator<Item: IntoScalar>,
    {
        let mut builder = PrCurveBuilder::with_thresholds(thresholds)?;
        builder.add(labels, predictions)?;
        Ok(builder.build())
    }

    /// The thresholds, from 0 to 1.
    #[expect(clippy::cast_precision_loss, reason = "nobody has 2^53 thresholds")]
    pub fn thresholds(&self) -> impl Iterator<Item = f64> + use<> {
        let n = self.true_positives.len();
        (0..n).map(move |i| i as f64 / (n - 1).max(1) as f64)
    }

    pub(crate) fn rows(&self) -> [(&'static str, &[f64]); 6] {
        [
            ("true_positives", &self.true_positives),
            ("false_positives", &self.false_positives),
            ("true_negatives", &self.true_negatives),
            ("false_negatives", &self.false_negatives),
            ("precision", &self.precision),
            ("recall", &self.recall),
        ]
    }
}

/// Counts samples, batch by batch, into a [`PrCurve`].
///
/// # Examples
///
/// ```
/// use tfevents::plugin::pr_curve::PrCurveBuilder;
///
/// # let batches = [(vec![true, false], vec![0.7f32, 0.4]), (vec![true], vec![0.9])];
/// let mut builder = PrCurveBuilder::new();
/// for (labels, predictions) in batches {
///     builder.add(labels, predictions)?;
/// }
/// builder.add_weighted([false], [0.2], [0.5])?;
/// let curve = builder.build();
/// assert_eq!((curve.true_positives[0], curve.false_positives[0]), (2.0, 1.5));
/// # Ok::<(), tfevents::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct PrCurveBuilder {
    /// Weights by the last threshold that the prediction reaches: of negative and of positive samples.
    buckets: Vec<[f64; 2]>,
    seen: u64,
    nan: u64,
}

impl Default for PrCurveBuilder {
    fn default() -> Self {
        Self::new()
    }
}

impl PrCurveBuilder {
    /// Counts at [`THRESHOLDS`] thresholds.
    #[must_use]
    pub fn new() -> Self {
        Self::empty(THRESHOLDS)
    }

    /// Counts at another number of thresholds.
    ///
    /// # Errors
    ///
    /// Fewer than 2.
    pub fn with_thresholds(thresholds: usize) -> Result<Self> {
        if thresholds < 2 {
            return Err(Error::argument(format!(
                "a PR curve goes from threshold 0 to threshold 1, so it needs at least 2 thresholds, not {thresholds}"
            )));
        }
        Ok(Self::empty(thresholds))
    }

    fn empty(thresholds: usize) -> Self {
        Self {
            buckets: vec![[0.0; 2]; thresholds],
            seen: 0,
            nan: 0,
        }
    }

    /// Counts samples: whether each one is positive, and the predicted probability that it is.
    ///
    /// # Errors
    ///
    /// As for [`PrCurve::new`]. The samples before are counted.
    pub fn add<L, P>(&mut self, labels: L, predictions: P) -> Result<()>
    where
        L: IntoIterator<Item: IntoScalar>,
        P: IntoIterator<Item: IntoScalar>,
    {
        let (mut labels, mut predictions) = (labels.into_iter(), predictions.into_iter());
        loop {
            match (labels.next(), predictions.next()) {
                (Some(label), Some(prediction)) => {
                    self.count(label, prediction, 1.0)?;
                }
                (None, None) => return Ok(()),
                (label, _) => return Err(self.uneven(label.is_some(), "labels", "predictions")),
            }
        }
    }

    /// Counts samples, each as often as its weight says.
    ///
    /// # Errors
    ///
    /// As for [`add`](Self::add), another number of weights, and a weight that is negative or not finite.
    pub fn add_weighted<L, P, W>(&mut self, labels: L, predictions: P, weights: W) -> Result<()>
    where
        L: IntoIterator<Item: IntoScalar>,
        P: IntoIterator<Item: IntoScalar>,
        W: IntoIterator<Item: IntoScalar>,
    {
        let (mut labels, mut predictions) = (labels.into_iter(), predictions.into_iter());
        let mut weights = weights.into_iter();
        loop {
            match (labels.next(), predictions.next(), weights.next()) {
                (Some(label), Some(prediction), Some(weight)) => {
                    let weight = weight.to_f64();
                    if !(weight.is_finite() && weight >= 0.0) {
                        return Err(Error::argument(format!(
                            "sample {} of a PR curve cannot have the weight {weight}",
                            self.seen
                        )));
                    }
                    self.count(label, prediction, weight)?;
                }
                (None, None, None) => return Ok(()),
                (Some(_), Some(_), None) => {
                    return Err(self.uneven(true, "samples", "weights"));
                }
                (None, None, Some(_)) => {
                    return Err(self.uneven(false, "samples", "weights"));
                }
                (label, _, _) => {
                    return Err(self.uneven(label.is_some(), "labels", "predictions"));
                }
            }
        }
    }

    fn uneven(&self, first: bool, a: &str, b: &str) -> Error {
        let (more, fewer) = if first { (a, b) } else { (b, a) };
        Error::argument(format!(
            "a PR curve has more {more} than {fewer}: the {fewer} end at sample {}",
            self.seen
        ))
    }

    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        clippy::cast_precision_loss,
        reason = "clamped to the number of buckets first"
    )]
    fn count(
        &mut self,
        label: impl IntoScalar,
        prediction: impl IntoScalar,
        weight: f64,
    ) -> Result<()> {
        let positive = match label.to_f64() {
            1.0 => true,
            0.0 | -1.0 => false,
            other => {
                return Err(Error::argument(format!(
                    "the label {other} of sample {} of a PR curve is neither 1 (positive) nor 0 or -1 (negative): with several classes, log one curve per class, comparing the labels with it",
                    self.seen
                )));
            }
        };
        let last = (self.buckets.len() - 1) as f64;
        let p = prediction.to_f64();
        if p.is_nan() {
            self.nan += 1;
        } else if !(-ROUNDING..=1.0 + ROUNDING).contains(&p) {
            return Err(Error::argument(format!(
                "the prediction {p} of sample {} of a PR curve is not between 0 and 1: pass probabilities, such as those of a sigmoid or softmax",
                self.seen
            )));
        } else {
            // In the prediction's own precision, as NumPy does: a rounding the other way would move the sample to
            // another threshold.
            let bucket = prediction.__times(last).floor().clamp(0.0, last);
            if let Some(weights) = self.buckets.get_mut(bucket as usize) {
                weights[usize::from(positive)] += weight;
            }
        }
        self.seen += 1;
        Ok(())
    }

    /// How many predictions were NaN, and so are in no count.
    #[must_use]
    pub fn nan(&self) -> u64 {
        self.nan
    }

    /// The curve so far.
    #[must_use]
    pub fn build(&self) -> PrCurve {
        let mut sums = [0.0; 2];
        let mut at_least: Vec<[f64; 2]> = self
            .buckets
            .iter()
            .rev()
            .map(|weights| {
                sums = [sums[0] + weights[0], sums[1] + weights[1]];
                sums
            })
            .collect();
        at_least.reverse();
        let [negatives, positives] = sums;
        let mut curve = PrCurve::default();
        for [fp, tp] in at_least {
            let (tn, fn_) = (negatives - fp, positives - tp);
            curve.true_positives.push(tp);
            curve.false_positives.push(fp);
            curve.true_negatives.push(tn);
            curve.false_negatives.push(fn_);
            curve.precision.push(tp / (tp + fp).max(MIN_COUNT));
            curve.recall.push(tp / (tp + fn_).max(MIN_COUNT));
        }
        curve
    }
}

impl Stored for PrCurve {
    fn metadata(&self) -> proto::SummaryMetadata {
        let content = proto::PrCurvePluginData {
            num_thresholds: u32::try_from(self.true_positives.len()).unwrap_or(u32::MAX),
            ..Default::default()
        };
        plugin::metadata("pr_curves", content.encode_to_vec())
    }

    fn tensor(&self) -> Result<proto::TensorProto> {
        let n = self.true_positives.len();
        if n == 0 {
            return Err(Error::argument(
                "a PR curve without thresholds cannot be shown",
            ));
        }
        for (name, row) in self.rows() {
            if row.len() != n {
                return Err(Error::argument(format!(
                    "a PR curve has {n} true_positives and {} {name}: it needs one of each per threshold",
                    row.len()
                )));
            }
        }
        #[expect(clippy::cast_possible_truncation, reason = "the format has floats")]
        let values = self
            .rows()
            .into_iter()
            .flat_map(|(_, row)| row)
            .map(|&v| v as f32);
        Ok(tensor::float_tensor(&[6, n], values))
    }
}

pub(crate) fn decode(data: &DataRef<'_>) -> Result<PrCurve> {
    let DataRef::Tensor(encoded) = data else {
        return Err(wrong_form(Kind::PrCurve, data));
    };
    let tensor = Tensor::from_encoded(encoded)?;
    let (&[6, n], Some(numbers)) = (tensor.shape(), tensor.to_f64s()) else {
        return Err(wrong_form(Kind::PrCurve, data));
    };
    let mut rows = numbers.chunks(n.max(1)).map(<[f64]>::to_vec);
    let mut row = || rows.next().unwrap_or_default();
    Ok(PrCurve {
        true_positives: row(),
        false_positives: row(),
        true_negatives: row(),
        false_negatives: row(),
        precision: row(),
        recall: row(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn encoded(value: &PrCurve) -> Vec<u8> {
        value.tensor().unwrap().encode_to_vec()
    }

    #[test]
    fn is_read_as_written() {
        let curve = PrCurve::with_thresholds([true, false], [0.5f32, 0.25], 3).unwrap();
        let bytes = encoded(&curve);
        assert_eq!(decode(&DataRef::Tensor(bytes[..].into())).unwrap(), curve);
        assert_eq!(
            curve.metadata().plugin_data.unwrap().content,
            [0x10, 3],
            "the number of thresholds"
        );
        let fine = PrCurve::new([true], [0.5]).unwrap();
        assert_eq!(
            fine.metadata().plugin_data.unwrap().content,
            [0x10, 0xc9, 1]
        );
    }

    #[test]
    fn predictions_at_a_threshold_reach_it() {
        let labels = [true; 3];
        let curve = PrCurve::with_thresholds(labels, [0.0, 0.5, 1.0], 3).unwrap();
        assert_eq!(curve.true_positives, [3.0, 2.0, 1.0]);
        assert_eq!(curve.false_negatives, [0.0, 1.0, 2.0]);
        assert_eq!(curve.recall[1], 2.0 / 3.0);
    }

    #[test]
    fn the_precision_of_the_input_decides_at_an_edge() {
        // 0.29 times 100 rounds to 29 in f32, and stays below it in f64.
        let at = |n: f64| n as usize;
        assert_eq!(at(0.29f32.__times(100.0)), 29);
        assert_eq!(at(0.29f64.__times(100.0)), 28);
        let one = PrCurve::with_thresholds([true], [0.29f32], 101).unwrap();
        let other = PrCurve::with_thresholds([true], [0.29f64], 101).unwrap();
        assert_eq!((one.recall[29], other.recall[29]), (1.0, 0.0));
    }

    #[test]
    fn no_samples_give_a_curve_of_zeros() {
        let none: [f32; 0] = [];
        let curve = PrCurve::new([true; 0], none).unwrap();
        assert_eq!(curve.precision, vec![0.0; THRESHOLDS]);
        assert_eq!(curve.recall, vec![0.0; THRESHOLDS]);
    }

    #[test]
    fn nan_is_counted_apart_and_the_rest_is_refused() {
        let mut builder = PrCurveBuilder::with_thresholds(2).unwrap();
        builder
            .add([true, true], [f32::NAN, 1.0])
            .expect("NaN must not end a training run");
        assert_eq!(builder.nan(), 1);
        assert_eq!(builder.build().true_positives, [1.0, 1.0]);
        builder.add([true, false], [1.000_000_1f32, -1e-9]).unwrap();
        assert_eq!(builder.build().true_positives, [2.0, 2.0]);
        assert_eq!(builder.build().false_positives, [1.0, 0.0]);
        for bad in [-0.1, 1.6, f64::INFINITY, f64::NEG_INFINITY] {
            let error = builder.add([false], [bad]).unwrap_err().to_string();
            assert!(
                error.contains("sample 4") && error.contains("probabilities"),
                "{error}"
            );
        }
        for bad in [-1.0, f64::NAN, f64::INFINITY] {
            assert!(builder.add_weighted([true], [0.5], [bad]).is_err());
        }
        assert!(PrCurveBuilder::with_thresholds(1).is_err());
    }

    #[test]
    fn uneven_input_says_what_is_missing() {
        let say = |labels: &[bool], predictions: &[f64], weights: &[f64]| {
            PrCurveBuilder::new()
                .add_weighted(labels, predictions, weights)
                .unwrap_err()
                .to_string()
        };
        assert!(say(&[true; 3], &[0.5; 2], &[1.0; 3]).contains("more labels than predictions"));
        assert!(say(&[true; 2], &[0.5; 3], &[1.0; 2]).contains("more predictions than labels"));
        assert!(say(&[true; 2], &[0.5; 2], &[1.0; 1]).contains("the weights end at sample 1"));
        assert!(say(&[true; 1], &[0.5; 1], &[1.0; 2]).contains("more weights than samples"));
        assert!(PrCurve::new([true], [0.5, 0.5]).is_err());
    }

    #[test]
    fn lists_of_different_lengths_are_no_curve() {
        let mut curve = PrCurve::with_thresholds([true], [0.5], 3).unwrap();
        curve.recall.pop();
        let error = curve.tensor().unwrap_err().to_string();
        assert!(error.contains("3 true_positives and 2 recall"), "{error}");
        assert!(PrCurve::default().tensor().is_err());
    }

    #[test]
    fn other_tensors_are_no_curve() {
        let bytes = tensor::float_tensor(&[5, 2], [0.0; 10]).encode_to_vec();
        assert!(decode(&DataRef::Tensor(bytes[..].into())).is_err());
        let huge = proto::TensorProto {
            float_val: vec![1.0],
            ..tensor::raw_tensor(tensor::DataType::Float, &[6, 1 << 40], Vec::new())
        };
        let bytes = huge.encode_to_vec();
        assert!(decode(&DataRef::Tensor(bytes[..].into())).is_err());
        assert!(decode(&DataRef::Simple(1.0)).is_err());
    }
}
