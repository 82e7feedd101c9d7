//! Histograms, Distributions and Time Series.

use crate::check::Flaw;
use crate::event::DataRef;
use crate::plugin::histogram;

/// A histogram at which the slow loader stops, whatever else its tag is for.
pub(in crate::check) fn of_stray(data: &DataRef<'_>) -> Option<Flaw> {
    let is_histogram = matches!(data, DataRef::Histogram(_));
    (is_histogram && histogram::decode(data).is_err()).then(without_edges)
}

fn without_edges() -> Flaw {
    Flaw::new(
        "histogram_edges",
        "Histograms: there are fewer edges than counts, at which the slow loader stops reading all runs",
        "Write one right edge per count.",
    )
}

pub(super) fn flaw(data: &DataRef<'_>) -> Option<Flaw> {
    match (histogram::decode(data), data) {
        (Ok(histogram), _) => {
            let numbers = |b: &histogram::Bucket| [b.left, b.right, b.count];
            let finite = histogram
                .buckets()
                .iter()
                .flat_map(numbers)
                .all(f64::is_finite);
            (!finite).then(|| {
                Flaw::new(
                    "histogram_numbers",
                    "Histograms and Distributions: a bucket is NaN or infinite, which blanks the chart at \
                     every step",
                    "Leave out what is not finite before counting.",
                )
            })
        }
        (Err(_), DataRef::ObsoleteHistogram(_)) => Some(Flaw::new(
            "histogram_obsolete",
            "Histograms: stored in a form that TensorBoard no longer reads",
            "Log it again with a current writer.",
        )),
        (Err(_), DataRef::Histogram(_)) => Some(without_edges()),
        (Err(_), _) => Some(Flaw::new(
            "histogram_form",
            "Histograms and Distributions: not rows of three numbers, at which TensorBoard answers 500 for \
             the whole tag",
            "Log a tensor of shape [k, 3]: left edge, right edge and count of each bucket.",
        )),
    }
}
