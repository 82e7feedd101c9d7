//! PR Curves.

use crate::check::Flaw;
use crate::event::DataRef;
use crate::tensor::{Elements, Tensor};

pub(super) fn flaw(tag: &str, data: &DataRef<'_>) -> Option<Flaw> {
    if tag.is_empty() {
        return Some(Flaw::new(
            "pr_curve_without_tag",
            "PR Curves: the tag is empty; TensorBoard answers 500",
            "Log it under a tag.",
        ));
    }
    let tensor = match data {
        DataRef::Tensor(encoded) => Tensor::from_encoded(encoded).ok(),
        _ => None,
    };
    // Rows behind the sixth one are ignored.
    let curve = tensor.as_ref().and_then(|tensor| match *tensor.shape() {
        [rows, thresholds] if rows >= 6 => Some((thresholds, tensor.to_f64s()?)),
        _ => None,
    });
    let is_complex = tensor
        .as_ref()
        .is_some_and(|t| matches!(t.elements(), Elements::C64(_) | Elements::C128(_)));
    let Some((thresholds, numbers)) = curve.filter(|_| !is_complex) else {
        return Some(Flaw::new(
            "pr_curve_form",
            "PR Curves: a value is not six rows of numbers; TensorBoard answers with an error for \
             the whole tag",
            "Log a tensor of shape [6, thresholds].",
        ));
    };
    if thresholds == 0 {
        return Some(Flaw::new(
            "pr_curve_empty",
            "PR Curves: a curve has no thresholds, so it has no points",
            "Log a curve over two thresholds or more.",
        ));
    }
    let counts = numbers.get(..4 * thresholds).unwrap_or(&numbers);
    (!counts.iter().all(|count| count.is_finite())).then(|| {
        Flaw::new(
            "pr_curve_numbers",
            "PR Curves: a count is NaN or infinite; TensorBoard answers with an error for the \
             whole tag",
            "Count finite numbers of true and false positives and negatives.",
        )
    })
}
