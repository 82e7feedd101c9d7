//! Histograms, Distributions and Time Series.

use crate::check::Flaw;
use crate::check::flaw::HISTOGRAM_OBSOLETE;
use crate::event::DataRef;
use crate::plugin::histogram::{self, Bucket, Histogram};
use crate::proto::{self, HistogramProto};

/// A histogram at which the slow loader stops, whatever else its tag is for.
pub(in crate::check) fn of_stray(data: &DataRef<'_>) -> Option<Flaw> {
    let is_histogram = matches!(data, DataRef::Histogram(_));
    (is_histogram && histogram::decode(data).is_err()).then(without_edges)
}

fn without_edges() -> Flaw {
    Flaw::new(
        "histogram_edges",
        "Histograms: there are fewer edges than counts; the slow loader stops reading all runs, and the \
         fast one does not show the value",
        "Write one right edge per count.",
    )
}

pub(super) fn flaw(data: &DataRef<'_>) -> Option<Flaw> {
    match data {
        DataRef::Histogram(encoded) => match proto::merge(encoded.pieces()) {
            Ok(stored) => of_stored(&stored),
            Err(_) => Some(without_edges()),
        },
        DataRef::ObsoleteHistogram(_) => Some(Flaw::new(
            HISTOGRAM_OBSOLETE,
            "Histograms: a value is stored in a form that TensorBoard no longer reads",
            "Log it again with a current writer.",
        )),
        data => match histogram::decode(data) {
            Ok(histogram) => of_buckets(&histogram),
            Err(_) => Some(Flaw::new(
                "histogram_form",
                "Histograms and Distributions: a value is not rows of three numbers; TensorBoard answers 500 for \
                 the whole tag",
                "Log a tensor of shape [k, 3]: left edge, right edge and count of each bucket.",
            )),
        },
    }
}

/// A histogram of the older form, in which the slow loader looks for the first and the last count above 0.
fn of_stored(stored: &HistogramProto) -> Option<Flaw> {
    let Ok(histogram) = histogram::from_proto(stored) else {
        return Some(without_edges());
    };
    let outer = |counts: &mut dyn Iterator<Item = &f64>| {
        counts
            .take_while(|&&count| count.is_nan() || count <= 0.0)
            .any(|&count| count < 0.0)
    };
    let is_cut = outer(&mut stored.bucket.iter()) || outer(&mut stored.bucket.iter().rev());
    of_buckets(&histogram).or_else(|| {
        is_cut.then(|| {
            Flaw::new(
                "histogram_negative",
                "Histograms and Distributions: the first or last buckets have negative counts; the slow loader \
                 leaves them out",
                "Log counts of 0 or more.",
            )
        })
    })
}

fn of_buckets(histogram: &Histogram) -> Option<Flaw> {
    let numbers = |b: &Bucket| [b.left, b.right, b.count];
    let finite = histogram
        .buckets()
        .iter()
        .flat_map(numbers)
        .all(f64::is_finite);
    (!finite).then(|| {
        Flaw::new(
            "histogram_numbers",
            "Histograms and Distributions: a bucket is NaN or infinite; the chart is blank at \
             every step",
            "Remove NaN and infinities before counting.",
        )
    })
}

/// Whether a histogram has any bucket that is not empty.
pub(super) fn draws(data: &DataRef<'_>) -> bool {
    match data {
        DataRef::Histogram(encoded) => proto::merge(encoded.pieces())
            .is_ok_and(|stored: HistogramProto| stored.bucket.iter().any(|&count| count != 0.0)),
        data => histogram::decode(data)
            .is_ok_and(|histogram| histogram.buckets().iter().any(|b| b.count != 0.0)),
    }
}
